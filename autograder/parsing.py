"""Python's parser, for one thread at a time, and without a word.

CPython 3.11 and 3.12 count the depth of a syntax tree that is being made in one place for all threads, and raise SystemError when two of them make one at once. The
list of warning filters belongs to all threads as well.
"""

from __future__ import annotations

import ast
import re
import threading
import warnings

_one_at_a_time = threading.Lock()
_MAGIC = re.compile(r"^([ \t]*+)(?:[%!].*|.*\?[ \t]*+)$", re.MULTILINE)


def parse(source: str, name: str = "<unknown>") -> ast.Module:
    """`ast.parse`, without warnings about the source. Raises SyntaxError, ValueError, RecursionError or MemoryError, as that does."""
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source, name)


def parse_cell(source: str, name: str = "<unknown>") -> ast.Module:
    """`parse`, where lines that IPython alone understands (`%magic`, `!program`, `name?`) are read as `pass`."""
    try:
        return parse(source, name)
    except SyntaxError:
        plain = _MAGIC.sub(r"\1pass", source)
        if plain == source:
            raise
        return parse(plain, name)
