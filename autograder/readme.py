"""The README's table of chapters, with a picture of each: what the chapter asks, how long its exercises take, and where to open both.

Everything in it is read from the texts and the built notebooks; `[tool.course.pictures]` in pyproject.toml says which figure of a chapter is its picture (the first, where it says nothing).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

import nbformat

from autograder.build import badge
from autograder.course import Course, CourseError
from autograder.source import Assignment, Chapter

HOME = "README.md"
PICTURES = "course/pictures"
BEGIN, END = "<!-- chapters: written by `autograder stats` -->", "<!-- end of chapters -->"
_IMAGE = re.compile(r'<img alt="(?P<alt>[^"]*)"[^>]*src="data:image/svg\+xml;base64,(?P<svg>[^"]+)"')
_WIDTH = 200  # pixels of a picture


def files(course: Course, chapters: Sequence[Chapter], assignments: Sequence[Assignment]) -> dict[str, str]:
    """The README with its table as it should be, and the pictures: path from the root -> content. Raises CourseError."""
    of_stem = {assignment.stem: assignment for assignment in assignments}
    written: dict[str, str] = {}
    rows = ["| chapter | | exercises | read it | do the exercises |", "|---|---|---|---|---|"]
    for chapter in chapters:
        title, question = _title(chapter)
        image = ""
        found = _figure(course, chapter.stem, course.pictures.get(chapter.stem, 1))
        if found:
            alt, svg = found
            path = f"{PICTURES}/{chapter.stem}.svg"
            written[path] = svg
            image = f'<img src="{path}" width="{_WIDTH}" alt="{alt}">'
        assignment = of_stem.get(chapter.stem)
        read = badge(course.repository, course.branch, f"course/{chapter.stem}.ipynb")
        work, ask = "" if chapter.graded else "optional, not graded", ""
        if assignment:
            work = f"{sum(e.minutes for e in assignment.exercises)} min<br>{assignment.points} points"
            ask = badge(course.repository, course.branch, f"exercises/{chapter.stem}/{chapter.stem}.ipynb")
        rows.append(f"| {title}: {question} | {image} | {work} | {read} | {ask} |")
    text = (course.root / HOME).read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise CourseError(
            f"{HOME} has no place for the table of chapters: write {BEGIN} and {END}, each on a line of its own"
        )
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    written[HOME] = f"{before}{BEGIN}\n\n" + "\n".join(rows) + f"\n\n{END}{after}"
    return written


def _title(chapter: Chapter) -> tuple[str, str]:
    """ "03 · Matrix products" and "how do two matrices meet?": the first heading, and the line below it."""
    lines = [line for line in chapter.cells[0].source.splitlines() if line.strip()]
    question = lines[1] if len(lines) > 1 else ""
    return lines[0].removeprefix("# "), question[:1].lower() + question[1:]


def _figure(course: Course, stem: str, number: int) -> tuple[str, str] | None:
    """Alternative text and SVG of a built chapter's figure, counted from 1; None where it has none."""
    path = course.chapter_notebook(stem)
    if not path.exists():
        return None
    notebook = nbformat.read(path, as_version=4)
    html = "".join(
        "".join(o.get("data", {}).get("text/html", "")) for c in notebook.cells for o in c.get("outputs", [])
    )
    images = list(_IMAGE.finditer(html))
    if not images:
        return None
    if not 1 <= number <= len(images):
        raise CourseError(f"[tool.course.pictures] wants figure {number} of {stem}, which has {len(images)}")
    image = images[number - 1]
    return image["alt"], base64.b64decode(image["svg"]).decode("utf-8")
