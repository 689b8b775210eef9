"""Which batch has which sample, epoch after epoch: `mosaic`.

Samples have numbers and batches have letters, so that the two are never mixed up. A colour goes with each letter, and says
nothing by itself. What an epoch leaves out is a dashed outline, wherever the cells stand.
"""

import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import torch
from torch import Tensor

from torchscope.draw.arguments import some
from torchscope.draw.canvas import LABEL, ROOM, VALUE, Canvas, text_width, widest
from torchscope.draw.colours import CARD, GREY, ROW_COLOURS, dark, tint
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits

Batch: TypeAlias = Sequence[int] | Tensor

SENTENCES: Final = {
    # Alternative texts, and the longer words below a figure.
    "the_mosaic": "Samples and batches",
    "mosaic": "{name}. {epochs}",
    "epoch": "Epoch {epoch}: {batches}.",
    "epoch_out": "Epoch {epoch}: {batches}; left out: {out}.",
    "batch": "{letter} holds {samples}",
    "one_epoch": "{name}: one epoch of {samples} samples, in batches of {sizes}.",
    "in_order": "{name}: {epochs} epochs of {samples} samples, each in batches of {sizes}, and every epoch goes through them in order.",
    "same_order": "{name}: {epochs} epochs of {samples} samples, each in batches of {sizes}, and every epoch goes through them in the same order.",
    "other_order": "{name}: {epochs} epochs of {samples} samples, each in batches of {sizes}, and no two epochs go through them in the same order.",
    "mixed": "{name}: {epochs} epochs of {samples} samples, in batches of up to {most}.",
    "left_out": " Each epoch leaves out {out}.",
    "left_out_some": " Some epochs leave samples out.",
    # What is written inside pictures.
    "row": "epoch {epoch}",
    "samples": "sample",
    "by_sample": "letter: the batch of the sample",
    "by_sample_out": "letter: the batch of the sample · dashed: in none",
    "by_place": "number: the sample · letter: its batch",
    "by_place_out": "number: the sample · letter: its batch · dashed: in none",
    "nobody": "–",
    # Errors.
    "no_sample": "draw.mosaic: batch {letter} of epoch {epoch} holds {value}, which is no sample: samples are whole numbers from 0 to {last}. "
    "Pass the indices of the samples, not their values.",
    "no_batch": "draw.mosaic: batch {letter} of epoch {epoch} is a {type}, not a list of indices or a 1-D tensor of them. "
    "Pass a list of epochs, each a list of batches, each a list of indices.",
    "empty_batch": "draw.mosaic: batch {letter} of epoch {epoch} is empty. Leave it out.",
    "no_epoch": "draw.mosaic: epoch {epoch} is a {type}, not a list of batches. "
    "Pass a list of epochs, each a list of batches, each a list of indices.",
    "too_many": "draw.mosaic: {have} {what}; this picture holds at most {limit}. Draw a smaller data set, or fewer epochs.",
    "twice": 'draw.mosaic: sample {sample} is there twice in epoch {epoch}, and has one cell only. Draw it with by="place".',
    "by": 'draw.mosaic: by is {value}. Use "sample", for a column of each sample, or "place", for the order of the samples.',
}

EPOCHS, SAMPLES, BATCHES = 8, 20, 20
GAP: Final = 7.0  # between the batches of a row that is in the order of its samples, where there are few


@dataclass(frozen=True)
class _Epoch:
    """One pass: its batches, in order, and the samples that are in none."""

    number: int
    batches: tuple[tuple[int, ...], ...]
    out: tuple[int, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(len(batch) for batch in self.batches)

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(sample for batch in self.batches for sample in batch)


def say(key: str, **fields: object) -> str:
    return SENTENCES[key].format(**fields)


def mosaic(epochs: Iterable[Iterable[Batch]], title: str = "", *, samples: int = 0, by: str = "sample") -> Figure:
    """A row for each epoch, and a cell for each sample, in the colour and with the letter of the batch that has it.

    `epochs`: epoch -> batch -> the indices of its samples, as a loader gave them: lists, or 1-D tensors of whole numbers. At most 8
    epochs of 20 samples in 20 batches. `samples`: how many the data set has, if more than the largest index shows. `by="sample"`: column
    i is sample i, in all rows; `by="place"`: each row is in the order of its samples. TypeError or ValueError, in a sentence.
    """
    if by not in ("sample", "place"):
        raise ValueError(say("by", value=repr(by)))
    read = [_batches(number, batches) for number, batches in enumerate(epochs, start=1)]
    some("mosaic", "epochs", read, EPOCHS)
    some("mosaic", "epochs", [batch for epoch in read for batch in epoch])
    count = max(samples, 1 + max(sample for epoch in read for batch in epoch for sample in batch))
    _refuse(read, count, by)
    passes = [
        _Epoch(number, epoch, tuple(sorted(set(range(count)) - {sample for batch in epoch for sample in batch})))
        for number, epoch in enumerate(read, start=1)
    ]
    canvas = Canvas("mosaic")
    left = widest((say("row", epoch=epoch.number) for epoch in passes), VALUE, bold=True) + 14
    if by == "sample":
        _columns(canvas, passes, count, left)
    else:
        _places(canvas, passes, left)
    caption = say(f"by_{by}_out" if any(epoch.out for epoch in passes) else f"by_{by}")
    return canvas.finish(*_told(passes, count, title), title, caption)


def _batches(number: int, batches: object) -> tuple[tuple[int, ...], ...]:
    """The indices of an epoch's batches, checked one by one."""
    if not isinstance(batches, Iterable) or isinstance(batches, str | Tensor):
        raise TypeError(say("no_epoch", epoch=number, type=type(batches).__name__))
    read = []
    for k, batch in enumerate(batches):
        letter = _letter(k)
        if isinstance(batch, Tensor) and batch.dim() == 1 and batch.dtype != torch.bool:
            batch = batch.tolist()
        if not isinstance(batch, list | tuple):
            raise TypeError(say("no_batch", letter=letter, epoch=number, type=type(batch).__name__))
        if not batch:
            raise ValueError(say("empty_batch", letter=letter, epoch=number))
        for sample in batch:
            if type(sample) is not int or not 0 <= sample < SAMPLES:
                raise ValueError(
                    say("no_sample", letter=letter, epoch=number, value=repr(sample)[:40], last=SAMPLES - 1)
                )
        read.append(tuple(batch))
    return tuple(read)


def _refuse(read: Sequence[Sequence[Sequence[int]]], count: int, by: str) -> None:
    """ValueError for more than can be read, and for a sample that would need two cells."""
    for number, epoch in enumerate(read, start=1):
        order = [sample for batch in epoch for sample in batch]
        for what, have, limit in (
            ("samples", max(count, len(order)), SAMPLES),
            ("batches", len(epoch), BATCHES),
        ):
            if have > limit:
                raise ValueError(say("too_many", have=have, what=what, limit=limit))
        if by == "sample" and len(set(order)) < len(order):
            again = next(sample for sample in order if order.count(sample) > 1)
            raise ValueError(say("twice", sample=again, epoch=number))


def _letter(batch: int) -> str:
    return string.ascii_uppercase[batch] if batch < 26 else "?"


def _colour(batch: int) -> str:
    return ROW_COLOURS[batch % len(ROW_COLOURS)]


def _columns(canvas: Canvas, passes: Sequence[_Epoch], count: int, left: float) -> None:
    """Column i is sample i: the letters say where it went."""
    cell = min(36.0, (ROOM - left - 4) / count)
    tall = 32.0
    canvas.note(left - 14, -14, say("samples"), anchor="end")
    for sample in range(count):
        canvas.note(left + (sample + 0.5) * cell, -14, str(sample))
    for row, epoch in enumerate(passes):
        y = row * (tall + 6)
        canvas.text(left - 14, y + tall / 2, say("row", epoch=epoch.number), anchor="end", bold=True)
        for k, batch in enumerate(epoch.batches):
            for sample in batch:
                _cell(canvas, left + sample * cell, y, cell, tall, k, _letter(k))
        for sample in epoch.out:
            _hole(canvas, left + sample * cell, y, cell, tall, say("nobody"))


def _places(canvas: Canvas, passes: Sequence[_Epoch], left: float) -> None:
    """Each row in the order of its samples: the numbers say which ones come when, the letters stand above."""
    longest = max(len(epoch.order) + len(epoch.out) for epoch in passes)
    gaps = max(len(epoch.batches) + bool(epoch.out) for epoch in passes)
    gap = min(GAP, 60 / gaps)
    cell = min(36.0, (ROOM - left - gaps * gap) / longest)
    tall = 32.0
    for row, epoch in enumerate(passes):
        y = row * (tall + 34)
        canvas.text(left - 14, y + tall / 2, say("row", epoch=epoch.number), anchor="end", bold=True)
        x = left
        for k, batch in enumerate(epoch.batches):
            middle = x + len(batch) * cell / 2
            canvas.text(middle, y - 12, _letter(k), size=LABEL, fill=dark(_colour(k)), bold=True)
            for sample in batch:
                _cell(canvas, x, y, cell, tall, k, str(sample))
                x += cell
            x += gap
        for sample in epoch.out:
            _hole(canvas, x, y, cell, tall, str(sample))
            x += cell


def _cell(canvas: Canvas, x: float, y: float, cell: float, tall: float, batch: int, text: str) -> None:
    colour = _colour(batch)
    canvas.rect(x + 1, y, cell - 2, tall, fill=tint(colour, 0.45), stroke=dark(colour), width=1.2)
    canvas.text(x + cell / 2, y + tall / 2, text, size=_size(text, cell), bold=True)


def _hole(canvas: Canvas, x: float, y: float, cell: float, tall: float, text: str) -> None:
    canvas.rect(x + 1, y, cell - 2, tall, fill=CARD, stroke=GREY, width=1.2, dash="3 3")
    canvas.note(x + cell / 2, y + tall / 2, text)


def _size(text: str, cell: float) -> float:
    return VALUE if text_width(text, VALUE, bold=True) <= cell - 4 else LABEL


def _told(passes: Sequence[_Epoch], count: int, title: str) -> tuple[str, str]:
    """The alternative text, and every batch of every epoch in words where that says less."""
    name = title or say("the_mosaic")
    told = []
    for epoch in passes:
        batches = ", ".join(
            say("batch", letter=_letter(k), samples=" ".join(map(str, batch))) for k, batch in enumerate(epoch.batches)
        )
        key = "epoch_out" if epoch.out else "epoch"
        told.append(say(key, epoch=epoch.number, batches=batches, out=" ".join(map(str, epoch.out))))
    full = say("mosaic", name=name, epochs=" ".join(told))
    alt = first_that_fits(full, _summary(name, passes, count))
    return alt, "" if alt == full else "\n".join(told)


def _summary(name: str, passes: Sequence[_Epoch], count: int) -> str:
    """What all epochs have in common."""
    facts = {"name": name, "epochs": len(passes), "samples": count}
    sizes = {epoch.sizes for epoch in passes}
    out = {len(epoch.out) for epoch in passes}
    if len(out) == 1:
        (left,) = out
        tail = say("left_out", out=left) if left else ""
    else:
        tail = say("left_out_some")
    if len(sizes) > 1:
        return say("mixed", **facts, most=max(max(each) for each in sizes)) + tail
    facts["sizes"] = ", ".join(map(str, passes[0].sizes))
    if len(passes) == 1:
        return say("one_epoch", **facts) + tail
    orders = {epoch.order for epoch in passes}
    if len(orders) == 1:
        (order,) = orders
        return say("in_order" if list(order) == sorted(order) else "same_order", **facts) + tail
    if len(orders) < len(passes):
        return say("mixed", **facts, most=max(passes[0].sizes)) + tail
    return say("other_order", **facts) + tail
