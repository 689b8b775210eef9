"""Guess first, then see: what a chapter's reveal cells run.

A learner writes a guess in one cell; the next one calls `reveal(guess, lambda: ...)`. The lambda puts the call to
torch inside `reveal`, so a refusal is an answer like any other and the notebook runs on. `said` turns any answer into
one line of text; the builder of the notebooks uses it to hold each reveal cell's header against what torch says, so
there is one spelling of every answer.

Nothing here may raise at a learner: guesses of any type are compared by plain value, and an object that cannot be
printed is named by its type.
"""

import math
from collections.abc import Callable
from typing import Final

import torch

__all__ = ["reveal", "said"]

SENTENCES: Final = {
    "says": "{who} says {answer}",
    "refuses": "torch refuses: {error}: {message}",
    "missing": "you have not predicted yet: fill in the cell above and run both again",
    "same": "you said the same",
    "other": "you said {guess}",
    "refusal": "you said that torch refuses",
    "tuple_as_text": "you said the same, as text: write a tuple, without quotes",
    "value_as_text": "you said the same, as text: write {answer}, without quotes",
    "not_callable": "reveal needs a function to run: write reveal(guess, lambda: {answer})",
}

# A guess typed to four digits is a right guess of 2.0794415416798357.
CLOSE: Final = 1e-3
LONGEST: Final = 200
REFUSAL_WORDS: Final = frozenset({"none", "refuses", "torchrefuses", "error"})


def said(value: object) -> str:
    """One line for any answer: `(2, 4)`, `torch.float32`, `[1.0, 2.0]`, `'text'`.

    A `torch.Size` reads as a tuple, a tensor as its nested list, a 0-d tensor as its number; numbers of a tensor are
    spelled with as few digits as tell them apart in its dtype. Never raises.
    """
    try:
        plain = _plain(value)
        text = str(plain) if isinstance(plain, torch.dtype | torch.device) else repr(plain)
    except Exception:
        return f"<{type(value).__name__}>"
    line = text if isinstance(plain, str) else " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def reveal(guess: object, thunk: Callable[[], object], who: str = "torch") -> None:
    """Run `thunk`, print what `who` says (or why torch refuses), then what the learner said.

    `guess` is `...` for none yet and None for "torch refuses". Prints two lines and returns None. Never raises for an
    error inside `thunk`; KeyboardInterrupt goes through.
    """
    if not callable(thunk):
        print(SENTENCES["not_callable"].format(answer=said(thunk)))
        return
    answer: object = None
    refused = False
    try:
        answer = thunk()
    except Exception as error:
        refused = True
        print(SENTENCES["refuses"].format(error=type(error).__name__, message=_first_line(error)))
    else:
        print(SENTENCES["says"].format(who=who, answer=said(answer)))
    print(_verdict(guess, answer, refused))


def _verdict(guess: object, answer: object, refused: bool) -> str:
    """The line about the guess."""
    if guess is ...:
        return SENTENCES["missing"]
    if refused and guess is None:
        return SENTENCES["same"]
    if not refused and _same(_plain_or_self(guess), _plain_or_self(answer)):
        return SENTENCES["same"]
    if type(guess) is str and _means(guess, answer, refused):
        key = "tuple_as_text" if isinstance(answer, tuple) else "value_as_text"
        return SENTENCES[key].format(answer="None" if refused else said(answer))
    if guess is None:
        return SENTENCES["refusal"]
    return SENTENCES["other"].format(guess=said(guess))


def _means(text: str, answer: object, refused: bool) -> bool:
    """Does the typed text spell the answer, quotes aside?"""
    typed = "".join(text.split()).lower()
    if refused:
        return typed in REFUSAL_WORDS
    spelled = "".join(said(answer).split()).lower()
    return typed in {
        spelled,
        f"torch.size({spelled})",
        spelled.removeprefix("torch."),
        f"torch.size([{spelled[1:-1]}])",
    }


def _first_line(error: Exception) -> str:
    try:
        lines = str(error).strip().splitlines()
    except Exception:
        return ""
    return lines[0] if lines else ""


def _plain(value: object) -> object:
    """Tensors and sizes as lists, tuples and numbers, at any depth."""
    if isinstance(value, torch.Tensor):
        dense = value.detach().cpu()
        return _shorter(dense.tolist(), dense.dtype) if dense.is_floating_point() else dense.tolist()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _plain_or_self(value: object) -> object:
    try:
        return _plain(value)
    except Exception:
        return value


def _shorter(values: object, dtype: torch.dtype) -> object:
    """0.1 instead of 0.10000000149011612: the fewest digits that give the same number back in `dtype`."""
    if isinstance(values, list):
        return [_shorter(value, dtype) for value in values]
    assert isinstance(values, float)
    if not math.isfinite(values) or dtype is torch.float64:
        return values
    for digits in range(1, 10):
        short = float(f"{values:.{digits}g}")
        if torch.tensor(short, dtype=torch.float64).to(dtype).item() == values:
            return short
    return values


def _same(guess: object, answer: object) -> bool:
    """Equal as plain values: a list equals a tuple, 2 equals 2.0, True does not equal 1."""
    if isinstance(guess, list | tuple) and isinstance(answer, list | tuple):
        return len(guess) == len(answer) and all(_same(g, a) for g, a in zip(guess, answer, strict=True))
    if isinstance(guess, bool) or isinstance(answer, bool):
        return type(guess) is type(answer) and guess == answer
    if isinstance(guess, int | float) and isinstance(answer, int | float):
        if math.isnan(guess) or math.isnan(answer):
            return math.isnan(guess) and math.isnan(answer)
        if isinstance(answer, int) or answer == int(answer if math.isfinite(answer) else 0):
            return guess == answer
        return math.isclose(guess, answer, rel_tol=CLOSE)
    try:
        return type(guess) is type(answer) and bool(guess == answer)
    except Exception:
        return False
