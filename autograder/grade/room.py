"""The warm room: inside the sandbox, with everything slow imported, waiting to fork learners. Started by `sandbox`, never by hand.

Theory of operation
-------------------
The room holds no test, no name of a learner and no secret; it is not dumpable, has one thread, and never touches CUDA. In front of each fork it asks for a new pid
namespace; the child reads its terms (limits, support files) from the judge, locks its door (`confine`), and serves the judge until the judge goes away.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Mapping
from typing import Any


def main(arguments: str) -> None:
    """Warm up, say so, and fork learners until the control socket closes."""
    options = json.loads(arguments)
    control = socket.socket(fileno=options["control"])
    sandboxed, gpu = options["sandboxed"], options["gpu"]

    from autograder.grade import confine

    confine.undumpable()
    if sandboxed:
        confine.machine()
    os.makedirs(os.environ["HOME"], exist_ok=True)
    os.chdir(os.environ["HOME"])

    import torch

    from autograder import compiler
    from autograder.grade import learner, wire
    from autograder.grade.limits import Limits
    from autograder.grade.nursery import serve

    torch.set_num_threads(1)
    wire.know_numpy()
    recorder = learner.Recorder(Limits())
    shell = learner.make_shell(recorder)
    learner.warm_up(shell, recorder)
    patience = (
        time.monotonic() + 10
    )  # matplotlib's timer, started while it looks for fonts, may still be on its way out
    while len(os.listdir("/proc/self/task")) != 1 and time.monotonic() < patience:
        time.sleep(0.01)
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("the warm room has more than one thread, and must not fork")
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def before_fork(request: Mapping[str, Any]) -> None:
        if request.get("compiler"):
            compiler.warm_up()
        if sandboxed:
            confine.leave_processes(own)

    def be_born(_: Mapping[str, Any], talk: int) -> None:
        confine.close_all_but(talk)
        sock = socket.socket(fileno=talk)
        terms, blob = wire.receive(sock, Limits())
        limits = Limits(**terms["limits"])
        recorder.limits = limits
        support = {name: bytes(blob[start : start + size]) for name, start, size in terms["support"]}
        if sandboxed:
            confine.confine(limits, support, gpu=gpu)
        else:
            _without_sandbox(limits, support, gpu=gpu)
        sys.path.append(os.getcwd())  # helper modules among the support files
        os.sched_setaffinity(0, {terms["cpu"]})
        wire.send(sock, {"ready": True})
        learner.Learner(sock, shell, recorder, limits).serve()

    control.send(json.dumps({"ready": sys.version.split()[0], "torch": torch.__version__}).encode())
    serve(control, be_born, before_fork=before_fork)


def _without_sandbox(limits: Any, support: Mapping[str, bytes], *, gpu: bool) -> None:
    """A folder of its own and the kernel's limits, and no more."""
    from pathlib import Path

    from autograder.grade import confine

    folder = Path(tempfile.mkdtemp(prefix="learner-", dir=os.environ["HOME"]))
    for name, content in support.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o444)
    os.chdir(folder)
    os.setsid()
    confine.set_limits(limits, gpu=gpu, processes=False)
