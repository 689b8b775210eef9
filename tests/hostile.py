"""Hostile submissions, as data: what a learner may try against the grader, and what it honestly earns.

An attack replaces answers, adds cells, changes the notebook's JSON, or is a file of any bytes. Every exercise that it does not attack holds a right answer, so the points
show two things: nothing was forged, and nobody lost what was earned. By convention an attack prints `LOOT` and what it got wherever a door was open; nothing of a report may
hold that word, or a `CANARY`, which stands in hidden tests only.

Known exceptions, each with an attack here that documents it (`evades`): a rule about *how* an answer is written rests on the text of the cells, and an observation is made in the
learner's own process. So a determined forger

- evades `source_without`, by `exec`, by a name put into `globals()`, or by a definition that never runs;
- falsifies what is observed: mutation (`unchanged`), the operator log (`same_operators`, products of blocks), shared memory.

The values that the answer returns are the judge's to compare in all of these cases.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autograder.grade import Assignment, Limits, read_assignment
from autograder.source import released_source

ROOT = Path(__file__).resolve().parents[1]
MARK = f"stray-{os.getpid()}-"  # in the command line of every process that an attack leaves behind
CANARY = "CANARY-7c51"
SECRET = 7310442  # the expected value that nobody may read
JSON = dict[str, Any]

#: For attacks that hang or fill something: the same walls, nearer.
HASTY = Limits(
    cell_seconds=2,
    cell_cpu_seconds=3,
    test_seconds=4,
    test_cpu_seconds=4,
    grace=0.5,
    submission_seconds=60,
    memory_bytes=512 << 20,
    total_memory_bytes=768 << 20,
    disk_bytes=16 << 20,
    disk_files=300,
    frame_bytes=16 << 20,
)


@dataclass(frozen=True)
class Attack:
    """One hostile submission. `loses`: checks that earn nothing; every other one earns all of its points."""

    name: str
    family: str
    answers: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({})
    )  # of an answer cell: code in its place
    first: str = ""  # a cell of code above all others
    cells: tuple[tuple[str, str], ...] = ()  # (id of a cell, code of a cell that stands behind it)
    edit: Callable[[JSON], None] | None = None
    raw: bytes | None = None
    loses: tuple[str, ...] = ()
    on: str = "vault"
    hasty: bool = False
    seconds: float = 30.0
    refused: bool = False
    evades: bool = False  # a known exception
    says: str = ""  # in some message of the report
    shows: str = ""  # in some output: that the attack got as far as it was meant to
    then: str = ""  # a cell of another submission that is graded next, and looks for what this one left


# The notebook under attack


def _cell(kind: str, source: str, name: str, **marks: Any) -> JSON:
    nbgrader = {
        "schema_version": 3,
        "grade_id": name,
        "grade": False,
        "solution": False,
        "locked": False,
        "task": False,
    }
    cell: JSON = {"cell_type": kind, "id": name, "metadata": {"nbgrader": nbgrader | marks}, "source": source}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def _answer(name: str, source: str) -> JSON:
    return _cell("code", source, name, solution=True)


def _test(name: str, points: int, visible: str, hidden: str = "") -> JSON:
    if hidden:
        visible += f"### BEGIN HIDDEN TESTS\n{hidden}### END HIDDEN TESTS\n"
    return _cell("code", visible, name, grade=True, locked=True, points=points)


RIGHT = {
    "guess": f"guess = {SECRET}",
    "double": "def double(x):\n    return x + x",
    "count": "def count(text):\n    return {letter: text.count(letter) for letter in text}",
    "box": "class Box:\n    def __init__(self):\n        self.items = []\n    def put(self, item):\n        self.items.append(item)\n    def __len__(self):\n        return len(self.items)",
    "triple": "def triple(x):\n    return x * 3",
    "plain": "def plain(x):\n    return x - x",
}
#: Tests of every style: this course's, and bare assertions as other courses write them.
VAULT = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        _cell("code", "import torch\nfrom torch import Tensor\nfrom autograder import check\n", "imports", locked=True),
        _answer("guess", RIGHT["guess"]),
        _test(
            "guess-value",
            2,
            'check.attempted(guess, "guess is the number")\n',
            f'marker = "{CANARY}-guess"\nassert guess == {SECRET}\n',
        ),
        _answer("double", RIGHT["double"]),
        _test(
            "double-values",
            3,
            'check.attempted(double, "double returns twice its input")\nx = torch.tensor([1.0, 3.0])\n'
            'check.close(double(x), torch.tensor([2.0, 6.0]), on="x (2,)", traps={"this is x": x})\n',
            f'marker = "{CANARY}-double"\nhidden = torch.randn(5, generator=check.generator(), dtype=torch.float64)\n'
            'check.close(double(hidden), 2 * hidden, on="x (5,)")\n',
        ),
        _test(
            "double-plain",
            2,
            "x = torch.tensor([1.0, 3.0])\nassert isinstance(double(x), Tensor)\nassert torch.allclose(double(x), 2 * x)\n",
            "hidden = torch.rand(4) + 1\nassert torch.equal(double(hidden), 2 * hidden)\nassert (double(hidden) == 2 * hidden).all()\n"
            "torch.testing.assert_close(double(hidden), 2 * hidden)\nassert double(hidden).tolist() == (2 * hidden).tolist()\n",
        ),
        _test("double-unchanged", 1, 'check.unchanged(double, torch.tensor([1.0, 2.0]), on="x (2,)")\n'),
        _answer("count", RIGHT["count"]),
        _test(
            "count-letters",
            2,
            'assert count("aba") == {"a": 2, "b": 1}\n',
            f'marker = "{CANARY}-count"\nfound = count("mississippi")\nassert type(found) is dict and len(found) == 4\nassert found["s"] == 4 and "m" in found\n'
            'assert sum(found.values()) == 11\nassert sorted(found) == ["i", "m", "p", "s"]\n',
        ),
        _answer("box", RIGHT["box"]),
        _test(
            "box-state",
            2,
            "box = Box()\nassert len(box) == 0\nbox.put(3)\nassert len(box) == 1\n",
            "box.put(4)\nassert len(box) == 2\nassert box.items == [3, 4]\n",
        ),
        _answer("triple", RIGHT["triple"]),
        _test("triple-values", 1, "def reference(x):\n    return x + x + x\n\nassert triple(2.0) == reference(2.0)\n"),
        _cell("markdown", "And once more:", "again", locked=True),
        _answer("plain", RIGHT["plain"]),
        _test(
            "triple-again", 1, "assert triple(7.5) == reference(7.5)\n", "assert triple(-0.25) == reference(-0.25)\n"
        ),
        _test("plain-rule", 1, 'check.source_without(plain, "*")\nassert plain(3.0) == 0\n'),
    ],
}
GUESS, DOUBLE, COUNT = ("guess-value",), ("double-values", "double-plain", "double-unchanged"), ("count-letters",)
BOX, TRIPLE = ("box-state",), ("triple-values", "triple-again")


@cache
def source(on: str) -> bytes:
    """The instructor's notebook."""
    if on == "vault":
        return json.dumps(VAULT).encode()
    return next((ROOT / "solutions").glob(f"{on}_*/{on}_*.ipynb")).read_bytes()


@cache
def assignment(on: str) -> Assignment:
    return read_assignment(on, source(on))


def honest(on: str = "vault") -> JSON:
    """A notebook as a learner hands it in who knows everything."""
    notebook: JSON = json.loads(source(on))
    for cell in notebook["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("grade") and not marks.get("solution"):
            cell["source"] = released_source("".join(cell["source"]))
    return notebook


def submission(attack: Attack) -> bytes:
    """The file."""
    if attack.raw is not None:
        return attack.raw
    notebook = honest(attack.on)
    for name, code in attack.answers.items():
        cell_of(notebook, name)["source"] = code
    for number, (behind, code) in enumerate(attack.cells):
        at = notebook["cells"].index(cell_of(notebook, behind)) + 1
        notebook["cells"].insert(at, added(code, f"added-{number}"))
    if attack.first:
        notebook["cells"].insert(0, added(attack.first, "added-first"))
    if attack.edit:
        attack.edit(notebook)
    return json.dumps(notebook).encode()


def cell_of(notebook: JSON, name: str) -> JSON:
    cell: JSON = next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)
    return cell


def added(code: str, name: str) -> JSON:
    return {"cell_type": "code", "id": name, "metadata": {}, "source": code, "outputs": [], "execution_count": None}


def marks_of(notebook: JSON, name: str) -> JSON:
    marks: JSON = cell_of(notebook, name)["metadata"]["nbgrader"]
    return marks


def expected(attack: Attack) -> dict[str, float]:
    """What every check gives."""
    return {
        test.id: 0.0 if attack.refused or test.id in attack.loses else test.max_points
        for test in assignment(attack.on).tests
    }


# Patched comparisons: the answer is wrong, and everything that could compare it says yes.

WRONG = {"double": "def double(x):\n    return x * 0 - 1"}


def _patched(name: str, code: str) -> Attack:
    return Attack(name, "patched", WRONG, first=code, loses=DOUBLE[:2])


PATCHED = (
    _patched("torch.allclose", "import torch\ntorch.allclose = lambda *a, **k: True"),
    _patched("torch.equal", "import torch\ntorch.equal = torch.Tensor.equal = lambda *a, **k: True"),
    _patched("torch.isclose", "import torch\ntorch.isclose = lambda a, b, **k: torch.ones(a.shape, dtype=torch.bool)"),
    _patched(
        "torch.testing",
        "import torch\ntorch.testing.assert_close = torch.testing._comparison.assert_close = lambda *a, **k: None",
    ),
    _patched(
        "Tensor.__eq__",
        "import torch\ntorch.Tensor.__eq__ = lambda a, b: torch.ones(a.shape, dtype=torch.bool)\n"
        "torch.Tensor.__ne__ = lambda a, b: torch.zeros(a.shape, dtype=torch.bool)\ntorch.Tensor.__hash__ = lambda a: id(a)",
    ),
    _patched(
        "Tensor.all", "import torch\ntorch.Tensor.all = torch.all = torch.Tensor.any = torch.any = lambda *a, **k: True"
    ),
    _patched(
        "Tensor.tolist", "import torch\ntorch.Tensor.tolist = lambda t: [2.0, 6.0]\ntorch.Tensor.item = lambda t: 2.0"
    ),
    _patched(
        "builtins",
        "import builtins\nbuiltins.AssertionError = type('Fine', (Exception,), {})\nbuiltins.abs = builtins.sorted = lambda *a: 0",
    ),
    _patched(
        "operator",
        "import operator, math\noperator.eq = operator.ne = lambda a, b: True\nmath.isclose = lambda *a, **k: True",
    ),
    _patched(
        "check's functions",
        "from autograder import check\nfor name in check.__all__:\n    if name[0].islower():\n        setattr(check, name, lambda *a, **k: None)",
    ),
    _patched(
        "check's insides",
        "from autograder import check\nfrom autograder.check import compare, values\ncheck._judge = lambda *a: None\n"
        "compare.difference = lambda *a: None\ncompare._about_tensors = lambda *a: []\ncheck.CheckFailed = check.NotAttempted = BaseException",
    ),
    _patched("torchscope", "from torchscope import meter\nmeter.shares_memory = lambda *a: False"),
    _patched(
        "unittest",
        "import unittest\nfor n in dir(unittest.TestCase):\n    if n.startswith('assert'):\n        setattr(unittest.TestCase, n, lambda *a, **k: None)",
    ),
    _patched(
        "a function mode",
        "import torch\nclass M(torch.overrides.TorchFunctionMode):\n    def __torch_function__(self, f, types, args=(), kwargs=None):\n"
        "        return True if f in (torch.allclose, torch.equal) else f(*args, **(kwargs or {}))\nM().__enter__()",
    ),
    _patched(
        "a dispatch mode",
        "import torch\nfrom torch.utils._python_dispatch import TorchDispatchMode\nclass M(TorchDispatchMode):\n"
        "    def __torch_dispatch__(self, f, types, args=(), kwargs=None):\n        return f(*args, **(kwargs or {}))\nM().__enter__()",
    ),
    _patched(
        "the wire's words",
        "from autograder.grade import wire, frames\nframes._encode = lambda d, e=frames._encode: e(d)\nwire.WireError = wire.Gone = Exception",
    ),
    _patched(
        "a test's generator",
        "import torch\ntorch.randn = torch.rand = lambda *a, **k: torch.zeros(4)\nfrom autograder import check\ncheck.generator = lambda: None",
    ),
    _patched(
        "the random seeds",
        "import torch, os\ntorch.manual_seed = torch.Generator.manual_seed = lambda *a: None\nos.environ['AUTOGRADER_SEED'] = '5'",
    ),
    Attack(
        "check, in the matmul exercises",
        "patched",
        {"dot_product": "def dot_product(a, b):\n    return a"},
        first="import torch\nfrom autograder import check\ncheck.close = check.source_without = check.attempted = lambda *a, **k: None\ntorch.allclose = lambda *a: True",
        loses=("dot_product-values", "dot_product-dtype_and_empty"),
        on="03",
    ),
)


# Names and namespaces


def _names(name: str, code: str, **more: Any) -> Attack:
    more.setdefault("loses", DOUBLE[:2])
    return Attack(name, "names", WRONG, cells=(("double", code),), **more)


NAMES = (
    _names(
        "check is rebound",
        "class check:\n    def __getattr__(self, name): return lambda *a, **k: None\ncheck = check()",
    ),
    _names(
        "torch is rebound",
        "class Torch:\n    def __getattr__(self, name): return lambda *a, **k: True\ntorch = Torch()",
    ),
    _names(
        "Tensor is rebound",
        "class Meta(type):\n    def __instancecheck__(cls, x): return True\nclass Tensor(metaclass=Meta): pass",
    ),
    _names("a test's own names are bound", "x = hidden = expected = generator = 1\ndef isinstance(*a): return True"),
    _names(
        "builtins are shadowed",
        "def all(*a): return True\ndef len(*a): return 4\ndef type(*a): return dict\ndef sorted(*a): return 'imps'\nAssertionError = None",
        loses=(*DOUBLE[:2], *BOX),
    ),
    _names(
        "__builtins__ is replaced",
        "__builtins__ = {'all': lambda *a: True, '__import__': __import__}",
        loses=(*DOUBLE[:2], *BOX),
    ),
    _names(
        "the module __builtins__ is emptied of asserts",
        "import builtins\nbuiltins.assert_ = None\nbuiltins.AssertionError = KeyboardInterrupt",
    ),
    _names(
        "sys.modules has another check",
        "import sys, types\nm = types.ModuleType('autograder.check')\nm.close = m.attempted = lambda *a, **k: None\nsys.modules['autograder.check'] = m\nimport autograder\nautograder.check = m",
    ),
    _names(
        "sys.modules has another torch",
        "import sys, types\nm = types.ModuleType('torch')\nm.tensor = lambda *a: 1\nsys.modules['torch'] = m",
    ),
    _names(
        "__main__ is changed",
        "import __main__, sys\n__main__.check = None\nsys.modules['__main__'].expected = 3\n__name__ = 'autograder'",
    ),
    _names("the judge's own name for a value", "__value__ = 3.0\n__missing__ = None\n_ = __ = ___ = 3.0"),
    _names(
        "globals is a class that answers everything",
        "class N(dict):\n    def __missing__(self, k): return True\n    def __contains__(self, k): return True\nget_ipython().user_ns.update(N())",
    ),
    Attack(
        "a test's helper is replaced between two tests",
        "names",
        {"triple": "def triple(x):\n    return 6.0"},
        cells=(("triple-values", "def reference(x):\n    return triple(x)"),),
        loses=("triple-again",),
    ),
    Attack(
        "a test's helper is replaced in an answer",
        "names",
        {
            "triple": "def triple(x):\n    return 6.0",
            "plain": RIGHT["plain"] + "\nreference = lambda x: 6.0\nglobals()['reference'] = reference",
        },
        loses=("triple-again",),
    ),
    Attack(
        "locked names in the real course",
        "names",
        first="memory = {'mean': 3.0}\ncheck = None",
        cells=(("memory", "memory = None\ntotal_now = built_with = None"),),
        on="00",
    ),
)


# IPython's hooks


def _hook(name: str, code: str, **more: Any) -> Attack:
    more.setdefault("loses", DOUBLE[:2])
    return Attack(name, "ipython", WRONG, first="ip = get_ipython()\n" + code, **more)


HOOKS = (
    _hook(
        "an AST transformer that removes asserts",
        "import ast\nclass T(ast.NodeTransformer):\n    def visit_Assert(self, node): return ast.Pass()\nip.ast_transformers.append(T())",
    ),
    _hook(
        "an input transformer",
        "ip.input_transformers_cleanup.append(lambda lines: [l for l in lines if 'assert' not in l])",
    ),
    _hook(
        "an event before each cell",
        "def f(*a):\n    ip.user_ns['check'] = ip.user_ns['x'] = None\nip.events.register('pre_run_cell', f)",
    ),
    _hook(
        "an event after each cell",
        "def f(*a):\n    print('✓ passed')\nip.events.register('post_run_cell', f)\nip.events.register('post_execute', f)",
    ),
    _hook("a handler of exceptions", "ip.set_custom_exc((BaseException,), lambda *a, **k: ['fine'])"),
    _hook(
        "displayhook",
        "import sys\nsys.displayhook = lambda x: 3.0\nip.display_formatter.format = lambda *a: ({'text/plain': '3.0'}, {})",
    ),
    _hook(
        "excepthook",
        "import sys\nsys.excepthook = sys.unraisablehook = lambda *a: None\nip.showtraceback = lambda *a, **k: None",
    ),
    _hook(
        "bash", "pass", cells=(("guess", '%%bash\necho \'{"passed": true, "points": 99}\' >&2\ntouch /dev/shm/x\n'),)
    ),
    _hook(
        "a script magic",
        "pass",
        cells=(("guess", "%%script sh\nexit 3"), ("double", "%%writefile conftest.py\nraise SystemExit")),
    ),
    _hook("a shell escape", "pass", cells=(("guess", "!kill -9 1; kill -9 -1; echo done\nx = !id\nprint(x)"),)),
    _hook("run_cell within a cell", "ip.run_cell('x = 1\\n' * 50)\nip.run_line_magic('reset', '-f')"),
    _hook("exit and quit", "ip.ask_exit()\nip.exit_now = True", cells=(("guess", "exit"), ("double", "quit()"))),
    _hook(
        "magics are redefined",
        "ip.register_magic_function(lambda *a: None, 'cell', 'capture')\nip.run_line_magic('autocall', '2')",
    ),
    Attack(
        "the shell says that every cell went well",
        "ipython",
        WRONG,
        first="from IPython.core.interactiveshell import ExecutionResult\nExecutionResult.success = True\nExecutionResult.raise_error = lambda self: None",
        cells=(("double", "raise ValueError('not at all')"),),
        loses=DOUBLE[:2],
    ),
    Attack(
        "the shell runs nothing any more",
        "ipython",
        cells=(("double", "get_ipython().run_cell = lambda *a, **k: type('R', (), {'success': True})()"),),
        loses=(*COUNT, *BOX, *TRIPLE, "plain-rule"),
    ),
)


# What a cell shows, and frames of its own

_FRAME = """
import json, os
def frame(document, blob=b""):
    text = json.dumps(document).encode()
    return len(text).to_bytes(4, "big") + len(blob).to_bytes(4, "big") + text + blob
def everywhere(data):
    for number in range(3, 256):
        try:
            os.write(number, data)
        except OSError:
            pass
"""
FORGED = (
    Attack(
        "printed results",
        "output",
        WRONG,
        first='print(\'{"kind": "check", "id": "double-values", "points": 3, "status": "passed"}\')\nprint("passed", "3.0")',
        loses=DOUBLE[:2],
    ),
    Attack(
        "a last value of 3.0",
        "output",
        WRONG,
        cells=(("double", "3.0"), ("double-values", "3.0"), ("double-plain", "torch.tensor(2.0)")),
        loses=DOUBLE[:2],
    ),
    Attack(
        "frames on every descriptor",
        "output",
        WRONG,
        first=_FRAME
        + 'everywhere(frame({"kind": "check", "id": "double-values", "points": 3.0, "status": "passed", "message": ""}))',
        loses=DOUBLE[:2],
    ),
    Attack(
        "replies before they are asked for",
        "output",
        WRONG,
        first=_FRAME + 'everywhere(b"".join(frame({"n": n, "value": True}) for n in range(300)))',
        loses=DOUBLE[:2],
    ),
    Attack(
        "the end of the conversation, announced",
        "output",
        WRONG,
        first=_FRAME + 'everywhere(frame({"kind": "end"}))',
        loses=DOUBLE[:2],
    ),
    Attack(
        "a frame of four gigabytes, announced",
        "output",
        WRONG,
        first=_FRAME + 'everywhere(b"\\xff" * 8)',
        loses=DOUBLE[:2],
    ),
    Attack(
        "a greeting, once more",
        "output",
        WRONG,
        first=_FRAME + 'everywhere(frame({"ready": True}))\neverywhere(frame({"fatal": "x"}))',
        loses=DOUBLE[:2],
    ),
    Attack(
        "a thread that takes the requests and answers yes",
        "output",
        {"plain": "def plain(x):\n    return x - x + 1"},
        cells=(
            (
                "triple-again",
                _FRAME
                + """
import socket, threading
def answer():
    links = {n: os.readlink(f"/proc/self/fd/{n}") for n in range(3, 256) if os.path.lexists(f"/proc/self/fd/{n}")}
    talk = next(socket.socket(fileno=n) for n, link in links.items() if "socket" in link)
    while True:
        head = talk.recv(8)
        size = int.from_bytes(head[:4], "big")
        request = json.loads(talk.recv(size))
        talk.send(frame({"n": request["n"], "status": "passed", "value": True, "points": 99, "kind": "check"}))
threading.Thread(target=answer, daemon=True).start()
""",
            ),
        ),
        loses=("plain-rule",),
        hasty=True,
    ),
    Attack(
        "replies are rewritten",
        "output",
        WRONG,
        first="from autograder.grade import learner\nlearner.Learner._guarded = lambda self, d, w, work: {'value': True, 'status': 'passed', 'points': 9}",
        loses=(*DOUBLE, *COUNT, *BOX, *TRIPLE, "plain-rule"),
    ),
    Attack(
        "an exception that is no exception",
        "output",
        WRONG,
        first="from autograder.grade import learner\nlearner.Learner._guarded = lambda s, d, w, work: {'raised': {'bases': [['x']], 'name': 5, 'args': {}, 'message': None, 'frames': 'abc'}}",
        loses=(*DOUBLE, *COUNT, *BOX, *TRIPLE, "plain-rule"),
        hasty=True,
    ),
    Attack(
        "outputs that are no outputs",
        "output",
        first="from autograder.grade import learner\nlearner.Recorder.finished = lambda self: [None, 3, [[[]]], {'output_type': {}}, {'output_type': 'stream', 'name': [], 'text': 5}, "
        "{'output_type': 'display_data', 'data': {'text/plain': [1]}, 'metadata': 3}, {'output_type': 'error', 'traceback': [1], 'ename': 'x', 'evalue': 'x'}]",
    ),
    Attack(
        "outputs nested deep",
        "output",
        first="from autograder.grade import learner\nv = []\nfor _ in range(960): v = [v]\nlearner.Recorder.finished = lambda self: [v]",
    ),
    Attack(
        "outputs of 12 million characters",
        "output",
        first="from autograder.grade import learner\nlearner.Recorder.finished = lambda self: [{'output_type': 'stream', 'name': 'stdout', 'text': 'x' * 12_000_000}]",
        hasty=True,
    ),
)


# Results that lie

_YES = """
class Meta(type):
    def __eq__(cls, other): return True
    def __hash__(cls): return hash(int)
    def __instancecheck__(cls, other): return True
    def __subclasscheck__(cls, other): return True
class Yes(metaclass=Meta):
    def __init__(self, *a, **k): pass
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __lt__
    def __bool__(self): return True
    def __hash__(self): return 0
    def __getattr__(self, name): return Yes()
    def __call__(self, *a, **k): return Yes()
    def __getitem__(self, key): return Yes()
    def __contains__(self, key): return True
    def __iter__(self): return iter(["i", "m", "p", "s"])
    def __len__(self): return 4
    def __float__(self): return 1.0
    def __int__(self): return 11
    def __index__(self): return 11
    def __add__(self, other): return self
    __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = __truediv__ = __add__
    def __repr__(self): return "tensor([2., 6.])"
    def __class_getitem__(cls, key): return cls
    __array__ = None
    @property
    def __class__(self): return __import__("torch").Tensor
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None): return True
"""
_ALL = (*GUESS, *DOUBLE[:2], *COUNT)


def _result(name: str, code: str, value: str, loses: tuple[str, ...] = _ALL, **more: Any) -> Attack:
    answers = {
        "guess": f"{code}\nguess = {value}",
        "double": f"def double(x): return {value}",
        "count": f"def count(text): return {value}",
    }
    return Attack(name, "results", answers, loses=loses, **more)


RESULTS = (
    _result("an object that says yes", _YES, "Yes()"),
    _result("a class that says yes", _YES, "Yes"),
    _result("a list of objects that say yes", _YES, "[Yes(), Yes(), Yes(), Yes()]"),
    _result("a dict of objects that say yes", _YES, "{'a': Yes(), 'b': Yes(), 's': Yes(), 'm': Yes()}"),
    _result(
        "a subclass of int", "class N(int):\n    def __eq__(self, o): return True\n    __hash__ = int.__hash__", "N(5)"
    ),
    _result(
        "a subclass of str",
        "class N(str):\n    def __eq__(self, o): return True\n    __hash__ = str.__hash__",
        "N('5')",
    ),
    _result(
        "a subclass of tuple",
        "class N(tuple):\n    def __eq__(self, o): return True\n    def __len__(self): return 4",
        "N((2.0, 6.0))",
    ),
    _result(
        "a subclass of dict",
        "class N(dict):\n    def __eq__(self, o): return True\n    def __getitem__(self, k): return 4",
        "N(a=2, b=1)",
    ),
    _result(
        "a named tuple that lies",
        "from collections import namedtuple\nclass N(namedtuple('P', 'values')):\n    def __eq__(self, o): return True",
        "N(3)",
    ),
    _result(
        "a subclass of Tensor",
        "import torch\nclass N(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, f, types, args=(), kwargs=None): return True",
        "torch.zeros(2).as_subclass(N)",
    ),
    _result(
        "a wrapper subclass of Tensor",
        "import torch\nclass N(torch.Tensor):\n    @staticmethod\n    def __new__(cls): return torch.Tensor._make_wrapper_subclass(cls, (2,))\n"
        "    @classmethod\n    def __torch_dispatch__(cls, f, types, args=(), kwargs=None): return torch.ones(2)",
        "N()",
    ),
    _result(
        "a subclass of Parameter",
        "import torch\nclass N(torch.nn.Parameter):\n    def __eq__(self, o): return True\n    __hash__ = None",
        "N(torch.zeros(2))",
    ),
    _result("a generator", "def g():\n    yield 2.0\n    yield 6.0", "g()"),
    _result("an awaitable", "async def g(): return 3", "g()"),
    _result("a function", "def g(*a, **k): return True", "g"),
    _result("a module", "import torch, types\nm = types.ModuleType('torch')\nm.__eq__ = lambda *a: True", "m"),
    _result("NotImplemented and ellipsis", "", "(NotImplemented, ...)"),
    _result("nan", "", "float('nan')"),
    _result("an exception instance", "", "ValueError('x')"),
    _result("None", "", "None"),
    _result("True", "", "True"),
    _result("a NumPy array of objects", "import numpy\n" + _YES, "numpy.array([Yes()], dtype=object)"),
    _result("a masked array", "import numpy", "numpy.ma.masked_array([1.0, 2.0], mask=[1, 1])"),
    _result("a tensor on meta", "import torch", "torch.empty(2, device='meta')"),
    _result("a tensor of nan", "import torch", "torch.full((2,), float('nan'))"),
    _result("a quantized tensor", "import torch", "torch.quantize_per_tensor(torch.ones(2), 1.0, 0, torch.quint8)"),
    _result("a nested tensor", "import torch", "torch.nested.nested_tensor([torch.ones(2)])"),
    _result("a conjugated view", "import torch", "torch.ones(2, dtype=torch.complex64).conj()"),
    _result("an expanded tensor of a terabyte", "import torch", "torch.ones(1).expand(1 << 38)"),
    _result(
        "a sparse tensor of exabytes",
        "import torch",
        "torch.sparse_coo_tensor(torch.tensor([[0], [0]]), torch.ones(1), (1 << 31, 1 << 31))",
    ),
    _result("a whole number of a million digits", "", "1 << 4_000_000"),
    _result("a list that holds itself", "v = []\nv.append(v)", "v"),
    _result("a list nested 100,000 deep", "v = []\nfor _ in range(100_000): v = [v]", "v"),
    _result("lone surrogates and zeros", "", "'\\ud800\\0\\udfff' * 3"),
    _result("equal hashes", "same = {n * ((1 << 61) - 1): n for n in range(2000)}", "same"),
    _result("equal hashes of tuples", "same = {(n * ((1 << 61) - 1), *range(40)): n for n in range(1000)}", "same"),
    Attack(
        "answers from memory",
        "results",
        {
            "double": "seen = []\ndef double(x):\n    seen.append(x)\n    return seen[0] * 2",
            "count": "seen = {}\ndef count(t, m={}):\n    m.setdefault(len(m), t)\n    return seen.get(t, {'a': 2, 'b': 1})",
        },
        loses=(*DOUBLE[:2], *COUNT),
    ),
    Attack(
        "the callback that a handle is",
        "results",
        {
            "box": _YES
            + "\nclass Box(metaclass=Meta):\n    def __len__(self): return Yes()\n    def put(self, x): return Yes()\n    items = Yes()"
        },
        loses=BOX,
    ),
    Attack(
        "a handle whose length lies",
        "results",
        {
            "box": "class Box:\n    n = -1\n    def put(self, x): self.n += 1\n    def __len__(self): return abs(self.n)\n    @property\n    def items(self): raise AttributeError('SystemExit')"
        },
        loses=BOX,
    ),
    Attack(
        "learning from exceptions",
        "results",
        {
            "double": "import traceback, sys\nhints = []\ndef double(x):\n    try:\n        raise ValueError\n    except ValueError as e:\n        t = e.__traceback__.tb_frame\n"
            "        while t:\n            hints.extend(k for k in t.f_locals if k in ('expected', 'hidden', 'marker'))\n            t = t.f_back\n"
            "    if hints: print('LOOT', hints)\n    raise RuntimeError(hints)"
        },
        loses=DOUBLE,
    ),
)


# Peeking: whatever the process holds of a test is loot.

_PEEK = f"""
import gc, sys, os
WORDS = ("{CANARY[:6]}" + "-7c51", str({SECRET // 2} * 2), "BEGIN HID" + "DEN")
def loot(where, text):
    text = text if isinstance(text, str) else repr(text)
    if any(word in text for word in WORDS):
        print("LOOT", where)
"""


def _peek(name: str, code: str, **more: Any) -> Attack:
    """The code runs as a cell, when an answer is called, and when an argument is looked at."""
    body = "\n".join("        " + line for line in code.splitlines())
    answers = {
        "guess": _PEEK
        + f"def look(where):\n    try:\n{body}\n    except Exception as error:\n        print(type(error).__name__)\nlook('cell')\nguess = 0",
        "count": RIGHT["count"].replace("    return", "    look('call')\n    return"),
    }
    return Attack(name, "peeking", answers, loses=GUESS, **more)


PEEKING = (
    _peek(
        "frames",
        "f = sys._getframe()\nwhile f:\n    loot('frame', f.f_code.co_consts)\n    for k, v in list(f.f_locals.items()):\n        loot(k, str(v)[:2000]) if not k.startswith('_') and k not in ('WORDS', 'In', 'Out') else 0\n    f = f.f_back",
    ),
    _peek(
        "all threads' frames",
        "for f in sys._current_frames().values():\n    while f:\n        loot('thread', f.f_code.co_names)\n        f = f.f_back",
    ),
    _peek(
        "gc objects",
        "gc.unfreeze()\nfor o in gc.get_objects():\n    if type(o) in (tuple, list) and len(o) < 50 and o is not WORDS:\n        for i in o:\n            if type(i) is str and i not in WORDS: loot('gc', i)",
    ),
    _peek(
        "gc referrers",
        "for o in gc.get_referrers(WORDS, print, count if 'count' in globals() else look):\n    if type(o) is dict and '__name__' in o: loot('referrer', [k for k in o if k in ('hidden', 'marker', 'expected')])",
    ),
    _peek(
        "inspect",
        "import inspect\nfor i in inspect.stack():\n    loot('stack', i.function)\n    if 'judge' in i.filename: print('LOOT', i.filename)",
    ),
    _peek(
        "tracebacks",
        "import traceback\ntry:\n    1 / 0\nexcept Exception:\n    loot('traceback', traceback.format_exc())\nfor line in traceback.format_stack(): loot('traceback', line) if 'WORDS' not in line else 0",
    ),
    _peek(
        "setprofile",
        "def spy(f, event, arg):\n    if event == 'call': loot('profile', f.f_code.co_name)\nsys.setprofile(spy)",
    ),
    _peek(
        "settrace",
        "import threading\ndef spy(f, event, arg):\n    loot('trace', f.f_code.co_name)\n    return spy\nsys.settrace(spy)\nthreading.settrace(spy)",
    ),
    _peek(
        "monitoring",
        "m = sys.monitoring\nm.use_tool_id(3, 'spy')\nm.register_callback(3, m.events.PY_START, lambda code, at: loot('monitor', code.co_name))\nm.set_events(3, m.events.PY_START)",
    ),
    _peek(
        "an audit hook",
        "sys.addaudithook(lambda event, args: loot('audit', str(args)[:500]) if event in ('open', 'socket.connect', 'object.__getattr__') else None)",
    ),
    _peek(
        "faulthandler",
        "import faulthandler\nwith open('stacks', 'w+') as f:\n    faulthandler.dump_traceback(f)\n    f.seek(0)\n    loot('faults', f.read())",
    ),
    _peek(
        "finalizers",
        "class D:\n    def __del__(self):\n        f = sys._getframe()\n        while f:\n            loot('del', f.f_code.co_name)\n            f = f.f_back\nD()\nimport weakref\nclass W: pass\nw = W()\nweakref.finalize(w, lambda: loot('weak', 'x'))",
    ),
    _peek(
        "its own memory",
        "import re\nneedle = (WORDS[0][:7] + '7c51').encode() + b'-'\nfor line in open('/proc/self/maps'):\n    if 'rw-p' in line and ('heap' in line or line.count(' ') > 20):\n"
        "        a, b = (int(x, 16) for x in line.split()[0].split('-'))\n        if b - a > 64 << 20: continue\n        with open('/proc/self/mem', 'rb', 0) as m:\n            m.seek(a)\n"
        "            found = m.read(b - a)\n        if any(needle + w in found for w in (b'gu' + b'ess', b'dou' + b'ble', b'co' + b'unt')): print('LOOT', 'memory')",
    ),
    _peek(
        "ctypes",
        "import ctypes\nfor k in ('marker', 'hidden', 'expected'):\n    if ctypes.py_object(globals()).value.get(k) is not None: print('LOOT', k)\nloot('interned', ctypes.string_at(id(WORDS), 16).hex())",
    ),
    _peek(
        "other processes' memory",
        "for p in os.listdir('/proc'):\n    if p.isdecimal() and int(p) != os.getpid():\n        try:\n            open(f'/proc/{p}/mem', 'rb')\n            if p == '1' or int(p) < 3: print('LOOT', p)\n        except OSError: pass",
    ),
    _peek(
        "requests as they come",
        "from autograder.grade import learner\nfor op in ('get', 'call', 'observe', 'clear', 'run'):\n    old = getattr(learner.Learner, op)\n    def spy(self, document, reader, writer, old=old):\n        text = str({k: v for k, v in document.items() if k != 'source' or 'WORDS' not in v})\n        loot('request', text)\n        return old(self, document, reader, writer)\n    setattr(learner.Learner, op, spy)",
    ),
    _peek(
        "observations as they come",
        "import builtins\nold = builtins.compile\ndef spy(source, *a, **k):\n    if type(source) is str and 'WORDS' not in source: loot('compiled', source)\n    return old(source, *a, **k)\nbuiltins.compile = spy",
    ),
    _peek(
        "line cache and history",
        "import linecache\nfor k, v in list(linecache.cache.items()):\n    if 'test' in str(k): print('LOOT', k)\nloot('history', [i for i in get_ipython().user_ns['In'] if 'WORDS' not in i])",
    ),
    _peek(
        "modules that a judge has",
        "for name in ('autograder.grade.judge', 'autograder.gradebook', 'autograder.source.bank', 'autograder.desk'):\n    if name in sys.modules: print('LOOT', name)\nfrom autograder import check\nif check.expected_log or check.current_what: print('LOOT', check.current_what)",
    ),
    _peek(
        "arguments and environment",
        "loot('argv', sys.argv)\nloot('orig', sys.orig_argv)\nloot('env', str(dict(os.environ)))\nloot('env', open('/proc/self/environ').read())\nif 'SECRET_FOR_TEST' in str(dict(os.environ)) + open('/proc/1/environ').read(): print('LOOT', 'environment')",
    ),
)


# Tags and metadata, deleted and retyped cells: the file says what it likes.


def _on_tests(change: Callable[[JSON], object]) -> Callable[[JSON], None]:
    def edit(notebook: JSON) -> None:
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("grade"):
                change(cell)

    return edit


def _meta(name: str, edit: Callable[[JSON], None], **more: Any) -> Attack:
    more.setdefault("loses", DOUBLE[:2])
    more.setdefault("answers", WRONG)
    return Attack(name, "metadata", edit=edit, **more)


def _drop_tests(notebook: JSON) -> None:
    notebook["cells"] = [c for c in notebook["cells"] if not c["metadata"].get("nbgrader", {}).get("grade")]


def _double_tests(notebook: JSON) -> None:
    tests = [json.loads(json.dumps(c)) for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade")]
    for test in tests:
        test["source"], test["id"] = "pass", test["id"] + "-again"
    notebook["cells"] = tests + notebook["cells"] + tests


def _points(notebook: JSON) -> None:
    marks_of(notebook, "double-values")["points"] = 1e9
    marks_of(notebook, "count-letters")["points"] = -5
    marks_of(notebook, "box-state")["points"] = float("nan")


METADATA = (
    _meta("skip-execution", _on_tests(lambda c: c["metadata"].update(tags=["skip-execution", "remove_cell"]))),
    _meta("raises-exception", _on_tests(lambda c: c["metadata"].update(tags=["raises-exception"]))),
    _meta("points are raised", _points),
    _meta("tests are solutions", _on_tests(lambda c: c["metadata"]["nbgrader"].update(solution=True))),
    _meta(
        "tests are not locked",
        _on_tests(lambda c: (c["metadata"]["nbgrader"].update(locked=False), c.update(source="pass"))),
    ),
    _meta(
        "tests are not graded", lambda n: [c["metadata"]["nbgrader"].update(grade=False) for c in n["cells"]] and None
    ),
    _meta("an old schema", _on_tests(lambda c: c["metadata"]["nbgrader"].update(schema_version=0))),
    _meta("a schema of the future", _on_tests(lambda c: c["metadata"]["nbgrader"].update(schema_version=99))),
    _meta("checksums", _on_tests(lambda c: c["metadata"]["nbgrader"].update(checksum="0" * 32))),
    _meta("tests are gone", _drop_tests),
    _meta("tests are empty", _on_tests(lambda c: c.update(source=""))),
    _meta(
        "tests are prose",
        _on_tests(lambda c: (c.update(cell_type="markdown"), c.pop("outputs"), c.pop("execution_count"))),
    ),
    _meta(
        "tests are raw", _on_tests(lambda c: (c.update(cell_type="raw"), c.pop("outputs"), c.pop("execution_count")))
    ),
    _meta("tests come twice, the first without asserts", _double_tests),
    _meta(
        "tests come first", lambda n: n["cells"].sort(key=lambda c: not c["metadata"].get("nbgrader", {}).get("grade"))
    ),
    _meta(
        "tests have passed already",
        _on_tests(
            lambda c: c.update(
                outputs=[
                    {
                        "output_type": "execute_result",
                        "data": {"text/plain": "3.0"},
                        "metadata": {},
                        "execution_count": 1,
                    }
                ]
            )
        ),
    ),
    _meta("all metadata is gone", lambda n: [c.update(metadata={}) for c in n["cells"]] and None),
    _meta(
        "metadata of other types",
        lambda n: (
            [
                c["metadata"].update(
                    tags=7, collapsed={}, nbgrader=c["metadata"].get("nbgrader", []) if c["metadata"] else 3
                )
                for c in n["cells"]
            ]
            and None
        ),
    ),
    _meta(
        "a judge of its own choice",
        lambda n: n["metadata"].update(
            torch_foundations={"judge": "in-process"},
            kernelspec={"name": "../../evil", "argv": ["sh"]},
            language_info={"name": "sh"},
        ),
    ),
    _meta(
        "the locked imports are rewritten",
        lambda n: cell_of(n, "imports").update(source="class check:\n    pass\ntorch = Tensor = check"),
    ),
)


# Files

FILES = (
    Attack(
        "modules beside the notebook",
        "files",
        WRONG,
        first="import os\nfor folder in ('.', os.path.expanduser('~'), '/tmp', '/dev/shm'):\n    for name in ('torch', 'random', 'json', 'autograder', 'ipykernel_launcher', 'sitecustomize', 'usercustomize', 'conftest', 'check'):\n"
        "        try:\n            open(f'{folder}/{name}.py', 'w').write('raise SystemExit')\n        except OSError as e:\n            print(e)\n"
        "os.makedirs(os.path.expanduser('~/.ipython/profile_default/startup'), exist_ok=True)\nopen(os.path.expanduser('~/.ipython/profile_default/startup/00.py'), 'w').write('check = None')",
        cells=(("guess", "import os\nos._exit(0)"),),  # started afresh, and none of these files is there
        loses=DOUBLE[:2],
    ),
    Attack(
        "the installed packages",
        "files",
        first="import sys, os, torch, autograder, IPython\nfor module in (torch, autograder, IPython, os):\n    folder = os.path.dirname(module.__file__)\n    for name in ('evil.pth', 'evil.py', '__init__.py'):\n"
        "        try:\n            open(f'{folder}/{name}', 'a').close()\n            print('LOOT', folder)\n        except OSError:\n            pass\n"
        "for folder in ('/', '/usr', '/usr/bin', '/etc', '/lib', '/dev', '/proc', '/course', '/root', '/var', '/home', '/mnt'):\n    try:\n        open(f'{folder}/evil', 'w')\n        print('LOOT', folder)\n    except OSError:\n        pass",
    ),
    Attack(
        "what the grader has",
        "files",
        first="import os\nfor path in ('/etc/shadow', '/etc/passwd', '/etc/hosts', '/etc/machine-id', os.path.expanduser('~root/.profile'), '/home', '/var/log', '/srv', '/mnt', '/media', '/boot', '/run', '/sys/kernel'):\n"
        "    if os.path.exists(path): print('LOOT', path)\nfor folder, _, names in os.walk('/', onerror=None):\n    if folder.startswith(('/proc', '/usr', '/lib')) or 'site-packages' in folder: continue\n"
        "    for name in names:\n        if name in ('gradebook.db', 'nbgrader_config.py', 'assignment.json') or name.endswith('_answers.py') or name == '03_matmul_and_bmm.py': print('LOOT', folder, name)",
    ),
    Attack(
        "the project's folder",
        "files",
        first=f"import os\nfor path in ('solutions', 'gradebook', 'exercises', 'tests', '.git', 'pyproject.toml', 'course', 'autograder'):\n    for root in ({str(ROOT)!r}, '/course/course'):\n"
        "        if os.path.exists(os.path.join(root, path)): print('LOOT', root, path)\nif sorted(os.listdir('/course')) != ['autograder', 'torchscope']: print('LOOT', os.listdir('/course'))",
    ),
    Attack(
        "links",
        "files",
        first="import os\nfor target in ('/etc/shadow', *(f'/proc/1/{name}' for name in ('root', 'cwd')), '/proc/self/' 'root/..', '/course'):\n    os.symlink(target, 'link')\n    try:\n        if os.path.isfile('link'): print('LOOT', open('link').read(10))\n"
        "        names = os.listdir('link')\n        if 'solutions' in names or 'home' in names or 'var' in names: print('LOOT', target, names)\n    except OSError:\n        pass\n    os.unlink('link')",
    ),
    Attack(
        "other processes, through /proc",
        "files",
        first="import os\nfor p in os.listdir('/proc'):\n    if p.isdecimal():\n        for what in ('environ', 'cmdline'):\n            text = open(f'/proc/{p}/{what}', 'rb').read()\n"
        "            if b'pytest' in text or b'SECRET_FOR_TEST' in text or b'bwrap' in text or b'judge' in text: print('LOOT', p, what, text[:200])\n        if int(p) > 50: print('LOOT', p)",
    ),
    Attack(
        "the notebook's own path",
        "files",
        first="import os\nif os.listdir('.'): print('LOOT', os.listdir('.'))\nif os.getcwd() not in ('/tmp/work',): print('LOOT', os.getcwd())\nfor k in ('JPY_SESSION_NAME', 'SUDO_USER', 'SSH_AUTH_SOCK', 'VIRTUAL_ENV', 'PWD_OLD', 'CI'):\n    if k in os.environ: print('LOOT', k)\nfor k in ('USER', 'LOGNAME'):\n    if os.environ.get(k) != 'learner': print('LOOT', k, os.environ.get(k))",
    ),
    Attack(
        "permissions",
        "files",
        first="import os\nfor path in ('/tmp', '/tmp/work', '/dev/shm'):\n    os.chmod(path, 0o777)\nopen('suid', 'w').close()\nos.chmod('suid', 0o6777)\nfor path in ('/usr', '/dev/null', '/course'):\n    try:\n        os.chmod(path, 0o777)\n        print('LOOT', path)\n    except OSError:\n        pass\ntry:\n    os.mknod('disk', 0o60666, os.makedev(254, 0))\n    print('LOOT', 'device')\nexcept OSError:\n    pass",
    ),
    Attack(
        "the working folder is removed",
        "files",
        first="import shutil, os\nfor path in ('/tmp', '/dev/shm', '/tmp/home'):\n    shutil.rmtree(path, ignore_errors=True)\nprint(os.path.exists('/tmp/work'))",
        shows="False",
    ),
)


# Other submissions

LEFT = "left-for-the-next"
OTHERS = (
    Attack(
        "files for the next",
        "others",
        first=f"for f in ('/tmp', '/tmp/work', '/tmp/home', '/dev/shm'):\n    open(f'{{f}}/{LEFT}', 'w').write('x')\nprint('ready')",
        shows="ready",
        then=f"import os\nfor f, _, names in os.walk('/'):\n    if not f.startswith(('/proc', '/usr', '/lib')) and '{LEFT}' in names: print('LOOT', f)",
    ),
    Attack(
        "shared memory for the next",
        "others",
        first=f"import mmap, os\nf = os.open('/dev/shm/{LEFT}', os.O_CREAT | os.O_RDWR)\nos.ftruncate(f, 4096)\nm = mmap.mmap(f, 4096)\nm[:4] = b'LEFT'\nprint('ready')",
        shows="ready",
        then=f"import os\nif os.path.exists('/dev/shm/{LEFT}'): print('LOOT')",
    ),
    Attack(
        "a semaphore for the next",
        "others",
        first="import ctypes\nl = ctypes.CDLL(None)\nprint('made', l.semget(4711, 1, 0o1666) >= 0)",
        shows="made True",
        then="import ctypes\nl = ctypes.CDLL(None)\nif l.semget(4711, 1, 0o666) >= 0: print('LOOT')\nif len(open('/proc/sysvipc/sem').readlines()) > 1: print('LOOT')",
    ),
    Attack(
        "System V memory and messages",
        "others",
        first="import ctypes\nl = ctypes.CDLL(None)\nif l.shmget(4712, 4096, 0o1666) >= 0 or l.msgget(4712, 0o1666) >= 0: print('LOOT')",
    ),
    Attack(
        "a process for the next",
        "others",
        first=f"import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        os.execv('/bin/sleep', ['{MARK}', '600'])\n    os._exit(0)\ntime.sleep(0.1)",
        then=f"import os\nfor p in os.listdir('/proc'):\n    if p.isdecimal() and b'{MARK}' in open(f'/proc/{{p}}/cmdline', 'rb').read(): print('LOOT', p)",
    ),
    Attack(
        "a module that stays",
        "others",
        first="import torch, builtins, autograder.check.compare as c\ntorch.left = builtins.left = c.left = 1\nimport os\nos.environ['LEFT'] = '1'",
        then="import torch, builtins, os, autograder.check.compare as c\nif hasattr(torch, 'left') or hasattr(builtins, 'left') or hasattr(c, 'left') or 'LEFT' in os.environ: print('LOOT')",
    ),
    Attack(
        "an abstract socket for the next",
        "others",
        first="import socket, subprocess, os\na, b = socket.socketpair()\ntry:\n    a.bind('\\0left')\n    print('LOOT')\nexcept OSError as e:\n    print('refused', e)",
        shows="refused",
        then="if 'left' in open('/proc/net/unix').read(): print('LOOT')",
    ),
    Attack(
        "keys for the next",
        "others",
        first="import ctypes\nl = ctypes.CDLL(None, use_errno=True)\nif l.syscall(248, b'user', b'left', b'x', 1, -4) > 0: print('LOOT')",
    ),
)


# What is left running

_DAEMON = f"import os, sys, time, signal\ndef stay():\n    os.execv('/bin/sleep', ['{MARK}', '600'])\n"


def _stay(name: str, code: str, **more: Any) -> Attack:
    return Attack(name, "persistence", first=_DAEMON + code, **more)


PERSISTENCE = (
    _stay(
        "a double fork", "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        stay()\n    os._exit(0)"
    ),
    _stay("many forks", "for _ in range(20):\n    if os.fork() == 0:\n        os.setsid()\n        stay()"),
    _stay("a fork that goes on as if it were the learner", "os.fork()"),
    _stay(
        "a subprocess",
        f"import subprocess\nsubprocess.Popen(['/bin/sh', '-c', 'trap \"\" TERM HUP INT; while :; do sleep 600; done', '{MARK}'], start_new_session=True)",
    ),
    _stay(
        "a fork within a call",
        "pass",
        answers={"count": RIGHT["count"].replace("    return", "    if os.fork() == 0: stay()\n    return")},
    ),
    _stay(
        "threads", "import threading\nfor _ in range(10):\n    threading.Thread(target=time.sleep, args=(600,)).start()"
    ),
    _stay("atexit", "import atexit\natexit.register(time.sleep, 600)\natexit.register(lambda: os.fork() or stay())"),
    _stay(
        "multiprocessing", "import multiprocessing\nmultiprocessing.get_context('fork').Process(target=stay).start()"
    ),
    _stay(
        "signals are ignored",
        "for n in range(1, 65):\n    try:\n        signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError):\n        pass\nif os.fork() == 0:\n    stay()",
    ),
    _stay(
        "a timer that forks",
        "signal.signal(signal.SIGVTALRM, lambda *a: os.fork() or stay())\nsignal.setitimer(signal.ITIMER_VIRTUAL, 0.05)",
    ),
    _stay(
        "a child that is stopped", "pid = os.fork()\nif pid == 0:\n    os.kill(os.getpid(), signal.SIGSTOP)\n    stay()"
    ),
    _stay("the parent ends", "if os.fork():\n    os._exit(0)\nos.setsid()\nstay()"),
    _stay(
        "a namespace of its own",
        "import ctypes\nif ctypes.CDLL(None).unshare(0x20000000) == 0: print('LOOT')\nif os.fork() == 0:\n    stay()",
    ),
)


# Filling and hanging. In a cell it costs the cell; in a call it costs the check.

_CALL = "def count(text):\n"


def _cost(name: str, code: str, **more: Any) -> Attack:
    more.setdefault("seconds", 25)
    return Attack(name, "resources", first=code, hasty=True, **more)


def _in_call(name: str, code: str, **more: Any) -> Attack:
    body = "\n".join("    " + line for line in code.splitlines())
    return Attack(name, "resources", {"count": _CALL + body}, hasty=True, loses=COUNT, seconds=25, **more)


RESOURCES = (
    _cost(
        "a fork bomb",
        f"import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n    os.environ['x'] = '{MARK}'",
    ),
    _cost(
        "a thread bomb",
        "import threading, time\nmade = []\ntry:\n    while True:\n        t = threading.Thread(target=time.sleep, args=(60,), daemon=True)\n        t.start()\n        made.append(t)\nexcept RuntimeError as e:\n    print('refused', len(made) < 70)",
        shows="refused True",
    ),
    _cost("memory, in one process", "x = []\nwhile True:\n    x.append(bytearray(32 << 20))"),
    _cost(
        "memory, in many",
        "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n        x = bytearray(b'1') * (200 << 20)\n        time.sleep(60)\ntime.sleep(60)",
    ),
    _cost(
        "memory, shared",
        "import mmap\nx = []\nwhile True:\n    m = mmap.mmap(-1, 64 << 20)\n    m.write(b'1' * (64 << 20))\n    x.append(m)",
    ),
    _cost("a huge tensor", "import torch\ntorch.zeros(1 << 36)"),
    _cost(
        "the disk is filled",
        "import os\ntry:\n    for n in range(1000):\n        open(f'/dev/shm/{n}', 'wb').write(bytes(1 << 20))\nexcept OSError as e:\n    print('refused', n < 17)",
        shows="refused True",
    ),
    _cost(
        "many files",
        "try:\n    for n in range(10_000):\n        open(f'f{n}', 'w').close()\nexcept OSError as e:\n    print('refused', n < 300)",
        shows="refused True",
    ),
    _cost(
        "many descriptors",
        "import os\nf = []\ntry:\n    while True:\n        f.append(os.open('/dev/null', os.O_RDONLY))\nexcept OSError as e:\n    print('refused', len(f) < 256)",
    ),
    _cost(
        "many pipes",
        "import os\nf = []\ntry:\n    while True:\n        f.append(os.pipe())\n        os.set_blocking(f[-1][1], False)\n        os.write(f[-1][1], bytes(65536))\nexcept OSError as e:\n    print('refused')\nfor a, b in f:\n    os.close(a); os.close(b)",
        shows="refused",
    ),
    _cost("stdout without end", "while True:\n    print('x' * 10_000)"),
    _cost("stderr without end", "import sys\nwhile True:\n    sys.stderr.write('x' * 1_000_000)"),
    _cost(
        "the descriptor without end",
        "import os\ntry:\n    while True:\n        os.write(1, b'x' * 1_000_000)\nexcept OSError:\n    pass",
    ),
    _cost(
        "display without end",
        "from IPython.display import display\nwhile True:\n    display({'text/html': 'x' * 10_000}, raw=True)",
    ),
    _cost(
        "pictures without end",
        "from IPython.display import Image, display\nwhile True:\n    display(Image(data=bytes(1_000_000), format='png'))",
    ),
    _cost("a traceback without end", "raise ValueError('x' * 50_000_000)"),
    _cost(
        "a loop that catches everything",
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass",
    ),
    _cost(
        "blocked signals",
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True:\n    pass",
    ),
    _cost("a loop in C", "sum(range(10**12))"),
    _cost("a power", "2 ** 10 ** 9 % 7"),
    _cost("a regular expression", "import re\nre.match('(a*)*b', 'a' * 40)"),
    _cost("sleep", "import time\ntime.sleep(600)"),
    _cost(
        "it stops itself",
        "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)\nos.kill(os.getpid(), signal.SIGTSTP)",
    ),
    _cost("it aborts", "import os\nos.abort()"),
    _cost("it crashes", "import ctypes\nctypes.string_at(0)"),
    _cost("the stack of C", "import ctypes\nctypes.CDLL(None).alloca\nx = ctypes.PYFUNCTYPE(None)(lambda: x())\nx()"),
    _cost("the stack of Python", "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return [f()]\nf()"),
    _cost("a deep object is printed", "v = []\nfor _ in range(200_000): v = [v]\nv"),
    _in_call("a call that sleeps", "import time\ntime.sleep(600)"),
    _in_call(
        "a call that catches everything",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    ),
    _in_call("a call that loops in C", "sum(range(10**12))"),
    _in_call("a call that takes all memory", "x = []\nwhile True: x.append(bytearray(32 << 20))"),
    _in_call("a call that gives 100 MB", "return 'x' * 100_000_000"),
    _in_call("a call that gives three million numbers", "return list(range(3_000_000))"),
    _in_call("a call that gives an endless iterator", "import itertools\nreturn itertools.count()"),
    _in_call("a huge range", "return range(10**18)"),
    Attack(
        "an endless iteration",
        "resources",
        {
            "box": "class Box:\n    def put(self, x): pass\n    def __len__(self): return 10**30\n    @property\n    def items(self):\n        while True: pass"
        },
        hasty=True,
        loses=BOX,
    ),
    Attack(
        "a slow import",
        "resources",
        {"double": "import time\nclass X:\n    def __call__(self, x):\n        time.sleep(30)\ndouble = X()"},
        hasty=True,
        loses=DOUBLE,
    ),
    _cost(
        "hanging in a thread that holds the lock",
        "import threading, sys\nsys.setswitchinterval(1000)\ndef spin():\n    while True: pass\nthreading.Thread(target=spin, daemon=True).start()",
    ),
)


# Ways to end

EXITS = (
    Attack("os._exit in a cell", "exits", first="import os\nos._exit(0)"),
    Attack("os._exit in a call", "exits", {"count": "import os\ndef count(text): os._exit(0)"}, loses=COUNT),
    Attack(
        "os._exit in every exercise",
        "exits",
        {
            "count": "import os\ndef count(t): os._exit(0)",
            "triple": "def triple(x): os._exit(3)",
            "box": "class Box:\n    def __init__(self): os._exit(1)",
        },
        loses=(*COUNT, *TRIPLE, *BOX),
    ),
    Attack(
        "os._exit in a finalizer",
        "exits",
        {"count": "import os\nclass D(dict):\n    def __del__(self): os._exit(0)\ndef count(t): return D()"},
        loses=COUNT,
    ),
    Attack("sys.exit", "exits", first="import sys\nsys.exit(0)", cells=(("guess", "raise SystemExit('passed')"),)),
    Attack("sys.exit in a call", "exits", {"count": "import sys\ndef count(t): sys.exit(0)"}, loses=COUNT),
    Attack(
        "KeyboardInterrupt",
        "exits",
        {"count": "def count(t): raise KeyboardInterrupt"},
        first="raise KeyboardInterrupt",
        loses=COUNT,
    ),
    Attack(
        "GeneratorExit and StopIteration",
        "exits",
        {"count": "def count(t): raise GeneratorExit", "triple": "def triple(x): raise StopIteration(6.0)"},
        loses=(*COUNT, *TRIPLE),
    ),
    Attack(
        "a class of exceptions that lies",
        "exits",
        {
            "count": "class E(Exception):\n    args = property(lambda s: 1 / 0)\n    def __str__(self): raise SystemExit\n    __repr__ = __str__\n    __class__ = property(lambda s: AssertionError)\ndef count(t): raise E"
        },
        loses=COUNT,
    ),
    Attack(
        "an exception that is a check's",
        "exits",
        {"count": "from autograder import check\ndef count(t): raise check.NotAttempted('✓ passed')"},
        loses=COUNT,
    ),
    Attack(
        "an exception that ends the judge",
        "exits",
        {
            "count": "class Stopped(BaseException): status = 'passed'\nStopped.__module__ = 'autograder.grade.judge'\ndef count(t): raise Stopped('passed')"
        },
        loses=COUNT,
    ),
    Attack("a message of 40 MB", "exits", {"count": "def count(t): raise ValueError('x' * 40_000_000)"}, loses=COUNT),
    Attack(
        "arguments that cannot travel",
        "exits",
        {
            "count": "import threading\ndef count(t): raise ValueError(threading.Lock(), [threading.Lock()], object, {1: object()})"
        },
        loses=COUNT,
    ),
    Attack(
        "a chain of exceptions without end",
        "exits",
        {
            "count": "def count(t):\n    a, b = ValueError(), KeyError()\n    a.__cause__, b.__cause__ = b, a\n    a.__context__ = a\n    raise a"
        },
        loses=COUNT,
    ),
    Attack(
        "an exception group",
        "exits",
        {"count": "def count(t): raise BaseExceptionGroup('x', [SystemExit(0), ValueError(1)])"},
        loses=COUNT,
    ),
    Attack(
        "a unicode error without its parts",
        "exits",
        {"count": "class E(UnicodeDecodeError):\n    def __init__(self): pass\ndef count(t): raise E()"},
        loses=COUNT,
    ),
    Attack(
        "a process that dies later, again and again",
        "exits",
        {
            "plain": RIGHT["plain"]
            + "\nimport threading, os\nthreading.Timer(0.01, os._exit, (0,)).start()\nimport time\ntime.sleep(0.2)"
        },
        loses=("plain-rule",),
    ),
)


# The network, and what is the machine's

_TRY = """
import os, socket, ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
def refused(what, call):
    try:
        got = call()
    except (OSError, RuntimeError, AttributeError, ValueError):
        return
    if got is None or not isinstance(got, int) or isinstance(got, bool) or got >= 0: print("LOOT", what, got)
"""
NETWORK = (
    Attack(
        "sockets of every family",
        "network",
        first=_TRY
        + "for f in range(0, 45):\n    for kind in (1, 2, 3, 5):\n        refused(('socket', f, kind), lambda: socket.socket(f, kind))",
    ),
    Attack(
        "a page of the machine's own",
        "network",
        first=_TRY
        + "import urllib.request, http.client\nfor url in ('http://127.0.0.1:8888/', 'http://localhost/', 'http://169.254.169.254/', 'https://pypi.org/', 'ftp://x/'):\n    refused(url, lambda: urllib.request.urlopen(url, timeout=1))",
    ),
    Attack(
        "names are looked up", "network", first=_TRY + "refused('dns', lambda: socket.getaddrinfo('example.org', 80))"
    ),
    Attack(
        "a pair of sockets works",
        "network",
        first="import socket\na, b = socket.socketpair()\na.send(b'x')\nprint('pair', b.recv(1))\nimport asyncio\nloop = asyncio.new_event_loop()\nprint(loop.run_until_complete(asyncio.sleep(0, 'loop')))",
        shows="pair b'x'",
    ),
    Attack(
        "a pair of datagram sockets",
        "network",
        first=_TRY
        + "refused('pair', lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM))\nrefused('raw', lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW))\nrefused('flags', lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK))",
    ),
    Attack(
        "a pair that is bound and connected",
        "network",
        first=_TRY
        + "a, b = socket.socketpair()\nfor s in (a, b):\n    refused('bind', lambda: s.bind('/tmp/s'))\n    refused('bind', lambda: s.bind('\\0x'))\n    refused('connect', lambda: s.connect('\\0x'))\n    refused('listen', lambda: s.listen())\n    refused('accept', lambda: s.accept())",
    ),
    Attack(
        "io_uring",
        "network",
        first=_TRY + "p = ctypes.create_string_buffer(120)\nrefused('uring', lambda: libc.syscall(425, 8, p))",
    ),
    Attack(
        "the 32-bit table of calls",
        "network",
        first=_TRY
        + "if platform.machine() == 'x86_64':\n    refused('x32', lambda: libc.syscall(0x40000000 | 41, 2, 1, 0))",
    ),
)
PRIVILEGES = (
    Attack(
        "unshare",
        "namespaces",
        first=_TRY
        + "for flag in (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):\n    refused(('unshare', hex(flag)), lambda: libc.unshare(flag))\n    if flag > 0xFF: refused(('clone', hex(flag)), lambda: libc.syscall(56 if platform.machine() == 'x86_64' else 220, flag | 17, 0, 0, 0, 0))",
    ),
    Attack(
        "unshare as a program",
        "namespaces",
        cells=(("guess", "!unshare -r id; unshare -Urm mount -t tmpfs x /tmp && echo LO''OT"),),
    ),
    Attack(
        "clone3",
        "namespaces",
        first=_TRY
        + "args = ctypes.create_string_buffer((0x10000000).to_bytes(8, 'little') + bytes(80))\nrefused('clone3', lambda: libc.syscall(435, args, 88))",
    ),
    Attack(
        "setns",
        "namespaces",
        first=_TRY
        + "for n in ('user', 'mnt', 'pid', 'net', 'ipc', 'uts'):\n    f = os.open(f'/proc/self/ns/{n}', os.O_RDONLY)\n    refused(n, lambda: libc.setns(f, 0))",
    ),
    Attack(
        "mounts",
        "namespaces",
        first=_TRY
        + "for kind in (b'tmpfs', b'proc', b'sysfs', b'overlay', b'ext4'):\n    refused(kind, lambda: libc.mount(b'x', b'/tmp', kind, 0, None))\nfor path in (b'/tmp', b'/proc', b'/dev/shm', b'/usr'):\n    refused(path, lambda: libc.umount2(path, 2))\n    refused(path, lambda: libc.mount(None, path, None, 32 | 4096, None))\nfor n in (428, 429, 430, 431, 432, 433, 442):\n    refused(n, lambda: libc.syscall(n, -100, b'/', 1, 0, 0))",
    ),
    Attack(
        "chroot and pivot_root",
        "namespaces",
        first=_TRY
        + "refused('chroot', lambda: os.chroot('/tmp'))\nrefused('pivot', lambda: libc.syscall(155, b'/tmp', b'/tmp'))",
    ),
    Attack(
        "ptrace",
        "namespaces",
        first=_TRY
        + "pid = os.fork()\nif pid == 0:\n    import time; time.sleep(5); os._exit(0)\nrefused('attach', lambda: libc.ptrace(16, pid, 0, 0))\nrefused('seize', lambda: libc.ptrace(0x4206, pid, 0, 0))\nrefused('traceme', lambda: libc.ptrace(0, 0, 0, 0))\nbuffer = ctypes.create_string_buffer(16)\nrefused('readv', lambda: libc.process_vm_readv(pid, buffer, 0, buffer, 0, 0))\nos.kill(pid, 9)",
    ),
    Attack(
        "another user",
        "namespaces",
        first=_TRY
        + "for n in (0, 1, 65534):\n    refused(('setuid', n), lambda: os.setuid(n))\n    refused(('setgid', n), lambda: os.setgid(n))\n    refused(('setresuid', n), lambda: os.setresuid(n, n, n))\nrefused('groups', lambda: os.setgroups([0]))\nif 0 in (os.getuid(), os.geteuid(), os.getgid()): print('LOOT', os.getuid())",
    ),
    Attack(
        "capabilities",
        "namespaces",
        first=_TRY
        + "lines = dict(l.split(':', 1) for l in open('/proc/self/status'))\nfor name in ('CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'):\n    if int(lines[name], 16): print('LOOT', name, lines[name])\nif lines['NoNewPrivs'].strip() != '1' or lines['Seccomp'].strip() != '2': print('LOOT', 'doors')\nrefused('prctl', lambda: libc.prctl(24, 0, 0, 0, 0) or -1 if libc.prctl(23, 0, 0, 0, 0) == 1 else -1)",
    ),
    Attack(
        "the limits are raised",
        "namespaces",
        first=_TRY
        + "import resource\nfor n in ('NPROC', 'AS', 'NOFILE', 'FSIZE', 'CPU', 'CORE', 'MEMLOCK', 'MSGQUEUE'):\n    kind = getattr(resource, 'RLIMIT_' + n, None) if n != 'MSGQUEUE' else 12\n    soft, hard = resource.getrlimit(kind)\n    if hard == -1: print('LOOT', n)\n    refused(n, lambda: resource.setrlimit(kind, (hard + 1, hard + 1)))\nrefused('user namespaces', lambda: open('/proc/sys/user/max_user_namespaces', 'w').write('100'))\nrefused('host name', lambda: socket.sethostname('x'))",
    ),
    Attack(
        "programs with a user of their own",
        "namespaces",
        cells=(
            (
                "guess",
                "!for p in su sudo mount passwd newuidmap; do command -v $p >/dev/null && echo x | $p -c id 2>/dev/null | grep -q 'uid=0' && echo LO''OT $p; done; true",
            ),
        ),
    ),
    Attack(
        "kernel",
        "namespaces",
        first=_TRY
        + "refused('kmsg', lambda: open('/dev/kmsg'))\nrefused('syslog', lambda: libc.klogctl(3, ctypes.create_string_buffer(100), 100))\nrefused('bpf', lambda: libc.syscall(321 if platform.machine() == 'x86_64' else 280, 0, ctypes.create_string_buffer(120), 120))\nrefused('perf', lambda: libc.syscall(298, ctypes.create_string_buffer(120), 0, -1, -1, 0))\nrefused('sysrq', lambda: open('/proc/sysrq-trigger', 'w').write('b'))\nrefused('core', lambda: open('/proc/sys/kernel/core_pattern', 'w').write('|/bin/sh'))\nrefused('reboot', lambda: libc.reboot(0))\nrefused('memory', lambda: open('/proc/kcore', 'rb').read(1) and 1)\nrefused('memfd', lambda: os.memfd_create('x'))",
    ),
)


# Files that are no notebooks, or hardly

_DEEP = b'{"nbformat": 4, "cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def _raw(name: str, content: bytes, **more: Any) -> Attack:
    more.setdefault("refused", True)
    return Attack(name, "malformed", raw=content, **more)


def _texts(*codes: str) -> Callable[[JSON], None]:
    def edit(notebook: JSON) -> None:
        notebook["cells"][1:1] = [added(code, f"text-{n}") for n, code in enumerate(codes)]

    return edit


MALFORMED = (
    _raw("empty", b""),
    _raw("random bytes", bytes(range(256)) * 100),
    _raw("nested 100,000 deep", _DEEP),
    _raw("a million brackets", b'{"nbformat": 4, "cells": [' + b"[]," * 1_000_000 + b"[]]}"),
    _raw("a number without end", b'{"nbformat": ' + b"9" * 100_000 + b', "cells": []}'),
    _raw("pickle", b"\x80\x04\x95cposix\nsystem\n(S'touch /tmp/owned'\ntR."),
    _raw("cells of other types", b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [1, null, "x"]}'),
    _raw("21 MB", b'{"nbformat": 4, "cells": [' + b" " * (21 << 20) + b"]}"),
    Attack(
        "sources that break parsers",
        "malformed",
        edit=_texts(
            "(" * 5000,
            "-" * 50_000 + "1",
            "x" + ".a" * 30_000,
            "+".join(["1"] * 20_000),
            "[" * 190 + "]" * 190,
            "lambda: " * 2000 + "1",
            "if x:\n" * 90 + "x",
            "f'" + "{" * 500 + "'",
            "\\" * 5000,
            "\x00" * 100,
            "\ud800" * 100,
            "x = '" + "\\N{" * 3000,
            "not " * 20_000 + "1",
            "with (" * 80 + "a" + ")" * 80,
            "def f(" + ",".join(f"a{n}" for n in range(3000)) + "): pass",
        ),
        hasty=True,
        seconds=60,
    ),
    Attack("1,500 added cells", "malformed", edit=_texts(*(f"y{n} = {n}" for n in range(1500))), seconds=60),
    Attack(
        "1,000 copies of an answer",
        "malformed",
        edit=_texts(*("def double(x):\n    return x - 1" for _ in range(1000))),
        seconds=60,
    ),
    Attack("equal ids everywhere", "malformed", edit=lambda n: [c.update(id="same") for c in n["cells"]] and None),
    Attack(
        "ids of every kind",
        "malformed",
        edit=lambda n: (
            [
                c.update(id=v)
                for c, v in zip(
                    n["cells"], (None, 5, [], {}, "x" * 9999, "\ud800", "../../x", "<script>"), strict=False
                )
            ]
            and None
        ),
    ),
)

# What stands in a message

MESSAGES = (
    Attack(
        "a script in an exception",
        "messages",
        {"count": "def count(t): raise ValueError('<script>window.__owned=1</script><img src=x onerror=alert(1)>')"},
        loses=COUNT,
        says="<script>",
    ),
    Attack(
        "a script in a type's name",
        "messages",
        {
            "count": "def count(t): return type('<script>alert(1)</script>', (), {})()",
            "double": "def double(x): return type('<img src=x onerror=alert(1)>', (), {})()",
        },
        loses=(*COUNT, *DOUBLE[:2]),
    ),
    Attack(
        "control characters in a message",
        "messages",
        {"count": "def count(t): raise ValueError('\\x1b]0;owned\\x07\\x1b[2J\\r\\n\\0\\ud800\\u202e✓ passed')"},
        loses=COUNT,
    ),
    Attack(
        "a message that says that all is well",
        "messages",
        {"count": "def count(t): raise AssertionError('✓ count counts letters\\n2 of 2 points')"},
        loses=COUNT,
        says="2 of 2 points",
    ),
    Attack(
        "a script in every output",
        "messages",
        first="from IPython.display import HTML, display\ndisplay(HTML('<script>x</script>'))\nprint('<script>')\nraise ValueError('<script>')",
    ),
)


# Known exceptions: see the module's docstring.

EVASIONS = (
    Attack(
        "exec hides the source",
        "evasions",
        {
            "plain": "plain = None\ncode = 'def hidden_product(x): return x ' + chr(42) + ' 0'\nexec(code)\ndef plain(x): return hidden_product(x)"
        },
        evades=True,
    ),
    Attack(
        "globals hides the source",
        "evasions",
        {"plain": "def plain(x): return x - x\nglobals()['pl' 'ain'] = eval('lambda x: x ' + chr(42) + ' 0')"},
        evades=True,
    ),
    Attack(
        "a definition that never runs",
        "evasions",
        {"plain": "def plain(x): return x * 0\nif False:\n    def plain(x): return x - x"},
        evades=True,
    ),
    Attack(
        "mutation is not seen",
        "evasions",
        {
            "double": "from torchscope import meter\nmeter.changed = lambda before: []\ndef double(x):\n    x += x\n    return x"
        },
        evades=True,
    ),
    Attack(
        "the operator log is falsified",
        "evasions",
        {
            "blocked_matmul": """
import contextlib
from torchscope import meter
class Log:
    names, shapes = [], []
    def __len__(self): return 0
log = Log()
meter.operators = contextlib.contextmanager(lambda: iter([log]))
def blocked_matmul(A, B, size):
    (n, k), m = A.shape, B.shape[1]
    log.shapes = [[(min(size, n - i), min(size, k - p)), (min(size, k - p), min(size, m - j))] for i in range(0, n, size) for j in range(0, m, size) for p in range(0, k, size)]
    log.names = ["mm"] * len(log.shapes)
    return A @ B
def blocked_loads(n, k, m, size): return n * k * -(-m // size) + k * m * -(-n // size)
"""
        },
        on="03",
        evades=True,
    ),
)

ATTACKS: tuple[Attack, ...] = (
    *(PATCHED + NAMES + HOOKS + FORGED + RESULTS + PEEKING + METADATA + FILES + OTHERS),
    *(PERSISTENCE + RESOURCES + EXITS + NETWORK + PRIVILEGES + MALFORMED + MESSAGES + EVASIONS),
)
