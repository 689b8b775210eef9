"""Values that travel between the judge and a learner: plain ones as JSON, tensors as raw bytes.

Theory of operation
-------------------
There is no pickle, no `eval`, and no class is built from a name: a value is rebuilt from one of a fixed list of forms, or the frame that holds it is refused with a
`WireError`. Both sides use this module; only the judge needs it to be strict, since the learner's side may send anything at all. How frames are cut is `frames`'s business.

*Values.* None, True, False, strings, whole numbers of 64 bits and finite floats are JSON's own. Everything else is a list that starts with a tag, as `_write` and
`_read` spell out side by side. Types are exact: a subclass of int is no int. What is not plain travels as its type's name and a number by which the learner's side
finds it again: the judge gets an `Opaque`, which no comparison accepts.

*Tensors* carry dtype, shape, device and whether they ask for a gradient or are a Parameter; never strides or shared memory.

*Limits.* A value has a largest depth and number of parts, and all of them together must fit into a frame.
"""

from __future__ import annotations

import math
import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import torch

from autograder.check.values import Opaque, kind_of
from autograder.grade.frames import Gone, Late, TooLarge, WireError, fresh_number, pending, receive, send
from autograder.grade.limits import Limits

__all__ = [
    "Gone",
    "Late",
    "Reader",
    "TooLarge",
    "WireError",
    "Writer",
    "fresh_number",
    "know_numpy",
    "pending",
    "receive",
    "send",
    "tensor_bytes",
]

_SAFE = 1 << 63
_HASHED = 20_000  # keys and members of sets in a frame: a million that collide would take hours to put in a dict
_COLLISIONS = 50  # keys of a dict with one hash

_DTYPES = {
    name: getattr(torch, name)
    for name in (
        *("float16", "bfloat16", "float32", "float64", "complex32", "complex64", "complex128"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"),
        *("float8_e4m3fn", "float8_e5m2"),
    )
    if hasattr(torch, name)
}
_DTYPE_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_LAYOUTS = {"strided": torch.strided, "sparse_coo": torch.sparse_coo, "sparse_csr": torch.sparse_csr}
_FORMATS = {
    "contiguous_format": torch.contiguous_format,
    "preserve_format": torch.preserve_format,
    "channels_last": torch.channels_last,
}
_DEVICE = re.compile(r"(?:cpu|meta|cuda|mps|xpu)(?::\d{1,3})?")  # torch imports a module for some other names
_NUMPY = frozenset(
    (
        *("float16", "float32", "float64", "complex64", "complex128", "bool"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    )
)


class Writer:
    """Values into one frame. `refer` gives the number under which this side will find an object again."""

    def __init__(self, limits: Limits, refer: Callable[[object], Any]) -> None:
        self.limits = limits
        self.refer = refer
        self.parts: list[bytes | memoryview] = []
        self.size = 0
        self.items = 0

    def write(self, value: object) -> Any:
        """The value's JSON. Raises TooLarge."""
        return self._write(value, 0)

    def blob(self, content: bytes | memoryview) -> int:
        start = self.size
        self.size += len(content)
        if self.size > self.limits.frame_bytes:
            raise TooLarge(f"a value of more than {self.limits.frame_bytes >> 20} MB")
        self.parts.append(content)
        return start

    def _write(self, value: object, depth: int) -> Any:
        kind = kind_of(value)
        if kind is type(None) or kind is bool:
            return value
        if kind is str:
            if len(cast(str, value)) > self.limits.frame_bytes // 6:  # JSON may need six bytes a character
                raise TooLarge(f"text of more than {self.limits.frame_bytes // 6 >> 20} million characters")
            return value
        if kind is int:
            number = cast(int, value)
            return number if -_SAFE <= number < _SAFE else ["int", hex(number)]
        if kind is float:
            real = cast(float, value)
            return real if math.isfinite(real) else ["float", repr(real)]
        if depth >= self.limits.frame_depth:
            raise TooLarge(f"a value nested deeper than {self.limits.frame_depth} levels")
        form = _FORMS.get(kind)
        if form is not None:
            return form(self, value, depth)
        return self.refer(value)

    def _many(self, values: Any, depth: int) -> list[Any]:
        self.items += len(values)
        if self.items > self.limits.frame_items:
            raise TooLarge(f"a value of more than {self.limits.frame_items:,} parts")
        return [self._write(value, depth + 1) for value in values]

    def _hashed(self, values: Any, depth: int) -> list[Any]:
        if len(values) > _HASHED:
            raise TooLarge(f"a dict or set of more than {_HASHED:,} entries")
        return self._many(list(values), depth)

    def _tensor(self, value: object, depth: int) -> Any:
        tensor = cast(torch.Tensor, value)
        plain = tensor.detach()
        flags = int(tensor.requires_grad) | 2 * (kind_of(value) is torch.nn.Parameter)
        name = _DTYPE_NAMES.get(plain.dtype)
        if name is None or plain.is_quantized or plain.is_nested:
            return self.refer(value)
        device = str(plain.device)
        if plain.layout != torch.strided:
            if plain.layout != torch.sparse_coo:
                return self.refer(value)
            plain = plain.coalesce()
            parts = [self._tensor(plain.indices(), depth), self._tensor(plain.values(), depth)]
            return ["coo", list(plain.shape), flags, *parts]
        shape = list(plain.shape)
        if device.startswith("meta"):
            return ["tensor", name, shape, flags, device, 0, 0]
        if plain.numel() * plain.element_size() > self.limits.frame_bytes:
            raise TooLarge(f"a tensor of more than {self.limits.frame_bytes >> 20} MB")
        content = tensor_bytes(plain)
        return ["tensor", name, shape, flags, device, self.blob(content), len(content)]

    def _array(self, value: object, depth: int) -> Any:
        array: Any = value
        if array.dtype.name not in _NUMPY or not array.dtype.isnative:
            return self.refer(value)
        content = array.tobytes()
        return ["array", array.dtype.name, list(array.shape), self.blob(content), len(content)]


def tensor_bytes(tensor: torch.Tensor) -> bytes:
    """The values of a strided tensor, row by row, in the machine's byte order."""
    with suppress(TypeError, RuntimeError):  # a dtype that NumPy lacks, another device, a lazy conjugate
        return bytes(tensor.numpy().tobytes())
    flat = tensor.cpu().resolve_conj().resolve_neg().reshape(-1)
    if flat.numel() == 0:
        return b""
    if flat.stride(0) != 1:  # one element may have any stride, and still be called contiguous
        flat = flat.clone(memory_format=torch.contiguous_format)
    return flat.view(torch.uint8).numpy().tobytes()


def _bytes_form(writer: Writer, value: Any, depth: int) -> Any:
    return ["bytes", writer.blob(value), len(value)]


_FORMS: dict[type, Callable[[Writer, Any, int], Any]] = {
    type(...): lambda w, v, d: ["..."],
    complex: lambda w, v, d: ["complex", repr(v.real), repr(v.imag)],
    bytes: _bytes_form,
    list: lambda w, v, d: ["list", w._many(v, d)],
    tuple: lambda w, v, d: ["tuple", w._many(v, d)],
    torch.Size: lambda w, v, d: ["size", w._many(tuple(v), d)],
    set: lambda w, v, d: ["set", w._hashed(v, d)],
    frozenset: lambda w, v, d: ["frozenset", w._hashed(v, d)],
    dict: lambda w, v, d: ["dict", w._hashed(v, d), w._many(list(v.values()), d)],
    OrderedDict: lambda w, v, d: ["ordered", w._hashed(v, d), w._many(list(v.values()), d)],
    range: lambda w, v, d: ["range", *w._many((v.start, v.stop, v.step), d)],
    slice: lambda w, v, d: ["slice", *w._many((v.start, v.stop, v.step), d)],
    torch.dtype: lambda w, v, d: ["dtype", _DTYPE_NAMES[v]] if v in _DTYPE_NAMES else w.refer(v),
    torch.device: lambda w, v, d: ["device", str(v)],
    torch.layout: lambda w, v, d: ["layout", str(v).removeprefix("torch.")],
    torch.memory_format: lambda w, v, d: ["format", str(v).removeprefix("torch.")],
    torch.Tensor: Writer._tensor,
    torch.nn.Parameter: Writer._tensor,
}


def know_numpy() -> None:
    """NumPy's arrays and numbers travel too, from the moment that this is called; without NumPy nothing changes."""
    try:
        import numpy
    except ImportError:
        return
    _FORMS[numpy.ndarray] = Writer._array

    def scalar(writer: Writer, value: Any, depth: int) -> Any:
        content = value.tobytes()
        return ["scalar", value.dtype.name, writer.blob(content), len(content)]

    for name in _NUMPY:
        _FORMS[numpy.dtype(name).type] = scalar


class Reader:
    """Values out of one frame. `find` turns what is not plain into an object of this side."""

    def __init__(self, blob: memoryview, limits: Limits, find: Callable[[Sequence[Any]], object]) -> None:
        self.blob = blob
        self.limits = limits
        self.find = find
        self.items = 0
        self.hashed = 0

    def read(self, form: Any) -> Any:
        """The value of a JSON form. Raises WireError."""
        try:
            return self._read(form, 0)
        except WireError:
            raise
        except Exception as error:  # torch has errors of many kinds for what is no device or no shape
            raise WireError(f"no value: {type(error).__name__}") from None

    def _read(self, form: Any, depth: int) -> Any:
        kind = type(form)
        if form is None or kind in (bool, str, float):
            return form
        if kind is int:
            return form if -_SAFE <= form < _SAFE else self._refuse("a number")
        if kind is not list or not form or type(form[0]) is not str or depth > self.limits.frame_depth:
            return self._refuse("a value")
        tag, *rest = form
        read = _READERS.get(tag)
        return read(self, rest, depth) if read else self.find(form)

    def _refuse(self, what: str) -> Any:
        raise WireError(f"no {what}")

    def _many(self, forms: Any, depth: int) -> list[Any]:
        if type(forms) is not list:
            self._refuse("list")
        self.items += len(forms)
        if self.items > self.limits.frame_items:
            self._refuse("value of that many parts")
        return [self._read(form, depth + 1) for form in forms]

    def _text(self, value: Any) -> str:
        return value if type(value) is str else cast(str, self._refuse("text"))

    def _bytes(self, start: Any, count: Any) -> memoryview:
        if type(start) is not int or type(count) is not int or not 0 <= start <= start + count <= len(self.blob):
            self._refuse("run of bytes")
        return self.blob[start : start + count]

    def _shape(self, shape: Any) -> list[int]:
        if type(shape) is not list or len(shape) > 64 or any(type(s) is not int or not 0 <= s < 1 << 40 for s in shape):
            self._refuse("shape")
        if math.prod(shape) >= 1 << 40:
            self._refuse("shape")
        return cast(list[int], shape)

    def _tensor(self, rest: list[Any], depth: int) -> torch.Tensor:
        name, shape, flags, device, start, count = rest
        dtype, shape = _DTYPES[self._text(name)], self._shape(shape)
        if type(flags) is not int or not 0 <= flags < 4:
            self._refuse("tensor")
        if self._text(device) != "cpu" and not _DEVICE.fullmatch(device):
            self._refuse("device")
        if device.startswith("meta"):
            made = torch.empty(shape, dtype=dtype, device="meta")
        else:
            content = self._bytes(start, count)
            if len(content) != math.prod(shape) * dtype.itemsize:
                self._refuse("tensor: its bytes do not fill its shape")
            if dtype is torch.bool:
                self._bools(content)
            flat = torch.frombuffer(bytearray(content), dtype=dtype) if len(content) else torch.empty(0, dtype=dtype)
            made = flat.reshape(shape)
            if device != "cpu":
                made = made.to(torch.device(device))
        return self._flagged(made, flags)

    def _bools(self, content: memoryview) -> None:
        """A bool of another byte than 0 and 1 equals neither True nor False."""
        if bytes(content).translate(None, b"\x00\x01"):
            self._refuse("bools")

    def _flagged(self, made: torch.Tensor, flags: int) -> torch.Tensor:
        wants = bool(flags & 1) and (made.is_floating_point() or made.is_complex())
        if flags & 2:
            return torch.nn.Parameter(made, requires_grad=wants)
        return made.requires_grad_() if wants else made

    def _coo(self, rest: list[Any], depth: int) -> torch.Tensor:
        shape, flags, indices, values = rest
        shape, found, numbers = self._shape(shape), self._read(indices, depth + 1), self._read(values, depth + 1)
        if (
            type(flags) is not int
            or not 0 <= flags < 4
            or type(found) is not torch.Tensor
            or type(numbers) is not torch.Tensor
        ):
            self._refuse("sparse tensor")
        return self._flagged(torch.sparse_coo_tensor(found, numbers, shape, check_invariants=True), flags)

    def _array(self, rest: list[Any], depth: int) -> Any:
        import numpy

        name, shape, start, count = rest
        if self._text(name) not in _NUMPY:
            self._refuse("array")
        content = self._bytes(start, count)
        if name == "bool":
            self._bools(content)
        return numpy.frombuffer(bytearray(content), dtype=name).reshape(self._shape(shape))

    def _scalar(self, rest: list[Any], depth: int) -> Any:
        name, start, count = rest
        return self._array([name, [1], start, count], depth)[0]

    def _pairs(self, rest: list[Any], depth: int) -> zip[tuple[Any, Any]]:
        keys, values = rest
        return zip(self._hashed([keys], depth), self._many(values, depth), strict=True)

    def _hashed(self, rest: list[Any], depth: int) -> list[Any]:
        values = self._many(rest[0], depth)
        self.hashed += len(values)
        if self.hashed > _HASHED or any(type(value) in _UNHASHABLE for value in values):
            self._refuse("key or member of a set")
        if len(values) > _COLLISIONS and max(Counter(map(hash, values)).values()) > _COLLISIONS:
            self._refuse("dict or set: its keys have equal hashes")
        return values


_UNHASHABLE = (list, dict, set, OrderedDict, torch.Tensor, torch.nn.Parameter, Opaque)
_READERS: Mapping[str, Callable[[Reader, list[Any], int], Any]] = {
    "int": lambda r, v, d: int(r._text(v[0]), 16),
    "float": lambda r, v, d: float(r._text(v[0])),
    "...": lambda r, v, d: ...,
    "complex": lambda r, v, d: complex(float(r._text(v[0])), float(r._text(v[1]))),
    "bytes": lambda r, v, d: bytes(r._bytes(*v)),
    "list": lambda r, v, d: r._many(v[0], d),
    "tuple": lambda r, v, d: tuple(r._many(v[0], d)),
    "size": lambda r, v, d: torch.Size(r._many(v[0], d)),
    "set": lambda r, v, d: set(r._hashed(v, d)),
    "frozenset": lambda r, v, d: frozenset(r._hashed(v, d)),
    "dict": lambda r, v, d: dict(r._pairs(v, d)),
    "ordered": lambda r, v, d: OrderedDict(r._pairs(v, d)),
    "range": lambda r, v, d: range(*r._many(v, d)),
    "slice": lambda r, v, d: slice(*r._many(v, d)),
    "dtype": lambda r, v, d: _DTYPES[r._text(v[0])],
    "device": lambda r, v, d: torch.device(r._text(v[0])),
    "layout": lambda r, v, d: _LAYOUTS[r._text(v[0])],
    "format": lambda r, v, d: _FORMATS[r._text(v[0])],
    "tensor": Reader._tensor,
    "coo": Reader._coo,
    "array": Reader._array,
    "scalar": Reader._scalar,
}
