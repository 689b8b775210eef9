"""The gate: every clause, with a text that it refuses; and what a release leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
import tiny
from nbgrader.converters.base import NbGraderException

from autograder import build, release
from autograder.course import Course, CourseError
from autograder.release import Gate, RefuseUnreleased, gate_digest, released, secret_lines
from autograder.runner import run
from autograder.source import Assignment, Bank, Exercise, released_source

WATCHING = """check.unchanged(double, torch.tensor([1.0, 2.0]), on="x (2,)")
check.close(double(torch.tensor([4.0])), torch.tensor([8.0]), on="x (1,)")"""


@pytest.fixture(autouse=True)
def ten_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(release.TOTALS, tiny.STEM, 10)


def gate(folder: Path, *, assignment: str = tiny.ASSIGNMENT, bank: str = tiny.BANK) -> Gate:
    course = tiny.write(folder, assignment=assignment, bank=bank)
    loaded = course.assignment(tiny.STEM)
    return Gate(loaded, course.bank(loaded))


def changed(text: str, before: str, after: str) -> str:
    assert before in text, f"the fixture no longer holds {before!r}"
    return text.replace(before, after)


class TestTheSolution:
    def test_a_good_one_passes(self, tmp_path: Path) -> None:
        assert list(gate(tmp_path).solution()) == []

    def test_one_that_fails_a_check_is_refused(self, tmp_path: Path) -> None:
        text = changed(tiny.ASSIGNMENT, "return x + x  #", "return x + x + 1  #")
        problems = list(gate(tmp_path, assignment=text).solution())
        assert "the solution does not pass double-values" in problems[0]

    def test_one_that_fails_on_some_seed_only_is_refused(self, tmp_path: Path) -> None:
        text = changed(tiny.ASSIGNMENT, "return x + x  #", "return x + x if x[0] < 0.5 or len(x) < 3 else x  #")
        problems = list(gate(tmp_path, assignment=text).solution())
        assert 0 < len(problems) < len(release.SEEDS)

    def test_one_whose_cell_raises_is_refused(self, tmp_path: Path) -> None:
        text = changed(tiny.ASSIGNMENT, "import check\n", "import check\n\nraise OSError('gone')\n")
        assert "OSError: gone" in "".join(gate(tmp_path, assignment=text).solution())

    def test_one_over_the_budget_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        text = changed(tiny.ASSIGNMENT, "return x + x  #", "torch.ones(50_000_000)\n    return x + x  #")
        monkeypatch.setattr(release, "MEGABYTES", 100.0)
        monkeypatch.setattr(release, "SECONDS", 0.0)
        problems = "".join(gate(tmp_path, assignment=text).solution())
        assert "MB, the budget is 100 MB" in problems
        assert "s, the budget is 0 s" in problems


class TestTheUntouchedRelease:
    def released(self, folder: Path, assignment: str = tiny.ASSIGNMENT) -> tuple[Gate, nbformat.NotebookNode]:
        this = gate(folder, assignment=assignment)
        notebook = build.expand_assignment(this.assignment, Course(folder, "owner/name", "main"))
        for cell in notebook.cells:
            cell.source = released_source(cell.source)
        return this, notebook

    def test_scores_nothing(self, tmp_path: Path) -> None:
        this, notebook = self.released(tmp_path)
        assert list(this.untouched(notebook)) == []

    def test_that_scores_is_refused(self, tmp_path: Path) -> None:
        text = changed(tiny.ASSIGNMENT, "predict_double = ...\n", "predict_double = (3,)\n")
        this, notebook = self.released(tmp_path, text)
        assert "scores 2 on predict_double-value" in "".join(this.untouched(notebook))

    def test_that_does_not_run_through_is_refused(self, tmp_path: Path) -> None:
        text = changed(
            tiny.ASSIGNMENT, "def double(x: Tensor) -> Tensor:", "double_of = triple\ndef double(x: Tensor) -> Tensor:"
        )
        this, notebook = self.released(tmp_path, text)
        assert "does not run from top to bottom: double: NameError" in "".join(this.untouched(notebook))


class TestTheBank:
    def test_a_good_one_passes(self, tmp_path: Path) -> None:
        assert list(gate(tmp_path).answers()) == []

    @pytest.mark.parametrize(
        ("before", "after", "sentence"),
        [
            ("return 2 * x", "return 3 * x", "is right, but double-values says"),
            ("return x * x", "return x + x", "is wrong, and every check passes"),
            ('says="x squared"', 'says="x cubed"', "should be told 'x cubed', but hears"),
            ('says="Shape" fails="values"', 'says="Shape"', 'write fails="values"'),
            ("    return 2 * x", "    return 2 * x\n\nraise KeyError(1)", "is right, but its cell raises"),
            ("    return 2 * x", "    return 2 * x\n\ntorch.Tensor.sum = None", "costs points elsewhere: total-values"),
        ],
    )
    def test_an_answer_that_is_not_what_it_is_called_is_refused(
        self, before: str, after: str, sentence: str, tmp_path: Path
    ) -> None:
        problems = list(gate(tmp_path, bank=changed(tiny.BANK, before, after)).answers())
        assert any(sentence in problem for problem in problems), problems


class TestForgers:
    def test_a_check_that_looks_at_no_result_is_refused(self, tmp_path: Path) -> None:
        text = changed(tiny.ASSIGNMENT, WATCHING, WATCHING.partition("\n")[0])
        problems = "".join(gate(tmp_path, assignment=text).forgers())
        assert "double-unchanged gives 2 points to an object that says yes to everything" in problems

    def test_score_nothing_on_good_checks(self, tmp_path: Path) -> None:
        assert list(gate(tmp_path).forgers()) == []

    def test_a_check_that_trusts_an_object_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        trusting = 'if not (double(torch.tensor([1.0, 2.0])) == torch.tensor([2.0, 4.0])):\n    raise ValueError("no")'
        text = changed(tiny.ASSIGNMENT, WATCHING, trusting)
        without_rules(monkeypatch)
        problems = "".join(gate(tmp_path, assignment=text).forgers())
        assert "double-unchanged gives 2 points to an object that says yes to everything" in problems
        assert "double-unchanged gives 2 points to an object that records what it is sent" in problems

    def test_a_check_that_trusts_a_tensor_subclass_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        trusting = 'if not torch.equal(double(torch.tensor([1.0, 2.0])), torch.tensor([2.0, 4.0])):\n    raise ValueError("no")'
        text = changed(tiny.ASSIGNMENT, WATCHING, trusting)
        without_rules(monkeypatch)
        problems = "".join(gate(tmp_path, assignment=text).forgers())
        assert "double-unchanged gives 2 points to a tensor that says yes to everything" in problems

    def test_a_check_that_sends_an_expected_value_is_refused(self, tmp_path: Path) -> None:
        text = changed(tiny.ASSIGNMENT, "double(hidden),\n", "double(2 * hidden) / 2,\n")
        problems = "".join(gate(tmp_path, assignment=text).forgers())
        assert "double: a right answer that listens is sent a value that a check expects" in problems


def without_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate must hold even where the rules for test cells would not have noticed."""
    monkeypatch.setattr("autograder.rules.problems_of_test", lambda *_, **__: [])


class TestTheReleasedNotebook:
    @pytest.fixture
    def pair(self, tmp_path: Path) -> tuple[Gate, nbformat.NotebookNode, nbformat.NotebookNode]:
        this, notebook = TestTheUntouchedRelease().released(tmp_path)
        source = build.expand_assignment(this.assignment, Course(tmp_path, "owner/name", "main"))
        notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith("notes-")]
        return this, notebook, source

    def test_that_is_the_source_less_its_regions_passes(
        self, pair: tuple[Gate, nbformat.NotebookNode, nbformat.NotebookNode]
    ) -> None:
        this, notebook, source = pair
        assert list(this.equals_source(notebook, source)) == []

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("source", "print('extra')", "is not the source less its marked regions"),
            ("id", "other", "is not the source less its marked regions"),
            ("outputs", [nbformat.v4.new_output("stream", text="4")], "carries outputs or attachments"),
            ("attachments", {"a.png": {"image/png": ""}}, "carries outputs or attachments"),
            ("metadata", {"secret": 1}, "carries unknown metadata: secret"),
        ],
    )
    def test_that_differs_is_refused(
        self, name: str, value: object, sentence: str, pair: tuple[Gate, nbformat.NotebookNode, nbformat.NotebookNode]
    ) -> None:
        this, notebook, source = pair
        notebook.cells[2][name] = value
        assert sentence in "".join(this.equals_source(notebook, source))

    def test_with_a_cell_too_many_is_refused(
        self, pair: tuple[Gate, nbformat.NotebookNode, nbformat.NotebookNode]
    ) -> None:
        this, notebook, source = pair
        notebook.cells.append(nbformat.v4.new_code_cell("1"))
        assert "cells, the source less its notes" in "".join(this.equals_source(notebook, source))

    def test_with_other_points_is_refused(
        self, pair: tuple[Gate, nbformat.NotebookNode, nbformat.NotebookNode]
    ) -> None:
        this, notebook, source = pair
        next(cell for cell in notebook.cells if cell.id == "double-values").metadata.nbgrader["points"] = 30
        assert "has 30 points, the text 3" in "".join(this.equals_source(notebook, source))

    def test_with_unknown_notebook_metadata_is_refused(
        self, pair: tuple[Gate, nbformat.NotebookNode, nbformat.NotebookNode]
    ) -> None:
        this, notebook, source = pair
        notebook.metadata["authors"] = ["x"]
        assert "unknown notebook metadata: authors" in "".join(this.equals_source(notebook, source))

    def test_without_a_secret_line_passes(
        self, pair: tuple[Gate, nbformat.NotebookNode, nbformat.NotebookNode], tmp_path: Path
    ) -> None:
        this, notebook, _ = pair
        (tmp_path / "out").mkdir()
        nbformat.write(notebook, tmp_path / "out" / f"{tiny.STEM}.ipynb")
        assert list(this.leaks(tmp_path / "out")) == []

    @pytest.mark.parametrize(
        "line",
        [
            "return x + x  # a line that must stay secret",
            "hidden = torch.randn(5, generator=check.generator(), dtype=torch.float64)",
        ],
    )
    def test_with_a_secret_line_is_refused(
        self, line: str, pair: tuple[Gate, nbformat.NotebookNode, nbformat.NotebookNode], tmp_path: Path
    ) -> None:
        this, notebook, _ = pair
        notebook.cells[0].source += f"\n{line}"
        (tmp_path / "out").mkdir()
        nbformat.write(notebook, tmp_path / "out" / f"{tiny.STEM}.ipynb")
        assert "is in the release" in "".join(this.leaks(tmp_path / "out"))

    def test_with_a_stray_file_is_refused(
        self, pair: tuple[Gate, nbformat.NotebookNode, nbformat.NotebookNode], tmp_path: Path
    ) -> None:
        this, _, _ = pair
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "answers.py~").write_text("x")
        assert "answers.py~ would be released" in "".join(this.leaks(tmp_path / "out"))
        (tmp_path / "out" / "support.txt").write_text("answers.py~\n")
        assert list(this.leaks(tmp_path / "out")) == []


def test_a_line_that_stands_in_public_too_is_no_secret(tmp_path: Path) -> None:
    lines = secret_lines(gate(tmp_path).assignment)
    assert "return x + x  # a line that must stay secret" in lines
    assert "def total(x: Tensor) -> Tensor:" not in lines
    assert any("a note explains the solution" in line for line in lines)


def test_points_that_are_not_the_courses_total_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    this = gate(tmp_path)
    assert list(this.points()) == []
    monkeypatch.setitem(release.TOTALS, tiny.STEM, 100)
    assert list(this.points()) == ["the assignment has 10 points and should have 100"]


class TestTheRunner:
    def loaded(self, folder: Path) -> tuple[Assignment, Bank, Exercise]:
        this = gate(folder)
        return this.assignment, this.bank, this.assignment.exercise("double")

    def test_an_answer_that_hangs_dies_and_keeps_what_was_earned(self, tmp_path: Path) -> None:
        assignment, _, _ = self.loaded(tmp_path)
        result = run(assignment, {"double": "while True: pass"}, timeout=5)
        assert {o.id: o.status for o in result.outcomes}["predict_double-value"] == "passed"
        assert [o.status for o in result.of("double")] == ["died", "died"]
        assert "longer than 5 s" in result.of("double")[0].message

    def test_an_answer_that_exits_dies(self, tmp_path: Path) -> None:
        assignment, _, _ = self.loaded(tmp_path)
        result = run(assignment, {"double": "import os\nos._exit(0)"})
        assert result.points == 2
        assert result.of("total")[0].message == "the process died"

    def test_runs_do_not_touch_each_other(self, tmp_path: Path) -> None:
        assignment, _, _ = self.loaded(tmp_path)
        assert run(assignment, {"double": "torch.Tensor.sum = None"}).points < 10
        assert run(assignment).points == 10


@pytest.mark.slow
class TestARelease:
    @pytest.fixture(scope="class")
    @classmethod
    def course(cls, tmp_path_factory: pytest.TempPathFactory) -> Course:
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(release.TOTALS, tiny.STEM, 10)
            course = tiny.write(tmp_path_factory.mktemp("course"))
            build.build(course, say=lambda _: None)
            verdict = release.release(course, tiny.STEM)
        assert verdict.problems == ()
        assert (verdict.right, verdict.wrong, verdict.checks) == (6, 10, 4)
        return course

    def test_is_written_without_solutions_notes_or_hidden_tests(self, course: Course) -> None:
        text = course.released_notebook(tiny.STEM).read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        assert "secret" not in text
        assert "Why it works" not in text
        assert "hidden" not in text
        assert {cell.id: cell for cell in notebook.cells}["double"].source.endswith("    # your code here")
        assert [path.name for path in course.released_notebook(tiny.STEM).parent.iterdir()] == [f"{tiny.STEM}.ipynb"]

    def test_is_recorded_with_its_digest_and_counts(self, course: Course) -> None:
        record = released(course.root / "solutions")[tiny.STEM]
        assert record == {
            "digest": gate_digest(course.root / "solutions", tiny.STEM),
            "checks": 4,
            "right": 6,
            "wrong": 10,
        }

    def test_a_stray_notebook_beside_it_has_not_passed(self, course: Course) -> None:
        stray = course.root / "solutions" / tiny.STEM / "backup.ipynb"
        before = gate_digest(course.root / "solutions", tiny.STEM)
        stray.write_text("{}", encoding="utf-8")
        try:
            assert gate_digest(course.root / "solutions", tiny.STEM) != before
        finally:
            stray.unlink()

    def test_is_known_to_the_gradebook(self, course: Course) -> None:
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{course.root}/gradebook/gradebook.db") as gradebook:
            assert gradebook.find_assignment(tiny.STEM).max_score == 10

    def test_a_failed_one_leaves_the_last_as_it_was(self, course: Course) -> None:
        path = course.released_notebook(tiny.STEM)
        before, record = path.read_bytes(), (course.root / "solutions" / "released.json").read_bytes()
        bank = course.root / "solutions" / f"{tiny.STEM}_answers.py"
        text = bank.read_text(encoding="utf-8")
        bank.write_text(changed(text, "return 2 * x", "return 3 * x"), encoding="utf-8")
        try:
            verdict = release.release(course, tiny.STEM)
        finally:
            bank.write_text(text, encoding="utf-8")
        assert "is right, but double-values says" in "".join(verdict.problems)
        assert path.read_bytes() == before
        assert (course.root / "solutions" / "released.json").read_bytes() == record

    def test_several_run_at_once_and_say_what_they_do(self, course: Course) -> None:
        heard: list[tuple[str, str, float]] = []
        (verdict,) = release.release_all(course, [tiny.STEM], lambda *said: heard.append(said))
        assert verdict.stem == tiny.STEM
        assert "should have 100" in "".join(verdict.problems)  # in a process that knows of no smaller total
        assert {stem for stem, _, _ in heard} == {tiny.STEM}
        assert heard[-1][2] > 0.5
        with pytest.raises(CourseError, match="no assignment is called"):
            list(release.release_all(course, ["99_nowhere"], lambda *said: None))

    def test_a_notebook_that_is_not_its_text_is_refused(self, course: Course) -> None:
        path = course.solution_notebook(tiny.STEM)
        before = path.read_text(encoding="utf-8")
        path.write_text(before.replace("return x + x", "return x + x + 0"), encoding="utf-8")
        try:
            with pytest.raises(CourseError, match="run `make notebooks` first"):
                release.release(course, tiny.STEM)
        finally:
            path.write_text(before, encoding="utf-8")

    def test_what_changed_after_the_gate_is_neither_recorded_nor_released(self, course: Course) -> None:
        record = course.root / "solutions" / "released.json"
        before, out = record.read_bytes(), course.released_notebook(tiny.STEM).read_bytes()
        verdict = release.Verdict(tiny.STEM, (), right=1, wrong=1, checks=1, runs=1)
        with pytest.raises(CourseError, match="has not passed the gate as it stands"):
            release._swap_in(course, verdict, "0123456789abcdef")
        assert record.read_bytes() == before
        assert course.released_notebook(tiny.STEM).read_bytes() == out

    def test_an_assignment_that_was_never_at_the_gate_is_refused_in_a_sentence(self, course: Course) -> None:
        resources = {"metadata": {"path": str(course.root / "solutions" / "made_by_hand")}}
        with pytest.raises(NbGraderException, match="made_by_hand has not passed the gate"):
            RefuseUnreleased().preprocess(None, resources)

    def test_generate_refuses_what_has_not_passed(self, course: Course) -> None:
        folder = course.root / "solutions" / tiny.STEM
        resources = {"metadata": {"path": str(folder)}}
        RefuseUnreleased().preprocess(None, resources)
        record = course.root / "solutions" / "released.json"
        before = record.read_text(encoding="utf-8")
        record.write_text(json.dumps({tiny.STEM: {"digest": "0"}}), encoding="utf-8")
        try:
            with pytest.raises(NbGraderException, match="has not passed the gate"):
                RefuseUnreleased().preprocess(None, resources)
            assert "has not passed the gate" in release._nbgrader(
                course.root, "generate_assignment", tiny.STEM, "--force"
            )
        finally:
            record.write_text(before, encoding="utf-8")

    def test_a_source_that_nbgrader_grades_differently_is_refused(self, course: Course, tmp_path: Path) -> None:
        aside = release._copy(course, tiny.STEM, tmp_path / "aside")
        assert release._generate(aside, tiny.STEM) == ""
        assignment = course.assignment(tiny.STEM)
        broken = Gate(assignment, course.bank(assignment))
        object.__setattr__(assignment.exercise("double").cell, "source", "raise OSError('gone')")
        assert "nbgrader gives the solution 0 of 3.0 on double-values" in "".join(broken.nbgrader(aside))
