"""The figures of chapter 01: `bits`, `number_lines`, `picked` and `promotion`."""

import base64
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
import torch

from torchscope import draw
from torchscope.draw.sentences import ALT_LIMIT

SVG = "{http://www.w3.org/2000/svg}"
X = torch.tensor([[21.5, 19.0, 23.5, 25.0], [-3.5, -1.0, 0.5, -2.0], [12.0, 14.5, 11.0, 16.0]])
HALVES = torch.tensor([-2.7, -1.5, -0.5, 0.5, 1.5, 2.7])
EVERY = [torch.float64, torch.float32, torch.bfloat16, torch.float16, torch.complex64]
EVERY += [torch.int64, torch.int16, torch.int8, torch.uint8, torch.bool]

FIGURES: dict[str, Callable[[], draw.Figure]] = {
    "bits": lambda: draw.bits([torch.float32, torch.bfloat16, torch.uint8], "Bits"),
    "bits of all": lambda: draw.bits(EVERY),
    "number_lines": lambda: draw.number_lines({"by steps": torch.arange(4), "by count": torch.linspace(0, 3, 3)}),
    "number_lines with arrows": lambda: draw.number_lines({"x": HALVES, "whole": HALVES.long()}, "Cut", arrows=True),
    "number_lines crowded": lambda: draw.number_lines(
        {f"{k} halves of a number": torch.arange(24) / 2 for k in range(4)}
    ),
    "number_lines alone": lambda: draw.number_lines({"alone": torch.tensor([3.0, 3.0])}),
    "picked": lambda: draw.picked(X, {"x[1]": X[1], "x > 20": X > 20}, "x"),
    "picked small": lambda: draw.picked(torch.arange(3), {"x[1]": torch.arange(3) == 1}),
    "picked large": lambda: draw.picked(
        torch.arange(64).reshape(8, 8), {f"part {k}": torch.arange(64).reshape(8, 8) % 7 == k for k in range(4)}
    ),
    "promotion": lambda: draw.promotion([torch.bool, torch.uint8, torch.int8, torch.float32], "What comes out"),
    "promotion of six": lambda: draw.promotion(EVERY[:6]),
    "promotion of one": lambda: draw.promotion([torch.bool]),
}
figures = pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)


def texts(figure: draw.Figure) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")]


def outlines(figure: draw.Figure) -> int:
    """How many strong frames a figure holds."""
    paths = [p for p in ElementTree.fromstring(figure.svg).iter(f"{SVG}path") if p.get("stroke-width") == "2.5"]
    return sum((p.get("d") or "").count("M") for p in paths)


@figures
def test_a_figure_is_one_image_that_keeps_the_rules(make: Callable[[], draw.Figure]) -> None:
    figure = make()
    assert make() == figure
    assert figure.width <= 600
    assert len(figure.svg.encode()) <= 30_000
    assert 20 < len(figure.alt) <= ALT_LIMIT
    assert figure.alt.endswith(".")
    assert "{" not in figure.alt
    root = ElementTree.fromstring(figure.svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "g", "rect", "path", "text"}
    sizes = [float(group.get("font-size", "99")) for group in root.iter(f"{SVG}g")]
    assert min(sizes) >= figure.width / 40
    payload = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', figure._repr_mimebundle_()["text/html"])
    assert payload
    assert base64.b64decode(payload[1]).decode() == figure.svg


ALTS = {
    "bits": "Bits: float32 has 1 sign, 8 exponent, 23 fraction bits; bfloat16 has 1 sign, 8 exponent, 7 fraction bits; "
    "uint8 has 8 whole number bits.",
    "bits of all": "The bits of one number: float64 64, float32 32, bfloat16 16, float16 16, complex64 64, int64 64, "
    "int16 16, int8 8, uint8 8, bool 8.",
    "number_lines": "A chart: by steps has 0, 1, 2, 3; by count has 0.0, 1.5, 3.0.",
    "number_lines with arrows": "Cut: x has -2.7, -1.5, -0.5, 0.5, 1.5, 2.7; whole has -2, -1, 0, 0, 1, 2.",
    "picked": "x of shape (3, 4): x[1] picks (1, 0), (1, 1), (1, 2), (1, 3), shape (4,); x > 20 picks (0, 0), (0, 2), "
    "(0, 3), shape (3,).",
    "picked small": "The tensor of shape (3,): x[1] picks 1, shape (1,).",
    "promotion": "What comes out: a table of bool, uint8, int8, float32. A third type comes out only where uint8 meets int8: "
    "int16.",
    "promotion of one": "What comes out where two dtypes meet: bool with bool gives bool.",
}


@pytest.mark.parametrize("name", ALTS)
def test_alt_text_is_made_from_the_data(name: str) -> None:
    assert FIGURES[name]().alt == ALTS[name]


def test_what_the_alt_text_leaves_out_stands_in_the_words() -> None:
    assert (
        "complex64 has 1 sign, 8 exponent, 23 fraction, 1 sign, 8 exponent, 23 fraction bits"
        in FIGURES["bits of all"]().words
    )
    assert "uint8 with bool gives uint8, uint8 gives uint8, int8 gives int16" in FIGURES["promotion"]().words
    assert FIGURES["number_lines"]().words == ""


@pytest.mark.parametrize("dtype", EVERY)
def test_the_bits_of_a_dtype_add_up_to_its_size(dtype: torch.dtype) -> None:
    counts = [int(text) for text in texts(draw.bits([dtype])) if text.isdigit()]
    signs = {torch.uint8: 0, torch.bool: 1, torch.complex64: 2}.get(dtype, 1)
    assert sum(counts) + signs == 8 * dtype.itemsize


@pytest.mark.parametrize(
    ("part", "places"),
    [
        (X[1], 4),
        (X[:, 1], 3),
        (X[-1, 2], 1),
        (X[:2, ::3], 4),
        (X.T, 12),
        (X[:0], 0),
        (X[1].expand(3, 4), 4),
        (X > 20, 3),
        (X > 99, 0),
    ],
)
def test_picked_outlines_what_the_part_picks(part: torch.Tensor, places: int) -> None:
    figure = draw.picked(X, {"part": part})
    assert outlines(figure) == places
    shape = (places,) if part.dtype == torch.bool else tuple(part.shape)
    assert f"shape {shape}" in texts(figure)
    assert ("picks nothing" in figure.alt) == (places == 0)


def test_picked_reads_a_tensor_that_is_a_view_itself() -> None:
    table = X.T[1:]
    assert "picks (0, 0), (1, 0), (2, 0)," in draw.picked(table, {"column": table[:, 0]}).alt


def test_values_stand_beside_their_dots_where_they_have_room() -> None:
    assert {"-2.7", "2.7", "-2", "2"} <= set(texts(FIGURES["number_lines with arrows"]()))
    assert "0.5" not in texts(FIGURES["number_lines crowded"]())


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a copy": (lambda: draw.picked(X, {"x[[0, 1]]": X[[0, 1]]}), r"x\[\[0, 1\]\] is neither a view of x nor a mask"),
    "a mask of another shape": (lambda: draw.picked(X, {"row": X[0] > 1}), "row is neither a view of x nor a mask"),
    "a part outside x": (lambda: draw.picked(X[:2], {"row": X[2]}), "row is neither a view of x nor a mask"),
    "no tensor": (lambda: draw.picked(X, {"row": 3}), "row is neither"),  # type: ignore[dict-item]
    "a large tensor": (lambda: draw.picked(torch.ones(9, 9), {}), "holds at most 8 x 8"),
    "no parts": (lambda: draw.picked(X, {}), "parts is empty"),
    "complex numbers on a line": (lambda: draw.number_lines({"z": torch.tensor([1j])}), "z holds complex numbers"),
    "nan on a line": (lambda: draw.number_lines({"x": torch.tensor([float("nan")])}), "not a finite number"),
    "lines of two lengths": (
        lambda: draw.number_lines({"a": torch.ones(2), "b": torch.ones(3)}, arrows=True),
        "'a' has 2 entries and 'b' has 3",
    ),
    "no numbers": (lambda: draw.number_lines({"a": torch.ones(0)}), "a is empty"),
    "a name for a dtype": (lambda: draw.bits(["float32"]), "'float32' is not a dtype"),  # type: ignore[list-item]
    "128 bits": (lambda: draw.bits([torch.complex128]), "complex128 has 128 bits"),
    "no dtypes": (lambda: draw.promotion([]), "dtypes is empty"),
    "numbers for dtypes": (lambda: draw.promotion([32]), "32 is not a dtype"),  # type: ignore[list-item]
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(name: str) -> None:
    make, sentence = REFUSED[name]
    with pytest.raises((TypeError, ValueError), match=sentence):
        make()
