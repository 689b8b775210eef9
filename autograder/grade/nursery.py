"""A process that forks on request: the warm room forks learners, the judge room forks judges.

Theory of operation
-------------------
A room imports what is slow to import, once, and then waits. A request is one datagram: a small JSON document, and two descriptors. *Talk* is the
socket that the child will speak on; *life* is the reading end of a pipe, whose other end belongs to whoever asked. When that end closes, by wish or because its
owner died, the child is killed; a child that ends by itself is buried. So no child outlives the one who asked for it, and the room needs no names for its children.

A room has one thread, and forks in the same state every time: nothing of one child can reach another through it.

Processes of a child are watched: where all of them together take more memory than allowed, the child is killed with all it started.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_REQUEST = 1 << 16
_WATCH = 100  # milliseconds between two looks at the children's memory
_PAGE = os.sysconf("SC_PAGE_SIZE")


def ask_for_child(control: socket.socket, request: Mapping[str, Any], talk: int, life: int) -> None:
    """Send a request to a room. Both descriptors are the room's from then on: close them here. Raises OSError."""
    socket.send_fds(control, [json.dumps(request).encode()], [talk, life])


@dataclass
class _Child:
    pid: int
    ended: int  # a descriptor that is readable once the process has ended
    life: int
    most: int  # bytes of all its processes, or 0 for no limit


def serve(
    control: socket.socket,
    be_born: Callable[[Mapping[str, Any], int], None],
    *,
    before_fork: Callable[[Mapping[str, Any]], None] = lambda request: None,
) -> None:
    """Fork a child for every request until `control` closes. `be_born(request, talk)` is the child's whole life."""
    gc.collect()  # off until here: what a room imports is there to stay, and need not be looked through again and again
    gc.freeze()
    gc.enable()
    children: dict[int, _Child] = {}  # by descriptor: each stands there twice
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        watched = [child for key, child in children.items() if key == child.ended and child.most]
        for number, _ in poll.poll(_WATCH if watched else None):
            if number == control.fileno():
                if not _one_request(control, be_born, before_fork, children, poll):
                    for child in children.values():
                        with suppress(ProcessLookupError):
                            os.kill(child.pid, signal.SIGKILL)
                    return
            elif number in children:
                _bury(children[number], children, poll)
        _watch([child for child in watched if child.ended in children])


def _one_request(
    control: socket.socket,
    be_born: Callable[[Mapping[str, Any], int], None],
    before_fork: Callable[[Mapping[str, Any]], None],
    children: dict[int, _Child],
    poll: select.poll,
) -> bool:
    data, descriptors, _, _ = socket.recv_fds(control, _REQUEST, 2)
    if not data:
        return False
    request = json.loads(data)
    talk, life = descriptors
    try:
        before_fork(request)
        pid = os.fork()
    except Exception as error:  # the one who asked hears why
        _say(talk, {"fatal": f"{type(error).__name__}: {error}"})
        os.close(talk)
        os.close(life)
        return True
    if pid == 0:
        _live(request, talk, be_born)
    os.close(talk)
    child = _Child(pid, os.pidfd_open(pid), life, request.get("memory", 0))
    for number in (child.ended, child.life):
        children[number] = child
        poll.register(number, select.POLLIN | select.POLLHUP)
    return True


def _live(request: Mapping[str, Any], talk: int, be_born: Callable[[Mapping[str, Any], int], None]) -> None:
    """Never returns: nothing of the room's own code runs in a child afterwards."""
    status = 1
    try:
        be_born(request, talk)
        status = 0
    except Exception as error:
        _say(talk, {"fatal": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(status)


def _say(talk: int, document: Mapping[str, Any]) -> None:
    text = json.dumps(document).encode()
    with suppress(OSError):
        os.write(talk, len(text).to_bytes(4, "big") + bytes(4) + text)


def _bury(child: _Child, children: dict[int, _Child], poll: select.poll) -> None:
    with suppress(ProcessLookupError):
        os.kill(child.pid, signal.SIGKILL)
    os.waitpid(child.pid, 0)
    for number in (child.ended, child.life):
        poll.unregister(number)
        os.close(number)
        del children[number]


def _watch(children: list[_Child]) -> None:
    """Kill a child whose processes together take too much."""
    if not children:
        return
    parents, sizes = _processes()
    own = sizes.get(os.getpid(), 0)
    roots = {child.pid: child for child in children}
    totals: dict[int, int] = dict.fromkeys(roots, 0)
    for pid, size in sizes.items():
        at = pid
        while at and at not in roots:
            at = parents.get(at, 0)
        if at:
            totals[at] += max(0, size - own)  # what is shared with the room costs nothing
    for pid, total in totals.items():
        if total > roots[pid].most:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _processes() -> tuple[dict[int, int], dict[int, int]]:
    """Every process in sight: its parent, and its bytes in memory."""
    parents: dict[int, int] = {}
    sizes: dict[int, int] = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{entry}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
                parents[int(entry)], sizes[int(entry)] = int(fields[1]), int(fields[21]) * _PAGE
    return parents, sizes
