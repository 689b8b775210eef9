"""What the course measures of itself: counts, and every limit with something that breaks it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
import tiny
from nbformat.v4 import new_output

from autograder import build, coverage, readme, release, stats
from autograder.course import Course
from autograder.source import Assignment, Bank, Cell, Chapter, load_assignment

GOOD = stats.ChapterCounts(
    stem="01_tiny",
    words=2000,
    code_lines=150,
    cells=50,
    short_cells=0.6,
    longest=12,
    longest_class=20,
    figures=8,
    silent_figures=0,
    kilobytes=100,
    seconds=3.0,
)


def test_a_chapter_inside_its_limits_breaks_none() -> None:
    assert list(GOOD.broken()) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"words": 1499}, "has 1499 words"),
        ({"words": 2501}, "has 2501 words"),
        ({"code_lines": 99}, "has 99 lines of code"),
        ({"cells": 71}, "has 71 cells"),
        ({"figures": 5}, "has 5 figures"),
        ({"short_cells": 0.49}, "49% of the code cells"),
        ({"longest": 16}, "a code cell of 16 lines"),
        ({"longest_class": 26}, "a class cell of 26 lines"),
        ({"silent_figures": 1}, "1 figures without alt text"),
        ({"kilobytes": 301}, "301 kB"),
    ],
)
def test_a_chapter_outside_a_limit_is_named(change: dict[str, int], sentence: str) -> None:
    (broken,) = replace(GOOD, **change).broken()
    assert sentence in broken


def test_chapter_00_has_limits_of_its_own() -> None:
    small = replace(GOOD, stem="00_start_here", words=1000, figures=4)
    assert list(small.broken()) == []
    assert list(replace(small, words=1501).broken()) != []


def test_words_are_words_of_prose() -> None:
    text = "One two, `three` [four](https://five.org).\n\n```python\nsix = 7\n```\n<b>eight</b> — it's **nine**."
    assert stats.count_words(text) == 7


def test_counts_come_from_text_and_notebook(tmp_path: Path) -> None:
    course = tiny.write(tmp_path)
    (chapter,), _ = course.load()
    assert stats.count_chapter(chapter, course.chapter_notebook(tiny.STEM)).figures == 0
    notebook = build.expand_chapter(chapter, course)
    image = '<img alt="A matrix." width="10" src="data:image/svg+xml;base64,AA==">'
    for index, html in enumerate((image, image.replace("A matrix.", ""))):
        cell = [cell for cell in notebook.cells if cell.cell_type == "code"][index]
        cell.outputs = [new_output("display_data", {"text/html": html})]
    notebook.metadata[build.KEY] = {"seconds": 2.5}
    course.chapter_notebook(tiny.STEM).write_text(build._dump(notebook), encoding="utf-8")
    counts = stats.count_chapter(chapter, course.chapter_notebook(tiny.STEM))
    assert (counts.figures, counts.silent_figures, counts.seconds) == (2, 1, 2.5)
    assert (counts.code_lines, counts.cells) == (6, 6)


@pytest.fixture
def loaded(tmp_path: Path) -> tuple[Assignment, Bank]:
    course = tiny.write(tmp_path)
    assignment = course.assignment(tiny.STEM)
    return assignment, course.bank(assignment)


@pytest.mark.parametrize(
    "path",
    [p for p in sorted((tiny.ROOT / "solutions").glob("*.py")) if not p.stem.endswith("_answers")],
    ids=lambda path: path.stem,
)
def test_the_courses_assignments_are_the_ladder(path: Path) -> None:
    assert list(stats.broken_ladder(load_assignment(path))) == []


def test_an_assignment_that_is_not_the_ladder_is_named(loaded: tuple[Assignment, Bank]) -> None:
    broken = "\n".join(stats.broken_ladder(loaded[0]))
    assert "has 1 predictions: it should have 5" in broken
    assert "total has 3 points: exercises of ★ have 5" in broken
    assert "has 0 exercises of ★★: it should have 3" in broken
    assert "takes 13 minutes without the boss" in broken


def test_an_assignment_without_a_bug_to_find_is_named(loaded: tuple[Assignment, Bank]) -> None:
    assignment = replace(loaded[0], stem="00_start_here")
    assert list(stats.broken_ladder(assignment)) == []
    without = replace(assignment, exercises=assignment.exercises[:2])
    assert list(stats.broken_ladder(without)) == ["00_start_here has no exercise whose heading says `find the bug`"]


def test_a_boss_of_few_checks_is_named(loaded: tuple[Assignment, Bank]) -> None:
    boss = replace(loaded[0].exercises[1], stars=4)
    broken = stats.broken_ladder(replace(loaded[0], exercises=(boss,)))
    assert any("at least four checks of 4 or 5 points" in sentence for sentence in broken)


def test_a_check_that_no_wrong_answer_fails_is_named(loaded: tuple[Assignment, Bank]) -> None:
    assignment, bank = loaded
    assert list(stats.broken_bank(assignment, bank)) == []
    kept = tuple(answer for answer in bank.answers if answer.exercise != "total")
    (sentence,) = stats.broken_bank(assignment, replace(bank, answers=kept))
    assert "no wrong answer of the bank fails total-values" in sentence


def test_a_release_that_is_old_or_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = tiny.write(tmp_path)
    assignment = course.assignment(tiny.STEM)
    assert "is not built" in "".join(stats.broken_release(course, assignment))
    path = course.solution_notebook(tiny.STEM)
    path.parent.mkdir()
    path.write_text(build._dump(build.expand_assignment(assignment, course)), encoding="utf-8")
    assert "changed since it passed the gate" in "".join(stats.broken_release(course, assignment))
    digest = release.gate_digest(tmp_path / "solutions", tiny.STEM)
    monkeypatch.setattr(stats, "released", lambda _: {tiny.STEM: {"digest": digest}})
    assert "is not in exercises/" in "".join(stats.broken_release(course, assignment))
    course.released_notebook(tiny.STEM).parent.mkdir()
    course.released_notebook(tiny.STEM).write_text("{}", encoding="utf-8")
    assert list(stats.broken_release(course, assignment)) == []


def chapter(text: str) -> Chapter:
    return Chapter("01_tiny", Path("01_tiny.py"), (Cell("markdown", text, 1, MappingProxyType({})),), ())


HEAD = "| en | ko | chapter | meaning |\n|---|---|---|---|\n"


def test_a_glossary_of_the_chapters_words_breaks_nothing() -> None:
    glossary = HEAD + "| adds | 더하다 | 01_tiny | makes a sum |\n"
    assert list(stats.broken_glossary([chapter("It adds.")], glossary)) == []


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("| adds | 더하다 | 01_tiny | a sum |\n| sums | 합 | 01_tiny | x |\n", "'sums' does not stand in 01_tiny"),
        ("| adds | 더하다 | 01_tiny | a sum |\n| adds | 더하다 | 01_tiny | a sum |\n", "explains 'adds' twice"),
        ("| adds | 더하다 | 01_tiny | a sum |\n| it |  | 01_tiny | x |\n", "a row has a term"),
        ("", "has no term of 01_tiny"),
    ],
)
def test_a_glossary_that_is_not_the_chapters_is_named(rows: str, sentence: str) -> None:
    (broken,) = stats.broken_glossary([chapter("It adds.")], HEAD + rows)
    assert sentence in broken


def test_the_table_is_compared_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    course: Course = tiny.write(tmp_path)
    (tmp_path / coverage.TOPICS).write_text('["01_tiny"]\nsums = "doubling"\n', encoding="utf-8")
    (tmp_path / readme.HOME).write_text(f"{readme.BEGIN}\n{readme.END}\n", encoding="utf-8")
    (tmp_path / stats.GLOSSARY).write_text(HEAD + "| double | 두 배 | 01_tiny | twice |\n", encoding="utf-8")
    for name in ("broken_ladder", "broken_release"):
        monkeypatch.setattr(stats, name, lambda *_: [])
    monkeypatch.setattr(stats.ChapterCounts, "broken", lambda _: [])
    monkeypatch.setattr(coverage, "broken", lambda *_: [])
    assert stats.main(course, check=True) == 1
    said = capsys.readouterr().err
    for name in (stats.HOME, coverage.HOME, readme.HOME):
        assert f"{name} is old" in said
    assert stats.main(course) == 0
    assert "| 01_tiny | 10 | 13 | 3 | 4 | 0 | 0 |" in (tmp_path / stats.HOME).read_text(encoding="utf-8")
    assert stats.main(course, check=True) == 0
    monkeypatch.setattr(stats.ChapterCounts, "broken", lambda _: ["01_tiny is too long"])
    assert stats.main(course, check=True) == 1
    assert "01_tiny is too long" in capsys.readouterr().err
