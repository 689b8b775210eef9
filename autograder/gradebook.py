"""nbgrader's database: one submission, one transaction.

Theory of operation
-------------------
What is written is what nbgrader's own `SaveAutoGrades` and `AssignLatePenalties` would write for the same graded notebook, read through nbgrader's own functions, so
that the formgrader, feedback and export cannot tell the difference. nbgrader commits after every cell; here the whole submission is one transaction, which a
kill leaves either undone or done. Manual scores, extra credit and comments of people are never touched.

A database that somebody else has locked is waited for, and then named.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeVar

from autograder.course import CourseError
from autograder.desk import Desk

PATIENCE = 60.0  # seconds that a locked database is waited for
T = TypeVar("T")


class Book:
    """An open gradebook. Use it as a context manager; only one thread may."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def __enter__(self) -> Book:
        from nbgrader.api import Gradebook

        course = self.desk.api.coursedir
        self.url = course.db_url
        self._book = self._patiently(lambda: Gradebook(course.db_url, course.course_id))
        # A submission is one transaction: what nbgrader would commit on the way waits for the end.
        self._session = self._book.db
        self._commit = self._session.commit
        self._session.commit = self._session.flush
        self._penalty = self._penalty_plugin()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(Exception):
            self._session.rollback()
        self._book.close()

    def record(self, stem: str, student: str, notebooks: Mapping[str, Mapping[str, Any]], timestamp: str | None) -> None:
        """The scores of a submission's graded notebooks, by name. Raises CourseError when the database stays locked."""
        self._patiently(lambda: self._record(stem, student, notebooks, timestamp))

    def manual(self, stem: str, student: str) -> dict[str, Any]:
        """What people have written about a submission: cell -> manual score, extra credit, comment."""
        from nbgrader.api import MissingEntry

        try:
            submission = self._book.find_submission(stem, student)
        except MissingEntry:
            return {}
        found: dict[str, Any] = {}
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                if grade.manual_score is not None or grade.extra_credit:
                    found.setdefault(grade.name, {}).update(manual=grade.manual_score, extra=grade.extra_credit)
            for comment in notebook.comments:
                if comment.manual_comment:
                    found.setdefault(comment.name, {}).update(comment=comment.manual_comment)
        return found

    def _record(self, stem: str, student: str, notebooks: Mapping[str, Mapping[str, Any]], timestamp: str | None) -> None:
        from nbformat import NotebookNode, from_dict
        from nbgrader import utils

        book = self._book
        book.update_or_create_student(student)
        details = {"timestamp": timestamp} if timestamp else {}
        submission = book.update_or_create_submission(stem, student, **details)
        for entry in submission.notebooks:
            nodes = {
                cell["metadata"]["nbgrader"]["grade_id"]: cell
                for cell in notebooks.get(entry.name, {}).get("cells", ())
                if "nbgrader" in cell["metadata"]
            }
            made: dict[str, NotebookNode] = {name: from_dict(cell) for name, cell in nodes.items()}
            for grade in entry.grades:
                cell = made.get(grade.name)
                grade.auto_score = utils.determine_grade(cell)[0] if cell is not None else 0
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            for comment in entry.comments:
                cell = made.get(comment.name)
                if cell is not None:
                    marks = cell.metadata.nbgrader
                    untouched = marks.get("checksum") == utils.compute_checksum(cell) and not utils.is_task(cell)
                    comment.auto_comment = "No response." if untouched else None
            self._session.flush()
            entry.late_submission_penalty = None
            late = submission.total_seconds_late
            if late > 0:
                self._session.refresh(entry)
                penalty = self._penalty.late_submission_penalty(student, entry.score, late)
                if penalty is not None:
                    entry.late_submission_penalty = min(max(penalty, 0), entry.score)
        self._commit()

    def _penalty_plugin(self) -> Any:
        from nbgrader.preprocessors import AssignLatePenalties

        preprocessor = AssignLatePenalties(parent=self.desk.api)
        preprocessor.init_plugin()
        return preprocessor.plugin_inst

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do it, again while the database is locked."""
        from sqlalchemy.exc import OperationalError

        until = time.monotonic() + PATIENCE
        while True:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    return work()
            except OperationalError as error:
                with suppress(Exception):
                    self._session.rollback()
                if "locked" not in str(error) and "busy" not in str(error):
                    raise CourseError(f"the gradebook {self.url} cannot be used: {str(error.orig)}") from error
                if time.monotonic() > until:
                    raise CourseError(
                        f"the gradebook {self.url} has been locked by another program for {PATIENCE:.0f} s: close the formgrader's or "
                        "nbgrader's other work on it, and run this again; what was graded is kept"
                    ) from error
                time.sleep(0.2)
