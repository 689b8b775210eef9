"""Which dtype comes out where two meet: `promotion`."""

from collections.abc import Sequence
from typing import Final

import torch

from torchscope.draw.arguments import some
from torchscope.draw.canvas import LABEL, ROOM, Canvas, text_width, widest
from torchscope.draw.colours import BLUE, GREEN, GREY, INK, PURPLE, dark, tint
from torchscope.draw.figure import Figure
from torchscope.draw.grids import frame, place_grid
from torchscope.draw.sentences import first_that_fits

SENTENCES: Final = {
    "the_table": "What comes out where two dtypes meet",
    "table": "{name}: {rows}.",
    "row": "{first} with {others}",
    "cell": "{second} gives {result}",
    "table_big": "{name}: a table of {names}. {third}",
    "third": "A third type comes out only where {pairs}.",
    "pair": "{first} meets {second}: {result}",
    "no_third": "One of the two types always comes out.",
    "outlined": "outlined: a third type",
    "not_dtype": "draw.promotion: {value} is not a dtype. Pass dtypes, such as torch.float32, or x.dtype.",
}
CATEGORIES: Final = (("bool", GREY), ("whole", GREEN), ("float", BLUE), ("complex", PURPLE))


def promotion(dtypes: Sequence[torch.dtype], title: str = "") -> Figure:
    """The table of `torch.promote_types`, coloured by category; where neither of the two comes out, the cell is outlined.

    `dtypes`: one to 6.
    """
    some("promotion", "dtypes", dtypes, 6)
    names = [_name(dtype) for dtype in dtypes]
    results = [[torch.promote_types(a, b) for b in dtypes] for a in dtypes]
    texts = [[_name(result) for result in row] for row in results]
    canvas = Canvas("promotion")
    indent = widest(names, LABEL, bold=True) + 12
    cell = min((ROOM - indent - 4) / len(names), widest([text for row in texts for text in row], LABEL) + 22)
    colours = [[CATEGORIES[_category(result)][1] for result in row] for row in results]
    grid = place_grid(canvas, indent, 0, [[""] * len(names)] * len(names), cell, lambda i, j: tint(colours[i][j], 0.3))
    third: list[tuple[int, int]] = []
    for i, name in enumerate(names):
        canvas.text(indent - 10, grid.centre(i, 0)[1], name, size=LABEL, anchor="end", bold=True)
        canvas.text(grid.centre(0, i)[0], -14, name, size=LABEL, bold=True)
        for j in range(len(names)):
            canvas.text(*grid.centre(i, j), texts[i][j], size=LABEL)
            if results[i][j] not in (dtypes[i], dtypes[j]):
                frame(canvas, grid, i, j, 1, 1, INK)
                third += [(i, j)] if i < j else []
    y, x = grid.bottom + 22, 0.0
    for number, (word, colour) in enumerate(CATEGORIES):
        if any(_category(result) == number for row in results for result in row):
            canvas.rect(x, y - 8, 16, 16, fill=tint(colour, 0.3), stroke=dark(colour))
            canvas.note(x + 24, y, word, anchor="start")
            x += text_width(word, LABEL) + 46
    if third:
        canvas.rect(x, y - 8, 16, 16, stroke=INK, width=2.5)
        canvas.note(x + 24, y, SENTENCES["outlined"], anchor="start")
    pairs = [SENTENCES["pair"].format(first=names[i], second=names[j], result=texts[i][j]) for i, j in third]
    told = []
    for name, row in zip(names, texts, strict=True):
        cells = [SENTENCES["cell"].format(second=b, result=result) for b, result in zip(names, row, strict=True)]
        told.append(SENTENCES["row"].format(first=name, others=", ".join(cells)))
    head = title or SENTENCES["the_table"]
    remark = SENTENCES["third"].format(pairs=", ".join(pairs)) if pairs else SENTENCES["no_third"]
    full = SENTENCES["table"].format(name=head, rows="; ".join(told))
    alt = first_that_fits(full, SENTENCES["table_big"].format(name=head, names=", ".join(names), third=remark))
    return canvas.finish(alt, "" if alt == full else "\n".join(told), title)


def _name(dtype: object) -> str:
    if not isinstance(dtype, torch.dtype):
        raise TypeError(SENTENCES["not_dtype"].format(value=repr(dtype)[:60]))
    return str(dtype).removeprefix("torch.")


def _category(dtype: torch.dtype) -> int:
    if dtype.is_complex:
        return 3
    return 2 if dtype.is_floating_point else int(dtype != torch.bool)
