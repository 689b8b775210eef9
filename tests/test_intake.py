"""Intake: what is no notebook is refused with a sentence; where nothing is lost, nothing is refused; nothing else escapes."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.grade import intake
from autograder.grade.intake import read
from autograder.grade.limits import Limits
from autograder.grade.submission import Refused, SubmittedCell

RELEASED = sorted((Path(__file__).parents[1] / "exercises").glob("*/*.ipynb"))
PIXEL = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def cell(kind: str = "code", source: Any = "x = 1", **more: Any) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source} | more


def notebook(*cells: Any, **more: Any) -> dict[str, Any]:
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)} | more


def file(*cells: Any, **more: Any) -> bytes:
    return json.dumps(notebook(*cells, **more)).encode()


def refusal(content: bytes, limits: Limits = intake.DEFAULT) -> str:
    with pytest.raises(Refused) as caught:
        read(content, limits)
    return str(caught.value)


GOOD = file(cell())


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: path.stem)
def test_a_released_notebook_is_read_whole(path: Path) -> None:
    cells = read(path.read_bytes())
    raw = json.loads(path.read_bytes())["cells"]
    assert [c.source for c in cells] == ["".join(r["source"]) for r in raw]
    assert [c.id for c in cells] == [r["id"] for r in raw]
    assert [c.grade_id for c in cells] == [r["metadata"].get("nbgrader", {}).get("grade_id", "") for r in raw]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty: save the notebook"),
        (b" \n\t ", "The file is empty"),
        (b"%PDF-1.7\n...", "The file is a PDF, not a notebook: hand in the notebook itself"),
        (b"PK\x03\x04....", "The file is a zip archive"),
        (b"\x1f\x8b\x08....", "The file is a gzip archive"),
        (b"\x89PNG\r\n\x1a\n", "The file is a picture (PNG)"),
        (b"\xff\xd8\xff\xe0", "The file is a picture (JPEG)"),
        (b"GIF89a", "The file is a picture (GIF)"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "The file is a picture (WebP)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "The file is an Office document"),
        (b"\n<!DOCTYPE html><html></html>", "The file is a web page (HTML)"),
        (b"import torch\n\nx = 1\n", "The file is a Python file, not a notebook"),
        (b"# %%\nx = 1\n", "The file is a Python file, not a notebook"),
        (b'{"cells": ["\xff\xfe"]}', "The file is not text in UTF-8"),
        ("Grüße".encode("latin-1"), "The file is not text in UTF-8"),
        (GOOD[:-5], "The file breaks off in the middle"),
        (GOOD[: len(GOOD) // 2], "The file breaks off in the middle"),
        (GOOD + b"}", "The file is not a notebook, or it was damaged (line 1, column"),
        (b"{'cells': []}", "The file is not a notebook, or it was damaged (line 1, column 2"),
        (b'{\n<<<<<<< HEAD\n"cells": []\n=======\n}', "a merge that Git could not finish"),
        (b"[]", "The file is JSON, but no notebook"),
        (b"4", "The file is JSON, but no notebook"),
        (b'{"nbformat": 4}', "The notebook has no list of cells"),
        (b'{"nbformat": 4, "cells": {}}', "The notebook has no list of cells"),
        (b'{"nbformat": 3, "worksheets": [3]}', "The notebook has no list of cells"),
        (b'{"nbformat": 3, "worksheets": [{"cells": 3}]}', "The notebook has no list of cells"),
        (file(), "The notebook has no cells"),
        (b'{"nbformat": 3, "worksheets": []}', "The notebook has no cells"),
        (file(cell(), nbformat=1), "old format 1, which this grader does not read: open it in JupyterLab, save it"),
        (file(cell(), nbformat=2), "old format 2"),
        (file(cell(), nbformat=5), "format 5, newer than this grader knows"),
        (file(cell(), nbformat=99), "format 99, newer"),
        (file(cell(), nbformat="4"), "does not say which notebook format it has"),
        (file(cell(), nbformat=True), "does not say which notebook format it has"),
        (file(cell(), nbformat=-4), "does not say which notebook format it has"),
        (GOOD.replace(b'"nbformat": 4', b'"nbformat": ' + b"4" * 100_000), "does not say which notebook format it has"),
        (file(cell(), "a cell"), "Cell 2 of the notebook is not a cell"),
        (file(cell(), None), "Cell 2 of the notebook is not a cell"),
        (file(cell(source=3)), "Cell 1 of the notebook has no text that can be read"),
        (file(cell(source=["x", 3])), "Cell 1 of the notebook has no text that can be read"),
        (file(cell(source={"a": 1})), "Cell 1 of the notebook has no text that can be read"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    said = refusal(content)
    assert sentence in said
    assert said.endswith(".")
    assert "\n" not in said


def test_the_limits_hold() -> None:
    assert "The file has" in refusal(GOOD, Limits(file_bytes=50))
    assert "clear the outputs" in refusal(GOOD, Limits(file_bytes=50))
    assert "has 3 cells and may have 2" in refusal(file(cell(), cell(), cell()), Limits(cells=2))
    assert "Cell 2 of the notebook holds more than" in refusal(
        file(cell(), cell(source="é" * 60)), Limits(cell_bytes=100)
    )
    assert read(file(cell(source="e" * 100)), Limits(cell_bytes=100))


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
def test_depth_is_counted_before_anything_recurses(opening: str) -> None:
    for count in (200, 3_000_000):
        started = time.perf_counter()
        assert "levels deep" in refusal((opening * count).encode()[: 19 * intake.MB])
        assert time.perf_counter() - started < 1
    assert "levels deep" in refusal(file(cell(outputs=json.loads("[" * 101 + "]" * 101))))
    assert read(file(cell(outputs=json.loads("[" * 90 + "]" * 90))))


def test_brackets_in_strings_are_no_depth() -> None:
    for source in ("[" * 500, '"[' * 500, "\\[" * 500, '\\"[' * 500, "\\" * 501 + "[" * 200, '\\\\"[[' * 300):
        assert read(file(cell(source=source)))[0].source == source
    started = time.perf_counter()
    assert read(file(cell(outputs=["\\" * 9_000_000])))
    assert time.perf_counter() - started < 2
    for size in (intake._CHUNK - 40, intake._CHUNK - 30, intake._CHUNK - 20):  # an escape where the scan cuts
        source = "a" * (size // 2) + '\\"' * 200 + "[" * 300
        assert read(file(cell(outputs=["a" * (size // 2)]), cell(source=source)))[1].source == source


@pytest.mark.parametrize("flood", [b"[],", b"{},", b'{"a":0},', b'"ab",', b"1,", b"1.5,", b'"",', b'[[""]],'])
def test_a_flood_of_small_values_is_refused(flood: bytes) -> None:
    count = 12 * intake.MB // len(flood)
    assert "too many single values" in refusal(b'{"cells":[' + flood * count + b"0]}")


def test_numbers_that_python_refuses_to_read_are_harmless() -> None:
    content = GOOD.replace(
        b'"metadata": {}', b'"metadata": {"a": NaN, "b": -Infinity, "c": 1e999, "d": %s}' % (b"9" * 10_000)
    )
    assert read(content)[0].source == "x = 1"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_of_unicode_are_read(encoding: str) -> None:
    content = json.dumps(notebook(cell(source="ü = 'Ω'")), ensure_ascii=False).encode(encoding)
    assert read(content)[0].source == "ü = 'Ω'"


@pytest.mark.parametrize("minor", range(10))
def test_every_minor_version_of_nbformat_4(minor: int) -> None:
    assert read(file(cell(), nbformat_minor=minor)) == (SubmittedCell("code", "x = 1"),)


def test_nbformat_3_is_converted() -> None:
    sheets = [
        {"cells": [{"cell_type": "heading", "level": 2, "source": ["Title"], "metadata": {}}]},
        {"cells": [{"cell_type": "code", "input": ["x = 1\n", "y"], "metadata": {"nbgrader": {"grade_id": "a"}}}]},
        {"cells": [{"cell_type": "html", "source": "<b>"}]},
        {},
    ]
    content = json.dumps({"nbformat": 3, "nbformat_minor": 0, "worksheets": sheets}).encode()
    assert read(content) == (
        SubmittedCell("markdown", "## Title"),
        SubmittedCell("code", "x = 1\ny", grade_id="a"),
        SubmittedCell("raw", "<b>"),
    )


def test_where_nothing_is_lost_nothing_is_refused() -> None:
    cells = [
        {"cell_type": "code", "source": "a", "id": "same"},
        {"cell_type": "code", "source": "b", "id": "same", "metadata": None},
        {"cell_type": "code", "metadata": {}},
        {"cell_type": "secret", "source": "c"},
        {"source": "d", "id": 7, "metadata": {"nbgrader": []}},
        {"cell_type": "code", "source": "e", "metadata": {"id": "colab", "nbgrader": {"grade_id": ["x"]}}},
    ]
    read_cells = read(json.dumps({"nbformat": 4, "cells": cells, "metadata": {"widgets": {"x": {}}}}).encode())
    assert [(c.kind, c.source, c.id, c.grade_id) for c in read_cells] == [
        ("code", "a", "same", ""),
        ("code", "b", "same", ""),
        ("code", "", "", ""),
        ("raw", "c", "", ""),
        ("raw", "d", "", ""),
        ("code", "e", "colab", ""),
    ]
    assert read(json.dumps({"cells": [cell()]}).encode()) == (SubmittedCell("code", "x = 1"),)


def test_of_two_equal_keys_the_last_wins() -> None:
    assert read(b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "a", "source": "b"}]}')[0].source == "b"


def test_nothing_personal_is_kept() -> None:
    metadata = {"executionInfo": {"user": {"displayName": "Ada Lovelace"}}, "tags": ["skip-execution"], "id": "x"}
    output = {"output_type": "stream", "name": "stdout", "text": "Ada"}
    assert "Ada" not in repr(read(file(cell(metadata=metadata, outputs=[output], execution_count=3))))


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ('"a\\r\\nb\\rc"', "a\nb\nc"),
        ('"a\\u0000b"', "a\ufffdb"),
        ('"a\\ud800b"', "a\ufffdb"),
        ('"\\udc00\\ud800"', "\ufffd\ufffd"),
        ('"\\ud83d\\ude00"', "😀"),
        ('["\\ud83d", "\\ude00"]', "😀"),
        ('"a\tb"', "a\tb"),
    ],
)
def test_a_source_can_be_written_and_compiled(raw: str, clean: str) -> None:
    content = f'{{"nbformat": 4, "cells": [{{"cell_type": "code", "source": {raw}}}]}}'.encode()
    source = read(content)[0].source
    assert source == clean
    source.encode()
    compile(f"'''{source}'''", "cell", "exec")


def test_pictures_are_kept_in_markdown_only() -> None:
    attachments: dict[str, Any] = {
        "a.png": {"image/png": PIXEL, "text/html": "<script>"},
        "b.jpg": {"image/jpeg": [PIXEL[:4], PIXEL[4:]]},
        "c.svg": {"image/svg+xml": PIXEL},
        "d.png": {"image/png": "not base64!"},
        "e.png": {"image/png": 3},
        "f.png": "flat",
        "g.png": {"image/png": ""},
    }
    markdown, code, broken = read(
        file(
            cell("markdown", attachments=attachments), cell(attachments=attachments), cell("markdown", attachments=[1])
        )
    )
    assert markdown.attachments == {"a.png": {"image/png": PIXEL}, "b.jpg": {"image/jpeg": PIXEL}}
    assert code.attachments == broken.attachments == {}


def test_imports_are_light() -> None:
    import subprocess
    import sys

    code = "import sys, autograder.grade.intake; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "nbformat", "nbgrader", "traitlets"} & set(loaded)


def readable(content: bytes) -> None:
    """Read it, or refuse it; what is read can be written."""
    try:
        cells = read(content)
    except Refused:
        return
    for one in cells:
        one.source.encode()
        assert "\0" not in one.source
        assert "\r" not in one.source


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=20,
)
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | JSON,
        "source": st.text() | st.lists(st.text()) | JSON,
        "input": st.text() | JSON,
        "id": st.text(max_size=20) | JSON,
        "metadata": st.fixed_dictionaries(
            {}, optional={"id": JSON, "nbgrader": JSON | st.fixed_dictionaries({"grade_id": JSON})}
        ),
        "attachments": st.dictionaries(st.text(), st.dictionaries(st.sampled_from(intake.PICTURES), JSON)) | JSON,
        "level": JSON,
    },
)
NOTEBOOKS = st.fixed_dictionaries(
    {},
    optional={
        "nbformat": st.integers(0, 6) | JSON,
        "cells": st.lists(CELLS | JSON, max_size=5) | JSON,
        "worksheets": st.lists(st.fixed_dictionaries({"cells": st.lists(CELLS, max_size=3) | JSON}) | JSON, max_size=3)
        | JSON,
    },
)


@settings(max_examples=300, deadline=None)
@given(NOTEBOOKS)
def test_nothing_but_a_refusal_escapes_json_of_any_shape(data: Any) -> None:
    readable(json.dumps(data).encode())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_nothing_but_a_refusal_escapes_a_damaged_file(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([GOOD, file(cell("markdown", 'é[{\\"')), RELEASED[0].read_bytes()])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        content[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    readable(bytes(content))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_nothing_but_a_refusal_escapes_any_bytes(content: bytes) -> None:
    readable(content)
