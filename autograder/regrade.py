"""Regrade a class after an assignment's tests or points have changed: show every difference, then write it.

Theory of operation
-------------------
nbgrader refuses to change an assignment's cells once somebody has handed it in. Here the wanted cells are those that nbgrader itself writes to a fresh database for the source as
it stands now; `Book.migrate` gives them to the gradebook in one transaction. Where a submission's check stays, so do the manual score, the extra credit and the
comment on it. Then every submission is graded and written as `autograder grade` does it.

What is lost from the gradebook must not be lost. So before anything is changed, the audit trail `gradebook/audit/STEM.jsonl` gets a line with everything that the gradebook says of
every submission, and the database is copied to `gradebook/backups/`. Every submission that is written adds a line, and the end of the run one more:

    migration    cells added, removed and changed, and what the gradebook said before
    submission   points of each check before and after, what people wrote and was kept, what was dropped
    done         every submission has its line

The trail is also the journal. A run that finds no `done` behind the last `migration` to the tests it wants goes on from there: what was said before is in the trail, and a submission that has its line
gets no other. Killed before the transaction ends, everything is as it was; killed later, what is not yet written is graded again, by this command or by `autograder grade`.
"""

from __future__ import annotations

import copy
import json
import os
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import nbformat
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder import gradebook, submitted
from autograder.batch import Class, Job, graded_reports
from autograder.course import CourseError, open_course
from autograder.desk import Desk, NbgraderError
from autograder.grade import Limits, Report, Rooms
from autograder.grade.limits import DEFAULT
from autograder.grade.report import number
from autograder.gradebook import Book, Cell, Entry, Layout
from autograder.progress import progress_bar
from autograder.source import SourceError

GATE = "RefuseUnreleased"
_NAMES = 4  # of checks that a row of the table shows for each kind of change
_SLACK = 1e-9  # points
Said = dict[str, dict[str, Any]]  # cell -> what the gradebook says of it, for the trail


@dataclass
class Row:
    """What regrading does to one submission."""

    student: str
    state: str = "regraded"  # or "unchanged", "refused", "missing", "gone"
    why: str = ""
    old: dict[str, float] | None = None  # points of each check; None where the gradebook has none
    new: dict[str, float] = field(default_factory=dict)
    kept: Said = field(default_factory=dict)  # what people wrote
    dropped: Said = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def change(self) -> float:
        return sum(self.new.values()) - sum((self.old or {}).values())

    def moved(self) -> dict[str, dict[str, list[float]]]:
        """Checks whose points are others, or that are new or gone: kind of change -> check -> points before and after."""
        old, new = self.old or {}, self.new
        both = {name: [old[name], new[name]] for name in old if name in new}
        found = {
            "added": {name: [new[name]] for name in new if name not in old} if self.old is not None else {},
            "removed": {name: [old[name]] for name in old if name not in new} if self.state != "missing" else {},
            "lost": {name: two for name, two in both.items() if two[1] < two[0] - _SLACK},
            "gained": {name: two for name, two in both.items() if two[1] > two[0] + _SLACK},
        }
        return {kind: points for kind, points in found.items() if points}

    def as_json(self) -> dict[str, Any]:
        return {
            "student": self.student,
            "state": self.state,
            "why": self.why,
            "old": self.old and _numbers(self.old),
            "new": _numbers(self.new),
            "difference": number(self.change),
            "changes": self.moved(),
            "kept": self.kept,
            "dropped": self.dropped,
            "remarks": self.remarks,
        }


class Trail:
    """The audit trail of an assignment: a line of JSON for each thing done, never changed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[dict[str, Any]]:
        """Every whole line. What a kill left of the last one was never relied upon."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        try:
            return [json.loads(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]
        except ValueError as error:
            raise CourseError(
                f"{self.path} has a line that is not JSON ({error}): put the file aside, or mend that line"
            ) from error

    def unfinished(self) -> dict[str, Any] | None:
        """The migration of a run that did not come to its end."""
        lines = [line for line in self.lines() if line["what"] != "submission"]
        return lines[-1] if lines and lines[-1]["what"] == "migration" else None

    def written(self, run: str) -> set[tuple[str, str]]:
        """The learners that have their line of a run, and the digest of what was graded."""
        mine = [line for line in self.lines() if line["what"] == "submission" and line["run"] == run]
        return {(line["student"], line["digests"]["new"]) for line in mine}

    def begin(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """Write a migration down, unless that is where the last run was stopped."""
        last = self.unfinished()
        if last is not None and all(last[key] == entry[key] for key in ("from", "to", "before")):
            return last
        return self.append({"what": "migration", "run": uuid.uuid4().hex, **entry})

    def append(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        whole = {"what": entry["what"], "time": _now(), **entry}
        line = json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                if file.read() != b"\n":  # a run was killed as it wrote
                    file.seek(0)
                    file.truncate(file.read().rfind(b"\n") + 1)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        found: dict[str, Any] = json.loads(line)
        return found


class Regrade:
    """One assignment, its submissions, and what the gradebook says and should say of them."""

    def __init__(self, desk: Desk, stem: str, limits: Limits = DEFAULT) -> None:
        self.desk = desk
        self.stem = stem
        self.this = Class(desk, stem, limits)
        self.trail = Trail(desk.gradebook_folder / "audit" / f"{stem}.jsonl")
        unknown = CourseError(
            f"the gradebook does not know {stem}, so there is nothing to regrade: run `autograder release {stem}`, then `autograder grade {stem}`"
        )
        database = _database(desk)
        if database is not None and not database.exists():
            raise unknown
        with Book(desk) as book:
            stored = book.layout(stem)
            self.entries = book.entries(stem)
        if stored is None:
            raise unknown
        self.stored = stored
        self.wanted = source_layout(desk, stem)
        self.cells = self._compare(self.stored, self.wanted)
        unfinished = self.trail.unfinished()
        self.run = unfinished if unfinished and unfinished["to"] == self.wanted.digest else None
        self.written = self.trail.written(self.run["run"]) if self.run is not None else set()

    @property
    def migrates(self) -> bool:
        return self.stored != self.wanted

    @property
    def before(self) -> Mapping[str, Said]:
        """What the gradebook said before this run, or the one that it goes on with."""
        return self.run["before"] if self.run is not None else self.said(self.entries)

    def said(self, entries: Mapping[str, Mapping[Cell, Entry]]) -> dict[str, Said]:
        return {
            who: {self.label(cell): _plain(entry) for cell, entry in cells.items()} for who, cells in entries.items()
        }

    def label(self, cell: Cell) -> str:
        """A cell's name, with its notebook's where that is not the assignment's."""
        return cell[1] if cell[0] == self.stem else f"{cell[0]}/{cell[1]}"

    def done(self, job: Job) -> bool:
        """Whether a submission is graded as it lies there and the gradebook says what its record does."""
        record = self.this.is_done(job)
        if self.migrates or not record or job.student not in self.entries:
            return False
        points = {
            (book["assignment"], check["id"]): check["points"]
            for book in record["notebooks"]
            for check in book["checks"]
        }
        entries = self.entries[job.student]
        scores = {cell: entry.auto for cell, entry in entries.items() if cell in points}
        return scores.keys() == points.keys() and all(
            score is not None and abs(score - points[cell]) < _SLACK for cell, score in scores.items()
        )

    def begin(self, book: Book) -> None:
        """The line in the trail, the copy of the database, and the cells; in this order a kill leaves the old gradebook or the new one."""
        copied = _backup(self.desk)

        def ahead(entries: Mapping[str, Mapping[Cell, Entry]]) -> None:
            about = {"from": self.stored.digest, "to": self.wanted.digest, "cells": self.cells, "backup": copied}
            digests = {who: self.this.record_of(who).get("key", "") for who in entries}
            self.run = self.trail.begin({**about, "digests": digests, "before": self.said(entries)})
            self.written = self.trail.written(self.run["run"])

        if self.migrates:
            book.migrate(self.stem, self.wanted, ahead)
            self.stored = self.wanted
        else:
            ahead(book.entries(self.stem))
        self.entries = book.entries(self.stem)

    def foreseen(self, job: Job, reports: Mapping[str, Report]) -> dict[Cell, Entry]:
        """What the gradebook will say of a submission with these reports."""
        scores = _scores(
            {a.name: submitted.autograded(a, reports[a.name], self.this.limits) for a in self.this.assignments}
        )
        now = self.entries.get(job.student, {})
        found = {}
        for cell in self.wanted.graded:
            entry = now.get(cell, Entry())
            found[cell] = Entry(True, scores.get(cell, 0.0), entry.manual, entry.extra)
        return found

    def row(self, student: str, state: str, entries: Mapping[Cell, Entry], why: str = "") -> Row:
        """A submission's row, of which the gradebook says or will say this."""
        old = self.before.get(student)
        graded = {self.label(cell): most for cell, most in self.wanted.graded.items()}
        commented = {self.label(cell) for cell in self.wanted.commented}
        new = {self.label(cell): entry.points for cell, entry in entries.items() if cell in self.wanted.graded}
        row = Row(student, state, why, None if old is None else _points(old), new)
        now = self.said({student: self.entries.get(student, {})})[student]
        for name, said in {**(old or {}), **now}.items():
            stays = {
                key: value
                for key, value in _written(said).items()
                if name in (commented if key == "comment" else graded)
            }
            goes = {
                key: value
                for key, value in _written((old or {}).get(name, {})).items()
                if name not in (commented if key == "comment" else graded)
            }
            if stays:
                row.kept[name] = stays
            if goes:
                row.dropped[name] = goes
        for cell, entry in entries.items():
            most = self.wanted.graded.get(cell, 0.0)
            given = entry.auto if entry.manual is None else entry.manual
            if cell in self.wanted.graded and (given or 0.0) > most + _SLACK:
                row.remarks.append(f"{self.label(cell)} has {given:g} points of {most:g}")
        if state == "gone":
            row.remarks += [
                f"{self.label(cell)} was never run"
                for cell in self.wanted.graded
                if cell not in entries or entries[cell].auto is None
            ]
        return row

    def settled(self, student: str, *, gone: bool, started: bool) -> Row:
        """A submission that needs no grading, or whose folder is gone. Once a run has started, what is graded was graded by it, or by `autograder grade` since."""
        if gone:
            why = "its submission is no longer there: points of checks that stay are kept"
            return self.row(student, "gone", self.entries[student], why)
        why = next((book["refused"] for book in self.this.record_of(student)["notebooks"] if book["refused"]), "")
        if not started:
            return self.row(student, "unchanged", self.entries[student])
        return self.row(student, "refused" if why else "regraded", self.entries[student], why)

    def note(self, row: Row, key: str) -> None:
        """A submission's line in the trail, once. `key` is the digest of all that its points depend on."""
        if self.run is None or (row.student, key) in self.written:
            return
        self.written.add((row.student, key))
        self.trail.append(
            {
                "what": "submission",
                "run": self.run["run"],
                "student": row.student,
                "state": row.state,
                "old": row.old and _numbers(row.old),
                "new": _numbers(row.new),
                "digests": {"old": self.run["digests"].get(row.student, ""), "new": key},
                "kept": row.kept,
                "dropped": row.dropped,
            }
        )

    def _compare(self, old: Layout, new: Layout) -> dict[str, dict[str, str]]:
        """The cells that were added, removed and changed, each with what it is or what changed."""

        def about(layout: Layout, cell: Cell) -> tuple[str, float | None]:
            kinds, source = layout.kinds(cell), layout.sources.get(cell, {})
            if "TaskCell" in kinds:
                kind = "task"
            elif "GradeCell" in kinds:
                kind = "manual" if "SolutionCell" in kinds or source.get("cell_type") == "markdown" else "test"
            else:
                kind = "answer" if kinds else "locked"
            return kind, layout.graded.get(cell)

        def names(layout: Layout) -> set[Cell]:
            return {(book, name) for book, _, name in layout.cells} | {*layout.sources}

        def words(kind: str, points: float | None) -> str:
            return kind if points is None else f"{kind}, {points:g} points"

        before, after = names(old), names(new)
        changed: dict[str, str] = {}
        for cell in sorted(before & after):
            (kind, points), (kind_now, points_now) = about(old, cell), about(new, cell)
            what = [f"{kind} → {kind_now}"] if kind != kind_now else []
            if points is not None and points_now is not None and points != points_now:
                what.append(f"{points:g} → {points_now:g} points")
            if old.sources.get(cell, {}).get("source") != new.sources.get(cell, {}).get("source"):
                what.append("its text")
            elif not what and old.sources.get(cell) != new.sources.get(cell):
                what.append("its kind")
            if what:
                changed[self.label(cell)] = ", ".join(what)
        return {
            "added": {self.label(cell): words(*about(new, cell)) for cell in sorted(after - before)},
            "removed": {self.label(cell): words(*about(old, cell)) for cell in sorted(before - after)},
            "changed": changed,
        }


def regrade(
    desk: Desk,
    stem: str,
    *,
    yes: bool = False,
    students: Sequence[str] = (),
    jobs: int = 0,
    as_json: bool = False,
    sandboxed: bool = True,
    gpu: bool = False,
    limits: Limits = DEFAULT,
    rooms: Rooms | None = None,
    console: Console | None = None,
) -> int:
    """Show what grading `stem` anew would change, and with `yes` write it. Raises CourseError.

    0 when it could be shown; with `yes` 0 when every submission was graded, and 1 otherwise. `rooms` are used when they are given, and left open.
    """
    shown = console or Console(stderr=as_json)
    _built(desk, stem)
    work = Regrade(desk, stem, limits)
    there = work.this.students()
    everybody = sorted({*there, *work.entries})
    if not everybody:
        raise CourseError(
            f"nobody has handed in {stem}: there is nothing to regrade, and `autograder release {stem}` is free to change its tests"
        )
    wanted = sorted(dict.fromkeys(students)) or everybody
    at_work: list[Job] = []
    rows: dict[str, Row] = {}
    settled: dict[str, str] = {}  # learners whose points stand already -> their key
    for student in wanted:
        if student not in there and student not in work.entries:
            rows[student] = Row(student, "missing", "nothing was handed in")
        elif student not in there:
            settled[student] = ""
        elif work.done(job := work.this.job(student)):
            settled[student] = job.key
        else:
            at_work.append(job)
    started = work.run is not None or work.migrates
    wrote = yes and started
    backup = ""
    waiting: set[str] = set()
    given = nullcontext(rooms) if rooms is not None else Rooms(limits, sandboxed=sandboxed, gpu=gpu)
    with ExitStack() as stack:
        if at_work:
            if not sandboxed and rooms is None:
                shown.print(
                    "[bold red]No sandbox: learners' code runs as you, with your files and your network.[/bold red]"
                )
            rooms = stack.enter_context(given)
        book = stack.enter_context(Book(desk)) if yes else None
        if book is not None and started and (work.run is None or work.migrates):
            work.begin(book)
        step = stack.enter_context(_bar(shown, len(at_work)))
        reported = graded_reports(work.this, rooms, at_work, jobs or os.cpu_count() or 1) if rooms is not None else ()
        for job, reports in reported:
            why = next((r.refused for r in reports.values() if r.refused), "") or ""
            state = "refused" if why else "regraded"
            foreseen = work.foreseen(job, reports)
            row = work.row(job.student, state, foreseen, why)
            if not started and row.old is not None and not row.moved():
                row.state = "refused" if why else "unchanged"
            elif book is not None:
                if work.run is None:
                    work.begin(book)
                    wrote = True
                work.this.write(book, job, reports)
                row = work.row(job.student, state, book.entries(stem, job.student)[job.student], why)
                work.note(row, job.key)
            rows[job.student] = row
            step(job.student)
        for student, key in settled.items():
            rows[student] = work.settled(student, gone=not key, started=started)
            if book is not None and started:
                work.note(rows[student], key)
        if book is not None and work.run is not None:
            backup = work.run["backup"]
            waiting = {*everybody} - {student for student, _ in work.written} - {*rows}
            if not waiting:
                work.trail.append({"what": "done", "run": work.run["run"]})
    ordered = [rows[student] for student in wanted]
    found = {
        "assignment": stem,
        "written": wrote,
        "gate": _gate(desk, stem),
        "cells": work.cells,
        "backup": backup,
        "submissions": [row.as_json() for row in ordered],
        "totals": totals(ordered),
    }
    if as_json:
        print(json.dumps(found, indent=1))
    _tell(shown, work, ordered, found, yes=yes, as_json=as_json)
    if waiting:
        shown.print(
            f"{len(waiting)} other submissions are still to be graded: run this without --student.", highlight=False
        )
    return 1 if yes and any(row.state in ("refused", "missing", "gone") for row in ordered) else 0


def totals(rows: Sequence[Row]) -> dict[str, Any]:
    """What regrading does to the class."""
    both = [row for row in rows if row.old is not None]
    return {
        "submissions": len(rows),
        "more": sum(row.change > _SLACK for row in both),
        "fewer": sum(row.change < -_SLACK for row in both),
        "same": sum(abs(row.change) <= _SLACK for row in both),
        "first": sum(row.old is None and row.state != "missing" for row in rows),
        "not_graded": sum(row.state in ("refused", "missing", "gone") for row in rows),
        "mean_before": round(sum(sum((row.old or {}).values()) for row in both) / len(both), 2) if both else None,
        "mean_after": round(sum(sum(row.new.values()) for row in both) / len(both), 2) if both else None,
        "kept": _entries_in(row.kept for row in rows),
        "dropped": _entries_in(row.dropped for row in rows),
    }


def source_layout(desk: Desk, stem: str) -> Layout:
    """The cells that nbgrader would write for the source as it is, into a database of no submissions. Raises CourseError."""
    with tempfile.TemporaryDirectory(prefix="regrade-") as folder:
        config = copy.deepcopy(desk.config)
        config.CourseDirectory.release_directory = f"{folder}/release"
        config.CourseDirectory.db_url = f"sqlite:///{folder}/cells.db"
        steps = config.GenerateAssignment.get("preprocessors")
        if isinstance(steps, list):  # the gate guards what learners get, and nothing of this leaves the folder
            config.GenerateAssignment.preprocessors = [step for step in steps if GATE not in str(step)]
        aside = Desk(desk.root, config)
        with closing(sqlite3.connect(f"{folder}/cells.db")) as database:
            # An empty database has nbgrader start alembic, for a second or more, only to note a version in it.
            database.execute("create table alembic_version (version_num varchar(32) not null)")
        try:
            aside.generate(stem)
        except NbgraderError as error:
            raise CourseError(f"nbgrader cannot read the source of {stem}: {error}") from error
        with Book(aside) as book:
            layout = book.layout(stem)
    if layout is None:
        raise CourseError(f"nbgrader found no cells in the source of {stem}")
    return layout


def table(stem: str, rows: Sequence[Row]) -> Table:
    """A row for each learner."""
    result = Table("learner", "before", "after", "difference", "checks", "kept", "orphaned", "", title=stem)
    for row in rows:
        before = "" if row.old is None else f"{sum(row.old.values()):g}"
        after = f"{sum(row.new.values()):g}" if row.state != "missing" else ""
        colour = "green" if row.change > _SLACK else "red" if row.change < -_SLACK else "dim"
        moved = "; ".join(_words(kind, points) for kind, points in row.moved().items())
        state = {"regraded": "", "unchanged": ""}.get(row.state, f"[red]{row.state}[/red]")
        told = ". ".join(filter(None, (escape(row.why).rstrip("."), *map(escape, row.remarks))))
        kept, dropped = _entries_in([row.kept]), _entries_in([row.dropped])
        result.add_row(
            escape(row.student),
            before,
            after,
            f"[{colour}]{f'{row.change:+g}' if abs(row.change) > _SLACK else '='}[/{colour}]"
            if before and after
            else "first graded"
            if after
            else "",
            escape(moved),
            str(kept or ""),
            f"[yellow]{dropped}[/yellow]" if dropped else "",
            " ".join(filter(None, (state, told))),
        )
    return result


def _tell(
    shown: Console, work: Regrade, rows: Sequence[Row], found: Mapping[str, Any], *, yes: bool, as_json: bool
) -> None:
    def say(text: str) -> None:
        shown.print(text, markup=False, highlight=False)

    stem, total = work.stem, found["totals"]
    if found["gate"]:
        shown.print(found["gate"], style="yellow", markup=False, highlight=False)
    moved = any(row.state != "missing" and (row.old is None or row.moved()) for row in rows)
    due = found["written"] if yes else work.run is not None or work.migrates or moved
    if not as_json and (due or any(row.state in ("missing", "gone") for row in rows)):
        shown.print(table(stem, rows))
    if not due:
        say(
            f"Nothing has changed: the gradebook has the tests of {stem} as they are, and every submission that is there has the points that they give. "
            "Nothing was written."
        )
        return
    for kind, cells in work.cells.items():
        if cells:
            say(f"Cells {kind}: {', '.join(f'{name} ({what})' for name, what in cells.items())}.")
    if total["mean_before"] is not None:
        first = f", {total['first']} graded for the first time" if total["first"] else ""
        say(
            f"{total['submissions']} submissions: {total['more']} with more points, {total['fewer']} with fewer, {total['same']} with the same{first}; "
            f"the mean goes from {total['mean_before']:g} to {total['mean_after']:g}."
        )
    if total["kept"] or total["dropped"]:
        gone = (
            f", {total['dropped']} belong to cells that are gone: only {work.trail.path} keeps them"
            if total["dropped"]
            else ""
        )
        say(f"Manual scores, extra credit and comments: {total['kept']} are kept{gone}.")
    file = _database(work.desk)
    if yes:
        copied = (
            f"The gradebook as it was is in {found['backup']}"
            if file
            else "This gradebook is no SQLite file: copies of it are your own business"
        )
        say(f"Written. {copied}; what was changed is in {work.trail.path}.")
        return
    stopped = "A regrade was stopped on its way: this goes on with it. " if work.run is not None else ""
    copy_it = "" if file else " This gradebook is no SQLite file: copy it yourself before."
    say(f"{stopped}Nothing was written. `autograder regrade {stem} --yes` writes it.{copy_it}")


def _words(kind: str, points: Mapping[str, Sequence[float]]) -> str:
    words = [f"{name} {' → '.join(f'{one:g}' for one in two)}" for name, two in points.items()]
    return f"{kind} {', '.join([*words[:_NAMES], *([f'{len(words) - _NAMES} more'] if len(words) > _NAMES else [])])}"


def _bar(shown: Console, total: int) -> AbstractContextManager[Any]:
    bar: AbstractContextManager[Any] = progress_bar(shown, total, "grading")
    return bar


def _scores(notebooks: Mapping[str, Mapping[str, Any]]) -> dict[Cell, float | None]:
    """Points as nbgrader reads them from graded notebooks; None where a person must say."""
    from nbgrader import utils

    found: dict[Cell, float | None] = {}
    for book, notebook in notebooks.items():
        for cell in notebook["cells"]:
            node = nbformat.from_dict(cell)
            if utils.is_grade(node):
                found[book, node.metadata.nbgrader.grade_id] = utils.determine_grade(node)[0]
            elif utils.is_task(node):
                found[book, node.metadata.nbgrader.grade_id] = None
    return found


def _plain(entry: Entry) -> dict[str, Any]:
    said: dict[str, Any] = {"points": number(entry.points)} if entry.graded else {}
    for key in ("manual", "extra"):
        if getattr(entry, key) is not None:
            said[key] = number(getattr(entry, key))
    return said | ({"comment": entry.comment} if entry.comment else {})


def _points(said: Said) -> dict[str, float]:
    return {name: entry["points"] for name, entry in said.items() if "points" in entry}


def _written(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a person wrote."""
    return {
        key: said[key]
        for key in ("manual", "extra", "comment")
        if said.get(key) not in (None, "") and (key != "extra" or said[key])
    }


def _entries_in(parts: Iterator[Said] | Sequence[Said]) -> int:
    return sum(len(entry) for said in parts for entry in said.values())


def _numbers(points: Mapping[str, float]) -> dict[str, float | int]:
    return {name: number(value) for name, value in points.items()}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _database(desk: Desk) -> Path | None:
    """The file of the gradebook's database, where it is one."""
    from sqlalchemy.engine import make_url

    url = make_url(str(desk.api.coursedir.db_url))
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _backup(desk: Desk) -> str:
    """A copy of the database as one moment saw it, and where it is; nothing for a database that is no file. Raises CourseError."""
    database = _database(desk)
    if database is None:
        return ""
    folder = desk.gradebook_folder / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + gradebook.PATIENCE

    def waiting(status: int, remaining: int, total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and time.monotonic() > until:
            raise CourseError(
                f"the gradebook {database} has been locked by another program for {gradebook.PATIENCE:.0f} s, so it cannot be copied: close the formgrader's or nbgrader's "
                "other work on it, and run this again; nothing was changed"
            )

    stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:4]}"
    path = folder / f"{database.stem}-{stamp}{database.suffix}"
    aside = path.with_name(f".{path.name}.new")
    try:
        with (
            closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(aside)) as copied,
        ):
            source.backup(copied, progress=waiting)
        aside.replace(path)
    except (sqlite3.Error, OSError) as error:
        raise CourseError(
            f"the gradebook {database} cannot be copied to {folder} ({error}): nothing was changed"
        ) from error
    finally:
        aside.unlink(missing_ok=True)
    return str(path)


def _gate(desk: Desk, stem: str) -> str:
    """What to say of a source that has not passed the gate as it stands, where the course has one."""
    from autograder.release import gate_digest, released

    steps = desk.config.GenerateAssignment.get("preprocessors")
    if not isinstance(steps, list) or not any(GATE in str(step) for step in steps):
        return ""
    solutions = desk.folder("source", ".", stem).parent
    try:
        passed = released(solutions).get(stem, {}).get("digest") == gate_digest(solutions, stem)
    except FileNotFoundError:
        passed = False
    if passed:
        return ""
    return f"{stem} is not released as it stands: its tests have not passed the gate, and learners still get the last release. Run `autograder release {stem}` as well."


def _built(desk: Desk, stem: str) -> None:
    """Raises CourseError where a notebook is not what its text says: the old tests would be taken for the new."""
    from autograder.build import expand_assignment

    try:
        course = open_course(desk.root)
        text = expand_assignment(course.assignment(stem), course)
    except CourseError:  # another course's assignment has no text
        return
    except SourceError as error:
        raise CourseError(str(error)) from error
    path = course.solution_notebook(stem)
    try:
        stored = nbformat.read(path, as_version=4)
    except (OSError, ValueError):
        return  # reading the source says more
    if [(c.id, c.cell_type, c.source, c.metadata) for c in stored.cells] != [
        (c.id, c.cell_type, c.source, c.metadata) for c in text.cells
    ]:
        raise CourseError(
            f"{path.relative_to(course.root)} is not what its text says: run `autograder build {stem}` first"
        )
