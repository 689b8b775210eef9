"""What the figures accept. Everything else is refused here, in a sentence: what is wrong, where, what to do."""

import math
from collections.abc import Sequence, Sized
from typing import TypeAlias

import torch
from torch import Tensor

from torchscope.draw.sentences import say
from torchscope.draw.spelling import spell_shape

Shape: TypeAlias = tuple[int, ...]


def read(where: str, name: str, x: object, *dims: int, need: str = "") -> Tensor:
    """A detached CPU tensor with a number of dimensions in `dims`, or a sentence about why not."""
    if not isinstance(x, Tensor):
        raise TypeError(say("not_tensor", where=where, name=name, type=type(x).__name__))
    if x.layout != torch.strided:
        raise ValueError(say("layout", where=where, name=name, layout=str(x.layout).removeprefix("torch.")))
    if x.device.type == "meta":
        raise ValueError(say("no_values", where=where, name=name, device=x.device))
    if x.dim() not in dims:
        facts = {"shape": spell_shape(x.shape), "have": x.dim(), "need": need or dims[0]}
        raise ValueError(say("dimensions", where=where, name=name, **facts))
    return x.detach().cpu().resolve_conj().resolve_neg()


def limit(where: str, name: str, x: Tensor, sizes: Sequence[int]) -> None:
    """Refuse a tensor with more than `sizes` along its last dimensions."""
    if any(have > most for have, most in zip(reversed(x.shape), reversed(sizes), strict=False)):
        room = " x ".join(str(size) for size in sizes[-x.dim() :])
        raise ValueError(say("too_many", where=where, name=name, shape=spell_shape(x.shape), limit=room))


def index(where: str, name: str, value: object, size: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -size <= value < size:
        raise IndexError(say("index", where=where, name=name, value=repr(value), size=size, last=size - 1))
    return value % size


def sizes(where: str, value: object, least: int, most: int) -> Shape:
    """A shape given as a tuple, a list or a torch.Size."""
    if not isinstance(value, tuple | list) or not all(type(n) is int and n >= 0 for n in value):
        raise TypeError(say("shape", where=where, value=repr(value)[:60]))
    if not least <= len(value) <= most:
        facts = {"value": tuple(value), "have": len(value), "need": f"{least} to {most}"}
        raise ValueError(say("shape_length", where=where, **facts))
    return tuple(value)


def finite(where: str, name: str, values: Sequence[float]) -> list[float]:
    checked = [float(value) for value in values]
    for value in checked:
        if not math.isfinite(value):
            raise ValueError(say("number_needed", where=where, name=name, value=value))
    return checked


def some(where: str, name: str, items: Sized, most: float = math.inf) -> None:
    """Refuse no items, and more than `most`."""
    if not items:
        raise ValueError(say("nothing", where=where, name=name))
    if len(items) > most:
        raise ValueError(say("count", where=where, name=name, have=len(items), limit=most))


def same_length(where: str, first: str, items: Sized, second: str, others: Sized) -> None:
    if len(items) != len(others):
        raise ValueError(say("lengths", where=where, first=first, have=len(items), second=second, need=len(others)))


def elements(where: str, name: str, x: Tensor) -> None:
    """Refuse a tensor without elements."""
    if x.numel() == 0:
        raise ValueError(say("nothing", where=where, name=name))
