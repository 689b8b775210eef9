"""The two hooks in IPython: one error of a cell becomes a printed line, and somebody hears when a cell has run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def running_shell() -> Any:
    """The IPython shell that this process runs in, or None."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def hook(shell: Any, printed: type[BaseException], after_cell: Callable[[Any], None]) -> None:
    """Print an error of the type `printed` without a traceback, and call `after_cell` with the result of every cell.

    A handler that the user has set for other errors stays.
    """
    before = tuple(shell.custom_exceptions)
    before_handler = shell.CustomTB

    def handler(_shell: Any, etype: type, value: BaseException, tb: Any, tb_offset: int | None = None) -> Any:
        if etype is printed:
            print(value)
            return None
        return before_handler(etype, value, tb, tb_offset=tb_offset)

    shell.set_custom_exc((printed, *before), handler)
    shell.events.register("post_run_cell", after_cell)
