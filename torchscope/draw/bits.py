"""What the bits of a dtype are spent on: `bits`."""

import math
from collections.abc import Sequence
from typing import Final

import torch

from torchscope.draw.arguments import some
from torchscope.draw.canvas import LABEL, ROOM, VALUE, Canvas, text_width, widest
from torchscope.draw.colours import BLUE, CARD, GREEN, GREY, ORANGE, VERMILLION, dark, mix, tint
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits

SENTENCES: Final = {
    "bits": "{name}: {rows}.",
    "row": "{dtype} has {parts} bits",
    "part": "{count} {kind}",
    "sign": "sign",
    "exponent": "exponent",
    "fraction": "fraction",
    "whole": "whole number",
    "unused": "unused",
    "the_bits": "The bits of one number",
    "not_dtype": "draw.bits: {value} is not a dtype. Pass dtypes, such as torch.float32, or x.dtype.",
    "too_long": "draw.bits: one number of {dtype} has {have} bits; this picture holds at most 64. Leave it out.",
}
COLOURS: Final = {"sign": VERMILLION, "exponent": ORANGE, "fraction": BLUE, "whole": GREEN, "unused": GREY}
LONGEST: Final = 64


def bits(dtypes: Sequence[torch.dtype], title: str = "") -> Figure:
    """A bar for each dtype, one cell a bit: sign, exponent and fraction of a float, sign and digits of an integer.

    `dtypes`: one to 10, of at most 64 bits. The numbers of bits come from torch.finfo and torch.iinfo (IEEE 754's names).
    """
    some("bits", "dtypes", dtypes, 10)
    layouts = {_name(dtype): _layout(dtype) for dtype in dtypes}
    canvas = Canvas("bits")
    indent = widest(layouts, VALUE) + 16
    cell, height, pitch = (ROOM - indent - 4) / LONGEST, 30.0, 44.0
    for row, (name, parts) in enumerate(layouts.items()):
        y, x = row * pitch, indent
        canvas.text(indent - 14, y + height / 2, name, anchor="end")
        for kind, count in parts:
            tone = COLOURS[kind]
            for k in range(count):
                canvas.rect(x + k * cell, y, cell, height, fill=tint(tone, 0.35))
            for k in range(1, count):
                canvas.line(
                    (x + k * cell, y + 1), (x + k * cell, y + height - 1), stroke=mix(tone, CARD, 0.45), width=1
                )
            canvas.rect(x, y, count * cell, height, stroke=dark(tone), width=1.5, layer=3)
            if text_width(str(count), LABEL, bold=True) + 4 <= count * cell:
                canvas.text(x + count * cell / 2, y + height / 2, str(count), size=LABEL, bold=True)
            x += count * cell
    y, x = len(layouts) * pitch + 8, 0.0
    for kind in (kind for kind in COLOURS if any(kind == k for parts in layouts.values() for k, _ in parts)):
        word = SENTENCES[kind]
        canvas.rect(x, y - 8, 16, 16, fill=tint(COLOURS[kind], 0.35), stroke=dark(COLOURS[kind]))
        canvas.note(x + 24, y, word, anchor="start")
        x += text_width(word, LABEL) + 40
    told = [
        SENTENCES["row"].format(
            dtype=name,
            parts=", ".join(SENTENCES["part"].format(count=count, kind=SENTENCES[kind]) for kind, count in parts),
        )
        for name, parts in layouts.items()
    ]
    head = title or SENTENCES["the_bits"]
    full = SENTENCES["bits"].format(name=head, rows="; ".join(told))
    totals = [f"{name} {sum(count for _, count in parts)}" for name, parts in layouts.items()]
    alt = first_that_fits(full, SENTENCES["bits"].format(name=head, rows=", ".join(totals)))
    return canvas.finish(alt, "" if alt == full else "\n".join(told), title)


def _name(dtype: object) -> str:
    if not isinstance(dtype, torch.dtype):
        raise TypeError(SENTENCES["not_dtype"].format(value=repr(dtype)[:60]))
    return str(dtype).removeprefix("torch.")


def _layout(dtype: torch.dtype) -> list[tuple[str, int]]:
    """(kind of bit, how many) from the most significant on; a complex number is two floats."""
    total = 8 * dtype.itemsize
    if total > LONGEST:
        raise ValueError(SENTENCES["too_long"].format(dtype=_name(dtype), have=total))
    if dtype == torch.bool:
        return [("unused", total - 1), ("whole", 1)]
    if dtype.is_floating_point or dtype.is_complex:
        info = torch.finfo(dtype)
        fraction = round(-math.log2(info.eps))
        part = [("sign", 1), ("exponent", info.bits - 1 - fraction), ("fraction", fraction)]
        return part * (total // info.bits)
    return [("sign", 1), ("whole", total - 1)] if dtype.is_signed else [("whole", total)]
