"""The rules for the code inside test cells and answer cells, read from the syntax tree.

Theory of operation
-------------------
A test cell runs in the learner's notebook and in a grader's process that holds the expected values while the learner's code runs
elsewhere. One text serves both only if it keeps to what works in both: it sees locked cells, answers, builtins and its own names; a
learner's function is called or handed to `check`, and what it returns is judged by `check` alone; what needs the learner's own process
stands in a self-contained `@check.observe` function; and random numbers come from `check.generator()`.

`problems_of_test` walks a cell once with an `_Inspector`, which knows three things about where it stands: which names are local (a
stack of scopes), which names the cell has bound so far, and whether it is inside an observation. Solution and test markers are comments,
so a cell parses whole. Problems are (line of the cell counted from 1, sentence), and every sentence says the remedy.

These are rules for authors, who mean well: they catch what would break or give points away, and do not try to contain hostile code.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Collection, Iterator, Sequence

from autograder.parsing import parse, parse_cell

Problems = list[tuple[int, str]]

IMPORTABLE = frozenset({"torch", "math", "collections", "itertools"})
OBSERVATION_IMPORTABLE = IMPORTABLE | {"torchscope"}

# What a test cell may take from `check`. Those that judge make the cell a test.
JUDGES = frozenset(
    {"close", "equal", "prediction", "raises", "same_operators", "shares_memory", "source_without", "unchanged"}
)
CHECK_NAMES = JUDGES | {"attempted", "generator", "handle", "observe"}
# The position of the function they call for the test; what follows are its arguments.
_CALLING = {"raises": 1, "same_operators": 0, "shares_memory": 0, "unchanged": 0}

_REFUSED_EVERYWHERE = frozenset(
    {"breakpoint", "compile", "eval", "exec", "exit", "globals", "input", "open", "quit", "__import__"}
)
_REFUSED_BUILTINS = _REFUSED_EVERYWHERE | {"id", "locals", "vars"}
_BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
_REFLECTION = frozenset({"delattr", "getattr", "hasattr", "setattr"})

IDENTITY = frozenset(
    {
        "_base",
        "_is_view",
        "_version",
        "data_ptr",
        "grad_fn",
        "is_leaf",
        "register_hook",
        "retain_grad",
        "storage",
        "untyped_storage",
    }
)

_SEEDS = frozenset({"Generator", "initial_seed", "manual_seed", "seed"})
_RANDOM_FUNCTIONS = frozenset({"bernoulli", "multinomial", "normal", "poisson", "rand", "randint", "randn", "randperm"})
_RANDOM_METHODS = frozenset(
    {
        "bernoulli",
        "bernoulli_",
        "cauchy_",
        "exponential_",
        "geometric_",
        "log_normal_",
        "multinomial",
        "normal_",
        "random_",
        "uniform_",
    }
)
_RANDOM_LIKE = {"rand_like": "rand", "randn_like": "randn", "randint_like": "randint"}

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def problems_of_test(
    source: str, *, check_id: str, answers: Collection[str], locked_names: Collection[str]
) -> Problems:
    """What is wrong with a test cell: (line of the cell counted from 1, sentence), in order of lines.

    `answers` are the names that answer cells bind, `locked_names` those that locked cells bind.
    """
    tree, problems = _parsed(source, check_id)
    if tree is None:
        return problems
    inspector = _Inspector(tree, check_id, frozenset(answers), frozenset(locked_names) | {"check"})
    inspector.inspect()
    return sorted(set(inspector.problems))


def problems_of_answer(source: str, *, name: str, locked_names: Collection[str]) -> Problems:
    """What is wrong with an answer cell: it must bind `name` at its top level, and no locked name."""
    tree, problems = _parsed(source, name)
    if tree is None:
        return problems
    if name not in names_bound(source):
        problems.append((1, f"the answer cell must bind {name} at its top level: define or assign it there"))
    for line, bound in _bindings(tree.body):
        if bound in locked_names:
            problems.append((line, f"{bound} is bound by a locked cell: give the answer's own another name"))
    return sorted(set(problems))


def names_bound(source: str) -> set[str]:
    """The names that a cell binds in the notebook. Raises SyntaxError."""
    return {name for _, name in _bindings(parse_cell(source).body)}


def names_in(source: str, of: Callable[[str], set[str]]) -> set[str]:
    """The names that one of these functions finds in a cell: none in one that is no Python."""
    try:
        return of(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()


def names_replaced(source: str) -> set[str]:
    """The names that a cell deletes, or binds outside of functions. Raises SyntaxError."""
    tree = parse_cell(source)
    deleted = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)}
    return deleted | {name for _, name in _bindings(tree.body)}


def classes_bound(source: str) -> set[str]:
    """The names that a cell's class statements bind in the notebook. Raises SyntaxError."""
    return {node.name for node in parse_cell(source).body if isinstance(node, ast.ClassDef)}


def uses_names(source: str) -> set[str]:
    """The names that a cell looks up in the notebook before it has bound them itself, builtins left out. Raises SyntaxError."""
    tree = parse_cell(source)
    used: set[str] = set()
    known: set[str] = set()
    for statement in tree.body:
        bound = {name for _, name in _bindings([statement])}
        # `x = x + 1` looks x up first; a loop or a function may find what it binds itself.
        own = bound if not isinstance(statement, (ast.Assign, ast.AnnAssign)) else set()
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            own = set()
            used |= {statement.target.id} - known
        used |= _free_names(statement) - known - own
        known |= bound
    return used - _BUILTINS


class _Inspector(ast.NodeVisitor):
    """One walk over a test cell. `problems` fills as it goes."""

    def __init__(self, tree: ast.Module, check_id: str, answers: frozenset[str], locked: frozenset[str]) -> None:
        self.tree = tree
        self.check_id = check_id
        self.answers = answers
        self.allowed_answers: set[int] = set()  # ids of the Name nodes where an answer may stand
        # `for way in (loops, no_loop):` is another name for answers, held to the same rules.
        self.learners = answers | self._ways(answers)
        self.locked = locked
        self.problems: Problems = []
        self.bound = {name for _, name in _bindings(tree.body)}
        self.bound_so_far: set[str] = set()
        self.scopes: list[set[str]] = []
        self.observation = ""
        self.observations = {node.name for node in tree.body if isinstance(node, _FUNCTIONS) and _is_observation(node)}
        self.own_code = _own_code(tree.body)
        self.generators = _bound_to_generator(tree)
        self.results = _bound_to_results(tree, self.learners)

    def say(self, node: ast.AST, sentence: str) -> None:
        self.problems.append((getattr(node, "lineno", 1), sentence))

    def _ways(self, answers: frozenset[str]) -> set[str]:
        ways: set[str] = set()
        for node in ast.walk(self.tree):
            if (
                isinstance(node, ast.For)
                and isinstance(node.target, ast.Name)
                and isinstance(node.iter, (ast.Tuple, ast.List))
            ):
                names = [item for item in node.iter.elts if isinstance(item, ast.Name) and item.id in answers]
                if names and len(names) == len(node.iter.elts):
                    ways.add(node.target.id)
                    self.allowed_answers |= {id(name) for name in names}
        return ways

    def inspect(self) -> None:
        self._first_statement()
        if not any(_check_call(node) in JUDGES for node in ast.walk(self.tree)):
            self.problems.append(
                (1, f"{self.check_id} judges nothing: give the result to check.close, check.equal or another check")
            )
        for line, name in _bindings(self.tree.body):
            if name in self.answers:
                self.problems.append((line, f"the test rebinds the answer {name}: use another name"))
            elif name in self.locked:
                self.problems.append((line, f"the test rebinds {name}, which a locked cell binds: use another name"))
        for statement in self.tree.body:
            self.bound_so_far |= {name for _, name in _bindings([statement])}
            self.visit(statement)

    def _first_statement(self) -> None:
        first = self.tree.body[0] if self.tree.body else None
        call = first.value if isinstance(first, ast.Expr) else None
        if not isinstance(call, ast.Call) or _check_call(call) != "attempted":
            self.problems.append(
                (
                    first.lineno if first else 1,
                    f'{self.check_id} must start with check.attempted(NAME, "what this check shows")',
                )
            )
            return
        answer = call.args[0] if call.args else None
        if not isinstance(answer, ast.Name) or answer.id not in self.answers:
            self.say(call, "the first argument of check.attempted must be the name of an answer, as it stands")
        what = call.args[1] if len(call.args) > 1 else None
        if not (isinstance(what, ast.Constant) and isinstance(what.value, str) and what.value.strip()):
            self.say(call, "the second argument of check.attempted must say what this check shows, as a literal string")
        rest = [k for k in call.keywords if k.arg != "given" or not isinstance(k.value, ast.Constant)]
        if len(call.args) > 2 or rest:
            self.say(call, 'check.attempted takes an answer, a string, and at most given="…": leave out the rest')

    # Names

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load) or any(node.id in scope for scope in self.scopes):
            return
        if self.observation:
            # Names from outside are reported once for the whole function.
            if node.id in _REFUSED_EVERYWHERE:
                self.say(node, f"{node.id} is not for tests: pass what the observation needs as an argument")
            return
        if node.id in self.learners:
            if id(node) not in self.allowed_answers:
                self.say(
                    node,
                    f"the answer {node.id} may only be called, or be an argument of a check.… call or of an"
                    " @check.observe function: write it out there",
                )
        elif node.id == "check":
            if id(node) not in self.allowed_answers:
                self.say(node, "check may not be handed on: call its functions directly, as check.close(…)")
        elif node.id == "get_ipython":
            self.say(node, "get_ipython exists only in a notebook: write the test in plain Python")
        elif node.id in _REFUSED_BUILTINS:
            self.say(node, _REFUSED_WHY.get(node.id, f"{node.id} is not for tests: leave it out"))
        elif node.id not in self._visible():
            self.say(
                node,
                f"{node.id} is not known here: a test sees locked cells, answers, builtins and its own names; bind it"
                " in this cell before this line",
            )

    def _visible(self) -> set[str]:
        # A function's body runs later, when the cell has bound more.
        own = self.bound if self.scopes else self.bound_so_far
        return own | self.locked | _BUILTINS

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.value, ast.Name) and node.value.id == "check" and not self._is_local("check"):
            self.allowed_answers.add(id(node.value))
            if node.attr not in CHECK_NAMES:
                known = ", ".join(sorted(CHECK_NAMES))
                self.say(node, f"check.{node.attr} is not for tests: use one of {known}")
        elif not self.observation:
            self._attribute(node, node.attr)
        self._seeded(node, node.attr)
        self.generic_visit(node)

    def _attribute(self, node: ast.AST, name: str) -> None:
        if name in IDENTITY:
            self.say(
                node,
                f"{name} asks about the learner's own objects: use check.unchanged, check.shares_memory,"
                " check.same_operators or an @check.observe function",
            )
        elif name.startswith("__") and name.endswith("__"):
            self.say(node, f"{name} belongs in an @check.observe function: ask for it there")

    def _is_local(self, name: str) -> bool:
        return any(name in scope for scope in self.scopes)

    # Randomness

    def _seeded(self, node: ast.AST, name: str) -> None:
        if name in _SEEDS:
            self.say(
                node, f"{name} seeds a test of its own: draw from check.generator(), which is seeded for every cell"
            )
        elif name == "random":
            self.say(node, "no random module: draw with torch.rand(…, generator=check.generator())")

    def _random_call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute):
            name = function.attr
            on_torch = isinstance(function.value, ast.Name) and function.value.id == "torch"
            draws = name in _RANDOM_METHODS or (on_torch and name in _RANDOM_FUNCTIONS)
            like = on_torch and name in _RANDOM_LIKE
        elif isinstance(function, ast.Name) and not self._is_local(function.id) and function.id not in self.learners:
            name = function.id
            draws, like = name in _RANDOM_FUNCTIONS, name in _RANDOM_LIKE
        else:
            return
        if like:
            instead = _RANDOM_LIKE[name]
            self.say(node, f"{name} takes no generator: write torch.{instead}(x.shape, …, generator=check.generator())")
        elif draws and self.observation:
            self.say(node, f"{name} draws inside an observation: draw in the test and pass the tensor as an argument")
        elif draws and not any(k.arg == "generator" and self._is_generator(k.value) for k in node.keywords):
            self.say(node, f"{name} must draw from the test's generator: add generator=check.generator()")

    def _is_generator(self, node: ast.expr) -> bool:
        return _check_call(node) == "generator" or (
            isinstance(node, ast.Name) and node.id in self.generators and not self._is_local(node.id)
        )

    # Calls and results

    def visit_Call(self, node: ast.Call) -> None:
        self._random_call(node)
        if not self.observation:
            self._answer_in_call(node)
            if isinstance(node.func, ast.Name) and node.func.id in _REFLECTION:
                self._reflection(node)
            elif isinstance(node.func, ast.Name) and node.func.id == "bool" and node.args:
                self._truth(node.args[0])
        self.generic_visit(node)

    def _answer_in_call(self, node: ast.Call) -> None:
        plain: Sequence[ast.expr] = ()
        arguments = [*node.args, *(k.value for k in node.keywords)]
        called = _check_call(node)
        if isinstance(node.func, ast.Name) and not self._is_local(node.func.id):
            if node.func.id in self.learners:
                self.allowed_answers.add(id(node.func))
                plain = arguments
            elif node.func.id in self.observations:
                self._allow(arguments)
                plain = arguments
        elif called:
            self._allow(arguments)
            if called in _CALLING and self._is_answer(node.args[_CALLING[called] : _CALLING[called] + 1]):
                plain = node.args[_CALLING[called] + 1 :]
        for argument in plain:
            for part in ast.walk(argument):
                if isinstance(part, ast.Lambda):
                    self.say(part, "a learner's function gets plain values and tensors: pass no lambda to it")
                elif isinstance(part, ast.Name) and part.id in self.own_code and not self._is_local(part.id):
                    self.say(
                        part, f"a learner's function gets plain values and tensors: do not pass {part.id}, defined here"
                    )

    def _allow(self, arguments: Sequence[ast.expr]) -> None:
        self.allowed_answers |= {id(a) for a in arguments if isinstance(a, ast.Name) and a.id in self.learners}

    def _is_answer(self, nodes: Sequence[ast.expr]) -> bool:
        return any(isinstance(n, ast.Name) and n.id in self.learners for n in nodes)

    def _reflection(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if node.args and (self._is_result(node.args[0]) or self._is_answer(node.args[:1])):
            self.say(node, f"{name} on what a learner wrote belongs in an @check.observe function: ask for it there")
        for argument in node.args[1:2]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                self._attribute(node, argument.value)

    def _is_result(self, node: ast.expr) -> bool:
        """Whether this is what an answer's call returned: the call itself, or a name bound to it; or an answer's value."""
        if isinstance(node, ast.NamedExpr):
            return self._is_result(node.value)
        if isinstance(node, ast.Name):
            return (node.id in self.results or node.id in self.learners) and not self._is_local(node.id)
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in self.learners
            and not self._is_local(node.func.id)
        )

    def _truth(self, node: ast.expr) -> None:
        if not self.observation and self._is_result(node):
            self.say(node, "a learner's result decides nothing by its truth: give it to check.equal(…, True)")

    def visit_Compare(self, node: ast.Compare) -> None:
        if not self.observation:
            operands = [node.left, *node.comparators]
            if any(self._is_result(operand) for operand in operands):
                self.say(node, "a learner's result is not compared in the test: give it to check.equal or check.close")
            elif any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops) and not any(
                isinstance(operand, ast.Constant) and operand.value is None for operand in operands
            ):
                self.say(
                    node,
                    "identity is lost between two processes: use check.shares_memory or an @check.observe function,"
                    " or == for values",
                )
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self._truth(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._truth(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._truth(node.test)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for operand in node.values:
            self._truth(operand)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._truth(node.operand)
        self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.say(
            node, "no assert: its message says nothing to a learner; use check.equal, check.close or another check"
        )
        self.generic_visit(node)

    # Imports

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._import(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self._import(node, "." * node.level + (node.module or ""))
        for alias in node.names:
            if alias.name == "*":
                self.say(node, "no import *: import the names the test uses")
            self._seeded(node, alias.name)

    def _import(self, node: ast.stmt, module: str) -> None:
        allowed = OBSERVATION_IMPORTABLE if self.observation else IMPORTABLE
        if module.partition(".")[0] not in allowed:
            known = ", ".join(sorted(allowed))
            self.say(node, f"a test imports only {known}: leave {module} to a locked cell")

    # Scopes

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        before = self.observation
        if _is_observation(node):
            if node not in self.tree.body:
                self.say(node, f"the observation {node.name} must stand at the top level of the cell: move it there")
            outside = sorted(_free_names(node, decorators=False) - _BUILTINS - _REFUSED_EVERYWHERE)
            if outside:
                self.say(
                    node,
                    f"the observation {node.name} uses {', '.join(outside)} from outside: pass it as an argument, or"
                    " import it inside",
                )
            self.observation = node.name
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]:
            self.visit(default)
        with_scope = _arguments(node.args) | {name for _, name in _bindings(node.body)}
        self._inside(with_scope, node.body)
        self.observation = before

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for default in [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]:
            self.visit(default)
        self._inside(_arguments(node.args), [node.body])

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for part in [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]:
            self.visit(part)
        self._inside({name for _, name in _bindings(node.body)}, node.body)

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehension(node)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        self.visit(node.generators[0].iter)
        targets = {name for generator in node.generators for name in _stored(generator.target)}
        rest: list[ast.AST] = [g.iter for g in node.generators[1:]]
        for generator in node.generators:
            rest += generator.ifs
        rest += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self.scopes.append(targets)
        for generator in node.generators:
            for condition in generator.ifs:
                self._truth(condition)
        self.scopes.pop()
        self._inside(targets, rest)

    def _inside(self, scope: set[str], body: Sequence[ast.AST]) -> None:
        self.scopes.append(scope)
        for part in body:
            self.visit(part)
        self.scopes.pop()


_REFUSED_WHY = {
    "id": "id is lost between two processes: use check.shares_memory or an @check.observe function",
    "eval": "eval is not for tests: write the expression out",
    "exec": "exec is not for tests: write the code out",
    "open": "a test reads no files: put the data in a locked cell",
    "input": "nobody answers input while grading: put the value in the cell",
    "vars": "vars belongs in an @check.observe function: ask for it there",
}


def _parsed(source: str, name: str) -> tuple[ast.Module | None, Problems]:
    try:
        return parse(source), []
    except SyntaxError as error:
        sentence = (
            f"{name} is no plain Python ({error.msg}): magics and shell lines have no place here, write it in Python"
        )
        return None, [(error.lineno or 1, sentence)]


def _check_call(node: ast.AST) -> str:
    """`close` for the call check.close(…), else an empty string."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        if isinstance(owner, ast.Name) and owner.id == "check":
            return node.func.attr
    return ""


def _is_observation(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(d, ast.Attribute) and d.attr == "observe" and isinstance(d.value, ast.Name) and d.value.id == "check"
        for d in node.decorator_list
    )


def _own_code(body: Sequence[ast.stmt]) -> set[str]:
    """Functions, classes and lambdas that the cell gives a name."""
    names: set[str] = set()
    for node in body:
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            names |= {name for target in node.targets for name in _stored(target)}
    return names


def _bound_to_generator(tree: ast.Module) -> set[str]:
    """Names that the cell binds to check.generator() and to nothing else."""
    good: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _check_call(node.value) == "generator":
            for target in node.targets:
                if isinstance(target, ast.Name):
                    good[target.id] = good.get(target.id, 0) + 1
    times = [name for _, name in _bindings(tree.body)]
    return {name for name, count in good.items() if times.count(name) == count}


def _bound_to_results(tree: ast.Module, answers: frozenset[str]) -> set[str]:
    """Names that the cell binds to what an answer's call returns."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            value = node.value
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in answers:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def _bindings(body: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    """(line, name) of every binding in the scope of these statements, not of functions, classes and comprehensions in it."""
    for node in body:
        yield from _bindings_of(node)


def _bindings_of(node: ast.AST) -> Iterator[tuple[int, str]]:
    line = getattr(node, "lineno", 1)
    if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        yield line, node.name
        # `global` inside a function binds out here.
        for part in ast.walk(node):
            if isinstance(part, ast.Global):
                yield from ((part.lineno, name) for name in part.names)
        return
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield line, alias.asname or alias.name.partition(".")[0]
        return
    if isinstance(node, _COMPREHENSIONS):
        # A walrus in a comprehension binds out here; its targets do not.
        for part in ast.walk(node):
            if isinstance(part, ast.NamedExpr):
                yield part.lineno, part.target.id
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
        yield line, node.id
    if isinstance(node, ast.ExceptHandler) and node.name:
        yield line, node.name
    if isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
        yield line, node.name
    if isinstance(node, ast.MatchMapping) and node.rest:
        yield line, node.rest
    for child in ast.iter_child_nodes(node):
        yield from _bindings_of(child)


def _stored(target: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _arguments(arguments: ast.arguments) -> set[str]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {argument.arg for argument in every if argument}


def _free_names(node: ast.AST, *, decorators: bool = True) -> set[str]:
    """Names that the code looks up outside itself: not bound by a function, class, lambda or comprehension around the use."""
    if isinstance(node, _FUNCTIONS):
        outside: list[ast.AST] = [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        outside += [a for a in _annotations(node) if a]
        outside += node.decorator_list if decorators else []
        inside = _union(node.body) - _arguments(node.args) - {name for _, name in _bindings(node.body)}
        # A function that calls itself finds itself.
        return _union(outside) | (inside - {node.name})
    if isinstance(node, ast.Lambda):
        defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
        return _union(defaults) | (_free_names(node.body) - _arguments(node.args))
    if isinstance(node, ast.ClassDef):
        around = [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
        return _union(around) | (_union(node.body) - {name for _, name in _bindings(node.body)} - {node.name})
    if isinstance(node, _COMPREHENSIONS):
        targets = {name for generator in node.generators for name in _stored(generator.target)}
        return _free_names(node.generators[0].iter) | (_union(ast.iter_child_nodes(node)) - targets)
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Load) else set()
    return _union(ast.iter_child_nodes(node))


def _union(nodes: Iterator[ast.AST] | Sequence[ast.AST]) -> set[str]:
    return set[str]().union(*(_free_names(node) for node in nodes))


def _annotations(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr | None]:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    return [*(argument.annotation for argument in every if argument), node.returns]
