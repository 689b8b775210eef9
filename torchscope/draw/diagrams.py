"""Boxes joined by arrows: `diagram`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torchscope.draw.arguments import some
from torchscope.draw.canvas import LABEL, VALUE, Canvas, Point, text_width, widest
from torchscope.draw.colours import CARD, MUTED, ROW_COLOURS, dark, tint
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits, say


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float
    height: float
    column: int
    row: int

    @property
    def centre(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    def edge(self, towards: Point, air: float = 4) -> Point:
        """Where a line from the centre to a point leaves the box, a little outside it."""
        (cx, cy), (tx, ty) = self.centre, towards
        dx, dy = tx - cx, ty - cy
        share = min(
            (self.width / 2 + air) / abs(dx) if dx else math.inf, (self.height / 2 + air) / abs(dy) if dy else math.inf
        )
        return cx + dx * share, cy + dy * share


def diagram(
    boxes: Mapping[str, tuple[int, int, str]], arrows: Sequence[tuple[str, str, str]], title: str = ""
) -> Figure:
    """Boxes on a grid, joined by labelled arrows.

    `boxes`: name -> (column, row, "text\\nsecond line"); `arrows`: (from, to, label), two opposite ones run side by
    side. An arrow along a row or column goes around the boxes in between.
    """
    some("diagram", "boxes", boxes)
    places: dict[tuple[int, int], str] = {}
    for name, (column, row, _) in boxes.items():
        if (column, row) in places:
            raise ValueError(say("same_place", first=places[column, row], second=name, column=column, row=row))
        places[column, row] = name
    for source, target, _ in arrows:
        for name in (source, target):
            if name not in boxes:
                raise ValueError(say("no_box", name=repr(name), names=", ".join(boxes)))
    canvas = Canvas("diagram")
    laid = _lay_out(boxes, arrows)
    levels = sorted({box.row for box in laid.values()})
    for name, box in laid.items():
        tone = ROW_COLOURS[levels.index(box.row) % len(ROW_COLOURS)]
        canvas.rect(box.x, box.y, box.width, box.height, fill=tint(tone, 0.18), stroke=dark(tone), width=1.5, layer=4)
        head, *rest = boxes[name][2].split("\n")
        x, y = box.centre
        canvas.text(x, y - len(rest) / 2 * 21, head, bold=True)
        canvas.stack(x, y + 21 / 2, rest, 21, size=LABEL, fill=MUTED)
    both = {(source, target) for source, target, _ in arrows}
    for source, target, label in arrows:
        _connect(canvas, laid[source], laid[target], label, (target, source) in both and source != target, laid)
    heads = {name: text.split("\n")[0] for name, (_, _, text) in boxes.items()}
    told = []
    for source, target, label in arrows:
        key = "diagram_arrow_label" if label else "diagram_arrow"
        told.append(say(key, source=heads[source], target=heads[target], label=label.replace("\n", " ")))
    name = title or say("the_diagram")
    full = say("diagram_only", name=name, boxes=", ".join(heads.values()))
    if told:
        full = say("diagram", name=name, arrows="; ".join(told))
    alt = first_that_fits(full, say("diagram_big", name=name, boxes=len(boxes), arrows=len(arrows)))
    return canvas.finish(alt, "" if alt == full else full, title)


def _lay_out(boxes: Mapping[str, tuple[int, int, str]], arrows: Sequence[tuple[str, str, str]]) -> dict[str, _Box]:
    """Columns as wide as their widest box, gaps as wide as the labels that must stand in them."""

    def size(text: str) -> tuple[float, float]:
        head, *rest = text.split("\n")
        wide = max(text_width(head, VALUE, bold=True), widest(rest, LABEL))
        return max(84.0, wide + 24), (1 + len(rest)) * 21.0 + 20

    columns = sorted({column for column, _, _ in boxes.values()})
    rows = sorted({row for _, row, _ in boxes.values()})
    widths = {c: max(size(text)[0] for column, _, text in boxes.values() if column == c) for c in columns}
    heights = {r: max(size(text)[1] for _, row, text in boxes.values() if row == r) for r in rows}
    spare = dict.fromkeys(columns, 44.0)
    drop = dict.fromkeys(rows, 44.0)
    for source, target, label in arrows:
        (c0, r0, _), (c1, r1, _) = boxes[source], boxes[target]
        wide = widest(label.split("\n"), LABEL)
        first, last = sorted((columns.index(c0), columns.index(c1)))
        if last == first + 1 and r0 == r1:
            spare[columns[first]] = max(spare[columns[first]], wide + 30)
        elif r0 != r1 and label:
            upper = rows[min(rows.index(r0), rows.index(r1))]
            drop[upper] = max(drop[upper], 44.0 + 19 * len(label.split("\n")))
    left: dict[int, float] = {}
    top: dict[int, float] = {}
    x = y = 0.0
    for c in columns:
        left[c] = x
        x += widths[c] + spare[c]
    for r in rows:
        top[r] = y
        y += heights[r] + drop[r]
    return {name: _Box(left[c], top[r], widths[c], heights[r], c, r) for name, (c, r, _) in boxes.items()}


def _connect(canvas: Canvas, source: _Box, target: _Box, label: str, paired: bool, laid: Mapping[str, _Box]) -> None:
    """One arrow with its label: beside the line, on a patch of card where the line is slanted."""
    texts = label.split("\n") if label else []
    level, upright = source.row == target.row, source.column == target.column
    forward = (target.column, target.row) > (source.column, source.row)
    shift = (10 if forward else -10) if paired else 0

    def write(x: float, y: float, anchor: str = "middle") -> None:
        canvas.stack(x, y, texts, 19, size=LABEL, fill=MUTED, anchor=anchor)

    if level and any(
        b.row == source.row and (source.column - b.column) * (target.column - b.column) < 0 for b in laid.values()
    ):
        peak = min(source.y, target.y) - 30
        (x0, _), (x1, _) = source.centre, target.centre
        canvas.arrow((x0 + shift, source.y - 3), (x0 + shift, peak), (x1 + shift, peak), (x1 + shift, target.y - 3))
        write((x0 + x1) / 2, peak - 12 - 9.5 * (len(texts) - 1))
        return
    if upright and any(
        b.column == source.column and (source.row - b.row) * (target.row - b.row) < 0 for b in laid.values()
    ):
        side = max(b.x + b.width for b in laid.values() if b.column == source.column) + 26
        (_, y0), (_, y1) = source.centre, target.centre
        canvas.arrow((source.x + source.width + 3, y0), (side, y0), (side, y1), (target.x + target.width + 3, y1))
        write(side + 8, (y0 + y1) / 2, "start")
        return
    if level:
        y = source.centre[1] - shift
        start = source.x + source.width + 4 if forward else source.x - 4
        end = target.x - 4 if forward else target.x + target.width + 4
        canvas.arrow((start, y), (end, y))
        off = 12 + 9.5 * (len(texts) - 1)
        write((start + end) / 2, y - off if shift >= 0 else y + off + 2)
        return
    if upright:
        x = source.centre[0] + shift
        start = source.y + source.height + 4 if forward else source.y - 4
        end = target.y - 4 if forward else target.y + target.height + 4
        canvas.arrow((x, start), (x, end))
        write(x + (10 if shift >= 0 else -10), (start + end) / 2, "start" if shift >= 0 else "end")
        return
    a, b = source.edge(target.centre), target.edge(source.centre)
    length = math.hypot(b[0] - a[0], b[1] - a[1]) or 1.0
    nx, ny = -(b[1] - a[1]) / length * shift, (b[0] - a[0]) / length * shift
    canvas.arrow((a[0] + nx, a[1] + ny), (b[0] + nx, b[1] + ny))
    if texts:
        x, y = (a[0] + b[0]) / 2 + nx, (a[1] + b[1]) / 2 + ny
        wide, tall = widest(texts, LABEL), 19 * len(texts)
        canvas.rect(x - wide / 2 - 4, y - tall / 2, wide + 8, tall, fill=CARD, layer=4)
        write(x, y)
