"""The figure of a graph: it is walked from a live tensor, tells what it finds there, and refuses what it cannot draw."""

import re
import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from torchscope import draw
from torchscope.draw.sentences import ALT_LIMIT

SVG = "{http://www.w3.org/2000/svg}"


def leaf(*numbers: float) -> Tensor:
    return torch.tensor(numbers if len(numbers) > 1 else numbers[0], requires_grad=True)


def chain(backward: bool = False, keep: bool = False) -> draw.Figure:
    x = torch.ones(4, requires_grad=True)
    y = x + 2
    if keep:
        y.retain_grad()
    out = (3 * y**2).mean()
    if backward:
        out.backward()
    return draw.graph(out, {"x": x, "y": y}, "Mean of 3(x + 2)²")


def branches() -> draw.Figure:
    a, b = leaf(2.0), leaf(3.0)
    p = a * b
    q = p + a
    return draw.graph((q * q).tanh() * p, {"a": a, "b": b, "p": p, "q": q})


def layer() -> draw.Figure:
    W, b = torch.ones(3, 2, requires_grad=True), torch.zeros(2, requires_grad=True)
    return draw.graph((torch.ones(5, 3) @ W + b).relu().square().sum(), {"W": W, "b": b})


def wide() -> draw.Figure:
    weights = [leaf(float(k)) for k in range(4)]
    return draw.graph(torch.stack(weights).sum(), {f"w{k}": weight for k, weight in enumerate(weights)})


class Double(torch.autograd.Function):
    @staticmethod
    def forward(ctx: object, x: Tensor) -> Tensor:
        return 2 * x

    @staticmethod
    def backward(ctx: object, gradient: Tensor) -> Tensor:  # type: ignore[override]
        return 2 * gradient


def own_function() -> draw.Figure:
    x = leaf(1.0, 2.0)
    return draw.graph(Double.apply(x).sum(), {"x": x})  # type: ignore[no-untyped-call]


FIGURES: dict[str, Callable[[], draw.Figure]] = {
    "chain": chain,
    "chain after backward": lambda: chain(True),
    "chain with a kept gradient": lambda: chain(True, True),
    "branches": branches,
    "layer": layer,
    "four leaves": wide,
    "no names": lambda: draw.graph(torch.ones(2, 3, requires_grad=True).sum()),
    "an operator of one's own": own_function,
    "no elements": lambda: draw.graph(torch.ones(0, 3, requires_grad=True).sum()),
    "no numbers": lambda: draw.graph(torch.ones(2, device="meta", requires_grad=True).sum()),
    "NaN": lambda: draw.graph(leaf(float("nan"), 1.0) * 2),
}

figures = pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)


@figures
def test_the_picture_keeps_the_rules(make: Callable[[], draw.Figure]) -> None:
    figure = make()
    assert len(figure.svg.encode()) <= 30_000
    assert figure.width <= 600
    assert 20 < len(figure.alt) <= ALT_LIMIT
    assert figure.alt.endswith(".")
    assert "{" not in figure.alt
    root = ElementTree.fromstring(figure.svg)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {"svg", "g", "rect", "path", "text"}
        assert not {"id", "class", "style", "href"} & set(element.keys())
    assert re.findall(r"\d\.\d\d", re.sub(r">[^<]*<", "><", figure.svg)) == [], "a coordinate is not rounded"
    assert make() == figure, "equal input gives equal bytes"


def texts(figure: draw.Figure) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")]


def test_a_graph_tells_its_leaves_their_values_and_their_gradients() -> None:
    assert chain(True, True).alt == (
        "Mean of 3(x + 2)²: 4 operators and 1 leaf; x is [1, 1, 1, 1], its gradient [4.5, 4.5, 4.5, 4.5]; "
        "y (AddBackward0) is [3, 3, 3, 3], its gradient [4.5, 4.5, 4.5, 4.5]; MeanBackward0 is 27."
    )
    assert "gradient" not in chain().alt


def test_a_gradient_that_is_not_there_says_why() -> None:
    assert "grad None" in texts(chain())
    assert "grad not kept" in texts(chain(True))
    assert "grad not kept" not in texts(chain(True, True))


def test_what_an_operator_saves_is_told_until_it_is_freed() -> None:
    assert "saves self (4,)" in texts(chain())
    assert not any(text.startswith("saves") for text in texts(chain(True)))
    assert "what it saved is freed" in texts(chain(True))


def test_a_node_that_is_reached_twice_is_drawn_once() -> None:
    figure = branches()
    assert figure.alt.startswith("The graph of a tensor: 5 operators and 2 leaves; ")
    assert sum(text == "a" for text in texts(figure)) == 1
    assert "p (MulBackward0) hands its gradient to a, b: value 6" in figure.words


def test_a_constant_has_no_node() -> None:
    assert "and 2 leaves" in layer().alt


def test_drawing_asks_nothing_of_the_gradients_and_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chain(True)
    x = leaf(1.0, 2.0)
    out = (x * x).sum()
    draw.graph(out, {"x": x})
    assert x.grad is None
    out.backward()  # the graph is whole


def many() -> Tensor:
    x = leaf(1.0)
    y = x
    for _ in range(12):
        y = y * 2
    return y


REFUSED: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "a number": (lambda: draw.graph(27.0), TypeError, "output is a float"),  # type: ignore[arg-type]
    "no graph": (lambda: draw.graph(torch.ones(3).sum()), ValueError, "output has no graph"),
    "a detached result": (lambda: draw.graph((leaf(1.0) * 2).detach()), ValueError, "output has no graph"),
    "a leaf": (lambda: draw.graph(leaf(1.0)), ValueError, "output is a leaf"),
    "a list of names": (lambda: draw.graph(leaf(1.0) * 2, ["x"]), TypeError, "names is a list"),  # type: ignore[arg-type]
    "a number for a name": (
        lambda: draw.graph(leaf(1.0) * 2, {"x": 1.0}),  # type: ignore[dict-item]
        TypeError,
        "names holds a float for x",
    ),
    "a stranger": (lambda: draw.graph(leaf(1.0) * 2, {"x": torch.ones(1)}), ValueError, "x is not in this graph"),
    "too many": (lambda: draw.graph(many()), ValueError, "more than 12 nodes"),
    "too wide": (
        lambda: draw.graph(torch.stack([leaf(1.0) for _ in range(8)]).sum()),
        ValueError,
        "too small to read",
    ),
}


@pytest.mark.parametrize(("call", "error", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(
    call: Callable[[], object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=re.escape(says)) as caught:
        call()
    assert re.match(r"draw\.graph: ", str(caught.value)), "the sentence says where"
    assert str(caught.value).endswith(".")
