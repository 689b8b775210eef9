"""A submission, rebuilt on its assignment: every cell of the assignment once, in its order, and the learner's own where they stand.

Theory of operation
-------------------
Editors and learners lose metadata, copy, move, split, merge and retype cells. Points are for code, so a learner whose code is whole
loses none by that. Three questions are answered in turn.

*Which cell is which?* A cell of the submission finds its place by its grade_id; else by its cell id; else by its text, when that is the
text of a released cell; else, for an answer, by the names it defines; else by likeness, and at last by where it stands. Names are read
from the syntax tree, and of text that is no Python from the starts of its lines.

*What stands there?* Locked and test cells come from the assignment, whatever the submission says. Of an edited one the learner's imports,
functions and answers are kept, as a cell of their own behind it: answers may need them. Of two cells with the mark of one answer

    one has work in it             it counts, and the other is left out
    both have                      the last in the notebook counts, as in a notebook that runs from top to bottom
    and the other binds more       it runs beside the one that counts, before or behind it as they stood: nothing that it alone
                                   defines is lost, and what both define is the last one's
    and it binds nothing more      it is left out: it could only cost time, or be taken for the answer

Copies of tests are left out. Other cells of the learner's run behind the cell of the assignment that precedes them.

*Does every answer reach its tests?* For each name that an answer must bind, the last cell to bind it before the answer's first test
has to be the learner's. Where an untouched stub would come in between, the stub's statement is taken out. Where the learner's definition
stands only behind the tests, it moves up to the answer; when its cell answers other exercises as well, the answer gets a copy of it, and the
cell runs in both places. In a notebook whose cells had to be moved, cells that an answer needs move up with it. Where answers stand elsewhere than
they should, a learner's cell may have come to stand in front of imports or code of the assignment that it uses: these run in front of it, too.

An undamaged submission takes none of these roads: its cells are looked up and compared, and nothing is parsed. What is parsed is bounded, and
what an assignment looks like is worked out once. Every mend says which cell, what was done, and how sure it is. Nothing is run, and the
same cells give the same plan.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from autograder.grade.assignment import Assignment
from autograder.grade.blueprint import (
    FENCES,
    PARSED_CHARACTERS,
    Blueprint,
    Reader,
    Target,
    bare_text,
    blueprint_of,
    likeness_of,
    squeeze,
    words_of,
)
from autograder.grade.submission import Mend, Plan, PlannedCell, Refused, SubmittedCell

LIKE, UNLIKE = 0.5, 0.3  # shares of common words: above, it is the cell, edited; below, it is something else

_ADDED, _GONE, _FREE = -1, -2, -3  # what a cell of the submission is, when it is none of the assignment's
_INTRODUCTIONS = ("import ", "from ", "def ", "async def ", "class ", "@")


def mend(assignment: Assignment, cells: Sequence[SubmittedCell]) -> Plan:
    """The submission, rebuilt on the assignment. Raises Refused when nothing of it belongs to the assignment."""
    mender = _Mender(blueprint_of(assignment), cells)
    mender.identify()
    if not mender.belongs():
        raise Refused(
            f"No cell of this notebook belongs to the assignment {assignment.name}: it is another notebook, or an empty one. "
            f"Hand in {assignment.name}.ipynb, the notebook that you received for this assignment, with your answers in it."
        )
    return mender.plan()


def answered(assignment: Assignment, plan: Plan) -> int:
    """How many cells that a learner answers in have work in them."""
    targets = {target.cell.id: target for target in blueprint_of(assignment).targets if target.answered}
    return sum(cell.id in targets and targets[cell.id].has_work(cell.source) for cell in plan.cells)


def notebook(plan: Plan, assignment: Assignment) -> dict[str, Any]:
    """The mended notebook, nbformat 4.5, as a learner may see it: tests and locked cells as released, answers as planned."""
    targets = {target.cell.id: target for target in blueprint_of(assignment).targets}
    ids: set[str] = set()
    cells = []
    for number, cell in enumerate(plan.cells, start=1):
        target = targets.get(cell.id) if cell.role != "added" else None
        fixed = target is not None and target.fixed
        source = target.released if target is not None and fixed else cell.source
        identity = re.sub(r"[^A-Za-z0-9_-]", "-", cell.id)[:64]
        if not identity or identity in ids:
            identity = f"cell-{number}"
        ids.add(identity)
        raw: dict[str, Any] = {"cell_type": cell.kind, "id": identity, "metadata": {}, "source": source}
        if cell.kind == "code":
            raw |= {"execution_count": None, "outputs": []}
        elif cell.attachments:
            raw["attachments"] = {name: dict(bundle) for name, bundle in cell.attachments.items()}
        if target is not None and target.cell.role != "given":
            raw["metadata"] = _marks(target)
        cells.append(raw)
    return {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _marks(target: Target) -> dict[str, Any]:
    """A released cell's metadata, as nbgrader writes them."""
    cell = target.cell
    task = cell.role == "manual" and target.fixed
    solution = target.answered
    grade = cell.graded or (cell.role == "manual" and not task)
    points = {"points": cell.max_points} if grade or task else {}
    parts = (
        target.released,
        cell.kind,
        grade,
        solution,
        target.fixed,
        cell.id,
        float(cell.max_points) if grade else "",
    )
    checksum = hashlib.md5("".join(map(str, parts)).encode(), usedforsecurity=False).hexdigest()
    marks = {
        "cell_type": cell.kind,
        "checksum": checksum,
        "grade": grade,
        "grade_id": cell.id,
        "locked": target.fixed,
        **points,
        "schema_version": 3,
        "solution": solution,
        "task": task,
    }
    return {"nbgrader": marks, "deletable": False} | ({"editable": False} if target.fixed else {})


@dataclass(eq=False)
class _Entry:
    """A cell of the plan in the making."""

    id: str
    kind: str
    role: str
    source: str
    max_points: float = 0.0
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    target: Target | None = None
    index: int = -1  # of the submission's cell, where there is one


class _Mender:
    """One submission on its way to a plan: `identify`, then `plan`."""

    def __init__(self, blueprint: Blueprint, cells: Sequence[SubmittedCell]) -> None:
        self.blueprint = blueprint
        self.targets = blueprint.targets
        self.cells = cells
        self.reader = Reader(PARSED_CHARACTERS)
        self.what = [_FREE] * len(cells)  # the place of the assignment's cell that it is, or _ADDED, _GONE, _FREE
        self.main: dict[int, int] = {}  # place -> cell of the submission
        self.sure: set[int] = set()  # places whose cell was found by more than likeness
        self.moved = False  # whether a cell of the learner's runs elsewhere than it stood
        self.elsewhere = False  # whether an answer's name is bound outside of the answer's cell
        self.before: dict[int, list[_Entry]] = defaultdict(list)
        self.behind: dict[int, list[_Entry]] = defaultdict(list)
        self.spare: list[_Entry] = []  # what learners wrote into test cells: runs only where an answer is missing
        self.mends: list[tuple[int, int, Mend]] = []

    # Which cell is which

    def identify(self) -> None:
        marked: dict[int, list[int]] = {}
        named: dict[int, list[int]] = {}
        by_id = self.blueprint.by_id
        for index, cell in enumerate(self.cells):
            target = by_id.get(cell.grade_id) if cell.grade_id else None
            if target is not None and target.cell.role != "given":
                marked.setdefault(target.place, []).append(index)
            elif (target := by_id.get(cell.id) if cell.id else None) is not None:
                named.setdefault(target.place, []).append(index)
        for place, indices in marked.items():
            self._settle(self.targets[place], indices)
        for place, indices in named.items():
            target = self.targets[place]
            if place in self.main:
                continue
            self._settle(target, indices)
            if place in self.main and target.cell.role != "given":
                self._say(target, "The cell had lost nbgrader's mark; it was found by its cell id.", "certain")
        if _FREE in self.what:
            self._by_text(lambda target: not target.answered)
            self._by_names()
            self._by_text(lambda target: target.answered)
        self.sure = set(self.main)
        if _FREE in self.what and len(self.main) < len(self.targets):
            self._by_likeness()
            self._by_place()
        self.what = [_ADDED if what == _FREE else what for what in self.what]

    def belongs(self) -> bool:
        """Whether a graded or answered cell was found, or most of the others (setup cells are alike in many assignments)."""
        found = [self.targets[place].cell for place in self.sure]
        if any(cell.role in ("test", "answer", "manual") for cell in found):
            return True
        others = sum(target.cell.role in ("locked", "given") for target in self.targets)
        if others and 2 * len(found) > others:
            return True
        texts = [
            self.reader.code(cell.kind, cell.source)
            for cell, what in zip(self.cells, self.what, strict=True)
            if what == _ADDED
        ]
        return any(self.blueprint.names.keys() & self.reader.names(text) for text in texts if text)

    def _settle(self, target: Target, indices: Sequence[int]) -> None:
        """Of the cells that bear the target's mark, which one it is, and what the others are."""
        only = self.cells[indices[0]]
        if len(indices) == 1 and only.source == target.released and only.kind == target.cell.kind:
            self._take(target, indices[0])
        elif target.fixed:
            self._settle_fixed(target, indices)
        elif target.answered:
            self._settle_answer(target, indices)
        else:
            self._settle_given(target, indices)

    def _settle_fixed(self, target: Target, indices: Sequence[int]) -> None:
        likeness = {index: self._like(target, index) for index in indices}
        best = max(indices, key=lambda index: (likeness[index], -index))
        if likeness[best] < UNLIKE and self.cells[best].source.strip():
            self._say(
                target,
                "Something else stood in this cell; the assignment's own was put back in front of it.",
                "certain",
            )
            return
        self._take(target, best)
        for index in indices:
            if index == best:
                if likeness[index] < 1 and squeeze(self.cells[index].source) != squeeze(target.cell.source):
                    self._salvage(target, index)
            elif likeness[index] >= LIKE:
                self._drop(index, target, "was a copy of this cell and was left out.", "certain")

    def _salvage(self, target: Target, index: int) -> None:
        """Keep what a learner defined in an edited cell of the assignment's."""
        kept, answers = [], []
        if target.cell.kind == "code":
            original = {squeeze(statement.text) for statement in self.reader.statements(target.released)}
            taken = self.reader.names(target.released) | self.reader.names(target.cell.source)
            for statement in self.reader.statements(self._code(index)):
                if not statement.plain or statement.names & taken or squeeze(statement.text) in original:
                    continue
                if statement.names & self.blueprint.names.keys():
                    answers.append(statement.text)
                elif statement.text.startswith(_INTRODUCTIONS):
                    kept.append(statement.text)
        what = "The cell was edited; the assignment's own was put back."
        if kept:
            beside = self.before if target.cell.graded else self.behind
            where = "in front of it" if target.cell.graded else "behind it"
            what = f"The cell was edited; the assignment's own was put back, and what you defined in it runs right {where}."
            beside[target.place].append(_Entry("", "code", "added", "\n".join(kept), index=index))
        if answers:
            self.spare.append(_Entry("", "code", "added", "\n".join(answers), index=index))
        self._say(target, what, "certain")

    def _settle_given(self, target: Target, indices: Sequence[int]) -> None:
        same = [index for index in indices if self._like(target, index) == 1]
        best = (same or indices)[0]
        self._take(target, best)
        for index in indices:
            if index != best and index in same and self.cells[index].kind != "code":
                self._drop(index, target, "was a copy of this cell and was left out.", "certain")

    def _settle_answer(self, target: Target, indices: Sequence[int]) -> None:
        if len(indices) == 1:
            self._take(target, indices[0])
            return
        worked = [index for index in indices if target.has_work(self._text(target, index))]
        keyed = [index for index in worked if self._binds(target, index)]
        if not worked:
            self._take(target, indices[0])
            best = indices[0]
        else:
            best = (keyed or worked)[-1]
            self._take(target, best)
        for index in indices:
            if index == best:
                continue
            if index not in worked:
                self._drop(
                    index, target, "was a second copy of this answer, without work in it, and was left out.", "certain"
                )
            elif target.cell.kind != "code":
                self._drop(
                    index, target, "was an earlier version of this answer; the last in the notebook counts.", "likely"
                )
            elif self._superseded(index, best):
                self._drop(
                    index,
                    target,
                    "was an earlier version of this answer; the last in the notebook counts, and it did not run.",
                    "likely",
                )
            elif index in keyed or not self._own_names(index) & self.blueprint.names.keys():
                self.what[index] = _GONE  # as a cell of the submission; it is in the plan beside the answer
                code = self._code(index)
                beside = self.before if index < best else self.behind
                beside[target.place].append(_Entry("", "code", "added", code, index=index))
                where = "before" if index < best else "behind"
                self._say(
                    target,
                    f"Cell {index + 1} has this answer's mark too: it runs right {where} the one that counts.",
                    "likely",
                )
            else:
                self._say(
                    target,
                    f"Cell {index + 1} has this answer's mark and answers something else: it runs where it stands.",
                    "likely",
                )

    def _superseded(self, index: int, best: int) -> bool:
        """Whether running the one cell before the other changes nothing."""
        statements = self.reader.statements(self._code(index))
        names = self._own_names(best)
        return all(statement.plain and statement.names <= names for statement in statements)

    def _by_text(self, wanted: Callable[[Target], bool]) -> None:
        """Find cells by the text they were released with, and copies of those that were found."""
        for index, cell in enumerate(self.cells):
            if self.what[index] != _FREE:
                continue
            candidates = [target for target in self.blueprint.by_text.get(squeeze(cell.source), ()) if wanted(target)]
            if not candidates:
                continue
            target = next((target for target in candidates if target.place not in self.main), None)
            if target is not None:
                self._take(target, index)
                if target.cell.role != "given":
                    self._say(target, "The cell had lost nbgrader's mark; it was found by its text.", "certain")
                continue
            target = candidates[0]
            lines = target.released.count("\n") + 1
            if (
                target.cell.role == "test"
                or target.answered
                or target.cell.kind != "code"
                or (target.fixed and lines > 1)
            ):
                self._drop(index, target, "was a copy of this cell and was left out.", "certain")

    def _by_names(self) -> None:
        """Find answers by what they define."""
        lost = {name: target for name, target in self.blueprint.names.items() if target.place not in self.main}
        if not lost:
            return
        candidates: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        for index in self._free():
            names = self._own_names(index)
            for place in {lost[name].place for name in names & lost.keys()}:
                keys = self._binds(self.targets[place], index)
                if keys:
                    foreign = len((names & self.blueprint.names.keys()) - self.targets[place].names.keys())
                    candidates[place].append((len(keys), -foreign, index))
        for place in sorted(candidates):
            free = [candidate for candidate in candidates[place] if self.what[candidate[2]] == _FREE]
            if not free:
                continue
            target, best = self.targets[place], max(free)[2]
            last = max(index for _, _, index in candidates[place])
            if self.what[last] == _FREE:
                self._take(target, best)
                what = (
                    f"The answer had lost nbgrader's mark; it was found by what it defines ({', '.join(target.names)})."
                )
                self._say(target, what, "likely")
            else:  # the last version stands in a cell that answers another exercise too
                best = last
            for _, _, index in free:
                if index < best and self._superseded(index, best):
                    self._drop(
                        index,
                        target,
                        "was an earlier version of this answer; the last in the notebook counts, and it did not run.",
                        "likely",
                    )

    def _by_likeness(self) -> None:
        """Find edited cells by the words they share with those that are still missing."""
        missing = [target for target in self.targets if target.place not in self.main and target.squeezed]
        holders: dict[str, list[Target]] = defaultdict(list)
        words = {target.place: words_of(target.released) for target in missing}
        for target in missing:
            for word in words[target.place]:
                holders[word].append(target)
        pairs: list[tuple[float, int, int]] = []
        for index in self._free():
            own = words_of(self.cells[index].source)
            shared = Counter(target.place for word in own for target in holders.get(word, ()))
            for place, common in shared.items():
                likeness = 2 * common / (len(own) + len(words[place]))
                if likeness < LIKE or (
                    self.targets[place].fixed and self._own_names(index) & self.blueprint.names.keys()
                ):
                    continue
                pairs.append((-likeness, place, index))
        for _, place, index in sorted(pairs):
            target = self.targets[place]
            if place in self.main or self.what[index] != _FREE:
                continue
            self._take(target, index)
            if target.cell.role == "given":
                continue
            self._say(
                target, "The cell had lost nbgrader's mark; it was found by its likeness to the assignment's.", "likely"
            )
            if target.fixed:
                self._salvage(target, index)

    def _by_place(self) -> None:
        """Take for a missing answer what stands between its neighbours: text without a mark, or code that defines nothing known."""
        found = sorted(self.main)
        for target in self.targets:
            if target.place in self.main or not target.answered:
                continue
            at = bisect.bisect(found, target.place)
            start = self.main[found[at - 1]] if at else -1
            stop = self.main[found[at]] if at < len(found) else len(self.cells)
            for index in range(start + 1, stop):
                cell = self.cells[index]
                if self.what[index] != _FREE or cell.kind != target.cell.kind or not target.has_work(cell.source):
                    continue
                if self._own_names(index) & self.blueprint.names.keys():
                    continue
                self._take(target, index)
                self._say(
                    target, "The answer had lost nbgrader's mark; it was taken from where it should stand.", "guess"
                )
                break

    def _free(self) -> Iterator[int]:
        return (index for index, what in enumerate(self.what) if what == _FREE and self.cells[index].source.strip())

    def _take(self, target: Target, index: int) -> None:
        self.main[target.place] = index
        self.what[index] = target.place

    def _drop(self, index: int, target: Target, what: str, confidence: str) -> None:
        self.what[index] = _GONE
        self._say(target, f"Cell {index + 1} {what}", confidence)

    def _say(self, target: Target, what: str, confidence: str) -> None:
        self.mends.append((target.place, len(self.mends), Mend(target.cell.id, what, confidence)))

    def _like(self, target: Target, index: int) -> float:
        source = self.cells[index].source
        if squeeze(source) == target.squeezed:
            return 1.0
        return min(likeness_of(words_of(source), words_of(target.released)), 0.999)

    def _text(self, target: Target, index: int) -> str:
        cell = self.cells[index]
        return self.reader.code(cell.kind, cell.source) if target.cell.kind == "code" else cell.source

    def _code(self, index: int) -> str:
        return self.reader.code(self.cells[index].kind, self.cells[index].source)

    def _own_names(self, index: int) -> frozenset[str]:
        code = self._code(index)
        return self.reader.names(code) if code else frozenset()

    def _binds(self, target: Target, index: int) -> set[str]:
        """Which of the target's names the cell binds otherwise than the stub does."""
        return self._bound(target, self._code(index)) if target.names else set()

    def _bound(self, target: Target, source: str) -> set[str]:
        return {
            name
            for statement in (self.reader.statements(source) if source else ())
            for name in statement.names & target.names.keys()
            if bare_text(statement.text) != target.names[name]
        }

    # What stands there, and whether it reaches its tests

    def plan(self) -> Plan:
        self._report_order()
        entries = self._entries()
        self._reach(entries)
        if self.moved:
            self._support(entries)
        if self.moved or self.elsewhere:
            self._lend(entries)
        taken = {target.cell.id for target in self.targets}
        fresh = (name for number in range(1, 10**9) if (name := f"added-{number}") not in taken)
        cells = tuple(
            PlannedCell(e.id or next(fresh), e.kind, e.role, e.source, e.max_points, e.attachments) for e in entries
        )
        return Plan(cells, tuple(mend for _, _, mend in sorted(self.mends, key=lambda item: item[:2])))

    def _report_order(self) -> None:
        """Say which cells stood elsewhere: the fewest whose move explains the order."""
        order = [(place, self.main[place]) for place in sorted(self.main)]
        if all(one[1] < other[1] for one, other in itertools.pairwise(order)):
            return
        self.moved = True
        tails: list[int] = []  # the classic: the smallest end of an increasing run of each length
        ends: list[int] = []
        previous = [-1] * len(order)
        for at, (_, index) in enumerate(order):
            length = bisect.bisect(tails, index)
            tails[length : length + 1] = [index]
            ends[length : length + 1] = [at]
            previous[at] = ends[length - 1] if length else -1
        kept: set[int] = set()
        at = ends[-1]
        while at >= 0:
            kept.add(at)
            at = previous[at]
        for at, (place, index) in enumerate(order):
            if at not in kept:
                what = f"The cell stood elsewhere (cell {index + 1}); it was put where the assignment has it."
                self._say(self.targets[place], what, "certain")

    def _entries(self) -> list[_Entry]:
        """The plan's cells in order, the learner's own among them."""
        trails: dict[int, list[_Entry]] = defaultdict(list)
        anchor = -1
        for index, (cell, what) in enumerate(zip(self.cells, self.what, strict=True)):
            if what >= 0:
                anchor = what
            elif what == _ADDED:
                added = _Entry("", cell.kind, "added", cell.source, attachments=cell.attachments, index=index)
                trails[anchor].append(added)
        entries = trails[-1]
        for target in self.targets:
            entries += self.before.get(target.place, ())
            entries += self._own_entries(target)
            entries += self.behind.get(target.place, ())
            entries += trails.get(target.place, ())
        return entries

    def _own_entries(self, target: Target) -> list[_Entry]:
        """The assignment's cell; with it, text that a learner wrote where code belongs."""
        index = self.main.get(target.place, -1)
        own = target.cell
        entry = _Entry(own.id, own.kind, own.role, own.source, own.max_points, own.attachments, target, index)
        if index < 0:
            if not target.fixed:
                entry.source = target.released
            self._say(target, "The cell was missing; the assignment's own was put back.", "certain")
            return [entry]
        cell = self.cells[index]
        if target.fixed:
            if cell.kind != own.kind:
                self._say(target, f"The cell was {_a(cell.kind)} cell; the assignment's own was put back.", "certain")
            return [entry]
        if own.role == "given":
            entry.kind, entry.source, entry.attachments = cell.kind, cell.source, cell.attachments
            return [entry]
        entry.source, entry.attachments = cell.source, cell.attachments
        if own.kind != "code":
            if cell.kind != own.kind:
                self._say(target, f"The answer stood in {_a(cell.kind)} cell; it is text again.", "certain")
            return [entry]
        entry.attachments = own.attachments
        if cell.kind != "code" or cell.source.lstrip().startswith(FENCES):
            code = self.reader.code(cell.kind, cell.source)
            if cell.kind == "code":
                if code != cell.source:
                    self._say(
                        target, "The code stood between the fences of a text (```); they were taken away.", "certain"
                    )
                entry.source = code
            elif code:
                self._say(target, f"The answer stood in {_a(cell.kind)} cell; it is code again.", "certain")
                entry.source = code
            else:
                what = (
                    f"The cell had become {_a(cell.kind)} cell whose text is no Python; the answer counts as untouched."
                )
                self._say(target, what, "likely")
                entry.source = target.released
                note = _Entry("", cell.kind, "added", cell.source, attachments=cell.attachments, index=index)
                return [note, entry]
        if not entry.source.strip() and target.squeezed:
            self._say(target, "The answer was empty; the cell as you received it was put back.", "certain")
            entry.source = target.released
        return [entry]

    def _reach(self, entries: list[_Entry]) -> None:
        """See to it that each name an answer must bind is the learner's when its tests run."""
        own = {entry.target.place: entry for entry in entries if entry.target is not None}
        for target in self.targets:
            entry = own[target.place]
            for name in target.names:
                if not self._plainly_binds(target, entry.source, name):
                    self._reach_one(entries, target, entry, name)

    def _plainly_binds(self, target: Target, source: str, name: str) -> bool:
        """Whether the learner's own binding of the name can be seen without parsing."""
        if not target.has_work(source) or not re.search(
            rf"^(?:(?:async +)?def +|class +)?{name}\b", source, re.MULTILINE
        ):
            return False
        stub = target.names[name]
        return not stub or stub not in bare_text(source)

    def _reach_one(self, entries: list[_Entry], target: Target, entry: _Entry, name: str) -> None:
        at = entries.index(entry)
        tests = next((i for i in range(at, len(entries)) if entries[i].role == "test"), len(entries))
        offers = [i for i, other in enumerate(entries) if self._offers(other, target, name)]
        offers = [i for i in offers if entries[i].kind == "code"] or offers
        earlier = [i for i in offers if i < tests]
        if earlier:
            self.elsewhere |= earlier[-1] != at
            for other in entries[earlier[-1] : tests]:
                if other.role in ("answer", "added") and other.kind == "code" and name in other.source:
                    self._unshadow(target, other, name)
            self._bring_back(entries[earlier[-1]], target)
            return
        later = [entries[i] for i in offers]
        spare = [other for other in self.spare if self._offers(other, target, name)]
        if not later and not spare:
            return
        found = (later or spare)[-1]
        code = self._code_of(found)
        if not later:
            self.spare.remove(found)
        elif found.role == "added" and found.kind == "code" and self._only_for(target, code):
            entries.remove(found)
        self.moved = True
        where = f"cell {found.index + 1}"
        confidence = "likely" if found.kind == "code" else "guess"
        if target.has_work(entry.source):
            self._unshadow(target, entry, name)
            entries.insert(entries.index(entry) + 1, _Entry("", "code", "added", code, index=found.index))
            self._say(
                target,
                f"{name} was found in {where} only, out of its tests' reach: it runs right behind the answer.",
                confidence,
            )
        else:
            entry.source = code
            self._say(
                target,
                f"{name} was found in {where} only, out of its tests' reach: that counts as the answer.",
                confidence,
            )

    def _only_for(self, target: Target, code: str) -> bool:
        """Whether the code answers no other exercise."""
        return self.reader.names(code) & self.blueprint.names.keys() <= target.names.keys()

    def _offers(self, entry: _Entry, target: Target, name: str) -> bool:
        """Whether a learner's cell binds the name otherwise than the stub does."""
        if name not in entry.source or entry.role in ("test", "locked"):
            return False
        if (
            entry.target is not None
            and entry.role != "answer"
            and not (entry.kind == "code" and entry.target.has_work(entry.source))
        ):
            return False
        return name in self._bound(target, self._code_of(entry))

    def _code_of(self, entry: _Entry) -> str:
        return self.reader.code(entry.kind, entry.source)

    def _bring_back(self, entry: _Entry, target: Target) -> None:
        if entry.kind != "code":
            entry.source, entry.kind, entry.attachments = self._code_of(entry), "code", MappingProxyType({})
            self._say(target, f"The answer stood in a text (cell {entry.index + 1}); it is code again.", "likely")

    def _unshadow(self, target: Target, entry: _Entry, name: str) -> None:
        """Take the stub's statement for the name out of the answer's cell, where it would undo the learner's."""
        bound = [statement for statement in self.reader.statements(entry.source) if name in statement.names]
        stubs = [statement for statement in bound if bare_text(statement.text) == target.names[name]]
        if not stubs or bound[-1] is not stubs[-1]:
            return
        lines = entry.source.split("\n")
        for statement in reversed(stubs):
            del lines[statement.begin : statement.end]
        if not any(line.strip() and not line.lstrip().startswith("#") for line in lines):
            lines = [f"# {name} is defined in another cell."]
        entry.source = "\n".join(lines).strip("\n")
        self._say(
            target, f"Your {name} stands in front of the untouched one, which was taken out of its way.", "likely"
        )

    def _support(self, entries: list[_Entry]) -> None:
        """Where cells were moved: bring the learner's own cells in front of the answers that need what they define."""
        providers: dict[str, _Entry] = {}
        for entry in entries:
            if entry.role == "added" and entry.kind == "code":
                providers |= dict.fromkeys(self.reader.names(entry.source), entry)
        known: set[str] = set()
        waiting: list[_Entry] = []
        for entry in list(entries):
            if entry.role == "test":
                for answer in waiting:
                    self._bring(answer, entries, providers, known)
                waiting = []
            elif entry.kind == "code":
                known |= self.reader.names(entry.source)
                if entry.role == "answer":
                    waiting.append(entry)

    def _bring(self, answer: _Entry, entries: list[_Entry], providers: Mapping[str, _Entry], known: set[str]) -> None:
        needy = [answer]
        while needy:
            entry = needy.pop()
            for name in sorted(self.reader.needs(entry.source) & providers.keys() - known):
                helper = providers[name]
                if name in known or helper is entry:
                    continue
                known |= self.reader.names(helper.source)
                entries.remove(helper)
                entries.insert(entries.index(entry), helper)
                needy.append(helper)
                if answer.target is not None:
                    what = f"The answer needs {name}, which cell {helper.index + 1} defines: that cell runs in front of it."
                    self._say(answer.target, what, "likely")

    def _lend(self, entries: list[_Entry]) -> None:
        """Run locked cells of the assignment in front of learners' cells that need them and stand in front of them."""
        lenders: dict[str, _Entry] = {}
        for entry in entries:
            if entry.role == "locked" and entry.kind == "code":
                for name in self.reader.names(entry.source):
                    lenders.setdefault(name, entry)
        known: set[str] = set()
        for entry in list(entries):
            if entry.kind != "code" or entry.role == "test":
                continue
            if entry.role != "locked":
                for name in sorted(self.reader.needs(entry.source) & lenders.keys()):
                    for lender in self._lent(name, lenders, known):
                        copy = _Entry("", "code", "added", lender.source, index=entry.index)
                        entries.insert(entries.index(entry), copy)
                        if lender.target is not None:
                            what = f"Cell {entry.index + 1} needs {name} and stands in front of this cell, which runs there as well."
                            self._say(lender.target, what, "likely")
            known |= self.reader.names(entry.source)

    def _lent(self, name: str, lenders: Mapping[str, _Entry], known: set[str]) -> list[_Entry]:
        """The locked cells that give the name, with those that they need, in the assignment's order; `known` grows. None, where a learner's code is needed."""
        found: list[_Entry] = []
        wanted, seen = [name], set(known)
        while wanted:
            one = wanted.pop()
            if one in seen:
                continue
            if one not in lenders:
                return []
            lender = lenders[one]
            seen |= self.reader.names(lender.source)
            found.append(lender)
            wanted += sorted(self.reader.needs(lender.source) - seen)
        known |= seen
        return sorted(found, key=lambda lender: lender.target.place if lender.target else -1)


def _a(kind: str) -> str:
    return {"code": "a code", "markdown": "a Markdown", "raw": "a raw"}[kind]
