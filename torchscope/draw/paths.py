"""Paths over a landscape: `paths` draws where walks go on a function of two numbers, whose contours lie below them.

The contours are found by marching squares: where a level passes between two neighbours of a grid, a line crosses the edge between them,
and the crossings of a cell are joined. The levels stand at equal distances from the bottom of a parabola: level k of n lies (k / n)² of the way up.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from torch import Tensor

from torchscope.draw.arguments import finite, some
from torchscope.draw.axes import Axis
from torchscope.draw.canvas import LABEL, ROOM, Canvas, Point, text_width
from torchscope.draw.colours import BLUE, CARD, GREEN, GREY, INK, MUTED, PURPLE, VERMILLION, dark
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits
from torchscope.draw.spelling import short

SENTENCES: Final = {
    # Alternative texts.
    "the_landscape": "A landscape",
    "paths": "{name}: contours over {x_label} and {y_label}, least {least} near ({x}, {y}). {items}",
    "paths_big": "{name}: contours over {x_label} and {y_label}, least {least} near ({x}, {y}), and {count} paths, named {labels}.",
    "path": "{label}: {steps} steps from ({x0}, {y0}) to ({x1}, {y1}), value {value}.",
    "path_left": "{label}: from ({x0}, {y0}), step {steps} of {all} leaves the picture.",
    # What is written inside pictures.
    "level": "{value}",
    "ends": "{label}: {steps} steps, to {value}",
    "ends_outside": "{label}: step {steps} leaves the picture",
    # Errors.
    "order": "draw.paths: {name} goes from {low} to {high}. Give two numbers, the smaller one first.",
    "pair": "draw.paths: {name} holds {value}, which is no pair of numbers. A path is a list of places (x, y).",
    "outside": "draw.paths: {name} starts at ({x}, {y}), outside of the picture. Widen x or y.",
    "flat": "draw.paths: the function is {value} everywhere. A flat landscape has no contours.",
}
STYLES: Final = (
    (BLUE, "", 4),
    (VERMILLION, "8 4", 3),
    (GREEN, "2 3", 40),
    (PURPLE, "10 3 2 3", 5),
)  # colour, dashes, corners
COLUMNS, ROWS, LEVELS, POINTS = 44, 34, 10, 1400
MARKS: Final = 16  # on one path

Key: TypeAlias = tuple[int, int, int]  # an edge of the grid: its lower left end, 0 to the right or 1 upwards


def say(key: str, **fields: object) -> str:
    return SENTENCES[key].format(**fields)


def paths(
    function: Callable[[float, float], object],
    x: Sequence[float],
    y: Sequence[float],
    walks: Mapping[str, Sequence[Sequence[float]] | Tensor],
    title: str = "",
    x_label: str = "x",
    y_label: str = "y",
) -> Figure:
    """Walks over the contours of a function of two numbers.

    `x` and `y` are pairs (low, high); `function` takes two floats and gives a number or a 0-d tensor. `walks`: name -> its places, (n, 2), the
    first one inside; up to 4. A walk that leaves the picture is drawn as far as its edge. Long ones are thinned to 100 places.
    """
    (left, right), (bottom, top) = _range("x", x), _range("y", y)
    some("paths", "walks", walks)
    some("paths", "walks", walks, len(STYLES))
    routes = {str(name): _places(str(name), places) for name, places in walks.items()}
    for name, places in routes.items():
        if not (left <= places[0][0] <= right and bottom <= places[0][1] <= top):
            raise ValueError(say("outside", name=repr(name), x=short(places[0][0]), y=short(places[0][1])))
    across = [left + (right - left) * i / COLUMNS for i in range(COLUMNS + 1)]
    up = [bottom + (top - bottom) * j / ROWS for j in range(ROWS + 1)]
    grid = [finite("paths", "function", [_number(function(a, b)) for b in up]) for a in across]
    least, most = min(map(min, grid)), max(map(max, grid))
    if most - least <= 1e-9 * max(1.0, abs(most)):
        raise ValueError(say("flat", value=short(least)))
    at = min(((i, j) for i in range(COLUMNS + 1) for j in range(ROWS + 1)), key=lambda ij: grid[ij[0]][ij[1]])
    canvas = Canvas("paths")
    indent, width, tall = 58.0, ROOM - 70.0, 340.0

    def place(h: float, v: float) -> Point:
        return indent + (h - left) / (right - left) * width, (top - v) / (top - bottom) * tall

    _frame(canvas, (left, right), (bottom, top), (indent, width, tall), (x_label, y_label))
    taken = [place(h, v) for places in routes.values() for h, v in places]
    labelled: list[Point] = []
    for level, traced in _levels(grid, least, most):
        lines = [[(indent + i / COLUMNS * width, tall - j / ROWS * tall) for i, j in line] for line in traced]
        for line in lines:
            canvas.line(*line, stroke="#b4b4b4", width=1.2, layer=1)
        _label_level(canvas, lines, short(float(f"{level:.2g}")), labelled, taken, (indent, width, tall))
    a, b = place(across[at[0]], up[at[1]])
    canvas.line((a - 6, b), (a + 6, b), stroke=INK, width=2, layer=2)
    canvas.line((a, b - 6), (a, b + 6), stroke=INK, width=2, layer=2)
    items, legend = [], tall + 72
    for (name, places), (colour, dash, corners) in zip(routes.items(), STYLES, strict=False):
        inside = [left <= h <= right and bottom <= v <= top for h, v in places]
        stays = inside.index(False) if False in inside else len(places)
        shown = [place(h, v) for h, v in places[:stays]]
        if stays < len(places):
            shown.append(_edge(shown[-1], place(*places[stays]), (indent, width, tall)))
        kept = sorted({*range(0, len(shown), math.ceil(len(shown) / 100)), len(shown) - 1})
        if len(kept) > 1:
            canvas.line(*(shown[k] for k in kept), stroke=colour, width=2.2, dash=dash, layer=3)
        for k in sorted({*range(0, stays, math.ceil(stays / MARKS)), stays - 1}):
            _mark(canvas, shown[k], corners, colour, 5 if k else 7)
        if stays < len(places):
            canvas.arrow(shown[-2], shown[-1], stroke=colour, width=2.2, head=13, layer=4)
        (x0, y0), (x1, y1) = places[0], places[-1]
        fields = {"label": name, "x0": short(_rounded(x0)), "y0": short(_rounded(y0))}
        if stays < len(places):
            items.append(say("path_left", **fields, steps=stays, all=len(places) - 1))
            text = say("ends_outside", label=name, steps=stays)
        else:
            value = short(_rounded(_number(function(x1, y1))))
            ends = {"x1": short(_rounded(x1)), "y1": short(_rounded(y1)), "value": value}
            items.append(say("path", **fields, **ends, steps=len(places) - 1))
            text = say("ends", label=name, steps=len(places) - 1, value=value)
        canvas.line((indent, legend), (indent + 46, legend), stroke=colour, width=2.2, dash=dash, layer=3)
        _mark(canvas, (indent + 23, legend), corners, colour, 5)
        canvas.text(indent + 58, legend, text, size=LABEL, fill=dark(colour), anchor="start", bold=True)
        legend += 22
    facts = {
        "name": title or say("the_landscape"),
        "x_label": x_label,
        "y_label": y_label,
        "least": short(_rounded(least)),
        "x": short(_rounded(across[at[0]])),
        "y": short(_rounded(up[at[1]])),
    }
    full = say("paths", **facts, items=" ".join(items))
    alt = first_that_fits(full, say("paths_big", **facts, count=len(routes), labels=", ".join(routes)))
    return canvas.finish(alt, "" if alt == full else "\n".join(items), title)


def _levels(grid: Sequence[Sequence[float]], least: float, most: float) -> list[tuple[float, list[list[Point]]]]:
    """The levels of a landscape with their lines; fewer of them where it is rugged, for a picture is to stay small."""
    levels = LEVELS
    while True:
        heights = [least + (most - least) * (k / levels) ** 2 for k in range(1, levels)]
        found = [(height, contour(grid, height)) for height in heights]
        if levels <= 3 or sum(len(line) for _, lines in found for line in lines) <= POINTS:
            return found
        levels = levels * 2 // 3


def contour(grid: Sequence[Sequence[float]], level: float) -> list[list[Point]]:
    """The lines on which a function has one value, in steps of its grid: `grid[i][j]` is its value at (i, j)."""
    joined: dict[Key, list[Key]] = {}
    for i in range(len(grid) - 1):
        for j in range(len(grid[0]) - 1):
            low_left, low_right = grid[i][j] > level, grid[i + 1][j] > level
            up_left, up_right = grid[i][j + 1] > level, grid[i + 1][j + 1] > level
            south, east, north, west = (i, j, 0), (i + 1, j, 1), (i, j + 1, 0), (i, j, 1)
            crossed: list[Key] = []
            for edge, one, other in (
                (south, low_left, low_right),
                (east, low_right, up_right),
                (north, up_right, up_left),
                (west, up_left, low_left),
            ):
                if one != other:
                    crossed.append(edge)
            if len(crossed) == 4:  # a saddle: the middle says which corners belong together
                middle = (grid[i][j] + grid[i + 1][j] + grid[i][j + 1] + grid[i + 1][j + 1]) / 4 > level
                pairs = [(south, east), (north, west)] if middle == low_left else [(west, south), (east, north)]
            else:
                pairs = [(crossed[0], crossed[1])] if crossed else []
            for one_edge, other_edge in pairs:
                joined.setdefault(one_edge, []).append(other_edge)
                joined.setdefault(other_edge, []).append(one_edge)
    lines: list[list[Point]] = []
    ends = [edge for edge, others in joined.items() if len(others) == 1]
    for first in [*ends, *joined]:
        if not joined[first]:
            continue
        edge, line = first, [_crossing(grid, level, first)]
        while joined[edge]:
            following = joined[edge].pop()
            joined[following].remove(edge)
            edge = following
            line.append(_crossing(grid, level, edge))
        lines.append(line)
    return lines


def _crossing(grid: Sequence[Sequence[float]], level: float, edge: Key) -> Point:
    i, j, upwards = edge
    here, there = grid[i][j], grid[i + 1 - upwards][j + upwards]
    share = (level - here) / (there - here)
    return (i, j + share) if upwards else (i + share, j)


def _number(value: object) -> float:
    return float(value)  # type: ignore[arg-type]


def _rounded(value: float) -> float:
    """Three significant digits, no negative zero, and no dust next to 0."""
    return float(f"{value:.3g}") + 0.0 if abs(value) >= 5e-4 else 0.0


def _range(name: str, ends: Sequence[float]) -> tuple[float, float]:
    low, high = finite("paths", name, ends) if len(ends) == 2 else (0.0, 0.0)
    if low >= high:
        raise ValueError(
            say("order", name=name, low=ends[0] if ends else "nothing", high=ends[-1] if ends else "nothing")
        )
    return low, high


def _places(name: str, places: Sequence[Sequence[float]] | Tensor) -> list[Point]:
    listed = places.tolist() if isinstance(places, Tensor) else list(places)
    some("paths", repr(name), listed)
    pairs: list[Point] = []
    for each in listed:
        pair = each.tolist() if isinstance(each, Tensor) else each
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise ValueError(say("pair", name=repr(name), value=repr(pair)[:40]))
        h, v = finite("paths", repr(name), pair)
        pairs.append((h, v))
    return pairs


def _frame(canvas: Canvas, x: Point, y: Point, room: tuple[float, float, float], labels: tuple[str, str]) -> None:
    indent, width, tall = room
    x_axis, y_axis = Axis.over(x, False, 6, snap=False), Axis.over(y, False, 5, snap=False)
    canvas.rect(indent, 0, width, tall, stroke=GREY, width=1, layer=2)
    for value, tick in x_axis.ticks:
        at = indent + x_axis.share(value) * width
        canvas.line((at, tall), (at, tall + 5), stroke=GREY, width=1)
        canvas.note(at, tall + 18, tick)
    for value, tick in y_axis.ticks:
        at = tall - y_axis.share(value) * tall
        canvas.line((indent - 5, at), (indent, at), stroke=GREY, width=1)
        canvas.note(indent - 9, at, tick, anchor="end")
    canvas.text(indent + width / 2, tall + 42, labels[0], size=LABEL)
    canvas.text(0, -16, labels[1], size=LABEL, anchor="start")


def _label_level(
    canvas: Canvas,
    lines: Sequence[Sequence[Point]],
    text: str,
    labelled: list[Point],
    taken: Sequence[Point],
    room: tuple[float, float, float],
) -> None:
    """The value of a contour: on its longest line, apart from the edges and other values, as far as it can be from the walks."""
    indent, width, tall = room
    half = text_width(text, LABEL) / 2 + 3
    free = [
        (x, y)
        for x, y in max(lines, key=len, default=[])
        if indent + half + 4 < x < indent + width - half - 4
        and 14 < y < tall - 14
        and all(abs(x - a) > 60 or abs(y - b) > 24 for a, b in labelled)
    ]
    if len(labelled) < 5 and free:
        x, y = max(free, key=lambda p: min(math.dist(p, other) for other in taken))
        labelled.append((x, y))
        canvas.rect(x - half, y - 9, 2 * half, 18, fill=CARD, layer=1)
        canvas.text(x, y, say("level", value=text), size=LABEL, fill=MUTED)


def _edge(inside: Point, outside: Point, room: tuple[float, float, float]) -> Point:
    """Where the way from a place inside to one outside crosses the frame."""
    indent, width, tall = room
    share = 1.0
    for start, end, low, high in (
        (inside[0], outside[0], indent, indent + width),
        (inside[1], outside[1], 0.0, tall),
    ):
        if end != start:
            share = min([share, *(s for s in ((low - start) / (end - start), (high - start) / (end - start)) if s > 0)])
    return inside[0] + share * (outside[0] - inside[0]), inside[1] + share * (outside[1] - inside[1])


def _mark(canvas: Canvas, at: Point, corners: int, colour: str, size: float) -> None:
    """A polygon with that many corners; 40 stand for a cross, which shows without filling."""
    x, y = at
    if corners == 40:
        canvas.line((x - size, y - size), (x + size, y + size), stroke=colour, width=2.5, layer=4)
        canvas.line((x - size, y + size), (x + size, y - size), stroke=colour, width=2.5, layer=4)
        return
    turns = [2 * math.pi * k / corners - math.pi / 2 for k in range(corners)]
    points = [(x + size * math.cos(turn), y + size * math.sin(turn)) for turn in turns]
    canvas.path(points, fill=colour, stroke=CARD, width=1, closed=True, layer=4)
