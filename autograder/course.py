"""The project's folder: where everything stands, and what `[tool.course]` in pyproject.toml says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.source import (
    Assignment,
    Bank,
    Chapter,
    Problem,
    SourceError,
    check_course,
    load_assignment,
    load_bank,
    load_chapter,
)


class CourseError(Exception):
    """A sentence for the person at the command line."""


@dataclass(frozen=True)
class Course:
    """A checkout: its root, where it is published, and its texts."""

    root: Path
    repository: str  # owner/name
    branch: str
    version: str = ""  # of the package, as pyproject.toml says
    pictures: Mapping[str, int] = field(default_factory=dict)  # chapter -> the figure that the README shows

    @property
    def ref(self) -> str:
        """What setup cells install: the tag of this version, so that an old notebook keeps the package it was written for."""
        return f"refs/tags/v{self.version}" if self.version else f"refs/heads/{self.branch}"

    @property
    def chapter_paths(self) -> list[Path]:
        return sorted((self.root / "course").glob("[0-9][0-9]_*.py"))

    @property
    def assignment_paths(self) -> list[Path]:
        paths = sorted((self.root / "solutions").glob("[0-9][0-9]_*.py"))
        return [path for path in paths if not path.stem.endswith("_answers")]

    @property
    def stems(self) -> list[str]:
        return sorted({path.stem for path in (*self.chapter_paths, *self.assignment_paths)})

    def chapter_notebook(self, stem: str) -> Path:
        return self.root / "course" / f"{stem}.ipynb"

    def solution_notebook(self, stem: str) -> Path:
        return self.root / "solutions" / stem / f"{stem}.ipynb"

    def released_notebook(self, stem: str) -> Path:
        return self.root / "exercises" / stem / f"{stem}.ipynb"

    def chapters(self) -> list[Chapter]:
        return [load_chapter(path) for path in self.chapter_paths]

    def assignments(self) -> list[Assignment]:
        return [load_assignment(path) for path in self.assignment_paths]

    def assignment(self, stem: str) -> Assignment:
        return load_assignment(self._text(stem, "solutions"))

    def bank(self, assignment: Assignment) -> Bank:
        return load_bank(self.root / "solutions" / f"{assignment.stem}_answers.py", assignment)

    def _text(self, stem: str, folder: str) -> Path:
        path = self.root / folder / f"{stem}.py"
        if not path.exists():
            known = ", ".join(p.stem for p in self.assignment_paths) or "none"
            raise CourseError(f"no assignment is called {stem!r}; there are: {known}")
        return path

    def load(self) -> tuple[list[Chapter], list[Assignment]]:
        """Every chapter and assignment, all rules checked. Raises SourceError with every problem of every file."""
        problems: list[Problem] = []
        chapters: list[Chapter] = []
        assignments: list[Assignment] = []
        for path in self.chapter_paths:
            try:
                chapters.append(load_chapter(path))
            except SourceError as error:
                problems += error.problems
        for path in self.assignment_paths:
            try:
                assignment = load_assignment(path)
                self.bank(assignment)
                assignments.append(assignment)
            except SourceError as error:
                problems += error.problems
            except FileNotFoundError as error:
                problems.append(
                    Problem(path, 1, f"the assignment has no bank of answers: write {Path(error.filename).name}")
                )
        if problems:
            raise SourceError(problems)
        check_course(chapters, assignments)
        return chapters, assignments


def open_course(root: Path) -> Course:
    """The checkout at `root`. Raises CourseError where there is none."""
    path = root / "pyproject.toml"
    try:
        project = tomllib.loads(path.read_text(encoding="utf-8"))
        settings = project["tool"]["course"]
    except FileNotFoundError as error:
        raise CourseError(
            f"{root} is not the project's root: it has no pyproject.toml. Run this from the root."
        ) from error
    except KeyError as error:
        raise CourseError(f"{path} has no table [tool.course]: it names the repository and branch.") from error
    version = project.get("project", {}).get("version", "")
    return Course(root.resolve(), settings["repository"], settings["branch"], version, settings.get("pictures", {}))
