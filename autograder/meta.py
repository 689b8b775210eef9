"""torch imports its compiler at the first operator on `meta`: seconds and 70 MB. A process that forks does it once, for all its children, where an assignment needs it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache


def needed(sources: Iterable[str]) -> bool:
    """Whether these cells name the device."""
    return any('"meta"' in source or "'meta'" in source for source in sources)


@cache
def warm_up() -> None:
    import torch

    _ = torch.ones(2, device="meta") > 0
