"""Fixtures that several test modules share: a copy of the project to work in, and pictures of failed browser tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from autograder.grade import Rooms

ROOT = Path(__file__).resolve().parent.parent
FIRST = "00_start_here"


def copy_project(to: Path) -> Path:
    """What nbgrader and JupyterLab see of the project, in a folder of its own. The packages are the installed ones."""
    for name in ("course", "solutions", "exercises"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints", "__pycache__"))
    for name in ("nbgrader_config.py", "pyproject.toml"):
        shutil.copy(ROOT / name, to)
    return to


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def nbgrader(project: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `nbgrader ...` in the copy, as a person would."""
    programs = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["nbgrader", *words],
            cwd=project,
            env={**os.environ, "PATH": programs},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[Any]:
    """A page that a failed test leaves open is photographed to screenshots/."""
    report = yield
    page = getattr(item, "funcargs", {}).get("page")
    if report.when == "call" and report.failed and page is not None:
        pictures = ROOT / "screenshots"
        pictures.mkdir(exist_ok=True)
        for number, one in enumerate(page.context.pages):
            one.screenshot(path=pictures / f"{item.name}-{number}.png")
    return report


@pytest.fixture(scope="session")
def rooms() -> Iterator[Rooms]:
    """Rooms of the default limits, warm for the whole session."""
    from autograder.grade import Rooms

    need_bubblewrap()
    with Rooms() as opened:
        yield opened


@pytest.fixture(scope="session")
def hasty_rooms() -> Iterator[Rooms]:
    """Rooms for submissions that hang or fill something: the same walls, nearer."""
    from hostile import HASTY

    from autograder.grade import Rooms

    need_bubblewrap()
    with Rooms(HASTY) as opened:
        yield opened


def need_bubblewrap() -> None:
    """Skip where it is missing; in CI, which has it, fail."""
    if shutil.which("bwrap") is None:
        reason = "bubblewrap is not installed, and nothing less may run what learners wrote: make system"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
