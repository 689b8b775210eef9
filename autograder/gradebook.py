"""nbgrader's database: one submission, one transaction.

Theory of operation
-------------------
What is written is what nbgrader's own `SaveAutoGrades` and `AssignLatePenalties` would write for the same graded notebook, read through nbgrader's own functions, so
that the formgrader, feedback and export cannot tell the difference. nbgrader commits after every cell; here the whole submission is one transaction, which a
kill leaves either undone or done. Manual scores, extra credit and comments of people are never touched.

nbgrader refuses to change an assignment's cells once somebody has handed it in. `Book.migrate` changes them, all at once: what the database should
hold is a `Layout`, read from a database that nbgrader has just filled; rows of cells that stay are kept as they are, rows of cells that go are handed to the caller first.

A database that somebody else has locked is waited for, and then named.
"""

from __future__ import annotations

import hashlib
import json
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Any, TypeVar

from autograder.course import CourseError
from autograder.desk import Desk

PATIENCE = 60.0  # seconds that a locked database is waited for
T = TypeVar("T")
Cell = tuple[str, str]  # notebook, name

_TABLES = {"GradeCell": "grade_cells", "SolutionCell": "solution_cells", "TaskCell": "task_cells"}
_GRADED, _ANSWERED = ("GradeCell", "TaskCell"), ("SolutionCell", "TaskCell")  # cells with a grade, with a comment
_LINKS = (  # table, column, the table whose id it is
    *(("grade", "cell_id", "base_cell"), ("grade", "notebook_id", "submitted_notebook")),
    *(("comment", "cell_id", "base_cell"), ("comment", "notebook_id", "submitted_notebook")),
    *(("base_cell", "notebook_id", "notebook"), ("source_cell", "notebook_id", "notebook")),
    *(
        ("submitted_notebook", "notebook_id", "notebook"),
        ("submitted_notebook", "assignment_id", "submitted_assignment"),
    ),
    *((table, "id", "base_cell") for table in _TABLES.values()),
)


@dataclass(frozen=True)
class Layout:
    """An assignment's cells, as nbgrader's database holds them."""

    kernels: Mapping[str, str | None] = field(compare=False)  # notebook -> kernelspec
    cells: Mapping[tuple[str, str, str], Mapping[str, Any]]  # notebook, kind, name -> the columns of a graded cell
    sources: Mapping[Cell, Mapping[str, Any]]

    @cached_property
    def graded(self) -> Mapping[Cell, float]:
        """The cells that points are given for, and how many."""
        return {(book, name): cell["max_score"] for (book, kind, name), cell in self.cells.items() if kind in _GRADED}

    @cached_property
    def commented(self) -> frozenset[Cell]:
        """The cells that a person's comment belongs to."""
        return frozenset((book, name) for book, kind, name in self.cells if kind in _ANSWERED)

    def kinds(self, cell: Cell) -> frozenset[str]:
        """What nbgrader takes the cell for."""
        return frozenset(kind for kind in _TABLES if (cell[0], kind, cell[1]) in self.cells)

    @cached_property
    def digest(self) -> str:
        state = json.dumps(
            [sorted((*key, sorted(row.items())) for key, row in part.items()) for part in (self.cells, self.sources)]
        )
        return hashlib.sha256(state.encode()).hexdigest()[:32]


@dataclass
class Entry:
    """What the database says of one cell of one submission."""

    graded: bool = False
    auto: float | None = None
    manual: float | None = None
    extra: float | None = None
    comment: str | None = None

    @property
    def points(self) -> float:
        return float((self.auto or 0.0) if self.manual is None else self.manual) + float(self.extra or 0.0)


class Book:
    """An open gradebook. Use it as a context manager; only one thread may."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def __enter__(self) -> Book:
        from nbgrader.api import Gradebook
        from sqlalchemy.exc import SAWarning

        # SQLAlchemy's remarks on nbgrader's way with it. Not set aside for a while: the filters belong to all threads.
        warnings.filterwarnings("ignore", category=SAWarning)
        course = self.desk.api.coursedir
        self.url = course.db_url
        self._book = self._patiently(lambda: Gradebook(course.db_url, course.course_id))
        # A submission is one transaction: what nbgrader would commit on the way waits for the end.
        self._session = self._book.db
        self._commit = self._session.commit
        self._session.commit = self._session.flush
        self._penalty = self._penalty_plugin()
        self._cells: dict[str, dict[str, str]] = {}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(Exception):
            self._session.rollback()
        self._book.close()

    def record(
        self, stem: str, student: str, notebooks: Mapping[str, Mapping[str, Any]], timestamp: str | None
    ) -> None:
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

    def layout(self, stem: str) -> Layout | None:
        """The cells of an assignment; None of one that the database does not know."""
        return self._patiently(lambda: self._layout(stem))

    def entries(self, stem: str, student: str | None = None) -> dict[str, dict[Cell, Entry]]:
        """What the database says of every submission, or of one learner's: learner -> cell -> entry."""
        return self._patiently(lambda: self._entries(stem, student))

    def migrate(self, stem: str, wanted: Layout, ahead: Callable[[Mapping[str, Mapping[Cell, Entry]]], None]) -> None:
        """Give the assignment these cells, in one transaction: rows of submissions for cells that are new, none for cells that are gone.

        `ahead` is called, once or more, with all that the submissions' rows say before anything is changed; nobody else can write between that and the end. What it
        raises stops the migration. Raises CourseError when the database stays locked.
        """
        self._patiently(lambda: self._migrate(stem, wanted, ahead))

    def _layout(self, stem: str) -> Layout | None:
        from sqlalchemy import select

        t = _tables()
        notebook, base = t["notebook"], t["base_cell"]
        if self._session.execute(select(t["assignment"].c.id).where(t["assignment"].c.name == stem)).first() is None:
            return None
        of_it = notebook.join(t["assignment"], t["assignment"].c.id == notebook.c.assignment_id)
        mine = t["assignment"].c.name == stem
        kernels = self._session.execute(select(notebook.c.name, notebook.c.kernelspec).select_from(of_it).where(mine))
        cells: dict[tuple[str, str, str], dict[str, Any]] = {}
        for kind, name in _TABLES.items():
            own = t[name]
            columns = [own.c[key] for key in ("max_score", "cell_type") if key in own.c]
            rows = select(notebook.c.name.label("book"), base.c.name, *columns).select_from(
                of_it.join(base, base.c.notebook_id == notebook.c.id).join(own, own.c.id == base.c.id)
            )
            for row in self._session.execute(rows.where(mine)).mappings():
                cells[row["book"], kind, row["name"]] = {c.name: row[c.name] for c in columns}
        source = t["source_cell"]
        keys = ("cell_type", "locked", "source", "checksum")
        rows = select(notebook.c.name.label("book"), source.c.name, *(source.c[key] for key in keys)).select_from(
            of_it.join(source, source.c.notebook_id == notebook.c.id)
        )
        found = self._session.execute(rows.where(mine)).mappings()
        sources = {(row["book"], row["name"]): {key: row[key] for key in keys} for row in found}
        return Layout(dict(kernels.all()), cells, sources)

    def _entries(self, stem: str, student: str | None = None, *, hold: bool = False) -> dict[str, dict[Cell, Entry]]:
        from sqlalchemy import select

        t = _tables()
        handed, taken, notebook, base = (
            t[name] for name in ("submitted_assignment", "submitted_notebook", "notebook", "base_cell")
        )
        of_it = handed.join(t["assignment"], t["assignment"].c.id == handed.c.assignment_id)
        mine = t["assignment"].c.name == stem
        if student is not None:
            mine &= handed.c.student_id == student
        found: dict[str, dict[Cell, Entry]] = {
            name: {} for (name,) in self._session.execute(select(handed.c.student_id).select_from(of_it).where(mine))
        }
        down = of_it.join(taken, taken.c.assignment_id == handed.c.id).join(
            notebook, notebook.c.id == taken.c.notebook_id
        )
        for table, keys in (
            ("grade", ("auto_score", "manual_score", "extra_credit")),
            ("comment", ("manual_comment",)),
        ):
            own = t[table]
            rows = (
                select(handed.c.student_id, notebook.c.name, base.c.name, *(own.c[key] for key in keys))
                .select_from(down.join(own, own.c.notebook_id == taken.c.id).join(base, base.c.id == own.c.cell_id))
                .where(mine)
                .order_by(handed.c.student_id, notebook.c.name, base.c.name)
            )
            for who, book, name, *values in self._session.execute(rows.with_for_update() if hold else rows):
                entry = found[who].setdefault((book, name), Entry())
                if table == "grade":
                    entry.graded = True
                    entry.auto, entry.manual, entry.extra = values
                else:
                    (entry.comment,) = values
        return found

    def _migrate(self, stem: str, wanted: Layout, ahead: Callable[[Mapping[str, Mapping[Cell, Entry]]], None]) -> None:
        from sqlalchemy import select, update

        t, run = _tables(), self._session.execute
        mine = t["assignment"].c.name == stem
        run(update(t["assignment"]).where(mine).values(name=stem))  # a write first: from here on the database is ours
        ahead(self._entries(stem, hold=True))
        loose = self._loose()
        (identity,) = run(select(t["assignment"].c.id).where(mine)).one()
        notebook, taken = t["notebook"], t["submitted_notebook"]
        there = {
            name: key
            for key, name in run(select(notebook.c.id, notebook.c.name).where(notebook.c.assignment_id == identity))
        }
        for name in sorted({*there} - {*wanted.kernels}):
            self._fit(there[name], name, Layout({}, {}, {}))
            self._delete("submitted_notebook", "notebook_id", [there[name]])
            self._delete("notebook", "id", [there[name]])
        handed = t["submitted_assignment"]
        everyone = [key for (key,) in run(select(handed.c.id).where(handed.c.assignment_id == identity))]
        for name, kernel in wanted.kernels.items():
            if name in there:
                run(update(notebook).where(notebook.c.id == there[name]).values(kernelspec=kernel))
            else:
                there[name] = self._insert("notebook", name=name, assignment_id=identity, kernelspec=kernel)
            have = {key for (key,) in run(select(taken.c.assignment_id).where(taken.c.notebook_id == there[name]))}
            for key in everyone:
                if key not in have:
                    self._insert("submitted_notebook", notebook_id=there[name], assignment_id=key)
            self._fit(there[name], name, wanted)
        if (left := self._loose()) > loose:
            raise CourseError(
                f"the gradebook {self.url} would hold {left - loose} rows that belong to nothing: nothing was changed; please report this"
            )
        self._commit()
        self._session.expire_all()
        self._cells.clear()

    def _fit(self, identity: str, book: str, wanted: Layout) -> None:
        """One notebook's cells, and the rows of its submissions."""
        from sqlalchemy import delete, insert, select, update

        t, run = _tables(), self._session.execute
        base, source, taken = t["base_cell"], t["source_cell"], t["submitted_notebook"]
        rows = run(select(base.c.id, base.c.type, base.c.name).where(base.c.notebook_id == identity))
        old = {(kind, name): key for key, kind, name in rows}
        new: dict[tuple[str, str], str] = {}
        for (of, kind, name), columns in wanted.cells.items():
            if of != book:
                continue
            own = t[_TABLES[kind]]
            if (kind, name) in old:
                new[kind, name] = old[kind, name]
                if columns:
                    run(update(own).where(own.c.id == old[kind, name]).values(**columns))
            else:
                new[kind, name] = self._insert("base_cell", name=name, notebook_id=identity, type=kind)
                run(insert(own).values(id=new[kind, name], **columns))
        gone = {key: cell for cell, key in old.items() if cell not in new}
        pupils = [key for (key,) in run(select(taken.c.id).where(taken.c.notebook_id == identity))]
        for table, kinds in (("grade", _GRADED), ("comment", _ANSWERED)):
            own = t[table]
            by_name = {name: key for (kind, name), key in new.items() if kind in kinds}
            for key, (kind, name) in gone.items():
                if kind in kinds and name in by_name:  # a test that became a task, or the other way round
                    fresh = {"auto_score": None, "needs_manual_grade": True} if table == "grade" else {}
                    run(update(own).where(own.c.cell_id == key).values(cell_id=by_name[name], **fresh))
            self._delete(table, "cell_id", [*gone])
            have = {
                tuple(row)
                for row in run(select(own.c.notebook_id, own.c.cell_id).where(own.c.cell_id.in_([*by_name.values()])))
            }
            missing = [(one, key) for one in pupils for key in by_name.values() if (one, key) not in have]
            if missing:
                run(insert(own), [{"notebook_id": one, "cell_id": key} for one, key in missing])
        for table in _TABLES.values():
            self._delete(table, "id", [*gone])
        self._delete("base_cell", "id", [*gone])
        have_sources = {name for (name,) in run(select(source.c.name).where(source.c.notebook_id == identity))}
        sources = {name: columns for (of, name), columns in wanted.sources.items() if of == book}
        for name in have_sources - {*sources}:
            run(delete(source).where(source.c.notebook_id == identity, source.c.name == name))
        for name, columns in sources.items():
            if name in have_sources:
                run(update(source).where(source.c.notebook_id == identity, source.c.name == name).values(**columns))
            else:
                self._insert("source_cell", name=name, notebook_id=identity, **columns)

    def _insert(self, table: str, **columns: Any) -> str:
        from nbgrader.api import new_uuid
        from sqlalchemy import insert

        identity: str = new_uuid()
        self._session.execute(insert(_tables()[table]).values(id=identity, **columns))
        return identity

    def _delete(self, table: str, column: str, values: list[str]) -> None:
        from sqlalchemy import delete

        own = _tables()[table]
        self._session.execute(delete(own).where(own.c[column].in_(values)))

    def _loose(self) -> int:
        """Rows that belong to nothing."""
        from sqlalchemy import func, select

        t = _tables()
        found = 0
        for table, column, other in _LINKS:
            own = t[table].c[column]
            found += self._session.execute(
                select(func.count()).select_from(t[table]).where(own.is_(None) | own.not_in(select(t[other].c.id)))
            ).scalar_one()
        return found

    def _record(
        self, stem: str, student: str, notebooks: Mapping[str, Mapping[str, Any]], timestamp: str | None
    ) -> None:
        from nbformat import from_dict
        from nbgrader import utils

        book = self._book
        book.update_or_create_student(student)
        details = {"timestamp": timestamp} if timestamp else {}
        submission = book.update_or_create_submission(stem, student, **details)
        for entry in submission.notebooks:
            made = {
                cell["metadata"]["nbgrader"]["grade_id"]: from_dict(_without_shows(cell))
                for cell in notebooks.get(entry.name, {}).get("cells", ())
                if "nbgrader" in cell["metadata"]
            }
            names = self._names(entry.notebook_id)
            for grade in entry.grades:
                cell = made.get(names[grade.cell_id])
                if cell is not None and utils.is_task(cell):  # only a person gives points for it
                    continue
                grade.auto_score = utils.determine_grade(cell)[0] if cell is not None else 0
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            for comment in entry.comments:
                cell = made.get(names[comment.cell_id])
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

    def _names(self, notebook_id: str) -> Mapping[str, str]:
        """The cells of one of the assignment's notebooks: id -> name. Asked once, where `grade.name` asks for each row."""
        from nbgrader.api import BaseCell

        if notebook_id not in self._cells:
            found = self._session.query(BaseCell.id, BaseCell.name).filter(BaseCell.notebook_id == notebook_id)
            self._cells[notebook_id] = dict(found.all())
        return self._cells[notebook_id]

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
                return work()
            except OperationalError as error:
                with suppress(Exception):
                    self._session.rollback()
                if "locked" not in str(error) and "busy" not in str(error):
                    raise CourseError(f"the gradebook {self.url} cannot be used: {error.orig}") from error
                if time.monotonic() > until:
                    raise CourseError(
                        f"the gradebook {self.url} has been locked by another program for {PATIENCE:.0f} s: close the formgrader's or "
                        "nbgrader's other work on it, and run this again; what was graded is kept"
                    ) from error
                time.sleep(0.2)


def _without_shows(cell: Mapping[str, Any]) -> dict[str, Any]:
    """What nbgrader looks at: outputs matter in a graded cell only, and a learner's may be large."""
    return {**cell, "outputs": cell.get("outputs", []) if cell["metadata"]["nbgrader"].get("grade") else []}


def _tables() -> Mapping[str, Any]:
    from nbgrader.api import Base

    tables: Mapping[str, Any] = Base.metadata.tables
    return tables
