"""Who does what, and when: `lanes`."""

import math
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from torchscope.draw.arguments import some
from torchscope.draw.axes import Axis
from torchscope.draw.canvas import LABEL, ROOM, VALUE, Canvas, widest, wrap
from torchscope.draw.colours import CARD, GREY, INK, RULE, VERMILLION, dark, mix, tint
from torchscope.draw.colours import ROW_COLOURS as COLOURS
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits, say
from torchscope.draw.spelling import short

Block: TypeAlias = tuple[float, float, str]
Hop: TypeAlias = tuple[str, float, str, float]

TALL: Final = 40.0
GAP: Final = 34.0
WAITS: Final = "wait"
NO_MARKS: Final[Mapping[str, float]] = {}


def lanes(
    blocks: Mapping[str, Sequence[Block]],
    title: str = "",
    *,
    unit: str = "",
    arrows: Sequence[Hop] = (),
    marks: Mapping[str, float] = NO_MARKS,
) -> Figure:
    """Time from left to right, one swim lane for each of up to 5 workers, one block for everything a worker does.

    `blocks`: lane -> [(start, end, label), ...] in `unit`, not before 0 and one after the other; a label that starts with
    "wait" is drawn as a dashed outline. `arrows`: (lane, time, lane, time), where one lane sets another to work.
    `marks`: name -> time, an upright line through all lanes. A label that is too wide for its block stands in the words only.
    """
    some("lanes", "blocks", blocks, 5)
    some("lanes", "blocks", [block for line in blocks.values() for block in line], 60)
    _refuse(blocks, arrows, marks)
    times = [time for line in blocks.values() for start, end, _ in line for time in (start, end)]
    end = max([*times, *marks.values(), *(hop[3] for hop in arrows)])
    axis = Axis.over([0.0, end], False, 8, snap=False)
    canvas = Canvas("lanes")
    left = widest(blocks, VALUE, bold=True) + 16
    width = ROOM - left - 8
    top = {name: row * (TALL + GAP) for row, name in enumerate(blocks)}
    floor = len(blocks) * (TALL + GAP) - GAP + 10

    def across(time: float) -> float:
        return left + axis.share(time) * width

    for value, tick in axis.ticks:
        canvas.line((across(value), -4), (across(value), floor), stroke="#e2e2e2", width=1, layer=0)
        canvas.note(across(value), floor + 14, tick)
    canvas.line((left, floor), (left + width, floor), stroke=GREY, width=1, layer=1)
    if unit:
        canvas.text(left + width / 2, floor + 38, unit, size=LABEL)
    for (name, line), colour in zip(blocks.items(), COLOURS, strict=False):
        canvas.text(left - 12, top[name] + TALL / 2, name, anchor="end", bold=True)
        canvas.rect(left, top[name], width, TALL, fill=mix(CARD, RULE, 0.18), layer=0)
        for start, stop, label in line:
            _block(canvas, across(start), across(stop), top[name], label, colour)
    for source, sent, target, came in arrows:
        down = top[target] > top[source]
        edges = (top[source] + TALL, top[target]) if down else (top[source], top[target] + TALL)
        canvas.arrow((across(sent), edges[0]), (across(came), edges[1]), width=1.4, layer=5)
    for row, (name, time) in enumerate(sorted(marks.items(), key=lambda mark: mark[1])):
        high = -16.0 - 19 * (len(marks) - 1 - row)
        canvas.line(
            (across(time), high + 10), (across(time), floor), stroke=dark(VERMILLION), width=2, dash="5 3", layer=6
        )
        room = widest([name], LABEL) / 2
        inside = min(max(across(time), left + room), left + width - room)
        canvas.text(inside, high, name, size=LABEL, fill=dark(VERMILLION))
    return canvas.finish(*_told(blocks, title, unit, marks), title)


def _block(canvas: Canvas, start: float, stop: float, top: float, label: str, colour: str) -> None:
    wide = max(stop - start, 1.0)
    if label.startswith(WAITS):
        canvas.rect(start + 1, top + 3, wide - 2, TALL - 6, fill=CARD, stroke=GREY, width=1.5, dash="4 3", layer=3)
    else:
        canvas.rect(start, top, wide, TALL, fill=tint(colour, 0.35), stroke=dark(colour), width=1.2, layer=3)
    texts = wrap(label, wide - 6, LABEL)
    if widest(texts, LABEL) <= wide - 4 and len(texts) <= 2:
        canvas.stack(start + wide / 2, top + TALL / 2, texts, 17, size=LABEL, fill=INK)


def _refuse(blocks: Mapping[str, Sequence[Block]], arrows: Sequence[Hop], marks: Mapping[str, float]) -> None:
    """ValueError for a picture that could not be read: blocks that overlap, run backwards or start before 0."""
    for name, line in blocks.items():
        before = 0.0
        for start, stop, label in sorted(line, key=lambda block: block[:2]):
            if not before - 1e-9 <= start <= stop < math.inf:
                raise ValueError(
                    say("lane_order", lane=repr(name), label=repr(label), start=short(start), end=short(stop))
                )
            before = stop
    for source, _, target, _ in arrows:
        for name in (source, target):
            if name not in blocks:
                raise ValueError(say("no_lane", name=repr(name), names=", ".join(blocks)))
    for name, time in marks.items():
        if not 0 <= time < math.inf:
            raise ValueError(say("number_needed", where="lanes", name=repr(name), value=time))


def _told(blocks: Mapping[str, Sequence[Block]], title: str, unit: str, marks: Mapping[str, float]) -> tuple[str, str]:
    """The alternative text, and everything in words where that says less."""
    name = title or say("the_lanes")
    parts = [
        say(
            "lane",
            lane=lane,
            blocks=", ".join(say("lane_block", label=b, start=short(s), end=short(e)) for s, e, b in line),
        )
        for lane, line in blocks.items()
        if line
    ]
    parts += [say("lane_mark", mark=mark, time=short(time)) for mark, time in marks.items()]
    units = say("lane_unit", unit=unit) if unit else ""
    full = say("lanes", name=name, parts="; ".join(parts)) + units
    ends = ", ".join(
        say("lane_until", lane=lane, count=len(line), end=short(max(stop for _, stop, _ in line)))
        for lane, line in blocks.items()
        if line
    )
    alt = first_that_fits(full, say("lanes", name=name, parts=ends) + units)
    return alt, "" if alt == full else "\n".join([*parts, units.strip()]).strip()
