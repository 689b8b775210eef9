"""The wire: whatever the learner's side sends ends in a clean verdict in time; what is plain comes back as it was; nothing is ever run."""

from __future__ import annotations

import ast
import contextlib
import json
import math
import resource
import socket
import struct
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autograder.grade
from autograder.check.values import Opaque
from autograder.grade import frames, judge, wire
from autograder.grade.limits import Limits

GRADE = Path(autograder.grade.__file__).parent
LIMITS = Limits(frame_bytes=4 << 20, frame_items=100_000, cell_seconds=0.4, test_seconds=0.4, grace=0.1)
wire.know_numpy()


def frame(document: Any, blob: bytes = b"") -> bytes:
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    return struct.pack(">II", len(text), len(blob)) + text + blob


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


# Frames


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff" * 8,
        struct.pack(">II", 1 << 31, 0),
        struct.pack(">II", 0, 1 << 31),
        frame(b""),
        frame(b"{"),
        frame(b"\xff\xfe{}"),
        frame(b"[" * 100_000),
        frame(b"[" * 30_000 + b"]" * 30_000),
        frame(b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
        frame(b"[" + b"[]," * 500_000 + b"[]]"),
        frame(b"9" * 100_000),
        frame(b"'pickle'"),
        frame({"n": 1}) + b"x",
        frame({"n": 1}) * 2,
    ],
    ids=range(14),
)
def test_what_is_no_frame_is_refused(pair: tuple[socket.socket, socket.socket], sent: bytes) -> None:
    ours, theirs = pair
    thread = threading.Thread(target=lambda: swallow(lambda: theirs.sendall(sent)), daemon=True)
    thread.start()
    time.sleep(0.05)
    started = time.monotonic()
    with pytest.raises(frames.WireError):
        frames.receive(ours, LIMITS, time.monotonic() + 2)
    assert time.monotonic() - started < 2


def swallow(call: Callable[[], object]) -> None:
    with contextlib.suppress(OSError):
        call()


@pytest.mark.parametrize(
    "text", [b"NaN", b"[Infinity, -Infinity]", b"1e999", b'"\\ud800"', b"{}", b'{"a": 1, "a": 2}', b"null"]
)
def test_odd_json_is_a_document_and_no_more(pair: tuple[socket.socket, socket.socket], text: bytes) -> None:
    ours, theirs = pair
    theirs.sendall(frame(text))
    document, blob = frames.receive(ours, LIMITS, time.monotonic() + 2)
    assert len(blob) == 0
    assert repr(document) == repr(json.loads(text))


def test_a_silent_and_a_dripping_sender_are_late(pair: tuple[socket.socket, socket.socket]) -> None:
    """The deadline is for the whole reply: a byte now and then does not move it."""
    ours, theirs = pair
    whole = frame({"n": 1, "value": "x" * 100})

    def drip() -> None:
        for byte in whole:
            theirs.send(bytes([byte]))
            time.sleep(0.03)

    started = time.monotonic()
    with pytest.raises(frames.Late):
        frames.receive(ours, LIMITS, started + 0.3)
    threading.Thread(target=lambda: swallow(drip), daemon=True).start()
    started = time.monotonic()
    with pytest.raises(frames.Late):
        frames.receive(ours, LIMITS, started + 0.5)
    assert time.monotonic() - started < 1


def test_nobody_reads_and_nobody_is_there(pair: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = pair
    started = time.monotonic()
    with pytest.raises(frames.Late):
        frames.send(ours, {"n": 1}, [bytes(8 << 20)], started + 0.3)
    assert time.monotonic() - started < 1
    theirs.close()
    with pytest.raises(frames.Gone):
        frames.receive(ours, LIMITS, time.monotonic() + 1)
    with pytest.raises(frames.Gone):
        frames.send(ours, {"n": 1}, [bytes(8 << 20)], time.monotonic() + 1)


def test_memory_is_taken_as_bytes_come() -> None:
    """A length that is announced and not kept costs nothing."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    limits = Limits(frame_bytes=2 << 30)
    for _ in range(20):
        left, right = socket.socketpair()
        with left, right:
            right.sendall(struct.pack(">II", 100, (2 << 30) - 1) + b"x" * 50)
            with pytest.raises(frames.Late):
                frames.receive(left, limits, time.monotonic() + 0.01)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10


def test_requests_have_numbers_that_nobody_guesses() -> None:
    assert len({frames.fresh_number() for _ in range(1000)}) == 1000
    assert max(frames.fresh_number() for _ in range(100)) > 1 << 50


# A judge, and a learner's process that is none


class Impostor:
    """The other end of a judge's conversation: `reply` gives the bytes that answer a request."""

    def __init__(self, reply: Callable[[dict[str, Any]], bytes | None]) -> None:
        self.ours, self.theirs = socket.socketpair()
        learner = judge.Learner(
            socket.socket(), judge.Course("sealed", {}, "", {}), LIMITS, 0, time.monotonic() + 60, lambda: None
        )
        learner.talk, learner.greeted, learner.starts = self.ours, True, 1
        learner.limits = Limits(**{**vars_of(LIMITS), "restarts": 1})
        learner.starts = 2  # a new process is not to be had
        learner.stop = self.stop  # type: ignore[method-assign]
        self.court = judge.Court(judge.Course("sealed", {}, "", {}, classes=frozenset({"Box"})), learner, LIMITS)
        self.court.current = "t"
        self.court.begun = ("t", 2)
        self.court.test_deadline = time.monotonic() + LIMITS.test_seconds
        self.reply = reply
        self.stopped = False
        threading.Thread(target=self.serve, daemon=True).start()

    def stop(self) -> None:
        self.stopped = True
        self.court.learner.talk = None

    def serve(self) -> None:
        try:
            while True:
                request, _ = frames.receive(self.theirs, LIMITS)
                data = self.reply(request)
                if data is None:
                    self.theirs.close()
                    return
                self.theirs.sendall(data)
        except (OSError, frames.WireError):
            pass

    def __enter__(self) -> judge.Court:
        return self.court

    def __exit__(self, *_: object) -> None:
        from autograder.check import observations

        observations.elsewhere = None
        self.ours.close()
        self.theirs.close()


def vars_of(limits: Limits) -> dict[str, Any]:
    return {name: getattr(limits, name) for name in limits.__dataclass_fields__}


def ask(reply: Callable[[dict[str, Any]], bytes | None]) -> object:
    with Impostor(reply) as court:
        return court.call(["name", "f"], "f", (torch.ones(2), 3), {})


def says(**document: Any) -> Callable[[dict[str, Any]], bytes]:
    return lambda request: frame({"n": request["n"], **document})


COLLIDING = [n * ((1 << 61) - 1) for n in range(19_000)]
REPLIES: dict[str, Callable[[dict[str, Any]], bytes | None]] = {
    "silence": lambda r: b"",
    "the end": lambda r: None,
    "half a head": lambda r: b"\0\0\0",
    "another number": lambda r: frame({"n": r["n"] + 1, "value": 1}),
    "no number": lambda r: frame({"value": 1}),
    "a list": lambda r: frame([r["n"]]),
    "null": lambda r: frame(None),
    "twice": lambda r: frame({"n": r["n"], "value": 1}) * 2,
    "too much": lambda r: struct.pack(">II", 1 << 30, 1 << 30),
    "no JSON": lambda r: frame(b"{nope"),
    "not UTF-8": lambda r: frame(b'{"n": ' + str(r["n"]).encode() + b', "value": "\xff"}'),
    "deep": lambda r: frame(b'{"n": ' + str(r["n"]).encode() + b', "value": ' + b"[" * 900 + b"]" * 900 + b"}"),
    "no value": says(),
    "an unknown tag": says(value=["system", "id"]),
    "an empty list": says(value=[]),
    "a dict": says(value={"a": 1}),
    "a tag alone": says(value=["tensor"]),
    "a tag that is no text": says(value=[["list"], []]),
    "a pickle": says(value=["pickle", "gASVBQAAAAAAAABLAS4="]),
    "a tensor without bytes": says(value=["tensor", "float32", [2], 0, "cpu", 0, 8]),
    "bytes before the start": says(value=["bytes", -1, 5]),
    "bytes behind the end": says(value=["bytes", 1 << 62, 1 << 62]),
    "a number of bytes that is a float": says(value=["bytes", 0.0, 0]),
    "a negative shape": says(value=["tensor", "float32", [-1], 0, "cpu", 0, 0]),
    "a shape that overflows": says(value=["tensor", "float32", [1 << 39, 1 << 39], 0, "meta", 0, 0]),
    "a shape of bools": says(value=["tensor", "float32", [True], 0, "meta", 0, 0]),
    "another dtype": says(value=["tensor", "quint8", [1], 0, "cpu", 0, 0]),
    "a dtype of torch's that is none": says(value=["dtype", "load"]),
    "another device": says(value=["tensor", "float32", [0], 0, "cuda:0", 0, 0]),
    "a device that is a module": says(value=["tensor", "float32", [0], 0, "lazy", 0, 0]),
    "a device that is nonsense": says(value=["device", "evil:0"]),
    "flags": says(value=["tensor", "float32", [0], 64, "cpu", 0, 0]),
    "a bool of two": lambda r: frame({"n": r["n"], "value": ["tensor", "bool", [1], 0, "cpu", 0, 1]}, b"\2"),
    "an array of such bools": lambda r: frame({"n": r["n"], "value": ["array", "bool", [1], 0, 1]}, b"\2"),
    "an array of objects": lambda r: frame({"n": r["n"], "value": ["array", "object", [1], 0, 8]}, bytes(8)),
    "a sparse tensor outside its shape": lambda r: frame(
        {
            "n": r["n"],
            "value": [
                "coo",
                [1],
                0,
                ["tensor", "int64", [1, 1], 0, "cpu", 0, 8],
                ["tensor", "float32", [1], 0, "cpu", 8, 4],
            ],
        },
        struct.pack("=qf", 9, 1.0),
    ),
    "keys that cannot be": says(value=["dict", [["list", []]], [1]]),
    "keys without values": says(value=["dict", [1, 2], [1]]),
    "keys with one hash": says(value=["dict", [["int", hex(n)] for n in COLLIDING], COLLIDING[:1] * 19_000]),
    "a range of zero steps": says(value=["range", 0, 1, 0]),
    "an int that is none": says(value=["int", "0xzz"]),
    "a complex that is none": says(value=["complex", "1", "two"]),
    "a reference to what is not there": says(value=["object", "x", 5, []]),
    "an exception without parts": says(raised={}),
    "an exception that is a list": says(raised=[]),
    "an exception of odd parts": says(raised={"bases": 1, "name": [], "message": {}, "frames": "abc", "args": 5}),
    "an exception with odd frames": says(
        raised={"bases": [], "name": "x", "message": "m", "frames": [[1]], "args": []}
    ),
}


@pytest.mark.parametrize("name", REPLIES)
def test_a_false_reply_ends_the_check_and_nothing_else(name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    with pytest.raises(judge.Stopped) as caught:
        ask(REPLIES[name])
    assert caught.value.status in ("died", "timeout")
    assert time.monotonic() - started < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 << 10


def test_a_reply_that_came_before_it_was_asked_for() -> None:
    with Impostor(lambda r: frame({"n": r["n"], "value": 1})) as court:
        assert court.learner.talk is not None
        other = socket.socket(fileno=court.learner.talk.fileno())
        other.detach()
        impostor_end = court.learner.talk
        left, right = socket.socketpair()
        right.sendall(frame({"n": 1, "value": True}))
        court.learner.talk = left
        with pytest.raises(frames.WireError, match="nobody asked for"):
            court.learner._exchange("call", 1, {})
        impostor_end.close()
        left.close()
        right.close()


def test_the_impostor_is_believed_when_it_keeps_the_rules() -> None:
    """So the refusals above are about what was wrong in them."""
    assert ask(says(value=["tuple", [1, "x"]])) == (1, "x")
    opaque = ask(says(value=["object", 3, "Liar", "object"]))
    assert type(opaque) is Opaque
    with pytest.raises(TypeError):
        bool(opaque)
    function = ask(says(value=["object", 3, "x", "function"]))
    assert isinstance(function, judge.Function)
    with pytest.raises(ZeroDivisionError, match="by zero"):
        ask(
            says(
                raised={
                    "bases": ["builtins.ZeroDivisionError"],
                    "name": "Z",
                    "message": "m",
                    "frames": [],
                    "args": ["by zero"],
                }
            )
        )


@pytest.mark.parametrize(
    "base",
    [
        "autograder.grade.judge.Stopped",
        "autograder.check.NotAttempted",
        "builtins.SystemExit",
        "builtins.KeyboardInterrupt",
        "os.system",
        "builtins.exec",
    ],
)
def test_an_exception_is_one_of_a_fixed_table(base: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        ask(says(raised={"bases": [base], "name": base, "message": "m", "frames": [], "args": ["a"]}))
    assert type(caught.value) is Exception


@pytest.mark.parametrize("text", ["\ud800\0", "x" * 50_000])
def test_a_message_can_be_written_down(text: str) -> None:
    written = judge._written(text)
    written.encode()
    assert "\0" not in written
    assert len(written) <= 20_000


def test_outputs_are_what_a_recorder_makes_or_are_dropped() -> None:
    good = [
        {"output_type": "stream", "name": "stdout", "text": "x"},
        {"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["a"]},
        {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {"text/plain": {"width": 3}}},
    ]
    deep: list[Any] = []
    for _ in range(900):
        deep = [deep]
    odd: list[Any] = [deep, None, 3, {}, {"output_type": deep}, {"output_type": "stream", "name": deep, "text": "x"}]
    odd += [{**good[0], "text": deep}, {**good[1], "traceback": deep}, {**good[2], "data": {"text/plain": deep}}]
    odd += [{**good[2], "metadata": {"text/plain": {"x": deep, "width": deep}}, "data": {"a": 1}}]
    kept, size = judge.shown([*odd, *good], 10_000)
    assert kept == good
    assert 0 < size < 10_000
    assert judge.shown([{**good[0], "text": "x" * 20_000}], 10_000) == ([], 0)
    assert len(judge.shown(good[:1] * 50_000, 1 << 30)[0]) == 10_000


# Values

DTYPES = sorted(wire._DTYPES)
FLOATS = st.floats(allow_nan=True, allow_infinity=True)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(1 << 3000), 1 << 3000),
    FLOATS,
    st.complex_numbers(allow_nan=True),
    st.text(st.characters(exclude_categories=())),
    st.binary(max_size=40),
    st.just(...),
    st.sampled_from(
        [
            *wire._DTYPES.values(),
            torch.strided,
            torch.sparse_coo,
            torch.channels_last,
            torch.device("cpu"),
            torch.device("meta"),
        ]
    ),
)
KEYS = st.one_of(
    st.integers(),
    st.text(max_size=5),
    st.booleans(),
    st.none(),
    st.tuples(st.integers(), st.text(max_size=3)),
    st.frozensets(st.integers(), max_size=3),
)
SHAPES = st.lists(st.integers(0, 4), max_size=4)


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    dtype, shape = wire._DTYPES[draw(st.sampled_from(DTYPES))], draw(SHAPES)
    count = math.prod(shape)
    raw = bytearray(draw(st.binary(min_size=count * dtype.itemsize, max_size=count * dtype.itemsize)))
    if dtype is torch.bool:
        raw = bytearray(byte & 1 for byte in raw)
    made = torch.frombuffer(raw, dtype=dtype).reshape(shape) if raw else torch.empty(shape, dtype=dtype)
    if draw(st.booleans()) and made.dim() > 1:
        made = made.transpose(0, 1)
    kind = draw(st.sampled_from(["plain", "gradient", "parameter", "frozen", "sparse", "meta"]))
    differentiable = made.is_floating_point() or made.is_complex()
    if kind == "gradient" and differentiable:
        return made.requires_grad_()
    if kind == "parameter" and differentiable:
        return torch.nn.Parameter(made)
    if kind == "frozen":
        return torch.nn.Parameter(made, requires_grad=False)
    if kind == "sparse" and made.dim() and made.numel() and dtype in (torch.float32, torch.float64, torch.int64):
        return made.to_sparse_coo()
    return made.to("meta") if kind == "meta" else made


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    dtype, shape = numpy.dtype(draw(st.sampled_from(sorted(wire._NUMPY)))), draw(SHAPES)
    count = math.prod(shape)
    raw = bytearray(draw(st.binary(min_size=count * dtype.itemsize, max_size=count * dtype.itemsize)))
    if dtype.kind == "b":
        raw = bytearray(byte & 1 for byte in raw)
    made = numpy.frombuffer(raw, dtype=dtype).reshape(shape) if raw else numpy.empty(shape, dtype=dtype)
    if made.ndim == 0 and draw(st.booleans()):
        return made[()]  # a scalar
    return made.T if draw(st.booleans()) else made


VALUES = st.recursive(
    st.one_of(SCALARS, tensors(), arrays()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
        st.dictionaries(KEYS, inner, max_size=4).map(OrderedDict),
        st.sets(KEYS, max_size=4),
        st.frozensets(KEYS, max_size=4),
        st.lists(st.integers(0, 1 << 40), max_size=4).map(torch.Size),
        st.builds(slice, st.none() | st.integers(), st.none() | st.integers(), st.none() | st.integers()),
        st.builds(range, st.integers(), st.integers(), st.integers(1)),
    ),
    max_leaves=8,
)


def there_and_back(value: object, limits: Limits = LIMITS) -> Any:
    """Through JSON and bytes, as in a frame."""
    writer = wire.Writer(limits, refuse)
    form = json.loads(json.dumps(writer.write(value)))
    return wire.Reader(memoryview(b"".join(writer.parts)), limits, refuse).read(form)


def refuse(_: object) -> Any:
    raise wire.WireError("an object")


def spelled(value: Any) -> str:
    """A hashable value's text, in which the members of a set stand in order: two equal sets may go through theirs in another."""
    if isinstance(value, set | frozenset):
        return f"{type(value).__name__}({', '.join(sorted(map(spelled, value)))})"
    if isinstance(value, tuple):
        return f"{type(value).__name__}({', '.join(map(spelled, value))})"
    return repr(value)


def same(got: Any, sent: Any) -> bool:
    """The same value of exactly the same type, all the way down."""
    if type(got) is not type(sent):
        return False
    if isinstance(sent, torch.Tensor):
        if (got.dtype, got.shape, got.layout, got.device, got.requires_grad) != (
            sent.dtype,
            sent.shape,
            sent.layout,
            sent.device,
            sent.requires_grad,
        ):
            return False
        if sent.device.type == "meta":
            return True
        if sent.layout == torch.sparse_coo:
            got, sent = got.to_dense(), sent.to_dense()
        return bool(wire.tensor_bytes(got.detach()) == wire.tensor_bytes(sent.detach()))
    if isinstance(sent, numpy.ndarray | numpy.generic):
        return got.dtype == sent.dtype and got.shape == sent.shape and got.tobytes() == sent.tobytes()
    if isinstance(sent, float):
        return struct.pack("d", got) == struct.pack("d", sent) or (math.isnan(got) and math.isnan(sent))
    if isinstance(sent, complex):
        return same(got.real, sent.real) and same(got.imag, sent.imag)
    if isinstance(sent, list | tuple):
        return len(got) == len(sent) and all(map(same, got, sent))
    if isinstance(sent, dict):
        return same(list(got), list(sent)) and same(list(got.values()), list(sent.values()))
    if isinstance(sent, set | frozenset):  # NaN, which equals nothing, may be in it
        return spelled(got) == spelled(sent)
    if isinstance(sent, slice):
        return same((got.start, got.stop, got.step), (sent.start, sent.stop, sent.step))
    return bool(got == sent)


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(VALUES)
def test_a_plain_value_comes_back_as_it_was(value: object) -> None:
    assert same(there_and_back(value), value)


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (2, 3)])
def test_every_dtype_and_shape(name: str, shape: tuple[int, ...]) -> None:
    dtype = wire._DTYPES[name]
    size = math.prod(shape) * dtype.itemsize
    raw = bytearray([0, 1] * size)[:size]
    tensor = torch.frombuffer(raw, dtype=dtype).reshape(shape) if raw else torch.empty(shape, dtype=dtype)
    assert same(there_and_back(tensor), tensor)
    assert same(
        there_and_back(torch.nn.Parameter(tensor, requires_grad=False)), torch.nn.Parameter(tensor, requires_grad=False)
    )


STRIDED = {
    "one element of a stride": torch.arange(10.0)[::5][:1],
    "one element, two strides": torch.arange(10.0).as_strided((1, 1), (7, 3), 2),
    "expanded": torch.arange(4.0).expand(3, 4),
    "transposed": torch.arange(12.0).reshape(3, 4).t(),
    "every second column": torch.arange(6).reshape(2, 3)[:, ::2],
    "no rows": torch.empty(0, 3)[:, ::2],
}


@pytest.mark.parametrize("name", STRIDED)
def test_a_tensor_of_any_strides(name: str) -> None:
    assert same(there_and_back(STRIDED[name]), STRIDED[name].clone(memory_format=torch.contiguous_format))


class SubInt(int): ...


class SubDict(dict): ...  # type: ignore[type-arg]


class SubTensor(torch.Tensor): ...


class SubParameter(torch.nn.Parameter): ...


class SubArray(numpy.ndarray): ...  # type: ignore[type-arg]


class Meta(type):
    def __eq__(cls, other: object) -> bool:
        return True

    def __hash__(cls) -> int:
        return hash(int)


class Lying(metaclass=Meta): ...


@pytest.mark.parametrize(
    "value",
    [
        SubInt(3),
        SubDict(a=1),
        type("S", (str,), {})("x"),
        type("T", (tuple,), {})((1,)),
        type("L", (list,), {})(),
        type("B", (bytes,), {})(b""),
        type("F", (float,), {})(1.0),
        type("E", (set,), {})(),
        torch.ones(2).as_subclass(SubTensor),
        SubParameter(torch.ones(2)),
        numpy.ones(2).view(SubArray),
        numpy.ma.masked_array([1.0]),
        numpy.array([1.0], dtype=">f8"),
        numpy.array([object()]),
        numpy.datetime64("2020-01-01"),
        torch.nested.nested_tensor([torch.ones(2)]),
        torch.quantize_per_tensor(torch.ones(2), 1.0, 0, torch.quint8),
        torch.ones(2, 2).to_sparse_csr(),
        Lying(),
        Lying,
        int,
        iter([]),
        (i for i in ()),
        len,
        object(),
        NotImplemented,
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_subclass_and_an_object_never_travel(value: object) -> None:
    with pytest.raises(wire.WireError, match="an object"):
        there_and_back(value)
    with pytest.raises(wire.WireError, match="an object"):
        there_and_back([{"a": (value,)}])


def test_what_is_too_much_is_said_to_be() -> None:
    deep: list[Any] = []
    for _ in range(100):
        deep = [deep]
    many = [0] * (LIMITS.frame_items + 1)
    for value in (
        deep,
        many,
        "x" * LIMITS.frame_bytes,
        bytes(LIMITS.frame_bytes + 1),
        torch.zeros(LIMITS.frame_bytes),
        torch.ones(1).expand(1 << 38),
        set(range(20_001)),
    ):
        with pytest.raises(wire.TooLarge):
            there_and_back(value)
    itself: list[Any] = []
    itself.append(itself)
    with pytest.raises(wire.TooLarge):
        there_and_back(itself)


JSONS = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(-(1 << 80), 1 << 80),
        FLOATS,
        st.text(max_size=6),
        st.sampled_from([*wire._READERS, *DTYPES, "cpu", "meta", "cuda", "object"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        st.tuples(st.sampled_from([*wire._READERS, "object"]), inner, inner, inner).map(list),
        st.tuples(
            st.just("tensor"),
            st.sampled_from(DTYPES),
            st.lists(st.integers(-1, 5), max_size=3),
            st.integers(-1, 5),
            st.sampled_from(["cpu", "meta", "cuda", "hip", "xla:1", "ort"]),
            st.integers(-2, 70),
            st.integers(-2, 70),
        ).map(list),
        st.tuples(st.sampled_from(["list", "tuple", "set", "frozenset", "size"]), st.lists(inner, max_size=4)).map(
            list
        ),
        st.tuples(st.just("coo"), st.lists(st.integers(0, 9), max_size=2), st.integers(0, 3), inner, inner).map(list),
    ),
    max_leaves=20,
)


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(JSONS, st.binary(max_size=64))
def test_only_a_wire_error_escapes(form: Any, blob: bytes) -> None:
    reader = wire.Reader(memoryview(blob), LIMITS, refuse)
    try:
        value = reader.read(form)
    except wire.WireError:
        return
    assert same(there_and_back(value), value)  # what was let in is a plain value


# Nothing that was received is ever run

SOURCES = {name: (GRADE / f"{name}.py").read_text(encoding="utf-8") for name in ("frames", "wire", "judge", "reading")}
RUNS = {"eval", "exec", "compile", "__import__", "getattr", "setattr", "vars", "globals", "type", "open"}


def calls(name: str) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(SOURCES[name])) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_that_loads_code_is_imported(name: str) -> None:
    imported = set[str]()
    for node in ast.walk(ast.parse(SOURCES[name])):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert not imported & {
        "pickle",
        "cPickle",
        "dill",
        "cloudpickle",
        "marshal",
        "shelve",
        "yaml",
        "importlib",
        "subprocess",
        "joblib",
        "runpy",
        "code",
    }
    names = {node.attr for node in ast.walk(ast.parse(SOURCES[name])) if isinstance(node, ast.Attribute)}
    assert not names & {"pickle", "unpickle", "load_module", "__reduce__", "__setstate__", "__subclasses__"}
    # torch.load and numpy.load read pickles; `json.load` reads the coordinator's own file.
    loads = [c for c in calls(name) if isinstance(c.func, ast.Attribute) and c.func.attr in ("load", "loads")]
    assert {ast.unparse(c.func) for c in loads} <= {"json.load", "json.loads"}


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        # `getattr` of the table of dtypes, when the module is loaded.
        ("frames", set()),
        ("wire", {"getattr(torch, name)", "type(...)", "type(None)"}),
        # Compiling and running is for what `prepare` has read from the instructor's notebook.
        (
            "judge",
            {
                "open(spool, encoding='utf-8')",
                "open(os.path.join(course.folder, name), 'rb')",
                "compile(tree, name, 'exec')",
                "exec(prepared.code, self.namespace)",
                "getattr(observations, name, None)",
                "getattr(own, '__wrapped__', None)",
                "vars(builtins)",
                "vars(torch.linalg)",
            },
        ),
        ("reading", {"getattr(node, name, [])", "getattr(node, 'handlers', [])", "getattr(node, 'value', None)"}),
    ],
)
def test_what_was_received_is_never_run_or_looked_up(name: str, allowed: set[str]) -> None:
    """Every call of something that runs code, or finds an attribute by a name, is one of these. `type` has one argument: it makes no class."""
    found = {
        ast.unparse(call)
        for call in calls(name)
        if isinstance(call.func, ast.Name)
        and call.func.id in RUNS
        and not (call.func.id == "type" and len(call.args) == 1)
    }
    assert found <= allowed
    for call in calls(name):
        if isinstance(call.func, ast.Name) and call.func.id == "type":
            assert len(call.args) == 1
            assert not call.keywords


def test_the_name_of_an_observation_comes_from_the_test() -> None:
    """The one `getattr` with a name in the judge: of the function that the test called."""
    observe = next(
        n for n in ast.walk(ast.parse(SOURCES["judge"])) if isinstance(n, ast.FunctionDef) and n.name == "observe"
    )
    assert "name = function.__name__" in ast.unparse(observe)
