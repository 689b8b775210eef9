"""Downloads of learning platforms, and what `autograder collect` makes of them."""

from __future__ import annotations

import io
import os
import random
import re
import shutil
import socket
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console

from autograder import collect as module
from autograder.collect import Refusal, collect, place, read_roster
from autograder.course import Course, CourseError
from autograder.desk import Desk

ROOT = Path(__file__).parents[1]
STEM = "03_matmul_and_bmm"
OTHER = "01_tiny"
TIME = (2026, 11, 20, 10, 0, 0)
LATER = (2026, 11, 21, 10, 0, 0)

Files = Mapping[str, bytes]


@dataclass
class Desktop:
    """A course without texts, its roster, and what the last run printed."""

    root: Path
    printed: str = ""

    @property
    def course(self) -> Course:
        return Course(self.root, "owner/name", "main")

    @property
    def submitted(self) -> Path:
        return self.root / "gradebook" / "submitted"

    def roster(self, text: str) -> Path:
        path = self.root / "roster.csv"
        path.write_text(text, encoding="utf-8")
        return path

    def collect(self, *sources: Path, roster: str = "") -> int:
        path = self.roster(roster) if roster else self.root / "roster.csv"
        console = Console(file=io.StringIO(), width=250, color_system=None)
        status = collect(self.course, STEM, sources, path, console)
        assert isinstance(console.file, io.StringIO)
        self.printed = console.file.getvalue()
        return status

    def notebook(self, student: str) -> bytes | None:
        path = self.submitted / student / STEM / f"{STEM}.ipynb"
        return path.read_bytes() if path.exists() else None

    def row(self, student: str) -> str:
        """What the table says happened to a learner's files."""
        lines = [line for line in self.printed.splitlines() if re.match(rf"│ {re.escape(student)} +│", line)]
        assert len(lines) == 1, self.printed
        return lines[0].split("│")[-2].strip()

    def refused(self) -> list[str]:
        lists = self.printed[self.printed.find("Refused") :] if "Refused" in self.printed else ""
        return [line.strip() for line in lists.splitlines() if line.startswith("  ")]

    def tree(self) -> dict[str, tuple[bytes, int]]:
        """Every file of the course, what is in it and when it was written."""
        return {
            str(path.relative_to(self.root)): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(self.root.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def desk(tmp_path: Path) -> Desktop:
    root = tmp_path / "course"
    (root / "solutions").mkdir(parents=True)
    (root / "course").mkdir()
    for name in (STEM, OTHER):
        (root / "solutions" / f"{name}.py").write_text("")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    result = Desktop(root)
    result.roster(ROSTER)
    return result


ROSTER = """\
id,full_name,lms_id,participant
learner-01,Learner One,101,9001
learner-02,Learner Two,102,9002
learner-03,Learner Three,103,9003
"""
BY_NAME = "id;First name;Last name\nlearner-01;Learner;One\nlearner-02;Learner;Two\nlearner-03;Learner;Three\n"


def packed(files: Files | Iterable[tuple[str | zipfile.ZipInfo, bytes]], time: tuple[int, ...] = TIME) -> bytes:
    """A zip of these files, all of one date."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items() if isinstance(files, Mapping) else files:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name, time[:6])  # type: ignore[arg-type]
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return target.getvalue()


def zipped(
    path: Path, files: Files | Iterable[tuple[str | zipfile.ZipInfo, bytes]], time: tuple[int, ...] = TIME
) -> Path:
    path.write_bytes(packed(files, time))
    return path


def unpacked(path: Path, files: Files, time: datetime = datetime(2026, 11, 20, 10)) -> Path:
    """A folder of these files, all of one date."""
    for name, data in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, (time.timestamp(), time.timestamp()))
    return path


def moodle(name: str, number: int, files: Files, layout: str = "{}_{}_assignsubmission_file_/{}") -> dict[str, bytes]:
    """What Moodle's “Download all submissions” holds for one learner."""
    return {layout.format(name, number, file): data for file, data in files.items()}


def canvas(sortable: str, user: int, attachment: int, files: Files, late: bool = False) -> dict[str, bytes]:
    """What Canvas's “Download Submissions” holds for one learner."""
    name = re.sub(r"\W", "", sortable.lower()) + ("_LATE" if late else "")
    return {f"{name}_{user}_{attachment + at}_{file}": data for at, (file, data) in enumerate(files.items())}


# --- Formats ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "layout",
    [
        "{}_{}_assignsubmission_file_/{}",
        "{}_{}_assignsubmission_file/{}",
        "{}_{}_assignsubmission_file_/a folder/{}",
        "{}_{}_assignsubmission_file_{}",
        "Group A-{}_{}_assignsubmission_file_/{}",
    ],
)
@pytest.mark.parametrize("roster", [ROSTER, BY_NAME])
@pytest.mark.parametrize("folder", [False, True])
def test_moodle(desk: Desktop, tmp_path: Path, layout: str, roster: str, folder: bool) -> None:
    files = {
        **moodle("Learner One", 9001, {"work.ipynb": b"one"}, layout),
        **moodle("LEARNER  Two", 9002, {f"{STEM}.ipynb": b"two"}, layout),
        "Learner One_9001_assignsubmission_onlinetext_/onlinetext.html": b"words",
    }
    source = unpacked(tmp_path / "download", files) if folder else zipped(tmp_path / "download.zip", files)
    assert desk.collect(source, roster=roster) == 0, desk.printed
    assert (desk.notebook("learner-01"), desk.notebook("learner-02")) == (b"one", b"two")
    assert desk.row("learner-01") == "collected"
    assert "3 in the roster: 2 collected, 1 missing." in desk.printed
    assert "Missing (1): learner-03" in desk.printed
    (tmp_path / "nothing").mkdir()
    assert desk.collect(tmp_path / "nothing", roster=roster) == 0
    assert "3 in the roster: nothing was handed in, 2 in place from before, 1 missing." in desk.printed


def test_moodles_numbers_of_another_assignment_are_named(desk: Desktop, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", moodle("Learner One", 7001, {"work.ipynb": b"one"}))
    assert desk.collect(source) == 1
    assert "Moodle's numbers differ from one assignment to the next" in desk.printed
    assert "Missing (3), unless one of the refused files is theirs: learner-01" in desk.printed


def test_moodle_with_blind_marking_goes_by_number(desk: Desktop, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", moodle("Participant", 9002, {"work.ipynb": b"two"}))
    assert desk.collect(source) == 0
    assert desk.notebook("learner-02") == b"two"
    assert desk.collect(source, roster=BY_NAME) == 1
    assert "by number (9002) or by name. Add Moodle's numbers to the roster as a column `participant`" in desk.printed


@pytest.mark.parametrize("roster", [ROSTER, BY_NAME])
def test_canvas(desk: Desktop, tmp_path: Path, roster: str) -> None:
    files = {
        **canvas("One, Learner", 101, 5001, {f"{STEM}.ipynb": b"one"}),
        **canvas("Two, Learner", 102, 5002, {"a_1.ipynb": b"two"}, late=True),
    }
    assert "onelearner_101_5001_03_matmul_and_bmm.ipynb" in files
    assert "twolearner_LATE_102_5002_a_1.ipynb" in files
    assert desk.collect(zipped(tmp_path / "submissions.zip", files), roster=roster) == 0, desk.printed
    assert (desk.notebook("learner-01"), desk.notebook("learner-02")) == (b"one", b"two")
    assert desk.row("learner-02") == "collected; late, says Canvas"


@pytest.mark.parametrize(
    "files",
    [
        {"learner-01/anything.ipynb": b"one"},
        {f"learner-01/{STEM}/{STEM}.ipynb": b"one"},
        {"learner-01.ipynb": b"one"},
        {"learner-01_anything.ipynb": b"one"},
        {"learner-01.zip": packed({"deep/in/it/anything.ipynb": b"one"})},
        {f"learner-01/{OTHER}/{OTHER}.ipynb": b"another assignment", f"learner-01/{STEM}/{STEM}.ipynb": b"one"},
        {
            f"submitted/learner-01/{STEM}/{STEM}.ipynb": b"one",
            f"submitted/learner-01/{STEM}/submission_secret.txt": b"x",
        },
        {"download/learner-01/work.ipynb": b"one"},
        {"./learner-01/work.ipynb": b"one"},
        {"learner-01/work.ipynb": b"one", "__MACOSX/learner-01/._work.ipynb": b"x", "learner-01/.DS_Store": b"x"},
    ],
)
@pytest.mark.parametrize("folder", [False, True])
def test_plain_folders_and_files(desk: Desktop, tmp_path: Path, files: Files, folder: bool) -> None:
    source = unpacked(tmp_path / "download", files) if folder else zipped(tmp_path / "download (1).zip", files)
    assert desk.collect(source) == 0, desk.printed
    assert desk.notebook("learner-01") == b"one"


def test_a_timestamp_in_nbgraders_layout_is_kept(desk: Desktop, tmp_path: Path) -> None:
    folder = f"learner-01/{STEM}"
    kept = {f"{folder}/{STEM}.ipynb": b"one", f"{folder}/timestamp.txt": b"2026-11-22 09:00:00.5\n"}
    source = unpacked(
        tmp_path / "in", {**kept, "learner-02/timestamp.txt": b"2001-01-01 0:0:0", "learner-02/a.ipynb": b"2"}
    )
    assert desk.collect(source) == 0, desk.printed
    assert (desk.submitted / folder / "timestamp.txt").read_text() == "2026-11-22 09:00:00.500000 UTC"
    assert "2001" not in (desk.submitted / "learner-02" / STEM / "timestamp.txt").read_text()
    for text in (b"nonsense", b"", b"\xff\xff"):
        (tmp_path / "in" / folder / "timestamp.txt").write_bytes(text)
        assert desk.collect(source) == 0


def test_names_are_compared_without_case_spaces_and_forms_of_letters(desk: Desktop, tmp_path: Path) -> None:
    roster = 'id,name\nlearner-01,Ünï  O\'Learner\nlearner-02,"Two, Learner Middle"\n'
    files = {
        **moodle("U\u0308ni\u0308 OLEARNER", 9001, {"a.ipynb": b"one"}),
        **canvas("Two, Learner Middle", 102, 5000, {"a.ipynb": b"two"}),
    }
    assert desk.collect(zipped(tmp_path / "a.zip", files), roster=roster) == 0, desk.printed
    assert (desk.notebook("learner-01"), desk.notebook("learner-02")) == (b"one", b"two")


def test_utf8_names_in_a_zip_that_does_not_say_so(desk: Desktop, tmp_path: Path) -> None:
    (name,) = moodle("Lëarner", 9, {"a.ipynb": b"one"})
    data = packed({name: b"one"})
    info = zipfile.ZipFile(io.BytesIO(data)).infolist()[0]
    assert info.flag_bits == 0x800
    (tmp_path / "a.zip").write_bytes(data.replace(struct.pack("<H", 0x800), b"\0\0"))
    assert desk.collect(tmp_path / "a.zip", roster="id,name\nlearner-01,Lëarner\n") == 0, desk.printed


# --- Versions ---------------------------------------------------------------------------------------------------------


def test_the_last_canvas_version_counts(desk: Desktop, tmp_path: Path) -> None:
    files = {
        **canvas("One, Learner", 101, 5010, {f"{STEM}-10.ipynb": b"newest"}),
        **canvas("One, Learner", 101, 5009, {f"{STEM}-9.ipynb": b"newer"}),
        **canvas("One, Learner", 101, 5000, {f"{STEM}.ipynb": b"first"}),
        **canvas("One, Learner", 101, 5999, {"scratch.ipynb": b"something else"}),
    }
    assert desk.collect(zipped(tmp_path / "a.zip", files)) == 0
    assert desk.notebook("learner-01") == b"newest"
    assert desk.row("learner-01") == f"collected; ignored: {STEM}-9.ipynb, {STEM}.ipynb, scratch.ipynb"


def test_the_notebook_with_the_assignments_name_counts_then_the_newest(desk: Desktop, tmp_path: Path) -> None:
    first = zipped(tmp_path / "a.zip", {f"learner-01/{STEM}.ipynb": b"old", "learner-02/one.ipynb": b"old"}, TIME)
    named = {f"learner-01/Copy of {STEM} (2).ipynb": b"new", "learner-02/two.ipynb": b"new"}
    second = zipped(tmp_path / "b.zip", named, LATER)
    third = zipped(tmp_path / "c.zip", {"learner-01/scratch.ipynb": b"x"}, (2026, 11, 22, 0, 0, 0))
    assert desk.collect(second, third, first) == 0
    assert (desk.notebook("learner-01"), desk.notebook("learner-02")) == (b"new", b"new")
    assert desk.row("learner-01") == f"collected; ignored: {STEM}.ipynb, scratch.ipynb"
    assert desk.row("learner-02") == "collected; ignored: one.ipynb"


def test_two_notebooks_as_new_as_each_other_are_refused_unless_they_are_the_same(desk: Desktop, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"learner-01/a.ipynb": b"a", "learner-01/b.ipynb": b"b"})
    assert desk.collect(source) == 1
    (line,) = desk.refused()
    assert re.fullmatch(
        r"a.zip/learner-01/b.ipynb is as new as a.zip/learner-01/a.ipynb, and neither name tells which to grade: "
        r"leave one of them\.",
        line,
    )
    assert desk.row("learner-01") == "refused: see below"
    assert desk.notebook("learner-01") is None
    assert "learner-01" not in desk.printed.split("Missing")[1]
    assert desk.collect(zipped(tmp_path / "a.zip", {"learner-01/a.ipynb": b"a", "learner-01/b.ipynb": b"a"})) == 0


def test_the_same_download_twice_is_one(desk: Desktop, tmp_path: Path) -> None:
    files = moodle("Learner One", 9001, {"work.ipynb": b"one"})
    assert desk.collect(zipped(tmp_path / "a.zip", files), unpacked(tmp_path / "a", files)) == 0
    assert desk.row("learner-01") == "collected; ignored: work.ipynb"


# --- Time and secret --------------------------------------------------------------------------------------------------


def test_what_is_written_is_what_nbgrader_reads(desk: Desktop, tmp_path: Path) -> None:
    assert desk.collect(unpacked(tmp_path / "in", {"learner-01/a.ipynb": b"one"})) == 0
    nbgrader = Desk.of_course(desk.root)
    folder = nbgrader.folder("submitted", "learner-01", STEM)
    assert sorted(path.name for path in folder.iterdir()) == [f"{STEM}.ipynb", "submission_secret.txt", "timestamp.txt"]
    stamp = nbgrader.api.coursedir.get_existing_timestamp(str(folder))
    utc = datetime(2026, 11, 20, 10).astimezone(UTC)
    assert stamp == utc.replace(tzinfo=None)
    assert (folder / "timestamp.txt").read_text() == f"{utc:%Y-%m-%d %H:%M:%S}.000000 UTC"
    assert re.fullmatch(r"[0-9a-f]{128}", (folder / "submission_secret.txt").read_text())
    assert nbgrader.api.get_submitted_students(STEM) == {"learner-01"}


def test_a_time_with_a_zone_beats_one_without(desk: Desktop, tmp_path: Path) -> None:
    info = zipfile.ZipInfo("learner-01/a.ipynb", TIME)
    info.extra = struct.pack("<HHHHHBi", 0x7875, 2, 0, 0x5455, 5, 1, 1_800_000_000)
    assert desk.collect(zipped(tmp_path / "a.zip", [(info, b"one")])) == 0
    stamp = (desk.submitted / "learner-01" / STEM / "timestamp.txt").read_text()
    assert stamp == "2027-01-15 08:00:00.000000 UTC"


@pytest.mark.parametrize("broken", [(1980, 1, 1, 0, 0, 0), (1980, 0, 0, 0, 0, 0)])
def test_a_zip_without_dates_has_its_own(desk: Desktop, tmp_path: Path, broken: tuple[int, ...]) -> None:
    path = zipped(tmp_path / "a.zip", {"learner-01/a.ipynb": b"one"}, broken)
    os.utime(path, (1_800_000_000, 1_800_000_000))
    assert desk.collect(path) == 0
    stamp = (desk.submitted / "learner-01" / STEM / "timestamp.txt").read_text()
    assert stamp == "2027-01-15 08:00:00.000000 UTC"


def test_a_learners_own_dates_do_not_count(desk: Desktop, tmp_path: Path) -> None:
    inner = packed({f"{STEM}.ipynb": b"one", "timestamp.txt": b"2020-01-01 00:00:00.0 UTC"}, (2020, 1, 1, 0, 0, 0))
    files = moodle("Learner One", 9001, {"work.zip": inner}) | moodle("Learner Two", 9002, {"a.ipynb": b"2"})
    assert desk.collect(zipped(tmp_path / "a.zip", files)) == 0, desk.printed
    stamps = [(desk.submitted / f"learner-0{n}" / STEM / "timestamp.txt").read_text() for n in (1, 2)]
    assert stamps[0] == stamps[1]
    assert desk.row("learner-01") == "collected; ignored: 1 other files in work.zip"


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_running_twice_changes_nothing_and_nothing_is_written_elsewhere(desk: Desktop, tmp_path: Path) -> None:
    source = zipped(
        tmp_path / "a.zip",
        moodle("Learner One", 9001, {"a.ipynb": b"one"}) | moodle("Learner Two", 9002, {"../../a.ipynb": b"x"}),
    )
    Desk.of_course(desk.root)
    bystander = desk.submitted / "learner-03" / STEM
    unpacked(bystander, {f"{STEM}.ipynb": b"three", "timestamp.txt": b"nonsense"})
    before = desk.tree()
    outside = sorted(path for path in tmp_path.rglob("*") if not path.is_relative_to(desk.submitted))
    assert desk.collect(source) == 1
    first = desk.tree()
    new = {name for name in first if first[name] != before.get(name)}
    folder = f"gradebook/submitted/learner-01/{STEM}"
    assert new == {f"{folder}/{name}" for name in (f"{STEM}.ipynb", "timestamp.txt", "submission_secret.txt")}
    assert before.keys() <= first.keys()
    assert desk.collect(source) == 1
    assert desk.tree() == first
    assert desk.row("learner-01") == "unchanged"
    assert sorted(path for path in tmp_path.rglob("*") if not path.is_relative_to(desk.submitted)) == outside
    assert "Missing (1), unless one of the refused files is theirs: learner-02" in desk.printed


def test_newer_replaces_and_older_is_left(desk: Desktop, tmp_path: Path) -> None:
    old = zipped(tmp_path / "old.zip", {"learner-01/a.ipynb": b"old"}, TIME)
    new = zipped(tmp_path / "new.zip", {"learner-01/a.ipynb": b"new"}, LATER)
    same = zipped(tmp_path / "same.zip", {"learner-01/a.ipynb": b"same time"}, LATER)
    folder = desk.submitted / "learner-01" / STEM
    assert desk.collect(old) == 0
    secret = (folder / "submission_secret.txt").read_text()
    assert desk.collect(new) == 0
    assert desk.row("learner-01") == "replaced an older one"
    assert desk.notebook("learner-01") == b"new"
    assert (folder / "submission_secret.txt").read_text() == secret
    assert "2026-11-2" in (folder / "timestamp.txt").read_text()
    assert desk.collect(old) == 0
    assert desk.row("learner-01") == "left: older than what was collected"
    assert desk.collect(same) == 0
    assert desk.row("learner-01") == "left: as old as what was collected"
    assert desk.notebook("learner-01") == b"new"
    assert [path.name for path in folder.parent.iterdir()] == [STEM]


def test_a_submission_without_time_or_secret_is_completed(desk: Desktop, tmp_path: Path) -> None:
    folder = unpacked(desk.submitted / "learner-01" / STEM, {f"{STEM}.ipynb": b"one", "other.ipynb": b"x"})
    assert desk.collect(zipped(tmp_path / "a.zip", {"learner-01/a.ipynb": b"one"})) == 0
    assert desk.row("learner-01") == "completed"
    assert sorted(path.name for path in folder.iterdir()) == [f"{STEM}.ipynb", "submission_secret.txt", "timestamp.txt"]


def test_a_run_that_was_cut_off_loses_nothing(desk: Desktop, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"learner-01/a.ipynb": b"one"})
    assert desk.collect(source) == 0
    folder = desk.submitted / "learner-01" / STEM
    before = desk.tree()
    folder.rename(folder.with_name(f".{STEM}.old"))
    unpacked(folder.with_name(f".{STEM}.new"), {"half": b""})
    assert desk.collect(source) == 0
    assert desk.row("learner-01") == "unchanged"
    assert {name: data for name, data in desk.tree().items() if "/." not in name} == before
    assert desk.collect(zipped(tmp_path / "b.zip", {"learner-01/a.ipynb": b"two"}, LATER)) == 0
    assert [path.name for path in folder.parent.iterdir()] == [STEM]


def test_a_failed_rename_leaves_the_old_submission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "learner-01" / STEM
    time = datetime(2026, 1, 1, tzinfo=UTC)
    assert place(folder, STEM, b"one", time) == "collected"
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name == f".{STEM}.new":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="No space"):
        place(folder, STEM, b"two", time.replace(year=2027))
    assert (folder / f"{STEM}.ipynb").read_bytes() == b"one"
    assert [path.name for path in folder.parent.iterdir()] == [STEM]


def test_a_disk_that_is_full_ends_one_learner_and_not_the_run(
    desk: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, stem: str, data: bytes, time: datetime) -> str:
        if folder.parent.name == "learner-01":
            raise OSError(28, "No space left on device")
        return place(folder, stem, data, time)

    monkeypatch.setattr(module, "place", full)
    source = zipped(tmp_path / "a.zip", {"learner-01/a.ipynb": b"one", "learner-02/a.ipynb": b"two"})
    assert desk.collect(source) == 1
    assert desk.refused() == [
        f"a.zip/learner-01/a.ipynb cannot be placed in learner-01/{STEM}: No space left on device."
    ]
    assert desk.notebook("learner-02") == b"two"


@pytest.mark.parametrize("where", ["learner-01", f"learner-01/{STEM}"])
def test_a_link_among_the_submissions_is_not_followed(desk: Desktop, tmp_path: Path, where: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = desk.submitted / where
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "elsewhere")
    assert desk.collect(zipped(tmp_path / "a.zip", {"learner-01/a.ipynb": b"one"})) == 1
    assert "is a symbolic link, and links are not followed." in desk.printed
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    unpacked(tmp_path / "learner-01", {STEM: b""})
    with pytest.raises(Refusal, match="is a file: remove it"):
        place(tmp_path / "learner-01" / STEM, STEM, b"one", datetime.now(UTC))


# --- Whose it is ------------------------------------------------------------------------------------------------------


def test_two_learners_of_one_name_need_numbers(desk: Desktop, tmp_path: Path) -> None:
    roster = "id,name{}\nlearner-01,Same Name{}\nlearner-02,same name{}\n"
    m = zipped(tmp_path / "m.zip", moodle("Same Name", 9001, {"a.ipynb": b"one"}))
    c = zipped(tmp_path / "c.zip", canvas("Name, Same", 101, 5000, {"a.ipynb": b"one"}))
    assert desk.collect(m, c, roster=roster.format("", "", "")) == 1
    first, second = desk.refused()
    assert (
        "fits several learners with the same name: learner-01, learner-02. Add Moodle's numbers to the roster as"
        in first
    )
    assert (
        "fits several learners with the same name: learner-01, learner-02. Add Canvas's user ids to the roster as"
        in second
    )
    assert not desk.submitted.exists()
    assert desk.collect(m, roster=roster.format(",participant", ",9001", ",9002")) == 0
    assert desk.collect(c, roster=roster.format(",lms_id", ",101", ",102")) == 0
    assert desk.notebook("learner-01") == b"one"
    assert desk.notebook("learner-02") is None
    assert desk.collect(c, roster=roster.format(",lms_id", ",101", ",101")) == 1
    assert "fits several learners with the same `lms_id`: learner-01, learner-02." in desk.printed


def test_one_name_for_two_of_the_platforms_people(desk: Desktop, tmp_path: Path) -> None:
    """One of them is in the roster, without a number: nobody can tell which."""
    source = zipped(
        tmp_path / "a.zip",
        moodle("Learner One", 9001, {"a.ipynb": b"one"}) | moodle("Learner One", 9999, {"a.ipynb": b"not one"}),
    )
    assert desk.collect(source, roster=BY_NAME) == 1
    assert len(desk.refused()) == 2
    assert "fits learner-01 by name, but so do files of other numbers (9001, 9999): several people have" in desk.printed
    assert desk.row("learner-01") == "refused: two people have this name"
    assert not desk.submitted.exists()
    assert desk.collect(source, roster=ROSTER) == 1
    assert desk.notebook("learner-01") == b"one"
    assert len(desk.refused()) == 1


def test_a_group_before_a_name_that_is_another_learners(desk: Desktop, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", moodle("Anna-Learner One", 9001, {"a.ipynb": b"one"}))
    assert desk.collect(source, roster="id,name\nlearner-01,Learner One\nlearner-02,Anna-Learner One\n") == 1
    assert "fits several learners with the same name: learner-01, learner-02." in desk.printed


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Nobody Known_77_assignsubmission_file_/a.ipynb", "fits no learner of the roster, by number (77) or by name."),
        (
            "nobodyknown_77_88_a.ipynb",
            "fits no learner of the roster, by number (77) or by name. The roster has Canvas's user ids",
        ),
        (
            "nobody/a.ipynb",
            "fits no learner: 'nobody' is neither an id of the roster nor a name that Moodle or Canvas gives.",
        ),
        (
            "nobody.ipynb",
            "fits no learner: the name is neither one that Moodle or Canvas gives, nor does it begin with",
        ),
        ("learner-011.ipynb", "fits no learner: the name is neither"),
        ("Team_7_assignsubmission_file_/a.ipynb", "fits no learner of the roster, by number (7) or by name."),
        (
            "Default group_assignsubmission_file_/a.ipynb",
            "is a team's submission on Moodle: copy it to a folder named by",
        ),
        (
            "anon_aB3dE_5000_a.ipynb",
            "has no name: the Canvas assignment is anonymous. Post its grades, and download again.",
        ),
        ("learner-01/deep/a.ipynb", f"lies too deep: notebooks are looked for in learner-01 and learner-01/{STEM}."),
        (
            f"learner-01/{STEM}/deep/a.ipynb",
            f"lies too deep: notebooks are looked for in learner-01 and learner-01/{STEM}.",
        ),
        ("Learner One_9001_assignsubmission_file_", "has no file name after Moodle's part of it: download it again."),
        ("onelearner_101_text.html", "is not a notebook: only files named .ipynb, or a .zip of them, are collected."),
        ("learner-01/report.pdf", "is not a notebook: only files named .ipynb, or a .zip of them, are collected."),
        ("learner-01/work.py", "is not a notebook: only files named .ipynb, or a .zip of them, are collected."),
        ("learner-01_page.html", "is not a notebook: only files named .ipynb, or a .zip of them, are collected."),
    ],
)
def test_refused(desk: Desktop, tmp_path: Path, name: str, why: str) -> None:
    assert desk.collect(zipped(tmp_path / "a.zip", {name: b"x", "learner-02/a.ipynb": b"two"})) == 1
    (line,) = desk.refused()
    assert line.startswith(f"a.zip/{name} {why}")
    assert desk.notebook("learner-02") == b"two"
    assert [path.name for path in desk.submitted.iterdir()] == ["learner-02"]


def test_a_learner_who_handed_in_no_notebook_is_in_the_table(desk: Desktop, tmp_path: Path) -> None:
    assert desk.collect(zipped(tmp_path / "a.zip", {"learner-01/report.pdf": b"x", "learner-01/b.py": b""})) == 1
    assert desk.row("learner-01") == "refused: no notebook"
    assert "report.pdf" in desk.printed.split("Refused")[0]
    assert "Missing (2), unless one of the refused files is theirs: learner-02, learner-03" in desk.printed
    assert desk.collect(zipped(tmp_path / "a.zip", {"learner-01/report.pdf": b"x", "learner-01/a.ipynb": b"one"})) == 1
    assert desk.row("learner-01") == "collected; other files refused, see below"
    assert desk.notebook("learner-01") == b"one"


def test_a_flat_name_that_begins_with_two_ids(desk: Desktop, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"ann_b_work.ipynb": b"x", "ann_work.ipynb": b"ann"})
    assert desk.collect(source, roster="id\nann\nann_b\n") == 1
    assert desk.refused() == [
        "a.zip/ann_b_work.ipynb fits several learners (ann, ann_b): put it into a folder named by the id of the right one."
    ]
    assert desk.notebook("ann") == b"ann"


@pytest.mark.parametrize(
    "name",
    [
        "x_102_101_5000_a.ipynb",  # a learner who calls themselves "x_102"
        "x_102_7_101_5000_a.ipynb",
        "x_102_777_5000_a.ipynb",  # the same, of somebody who is not in the roster
        "nobody_777_5000_x_102_5001_a.ipynb",  # a file name that looks like another's
        "onelearner_101_5000_x_102_5001_a.ipynb",
    ],
)
def test_a_canvas_name_made_to_look_like_anothers_is_refused(desk: Desktop, tmp_path: Path, name: str) -> None:
    assert desk.collect(zipped(tmp_path / "a.zip", {name: b"forged"})) == 1
    assert "can be read as a file of any of the Canvas users " in desk.printed
    assert not desk.submitted.exists()


def test_numbers_in_a_canvas_file_name_are_no_riddle_when_the_name_agrees(desk: Desktop, tmp_path: Path) -> None:
    files = {"onelearner_101_5000_3_a.ipynb": b"one", "twolearner_LATE_102_5000_hw_3_4_a.ipynb": b"two"}
    assert desk.collect(zipped(tmp_path / "a.zip", files)) == 0, desk.printed
    assert (desk.notebook("learner-01"), desk.notebook("learner-02")) == (b"one", b"two")


def test_names_inside_a_learners_zip_say_nothing(desk: Desktop, tmp_path: Path) -> None:
    inner = packed(
        {
            f"learner-02/{STEM}/{STEM}.ipynb": b"one",
            "Learner Two_9002_assignsubmission_file_/a.ipynb": b"one",
            "twolearner_102_5000_a.ipynb": b"one",
        }
    )
    assert desk.collect(zipped(tmp_path / "a.zip", moodle("Learner One", 9001, {"work.zip": inner}))) == 0
    assert desk.notebook("learner-01") == b"one"
    assert desk.notebook("learner-02") is None


def test_only_a_wrapper_named_like_its_zip_is_taken_off(desk: Desktop, tmp_path: Path) -> None:
    """A folder of somebody unknown is no wrapper, whoever its subfolders are named for."""
    assert desk.collect(zipped(tmp_path / "a.zip", {"somebody/learner-01/a.ipynb": b"x"})) == 1
    assert "'somebody' is neither an id of the roster" in desk.printed
    assert not desk.submitted.exists()


# --- Hostile files ----------------------------------------------------------------------------------------------------


def entry(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x" * len(name), TIME)
    info.filename = name
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../a.ipynb", "has a path that leads out of its folder (..): pack it anew."),
        ("learner-01/../learner-02/a.ipynb", "has a path that leads out of its folder (..): pack it anew."),
        (
            "/learner-01/a.ipynb",
            "has an absolute path, which leads out of its folder: pack it anew with relative ones.",
        ),
        (
            "C:/learner-01/a.ipynb",
            "has an absolute path, which leads out of its folder: pack it anew with relative ones.",
        ),
        ("learner-01\\a.ipynb", "has a backslash in its name, which is a folder on some systems: rename it."),
        ("learner-01/a\0.ipynb", "has a control character in its name: rename it."),
        ("learner-01/a\x1b[31m.ipynb", "has a control character in its name: rename it."),
        ("learner-01/" + "a" * 300 + ".ipynb", "has a name or a path that is too long: shorten it."),
        ("learner-01/" + "a/" * 40 + "a.ipynb", "has a name or a path that is too long: shorten it."),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_hostile_names(desk: Desktop, tmp_path: Path, name: str, why: str, inside: bool) -> None:
    """In the platform's zip, and in a learner's own."""
    good = f"{STEM}.ipynb" if inside else "learner-01/good.ipynb"
    data = packed([(entry(name), b"bad"), (good, b"good")])
    path = tmp_path / "a.zip"
    path.write_bytes(packed({"learner-01/own.zip": data}) if inside else data)
    assert desk.collect(path) == 1
    (line,) = desk.refused()
    assert line.endswith(why)
    assert line.isprintable()
    assert desk.notebook("learner-01") == b"good"
    assert [path.name for path in desk.submitted.iterdir()] == ["learner-01"]
    assert not list(tmp_path.glob("*.ipynb"))


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        (stat.S_IFLNK | 0o777, "is a symbolic link, and links are not followed: put the file in its place."),
        (stat.S_IFCHR | 0o666, "is a device, a pipe or a socket, and no file."),
        (stat.S_IFBLK | 0o666, "is a device, a pipe or a socket, and no file."),
        (stat.S_IFIFO | 0o666, "is a device, a pipe or a socket, and no file."),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_links_and_devices_in_zips(desk: Desktop, tmp_path: Path, mode: int, why: str, inside: bool) -> None:
    data = packed([(entry("learner-01/a.ipynb", mode), b"/etc/passwd")])
    path = tmp_path / "a.zip"
    path.write_bytes(packed({"learner-01/own.zip": data}) if inside else data)
    assert desk.collect(path) == 1
    assert desk.refused()[0].endswith(f"a.ipynb {why}")
    assert not desk.submitted.exists()


def test_links_and_devices_in_folders(desk: Desktop, tmp_path: Path) -> None:
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(b"secret")
    unpacked(tmp_path / "outside", {"learner-03/a.ipynb": b"outside"})
    folder = unpacked(tmp_path / "in", {"learner-01/good.ipynb": b"good"}) / "learner-01"
    (folder / "link.ipynb").symlink_to(secret)
    (folder / "hard.ipynb").hardlink_to(secret)
    os.mkfifo(folder / "pipe.ipynb")
    (tmp_path / "in" / "learner-03").symlink_to(tmp_path / "outside" / "learner-03")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # a socket's path must be short
        try:
            server.bind("s.ipynb")
        finally:
            os.chdir(here)
        assert desk.collect(tmp_path / "in") == 1
    assert desk.refused() == [
        "in/learner-03 is a symbolic link, and links are not followed: put the file in its place.",
        "in/learner-01/hard.ipynb is a hard link, whose other name may be anybody's: put a copy in its place.",
        "in/learner-01/link.ipynb is a symbolic link, and links are not followed: put the file in its place.",
        "in/learner-01/pipe.ipynb is a device, a pipe or a socket, and no file.",
        "in/learner-01/s.ipynb is a device, a pipe or a socket, and no file.",
    ]
    assert desk.notebook("learner-01") == b"good"
    assert desk.notebook("learner-03") is None


@pytest.mark.parametrize("swapped", ["file", "folder", "pipe"])
def test_a_link_that_appears_after_the_listing_is_not_followed(
    desk: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swapped: str
) -> None:
    secret = unpacked(tmp_path / "outside", {"a.ipynb": b"secret"})
    folder = unpacked(tmp_path / "in", {"learner-01/a.ipynb": b"good"}) / "learner-01"
    opened: Callable[[Path, str], object] = module._open_beneath

    def swap(root: Path, name: str) -> object:
        shutil.rmtree(folder)
        if swapped == "folder":
            folder.symlink_to(secret)
        else:
            folder.mkdir()
            (folder / "a.ipynb").symlink_to(secret / "a.ipynb") if swapped == "file" else os.mkfifo(folder / "a.ipynb")
        return opened(root, name)

    monkeypatch.setattr(module, "_open_beneath", swap)
    assert desk.collect(tmp_path / "in") == 1
    assert "in/learner-01/a.ipynb cannot be read (" in desk.printed
    assert not desk.submitted.exists()


def test_folder_names_that_are_not_utf8(desk: Desktop, tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "in", {"learner-01/good.ipynb": b"good"}) / "learner-01"
    (folder / os.fsdecode(b"\xff.ipynb")).write_bytes(b"bad")
    (folder / "new\nline.ipynb").write_bytes(b"bad")
    assert desk.collect(tmp_path / "in") == 1
    assert desk.refused() == [
        r"in/learner-01/new\nline.ipynb has a control character in its name: rename it.",
        r"in/learner-01/\udcff.ipynb has a name that is not UTF-8: rename it.",
    ]


def patched(data: bytes, at: str, offset: int, value: bytes) -> bytes:
    """A zip with a field of its local (`PK34`) or central (`PK12`) headers overwritten."""
    signature = {"PK34": b"PK\x03\x04", "PK12": b"PK\x01\x02"}[at]
    for match in re.finditer(re.escape(signature), data):
        data = data[: match.start() + offset] + value + data[match.start() + offset + len(value) :]
    return data


@cache
def damaged() -> dict[str, tuple[bytes, str]]:
    """What is wrong with a learner's zip, and what is said about it."""
    whole = packed({f"{STEM}.ipynb": os.urandom(3000)})
    return {
        "encrypted": (
            patched(patched(whole, "PK12", 8, b"\1\0"), "PK34", 6, b"\1\0"),
            f"{STEM}.ipynb is encrypted: ask the learner for a file without a password.",
        ),
        "method": (
            patched(patched(whole, "PK12", 10, b"\x0e\0"), "PK34", 8, b"\x0e\0"),
            f"{STEM}.ipynb is packed in a way that is neither “stored” nor “deflated”: pack it anew.",
        ),
        "cut": (
            whole[:-40],
            "own.zip is no zip that can be read (File is not a zip file): ask the learner for it again.",
        ),
        "empty": (b"", "own.zip is no zip that can be read (File is not a zip file): ask the learner for it again."),
        "text": (b"not a zip", "own.zip is no zip that can be read (File is not a zip file): ask the learner"),
        "checksum": (
            patched(patched(whole, "PK12", 16, b"\0\0\0\0"), "PK34", 14, b"\0\0\0\0"),
            f"{STEM}.ipynb cannot be read (Bad CRC-32 for file '{STEM}.ipynb'): download it again.",
        ),
        "stream": (whole[:80] + b"\xff" * 40 + whole[120:], f"{STEM}.ipynb cannot be read ("),
        "name": (whole.replace(b"03_m", b"04_m", 1), f"{STEM}.ipynb cannot be read (File name in directory"),
        "offset": (patched(whole, "PK12", 42, b"\xff\xff\xff\x7f"), f"{STEM}.ipynb cannot be read ("),
        "nothing in it": (packed({}), "own.zip is a zip without a notebook that can be taken."),
        "no notebook": (packed({"report.pdf": b"x"}), "own.zip is a zip without a notebook that can be taken."),
        "nested": (
            packed({"inner.zip": packed({"a.ipynb": b"x"})}),
            "own.zip/inner.zip is a zip in a learner's zip, and those are not opened.",
        ),
        "many": (
            packed({f"{number}.txt": b"" for number in range(1001)}),
            "own.zip holds more than 1000 files: ask the learner for the notebook alone.",
        ),
        "bomb": (
            packed({f"{STEM}.ipynb": b"\0" * (16 * 2**20)}),
            f"{STEM}.ipynb unpacks to more than 200 times its size, as a zip bomb does: look at it by hand.",
        ),
        "bomb that lies": (
            patched(packed({f"{STEM}.ipynb": b"\0" * (16 * 2**20)}), "PK12", 24, b"\x10\0\0\0"),
            f"{STEM}.ipynb cannot be read (",
        ),
    }


@pytest.mark.parametrize("kind", sorted(damaged()))
def test_damaged_zips_of_learners(desk: Desktop, tmp_path: Path, kind: str) -> None:
    data, why = damaged()[kind]
    assert desk.collect(zipped(tmp_path / "a.zip", {"learner-01/own.zip": data, "learner-02/a.ipynb": b"two"})) == 1
    assert any(why in line for line in desk.refused()), desk.refused()
    assert desk.notebook("learner-02") == b"two"
    assert [path.name for path in desk.submitted.iterdir()] == ["learner-02"]


def test_no_damage_ends_the_run(desk: Desktop, tmp_path: Path) -> None:
    whole, choose = packed({f"{STEM}.ipynb": b"a cell " * 40, "b/c.txt": b"text"}), random.Random(3)
    files = {}
    for number in range(400):
        data = bytearray(whole)
        for _ in range(choose.choice((1, 2, 6))):
            at = choose.randrange(len(data))
            data[at : at + choose.randrange(3)] = choose.randbytes(choose.randrange(3))
        files[f"learner-01/{number}.zip"] = bytes(data)
    assert desk.collect(zipped(tmp_path / "a.zip", {**files, "learner-02/a.ipynb": b"two"})) == 1
    assert desk.notebook("learner-02") == b"two"


def test_a_bomb_in_the_platforms_zip(desk: Desktop, tmp_path: Path) -> None:
    assert desk.collect(zipped(tmp_path / "a.zip", {"learner-01/a.ipynb": b"\0" * (16 * 2**20)})) == 1
    assert "a.zip/learner-01/a.ipynb unpacks to more than 200 times its size, as a zip bomb does" in desk.printed
    assert desk.row("learner-01") == "refused: see below"


def test_limits(desk: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FILE_BYTES", 2**20)
    monkeypatch.setattr(module, "LEARNER_BYTES", 2**20 + 2**19)
    big, half = os.urandom(2**20 + 1), os.urandom(2**19 + 2**18)
    files = {
        "learner-01/a.ipynb": big,
        "learner-02/one.zip": packed({f"{STEM}.ipynb": half}),
        "learner-02/two.zip": packed({f"{STEM}.ipynb": half}),
        "learner-03/a.ipynb": half,
    }
    assert desk.collect(zipped(tmp_path / "a.zip", files)) == 1
    first, *more = desk.refused()
    assert first == "a.zip/learner-01/a.ipynb is larger than 1 MB, the limit for one file."
    assert more == [
        f"a.zip/learner-02/{name} is not read: this learner's files pass 2 MB together."
        for name in ("two.zip", f"one.zip/{STEM}.ipynb")
    ]
    assert desk.notebook("learner-03") == half
    monkeypatch.setattr(module, "TOTAL_BYTES", 2**20)
    files = {f"learner-0{number}/a.ipynb": half for number in (1, 2)}
    assert desk.collect(unpacked(tmp_path / "in", files)) == 1
    assert desk.refused() == [
        "in/learner-02/a.ipynb is not read: the run passed 1 MB. Collect in smaller parts.",
    ]
    monkeypatch.setattr(module, "SOURCE_ENTRIES", 2)
    files = {f"learner-01/{number}.ipynb": b"" for number in range(3)}
    assert desk.collect(zipped(tmp_path / "b.zip", files), unpacked(tmp_path / "b", files)) == 1
    assert [line.partition("holds")[2] for line in desk.refused()] == [
        " more than 2 files: collect in smaller parts."
    ] * 2


def test_many_refusals_of_one_zip_are_summed_up(desk: Desktop, tmp_path: Path) -> None:
    own = packed({f"../{number}.ipynb": b"" for number in range(30)} | {"a.ipynb": b"one"})
    assert desk.collect(zipped(tmp_path / "a.zip", {"learner-01/own.zip": own})) == 1
    assert len(desk.refused()) == 11
    assert desk.refused()[-1] == "a.zip/learner-01/own.zip holds 20 more entries that are refused."
    assert desk.notebook("learner-01") == b"one"


def test_sources_that_are_none(desk: Desktop, tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_bytes(b"{}")
    (tmp_path / "cut.zip").write_bytes(packed({"learner-01/a.ipynb": b"x"})[:-30])
    good = zipped(tmp_path / "good.zip", {"learner-02/a.ipynb": b"two"})
    assert desk.collect(tmp_path / "a.ipynb", tmp_path / "none.zip", tmp_path / "cut.zip", good) == 1
    assert desk.refused() == [
        f"{tmp_path}/a.ipynb is neither a folder nor a zip: give what the platform downloads, or a folder of it.",
        f"{tmp_path}/none.zip does not exist: give the folder or the zip that the platform downloaded.",
        f"{tmp_path}/cut.zip is neither a folder nor a zip: give what the platform downloads, or a folder of it.",
    ]
    assert desk.notebook("learner-02") == b"two"


def test_markup_in_names_is_only_text(desk: Desktop, tmp_path: Path) -> None:
    assert desk.collect(zipped(tmp_path / "a.zip", {"learner-01/[red]a[bold].ipynb": b"one"})) == 0
    assert "[red]a[bold].ipynb" in desk.printed


@pytest.mark.parametrize(
    ("file", "like"),
    [
        ("hw-1.ipynb", True),
        ("hw-1-2.ipynb", True),
        ("HW-1 (3).IPYNB", True),
        ("Copy of hw-1.ipynb", True),
        ("hw-1-Copy1.ipynb", True),
        ("hw-12.ipynb", False),
        ("hw.ipynb", False),
        ("my hw-1.ipynb", False),
        ("hw-1 old.ipynb", False),
    ],
)
def test_names_like_the_assignments(file: str, like: bool) -> None:
    assert module._like(file, "hw-1") == like


def test_a_number_that_begins_the_assignments_name_is_no_attachment() -> None:
    (reading,) = module._canvas_readings("10_data", "learnerone_101_5000_10_data.ipynb")
    assert (reading.user, reading.attachment, reading.file) == ("101", 5000, "10_data.ipynb")


# --- The roster -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["id", "ID", "Student", "student_id", "Student ID", "Username"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_roster_spellings(tmp_path: Path, header: str, delimiter: str, encoding: str) -> None:
    path = tmp_path / "roster.csv"
    rows = [
        [header, "First Name", "LAST_NAME", "E-mail", "LMS user id"],
        ["learner-01", "Lëarner", "One", "", "101"],
        [],
    ]
    path.write_text("\r\n".join(delimiter.join(row) for row in rows), encoding=encoding)
    (learner,) = read_roster(path).learners.values()
    assert (learner.id, learner.lms_id) == ("learner-01", "101")
    assert {"lëarner one", "one lëarner"} == learner.names


def test_a_moodle_grading_worksheet_is_a_roster(desk: Desktop, tmp_path: Path) -> None:
    header = "Identifier,Full name,Email address,Status,Grade,Maximum grade\n"
    rows = 'Participant 9001,Learner One,learner-01@example.org,"Submitted, not graded",,10\n'
    source = zipped(tmp_path / "a.zip", moodle("Participant", 9001, {"a.ipynb": b"one"}))
    assert desk.collect(source, roster="\ufeff" + header + rows) == 0
    assert desk.notebook("learner-01") == b"one"
    with_names = "Identifier,Full name,Username,Email address\nParticipant 9001,Learner One,learner-07,x@example.org\n"
    assert list(read_roster(desk.roster(with_names)).learners) == ["learner-07"]
    same = (
        header + rows + "Participant 9002,Learner Two,learner-01@example.com,,,\nParticipant 9003,Learner Three,,,,\n"
    )
    roster = read_roster(desk.roster(same))
    assert not roster.learners
    assert roster.problems == (
        "roster.csv, lines 2, 3: all have the id 'learner-01'. Give each learner an id of their own.",
        "roster.csv, line 4: there is no e-mail address to take the id from.",
    )


def test_a_canvas_gradebook_is_a_roster(desk: Desktop, tmp_path: Path) -> None:
    text = (
        "Student,ID,SIS User ID,SIS Login ID,Section,Homework (5)\n"
        "    Points Possible,,,,,10.0\n"
        '"One, Learner",101,S1,learner-01,Section 1,\n'
        '"Student, Test",999,,,Section 1,\n'
        '"Two, Learner",102,S2,,Section 1,\n'
    )
    source = zipped(tmp_path / "a.zip", canvas("Somebody, Renamed", 101, 5000, {"a.ipynb": b"one"}))
    assert desk.collect(source, roster=text) == 1
    assert desk.notebook("learner-01") == b"one"
    assert desk.refused() == ["roster.csv, line 5: there is no id."]
    assert "Refused rows of the roster (1):" in desk.printed
    with pytest.raises(CourseError, match="without the column SIS Login ID"):
        read_roster(desk.roster("Student,ID,SIS User ID,Section\n"))


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("a/b", r"the id 'a/b' has one of / \ * ? [ ] in it, which nbgrader's paths and patterns cannot hold."),
        ("a\\b", "which nbgrader's paths and patterns cannot hold."),
        ("a*", "which nbgrader's paths and patterns cannot hold."),
        ("a?", "which nbgrader's paths and patterns cannot hold."),
        ("[a]", "which nbgrader's paths and patterns cannot hold."),
        ("..", "the id '..' begins with a dot: nbgrader does not see such folders."),
        (".hidden", "the id '.hidden' begins with a dot: nbgrader does not see such folders."),
        ("a\x07b", r"has a control character in it."),
        ("a" * 300, "is longer than a folder's name can be."),
        ("", "there is no id."),
    ],
)
def test_bad_rows_are_refused_one_by_one(desk: Desktop, bad: str, why: str) -> None:
    roster = read_roster(desk.roster(f"id,name\nlearner-01,Learner One\n{bad},Learner Two\nlearner-03,Learner Three\n"))
    assert list(roster.learners) == ["learner-01", "learner-03"]
    (problem,) = roster.problems
    assert problem.startswith("roster.csv, line 3: ")
    assert problem.endswith(why)


def test_rows_that_share_an_id(desk: Desktop) -> None:
    text = (
        "id,name\nlearner-01,Learner One\nLearner-01,Learner Two\nlearner-03,Learner Three\nlearner-03,Learner Three\n"
    )
    roster = read_roster(desk.roster(text))
    assert list(roster.learners) == ["learner-03"]
    assert roster.problems == (
        "roster.csv, lines 2, 3: all have the id 'learner-01'. Give each learner an id of their own.",
    )


def test_two_addresses_of_one_id(desk: Desktop) -> None:
    text = "Identifier,Email address\n,a@example.org\n,a@example.com\n,b@example.org\n"
    roster = read_roster(desk.roster(text))
    assert list(roster.learners) == ["b"]
    assert roster.problems[0].startswith("roster.csv, lines 2, 3: all have the id 'a'.")


def test_a_participant_without_a_number(desk: Desktop) -> None:
    roster = read_roster(desk.roster("id,participant\nlearner-01,none\nlearner-02,Participant 9002\n"))
    assert roster.problems == ("roster.csv, line 2: the participant 'none' ends in no number.",)
    assert roster.learners["learner-02"].participant == "9002"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty: it needs a header with a column `id`"),
        (b"id\n", "has a header and no learner below it: add a row for each learner."),
        (b"name,email\nLearner One,a@example.org\n", "has no column `id`"),
        (b"id,student\na,b\n", "has two columns for one thing, `id` and `student`: keep one of them."),
        (b"id\n\xe9\n", "is not UTF-8: save it as “CSV UTF-8”."),
        (b'id\n"' + b"a" * 200_000 + b'"\n', "is no CSV file: line "),
    ],
)
def test_rosters_that_are_none(desk: Desktop, data: bytes, why: str) -> None:
    path = desk.root / "roster.csv"
    path.write_bytes(data)
    with pytest.raises(CourseError, match=re.escape(why)):
        read_roster(path)


def test_a_roster_or_an_assignment_that_does_not_exist(desk: Desktop, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be read: No such file or directory"):
        collect(desk.course, STEM, [], tmp_path / "none.csv")
    with pytest.raises(CourseError, match=f"no assignment is called '../x'; there are: {OTHER}, {STEM}"):
        collect(desk.course, "../x", [], desk.root / "roster.csv")


def test_a_class_of_five_hundred(desk: Desktop, tmp_path: Path) -> None:
    everyone = [(f"learner-{number:03}", f"Learner Number{number}", 9000 + number) for number in range(500)]
    roster = "id,name\n" + "".join(f"{student},{name}\n" for student, name, _ in everyone)
    files: dict[str, bytes] = {}
    for student, name, number in everyone[:-1]:
        files |= moodle(name, number, {"work.ipynb": student.encode()})
    source = zipped(tmp_path / "a.zip", files)
    assert desk.collect(source, roster=roster) == 0
    assert all(desk.notebook(student) == student.encode() for student, _, _ in everyone[:-1])
    assert "500 in the roster: 499 collected, 1 missing." in desk.printed
    before = desk.tree()
    assert desk.collect(source) == 0
    assert desk.tree() == before
    assert "500 in the roster: 499 unchanged, 1 missing." in desk.printed


def test_excel_may_say_what_separates(desk: Desktop) -> None:
    assert list(read_roster(desk.roster("sep=;\nid;full_name\nlearner-01;Learner One\n")).learners) == ["learner-01"]


def test_a_roster_of_which_no_row_can_be_used_stops_before_the_files(desk: Desktop, tmp_path: Path) -> None:
    source = zipped(tmp_path / "a.zip", {"learner-01.ipynb": b"one"})
    with pytest.raises(CourseError, match="is a quotation mark opened and not closed"):
        desk.collect(source, roster='id,full_name\n"learner-01,Learner One\nlearner-02,Learner Two\n')
    with pytest.raises(CourseError, match="Rename the column that names learners to `id`"):
        desk.collect(source, roster="number,full_name\n1,Learner One\n")


def test_a_zip_within_the_zip_is_named(desk: Desktop, tmp_path: Path) -> None:
    inner = zipped(tmp_path / "download.zip", {"learner-01.ipynb": b"one"})
    assert desk.collect(zipped(tmp_path / "outer.zip", {"download.zip": inner.read_bytes()})) == 1
    assert "unpack what it lies in, and give this zip" in desk.printed
