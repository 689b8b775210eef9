"""What a test may ask of a learner's objects, and what it may not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autograder.grade import Report, Rooms, read_assignment

IMPORTS = "import torch\nfrom torch import nn\nfrom autograder import check"
NET = """\
class Net(nn.Module):
    def __init__(self, inner, outer):
        super().__init__()
        self.layer = nn.Linear(inner, outer)
        self.numbers = [1, 2, 3]

    def forward(self, x):
        return self.layer(x)

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return self.numbers[index]


def make():
    return Net(1, 1)


def equal(self, other):
    return True


class Liar:
    def __eq__(self, other):
        return True

    def equal(self, other):
        return True


def lie(x):
    return Liar()


model = Net(2, 2)
pair = (lie, Net)"""


def notebook(tests: dict[str, str], answer: str = NET) -> bytes:
    """A source notebook: imports, one answer cell, a point for each test."""

    def cell(name: str, source: str, **marks: Any) -> dict[str, Any]:
        kept = {
            "schema_version": 3,
            "grade_id": name,
            "grade": False,
            "solution": False,
            "locked": False,
            "task": False,
        }
        metadata = {"nbgrader": kept | marks}
        return {
            "cell_type": "code",
            "id": name,
            "metadata": metadata,
            "source": source,
            "outputs": [],
            "execution_count": None,
        }

    cells = [
        cell("imports", IMPORTS, locked=True),
        cell("Net", f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION", solution=True),
        *(
            cell(name, f"check.attempted(Net, {name!r})\n{test}", grade=True, locked=True, points=1)
            for name, test in tests.items()
        ),
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def judged(rooms: Rooms, tests: dict[str, str]) -> Report:
    source = notebook(tests)
    return rooms.grade(read_assignment("net", source), source)


HOLDS = {
    "called": "check.equal(tuple(Net(2, 3)(torch.ones(1, 2)).shape), (1, 3))",
    "length_and_items": "net = Net(2, 3)\ncheck.equal(len(net), 3)\ncheck.equal(net[1], 2)\ncheck.equal(list(net), [1, 2, 3])",
    "attributes": "check.equal(Net(1, 1).numbers, [1, 2, 3])",
    "a_handle": "inner = check.handle(make())\ncheck.equal(tuple(check.handle(inner.layer).weight.shape), (1, 1))",
    "a_handle_of_a_value": "check.equal(tuple(check.handle(model)(torch.ones(1, 2)).shape), (1, 2))",
    "a_parameter_is_one": "check.equal(type(check.handle(Net(1, 1).layer).weight) is nn.Parameter, True)",
    "an_observation": "@check.observe\ndef slopes(cls, x):\n    net = cls(2, 1)\n    net(x).sum().backward()\n"
    "    return net.layer.weight.grad\n\n\ncheck.close(slopes(Net, torch.ones(1, 2)), torch.ones(1, 2))",
    "an_exception": "check.raises(AttributeError, lambda: Net(1, 1).nothing)\ncheck.raises(TypeError, Net, 1)",
    "what_lies_in_a_tuple": "check.equal(len(check.handle(pair[1](1, 1))), 3)",
    "an_observation_of_what_lies_in_a_tuple": "@check.observe\ndef names(found):\n    return [one.__name__ for one in found['of']]\n\n\n"
    "check.equal(names({'of': pair}), ['lie', 'Net'])",
    "seeds": "a = check.generator().initial_seed()\ncheck.equal(type(a) is int, True)",
}
FAILS = {
    "truth": ("if make():\n    pass", "the answer gave a value of type Net"),
    "equality": ("assert Net(1, 1) == 3", "the answer gave a value of type Net"),
    "hash": ("{Net(1, 1): 1}", "unhashable"),
    "a_liar_is_no_value": ("check.equal(lie(1), 3)", "Returned a value of type Liar, expected int."),
    "a_liar_answers_nothing": ("assert lie(1).equal(torch.ones(1))", "the answer gave a value of type Liar"),
    "a_function_is_no_value": ("check.equal(make, 3)", "expected int"),
    "a_test_s_own_code_does_not_travel": ("make(lambda: 1)", "cannot travel"),
    "a_name_that_is_not_there": ("missing(1)", "name 'missing' is not defined"),
    "a_dunder": ("Net(1, 1).__dict__", "Net"),
}


def test_what_a_test_may_ask(rooms: Rooms) -> None:
    assert {check.id: check.message for check in judged(rooms, HOLDS).checks} == dict.fromkeys(HOLDS, "")


def test_what_a_test_may_not_ask(rooms: Rooms) -> None:
    report = judged(rooms, {name: test for name, (test, _) in FAILS.items()})
    assert [check.id for check in report.checks if check.status not in ("failed", "error")] == []
    for check in report.checks:
        assert FAILS[check.id][1] in check.message


@pytest.mark.parametrize("judge", ["sealed", "in-process"])
def test_the_same_cells_hold_in_both_places(rooms: Rooms, judge: str) -> None:
    source = notebook(HOLDS)
    report = rooms.grade(read_assignment("net", source, judge=judge), source)
    assert {check.id: check.message for check in report.checks} == dict.fromkeys(HOLDS, "")


def said(rooms: Rooms, answer: str, test: str = "Net(1)") -> str:
    source = notebook({"one": test}, answer)
    (check,) = rooms.grade(read_assignment("net", source), source).checks
    return check.message


def test_an_answer_that_leaves_gradients_off_costs_the_next_test_nothing(rooms: Rooms) -> None:
    answer = "def Net(x):\n    torch.set_grad_enabled(False)\n    return x"
    slope = "@check.observe\ndef slope(f, x):\n    y = (2 * x).sum()\n    y.backward()\n    return x.grad\n\n\n"
    test = slope + "check.close(slope(Net, torch.ones(1, requires_grad=True)), 2 * torch.ones(1))"
    source = notebook({"first": "check.equal(Net(1), 1)", "second": test}, answer)
    for judge in ("sealed", "in-process"):
        report = rooms.grade(read_assignment("net", source, judge=judge), source)
        assert [one.status for one in report.checks] == ["passed", "passed"], report.checks


def test_an_exception_says_on_which_input(rooms: Rooms) -> None:
    message = said(rooms, "def Net(x, size):\n    raise ValueError('no')", "Net(torch.ones(2, 3), size=[4])")
    assert "Called with tensor(shape=(2, 3), dtype=torch.float32), size=[4].\nNet raised ValueError: no\n" in message


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ("1 / 0\nNet = 1", "the cell that should define it stopped with an error"),
        ("import os\nos._exit(0)\nNet = 1", "the cell that should define it ended the process that it ran in."),
        ("Net = 1\ndel Net", "Is the cell of the answer complete"),
    ],
)
def test_a_name_that_is_missing_says_what_became_of_its_cell(rooms: Rooms, answer: str, says: str) -> None:
    assert says in said(rooms, answer)


def test_an_exception_without_words_ends_without_a_colon(rooms: Rooms) -> None:
    message = said(rooms, "def Net(x):\n    raise NotImplementedError")
    assert "Net raised NotImplementedError\n  line 3 of its cell, in Net: raise NotImplementedError" in message


def test_an_assertion_of_the_answer_is_no_assertion_of_the_test(rooms: Rooms) -> None:
    source = notebook({"one": "Net(1)"}, "def Net(x):\n    assert x == 2, 'no GPU here'")
    (check,) = rooms.grade(read_assignment("net", source), source).checks
    assert check.status == "error"
    assert "Net raised AssertionError: no GPU here\n  line 3 of its cell, in Net: assert x == 2" in check.message


@pytest.mark.parametrize(("ending", "points"), [("0.25", 0.25), ("0.25;", 1.0), ("'all'", 1.0), ("None", 1.0)])
@pytest.mark.parametrize("judge", ["sealed", "in-process"])
def test_a_last_value_is_points_unless_it_is_not_shown(rooms: Rooms, judge: str, ending: str, points: float) -> None:
    source = notebook({"one": ending})
    report = rooms.grade(read_assignment("net", source, judge=judge), source)
    assert report.points == points
