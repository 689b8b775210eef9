"""Linear maps of the plane: `plane`."""

import math
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from torchscope.draw.arguments import finite, read
from torchscope.draw.canvas import LABEL, Canvas, Point, text_width
from torchscope.draw.colours import BLUE, GREEN, GREY, RULE, VERMILLION, dark, tint
from torchscope.draw.figure import Figure
from torchscope.draw.grids import cell_width, place_grid
from torchscope.draw.sentences import say
from torchscope.draw.spelling import nested, short, spell_rows, spell_shape

FAR: Final = 30  # lines of the grid on each side of 0, at most


def plane(W: Tensor, title: str = "") -> Figure:
    """The unit square and a grid, before and after x -> x @ W; x is a row, so the images of the axes are W's rows.

    `W`: (2, 2), real and finite.
    """
    values = read("plane", "W", W, 2)
    if tuple(values.shape) != (2, 2) or values.is_complex():
        raise ValueError(say("unknown_size", shape=spell_shape(values.shape)))
    (p, q), (r, s) = values.to(torch.float64).tolist()
    finite("plane", "W", (p, q, r, s))
    spelled = spell_rows(values)
    panel, gap = 236.0, 76.0
    reach = max(2.2, 1.35 * max(abs(v) for v in (p, q, r, s, p + r, q + s)))
    unit = panel / 2 / reach
    canvas = Canvas("plane")
    area = abs(p * s - q * r)
    panels = ((0.0, (1.0, 0.0), (0.0, 1.0), say("before")), (panel + gap, (p, q), (r, s), say("after")))
    for left, first, second, name in panels:
        centre = (left + panel / 2, panel / 2)

        def place(x: float, y: float, centre: Point = centre) -> Point:
            return centre[0] + x * unit, centre[1] - y * unit

        def move(x: float, y: float, first: Point = first, second: Point = second) -> Point:
            return x * first[0] + y * second[0], x * first[1] + y * second[1]

        canvas.rect(left, 0, panel, panel, fill="#f7f7f7", stroke=RULE, layer=0)
        span = min(FAR, max(2, math.ceil(reach / max(min(math.hypot(*first), math.hypot(*second)), 0.1)) + 2))
        for k in range(-span, span + 1):
            for ends in ((move(k, -3 * FAR), move(k, 3 * FAR)), (move(-3 * FAR, k), move(3 * FAR, k))):
                clipped = _clip(*ends, reach)
                if clipped:
                    canvas.line(*(place(*end) for end in clipped), stroke="#d4d4d4", width=1, layer=1)
        for ends in (((-reach, 0.0), (reach, 0.0)), ((0.0, -reach), (0.0, reach))):
            canvas.line(*(place(*end) for end in ends), stroke=GREY, width=1, layer=2)
        square = [place(*move(*at)) for at in ((0, 0), (1, 0), (1, 1), (0, 1))]
        canvas.path(square, fill=tint(GREEN, 0.35), stroke=GREEN, width=1.5, closed=True, layer=3)
        axes = [place(k / 10 * reach, 0) for k in range(-10, 11)] + [place(0, k / 10 * reach) for k in range(-10, 11)]
        taken = [*axes, *_along(square), *_along([place(0, 0), place(*first)]), *_along([place(0, 0), place(*second)])]
        for end, colour in ((first, BLUE), (second, VERMILLION)):
            canvas.arrow(place(0, 0), place(*end), stroke=colour, width=3, head=12, layer=4)
            taken += _name_end(canvas, place(*end), end, taken, (left, panel), dark(colour))
        canvas.note(left + panel / 2, panel + 18, name)
    canvas.arrow((panel + 14, panel / 2), (panel + gap - 14, panel / 2), width=2.5, head=12)
    canvas.text(panel + gap / 2, panel / 2 - 16, "@ W", bold=True)
    cell = cell_width(spelled, least=30, pad=8)
    canvas.text(0, panel + 62, "W =", anchor="start", bold=True)
    place_grid(canvas, 44, panel + 34, spelled, cell, lambda i, j: tint((BLUE, VERMILLION)[i], 0.25), height=28)
    canvas.note(44 + 2 * cell + 24, panel + 62, say("area", area=short(area)), anchor="start")
    images = {"first": _pair(spelled[0]), "second": _pair(spelled[1])}
    facts = {"name": title or "W", "values": nested(spelled), **images}
    alt = say("plane_flat", **facts) if area < 1e-12 else say("plane", **facts, area=short(area))
    return canvas.finish(alt, title=title)


def _pair(texts: Sequence[str]) -> str:
    return f"({', '.join(texts)})"


def _along(corners: Sequence[Point]) -> list[Point]:
    """Points on the sides of a polygon, close enough that no label slips between them."""
    points: list[Point] = []
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        steps = max(1, round(math.hypot(x1 - x0, y1 - y0) / 4))
        points += [(x0 + (x1 - x0) * k / steps, y0 + (y1 - y0) * k / steps) for k in range(steps)]
    return points


def _name_end(
    canvas: Canvas, at: Point, end: Point, taken: Sequence[Point], panel: tuple[float, float], colour: str
) -> list[Point]:
    """Write an arrow's coordinates near its head, inside its panel, where they cover least of `taken`.

    Gives the points the text now covers.
    """
    text = _pair([short(round(value, 2) + 0.0) for value in end])
    half, tall = text_width(text, LABEL, bold=True) / 2, 10.0
    left, size = panel
    ahead = math.atan2(-end[1], end[0])
    best = (math.inf, at)
    for turn in (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6):
        angle = ahead + turn * math.pi / 6
        x = at[0] + math.cos(angle) * (half + 8)
        y = at[1] + math.sin(angle) * (tall + 8)
        x = min(max(x, left + half + 3), left + size - half - 3)
        y = min(max(y, tall + 3), size - tall - 3)
        covered = sum(abs(px - x) < half and abs(py - y) < tall for px, py in taken)
        best = min(best, (covered + abs(turn) * 0.1, (x, y)))
    x, y = best[1]
    canvas.text(x, y, text, size=LABEL, fill=colour, bold=True)
    return [(x + across, y + down) for across in range(-int(half), int(half), 4) for down in (-8, 0, 8)]


def _clip(start: Point, end: Point, reach: float) -> tuple[Point, Point] | None:
    """The part of a segment inside the square of half-side `reach` around 0 (Liang and Barsky); None outside."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    low, high = 0.0, 1.0
    for direction, room in (
        (-dx, start[0] + reach),
        (dx, reach - start[0]),
        (-dy, start[1] + reach),
        (dy, reach - start[1]),
    ):
        if direction == 0:
            if room < 0:
                return None
        elif direction < 0:
            low = max(low, room / direction)
        else:
            high = min(high, room / direction)
    if low >= high:
        return None
    return (start[0] + low * dx, start[1] + low * dy), (start[0] + high * dx, start[1] + high * dy)
