"""A layer at work: `layer`, its numbers, and `outlines`, what it does to a shape in the plane."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import torch
from torch import Tensor

from torchscope.draw.arguments import finite, index, limit, read, some
from torchscope.draw.canvas import LABEL, ROOM, VALUE, Canvas, Point, wrap
from torchscope.draw.colours import BLUE, CARD, GREEN, GREY, ORANGE, PURPLE, RULE, VERMILLION, dark, tint
from torchscope.draw.figure import Figure
from torchscope.draw.grids import cell_width, frame, place_grid
from torchscope.draw.sentences import ALT_LIMIT, first_that_fits
from torchscope.draw.spelling import nested, plain, short, spell_rows, spell_shape

SENTENCES: Final = {
    "layer": "x {x} times W {w} plus b {b} gives y {y}: b is added to each row. y[{row}, {column}] is {sum} = {value}.",
    "layer_big": "x {x} times W {w} plus b {b} gives y {y}: b is added to each row. y[{row}, {column}] is a sum of {terms} "
    "products plus b[{column}], {value}.",
    "layer_words": "x is {left}. W is {right}. b is {bias}. y is {result}.",
    "outlines": "{name}: {panels}.",
    "panel": "{label} has its dot at {dot}, its square at {square} and area {area}",
    "outlines_big": "{name}: one outline in {count} panels, named {labels}.",
    "the_outline": "An outline in the plane",
    "grid_step": "grid lines are {step} apart; ● and ■ mark two of the points",
    # Errors.
    "layer_sizes": "draw.layer: x has shape {x}, W {w} and b {b}. Give x (N, n), W (n, m) and b (m,), with the same n and m.",
    "points": "draw.outlines: {name} has shape {shape}; an outline is a tensor of points, (k, 2) with k at least 3.",
}


def layer(x: Tensor, W: Tensor, b: Tensor, row: int = 0, column: int = 0) -> Figure:
    """x @ W + b in numbers: b once more beside each row, and the sum of one entry written out.

    `x`: (N, n), `W`: (n, m), `b`: (m,), at most 6 by 6 and 6 by 4.
    """
    named = (("x", x, 2, (6, 6)), ("W", W, 2, (6, 4)), ("b", b, 1, (4,)))
    parts = []
    for name, tensor, dims, most in named:
        part = read("layer", name, tensor, dims)
        limit("layer", name, part, most)
        parts.append(part.to(torch.float64))
    left, right, bias = parts
    shapes = {name: spell_shape(part.shape) for name, part in zip(("x", "w", "b"), parts, strict=True)}
    if left.shape[1] != right.shape[0] or right.shape[1] != bias.shape[0] or 0 in (*left.shape, *right.shape):
        raise ValueError(SENTENCES["layer_sizes"].format(**shapes))
    i = index("layer", "row", row, left.shape[0])
    j = index("layer", "column", column, right.shape[1])
    result = left @ right + bias
    stretched = bias.expand(left.shape[0], bias.shape[0])
    x_texts, w_texts, b_texts, y_texts = texts = [spell_rows(part) for part in (left, right, stretched, result)]
    gap, tall = 40.0, 30.0
    cell = cell_width(*texts, least=30, pad=8, columns=sum(len(grid[0]) for grid in texts), taken=3 * gap)
    deep = max(left.shape[0], right.shape[0]) * tall
    canvas = Canvas("layer")

    def top(rows: int) -> float:
        return (deep - rows * tall) / 2

    def across(colour: str) -> str:
        return tint(colour, 0.35)

    x_grid = place_grid(
        canvas, 0, top(len(x_texts)), x_texts, cell, lambda r, c: across(BLUE) if r == i else CARD, height=tall
    )
    w_grid = place_grid(
        canvas,
        x_grid.right + gap,
        top(len(w_texts)),
        w_texts,
        cell,
        lambda r, c: across(ORANGE) if c == j else CARD,
        height=tall,
    )

    def bias_fill(r: int, c: int) -> str:
        return tint(PURPLE, 0.45) if (r, c) == (i, j) else CARD

    b_x, b_y = w_grid.right + gap, top(len(b_texts))
    b_grid = place_grid(canvas, b_x, b_y, b_texts, cell, bias_fill, height=tall, edge=RULE, dash="4 3")
    frame(canvas, b_grid, 0, 0, 1, b_grid.columns, dark(PURPLE))
    y_grid = place_grid(
        canvas,
        b_grid.right + gap,
        top(len(y_texts)),
        y_texts,
        cell,
        lambda r, c: tint(GREEN, 0.4) if (r, c) == (i, j) else CARD,
        height=tall,
    )
    frame(canvas, x_grid, i, 0, 1, x_grid.columns, BLUE)
    frame(canvas, w_grid, 0, j, w_grid.rows, 1, dark(ORANGE))
    frame(canvas, y_grid, i, j, 1, 1, dark(GREEN))
    for grid, sign in ((x_grid, "@"), (w_grid, "+"), (b_grid, "=")):
        canvas.text(grid.right + gap / 2, deep / 2, sign, bold=True)
    head = -20.0
    for grid, label, colour in (
        (x_grid, f"x {shapes['x']}", BLUE),
        (w_grid, f"W {shapes['w']}", dark(ORANGE)),
        (b_grid, f"b {shapes['b']}", dark(PURPLE)),
        (y_grid, f"y {spell_shape(result.shape)}", dark(GREEN)),
    ):
        canvas.text((grid.x + grid.right) / 2, head, label, bold=True, fill=colour)
    terms = [f"{_factor(one)}·{_factor(line[j])}" for one, line in zip(x_texts[i], w_texts, strict=True)]
    value, extra = plain(y_texts[i][j]), _factor(b_texts[i][j])
    written = f"{' + '.join(terms)} + {extra}"
    y = deep + 28
    for line in wrap(f"y[{i}, {j}] = {written} = {value}", max(y_grid.right, 420), VALUE):
        canvas.text(0, y, line, anchor="start")
        y += 24
    facts = {**shapes, "y": spell_shape(result.shape), "row": i, "column": j, "value": value}
    alt = first_that_fits(
        SENTENCES["layer"].format(**facts, sum=written), SENTENCES["layer_big"].format(**facts, terms=len(terms))
    )
    words = SENTENCES["layer_words"].format(
        left=nested(x_texts), right=nested(w_texts), bias=f"[{', '.join(b_texts[0])}]", result=nested(y_texts)
    )
    return canvas.finish(alt, words)


def _factor(text: str) -> str:
    text = plain(text)
    return f"({text})" if text.startswith("-") else text


def outlines(shapes: Mapping[str, Tensor], title: str = "") -> Figure:
    """One closed outline at several stages, side by side and in one scale, such as a square before and after a layer.

    `shapes`: name -> points (k, 2), k at least 3; two or three panels are wide enough to read, four fit. The first point is marked
    with a dot, and the one a quarter of the way round with a square, so that turns and mirrors can be seen.
    """
    some("outlines", "shapes", shapes, 4)
    points = {str(name): _points(str(name), value) for name, value in shapes.items()}
    every = [point for outline in points.values() for point in outline]
    right, top = (max(0.0, *(point[k] for point in every)) for k in (0, 1))
    left, bottom = (min(0.0, *(point[k] for point in every)) for k in (0, 1))
    span = max(right - left, top - bottom, 1e-9) * 1.16
    middle = ((left + right) / 2, (bottom + top) / 2)
    gap = 34.0
    side = min(236.0, (ROOM - gap * (len(points) - 1)) / len(points) - 2)
    unit, step = side / span, _step(span)
    labels = {name: wrap(name, side, VALUE, True) for name in points}
    canvas = Canvas("outlines")
    told = []
    for number, (name, outline) in enumerate(points.items()):
        start = number * (side + gap)

        def place(x: float, y: float, start: float = start) -> Point:
            return start + side / 2 + (x - middle[0]) * unit, side / 2 - (y - middle[1]) * unit

        canvas.rect(start, 0, side, side, fill="#f7f7f7", stroke=RULE, layer=0)
        edges = [middle[k] - span / 2 for k in (0, 1)], [middle[k] + span / 2 for k in (0, 1)]
        for k in range(math.ceil(min(edges[0]) / step), math.floor(max(edges[1]) / step) + 1):
            at = k * step
            colour, width, layer_at = (GREY, 1.4, 2) if k == 0 else ("#d4d4d4", 1.0, 1)
            if edges[0][0] <= at <= edges[1][0]:
                canvas.line(place(at, edges[0][1]), place(at, edges[1][1]), stroke=colour, width=width, layer=layer_at)
            if edges[0][1] <= at <= edges[1][1]:
                canvas.line(place(edges[0][0], at), place(edges[1][0], at), stroke=colour, width=width, layer=layer_at)
        drawn = [place(*point) for point in outline]
        canvas.path(drawn, fill=tint(GREEN, 0.35), stroke=dark(GREEN), width=2, closed=True, layer=3)
        dot, square = outline[0], outline[len(outline) // 4]
        _dot(canvas, place(*dot))
        x, y = place(*square)
        canvas.rect(x - 5, y - 5, 10, 10, fill=VERMILLION, layer=5)
        for line, text in enumerate(labels[name]):
            canvas.text(start + side / 2, side + 18 + 20 * line, text, bold=True)
        below = side + 20 + 20 * max(map(len, labels.values()))
        canvas.text(start + side / 2, below, f"● {_pair(dot)}", fill=dark(BLUE), size=LABEL)
        canvas.text(start + side / 2, below + 20, f"■ {_pair(square)}", fill=dark(VERMILLION), size=LABEL)
        if number:
            canvas.arrow((start - gap + 5, side / 2), (start - 5, side / 2), width=2, head=9)
        facts = {"label": name, "dot": _pair(dot), "square": _pair(square), "area": short(round(_area(outline), 3))}
        told.append(SENTENCES["panel"].format(**facts))
    name = title or SENTENCES["the_outline"]
    full = SENTENCES["outlines"].format(name=name, panels="; ".join(told))
    alt = first_that_fits(
        full, SENTENCES["outlines_big"].format(name=name, count=len(points), labels=", ".join(points))
    )
    caption = SENTENCES["grid_step"].format(step=short(step))
    return canvas.finish(alt, full if len(full) > ALT_LIMIT else "", title, caption)


def _points(name: str, value: object) -> list[Point]:
    points = read("outlines", repr(name), value, 2)
    if points.shape[1] != 2 or points.shape[0] < 3 or points.is_complex():
        raise ValueError(SENTENCES["points"].format(name=repr(name), shape=spell_shape(points.shape)))
    rows = points.to(torch.float64).tolist()
    finite("outlines", repr(name), [value for row in rows for value in row])
    return [(row[0], row[1]) for row in rows]


def _step(span: float) -> float:
    """A round distance between grid lines: about six of them across `span`."""
    size = 10.0 ** math.floor(math.log10(span / 6))
    return next(size * m for m in (1, 2, 5, 10) if size * m >= span / 6 * 0.8)


def _dot(canvas: Canvas, at: Point) -> None:
    """A disc, as a polygon: the canvas draws nothing round."""
    circle = [(at[0] + 6 * math.cos(k * math.pi / 8), at[1] + 6 * math.sin(k * math.pi / 8)) for k in range(16)]
    canvas.path(circle, fill=BLUE, closed=True, layer=5)


def _pair(point: Point) -> str:
    return f"({short(round(point[0], 2) + 0.0)}, {short(round(point[1], 2) + 0.0)})"


def _area(outline: Sequence[Point]) -> float:
    """The shoelace formula."""
    turns = zip(outline, [*outline[1:], outline[0]], strict=True)
    return abs(math.fsum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in turns)) / 2 + 0.0
