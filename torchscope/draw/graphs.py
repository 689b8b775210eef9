"""What autograd remembers of a computation: `graph`, the nodes behind a tensor, with values, gradients and what they save."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from torch import Tensor
from torch.autograd.graph import Node

from torchscope.draw.arguments import read
from torchscope.draw.canvas import LABEL, VALUE, Canvas, Point, text_width
from torchscope.draw.colours import BLUE, GREEN, GREY, INK, MUTED, ORANGE, dark, tint
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import first_that_fits
from torchscope.draw.spelling import nested, plain, spell_rows, spell_shape

MOST_NODES: Final = 12
MOST_ELEMENTS: Final = 6
LONGEST: Final = 26  # characters of a value that is written out
LINE, PAD, GAP, DROP = 21.0, 9.0, 22.0, 34.0
LANE: Final = 12.0  # the room that an arrow takes where it passes a row of boxes
ANY_RANK: Final = tuple(range(9))

SENTENCES: Final = {
    # Alternative texts, and the longer words below a figure.
    "the_graph": "The graph of a tensor",
    "alt": "{name}: {operators} and {leaves}; {found}.",
    "alt_short": "{name}: {operators} and {leaves}.",
    "alt_item": "{node} is {value}, its gradient {gradient}",
    "alt_item_value": "{node} is {value}",
    "one_operator": "1 operator",
    "operators": "{count} operators",
    "one_leaf": "1 leaf",
    "leaves": "{count} leaves",
    "leaf_words": "{node} is a leaf: {facts}.",
    "node_words": "{node} hands its gradient to {targets}: {facts}.",
    "no_facts": "nothing more is known",
    # What is written inside pictures.
    "caption": "arrows: the way of backward()",
    "leaf": "leaf",
    "value": "value {value}",
    "gradient": "grad {value}",
    "no_gradient": "grad None",
    "not_kept": "grad not kept",
    "saves": "saves {tensors}",
    "freed": "what it saved is freed",
    "some_shape": "of shape {shape}",
    "unnamed": "a leaf",
    # Errors.
    "not_tensor": "draw.graph: output is a {type}, not a tensor. Pass the tensor that a computation made.",
    "no_graph": "draw.graph: output has no graph. It was made of tensors that do not ask for a gradient, "
    "or under no_grad, or by detach.",
    "leaf_only": "draw.graph: output is a leaf, so there is no graph behind it. Pass a tensor that was computed from it.",
    "names": "draw.graph: names holds {value} for {name}, not a tensor. Pass a dictionary of names and tensors.",
    "no_names": "draw.graph: names is a {type}, not a dictionary. Pass names and tensors, such as {{'x': x}}.",
    "not_there": "draw.graph: {name} is not in this graph. Name leaves that ask for a gradient, and tensors computed from them.",
    "too_many": "draw.graph: the graph has more than {limit} nodes. Draw a smaller computation.",
}


def say(key: str, **fields: object) -> str:
    return SENTENCES[key].format(**fields)


@dataclass
class _Box:
    """One node: its texts, its row (0 is the output), and where it stands."""

    name: str
    kind: str  # "leaf", "operator" or "output"
    detail: str
    lines: list[tuple[str, str]]  # (what the line is, text)
    value: str
    gradient: str
    targets: list[int]  # boxes that get its gradient
    row: int = 0
    x: float = 0.0
    y: float = 0.0
    size: Point = field(default=(0.0, 0.0))


@dataclass
class _Slot:
    """A place in a row: of a box, or of an arrow that passes."""

    box: int  # the box, or the source of the arrow
    target: int  # -1 for a box
    order: float = 0.0


def graph(output: Tensor, names: Mapping[str, Tensor] | None = None, title: str = "") -> Figure:
    """What autograd recorded behind `output`: leaves above, the output below, arrows as gradients travel.

    `names` gives tensors their names: leaves, and results on the way, whose values and gradients can then be shown. Each operator
    also tells which tensors it saves. Nodes of operands that do not ask for a gradient do not exist. At most 12 nodes.
    """
    if not isinstance(output, Tensor):
        raise TypeError(say("not_tensor", type=type(output).__name__))
    if output.grad_fn is None:
        raise ValueError(say("leaf_only" if output.requires_grad else "no_graph"))
    nodes = _nodes(output.grad_fn)
    boxes = _boxes(output, nodes, _known(nodes, names))
    rows = _rows(boxes)
    canvas = Canvas("graph")
    ways = _lay_out(boxes, rows)
    for way in ways:
        canvas.arrow(*way, stroke=dark(ORANGE), width=1.6)
    for box in boxes:
        _place(canvas, box)
    return canvas.finish(*_told(boxes, title), title=title, caption=say("caption"))


def _nodes(root: Node) -> list[Node]:
    """All nodes behind the root, each after the ones that hand it a gradient."""
    inputs: dict[Node, list[Node]] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node not in inputs:
            inputs[node] = [below for below, _ in node.next_functions if below is not None]
            waiting += inputs[node]
        if len(inputs) > MOST_NODES:
            raise ValueError(say("too_many", limit=MOST_NODES))
    arrivals = dict.fromkeys(inputs, 0)
    for below in (one for found in inputs.values() for one in found):
        arrivals[below] += 1
    ordered = [root]
    for node in ordered:
        for below in inputs[node]:
            arrivals[below] -= 1
            if not arrivals[below]:
                ordered.append(below)
    return ordered


def _known(nodes: list[Node], names: Mapping[str, Tensor] | None) -> dict[Node, tuple[str, Tensor]]:
    """The nodes that the caller named."""
    known: dict[Node, tuple[str, Tensor]] = {}
    if names is not None and not isinstance(names, Mapping):
        raise TypeError(say("no_names", type=type(names).__name__))
    for name, tensor in (names or {}).items():
        if not isinstance(tensor, Tensor):
            raise TypeError(say("names", name=name, value=f"a {type(tensor).__name__}"))
        found = next((node for node in nodes if node is tensor.grad_fn or _variable(node) is tensor), None)
        if found is None:
            raise ValueError(say("not_there", name=name))
        known[found] = (str(name), tensor)
    return known


def _variable(node: Node) -> Tensor | None:
    """The leaf that a node adds gradients to."""
    variable = getattr(node, "variable", None)
    return variable if isinstance(variable, Tensor) else None


def _boxes(output: Tensor, nodes: list[Node], known: Mapping[Node, tuple[str, Tensor]]) -> list[_Box]:
    boxes = []
    for number, node in enumerate(nodes):
        leaf = _variable(node)
        name, tensor = known.get(node, ("", leaf if leaf is not None else output if not number else None))
        kind = "leaf" if leaf is not None else "operator" if number else "output"
        value, gradient = "" if tensor is None else _spell(tensor), ""
        lines = [("value", say("value", value=value))] if value else []
        if tensor is not None and (tensor.is_leaf or tensor.retains_grad):
            gradient = _spell(tensor.grad) if tensor.grad is not None else ""
            lines.append(("gradient", say("gradient", value=gradient) if gradient else say("no_gradient")))
        elif node in known:
            lines.append(("none", say("not_kept")))
        lines += [("saved", text) for text in _saved(node)]
        targets = [nodes.index(below) for below, _ in node.next_functions if below is not None]
        detail = say("leaf") if leaf is not None else node.name()
        boxes.append(_Box(name, kind, detail, lines, value, gradient, list(dict.fromkeys(targets))))
    return boxes


def _spell(x: Tensor) -> str:
    """The numbers of a small tensor, the shape of a large one."""
    shape = say("some_shape", shape=spell_shape(x.shape))
    if x.numel() > MOST_ELEMENTS or not x.numel() or x.dim() > 2 or x.device.type == "meta":
        return shape
    rows = [[plain(text) for text in row] for row in spell_rows(read("graph", "a tensor", x, *ANY_RANK))]
    text = nested(rows, x.dim())
    return text if len(text) <= LONGEST else shape


def _saved(node: Node) -> Iterator[str]:
    """What an operator keeps for its own backward: names and shapes, or that it is gone."""
    found = []
    try:
        for key in dir(node):
            if key.startswith("_saved_"):
                tensor = getattr(node, key)
                if isinstance(tensor, Tensor):
                    found.append(f"{key.removeprefix('_saved_')} {spell_shape(tensor.shape)}")
    except RuntimeError:
        yield say("freed")
        return
    if found:
        yield say("saves", tensors=", ".join(found))


def _rows(boxes: list[_Box]) -> list[list[_Slot]]:
    """The output alone in row 0; every box in the row above the last that hands it a gradient."""
    for number, box in enumerate(boxes):
        for target in box.targets:
            boxes[target].row = max(boxes[target].row, boxes[number].row + 1)
    rows: list[list[_Slot]] = [[] for _ in range(1 + max(box.row for box in boxes))]
    for number, box in enumerate(boxes):
        rows[box.row].append(_Slot(number, -1))
        for target in box.targets:
            for between in range(box.row + 1, boxes[target].row):
                rows[between].append(_Slot(number, target))
    place: dict[int, float] = {0: 0.0}
    for number, row in enumerate(rows):
        for slot in row:
            above = [n for n, box in enumerate(boxes) if slot.target < 0 and slot.box in box.targets]
            sources = above if slot.target < 0 else [slot.box]
            # An operand keeps its side: the first is left of the second.
            sides = [boxes[s].targets.index(slot.box if slot.target < 0 else slot.target) for s in sources]
            at = [place.get(s, 0.0) + 0.1 * side for s, side in zip(sources, sides, strict=True)]
            slot.order = math.fsum(at) / len(at) if at else 0.0
        row.sort(key=lambda slot: slot.order)
        for k, slot in enumerate(row):
            if slot.target < 0:
                place[slot.box] = k - (len(row) - 1) / 2 if number else 0.0
    return rows


def _lay_out(boxes: list[_Box], rows: list[list[_Slot]]) -> list[list[Point]]:
    """Place the boxes, the output lowest; return each arrow's points, from a box to one that gets its gradient."""
    for box in boxes:
        head = text_width(box.name, VALUE, bold=True) + (8 if box.name else 0) + text_width(box.detail, LABEL)
        wide = max([head, *(text_width(text, LABEL) for _, text in box.lines)])
        box.size = (wide + 2 * PAD, (1 + len(box.lines)) * LINE + PAD)
    passes: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
    y = 0.0
    for row in reversed(rows):
        tall = max((boxes[slot.box].size[1] for slot in row if slot.target < 0), default=LINE)
        widths = [boxes[slot.box].size[0] if slot.target < 0 else LANE for slot in row]
        x = -(math.fsum(widths) + GAP * (len(row) - 1)) / 2
        for slot, width in zip(row, widths, strict=True):
            if slot.target < 0:
                box = boxes[slot.box]
                box.x, box.y = x, y + (tall - box.size[1]) / 2
            else:
                passes.setdefault((slot.box, slot.target), []).insert(0, (x + width / 2, y + tall, y))
            x += width + GAP
        y += tall + DROP
    bends = {
        (number, target): [
            point for x, low, high in passes.get((number, target), []) for point in ((x, low), (x, high))
        ]
        for number, box in enumerate(boxes)
        for target in box.targets
    }
    leaves = {edge: _fan(boxes, edge, [e for e in bends if e[0] == edge[0]], bends, 0) for edge in bends}
    enters = {edge: _fan(boxes, edge, [e for e in bends if e[1] == edge[1]], bends, 1) for edge in bends}
    return [
        [(leaves[edge], boxes[edge[0]].y - 1), *points, (enters[edge], boxes[edge[1]].y + boxes[edge[1]].size[1] + 3)]
        for edge, points in bends.items()
    ]


def _fan(
    boxes: list[_Box],
    edge: tuple[int, int],
    edges: list[tuple[int, int]],
    bends: Mapping[tuple[int, int], list[Point]],
    end: int,
) -> float:
    """Where an arrow meets its box (0: leaves its source, 1: enters its target), so that arrows of one box do not cross."""

    def away(one: tuple[int, int]) -> float:
        points, other = bends[one], boxes[one[1 - end]]
        return points[-end][0] if points else other.x + other.size[0] / 2

    ordered = sorted(edges, key=away)
    box = boxes[edge[end]]
    return box.x + box.size[0] * (ordered.index(edge) + 1) / (len(ordered) + 1)


def _place(canvas: Canvas, box: _Box) -> None:
    tone = {"leaf": GREEN, "operator": BLUE, "output": BLUE}[box.kind]
    width, height = box.size
    bold = 2.6 if box.kind == "leaf" else 1.4
    canvas.rect(box.x, box.y, width, height, fill=tint(tone, 0.16), stroke=dark(tone), width=bold, layer=4)
    y = box.y + PAD / 2 + LINE / 2
    if box.name:
        canvas.text(box.x + PAD, y, box.name, anchor="start", bold=True)
        canvas.text(box.x + width - PAD, y, box.detail, size=LABEL, fill=MUTED, anchor="end")
    else:
        canvas.text(box.x + PAD, y, box.detail, size=LABEL, fill=MUTED, anchor="start")
    inks = {"value": INK, "gradient": dark(ORANGE), "none": dark(GREY), "saved": dark(BLUE)}
    for what, text in box.lines:
        y += LINE
        canvas.text(box.x + PAD, y, text, size=LABEL, fill=inks[what], anchor="start")


def _told(boxes: list[_Box], title: str) -> tuple[str, str]:
    """The alternative text, and every node in words."""
    leaves = sum(box.kind == "leaf" for box in boxes)
    operators = len(boxes) - leaves
    facts = {
        "name": title or say("the_graph"),
        "operators": say("one_operator" if operators == 1 else "operators", count=operators),
        "leaves": say("one_leaf" if leaves == 1 else "leaves", count=leaves),
    }
    found = [
        (
            box,
            say(
                "alt_item" if box.gradient else "alt_item_value",
                node=_called(box),
                value=box.value,
                gradient=box.gradient,
            ),
        )
        for box in boxes
        if box.value
    ]
    words = []
    for box in reversed(boxes):
        known = ", ".join(text for _, text in box.lines) or say("no_facts")
        targets = ", ".join(_called(boxes[target]) for target in box.targets)
        key = "leaf_words" if box.kind == "leaf" else "node_words"
        words.append(say(key, node=_called(box), targets=targets, facts=known))
    told = [[one for box, one in found if kind in ("", box.kind)] for kind in ("", "leaf")]
    some = [say("alt", **facts, found="; ".join(reversed(part))) for part in told if part]
    return first_that_fits(*some, say("alt_short", **facts)), "\n".join(words)


def _called(box: _Box) -> str:
    if box.kind == "leaf":
        return box.name or say("unnamed")
    return f"{box.name} ({box.detail})" if box.name else box.detail
