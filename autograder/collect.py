"""`autograder collect`: what learners handed in through a learning platform, put where nbgrader grades it.

Theory of operation. A run has three passes. *Listing* names every file of the sources without reading any: a source is a folder
or a zip, its file names are the platform's. *Claiming* says whose a file is, from the platform's part of its name and the
roster, never from a name inside what a learner uploaded:

    Full Name_1234567_assignsubmission_file_/work.ipynb   Moodle, in folders (with or without the last `_`, with or without
    Full Name_1234567_assignsubmission_file_work.ipynb    a group before the name, "Participant" for it when marking is blind)
    lastfirst_12345_987654_work-1.ipynb                   Canvas (`_LATE_` before the numbers): user id, attachment id
    STUDENT/work.ipynb  STUDENT/STEM/STEM.ipynb           plain folders, nbgrader's among them; STUDENT is the roster's id
    STUDENT.ipynb  STUDENT_work.ipynb                     plain files

A number of the platform's beats a name, and a learner whose number the roster knows is not found by name. Moodle puts no `_`
into the name before its number, so that reading is the only one. Canvas's name and file name can hold numbers between
underscores: a file that can be read in two ways is somebody's only when one learner is meant and the name agrees. Whatever fits
two learners, or nobody, is refused. *Taking* goes learner by learner: of several notebooks the one named like the assignment,
then the latest; a learner's own zip is opened, one level deep. Only what was chosen is read, to a limit a file, a learner and
a run, counting bytes that come out and not those that a header promises.

Content is opaque. Nothing is extracted: the notebook's bytes go to `submitted/STUDENT/STEM/STEM.ipynb` beside a `timestamp.txt`
and the `submission_secret.txt` that names feedback, which is drawn once and kept. The folder is written aside and renamed. Bytes
already there are left untouched; other bytes replace them only when newer than the stored timestamp, as `nbgrader collect
--update` does.

Times. A zip's dates have no zone unless their writer added one; they are read as this machine's. Canvas dates every file with
the download, so versions are told by attachment id and `-N`, and only "LATE" says when it came. In nbgrader's layout a valid
`timestamp.txt` counts; one that a learner uploaded to a platform does not, nor do the dates inside a learner's zip.
"""

from __future__ import annotations

import csv
import io
import os
import re
import secrets
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import BinaryIO, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.course import Course, CourseError
from autograder.desk import Desk
from autograder.progress import progress_bar

FILE_BYTES = 50 * 2**20  # of one file, unpacked
LEARNER_BYTES = 200 * 2**20  # read for one learner, archives and what comes out of them
TOTAL_BYTES = 5 * 2**30  # read in one run
SOURCE_ENTRIES = 100_000  # files of one source
ARCHIVE_ENTRIES = 1_000  # files of a learner's own zip
RATIO, RATIO_BYTES = (
    200,
    10 * 2**20,
)  # unpacked to packed, asked only above so many bytes: loops print one line for long
NAME_BYTES, PATH_BYTES, DEPTH = 255, 2_000, 32

_MOODLE = re.compile(
    r"(?P<name>[^_]+)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_(?P<rest>.*))?", re.DOTALL
)
_MOODLE_TEAM = re.compile(r"[^_]+_assignsubmission_[a-z]+(?:_.*)?", re.DOTALL)
_CANVAS = re.compile(r"(?<=.)(?=_([1-9]\d*)_([1-9]\d*)_)", re.DOTALL)
_CANVAS_TEXT = re.compile(r"(?P<name>.+)_(?P<number>[1-9]\d*)_(?:text|link)\.html")
_CANVAS_ANONYMOUS = re.compile(r"(?:LATE_)?anon_[0-9A-Za-z]{5}_(?:\d+_.*|text\.html|link\.html)", re.DOTALL)
_RUBBISH = re.compile(r"__MACOSX|\.ipynb_checkpoints|\.DS_Store|\._.*|Thumbs\.db|desktop\.ini", re.IGNORECASE)
_NBGRADERS = ("timestamp.txt", "submission_secret.txt")
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, IndexError, NotImplementedError, OSError)
_NOWHERE = datetime(1980, 1, 1)


class Refusal(Exception):
    """Why one file is not taken: the end of a sentence that begins with the file's name."""


@dataclass(frozen=True)
class Learner:
    """A row of the roster. `names` are the readings of the full name, as `_plain` gives them."""

    id: str
    names: frozenset[str] = frozenset()
    lms_id: str = ""
    participant: str = ""


@dataclass(frozen=True)
class Roster:
    """Who may hand in, and a sentence about every row that was refused."""

    learners: Mapping[str, Learner]
    problems: tuple[str, ...] = ()

    def of_number(self, kind: str, number: str) -> list[Learner]:
        return self._index.get((kind, number), [])

    def of_name(self, kind: str, name: str) -> list[Learner]:
        """Learners of this name whose number on the platform the roster does not know."""
        key = _packed(name) if kind == "lms_id" else _plain(name)
        return [one for one in self._index.get((f"{kind} name", key), []) if not getattr(one, kind)]

    @cached_property
    def _index(self) -> dict[tuple[str, str], list[Learner]]:
        index: dict[tuple[str, str], list[Learner]] = defaultdict(list)
        for learner in self.learners.values():
            for kind in ("lms_id", "participant"):
                if number := getattr(learner, kind):
                    index[kind, number].append(learner)
            for name in learner.names:
                index["participant name", name].append(learner)
            for name in {_packed(name) for name in learner.names}:
                index["lms_id name", name].append(learner)
        return dict(index)


@dataclass(frozen=True)
class Entry:
    """A file of a source. `name` is its checked path inside the source, `shown` says it to a person."""

    name: str
    shown: str
    time: datetime
    open: Callable[[], BinaryIO]
    packed: int | None = None  # bytes in the zip

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.name.split("/"))


@dataclass(frozen=True)
class Claim:
    """An entry that one learner handed in, and what the platform says of it."""

    learner: Learner
    entry: Entry
    file: str  # as the learner named it
    number: str = ""  # the platform's, where only the name told who it is
    attachment: int = 0
    late: bool = False


@dataclass(frozen=True)
class Offer:
    """A notebook that a learner handed in, in a zip of the learner's own or not."""

    claim: Claim
    entry: Entry
    file: str

    def order(self, stem: str, by_attachment: bool) -> tuple[bool, int, int, datetime, datetime]:
        """The latest sorts last. An entry's own date comes last: in a learner's zip it is the learner's."""
        version = re.search(r"-(\d{1,6})\.ipynb$", self.file, re.IGNORECASE)
        numbers = (self.claim.attachment, int(version[1]) if version else 0) if by_attachment else (0, 0)
        return (_like(self.file, stem), *numbers, self.claim.entry.time, self.entry.time)


@dataclass(frozen=True)
class Outcome:
    """A row of the table."""

    learner: Learner
    file: str
    time: datetime | None
    said: str
    style: str = ""


@dataclass
class Meter:
    """Bytes that came out so far, for one learner and for all."""

    learner: int = 0
    total: int = 0

    def read(self, entry: Entry) -> bytes:
        """The file's bytes. Raises Refusal as soon as a limit is passed, whatever the file's header says."""
        chunks: list[bytes] = []
        size = 0
        try:
            with entry.open() as file:
                while chunk := file.read(2**18):
                    chunks.append(chunk)
                    size += len(chunk)
                    self.learner += len(chunk)
                    self.total += len(chunk)
                    if size > FILE_BYTES:
                        raise Refusal(f"is larger than {_size(FILE_BYTES)}, the limit for one file.")
                    if entry.packed is not None and size > max(RATIO_BYTES, RATIO * entry.packed):
                        raise Refusal(
                            f"unpacks to more than {RATIO} times its size, as a zip bomb does: look at it by hand."
                        )
                    if self.learner > LEARNER_BYTES:
                        raise Refusal(f"is not read: this learner's files pass {_size(LEARNER_BYTES)} together.")
                    if self.total > TOTAL_BYTES:
                        raise Refusal(f"is not read: the run passed {_size(TOTAL_BYTES)}. Collect in smaller parts.")
        except _BROKEN as error:
            raise Refusal(f"cannot be read ({_why(error)}): download it again.") from error
        return b"".join(chunks)


@dataclass
class Run:
    """One run: what was found, refused and placed."""

    course: Course
    stem: str
    roster: Roster
    meter: Meter = field(default_factory=Meter)
    refused: list[str] = field(default_factory=list)

    def refuse(self, shown: str, why: object) -> None:
        self.refused.append(f"{shown} {why}")


def collect(course: Course, stem: str, sources: Sequence[Path], roster: Path, console: Console | None = None) -> int:
    """Place one submission for each learner of `roster` who handed in, and say what happened to every file.

    0 when nothing was refused: every file was placed, is in place already, is older than what is, or is rubbish of an operating
    system. 1 when any file, source or row of the roster was refused; the others are placed all the same. Learners who handed in
    nothing are listed, and no failure. Raises CourseError when the assignment is unknown or the roster is none.
    """
    console = console or Console()
    known = [path.stem for path in course.assignment_paths]
    if stem not in known:
        raise CourseError(f"no assignment is called {stem!r}; there are: {', '.join(known) or 'none'}")
    run = Run(course, stem, read_roster(roster))
    if not run.roster.learners:
        said = "".join(f"\n  {problem}" for problem in run.roster.problems[:10])
        raise CourseError(f"{roster} has no row that can be used:{said}")
    desk = Desk.of_course(course.root)
    outcomes: list[Outcome] = []
    with ExitStack() as stack:
        claims = [claim for source in sources for claim in _claims(run, source, stack)]
        handed = _by_learner(run, claims)
        with progress_bar(console, len(handed), "collecting") as step:
            for learner, theirs in handed.items():
                outcomes.append(_take(run, learner, theirs, desk.folder("submitted", learner.id, stem)))
                step(learner.id)
    silent = [learner.id for learner in run.roster.learners.values() if learner not in handed]
    missing = [one for one in silent if not (desk.folder("submitted", one, stem) / f"{stem}.ipynb").is_file()]
    _report(console, run, outcomes, missing, in_place=len(silent) - len(missing))
    return 1 if run.refused or run.roster.problems else 0


def _report(console: Console, run: Run, outcomes: Sequence[Outcome], missing: Sequence[str], in_place: int) -> None:
    table = Table("learner", "file", "time (UTC)", "what happened", title=f"submissions of {run.stem}")
    for one in sorted(outcomes, key=lambda one: one.learner.id):
        time = f"{one.time:%Y-%m-%d %H:%M}" if one.time else "—"
        table.add_row(Text(one.learner.id), Text(one.file), time, Text(one.said, style=one.style))
    console.print(table)
    counts: dict[str, int] = defaultdict(int)
    for one in outcomes:
        counts[re.split(r"[:;,]", one.said)[0]] += 1
    said = ", ".join(f"{count} {what}" for what, count in counts.items()) or "nothing was handed in"
    before = f", {in_place} in place from before" if in_place else ""
    _say(console, f"{len(run.roster.learners)} in the roster: {said}{before}, {len(missing)} missing.")
    if run.roster.problems:
        _say(console, f"Refused rows of the roster ({len(run.roster.problems)}):", "bold red")
        for line in run.roster.problems:
            _say(console, f"  {line}")
    if run.refused:
        _say(console, f"Refused files ({len(run.refused)}):", "bold red")
        for line in run.refused:
            _say(console, f"  {line}")
    if missing:
        unless = ", unless one of the refused files is theirs" if run.refused else ""
        _say(console, f"Missing ({len(missing)}){unless}: {', '.join(sorted(missing))}", "yellow")


def _say(console: Console, line: str, style: str = "") -> None:
    console.print(Text(line, style=style), soft_wrap=True)


# --- The roster -------------------------------------------------------------------------------------------------------

_COLUMNS = {
    "id": ("id", "student", "student_id", "username"),
    "full_name": ("full_name", "name", "fullname"),
    "first_name": ("first_name", "firstname"),
    "last_name": ("last_name", "lastname", "surname"),
    "email": ("email", "email_address"),
    "lms_id": ("lms_id", "lms_user_id"),
    "participant": ("participant", "identifier"),
}
_CANVAS_COLUMNS = {"id": "sis_login_id", "full_name": "student", "lms_id": "id"}


def read_roster(path: Path) -> Roster:
    """The learners of a CSV file: delimited by `,`, `;` or tabs, with or without a byte order mark, headers in any case.

    It needs a column `id` (or `student`, `student_id`, `username`): nbgrader's student id. `full_name` (`name`) or `first_name`
    and `last_name`, `lms_id` (nbgrader's `lms_user_id`; Canvas's user id) and `participant` (Moodle's `Identifier`) tell whose a
    file is. Canvas's gradebook export can be given as it is: the student id is the SIS Login ID. So can Moodle's grading
    worksheet: the student id is the `Username` where there is one, else the e-mail address up to its `@`. Rows that claim one
    student id for two people are refused, all of them. Raises CourseError when the file is no roster.
    """
    rows = _rows(path)
    header = [re.sub(r"[\s-]+", "_", cell.strip().casefold()) for cell in rows[0][1]]
    columns = _columns(path, header)
    of_email = "id" not in columns
    found: dict[str, tuple[int, Learner, Mapping[str, str]]] = {}
    clashes: dict[str, list[int]] = defaultdict(list)
    problems: list[tuple[int, str]] = []
    for line, cells in rows[1:]:
        row = {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}
        if not any(row.values()) or (_is_canvas(header) and _is_none_of_canvas(row)):
            continue
        student = unicodedata.normalize("NFC", row.get("email", "").partition("@")[0] if of_email else row["id"])
        participant = re.search(r"(\d+)$", row.get("participant", ""))
        if why := _bad_id(student, of_email):
            problems.append((line, f"{path.name}, line {line}: {why}"))
            continue
        if row.get("participant") and not participant:
            problems.append(
                (line, f"{path.name}, line {line}: the participant {_shown(row['participant'])!r} ends in no number.")
            )
            continue
        learner = Learner(student, _names_of(row), row.get("lms_id", ""), participant[1] if participant else "")
        first = found.setdefault(student.casefold(), (line, learner, row))
        if first[2] != row:
            clashes[student.casefold()].append(line)
    for key, lines in clashes.items():
        line, learner, _ = found.pop(key)
        named = ", ".join(str(one) for one in (line, *lines))
        problems.append(
            (line, f"{path.name}, lines {named}: all have the id {learner.id!r}. Give each learner an id of their own.")
        )
    if not found and not problems:
        raise CourseError(f"{path} has a header and no learner below it: add a row for each learner.")
    return Roster({one.id: one for _, one, _ in found.values()}, tuple(text for _, text in sorted(problems)))


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Every row that is not blank, with the number of the line that it ends on."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES + 1)
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except OSError as error:
        raise CourseError(f"the roster {path} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise CourseError(f"the roster {path} is not UTF-8: save it as “CSV UTF-8”.") from error
    if len(data) > FILE_BYTES:
        raise CourseError(f"the roster {path} is larger than {_size(FILE_BYTES)}: that is no roster.")
    text = re.sub(r"\Asep=.[ \t]*\r?\n", "", text)  # Excel's own first line
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=lambda one: len(next(csv.reader([first], delimiter=one), [])))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise CourseError(f"the roster {path} is no CSV file: line {reader.line_num}: {error}.") from error
    if not rows:
        raise CourseError(
            f"the roster {path} is empty: it needs a header with a column `id`, and a row for each learner."
        )
    return rows


def _columns(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Where each column that is used stands."""
    if _is_canvas(header):
        if "sis_login_id" not in header:
            raise CourseError(
                f"{path} is Canvas's gradebook export without the column SIS Login ID, which is the student id here: "
                "export it as someone who may see SIS data, or write a roster with the columns id and lms_id."
            )
        return {name: header.index(column) for name, column in _CANVAS_COLUMNS.items()}
    columns: dict[str, int] = {}
    for name, aliases in _COLUMNS.items():
        present = [at for at, cell in enumerate(header) if cell in aliases]
        if len(present) > 1:
            named = " and ".join(f"`{header[at]}`" for at in present)
            raise CourseError(f"the roster {path} has two columns for one thing, {named}: keep one of them.")
        if present:
            columns[name] = present[0]
    if "id" not in columns and not {"participant", "email"} <= columns.keys():
        raise CourseError(
            f"the roster {path} has no column `id` (or `student`, `student_id`, `username`) that holds nbgrader's student "
            f"ids; it has: {_shown(', '.join(header))}. Rename the column that names learners to `id`, or give Canvas's gradebook "
            "export or Moodle's grading worksheet (in English) as they are."
        )
    return columns


def _is_canvas(header: Sequence[str]) -> bool:
    return {"student", "id"} <= set(header) and not {"section", "sis_login_id", "sis_user_id"}.isdisjoint(header)


def _is_none_of_canvas(row: Mapping[str, str]) -> bool:
    """Canvas's row of points, and its test student."""
    return not row["id"] and (not row["lms_id"] or row["full_name"] == "Student, Test")


def _bad_id(student: str, of_email: bool) -> str:
    """Why nbgrader could not use this id as a folder's name; empty when it can."""
    if not student:
        return "there is no id." if not of_email else "there is no e-mail address to take the id from."
    if re.search(r"[/\\*?\[\]]", student):
        return f"the id {_shown(student)!r} has one of / \\ * ? [ ] in it, which nbgrader's paths and patterns cannot hold."
    if student.startswith("."):
        return f"the id {_shown(student)!r} begins with a dot: nbgrader does not see such folders."
    if "\n" in student:
        return f"the id {_shown(student)!r} goes over several lines: is a quotation mark opened and not closed?"
    if not student.isprintable():
        return f"the id {_shown(student)!r} has a control character in it."
    if len(student.encode()) > NAME_BYTES:
        return f"the id {_shown(student)!r} is longer than a folder's name can be."
    return ""


def _names_of(row: Mapping[str, str]) -> frozenset[str]:
    """Every reading of a learner's name: platforms write first names or last names first."""
    readings = set()
    for name in (row.get("full_name", ""), f"{row.get('first_name', '')} {row.get('last_name', '')}"):
        words = _plain(name).replace(",", " ").split()
        readings |= {" ".join(words[turn:] + words[:turn]) for turn in range(len(words))}
    return frozenset(readings)


def _packed(name: str) -> str:
    """A name as Canvas writes it: letters and digits only."""
    return re.sub(r"[\W_]", "", _plain(name))


def _plain(name: str) -> str:
    """A name without what platforms change in it: case, kinds of spaces and of letters, quotes, underscores."""
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(re.sub(r"[&<>\"'’`|:\\/]", "", name.replace("_", " ")).split())


# --- Listing ----------------------------------------------------------------------------------------------------------


def _entries(run: Run, source: Path, stack: ExitStack) -> list[Entry]:
    """Every file of a source that may be looked at; what may not is refused."""
    try:
        place = source.resolve(strict=True)
        if place.is_dir():
            return _unwrapped(list(_entries_of_folder(run, place)), place.name)
        if not zipfile.is_zipfile(place):
            raise Refusal("is neither a folder nor a zip: give what the platform downloads, or a folder of it.")
        archive = stack.enter_context(zipfile.ZipFile(place))
        if len(archive.infolist()) > SOURCE_ENTRIES:
            raise Refusal(f"holds more than {SOURCE_ENTRIES} files: collect in smaller parts.")
        time = datetime.fromtimestamp(place.stat().st_mtime, UTC)
        entries = list(_entries_of_zip(archive, place.name, time, run.refuse))
        return _unwrapped(entries, re.sub(r"(?: \(\d+\)|-\d+)$", "", place.stem), place.stem)
    except Refusal as error:
        run.refuse(_shown(str(source)), error)
    except FileNotFoundError:
        run.refuse(_shown(str(source)), "does not exist: give the folder or the zip that the platform downloaded.")
    except _BROKEN as error:
        run.refuse(_shown(str(source)), f"cannot be read ({_why(error)}): download it again.")
    return []


def _entries_of_folder(run: Run, root: Path) -> Iterator[Entry]:
    folders = [""]
    count = 0
    while folders:
        folder = folders.pop(0)
        try:
            found = sorted(os.scandir(root / folder), key=lambda item: item.name)
        except OSError as error:
            run.refuse(_shown(f"{root.name}/{folder}"), f"cannot be read: {error.strerror}.")
            continue
        for item in found:
            name = f"{folder}/{item.name}" if folder else item.name
            shown = _shown(f"{root.name}/{name}")
            count += 1
            if count > SOURCE_ENTRIES:
                raise Refusal(f"holds more than {SOURCE_ENTRIES} files: collect in smaller parts.")
            try:
                if _RUBBISH.fullmatch(item.name):
                    continue
                _check_name(name)
                status = item.stat(follow_symlinks=False)
                if item.is_dir(follow_symlinks=False):
                    folders.append(name)
                    continue
                _check_mode(status.st_mode)
                if status.st_nlink > 1:
                    raise Refusal("is a hard link, whose other name may be anybody's: put a copy in its place.")
            except Refusal as error:
                run.refuse(shown, error)
            except OSError as error:
                run.refuse(shown, f"cannot be read: {error.strerror}.")
            else:
                time = datetime.fromtimestamp(status.st_mtime, UTC)
                yield Entry(name, shown, time, partial(_open_beneath, root, name))


def _open_beneath(root: Path, name: str) -> BinaryIO:
    """Open a file without following a link on the way, whatever has changed since it was listed."""
    *folders, last = name.split("/")
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        file = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
    finally:
        os.close(at)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError("it is not a plain file any more")
    return cast(BinaryIO, os.fdopen(file, "rb"))


def _entries_of_zip(
    archive: zipfile.ZipFile, shown_as: str, otherwise: datetime, refuse: Callable[[str, object], None]
) -> Iterator[Entry]:
    """The files of a zip. `otherwise` is the time of those that have none."""
    for info in archive.infolist():
        name = _name_in(info)
        shown = _shown(f"{shown_as}/{name}")
        try:
            _check_name(name)
            parts = [part for part in name.split("/") if part not in ("", ".")]
            _check_mode(info.external_attr >> 16)
            if info.is_dir() or not parts or any(_RUBBISH.fullmatch(part) for part in parts):
                continue
            if info.flag_bits & 0x41:
                raise Refusal("is encrypted: ask the learner for a file without a password.")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Refusal("is packed in a way that is neither “stored” nor “deflated”: pack it anew.")
        except Refusal as error:
            refuse(shown, error)
        else:

            def reader(info: zipfile.ZipInfo = info) -> BinaryIO:
                return cast(BinaryIO, archive.open(info))

            yield Entry("/".join(parts), shown, _time_in(info) or otherwise, reader, info.compress_size)


def _name_in(info: zipfile.ZipInfo) -> str:
    """An entry's name. Writers that do not say that it is UTF-8 often write UTF-8 all the same."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return name


def _time_in(info: zipfile.ZipInfo) -> datetime | None:
    """When an entry was last changed: the time with a zone where its writer added that, else this machine's zone."""
    extra = info.extra
    try:
        while len(extra) >= 4:
            kind, size = struct.unpack("<HH", extra[:4])
            if kind == 0x5455 and size >= 5 and extra[4] & 1:
                return datetime.fromtimestamp(struct.unpack("<i", extra[5:9])[0], UTC)
            extra = extra[4 + size :]
        time = datetime(*info.date_time)
        return time.astimezone(UTC) if time != _NOWHERE else None
    except (ValueError, OverflowError, OSError, struct.error):
        return None


def _check_name(name: str) -> None:
    """Raise Refusal for a path that leads out of its folder, or that no one can read."""
    parts = name.split("/")
    if any(unicodedata.category(letter) == "Cc" for letter in name):
        raise Refusal("has a control character in its name: rename it.")
    if any("\ud800" <= letter <= "\udfff" for letter in name):
        raise Refusal("has a name that is not UTF-8: rename it.")
    if len(name.encode()) > PATH_BYTES or any(len(part.encode()) > NAME_BYTES for part in parts) or len(parts) > DEPTH:
        raise Refusal("has a name or a path that is too long: shorten it.")
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise Refusal("has an absolute path, which leads out of its folder: pack it anew with relative ones.")
    if "\\" in name:
        raise Refusal("has a backslash in its name, which is a folder on some systems: rename it.")
    if ".." in parts:
        raise Refusal("has a path that leads out of its folder (..): pack it anew.")


def _check_mode(mode: int) -> None:
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFLNK:
        raise Refusal("is a symbolic link, and links are not followed: put the file in its place.")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refusal("is a device, a pipe or a socket, and no file.")


def _unwrapped(entries: list[Entry], *names: str) -> list[Entry]:
    """Without the one folder that packing a folder puts around everything; it has the source's name, or nbgrader's."""
    heads = {entry.parts[0] for entry in entries}
    wrapped = len(heads) == 1 and all(len(entry.parts) > 1 for entry in entries)
    if not wrapped or heads.isdisjoint((*names, "submitted")):
        return entries
    return [replace(entry, name=entry.name.partition("/")[2]) for entry in entries]


# --- Claiming ---------------------------------------------------------------------------------------------------------


def _claims(run: Run, source: Path, stack: ExitStack) -> Iterator[Claim]:
    entries = _entries(run, source, stack)
    times = _times_kept(run, entries)
    for entry in entries:
        try:
            claim = _claim(run, entry)
        except Refusal as error:
            run.refuse(entry.shown, error)
            continue
        if claim is not None:
            kept = times.get(entry.name.rpartition("/")[0])
            yield replace(claim, entry=replace(entry, time=kept)) if kept else claim


def _claim(run: Run, entry: Entry) -> Claim | None:
    """Whose an entry is; None for what is no submission of a file. Raises Refusal where nobody or several are meant."""
    head, *below = entry.parts
    if moodle := _MOODLE.fullmatch(head):
        return _moodle(run.roster, entry, moodle, below)
    if _MOODLE_TEAM.fullmatch(head):
        raise Refusal("is a team's submission on Moodle: copy it to a folder named by the id of each learner.")
    if below:
        return _plain_folder(run, entry, head, below)
    if _CANVAS_ANONYMOUS.fullmatch(head):
        raise Refusal("has no name: the Canvas assignment is anonymous. Post its grades, and download again.")
    if readings := _canvas_readings(run.stem, head):
        return _canvas(run.roster, entry, readings)
    if text := _CANVAS_TEXT.fullmatch(head):
        name, late = _late(text["name"])
        found, number = _person(run.roster, "lms_id", text["number"], [name])
        return Claim(found, entry, head, number, late=late)
    return _plain_file(run, entry, head)


def _person(roster: Roster, kind: str, number: str, names: Sequence[str]) -> tuple[Learner, str]:
    """The learner with this number, or else with one of these names; and the number, when the name told who it is."""
    found = roster.of_number(kind, number)
    by_name = not found
    if by_name:
        found = list(dict.fromkeys(one for name in names for one in roster.of_name(kind, name)))
    if len(found) > 1:
        same = ", ".join(sorted(one.id for one in found))
        what = "name" if by_name else f"`{kind}`"
        raise Refusal(f"fits several learners with the same {what}: {same}. {_ADD[kind]} Then collect again.")
    if not found and any(getattr(one, kind) for one in roster.learners.values()):
        raise Refusal(f"fits no learner of the roster, by number ({number}) or by name. {_OTHER[kind]}")
    if not found:
        raise Refusal(f"fits no learner of the roster, by number ({number}) or by name. {_ADD[kind]}")
    return found[0], number if by_name else ""


_ADD = {
    "lms_id": "Add Canvas's user ids to the roster as a column `lms_id`; its gradebook export has them as ID.",
    "participant": "Add Moodle's numbers to the roster as a column `participant`; the grading worksheet has them.",
}
_OTHER = {
    "lms_id": "The roster has Canvas's user ids, and this is none of them: add a row for this learner.",
    "participant": (
        "Moodle's numbers differ from one assignment to the next: take the grading worksheet of this one, or leave the column out. "
        "A learner who is new needs a row."
    ),
}


def _moodle(roster: Roster, entry: Entry, head: re.Match[str], below: Sequence[str]) -> Claim | None:
    if head["plugin"] != "file":
        return None
    file = below[-1] if below else head["rest"] or ""
    if not file:
        raise Refusal("has no file name after Moodle's part of it: download it again.")
    pieces = head["name"].split("-")
    names = ["-".join(pieces[at:]) for at in range(len(pieces))]
    learner, number = _person(roster, "participant", head["number"], names)
    return Claim(learner, entry, file, number)


@dataclass(frozen=True)
class _Reading:
    """One way to read a Canvas file name."""

    name: str
    user: str
    attachment: int
    file: str
    late: bool


def _canvas_readings(stem: str, head: str) -> list[_Reading]:
    """Every way to read a Canvas file name. A number that begins the assignment's own name is no attachment's."""
    readings = []
    for match in _CANVAS.finditer(head):
        if len(match[1]) > 20 or len(match[2]) > 20 or head.startswith(f"{stem}", match.start(2)):
            continue
        name, late = _late(head[: match.start()])
        readings.append(_Reading(name, match[1], int(match[2]), head[match.end(2) + 1 :], late))
    return readings


def _late(name: str) -> tuple[str, bool]:
    return name.removesuffix("_LATE"), name.endswith("_LATE")


def _canvas(roster: Roster, entry: Entry, readings: Sequence[_Reading]) -> Claim:
    found: dict[Learner, tuple[_Reading, str]] = {}
    problem: Refusal | None = None
    for reading in readings:
        try:
            learner, number = _person(roster, "lms_id", reading.user, [reading.name])
            found.setdefault(learner, (reading, number))
        except Refusal as error:
            problem = problem or error
    if not found:
        raise problem or Refusal("fits no learner of the roster.")
    learner, (reading, number) = next(iter(found.items()))
    agrees = _packed(reading.name) in {_packed(name) for name in learner.names}
    if len(found) > 1 or (len(readings) > 1 and not agrees):
        users = ", ".join(reading.user for reading in readings)
        raise Refusal(
            f"can be read as a file of any of the Canvas users {users}, and the name in it agrees with none of them or with "
            "several: rename it to the learner's id (ID.ipynb)."
        )
    return Claim(learner, entry, reading.file, number, reading.attachment, reading.late)


def _plain_folder(run: Run, entry: Entry, head: str, below: Sequence[str]) -> Claim | None:
    learner = run.roster.learners.get(unicodedata.normalize("NFC", head))
    if learner is None:
        raise Refusal(
            f"fits no learner: {_shown(head)!r} is neither an id of the roster nor a name that Moodle or Canvas gives."
        )
    if len(below) > 1 and below[0] in set(run.course.stems) - {run.stem}:
        return None
    if len(below) > 2 or (len(below) == 2 and below[0] != run.stem):
        raise Refusal(f"lies too deep: notebooks are looked for in {learner.id} and {learner.id}/{run.stem}.")
    if below[-1] in _NBGRADERS:
        return None
    return Claim(learner, entry, below[-1])


def _plain_file(run: Run, entry: Entry, head: str) -> Claim:
    name = unicodedata.normalize("NFC", head)
    base = name.rpartition(".")[0]
    found = [one for one in run.roster.learners.values() if base == one.id or name.startswith(f"{one.id}_")]
    if len(found) > 1:
        named = ", ".join(sorted(one.id for one in found))
        raise Refusal(f"fits several learners ({named}): put it into a folder named by the id of the right one.")
    if not found:
        raise Refusal(
            "fits no learner: the name is neither one that Moodle or Canvas gives, nor does it begin with an id of the "
            "roster. "
            + (
                "If it is what the platform downloaded, unpack what it lies in, and give this zip."
                if name.casefold().endswith(".zip")
                else "If it is what the platform downloaded, give the zip itself."
            )
        )
    own = base == found[0].id
    return Claim(found[0], entry, head if own else name[len(found[0].id) + 1 :])


def _times_kept(run: Run, entries: Iterable[Entry]) -> dict[str, datetime]:
    """The time of each folder STUDENT/STEM that nbgrader wrote one in."""
    times = {}
    for entry in entries:
        head, *below = entry.parts
        if below == [run.stem, "timestamp.txt"] and unicodedata.normalize("NFC", head) in run.roster.learners:
            with suppress(*_BROKEN, OverflowError), entry.open() as file:
                times[entry.name.rpartition("/")[0]] = _parsed(file.read(200).decode())
    return times


def _by_learner(run: Run, claims: Iterable[Claim]) -> dict[Learner, list[Claim]]:
    """Claims by learner, less those of two people whom the platform knows by the same name and the roster as one."""
    handed: dict[Learner, list[Claim]] = defaultdict(list)
    for claim in claims:
        handed[claim.learner].append(claim)
    for learner, theirs in list(handed.items()):
        numbers = sorted({claim.number for claim in theirs if claim.number})
        if len(numbers) < 2:
            continue
        for claim in theirs:
            if claim.number:
                run.refuse(
                    claim.entry.shown,
                    f"fits {learner.id} by name, but so do files of other numbers ({', '.join(numbers)}): several people "
                    "have that name. Add `participant` (Moodle) or `lms_id` (Canvas) to the roster.",
                )
        handed[learner] = [claim for claim in theirs if not claim.number]
    return handed


# --- Taking -----------------------------------------------------------------------------------------------------------


def _take(run: Run, learner: Learner, claims: Sequence[Claim], folder: Path) -> Outcome:
    """Choose among what one learner handed in, and place it."""
    run.meter.learner = 0
    before = len(run.refused)
    notes: list[str] = []
    with ExitStack() as stack:
        offers = [offer for claim in claims for offer in _offers(run, claim, notes, stack)]
        if not offers:
            files = ", ".join(claim.file for claim in claims[:3]) or "—"
            why = "refused: no notebook" if len(claims) else "refused: two people have this name"
            return Outcome(learner, _shown(files), None, why, "red")
        by_attachment = all(offer.claim.attachment for offer in offers)
        offers.sort(key=lambda offer: offer.order(run.stem, by_attachment))
        chosen = offers[-1]
        try:
            data = _undisputed(run, offers, by_attachment)
            said = place(folder, run.stem, data, chosen.claim.entry.time)
        except Refusal as error:
            run.refuse(chosen.entry.shown, error)
            return Outcome(learner, _shown(chosen.file), chosen.claim.entry.time, "refused: see below", "red")
        except OSError as error:
            run.refuse(chosen.entry.shown, f"cannot be placed in {folder.parent.name}/{folder.name}: {error.strerror}.")
            return Outcome(learner, _shown(chosen.file), chosen.claim.entry.time, "refused: see below", "red")
    if chosen.claim.late:
        said += "; late, says Canvas"
    ignored = [_shown(offer.file) for offer in reversed(offers[:-1])] + notes
    if ignored:
        said += f"; ignored: {_some(ignored)}"
    if len(run.refused) > before:
        said += "; other files refused, see below"
    return Outcome(learner, _shown(chosen.file), chosen.claim.entry.time, said)


def _offers(run: Run, claim: Claim, notes: list[str], stack: ExitStack) -> Iterator[Offer]:
    kind = claim.file.rpartition(".")[2].casefold()
    if kind == "ipynb":
        yield Offer(claim, claim.entry, claim.file)
    elif kind == "zip":
        try:
            yield from _offers_of_zip(run, claim, notes, stack)
        except Refusal as error:
            run.refuse(claim.entry.shown, error)
    else:
        run.refuse(claim.entry.shown, "is not a notebook: only files named .ipynb, or a .zip of them, are collected.")


def _offers_of_zip(run: Run, claim: Claim, notes: list[str], stack: ExitStack) -> Iterator[Offer]:
    """The notebooks in a learner's own zip. Its names say nothing about whose it is, its dates nothing about when."""
    data = run.meter.read(claim.entry)
    if data.count(b"PK\x01\x02") > ARCHIVE_ENTRIES:  # before a directory of a million files is built
        raise Refusal(f"holds more than {ARCHIVE_ENTRIES} files: ask the learner for the notebook alone.")
    try:
        archive = stack.enter_context(zipfile.ZipFile(io.BytesIO(data)))
    except _BROKEN as error:
        raise Refusal(f"is no zip that can be read ({_why(error)}): ask the learner for it again.") from error
    refused: list[tuple[str, object]] = []
    others: list[str] = []
    found = 0
    for entry in _entries_of_zip(
        archive, claim.entry.shown, claim.entry.time, lambda shown, why: refused.append((shown, why))
    ):
        file = entry.parts[-1]
        if file.casefold().endswith(".ipynb"):
            found += 1
            yield Offer(claim, entry, file)
        elif file.casefold().endswith(".zip"):
            refused.append((entry.shown, "is a zip in a learner's zip, and those are not opened."))
        else:
            others.append(file)
    for shown, why in refused[:10]:
        run.refuse(shown, why)
    if len(refused) > 10:
        run.refuse(claim.entry.shown, f"holds {len(refused) - 10} more entries that are refused.")
    if not found:
        raise Refusal("is a zip without a notebook that can be taken.")
    if others:
        notes.append(f"{len(others)} other files in {_shown(claim.file)}")


def _undisputed(run: Run, offers: Sequence[Offer], by_attachment: bool) -> bytes:
    """The bytes of the last offer. Raises Refusal when another is as late, and another notebook."""
    chosen = offers[-1]
    data = run.meter.read(chosen.entry)
    for other in offers[:-1]:
        as_late = other.order(run.stem, by_attachment) == chosen.order(run.stem, by_attachment)
        if as_late and run.meter.read(other.entry) != data:
            raise Refusal(
                f"is as new as {_shown(other.entry.shown)}, and neither name tells which to grade: leave one of them."
            )
    return data


def place(folder: Path, stem: str, data: bytes, time: datetime) -> str:
    """Make `folder` the submission of these bytes, unless a newer one is there; say what was done."""
    student = folder.parent
    aside, old = student / f".{stem}.new", student / f".{stem}.old"
    for path in (student, folder, aside, old):
        if path.is_symlink():
            raise Refusal(
                f"is not placed: {path.parent.name}/{path.name} is a symbolic link, and links are not followed."
            )
    if old.exists() and not folder.exists():  # a run was cut off between two renames
        old.rename(folder)
    if folder.exists() and not folder.is_dir():
        raise Refusal(f"is not placed: {student.name}/{folder.name} is a file: remove it.")
    notebook = folder / f"{stem}.ipynb"
    there = notebook.read_bytes() if notebook.is_file() else None
    stamp, secret = _stored(folder / "timestamp.txt"), _stored(folder / "submission_secret.txt")
    stored: datetime | None = None
    with suppress(ValueError, OverflowError):
        stored = _parsed(stamp) if stamp else None
    if there == data and stored and secret:
        return "unchanged"
    if there is not None and there != data and stored and time <= stored:
        return "left: older than what was collected" if time < stored else "left: as old as what was collected"
    if there == data and stored:
        time = stored
    shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    try:
        aside.mkdir(parents=True)
        (aside / notebook.name).write_bytes(data)
        (aside / "timestamp.txt").write_text(f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC", encoding="utf-8")
        (aside / "submission_secret.txt").write_text(secret or secrets.token_hex(64), encoding="utf-8")
        if folder.exists():
            folder.rename(old)
        aside.rename(folder)
    finally:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    return "collected" if there is None else "completed" if there == data else "replaced an older one"


def _stored(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _parsed(stamp: str) -> datetime:
    """A timestamp as nbgrader reads it. Raises ValueError."""
    from nbgrader.utils import parse_utc

    if not stamp.strip():
        raise ValueError("empty")
    return cast(datetime, parse_utc(stamp.strip())).replace(tzinfo=UTC)


# --- Words ------------------------------------------------------------------------------------------------------------


def _like(file: str, stem: str) -> bool:
    """Whether a file has the assignment's name, with what Colab, browsers and Canvas add to it."""
    base = re.sub(r"\.ipynb$", "", unicodedata.normalize("NFC", file), flags=re.IGNORECASE).strip().casefold()
    base = re.sub(r"^(?:copy of )+", "", base)
    rest = base.removeprefix(stem.casefold())
    return base == stem.casefold() + rest and bool(re.fullmatch(r"(?:[ _]?\(\d+\)|-\d+|[-_ ]copy\d*)*", rest))


def _shown(text: str) -> str:
    """Text from outside, safe to print: one line of at most 160 printable characters."""
    safe = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    return safe if len(safe) <= 160 else f"{safe[:100]}…{safe[-59:]}"


def _why(error: Exception) -> str:
    return _shown(str(error) or type(error).__name__)


def _size(count: int) -> str:
    return f"{count / 2**30:.0f} GB" if count >= 2**30 else f"{count / 2**20:.0f} MB"


def _some(names: Sequence[str], limit: int = 3) -> str:
    more = len(names) - limit
    return ", ".join(names[:limit]) + (f" and {more} more" if more > 0 else "")
