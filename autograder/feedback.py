"""Feedback that is safe to open: nbgrader's own page, with nothing in it that runs or is fetched.

Theory of operation
-------------------
`GenerateFeedback.exporter_class = "autograder.feedback.FeedbackExporter"` puts this in the place of nbconvert's HTMLExporter, whose
configuration, and so nbgrader's template, it inherits. A notebook may have been autograded by anything, so nothing is taken on trust:

    before anything else       outputs, attachments and metadata are cleaned as `grade.clean` cleans a learner's
    Markdown and comments      are rendered by nbconvert, then reduced to an allow-list by an HTML parser
    the finished page          loses every script, and its body passes the parser once more, with the template's own classes

A content security policy stands first in the page in case all of this fails. The page has no network to load MathJax from and no script
to run it, so a formula stays as its author typed it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import nh3
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode, from_dict

from autograder.grade import clean
from autograder.grade.limits import DEFAULT, MB

POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'"
)
NO_ALT = "No description has been provided for this image"
BODY_LETTERS = 64 * MB
SAME = 500  # cells that are kept as they were rendered

_MARKS: Mapping[str, type] = {
    "grade": bool,
    "solution": bool,
    "locked": bool,
    "task": bool,
    "grade_id": str,
    "cell_type": str,
    "comment": str,
}
_BODY_TAGS = clean.TAGS | {"main", "input", "section", "footer", "header", "nav"}
_BODY_ATTRIBUTES = {
    "*": {"class", "id", "title", "tabindex", "align", "style", "lang", "role", "aria-label", "aria-hidden"},
    "a": {"href", "name"},
    "img": {"src", "alt", "width", "height"},
    "details": {"open"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "input": {"type", "disabled", "checked"},
}
_STYLES = {"text-align", "color", "background-color", "font-weight"}
_CONTENT = {
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "embed",
    "svg",
    "math",
    "title",
    "textarea",
    "select",
}


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]
    """nbgrader's feedback, cleaned. What stands in every learner's notebook is rendered once."""

    def __init__(self, *arguments: Any, **words: Any) -> None:
        super().__init__(*arguments, **words)
        self._highlighted = lru_cache(maxsize=SAME)(Highlight2HTML(pygments_lexer="ipython3", parent=self))
        self._rendered: dict[str, str] = {}

    def highlight(self, source: str, language: str | None = None, metadata: Any = None) -> str:
        """A code cell in colours."""
        return str(self._highlighted(source))

    def default_filters(self) -> Iterator[tuple[str, Any]]:
        yield from super().default_filters()
        yield "markdown2html", self.markdown2html

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """A learner's Markdown, a person's comment or the course's own text."""
        attached = bool(context.get("cell", {}).get("attachments"))
        if not attached and source in self._rendered:
            return self._rendered[source]
        try:
            rendered = str(super().markdown2html(context, source))
        except Exception:  # a picture that is not attached, a document no parser gets through
            rendered = ""
        shown = clean.html(rendered, rendered=True) or (f"<pre>{html.escape(source)}</pre>" if source.strip() else "")
        if not attached and len(self._rendered) < SAME:
            self._rendered[source] = shown
        return shown

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **words: Any) -> tuple[str, Any]:
        # As HTMLExporter does it, without its second parser: what that adds to the page is added here.
        resources = self._init_resources(resources)
        self.register_filter("highlight_code", self.highlight)
        self.register_filter(
            "filter_data_type", WidgetsDataTypeFilter(notebook_metadata={}, parent=self, resources=resources)
        )
        page, resources = TemplateExporter.from_notebook_node(self, cleaned(nb), resources, **words)
        return secured(page, self.language_code), resources

    def _preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        nb, resources = super()._preprocess(nb, resources)
        marks = resources.get("nbgrader")
        if isinstance(marks, dict):
            marks["notebook"] = html.escape(str(marks.get("notebook", "")))
        return nb, resources


def cleaned(nb: Mapping[str, Any]) -> NotebookNode:
    """A notebook to render: what nbgrader's template reads of it, and nothing else. Markdown is left to `markdown2html`."""
    cells = []
    for cell in nb.get("cells", ()):
        kind = cell.get("cell_type")
        shown: dict[str, Any] = {"cell_type": kind, "metadata": _marks(cell), "source": clean.code(cell.get("source"))}
        if kind == "code":
            shown |= {
                "execution_count": clean.count(cell.get("execution_count")),
                "outputs": clean.outputs(cell.get("outputs")),
            }
        elif kind == "markdown":
            shown["attachments"] = _attached(cell.get("attachments"))
        elif kind == "raw":
            shown["source"] = html.escape(shown["source"])
        else:
            continue
        cells.append(shown)
    return from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


def secured(page: str, language: str = "en") -> str:
    """An HTML page without scripts and links to elsewhere, under a content security policy."""
    head, found, rest = page.partition("</head>")
    if not found:
        head, rest = '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8" />\n', page
    body = re.sub(r"(?s)^.*?<body[^>]*>", "", rest, count=1).rpartition("</body>")
    styles = "\n".join(re.findall(r"(?s)<style\b[^>]*>.*?</style>", head))
    title = re.search(r"(?s)<title>(.*?)</title>", head)
    name = " ".join(html.unescape(title[1]).split()) if title is not None else ""
    return "\n".join(
        (
            "<!DOCTYPE html>",
            f'<html lang="{html.escape(language)}">',
            "<head>",
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta charset="utf-8">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(f'Feedback: {name}' if name else 'Feedback')}</title>",
            styles,
            "</head>",
            "<body>",
            _body(body[0] or body[2]),
            "</body>",
            "</html>\n",
        )
    )


def _body(source: str) -> str:
    def keep(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "src":
            return value if value.startswith("data:image/") else None
        if attribute == "href":
            return value if re.match(r"(?i)https?://|mailto:|#", value) else None
        return value

    body = nh3.clean(
        source[:BODY_LETTERS],
        tags=set(_BODY_TAGS),
        clean_content_tags=_CONTENT,
        attributes=_BODY_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes={"http", "https", "mailto", "data"},
        filter_style_properties=_STYLES,
        link_rel="noopener noreferrer",
    )
    return re.sub(r"<img(?![^>]*\balt=)", f'<img alt="{NO_ALT}"', body)


def _marks(cell: Mapping[str, Any]) -> dict[str, Any]:
    """nbgrader's marks of a cell, each of the type that its template expects."""
    found = cell.get("metadata", {}).get("nbgrader")
    if not isinstance(found, Mapping):
        return {}
    marks: dict[str, Any] = {key: found[key] for key, kind in _MARKS.items() if isinstance(found.get(key), kind)}
    for key in ("points", "score"):
        marks[key] = float(found[key]) if isinstance(found.get(key), int | float) else 0.0
    marks["grade_id"] = clean.name(marks.get("grade_id"))
    return {"nbgrader": marks}


def _attached(found: Any) -> dict[str, dict[str, str]]:
    """Attached pictures, under the names that the cell's own text calls them by."""
    if not isinstance(found, Mapping):
        return {}
    return {name: bundle for name, raw in found.items() for bundle in clean.attachments({name: raw}, DEFAULT).values()}
