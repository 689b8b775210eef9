"""The course as Colab runs it: what would be published is fetched by the setup cell, and every notebook runs to its end.

The stand-in for Colab is a bare environment with torch, matplotlib, IPython 7 and ipykernel 6, and an empty `google.colab`; GitHub is a
server on loopback. With COLAB_PYTHON, the interpreter of Colab's own image takes the place of the stand-in.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from test_install import add_path, bare_environment, clean_environment

from autograder.build import setup_cell
from autograder.course import open_course
from autograder.publish import publish, repoint

ROOT = Path(__file__).parents[1]
REPOSITORY, BRANCH = "ann/lessons", "spring"
ARCHIVE = f"/{REPOSITORY}/archive/refs/heads/{BRANCH}.zip"
COLABS = ("ipython==7.34.0", "ipykernel==6.17.1", "jedi<0.20", "setuptools<81")
pytestmark = [pytest.mark.slow]

KERNEL = """
import sys
try:
    import google.colab
except ImportError:
    import types
    sys.modules["google"] = types.ModuleType("google")
    sys.modules["google.colab"] = sys.modules["google"].colab = types.ModuleType("google.colab")
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""


@dataclass
class Colab:
    """An environment to run notebooks in, and the server that stands for GitHub."""

    python: Path
    folder: Path
    port: int
    requests: list[str]

    def run(self, notebook: Any, *, port: int | None = None, kernel: str = "colab") -> str:
        """Run every cell in a fresh kernel and an empty folder; return what was printed. Raises when a cell does."""
        notebook.cells = [self._redirect(cell, port or self.port) for cell in notebook.cells]
        content = self.folder / "content"
        shutil.rmtree(content, ignore_errors=True)
        content.mkdir()
        manager = KernelManager(
            kernel_name=kernel,
            kernel_spec_manager=KernelSpecManager(
                kernel_dirs=[str(self.folder / "kernels")], ensure_native_kernel=False
            ),
        )
        client = NotebookClient(notebook, timeout=300, km=manager, resources={"metadata": {"path": str(content)}})
        client.execute(env=self.environment())
        outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
        return "".join(output.text for output in outputs if output.output_type == "stream")

    def run_code(self, *sources: str, **options: Any) -> str:
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        return self.run(nbformat.v4.new_notebook(cells=cells), **options)

    def environment(self) -> dict[str, str]:
        unwanted = {"VIRTUAL_ENV", "AUTOGRADER_SEED", "TORCH_FOUNDATIONS_GRADING"}
        kept = {key: value for key, value in clean_environment().items() if key not in unwanted}
        path = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        return {**kept, "PATH": path, "PIP_RETRIES": "0", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}

    def installed(self) -> set[str]:
        command = [self.python, "-m", "pip", "freeze", "--all"]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=True)
        return set(done.stdout.splitlines())

    def uninstall(self) -> None:
        command = [self.python, "-m", "pip", "uninstall", "-q", "-y", "torch-foundations"]
        subprocess.run(command, check=True, env=self.environment(), capture_output=True)

    def _redirect(self, cell: Any, port: int) -> Any:
        cell.source = cell.source.replace("https://github.com", f"http://127.0.0.1:{port}")
        return cell


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "tree"
    publish(open_course(ROOT), folder, REPOSITORY, BRANCH)
    return folder


@pytest.fixture(scope="module")
def colab(public: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Colab]:
    folder = tmp_path_factory.mktemp("colab")
    python = interpreter(folder)
    for name, argv in (("colab", ["-c", KERNEL]), ("elsewhere", ["-m", "ipykernel_launcher"])):
        spec = {"argv": [str(python), *argv, "-f", "{connection_file}"], "display_name": name, "language": "python"}
        (folder / "kernels" / name).mkdir(parents=True)
        (folder / "kernels" / name / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    top = public.with_name(f"lessons-{BRANCH}")
    shutil.copytree(public, top)
    archive = Path(shutil.make_archive(str(folder / "archive"), "zip", top.parent, top.name)).read_bytes()
    requests: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(archive, requests))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Colab(python, folder, server.server_port, requests)
    server.shutdown()
    server.server_close()


def interpreter(folder: Path) -> Path:
    if named := os.environ.get("COLAB_PYTHON"):
        return Path(named)
    python = bare_environment(folder / "env", with_pip=True)
    command = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *COLABS]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"not tested, for IPython 7 and ipykernel 6 do not install here: {done.stderr.strip()[-300:]}")
    add_path(python, folder / "linked", "torch", "matplotlib")
    return python


def handler(archive: bytes, requests: list[str]) -> type[BaseHTTPRequestHandler]:
    class Archive(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            found = self.path == ARCHIVE
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "application/zip")
            self.send_header("Content-Length", str(len(archive) if found else 0))
            self.end_headers()
            if found:
                self.wfile.write(archive)

        def log_message(self, *_: object) -> None:
            pass

    return Archive


@pytest.fixture
def nothing_installed(colab: Colab) -> Iterator[Colab]:
    colab.uninstall()
    colab.requests.clear()
    yield colab
    colab.uninstall()


SETUP = setup_cell(REPOSITORY, f"refs/heads/{BRANCH}")


def test_the_stand_in_is_like_colab(colab: Colab) -> None:
    printed = colab.run_code(
        "import sys, importlib.util, IPython, ipykernel, matplotlib, torch\nprint(IPython.__version__, ipykernel.__version__)",
        "print('google.colab' in sys.modules, importlib.util.find_spec('nbgrader'), importlib.util.find_spec('nbval'))",
    )
    ipython, kernel, *rest = printed.split()
    if not os.environ.get("COLAB_PYTHON"):
        assert (ipython, kernel) == ("7.34.0", "6.17.1")
    assert rest == ["True", "None", "None"]


def test_the_setup_cell_installs_the_package_and_nothing_else_and_running_it_again_is_harmless(
    nothing_installed: Colab,
) -> None:
    colab = nothing_installed
    before = colab.installed()
    printed = colab.run_code(SETUP, "import torchscope, autograder.check", SETUP, "print('ran to the end')")
    assert printed.endswith("ran to the end\n")
    assert "could not be installed" not in printed
    assert colab.requests == [ARCHIVE]
    assert colab.run_code(SETUP, "import torchscope") == ""
    assert colab.requests == [ARCHIVE]
    (new,) = colab.installed() - before
    assert new.startswith("torch-foundations")
    assert before <= colab.installed()


def test_without_network_the_setup_cell_says_what_to_do_and_does_not_raise(nothing_installed: Colab) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    printed = nothing_installed.run_code(SETUP, "print('ran to the end')", port=port)
    assert "The course's package could not be installed from" in printed
    assert "Check that this runtime has internet access" in printed
    assert printed.endswith("ran to the end\n")


def test_elsewhere_the_setup_cell_does_nothing(nothing_installed: Colab) -> None:
    if os.environ.get("COLAB_PYTHON"):
        pytest.skip("every kernel of Colab's image is Colab's")
    assert nothing_installed.run_code(SETUP, kernel="elsewhere") == ""
    assert nothing_installed.requests == []


CHAPTERS = sorted(path.name for path in (ROOT / "course").glob("[0-9][0-9]_*.ipynb"))
EXERCISES = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/*.ipynb"))


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_runs_from_the_first_cell_to_the_last(colab: Colab, public: Path, name: str) -> None:
    colab.run(nbformat.read(public / "course" / name, as_version=4))
    assert set(colab.requests) <= {ARCHIVE}


@pytest.mark.parametrize("stem", EXERCISES)
def test_the_released_exercises_run_untouched(colab: Colab, public: Path, stem: str) -> None:
    printed = colab.run(nbformat.read(public / "exercises" / stem / f"{stem}.ipynb", as_version=4))
    assert "not attempted" in printed


@pytest.mark.parametrize("stem", EXERCISES)
def test_the_solved_exercises_run_from_the_first_cell_to_the_last(colab: Colab, stem: str) -> None:
    notebook = nbformat.read(ROOT / "solutions" / stem / f"{stem}.ipynb", as_version=4)
    repoint(notebook, open_course(ROOT), f"exercises/{stem}/{stem}.ipynb", REPOSITORY, BRANCH)
    printed = colab.run(notebook)
    assert "not attempted" not in printed
    assert set(colab.requests) <= {ARCHIVE}
