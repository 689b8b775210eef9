"""Picture of a fit: the points that were seen, and straight lines through them."""

import math
from collections.abc import Mapping
from typing import Final

from torch import Tensor

from torchscope.draw.arguments import finite, read, same_length, some
from torchscope.draw.axes import Axis
from torchscope.draw.canvas import LABEL, ROOM, Canvas, Point, widest
from torchscope.draw.charts import CURVES
from torchscope.draw.colours import GREY, INK, dark
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits
from torchscope.draw.spelling import short

POINTS: Final = 200

SENTENCES: Final = {
    # Alternative texts.
    "the_fit": "Points and lines",
    "fits": "{name}: {count} points, {x_label} from {x_low} to {x_high}, {y_label} from {y_low} to {y_high}; {items}.",
    "fits_alone": "{name}: {count} points, {x_label} from {x_low} to {x_high}, {y_label} from {y_low} to {y_high}.",
    "fits_item": "the line {label} has slope {slope}, is {intercept} at 0, and leaves a mean squared error of {mse}",
    "fits_short": "{label} with slope {slope}",
    # What is written inside pictures.
    "key": "{label}",
    # Errors.
    "flat": "draw.fits: the line {label} is {value}. Give a pair of numbers: its slope, and its value at 0.",
}


def say(key: str, **fields: object) -> str:
    return SENTENCES[key].format(**fields)


def fits(
    x: Tensor,
    y: Tensor,
    lines: Mapping[str, tuple[float, float]] | None = None,
    title: str = "",
    x_label: str = "x",
    y_label: str = "y",
) -> Figure:
    """Points at (x, y), and straight lines through them, named above the picture.

    `x` and `y` have shape (n,), n from 1 to 200. `lines`: name -> (slope, value at 0), at most 4 of them. The two axes have scales of their own.
    """
    across = finite("fits", "x", read("fits", "x", x, 1).tolist())
    up = finite("fits", "y", read("fits", "y", y, 1).tolist())
    some("fits", "x", across, POINTS)
    same_length("fits", "x", across, "y", up)
    drawn = {str(label): _pair(str(label), line) for label, line in (lines or {}).items()}
    if drawn:
        some("fits", "lines", drawn, 4)
    x_axis = Axis.over(across, False, 6, snap=True)
    ends = [slope * at + start for slope, start in drawn.values() for at in (x_axis.low, x_axis.high)]
    y_axis = Axis.over([*up, *ends], False, 5, snap=True)
    canvas = Canvas("fits")
    left = widest((tick for _, tick in y_axis.ticks), LABEL) + 10
    width, tall = ROOM - left - 16, 290.0

    def place(h: float, v: float) -> Point:
        return left + x_axis.share(h) * width, tall - y_axis.share(v) * tall

    for value, tick in y_axis.ticks:
        height = place(x_axis.low, value)[1]
        canvas.line((left, height), (left + width, height), stroke="#e2e2e2", width=1, layer=0)
        canvas.note(left - 8, height, tick, anchor="end")
    for value, tick in x_axis.ticks:
        at = place(value, y_axis.low)[0]
        canvas.line((at, tall), (at, tall + 5), stroke=GREY, width=1)
        canvas.note(at, tall + 18, tick)
    canvas.line((left, 0), (left, tall), (left + width, tall), stroke=GREY, width=1)
    canvas.text(left + width / 2, tall + 42, x_label, size=LABEL)
    canvas.text(0, -22 - 22 * len(drawn), y_label, size=LABEL, anchor="start")
    for row, ((label, (slope, start)), (colour, dash)) in enumerate(zip(drawn.items(), CURVES, strict=False)):
        height = -20.0 - 22 * (len(drawn) - 1 - row)
        canvas.line((left, height), (left + 44, height), stroke=colour, width=2.5, dash=dash, layer=3)
        key = say("key", label=label)
        canvas.text(left + 54, height, key, size=LABEL, fill=dark(colour), anchor="start", bold=True)
        sides = [place(h, slope * h + start) for h in (x_axis.low, x_axis.high)]
        canvas.line(*sides, stroke=colour, width=2.5, dash=dash, layer=3)
    for h, v in zip(across, up, strict=True):
        a, b = place(h, v)
        canvas.path([(a, b - 5), (a + 5, b), (a, b + 5), (a - 5, b)], fill=INK, closed=True, layer=2)
    return canvas.finish(*_told(across, up, drawn, title, x_label, y_label), title=title)


def _pair(label: str, line: object) -> tuple[float, float]:
    try:
        slope, start = (float(number) for number in line)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise ValueError(say("flat", label=label, value=repr(line)[:60])) from None
    if not (math.isfinite(slope) and math.isfinite(start)):
        raise ValueError(say("flat", label=label, value=repr(line)[:60]))
    return slope, start


def _told(
    across: list[float],
    up: list[float],
    drawn: Mapping[str, tuple[float, float]],
    title: str,
    x_label: str,
    y_label: str,
) -> tuple[str, str]:
    """The alternative text, and everything in words where that says less."""
    facts = {
        "name": title or say("the_fit"),
        "count": len(across),
        "x_label": x_label,
        "y_label": y_label,
        "x_low": _spell(min(across)),
        "x_high": _spell(max(across)),
        "y_low": _spell(min(up)),
        "y_high": _spell(max(up)),
    }
    if not drawn:
        alone = say("fits_alone", **facts)
        return first_that_fits(alone), ""
    items, brief = [], []
    for label, (slope, start) in drawn.items():
        mse = math.fsum((slope * h + start - v) ** 2 for h, v in zip(across, up, strict=True)) / len(across)
        fields = {"label": label, "slope": _spell(slope), "intercept": _spell(start), "mse": _spell(mse)}
        items.append(say("fits_item", **fields))
        brief.append(say("fits_short", **fields))
    full = say("fits", **facts, items="; ".join(items))
    alt = first_that_fits(full, say("fits", **facts, items=", ".join(brief)), say("fits_alone", **facts))
    return alt, "" if alt == full else full


def _spell(value: float) -> str:
    return short(round(value, 3) + 0.0)
