"""The first place where a result and what was expected part, and the sentences about it.

Types come first, then shapes, dtypes and values. A result is judged by `type()` before anything else looks at it, and only plain values
and tensors of torch's own types are looked at further.
"""

from __future__ import annotations

import math
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor

from autograder.check.texts import text
from autograder.check.values import (
    NUMBERS,
    NUMPY_NUMBERS,
    SCALARS,
    TENSORS,
    detach,
    is_array,
    is_plain,
    kind_of,
    same_members,
    show,
    show_two,
    type_name,
    without_numpy,
)

# A learner's cell may rebind it in torch; this stays what it was when this module was imported.
_isclose = torch.isclose

# assert_close's defaults, as its documentation lists them: (rtol, atol). Other dtypes compare exactly.
TOLERANCES: Mapping[torch.dtype, tuple[float, float]] = {
    torch.float16: (1e-3, 1e-5),
    torch.bfloat16: (1.6e-2, 1e-5),
    torch.float32: (1.3e-6, 1e-5),
    torch.float64: (1e-7, 1e-7),
    torch.complex64: (1.3e-6, 1e-5),
    torch.complex128: (1e-7, 1e-7),
}
_COLLECTIONS = (tuple, list, dict, set, frozenset)
_TUPLES = (tuple, torch.Size)
_EXACTLY = (0.0, 0.0)
# A plain number often comes out of a float32 tensor.
_NUMBER_TOLERANCE = (1e-5, 1e-7)
_SMALL = 12  # elements of a tensor that a message shows whole


@dataclass(frozen=True)
class Rule:
    """How to compare: bit for bit and type for type, or within tolerances."""

    exact: bool
    rtol: float | None = None
    atol: float | None = None

    def tolerance(self, default: tuple[float, float]) -> tuple[float, float]:
        if self.exact:
            return _EXACTLY
        rtol, atol = default
        return (rtol if self.rtol is None else self.rtol, atol if self.atol is None else self.atol)


@dataclass(frozen=True)
class Difference:
    """The first place where two values part: the sentences about it, and the two values there."""

    lines: Sequence[str]
    place: str
    actual: object
    expected: object


def difference(actual: object, expected: object, rule: Rule, place: str = "") -> Difference | None:
    """The first difference, depth first. Raises TypeError when the test expects what no rule covers."""
    if not rule.exact:
        actual, expected = without_numpy(actual), without_numpy(expected)
    kind, wanted = kind_of(actual), kind_of(expected)
    if actual is ... and expected is not ...:
        return Difference((), place, actual, expected)
    if is_array(expected):
        lines = _about_arrays(actual, expected, rule) if is_array(actual) else [_wrong_type(actual, expected, rule)]
    elif issubclass(wanted, Tensor) and kind in TENSORS:
        lines = _about_tensors(detach(cast(Tensor, actual)), detach(cast(Tensor, expected)), rule)
    elif wanted in NUMBERS and not rule.exact and (kind in (int, float) or kind is wanted):
        lines = _about_numbers(cast(complex, actual), cast(complex, expected), rule)
    elif wanted in SCALARS and kind is wanted:
        lines = [] if _same(actual, expected) else [text("value", got=show(actual), expected=show(expected))]
    elif issubclass(wanted, _COLLECTIONS) and (kind is wanted or (kind in _TUPLES and wanted in _TUPLES)):
        return _difference_inside(actual, expected, rule, place)
    elif wanted in SCALARS or issubclass(wanted, (Tensor, *_COLLECTIONS)):
        lines = [_wrong_type(actual, expected, rule)]
    else:
        raise TypeError(f"a check cannot compare values of type {wanted.__name__}: expect plain values and tensors")
    return Difference(lines, place, actual, expected) if lines else None


def _difference_inside(actual: object, expected: object, rule: Rule, place: str) -> Difference | None:
    """The first difference in two collections of one type."""

    def differs(key: str, **fields: object) -> Difference:
        return Difference([text(key, **fields)], place, actual, expected)

    if isinstance(expected, (tuple, list)):
        items = list(cast(Sequence[object], actual))
        if len(items) != len(expected):
            if any(item is ... for item in items):
                return Difference((), place, ..., expected)
            key = "length_written" if written else "length"
            return differs(key, got_length=len(items), expected_length=len(expected), got=show(actual))
        steps = [(str(i), got, wanted) for i, (got, wanted) in enumerate(zip(items, expected, strict=True))]
    elif isinstance(expected, dict):
        got_dict = cast(dict[object, object], actual)
        got_keys, expected_keys = list(dict.keys(got_dict)), list(dict.keys(expected))
        if not same_members(got_keys, expected_keys):
            return differs("keys", got=show(got_keys), expected=show(expected_keys))
        steps = [(show(key), dict.__getitem__(got_dict, key), wanted) for key, wanted in dict.items(expected)]
    else:
        members, wanted_members = list(cast(set[object], actual)), list(cast(set[object], expected))
        same = same_members(members, wanted_members)
        return None if same else differs("members", got=show(actual), expected=show(expected))
    found = (difference(got, wanted, rule, f"{place}[{step}]") for step, got, wanted in steps)
    return next((one for one in found if one), None)


def trapped(actual: object, expected: object, found: Difference, traps: Mapping[str, object], rule: Rule) -> str:
    """The sentence of the first trap whose value is the result, or the part of it that differs; else an empty string."""
    for sentence, trap in traps.items():
        try:
            value = trap() if isinstance(trap, types.FunctionType) else trap
        except Exception:
            continue  # such a formula does not apply to this input
        for got, wanted in ((actual, expected), (found.actual, found.expected)):
            if _is_trapped(got, value, wanted, rule):
                return sentence
    return ""


def _is_trapped(actual: object, trap: object, expected: object, rule: Rule) -> bool:
    if {kind_of(actual), kind_of(trap), kind_of(expected)} <= TENSORS:
        got, wrong, wanted = cast(Tensor, actual), cast(Tensor, trap), cast(Tensor, expected)
        if _alike(wrong, wanted, rule) and (wrong.dtype == wanted.dtype or wrong.dtype != got.dtype):
            return False  # the values are right, so the trap is about the dtype: or about nothing at all
        return _alike(got, wrong, rule)
    try:
        return difference(trap, expected, rule) is not None and difference(actual, trap, rule) is None
    except TypeError:
        return False


written = False  # whether the answer under test is a plain value, and not a function that returned it


def _wrong_type(actual: object, expected: object, rule: Rule) -> str:
    kind, wanted = kind_of(actual), kind_of(expected)
    tensor, number, array = issubclass(wanted, Tensor), wanted in NUMBERS and not rule.exact, is_array(expected)
    name = "a tensor" if tensor else "a number" if number else "a NumPy array" if array else wanted.__name__
    if actual is None:
        return text(
            "none_written" if written else "none",
            expected=show(expected) if wanted in SCALARS and not number else name,
        )
    if tensor and kind in NUMBERS:
        return text("tensor_from_number")
    if array and kind in TENSORS:
        return text("array_from_tensor")
    if tensor and is_array(actual):
        return text("tensor_from_array")
    if number and kind in TENSORS:
        return text("number_from_tensor")
    if number and kind is bool:
        return text("bool_is_no_number", got=actual)
    if not tensor and not number and not array and is_plain(actual):
        fields = {"got": show(actual), "got_type": type_name(actual)}
        key = "plain_type_written" if written else "plain_type"
        return text(key, **fields, expected=show(expected), expected_type=name)
    if type_name(actual) in NUMPY_NUMBERS and wanted in (int, float):
        return text("numpy_number", got=type_name(actual), expected=name)
    from_tensor = kind in TENSORS and wanted in (bool, int, float)
    return text("plain_from_tensor" if from_tensor else "type", got=type_name(actual), expected=name)


def _same(actual: object, expected: object) -> bool:
    return bool(actual == expected or (actual != actual and expected != expected))


def _about_numbers(actual: complex, expected: complex, rule: Rule) -> list[str]:
    if _close_numbers(actual, expected, rule):
        return []
    got, wanted = show_two(actual, expected)
    return [text("value", got=got, expected=wanted)]


def _close_numbers(actual: complex, expected: complex, rule: Rule) -> bool:
    if _same(actual, expected):
        return True
    if type(actual) is int and type(expected) is int and rule.rtol is None and rule.atol is None:
        return False
    rtol, atol = rule.tolerance(_NUMBER_TOLERANCE)
    try:
        distance = abs(actual - expected)
        return math.isfinite(distance) and distance <= atol + rtol * abs(expected)
    except OverflowError:  # an int that no float holds
        return False


def _about_tensors(got: Tensor, wanted: Tensor, rule: Rule) -> list[str]:
    shape = tuple(got.shape)
    if shape != tuple(wanted.shape):
        return [text("shape", got=shape, expected=tuple(wanted.shape))]
    if got.dtype != wanted.dtype:
        return [text("dtype", got=got.dtype, expected=wanted.dtype, shape=shape)]
    if got.layout != wanted.layout:
        return [text("layout", got=got.layout, expected=wanted.layout)]
    if got.device != wanted.device:
        return [text("device", got=got.device, expected=wanted.device)]
    if got.device.type == "meta":
        return []  # there are no values
    return _about_values(_dense(got), _dense(wanted), rule)


def _about_arrays(actual: object, expected: object, rule: Rule) -> list[str]:
    """Shape, dtype and values of two arrays, the values as torch compares them."""
    got, wanted = cast(Any, actual), cast(Any, expected)
    if got.shape != wanted.shape:
        return [text("shape", got=got.shape, expected=wanted.shape)]
    if got.dtype != wanted.dtype:
        return [text("dtype", got=got.dtype.name, expected=wanted.dtype.name, shape=got.shape)]
    # A copy has strides and a byte order that torch knows.
    pair = [torch.from_numpy(array.astype(array.dtype.name, order="C", copy=True)) for array in (got, wanted)]
    lines = _about_values(pair[0], pair[1], rule)
    return [lines[0], text("whole", got=got, expected=wanted)] if len(lines) > 1 else lines


def _about_values(got: Tensor, wanted: Tensor, rule: Rule) -> list[str]:
    # torch.testing.assert_close says no position that is easy to read, and looks up torch.isclose when it is called.
    wide = _wide(wanted)
    rtol, atol = rule.tolerance(TOLERANCES.get(wanted.dtype, _EXACTLY))
    wrong = got != wanted
    if not wrong.any():
        return []
    if rtol or atol:
        # In its own dtype, as torch rounds the tolerance too; bool has no arithmetic of its own.
        pair = (got, wanted) if wanted.dtype in TOLERANCES else (got.to(wide), wanted.to(wide))
        wrong &= ~_isclose(pair[0], pair[1], rtol=rtol, atol=atol)
    wrong &= ~(got.isnan() & wanted.isnan())
    if not wrong.any():
        return []
    if got.dim() == 0:
        first, second = show_two(got.item(), wanted.item())
        return [text("value", got=first, expected=second)]
    distance = (got.to(wide) - wanted.to(wide)).abs().nan_to_num(nan=math.inf, posinf=math.inf)
    distance = torch.where(wrong, distance, -1.0)
    index = tuple(int(i) for i in torch.unravel_index(distance.argmax(), got.shape))
    first, second = show_two(got[index].item(), wanted[index].item())
    counts = {"wrong": int(wrong.sum()), "total": got.numel(), "index": index if len(index) > 1 else index[0]}
    lines = [text("values", **counts, got=first, expected=second, shape=tuple(got.shape))]
    if got.numel() <= _SMALL and str(got) != str(wanted):
        lines.append(text("whole", got=got, expected=wanted))
    return lines


def _alike(left: Tensor, right: Tensor, rule: Rule) -> bool:
    """The same shape and the same values, whatever the dtypes, within the looser tolerance of the two."""
    left, right = detach(left), detach(right)
    if left.shape != right.shape or "meta" in (left.device.type, right.device.type):
        return False
    rtol, atol = rule.tolerance(max(TOLERANCES.get(t.dtype, _EXACTLY) for t in (left, right)))
    whole = left.dtype == right.dtype and left.dtype not in TOLERANCES and not (rtol or atol)
    # float64 does not hold every whole number above 2**53.
    wide = left.dtype if whole else _wide(left, right)
    try:
        first, second = _dense(left).to(wide), _dense(right).to(wide)
        if whole:
            return bool((first == second).all())
        return bool(_isclose(first, second, rtol=rtol, atol=atol, equal_nan=True).all())
    except (RuntimeError, NotImplementedError):
        return False


def _wide(*tensors: Tensor) -> torch.dtype:
    return torch.complex128 if any(tensor.is_complex() for tensor in tensors) else torch.float64


def _dense(tensor: Tensor) -> Tensor:
    """A strided copy on the CPU."""
    return (tensor if tensor.layout == torch.strided else tensor.to_dense()).cpu().clone()
