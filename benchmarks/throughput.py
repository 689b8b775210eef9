"""How fast a class is graded, against stock nbgrader and against no isolation at all.

    python benchmarks/throughput.py [--submissions 60]

One run, the same submissions for all four, half of them of 00_start_here and half of 03_matmul_and_bmm:

    stock      nbgrader autograde with its own preprocessors, one after the other
    plain      nbgrader autograde with this course's configuration, one after the other
    parallel   autograder grade, on all cores
    floor      the same cells through IPython's run_cell in one warm interpreter on one core: no isolation, no gradebook, no files

Every submission's points are compared with those expected; a run with wrong points prints them and fails.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from common import ROOT, apart, as_stock, hand_in, machine, source, students
from rich.console import Console

from autograder.batch import grade_class
from autograder.classroom import Submission
from autograder.desk import Desk
from autograder.grade.intake import read
from autograder.grade.repair import mend

STEMS = ("00_start_here", "03_matmul_and_bmm")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=60)
    parser.add_argument("--floor", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        return floor(options.floor)
    console = Console()
    half = options.submissions // 2
    submissions = [one for stem in STEMS for one in students(stem, half)]
    console.print(f"{len(submissions)} submissions; {machine()}", highlight=False)
    seconds: dict[str, float] = {}
    wrong = 0
    with console.status("floor"):
        seconds["floor"] = in_one_interpreter(submissions)
    for name in ("parallel", "plain", "stock"):
        with apart() as (desk, place), console.status(name):
            for stem in STEMS:
                desk.generate(stem)
            hand_in(place, submissions)
            if name == "stock":
                as_stock(desk)
            seconds[name] = (in_parallel if name == "parallel" else one_by_one)(desk, submissions)
            wrong += differences(desk, submissions, name, console)
    each = {name: 1000 * total / len(submissions) for name, total in seconds.items()}
    for name in ("stock", "plain", "parallel", "floor"):
        console.print(
            f"{name:9} {each[name]:7.0f} ms a submission   stock / this = {each['stock'] / each[name]:5.1f}   "
            f"this / floor = {each[name] / each['floor']:5.2f}",
            highlight=False,
        )
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


def in_one_interpreter(submissions: Sequence[Submission]) -> float:
    """The mended notebooks' cells, handed to a process of its own, which says how long they took."""
    assignments = {stem: source(stem) for stem in STEMS}
    work = []
    for one in submissions:
        assignment = assignments[one.stem]
        plan = mend(assignment, read(one.notebook_bytes))
        full = ("test", "locked")
        work.append(
            [assignment.by_id[c.id].source if c.role in full else c.source for c in plan.cells if c.kind == "code"]
        )
    with apart() as (_, place):
        (place / "cells.json").write_text(json.dumps(work))
        command = [sys.executable, __file__, "--floor", str(place / "cells.json")]
        said = subprocess.run(
            command, cwd=place, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
    return float(said.stdout.splitlines()[-1])


def floor(path: Path) -> int:
    """In a process of its own: everything imported and warm, the cells timed, nothing else."""
    os.environ["TORCH_FOUNDATIONS_GRADING"] = "1"
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    import torch

    from autograder.grade import learner
    from autograder.grade.limits import DEFAULT

    torch.set_num_threads(1)
    recorder = learner.Recorder(DEFAULT)
    shell = learner.make_shell(recorder)
    learner.warm_up(shell, recorder)
    stdout = sys.stdout
    sys.stdout = sys.stderr = learner.Stream("stdout", recorder)  # type: ignore[assignment]
    work = json.loads(path.read_text())

    def run(cells: Sequence[str]) -> None:
        for cell in cells:
            recorder.start()
            shell.run_cell(cell, store_history=True)

    run(work[-1])
    started = time.perf_counter()
    for cells in work:
        run(cells)
    seconds = time.perf_counter() - started
    print(seconds, file=stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
