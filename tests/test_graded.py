"""The graded notebook: plain nbgrader reads the points that we gave, and finds nothing it does not know."""

from __future__ import annotations

import copy
import json
import math
from typing import Any

import injections
import nbformat
import pytest
from conftest import FIRST, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions, ComputeChecksums
from nbgrader.utils import compute_checksum, determine_grade

from autograder.grade.assignment import Assignment, read_assignment
from autograder.grade.graded import MORE_TESTS, checksum, graded_notebook, refused_notebook, released_cell
from autograder.grade.limits import Limits
from autograder.grade.submission import STATUSES, CheckResult, Mend, ShownCell

HIDDEN = "assert answer == 6 * 7"


def cell(kind: str, source: str, grade_id: str = "", **marks: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if grade_id:
        flags = {"grade": False, "solution": False, "locked": False, "task": False}
        metadata["nbgrader"] = {"schema_version": 3, "grade_id": grade_id, **flags, **marks}
    return {
        "cell_type": kind,
        "id": f"c-{abs(hash((source, grade_id))) % 10**9}",
        "metadata": metadata,
        "source": source,
    }


@pytest.fixture(scope="module")
def source() -> dict[str, Any]:
    """An instructor's notebook with a cell of every kind."""
    cells = [
        cell("markdown", "# Title\n\nRead <b>this</b>, and [that](../other.ipynb)."),
        cell("code", "import math", "setup", locked=True),
        cell("code", "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION", "answer", solution=True),
        cell("code", "whole = 42", "whole", solution=True),
        cell(
            "code",
            f"assert answer\n### BEGIN HIDDEN TESTS\n{HIDDEN}\n### END HIDDEN TESTS",
            "answer-value",
            grade=True,
            locked=True,
            points=4,
        ),
        cell("code", "assert whole", "whole-value", grade=True, locked=True, points=2.5),
        cell(
            "code",
            f"# BEGIN HIDDEN TESTS\n{HIDDEN}\n# END HIDDEN TESTS",
            "hidden-value",
            grade=True,
            locked=True,
            points=1,
        ),
        cell("markdown", "Because of the model answer.", "essay", grade=True, solution=True, points=3),
        cell("markdown", "Do it.\n\n### BEGIN MARK SCHEME\nsecret\n### END MARK SCHEME", "task", task=True, points=2),
        cell("code", "x = 1"),
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def assignment(source: dict[str, Any]) -> Assignment:
    return read_assignment("a", json.dumps(source).encode())


def shown(assignment: Assignment, **sources: str) -> list[ShownCell]:
    """A submission: what it says of each cell, or else what was released."""
    return [
        ShownCell(c.id, c.kind, c.role, sources.get(c.id.replace("-", "_"), released_cell(c))) for c in assignment.cells
    ]


def checks(assignment: Assignment, share: float, status: str, message: str = "") -> dict[str, CheckResult]:
    return {c.id: CheckResult(c.id, c.max_points * share, c.max_points, status, message) for c in assignment.tests}


def read(notebook: dict[str, Any]) -> Any:
    """The notebook as nbgrader reads it from a file, after both validations."""
    text = json.dumps(notebook)
    nbformat.validate(json.loads(text))
    node = nbformat.reads(text, as_version=4)
    MetadataValidator().validate_nb(node)
    return node


def grades(notebook: dict[str, Any]) -> dict[str, float | None]:
    return {
        c.metadata.nbgrader.grade_id: determine_grade(c)[0]
        for c in read(notebook).cells
        if c.metadata.get("nbgrader", {}).get("grade")
    }


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_nbgrader_reads_the_points_we_gave(assignment: Assignment, share: float, status: str) -> None:
    given = checks(assignment, share, status, "it said 1.0\nexpected 2.0")
    found = grades(graded_notebook(assignment, shown(assignment, essay="Mine."), given))
    assert {name: found[name] for name in given} == {name: check.points for name, check in given.items()}
    assert found["essay"] is None


@settings(max_examples=100, deadline=None)
@given(
    points=st.floats(),
    most=st.sampled_from([0.0, 1.0, 2.5, 1 / 3, 7.0]),
    status=st.sampled_from(STATUSES),
    message=st.text(),
)
def test_no_message_or_number_changes_the_points(points: float, most: float, status: str, message: str) -> None:
    raw = {"cells": [cell("code", "assert x", "x-value", grade=True, locked=True, points=most)]}
    small = read_assignment("x", json.dumps(raw).encode())
    found = grades(
        graded_notebook(small, shown(small), {"x-value": CheckResult("x-value", points, most, status, message)})
    )
    assert found["x-value"] == (min(points, most) if math.isfinite(points) and points > 0 else 0.0)


def test_a_check_that_is_missing_is_worth_nothing(assignment: Assignment) -> None:
    found = grades(graded_notebook(assignment, shown(assignment), {}))
    assert [found[c.id] for c in assignment.tests] == [0.0, 0.0, 0.0]


def test_no_hidden_test_is_shown(assignment: Assignment) -> None:
    notebook = graded_notebook(assignment, shown(assignment), checks(assignment, 1, "passed"))
    text = json.dumps(notebook, ensure_ascii=False)
    assert HIDDEN not in text
    assert "HIDDEN" not in text
    assert "MARK SCHEME" not in text
    sources = {c["metadata"].get("nbgrader", {}).get("grade_id"): c["source"] for c in notebook["cells"]}
    assert sources["answer-value"] == f"assert answer\n{MORE_TESTS}"
    assert sources["hidden-value"] == MORE_TESTS
    assert sources["whole-value"] == "assert whole"


def test_a_test_cell_is_never_the_learners(assignment: Assignment) -> None:
    """What a learner made of a test cell, and what they printed there, is in no cell."""
    cells = shown(assignment, answer_value="print('forged')")
    cells = [
        ShownCell(c.id, c.kind, c.role, c.source, ({"output_type": "stream", "name": "stdout", "text": "forged"},))
        if c.role == "test"
        else c
        for c in cells
    ]
    assert "forged" not in json.dumps(graded_notebook(assignment, cells, checks(assignment, 0, "failed")))


def test_the_release_and_its_checksums_are_nbgraders(source: dict[str, Any], assignment: Assignment) -> None:
    node: Any = nbformat.from_dict(copy.deepcopy(source))
    clear = ClearSolutions(code_stub={"python": "# your code here"})
    resources: dict[str, Any] = {}
    for step in (clear, ClearHiddenTests(), ComputeChecksums()):
        node, resources = step.preprocess(node, resources)
    for theirs, ours in zip(node.cells, assignment.cells, strict=True):
        if ours.role != "given" and ours.id != "task":
            assert released_cell(ours) == theirs.source
            assert checksum(ours, theirs.source) == theirs.metadata.nbgrader.checksum


def test_an_answer_nobody_wrote_is_no_response(assignment: Assignment) -> None:
    """nbgrader compares the checksum with the cell."""
    untouched = read(graded_notebook(assignment, shown(assignment), {}))
    written = read(
        graded_notebook(assignment, shown(assignment, answer="answer = 1", whole="whole = 1", essay="Mine."), {})
    )
    for notebook, same in ((untouched, True), (written, False)):
        for c in notebook.cells:
            if c.metadata.get("nbgrader", {}).get("solution"):
                assert (compute_checksum(c) == c.metadata.nbgrader.checksum) is same
    assert grades(graded_notebook(assignment, shown(assignment), {}))["essay"] == 0


def test_what_was_released_otherwise_is_known(assignment: Assignment) -> None:
    """nbgrader's stubs are a matter of configuration, so its adapter may say what was released."""
    released = {"essay": "Write here."}
    node = read(graded_notebook(assignment, shown(assignment, essay="Write here."), {}, released=released))
    essay = next(c for c in node.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "essay")
    assert determine_grade(essay)[0] == 0


def test_the_authors_own_text_is_left_alone(assignment: Assignment) -> None:
    notebook = graded_notebook(assignment, shown(assignment), {})
    assert notebook["cells"][0]["source"] == assignment.cells[0].source


def test_repairs_are_told_first(assignment: Assignment) -> None:
    mends = [
        Mend("answer", f"was found by its name {injections.IMG}", "likely"),
        Mend("cell 7", "was left out", "certain"),
    ]
    first = graded_notebook(assignment, shown(assignment), {}, mends)["cells"][0]
    assert (first["id"], first["cell_type"], first["metadata"]) == ("repairs", "markdown", {})
    assert "was found by its name" in first["source"]
    assert "<" not in first["source"]
    assert "nothing" not in [c["id"] for c in graded_notebook(assignment, shown(assignment), {})["cells"]]


def test_a_refused_file_has_a_notebook_too(assignment: Assignment) -> None:
    notebook = refused_notebook(assignment, f"This is no notebook: {injections.IMG}")
    assert notebook["cells"][0]["id"] == "refused"
    assert "This is no notebook" in notebook["cells"][0]["source"]
    assert "<" not in notebook["cells"][0]["source"]
    assert set(grades(notebook).values()) == {0.0}
    assert HIDDEN not in json.dumps(notebook)


def test_every_cell_has_an_id_of_its_own(assignment: Assignment) -> None:
    added = [
        ShownCell(i, "code", "added", "1") for i in ("setup", "repairs", "refused", "x y", "x y", "n", "n", "z" * 90)
    ]
    notebook = graded_notebook(assignment, [*shown(assignment), *added], {}, [Mend("answer", "x", "guess")])
    ids = [c["id"] for c in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert ids[0] == "repairs"
    read(notebook)


def test_the_same_arguments_give_the_same_bytes(assignment: Assignment) -> None:
    made = [
        json.dumps(graded_notebook(assignment, shown(assignment), checks(assignment, 0.5, "failed", "no")))
        for _ in range(2)
    ]
    assert made[0] == made[1]


def test_everything_of_a_learner_is_cleaned(assignment: Assignment) -> None:
    outputs = tuple(output for output in injections.OUTPUTS.values())
    learners = [ShownCell("m", "markdown", "added", text) for text in injections.MARKDOWN.values()]
    learners += [ShownCell("r", "raw", "added", text) for text in injections.MARKDOWN.values()]
    learners += [ShownCell("c", "code", "added", text, outputs) for text in injections.CODE]
    learners += [
        ShownCell("a", "markdown", "added", "![x](attachment:x)", (), a) for a in injections.ATTACHMENTS.values()
    ]
    notebook = graded_notebook(assignment, [*shown(assignment, essay=injections.IMG), *learners], {})
    for c in read(notebook).cells:
        if c.cell_type == "markdown":
            assert "<img src=x" not in c.source
            assert "<script" not in c.source.lower()


def test_outputs_of_all_cells_together_are_bounded(assignment: Assignment) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 50_000}
    added = [ShownCell(f"c{i}", "code", "added", "print()", (output,)) for i in range(50)]
    notebook = graded_notebook(assignment, added, {}, limits=Limits(total_output_bytes=200_000))
    assert len(json.dumps(notebook)) < 250_000


def test_a_real_assignment_becomes_a_graded_notebook() -> None:
    raw = (ROOT / "solutions" / FIRST / f"{FIRST}.ipynb").read_bytes()
    real = read_assignment(FIRST, raw)
    found = grades(graded_notebook(real, shown(real), checks(real, 1, "passed")))
    assert sum(score or 0 for score in found.values()) == real.max_points
    released = nbformat.read(ROOT / "exercises" / FIRST / f"{FIRST}.ipynb", as_version=4)
    theirs = {c.metadata.nbgrader.grade_id: c for c in released.cells if "nbgrader" in c.metadata}
    for ours in read(graded_notebook(real, shown(real), {})).cells:
        if ours.metadata.get("nbgrader", {}).get("solution"):
            assert ours.metadata.nbgrader.checksum == theirs[ours.metadata.nbgrader.grade_id].metadata.nbgrader.checksum
