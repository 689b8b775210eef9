"""nbgrader in this process: the course's configuration and the calls that the formgrader's buttons make.

`Desk` is one instructor's place of work: a configuration, its folders and its database. Commands that must not touch the
instructor's own gradebook ask for a desk in a folder of their own.
"""

from __future__ import annotations

import copy
import logging
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

CONFIG_NAME = "nbgrader_config.py"


class NbgraderError(Exception):
    """nbgrader refused: a sentence that says what was asked and why not. `log` is all that nbgrader said."""

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log


@dataclass(frozen=True)
class Desk:
    """The folders and the database that one run of nbgrader's commands works on."""

    root: Path
    config: Any

    @classmethod
    def of_course(cls, root: Path) -> Desk:
        """The instructor's own desk, as `nbgrader_config.py` lays it out."""
        return cls(root, _load_config(root))

    @classmethod
    def apart(cls, root: Path, folder: Path) -> Desk:
        """A desk on the same sources whose every other folder, and the database, lie in `folder`."""
        config = _load_config(root)
        course, exchange = config.CourseDirectory, config.Exchange
        for name in ("release", "submitted", "autograded", "feedback", "solution", "source_with_tests"):
            course[f"{name}_directory"] = str(folder / name)
        course.db_url = f"sqlite:///{folder / 'gradebook.db'}"
        exchange.root = str(folder / "exchange")
        exchange.cache = str(folder / "cache")
        exchange.assignment_dir = str(folder / "work")
        config.CsvExportPlugin.to = str(folder / "grades.csv")
        for name in ("exchange", "work"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        return cls(root, config)

    def elsewhere(self, step: str, folder: Path) -> Desk:
        """This desk, with another folder for one step."""
        config = copy.deepcopy(self.config)
        config.CourseDirectory[f"{step}_directory"] = str(folder)
        return Desk(self.root, config)

    @cached_property
    def api(self) -> Any:
        """nbgrader's high-level API on this desk. nbgrader starts alembic as a program: it must be on PATH."""
        programs = str(Path(sys.executable).parent)
        if programs not in os.environ.get("PATH", "").split(os.pathsep):
            os.environ["PATH"] = os.pathsep.join(filter(None, (programs, os.environ.get("PATH"))))
        from nbgrader.apps import NbGraderAPI

        with _quiet():
            return NbGraderAPI(config=self.config, log_level=logging.WARNING)

    def folder(self, step: str, student: str, stem: str) -> Path:
        """The folder of one assignment: `step` is `source`, `release`, `submitted`, `autograded` or `feedback`."""
        course = self.api.coursedir
        path: str = course.format_path(getattr(course, f"{step}_directory"), student, stem)
        return Path(path)

    @property
    def gradebook_folder(self) -> Path:
        """Where what grading knows besides the database is kept: beside the database's file, or in the course."""
        url = str(self.api.coursedir.db_url)
        return Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite:///") else self.root / "gradebook"

    @property
    def outbound(self) -> Path:
        """Where the exchange holds what learners can fetch."""
        return Path(self.config.Exchange.root, self.config.CourseDirectory.course_id, "outbound")

    def generate(self, stem: str) -> None:
        """Write the release, and the assignment's cells and points to the database."""
        self._call(f"release {stem}", lambda: self.api.generate_assignment(stem, force=True))

    def release(self, stem: str) -> None:
        """Put the released folder into the exchange, in place of what is there."""
        with _exchange(self, "ReleaseAssignment", assignment_id=stem) as app:
            app.force = True
            self._run(f"put {stem} into the exchange", app)

    def submit(self, stem: str, student: str) -> None:
        """Submit what lies in the work folder, as `student`."""
        with _exchange(self, "Submit", assignment_id=stem, student_id=student) as app:
            self._run(f"submit {stem} of {student}", app)

    def collect(self, stem: str) -> None:
        """Take in every submission of the exchange. Whose Unix account they came from is not asked."""
        with _exchange(self, "Collect", assignment_id=stem) as app:
            app.check_owner = False
            app.update = True
            self._run(f"collect {stem}", app)

    def autograde(self, stem: str, student: str) -> None:
        self._call(f"grade {stem} of {student}", lambda: self.api.autograde(stem, student, force=True))

    def feedback(self, stem: str, student: str) -> None:
        self._call(
            f"write feedback on {stem} for {student}", lambda: self.api.generate_feedback(stem, student, force=True)
        )

    def release_feedback(self, stem: str) -> None:
        self._call(f"return feedback on {stem}", lambda: self.api.release_feedback(stem))

    def export(self) -> Path:
        """Write every score to the configured CSV file, and say where that is."""
        from nbgrader.plugins import CsvExportPlugin

        plugin = CsvExportPlugin(config=self.config)
        with _quiet(), self.api.gradebook as gradebook:
            plugin.export(gradebook)
        return Path(plugin.to)

    def scores(self, stem: str, student: str) -> Mapping[str, float]:
        """The points of each check of one graded submission."""
        with self.api.gradebook as gradebook:
            submission = gradebook.find_submission(stem, student)
            return {grade.name: float(grade.score) for book in submission.notebooks for grade in book.grades}

    def _run(self, what: str, app: Any) -> None:
        from nbgrader.utils import capture_log

        self._call(what, lambda: capture_log(app))

    def _call(self, what: str, call: Callable[[], Mapping[str, Any]]) -> None:
        with _quiet():
            result = call()
        if not result["success"]:
            log = f"{result.get('log', '')}\n{result['error']}"
            raise NbgraderError(f"nbgrader did not {what}: {_reason(log)}", log)


def _reason(log: str) -> str:
    """The exception that nbgrader met, or else its first complaint."""
    met = re.findall(r"^ *(?:[\w.]+\.)?(\w+(?:Error|Exception)\b.*)", log, flags=re.MULTILINE)
    own = [text for text in met if not text.startswith(("NbGraderException", "ExchangeError"))]
    said = re.findall(r"^\[(?:ERROR|CRITICAL)\] (.*)", log, flags=re.MULTILINE)
    return str([*own[:1], *said, *met, "it did not say why"][0])


def _load_config(root: Path) -> Any:
    from traitlets.config import PyFileConfigLoader

    return PyFileConfigLoader(CONFIG_NAME, path=str(root)).load_config()


@contextmanager
def _exchange(desk: Desk, name: str, **attributes: str) -> Iterator[Any]:
    from nbgrader.utils import temp_attrs

    api = desk.api
    with temp_attrs(api.coursedir, **attributes):
        yield getattr(api.exchange, name)(coursedir=api.coursedir, authenticator=api.authenticator, parent=api)


@contextmanager
def _quiet() -> Iterator[None]:
    """nbgrader's own reports are kept for the case that it fails, and its database's remarks are not for its users."""
    from traitlets import log

    handlers, log.get_logger().handlers = log.get_logger().handlers, [logging.NullHandler()]
    propagate, log.get_logger().propagate = log.get_logger().propagate, False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.get_logger().handlers = handlers
        log.get_logger().propagate = propagate
