"""The figures of `torchscope.draw`: what they say in words, and the rules every picture keeps."""

import base64
import builtins
import importlib
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from torchscope import draw, meter
from torchscope.draw.colours import GREEN, INK, PURPLE, tint
from torchscope.draw.sentences import ALT_LIMIT

SVG = "{http://www.w3.org/2000/svg}"


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


A, B = torch.arange(6.0).reshape(2, 3), torch.arange(12).reshape(3, 4).float()
STEPS = list(range(50))

FIGURES: dict[str, Callable[[], draw.Figure]] = {
    "matrix": lambda: draw.matrix(A, "A", highlight=(1, 2)),
    "matrix of noise": lambda: draw.matrix(noise(12, 8), "noise", highlight=("row", -1)),
    "matrix 0-d": lambda: draw.matrix(torch.tensor(3.5)),
    "matrix empty": lambda: draw.matrix(torch.empty(0, 3)),
    "memory": lambda: draw.memory(torch.arange(6).reshape(2, 3).t(), "m.t()"),
    "memory 3-d": lambda: draw.memory(torch.arange(8).reshape(2, 2, 2).permute(2, 0, 1)),
    "product": lambda: draw.product(A, B, 1, 2),
    "product large": lambda: draw.product(noise(4, 4), noise(4, 4), 3, 3),
    "outer_sum": lambda: draw.outer_sum(A, B),
    "outer_sum large": lambda: draw.outer_sum(noise(6, 6), noise(6, 6)),
    "slabs": lambda: draw.slabs(torch.arange(24).reshape(3, 2, 4), "x"),
    "slabs large": lambda: draw.slabs(noise(6, 6, 6)),
    "batch_product": lambda: draw.batch_product(torch.ones(3, 2, 2), torch.ones(1, 2, 2)),
    "batch_product large": lambda: draw.batch_product(noise(32, 10, 20), noise(32, 20, 4)),
    "broadcast": lambda: draw.broadcast((3, 1), (4,)),
    "broadcast large": lambda: draw.broadcast(*[(2, 1, 3, 1, 5, 6)] * 6),
    "inner": lambda: draw.inner((2, 3), (3, 4)),
    "inner large": lambda: draw.inner((5, 1, 2, 3), (1, 7, 3, 4)),
    "inner refused": lambda: draw.inner((2, 3), (2, 3)),
    "plane": lambda: draw.plane(torch.tensor([[2.0, 1], [-0.5, 1.5]])),
    "plane tiny": lambda: draw.plane(torch.tensor([[0.001, 0], [0, 0.002]])),
    "plane huge": lambda: draw.plane(torch.tensor([[300.0, 0], [7, -200]])),
    "bars": lambda: draw.bars(["two loops", "none"], [812.25, 0.5], "Time", "ms"),
    "bars negative": lambda: draw.bars(["a", "b", "c"], [-3, 0, 2]),
    "lines": lambda: draw.lines(STEPS, {"good": [0.9**k for k in STEPS], "flat": [0.5] * 50}, "Loss", "step"),
    "lines long": lambda: draw.lines(
        list(range(5000)), {f"curve {k}": [math.sin(k + i / 50) for i in range(5000)] for k in range(6)}
    ),
    "lines log": lambda: draw.lines([1, 10, 1000], {"n": [1, 10, 1000]}, log=True),
    "diagram": lambda: draw.diagram(
        {"b": (0, 0, "browser\nyour screen"), "r": (1, 0, "runtime"), "d": (1, 1, "Drive"), "g": (2, 0, "GPU")},
        [("b", "r", "code"), ("r", "b", "output"), ("b", "d", "opens"), ("r", "d", ""), ("b", "g", "around")],
        "Where things run",
    ),
    "table": lambda: draw.table(["names", "files"], ["restart", "VM deleted"], [["no", "no"], ["yes", "partly"]]),
}

figures = pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)


@pytest.mark.parametrize("module", sorted(path.stem for path in Path(__file__).parent.glob("test_draw*.py")))
def test_no_figure_depends_on_how_python_adds_floats(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.12 rounds the sum of floats otherwise than 3.11, and both compare figures with the stored ones."""

    def backwards(values: Iterable[Any], start: Any = 0) -> Any:
        for value in reversed(list(values)):
            start = start + value
        return start

    def drawn() -> dict[str, tuple[str, str, str]]:
        made = {name: make() for name, make in importlib.import_module(module).FIGURES.items()}
        return {name: (figure.svg, figure.alt, figure.words) for name, figure in made.items()}

    before = drawn()
    monkeypatch.setattr(builtins, "sum", backwards)
    assert drawn() == before


class Tags(HTMLParser):
    """The start tags of a piece of HTML, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@figures
def test_a_figure_shows_as_one_image_with_its_words_folded(make: Callable[[], draw.Figure]) -> None:
    figure = make()
    bundle = figure._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    assert bundle["text/plain"] == f"Figure: {figure.alt}"
    found = Tags(bundle["text/html"]).found
    tag, attributes = found[0]
    assert tag == "img"
    assert set(attributes) == {"alt", "width", "src"}
    assert attributes["alt"] == figure.alt
    assert attributes["width"] == str(figure.width)
    prefix = "data:image/svg+xml;base64,"
    assert (attributes["src"] or "").startswith(prefix)
    assert base64.b64decode((attributes["src"] or "")[len(prefix) :]).decode() == figure.svg
    others = {tag for tag, _ in found[1:]}
    assert others <= ({"details", "summary", "br"} if figure.words else set())
    assert ("<details><summary>Figure in words</summary>" in bundle["text/html"]) == bool(figure.words)


@figures
def test_the_svg_keeps_the_rules(make: Callable[[], draw.Figure]) -> None:
    figure = make()
    assert len(figure.svg.encode()) <= 30_000
    root = ElementTree.fromstring(figure.svg)
    card = root[0]
    assert card.tag == f"{SVG}rect"
    assert (card.get("width"), card.get("height")) == (root.get("width"), root.get("height"))
    assert card.get("fill") == "#ffffff"
    assert card.get("opacity") is None
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {"svg", "g", "rect", "path", "text"}
        assert not {"id", "class", "style", "href"} & set(element.keys())
    assert re.findall(r"\d\.\d\d", re.sub(r">[^<]*<", "><", figure.svg)) == [], "a coordinate is not rounded"
    styles = [tuple(sorted((k, v) for k, v in p.items() if k != "d")) for p in root.iter(f"{SVG}path")]
    assert len(styles) <= 3 * len(set(styles)), "shapes of one colour share a path"


@figures
def test_text_is_large_enough_and_inside_the_card(make: Callable[[], draw.Figure]) -> None:
    figure = make()
    root = ElementTree.fromstring(figure.svg)
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    assert width == figure.width
    shift = root[1].get("transform", "")
    dx, dy = (float(n) for n in re.findall(r"-?[\d.]+", shift))
    sizes = []
    for group in root[1].iter(f"{SVG}g"):
        for text in group.findall(f"{SVG}text"):
            sizes.append(float(group.get("font-size", "0")))
            x, y = float(text.get("x", "nan")) + dx, float(text.get("y", "nan")) + dy
            room = len(text.text or "") * sizes[-1] * (0.6 if group.get("font-family") else 0.45)
            start = x - {"start": 0.0, "middle": room / 2, "end": room}[group.get("text-anchor", "start")]
            assert 0 <= start <= start + room <= width
            assert 0 < y < height
    assert min(sizes) >= width / 40


@figures
def test_equal_input_gives_equal_bytes(make: Callable[[], draw.Figure]) -> None:
    assert make() == make()


@figures
def test_alt_text_is_whole_sentences_within_the_limit(make: Callable[[], draw.Figure]) -> None:
    alt = make().alt
    assert 20 < len(alt) <= ALT_LIMIT
    assert alt.endswith(".")
    assert "  " not in alt
    assert "{" not in alt


ALTS = {
    "matrix": "A has shape (2, 3) and dtype float32: [[0., 1., 2.], [3., 4., 5.]]. "
    "Entry (1, 2), which is 5, is highlighted.",
    "matrix 0-d": "The tensor has shape () and dtype float32: 3.5.",
    "matrix empty": "The tensor has shape (0, 3) and dtype float32: it has no elements.",
    "memory": "m.t() has shape (3, 2), stride (1, 3) and storage offset 0. "
    "Its elements, row by row, lie at offsets 0, 3, 1, 4, 2, 5 of a storage of 6 cells.",
    "product": "Row 1 of A (2, 3) meets column 2 of B (3, 4): entry (1, 2) of A @ B (2, 4) is 3·2 + 4·6 + 5·10 = 80.",
    "slabs": "x has shape (3, 2, 4): a stack of 3 slabs, each 2 by 4.",
    "batch_product": "Batched product of A (3, 2, 2) and B (1, 2, 2) giving (3, 2, 2): "
    "the single slab of B is used again for each of 3 pairs.",
    "broadcast": "Shapes (3, 1), (4,), aligned at their last dimensions, broadcast to (3, 4).",
    "inner": "A (2, 3) times B (3, 4): the inner dimensions are both 3, and the result has shape (2, 4).",
    "inner large": "A (5, 1, 2, 3) times B (1, 7, 3, 4): the inner dimensions are both 3, "
    "and the result has shape (5, 7, 2, 4).",
    "inner refused": "A (2, 3) times B (2, 3) is refused: the inner dimensions are 3 and 2.",
    "plane": "W, [[2.0, 1.0], [-0.5, 1.5]], sends (1, 0) to (2.0, 1.0) and (0, 1) to (-0.5, 1.5); "
    "the unit square becomes a parallelogram of area 3.5.",
    "bars": "Time: bars for two loops 812.2 ms; none 0.5 ms.",
    "lines": "Loss against step, for 0 to 49: good goes from 1 to 0.005726; flat goes from 0.5 to 0.5.",
    "diagram": "Where things run: browser to runtime (code); runtime to browser (output); "
    "browser to Drive (opens); runtime to Drive; browser to GPU (around).",
    "table": "A table: names: restart no, VM deleted no; files: restart yes, VM deleted partly.",
}


@pytest.mark.parametrize("name", ALTS)
def test_alt_text_is_made_from_the_data(name: str) -> None:
    assert FIGURES[name]().alt == ALTS[name]


def test_long_values_move_from_the_alt_text_to_the_words() -> None:
    x = noise(8, 6)
    figure = draw.matrix(x, "weights")
    least, most = f"{x.min():.2f}", f"{x.max():.2f}"
    assert figure.alt == (f"weights has shape (8, 6) and dtype float32, with values from {least} to {most}.")
    assert figure.words.count("], [") == 7
    assert draw.matrix(x[:2, :2]).words == ""


def texts(figure: draw.Figure) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")]


def test_every_value_of_a_matrix_is_in_the_picture() -> None:
    shown = texts(draw.matrix(torch.arange(10, 16).reshape(2, 3)))
    assert {"10", "11", "12", "13", "14", "15"} <= set(shown)


@pytest.mark.parametrize(
    ("x", "spelled"),
    [
        (torch.tensor([1.0, 2.0]), ["1.", "2."]),
        (torch.tensor([1, 2]), ["1", "2"]),
        (torch.tensor([0.5, 2.0]), ["0.5", "2.0"]),
        (torch.tensor([1 / 3, -0.001]), ["0.33", "0.00"]),
        (torch.tensor([0.001, 0.5]), ["0.001", "0.500"]),
        (torch.tensor([-0.0, 1.0]), ["0.", "1."]),
        (torch.tensor([1e-6, 1.0]), ["1e-06", "1"]),
        (torch.tensor([float("nan"), float("-inf"), 1.0]), ["nan", "-inf", "1."]),
        (torch.tensor([True, False]), ["True", "False"]),
        (torch.tensor([1 + 2j]), ["1+2j"]),
        (torch.tensor([1.5], dtype=torch.bfloat16), ["1.5"]),
        (torch.tensor([2.0], dtype=torch.float16, requires_grad=True), ["2."]),
        (torch.tensor([7], dtype=torch.uint8), ["7"]),
        (torch.tensor([1.0 + 1j]).conj(), ["1-1j"]),
    ],
)
def test_values_of_every_dtype_are_spelled(x: torch.Tensor, spelled: list[str]) -> None:
    assert set(spelled) <= set(texts(draw.matrix(x)))


def test_drawing_changes_nothing() -> None:
    x = torch.arange(6.0).reshape(2, 3).requires_grad_()
    with meter.mutations(x) as changed:
        for function in (draw.matrix, draw.memory):
            function(x)
        draw.product(x, x.t())
    assert changed == []
    assert x.grad_fn is None


@pytest.mark.parametrize(
    ("x", "offsets"),
    [
        (torch.arange(12).reshape(3, 4)[:, 1], "1, 5, 9"),
        (torch.arange(12).reshape(3, 4)[1, ::2], "4, 6"),
        (torch.tensor([[7], [8]]).expand(2, 3), "0, 0, 0, 1, 1, 1"),
        (torch.arange(4).reshape(2, 2).flip(0), "0, 1, 2, 3"),
        (torch.tensor(5), "0"),
    ],
    ids=["column", "step", "expand", "flip copies", "0-d"],
)
def test_memory_finds_every_element_in_the_storage(x: torch.Tensor, offsets: str) -> None:
    figure = draw.memory(x)
    assert f"lie at offsets {offsets} of a storage" in figure.alt
    heads = re.findall(r"M[^Mz]*L[^Mz]*L[^Mz]*z", figure.svg)
    assert len(heads) >= x.numel(), "an arrow for every element"


def test_a_highlight_is_named_and_drawn() -> None:
    plain = draw.matrix(A)
    for highlight, sentence in ((("row", 1), "Row 1 is highlighted."), (("column", -1), "Column 2 is highlighted.")):
        figure = draw.matrix(A, highlight=highlight)
        assert figure.alt == f"{plain.alt} {sentence}"
        assert figure.svg != plain.svg


def test_a_refused_broadcast_names_its_dimension() -> None:
    figure = draw.broadcast((2, 3), (2,))
    assert figure.alt == (
        "Shapes (2, 3), (2,) do not broadcast: dimension -1 has the sizes 3, 2, and sizes must be equal or 1."
    )


@pytest.mark.parametrize(
    "shapes", [((3, 1), (4,)), ((5, 1, 4), (3, 1)), ((0, 1), (1, 3)), ((), (2,)), ((1,), (1,)), ((2, 0), (1,))]
)
def test_broadcast_agrees_with_torch(shapes: tuple[tuple[int, ...], ...]) -> None:
    result = tuple(torch.broadcast_shapes(*shapes))
    assert draw.broadcast(*shapes).alt.endswith(f"broadcast to {result}.")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((3,), (5, 3, 4)),
        ((5, 2, 3), (3,)),
        ((5, 1, 2, 3), (7, 3, 4)),
        ((2, 3), (2, 3)),
        ((5, 2, 3), (7, 3, 4)),
        ((3,), (4,)),
    ],
)
def test_inner_agrees_with_torch(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    alt = draw.inner(a, b).alt
    try:
        result = tuple((torch.ones(a) @ torch.ones(b)).shape)
    except RuntimeError:
        assert "is refused" in alt
    else:
        assert alt.endswith(f"the result has shape {result}.")


def test_a_flat_image_of_the_plane_is_told() -> None:
    assert "collapses to area 0" in draw.plane(torch.tensor([[1.0, 2.0], [0.5, 1.0]])).alt


def test_gaps_in_a_curve_are_left_out() -> None:
    whole = draw.lines([0, 1, 2, 3], {"a": [1.0, 2.0, 2.0, 1.0]})
    broken = draw.lines([0, 1, 2, 3], {"a": [1.0, 2.0, math.nan, 1.0]})
    assert "nan" not in broken.svg
    assert broken.svg != whole.svg


def test_labels_of_curves_that_end_together_stand_apart() -> None:
    figure = draw.lines([0, 1], {name: [0.0, 1.0] for name in ("one", "two", "three")})
    root = ElementTree.fromstring(figure.svg)
    ends = [float(t.get("y", "0")) for t in root.iter(f"{SVG}text") if t.text in {"one", "two", "three"}]
    ends.sort()
    assert all(b - a >= 15 for a, b in pairwise(ends))
    assert ends[0] > 0, "they move down from the top of the axis, not up into the title"


def test_a_logarithmic_axis_with_few_points_has_its_ticks_there() -> None:
    shown = texts(draw.lines([2, 4, 8, 16], {"a": [1.0, 10.0, 100.0, 1e6]}, log=True))
    assert {"2", "4", "8", "16", "10⁰", "10⁶"} <= set(shown)
    many = texts(draw.lines([2**k for k in range(1, 13)], {"a": [1.0] * 12}, log=True))
    assert {"10", "100", "1000"} <= set(many)
    assert "4096" not in many


def test_curves_end_where_their_labels_begin() -> None:
    root = ElementTree.fromstring(draw.lines([0, 1, 37], {"a": [0.0, 1.0, 1.0]}).svg)
    curve = next(p.get("d", "") for p in root.iter(f"{SVG}path") if p.get("stroke-width") == "2.5")
    label = next(t for t in root.iter(f"{SVG}text") if t.text == "a")
    assert float(label.get("x", "0")) - float(re.findall(r"[\d.]+", curve)[-2]) == pytest.approx(8, abs=0.2)


def test_answers_of_a_table_differ_without_their_colour() -> None:
    shapes = set()
    for mark in ("yes", "no", "partly"):
        root = ElementTree.fromstring(draw.table(["r"], ["c"], [[mark]]).svg)
        strokes = [p for p in root.iter(f"{SVG}path") if p.get("stroke")]
        assert strokes, f"{mark} has a sign"
        shapes.add(tuple((p.get("d", "").count("M"), p.get("d", "").count("L")) for p in strokes))
    assert len(shapes) == 3


def test_text_is_escaped_wherever_it_comes_from() -> None:
    title = '<b> & "quoted"\x00'
    figure = draw.bars(["<i>"], [1.0], title)
    ElementTree.fromstring(figure.svg)
    html = figure._repr_mimebundle_()["text/html"]
    assert [tag for tag, _ in Tags(html).found] == ["img"]
    assert Tags(html).found[0][1]["alt"] == figure.alt


# What cannot be drawn: the exception, and what its sentence must say.
REFUSED: dict[str, tuple[Callable[[], object], type[Exception], str]] = {
    "a list": (lambda: draw.matrix([1, 2]), TypeError, "x is a list, not a tensor"),  # type: ignore[arg-type]
    "three dimensions": (lambda: draw.matrix(torch.ones(2, 2, 2)), ValueError, "Pick a part, such as x"),
    "four dimensions": (lambda: draw.memory(torch.ones(1, 1, 1, 1)), ValueError, "at most 3"),
    "a large matrix": (lambda: draw.matrix(torch.ones(100, 2)), ValueError, "this picture holds at most 12"),
    "a wide matrix": (lambda: draw.matrix(noise(2, 16)), ValueError, "too small to read"),
    "meta": (lambda: draw.matrix(torch.ones(2, device="meta")), ValueError, "have no values"),
    "sparse": (lambda: draw.matrix(torch.eye(2).to_sparse()), ValueError, "x.to_dense"),
    "a row outside": (lambda: draw.matrix(A, highlight=("row", 2)), IndexError, "0 to 1"),
    "an unknown highlight": (lambda: draw.matrix(A, highlight=("diagonal", 0)), ValueError, "Use .row, column"),
    "a large storage": (lambda: draw.memory(torch.ones(100)[:2]), ValueError, "or draw x.clone"),
    "many elements": (lambda: draw.memory(torch.ones(1).expand(13)), ValueError, "12 elements"),
    "inner sizes": (lambda: draw.product(A, A), ValueError, "A has 3 columns and B has 2 rows"),
    "an entry outside": (lambda: draw.product(A, B, 2, 0), IndexError, "row is 2"),
    "no columns": (lambda: draw.outer_sum(torch.ones(2, 0), torch.ones(0, 2)), ValueError, "A is empty"),
    "a matrix as slabs": (lambda: draw.slabs(A), ValueError, "needs 3"),
    "batches": (lambda: draw.batch_product(noise(2, 2, 2), noise(3, 2, 2)), ValueError, "batch of 2 and B one of 3"),
    "batched sizes": (lambda: draw.batch_product(noise(2, 2, 2), noise(2, 3, 2)), ValueError, "B has 3 rows"),
    "a tensor as shape": (lambda: draw.broadcast(A), TypeError, "is not a shape"),  # type: ignore[arg-type]
    "a negative size": (lambda: draw.inner((2, -1), (3, 4)), TypeError, "is not a shape"),
    "no shapes": (lambda: draw.broadcast(), ValueError, "Pass one or more"),
    "a 0-d operand": (lambda: draw.inner((), (3,)), ValueError, "1 to 4"),
    "a 3x3 plane": (lambda: draw.plane(torch.eye(3)), ValueError, "2, 2"),
    "an infinite plane": (lambda: draw.plane(torch.full((2, 2), math.inf)), ValueError, "not a finite number"),
    "a bar too few": (lambda: draw.bars(["a"], [1, 2]), ValueError, "labels has 1 entries and values has 2"),
    "no bars": (lambda: draw.bars([], []), ValueError, "labels is empty"),
    "a short curve": (lambda: draw.lines([1, 2], {"a": [1]}), ValueError, "'a' has 1 entries and x has 2"),
    "many curves": (lambda: draw.lines([1], {str(k): [1] for k in range(7)}), ValueError, "at most 6"),
    "zero on a log axis": (lambda: draw.lines([0, 1], {"a": [1, 1]}, log=True), ValueError, "positive numbers only"),
    "an unknown box": (lambda: draw.diagram({"a": (0, 0, "a")}, [("a", "b", "")]), ValueError, "names the box 'b'"),
    "two boxes in one place": (
        lambda: draw.diagram({"a": (0, 0, "a"), "b": (0, 0, "b")}, []),
        ValueError,
        "Move one of them",
    ),
    "a short row": (lambda: draw.table(["r"], ["a", "b"], [["yes"]]), ValueError, "'r' has 1 entries"),
}


@pytest.mark.parametrize(("call", "error", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_drawn_is_refused_in_a_sentence(
    call: Callable[[], object], error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says) as caught:
        call()
    message = str(caught.value)
    assert re.match(r"draw\.[a-z_]+: ", message), "the sentence says where"
    assert message.endswith((".", "...)."))


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@figures
def test_text_keeps_contrast_with_the_card(make: Callable[[], draw.Figure]) -> None:
    for group in ElementTree.fromstring(make().svg).iter(f"{SVG}g"):
        if fill := group.get("fill"):
            assert contrast(fill, "#ffffff") >= 4.5


def test_dark_text_keeps_contrast_on_the_strongest_fills() -> None:
    for colour in (GREEN, PURPLE):
        assert contrast(INK, tint(colour, 0.75)) >= 4.5


def test_importing_torchscope_brings_torch_and_the_standard_library_only() -> None:
    script = (
        "import sys, torch; before = set(sys.modules); import torchscope, torchscope.predict; "
        "print(sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    fresh = set(re.findall(r"'([^']*)'", done.stdout))
    assert "torchscope" in fresh
    assert fresh - {"torchscope", "torch"} <= set(sys.stdlib_module_names)


@pytest.mark.parametrize("end", [float("inf"), float("nan")])
def test_a_curve_that_ends_in_no_number_is_drawn_up_to_there(end: float) -> None:
    figure = draw.lines([1, 2, 3], {"loss": [2.0, 1.0, end]})
    assert str(end) in figure.alt + figure.words
    assert draw.lines([1, 2, 3], {"loss": [end, 1.0, 2.0]}).svg.startswith("<svg")
