"""From text to notebooks: what is written, when, and what `build --check` sees."""

from __future__ import annotations

import json
import types
from pathlib import Path

import nbformat
import pytest
import tiny

from autograder import build
from autograder.cli import main
from autograder.course import Course, CourseError, open_course
from autograder.source import SourceError


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The tiny course, built once; tests that change it copy it."""
    course = tiny.write(tmp_path_factory.mktemp("course"))
    build.build(course, say=lambda _: None)
    return course


@pytest.fixture
def copy(built: Course, tmp_path: Path) -> Course:
    """A copy of the built course, to be changed."""
    course = tiny.write(tmp_path)
    for path in (*built.root.glob("course/*.ipynb"), *built.root.glob("solutions/*/*.ipynb")):
        target = tmp_path / path.relative_to(built.root)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    return course


def chapter_of(course: Course) -> nbformat.NotebookNode:
    return nbformat.read(course.chapter_notebook(tiny.STEM), as_version=4)


def solution_of(course: Course) -> nbformat.NotebookNode:
    return nbformat.read(course.solution_notebook(tiny.STEM), as_version=4)


def test_notebooks_are_valid_nbformat_45_with_their_outputs(built: Course) -> None:
    for notebook in (chapter_of(built), solution_of(built)):
        nbformat.validate(notebook)
        assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
        assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)
    echoed = next(cell for cell in chapter_of(built).cells if cell.source.startswith("import torch"))
    assert echoed.outputs[0].data["text/plain"] == "tensor([2., 4.])"


def test_the_title_carries_the_badge_and_the_setup_cell_follows(built: Course) -> None:
    for notebook, path in (
        (chapter_of(built), f"course/{tiny.STEM}"),
        (solution_of(built), f"exercises/{tiny.STEM}/{tiny.STEM}"),
    ):
        assert notebook.cells[0].source.startswith("# 01 · A tiny chapter")
        assert f"colab.research.google.com/github/owner/name/blob/main/{path}.ipynb" in notebook.cells[0].source
        assert notebook.cells[1].id == "setup"
        assert "https://github.com/owner/name/archive/refs/heads/main.zip" in notebook.cells[1].source
    assert solution_of(built).cells[1].metadata.nbgrader.locked


def test_nbgrader_finds_its_own_metadata_valid(built: Course) -> None:
    from nbgrader.nbgraderformat import MetadataValidator

    notebook = solution_of(built)
    MetadataValidator().validate_nb(notebook)
    roles = {cell.id: cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata}
    assert set(roles) == {
        "setup",
        "imports",
        "predict_double",
        "predict_double-value",
        "double",
        "double-values",
        "double-unchanged",
        "total",
        "total-values",
    }
    assert roles["double"].solution
    assert not roles["double"].grade
    assert roles["double-values"].grade
    assert roles["double-values"].points == 3
    assert roles["imports"].locked


def test_a_prediction_is_checked_and_its_output_is_not_stored(built: Course) -> None:
    reveal = next(cell for cell in chapter_of(built).cells if cell.id == "reveal-shape")
    assert reveal.outputs == []
    assert reveal.execution_count is None


def test_a_prediction_whose_answer_is_not_what_torch_says_is_refused(tmp_path: Path) -> None:
    course = tiny.write(tmp_path, chapter=tiny.CHAPTER.replace('answer="(2,)"', 'answer="(3,)"'))
    with pytest.raises(
        SourceError, match=r"01_tiny\.py:22: the header says answer=\"\(3,\)\", but the cell prints 'torch says \(2,\)'"
    ):
        build.build(course, say=lambda _: None)
    assert not course.chapter_notebook(tiny.STEM).exists()


def test_a_prediction_that_torch_refuses_needs_the_answer_none(tmp_path: Path) -> None:
    refused = tiny.CHAPTER.replace("(2 * x).shape)", "(x @ torch.ones(3)).shape)")
    with pytest.raises(SourceError, match="torch refuses"):
        build.build(tiny.write(tmp_path / "a", chapter=refused), say=lambda _: None)
    course = tiny.write(tmp_path / "b", chapter=refused.replace('answer="(2,)"', 'answer="None"'))
    build.build(course, say=lambda _: None)
    assert course.chapter_notebook(tiny.STEM).exists()


def test_a_cell_that_raises_is_named_by_its_line(tmp_path: Path) -> None:
    course = tiny.write(tmp_path, chapter=tiny.CHAPTER.replace("x + x", "x + y"))
    with pytest.raises(SourceError, match=r"01_tiny\.py:12: this cell failed when executed: NameError"):
        build.build(course, say=lambda _: None)


def test_a_second_build_changes_no_byte(copy: Course) -> None:
    paths = [copy.chapter_notebook(tiny.STEM), copy.solution_notebook(tiny.STEM)]
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in paths]
    said: list[str] = []
    build.build(copy, say=said.append)
    assert said == []
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in paths] == before


def test_a_changed_text_is_built_again_and_gives_the_same_bytes_for_the_same_text(copy: Course) -> None:
    path = copy.chapter_notebook(tiny.STEM)
    before = chapter_of(copy)
    text = copy.root / "course" / f"{tiny.STEM}.py"
    text.write_text(tiny.CHAPTER.replace("x + x", "x * 3"), encoding="utf-8")
    build.build(copy, [tiny.STEM], say=lambda _: None)
    assert "tensor([3., 6.])" in path.read_text(encoding="utf-8")
    text.write_text(tiny.CHAPTER, encoding="utf-8")
    build.build(copy, [tiny.STEM], say=lambda _: None)
    after = chapter_of(copy)
    for notebook in (before, after):
        del notebook.metadata[build.KEY]["seconds"]
    assert after == before


def test_ids_of_other_cells_stay_when_a_cell_changes(copy: Course) -> None:
    before = [cell.id for cell in chapter_of(copy).cells]
    (chapter,) = tiny.write(copy.root, chapter=tiny.CHAPTER.replace("x + x", "x * 3")).chapters()
    after = [cell.id for cell in build.expand_chapter(chapter, copy).cells]
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_check_accepts_what_was_built_whatever_its_outputs(copy: Course) -> None:
    assert build.check(copy) == []
    notebook = chapter_of(copy)
    notebook.cells[3].outputs = []
    nbformat.write(notebook, copy.chapter_notebook(tiny.STEM))
    assert build.check(copy) == []


def edited(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[3].source += "\n"


def unexecuted(notebook: nbformat.NotebookNode) -> None:
    next(cell for cell in notebook.cells if cell.id == "setup").execution_count = None


def given_away(notebook: nbformat.NotebookNode) -> None:
    cell = next(cell for cell in notebook.cells if cell.id == "reveal-shape")
    cell.outputs = [nbformat.v4.new_output("stream", text="torch says (2,)\n")]


def retagged(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[3].metadata["tags"] = ["raises-exception"]


def shortened(notebook: nbformat.NotebookNode) -> None:
    notebook.cells.pop()


def described(notebook: nbformat.NotebookNode) -> None:
    notebook.metadata["authors"] = []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (edited, "differs from 01_tiny.py at the cell"),
        (retagged, "differs from 01_tiny.py at the cell"),
        (shortened, "in the number of cells"),
        (described, "in the notebook's metadata"),
        (unexecuted, "was never executed"),
        (given_away, "gives a prediction away"),
    ],
)
def test_check_sees_a_notebook_that_is_not_what_its_text_says(
    change: types.FunctionType, sentence: str, copy: Course
) -> None:
    notebook = chapter_of(copy)
    change(notebook)
    nbformat.write(notebook, copy.chapter_notebook(tiny.STEM))
    (problem,) = build.check(copy)
    assert sentence in problem.message


def test_check_sees_missing_and_stray_notebooks(copy: Course) -> None:
    copy.chapter_notebook(tiny.STEM).rename(copy.chapter_notebook("02_stray"))
    messages = [problem.message for problem in build.check(copy)]
    assert any("not built" in message for message in messages)
    assert any("no text builds this notebook" in message for message in messages)


def test_a_broken_notebook_on_disk_is_named_and_built_again(copy: Course) -> None:
    path = copy.chapter_notebook(tiny.STEM)
    path.write_text("{", encoding="utf-8")
    assert "is no notebook" in build.check(copy)[0].message
    build.build(copy, say=lambda _: None)
    assert json.loads(path.read_text(encoding="utf-8"))["nbformat"] == 4


def test_the_command_line_tells_problems_and_fails(copy: Course, capsys: pytest.CaptureFixture[str]) -> None:
    (copy.root / "pyproject.toml").write_text(
        '[tool.course]\nrepository = "owner/name"\nbranch = "main"\n', encoding="utf-8"
    )
    assert main(["--root", str(copy.root), "build", "--check"]) == 0
    assert main(["--root", str(copy.root), "build", "02_no"]) == 1
    assert "nothing is called '02_no'; there are: 01_tiny" in capsys.readouterr().err
    copy.chapter_notebook(tiny.STEM).unlink()
    assert main(["--root", str(copy.root), "build", "--check"]) == 1
    assert "not built" in capsys.readouterr().err


def test_the_setup_cell_installs_the_tag_of_the_packages_version(tmp_path: Path) -> None:
    tiny.write(tmp_path)
    settings = '[project]\nversion = "1.2.3"\n\n[tool.course]\nrepository = "owner/name"\nbranch = "main"\n'
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    course = open_course(tmp_path)
    notebook = build.expand_chapter(course.chapters()[0], course)
    assert "https://github.com/owner/name/archive/refs/tags/v1.2.3.zip" in notebook.cells[1].source


NEEDY = tiny.CHAPTER.replace("# %% [markdown]", '# %% [markdown] needs="nowhere_module, json"', 1)


def forget_packages(path: Path) -> bytes:
    """As if the course's packages had changed since the notebook was built: its outputs may be old."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata[build.KEY]["digest"] = "older"
    nbformat.write(notebook, path)
    return path.read_bytes()


def test_outputs_are_not_replaced_where_a_module_is_missing(copy: Course) -> None:
    path = copy.chapter_notebook(tiny.STEM)
    before = forget_packages(path)
    tiny.write(copy.root, chapter=NEEDY)
    said: list[str] = []
    build.build(copy, say=said.append)
    assert path.read_bytes() == before
    assert said == [
        f"course/{tiny.STEM}.ipynb stays as it is: its outputs need nowhere_module, not installed here: "
        "run `make frameworks`, then `make notebooks`"
    ]
    assert build.check(copy) == []


def test_a_changed_text_whose_module_is_missing_is_refused_and_the_rest_is_built(copy: Course) -> None:
    path, other = copy.chapter_notebook(tiny.STEM), copy.solution_notebook(tiny.STEM)
    before = path.read_bytes()
    other.unlink()
    tiny.write(copy.root, chapter=NEEDY.replace("x + x", "x * 3"))
    with pytest.raises(SourceError, match=r"01_tiny\.py:1: not built: its outputs need nowhere_module, not installed"):
        build.build(copy, say=lambda _: None)
    assert path.read_bytes() == before
    assert other.exists()
    assert "differs from 01_tiny.py" in build.check(copy)[0].message
    path.unlink()
    with pytest.raises(SourceError, match="not built"):
        build.build(copy, say=lambda _: None)
    assert not path.exists()


def test_a_chapter_whose_modules_are_here_is_built(copy: Course) -> None:
    path = copy.chapter_notebook(tiny.STEM)
    tiny.write(copy.root, chapter=NEEDY.replace("nowhere_module", "math").replace("x + x", "x * 3"))
    build.build(copy, [tiny.STEM], say=lambda _: None)
    assert "tensor([3., 6.])" in path.read_text(encoding="utf-8")


def test_a_folder_that_is_no_course_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"has no pyproject\.toml"):
        open_course(tmp_path)
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    with pytest.raises(CourseError, match=r"no table \[tool.course\]"):
        open_course(tmp_path)


def test_the_setup_cell_does_nothing_outside_colab() -> None:
    done: dict[str, object] = {}
    exec(build.setup_cell("owner/name", "refs/heads/main"), done)
    assert "url" not in done
