"""Points on honest work: the class of every assignment, graded in three ways, against the points that the bank gives.

    python benchmarks/honest.py [STEM …] [--submissions 24] [--jobs 2]

    sealed        autograder grade
    in-process    the same with `judge = "in-process"`: tests run beside the answers
    stock         nbgrader autograde with its own preprocessors

Exits with 1 when any of them gives other points than expected.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import multiprocessing
import sys
from collections.abc import Mapping

from common import apart, as_stock, course, hand_in, machine, source, students
from rich.console import Console

from autograder.classroom import Submission
from autograder.desk import NbgraderError
from autograder.grade import Rooms
from autograder.progress import progress_bar

WAYS = ("sealed", "in-process", "stock")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stems", nargs="*", metavar="STEM", default=[path.stem for path in course().assignment_paths])
    parser.add_argument("--submissions", type=int, default=24, help="of each assignment")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    console = Console(width=150)
    console.print(machine(), highlight=False)
    wrong = 0
    context = multiprocessing.get_context("spawn")
    with (
        progress_bar(console, len(options.stems), "grading") as step,
        concurrent.futures.ProcessPoolExecutor(options.jobs, context) as pool,
    ):
        jobs = {pool.submit(grade, stem, options.submissions): stem for stem in options.stems}
        for job in concurrent.futures.as_completed(jobs):
            counts, differences = job.result()
            wrong += len(differences)
            told = ", ".join(f"{way} {counts[way]} of {options.submissions}" for way in WAYS)
            console.print(f"{jobs[job]:26} as expected: {told}", highlight=False)
            for line in differences:
                console.print(f"  {line}", style="red", highlight=False, markup=False)
            step(jobs[job])
    return 1 if wrong else 0


def grade(stem: str, size: int) -> tuple[dict[str, int], list[str]]:
    """How many submissions got exactly the points expected, each way, and where others did not."""
    submissions = students(stem, size)
    counts, differences = dict.fromkeys(WAYS, 0), []
    for way in WAYS:
        for one, got in (by_stock if way == "stock" else by_rooms)(stem, submissions, way):
            others = [
                f"{check}: {got.get(check, 'no')} points, expected {points:g}"
                for check, points in one.expected.items()
                if got.get(check) != points
            ]
            counts[way] += not others
            differences += [f"{way}, {one.student} ({one.description}): {'; '.join(others)}"] if others else []
    return counts, differences


def by_rooms(stem: str, submissions: tuple[Submission, ...], way: str) -> list[tuple[Submission, Mapping[str, float]]]:
    assignment = dataclasses.replace(source(stem), judge=way)
    with Rooms() as rooms:
        reports = [(one, rooms.grade(assignment, one.notebook_bytes)) for one in submissions]
    return [(one, {check.id: check.points for check in report.checks}) for one, report in reports]


def by_stock(stem: str, submissions: tuple[Submission, ...], way: str) -> list[tuple[Submission, Mapping[str, float]]]:
    got: list[tuple[Submission, Mapping[str, float]]] = []
    with apart() as (desk, place):
        desk.generate(stem)
        hand_in(place, submissions)
        as_stock(desk)
        for one in submissions:
            try:
                desk.autograde(stem, one.student)
                got.append((one, dict(desk.scores(stem, one.student))))
            except NbgraderError:
                got.append((one, {}))
    return got


if __name__ == "__main__":
    sys.exit(main())
