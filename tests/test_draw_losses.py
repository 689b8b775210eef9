"""The figures of losses: their words come from the data, their pictures keep the rules, and what cannot be drawn is refused."""

import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
import torch

from torchscope import draw
from torchscope.draw.sentences import ALT_LIMIT

SVG = "{http://www.w3.org/2000/svg}"
X, SAID, SEEN = torch.arange(4.0), torch.tensor([1.0, 3.0, 5.0, 7.0]), torch.tensor([0.0, 3.0, 8.0, 7.0])
P, Q = torch.tensor([0.5, 0.25, 0.25]), torch.tensor([0.25, 0.25, 0.5])
NAMES = ["sun", "cloud", "rain"]

FIGURES: dict[str, Callable[[], draw.Figure]] = {
    "squares": lambda: draw.squares(X, SAID, SEEN, "Squares", "hours"),
    "squares of one": lambda: draw.squares(torch.zeros(1), torch.ones(1), torch.zeros(1)),
    "squares of none wrong": lambda: draw.squares(X, SAID, SAID.clone()),
    "squares many": lambda: draw.squares(torch.arange(8.0), torch.arange(8.0) / 3, torch.ones(8)),
    "slopes": lambda: draw.slopes(lambda x: x * x, -2, 3, [-1, 0, 2], "Square"),
    "slopes kink": lambda: draw.slopes(abs, -1, 1, [0], "Absolute", "e"),
    "slopes flat": lambda: draw.slopes(lambda x: 1.0, 0, 1, [0.5]),
    "slopes many": lambda: draw.slopes(math.sin, 0, 6, [0, 1, 2, 3, 4]),
    "surprises": lambda: draw.surprises(P, Q, NAMES, "Weather"),
    "surprises equal": lambda: draw.surprises(P, P.clone(), NAMES),
    "surprises with a zero": lambda: draw.surprises(torch.tensor([0.5, 0.5, 0.0]), P, NAMES),
    "surprises certain": lambda: draw.surprises(torch.tensor([1.0, 0.0]), torch.tensor([0.5, 0.5]), ["yes", "no"]),
    "surprises many": lambda: draw.surprises(
        torch.full((5,), 0.2), torch.tensor([0.6, 0.1, 0.1, 0.1, 0.1]), list("abcde")
    ),
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


def test_squares_tell_each_area_their_sum_and_their_mean() -> None:
    assert draw.squares(X, SAID, SEEN, "Squares", "hours").alt == (
        "Squares: the squared errors at hours 0, 1, 2, 3 are 1, 0, 9, 0; their sum is 10, their mean 2.5."
    )


def test_the_slope_of_a_parabola_is_measured() -> None:
    assert draw.slopes(lambda x: x * x, -2, 3, [-1, 0, 2], "Square").alt == (
        "Square against x, from -2 to 3: at -1 the slope is -2; at 0 the slope is 0; at 2 the slope is 4."
    )


def test_a_kink_is_told_apart_from_a_flat_place() -> None:
    assert "at 0 there is a kink, with slope -1 on its left and 1 on its right" in FIGURES["slopes kink"]().alt
    assert "kink" not in FIGURES["slopes flat"]().alt


def test_a_label_that_would_lie_on_the_axis_stands_on_the_other_side() -> None:
    def place(at: float) -> float:
        root = ElementTree.fromstring(draw.slopes(lambda x: (x - 5) ** 2, 0, 10, [at]).svg)
        (label,) = [text for text in root.iter(f"{SVG}text") if (text.text or "").startswith("slope")]
        return float(label.get("x") or 0)

    axis = place(0) - 12
    assert place(1) > axis + 0.1 * (place(10) - axis)
    assert place(4) < place(6)


def test_a_function_may_give_tensors() -> None:
    given = draw.slopes(lambda x: torch.tensor(x, dtype=torch.float64).square(), -1, 1, [0.5])
    assert "at 0.5 the slope is 1" in given.alt


def test_surprises_tell_entropy_cross_entropy_and_their_difference() -> None:
    alt = FIGURES["surprises"]().alt
    assert "H(p) = 1.5, below the line lies H(p, q) = 1.75, and KL = 0.25" in alt
    assert "KL = 0 is" in FIGURES["surprises equal"]().alt
    assert "KL = 0.5 is" in FIGURES["surprises with a zero"]().alt


def test_what_is_added_and_what_is_taken_away_differ_without_their_colour() -> None:
    root = ElementTree.fromstring(FIGURES["surprises"]().svg)
    ways = set()
    for path in root.iter(f"{SVG}path"):
        for a, b, c, d in re.findall(r"M([\d.-]+) ([\d.-]+)L([\d.-]+) ([\d.-]+)(?=M|$)", path.get("d", "")):
            if path.get("stroke-width") == "1" and float(a) != float(c) and float(b) != float(d):
                ways.add((float(c) - float(a)) * (float(d) - float(b)) > 0)
    assert ways == {True, False}


REFUSED: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "a list": (lambda: draw.squares([1.0], SAID, SEEN), TypeError, "x is a list"),  # type: ignore[arg-type]
    "a short tensor": (lambda: draw.squares(X, SAID[:2], SEEN), ValueError, "predicted has 2 entries and x has 4"),
    "too many": (lambda: draw.squares(torch.ones(9), torch.ones(9), torch.ones(9)), ValueError, "at most 8"),
    "nothing": (lambda: draw.squares(X[:0], X[:0], X[:0]), ValueError, "x is empty"),
    "a place outside": (lambda: draw.slopes(abs, -1, 1, [2]), ValueError, "at holds 2"),
    "an empty range": (lambda: draw.slopes(abs, 1, 1, [1]), ValueError, "Give the smaller end first"),
    "a pole": (lambda: draw.slopes(lambda x: math.inf, 0, 1, [1]), ValueError, "not a finite number"),
    "no distribution": (lambda: draw.surprises(2 * P, Q, NAMES), ValueError, "p sums to 2"),
    "a negative chance": (
        lambda: draw.surprises(torch.tensor([1.5, -0.5]), P[:2] * 4 / 3, ["a", "b"]),
        ValueError,
        "least",
    ),
    "an impossible outcome": (lambda: draw.surprises(P, torch.tensor([0.5, 0.5, 0.0]), NAMES), ValueError, "'rain'"),
    "a name too few": (lambda: draw.surprises(P, Q, NAMES[:2]), ValueError, "p has 3 entries and names has 2"),
}


@pytest.mark.parametrize(("call", "error", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(
    call: Callable[[], object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=re.escape(says)) as caught:
        call()
    assert re.match(r"draw\.[a-z_]+: ", str(caught.value)), "the sentence says where"
    assert str(caught.value).endswith(".")
