"""One notebook, without a gradebook: `grade-one` and `repair`."""

from __future__ import annotations

import json
import re
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.course import CourseError
from autograder.grade import Assignment, AssignmentError, Report, Rooms, read_assignment
from autograder.grade.assignment import TELLING, support_files
from autograder.grade.intake import read
from autograder.grade.limits import DEFAULT
from autograder.grade.repair import mend, notebook
from autograder.grade.report import number
from autograder.grade.submission import Mend, Refused
from autograder.rules import names_bound, names_in, names_replaced

REFUSED = 2  # exit status
SCHEMA = ("points", "max_points", "checks", "repairs", "refused", "versions")  # of --json, and no other keys


def read_source(path: Path, judge: str = "") -> Assignment:
    """The assignment in a source notebook, with the files beside it, less other forms of it. Raises CourseError."""
    folder, content = path.parent, _bytes(path)
    try:
        beside = support_files(folder)
        if (folder / "support.txt").is_file():
            named = (folder / "support.txt").read_text(encoding="utf-8").split()
            beside = {name: beside[name] for name in named if name in beside}
        own = re.compile(rf"{re.escape(path.stem)}\.(py|md|rmd|qmd|html|tex|pdf)", re.IGNORECASE)
        support = {name: data for name, data in beside.items() if not own.fullmatch(name)}
        return read_assignment(path.stem, content, judge=judge, support=support)
    except AssignmentError as error:
        raise CourseError(f"{path}: {str(error).removeprefix(f'{path.stem}: ')}") from error


def remarks_on(assignment: Assignment) -> list[str]:
    """What an instructor should know of the source before the points are believed."""
    found = []
    marks = [mark.decode() for mark in TELLING]
    released = any("checksum" in (cell.metadata.get("nbgrader") or {}) for cell in assignment.cells)
    if released and not any(mark in cell.source for mark in marks for cell in assignment.cells):
        found.append(
            f"{assignment.name} looks like the notebook that learners receive: it has no hidden test. Give the one of nbgrader's source folder."
        )
    if assignment.support:
        found.append(
            f"the notebook's code got a copy of these files beside the source: {', '.join(sorted(assignment.support))}."
        )
    if assignment.judge == "sealed":
        code = [cell.source for cell in assignment.cells if (cell.role, cell.kind) == ("answer", "code")]
        answers = set[str]().union(*(names_in(source, names_bound) for source in code))
        for test in assignment.tests:
            if replaced := sorted(answers & names_in(test.source, names_replaced)):
                found.append(
                    f"the test {test.id} replaces or deletes {', '.join(replaced)}: sealed, learners' code does not see that. Give --judge in-process."
                )
    waiting = [cell for cell in assignment.cells if cell.role == "manual" and cell.max_points]
    if waiting:
        points = sum(cell.max_points for cell in waiting)
        found.append(f"a person has to grade {', '.join(cell.id for cell in waiting)} ({points:g} points).")
    return found


def grade_one(
    source: Path, submission: Path, *, judge: str = "", as_json: bool = False, sandboxed: bool = True, gpu: bool = False
) -> int:
    """Grade one notebook and print what came of it: 0 when it could be graded, 2 when it was refused. Raises CourseError."""
    assignment = read_source(source, judge)
    content = _bytes(submission)
    console = Console(stderr=as_json)
    if not sandboxed:
        console.print(
            "[bold red]No sandbox: the notebook's code runs as you, with your files and your network.[/bold red]"
        )
    with Rooms(sandboxed=sandboxed, gpu=gpu) as rooms:
        report = rooms.grade(assignment, content)
    if as_json:
        document = report.as_json()
        print(json.dumps({key: document[key] for key in SCHEMA}, indent=1))
    else:
        show(report, console)
    for remark in (*report.remarks, *(remarks_on(assignment) if report.refused is None else ())):
        console.print(f"[yellow]Look at this:[/yellow] {escape(remark)}")
    return 0 if report.refused is None else REFUSED


def repair(source: Path, submission: Path, out: Path) -> int:
    """Write the mended notebook and print what was mended: 0, or 2 when nothing could be made of the file. Raises CourseError."""
    assignment = read_source(source)
    console = Console()
    for kept, what in ((source, "instructor's notebook"), (submission, "submission")):
        if out.resolve() == kept.resolve():
            raise CourseError(f"{out} is the {what}: give another name for the mended one (-o)")
    try:
        plan = mend(assignment, read(_bytes(submission)))
    except Refused as error:
        console.print(f"[red]{escape(str(error))}[/red]")
        return REFUSED
    text = json.dumps(notebook(plan, assignment), ensure_ascii=False, indent=1)
    try:
        out.write_text(text + "\n", encoding="utf-8", errors="replace")
    except OSError as error:
        raise CourseError(
            f"{out} cannot be written ({error.strerror}): is there such a folder, and is it yours?"
        ) from error
    if plan.mends:
        console.print(mends_table(plan.mends))
    console.print(
        f"{out} written; {len(plan.mends)} mends." if plan.mends else f"{out} written; there was nothing to mend."
    )
    return 0


def show(report: Report, console: Console) -> None:
    """A report, for a person."""
    if report.refused is not None:
        console.print(f"[red]Not graded.[/red] {escape(report.refused)}")
        return
    result = Table("check", "points", "", "message", title=report.assignment)
    colours = {"passed": "green", "not_attempted": "yellow"}
    for check in report.checks:
        colour = colours.get(check.status, "red")
        points = f"{number(check.points):g} of {number(check.max_points):g}"
        result.add_row(
            check.id, points, f"[{colour}]{check.status.replace('_', ' ')}[/{colour}]", escape(check.message)
        )
    console.print(result)
    if report.mends:
        console.print(mends_table(report.mends))
    console.print(f"{number(report.points):g} of {number(report.max_points):g} points", highlight=False)


def mends_table(mends: tuple[Mend, ...]) -> Table:
    result = Table("cell", "what was mended", "how sure", title="repairs")
    for one in mends:
        result.add_row(escape(one.cell), escape(one.what), one.confidence)
    return result


def _bytes(path: Path) -> bytes:
    """A file's content; of one that is too large anyway, no more than it takes to say so. Raises CourseError."""
    if path.is_dir():
        raise CourseError(f"{path} is a folder: give the notebook in it")
    if path.exists() and not path.is_file():
        raise CourseError(f"{path} is no file that can be read to its end: give a notebook")
    try:
        with path.open("rb") as file:
            return file.read(DEFAULT.file_bytes + 1)
    except OSError as error:
        raise CourseError(f"{path} cannot be read ({error.strerror}): is the path right?") from error
