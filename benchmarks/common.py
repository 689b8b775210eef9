"""What the benchmarks share: a class in a folder of its own, and the machine's description."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from tempfile import mkdtemp

from autograder.classroom import Submission, classroom
from autograder.course import Course, open_course
from autograder.desk import Desk
from autograder.grade import Assignment, read_assignment

ROOT = Path(__file__).resolve().parents[1]
# What the course's configuration has when nbgrader grades by itself: Colab's widget metadata stops it otherwise.
STOCK_KEPT = {"nbgrader", "tags", "deletable", "editable"}


@contextmanager
def apart() -> Iterator[tuple[Desk, Path]]:
    """A desk on the course's sources in a temporary folder."""
    place = Path(mkdtemp(prefix="benchmark-"))
    try:
        yield Desk.apart(ROOT, place), place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def as_stock(desk: Desk) -> None:
    """From here on this desk grades with nbgrader's own preprocessors."""
    desk.config.pop("Autograde")
    desk.config.ClearMetadataPreprocessor.enabled = True
    desk.config.ClearMetadataPreprocessor.preserve_nb_metadata_mask = {"kernelspec", "language_info"}
    desk.config.ClearMetadataPreprocessor.preserve_cell_metadata_mask = STOCK_KEPT


def course() -> Course:
    return open_course(ROOT)


def source(stem: str) -> Assignment:
    return read_assignment(stem, course().solution_notebook(stem).read_bytes())


def students(stem: str, size: int) -> tuple[Submission, ...]:
    """A class of `size`, as `make grade` makes it."""
    assignment = course().assignment(stem)
    released = course().released_notebook(stem).read_bytes()
    return classroom(assignment, course().bank(assignment), released, size=max(size, 24))[:size]


def hand_in(place: Path, submissions: Sequence[Submission]) -> None:
    """Into nbgrader's submitted folder."""
    for one in submissions:
        folder = place / "submitted" / one.student / one.stem
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{one.stem}.ipynb").write_bytes(one.notebook_bytes)
        (folder / "timestamp.txt").write_text("2026-01-01 00:00:00.000000 UTC")


def machine() -> str:
    """One line about where this ran."""
    names = ("torch", "nbgrader", "ipython")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    return (
        f"{len(os.sched_getaffinity(0))} cores ({platform.machine()}), Python {platform.python_version()}, {versions}"
    )
