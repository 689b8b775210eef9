"""How long one submission takes, from bytes to report, in warm rooms, for every assignment of the course.

python benchmarks/latency.py [--runs 24]
"""

from __future__ import annotations

import argparse
import statistics
import time

from common import course, machine, source, students

from autograder.grade import Rooms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=24, help="for each assignment")
    options = parser.parse_args()
    print(machine())
    every: list[float] = []
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
            every += times
            tell(stem, times)
    tell("all", every)


def tell(name: str, times: list[float]) -> None:
    cuts = statistics.quantiles(times, n=20)
    print(
        f"{name:26} median {statistics.median(times):4.0f} ms, 95 % under {cuts[-1]:4.0f} ms, longest {max(times):4.0f} ms"
    )


if __name__ == "__main__":
    main()
