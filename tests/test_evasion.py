"""Remarks for a person to look at."""

from __future__ import annotations

import ast

import pytest

from autograder.grade import evasion


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import ctypes", "line 1 imports ctypes"),
        ("x = 1\nfrom gc import get_objects", "line 2 imports gc"),
        (
            "from autograder.check import observations as o\nimport autograder.grade.wire",
            "line 2 imports autograder.grade.wire",
        ),
        ("import sys\nsys._getframe(1).f_back", "uses f_back"),
        ("torch.allclose = lambda *_: True", "changes torch.allclose"),
        ("setattr(torch, 'equal', None)", "changes torch"),
        ("def f(x):\n    return eval('x')", "line 2 uses eval"),
        ("import os\nos._exit(0)", "uses _exit"),
        ("import sys\nsys.modules['torch'] = None", "uses modules"),
    ],
)
def test_what_no_answer_needs_is_remarked(source: str, says: str) -> None:
    assert any(says in remark for remark in evasion.remarks(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "import torch\nfrom torch import nn, Tensor\nfrom autograder import check",
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.modules_used = list(self.modules())",
        "def f(a, b):\n    return (a * b).sum()",
        "import math, time, random\nx = [y for y in range(3)]\nx.system = 1",
    ],
)
def test_ordinary_code_is_not(source: str) -> None:
    assert [r for r in evasion.remarks(ast.parse(source)) if "system" not in r] == []


def test_a_cell_has_three_remarks_at_most() -> None:
    assert len(evasion.remarks(ast.parse("\n".join(f"eval({n})" for n in range(9))))) == 3
