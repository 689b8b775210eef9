"""A class graded into nbgrader's gradebook: what is written, what is not run again, and what can go wrong on the way."""

from __future__ import annotations

import copy
import gc
import io
import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import FIRST, copy_project
from nbgrader.plugins import LateSubmissionPlugin
from rich.console import Console
from test_grade import OTHER, SQUARES, class_of
from test_grade import handed_in as homework

from autograder import adapter, batch, cli, gradebook
from autograder.classroom import Submission
from autograder.course import CourseError
from autograder.desk import Desk
from autograder.grade import Assignment, Report, Rooms

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
HOMEWORK = "homework"  # another course's, with cells that a person grades
STAMP = "2026-03-01 12:00:00.000000 UTC"
LATER = "2026-03-02 12:00:00.000000 UTC"


@dataclass
class Counted:
    """Rooms that are open already, and count what they are asked to grade."""

    rooms: Rooms
    graded: list[bytes] = field(default_factory=list)
    opened: int = 0
    alive: bool = True

    def __call__(self, *arguments: object, sandboxed: bool = True, gpu: bool = False) -> Counted:
        assert sandboxed
        self.opened += 1
        return self

    def __enter__(self) -> Counted:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def versions(self) -> Any:
        return self.rooms.versions

    @property
    def limits(self) -> Any:
        return self.rooms.limits

    def grade(self, assignment: Assignment, submission: bytes, *, seed: int = 0) -> Report:
        self.graded.append(submission)
        return self.rooms.grade(assignment, submission, seed=seed)


@pytest.fixture
def counted(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """What `grade_class` and plain nbgrader grade with."""
    shared = Counted(rooms)
    monkeypatch.setattr(batch, "Rooms", shared)
    monkeypatch.setattr(adapter, "Rooms", shared)
    monkeypatch.setattr(adapter, "_rooms", None)
    return shared


@dataclass
class Ground:
    """A copy of the project, and a gradebook that knows two assignments and nobody."""

    project: Path
    template: Path

    def desk(self, place: Path) -> Desk:
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.template / "gradebook.db", place)
        return Desk.apart(self.project, place)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    project = copy_project(tmp_path_factory.mktemp("project"))
    (project / "solutions" / HOMEWORK).mkdir()
    (project / "solutions" / HOMEWORK / f"{HOMEWORK}.ipynb").write_text(json.dumps(OTHER), encoding="utf-8")
    template = tmp_path_factory.mktemp("gradebook")
    desk = without_gate(Desk.apart(project, template))
    desk.generate(FIRST)
    desk.generate(HOMEWORK)
    return Ground(project, template)


def without_gate(desk: Desk) -> Desk:
    config = copy.deepcopy(desk.config)
    config.GenerateAssignment.preprocessors.remove("autograder.release.RefuseUnreleased")
    return Desk(desk.root, config)


@pytest.fixture
def desk(ground: Ground, tmp_path: Path) -> Desk:
    return ground.desk(tmp_path / "desk")


def place_of(desk: Desk) -> Path:
    return desk.gradebook_folder


def hand_in(
    desk: Desk, student: str, content: bytes | None, *, stem: str = FIRST, name: str = "", stamp: str = STAMP
) -> Path:
    folder = place_of(desk) / "submitted" / student / stem
    folder.mkdir(parents=True, exist_ok=True)
    if stamp:
        (folder / "timestamp.txt").write_text(stamp)
    if content is not None:
        (folder / (name or f"{stem}.ipynb")).write_bytes(content)
    return folder


def grade(desk: Desk, **options: Any) -> tuple[int, str]:
    said = io.StringIO()
    status = batch.grade_class(desk, options.pop("stem", FIRST), console=Console(file=said, width=300), **options)
    return status, said.getvalue()


def record(desk: Desk, student: str, stem: str = FIRST) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (place_of(desk) / "reports" / stem / f"{student}.json").read_text(encoding="utf-8")
    )
    return found


def rows(desk: Desk) -> list[tuple[Any, ...]]:
    """All that the gradebook says of submissions, but for keys and times."""
    tables = (
        ("grade", "auto_score, t.manual_score, t.extra_credit, t.needs_manual_grade"),
        ("comment", "auto_comment, t.manual_comment, NULL, NULL"),
    )
    found: list[tuple[Any, ...]] = []
    with sqlite3.connect(place_of(desk) / "gradebook.db") as book:
        for table, columns in tables:
            found += book.execute(
                f"SELECT '{table}', s.student_id, n.name, b.name, t.{columns}, u.late_submission_penalty, s.timestamp "
                f"FROM {table} t JOIN submitted_notebook u ON t.notebook_id = u.id JOIN notebook n ON u.notebook_id = n.id "
                "JOIN submitted_assignment s ON u.assignment_id = s.id JOIN base_cell b ON t.cell_id = b.id"
            ).fetchall()
    return sorted(found, key=repr)


def exported(desk: Desk) -> list[str]:
    return sorted(desk.export().read_text().splitlines())


def scores(desk: Desk, student: str, stem: str = FIRST) -> dict[str, float]:
    return dict(desk.scores(stem, student))


@cache
def some(*numbers: int) -> tuple[Submission, ...]:
    return tuple(class_of(FIRST)[number] for number in numbers)


def right() -> Submission:
    return next(s for s in class_of(FIRST) if s.description.startswith("complete"))


# What is written


def test_a_class_is_graded_into_rows_notebooks_table_and_json(
    desk: Desk, counted: Counted, capsys: pytest.CaptureFixture[str]
) -> None:
    class_ = some(0, 1, 2, 3, 4, 5)
    for one in class_:
        hand_in(desk, one.student, one.notebook_bytes)
    status, said = grade(desk)
    assert status == 0
    assert len(counted.graded) == 6
    assert "6 submissions, 6 graded in " in said
    for one in class_:
        assert scores(desk, one.student) == one.expected, one.description
        assert f"{one.student} " in said.replace("│", " ")
        assert f"{one.points} of 10" in said
        folder = place_of(desk) / "autograded" / one.student / FIRST
        assert sorted(path.name for path in folder.iterdir()) == [f"{FIRST}.ipynb", "timestamp.txt"]
        nbformat.validate(nbformat.read(folder / f"{FIRST}.ipynb", as_version=4))
        (notebook,) = record(desk, one.student)["notebooks"]
        assert {check["id"]: check["points"] for check in notebook["checks"]} == one.expected
    assert "not attempted" in said
    assert len(exported(desk)) >= 7

    status, said = grade(desk, as_json=True)
    document = json.loads(capsys.readouterr().out)
    assert (status, document["assignment"], len(counted.graded)) == (0, FIRST, 6)
    assert [row["student"] for row in document["submissions"]] == [one.student for one in class_]
    for row, one in zip(document["submissions"], class_, strict=True):
        assert (row["state"], row["why"]) == ("unchanged", "")
        assert row["notebooks"][0]["points"] == one.points
    status, _ = grade(desk, as_json=True, force=True)
    forced = json.loads(capsys.readouterr().out)
    assert [row["state"] for row in forced["submissions"]] == ["graded"] * 6
    assert [row["notebooks"] for row in forced["submissions"]] == [row["notebooks"] for row in document["submissions"]]


def test_several_assignments_share_the_rooms(desk: Desk, counted: Counted, capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = some(3)
    hand_in(desk, one.student, one.notebook_bytes)
    with pytest.raises(CourseError, match=f"nobody has handed in {HOMEWORK}"):
        batch.grade_class(desk, FIRST, HOMEWORK)
    assert counted.graded == []
    hand_in(desk, "full", homework(squares=SQUARES), stem=HOMEWORK)
    assert batch.grade_class(desk, FIRST, HOMEWORK, FIRST, as_json=True) == 0
    assert (counted.opened, len(counted.graded)) == (1, 2)
    documents = json.loads(capsys.readouterr().out)
    assert [document["assignment"] for document in documents] == [FIRST, HOMEWORK]
    assert scores(desk, one.student) == one.expected


def test_feedback_is_nbgraders_own(desk: Desk, counted: Counted) -> None:
    (one,) = some(1)
    hand_in(desk, one.student, one.notebook_bytes)
    assert grade(desk)[0] == 0
    desk.feedback(FIRST, one.student)
    page = (place_of(desk) / "feedback" / one.student / FIRST / f"{FIRST}.html").read_text(encoding="utf-8")
    assert f"Score: {one.points}.0 / 10.0" in page
    assert "BEGIN HIDDEN" not in page


# What is run again, and what is not


def test_what_has_not_changed_is_not_run_again(desk: Desk, counted: Counted) -> None:
    class_ = some(0, 1, 2)
    folders = [hand_in(desk, one.student, one.notebook_bytes) for one in class_]
    names = [one.student for one in class_]

    def ran(**options: Any) -> int:
        before = len(counted.graded)
        assert grade(desk, **options)[0] == 0
        return len(counted.graded) - before

    assert ran() == 3
    stands = rows(desk)
    notebooks = {path: path.read_bytes() for path in place_of(desk).glob("autograded/*/*/*.ipynb")}
    assert ran() == 0
    assert counted.opened == 1  # with nothing to do, no room is opened
    assert ran(students=[names[1]]) == 0
    assert ran(students=[names[1]], force=True) == 1
    assert ran(force=True, jobs=3) == 3
    assert rows(desk) == stands
    assert {path: path.read_bytes() for path in notebooks} == notebooks

    (folders[0] / "timestamp.txt").write_text(LATER)
    assert ran() == 1
    assert sum(LATER[:19] in str(row[-1]) for row in rows(desk)) > 0
    (folders[1] / f"{FIRST}.ipynb").write_bytes(class_[2].notebook_bytes)
    assert ran() == 1
    assert scores(desk, names[1]) == class_[2].expected
    shutil.rmtree(place_of(desk) / "autograded" / names[2])
    assert ran() == 1
    path = place_of(desk) / "reports" / FIRST / f"{names[0]}.json"
    path.write_bytes(path.read_bytes()[:100])  # written by a machine that lost its power
    assert ran() == 1
    path.unlink()
    assert ran() == 1
    assert ran() == 0


def test_a_changed_test_is_noticed_and_grades_everybody_again(ground: Ground, desk: Desk, counted: Counted) -> None:
    for one in some(0, 1):
        hand_in(desk, one.student, one.notebook_bytes)
    assert grade(desk)[0] == 0
    path = ground.project / "solutions" / FIRST / f"{FIRST}.ipynb"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"two checks of 4 and 3 points", b"checks of 4 and of 3 points"))
    assert path.read_bytes() != before
    try:
        with pytest.raises(CourseError, match=f"does not know {FIRST} as it is now.*autograder regrade {FIRST}"):
            grade(Desk.apart(desk.root, place_of(desk)))
        assert len(counted.graded) == 2
        without_gate(Desk.apart(desk.root, place_of(desk))).generate(FIRST)
        assert grade(Desk.apart(desk.root, place_of(desk)))[0] == 0
        assert len(counted.graded) == 4
    finally:
        path.write_bytes(before)


def test_a_changed_support_file_grades_everybody_again(ground: Ground, desk: Desk, counted: Counted) -> None:
    hand_in(desk, right().student, right().notebook_bytes)
    assert grade(desk)[0] == 0
    data = ground.project / "solutions" / FIRST / "data.csv"
    try:
        data.write_text("1,2\n")
        assert grade(desk)[0] == 0
        assert len(counted.graded) == 2
        assert grade(desk)[0] == 0
        assert len(counted.graded) == 2
    finally:
        data.unlink()


def test_a_run_that_stops_in_the_middle_is_gone_on_with(
    desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in some(0, 1, 2, 3):
        hand_in(desk, one.student, one.notebook_bytes)
    swap_in, left = batch.Class._swap_in, [2]

    def stop(self: Any, *arguments: Any) -> None:
        """After the database, before the folder."""
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        swap_in(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(batch.Class, "_swap_in", stop)
        with pytest.raises(KeyboardInterrupt):
            grade(desk, jobs=1)
    done = len(list(place_of(desk).glob("reports/*/*.json")))
    assert done == 1
    before = len(counted.graded)
    assert grade(desk)[0] == 0
    assert len(counted.graded) - before == 3
    for one in some(0, 1, 2, 3):
        assert scores(desk, one.student) == one.expected
    assert not list(place_of(desk).glob("autograded/*/.*"))


# What is missing or cannot be graded


def test_a_missing_learner_and_a_refused_file_are_rows(desk: Desk, counted: Counted) -> None:
    class_ = some(0, 1)
    for one in class_:
        hand_in(desk, one.student, one.notebook_bytes)
    hand_in(desk, "pdf", b"%PDF-1.7 \xff\x00")
    hand_in(desk, "empty", b"")
    hand_in(desk, "nothing", None)
    names = [*(one.student for one in class_), "pdf", "empty", "nothing", "nobody"]
    status, said = grade(desk, students=names)
    assert status == 1
    assert "6 submissions, 5 graded in " in said
    assert "4 could not be graded." in said
    assert "nothing was handed in" in said
    assert "The file is a PDF, not a notebook" in said
    assert "holds no notebook" in said
    for one in class_:
        assert scores(desk, one.student) == one.expected
    for name in ("pdf", "empty", "nothing"):
        assert set(scores(desk, name).values()) == {0.0}
        path = place_of(desk) / "autograded" / name / FIRST / f"{FIRST}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        assert notebook.cells[0].source.startswith("**This file was not graded.**")
        assert record(desk, name)["notebooks"][0]["refused"]
    with desk.api.gradebook as book:
        assert "nobody" not in {student.id for student in book.students}
    with pytest.raises(CourseError, match=f"nobody has handed in {HOMEWORK}"):
        grade(desk, stem=HOMEWORK)
    with pytest.raises(CourseError, match="99_nowhere"):
        grade(desk, stem="99_nowhere")


def test_a_class_with_refused_files_never_exits_with_0(desk: Desk, counted: Counted) -> None:
    """Not even when nothing has changed since."""
    hand_in(desk, "pdf", b"%PDF-1.7")
    first, second = grade(desk), grade(desk)
    assert (first[0], second[0]) == (1, 1)
    assert "The file is a PDF" in second[1]
    assert "1 could not be graded" in second[1]


# What a submission's folder may hold


def test_of_several_notebooks_the_one_with_work_counts(desk: Desk, counted: Counted) -> None:
    blank = next(s for s in class_of(FIRST) if s.description.startswith("blank"))
    hand_in(desk, "copies", blank.notebook_bytes)
    hand_in(desk, "copies", right().notebook_bytes, name=f"{FIRST} (1).ipynb")
    hand_in(desk, "renamed", right().notebook_bytes, name=f"Copy of {FIRST}.ipynb")
    hand_in(desk, "both", right().notebook_bytes)
    hand_in(desk, "both", blank.notebook_bytes, name=f"{FIRST} (1).ipynb")
    folder = hand_in(desk, "checkpoint", blank.notebook_bytes)
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / f"{FIRST}-checkpoint.ipynb").write_bytes(right().notebook_bytes)
    below = hand_in(desk, "folder", None) / "homework" / "mine"
    below.mkdir(parents=True)
    (below / f"{FIRST}.ipynb").write_bytes(right().notebook_bytes)
    assert grade(desk)[0] == 0
    assert scores(desk, "copies") == scores(desk, "renamed") == scores(desk, "both") == right().expected
    assert scores(desk, "folder") == right().expected
    assert scores(desk, "checkpoint") == blank.expected
    assert "is untouched" in record(desk, "copies")["notebooks"][0]["repairs"][0]["what"]
    for name in ("copies", "renamed", "both", "folder"):
        assert sorted(p.name for p in (place_of(desk) / "autograded" / name / FIRST).iterdir()) == [
            f"{FIRST}.ipynb",
            "timestamp.txt",
        ]


def test_stray_files_change_nothing(desk: Desk, counted: Counted) -> None:
    folder = hand_in(desk, "stray", right().notebook_bytes)
    (folder / "torch.py").write_text("raise SystemExit")
    (folder / "sitecustomize.py").write_text("raise SystemExit")
    (folder / "notes \udcff\n.txt").write_bytes(b"\x00")
    (folder / f"{FIRST} \udcff.ipynb").write_bytes(b"\x00")
    (folder / "folder.ipynb").mkdir()
    os.mkfifo(folder / "pipe.ipynb")
    assert grade(desk)[0] == 0
    assert scores(desk, "stray") == right().expected
    assert len(list((place_of(desk) / "autograded" / "stray" / FIRST).iterdir())) == 2


def test_links_are_not_followed(desk: Desk, counted: Counted, tmp_path: Path) -> None:
    theirs = hand_in(desk, "honest", right().notebook_bytes)
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(right().notebook_bytes)
    for name, target in (
        ("neighbour", theirs / f"{FIRST}.ipynb"),
        ("outside", secret),
        ("system", Path("/etc/passwd")),
        ("dangling", tmp_path / "nowhere"),
    ):
        (hand_in(desk, name, None) / f"{FIRST}.ipynb").symlink_to(target)
    (hand_in(desk, "linked folder", None) / "work").symlink_to(theirs, target_is_directory=True)
    stamped = hand_in(desk, "stamp", right().notebook_bytes, stamp="")
    (stamped / "timestamp.txt").symlink_to(theirs / "timestamp.txt")
    whole = place_of(desk) / "submitted" / "whole"
    whole.mkdir()
    (whole / FIRST).symlink_to(theirs, target_is_directory=True)
    status, said = grade(desk)
    assert status == 1
    for name in ("neighbour", "outside", "system", "dangling", "linked folder"):
        assert set(scores(desk, name).values()) == {0.0}
        assert "holds no notebook" in record(desk, name)["notebooks"][0]["refused"]
    assert scores(desk, "honest") == scores(desk, "stamp") == right().expected
    assert not (place_of(desk) / "autograded" / "stamp" / FIRST / "timestamp.txt").exists()
    assert "whole" not in said
    assert counted.graded.count(right().notebook_bytes) == len(counted.graded) == 2


def test_a_file_that_cannot_be_read_is_a_row(desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(desk, "honest", right().notebook_bytes)
    hand_in(desk, "unreadable", right().notebook_bytes)
    hand_in(desk, "odd name", right().notebook_bytes, name="broken \udcff.ipynb")
    whole = Path.open

    def refuse(self: Path, *arguments: Any, **words: Any) -> Any:  # for root every file is readable
        if self.suffix == ".ipynb" and {"unreadable", "odd name"} & {*self.parts} and "submitted" in self.parts:
            raise PermissionError(13, "Permission denied", str(self))
        return whole(self, *arguments, **words)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        status, said = grade(desk)
        assert status == 1
        assert f"The file {FIRST}.ipynb cannot be read (Permission denied)" in said
        for name in ("unreadable", "odd name"):
            assert set(scores(desk, name).values()) == {0.0}
        assert scores(desk, "honest") == right().expected
    assert grade(desk)[0] == 0
    assert scores(desk, "unreadable") == scores(desk, "odd name") == right().expected


# The gradebook is the one that nbgrader writes


class AnHourAPoint(LateSubmissionPlugin):  # type: ignore[misc]
    """A course's own rule."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        return None if student_id == "excused" else total_seconds_late / 3600 - 1


def homeworks(desk: Desk) -> None:
    """Work of every kind on the assignment that has cells for people to grade."""
    full = {"squares": SQUARES, "plot": "_ = plt.plot(squares(3))", "essay": "It is so.", "task": "A cat."}
    hand_in(desk, "full", homework(**full), stem=HOMEWORK)
    hand_in(desk, "blank", homework(), stem=HOMEWORK)
    hand_in(desk, "half", homework(squares="def squares(n):\n    return [0] * (n > 0)"), stem=HOMEWORK, stamp=LATER)
    hand_in(desk, "refused", b"{", stem=HOMEWORK)
    hand_in(desk, "no time", homework(**full), stem=HOMEWORK, stamp="")
    damaged = json.loads(homework(**full))
    for one in damaged["cells"]:
        one["metadata"] = {}
    hand_in(desk, "damaged", json.dumps(damaged).encode(), stem=HOMEWORK)
    hand_in(desk, "excused", homework(**full), stem=HOMEWORK, stamp=LATER)


def by_nbgrader(desk: Desk, stem: str, students: list[str]) -> None:
    for student in students:
        desk.autograde(stem, student)


@pytest.mark.slow
@pytest.mark.parametrize("penalty", ["zero", "own"])
def test_rows_are_those_of_plain_nbgrader_autograde(
    ground: Ground, tmp_path: Path, counted: Counted, penalty: str
) -> None:
    """The same submissions by `autograder grade` and by nbgrader's command with our configuration: late penalties included."""
    desks = [ground.desk(tmp_path / name) for name in ("ours", "theirs")]
    for desk in desks:
        if penalty == "own":
            desk.config.AssignLatePenalties.plugin_class = AnHourAPoint
        else:
            desk.config.LateSubmissionPlugin.penalty_method = penalty
        homeworks(desk)
        with desk.api.gradebook as book:
            book.update_or_create_assignment(HOMEWORK, duedate="2026-03-01 18:00:00.000000 UTC")
    ours, theirs = desks
    everybody = ["full", "half", "blank", "refused", "no time", "damaged", "excused"]
    students = everybody if penalty == "zero" else ["half", "excused"]
    assert grade(ours, stem=HOMEWORK, students=students)[0] == ("refused" in students)
    by_nbgrader(theirs, HOMEWORK, students)
    assert rows(ours) == rows(theirs)
    assert exported(ours) == exported(theirs)
    penalties = {row[1]: row[-2] for row in rows(ours) if row[0] == "grade"}
    earned = {student: sum(scores(ours, student, HOMEWORK).values()) for student in students}
    assert 0 < earned["half"] < 17 < earned["excused"]
    if penalty == "zero":
        late = {student: earned[student] for student in ("half", "excused")}
        assert penalties == dict.fromkeys(everybody) | late
    else:
        assert penalties == {"half": earned["half"], "excused": None}  # 17 hours late, and never below 0
    for name in students:
        path = f"autograded/{name}/{HOMEWORK}/{HOMEWORK}.ipynb"
        graded, their_own = (nbformat.read(place_of(desk) / path, as_version=4) for desk in desks)
        assert [(c.cell_type, c.source, c.get("outputs")) for c in graded.cells] == [
            (c.cell_type, c.source, c.get("outputs")) for c in their_own.cells
        ]


def test_no_more_submissions_are_held_than_are_under_way(
    desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, held = batch.Class.write, []

    def counting(self: batch.Class, *arguments: Any) -> None:
        held.append(sum(type(thing) is batch.Job for thing in gc.get_objects()))
        write(self, *arguments)

    monkeypatch.setattr(batch.Class, "write", counting)
    for number in range(8):
        hand_in(desk, f"learner{number}", right().notebook_bytes)
    assert grade(desk, jobs=1)[0] == 0
    assert len(held) == 8
    assert max(held) <= 3


@pytest.mark.slow
def test_exports_are_those_of_stock_nbgrader_for_honest_work(ground: Ground, tmp_path: Path, counted: Counted) -> None:
    ours, stock = (ground.desk(tmp_path / name) for name in ("ours", "stock"))
    del stock.config["Autograde"]
    class_ = some(1, 3)
    for one in class_:
        for desk in (ours, stock):
            hand_in(desk, one.student, one.notebook_bytes)
    assert grade(ours)[0] == 0
    before = len(counted.graded)
    by_nbgrader(stock, FIRST, [one.student for one in class_])
    assert len(counted.graded) == before  # this was nbgrader's own kernel
    assert rows(ours) == rows(stock)
    assert exported(ours) == exported(stock)


def test_what_people_wrote_survives_grading_again(ground: Ground, tmp_path: Path, counted: Counted) -> None:
    desks = ours, theirs = [ground.desk(tmp_path / name) for name in ("ours", "theirs")]

    def by_us(student: str = "full", **options: Any) -> None:
        assert grade(ours, stem=HOMEWORK, students=[student], **options)[0] == 0

    for desk in desks:
        homeworks(desk)
    by_us()
    by_us("half")
    by_nbgrader(theirs, HOMEWORK, ["full", "half"])
    for desk in desks:
        with desk.api.gradebook as book:
            for name, manual, extra in (
                ("plain", 1.25, 0.5),
                ("essay", 4.0, None),
                ("plot", 0.0, 2.0),
                ("task", 3.0, None),
            ):
                found = book.find_grade(name, HOMEWORK, HOMEWORK, "full")
                found.manual_score, found.extra_credit, found.needs_manual_grade = manual, extra, False
            book.find_comment("squares", HOMEWORK, HOMEWORK, "full").manual_comment = "Well **done**"
            book.find_comment("essay", HOMEWORK, HOMEWORK, "half").manual_comment = "Please see me"
            book.db.commit()
    by_us(force=True)
    kept = {row[3]: row for row in rows(ours) if row[:2] == ("grade", "full")}
    assert kept["plain"][4:8] == (2.0, 1.25, 0.5, 1)  # to be seen again by a person
    assert kept["essay"][5] == 4.0
    assert kept["plot"][5:7] == (0.0, 2.0)
    assert kept["task"][5] == 3.0
    comments = {row[1:4]: row[5] for row in rows(ours) if row[0] == "comment" and row[5]}
    assert comments == {
        ("full", HOMEWORK, "squares"): "Well **done**",
        ("half", HOMEWORK, "essay"): "Please see me",
    }
    for desk in desks:  # something new is handed in
        hand_in(desk, "full", homework(squares=SQUARES, essay="It is not so."), stem=HOMEWORK, stamp=LATER)
    by_us()
    by_nbgrader(theirs, HOMEWORK, ["full"])
    assert rows(ours) == rows(theirs)
    after = {row[3]: row for row in rows(ours) if row[:2] == ("grade", "full")}
    assert {name: row[5:7] for name, row in after.items()} == {name: row[5:7] for name, row in kept.items()}


# A database that somebody else has locked


@pytest.fixture
def lock(desk: Desk) -> Iterator[Callable[[float], None]]:
    """Lock the gradebook from another connection, for so many seconds."""
    threads: list[threading.Thread] = []
    over = threading.Event()

    def hold(seconds: float) -> None:
        locked = threading.Event()

        def work() -> None:
            book = sqlite3.connect(place_of(desk) / "gradebook.db", isolation_level=None)
            book.execute("BEGIN EXCLUSIVE")
            locked.set()
            over.wait(seconds)
            book.execute("ROLLBACK")
            book.close()

        threads.append(threading.Thread(target=work))
        threads[-1].start()
        assert locked.wait(30)

    yield hold
    over.set()
    for thread in threads:
        thread.join()


def when_graded(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Do something once, when the first report is there and about to be written."""
    write, left = batch.Class.write, [act]

    def acting(self: Any, *arguments: Any) -> None:
        if left:
            left.pop()()
        write(self, *arguments)

    monkeypatch.setattr(batch.Class, "write", acting)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["at the start", "in between"])
@pytest.mark.parametrize("seconds", [2, 7])  # sqlite itself waits for 5
def test_a_locked_gradebook_is_waited_for(
    desk: Desk,
    counted: Counted,
    lock: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
    when: str,
    seconds: float,
) -> None:
    for one in some(0, 1):
        hand_in(desk, one.student, one.notebook_bytes)
    if when == "at the start":
        lock(seconds)
    else:
        when_graded(monkeypatch, lambda: lock(seconds))
    assert grade(desk)[0] == 0
    for one in some(0, 1):
        assert scores(desk, one.student) == one.expected


@pytest.mark.slow
@pytest.mark.parametrize("when", ["at the start", "in between"])
def test_a_gradebook_that_stays_locked_is_named_and_nothing_is_lost(
    desk: Desk, counted: Counted, lock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    for one in some(0, 1):
        hand_in(desk, one.student, one.notebook_bytes)
    monkeypatch.setattr(gradebook, "PATIENCE", 0.2)
    with monkeypatch.context() as patch:
        if when == "at the start":
            lock(60)
        else:
            when_graded(patch, lambda: lock(60))
        with pytest.raises(
            CourseError, match=r"gradebook\.db has been locked by another program for .* s: close the formgrader"
        ):
            grade(desk)


# Plain nbgrader on a class that it could not grade


@pytest.mark.slow
def test_plain_nbgrader_grades_a_damaged_class(desk: Desk, counted: Counted) -> None:
    """One call for all of them, as `nbgrader autograde STEM` does it."""
    complete = right().notebook_bytes
    plain = next(s for s in class_of(FIRST) if s.description.startswith("complete; Jup")).notebook_bytes
    twice, bare, old = (json.loads(plain) for _ in range(3))
    for place in range(len(twice["cells"]) - 1, -1, -1):
        if twice["cells"][place]["metadata"].get("nbgrader", {}).get("grade"):
            twice["cells"].insert(place, copy.deepcopy(twice["cells"][place]))
    for one in bare["cells"]:
        one["metadata"] = {}
    for one in old["cells"]:
        if "nbgrader" in one["metadata"]:
            one["metadata"]["nbgrader"]["schema_version"] = 1
    full = {"renamed", "twice", "bare", "old schema", "right", "kills"}
    hand_in(desk, "renamed", complete, name=f"{FIRST} (1).ipynb")
    hand_in(desk, "twice", json.dumps(twice).encode())
    hand_in(desk, "bare", json.dumps(bare).encode())
    hand_in(desk, "old schema", json.dumps(old).encode())
    hand_in(desk, "right", complete)
    kills = json.loads(plain)
    kills["cells"].append({"cell_type": "code", "id": "k", "metadata": {}, "source": "import os\nos._exit(1)"})
    kills["cells"][-1] |= {"outputs": [], "execution_count": None}
    hand_in(desk, "kills", json.dumps(kills).encode())
    hand_in(desk, "empty", b"")
    hand_in(desk, "pdf", b"%PDF-1.7 \xff")
    hand_in(desk, "newer", b'{"nbformat": 99, "cells": []}')
    hand_in(desk, "list", b"[1, 2]")
    (hand_in(desk, "link", None) / f"{FIRST}.ipynb").symlink_to(
        place_of(desk) / "submitted" / "right" / FIRST / f"{FIRST}.ipynb"
    )
    result = desk.api.autograde(FIRST, "*", force=True)
    assert result["success"], result["error"] + result["log"]
    everybody = {path.name for path in (place_of(desk) / "submitted").iterdir()}
    assert everybody == full | {"empty", "pdf", "newer", "list", "link"}
    for student in everybody:
        assert sum(scores(desk, student).values()) == (10 if student in full else 0), student
        names = [path.name for path in (place_of(desk) / "autograded" / student / FIRST).glob("*.ipynb")]
        assert names == [f"{FIRST}.ipynb"]
    for student in ("twice", "pdf"):
        desk.feedback(FIRST, student)
    assert len(exported(desk)) > len(everybody)


@pytest.mark.slow
def test_plain_nbgrader_goes_on_past_a_file_that_cannot_be_read(
    desk: Desk, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(desk, "honest", right().notebook_bytes)
    hand_in(desk, "a", right().notebook_bytes)
    whole = Path.open

    def refuse(self: Path, *arguments: Any, **words: Any) -> Any:
        if self.suffix == ".ipynb" and "a" in self.parts and "submitted" in self.parts:
            raise PermissionError(13, "Permission denied", str(self))
        return whole(self, *arguments, **words)

    monkeypatch.setattr(Path, "open", refuse)
    result = desk.api.autograde(FIRST, "*", force=True)
    assert result["success"], result["error"] + result["log"]
    assert scores(desk, "honest") == right().expected
    assert set(scores(desk, "a").values()) == {0.0}


# The command line


@pytest.mark.slow
def test_the_command_grades_a_class(ground: Ground, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The instructor's own desk in a copy of the project, and rooms of its own."""
    desk = Desk.of_course(ground.project)
    place_of(desk).mkdir(exist_ok=True)
    shutil.copy(ground.template / "gradebook.db", place_of(desk))
    for one in some(0, 1):
        hand_in(desk, one.student, one.notebook_bytes)
    hand_in(desk, "pdf", b"%PDF-1.7")
    root = ["--root", str(ground.project), "grade", FIRST]
    assert cli.main([*root, "--json", "--jobs", "2"]) == 1
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert [row["state"] for row in document["submissions"]] == ["graded", "graded", "refused"]
    assert [row["notebooks"][0]["points"] for row in document["submissions"]] == [*(s.points for s in some(0, 1)), 0]
    assert "3 submissions, 3 graded in " in printed.err
    assert cli.main([*root, "--student", some(0)[0].student]) == 0
    assert "none had changed" in capsys.readouterr().out
    assert cli.main(["--root", str(ground.project), "grade", "99_nowhere"]) == 1
    assert "Traceback" not in capsys.readouterr().err
