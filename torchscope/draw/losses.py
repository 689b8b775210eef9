"""Pictures of losses: `squares` of errors, `slopes` of a curve, and `surprises` of two distributions.

`slopes` measures a slope as a chapter does, by two steps of a finite difference, one to each side. Where the two sides
disagree, the curve has a kink there and no derivative, and the picture shows both.
"""

import math
from collections.abc import Callable, Sequence
from typing import Final

from torch import Tensor

from torchscope.draw.arguments import finite, read, same_length, some
from torchscope.draw.axes import Axis
from torchscope.draw.canvas import LABEL, ROOM, Canvas, Point, text_width
from torchscope.draw.colours import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, VERMILLION, dark, tint
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits
from torchscope.draw.spelling import short

SENTENCES: Final = {
    # Alternative texts.
    "the_errors": "Errors",
    "squares": "{name}: the squared errors at {x_label} {x} are {squares}; their sum is {sum}, their mean {mean}.",
    "squares_big": "{name}: {count} squared errors against {x_label}; their sum is {sum}, their mean {mean}.",
    "the_curve": "A curve",
    "slopes": "{name} against {x_label}, from {low} to {high}: {items}.",
    "slope": "at {at} the slope is {slope}",
    "kink": "at {at} there is a kink, with slope {left} on its left and {right} on its right",
    "surprises": "Surprise in bits of {items}. The blocks have area H(p) = {entropy}, below the line lies "
    "H(p, q) = {cross}, and KL = {difference} is the difference.",
    "surprises_item": "{name}: p {p} gives {own}, q {q} gives {other}",
    "surprises_big": "Surprise of {count} outcomes in bits. The blocks have area H(p) = {entropy}, below the line lies "
    "H(p, q) = {cross}, and KL = {difference} is the difference.",
    # What is written inside pictures.
    "square": "{value}",
    "drawn_slope": "slope {slope}",
    "drawn_kink": "slopes {left} and {right}",
    "own": "−log₂ p = {bits}",
    "other": "−log₂ q = {bits}",
    "bits": "bits",
    "width": "p = {p}",
    "totals": "blocks: H(p) = {entropy} · under the line: H(p, q) = {cross} · KL = {difference}",
    # Errors.
    "no_distribution": "draw.surprises: {name} sums to {sum} and its least entry is {least}. Probabilities are not negative, and sum to 1.",
    "impossible": "draw.surprises: q gives {name} no chance, and p does: that surprise is infinite. Give it a chance in q.",
    "range": "draw.slopes: at holds {value}, which is not between {low} and {high}. Widen the range.",
    "order": "draw.slopes: the range goes from {low} to {high}. Give the smaller end first.",
}


def say(key: str, **fields: object) -> str:
    return SENTENCES[key].format(**fields)


def squares(x: Tensor, predicted: Tensor, observed: Tensor, title: str = "", x_label: str = "x") -> Figure:
    """Each error as a square on the side that measures it: its area is the squared error.

    Three tensors of one length (n,), n from 1 to 8: places, what a model says there, and what was seen. Both axes have
    one scale.
    """
    across, said, seen = (
        finite("squares", name, read("squares", name, values, 1).tolist())
        for name, values in (("x", x), ("predicted", predicted), ("observed", observed))
    )
    some("squares", "x", across, 8)
    same_length("squares", "predicted", said, "x", across)
    same_length("squares", "observed", seen, "x", across)
    errors = [p - o for p, o in zip(said, seen, strict=True)]
    ends = [h + abs(e) for h, e in zip(across, errors, strict=True)]
    low, high = min(across), max(*across, *ends)
    x_axis, y_axis = Axis.over([low, high], False, 6, snap=False), Axis.over([*said, *seen], False, 5, snap=True)
    wide, tall = x_axis.high - x_axis.low, y_axis.high - y_axis.low
    scale = min(400 / wide, 320 / tall)
    canvas = Canvas("squares")

    def place(h: float, v: float) -> Point:
        return (h - x_axis.low) * scale, (y_axis.high - v) * scale

    for value, tick in y_axis.ticks:
        left, y = place(x_axis.low, value)
        canvas.line((left, y), (wide * scale, y), stroke="#e2e2e2", width=1, layer=0)
        canvas.note(left - 12, y, tick, anchor="end")
    for value, tick in x_axis.ticks:
        at, y = place(value, y_axis.low)
        canvas.line((at, y), (at, y + 5), stroke=GREY, width=1)
        canvas.note(at, y + 18, tick)
    canvas.text(wide * scale / 2, tall * scale + 42, x_label, size=LABEL)
    for h, p, o, e in zip(across, said, seen, errors, strict=True):
        (x0, y0), side = place(h, max(p, o)), abs(e) * scale
        if e:
            canvas.rect(x0, y0, side, side, fill=tint(ORANGE, 0.45), stroke=dark(ORANGE), width=1.2)
            canvas.line(place(h, p), place(h, o), stroke=dark(ORANGE), width=4, layer=3)
            text = say("square", value=short(round(e * e, 6)))
            canvas.text(x0 + max(side / 2, 16), y0 + side / 2, text, mono=True, bold=True)
    order = sorted(range(len(across)), key=across.__getitem__)
    canvas.line(*(place(across[k], said[k]) for k in order), stroke=BLUE, width=2.5, layer=2)
    for h, o in zip(across, seen, strict=True):
        a, b = place(h, o)
        canvas.path([(a, b - 7), (a + 7, b), (a, b + 7), (a - 7, b)], fill=INK, closed=True, layer=4)
    areas = [short(round(e * e, 6)) for e in errors]
    total = math.fsum(e * e for e in errors)
    facts = {
        "name": title or say("the_errors"),
        "x_label": x_label,
        "sum": short(round(total, 6)),
        "mean": short(round(total / len(errors), 6)),
    }
    full = say("squares", **facts, x=", ".join(map(short, across)), squares=", ".join(areas))
    alt = first_that_fits(full, say("squares_big", **facts, count=len(errors)))
    return canvas.finish(alt, "" if alt == full else full, title)


def slopes(
    function: Callable[[float], object],
    low: float,
    high: float,
    at: Sequence[float],
    title: str = "",
    x_label: str = "x",
) -> Figure:
    """A curve from `low` to `high`, with its slope at up to 5 places, measured on either side of each.

    `function` takes a float and gives a number or a 0-d tensor; it should reckon in float64, for the two steps of
    the finite difference are small.
    """
    ends = finite("slopes", "low and high", [low, high])
    if ends[0] >= ends[1]:
        raise ValueError(say("order", low=short(ends[0]), high=short(ends[1])))
    places = finite("slopes", "at", at)
    some("slopes", "at", places, 5)
    for value in places:
        if not low <= value <= high:
            raise ValueError(say("range", value=short(value), low=short(low), high=short(high)))

    def height(h: float) -> float:
        return float(function(h))  # type: ignore[arg-type]

    steps = sorted({low + (high - low) * k / 200 for k in range(201)} | set(places))
    heights = finite("slopes", "function", [height(h) for h in steps])
    x_axis, y_axis = Axis.over(steps, False, 6, snap=False), Axis.over(heights, False, 5, snap=True)
    canvas = Canvas("slopes")
    left, width, tall = 54.0, ROOM - 110, 280.0

    def place(h: float, v: float) -> Point:
        return left + x_axis.share(h) * width, tall - y_axis.share(v) * tall

    for value, tick in y_axis.ticks:
        y = place(low, value)[1]
        canvas.line((left, y), (left + width, y), stroke="#e2e2e2", width=1, layer=0)
        canvas.note(left - 8, y, tick, anchor="end")
    for value, tick in x_axis.ticks:
        across = place(value, heights[0])[0]
        canvas.line((across, tall), (across, tall + 5), stroke=GREY, width=1)
        canvas.note(across, tall + 18, tick)
    canvas.line((left, 0), (left, tall), (left + width, tall), stroke=GREY, width=1)
    canvas.text(left + width / 2, tall + 42, x_label, size=LABEL)
    canvas.line(*(place(h, v) for h, v in zip(steps, heights, strict=True)), stroke=BLUE, width=2.5, layer=2)
    items = []
    h = (high - low) * 1e-5
    for value in places:
        here = height(value)
        before, after = (here - height(value - h)) / h, (height(value + h) - here) / h
        kinked = abs(after - before) > 1e-2 * max(1.0, abs(before), abs(after))
        pair = (before, after) if kinked else ((before + after) / 2,) * 2
        x0, y0 = place(value, here)
        for slope, way in zip(pair, (-1, 1), strict=True):
            run, rise = width / (x_axis.high - x_axis.low), slope * tall / (y_axis.high - y_axis.low)
            long = 62 / math.hypot(run, rise)
            canvas.line((x0, y0), (x0 + way * run * long, y0 - way * rise * long), stroke=VERMILLION, width=3, layer=3)
        canvas.rect(x0 - 4, y0 - 4, 8, 8, fill=INK, layer=4)
        texts = [short(round(slope, 3) + 0.0) for slope in pair]
        spelled = [text.replace("-", "−") for text in texts]
        label = say("drawn_kink", left=spelled[0], right=spelled[1]) if kinked else say("drawn_slope", slope=spelled[0])
        steep = (pair[0] + pair[1]) / 2 * tall / (y_axis.high - y_axis.low) / (width / (x_axis.high - x_axis.low))
        if abs(steep) < 0.25:
            canvas.text(
                x0, y0 - 24 if not kinked else max(10.0, y0 - 190), label, size=LABEL, fill=dark(VERMILLION), bold=True
            )
        else:
            away, below, anchor = (12, 14, "start") if steep > 0 else (-12, 14, "end")
            if steep < 0 and x0 - 12 - text_width(label, LABEL, bold=True) < left:  # it would lie on the axis
                away, below, anchor = 12, -8, "start"
            canvas.text(x0 + away, y0 + below, label, size=LABEL, fill=dark(VERMILLION), anchor=anchor, bold=True)
        told = {"at": short(round(value, 6)), "slope": texts[0], "left": texts[0], "right": texts[1]}
        items.append(say("kink" if kinked else "slope", **told))
    facts = {"name": title or say("the_curve"), "x_label": x_label, "low": short(low), "high": short(high)}
    full = say("slopes", **facts, items="; ".join(items))
    alt = first_that_fits(full, say("slopes", **facts, items=items[0]))
    return canvas.finish(alt, "" if alt == full else "\n".join(items), title)


def surprises(p: Tensor, q: Tensor, names: Sequence[str], title: str = "") -> Figure:
    """Surprise of each outcome: blocks as wide as p and as high as −log₂ p, and a line at the height −log₂ q.

    `p` and `q` have shape (n,), n from 2 to 5, and sum to 1. The area of the blocks is the entropy of p, the area under the line the
    cross-entropy, and the difference KL(p‖q): added area is hatched in one colour, area taken away in another.
    """
    own, other = _distribution("p", p), _distribution("q", q)
    some("surprises", "names", names, 5)
    same_length("surprises", "p", own, "names", names)
    same_length("surprises", "q", other, "names", names)
    rows: list[tuple[str, float, float, float, float]] = []
    for name, chance, told in zip(names, own, other, strict=True):
        if chance > 0 and told == 0:
            raise ValueError(say("impossible", name=repr(name)))
        if chance > 0:
            rows.append((str(name), chance, told, -math.log2(chance) + 0.0, -math.log2(told) + 0.0))
    width = ROOM - 60.0
    high = max(1.0, *(max(a, b) for *_, a, b in rows))
    scale = min(90.0, 260 / high)
    canvas = Canvas("surprises")
    for mark in range(math.floor(high) + 1):
        canvas.line((-4, -mark * scale), (width, -mark * scale), stroke="#e2e2e2", width=1, layer=0)
        canvas.note(-10, -mark * scale, str(mark), anchor="end")
    canvas.note(-10, -high * scale - 24, say("bits"), anchor="start")
    x = 0.0
    edge: list[Point] = []
    for name, chance, _, mine, yours in rows:
        span = chance * width
        a, b = mine * scale, yours * scale
        canvas.rect(x, -a, span, a, fill=tint(GREEN, 0.35), stroke=dark(GREEN), width=1.2)
        if b > a:
            canvas.rect(x, -b, span, b - a, fill=tint(VERMILLION, 0.3))
            _hatch(canvas, x, -b, span, b - a, VERMILLION)
        elif b < a:
            canvas.rect(x, -a, span, a - b, fill=tint(PURPLE, 0.3))
            _hatch(canvas, x, -a, span, a - b, PURPLE)
        edge += [(x, -b), (x + span, -b)]
        centre = x + span / 2
        canvas.text(centre, 22, name, bold=True)
        canvas.note(centre, 44, say("width", p=short(chance)))
        canvas.text(centre, 66, say("own", bits=short(round(mine, 4))), size=LABEL, fill=dark(GREEN))
        canvas.text(centre, 86, say("other", bits=short(round(yours, 4))), size=LABEL, fill=dark(VERMILLION))
        x += span
    canvas.line(*edge, stroke=VERMILLION, width=3.5, layer=4)
    canvas.line((0, 0), (width, 0), stroke=INK, width=1.5, layer=4)
    entropy = math.fsum(chance * mine for _, chance, _, mine, _ in rows)
    cross = math.fsum(chance * yours for _, chance, _, _, yours in rows)
    facts = {
        "entropy": short(round(entropy, 4)),
        "cross": short(round(cross, 4)),
        "difference": short(round(cross - entropy, 4) + 0.0),
    }
    canvas.text(width / 2, 118, say("totals", **facts), size=LABEL, bold=True)
    items = "; ".join(
        say("surprises_item", name=name, p=short(a), q=short(b), own=short(round(c, 4)), other=short(round(d, 4)))
        for name, a, b, c, d in rows
    )
    full = say("surprises", **facts, items=items)
    alt = first_that_fits(full, say("surprises_big", **facts, count=len(rows)))
    return canvas.finish(alt, "" if alt == full else items.replace("; ", "\n"), title)


def _hatch(canvas: Canvas, x: float, y: float, w: float, h: float, colour: str) -> None:
    """Slanted lines inside a rectangle, so that its meaning does not hang on its colour: up for added, down for taken away."""
    gap, up = 12.0, colour == VERMILLION
    for k in range(1, math.ceil((w + h) / gap)):
        s = k * gap
        start, end = (max(0.0, s - h), min(s, h)), (min(s, w), max(0.0, s - w))
        points = [(x + a, y + (b if up else h - b)) for a, b in (start, end)]
        canvas.line(*points, stroke=dark(colour), width=1, layer=2)


def _distribution(name: str, x: Tensor) -> list[float]:
    values = finite("surprises", name, read("surprises", name, x, 1).tolist())
    if not values or min(values) < 0 or abs(sum(values) - 1) > 1e-4:
        raise ValueError(say("no_distribution", name=name, sum=short(sum(values)), least=short(min(values, default=0))))
    return values
