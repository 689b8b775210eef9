"""What the course measures of itself, and the limits it must keep.

Theory of operation
-------------------
Counts come from the texts (words, code lines, cells, points, objectives), from the built notebooks (figures, seconds), from the gate's
record (answers tried and caught) and from `coverage`, which finds every topic that a chapter must cover. The glossary is held against the chapters. `course/STATS.md` is the printed table; `check` fails when a limit is broken or the file is not what would be printed.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder import coverage, readme
from autograder.build import KEY
from autograder.course import Course
from autograder.release import gate_digest, released
from autograder.source import Assignment, Bank, Cell, Chapter

HOME = "course/STATS.md"
GLOSSARY = "course/GLOSSARY.md"
LADDER = {0: (5, 2), 1: (2, 5), 2: (3, 10), 3: (2, 15), 4: (1, 20)}  # stars -> how many, of how many points
FREE_LADDER = {"00_start_here", "11_capstone"}


@dataclass(frozen=True)
class Limits:
    """Of one chapter: inclusive ranges, and upper bounds of a code cell."""

    words: tuple[int, int] = (1500, 2500)
    code_lines: tuple[int, int] = (100, 200)
    cells: tuple[int, int] = (40, 70)
    figures: tuple[int, int] = (6, 10)
    cell_lines: int = 15
    class_lines: int = 25
    kilobytes: int = 300


LIMITS = {
    "00_start_here": Limits(words=(800, 1500), code_lines=(20, 200), cells=(20, 70), figures=(3, 5)),
    "11_capstone": Limits(words=(1500, 3000)),
    "12_frameworks": Limits(words=(1500, 3000)),
}


@dataclass(frozen=True)
class ChapterCounts:
    """One chapter, counted."""

    stem: str
    words: int
    code_lines: int
    cells: int
    short_cells: float  # share of code cells of three lines or fewer
    longest: int  # lines of the longest code cell that holds no class
    longest_class: int
    figures: int
    silent_figures: int  # without alt text
    kilobytes: int
    seconds: float

    def broken(self) -> Iterator[str]:
        """Sentences of the limits that do not hold."""
        limits = LIMITS.get(self.stem, Limits())
        for what, count, (least, most) in (
            ("words", self.words, limits.words),
            ("lines of code", self.code_lines, limits.code_lines),
            ("cells", self.cells, limits.cells),
            ("figures", self.figures, limits.figures),
        ):
            if not least <= count <= most:
                yield f"{self.stem} has {count} {what}: the limits are {least} to {most}"
        if self.short_cells < 0.5:
            yield f"{self.stem}: {self.short_cells:.0%} of the code cells have three lines or fewer, at least half should"
        if self.longest > limits.cell_lines:
            yield f"{self.stem} has a code cell of {self.longest} lines: the limit is {limits.cell_lines}"
        if self.longest_class > limits.class_lines:
            yield f"{self.stem} has a class cell of {self.longest_class} lines: the limit is {limits.class_lines}"
        if self.silent_figures:
            yield f"{self.stem} has {self.silent_figures} figures without alt text"
        if self.kilobytes > limits.kilobytes:
            yield f"{self.stem}.ipynb has {self.kilobytes} kB: the limit is {limits.kilobytes}"


def main(course: Course, *, check: bool = False) -> int:
    """Print the table and the broken limits; write the file, or with `check` compare it. Exit status."""
    chapters, assignments = course.load()
    counts = [count_chapter(chapter, course.chapter_notebook(chapter.stem)) for chapter in chapters]
    broken = [sentence for count in counts for sentence in count.broken()]
    for assignment in assignments:
        broken += broken_ladder(assignment)
        broken += broken_bank(assignment, course.bank(assignment))
        broken += broken_release(course, assignment)
    topics = tomllib.loads((course.root / coverage.TOPICS).read_text(encoding="utf-8"))
    broken += coverage.broken(chapters, assignments, topics)
    broken += broken_glossary(chapters, (course.root / GLOSSARY).read_text(encoding="utf-8"))
    text = table(course, counts, assignments, topics)
    written = {HOME: text, coverage.HOME: coverage.table(chapters, assignments, topics)}
    written |= readme.files(course, chapters, assignments)
    for name, content in written.items():
        path = course.root / name
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(content, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != content:
            broken.append(f"{name} is old: run `autograder stats`")
    if not check:
        print(text)
    for sentence in broken:
        print(sentence, file=sys.stderr)
    return 1 if broken else 0


def count_chapter(chapter: Chapter, notebook: Path) -> ChapterCounts:
    """Words, lines and cells of the text; figures and seconds of the built notebook."""
    code = [cell for cell in chapter.cells if cell.kind == "code"]
    lines = {id(cell): _code_lines(cell) for cell in code}
    classes = {id(cell) for cell in code if re.search(r"^class ", cell.source, re.MULTILINE)}
    html: list[str] = []
    seconds, kilobytes = 0.0, 0
    if notebook.exists():
        built = nbformat.read(notebook, as_version=4)
        seconds = float(built.metadata.get(KEY, {}).get("seconds", 0.0))
        kilobytes = notebook.stat().st_size // 1000
        for cell in built.cells:
            html += ["".join(o.data["text/html"]) for o in cell.get("outputs", []) if "text/html" in o.get("data", {})]
    images = re.findall(r"<img [^>]*>", "".join(html))
    return ChapterCounts(
        stem=chapter.stem,
        words=sum(count_words(cell.source) for cell in chapter.cells if cell.kind == "markdown"),
        code_lines=sum(lines.values()),
        cells=len(chapter.cells),
        short_cells=sum(count <= 3 for count in lines.values()) / max(len(code), 1),
        longest=max((lines[id(c)] for c in code if id(c) not in classes), default=0),
        longest_class=max((lines[id(c)] for c in code if id(c) in classes), default=0),
        figures=len(images),
        silent_figures=sum(not re.search(r'alt="[^"]+"', image) for image in images),
        kilobytes=kilobytes,
        seconds=seconds,
    )


def count_words(markdown: str) -> int:
    """Words of prose: fenced code, link targets and markup left out."""
    prose = re.sub(r"```.*?```", " ", markdown, flags=re.DOTALL)
    prose = re.sub(r"\]\([^)]*\)|<[^>]+>", " ", prose)
    return len(re.findall(r"[^\W_][\w'’.-]*", prose))


def broken_ladder(assignment: Assignment) -> Iterator[str]:
    """Where the assignment is not the ladder every assignment is."""
    stem = assignment.stem
    if not any(exercise.find_the_bug for exercise in assignment.exercises):
        yield f"{stem} has no exercise whose heading says `find the bug`"
    if stem in FREE_LADDER:
        return
    for stars, (number, points) in LADDER.items():
        found = [exercise for exercise in assignment.exercises if exercise.stars == stars]
        what = "predictions" if stars == 0 else f"exercises of {'★' * stars}"
        if len(found) != number:
            yield f"{stem} has {len(found)} {what}: it should have {number}"
        for exercise in found:
            if exercise.points != points:
                yield f"{stem}: {exercise.name} has {exercise.points} points: {what} have {points}"
    for boss in (exercise for exercise in assignment.exercises if exercise.stars >= 4):
        if len(boss.checks) < 4 or any(check.points not in (4, 5) for check in boss.checks):
            yield f"{stem}: the boss {boss.name} should have at least four checks of 4 or 5 points"
    minutes = sum(exercise.minutes for exercise in assignment.exercises if exercise.stars < 4)
    if not 60 <= minutes <= 90:
        yield f"{stem} takes {minutes} minutes without the boss: it should take 60 to 90"


def broken_bank(assignment: Assignment, bank: Bank) -> Iterator[str]:
    """Checks that no wrong answer fails: nobody knows whether they can."""
    failed = {identity for answer in bank.answers for identity in answer.fails}
    for check in assignment.checks:
        if check.id not in failed:
            yield f"{assignment.stem}: no wrong answer of the bank fails {check.id}: add one, or drop the check"


def broken_release(course: Course, assignment: Assignment) -> Iterator[str]:
    """Whether what is released is what has passed the gate."""
    stem = assignment.stem
    passed = released(course.root / "solutions").get(stem, {}).get("digest")
    if not course.solution_notebook(stem).exists():
        yield f"{stem} is not built: run `make notebooks`"
    elif passed != gate_digest(course.root / "solutions", stem):
        yield f"{stem} changed since it passed the gate: run `autograder release {stem}`"
    elif not course.released_notebook(stem).exists():
        yield f"{stem} is not in exercises/: run `autograder release {stem}`"


def broken_glossary(chapters: Sequence[Chapter], glossary: str) -> Iterator[str]:
    """Terms that do not stand in the chapter they are from, are untranslated, or are told twice."""
    texts = {c.stem: " ".join(" ".join(cell.source for cell in c.cells).split()).lower() for c in chapters}
    seen: set[str] = set()
    rows = [line.strip("| ").split(" | ") for line in glossary.splitlines() if line.startswith("| ")][1:]
    for row in rows:
        if len(row) != 4 or not all(cell.strip() for cell in row):
            yield f"{GLOSSARY}: a row has a term, its translation, a chapter and a meaning: {' | '.join(row)}"
            continue
        term, _, stem, _ = row
        if term in seen:
            yield f"{GLOSSARY} explains {term!r} twice"
        seen.add(term)
        if term.lower() not in texts.get(stem, ""):
            yield f"{GLOSSARY}: {term!r} does not stand in {stem}"
    for stem in texts:
        if not any(len(row) == 4 and row[2] == stem for row in rows):
            yield f"{GLOSSARY} has no term of {stem}"


def table(
    course: Course,
    counts: Sequence[ChapterCounts],
    assignments: Sequence[Assignment],
    topics: coverage.Coverage,
) -> str:
    """The Markdown of course/STATS.md."""
    record = released(course.root / "solutions")
    lines = [
        "# What the course measures of itself",
        "",
        "Written by `autograder stats`; `make check` fails when it is old or a limit is broken.",
        "",
        "| chapter | words | lines of code | cells | figures with alt text | kB | s to run | topics covered |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    numbers = [
        (
            c.words,
            c.code_lines,
            c.cells,
            c.figures - c.silent_figures,
            c.kilobytes,
            c.seconds,
            len(topics.get(c.stem, {})),
        )
        for c in counts
    ]
    lines += _rows([c.stem for c in counts], numbers)
    lines += [
        "",
        "Wrong answers are caught when each fails exactly the checks it should, with the words it should; the gate of every release",
        "runs them all.",
        "",
        "| assignment | points | minutes | exercises | checks | right answers | wrong answers caught |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    work = []
    for a in assignments:
        passed = record.get(a.stem, {})
        minutes = sum(exercise.minutes for exercise in a.exercises)
        caught = (passed.get("right", 0), passed.get("wrong", 0))
        work.append((a.points, minutes, len(a.exercises), len(a.checks), *caught))
    lines += _rows([a.stem for a in assignments], work)
    for a in assignments:
        bank = course.bank(a)
        lines += [
            "",
            f"## {a.stem}",
            "",
            "| exercise | objective | stars | points | checks | right | wrong |",
            "|---|---|---|---:|---:|---:|---:|",
        ]
        lines += [
            f"| {e.name} | {e.objective} | {'★' * e.stars or 'prediction'} | {e.points} | {len(e.checks)} "
            f"| {len(bank.of(e.name, right=True))} | {len(bank.of(e.name, right=False))} |"
            for e in a.exercises
        ]
    return "\n".join(lines) + "\n"


def _rows(names: Sequence[str], numbers: Sequence[Sequence[float]]) -> list[str]:
    """A row for each name, and one for all of them together."""
    rows = [(name, row) for name, row in zip(names, numbers, strict=True)]
    rows.append(("**all**", [sum(column) for column in zip(*numbers, strict=True)]))
    cells = [[f"{n:.1f}" if isinstance(n, float) else str(n) for n in row] for _, row in rows]
    return ["| " + " | ".join([name, *row]) + " |" for (name, _), row in zip(rows, cells, strict=True)]


def _code_lines(cell: Cell) -> int:
    return sum(bool(line.strip()) for line in cell.source.splitlines())
