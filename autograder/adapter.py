"""nbgrader's own way in: plain `nbgrader autograde`, and the formgrader's Autograde button, go through the rooms by configuration alone.

Theory of operation
-------------------
`nbgrader autograde` converts a submission twice with one exporter: from the submitted folder to the autograded one ("sanitizing"), and from there to itself ("autograding").
Preprocessors come too late for either: a file that is not JSON, or whose metadata nbgrader does not like, has stopped the class by then. So the exporter itself, which is handed the file's name, grades on
the first pass and gives back the graded notebook; on the second it reads what it wrote, and nbgrader's `SaveAutoGrades` and `AssignLatePenalties` do the rest.

Before that, a hook gives nbgrader the list of notebooks it looks for, whatever the learner's copies are called: the exporter then chooses among what is there.

The rooms stay warm between submissions, and for a while after the last: the formgrader's server grades one click at a time.
"""

from __future__ import annotations

import atexit
import threading
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from traitlets import Bool

from autograder import submitted
from autograder.grade import Assignment, Rooms, read_assignment
from autograder.grade.assignment import support_files
from autograder.grade.graded import refused_notebook
from autograder.grade.submission import Refused

IDLE = 120.0  # seconds after which the rooms are closed

_lock = threading.Lock()
_rooms: Rooms | None = None
_timer: threading.Timer | None = None
_at_work = 0


class GradingExporter(NotebookExporter):  # type: ignore[misc]
    """The exporter of `Autograde`: grades a submitted notebook, and reads a graded one."""

    sandboxed = Bool(True, help="False runs learners' code as you: only for people you trust.").tag(config=True)

    def from_filename(self, filename: str, resources: Any = None, **words: Any) -> tuple[str, Any]:
        """Grade the file when nbgrader sanitizes it. Raises what `Rooms` raises when it cannot work at all."""
        converter = self.parent
        if not getattr(converter, "_sanitizing", False):
            return super().from_filename(filename, resources=resources, **words)  # type: ignore[no-any-return]
        directory = converter.coursedir
        name, stem = resources["nbgrader"]["notebook"], resources["nbgrader"]["assignment"]
        assignment = _assignment(directory, stem, name)
        self.log.info("Grading %s", filename)
        graded = _graded(assignment, Path(filename).parent, sandboxed=self.sandboxed)
        return super().from_notebook_node(nbformat.from_dict(graded), resources=resources, **words)  # type: ignore[no-any-return]


def expected_notebooks(assignment: str, student: str, notebooks: list[str]) -> None:
    """`Autograde.pre_convert_hook`: put in place of the learner's files the notebooks that the assignment has."""
    from nbgrader.apps.baseapp import NbGrader
    from nbgrader.coursedir import CourseDirectory

    if not notebooks:
        return
    parent = NbGrader.instance() if NbGrader.initialized() else None
    directory = CourseDirectory(parent=parent) if parent is not None else None
    source = (
        Path(directory.format_path(directory.source_directory, ".", assignment))
        if directory
        else Path("solutions", assignment)
    )
    names = [path.name for path in sorted(source.glob("*.ipynb"))]
    if names:
        notebooks[:] = [str(Path(notebooks[0]).parent / name) for name in names]


def _assignment(directory: Any, stem: str, name: str) -> Assignment:
    folder = Path(directory.format_path(directory.source_directory, ".", stem))
    source = (folder / f"{name}.ipynb").read_bytes()
    return read_assignment(name, source, support=support_files(folder, directory.ignore))


def _graded(assignment: Assignment, folder: Path, *, sandboxed: bool) -> dict[str, Any]:
    try:
        notebooks = submitted.read_notebooks(folder)
    except Refused as error:
        return refused_notebook(assignment, str(error))
    with _warm(sandboxed) as rooms:
        return submitted.autograded(assignment, submitted.grade(rooms, assignment, notebooks))


class _warm:
    """The rooms of this process, started when they are first needed."""

    def __init__(self, sandboxed: bool) -> None:
        self.sandboxed = sandboxed

    def __enter__(self) -> Rooms:
        global _rooms, _at_work, _timer
        with _lock:
            if _timer is not None:
                _timer.cancel()
                _timer = None
            if _rooms is not None and not _rooms.alive:
                _rooms.__exit__(None, None, None)
                _rooms = None
            if _rooms is None:
                _rooms = Rooms(sandboxed=self.sandboxed)
                _rooms.__enter__()
            _at_work += 1
            return _rooms

    def __exit__(self, *_: object) -> None:
        global _at_work, _timer
        with _lock:
            _at_work -= 1
            if not _at_work:
                _timer = threading.Timer(IDLE, close)
                _timer.daemon = True
                _timer.start()


def close() -> None:
    """Close the rooms of this process, unless they are at work."""
    global _rooms
    with _lock:
        if _rooms is not None and not _at_work:
            _rooms.__exit__(None, None, None)
            _rooms = None


atexit.register(close)
