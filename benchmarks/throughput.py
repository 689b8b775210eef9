"""How fast a class is graded, against stock nbgrader and against no isolation at all.

    python benchmarks/throughput.py [--submissions 60]

One run, the same submissions for all four, half of them of 00_start_here and half of 03_matmul_and_bmm:

    stock      nbgrader autograde with its own preprocessors, one after the other
    plain      nbgrader autograde with this course's configuration, one after the other
    parallel   autograder grade, on all cores
    floor      the same cells through IPython's run_cell in one warm interpreter on one core: no isolation, no gradebook, no files;
               taken before the others and after them, since a shared machine's speed drifts, and the mean counts

Every submission's points are compared with those expected; a run with wrong points prints them and fails.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Sequence

from common import apart, as_stock, hand_in, machine, students
from floor import bare_seconds
from rich.console import Console

from autograder.batch import grade_class
from autograder.classroom import Submission
from autograder.desk import Desk

STEMS = ("00_start_here", "03_matmul_and_bmm")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=60)
    options = parser.parse_args()
    console = Console()
    half = options.submissions // 2
    submissions = [one for stem in STEMS for one in students(stem, half)]
    console.print(f"{len(submissions)} submissions; {machine()}", highlight=False)
    seconds: dict[str, float] = {}
    wrong = 0
    with console.status("floor"):
        before = sum(bare_seconds(submissions))
    for name in ("parallel", "plain", "stock"):
        with apart() as (desk, place), console.status(name):
            for stem in STEMS:
                desk.generate(stem)
            hand_in(place, submissions)
            if name == "stock":
                as_stock(desk)
            seconds[name] = (in_parallel if name == "parallel" else one_by_one)(desk, submissions)
            wrong += differences(desk, submissions, name, console)
    with console.status("floor"):
        after = sum(bare_seconds(submissions))
    seconds["floor"] = (before + after) / 2
    each = {name: 1000 * total / len(submissions) for name, total in seconds.items()}
    for name in ("stock", "plain", "parallel", "floor"):
        console.print(
            f"{name:9} {each[name]:7.0f} ms a submission   stock / this = {each['stock'] / each[name]:5.1f}   "
            f"this / floor = {each[name] / each['floor']:5.2f}",
            highlight=False,
        )
    spread = [1000 * one / len(submissions) for one in (before, after)]
    console.print(f"the floor was {spread[0]:.0f} ms before and {spread[1]:.0f} ms after", highlight=False)
    return 1 if wrong else 0


def in_parallel(desk: Desk, submissions: Sequence[Submission]) -> float:
    started = time.perf_counter()
    grade_class(desk, *STEMS, console=Console(file=io.StringIO()))
    return time.perf_counter() - started


def one_by_one(desk: Desk, submissions: Sequence[Submission]) -> float:
    started = time.perf_counter()
    for one in submissions:
        desk.autograde(one.stem, one.student)
    return time.perf_counter() - started


def differences(desk: Desk, submissions: Sequence[Submission], name: str, console: Console) -> int:
    found = 0
    for one in submissions:
        got = desk.scores(one.stem, one.student)
        if dict(got) != dict(one.expected):
            found += 1
            console.print(
                f"[red]{name}: {one.student} {one.stem} got {sum(got.values()):g}, expected {one.points}[/red]"
            )
    return found


if __name__ == "__main__":
    sys.exit(main())
