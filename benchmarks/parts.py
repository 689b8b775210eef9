"""What the time of one complete submission goes to, in CPU milliseconds.

python benchmarks/parts.py [--runs 20] [--stem 03_matmul_and_bmm]

    start         of both rooms, once a run
    the code      the notebook's cells by plain `exec` in one warm process, and the three slowest of them
    coordinator   reading and mending the file, and putting the report together
    judges        the judge room's children
    learners      the warm room's children
    writing       the gradebook, the autograded notebook and the record
"""

from __future__ import annotations

import argparse
import linecache
import time

import psutil
from common import apart, hand_in, machine, source, students

from autograder.batch import Class
from autograder.classroom import Submission
from autograder.grade import Assignment, Rooms
from autograder.gradebook import Book


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--stem", default="03_matmul_and_bmm", help="the assignment")
    options = parser.parse_args()
    print(machine())
    assignment, best = source(options.stem), max(students(options.stem, 24), key=lambda one: one.points)
    code(assignment, options.runs)
    grading(assignment, best, options.runs)
    writing(best, options.runs)


def code(assignment: Assignment, runs: int) -> None:
    spent: dict[str, float] = {}
    for _ in range(runs):
        namespace: dict[str, object] = {}
        for cell in assignment.cells:
            if cell.kind == "code":
                name = f"<{cell.id}>"
                linecache.cache[name] = (0, None, cell.source.splitlines(keepends=True), name)  # tests read answers
                started = time.process_time()
                exec(compile(cell.source, name, "exec"), namespace)
                spent[cell.id] = spent.get(cell.id, 0.0) + time.process_time() - started
    each = {name: 1000 * total / runs for name, total in spent.items()}
    slowest = ", ".join(f"{name} {each[name]:.0f}" for name in sorted(each, key=each.__getitem__)[:-4:-1])
    print(f"the code     {sum(each.values()):4.0f} ms, of which {slowest}")


def grading(assignment: Assignment, best: Submission, runs: int) -> None:
    started = time.perf_counter()
    with Rooms() as rooms:
        print(f"start        {1000 * (time.perf_counter() - started):4.0f} ms by the clock, once for all submissions")
        for _ in range(2):
            rooms.grade(assignment, best.notebook_bytes)
        own, wall, ours = time.process_time(), time.perf_counter(), children(rooms)
        for _ in range(runs):
            report = rooms.grade(assignment, best.notebook_bytes)
        took = [1000 * (after - before) / runs for before, after in zip(ours, children(rooms), strict=True)]
        own, wall = (
            1000 * (now - then) / runs for now, then in ((time.process_time(), own), (time.perf_counter(), wall))
        )
    assert report.points == best.points
    print(
        f"coordinator  {own:4.0f} ms\njudges       {took[0]:4.0f} ms\nlearners     {took[1]:4.0f} ms\n(bytes to report: {wall:.0f} ms by the clock)"
    )


def children(rooms: Rooms) -> tuple[float, float]:
    """CPU seconds of all judges and of all learners so far; a room hears of a child's a moment after it ended."""
    time.sleep(0.3)
    room = psutil.Process(rooms._room.process.pid)
    times = [psutil.Process(rooms._judge.pid).cpu_times(), [room, *room.children(recursive=True)][-1].cpu_times()]
    judges, learners = (one.children_user + one.children_system for one in times)
    return judges, learners


def writing(best: Submission, runs: int) -> None:
    with apart() as (desk, place), Rooms() as rooms:
        desk.generate(best.stem)
        hand_in(place, [best])
        this = Class(desk, best.stem)
        job = this.job(best.student)
        reports = this.grade(rooms, job)
        with Book(desk) as book:
            this.write(book, job, reports)
            started = time.process_time()
            for _ in range(runs):
                this.write(book, job, reports)
            print(f"writing      {1000 * (time.process_time() - started) / runs:4.0f} ms")


if __name__ == "__main__":
    main()
