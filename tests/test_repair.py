"""Repair: every damage that leaves a learner's code whole leaves the points whole."""

from __future__ import annotations

import ast
import json
import os
import random
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import damage
import nbformat
import pytest

from autograder.classroom import classroom
from autograder.course import open_course
from autograder.grade import repair
from autograder.grade.assignment import Assignment, read_assignment
from autograder.grade.blueprint import NOTES_TAG
from autograder.grade.choose import choose
from autograder.grade.intake import read
from autograder.grade.repair import mend
from autograder.grade.submission import Plan, Refused, SubmittedCell

ROOT = Path(__file__).parents[1]
STEMS = ("00_start_here", "03_matmul_and_bmm")
COMPOSITIONS = int(os.environ.get("REPAIR_COMPOSITIONS", "200"))  # 2000 for a thorough run


@dataclass(frozen=True)
class Room:
    """An assignment, its release and a class of it."""

    assignment: Assignment
    released: bytes
    submissions: tuple[bytes, ...]


@cache
def room(stem: str) -> Room:
    course = open_course(ROOT)
    text = course.assignment(stem)
    released = course.released_notebook(stem).read_bytes()
    submissions = classroom(text, course.bank(text), released, size=32)
    assignment = read_assignment(stem, course.solution_notebook(stem).read_bytes())
    return Room(assignment, released, tuple(submission.notebook_bytes for submission in submissions))


def repaired(stem: str, notebook: damage.JSON) -> Plan:
    return mend(room(stem).assignment, read(damage.save(notebook)))


@cache
def bindings(source: str) -> dict[str, str]:
    """Each name that a cell's top level binds, and the text of the last statement that binds it."""
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        text = ast.get_source_segment(source, node) or ""
        for name in damage.names_of(text):
            found[name] = text
    return found


def reached(plan: Plan, assignment: Assignment, exercise: str) -> dict[str, str]:
    """What each name is when the exercise's first test runs."""
    found: dict[str, str] = {}
    order = [cell.id for cell in assignment.cells]
    first = next(c.id for c in assignment.cells[order.index(exercise) :] if c.role == "test")
    for cell in plan.cells:
        if cell.id == first:
            return found
        if cell.kind == "code" and cell.role in ("answer", "added", "given"):
            try:
                found |= bindings(cell.source)
            except SyntaxError:
                continue
    raise AssertionError(f"{first} is not in the plan")


def check_plan(stem: str, plan: Plan, wanted: dict[str, str], destroyed: set[str] = frozenset()) -> None:
    """Every cell of the assignment once and in order, its own where it must be; every whole answer reaches its tests."""
    assignment = room(stem).assignment
    own = [cell for cell in assignment.cells if NOTES_TAG not in cell.metadata.get("tags", ())]
    planned = [cell for cell in plan.cells if cell.role != "added"]
    assert [cell.id for cell in planned] == [cell.id for cell in own]
    assert len({cell.id for cell in plan.cells}) == len(plan.cells)
    for cell, source in zip(planned, own, strict=True):
        assert cell.role == source.role
        if source.role in ("test", "locked"):
            assert (cell.kind, cell.source, cell.max_points) == (source.kind, source.source, source.max_points)
        if source.role == "answer":
            assert cell.kind == "code"
    tests = [cell.source for cell in plan.cells if cell.role == "test"]
    assert not any(cell.source in tests for cell in plan.cells if cell.role == "added")
    for exercise, source in wanted.items():
        if exercise not in destroyed:
            expected = bindings(source)
            got = reached(plan, assignment, exercise)
            shared = {name for other, text in wanted.items() if other != exercise for name in bindings(text)}
            for name in expected.keys() - shared:
                assert got.get(name) == expected[name], (exercise, name)


@pytest.mark.parametrize("stem", STEMS)
def test_an_undamaged_submission_needs_no_mend(stem: str) -> None:
    for submission in room(stem).submissions:
        notebook = damage.prepare(submission, room(stem).released)
        plan = repaired(stem, notebook)
        assert plan.mends == ()
        check_plan(stem, plan, damage.answers(notebook))


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("name", damage.DAMAGES)
def test_one_damage_is_mended_and_reported(stem: str, name: str) -> None:
    for seed in range(8):
        chance = random.Random(f"{name} {seed}")
        notebook = damage.prepare(chance.choice(room(stem).submissions), room(stem).released)
        wanted, before = damage.answers(notebook), seen(notebook)
        destroyed = damage.DAMAGES[name](notebook, chance)
        plan = repaired(stem, notebook)
        check_plan(stem, plan, wanted, destroyed)
        if seen(notebook) != before and name not in damage.SILENT:
            assert plan.mends, f"{name}, seed {seed}: not reported"


def seen(notebook: damage.JSON) -> str:
    """What of a notebook a damage must change to be worth a mend: a cell moved past one of the learner's own is none."""
    return json.dumps([cell for cell in notebook["cells"] if damage.LABEL in cell]) + str(len(notebook["cells"]))


@pytest.mark.parametrize("stem", STEMS)
def test_damages_together_are_mended(stem: str) -> None:
    for seed in range(COMPOSITIONS // 2):
        compose(stem, seed)


def compose(stem: str, seed: int) -> None:
    chance = random.Random(f"{stem} {seed}")
    notebook = damage.prepare(chance.choice(room(stem).submissions), room(stem).released)
    wanted = damage.answers(notebook)
    names = chance.choices(list(damage.DAMAGES), k=chance.randint(2, 6))
    destroyed: set[str] = set()
    for name in names:
        destroyed |= damage.DAMAGES[name](notebook, chance)
    destroyed |= damage.overruled(notebook, wanted)
    try:
        plan = repaired(stem, notebook)
        check_plan(stem, plan, wanted, destroyed)
        assert plan == repaired(stem, notebook)
    except Exception as error:
        raise AssertionError(f"{stem}, seed {seed}: {', '.join(names)}") from error


# One notebook, small enough to see what becomes of each cell.


def source(kind: str, identity: str, text: str, **marks: Any) -> dict[str, Any]:
    nbgrader = {"grade": False, "locked": False, "solution": False, "task": False} | marks
    metadata = {"nbgrader": nbgrader | {"grade_id": identity, "schema_version": 3}} if marks else {}
    cell = {"cell_type": kind, "id": identity, "metadata": metadata, "source": text}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


STUB = "def twice(x):\n    # your code here"
SHOWN = "assert twice(1) == 2"
SMALL_SOURCE = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        source("markdown", "title", "# Small"),
        source("code", "imports", "import math\nimport sys", locked=True),
        source(
            "code",
            "twice",
            "def twice(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
            solution=True,
        ),
        source(
            "code",
            "twice-one",
            f"{SHOWN}\n### BEGIN HIDDEN TESTS\nassert twice(21) == 42\n### END HIDDEN TESTS",
            grade=True,
            locked=True,
            points=2,
        ),
        {**source("markdown", "notes-twice", "Because."), "metadata": {"tags": ["solution-notes"]}},
        source("code", "guess", "guess = ...\n### BEGIN SOLUTION\nguess = 42\n### END SOLUTION", solution=True),
        source("code", "guess-value", "assert guess == 42", grade=True, locked=True, points=1),
        source("markdown", "essay", "It is so, since it is so.", grade=True, solution=True, points=5),
        source(
            "markdown",
            "task",
            "Draw.\n### BEGIN MARK SCHEME\nFull marks for a cat.\n### END MARK SCHEME",
            task=True,
            points=3,
        ),
    ],
}
SMALL = read_assignment("small", json.dumps(SMALL_SOURCE).encode())
MINE = "def twice(x):\n    return x + x"


def handed_in(**texts: str) -> list[SubmittedCell]:
    """The small assignment as released, with other text in some cells."""
    plan = repair.notebook(mend(SMALL, [SubmittedCell("code", SHOWN, grade_id="twice-one")]), SMALL)
    cells = read(json.dumps(plan).encode())
    return [SubmittedCell(c.kind, texts.get(c.id.replace("-", "_"), c.source), c.id, c.grade_id) for c in cells]


def at(cells: list[SubmittedCell], identity: str) -> int:
    return next(place for place, cell in enumerate(cells) if cell.id == identity)


def planned(plan: Plan, identity: str) -> str:
    return next(cell.source for cell in plan.cells if cell.id == identity)


def said(plan: Plan, identity: str) -> str:
    return " ".join(f"{m.what} [{m.confidence}]" for m in plan.mends if m.cell == identity)


def ids(plan: Plan) -> list[str]:
    return [cell.id for cell in plan.cells]


OWN = ["title", "imports", "twice", "twice-one", "guess", "guess-value", "essay", "task"]


def test_the_untouched_release_is_planned_as_it_is() -> None:
    plan = mend(SMALL, handed_in())
    assert plan.mends == ()
    assert ids(plan) == OWN
    assert planned(plan, "twice") == STUB
    assert "twice(21)" in planned(plan, "twice-one")
    assert planned(plan, "essay") == "YOUR ANSWER HERE"
    assert repair.answered(SMALL, plan) == 0
    assert repair.answered(SMALL, mend(SMALL, handed_in(twice=MINE, essay="So it is."))) == 2


def test_an_edited_test_is_put_back() -> None:
    plan = mend(SMALL, handed_in(twice=MINE, twice_one="assert True"))
    assert "twice(21)" in planned(plan, "twice-one")
    assert "put back" in said(plan, "twice-one")


def test_what_was_added_to_a_locked_cell_runs_behind_it() -> None:
    plan = mend(SMALL, handed_in(imports="import math\nimport sys\nimport cmath\nmath = None\nprint(1)"))
    assert ids(plan)[:3] == ["title", "imports", "added-1"]
    assert planned(plan, "imports") == "import math\nimport sys"
    assert planned(plan, "added-1") == "import cmath"
    assert "runs right behind it. [certain]" in said(plan, "imports")


def test_an_answer_written_into_its_test_is_found() -> None:
    plan = mend(SMALL, handed_in(twice_one=f"{MINE}\n\n{SHOWN}"))
    assert planned(plan, "twice") == MINE
    assert "counts as the answer. [likely]" in said(plan, "twice")


def test_of_two_candidates_the_one_with_work_counts() -> None:
    cells = handed_in(twice=MINE)
    for place in (at(cells, "twice"), at(cells, "twice") + 1, len(cells)):
        plan = mend(SMALL, [*cells[:place], SubmittedCell("code", STUB, grade_id="twice"), *cells[place:]])
        assert ids(plan) == OWN
        assert planned(plan, "twice") == MINE
        assert "without work in it, and was left out. [certain]" in said(plan, "twice")


def test_of_two_answers_the_last_counts() -> None:
    cells = handed_in(twice=MINE)
    cells.insert(at(cells, "twice"), SubmittedCell("code", "def twice(x):\n    return 3", grade_id="twice"))
    plan = mend(SMALL, cells)
    assert (ids(plan), planned(plan, "twice")) == (OWN, MINE)
    assert "the last in the notebook counts" in said(plan, "twice")


def test_of_two_answers_the_first_runs_too_where_it_defines_more() -> None:
    cells = handed_in(twice="def twice(x):\n    return add(x, x)")
    cells.insert(
        at(cells, "twice"), SubmittedCell("code", f"{MINE}\ndef add(x, y):\n    return x + y", grade_id="twice")
    )
    plan = mend(SMALL, cells)
    assert ids(plan)[2:4] == ["added-1", "twice"]
    assert "add(x, x)" in planned(plan, "twice")


def test_an_untouched_stub_does_not_undo_the_answer_above_it() -> None:
    cells = handed_in()
    cells.insert(at(cells, "twice"), SubmittedCell("code", MINE))
    plan = mend(SMALL, cells)
    assert planned(plan, "added-1") == MINE
    assert planned(plan, "twice") == "# twice is defined in another cell."
    assert "taken out of its way" in said(plan, "twice")


def test_an_answer_below_its_tests_moves_up() -> None:
    plan = mend(SMALL, [*handed_in(), SubmittedCell("code", MINE)])
    assert (ids(plan), planned(plan, "twice")) == (OWN, MINE)


def test_answers_merged_into_a_later_cell_run_in_both_places() -> None:
    plan = mend(SMALL, handed_in(guess=f"{MINE}\n\nguess = 42"))
    assert planned(plan, "twice") == planned(plan, "guess") == f"{MINE}\n\nguess = 42"
    plan = mend(SMALL, handed_in(twice=f"{MINE}\n\nguess = 42"))
    assert planned(plan, "guess") == "# guess is defined in another cell."


def test_copies_of_tests_do_not_run_twice() -> None:
    plan = mend(SMALL, [*handed_in(twice=MINE), SubmittedCell("code", SHOWN + "  \n")])
    assert ids(plan) == OWN
    assert "was a copy of this cell and was left out. [certain]" in said(plan, "twice-one")


def test_a_copied_test_with_other_work_in_it_is_the_learners_own() -> None:
    plan = mend(SMALL, [*handed_in(twice=MINE), SubmittedCell("code", "print(twice('ab'))", grade_id="twice-one")])
    assert planned(plan, "added-1") == "print(twice('ab'))"


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("markdown", MINE, MINE),
        ("raw", MINE, MINE),
        ("markdown", f"My answer:\n\n```python\n{MINE}\n```\nDone.", MINE),
        ("code", f"```python\n{MINE}\n```", MINE),
        ("markdown", "I could not do it.", STUB),
    ],
)
def test_retyped_code_is_code_again(kind: str, text: str, code: str) -> None:
    cells = handed_in()
    cells[at(cells, "twice")] = SubmittedCell(kind, text, "twice", "twice")
    plan = mend(SMALL, cells)
    assert next(cell for cell in plan.cells if cell.id == "twice").kind == "code"
    assert planned(plan, "twice") == code
    assert said(plan, "twice")


def test_a_text_answer_typed_as_code_is_text_again() -> None:
    cells = handed_in()
    cells[at(cells, "essay")] = SubmittedCell("code", "So it is.", "essay", "essay")
    essay = next(cell for cell in mend(SMALL, cells).cells if cell.id == "essay")
    assert (essay.kind, essay.source) == ("markdown", "So it is.")


def test_text_answers_without_metadata_are_found_where_they_stand() -> None:
    bare = [SubmittedCell(cell.kind, cell.source) for cell in handed_in(twice=MINE, essay="So it is.")]
    plan = mend(SMALL, bare)
    assert (ids(plan), planned(plan, "essay")) == (OWN, "So it is.")
    assert "[guess]" in said(plan, "essay")


def test_a_moved_answer_brings_what_it_needs() -> None:
    cells = handed_in(twice="def twice(x):\n    return add(x, x)")
    answer = cells.pop(at(cells, "twice"))
    plan = mend(SMALL, [*cells, SubmittedCell("code", "def add(x, y):\n    return x + y"), answer])
    assert ids(plan)[2:4] == ["added-1", "twice"]
    assert "The answer needs add" in said(plan, "twice")
    assert "stood elsewhere" in said(plan, "twice")


def test_an_answer_in_front_of_what_the_assignment_gives_finds_it() -> None:
    mine = f"half_a_turn = math.pi\n{MINE}"
    cells = [SubmittedCell("code", mine), *handed_in()]
    plan = mend(SMALL, cells)
    assert ids(plan)[:4] == ["added-1", "added-2", "title", "imports"]
    assert [planned(plan, name) for name in ("added-1", "added-2")] == ["import math\nimport sys", mine]
    assert "Cell 1 needs math" in said(plan, "imports")
    assert ids(mend(SMALL, [SubmittedCell("code", "import math\n" + mine), *handed_in()]))[:2] == ["added-1", "title"]
    # No answer stands there: what a learner tries out is nobody's business.
    assert mend(SMALL, [SubmittedCell("code", "half_a_turn = math.pi"), *handed_in(twice=MINE)]).mends == ()


@pytest.mark.parametrize(("third", "lent"), [("base = 2", 3), ("base = twice(1)", 0)])
def test_given_code_brings_what_it_needs_unless_that_is_the_learners(third: str, lent: int) -> None:
    notebook = json.loads(json.dumps(SMALL_SOURCE))
    notebook["cells"][5:5] = [
        source("code", "base", third, locked=True),
        source("code", "area", "area = base * base", locked=True),
        source("code", "square", "square = area + base", locked=True),
    ]
    assignment = read_assignment("small", json.dumps(notebook).encode())
    cells = [SubmittedCell("code", f"{MINE}\n\nguess = square"), *handed_in()]
    plan = mend(assignment, cells)
    added = [cell.source for cell in plan.cells if cell.role == "added"]
    assert added[:-1] == ["base = 2", "area = base * base", "square = area + base"][:lent]
    assert ("runs there as well" in said(plan, "square")) == (lent > 0)


def test_what_is_missing_is_put_back_untouched() -> None:
    cells = [cell for cell in handed_in(guess="guess = 42") if cell.id not in ("twice", "twice-one", "title")]
    plan = mend(SMALL, cells)
    assert (ids(plan), planned(plan, "twice")) == (OWN, STUB)
    assert all("was missing" in said(plan, identity) for identity in ("twice", "twice-one", "title"))
    assert planned(mend(SMALL, handed_in(twice=" \n")), "twice") == STUB


def test_a_solution_is_never_put_back() -> None:
    """nbgrader replaces a whole answer cell that has no marked region."""
    notebook = json.loads(json.dumps(SMALL_SOURCE))
    notebook["cells"][2]["source"] = "def twice(x):\n    return 2 * x"
    assignment = read_assignment("small", json.dumps(notebook).encode())
    plan = mend(assignment, [cell for cell in handed_in() if cell.id != "twice"])
    assert planned(plan, "twice") == "# your code here"


def test_another_notebook_is_refused() -> None:
    with pytest.raises(
        Refused, match=r"No cell of this notebook belongs to the assignment small.*Hand in small\.ipynb"
    ):
        mend(SMALL, [SubmittedCell("code", "x = 1")])
    first, second = (room(stem) for stem in STEMS)
    for one, other in ((first, second), (second, first)):
        with pytest.raises(Refused):
            mend(one.assignment, read(other.submissions[0]))


def test_code_that_is_no_python_breaks_nothing() -> None:
    for text in (
        "%time x = 1\n!ls\n" + MINE,
        "def twice(x:\n",
        "(" * 5_000,
        "1" + "+1" * 50_000,
        "a = '\\d'",
        "-" * 90_000,
        "%%bash\nls",
    ):
        plan = mend(SMALL, [*handed_in(twice=text), SubmittedCell("code", text)])
        assert planned(plan, "twice") == text


def test_thousands_of_cells_take_no_time() -> None:
    own = [
        SubmittedCell("code", f"def helper_{n}(x):\n    return helper_{n + 1}(x)\nguess = {n}\n") for n in range(1_900)
    ]
    bare = [SubmittedCell(cell.kind, cell.source) for cell in handed_in(twice=MINE)]
    mixed = bare + own
    random.Random(1).shuffle(mixed)
    for cells in (handed_in() + own, bare + own, mixed):
        started = time.perf_counter()
        mend(SMALL, cells)
        assert time.perf_counter() - started < 2  # 0.1 s alone on a machine


LONG = 100_000


@pytest.mark.parametrize(
    "text",
    [
        *(" " * LONG + "```", "```" + " " * LONG, "```\n" * (LONG // 4), "~~~" + "a" * LONG, "\n" * LONG + "x ?"),
        *(
            "# " * LONG + "'",
            "twice " * LONG,
            "twice" + " " * LONG + "!",
            "twice:" + "a" * LONG,
            "a = 1\n" * (LONG // 6),
        ),
        *("? " * LONG + "x", "%" * LONG, " " * LONG + "?" + " " * LONG + "x", "[" * LONG, "pass\n" * (LONG // 5)),
    ],
    ids=lambda text: repr(text[:6] + text[-2:]),
)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    for cells in (handed_in(twice=text), handed_in(imports=text), handed_in(title=text)):
        bare = [SubmittedCell(cell.kind, cell.source) for cell in cells]
        for kind in ("code", "markdown"):
            mend(SMALL, [*cells, SubmittedCell(kind, text)])
            mend(SMALL, [*bare, SubmittedCell(kind, text), SubmittedCell(kind, text, "twice", "twice")])
    assert time.process_time() - started < 6  # of twelve plans


def test_the_mended_notebook_is_one_that_nbgrader_takes() -> None:
    from nbgrader.nbgraderformat import MetadataValidator
    from nbgrader.utils import compute_checksum

    for stem in STEMS:
        assignment, released = room(stem).assignment, room(stem).released
        chance = random.Random(stem)
        notebook = damage.prepare(chance.choice(room(stem).submissions), released)
        for name in ("lose_some_marks", "duplicate_test", "move_cells", "drop_ids"):
            damage.DAMAGES[name](notebook, chance)
        made = nbformat.from_dict(repair.notebook(repaired(stem, notebook), assignment))
        nbformat.validate(made)
        MetadataValidator().validate_nb(made)
        original = {cell.id: cell for cell in nbformat.reads(released.decode(), as_version=4).cells}
        for cell in made.cells:
            if cell.metadata.get("nbgrader"):
                was = original[cell.id]
                assert dict(cell.metadata) == dict(was.metadata)
                assert cell.source == was.source or cell.metadata.nbgrader.solution
                assert cell.metadata.nbgrader.checksum == compute_checksum(was)
        assert "HIDDEN" not in json.dumps(made)
    made = nbformat.from_dict(repair.notebook(mend(SMALL, handed_in(twice=MINE)), SMALL))
    nbformat.validate(made)
    MetadataValidator().validate_nb(made)
    for secret in ("twice(21)", "Full marks", "2 * x", "Because"):
        assert secret not in json.dumps(made)


# Of several files


def file(**texts: str) -> bytes:
    cells = [
        {"cell_type": c.kind, "id": c.id, "metadata": {"nbgrader": {"grade_id": c.grade_id}}, "source": c.source}
        for c in handed_in(**texts)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


UNTOUCHED, WORKED, MORE = file(), file(twice=MINE), file(twice=MINE, guess="guess = 1")


@pytest.mark.parametrize(
    ("files", "name", "why"),
    [
        ({"small.ipynb": UNTOUCHED}, "small.ipynb", ""),
        ({"small.ipynb": b"broken"}, "small.ipynb", ""),
        ({"small.ipynb": WORKED, "small (1).ipynb": MORE}, "small.ipynb", ""),
        ({"small.ipynb": UNTOUCHED, "small (1).ipynb": UNTOUCHED}, "small.ipynb", ""),
        ({"small.ipynb": UNTOUCHED, ".ipynb_checkpoints/small-checkpoint.ipynb": WORKED}, "small.ipynb", ""),
        ({"small.ipynb": UNTOUCHED, "small (1).ipynb": WORKED}, "small (1).ipynb", "small.ipynb is untouched"),
        ({"small.ipynb": b"{", "Copy of small.ipynb": WORKED}, "Copy of small.ipynb", "small.ipynb cannot be graded"),
        ({"small (1).ipynb": WORKED, "small (2).ipynb": WORKED}, "small (2).ipynb", "There is no small.ipynb"),
        ({"small-Copy1.ipynb": WORKED, "other.ipynb": WORKED}, "small-Copy1.ipynb", "There is no small.ipynb"),
        ({"small (1).ipynb": WORKED, "other.ipynb": MORE}, "other.ipynb", "There is no small.ipynb"),
        ({"Small.ipynb": WORKED, "notes.txt": b""}, "Small.ipynb", "Small.ipynb was graded as small.ipynb"),
        ({"homework.ipynb": WORKED}, "homework.ipynb", "homework.ipynb was graded as small.ipynb"),
        ({"SMALL.IPYNB": WORKED}, "SMALL.IPYNB", "SMALL.IPYNB was graded as small.ipynb"),
    ],
)
def test_the_notebook_to_grade(files: dict[str, bytes], name: str, why: str) -> None:
    choice = choose(files, SMALL)
    assert (choice.name, choice.notebook) == (name, files[name])
    assert choice == choose(dict(reversed(files.items())), SMALL)
    if why:
        assert choice.mend is not None
        assert why in choice.mend.what
        assert choice.mend.confidence == ("likely" if name in ("homework.ipynb", "other.ipynb") else "certain")
    else:
        assert choice.mend is None


@pytest.mark.parametrize("files", [{}, {"small.py": b""}, {".ipynb_checkpoints/small-checkpoint.ipynb": WORKED}])
def test_no_notebook_is_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(Refused, match=r"holds no notebook: hand in small\.ipynb"):
        choose(files, SMALL)
