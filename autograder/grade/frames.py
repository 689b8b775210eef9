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
import secrets
import select
import socket
import struct
import time
from collections.abc import Sequence
from typing import Any

from autograder.grade.limits import Limits

_HEAD = struct.Struct(">II")
_CHUNK = 1 << 20


class WireError(Exception):
    """The other side sent what is no frame or no value, too much of it, or nothing in time."""


class Gone(WireError):
    """The other side closed the connection."""


class Late(WireError):
    """Nothing, or not all of it, came in time."""


class TooLarge(WireError):
    """A value that is too large, too deep or has too many parts to travel."""


def send(sock: socket.socket, document: Any, parts: Sequence[bytes | memoryview] = (), deadline: float | None = None) -> None:
    """One frame, whole. Raises Gone when nobody listens, Late when nobody reads it before `deadline` (monotonic)."""
    text = json.dumps(document, separators=(",", ":")).encode("ascii")
    size = sum(len(part) for part in parts)
    data = b"".join([_HEAD.pack(len(text), size), text, *parts])
    try:
        if deadline is None:
            sock.sendall(data)
            return
        view = memoryview(data)
        while view:
            _wait(sock, deadline, write=True)
            view = view[sock.send(view[:_CHUNK], socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL) :]
    except BlockingIOError:  # the room in the buffer was smaller than the poll said
        raise Late("nobody read the request in time") from None
    except OSError as error:
        raise Gone(f"the connection is closed ({error.strerror})") from None


def receive(sock: socket.socket, limits: Limits, deadline: float | None = None) -> tuple[Any, memoryview]:
    """The next frame: its document, and the bytes that it points into. Raises Gone, Late, TooLarge or WireError."""
    text_size, size = _HEAD.unpack(_exactly(sock, _HEAD.size, deadline))
    if text_size + size > limits.frame_bytes + (1 << 20):
        raise TooLarge(f"a message of {(text_size + size) >> 20} MB")
    text = _exactly(sock, text_size, deadline)
    blob = _exactly(sock, size, deadline) if size else bytearray()
    if text.count(b"[") + text.count(b"{") > limits.frame_items + 64:
        raise TooLarge("a message of too many parts")
    try:
        return json.loads(text), memoryview(blob)
    except (ValueError, RecursionError, MemoryError):
        raise WireError("a message that is not JSON") from None


def _exactly(sock: socket.socket, count: int, deadline: float | None) -> bytearray:
    # Grown as it comes: a length that nobody keeps must cost no memory.
    data = bytearray()
    while len(data) < count:
        if deadline is not None:
            _wait(sock, deadline)
        try:
            chunk = sock.recv(min(count - len(data), _CHUNK))
        except OSError as error:
            raise Gone(f"the connection is closed ({error.strerror})") from None
        if not chunk:
            raise Gone("the connection is closed")
        data += chunk
    return data


def _wait(sock: socket.socket, deadline: float, *, write: bool = False) -> None:
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise Late("nothing came in time")
        poll = select.poll()
        poll.register(sock, select.POLLOUT if write else select.POLLIN)
        if poll.poll(left * 1000):
            return


def pending(sock: socket.socket) -> bool:
    """Whether bytes lie there that nobody asked for."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return any(event & select.POLLIN for _, event in poll.poll(0)) and bool(sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))


def fresh_number() -> int:
    """A request's number, which nobody can guess."""
    return secrets.randbits(60)
