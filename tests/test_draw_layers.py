"""The figures of a layer: what they say in words, what they refuse, and the rules every picture keeps."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
import torch

from torchscope import draw, meter

SVG = "{http://www.w3.org/2000/svg}"

X = torch.tensor([[1.0, 2.0], [0.0, 3.0], [4.0, 0.0]])
W = torch.tensor([[2.0, 1.0, 0.0], [0.0, 1.0, -5.0]])
B = torch.tensor([10.0, 20.0, 30.0])
SQUARE = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
TURN = torch.tensor([[2.0, 1.0], [-0.5, 1.5]])

FIGURES: dict[str, Callable[[], draw.Figure]] = {
    "layer": lambda: draw.layer(X, W, B, row=1, column=2),
    "layer large": lambda: draw.layer(torch.ones(6, 4), torch.ones(4, 3), torch.ones(3)),
    "layer of one": lambda: draw.layer(torch.ones(1, 1), torch.ones(1, 1), torch.ones(1)),
    "outlines": lambda: draw.outlines({"x": SQUARE, "x @ W": SQUARE @ TURN}, "Turned"),
    "outlines three": lambda: draw.outlines({"a": SQUARE, "b": SQUARE @ TURN, "c": SQUARE @ TURN - 3}),
    "outlines far": lambda: draw.outlines({"far": 1000 * SQUARE + 5000}),
    "outlines one point": lambda: draw.outlines({"still": torch.zeros(40, 2)}),
}

figures = pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)


def texts(figure: draw.Figure) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")]


@figures
def test_a_figure_keeps_the_rules(make: Callable[[], draw.Figure]) -> None:
    figure = make()
    assert figure == make(), "equal input, equal bytes"
    assert len(figure.svg.encode()) <= 30_000
    assert figure.width <= 600
    assert 20 < len(figure.alt) <= 250
    assert figure.alt.endswith(".")
    assert "{" not in figure.alt
    root = ElementTree.fromstring(figure.svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "g", "rect", "path", "text"}
    assert re.findall(r"\d\.\d\d", re.sub(r">[^<]*<", "><", figure.svg)) == [], "a coordinate is not rounded"


def test_a_layer_tells_one_entry_as_a_sum() -> None:
    figure = draw.layer(X, W, B, row=1, column=2)
    assert figure.alt == (
        "x (3, 2) times W (2, 3) plus b (3,) gives y (3, 3): b is added to each row. y[1, 2] is 0·0 + 3·(-5) + 30 = 15."
    )
    assert "y[1, 2] = 0·0 + 3·(-5) + 30 = 15" in texts(figure)
    assert figure.words.endswith("y is [[12., 23., 20.], [10., 23., 15.], [18., 24., 30.]].")


def test_the_bias_stands_beside_every_row() -> None:
    shown = texts(draw.layer(X, W, B))
    # Each of its numbers once a row; 20. and 30. are outputs as well.
    assert shown.count("10.") == 3 + 1
    assert {"b (3,)", "y (3, 3)"} <= set(shown)


def test_an_outline_tells_where_two_points_go_and_its_area() -> None:
    figure = draw.outlines({"x": SQUARE, "x @ W + b": SQUARE @ TURN + torch.tensor([1.0, -2.0])}, "A layer")
    assert figure.alt == (
        "A layer: x has its dot at (0, 0), its square at (1, 0) and area 1; "
        "x @ W + b has its dot at (1, -2), its square at (3, -1) and area 3.5."
    )
    assert {"● (1, -2)", "■ (3, -1)"} <= set(texts(figure))


def test_a_flat_outline_has_no_area() -> None:
    flat = SQUARE @ torch.tensor([[1.0, -1.0], [0.5, -0.5]])
    assert "and area 0" in draw.outlines({"flat": flat}).alt


def test_long_outlines_are_told_in_words() -> None:
    figure = draw.outlines({f"a stage with a rather long name {k}": SQUARE + k / 3 for k in range(4)}, "Four")
    assert figure.alt.startswith("Four: one outline in 4 panels, named ")
    assert figure.words.count("its dot at") == 4


def test_drawing_changes_nothing() -> None:
    x = X.clone().requires_grad_()
    with meter.mutations(x) as changed:
        draw.layer(x, W, B)
        draw.outlines({"x": x})
    assert changed == []


REFUSED: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "a list": (lambda: draw.layer([1.0], W, B), TypeError, "x is a list"),  # type: ignore[arg-type]
    "sizes": (lambda: draw.layer(X, W.T, B), ValueError, "with the same n and m"),
    "a short bias": (lambda: draw.layer(X, W, B[:2]), ValueError, "with the same n and m"),
    "no samples": (lambda: draw.layer(X[:0], W, B), ValueError, "with the same n and m"),
    "a large batch": (lambda: draw.layer(torch.ones(7, 2), W, B), ValueError, "at most 6 x 6"),
    "a row outside": (lambda: draw.layer(X, W, B, row=3), IndexError, "row is 3"),
    "no outline": (lambda: draw.outlines({}), ValueError, "shapes is empty"),
    "points of three numbers": (lambda: draw.outlines({"a": torch.ones(4, 3)}), ValueError, "k at least 3"),
    "two points": (lambda: draw.outlines({"a": torch.ones(2, 2)}), ValueError, "k at least 3"),
    "infinity": (lambda: draw.outlines({"a": SQUARE / 0}), ValueError, "not a finite number"),
    "five panels": (lambda: draw.outlines({str(k): SQUARE for k in range(5)}), ValueError, "at most 4"),
}


@pytest.mark.parametrize(("call", "error", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(
    call: Callable[[], object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as caught:
        call()
    assert re.match(r"draw\.[a-z_]+: ", str(caught.value)), "the sentence says where"
