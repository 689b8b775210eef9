"""What grading gives back: points, messages, mends, and the cells as they ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from autograder.grade.assignment import Assignment
from autograder.grade.submission import CheckResult, Mend, ShownCell


@dataclass(frozen=True)
class Report:
    """One submission, graded or refused. Equal for equal bytes, seed and versions."""

    assignment: str
    checks: tuple[CheckResult, ...]
    mends: tuple[Mend, ...] = ()
    refused: str | None = None  # why the file could not be graded, for the learner
    remarks: tuple[str, ...] = ()  # for a person to look at; they cost nothing
    cells: tuple[ShownCell, ...] = ()
    versions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def points(self) -> float:
        return sum(check.points for check in self.checks)

    @property
    def max_points(self) -> float:
        return sum(check.max_points for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """Plain data: what `grade-one --json` prints, the assignment and the remarks besides."""
        return {
            "assignment": self.assignment,
            "points": number(self.points),
            "max_points": number(self.max_points),
            "refused": self.refused,
            "checks": [
                {
                    "id": check.id,
                    "points": number(check.points),
                    "max_points": number(check.max_points),
                    "status": check.status,
                    "message": check.message,
                }
                for check in self.checks
            ],
            "repairs": [{"cell": mend.cell, "what": mend.what, "confidence": mend.confidence} for mend in self.mends],
            "remarks": list(self.remarks),
            "versions": dict(self.versions),
        }


def refused(assignment: Assignment, sentence: str, versions: Mapping[str, str]) -> Report:
    """The report on a file that could not be graded."""
    checks = tuple(CheckResult(cell.id, 0.0, cell.max_points, "not_attempted", "") for cell in assignment.tests)
    return Report(assignment.name, checks, refused=sentence, versions=versions)


def number(points: float) -> float | int:
    """Without a fraction where there is none."""
    return int(points) if float(points).is_integer() else points
