"""torch's compiler is imported once, before the forks, where an assignment needs it, and nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from conftest import need_bubblewrap

from autograder import compiler
from autograder.grade import Rooms, read_assignment

NEEDING = [
    'torch.ones(2, device="meta")',
    "x.to('meta')",
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)",
    "from torch import nn, optim",
    "from torch.optim import Adam",
]
CHEAP = ["metadata = {'name': 1}", "an optimiser of one's own", "optimum = optimal(x)", "model.to('cuda')", ""]


@pytest.mark.parametrize("source", NEEDING)
def test_a_cell_that_makes_torch_import_its_compiler_is_recognised(source: str) -> None:
    assert compiler.needed(["import torch", source])


def test_other_cells_cost_nothing() -> None:
    assert not compiler.needed(CHEAP)


def test_a_warm_process_imports_nothing_more_and_has_no_thread_more() -> None:
    program = """
import os, sys, torch
from autograder import compiler
assert "torch._dynamo" not in sys.modules
threads = len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1
compiler.warm_up()
warm = set(sys.modules)
assert "torch._dynamo" in warm
assert threads == (len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1)
weight = torch.nn.Parameter(torch.zeros(2))
for kind in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop):
    optimizer = kind([weight], lr=0.1)
    weight.sum().backward()
    optimizer.step()
    optimizer.zero_grad()
torch.ones(2, device="meta") @ torch.ones(2, device="meta")
print(sorted(set(sys.modules) - warm))
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert (run.stdout, run.returncode) == ("[]\n", 0), run.stderr


@pytest.mark.parametrize(
    ("locked", "warm"), [("from torch import optim", True), ("limit = 1", False)], ids=["optimiser", "none"]
)
def test_a_learner_s_process_is_born_with_it(locked: str, warm: bool) -> None:
    def cell(name: str, source: str, **marks: object) -> dict[str, object]:
        kept = {"grade": False, "solution": False, "locked": False, "task": False}
        metadata = {"nbgrader": {"schema_version": 3, "grade_id": name, **kept, **marks}}
        kind = {"cell_type": "code", "id": name, "outputs": [], "execution_count": None}
        return kind | {"metadata": metadata, "source": source}

    answer = "### BEGIN SOLUTION\nimport sys\nloaded = 'torch._dynamo' in sys.modules\n### END SOLUTION"
    test = f"check.attempted(loaded, 'the compiler')\ncheck.equal(loaded, {warm})"
    cells = [
        cell("imports", "import torch\nfrom autograder import check", locked=True),
        cell("loaded", answer, solution=True),
        cell("loaded-value", test, grade=True, locked=True, points=1),
        cell("last", locked, locked=True),
    ]
    source = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    need_bubblewrap()
    with Rooms() as fresh:  # a room keeps what an assignment before this one imported
        (found,) = fresh.grade(read_assignment("warm", source), source).checks
    assert found.message == ""
