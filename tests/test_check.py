"""What a learner reads when a check fails, and what no answer can make a check do."""

from __future__ import annotations

import functools
import linecache
import re
import subprocess
import sys
import textwrap
from collections import OrderedDict
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy
import pytest
import torch
from torch import Tensor

from autograder import check

A = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
B = torch.tensor([[1.0, 0.0], [5.0, 1.0]])
_numbers = count()


def notebook(*cells: str) -> dict[str, Any]:
    """Run cells as a notebook does: one namespace, and sources that can be read back."""
    namespace: dict[str, Any] = {"__name__": "__main__", "torch": torch, "check": check}
    for cell in cells:
        source, name = textwrap.dedent(cell), f"<cell {next(_numbers)}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), namespace)
    return namespace


def written(value: object, expected: object) -> None:
    check.attempted(value, "a prediction")
    check.equal(value, expected)


def message_of(call: Callable[[], object]) -> str:
    with pytest.raises(check.CheckFailed) as caught:
        call()
    return str(caught.value)


@pytest.fixture(autouse=True)
def fresh_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "current_what", "")
    monkeypatch.setattr(check.compare, "written", False)
    monkeypatch.delenv("AUTOGRADER_SEED", raising=False)


class Liar:
    """Says yes to everything, and remembers that it was asked."""

    asked: list[str] = []  # noqa: RUF012

    def __getattribute__(self, name: str) -> Any:
        Liar.asked.append(name)
        return object.__getattribute__(self, name)

    def _yes(self, *args: object) -> bool:
        Liar.asked.append("a dunder")
        return True

    __eq__ = __ne__ = __bool__ = __lt__ = __contains__ = _yes  # type: ignore[assignment]

    def __hash__(self) -> int:
        Liar.asked.append("__hash__")
        return hash(1)

    def __repr__(self) -> str:
        Liar.asked.append("__repr__")
        return "1"

    def __len__(self) -> int:
        Liar.asked.append("__len__")
        return 2

    def __iter__(self) -> Iterator[object]:
        Liar.asked.append("__iter__")
        return iter([1, 2])

    @classmethod
    def __torch_function__(cls, *_: object) -> bool:
        Liar.asked.append("__torch_function__")
        return True


class YesTensor(Tensor):
    heard: list[object] = []  # noqa: RUF012

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        YesTensor.heard.append(func)
        return True


LOOPS = """
def loops(A):
    '''Doc.'''
    out = A * 2
    for i in range(3):
        out = out + i
    return out
"""


def _add_in_place(x: Tensor) -> Tensor:
    return x.add_(1)


def _double_rows(x: Tensor) -> Tensor:
    return torch.stack([row * 2 for row in x])


def _what(call: Callable[[], object]) -> Callable[[], object]:
    """The call inside a test cell that has said what it shows."""

    def run() -> object:
        check.attempted(1, "doubles its input")
        return call()

    return run


def _read_from_nowhere() -> object:
    namespace: dict[str, Any] = {}
    exec("def f(x):\n    return x", namespace)
    return check.source_without(namespace["f"], "for")


def _raise(error: Exception) -> object:
    raise error


# Every text of the table: a call that fails with it, and the sentence a learner then reads.
SENTENCES: dict[str, tuple[Callable[[], object], str]] = {
    "failed": (_what(lambda: check.close(1, 2)), "✗ doubles its input"),
    "not_attempted": (lambda: check.attempted(..., "f doubles"), "○ f doubles: not attempted yet."),
    "input": (lambda: check.close(1, 2, on="A (2, 3)"), "Input: A (2, 3)."),
    "place": (lambda: check.close([A, A + 1], [A, A]), "Where: result[1]."),
    "trap": (
        lambda: check.close(A * B, A @ B, traps={"this is A * B: * never sums over k": A * B}),
        "It looks as if this is A * B: * never sums over k.",
    ),
    "none_written": (lambda: written(None, A), "You wrote None, expected a tensor."),
    "none": (lambda: check.close(None, A), "Got None, expected a tensor: did you forget `return`?"),
    "type": (lambda: check.close("A", A), "Returned a value of type str, expected a tensor."),
    "plain_from_tensor": (
        lambda: check.equal(torch.tensor(True), True),
        "Returned a value of type Tensor, expected bool: `.item()` gives it, of a tensor with one element.",
    ),
    "number_from_tensor": (
        lambda: check.close(torch.tensor(2.0), 2.0),
        "Returned a tensor, expected a plain number: `.item()` gives it.",
    ),
    "array_from_tensor": (lambda: check.close(A, A.numpy()), "Returned a tensor, expected a NumPy array."),
    "tensor_from_array": (lambda: check.close(A.numpy(), A), "Returned a NumPy array, expected a tensor."),
    "tensor_from_number": (lambda: check.close(2.0, A.sum()), "Returned a plain number, expected a tensor."),
    "bool_is_no_number": (
        lambda: check.close(True, 1),
        "Returned True, expected a number: True and False are not numbers here.",
    ),
    "plain_type": (lambda: check.equal(True, 1), "Returned True, of type bool; expected 1, of type int."),
    "shape": (lambda: check.close(A[0], A), "Shape: got (2,), expected (2, 2)."),
    "dtype": (
        lambda: check.close(A.double(), A),
        "Dtype: got torch.float64, expected torch.float32. The shape (2, 2) is right.",
    ),
    "layout": (lambda: check.close(A.to_sparse(), A), "Layout: got torch.sparse_coo, expected torch.strided."),
    "device": (lambda: check.close(A.to("meta"), A), "Device: got meta, expected cpu."),
    "values": (
        lambda: check.close(A * B, A @ B),
        "Values: 3 of 4 differ, most of all at index (0, 0): got 1, expected 11. The shape (2, 2) is right.",
    ),
    "value": (lambda: check.close(1.5, 2.5), "Value: got 1.5, expected 2.5."),
    "whole": (
        lambda: check.close(torch.tensor([1, 2]), torch.tensor([1, 3])),
        "The result is\ntensor([1, 2])\nand this is expected:\ntensor([1, 3])",
    ),
    "length": (lambda: check.equal((1,), (1, 2)), "Length: got 1, expected 2. The result is (1,)."),
    "keys": (lambda: check.equal({"a": 1}, {"b": 1}), "Keys: got ['a'], expected ['b']."),
    "members": (lambda: check.equal({1, 2}, {1, 3}), "Got {1, 2}, expected {1, 3}."),
    "nothing_raised": (
        lambda: check.raises(ValueError, lambda: 7),
        "Expected ValueError, but the call returned 7.",
    ),
    "raised_another": (
        lambda: check.raises(ValueError, _raise, TypeError("no")),
        "Expected ValueError, but the call raised TypeError: no",
    ),
    "message_lacks": (
        lambda: check.raises(ValueError, _raise, ValueError("bad"), mentions="shape"),
        "The message of ValueError should mention 'shape'. It says: bad",
    ),
    "form_shape": (
        lambda: check.prediction([2, 3], "shape"),
        "A shape is a tuple of whole numbers, such as (2, 3) or (4,), or None if torch refuses. You wrote [2, 3].",
    ),
    "form_number": (
        lambda: check.prediction(True, "number"),
        "Write a number, such as 6 or 0.5. You wrote True.",
    ),
    "form_bool": (lambda: check.prediction(1, "bool"), "Write True or False. You wrote 1."),
    "form_dtype": (
        lambda: check.prediction(3, "dtype"),
        "Write a dtype, such as torch.float32, or None if torch refuses. You wrote 3.",
    ),
    "form_letter": (
        lambda: check.prediction("E", "letters A to D"),
        "Write one capital letter from A to D, in quotes: \"A\". You wrote 'E'.",
    ),
    "form_tuple_without_quotes": (
        lambda: check.prediction("(2, 3)", "shape"),
        "Write a tuple, without quotes, such as (2, 3). You wrote '(2, 3)'.",
    ),
    "form_without_quotes": (
        lambda: check.prediction("6", "number"),
        "Leave out the quotes. You wrote '6'.",
    ),
    "uses": (
        lambda: check.source_without(notebook(LOOPS)["loops"], "for"),
        "Line 5 of loops uses for: find a way without it.",
    ),
    "no_source": (
        _read_from_nowhere,
        "The code of this answer cannot be read: write it with `def` or `class` in its cell.",
    ),
    "changed": (
        lambda: check.unchanged(lambda a, b: b["w"].add_(1), A, {"w": A.clone()}),
        "The call changed its argument 2['w'] in place: work on a copy, or build a new tensor.",
    ),
    "shares": (
        lambda: check.shares_memory(torch.t, A, expected=False),
        "The result shares memory with the first argument: expected a copy.",
    ),
    "copies": (
        lambda: check.shares_memory(torch.clone, A, expected=True),
        "The result is a copy: expected a view that shares memory with the first argument.",
    ),
    "grows": (
        lambda: check.same_operators(_double_rows, (torch.ones(2, 2),), (torch.ones(5, 2),)),
        "The small input took 4 operators and the large one 7: the number must not grow with the size. Let one operator"
        " work on all of it at once, in place of a loop over a size in which the two inputs differ.",
    ),
    "plain_type_written": (
        lambda: written((5, 3), None),
        "You wrote (5, 3), of type tuple; expected None.",
    ),
    "length_written": (
        lambda: written((5, 3), (1, 5, 3)),
        "Length: you wrote (5, 3), of length 2; expected a length of 3.",
    ),
    "numpy_number": (
        lambda: check.equal(numpy.mean([1.0, 2.0]), 1.5),
        "Returned a NumPy number, of type float64; expected float: `.item()` gives it.",
    ),
}
SAID_ELSEWHERE = {"passed"}  # see test_a_shell_prints_what_passed_and_goes_on_where_nothing_was_attempted


def test_every_text_has_a_sentence_here() -> None:
    assert set(SENTENCES) | SAID_ELSEWHERE == set(check.TEXTS)


@pytest.mark.parametrize("key", SENTENCES)
def test_a_failure_says(key: str) -> None:
    call, sentence = SENTENCES[key]
    pattern = re.sub(r"\\\{\w+\\\}", "(?s:.+)", re.escape(check.TEXTS[key]))
    assert re.fullmatch(pattern, sentence), f"the sentence expected here is not the text {key}"
    message = message_of(call)
    said = message if "\n" in sentence else message.splitlines()
    assert sentence in said


def test_a_message_goes_from_what_was_tested_to_the_misconception() -> None:
    check.attempted(1, "f multiplies")
    message = message_of(
        lambda: check.close((A * B).double(), A @ B, on="A, B (2, 2)", traps={"this is A * B": lambda: A * B})
    )
    assert message.splitlines() == [
        "✗ f multiplies",
        "Input: A, B (2, 2).",
        "Dtype: got torch.float64, expected torch.float32. The shape (2, 2) is right.",
        "It looks as if this is A * B.",
    ]


class TestAttempted:
    EMPTY = (
        "def f(x):\n    '''Only a docstring.'''",
        "def f(x):\n    '''Doc.'''\n    # your code here",
        "def f(x: int = 3, *rest, key=None):\n    pass",
        "def f(x):\n    ...",
        "f = lambda: None",
        "import torch\n@torch.no_grad()\ndef f(x):\n    '''Doc.'''",
        "import functools\n@functools.cache\ndef f(x):\n    '''Doc.'''",
        "class f:\n    '''Doc.'''",
        "import torch\nclass f(torch.nn.Module):\n    def __init__(self):\n        '''Doc.'''\n    @property\n"
        "    def g(self):\n        ...\n    @staticmethod\n    def h():\n        pass",
        "from torch.utils.data import Dataset\nclass f(Dataset[int]):\n    def __getitem__(self, index):\n        'Doc.'",
        "import abc\nclass f(abc.ABC):\n    @abc.abstractmethod\n    def g(self):\n        'Doc.'",
        "f = ...",
    )
    WORKED_ON = (
        "def f(x):\n    return x",
        "def f(x):\n    return 0",
        "def f(x):\n    x.add_(1)",
        "def f(x):\n    yield",
        "f = lambda: 1",
        "f = None",
        "f = (..., 2)",
        "f = len",
        "class f:\n    size = 3",
        "class f:\n    def g(self):\n        '''Doc.'''\n    def h(self):\n        return 1",
    )

    @pytest.mark.parametrize("source", EMPTY)
    def test_an_empty_answer_is_not_attempted(self, source: str) -> None:
        with pytest.raises(check.NotAttempted, match="f works: not attempted"):
            check.attempted(notebook(source)["f"], "f works")

    def test_an_input_that_is_a_question_ends_as_one(self) -> None:
        assert "Input: is it a leaf?\n" in message_of(lambda: check.equal(1, 2, on="is it a leaf?"))

    @pytest.mark.parametrize("source", WORKED_ON)
    def test_anything_else_is_attempted(self, source: str) -> None:
        check.attempted(notebook(source)["f"], "f works")
        assert check.current_what == "f works"

    GIVEN = "def f(x, y=1):\n    '''Doc.'''\n    z = x + y\n    return f'{z}'\n"

    @pytest.mark.parametrize(
        "source",
        [
            GIVEN,
            '# a comment\nimport math\n\ndef f(x, y = 1):\n    z = (x + y)  # sum\n\n    # your code here\n    return f"{z}"',
            "import functools\nhelper = 1\ndef f(x, y=1):\n    'Other doc.'\n    z = x + y\n    return f'{z}'",
        ],
    )
    def test_given_code_is_not_attempted_whatever_its_comments_and_layout(self, source: str) -> None:
        with pytest.raises(check.NotAttempted):
            check.attempted(notebook(source)["f"], "f is mended", given=check.digest(self.GIVEN))

    def test_given_code_with_one_change_is_attempted(self) -> None:
        check.attempted(notebook(self.GIVEN.replace("x + y", "x - y"))["f"], "f", given=check.digest(self.GIVEN))

    def test_a_given_class_is_recognised(self) -> None:
        source = "class C:\n    '''Doc.'''\n    def m(self):\n        '''Doc.'''\n        return 1\n"
        given = check.digest(source)
        with pytest.raises(check.NotAttempted):
            check.attempted(notebook("x = 1\n\n" + source)["C"], "C", given=given)
        check.attempted(notebook(source.replace("1", "2"))["C"], "C", given=given)

    def test_a_source_that_cannot_be_had_counts_as_attempted(self) -> None:
        namespace: dict[str, Any] = {}
        exec(self.GIVEN, namespace)
        check.attempted(namespace["f"], "f", given=check.digest(self.GIVEN))

    def test_the_digest_is_of_the_definition_asked_for(self) -> None:
        both = "def g():\n    return 1\n\n" + self.GIVEN
        assert check.digest(both, "f") == check.digest(self.GIVEN) != check.digest(both) == check.digest(both, "g")
        assert re.fullmatch("[0-9a-f]{8}", check.digest(both))
        with pytest.raises(ValueError, match="no definition of h"):
            check.digest(both, "h")

    def test_the_digest_is_the_same_in_every_python(self) -> None:
        # Written down once: bank texts carry digests from one Python to another.
        assert (
            check.digest("def f(x):\n    return x[1:, ..., 'a'] @ -x.T or {**x} if not x else (1, 2.5e-3, None)")
            == "37297eff"
        )

    def test_a_cell_draws_the_same_numbers_whatever_ran_before(self) -> None:
        def draw(what: str) -> tuple[list[float], list[float]]:
            check.attempted(1, what)
            return torch.rand(3, generator=check.generator()).tolist(), torch.rand(3).tolist()

        first = draw("f works")
        assert draw("g works") != first
        assert draw("f works") == first

    def test_the_seed_comes_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def draw() -> float:
            check.attempted(1, "f works")
            return torch.rand(1, generator=check.generator()).item()

        drawn = {draw()}
        for seed in "0123":
            monkeypatch.setenv("AUTOGRADER_SEED", seed)
            drawn.add(draw())
        assert len(drawn) == 4  # no seed is seed 0


class TestClose:
    @pytest.mark.parametrize(
        ("actual", "expected"),
        [
            (A, A + 1e-7),
            (torch.nn.Parameter(A), A),
            (A.clone().requires_grad_(), A),
            (torch.tensor(float("nan")), torch.tensor(float("nan"))),
            (torch.zeros(0, 3), torch.zeros(0, 3)),
            (torch.tensor([True]), torch.tensor([True])),
            (torch.tensor([1 + 2j]), torch.tensor([1 + 2j])),
            (A.to_sparse(), A.to_sparse()),
            (A.to("meta"), A.to("meta")),
            (3, 3.0),
            (3.0, 3),
            (0.1 + 0.2, 0.3),
            (float("nan"), float("nan")),
            (float("inf"), float("inf")),
            (1j, 1j),
            (None, None),
            ((A, [1.0, {"w": A}]), (A, [1, {"w": A}])),
        ],
    )
    def test_accepts(self, actual: object, expected: object) -> None:
        check.close(actual, expected)

    @pytest.mark.parametrize(
        ("actual", "expected", "says"),
        [
            (A + 1e-3, A, "Values"),
            (A[None], A, "Shape: got (1, 2, 2), expected (2, 2)."),
            (torch.ones(1), torch.ones(3), "Shape: got (1,)"),
            (torch.tensor(1.0), torch.ones(1), "Shape: got (), expected (1,)"),
            (torch.tensor([1, 2]), torch.tensor([1.0, 2.0]), "Dtype: got torch.int64"),
            (torch.tensor([float("nan"), 1.0]), torch.ones(2), "1 of 2 differ, most of all at index 0: got nan"),
            (torch.tensor([1.0, float("inf")]), torch.ones(2), "at index 1: got inf, expected 1"),
            (torch.tensor([True, False]), torch.tensor([True, True]), "1 of 2 differ"),
            (torch.tensor(2**60 + 1), torch.tensor(2**60), "1152921504606846977, expected 1152921504606846976"),
            (4, 3, "Value: got 4, expected 3."),
            (1.00002, 1.0, "Value: got 1.00002, expected 1."),
            (float("inf"), 1.0, "got inf"),
            (float("nan"), 1.0, "got nan"),
            (10**400, 1.0, "Value: got 1000"),
            (1j, 1.0, "type complex, expected a number"),
            ("3", 3, "type str, expected a number"),
            (None, 3, "Got None, expected a number"),
            (1, True, "of type int; expected True, of type bool"),
            ([A], (A,), "type list, expected tuple"),
            ((A, A), (A,), "Length: got 2, expected 1"),
            ({"w": A}, OrderedDict(w=A), "type dict, expected OrderedDict"),
            ({"w": A}, {"v": A}, "Keys: got ['w'], expected ['v']"),
            ({"w": {"v": A + 1}}, {"w": {"v": A}}, "Where: result['w']['v']."),
        ],
    )
    def test_refuses(self, actual: object, expected: object, says: str) -> None:
        assert says in message_of(lambda: check.close(actual, expected))

    def test_numbers_are_shown_with_the_digits_that_differ(self) -> None:
        message = message_of(lambda: check.close(1.00000002, 1.0, rtol=0, atol=0))
        assert message == "Value: got 1.00000002, expected 1."

    @pytest.mark.parametrize("dtype", check._TOLERANCES, ids=str)
    @pytest.mark.parametrize("scale", [0.0, 1.0, 1000.0])
    def test_tensors_agree_where_torch_says_so(self, dtype: torch.dtype, scale: float) -> None:
        expected = torch.full((1,), scale, dtype=dtype)
        verdicts = set()
        for step in (0.0, 1e-9, 1e-7, 1e-6, 3e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0):
            actual = torch.full((1,), scale + step, dtype=dtype)
            says = []
            for compare in (torch.testing.assert_close, check.close):
                try:
                    compare(actual, expected)
                    says.append(True)
                except AssertionError:
                    says.append(False)
            assert says[0] == says[1], step
            verdicts.add(says[0])
        assert verdicts == {True, False}

    def test_only_a_small_tensor_is_shown_whole(self) -> None:
        assert "The result is" in message_of(lambda: check.close(torch.zeros(12), torch.ones(12)))
        assert "The result is" not in message_of(lambda: check.close(torch.zeros(13), torch.ones(13)))

    def test_a_number_too_long_for_python_to_spell_out_is_shown_all_the_same(self) -> None:
        assert "Value: got 0x" in message_of(lambda: check.close(10**5000, 1.0))

    def test_tolerances_can_be_set(self) -> None:
        check.close(A + 0.1, A, atol=0.2)
        check.close(1.1, 1.0, rtol=0.2)
        check.close(11, 10, atol=1)
        check.close(torch.tensor([11, 20]), torch.tensor([10, 20]), atol=1)
        message_of(lambda: check.close(A + 1e-6, A, atol=0, rtol=0))

    @pytest.mark.parametrize("actual", [..., (..., ...), (A, ...), (A, A, ...)])
    def test_an_ellipsis_is_not_attempted(self, actual: object) -> None:
        with pytest.raises(check.NotAttempted):
            check.close(actual, (A, A))

    def test_an_expectation_that_cannot_be_compared_is_the_tests_mistake(self) -> None:
        with pytest.raises(TypeError, match="cannot compare values of type Module"):
            check.close(1, torch.nn.Module())


class TestTraps:
    def trap(self, actual: object, expected: object, traps: dict[str, object], **kwargs: Any) -> str:
        message = message_of(lambda: check.close(actual, expected, traps=traps, **kwargs))
        return message.rpartition("It looks as if ")[2] if "It looks as if" in message else ""

    def test_the_first_that_equals_the_result_is_named(self) -> None:
        traps: dict[str, object] = {"this is A + B": A + B, "this is A * B": A * B, "this is it too": A * B}
        assert self.trap(A * B, A @ B, traps) == "this is A * B."

    def test_one_that_the_result_does_not_equal_is_not_named(self) -> None:
        assert self.trap(A * B, A @ B, {"this is A + B": A + B}) == ""

    def test_it_is_found_when_shape_or_dtype_are_wrong(self) -> None:
        assert self.trap(A.sum(0), A.sum(1, keepdim=True), {"this sums columns": A.sum(0)}) == "this sums columns."
        assert self.trap((A * B).double(), A @ B, {"this is A * B": A * B}) == "this is A * B."

    def test_one_that_equals_the_expected_value_never_fires(self) -> None:
        assert self.trap(A.double(), A, {"this is A": A}) == ""
        assert self.trap(A.int(), A, {"this lost the fraction": A.double()}) == ""

    def test_whole_numbers_that_float64_takes_for_one_are_two(self) -> None:
        exact, rounded = torch.tensor([2**53 + 1]), torch.tensor([2**53])
        assert self.trap(rounded, exact, {"this went through a float": rounded}) == "this went through a float."
        assert self.trap(rounded - 1, exact, {"this went through a float": rounded}) == ""

    def test_a_trap_about_the_dtype_fires_for_that_dtype(self) -> None:
        assert self.trap(A.double(), A, {"this is float64": A.double()}) == "this is float64."

    def test_it_may_be_a_function_and_one_that_fails_does_not_apply(self) -> None:
        def refuses() -> Tensor:
            return torch.ones(2, 3) @ torch.ones(2, 3)

        assert self.trap(A * B, A @ B, {"this fails": refuses, "this is A * B": lambda: A * B}) == "this is A * B."

    def test_it_does_not_broadcast(self) -> None:
        assert self.trap(torch.zeros(2, 2), A, {"this is zero": torch.zeros(())}) == ""

    def test_numbers_and_types(self) -> None:
        assert self.trap(2.0, 3.0, {"this is the mean": 2}) == "this is the mean."
        assert (
            self.trap(torch.tensor(3.0), 3.0, {"this is still a tensor": torch.tensor(3.0)})
            == "this is still a tensor."
        )
        assert self.trap(None, 3.0, {"this gives nothing back": None}) == "this gives nothing back."

    def test_the_part_that_differs_is_looked_at_too(self) -> None:
        assert self.trap((A, A * B), (A, A @ B), {"the second is A * B": A * B}) == "the second is A * B."

    def test_equal_has_them_too(self) -> None:
        message = message_of(lambda: check.equal((3, 2), (2, 3), traps={"this is the transposed shape": (3, 2)}))
        assert message.endswith("It looks as if this is the transposed shape.")


class TestEqual:
    @pytest.mark.parametrize(
        "value",
        [
            None,
            True,
            3,
            2.5,
            float("nan"),
            1j,
            "a",
            b"a",
            torch.float32,
            torch.device("cpu"),
            (1, (2, "x")),
            [1, None],
            {"a": [1, {2}]},
            {1, (2, 3)},
            frozenset({1}),
            A,
            (A, 1),
        ],
    )
    def test_accepts_the_same(self, value: object) -> None:
        check.equal(value, value)

    def test_a_size_is_a_tuple(self) -> None:
        check.equal(A.shape, (2, 2))
        check.equal((2, 2), A.shape)
        check.equal(A.shape, A.shape)
        check.equal({"shape": A.shape}, {"shape": (2, 2)})

    @pytest.mark.parametrize(
        ("actual", "expected"),
        [
            (1, True),
            (1, 1.0),
            (1.0 + 1e-12, 1.0),
            ("a", b"a"),
            ([1], (1,)),
            ((1, True), (1, 1)),
            ({1}, {True}),
            ({1: 2}, {True: 2}),
            ({1: 2}, {1: 3}),
            (set(), frozenset()),
            (torch.float32, torch.float64),
            (torch.device("meta"), torch.device("cpu")),
            (A + 1e-7, A),
            (A.double(), A),
            (1, A),
            (None, 0),
            (0, None),
            ([1, 2], [2, 1]),
        ],
    )
    def test_refuses_what_differs_in_type_or_value(self, actual: object, expected: object) -> None:
        message_of(lambda: check.equal(actual, expected))

    def test_a_long_value_is_cut(self) -> None:
        assert len(message_of(lambda: check.equal("x" * 5000, "y"))) < 500


class TestRaises:
    def test_accepts_the_exception_a_subclass_and_one_of_several(self) -> None:
        check.raises(ValueError, _raise, ValueError("Bad SHAPE"), mentions="shape")
        check.raises(LookupError, _raise, KeyError("x"), mentions="x")
        check.raises((TypeError, ValueError), _raise, ValueError())

    def test_an_exception_with_a_text_of_its_own_has_no_say(self) -> None:
        class Shouting(ValueError):
            def __str__(self) -> str:
                return "shape"

        assert "It says: quiet" in message_of(
            lambda: check.raises(ValueError, _raise, Shouting("quiet"), mentions="shape")
        )

    def test_an_ellipsis_is_not_attempted(self) -> None:
        with pytest.raises(check.NotAttempted):
            check.raises(ValueError, lambda: ...)


class TestPrediction:
    @pytest.mark.parametrize(
        ("value", "form"),
        [
            ((2, 3), "shape"),
            ((), "shape"),
            (torch.Size([2]), "shape"),
            (None, "shape"),
            (6, "number"),
            (-0.5, "number"),
            (False, "bool"),
            (torch.int64, "dtype"),
            (None, "dtype"),
            ("A", "letters A to D"),
            ("D", "letters A to D"),
        ],
    )
    def test_accepts_the_form_whatever_the_truth(self, value: object, form: str) -> None:
        check.prediction(value, form)

    @pytest.mark.parametrize(
        ("value", "form"),
        [
            (3, "shape"),
            ((2, 3.0), "shape"),
            ((True, 2), "shape"),
            ((-1, 2), "shape"),
            (None, "number"),
            (torch.tensor(1.0), "number"),
            (1, "bool"),
            (None, "bool"),
            (float, "dtype"),
            ("torch.float32", "dtype"),
            ("b", "letters A to D"),
            ("AB", "letters A to D"),
            (1, "letters A to D"),
            (None, "letters A to D"),
        ],
    )
    def test_refuses_another_form(self, value: object, form: str) -> None:
        message = message_of(lambda: check.prediction(value, form, on="the third of four"))
        assert "Input: the third of four." in message
        assert "You wrote" in message

    def test_an_ellipsis_is_not_attempted(self) -> None:
        with pytest.raises(check.NotAttempted):
            check.prediction(..., "shape")

    def test_an_unknown_form_is_the_tests_mistake(self) -> None:
        with pytest.raises(ValueError, match="is no form"):
            check.prediction(1, "integer")


class TestSourceWithout:
    @pytest.mark.parametrize(
        ("code", "thing"),
        [
            ("return torch.matmul(A, A)", "matmul"),
            ("return A.matmul(A)", "matmul"),
            ("from torch import matmul as m; return m(A, A)", "matmul"),
            ("return getattr(torch, 'matmul')(A, A)", "matmul"),
            ("return mm(A, A)", "matmul"),
            ("return list(map(sum, A))", "sum"),
            ("return A @ A", "@"),
            ("A @= A; return A", "@"),
            ("return A.__matmul__(A)", "@"),
            ("return A * A", "*"),
            ("return A ** 2", "**"),
            ("while True: return A", "while"),
            ("return [a for a in A]", "comprehension"),
            ("return sum(a for a in A)", "comprehension"),
            ("return (lambda: A @ A)()", "@"),
            ("return helper(A)", "@"),
            ("return Helper().run(A)", "@"),
            ("return outer(A)", "@"),
        ],
    )
    def test_finds(self, code: str, thing: str) -> None:
        helpers = """
        mm = torch.matmul
        def helper(A):
            return A @ A
        def outer(A):
            return helper(A) if A is not None else outer(A)
        class Helper:
            def run(self, A):
                return A @ A
        """
        namespace = notebook(helpers, f"def f(A):\n    {code}\n")
        assert f"uses {thing}:" in message_of(lambda: check.source_without(namespace["f"], thing))

    def test_a_given_function_that_is_forbidden_may_loop_itself(self) -> None:
        namespace = notebook("def slow(A):\n    for row in A:\n        row + 1\n", "def f(A):\n    return slow(A)\n")
        message = message_of(lambda: check.source_without(namespace["f"], "slow", "for"))
        assert message.splitlines()[-1] == "Line 2 of f uses slow: find a way without it."
        assert "of slow uses for" in message_of(lambda: check.source_without(namespace["f"], "for"))

    def test_none_that_somebody_wrote_is_no_missing_return(self) -> None:
        assert "You wrote None" in message_of(lambda: written(None, (2, 3)))
        check.attempted(A, "a result")
        assert "did you forget `return`?" in message_of(lambda: check.equal(None, torch.float32))

    def test_what_is_not_used_is_not_found(self) -> None:
        code = """
        def f(A, *rest):
            '''Uses no matmul, no @ and no for.'''
            sum = A + 1  # for @ matmul
            return sum
        def unrelated(A):
            for a in A @ A: pass
        """
        check.source_without(notebook(code)["f"], "matmul", "@", "*", "for", "while", "comprehension", "sum")

    def test_an_answer_may_have_the_name_of_what_is_forbidden(self) -> None:
        check.source_without(notebook("def linear(x, W):\n    return x @ W")["linear"], "linear", "matmul")

    def test_a_helper_is_named_with_its_own_line(self) -> None:
        namespace = notebook("def helper(A):\n    x = 1\n    for a in A: pass", "def f(A):\n    return helper(A)")
        assert "Line 3 of helper uses for:" in message_of(lambda: check.source_without(namespace["f"], "for"))

    def test_a_class_is_read_whole(self) -> None:
        code = "x = 1\nclass Net(torch.nn.Module):\n    def forward(self, x):\n        return x @ x\n"
        assert "Line 4 of Net uses @:" in message_of(lambda: check.source_without(notebook(code)["Net"], "@"))

    def test_a_wrapped_answer_is_read_inside(self) -> None:
        code = "@torch.no_grad()\ndef f(A):\n    return A @ A\n"
        assert "Line 3 of f uses @:" in message_of(lambda: check.source_without(notebook(code)["f"], "@"))

    def test_a_function_of_torch_under_the_answers_name_is_found(self) -> None:
        message_of(lambda: check.source_without(torch.matmul, "matmul"))
        check.source_without(torch.matmul, "einsum")

    def test_a_lambda_is_read(self) -> None:
        message_of(lambda: check.source_without(notebook("f = lambda A: A @ A")["f"], "@"))


class TestObservations:
    def test_unchanged_accepts_a_function_that_only_reads(self) -> None:
        check.unchanged(lambda a, b: a + b, A, B)

    def test_unchanged_sees_a_change_that_keeps_every_value(self) -> None:
        message_of(lambda: check.unchanged(lambda x: x.mul_(1), A.clone()))

    def test_unchanged_says_which_argument_and_input(self) -> None:
        message = message_of(lambda: check.unchanged(lambda a, b: b.add_(1), A, B.clone(), on="a, b (2, 2)"))
        assert message.splitlines()[0] == "Input: a, b (2, 2)."
        assert "its argument 2 in place" in message

    def test_shares_memory_accepts_what_is_expected(self) -> None:
        check.shares_memory(torch.t, A, expected=True)
        check.shares_memory(torch.clone, A, expected=False)

    def test_shares_memory_wants_a_tensor(self) -> None:
        assert "Got None" in message_of(lambda: check.shares_memory(lambda x: None, A, expected=False))
        assert "type list" in message_of(lambda: check.shares_memory(lambda x: [x], A, expected=False))
        with pytest.raises(check.NotAttempted):
            check.shares_memory(lambda x: ..., A, expected=False)

    def test_same_operators_accepts_one_operator_for_any_size(self) -> None:
        check.same_operators(lambda x: x * 2, (torch.ones(2),), (torch.ones(50),))

    def test_a_marked_function_is_called_plainly(self) -> None:
        @check.observe
        def twice(x: int) -> int:
            return 2 * x

        assert twice(3) == 6
        assert twice.__observation__ is True  # type: ignore[attr-defined]

    def test_what_check_measures_is_marked(self) -> None:
        for function in (check._changed, check._shares, check._operator_counts, check._uses):
            assert function.__dict__["__observation__"] is True


class TestHostileResults:
    """No object of the learner's gets control, and none passes."""

    EXPECTED = (A, 1, 1.0, True, "a", None, (A, 1), [1], {"a": 1}, {1}, torch.float32)

    @pytest.mark.parametrize("expected", EXPECTED, ids=repr)
    @pytest.mark.parametrize("compare", [check.close, check.equal])
    def test_an_object_that_says_yes_is_refused_unasked(self, compare: Callable[..., None], expected: object) -> None:
        liar = Liar()
        Liar.asked.clear()
        message = message_of(lambda: compare(liar, expected, traps={"this is a liar": 1}))
        assert "Liar" in message
        assert "looks as if" not in message
        assert Liar.asked == []

    @pytest.mark.parametrize(
        "wrap", [lambda x: (x, 1), lambda x: [1, x], lambda x: {"a": x}, lambda x: ((x,), 1), lambda x: [[x], 2]]
    )
    def test_neither_inside_a_collection(self, wrap: Callable[[object], object]) -> None:
        liar, expected = wrap(Liar()), wrap(1)
        Liar.asked.clear()
        message_of(lambda: check.equal(liar, expected))
        message_of(lambda: check.close(liar, expected))
        message_of(lambda: check.equal(liar, 1))
        assert Liar.asked == []

    @pytest.mark.parametrize("expected", EXPECTED, ids=repr)
    @pytest.mark.parametrize("compare", [check.close, check.equal])
    def test_a_type_that_says_it_is_every_type_is_refused_unasked(
        self, compare: Callable[..., None], expected: object
    ) -> None:
        asked: list[object] = []

        class Every(type):
            def __eq__(cls, other: object) -> bool:
                asked.append(other)
                return True

            def __hash__(cls) -> int:
                return hash(type(expected))

        class Anything(metaclass=Every):
            def __eq__(self, other: object) -> bool:
                asked.append(other)
                return True

            __hash__ = object.__hash__

        message = message_of(lambda: compare(Anything(), expected, traps={"this is a liar": 1}))
        assert "Anything" in message
        assert asked == []

    def test_neither_as_a_key_or_a_member(self) -> None:
        as_key, as_member = {Liar(): 1}, {Liar()}
        Liar.asked.clear()
        message_of(lambda: check.equal(as_key, {1: 1}))
        message_of(lambda: check.close(as_key, {1: 1}))
        message_of(lambda: check.equal(as_member, {1}))
        assert Liar.asked == []

    @pytest.mark.parametrize(
        "call",
        [
            lambda liar: check.prediction(liar, "shape"),
            lambda liar: check.prediction(liar, "number"),
            lambda liar: check.prediction(liar, "letters A to D"),
            lambda liar: check.prediction((liar, 2), "shape"),
            lambda liar: check.raises(ValueError, lambda: liar),
            lambda liar: check.shares_memory(lambda x: liar, A, expected=True),
        ],
    )
    def test_neither_where_something_else_is_asked(self, call: Callable[[object], None]) -> None:
        liar = Liar()
        Liar.asked.clear()
        assert "Liar" in message_of(lambda: call(liar))
        assert Liar.asked == []

    def test_a_tensor_of_another_class_is_refused_unasked(self) -> None:
        forged = A.as_subclass(YesTensor)
        YesTensor.heard.clear()
        assert "type YesTensor, expected a tensor" in message_of(lambda: check.close(forged, A, traps={"x": A}))
        assert YesTensor.heard == []

    def test_a_tensor_with_attributes_of_its_own_is_compared_as_it_is(self) -> None:
        forged = torch.zeros(2, 2)
        for name in ("detach", "clone", "isnan", "cpu", "to", "__eq__"):
            setattr(forged, name, lambda *_, **__: A)
        message_of(lambda: check.close(forged, A))
        message_of(lambda: check.equal(forged, A))

    def test_an_object_that_claims_another_class_is_refused(self) -> None:
        class Claims:
            @property
            def __class__(self) -> type:  # type: ignore[override]
                return Tensor

        assert "type Claims" in message_of(lambda: check.close(Claims(), A))

    def test_an_object_that_claims_to_be_a_class_is_attempted_unasked(self) -> None:
        asked: list[str] = []

        class Claims:
            @property
            def __class__(self) -> type:  # type: ignore[override]
                asked.append("class")
                return type

        check.attempted(Claims(), "is a claim")
        assert asked == []

    def test_a_class_that_computes_its_name_is_not_asked(self) -> None:
        asked: list[str] = []

        class Meta(type):
            @property
            def __name__(cls) -> str:
                asked.append("name")
                return "Tensor"

        class Honest(metaclass=Meta):
            pass

        assert "type Honest" in message_of(lambda: check.close(Honest(), A))
        assert asked == []

    def test_subclasses_of_plain_types_are_not_plain(self) -> None:
        class Tuple(tuple[object, ...]):
            pass

        class Number(int):
            pass

        message_of(lambda: check.equal(Tuple((1, 2)), (1, 2)))
        message_of(lambda: check.equal(Number(1), 1))
        message_of(lambda: check.close(Number(1), 1))
        message_of(lambda: check.prediction(Number(1), "number"))

    def test_rebinding_torchs_functions_changes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(torch.testing, "assert_close", lambda *_, **__: None)
        monkeypatch.setattr(torch, "equal", lambda *_: True)
        monkeypatch.setattr(torch, "allclose", lambda *_, **__: True)
        monkeypatch.setattr(torch, "isclose", lambda a, b, **_: torch.ones(a.shape, dtype=torch.bool))
        message_of(lambda: check.close(torch.zeros(2, 2), A))


def test_the_gate_reads_every_expected_value(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[object] = []
    monkeypatch.setattr(check, "expected_log", log)
    check.close(A, A)
    check.equal(1, 1)
    message_of(lambda: check.equal(1, 2))
    assert [id(value) for value in log] == [id(A), id(1), id(2)]


def test_arrays_of_numpy_compare_as_tensors_do() -> None:
    array = numpy.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    check.close(array + 1e-9, array)
    check.close(array.T.copy().T, array)
    check.close([array, numpy.zeros((0, 2))], [array.copy(), numpy.zeros((0, 2))])
    check.close(numpy.array([numpy.nan, 1.0]), numpy.array([numpy.nan, 1.0]))
    check.equal(array, array.copy())
    check.equal(numpy.array([True]), numpy.array([True]))
    for wrong, says in (
        (array[0], "Shape: got (3,), expected (2, 3)."),
        (array.astype("float32"), "Dtype: got float32, expected float64. The shape (2, 3) is right."),
        (array + numpy.eye(2, 3), "Values: 2 of 6 differ, most of all at index (0, 0): got 2, expected 1."),
        (array + numpy.eye(2, 3), f"The result is\n{array + numpy.eye(2, 3)}\nand this is expected:\n{array}"),
        (array.tolist(), "Returned a value of type list, expected a NumPy array."),
        (None, "Got None, expected a NumPy array: did you forget `return`?"),
        (array.astype(object), "Returned a value of type ndarray, expected a NumPy array."),
        (numpy.ma.masked_array(array), "Returned a value of type MaskedArray, expected a NumPy array."),
    ):
        assert says in message_of(functools.partial(check.close, wrong, array))
    with pytest.raises(check.CheckFailed):
        check.equal(array + 1e-9, array)
    trap = message_of(lambda: check.close(array * 2, array, traps={"this doubles": lambda: array * 2}))
    assert "It looks as if this doubles." in trap


def test_numbers_of_numpy_are_numbers() -> None:
    for number in (numpy.float64(1.5), numpy.float32(1.5), numpy.float16(1.5)):
        check.close(number, 1.5)
    check.close(numpy.int64(2), 2)
    check.close((numpy.float64(1.5), 2.0), (1.5, 2.0))
    assert "Value: got 1.5, expected 2." in message_of(lambda: check.close(numpy.float64(1.5), 2.0))
    for no_number in (numpy.bool_(True), numpy.array(1.5)):
        with pytest.raises(check.CheckFailed, match="expected a number"):
            check.close(no_number, 1.5)
    with pytest.raises(check.CheckFailed, match="of type"):
        check.equal(numpy.float64(1.5), 1.5)


def test_a_change_of_an_array_is_seen() -> None:
    def doubles(array: Any) -> Any:
        array *= 2
        return array

    check.unchanged(lambda array: array * 2, numpy.ones(3))
    with pytest.raises(check.CheckFailed, match="changed its argument 1 in place"):
        check.unchanged(doubles, numpy.ones(3))


def test_nothing_but_torch_and_the_standard_library_is_imported() -> None:
    code = (
        "import sys, torch; before = set(sys.modules); import autograder.check\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before} - sys.stdlib_module_names\n"
        "print(sorted(new))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "['autograder']"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A real IPython shell without files, as a learner's notebook has."""
    interactive = pytest.importorskip("IPython.core.interactiveshell")
    config = pytest.importorskip("traitlets.config").Config()
    config.HistoryManager.enabled = False
    monkeypatch.delenv("TORCH_FOUNDATIONS_GRADING", raising=False)
    monkeypatch.setattr(check, "_GRADING", False)
    monkeypatch.setattr(check, "_hooked_shell", None)
    hook = sys.displayhook, sys.excepthook
    shell = interactive.InteractiveShell.instance(config=config)
    shell.run_cell("from autograder import check\ndef f(x):\n    '''Doc.'''\ndef g(x):\n    return 2 * x")
    yield shell
    interactive.InteractiveShell.clear_instance()
    sys.displayhook, sys.excepthook = hook


class TestInAShell:
    def test_a_shell_prints_what_passed_and_goes_on_where_nothing_was_attempted(
        self, shell: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        first = shell.run_cell("check.attempted(f, 'f doubles')\nprint('never')")
        second = shell.run_cell("check.attempted(g, 'g doubles')\ncheck.close(g(2), 4)")
        third = shell.run_cell("x = 1")
        assert (first.success, second.success, third.success) == (True, True, True)
        assert capsys.readouterr().out.splitlines() == ["○ f doubles: not attempted yet.", "✓ g doubles"]

    def test_a_failure_is_the_sentences_and_no_traceback(self, shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
        result = shell.run_cell("check.attempted(g, 'g doubles')\ncheck.close(g(2), 5)")
        assert not result.success
        assert capsys.readouterr().out == "✗ g doubles\nValue: got 4, expected 5.\n"

    def test_the_hooks_are_put_in_place_once(self, shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
        for _ in range(3):
            shell.run_cell("check.attempted(g, 'g doubles')")
            callbacks = shell.events.callbacks["post_run_cell"]
            assert [callback.__module__ for callback in callbacks].count("autograder.check") == 1
        assert capsys.readouterr().out == "✓ g doubles\n" * 3

    def test_a_recursion_without_an_end_is_told_shortly(self, shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
        shell.run_cell("check.attempted(g, 'g doubles')\ndef deep(n):\n    return min(deep(m) for m in range(n + 1))")
        capsys.readouterr()
        result = shell.run_cell("deep(1)")
        assert isinstance(result.error_in_exec, RecursionError)
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith("RecursionError: maximum recursion depth exceeded")
        assert "deep, line 3: return min(deep(m) for m in range(n + 1))" in lines
        assert re.fullmatch(r"and so on, \d+ calls deep\. Which call ends it\?", lines[-1])
        assert len(lines) < 12

    def test_a_handler_of_the_users_own_stays(self, shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
        def handler(_: Any, etype: type, value: BaseException, tb: Any, tb_offset: int | None = None) -> None:
            print("my own", value)

        shell.set_custom_exc((KeyError,), handler)
        shell.run_cell("check.attempted(f, 'f doubles')")
        shell.run_cell("raise KeyError('x')")
        assert capsys.readouterr().out.splitlines() == ["○ f doubles: not attempted yet.", "my own 'x'"]

    def test_under_grading_not_attempted_is_an_error(
        self, shell: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TORCH_FOUNDATIONS_GRADING", "1")
        assert not shell.run_cell("check.attempted(f, 'f doubles')").success
        assert shell.run_cell("check.attempted(g, 'g doubles')").success
        assert capsys.readouterr().out == "○ f doubles: not attempted yet.\n"

    def test_a_learner_cannot_take_grading_out_of_the_environment(
        self, shell: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(check, "_GRADING", True)
        assert not shell.run_cell("check.attempted(f, 'f doubles')").success

    def test_source_of_a_notebooks_function_is_found(self, shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
        shell.run_cell("class C:\n    def m(self):\n        for i in '': pass")
        assert not shell.run_cell("check.source_without(g, '*')").success
        assert not shell.run_cell("check.source_without(C, 'for')").success
        out = capsys.readouterr().out
        assert "Line 5 of g uses *" in out
        assert "Line 3 of C uses for" in out


def test_run_all_goes_on_in_a_real_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    monkeypatch.delenv("TORCH_FOUNDATIONS_GRADING", raising=False)
    cells = [
        "from autograder import check\ndef f(x):\n    '''Doc.'''",
        "check.attempted(f, 'f doubles')",
        "print('went on')",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    nbclient.NotebookClient(book, kernel_name="python3", timeout=120).execute()
    texts = [[(output.output_type, output.text) for output in cell.outputs] for cell in book.cells]
    assert texts == [[], [("stream", "○ f doubles: not attempted yet.\n")], [("stream", "went on\n")]]


def test_a_wrapper_that_copies_nothing_is_left_alone() -> None:
    check.attempted(functools.partial(len), "a partial of a builtin")
