"""The hooks in IPython: one error of a cell becomes a printed line, one is told shortly, and somebody hears when a cell has run."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from typing import Any


def running_shell() -> Any:
    """The IPython shell that this process runs in, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def hook(shell: Any, printed: type[BaseException], after_cell: Callable[[Any], None]) -> None:
    """Print an error of the type `printed` without a traceback, and call `after_cell` with the result of every cell.

    Of a recursion without an end, the first calls are shown: a kernel writes all the thousands. A handler that the user has set for
    other errors stays.
    """
    before = tuple(shell.custom_exceptions)
    before_handler = shell.CustomTB

    def handler(_shell: Any, etype: type, value: BaseException, tb: Any, tb_offset: int | None = None) -> Any:
        if etype is printed:
            print(value)
            return None
        if etype is RecursionError and RecursionError not in before:
            lines = _beginning(value, tb)
            _shell._showtraceback(etype, value, lines)
            return lines
        return before_handler(etype, value, tb, tb_offset=tb_offset)

    shell.set_custom_exc((printed, RecursionError, *before), handler)
    shell.events.register("post_run_cell", after_cell)


_SHOWN = 6  # calls of a recursion


def _beginning(value: BaseException, tb: Any) -> list[str]:
    """The first calls of a recursion that went too deep, and how deep it was."""
    frames = [(frame, line) for frame, line in traceback.walk_tb(tb) if frame.f_globals.get("__name__") == "__main__"]
    shown = traceback.StackSummary.extract(iter(frames[:_SHOWN]))
    calls = [f"{call.name}, line {call.lineno}: {call.line}" for call in shown]
    return [
        f"RecursionError: {value}",
        "These calls began it:",
        *calls,
        f"and so on, {len(frames)} calls deep. Which call ends it?",
    ]
