"""Start the warm room: in bubblewrap, or, where somebody insists, without.

Theory of operation
-------------------
Bubblewrap gives the room a network that reaches nobody, an empty environment, and a read-only system of which it sees Python, the libraries and the fonts: not the course, not
the gradebook, not a home. What the room needs besides, capabilities to lock each learner in further, it holds only inside its own user namespace. Started by root,
the room keeps root's number and the few capabilities that its work takes, and every learner becomes nobody.

Only the packages `torchscope` and `autograder` are shown of the project, since an editable install lies beside the solutions.
"""

from __future__ import annotations

import json
import os
import shutil
import site
import socket
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import IO

_LIBRARY = "/course"  # where the project's two packages stand inside
_BOOT = "import gc, sys, json; gc.disable(); o = json.loads(sys.argv[1]); sys.path[:] = o['path']; from autograder.grade.room import main; main(sys.argv[1])"
# Torch's compiler, which some of its operators import, asks who it runs as; from Python 3.13 on nobody is an error.
USER = {"USER": "learner", "LOGNAME": "learner"}
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
# What root needs to lock a learner in: mounts and namespaces, another user's number, and to kill that user's processes.
_OF_ROOT = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_CHOWN")
_DEVICES = ("null", "zero", "full", "random", "urandom")
_ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "fonts", "localtime", "alternatives")


class SandboxError(Exception):
    """The sandbox cannot be had here. The message says why, and what to install or to change."""


class Room:
    """A running warm room: its process, and the socket on which it takes requests."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket, said: IO[bytes], home: str) -> None:
        self.home = home  # of a room without a sandbox, or empty
        self.process = process
        self.control = control
        self.said = said

    def wait_ready(self) -> dict[str, str]:
        """What the room says of itself once it is warm. Raises SandboxError."""
        data = self.control.recv(1 << 16)
        if data:
            answer: dict[str, str] = json.loads(data)
            return answer
        self.process.wait()
        self.said.seek(0)
        raise SandboxError(explain(self.said.read().decode("utf-8", "replace")))

    def close(self) -> None:
        self.control.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.said.close()
        if self.home:
            shutil.rmtree(self.home, ignore_errors=True)


def start_room(*, sandboxed: bool = True, gpu: bool = False) -> Room:
    """Start the warm room. It is ready when `wait_ready` returns. Raises SandboxError."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    said = tempfile.TemporaryFile()  # noqa: SIM115
    home = "" if sandboxed else tempfile.mkdtemp(prefix="room-")
    if sandboxed:
        command, environment = _in_bubblewrap(theirs.fileno(), gpu)
    else:
        command, environment = _in_the_open(theirs.fileno(), gpu, home)
    try:
        process = subprocess.Popen(
            command,
            pass_fds=[theirs.fileno()],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    finally:
        theirs.close()
    return Room(process, ours, said, home)


def _in_bubblewrap(control: int, gpu: bool) -> tuple[list[str], dict[str, str]]:
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxError(
            "learners' code is run in a sandbox, and bubblewrap is not installed: `apt-get install bubblewrap` (or dnf, pacman; there is none but for Linux). "
            "`--no-sandbox` grades without one: do that only with code you trust"
        )
    standard = [sysconfig.get_path("stdlib"), *(p for p in sys.path if Path(p).name == "lib-dynload")]
    packages = [p for p in sys.path if Path(p).name in ("site-packages", "dist-packages") and os.path.isdir(p)]
    packages += [p for p in [site.getusersitepackages()] if p in sys.path and p not in packages]
    python = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    mounts = _Mounts()
    for folder in ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin"):
        mounts.system(folder)
    for name in _ETC:
        mounts.show(f"/etc/{name}")
    mounts.show("/nix/store")
    own = ("/usr", os.path.realpath(sys.base_prefix), sys.base_prefix)
    for path in own[1:]:
        mounts.show(path)
    # An environment may lie anywhere, under /tmp too, which is the learner's own inside.
    inside_at = {
        path: path if path.startswith(tuple(f"{one}/" for one in own)) else f"/packages/{number}/site-packages"
        for number, path in enumerate(dict.fromkeys(packages))
    }
    for path, target in inside_at.items():
        mounts.show(path, target)
    here = Path(__file__).resolve().parents[2]
    for name in ("autograder", "torchscope"):
        mounts.show(str(here / name), f"{_LIBRARY}/{name}")
    mounts.arguments += [
        "--proc",
        "/proc",
        "--perms",
        "0755",
        "--tmpfs",
        "/dev",
        "--dir",
        "/dev/shm",
        "--symlink",
        "/proc/self/fd",
        "/dev/fd",
    ]
    devices = [f"/dev/{name}" for name in _DEVICES]
    if gpu:
        devices += sorted(str(p) for p in Path("/dev").glob("nvidia*"))
        mounts.show("/sys")
    for device in devices:
        mounts.arguments += ["--dev-bind-try", device, device]
    mounts.arguments += ["--perms", "0777", "--tmpfs", "/tmp", "--remount-ro", "/dev", "--remount-ro", "/"]
    isolation = ["--unshare-net", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        isolation += ["--cap-drop", "ALL", *(word for name in _OF_ROOT for word in ("--cap-add", name))]
    else:
        isolation += ["--unshare-user", "--cap-add", "ALL"]
    shown = [_LIBRARY, *dict.fromkeys([*standard, *inside_at.values()])]
    options = json.dumps({"control": control, "sandboxed": True, "gpu": gpu, "path": shown})
    inside = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp/home",
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",
        "MPLCONFIGDIR": "/tmp/home/matplotlib",
        "IPYTHONDIR": "/tmp/home/ipython",
        "PYTHONHASHSEED": "0",
        "TORCH_FOUNDATIONS_GRADING": "1",
        **USER,
        **THREADS,
    }
    words = ["--clearenv", *(word for name, value in inside.items() for word in ("--setenv", name, value))]
    run = [python, "-s", "-P", "-S", "-B", "-c", _BOOT, options]
    return [program, *isolation, "--new-session", *words, *mounts.arguments, "--chdir", "/", *run], {}


class _Mounts:
    """Bubblewrap's arguments for what the room sees of the machine, folders above included."""

    def __init__(self) -> None:
        self.arguments: list[str] = []
        self.made: set[str] = set()

    def system(self, folder: str) -> None:
        if os.path.islink(folder):
            self.arguments += ["--symlink", os.readlink(folder), folder]
        else:
            self.show(folder)

    def show(self, source: str, target: str = "") -> None:
        """Read-only, where it exists and is not shown already."""
        target = target or source
        if not os.path.exists(source) or any(target == done or target.startswith(f"{done}/") for done in self.made):
            return
        for parent in reversed(Path(target).parents):
            # Bubblewrap makes parents that only their owner may enter, and the learner is somebody else.
            if str(parent) != "/":
                self.arguments += ["--perms", "0755", "--dir", str(parent)]
        self.arguments += ["--ro-bind", source, target]
        self.made.add(target)


def _in_the_open(control: int, gpu: bool, home: str) -> tuple[list[str], dict[str, str]]:
    path = [p for p in sys.path if p]
    options = json.dumps({"control": control, "sandboxed": False, "gpu": gpu, "path": path})
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": home,
        "LANG": "C.UTF-8",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "IPYTHONDIR": f"{home}/ipython",
        "PYTHONHASHSEED": "0",
        "TORCH_FOUNDATIONS_GRADING": "1",
        **USER,
        **THREADS,
    }
    return [sys.executable, "-s", "-P", "-B", "-c", _BOOT, options], environment


def explain(said: str) -> str:
    """What went wrong at the start of a room, from what bubblewrap or the room printed."""
    last = said.strip().splitlines()[-1] if said.strip() else "it said nothing"
    lowered = said.lower()
    if "bwrap:" in lowered and any(
        words in lowered
        for words in ("namespace", "uid map", "uid_map", "operation not permitted", "permission denied")
    ):
        return (
            f"the sandbox cannot be set up here ({last}). Bubblewrap needs user namespaces: on Ubuntu 24.04 and later run "
            "`sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, elsewhere `sudo sysctl user.max_user_namespaces=10000`; in Docker "
            "start the container with --security-opt seccomp=unconfined and --security-opt apparmor=unconfined. `--no-sandbox` grades without one: "
            "do that only with code you trust"
        )
    if "modulenotfounderror" in lowered or "importerror" in lowered:
        return f"the sandbox does not find what it needs ({last}). Is `pip install 'torch-foundations[lab]'` complete in this environment?"
    return f"the sandbox did not start ({last})"
