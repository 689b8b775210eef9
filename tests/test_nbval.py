"""nbval, as `make test` calls it, treats each way an output can change as it should."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbval.plugin import get_sanitize_patterns

HERE = Path(__file__).parent
NOTEBOOKS = sorted([*HERE.parent.glob("course/*.ipynb"), *HERE.parent.glob("solutions/*/*.ipynb")])


def stored(source: str, text: str | None, **options: object) -> nbformat.NotebookNode:
    """An executed cell that once printed `text`, or an executed cell without output."""
    outputs = [] if text is None else [new_output("stream", name="stdout", text=text)]
    return new_code_cell(source, outputs=outputs, execution_count=1, **options)


def echoed(source: str, text: str) -> nbformat.NotebookNode:
    output = new_output("execute_result", {"text/plain": text}, execution_count=1)
    return new_code_cell(source, outputs=[output], execution_count=1)


CASES: dict[str, tuple[nbformat.NotebookNode, bool]] = {
    "the same output": (stored("print(1)", "1\n"), True),
    "a changed output": (stored("print(2)", "1\n"), False),
    "a missing output": (stored("pass", "1\n"), False),
    "an output where none was": (stored("print(1)", None), False),
    "a dead kernel": (stored("import os; os._exit(1)", None), False),
    "an error": (stored("1 / 0", None), False),
    "an error that is meant": (
        new_code_cell(
            "raise ValueError('x')",
            metadata={"tags": ["raises-exception"]},
            outputs=[new_output("error", ename="ValueError", evalue="x", traceback=["x"])],
            execution_count=1,
        ),
        True,
    ),
    "an ignored timing": (
        stored("import time; print(time.time())", "1\n", metadata={"tags": ["nbval-ignore-output"]}),
        True,
    ),
    "an error in an ignored cell": (stored("assert False", None, metadata={"tags": ["nbval-ignore-output"]}), False),
    "a cell that was never executed": (new_code_cell("print(1)"), True),
    "a tensor on CUDA": (
        echoed(
            "'X'; class_ = type('T', (), {'__repr__': lambda s: 'tensor([1.])'}); class_()",
            "tensor([1.], device='cuda:0')",
        ),
        True,
    ),
    "a tensor on CUDA with a dtype": (
        stored("print('tensor([1.], dtype=torch.float64)')", "tensor([1.], device='cuda:0', dtype=torch.float64)\n"),
        True,
    ),
    "a tensor on CUDA that breaks its last line": (
        stored(
            "print('tensor([1., 2.], grad_fn=<MulBackward0>)')",
            "tensor([1., 2.], device='cuda:0',\n       grad_fn=<MulBackward0>)\n",
        ),
        True,
    ),
    "a pair that stands on one line on the CPU": (
        stored(
            "print('(tensor([1.]), tensor([2.]))')",
            "(tensor([1.], device='cuda:0'),\n tensor([2.], device='cuda:0'))\n",
        ),
        True,
    ),
    "other numbers on CUDA": (stored("print('tensor([2.])')", "tensor([1.], device='cuda:0')\n"), False),
    "a device": (stored("print(\"device(type='cpu')\", 'cpu')", "device(type='cuda', index=0) cuda:0\n"), True),
    "a duration": (stored("print('took 1.25 ms')", "took 340 µs\n"), True),
    "an address": (stored("print('<f at 0x7f00>')", "<f at 0x12ab>\n"), True),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bool]:
    """Each case in a notebook of its own, all in one run: case -> did nbval accept it?"""
    folder = tmp_path_factory.mktemp("nbval")
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    names = {f"case_{index:02}": case for index, case in enumerate(CASES)}
    for name, case in names.items():
        nbformat.write(new_notebook(cells=[CASES[case][0]], metadata=kernel), folder / f"{name}.ipynb")
    options = ["--nbval", "--nbval-current-env", f"--nbval-sanitize-with={HERE / 'nbval_sanitize.cfg'}"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-c",
            "/dev/null",
            "-rA",
            *options,
            "--nbval-cell-timeout=8",
            "-p",
            "no:cacheprovider",
            str(folder),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    accepted = {}
    for name, case in names.items():
        outcomes = {
            line.split()[0]
            for line in done.stdout.splitlines()
            if f"{name}.ipynb" in line and line.split()[0] in ("PASSED", "FAILED", "ERROR")
        }
        assert outcomes, f"nbval said nothing of {case}:\n{done.stdout[-3000:]}"
        accepted[case] = outcomes == {"PASSED"}
    return accepted


@pytest.mark.parametrize("case", CASES)
def test_nbval_accepts_what_it_should_and_nothing_else(case: str, results: dict[str, bool]) -> None:
    assert results[case] is CASES[case][1]


def compared(notebook: nbformat.NotebookNode) -> Iterator[str]:
    """The texts of a notebook's outputs that nbval compares."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and "nbval-ignore-output" not in cell.metadata.get("tags", []):
            for output in cell.outputs:
                yield output.get("text") or output.get("evalue") or output.get("data", {}).get("text/plain", "")


def sanitised(text: str) -> str:
    for regex, replace in get_sanitize_patterns((HERE / "nbval_sanitize.cfg").read_text("utf-8")):
        text = re.sub(regex, replace, text)
    return text


def on_cuda(text: str) -> str:
    """The text as a machine prints it on which every tensor and every device that is named is its first GPU."""
    text = text.replace("device(type='cpu')", "device(type='cuda', index=0)")
    return re.sub(r"tensor\((?:[^()]|\([^()]*\))*\)", _tensor_on_cuda, re.sub(r"\bcpu\b", "cuda:0", text))


def _tensor_on_cuda(found: re.Match[str]) -> str:
    # As torch prints it: what is said behind the numbers starts a new line where the old one would pass 80 characters.
    shown, *suffixes = re.split(r",\s+(?=[a-z_]+=)", found[0][:-1])
    if any(suffix.startswith("device=") for suffix in suffixes):
        return found[0]
    length = len(shown) - shown.rfind("\n") + 1
    for suffix in ["device='cuda:0'", *suffixes]:
        breaks = length + len(suffix) + 2 > 80
        shown += (",\n       " if breaks else ", ") + suffix
        length = 7 + len(suffix) if breaks else length + len(suffix) + 2
    return shown + ")"


def test_a_text_on_cuda_is_what_torch_would_print() -> None:
    long = "tensor([0.1234, 0.1234, 0.1234, 0.1234, 0.1234, 0.1234], grad_fn=<SumBackward1>)"
    assert on_cuda(f"(tensor(1.), {long})") == (
        "(tensor(1., device='cuda:0'), tensor([0.1234, 0.1234, 0.1234, 0.1234, 0.1234, 0.1234], device='cuda:0',\n"
        "       grad_fn=<SumBackward1>))"
    )
    assert on_cuda("tensor(..., device='meta', size=(2,)) on cpu") == "tensor(..., device='meta', size=(2,)) on cuda:0"
    assert on_cuda("tensor([], size=(0, 3))") == "tensor([], device='cuda:0', size=(0, 3))"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_a_notebook_printed_on_the_cpu_holds_on_cuda(path: Path) -> None:
    for text in compared(nbformat.read(path, as_version=4)):
        assert sanitised(on_cuda(text)) == sanitised(text)


def test_the_course_prints_tensors() -> None:
    texts = [text for path in NOTEBOOKS for text in compared(nbformat.read(path, as_version=4))]
    assert sum(on_cuda(text) != text for text in texts) > 50
