"""torch imports its compiler at the first operator on `meta`, and for the first optimiser: seconds and 70 MB.

A process that forks does it once, for all its children, where an assignment needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

# The device by its name in quotes, the module in any of its spellings: torch.optim.SGD, `from torch import optim`, `from torch.optim import SGD`.
_NEEDING = re.compile(r"""(["'])meta\1|\boptim\b""")


def needed(sources: Iterable[str]) -> bool:
    """Whether these cells name the device, or torch's optimisers."""
    return any(_NEEDING.search(source) for source in sources)


@cache
def warm_up() -> None:
    import torch

    _ = torch.ones(2, device="meta") > 0
    # What an optimiser adds to that: its own modules, and what its first step sets up.
    weight = torch.zeros(1, requires_grad=True)
    weight.grad = torch.zeros(1)
    torch.optim.SGD([weight], lr=0.1).step()
