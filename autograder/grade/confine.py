"""Lock the door behind a fork: namespaces, an empty disk, no privileges, hard limits.

Theory of operation
-------------------
The warm room runs in bubblewrap with every capability of its own user namespace, and in front of each fork asks for a pid namespace. What
the child does then is here, and its order matters:

1. close every descriptor but its own socket;
2. leave the room's mount, IPC and host-name namespaces; mount a fresh /proc, which shows only its own processes, and one small tmpfs for everything that can be
   written: home, working folder, /tmp and /dev/shm; put the support files there, read-only. (A fresh /proc must come before the user namespace: the kernel refuses
   it to a namespace in which parts of /proc are covered.)
3. where the room runs as root, become nobody; enter a user namespace of its own, in which no further one may be made, and in which processes are counted apart
   from everybody else's;
4. give up every capability for good, set the limits, and install the filter of system calls last, since it forbids what came before.

The filter denies sockets (a `socketpair` of streams works: it reaches nobody; one of datagrams could be sent from one learner to another), namespaces, mounts, tracing, keys, io_uring (which opens sockets unseen), and the kinds of
memory that no limit counts (memfd, System V). On another machine than x86-64 and ARM 64 there is no filter, and the room refuses to start.

Nothing here is Python's own business, so it goes through libc by ctypes. Every failure raises `ConfineError`, and the learner's code never starts.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Mapping
from pathlib import Path

from autograder.grade.limits import Limits

HOME, WORK, TMP, SHM = "/tmp/home", "/tmp/work", "/tmp", "/dev/shm"
SUPPORT = "/tmp/support"
NOBODY = 65534  # what root becomes: root is bound by no limit on its processes
INNER_ID = 1000  # the learner's user and group, as the learner's code sees them

_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000
_NEW_ANY = 0x7E020000  # what clone may not ask for
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 32, 4096, 16384, 1 << 18
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_SECCOMP = 1, 4, 24, 22
_PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 38, 47
_LAST_CAPABILITY = 63

# System calls by name: x86-64, ARM 64.
_DENIED: Mapping[str, tuple[int, int]] = {
    "socket": (41, 198),
    "bind": (49, 200),
    "connect": (42, 203),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "acct": (163, 89),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "mq_open": (240, 180),
}
_CLONE, _CLONE3, _SOCKETPAIR = (56, 220), (435, 435), (53, 199)
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, the kernel's own number

_libc = ctypes.CDLL(None, use_errno=True)


class ConfineError(Exception):
    """A door could not be locked. The message says which and why."""


def leave_processes(own_pid_namespace: int) -> None:
    """The next fork's child is the first process of a new pid namespace. Called by the room in front of every fork."""
    _call("setns", own_pid_namespace, _NEWPID)
    _call("unshare", _NEWPID)


def undumpable() -> None:
    """Nobody but root may read this process's memory or its /proc entries."""
    _call("prctl", _PR_SET_DUMPABLE, 0, 0, 0, 0)


def close_all_but(*kept: int) -> None:
    """Every descriptor above 2 is closed, except these."""
    low = 3
    for descriptor in sorted(kept):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, 1 << 20)


def confine(limits: Limits, support: Mapping[str, bytes], *, gpu: bool = False) -> None:
    """Steps 2 to 4 of the theory above, in a fresh fork. Raises ConfineError."""
    root = os.geteuid() == 0
    uid, gid = (NOBODY, NOBODY) if root else (os.geteuid(), os.getegid())
    _call("unshare", _NEWNS | _NEWIPC | _NEWUTS)
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    options = f"size={limits.disk_bytes},nr_inodes={limits.disk_files},mode=0755"
    _mount("tmpfs", TMP, "tmpfs", _MS_NOSUID | _MS_NODEV, options)
    for folder in (HOME, WORK, f"{TMP}/shm"):
        os.mkdir(folder, 0o755)
    _mount(f"{TMP}/shm", SHM, None, _MS_BIND)
    if support:
        _put_support(support)
    for folder in (HOME, WORK, f"{TMP}/shm", TMP):
        os.chown(folder, uid, gid)
    os.chdir(WORK)
    if root:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    _call("unshare", _NEWUSER)
    _call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)  # /proc/self/uid_map is root's otherwise
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INNER_ID} {uid} 1\n")
    Path("/proc/self/gid_map").write_text(f"{INNER_ID} {gid} 1\n")
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    _drop_capabilities()
    set_limits(limits, gpu=gpu)
    _filter_calls()


def set_limits(limits: Limits, *, gpu: bool = False, processes: bool = True) -> None:
    """The kernel's limits on this process and on what it starts."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if processes:  # counted apart from everybody else's only in a user namespace
        resource.setrlimit(resource.RLIMIT_NPROC, (limits.processes, limits.processes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (limits.open_files, limits.open_files))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.disk_bytes, limits.disk_bytes))
    resource.setrlimit(resource.RLIMIT_MSGQUEUE, (0, 0))
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.submission_cpu_seconds, limits.submission_cpu_seconds + 1))
    if not gpu:  # CUDA maps far more than it uses
        limit_memory(limits.memory_bytes)


def limit_memory(more: int) -> None:
    """This process may map so many bytes more than it has mapped already."""
    with open("/proc/self/statm") as file:
        most = int(file.read().split()[0]) * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _put_support(support: Mapping[str, bytes]) -> None:
    """Write the files to a tmpfs of their own, make it read-only, and bind each over its name in the working folder."""
    size = sum(map(len, support.values())) + (len(support) + 64) * 8192
    os.mkdir(SUPPORT, 0o755)
    _mount("tmpfs", SUPPORT, "tmpfs", _MS_NOSUID | _MS_NODEV, f"size={size},mode=0755")
    for name, content in support.items():
        path = Path(SUPPORT, name)
        if ".." in path.parts or Path(name).is_absolute():
            raise ConfineError(f"the support file {name!r} lies outside its folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    _mount(None, SUPPORT, None, _MS_REMOUNT | _MS_RDONLY | _MS_NOSUID | _MS_NODEV)
    for entry in os.scandir(SUPPORT):
        target = f"{WORK}/{entry.name}"
        if entry.is_dir():
            os.mkdir(target)
        else:
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o444))
        _mount(entry.path, target, None, _MS_BIND)


def _drop_capabilities() -> None:
    for capability in range(_LAST_CAPABILITY + 1):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # the kernel knows no more
    _libc.prctl(_PR_CAP_AMBIENT, 4, 0, 0, 0)
    header = struct.pack("Ii", 0x20080522, 0)
    _call("capset", header, bytes(24))
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _call("prctl", _PR_SET_PDEATHSIG, 9, 0, 0, 0)


def machine() -> tuple[int, int]:
    """The column of the table of system calls, and the kernel's number of this machine. Raises ConfineError."""
    name = platform.machine()
    if name not in _MACHINES:
        raise ConfineError(
            f"there is no filter of system calls for this machine ({name}): use --no-sandbox, or x86-64 or ARM 64"
        )
    return _MACHINES[name]


def call_filter() -> bytes:
    """The filter as a BPF program."""
    column, kernel_number = machine()
    load, equal, greater, any_bit, keep_bits, give = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
    allow, refuse, no_such, kill = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000

    def step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("HBBI", code, yes, no, value)

    program = [
        step(load, 4),
        step(equal, kernel_number, 1, 0),
        step(give, kill),
        step(load, 0),
        step(greater, 0x40000000, 0, 1),  # x86-64's second table of calls
        step(give, refuse),
    ]
    for numbers in _DENIED.values():
        program += [step(equal, numbers[column], 0, 1), step(give, refuse)]
    program += [
        step(equal, _CLONE3[column], 0, 1),
        step(give, no_such),
    ]  # its flags lie in memory; libc falls back to clone
    program += [
        step(equal, _SOCKETPAIR[column], 0, 5),
        step(load, 24),
        step(keep_bits, 0xF),  # the type, without its flags
        step(equal, 1, 1, 0),
        step(give, refuse),
        step(give, allow),
        step(equal, _CLONE[column], 0, 3),
        step(load, 16),
        step(any_bit, _NEW_ANY, 0, 1),
        step(give, refuse),
        step(give, allow),
    ]
    return b"".join(program)


def _filter_calls() -> None:
    code = call_filter()
    buffer = ctypes.create_string_buffer(code, len(code))
    program = ctypes.create_string_buffer(struct.pack("HP", len(code) // 8, ctypes.addressof(buffer)))
    _call("prctl", _PR_SET_SECCOMP, 2, program, 0, 0)


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    def text(value: str | None) -> bytes | None:
        return None if value is None else os.fsencode(value)

    _call("mount", text(source), text(target), text(kind), ctypes.c_ulong(flags), text(data), what=f"mount {target}")


def _call(name: str, *arguments: object, what: str = "") -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise ConfineError(f"{what or name}: {os.strerror(number)}")
