"""The sandbox: every wall and lock, each tried from inside; what dies with what; a clear sentence where it cannot be had.

The walls of a learner's process are tried through a *minimal room*, which needs neither torch nor IPython: it is bubblewrap as `sandbox` starts it, `nursery.serve`
and `confine.confine` as they are, and a learner that runs the text it is sent. So the same tests run as whoever runs them and, where that is
root, as an ordinary user as well, whose Python may lack what the course needs.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hostile
import pytest
from conftest import ROOT, need_bubblewrap

from autograder.grade import Rooms, SandboxError, confine, read_assignment, sandbox
from autograder.grade.limits import Limits

LIMITS = Limits(
    disk_bytes=8 << 20,
    disk_files=100,
    processes=20,
    open_files=64,
    memory_bytes=256 << 20,
    total_memory_bytes=300 << 20,
)
NOBODY = 65534
AS_ROOT = os.geteuid() == 0
STOCK = "/usr/bin/python3"  # an interpreter that everybody can read

#: Runs in the room's place: nothing but the standard library, `nursery` and `confine`.
MINIMAL = """
import json, os, socket, struct, sys, types
options = json.loads(sys.argv[1])
sys.path[:] = options["path"]
for name in ("autograder", "autograder.grade"):  # without the packages' own imports
    package = types.ModuleType(name)
    package.__path__ = [options["library"] + "/" + name.replace(".", "/")]
    sys.modules[name] = package
from autograder.grade import confine, nursery
from autograder.grade.limits import Limits

def main():
    control = socket.socket(fileno=options["control"])
    confine.undumpable()
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    secret = os.open("/dev/zero", os.O_RDONLY)  # something of the room's that a learner must not inherit

    def be_born(request, talk):
        confine.close_all_but(talk)
        sock = socket.socket(fileno=talk)
        support = {name: text.encode() for name, text in request["support"].items()}
        confine.confine(Limits(**request["limits"]), support)
        while True:
            head = sock.recv(4, socket.MSG_WAITALL)
            if len(head) < 4:
                return
            code = sock.recv(struct.unpack(">I", head)[0], socket.MSG_WAITALL).decode()
            names = {}
            try:
                exec(code, names)
                answer = names.get("answer")
            except BaseException as error:
                answer = f"{type(error).__name__}: {error}"
            text = json.dumps(answer).encode()
            sock.sendall(struct.pack(">I", len(text)) + text)

    control.send(b"{}")
    nursery.serve(control, be_born, before_fork=lambda request: confine.leave_processes(own))

main()
"""

#: Starts a minimal room as whoever it is run as, and asks it for learners: one line of JSON in, one out.
STARTER = """
import json, os, socket, struct, sys, types
options = json.loads(sys.argv[1])
for name in ("autograder", "autograder.grade"):
    package = types.ModuleType(name)
    package.__path__ = [options["library"] + "/" + name.replace(".", "/")]
    sys.modules[name] = package
from autograder.grade import nursery, sandbox
sandbox._BOOT = options["minimal"]
old = sandbox._in_bubblewrap
def in_bubblewrap(control, gpu):
    command, environment = old(control, gpu)
    given = json.loads(command[-1])
    given["library"] = sandbox._LIBRARY
    return [*command[:-1], json.dumps(given)], environment
sandbox._in_bubblewrap = in_bubblewrap
room = sandbox.start_room()
try:
    room.wait_ready()
except sandbox.SandboxError as error:
    print(json.dumps({"error": str(error)}), flush=True)
    sys.exit(1)
print(json.dumps({"ready": room.process.pid}), flush=True)
learners = {}
for line in sys.stdin:
    request = json.loads(line)
    name = request["learner"]
    if name not in learners:
        ours, theirs = socket.socketpair()
        life, mine = os.pipe()
        nursery.ask_for_child(room.control, {"limits": request["limits"], "support": request["support"], "memory": request["memory"]}, theirs.fileno(), life)
        theirs.close()
        os.close(life)
        ours.settimeout(20)
        learners[name] = ours, mine
    talk, mine = learners[name]
    try:
        if request["code"] is None:
            os.close(mine)
            talk.close()
            del learners[name]
            answer = None
        else:
            code = request["code"].encode()
            talk.sendall(struct.pack(">I", len(code)) + code)
            head = talk.recv(4, socket.MSG_WAITALL)
            answer = json.loads(talk.recv(struct.unpack(">I", head)[0], socket.MSG_WAITALL)) if len(head) == 4 else "gone"
    except (OSError, ValueError) as error:  # what a room says of a learner that could not start is no answer
        answer = f"gone: {error}"
    print(json.dumps(answer), flush=True)
"""


class House:
    """A minimal room, and learners in it by name."""

    def __init__(self, process: subprocess.Popen[str], limits: Limits = LIMITS) -> None:
        self.process = process
        self.limits = limits
        assert process.stdout is not None
        said = json.loads(process.stdout.readline() or '{"error": "the starter said nothing"}')
        assert "ready" in said, said
        self.room = said["ready"]

    def ask(self, code: str | None, learner: str = "one", support: dict[str, str] | None = None, **limits: Any) -> Any:
        """What a learner says when it runs the code: the value of `answer`, or the exception."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        chosen = dataclasses.replace(self.limits, **limits)
        request = {
            "learner": learner,
            "code": None if code is None else textwrap.dedent(code),
            "limits": dataclasses.asdict(chosen),
            "support": support or {},
            "memory": chosen.total_memory_bytes,
        }
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def open_house(user: int | None) -> Iterator[House]:
    need_bubblewrap()
    with contextlib.ExitStack() as stack:
        library, python = ROOT, sys.executable
        more: dict[str, Any] = {}
        if user is not None:
            if not os.path.exists(STOCK):
                pytest.skip(f"{STOCK} is missing, and another user cannot be counted on to read this interpreter")
            python = STOCK
            library = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="house-")))
            (library / "autograder").mkdir()
            (library / "torchscope").mkdir()
            shutil.copytree(ROOT / "autograder" / "grade", library / "autograder" / "grade")
            for path in (library, *library.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
            more = {"user": user, "group": user, "extra_groups": []}
        options = json.dumps({"library": str(library), "minimal": MINIMAL})
        environment = {"PATH": "/usr/bin:/bin", "SECRET_FOR_TEST": "1", "HOME": str(Path.home()), "LANG": "C.UTF-8"}
        process = subprocess.Popen(
            [python, "-s", "-c", STARTER, options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd="/",
            **more,
        )
        try:
            yield House(process)
        finally:
            process.kill()
            process.wait()


USERS = ["as whoever runs the tests", *(["as an ordinary user"] if AS_ROOT else [])]


@pytest.fixture(scope="module", params=USERS)
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    yield from open_house(NOBODY - 7 if request.param == "as an ordinary user" else None)


@pytest.fixture
def learner(house: House) -> Iterator[Callable[..., Any]]:
    """A fresh learner; it ends with the test."""
    yield house.ask
    for name in ("one", "two"):
        house.ask("answer = 0", name)
        house.ask(None, name)


Ask = Callable[..., Any]

PRELUDE = """
import ctypes, os, socket, resource
libc = ctypes.CDLL(None, use_errno=True)
answer = []
def try_to(what, call):
    try:
        got = call()
    except (OSError, ValueError, RuntimeError):
        return
    if got is None or got is True or not isinstance(got, int) or got >= 0:
        answer.append(what)
"""


def opened(learner: Ask, code: str, **more: Any) -> Any:
    """The doors that stood open."""
    return learner(PRELUDE + textwrap.dedent(code), **more)


# Descriptors


def test_it_has_its_own_socket_and_no_other_descriptor(learner: Ask) -> None:
    code = """
    import os
    answer = []
    for number in sorted(map(int, os.listdir("/proc/self/fd"))):
        if os.path.exists(f"/proc/self/fd/{number}") or os.path.islink(f"/proc/self/fd/{number}"):
            answer.append([number, os.readlink(f"/proc/self/fd/{number}")])
    """
    kinds = learner(code)
    above = [(number, kind) for number, kind in kinds if number > 2 and not kind.startswith("/proc/")]
    assert len(above) == 1
    assert above[0][1].startswith("socket:")
    inherited = [kind for number, kind in kinds if number <= 2]
    assert all(kind == "/dev/null" or "deleted" in kind or "memfd" in kind for kind in inherited)


# The kernel's view of it


def test_it_is_nobody_with_no_capability_no_new_privileges_and_a_filter(learner: Ask, house: House) -> None:
    status = dict(line.split(":", 1) for line in learner("answer = open('/proc/self/status').read()").splitlines())
    assert [int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")] == [0] * 5
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Seccomp"].strip() == "2"
    assert set(status["Uid"].split()) == set(status["Gid"].split()) == {str(confine.INNER_ID)}


def test_the_kernel_never_sees_root(learner: Ask, house: House) -> None:
    """Also where root grades: no limit on processes binds root."""
    learner("import os\nanswer = os.getpid()")
    users = set()
    for pid in descendants(house.process.pid):
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/status").read_text()
            fields = dict(line.split(":", 1) for line in words.splitlines())
            if fields["Seccomp"].strip() == "2":
                users |= set(fields["Uid"].split())
    assert users
    assert "0" not in users


def test_it_cannot_become_somebody_else(learner: Ask) -> None:
    code = """
    for n in (0, 1, 65534, 65527):
        try_to(("setuid", n), lambda: os.setuid(n))
        try_to(("setgid", n), lambda: os.setgid(n))
        try_to(("setresuid", n), lambda: os.setresuid(n, n, n))
        try_to(("setgroups", n), lambda: os.setgroups([n]))
        try_to(("setfsuid", n), lambda: libc.setfsuid(n) and -1 if libc.setfsuid(-1) != n else 0)
    """
    assert opened(learner, code) == []


@pytest.mark.parametrize("flag", [0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
def test_no_namespace_can_be_made(learner: Ask, flag: int) -> None:
    code = f"""
    number = 56 if os.uname().machine == "x86_64" else 220
    try_to("unshare", lambda: libc.unshare({flag}))
    if {flag} > 0xFF:
        try_to("clone", lambda: libc.syscall(number, {flag} | 17, 0, 0, 0, 0))
    words = ({flag}).to_bytes(8, "little") + bytes(24) + (17).to_bytes(8, "little") + bytes(48)
    try_to("clone3", lambda: libc.syscall(435, ctypes.create_string_buffer(words), 88))
    """
    assert opened(learner, code) == []


def test_user_namespaces_are_spent_even_without_the_filter(learner: Ask) -> None:
    assert learner("answer = open('/proc/sys/user/max_user_namespaces').read().strip()") == "0"
    assert opened(learner, "try_to('write', lambda: open('/proc/sys/user/max_user_namespaces', 'w').write('9'))") == []


@pytest.mark.parametrize("name", sorted(confine._DENIED))
def test_a_call_that_is_denied_is_denied(learner: Ask, name: str) -> None:
    column, _ = confine.machine()
    number = confine._DENIED[name][column]
    result, error = learner(
        f"import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nanswer = [libc.syscall({number}, -1, -1, -1, -1, -1, -1), ctypes.get_errno()]"
    )
    assert (result, error) == (-1, 1), name  # EPERM


def test_the_second_table_of_calls_is_closed(learner: Ask) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("there is none on this machine")
    assert opened(learner, "try_to('x32', lambda: libc.syscall(0x40000000 | 41, 1, 1, 0))") == []


# The network


def test_no_socket_of_any_family(learner: Ask) -> None:
    code = """
    for family in range(46):
        for kind in (1, 2, 3, 5, 10):
            try_to((family, kind), lambda: socket.socket(family, kind))
    """
    assert opened(learner, code) == []


def test_a_pair_of_streams_works_and_reaches_nobody(learner: Ask) -> None:
    code = """
    a, b = socket.socketpair()
    a.send(b"x")
    assert b.recv(1) == b"x"
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC):
        try_to(("pair", kind), lambda: socket.socketpair(socket.AF_UNIX, kind))
    for name in ("/tmp/s", "\\0s"):
        try_to("bind", lambda: a.bind(name))
        try_to("connect", lambda: a.connect(name))
    try_to("listen", lambda: a.listen())
    """
    assert opened(learner, code) == []


def test_the_network_is_one_of_nobody(learner: Ask, house: House) -> None:
    assert learner("answer = [line.split(':')[0].strip() for line in open('/proc/net/dev').readlines()[2:]]") in (
        ["lo"],
        ["lo", "sit0"],
        ["lo", "tunl0", "sit0"],
    )
    theirs = set[str]()
    for pid in descendants(house.room) if AS_ROOT else ():
        with contextlib.suppress(FileNotFoundError):  # it ended meanwhile
            theirs.add(os.readlink(f"/proc/{pid}/ns/net"))
    assert os.readlink("/proc/self/ns/net") not in theirs


# The file system


def test_what_is_seen_of_the_file_system(learner: Ask, house: House) -> None:
    top = set(learner("import os\nanswer = os.listdir('/')"))
    assert not top & {"home", "var", "srv", "mnt", "media", "boot", "run", "sys", "opt", "nix"} - {
        Path(sys.base_prefix).parts[1]
    }
    assert learner("import os\nanswer = sorted(os.listdir('/course'))") == ["autograder", "torchscope"]
    assert set(learner("import os\nanswer = os.listdir('/etc')")) <= {
        "ld.so.cache",
        "ld.so.conf",
        "ld.so.conf.d",
        "fonts",
        "localtime",
        "alternatives",
    }
    assert set(learner("import os\nanswer = os.listdir('/dev')")) == {
        "null",
        "zero",
        "full",
        "random",
        "urandom",
        "shm",
        "fd",
    }
    for path in (
        ROOT / "solutions",
        ROOT / "gradebook",
        ROOT / "pyproject.toml",
        ROOT / "autograder",
        Path.home() / ".bashrc",
        Path("/etc/passwd"),
        Path("/etc/shadow"),
    ):
        assert learner(f"import os\nanswer = os.path.exists({str(path)!r})") is False, path
    # On the way to Python stand empty folders, and nothing else.
    beside = learner(f"import os\nanswer = os.listdir({str(ROOT)!r}) if os.path.isdir({str(ROOT)!r}) else []")
    assert set(beside) <= {".venv"}


def test_the_system_is_read_only(learner: Ask) -> None:
    code = """
    for folder in ("/", "/usr", "/usr/bin", "/usr/lib", "/etc", "/dev", "/course", "/course/autograder", "/proc", "/lib", os.path.dirname(os.__file__)):
        try_to(folder, lambda: open(os.path.join(folder, "evil"), "w"))
        try_to(("mode", folder), lambda: os.chmod(folder, 0o777))
    for path in ("/course/autograder/grade/confine.py", os.__file__, "/bin/sh"):
        try_to(path, lambda: open(path, "a"))
        try_to(("unlink", path), lambda: os.unlink(path))
    try_to("device", lambda: os.mknod("/tmp/disk", 0o60666, os.makedev(254, 0)))
    try_to("remount", lambda: libc.mount(None, b"/usr", None, 32 | 4096, None))
    try_to("umount", lambda: libc.umount2(b"/tmp", 2))
    """
    assert opened(learner, code) == []


def test_no_path_can_be_opened_by_number(learner: Ask) -> None:
    code = """
    top = "ro" + "ot"
    for path in (f"/proc/1/{top}/etc/shadow", f"/proc/self/{top}/../../etc/shadow", "/proc/self/cwd/../../etc/passwd", "/proc/1/fd/0/../x"):
        try_to(path, lambda: open(path))
    """
    assert opened(learner, code) == []


def test_the_disk_has_a_size_and_a_number_of_files(learner: Ask) -> None:
    written = """
    n = 0
    try:
        while n < 100:
            open(f"{folder}/f{n}", "wb").write(bytes(1 << 20))
            n += 1
    except OSError as error:
        answer = [n, error.errno]
    import os
    for name in os.listdir(folder):
        if name[0] == "f": os.unlink(f"{folder}/{name}")
    """
    for folder in ("/tmp", "/tmp/work", "/tmp/home", "/dev/shm"):
        count, error = learner(f"folder = {folder!r}\n" + textwrap.dedent(written))
        assert 5 <= count <= 8, folder
        assert error == 28
    count, error = learner(
        "folder = '/dev/shm'\n" + textwrap.dedent(written).replace("bytes(1 << 20)", "b''").replace("100", "10_000")
    )
    assert 50 <= count < 100
    assert error == 28


def test_one_file_has_a_size_too(learner: Ask) -> None:
    error = learner(
        "import os, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nf = os.open('big', os.O_CREAT | os.O_WRONLY)\ntry:\n    os.ftruncate(f, 1 << 40)\nexcept OSError as e:\n    answer = e.errno"
    )
    assert error == 27


def test_support_files_are_there_and_read_only(house: House) -> None:
    support = {"data.csv": "1,2\n", "folder/more.txt": "x"}
    code = """
    answer = [open("data.csv").read(), open("folder/more.txt").read()]
    for path in ("data.csv", "folder/more.txt", "/tmp/support/data.csv", "folder/new"):
        try_to(("write", path), lambda: open(path, "w"))
        try_to(("unlink", path), lambda: os.unlink(path))
        try_to(("move", path), lambda: os.rename(path, "x"))
    """
    try:
        assert house.ask(PRELUDE + textwrap.dedent(code), "with files", support) == ["1,2\n", "x"]
        assert house.ask("answer = open('data.csv').read()", "with files", support) == "1,2\n"
    finally:
        house.ask(None, "with files")


@pytest.mark.parametrize("name", ["../out", "/etc/x", "a/../../b"])
def test_a_support_file_outside_of_its_folder_is_refused(house: House, name: str) -> None:
    answer = house.ask("answer = 1", f"bad {name}", {name: "x"})
    house.ask(None, f"bad {name}")
    assert answer != 1  # the learner never starts


# Its environment, and other processes


def test_the_environment_holds_nothing_of_the_grader(learner: Ask) -> None:
    names = set(learner("import os\nanswer = list(os.environ)"))
    fixed = {
        "HOME",
        "IPYTHONDIR",
        "LANG",
        "MPLCONFIGDIR",
        "PATH",
        "PYTHONHASHSEED",
        "TMPDIR",
        "TORCH_FOUNDATIONS_GRADING",
    }
    assert names - {"PWD", "LC_CTYPE"} == fixed | set(sandbox.USER) | set(sandbox.THREADS)
    # Torch's compiler asks, and from Python 3.13 on nobody is an error.
    assert learner("import getpass\nanswer = getpass.getuser()") == "learner"
    assert learner("import os\nanswer = os.environ['HOME']") == "/tmp/home"
    code = """
    import os
    answer = []
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            for what in ("environ", "cmdline"):
                text = open(f"/proc/{entry}/{what}", "rb").read()
                if b"SECRET_FOR_TEST" in text or b"bwrap" in text: answer.append(entry)
    """
    assert learner(code) == []


def test_bubblewrap_itself_knows_nothing_of_the_graders_environment(learner: Ask, house: House) -> None:
    learner("answer = 1")
    seen = 0
    for pid in {house.room, *descendants(house.room)}:
        with contextlib.suppress(OSError):
            assert b"SECRET_FOR_TEST" not in Path(f"/proc/{pid}/environ").read_bytes()
            seen += 1
    assert seen >= 1


def test_it_is_the_first_and_only_process_in_its_world(learner: Ask) -> None:
    assert learner("import os\nanswer = [os.getpid(), [int(p) for p in os.listdir('/proc') if p.isdecimal()]]") == [
        1,
        [1],
    ]
    assert learner("import os\nanswer = os.getppid()") == 0


def test_nobody_reads_the_room(house: House) -> None:
    """Its entries in /proc belong to root, whoever it runs as: no other process of its user reads its memory."""
    looked = 0
    for pid in descendants(house.room):
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text()
            if status.startswith("Name:\tpython") and "Seccomp:\t0" in status:  # not bubblewrap, nor a learner
                looked += 1
                assert os.stat(f"/proc/{pid}/mem").st_uid in (0, 65534)
                assert "Threads:\t1\n" in status
    assert looked >= 1


def descendants(pid: int) -> set[int]:
    """Every process below this one."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with contextlib.suppress(OSError):
                parents[int(entry)] = int(Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1])
    found, more = set[int](), {pid}
    while more:
        found |= more
        more = {child for child, parent in parents.items() if parent in more} - found
    return found - {pid}


def test_two_learners_share_nothing(learner: Ask) -> None:
    leave = """
    import ctypes, os, subprocess
    libc = ctypes.CDLL(None, use_errno=True)
    for folder in ("/tmp", "/tmp/work", "/tmp/home", "/dev/shm"):
        open(f"{folder}/left", "w").write("x")
    answer = [libc.semget(4711, 1, 0o1666) >= 0, libc.shmget(4711, 4096, 0o1666), libc.msgget(4711, 0o1666)]
    subprocess.Popen(["/bin/sleep", "30"])
    """
    assert learner(leave, "one") == [True, -1, -1]
    find = """
    import ctypes, os
    libc = ctypes.CDLL(None, use_errno=True)
    answer = [f for f in ("/tmp", "/tmp/work", "/tmp/home", "/dev/shm") if os.path.exists(f"{f}/left")]
    if libc.semget(4711, 1, 0o666) >= 0: answer.append("semaphore")
    answer += [p for p in os.listdir("/proc") if p.isdecimal() and p != "1"]
    answer += [n for n in ("mnt", "pid", "ipc", "user", "uts") if os.readlink(f"/proc/self/ns/{n}") in GIVEN]
    """
    spaces = learner(
        "import os\nanswer = [os.readlink(f'/proc/self/ns/{n}') for n in ('mnt', 'pid', 'ipc', 'user', 'uts')]", "one"
    )
    assert learner(find.replace("GIVEN", repr(spaces)), "two") == []


def test_a_host_name_is_nobodys(learner: Ask) -> None:
    assert opened(learner, "try_to('name', lambda: socket.sethostname('evil'))") == []


# Limits


def test_the_number_of_processes_is_limited(learner: Ask) -> None:
    code = """
    import os, signal, threading, time
    pids = []
    try:
        while len(pids) < 500:
            pid = os.fork()
            if pid == 0:
                time.sleep(20)
                os._exit(0)
            pids.append(pid)
    except OSError as error:
        answer = [len(pids), error.errno]
    for pid in pids: os.kill(pid, signal.SIGKILL)
    for pid in pids: os.waitpid(pid, 0)
    """
    count, error = learner(code)
    assert 15 <= count < 20
    assert error == 11


def test_the_number_of_descriptors_is_limited(learner: Ask) -> None:
    code = "import os\nf = []\ntry:\n    while len(f) < 9999: f.append(os.open('/dev/null', 0))\nexcept OSError as e:\n    answer = [len(f), e.errno]\nfor n in f: os.close(n)"
    count, error = learner(code)
    assert count < 64
    assert error == 24


def test_no_limit_can_be_raised(learner: Ask) -> None:
    code = """
    for number in (4, 6, 7, 9, 1, 0, 8, 12):
        soft, hard = resource.getrlimit(number)
        if hard < 0:
            answer.append(number)
        try_to(("raise", number), lambda: resource.setrlimit(number, (hard + 1, hard + 1)))
    """
    assert opened(learner, code) == []


def test_memory_of_one_process_is_limited(learner: Ask) -> None:
    assert learner("try:\n    x = bytearray(400 << 20)\nexcept MemoryError:\n    answer = 'refused'") == "refused"
    code = "import mmap\ntry:\n    m = mmap.mmap(-1, 400 << 20)\nexcept OSError:\n    answer = 'refused'"
    assert learner(code) == "refused"


def test_memory_of_all_processes_together_is_limited(house: House) -> None:
    """Each stays below its own limit; together they are killed, and nothing of them is left."""
    code = """
    import os, time
    for _ in range(6):
        if os.fork() == 0:
            x = b"1" * (100 << 20)
            time.sleep(30)
    time.sleep(15)
    answer = "alive"
    """
    started = time.monotonic()
    assert house.ask(code, "many") != "alive"
    assert time.monotonic() - started < 10
    house.ask(None, "many")


# Ends


def marked() -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            with contextlib.suppress(OSError):
                if hostile.MARK.encode() in Path(f"/proc/{entry}/cmdline").read_bytes():
                    found.append(int(entry))
    return found


def soon(condition: Callable[[], bool], patience: float = 5.0) -> bool:
    until = time.monotonic() + patience
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


DAEMON = f"""
import os
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv("/bin/sleep", ["{hostile.MARK}", "600"])
        os._exit(0)
answer = 1
"""


def test_all_that_it_started_ends_with_the_one_who_asked(house: House) -> None:
    assert house.ask(DAEMON, "daemon") == 1
    assert soon(lambda: len(marked()) == 3)
    house.ask(None, "daemon")  # closes the pipe: the judge went away
    assert soon(lambda: not marked())


def test_it_ends_with_the_one_who_asked_even_when_it_does_not_listen(house: House) -> None:
    """It never comes to read that its socket was closed: the room kills it."""
    deaf = (
        DAEMON
        + """
import signal, time
def spin(*_):
    while True:
        time.sleep(1)
signal.signal(signal.SIGALRM, spin)
signal.setitimer(signal.ITIMER_REAL, 0.2)
"""
    )
    assert house.ask(deaf, "deaf") == 1
    assert soon(lambda: len(marked()) == 3)
    time.sleep(0.4)
    house.ask(None, "deaf")
    assert soon(lambda: not marked())


def test_all_that_it_started_ends_with_itself(house: House) -> None:
    assert house.ask(DAEMON, "ends") == 1
    assert soon(lambda: len(marked()) == 3)
    assert str(house.ask("import os\nos._exit(0)", "ends")).startswith("gone")
    assert soon(lambda: not marked())
    house.ask(None, "ends")


@pytest.mark.parametrize("user", USERS)
def test_all_ends_when_the_coordinator_is_killed(user: str) -> None:
    """By a signal that it cannot handle: the room reads the end of its socket, and takes everybody with it."""
    for house in open_house(NOBODY - 7 if user == "as an ordinary user" else None):
        assert house.ask(DAEMON) == 1
        below = descendants(house.process.pid)
        assert len(below) >= 5
        os.kill(house.process.pid, signal.SIGKILL)
        assert soon(functools.partial(all_dead, below))
        assert marked() == []


def all_dead(pids: set[int]) -> bool:
    return not any(map(alive, pids))


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


COORDINATOR = f"""
import sys, threading, time
sys.path.insert(0, {str(ROOT / "tests")!r})
import hostile
from autograder.grade import Rooms
with Rooms() as rooms:
    code = "import os\\nif os.fork() == 0:\\n    os.setsid()\\n    os.execv('/bin/sleep', ['{hostile.MARK}', '600'])\\nimport time\\ntime.sleep(600)"
    file = hostile.submission(hostile.Attack("x", "x", first=code))
    print("graded", rooms.grade(hostile.assignment("vault"), hostile.submission(hostile.Attack("y", "y"))).points, flush=True)
    rooms.grade(hostile.assignment("vault"), file)
"""


def test_rooms_judges_and_learners_end_when_the_grader_is_killed() -> None:
    """The real ones, in the middle of a submission."""
    need_bubblewrap()
    process = subprocess.Popen([sys.executable, "-c", COORDINATOR], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("graded")
        assert soon(lambda: len(marked()) == 1, 20)
        below = descendants(process.pid)
        assert len(below) >= 5  # bubblewrap, its first process, the room, the judge room, a judge, a learner
    finally:
        process.kill()
        process.wait()
    assert soon(functools.partial(all_dead, below))
    assert marked() == []


# The real room


def test_the_real_room_is_not_dumpable_has_one_thread_and_no_cuda(rooms: Rooms) -> None:
    below = {pid: commands_of(pid) for pid in descendants(rooms._room.process.pid)}
    room = next(pid for pid, words in below.items() if "autograder.grade.room" in words and "bwrap" not in words)
    assert len(os.listdir(f"/proc/{room}/task")) == 1
    if AS_ROOT:
        assert os.stat(f"/proc/{room}/environ").st_uid == 0
    text = Path(f"/proc/{room}/environ").read_text() if AS_ROOT else ""
    assert "SECRET" not in text
    assert "libcuda.so" not in (Path(f"/proc/{room}/maps").read_text() if AS_ROOT else "")


def commands_of(pid: int) -> str:
    """What a process was started as, or nothing where it is gone."""
    try:
        return Path(f"/proc/{pid}/comm").read_text() + Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def test_a_secret_of_the_graders_environment_stays_with_the_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    need_bubblewrap()
    monkeypatch.setenv("SECRET_FOR_TEST", "1")
    code = "import os\nfor p in os.listdir('/proc'):\n    if p.isdecimal() and b'SECRET_FOR_TEST' in open(f'/proc/{p}/environ', 'rb').read(): print('LOOT', p)\nprint(sorted(os.environ))\nif 'SECRET_FOR_TEST' in os.environ: print('LOOT')\nprint('looked')"
    with Rooms() as own:
        report = own.grade(hostile.assignment("vault"), hostile.submission(hostile.Attack("x", "x", first=code)))
    shown = str([cell.outputs for cell in report.cells])
    assert "looked" in shown
    assert "LOOT" not in shown


# Where the sandbox cannot be had


def test_without_bubblewrap_there_is_a_sentence_and_a_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match="bubblewrap is not installed") as caught:
        Rooms().__enter__()
    assert "apt-get install bubblewrap" in str(caught.value)
    assert "--no-sandbox" in str(caught.value)


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        (
            "bwrap: No permissions to create new namespace, likely because the kernel does not allow non-privileged user namespaces.",
            "apparmor_restrict_unprivileged_userns=0",
        ),
        ("bwrap: setting up uid map: Permission denied", "user.max_user_namespaces"),
        ("bwrap: Creating new namespace failed: Operation not permitted", "--security-opt seccomp=unconfined"),
        ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", "in Docker"),
        ("ModuleNotFoundError: No module named 'IPython'", "torch-foundations[lab]"),
        ("bwrap: Can't find source path /nowhere: No such file or directory", "did not start"),
        ("", "it said nothing"),
    ],
)
def test_a_bubblewrap_that_fails_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, printed: str, words: str
) -> None:
    program = tmp_path / "bwrap"
    program.write_text(f"#!/bin/sh\necho {json.dumps(printed)} >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    started = time.monotonic()
    with pytest.raises(SandboxError) as caught:
        Rooms().__enter__()
    assert words in str(caught.value)
    assert time.monotonic() - started < 20
    assert list(place.iterdir()) == []


def test_a_machine_without_a_filter_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confine.platform, "machine", lambda: "riscv64")
    with pytest.raises(confine.ConfineError, match="riscv64"):
        confine.machine()


@functools.cache
def numbers_of_this_kernel() -> dict[str, int]:
    """Numbers of system calls, from the headers of this machine."""
    found = {}
    for path in (
        "/usr/include/asm/unistd_64.h",
        "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
        "/usr/include/asm-generic/unistd.h",
    ):
        if os.path.exists(path):
            for line in Path(path).read_text().splitlines():
                words = line.split()
                if len(words) == 3 and words[1].startswith("__NR_") and words[2].isdecimal():
                    found.setdefault(words[1].removeprefix("__NR_"), int(words[2]))
    return found


def test_the_table_of_calls_agrees_with_the_headers() -> None:
    known = numbers_of_this_kernel()
    if not known:
        pytest.skip("no headers of the kernel are installed")
    column, _ = confine.machine()
    for name, numbers in confine._DENIED.items():
        if name in known:
            assert numbers[column] == known[name], name


def test_packages_may_lie_where_the_learner_has_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under /tmp, for one: an environment there is shown elsewhere."""
    need_bubblewrap()
    packages = tmp_path / "site-packages"
    packages.mkdir()
    (packages / "far_away.py").write_text("HERE = __file__\n")
    monkeypatch.syspath_prepend(str(packages))
    source = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    for name, text in (
        ("place", "import far_away\nplace = far_away.HERE"),
        ("test", "assert place.startswith('/packages/'), place"),
    ):
        marks = {"grade_id": name, "grade": name == "test", "solution": name == "place", "locked": name == "test"}
        marks |= {"schema_version": 3, "task": False} | ({"points": 1} if name == "test" else {})
        source["cells"].append(
            {
                "cell_type": "code",
                "id": name,
                "metadata": {"nbgrader": marks},
                "source": text,
                "outputs": [],
                "execution_count": None,
            }
        )
    content = json.dumps(source).encode()
    with Rooms() as rooms:
        report = rooms.grade(read_assignment("far", content), content)
    assert report.points == 1, report.checks
