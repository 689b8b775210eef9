"""The base install brings nothing that Colab lacks, and importing it needs torch and the standard library alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from email import message_from_string
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow

PROBE = """
import importlib, json, pkgutil, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"matplotlib", "IPython", "nbformat", "jupytext", "nbgrader", "nbclient"}:
            raise ImportError(f"{name} was imported")

sys.meta_path.insert(0, Refuse())
import torch
before = set(sys.modules)
import torchscope, autograder.check
for package in (torchscope, autograder.check):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
tops = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps(sorted(tops - set(sys.stdlib_module_names) - {"torch", "torchscope", "autograder"})))
"""


def closure(*names: str) -> dict[str, Distribution]:
    """The installed distributions that `names` need, themselves included."""
    found: dict[str, Distribution] = {}
    queue = list(names)
    while queue:
        name = queue.pop().lower().replace("_", "-")
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # a requirement of another platform
        for text in found[name].requires or ():
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                queue.append(requirement.name)
    return found


def link(folder: Path, *names: str) -> None:
    """Make `names` and what they need importable from `folder`, and nothing else that is installed here."""
    folder.mkdir(parents=True, exist_ok=True)
    for found in closure(*names).values():
        tops = {path.parts[0] for path in found.files or ()}
        for top in tops - {"..", "__pycache__"}:
            if not (folder / top).exists():
                (folder / top).symlink_to(Path(str(found.locate_file(top))))


def bare_environment(folder: Path, *names: str, with_pip: bool = False) -> Path:
    """A virtual environment that sees `names`, what they need, and nothing else. Returns its interpreter."""
    venv.create(folder, with_pip=with_pip, symlinks=True)
    python = folder / "bin" / "python"
    add_path(python, folder.with_name(f"{folder.name}-linked"), *names)
    return python


def add_path(python: Path, linked: Path, *names: str) -> None:
    link(linked, *names)
    (site_packages(python) / "linked.pth").write_text(f"{linked}\n", encoding="utf-8")


def site_packages(python: Path) -> Path:
    (found,) = (python.parents[1] / "lib").glob("python3.*/site-packages")
    return found


def clean_environment() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def install(python: Path, *what: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*command, *map(str, what)], check=True, env=clean_environment())


def foreign_imports(python: Path) -> list[str]:
    """What importing the learner's modules imports beyond torch and the standard library."""
    done = subprocess.run([python, "-I", "-c", PROBE], capture_output=True, text=True, env=clean_environment())
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    python = bare_environment(tmp_path_factory.mktemp("bare") / "env", "torch")
    install(python, wheel)
    return python


def test_the_wheel_holds_the_two_packages_and_the_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = message_from_string(archive.read(next(n for n in names if n.endswith("METADATA"))).decode())
    info = next(name.partition("/")[0] for name in names if name.endswith("METADATA"))
    assert {name.partition("/")[0] for name in names} == {"torchscope", "autograder", info}
    assert {name.rpartition("/")[2] for name in names if "/licenses/" in name} == {"LICENSE", "LICENSE-TEXT"}
    base = [Requirement(text) for text in metadata.get_all("Requires-Dist") or () if "extra ==" not in text]
    assert {requirement.name for requirement in base} == {"torch", "matplotlib"}
    assert all(spec.operator == ">=" for requirement in base for spec in requirement.specifier)


def test_it_installs_without_dependencies_and_imports_torch_alone(installed: Path) -> None:
    assert foreign_imports(installed) == []


def test_the_probe_names_a_foreign_import(wheel: Path, tmp_path: Path) -> None:
    python = bare_environment(tmp_path / "env", "torch")
    install(python, wheel)
    packages = site_packages(python)
    (packages / "foreign.py").write_text("")
    (packages / "torchscope" / "careless.py").write_text("import foreign\n")
    assert foreign_imports(python) == ["foreign"]


def test_matplotlib_is_refused_while_importing(wheel: Path, tmp_path: Path) -> None:
    python = bare_environment(tmp_path / "env", "torch", "matplotlib")
    install(python, wheel)
    assert foreign_imports(python) == []
    (site_packages(python) / "torchscope" / "careless.py").write_text("import matplotlib\n")
    with pytest.raises(AssertionError, match="matplotlib was imported"):
        foreign_imports(python)
