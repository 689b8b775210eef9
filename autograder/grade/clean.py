"""What a learner wrote, made harmless: outputs, Markdown, attachments and names of a notebook that others will open.

Theory of operation
-------------------
A graded notebook is read by mistune (feedback, the formgrader), by marked (JupyterLab) and by whatever an instructor opens it
with, and these disagree about what is code, what is HTML and what is a formula. So nothing here relies on how Markdown is parsed:
`markdown` changes single characters such that every parser meets something harmless.

    `<` before a letter, `/`, `!` or `?`    stays only where it begins a tag of the short list below, which is then written anew,
                                            with the few attributes listed and every value encoded
    `](`, `]:`                              stay links only before a literal http://, https://, mailto: or #
    `![`                                    stays a picture only with data of a picture, or an attachment, in it
    `\\href` and its kin                     name no TeX command any more

What is written in place of such a character depends on what we take the place for: an entity in prose, a space in a formula, a
zero-width space in code. A wrong guess looks odd; it is never dangerous. HTML in outputs goes through a parser and its allow-list
(nh3); everything else is text or a picture whose bytes were looked at. No function here raises, whatever it is given, and what
is cut says so.
"""

from __future__ import annotations

import base64
import binascii
import html as entities
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import nh3

from autograder.grade.limits import DEFAULT, Limits

GAP = "\u200b"  # breaks what it stands in and is not seen
PIXELS = 40_000_000  # of one picture: a small file can hold a huge one
OUTPUTS = 500  # of one cell
TAGS_IN_HTML = 20_000
FORMULAS = 200  # of each way to begin one but the dollar, in one cell
DEPTH = 60  # of tags in each other

_INLINE = ("b", "i", "em", "strong", "u", "s", "del", "ins", "sub", "sup", "kbd", "code", "mark", "small", "q", "abbr")
_BLOCKS = ("p", "div", "span", "center", "pre", "blockquote", "ul", "ol", "li", "dl", "dt", "dd", "details", "summary")
_TABLES = ("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_VOID = ("br", "hr", "img")
TAGS = frozenset((*_INLINE, *_BLOCKS, *_TABLES, *_HEADINGS, *_VOID, "a"))
_UNCLOSED = frozenset(("p", "li", "dt", "dd", "tr", "th", "td", "thead", "tbody", "tfoot"))  # HTML closes these itself

_NUMBER, _SIZE = re.compile(r"\d{1,4}"), re.compile(r"\d{1,4}%?")
_SIDES = re.compile(r"left|right|center|justify")
_ANY = re.compile(r"(?s).{0,2000}")
_LINK = re.compile(r"(?i)https?://[^\s<>]{0,2000}|mailto:[^\s<>]{0,500}|#[^\s<>]{0,500}")
_ATTRIBUTES: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "a": {"href": _LINK, "title": _ANY},
    "img": {"alt": _ANY, "title": _ANY, "width": _SIZE, "height": _SIZE, "align": _SIDES},
    "abbr": {"title": _ANY},
    "details": {"open": re.compile(r"(?:open)?")},
    "ol": {"start": _NUMBER},
    **{tag: {"align": _SIDES} for tag in ("p", "div", "table", "tr", *_HEADINGS)},
    **{tag: {"align": _SIDES, "colspan": _NUMBER, "rowspan": _NUMBER} for tag in ("th", "td")},
}

# TeX that links, styles or names things in the page, or loads more TeX.
_COMMANDS = (
    r"href|url|unicode|style|class|cssId|require|autoload|bbox|data|mmlToken|includegraphics|csname|html[A-Za-z]*"
)
_COMMAND = re.compile(rf"\\(?=(?:{_COMMANDS})(?![A-Za-z]))")
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,([A-Za-z0-9+/]+={0,2})")


# Text and names -----------------------------------------------------------------------------------------------------


_ESCAPES = re.compile(
    r"\x1b(?:\[(?P<csi>[0-?]*)[ -/]*(?P<end>[@-~])|\][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)?|[^\[\]\n]|\Z|(?=[\[\]]))"
)
_COLOUR = re.compile(r"[0-9;]{0,32}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\ufffe\uffff]")


def text(value: object, limit: int = DEFAULT.output_bytes, *, colours: bool = True) -> str:
    """Plain text for an output: of all control characters only newlines and tabs stay, and escapes that set a colour."""
    if isinstance(value, list | tuple):
        parts, size = [], 0
        for part in value:
            if isinstance(part, str) and size <= limit:
                parts.append(part)
                size += len(part)
        value = "".join(parts)
    if not isinstance(value, str):
        return ""
    longer = len(value) > 4 * limit
    said = _well_formed(value[: 4 * limit])
    if "\r" in said:  # a progress bar writes over itself
        said = said.replace("\r\n", "\n")
        said = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in said.split("\n"))
    if "\x1b" in said:
        said = _ESCAPES.sub(lambda m: _colour(m) if colours else "", said)
    said = _CONTROL.sub("", said) if colours else _CONTROL.sub("", said).replace("\x1b", "")
    return _cut(said, limit, longer)


def code(value: object) -> str:
    """The source of a code cell: as it is, but that it can be written to a file."""
    said = _well_formed(value) if isinstance(value, str) else ""
    return re.sub(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufffe\uffff]", "\ufffd", said)


def name(value: object, limit: int = 64) -> str:
    """A name that can stand in metadata, a file name or an id: letters, digits, `_`, `.` and `-` only."""
    kept = re.sub(r"[^A-Za-z0-9_.-]+", "_", value[: 4 * limit]) if isinstance(value, str) else ""
    return kept.lstrip(".")[:limit] or "unnamed"


def words(value: object, limit: int = 2000) -> str:
    """Text as Markdown, and as HTML, that shows it letter by letter, on one line."""
    said = " ".join(text(value, limit, colours=False).split())
    return re.sub(r"[^\w\s.,;?%/'…✓✗○·–—-]", lambda m: f"&#{ord(m[0])};", said).replace("_", "&#95;")


def _colour(match: re.Match[str]) -> str:
    plain = match["end"] == "m" and _COLOUR.fullmatch(match["csi"])
    return match[0] if plain else ""


def _well_formed(value: str) -> str:
    """Text that can be written as UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _cut(said: str, limit: int, longer: bool = False) -> str:
    raw = said.encode()
    if len(raw) <= limit and not longer:
        return said
    return f"{raw[:limit].decode(errors='ignore')}\n… (cut here: this is longer than {_amount(limit)})"


def _amount(size: int) -> str:
    return f"{size // 1024} KB" if size >= 1024 else f"{size} bytes"


# Pictures -----------------------------------------------------------------------------------------------------------


def _picture(kind: str, value: object, room: int) -> bytes | None:
    """The bytes of a picture in base64, if they are one of that kind, in `room` bytes and no more than PIXELS."""
    if isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        value = "".join(value)
    if not isinstance(value, str) or len(value) > room * 3 // 2 + 4096:
        return None
    try:
        data = base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not 0 < len(data) <= room:
        return None
    if kind == "svg+xml":
        return data if re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:svg|\?xml|!DOCTYPE svg|!--)", data) else None
    size = _dimensions(kind, data)
    return data if size is not None and 0 < size[0] * size[1] <= PIXELS else None


def _dimensions(kind: str, data: bytes) -> tuple[int, int] | None:
    number = int.from_bytes
    if kind == "png" and data[:8] == b"\x89PNG\r\n\x1a\n" and data[12:16] == b"IHDR" and len(data) >= 33:
        return number(data[16:20], "big"), number(data[20:24], "big")
    if kind == "gif" and data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 13:
        return number(data[6:8], "little"), number(data[8:10], "little")
    if kind == "webp" and data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return 1, 1  # no larger than 16383 a side
    if kind == "jpeg" and data[:3] == b"\xff\xd8\xff":
        place = 2
        while place + 9 < len(data) and data[place] == 0xFF:
            mark = data[place + 1]
            if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
                return number(data[place + 7 : place + 9], "big"), number(data[place + 5 : place + 7], "big")
            place += 2 + max(2, number(data[place + 2 : place + 4], "big"))
    return None


@dataclass
class _Album:
    """The pictures of one cell, until there are too many."""

    room: int

    def takes(self, source: object) -> bool:
        """Whether this is the source of a picture that may be shown, which then counts."""
        match = _PICTURE.fullmatch(source) if isinstance(source, str) else None
        data = _picture(match[1], match[2], self.room) if match else None
        self.room -= len(data or b"")
        return data is not None


# HTML ---------------------------------------------------------------------------------------------------------------


_DROPPED = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "svg",
    "math",
    "title",
    "textarea",
    "select",
    "head",
}
_STYLED = ("tr", "th", "td")


def html(source: object, limits: Limits = DEFAULT, *, rendered: bool = False) -> str:
    """HTML of an output, or of Markdown that was `rendered`: pictures, tables, folded text, prose. Empty if nothing is left."""
    return _html(source, limits, _Album(limits.image_bytes), rendered)


def _html(source: object, limits: Limits, album: _Album, rendered: bool = False) -> str:
    source = "".join(part for part in source if isinstance(part, str)) if isinstance(source, list | tuple) else source
    if (
        not isinstance(source, str)
        or len(source) > 2 * (limits.output_bytes + limits.image_bytes)
        or source.count("<") > TAGS_IN_HTML
    ):
        return ""

    def keep(tag: str, attribute: str, value: str) -> str | None:
        if tag == "img" and attribute == "src":
            return value if album.takes(value) else None
        if attribute == "class":
            return value if rendered and _may_be_of_class(tag, value) else "dataframe" if value == "dataframe" else None
        if attribute in ("id", "type", "start") and rendered:
            return value
        if attribute == "style":
            return value
        pattern = _ATTRIBUTES.get(tag, {}).get(attribute)
        return value if pattern is not None and pattern.fullmatch(value) else None

    allowed = {tag: set(names) for tag, names in _ATTRIBUTES.items()}
    allowed["img"].add("src")
    allowed["table"].add("class")
    for tag in _STYLED:
        allowed[tag].add("style")
    if rendered:
        for tag, extra in {
            **dict.fromkeys(_HEADINGS, "id"),
            "div": "class",
            "span": "class",
            "a": "class",
            "code": "class",
            "li": "class",
        }.items():
            allowed.setdefault(tag, set()).add(extra)
    cleaned = nh3.clean(
        _CONTROL.sub("", _well_formed(source)).replace("\x1b", ""),
        tags=set(TAGS | {"input"}) if rendered else set(TAGS),
        clean_content_tags=_DROPPED,
        attributes=allowed,
        attribute_filter=keep,
        url_schemes={"http", "https", "mailto", "data"},
        filter_style_properties={"text-align"},
        set_tag_attribute_values={"input": {"type": "checkbox", "disabled": ""}} if rendered else None,
        link_rel="noopener noreferrer",
    )
    if len(re.sub(_PICTURE, "", cleaned)) > limits.output_bytes or _depth(cleaned) > DEPTH:
        return ""
    cleaned = _COMMAND.sub("\\\\" + GAP, cleaned)
    return cleaned if "<img" in cleaned or re.sub(r"<[^>]*>|&nbsp;", "", cleaned).strip() else ""


def _may_be_of_class(tag: str, value: str) -> bool:
    """The classes that nbconvert's own rendering of Markdown writes: pygments', and those of anchors and lists of tasks."""
    patterns = {
        "span": r"[a-z][a-z0-9]{0,2}(?:-[A-Z][a-z]+)?",
        "div": "highlight",
        "a": "anchor-link",
        "code": r"language-[\w+#.-]{1,30}",
        "li": "task-list-item",
    }
    return tag in patterns and re.fullmatch(patterns[tag], value) is not None


def _depth(source: str) -> int:
    depth = deepest = 0
    for match in re.finditer(r"<(/?)([a-z0-9]+)", source):
        if match[2] not in _VOID:
            depth += -1 if match[1] else 1
            deepest = max(deepest, depth)
    return deepest


# Outputs ------------------------------------------------------------------------------------------------------------


@dataclass
class _Desk:
    """The outputs of one cell as they are cleaned, and the room that is left for them."""

    limits: Limits
    room: int  # bytes of text and pictures together
    album: _Album
    letters: int  # bytes of text
    done: list[dict[str, Any]] = field(default_factory=list)
    remarks: set[str] = field(default_factory=set)  # each is made once
    full: bool = False

    def write(self, value: object, *, colours: bool = True) -> str:
        """Text, as much as there is still room for."""
        if self.full or not isinstance(value, str | list | tuple):
            return ""
        room = min(self.letters, self.room)
        if room <= 0:
            self.full = True
            return "… (no more is shown: the cell's output is too long)\n"
        said = text(value, room, colours=colours)
        used = len(said.encode())
        self.letters -= used
        self.room -= used
        self.full = self.letters <= 0 or self.room <= 0
        return said

    def say(self, sentence: str) -> None:
        """A remark of ours among the outputs."""
        if self.done[-1:] != [_stream("stdout", f"… ({sentence})\n")]:
            self.done.append(_stream("stdout", f"… ({sentence})\n"))


def outputs(raw: object, limits: Limits = DEFAULT, room: int | None = None) -> list[dict[str, Any]]:
    """nbformat's outputs, of whatever shape they came in, as valid ones that can be shown: text, pictures, figures, tables.

    `room` is what is left of the bytes that the whole notebook may hold.
    """
    room = limits.total_output_bytes if room is None else max(0, room)
    desk = _Desk(limits, room, _Album(min(limits.image_bytes, room)), limits.output_bytes)
    items = list(raw) if isinstance(raw, list | tuple) else []
    for item in items[:OUTPUTS]:
        if isinstance(item, Mapping):
            _output(item, desk)
        if desk.full or min(desk.letters, desk.room) <= 0:
            desk.say("no more is shown: the cell's output is too long")
            break
    if len(items) > OUTPUTS:
        desk.say(f"no more is shown: the cell has {len(items)} outputs")
    return desk.done


def size_of(shown: list[dict[str, Any]]) -> int:
    """Roughly, the bytes that cleaned outputs fill in a file."""
    total = 0
    for output in shown:
        strings = [output.get("text", ""), output.get("evalue", "")]
        strings += [*output.get("traceback", ()), *output.get("data", {}).values()]
        total += sum(len(string.encode()) for string in strings)
    return total


def _output(item: Mapping[Any, Any], desk: _Desk) -> None:
    kind = item.get("output_type")
    if kind == "stream":
        stream = "stderr" if item.get("name") == "stderr" else "stdout"
        said = desk.write(item.get("text"))
        if desk.done and desk.done[-1]["output_type"] == "stream" and desk.done[-1]["name"] == stream:
            desk.done[-1]["text"] += said
        elif said:
            desk.done.append(_stream(stream, said))
    elif kind == "error":
        lines = item.get("traceback")
        lines = lines if isinstance(lines, list | tuple) else []
        said = desk.write("\n".join(line for line in lines if isinstance(line, str)))
        evalue = desk.write(item.get("evalue"), colours=False)
        ename = " ".join(text(item.get("ename"), 100, colours=False).split()) or "Error"
        traceback = (said or f"{ename}: {evalue}").split("\n")
        desk.done.append({"output_type": "error", "ename": ename, "evalue": evalue, "traceback": traceback})
    elif kind in ("display_data", "update_display_data", "execute_result", "pyout"):
        data = item.get("data")
        shown = _bundle(data if isinstance(data, Mapping) else {}, desk)
        if not shown:
            return
        output: dict[str, Any] = {"output_type": "display_data", "data": shown, "metadata": {}}
        if kind == "execute_result":
            output |= {"output_type": "execute_result", "execution_count": count(item.get("execution_count"))}
        desk.done.append(output)


def count(value: object) -> int | None:
    """A cell's number, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def _bundle(data: Mapping[Any, Any], desk: _Desk) -> dict[str, str]:
    shown: dict[str, str] = {}
    remarks: list[str] = []
    for kind in ("png", "jpeg"):
        if (mime := f"image/{kind}") in data:
            picture = _picture(kind, data[mime], min(desk.album.room, desk.room))
            if picture is None:
                remarks.append("a picture is not shown: it is no picture, or the cell has too many or too large ones")
            else:
                shown[mime] = base64.b64encode(picture).decode()
                desk.album.room -= len(picture)
                desk.room -= len(shown[mime])
                break
    markup = _html(data["text/html"], desk.limits, desk.album) if "text/html" in data else ""
    if not markup and "image/svg+xml" in data and not shown:
        drawing = data["image/svg+xml"]
        drawing = "".join(p for p in drawing if isinstance(p, str)) if isinstance(drawing, list | tuple) else drawing
        encoded = base64.b64encode(_well_formed(drawing).encode()).decode() if isinstance(drawing, str) else ""
        markup = _html(f'<img alt="" src="data:image/svg+xml;base64,{encoded}">', desk.limits, desk.album)
        markup = markup if "src=" in markup else ""
    letters = len(re.sub(_PICTURE, "", markup).encode())
    if markup and letters <= desk.letters and len(markup.encode()) <= desk.room:
        shown["text/html"] = markup
        desk.letters -= letters
        desk.room -= len(markup.encode())
    for mime in ("text/plain", "text/markdown", "text/latex"):
        if said := desk.write(data.get(mime)):
            shown["text/plain"] = said
            break
    if not shown:
        kinds = ", ".join(sorted({name(mime.replace("/", "."), 40) for mime in data if isinstance(mime, str)})[:5])
        remarks.append(f"an output is not shown: only text, pictures and tables are{f', not {kinds}' if kinds else ''}")
    if new := [remark for remark in dict.fromkeys(remarks) if remark not in desk.remarks]:
        desk.remarks.update(new)
        shown["text/plain"] = "\n".join(filter(None, (shown.get("text/plain"), *(f"({remark})" for remark in new))))
    return shown


def _stream(name: str, said: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": said}


# Attachments --------------------------------------------------------------------------------------------------------


def attachments(raw: object, limits: Limits = DEFAULT) -> dict[str, dict[str, str]]:
    """A cell's attached pictures, under names that `markdown` finds them by."""
    kept: dict[str, dict[str, str]] = {}
    room = limits.image_bytes
    for given, bundle in list(raw.items())[:100] if isinstance(raw, Mapping) else ():
        for mime, value in bundle.items() if isinstance(given, str) and isinstance(bundle, Mapping) else ():
            kind = mime.removeprefix("image/") if isinstance(mime, str) and mime.startswith("image/") else ""
            data = _picture(kind, value, room) if kind in ("png", "jpeg", "gif", "webp", "svg+xml") else None
            if data is not None and name(given) not in kept:
                kept[name(given)] = {f"image/{kind}": base64.b64encode(data).decode()}
                room -= len(data)
    return kept


# Markdown -----------------------------------------------------------------------------------------------------------


_PROSE, _CODE, _INDENTED, _MATH = "prose", "code", "indented", "math"
_FENCE = re.compile(r"(?m)^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})([^\n]*)$")
_DELIMITER = re.compile(r"\\\\[\[\]()]|\$\$|(?<!\\)\$|\\(?:begin|end)\{[a-z]*\*?\}")
_TOKEN = re.compile(
    rf"(?P<tag><)(?=[A-Za-z/!?])|(?P<picture>!)(?=\[)|(?P<inline>\]\()|(?P<definition>\]:)|(?P<command>\\)(?=(?:{_COMMANDS})(?![A-Za-z]))"
    r"|(?P<fence>(?<![`~])[`~]{3,}+[^\S\n]*+)(?=[^\s`~])"
)
_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9]{0,11})"
    r"(?P<attributes>(?:\s+[A-Za-z_:][\w:.-]{0,40}(?:\s*=\s*(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`]++))?){0,16}+)\s*/?>"
)
_ATTRIBUTE = re.compile(r"([A-Za-z_:][\w:.-]*)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_AUTOLINK = re.compile(
    r"<((?:https?://|mailto:)[^\s<>\"'`\\\[\]]{1,2000}|[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8})>"
)
_DESTINATION = re.compile(
    r"[ \t]*(?:\n[ \t>]*)?(?:(?P<plain>(?i:https?://|mailto:)|#)|<(?P<angled>(?:(?i:https?://|mailto:)|#)[^<>\n]{0,2000})>)"
)
_IMAGE = re.compile(r"!\[(?P<alt>[^\[\]\n]*+)\]\((?P<source>[^\s()<>]*+)(?:[ \t]+\"[^\"\n]*+\")?[ \t]*\)")
_NO_LETTERS = re.compile(r"[^A-Za-z\[\]\n]*")
_HEADING = re.compile(r"(?m)^([ \t>*+:.)\d-]*#{1,6}[ \t]*)(?=[^\s#\u200b])")
_UNDERLINED = re.compile(r"(?m)^([^\n]*[^\s\u200b>])([ \t]*\n[ \t>]*(?:=+|-+)[ \t]*)$")


def markdown(source: object, attached: Collection[str] = (), limits: Limits = DEFAULT) -> str:
    """A learner's Markdown, harmless in every renderer, and reading the same if it was.

    `attached` are the names of the cell's attachments, as `attachments` gives them.
    """
    if not isinstance(source, str):
        return ""
    said = _well_formed(source).replace("\r\n", "\n").replace("\r", "\n")
    said = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\u2028\u2029]", " ", said)
    for opening in ("\\begin{", "\\\\[", "\\\\("):  # mistune looks for the end of each in all that follows
        *few, rest = said.split(opening, FORMULAS)
        said = opening.join([*few, rest.replace(opening, f"{opening[:-1]}{GAP}{opening[-1]}")])
    limit = limits.output_bytes
    if len(re.sub(_PICTURE, "", said)) > limit:
        said = f"{said[:limit]}\n\n… (cut here: this cell is longer than {_amount(limit)})\n"
    return _Page(said, frozenset(attached), _Album(limits.image_bytes)).clean()


@dataclass
class _Page:
    said: str
    attached: Collection[str]
    album: _Album
    pieces: list[str] = field(default_factory=list)
    tags: list[tuple[int, str, str]] = field(
        default_factory=list
    )  # of pieces: which, "open" or "close", the tag's name
    comments: bool = True

    def clean(self) -> str:
        self.borders, self.kinds = _places(self.said)
        self.brackets = [match.start() for match in re.finditer(r"(?<!\\)\[", self.said)]
        place = 0
        while (match := _TOKEN.search(self.said, place)) is not None:
            self.pieces.append(self.said[place : match.start()])
            method = getattr(self, f"_{match.lastgroup}")
            place = method(match, self._kind(match.start()))
        self.pieces.append(self.said[place:])
        self._balance()
        return _without_ids("".join(self.pieces))

    def _kind(self, place: int) -> str:
        return self.kinds[bisect_left(self.borders, place + 1) - 1]

    def _tag(self, match: re.Match[str], kind: str) -> int:
        start = match.start()
        if kind != _MATH:
            if self.said.startswith("<!--", start) and self.comments and kind != _CODE:
                end = self.said.find("-->", start + 4)
                self.comments = end >= 0
                if self.comments:
                    self.pieces.append(" ")
                    return end + 3
            if (link := _AUTOLINK.match(self.said, start)) is not None and kind != _CODE:
                self.pieces.append(link[1] + " " * (self.said[link.end() : link.end() + 1].isalnum()))
                return link.end()
            if (tag := _TAG.match(self.said, start)) is not None and tag["name"].lower() in TAGS:
                written = self._written(tag)
                if kind != _CODE or written == tag[0]:
                    self.pieces.append(written)
                    if kind != _CODE and written.startswith("<") and tag["name"].lower() not in _VOID:
                        self.tags.append(
                            (len(self.pieces) - 1, "close" if tag["close"] else "open", tag["name"].lower())
                        )
                    return tag.end()
        self.pieces.append({_PROSE: "&lt;", _MATH: "< "}.get(kind, "<" + GAP))
        return match.end()

    def _written(self, tag: re.Match[str]) -> str:
        """An allowed tag, anew: nothing of it is copied but what was looked at."""
        of = tag["name"].lower()
        if tag["close"]:
            return f"</{of}>" if of not in _VOID else ""
        kept: dict[str, str] = {}
        for attribute, *values in _ATTRIBUTE.findall(tag["attributes"]):
            attribute, value = attribute.lower(), entities.unescape("".join(values))
            pattern = _ATTRIBUTES.get(of, {}).get(attribute)
            picture = of == "img" and attribute == "src" and "src" not in kept and self.album.takes(value)
            if attribute not in kept and (picture or (pattern is not None and pattern.fullmatch(value))):
                kept[attribute] = value
        if of == "img" and "src" not in kept:
            return words(kept.get("alt", "")) or "(a picture is not shown)"
        return f"<{of}{''.join(_attribute(*item) for item in kept.items())}>"

    def _picture(self, match: re.Match[str], kind: str) -> int:
        image = _IMAGE.match(self.said, match.start())
        source = image["source"] if image is not None else ""
        if image is not None and not re.search(r"[<\\!]", image["alt"]):
            if (
                source.startswith("attachment:")
                and (found := name(unquote(source.removeprefix("attachment:")))) in self.attached
            ):
                self.pieces.append(f"![{image['alt']}](attachment:{found})")
                return image.end()
            if kind != _CODE and self.album.takes(source):
                self.pieces.append(f"![{image['alt']}]({source})")
                return image.end()
        linked = re.match(r"(?i)https?://", source) is not None and kind != _CODE
        self.pieces.append(GAP if linked else "!" + GAP)
        return match.end()

    def _inline(self, match: re.Match[str], kind: str) -> int:
        found = _DESTINATION.match(self.said, match.end())
        if found is None:
            self.pieces.append({_PROSE: "]&#40;", _MATH: "] ("}.get(kind, f"]{GAP}("))
            return match.end()
        if found["plain"] is not None:
            self.pieces.append(match[0])
            return match.end()
        self.pieces.append(match[0] + quote(found["angled"], safe=":/?#&=%~+@;,-."))
        return found.end()

    def _definition(self, match: re.Match[str], kind: str) -> int:
        """A definition's label begins its line, and holds no bracket."""
        before = bisect_left(self.brackets, match.start())
        opened = self.brackets[before - 1] if before else 0
        line = self.said.rfind("\n", 0, opened) + 1
        found = _DESTINATION.match(self.said, match.end())
        if (found is not None and found["plain"] is not None) or not _NO_LETTERS.fullmatch(self.said, line, opened):
            self.pieces.append(match[0])
        else:
            self.pieces.append({_PROSE: "]&#58;", _MATH: "] :"}.get(kind, f"]{GAP}:"))
        return match.end()

    def _command(self, match: re.Match[str], kind: str) -> int:
        found = re.compile(_COMMANDS).match(self.said, match.end())
        if kind == _CODE or found is None:
            self.pieces.append("\\" + GAP)
            return match.end()
        self.pieces.append(f"\\text{{{found[0]}}}")
        return found.end()

    def _fence(self, match: re.Match[str], kind: str) -> int:
        """A diagram language draws what it is told to, so it is shown as it was written."""
        info = re.compile(r"[^\s`~]{1,200}").match(self.said, match.end())
        language = _decoded(info[0]) if info is not None else ""
        self.pieces.append(match[0])
        if info is None or not language.startswith("mermaid"):
            return match.end()
        self.pieces.append("text")
        return info.end()

    def _balance(self) -> None:
        """A tag without its partner is written out: it would reach into the page around the cell."""
        opened: list[tuple[int, str]] = []
        alone: list[int] = []
        for piece, way, of in self.tags:
            if way == "open":
                opened.append((piece, of))
            elif any(of == other for _, other in opened[-200:]):
                while opened[-1][1] != of:
                    alone.append(opened.pop()[0])
                opened.pop()
            else:
                alone.append(piece)
        alone += [piece for piece, _ in opened]
        loose = {piece for piece, way, of in self.tags if way == "open" and of in _UNCLOSED}
        for piece in alone:
            if piece not in loose:
                self.pieces[piece] = "&lt;" + self.pieces[piece][1:]


def _places(said: str) -> tuple[list[int], list[str]]:
    """Where each kind of text begins, and which it is: a guess, on which only the looks depend."""
    marks: list[tuple[int, int, str]] = []
    open_fence: tuple[int, str] | None = None
    for match in _FENCE.finditer(said):
        if open_fence is None and not (match[1][0] == "`" and "`" in match[2]):
            open_fence = (match.end(), match[1])
        elif open_fence is not None and match[1].startswith(open_fence[1]) and not match[2].strip():
            marks.append((open_fence[0], match.start(), _CODE))
            open_fence = None
    if open_fence is not None:
        marks.append((open_fence[0], len(said), _CODE))
    loose = list(_between(marks, len(said)))
    for start, end in loose:
        marks.extend(_spans(said, start, end))
    marks.sort()
    for start, end in list(_between(marks, len(said))):
        marks.extend(_formulas(said, start, end))
    marks.sort()
    for start, end in list(_between(marks, len(said))):
        marks.extend(
            (m.start(), m.end(), _INDENTED) for m in re.compile(r"(?m)^(?: {4}|\t)[^\n]+").finditer(said, start, end)
        )
    marks.sort()
    borders, kinds = [0], [_PROSE]
    for start, end, kind in marks:
        borders += [start, end]
        kinds += [kind, _PROSE]
    return borders, kinds


def _between(marks: list[tuple[int, int, str]], end: int) -> Iterator[tuple[int, int]]:
    place = 0
    for start, stop, _ in marks:
        if place < start:
            yield place, start
        place = max(place, stop)
    if place < end:
        yield place, end


def _spans(said: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Spans in backticks: a run is closed by the next run of its length in the same paragraph."""
    runs = [(m.start(), m.end()) for m in re.compile(r"`+").finditer(said, start, end)]
    where: dict[int, list[int]] = {}
    for first, last in runs:
        where.setdefault(last - first, []).append(first)
    blanks = [m.start() for m in re.compile(r"\n[ \t]*\n").finditer(said, start, end)] if runs else []
    place = start
    for first, last in runs:
        if first >= place:
            equal = where[last - first]
            after = bisect_left(equal, last)
            blank = bisect_left(blanks, last)
            if after < len(equal) and (blank == len(blanks) or equal[after] < blanks[blank]):
                yield first, (place := equal[after] + last - first), _CODE


def _formulas(said: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    found = list(_DELIMITER.finditer(said, start, end))
    where: dict[str, list[int]] = {}
    for number, match in enumerate(found):
        where.setdefault(match[0], []).append(number)
    place = 0
    for number, match in enumerate(found):
        opening = match[0]
        if number < place or opening in ("\\\\]", "\\\\)") or opening.startswith("\\end"):
            continue
        closing = {"\\\\[": "\\\\]", "\\\\(": "\\\\)"}.get(opening, opening.replace("\\begin", "\\end"))
        numbers = where.get(closing, [])
        after = bisect_left(numbers, number + 1)
        if after < len(numbers):
            last = found[numbers[after]]
            inside = said[match.end() : last.start()] if last.start() - match.end() < 2000 or opening != "$" else "\n\n"
            if inside and (opening != "$" or not ("\n\n" in inside or inside[0].isspace() or inside[-1].isspace())):
                yield match.start(), last.end(), _MATH
                place = numbers[after] + 1


def _attribute(attribute: str, value: str) -> str:
    if attribute == "src":
        return f' src="{value}"'
    return f' {attribute}="{re.sub(_SPECIAL, lambda m: f"&#{ord(m[0])};", value)}"'


_SPECIAL = re.compile(r"[^\w .,:;/?%+'()=-]|_")


def _decoded(value: str) -> str:
    for _ in range(3):
        value = entities.unescape(value)
    return re.sub(r"[\s\\\x00-\x20\u200b]", "", value).lower()


def _without_ids(said: str) -> str:
    """Headings whose ids, which nbconvert makes of their text, are no ids of the page's own."""
    places = [match.end(1) for pattern in (_HEADING, _UNDERLINED) for match in pattern.finditer(said)]
    if not places:
        return said
    borders, kinds = _places(said)
    pieces, last = [], 0
    for place in sorted(set(places)):
        if kinds[bisect_left(borders, place + 1) - 1] != _CODE:
            pieces.append(said[last:place])
            last = place
    return GAP.join([*pieces, said[last:]])
