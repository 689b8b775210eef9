"""What a learner's public repository gets, and proof that it gives nothing away.

Theory of operation
-------------------
A publication is made of an allow-list: the chapters' notebooks, the released assignments, `torchscope`, `autograder.check`, the
licences, and a README and a pyproject.toml written here. Badges and setup cells are pointed at the repository and branch that it is
published under. Everything is built in a folder beside the destination; every file of it is searched for lines that only an instructor
may see; then it is swapped in. A publication lists its own files in `.publication.json`, so that the next one replaces those and no
others: what else the destination holds, a `.git` folder above all, stays.

A secret is a line of more than 20 characters of a solution, a hidden test, a solution's notes or a bank of answers, unless the public
text holds it as well: a hint or a chapter may show the very line that a solution uses.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

import nbformat

from autograder.build import badge, in_colab, setup_cell
from autograder.course import Course, CourseError
from autograder.release import LONG_LINE, secret_lines, support_files
from autograder.source import Assignment, Bank, Chapter, released_source

MANIFEST = ".publication.json"
Notebook = Any  # nbformat.NotebookNode, which is untyped

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_BRANCH = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*")
_LEARNERS_CODE = ("torchscope", "autograder/check")  # these packages, and autograder's own __init__.py
_RELATIVE = re.compile(r"\]\((?P<target>(?:\.\./)+[^)\s]+\.ipynb)\)")  # a Markdown link to another notebook
_LICENCES = ("LICENSE", "LICENSE-TEXT")


@dataclass(frozen=True)
class Secret:
    """A line that must not be published, and whose it is."""

    line: str
    owner: Path


def publish(course: Course, dest: Path, repository: str, branch: str) -> list[Path]:
    """Write the public tree of `repository` (owner/name) at `branch` into `dest`; return its files, relative to `dest`.

    Raises CourseError, and leaves `dest` as it was, when something is not built or not released, when `dest` holds
    files of someone else's, or when a file would give away a solution, a hidden test or a bank.
    """
    if not _REPOSITORY.fullmatch(repository):
        raise CourseError(f"{repository!r} does not name a repository: give it as owner/name.")
    if not _BRANCH.fullmatch(branch):
        raise CourseError(f"{branch!r} does not name a branch: use letters, digits, '_', '.', '-' and '/'.")
    chapters, assignments = course.load()
    dest = dest.resolve()
    kept = _kept(dest)
    dest.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{dest.name}-", dir=dest.parent) as folder:
        tree = Path(folder) / "tree"
        _write(tree, course, chapters, assignments, repository, branch)
        if lost := broken_links(tree, repository, branch):
            raise CourseError("Nothing was published, for these links lead nowhere:\n" + "\n".join(lost))
        banks = [course.bank(assignment) for assignment in assignments]
        public = [*_public_text(chapters, assignments), *_code_text(course)]
        found = leaks(tree, secrets(assignments, banks, public))
        if found:
            raise CourseError(
                "Nothing was published, for it would give away what only instructors may see:\n" + "\n".join(found)
            )
        files = sorted(path.relative_to(tree) for path in tree.rglob("*") if path.is_file())
        _swap(tree, dest, kept, Path(folder) / "old")
    return files


def repoint(notebook: Notebook, course: Course, path: str, repository: str, branch: str) -> None:
    """Point badge, setup cell and links of the notebook published at `path` to another repository and branch, in place.

    A relative link to another notebook becomes its address in Colab, which follows no relative links.
    """
    old, new = badge(course.repository, course.branch, path), badge(repository, branch, path)
    title, *rest = notebook.cells
    setup = next((cell for cell in rest if cell.get("id") == "setup"), None)
    if old not in title.source or setup is None:
        raise CourseError(
            f"{path} has no badge or no setup cell: run `make notebooks`, and `make release` for an exercise."
        )
    title.source = title.source.replace(old, new)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _RELATIVE.sub(
                lambda link: f"]({in_colab(repository, branch, normpath(join(dirname(path), link['target'])))})",
                cell.source,
            )
    setup.source = setup_cell(repository, f"refs/heads/{branch}")
    if "checksum" in setup.metadata.get("nbgrader", {}):
        from nbgrader.utils import compute_checksum

        setup.metadata.nbgrader["checksum"] = compute_checksum(setup)


def broken_links(tree: Path, repository: str, branch: str) -> list[str]:
    """A sentence for every link of a notebook of `tree` to a notebook that is not in it."""
    address = re.compile(re.escape(in_colab(repository, branch, "")) + r"([^)\s]+)")
    return [
        f"{path.relative_to(tree)}: {target} is not published"
        for path in sorted(tree.rglob("*.ipynb"))
        for target in address.findall(_text(path))
        if not (tree / target).is_file()
    ]


def secrets(assignments: Iterable[Assignment], banks: Iterable[Bank], public: Iterable[str]) -> list[Secret]:
    """The lines over 20 characters that stand in a solution, hidden test, note or bank, and nowhere in `public`."""
    shown = "\n".join(public)
    lines: dict[str, Path] = {}
    for assignment in assignments:
        for line in secret_lines(assignment):
            lines.setdefault(line, assignment.path)
    for bank in banks:
        for answer in bank.answers:
            for line in answer.source.splitlines():
                lines.setdefault(line.strip(), bank.path)
    return [Secret(line, path) for line, path in lines.items() if len(line) > LONG_LINE and line not in shown]


def leaks(tree: Path, hidden: Iterable[Secret]) -> list[str]:
    """A sentence for every file of `tree` and every secret in it, names of files included."""
    hidden = list(hidden)
    found = []
    for path in sorted(tree.rglob("*")):
        name = path.relative_to(tree)
        text = f"{name}\n{_text(path)}" if path.is_file() else str(name)
        found += [
            f"{name}: holds a line of {secret.owner.name}: {secret.line}" for secret in hidden if secret.line in text
        ]
    return found


def _public_text(chapters: Iterable[Chapter], assignments: Iterable[Assignment]) -> Iterator[str]:
    for chapter in chapters:
        yield from (cell.source for cell in chapter.cells)
    for assignment in assignments:
        for cell in assignment.cells:
            if "solution_notes" not in cell.keys:
                yield released_source(cell.source)


def _code_text(course: Course) -> Iterator[str]:
    for path in _code(course):
        yield _text(path)


def _text(path: Path) -> str:
    """What a reader of the file can read; a notebook's strings as they are, not as JSON spells them."""
    raw = path.read_bytes().decode("utf-8", errors="replace")
    if path.suffix != ".ipynb":
        return raw
    return "\n".join(_strings(nbformat.reader.reads(raw)))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)
        else:
            for item in value:
                yield from _strings(item)


def _code(course: Course) -> list[Path]:
    paths = [path for name in _LEARNERS_CODE for path in sorted((course.root / name).rglob("*"))]
    code = [path for path in paths if path.is_file() and _ordinary(path, course.root)]
    return [*code, course.root / "autograder" / "__init__.py"]


def _ordinary(path: Path, root: Path) -> bool:
    """Neither hidden, nor a cache, nor an editor's backup."""
    parts = path.relative_to(root).parts
    return not any(part.startswith((".", "__pycache__")) or part.endswith("~") for part in parts)


def _write(
    tree: Path, course: Course, chapters: list[Chapter], assignments: list[Assignment], repository: str, branch: str
) -> None:
    titles: dict[str, str] = {}
    for chapter in chapters:
        path = course.chapter_notebook(chapter.stem)
        notebook = _notebook(path, f"{path.name} is not built: run `make notebooks`.")
        titles[chapter.stem] = str(notebook.cells[0].source).splitlines()[0].removeprefix("# ")
        _write_notebook(tree, notebook, f"course/{chapter.stem}.ipynb", course, repository, branch)
    for assignment in assignments:
        path = course.released_notebook(assignment.stem)
        notebook = _notebook(path, f"{assignment.stem} is not released: run `autograder release {assignment.stem}`.")
        _write_notebook(tree, notebook, f"exercises/{assignment.stem}/{path.name}", course, repository, branch)
        for name in support_files(path.parent):
            _copy(path.parent / name, tree / "exercises" / assignment.stem / name)
    for path in (*_code(course), *(course.root / name for name in _LICENCES)):
        _copy(path, tree / path.relative_to(course.root))
    (tree / "pyproject.toml").write_text(_pyproject(course), encoding="utf-8")
    exercises = {assignment.stem for assignment in assignments}
    (tree / "README.md").write_text(_readme(titles, exercises, repository, branch), encoding="utf-8")
    (tree / ".gitignore").write_text("__pycache__/\n.ipynb_checkpoints/\n", encoding="utf-8")
    files = sorted(str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file())
    manifest = {"repository": repository, "branch": branch, "files": files}
    (tree / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def _notebook(path: Path, missing: str) -> Notebook:
    if not path.exists():
        raise CourseError(missing)
    return nbformat.read(path, as_version=4)


def _write_notebook(tree: Path, notebook: Notebook, path: str, course: Course, repository: str, branch: str) -> None:
    repoint(notebook, course, path, repository, branch)
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text(nbformat.writes(notebook, version=4) + "\n", encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _pyproject(course: Course) -> str:
    project = tomllib.loads((course.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    keys = ("name", "version", "description", "requires-python", "license", "license-files", "dependencies")
    lines = [
        f"{key} = {json.dumps(project[key], ensure_ascii=False)}" for key in keys
    ]  # JSON strings and lists are TOML
    return "\n".join(
        [
            "[build-system]",
            'requires = ["hatchling>=1.27"]',
            'build-backend = "hatchling.build"',
            "",
            "[project]",
            *lines,
            'readme = "README.md"',
            "",
            "[tool.hatch.build.targets.wheel]",
            'packages = ["torchscope", "autograder"]',
            "",
        ]
    )


def _readme(titles: dict[str, str], exercises: set[str], repository: str, branch: str) -> str:
    rows = []
    for stem, title in sorted(titles.items()):
        chapter = badge(repository, branch, f"course/{stem}.ipynb")
        exercise = badge(repository, branch, f"exercises/{stem}/{stem}.ipynb") if stem in exercises else ""
        rows.append(f"| [{title}](course/{stem}.ipynb) | {chapter} | {exercise} |")
    table = "\n".join(rows)
    name = repository.partition("/")[2]
    return f"""\
# torch-foundations

An interactive course on PyTorch, for people who know Python and have never trained a network. Every chapter is a notebook in which
you predict, run and compare; every exercise tells you at once what your answer does.

| chapter | read it | do the exercises |
|---|---|---|
{table}

**In Colab:** click a badge, choose *Copy to Drive*, and run the cells from the top. The first one installs what the course needs.

**On your own machine:**

    git clone -b {branch} https://github.com/{repository}
    cd {name}
    python3 -m venv .venv
    .venv/bin/pip install jupyterlab -e .
    .venv/bin/jupyter lab course

Code: MIT ([LICENSE](LICENSE)). Prose and notebooks: CC BY 4.0 ([LICENSE-TEXT](LICENSE-TEXT)).
"""


def _kept(dest: Path) -> list[str]:
    """The names in `dest` that a new publication leaves alone. Raises CourseError when it would overwrite someone's files."""
    if not dest.exists():
        return []
    if not dest.is_dir():
        raise CourseError(f"{dest} is a file: give DEST a folder.")
    entries = sorted(path.name for path in dest.iterdir())
    manifest = dest / MANIFEST
    if not manifest.exists():
        if set(entries) - {".git"}:
            raise CourseError(
                f"{dest} is neither empty nor an earlier publication (it has no {MANIFEST}): give DEST another folder."
            )
        return entries
    ours = {*json.loads(manifest.read_text(encoding="utf-8"))["files"], MANIFEST}
    tops = {name.partition("/")[0] for name in ours}
    for top in sorted(tops):
        for path in sorted((dest / top).rglob("*")):
            name = path.relative_to(dest)
            if path.is_file() and str(name) not in ours and _ordinary(path, dest):
                raise CourseError(
                    f"{path} was not published from here and would be lost: move it away, then publish again."
                )
    return [name for name in entries if name not in tops]


def _swap(tree: Path, dest: Path, kept: Iterable[str], old: Path) -> None:
    """Put `tree` where `dest` is; the names in `kept` move along. What `dest` held goes to `old`; on failure it comes back."""
    if not dest.exists():
        tree.rename(dest)
        return
    moved: list[str] = []
    try:
        for name in kept:
            if (tree / name).exists():
                raise CourseError(
                    f"{dest / name} was not published from here and would be lost: move it away, then publish again."
                )
            (dest / name).rename(tree / name)
            moved.append(name)
        dest.rename(old)
        tree.rename(dest)
    except BaseException:
        if old.exists() and not dest.exists():
            old.rename(dest)
        for name in moved:
            if (tree / name).exists():
                (tree / name).rename(dest / name)
        raise
