"""A class of learners, invented: their notebooks as they would hand them in, and the points each must get.

Theory of operation
-------------------
A learner here is three choices. *Work*: what stands in each answer cell (a right answer, the untouched cell, a wrong answer of
the bank). *Habits*: cells added anywhere, text written to stderr. *Editor*: who saved the file, and so its format and metadata.
A seed decides where chance does; that every wrong answer, every habit and every editor occurs is not left to chance.

The points are added up from the assignment's declared points and from the checks that the bank says an answer fails. Nothing is
run here, so that a run can be held against them.
"""

from __future__ import annotations

import ast
import json
import random
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import cycle, zip_longest
from types import MappingProxyType
from typing import Any

from autograder.parsing import parse
from autograder.rules import uses_names
from autograder.source import BEGIN_SOLUTION, END_SOLUTION, Answer, Assignment, Bank, Exercise

CLASS_SIZE = 24
SEED = 20260
JSON = dict[str, Any]


class Editor(Enum):
    """Who saved the notebook."""

    JUPYTERLAB = "JupyterLab"
    COLAB_40 = "Colab, nbformat 4.0"
    COLAB_45 = "Colab, nbformat 4.5, view-in-GitHub cell"


@dataclass(frozen=True)
class Work:
    """What one learner did: an answer for each exercise, None where it was left untouched."""

    kind: str  # complete, partial, blank, wrong or mixed
    answers: Mapping[str, Answer | None]


@dataclass(frozen=True)
class Habits:
    """What a learner leaves in a notebook besides answers."""

    adds_cells: bool = False
    warns: bool = False

    def __str__(self) -> str:
        names = ("added cells" * self.adds_cells, "text on stderr" * self.warns)
        return ", ".join(filter(None, names)) or "nothing added"


@dataclass(frozen=True)
class Submission:
    """One learner's notebook, and the points of each check it must get."""

    student: str
    stem: str
    notebook_bytes: bytes
    expected: Mapping[str, int]
    description: str

    @property
    def points(self) -> int:
        return sum(self.expected.values())


def classroom(
    assignment: Assignment, bank: Bank, released: bytes, *, size: int = CLASS_SIZE, seed: int = SEED
) -> tuple[Submission, ...]:
    """A class of `size`, made from a released notebook and the bank; larger where it takes more to hold every wrong answer of the bank.

    The first learners are of every kind, so that a rehearsal that goes wrong goes wrong early.
    """
    chance = random.Random(f"{seed} {assignment.stem}")
    works = plan(assignment, bank, size, chance)
    habits = cycle((Habits(warns=True), Habits(adds_cells=True), Habits(True, True), Habits(), Habits(adds_cells=True)))
    editors = cycle(Editor)
    return tuple(
        hand_in(f"learner-{number:02d}", assignment, json.loads(released), work, next(habits), next(editors), chance)
        for number, work in enumerate(works, start=1)
    )


def plan(assignment: Assignment, bank: Bank, size: int, chance: random.Random) -> list[Work]:
    """What each learner of the class did: kinds in turn, every wrong answer of the bank at least once."""
    exercises = assignment.exercises
    right = {e.name: cycle(shuffled((own_solution(e), *bank.of(e.name, right=True)), chance)) for e in exercises}
    wrong = {e.name: cycle(bank.of(e.name, right=False) or (None,)) for e in exercises}

    def all_right() -> dict[str, Answer | None]:
        return {name: next(answers) for name, answers in right.items()}

    def some(share: float, other: Mapping[str, Answer | None]) -> dict[str, Answer | None]:
        return {name: other[name] if chance.random() < share else answer for name, answer in all_right().items()}

    untouched: dict[str, Answer | None] = {e.name: None for e in exercises}
    names = frozenset(right)
    hands = deal([a for a in bank.answers if not a.right], limit=-(-len(exercises) // 2), names=names)
    others = [
        Work("complete", all_right()),
        Work("blank", untouched),
        Work("partial", some(0.5, untouched)),
        Work("complete", all_right()),
        Work("complete", all_right()),
        Work("partial", some(0.25, untouched)),
        Work("blank", untouched),
        Work("complete", all_right()),
        Work("partial", some(0.75, untouched)),
    ]
    size = max(size, len(hands) + 3)
    turns = zip_longest(others[: size - len(hands)], [Work("wrong", all_right() | hand) for hand in hands])
    works = [work for turn in turns for work in turn if work is not None]
    while len(works) < size:
        works.append(Work("mixed", some(0.5, {name: chance.choice((None, next(w))) for name, w in wrong.items()})))
    return [Work(work.kind, settled(work.answers, names)) for work in works]


def settled(answers: Mapping[str, Answer | None], names: frozenset[str]) -> dict[str, Answer | None]:
    """Without the answers that call another exercise's answer where that one is untouched or wrong: what they would score is not in the bank."""
    kept = dict(answers)
    while True:
        lost = [
            name
            for name, answer in kept.items()
            if answer
            and any((needed := kept.get(other)) is None or not needed.right for other in called(answer, names))
        ]
        if not lost:
            return kept
        kept |= dict.fromkeys(lost)


def called(answer: Answer, names: frozenset[str]) -> frozenset[str]:
    """The other exercises whose answers this one uses."""
    try:
        used = uses_names(answer.source)
    except (SyntaxError, ValueError):
        return frozenset()
    return (names & used) - {answer.exercise}


def deal(wrong: Sequence[Answer], limit: int, names: frozenset[str] = frozenset()) -> list[dict[str, Answer | None]]:
    """Every wrong answer in exactly one hand; a hand holds one answer an exercise, none that another one calls, and `limit` answers at most."""
    hands: list[dict[str, Answer | None]] = []
    for answer in wrong:
        needs = called(answer, names)
        for hand in hands:
            apart = needs.isdisjoint(hand) and all(answer.exercise not in called(a, names) for a in hand.values() if a)
            if answer.exercise not in hand and len(hand) < limit and apart:
                hand[answer.exercise] = answer
                break
        else:
            hands.append({answer.exercise: answer})
    return hands


def expected_points(assignment: Assignment, answers: Mapping[str, Answer | None]) -> dict[str, int]:
    """The points of each check: none for an untouched answer, none for a check that a wrong answer is known to fail."""
    points = {}
    for exercise in assignment.exercises:
        answer = answers[exercise.name]
        for check in exercise.checks:
            points[check.id] = 0 if answer is None or check.id in answer.fails else check.points
    return points


def own_solution(exercise: Exercise) -> Answer:
    """The author's solution as a learner would have typed it: without its markers."""
    markers = (BEGIN_SOLUTION, END_SOLUTION)
    source = "\n".join(line for line in exercise.solution.splitlines() if line.strip() not in markers)
    return Answer(
        name="solution", exercise=exercise.name, right=True, source=source, says="", line=exercise.cell.line, fails=()
    )


def hand_in(
    student: str,
    assignment: Assignment,
    notebook: JSON,
    work: Work,
    habits: Habits,
    editor: Editor,
    chance: random.Random,
) -> Submission:
    """One learner's notebook, saved by their editor."""
    fill_in(notebook, work.answers, warns=habits.warns)
    if habits.adds_cells:
        add_cells(notebook, chance)
    pretend_to_run(notebook)
    save = {Editor.JUPYTERLAB: save_jupyterlab, Editor.COLAB_40: save_colab_40, Editor.COLAB_45: save_colab_45}[editor]
    save(notebook, chance)
    indent = 1 if editor is Editor.JUPYTERLAB else 2
    wrong = sorted(f"{a.exercise}: {a.name}" for a in work.answers.values() if a is not None and not a.right)
    return Submission(
        student=student,
        stem=assignment.stem,
        notebook_bytes=json.dumps(notebook, indent=indent, ensure_ascii=False).encode(),
        expected=MappingProxyType(expected_points(assignment, work.answers)),
        description="; ".join(filter(None, (work.kind, editor.value, str(habits), ", ".join(wrong)))),
    )


def fill_in(notebook: JSON, answers: Mapping[str, Answer | None], *, warns: bool) -> None:
    """Answers into their cells, in place. A learner who warns does so inside an answer, where a test cell runs it."""
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        answer = answers.get(marks.get("grade_id", "")) if marks.get("solution") else None
        if answer is not None:
            cell["source"] = lines_of(warning(answer.source, answer.exercise) if warns else answer.source)


def warning(source: str, name: str) -> str:
    """The source, writing to stderr: from inside the function `name`, or as it runs where there is none."""
    lines = source.splitlines()
    spoken = ("import sys, warnings", 'warnings.warn("not sure about this yet")', 'print("here", file=sys.stderr)')
    for node in reversed(parse(source).body):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            body = [statement for statement in node.body if not is_docstring(statement)]
            if body and body[0].lineno > node.lineno:
                start = body[0].lineno - 1
                indent = " " * body[0].col_offset
                return "\n".join([*lines[:start], *(indent + line for line in spoken), *lines[start:]])
    return "\n".join([*lines, *spoken])


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def add_cells(notebook: JSON, chance: random.Random) -> None:
    """A learner's scratch work: notes, a calculation, an error, a warning; anywhere behind the imports."""
    scratch = (
        ("code", "scratch = list(range(6))\nscratch"),
        ("markdown", "What I tried: see the cell above. *Ask about this on Monday!*"),
        ("code", 'import warnings\nwarnings.warn("only a trial")'),
        ("code", "scratch_total = sum(scratch_list)"),
        ("code", ""),
        ("code", "# scratch = 0\n# print(scratch)"),
    )
    cells = notebook["cells"]
    imports = next(i for i, cell in enumerate(cells) if cell["metadata"].get("nbgrader", {}).get("locked"))
    for kind, source in scratch:
        cell: JSON = {"cell_type": kind, "id": new_id(chance), "metadata": {}, "source": lines_of(source)}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        cells.insert(chance.randint(imports + 1, len(cells)), cell)


def pretend_to_run(notebook: JSON) -> None:
    """Execution counts and outputs as a run would leave them; grading must not care what they say."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for count, cell in enumerate(code, start=1):
        cell["execution_count"] = count
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["outputs"] = [
                {"output_type": "stream", "name": "stdout", "text": ["passed\n"]},
                {"output_type": "stream", "name": "stderr", "text": ["UserWarning: not sure about this yet\n"]},
            ]


def save_jupyterlab(notebook: JSON, chance: random.Random) -> None:
    notebook["metadata"] = {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
        "language_info": {
            "codemirror_mode": {"name": "ipython", "version": 3},
            "file_extension": ".py",
            "mimetype": "text/x-python",
            "name": "python",
            "nbconvert_exporter": "python",
            "pygments_lexer": "ipython3",
            "version": "3.12.4",
        },
        "widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2, "version_minor": 0}},
    }
    chance.choice(notebook["cells"])["metadata"]["jp-MarkdownHeadingCollapsed"] = True


def save_colab_40(notebook: JSON, chance: random.Random) -> None:
    """Colab writes an older notebook back as 4.0: ids in the metadata only."""
    save_colab(notebook, chance)
    notebook["nbformat_minor"] = 0
    for cell in notebook["cells"]:
        del cell["id"]


def save_colab_45(notebook: JSON, chance: random.Random) -> None:
    """4.5 stays 4.5, except for the cell that "Save a copy in GitHub" puts first, which has no id."""
    save_colab(notebook, chance)
    notebook["metadata"]["colab"]["include_colab_link"] = True
    badge = (
        '<a href="https://colab.research.google.com/github/owner/name/blob/main/copy.ipynb" target="_parent">'
        '<img src="https://colab.research.google.com/assets/colab-badge.svg" alt="Open In Colab"/></a>'
    )
    view = {"cell_type": "markdown", "metadata": {"id": "view-in-github", "colab_type": "text"}, "source": [badge]}
    notebook["cells"].insert(0, view)


def save_colab(notebook: JSON, chance: random.Random) -> None:
    notebook["metadata"] = {
        "colab": {"provenance": [], "toc_visible": True, "gpuType": "T4"},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
        "accelerator": "GPU",
        "widgets": {"application/vnd.jupyter.widget-state+json": {}},
    }
    for number, cell in enumerate(notebook["cells"]):
        metadata = cell["metadata"]
        metadata["id"] = cell["id"]
        if cell["cell_type"] != "code":
            continue
        metadata["executionInfo"] = {
            "status": "ok",
            "timestamp": 1_780_000_000_000 + 1_000 * number,
            "user_tz": -120,
            "elapsed": chance.randint(1, 900),
            "user": {"displayName": "", "userId": ""},
        }
        if cell["outputs"]:
            metadata["colab"] = {"base_uri": "https://localhost:8080/"}
            metadata["outputId"] = str(uuid.UUID(int=chance.getrandbits(128), version=4))


def lines_of(source: str) -> list[str]:
    """A source as notebooks store it."""
    return source.splitlines(keepends=True)


def new_id(chance: random.Random) -> str:
    return f"{chance.getrandbits(32):08x}"


def shuffled(answers: Iterable[Answer], chance: random.Random) -> list[Answer]:
    result = list(answers)
    chance.shuffle(result)
    return result
