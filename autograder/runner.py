"""Run an assignment with given answers, quickly, on trusted code: the gate's and the class's workhorse.

Theory of operation
-------------------
The parent imports torch once. Each run forks a child, which executes the assignment's code cells in notebook order in one namespace and
sends back what each check said. A fork costs milliseconds, so hundreds of answers are affordable; a child that hangs is killed, and what
it had not yet reported counts as died. There is no isolation here beyond the fork: learners' work is graded elsewhere.
"""

from __future__ import annotations

import linecache
import multiprocessing
import os
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from types import CodeType
from typing import Any

from autograder import compiler
from autograder.source import Assignment

GRADING = "TORCH_FOUNDATIONS_GRADING"  # set where "not attempted" must cost its points
SEED = "AUTOGRADER_SEED"


@dataclass(frozen=True)
class Outcome:
    """What one check said."""

    id: str
    points: int
    max_points: int
    status: str  # "passed", "failed", "not_attempted", "error" or "died"
    message: str


@dataclass(frozen=True)
class Run:
    """One run of an assignment: its checks in notebook order, what broke between them, and what it cost."""

    outcomes: tuple[Outcome, ...]
    errors: tuple[str, ...]  # cells that are no checks and raised
    seconds: float
    megabytes: float  # grown above the parent
    findings: Any = None  # what `inspect` returned

    @property
    def points(self) -> int:
        return sum(outcome.points for outcome in self.outcomes)

    def of(self, exercise: str) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.id.partition("-")[0] == exercise]


def run(
    assignment: Assignment,
    answers: Mapping[str, str] | None = None,
    *,
    seed: int = 0,
    timeout: float = 60.0,
    prelude: str = "",
    inspect: Callable[[dict[str, Any]], Any] | None = None,
) -> Run:
    """Run all cells, with `answers` (exercise -> cell source) in place of the author's solutions.

    `prelude` runs first in the same namespace; `inspect` sees the namespace at the end, in the child, and returns plain data.
    """
    cells = code_cells(assignment, answers or {})
    points = {check.id: check.points for check in assignment.checks}
    if compiler.needed(source for _, source, _ in cells):
        compiler.warm_up()
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(theirs, cells, seed, prelude, inspect), daemon=True)
    started = time.perf_counter()
    process.start()
    theirs.close()
    said: dict[str, Outcome] = {}
    errors: list[str] = []
    megabytes, findings = 0.0, None
    reason = f"it ran longer than {timeout:g} s"
    while (left := started + timeout - time.perf_counter()) > 0 and ours.poll(left):
        try:
            kind, *content = ours.recv()
        except EOFError:
            reason = "the process died"
            break
        if kind == "check":
            identity, status, message = content
            earned = points[identity] if status == "passed" else 0
            said[identity] = Outcome(identity, earned, points[identity], status, message)
        elif kind == "error":
            errors.append(content[0])
        else:
            megabytes, findings = content
            break
    process.kill()
    process.join()
    ours.close()
    outcomes = tuple(
        said.get(check.id, Outcome(check.id, 0, check.points, "died", reason)) for check in assignment.checks
    )
    return Run(outcomes, tuple(errors), time.perf_counter() - started, megabytes, findings)


def code_cells(assignment: Assignment, answers: Mapping[str, str]) -> list[tuple[str, str, bool]]:
    """(id, source, is a check) of every code cell, in order, with answers put in."""
    cells: list[tuple[str, str, bool]] = []
    for index, cell in enumerate(assignment.cells):
        if cell.kind != "code":
            continue
        if "test" in cell.keys:
            cells.append((cell.keys["test"], cell.source, True))
        elif "solution" in cell.keys:
            name = cell.keys["solution"]
            cells.append((name, answers.get(name, cell.source), False))
        else:
            cells.append((cell.keys.get("locked", f"cell-{index}"), cell.source, False))
    return cells


def _child(
    pipe: Connection,
    cells: Sequence[tuple[str, str, bool]],
    seed: int,
    prelude: str,
    inspect: Callable[[dict[str, Any]], Any] | None,
) -> None:
    import torch

    os.environ[GRADING] = "1"
    os.environ[SEED] = str(seed)
    torch.set_num_threads(1)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
    if prelude:
        exec(_compiled("prelude", prelude), namespace)
    for identity, source, is_check in cells:
        status, message = _execute(identity, source, namespace)
        if is_check:
            pipe.send(("check", identity, status, message))
        elif status != "passed":
            pipe.send(("error", f"{identity}: {message}"))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    pipe.send(("done", grown, inspect(namespace) if inspect else None))
    pipe.close()
    os._exit(0)


def _execute(identity: str, source: str, namespace: dict[str, Any]) -> tuple[str, str]:
    from autograder import check

    try:
        exec(_compiled(identity, source), namespace)
    except check.NotAttempted as error:
        return "not_attempted", str(error)
    except check.CheckFailed as error:
        return "failed", str(error)
    except BaseException as error:
        return "error", f"{type(error).__name__}: {error}"
    return "passed", ""


def _compiled(identity: str, source: str) -> CodeType:
    """Compiled under a name that `inspect.getsource` can find, as IPython does."""
    name = f"<cell {identity}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return compile(source, name, "exec")
