"""How long one submission takes, from bytes to report, in warm rooms, for every assignment of the course.

python benchmarks/latency.py [--runs 24]

Beside it the floor: the same submissions' cells in one warm interpreter, without isolation or report (`floor.py`), in the same run.
"""

from __future__ import annotations

import argparse
import statistics
import time

from common import course, machine, source, students
from floor import bare_seconds

from autograder.grade import Rooms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=24, help="for each assignment")
    options = parser.parse_args()
    print(machine())
    every: list[float] = []
    every_bare: list[float] = []
    with Rooms() as rooms:
        for stem in [path.stem for path in course().assignment_paths]:
            assignment, submissions = source(stem), students(stem, 24)
            rooms.grade(assignment, submissions[0].notebook_bytes)
            times = []
            for number in range(options.runs):
                one = submissions[number % len(submissions)]
                started = time.perf_counter()
                report = rooms.grade(assignment, one.notebook_bytes)
                times.append(1000 * (time.perf_counter() - started))
                assert {c.id: c.points for c in report.checks} == dict(one.expected), one.description
            bare = [1000 * seconds for seconds in bare_seconds([submissions[n % 24] for n in range(options.runs)])]
            every += times
            every_bare += bare
            tell(stem, times, bare)
    tell("all", every, every_bare)


def tell(name: str, times: list[float], bare: list[float]) -> None:
    cuts, middle, floor = statistics.quantiles(times, n=20), statistics.median(times), statistics.median(bare)
    print(
        f"{name:26} median {middle:4.0f} ms, 95 % under {cuts[-1]:4.0f} ms, longest {max(times):4.0f} ms; "
        f"floor median {floor:4.0f} ms, this / floor = {middle / floor:.2f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
