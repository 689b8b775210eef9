"""Predict, then reveal: what a learner reads after a guess."""

from collections.abc import Callable

import pytest
import torch

from torchscope.predict import reveal, said

Capture = pytest.CaptureFixture[str]


def shown(capsys: Capture, guess: object, thunk: Callable[[], object]) -> list[str]:
    reveal(guess, thunk)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.Size([2, 4]), "(2, 4)"),
        (torch.Size([3]), "(3,)"),
        ((2, 4), "(2, 4)"),
        ((), "()"),
        (torch.float32, "torch.float32"),
        (torch.device("cpu"), "cpu"),
        (True, "True"),
        (3, "3"),
        (2.5, "2.5"),
        ("cpu", "'cpu'"),
        (None, "None"),
        (torch.tensor([1.0, 2.0]), "[1.0, 2.0]"),
        (torch.tensor([[1, 2], [3, 4]]), "[[1, 2], [3, 4]]"),
        (torch.tensor(2.5, requires_grad=True), "2.5"),
        (torch.tensor([0.1, 1 / 3]), "[0.1, 0.33333334]"),
        (torch.tensor(16777216.0), "16777216.0"),
        (torch.tensor([0.1], dtype=torch.bfloat16), "[0.1]"),
        (torch.tensor(0.1, dtype=torch.float64), "0.1"),
        (torch.tensor([float("nan"), float("inf")]), "[nan, inf]"),
        (torch.tensor([True]), "[True]"),
        (torch.empty(0), "[]"),
        ([torch.tensor(1), torch.Size([2])], "[1, (2,)]"),
        (torch.tensor([3, 5]).max(dim=0), "(5, 1)"),
        ({"bias": torch.zeros(1)}, "{'bias': [0.0]}"),
    ],
)
def test_said_spells_an_answer_in_one_way(value: object, text: str) -> None:
    assert said(value) == text


def test_said_stays_on_one_line_and_never_raises() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    assert said(Broken()) == "<Broken>"
    assert said(torch.empty(2, device="meta")) == "<Tensor>"
    long = said(torch.zeros(50, 50))
    assert "\n" not in long
    assert len(long) == 200


def test_a_right_guess(capsys: Capture) -> None:
    lines = shown(capsys, (2, 4), lambda: (torch.ones(2, 3) @ torch.ones(3, 4)).shape)
    assert lines == ["torch says (2, 4)", "you said the same"]


def test_another_than_torch_may_say_it(capsys: pytest.CaptureFixture[str]) -> None:
    reveal(36, lambda: 36, who="the page")
    assert capsys.readouterr().out.splitlines() == ["the page says 36", "you said the same"]


def test_a_wrong_guess(capsys: Capture) -> None:
    lines = shown(capsys, torch.Size([2, 3]), lambda: (torch.ones(2, 3) @ torch.ones(3, 4)).shape)
    assert lines == ["torch says (2, 4)", "you said (2, 3)"]


def test_no_guess_yet(capsys: Capture) -> None:
    lines = shown(capsys, ..., lambda: torch.tensor([1.0]).dtype)
    assert lines == [
        "torch says torch.float32",
        "you have not predicted yet: fill in the cell above and run both again",
    ]


def test_torch_refuses_and_the_learner_knew(capsys: Capture) -> None:
    lines = shown(capsys, None, lambda: torch.ones(2, 3) @ torch.ones(2, 3))
    assert lines[0].startswith("torch refuses: RuntimeError: mat1 and mat2 shapes cannot be multiplied")
    assert lines[1:] == ["you said the same"]


def test_torch_refuses_and_the_learner_did_not_know(capsys: Capture) -> None:
    lines = shown(capsys, (2, 3), lambda: torch.ones(2, 3) @ torch.ones(2, 3))
    assert lines[1:] == ["you said (2, 3)"]


def test_torch_does_not_refuse_as_guessed(capsys: Capture) -> None:
    assert shown(capsys, None, lambda: 3) == ["torch says 3", "you said that torch refuses"]


def test_only_the_first_line_of_a_long_message_is_shown(capsys: Capture) -> None:
    def refuse() -> object:
        raise ValueError("one\ntwo")

    assert shown(capsys, None, refuse)[0] == "torch refuses: ValueError: one"


def test_an_answer_of_none_is_an_answer(capsys: Capture) -> None:
    assert shown(capsys, None, lambda: torch.ones(1).grad) == ["torch says None", "you said the same"]


@pytest.mark.parametrize(
    ("guess", "answer"),
    [
        ([2, 4], (2, 4)),
        ((2, 4), torch.Size([2, 4])),
        ([1.0, 2.0], torch.tensor([1.0, 2.0])),
        (torch.tensor([1, 2]), [1, 2]),
        (2, 2.0),
        (2.0794, 2.0794415416798357),
        (float("nan"), torch.tensor(float("nan"))),
        (float("inf"), float("inf")),
        (torch.float32, torch.float32),
        ("cpu", "cpu"),
    ],
)
def test_guesses_that_mean_the_same(capsys: Capture, guess: object, answer: object) -> None:
    assert shown(capsys, guess, lambda: answer)[1] == "you said the same"


@pytest.mark.parametrize(
    ("guess", "answer"),
    [
        ((2,), (2, 4)),
        (True, 1),
        (0, False),
        (2.07, 2.0794415416798357),
        (2.001, 2.0),
        (torch.float64, torch.float32),
        (float("nan"), 1.0),
        ((4, 2), (2, 4)),
        ("cuda", "cpu"),
        (object, 3),
    ],
)
def test_guesses_that_do_not(capsys: Capture, guess: object, answer: object) -> None:
    assert shown(capsys, guess, lambda: answer)[1] == f"you said {said(guess)}"


@pytest.mark.parametrize("text", ["(2, 4)", "(2,4)", "torch.Size([2, 4])"])
def test_a_tuple_typed_as_text_is_met_kindly(capsys: Capture, text: str) -> None:
    lines = shown(capsys, text, lambda: torch.ones(2, 4).shape)
    assert lines[1] == "you said the same, as text: write a tuple, without quotes"


def test_other_answers_typed_as_text_are_met_kindly(capsys: Capture) -> None:
    expected = "you said the same, as text: write torch.float32, without quotes"
    assert shown(capsys, "float32", lambda: torch.float32)[1] == expected
    refused = shown(capsys, "None", lambda: torch.ones(2).view(3))
    assert refused[1] == "you said the same, as text: write None, without quotes"
    assert shown(capsys, "(4, 2)", lambda: (2, 4))[1] == "you said '(4, 2)'"


def test_a_value_in_place_of_a_function_says_what_to_write(capsys: Capture) -> None:
    lines = shown(capsys, (2,), torch.Size([2]))  # type: ignore[arg-type]
    assert lines == ["reveal needs a function to run: write reveal(guess, lambda: (2,))"]


def test_hostile_guesses_do_not_raise(capsys: Capture) -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError

        __hash__ = None  # type: ignore[assignment]

        def __repr__(self) -> str:
            return "odd\nguess"

    assert shown(capsys, Odd(), Odd)[1] == "you said odd guess"
