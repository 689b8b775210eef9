"""What a value does not show: which operators ran, what shares memory, what was changed in place.

Three meters, all exact and all on any device:

- `operators` stands between torch's Python surface and its kernels (a dispatch mode), so it sees what really ran:
  `x @ y` is one `mm`, a Python loop is one operator for every turn.
- `shares_memory` compares the bytes two storages occupy. Two views of one storage share memory even where they touch
  different elements of it, as two rows of a matrix do; a tensor without elements shares nothing.
- `snapshot` and `changed` (or `mutations`, the two around a block) hold a tensor against its former self in two ways.
  torch counts in-place operations in `_version`, which notices `x.mul_(1)`; the bytes notice what the counter does
  not: writes through `.data`, through NumPy, and replaced entries of a list. All views of one tensor have one counter,
  so a write through one of them counts for each.

Every hook of torch without a documented name is used in this file and nowhere else.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, overload

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

__all__ = ["Operators", "Snapshot", "changed", "mutations", "operators", "shares_memory", "snapshot"]


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
    """Remember a tensor, or lists, tuples and dicts of tensors and plain values at any depth."""
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
    if not isinstance(leaf, Tensor):
        return _Former(leaf, None, (), None)
    return _Former(leaf, _version(leaf), _layout(leaf), _content(leaf))


def _differs(former: _Former, leaf: object) -> bool:
    if not isinstance(former.leaf, Tensor) or not isinstance(leaf, Tensor):
        # Plain numbers and strings are often rebuilt: an equal one of the same type is the same.
        plain = isinstance(leaf, int | float | complex | str | bytes) and type(leaf) is type(former.leaf)
        return leaf is not former.leaf and not (plain and leaf == former.leaf)
    if leaf is not former.leaf or _version(leaf) != former.version or _layout(leaf) != former.layout:
        return True
    content = _content(leaf)
    return content is not None and former.content is not None and not torch.equal(content, former.content)


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
