"""Pictures of tensors, drawn from the tensors themselves.

Every function returns a `Figure`. In a notebook it shows as one image with alternative text: an SVG inside a data URI,
the one form that reaches both the eye and the screen reader in JupyterLab, Colab, nbconvert and nbgrader's feedback.
`_payload` alone decides on that form, so a host that drops SVG needs one other function, not other figures.

How a figure is made: a function reads the tensor (`_read` refuses what cannot be drawn, in a sentence), places shapes
and texts on a `_Canvas` in any coordinates, and calls `finish`. The canvas measures what was placed, so nothing is
clipped and no function computes margins; it joins shapes of one colour into one path, rounds every number, and
refuses a picture so wide that its smallest text could not be read. Text widths are estimated from above, because there
are no fonts here to ask. Equal input gives equal bytes.

Colours are those of Okabe and Ito, told apart by colour-blind readers; a colour never carries a meaning alone. Left
operands are blue, right ones orange, results green. Sentences stand whole in `SENTENCES`, with named fields, so that
they can be translated.
"""

import base64
import html
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

import torch
from torch import Tensor

__all__ = [
    "Figure",
    "bars",
    "batch_product",
    "broadcast",
    "diagram",
    "inner",
    "lines",
    "matrix",
    "memory",
    "outer_sum",
    "plane",
    "product",
    "slabs",
    "table",
]

SENTENCES: Final = {
    # Alternative texts, and the longer words below a figure.
    "the_tensor": "The tensor",
    "matrix": "{name} has shape {shape} and dtype {dtype}: {values}.",
    "matrix_big": "{name} has shape {shape} and dtype {dtype}, with values from {least} to {most}.",
    "matrix_empty": "{name} has shape {shape} and dtype {dtype}: it has no elements.",
    "matrix_words": "{name} has shape {shape} and holds {values}.",
    "highlight_cell": "Entry ({i}, {j}), which is {value}, is highlighted.",
    "highlight_row": "Row {i} is highlighted.",
    "highlight_column": "Column {j} is highlighted.",
    "memory": "{name} has shape {shape}, stride {stride} and storage offset {offset}. "
    "Its elements, row by row, lie at offsets {offsets} of a storage of {cells} cells.",
    "memory_big": "{name} has shape {shape}, stride {stride} and storage offset {offset}, "
    "and reads {used} of the {cells} cells of its storage.",
    "memory_words": "The storage holds, from offset 0: {values}. Element {index} lies at offset {offset}, "
    "the next ones row by row at {offsets}.",
    "product": "Row {row} of A {a} meets column {column} of B {b}: entry ({row}, {column}) of A @ B {c} is {sum} = {value}.",
    "product_big": "Row {row} of A {a} meets column {column} of B {b}: the sum of {k} products is entry "
    "({row}, {column}) of A @ B {c}, {value}.",
    "product_words": "A is {left}. B is {right}. A @ B is {result}.",
    "outer_sum": "A {a} times B {b} as a sum of outer products, {k} in all: "
    "each column of A with the row of B of the same index.",
    "outer_words": "Column {i} of A with row {i} of B gives {values}.",
    "outer_total": "Their sum, A @ B, is {values}.",
    "slabs": "{name} has shape {shape}: a stack of {count} slabs, each {rows} by {columns}.",
    "slab_words": "Slab {i} holds {values}.",
    "batch": "Batched product of A {a} and B {b}: slab b of A times slab b of B gives slab b of the result {c}, for b below {count}.",
    "batch_reused": "Batched product of A {a} and B {b} giving {c}: the single slab of {which} is used again for each of {count} pairs.",
    "broadcast": "Shapes {shapes}, aligned at their last dimensions, broadcast to {result}.",
    "broadcast_refused": "Shapes {shapes} do not broadcast: dimension {axis} has the sizes {sizes}, "
    "and sizes must be equal or 1.",
    "inner": "A {a} times B {b}: the inner dimensions are both {k}, and the result has shape {result}.",
    "inner_clash": "A {a} times B {b} is refused: the inner dimensions are {left} and {right}.",
    "inner_batch": "A {a} times B {b} is refused: the inner dimensions are both {k}, "
    "but the batch dimensions {left} and {right} do not broadcast.",
    "plane": "{name}, {values}, sends (1, 0) to {first} and (0, 1) to {second}; "
    "the unit square becomes a parallelogram of area {area}.",
    "plane_flat": "{name}, {values}, sends (1, 0) to {first} and (0, 1) to {second}; the unit square collapses to area 0.",
    "bars": "{name}: bars for {items}.",
    "bars_big": "{name}: {count} bars, from {least_label} at {least} to {most_label} at {most}.",
    "lines": "{name} against {x_label}, for {x_first} to {x_last}: {series}.",
    "lines_item": "{label} goes from {first} to {last}",
    "lines_big": "{name} against {x_label}, for {x_first} to {x_last}: {count} curves, named {labels}.",
    "diagram": "{name}: {arrows}.",
    "diagram_big": "{name}: {boxes} boxes joined by {arrows} arrows.",
    "diagram_arrow": "{source} to {target}",
    "diagram_arrow_label": "{source} to {target} ({label})",
    "diagram_only": "{name}: boxes {boxes}.",
    "the_diagram": "A diagram",
    "the_chart": "A chart",
    "the_table": "A table",
    "table": "{name}: {rows}.",
    "table_row": "{row}: {cells}",
    "table_big": "{name}: {rows} rows by {columns} columns of yes, no or partly.",
    # What is written inside pictures.
    "shape_dtype": "shape {shape} · {dtype}",
    "no_elements": "no elements",
    "strides": "stride {stride} · storage offset {offset}",
    "storage": "offset in the storage of {cells} cells",
    "absent": "absent: counts as 1",
    "stretched": "a 1, stretched",
    "refused": "refused",
    "result": "result",
    "summed": "inner: {k} = {k}, summed over",
    "clash": "inner: {left} is not {right}",
    "batch_clash": "batch: {left} and {right} do not broadcast",
    "heat": "darker: larger · purple: negative",
    "number": "a 0-d tensor: one number",
    "before": "before: x",
    "after": "after: x @ W",
    "area": "area after: |det W| = {area}",
    "again": "again",
    # Errors.
    "not_tensor": "draw.{where}: {name} is a {type}, not a tensor. Make a tensor of it first: torch.tensor(...).",
    "dimensions": "draw.{where}: {name} has shape {shape}, which is {have} dimensions; this picture needs {need}. "
    "Pick a part, such as {name}[0], or reshape it.",
    "too_many": "draw.{where}: {name} has shape {shape}; this picture holds at most {limit}. "
    "Draw a part of it, such as {name}[..., :4].",
    "count": "draw.{where}: {name} has {have} entries; this picture holds at most {limit}. Leave some out.",
    "storage_size": "draw.memory: the storage of x has {have} cells; this picture holds at most {limit}. "
    "Make x from a smaller tensor, or draw x.clone().",
    "no_values": "draw.{where}: {name} is on the device {device}, where tensors have no values. "
    "Make it on a real device, such as 'cpu'.",
    "layout": "draw.{where}: {name} has the layout {layout}. Draw {name}.to_dense() instead.",
    "too_wide": "draw.{where}: the picture would be {width} wide, and its text too small to read (limit: {limit}). "
    "Draw fewer columns, or shorten the labels.",
    "inner_sizes": "draw.{where}: A has {left} columns and B has {right} rows; a product needs as many of one as of the "
    "other. Check the shapes {a} and {b}.",
    "index": "draw.{where}: {name} is {value}, but there are only {size} (0 to {last}). Use an index in that range.",
    "highlight": "draw.matrix: highlight is {value}. Use (row, column), ('row', i), ('column', j) or None.",
    "batches": "draw.batch_product: A has a batch of {left} and B one of {right}. Make them equal, or one of them 1.",
    "shape": "draw.{where}: {value} is not a shape. Pass a tuple of sizes, such as (2, 3), or x.shape.",
    "shape_length": "draw.{where}: the shape {value} has {have} dimensions; this picture needs {need}.",
    "no_shapes": "draw.broadcast: there is nothing to draw. Pass one or more shapes, such as (3, 1), (4,).",
    "lengths": "draw.{where}: {first} has {have} entries and {second} has {need}. Give both the same number.",
    "nothing": "draw.{where}: {name} is empty. Give at least one.",
    "positive": "draw.lines: {name} holds {value}; a logarithmic axis shows positive numbers only. "
    "Drop that point, or draw with log=False.",
    "number_needed": "draw.{where}: {name} holds {value}, which is not a finite number. Leave it out.",
    "no_box": "draw.diagram: an arrow names the box {name}, which is not in boxes. The boxes are {names}.",
    "same_place": "draw.diagram: the boxes {first} and {second} share column {column}, row {row}. Move one of them.",
    "unknown_size": "draw.plane: W has shape {shape}; only a (2, 2) tensor moves the plane. Pass a 2x2 tensor.",
}

ALT_LIMIT: Final = 250
MARGIN: Final = 16
# Text sizes. The smallest one sets how wide a picture may be: text stays at least a fortieth of the width.
TITLE, VALUE, LABEL = 17, 16, 15
WIDEST: Final = 40 * LABEL
MONO_ADVANCE: Final = 0.61

INK, MUTED, RULE, CARD = "#1f1f1f", "#595959", "#b8b8b8", "#ffffff"
BLUE, ORANGE, GREEN, SKY = "#0072b2", "#e69f00", "#009e73", "#56b4e9"
VERMILLION, PURPLE, GREY = "#d55e00", "#cc79a7", "#8a8a8a"
ROW_COLOURS: Final = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION)
CURVES: Final = ((BLUE, ""), (VERMILLION, "7 4"), (GREEN, "2 3"), (PURPLE, "10 3 2 3"), (ORANGE, ""), (SKY, "7 4"))

Point: TypeAlias = tuple[float, float]
Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, repr=False)
class Figure:
    """One picture: `svg`, its alternative text `alt`, its `width` in pixels, and `words` for a folded description."""

    svg: str
    alt: str
    width: int
    words: str = ""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        image = f'<img alt="{html.escape(self.alt)}" width="{self.width}" src="{_payload(self.svg)}">'
        if self.words:
            lines = "<br>".join(html.escape(line, quote=False) for line in self.words.splitlines())
            image += f"<details><summary>Figure in words</summary>{lines}</details>"
        return {"text/html": image, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"


def _payload(svg: str) -> str:
    """The image as a data URI."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _say(key: str, **fields: object) -> str:
    return SENTENCES[key].format(**fields)


# --- Colours and text widths ---


def _mix(colour: str, other: str, part: float) -> str:
    """`colour` with `part` of `other` in it."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def _tint(colour: str, strength: float = 0.3) -> str:
    """Light enough to write on."""
    return _mix(CARD, colour, strength)


def _dark(colour: str) -> str:
    """Dark enough to write with: contrast over 4.5 on the card."""
    return _mix(colour, "#000000", 0.42)


def _text_width(text: str, size: float, mono: bool = False, bold: bool = False) -> float:
    if mono:
        return len(text) * MONO_ADVANCE * size
    advance = sum(
        0.36 if c in "iljtf.,:;'|!()[] " else 0.95 if c in "mwMW@%→" else 0.7 if c.isupper() else 0.6 for c in text
    )
    return advance * size * (1.08 if bold else 1.0)


def _wrap(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Lines that fit; the text's own line breaks are kept, single long words are not broken."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and _text_width(longer, size, bold=bold) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def _number(value: float) -> str:
    """A coordinate: one decimal, no trailing zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


# --- The one drawing primitive ---


@dataclass
class _Canvas:
    """Collects shapes by layer and style, and texts above them; `finish` measures, adds the card, and writes."""

    where: str
    shapes: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    texts: dict[str, list[tuple[float, float, str]]] = field(default_factory=dict)
    left: float = math.inf
    top: float = math.inf
    right: float = -math.inf
    bottom: float = -math.inf
    smallest: float = TITLE

    def reach(self, x: float, y: float) -> None:
        """Make the picture contain a point."""
        self.left, self.right = min(self.left, x), max(self.right, x)
        self.top, self.bottom = min(self.top, y), max(self.bottom, y)

    def path(
        self,
        points: Sequence[Point],
        *,
        fill: str = "none",
        stroke: str = "none",
        width: float = 1,
        dash: str = "",
        closed: bool = False,
        layer: int = 1,
    ) -> None:
        """A polygon, or a line through points. Shapes of one style share one path element."""
        style = f'fill="{fill}"'
        if stroke != "none":
            style += f' stroke="{stroke}" stroke-width="{_number(width)}" stroke-linejoin="round"'
        if dash:
            style += f' stroke-dasharray="{dash}"'
        steps = "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
        self.shapes.setdefault(layer, {}).setdefault(style, []).append(f"M{steps}{'z' if closed else ''}")
        half = width / 2 if stroke != "none" else 0
        for x, y in points:
            self.reach(x - half, y - half)
            self.reach(x + half, y + half)

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        fill: str = "none",
        stroke: str = "none",
        width: float = 1,
        dash: str = "",
        layer: int = 1,
    ) -> None:
        corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
        self.path(corners, fill=fill, stroke=stroke, width=width, dash=dash, closed=True, layer=layer)

    def line(self, *points: Point, stroke: str = INK, width: float = 1.5, dash: str = "", layer: int = 2) -> None:
        self.path(points, stroke=stroke, width=width, dash=dash, layer=layer)

    def arrow(self, *points: Point, stroke: str = INK, width: float = 1.5, head: float = 9, layer: int = 3) -> None:
        """A line through points that ends in a filled head at the last one."""
        (x0, y0), (x1, y1) = points[-2:]
        length = math.hypot(x1 - x0, y1 - y0)
        if length < 1e-6:
            return
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        neck = (x1 - ux * head * 0.8, y1 - uy * head * 0.8)
        if length > head * 0.8 or len(points) > 2:
            self.line(*points[:-1], neck, stroke=stroke, width=width, layer=layer)
        bx, by, side = x1 - ux * head, y1 - uy * head, head * 0.42
        self.path(
            [(x1, y1), (bx - uy * side, by + ux * side), (bx + uy * side, by - ux * side)],
            fill=stroke,
            closed=True,
            layer=layer,
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = VALUE,
        fill: str = INK,
        anchor: str = "middle",
        mono: bool = False,
        bold: bool = False,
    ) -> float:
        """One line of text, centred at height y; gives its estimated width. `anchor`: start, middle or end."""
        clean = "".join(c if c >= " " else " " for c in text)
        style = f'font-size="{size}" fill="{fill}" text-anchor="{anchor}"'
        style += ' font-family="monospace"' if mono else ""
        style += ' font-weight="bold"' if bold else ""
        self.texts.setdefault(style, []).append((x, y + 0.35 * size, clean))
        width = _text_width(clean, size, mono, bold)
        start = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        self.reach(start, y - 0.6 * size)
        self.reach(start + width, y + 0.6 * size)
        self.smallest = min(self.smallest, size)
        return width

    def note(self, x: float, y: float, text: str, *, anchor: str = "middle", mono: bool = False) -> None:
        """Small grey text: indices, captions, labels of arrows."""
        self.text(x, y, text, size=LABEL, fill=MUTED, anchor=anchor, mono=mono)

    def finish(self, alt: str, words: str = "", title: str = "", caption: str = "") -> Figure:
        """Put title and caption above what was drawn, a card below it, and write."""
        room = max(self.right - self.left, 20 * LABEL)
        heading = [(line, TITLE, INK, True) for line in _wrap(title, room, TITLE, True)] if title else []
        heading += [(line, LABEL, MUTED, False) for line in _wrap(caption, room, LABEL)] if caption else []
        x, y = self.left, self.top - 12 - sum(size * 1.35 for _, size, _, _ in heading)
        for line, size, fill, bold in heading:
            self.text(x, y + size * 0.65, line, size=size, fill=fill, anchor="start", bold=bold)
            y += size * 1.35
        dx, dy = MARGIN - self.left, MARGIN - self.top
        width = math.ceil(self.right - self.left) + 2 * MARGIN
        height = math.ceil(self.bottom - self.top) + 2 * MARGIN
        if width > 40 * self.smallest:
            raise ValueError(_say("too_wide", where=self.where, width=width, limit=int(40 * self.smallest)))
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
            f'<rect width="{width}" height="{height}" rx="8" fill="{CARD}"/>',
            f'<g transform="translate({_number(dx)} {_number(dy)})" font-family="Helvetica, Arial, sans-serif">',
        ]
        for _, styles in sorted(self.shapes.items()):
            parts += [f'<path {style} d="{"".join(steps)}"/>' for style, steps in styles.items()]
        for style, items in self.texts.items():
            marks = "".join(
                f'<text x="{_number(x)}" y="{_number(y)}">{html.escape(t, quote=False)}</text>' for x, y, t in items
            )
            parts.append(f"<g {style}>{marks}</g>")
        return Figure("".join([*parts, "</g></svg>"]), alt, width, words)


# --- Reading tensors, spelling values ---


def _read(where: str, name: str, x: object, dims: Sequence[int], need: str) -> Tensor:
    """A detached CPU tensor with a number of dimensions in `dims`, or a sentence about why not."""
    if not isinstance(x, Tensor):
        raise TypeError(_say("not_tensor", where=where, name=name, type=type(x).__name__))
    if x.layout != torch.strided:
        raise ValueError(_say("layout", where=where, name=name, layout=str(x.layout).removeprefix("torch.")))
    if x.device.type == "meta":
        raise ValueError(_say("no_values", where=where, name=name, device=x.device))
    if x.dim() not in dims:
        raise ValueError(_say("dimensions", where=where, name=name, shape=_shape(x.shape), have=x.dim(), need=need))
    return x.detach().cpu().resolve_conj().resolve_neg()


def _limit(where: str, name: str, x: Tensor, sizes: Sequence[int]) -> None:
    """Refuse a tensor with more than `sizes` along its last dimensions."""
    if any(have > most for have, most in zip(reversed(x.shape), reversed(sizes), strict=False)):
        limit = " x ".join(str(size) for size in sizes[-x.dim() :])
        raise ValueError(_say("too_many", where=where, name=name, shape=_shape(x.shape), limit=limit))


def _index(where: str, name: str, value: object, size: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -size <= value < size:
        raise IndexError(_say("index", where=where, name=name, value=repr(value), size=size, last=size - 1))
    return value % size


def _shape(shape: Sequence[int]) -> str:
    return str(tuple(shape))


def _dtype(x: Tensor) -> str:
    return str(x.dtype).removeprefix("torch.")


def _spell(x: Tensor) -> list[str]:
    """The elements, row by row, with as many decimals as all of them need and at most two.

    A float without a fraction keeps its point, as torch prints it: `2.`.
    """
    if x.is_complex():
        return [f"{v.real:.3g}{v.imag:+.3g}j" for v in x.to(torch.complex128).reshape(-1).tolist()]
    if not x.is_floating_point():
        return [str(v) for v in x.reshape(-1).tolist()]
    return _spell_floats(x.to(torch.float64).reshape(-1).tolist())


def _spell_floats(values: Sequence[float]) -> list[str]:
    finite = [v for v in values if math.isfinite(v)]
    values = [v + 0.0 for v in values]  # -0. reads like a mistake in a picture
    largest = max((abs(v) for v in finite), default=0.0)
    smallest = min((abs(v) for v in finite if v), default=1.0)
    if largest >= 1e5 or smallest < 1e-4:
        return [f"{v:.2g}" for v in values]
    if all(v == round(v) for v in finite):
        return [f"{v:.0f}." if math.isfinite(v) else str(v) for v in values]
    # Numbers written by hand have few decimals, and all are shown; measured and random ones get two.
    exact = (d for d in (1, 2, 3, 4) if all(abs(v - round(v, d)) < 1e-6 * max(1.0, abs(v)) for v in finite))
    decimals = next(exact, 2)
    texts = [f"{v:.{decimals}f}" if math.isfinite(v) else str(v) for v in values]
    return [text.removeprefix("-") if not text.strip("-0.") else text for text in texts]


def _plain(text: str) -> str:
    """A spelled number inside a sentence or a sum: `2`, not `2.`."""
    return text.removesuffix(".")


def _short(value: float) -> str:
    """A number in a sentence or on an axis: whole as it is, else four significant digits."""
    return f"{value:.0f}" if value == round(value) and abs(value) < 1e7 else f"{value:.4g}"


def _rows(x: Tensor) -> list[list[str]]:
    """The spelled elements of a 0-, 1- or 2-D tensor as rows."""
    spelled = _spell(x)
    if x.dim() < 2:
        return [spelled] if spelled else [[]]
    columns = x.shape[1]
    return [spelled[i * columns : (i + 1) * columns] for i in range(x.shape[0])]


def _nested(rows: Sequence[Sequence[str]], dims: int) -> str:
    """Rows as Python would write them: `[[1, 2], [3, 4]]`."""
    if dims == 0:
        return rows[0][0]
    inner_lists = [f"[{', '.join(row)}]" for row in rows]
    return inner_lists[0] if dims == 1 else f"[{', '.join(inner_lists)}]"


def _first_that_fits(*texts: str) -> str:
    """The most telling alternative text within the limit; the last one is cut when none is."""
    for text in texts:
        if len(text) <= ALT_LIMIT:
            return text
    return texts[-1][: ALT_LIMIT - 1] + "…"


# --- Grids ---


@dataclass(frozen=True)
class _Grid:
    """Where a drawn grid of cells lies."""

    x: float
    y: float
    cell: float
    height: float
    rows: int
    columns: int

    @property
    def right(self) -> float:
        return self.x + self.columns * self.cell

    @property
    def bottom(self) -> float:
        return self.y + self.rows * self.height

    def centre(self, i: int, j: int) -> Point:
        return self.x + (j + 0.5) * self.cell, self.y + (i + 0.5) * self.height


def _cell(
    *grids: Sequence[Sequence[str]], least: float = 38, pad: float = 14, columns: int = 1, taken: float = 0
) -> float:
    """A cell wide enough for every text of the grids.

    Where `columns` of them, beside `taken` pixels of something else, would be wider than a picture may be, the
    padding gives way.
    """
    longest = max((len(text) for grid in grids for row in grid for text in row), default=1)
    text = longest * MONO_ADVANCE * VALUE
    room = (WIDEST - 2 * MARGIN - 4 - taken) / columns
    return float(max(text + 4, min(room, max(least, math.ceil(text + pad)))))


# Which indices a grid shows, for a tensor of 0 to 3 dimensions.
AXES: Final = ("", "columns", "rows columns", "rows columns")

Fill: TypeAlias = Callable[[int, int], str]


def _flat(colour: str) -> Fill:
    """Every cell in one colour."""
    return lambda i, j: colour


PAPER: Final = _flat(CARD)


def _grid(
    canvas: _Canvas,
    x: float,
    y: float,
    texts: Sequence[Sequence[str]],
    cell: float,
    *,
    height: float = 34,
    fill: Fill = PAPER,
    indices: str = "rows columns",
    edge: str = GREY,
    dash: str = "",
) -> _Grid:
    """Cells with centred values; indices stand left of and above them, outside (x, y)."""
    grid = _Grid(x, y, cell, height, len(texts), len(texts[0]) if texts else 0)
    for i, row in enumerate(texts):
        for j, text in enumerate(row):
            left, top = x + j * cell, y + i * height
            canvas.rect(left, top, cell, height, fill=fill(i, j))
            canvas.rect(left, top, cell, height, stroke=edge, dash=dash, layer=2)
            if text:
                canvas.text(*grid.centre(i, j), text, mono=True)
    if "rows" in indices:
        for i in range(grid.rows):
            canvas.note(x - 8, grid.centre(i, 0)[1], str(i), anchor="end", mono=True)
    if "columns" in indices:
        for j in range(grid.columns):
            canvas.note(grid.centre(0, j)[0], y - 12, str(j), mono=True)
    return grid


def _frame(canvas: _Canvas, grid: _Grid, i: int, j: int, rows: int, columns: int, colour: str) -> None:
    """A strong outline around some cells of a grid."""
    canvas.rect(
        grid.x + j * grid.cell,
        grid.y + i * grid.height,
        columns * grid.cell,
        rows * grid.height,
        stroke=colour,
        width=2.5,
        layer=4,
    )


Highlight: TypeAlias = tuple[int, int] | tuple[str, int] | None


def matrix(x: Tensor, title: str = "", *, highlight: Highlight = None) -> Figure:
    """The values of a tensor as a grid, with row and column indices.

    `x`: 0-, 1- or 2-D, at most 12 rows and as many columns as fit. `highlight`: (row, column), ("row", i),
    ("column", j) or None. TypeError, ValueError or IndexError, in a sentence, for anything else.
    """
    values = _read("matrix", "x", x, (0, 1, 2), "0, 1 or 2")
    _limit("matrix", "x", values, (12, 16))
    texts = _rows(values)
    name = title or _say("the_tensor")
    facts = {"name": name, "shape": _shape(values.shape), "dtype": _dtype(values)}
    chosen, remark = _highlighted(highlight, texts)
    canvas = _Canvas("matrix")
    caption = _say("shape_dtype", **facts)
    if values.numel() == 0:
        canvas.rect(0, 0, 150, 40, stroke=GREY, dash="4 4")
        canvas.note(75, 20, _say("no_elements"))
        return canvas.finish(_say("matrix_empty", **facts), title=title, caption=caption)

    def fill(i: int, j: int) -> str:
        return _tint(ORANGE, 0.45) if (i, j) in chosen else CARD

    cell = _cell(texts, columns=len(texts[0]), taken=36)
    grid = _grid(canvas, 0, 0, texts, cell, fill=fill, indices=AXES[values.dim()])
    if chosen:
        (i, j), (last_i, last_j) = min(chosen), max(chosen)
        _frame(canvas, grid, i, j, last_i - i + 1, last_j - j + 1, _dark(ORANGE))
    listing = _nested(texts, values.dim())
    low, high = map(_plain, _extremes(texts, values))
    alt = _first_that_fits(
        f"{_say('matrix', **facts, values=listing)} {remark}".strip(),
        f"{_say('matrix_big', **facts, least=low, most=high)} {remark}".strip(),
    )
    words = "" if listing in alt else _say("matrix_words", **facts, values=listing)
    return canvas.finish(alt, words, title, caption)


def _extremes(texts: Sequence[Sequence[str]], values: Tensor) -> tuple[str, str]:
    """The least and the largest element as spelled; complex ones by size, NaN only where there is nothing else."""
    keys = (values.abs() if values.is_complex() else values).reshape(-1).tolist()
    flat = [text for row in texts for text in row]
    order = sorted((k for k in range(len(keys)) if keys[k] == keys[k]), key=keys.__getitem__) or [0]
    return flat[order[0]], flat[order[-1]]


def _highlighted(highlight: Highlight, texts: Sequence[Sequence[str]]) -> tuple[set[tuple[int, int]], str]:
    """The cells a highlight names, and the sentence about it."""
    if highlight is None:
        return set(), ""
    rows, columns = len(texts), len(texts[0])
    if not isinstance(highlight, tuple) or len(highlight) != 2:
        raise ValueError(_say("highlight", value=repr(highlight)))
    first, second = highlight
    if first == "row":
        i = _index("matrix", "the highlighted row", second, rows)
        return {(i, j) for j in range(columns)}, _say("highlight_row", i=i)
    if first == "column":
        j = _index("matrix", "the highlighted column", second, columns)
        return {(i, j) for i in range(rows)}, _say("highlight_column", j=j)
    if isinstance(first, str):
        raise ValueError(_say("highlight", value=repr(highlight)))
    i = _index("matrix", "the highlighted row", first, rows)
    j = _index("matrix", "the highlighted column", second, columns)
    return {(i, j)}, _say("highlight_cell", i=i, j=j, value=_plain(texts[i][j]))


def memory(x: Tensor, title: str = "") -> Figure:
    """The storage of a tensor as a strip of cells, with an arrow from every index to its offset.

    `x`: 1-, 2- or 3-D (0-D too), at most 12 elements over a storage of at most 14 cells.
    Views are the point: transposed, sliced and expanded tensors show their stride and storage offset.
    """
    values = _read("memory", "x", x, (0, 1, 2, 3), "at most 3")
    if values.numel() > 12 or values.numel() == 0:
        raise ValueError(
            _say("too_many", where="memory", name="x", shape=_shape(x.shape), limit="12 elements (and needs 1)")
        )
    flat = torch.empty(0, dtype=x.dtype, device=x.device)
    flat.set_(x.untyped_storage(), 0, (x.untyped_storage().nbytes() // x.element_size(),), (1,))
    if len(flat) > 14:
        raise ValueError(_say("storage_size", have=len(flat), limit=14))
    cells = _spell(flat.cpu())
    indices = [tuple(index) for index in torch.ones(x.shape).nonzero().tolist()] if x.dim() else [()]
    offsets = [x.storage_offset() + sum(i * s for i, s in zip(index, x.stride(), strict=True)) for index in indices]
    lead = [index[:-1] for index in indices]
    groups = list(dict.fromkeys(lead))

    def colour(index: tuple[int, ...]) -> str:
        return ROW_COLOURS[groups.index(index[:-1]) % len(ROW_COLOURS)]

    canvas = _Canvas("memory")
    axis, top = _memory_grids(canvas, values, colour)
    comma = "" if x.dim() == 3 and len(indices) > 8 else ","
    tags = [comma.join(map(str, index)) or "()" for index in indices]
    tag = _cell([tags], least=32, pad=8, columns=len(tags), taken=10 * len(groups))
    strip = _cell([cells], least=34, pad=10, columns=len(cells))
    gap = 10
    tags_width = len(tags) * tag + gap * (len(groups) - 1)
    strip_width = len(cells) * strip
    y_tag, y_strip = top + 26, top + 26 + 28 + 74
    users: dict[int, str] = {}
    for number, (index, offset) in enumerate(zip(indices, offsets, strict=True)):
        x_tag = axis - tags_width / 2 + number * tag + gap * groups.index(index[:-1])
        x_cell = axis - strip_width / 2 + (offset + 0.5) * strip
        tone = colour(index)
        canvas.rect(x_tag, y_tag, tag - 3, 28, fill=_tint(tone))
        canvas.text(x_tag + (tag - 3) / 2, y_tag + 14, tags[number], size=LABEL, mono=True)
        canvas.arrow((x_tag + (tag - 3) / 2, y_tag + 29), (x_cell, y_strip - 3), stroke=_dark(tone))
        users.setdefault(offset, tone)

    def fill(i: int, j: int) -> str:
        return _tint(users[j]) if j in users else "#ececec"

    _grid(
        canvas,
        axis - strip_width / 2,
        y_strip,
        [cells],
        strip,
        fill=fill,
        indices="",
    )
    for j in range(len(cells)):
        canvas.text(axis - strip_width / 2 + (j + 0.5) * strip, y_strip + 46, str(j), size=LABEL, fill=MUTED, mono=True)
    canvas.note(axis, y_strip + 68, _say("storage", cells=len(cells)))

    facts = {
        "name": title or _say("the_tensor"),
        "shape": _shape(x.shape),
        "stride": _shape(x.stride()),
        "offset": x.storage_offset(),
        "cells": len(cells),
    }
    listing = ", ".join(map(str, offsets))
    alt = _first_that_fits(_say("memory", **facts, offsets=listing), _say("memory_big", **facts, used=len(users)))
    words = _say("memory_words", values=", ".join(cells), index=indices[0], offset=offsets[0], offsets=listing)
    caption = f"{_say('shape_dtype', **facts, dtype=_dtype(x))}\n{_say('strides', **facts)}"
    return canvas.finish(alt, words, title, caption)


def _memory_grids(canvas: _Canvas, x: Tensor, colour: Callable[[tuple[int, ...]], str]) -> Point:
    """The tensor as it is indexed, one grid for each slab; gives the middle of their lower edge."""
    slices = list(x) if x.dim() == 3 else [x]
    left = right = bottom = 0.0
    spelled = [_rows(part) for part in slices]
    cell = _cell(*spelled)
    for number, texts in enumerate(spelled):

        def fill(i: int, j: int, number: int = number) -> str:
            index = {0: (), 1: (j,), 2: (i, j), 3: (number, i, j)}[x.dim()]
            return _tint(colour(index))

        grid = _grid(canvas, left, 0, texts, cell, height=30, fill=fill, indices=AXES[x.dim()])
        left, right, bottom = grid.right + 40, grid.right, grid.bottom
    return right / 2, bottom


def product(A: Tensor, B: Tensor, row: int = 0, column: int = 0) -> Figure:
    """Row `row` of A meets column `column` of B: three grids, and the sum of products written out.

    `A`: (n, k), `B`: (k, m), each at most 6 x 6, k at least 1.
    """
    left, right = _operands("product", A, B, 6)
    i = _index("product", "row", row, left.shape[0])
    j = _index("product", "column", column, right.shape[1])
    result = left @ right
    texts = [_rows(part) for part in (left, right, result)]
    cell = _cell(*texts, columns=left.shape[1] + right.shape[1], taken=96)
    canvas = _Canvas("product")
    gap = 56
    split = left.shape[1] * cell

    def left_fill(r: int, c: int) -> str:
        return _tint(BLUE) if r == i else CARD

    def right_fill(r: int, c: int) -> str:
        return _tint(ORANGE, 0.45) if c == j else CARD

    def result_fill(r: int, c: int) -> str:
        # The row's and the column's colours run on, faintly, to where they cross.
        paths = _tint(BLUE, 0.1) if r == i and c < j else _tint(ORANGE, 0.16) if c == j and r < i else CARD
        return _tint(GREEN, 0.4) if (r, c) == (i, j) else paths

    b_grid = _grid(canvas, split + gap, 0, texts[1], cell, fill=right_fill)
    a_grid = _grid(canvas, 0, b_grid.bottom + gap, texts[0], cell, fill=left_fill)
    c_grid = _grid(
        canvas,
        b_grid.x,
        a_grid.y,
        texts[2],
        cell,
        fill=result_fill,
        indices="",
    )
    _frame(canvas, a_grid, i, 0, 1, a_grid.columns, BLUE)
    _frame(canvas, b_grid, 0, j, b_grid.rows, 1, _dark(ORANGE))
    _frame(canvas, c_grid, i, j, 1, 1, GREEN)
    x_entry, y_entry = c_grid.centre(i, j)
    canvas.arrow((a_grid.right + 5, y_entry), (c_grid.x - 4, y_entry), stroke=BLUE, width=2)
    canvas.arrow((x_entry, b_grid.bottom + 5), (x_entry, c_grid.y - 4), stroke=_dark(ORANGE), width=2)
    canvas.text(a_grid.x, b_grid.bottom + gap / 2 - 18, f"A {_shape(left.shape)}", anchor="start", bold=True, fill=BLUE)
    canvas.text(b_grid.x, -38, f"B {_shape(right.shape)}", anchor="start", bold=True, fill=_dark(ORANGE))
    canvas.text(
        c_grid.x, c_grid.bottom + 18, f"A @ B {_shape(result.shape)}", anchor="start", bold=True, fill=_dark(GREEN)
    )

    terms = [f"{_factor(a)}·{_factor(line[j])}" for a, line in zip(texts[0][i], texts[1], strict=True)]
    value = _plain(texts[2][i][j])
    written = _wrap(f"(A @ B)[{i}, {j}] = {' + '.join(terms)} = {value}", max(canvas.right - canvas.left, 420), VALUE)
    y = c_grid.bottom + 50
    for line in written:
        canvas.text(canvas.left, y, line, anchor="start")
        y += 24
    facts = {
        "row": i,
        "column": j,
        "a": _shape(left.shape),
        "b": _shape(right.shape),
        "c": _shape(result.shape),
        "value": value,
    }
    alt = _first_that_fits(_say("product", **facts, sum=" + ".join(terms)), _say("product_big", **facts, k=len(terms)))
    words = _say("product_words", left=_nested(texts[0], 2), right=_nested(texts[1], 2), result=_nested(texts[2], 2))
    return canvas.finish(alt, words)


def _factor(text: str) -> str:
    plain = _plain(text)
    return f"({plain})" if plain.startswith("-") else plain


def _operands(where: str, A: Tensor, B: Tensor, most: int) -> tuple[Tensor, Tensor]:
    """Two matrices whose product exists, in one dtype."""
    left, right = _read(where, "A", A, (2,), "2"), _read(where, "B", B, (2,), "2")
    _limit(where, "A", left, (most, most))
    _limit(where, "B", right, (most, most))
    if left.shape[1] != right.shape[0]:
        raise ValueError(
            _say(
                "inner_sizes",
                where=where,
                left=left.shape[1],
                right=right.shape[0],
                a=_shape(left.shape),
                b=_shape(right.shape),
            )
        )
    for name, x in (("A", left), ("B", right)):
        if x.numel() == 0:
            raise ValueError(_say("nothing", where=where, name=name))
    dtype = torch.promote_types(left.dtype, right.dtype)
    # Whole numbers keep their spelling; half precision has no product on every CPU, so floats are widened.
    dtype = torch.int64 if dtype == torch.bool else torch.float64 if dtype.is_floating_point else dtype
    return left.to(dtype), right.to(dtype)


def outer_sum(A: Tensor, B: Tensor) -> Figure:
    """A @ B as a sum: each column of A times the row of B of the same index, as heat images.

    `A`: (n, k), `B`: (k, m), each at most 6 x 6. Values are printed while they fit; darker is larger, purple negative.
    """
    left, right = _operands("outer_sum", A, B, 6)
    terms = [left[:, i, None] * right[i, None, :] for i in range(left.shape[1])]
    result = left @ right
    largest = max(float(part.abs().max()) for part in [result, *terms]) or 1.0
    spelled = [_rows(part) for part in [result, *terms]]
    columns, rows = _rows(left), _rows(right)
    across = right.shape[1]
    # Two terms stand beside the result, if that leaves the values legible.
    cell = _cell(*spelled, columns, rows, least=32, pad=10, columns=3 * across + 2, taken=96)
    shown = (across + 1) * cell <= 230 and result.numel() <= 16
    cell, height = (cell, 30.0) if shown else (22.0, 22.0)
    canvas = _Canvas("outer_sum")
    item = 8 + (right.shape[1] + 1) * cell
    tall = 8 + (left.shape[0] + 1) * height

    def heat(part: Tensor) -> Fill:
        def fill(i: int, j: int) -> str:
            share = round(8 * float(part[i, j]) / largest) / 8
            return _tint(GREEN if share > 0 else PURPLE, 0.75 * abs(share))

        return fill

    def blank(grid: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
        return grid if shown else [["" for _ in row] for row in grid]

    side = right.shape[1] * cell
    _grid(
        canvas,
        0,
        8 + height,
        blank(spelled[0]),
        cell,
        height=height,
        fill=heat(result),
        indices="",
    )
    canvas.text(side / 2, height - 8, "A @ B", bold=True, fill=_dark(GREEN))
    x, y, start = side, 0.0, side
    for number, (term, texts) in enumerate(zip(terms, spelled[1:], strict=True)):
        if number and x + 38 + item > WIDEST - 2 * MARGIN:
            x, y = start, y + tall + 44
        middle = y + 8 + height + left.shape[0] * height / 2
        canvas.text(x + 18, middle, "+" if number else "=", size=22)
        x += 36
        top = y + height + 8
        _grid(
            canvas,
            x,
            top,
            blank([[row[number]] for row in columns]),
            cell,
            height=height,
            fill=_flat(_tint(BLUE)),
            indices="",
        )
        _grid(
            canvas,
            x + cell + 8,
            y,
            blank([rows[number]]),
            cell,
            height=height,
            fill=_flat(_tint(ORANGE)),
            indices="",
        )
        _grid(
            canvas,
            x + cell + 8,
            top,
            blank(texts),
            cell,
            height=height,
            fill=heat(term),
            indices="",
        )
        canvas.note(x + item, y + tall + 14, f"A[:, {number}] × B[{number}, :]", anchor="end")
        x += item
    facts = {"a": _shape(left.shape), "b": _shape(right.shape), "k": len(terms)}
    words = [_say("outer_words", i=i, values=_nested(texts, 2)) for i, texts in enumerate(spelled[1:])]
    words.append(_say("outer_total", values=_nested(spelled[0], 2)))
    if any(bool((part < 0).any()) for part in [result, *terms]):
        canvas.note(0, canvas.bottom + 22, _say("heat"), anchor="start")
    return canvas.finish(_say("outer_sum", **facts), "\n".join(words))


def slabs(x: Tensor, title: str = "") -> Figure:
    """A 3-D tensor as a stack of slabs, each with its index in the first dimension.

    `x`: (batch, rows, columns), at most 6 x 6 x 8.
    """
    values = _read("slabs", "x", x, (3,), "3")
    _limit("slabs", "x", values, (6, 6, 8))
    if values.numel() == 0:
        raise ValueError(_say("nothing", where="slabs", name="x"))
    spelled = [_rows(part) for part in values]
    count, rows, columns = values.shape
    height, lean = 30.0, 0.5
    cell = _cell(*spelled, pad=16, columns=columns, taken=rows * height * lean + 66)
    canvas = _Canvas("slabs")
    step = rows * height + 30

    def corner(number: int, i: float, j: float) -> Point:
        return j * cell - i * height * lean, number * step + i * height

    for number, texts in enumerate(spelled):
        colour = ROW_COLOURS[number % len(ROW_COLOURS)]
        outline = [corner(number, *at) for at in ((0, 0), (0, columns), (rows, columns), (rows, 0))]
        canvas.path(outline, fill=_tint(colour, 0.22), closed=True)
        for i in range(rows + 1):
            canvas.line(corner(number, i, 0), corner(number, i, columns), stroke=_mix(colour, CARD, 0.2), width=1)
        for j in range(columns + 1):
            canvas.line(corner(number, 0, j), corner(number, rows, j), stroke=_mix(colour, CARD, 0.2), width=1)
        for i in range(rows):
            for j in range(columns):
                canvas.text(*corner(number, i + 0.5, j + 0.5), texts[i][j], mono=True)
        middle = corner(number, rows / 2, 0)
        canvas.text(-rows * height * lean - 26, middle[1], f"[{number}]", fill=_dark(colour), anchor="end", bold=True)
        if number:
            for at in ((rows, 0), (0, columns)):
                canvas.line(corner(number - 1, *at), corner(number, *at), stroke=RULE, width=1.2, dash="4 4", layer=0)
            canvas.line(
                corner(number - 1, rows, columns),
                corner(number, rows, columns),
                stroke=RULE,
                width=1.2,
                dash="4 4",
                layer=0,
            )
    name = title or _say("the_tensor")
    alt = _say("slabs", name=name, shape=_shape(values.shape), count=count, rows=rows, columns=columns)
    words = "\n".join(_say("slab_words", i=i, values=_nested(texts, 2)) for i, texts in enumerate(spelled))
    return canvas.finish(alt, words, title, _say("shape_dtype", shape=_shape(values.shape), dtype=_dtype(values)))


def batch_product(A: Tensor, B: Tensor) -> Figure:
    """Slab b of A meets slab b of B and gives slab b of the result.

    `A`: (batch, n, k), `B`: (batch, k, m); a batch of 1 is used again for every slab. Long batches are shortened to
    their first two slabs and their last, and values are printed while they fit.
    """
    left, right = _read("batch_product", "A", A, (3,), "3"), _read("batch_product", "B", B, (3,), "3")
    if left.shape[2] != right.shape[1]:
        raise ValueError(
            _say(
                "inner_sizes",
                where="batch_product",
                left=left.shape[2],
                right=right.shape[1],
                a=_shape(left.shape),
                b=_shape(right.shape),
            )
        )
    if left.shape[0] != right.shape[0] and 1 not in (left.shape[0], right.shape[0]):
        raise ValueError(_say("batches", left=left.shape[0], right=right.shape[0]))
    for name, x in (("A", left), ("B", right)):
        if x.numel() == 0:
            raise ValueError(_say("nothing", where="batch_product", name=name))
    dtype = torch.promote_types(left.dtype, right.dtype)
    dtype = torch.int64 if dtype == torch.bool else torch.float64 if dtype.is_floating_point else dtype
    result = left.to(dtype) @ right.to(dtype)
    count = result.shape[0]
    shown = list(range(count)) if count <= 4 else [0, 1, count - 1]

    operands = (("A", left, BLUE), ("B", right, ORANGE), ("A @ B", result, GREEN))
    spelled = [[_rows(part[min(b, len(part) - 1)]) for b in shown] for _, part, _ in operands]
    total = sum(part.shape[2] for _, part, _ in operands)
    cell = _cell(*(texts for kind in spelled for texts in kind), least=32, pad=12, columns=total, taken=84)
    sides = [*left.shape[1:], *right.shape[1:]]
    legible = total * cell <= WIDEST - 2 * MARGIN - 84 and max(sides) <= 4

    def extent(size: int, unit: float) -> float:
        """Pixels along a side: cell by cell where values are shown, else in proportion, small sides kept visible."""
        return size * unit if legible else 24 + 76 * size / max(sides)

    heads = [f"{name} {_shape(part.shape)}" for name, part, _ in operands]
    tags = [[_slab_tag(name, part, b, line) for line, b in enumerate(shown)] for name, part, _ in operands]
    widths = [
        max(
            extent(part.shape[2], cell),
            _text_width(heads[k], VALUE, bold=True),
            *(_text_width(t, LABEL) for t in tags[k]),
        )
        for k, (_, part, _) in enumerate(operands)
    ]
    starts = [0.0, widths[0] + 40, widths[0] + widths[1] + 80]
    tall = max(extent(part.shape[1], 28) for _, part, _ in operands)
    canvas = _Canvas("batch_product")
    y = 0.0
    for line, b in enumerate(shown):
        if line and b != shown[line - 1] + 1:
            for k in range(3):
                canvas.text(starts[k] + widths[k] / 2, y - 6, "⋮", size=24, fill=MUTED)
            y += 26
        for k, (_, part, colour) in enumerate(operands):
            middle = starts[k] + widths[k] / 2
            if line == 0:
                canvas.text(middle, -20, heads[k], fill=_dark(colour), bold=True)
            wide, high = extent(part.shape[2], cell), extent(part.shape[1], 28)
            corner = (middle - wide / 2, y + (tall - high) / 2)
            again = line > 0 and len(part) == 1 < count
            tone, edge, dash = (_tint(colour, 0.1 if again else 0.3), _mix(colour, CARD, 0.2), "4 3" if again else "")
            if legible:
                _grid(
                    canvas,
                    *corner,
                    spelled[k][line],
                    cell,
                    height=28,
                    fill=_flat(tone),
                    indices="",
                    edge=edge,
                    dash=dash,
                )
            else:
                canvas.rect(*corner, wide, high, fill=tone, stroke=edge, width=1.5, dash=dash)
            canvas.text(middle, y + tall + 14, tags[k][line], size=LABEL, fill=_dark(colour))
            if k < 2:
                gap = (starts[k] + widths[k] + starts[k + 1]) / 2
                canvas.text(gap, y + tall / 2, ("@", "=")[k], size=20)
        y += tall + 48
    facts = {"a": _shape(left.shape), "b": _shape(right.shape), "c": _shape(result.shape), "count": count}
    if left.shape[0] == right.shape[0]:
        return canvas.finish(_say("batch", **facts))
    return canvas.finish(_say("batch_reused", **facts, which="A" if left.shape[0] == 1 else "B"))


def _slab_tag(name: str, x: Tensor, b: int, line: int) -> str:
    """The name of slab b; the single slab of a batch of 1 is slab 0, again."""
    index = min(b, len(x) - 1)
    tag = f"({name})[{index}]" if " " in name else f"{name}[{index}]"
    return f"{tag} {_say('again')}" if line and index != b else tag


# --- Shapes ---


def _sizes(where: str, value: object, least: int, most: int) -> Shape:
    """A shape given as a tuple, a list or a torch.Size."""
    if not isinstance(value, tuple | list) or not all(type(n) is int and n >= 0 for n in value):
        raise TypeError(_say("shape", where=where, value=repr(value)[:60]))
    if not least <= len(value) <= most:
        raise ValueError(
            _say("shape_length", where=where, value=tuple(value), have=len(value), need=f"{least} to {most}")
        )
    return tuple(value)


def _column_result(sizes: Sequence[int]) -> int | None:
    """The size that dimensions of these sizes broadcast to; None where they do not."""
    others = {size for size in sizes if size != 1}
    return None if len(others) > 1 else others.pop() if others else 1


def broadcast(*shapes: Sequence[int]) -> Figure:
    """The right-aligned table of broadcasting: a row for each shape, and the result or the refused column.

    `shapes`: one to six shapes of at most 6 dimensions, as tuples or `torch.Size`.
    """
    if not shapes:
        raise ValueError(_say("no_shapes"))
    given = [_sizes("broadcast", shape, 0, 6) for shape in shapes]
    if len(given) > 6:
        raise ValueError(_say("count", where="broadcast", name="shapes", have=len(given), limit=6))
    depth = max(1, *(len(shape) for shape in given))
    padded = [(None,) * (depth - len(shape)) + shape for shape in given]
    results = [
        _column_result([row[axis] or 0 if row[axis] is not None else 1 for row in padded]) for axis in range(depth)
    ]
    canvas = _Canvas("broadcast")
    cell, height = 62.0, 36.0
    names = [_shape(shape) for shape in given]
    indent = max(_text_width(name, VALUE) for name in [*names, _say("result")]) + 16
    for axis in range(depth):
        canvas.note(indent + (axis + 0.5) * cell, -14, f"{axis - depth}".replace("-", "−"))
    seen: set[str] = set()
    for i, row in enumerate(padded):
        y = i * (height + 6)
        canvas.text(indent - 14, y + height / 2, names[i], anchor="end")
        for axis, size in enumerate(row):
            x, total = indent + axis * cell, results[axis]
            if size is None:
                seen.add("absent")
                canvas.rect(x + 2, y, cell - 4, height, stroke=RULE, dash="4 4")
                canvas.text(x + cell / 2, y + height / 2, "·", fill=MUTED, bold=True)
            elif total is None:
                seen.add("refused")
                canvas.rect(x + 2, y, cell - 4, height, fill=_tint(VERMILLION, 0.35), stroke=VERMILLION, width=1.5)
                canvas.text(x + cell / 2, y + height / 2, str(size), bold=True)
            elif size == 1 != total:
                seen.add("stretched")
                canvas.rect(x + 2, y, cell - 4, height, fill=_tint(ORANGE, 0.45), stroke=_dark(ORANGE), dash="6 3")
                canvas.text(x + cell / 2, y + height / 2, f"1 → {total}")
            else:
                canvas.rect(x + 2, y, cell - 4, height, fill=_tint(BLUE, 0.2), stroke=_mix(BLUE, CARD, 0.3))
                canvas.text(x + cell / 2, y + height / 2, str(size))
    y = len(given) * (height + 6) + 12
    canvas.line((0, y - 9), (indent + depth * cell, y - 9), stroke=INK, width=1.2)
    refused = None in results
    canvas.text(indent - 14, y + height / 2, _say("result"), anchor="end", bold=True)
    for axis, total in enumerate(results):
        x = indent + axis * cell
        if total is None:
            _cross(canvas, x + cell / 2, y + height / 2, 8)
        else:
            canvas.rect(
                x + 2,
                y,
                cell - 4,
                height,
                fill=_tint(GREEN, 0.1 if refused else 0.35),
                stroke=_mix(GREEN, CARD, 0.5 if refused else 0.1),
            )
            canvas.text(x + cell / 2, y + height / 2, str(total), bold=not refused)
    y += height + 26
    keys = {
        "stretched": (ORANGE, 0.45, _dark(ORANGE)),
        "absent": (ORANGE, 0.0, RULE),
        "refused": (VERMILLION, 0.35, VERMILLION),
    }
    for key, (colour, strength, edge) in keys.items():
        if key in seen:
            canvas.rect(
                0, y - 8, 22, 16, fill=_tint(colour, strength), stroke=edge, dash="" if key == "refused" else "4 3"
            )
            canvas.note(32, y, _say(key), anchor="start")
            y += 24
    listing = ", ".join(names)
    if refused:
        axis = max(axis for axis, total in enumerate(results) if total is None)
        sizes = ", ".join(str(row[axis]) for row in padded if row[axis] is not None)
        return canvas.finish(_say("broadcast_refused", shapes=listing, axis=axis - depth, sizes=sizes))
    outcome = [total for total in results if total is not None][depth - max(len(shape) for shape in given) :]
    return canvas.finish(_say("broadcast", shapes=listing, result=_shape(outcome)))


def inner(a: Sequence[int], b: Sequence[int]) -> Figure:
    """The shapes of a product side by side: the inner dimensions joined, the outer ones giving the result's shape.

    `a`, `b`: shapes of 1 to 4 dimensions, batch dimensions leading; a 1-D shape has only its inner dimension.
    """
    left, right = _sizes("inner", a, 1, 4), _sizes("inner", b, 1, 4)
    left_inner, right_inner = left[-1], right[0] if len(right) == 1 else right[-2]
    left_batch, right_batch = left[:-2], right[:-2]
    rows, columns = left[-2:-1], right[-1:] if len(right) > 1 else ()
    depth = max(len(left_batch), len(right_batch))
    batches = [(1,) * (depth - len(batch)) + tuple(batch) for batch in (left_batch, right_batch)]
    joined = [_column_result(pair) for pair in zip(*batches, strict=True)]
    clash, batch_clash = left_inner != right_inner, None in joined
    result = tuple(size for size in joined if size is not None) + rows + columns

    canvas = _Canvas("inner")
    cell, height, gap = 46.0, 40.0, 6.0
    pitch = cell + gap
    join = VERMILLION if clash else ORANGE

    def box(x: float, y: float, size: int, colour: str) -> Point:
        canvas.rect(x, y, cell, height, fill=_tint(colour, 0.35), stroke=_dark(colour), width=1.5)
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
    canvas.line((x_left, -4), (x_left, -20), (x_right, -20), (x_right, -4), stroke=_dark(join), width=2.5)
    middle = (x_left + x_right) / 2
    remark = _say("clash", left=left_inner, right=right_inner) if clash else _say("summed", k=left_inner)
    if clash:
        _cross(canvas, middle, -20, 8)
    canvas.text(middle, -42, remark, size=LABEL, fill=_dark(join), bold=clash)

    facts = {"a": _shape(left), "b": _shape(right), "k": left_inner}
    title = f"A {facts['a']} @ B {facts['b']}"
    y = height + 28
    if clash or batch_clash:
        _cross(canvas, middle - 46, y, 8)
        canvas.text(middle - 28, y, _say("refused"), anchor="start", bold=True, fill=_dark(VERMILLION))
        if clash:
            return canvas.finish(_say("inner_clash", **facts, left=left_inner, right=right_inner), title=title)
        names = {"left": _shape(left_batch), "right": _shape(right_batch)}
        canvas.text(middle, y + 26, _say("batch_clash", **names), size=LABEL, fill=_dark(VERMILLION))
        return canvas.finish(_say("inner_batch", **facts, **names), title=title)
    if not result:
        canvas.text(middle, y, f"{_say('result')} ()", bold=True, fill=_dark(GREEN))
        canvas.note(middle, y + 26, _say("number"))
        return canvas.finish(_say("inner", **facts, result="()"), title=title)
    y = height + 54
    x = middle - (len(result) * pitch - gap) / 2
    kinds = [GREY] * depth + [BLUE] * len(rows) + [SKY] * len(columns)
    targets = [box(x + k * pitch, y, size, kinds[k]) for k, size in enumerate(result)]
    canvas.text(middle, y + height + 18, f"{_say('result')} {_shape(result)}", bold=True, fill=_dark(GREEN))
    sources = [(left_boxes[k], targets[depth - len(left_batch) + k]) for k in range(len(left) - 1)]
    sources += [(right_boxes[k], targets[depth - len(right_batch) + k]) for k in range(len(right_batch))]
    sources += [(right_boxes[-1], targets[-1])] if columns else []
    for (from_x, _), (to_x, to_y) in sources:
        canvas.arrow((from_x, height + 4), (to_x, to_y - 4), stroke=GREY)
    return canvas.finish(_say("inner", **facts, result=_shape(result)), title=title)


def _cross(canvas: _Canvas, x: float, y: float, r: float) -> None:
    canvas.line((x - r, y - r), (x + r, y + r), stroke=VERMILLION, width=3.5, layer=5)
    canvas.line((x - r, y + r), (x + r, y - r), stroke=VERMILLION, width=3.5, layer=5)


def _tick(canvas: _Canvas, x: float, y: float, r: float) -> None:
    canvas.line((x - r, y), (x - r * 0.25, y + r * 0.75), (x + r, y - r * 0.8), stroke=_dark(GREEN), width=3.5, layer=5)


# --- The plane ---


def plane(W: Tensor, title: str = "") -> Figure:
    """The unit square and a grid, before and after x -> x @ W; x is a row, so the images of the axes are W's rows.

    `W`: (2, 2), real and finite.
    """
    values = _read("plane", "W", W, (2,), "2")
    if tuple(values.shape) != (2, 2) or values.is_complex():
        raise ValueError(_say("unknown_size", shape=_shape(values.shape)))
    (p, q), (r, s) = values.to(torch.float64).tolist()
    for value in (p, q, r, s):
        if not math.isfinite(value):
            raise ValueError(_say("number_needed", where="plane", name="W", value=value))
    spelled = _rows(values)
    panel, gap = 236.0, 76.0
    reach = max(2.2, 1.35 * max(abs(v) for v in (p, q, r, s, p + r, q + s)))
    unit = panel / 2 / reach
    canvas = _Canvas("plane")
    area = abs(p * s - q * r)
    panels = ((0.0, (1.0, 0.0), (0.0, 1.0), _say("before")), (panel + gap, (p, q), (r, s), _say("after")))
    for left, first, second, name in panels:
        centre = (left + panel / 2, panel / 2)

        def place(x: float, y: float, centre: Point = centre) -> Point:
            return centre[0] + x * unit, centre[1] - y * unit

        def move(x: float, y: float, first: Point = first, second: Point = second) -> Point:
            return x * first[0] + y * second[0], x * first[1] + y * second[1]

        canvas.rect(left, 0, panel, panel, fill="#f7f7f7", stroke=RULE, layer=0)
        far = 30
        span = min(far, max(2, math.ceil(reach / max(min(math.hypot(*first), math.hypot(*second)), 0.1)) + 2))
        for k in range(-span, span + 1):
            for ends in ((move(k, -far * 3), move(k, far * 3)), (move(-far * 3, k), move(far * 3, k))):
                clipped = _clip(*ends, reach)
                if clipped:
                    canvas.line(*(place(*end) for end in clipped), stroke="#d4d4d4", width=1, layer=1)
        for ends in (((-reach, 0.0), (reach, 0.0)), ((0.0, -reach), (0.0, reach))):
            canvas.line(*(place(*end) for end in ends), stroke=GREY, width=1, layer=2)
        square = [place(*move(*at)) for at in ((0, 0), (1, 0), (1, 1), (0, 1))]
        canvas.path(square, fill=_tint(GREEN, 0.35), stroke=GREEN, width=1.5, closed=True, layer=3)
        axes = [place(k / 10 * reach, 0) for k in range(-10, 11)] + [place(0, k / 10 * reach) for k in range(-10, 11)]
        taken = [*axes, *_along(square), *_along([place(0, 0), place(*first)]), *_along([place(0, 0), place(*second)])]
        for end, colour in ((first, BLUE), (second, VERMILLION)):
            canvas.arrow(place(0, 0), place(*end), stroke=colour, width=3, head=12, layer=4)
            taken += _name_end(canvas, place(*end), end, taken, (left, panel), _dark(colour))
        canvas.note(left + panel / 2, panel + 18, name)
    canvas.arrow((panel + 14, panel / 2), (panel + gap - 14, panel / 2), width=2.5, head=12)
    canvas.text(panel + gap / 2, panel / 2 - 16, "@ W", bold=True)
    cell = _cell(spelled, least=30, pad=8)
    canvas.text(0, panel + 62, "W =", anchor="start", bold=True)
    _grid(
        canvas,
        44,
        panel + 62 - 28,
        spelled,
        cell,
        height=28,
        fill=lambda i, j: _tint((BLUE, VERMILLION)[i], 0.25),
        indices="",
    )
    canvas.text(44 + 2 * cell + 24, panel + 62, _say("area", area=_short(area)), anchor="start", size=LABEL, fill=MUTED)
    facts = {
        "name": title or "W",
        "values": _nested(spelled, 2),
        "first": _pair(spelled[0]),
        "second": _pair(spelled[1]),
    }
    flat = area < 1e-12
    return canvas.finish(
        _say("plane_flat", **facts) if flat else _say("plane", **facts, area=_short(area)), title=title
    )


def _pair(texts: Sequence[str]) -> str:
    return f"({', '.join(texts)})"


def _along(corners: Sequence[Point]) -> list[Point]:
    """Points on the sides of a polygon, close enough that no label slips between them."""
    points: list[Point] = []
    for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True):
        steps = max(1, round(math.hypot(x1 - x0, y1 - y0) / 4))
        points += [(x0 + (x1 - x0) * k / steps, y0 + (y1 - y0) * k / steps) for k in range(steps)]
    return points


def _name_end(
    canvas: _Canvas, at: Point, end: Point, taken: Sequence[Point], panel: tuple[float, float], colour: str
) -> list[Point]:
    """Write an arrow's coordinates near its head, inside its panel, where they cover least of `taken`.

    Gives the points the text now covers.
    """
    text = _pair([_short(round(value, 2) + 0.0) for value in end])
    half, tall = _text_width(text, LABEL, bold=True) / 2, 10.0
    left, size = panel
    ahead = math.atan2(-end[1], end[0])
    best = (math.inf, at)
    for turn in (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6):
        angle = ahead + turn * math.pi / 6
        x = at[0] + math.cos(angle) * (half + 8)
        y = at[1] + math.sin(angle) * (tall + 8)
        x = min(max(x, left + half + 3), left + size - half - 3)
        y = min(max(y, tall + 3), size - tall - 3)
        covered = sum(abs(px - x) < half and abs(py - y) < tall for px, py in taken)
        best = min(best, (covered + abs(turn) * 0.1, (x, y)))
    x, y = best[1]
    canvas.text(x, y, text, size=LABEL, fill=colour, bold=True)
    return [(x + across, y + down) for across in range(-int(half), int(half), 4) for down in (-8, 0, 8)]


def _clip(start: Point, end: Point, reach: float) -> tuple[Point, Point] | None:
    """The part of a segment inside the square of half-side `reach` around 0 (Liang and Barsky); None outside."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    low, high = 0.0, 1.0
    for direction, room in (
        (-dx, start[0] + reach),
        (dx, reach - start[0]),
        (-dy, start[1] + reach),
        (dy, reach - start[1]),
    ):
        if direction == 0:
            if room < 0:
                return None
        elif direction < 0:
            low = max(low, room / direction)
        else:
            high = min(high, room / direction)
    if low >= high:
        return None
    return (start[0] + low * dx, start[1] + low * dy), (start[0] + high * dx, start[1] + high * dy)


# --- Charts ---


def _finite(where: str, name: str, values: Sequence[float]) -> list[float]:
    checked = [float(value) for value in values]
    for value in checked:
        if not math.isfinite(value):
            raise ValueError(_say("number_needed", where=where, name=name, value=value))
    return checked


def bars(labels: Sequence[str], values: Sequence[float], title: str = "", unit: str = "") -> Figure:
    """Horizontal bars with their values printed, in `unit`.

    One to 14 finite values, one label each; negative values grow to the left.
    """
    if len(labels) != len(values):
        raise ValueError(
            _say("lengths", where="bars", first="labels", have=len(labels), second="values", need=len(values))
        )
    if not labels:
        raise ValueError(_say("nothing", where="bars", name="labels"))
    if len(labels) > 14:
        raise ValueError(_say("count", where="bars", name="labels", have=len(labels), limit=14))
    numbers = _finite("bars", "values", values)
    texts = [f"{_short(value)} {unit}".strip() for value in numbers]
    canvas = _Canvas("bars")
    names = [_wrap(str(label), 190, VALUE) for label in labels]
    indent = max(_text_width(line, VALUE) for name in names for line in name) + 14
    tail = max(_text_width(text, VALUE, mono=True) for text in texts) + 10
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    before = tail if low < 0 else 0.0
    room = WIDEST - 2 * MARGIN - indent - tail - before
    scale = room / ((high - low) or 1.0)
    zero = indent + before - low * scale
    y = 0.0
    for label, value, text in zip(names, numbers, texts, strict=True):
        tall = max(26.0, len(label) * 20.0)
        x = zero + min(value, 0) * scale
        if value:
            canvas.rect(x, y + (tall - 26) / 2, max(abs(value) * scale, 1), 26, fill=BLUE if value > 0 else ORANGE)
        for number, line in enumerate(label):
            canvas.text(indent - 14, y + tall / 2 + (number - (len(label) - 1) / 2) * 20, line, anchor="end")
        end = zero + value * scale
        canvas.text(
            end + (8 if value >= 0 else -8), y + tall / 2, text, mono=True, anchor="start" if value >= 0 else "end"
        )
        y += tall + 12
    canvas.line((zero, -6), (zero, y - 6), stroke=INK, width=1.2)
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    name = title or _say("the_chart")
    items = "; ".join(f"{item} {text}" for item, text in zip(labels, texts, strict=True))
    alt = _first_that_fits(
        _say("bars", name=name, items=items),
        _say(
            "bars_big",
            name=name,
            count=len(numbers),
            least=texts[order[0]],
            most=texts[order[-1]],
            least_label=labels[order[0]],
            most_label=labels[order[-1]],
        ),
    )
    return canvas.finish(alt, "" if items in alt else items, title)


def lines(
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    log: bool = False,
) -> Figure:
    """Curves over `x`, named at their right ends.

    `series`: name -> as many floats as `x` has; NaN and infinity interrupt a curve. At most 6 curves; long ones are
    thinned to 200 points. `log` makes both axes logarithmic.
    """
    across = _finite("lines", "x", x)
    if not series or not across:
        raise ValueError(_say("nothing", where="lines", name="x" if series else "series"))
    if len(series) > len(CURVES):
        raise ValueError(_say("count", where="lines", name="series", have=len(series), limit=len(CURVES)))
    curves = {str(name): [float(value) for value in values] for name, values in series.items()}
    for name, values in curves.items():
        if len(values) != len(across):
            raise ValueError(
                _say("lengths", where="lines", first=repr(name), have=len(values), second="x", need=len(across))
            )
    heights = [value for values in curves.values() for value in values if math.isfinite(value)]
    if not heights:
        raise ValueError(_say("nothing", where="lines", name="series"))
    if log:
        for name, values in (("x", across), ("series", heights)):
            if min(values) <= 0:
                raise ValueError(_say("positive", name=name, value=min(values)))
    canvas = _Canvas("lines")
    x_axis, y_axis = _Axis.over(across, log, 6, snap=False), _Axis.over(heights, log, 5, snap=True)
    if log and len(across) <= 6:
        x_axis = replace(x_axis, ticks=tuple((value, _short(value)) for value in sorted(across)))
    tail = max(_text_width(line, LABEL, bold=True) for name in curves for line in _wrap(name, 130, LABEL, True)) + 12
    left = max(_text_width(tick, LABEL) for _, tick in y_axis.ticks) + 10
    width, height = WIDEST - 2 * MARGIN - left - tail - 4, 270.0

    def place(h: float, v: float) -> Point:
        return left + x_axis.share(h) * width, height - y_axis.share(v) * height

    for value, tick in y_axis.ticks:
        y = place(across[0], value)[1]
        canvas.line((left, y), (left + width, y), stroke="#e2e2e2", width=1, layer=0)
        canvas.note(left - 8, y, tick, anchor="end")
    for value, tick in x_axis.ticks:
        at = place(value, heights[0])[0]
        canvas.line((at, height), (at, height + 5), stroke=GREY, width=1)
        canvas.note(at, height + 18, tick)
    canvas.line((left, 0), (left, height), (left + width, height), stroke=GREY, width=1)
    if x_label:
        canvas.text(left + width / 2, height + 42, x_label, size=LABEL)
    if y_label:
        canvas.text(0, -22, y_label, size=LABEL, anchor="start")
    ends: list[tuple[float, str, str]] = []
    step = max(1, math.ceil(len(across) / 200))
    for (name, values), (colour, dash) in zip(curves.items(), CURVES, strict=False):
        kept = sorted({*range(0, len(across), step), len(across) - 1})
        run: list[Point] = []
        last: Point | None = None
        for k in [*kept, -1]:
            if k >= 0 and math.isfinite(values[k]):
                run.append(place(across[k], values[k]))
                last = run[-1]
                continue
            if len(run) > 1:
                canvas.line(*run, stroke=colour, width=2.5, dash=dash, layer=3)
            elif run:
                canvas.rect(run[0][0] - 2, run[0][1] - 2, 4, 4, fill=colour, layer=3)
            run = []
        if last:
            ends.append((last[1], name, _dark(colour)))
    for at, label, colour in _spread(sorted(ends), height):
        for k, line in enumerate(label):
            canvas.text(left + width + 8, at + 18 * k, line, size=LABEL, fill=colour, anchor="start", bold=True)
    return canvas.finish(*_told(across, curves, title, x_label), title=title)


def _spread(ends: Sequence[tuple[float, str, str]], height: float) -> list[tuple[float, list[str], str]]:
    """Labels, top one first, moved apart where they would overlap and kept above the axis."""
    labels = [_wrap(name, 130, LABEL, True) for _, name, _ in ends]
    places: list[float] = []
    floor = -math.inf
    for (at, _, _), label in zip(ends, labels, strict=True):
        places.append(max(at, floor))
        floor = places[-1] + 18 * len(label)
    ceiling = height + 18
    for k in reversed(range(len(places))):
        places[k] = min(places[k], ceiling - 18 * len(labels[k]))
        ceiling = places[k]
    return [(at, label, colour) for at, label, (_, _, colour) in zip(places, labels, ends, strict=True)]


def _told(across: Sequence[float], curves: Mapping[str, Sequence[float]], title: str, x_label: str) -> tuple[str, str]:
    """The alternative text of `lines`, and its words where that text had to be short."""
    facts = {
        "name": title or _say("the_chart"),
        "x_label": x_label or "x",
        "x_first": _short(across[0]),
        "x_last": _short(across[-1]),
    }
    items = "; ".join(
        _say("lines_item", label=name, first=_short(values[0]), last=_short(values[-1]))
        for name, values in curves.items()
    )
    full = _say("lines", **facts, series=items)
    alt = _first_that_fits(full, _say("lines_big", **facts, count=len(curves), labels=", ".join(curves)))
    return alt, "" if alt == full else full


@dataclass(frozen=True)
class _Axis:
    """A linear or logarithmic axis: its ends, and ticks with their texts."""

    low: float
    high: float
    log: bool
    ticks: tuple[tuple[float, str], ...]

    @classmethod
    def over(cls, values: Sequence[float], log: bool, most: int, snap: bool) -> "_Axis":
        """An axis with about `most` ticks; `snap` moves its ends out to ticks."""
        low, high = min(values), max(values)
        if low == high:
            low, high = (low / 2, high * 2) if log else (low - 0.5, high + 0.5)
        marks = _log_marks(low, high, most) if log else _linear_marks(low, high, most)
        texts = _tick_texts(marks, log)
        if snap:
            return cls(marks[0], marks[-1], log, tuple(zip(marks, texts, strict=True)))
        slack = 1e-9
        inside = cls(low, high, log, ())
        ticks = [(m, t) for m, t in zip(marks, texts, strict=True) if -slack <= inside.share(m) <= 1 + slack]
        return cls(low, high, log, tuple(ticks))

    def share(self, value: float) -> float:
        """0 at the low end, 1 at the high one."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def _linear_marks(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2, 2.5 or 5 times a power of ten, from at most `low` to at least `high`."""
    rough = (high - low) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= rough * 0.999)
    return [k * step for k in range(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1)]


def _log_marks(low: float, high: float, most: int) -> list[float]:
    """Powers of ten, or 1, 2 and 5 times them where there are few, from at most `low` to at least `high`."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    if math.log10(high / low) < 2:
        fine = [m * 10.0**k for k in range(first, last + 1) for m in (1, 2, 5)]
        start = max(k for k, mark in enumerate(fine) if mark <= low * 1.000001)
        return fine[start : 1 + min(k for k, mark in enumerate(fine) if mark >= high * 0.999999)]
    step = math.ceil((last - first) / most)
    return [10.0**k for k in range(first, last + step, step)]


def _tick_texts(marks: Sequence[float], log: bool) -> list[str]:
    if log and (marks[0] < 1e-3 or marks[-1] > 1e4) and all(_is_power(mark) for mark in marks):
        return [_power(mark) for mark in marks]
    return [_short(round(mark, 12)) for mark in marks]


def _is_power(value: float) -> bool:
    exponent = math.log10(value)
    return abs(exponent - round(exponent)) < 1e-9


def _power(value: float) -> str:
    """10 and its exponent, raised."""
    return "10" + str(round(math.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


# --- Diagrams and tables ---


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
    if not boxes:
        raise ValueError(_say("nothing", where="diagram", name="boxes"))
    places: dict[tuple[int, int], str] = {}
    for name, (column, row, _) in boxes.items():
        if (column, row) in places:
            raise ValueError(_say("same_place", first=places[column, row], second=name, column=column, row=row))
        places[column, row] = name
    for source, target, _ in arrows:
        for name in (source, target):
            if name not in boxes:
                raise ValueError(_say("no_box", name=repr(name), names=", ".join(boxes)))
    canvas = _Canvas("diagram")
    laid = _lay_out(boxes, arrows)
    levels = sorted({box.row for box in laid.values()})
    for name, box in laid.items():
        tone = ROW_COLOURS[levels.index(box.row) % len(ROW_COLOURS)]
        canvas.rect(box.x, box.y, box.width, box.height, fill=_tint(tone, 0.18), stroke=_dark(tone), width=1.5, layer=4)
        texts = boxes[name][2].split("\n")
        for k, text in enumerate(texts):
            y = box.centre[1] + (k - (len(texts) - 1) / 2) * 21
            canvas.text(
                box.centre[0], y, text, bold=k == 0, size=VALUE if k == 0 else LABEL, fill=INK if k == 0 else MUTED
            )
    both = {(source, target) for source, target, _ in arrows}
    for source, target, label in arrows:
        _connect(canvas, laid[source], laid[target], label, (target, source) in both and source != target, laid)
    heads = {name: text.split("\n")[0] for name, (_, _, text) in boxes.items()}
    told = "; ".join(
        _say(
            "diagram_arrow_label" if label else "diagram_arrow",
            source=heads[s],
            target=heads[t],
            label=label.replace("\n", " "),
        )
        for s, t, label in arrows
    )
    name = title or _say("the_diagram")
    full = (
        _say("diagram", name=name, arrows=told)
        if told
        else _say("diagram_only", name=name, boxes=", ".join(heads.values()))
    )
    alt = _first_that_fits(full, _say("diagram_big", name=name, boxes=len(boxes), arrows=len(arrows)))
    return canvas.finish(alt, "" if alt == full else full, title)


def _lay_out(boxes: Mapping[str, tuple[int, int, str]], arrows: Sequence[tuple[str, str, str]]) -> dict[str, _Box]:
    """Columns as wide as their widest box, gaps as wide as the labels that must stand in them."""

    def size(text: str) -> tuple[float, float]:
        parts = text.split("\n")
        wide = max(_text_width(part, VALUE if k == 0 else LABEL, bold=k == 0) for k, part in enumerate(parts))
        return max(84.0, wide + 24), len(parts) * 21.0 + 20

    columns = sorted({column for column, _, _ in boxes.values()})
    rows = sorted({row for _, row, _ in boxes.values()})
    widths = {c: max(size(text)[0] for column, _, text in boxes.values() if column == c) for c in columns}
    heights = {r: max(size(text)[1] for _, row, text in boxes.values() if row == r) for r in rows}
    spare = dict.fromkeys(columns, 44.0)
    drop = dict.fromkeys(rows, 44.0)
    for source, target, label in arrows:
        (c0, r0, _), (c1, r1, _) = boxes[source], boxes[target]
        wide = max((_text_width(line, LABEL) for line in label.split("\n")), default=0.0)
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


def _connect(canvas: _Canvas, source: _Box, target: _Box, label: str, paired: bool, laid: Mapping[str, _Box]) -> None:
    """One arrow with its label: beside the line, on a patch of card where the line is slanted."""
    texts = label.split("\n") if label else []
    wide = max((_text_width(text, LABEL) for text in texts), default=0.0)
    level, upright = source.row == target.row, source.column == target.column
    forward = (target.column, target.row) > (source.column, source.row)
    shift = (10 if forward else -10) if paired else 0

    def write(x: float, y: float, anchor: str = "middle") -> None:
        for k, text in enumerate(texts):
            canvas.note(x, y + (k - (len(texts) - 1) / 2) * 19, text, anchor=anchor)

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
        tall = 19 * len(texts)
        canvas.rect(x - wide / 2 - 4, y - tall / 2, wide + 8, tall, fill=CARD, layer=4)
        write(x, y)


def table(rows: Sequence[str], columns: Sequence[str], marks: Sequence[Sequence[str]], title: str = "") -> Figure:
    """A grid of answers: "yes", "no" and "partly" with a tick, a cross and a half-filled square.

    `marks`: a list for each row, with one text for each column. "partly: why" says why; any other short text stands
    as it is, in a grey cell.
    """
    if not rows or not columns:
        raise ValueError(_say("nothing", where="table", name="columns" if rows else "rows"))
    if len(marks) != len(rows):
        raise ValueError(_say("lengths", where="table", first="marks", have=len(marks), second="rows", need=len(rows)))
    for name, line in zip(rows, marks, strict=True):
        if len(line) != len(columns):
            raise ValueError(
                _say("lengths", where="table", first=repr(name), have=len(line), second="columns", need=len(columns))
            )
    canvas = _Canvas("table")
    indent = min(190.0, max(_text_width(name, VALUE) for name in rows)) + 16
    cell = (WIDEST - 2 * MARGIN - indent - 4) / len(columns)
    widest = max(_text_width(t, LABEL) for t in [*(c for c in columns), *(m for line in marks for m in line)])
    cell = min(cell, max(96.0, widest + 46))
    heads = [_wrap(name, cell - 8, LABEL, True) for name in columns]
    deep = max(len(head) for head in heads)
    for j, head in enumerate(heads):
        for k, word in enumerate(head):
            canvas.text(indent + (j + 0.5) * cell, (k - deep) * 19 - 2, word, size=LABEL, bold=True)
    y = 0.0
    for name, line in zip(rows, marks, strict=True):
        label = _wrap(name, indent - 16, VALUE)
        written = [_wrap(mark, cell - 40, LABEL) for mark in line]
        tall = max(38.0, 19.0 * max(len(label), *(len(w) for w in written)) + 16)
        for k, text in enumerate(label):
            canvas.text(0, y + tall / 2 + (k - (len(label) - 1) / 2) * 20, text, anchor="start")
        for j, (mark, texts) in enumerate(zip(line, written, strict=True)):
            x = indent + j * cell
            colour = {"yes": GREEN, "no": VERMILLION, "partly": ORANGE}.get(mark.split(":")[0], GREY)
            canvas.rect(x + 2, y + 2, cell - 4, tall - 4, fill=_tint(colour, 0.22 if colour != GREY else 0.16))
            wide = max(_text_width(text, LABEL) for text in texts)
            room = 0 if colour == GREY else 26
            start = x + (cell - wide - room) / 2
            if room:
                _mark(canvas, mark, start + 8, y + tall / 2)
            for k, text in enumerate(texts):
                canvas.text(
                    start + room, y + tall / 2 + (k - (len(texts) - 1) / 2) * 19, text, size=LABEL, anchor="start"
                )
        y += tall
    told = "; ".join(
        _say("table_row", row=name, cells=", ".join(f"{c} {m}" for c, m in zip(columns, line, strict=True)))
        for name, line in zip(rows, marks, strict=True)
    )
    name = title or _say("the_table")
    full = _say("table", name=name, rows=told)
    alt = _first_that_fits(full, _say("table_big", name=name, rows=len(rows), columns=len(columns)))
    return canvas.finish(alt, "" if alt == full else told.replace("; ", "\n"), title)


def _mark(canvas: _Canvas, mark: str, x: float, y: float) -> None:
    """Tick, cross, or a half-filled square: told apart without colour."""
    if mark.startswith("yes"):
        _tick(canvas, x, y, 7)
    elif mark.startswith("no"):
        _cross(canvas, x, y, 6)
    else:
        canvas.rect(x - 7, y - 7, 14, 14, fill=CARD, stroke=_dark(ORANGE), width=1.8, layer=4)
        canvas.path([(x - 7, y + 7), (x + 7, y - 7), (x + 7, y + 7)], fill=_dark(ORANGE), closed=True, layer=5)
