"""What a submission is graded against: the instructor's notebook, read once.

Theory of operation
-------------------
Any nbgrader source notebook will do, of this course or another: what a cell is for stands in its `metadata.nbgrader`. A cell is one of

    test      graded code: run in full, points for it                  grade, not solution
    answer    a learner writes code here                               solution
    manual    a learner writes here and a person grades it             solution and grade, or a Markdown cell that is graded
    locked    given code or prose, restored on grading                 locked
    given     any other code or prose of the notebook: a learner may change it, and what the learner made of it counts

Nothing here knows nbgrader; nothing is run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autograder.source import JUDGES

IGNORED = (".*", "__pycache__", "*.py[co]", "*~", "support.txt", "*.db")
TELLING = (b"BEGIN SOLUTION", b"BEGIN HIDDEN TESTS", b"BEGIN MARK SCHEME")  # what holds one is an instructor's own text
SUPPORT_BYTES = 64 * 1024 * 1024
KEY = "torch_foundations"  # our key in a notebook's metadata


class AssignmentError(Exception):
    """The instructor's notebook cannot be graded against. The message says what is wrong with it and what to do."""


@dataclass(frozen=True)
class SourceCell:
    """A cell of the instructor's notebook."""

    id: str  # nbgrader's grade_id, or the cell's own id; unique in the notebook
    kind: str  # "code", "markdown" or "raw"
    role: str  # "test", "answer", "manual", "locked" or "given"
    source: str  # as the instructor wrote it, solutions and hidden tests included
    max_points: float = 0.0
    metadata: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    attachments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def graded(self) -> bool:
        """Whether points are given by running the cell."""
        return self.role == "test"


@dataclass(frozen=True)
class Assignment:
    """An instructor's notebook, and how it is to be judged."""

    name: str
    cells: tuple[SourceCell, ...]
    judge: str = "sealed"
    support: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))  # path -> content

    def __post_init__(self) -> None:
        if self.judge not in JUDGES:
            raise AssignmentError(f"{self.name}: judge is {self.judge!r}; use {' or '.join(map(repr, JUDGES))}")

    @property
    def tests(self) -> tuple[SourceCell, ...]:
        return tuple(cell for cell in self.cells if cell.graded)

    @property
    def max_points(self) -> float:
        """Of the tests: what a person grades is not counted here."""
        return sum(cell.max_points for cell in self.tests)

    @cached_property
    def by_id(self) -> Mapping[str, SourceCell]:
        return {cell.id: cell for cell in self.cells}

    @cached_property
    def digest(self) -> str:
        """Of all that a result depends on, the submission and the versions aside."""
        state = hashlib.sha256()
        for cell in self.cells:
            state.update(repr((cell.id, cell.kind, cell.role, cell.source, cell.max_points)).encode())
        for path, content in sorted(self.support.items()):
            state.update(repr((path, hashlib.sha256(content).digest())).encode())
        state.update(self.judge.encode())
        return state.hexdigest()[:32]


def read_assignment(
    name: str, notebook: bytes, *, judge: str = "", support: Mapping[str, bytes] = MappingProxyType({})
) -> Assignment:
    """The assignment in an instructor's notebook. Raises AssignmentError.

    `judge` is "sealed" or "in-process"; by default what the notebook's metadata say, and else sealed. `support` is files that
    the learner's code may read: path beside the notebook -> content.
    """
    try:
        data = json.loads(notebook)
        raw_cells = data["cells"]
        chosen = judge or data.get("metadata", {}).get(KEY, {}).get("judge", "sealed")
    except (ValueError, RecursionError) as error:
        raise AssignmentError(
            f"{name}: the instructor's notebook is no notebook ({error}): give the .ipynb of nbgrader's source folder"
        ) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise AssignmentError(
            f"{name}: the instructor's notebook has no list of cells. Open it in JupyterLab and save it: that brings it to nbformat 4"
        ) from error
    cells: list[SourceCell] = []
    seen: dict[str, int] = {}
    for number, raw in enumerate(raw_cells, start=1):
        cell = _cell(name, number, raw)
        if cell.id in seen:
            if cell.role == "given":  # nobody looks it up by name
                cell = SourceCell(
                    f"{cell.id}-{number}", cell.kind, cell.role, cell.source, attachments=cell.attachments
                )
            else:
                raise AssignmentError(
                    f"{name}: cells {seen[cell.id]} and {number} both have the grade_id {cell.id!r}: rename one"
                )
        seen[cell.id] = number
        cells.append(cell)
    if not any(cell.graded or cell.role == "manual" for cell in cells):
        raise AssignmentError(
            f"{name}: no cell of this notebook is graded: give the instructor's notebook, with nbgrader's metadata, from its source folder"
        )
    return Assignment(name, tuple(cells), chosen, MappingProxyType(dict(support)))


def support_files(folder: Path, ignore: Sequence[str] = ()) -> dict[str, bytes]:
    """What an assignment's folder holds besides notebooks, less the ignored patterns: path -> content. Raises AssignmentError.

    Links are left out: they may lead anywhere. So are databases, and what has nbgrader's marks of solutions or hidden tests in it.
    """
    found: dict[str, bytes] = {}
    total = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_symlink() or not path.is_file() or path.suffix == ".ipynb":
            continue
        if any(fnmatch(part, pattern) for part in name.parts for pattern in (*IGNORED, *ignore)):
            continue
        total += path.stat().st_size
        if total > SUPPORT_BYTES:
            raise AssignmentError(
                f"{folder.resolve()}: the files beside the notebook have more than {SUPPORT_BYTES >> 20} MB: learners' code gets a copy of them, so keep them small, or move the notebook"
            )
        content = path.read_bytes()
        if not any(mark in content for mark in TELLING):
            found[name.as_posix()] = content
    return found


def _cell(name: str, number: int, raw: Any) -> SourceCell:
    try:
        kind, source, metadata = raw["cell_type"], raw["source"], raw.get("metadata", {})
        source = source if isinstance(source, str) else "".join(source)
        marks = metadata.get("nbgrader", {})
        grade, solution, locked = (bool(marks.get(key)) for key in ("grade", "solution", "locked"))
        task = bool(marks.get("task"))
        points = float(marks.get("points") or 0)
        identity = (
            str(marks["grade_id"]) if grade or solution or locked or task else str(raw.get("id") or f"cell-{number}")
        )
        attachments = dict(raw.get("attachments", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AssignmentError(f"{name}: cell {number} is not a cell that nbgrader would accept ({error!r})") from error
    if not 0 <= points < float("inf"):
        raise AssignmentError(f"{name}: cell {identity} is worth {points:g} points: points are 0 or more")
    code = kind == "code"
    if grade and not solution and code:
        role = "test"
    elif task or grade:
        role = "manual"
    elif solution:
        role = "answer" if code else "manual"
    else:
        role = "locked" if locked else "given"
    if role == "test" and any(
        line.strip().lower().startswith(("### autotest", "### hashed autotest")) for line in source.splitlines()
    ):
        raise AssignmentError(
            f"{name}: the test {identity} holds an AUTOTEST line, which `nbgrader generate_assignment` writes out: "
            "give the notebook in nbgrader's source_with_tests folder as the source"
        )
    return SourceCell(
        identity, kind, role, source, points, MappingProxyType(dict(metadata)), MappingProxyType(attachments)
    )
