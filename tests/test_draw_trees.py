"""The tree of modules: what it says in words, what it shows, and what it refuses."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
import torch
from torch import nn

from torchscope import draw
from torchscope.draw.sentences import ALT_LIMIT

SVG = "{http://www.w3.org/2000/svg}"


class Net(nn.Module):
    """One of everything that a module can hold."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(3, 4)
        self.last = nn.Linear(4, 2, bias=False)
        self.again = self.last
        self.bend = nn.ReLU()
        self.shift = nn.Parameter(torch.zeros(2))
        self.plain = torch.ones(2)
        self.layers = [nn.Linear(2, 2), nn.Linear(2, 2)]
        self.table = {"a": torch.ones(1)}
        self.size = 3
        self.register_buffer("mean", torch.zeros(3))
        self.register_buffer("last_mean", torch.zeros(3), persistent=False)
        self.hidden.bias.requires_grad_(False)


def shown(figure: draw.Figure) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")]


def test_the_alt_text_counts_what_the_module_knows() -> None:
    assert draw.modules(nn.Linear(3, 2), "A layer").alt == (
        "A layer: Linear holds 8 parameters and no buffers in 1 module."
    )
    assert draw.modules(Net(), "Net").alt == (
        "Net: Net holds 26 parameters (4 of them frozen) and buffers of 6 elements in 4 modules. "
        "Not registered: plain (2,), layers, table."
    )


def test_the_words_tell_every_line_of_the_tree() -> None:
    assert draw.modules(Net()).words.splitlines() == [
        "Net has 26 parameters (4 of them frozen) and buffers of 6 elements.",
        "shift (2,): parameter.",
        "mean (3,): buffer.",
        "last_mean (3,): buffer, not saved.",
        "plain (2,): a plain tensor, not registered.",
        "layers: a list of modules (2), not registered.",
        "table: a dict of tensors (1), not registered.",
        "hidden is a Linear with 16 parameters (4 of them frozen) and no buffers.",
        "hidden.weight (4, 3): parameter.",
        "hidden.bias (4,): frozen.",
        "last is a Linear with 8 parameters and no buffers.",
        "last.weight (2, 4): parameter.",
        "again is the same Linear as last, counted there.",
        "bend is a ReLU with no parameters and no buffers.",
    ]


def test_counts_are_those_of_torch_and_a_shared_tensor_counts_once() -> None:
    net = Net()
    texts = shown(draw.modules(net))
    assert texts.count(str(sum(parameter.numel() for parameter in net.parameters()))) == 1
    tied = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    tied[1].weight = tied[0].weight
    assert draw.modules(tied, "Tied").alt == "Tied: Sequential holds 4 parameters and no buffers in 3 modules."


def test_the_picture_shows_names_classes_and_kinds() -> None:
    texts = shown(draw.modules(Net(), "What it knows"))
    for expected in ("What it knows", "hidden", "Linear", "weight (4, 3)", "frozen", "buffer, not saved", "in buffers"):
        assert expected in texts
    assert "in buffers" not in shown(draw.modules(nn.Linear(1, 1)))


def test_missing_parts_are_left_out() -> None:
    layer = nn.Linear(2, 1, bias=False)
    layer.register_module("norm", None)
    layer.register_buffer("mask", None)
    assert draw.modules(layer).words.splitlines() == [
        "Linear has 2 parameters and no buffers.",
        "weight (1, 2): parameter.",
    ]


FIGURES: dict[str, Callable[[], draw.Figure]] = {
    "one": lambda: draw.modules(nn.ReLU()),
    "a net": lambda: draw.modules(Net(), "Net"),
    "nine": lambda: draw.modules(nn.Sequential(*[nn.Linear(7, 7) for _ in range(9)]), "Nine"),
    "deep": lambda: draw.modules(nn.Sequential(nn.Sequential(nn.Sequential(nn.Sequential(nn.BatchNorm1d(3)))))),
}


@pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)
def test_the_figure_keeps_the_rules(make: Callable[[], draw.Figure]) -> None:
    figure = make()
    assert make() == figure
    assert len(figure.svg.encode()) <= 30_000
    assert figure.width <= 600
    assert 20 < len(figure.alt) <= ALT_LIMIT
    assert figure.alt.endswith(".")
    root = ElementTree.fromstring(figure.svg)
    sizes = [float(group.get("font-size", "99")) for group in root.iter(f"{SVG}g")]
    assert min(sizes) >= figure.width / 40
    assert re.findall(r"\d\.\d\d", re.sub(r">[^<]*<", "><", figure.svg)) == []
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {"svg", "g", "rect", "path", "text"}


def test_drawing_changes_nothing() -> None:
    net = Net()
    before = {name: tensor.clone() for name, tensor in net.state_dict().items()}
    draw.modules(net)
    assert all(torch.equal(before[name], tensor) for name, tensor in net.state_dict().items())


def test_what_cannot_be_drawn_is_refused_in_a_sentence() -> None:
    with pytest.raises(TypeError, match="module is a type, not a module"):
        draw.modules(nn.Linear)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Sequential needs 61 lines; this picture holds at most 30"):
        draw.modules(nn.Sequential(*[nn.Linear(1, 1) for _ in range(20)]))
