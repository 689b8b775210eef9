"""What `make publish` writes: what learners need, pointed at its new home, and nothing that only instructors may see."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny

from autograder import publish as publishing
from autograder.build import NOTES_TAG, badge, expand_assignment, expand_chapter, in_colab, setup_cell
from autograder.course import Course, CourseError, open_course
from autograder.publish import MANIFEST, publish
from autograder.source import (
    BEGIN_HIDDEN,
    BEGIN_SOLUTION,
    CODE_STUB,
    END_HIDDEN,
    END_SOLUTION,
    replace_region,
)

ROOT = Path(__file__).parents[1]
HERE = ("ann/lessons", "spring")  # where it is published


def write_notebook(path: Path, notebook: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook, version=4), encoding="utf-8")


def released(course: Course, stem: str) -> Any:
    """The notebook as a release leaves it."""
    from nbgrader.utils import compute_checksum

    notebook = expand_assignment(course.assignment(stem), course)
    notebook.cells = [cell for cell in notebook.cells if NOTES_TAG not in cell.metadata.get("tags", ())]
    for cell in notebook.cells:
        cell.source = replace_region(cell.source, BEGIN_SOLUTION, END_SOLUTION, CODE_STUB)
        cell.source = replace_region(cell.source, BEGIN_HIDDEN, END_HIDDEN)
        if "nbgrader" in cell.metadata and (cell.metadata.nbgrader.grade or cell.metadata.nbgrader.locked):
            cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
    return notebook


@pytest.fixture
def course(tmp_path: Path) -> Course:
    root = tmp_path / "project"
    course = tiny.write(root)
    for name in ("pyproject.toml", "LICENSE", "LICENSE-TEXT"):
        shutil.copy(ROOT / name, root)
    ignore = shutil.ignore_patterns("__pycache__")
    for package in ("torchscope", "autograder"):
        shutil.copytree(ROOT / package, root / package, ignore=ignore)
    chapter = course.chapters()[0]
    write_notebook(course.chapter_notebook(chapter.stem), expand_chapter(chapter, course))
    write_notebook(course.solution_notebook(tiny.STEM), expand_assignment(course.assignment(tiny.STEM), course))
    write_notebook(course.released_notebook(tiny.STEM), released(course, tiny.STEM))
    return course


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_tree_is_what_learners_need_and_no_more(course: Course, tmp_path: Path) -> None:
    (course.root / "course" / "notes.txt").write_text("mine")
    (course.root / "exercises" / tiny.STEM / "answers.py~").write_text("mine")
    (course.root / "exercises" / "old").mkdir()
    (course.root / "exercises" / "old" / "old.ipynb").write_text("{}")
    written = publish(course, tmp_path / "public", *HERE)
    packages = {
        str(path.relative_to(ROOT))
        for name in ("torchscope", "autograder/check")
        for path in (ROOT / name).rglob("*.py")
    }
    assert {str(path) for path in written} == packages | {
        f"course/{tiny.STEM}.ipynb",
        f"exercises/{tiny.STEM}/{tiny.STEM}.ipynb",
        "autograder/__init__.py",
        "LICENSE",
        "LICENSE-TEXT",
        "README.md",
        "pyproject.toml",
        ".gitignore",
        MANIFEST,
    }
    assert {str(path) for path in written} == set(snapshot(tmp_path / "public"))


def test_declared_support_files_are_published(course: Course, tmp_path: Path) -> None:
    folder = course.root / "exercises" / tiny.STEM
    (folder / "support.txt").write_text("table.csv\n")
    (folder / "table.csv").write_text("1,2\n")
    publish(course, tmp_path / "public", *HERE)
    assert (tmp_path / "public" / "exercises" / tiny.STEM / "table.csv").read_text() == "1,2\n"


def test_badges_and_setup_cells_point_at_the_new_home(course: Course, tmp_path: Path) -> None:
    from nbgrader.utils import compute_checksum

    publish(course, tmp_path / "public", *HERE)
    for path in (f"course/{tiny.STEM}.ipynb", f"exercises/{tiny.STEM}/{tiny.STEM}.ipynb"):
        notebook = nbformat.read(tmp_path / "public" / path, as_version=4)
        nbformat.validate(notebook)
        assert badge(*HERE, path) in notebook.cells[0].source
        (setup,) = (cell for cell in notebook.cells if cell.id == "setup")
        assert setup.source == setup_cell(HERE[0], f"refs/heads/{HERE[1]}")
        assert course.repository not in nbformat.writes(notebook)
        if path.startswith("exercises"):
            assert setup.metadata.nbgrader.checksum == compute_checksum(setup)
    readme = (tmp_path / "public" / "README.md").read_text(encoding="utf-8")
    assert badge(*HERE, f"exercises/{tiny.STEM}/{tiny.STEM}.ipynb") in readme
    assert "01 · A tiny chapter" in readme


def with_link(course: Course, target: str) -> None:
    path = course.chapter_notebook(tiny.STEM)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source += f"\n\n[next]({target}) and [elsewhere](https://a.org/x.ipynb)"
    write_notebook(path, notebook)


def test_links_to_other_notebooks_open_in_colab(course: Course, tmp_path: Path) -> None:
    with_link(course, f"../exercises/{tiny.STEM}/{tiny.STEM}.ipynb")
    publish(course, tmp_path / "public", *HERE)
    source = nbformat.read(tmp_path / "public" / "course" / f"{tiny.STEM}.ipynb", as_version=4).cells[-1].source
    assert f"[next]({in_colab(*HERE, f'exercises/{tiny.STEM}/{tiny.STEM}.ipynb')})" in source
    assert "[elsewhere](https://a.org/x.ipynb)" in source


def test_a_link_to_a_notebook_that_is_not_published_is_refused(course: Course, tmp_path: Path) -> None:
    with_link(course, "../course/02_no.ipynb")
    with pytest.raises(CourseError, match=r"course/02_no\.ipynb is not published"):
        publish(course, tmp_path / "public", *HERE)
    assert not (tmp_path / "public").exists()


def test_the_published_package_asks_for_what_the_base_install_asks_for(course: Course, tmp_path: Path) -> None:
    publish(course, tmp_path / "public", *HERE)
    theirs = tomllib.loads((tmp_path / "public" / "pyproject.toml").read_text(encoding="utf-8"))
    ours = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for key in ("name", "version", "dependencies", "requires-python", "license", "license-files"):
        assert theirs["project"][key] == ours["project"][key]
    assert "optional-dependencies" not in theirs["project"]
    assert theirs["build-system"]["build-backend"] == ours["build-system"]["build-backend"]


def test_what_is_published_of_the_grader_stands_alone() -> None:
    for path in publishing._code(open_course(ROOT)):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"^\s*(?:from|import) autograder\b(?!\.check\b).*", text, flags=re.M) == []


SECRETS = {
    "a solution": "return x + x  # a line that must stay secret",
    "a hidden test": "hidden = torch.randn(5, generator=check.generator(), dtype=torch.float64)",
    "a hidden test with quotes": 'traps={"this is x squared": hidden**2, "this is x unchanged": hidden},',
    "a note": "**Why it works.** Because a note explains the solution.",
    "a bank": "return torch.stack([x, x]).sum(0)",
}


def in_a_released_cell(course: Course, line: str) -> None:
    path = course.released_notebook(tiny.STEM)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].source += f"\nsee: {line}\n"
    write_notebook(path, notebook)


def in_a_chapters_output(course: Course, line: str) -> None:
    path = course.chapter_notebook(tiny.STEM)
    notebook = nbformat.read(path, as_version=4)
    code = next(cell for cell in notebook.cells if cell.cell_type == "code")
    code.outputs = [nbformat.v4.new_output("stream", text=f"first\n    {line}\n")]
    write_notebook(path, notebook)


def in_metadata(course: Course, line: str) -> None:
    path = course.chapter_notebook(tiny.STEM)
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["was"] = {"deep": [{line: 1}]}
    write_notebook(path, notebook)


def in_a_support_file(course: Course, line: str) -> None:
    folder = course.root / "exercises" / tiny.STEM
    (folder / "support.txt").write_text("helper.py\n")
    (folder / "helper.py").write_text(f"def helper():\n    {line}\n", encoding="utf-8")


@pytest.mark.parametrize("whose", SECRETS)
@pytest.mark.parametrize("where", [in_a_released_cell, in_a_chapters_output, in_metadata, in_a_support_file])
def test_a_leak_is_refused_and_nothing_is_written(
    course: Course, tmp_path: Path, whose: str, where: Callable[[Course, str], None]
) -> None:
    public = tmp_path / "public"
    publish(course, public, *HERE)
    before = snapshot(public)
    where(course, SECRETS[whose])
    with pytest.raises(CourseError, match="would give away") as caught:
        publish(course, public, *HERE)
    assert SECRETS[whose] in str(caught.value)
    assert snapshot(public) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project", "public"]
    with pytest.raises(CourseError):
        publish(course, tmp_path / "new", *HERE)
    assert not (tmp_path / "new").exists()


def test_a_line_that_the_public_text_shows_is_no_secret(course: Course, tmp_path: Path) -> None:
    line = SECRETS["a solution"]
    (source,) = course.chapter_paths
    source.write_text(source.read_text(encoding="utf-8") + f"\n# %% [markdown]\n# `{line}`\n", encoding="utf-8")
    chapter = course.chapters()[0]
    write_notebook(course.chapter_notebook(chapter.stem), expand_chapter(chapter, course))
    publish(course, tmp_path / "public", *HERE)


def test_a_second_publication_replaces_the_first_and_keeps_what_is_not_its_own(course: Course, tmp_path: Path) -> None:
    public = tmp_path / "public"
    (public / ".git").mkdir(parents=True)
    (public / ".git" / "HEAD").write_text("ref")
    first = publish(course, public, *HERE)
    (public / "CNAME").write_text("lessons.example")
    (public / "torchscope" / "__pycache__").mkdir()
    (public / "torchscope" / "__pycache__" / "draw.pyc").write_bytes(b"1")
    removed = sorted((course.root / "torchscope").glob("*.py"))[-1]
    removed.unlink()
    second = publish(course, public, *HERE)
    assert set(first) - set(second) == {Path("torchscope") / removed.name}
    kept = {".git/HEAD", "CNAME"}
    assert set(snapshot(public)) == {str(path) for path in second} | kept
    assert json.loads((public / MANIFEST).read_text())["branch"] == HERE[1]


def test_publishing_twice_changes_no_byte(course: Course, tmp_path: Path) -> None:
    publish(course, tmp_path / "public", *HERE)
    before = snapshot(tmp_path / "public")
    publish(course, tmp_path / "public", *HERE)
    assert snapshot(tmp_path / "public") == before


def test_someone_elses_folder_is_left_alone(course: Course, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("years of work")
    with pytest.raises(CourseError, match="neither empty nor an earlier publication"):
        publish(course, theirs, *HERE)
    with pytest.raises(CourseError, match="is a file"):
        publish(course, theirs / "thesis.txt", *HERE)
    assert snapshot(theirs) == {"thesis.txt": b"years of work"}


def test_a_file_added_to_a_publication_is_not_lost(course: Course, tmp_path: Path) -> None:
    public = tmp_path / "public"
    publish(course, public, *HERE)
    (public / "course" / "syllabus.md").write_text("week 1")
    with pytest.raises(CourseError, match=r"syllabus\.md was not published from here and would be lost"):
        publish(course, public, *HERE)
    assert (public / "course" / "syllabus.md").read_text() == "week 1"


def test_a_failed_swap_leaves_the_earlier_publication(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = tmp_path / "public"
    publish(course, public, *HERE)
    (public / "CNAME").write_text("lessons.example")
    before = snapshot(public)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == "tree":
            raise OSError("no")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="no"):
        publish(course, public, *HERE)
    monkeypatch.undo()
    assert snapshot(public) == before


@pytest.mark.parametrize(
    ("repository", "branch", "says"),
    [
        ("lessons", "main", "owner/name"),
        ('ann/"; import os', "main", "owner/name"),
        ("ann/lessons", 'main"', "name a branch"),
        ("ann/lessons", "../main/", "name a branch"),
    ],
)
def test_a_name_that_is_none_is_refused(
    course: Course, tmp_path: Path, repository: str, branch: str, says: str
) -> None:
    with pytest.raises(CourseError, match=says):
        publish(course, tmp_path / "public", repository, branch)
    assert not (tmp_path / "public").exists()


def test_what_is_not_ready_is_named(course: Course, tmp_path: Path) -> None:
    course.released_notebook(tiny.STEM).unlink()
    with pytest.raises(CourseError, match=f"run `autograder release {tiny.STEM}`"):
        publish(course, tmp_path / "public", *HERE)
    path = course.chapter_notebook(tiny.STEM)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = notebook.cells[0].source.replace(course.repository, "else/where")
    write_notebook(path, notebook)
    with pytest.raises(CourseError, match="has no badge"):
        publish(course, tmp_path / "public", *HERE)
    path.unlink()
    with pytest.raises(CourseError, match="run `make notebooks`"):
        publish(course, tmp_path / "public", *HERE)


def test_the_course_itself_publishes_without_its_secrets(tmp_path: Path) -> None:
    course = open_course(ROOT)
    if not all(course.released_notebook(path.stem).exists() for path in course.assignment_paths):
        pytest.skip("not every assignment is released")
    publish(course, tmp_path / "public", *HERE)
    texts = {path: data.decode("utf-8") for path, data in snapshot(tmp_path / "public").items()}
    assert not any(path.endswith(".py") and path.startswith(("course", "exercises")) for path in texts)
    for path, text in texts.items():
        if path.endswith(".ipynb"):
            for marker in (BEGIN_SOLUTION, BEGIN_HIDDEN, END_SOLUTION, END_HIDDEN):
                assert marker not in text, path
