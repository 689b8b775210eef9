"""Answers that know nothing and try to be believed, and an answer that listens: the gate's attackers.

Theory of operation
-------------------
Each forger is a prelude, Python text that runs before the assignment's cells and binds `_forge`: the object that an answer is, or the
function that returns it. What a forger is sent, as an argument or through an operator, lands in `_RECORDED`; what checks expect lands in
`check.expected_log`; `overheard` compares the two. Nothing here is imported by the code under attack.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograder import rules
from autograder.source import Exercise

_DUNDERS = """
from autograder import check as _check

_check.expected_log = []
_RECORDED = []

def _everything(method):
    names = '''eq ne lt le gt ge add radd sub rsub mul rmul matmul rmatmul truediv rtruediv floordiv mod pow neg pos abs
               and or xor invert getitem enter call'''.split()
    return {f"__{name}__": method(name) for name in names}
"""

FORGERS = {
    "an object that says yes to everything": _DUNDERS
    + """
class _Yes:
    __hash__ = object.__hash__
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
    def __bool__(self): return True
    def __len__(self): return 1
    def __iter__(self): return iter((self,))
    def __int__(self): return 1
    def __float__(self): return 1.0
    def __index__(self): return 1
    def __exit__(self, *_): return True
    def __contains__(self, _): return True
    def __instancecheck__(self, _): return True
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None): return True

for _name in _everything(lambda n: n):
    if _name in ("__eq__", "__le__", "__ge__"):
        setattr(_Yes, _name, lambda self, other: True)
    elif _name in ("__ne__", "__lt__", "__gt__"):
        setattr(_Yes, _name, lambda self, other: False)
    else:
        setattr(_Yes, _name, lambda self, *_: self)

def _forge(*_, **__): return _Yes()
""",
    "an object whose type says it is a number": _DUNDERS
    + """
class _Every(type):
    def __eq__(cls, other): return True
    def __hash__(cls): return hash(int)

class _Number(metaclass=_Every):
    __hash__ = object.__hash__
    def __eq__(self, other): _RECORDED.append(other); return True
    def __ne__(self, other): _RECORDED.append(other); return False
    def __float__(self): return 1.0
    def __sub__(self, other): return 0
    __rsub__ = __sub__

def _forge(*_, **__): return _Number()
""",
    "a tensor that says yes to everything": _DUNDERS
    + """
import torch as _torch

class _YesTensor(_torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        _RECORDED.extend(args)
        return True

def _forge(*_, **__): return _torch.zeros(2, 2).as_subclass(_YesTensor)
""",
    "an object that records what it is sent": _DUNDERS
    + """
class _Recorder:
    __hash__ = object.__hash__
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **kwargs: (_RECORDED.extend(args), _RECORDED.extend(kwargs.values()), self)[-1]
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        _RECORDED.extend(args)
        return True

def _recording(name):
    def method(self, *args):
        _RECORDED.extend(args)
        return True if name in ("eq", "le", "ge") else self
    return method

for _name, _method in _everything(_recording).items():
    setattr(_Recorder, _name, _method)

def _forge(*args, **kwargs):
    _RECORDED.extend(args)
    _RECORDED.extend(kwargs.values())
    return _Recorder()
""",
}

LISTENER = (
    _DUNDERS
    + """
import copy as _copy
import functools as _functools

def _listen(function):
    @_functools.wraps(function)
    def listening(*args, **kwargs):
        _RECORDED.extend(_copy.deepcopy(args))
        _RECORDED.extend(_copy.deepcopy(tuple(kwargs.values())))
        return function(*args, **kwargs)
    return listening if callable(function) and not isinstance(function, type) else function
"""
)


def forged(exercise: Exercise) -> str:
    """Every name the answer binds becomes the forger: a function that returns one, or one itself where a value is asked."""
    names = sorted(rules.names_bound(exercise.solution))
    function = any(line.startswith(("def ", "class ")) for line in exercise.solution.splitlines())
    return "\n".join(f"{name} = {'_forge' if function else '_forge()'}" for name in names)


def listening(exercise: Exercise) -> str:
    names = sorted(rules.names_bound(exercise.solution))
    return "\n".join([exercise.solution, *(f"{name} = _listen({name})" for name in names)])


def overheard(namespace: dict[str, Any]) -> list[str]:
    """Recorded values that equal an expected one, told in a few words. Values too plain to give anything away do not count."""
    from autograder import check

    expected = [leaf for value in check.expected_log or () for leaf in _leaves(value)]
    found: list[str] = []
    for value in namespace["_RECORDED"]:
        for leaf in _leaves(value):
            if any(_same(leaf, other) for other in expected):
                found.append(" ".join(str(leaf).split())[:80])
    return sorted(set(found))[:3]


def _leaves(value: Any) -> Iterator[Any]:
    import torch

    from autograder.check.values import is_array

    kind = type(value)
    if kind in (list, tuple, set):
        for item in value:
            yield from _leaves(item)
    elif kind is dict:
        for item in value.values():
            yield from _leaves(item)
    elif kind in (torch.Tensor, torch.nn.Parameter) or is_array(value):
        tensor = torch.from_numpy(value.copy()) if is_array(value) else value.detach()
        if tensor.numel() >= 2 and tensor.unique().numel() >= 2:
            yield tensor
    elif (kind is float and not value.is_integer()) or (kind is str and len(value) >= 4):
        yield value


def _same(one: Any, other: Any) -> bool:
    import torch

    if type(one) is not type(other):
        return False
    if isinstance(one, torch.Tensor):
        return one.shape == other.shape and torch.equal(one.double(), other.double())
    return bool(one == other)
