"""Tensors as grids of cells: `matrix`, `memory` and `slabs`, and the grid that other figures place too."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import torch
from torch import Tensor

from torchscope.draw.arguments import Shape, elements, index, limit, read
from torchscope.draw.canvas import LABEL, MONO_ADVANCE, ROOM, VALUE, Canvas, Point
from torchscope.draw.colours import CARD, GREY, ORANGE, ROW_COLOURS, RULE, dark, mix, tint
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits, say
from torchscope.draw.spelling import nested, plain, spell, spell_dtype, spell_rows, spell_shape

Fill: TypeAlias = Callable[[int, int], str]
Highlight: TypeAlias = tuple[int, int] | tuple[str, int] | None

# Which indices a grid shows, for a tensor of 0 to 3 dimensions.
AXES: Final = ("", "columns", "rows columns", "rows columns")


@dataclass(frozen=True)
class Grid:
    """Where a drawn grid of cells lies."""

    x: float
    y: float
    cell: float
    height: float
    rows: int
    columns: int

    @property
    def right(self) -> float:
        return self.x + self.columns * self.cell

    @property
    def bottom(self) -> float:
        return self.y + self.rows * self.height

    def centre(self, i: int, j: int) -> Point:
        return self.x + (j + 0.5) * self.cell, self.y + (i + 0.5) * self.height


def cell_width(
    *grids: Sequence[Sequence[str]], least: float = 38, pad: float = 14, columns: int = 1, taken: float = 0
) -> float:
    """A cell wide enough for every text of the grids.

    Where `columns` of them, beside `taken` pixels of something else, would be wider than a picture may be, the
    padding gives way.
    """
    longest = max((len(text) for grid in grids for row in grid for text in row), default=1)
    text = longest * MONO_ADVANCE * VALUE
    room = (ROOM - 4 - taken) / columns
    return float(max(text + 4, min(room, max(least, math.ceil(text + pad)))))


def flat(colour: str) -> Fill:
    """Every cell in one colour."""
    return lambda i, j: colour


def place_grid(
    canvas: Canvas,
    x: float,
    y: float,
    texts: Sequence[Sequence[str]],
    cell: float,
    fill: Fill,
    *,
    height: float = 34,
    indices: str = "",
    edge: str = GREY,
    dash: str = "",
) -> Grid:
    """Cells with centred values; `indices` ("rows", "columns" or both) stand left of and above them, outside (x, y)."""
    grid = Grid(x, y, cell, height, len(texts), len(texts[0]))
    for i, row in enumerate(texts):
        for j, text in enumerate(row):
            left, top = x + j * cell, y + i * height
            canvas.rect(left, top, cell, height, fill=fill(i, j))
            canvas.rect(left, top, cell, height, stroke=edge, dash=dash, layer=2)
            if text:
                canvas.text(*grid.centre(i, j), text, mono=True)
    if "rows" in indices:
        for i in range(grid.rows):
            canvas.note(x - 8, grid.centre(i, 0)[1], str(i), anchor="end", mono=True)
    if "columns" in indices:
        for j in range(grid.columns):
            canvas.note(grid.centre(0, j)[0], y - 12, str(j), mono=True)
    return grid


def frame(canvas: Canvas, grid: Grid, i: int, j: int, rows: int, columns: int, colour: str) -> None:
    """A strong outline around some cells of a grid."""
    x, y = grid.x + j * grid.cell, grid.y + i * grid.height
    canvas.rect(x, y, columns * grid.cell, rows * grid.height, stroke=colour, width=2.5, layer=4)


def matrix(x: Tensor, title: str = "", *, highlight: Highlight = None) -> Figure:
    """The values of a tensor as a grid, with row and column indices.

    `x`: 0-, 1- or 2-D, at most 12 rows and as many columns as fit. `highlight`: (row, column), ("row", i),
    ("column", j) or None. TypeError, ValueError or IndexError, in a sentence, for anything else.
    """
    values = read("matrix", "x", x, 0, 1, 2, need="0, 1 or 2")
    limit("matrix", "x", values, (12, 16))
    texts = spell_rows(values)
    name = title or say("the_tensor")
    facts = {"name": name, "shape": spell_shape(values.shape), "dtype": spell_dtype(values)}
    chosen, remark = _highlighted(highlight, texts)
    canvas = Canvas("matrix")
    caption = say("shape_dtype", **facts)
    if values.numel() == 0:
        canvas.rect(0, 0, 150, 40, stroke=GREY, dash="4 4")
        canvas.note(75, 20, say("no_elements"))
        return canvas.finish(say("matrix_empty", **facts), title=title, caption=caption)

    def fill(i: int, j: int) -> str:
        return tint(ORANGE, 0.45) if (i, j) in chosen else CARD

    cell = cell_width(texts, columns=len(texts[0]), taken=36)
    grid = place_grid(canvas, 0, 0, texts, cell, fill, indices=AXES[values.dim()])
    if chosen:
        (i, j), (last_i, last_j) = min(chosen), max(chosen)
        frame(canvas, grid, i, j, last_i - i + 1, last_j - j + 1, dark(ORANGE))
    listing = nested(texts, values.dim())
    low, high = map(plain, _extremes(texts, values))
    alt = first_that_fits(
        f"{say('matrix', **facts, values=listing)} {remark}".strip(),
        f"{say('matrix_big', **facts, least=low, most=high)} {remark}".strip(),
    )
    words = "" if listing in alt else say("matrix_words", **facts, values=listing)
    return canvas.finish(alt, words, title, caption)


def _extremes(texts: Sequence[Sequence[str]], values: Tensor) -> tuple[str, str]:
    """The least and the largest element as spelled; complex ones by size, NaN only where there is nothing else."""
    keys = (values.abs() if values.is_complex() else values).reshape(-1).tolist()
    spelled = [text for row in texts for text in row]
    order = sorted((k for k in range(len(keys)) if keys[k] == keys[k]), key=keys.__getitem__) or [0]
    return spelled[order[0]], spelled[order[-1]]


def _highlighted(highlight: Highlight, texts: Sequence[Sequence[str]]) -> tuple[set[tuple[int, int]], str]:
    """The cells a highlight names, and the sentence about it."""
    if highlight is None:
        return set(), ""
    rows, columns = len(texts), len(texts[0])
    if not isinstance(highlight, tuple) or len(highlight) != 2:
        raise ValueError(say("highlight", value=repr(highlight)))
    first, second = highlight
    if first == "row":
        i = index("matrix", "the highlighted row", second, rows)
        return {(i, j) for j in range(columns)}, say("highlight_row", i=i)
    if first == "column":
        j = index("matrix", "the highlighted column", second, columns)
        return {(i, j) for i in range(rows)}, say("highlight_column", j=j)
    if isinstance(first, str):
        raise ValueError(say("highlight", value=repr(highlight)))
    i = index("matrix", "the highlighted row", first, rows)
    j = index("matrix", "the highlighted column", second, columns)
    return {(i, j)}, say("highlight_cell", i=i, j=j, value=plain(texts[i][j]))


def memory(x: Tensor, title: str = "") -> Figure:
    """The storage of a tensor as a strip of cells, with an arrow from every index to its offset.

    `x`: 1-, 2- or 3-D (0-D too), at most 12 elements over a storage of at most 14 cells.
    Views are the point: transposed, sliced and expanded tensors show their stride and storage offset.
    """
    values = read("memory", "x", x, 0, 1, 2, 3, need="at most 3")
    if not 1 <= values.numel() <= 12:
        most = "12 elements (and needs 1)"
        raise ValueError(say("too_many", where="memory", name="x", shape=spell_shape(x.shape), limit=most))
    storage = torch.empty(0, dtype=x.dtype, device=x.device)
    storage.set_(x.untyped_storage(), 0, (x.untyped_storage().nbytes() // x.element_size(),), (1,))
    if len(storage) > 14:
        raise ValueError(say("storage_size", have=len(storage), limit=14))
    cells = spell(storage.cpu())
    places = [tuple(place) for place in torch.ones(x.shape).nonzero().tolist()] if x.dim() else [()]
    offsets = [x.storage_offset() + sum(i * s for i, s in zip(place, x.stride(), strict=True)) for place in places]
    groups = list(dict.fromkeys(place[:-1] for place in places))

    def colour(place: Shape) -> str:
        return ROW_COLOURS[groups.index(place[:-1]) % len(ROW_COLOURS)]

    canvas = Canvas("memory")
    axis, top = _indexed(canvas, values, colour)
    comma = "" if x.dim() == 3 and len(places) > 8 else ","
    tags = [comma.join(map(str, place)) or "()" for place in places]
    tag = cell_width([tags], least=32, pad=8, columns=len(tags), taken=10 * len(groups))
    strip = cell_width([cells], least=34, pad=10, columns=len(cells))
    gap = 10
    tags_left = axis - (len(tags) * tag + gap * (len(groups) - 1)) / 2
    left = axis - len(cells) * strip / 2
    y_tag, y_strip = top + 26, top + 26 + 28 + 74
    users: dict[int, str] = {}
    for number, (place, offset) in enumerate(zip(places, offsets, strict=True)):
        x_tag = tags_left + number * tag + gap * groups.index(place[:-1])
        middle, tone = x_tag + (tag - 3) / 2, colour(place)
        canvas.rect(x_tag, y_tag, tag - 3, 28, fill=tint(tone))
        canvas.text(middle, y_tag + 14, tags[number], size=LABEL, mono=True)
        canvas.arrow((middle, y_tag + 29), (left + (offset + 0.5) * strip, y_strip - 3), stroke=dark(tone))
        users.setdefault(offset, tone)

    def fill(i: int, j: int) -> str:
        return tint(users[j]) if j in users else "#ececec"

    place_grid(canvas, left, y_strip, [cells], strip, fill)
    for j in range(len(cells)):
        canvas.note(left + (j + 0.5) * strip, y_strip + 46, str(j), mono=True)
    canvas.note(axis, y_strip + 68, say("storage", cells=len(cells)))

    facts = {
        "name": title or say("the_tensor"),
        "shape": spell_shape(x.shape),
        "stride": spell_shape(x.stride()),
        "offset": x.storage_offset(),
        "cells": len(cells),
    }
    listing = ", ".join(map(str, offsets))
    alt = first_that_fits(say("memory", **facts, offsets=listing), say("memory_big", **facts, used=len(users)))
    words = say("memory_words", values=", ".join(cells), index=places[0], offset=offsets[0], offsets=listing)
    caption = f"{say('shape_dtype', **facts, dtype=spell_dtype(x))}\n{say('strides', **facts)}"
    return canvas.finish(alt, words, title, caption)


def _indexed(canvas: Canvas, x: Tensor, colour: Callable[[Shape], str]) -> Point:
    """The tensor as it is indexed, one grid for each slab; gives the middle of their lower edge."""
    left = right = bottom = 0.0
    spelled = [spell_rows(part) for part in (x if x.dim() == 3 else [x])]
    cell = cell_width(*spelled)
    for number, texts in enumerate(spelled):

        def fill(i: int, j: int, number: int = number) -> str:
            return tint(colour((number, i, j)[3 - x.dim() :]))

        grid = place_grid(canvas, left, 0, texts, cell, fill, height=30, indices=AXES[x.dim()])
        left, right, bottom = grid.right + 40, grid.right, grid.bottom
    return right / 2, bottom


def slabs(x: Tensor, title: str = "") -> Figure:
    """A 3-D tensor as a stack of slabs, each with its index in the first dimension.

    `x`: (batch, rows, columns), at most 6 x 6 x 8.
    """
    values = read("slabs", "x", x, 3)
    limit("slabs", "x", values, (6, 6, 8))
    elements("slabs", "x", values)
    spelled = [spell_rows(part) for part in values]
    count, rows, columns = values.shape
    height, lean = 30.0, 0.5
    cell = cell_width(*spelled, pad=16, columns=columns, taken=rows * height * lean + 66)
    canvas = Canvas("slabs")
    step = rows * height + 30

    def corner(number: int, i: float, j: float) -> Point:
        return j * cell - i * height * lean, number * step + i * height

    for number, texts in enumerate(spelled):
        colour = ROW_COLOURS[number % len(ROW_COLOURS)]
        outline = [corner(number, *at) for at in ((0, 0), (0, columns), (rows, columns), (rows, 0))]
        canvas.path(outline, fill=tint(colour, 0.22), closed=True)
        for i in range(rows + 1):
            canvas.line(corner(number, i, 0), corner(number, i, columns), stroke=mix(colour, CARD, 0.2), width=1)
        for j in range(columns + 1):
            canvas.line(corner(number, 0, j), corner(number, rows, j), stroke=mix(colour, CARD, 0.2), width=1)
        for i in range(rows):
            for j in range(columns):
                canvas.text(*corner(number, i + 0.5, j + 0.5), texts[i][j], mono=True)
        middle = corner(number, rows / 2, 0)[1]
        canvas.text(-rows * height * lean - 26, middle, f"[{number}]", fill=dark(colour), anchor="end", bold=True)
        for at in ((rows, 0), (0, columns), (rows, columns)) if number else ():
            canvas.line(corner(number - 1, *at), corner(number, *at), stroke=RULE, width=1.2, dash="4 4", layer=0)
    name, shape = title or say("the_tensor"), spell_shape(values.shape)
    alt = say("slabs", name=name, shape=shape, count=count, rows=rows, columns=columns)
    words = "\n".join(say("slab_words", i=i, values=nested(texts)) for i, texts in enumerate(spelled))
    return canvas.finish(alt, words, title, say("shape_dtype", shape=shape, dtype=spell_dtype(values)))
