"""Which of the notebooks in a submission's folder is the one to grade.

Theory of operation
-------------------
Browsers, Colab and JupyterLab save copies under names of their own: `ps1 (1).ipynb`, `Copy of ps1.ipynb`, `ps1-Copy1.ipynb`. The notebook
of the assignment's name is graded, unless it is untouched, missing or broken and another has work in it; then the one with the most
answers, and of equals the one whose name is nearest and whose number is highest, the latest copy. Only then are the files opened at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.grade.assignment import Assignment
from autograder.grade.intake import read
from autograder.grade.limits import DEFAULT, Limits
from autograder.grade.repair import answered, mend
from autograder.grade.submission import Mend, Refused

_COPY = re.compile(
    r"(?:copy of |copie de |kopie von )+|[ _]*\(\d+\)|[-_ ]copy[ _]?\d*|[ _]?- (?:copy|kopie|copie)", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Choice:
    """The notebook to grade; `mend` says why, where it is not simply the one of the assignment's name."""

    name: str
    notebook: bytes
    mend: Mend | None = None


def choose(files: Mapping[str, bytes], assignment: Assignment, limits: Limits = DEFAULT) -> Choice:
    """The notebook to grade among a submission's files (path -> content). Raises Refused when there is none."""
    expected = f"{assignment.name}.ipynb"
    names = sorted(name for name in files if _is_notebook(name))
    if not names:
        raise Refused(f"The submission holds no notebook: hand in {expected}.")
    exact = next((name for name in names if name == expected), "")
    if names == [exact]:
        return Choice(exact, files[exact])
    if len(names) == 1:
        return Choice(
            names[0],
            files[names[0]],
            Mend(assignment.name, f"{names[0]} was graded as {expected}.", _sure(names[0], expected)),
        )
    work = {name: _work(files[name], assignment, limits) for name in names}
    if exact and work[exact] > 0:
        return Choice(exact, files[exact])

    def rank(name: str) -> tuple[int, bool, int, bool, int, list[int], str]:
        stem = _base(name)
        numbers = [int(number[:9]) for number in _NUMBER.findall(stem.removeprefix(assignment.name))]
        return work[name], name == exact, _closeness(name, expected), "/" not in name, -len(stem), numbers, name

    best = max(names, key=rank)
    if best == exact:
        return Choice(exact, files[exact])
    if not exact:
        why = f"There is no {expected}: {best} was graded, of {len(names)} notebooks."
    elif work[exact] < 0:
        why = f"{expected} cannot be graded: {best} was graded in its place."
    else:
        why = f"{expected} is untouched: {best}, which has work in it, was graded in its place."
    return Choice(
        best, files[best], Mend(assignment.name, why, "certain" if exact and work[best] > 0 else _sure(best, expected))
    )


def _is_notebook(name: str) -> bool:
    parts = name.replace("\\", "/").lower().split("/")
    return (
        parts[-1].endswith(".ipynb")
        and not parts[-1].startswith(".")
        and not parts[-1].endswith("-checkpoint.ipynb")
        and ".ipynb_checkpoints" not in parts
        and "__macosx" not in parts
    )


def _work(notebook: bytes, assignment: Assignment, limits: Limits) -> int:
    """How many answers have work in them; -1 for a notebook that cannot be graded."""
    try:
        return answered(assignment, mend(assignment, read(notebook, limits)))
    except Refused:
        return -1


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2][: -len(".ipynb")]


def _closeness(name: str, expected: str) -> int:
    """3 for the same name, 2 but for its case, 1 for a copy of it, 0 for another."""
    mine, its = _base(name), _base(expected)
    if mine == its:
        return 3
    if mine.lower() == its.lower():
        return 2
    return int(_COPY.sub("", mine).strip().lower() == its.lower())


def _sure(name: str, expected: str) -> str:
    return "certain" if _closeness(name, expected) else "likely"
