"""Regrading shows every difference before it writes, keeps what people wrote, and can be killed anywhere."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny
from rich.console import Console
from tiny import ASSIGNMENT, STEM

from autograder import gradebook, regrade
from autograder.batch import Class
from autograder.build import expand_assignment
from autograder.classroom import Editor, Habits, Work, hand_in, own_solution
from autograder.course import Course, CourseError
from autograder.desk import Desk, NbgraderError
from autograder.grade import Rooms
from autograder.gradebook import Book
from autograder.release import Verdict, _swap_in, gate_digest

pytestmark = pytest.mark.slow

ADDED = """\
# %% test="double-empty" points=2
check.attempted(double, "double takes an empty tensor")
check.close(double(torch.tensor([0.0, 4.0])), torch.tensor([0.0, 8.0]), on="x (2,)")

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# A.
"""
HINT = ADDED[ADDED.index("# %% [markdown]") :]
REMOVED = ASSIGNMENT[ASSIGNMENT.index('# %% test="double-unchanged"') : ASSIGNMENT.index(HINT)]
HIDDEN = ASSIGNMENT[
    ASSIGNMENT.index("### BEGIN HIDDEN TESTS\nhidden =") : ASSIGNMENT.index('# %% test="double-unchanged"')
]
SPLIT = f'# %% test="double-hidden" points=2\ncheck.attempted(double, "double takes any numbers")\n{HIDDEN}'

TEXTS = {
    "added": ASSIGNMENT.replace("Double ★ · 5", "Double ★ · 7").replace(HINT, ADDED, 1),
    "removed": ASSIGNMENT.replace("Double ★ · 5", "Double ★ · 3").replace(REMOVED, ""),
    "renamed": ASSIGNMENT.replace("double-unchanged", "double-alone"),
    "split": ASSIGNMENT.replace('"double-values" points=3', '"double-values" points=1').replace(HIDDEN, "\n" + SPLIT),
    "points": ASSIGNMENT.replace("a sum ★ · 3", "a sum ★ · 6").replace(
        '"total-values" points=3', '"total-values" points=6'
    ),
    "text": ASSIGNMENT.replace('on="x (1,)")', 'on="an x of (1,)")'),
    "stricter": ASSIGNMENT.replace('"double-values" points=3', '"double-values" points=2')
    .replace("Double ★ · 5", "Double ★ · 7")
    .replace(REMOVED, REMOVED.replace("double-unchanged", "double-alone").replace("points=2", "points=5")),
}
ALL = ["ada", "bob", "cyd", "dan", "eve"]


class Killed(BaseException):
    """No handler of the program's own catches this."""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, rooms: Rooms) -> Path:
    """A course whose five learners are graded: right, wrong, blank, no notebook, right; and what a person added."""
    root = tmp_path_factory.mktemp("graded")
    write(root, ASSIGNMENT)
    desk = register(root)
    hand_all_in(root)
    grade(desk, rooms)
    with desk.api.gradebook as book:
        one = book.find_grade("double-values", STEM, STEM, "bob")
        one.manual_score, one.extra_credit = 2.5, 0.5
        two = book.find_grade("double-unchanged", STEM, STEM, "bob")
        two.manual_score = 1
        book.find_grade("total-values", STEM, STEM, "cyd").extra_credit = 1
        book.find_comment("double", STEM, STEM, "bob").manual_comment = "Squares? — see me"
        book.db.commit()
    return root


@pytest.fixture
def root(graded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(graded, tmp_path / "course"))


@pytest.fixture(scope="module")
def whole(graded: Path, rooms: Rooms, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The class regraded by stricter tests, in one go."""
    root = Path(shutil.copytree(graded, tmp_path_factory.mktemp("whole") / "course"))
    write(root, TEXTS["stricter"])
    regrade.regrade(Desk.of_course(root), STEM, yes=True, rooms=rooms, console=Console(quiet=True))
    return root


def write(root: Path, text: str, change: Callable[[Any], None] = lambda notebook: None) -> None:
    """The course with this assignment, built without running it, and recorded as having passed the gate."""
    course = tiny.write(root, assignment=text)
    notebook = expand_assignment(course.assignment(STEM), course)
    change(notebook)
    path = course.solution_notebook(STEM)
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)
    pass_gate(root)


def pass_gate(root: Path) -> None:
    record = {STEM: {"digest": gate_digest(root / "solutions", STEM), "checks": 4, "right": 6, "wrong": 10}}
    (root / "solutions" / "released.json").write_text(json.dumps(record))


def register(root: Path) -> Desk:
    """A new gradebook that knows the assignment; nbgrader would start alembic for an empty one."""
    (root / "gradebook").mkdir(exist_ok=True)
    with closing(sqlite3.connect(root / "gradebook" / "gradebook.db")) as database:
        database.execute("create table alembic_version (version_num varchar(32) not null)")
    desk = Desk.of_course(root)
    desk.generate(STEM)
    return desk


def hand_all_in(root: Path) -> None:
    course = tiny.write(root)
    assignment = course.assignment(STEM)
    bank = {answer.name: answer for answer in course.bank(assignment).answers}
    right = {exercise.name: own_solution(exercise) for exercise in assignment.exercises}
    released = json.loads(course.released_notebook(STEM).read_bytes())
    works = {
        "ada": Work("complete", right),
        "bob": Work("wrong", right | {"double": bank["square"]}),
        "cyd": Work("blank", dict.fromkeys(right)),
        "eve": Work("wrong", right | {"double": bank["in_place"]}),
    }
    for student, work in works.items():
        made = hand_in(
            student, assignment, json.loads(json.dumps(released)), work, Habits(), Editor.JUPYTERLAB, random.Random(1)
        )
        put(root, student, made.notebook_bytes)
    put(root, "dan", b"%PDF-1.7 this is no notebook")


def put(root: Path, student: str, content: bytes) -> None:
    folder = root / "gradebook" / "submitted" / student / STEM
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{STEM}.ipynb").write_bytes(content)


def grade(desk: Desk, rooms: Rooms) -> None:
    """What `autograder grade` does, in rooms that are open already."""
    this = Class(desk, STEM)
    with Book(desk) as book:
        for student in this.students():
            job = this.job(student)
            if not this.is_done(job):
                this.write(book, job, this.grade(rooms, job))


def run(root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str], **options: Any) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    desk = Desk.of_course(root)
    status = regrade.regrade(desk, STEM, rooms=rooms, as_json=True, console=Console(quiet=True), **options)
    return status, json.loads(capsys.readouterr().out)


def said(root: Path, rooms: Rooms, **options: Any) -> str:
    console = Console(record=True, width=240, quiet=False, file=(root / "said.txt").open("w"))
    regrade.regrade(Desk.of_course(root), STEM, rooms=rooms, console=console, **options)
    (root / "said.txt").unlink()
    return " ".join(console.export_text().split())


def rows(found: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["student"]: row for row in found["submissions"]}


def tree(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def query(root: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(root / "gradebook" / "gradebook.db")) as database:
        return database.execute(sql).fetchall()


def dump(root: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that the database says of the assignment, without its random keys."""
    cells = "from base_cell b join notebook n on b.notebook_id = n.id left join grade_cells g on g.id = b.id left join task_cells t on t.id = b.id"
    rows = "join base_cell b on x.cell_id = b.id join submitted_notebook s on x.notebook_id = s.id join submitted_assignment a on s.assignment_id = a.id"
    return {
        "cells": query(
            root, f"select n.name, b.type, b.name, g.max_score, g.cell_type, t.max_score {cells} order by 1, 2, 3"
        ),
        "sources": query(root, "select name, cell_type, locked, source, checksum from source_cell order by 1"),
        "grades": query(
            root,
            f"select a.student_id, b.name, b.type, x.auto_score, x.manual_score, x.extra_credit, x.needs_manual_grade from grade x {rows} order by 1, 2, 3",
        ),
        "comments": query(
            root,
            f"select a.student_id, b.name, b.type, x.auto_comment, x.manual_comment from comment x {rows} order by 1, 2, 3",
        ),
    }


LOOSE = """
select 'grade', count(*) from grade where cell_id is null or notebook_id is null
  or cell_id not in (select id from base_cell) or notebook_id not in (select id from submitted_notebook)
union all select 'comment', count(*) from comment where cell_id is null or notebook_id is null
  or cell_id not in (select id from base_cell) or notebook_id not in (select id from submitted_notebook)
union all select 'ungraded', count(*) from grade where cell_id not in (select id from grade_cells union select id from task_cells)
union all select 'unanswered', count(*) from comment where cell_id not in (select id from solution_cells union select id from task_cells)
union all select 'base', count(*) from base_cell where notebook_id not in (select id from notebook)
  or id not in (select id from grade_cells union select id from solution_cells union select id from task_cells)
union all select 'cells', count(*) from (select id from grade_cells union all select id from solution_cells union all select id from task_cells)
  where id not in (select id from base_cell)
union all select 'source', count(*) from source_cell where notebook_id is null or notebook_id not in (select id from notebook)
union all select 'submitted', count(*) from submitted_notebook where notebook_id not in (select id from notebook)
  or assignment_id not in (select id from submitted_assignment)
"""


def assert_whole(root: Path) -> None:
    """No row belongs to nothing; every submission has one grade for each graded cell, one comment for each answer."""
    assert {name: count for name, count in query(root, LOOSE) if count} == {}
    (books,) = query(root, "select count(*) from submitted_notebook")[0]
    (tests, answers) = query(
        root,
        "select (select count(*) from grade_cells) + (select count(*) from task_cells), (select count(*) from solution_cells) + (select count(*) from task_cells)",
    )[0]
    assert query(root, "select (select count(*) from grade), (select count(*) from comment)") == [
        (books * tests, books * answers)
    ]


def autograded(root: Path) -> dict[str, bytes]:
    return tree(root / "gradebook" / "autograded")


def points_in_records(root: Path) -> dict[str, Any]:
    return {
        path.stem: json.loads(path.read_text())["notebooks"]
        for path in (root / "gradebook" / "reports" / STEM).glob("*.json")
    }


def fresh(root: Path, rooms: Rooms) -> Path:
    """The same submissions in a gradebook that never knew other tests."""
    place = root.with_name("fresh")
    shutil.copytree(root, place, ignore=shutil.ignore_patterns("gradebook", "exercises"))
    shutil.copytree(root / "gradebook" / "submitted", place / "gradebook" / "submitted")
    pass_gate(place)
    desk = register(place)
    grade(desk, rooms)
    return place


def forget_people(root: Path) -> None:
    with closing(sqlite3.connect(root / "gradebook" / "gradebook.db")) as database:
        database.execute("update grade set manual_score = null, extra_credit = null")
        database.execute("update comment set manual_comment = null")
        database.commit()


def trail(root: Path, what: str = "") -> list[dict[str, Any]]:
    text = (root / "gradebook" / "audit" / f"{STEM}.jsonl").read_text()
    return [line for line in map(json.loads, text.splitlines()) if what in ("", line["what"])]


@pytest.mark.parametrize("variant", ["added", "removed", "renamed", "split", "points", "stricter"])
def test_a_regraded_class_is_the_class_graded_afresh(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str], variant: str
) -> None:
    forget_people(root)
    write(root, TEXTS[variant])
    before = tree(root)
    status, foreseen = run(root, rooms, capsys)
    assert status == 0
    assert tree(root) == before
    status, found = run(root, rooms, capsys, yes=True)
    assert status == 1  # dan's file is refused
    assert foreseen["submissions"] == found["submissions"]
    assert foreseen["totals"] == found["totals"]
    assert_whole(root)
    other = fresh(root, rooms)
    assert dump(root) == dump(other)
    assert Desk.of_course(root).export().read_text() == Desk.of_course(other).export().read_text()
    assert autograded(root) == autograded(other)
    assert points_in_records(root) == points_in_records(other)
    assert Class(Desk.of_course(root), STEM).known
    lines = trail(root)
    assert [line["what"] for line in lines] == ["migration", *["submission"] * 5, "done"]
    assert sorted(line["student"] for line in lines[1:-1]) == ALL
    again, calm = run(root, rooms, capsys, yes=True)
    assert (again, calm["written"]) == (0, False)
    assert trail(root) == lines


def test_a_preview_says_what_changes_and_for_whom(root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, TEXTS["stricter"])
    _, found = run(root, rooms, capsys)
    assert found["cells"] == {
        "added": {"double-alone": "test, 5 points"},
        "removed": {"double-unchanged": "test, 2 points"},
        "changed": {"double-values": "3 → 2 points"},
    }
    learners = rows(found)
    ada, bob, cyd, dan, eve = (learners[name] for name in ALL)
    assert ada["changes"] == {
        "added": {"double-alone": [5]},
        "removed": {"double-unchanged": [2]},
        "lost": {"double-values": [3, 2]},
    }
    assert ada["difference"] == 2
    assert sum(ada["old"].values()) == 10
    assert bob["kept"] == {"double-values": {"manual": 2.5, "extra": 0.5}, "double": {"comment": "Squares? — see me"}}
    assert bob["dropped"] == {"double-unchanged": {"manual": 1}}
    assert bob["new"]["double-values"] == 3
    assert bob["remarks"] == ["double-values has 2.5 points of 2"]
    assert cyd["kept"] == {"total-values": {"extra": 1}}
    assert cyd["difference"] == 0
    assert dan["state"] == "refused"
    assert "PDF" in dan["why"]
    assert eve["state"] == "regraded"
    assert found["totals"] | {"mean_before": 0, "mean_after": 0} == {
        "submissions": 5,
        "more": 1,
        "fewer": 2,
        "same": 2,
        "first": 0,
        "not_graded": 1,
        "mean_before": 0,
        "mean_after": 0,
        "kept": 4,
        "dropped": 1,
    }
    text = said(root, rooms)
    assert "Cells added: double-alone (test, 5 points)." in text
    assert "Cells removed: double-unchanged (test, 2 points)." in text
    assert "4 are kept, 1 belong to cells that are gone" in text
    assert f"Nothing was written. `autograder regrade {STEM} --yes` writes it." in text


def test_what_people_wrote_stays_or_is_in_the_trail(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, TEXTS["renamed"])
    run(root, rooms, capsys, yes=True)
    wrote = [row for row in dump(root)["grades"] if row[4] is not None or row[5] is not None]
    assert wrote == [
        ("bob", "double-values", "GradeCell", 0.0, 2.5, 0.5, 1),
        ("cyd", "total-values", "GradeCell", 0.0, None, 1.0, 0),
    ]
    assert [row for row in dump(root)["comments"] if row[4]] == [
        ("bob", "double", "SolutionCell", None, "Squares? — see me")
    ]
    (migration,) = trail(root, "migration")
    assert migration["cells"]["added"] == {"double-alone": "test, 2 points"}
    assert migration["cells"]["removed"] == {"double-unchanged": "test, 2 points"}
    assert migration["before"]["bob"]["double-unchanged"]["manual"] == 1
    (bob,) = [line for line in trail(root, "submission") if line["student"] == "bob"]
    assert bob["dropped"] == {"double-unchanged": {"manual": 1}}
    assert bob["kept"] == {"double-values": {"manual": 2.5, "extra": 0.5}, "double": {"comment": "Squares? — see me"}}
    assert bob["old"]["double-unchanged"] == 1
    assert "double-unchanged" not in bob["new"]
    assert bob["digests"]["old"] != bob["digests"]["new"]
    assert Path(migration["backup"]).parent == root / "gradebook" / "backups"
    with closing(sqlite3.connect(migration["backup"])) as copied:
        old = "select manual_score from grade join base_cell on cell_id = base_cell.id where name = 'double-unchanged' and manual_score is not null"
        assert copied.execute(old).fetchall() == [(1.0,)]
    assert len(list(Path(migration["backup"]).parent.iterdir())) == 1


def test_an_exercise_that_goes_takes_its_comment_to_the_trail(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]
) -> None:
    def without_double(notebook: Any) -> None:
        notebook.cells = [c for c in notebook.cells if c.id not in ("double", "double-values", "double-unchanged")]

    write(root, ASSIGNMENT, without_double)
    run(root, rooms, capsys, yes=True)
    assert_whole(root)
    (bob,) = [line for line in trail(root, "submission") if line["student"] == "bob"]
    assert bob["dropped"]["double"] == {"comment": "Squares? — see me"}
    assert bob["dropped"]["double-values"] == {"manual": 2.5, "extra": 0.5}
    assert Class(Desk.of_course(root), STEM).known


def test_nbgrader_refuses_before_and_goes_on_after(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, TEXTS["added"])
    desk = Desk.of_course(root)
    with pytest.raises(NbgraderError, match="Cannot add or remove cells"):
        desk.elsewhere("release", root / "gradebook" / "elsewhere").generate(STEM)
    assert not Class(desk, STEM).known
    course, verdict, digest = (
        Course(root, "owner/name", "main"),
        Verdict(STEM, (), 6, 10, 5, 1),
        gate_digest(root / "solutions", STEM),
    )
    with pytest.raises(CourseError, match=f"run `autograder regrade {STEM}`, which carries the submissions over"):
        _swap_in(course, verdict, digest)  # the last step of `autograder release`
    run(root, rooms, capsys, yes=True)
    after = dump(root)
    _swap_in(course, verdict, digest)
    assert dump(root) == after
    assert "double-empty" in (root / "exercises" / STEM / f"{STEM}.ipynb").read_text()
    desk.autograde(STEM, "ada")
    assert dump(root) == after
    assert desk.scores(STEM, "ada")["double-empty"] == 2


@pytest.mark.parametrize(
    ("where", "what", "nth"),
    [
        (regrade.Trail, "append", 0),
        (regrade.Trail, "append", 1),
        (regrade.Trail, "append", 3),
        (regrade.Trail, "append", 6),
        (Book, "_fit", 0),
        (Book, "_loose", 1),
        (Class, "write", 0),
        (Class, "write", 2),
        (Book, "record", 1),
        (Class, "_swap_in", 2),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_regrade_killed_anywhere_goes_on_to_the_same_end(
    root: Path,
    rooms: Rooms,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    where: type,
    what: str,
    nth: int,
    after: bool,
    whole: Path,
) -> None:
    write(root, TEXTS["stricter"])
    real, calls = getattr(where, what), iter(range(100))

    def killed(*words: Any, **options: Any) -> Any:
        doomed = next(calls) == nth
        if doomed and not after:
            raise Killed
        found = real(*words, **options)
        if doomed:
            raise Killed
        return found

    with monkeypatch.context() as patch:
        patch.setattr(where, what, killed)
        with pytest.raises(Killed):
            run(root, rooms, capsys, yes=True, jobs=1)
    path = root / "gradebook" / "audit" / f"{STEM}.jsonl"
    if path.exists() and trail(root)[-1]["what"] != "done":
        with path.open("ab") as file:
            file.write(b'{"what": "submission", "stu')  # and it was writing
    assert_whole(root)
    _, found = run(root, rooms, capsys, yes=True, jobs=1)
    assert found["submissions"]
    assert_same_end(root, whole)


def assert_same_end(root: Path, whole: Path) -> None:
    assert dump(root) == dump(whole)
    assert autograded(root) == autograded(whole)
    assert points_in_records(root) == points_in_records(whole)
    assert Desk.of_course(root).export().read_text() == Desk.of_course(whole).export().read_text()
    assert_whole(root)

    def told(place: Path) -> list[Any]:
        lines = [{k: v for k, v in line.items() if k not in ("time", "run", "backup")} for line in trail(place)]
        return sorted(json.dumps(line, sort_keys=True) for line in lines)

    assert told(root) == told(whole)


def test_grade_goes_on_too_and_the_trail_is_filled_in_later(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, whole: Path
) -> None:
    write(root, TEXTS["stricter"])

    def killed(*words: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Class, "write", killed)
        with pytest.raises(Killed):
            run(root, rooms, capsys, yes=True)
    desk = Desk.of_course(root)
    assert Class(desk, STEM).known
    assert "A regrade was stopped on its way" in said(root, rooms)
    grade(desk, rooms)
    assert dump(root) == dump(whole)
    assert trail(root, "submission") == []
    run(root, rooms, capsys, yes=True)
    assert_same_end(root, whole)


def test_manual_work_between_a_kill_and_the_next_run_is_kept(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(root, TEXTS["renamed"])

    def killed(*words: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Book, "_fit", killed)
        with pytest.raises(Killed):
            run(root, rooms, capsys, yes=True)
    with closing(sqlite3.connect(root / "gradebook" / "gradebook.db")) as database:
        database.execute("update grade set extra_credit = 0.25 where manual_score = 1")
        database.commit()
    run(root, rooms, capsys, yes=True)
    (bob,) = [line for line in trail(root, "submission") if line["student"] == "bob"]
    assert bob["dropped"] == {"double-unchanged": {"manual": 1, "extra": 0.25}}
    assert len(trail(root, "migration")) == 2


def test_nothing_changed_is_said_and_nothing_written(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(root)
    for yes in (False, True):
        status, found = run(root, rooms, capsys, yes=yes)
        assert (status, found["written"]) == (0, False)
        assert {row["state"] for row in found["submissions"]} == {"unchanged"}
    assert "Nothing has changed" in said(root, rooms, yes=True)
    assert tree(root) == before


def test_a_changed_text_of_a_test_is_regraded_and_points_by_hand_are_seen(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]
) -> None:
    """Tests of the same names: nbgrader would go on, and so does this."""
    write(root, TEXTS["text"])
    _, found = run(root, rooms, capsys)
    assert found["cells"] == {"added": {}, "removed": {}, "changed": {"double-unchanged": "its text"}}
    run(root, rooms, capsys, yes=True)
    assert Class(Desk.of_course(root), STEM).known
    with closing(sqlite3.connect(root / "gradebook" / "gradebook.db")) as database:
        database.execute("update grade set auto_score = 0")
        database.commit()
    _, found = run(root, rooms, capsys, yes=True)
    assert found["written"]
    assert rows(found)["ada"]["difference"] == 10
    assert rows(found)["cyd"]["difference"] == 0
    assert sorted(line["student"] for line in trail(root, "submission")[5:]) == ["ada", "bob", "eve"]


def test_an_old_gradebook_put_back_is_regraded_though_the_records_are_new(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, TEXTS["added"])
    run(root, rooms, capsys, yes=True)
    after = dump(root)
    shutil.copy(trail(root, "migration")[0]["backup"], root / "gradebook" / "gradebook.db")
    assert dump(root) != after
    run(root, rooms, capsys, yes=True)
    assert dump(root) == after
    assert [line["what"] for line in trail(root)] == ["migration", *["submission"] * 5, "done"] * 2


def test_a_submission_whose_folder_is_gone_keeps_its_points(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, TEXTS["added"])
    shutil.rmtree(root / "gradebook" / "submitted" / "ada")
    _, foreseen = run(root, rooms, capsys)
    status, found = run(root, rooms, capsys, yes=True)
    assert status == 1
    ada = rows(found)["ada"]
    assert ada["state"] == rows(foreseen)["ada"]["state"] == "gone"
    assert "no longer there" in ada["why"]
    assert ada["remarks"] == rows(foreseen)["ada"]["remarks"] == ["double-empty was never run"]
    assert sum(ada["new"].values()) == 10
    assert ("ada", "double-empty", "GradeCell", None, None, None, 1) in dump(root)["grades"]
    assert_whole(root)


def test_a_test_that_becomes_manual_and_a_manual_cell_that_becomes_a_task(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]
) -> None:
    def manual(notebook: Any) -> None:
        cell = next(c for c in notebook.cells if c.id == "double-values")
        cell.metadata.nbgrader.update(solution=True, locked=False)

    def task(notebook: Any) -> None:
        cell = next(c for c in notebook.cells if c.id == "double-values")
        cell.cell_type, cell.source = "markdown", "Explain doubling."
        cell.metadata.nbgrader.update(grade=False, solution=False, locked=False, task=True)
        del cell["outputs"], cell["execution_count"]

    write(root, ASSIGNMENT, manual)
    _, found = run(root, rooms, capsys)
    assert found["cells"]["changed"]["double-values"].startswith("test → manual")
    run(root, rooms, capsys, yes=True)
    assert_whole(root)
    bob = {row[1]: row[2:] for row in dump(root)["grades"] if row[0] == "bob"}
    assert bob["double-values"][2:4] == (2.5, 0.5)
    write(root, ASSIGNMENT, task)
    run(root, rooms, capsys, yes=True)
    assert_whole(root)
    bob = {row[1]: row[2:] for row in dump(root)["grades"] if row[0] == "bob"}
    assert bob["double-values"] == ("TaskCell", None, 2.5, 0.5, 1)
    write(root, ASSIGNMENT)
    run(root, rooms, capsys, yes=True)
    assert_whole(root)
    assert next(row for row in dump(root)["grades"] if row[:2] == ("bob", "double-values"))[2:] == (
        "GradeCell",
        0.0,
        2.5,
        0.5,
        1,
    )


def test_a_notebook_more_and_a_notebook_less(root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]) -> None:
    forget_people(root)
    path = root / "solutions" / STEM
    more = nbformat.read(path / f"{STEM}.ipynb", as_version=4)
    nbformat.write(more, path / "second.ipynb")
    pass_gate(root)
    desk = Desk.of_course(root)
    with pytest.raises(NbgraderError, match="submissions associated"):
        desk.elsewhere("release", root / "gradebook" / "elsewhere").generate(STEM)
    _, found = run(root, rooms, capsys, yes=True)
    assert "second/total-values" in found["cells"]["added"]
    assert_whole_for(root, notebooks=2)
    desk.generate(STEM)
    (path / "second.ipynb").unlink()
    pass_gate(root)
    run(root, rooms, capsys, yes=True)
    assert_whole(root)
    desk.generate(STEM)


def assert_whole_for(root: Path, notebooks: int) -> None:
    assert {name: count for name, count in query(root, LOOSE) if count} == {}
    assert query(root, "select count(*) from submitted_notebook") == [(len(ALL) * notebooks,)]
    assert query(root, "select count(*) from grade") == [(len(ALL) * notebooks * 4,)]


def test_one_learner_at_a_time(root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]) -> None:
    write(root, TEXTS["added"])
    status, found = run(root, rooms, capsys, yes=True, students=["ada"])
    assert status == 0
    assert list(rows(found)) == ["ada"]
    assert_whole(root)
    assert [line["what"] for line in trail(root)] == ["migration", "submission"]
    status, found = run(root, rooms, capsys, yes=True, students=["nobody"])
    assert status == 1
    assert rows(found)["nobody"]["why"] == "nothing was handed in"
    run(root, rooms, capsys, yes=True)
    assert [line["what"] for line in trail(root)] == ["migration", *["submission"] * 5, "done"]
    assert sorted(line["student"] for line in trail(root, "submission")) == ALL


def test_a_source_that_has_not_passed_the_gate_is_regraded_and_named(
    root: Path, rooms: Rooms, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = run(root, rooms, capsys)
    assert found["gate"] == ""
    write(root, TEXTS["added"])
    (root / "solutions" / "released.json").unlink()
    _, found = run(root, rooms, capsys, yes=True)
    assert found["written"]
    assert f"Run `autograder release {STEM}` as well" in found["gate"]
    desk = Desk.of_course(root)
    assert Class(desk, STEM).known
    with pytest.raises(NbgraderError, match="has not passed the gate"):
        desk.generate(STEM)


def test_what_cannot_be_regraded_is_a_sentence(root: Path, rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk.of_course(root)
    with pytest.raises(CourseError, match="there is no notebook in"):
        regrade.regrade(desk, "99_nowhere", rooms=rooms)
    pyproject = root / "pyproject.toml"
    pyproject.write_text('[tool.course]\nrepository = "owner/name"\nbranch = "main"\n')
    (root / "solutions" / f"{STEM}.py").write_text(TEXTS["added"].replace("GIVEN", tiny.given()))
    with pytest.raises(CourseError, match=f"run `autograder build {STEM}` first"):
        regrade.regrade(desk, STEM, rooms=rooms)
    pyproject.unlink()
    write(root, TEXTS["added"])
    before = tree(root)
    monkeypatch.setattr(gradebook, "PATIENCE", 0.1)
    desk.config.CourseDirectory.db_url += "?timeout=0.2"
    desk = Desk(root, desk.config)
    with closing(sqlite3.connect(root / "gradebook" / "gradebook.db")) as other:
        other.execute("begin exclusive")
        with pytest.raises(CourseError, match="has been locked by another program"):
            regrade.regrade(desk, STEM, rooms=rooms, yes=True)
        other.rollback()
        other.execute("begin immediate")  # it can be read, but not written
        with pytest.raises(CourseError, match="has been locked by another program"):
            regrade.regrade(desk, STEM, rooms=rooms, yes=True)
        other.rollback()
    assert dump(root)["cells"] == dump_of(before)
    for student in ALL:
        shutil.rmtree(root / "gradebook" / "submitted" / student)
    (root / "gradebook" / "gradebook.db").unlink()
    with pytest.raises(CourseError, match="the gradebook does not know"):
        regrade.regrade(desk, STEM, rooms=rooms)
    assert not (root / "gradebook" / "gradebook.db").exists()
    desk.generate(STEM)
    with pytest.raises(CourseError, match="nobody has handed in"):
        regrade.regrade(desk, STEM, rooms=rooms)


def dump_of(files: Mapping[str, bytes]) -> list[tuple[Any, ...]]:
    """The cells of a database as it was."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(files["gradebook/gradebook.db"])
        return database.execute(
            "select n.name, b.type, b.name, g.max_score, g.cell_type, null from base_cell b join notebook n on b.notebook_id = n.id "
            "left join grade_cells g on g.id = b.id order by 1, 2, 3"
        ).fetchall()
