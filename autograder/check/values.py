"""Which values are plain, and how a message spells a value, without a call of anything that a learner wrote."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import Tensor

# A learner's cell may rebind these in torch; the names here keep what they were when this module was imported.
detach = Tensor.detach
_clone = Tensor.clone

TENSORS = frozenset({Tensor, torch.nn.Parameter})
NUMBERS = frozenset({int, float, complex})
_PYTHONS = NUMBERS | {bool, str, bytes, type(None), type(...)}
SCALARS = _PYTHONS | {torch.dtype, torch.device, torch.layout, torch.memory_format}
_LONG = 200  # characters of a value that a message shows


def kind_of(value: object) -> type:
    """The value's type; `object` where its metaclass is a learner's, for to compare or hash such a type runs the learner's code."""
    kind = type(value)
    return kind if type(kind) is type or kind is Tensor or kind is torch.nn.Parameter else object


NUMPY_NUMBERS = frozenset(
    f"{kind}{bits}"
    for kind, widths in (("float", (16, 32, 64)), ("int", (8, 16, 32, 64)), ("uint", (8, 16, 32, 64)))
    for bits in widths
)


def is_array(value: object) -> bool:
    """Whether the value is exactly NumPy's array, of numbers. Where nothing has imported NumPy there is none."""
    numpy: Any = sys.modules.get("numpy")
    if numpy is None or kind_of(value) is not numpy.ndarray:
        return False
    return cast(Any, value).dtype.kind in "fiubc"


def without_numpy(value: object) -> object:
    """A number of NumPy's own as Python's, anything else as it is."""
    numpy: Any = sys.modules.get("numpy")
    kind = kind_of(value)
    if numpy is not None and kind.__name__ in NUMPY_NUMBERS and kind is getattr(numpy, kind.__name__):
        return cast(Any, value).item()
    return value


def is_plain(value: object) -> bool:
    """Whether `repr` and `==` of the value run no code but Python's and torch's own."""
    kind = kind_of(value)
    if kind in (tuple, list, set, frozenset, torch.Size):
        return all(is_plain(item) for item in cast(Sequence[object], value))
    if kind is dict:
        return all(is_plain(k) and is_plain(v) for k, v in cast(dict[object, object], value).items())
    return kind in SCALARS


def is_shape(value: object) -> bool:
    """Whether the value is a tuple of whole numbers, none negative."""
    return kind_of(value) in (tuple, torch.Size) and all(
        type(size) is int and size >= 0 for size in cast(tuple[int, ...], value)
    )


def same_members(got: list[object], expected: list[object]) -> bool:
    """Whether two lists hold the same plain values of the same types, in any order."""

    def tagged(items: list[object]) -> list[str]:
        return sorted(f"{type(item).__name__} {_spell(item)}" for item in items)

    return all(map(is_plain, got)) and tagged(got) == tagged(expected)


FOREIGN = "raised_as"  # the attribute of an exception from another process that holds its own type's name


class NotPlain(TypeError):
    """Something was asked of a learner's object that is no plain value."""


class Opaque:
    """A learner's object in another process, of which this one knows the type's name and a number to find it by.

    Nothing may be asked of it: it has no truth, no equal, no length. `check.handle` makes one that can be called and looked into.
    """

    __slots__ = ("__name", "__reference")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, name: str, reference: object) -> None:
        self.__name = name
        self.__reference = reference

    def __repr__(self) -> str:
        return f"<{self.__name}>"


def _nothing(self: Opaque, *_: object, **__: object) -> Any:
    raise NotPlain(f"the answer gave a value of type {opaque_name(self)}, where a plain value or a tensor is expected")


for _dunder in (
    *(
        "bool",
        "len",
        "iter",
        "next",
        "contains",
        "getitem",
        "call",
        "getattr",
        "enter",
        "exit",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
    ),
    *("int", "float", "complex", "index", "neg", "pos", "abs", "invert", "round"),
    *(
        f"{side}{name}"
        for side in ("", "r")
        for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
    ),
    *(f"{side}{name}" for side in ("", "r") for name in ("and", "or", "xor", "lshift", "rshift", "divmod")),
):
    setattr(Opaque, f"__{_dunder}__", _nothing)


def opaque_name(value: Opaque) -> str:
    return cast(str, object.__getattribute__(value, "_Opaque__name"))


def opaque_reference(value: Opaque) -> object:
    return object.__getattribute__(value, "_Opaque__reference")


def type_name(value: object) -> str:
    """The name of a value's type, whatever the type says of itself."""
    if issubclass(type(value), Opaque):
        return opaque_name(cast(Opaque, value))
    if issubclass(type(value), BaseException) and FOREIGN in (notes := object.__getattribute__(value, "__dict__")):
        return str(notes[FOREIGN])
    # The descriptor itself: a metaclass may have a property of this name.
    return str(type.__dict__["__name__"].__get__(type(value)))


def show(value: object) -> str:
    """A value for a message, cut when long; an object of the learner's by the name of its type only."""
    text = _spell(value)
    return text if len(text) <= _LONG else text[: _LONG - 2] + " …"


def _spell(value: object, depth: int = 0) -> str:
    kind = kind_of(value)
    if kind is int and abs(cast(int, value)) >= 10**1000:
        return hex(cast(int, value))  # Python refuses to spell out thousands of decimal digits
    if kind in SCALARS:
        return repr(value)
    if kind in TENSORS:
        tensor = _clone(detach(cast(Tensor, value)))
        if tensor.dim() == 0 and tensor.device.type != "meta":
            return repr(tensor)
        return f"tensor(shape={tuple(tensor.shape)}, dtype={tensor.dtype})"
    if is_array(value):
        array: Any = value
        return f"array(shape={array.shape}, dtype={array.dtype.name})"
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
    return f"<{type_name(value)}>"


def show_two(first: complex, second: complex) -> tuple[str, str]:
    """Two different numbers, with as many digits as it takes to tell them apart."""
    if {type(first), type(second)} <= {float, complex}:
        for digits in (6, 9, 12):
            texts = f"{first:.{digits}g}", f"{second:.{digits}g}"
            if texts[0] != texts[1]:
                return texts
    return show(first), show(second)


def message_of(error: BaseException) -> str:
    """What an exception was made with: its class may have a `__str__` of its own."""
    args = BaseException.__dict__["args"].__get__(error)
    return ", ".join(arg if type(arg) is str else show(arg) for arg in args)
