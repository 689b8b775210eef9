"""Tables of answers: `table`."""

from collections.abc import Sequence
from typing import Final

from torchscope.draw.arguments import same_length, some
from torchscope.draw.canvas import LABEL, ROOM, VALUE, Canvas, widest, wrap
from torchscope.draw.colours import CARD, GREEN, GREY, ORANGE, VERMILLION, dark, tint
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits, say

COLOURS: Final = {"yes": GREEN, "no": VERMILLION, "partly": ORANGE}


def table(rows: Sequence[str], columns: Sequence[str], marks: Sequence[Sequence[str]], title: str = "") -> Figure:
    """A grid of answers: "yes", "no" and "partly" with a tick, a cross and a half-filled square.

    `marks`: a list for each row, with one text for each column. "partly: why" says why; any other short text stands
    as it is, in a grey cell.
    """
    some("table", "rows", rows)
    some("table", "columns", columns)
    same_length("table", "marks", marks, "rows", rows)
    for name, line in zip(rows, marks, strict=True):
        same_length("table", repr(name), line, "columns", columns)
    canvas = Canvas("table")
    indent = min(190.0, widest(rows, VALUE)) + 16
    longest = widest([*columns, *(mark for line in marks for mark in line)], LABEL)
    cell = min((ROOM - indent - 4) / len(columns), max(96.0, longest + 46))
    heads = [wrap(name, cell - 8, LABEL, True) for name in columns]
    deep = max(len(head) for head in heads)
    for j, head in enumerate(heads):
        for k, word in enumerate(head):
            canvas.text(indent + (j + 0.5) * cell, (k - deep) * 19 - 2, word, size=LABEL, bold=True)
    y = 0.0
    for name, line in zip(rows, marks, strict=True):
        label = wrap(name, indent - 16, VALUE)
        written = [wrap(mark, cell - 40, LABEL) for mark in line]
        tall = max(38.0, 19.0 * max(len(label), *(len(w) for w in written)) + 16)
        canvas.stack(0, y + tall / 2, label, 20, anchor="start")
        for j, (mark, texts) in enumerate(zip(line, written, strict=True)):
            x = indent + j * cell
            colour = COLOURS.get(mark.split(":")[0], GREY)
            canvas.rect(x + 2, y + 2, cell - 4, tall - 4, fill=tint(colour, 0.22 if colour != GREY else 0.16))
            room = 0 if colour == GREY else 26
            start = x + (cell - widest(texts, LABEL) - room) / 2
            if room:
                _mark(canvas, mark, start + 8, y + tall / 2)
            canvas.stack(start + room, y + tall / 2, texts, 19, size=LABEL, anchor="start")
        y += tall
    told = "; ".join(
        say("table_row", row=name, cells=", ".join(f"{c} {m}" for c, m in zip(columns, line, strict=True)))
        for name, line in zip(rows, marks, strict=True)
    )
    name = title or say("the_table")
    full = say("table", name=name, rows=told)
    alt = first_that_fits(full, say("table_big", name=name, rows=len(rows), columns=len(columns)))
    return canvas.finish(alt, "" if alt == full else told.replace("; ", "\n"), title)


def _mark(canvas: Canvas, mark: str, x: float, y: float) -> None:
    """Tick, cross, or a half-filled square: told apart without colour."""
    if mark.startswith("yes"):
        canvas.tick(x, y, 7)
    elif mark.startswith("no"):
        canvas.cross(x, y, 6)
    else:
        canvas.rect(x - 7, y - 7, 14, 14, fill=CARD, stroke=dark(ORANGE), width=1.8, layer=4)
        canvas.path([(x - 7, y + 7), (x + 7, y - 7), (x + 7, y + 7)], fill=dark(ORANGE), closed=True, layer=5)
