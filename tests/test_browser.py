"""A learner and an instructor, in a real browser, on a real `autograder lab`."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import FIRST, ROOT
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect, sync_playwright

from autograder.classroom import expected_points, own_solution
from autograder.course import open_course
from autograder.source import Answer

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 60_000  # milliseconds: two busy cores are slow
FIGURE = "import torch\nfrom torchscope import draw\n\ndraw.matrix(torch.arange(6.0).reshape(2, 3), 'A')"
SETTINGS = {
    "@jupyterlab/notebook-extension/tracker.jupyterlab-settings": {"windowingMode": "none"},
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {"fetchNews": "false", "checkForUpdates": False},
}


@pytest.fixture(scope="module")
def lab(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of JupyterLab on the copy, open to this machine without a token while the tests run."""
    home = tmp_path_factory.mktemp("jupyter")
    for name, values in SETTINGS.items():
        path = home / "settings" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        "import sys; from pathlib import Path; from autograder.lab import lab; "
        "sys.exit(lab(Path(sys.argv[1]), browser=False, port=int(sys.argv[2]), arguments=sys.argv[3:]))"
    )
    arguments = ("--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0", "--IdentityProvider.token=")
    folders = {f"JUPYTERLAB_{name.upper()}_DIR": str(home / name) for name in ("settings", "workspaces")}
    log = (home / "log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(project), str(port), *arguments],
        env=os.environ | folders | {"JUPYTER_RUNTIME_DIR": str(home / "runtime")},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            if process.poll() is not None or answers(f"{address}/api"):
                break
            time.sleep(0.5)
        assert process.poll() is None, (home / "log").read_text()
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        log.close()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except OSError:
        return False


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


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield context.new_page()
    context.close()


def test_an_assignment_goes_round_in_the_browser(project: Path, lab: str, page: Page) -> None:
    """Fetch, answer, run, validate, submit; collect, autograde, return; fetch the feedback and find the points in it."""
    course = open_course(ROOT)
    assignment = course.assignment(FIRST)
    wrong = next(a for a in course.bank(assignment).answers if (a.exercise, a.name) == ("score", "any"))
    right = own_solution(assignment.exercise("total_now"))
    given: dict[str, Answer | None] = {e.name: None for e in assignment.exercises}
    points = sum(expected_points(assignment, given | {"score": wrong, "total_now": right}).values())
    assert 0 < points < assignment.points

    # The learner.
    page.goto(f"{lab}/lab?reset")
    expect(page.locator(".jp-LauncherCard").first).to_be_visible()  # a tab that opens before is closed again
    open_assignments(page)
    page.locator("#released_assignments_list .list_item", has_text=FIRST).get_by_role("button", name="Fetch").click()
    fetched = page.locator("#fetched_assignments_list .list_item", has_text=FIRST).first
    expect(fetched).to_be_visible()
    with_figure(project / "work" / FIRST / f"{FIRST}.ipynb")
    fetched.locator(".assignment-notebooks-link").click()
    page.locator("#fetched_assignments_list .nested_list_item a", has_text=FIRST).click()
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(notebook.locator(".jp-CodeCell").first).to_be_visible()
    kernel_is_idle(page)
    type_answer(page, notebook, f"{right.exercise} = ...", right.source)
    type_answer(page, notebook, f"def {wrong.exercise}(", wrong.source)
    choose(page, "Run", "Run All Cells")
    said = notebook.locator(".jp-OutputArea-output")
    expect(said.filter(has_text=wrong.says).first).to_be_visible()
    expect(said.filter(has_text="not attempted").first).to_be_visible()
    figure_is_shown(notebook)

    notebook.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("failed")
    expect(dialog).to_contain_text(wrong.says)
    dialog.get_by_role("button").last.click()
    page.keyboard.press("Control+s")
    saved(project / "work" / FIRST / f"{FIRST}.ipynb", right.source)

    open_assignments(page)
    fetched = page.locator("#fetched_assignments_list .list_item", has_text=FIRST).first
    fetched.get_by_role("button", name="Submit").click()
    expect(page.locator("#submitted_assignments_list .list_item", has_text=FIRST).first).to_be_visible()

    # The instructor.
    choose(page, "Nbgrader", "Formgrader")
    formgrader = page.frame_locator("iframe[src*='formgrader']")
    row = formgrader.locator("tr", has_text=FIRST)
    press(formgrader, row.locator(".collect a"))
    row.locator(".num-submissions a", has_text="1").click()
    # The page before this one has a row for each assignment.
    expect(formgrader.locator("#main-table tr", has_text="needs autograding")).to_be_visible()
    learner = formgrader.locator("#main-table tr")
    press(formgrader, learner.locator(".autograde a"))
    expect(learner.locator(".score")).to_have_text(f"{points} / {assignment.points}")
    press(formgrader, learner.locator(".generate-feedback a"))
    press(formgrader, learner.locator(".release-feedback a"))

    # The learner again.
    open_assignments(page)
    page.locator("#refresh_assignments_list").click()
    page.locator("#submitted_assignments_list").get_by_role("button", name="Fetch Feedback").click()
    page.locator("#submitted_assignments_list").get_by_text("view feedback").click()
    page.locator(".jp-DirListing-item", has_text=f"{FIRST}.html").dblclick()
    feedback = page.frame_locator(".jp-HTMLViewer iframe")
    score = f"{FIRST} (Score: {points}.0 / {assignment.points}.0)"
    expect(feedback.get_by_role("heading", name=score)).to_be_visible()
    expect(feedback.get_by_text(wrong.says).first).to_be_visible()
    figure_is_shown(feedback)


def test_a_figure_has_a_picture_and_a_name_in_an_untrusted_notebook(project: Path, lab: str, page: Page) -> None:
    """Stored outputs of a notebook that nobody here has run are cleaned by JupyterLab before they are shown."""
    import torch

    from torchscope import draw

    path = project / "work" / "untrusted.ipynb"
    path.parent.mkdir(exist_ok=True)
    data = draw.matrix(torch.arange(6.0).reshape(2, 3), "A")._repr_mimebundle_()
    stored = nbformat.v4.new_output("execute_result", data=data, execution_count=1)
    hostile = nbformat.v4.new_output(
        "display_data", data={"text/html": "<p id='marker'>kept</p><script>window.ran = true</script>"}
    )
    cell = nbformat.v4.new_code_cell(FIGURE, outputs=[stored, hostile], execution_count=1)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    untrusted = "work/untrusted.ipynb"
    page.goto(f"{lab}/lab/tree/{untrusted}?reset")
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(notebook.get_by_text("kept")).to_be_visible()
    assert page.evaluate("window.ran") is None, "this notebook is trusted, so it proves nothing"
    figure_is_shown(notebook)


def with_figure(path: Path) -> None:
    """A learner's own cell that draws, above the answers: JupyterLab's "Run All" stops at the first check that fails."""
    notebook = nbformat.read(path, as_version=4)
    first = next(i for i, cell in enumerate(notebook.cells) if cell.metadata.get("nbgrader", {}).get("solution"))
    notebook.cells.insert(first, nbformat.v4.new_code_cell(FIGURE))
    nbformat.write(notebook, path)


def figure_is_shown(where: Locator | FrameLocator) -> None:
    """A picture that loaded, under a name that a screen reader hears."""
    picture = where.get_by_role("img", name=re.compile(r"^A has shape \(2, 3\)")).last
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 0")
    alt: Any = picture.get_attribute("alt")
    assert 10 < len(alt) <= 250


def open_assignments(page: Page) -> None:
    choose(page, "Nbgrader", "Assignment List")
    expect(page.locator("#released_assignments_list_loading")).to_be_hidden()


def choose(page: Page, menu: str, item: str) -> None:
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.locator(".lm-Menu-item").filter(has=page.get_by_text(item, exact=True)).click()


def kernel_is_idle(page: Page) -> None:
    expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']:visible")).to_be_visible()


def type_answer(page: Page, notebook: Locator, begins: str, source: str) -> None:
    """Replace the text of the editable cell that holds `begins`."""
    editor = notebook.locator(".jp-CodeCell .cm-content", has_text=begins).first
    editor.click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(source)
    expect(editor).to_contain_text(source.splitlines()[-1].strip())


def saved(path: Path, text: str) -> None:
    for _ in range(100):
        if any(text in cell.source for cell in nbformat.read(path, as_version=4).cells):
            return
        time.sleep(0.1)
    raise AssertionError(f"{path.name} was not saved with {text!r}")


def press(formgrader: FrameLocator, button: Locator) -> None:
    """Press one of the formgrader's buttons and close the message of success."""
    button.click()
    success = formgrader.locator("#success-modal")
    expect(success).to_be_visible()
    success.get_by_role("button", name="OK").click()
    expect(success).to_be_hidden()
