"""nbval, as `make test` calls it, treats each way an output can change as it should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

HERE = Path(__file__).parent


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
