"""The floor: a submission's cells through IPython's run_cell in one warm interpreter on one core, without isolation, gradebook or files.

`bare_seconds` starts this file as a process of its own; by hand it is of no use.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from common import ROOT, apart, source

from autograder.classroom import Submission
from autograder.grade.intake import read
from autograder.grade.repair import mend


def bare_seconds(submissions: Sequence[Submission]) -> list[float]:
    """How long each submission's cells take, mended, the tests in full among them."""
    assignments = {stem: source(stem) for stem in {one.stem for one in submissions}}
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
        said = subprocess.run(
            [sys.executable, __file__, str(place / "cells.json")],
            cwd=place,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    seconds: list[float] = json.loads(said.stdout.splitlines()[-1])
    return seconds


def main(path: Path) -> None:
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

    def run(cells: Sequence[str]) -> float:
        started = time.perf_counter()
        for cell in cells:
            recorder.start()
            shell.run_cell(cell, store_history=True)
        return time.perf_counter() - started

    run(work[-1])
    print(json.dumps([run(cells) for cells in work]), file=stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
