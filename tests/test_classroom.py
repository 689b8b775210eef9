"""The invented class: seeded, of every kind, and with points that follow from the bank."""

from __future__ import annotations

import contextlib
import io
import json
import random
import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder import classroom
from autograder.source import Answer, Assignment, Bank, Cell, Check, Exercise

PATH = Path("solutions/00_small.py")


def check(exercise: str, name: str, points: int) -> Check:
    cell = Cell("code", f"assert {exercise}", 1, {"test": f"{exercise}-{name}"})
    return Check(f"{exercise}-{name}", exercise, points, cell)


def exercise(name: str, source: str, *checks: Check) -> Exercise:
    cell = Cell("code", source, 1, {"solution": name})
    return Exercise(name=name, objective="objective", title=name, stars=1, minutes=1, cell=cell, checks=checks, hints=0)


GUESS = exercise("guess", "guess = ...\n### BEGIN SOLUTION\nguess = 3\n### END SOLUTION", check("guess", "value", 2))
TWICE = exercise(
    "twice",
    'def twice(x: int) -> int:\n    """int -> int"""\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION',
    check("twice", "value", 3),
    check("twice", "zero", 4),
)
ASSIGNMENT = Assignment("00_small", PATH, (), (GUESS, TWICE))


def answer(name: str, of: str, source: str, *fails: str) -> Answer:
    return Answer(
        name=name, exercise=of, right=not fails, source=source, says="no" if fails else "", fails=fails, line=1
    )


BANK = Bank(
    "00_small",
    PATH,
    (
        answer("typed", "guess", "guess = 3"),
        answer("added", "guess", "guess = 1 + 2"),
        answer("less", "guess", "guess = 2", "guess-value"),
        answer("more", "guess", "guess = 4", "guess-value"),
        answer("sum", "twice", "def twice(x):\n    return x + x"),
        answer("short", "twice", "def twice(x): return x * 2"),
        answer("square", "twice", "def twice(x):\n    return x * x", "twice-value"),
        answer("same", "twice", "def twice(x):\n    return x", "twice-value"),
        answer("none", "twice", "def twice(x):\n    2 * x", "twice-value", "twice-zero"),
        answer("one", "twice", "def twice(x):\n    return 2 * x or 1", "twice-zero"),
    ),
)


def released() -> bytes:
    def marks(name: str, **kind: bool | int) -> dict[str, Any]:
        base = {
            "grade_id": name,
            "grade": False,
            "solution": False,
            "locked": False,
            "task": False,
            "schema_version": 3,
        }
        return {"nbgrader": base | kind}

    cells = [
        nbformat.v4.new_markdown_cell("# Small"),
        nbformat.v4.new_code_cell("import os", metadata=marks("imports", locked=True)),
    ]
    for one in ASSIGNMENT.exercises:
        cells.append(nbformat.v4.new_code_cell(one.untouched, metadata=marks(one.name, solution=True)))
        for test in one.checks:
            marked = marks(test.id, grade=True, locked=True, points=test.points)
            cells.append(nbformat.v4.new_code_cell(test.visible, metadata=marked))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


@pytest.fixture(scope="module")
def learners() -> tuple[classroom.Submission, ...]:
    return classroom.classroom(ASSIGNMENT, BANK, released())


def notebook(submission: classroom.Submission) -> Any:
    return json.loads(submission.notebook_bytes)


def sources(submission: classroom.Submission) -> dict[str, str]:
    marked = [cell for cell in notebook(submission)["cells"] if "nbgrader" in cell["metadata"]]
    return {cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"]) for cell in marked}


def test_the_same_seed_makes_the_same_class_and_another_seed_another(
    learners: tuple[classroom.Submission, ...],
) -> None:
    assert classroom.classroom(ASSIGNMENT, BANK, released()) == learners
    assert classroom.classroom(ASSIGNMENT, BANK, released(), seed=1) != learners


def test_a_class_of_24_is_of_every_kind_and_saved_by_every_editor(learners: tuple[classroom.Submission, ...]) -> None:
    assert [s.student for s in learners] == [f"learner-{number:02d}" for number in range(1, 25)]
    kinds = {s.description.partition(";")[0] for s in learners}
    assert kinds == {"complete", "partial", "blank", "wrong", "mixed"}
    for editor in classroom.Editor:
        assert sum(editor.value in s.description for s in learners) == 8
    complete = [s.description for s in learners if s.description.startswith("complete")]
    assert any("text on stderr" in text for text in complete)
    assert any("added cells" in text for text in complete)
    assert {s.description.partition(";")[0] for s in learners[:5]} == kinds - {"mixed"}


def test_every_wrong_answer_of_the_bank_is_handed_in(learners: tuple[classroom.Submission, ...]) -> None:
    said = " ".join(s.description for s in learners)
    for wrong in (a for a in BANK.answers if not a.right):
        assert f"{wrong.exercise}: {wrong.name}" in said
        given = [sources(s)[wrong.exercise].splitlines() for s in learners]
        assert any(set(wrong.source.splitlines()) <= set(lines) for lines in given)


def test_points_follow_from_declared_points_and_known_failures(learners: tuple[classroom.Submission, ...]) -> None:
    right = {"guess": BANK.answers[0], "twice": BANK.answers[4]}
    assert sum(classroom.expected_points(ASSIGNMENT, right).values()) == ASSIGNMENT.points == 9
    assert classroom.expected_points(ASSIGNMENT, {"guess": None, "twice": BANK.answers[6]}) == {
        "guess-value": 0,
        "twice-value": 0,
        "twice-zero": 4,
    }
    for submission in learners:
        kind = submission.description.partition(";")[0]
        assert submission.expected.keys() == {"guess-value", "twice-value", "twice-zero"}
        assert submission.points == {"complete": 9, "blank": 0}.get(kind, submission.points)


def test_points_agree_with_running_the_answers(learners: tuple[classroom.Submission, ...]) -> None:
    """What the bank says is what Python says: this class's own tests, run on the text that was handed in."""
    tests = {
        "guess-value": lambda names: names["guess"] == 3,
        "twice-value": lambda names: names["twice"](3) == 6,  # not 2, where x * x is right
        "twice-zero": lambda names: names["twice"](0) == 0,
    }
    for submission in learners:
        names: dict[str, Any] = {}
        with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec("\n".join(sources(submission)[one.name] for one in ASSIGNMENT.exercises), names)
            passed = {name for name, test in tests.items() if test(names)}
        assert passed == {name for name, points in submission.expected.items() if points}, submission.description


def test_text_goes_to_stderr_from_inside_a_function_that_a_test_calls() -> None:
    loud = classroom.warning(BANK.answers[4].source, "twice")
    names: dict[str, Any] = {}
    stderr = io.StringIO()
    with contextlib.redirect_stderr(stderr):
        exec(loud, names)
        assert stderr.getvalue() == ""
        with pytest.warns(UserWarning, match="not sure"):
            assert names["twice"](2) == 4
    assert stderr.getvalue() == "here\n"
    assert classroom.warning("def twice(x): return x", "twice").startswith("def twice(x): return x\nimport")


def test_files_look_as_their_editors_write_them(learners: tuple[classroom.Submission, ...]) -> None:
    for submission in learners:
        saved = notebook(submission)
        cells = saved["cells"]
        if "4.0" in submission.description:
            assert saved["nbformat_minor"] == 0
            assert all("id" not in cell and cell["metadata"]["id"] for cell in cells)
        elif "4.5" in submission.description:
            assert saved["nbformat_minor"] == 5
            assert "id" not in cells[0]
            assert cells[0]["metadata"]["id"] == "view-in-github"
            assert all(cell["metadata"]["id"] == cell["id"] for cell in cells[1:])
        else:
            assert "colab" not in saved["metadata"]
            nbformat.validate(saved)
        if "Colab" in submission.description:
            code = [cell["metadata"] for cell in cells if cell["cell_type"] == "code"]
            assert all(metadata["executionInfo"]["user"] == {"displayName": "", "userId": ""} for metadata in code)
            assert any("outputId" in metadata for metadata in code)
            assert "colab" in saved["metadata"]
        assert ("scratch_total" in json.dumps(saved)) == ("added cells" in submission.description)
        assert "BEGIN SOLUTION" not in json.dumps(saved)


def test_a_class_too_small_for_the_bank_grows() -> None:
    submissions = classroom.classroom(ASSIGNMENT, BANK, released(), size=5)
    assert len(submissions) == 9
    wrong = [answer for answer in BANK.answers if not answer.right]
    assert all(any(f"{a.exercise}: {a.name}" in s.description for s in submissions) for a in wrong)


def test_each_wrong_answer_is_dealt_once_and_no_hand_is_overfull() -> None:
    wrong = [a for a in BANK.answers if not a.right]
    random.Random(0).shuffle(wrong)
    hands = classroom.deal(wrong, limit=1)
    assert sorted(a.name for hand in hands for a in hand.values() if a) == sorted(a.name for a in wrong)
    assert max(map(len, hands)) == 1


def answer_to(exercise: str, source: str, right: bool = True) -> Answer:
    return Answer(name="made", exercise=exercise, right=right, source=source, says="", line=1, fails=())


def test_an_answer_that_calls_another_is_handed_in_only_beside_a_right_one() -> None:
    names = frozenset(("double", "total", "last"))
    caller = answer_to("total", "def total(x):\n    return double(x).sum()")
    behind = answer_to("last", "def last(x):\n    return total(x)")
    right = answer_to("double", "def double(x):\n    return 2 * x")
    wrong = answer_to("double", "def double(x):\n    return x", right=False)
    assert classroom.called(caller, names) == {"double"}
    assert classroom.settled({"double": right, "total": caller, "last": behind}, names)["last"] is behind
    for other in (None, wrong):
        handed = classroom.settled({"double": other, "total": caller, "last": behind}, names)
        assert handed == {"double": other, "total": None, "last": None}
    hands = classroom.deal([wrong, answer_to("total", caller.source, right=False)], limit=5, names=names)
    assert [list(hand) for hand in hands] == [["double"], ["total"]]
