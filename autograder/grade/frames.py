"""Frames on a socket between processes, one of which may be hostile.

Theory of operation
-------------------
A *frame* is eight bytes (the lengths of its two parts, big-endian), a JSON document, and a run of bytes that the document points into.

*Limits.* A frame has a largest size, and a reply a deadline for the whole of it, however slowly it drips. Memory is taken as bytes come, never because a length was announced.

*Order.* One request is outstanding at a time, each with a fresh number that its reply repeats; a reply with another number, or bytes that nobody asked for, end the
conversation.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

from autograder.grade.limits import Limits

_HEAD = struct.Struct(">II")
# Bytes asked for at a time: a large buffer for every small frame costs more than the frame.
_LEAST, _MOST = 1 << 12, 1 << 18
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class WireError(Exception):
    """The other side sent what is no frame or no value, too much of it, or nothing in time."""


class Gone(WireError):
    """The other side closed the connection."""


class Late(WireError):
    """Nothing, or not all of it, came in time."""


class TooLarge(WireError):
    """A value that is too large, too deep or has too many parts to travel."""


def send(
    sock: socket.socket, document: Any, parts: Sequence[bytes | memoryview] = (), deadline: float | None = None
) -> None:
    """One frame, whole. Raises Gone when nobody listens, Late when nobody reads it before `deadline` (monotonic)."""
    text = _encode(document).encode("ascii")
    data = b"".join([_HEAD.pack(len(text), sum(map(len, parts))), text, *parts])
    try:
        if deadline is None:
            sock.sendall(data)
            return
        view = memoryview(data)
        while True:
            try:
                view = view[sock.send(view, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL) :]
            except BlockingIOError:
                _wait(sock, deadline, select.POLLOUT)
            if not view:
                return
    except OSError as error:
        raise Gone(f"the connection is closed ({error.strerror})") from None


def receive(sock: socket.socket, limits: Limits, deadline: float | None = None) -> tuple[Any, memoryview]:
    """The next frame: its document, and the bytes that it points into. Raises Gone, Late, TooLarge or WireError.

    Nothing may follow the frame: whoever sends the next one waits to be asked. Frames that come in a row are for `Stream`.
    """
    data = bytearray()
    text_size, size = _HEAD.unpack(_head(sock, data, deadline))
    if text_size + size > limits.frame_bytes + (1 << 20):
        raise TooLarge(f"a message of {(text_size + size) >> 20} MB")
    whole = _HEAD.size + text_size + size
    _fill(sock, data, whole, deadline)
    if len(data) > whole:
        raise WireError("bytes that nobody asked for")
    return _document(data, text_size, limits), memoryview(data)[_HEAD.size + text_size :]


class Stream:
    """Frames that come in a row, from a process that is trusted."""

    def __init__(self, sock: socket.socket, limits: Limits) -> None:
        self.sock = sock
        self.limits = limits
        self.data = bytearray()

    def receive(self, deadline: float) -> Any:
        """The next frame's document. Raises as `frames.receive` does."""
        text_size, size = _HEAD.unpack(_head(self.sock, self.data, deadline))
        whole = _HEAD.size + text_size + size
        _fill(self.sock, self.data, whole, deadline)
        document = _document(self.data, text_size, self.limits)
        del self.data[:whole]
        return document


def _head(sock: socket.socket, data: bytearray, deadline: float | None) -> bytes:
    _fill(sock, data, _HEAD.size, deadline)
    return bytes(data[: _HEAD.size])


def _fill(sock: socket.socket, data: bytearray, count: int, deadline: float | None) -> None:
    """Read until there are `count` bytes. Memory is taken as they come: a length that nobody keeps must cost none."""
    while len(data) < count:
        if deadline is not None:
            _wait(sock, deadline, select.POLLIN)
        try:
            chunk = sock.recv(min(max(_LEAST, count + 1 - len(data)), _MOST))
        except OSError as error:
            raise Gone(f"the connection is closed ({error.strerror})") from None
        if not chunk:
            raise Gone("the connection is closed")
        data += chunk


def _document(data: bytearray, text_size: int, limits: Limits) -> Any:
    text = data[_HEAD.size : _HEAD.size + text_size]
    if text_size > limits.frame_items and text.count(b"[") + text.count(b"{") > limits.frame_items + 64:
        raise TooLarge("a message of too many parts")
    try:
        return json.loads(text.decode())
    except (ValueError, RecursionError, MemoryError):
        raise WireError("a message that is not JSON") from None


def _wait(sock: socket.socket, deadline: float, event: int) -> None:
    left = deadline - time.monotonic()
    if left > 0:
        poll = select.poll()
        poll.register(sock, event)
        if poll.poll(left * 1000):
            return
    raise Late("nothing came in time")


def pending(sock: socket.socket) -> bool:
    """Whether bytes lie there that nobody asked for."""
    try:
        return bool(sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except BlockingIOError:
        return False
    except OSError:
        return True


def fresh_number() -> int:
    """A request's number, which nobody can guess."""
    return int.from_bytes(os.urandom(8), "big") >> 4
