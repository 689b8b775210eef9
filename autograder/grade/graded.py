"""The graded notebook: what a learner handed in, what came of it, and the points, as plain nbgrader understands them.

Theory of operation
-------------------
nbgrader keeps no points in a notebook: it reads them from the outputs of test cells, in order. An error is 0, the first result
is its number, anything else is everything. So a test's outputs are ours alone:

    everything     a line of text
    a part         the points as a result, then the message
    nothing        an error whose traceback is the message

A test cell shows what its release shows, never a hidden test. An answer's checksum is that of the released cell, by which nbgrader
tells an answer that nobody wrote. What a learner wrote or printed is cleaned on its way in; what the assignment's author wrote and
the learner left alone is not touched. The same arguments give the same notebook, byte for byte once written.
"""

from __future__ import annotations

import functools
import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from autograder.grade import clean
from autograder.grade.assignment import Assignment, SourceCell
from autograder.grade.limits import DEFAULT, KB, Limits
from autograder.grade.submission import CheckResult, Mend, ShownCell
from autograder.source import CODE_STUB, released_source

MORE_TESTS = "# … and tests that only grading runs"
TEXT_STUB = "YOUR ANSWER HERE"  # nbgrader's own, for what a person grades
MESSAGE_BYTES = 8 * KB
REGIONS = (("BEGIN HIDDEN TESTS", "END HIDDEN TESTS"), ("BEGIN MARK SCHEME", "END MARK SCHEME"))
SOLUTION = ("BEGIN SOLUTION", "END SOLUTION")

_CELL_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SAID = {
    "failed": "failed",
    "not_attempted": "not attempted",
    "error": "stopped with an error",
    "timeout": "ran out of time",
    "died": "ended the process",
}


def graded_notebook(
    assignment: Assignment,
    cells: Sequence[ShownCell],
    checks: Mapping[str, CheckResult],
    mends: Sequence[Mend] = (),
    limits: Limits = DEFAULT,
    *,
    released: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """The autograded notebook, in nbformat 4.5.

    `released` are the sources of cells as learners received them, by id, where these are known better than the assignment tells:
    nbgrader's stubs are a matter of configuration.
    """
    book = _Book(assignment, limits, released)
    if mends:
        lines = [
            f"- `{clean.name(mend.cell)}`: {clean.words(mend.what)} ({clean.words(mend.confidence, 20)})"
            for mend in mends
        ]
        book.note("repairs", "\n".join(("**What was repaired before grading**", "", *lines)))
    for cell in cells:
        source = assignment.by_id.get(cell.id)
        if source is None or cell.role == "added":
            book.add(cell)
        elif source.graded:
            book.test(source, checks.get(cell.id))
        else:
            book.own(source, cell)
    return book.notebook()


def refused_notebook(
    assignment: Assignment, sentence: str, *, released: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """What stands in for a file that cannot be graded: the assignment as it was released, every test at 0, and why."""
    book = _Book(assignment, DEFAULT, released)
    book.note("refused", f"**This file was not graded.** {clean.words(sentence)}")
    for source in assignment.cells:
        if source.graded:
            message = "the file that was handed in was not graded: the first cell says why"
            book.test(source, CheckResult(source.id, 0.0, source.max_points, "not_attempted", message))
        else:
            shown = released.get(source.id, released_cell(source))
            book.own(source, ShownCell(source.id, source.kind, source.role, shown, attachments=source.attachments))
    return book.notebook()


def released_cell(cell: SourceCell) -> str:
    """A cell as a learner receives it, by nbgrader's rules and its usual marks; a cell that is all solution becomes a stub."""
    answered = cell.role in ("answer", "manual") and not _marks(cell).get("task")
    return _released(cell.source, CODE_STUB if cell.kind == "code" else TEXT_STUB, answered)


@functools.lru_cache(maxsize=4096)
def _released(source: str, stub: str, answered: bool) -> str:
    kept, replaced = _without(source, *SOLUTION, stub)
    if answered and not replaced:
        kept = stub
    for begin, end in REGIONS:
        kept, _ = _without(kept, begin, end)
    return kept


def checksum(cell: SourceCell, source: str) -> str:
    """nbgrader's checksum of a cell with this source."""
    marks = _marks(cell)
    parts = [source, cell.kind, str(marks["grade"]), str(marks["solution"])]
    parts += [str(not marks["solution"] and (marks["grade"] or marks["locked"])), cell.id]
    if marks["grade"]:
        parts.append(str(float(marks["points"])))
    return hashlib.md5("".join(parts).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


class _Book:
    """A notebook as it grows, and the room left in it for what a learner's cells put out."""

    def __init__(self, assignment: Assignment, limits: Limits, released: Mapping[str, str]) -> None:
        self.assignment = assignment
        self.limits = limits
        self.released = released
        self.room = limits.total_output_bytes
        self.cells: list[dict[str, Any]] = []
        self.ids: set[str] = {cell.id for cell in assignment.cells if _CELL_ID.fullmatch(cell.id)}
        self.runs = 0

    def notebook(self) -> dict[str, Any]:
        metadata = {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
        return {"cells": self.cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}

    def note(self, wanted: str, source: str) -> None:
        """A cell of ours."""
        self._put("markdown", self._fresh(wanted), source, {})

    def test(self, cell: SourceCell, check: CheckResult | None) -> None:
        """A test cell. `check` is None if nothing ran."""
        marks = _marks(cell)
        source = self._released(cell)
        shown = source
        if any(begin in cell.source for begin, _ in REGIONS):
            shown = f"{released_source(_without_regions(source))}\n{MORE_TESTS}".lstrip("\n")
        check = check or CheckResult(cell.id, 0.0, cell.max_points, "error", "this check did not run")
        points = min(check.points, cell.max_points) if math.isfinite(check.points) and check.points > 0 else 0.0
        self.runs += 1
        outputs = _said(cell, check, points, self.runs)
        self._put("code", self._id(cell), shown, _metadata(marks, checksum(cell, source)), outputs=outputs)

    def own(self, cell: SourceCell, shown: ShownCell) -> None:
        """A cell of the assignment, with what the learner made of it."""
        marks = _marks(cell)
        released = self._released(cell)
        metadata = _metadata(marks, checksum(cell, released)) if cell.role != "given" else {}
        if shown.kind == cell.kind and shown.source in (
            released,
            cell.source if cell.role in ("locked", "given") else released,
        ):
            source, attached = shown.source, clean.attachments(cell.attachments, self.limits)
        else:
            source, attached = self._cleaned(shown)
        self._put(
            cell.kind, self._id(cell), source, metadata, attached, self._outputs(shown) if cell.kind == "code" else []
        )

    def add(self, shown: ShownCell) -> None:
        """A cell that only the learner has."""
        source, attached = self._cleaned(shown)
        if shown.kind == "code":
            self._put("code", self._fresh(shown.id), source, {}, outputs=self._outputs(shown))
        elif shown.kind == "markdown":
            self._put("markdown", self._fresh(shown.id), source, {}, attached)
        else:  # a raw cell is HTML to nbconvert
            longest = max(map(len, re.findall(r"`+", source)), default=0)
            fence = "`" * max(3, longest + 1)
            self._put(
                "markdown", self._fresh(shown.id), clean.markdown(f"{fence}\n{source}\n{fence}", (), self.limits), {}
            )

    def _cleaned(self, shown: ShownCell) -> tuple[str, dict[str, dict[str, str]]]:
        if shown.kind != "markdown":
            return clean.code(shown.source), {}
        attached = clean.attachments(shown.attachments, self.limits)
        return clean.markdown(shown.source, attached, self.limits), attached

    def _outputs(self, shown: ShownCell) -> list[dict[str, Any]]:
        self.runs += 1
        outputs = clean.outputs(shown.outputs, self.limits, self.room)
        self.room -= clean.size_of(outputs)
        for output in outputs:
            if "execution_count" in output:
                output["execution_count"] = self.runs
        return outputs

    def _released(self, cell: SourceCell) -> str:
        return self.released.get(cell.id, released_cell(cell))

    def _id(self, cell: SourceCell) -> str:
        return (
            cell.id
            if _CELL_ID.fullmatch(cell.id)
            else self._fresh(f"cell-{hashlib.sha256(cell.id.encode()).hexdigest()[:12]}")
        )

    def _fresh(self, wanted: str) -> str:
        """A cell id that no other cell has."""
        stem = wanted[:56] if _CELL_ID.fullmatch(wanted) else "cell"
        found, number = stem, 1
        while found in self.ids:
            number += 1
            found = f"{stem}-{number}"
        self.ids.add(found)
        return found

    def _put(
        self,
        kind: str,
        identity: str,
        source: str,
        metadata: dict[str, Any],
        attached: Mapping[str, Any] | None = None,
        outputs: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        cell: dict[str, Any] = {"cell_type": kind, "id": identity, "metadata": metadata, "source": source}
        if kind == "code":
            cell |= {"execution_count": self.runs, "outputs": list(outputs)}
        elif attached:
            cell["attachments"] = dict(attached)
        self.cells.append(cell)


def _said(cell: SourceCell, check: CheckResult, points: float, run: int) -> list[dict[str, Any]]:
    """A test cell's outputs: its points as nbgrader reads them, its message as a learner does."""
    message = clean.text(check.message, MESSAGE_BYTES, colours=False).strip()
    full = points >= cell.max_points and (cell.max_points > 0 or check.status == "passed")
    sign = "✓" if full else "✗"
    line = f"{sign} {cell.id}: {points:g} of {cell.max_points:g} point{'' if cell.max_points == 1 else 's'}"
    if not full and check.status != "failed":
        line += f" ({_SAID.get(check.status, 'not passed')})"
    told: dict[str, Any] = {
        "output_type": "stream",
        "name": "stdout",
        "text": "\n".join(filter(None, (line, message))) + "\n",
    }
    if full:
        return [told]
    if points > 0:
        data = {"text/plain": repr(float(points))}
        return [{"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": run}, told]
    ename = check.status if check.status in _SAID else "failed"
    evalue = message.split("\n", 1)[0][:500] or _SAID[ename]
    return [{"output_type": "error", "ename": ename, "evalue": evalue, "traceback": [line, *message.split("\n")]}]


def _marks(cell: SourceCell) -> dict[str, Any]:
    """nbgrader's marks of a cell, in its schema 3."""
    found = cell.metadata.get("nbgrader", {})
    marks: dict[str, Any] = {key: bool(found.get(key)) for key in ("grade", "locked", "solution", "task")}
    marks |= {"schema_version": 3, "grade_id": cell.id, "cell_type": cell.kind}
    if marks["grade"] or marks["task"]:
        marks["points"] = int(cell.max_points) if cell.max_points == int(cell.max_points) else cell.max_points
    return marks


def _metadata(marks: Mapping[str, Any], digest: str) -> dict[str, Any]:
    locked = not marks["solution"] and (marks["grade"] or marks["locked"])
    return ({"deletable": False, "editable": False} if locked else {}) | {"nbgrader": {**marks, "checksum": digest}}


def _without_regions(source: str) -> str:
    for begin, end in REGIONS:
        source, _ = _without(source, begin, end)
    return source


def _without(source: str, begin: str, end: str, stub: str | None = None) -> tuple[str, bool]:
    """The source less its marked regions, or with `stub` in their place, and whether it had any; as nbgrader does it."""
    lines: list[str] = []
    inside = found = False
    for line in source.split("\n"):
        if begin in line:
            inside = found = True
            if stub is not None:
                lines.append(line[: len(line) - len(line.lstrip())] + stub)
        elif end in line:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines), found
