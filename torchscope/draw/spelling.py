"""How values, shapes and numbers are written, in pictures and in sentences."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor


def spell_shape(shape: Sequence[int]) -> str:
    return str(tuple(shape))


def spell_dtype(x: Tensor) -> str:
    return str(x.dtype).removeprefix("torch.")


def spell(x: Tensor) -> list[str]:
    """The elements, row by row, with as many decimals as all of them need: two at most, four where they are written by hand.

    A float without a fraction keeps its point, as torch prints it: `2.`.
    """
    if x.is_complex():
        return [f"{v.real:.3g}{v.imag:+.3g}j" for v in x.to(torch.complex128).reshape(-1).tolist()]
    if not x.is_floating_point():
        return [str(v) for v in x.reshape(-1).tolist()]
    return _spell_floats(x.to(torch.float64).reshape(-1).tolist())


def _spell_floats(values: Sequence[float]) -> list[str]:
    finite = [v for v in values if math.isfinite(v)]
    values = [v + 0.0 for v in values]  # -0. reads like a mistake in a picture
    largest = max((abs(v) for v in finite), default=0.0)
    smallest = min((abs(v) for v in finite if v), default=1.0)
    if largest >= 1e5 or smallest < 1e-4:
        return [f"{v:.2g}" for v in values]
    if all(v == round(v) for v in finite):
        return [f"{v:.0f}." if math.isfinite(v) else str(v) for v in values]
    # Numbers written by hand have few decimals, and all are shown; measured and random ones get two.
    exact = (d for d in (1, 2, 3, 4) if all(abs(v - round(v, d)) < 1e-6 * max(1.0, abs(v)) for v in finite))
    decimals = next(exact, 2)
    texts = [f"{v:.{decimals}f}" for v in values]
    return [text.removeprefix("-") if not text.strip("-0.") else text for text in texts]


def plain(text: str) -> str:
    """A spelled number inside a sentence or a sum: `2`, not `2.`."""
    return text.removesuffix(".")


def short(value: float) -> str:
    """A number in a sentence or on an axis: whole as it is, else four significant digits; `nan`, `inf`."""
    if not math.isfinite(value):
        return str(value)
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e7 else f"{value:.4g}"


def spell_rows(x: Tensor) -> list[list[str]]:
    """The spelled elements of a 0-, 1- or 2-D tensor as rows."""
    spelled = spell(x)
    if x.dim() < 2:
        return [spelled]
    columns = x.shape[1]
    return [spelled[i * columns : (i + 1) * columns] for i in range(x.shape[0])]


def nested(rows: Sequence[Sequence[str]], dims: int = 2) -> str:
    """Rows as Python would write them: `[[1, 2], [3, 4]]`."""
    if dims == 0:
        return rows[0][0]
    lists = [f"[{', '.join(row)}]" for row in rows]
    return lists[0] if dims == 1 else f"[{', '.join(lists)}]"
