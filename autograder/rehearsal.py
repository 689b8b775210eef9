"""`make grade`: a whole class graded with nbgrader's commands, before a real one is.

Every assignment is released, fetched, submitted by the invented class of `classroom`, collected, graded and returned, in folders
and a database of its own under `gradebook/rehearsal/`: an instructor's gradebook is not touched. Each check's points are held against
those that the bank and the assignment's text give.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from rich.console import Console
from rich.table import Table

from autograder.classroom import CLASS_SIZE, SEED, Submission, classroom
from autograder.course import Course, open_course
from autograder.desk import Desk, NbgraderError
from autograder.progress import progress_bar


@dataclass(frozen=True)
class Graded:
    """A submission, what nbgrader gave each of its checks, and why there is nothing where there is nothing."""

    submission: Submission
    points: Mapping[str, float]
    error: NbgraderError | None = None

    @property
    def total(self) -> float:
        return sum(self.points.values())

    @property
    def unexpected(self) -> list[str]:
        """Each check whose points are not those expected, as a sentence."""
        if self.error:
            return [str(self.error)]
        expected = self.submission.expected
        return [
            f"{check}: {self.points.get(check, 'no')} points, expected {expected.get(check, 'none')}"
            for check in sorted(expected.keys() | self.points.keys())
            if self.points.get(check) != expected.get(check)
        ]


def rehearse(
    root: Path,
    stems: Sequence[str] = (),
    *,
    students: int = CLASS_SIZE,
    seed: int = SEED,
    folder: Path | None = None,
    console: Console | None = None,
) -> int:
    """Grade the class on each assignment (all of them unless `stems` names some); 0 when every point is as expected, else 1.

    What `folder` (gradebook/rehearsal) holds from the last time is removed first.
    """
    console = console or Console()
    course = open_course(root)
    place = (folder or course.root / "gradebook" / "rehearsal").resolve()
    shutil.rmtree(place, ignore_errors=True)
    desk = Desk.apart(course.root, place)
    chosen = list(stems) or [path.stem for path in course.assignment_paths]
    try:
        submissions = [s for stem in chosen for s in take_in(course, desk, stem, students, seed)]
        start = time.monotonic()
        graded = grade(desk, alternating(submissions, chosen), console)
        seconds = time.monotonic() - start
        for stem in chosen:
            desk.release_feedback(stem)
        csv = desk.export()
    except NbgraderError as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        keep(place, error)
        return 1
    console.print(table(graded, chosen))
    console.print(f"{len(graded)} submissions in {seconds:.0f} s, {seconds / len(graded):.1f} s each.", highlight=False)
    console.print(f"Scores: {shown(csv, course)}. Feedback: {shown(place / 'feedback', course)}.", highlight=False)
    wrong = [result for result in graded if result.unexpected]
    if not wrong:
        console.print(f"Every check of all {len(graded)} submissions got exactly the points expected.", style="green")
        return 0
    console.print(f"{len(wrong)} of {len(graded)} submissions did not get the points expected:", style="bold red")
    for result in wrong:
        explain(result, console)
        if result.error:
            keep(place, result.error)
    return 1


def take_in(course: Course, desk: Desk, stem: str, students: int, seed: int) -> tuple[Submission, ...]:
    """Release an assignment and take in the class's submissions, through the exchange."""
    desk.generate(stem)
    released = course.released_notebook(stem)
    fresh = desk.folder("release", ".", stem) / released.name
    if not released.exists() or cells_of(released) != cells_of(fresh):
        raise NbgraderError(f"exercises/{stem} is not what solutions/{stem} releases: run `autograder release {stem}`.")
    desk.release(stem)
    assignment = course.assignment(stem)
    submissions = classroom(assignment, course.bank(assignment), released.read_bytes(), size=students, seed=seed)
    work = Path(desk.config.Exchange.assignment_dir) / stem
    for submission in submissions:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        (work / f"{stem}.ipynb").write_bytes(submission.notebook_bytes)
        desk.submit(stem, submission.student)
    desk.collect(stem)
    return submissions


def cells_of(path: Path) -> list[tuple[str, str, object]]:
    """What a notebook says: kind, source and metadata of each cell."""
    return [(cell.cell_type, cell.source, cell.metadata) for cell in nbformat.read(path, as_version=4).cells]


def alternating(submissions: Iterable[Submission], stems: Sequence[str]) -> list[Submission]:
    """Each learner's assignments one after the other, so that a fault of any assignment shows early."""
    return sorted(submissions, key=lambda s: (s.student, stems.index(s.stem)))


def grade(desk: Desk, submissions: Sequence[Submission], console: Console) -> list[Graded]:
    """Autograde and write feedback; a submission with unexpected points is told at once."""
    graded = []
    with progress_bar(console, len(submissions), "grading") as step:
        for submission in submissions:
            result = grade_one(desk, submission)
            if result.unexpected:
                console.print(f"[red]{submission.student} {submission.stem}[/red]: {result.unexpected[0]}")
            graded.append(result)
            step(f"{submission.student} {submission.stem}")
    return graded


def grade_one(desk: Desk, submission: Submission) -> Graded:
    stem, student = submission.stem, submission.student
    try:
        desk.autograde(stem, student)
        desk.feedback(stem, student)
    except NbgraderError as error:
        return Graded(submission, {}, error)
    if not (desk.folder("feedback", student, stem) / f"{stem}.html").exists():
        return Graded(submission, {}, NbgraderError("nbgrader wrote no feedback"))
    return Graded(submission, desk.scores(stem, student))


def table(graded: Iterable[Graded], stems: Sequence[str]) -> Table:
    """A row for each learner: points of expected points a chapter, and the exercises that lost some."""
    result = Table("learner", *stems, "what failed", title="points, and the points expected where they differ")
    by_learner: dict[str, dict[str, Graded]] = {}
    for one in graded:
        by_learner.setdefault(one.submission.student, {})[one.submission.stem] = one
    for student, row in sorted(by_learner.items()):
        failed = [text for stem in stems if stem in row for text in lost_exercises(row[stem])]
        result.add_row(student, *(cell(row.get(stem)) for stem in stems), some_of(failed))
    return result


def cell(graded: Graded | None) -> str:
    if graded is None:
        return "—"
    if graded.error:
        return "[red]not graded[/red]"
    of = sum_of(graded.total)
    return f"[red]{of}, expected {graded.submission.points}[/red]" if graded.unexpected else of


def sum_of(points: float) -> str:
    return f"{points:g}"


def lost_exercises(graded: Graded) -> list[str]:
    """The exercises with a check without points, in order."""
    exercises = {check.rpartition("-")[0]: None for check, points in graded.points.items() if not points}
    return list(exercises)


def some_of(names: Sequence[str], limit: int = 3) -> str:
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {more} more" if more > 0 else "")


def explain(graded: Graded, console: Console) -> None:
    submission = graded.submission
    console.print(f"{submission.student} {submission.stem} ({submission.description})", highlight=False, markup=False)
    for line in graded.unexpected:
        console.print(f"  {line}", highlight=False, markup=False)


def keep(place: Path, error: NbgraderError) -> None:
    """All that nbgrader said about a failure, in a file beside the rest."""
    with (place / "nbgrader.log").open("a", encoding="utf-8") as file:
        print(f"{error}\n{error.log}", file=file)


def shown(path: Path, course: Course) -> str:
    return str(path.relative_to(course.root)) if path.is_relative_to(course.root) else str(path)
