"""Paths over contours: the words come from the data, the lines lie where the function has their level, and what cannot be drawn is refused."""

import itertools
import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
import torch

from torchscope import draw
from torchscope.draw.paths import contour
from torchscope.draw.sentences import ALT_LIMIT

SVG = "{http://www.w3.org/2000/svg}"


def bowl(x: float, y: float) -> float:
    return x * x + 4 * y * y


def spiral(turns: float, many: int) -> list[tuple[float, float]]:
    steps = [k / many for k in range(many + 1)]
    return [(2 * (1 - s) * math.cos(turns * s), (1 - s) * math.sin(turns * s)) for s in steps]


SQUARE = ((-3.0, 3.0), (-2.0, 2.0))
STRAIGHT = [(2.0, 1.0), (1.0, 0.5), (0.0, 0.0)]
FOUR = {f"walk number {k}": spiral(5.0 * k, 300) for k in range(1, 5)}

FIGURES: dict[str, Callable[[], draw.Figure]] = {
    "one": lambda: draw.paths(bowl, *SQUARE, {"straight": STRAIGHT}, "A bowl", "W", "b"),
    "four long ones": lambda: draw.paths(bowl, *SQUARE, FOUR, "A bowl"),
    "a place": lambda: draw.paths(bowl, *SQUARE, {"here": [(1, 1)]}),
    "a tensor": lambda: draw.paths(bowl, *SQUARE, {"walk": torch.tensor(STRAIGHT)}),
    "out at once": lambda: draw.paths(bowl, *SQUARE, {"gone": [(0, 1), (50, 1), (0, 0)]}),
    "a saddle": lambda: draw.paths(lambda x, y: x * y, (-1, 1), (-1, 1), {"walk": [(0, 0), (0.5, -0.5)]}),
    "a plane": lambda: draw.paths(lambda x, y: x, (0, 1), (0, 1), {"walk": [(1, 0.5), (0, 0.5)]}),
    "huge": lambda: draw.paths(lambda x, y: 1e9 * bowl(x, y), *SQUARE, {"walk": STRAIGHT}),
    "waves": lambda: draw.paths(lambda x, y: math.sin(3 * x) * math.cos(3 * y), (-3, 3), (-3, 3), FOUR),
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


def test_a_walk_is_told_from_its_ends() -> None:
    assert FIGURES["one"]().alt == (
        "A bowl: contours over W and b, least 0 near (0, 0). straight: 2 steps from (2, 1) to (0, 0), value 0."
    )
    assert "here: 0 steps from (1, 1) to (1, 1), value 5." in FIGURES["a place"]().alt
    assert FIGURES["a tensor"]().alt.endswith("walk: 2 steps from (2, 1) to (0, 0), value 0.")


def test_a_walk_that_leaves_is_drawn_to_the_edge_and_told_so() -> None:
    figure = FIGURES["out at once"]()
    assert figure.alt.endswith("gone: from (0, 1), step 1 of 2 leaves the picture.")
    assert "gone: step 1 leaves the picture" in figure.svg
    assert figure.width <= 600


def test_four_walks_are_named_and_told_below() -> None:
    figure = FIGURES["four long ones"]()
    assert "4 paths, named walk number 1, walk number 2, walk number 3, walk number 4" in figure.alt
    assert len(figure.words.splitlines()) == 4


def test_walks_differ_without_their_colour() -> None:
    root = ElementTree.fromstring(FIGURES["four long ones"]().svg)
    walks = [path for path in root.iter(f"{SVG}path") if path.get("stroke-width") == "2.2"]
    assert len({path.get("stroke-dasharray") for path in walks}) == 4
    marks = [
        path.get("d", "").split("z")[0].count("L")
        for path in root.iter(f"{SVG}path")
        if path.get("stroke") == "#ffffff"
    ]
    crosses = [path for path in root.iter(f"{SVG}path") if path.get("stroke-width") == "2.5"]
    assert (sorted(marks), len(crosses)) == ([2, 3, 4], 1)


def test_contours_lie_where_the_function_has_their_level() -> None:
    size, radius = 30, 9.0
    grid = [[(i - 15) ** 2 + (j - 15) ** 2 * 1.0 for j in range(size + 1)] for i in range(size + 1)]
    (circle,) = contour(grid, radius**2)
    assert circle[0] == circle[-1], "a closed line ends where it began"
    for x, y in circle:
        assert math.isclose(math.hypot(x - 15, y - 15), radius, abs_tol=0.03)
    length = sum(math.dist(a, b) for a, b in itertools.pairwise(circle))
    assert math.isclose(length, 2 * math.pi * radius, rel_tol=0.01)


def test_contours_of_a_saddle_do_not_cross() -> None:
    lines = contour([[1.0, 0.0], [0.0, 1.0]], 0.4)
    assert sorted(len(line) for line in lines) == [2, 2]
    assert contour([[0.0, 0.0], [0.0, 0.0]], 1.0) == []


def test_a_function_may_give_tensors() -> None:
    given = draw.paths(lambda x, y: torch.tensor(bowl(x, y)), *SQUARE, {"straight": STRAIGHT}, "A bowl", "W", "b")
    assert given.alt == FIGURES["one"]().alt


REFUSED: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "no walk": (lambda: draw.paths(bowl, *SQUARE, {}), ValueError, "walks is empty"),
    "five walks": (lambda: draw.paths(bowl, *SQUARE, {**FOUR, "5": STRAIGHT}), ValueError, "at most 4"),
    "a walk of no places": (lambda: draw.paths(bowl, *SQUARE, {"walk": []}), ValueError, "'walk' is empty"),
    "no pairs": (lambda: draw.paths(bowl, *SQUARE, {"walk": [1.0, 2.0]}), ValueError, "no pair"),  # type: ignore[list-item]
    "three numbers": (lambda: draw.paths(bowl, *SQUARE, {"walk": [(1, 2, 3)]}), ValueError, "no pair"),
    "a start outside": (lambda: draw.paths(bowl, *SQUARE, {"walk": [(9, 0)]}), ValueError, "starts at (9, 0)"),
    "nan": (lambda: draw.paths(bowl, *SQUARE, {"walk": [(0, 0), (math.nan, 0)]}), ValueError, "not a finite number"),
    "an empty range": (lambda: draw.paths(bowl, (1, 1), (0, 1), {"walk": STRAIGHT}), ValueError, "x goes from 1"),
    "no range": (lambda: draw.paths(bowl, (), (0, 1), {"walk": STRAIGHT}), ValueError, "x goes from nothing"),
    "flat": (lambda: draw.paths(lambda x, y: 3.0, *SQUARE, {"walk": STRAIGHT}), ValueError, "3 everywhere"),
    "a pole": (lambda: draw.paths(lambda x, y: math.inf, *SQUARE, {"walk": STRAIGHT}), ValueError, "not a finite"),
}


@pytest.mark.parametrize(("call", "error", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(
    call: Callable[[], object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=re.escape(says)) as caught:
        call()
    assert re.match(r"draw\.[a-z_]+: ", str(caught.value)), "the sentence says where"
    assert str(caught.value).endswith(".")
