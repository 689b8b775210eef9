"""What repair knows of an assignment, and how it reads the cells of a submission.

Theory of operation
-------------------
A `Target` is a cell of the assignment with all that a learner's cell may be recognised by: the text it was released with, that text without
white space (editors change white space), without comments and placeholders (what is left of an answer is work), and the names that
the answer must bind, each with the stub's own statement for it. A `Blueprint` is an assignment's targets; it is made once and kept for the
next submission.

A `Reader` reads code that may be no Python. It parses no text twice, and no more characters in all than it has allowance for: a parsed
cell takes a thousand times its own size. Where parsing fails, IPython's magics are taken out, and where that fails too, the starts of
lines are read. Every regular expression here is of linear cost on any text.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from autograder import rules
from autograder.grade.assignment import Assignment, SourceCell
from autograder.parsing import parse_cell
from autograder.source import BEGIN_SOLUTION, CODE_STUB, END_SOLUTION, released_source, replace_region

NOTES_TAG = "solution-notes"  # cells that never reach learners
TEXT_STUB = "YOUR ANSWER HERE"  # nbgrader's
PARSED_CHARACTERS = 300_000  # of one submission; names in what is longer are read from the starts of lines
LONG = 20_000  # characters; the names that a longer text looks up are not worked out
MANY = 500  # definitions or fences looked at in one cell that is no Python
FENCES = ("```", "~~~")

_LANGUAGES = ("", "python", "py", "python3")
# As nbgrader finds its markers: anywhere in a line.
_MARKER = re.compile(r"^([ \t]*).*(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME).*$", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|\s)#")
_DEFINED = re.compile(r"^(?:(?:async[ \t]+)?def|class)[ \t]+(\w+)|^([^\W\d]\w*)[ \t]*(?::[^=\n]*)?=(?!=)", re.MULTILINE)
_FENCE = re.compile(
    r"^[ \t]*+(?:```|~~~)[ \t]*+(\w*+)[^\n]*+\n(.*?)(?:^[ \t]*+(?:```|~~~)[ \t]*+$|\Z)", re.MULTILINE | re.DOTALL
)
_WORD = re.compile(r"\w+")
_PLAIN = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)


@dataclass(frozen=True)
class Statement:
    """A statement at the top level of a cell: the names it binds, and its lines (counted from 0, `end` excluded)."""

    names: frozenset[str]
    begin: int
    end: int
    text: str
    plain: bool  # a definition, an import or an assignment; nothing else happens


@dataclass(frozen=True)
class Target:
    """A cell of the assignment, and what it is recognised by."""

    cell: SourceCell
    place: int
    released: str  # as a learner received it
    fixed: bool  # comes from the assignment, whatever the learner did to it
    squeezed: str
    bare: str
    names: Mapping[str, str] = field(default_factory=dict)  # what the answer must bind -> the stub's statement, bare

    @property
    def answered(self) -> bool:
        """Whether a learner answers here."""
        return self.cell.role in ("answer", "manual") and not self.fixed

    def has_work(self, source: str) -> bool:
        """Whether more stands there than the released cell, comments and placeholders aside."""
        if source == self.released:
            return False
        if len(source) > 2 * len(self.released) + 10_000:
            return bool(source.strip())
        bare = bare_text(source)
        return bare != "" and bare != self.bare


@dataclass(frozen=True)
class Blueprint:
    """An assignment's cells that reach learners."""

    assignment: Assignment
    targets: tuple[Target, ...]
    by_id: Mapping[str, Target]
    by_text: Mapping[str, tuple[Target, ...]]  # squeezed -> those that were released so
    names: Mapping[str, Target]  # what answers must bind


_recent: list[Blueprint] = []  # the last few assignments, so that a class is compared with one blueprint


def blueprint_of(assignment: Assignment) -> Blueprint:
    for known in _recent:
        if known.assignment is assignment:
            return known
    reader = Reader(PARSED_CHARACTERS)
    targets: list[Target] = []
    for cell in assignment.cells:
        if NOTES_TAG not in (cell.metadata.get("tags") or ()):
            targets.append(_target(cell, len(targets), reader))
    by_text: dict[str, tuple[Target, ...]] = {}
    names: dict[str, Target] = {}
    for target in targets:
        if target.squeezed:
            by_text[target.squeezed] = (*by_text.get(target.squeezed, ()), target)
        for name in target.names:
            names.setdefault(name, target)
    made = Blueprint(assignment, tuple(targets), {t.cell.id: t for t in targets}, by_text, names)
    _recent.insert(0, made)
    del _recent[4:]
    return made


def _target(cell: SourceCell, place: int, reader: Reader) -> Target:
    task = bool((cell.metadata.get("nbgrader") or {}).get("task"))
    fixed = cell.role in ("test", "locked") or (cell.role == "manual" and task)
    released = _released(cell, answered=cell.role in ("answer", "manual") and not fixed)
    names: dict[str, str] = {}
    if cell.role == "answer":
        stub = {
            name: bare_text(statement.text) for statement in reader.statements(released) for name in statement.names
        }
        own = stub or {name: "" for statement in reader.statements(cell.source) for name in statement.names}
        names = {name: stub.get(name, "") for name in own}
    return Target(cell, place, released, fixed, squeeze(released), bare_text(released), MappingProxyType(names))


def _released(cell: SourceCell, *, answered: bool) -> str:
    """A cell as a learner receives it, wherever nbgrader released it."""
    source = _MARKER.sub(r"\1### \2 \3", cell.source)
    stub = CODE_STUB if cell.kind == "code" else TEXT_STUB
    if answered and BEGIN_SOLUTION not in source:
        return stub  # nbgrader replaces the whole cell
    source = replace_region(source, BEGIN_SOLUTION, END_SOLUTION, stub)
    return released_source(replace_region(source, "### BEGIN MARK SCHEME", "### END MARK SCHEME"))


class Reader:
    """Reads the statements of cells, no text twice, and no more text than it has allowance for."""

    def __init__(self, allowance: int) -> None:
        self._allowance = allowance
        self._known: dict[str, tuple[Statement, ...]] = {}
        self._python: set[str] = set()  # of those, what could be parsed
        self._needs: dict[str, frozenset[str]] = {}

    def statements(self, source: str) -> tuple[Statement, ...]:
        """The statements at the top level; of what is no Python, the starts of lines that look like definitions."""
        if source not in self._known:
            self._known[source] = self._read(source)
        return self._known[source]

    def names(self, source: str) -> frozenset[str]:
        return frozenset[str]().union(*(statement.names for statement in self.statements(source)))

    def code(self, kind: str, source: str) -> str:
        """What of a cell is code: all of a code cell, the fences of a text, or a text that is Python; else nothing."""
        if kind == "code" and not source.lstrip().startswith(FENCES):
            return source
        found = itertools.islice(_FENCE.finditer(source), MANY)
        fences = (match for match in found if match[1].lower() in _LANGUAGES)
        fenced = "\n\n".join(match[2].rstrip() for match in fences)
        if fenced or kind == "code":
            return fenced or source
        return source if self.names(source) and source in self._python else ""

    def needs(self, source: str) -> frozenset[str]:
        """Names that the code looks up outside of itself; none for a very long text."""
        if source not in self._needs:
            self._needs[source] = self._looked_up(source)
        return self._needs[source]

    def _looked_up(self, source: str) -> frozenset[str]:
        if len(source) > LONG or not self._parsed(source):
            return frozenset()
        return frozenset(rules.names_in(source, rules.uses_names))

    def _parsed(self, source: str) -> ast.Module | None:
        if len(source) > self._allowance:
            return None
        self._allowance -= len(source)
        try:
            return parse_cell(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def _read(self, source: str) -> tuple[Statement, ...]:
        tree = self._parsed(source)
        if tree is None:
            return tuple(_looks_like(source))
        self._python.add(source)
        lines = source.split("\n")
        found: list[Statement] = []
        for node in tree.body:
            begin = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) - 1
            end = node.end_lineno or node.lineno
            text = "\n".join(lines[begin:end])
            found.append(Statement(self._bound(node, text), begin, end, text, isinstance(node, _PLAIN)))
        return tuple(found)

    def _bound(self, node: ast.stmt, text: str) -> frozenset[str]:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                return frozenset([name])
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
                return frozenset([name])
            case ast.Expr() | ast.AnnAssign() | ast.Pass():
                return frozenset()
        return frozenset(rules.names_in(text, rules.names_bound))


def _looks_like(source: str) -> Iterator[Statement]:
    found: list[tuple[int, str]] = []
    line = at = 0
    for match in itertools.islice(_DEFINED.finditer(source), MANY):
        line, at = line + source.count("\n", at, match.start()), match.start()
        found.append((line, match[1] or match[2]))
    lines = source.split("\n")
    for (begin, name), (end, _) in itertools.pairwise([*found, (len(lines), "")]):
        yield Statement(frozenset([name]), begin, end, "\n".join(lines[begin:end]), plain=True)


def squeeze(source: str) -> str:
    """A source without white space: what editors change without a learner's doing."""
    return "".join(source.split())


def bare_text(source: str) -> str:
    """A source without white space, placeholders, and comments (those with a quote may be text, and stay)."""
    kept: list[str] = []
    for line in source.split("\n"):
        if "#" in line:
            after = max(line.rfind('"'), line.rfind("'")) + 1
            comment = _COMMENT.search(line, after)
            line = line[: comment.start()] if comment else line
        word = line.strip()
        if word not in ("pass", "...", TEXT_STUB) and not word.startswith("raise NotImplementedError"):
            kept.append(word)
    return squeeze("".join(kept))


def words_of(source: str) -> frozenset[str]:
    return frozenset(_WORD.findall(source[:5_000]))


def likeness_of(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0
