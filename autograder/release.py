"""The gate before a release.

Theory of operation
-------------------
`release` builds the learner's notebook aside, in a temporary copy of what nbgrader needs, and lets nothing out before every clause holds:

1. the solution scores everything, on each of five seeds, inside the budget of time and memory;
2. the untouched release scores nothing;
3. every right answer of the bank scores everything; every wrong one fails exactly the checks it should, with the words it should;
4. an answer that says yes to everything scores nothing; one that records what it is sent scores nothing; and nothing that a right answer
   is sent, or an object is asked, equals a value that a check expects;
5. the release is the source less its marked regions and its notes: no outputs, no attachments, known metadata, allow-listed files, and
   no long line of a region anywhere in it;
6. points add up, in the text, in nbgrader's metadata and to the course's total;
7. one real nbgrader run, from the released notebook with the solutions typed in, gives every point.

Clauses 1 to 4 run in forks of this process (`runner`), hundreds of runs in seconds. A clause that fails is a sentence; all are collected.
Only when there are none is the release registered with nbgrader and swapped in, and its digest recorded in `solutions/released.json`,
where `RefuseUnreleased` looks before the formgrader's Generate button does anything.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder import build, forgers
from autograder.course import Course, CourseError
from autograder.runner import Run, run
from autograder.source import Answer, Assignment, Bank, Exercise, released_source, secret_source

SEEDS = (0, 1, 2, 3, 4)
SECONDS = 30.0  # a whole solution run, imports aside
MEGABYTES = 1024.0
LONG_LINE = 20  # characters; a longer line of a region may stand nowhere in the release
TOTALS = {"00_start_here": 10}  # every other assignment has 100 points
CELL_METADATA = {"nbgrader", "tags", "deletable", "editable"}
NOTEBOOK_METADATA = {"kernelspec", "language_info", build.KEY}
RECORD = "released.json"


@dataclass(frozen=True)
class Verdict:
    """What the gate found: `problems` is empty when the release may go out."""

    stem: str
    problems: tuple[str, ...]
    right: int
    wrong: int
    checks: int
    runs: int


def release(course: Course, stem: str, say: Callable[[str, float], None] = lambda *_: None) -> Verdict:
    """Run the gate; on success let nbgrader register the assignment and swap the release in. A failure leaves the last one as it was.

    `say` hears what is being done, and how much of the work is (0 to 1).
    """
    assignment = course.assignment(stem)
    source = course.solution_notebook(stem)
    if any(problem.path == source for problem in build.check(course)):
        raise CourseError(f"{source.relative_to(course.root)} is not what its text says: run `make notebooks` first")
    bank = course.bank(assignment)
    gate = Gate(assignment, bank, say)
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        aside = _copy(course, stem, Path(folder) / "project")
        verdict = gate.run(aside)
        if not verdict.problems:
            _swap_in(course, verdict, gate_digest(aside.root / "solutions", stem))
    return verdict


def release_all(course: Course, stems: Sequence[str], say: Callable[[str, str, float], None]) -> Iterator[Verdict]:
    """Release several assignments, one a processor at a time, each in a process of its own. Verdicts come as they are reached.

    `say` hears of which assignment, what is being done, and how much of its work is (0 to 1). Raises CourseError.
    """
    context = multiprocessing.get_context("spawn")
    workers = min(len(stems), os.cpu_count() or 1)
    with context.Manager() as manager, ProcessPoolExecutor(workers, mp_context=context) as pool:
        said = manager.Queue()
        waiting = {pool.submit(_release_one, course, stem, said) for stem in stems}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                while not said.empty():
                    say(*said.get())
                for future in done:
                    yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _release_one(course: Course, stem: str, said: Any) -> Verdict:
    return release(course, stem, lambda doing, share: said.put((stem, doing, share)))


class Gate:
    """The clauses. Each method yields the sentences of what does not hold."""

    def __init__(self, assignment: Assignment, bank: Bank, say: Callable[[str, float], None] = lambda *_: None) -> None:
        self.assignment = assignment
        self.bank = bank
        self.say = say
        self.runs = 0
        self.doing = ""
        self.expected_runs = len(SEEDS) + len(bank.answers) + len(assignment.exercises) * (len(forgers.FORGERS) + 1) + 1

    def run(self, aside: Course) -> Verdict:
        problems: list[str] = []
        for what, clause in (
            ("the solution on five seeds", self.solution),
            ("the bank of answers", self.answers),
            ("yes to everything", self.forgers),
            ("points", self.points),
        ):
            self._now(what)
            problems += clause()
        self._now("the release")
        failed = _generate(aside, self.assignment.stem)
        if failed:
            problems.append(failed)
        else:
            released = nbformat.read(aside.released_notebook(self.assignment.stem), as_version=4)
            problems += self.untouched(released)
            problems += self.equals_source(
                released, nbformat.read(aside.solution_notebook(self.assignment.stem), as_version=4)
            )
            problems += self.leaks(aside.root / "exercises" / self.assignment.stem)
            if not problems:
                self._now("nbgrader grades the solution")
                problems += self.nbgrader(aside)
        return Verdict(
            self.assignment.stem,
            tuple(problems),
            right=sum(answer.right for answer in self.bank.answers),
            wrong=sum(not answer.right for answer in self.bank.answers),
            checks=len(self.assignment.checks),
            runs=self.runs,
        )

    def _now(self, what: str) -> None:
        self.doing = what
        self.say(what, self.runs / self.expected_runs)

    def _run(self, answers: dict[str, str] | None = None, **options: Any) -> Run:
        self.runs += 1
        self.say(self.doing, self.runs / self.expected_runs)
        return run(self.assignment, answers, **options)

    def solution(self) -> Iterator[str]:
        for seed in SEEDS:
            result = self._run(seed=seed)
            for error in result.errors:
                yield f"seed {seed}: the solution's cell {error}"
            for outcome in result.outcomes:
                if outcome.status != "passed":
                    yield f"seed {seed}: the solution does not pass {outcome.id}: {outcome.message}"
            if result.seconds > SECONDS:
                yield f"seed {seed}: the solution took {result.seconds:.0f} s, the budget is {SECONDS:.0f} s"
            if result.megabytes > MEGABYTES:
                yield f"seed {seed}: the solution took {result.megabytes:.0f} MB, the budget is {MEGABYTES:.0f} MB"

    def untouched(self, released: Any) -> Iterator[str]:
        cells = {cell.id: cell.source for cell in released.cells}
        result = self._run({exercise.name: cells[exercise.name] for exercise in self.assignment.exercises})
        for error in result.errors:
            yield f"the untouched release does not run from top to bottom: {error}"
        for outcome in result.outcomes:
            if outcome.points:
                yield f"the untouched release scores {outcome.points} on {outcome.id}: start it with check.attempted(…)"
            elif outcome.status != "not_attempted":
                yield f"the untouched release is not called unattempted by {outcome.id}, which says: {outcome.message}"

    def answers(self) -> Iterator[str]:
        for answer in self.bank.answers:
            result = self._run({answer.exercise: answer.source})
            where = f"{self.bank.path.name}:{answer.line}: {answer.name!r} for {answer.exercise}"
            yield from self._judge(answer, where, result)

    def _judge(self, answer: Answer, where: str, result: Run) -> Iterator[str]:
        own = result.of(answer.exercise)
        lost = [outcome for outcome in own if outcome.status != "passed"]
        for outcome in result.outcomes:
            if outcome not in own and outcome.status != "passed":
                yield f"{where} costs points elsewhere: {outcome.id} says {outcome.message}"
        if answer.right:
            for error in result.errors:
                yield f"{where} is right, but its cell raises: {error}"
            for outcome in lost:
                yield f"{where} is right, but {outcome.id} says: {outcome.message}"
            return
        if not lost:
            yield f"{where} is wrong, and every check passes: a test is missing"
        elif not any(answer.says in outcome.message for outcome in lost):
            heard = " | ".join(f"{outcome.id}: {outcome.message}" for outcome in lost)
            yield f"{where} should be told {answer.says!r}, but hears: {heard}"
        if lost and {outcome.id for outcome in lost} != set(answer.fails):
            names = ",".join(outcome.id.partition("-")[2] for outcome in lost)
            yield f'{where} fails other checks than its header says: write fails="{names}"'

    def forgers(self) -> Iterator[str]:
        """Answers that know nothing and try to be believed; and what a right one is told."""
        for exercise in self.assignment.exercises:
            for name, prelude in forgers.FORGERS.items():
                forged = forgers.forged(exercise)
                result = self._run({exercise.name: forged}, prelude=prelude, inspect=forgers.overheard)
                for outcome in result.of(exercise.name):
                    if outcome.points:
                        yield f"{outcome.id} gives {outcome.points} points to {name}: compare its result with check.close or check.equal"
                yield from self._overheard(exercise, result, name)
            result = self._run(
                {exercise.name: forgers.listening(exercise)}, prelude=forgers.LISTENER, inspect=forgers.overheard
            )
            yield from self._overheard(exercise, result, "a right answer that listens")

    def _overheard(self, exercise: Exercise, result: Run, who: str) -> Iterator[str]:
        for value in result.findings or ():
            yield f"{exercise.name}: {who} is sent a value that a check expects ({value}): test on another input"

    def points(self) -> Iterator[str]:
        total = TOTALS.get(self.assignment.stem, 100)
        if self.assignment.points != total:
            yield f"the assignment has {self.assignment.points} points and should have {total}"

    def equals_source(self, released: Any, source: Any) -> Iterator[str]:
        kept = [cell for cell in source.cells if build.NOTES_TAG not in cell.metadata.get("tags", [])]
        if len(kept) != len(released.cells):
            yield f"the release has {len(released.cells)} cells, the source less its notes {len(kept)}"
            return
        for cell, given in zip(kept, released.cells, strict=True):
            if given.source.rstrip() != released_source(cell.source) or given.id != cell.id:
                yield f"the released cell {given.id} is not the source less its marked regions"
            if given.get("outputs") or given.get("attachments"):
                yield f"the released cell {given.id} carries outputs or attachments"
            if unknown := set(given.metadata) - CELL_METADATA:
                yield f"the released cell {given.id} carries unknown metadata: {', '.join(sorted(unknown))}"
            if given.cell_type == "code" and given.metadata.get("nbgrader", {}).get("grade"):
                points = {check.id: check.points for check in self.assignment.checks}
                if given.metadata["nbgrader"]["points"] != points.get(given.id):
                    yield f"the released cell {given.id} has {given.metadata['nbgrader']['points']} points, the text {points.get(given.id)}"
        if unknown := set(released.metadata) - NOTEBOOK_METADATA:
            yield f"the release carries unknown notebook metadata: {', '.join(sorted(unknown))}"

    def leaks(self, folder: Path) -> Iterator[str]:
        for path in sorted(folder.rglob("*")):
            if (
                path.is_file()
                and path.name != f"{self.assignment.stem}.ipynb"
                and path.name not in support_files(folder)
            ):
                yield f"{path.name} would be released: nothing but the notebook and declared support files may stand in its folder"
        text = "\n".join(
            path.read_text(encoding="utf-8", errors="replace") for path in sorted(folder.rglob("*")) if path.is_file()
        )
        for line in secret_lines(self.assignment):
            if json.dumps(line, ensure_ascii=False)[1:-1] in text or line in text:
                yield f"a line of a solution or a hidden test is in the release: {line!r}"

    def nbgrader(self, aside: Course) -> Iterator[str]:
        stem = self.assignment.stem
        notebook = nbformat.read(aside.released_notebook(stem), as_version=4)
        for cell in notebook.cells:
            if any(cell.id == exercise.name for exercise in self.assignment.exercises):
                cell.source = self.assignment.exercise(cell.id).solution
        submitted = aside.root / "gradebook" / "submitted" / "solution" / stem
        submitted.mkdir(parents=True)
        nbformat.write(notebook, submitted / f"{stem}.ipynb")
        failed = _nbgrader(aside.root, "autograde", stem, "--student=solution")
        if failed:
            yield failed
            return
        graded = nbformat.read(
            aside.root / "gradebook" / "autograded" / "solution" / stem / f"{stem}.ipynb", as_version=4
        )
        from nbgrader.utils import determine_grade

        for cell in graded.cells:
            if cell.metadata.get("nbgrader", {}).get("grade"):
                score, possible = determine_grade(cell, None)
                if score != possible:
                    yield f"nbgrader gives the solution {score} of {possible} on {cell.id}"


def secret_lines(assignment: Assignment) -> list[str]:
    """Lines of marked regions and notes longer than LONG_LINE that stand nowhere else in what learners get."""
    public: set[str] = set()
    secret: set[str] = set()
    for cell in assignment.cells:
        if "solution_notes" in cell.keys:
            secret.update(line.strip() for line in cell.source.splitlines())
            continue
        public.update(line.strip() for line in released_source(cell.source).splitlines())
        secret.update(line.strip() for line in secret_source(cell.source).splitlines())
    return sorted(line for line in secret - public if len(line) > LONG_LINE)


def support_files(folder: Path) -> set[str]:
    """Files an assignment declares, one a line, in `support.txt` beside its notebook."""
    declared = folder / "support.txt"
    return {"support.txt", *declared.read_text(encoding="utf-8").split()} if declared.exists() else set()


def gate_digest(solutions: Path, stem: str) -> str:
    """Of all the gate's verdict depends on: the built notebook less outputs, the files beside it, the bank, and `check`."""
    state = hashlib.sha256()
    notebook = nbformat.read(solutions / stem / f"{stem}.ipynb", as_version=4)
    cells = [(cell.id, cell.source, cell.metadata) for cell in notebook.cells]
    state.update(json.dumps(cells, sort_keys=True).encode())
    for path in sorted((solutions / stem).iterdir()):
        if path.is_file() and path.name != f"{stem}.ipynb":
            state.update(path.name.encode() + path.read_bytes())
    state.update((solutions / f"{stem}_answers.py").read_bytes())
    for path in sorted((Path(__file__).parent / "check").glob("*.py")):
        state.update(path.name.encode() + path.read_bytes())
    return state.hexdigest()[:16]


def released(solutions: Path) -> dict[str, dict[str, Any]]:
    """What has passed the gate: stem -> digest and counts."""
    path = solutions / RECORD
    if not path.exists():
        return {}
    record: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return record


class RefuseUnreleased(NbGraderPreprocessor):  # type: ignore[misc]
    """nbgrader's Generate goes on only for a source whose digest has passed the gate."""

    def __init__(self, **kwargs: Any) -> None:
        """Looks already when nbgrader makes it: by the time it preprocesses, a forced run has removed the last release."""
        super().__init__(**kwargs)
        converter = getattr(self.parent, "parent", None)
        for folder in getattr(converter, "assignments", ()):
            self._refuse(Path(folder))

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        self._refuse(Path(resources["metadata"]["path"]))
        return nb, resources

    def _refuse(self, folder: Path) -> None:
        passed = released(folder.parent).get(folder.name, {}).get("digest")
        try:
            digest = gate_digest(folder.parent, folder.name)
        except FileNotFoundError:  # an assignment without a notebook of its name or a bank has never been to the gate
            digest = ""
        if not digest or passed != digest:
            message = (
                f"{folder.name} has not passed the gate as it stands: run `autograder release {folder.name}` in a terminal, "
                "which tests it against its bank of answers and then releases it"
            )
            self.log.error(message)
            raise NbGraderException(message)


def _copy(course: Course, stem: str, to: Path) -> Course:
    """What nbgrader needs of the project, with a record under which it may generate."""
    (to / "solutions").mkdir(parents=True)
    shutil.copytree(course.root / "solutions" / stem, to / "solutions" / stem)
    shutil.copy(course.root / "nbgrader_config.py", to)
    shutil.copy(course.root / "solutions" / f"{stem}_answers.py", to / "solutions")
    for name in ("exercises", "gradebook"):
        (to / name).mkdir()
    aside = Course(to, course.repository, course.branch, course.version)
    digest = gate_digest(to / "solutions", stem)
    (to / "solutions" / RECORD).write_text(json.dumps({stem: {"digest": digest}}), encoding="utf-8")
    return aside


def _generate(course: Course, stem: str, *options: str) -> str:
    return _nbgrader(course.root, "generate_assignment", stem, "--force", *options)


def _nbgrader(root: Path, *arguments: str) -> str:
    """Run an nbgrader command in `root`; a sentence when it fails, else an empty string.

    In a process of its own: nbgrader starts threads, and this process forks.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])  # nbgrader starts `alembic`
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return ""
    lines = [
        line for line in done.stderr.splitlines() if "ERROR" in line or "Error" in line
    ] or done.stderr.splitlines()
    return f"nbgrader {arguments[0]} failed: {' / '.join(lines[-3:])}"


def _swap_in(course: Course, verdict: Verdict, digest: str) -> None:
    """Record what passed, register it with the project's gradebook, and exchange the released folder in two renames.

    `digest` is of what the gate saw: where the source changed since, RefuseUnreleased stops nbgrader here.
    """
    folder = os.open(course.root / "solutions", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # one release at a time: the record and the gradebook are shared
        _exchange(course, verdict, digest)
    finally:
        os.close(folder)


def _exchange(course: Course, verdict: Verdict, digest: str) -> None:
    record = course.root / "solutions" / RECORD
    before = record.read_bytes() if record.exists() else None
    entry = {"digest": digest, "checks": verdict.checks, "right": verdict.right, "wrong": verdict.wrong}
    passed = {**released(record.parent), verdict.stem: entry}
    record.write_text(json.dumps(dict(sorted(passed.items())), indent=1) + "\n", encoding="utf-8")
    fresh = course.root / "gradebook" / "release"
    shutil.rmtree(fresh, ignore_errors=True)
    failed = _generate(course, verdict.stem, f"--CourseDirectory.release_directory={fresh}")
    if failed:
        if before is None:
            record.unlink()
        else:
            record.write_bytes(before)
        shutil.rmtree(fresh, ignore_errors=True)
        hint = f"; run `autograder regrade {verdict.stem}`, which carries the submissions over, and release again"
        raise CourseError(
            f"the gate passed, but the gradebook refused the release, and the last one stays: {failed}"
            f"{hint if 'submissions associated' in failed else ''}"
        )
    target = course.root / "exercises" / verdict.stem
    target.parent.mkdir(exist_ok=True)
    if target.exists():
        target.rename(fresh / f"{verdict.stem}.old")
    (fresh / verdict.stem).rename(target)
    shutil.rmtree(fresh)
