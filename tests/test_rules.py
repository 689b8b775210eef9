"""Every rule for test and answer cells: a cell that breaks it, and one that keeps it."""

from __future__ import annotations

import textwrap

import pytest

from autograder import check, rules

ANSWERS = {"f", "g", "guess", "Net"}
LOCKED = {"torch", "Tensor", "check", "data", "slow"}
START = 'check.attempted(f, "f doubles")\n'


def problems(source: str) -> list[tuple[int, str]]:
    return rules.problems_of_test(source, check_id="f-values", answers=ANSWERS, locked_names=LOCKED)


def of(body: str) -> list[tuple[int, str]]:
    """The problems of a cell that starts well, judges something, and has `body` from its second line on."""
    return problems(START + textwrap.dedent(body).strip("\n") + "\ncheck.equal(1, 1)")


BROKEN: dict[str, tuple[str, str]] = {
    # Names.
    "a name of nowhere": ("check.equal(f(1), y)", "y is not known here"),
    "a name bound only later": ("check.equal(f(1), y)\ny = 2", "y is not known here"),
    "a name of a function's own scope": (
        "def two():\n    inner = 2\n    return inner\ncheck.equal(f(1), inner)",
        "inner is not",
    ),
    "a name of a comprehension": ("x = [y for y in range(3)]\ncheck.equal(f(1), y)", "y is not known here"),
    "eval": ("check.equal(f(1), eval('2'))", "eval is not for tests"),
    "exec": ("exec('y = 2')", "exec is not for tests"),
    "open": ("check.equal(f(1), open('x'))", "a test reads no files"),
    "globals": ("check.equal(f(1), globals()['y'])", "globals is not for tests"),
    "locals": ("check.equal(f(1), locals()['y'])", "locals is not for tests"),
    "vars": ("check.equal(1, vars(data))", "vars belongs in an @check.observe function"),
    "compile": ("compile('1', '', 'eval')", "compile is not for tests"),
    "__import__": ("__import__('os')", "__import__ is not for tests"),
    "input": ("x = input()", "nobody answers input"),
    "breakpoint": ("breakpoint()", "breakpoint is not for tests"),
    "id": ("check.equal(id(data), 1)", "id is lost between two processes"),
    "get_ipython": ("get_ipython()", "get_ipython exists only in a notebook"),
    "a rebound answer": ("f = 3", "rebinds the answer f"),
    "an answer rebound by a loop": ("for f in range(3): pass", "rebinds the answer f"),
    "an answer rebound by a function": ("def f(): pass", "rebinds the answer f"),
    "an answer rebound by a walrus": ("print([g := 1 for _ in range(3)])", "rebinds the answer g"),
    "an answer rebound by global": ("def h():\n    global g\n    g = 1", "rebinds the answer g"),
    "a deleted answer": ("del f", "rebinds the answer f"),
    "a rebound locked name": ("data = 3", "rebinds data, which a locked cell binds"),
    "a locked name rebound by an import": ("import math as data", "rebinds data"),
    "rebound check": ("check = 3", "rebinds check"),
    # check.
    "an unknown check": ("check.almost(f(1), 2)", "check.almost is not for tests: use one of attempted, close"),
    "the gate's log": ("check.expected_log.append(1)", "check.expected_log is not for tests"),
    "check handed on": ("c = check\nc.close(f(1), 2)", "check may not be handed on"),
    # Python.
    "assert": ("assert True", "no assert"),
    "an import of anything": ("import os", "a test imports only collections, itertools, math, torch: leave os"),
    "an import from anything": ("from numpy import pi", "leave numpy to a locked cell"),
    "a relative import": ("from . import x", "a test imports only"),
    "import *": ("from torch import *", "no import *"),
    # Learners' functions.
    "an answer in a variable": ("h = f\ncheck.equal(h(1), 2)", "the answer f may only be called, or be an argument"),
    "an answer in a list": ("check.equal([f][0](1), 2)", "the answer f may only be called"),
    "an answer's attribute": ("check.equal(Net.size, 2)", "the answer Net may only be called"),
    "an answer given to another answer": ("check.equal(f(g), 2)", "the answer g may only be called"),
    "an answer given to a builtin": ("check.equal(list(map(f, [1])), [2])", "the answer f may only be called"),
    "an answer in a text": ('check.equal(1, 1, on=f"{guess}")', "the answer guess may only be called"),
    "ways that are not all answers": ("for way in (f, len): check.equal(way(1), 2)", "the answer f may only be called"),
    "a way handed on": ("for way in (f, g): h = way", "the answer way may only be called"),
    "a lambda for an answer": ("check.equal(f(lambda x: x), 2)", "pass no lambda to it"),
    "a lambda inside a list for an answer": ("check.equal(f(x=[lambda x: x]), 2)", "pass no lambda to it"),
    "a lambda for a way": ("for way in (f, g): check.equal(way(lambda: 1), 2)", "pass no lambda to it"),
    "a function for an answer": ("def h(x): return x\ncheck.equal(f(h), 2)", "do not pass h, defined here"),
    "a named lambda for an answer": ("h = lambda x: x\ncheck.equal(f(h), 2)", "do not pass h, defined here"),
    "a class for an answer": ("class C: pass\ncheck.equal(f(C()), 2)", "do not pass C, defined here"),
    "a lambda for an answer in check.raises": ("check.raises(ValueError, f, lambda: 1)", "pass no lambda to it"),
    "a lambda for an answer in check.unchanged": ("check.unchanged(f, lambda: 1)", "pass no lambda to it"),
    "a lambda for an observation": (
        "@check.observe\ndef look(h, x):\n    return h(x)\ncheck.equal(look(f, lambda: 1), 2)",
        "pass no lambda to it",
    ),
    # Results.
    "== on a result": ("check.equal(f(1) == 2, True)", "a learner's result is not compared in the test"),
    "!= on a result": ("check.equal(2 != f(1), False)", "is not compared in the test"),
    "in a result": ("check.equal(2 in f(1), False)", "is not compared in the test"),
    "is on a result": ("check.equal(f(1) is None, False)", "is not compared in the test"),
    "== on an answer's value": ("check.equal(guess == 2, True)", "is not compared in the test"),
    "== on a result with a name": ("out = f(1)\ncheck.equal(out == 2, True)", "is not compared in the test"),
    "== on a way's result": ("for way in (f, g): check.equal(way(1) == 2, True)", "is not compared in the test"),
    "if on a result": ("if f(1): pass", "decides nothing by its truth"),
    "while on a result": ("while f(1): pass", "decides nothing by its truth"),
    "a result decides a value": ("check.equal(1 if f(1) else 2, 1)", "decides nothing by its truth"),
    "not on a result": ("check.equal(not f(1), True)", "decides nothing by its truth"),
    "and on a result": ("check.equal(True and f(1), True)", "decides nothing by its truth"),
    "bool of a result": ("check.equal(bool(f(1)), True)", "decides nothing by its truth"),
    "a result filters": ("check.equal([x for x in [1] if f(x)], [1])", "decides nothing by its truth"),
    "a named result decides": ("out = f(1)\nif out: pass", "decides nothing by its truth"),
    "getattr on a result": ("out = f(1)\ncheck.equal(getattr(out, 'x'), 1)", "getattr on what a learner wrote"),
    "setattr on a result": ("out = f(1)\nsetattr(out, 'x', 1)", "setattr on what a learner wrote"),
    # Identity.
    "getattr by a forbidden name": (
        "check.equal(getattr(data, '_version'), 1)",
        "_version asks about the learner's own",
    ),
    "a dunder attribute": ("check.equal(data.__class__, 1)", "__class__ belongs in an @check.observe function"),
    "is between values": ("check.equal(data is slow, True)", "identity is lost between two processes"),
    "is not between values": ("check.equal(data is not slow, True)", "identity is lost between two processes"),
    # Observations.
    "an observation with a name from outside": (
        "@check.observe\ndef look(h):\n    return h(data)",
        "the observation look uses data from outside: pass it as an argument",
    ),
    "an observation with an answer from outside": (
        "@check.observe\ndef look():\n    return f(1)",
        "the observation look uses f from outside",
    ),
    "an observation with an annotation from outside": (
        "@check.observe\ndef look(x: torch.Tensor):\n    return 1",
        "the observation look uses torch from outside",
    ),
    "an observation with a name of an inner comprehension": (
        "@check.observe\ndef look(x):\n    [y for y in x]\n    return y",
        "the observation look uses y from outside",
    ),
    "an observation with a foreign import": (
        "@check.observe\ndef look(h):\n    import os\n    return 1",
        "a test imports only collections, itertools, math, torch, torchscope: leave os",
    ),
    "an observation inside a function": (
        "def outer():\n    @check.observe\n    def look(h):\n        return 1\n    return look",
        "the observation look must stand at the top level",
    ),
    "an observation that evaluates": ("@check.observe\ndef look(h):\n    return eval('1')", "eval is not for tests"),
    "an observation that draws": (
        "@check.observe\ndef look(h):\n    import torch\n    return h(torch.rand(2))",
        "rand draws inside an observation",
    ),
    "an observation that seeds": (
        "@check.observe\ndef look(h):\n    import torch\n    torch.manual_seed(0)\n    return h(1)",
        "manual_seed seeds a test of its own",
    ),
    # Randomness.
    "manual_seed": ("torch.manual_seed(0)", "manual_seed seeds a test of its own: draw from check.generator()"),
    "seed": ("torch.seed()", "seed seeds a test of its own"),
    "Generator": ("x = torch.Generator()", "Generator seeds a test of its own"),
    "an imported seed": ("from torch import manual_seed", "manual_seed seeds a test of its own"),
    "a seeded check.generator()": ("check.generator().manual_seed(0)", "manual_seed seeds a test of its own"),
    "torch.random": ("torch.random.fork_rng()", "no random module"),
    "import random": ("import random", "leave random to a locked cell"),
    "an imported torch.rand": ("from torch import rand\nx = rand(2)", "rand must draw from the test's generator"),
    "another generator": ("x = torch.rand(2, generator=None)", "rand must draw from the test's generator"),
    "a name that was a generator": (
        "g1 = check.generator()\ng1 = None\nx = torch.rand(2, generator=g1)",
        "rand must draw from the test's generator",
    ),
    "a method that draws": ("x = torch.ones(2).normal_()", "normal_ must draw from the test's generator"),
    "rand_like": ("x = torch.rand_like(data)", "write torch.rand(x.shape, …, generator=check.generator())"),
    "randn_like": ("x = torch.randn_like(data)", "write torch.randn(x.shape"),
    "randint_like": ("x = torch.randint_like(data, 3)", "write torch.randint(x.shape"),
}
BROKEN |= {f"torch.{n}": (f"x = torch.{n}(2)", f"{n} must draw from") for n in sorted(rules._RANDOM_FUNCTIONS)}
BROKEN |= {
    f"outside: {n}": (f"check.equal(data.{n}, 1)", f"{n} asks about the learner's own") for n in sorted(rules.IDENTITY)
}


@pytest.mark.parametrize("name", BROKEN)
def test_refused(name: str) -> None:
    body, says = BROKEN[name]
    found = of(body)
    assert any(says in message for _, message in found), found
    assert all(":" in message for _, message in found), "every sentence says the remedy"


@pytest.mark.parametrize("name", BROKEN)
def test_only_what_is_broken_is_refused(name: str) -> None:
    assert len({message for _, message in of(BROKEN[name][0])}) <= 2, of(BROKEN[name][0])


KEPT = {
    "plain calls": "A = torch.ones(2, 3)\ncheck.close(f(A), 2 * A, on='A (2, 3)')",
    "keywords, lists, dicts and star arguments": "args = [1, 2]\ncheck.equal(f(*args, x={'a': (1, [2])}), 2)",
    "a value": "check.prediction(guess, 'shape')\ncheck.equal(guess, tuple(data.shape))",
    "locked names and builtins": "check.close(f(data), slow(data))\nprint(sorted([2, 1]), len(data))",
    "a name of its own": "x = y = 2\nfor i, (j, k) in []: x += i\nwith data as z: check.equal(f(x), z)",
    "a function that reads what is bound later": "def h(): return later\nlater = 2\ncheck.equal(f(1), h())",
    "a function's arguments": "def h(a, *b, c=1, **d): return a, b, c, d\ncheck.equal(f(1), h(2))",
    "a local that has an answer's name": "check.equal(f(1), (lambda g: g + 1)(1))\ncheck.equal(f(1), [g for g in [1]])",
    "comprehensions": "check.equal([f(x) for x in [1, 2] if x > 1], [y for x in [[1]] for y in x])",
    "a caught exception": "try:\n    says = 1\nexcept RuntimeError as error:\n    says = str(error)",
    "imports": "import math\nimport torch.nn.functional as F\nfrom itertools import product\nfrom collections import Counter\n"
    "check.close(f(1), math.pi)\nprint(F, product, Counter)",
    "traps with lambdas": "check.close(f(1), 2, traps={'this is 1': lambda: data[0], 'this is 2': 2})",
    "a refusal": "check.raises(ValueError, f, 1, mentions='shape')\ncheck.raises(ValueError, lambda: f(1).forward(2))",
    "the ready-made observations": "check.unchanged(f, data)\ncheck.shares_memory(f, data, expected=True)\n"
    "check.same_operators(f, (data,), (data,))\ncheck.source_without(f, '@')",
    "ways": "for way in (f, g):\n    check.close(way(data), 2, on='data')\n    check.unchanged(way, data)",
    "attributes of a result": "net = Net(3)\ncheck.equal(tuple(net.weight.shape), (3,))\ncheck.close(net(data), data)",
    "a comparison of what is the test's own": "x = data.sum()\nif x > 3 and x != 4: print('large')\nwhile False: pass",
    "is None": "x = None\ncheck.equal(f(1), 1 if x is None else 2)\ncheck.equal(x is not None, False)",
    "getattr on torch": "check.close(f(data), getattr(torch, 'sum')(data))",
    "an observation": "@check.observe\ndef look(h, x):\n    import torch\n    from torchscope import meter\n"
    "    def inner(y): return [inner, y.grad_fn, id(y), vars(y)]\n    out = h(x)\n    if out is x: return False\n"
    "    return [out.data_ptr() == x.data_ptr(), out._version, out.__dict__, len(torch.ones(2)), [z for z in x], meter]\n"
    "check.equal(look(f, data), [True])\ncheck.equal(look(h=f, x=1), 1)",
    "drawing": "x = torch.rand(2, generator=check.generator())\ngen = check.generator()\n"
    "y = torch.randint(0, 3, (2,), generator=gen)\nz = torch.empty(2).normal_(generator=gen)\ncheck.close(f(x), y + z)",
    "a dropout without a draw of the test's own": "check.close(f(data), torch.nn.functional.dropout(data, 0.0))",
    "hidden tests": "check.equal(f(1), 2)\n### BEGIN HIDDEN TESTS\ncheck.equal(f(2), 4)\n### END HIDDEN TESTS",
}


@pytest.mark.parametrize("name", KEPT)
def test_accepted(name: str) -> None:
    assert of(KEPT[name]) == []


class TestTheFirstStatement:
    @pytest.mark.parametrize(
        ("source", "says"),
        [
            ("", "must start with check.attempted"),
            ("check.equal(f(1), 2)", "must start with check.attempted"),
            ("x = 1\ncheck.attempted(f, 'f doubles')\ncheck.equal(f(1), 2)", "must start with check.attempted"),
            ("x = check.attempted(f, 'f doubles')\ncheck.equal(f(1), 2)", "must start with check.attempted"),
            ("check.attempted(data, 'f doubles')\ncheck.equal(f(1), 2)", "must be the name of an answer"),
            ("check.attempted(f(1), 'f doubles')\ncheck.equal(f(1), 2)", "must be the name of an answer"),
            ("check.attempted()\ncheck.equal(f(1), 2)", "must be the name of an answer"),
            ("check.attempted(f)\ncheck.equal(f(1), 2)", "must say what this check shows"),
            ("check.attempted(f, '')\ncheck.equal(f(1), 2)", "must say what this check shows"),
            ("check.attempted(f, ' ')\ncheck.equal(f(1), 2)", "must say what this check shows"),
            ("check.attempted(f, what='f doubles')\ncheck.equal(f(1), 2)", "must say what this check shows"),
            ("check.attempted(f, f'{1}')\ncheck.equal(f(1), 2)", "must say what this check shows"),
            ("check.attempted(f, 'x', 1)\ncheck.equal(f(1), 2)", "leave out the rest"),
            ("check.attempted(f, 'x', on='1')\ncheck.equal(f(1), 2)", "leave out the rest"),
            ("check.attempted(f, 'x', given=data)\ncheck.equal(f(1), 2)", "leave out the rest"),
        ],
    )
    def test_refused(self, source: str, says: str) -> None:
        assert any(says in message for _, message in problems(source))

    @pytest.mark.parametrize("first", ["check.attempted(f, 'f')", "check.attempted(Net, 'f', given='0123abcd')"])
    def test_accepted(self, first: str) -> None:
        assert problems(f"# a comment\n{first}\ncheck.equal(f(1), 2)") == []


def test_a_test_that_judges_nothing_is_refused() -> None:
    assert problems(START + "f(1)") == [
        (1, "f-values judges nothing: give the result to check.close, check.equal or another check")
    ]


@pytest.mark.parametrize("line", ["%timeit f(1)", "!ls", "x = %who", "f(1"])
def test_what_is_no_python_is_refused(line: str) -> None:
    found = problems(START + line)
    assert [number for number, _ in found] == [2]
    assert "is no plain Python" in found[0][1]


def test_lines_are_counted_in_the_cell() -> None:
    found = problems(START + "\n\nassert True\nx = (1,\n     nowhere)\ncheck.equal(1, 1)")
    assert [number for number, _ in found] == [4, 6]


def test_the_checks_named_here_are_those_of_check() -> None:
    public = {name for name in check.__all__ if callable(getattr(check, name)) and name != "digest"}
    assert public - {"CheckFailed", "NotAttempted"} == rules.CHECK_NAMES


class TestAnswers:
    def problems(self, source: str) -> list[tuple[int, str]]:
        return rules.problems_of_answer(textwrap.dedent(source), name="f", locked_names=LOCKED)

    @pytest.mark.parametrize(
        "source",
        [
            "f = ...\n### BEGIN SOLUTION\nf = (2, 3)\n### END SOLUTION",
            "def helper(data):\n    slow = 1\n    return slow\n\ndef f(x):\n    return helper(x)",
            "import math\nclass f:\n    data = 1",
            "f: int = 3",
            "if True:\n    f = lambda: [data for data in [1]]",
        ],
    )
    def test_accepted(self, source: str) -> None:
        assert self.problems(source) == []

    def test_the_name_must_be_bound_at_the_top_level(self) -> None:
        says = "the answer cell must bind f at its top level: define or assign it there"
        assert self.problems("def g():\n    f = 1\n") == [(1, says)]

    @pytest.mark.parametrize(
        "source", ["f = 1\ndata = 2", "f = 1\nimport os as data", "f = 1\ndata += 1", "f = 1\nfor data in []: pass"]
    )
    def test_no_locked_name_is_rebound(self, source: str) -> None:
        assert self.problems(source) == [
            (2, "data is bound by a locked cell: give the answer's own another name"),
        ]

    def test_magics_are_refused(self) -> None:
        assert "f is no plain Python" in self.problems("f = 1\n%time f")[0][1]


def test_names_bound() -> None:
    source = """
    import os.path, math as m
    from a import b, c as d
    e = (f, *g) = h[0] = i.x = 1, 2
    j: int = 1
    k += 1
    for n in o: p = 1
    with q as (r, s): pass
    try: pass
    except E as t: pass
    def u(v): y = 1
    (w := 1)
    class z: aa = 1
    [bb for bb in cc if (dd := bb)]
    lambda ee: ff
    match gg:
        case {"a": hh, **ii}: pass
        case [jj, *kk] as ll: pass
    del mm
    """
    bound = rules.names_bound(textwrap.dedent(source))
    assert bound == {*"bdefgjkmnprstuwz", "os", "dd", "hh", "ii", "jj", "kk", "ll", "mm"}


@pytest.mark.parametrize(
    ("source", "used"),
    [
        ("x = y + len(z)", {"y", "z"}),
        ("x = 1\ny = x", set()),
        ("x = x + 1", {"x"}),
        ("x += 1", {"x"}),
        ("def h(a):\n    b = a\n    return b + c + h(a)", {"c"}),
        ("class C(Base):\n    size = n\n    def m(self):\n        return self.size", {"Base", "n"}),
        ("[a + b for a in c for d in a if d]", {"b", "c"}),
        ("lambda a: a + b", {"b"}),
        ("[[a for a in b] for b in c]", {"c"}),
        ("{a: (lambda k: a + k + q) for a in b}", {"b", "q"}),
        ("def h(a: T = d) -> R: pass", {"T", "d", "R"}),
        ("x.y.z = w[0]", {"x", "w"}),
        ("for i in items: total = i", {"items"}),
        ("@deco\ndef h(): pass", {"deco"}),
    ],
)
def test_uses_names(source: str, used: set[str]) -> None:
    assert rules.uses_names(source) == used
