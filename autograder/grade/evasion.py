"""What a person should look at: code that reaches for what no exercise needs.

It costs nothing. Rules about how an answer is written can be got round by somebody who wants to, and these are the ways there: frames, garbage, other processes, code made of text, libraries changed
under the test's feet. Honest notebooks rarely have them.
"""

from __future__ import annotations

import ast

_MODULES = frozenset(
    (
        "ctypes",
        "gc",
        "linecache",
        "faulthandler",
        "subprocess",
        "multiprocessing",
        "socket",
        "atexit",
        "dis",
        "cffi",
        "mmap",
    )
)
_NAMES = frozenset(("exec", "eval", "compile", "__import__", "__builtins__", "get_ipython"))
_ATTRIBUTES = frozenset(
    (
        *(
            "_getframe",
            "settrace",
            "setprofile",
            "monitoring",
            "f_back",
            "f_locals",
            "f_globals",
            "tb_frame",
            "__code__",
            "__globals__",
            "__closure__",
        ),
        *(
            "__subclasses__",
            "__builtins__",
            "modules",
            "meta_path",
            "_exit",
            "fork",
            "kill",
            "execv",
            "posix_spawn",
            "popen",
            "system",
        ),
    )
)
# Changing one of these changes what others compute with.
_LIBRARIES = frozenset(
    ("torch", "check", "autograder", "torchscope", "builtins", "sys", "np", "numpy", "F", "nn", "operator")
)
_MANY = 3  # remarks on one cell


def remarks(tree: ast.Module) -> list[str]:
    """Sentences about a cell, the first few."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        what = _reaches_for(node)
        if what:
            found.setdefault(
                f"line {getattr(node, 'lineno', 1)} {what}: an answer does not need that, so somebody should look at it"
            )
    return list(found)[:_MANY]


def _reaches_for(node: ast.AST) -> str:
    if isinstance(node, ast.Import | ast.ImportFrom):
        module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        names = [module] if module else [alias.name for alias in node.names]
        for name in names:
            if name.partition(".")[0] in _MODULES:
                return f"imports {name}"
            if name.startswith("autograder.") and name != "autograder.check":
                return f"imports {name}"
    elif isinstance(node, ast.Name) and node.id in _NAMES:
        return f"uses {node.id}"
    elif isinstance(node, ast.Attribute):
        root = _root(node)
        if isinstance(node.ctx, ast.Store | ast.Del) and root in _LIBRARIES:
            return f"changes {ast.unparse(node)}"
        if node.attr in _ATTRIBUTES and not (node.attr == "modules" and root != "sys"):
            return f"uses {node.attr}"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr"):
        names = [part.id for part in node.args[:1] if isinstance(part, ast.Name)]
        return "".join(f"changes {name}" for name in names if name in _LIBRARIES)
    return ""


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
