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

*State.* All of it is here: what the cell shows and has attempted, the generator, the gate's log. The other modules are given values,
and return sentences or plain data.
"""

from __future__ import annotations

import hashlib
import os
import re
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import torch

from autograder.check import compare, notebook
from autograder.check.code import digest
from autograder.check.observations import changed as _changed
from autograder.check.observations import handle as _handle
from autograder.check.observations import observe
from autograder.check.observations import operator_counts as _operator_counts
from autograder.check.observations import shares as _shares
from autograder.check.observations import untouched as _untouched
from autograder.check.observations import uses as _uses
from autograder.check.texts import TEXTS as TEXTS
from autograder.check.texts import text
from autograder.check.values import is_plain, is_shape, kind_of, message_of, show, type_name

__all__ = [
    "CheckFailed",
    "NotAttempted",
    "attempted",
    "close",
    "digest",
    "equal",
    "generator",
    "handle",
    "observe",
    "prediction",
    "raises",
    "same_operators",
    "shares_memory",
    "source_without",
    "unchanged",
]

# Read here as well as in every cell: a learner's cell may take it out of the environment.
_GRADING_VARIABLE = "TORCH_FOUNDATIONS_GRADING"
_GRADING = bool(os.environ.get(_GRADING_VARIABLE))
_GENERATOR = torch.Generator()
_TOLERANCES = compare.TOLERANCES
_record_gradients = torch.set_grad_enabled
_NO_TRAPS: Mapping[str, object] = types.MappingProxyType({})

#: What the running test cell shows: the second argument of its `attempted`.
current_what: str = ""
#: The release gate puts a list here; `close` and `equal` then append every expected value to it.
expected_log: list[object] | None = None

_hooked_shell: object = None
_running: list[str] = []  # what the running notebook cell has attempted


class CheckFailed(AssertionError):
    """An answer that is not right yet. The message is written for the learner."""

    def _render_traceback_(self) -> list[str]:
        # IPython shows these lines instead of a traceback through this module.
        return [str(self)]


class NotAttempted(CheckFailed):
    """An answer cell that was left as it was given."""


def attempted(answer: object, what: str, *, given: str = "") -> None:
    """Note what this test cell shows, seed its randomness, let torch record gradients, and stop at an untouched answer.

    `given` is `digest` of the code the learner was given, for an answer that does not start empty. An answer whose source
    cannot be had counts as attempted. Raises NotAttempted.
    """
    global current_what
    current_what = what
    compare.written = is_plain(answer)
    _seed(what)
    _record_gradients(True)  # an earlier answer may have left it off
    if not (_GRADING or os.environ.get(_GRADING_VARIABLE)):
        _hook_into_ipython()
    if _untouched(answer, given):
        raise _not_attempted()


def generator() -> torch.Generator:
    """The test cell's own CPU generator, seeded by `attempted`: the only source of randomness in a test."""
    return _GENERATOR


def handle(answer: Any) -> Any:
    """A learner's object, to be called and looked into: its attributes, its length, its items, each a plain value.

    What a learner's class makes when a test calls it is one already. A handle has no truth, no equal and no hash.
    """
    return _handle(answer)


def close(
    actual: object,
    expected: object,
    *,
    on: str = "",
    traps: Mapping[str, object] = _NO_TRAPS,
    rtol: float | None = None,
    atol: float | None = None,
) -> None:
    """Tensors or numbers that agree: type, then shape, then dtype, then device, then values. NaN agrees with NaN.

    `expected` is a tensor, a NumPy array, a number (int, float and NumPy's numbers are accepted for it, bool is not), or a tuple, list
    or dict of them, which must then come in exactly that type. Nothing broadcasts, and no dtype is converted: compute the expected
    value in float64 and cast it. Formula and tolerances are those of `torch.testing.assert_close`, by dtype; for plain numbers rtol is 1e-5
    and atol 1e-7, and two ints compare exactly. `traps` maps a sentence to a value, or to a function giving it. Raises CheckFailed.
    """
    _judge(actual, expected, compare.Rule(exact=False, rtol=rtol, atol=atol), on, traps)


def equal(actual: object, expected: object, *, on: str = "", traps: Mapping[str, object] = _NO_TRAPS) -> None:
    """Plain values of exactly the same type and value, looking into tuples, lists, dicts and sets: True is not 1.

    A `torch.Size` and a tuple are the same type here, and tensors compare bit for bit. Raises CheckFailed.
    """
    _judge(actual, expected, compare.Rule(exact=True), on, traps)


def _judge(actual: object, expected: object, rule: compare.Rule, on: str, traps: Mapping[str, object]) -> None:
    if expected_log is not None:
        expected_log.append(expected)
    found = compare.difference(actual, expected, rule)
    if found is None:
        return
    if found.actual is ...:
        raise _not_attempted()
    lines = [text("place", place=f"result{found.place}")] if found.place else []
    lines += found.lines
    trap = compare.trapped(actual, expected, found, traps, rule)
    if trap:
        lines.append(text("trap", trap=trap.strip().rstrip(".")))
    raise _failed(lines, on)


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
        message, name = message_of(error), type_name(error)
        if not issubclass(type(error), wanted):
            line = text("raised_another", expected=names, got=name, message=message)
        elif mentions.lower() not in message.lower():
            line = text("message_lacks", got=name, mentions=repr(mentions), message=message)
        else:
            return
        raise _failed([line], on) from None
    if got is ...:
        raise _not_attempted()
    raise _failed([text("nothing_raised", expected=names, got=show(got))], on)


def prediction(value: object, form: str, *, on: str = "") -> None:
    """The form of a prediction, never its truth. `form`: "shape", "number", "bool", "dtype" or "letters A to D".

    None, for "torch refuses", is a form of "shape" and "dtype". Raises CheckFailed, and ValueError for an unknown form.
    """
    if value is ...:
        raise _not_attempted()
    letters = re.fullmatch(r"letters ([A-Z]) to ([A-Z])", form)
    if not letters and form not in ("shape", "number", "bool", "dtype"):
        raise ValueError(f'{form!r} is no form: use "shape", "number", "bool", "dtype" or "letters A to D"')
    kind = kind_of(value)
    if letters:
        first, last = letters.groups()
        if kind is str and len(cast(str, value)) == 1 and first <= cast(str, value) <= last:
            return
        raise _failed([text("form_letter", first=first, last=last, got=show(value))], on)
    right = {
        "shape": value is None or is_shape(value),
        "number": kind in (int, float),
        "bool": kind is bool,
        "dtype": value is None or kind is torch.dtype,
    }
    if right[form]:
        return
    key = f"form_{form}"
    if kind is str:
        key = "form_tuple_without_quotes" if form == "shape" else "form_without_quotes"
    raise _failed([text(key, got=show(value))], on)


def source_without(answer: object, *forbidden: str) -> None:
    """The answer's code, and that of the notebook's functions and classes it names, uses nothing forbidden.

    `forbidden`: the name of a function or attribute ("matmul"), an operator ("@", "*"), "for", "while" or "comprehension". An
    operator covers its augmented assignment and its method, and a name covers an alias of it. Raises CheckFailed.
    """
    uses = _uses(answer, list(forbidden))
    if uses is None:
        raise _failed([text("no_source")])
    if uses:
        raise _failed([text("uses", line=line, function=function, thing=thing) for thing, function, line in uses[:3]])


def unchanged(function: Callable[..., object], *args: object, on: str = "") -> None:
    """The call leaves its arguments as they were: a tensor's values and version counter, a list's items. Raises CheckFailed."""
    changed = _changed(function, args)
    if changed:
        raise _failed([text("changed", position=_position(path)) for path in changed], on)


def _position(path: str) -> str:
    """A path as people count: "[1]['bias']" is 2['bias']."""
    first, _, rest = path.removeprefix("[").partition("]")
    return f"{int(first) + 1}{rest}"


def shares_memory(function: Callable[..., object], *args: object, expected: bool, on: str = "") -> None:
    """The result shares memory with the first argument, or does not. Raises CheckFailed."""
    kind, shares = _shares(function, args)
    if kind == "ellipsis":
        raise _not_attempted()
    if kind == "NoneType":
        raise _failed([text("none", expected="a tensor")], on)
    if kind:
        raise _failed([text("type", got=kind, expected="a tensor")], on)
    if shares != expected:
        raise _failed([text("shares" if shares else "copies")], on)


def same_operators(
    function: Callable[..., object], small_args: Sequence[object], large_args: Sequence[object], on: str = ""
) -> None:
    """The number of operators dispatched does not grow from the small arguments to the large. Raises CheckFailed."""
    small, large = _operator_counts(function, tuple(small_args), tuple(large_args))
    if large > small:
        raise _failed([text("grows", small=small, large=large)], on)


def _failed(lines: Sequence[str], on: str = "") -> CheckFailed:
    head = [text("failed", what=current_what)] if current_what else []
    if on:
        head.append(text("input", on=on if on.endswith("?") else f"{on.rstrip('.')}."))
    return CheckFailed("\n".join([*head, *lines]))


def _not_attempted() -> NotAttempted:
    return NotAttempted(text("not_attempted", what=current_what))


def _seed(what: str) -> None:
    seed = os.environ.get("AUTOGRADER_SEED", "0")
    # Not Python's own hash, which differs from process to process; 63 bits, because manual_seed takes an int64.
    number = int.from_bytes(hashlib.sha256(f"{seed} {what}".encode()).digest()[:8], "big") >> 1
    _GENERATOR.manual_seed(number)
    # torch.manual_seed writes down a traceback for each device that is not there yet: a millisecond for every check.
    torch.default_generator.manual_seed(number)
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.manual_seed_all(number)


def _hook_into_ipython() -> None:
    """Once in a shell: NotAttempted is one printed line and no error, and a cell whose checks hold says so."""
    global _hooked_shell
    shell = notebook.running_shell()
    if shell is None:
        return
    _running.append(current_what)
    if shell is not _hooked_shell:
        _hooked_shell = shell
        notebook.hook(shell, NotAttempted, _after_cell)


def _after_cell(result: Any) -> None:
    whats = list(dict.fromkeys(_running))
    _running.clear()
    if type(result.error_in_exec) is NotAttempted:
        # Printed already. The kernel answers "ok" when there is no error here, and Run All goes on.
        result.error_in_exec = None
    elif result.success:
        for what in whats:
            print(text("passed", what=what))
