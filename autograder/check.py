"""What test cells call: each function looks at what an answer gave, and fails with a sentence that a learner can use.

Theory of operation
-------------------
A test cell starts with `attempted`, which notes what the cell shows, seeds torch, and stops at an untouched answer. The other
functions compare. A failure is a `CheckFailed` whose message says what was tested, on which input, what came and what was
expected, in the order type, shape, dtype, value; when the answer equals a known wrong formula (`traps`), it names that too.

*What a result may be.* A result is a plain value or a tensor of exactly one of torch's own types, decided by `type()` before
anything else looks at it. An object of any other type is refused by name: none of its methods is called, `==`, `bool` and
`repr` included. A tensor's own attributes are set aside by a detached copy.

*Where it runs.* In a learner's notebook a `NotAttempted` is printed as one line, without an error, so that "Run All" goes on; a cell
whose checks hold prints one line with a tick. That needs two hooks in IPython, put in place by the first `attempted`. With
TORCH_FOUNDATIONS_GRADING in the environment, and anywhere without IPython, nothing is hooked, and `NotAttempted` is an error like
any other: an untouched answer scores nothing.

*Randomness.* `attempted` seeds `generator()` and torch's global generator from the environment variable AUTOGRADER_SEED (0 when it
is missing) and the text of the check, so that a cell draws the same numbers alone, in any order and in any process.

*Observations.* What a value does not show (aliasing, mutation, operators) is measured by a function marked `@observe`, which gets
everything as arguments and returns plain data. The comparison happens in the function that called it.

*Texts.* Every sentence stands in `TEXTS`, whole, with named fields; a message is a list of such sentences, one a line.
"""

from __future__ import annotations

import ast
import dis
import functools
import hashlib
import linecache
import math
import os
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard, TypeVar, cast

import torch
from torch import Tensor

__all__ = [
    "CheckFailed",
    "NotAttempted",
    "attempted",
    "close",
    "digest",
    "equal",
    "generator",
    "observe",
    "prediction",
    "raises",
    "same_operators",
    "shares_memory",
    "source_without",
    "unchanged",
]

TEXTS: Mapping[str, str] = types.MappingProxyType(
    {
        # Lines that stand first or last.
        "passed": "✓ {what}",
        "failed": "✗ {what}",
        "not_attempted": "○ {what}: not attempted yet.",
        "input": "Input: {on}.",
        "place": "Where: {place}.",
        "trap": "It looks as if {trap}.",
        # Types.
        "none": "Got None, expected {expected}: did you forget `return`?",
        "type": "Returned a value of type {got}, expected {expected}.",
        "number_from_tensor": "Returned a tensor, expected a plain number: `.item()` gives it.",
        "tensor_from_number": "Returned a plain number, expected a tensor.",
        "bool_is_no_number": "Returned {got}, expected a number: True and False are not numbers here.",
        "plain_type": "Returned {got}, of type {got_type}; expected {expected}, of type {expected_type}.",
        # Tensors and numbers.
        "shape": "Shape: got {got}, expected {expected}.",
        "dtype": "Dtype: got {got}, expected {expected}. The shape {shape} is right.",
        "layout": "Layout: got {got}, expected {expected}.",
        "device": "Device: got {got}, expected {expected}.",
        "values": "Values: {wrong} of {total} differ, most of all at index {index}: got {got}, expected {expected}."
        " The shape {shape} is right.",
        "value": "Value: got {got}, expected {expected}.",
        "whole": "The result is\n{got}\nand this is expected:\n{expected}",
        # Collections.
        "length": "Length: got {got_length}, expected {expected_length}. The result is {got}.",
        "keys": "Keys: got {got}, expected {expected}.",
        "members": "Got {got}, expected {expected}.",
        # Exceptions.
        "nothing_raised": "Expected {expected}, but the call returned {got}.",
        "raised_another": "Expected {expected}, but the call raised {got}: {message}",
        "message_lacks": "The message of {got} should mention {mentions}. It says: {message}",
        # The form of a prediction.
        "form_shape": "A shape is a tuple of whole numbers, such as (2, 3) or (4,), or None if torch refuses. You wrote {got}.",
        "form_number": "Write a number, such as 6 or 0.5. You wrote {got}.",
        "form_bool": "Write True or False. You wrote {got}.",
        "form_dtype": "Write a dtype, such as torch.float32, or None if torch refuses. You wrote {got}.",
        "form_letter": 'Write one capital letter from {first} to {last}, in quotes: "{first}". You wrote {got}.',
        "form_tuple_without_quotes": "Write a tuple, without quotes, such as (2, 3). You wrote {got}.",
        "form_without_quotes": "Leave out the quotes. You wrote {got}.",
        # How an answer is written and what it does.
        "uses": "Line {line} of {function} uses {thing}: find a way without it.",
        "no_source": "The code of this answer cannot be read: write it with `def` or `class` in its cell.",
        "changed": "The call changed its argument {position} in place: work on a copy, or build a new tensor.",
        "shares": "The result shares memory with the first argument: expected a copy.",
        "copies": "The result is a copy: expected a view that shares memory with the first argument.",
        "grows": "The small input took {small} operators and the large one {large}: the number must not grow with the"
        " size, so let one operator work on the whole tensor instead of a loop.",
    }
)

# A learner's cell may rebind these in torch; the names here keep what they were when this module was imported.
_isclose = torch.isclose
_detach = Tensor.detach
_clone = Tensor.clone
_Parameter = torch.nn.Parameter

# Read here as well as in every cell: a learner's cell may take it out of the environment.
_GRADING_VARIABLE = "TORCH_FOUNDATIONS_GRADING"
_GRADING = bool(os.environ.get(_GRADING_VARIABLE))
_GENERATOR = torch.Generator()

#: What the running test cell shows: the second argument of its `attempted`.
current_what: str = ""
#: The release gate puts a list here; `close` and `equal` then append every expected value to it.
expected_log: list[object] | None = None

# assert_close's defaults, as its documentation lists them: (rtol, atol). Other dtypes compare exactly.
_TOLERANCES: Mapping[torch.dtype, tuple[float, float]] = {
    torch.float16: (1e-3, 1e-5),
    torch.bfloat16: (1.6e-2, 1e-5),
    torch.float32: (1.3e-6, 1e-5),
    torch.float64: (1e-7, 1e-7),
    torch.complex64: (1.3e-6, 1e-5),
    torch.complex128: (1e-7, 1e-7),
}
# A plain number often comes out of a float32 tensor.
_NUMBER_TOLERANCE = (1e-5, 1e-7)
_SMALL = 12  # elements of a tensor that a message shows whole
_LONG = 200  # characters of a value that a message shows

_TENSORS = frozenset({Tensor, _Parameter})
_NUMBERS = frozenset({int, float, complex})
_SCALARS = frozenset(
    {
        type(None),
        type(...),
        bool,
        int,
        float,
        complex,
        str,
        bytes,
        torch.dtype,
        torch.device,
        torch.layout,
        torch.memory_format,
    }
)

F = TypeVar("F", bound=Callable[..., object])


class CheckFailed(AssertionError):
    """An answer that is not right yet. The message is written for the learner."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows these lines instead of a traceback through this module.
        return [str(self)]


class NotAttempted(CheckFailed):
    """An answer cell that was left as it was given."""


def attempted(answer: object, what: str, *, given: str = "") -> None:
    """Note what this test cell shows, seed its randomness, and stop at an untouched answer.

    `given` is `digest` of the code the learner was given, for an answer that does not start empty. An answer whose source
    cannot be had counts as attempted. Raises NotAttempted.
    """
    global current_what
    current_what = what
    _seed(what)
    if not (_GRADING or os.environ.get(_GRADING_VARIABLE)):
        _hook_into_ipython()
    if _is_untouched(answer) or (given and _digest_of(answer) == given):
        raise _not_attempted()


def generator() -> torch.Generator:
    """The test cell's own CPU generator, seeded by `attempted`: the only source of randomness in a test."""
    return _GENERATOR


def digest(source: str, name: str = "") -> str:
    """Eight hexadecimal digits that stand for a definition's code, whatever its comments, docstrings and layout.

    Of a source with several definitions it takes the last called `name`, or the first when no name is given. Raises
    ValueError when there is no such definition.
    """
    definitions = [node for node in ast.parse(source).body if isinstance(node, _DEFINITIONS)]
    found = [node for node in definitions if node.name == name][-1:] if name else definitions[:1]
    if not found:
        raise ValueError(f"there is no definition of {name or 'a function'} in this source")
    return _digest_of_node(found[0])


def observe(function: F) -> F:
    """Mark a function of a test cell that runs beside the learner's code and returns plain data. Called plainly here."""
    function.__dict__["__observation__"] = True
    return function


def close(
    actual: object,
    expected: object,
    *,
    on: str = "",
    traps: Mapping[str, object] = types.MappingProxyType({}),
    rtol: float | None = None,
    atol: float | None = None,
) -> None:
    """Tensors or numbers that agree: type, then shape, then dtype, then device, then values. NaN agrees with NaN.

    `expected` is a tensor, a number (int and float are both accepted for it, bool is not), or a tuple, list or dict of them,
    which must then come in exactly that type. Nothing broadcasts, and no dtype is converted: compute the expected
    value in float64 and cast it. Formula and tolerances are those of `torch.testing.assert_close`, by dtype; for plain numbers rtol is 1e-5
    and atol 1e-7, and two ints compare exactly. `traps` maps a sentence to a value, or to a function giving it. Raises CheckFailed.
    """
    if expected_log is not None:
        expected_log.append(expected)
    _judge(actual, expected, _Rule(exact=False, rtol=rtol, atol=atol), on, traps)


def equal(
    actual: object,
    expected: object,
    *,
    on: str = "",
    traps: Mapping[str, object] = types.MappingProxyType({}),
) -> None:
    """Plain values of exactly the same type and value, looking into tuples, lists, dicts and sets: True is not 1.

    A `torch.Size` and a tuple are the same type here, and tensors compare bit for bit. Raises CheckFailed.
    """
    if expected_log is not None:
        expected_log.append(expected)
    _judge(actual, expected, _Rule(exact=True), on, traps)


def raises(
    exception: type[BaseException] | tuple[type[BaseException], ...],
    function: Callable[..., object],
    *args: object,
    on: str = "",
    mentions: str = "",
) -> None:
    """The call raises `exception`, and its message contains `mentions`, in capitals or not. Raises CheckFailed."""
    wanted = exception if isinstance(exception, tuple) else (exception,)
    names = ", ".join(kind.__name__ for kind in wanted)
    try:
        got = function(*args)
    except Exception as error:
        message = _message_of(error)
        if not issubclass(type(error), wanted):
            lines = [_text("raised_another", expected=names, got=_type_name(error), message=message)]
            raise _failed(lines, on) from None
        if mentions.lower() not in message.lower():
            lines = [_text("message_lacks", got=_type_name(error), mentions=repr(mentions), message=message)]
            raise _failed(lines, on) from None
        return
    if got is ...:
        raise _not_attempted()
    raise _failed([_text("nothing_raised", expected=names, got=_show(got))], on)


def prediction(value: object, form: str) -> None:
    """The form of a prediction, never its truth. `form`: "shape", "number", "bool", "dtype" or "letters A to D".

    None, for "torch refuses", is a form of "shape" and "dtype". Raises CheckFailed, and ValueError for an unknown form.
    """
    if value is ...:
        raise _not_attempted()
    letters = re.fullmatch(r"letters ([A-Z]) to ([A-Z])", form)
    if not letters and form not in ("shape", "number", "bool", "dtype"):
        raise ValueError(f'{form!r} is no form: use "shape", "number", "bool", "dtype" or "letters A to D"')
    kind = type(value)
    if letters:
        first, last = letters.groups()
        if kind is str and len(cast(str, value)) == 1 and first <= cast(str, value) <= last:
            return
        raise _failed([_text("form_letter", first=first, last=last, got=_show(value))])
    if kind is str:
        key = "form_tuple_without_quotes" if form == "shape" else "form_without_quotes"
        raise _failed([_text(key, got=_show(value))])
    right = {
        "shape": value is None or _is_shape(value),
        "number": kind in (int, float),
        "bool": kind is bool,
        "dtype": value is None or kind is torch.dtype,
    }
    if not right[form]:
        raise _failed([_text(f"form_{form}", got=_show(value))])


def source_without(answer: object, *forbidden: str) -> None:
    """The answer's code, and that of the notebook's functions and classes it names, uses nothing forbidden.

    `forbidden`: the name of a function or attribute ("matmul"), an operator ("@", "*"), "for", "while" or "comprehension". An
    operator covers its augmented assignment and its method, and a name covers an alias of it. Raises CheckFailed.
    """
    uses = _uses(answer, list(forbidden))
    if uses is None:
        raise _failed([_text("no_source")])
    if uses:
        raise _failed([_text("uses", line=line, function=function, thing=thing) for thing, function, line in uses[:3]])


def unchanged(function: Callable[..., object], *args: object, on: str = "") -> None:
    """The call leaves its arguments as they were: a tensor's values and version counter, a list's items. Raises CheckFailed."""
    changed = _changed(function, args)
    if changed:
        raise _failed([_text("changed", position=_position(path)) for path in changed], on)


def shares_memory(function: Callable[..., object], *args: object, expected: bool, on: str = "") -> None:
    """The result shares memory with the first argument, or does not. Raises CheckFailed."""
    kind, shares = _shares(function, args)
    if kind == "ellipsis":
        raise _not_attempted()
    if kind == "NoneType":
        raise _failed([_text("none", expected="a tensor")], on)
    if kind:
        raise _failed([_text("type", got=kind, expected="a tensor")], on)
    if shares != expected:
        raise _failed([_text("shares" if shares else "copies")], on)


def same_operators(
    function: Callable[..., object],
    small_args: Sequence[object],
    large_args: Sequence[object],
    on: str = "",
) -> None:
    """The number of operators dispatched does not grow from the small arguments to the large. Raises CheckFailed."""
    small, large = _operator_counts(function, tuple(small_args), tuple(large_args))
    if large > small:
        raise _failed([_text("grows", small=small, large=large)], on)


@observe
def _changed(function: Callable[..., object], args: tuple[object, ...]) -> list[str]:
    """Where the arguments changed: "[0]" is the first, "[1]['bias']" a part of the second."""
    from torchscope import meter

    before = meter.snapshot(args)
    function(*args)
    return meter.changed(before)


@observe
def _shares(function: Callable[..., object], args: tuple[object, ...]) -> tuple[str, bool]:
    """The name of the result's type where that is no tensor, and whether it shares memory with the first argument."""
    import torch

    from torchscope import meter

    result, first = function(*args), args[0]
    if type(result) not in (torch.Tensor, torch.nn.Parameter) or not isinstance(first, torch.Tensor):
        return type(result).__name__, False
    assert isinstance(result, torch.Tensor)
    return "", meter.shares_memory(result, first)


@observe
def _operator_counts(
    function: Callable[..., object], small_args: tuple[object, ...], large_args: tuple[object, ...]
) -> list[int]:
    from torchscope import meter

    counts = []
    for args in (small_args, large_args):
        with meter.operators() as log:
            function(*args)
        counts.append(len(log))
    return counts


@observe
def _uses(answer: object, forbidden: list[str]) -> list[tuple[str, str, int]] | None:
    """(what, in which function, on which line of its cell), or None where the source cannot be had."""
    from autograder.check import _search

    return _search(answer, forbidden)


@dataclass(frozen=True)
class _Rule:
    """How to compare: bit for bit and type for type, or within tolerances."""

    exact: bool
    rtol: float | None = None
    atol: float | None = None

    def tolerance(self, default: tuple[float, float]) -> tuple[float, float]:
        if self.exact:
            return 0.0, 0.0
        rtol, atol = default
        return (rtol if self.rtol is None else self.rtol, atol if self.atol is None else self.atol)


@dataclass(frozen=True)
class _Difference:
    """The first place where two values part: the sentences about it, and the two values there."""

    lines: tuple[str, ...]
    place: str
    actual: object
    expected: object


def _judge(actual: object, expected: object, rule: _Rule, on: str, traps: Mapping[str, object]) -> None:
    difference = _compare(actual, expected, rule, "")
    if difference is None:
        return
    if difference.actual is ...:
        raise _not_attempted()
    lines = list(difference.lines)
    if difference.place:
        lines.insert(0, _text("place", place=f"result{difference.place}"))
    trap = _trap(actual, expected, difference, traps, rule)
    if trap:
        lines.append(_text("trap", trap=trap.strip().rstrip(".")))
    raise _failed(lines, on)


def _compare(actual: object, expected: object, rule: _Rule, place: str) -> _Difference | None:
    """The first difference, depth first. Raises TypeError when the test expects what no rule covers."""

    def differs(key: str, **fields: object) -> _Difference:
        return _Difference((_text(key, **fields),), place, actual, expected)

    kind, wanted = type(actual), type(expected)
    if actual is ... and expected is not ...:
        return _Difference((), place, actual, expected)
    if issubclass(wanted, Tensor):
        if kind in _TENSORS:
            lines = _compare_tensors(cast(Tensor, actual), cast(Tensor, expected), rule)
            return _Difference(tuple(lines), place, actual, expected) if lines else None
        if actual is None:
            return differs("none", expected="a tensor")
        if kind in _NUMBERS:
            return differs("tensor_from_number")
        return differs("type", got=_type_name(actual), expected="a tensor")
    if wanted in _NUMBERS and not rule.exact:
        return _compare_numbers(actual, expected, rule, place)
    if wanted in _SCALARS:
        if kind is wanted:
            same = actual == expected or (actual != actual and expected != expected)
            return None if same else differs("value", got=_show(actual), expected=_show(expected))
        return _wrong_plain_type(actual, expected, place)
    if not issubclass(wanted, (tuple, list, dict, set, frozenset)):
        raise TypeError(f"a check cannot compare values of type {wanted.__name__}: expect plain values and tensors")
    if kind is not wanted and not (kind in (tuple, torch.Size) and wanted in (tuple, torch.Size)):
        return _wrong_plain_type(actual, expected, place)
    if issubclass(wanted, (tuple, list)):
        got_items, expected_items = list(cast(Sequence[object], actual)), list(cast(Sequence[object], expected))
        if len(got_items) != len(expected_items):
            if any(item is ... for item in got_items):
                return _Difference((), place, ..., expected)
            return differs("length", got_length=len(got_items), expected_length=len(expected_items), got=_show(actual))
        pairs = zip(got_items, expected_items, strict=True)
        steps = [(f"{place}[{i}]", a, e) for i, (a, e) in enumerate(pairs)]
    elif issubclass(wanted, dict):
        got_dict, expected_dict = cast(dict[object, object], actual), cast(dict[object, object], expected)
        got_keys, expected_keys = list(dict.keys(got_dict)), list(dict.keys(expected_dict))
        if _same_members(got_keys, expected_keys) is False:
            return differs("keys", got=_show(got_keys), expected=_show(expected_keys))
        steps = [
            (f"{place}[{_show(key)}]", dict.__getitem__(got_dict, key), value)
            for key, value in dict.items(expected_dict)
        ]
    else:
        members, expected_members = list(cast(set[object], actual)), list(cast(set[object], expected))
        if _same_members(members, expected_members):
            return None
        return differs("members", got=_show(actual), expected=_show(expected))
    for step, got_item, expected_item in steps:
        found = _compare(got_item, expected_item, rule, step)
        if found:
            return found
    return None


def _wrong_plain_type(actual: object, expected: object, place: str) -> _Difference:
    expected_type = type(expected).__name__
    if actual is None:
        line = _text("none", expected=_show(expected) if type(expected) in _SCALARS else expected_type)
    elif _is_plain(actual):
        fields = {"got": _show(actual), "got_type": _type_name(actual)}
        line = _text("plain_type", **fields, expected=_show(expected), expected_type=expected_type)
    else:
        line = _text("type", got=_type_name(actual), expected=expected_type)
    return _Difference((line,), place, actual, expected)


def _compare_numbers(actual: object, expected: object, rule: _Rule, place: str) -> _Difference | None:
    kind = type(actual)
    if kind in (int, float) or (kind is complex and type(expected) is complex):
        if _close_numbers(cast(complex, actual), cast(complex, expected), rule):
            return None
        got, wanted = _two_numbers(cast(complex, actual), cast(complex, expected))
        line = _text("value", got=got, expected=wanted)
    elif actual is None:
        line = _text("none", expected="a number")
    elif kind in _TENSORS:
        line = _text("number_from_tensor")
    elif kind is bool:
        line = _text("bool_is_no_number", got=actual)
    else:
        line = _text("type", got=_type_name(actual), expected="a number")
    return _Difference((line,), place, actual, expected)


def _close_numbers(actual: complex, expected: complex, rule: _Rule) -> bool:
    if type(actual) is int and type(expected) is int and rule.rtol is None and rule.atol is None:
        return actual == expected
    if actual != actual or expected != expected:
        return actual != actual and expected != expected
    if actual == expected:
        return True
    rtol, atol = rule.tolerance(_NUMBER_TOLERANCE)
    try:
        difference = abs(actual - expected)
        return math.isfinite(difference) and difference <= atol + rtol * abs(expected)
    except OverflowError:  # an int that no float holds
        return False


def _compare_tensors(actual: Tensor, expected: Tensor, rule: _Rule) -> list[str]:
    got, wanted = _detach(actual), _detach(expected)
    shape = tuple(got.shape)
    if shape != tuple(wanted.shape):
        return [_text("shape", got=shape, expected=tuple(wanted.shape))]
    if got.dtype != wanted.dtype:
        return [_text("dtype", got=got.dtype, expected=wanted.dtype, shape=shape)]
    if got.layout != wanted.layout:
        return [_text("layout", got=got.layout, expected=wanted.layout)]
    if got.device != wanted.device:
        return [_text("device", got=got.device, expected=wanted.device)]
    if got.device.type == "meta":
        return []  # there are no values
    return _compare_values(_dense(got), _dense(wanted), rule)


def _compare_values(got: Tensor, wanted: Tensor, rule: _Rule) -> list[str]:
    # torch.testing.assert_close says no position that is easy to read, and looks up torch.isclose when it is called.
    wide = torch.complex128 if wanted.is_complex() else torch.float64
    rtol, atol = rule.tolerance(_TOLERANCES.get(wanted.dtype, (0.0, 0.0)))
    wrong = got != wanted
    if rtol or atol:
        # In its own dtype, as torch rounds the tolerance too; bool has no arithmetic of its own.
        pair = (got, wanted) if wanted.dtype in _TOLERANCES else (got.to(wide), wanted.to(wide))
        wrong &= ~_isclose(pair[0], pair[1], rtol=rtol, atol=atol)
    wrong &= ~(got.isnan() & wanted.isnan())
    if not wrong.any():
        return []
    if got.dim() == 0:
        first, second = _two_numbers(got.item(), wanted.item())
        return [_text("value", got=first, expected=second)]
    distance = (got.to(wide) - wanted.to(wide)).abs().nan_to_num(nan=math.inf, posinf=math.inf)
    distance = torch.where(wrong, distance, -1.0)
    index = tuple(int(i) for i in torch.unravel_index(distance.argmax(), got.shape))
    first, second = _two_numbers(got[index].item(), wanted[index].item())
    lines = [
        _text(
            "values",
            wrong=int(wrong.sum()),
            total=got.numel(),
            index=index if len(index) > 1 else index[0],
            got=first,
            expected=second,
            shape=tuple(got.shape),
        )
    ]
    if got.numel() <= _SMALL and str(got) != str(wanted):
        lines.append(_text("whole", got=got, expected=wanted))
    return lines


def _dense(tensor: Tensor) -> Tensor:
    """A strided copy on the CPU."""
    return (tensor if tensor.layout == torch.strided else tensor.to_dense()).cpu().clone()


def _trap(actual: object, expected: object, difference: _Difference, traps: Mapping[str, object], rule: _Rule) -> str:
    """The sentence of the first trap whose value is the result, or the part of it that differs."""
    for sentence, trap in traps.items():
        try:
            value = trap() if isinstance(trap, types.FunctionType) else trap
        except Exception:
            continue  # such a formula does not apply to this input
        for got, wanted in ((actual, expected), (difference.actual, difference.expected)):
            if _is_trapped(got, value, wanted, rule):
                return sentence
    return ""


def _is_trapped(actual: object, trap: object, expected: object, rule: _Rule) -> bool:
    if type(actual) in _TENSORS and type(trap) in _TENSORS and type(expected) in _TENSORS:
        got, wrong, wanted = cast(Tensor, actual), cast(Tensor, trap), cast(Tensor, expected)
        if _alike(wrong, wanted, rule):
            # The values are right, so the trap is about the dtype: or about nothing at all.
            return wrong.dtype != wanted.dtype and wrong.dtype == got.dtype and _alike(got, wrong, rule)
        return _alike(got, wrong, rule)
    try:
        return _compare(trap, expected, rule, "") is not None and _compare(actual, trap, rule, "") is None
    except TypeError:
        return False


def _alike(left: Tensor, right: Tensor, rule: _Rule) -> bool:
    """The same shape and the same values, whatever the dtypes, within the looser tolerance of the two."""
    left, right = _detach(left), _detach(right)
    if left.shape != right.shape or "meta" in (left.device.type, right.device.type):
        return False
    defaults = [_TOLERANCES.get(t.dtype, (0.0, 0.0)) for t in (left, right)]
    rtol, atol = rule.tolerance(max(defaults))
    wide = torch.complex128 if left.is_complex() or right.is_complex() else torch.float64
    try:
        first, second = _dense(left).to(wide), _dense(right).to(wide)
        return bool(_isclose(first, second, rtol=rtol, atol=atol, equal_nan=True).all())
    except (RuntimeError, NotImplementedError):
        return False


def _text(key: str, **fields: object) -> str:
    return TEXTS[key].format(**fields)


def _failed(lines: Sequence[str], on: str = "") -> CheckFailed:
    head = [_text("failed", what=current_what)] if current_what else []
    if on:
        head.append(_text("input", on=on.rstrip(".")))
    return CheckFailed("\n".join([*head, *lines]))


def _not_attempted() -> NotAttempted:
    return NotAttempted(_text("not_attempted", what=current_what))


def _type_name(value: object) -> str:
    # The descriptor itself: a metaclass may have a property of this name.
    return str(type.__dict__["__name__"].__get__(type(value)))


def _is_plain(value: object) -> bool:
    """Whether `repr` and `==` of the value run no code but Python's and torch's own."""
    kind = type(value)
    if kind in (tuple, list, set, frozenset, torch.Size):
        return all(_is_plain(item) for item in cast(Sequence[object], value))
    if kind is dict:
        return all(_is_plain(k) and _is_plain(v) for k, v in cast(dict[object, object], value).items())
    return kind in _SCALARS


def _show(value: object) -> str:
    """A value for a message, cut when long; an object of the learner's by the name of its type only."""
    text = _spell(value, 0)
    return text if len(text) <= _LONG else text[: _LONG - 2] + " …"


def _spell(value: object, depth: int) -> str:
    kind = type(value)
    if kind is int and abs(cast(int, value)) >= 10**1000:
        return hex(cast(int, value))  # Python refuses to spell out thousands of decimal digits
    if kind in _SCALARS:
        return repr(value)
    if kind in _TENSORS:
        tensor = _clone(_detach(cast(Tensor, value)))
        if tensor.numel() == 1 and tensor.dim() == 0 and tensor.device.type != "meta":
            return repr(tensor)
        return f"tensor(shape={tuple(tensor.shape)}, dtype={tensor.dtype})"
    if kind in (tuple, list, set, frozenset, torch.Size, dict) and depth < 5:
        if kind is dict:
            pairs = cast(dict[object, object], value).items()
            return "{" + ", ".join(f"{_spell(k, depth + 1)}: {_spell(v, depth + 1)}" for k, v in pairs) + "}"
        items = [_spell(item, depth + 1) for item in cast(Sequence[object], value)]
        if kind is list:
            return f"[{', '.join(items)}]"
        if kind in (set, frozenset):
            return f"{{{', '.join(sorted(items))}}}" if items else f"{kind.__name__}()"
        return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
    return f"<{_type_name(value)}>"


def _two_numbers(first: complex, second: complex) -> tuple[str, str]:
    """Two different numbers, with as many digits as it takes to tell them apart."""
    if {type(first), type(second)} <= {float, complex}:
        for digits in (6, 9, 12):
            texts = f"{first:.{digits}g}", f"{second:.{digits}g}"
            if texts[0] != texts[1]:
                return texts
    return _show(first), _show(second)


def _message_of(error: BaseException) -> str:
    """What an exception was made with: its class may have a `__str__` of its own."""
    args = BaseException.__dict__["args"].__get__(error)
    return ", ".join(arg if type(arg) is str else _show(arg) for arg in args)


def _position(path: str) -> str:
    """A path as people count: "[1]['bias']" is 2['bias']."""
    first, _, rest = path.removeprefix("[").partition("]")
    return f"{int(first) + 1}{rest}"


def _is_shape(value: object) -> bool:
    return type(value) in (tuple, torch.Size) and all(
        type(size) is int and size >= 0 for size in cast(tuple[int, ...], value)
    )


def _same_members(got: list[object], expected: list[object]) -> bool:
    """Whether two lists hold the same plain values of the same types, in any order."""
    if not all(_is_plain(item) for item in got):
        return False
    return sorted(map(_tagged, got)) == sorted(map(_tagged, expected))


def _tagged(value: object) -> str:
    return f"{type(value).__name__} {_spell(value, 0)}"


def _seed(what: str) -> None:
    seed = os.environ.get("AUTOGRADER_SEED", "0")
    # Not Python's own hash, which differs from process to process; 63 bits, because manual_seed takes an int64.
    number = int.from_bytes(hashlib.sha256(f"{seed} {what}".encode()).digest()[:8], "big") >> 1
    _GENERATOR.manual_seed(number)
    torch.manual_seed(number)


_hooked_shell: object = None
_running: list[str] = []  # what the running notebook cell has attempted


def _hook_into_ipython() -> None:
    """Once in a shell: NotAttempted is one printed line and no error, and a cell whose checks hold says so."""
    global _hooked_shell
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return
    _running.append(current_what)
    if shell is _hooked_shell:
        return
    _hooked_shell = shell
    before = tuple(shell.custom_exceptions)
    before_handler = shell.CustomTB

    def handler(_shell: Any, etype: type, value: BaseException, tb: Any, tb_offset: int | None = None) -> Any:
        if etype is NotAttempted:
            print(value)
            return None
        return before_handler(etype, value, tb, tb_offset=tb_offset)

    def after_cell(result: Any) -> None:
        whats = list(dict.fromkeys(_running))
        _running.clear()
        if type(result.error_in_exec) is NotAttempted:
            # Printed above. The kernel answers "ok" when there is no error here, and Run All goes on.
            result.error_in_exec = None
        elif result.error_in_exec is None and result.error_before_exec is None:
            for what in whats:
                print(_text("passed", what=what))

    shell.set_custom_exc((NotAttempted, *before), handler)
    shell.events.register("post_run_cell", after_cell)


# --------------------------------------------------------------------------------------------------------------------------------
# The code of an answer

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_OPERATORS: Mapping[str, tuple[type[ast.operator], str]] = {
    "+": (ast.Add, "add"),
    "-": (ast.Sub, "sub"),
    "*": (ast.Mult, "mul"),
    "/": (ast.Div, "truediv"),
    "//": (ast.FloorDiv, "floordiv"),
    "%": (ast.Mod, "mod"),
    "**": (ast.Pow, "pow"),
    "@": (ast.MatMult, "matmul"),
    "&": (ast.BitAnd, "and"),
    "|": (ast.BitOr, "or"),
    "^": (ast.BitXor, "xor"),
    "<<": (ast.LShift, "lshift"),
    ">>": (ast.RShift, "rshift"),
}
_CLASS_FURNITURE = frozenset(
    {
        "__annotations__",
        "__dict__",
        "__doc__",
        "__firstlineno__",
        "__module__",
        "__qualname__",
        "__static_attributes__",
        "__weakref__",
    }
)
_MANY = 50  # definitions that a search looks through


def _is_untouched(answer: object) -> bool:
    if answer is ...:
        return True
    if _is_class(answer):
        members = {name: value for name, value in vars(answer).items() if name not in _CLASS_FURNITURE}
        functions = [_function_of(value) for value in members.values()]
        return all(function is not None and _is_empty(function) for function in functions)
    function = _function_of(answer)
    return function is not None and _is_empty(function)


def _is_class(value: object) -> TypeGuard[type]:
    # isinstance would ask the value for its `__class__`.
    return issubclass(type(value), type)


def _function_of(value: object) -> types.FunctionType | None:
    """The plain function inside wrappers, methods, properties and partials, or None."""
    for _ in range(20):
        kind = type(value)
        if kind is types.FunctionType:
            if "__wrapped__" not in vars(value):
                return cast(types.FunctionType, value)
            value = vars(value)["__wrapped__"]
        elif kind in (staticmethod, classmethod, types.MethodType):
            value = cast(types.MethodType, value).__func__
        elif kind is property:
            value = cast(property, value).fget
        elif kind is functools.partial:
            value = cast("functools.partial[object]", value).func
        elif kind is _CACHED:
            value = cast(Any, value).__wrapped__
        else:
            return None
    return None


_CACHED = type(functools.cache(lambda: None))


def _is_empty(function: types.FunctionType) -> bool:
    """Whether the body is a docstring, `pass`, `...` or comments: bytecode that does nothing but return None."""
    for instruction in dis.get_instructions(function):
        if instruction.opname in ("LOAD_CONST", "RETURN_CONST"):
            if instruction.argval is not None:
                return False
        elif instruction.opname not in ("RESUME", "NOP", "RETURN_VALUE", "COPY_FREE_VARS"):
            return False
    return True


def _digest_of(answer: object) -> str:
    node = _definition(answer)
    return _digest_of_node(node) if isinstance(node, _DEFINITIONS) else ""


def _digest_of_node(node: ast.AST) -> str:
    return hashlib.sha256(_canonical(node).encode()).hexdigest()[:8]


def _canonical(value: object) -> str:
    """Code as text that is the same in every Python: `ast.unparse` and `ast.dump` differ from version to version."""
    if isinstance(value, ast.AST):
        fields = {name: field for name, field in ast.iter_fields(value) if field is not None and field != []}
        if isinstance(value, _DEFINITIONS) and ast.get_docstring(value, clean=False) is not None:
            fields["body"] = value.body[1:]
        return f"{type(value).__name__}({', '.join(f'{k}={_canonical(v)}' for k, v in sorted(fields.items()))})"
    if isinstance(value, list):
        return f"[{', '.join(map(_canonical, value))}]"
    return repr(value)


def _definition(answer: object) -> ast.AST | None:
    """The statement that defines a function or class, read from the cell or file it was compiled from.

    `inspect.getsource` finds no class of a notebook before Python 3.13; a class is found here by the lines of its methods.
    """
    if _is_class(answer):
        functions = [f for f in map(_function_of, vars(answer).values()) if f and f.__module__ == answer.__module__]
        name, function = answer.__name__, functions[0] if functions else None
    else:
        function = _function_of(answer)
        name = function.__code__.co_name if function else ""
    if function is None:
        return None
    line = function.__code__.co_firstlineno
    source = "".join(linecache.getlines(function.__code__.co_filename, function.__globals__))
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return None
    around = [node for node in ast.walk(tree) if isinstance(node, ast.stmt) and _first(node) <= line <= _last(node)]
    if name == "<lambda>":
        return max(around, key=_first, default=None)
    named = [node for node in around if isinstance(node, _DEFINITIONS) and node.name == name]
    return max(named, key=_first, default=None)


def _first(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, _DEFINITIONS) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _search(answer: object, forbidden: Sequence[str]) -> list[tuple[str, str, int]] | None:
    """Every use of something forbidden: (what, in which function, on which line of its cell). None without a source."""
    if _alias_of(answer) in forbidden:
        return [(_alias_of(answer), _alias_of(answer), 1)]
    if _function_of(answer) is None and not _is_class(answer):
        return [] if _alias_of(answer) else None
    found: list[tuple[str, str, int]] = []
    queue, seen = [answer], [answer]
    while queue and len(seen) < _MANY:
        current = queue.pop(0)
        node = _definition(current)
        if node is None:
            if current is answer:
                return None
            continue
        scope = _globals_of(current)
        name = getattr(node, "name", "this answer")
        found += [
            (thing, name, line) for thing, line in sorted(set(_uses_in(node, forbidden, scope)), key=lambda u: u[1])
        ]
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                helper = scope.get(part.id)
                if _globals_of(helper) is scope and not any(helper is known for known in seen):
                    queue.append(helper)
                    seen.append(helper)
    return found


def _globals_of(value: object) -> dict[str, object]:
    """The namespace a function or class of the notebook was defined in."""
    if _is_class(value):
        for member in vars(value).values():
            function = _function_of(member)
            if function is not None and function.__module__ == value.__module__:
                return function.__globals__
        return {}
    function = _function_of(value)
    return function.__globals__ if function is not None else {}


def _alias_of(value: object) -> str:
    """The name under which a library knows a function, or an empty string."""
    kinds = (types.BuiltinFunctionType, types.FunctionType, types.MethodDescriptorType)
    return str(getattr(value, "__name__", "")) if type(value) in kinds else ""


def _uses_in(node: ast.AST, forbidden: Sequence[str], scope: Mapping[str, object]) -> Iterator[tuple[str, int]]:
    parts = list(ast.walk(node))
    local = {p.id for p in parts if isinstance(p, ast.Name) and isinstance(p.ctx, ast.Store)}
    local |= {p.arg for p in parts if isinstance(p, ast.arg)}
    for thing in forbidden:
        operator, method = _OPERATORS.get(thing, (None, ""))
        for part in parts:
            line = getattr(part, "lineno", 0)
            if thing == "for":
                hit = isinstance(part, (ast.For, ast.AsyncFor))
            elif thing == "while":
                hit = isinstance(part, ast.While)
            elif thing == "comprehension":
                hit = isinstance(part, _COMPREHENSIONS)
            elif operator is not None:
                hit = isinstance(part, (ast.BinOp, ast.AugAssign)) and isinstance(part.op, operator)
                names = (f"__{method}__", f"__r{method}__", f"__i{method}__")
                hit = hit or (isinstance(part, ast.Attribute) and part.attr in names)
            elif isinstance(part, ast.Attribute):
                hit = part.attr == thing
            elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id not in local:
                hit = part.id == thing or _alias_of(scope.get(part.id)) == thing
            elif isinstance(part, ast.alias):
                hit, line = part.name == thing, part.lineno
            elif isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "getattr":
                hit = any(isinstance(a, ast.Constant) and a.value == thing for a in part.args)
            else:
                hit = False
            if hit:
                yield thing, line
