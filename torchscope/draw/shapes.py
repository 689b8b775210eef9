"""Shapes, without their tensors: `broadcast` and `inner`."""

from collections.abc import Sequence

from torchscope.draw.arguments import Shape, sizes, some
from torchscope.draw.canvas import LABEL, VALUE, Canvas, Point, widest
from torchscope.draw.colours import BLUE, CARD, GREEN, GREY, INK, MUTED, ORANGE, RULE, SKY, VERMILLION, dark, mix, tint
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import say
from torchscope.draw.spelling import spell_shape


def _joined(shapes: Sequence[Shape], depth: int) -> list[int | None]:
    """The `depth` sizes that shapes, aligned at their last dimensions, broadcast to; None where they do not."""
    padded = [(1,) * (depth - len(shape)) + shape for shape in shapes]
    others = [set(column) - {1} for column in zip(*padded, strict=True)]
    return [None if len(distinct) > 1 else min(distinct, default=1) for distinct in others]


def broadcast(*shapes: Sequence[int]) -> Figure:
    """The right-aligned table of broadcasting: a row for each shape, and the result or the refused column.

    `shapes`: one to six shapes of at most 6 dimensions, as tuples or `torch.Size`.
    """
    if not shapes:
        raise ValueError(say("no_shapes"))
    given = [sizes("broadcast", shape, 0, 6) for shape in shapes]
    some("broadcast", "shapes", given, 6)
    longest = max(len(shape) for shape in given)
    depth = max(1, longest)
    results = _joined(given, depth)
    refused = None in results
    canvas = Canvas("broadcast")
    cell, height = 62.0, 36.0
    names = [spell_shape(shape) for shape in given]
    indent = widest([*names, say("result")], VALUE) + 16

    def tile(
        axis: int,
        text: str,
        *,
        fill: str,
        stroke: str,
        width: float = 1,
        dash: str = "",
        ink: str = INK,
        bold: bool = False,
    ) -> None:
        x = indent + axis * cell
        canvas.rect(x + 2, y, cell - 4, height, fill=fill, stroke=stroke, width=width, dash=dash)
        canvas.text(x + cell / 2, y + height / 2, text, fill=ink, bold=bold)

    for axis in range(depth):
        canvas.note(indent + (axis + 0.5) * cell, -14, f"−{depth - axis}")
    seen: set[str] = set()
    y = 0.0
    for name, shape in zip(names, given, strict=True):
        canvas.text(indent - 14, y + height / 2, name, anchor="end")
        for axis, total in enumerate(results):
            size = shape[axis - depth] if axis >= depth - len(shape) else None
            if size is None:
                seen.add("absent")
                tile(axis, "·", fill="none", stroke=RULE, dash="4 4", ink=MUTED, bold=True)
            elif total is None:
                seen.add("refused")
                tile(axis, str(size), fill=tint(VERMILLION, 0.35), stroke=VERMILLION, width=1.5, bold=True)
            elif size == 1 != total:
                seen.add("stretched")
                tile(axis, f"1 → {total}", fill=tint(ORANGE, 0.45), stroke=dark(ORANGE), dash="6 3")
            else:
                tile(axis, str(size), fill=tint(BLUE, 0.2), stroke=mix(BLUE, CARD, 0.3))
        y += height + 6
    y += 12
    canvas.line((0, y - 9), (indent + depth * cell, y - 9), width=1.2)
    canvas.text(indent - 14, y + height / 2, say("result"), anchor="end", bold=True)
    fill, stroke = tint(GREEN, 0.1 if refused else 0.35), mix(GREEN, CARD, 0.5 if refused else 0.1)
    for axis, total in enumerate(results):
        if total is None:
            canvas.cross(indent + axis * cell + cell / 2, y + height / 2, 8)
        else:
            tile(axis, str(total), fill=fill, stroke=stroke, bold=not refused)
    y += height + 26
    for key, fill, stroke, dash in (
        ("stretched", tint(ORANGE, 0.45), dark(ORANGE), "4 3"),
        ("absent", CARD, RULE, "4 3"),
        ("refused", tint(VERMILLION, 0.35), VERMILLION, ""),
    ):
        if key in seen:
            canvas.rect(0, y - 8, 22, 16, fill=fill, stroke=stroke, dash=dash)
            canvas.note(32, y, say(key), anchor="start")
            y += 24
    listing = ", ".join(names)
    if refused:
        axis = max(axis - depth for axis, total in enumerate(results) if total is None)
        clash = ", ".join(str(shape[axis]) for shape in given if len(shape) >= -axis)
        return canvas.finish(say("broadcast_refused", shapes=listing, axis=axis, sizes=clash))
    outcome = [total for total in results if total is not None][depth - longest :]
    return canvas.finish(say("broadcast", shapes=listing, result=spell_shape(outcome)))


def inner(a: Sequence[int], b: Sequence[int]) -> Figure:
    """The shapes of a product side by side: the inner dimensions joined, the outer ones giving the result's shape.

    `a`, `b`: shapes of 1 to 4 dimensions, batch dimensions leading; a 1-D shape has only its inner dimension.
    """
    left, right = sizes("inner", a, 1, 4), sizes("inner", b, 1, 4)
    left_inner, right_inner = left[-1], right[0] if len(right) == 1 else right[-2]
    left_batch, right_batch = left[:-2], right[:-2]
    rows, columns = left[-2:-1], right[-1:] if len(right) > 1 else ()
    depth = max(len(left_batch), len(right_batch))
    joined = _joined([left_batch, right_batch], depth)
    clash, batch_clash = left_inner != right_inner, None in joined
    result = tuple(size for size in joined if size is not None) + rows + columns

    canvas = Canvas("inner")
    cell, height, gap = 46.0, 40.0, 6.0
    pitch = cell + gap
    join = VERMILLION if clash else ORANGE

    def box(x: float, y: float, size: int, colour: str) -> Point:
        canvas.rect(x, y, cell, height, fill=tint(colour, 0.35), stroke=dark(colour), width=1.5)
        canvas.text(x + cell / 2, y + height / 2, str(size), size=VALUE + 1, bold=True)
        return x + cell / 2, y

    batch_colour = VERMILLION if batch_clash else GREY
    left_kinds = [batch_colour] * len(left_batch) + [BLUE] * len(rows) + [join]
    right_kinds = [batch_colour] * len(right_batch) + [join] + [SKY] * len(columns)
    left_boxes = [box(k * pitch, 0, size, left_kinds[k]) for k, size in enumerate(left)]
    start = len(left) * pitch + 44
    right_boxes = [box(start + k * pitch, 0, size, right_kinds[k]) for k, size in enumerate(right)]
    canvas.text(len(left) * pitch + 19, height / 2, "@", size=20)

    x_left, x_right = left_boxes[-1][0], right_boxes[len(right_batch)][0]
    canvas.line((x_left, -4), (x_left, -20), (x_right, -20), (x_right, -4), stroke=dark(join), width=2.5)
    middle = (x_left + x_right) / 2
    remark = say("clash", left=left_inner, right=right_inner) if clash else say("summed", k=left_inner)
    if clash:
        canvas.cross(middle, -20, 8)
    canvas.text(middle, -42, remark, size=LABEL, fill=dark(join), bold=clash)

    facts = {"a": left, "b": right, "k": left_inner}
    title = f"A {left} @ B {right}"
    y = height + 28
    if clash or batch_clash:
        canvas.cross(middle - 46, y, 8)
        canvas.text(middle - 28, y, say("refused"), anchor="start", bold=True, fill=dark(VERMILLION))
        if clash:
            return canvas.finish(say("inner_clash", **facts, left=left_inner, right=right_inner), title=title)
        batches = {"left": left_batch, "right": right_batch}
        canvas.text(middle, y + 26, say("batch_clash", **batches), size=LABEL, fill=dark(VERMILLION))
        return canvas.finish(say("inner_batch", **facts, **batches), title=title)
    alt = say("inner", **facts, result=result)
    if not result:
        canvas.text(middle, y, f"{say('result')} ()", bold=True, fill=dark(GREEN))
        canvas.note(middle, y + 26, say("number"))
        return canvas.finish(alt, title=title)
    y = height + 54
    x = middle - (len(result) * pitch - gap) / 2
    kinds = [GREY] * depth + [BLUE] * len(rows) + [SKY] * len(columns)
    targets = [box(x + k * pitch, y, size, kinds[k]) for k, size in enumerate(result)]
    canvas.text(middle, y + height + 18, f"{say('result')} {result}", bold=True, fill=dark(GREEN))
    sources = [(left_boxes[k], targets[depth - len(left_batch) + k]) for k in range(len(left) - 1)]
    sources += [(right_boxes[k], targets[depth - len(right_batch) + k]) for k in range(len(right_batch))]
    sources += [(right_boxes[-1], targets[-1])] if columns else []
    for (from_x, _), (to_x, to_y) in sources:
        canvas.arrow((from_x, height + 4), (to_x, to_y - 4), stroke=GREY)
    return canvas.finish(alt, title=title)
