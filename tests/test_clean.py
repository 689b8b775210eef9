"""Cleaning: whatever comes in, what goes out is harmless, bounded, valid, and the same where it was harmless before."""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import injections
import mistune
import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from injections import PNG
from markdown_it import MarkdownIt
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbconvert.filters.strings import strip_files_prefix

from autograder.grade import clean
from autograder.grade.limits import Limits

SVG_FIGURE = "data:image/svg+xml;base64," + base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'></svg>").decode()
FIGURE = f'<img alt="A has shape (2, 3)" width="320" src="{SVG_FIGURE}">'
BITS = (
    *"<>[]()!`~$#|*_\\/ \n\t:=\"'-&;",
    "\n\n",
    "\n> ",
    "<b",
    "<img ",
    "</",
    "](",
    "]: ",
    "![",
    "```",
    "$$",
    "\\begin{a}",
)
WORDS = (
    *(
        "javascript:x",
        "http://evil.invalid/x",
        "files/",
        "src=x",
        "onerror=x",
        "alt='",
        "script",
        "details>",
        "mermaid",
        "&#106;",
    ),
    *(
        "a",
        "[a]",
        "&colon;",
        "&lt;",
        "<!--",
        "-->",
        "\x00",
        "\u2028",
        "\ud800",
        "\\href{",
        "data:image/png;base64,",
        PNG,
        "    ",
    ),
)
SMALL = Limits(output_bytes=2_000, image_bytes=3_000, total_output_bytes=6_000)


class Watch(HTMLParser):
    """What a browser would do with rendered Markdown that it should not."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in clean.TAGS | {"input"}:
            self.wrong.append(f"<{tag}>")
        for attribute, value in attrs:
            said = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if attribute.startswith("on") or attribute in ("srcset", "background", "formaction", "action", "name"):
                self.wrong.append(f"{tag} {attribute}")
            if attribute == "href" and not re.match(r"https?://|mailto:|#", said):
                self.wrong.append(f"href {said}")
            if attribute == "src" and not said.startswith("data:image/"):
                self.wrong.append(f"src {said}")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append(decl)

    handle_pi = unknown_decl = handle_comment = handle_decl


def wrong_in(page: str) -> list[str]:
    watch = Watch()
    watch.feed(page)
    watch.close()
    return watch.wrong


def renderings(source: str, attached: Mapping[str, Any]) -> dict[str, str]:
    """As nbconvert, two other renderers and a page that takes Markdown for HTML would show it."""
    html = MarkdownWithMath(renderer=IPythonRenderer(escape=False, attachments=dict(attached))).render(source)
    return {
        "nbconvert": strip_files_prefix(html),
        "mistune": str(mistune.create_markdown(escape=False, plugins=["table", "url", "footnotes", "math"])(source)),
        "commonmark": MarkdownIt("commonmark", {"html": True}).render(source),
        "HTML": source,
    }


@pytest.mark.parametrize("name", injections.MARKDOWN)
def test_no_markdown_does_anything_in_any_renderer(name: str) -> None:
    source = injections.MARKDOWN[name]
    for before, after in (
        ("", ""),
        ("<details>\n", "\n</details>"),
        ("$$ x\n", "\n"),
        ("```\n", ""),
        ("> - ", ""),
        ("`", "`"),
    ):
        cleaned = clean.markdown(before + source + after)
        for renderer, html in renderings(cleaned, {}).items():
            assert not wrong_in(html), (renderer, before, html)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*BITS, *WORDS]), max_size=40).map("".join))
def test_no_mixture_does_anything_in_any_renderer(source: str) -> None:
    cleaned = clean.markdown(source)
    cleaned.encode()
    for renderer, html in renderings(cleaned, {}).items():
        assert not wrong_in(html), (renderer, cleaned, html)


@pytest.mark.parametrize(
    "source",
    [
        "# \u200bA heading\n\nSome *words*, **more**, ~~fewer~~, `x < y`, a < b, 1 <2, x > y & z.\n\n- one\n- two\n\n1. three\n",
        "| a | b |\n|---|--:|\n| 1 | 2 |\n",
        "[torch](https://pytorch.org/docs/) and [mail](mailto:a@b.org) and [up](#top), https://bare.org/x?a=1&b=2",
        "[ref] and [other][ref]\n\n[ref]: https://pytorch.org 'a title'\n",
        "```python\nif a[0] < b[1]:\n    print(f(x)[0])\n```\n",
        "$a < b$ and $$\\sum_{i=1}^n A_{ij} B_{jk}$$ and \\begin{align}x &= y\\end{align}",
        "<details><summary>Why?</summary>\n\nBecause of `x`.\n\n</details>\n",
        f"A picture:\n\n![a plot](data:image/png;base64,{PNG})\n\n{FIGURE}\n",
        "a <b>bold</b> word, H<sub>2</sub>O, a<br>b, <kbd>Shift</kbd>",
        '<table><tr><th align="right">a</th></tr><tr><td colspan="2">1</td></tr></table>',
        "x[0]: no definition, ``a `tick` b``, a line\\\nbroken, 5 * 3 * 2, snake_case_name, \u00e9t\u00e9 \u4e2d\u6587 \U0001f600",
        "![a plot](attachment:plot.png)",
    ],
)
def test_ordinary_markdown_is_left_alone(source: str) -> None:
    assert clean.markdown(source, ["plot.png"]) == source


@pytest.mark.parametrize(
    ("source", "cleaned"),
    [
        ("if a<b and c</d", "if a&lt;b and c&lt;/d"),
        ("`a<b`", "`a<\u200bb`"),
        ("$a<b$", "$a< b$"),
        ("```html\n<p onclick=x>\n```", "```html\n<\u200bp onclick=x>\n```"),
        ("<https://pytorch.org>", "https://pytorch.org"),
        ("[a](<https://x.org/a b>)", "[a](https://x.org/a%20b)"),
        ("<P ALIGN=center>x</P>", '<p align="center">x</p>'),
        ("<!-- a note -->text", " text"),
        ("![a](https://x.org/a.png)", "\u200b[a](https://x.org/a.png)"),
        ("<b>never closed", "&lt;b>never closed"),
        ("![p](attachment:my%20plot.png)", "![p](attachment:my_plot.png)"),
    ],
)
def test_what_is_changed_reads_the_same(source: str, cleaned: str) -> None:
    assert clean.markdown(source, ["my_plot.png"]) == cleaned


def test_long_markdown_is_cut_and_says_so() -> None:
    cleaned = clean.markdown("word " * 1000, (), SMALL)
    assert len(cleaned) < 2_200
    assert "cut here" in cleaned


@pytest.mark.parametrize(
    "piece", ["<", "<!--", "` ``", "![](", '<b a="', "\\[]:", "$a ", "\\begin{a}", "<b></i>", "> ", "```a\n"]
)
def test_cleaning_takes_no_longer_for_a_trap(piece: str) -> None:
    """A quarter of a megabyte; what takes a time that grows with the square of the length would take minutes."""
    import time

    begun = time.perf_counter()
    clean.markdown(piece * (250_000 // len(piece)))
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize("name", injections.OUTPUTS)
def test_no_output_does_anything(name: str) -> None:
    for output in valid(clean.outputs([injections.OUTPUTS[name]])):
        assert set(output.get("data", {})) <= {"text/plain", "text/html", "image/png", "image/jpeg"}
        assert not output.get("metadata")
        assert not wrong_in(output.get("data", {}).get("text/html", ""))
        assert "javascript" not in output.get("data", {}).get("text/html", "").replace("\\\u200bhref{javascript", "")


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from([PNG, injections.IMG, "\ud800", "\x1b["]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
KEYS = ("output_type", "name", "text", "data", "metadata", "ename", "evalue", "traceback", "execution_count")
MIMES = ("text/plain", "text/html", "image/png", "image/jpeg", "image/svg+xml", "text/latex", "application/javascript")
SHAPED = st.fixed_dictionaries(
    {
        "output_type": st.sampled_from(["stream", "error", "display_data", "execute_result", "update_display_data"])
        | JSON
    },
    optional={key: JSON for key in KEYS[1:] if key != "data"}
    | {"data": st.dictionaries(st.sampled_from(MIMES), JSON, max_size=4) | JSON},
)


@settings(max_examples=200, deadline=None)
@given(st.lists(SHAPED | JSON, max_size=8) | JSON)
def test_outputs_of_any_shape_become_valid_ones(raw: Any) -> None:
    valid(clean.outputs(raw, SMALL))


@settings(max_examples=50, deadline=None)
@given(JSON)
def test_no_function_raises(raw: Any) -> None:
    assert isinstance(clean.text(raw), str)
    assert isinstance(clean.html(raw), str)
    assert isinstance(clean.markdown(raw), str)
    assert isinstance(clean.code(raw), str)
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", clean.name(raw))
    assert not wrong_in(clean.words(raw))
    clean.attachments(raw)
    clean.attachments({"a.png": raw})


def valid(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    cell = nbformat.v4.new_code_cell("x", outputs=[nbformat.from_dict(output) for output in outputs])
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    json.dumps(outputs).encode()
    json.dumps(outputs, ensure_ascii=False).encode()
    return outputs


def test_outputs_are_bounded_and_say_so() -> None:
    line = {"output_type": "stream", "name": "stdout", "text": "x" * 999 + "\n"}
    picture = {"output_type": "display_data", "data": {"image/png": PNG, "text/plain": "<Figure>"}, "metadata": {}}
    table = {"output_type": "display_data", "data": {"text/html": "<table><tr><td>" + "y" * 900 + "</td></tr></table>"}}
    for raw in ([line] * 1000, [picture] * 1000, [table] * 1000, [picture, line, table] * 300):
        shown = valid(clean.outputs(raw, SMALL))
        assert clean.size_of(shown) < 12_000
        assert re.search(r"cut here|no more is shown|not shown", json.dumps(shown))
    assert clean.outputs([line], SMALL, room=0)[-1]["text"].startswith("…")


def test_outputs_keep_what_a_course_shows() -> None:
    figure = {
        "text/html": f"{FIGURE}<details><summary>Figure in words</summary>a<br>b</details>",
        "text/plain": "Figure: A",
    }
    frame = '<div>\n<style scoped>th {}</style><table border="1" class="dataframe"><tr style="text-align: right;"><th>a</th></tr></table></div>'
    raw = [
        {
            "output_type": "stream",
            "name": "stdout",
            "text": ["  0%\r", " 50%\r", "100%\n", "\x1b[31mred\x1b[0m\x1b[2K\n"],
        },
        {
            "output_type": "execute_result",
            "data": figure,
            "metadata": {"text/html": {"isolated": True}},
            "execution_count": 3,
        },
        {"output_type": "display_data", "data": {"image/png": PNG + "\n", "text/plain": "<Figure>"}, "metadata": {}},
        {"output_type": "display_data", "data": {"text/html": frame, "text/plain": "a"}, "metadata": {}},
        {"output_type": "display_data", "data": {"text/latex": "$x^2$"}, "metadata": {}},
    ]
    stream, drawn, picture, table, formula = valid(clean.outputs(raw))
    assert stream["text"] == "100%\n\x1b[31mred\x1b[0m\n"
    assert drawn["data"] == figure
    assert picture["data"] == {"image/png": PNG, "text/plain": "<Figure>"}
    assert 'class="dataframe"' in table["data"]["text/html"]
    assert "text-align:right" in table["data"]["text/html"]
    assert "scoped" not in table["data"]["text/html"]
    assert formula["data"] == {"text/plain": "$x^2$"}


def test_a_picture_larger_than_a_screen_is_not_shown() -> None:
    header = struct.pack(">II", 60_000, 60_000) + b"\x08\x06\x00\x00\x00"
    bomb = base64.b64encode(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + header + b"\x00" * 20).decode()
    (shown,) = clean.outputs([{"output_type": "display_data", "data": {"image/png": bomb}}])
    assert "not shown" in shown["data"]["text/plain"]


@pytest.mark.parametrize("name", injections.ATTACHMENTS)
def test_attachments_are_pictures(name: str) -> None:
    for key, bundle in clean.attachments(injections.ATTACHMENTS[name]).items():
        assert re.fullmatch(r"[\w.-]+", key)
        ((mime, value),) = bundle.items()
        assert mime in ("image/png", "image/svg+xml")
        base64.b64decode(value, validate=True)


def test_words_are_shown_letter_by_letter() -> None:
    said = "a *b* <i>c</i> `d` [e](f) $g$ h_i_j # k | l & m"
    html = str(mistune.create_markdown(escape=False, plugins=["table"])(clean.words(said)))
    text: list[str] = []
    parser = HTMLParser()
    parser.handle_data = text.append  # type: ignore[method-assign]
    parser.feed(html)
    assert "".join(text).strip() == said
    assert html.count("<") == 2  # a paragraph and nothing in it
