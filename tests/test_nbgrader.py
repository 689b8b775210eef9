"""nbgrader's own commands work from the root, and the traps of a stock set-up stay closed."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import FIRST, ROOT
from rich.console import Console

from autograder import lab
from autograder.batch import Class
from autograder.classroom import own_solution, warning
from autograder.course import open_course
from autograder.desk import Desk, NbgraderError
from autograder.rehearsal import rehearse
from autograder.source import Assignment

pytestmark = pytest.mark.slow
Commands = Callable[..., subprocess.CompletedProcess[str]]
NOISE = "import os, sys, warnings\nwarnings.warn('a warning'); print('a remark', file=sys.stderr); os.system('echo a child >&2')\n"


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return open_course(ROOT).assignment(FIRST)


@pytest.fixture(scope="module")
def released(project: Path, nbgrader: Commands) -> Path:
    """The release as nbgrader's own command writes it."""
    succeed(nbgrader("generate_assignment", FIRST, "--force"))
    return project / "exercises" / FIRST


def succeed(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def solved(path: Path, assignment: Assignment) -> Any:
    notebook = nbformat.read(path / f"{FIRST}.ipynb", as_version=4)
    for exercise in assignment.exercises:
        answer_cell(notebook, exercise.name).source = own_solution(exercise).source
    return notebook


def answer_cell(notebook: Any, name: str) -> Any:
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name)


def hand_in(project: Path, student: str, notebook: Any) -> None:
    folder = project / "gradebook" / "submitted" / student / FIRST
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{FIRST}.ipynb")


def scores(project: Path) -> Mapping[str, float]:
    with (project / "gradebook" / "grades.csv").open() as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def test_an_editors_leftovers_stop_a_release_and_are_in_none(project: Path, released: Path, nbgrader: Commands) -> None:
    """The gate refuses a folder that it has not seen; and were it not asked, nothing but the notebook would be copied."""
    folder = project / "solutions" / FIRST
    strays = [folder / name for name in ("answers.py", "answers.py~", ".answers.py.swp", "notes.bak", "#answers.py#")]
    aside = project / "gradebook" / "aside"
    words = ("generate_assignment", FIRST, "--force", f"--CourseDirectory.release_directory={aside}")
    for stray in strays:
        stray.write_text("total_now = 42\n")
    try:
        refused = nbgrader(*words)
        assert refused.returncode == 1
        assert "has not passed the gate" in refused.stderr
        assert not (aside / FIRST).exists()
        succeed(nbgrader(*words, "--GenerateAssignment.preprocessors=[]"))
        assert [path.name for path in (aside / FIRST).iterdir()] == [f"{FIRST}.ipynb"]
    finally:
        for stray in strays:
            stray.unlink()


def test_a_refused_release_leaves_the_last_one(project: Path, released: Path) -> None:
    """The formgrader's Generate button forces, and nbgrader's force removes the old release first."""
    path = project / "solutions" / FIRST / f"{FIRST}.ipynb"
    before, last = path.read_bytes(), (released / f"{FIRST}.ipynb").read_bytes()
    path.write_bytes(before.replace(b"Ten points", b"Nine points"))
    try:
        with pytest.raises(NbgraderError, match="has not passed the gate"):
            Desk.of_course(project).generate(FIRST)
        survives = released.is_dir() and (released / f"{FIRST}.ipynb").read_bytes() == last
    finally:
        path.write_bytes(before)
        released.mkdir(exist_ok=True)
        (released / f"{FIRST}.ipynb").write_bytes(last)
    assert survives


def test_a_release_by_hand_is_what_the_gate_released(released: Path) -> None:
    ours = nbformat.read(ROOT / "exercises" / FIRST / f"{FIRST}.ipynb", as_version=4)
    theirs = nbformat.read(released / f"{FIRST}.ipynb", as_version=4)
    assert [(cell.source, cell.metadata) for cell in theirs.cells] == [(c.source, c.metadata) for c in ours.cells]


def test_the_empty_answer_is_the_stub_and_no_error(released: Path, assignment: Assignment) -> None:
    notebook = nbformat.read(released / f"{FIRST}.ipynb", as_version=4)
    for exercise in assignment.exercises:
        assert answer_cell(notebook, exercise.name).source == exercise.untouched
    assert "raise NotImplementedError" not in json.dumps(notebook)


def test_an_assignment_goes_round_by_nbgraders_own_commands(
    project: Path, released: Path, nbgrader: Commands, assignment: Assignment
) -> None:
    succeed(nbgrader("release_assignment", FIRST))
    succeed(nbgrader("fetch_assignment", FIRST))
    fetched = project / "work" / FIRST
    assert [path.name for path in fetched.iterdir()] == [f"{FIRST}.ipynb"]
    nbformat.write(solved(fetched, assignment), fetched / f"{FIRST}.ipynb")
    succeed(nbgrader("submit", FIRST))
    succeed(nbgrader("collect", FIRST))
    succeed(nbgrader("autograde", FIRST))
    succeed(nbgrader("generate_feedback", FIRST))
    succeed(nbgrader("release_feedback", FIRST))
    succeed(nbgrader("fetch_feedback", FIRST))
    (page,) = fetched.glob(f"feedback/*/{FIRST}.html")
    assert f"Score: {assignment.points}.0 / {assignment.points}.0" in page.read_text()
    succeed(nbgrader("export"))
    (score,) = scores(project).values()
    assert score == assignment.points


def test_no_trap_gives_or_costs_points(
    project: Path, released: Path, nbgrader: Commands, assignment: Assignment
) -> None:
    """One class, one run: blank work, blank work that hides from execution, and noisy work on stderr."""
    blank = nbformat.read(released / f"{FIRST}.ipynb", as_version=4)
    hand_in(project, "blank", blank)
    for cell in blank.cells:
        cell.metadata["tags"] = ["skip-execution"]
    hand_in(project, "skips-execution", blank)
    noisy = solved(released, assignment)
    for exercise in assignment.exercises:
        cell = answer_cell(noisy, exercise.name)
        cell.source = NOISE + warning(cell.source, exercise.name)
        tests = [
            c for c in noisy.cells if c.metadata.get("nbgrader", {}).get("grade_id") in {t.id for t in exercise.checks}
        ]
        for test in tests:
            test.outputs = [nbformat.v4.new_output("stream", name="stderr", text="left from the learner's own run")]
    hand_in(project, "noisy", noisy)
    forger = nbformat.read(released / f"{FIRST}.ipynb", as_version=4)
    for cell in forger.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.source = "1000.0"
            cell.metadata.nbgrader["points"] = 1000
    hand_in(project, "rewrites-tests", forger)
    succeed(nbgrader("autograde", FIRST))
    succeed(nbgrader("export"))
    assert {name: score for name, score in scores(project).items() if name in STUDENTS} == STUDENTS | {
        "noisy": assignment.points
    }
    graded = json.loads((project / f"gradebook/autograded/noisy/{FIRST}/{FIRST}.ipynb").read_text())
    streams = [o for cell in graded["cells"] for o in cell.get("outputs", ()) if o["output_type"] == "stream"]
    tests = [cell for cell in graded["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
    assert {o["name"] for cell in tests for o in cell["outputs"]} == {"stdout"}
    said = "".join("".join(o["text"]) for o in streams)
    assert "a warning" in said
    assert "a remark" in said
    assert "a child" in said
    untouched = json.loads((project / f"gradebook/autograded/blank/{FIRST}/{FIRST}.ipynb").read_text())
    errors = [
        o["evalue"] for cell in untouched["cells"] for o in cell.get("outputs", ()) if o["output_type"] == "error"
    ]
    assert len(errors) == len(assignment.checks)
    assert all("not attempted" in error for error in errors)


STUDENTS = {"blank": 0.0, "skips-execution": 0.0, "rewrites-tests": 0.0, "noisy": 0.0}


def test_validate_forgives_stderr_and_names_untouched_answers(
    project: Path, released: Path, nbgrader: Commands, assignment: Assignment
) -> None:
    path = project / "work" / "validated.ipynb"
    path.parent.mkdir(exist_ok=True)
    noisy = solved(released, assignment)
    *answered, untouched = assignment.exercises
    for exercise in answered:
        source = warning(own_solution(exercise).source, exercise.name)  # a test cell calls it
        answer_cell(noisy, exercise.name).source = NOISE + source
    answer_cell(noisy, untouched.name).source = untouched.untouched
    nbformat.write(noisy, path)
    said = succeed(nbgrader("validate", str(path)))
    assert f"VALIDATION FAILED ON {len(untouched.checks)} CELL(S)" in said
    assert said.count("not attempted") >= len(untouched.checks)


def test_the_database_knows_an_assignment_until_its_tests_change(project: Path, released: Path) -> None:
    desk = Desk.of_course(project)
    assert Class(desk, FIRST).known
    assert not Class(Desk.apart(project, project / "gradebook" / "elsewhere"), FIRST).known
    path = project / "solutions" / FIRST / f"{FIRST}.ipynb"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"check.attempted(score", b"check.attempted( score", 1))
    try:
        assert not Class(desk, FIRST).known
    finally:
        path.write_bytes(before)


def test_a_refusal_by_nbgrader_is_a_sentence(project: Path, released: Path) -> None:
    desk = Desk.of_course(project)
    with pytest.raises(NbgraderError, match="nbgrader did not submit 99_nowhere of nobody: Assignment not found"):
        desk.submit("99_nowhere", "nobody")


def test_a_rehearsal_agrees_with_the_bank_and_leaves_the_gradebook_alone(
    project: Path, released: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way of `make grade`, for the first learners of its class: one of each kind."""
    from autograder import rehearsal

    whole = rehearsal.alternating
    monkeypatch.setattr(rehearsal, "alternating", lambda submissions, stems: whole(submissions, stems)[:4])
    database = project / "gradebook" / "gradebook.db"
    before = database.read_bytes()
    assert rehearse(project, [FIRST]) == 0
    said = capsys.readouterr().out
    assert "Every check of all 4 submissions got exactly the points expected." in said
    assert database.read_bytes() == before
    place = project / "gradebook" / "rehearsal"
    assert len(list(place.glob(f"feedback/*/{FIRST}/{FIRST}.html"))) == 4
    assert (place / "grades.csv").read_text().count(FIRST) >= 4
    submitted, graded = (list(place.glob(f"{step}/*/{FIRST}/*.ipynb")) for step in ("submitted", "autograded"))
    assert any("executionInfo" in path.read_text() for path in submitted)
    assert not any("executionInfo" in path.read_text() for path in graded)


def test_a_rehearsal_fails_when_points_are_not_those_expected(
    project: Path, released: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder import rehearsal

    def generous(desk: Desk, submission: rehearsal.Submission) -> rehearsal.Graded:
        return rehearsal.Graded(submission, dict.fromkeys(submission.expected, 1.0))

    monkeypatch.setattr(rehearsal, "grade_one", generous)
    assert rehearse(project, [FIRST]) == 1
    said = capsys.readouterr().out
    assert "submissions did not get the points expected" in said
    assert "total_now-value: 1.0 points, expected 2" in said


def test_a_rehearsal_of_an_old_release_is_refused(
    project: Path, released: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = released / f"{FIRST}.ipynb"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"Ten points", b"Nine points"))
    try:
        assert rehearse(project, [FIRST]) == 1
    finally:
        path.write_bytes(before)
    assert f"run `autograder release {FIRST}`" in " ".join(capsys.readouterr().out.split())


def test_lab_fills_exchange_and_gradebook_once(project: Path, released: Path) -> None:
    desk = Desk.of_course(project)
    shutil.rmtree(desk.outbound, ignore_errors=True)
    database = project / "gradebook" / "gradebook.db"
    database.unlink()
    lab.prepare(project, Console())
    fetched_from = desk.outbound / FIRST / f"{FIRST}.ipynb"
    assert fetched_from.read_bytes() == (released / f"{FIRST}.ipynb").read_bytes()
    assert Class(Desk.of_course(project), FIRST).known
    stood = fetched_from.stat().st_mtime_ns, database.read_bytes()
    lab.prepare(project, Console())
    assert (fetched_from.stat().st_mtime_ns, database.read_bytes()) == stood


def test_lab_goes_on_where_an_assignment_has_not_passed_the_gate(
    project: Path, released: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = project / "solutions" / FIRST / f"{FIRST}.ipynb"
    before = path.read_bytes()
    path.write_bytes(before.replace(b"check.attempted(score", b"check.attempted( score"))
    try:
        lab.prepare(project, Console())
    finally:
        path.write_bytes(before)
    said = " ".join(capsys.readouterr().out.split())
    assert f"{FIRST} is not ready for grading." in said
    assert "has not passed the gate" in said


def test_lab_starts_jupyterlab_on_the_course_with_nbgrader_configured(project: Path) -> None:
    words = lab.command(project, browser=False, port=9999)
    assert ("--allow-root" in words) == (os.geteuid() == 0)
    assert "--no-browser" in words
    assert "--port=9999" in words
    environment = lab.environment(project)
    assert environment["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    assert environment["JUPYTER_CONFIG_PATH"].split(os.pathsep)[0] == str(project)
