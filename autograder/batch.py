"""Grade a class: every submission of an assignment, in parallel, into nbgrader's gradebook and folders.

Theory of operation
-------------------
Threads of this process ask the rooms for reports, a few at a time; this thread alone writes. A submission is done in an order that a kill at any moment leaves fit to go
on from: first the database, in one transaction, then the autograded folder, swapped in whole, and last the record in `gradebook/reports/`, which holds the report and a *key*: the
digest of the submission, the assignment, the limits and the versions. A submission whose record has the right key is not run again; one without is done from the start, which
gives the same result, since grading depends on nothing else.

A file that cannot be graded is a row of the table and a report with a sentence, never the end of the run.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder import submitted
from autograder.course import CourseError
from autograder.desk import Desk
from autograder.grade import Assignment, AssignmentError, Limits, Report, Rooms, read_assignment
from autograder.grade.assignment import support_files
from autograder.grade.limits import DEFAULT
from autograder.grade.report import number, refused
from autograder.grade.rooms import installed
from autograder.grade.submission import Refused
from autograder.gradebook import Book
from autograder.progress import progress_bar

_NAMES = 3  # of exercises with failed checks that the table shows


@dataclass(frozen=True)
class Job:
    """One submission, as it lies in nbgrader's folder."""

    student: str
    folder: Path
    key: str
    notebooks: Mapping[str, bytes]  # file name -> content
    timestamp: str | None
    problem: str = ""  # why its files could not be read


@dataclass
class Row:
    """What came of one submission. Its record is read from its file when it is asked for: thousands of them need no memory."""

    student: str
    state: str = "graded"  # or "unchanged", "refused", "missing"
    why: str = ""
    fresh: bool = False  # whether this run looked at it
    record: Callable[[], Mapping[str, Any]] = dict

    def as_json(self) -> dict[str, Any]:
        return {"student": self.student, "state": self.state, "why": self.why, "notebooks": self.notebooks}

    @property
    def notebooks(self) -> list[dict[str, Any]]:
        return list(self.record().get("notebooks", ()))


class Class:
    """An assignment and its submissions, in nbgrader's folders."""

    def __init__(self, desk: Desk, stem: str, limits: Limits = DEFAULT) -> None:
        self.desk = desk
        self.stem = stem
        self.limits = limits
        self.assignments = read_sources(desk, stem)
        self.versions = {name: installed(name) for name in ("torch-foundations", "torch", "ipython")}
        self.reports = desk.gradebook_folder / "reports" / stem

    @property
    def known(self) -> bool:
        """Whether the database holds the assignment with the graded cells and the tests that its sources have now. Raises CourseError."""
        with Book(self.desk) as book:
            layout = book.layout(self.stem)
        if layout is None:
            return False
        points, tests = {}, {}
        for assignment in self.assignments:
            for cell in assignment.cells:
                marks = cell.metadata.get("nbgrader", {})
                if marks.get("grade") or marks.get("task"):
                    points[assignment.name, cell.id] = cell.max_points
                if cell.graded:  # of a cell that a person grades, the database has no solution
                    tests[assignment.name, cell.id] = cell.source
        stored = {name: row["source"] for name, row in layout.sources.items() if name in tests}
        return layout.graded == points and stored == tests

    def students(self) -> list[str]:
        """Who handed something in."""
        above = self.desk.folder("submitted", "*", self.stem)
        pattern = os.path.relpath(above, above.parents[1])
        return sorted(
            path.parts[-2] for path in above.parents[1].glob(pattern) if path.is_dir() and not path.is_symlink()
        )

    def job(self, student: str) -> Job:
        """A submission's files."""
        folder = self.desk.folder("submitted", student, self.stem)
        found: dict[str, bytes] = {}
        problem = ""
        try:
            found = submitted.read_notebooks(folder, self.limits)
        except Refused as error:
            problem = str(error)
        timestamp = self._timestamp(folder)
        state = hashlib.sha256()
        for part in (timestamp or "", problem, *(a.digest for a in self.assignments)):
            state.update(part.encode() + b"\0")
        for name, content in found.items():
            state.update(os.fsencode(name) + b"\0" + hashlib.sha256(content).digest())
        state.update(json.dumps([dataclasses.asdict(self.limits), self.versions], sort_keys=True).encode())
        return Job(student, folder, state.hexdigest(), found, timestamp, problem)

    def _timestamp(self, folder: Path) -> str | None:
        stamp = self.desk.api.coursedir.get_existing_timestamp(str(folder))
        return None if stamp is None else f"{stamp:%Y-%m-%d %H:%M:%S.%f} UTC"

    def record_of(self, student: str) -> dict[str, Any]:
        """The last run's record of a submission, or an empty one."""
        try:
            found = json.loads((self.reports / f"{student}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def is_done(self, job: Job) -> dict[str, Any]:
        """The record of a submission that is graded as it lies there, or an empty one."""
        record = self.record_of(job.student)
        folder = self.desk.folder("autograded", job.student, self.stem)
        done = record.get("key") == job.key and all((folder / f"{a.name}.ipynb").exists() for a in self.assignments)
        return record if done else {}

    def grade(self, rooms: Rooms, job: Job) -> dict[str, Report]:
        """A report for each notebook of the assignment. Raises RoomError."""
        if job.problem:
            return {a.name: refused(a, job.problem, rooms.versions) for a in self.assignments}
        return {a.name: submitted.grade(rooms, a, job.notebooks) for a in self.assignments}

    def write(self, book: Book, job: Job, reports: Mapping[str, Report]) -> None:
        """Everything about one graded submission, in the order that a kill may interrupt."""
        notebooks = {a.name: submitted.autograded(a, reports[a.name], self.limits) for a in self.assignments}
        book.record(self.stem, job.student, notebooks, job.timestamp)
        self._swap_in(job, notebooks)
        self.reports.mkdir(parents=True, exist_ok=True)
        record = {"key": job.key, "notebooks": [report.as_json() for report in reports.values()]}
        write_whole(
            self.reports / f"{job.student}.json", json.dumps(record, ensure_ascii=False).encode("utf-8", "replace")
        )

    def _swap_in(self, job: Job, notebooks: Mapping[str, Mapping[str, Any]]) -> None:
        target = self.desk.folder("autograded", job.student, self.stem)
        target.parent.mkdir(parents=True, exist_ok=True)
        for left in target.parent.glob(f".{self.stem}.*"):  # of a run that was killed
            _remove(left)
        fresh = Path(tempfile.mkdtemp(prefix=f".{self.stem}.", dir=target.parent))
        fresh.chmod(0o755)
        for name, notebook in notebooks.items():
            text = json.dumps(notebook, ensure_ascii=False)  # without indents: with them Python's slow encoder is used
            (fresh / f"{name}.ipynb").write_bytes((text + "\n").encode("utf-8", "replace"))
        stamp = job.folder / "timestamp.txt"
        if stamp.is_file() and not stamp.is_symlink():
            shutil.copyfile(stamp, fresh / "timestamp.txt")
        if target.exists():
            old = fresh.with_name(f"{fresh.name}.old")
            target.rename(old)
            fresh.rename(target)
            _remove(old)
        else:
            fresh.rename(target)


def read_sources(desk: Desk, stem: str) -> list[Assignment]:
    """The instructor's notebooks of an assignment. Raises CourseError."""
    folder = desk.folder("source", ".", stem)
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        others = ", ".join(sorted({path.parent.name for path in folder.parent.glob("*/*.ipynb")})) or "none"
        raise CourseError(
            f"there is no notebook in {folder}: is the assignment called {stem!r}, and was it built (`make notebooks`)? There are: {others}"
        )
    try:
        support = support_files(folder, desk.api.coursedir.ignore)
        return [read_assignment(path.stem, path.read_bytes(), support=support) for path in paths]
    except AssignmentError as error:
        raise CourseError(f"{folder}: {error}") from error


def grade_class(
    desk: Desk,
    *stems: str,
    students: Sequence[str] = (),
    jobs: int = 0,
    force: bool = False,
    as_json: bool = False,
    sandboxed: bool = True,
    gpu: bool = False,
    limits: Limits = DEFAULT,
    console: Console | None = None,
) -> int:
    """Grade the submissions of some assignments, all by default. 0 when every one of them was graded, 1 otherwise. Raises CourseError before any is graded."""
    shown = console or Console(stderr=as_json)
    classes = [Class(desk, stem, limits) for stem in dict.fromkeys(stems)]
    for this in classes:
        if not this.known:
            raise CourseError(
                f"the gradebook does not know {this.stem} as it is now: run `autograder release {this.stem}`; where submissions are graded already, "
                f"`autograder regrade {this.stem}` carries them over"
            )
        if not students and not this.students():
            raise CourseError(
                f"nobody has handed in {this.stem}: there is nothing in {desk.folder('submitted', '*', this.stem)}"
            )
    documents: list[dict[str, Any]] = []
    bad = 0
    with ExitStack() as stack:

        @cache
        def rooms() -> Rooms:
            if not sandboxed:
                shown.print(
                    "[bold red]No sandbox: learners' code runs as you, with your files and your network.[/bold red]"
                )
            return stack.enter_context(Rooms(limits, sandboxed=sandboxed, gpu=gpu))

        for this in classes:
            started = time.perf_counter()
            rows = _grade(this, students, force, jobs or os.cpu_count() or 1, rooms, shown)
            seconds = time.perf_counter() - started
            if as_json:
                documents.append({"assignment": this.stem, "submissions": [row.as_json() for row in rows]})
            else:
                shown.print(table(this.stem, rows))
            lost = sum(row.state in ("refused", "missing") for row in rows)
            ran = sum(row.fresh for row in rows)
            told = f"{ran} graded in {seconds:.1f} s ({seconds / ran:.2f} s each)" if ran else "none had changed"
            told = f"{len(rows)} submissions, {told}. {f'{lost} could not be graded.' if lost else ''}"
            shown.print(told.rstrip(), highlight=False)
            bad += lost
    if as_json:
        print(json.dumps(documents[0] if len(documents) == 1 else documents, indent=1))
    return 1 if bad else 0


def _grade(
    this: Class, students: Sequence[str], force: bool, jobs: int, rooms: Callable[[], Rooms], shown: Console
) -> list[Row]:
    """Grade what is new or changed, and write it. A row for everybody wanted."""
    there = this.students()
    wanted = sorted(dict.fromkeys(students)) or there
    rows = {name: Row(name, state="missing", why="nothing was handed in") for name in wanted if name not in there}
    work: list[str] = []
    for student in wanted:
        if student in rows:
            continue
        job = this.job(student)
        record = {} if force else this.is_done(job)
        if record:
            sentence = next((book["refused"] for book in record["notebooks"] if book["refused"]), "")
            state = "refused" if sentence else "unchanged"
            rows[student] = Row(student, state, sentence, record=partial(this.record_of, student))
        else:
            work.append(student)
    if work:
        with Book(this.desk) as book, progress_bar(shown, len(work), "grading") as step:
            for job, reports in graded_reports(this, rooms(), map(this.job, work), jobs):
                this.write(book, job, reports)
                sentence = next((r.refused for r in reports.values() if r.refused), None) or ""
                state, kept = "refused" if sentence else "graded", partial(this.record_of, job.student)
                rows[job.student] = Row(job.student, state, sentence, fresh=True, record=kept)
                step(job.student)
    return [rows[name] for name in wanted]


def graded_reports(
    this: Class, rooms: Rooms, work: Iterable[Job], jobs: int
) -> Iterator[tuple[Job, dict[str, Report]]]:
    """Reports as they come, with no more under way than it takes to keep the rooms busy."""
    with ThreadPoolExecutor(jobs) as pool:
        waiting = iter(work)
        running: dict[Future[dict[str, Report]], Job] = {}
        try:
            while True:
                while len(running) < 2 * jobs and (job := next(waiting, None)) is not None:
                    running[pool.submit(this.grade, rooms, job)] = job
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    yield running.pop(future), future.result()
        finally:
            for future in running:
                future.cancel()


def table(stem: str, rows: Sequence[Row]) -> Table:
    """A row for each learner."""
    result = Table("learner", "points", "", "what did not pass", "repaired", title=stem)
    for row in rows:
        books = row.notebooks
        points = number(sum(book["points"] for book in books))
        most = number(sum(book["max_points"] for book in books))
        failed = (c["id"] for book in books for c in book["checks"] if c["status"] not in ("passed", "not_attempted"))
        lost = list(dict.fromkeys(name.rpartition("-")[0] or name for name in failed))  # exercises, in this course
        untried = sum(c["status"] == "not_attempted" for book in books for c in book["checks"])
        words = [*lost[:_NAMES], *([f"{len(lost) - _NAMES} more"] if len(lost) > _NAMES else [])]
        words += [f"{untried} not attempted"] if untried and row.state != "refused" else []
        mends = sum(len(book["repairs"]) for book in books)
        remarks = sum(len(book["remarks"]) for book in books)
        state = {"graded": "", "unchanged": "unchanged"}.get(row.state, f"[red]{row.state}[/red]")
        told = escape(row.why) if row.why else ", ".join(words)
        marks = ", ".join(
            ([str(mends)] if mends else []) + ([f"[yellow]look at {remarks}[/yellow]"] if remarks else [])
        )
        result.add_row(escape(row.student), f"{points:g} of {most:g}" if books else "", state, told, marks)
    return result


def write_whole(path: Path, content: bytes) -> None:
    """The file, or what was there before: never half of it."""
    aside = path.with_name(f".{path.name}.new")
    aside.write_bytes(content)
    aside.replace(path)


def _remove(folder: Path) -> None:
    # nbgrader writes its folders read-only.
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder)
