"""The real rooms: honest work gets exactly its points, damaged files theirs, and everything else a sentence."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
import pytest
from conftest import FIRST, ROOT

from autograder import cli, single
from autograder.classroom import Submission, classroom
from autograder.course import CourseError, open_course
from autograder.grade import Assignment, Report, Rooms, read_assignment
from autograder.grade.intake import read
from autograder.grade.repair import mend, notebook

THIRD = "03_matmul_and_bmm"
COMPOSITIONS = int(os.environ.get("GRADE_COMPOSITIONS", "40"))  # 2000 for a thorough run
JSON = dict[str, Any]


@cache
def assignment_of(stem: str) -> Assignment:
    return read_assignment(stem, open_course(ROOT).solution_notebook(stem).read_bytes())


@cache
def class_of(stem: str) -> tuple[Submission, ...]:
    course = open_course(ROOT)
    text = course.assignment(stem)
    return classroom(text, course.bank(text), course.released_notebook(stem).read_bytes())


SOME = [(FIRST, number) for number in range(24)] + [(THIRD, number) for number in range(0, 24, 4)]


def points(report: Report) -> dict[str, float]:
    return {check.id: check.points for check in report.checks}


def statuses(report: Report) -> dict[str, str]:
    return {check.id: check.status for check in report.checks}


def message(report: Report, check: str) -> str:
    return next(one.message for one in report.checks if one.id == check)


# Honest work


@pytest.mark.slow
@pytest.mark.parametrize(("stem", "number"), SOME)
def test_honest_work_gets_exactly_its_points(rooms: Rooms, stem: str, number: int) -> None:
    submission = class_of(stem)[number]
    report = rooms.grade(assignment_of(stem), submission.notebook_bytes)
    assert points(report) == submission.expected, submission.description
    assert (report.mends, report.remarks, report.refused) == ((), (), None)
    for check in report.checks:
        assert (check.status == "passed") == (check.points == check.max_points), check
        assert bool(check.message) == (check.status != "passed"), check


def test_the_same_bytes_give_the_same_report(rooms: Rooms) -> None:
    """Again, from two threads at once, and from other rooms: outputs and messages included."""
    chosen = [(FIRST, class_of(FIRST)[n].notebook_bytes) for n in (0, 1, 5)] + [
        (THIRD, class_of(THIRD)[1].notebook_bytes)
    ]

    def graded(by: Rooms) -> list[Report]:
        return [by.grade(assignment_of(stem), content, seed=7) for stem, content in chosen]

    first = graded(rooms)
    assert any(cell.outputs for report in first for cell in report.cells)
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(graded, (rooms, rooms))) == [first, first]
    with Rooms() as others:
        assert graded(others) == first


@pytest.mark.parametrize("seed", [1, 2**40])
def test_right_answers_are_right_for_every_seed(rooms: Rooms, seed: int) -> None:
    for stem in (FIRST, THIRD):
        complete = next(s for s in class_of(stem) if s.description.startswith("complete"))
        report = rooms.grade(assignment_of(stem), complete.notebook_bytes, seed=seed)
        assert points(report) == complete.expected
        assert report.points == report.max_points


@pytest.mark.slow
def test_judging_in_process_gives_the_same_points(rooms: Rooms) -> None:
    for stem, number in [(FIRST, n) for n in range(0, 24, 3)] + [(THIRD, n) for n in (0, 2, 13)]:
        submission = class_of(stem)[number]
        in_process = dataclasses.replace(assignment_of(stem), judge="in-process")
        report = rooms.grade(in_process, submission.notebook_bytes)
        assert points(report) == submission.expected, (stem, submission.description)


# A notebook of another course, as people write them for nbgrader


def cell(kind: str, identity: str, text: str, **marks: Any) -> JSON:
    flags = {"grade": False, "locked": False, "solution": False, "task": False} | marks
    metadata = {"nbgrader": flags | {"grade_id": identity, "schema_version": 3}} if marks else {}
    code = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": identity, "metadata": metadata, "source": text} | code


def graded(identity: str, text: str, most: float = 2) -> JSON:
    return cell("code", identity, text, grade=True, locked=True, points=most)


STUB = "def squares(n):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
SQUARES = "def squares(n):\n    return [i**2 for i in range(n)]"
OTHER: JSON = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        cell("markdown", "title", "# Homework 1\n\nSquares, and a stack."),
        cell(
            "code", "imports", "%matplotlib inline\nimport numpy as np\nimport torch\nimport matplotlib.pyplot as plt"
        ),
        cell(
            "code",
            "squares",
            "def squares(n):\n    ### BEGIN SOLUTION\n    return [i**2 for i in range(n)]\n    ### END SOLUTION",
            solution=True,
        ),
        graded("helper", "def almost(a, b):\n    return np.allclose(a, b)", 0),
        graded(
            "plain",
            "assert squares(3) == [0, 1, 4], 'three squares'\nassert almost(squares(2), [0, 1])\n"
            "### BEGIN HIDDEN TESTS\nassert len(squares(10)) == 10\n### END HIDDEN TESTS",
        ),
        graded(
            "partial",
            "earned = 0.0\nif squares(1) == [0]:\n    earned += 0.5\nif squares(4)[-1:] == [9]:\n    earned += 1.5\nearned",
        ),
        graded("tensor", "torch.tensor(1.5)"),
        graded("numpy", "np.float64(1.5)"),
        graded("whole", "1"),
        graded("nothing", "0.0"),
        graded("nan", "float('nan')"),
        graded("infinite", "float('inf')"),
        graded("negative", "-1"),
        graded("many", "3.0"),
        graded("truth", "squares(1) == [0]"),
        graded("text", "'0.5'"),
        graded("none", "None"),
        graded(
            "noisy",
            "import sys, warnings\nwarnings.warn('careful')\nprint('on stderr', file=sys.stderr)\nassert squares(1) == [0]",
        ),
        graded("magic", "%matplotlib inline\nimport os\nassert squares(0) == []"),
        cell(
            "code",
            "Stack",
            "class Stack:\n    ### BEGIN SOLUTION\n    def __init__(self):\n        self.items = []\n"
            "    def push(self, item):\n        self.items.append(item)\n    ### END SOLUTION",
            solution=True,
        ),
        graded(
            "in_place", "stack = Stack()\nstack.push(1)\nassert isinstance(stack, Stack)\nassert stack.items == [1]"
        ),
        cell("code", "plot", "_ = plt.plot(squares(3))", grade=True, solution=True, points=5),
        cell("markdown", "essay", "Because it is so.", grade=True, solution=True, points=5),
        cell(
            "markdown", "task", "Draw a cat.\n### BEGIN MARK SCHEME\nA tail.\n### END MARK SCHEME", task=True, points=3
        ),
    ],
}


def other_course(judge: str = "") -> Assignment:
    return read_assignment("homework", json.dumps(OTHER).encode(), judge=judge)


def handed_in(**texts: str) -> bytes:
    """That notebook as released, with other text in some cells. An answer that is not given is nbgrader's stub."""
    stub = "# YOUR CODE HERE\nraise NotImplementedError()"
    texts = {"squares": STUB, "Stack": f"class Stack:\n    {stub.partition(chr(10))[2]}", "plot": stub} | texts
    cells = []
    for one in OTHER["cells"]:
        cells.append({**one, "source": texts.get(one["id"], one["source"].partition("\n### BEGIN")[0])})
    return json.dumps({**OTHER, "cells": cells}).encode()


GIVEN = {  # by tests that ask nothing of the learner
    "helper": 0.0,
    "tensor": 1.5,
    "numpy": 1.5,
    "whole": 1.0,
    "nothing": 0.0,
    "text": 2.0,
    "none": 2.0,
    "nan": 0.0,
    "infinite": 0.0,
    "negative": 0.0,
    "many": 0.0,
}


@pytest.mark.parametrize("judge", ["sealed", "in-process"])
def test_another_courses_notebook_is_graded_as_nbgrader_would(rooms: Rooms, judge: str) -> None:
    other = other_course(judge)
    stack = next(c["source"] for c in OTHER["cells"] if c["id"] == "Stack")
    right = rooms.grade(other, handed_in(squares=SQUARES, Stack=stack, plot="_ = plt.plot(squares(3))"))
    assert (right.refused, right.mends, right.remarks) == (None, (), ())
    asked = {"plain": 2.0, "partial": 2.0, "truth": 2.0, "noisy": 2.0, "magic": 2.0}
    assert points(right) == GIVEN | asked | {"in_place": 2.0 if judge == "in-process" else 0.0}
    assert {c.id for c in right.checks}.isdisjoint({"plot", "essay", "task"})  # a person grades these
    plot = next(c for c in right.cells if c.id == "plot")
    assert any("image/png" in output.get("data", {}) for output in plot.outputs)
    for check in ("nan", "infinite", "negative", "many"):
        assert statuses(right)[check] == "error"
        assert "which is no score. Tell your instructor." in message(right, check)
    assert (statuses(right)["tensor"], message(right, "tensor")) == ("failed", "1.5 of 2 points.")


@pytest.mark.parametrize("judge", ["sealed", "in-process"])
def test_stubs_and_half_right_answers_of_another_course(rooms: Rooms, judge: str) -> None:
    other = other_course(judge)
    blank = rooms.grade(other, handed_in())
    asked = dict.fromkeys(("plain", "partial", "truth", "noisy", "magic", "in_place"), 0.0)
    assert points(blank) == GIVEN | asked
    assert statuses(blank)["plain"] == "error"
    assert "NotImplementedError" in message(blank, "plain")
    half = rooms.grade(other, handed_in(squares="def squares(n):\n    return [0] * (n > 0)"))
    assert points(half) == GIVEN | asked | {"partial": 0.5, "truth": 2.0, "noisy": 2.0, "magic": 2.0}
    assert (statuses(half)["partial"], message(half, "partial")) == ("failed", "0.5 of 2 points.")
    assert (statuses(half)["plain"], message(half, "plain")) == ("failed", "three squares")


@pytest.mark.parametrize("printed", [100, 10_000_000])
def test_a_cell_may_print_too_much_and_start_programs_that_print(rooms: Rooms, printed: int) -> None:
    loud = f"import os\nprint('x' * {printed})\nos.system('echo from a program')\n{SQUARES}"
    report = rooms.grade(other_course("sealed"), handed_in(squares=loud))
    assert points(report)["plain"] == 2.0
    shown = "".join(o.get("text", "") for o in next(c for c in report.cells if c.id == "squares").outputs)
    assert shown.count("x") == min(printed, rooms.limits.output_bytes)
    assert ("from a program" in shown) == (printed < rooms.limits.output_bytes)
    assert shown.endswith("it was too long.\n") == (printed > rooms.limits.output_bytes)


def test_a_test_that_needs_the_objects_in_place_says_so(rooms: Rooms) -> None:
    other = other_course("sealed")
    stack = next(c["source"] for c in OTHER["cells"] if c["id"] == "Stack")
    report = rooms.grade(other, handed_in(squares=SQUARES, Stack=stack))
    assert statuses(report)["in_place"] != "passed"
    assert "plain value" in message(report, "in_place")


# What common errors are told


def third(**answers: str) -> bytes:
    """The third assignment as released, with these answers."""
    released = json.loads(open_course(ROOT).released_notebook(THIRD).read_bytes())
    for one in released["cells"]:
        name = one["metadata"].get("nbgrader", {}).get("grade_id", "")
        if name in answers:
            one["source"] = answers[name]
    return json.dumps(released).encode()


ERRORS = {
    "wrong shape": (
        "def dot_product(x, y):\n    return (x * y).sum(0, keepdim=True)",
        "failed",
        ("✗ dot_product", "Shape: got (1,), expected ()."),
    ),
    "list for a tensor": (
        "def dot_product(x, y):\n    return [1.0]",
        "failed",
        ("✗ dot_product", "a value of type list, expected a tensor"),
    ),
    "None": ("def dot_product(x, y):\n    (x * y).sum()", "failed", ("✗ dot_product", "None")),
    "NameError": (
        "def dot_product(x, y):\n    return totl",
        "error",
        ("NameError: name 'totl' is not defined", "line 2"),
    ),
    "exception": (
        "def dot_product(x, y):\n    z = x * y\n    return z.summ()",
        "error",
        ("AttributeError", "line 3 of its cell, in dot_product: return z.summ()"),
    ),
    "syntax": (
        "def dot_product(x, y)\n    return 1",
        "error",
        ("NameError: name 'dot_product' is not defined", "stopped with an error"),
    ),
    "endless": ("def dot_product(x, y):\n    while True: pass", "timeout", ("dot_product ran longer than",)),
    "dies": ("import os\ndef dot_product(x, y):\n    os._exit(0)", "died", ("ended the process",)),
    "untouched": ("", "not_attempted", ("not attempted",)),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_common_error_is_told_in_a_sentence(rooms: Rooms, name: str) -> None:
    answer, status, words = ERRORS[name]
    quick = Rooms.__new__(Rooms)  # the same rooms, with less patience
    quick.__dict__ = {**rooms.__dict__, "limits": dataclasses.replace(rooms.limits, test_seconds=2.0)}
    report = quick.grade(assignment_of(THIRD), third(dot_product=answer) if answer else third())
    told = message(report, "dot_product-values")
    assert statuses(report)["dot_product-values"] == status, told
    for word in words:
        assert word in told
    assert "Traceback" not in told
    assert "/autograder/" not in told
    assert points(report) == dict.fromkeys(points(report), 0.0)


# Files beside the notebook

SUPPORT = {
    "data.csv": b"1,2\n3,4\n",
    "more/names.txt": "Ada\nÉmilie\n".encode(),
    "tools.py": b"def double(x):\n    return 2 * x",
}
READS = """\
import os
with open("data.csv") as file:
    text = file.read()
names = open("more/names.txt", encoding="utf-8").read().split()
denied = []
for attempt in (lambda: open("data.csv", "w"), lambda: open("data.csv", "a"), lambda: os.remove("data.csv")):
    try:
        attempt()
    except OSError as error:
        denied.append(type(error).__name__)
own = open("own.txt", "w").write("mine")
from tools import double
four = double(2)
"""
SUPPORTED: JSON = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        cell("code", "reads", "### BEGIN SOLUTION\ntext = ''\n### END SOLUTION", solution=True),
        graded("same", "with open('data.csv') as file:\n    assert text == file.read()", 1),
        graded("folder", "assert names == open('more/names.txt', encoding='utf-8').read().split()", 1),
        graded("denied", "assert len(denied) == 3, denied", 1),
        graded("own", "assert own == 4", 1),
        graded("module", "from tools import double\nassert four == double(2)", 1),
    ],
}


@pytest.mark.parametrize("judge", ["sealed", "in-process"])
def test_support_files_are_there_to_read_and_not_to_change(rooms: Rooms, judge: str) -> None:
    source = read_assignment("files", json.dumps(SUPPORTED).encode(), judge=judge, support=SUPPORT)
    submission = json.loads(json.dumps(SUPPORTED))
    submission["cells"][0]["source"] = READS
    for _ in range(2):  # and a second learner finds them as they were
        report = rooms.grade(source, json.dumps(submission).encode())
        assert points(report) == {"same": 1, "folder": 1, "denied": 1, "own": 1, "module": 1}, report.checks


# Files that are no submission


def deep() -> bytes:
    return b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "another course": (lambda: handed_in(), "No cell of this notebook belongs to the assignment"),
    "another assignment": (lambda: class_of(THIRD)[0].notebook_bytes, "belongs to the assignment"),
    "PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF, not a notebook"),
    "empty": (lambda: b"", "The file is empty"),
    "truncated": (lambda: class_of(FIRST)[0].notebook_bytes[:-900], "breaks off in the middle"),
    "50 MB": (lambda: b"{" + b" " * 50_000_000 + b"}", "clear the outputs"),
    "deep": (deep, "levels deep"),
    "nbformat 2": (lambda: b'{"nbformat": 2, "worksheets": []}', "old format 2"),
    "nbformat 99": (lambda: b'{"nbformat": 99, "cells": []}', "format 99, newer than"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_submission_is_refused_with_a_sentence(rooms: Rooms, name: str) -> None:
    make, words = REFUSED[name]
    report = rooms.grade(assignment_of(FIRST), make())
    assert report.refused is not None
    assert words in report.refused
    assert len(report.refused) < 400
    assert report.refused.endswith(".")
    assert report.points == 0
    assert report.max_points == assignment_of(FIRST).max_points
    assert set(statuses(report).values()) == {"not_attempted"}


# Damaged notebooks


@cache
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmark_damage", ROOT / "benchmarks" / "damage.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_damaged_notebooks_keep_the_points_of_whole_answers(rooms: Rooms) -> None:
    chosen = range(COMPOSITIONS) if COMPOSITIONS > 40 else random.Random(5).sample(range(2_000), COMPOSITIONS)
    outcomes = benchmark().run(rooms, chosen)
    assert [str(outcome) for outcome in outcomes if outcome.wrong] == []
    assert sum(len(outcome.damaged.expected) for outcome in outcomes) > 10 * COMPOSITIONS
    assert sum(bool(outcome.report.mends) for outcome in outcomes) > COMPOSITIONS / 2


# The command line


@pytest.fixture
def shared(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """`grade-one` works with rooms that are open already."""

    class Open:
        def __init__(self, **options: bool) -> None:
            assert options == {"sandboxed": True, "gpu": False}

        def __enter__(self) -> Rooms:
            return rooms

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(single, "Rooms", Open)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture(scope="module")
def source() -> str:
    return str(open_course(ROOT).solution_notebook(FIRST))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handed in")
    partial = next(s for s in class_of(FIRST) if s.description.startswith("partial"))
    (folder / "partial.ipynb").write_bytes(partial.notebook_bytes)
    (folder / "refused.ipynb").write_bytes(b"%PDF-1.7")
    tools = benchmark().damages()
    broken = tools.prepare(partial.notebook_bytes, open_course(ROOT).released_notebook(FIRST).read_bytes())
    chance = random.Random(0)
    for name in ("strip_metadata", "duplicate_test", "delete_locked", "view_in_github"):
        tools.DAMAGES[name](broken, chance)
    (folder / "damaged.ipynb").write_bytes(tools.save(broken))
    return folder


def partial_points() -> int:
    return next(s for s in class_of(FIRST) if s.description.startswith("partial")).points


@pytest.mark.usefixtures("shared")
def test_grade_one_says_what_came_of_it(files: Path, source: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["grade-one", str(files / "partial.ipynb"), "--source", source]) == 0
    said = capsys.readouterr().out
    assert f"{partial_points()} of 10 points" in said
    for check in assignment_of(FIRST).tests:
        assert check.id in said
    assert "not attempted" in said
    assert cli.main(["grade-one", str(files / "damaged.ipynb"), "--source", source]) == 0
    said = capsys.readouterr().out
    assert f"{partial_points()} of 10 points" in said
    assert "repairs" in said
    assert cli.main(["grade-one", str(files / "refused.ipynb"), "--source", source]) == 2
    assert "Not graded. The file is a PDF" in " ".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("judge", ["sealed", "in-process"])
def test_grade_one_as_json_has_exactly_this_schema(
    files: Path, source: str, capsys: pytest.CaptureFixture[str], judge: str
) -> None:
    words = ["--source", source, "--json", "--judge", judge]
    for name, status in (("partial", 0), ("damaged", 0), ("refused", 2)):
        assert cli.main(["grade-one", str(files / f"{name}.ipynb"), *words]) == status
        printed = capsys.readouterr()
        document = json.loads(printed.out)
        assert list(document) == ["points", "max_points", "checks", "repairs", "refused", "versions"]
        assert document["max_points"] == 10
        assert document["points"] == sum(check["points"] for check in document["checks"])
        assert document["points"] == (0 if name == "refused" else partial_points())
        assert [list(check) for check in document["checks"]] == 6 * [
            ["id", "points", "max_points", "status", "message"]
        ]
        assert all(list(one) == ["cell", "what", "confidence"] for one in document["repairs"])
        assert bool(document["repairs"]) == (name == "damaged")
        assert (document["refused"] is None) == (status == 0)
        assert document["versions"].keys() == {"autograder", "python", "torch"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nowhere.ipynb", "--source", "SOURCE"), "nowhere.ipynb cannot be read (No such file or directory)"),
        (("partial.ipynb", "--source", "nowhere.ipynb"), "nowhere.ipynb cannot be read (No such file or directory)"),
        (("partial.ipynb", "--source", "refused.ipynb"), "the instructor's notebook is no notebook"),
        (("partial.ipynb", "--source", "ungraded.ipynb"), "no cell of this notebook is graded"),
        ((".", "--source", "SOURCE"), "is a folder: give the notebook in it"),
    ],
)
def test_what_cannot_be_read_is_named(
    files: Path, source: str, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    (files / "ungraded.ipynb").write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}')
    full = [source if word == "SOURCE" else word if word.startswith("--") else str(files / word) for word in words]
    for command in (["grade-one", *full], ["repair", *full, "-o", str(files / "out.ipynb")]):
        assert cli.main(command) == 1
        printed = capsys.readouterr()
        assert sentence in printed.err
        assert "Traceback" not in printed.err
        assert printed.out == ""


def test_repair_writes_a_notebook_that_grades_the_same(
    rooms: Rooms, files: Path, source: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    out = files / "repaired.ipynb"
    assert cli.main(["repair", str(files / "damaged.ipynb"), "--source", source, "-o", str(out)]) == 0
    assert "repaired.ipynb written; " in capsys.readouterr().out
    nbformat.validate(nbformat.read(out, as_version=4))
    assert "HIDDEN" not in out.read_text(encoding="utf-8")
    damaged, repaired = (
        rooms.grade(assignment_of(FIRST), path.read_bytes()) for path in (files / "damaged.ipynb", out)
    )
    assert (repaired.checks, repaired.mends) == (damaged.checks, ())
    assert damaged.mends
    assert cli.main(["repair", str(out), "--source", source, "-o", str(files / "again.ipynb")]) == 0
    assert (files / "again.ipynb").read_bytes() == out.read_bytes()
    assert "nothing to mend" in capsys.readouterr().out
    assert cli.main(["repair", str(files / "refused.ipynb"), "--source", source, "-o", str(files / "none.ipynb")]) == 2
    assert not (files / "none.ipynb").exists()
    assert cli.main(["repair", str(out), "--source", source, "-o", str(files / "no folder" / "x.ipynb")]) == 1


def test_what_repair_writes_is_what_is_graded() -> None:
    plan = mend(assignment_of(FIRST), read(class_of(FIRST)[1].notebook_bytes))
    again = mend(assignment_of(FIRST), read(json.dumps(notebook(plan, assignment_of(FIRST))).encode()))
    assert [(c.id, c.source) for c in again.cells] == [(c.id, c.source) for c in plan.cells]


@pytest.mark.slow
def test_without_a_sandbox_it_is_loud_and_works(files: Path, source: str) -> None:
    """As a person runs it: the program itself, in a process of its own."""
    words = ["grade-one", str(files / "partial.ipynb"), "--source", source, "--no-sandbox", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "No sandbox" in done.stderr
    assert json.loads(done.stdout)["points"] == partial_points()


def test_a_source_may_choose_its_judge(tmp_path: Path) -> None:
    path = tmp_path / "homework.ipynb"
    path.write_text(json.dumps({**OTHER, "metadata": {"torch_foundations": {"judge": "in-process"}}}))
    assert single.read_source(path).judge == "in-process"
    assert single.read_source(path, "sealed").judge == "sealed"
    path.write_text(json.dumps({**OTHER, "metadata": {"torch_foundations": {"judge": "lenient"}}}))
    with pytest.raises(CourseError, match="judge is 'lenient'; use 'sealed' or 'in-process'"):
        single.read_source(path)


def small(*cells: tuple[str, str, dict[str, Any]]) -> bytes:
    """A source notebook: kind, text and nbgrader's marks of each cell."""
    made = [
        nbformat.v4.new_code_cell(source, metadata={"nbgrader": {"schema_version": 3, **marks}})
        if kind == "code"
        else nbformat.v4.new_markdown_cell(source, metadata={"nbgrader": {"schema_version": 3, **marks}})
        for kind, source, marks in cells
    ]
    return nbformat.writes(nbformat.v4.new_notebook(cells=made)).encode()


ANSWER = {"grade_id": "a", "solution": True, "grade": False, "locked": False}
TEST = {"grade_id": "t", "solution": False, "grade": True, "locked": True, "points": 1}
ESSAY = {"grade_id": "e", "solution": True, "grade": True, "locked": False, "points": 5}
LISTS = "import os\nraise ValueError(sorted(os.listdir()))"


def test_an_instructors_texts_beside_the_source_stay_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    solution = small(("code", "### BEGIN SOLUTION\na = 1\n### END SOLUTION", ANSWER), ("code", "assert a == 1", TEST))
    source = tmp_path / "ps1.ipynb"
    source.write_bytes(solution)
    (tmp_path / "ps1.html").write_text("the solution, as a page")
    (tmp_path / "gradebook.db").write_text("grades")
    (tmp_path / "bank.txt").write_text("### BEGIN HIDDEN TESTS\n")
    (tmp_path / "data.csv").write_text("1,2\n")
    (tmp_path / "more.csv").write_text("3,4\n")
    assert sorted(single.read_source(source).support) == ["data.csv", "more.csv"]
    (tmp_path / "support.txt").write_text("data.csv\nbank.txt\n")
    assert sorted(single.read_source(source).support) == ["data.csv"]
    submission = tmp_path / "in" / "ps1.ipynb"
    submission.parent.mkdir()
    submission.write_bytes(small(("code", LISTS, ANSWER)))
    assert cli.main(["grade-one", str(submission), "--source", str(source), "--json"]) == 0
    said = capsys.readouterr()
    assert "a copy of these files beside the source: data.csv." in " ".join(said.err.split())
    assert "bank" not in said.out + said.err


def test_a_source_that_learners_received_is_named(tmp_path: Path) -> None:
    marked = {**TEST, "checksum": "0"}
    for text, named in (
        ("assert a == 1", True),
        ("assert a == 1\n### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS", False),
    ):
        path = tmp_path / "ps1.ipynb"
        path.write_bytes(small(("code", "a = ...", ANSWER), ("code", text, marked), ("markdown", "Why?", ESSAY)))
        remarks = single.remarks_on(single.read_source(path))
        assert any("looks like the notebook that learners receive" in one for one in remarks) == named
        assert remarks[-1] == "a person has to grade e (5 points)."


def test_a_test_that_wants_the_learners_process_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ps1.ipynb"
    for text, named in (("kept = a\ndel a", True), ("a = 1", True), ("def f():\n    a = 1\nassert f", False)):
        path.write_bytes(small(("code", "a = 2", ANSWER), ("code", text, TEST)))
        remarks = single.remarks_on(single.read_source(path))
        assert any("the test t replaces or deletes a" in one for one in remarks) == named
        assert single.remarks_on(single.read_source(path, "in-process")) == []


def test_repair_never_writes_over_what_it_reads(
    files: Path, tmp_path: Path, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "solution.ipynb"
    own.write_bytes(Path(source).read_bytes())
    damaged = files / "damaged.ipynb"
    for kept, what in ((own, "instructor's notebook"), (damaged, "submission")):
        before = kept.read_bytes()
        aside = kept.parent / "." / kept.name
        assert cli.main(["repair", str(damaged), "--source", str(own), "-o", str(aside)]) == 1
        assert f"is the {what}: give another name" in capsys.readouterr().err
        assert kept.read_bytes() == before


def test_what_is_no_notebook_to_read_is_named(
    files: Path, tmp_path: Path, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe.ipynb"
    os.mkfifo(pipe)
    text = tmp_path / "text.ipynb"
    text.write_text("no notebook")
    for submission, taken, says in (
        (pipe, source, "pipe.ipynb is no file that can be read to its end"),
        (tmp_path, source, "is a folder: give the notebook in it"),
        (tmp_path / "none.ipynb", source, "none.ipynb cannot be read (No such file or directory): is the path right?"),
        (files / "partial.ipynb", str(text), f"{text}: the instructor's notebook is no notebook"),
    ):
        assert cli.main(["grade-one", str(submission), "--source", taken]) == 1
        assert says in capsys.readouterr().err


def test_the_instructors_own_notebook_needs_no_mend(rooms: Rooms, source: str) -> None:
    report = rooms.grade(single.read_source(Path(source)), Path(source).read_bytes())
    assert (report.points, report.mends) == (report.max_points, ())
