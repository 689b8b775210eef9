"""`make lab`: JupyterLab on the course, with nbgrader's assignment list, validate and formgrader on a private exchange.

One person is learner and instructor here. What `exercises/` holds is put into an exchange inside the project, where the assignment
list fetches it to `work/` and submits it from there; where the sources are present, the gradebook learns their tests, so that the
formgrader can collect and grade. Nothing is released here that did not pass the gate: `exercises/` is taken as it is.
"""

from __future__ import annotations

import filecmp
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from autograder.batch import Class
from autograder.course import CourseError
from autograder.desk import Desk, NbgraderError

FIRST_PAGE = "course/00_start_here.ipynb"
PORT = 8888


def lab(root: Path, *, browser: bool = True, port: int = PORT, arguments: Sequence[str] = ()) -> int:
    """Prepare the exchange and run JupyterLab until it is stopped; its exit status. `arguments` go to it as they are."""
    root = root.resolve()
    prepare(root, Console())
    words = [*command(root, browser=browser, port=port), *arguments]
    process = subprocess.Popen(words, cwd=root, env=environment(root))
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:  # JupyterLab heard it too, and asks
            continue


def prepare(root: Path, console: Console) -> None:
    """Fill exchange and gradebook from `exercises/` and `solutions/`; what is there already stays, submissions above all."""
    desk = Desk.of_course(root)
    for released in sorted((root / "exercises").glob("*/*.ipynb")):
        stem = released.parent.name
        try:
            if not same_files(released.parent, desk.outbound / stem):
                desk.release(stem)
            if (desk.folder("source", ".", stem) / released.name).exists() and not Class(desk, stem).known:
                # Only the database is wanted: the release itself is written where nobody looks.
                desk.elsewhere("release", root / "gradebook" / "registered").generate(stem)
        except (NbgraderError, CourseError) as error:
            console.print(f"{stem} is not ready for grading. {error}", style="yellow", markup=False, highlight=False)


def same_files(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files with the same bytes."""
    if not other.is_dir():
        return False
    names = [[path.relative_to(top) for path in sorted(top.rglob("*")) if path.is_file()] for top in (one, other)]
    return names[0] == names[1] and all(filecmp.cmp(one / name, other / name, shallow=False) for name in names[0])


def command(root: Path, *, browser: bool, port: int) -> list[str]:
    """JupyterLab as this environment has it, on the first chapter where there is one."""
    words = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}", f"--port={port}"]
    if not browser:
        words.append("--no-browser")
    if os.geteuid() == 0:
        words.append("--allow-root")
    if (root / FIRST_PAGE).exists():
        words.append(f"--LabApp.default_url=/lab/tree/{FIRST_PAGE}")
    return words


def environment(root: Path) -> Mapping[str, str]:
    """The environment's programs first, and the root among the places where the assignment list looks for its configuration."""
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join(filter(None, (programs, os.environ.get("PATH"))))
    config = os.pathsep.join(filter(None, (str(root), os.environ.get("JUPYTER_CONFIG_PATH"))))
    return os.environ | {"PATH": path, "JUPYTER_CONFIG_PATH": config}
