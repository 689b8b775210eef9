"""The door: the bytes that a learner hands in become cells, or one sentence that says why not.

Theory of operation
-------------------
The bytes are hostile: nothing of them is believed, and nothing but `Refused` leaves this module. A file passes five gates, each of
linear cost, and each makes the next one safe:

    size, first bytes    what is no notebook at all is named: a PDF, a zip, a picture, a page, a Python file
    encoding             UTF-8, or UTF-16 and UTF-32, with a byte order mark or without
    brackets             how deep and how many, counted outside of strings: `json.loads` recurses, and a list costs 20 times its text
    JSON                 of two equal keys in an object the last one wins; NaN, infinities and huge numbers are read and never used
    shape                nbformat 3 and 4, whatever their minor version

Where nothing is lost, nothing is refused: metadata and ids may be missing, equal or of a wrong type, cells may be of a kind that nobody
knows (they become raw). A cell keeps its kind, source, id (Colab's `metadata.id` where it has no other), nbgrader's grade_id, and, in
Markdown, its pictures. Outputs, tags and personal data (`executionInfo`) end here.

A source is made fit for every later step: line ends become LF; the two halves of a surrogate pair are joined, even where an editor
cut the list of lines between them; what cannot be text (a lone surrogate, a NUL) becomes U+FFFD, so that the source can be written
as UTF-8 and given to `compile`.
"""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from autograder.grade.limits import DEFAULT, MB, Limits
from autograder.grade.submission import Refused, SubmittedCell

PICTURES = ("image/png", "image/jpeg", "image/gif")
MAX_CONTAINERS = 300_000  # lists and objects in the file: each takes up to 232 bytes of memory
MAX_VALUES = 2_000_000
MAX_NAME = 200  # characters of an id, a grade_id or an attachment's name

_CHUNK = 1 * MB  # characters scanned at a time
_FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive (or an Office document)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"\xd0\xcf\x11\xe0", "an Office document"),
    (b"{\\rtf", "a text document (RTF)"),
)
_HAND_IN = "hand in the notebook itself, the .ipynb file"
_SAVE = "open it in JupyterLab, save it, and hand it in again"
_SURROGATE = re.compile("[\ud800-\udfff]")
_BACKSLASHES = re.compile(r"\\+")
_PYTHON = re.compile(r"\s*(?:#|import |from |def |class |@\w|\"\"\"|'''|print\()")
_OTHERS = bytes(set(range(128)) - set(b"[]{}"))  # what ASCII has besides brackets


def read(notebook: bytes, limits: Limits = DEFAULT) -> tuple[SubmittedCell, ...]:
    """The cells of a notebook file. Raises Refused, and nothing else."""
    text = _decoded(notebook, limits)
    _weigh(text, limits)
    raw_cells = _raw_cells(_parsed(text))
    if not raw_cells:
        raise Refused(f"The notebook has no cells: check that it is the file you worked in, and {_HAND_IN}.")
    if len(raw_cells) > limits.cells:
        raise Refused(
            f"The notebook has {len(raw_cells)} cells and may have {limits.cells}: delete those you do not need."
        )
    return tuple(_cell(number, raw, limits) for number, raw in enumerate(raw_cells, start=1))


def _decoded(notebook: bytes, limits: Limits) -> str:
    if len(notebook) > limits.file_bytes:
        raise Refused(
            f"The file has {len(notebook) / MB:.1f} MB and may have {limits.file_bytes / MB:.1f} MB: "
            "clear the outputs (Edit > Clear Outputs of All Cells), save, and hand it in again."
        )
    for start, name in _FOREIGN:
        if notebook.startswith(start):
            raise Refused(f"The file is {name}, not a notebook: {_HAND_IN}.")
    if notebook.startswith(b"RIFF") and notebook[8:12] == b"WEBP":
        raise Refused(f"The file is a picture (WebP), not a notebook: {_HAND_IN}.")
    try:
        text = notebook.decode(json.detect_encoding(notebook)).removeprefix("\ufeff")
    except ValueError as error:
        raise Refused(f"The file is not text in UTF-8, so it is no notebook, or it was damaged: {_SAVE}.") from error
    head = text[:500].lstrip()
    if head.startswith("version https://git-lfs"):
        raise Refused(
            f"The file is Git's note of where the notebook lies (LFS), not the notebook: run `git lfs pull`, and {_HAND_IN}."
        )
    if not head and not text.strip():
        raise Refused("The file is empty: save the notebook, and hand it in again.")
    if head.startswith("<") and not head.startswith("<<<<<<<"):
        raise Refused(f"The file is a web page (HTML), not a notebook: download the notebook, and {_HAND_IN}.")
    if _PYTHON.match(head):
        raise Refused(f"The file is a Python file, not a notebook: {_HAND_IN}.")
    return text


def _weigh(text: str, limits: Limits) -> None:
    """Refuse JSON that is too deep to be parsed, or would fill the memory.

    Up to its first error, which ends `json.loads` as well, JSON has backslashes in strings only: without escaped backslashes
    and escaped quotes, every second piece between quotes stands outside of strings.
    """
    depth = containers = values = strings = at = 0
    inside = False
    while at < len(text):
        end = at + _CHUNK
        if run := _BACKSLASHES.match(text, end - 1):  # never cut between a backslash and what it escapes
            end = run.end() + 1
        pieces = text[at:end].replace("\\\\", "").replace('\\"', "").split('"')
        outside = "".join(pieces[inside::2])
        inside ^= len(pieces) % 2 == 0
        at = end
        opened = outside.count("[") + outside.count("{")
        containers += opened
        values += outside.count(",") + opened
        strings += len(pieces) // 2
        if depth + opened > limits.json_depth:
            brackets = outside.encode("ascii", "ignore").translate(None, _OTHERS)
            steps = [1 if bracket in b"[{" else -1 for bracket in brackets]
            deepest = max(itertools.accumulate(steps, initial=depth))
            depth += sum(steps)
        else:
            deepest = depth + opened
            depth += opened - outside.count("]") - outside.count("}")
        if deepest > limits.json_depth:
            raise Refused(
                f"The file is nested more than {limits.json_depth} levels deep, which no editor writes: "
                f"if it is your notebook, clear its outputs, or {_SAVE}."
            )
        if containers > MAX_CONTAINERS or max(values, strings) > MAX_VALUES:
            raise Refused(
                "The file holds too many single values to be a notebook without outputs: "
                "clear the outputs (Edit > Clear Outputs of All Cells), save, and hand it in again."
            )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, strict=False, parse_int=_whole)
    except json.JSONDecodeError as error:
        if re.search(r"^<<<<<<< ", text, re.MULTILINE):
            raise Refused(
                "The file holds the marks of a merge that Git could not finish (<<<<<<<): "
                "finish the merge, open the notebook to see that it is whole, and hand it in again."
            ) from error
        if error.msg.startswith("Unterminated string") or error.pos >= len(text.rstrip()):
            raise Refused(
                f"The file breaks off in the middle: it was not saved or copied completely; {_SAVE}."
            ) from error
        where = f"line {error.lineno}, column {error.colno}"
        raise Refused(f"The file is not a notebook, or it was damaged ({where}: {error.msg}): {_SAVE}.") from error
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise Refused(f"The file is not a notebook that can be read: {_SAVE}.") from error


def _whole(digits: str) -> int:
    """Python refuses to read very long integers; the only one looked at here is a version."""
    return int(digits) if len(digits) < 20 else -1


def _raw_cells(data: Any) -> list[Any]:
    """The list of cells, each still as the file has it."""
    if not isinstance(data, dict):
        raise Refused(f"The file is JSON, but no notebook: {_HAND_IN}.")
    major = data.get("nbformat", 3 if "worksheets" in data and "cells" not in data else 4)
    if isinstance(major, bool) or not isinstance(major, int) or major < 1:
        raise Refused(f"The file does not say which notebook format it has (nbformat): {_SAVE}.")
    if major < 3:
        raise Refused(f"The notebook is in the old format {major}, which this grader does not read: {_SAVE}.")
    if major > 4:
        raise Refused(
            f"The notebook is in format {major}, newer than this grader knows: save it as nbformat 4 "
            "(JupyterLab does), and hand it in again."
        )
    if major == 3 and "cells" not in data:
        worksheets = data.get("worksheets")
        if not isinstance(worksheets, list) or not all(isinstance(sheet, dict) for sheet in worksheets):
            raise Refused(f"The notebook has no list of cells: {_SAVE}.")
        sheets = [sheet.get("cells", []) for sheet in worksheets]
        if not all(isinstance(sheet, list) for sheet in sheets):
            raise Refused(f"The notebook has no list of cells: {_SAVE}.")
        return [_modern(raw) for sheet in sheets for raw in sheet]
    cells = data.get("cells")
    if not isinstance(cells, list):
        raise Refused(f"The notebook has no list of cells: check that it is a notebook, or {_SAVE}.")
    return cells


def _modern(raw: Any) -> Any:
    """A cell of nbformat 3 as one of nbformat 4."""
    if not isinstance(raw, dict):
        return raw
    kind, source = raw.get("cell_type"), raw.get("source", "")
    if kind == "code":
        source = raw.get("input", source)
    elif kind == "heading":
        level = raw.get("level")
        kind, source = "markdown", _text(source)
        if source is not None:
            source = (
                "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1) + " " + source.replace("\n", " ")
            )
    return {**raw, "cell_type": kind, "source": source}


def _cell(number: int, raw: Any, limits: Limits) -> SubmittedCell:
    if not isinstance(raw, dict):
        raise Refused(f"Cell {number} of the notebook is not a cell, so the file was damaged: {_SAVE}.")
    source = _text(raw.get("source", ""))
    if source is None:
        raise Refused(f"Cell {number} of the notebook has no text that can be read (its source): {_SAVE}.")
    source = _clean(source)
    if len(source) * 3 > limits.cell_bytes and len(source.encode()) > limits.cell_bytes:
        raise Refused(
            f"Cell {number} of the notebook holds more than {limits.cell_bytes / MB:g} MB of text: "
            "move data and pictures out of it, and hand it in again."
        )
    kind = raw.get("cell_type")
    kind = kind if kind in ("code", "markdown", "raw") else "raw"
    metadata = _object(raw.get("metadata"))
    return SubmittedCell(
        kind=kind,
        source=source,
        id=_name(raw.get("id")) or _name(metadata.get("id")),
        grade_id=_name(_object(metadata.get("nbgrader")).get("grade_id")),
        attachments=_attachments(raw.get("attachments")) if kind == "markdown" else MappingProxyType({}),
    )


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:
    """A string, or a list of strings, as notebooks store text; None for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return None


def _clean(text: str) -> str:
    """Text that can be written as UTF-8 and compiled, with LF at its line ends."""
    if not text.isascii() and _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")


def _name(value: Any) -> str:
    return _clean(value) if isinstance(value, str) and len(value) <= MAX_NAME else ""


def _attachments(value: Any) -> Mapping[str, Mapping[str, str]]:
    """The pictures among a cell's attachments; what is not well formed is dropped."""
    kept: dict[str, Mapping[str, str]] = {}
    for name, bundle in _object(value).items():
        pictures = {kind: data for kind in PICTURES if (data := _base64(_object(bundle).get(kind)))}
        if pictures and _name(name):
            kept[_name(name)] = MappingProxyType(pictures)
    return MappingProxyType(kept)


def _base64(value: Any) -> str:
    """Base64 without blanks; empty where it is none."""
    data = "".join((_text(value) or "").split())
    try:
        base64.b64decode(data, validate=True)
    except ValueError:
        return ""
    return data
