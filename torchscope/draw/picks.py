"""Which elements an index or a mask picks: `picked`."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

import torch
from torch import Tensor

from torchscope.draw.arguments import elements, limit, read, some
from torchscope.draw.canvas import LABEL, MONO_ADVANCE, ROOM, Canvas
from torchscope.draw.colours import CARD, ORANGE, dark, tint
from torchscope.draw.figure import Figure
from torchscope.draw.grids import AXES, cell_width, frame, place_grid
from torchscope.draw.sentences import first_that_fits, say
from torchscope.draw.spelling import spell_rows, spell_shape

Place: TypeAlias = tuple[int, int]

SENTENCES: Final = {
    "picked": "{name} of shape {shape}: {parts}.",
    "picked_big": "{name} of shape {shape}, and what each of {count} parts picks.",
    "part": "{label} picks {places}, shape {result}",
    "part_big": "{label} picks {count} of {total} elements, shape {result}",
    "result": "shape {result}",
    "nothing": "nothing",
    "foreign": "draw.picked: {label} is neither a view of x nor a mask of x's shape {shape}. "
    "Pass an index or slice of x itself, such as x[0] or x[:, 1], or a comparison, such as x > 0.",
}


def picked(x: Tensor, parts: Mapping[str, Tensor], title: str = "") -> Figure:
    """One grid of x for each part, with the elements that the part picks filled and outlined, and the shape it has.

    `x`: 1- or 2-D, at most 8 x 8. `parts`: one to 4 labels, each with a view of x (`x[0]`, `x[:, 1:]`) or a bool mask of
    x's shape. Which elements a view picks is read from its strides, so the picture cannot be wrong about it.
    """
    values = read("picked", "x", x, 1, 2, need="1 or 2")
    limit("picked", "x", values, (8, 8))
    elements("picked", "x", values)
    some("picked", "parts", parts, 4)
    texts = spell_rows(values)
    cell = cell_width(texts, least=34, pad=10)
    rows, columns = len(texts), len(texts[0])
    height, margin = 30.0, 24.0 if values.dim() == 2 else 0.0
    canvas = Canvas("picked")
    widths = [max(margin + columns * cell, 12 + len(label) * MONO_ADVANCE * LABEL) + 26 for label in parts]
    across = max(1, int((ROOM + 26) // max(widths)))
    told, brief = [], []
    for number, (label, part) in enumerate(parts.items()):
        chosen, result = _places(label, x, part)
        left = number % across * max(widths)
        top = number // across * (rows * height + 92.0)
        canvas.text(left, top, label, size=LABEL, anchor="start", mono=True, bold=True)

        def fill(i: int, j: int, chosen: Sequence[Place] = chosen) -> str:
            return tint(ORANGE, 0.5) if (i, j) in chosen else CARD

        grid = place_grid(canvas, left + margin, top + 38, texts, cell, fill, height=height, indices=AXES[x.dim()])
        for i, j in chosen:
            frame(canvas, grid, i, j, 1, 1, dark(ORANGE))
        outcome = spell_shape(result)
        canvas.note(grid.x, grid.bottom + 16, SENTENCES["result"].format(result=outcome), anchor="start")
        places = ", ".join(str(place if x.dim() == 2 else place[1]) for place in chosen) or SENTENCES["nothing"]
        told.append(SENTENCES["part"].format(label=label, places=places, result=outcome))
        facts = {"label": label, "count": len(chosen), "total": x.numel(), "result": outcome}
        brief.append(SENTENCES["part_big"].format(**facts))
    facts = {"name": title or say("the_tensor"), "shape": spell_shape(x.shape)}
    full = SENTENCES["picked"].format(**facts, parts="; ".join(told))
    least = SENTENCES["picked_big"].format(**facts, count=len(parts))
    alt = first_that_fits(full, SENTENCES["picked"].format(**facts, parts="; ".join(brief)), least)
    return canvas.finish(alt, "" if alt == full else "\n".join(told), title)


def _places(label: str, x: Tensor, part: object) -> tuple[list[Place], tuple[int, ...]]:
    """The (row, column) of every element the part picks, in order and once, and the shape of what is picked."""
    everything = [(0, j) for j in range(len(x))]
    if x.dim() == 2:
        everything = [(i, j) for i in range(x.shape[0]) for j in range(x.shape[1])]
    if isinstance(part, Tensor) and part.untyped_storage().data_ptr() == x.untyped_storage().data_ptr():
        where = dict(zip(_offsets(x), everything, strict=True))
        offsets = _offsets(part)
        if all(offset in where for offset in offsets):
            return sorted({where[offset] for offset in offsets}), tuple(part.shape)
    if isinstance(part, Tensor) and part.dtype == torch.bool and part.shape == x.shape:
        flags = part.reshape(-1).tolist()
        chosen = [place for place, flag in zip(everything, flags, strict=True) if flag]
        return chosen, (len(chosen),)
    raise ValueError(SENTENCES["foreign"].format(label=label, shape=spell_shape(x.shape)))


def _offsets(x: Tensor) -> list[int]:
    """Where in its storage each element lies, in the order of the indices."""
    places = torch.ones(x.shape).nonzero().tolist() if x.dim() else [[]]
    return [x.storage_offset() + sum(i * s for i, s in zip(place, x.stride(), strict=True)) for place in places]
