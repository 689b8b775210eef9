"""From a topic to its section to the exercises that test it; and everything that breaks that way."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest
import tiny

from autograder import coverage
from autograder.course import Course
from autograder.source import Assignment, Cell, Chapter

TEXT = """\
# 01 · Tiny

In front of every heading.

## What you will be able to do

## 1 · Sums

It adds.

## 2 · Products

It multiplies.

## 3 · Roots

It digs.
"""


def chapter(text: str = TEXT) -> Chapter:
    return Chapter("01_tiny", Path("01_tiny.py"), (Cell("markdown", text, 1, MappingProxyType({})),), ())


SECTIONS = coverage.sections(chapter())


@pytest.mark.parametrize(
    ("prose", "names"),
    [
        ("It tests **sums**, section 1 of [the chapter](x).", ["1 · Sums"]),
        ("sections 1 and 3 of [the chapter](x)", ["1 · Sums", "3 · Roots"]),
        ("sections 1, 2 and 3 of [the chapter](x)", ["1 · Sums", "2 · Products", "3 · Roots"]),
        ("sections 1 to 3 of [the chapter](x)", ["1 · Sums", "2 · Products", "3 · Roots"]),
        ('section "Products" of [the chapter](x)', ["2 · Products"]),
        ("all of [the chapter](x)", [section.name for section in SECTIONS]),
        ("section 4 of [the chapter](x)", []),
        ("It tests **sums**.", []),
    ],
)
def test_an_exercises_text_names_sections(prose: str, names: list[str]) -> None:
    assert coverage.named_sections(prose, SECTIONS) == set(names)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return tiny.write(tmp_path)


def naming(course: Course, **texts: str) -> Assignment:
    """The small assignment, its exercises with another sentence each."""
    path = course.root / "solutions" / f"{tiny.STEM}.py"
    source = path.read_text(encoding="utf-8")
    for heading, sentence in texts.items():
        at = source.index("\n", source.index(f"### {heading.replace('_', ' ')} ·"))
        source = f"{source[:at]}\n#\n# {sentence}{source[at:]}"
    path.write_text(source, encoding="utf-8")
    return course.assignment(tiny.STEM)


def test_a_prediction_stands_where_its_objective_is_exercised(course: Course) -> None:
    assignment = naming(course, Exercise_1="It tests section 2 of it.", Exercise_2="It tests section 1 of it.")
    tested = coverage.exercises(chapter(), assignment)
    assert tested["2 · Products"] == ["predict_double", "double"]
    assert tested["1 · Sums"] == ["total"]
    assert tested["3 · Roots"] == []


def test_the_table_goes_from_topic_to_section_to_exercise(course: Course) -> None:
    assignment = naming(course, Exercise_1="It tests section 2 of it.", Exercise_2="It tests section 1 of it.")
    topics = {"01_tiny": {"a | b": "adds", "roots": "digs"}, "errors": {"3": ["01_tiny", "multiplies"]}}
    assert list(coverage.broken([chapter()], [assignment], topics)) == []
    text = coverage.table([chapter()], [assignment], topics)
    assert r"| a \| b | 1 · Sums | `total` |" in text
    assert "| roots | 3 · Roots | shown, not graded |" in text
    assert "| 3 | 01_tiny | 2 · Products | `predict_double`, `double` |" in text
    assert "| 4 | not yet | | |" in text


@pytest.mark.parametrize(
    ("topics", "sentence"),
    [
        ({}, "lists no topics of 01_tiny"),
        ({"01_tiny": {"sums": "subtracts"}}, "should cover 'sums', but 'subtracts' does not stand in it"),
        ({"01_tiny": {"sums": "adds"}, "02_no": {"x": "y"}}, "names 02_no, which is no chapter"),
        ({"01_tiny": {"sums": "adds"}, "errors": {"18": ["01_tiny", "adds"]}}, "error 18 is none of 1 to 17"),
        ({"01_tiny": {"sums": "adds"}, "errors": {"3": ["01_tiny", "no"]}}, "error 3 is not corrected where it says"),
        ({"01_tiny": {"sums": "adds"}, "errors": {"3": ["09_no", "adds"]}}, "error 3 is a chapter and a phrase of it"),
        ({"01_tiny": {"sums": "adds"}, "errors": {"3": "adds"}}, "error 3 is a chapter and a phrase of it"),
    ],
)
def test_coverage_that_does_not_hold_is_named(topics: coverage.Coverage, sentence: str) -> None:
    (broken,) = coverage.broken([chapter()], [], topics)
    assert sentence in broken


def test_what_stands_above_every_heading_is_the_question() -> None:
    assert "| sums | The question |" in coverage.table([chapter()], [], {"01_tiny": {"sums": "In front of"}})


def test_an_exercise_that_names_no_section_is_named(course: Course) -> None:
    assignment = naming(course, Exercise_1="It tests section 2 of it.", Exercise_2="It tests section 9 of it.")
    (broken,) = coverage.broken([chapter()], [assignment], {"01_tiny": {"sums": "adds"}})
    assert "total does not say which section of the chapter it tests" in broken
