"""The coordinator: starts the rooms, sends a submission through them, and puts the report together.

`Rooms.grade` may be called from several threads at once: each call has a judge and a learner of its own, and the rooms that fork them are shared.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import metadata
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Any

from autograder.grade import frames, intake, repair, report, sandbox
from autograder.grade.assignment import Assignment
from autograder.grade.limits import DEFAULT, Limits
from autograder.grade.nursery import ask_for_child
from autograder.grade.report import Report
from autograder.grade.submission import CheckResult, Plan, Refused, ShownCell

_JUDGE = "import gc, sys, json; gc.disable(); o = json.loads(sys.argv[1]); sys.path[:] = o['path']; from autograder.grade.judge import main; main(sys.argv[1])"
_FOLDER = "autograder-"  # in the temporary folder, with the process's number behind it
_ATTEMPTS = 4  # judges for one submission, when one gets stuck
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,16}\b")


class RoomError(Exception):
    """The rooms do not work: no submission's fault. The message says why and what to do."""


class Rooms:
    """A warm room for learners and one for judges. Use it as a context manager.

    `sandboxed=False` runs learners' code as the user who grades: only for code that is trusted. `gpu` passes CUDA devices through. Raises
    `sandbox.SandboxError` when the sandbox cannot be had.
    """

    def __init__(self, limits: Limits = DEFAULT, *, sandboxed: bool = True, gpu: bool = False) -> None:
        self.limits = limits
        self.sandboxed = sandboxed
        self.gpu = gpu
        self.versions: MappingProxyType[str, str] = MappingProxyType({})
        self._lock = threading.Lock()
        self._spooled: dict[str, str] = {}
        self._busy = dict.fromkeys(sorted(os.sched_getaffinity(0)), 0)

    def __enter__(self) -> Rooms:
        _sweep()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
        self._room = sandbox.start_room(sandboxed=self.sandboxed, gpu=self.gpu)
        try:
            self._judge, self._control, self._said = _start_judge(self._room.control)
            about = self._room.wait_ready()
            if not self._control.recv(1 << 16):
                self._said.seek(0)
                said = self._said.read().decode("utf-8", "replace").strip().splitlines()
                raise RoomError(f"the judge did not start: {said[-1] if said else 'it said nothing'}")
        except BaseException:
            self._room.close()
            with suppress(AttributeError):
                self._control.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self.versions = MappingProxyType(
            {"autograder": installed("torch-foundations"), "python": about["ready"], "torch": about["torch"]}
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._control.close()
        self._room.close()
        try:
            self._judge.wait(5)
        except subprocess.TimeoutExpired:
            self._judge.kill()
            self._judge.wait()
        self._said.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def alive(self) -> bool:
        """Whether both rooms still run."""
        return self._judge.poll() is None and self._room.process.poll() is None

    def grade(self, assignment: Assignment, submission: bytes, *, seed: int = 0) -> Report:
        """Grade a file: any bytes at all. Raises RoomError when the rooms do not work; never because of what is in the file."""
        try:
            plan = repair.mend(assignment, intake.read(submission, self.limits))
        except Refused as error:
            return report.refused(assignment, str(error), self.versions)
        return self.run(assignment, plan, seed=seed)

    def run(self, assignment: Assignment, plan: Plan, *, seed: int = 0) -> Report:
        """Run a mended submission. Raises RoomError."""
        spool = self._spool(assignment)
        checks: dict[str, CheckResult] = {}
        outputs: dict[str, list[dict[str, Any]]] = {}
        remarks: list[str] = []
        ends = time.monotonic() + self.limits.submission_seconds
        for _ in range(_ATTEMPTS):
            stuck = self._session(assignment, spool, plan, seed, ends, checks, outputs, remarks)
            if stuck is None:
                break
            cell, status, message = stuck
            if cell:
                checks[cell] = CheckResult(cell, 0.0, assignment.by_id[cell].max_points, status, message)
        for test in assignment.tests:
            checks.setdefault(
                test.id,
                CheckResult(
                    test.id,
                    0.0,
                    test.max_points,
                    "died",
                    "This check was not reached: what came before it broke its judge.",
                ),
            )
        return Report(
            assignment.name,
            tuple(checks[test.id] for test in assignment.tests),
            plan.mends,
            remarks=tuple(remarks),
            cells=tuple(
                ShownCell(cell.id, cell.kind, cell.role, cell.source, tuple(outputs.get(cell.id, ())), cell.attachments)
                for cell in plan.cells
            ),
            versions=self.versions,
        )

    def _session(
        self,
        assignment: Assignment,
        spool: str,
        plan: Plan,
        seed: int,
        ends: float,
        checks: dict[str, CheckResult],
        outputs: dict[str, list[dict[str, Any]]],
        remarks: list[str],
    ) -> tuple[str, str, str] | None:
        """One judge, until it is done or stuck. What it was at when it got stuck, its status and why; None when it is done."""
        ran = {cell.id for cell in plan.cells}
        at = ""
        with self._a_cpu() as cpu, self._a_judge({"assignment": assignment.digest, "spool": spool}) as ours:
            try:
                frames.send(
                    ours,
                    {
                        "cells": [
                            [
                                c.id,
                                c.role,
                                c.kind == "code",
                                None if c.role in ("test", "locked") else c.source,
                                c.max_points,
                            ]
                            for c in plan.cells
                        ],
                        "limits": dataclasses.asdict(self.limits),
                        "seed": seed,
                        "cpu": cpu,
                        "seconds": max(1.0, ends - time.monotonic()),
                        "done": list(checks),
                    },
                )
                patience = max(self.limits.cell_seconds, self.limits.test_seconds) + 3 * self.limits.grace + 35
                stream = frames.Stream(ours, self.limits)
                while True:
                    document = stream.receive(time.monotonic() + patience)
                    kind = document.get("kind")
                    if kind == "at":
                        at = document["id"]
                    elif kind == "check":
                        cell = assignment.by_id[document["id"]]
                        message = _ADDRESS.sub("0x…", document["message"])
                        checks[cell.id] = CheckResult(
                            cell.id, document["points"], cell.max_points, document["status"], message
                        )
                        at = ""
                    elif kind == "cell" and document["id"] in ran:
                        outputs[document["id"]] = _without_addresses(document["outputs"])
                    elif kind == "note":
                        remarks.append(f"{document['id']}: {document['text']}")
                    elif kind == "broken":
                        raise RoomError(f"the sandbox does not work: {document['text']}")
                    elif "fatal" in document:
                        raise RoomError(f"the judge does not work: {document['fatal']}")
                    elif kind == "end":
                        return None
            except frames.Late:
                return at, "timeout", "The check got stuck, and was stopped."
            except frames.WireError:
                return at, "died", "The check broke its judge: what the answer gave back was too much for it."

    @contextmanager
    def _a_cpu(self) -> Iterator[int]:
        """The processor with the least to do. Judge and learner take turns, and taking them on one processor spares waking another."""
        with self._lock:
            cpu = min(self._busy, key=self._busy.__getitem__)
            self._busy[cpu] += 1
        try:
            yield cpu
        finally:
            with self._lock:
                self._busy[cpu] -= 1

    @contextmanager
    def _a_judge(self, request: dict[str, str]) -> Iterator[socket.socket]:
        """The way to a judge, which lives as long as this is open."""
        ours, theirs = socket.socketpair()
        life, ours_life = os.pipe()
        try:
            try:
                ask_for_child(self._control, request, theirs.fileno(), life)
            except OSError as error:
                raise RoomError(f"the judge room is gone ({error.strerror}): start again") from error
            finally:
                theirs.close()
                os.close(life)
            yield ours
        finally:
            ours.close()
            os.close(ours_life)

    def _spool(self, assignment: Assignment) -> str:
        """The file in which the judge room reads the assignment. Written once."""
        with self._lock:
            if assignment.digest not in self._spooled:
                folder = self._folder / assignment.digest
                support = folder / "support"
                support.mkdir(parents=True)
                for name, content in assignment.support.items():
                    (support / name).parent.mkdir(parents=True, exist_ok=True)
                    (support / name).write_bytes(content)
                cells = [{"id": c.id, "kind": c.kind, "role": c.role, "source": c.source} for c in assignment.cells]
                data = {
                    "judge": assignment.judge,
                    "cells": cells,
                    "support": list(assignment.support),
                    "folder": str(support),
                }
                path = folder / "assignment.json"
                path.write_text(json.dumps(data), encoding="utf-8")
                self._spooled[assignment.digest] = str(path)
            return self._spooled[assignment.digest]


def _start_judge(room: socket.socket) -> tuple[subprocess.Popen[bytes], socket.socket, IO[bytes]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    said = tempfile.TemporaryFile()  # noqa: SIM115
    here = str(Path(__file__).resolve().parents[2])
    options = {
        "control": theirs.fileno(),
        "room": room.fileno(),
        "path": list(dict.fromkeys([here, *filter(None, sys.path)])),
    }
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "TORCH_FOUNDATIONS_GRADING": "1",
        **sandbox.USER,
        **sandbox.THREADS,
    }
    process = subprocess.Popen(
        [sys.executable, "-s", "-P", "-c", _JUDGE, json.dumps(options)],
        pass_fds=[theirs.fileno(), room.fileno()],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=said,
    )
    theirs.close()
    return process, ours, said


def _sweep() -> None:
    """Remove what coordinators that were killed left behind: it holds tests."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        owner = folder.name.removeprefix(_FOLDER).partition("-")[0]
        if owner.isdecimal() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _without_addresses(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where an object lies in memory says nothing to anybody, and differs from run to run."""
    for output in outputs:
        with suppress(TypeError, AttributeError):
            if isinstance(output.get("text"), str):
                output["text"] = _ADDRESS.sub("0x…", output["text"])
            if isinstance(output.get("data"), dict) and isinstance(output["data"].get("text/plain"), str):
                output["data"]["text/plain"] = _ADDRESS.sub("0x…", output["data"]["text/plain"])
            if isinstance(output.get("traceback"), list):
                output["traceback"] = [_ADDRESS.sub("0x…", str(line)) for line in output["traceback"]]
    return outputs


def installed(name: str) -> str:
    """A package's version; of one that is not installed as a package, "unknown"."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"
