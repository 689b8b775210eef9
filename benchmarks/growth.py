"""Whether time stays linear and memory flat as a class grows: 24, 240 and 2 400 submissions.

    python benchmarks/growth.py [--sizes 24 240 2400]

Memory is the proportional set size of the process that grades and of everything it starts, looked at five times a second; the largest is told.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from common import ROOT, apart, hand_in, machine, students
from rich.console import Console

from autograder.batch import grade_class
from autograder.desk import Desk

STEM = "03_matmul_and_bmm"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[24, 240, 2400])
    parser.add_argument("--grade", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.grade:
        desk = Desk.apart(ROOT, options.grade)
        sys.exit(grade_class(desk, STEM, jobs=2, console=Console(file=io.StringIO())))
    print(machine())
    pattern = students(STEM, 24)
    for size in options.sizes:
        with apart() as (desk, place):
            desk.generate(STEM)
            hand_in(place, [dataclasses.replace(pattern[n % 24], student=f"learner-{n:04d}") for n in range(size)])
            started = time.perf_counter()
            process = subprocess.Popen([sys.executable, __file__, "--grade", str(place)])
            with Watch(process.pid) as watch:
                status = process.wait()
            seconds = time.perf_counter() - started
            assert status == 0
            print(
                f"{size:5} submissions: {seconds:6.1f} s, {1000 * seconds / size:4.0f} ms each, at most {watch.most >> 20} MB",
                flush=True,
            )


class Watch:
    """The largest proportional set size of a process and its descendants."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def __enter__(self) -> Watch:
        self.most = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.thread.join()

    def _look(self) -> None:
        while not self.stop.wait(0.2):
            family = _family(self.pid)
            size = sum(map(_pss, family))
            if family == _family(self.pid):  # one that ends meanwhile leaves its share to the others: counted twice
                self.most = max(self.most, size)


def _family(pid: int) -> list[int]:
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with suppress(OSError, IndexError):
                parents[int(entry)] = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
    family, before = {pid}, 0
    while len(family) != before:
        before = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return sorted(family)


def _pss(pid: int) -> int:
    with suppress(OSError, StopIteration, ValueError), open(f"/proc/{pid}/smaps_rollup") as file:
        return 1024 * int(next(line for line in file if line.startswith("Pss:")).split()[1])
    return 0


if __name__ == "__main__":
    main()
