"""Numbers as dots on parallel lines: `number_lines`."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from torch import Tensor

from torchscope.draw.arguments import elements, finite, limit, read, same_length, some
from torchscope.draw.axes import Axis
from torchscope.draw.canvas import LABEL, ROOM, VALUE, Canvas, text_width, widest
from torchscope.draw.colours import GREY, ROW_COLOURS, RULE, dark
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits, say
from torchscope.draw.spelling import plain, short, spell

SENTENCES: Final = {
    "lines": "{name}: {lines}.",
    "line": "{line} has {values}",
    "lines_big": "{name}: {count} lines with numbers from {least} to {most}.",
    "line_big": "{line} has {count} numbers from {least} to {most}",
    "unordered": "draw.number_lines: {name} holds complex numbers, which have no order on a line. Draw its .real part.",
}
MOST: Final = 24  # dots on a line


def number_lines(lines: Mapping[str, Tensor], title: str = "", *, arrows: bool = False) -> Figure:
    """Where the numbers of each tensor lie, as dots on lines over one common axis.

    `lines`: one to 4 names with 1-D tensors of finite numbers, at most 24 each. `arrows` joins number k of a line with number k
    of the next one, which then has as many. Values stand beside their dots where they have room.
    """
    some("number_lines", "lines", lines, 4)
    rows: dict[str, list[float]] = {}
    texts: dict[str, list[str]] = {}
    for name, x in lines.items():
        read_in = read("number_lines", name, x, 1)
        elements("number_lines", name, read_in)
        limit("number_lines", name, read_in, (MOST,))
        if read_in.is_complex():
            raise ValueError(SENTENCES["unordered"].format(name=name))
        rows[name] = finite("number_lines", name, read_in.tolist())
        texts[name] = [plain(text) for text in spell(read_in)]
    names = list(rows)
    for one, other in pairwise(names) if arrows else ():
        same_length("number_lines", repr(one), rows[one], repr(other), rows[other])

    canvas = Canvas("number_lines")
    left = widest(names, VALUE) + 26
    width = ROOM - left - 30
    axis = Axis.over([value for values in rows.values() for value in values], False, 8, snap=True)
    pitch = 92.0 if arrows else 62.0

    def across(value: float) -> float:
        return left + axis.share(value) * width

    for number, (name, values) in enumerate(rows.items()):
        y = number * pitch
        tone = ROW_COLOURS[number % len(ROW_COLOURS)]
        canvas.text(left - 26, y, name, anchor="end")
        canvas.line((left - 10, y), (left + width + 10, y), stroke=RULE)
        for value in dict.fromkeys(values):
            _dot(canvas, across(value), y, dark(tone))
        if _have_room([across(value) for value in values], texts[name]):
            below = arrows and number == len(rows) - 1
            for value, text in dict(zip(values, texts[name], strict=True)).items():
                canvas.text(across(value), y + (20 if below else -20), text, size=LABEL)
        if arrows and number + 1 < len(rows):
            for start, end in zip(values, rows[names[number + 1]], strict=True):
                canvas.arrow((across(start), y + 9), (across(end), y + pitch - 9), stroke=GREY)
    floor = (len(rows) - 1) * pitch + (44 if arrows else 26)
    canvas.line((left - 10, floor), (left + width + 10, floor), stroke=GREY, width=1)
    for value, tick in axis.ticks:
        canvas.line((across(value), floor), (across(value), floor + 5), stroke=GREY, width=1)
        canvas.note(across(value), floor + 18, tick)
    told = [SENTENCES["line"].format(line=name, values=", ".join(texts[name])) for name in rows]
    brief = [
        SENTENCES["line_big"].format(
            line=name, count=len(rows[name]), least=_at(rows, texts, name, 0), most=_at(rows, texts, name, -1)
        )
        for name in rows
    ]
    head = title or say("the_chart")
    full = SENTENCES["lines"].format(name=head, lines="; ".join(told))
    ends = {"least": short(min(map(min, rows.values()))), "most": short(max(map(max, rows.values())))}
    least = SENTENCES["lines_big"].format(name=head, count=len(rows), **ends)
    alt = first_that_fits(full, SENTENCES["lines"].format(name=head, lines="; ".join(brief)), least)
    return canvas.finish(alt, "" if alt == full else "\n".join(told), title)


def _dot(canvas: Canvas, x: float, y: float, colour: str) -> None:
    corners = [
        (x + 6 * math.cos(math.tau * (k + 0.5) / 8), y + 6 * math.sin(math.tau * (k + 0.5) / 8)) for k in range(8)
    ]
    canvas.path(corners, fill=colour, closed=True, layer=4)


def _have_room(places: Sequence[float], texts: Sequence[str]) -> bool:
    """Whether every text fits above its own dot."""
    labels = sorted(set(zip(places, texts, strict=True)))
    return all(
        second - first >= (text_width(one, LABEL) + text_width(other, LABEL)) / 2 + 5
        for (first, one), (second, other) in pairwise(labels)
    )


def _at(rows: Mapping[str, Sequence[float]], texts: Mapping[str, Sequence[str]], name: str, rank: int) -> str:
    """The spelled number that stands at `rank` in order of size."""
    order = sorted(range(len(rows[name])), key=rows[name].__getitem__)
    return texts[name][order[rank]]
