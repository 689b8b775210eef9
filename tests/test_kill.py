"""A run over a class that is killed at any moment leaves nothing running, and the next run ends as if nothing had happened."""

from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import FIRST, copy_project
from rich.console import Console
from test_batch import Counted, hand_in, rows, without_gate
from test_grade import benchmark, class_of

from autograder import batch
from autograder.desk import Desk
from autograder.grade import Rooms

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")]  # nbgrader's own
MOMENTS = int(os.environ.get("KILL_MOMENTS", "6"))  # 50 for a thorough run
SEED = 20260
UUID = re.compile(rb"\b[0-9a-f]{32}\b|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Runs the command, kills it at its moment, and says what is left of the processes that it started. Whatever the command leaves
# behind becomes this process's child, whatever namespace or session it lives in.
WATCHER = """
import ctypes, json, os, signal, subprocess, sys, time
from pathlib import Path

command, reports, records, seconds = json.loads(sys.argv[1])
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants():
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            try:
                state, parent = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:
                continue
            if state != "Z":
                parents[int(entry)] = int(parent)
    found, new = set(), {os.getpid()}
    while new:
        found |= new
        new = {pid for pid, parent in parents.items() if parent in new} - found
    return found - {os.getpid()}


process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
while process.poll() is None and len(list(Path(reports).glob("*.json"))) < records:
    time.sleep(0.002)
ends = time.monotonic() + seconds
while process.poll() is None and time.monotonic() < ends:
    time.sleep(0.002)
before = len(descendants())
process.send_signal(signal.SIGKILL)
status = process.wait()
ends = time.monotonic() + 60
while (left := descendants()) and time.monotonic() < ends:
    time.sleep(0.02)
lines = []
for pid in left:
    try:
        lines.append(Path(f"/proc/{pid}/cmdline").read_bytes().replace(bytes(1), b" ").decode("utf-8", "replace")[:200])
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
print(json.dumps({"status": status, "before": before, "left": lines, "said": process.stderr.read().decode()[-2000:]}))
"""


@cache
def moments() -> tuple[tuple[int, float], ...]:
    """When to kill: behind how many records, and how many seconds later. Some while the rooms are warming up."""
    chance = random.Random(SEED)
    return tuple(
        (0, round(chance.uniform(0, 8), 3))
        if number % 4 == 3
        else (chance.randint(1, 10), round(chance.uniform(0, 0.15), 3))
        for number in range(MOMENTS)
    )


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose gradebook knows the assignment, and what twelve learners handed in: nine whole, two damaged, one no notebook."""
    project = copy_project(tmp_path_factory.mktemp("ground") / "project")
    desk = Desk.of_course(project)
    without_gate(desk).generate(FIRST)
    for one in class_of(FIRST)[:9]:
        hand_in(desk, one.student, one.notebook_bytes)
    for number in (0, 2):
        hand_in(desk, f"damaged-{number}", benchmark().damaged(number).notebook)
    hand_in(desk, "pdf", b"%PDF-1.7")
    return project


def finish(project: Path, rooms: Rooms, patch: pytest.MonkeyPatch) -> int:
    """Grade what is left to do; how many submissions were run."""
    counted = Counted(rooms)
    with patch.context() as one:
        one.setattr(batch, "Rooms", counted)
        assert (
            batch.grade_class(Desk.of_course(project), FIRST, console=Console(file=io.StringIO())) == 1
        )  # for the PDF
    return len(counted.graded)


def results(project: Path, feedback: Iterable[str]) -> dict[str, Any]:
    """All that a run leaves: rows, exports, notebooks and these learners' feedback, without the database's keys."""
    desk = Desk.of_course(project)
    for student in feedback:
        desk.feedback(FIRST, student)
    found: dict[str, Any] = {"rows": rows(desk), "export": sorted(desk.export().read_text().splitlines())}
    for step in ("autograded", "feedback", "reports"):
        folder = project / "gradebook" / step
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        found[step] = {str(path.relative_to(folder)): UUID.sub(b"key", path.read_bytes()) for path in files}
        found[step] |= {str(path.relative_to(folder)): b"" for path in folder.rglob("*") if path.is_dir()}
    return found


@pytest.fixture(scope="module")
def undisturbed(ground: Path, rooms: Rooms, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    project = Path(shutil.copytree(ground, tmp_path_factory.mktemp("undisturbed") / "project"))
    with pytest.MonkeyPatch.context() as patch:
        assert finish(project, rooms, patch) == 12
    return results(project, everybody(project))


def everybody(project: Path) -> list[str]:
    return sorted(path.name for path in (project / "gradebook" / "submitted").iterdir())


@pytest.mark.parametrize("number", range(MOMENTS))
def test_a_killed_run_leaves_nothing_behind_and_is_gone_on_with(
    ground: Path,
    undisturbed: dict[str, Any],
    rooms: Rooms,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    records, seconds = moments()[number]
    project = Path(shutil.copytree(ground, tmp_path / "project"))
    reports = project / "gradebook" / "reports" / FIRST
    command = [sys.executable, "-m", "autograder", "--root", str(project), "grade", FIRST, "--jobs", "2"]
    watched = subprocess.run(
        [sys.executable, "-c", WATCHER, json.dumps([command, str(reports), records, seconds])],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    told = json.loads(watched.stdout)
    assert told["status"] in (-9, 1), told["said"]  # 1: it was done before its moment came
    assert told["left"] == []
    if records:
        assert told["before"] >= 3 or told["status"] == 1  # the coordinator, a room and a judge at least were running
    done = len(list(reports.glob("*.json")))
    assert records <= done <= 12
    print(
        f"killed behind {records} records and {seconds} s: status {told['status']}, {told['before']} processes, {done} done"
    )
    assert finish(project, rooms, monkeypatch) == 12 - done
    some = random.Random(number).sample(
        everybody(project), k=3
    )  # feedback is made from notebook and rows, which are all compared
    after = results(project, some)
    for part, expected in undisturbed.items():
        if part.startswith("feedback"):
            assert after[part] == {k: v for k, v in expected.items() if k.partition("/")[0] in some}, part
        else:
            assert after[part] == expected, part
