"""Nothing that a learner wrote runs, or is fetched, in the feedback or in the formgrader; what nbgrader shows is still there."""

from __future__ import annotations

import base64
import json
import mimetypes
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import injections
import nbformat
import nbgrader
import pytest
from injections import PNG
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveAutoGrades
from playwright.sync_api import Browser, Route, sync_playwright
from traitlets.config import Config

from autograder.feedback import POLICY, FeedbackExporter, secured
from autograder.grade.assignment import Assignment, SourceCell
from autograder.grade.graded import graded_notebook, released_cell
from autograder.grade.submission import CheckResult, Mend, ShownCell

FORMGRADER = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader"
SVG_FIGURE = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'></svg>").decode()
FIGURE = (
    f'<img alt="A has shape (2, 3)" width="320" src="data:image/svg+xml;base64,{SVG_FIGURE}">'
    "<details><summary>Figure in words</summary>one<br>two</details>"
)
ESSAY = "# Why\n\nBecause *a < b*, see `x[0]` and $a_{ij}$:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = y[0] < 1\n```\n"
MESSAGE = "score([2, 3]) returned 5, expected 6\n    at index 1"
TEMPLATE_TAGS = "button, input.score, input.extra-credit, textarea.comment"


def marks(name: str, **flags: Any) -> dict[str, Any]:
    return {"nbgrader": {"grade_id": name, **flags}}


ASSIGNMENT = Assignment(
    "ps",
    (
        SourceCell(
            "intro",
            "markdown",
            "locked",
            "# Problem set\n\n[Chapter](https://example.org/c)",
            metadata=marks("intro", locked=True),
        ),
        SourceCell("score", "code", "answer", "score = 1", metadata=marks("score", solution=True)),
        SourceCell("score-value", "code", "test", "assert score", 4.0, marks("score-value", grade=True, locked=True)),
        SourceCell("score-part", "code", "test", "assert score", 2.0, marks("score-part", grade=True, locked=True)),
        SourceCell("essay", "markdown", "manual", "Write.", 3.0, marks("essay", grade=True, solution=True)),
    ),
)


def notebook(cells: list[ShownCell], message: str = MESSAGE, mends: tuple[Mend, ...] = ()) -> dict[str, Any]:
    results = {
        "score-value": CheckResult("score-value", 0.0, 4.0, "failed", message),
        "score-part": CheckResult("score-part", 1.5, 2.0, "failed", message),
    }
    return graded_notebook(ASSIGNMENT, cells, results, mends)


def handed_in(essay: str = ESSAY) -> list[ShownCell]:
    sources = {"essay": essay, "score": "def score(x):\n    return x < 1"}
    figure = {"output_type": "execute_result", "data": {"text/html": FIGURE, "text/plain": "A"}, "metadata": {}}
    return [
        ShownCell(c.id, c.kind, c.role, sources.get(c.id, released_cell(c)), (figure,) if c.id == "score" else ())
        for c in ASSIGNMENT.cells
    ]


def hostile() -> list[ShownCell]:
    """Every injection there is, each in a cell of its own."""
    cells = [ShownCell("x", "markdown", "added", text) for text in injections.MARKDOWN.values()]
    cells += [ShownCell("x", "raw", "added", text) for text in injections.MARKDOWN.values()]
    cells += [ShownCell("x", "code", "added", "1", (output,)) for output in injections.OUTPUTS.values()]
    cells += [ShownCell("x", "code", "added", text) for text in injections.CODE]
    for attached in injections.ATTACHMENTS.values():
        cells.append(ShownCell("x", "markdown", "added", f"![x](attachment:{next(iter(attached))})", (), attached))
    cells += [ShownCell(name, "markdown", "added", name) for name in injections.NAMES]
    return cells


def as_stock_nbgrader_leaves_it() -> Any:
    """The same injections, in a notebook that nobody cleaned."""
    cells: list[dict[str, Any]] = []
    for text in injections.MARKDOWN.values():
        cells.append({"cell_type": "markdown", "source": text, "metadata": {"tags": [f'x" {injections.ON}']}})
        cells.append({"cell_type": "raw", "source": text, "metadata": {"raw_mimetype": "text/html"}})
    for output in injections.OUTPUTS.values():
        cells.append(
            {
                "cell_type": "code",
                "source": "1",
                "metadata": {},
                "outputs": [output],
                "execution_count": injections.SCRIPT,
            }
        )
    for text in injections.CODE:
        cells.append(
            {
                "cell_type": "code",
                "source": text,
                "metadata": {"magics_language": text},
                "outputs": [],
                "execution_count": 1,
            }
        )
    for attached in injections.ATTACHMENTS.values():
        name = next(iter(attached))
        cells.append(
            {"cell_type": "markdown", "source": f"![x](attachment:{name})", "metadata": {}, "attachments": attached}
        )
    for name in injections.NAMES:
        mark = {
            "grade": True,
            "solution": True,
            "locked": False,
            "grade_id": name,
            "points": name,
            "score": name,
            "comment": name,
        }
        cells.append({"cell_type": "markdown", "id": name, "source": name, "metadata": {"nbgrader": mark}})
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": f"</script>{injections.SCRIPT}"}}
    metadata = {"title": injections.SCRIPT, "widgets": widgets, "language_info": {"name": injections.SCRIPT}}
    return nbformat.from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def exporter() -> FeedbackExporter:
    """As `GenerateFeedback` makes it."""
    converter = GenerateFeedback(coursedir=CourseDirectory())
    return FeedbackExporter(config=converter.config)


def feedback(exporter: FeedbackExporter, node: Any, name: str = "ps") -> str:
    grades = {"notebook": name, "score": 1.5, "max_score": 9.0, "late_penalty": 0}
    page, _ = exporter.from_notebook_node(nbformat.from_dict(node), resources={"nbgrader": grades})
    return str(page)


def formgrader(node: Any) -> str:
    """The page that the formgrader serves, as its handler renders it."""
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [str(FORMGRADER / "templates")]
    resources = {
        **dict.fromkeys(("assignment_id", "notebook_id", "submission_id", "student"), "ps"),
        "index": 0,
        "total": 1,
        "base_url": "/base",
        "last_name": "L",
        "first_name": "F",
        "notebook_path": "ps.ipynb",
    }
    page, _ = HTMLExporter(config=config).from_notebook_node(nbformat.from_dict(node), resources=resources)
    return str(page)


def test_feedback_shows_what_nbgrader_shows(exporter: FeedbackExporter) -> None:
    node = notebook(handed_in(), mends=(Mend("score", "found by its name", "likely"),))
    for cell in node["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "essay":
            cell["metadata"]["nbgrader"] |= {"comment": "Well **done**, <b>Ada</b>", "score": 2.5}
    page = feedback(exporter, node)
    assert "ps (Score: 1.5 / 9.0)" in page
    assert "Score: 2.5 / 3.0" in page
    assert 'href="#score-value"' in page
    assert 'name="score-value"' in page
    assert "Well <strong>done</strong>, <b>Ada</b>" in page
    assert "found by its name" in page
    assert "✗ score-value: 0 of 4 points" in page
    assert MESSAGE in page
    assert '<span class="k">def</span>' in page
    assert f'src="data:image/svg+xml;base64,{SVG_FIGURE}"' in page
    assert "<details><summary>Figure in words</summary>one<br>two</details>" in page
    assert "<td>2</td>" in page
    assert "$a_{ij}$" in page
    assert "<em>a &lt; b</em>" in page
    assert "bootstrap" in page.lower()


def test_feedback_is_a_page_on_its_own(exporter: FeedbackExporter) -> None:
    page = feedback(exporter, notebook(handed_in()))
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta http-equiv="Content-Security-Policy"')
    assert POLICY in page
    assert "<title>Feedback: ps</title>" in page
    assert "<script" not in page
    assert "<link" not in page
    assert "mathjax" not in page.lower()
    assert "sha" not in POLICY
    assert page == feedback(exporter, notebook(handed_in()))


def test_a_page_without_a_head_is_secured_too() -> None:
    page = secured(f"<p>text</p>{injections.SCRIPT}<img src='data:image/png;base64,{PNG}'>")
    assert POLICY in page
    assert "<script" not in page
    assert 'alt="No description' in page


def test_names_are_no_markup(exporter: FeedbackExporter) -> None:
    for name in injections.NAMES:
        page = feedback(exporter, notebook(handed_in()), name)
        assert "<script" not in page
        assert not re.search(r"<img[^>]*evil", page)


def test_generate_feedback_takes_the_exporter_by_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """nbgrader's own converter, its database, and the configuration as a line of `nbgrader_config.py` would say it."""
    programs = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    monkeypatch.setenv("PATH", programs)  # nbgrader starts alembic as a program
    database = f"sqlite:///{tmp_path / 'gradebook.db'}"
    (tmp_path / "submitted").mkdir()
    with Gradebook(database) as book:
        book.add_assignment("ps")
        book.add_notebook("ps", "ps")
        for cell in ASSIGNMENT.cells:
            if cell.role in ("test", "manual"):
                book.add_grade_cell(cell.id, "ps", "ps", max_score=cell.max_points, cell_type=cell.kind)
            if cell.role in ("answer", "manual"):
                book.add_solution_cell(cell.id, "ps", "ps")
        book.add_student("ada")
        book.add_submission("ps", "ada")
    folder = tmp_path / "autograded" / "ada" / "ps"
    folder.mkdir(parents=True)
    text = json.dumps(notebook(handed_in()))
    (folder / "ps.ipynb").write_text(text)
    words = {"notebook": "ps", "assignment": "ps", "student": "ada", "db_url": database}
    SaveAutoGrades().preprocess(nbformat.reads(text, as_version=4), {"nbgrader": words})
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    config.CourseDirectory.db_url = database
    config.GenerateFeedback.exporter_class = "autograder.feedback.FeedbackExporter"
    course = CourseDirectory(config=config, assignment_id="ps", student_id="ada")
    GenerateFeedback(coursedir=course, config=config).start()
    page = (tmp_path / "feedback" / "ada" / "ps" / "ps.html").read_text()
    assert "ps (Score: 1.5 / 9.0)" in page
    assert "Score: 1.5 / 2.0" in page
    assert POLICY in page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    programs = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    program = next(filter(None, programs), None)
    if program is None:
        pytest.skip("no Chromium here: `make system` installs one")
    words = ["--disable-background-networking", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=words)
        yield browser
        browser.close()


LOOK = """() => {
  const bad = [];
  const inside = document.querySelector('#notebook-container') || document.body;
  for (const element of inside.querySelectorAll('*')) {
    for (const {name, value} of element.attributes) {
      const said = value.replace(/[\\u0000-\\u0020]/g, '').toLowerCase();
      if (name.startsWith('on') || ['srcset', 'formaction', 'action', 'background', 'autofocus'].includes(name)) bad.push(name + '=' + value);
      if (name === 'href' && !/^(https?:|mailto:|#)/.test(said)) bad.push('href=' + value);
      if (name === 'src' && !said.startsWith('data:image/')) bad.push('src=' + value);
    }
    if (/^(script|iframe|object|embed|form|svg|math|style|link|meta|base|video|audio|source)$/i.test(element.localName)) bad.push(element.localName);
  }
  const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index && !id.startsWith('cell-id='));
  return {bad, owned: window.__owned ?? null, scripts: document.scripts.length, twice, status: document.querySelectorAll('#statusmessage').length};
}"""


def look_at(browser: Browser, page_text: str) -> Mapping[str, Any]:
    """Open a page as a server would serve it, press and point at everything, and say what happened."""
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    address = "http://grader.test/base/formgrader/submissions/ps/"

    def answer(route: Route) -> None:
        url = route.request.url
        static = FORMGRADER / "static" / url.partition("/formgrader/static/")[2].partition("?")[0]
        if url == address:
            route.fulfill(body=page_text, content_type="text/html; charset=utf-8")
        elif "/formgrader/static/" in url and static.is_file():
            route.fulfill(body=static.read_bytes(), content_type=mimetypes.guess_type(static.name)[0] or "text/plain")
        elif url.startswith(("http://grader.test/base/formgrader/", "https://cdnjs.cloudflare.com/ajax/libs/mathjax/")):
            route.abort()  # the template's own requests, for grades and for MathJax
        else:
            asked.append(url)
            route.abort()

    page.route("**/*", answer)
    page.goto(address)
    page.wait_for_timeout(500)
    page.evaluate(
        """() => { for (const e of document.querySelectorAll('#notebook-container a')) { e.setAttribute('target', 'nowhere'); }
        for (const e of document.querySelectorAll('#notebook-container *')) for (const kind of ['mouseover', 'focus', 'load', 'error', 'toggle'])
        e.dispatchEvent(new Event(kind)); }"""
    )
    page.wait_for_timeout(200)
    found = {
        **page.evaluate(LOOK),
        "asked": asked,
        "dialogs": dialogs,
        "url": page.url.partition("?")[0].partition("#")[0] == address,
    }
    context.close()
    return found


@pytest.mark.browser
def test_nothing_runs_in_the_formgrader(chromium: Browser) -> None:
    plain = look_at(chromium, formgrader(notebook(handed_in())))
    node = notebook(
        [*handed_in(), *hostile()],
        next(iter(injections.MESSAGES.values())),
        (Mend(injections.IMG, injections.IMG, injections.IMG),),
    )
    found = look_at(chromium, formgrader(node))
    assert not found["bad"]
    assert (found["owned"], found["asked"], found["dialogs"], found["url"]) == (None, [], [], True)
    assert found["scripts"] == plain["scripts"]
    assert (found["status"], found["twice"]) == (plain["status"], plain["twice"])


@pytest.mark.browser
def test_nothing_runs_in_the_formgrader_for_any_message(chromium: Browser) -> None:
    for message in injections.MESSAGES.values():
        found = look_at(chromium, formgrader(notebook(handed_in(), message)))
        assert (found["bad"], found["owned"], found["asked"]) == ([], None, [])


@pytest.mark.browser
@pytest.mark.parametrize("cleaned", [True, False])
def test_nothing_runs_in_feedback(chromium: Browser, exporter: FeedbackExporter, cleaned: bool) -> None:
    """Not even of a notebook that stock nbgrader autograded, and with the content security policy taken away."""
    node = notebook([*handed_in(), *hostile()]) if cleaned else as_stock_nbgrader_leaves_it()
    page = feedback(exporter, node, injections.NAMES[0])
    for text in (page, page.replace("Content-Security-Policy", "x")):
        found = look_at(chromium, text)
        assert not found["bad"]
        assert (found["owned"], found["asked"], found["dialogs"], found["url"]) == (None, [], [], True)
        assert found["scripts"] == 0


@pytest.mark.browser
def test_the_corpus_does_run_where_nothing_is_cleaned(chromium: Browser) -> None:
    """Or else the tests above prove nothing."""
    cells = [
        nbformat.v4.new_markdown_cell(injections.MARKDOWN[name]) for name in ("script", "image", "mermaid", "reference")
    ]
    found = look_at(chromium, formgrader(nbformat.v4.new_notebook(cells=cells)))
    assert found["owned"] == 1
    assert found["bad"]


@pytest.mark.browser
def test_a_figure_is_seen_in_feedback(chromium: Browser, exporter: FeedbackExporter) -> None:
    page = chromium.new_page()
    page.set_content(feedback(exporter, notebook(handed_in())))
    picture = page.get_by_role("img", name="A has shape (2, 3)")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.close()
