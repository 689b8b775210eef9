"""What a value does not show: which operators ran, what shares memory, what was changed in place.

Four meters, all exact and all on any device:

- `operators` stands between torch's Python surface and its kernels (a dispatch mode), so it sees what really ran:
  `x @ y` is one `mm`, a Python loop is one operator for every turn.
- `shares_memory` compares the bytes two storages occupy. Two views of one storage share memory even where they touch
  different elements of it, as two rows of a matrix do; a tensor without elements shares nothing.
- `snapshot` and `changed` (or `mutations`, the two around a block) hold a tensor against its former self in two ways.
  torch counts in-place operations in `_version`, which notices `x.mul_(1)`; the bytes notice what the counter does
  not: writes through `.data`, through NumPy, and replaced entries of a list. All views of one tensor have one counter,
  so a write through one of them counts for each.
- `audit` watches the border between the host and its devices: which tensors are copied across, which operators would mix
  devices, where the host has to wait for a result. With the device `meta` it needs no GPU. Left alone, `meta` lets
  some operators mix devices, and has no values to read; under `audit` it keeps CUDA's rules:
  operands share a device, except 0-dim CPU tensors that are only read and CPU index tensors, and `copy_` may cross; what
  is read from `meta` is a stand-in, 1 (False for a bool), so that code runs on and its reads can be counted.

`pretend` is no meter: inside it, tensors may be on devices that this machine lacks. For demonstrations only.

Every hook of torch without a documented name is used in this file and nowhere else.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, overload

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

__all__ = [
    "Audit",
    "Operators",
    "Snapshot",
    "Transfer",
    "audit",
    "changed",
    "mutations",
    "operators",
    "pretend",
    "shares_memory",
    "snapshot",
]


class Operators(Sequence[str]):
    """The names of the operators that ran, in order: `len(seen)`, `seen.names`, `seen.shapes`, `seen.count("mm")`."""

    def __init__(self) -> None:
        self._names: list[str] = []
        self._shapes: list[tuple[tuple[int, ...], ...]] = []

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order of execution; torch's own carry no prefix (`mm`, `add_`)."""
        return tuple(self._names)

    @property
    def shapes(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """For each operator, the shapes of the tensors it was given, in the order of its arguments."""
        return tuple(self._shapes)

    def count(self, value: object = None) -> int:
        """How often the operator `value` ran; without an argument, how many ran in all."""
        return len(self._names) if value is None else self._names.count(str(value))

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        return self._names[index]

    def __repr__(self) -> str:
        return repr(self._names)


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves it untyped
    def __init__(self, seen: Operators) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen = seen

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # True, torch's default, imports torch._dynamo at the first operator: two seconds and 100 MB for nothing here.
        return False

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        self.seen._names.append(_operator_name(func))
        self.seen._shapes.append(tuple(tuple(value.shape) for value in args if isinstance(value, Tensor)))
        return func(*args, **(kwargs or {}))


def _operator_name(func: Callable[..., Any]) -> str:
    # "aten.add_.Tensor" is namespace, name, overload.
    return str(getattr(func, "overloadpacket", func)).removeprefix("aten.")


@contextmanager
def operators() -> Iterator[Operators]:
    """Collect the names of the operators torch runs inside the block.

    >>> with operators() as seen:
    ...     _ = torch.ones(2) + 1
    >>> seen
    ['ones', 'add']
    """
    seen = Operators()
    with _Recorder(seen):
        yield seen


def shares_memory(a: Tensor, b: Tensor) -> bool:
    """Do the storages of `a` and `b` have a byte in common?

    False where either has no elements. TypeError for a value that is not a tensor or has no storage (sparse).
    """
    first, second = _span(a, "a"), _span(b, "b")
    if a.numel() == 0 or b.numel() == 0 or first.device != second.device:
        return False
    if first.start == 0 or second.start == 0:
        return first.handle == second.handle
    return first.start < second.end and second.start < first.end


@dataclass(frozen=True)
class _Span:
    """The bytes of a storage. `start` is 0 where there are none to address (the meta device): then `handle` tells."""

    device: torch.device
    start: int
    end: int
    handle: int


def _span(x: Tensor, name: str) -> _Span:
    if not isinstance(x, Tensor):
        raise TypeError(f"shares_memory: {name} is a {type(x).__name__}, not a tensor. Pass two tensors.")
    try:
        storage = x.untyped_storage()
    except (NotImplementedError, RuntimeError) as error:
        raise TypeError(
            f"shares_memory: {name} has the layout {x.layout}, which has no storage of its own. Pass dense tensors."
        ) from error
    start = 0 if storage.device.type == "meta" else storage.data_ptr()
    return _Span(storage.device, start, start + storage.nbytes(), storage._cdata)


@dataclass(frozen=True)
class _Former:
    """A leaf as it was: the object itself, its version, its layout and its bytes."""

    leaf: object
    version: int | None
    layout: tuple[object, ...]
    content: Tensor | None


@dataclass(frozen=True)
class Snapshot:
    """What `changed` compares with: the value itself, and every leaf of it as it was, by path."""

    value: object
    former: dict[str, _Former]


def snapshot(value: object) -> Snapshot:
    """Remember a tensor or NumPy array, or lists, tuples and dicts of them and of plain values at any depth."""
    return Snapshot(value, {path: _remember(leaf) for path, leaf in _leaves(value, "")})


def changed(before: Snapshot) -> list[str]:
    """The paths of what is not as it was, such as `[0]` or `[1]['bias']`; a lone tensor has the path ``.

    An in-place operation counts even where it left every value as it was.
    """
    now = dict(_leaves(before.value, ""))
    paths = [path for path, former in before.former.items() if path not in now or _differs(former, now[path])]
    return paths + [path for path in now if path not in before.former]


@contextmanager
def mutations(*values: object) -> Iterator[list[str]]:
    """Fill the list, when the block ends, with the paths of the values it changed: `[0]` is the first.

    >>> x, y = torch.zeros(2), torch.zeros(2)
    >>> with mutations(x, y) as paths:
    ...     _ = y.add_(1)
    >>> paths
    ['[1]']
    """
    before = snapshot(values)
    paths: list[str] = []
    try:
        yield paths
    finally:
        paths.extend(changed(before))


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path}[{key!r}]")
    else:
        yield path, value


def _remember(leaf: object) -> _Former:
    if _is_array(leaf):
        return _Former(leaf, None, (leaf.shape, leaf.strides, leaf.dtype.str), _array_content(leaf))  # type: ignore[attr-defined]
    if not isinstance(leaf, Tensor):
        return _Former(leaf, None, (), None)
    return _Former(leaf, _version(leaf), _layout(leaf), _content(leaf))


def _differs(former: _Former, leaf: object) -> bool:
    if leaf is former.leaf and former.content is not None and _is_array(leaf):
        if former.layout != (leaf.shape, leaf.strides, leaf.dtype.str):  # type: ignore[attr-defined]
            return True
        return not torch.equal(_array_content(leaf), former.content)
    if not isinstance(former.leaf, Tensor) or not isinstance(leaf, Tensor):
        # Plain numbers and strings are often rebuilt: an equal one of the same type is the same.
        plain = isinstance(leaf, int | float | complex | str | bytes) and type(leaf) is type(former.leaf)
        return leaf is not former.leaf and not (plain and leaf == former.leaf)
    if leaf is not former.leaf or _version(leaf) != former.version or _layout(leaf) != former.layout:
        return True
    content = _content(leaf)
    return content is not None and former.content is not None and not torch.equal(content, former.content)


def _is_array(leaf: object) -> bool:
    """Whether this is NumPy's array. Where nothing has imported NumPy there is none."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(leaf) is numpy.ndarray and not leaf.dtype.hasobject  # type: ignore[attr-defined]


def _array_content(array: Any) -> Tensor:
    content = array.tobytes()
    return torch.frombuffer(bytearray(content), dtype=torch.uint8) if content else torch.empty(0, dtype=torch.uint8)


def _version(x: Tensor) -> int | None:
    # Tensors made in inference mode have no counter.
    return None if x.is_inference() else x._version


def _layout(x: Tensor) -> tuple[object, ...]:
    stride = x.stride() if x.layout == torch.strided else ()
    return tuple(x.shape), stride, x.dtype, x.device, x.requires_grad


def _content(x: Tensor) -> Tensor | None:
    """A copy of the values as bytes, so that NaN equals NaN; None where there is nothing to read."""
    if x.device.type == "meta":
        return None
    with torch.no_grad():
        dense = x.detach().to_dense() if x.layout != torch.strided else x.detach()
        return (
            dense.resolve_conj()
            .resolve_neg()
            .clone(memory_format=torch.contiguous_format)
            .reshape(-1)
            .view(torch.uint8)
        )


@dataclass(frozen=True)
class Transfer:
    """One tensor that was copied from one device to another."""

    source: str
    target: str
    shape: tuple[int, ...]
    bytes: int


class Audit:
    """What happened at the border: `transfers`, `waits` and `mixed`, each in order.

    `waits` names what the host waited for: "item" (float, bool, int and `if` are this too), "copy to cpu", "print",
    "mask" and others whose result's size depends on values. `mixed` names operators that were refused.
    """

    def __init__(self) -> None:
        self._transfers: list[Transfer] = []
        self._waits: list[str] = []
        self._mixed: list[str] = []
        self._quiet = False

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """Every copy from one device to another."""
        return tuple(self._transfers)

    @property
    def waits(self) -> tuple[str, ...]:
        """Every time the host needed a result of a device."""
        return tuple(self._waits)

    @property
    def mixed(self) -> tuple[str, ...]:
        """Every operator whose operands were on different devices."""
        return tuple(self._mixed)

    @property
    def bytes(self) -> int:
        """The bytes of all transfers."""
        return sum(transfer.bytes for transfer in self._transfers)

    def __repr__(self) -> str:
        return f"Audit(transfers={len(self._transfers)}, waits={len(self._waits)}, mixed={len(self._mixed)})"


@contextmanager
def audit() -> Iterator[Audit]:
    """Watch transfers, waits and mixed devices inside the block.

    An operator that mixes devices raises RuntimeError, on every device alike.

    >>> with audit() as seen:
    ...     x = torch.ones(2, 3).to("meta")
    ...     total = x.sum().item()
    >>> seen
    Audit(transfers=1, waits=1, mixed=0)
    """
    seen = Audit()
    with _Surface(seen), _Border(seen):
        yield seen


@contextmanager
def pretend() -> Iterator[None]:
    """Tensors may be on devices that this machine lacks, such as "cuda:1": they have a shape and a device, but no values.

    A device is given with its index, and operators refuse to mix them, as the real ones would.
    """
    # Its import takes a second, and only demonstrations need it.
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        yield


# Operators that need values on the host: what is waited for. The size of the last ones' results depends on values.
_READS = {"_local_scalar_dense": "item", "equal": "equal", "allclose": "allclose"}
_SIZED = {"nonzero", "masked_select", "_unique2", "unique_dim", "unique_consecutive", "repeat_interleave"}
_INDEXING = {"index", "index_put", "index_put_", "_index_put_impl_", "_unsafe_index", "_unsafe_index_put"}
# What builds a tensor on the host and copies it to the device it is asked for.
_BUILDERS = {torch.tensor, torch.as_tensor, torch.asarray, Tensor.new_tensor}


class _Surface(TorchFunctionMode):  # type: ignore[no-untyped-call]  # torch leaves it untyped
    """Calls that torch answers above its operators: printing, and tensors made from Python's numbers."""

    def __init__(self, seen: Audit) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen = seen

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        seen, kwargs = self.seen, kwargs or {}
        if (
            func in (Tensor.__repr__, Tensor.__format__)
            and _away(args[0])
            and (args[0].dim() or func is Tensor.__repr__)
        ):
            seen._waits.append("print")
            seen._quiet = True
            try:
                return func(*args, **kwargs)
            finally:
                seen._quiet = False
        if func is Tensor.__format__ and args[0].is_meta and args[0].dim() == 0:
            return format(args[0].item(), args[1])
        before = len(seen._transfers)
        result = func(*args, **kwargs)
        if func in _BUILDERS and type(result) is Tensor and _away(result) and len(seen._transfers) == before:
            data = args[1] if func is Tensor.new_tensor else args[0]
            if not isinstance(data, Tensor):
                seen._transfers.append(_transfer(result, torch.device("cpu"), result.device))
        return result


class _Border(TorchDispatchMode):  # type: ignore[no-untyped-call]
    def __init__(self, seen: Audit) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.seen = seen

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # as in _Recorder

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        seen, kwargs = self.seen, kwargs or {}
        name = _operator_name(func)
        if seen._quiet:
            return func(*args, **kwargs)
        if name in ("_to_copy", "copy_"):
            return self._copy(name, func, args, kwargs)
        homes = _homes(func, name, args, kwargs)
        if len(homes) > 1:
            seen._mixed.append(name)
            raise RuntimeError(
                f"{name} got operands on {' and '.join(sorted(homes))}: bring them to one device first"
                " (only a CPU tensor without dimensions may stay)"
            )
        if name in _READS and _away(args[0]):
            seen._waits.append(_READS[name])
            if args[0].is_meta:
                return _stand_in(args[0].dtype) if name == "_local_scalar_dense" else True
        if (name in _SIZED and _away(args[0])) or (name in _INDEXING and any(map(_is_mask, args[1]))):
            seen._waits.append("mask" if name in _INDEXING else name)
            if args[0].is_meta and not name.startswith("index_put"):
                raise RuntimeError(
                    f"{name}: the size of the result depends on values, and meta tensors have none; on a GPU the host waits here"
                )
        return func(*args, **kwargs)

    def _copy(self, name: str, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A copy, perhaps across the border. What comes from meta is all ones."""
        tensor = args[0] if name == "_to_copy" else args[1]
        target = (kwargs.get("device") or tensor.device) if name == "_to_copy" else args[0].device
        if target == tensor.device:
            return func(*args, **kwargs)
        self.seen._transfers.append(_transfer(tensor, tensor.device, target))
        if target.type == "cpu" and not (kwargs.get("non_blocking") or (name == "copy_" and args[2:3] == (True,))):
            self.seen._waits.append("copy to cpu")
        if not tensor.is_meta:
            return func(*args, **kwargs)
        if name == "copy_":
            return args[0].fill_(1)
        return torch.ones(tensor.shape, dtype=kwargs.get("dtype") or tensor.dtype, device=target)


def _homes(func: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> set[str]:
    """The devices that the operands must agree on."""
    homes: set[str] = set()
    if name.startswith(("_foreach_", "_fused_")):
        return homes  # they take tensors in groups, each with a device of its own
    for position, argument in enumerate(func._schema.arguments):
        value = args[position] if position < len(args) else kwargs.get(argument.name)
        many = isinstance(value, list | tuple)
        tensors: list[Any] = list(value) if isinstance(value, list | tuple) else [value]
        written = argument.alias_info is not None and argument.alias_info.is_write
        for tensor in tensors:
            if not isinstance(tensor, Tensor):
                continue
            # CUDA's rules: an index may stay on the CPU, and so may a number that is only read.
            index = many and name in _INDEXING
            number = tensor.dim() == 0 and not many and not written
            if tensor.device.type != "cpu" or not (index or number):
                homes.add(str(tensor.device))
    return homes


def _transfer(tensor: Tensor, source: torch.device, target: torch.device) -> Transfer:
    return Transfer(str(source), str(target), tuple(tensor.shape), tensor.numel() * tensor.element_size())


def _stand_in(dtype: torch.dtype) -> bool | int | float | complex:
    """What is read where there are no values: a loop that runs while a tensor is true ends at once."""
    if dtype is torch.bool:
        return False
    return 1j / 1j if dtype.is_complex else 1.0 if dtype.is_floating_point else 1


def _away(value: object) -> bool:
    return isinstance(value, Tensor) and value.device.type != "cpu"


def _is_mask(index: object) -> bool:
    return isinstance(index, Tensor) and _away(index) and index.dtype in (torch.bool, torch.uint8)
