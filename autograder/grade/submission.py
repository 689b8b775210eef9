"""What passes between the rooms: a submission's cells, what was mended, what will run, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


class Refused(Exception):
    """The file cannot be graded. The message is one sentence or two for the learner: what is wrong, and what to do."""


@dataclass(frozen=True)
class SubmittedCell:
    """A cell as the learner handed it in. Nothing else of the file is kept: no outputs, no tags, no personal data."""

    kind: str  # "code", "markdown" or "raw"
    source: str
    id: str = ""  # the cell's own id, or empty
    grade_id: str = ""  # nbgrader's, or empty
    attachments: Mapping[str, Mapping[str, str]] = field(
        default_factory=lambda: MappingProxyType({})
    )  # name -> type -> base64


@dataclass(frozen=True)
class Mend:
    """One thing that was mended: of which cell, what was done, and how sure it is."""

    cell: str  # an id of the assignment's, or "cell 7" (counted from 1) for a cell that only the submission has
    what: str  # a sentence
    confidence: str  # "certain", "likely" or "guess"


@dataclass(frozen=True)
class PlannedCell:
    """A cell of the mended notebook."""

    id: str  # the assignment's, or a fresh one for a cell the learner added
    kind: str
    role: str  # as in `SourceCell`, or "added"
    source: str
    max_points: float = 0.0
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Plan:
    """The submission, rebuilt on the assignment: every cell of the assignment once, in its order, and the learner's own."""

    cells: tuple[PlannedCell, ...]
    mends: tuple[Mend, ...] = ()


STATUSES = ("passed", "failed", "not_attempted", "error", "timeout", "died")


@dataclass(frozen=True)
class CheckResult:
    """What one test cell said."""

    id: str
    points: float
    max_points: float
    status: str  # one of STATUSES; a test of another course that gave part of its points is "failed"
    message: str  # for the learner; empty when it passed


@dataclass(frozen=True)
class ShownCell:
    """A cell as it stands in the graded notebook. `outputs` are nbformat's, as the sandbox sent them: not yet clean."""

    id: str
    kind: str
    role: str
    source: str
    outputs: tuple[Mapping[str, Any], ...] = ()
    attachments: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
