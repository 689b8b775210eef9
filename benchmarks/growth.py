"""Whether time stays linear and memory flat as a class grows: 24, 240 and 2 400 submissions.

    python benchmarks/growth.py [--sizes 24 240 2400]

Memory is the proportional set size of this process and of everything it started, looked at twice a second; the largest is told.
"""

from __future__ import annotations

import argparse
import dataclasses
import io
import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from common import apart, hand_in, machine, students
from rich.console import Console

from autograder.batch import grade_class

STEM = "03_matmul_and_bmm"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[24, 240, 2400])
    options = parser.parse_args()
    print(machine())
    pattern = students(STEM, 24)
    for size in options.sizes:
        with apart() as (desk, place):
            desk.generate(STEM)
            hand_in(place, [dataclasses.replace(pattern[n % 24], student=f"learner-{n:04d}") for n in range(size)])
            with Watch() as watch:
                started = time.perf_counter()
                status = grade_class(desk, STEM, jobs=2, console=Console(file=io.StringIO()))
                seconds = time.perf_counter() - started
            assert status == 0
            print(
                f"{size:5} submissions: {seconds:6.1f} s, {1000 * seconds / size:4.0f} ms each, at most {watch.most >> 20} MB",
                flush=True,
            )


class Watch:
    """The largest proportional set size of this process and its descendants."""

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
        while not self.stop.wait(0.5):
            self.most = max(self.most, sum(map(_pss, _family())))


def _family() -> list[int]:
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with suppress(OSError, IndexError):
                parents[int(entry)] = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
    family, before = {os.getpid()}, 0
    while len(family) != before:
        before = len(family)
        family |= {pid for pid, parent in parents.items() if parent in family}
    return list(family)


def _pss(pid: int) -> int:
    with suppress(OSError, StopIteration, ValueError), open(f"/proc/{pid}/smaps_rollup") as file:
        return 1024 * int(next(line for line in file if line.startswith("Pss:")).split()[1])
    return 0


if __name__ == "__main__":
    main()
