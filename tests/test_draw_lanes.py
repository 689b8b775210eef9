"""`draw.lanes`: what it says in words, what it refuses, and the rules every picture keeps."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest

from torchscope import draw
from torchscope.draw.sentences import ALT_LIMIT

SVG = "{http://www.w3.org/2000/svg}"
HOST = [(0.0, 1.0, "launch a"), (1.0, 2.0, "launch b"), (2.0, 9.0, "wait")]
DEVICE = [(1.0, 5.0, "a"), (5.0, 9.0, "b")]

FIGURES: dict[str, Callable[[], draw.Figure]] = {
    "two": lambda: draw.lanes({"host": HOST, "device": DEVICE}, "Two calls", unit="microseconds"),
    "marks": lambda: draw.lanes(
        {"host": HOST, "device": DEVICE},
        "A stopwatch",
        arrows=[("host", 1, "device", 1), ("device", 9, "host", 9)],
        marks={"start": 0, "stop": 2},
    ),
    "many": lambda: draw.lanes({f"lane {k}": [(i, i + 0.5, f"step {i}") for i in range(12)] for k in range(5)}),
    "one": lambda: draw.lanes({"host": [(0, 0, "nothing")]}),
}
figures = pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)


@figures
def test_the_picture_keeps_the_rules(make: Callable[[], draw.Figure]) -> None:
    figure = make()
    assert len(figure.svg.encode()) <= 30_000
    assert figure.width <= 600
    assert 0 < len(figure.alt) <= ALT_LIMIT
    root = ElementTree.fromstring(figure.svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {"svg", "g", "rect", "path", "text"}
    assert re.findall(r"\d\.\d\d", re.sub(r">[^<]*<", "><", figure.svg)) == []
    sizes = [float(group.get("font-size", "0")) for group in root[1].iter(f"{SVG}g") if group.get("font-size")]
    assert min(sizes) >= figure.width / 40
    assert figure.svg == make().svg


def test_the_alternative_text_tells_every_block() -> None:
    alt = draw.lanes({"host": HOST, "device": DEVICE}, "Two calls", unit="ms", marks={"stop": 9}).alt
    assert alt == (
        "Two calls. host: launch a from 0 to 1, launch b from 1 to 2, wait from 2 to 9; "
        "device: a from 1 to 5, b from 5 to 9; stop at 9. Times in ms."
    )


def test_what_does_not_fit_into_the_alternative_text_stands_in_the_words() -> None:
    figure = FIGURES["many"]()
    assert figure.alt.startswith("A timeline. lane 0: 12 blocks, the last one until 11.5, lane 1")
    assert figure.words.startswith("lane 0: step 0 from 0 to 0.5, step 1 from 1 to 1.5")
    assert figure.words.count("\n") == 4


def test_a_wait_is_an_outline_and_work_is_filled() -> None:
    def dashed(label: str) -> bool:
        return "stroke-dasharray" in draw.lanes({"host": [(0, 4, label)]}).svg

    assert dashed("wait for it")
    assert not dashed("work")


def test_blocks_that_cannot_be_read_are_refused() -> None:
    for line in ([(0, 2, "a"), (1, 3, "b")], [(2, 1, "back")], [(-1, 1, "early")], [(0, float("inf"), "for ever")]):
        with pytest.raises(ValueError, match="overlaps another one, runs backwards or starts before 0"):
            draw.lanes({"host": line})
    with pytest.raises(ValueError, match="blocks is empty"):
        draw.lanes({})
    with pytest.raises(ValueError, match="blocks is empty"):
        draw.lanes({"host": []})
    with pytest.raises(ValueError, match="names the lane 'gpu'"):
        draw.lanes({"host": HOST}, arrows=[("host", 0, "gpu", 1)])
    with pytest.raises(ValueError, match="not a finite number"):
        draw.lanes({"host": HOST}, marks={"stop": float("nan")})
