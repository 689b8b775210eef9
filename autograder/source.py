"""The text of a chapter, an assignment or a bank of answers, parsed and checked.

Theory of operation
-------------------
Text is the source of every notebook. A file is a jupytext percent script; jupytext splits it into cells and reads the keys of
each cell's header line, and this module turns the cells into frozen dataclasses:

    course/NN_stem.py             -> Chapter
    solutions/NN_stem.py          -> Assignment, made of Exercises, made of Checks
    solutions/NN_stem_answers.py  -> Bank, made of Answers

Nothing else reads the text. Every broken rule is a Problem with file and line; a loader collects all of them and raises one
SourceError, so that an author sees the whole list at once. Rules about the code *inside* a test cell live in `rules`; rules that
need the code to run (a prediction's answer) live in `build`; rules about size live in `stats`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from autograder.parsing import parse

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
MARKERS = (BEGIN_SOLUTION, END_SOLUTION, BEGIN_HIDDEN, END_HIDDEN)
CODE_STUB = "# your code here"

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
CHAPTER_KEYS = {"tags", "predict", "reveal", "answer"}
ASSIGNMENT_KEYS = {"tags", "locked", "solution", "objective", "test", "points", "solution_notes", "judge"}
JUDGES = ("sealed", "in-process")
BANK_KEYS = {"right", "wrong", "for", "says", "fails"}
TAGS = {"raises-exception", "nbval-ignore-output", "nbval-skip"}

_LIKE_A_MARKER = re.compile(r"\s*#+\s*(?:begin|end)\s+(?:solution|hidden)", re.IGNORECASE)
_HEADER = re.compile(r"# %%(?: |$)")
_HEADING = re.compile(
    r"### (?P<label>[^·\n]+?) · (?P<title>.+?)(?: (?P<stars>★+))? · (?P<points>\d+) points? · (?P<minutes>\d+) minutes?"
)
_OBJECTIVE = re.compile(r"- \*\*(?P<name>\w+)\*\*: (?P<text>.+) \((?P<exercises>`\w+`(?:, `\w+`)*)\)")
_CODE_SPAN = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_ATTEMPTED = re.compile(r"check\.attempted\(\s*(\w+)")


@dataclass(frozen=True)
class Problem:
    """One broken rule: where, and a sentence that says what to do."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class SourceError(Exception):
    """The text breaks rules; `problems` lists all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (str(p.path), p.line)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[SourceError], tuple[tuple[Problem, ...]]]:
        # A worker process sends it home: an exception is rebuilt from its text otherwise.
        return SourceError, (self.problems,)


@dataclass(frozen=True)
class Cell:
    """A cell of the text: its kind, source, the line its header stands on, and its header keys."""

    kind: str  # "markdown" or "code"
    source: str
    line: int
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    tags: tuple[str, ...] = ()

    def line_of(self, index: int) -> int:
        """The file's line of the source's line `index`, counted from 1."""
        return self.line + index


@dataclass(frozen=True)
class Check:
    """One named check of an exercise, all or nothing. `source` holds both parts, with their markers."""

    id: str
    exercise: str
    points: int
    cell: Cell

    @property
    def visible(self) -> str:
        return released_source(self.cell.source)

    @property
    def full(self) -> str:
        return self.cell.source


@dataclass(frozen=True)
class Exercise:
    """An answer cell, its heading and its checks. A prediction is an exercise of one value."""

    name: str
    objective: str
    title: str
    stars: int  # 0 for a prediction
    minutes: int
    cell: Cell
    checks: tuple[Check, ...]
    hints: int

    @property
    def find_the_bug(self) -> bool:
        return "find the bug" in self.title.lower()

    @property
    def prediction(self) -> bool:
        return self.stars == 0

    @property
    def points(self) -> int:
        return sum(check.points for check in self.checks)

    @property
    def untouched(self) -> str:
        """The answer cell as a learner receives it."""
        return released_source(self.cell.source)

    @property
    def solution(self) -> str:
        """The answer cell as the author wrote it, markers included."""
        return self.cell.source


@dataclass(frozen=True)
class Assignment:
    """An assignment's text: what the release is made from."""

    stem: str
    path: Path
    cells: tuple[Cell, ...]
    exercises: tuple[Exercise, ...]
    judge: str = "sealed"  # or "in-process": tests that need the learner's objects in place

    @property
    def points(self) -> int:
        return sum(exercise.points for exercise in self.exercises)

    @property
    def checks(self) -> tuple[Check, ...]:
        return tuple(check for exercise in self.exercises for check in exercise.checks)

    def exercise(self, name: str) -> Exercise:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Exercise]:
        return {exercise.name: exercise for exercise in self.exercises}


@dataclass(frozen=True)
class Answer:
    """A whole replacement of an answer cell, right or wrong. `says` is what a failing message must contain."""

    name: str
    exercise: str
    right: bool
    source: str
    says: str
    fails: tuple[str, ...]  # full check ids a wrong answer fails; all of the exercise's when the header names none
    line: int


@dataclass(frozen=True)
class Bank:
    """The answers a test suite is attacked with."""

    stem: str
    path: Path
    answers: tuple[Answer, ...]

    def of(self, exercise: str, *, right: bool) -> tuple[Answer, ...]:
        return tuple(a for a in self.answers if a.exercise == exercise and a.right == right)


@dataclass(frozen=True)
class Objective:
    """What a chapter promises, and the exercises that test it."""

    name: str
    text: str
    exercises: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Chapter:
    """A chapter's text."""

    stem: str
    path: Path
    cells: tuple[Cell, ...]
    objectives: tuple[Objective, ...]

    @property
    def introduced(self) -> frozenset[str]:
        """Every identifier that stands in the chapter as code: in a code cell, a fence or between backticks."""
        code = [
            cell.source if cell.kind == "code" else " ".join(_CODE_SPAN.findall(cell.source)) for cell in self.cells
        ]
        return frozenset(_IDENTIFIER.findall("\n".join(code)))


def replace_region(source: str, begin: str, end: str, stub: str | None = None) -> str:
    """Each marked region replaced by `stub`, indented like its first marker, or removed; as nbgrader does it."""
    lines: list[str] = []
    inside = False
    for line in source.splitlines():
        if line.strip() == begin:
            inside = True
            if stub is not None:
                lines.append(line[: len(line) - len(line.lstrip())] + stub)
        elif line.strip() == end:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def released_source(source: str) -> str:
    """A cell as a learner receives it: solutions replaced by the stub, hidden tests removed."""
    public = replace_region(source, BEGIN_SOLUTION, END_SOLUTION, CODE_STUB)
    return replace_region(public, BEGIN_HIDDEN, END_HIDDEN).rstrip()


def secret_source(source: str) -> str:
    """What `released_source` takes away."""
    lines: list[str] = []
    inside = False
    for line in source.splitlines():
        if line.strip() in MARKERS:
            inside = line.strip() in (BEGIN_SOLUTION, BEGIN_HIDDEN)
        elif inside:
            lines.append(line)
    return "\n".join(lines)


def load_chapter(path: Path) -> Chapter:
    """Parse `course/NN_stem.py`. Raises SourceError."""
    cells, problems = _read(path, CHAPTER_KEYS)
    _check_title(path, cells, problems)
    problems += _check_details(path, cells)
    problems += _check_predictions(path, cells)
    objectives = _objectives(path, cells, problems)
    _stop_at(problems)
    return Chapter(path.stem, path, cells, objectives)


def load_assignment(path: Path) -> Assignment:
    """Parse `solutions/NN_stem.py`. Raises SourceError."""
    cells, problems = _read(path, ASSIGNMENT_KEYS)
    _check_title(path, cells, problems)
    problems += _check_details(path, cells)
    problems += _check_markers(path, cells)
    problems += _check_ids(path, cells)
    exercises = _exercises(path, cells, problems)
    judge = _judge(path, cells, problems)
    problems += _check_code(path, cells, exercises, judge)
    _stop_at(problems)
    return Assignment(path.stem, path, cells, exercises, judge)


def load_bank(path: Path, assignment: Assignment) -> Bank:
    """Parse `solutions/NN_stem_answers.py`, which must fit the assignment. Raises SourceError."""
    cells, problems = _read(path, BANK_KEYS)
    answers: list[Answer] = []
    for cell in cells:
        if cell.kind != "code":
            continue
        try:
            answers.append(_answer(cell, assignment))
        except ValueError as error:
            problems.append(Problem(path, cell.line, str(error)))
    seen: set[tuple[str, str]] = set()
    for answer in answers:
        if (answer.exercise, answer.name) in seen:
            problems.append(
                Problem(path, answer.line, f"two answers for {answer.exercise} are named {answer.name!r}: rename one")
            )
        seen.add((answer.exercise, answer.name))
    for exercise in assignment.exercises:
        for right, least in ((True, 2), (False, 2 if exercise.prediction else 4)):
            found = sum(a.exercise == exercise.name and a.right == right for a in answers)
            if found < least:
                kind = "right" if right else "wrong"
                problems.append(
                    Problem(path, 1, f"{exercise.name} has {found} {kind} answers and needs at least {least}")
                )
    _stop_at(problems)
    return Bank(assignment.stem, path, tuple(answers))


def check_course(chapters: Sequence[Chapter], assignments: Sequence[Assignment]) -> None:
    """The rules that join chapters and assignments: objectives, and torch names introduced in time. Raises SourceError."""
    problems: list[Problem] = []
    by_stem = {chapter.stem: chapter for chapter in chapters}
    for assignment in assignments:
        chapter = by_stem.get(assignment.stem)
        if chapter is None:
            problems.append(
                Problem(
                    assignment.path, 1, f"no chapter is called {assignment.stem}: write course/{assignment.stem}.py"
                )
            )
            continue
        problems += _check_objectives(chapter, assignment)
        known = frozenset[str]().union(*(c.introduced for c in chapters if c.stem <= assignment.stem))
        problems += _check_introduced(assignment, known)
    _stop_at(problems)


def torch_names(source: str) -> list[tuple[int, str]]:
    """(line, name) of every torch function, method or attribute that the code uses, docstring examples included."""
    import torch
    from torch import nn

    names = set(dir(torch)) | set(dir(torch.Tensor)) | set(dir(nn)) | set(dir(nn.functional))
    plain = {name for kind in (str, list, dict, set, tuple, int, float, bytes) for name in dir(kind)}
    found: list[tuple[int, str]] = []
    for node in ast.walk(parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in names:
            module = isinstance(node.value, ast.Name) and node.value.id in {"torch", "nn", "F"}
            if module or node.attr not in plain:
                found.append((node.lineno, node.attr))
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and (doc := ast.get_docstring(node)):
            for example in re.findall(r"^\s*(?:>>>|\.\.\.) ?(.*)$", doc, re.MULTILINE):
                try:
                    found += [(node.lineno, name) for _, name in torch_names(example)]
                except SyntaxError:
                    continue
    return found


def _stop_at(problems: Sequence[Problem]) -> None:
    if problems:
        raise SourceError(problems)


def _read(path: Path, keys: Collection[str]) -> tuple[tuple[Cell, ...], list[Problem]]:
    import jupytext

    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SourceError([Problem(path, 1, f"this file is not UTF-8 ({error.reason}): save it as UTF-8")]) from error
    headers = [number for number, line in enumerate(text.splitlines(), 1) if _HEADER.match(line)]
    notebook = jupytext.reads(text, fmt={"extension": ".py", "format_name": "percent"})
    if len(headers) != len(notebook.cells):
        raise SourceError([Problem(path, 1, "the file must begin with a `# %%` header, and every cell must have one")])
    cells: list[Cell] = []
    problems: list[Problem] = []
    for line, raw in zip(headers, notebook.cells, strict=True):
        metadata = {k: v for k, v in raw.metadata.items() if k != "lines_to_next_cell"}
        for key in sorted(set(metadata) - set(keys)):
            known = ", ".join(sorted(keys))
            problems.append(Problem(path, line, f"unknown header key {key!r}: this file knows {known}"))
        tags = metadata.pop("tags", [])
        for tag in tags:
            if tag not in TAGS:
                problems.append(Problem(path, line, f"unknown tag {tag!r}: use one of {', '.join(sorted(TAGS))}"))
        if raw.cell_type not in ("markdown", "code"):
            problems.append(Problem(path, line, f"a {raw.cell_type} cell: write `# %%` or `# %% [markdown]`"))
        if not raw.source.strip():
            problems.append(Problem(path, line, "an empty cell: fill it or delete it"))
        if raw.cell_type == "code":
            try:
                parse(raw.source)
            except SyntaxError as error:
                problems.append(Problem(path, line + (error.lineno or 0), f"this is not Python: {error.msg}"))
                _stop_at(problems)  # every later rule reads the syntax tree
        values = {k: str(v) for k, v in metadata.items()}
        cells.append(Cell(raw.cell_type, raw.source, line, MappingProxyType(values), tuple(tags)))
    return tuple(cells), problems


def _check_title(path: Path, cells: Sequence[Cell], problems: list[Problem]) -> None:
    number = path.stem.split("_")[0]
    if not cells or cells[0].kind != "markdown" or not cells[0].source.startswith(f"# {number} · "):
        problems.append(
            Problem(path, 1, f"the first cell must be Markdown and begin with `# {number} · ` and the title")
        )


def _judge(path: Path, cells: Sequence[Cell], problems: list[Problem]) -> str:
    """Where tests run, as the first cell's header says."""
    for cell in cells[1:]:
        if "judge" in cell.keys:
            problems.append(
                Problem(
                    path,
                    cell.line,
                    "judge stands in the header of the first cell, for the whole assignment: move it there",
                )
            )
    judge = cells[0].keys.get("judge", JUDGES[0]) if cells else JUDGES[0]
    if judge not in JUDGES:
        problems.append(Problem(path, cells[0].line, f"judge is {judge!r}: use {' or '.join(map(repr, JUDGES))}"))
    return judge


def _check_details(path: Path, cells: Sequence[Cell]) -> list[Problem]:
    """GitHub, Colab and JupyterLab fold a block only in this form."""
    problems: list[Problem] = []
    for cell in cells:
        if cell.kind != "markdown":
            continue
        lines = cell.source.splitlines()
        opened = 0
        for index, line in enumerate(lines):

            def fault(message: str, index: int = index, cell: Cell = cell) -> None:
                problems.append(Problem(path, cell.line_of(index + 1), message))

            if "<details" in line:
                opened += 1
                if line != "<details>":
                    fault("this would not fold: `<details>` must stand alone, at column 0")
                summary = lines[index + 1] if index + 1 < len(lines) else ""
                if not re.fullmatch(r"<summary>.+</summary>", summary):
                    fault("this would not fold: `<summary>…</summary>` must stand alone on the line after `<details>`")
                elif index + 2 >= len(lines) or lines[index + 2].strip():
                    fault("this would not render: leave a blank line after the summary")
            elif "</details>" in line:
                opened -= 1
                if line != "</details>":
                    fault("this would not fold: `</details>` must stand alone, at column 0")
                elif lines[index - 1].strip():
                    fault("this would not render: leave a blank line before `</details>`")
            elif opened and re.match(r"#+ ", line):
                fault("a heading inside `<details>` breaks the table of contents: use bold text")
        if opened:
            problems.append(Problem(path, cell.line, "a `<details>` and its `</details>` must stand in the same cell"))
    return problems


def _check_predictions(path: Path, cells: Sequence[Cell]) -> list[Problem]:
    problems: list[Problem] = []
    asked: set[str] = set()
    revealed: set[str] = set()
    for cell in cells:
        keys = cell.keys
        if "predict" in keys:
            name = keys["predict"]
            if name in asked:
                problems.append(Problem(path, cell.line, f"the prediction {name!r} is asked twice: rename one"))
            asked.add(name)
            tree = parse(cell.source).body
            if not (len(tree) == 1 and isinstance(tree[0], ast.Assign) and ast.unparse(tree[0].value) == "..."):
                problems.append(
                    Problem(path, cell.line, "a predict cell holds one line: `name = ...  # what is asked`")
                )
        if "reveal" in keys:
            name = keys["reveal"]
            if name not in asked:
                problems.append(
                    Problem(path, cell.line, f"{name!r} is revealed before it is asked: put its predict cell first")
                )
            if name in revealed:
                problems.append(Problem(path, cell.line, f"the prediction {name!r} is revealed twice: delete one"))
            revealed.add(name)
            if "answer" not in keys:
                problems.append(Problem(path, cell.line, 'a reveal cell needs `answer="…"`: what torch says'))
            if "reveal(" not in cell.source:
                problems.append(Problem(path, cell.line, "a reveal cell calls `reveal(guess, lambda: …)`"))
        elif "answer" in keys:
            problems.append(Problem(path, cell.line, "`answer` belongs to a reveal cell"))
    for name in sorted(asked - revealed):
        problems.append(Problem(path, 1, f"the prediction {name!r} is never revealed"))
    return problems


def _objectives(path: Path, cells: Sequence[Cell], problems: list[Problem]) -> tuple[Objective, ...]:
    found: list[Objective] = []
    for cell in cells:
        lines = cell.source.splitlines()
        if cell.kind != "markdown" or "## What you will be able to do" not in lines:
            continue
        for number, line in enumerate(lines, 1):
            if not line.startswith("- "):
                continue
            match = _OBJECTIVE.fullmatch(line)
            if match is None:
                problems.append(
                    Problem(
                        path,
                        cell.line_of(number),
                        "an objective reads ``- **name**: what (`exercise`, `exercise`)``, on one line",
                    )
                )
                continue
            names = tuple(re.findall(r"\w+", match["exercises"]))
            found.append(Objective(match["name"], match["text"], names, cell.line_of(number)))
    if not found:
        problems.append(Problem(path, 1, "the chapter has no objectives under `## What you will be able to do`"))
    return tuple(found)


def _check_markers(path: Path, cells: Sequence[Cell]) -> list[Problem]:
    problems: list[Problem] = []
    for cell in cells:
        for number, line in enumerate(cell.source.splitlines(), 1):
            if _LIKE_A_MARKER.match(line) and line.strip() not in MARKERS:
                message = f"`{line.strip()}` is no marker nbgrader knows: write one of {', '.join(MARKERS)}"
                problems.append(Problem(path, cell.line_of(number), message))
        for begin, end, key in ((BEGIN_SOLUTION, END_SOLUTION, "solution"), (BEGIN_HIDDEN, END_HIDDEN, "test")):
            inside = False
            for number, line in enumerate(cell.source.splitlines(), 1):
                at = cell.line_of(number)
                if line.strip() in (begin, end) and key not in cell.keys:
                    problems.append(Problem(path, at, f"`{line.strip()}` belongs in a {key} cell"))
                elif line.strip() == begin and inside:
                    problems.append(Problem(path, at, f"unbalanced markers: a second `{begin}` before `{end}`"))
                elif line.strip() == end and not inside:
                    problems.append(Problem(path, at, f"unbalanced markers: `{end}` without `{begin}`"))
                inside = inside if line.strip() not in (begin, end) else line.strip() == begin
            if inside:
                problems.append(Problem(path, cell.line, f"unbalanced markers: `{begin}` without `{end}`"))
    return problems


def _check_ids(path: Path, cells: Sequence[Cell]) -> list[Problem]:
    problems: list[Problem] = []
    seen: dict[str, int] = {"setup": 0}
    for cell in cells:
        roles = [key for key in ("locked", "solution", "test") if key in cell.keys]
        if len(roles) > 1:
            problems.append(Problem(path, cell.line, f"a cell has one role, this one has {' and '.join(roles)}"))
        if roles and cell.kind != "code":
            problems.append(Problem(path, cell.line, f"a {roles[0]} cell holds code, not Markdown"))
        if "points" in cell.keys and "test" not in cell.keys:
            problems.append(Problem(path, cell.line, "`points` belongs to a test cell"))
        for role in roles[:1]:
            name = cell.keys[role]
            if not ID.fullmatch(name):
                problems.append(
                    Problem(path, cell.line, f"the id {name!r} may hold letters, digits, `_` and `-` only, 64 at most")
                )
            if name in seen:
                problems.append(Problem(path, cell.line, f"duplicate id {name!r}: line {seen[name]} has it already"))
            seen[name] = cell.line
    return problems


def _exercises(path: Path, cells: Sequence[Cell], problems: list[Problem]) -> tuple[Exercise, ...]:
    exercises: list[Exercise] = []
    answers = {cell.keys["solution"]: cell for cell in cells if "solution" in cell.keys}
    checks: dict[str, list[Check]] = {name: [] for name in answers}
    hints = dict.fromkeys(answers, 0)
    headings: dict[str, re.Match[str]] = {}
    heading: tuple[Cell, re.Match[str]] | None = None
    current = ""
    for cell in cells:
        if cell.kind == "markdown":
            for number, line in enumerate(cell.source.splitlines(), 1):
                if line.startswith("### "):
                    match = _HEADING.fullmatch(line)
                    if match is None:
                        problems.append(
                            Problem(
                                path,
                                cell.line_of(number),
                                "a heading reads `### Exercise 1 · Title ★ · 5 points · 6 minutes`",
                            )
                        )
                    else:
                        heading = (cell, match)
            if current:
                hints[current] += cell.source.count("<summary>Hint")
            if "solution_notes" in cell.keys and cell.keys["solution_notes"] not in answers:
                problems.append(
                    Problem(path, cell.line, f"solution_notes for no exercise: {cell.keys['solution_notes']!r}")
                )
        elif "solution" in cell.keys:
            current = cell.keys["solution"]
            if heading is None:
                problems.append(
                    Problem(
                        path, cell.line, f"{current} has no heading: write `### Exercise … points · … minutes` above it"
                    )
                )
            else:
                headings[current], heading = heading[1], None
            if "objective" not in cell.keys:
                problems.append(Problem(path, cell.line, f'{current} names no objective: write objective="…"'))
        elif "test" in cell.keys:
            _add_check(path, cell, answers, checks, problems)
    for name, cell in answers.items():
        if not checks[name]:
            problems.append(
                Problem(path, cell.line, f'{name} has no test: write `# %% test="{name}-…" points=…` below it')
            )
            continue
        if name not in headings:
            continue
        match = headings[name]
        stars = len(match["stars"] or "")
        total = sum(check.points for check in checks[name])
        if total != int(match["points"]):
            problems.append(
                Problem(
                    path,
                    cell.line,
                    f"points do not add up: the heading of {name} says {match['points']}, its checks have {total}",
                )
            )
        if stars and hints[name] != 3:
            problems.append(
                Problem(
                    path,
                    cell.line,
                    f"{name} has {hints[name]} hints and needs three: a nudge, the idea, nearly the code",
                )
            )
        exercises.append(
            Exercise(
                name=name,
                objective=cell.keys.get("objective", ""),
                title=match["title"],
                stars=stars,
                minutes=int(match["minutes"]),
                cell=cell,
                checks=tuple(checks[name]),
                hints=hints[name],
            )
        )
    return tuple(exercises)


def _add_check(
    path: Path, cell: Cell, answers: Mapping[str, Cell], checks: dict[str, list[Check]], problems: list[Problem]
) -> None:
    identity = cell.keys["test"]
    exercise, _, name = identity.partition("-")
    if exercise not in answers:
        problems.append(Problem(path, cell.line, f"a test for no exercise: no answer cell is called {exercise!r}"))
        return
    if not name:
        problems.append(Problem(path, cell.line, f"the check {identity!r} has no name: write `{exercise}-name`"))
    if answers[exercise].line > cell.line:
        problems.append(Problem(path, cell.line, f"{identity} stands above the answer it tests: move it below"))
    points = cell.keys.get("points", "")
    if not points.isdecimal() or int(points) == 0:
        problems.append(Problem(path, cell.line, f"{identity} needs `points=N`, a whole number above 0"))
        points = "0"
    check = Check(identity, exercise, int(points), cell)
    if not any(line.strip() and not line.strip().startswith("#") for line in check.visible.splitlines()):
        problems.append(
            Problem(
                path, cell.line, f"{identity} is empty when released, and learners delete empty cells: show one line"
            )
        )
    tail = cell.source.rstrip().rpartition(END_HIDDEN)
    if tail[1] and tail[2].strip():
        problems.append(Problem(path, cell.line, f"{identity}: the hidden part must be the end of the cell"))
    if cell.source.count(BEGIN_HIDDEN) > 1:
        problems.append(Problem(path, cell.line, f"{identity} has two hidden regions: join them at the end"))
    checks[exercise].append(check)


def _check_code(path: Path, cells: Sequence[Cell], exercises: Sequence[Exercise], judge: str) -> list[Problem]:
    """The rules for what stands inside answer and test cells."""
    from autograder import rules

    problems: list[Problem] = []
    locked = set[str]().union(*(rules.names_bound(c.source) for c in cells if "locked" in c.keys))
    answers = {c.keys["solution"] for c in cells if "solution" in c.keys}
    bound = set[str]().union(*(rules.names_bound(c.source) for c in cells if "solution" in c.keys)) - locked
    unsealed = False
    for cell in cells:
        if "test" in cell.keys:
            if judge != "sealed":
                continue  # it runs where the learner's objects are
            found = rules.problems_of_test(
                cell.source, check_id=cell.keys["test"], answers=answers | bound, locked_names=locked
            )
            unsealed |= bool(found)
        elif "solution" in cell.keys:
            name = cell.keys["solution"]
            found = rules.problems_of_answer(cell.source, name=name, locked_names=locked)
            if BEGIN_SOLUTION not in cell.source:
                found.append((0, f"{name} has no solution region: the release would give the answer away"))
        else:
            continue
        problems += [Problem(path, cell.line_of(number), message) for number, message in found]
    if unsealed:
        remedy = (
            "its tests run away from the learner's objects, and some cannot: mend what is listed below with check and @check.observe, or "
            'write judge="in-process" into this header, which runs the tests where learners\' code could see and change them'
        )
        problems.append(Problem(path, 1, remedy))
    for exercise in exercises:
        problems += _check_given(path, exercise)
    return problems


def _check_given(path: Path, exercise: Exercise) -> list[Problem]:
    """A find-the-bug is untouched when its code is the code as given: each check carries the digest of what it attempts."""
    from autograder import check

    if not exercise.find_the_bug:
        return []
    problems = []
    for item in exercise.checks:
        # An answer cell may hold several functions; a check is about one of them.
        attempted = _ATTEMPTED.search(item.cell.source)
        try:
            digest = check.digest(exercise.untouched, attempted[1] if attempted else exercise.name)
        except ValueError:
            digest = check.digest(exercise.untouched, exercise.name)
        if f'given="{digest}"' not in item.cell.source:
            message = f'{item.id} must say when the code is untouched: check.attempted(…, given="{digest}")'
            problems.append(Problem(path, item.cell.line, message))
    return problems


def _check_objectives(chapter: Chapter, assignment: Assignment) -> list[Problem]:
    problems: list[Problem] = []
    promised = {objective.name: objective for objective in chapter.objectives}
    names = {exercise.name for exercise in assignment.exercises}
    for exercise in assignment.exercises:
        line = exercise.cell.line
        if exercise.objective not in promised:
            known = ", ".join(promised)
            problems.append(
                Problem(
                    assignment.path,
                    line,
                    f"{exercise.name} tests {exercise.objective!r}, which the chapter does not promise: it promises {known}",
                )
            )
        elif exercise.name not in promised[exercise.objective].exercises:
            where = f"{chapter.path.name}:{promised[exercise.objective].line}"
            problems.append(
                Problem(
                    assignment.path,
                    line,
                    f"{exercise.name} tests {exercise.objective!r}, but {where} does not name it there",
                )
            )
    for objective in chapter.objectives:
        for name in objective.exercises:
            if name not in names:
                problems.append(
                    Problem(chapter.path, objective.line, f"{objective.name} is tested by {name}, which is no exercise")
                )
    return problems


def _check_introduced(assignment: Assignment, known: Collection[str]) -> list[Problem]:
    problems: list[Problem] = []
    for cell in assignment.cells:
        if cell.kind != "code" or "test" in cell.keys:
            continue
        reported: set[str] = set()
        for number, name in torch_names(cell.source):
            if name not in known and name not in reported:
                reported.add(name)
                problems.append(
                    Problem(
                        assignment.path,
                        cell.line_of(number),
                        f"no chapter so far shows {name!r}: introduce it, or do without it",
                    )
                )
    return problems


def _answer(cell: Cell, assignment: Assignment) -> Answer:
    keys = cell.keys
    if ("right" in keys) == ("wrong" in keys):
        raise ValueError('an answer is either right="name" or wrong="name"')
    right = "right" in keys
    name = keys["right" if right else "wrong"]
    exercise = next((e for e in assignment.exercises if e.name == keys.get("for")), None)
    if exercise is None:
        raise ValueError(f"{name!r} is for {keys.get('for')!r}, which is no exercise of {assignment.stem}")
    if right and ("says" in keys or "fails" in keys):
        raise ValueError(f"{name!r} is right: it has no `says` and no `fails`")
    if not right and not keys.get("says"):
        raise ValueError(f'{name!r} is wrong: write says="…", which the message must contain')
    every = tuple(check.id for check in exercise.checks)
    fails = tuple(f"{exercise.name}-{part.strip()}" for part in keys.get("fails", "").split(",") if part.strip())
    for identity in fails:
        if identity not in every:
            raise ValueError(
                f"{name!r} fails {identity!r}, which is no check of {exercise.name}: it has {', '.join(every)}"
            )
    return Answer(
        name=name,
        exercise=exercise.name,
        right=right,
        source=cell.source,
        says=keys.get("says", ""),
        fails=() if right else fails or every,
        line=cell.line,
    )
