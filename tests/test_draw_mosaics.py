"""`draw.mosaic`: what it says in words, what it refuses, and the rules every picture keeps."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
import torch
from torch.utils.data import DataLoader

from torchscope import draw
from torchscope.draw.colours import GREY
from torchscope.draw.sentences import ALT_LIMIT

SVG = "{http://www.w3.org/2000/svg}"


def passes(
    count: int, size: int, epochs: int, shuffle: bool = False, drop_last: bool = False
) -> list[list[torch.Tensor]]:
    """What a loader over the numbers below `count` gives, epoch after epoch."""
    generator = torch.Generator().manual_seed(3)
    loader: DataLoader[torch.Tensor] = DataLoader(
        range(count),  # type: ignore[arg-type]
        size,
        shuffle=shuffle,
        drop_last=drop_last,
        generator=generator,
    )
    return [list(loader) for _ in range(epochs)]


FIGURES: dict[str, Callable[[], draw.Figure]] = {
    "ordered": lambda: draw.mosaic(passes(10, 3, 1), "Ten by three", by="place"),
    "shuffled": lambda: draw.mosaic(passes(14, 4, 4, shuffle=True)),
    "dropped": lambda: draw.mosaic(passes(14, 4, 3, shuffle=True, drop_last=True), samples=14),
    "dropped in place": lambda: draw.mosaic(passes(14, 4, 3, True, True), samples=14, by="place"),
    "largest": lambda: draw.mosaic(passes(20, 1, 8, shuffle=True)),
    "largest in place": lambda: draw.mosaic(passes(20, 1, 8, shuffle=True), by="place"),
    "one": lambda: draw.mosaic([[[0]]]),
    "with replacement": lambda: draw.mosaic([[[1, 1], [0, 1]]], by="place"),
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


def texts(figure: draw.Figure) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")]


def test_the_alternative_text_tells_every_batch() -> None:
    assert FIGURES["ordered"]().alt == "Ten by three. Epoch 1: A holds 0 1 2, B holds 3 4 5, C holds 6 7 8, D holds 9."


def test_what_is_in_no_batch_is_told_and_drawn_dashed() -> None:
    figure = draw.mosaic([[[4, 0], [1, 3]]], samples=6)
    assert figure.alt == "Samples and batches. Epoch 1: A holds 4 0, B holds 1 3; left out: 2 5."
    assert texts(figure).count("–") == 2
    dashed = re.findall(rf'<path fill="[^"]*" stroke="{GREY}"[^>]*stroke-dasharray[^>]*d="([^"]*)"', figure.svg)
    assert [path.count("M") for path in dashed] == [2]
    assert "stroke-dasharray" not in draw.mosaic([[[0, 1]]]).svg


def test_a_column_is_a_sample_and_its_letter_the_batch() -> None:
    figure = draw.mosaic([[[2, 0], [1]]])
    letters = [text for text in texts(figure) if text in "AB"]
    assert letters == ["A", "A", "B"]
    across = {
        element.text: float(element.get("x", "0")) for element in ElementTree.fromstring(figure.svg).iter(f"{SVG}text")
    }
    assert across["B"] == across["1"]


def test_rows_in_the_order_of_their_samples_name_the_samples() -> None:
    figure = draw.mosaic([[[2, 0], [1]]], by="place")
    assert [text for text in texts(figure) if text.isdigit()] == ["2", "0", "1"]
    assert [text for text in texts(figure) if text in ("A", "B")] == ["A", "B"]


def test_many_epochs_are_summed_up_and_stand_in_the_words() -> None:
    shuffled = FIGURES["shuffled"]()
    assert shuffled.alt == (
        "Samples and batches: 4 epochs of 14 samples, each in batches of 4, 4, 4, 2, "
        "and no two epochs go through them in the same order."
    )
    assert shuffled.words.count("\n") == 3
    assert shuffled.words.startswith("Epoch 1: A holds ")
    assert draw.mosaic(passes(20, 6, 5)).alt.endswith("and every epoch goes through them in order.")
    again = passes(20, 6, 1, shuffle=True) * 5
    assert draw.mosaic(again).alt.endswith("and every epoch goes through them in the same order.")
    dropped = draw.mosaic(passes(20, 6, 5, True, True), samples=20)
    assert dropped.alt.endswith("in the same order. Each epoch leaves out 2.")
    uneven = draw.mosaic([*passes(20, 6, 4), [[0, 1], [2]]])
    assert (
        uneven.alt
        == "Samples and batches: 5 epochs of 20 samples, in batches of up to 6. Some epochs leave samples out."
    )


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="epochs is empty"):
        draw.mosaic([])
    with pytest.raises(ValueError, match="epochs is empty"):
        draw.mosaic([[], []])
    with pytest.raises(ValueError, match=r"by is 'row'\. Use"):
        draw.mosaic([[[0]]], by="row")
    with pytest.raises(ValueError, match="batch B of epoch 1 is empty"):
        draw.mosaic([[[0], []]])
    for value in (-1, 20, 0.5, True, "a"):
        with pytest.raises(ValueError, match=r"batch A of epoch 2 holds .* which is no sample"):
            draw.mosaic([[[0]], [[value]]])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="which is no sample"):
        draw.mosaic([[torch.tensor([1.0, 2.0])]])
    with pytest.raises(TypeError, match="batch A of epoch 1 is a int, not a list of indices"):
        draw.mosaic([[0, 1, 2]])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="batch A of epoch 1 is a Tensor"):
        draw.mosaic([[torch.zeros(2, 2, dtype=torch.int64)]])
    with pytest.raises(TypeError, match="epoch 1 is a int, not a list of batches"):
        draw.mosaic([0, 1])  # type: ignore[list-item]
    with pytest.raises(ValueError, match=r'sample 2 is there twice in epoch 1, .* by="place"'):
        draw.mosaic([[[2], [2]]])
    with pytest.raises(ValueError, match="24 samples; this picture holds at most 20"):
        draw.mosaic([[[0]]], samples=24)
    with pytest.raises(ValueError, match="21 samples; this picture holds at most 20"):
        draw.mosaic([[[0] * 21]], by="place")
    with pytest.raises(ValueError, match="holds at most 8"):
        draw.mosaic([[[0]]] * 9)
