"""What a value does not show: functions that run beside the learner's code and return plain data.

Each gets everything as arguments and imports what it needs itself; what it returns is compared by the function that called it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])


def observe(function: F) -> F:
    """Mark a function of a test cell that runs beside the learner's code and returns plain data. Called plainly here."""
    function.__dict__["__observation__"] = True
    return function


@observe
def changed(function: Callable[..., object], args: tuple[object, ...]) -> list[str]:
    """Where the arguments changed: "[0]" is the first, "[1]['bias']" a part of the second."""
    from torchscope import meter

    before = meter.snapshot(args)
    function(*args)
    return meter.changed(before)


@observe
def shares(function: Callable[..., object], args: tuple[object, ...]) -> tuple[str, bool]:
    """The name of the result's type where that is no tensor, and whether it shares memory with the first argument."""
    import torch

    from torchscope import meter

    result, first = function(*args), args[0]
    if not any(type(result) is kind for kind in (torch.Tensor, torch.nn.Parameter)) or not isinstance(
        first, torch.Tensor
    ):
        return type(result).__name__, False
    assert isinstance(result, torch.Tensor)
    return "", meter.shares_memory(result, first)


@observe
def operator_counts(
    function: Callable[..., object], small_args: tuple[object, ...], large_args: tuple[object, ...]
) -> list[int]:
    """How many operators the call dispatches on the small arguments and on the large."""
    from torchscope import meter

    counts = []
    for args in (small_args, large_args):
        with meter.operators() as log:
            function(*args)
        counts.append(len(log))
    return counts


@observe
def uses(answer: object, forbidden: list[str]) -> list[tuple[str, str, int]] | None:
    """(what, in which function, on which line of its cell), or None where the source cannot be had."""
    from autograder.check import code

    return code.search(answer, forbidden)
