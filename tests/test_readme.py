"""The README's table of chapters: read from the texts and the built notebooks."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
import tiny
from nbformat.v4 import new_output

from autograder import build, readme
from autograder.course import Course, CourseError


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The small course, its chapter with two figures, its README with a place for the table."""
    course = tiny.write(tmp_path)
    (tmp_path / readme.HOME).write_text(f"# Above\n\n{readme.BEGIN}\nold\n{readme.END}\n\nBelow.\n", encoding="utf-8")
    (chapter,), _ = course.load()
    notebook = build.expand_chapter(chapter, course)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number in (1, 2):
        payload = base64.b64encode(f"<svg>{number}</svg>".encode()).decode()
        html = f'<img alt="Figure {number}." width="10" src="data:image/svg+xml;base64,{payload}">'
        code[number].outputs = [new_output("display_data", {"text/html": html})]
    course.chapter_notebook(tiny.STEM).write_text(build._dump(notebook), encoding="utf-8")
    return course


def files(course: Course) -> dict[str, str]:
    return readme.files(course, *course.load())


def test_the_table_has_question_minutes_points_picture_and_badges(course: Course) -> None:
    written = files(course)
    text = written[readme.HOME]
    assert text.startswith("# Above\n")
    assert text.endswith("\nBelow.\n")
    assert "old" not in text
    (row,) = [line for line in text.splitlines() if line.startswith("| 01 ")]
    assert "| 01 · A tiny chapter: what does doubling do? |" in row
    assert "13 min<br>10 points" in row
    assert '<img src="course/pictures/01_tiny.svg" width="200" alt="Figure 1.">' in row
    assert build.badge(course.repository, course.branch, "course/01_tiny.ipynb") in row
    assert build.badge(course.repository, course.branch, "exercises/01_tiny/01_tiny.ipynb") in row
    assert written["course/pictures/01_tiny.svg"] == "<svg>1</svg>"


def test_another_figure_can_be_the_picture(course: Course) -> None:
    course.pictures[tiny.STEM] = 2  # type: ignore[index]
    assert files(course)["course/pictures/01_tiny.svg"] == "<svg>2</svg>"


def test_a_figure_that_is_not_there_is_named(course: Course) -> None:
    course.pictures[tiny.STEM] = 3  # type: ignore[index]
    with pytest.raises(CourseError, match="wants figure 3 of 01_tiny, which has 2"):
        files(course)


def test_a_chapter_that_is_not_built_has_no_picture(course: Course) -> None:
    course.chapter_notebook(tiny.STEM).unlink()
    assert list(files(course)) == [readme.HOME]


def test_a_readme_without_a_place_for_the_table_is_named(course: Course) -> None:
    (course.root / readme.HOME).write_text("# Nothing\n", encoding="utf-8")
    with pytest.raises(CourseError, match=r"README\.md has no place for the table of chapters"):
        files(course)
