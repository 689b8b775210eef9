"""Damage a class's notebooks, grade them in the real rooms, and see that whole answers keep their points.

    python benchmarks/damage.py                  2 000 notebooks
    python benchmarks/damage.py 100              fewer
    python benchmarks/damage.py --only 1234      one of them, to see what happened
    python benchmarks/damage.py --jobs 4         at once (default: one a processor)

A notebook is a submission of the invented class with two to six damages of `tests/damage.py` on top of each other; which, follows from the seed and
its number. It fails when a check of an exercise whose code came through whole gets other points than without damage, or when the file is refused.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from rich.console import Console

from autograder.classroom import Submission, classroom
from autograder.course import open_course
from autograder.grade import Assignment, Report, Rooms, read_assignment
from autograder.progress import progress_bar
from autograder.rules import names_bound, names_in, uses_names

ROOT = Path(__file__).resolve().parents[1]
STEMS = tuple(path.stem for path in open_course(ROOT).assignment_paths)
SEED = 20260


@dataclass(frozen=True)
class Damaged:
    """A damaged notebook, and the points of each check whose answer is whole."""

    number: int
    stem: str
    student: str
    names: tuple[str, ...]
    notebook: bytes
    expected: Mapping[str, int]


@dataclass(frozen=True)
class Outcome:
    """What came of a damaged notebook. `wrong` is empty where every point stayed."""

    damaged: Damaged
    report: Report
    wrong: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        one = self.damaged
        return f"{one.number} ({one.stem}, {one.student}: {', '.join(one.names)}): {'; '.join(self.wrong) or 'as expected'}"


@cache
def damages() -> ModuleType:
    """`tests/damage.py`, whose name this file shares."""
    spec = importlib.util.spec_from_file_location("damages_of_tests", ROOT / "tests" / "damage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def class_of(stem: str) -> tuple[Assignment, bytes, tuple[Submission, ...]]:
    """An assignment, its release and a class of it."""
    course = open_course(ROOT)
    text = course.assignment(stem)
    released = course.released_notebook(stem).read_bytes()
    assignment = read_assignment(stem, course.solution_notebook(stem).read_bytes())
    return assignment, released, classroom(text, course.bank(text), released, size=32)


def damaged(number: int, seed: int = SEED) -> Damaged:
    """The damaged notebook of this number."""
    tools = damages()
    stem = STEMS[number % len(STEMS)]
    _, released, submissions = class_of(stem)
    chance = random.Random(f"{seed} {number}")
    submission = chance.choice(submissions)
    notebook = tools.prepare(submission.notebook_bytes, released)
    wanted = tools.answers(notebook)
    names = tuple(chance.choices(list(tools.DAMAGES), k=chance.randint(2, 6)))
    destroyed: set[str] = set()
    for name in names:
        destroyed |= tools.DAMAGES[name](notebook, chance)
    destroyed |= tools.overruled(notebook, wanted)
    destroyed |= callers(wanted, destroyed)
    kept = {check: points for check, points in submission.expected.items() if check.partition("-")[0] not in destroyed}
    return Damaged(number, stem, submission.student, names, tools.save(notebook), kept)


def callers(wanted: Mapping[str, str], destroyed: set[str]) -> set[str]:
    """The exercises whose answers call, directly or through another, one that is destroyed."""
    found = set(destroyed)
    while True:
        names = {name for exercise in found & wanted.keys() for name in names_in(wanted[exercise], names_bound)}
        more = {exercise for exercise in wanted.keys() - found if names & names_in(wanted[exercise], uses_names)}
        if not more:
            return found
        found |= more


def grade(rooms: Rooms, one: Damaged) -> Outcome:
    """Grade it, and hold its points against those expected."""
    started = time.perf_counter()
    report = rooms.grade(class_of(one.stem)[0], one.notebook)
    seconds = time.perf_counter() - started
    if report.refused is not None:
        return Outcome(one, report, (f"refused: {report.refused}",), seconds)
    checks = {check.id: check for check in report.checks}
    wrong = [
        f"{name}: {checks[name].points:g} points, expected {points} ({checks[name].status}: {checks[name].message!r})"
        for name, points in one.expected.items()
        if checks[name].points != points
    ]
    return Outcome(one, report, tuple(wrong), seconds)


def run(
    rooms: Rooms, numbers: Iterable[int], jobs: int = 0, step: Callable[[Outcome], None] = lambda outcome: None
) -> list[Outcome]:
    """Grade the notebooks of these numbers, some at once, in order."""

    def work(number: int) -> Outcome:
        outcome = grade(rooms, damaged(number))
        step(outcome)
        return outcome

    with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        return list(pool.map(work, numbers))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("count", nargs="?", type=int, default=2_000)
    parser.add_argument("--only", type=int, metavar="NUMBER")
    parser.add_argument("--jobs", type=int, default=0, metavar="N")
    options = parser.parse_args()
    console = Console()
    if options.only is not None:
        one = damaged(options.only)
        with Rooms() as rooms:
            outcome = grade(rooms, one)
        console.print(str(outcome), markup=False, highlight=False)
        console.print(json.dumps(outcome.report.as_json(), indent=1), markup=False, highlight=False)
        return 1 if outcome.wrong else 0
    started = time.perf_counter()
    with Rooms() as rooms, progress_bar(console, options.count, "damaged notebooks") as done:

        def step(outcome: Outcome) -> None:
            done("damaged notebooks")
            if outcome.wrong:
                console.print(str(outcome), style="red", markup=False, highlight=False)

        outcomes = run(rooms, range(options.count), options.jobs, step)
    summary(outcomes, time.perf_counter() - started, console)
    return 1 if any(outcome.wrong for outcome in outcomes) else 0


def summary(outcomes: list[Outcome], seconds: float, console: Console) -> None:
    """The figures of a run."""
    times = sorted(outcome.seconds for outcome in outcomes)
    checks = sum(len(outcome.damaged.expected) for outcome in outcomes)
    mends = Counter(mend.confidence for outcome in outcomes for mend in outcome.report.mends)
    used = Counter(name for outcome in outcomes for name in set(outcome.damaged.names))
    bad = [outcome for outcome in outcomes if outcome.wrong]
    blamed = Counter(name for outcome in bad for name in set(outcome.damaged.names))
    lines = (
        f"{len(outcomes)} damaged notebooks, {checks} checks of whole answers, {seconds:.0f} s",
        f"{len(bad)} notebooks with other points than expected; {sum(o.report.refused is not None for o in outcomes)} refused",
        f"a notebook: median {times[len(times) // 2]:.2f} s, slowest {times[-1]:.2f} s",
        "mends: " + ", ".join(f"{count} {word}" for word, count in mends.most_common()),
        f"damages: {len(used)} kinds, each in {min(used.values())} notebooks or more",
        *(f"  {name}: in {count} of the {len(bad)}" for name, count in blamed.most_common(8)),
    )
    for line in lines:
        console.print(line, markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
