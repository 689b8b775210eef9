"""Charts of numbers: `bars` and `lines`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from torchscope.draw.arguments import finite, same_length, some
from torchscope.draw.axes import Axis
from torchscope.draw.canvas import LABEL, ROOM, VALUE, Canvas, Point, widest, wrap
from torchscope.draw.colours import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION, dark
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits, say
from torchscope.draw.spelling import short

CURVES: Final = ((BLUE, ""), (VERMILLION, "7 4"), (GREEN, "2 3"), (PURPLE, "10 3 2 3"), (ORANGE, ""), (SKY, "7 4"))


def bars(labels: Sequence[str], values: Sequence[float], title: str = "", unit: str = "") -> Figure:
    """Horizontal bars with their values printed, in `unit`.

    One to 14 finite values, one label each; negative values grow to the left.
    """
    same_length("bars", "labels", labels, "values", values)
    some("bars", "labels", labels, 14)
    numbers = finite("bars", "values", values)
    texts = [f"{short(value)} {unit}".strip() for value in numbers]
    canvas = Canvas("bars")
    names = [wrap(str(label), 190, VALUE) for label in labels]
    indent = widest((line for name in names for line in name), VALUE) + 14
    tail = widest(texts, VALUE, mono=True) + 10
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    before = tail if low < 0 else 0.0
    scale = (ROOM - indent - tail - before) / ((high - low) or 1.0)
    zero = indent + before - low * scale
    y = 0.0
    for label, value, text in zip(names, numbers, texts, strict=True):
        tall = max(26.0, len(label) * 20.0)
        x = zero + min(value, 0) * scale
        if value:
            canvas.rect(x, y + (tall - 26) / 2, max(abs(value) * scale, 1), 26, fill=BLUE if value > 0 else ORANGE)
        canvas.stack(indent - 14, y + tall / 2, label, 20, anchor="end")
        air, anchor = (8, "start") if value >= 0 else (-8, "end")
        canvas.text(zero + value * scale + air, y + tall / 2, text, mono=True, anchor=anchor)
        y += tall + 12
    canvas.line((zero, -6), (zero, y - 6), width=1.2)
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    least, most = order[0], order[-1]
    name = title or say("the_chart")
    items = "; ".join(f"{item} {text}" for item, text in zip(labels, texts, strict=True))
    ends = {"least": texts[least], "most": texts[most], "least_label": labels[least], "most_label": labels[most]}
    alt = first_that_fits(say("bars", name=name, items=items), say("bars_big", name=name, count=len(numbers), **ends))
    return canvas.finish(alt, "" if items in alt else items, title)


def lines(
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    log: bool = False,
) -> Figure:
    """Curves over `x`, named at their right ends.

    `series`: name -> as many floats as `x` has; NaN and infinity interrupt a curve. At most 6 curves; long ones are
    thinned to 200 points. `log` makes both axes logarithmic.
    """
    across = finite("lines", "x", x)
    some("lines", "series", series)
    some("lines", "x", across)
    some("lines", "series", series, len(CURVES))
    curves = {str(name): [float(value) for value in values] for name, values in series.items()}
    for name, values in curves.items():
        same_length("lines", repr(name), values, "x", across)
    heights = [value for values in curves.values() for value in values if math.isfinite(value)]
    some("lines", "series", heights)
    if log:
        for name, values in (("x", across), ("series", heights)):
            if min(values) <= 0:
                raise ValueError(say("positive", name=name, value=min(values)))
    canvas = Canvas("lines")
    x_axis, y_axis = Axis.over(across, log, 6, snap=False), Axis.over(heights, log, 5, snap=True)
    if log and len(across) <= 6:
        x_axis = replace(x_axis, ticks=tuple((value, short(value)) for value in sorted(across)))
    labels = {name: wrap(name, 130, LABEL, True) for name in curves}
    tail = widest((line for label in labels.values() for line in label), LABEL, bold=True) + 12
    left = widest((tick for _, tick in y_axis.ticks), LABEL) + 10
    width, height = ROOM - left - tail - 4, 270.0

    def place(h: float, v: float) -> Point:
        return left + x_axis.share(h) * width, height - y_axis.share(v) * height

    for value, tick in y_axis.ticks:
        y = place(across[0], value)[1]
        canvas.line((left, y), (left + width, y), stroke="#e2e2e2", width=1, layer=0)
        canvas.note(left - 8, y, tick, anchor="end")
    for value, tick in x_axis.ticks:
        at = place(value, heights[0])[0]
        canvas.line((at, height), (at, height + 5), stroke=GREY, width=1)
        canvas.note(at, height + 18, tick)
    canvas.line((left, 0), (left, height), (left + width, height), stroke=GREY, width=1)
    if x_label:
        canvas.text(left + width / 2, height + 42, x_label, size=LABEL)
    if y_label:
        canvas.text(0, -22, y_label, size=LABEL, anchor="start")
    ends: list[tuple[float, str, str]] = []
    kept = sorted({*range(0, len(across), math.ceil(len(across) / 200)), len(across) - 1})
    for (name, values), (colour, dash) in zip(curves.items(), CURVES, strict=False):
        runs = [[place(across[k], values[k]) for k in run] for run in _finite_runs(values, kept)]
        for run in runs:
            if len(run) > 1:
                canvas.line(*run, stroke=colour, width=2.5, dash=dash, layer=3)
            else:
                canvas.rect(run[0][0] - 2, run[0][1] - 2, 4, 4, fill=colour, layer=3)
        if runs:
            ends.append((runs[-1][-1][1], name, dark(colour)))
    ends.sort()
    tops = _spread([(at, 18 * len(labels[name])) for at, name, _ in ends], height + 18)
    for top, (_, name, colour) in zip(tops, ends, strict=True):
        for k, line in enumerate(labels[name]):
            canvas.text(left + width + 8, top + 18 * k, line, size=LABEL, fill=colour, anchor="start", bold=True)
    return canvas.finish(*_told(across, curves, title, x_label), title=title)


def _finite_runs(values: Sequence[float], kept: Sequence[int]) -> list[list[int]]:
    """The indices in `kept`, apart where a value between them is not finite."""
    return [list(run) for drawn, run in groupby(kept, lambda k: math.isfinite(values[k])) if drawn]


def _spread(labels: Sequence[tuple[float, float]], floor: float) -> list[float]:
    """Places of labels, given as (wanted place, height), top one first: apart, and above the floor."""
    places: list[float] = []
    ceiling = -math.inf
    for wanted, tall in labels:
        places.append(max(wanted, ceiling))
        ceiling = places[-1] + tall
    for k in reversed(range(len(places))):
        floor = places[k] = min(places[k], floor - labels[k][1])
    return places


def _told(across: Sequence[float], curves: Mapping[str, Sequence[float]], title: str, x_label: str) -> tuple[str, str]:
    """The alternative text of `lines`, and its words where that text had to be short."""
    facts = {
        "name": title or say("the_chart"),
        "x_label": x_label or "x",
        "x_first": short(across[0]),
        "x_last": short(across[-1]),
    }
    items = "; ".join(
        say("lines_item", label=name, first=short(values[0]), last=short(values[-1])) for name, values in curves.items()
    )
    full = say("lines", **facts, series=items)
    alt = first_that_fits(full, say("lines_big", **facts, count=len(curves), labels=", ".join(curves)))
    return alt, "" if alt == full else full
