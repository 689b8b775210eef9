"""Products of matrices: `product`, `outer_sum` and `batch_product`."""

from collections.abc import Sequence

import torch
from torch import Tensor

from torchscope.draw.arguments import elements, index, limit, read
from torchscope.draw.canvas import LABEL, ROOM, VALUE, Canvas, text_width, widest, wrap
from torchscope.draw.colours import BLUE, CARD, GREEN, MUTED, ORANGE, PURPLE, dark, mix, tint
from torchscope.draw.figure import Figure
from torchscope.draw.grids import Fill, cell_width, flat, frame, place_grid
from torchscope.draw.sentences import first_that_fits, say
from torchscope.draw.spelling import nested, plain, spell_rows, spell_shape


def _operands(where: str, A: Tensor, B: Tensor, dims: int, most: Sequence[int] = ()) -> tuple[Tensor, Tensor]:
    """Two matrices, or two stacks of them, whose product exists and has elements."""
    left, right = read(where, "A", A, dims), read(where, "B", B, dims)
    limit(where, "A", left, most)
    limit(where, "B", right, most)
    columns, rows = left.shape[-1], right.shape[-2]
    if columns != rows:
        facts = {"left": columns, "right": rows, "a": spell_shape(left.shape), "b": spell_shape(right.shape)}
        raise ValueError(say("inner_sizes", where=where, **facts))
    if dims == 3 and len(left) != len(right) and 1 not in (len(left), len(right)):
        raise ValueError(say("batches", left=len(left), right=len(right)))
    elements(where, "A", left)
    elements(where, "B", right)
    return left, right


def _widened(left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Both in one dtype, in which a product exists."""
    dtype = torch.promote_types(left.dtype, right.dtype)
    # Whole numbers keep their spelling; half precision has no product on every CPU, so floats are widened.
    dtype = torch.int64 if dtype == torch.bool else torch.float64 if dtype.is_floating_point else dtype
    return left.to(dtype), right.to(dtype)


def product(A: Tensor, B: Tensor, row: int = 0, column: int = 0) -> Figure:
    """Row `row` of A meets column `column` of B: three grids, and the sum of products written out.

    `A`: (n, k), `B`: (k, m), each at most 6 x 6, k at least 1.
    """
    left, right = _widened(*_operands("product", A, B, 2, (6, 6)))
    i = index("product", "row", row, left.shape[0])
    j = index("product", "column", column, right.shape[1])
    result = left @ right
    a_texts, b_texts, c_texts = texts = [spell_rows(part) for part in (left, right, result)]
    a, b, c = (spell_shape(part.shape) for part in (left, right, result))
    cell = cell_width(*texts, columns=left.shape[1] + right.shape[1], taken=96)
    canvas = Canvas("product")
    gap = 56

    def left_fill(r: int, c: int) -> str:
        return tint(BLUE) if r == i else CARD

    def right_fill(r: int, c: int) -> str:
        return tint(ORANGE, 0.45) if c == j else CARD

    def result_fill(r: int, c: int) -> str:
        # The row's and the column's colours run on, faintly, to where they cross.
        paths = tint(BLUE, 0.1) if r == i and c < j else tint(ORANGE, 0.16) if c == j and r < i else CARD
        return tint(GREEN, 0.4) if (r, c) == (i, j) else paths

    b_grid = place_grid(canvas, left.shape[1] * cell + gap, 0, b_texts, cell, right_fill, indices="rows columns")
    a_grid = place_grid(canvas, 0, b_grid.bottom + gap, a_texts, cell, left_fill, indices="rows columns")
    c_grid = place_grid(canvas, b_grid.x, a_grid.y, c_texts, cell, result_fill)
    frame(canvas, a_grid, i, 0, 1, a_grid.columns, BLUE)
    frame(canvas, b_grid, 0, j, b_grid.rows, 1, dark(ORANGE))
    frame(canvas, c_grid, i, j, 1, 1, GREEN)
    x_entry, y_entry = c_grid.centre(i, j)
    canvas.arrow((a_grid.right + 5, y_entry), (c_grid.x - 4, y_entry), stroke=BLUE, width=2)
    canvas.arrow((x_entry, b_grid.bottom + 5), (x_entry, c_grid.y - 4), stroke=dark(ORANGE), width=2)
    canvas.text(a_grid.x, b_grid.bottom + gap / 2 - 18, f"A {a}", anchor="start", bold=True, fill=BLUE)
    canvas.text(b_grid.x, -38, f"B {b}", anchor="start", bold=True, fill=dark(ORANGE))
    canvas.text(c_grid.x, c_grid.bottom + 18, f"A @ B {c}", anchor="start", bold=True, fill=dark(GREEN))

    terms = [f"{_factor(one)}·{_factor(line[j])}" for one, line in zip(a_texts[i], b_texts, strict=True)]
    value, written = plain(c_texts[i][j]), " + ".join(terms)
    y = c_grid.bottom + 50
    for line in wrap(f"(A @ B)[{i}, {j}] = {written} = {value}", max(canvas.right - canvas.left, 420), VALUE):
        canvas.text(canvas.left, y, line, anchor="start")
        y += 24
    facts = {"row": i, "column": j, "a": a, "b": b, "c": c, "value": value}
    alt = first_that_fits(say("product", **facts, sum=written), say("product_big", **facts, k=len(terms)))
    words = say("product_words", left=nested(a_texts), right=nested(b_texts), result=nested(c_texts))
    return canvas.finish(alt, words)


def _factor(text: str) -> str:
    text = plain(text)
    return f"({text})" if text.startswith("-") else text


def outer_sum(A: Tensor, B: Tensor) -> Figure:
    """A @ B as a sum: each column of A times the row of B of the same index, as heat images.

    `A`: (n, k), `B`: (k, m), each at most 6 x 6. Values are printed while they fit; darker is larger, purple negative.
    """
    left, right = _widened(*_operands("outer_sum", A, B, 2, (6, 6)))
    terms = [left[:, i, None] * right[i, None, :] for i in range(left.shape[1])]
    result = left @ right
    parts = [result, *terms]
    largest = max(float(part.abs().max()) for part in parts) or 1.0
    total, *spelled = (spell_rows(part) for part in parts)
    columns, rows = spell_rows(left), spell_rows(right)
    down, across = result.shape
    # Two terms stand beside the result, if that leaves the values legible.
    cell = cell_width(total, *spelled, columns, rows, least=32, pad=10, columns=3 * across + 2, taken=96)
    shown = (across + 1) * cell <= 230 and result.numel() <= 16
    cell, height = (cell, 30.0) if shown else (22.0, 22.0)
    canvas = Canvas("outer_sum")
    item, tall = 8 + (across + 1) * cell, 8 + (down + 1) * height

    def heat(part: Tensor) -> Fill:
        def fill(i: int, j: int) -> str:
            share = round(8 * float(part[i, j]) / largest) / 8
            return tint(GREEN if share > 0 else PURPLE, 0.75 * abs(share))

        return fill

    def place(x: float, y: float, texts: Sequence[Sequence[str]], fill: Fill) -> None:
        texts = texts if shown else [["" for _ in row] for row in texts]
        place_grid(canvas, x, y, texts, cell, fill, height=height)

    side = across * cell
    place(0, 8 + height, total, heat(result))
    canvas.text(side / 2, height - 8, "A @ B", bold=True, fill=dark(GREEN))
    x, y = side, 0.0
    for number, (term, texts) in enumerate(zip(terms, spelled, strict=True)):
        if number and x + 38 + item > ROOM:
            x, y = side, y + tall + 44
        top = y + height + 8
        canvas.text(x + 18, top + down * height / 2, "+" if number else "=", size=22)
        x += 36
        place(x, top, [[row[number]] for row in columns], flat(tint(BLUE)))
        place(x + cell + 8, y, [rows[number]], flat(tint(ORANGE)))
        place(x + cell + 8, top, texts, heat(term))
        canvas.note(x + item, y + tall + 14, f"A[:, {number}] × B[{number}, :]", anchor="end")
        x += item
    facts = {"a": spell_shape(left.shape), "b": spell_shape(right.shape), "k": len(terms)}
    words = [say("outer_words", i=i, values=nested(texts)) for i, texts in enumerate(spelled)]
    words.append(say("outer_total", values=nested(total)))
    if any(bool((part < 0).any()) for part in parts):
        canvas.note(0, canvas.bottom + 22, say("heat"), anchor="start")
    return canvas.finish(say("outer_sum", **facts), "\n".join(words))


def batch_product(A: Tensor, B: Tensor) -> Figure:
    """Slab b of A meets slab b of B and gives slab b of the result.

    `A`: (batch, n, k), `B`: (batch, k, m); a batch of 1 is used again for every slab. Long batches are shortened to
    their first two slabs and their last, and values are printed while they fit.
    """
    left, right = _operands("batch_product", A, B, 3)
    result = torch.matmul(*_widened(left, right))
    count = len(result)
    shown = list(range(count)) if count <= 4 else [0, 1, count - 1]

    operands = (("A", left, BLUE), ("B", right, ORANGE), ("A @ B", result, GREEN))
    spelled = [[spell_rows(part[min(b, len(part) - 1)]) for b in shown] for _, part, _ in operands]
    total = sum(part.shape[2] for _, part, _ in operands)
    cell = cell_width(*(texts for kind in spelled for texts in kind), least=32, pad=12, columns=total, taken=84)
    longest = max(*left.shape[1:], *right.shape[1:])
    legible = total * cell <= ROOM - 84 and longest <= 4

    def extent(size: int, unit: float) -> float:
        """Pixels along a side: cell by cell where values are shown, else in proportion, small sides kept visible."""
        return size * unit if legible else 24 + 76 * size / longest

    shapes = [spell_shape(part.shape) for _, part, _ in operands]
    heads = [f"{name} {shape}" for (name, _, _), shape in zip(operands, shapes, strict=True)]
    tags = [[_slab_tag(name, part, b, line) for line, b in enumerate(shown)] for name, part, _ in operands]
    widths = [
        max(extent(part.shape[2], cell), text_width(heads[k], VALUE, bold=True), widest(tags[k], LABEL))
        for k, (_, part, _) in enumerate(operands)
    ]
    starts = [0.0, widths[0] + 40, widths[0] + widths[1] + 80]
    tall = max(extent(part.shape[1], 28) for _, part, _ in operands)
    canvas = Canvas("batch_product")
    y = 0.0
    for line, b in enumerate(shown):
        if line and b != shown[line - 1] + 1:
            for k in range(3):
                canvas.text(starts[k] + widths[k] / 2, y - 6, "⋮", size=24, fill=MUTED)
            y += 26
        for k, (_, part, colour) in enumerate(operands):
            middle = starts[k] + widths[k] / 2
            if line == 0:
                canvas.text(middle, -20, heads[k], fill=dark(colour), bold=True)
            wide, high = extent(part.shape[2], cell), extent(part.shape[1], 28)
            x, top = middle - wide / 2, y + (tall - high) / 2
            again = line > 0 and len(part) == 1 < count
            tone, edge, dash = tint(colour, 0.1 if again else 0.3), mix(colour, CARD, 0.2), "4 3" if again else ""
            if legible:
                place_grid(canvas, x, top, spelled[k][line], cell, flat(tone), height=28, edge=edge, dash=dash)
            else:
                canvas.rect(x, top, wide, high, fill=tone, stroke=edge, width=1.5, dash=dash)
            canvas.text(middle, y + tall + 14, tags[k][line], size=LABEL, fill=dark(colour))
            if k < 2:
                gap = (starts[k] + widths[k] + starts[k + 1]) / 2
                canvas.text(gap, y + tall / 2, ("@", "=")[k], size=20)
        y += tall + 48
    facts = {"a": shapes[0], "b": shapes[1], "c": shapes[2], "count": count}
    if len(left) == len(right):
        return canvas.finish(say("batch", **facts))
    return canvas.finish(say("batch_reused", **facts, which="A" if len(left) == 1 else "B"))


def _slab_tag(name: str, x: Tensor, b: int, line: int) -> str:
    """The name of slab b; the single slab of a batch of 1 is slab 0, again."""
    slab = min(b, len(x) - 1)
    tag = f"({name})[{slab}]" if " " in name else f"{name}[{slab}]"
    return f"{tag} {say('again')}" if line and slab != b else tag
