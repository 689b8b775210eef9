"""The files at the root agree with each other: environments, licences, targets, what the README tells people to type."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {"pytorch": "torch", "pytorch-cpu": "torch", "matplotlib-base": "matplotlib"}
# Packages that come with a declared one, and are part of what it promises.
COMES_WITH = {
    "jinja2": "nbconvert",
    "jupyter-client": "nbclient",
    "markdown-it": "rich",
    "mistune": "nbconvert",
    "numpy": "matplotlib",
    "packaging": "pytest",
    "sqlalchemy": "nbgrader",
}
IMPORTED_AS = {"yaml": "pyyaml"}


@dataclass(frozen=True)
class Files:
    pyproject: str
    constraints: str
    environment: str
    workflow: str


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture
def files() -> Files:
    return Files(
        read("pyproject.toml"), read("constraints.txt"), read("environment.yml"), read(".github/workflows/cpu.yml")
    )


def parsed(lines: list[str]) -> dict[str, SpecifierSet]:
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement.specifier for requirement in requirements}


def declared(pyproject: str, *extras: str) -> dict[str, SpecifierSet]:
    project = tomllib.loads(pyproject)["project"]
    lines = [*project["dependencies"]]
    for extra in extras:
        lines += [line for line in project["optional-dependencies"][extra] if not line.startswith(project["name"])]
    return parsed(lines)


def bounds(constraints: str) -> dict[str, SpecifierSet]:
    lines = [line for line in constraints.splitlines() if line.strip() and not line.startswith("#")]
    return parsed(lines)


def disagreements(files: Files) -> list[str]:
    """Every sentence about pyproject.toml, constraints.txt, environment.yml and cpu.yml that is not so."""
    found: list[str] = []
    floors, upper = declared(files.pyproject, "lab"), bounds(files.constraints)
    environment = yaml.safe_load(files.environment)
    conda = [text for text in environment["dependencies"] if isinstance(text, str)]
    pip = [text for entry in environment["dependencies"] if isinstance(entry, dict) for text in entry["pip"]]
    listed = {CONDA_NAMES.get(name, name): spec for name, spec in parsed(conda).items()}

    if set(environment["channels"]) != {"conda-forge", "nodefaults"}:
        found.append(f"environment.yml uses the channels {environment['channels']}")
    if pip != ["-e .[lab]"]:
        found.append(f"environment.yml lets pip install {pip}")

    requires = SpecifierSet(tomllib.loads(files.pyproject)["project"]["requires-python"])
    python, matrix = (
        listed.pop("python"),
        yaml.safe_load(files.workflow)["jobs"]["test"]["strategy"]["matrix"]["python"],
    )
    minors = [f"3.{minor}" for minor in range(8, 30)]
    for name, allowed in (("environment.yml", python), ("pyproject.toml with CI", requires & SpecifierSet("<3.14"))):
        if [minor for minor in minors if f"{minor}.5" in allowed] != matrix:
            found.append(f"{name} allows Python {allowed}, CI runs {matrix}")
    if (match := re.search(r'target-version = "py3(\d+)"', files.pyproject)) and f"3.{match[1]}" != matrix[0]:
        found.append(f"ruff checks for Python 3.{match[1]}, CI begins with {matrix[0]}")

    oldest = yaml.safe_load(files.workflow)["jobs"]["oldest-torch"]["env"]["TORCH"]
    if oldest != f"torch=={str(floors['torch']).removeprefix('>=')}.*":
        found.append(f"CI tries {oldest} as the oldest, pyproject.toml allows torch{floors['torch']}")

    listed.pop("pip")
    for name in sorted(set(floors) | set(listed)):
        if name not in listed:
            found.append(f"environment.yml lacks {name}")
        elif name not in floors:
            found.append(f"environment.yml names {name}, pyproject.toml does not")
        elif name in upper and listed[name] != floors[name] & upper[name]:
            found.append(f"environment.yml has {name}{listed[name]}, the others {floors[name] & upper[name]}")
    for name, spec in declared(files.pyproject, "lab", "frameworks", "dev").items():
        if any(part.operator != ">=" for part in spec):
            found.append(f"pyproject.toml: {name}{spec} is more than a floor")
        if name not in upper:
            found.append(f"constraints.txt has no upper bound for {name}")
    for name, spec in upper.items():
        if [part.operator for part in spec] != ["<"]:
            found.append(f"constraints.txt: {name}{spec} is not an upper bound")
    return found


def test_environments_agree(files: Files) -> None:
    assert disagreements(files) == []


@pytest.mark.parametrize(
    ("field", "old", "new", "says"),
    [
        ("environment", "pytorch >=2.11,<2.14", "pytorch >=2.11", "environment.yml has torch"),
        ("environment", "nbgrader >=0.9.5,<0.10", "nbgrader >=0.9.4,<0.10", "environment.yml has nbgrader"),
        ("environment", "  - rich >=13,<16\n", "", "environment.yml lacks rich"),
        ("environment", "  - pip\n", "  - pip\n  - scipy >=1\n", "environment.yml names scipy"),
        ("environment", "  - conda-forge\n", "  - conda-forge\n  - pytorch\n", "channels"),
        ("environment", "<3.14", "<3.15", "environment.yml allows Python"),
        ("environment", "-e .[lab]", "-e .", "lets pip install"),
        ("constraints", "torch<2.14", "torch<2.15", "environment.yml has torch"),
        ("constraints", "ruff<0.18\n", "", "no upper bound for ruff"),
        ("constraints", "jax<0.11\n", "", "no upper bound for jax"),
        ("constraints", "torch<2.14", "torch==2.13", "is not an upper bound"),
        ("pyproject", '"torch>=2.11"', '"torch>=2.12"', "environment.yml has torch"),
        ("pyproject", '"torch>=2.11"', '"torch>=2.11,<3"', "more than a floor"),
        ("pyproject", 'requires-python = ">=3.11"', 'requires-python = ">=3.10"', "pyproject.toml with CI"),
        ("workflow", '"3.12", ', "", "CI runs"),
        ("workflow", '"3.11", ', "", "ruff checks for"),
        ("workflow", "torch==2.11.*", "torch==2.12.*", "as the oldest"),
    ],
)
def test_a_disagreement_is_named(files: Files, field: str, old: str, new: str, says: str) -> None:
    text = getattr(files, field)
    assert old in text
    assert says in "\n".join(disagreements(replace(files, **{field: text.replace(old, new)})))


def imports(folder: str) -> set[str]:
    names: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    local = {path.stem for path in (ROOT / folder).glob("*.py")} | {"torchscope", "autograder"}
    third = names - set(sys.stdlib_module_names) - local - {"google"}
    return {canonicalize_name(IMPORTED_AS.get(name, name)) for name in third}


@pytest.mark.parametrize(
    ("folder", "extras"), [("torchscope", ()), ("autograder", ("lab",)), ("tests", ("lab", "dev"))]
)
def test_what_is_imported_is_declared(folder: str, extras: tuple[str, ...], files: Files) -> None:
    known = declared(files.pyproject, *extras)
    undeclared = {name for name in imports(folder) if COMES_WITH.get(name, name) not in known}
    assert undeclared == set()


def test_the_makefile_lists_its_targets() -> None:
    text = read("Makefile")
    targets = set(re.findall(r"^([a-z][a-z-]*):(?!=)", text, flags=re.M))
    phony = re.search(r"^\.PHONY: (.*)$", text, flags=re.M)
    assert phony is not None
    assert set(phony[1].split()) == targets
    shown = subprocess.run(["make", "-C", str(ROOT), "--no-print-directory", "help"], capture_output=True, text=True)
    assert set(re.findall(r"^  make ([a-z-]+) ", shown.stdout, flags=re.M)) == targets


def make_commands(text: str) -> set[str]:
    """The targets that `text` tells to make: in code spans and indented blocks of Markdown, in a script, in a workflow's `run`."""
    snippets = [*re.findall(r"`([^`\n]+)`", text), *text.splitlines()]
    words = [
        word
        for snippet in snippets
        if (match := re.match(r"(?:\s*- run: | {4}|)make ([^#]+)", snippet))
        for word in match[1].split()
    ]
    return {word for word in words if "=" not in word}


@pytest.mark.parametrize(
    "name",
    ["README.md", "CONTRIBUTING.md", ".ci/run", *(f".github/workflows/{n}.yml" for n in ("cpu", "cuda", "colab"))],
)
def test_commands_that_people_are_told_to_type_exist(name: str) -> None:
    text = read(name)
    targets = set(re.findall(r"^([a-z][a-z-]*):(?!=)", read("Makefile"), flags=re.M))
    told = make_commands(text)
    assert told
    assert told <= targets
    for variable in re.findall(r"make [^\n`]*?\b([A-Z_]+)=", text):
        assert re.search(rf"^{variable} \?=|\$\({variable}\)", read("Makefile"), flags=re.M), variable
    subcommands = set(re.findall(r"(?:\.venv/bin/|`)autograder ([a-z]+)", text))
    known = set(re.findall(r'"\$\(BIN\)/autograder" ([a-z]+)', read("Makefile")))
    if subcommands - known:
        shown = subprocess.run(
            [sys.executable, "-m", "autograder.cli", "--help"], capture_output=True, text=True
        ).stdout
        assert all(re.search(rf"\b{command}\b", shown) for command in subcommands)


def steps(workflow: str) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(read(f".github/workflows/{workflow}.yml"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


@pytest.mark.parametrize("workflow", ["cpu", "cuda", "colab"])
def test_workflows_only_run_make_and_pin_their_actions(workflow: str) -> None:
    for step in steps(workflow):
        if "run" in step:
            assert all(line.startswith("make ") for line in step["run"].strip().splitlines()), step
        else:
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]), step


def test_the_gpu_job_is_gated_and_asks_for_a_device() -> None:
    (job,) = yaml.safe_load(read(".github/workflows/cuda.yml"))["jobs"].values()
    assert job["if"].startswith("vars.CUDA_RUNNER != ''")
    assert "head.repo.full_name == github.repository" in job["if"]
    assert job["timeout-minutes"] <= 60
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make cuda", "make nbval"]
    shown = subprocess.run(["make", "-C", str(ROOT), "-n", "cuda", "nbval"], capture_output=True, text=True, check=True)
    assert "torch.cuda.is_available()" in shown.stdout
    assert "--nbval-sanitize-with tests/nbval_sanitize.cfg" in shown.stdout


def test_the_gpu_assertion_fails_without_a_device() -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    done = subprocess.run(
        ["make", "-C", str(ROOT), "cuda", f"BIN={Path(sys.executable).parent}"], capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "sees no CUDA device" in done.stderr


def test_licences_are_named_in_both_files_and_in_the_readme() -> None:
    code, text, readme = read("LICENSE"), read("LICENSE-TEXT"), read("README.md")
    assert code.startswith("MIT License")
    assert "LICENSE-TEXT" in code
    assert "the torch-foundations authors" in code
    assert "(CC BY 4.0)" in text.splitlines()[0]
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in text
    assert "see LICENSE" in text
    assert "MIT" in readme
    assert "CC BY 4.0" in readme
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert project["license"] == "MIT AND CC-BY-4.0"
    assert project["license-files"] == ["LICENSE", "LICENSE-TEXT"]


PATHS_OF_A_MACHINE = re.compile(
    r"(?<![\w./~-])(?:/(?:home|Users|root|opt|mnt|srv)/[A-Za-z0-9_.-]+|/tmp/(?:ipykernel_|pytest-)\w+|[A-Z]:\\Users\\)"
)
# Places that exist on every machine of a kind, and are meant.
MEANT = ("/home/jovyan", "/opt/conda")


def machine_paths(text: str) -> list[str]:
    return [match[0] for match in PATHS_OF_A_MACHINE.finditer(text) if not match[0].startswith(MEANT)]


def tracked() -> list[Path]:
    """The repository's files, tracked and about to be; every file but run-time data where git is missing."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    folders = ("course", "exercises", "solutions", "torchscope", "autograder", "tests", ".github", ".ci")
    return [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]


def test_no_path_of_a_machine_stands_in_the_repository() -> None:
    found = {}
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if path != Path(__file__) and (paths := machine_paths(text)):
            found[str(path.relative_to(ROOT))] = paths
    assert found == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("File /home/someone/course/x.py", ["/home/someone"]),
        ('"/srv/course/.venv"', ["/srv/course"]),
        ("File /tmp/ipykernel_4711/12.py:1", ["/tmp/ipykernel_4711"]),
        ("tests/home/someone and https://a.org/home/someone", []),
        ("/usr/bin/chromium", []),
    ],
)
def test_a_path_of_a_machine_is_found(text: str, expected: list[str]) -> None:
    assert machine_paths(text) == expected


def test_the_readme_has_a_small_picture_and_every_chapter() -> None:
    readme = read("README.md")
    pictures = re.findall(r"!\[[^\]]+\]\((?!https?:)([^)]+)\)", readme)
    assert pictures
    for picture in pictures:
        assert (ROOT / picture).stat().st_size < 150_000
    for number in range(13):
        assert re.search(rf"^\| {number:02d} ", readme, flags=re.M), number
    built = {path.stem for path in (ROOT / "course").glob("[0-9][0-9]_*.py")}
    assert set(re.findall(r"blob/[\w./-]+/course/(\w+)\.ipynb", readme)) == built


@pytest.fixture
def badge() -> Callable[[str, str, str], str]:
    return pytest.importorskip("autograder.build").badge  # type: ignore[no-any-return]


def test_the_readmes_badges_are_the_builders(badge: Callable[[str, str, str], str]) -> None:
    course = tomllib.loads(read("pyproject.toml"))["tool"]["course"]
    readme = read("README.md")
    for path in sorted((ROOT / "course").glob("[0-9][0-9]_*.py")):
        stem = path.stem
        graded = (ROOT / "solutions" / f"{stem}.py").exists()
        for place, there in ((f"course/{stem}.ipynb", True), (f"exercises/{stem}/{stem}.ipynb", graded)):
            assert (badge(course["repository"], course["branch"], place) in readme) is there


def test_the_readmes_picture_is_what_its_command_draws() -> None:
    make = ["make", "-C", str(ROOT), "--no-print-directory", "-n", "picture", f"BIN={Path(sys.executable).parent}"]
    recipe = subprocess.run(make, capture_output=True, text=True, check=True).stdout
    command, _, target = recipe.strip().rpartition(" > ")
    drawn = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert drawn == read(target)


def parsers(text: str) -> list[int]:
    """Lines that call Python's parser themselves."""
    calls = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if ast.unparse(call.func) in ("ast.parse", "ast.literal_eval")]


def test_what_runs_in_several_threads_parses_one_at_a_time() -> None:
    assert parsers("import ast\nast.parse('1')") == [2]
    # Checks run in learners' processes.
    alone = (ROOT / "autograder" / "parsing.py", ROOT / "autograder" / "check")
    threaded = [path for path in (ROOT / "autograder").rglob("*.py") if not any(map(path.is_relative_to, alone))]
    threaded += [ROOT / "tests" / "damage.py", *(ROOT / "benchmarks").glob("*.py")]
    assert {path.name: parsers(path.read_text(encoding="utf-8")) for path in threaded} == {
        path.name: [] for path in threaded
    }
