"""What torch imports late: its compiler at the first operator on `meta` and for the first optimiser (seconds, 70 MB), its symbolic shapes at the first `backward(v)`.

A process that forks does it once, for all its children, where an assignment needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

# The device by its name in quotes, the module in any of its spellings: torch.optim.SGD, `from torch import optim`, `from torch.optim import SGD`.
# A vector handed to `backward`, or to `autograd.grad`.
_NEEDING = {
    "compiler": re.compile(r"""(["'])meta\1|\boptim\b"""),
    "shapes": re.compile(r"\bbackward\([^)\s]|\bautograd\.grad\b"),
}


def needed(sources: Iterable[str]) -> list[str]:
    """Which of them these cells make torch import: "compiler", "shapes"."""
    text = "\n".join(sources)
    return [name for name, pattern in _NEEDING.items() if pattern.search(text)]


def warm_up(names: Iterable[str]) -> None:
    """Import what `needed` found. No operator of autograd runs: its engine would not survive a fork on a machine with CUDA."""
    for name in names:
        {"compiler": _compiler, "shapes": _shapes}[name]()


@cache
def _shapes() -> None:
    import torch.fx.experimental.symbolic_shapes  # noqa: F401


@cache
def _compiler() -> None:
    import torch

    _ = torch.ones(2, device="meta") > 0
    # What an optimiser adds to that: its own modules, and what its first step sets up.
    weight = torch.zeros(1, requires_grad=True)
    weight.grad = torch.zeros(1)
    torch.optim.SGD([weight], lr=0.1).step()
