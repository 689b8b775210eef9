"""The figure of a fit: its words come from the data, its picture keeps the rules, and what cannot be drawn is refused."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
import torch

from torchscope import draw
from torchscope.draw.sentences import ALT_LIMIT

SVG = "{http://www.w3.org/2000/svg}"
X, Y = torch.tensor([0.0, 1.0, 2.0, 4.0]), torch.tensor([3.0, 5.5, 7.0, 11.0])
MANY = torch.linspace(-1, 1, 200)

FIGURES: dict[str, Callable[[], draw.Figure]] = {
    "points": lambda: draw.fits(X, Y),
    "one line": lambda: draw.fits(X, Y, {"2x + 3": (2, 3)}, "Rides", "km", "fare"),
    "four lines": lambda: draw.fits(X, Y, {name: (2, k) for k, name in enumerate("abcd")}, "Four"),
    "one point": lambda: draw.fits(torch.ones(1), torch.ones(1), {"flat": (0, 1)}),
    "many": lambda: draw.fits(MANY, MANY * -1000 + 0.5, {"down": (-1000, 0.5)}),
    "a tensor that asks for its slope": lambda: draw.fits(X.clone().requires_grad_(), Y.double()),
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
    assert "-0 " not in figure.alt
    root = ElementTree.fromstring(figure.svg)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {"svg", "g", "rect", "path", "text"}
        assert not {"id", "class", "style", "href"} & set(element.keys())
    assert re.findall(r"\d\.\d\d", re.sub(r">[^<]*<", "><", figure.svg)) == [], "a coordinate is not rounded"
    assert make() == figure, "equal input gives equal bytes"


def test_the_words_tell_the_points_and_each_line_with_its_error() -> None:
    figure = draw.fits(X, Y, {"2x + 3": (2.0, 3.0)}, "Rides", "km", "fare")
    assert figure.alt == (
        "Rides: 4 points, km from 0 to 4, fare from 3 to 11; the line 2x + 3 has slope 2, is 3 at 0, "
        "and leaves a mean squared error of 0.062."
    )
    assert ">2x + 3<" in figure.svg


def test_many_lines_have_short_words_and_longer_ones_below() -> None:
    figure = FIGURES["four lines"]()
    assert figure.alt.endswith("a with slope 2, b with slope 2, c with slope 2, d with slope 2.")
    assert "is 2 at 0" in figure.words


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: draw.fits(X, Y[:3]), "x has 4 entries and y has 3"),
        (lambda: draw.fits(torch.zeros(0), torch.zeros(0)), "x is empty"),
        (lambda: draw.fits(torch.zeros(201), torch.zeros(201)), "at most 200"),
        (lambda: draw.fits(X.unsqueeze(1), Y), r"shape \(4, 1\)"),
        (lambda: draw.fits(X * torch.nan, Y), "not a finite number"),
        (lambda: draw.fits(X, Y, {"line": 2}), "Give a pair of numbers"),  # type: ignore[dict-item]
        (lambda: draw.fits(X, Y, {"line": (torch.inf, 0)}), "Give a pair of numbers"),
        (lambda: draw.fits(X, Y, dict.fromkeys("abcde", (0, 0))), "at most 4"),
    ],
)
def test_what_cannot_be_drawn_is_refused(call: Callable[[], draw.Figure], says: str) -> None:
    with pytest.raises((TypeError, ValueError), match=says):
        call()
