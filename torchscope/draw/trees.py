"""What a module knows: `modules`, the tree of its parts with their parameters and buffers."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from torch import Tensor, nn

from torchscope.draw.canvas import LABEL, ROOM, VALUE, Canvas, text_width
from torchscope.draw.colours import BLUE, CARD, GREEN, GREY, MUTED, ORANGE, RULE, VERMILLION, dark, tint
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits
from torchscope.draw.spelling import spell_shape

MOST_ROWS: Final = 30
ROW, BOX = 32.0, 27.0
STEPS: Final = (26.0, 20.0, 15.0)  # how far a line stands to the right of its parent; less where the tree is deep

SENTENCES: Final = {
    # Alternative texts, and the longer words below a figure.
    "the_tree": "The modules of {kind}",
    "alt": "{name}: {kind} holds {parameters} and {buffers} in {parts}.",
    "alt_stray": "{name}: {kind} holds {parameters} and {buffers} in {parts}. Not registered: {strays}.",
    "alt_stray_many": "{name}: {kind} holds {parameters} and {buffers} in {parts}. Not registered: {count} attributes.",
    "root": "{kind} has {parameters} and {buffers}.",
    "module": "{path} is a {kind} with {parameters} and {buffers}.",
    "module_again": "{path} is the same {kind} as {first}, counted there.",
    "tensor": "{path} {shape}: {what}.",
    "stray": "{path}: {what}.",
    # Counts, with their nouns.
    "no_parameters": "no parameters",
    "one_parameter": "1 parameter",
    "parameters": "{count} parameters",
    "some_frozen": "{count} parameters ({frozen} of them frozen)",
    "no_buffers": "no buffers",
    "buffers": "buffers of {count} elements",
    "one_buffer": "a buffer of 1 element",
    "one_part": "1 module",
    "parts": "{count} modules",
    # What is written inside pictures.
    "head_parameters": "parameters",
    "head_buffers": "in buffers",
    "parameter": "parameter",
    "frozen": "frozen",
    "buffer": "buffer",
    "unsaved": "buffer, not saved",
    "plain": "a plain tensor, not registered",
    "modules_in": "a {kind} of modules ({count}), not registered",
    "tensors_in": "a {kind} of tensors ({count}), not registered",
    "again": "the same as {first}",
    # Errors.
    "not_module": "draw.modules: module is a {type}, not a module. Pass an object such as nn.Linear(2, 3).",
    "too_many": "draw.modules: {kind} needs {have} lines; this picture holds at most {limit}. "
    "Draw a part of it, such as one of its children().",
}


def say(key: str, **fields: object) -> str:
    return SENTENCES[key].format(**fields)


@dataclass(frozen=True)
class _Row:
    """One line of the tree."""

    depth: int
    mark: str  # "module", "again", "parameter", "frozen", "buffer" or "stray"
    name: str
    detail: str
    parameters: int | None
    buffers: int | None
    words: str


def modules(module: nn.Module, title: str = "") -> Figure:
    """The tree of a module: its parts, their parameters and buffers, and how many numbers each holds.

    A module's line counts everything below it, a shared tensor once. Tensors and modules that are attributes, but not
    registered, stand with a cross: plain tensors, and lists, tuples and dicts of tensors or modules. At most 30 lines.
    """
    if not isinstance(module, nn.Module):
        raise TypeError(say("not_module", type=type(module).__name__))
    kind = type(module).__name__
    rows = list(_rows(module, 0, "", {}))
    if len(rows) > MOST_ROWS:
        raise ValueError(say("too_many", kind=kind, have=len(rows), limit=MOST_ROWS))
    with_buffers = any(row.buffers for row in rows)
    canvas = Canvas("modules")
    heads = [text_width(say(key), LABEL) for key in ("head_parameters", "head_buffers")][: 1 + with_buffers]
    counted = [row for row in rows if row.parameters is not None or row.buffers is not None]
    ends = [max(_end(row, step) for row in counted) for step in STEPS]
    room = ROOM - math.fsum(16 + head for head in heads)
    step, right = next(((s, e) for s, e in zip(STEPS, ends, strict=True) if e <= room), (STEPS[-1], ends[-1]))
    columns = [right + 16 * (k + 1) + math.fsum(heads[: k + 1]) for k in range(len(heads))]
    for x, key in zip(columns, ("head_parameters", "head_buffers"), strict=False):
        canvas.note(x, -20, say(key), anchor="end")
    above: dict[int, float] = {}  # the y of the last line of each depth
    for number, row in enumerate(rows):
        y = number * ROW + ROW / 2
        _place(canvas, row, y, step, above)
        above[row.depth] = y
        for x, count in zip(columns, (row.parameters, row.buffers), strict=False):
            if count is not None:
                top = row.mark == "module"
                canvas.text(x, y, str(count), anchor="end", mono=True, bold=top, fill=dark(GREY) if not top else MUTED)
        if number:
            canvas.line((-6, y - ROW / 2), (columns[-1], y - ROW / 2), stroke=tint(RULE, 0.45), width=1, layer=0)
    return canvas.finish(*_told(module, kind, rows, title), title=title)


def _rows(module: nn.Module, depth: int, path: str, seen: dict[nn.Module, str]) -> Iterator[_Row]:
    """The lines of a module and of all below it. `seen`: the modules that stand above, with their paths."""
    kind, name = type(module).__name__, path.rpartition(".")[2]
    if module in seen:
        first = seen[module] or kind
        words = say("module_again", path=path, kind=kind, first=first)
        yield _Row(depth, "again", name, say("again", first=first), None, None, words)
        return
    seen[module] = path
    held, frozen = _numbers(module)
    stored = sum(buffer.numel() for buffer in module.buffers())
    facts = {"parameters": _parameters(held, frozen), "buffers": _buffers(stored)}
    words = say("module" if path else "root", path=path, kind=kind, **facts)
    yield _Row(depth, "module", name or kind, kind if name else "", held, stored, words)
    below = f"{path}." if path else ""

    def tensor(mark: str, name: str, x: Tensor, what: str) -> _Row:
        shape = spell_shape(x.shape)
        parameters, buffers = (x.numel(), None) if mark != "buffer" else (None, x.numel())
        words = say("tensor", path=below + name, shape=shape, what=what)
        told = "" if mark == "parameter" else what
        return _Row(depth + 1, mark, f"{name} {shape}", told, parameters, buffers, words)

    for key, value in module._parameters.items():
        if value is not None:
            mark = "parameter" if value.requires_grad else "frozen"
            yield tensor(mark, key, value, say(mark))
    for key, buffer in module._buffers.items():
        if buffer is not None:
            unsaved = key in module._non_persistent_buffers_set
            yield tensor("buffer", key, buffer, say("unsaved" if unsaved else "buffer"))
    for key, value in vars(module).items():
        what = _stray(value) if not key.startswith("_") else ""
        if what:
            shape = f" {spell_shape(value.shape)}" if isinstance(value, Tensor) else ""
            words = say("stray", path=f"{below}{key}{shape}", what=what)
            yield _Row(depth + 1, "stray", key + shape, what, None, None, words)
    for key, child in module._modules.items():
        if child is not None:
            yield from _rows(child, depth + 1, below + key, seen)


def _stray(value: object) -> str:
    """What a module does not see in one of its attributes, or an empty string."""
    if isinstance(value, Tensor):
        return say("plain")
    items: list[object] = []
    if isinstance(value, list | tuple):
        items = list(value)
    elif isinstance(value, Mapping):
        items = list(value.values())
    for sort, key in ((nn.Module, "modules_in"), (Tensor, "tensors_in")):
        count = sum(isinstance(item, sort) for item in items)
        if count:
            return say(key, count=count, kind=type(value).__name__)
    return ""


def _numbers(module: nn.Module) -> tuple[int, int]:
    """How many numbers the parameters hold, and how many of them are frozen."""
    held = [(parameter.numel(), parameter.requires_grad) for parameter in module.parameters()]
    return sum(count for count, _ in held), sum(count for count, trained in held if not trained)


def _parameters(count: int, frozen: int) -> str:
    if frozen:
        return say("some_frozen", count=count, frozen=frozen)
    return say({0: "no_parameters", 1: "one_parameter"}.get(count, "parameters"), count=count)


def _buffers(count: int) -> str:
    return say({0: "no_buffers", 1: "one_buffer"}.get(count, "buffers"), count=count)


def _box_width(row: _Row) -> float:
    gap = 8 if row.detail else 0
    return text_width(row.name, VALUE, bold=True) + gap + text_width(row.detail, LABEL) + 18


def _end(row: _Row, step: float) -> float:
    """Where a line's own text ends."""
    x = row.depth * step
    if row.mark in ("module", "again"):
        return x + _box_width(row)
    detail = 12 + text_width(row.detail, LABEL) if row.detail else 0
    return x + 22 + text_width(row.name, VALUE) + detail


def _place(canvas: Canvas, row: _Row, y: float, step: float, above: Mapping[int, float]) -> None:
    """One line of the tree, and the elbow that joins it to its parent."""
    x = row.depth * step
    if row.depth:
        stem = x - step + 11
        canvas.line((stem, above[row.depth - 1] + BOX / 2), (stem, y), (x - 3, y), stroke=GREY, width=1.2)
    if row.mark in ("module", "again"):
        again = row.mark == "again"
        width = _box_width(row)
        fill, dash = (CARD, "4 3") if again else (tint(BLUE, 0.2), "")
        canvas.rect(x, y - BOX / 2, width, BOX, fill=fill, stroke=dark(BLUE), width=1.4, dash=dash)
        canvas.text(x + 9, y, row.name, anchor="start", bold=True)
        canvas.text(x + width - 9, y, row.detail, size=LABEL, fill=MUTED, anchor="end")
        return
    if row.mark == "stray":
        canvas.cross(x + 7, y, 5)
    else:
        fill = dark(GREEN) if row.mark == "parameter" else CARD
        stroke, dash = (dark(ORANGE), "3 2") if row.mark == "buffer" else (dark(GREEN), "")
        canvas.rect(x + 1, y - 6, 12, 12, fill=fill, stroke=stroke, width=1.8, dash=dash)
    canvas.text(x + 22, y, row.name, anchor="start")
    if row.detail:
        ink = {"stray": dark(VERMILLION), "buffer": dark(ORANGE)}.get(row.mark, dark(GREEN))
        start = x + 22 + text_width(row.name, VALUE) + 12
        canvas.text(start, y, row.detail, size=LABEL, fill=ink, anchor="start")


def _told(module: nn.Module, kind: str, rows: list[_Row], title: str) -> tuple[str, str]:
    """The alternative text, and the whole tree in words."""
    parts = sum(1 for _ in module.modules())
    strays = [row.name for row in rows if row.mark == "stray"]
    facts = {
        "name": title or say("the_tree", kind=kind),
        "kind": kind,
        "parameters": _parameters(*_numbers(module)),
        "buffers": _buffers(sum(buffer.numel() for buffer in module.buffers())),
        "parts": say("one_part" if parts == 1 else "parts", count=parts),
    }
    alt = say("alt", **facts)
    if strays:
        long = say("alt_stray", **facts, strays=", ".join(strays))
        alt = first_that_fits(long, say("alt_stray_many", **facts, count=len(strays)))
    return first_that_fits(alt), "\n".join(row.words for row in rows)
