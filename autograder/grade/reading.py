"""How an answer is written, read from the text that was handed in.

The learner's process could say anything about its own code, so a rule about *how* an answer is written (no loop, no `matmul`) is decided here, from the syntax
trees of all cells that ran. Where a name was given by something else than a definition, an assignment is followed; where that does not help, there is no source, and the check
that asked for it fails.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Sequence

from autograder.check import code
from autograder.grade import evasion
from autograder.parsing import parse_cell

_MANY = 50  # definitions that a search looks through
_CHARACTERS = 300_000  # of one submission: a parsed cell takes a thousand times its own size
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _looked_up(node: ast.AST) -> set[str]:
    """The names that a statement looks up in the notebook: an argument or a local name of a function is none of them."""
    names = set[str]()
    try:
        queue = [symtable.symtable(ast.unparse(node), "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    while queue:
        scope = queue.pop()
        queue += scope.get_children()
        for symbol in scope.get_symbols():
            if symbol.is_referenced() and (scope.get_type() == "module" or symbol.is_global()):
                names.add(symbol.get_name())
    return names


class SourceReader:
    """The learner's cells so far, in the order in which they ran."""

    def __init__(self) -> None:
        self.bound: dict[str, ast.stmt] = {}  # the last statement at the top of a cell that gave a name its value
        self.remarks: list[str] = []  # on the last cell
        self.left = _CHARACTERS
        self._names: dict[ast.AST, set[str]] = {}  # of statements that were searched, what they look up

    def add(self, source: str) -> frozenset[str]:
        """A cell ran: the names that it bound. One that is no Python binds nothing; behind more than can be read, no name has a source."""
        self.remarks = []
        self.left -= len(source)
        if self.left < 0:
            return frozenset()
        outer, self.bound = self.bound, {}
        self._read(source)
        names = frozenset(self.bound)
        self.bound = outer | self.bound
        return names

    def _read(self, source: str) -> None:
        try:
            tree = parse_cell(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        self.remarks = evasion.remarks(tree)
        self._walk(tree.body)

    def _walk(self, statements: Sequence[ast.stmt]) -> None:
        for node in statements:
            if isinstance(node, _DEFINITIONS):
                self.bound[node.name] = node
            elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    for part in ast.walk(target):
                        if isinstance(part, ast.Name):
                            self.bound[part.id] = node
            elif isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    self.bound[alias.asname or alias.name.partition(".")[0]] = node
            elif isinstance(node, ast.If | ast.For | ast.While | ast.With | ast.Try):
                for name in ("body", "orelse", "finalbody"):
                    self._walk(getattr(node, name, []))
                for handler in getattr(node, "handlers", []):
                    self._walk(handler.body)

    def uses(self, name: str, forbidden: Sequence[str]) -> list[tuple[str, str, int]] | None:
        """Every use of something forbidden: (what, in which function, on which line of its cell). None without a source."""
        start = self.bound.get(name)
        if start is None or self.left < 0:
            return None
        found: list[tuple[str, str, int]] = []
        queue, seen = [(name, start)], {id(start)}
        while queue and len(seen) < _MANY:
            label, node = queue.pop(0)
            if isinstance(node, _DEFINITIONS):
                label = node.name
            uses = dict.fromkeys(code.uses_in(node, forbidden, self.alias))
            found += [(thing, label, line) for thing, line in sorted(uses, key=lambda use: use[1])]
            for used in sorted(self._looked_up(node)):
                helper = self.bound.get(used)
                if helper is not None and id(helper) not in seen:
                    seen.add(id(helper))
                    queue.append((used, helper))
        return found

    def _looked_up(self, node: ast.stmt) -> set[str]:
        if node not in self._names:
            self._names[node] = _looked_up(node)
        return self._names[node]

    def alias(self, name: str) -> str:
        """The name under which a library knows what this name was bound to: `mm = torch.matmul`, `from torch import matmul as mm`."""
        node = self.bound.get(name)
        if isinstance(node, ast.ImportFrom):
            return next((alias.name for alias in node.names if (alias.asname or alias.name) == name), "")
        value = getattr(node, "value", None)
        return value.attr if isinstance(value, ast.Attribute) else ""
