"""The texts: what is parsed, and every rule with a text that breaks it."""

from __future__ import annotations

import pickle
from pathlib import Path

import jupytext
import pytest
import tiny

from autograder import check
from autograder.source import MARKERS, SourceError, check_course, load_assignment, load_chapter, torch_names

SOURCES = sorted([*(tiny.ROOT / "course").glob("*.py"), *(tiny.ROOT / "solutions").glob("*.py")])


def test_the_tiny_course_breaks_no_rule(tmp_path: Path) -> None:
    chapters, assignments = tiny.write(tmp_path).load()
    assert [chapter.stem for chapter in chapters] == [tiny.STEM]
    (assignment,) = assignments
    assert [exercise.name for exercise in assignment.exercises] == ["predict_double", "double", "total"]
    assert assignment.points == 10
    assert assignment.exercise("double").stars == 1
    assert assignment.exercise("predict_double").prediction


def test_an_untouched_answer_is_its_signature_and_the_stub(tmp_path: Path) -> None:
    (assignment,) = tiny.write(tmp_path).load()[1]
    untouched = assignment.exercise("double").untouched
    assert untouched.endswith('"""\n    # your code here')
    assert "secret" not in untouched


def test_a_visible_part_has_no_hidden_line(tmp_path: Path) -> None:
    (assignment,) = tiny.write(tmp_path).load()[1]
    check = next(check for check in assignment.checks if check.id == "double-values")
    assert "hidden" in check.full
    assert "hidden" not in check.visible
    assert "x (2,)" in check.visible


CHAPTER_FAULTS = {
    "unknown header key 'ansewr'": ('reveal="shape" answer=', 'reveal="shape" ansewr='),
    "unknown tag": ("# %%\nimport torch", '# %% tags=["raise-exception"]\nimport torch'),
    "is revealed before it is asked": ('# %% predict="shape"\nshape = ...  # a tuple\n', ""),
    "is never revealed": ('# %% reveal="shape" answer="(2,)"\nreveal(shape, lambda: (2 * x).shape)\n', ""),
    "is asked twice": ('# %% predict="shape"', '# %% predict="shape"\nshape = ...\n\n# %% predict="shape"'),
    "a predict cell holds one line": ("shape = ...  # a tuple", "shape = (2,)"),
    "needs `answer=": (' answer="(2,)"', ""),
    "calls `reveal(guess": ("reveal(shape, lambda: (2 * x).shape)", "print(shape)"),
    "`answer` belongs to a reveal cell": ('# %% predict="shape"', '# %% predict="shape" answer="(2,)"'),
    "`<details>` must stand alone": ("# <details>", "#  <details>"),
    "alone on the line after `<details>`": ("# <summary>More</summary>", "# <summary>More</summary> text"),
    "leave a blank line after the summary": ("</summary>\n#\n", "</summary>\n"),
    "leave a blank line before `</details>`": ("`x.sum()`.\n#\n", "`x.sum()`.\n"),
    "`</details>` must stand alone": ("# </details>", "# text </details>"),
    "a heading inside `<details>`": ("# `torch.zeros`", "# ## `torch.zeros`"),
    "must stand in the same cell": ("# </details>", "# the end"),
    "begin with `# 01 · `": ("# # 01 · A tiny", "# # A tiny"),
    "an objective reads": ("- **bugs**: find a bug in a sum (`total`)", "- **bugs** find a bug"),
    "has no objectives": ("## What you will be able to do", "## Goals"),
    "this is not Python": ("x + x", "x +"),
    "an empty cell": ("# %%\nimport", "# %%\n\n# %%\nimport"),
    "must begin with a `# %%` header": ("# %% [markdown]\n# # 01", "import torch\n\n# %% [markdown]\n# # 01"),
}

ASSIGNMENT_FAULTS = {
    "unknown header key 'point'": ("points=3\ncheck.attempted(double", "point=3\ncheck.attempted(double"),
    "has no test": ('# %% test="total-values" points=3', '# %% locked="total-values"'),
    "a test for no exercise": ('test="total-values"', 'test="totals-values"'),
    "duplicate id": ('test="double-unchanged"', 'test="double-values"'),
    "letters, digits, `_` and `-` only": ('test="double-unchanged"', 'test="double-un.changed"'),
    "is empty when released": (
        'check.attempted(total, "total adds every number", given="GIVEN")',
        "### BEGIN HIDDEN TESTS\ncheck.attempted(total, 'total adds every number', given=\"GIVEN\")",
    ),
    "without `### END SOLUTION`": ("    ### END SOLUTION", "    pass"),
    "without `### BEGIN SOLUTION`": ("    ### BEGIN SOLUTION", "    pass"),
    "a second `### BEGIN SOLUTION`": ("    return x + x", "    ### BEGIN SOLUTION\n    return x + x"),
    "belongs in a test cell": (
        "    return x + x",
        "    ### BEGIN HIDDEN TESTS\n    ### END HIDDEN TESTS\n    return x + x",
    ),
    "is no marker nbgrader knows": ("### BEGIN HIDDEN TESTS\nhidden", "### BEGIN HIDDEN TEST\nhidden"),
    "the hidden part must be the end": (
        'traps={"this is x squared": hidden**2, "this is x unchanged": hidden},\n)\n### END HIDDEN TESTS',
        "traps={}\n)\n### END HIDDEN TESTS\nprint()",
    ),
    "points do not add up": ("Double ★ · 5 points", "Double ★ · 6 points"),
    "needs `points=N`": ('"double-unchanged" points=2', '"double-unchanged"'),
    "`points` belongs to a test cell": ('locked="imports"', 'locked="imports" points=2'),
    "a cell has one role": ('locked="imports"', 'locked="imports" solution="x"'),
    "a heading reads": ("### Exercise 1 · Double ★ · 5 points · 6 minutes", "### Exercise 1 · Double (5 points)"),
    "has no heading": ("# ### Prediction 1 · Twice ones · 2 points · 1 minute", "# Twice ones"),
    "names no objective": (' objective="bugs"', ""),
    "needs three: a nudge": ("# <summary>Hint 3 · nearly the code</summary>", "# <summary>Note</summary>"),
    "has no solution region": ("### BEGIN SOLUTION\npredict_double = (3,)\n### END SOLUTION", "predict_double = (3,)"),
    "must say when the code is untouched": ('given="GIVEN"', 'given="00000000"'),
    "solution_notes for no exercise": ('solution_notes="double"', 'solution_notes="doubles"'),
    "has no name": ('test="total-values"', 'test="total"'),
    "stands above the answer": (
        '# %% locked="imports"',
        '# %% test="total-early" points=1\ncheck.attempted(total, "x", given="GIVEN")\n\n# %% locked="imports"',
    ),
    "begin with `# 01 · `": ("# # 01 · A tiny", "# # A tiny"),
    "assert": (
        'check.unchanged(double, torch.tensor([1.0, 2.0]), on="x (2,)")',
        "assert double(torch.ones(2)) is not None",
    ),
}

BANK_FAULTS = {
    "either right=": ('# %% right="times" for="double"', '# %% for="double"'),
    "which is no exercise": ('right="times" for="double"', 'right="times" for="triple"'),
    'write says="…"': (' says="x squared"', ""),
    "it has no `says`": ('right="times" for="double"', 'right="times" for="double" says="x"'),
    "which is no check of": ('fails="values"', 'fails="value"'),
    "are named": ('right="stack" for="double"', 'right="times" for="double"'),
    "has 1 right answers and needs at least 2": ('right="stack" for="double"', 'wrong="stack" for="double" says="x"'),
    "has 3 wrong answers and needs at least 4": (
        'wrong="first" for="double" says="Shape" fails="values"',
        'right="first" for="double"',
    ),
    "unknown header key": (' for="total" says="drops the first"', ' for="total" says="drops the first" why="x"'),
}

CROSS_FAULTS = {
    "which the chapter does not promise": ("assignment", ' objective="bugs"', ' objective="bug"'),
    "does not name it there": ("chapter", "(`double`, `predict_double`)", "(`double`)"),
    "which is no exercise": ("chapter", "(`total`)", "(`total`, `totals`)"),
    "no chapter so far shows 'cumsum'": ("assignment", "return x + x  #", "return x.cumsum(0)  #"),
}


def broken(text: str, fault: tuple[str, str]) -> str:
    before, after = fault
    assert before in text, f"the fixture no longer holds {before!r}"
    return text.replace(before, after, 1)


@pytest.mark.parametrize("message", CHAPTER_FAULTS)
def test_a_chapter_that_breaks_a_rule_is_refused_with_its_line(message: str, tmp_path: Path) -> None:
    course = tiny.write(tmp_path, chapter=broken(tiny.CHAPTER, CHAPTER_FAULTS[message]))
    with pytest.raises(SourceError, match=r"01_tiny\.py:\d+: ") as caught:
        course.load()
    assert any(message in problem.message for problem in caught.value.problems), str(caught.value)


@pytest.mark.parametrize("message", ASSIGNMENT_FAULTS)
def test_an_assignment_that_breaks_a_rule_is_refused_with_its_line(message: str, tmp_path: Path) -> None:
    course = tiny.write(tmp_path, assignment=broken(tiny.ASSIGNMENT, ASSIGNMENT_FAULTS[message]))
    with pytest.raises(SourceError, match=r"01_tiny\.py:\d+: ") as caught:
        course.load()
    assert any(message in problem.message for problem in caught.value.problems), str(caught.value)


@pytest.mark.parametrize("message", BANK_FAULTS)
def test_a_bank_that_breaks_a_rule_is_refused_with_its_line(message: str, tmp_path: Path) -> None:
    course = tiny.write(tmp_path, bank=broken(tiny.BANK, BANK_FAULTS[message]))
    with pytest.raises(SourceError, match=r"01_tiny_answers\.py:\d+: ") as caught:
        course.load()
    assert any(message in problem.message for problem in caught.value.problems), str(caught.value)


@pytest.mark.parametrize("message", CROSS_FAULTS)
def test_a_chapter_and_an_assignment_that_disagree_are_refused(message: str, tmp_path: Path) -> None:
    which, before, after = CROSS_FAULTS[message]
    chapter = broken(tiny.CHAPTER, (before, after)) if which == "chapter" else tiny.CHAPTER
    assignment = broken(tiny.ASSIGNMENT, (before, after)) if which == "assignment" else tiny.ASSIGNMENT
    course = tiny.write(tmp_path, chapter=chapter, assignment=assignment)
    with pytest.raises(SourceError) as caught:
        course.load()
    assert any(message in problem.message for problem in caught.value.problems), str(caught.value)


def test_a_bug_to_find_in_several_functions_has_a_digest_for_each(tmp_path: Path) -> None:
    second = '\n\ndef other(x: Tensor) -> Tensor:\n    """(n,) -> ()"""\n    return x[:1].sum()\n### BEGIN SOLUTION'
    text = broken(tiny.ASSIGNMENT, ("    return x[1:].sum()\n### BEGIN SOLUTION", "    return x[1:].sum()" + second))
    text = broken(text, ("check.attempted(total, ", "check.attempted(other, "))
    course = tiny.write(tmp_path, assignment=text)
    digest = check.digest("def other(x: Tensor) -> Tensor:\n    return x[:1].sum()")
    with pytest.raises(SourceError, match=f'given="{digest}"'):
        course.load()
    course = tiny.write(tmp_path, assignment=text.replace('given="GIVEN"', f'given="{digest}"'))
    course.load()


def test_an_assignment_without_its_chapter_is_refused(tmp_path: Path) -> None:
    course = tiny.write(tmp_path)
    (tmp_path / "course" / f"{tiny.STEM}.py").unlink()
    with pytest.raises(SourceError, match="no chapter is called"):
        check_course([], course.assignments())


def test_an_assignment_without_a_bank_is_refused(tmp_path: Path) -> None:
    course = tiny.write(tmp_path)
    (tmp_path / "solutions" / f"{tiny.STEM}_answers.py").unlink()
    with pytest.raises(SourceError, match="no bank of answers"):
        course.load()


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "01_tiny.py"
    path.write_bytes("# %% [markdown]\n# # 01 · Übung".encode("latin-1"))
    with pytest.raises(SourceError, match="not UTF-8"):
        load_chapter(path)


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    chapter = broken(tiny.CHAPTER, CHAPTER_FAULTS["unknown tag"])
    assignment = broken(tiny.ASSIGNMENT, ASSIGNMENT_FAULTS["points do not add up"])
    with pytest.raises(SourceError) as caught:
        tiny.write(tmp_path, chapter=chapter, assignment=assignment).load()
    assert len(caught.value.problems) == 2


def test_problems_survive_the_way_from_a_worker_process(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        tiny.write(tmp_path, chapter=broken(tiny.CHAPTER, CHAPTER_FAULTS["unknown tag"])).load()
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems


def test_torch_names_are_found_in_code_and_in_docstring_examples() -> None:
    source = 'def f(x):\n    """Doc.\n\n    >>> torch.eye(3)\n    """\n    return x.unsqueeze(0).split(1), "a".split()'
    assert {name for _, name in torch_names(source)} == {"eye", "unsqueeze"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_jupytext_returns_every_source_as_it_was(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    percent = {"extension": ".py", "format_name": "percent"}
    notebook = jupytext.reads(text, fmt=percent)
    notebook.metadata["jupytext"] = {"notebook_metadata_filter": "-all", "text_representation": percent}
    assert jupytext.writes(notebook, fmt=percent) == text


def test_markers_are_nbgraders_defaults() -> None:
    from nbgrader.preprocessors import ClearHiddenTests, ClearSolutions

    solutions, hidden = ClearSolutions(), ClearHiddenTests()
    for marker, configured in zip(
        MARKERS,
        (
            solutions.begin_solution_delimeter,
            solutions.end_solution_delimeter,
            hidden.begin_test_delimeter,
            hidden.end_test_delimeter,
        ),
        strict=True,
    ):
        assert configured in marker


def test_an_assignment_can_be_loaded_alone(tmp_path: Path) -> None:
    tiny.write(tmp_path)
    assert load_assignment(tmp_path / "solutions" / f"{tiny.STEM}.py").stem == tiny.STEM


def test_an_assignment_says_where_its_tests_run(tmp_path: Path) -> None:
    unsealed = tiny.ASSIGNMENT.replace("check.close(total(", "assert total(x) is x\ncheck.close(total(")
    path = tmp_path / "solutions" / f"{tiny.STEM}.py"
    tiny.write(tmp_path)
    assert load_assignment(path).judge == "sealed"
    tiny.write(tmp_path, assignment=unsealed)
    with pytest.raises(SourceError) as refused:
        load_assignment(path)
    said = str(refused.value)
    assert f"{path}:1: its tests run away from the learner's objects" in said
    assert 'judge="in-process"' in said
    assert "no assert" in said
    tiny.write(tmp_path, assignment=unsealed.replace("# %% [markdown]", '# %% [markdown] judge="in-process"', 1))
    assert load_assignment(path).judge == "in-process"


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        (
            tiny.ASSIGNMENT.replace("# %% [markdown]", '# %% [markdown] judge="open"', 1),
            "judge is 'open': use 'sealed' or 'in-process'",
        ),
        (
            tiny.ASSIGNMENT.replace('locked="imports"', 'locked="imports" judge="in-process"'),
            "judge stands in the header of the first cell",
        ),
    ],
)
def test_a_wrong_judge_is_refused(tmp_path: Path, assignment: str, says: str) -> None:
    tiny.write(tmp_path, assignment=assignment)
    with pytest.raises(SourceError, match=says):
        load_assignment(tmp_path / "solutions" / f"{tiny.STEM}.py")
