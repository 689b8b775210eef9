"""The code of an answer: whether anything was written there, a digest of it, and what it uses although it may not."""

from __future__ import annotations

import ast
import dis
import functools
import hashlib
import linecache
import types
from collections.abc import Callable, Mapping, Sequence
from typing import TypeGuard, cast

from autograder.check.values import kind_of

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_STATEMENTS: Mapping[str, tuple[type[ast.AST], ...]] = {
    "for": (ast.For, ast.AsyncFor),
    "while": (ast.While,),
    "comprehension": (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
}
_OPERATORS: Mapping[str, tuple[type[ast.operator], str]] = {
    "+": (ast.Add, "add"),
    "-": (ast.Sub, "sub"),
    "*": (ast.Mult, "mul"),
    "/": (ast.Div, "truediv"),
    "//": (ast.FloorDiv, "floordiv"),
    "%": (ast.Mod, "mod"),
    "**": (ast.Pow, "pow"),
    "@": (ast.MatMult, "matmul"),
    "&": (ast.BitAnd, "and"),
    "|": (ast.BitOr, "or"),
    "^": (ast.BitXor, "xor"),
    "<<": (ast.LShift, "lshift"),
    ">>": (ast.RShift, "rshift"),
}
_SYMBOLS = {kind: symbol for symbol, (kind, _) in _OPERATORS.items()}
_METHODS = {f"__{way}{name}__": symbol for symbol, (_, name) in _OPERATORS.items() for way in ("", "r", "i")}
_MANY = 50  # definitions that a search looks through
# Where a wrapper keeps what it wraps.
_INSIDE = {
    staticmethod: "__func__",
    classmethod: "__func__",
    types.MethodType: "__func__",
    property: "fget",
    functools.partial: "func",
    type(functools.cache(lambda: None)): "__wrapped__",
}


class _Empty:
    """A class in which nothing was written: what it holds, every class holds."""


_FURNITURE = {*vars(_Empty), "__annotations__", "__orig_bases__", "__parameters__", "__abstractmethods__", "_abc_impl"}


def digest(source: str, name: str = "") -> str:
    """Eight hexadecimal digits that stand for a definition's code, whatever its comments, docstrings and layout.

    Of a source with several definitions it takes the last called `name`, or the first when no name is given. Raises
    ValueError when there is no such definition.
    """
    definitions = [node for node in ast.parse(source).body if isinstance(node, _DEFINITIONS)]
    found = [node for node in definitions if node.name == name][-1:] if name else definitions[:1]
    if not found:
        raise ValueError(f"there is no definition of {name or 'a function'} in this source")
    return _digest_of(found[0])


def untouched(answer: object, given: str) -> bool:
    """Whether an answer is as it was given out: empty, or code whose digest is `given`."""
    if answer is ...:
        return True
    members = [answer]
    if _is_class(answer):
        members = [value for name, value in vars(answer).items() if name not in _FURNITURE]
    if all(function is not None and _is_empty(function) for function in map(_function_of, members)):
        return True
    node = _definition(answer) if given else None
    return isinstance(node, _DEFINITIONS) and _digest_of(node) == given


def search(answer: object, forbidden: Sequence[str]) -> list[tuple[str, str, int]] | None:
    """Every use of something forbidden: (what, in which function, on which line of its cell). None without a source."""
    alias = _alias_of(answer)
    if alias in forbidden:
        return [(alias, alias, 1)]
    if _function_of(answer) is None and not _is_class(answer):
        return [] if alias else None
    found: list[tuple[str, str, int]] = []
    queue, seen = [answer], [answer]
    while queue and len(seen) < _MANY:
        current = queue.pop(0)
        node = _definition(current)
        if node is None:
            if current is answer:
                return None
            continue
        scope = _globals_of(current)
        name = getattr(node, "name", "this answer")
        uses = dict.fromkeys(uses_in(node, forbidden, functools.partial(_alias_in, scope)))
        found += [(thing, name, line) for thing, line in sorted(uses, key=lambda use: use[1])]
        for part in ast.walk(node):
            # What is forbidden by name is named already; it may be given code, which loops as it likes.
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id not in forbidden:
                helper = scope.get(part.id)
                if _globals_of(helper) is scope and not any(helper is known for known in seen):
                    queue.append(helper)
                    seen.append(helper)
    return found


def _is_class(value: object) -> TypeGuard[type]:
    """Whether the value is a class, whatever it says of itself."""
    # isinstance would ask the value for its `__class__`.
    return issubclass(type(value), type)


def _function_of(value: object) -> types.FunctionType | None:
    """The plain function inside wrappers, methods, properties and partials, or None."""
    for _ in range(20):
        kind = kind_of(value)
        if kind is types.FunctionType:
            if "__wrapped__" not in vars(value):
                return cast(types.FunctionType, value)
            value = vars(value)["__wrapped__"]
        elif kind in _INSIDE:
            value = getattr(value, _INSIDE[kind])
        else:
            return None
    return None


def _first_function(value: object) -> types.FunctionType | None:
    """The function that an answer is, or the first that its class defines itself; None where there is none."""
    if not _is_class(value):
        return _function_of(value)
    functions = map(_function_of, vars(value).values())
    return next((one for one in functions if one is not None and one.__module__ == value.__module__), None)


def _definition(answer: object) -> ast.stmt | None:
    """The statement that defines a function or class, read from the cell or file it was compiled from.

    `inspect.getsource` finds no class of a notebook before Python 3.13; a class is found here by the lines of its methods.
    """
    function = _first_function(answer)
    if function is None:
        return None
    name = answer.__name__ if _is_class(answer) else function.__code__.co_name
    line = function.__code__.co_firstlineno
    source = "".join(linecache.getlines(function.__code__.co_filename, function.__globals__))
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    around = [node for node in statements if _first(node) <= line <= (node.end_lineno or node.lineno)]
    if name != "<lambda>":
        around = [node for node in around if isinstance(node, _DEFINITIONS) and node.name == name]
    return max(around, key=_first, default=None)


def _first(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, _DEFINITIONS) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _is_empty(function: types.FunctionType) -> bool:
    """Whether the body is a docstring, `pass`, `...` or comments: bytecode that does nothing but return None."""
    for instruction in dis.get_instructions(function):
        if instruction.opname in ("LOAD_CONST", "RETURN_CONST"):
            if instruction.argval is not None:
                return False
        elif instruction.opname not in ("RESUME", "NOP", "RETURN_VALUE", "COPY_FREE_VARS"):
            return False
    return True


def _digest_of(node: ast.AST) -> str:
    return hashlib.sha256(_canonical(node).encode()).hexdigest()[:8]


def _canonical(value: object) -> str:
    """Code as text that is the same in every Python: `ast.unparse` and `ast.dump` differ from version to version."""
    if isinstance(value, ast.AST):
        fields = {name: field for name, field in ast.iter_fields(value) if field is not None and field != []}
        if isinstance(value, _DEFINITIONS) and ast.get_docstring(value, clean=False) is not None:
            fields["body"] = value.body[1:]
        return f"{type(value).__name__}({', '.join(f'{k}={_canonical(v)}' for k, v in sorted(fields.items()))})"
    if isinstance(value, list):
        return f"[{', '.join(map(_canonical, value))}]"
    return repr(value)


def _globals_of(value: object) -> dict[str, object]:
    """The namespace a function or class of the notebook was defined in."""
    function = _first_function(value)
    return function.__globals__ if function is not None else {}


def _alias_of(value: object) -> str:
    """The name under which a library knows a function, or an empty string; a function of the notebook's own is no library's."""
    kinds = (types.BuiltinFunctionType, types.FunctionType, types.MethodDescriptorType)
    if kind_of(value) not in kinds or getattr(value, "__module__", "") == "__main__":
        return ""
    return str(getattr(value, "__name__", ""))


def _alias_in(scope: Mapping[str, object], name: str) -> str:
    return _alias_of(scope.get(name))


def uses_in(node: ast.AST, forbidden: Sequence[str], alias: Callable[[str], str]) -> list[tuple[str, int]]:
    """(what, on which line) of every use of something forbidden. `alias` gives the name by which a library knows a name's value."""
    parts = list(ast.walk(node))
    local = {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)}
    local |= {p.arg for p in parts if isinstance(p, ast.arg)}
    found: dict[str, list[int]] = {thing: [] for thing in forbidden}
    for part in parts:
        for thing in _things(part, local, alias):
            if thing in found:
                found[thing].append(getattr(part, "lineno", 0))
    return [(thing, line) for thing, lines in found.items() for line in lines]


def _things(part: ast.AST, local: set[str], alias: Callable[[str], str]) -> set[str]:
    """What a part of an answer is a use of, in the words that a test may forbid."""
    match part:
        case ast.BinOp(op=op) | ast.AugAssign(op=op):
            return {_SYMBOLS[type(op)]}
        case ast.Attribute(attr=attr):
            return {attr, _METHODS.get(attr, attr)}
        case ast.Name(id=name, ctx=ast.Load()) if name not in local:
            return {name, alias(name)}
        case ast.alias(name=name):
            return {name}
        case ast.Call(func=ast.Name(id="getattr"), args=args):
            return {a.value for a in args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return {word for word, kinds in _STATEMENTS.items() if isinstance(part, kinds)}
