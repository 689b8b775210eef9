"""A submission's folder: its notebooks, the report on them, and what is written in their place."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.grade import Assignment, Limits, Report, Rooms
from autograder.grade.choose import choose
from autograder.grade.graded import graded_notebook, refused_notebook
from autograder.grade.limits import DEFAULT
from autograder.grade.report import refused
from autograder.grade.submission import Refused

_FILES = 200  # notebooks that a submission may hold


def read_notebooks(folder: Path, limits: Limits = DEFAULT) -> dict[str, bytes]:
    """The notebooks by name. Links and files beside the notebooks are not looked at. Raises Refused."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*.ipynb")):
        name = str(path.relative_to(folder))
        if path.is_symlink() or not path.is_file() or ".ipynb_checkpoints" in path.parts:
            continue
        if len(found) >= _FILES:
            raise Refused(f"The submission holds more than {_FILES} notebooks: hand in one.")
        try:
            with path.open("rb") as file:
                found[name] = file.read(limits.file_bytes + 1)
        except OSError as error:
            printable = name.encode("utf-8", "replace").decode()  # a name may be any bytes
            raise Refused(f"The file {printable} cannot be read ({error.strerror}).") from error
    return found


def grade(rooms: Rooms, assignment: Assignment, notebooks: Mapping[str, bytes]) -> Report:
    """The report on the notebook among these that answers the assignment. Raises RoomError."""
    try:
        choice = choose(notebooks, assignment, rooms.limits)
    except Refused as error:
        return refused(assignment, str(error), rooms.versions)
    report = rooms.grade(assignment, choice.notebook)
    return dataclasses.replace(report, mends=(choice.mend, *report.mends)) if choice.mend else report


def autograded(assignment: Assignment, report: Report, limits: Limits = DEFAULT) -> dict[str, Any]:
    """The autograded notebook."""
    if report.refused is not None:
        return refused_notebook(assignment, report.refused)
    return graded_notebook(assignment, report.cells, {c.id: c for c in report.checks}, report.mends, limits)
