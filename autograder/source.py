"""The text of a chapter, an assignment or a bank of answers, parsed and checked.

Theory of operation
-------------------
Text is the source of every notebook. A file is a jupytext percent script; jupytext splits it into cells and reads the keys of
each cell's header line, and this module turns the cells into frozen dataclasses:

    course/NN_stem.py             -> Chapter
    solutions/NN_stem.py          -> Assignment, made of Exercises, made of Checks
    solutions/NN_stem_answers.py  -> Bank, made of Answers

Nothing else reads the text. Every broken rule is a Problem with file and line; a loader collects all of them and raises one
SourceError, so that an author sees the whole list at once. Rules about the code *inside* a test cell live in `rules`; rules that
need the code to run (a prediction's answer) live in `build`; rules about size live in `stats`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
CODE_STUB = "# your code here"


@dataclass(frozen=True)
class Problem:
    """One broken rule: where, and a sentence that says what to do."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class SourceError(Exception):
    """The text breaks rules; `problems` lists all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (str(p.path), p.line)))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Cell:
    """A cell of the text: its kind, source, the line its header stands on, and its header keys."""

    kind: str  # "markdown" or "code"
    source: str
    line: int
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tags: tuple[str, ...] = ()

    def line_of(self, index: int) -> int:
        """The file's line of the source's line `index`, counted from 1."""
        return self.line + index


@dataclass(frozen=True)
class Check:
    """One named check of an exercise, all or nothing. `source` holds both parts, with their markers."""

    id: str
    exercise: str
    points: int
    cell: Cell

    @property
    def visible(self) -> str:
        return remove_region(self.cell.source, BEGIN_HIDDEN, END_HIDDEN)

    @property
    def full(self) -> str:
        return self.cell.source


@dataclass(frozen=True)
class Exercise:
    """An answer cell, its heading and its checks. A prediction is an exercise of one value."""

    name: str
    objective: str
    title: str
    stars: int  # 0 for a prediction
    minutes: int
    cell: Cell
    checks: tuple[Check, ...]
    hints: int
    find_the_bug: bool

    @property
    def prediction(self) -> bool:
        return self.stars == 0

    @property
    def points(self) -> int:
        return sum(check.points for check in self.checks)

    @property
    def untouched(self) -> str:
        """The answer cell as a learner receives it."""
        return replace_region(self.cell.source, BEGIN_SOLUTION, END_SOLUTION, CODE_STUB)

    @property
    def solution(self) -> str:
        """The answer cell as the author wrote it, markers included."""
        return self.cell.source


@dataclass(frozen=True)
class Assignment:
    """An assignment's text: what the release is made from."""

    stem: str
    path: Path
    cells: tuple[Cell, ...]
    exercises: tuple[Exercise, ...]

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise in self.exercises)

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(check for exercise in self.exercises for check in exercise.checks)

    def exercise(self, name: str) -> Exercise:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Exercise]:
        return {exercise.name: exercise for exercise in self.exercises}


@dataclass(frozen=True)
class Answer:
    """A whole replacement of an answer cell, right or wrong. `says` is what a failing message must contain."""

    name: str
    exercise: str
    right: bool
    source: str
    says: str
    line: int


@dataclass(frozen=True)
class Bank:
    """The answers a test suite is attacked with."""

    stem: str
    path: Path
    answers: tuple[Answer, ...]

    def of(self, exercise: str, *, right: bool) -> tuple[Answer, ...]:
        return tuple(a for a in self.answers if a.exercise == exercise and a.right == right)


@dataclass(frozen=True)
class Objective:
    """What a chapter promises, and the exercises that test it."""

    name: str
    text: str
    exercises: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Chapter:
    """A chapter's text."""

    stem: str
    path: Path
    cells: tuple[Cell, ...]
    objectives: tuple[Objective, ...]


def replace_region(source: str, begin: str, end: str, stub: str) -> str:
    """Each marked region replaced by `stub`, indented like its first marker; as nbgrader does it."""
    lines: list[str] = []
    inside = False
    for line in source.splitlines():
        if line.strip() == begin:
            inside = True
            lines.append(line[: len(line) - len(line.lstrip())] + stub)
        elif line.strip() == end:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def remove_region(source: str, begin: str, end: str) -> str:
    """The source without its marked regions."""
    lines: list[str] = []
    inside = False
    for line in source.splitlines():
        if line.strip() == begin:
            inside = True
        elif line.strip() == end:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines).rstrip()
