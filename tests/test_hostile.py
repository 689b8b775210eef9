"""The corpus of hostile submissions: exact points, a clean end in bounded time, and nothing left behind."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hostile
import pytest
from hostile import ATTACKS, CANARY, MARK, ROOT, SECRET, Attack

from autograder.feedback import secured
from autograder.grade import Report, Rooms
from autograder.grade.graded import graded_notebook
from autograder.grade.submission import STATUSES

TEMPORARY = Path(tempfile.gettempdir())


def everything(report: Report) -> str:
    """All that a report says and shows, the learner's own code aside."""
    return json.dumps([report.as_json(), [list(cell.outputs) for cell in report.cells]])


def strays() -> list[str]:
    """Processes anywhere on this machine that an attack has left behind."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                words = Path("/proc", entry, "cmdline").read_bytes()
            except OSError:
                continue
            if MARK.encode() in words:
                found.append(entry)
    return found


def gone(find: object, patience: float = 5.0) -> bool:
    """Whether `find()` is empty, now or soon."""
    assert callable(find)
    until = time.monotonic() + patience
    while found := find():
        if time.monotonic() > until:
            print(found)
            return False
        time.sleep(0.02)
    return True


def state_of(folder: Path) -> str:
    """Names, contents and modes of a folder's files."""
    seen = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            seen.update(f"{path} {path.stat().st_mode} ".encode() + path.read_bytes())
    return seen.hexdigest()


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left(rooms: Rooms, hasty_rooms: Rooms) -> Iterator[None]:
    """Afterwards the machine is as before: folders of the project, the temporary folder, processes."""
    os.environ["SECRET_FOR_TEST"] = "1"
    folders = [ROOT / name for name in ("solutions", "exercises", "gradebook")]
    before = [state_of(folder) for folder in folders]
    files = set(os.listdir(TEMPORARY))
    yield
    del os.environ["SECRET_FOR_TEST"]
    changed = [str(folder) for folder, was in zip(folders, before, strict=True) if state_of(folder) != was]
    assert changed == []
    # Not "room-": other tests, at the same time, make rooms outside a sandbox.
    ours = ("learner-", "owned", hostile.LEFT, "output")
    assert [name for name in set(os.listdir(TEMPORARY)) - files if name.startswith(ours)] == []
    assert not os.path.exists("/tmp/owned")
    assert gone(strays)


def test_the_corpus_is_a_corpus() -> None:
    names = [attack.name for attack in ATTACKS]
    assert len(set(names)) == len(names) >= 110
    assert all(count >= 5 for count in Counter(attack.family for attack in ATTACKS).values())
    for attack in ATTACKS:
        known = {test.id for test in hostile.assignment(attack.on).tests}
        assert set(attack.loses) <= known, attack.name


@pytest.mark.parametrize("on", ["vault", "00", "03"])
def test_the_honest_notebook_earns_everything(rooms: Rooms, on: str) -> None:
    report = rooms.grade(hostile.assignment(on), hostile.submission(Attack("honest", "none", on=on)))
    assert report.points == report.max_points > 0
    assert report.mends == ()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.family}: {attack.name}".replace(" ", "_"))
def test_an_attack_earns_what_is_honest(rooms: Rooms, hasty_rooms: Rooms, attack: Attack) -> None:
    used = hasty_rooms if attack.hasty else rooms
    file, wanted = hostile.submission(attack), hostile.expected(attack)
    started = time.monotonic()
    report = used.grade(hostile.assignment(attack.on), file)
    assert time.monotonic() - started < attack.seconds
    said = everything(report)
    assert {check.id: check.points for check in report.checks} == wanted, said
    assert all(check.status in STATUSES for check in report.checks)
    assert (report.refused is not None) == attack.refused, report.refused
    if attack.then:
        heir = used.grade(hostile.assignment("vault"), hostile.submission(Attack("heir", "none", first=attack.then)))
        assert heir.points == heir.max_points
        said += everything(heir)
    assert "LOOT" not in said
    assert CANARY not in said
    assert "HIDDEN TESTS" not in said
    if "guess" in attack.answers:
        assert str(SECRET) not in said
    assert attack.shows in said
    assert not attack.says or any(attack.says in check.message for check in report.checks)
    said.encode()
    for check in report.checks:  # any file and any database can hold it
        assert "\0" not in check.message
        check.message.encode()
    assert len(said) < 12_000_000
    assert gone(strays)


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.family == "messages"], ids=lambda attack: attack.name)
def test_nothing_of_a_message_runs_in_the_feedback(rooms: Rooms, attack: Attack) -> None:
    assignment = hostile.assignment(attack.on)
    report = rooms.grade(assignment, hostile.submission(attack))
    notebook = graded_notebook(assignment, report.cells, {check.id: check for check in report.checks}, report.mends)
    text = json.dumps(notebook, ensure_ascii=False)
    text.encode()
    assert CANARY not in text
    assert str(SECRET) not in text.replace(hostile.RIGHT["guess"], "")
    page = secured(rendered(notebook))
    assert "<script" not in page.lower()
    assert "onerror" not in page.lower().replace("&lt;", "<") or "<img" not in page


def rendered(notebook: object) -> str:
    from nbconvert.exporters import HTMLExporter
    from nbformat import from_dict

    page, _ = HTMLExporter().from_notebook_node(from_dict(notebook))
    return str(page)


def test_two_learners_at_once_cannot_meet(rooms: Rooms) -> None:
    """Neither sees a file, a process, shared memory or a socket of the other, while both run."""
    speaker = f"""
import os, subprocess, time, socket
open('/tmp/{hostile.LEFT}', 'w').write('x')
open('/dev/shm/{hostile.LEFT}', 'w').write('x')
subprocess.Popen(['/bin/sleep', '5'])
for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM):
    try:
        a, b = socket.socketpair(socket.AF_UNIX, kind)
        a.bind('\\0{hostile.LEFT}' + str(kind))
        print('LOOT bound', kind)
    except OSError:
        pass
time.sleep(1.5)
"""
    listener = f"""
import os, time
until = time.monotonic() + 1
while time.monotonic() < until:
    for path in ('/tmp/{hostile.LEFT}', '/dev/shm/{hostile.LEFT}'):
        if os.path.exists(path): print('LOOT', path)
    for p in os.listdir('/proc'):
        if p.isdecimal() and int(p) != os.getpid(): print('LOOT', p)
    if '{hostile.LEFT}' in open('/proc/net/unix').read(): print('LOOT socket')
    time.sleep(0.05)
"""
    reports: dict[str, Report] = {}

    def grade(name: str, code: str) -> None:
        file = hostile.submission(Attack(name, "none", first=code))
        reports[name] = rooms.grade(hostile.assignment("vault"), file)

    both = [threading.Thread(target=grade, args=pair) for pair in (("speaker", speaker), ("listener", listener))]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)
    for report in reports.values():
        assert report.points == report.max_points
        assert "LOOT" not in everything(report)
    assert len(reports) == 2


def test_a_hidden_assertion_says_nothing_of_itself(rooms: Rooms) -> None:
    report = rooms.grade(
        hostile.assignment("vault"),
        hostile.submission(Attack("x", "none", {"guess": "guess = 1", "triple": "def triple(x): return 6.0"})),
    )
    messages = {check.id: check.message for check in report.checks}
    assert messages["guess-value"] == "A hidden assertion of the test does not hold."
    assert messages["triple-again"] == "This does not hold: assert triple(7.5) == reference(7.5)"
