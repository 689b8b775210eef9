"""What a value does not show: functions that run beside the learner's code and return plain data.

Each gets everything as arguments and imports what it needs itself; what it returns is compared by the function that called it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., object])

#: Where learners' code is in another process, the judge puts a function here that runs an observation over there.
elsewhere: Callable[[Callable[..., object], tuple[object, ...], Mapping[str, object]], Any] | None = None


def observe(function: F) -> F:
    """Mark a function of a test cell that runs beside the learner's code and returns plain data. Called plainly here."""

    @functools.wraps(function)
    def observed(*args: object, **kwargs: object) -> object:
        return elsewhere(function, args, kwargs) if elsewhere else function(*args, **kwargs)

    observed.__dict__["__observation__"] = True
    return cast(F, observed)


@observe
def untouched(answer: object, given: str) -> bool:
    """Whether an answer is as it was given out."""
    from autograder.check import code

    return code.untouched(answer, given)


@observe
def handle(answer: object) -> object:
    """The answer itself; where learners' code is in another process, what stands for it here."""
    return answer


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
