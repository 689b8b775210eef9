"""What learners and editors do to a notebook that must cost no points where the learner's code is whole.

A damage changes a notebook (the JSON object) in place, by chance, and returns the exercises whose code it did destroy: none does so, but
where a damage meets what an earlier one made of the notebook, it can say so. `prepare` labels the cells of a submission, so that a
damage knows what a cell was after others have taken its metadata away; `save` takes the labels off and gives the file.
"""

from __future__ import annotations

import ast
import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from autograder.parsing import parse

JSON = dict[str, Any]
Damage = Callable[[JSON, random.Random], set[str]]
LABEL = "label"  # role, id and released text of the assignment's cells; kept in the cell until `save`


def prepare(submission: bytes, released: bytes) -> JSON:
    """A submission's notebook, labelled."""
    texts = {cell["id"]: "".join(cell["source"]) for cell in json.loads(released)["cells"]}
    notebook: JSON = json.loads(submission)
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
        marks = cell["metadata"].get("nbgrader", {})
        identity = marks.get("grade_id") or cell.get("id") or cell["metadata"].get("id", "")
        role = "answer" if marks.get("solution") else "test" if marks.get("grade") else "locked" if marks else "given"
        if identity in texts:
            cell[LABEL] = {"role": role, "id": identity, "released": texts[identity]}
    return notebook


def save(notebook: JSON) -> bytes:
    """The file, without labels."""
    cells = [{key: value for key, value in cell.items() if key != LABEL} for cell in notebook["cells"]]
    return json.dumps({**notebook, "cells": cells}, ensure_ascii=False).encode()


def answers(notebook: JSON) -> dict[str, str]:
    """The code of each answer cell, before any damage."""
    return {cell[LABEL]["id"]: cell["source"] for cell in notebook["cells"] if role_of(cell) == "answer"}


def overruled(notebook: JSON, wanted: dict[str, str]) -> set[str]:
    """Exercises whose earlier version has come to stand behind the last of the answer: then it is what counts."""
    found = set()
    for place, cell in enumerate(notebook["cells"]):
        if role_of(cell) == "earlier":
            exercise = cell[LABEL]["id"]
            behind = [c for c in notebook["cells"][place:] if role_of(c) == "answer" and c[LABEL]["id"] == exercise]
            name = names_of(cell["source"])[0]
            if not any(last_binding(wanted[exercise], name) in other["source"] for other in behind):
                found.add(exercise)
    return found


def role_of(cell: JSON) -> str:
    return str(cell.get(LABEL, {}).get("role", ""))


def code_cell(source: str) -> JSON:
    return {"cell_type": "code", "metadata": {}, "source": source, "execution_count": None, "outputs": []}


def copy_of(cell: JSON, **changes: Any) -> JSON:
    return {**json.loads(json.dumps(cell)), **changes}


def retyped(cell: JSON, kind: str) -> JSON:
    kept = {key: value for key, value in cell.items() if key not in ("outputs", "execution_count")}
    return {**kept, "cell_type": kind} | ({"outputs": [], "execution_count": None} if kind == "code" else {})


@cache
def names_of(source: str) -> list[str]:
    """Names that top-level statements bind by def, class and assignment; an import counts as none."""
    names = []
    for node in parse(source).body:
        for part in ast.walk(node) if not isinstance(node, ast.FunctionDef | ast.ClassDef) else (node,):
            if isinstance(part, ast.FunctionDef | ast.ClassDef):
                names.append(part.name)
            elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                names.append(part.id)
    return names


def last_binding(source: str, name: str) -> str:
    """The text of the last statement that binds the name."""
    texts = (ast.get_source_segment(source, node) or "" for node in parse(source).body)
    return [text for text in texts if name in names_of(text)][-1]


def untouched(cell: JSON) -> bool:
    return "".join(cell["source"].split()) == "".join(cell[LABEL]["released"].split())


def pick(notebook: JSON, chance: random.Random, *roles: str, worked: bool = False) -> int | None:
    """The place of some cell of these roles; with `worked`, of an answer with work in it that is code still."""
    places = [
        place
        for place, cell in enumerate(notebook["cells"])
        if role_of(cell) in roles
        and not (worked and (cell["cell_type"] != "code" or untouched(cell) or "```" in cell["source"]))
    ]
    return chance.choice(places) if places else None


def strip_metadata(notebook: JSON, chance: random.Random) -> set[str]:
    """A converter or a merge tool: no metadata at all."""
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    return set()


def strip_metadata_and_ids(notebook: JSON, chance: random.Random) -> set[str]:
    strip_metadata(notebook, chance)
    return drop_ids(notebook, chance)


def lose_some_marks(notebook: JSON, chance: random.Random) -> set[str]:
    for cell in notebook["cells"]:
        if chance.random() < 0.3:
            cell["metadata"].pop("nbgrader", None)
    return set()


def drop_ids(notebook: JSON, chance: random.Random) -> set[str]:
    """Saved as nbformat 4.0 by something other than Colab."""
    notebook["nbformat_minor"] = 0
    for cell in notebook["cells"]:
        cell.pop("id", None)
        cell["metadata"].pop("id", None)
    return set()


def new_ids(notebook: JSON, chance: random.Random) -> set[str]:
    for cell in notebook["cells"]:
        cell["id"] = f"{chance.getrandbits(40):010x}"
        cell["metadata"].pop("id", None)
    return set()


def colab_40(notebook: JSON, chance: random.Random) -> set[str]:
    """An older notebook through Colab: ids in the metadata only, and the learner's name."""
    notebook["nbformat_minor"] = 0
    for cell in notebook["cells"]:
        cell["metadata"]["id"] = cell.pop("id", f"{chance.getrandbits(40):010x}")
        cell["metadata"]["executionInfo"] = {"user": {"displayName": "A. Learner", "userId": "1"}}
    return set()


def view_in_github(notebook: JSON, chance: random.Random) -> set[str]:
    badge = {
        "cell_type": "markdown",
        "metadata": {"id": "view-in-github"},
        "source": '<a href="https://colab">badge</a>',
    }
    notebook["cells"].insert(0, badge)
    return set()


def ids_in_an_old_notebook(notebook: JSON, chance: random.Random) -> set[str]:
    """Cells pasted into a 4.1 notebook: ids where the format has none."""
    notebook["nbformat_minor"] = 1
    for cell in notebook["cells"]:
        if chance.random() < 0.5:
            cell.pop("id", None)
    return set()


def reformat(notebook: JSON, chance: random.Random) -> set[str]:
    """White space at line ends, CRLF, a blank line at the end."""
    for cell in notebook["cells"]:
        end = chance.choice(("", "\n", "\n\n", "  "))
        cell["source"] = cell["source"] + end
        if chance.random() < 0.3 and "\r" not in cell["source"]:
            cell["source"] = cell["source"].replace("\n", "\r\n")
    return set()


def duplicate_answer(notebook: JSON, chance: random.Random) -> set[str]:
    place = pick(notebook, chance, "answer")
    if place is not None:
        cell = notebook["cells"][place]
        copy = copy_of(cell)
        copy.pop(LABEL)
        notebook["cells"].insert(place + chance.choice((0, 1)), copy)
    return set()


def duplicate_as_stub(notebook: JSON, chance: random.Random) -> set[str]:
    """The untouched cell once more, from a second download, in front of the answer or behind."""
    place = pick(notebook, chance, "answer", worked=True)
    if place is not None:
        cell = notebook["cells"][place]
        copy = copy_of(cell, source=cell[LABEL]["released"])
        copy.pop(LABEL)
        notebook["cells"].insert(place + chance.choice((0, 1)), copy)
    return set()


def earlier_version(notebook: JSON, chance: random.Random) -> set[str]:
    """A first try left in front of the answer, with the answer's metadata."""
    place = pick(notebook, chance, "answer", worked=True)
    if place is not None:
        cell = notebook["cells"][place]
        name = names_of(cell[LABEL]["released"])[0]
        function = cell[LABEL]["released"].startswith("def ")
        copy = copy_of(cell, source=f"def {name}(*arguments):\n    return 0" if function else f"{name} = 'a first try'")
        copy[LABEL] = {"role": "earlier", "id": cell[LABEL]["id"], "released": cell[LABEL]["released"]}
        copy.pop("id", None)
        notebook["cells"].insert(place, copy)
    return set()


def duplicate_test(notebook: JSON, chance: random.Random) -> set[str]:
    return _duplicate(notebook, chance, "test")


def duplicate_locked(notebook: JSON, chance: random.Random) -> set[str]:
    return _duplicate(notebook, chance, "locked")


def _duplicate(notebook: JSON, chance: random.Random, role: str) -> set[str]:
    place = pick(notebook, chance, role)
    if place is not None:
        copy = copy_of(notebook["cells"][place])
        copy.pop(LABEL)
        notebook["cells"].insert(chance.randint(place, len(notebook["cells"])), copy)
    return set()


def delete_tests(notebook: JSON, chance: random.Random) -> set[str]:
    return _delete(notebook, chance, "test")


def delete_locked(notebook: JSON, chance: random.Random) -> set[str]:
    return _delete(notebook, chance, "locked")


def delete_text(notebook: JSON, chance: random.Random) -> set[str]:
    return _delete(notebook, chance, "given")


def _delete(notebook: JSON, chance: random.Random, role: str) -> set[str]:
    destroyed: set[str] = set()
    for _ in range(chance.randint(1, 3)):
        place = pick(notebook, chance, role)
        if place is not None:
            destroyed |= _answer_within(notebook["cells"].pop(place))
    return destroyed


def _answer_within(test: JSON) -> set[str]:
    """The exercise whose answer may have been written into this test cell."""
    edited = role_of(test) == "test" and test["source"] != test[LABEL]["released"]
    return {test[LABEL]["id"].partition("-")[0]} if edited else set()


def edit_test(notebook: JSON, chance: random.Random) -> set[str]:
    place = pick(notebook, chance, "test")
    if place is not None:
        notebook["cells"][place]["source"] += "\nprint('passed, it seems')\nmine = 1"
    return set()


def edit_locked(notebook: JSON, chance: random.Random) -> set[str]:
    place = pick(notebook, chance, "locked")
    if place is not None:
        notebook["cells"][place]["source"] += "\nimport math as maths\n"
    return set()


def empty_test(notebook: JSON, chance: random.Random) -> set[str]:
    place = pick(notebook, chance, "test")
    if place is None:
        return set()
    destroyed = _answer_within(notebook["cells"][place])
    notebook["cells"][place]["source"] = ""
    return destroyed


def move_cells(notebook: JSON, chance: random.Random) -> set[str]:
    """Some of the assignment's cells dragged elsewhere."""
    for _ in range(chance.randint(1, 4)):
        place = pick(notebook, chance, "answer", "test", "given", "locked")
        if place is not None:
            cell = notebook["cells"].pop(place)
            notebook["cells"].insert(chance.randint(0, len(notebook["cells"])), cell)
    return set()


def shuffle(notebook: JSON, chance: random.Random) -> set[str]:
    """Every cell of the assignment elsewhere, with the learner's cells that stood behind it."""
    groups: list[list[JSON]] = [[]]
    for cell in notebook["cells"]:
        if LABEL in cell:
            groups.append([])
        groups[-1].append(cell)
    first, rest = groups[0], groups[1:]
    chance.shuffle(rest)
    notebook["cells"] = first + [cell for group in rest for cell in group]
    return set()


def split_answer(notebook: JSON, chance: random.Random) -> set[str]:
    """A cell cut in two between statements; the mark stays with the first part, the last part or both."""
    places = []
    for place, cell in enumerate(notebook["cells"]):
        if (
            role_of(cell) == "answer"
            and cell["cell_type"] == "code"
            and not untouched(cell)
            and "```" not in cell["source"]
        ):
            names = names_of(cell["source"])
            if len(parse(cell["source"]).body) > 1 and len(names) == len(set(names)):
                places.append(place)
    if not places:
        return set()
    place = chance.choice(places)
    cell = notebook["cells"][place]
    nodes = parse(cell["source"]).body
    node = chance.choice(nodes[1:])
    line = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) - 1
    lines = cell["source"].split("\n")
    parts = ["\n".join(lines[:line]), "\n".join(lines[line:])]
    who = chance.choice(("first", "last", "both"))
    marked = 1 if who == "last" else 0
    cell["source"] = parts[marked]
    other = copy_of(cell, source=parts[1 - marked]) if who == "both" else code_cell(parts[1 - marked])
    other.pop(LABEL, None)
    other.pop("id", None)
    notebook["cells"].insert(place + (marked == 0), other)
    return set()


def merge_two(notebook: JSON, chance: random.Random) -> set[str]:
    """One answer written into the cell of another, the untouched cell left where it was, or deleted."""
    return _merge(notebook, chance, chance.sample(_mergeable(notebook), k=min(2, len(_mergeable(notebook)))))


def merge_all(notebook: JSON, chance: random.Random) -> set[str]:
    """Everything in one cell."""
    return _merge(notebook, chance, _mergeable(notebook))


def _mergeable(notebook: JSON) -> list[int]:
    seen: set[str] = set()
    places = []
    for place, cell in enumerate(notebook["cells"]):
        if role_of(cell) == "answer" and cell["cell_type"] == "code" and "```" not in cell["source"]:
            names = set(names_of(cell["source"]))
            if not untouched(cell) and not names & seen:
                seen |= names
                places.append(place)
    return places


def _merge(notebook: JSON, chance: random.Random, places: list[int]) -> set[str]:
    if len(places) < 2:
        return set()
    home = chance.choice(places)
    cells = notebook["cells"]
    text = "\n\n\n".join(cells[place]["source"] for place in sorted(places))
    for place in sorted(places, reverse=True):
        cells[place]["source"] = cells[place][LABEL]["released"]
        if place != home and chance.random() < 0.3:
            del cells[place]
            home -= place < home
    if chance.random() < 0.3:
        cells.insert(home + chance.choice((0, 1)), code_cell(text))
    else:
        cells[home]["source"] = text
    return set()


def answer_elsewhere(notebook: JSON, chance: random.Random) -> set[str]:
    """The answer in a cell of the learner's own, anywhere; the answer cell untouched or empty."""
    place = pick(notebook, chance, "answer", worked=True)
    if place is not None:
        cell = notebook["cells"][place]
        own = code_cell(cell["source"])
        cell["source"] = chance.choice((cell[LABEL]["released"], ""))
        notebook["cells"].insert(chance.randint(3, len(notebook["cells"])), own)
    return set()


def answer_in_test(notebook: JSON, chance: random.Random) -> set[str]:
    """The answer written at the top of a test cell of its own, the answer cell untouched."""
    place = pick(notebook, chance, "answer", worked=True)
    if place is None:
        return set()
    cell = notebook["cells"][place]
    tests = [
        c for c in notebook["cells"] if role_of(c) == "test" and c[LABEL]["id"].startswith(cell[LABEL]["id"] + "-")
    ]
    if tests and all(isinstance(n, ast.FunctionDef | ast.Assign | ast.Import) for n in parse(cell["source"]).body):
        test = chance.choice(tests)
        test["source"] = cell["source"] + "\n\n" + test["source"]
        cell["source"] = cell[LABEL]["released"]
    return set()


def test_under_answer(notebook: JSON, chance: random.Random) -> set[str]:
    """A test's code pasted under the answer, in the same cell."""
    place = pick(notebook, chance, "answer", worked=True)
    if place is not None:
        cell = notebook["cells"][place]
        tests = [
            c for c in notebook["cells"] if role_of(c) == "test" and c[LABEL]["id"].startswith(cell[LABEL]["id"] + "-")
        ]
        if tests:
            cell["source"] += "\n\n" + tests[0][LABEL]["released"]
    return set()


def retype_answer(notebook: JSON, chance: random.Random) -> set[str]:
    place = pick(notebook, chance, "answer", worked=True)
    if place is not None:
        notebook["cells"][place] = retyped(notebook["cells"][place], chance.choice(("markdown", "raw")))
    return set()


def retype_test(notebook: JSON, chance: random.Random) -> set[str]:
    place = pick(notebook, chance, "test", "locked")
    if place is not None:
        notebook["cells"][place] = retyped(notebook["cells"][place], chance.choice(("markdown", "raw")))
    return set()


def fence_answer(notebook: JSON, chance: random.Random) -> set[str]:
    """The answer as a chat program gave it: a text with a fence, or the fence itself in the code cell."""
    place = pick(notebook, chance, "answer", worked=True)
    if place is not None:
        cell = notebook["cells"][place]
        cell["source"] = f"```python\n{cell['source']}\n```"
        if chance.random() < 0.5:
            cell = retyped(cell, "markdown")
            cell["source"] = f"Here is the function:\n\n{cell['source']}\n\nIt works."
            notebook["cells"][place] = cell
    return set()


DAMAGES: dict[str, Damage] = {
    damage.__name__: damage
    for damage in (
        strip_metadata,
        strip_metadata_and_ids,
        lose_some_marks,
        drop_ids,
        new_ids,
        colab_40,
        view_in_github,
        ids_in_an_old_notebook,
        reformat,
        duplicate_answer,
        duplicate_as_stub,
        earlier_version,
        duplicate_test,
        duplicate_locked,
        delete_tests,
        delete_locked,
        delete_text,
        edit_test,
        edit_locked,
        empty_test,
        move_cells,
        shuffle,
        split_answer,
        merge_two,
        merge_all,
        answer_elsewhere,
        answer_in_test,
        test_under_answer,
        retype_answer,
        retype_test,
        fence_answer,
    )
}
SILENT = {  # after these there may be nothing to mend
    *("drop_ids", "new_ids", "colab_40", "view_in_github", "ids_in_an_old_notebook", "reformat"),
    *("test_under_answer", "split_answer", "answer_elsewhere"),
}
