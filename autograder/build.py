"""From text to notebooks.

Theory of operation
-------------------
A text becomes a notebook in three steps: *expand* (header keys become nbgrader's metadata, every cell gets a stable id, the badge and
the setup cell are filled in), *execute* (one fresh kernel a notebook), *write*. Executing is what costs, so the notebook stores the
digest of everything its outputs depend on, and a notebook whose digest still holds is left alone: a second build changes no byte.

A chapter may need modules that not every environment has. Where they are missing, its notebook is never executed, for that would put
"not installed" in the place of its outputs: it stays as it is while it says what its text says, and a changed text is refused.

A prediction's answer is never stored: the builder runs the reveal cell, compares what torch says with the header, and drops the output.

`check` compares what stands on disk with what the text expands to, outputs aside. Whether outputs are right is nbval's business.
"""

from __future__ import annotations

import hashlib
import importlib.util
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.course import Course
from autograder.source import Assignment, Cell, Chapter, Problem, SourceError

KEY = "torch_foundations"  # our one key in a notebook's metadata
NBGRADER_SCHEMA = 3
NOTES_TAG = "solution-notes"  # nbgrader_config.py drops these cells from a release
CELL_TIMEOUT = 120  # seconds

_PYTHON = {  # without versions: notebooks built under 3.11 and 3.13 are the same
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
Notebook = Any  # nbformat.NotebookNode, which is untyped


def badge(repository: str, branch: str, path: str) -> str:
    """The Markdown of an "Open in Colab" badge for the notebook at `path` of the repository."""
    image = "https://colab.research.google.com/assets/colab-badge.svg"
    return f"[![Open in Colab]({image})]({in_colab(repository, branch, path)})"


def in_colab(repository: str, branch: str, path: str) -> str:
    """The address at which Colab opens the notebook at `path` of the repository."""
    return f"https://colab.research.google.com/github/{repository}/blob/{branch}/{path}"


def setup_cell(repository: str, ref: str) -> str:
    """The source of the setup cell, the same in every notebook. `ref` is `refs/heads/…` or `refs/tags/…`."""
    return f"""\
# On Colab this installs the course's package. Elsewhere it does nothing.
import importlib.util, subprocess, sys

if "google.colab" in sys.modules and importlib.util.find_spec("torchscope") is None:
    url = "https://github.com/{repository}/archive/{ref}.zip"
    if subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps", url]).returncode:
        print("The course's package could not be installed from", url)
        print("Check that this runtime has internet access, then run this cell again.")
    importlib.invalidate_caches()"""


def expand_chapter(chapter: Chapter, course: Course) -> Notebook:
    """The chapter's notebook, not executed."""
    return _notebook(chapter.cells, f"course/{chapter.stem}.ipynb", course, graded=False)


def expand_assignment(assignment: Assignment, course: Course) -> Notebook:
    """The instructor's notebook of an assignment (nbgrader's source), not executed."""
    notebook = _notebook(assignment.cells, f"exercises/{assignment.stem}/{assignment.stem}.ipynb", course, graded=True)
    if kept := _kept(assignment):
        notebook.metadata[KEY] = kept
    return notebook


def build(course: Course, stems: Sequence[str] = (), say: Callable[[str], None] = print) -> None:
    """Build the notebooks of `stems` (all by default) whose text or packages changed.

    Raises SourceError: at the first cell that fails; and, when all others are built, for chapters whose modules are missing here.
    """
    refused: list[Problem] = []
    for text, path, notebook in _expanded(course, stems):
        digest = _digest(course, notebook)
        if path.exists() and _stored_digest(path) == digest:
            continue
        if missing := _missing(text):
            lacks = f"its outputs need {missing}, not installed here: run `make frameworks`, then `make notebooks`"
            stored = _stored(path) if path.exists() else None
            if stored is not None and _comparable(stored) == _comparable(notebook):
                say(f"{path.relative_to(course.root)} stays as it is: {lacks}")
            else:
                refused.append(Problem(text.path, 1, f"not built: {lacks}"))
            continue
        started = time.perf_counter()
        say(f"building {path.relative_to(course.root)} …")
        _execute(text, notebook, path.parent)
        notebook.metadata[KEY] = {**_kept(text), "digest": digest, "seconds": round(time.perf_counter() - started, 1)}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_dump(notebook), encoding="utf-8")
    if refused:
        raise SourceError(refused)


def check(course: Course) -> list[Problem]:
    """What differs between the texts and the notebooks on disk, outputs aside."""
    problems: list[Problem] = []
    expected = {path: (text, notebook) for text, path, notebook in _expanded(course, ())}
    for path, (text, notebook) in expected.items():
        if not path.exists():
            problems.append(Problem(path, 1, f"not built: run `make notebooks` after changing {text.path.name}"))
            continue
        stored = _stored(path)
        if stored is None:
            problems.append(Problem(path, 1, "this file is no notebook that can be read: run `make notebooks`"))
            continue
        if _comparable(stored) != _comparable(notebook):
            where = _first_difference(stored, notebook)
            problems.append(
                Problem(path, 1, f"differs from {text.path.name} {where}: edit the text, then `make notebooks`")
            )
            continue
        for cell in stored.cells:
            if cell.cell_type == "code" and cell.execution_count is None and not _is_reveal(cell):
                problems.append(Problem(path, 1, f"the cell {cell.id} was never executed: run `make notebooks`"))
            if cell.cell_type == "code" and _is_reveal(cell) and cell.outputs:
                problems.append(Problem(path, 1, f"the cell {cell.id} gives a prediction away: run `make notebooks`"))
    for folder, pattern in (("course", "*.ipynb"), ("solutions", "*/*.ipynb")):
        for path in sorted((course.root / folder).glob(pattern)):
            if path not in expected and ".ipynb_checkpoints" not in path.parts:
                problems.append(Problem(path, 1, "no text builds this notebook: delete it, or write its text"))
    return problems


def _expanded(course: Course, stems: Sequence[str]) -> list[tuple[Chapter | Assignment, Path, Notebook]]:
    chapters, assignments = course.load()
    wanted = [
        (c, course.chapter_notebook(c.stem), expand_chapter(c, course))
        for c in chapters
        if not stems or c.stem in stems
    ]
    return [
        *wanted,
        *(
            (a, course.solution_notebook(a.stem), expand_assignment(a, course))
            for a in assignments
            if not stems or a.stem in stems
        ),
    ]


def _missing(text: Chapter | Assignment) -> str:
    """The modules a text needs and this environment lacks, in words; "" when it can be executed."""
    needs = text.needs if isinstance(text, Chapter) else ()
    return " and ".join(name for name in needs if importlib.util.find_spec(name) is None)


def _kept(text: Chapter | Assignment) -> dict[str, str]:
    """What a notebook says of its text besides the cells: where its tests run, when not sealed."""
    judge = getattr(text, "judge", "sealed")
    return {} if judge == "sealed" else {"judge": judge}


def _notebook(cells: Sequence[Cell], published_as: str, course: Course, *, graded: bool) -> Notebook:
    title, _, rest = cells[0].source.partition("\n")
    first = f"{title}\n\n{badge(course.repository, course.branch, published_as)}\n{rest}".rstrip()
    made = [new_markdown_cell(first, id="title")]
    setup = new_code_cell(setup_cell(course.repository, course.ref), id="setup")
    if graded:
        setup.metadata["nbgrader"] = _nbgrader("setup", locked=True)
    made.append(setup)
    seen: Counter[str] = Counter()
    for cell in cells[1:]:
        new = new_markdown_cell(cell.source) if cell.kind == "markdown" else new_code_cell(cell.source)
        new.id = _identity(cell, seen)
        new.metadata.update(_metadata(cell))
        made.append(new)
    notebook = new_notebook(cells=made)
    notebook.nbformat_minor = 5
    notebook.metadata.update(_PYTHON)
    return notebook


def _identity(cell: Cell, seen: Counter[str]) -> str:
    """nbgrader's id, or one made of the text: it stays when other cells change."""
    for key in ("solution", "test", "locked"):
        if key in cell.keys:
            return cell.keys[key]
    for key in ("predict", "reveal"):
        if key in cell.keys:
            return f"{key}-{cell.keys[key]}"
    if "solution_notes" in cell.keys:
        base = f"notes-{cell.keys['solution_notes']}"
    else:
        base = f"{'text' if cell.kind == 'markdown' else 'code'}-{hashlib.sha256(cell.source.encode()).hexdigest()[:8]}"
    seen[base] += 1
    return base if seen[base] == 1 else f"{base}-{seen[base]}"


def _metadata(cell: Cell) -> dict[str, Any]:
    metadata: dict[str, Any] = {}
    if cell.tags:
        metadata["tags"] = list(cell.tags)
    if "locked" in cell.keys:
        metadata["nbgrader"] = _nbgrader(cell.keys["locked"], locked=True)
    elif "solution" in cell.keys:
        metadata["nbgrader"] = _nbgrader(cell.keys["solution"], solution=True)
    elif "test" in cell.keys:
        metadata["nbgrader"] = _nbgrader(cell.keys["test"], grade=True, locked=True, points=int(cell.keys["points"]))
    elif "solution_notes" in cell.keys:
        metadata["tags"] = [NOTES_TAG]
    return metadata


def _nbgrader(
    grade_id: str, *, grade: bool = False, solution: bool = False, locked: bool = False, points: int | None = None
) -> dict[str, Any]:
    """nbgrader's cell metadata, schema 3, which admits no other keys."""
    metadata: dict[str, Any] = {
        "schema_version": NBGRADER_SCHEMA,
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
    if points is not None:
        metadata["points"] = points
    return metadata


def _execute(text: Chapter | Assignment, notebook: Notebook, folder: Path) -> None:
    """Run every cell in a fresh kernel; check and drop what reveal cells print. Raises SourceError at the cell's line."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    folder.mkdir(parents=True, exist_ok=True)
    lines = {"title": 1, "setup": 1}
    seen: Counter[str] = Counter()
    for cell in text.cells[1:]:
        lines[_identity(cell, seen)] = cell.line
    at = "setup"

    def starting(cell: Notebook, **_: object) -> None:
        nonlocal at
        at = cell.id

    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=starting,
        shutdown_kernel="immediate",
        coalesce_streams=True,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # the kernel's remarks about itself are not the author's
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        said = _ANSI.sub("", str(error)).strip().splitlines()
        reason = said[-1] if said else type(error).__name__
        raise SourceError([Problem(text.path, lines[at], f"this cell failed when executed: {reason}")]) from error
    problems = [
        problem
        for cell, made in zip(text.cells[1:], notebook.cells[2:], strict=True)
        if "reveal" in cell.keys and (problem := _wrong_answer(text.path, cell, made))
    ]
    if problems:
        raise SourceError(problems)
    for made in notebook.cells:
        made.metadata.pop("execution", None)
        if made.cell_type == "code" and _is_reveal(made):
            made.outputs, made.execution_count = [], None
    notebook.metadata.clear()
    notebook.metadata.update(_PYTHON)


def _wrong_answer(path: Path, cell: Cell, made: Notebook) -> Problem | None:
    said = "".join(output.get("text", "") for output in made.outputs).partition("\n")[0]
    answer = cell.keys["answer"]
    right = said.startswith("torch refuses") if answer == "None" else said.partition(" says ")[2] == answer
    if right:
        return None
    return Problem(path, cell.line, f'the header says answer="{answer}", but the cell prints {said!r}')


def _is_reveal(cell: Notebook) -> bool:
    return str(cell.id).startswith("reveal-")


def _digest(course: Course, notebook: Notebook) -> str:
    """Of all that the outputs depend on: the expanded text, and the packages that notebooks import."""
    state = hashlib.sha256(_dump(notebook).encode())
    for package in ("torchscope", "autograder/check"):
        for path in sorted((course.root / package).rglob("*.py")):
            state.update(path.read_bytes())
    return state.hexdigest()[:16]


def _stored(path: Path) -> Notebook | None:
    try:
        return nbformat.read(path, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError):
        return None


def _stored_digest(path: Path) -> str:
    stored = _stored(path)
    return "" if stored is None else str(stored.metadata.get(KEY, {}).get("digest", ""))


def _dump(notebook: Notebook) -> str:
    return str(nbformat.writes(notebook, version=4)) + "\n"


def _comparable(notebook: Notebook) -> list[Any]:
    cells = [(c.id, c.cell_type, c.source, dict(c.metadata)) for c in notebook.cells]
    metadata = {key: value for key, value in notebook.metadata.items() if key != KEY}
    return [notebook.nbformat, notebook.nbformat_minor, metadata, cells]


def _first_difference(stored: Notebook, expected: Notebook) -> str:
    for one, other in zip(stored.cells, expected.cells, strict=False):
        if (one.id, one.cell_type, one.source, one.metadata) != (
            other.id,
            other.cell_type,
            other.source,
            other.metadata,
        ):
            return f"at the cell {one.id}"
    if len(stored.cells) != len(expected.cells):
        return f"in the number of cells ({len(stored.cells)}, the text gives {len(expected.cells)})"
    return "in the notebook's metadata"
