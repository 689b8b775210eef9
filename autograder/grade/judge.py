"""The judge: runs test cells on the trusted side, and asks the learner's process for what only it can say.

Theory of operation
-------------------
The judge room imports torch and the checks once, reads an assignment once, and forks a judge for every submission. A judge walks through the mended notebook in order:

    locked and given cells   run here, from the instructor's text, and on the learner's side; only there where they use an answer's name
    answers and added cells  run on the learner's side
    tests                    run here

A test runs in a dictionary that asks the learner's side for a name that it lacks. Plain values and tensors come by value; a function or class comes as something that can be
called, whose arguments and result travel; anything else is `Opaque`, and no comparison accepts it. What must be seen in the learner's own process is an observation: the
function's source goes there, and plain data come back. How an answer is *written* is read here, from the text that was handed in, since the learner's process could lie about it.

The learner's process is never believed about anything but its own values. It may die, hang or send nonsense at any moment: then the cell or the check that was running pays for it, the
process is started afresh, the learner's cells are run again without the offender, and the next check goes on.

Each result is sent as soon as it is known. A judge that is itself stuck, in a comparison of something enormous, is killed by the coordinator and started again behind the check where it stuck.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import hashlib
import json
import linecache
import os
import re
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, cast

import torch

from autograder import check, compiler, rules
from autograder.check import observations
from autograder.check.values import FOREIGN, NotPlain, Opaque, message_of, opaque_name, opaque_reference, show
from autograder.grade import confine, wire
from autograder.grade.limits import KB, Limits
from autograder.grade.nursery import ask_for_child, serve
from autograder.grade.reading import SourceReader
from autograder.parsing import parse_cell

_START = 30.0  # seconds that a learner's process may take to be there
_OUTPUTS = 10_000  # of a cell
_TWICE = 2  # calls of one function that may hang or kill the process before it is called no more
_BUILTINS = vars(builtins)
_DEFINED = re.compile(r"^(?:def|class) +(\w+)", re.MULTILINE)  # in a cell that is no Python
_FATES = {
    "error": ": the cell that should define it stopped with an error, which stands below the cell.",
    "timeout": ": the cell that should define it ran out of time.",
    "died": ": the cell that should define it ended the process that it ran in.",
}


class Stopped(BaseException):
    """A check that cannot go on. No `except Exception` of a test catches it."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


class Unsealed(Exception):
    """A test asks for what does not travel. The message says what, and what to do."""


@dataclass
class Cell:
    """A cell of the plan, as the judge needs it."""

    id: str
    role: str
    code: bool  # whether it is run at all
    source: str  # what runs on the learner's side
    points: float


@dataclass
class Prepared:
    """A cell of the instructor's, compiled once for every submission."""

    code: CodeType | None
    error: str
    binds: frozenset[str]  # imports left out
    uses: frozenset[str]


@dataclass
class Course:
    """An assignment as the judge room keeps it."""

    judge: str
    support: dict[str, bytes]
    folder: str  # where the support files stand on this side
    source: dict[str, str]  # of every cell, by id
    prepared: dict[str, Prepared] = field(default_factory=dict)
    observations: dict[tuple[str, str], str] = field(default_factory=dict)  # test, name -> the function's text
    answers: frozenset[str] = frozenset()  # the names that answers bind, and locked cells that use them
    classes: frozenset[str] = frozenset()  # those among them that the instructor made classes
    late: Sequence[str] = ()  # what its cells make torch import late


def prepare(spool: str) -> Course:
    """Read an assignment from the coordinator's file, and compile what runs on this side."""
    with open(spool, encoding="utf-8") as file:
        data = json.load(file)
    course = Course(data["judge"], {}, data["folder"], {cell["id"]: cell["source"] for cell in data["cells"]})
    for name in data["support"]:
        with open(os.path.join(course.folder, name), "rb") as raw:
            course.support[name] = raw.read()
    answers, classes = set[str](), set[str]()
    for cell in data["cells"]:
        if cell["kind"] != "code":
            continue
        if cell["role"] in ("answer", "manual"):
            answers |= rules.names_in(cell["source"], rules.names_bound)
            classes |= rules.names_in(cell["source"], rules.classes_bound)
        elif course.judge == "sealed":
            course.prepared[cell["id"]] = _prepared(cell["id"], cell["source"])
            if cell["role"] == "test":
                course.observations |= _observations(cell["id"], cell["source"])
    # What is made of an answer is on the learner's side only, and so is what is made of that.
    for cell in data["cells"]:
        prepared = course.prepared.get(cell["id"])
        if prepared and cell["role"] != "test" and prepared.uses & answers:
            answers |= prepared.binds
    course.answers, course.classes = frozenset(answers), frozenset(classes)
    course.late = compiler.needed(course.source.values())
    compiler.warm_up(course.late)
    return course


def _observations(identity: str, source: str) -> dict[tuple[str, str], str]:
    """The functions at the top of a test cell, without their decorators."""
    try:
        body = parse_cell(source).body
    except SyntaxError:
        return {}
    found = {}
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            node.decorator_list = []
            found[identity, node.name] = ast.unparse(node)
    return found


def _prepared(identity: str, source: str) -> Prepared:
    name = f"<test {identity}>"
    try:
        tree = parse_cell(source, name)
    except SyntaxError as error:
        return Prepared(None, f"line {error.lineno}: {error.msg}", frozenset(), frozenset())
    if tree.body and isinstance(tree.body[-1], ast.Expr) and not source.rstrip().endswith(";"):
        # The value of a last expression may be part of the points.
        target = ast.Name("__value__", ast.Store())
        tree.body[-1] = ast.copy_location(ast.Assign([target], tree.body[-1].value), tree.body[-1])
        ast.fix_missing_locations(tree)
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    imported = {
        alias.asname or alias.name.partition(".")[0]
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    return Prepared(
        compile(tree, name, "exec"),
        "",
        frozenset(rules.names_in(source, rules.names_bound)) - imported,
        frozenset(rules.names_in(source, rules.uses_names)),
    )


class Learner:
    """The judge's end of a learner's process, which may be started again and again."""

    def __init__(
        self, room: socket.socket, course: Course, limits: Limits, seed: int, deadline: float, alive: Callable[[], None]
    ) -> None:
        self.room = room
        self.alive = alive  # says that the judge is at work
        self.course = course
        self.limits = limits
        self.seed = seed
        self.deadline = deadline  # of the whole submission
        self.talk: socket.socket | None = None
        self.output_left = limits.total_output_bytes
        self.greeted = False  # whether the process has said that its door is locked
        self.life = -1
        self.starts = 0
        self.history: list[tuple[str, str]] = []  # the cells that ran, and did not kill their process

    def start(self) -> None:
        """A fresh process, with the cells of the history run in it. Raises Stopped."""
        self.stop()
        if self.starts > self.limits.restarts:
            raise Stopped(
                "died",
                f"The notebook's code ended or hung its process more than {self.limits.restarts} times: it is not started again.",
            )
        self.starts += 1
        ours, theirs = socket.socketpair()
        life, self.life = os.pipe()
        request = {"memory": self.limits.total_memory_bytes, "late": self.course.late}
        ask_for_child(self.room, request, theirs.fileno(), life)
        theirs.close()
        os.close(life)
        self.talk = ours
        support, parts, at = [], [], 0
        for name, content in self.course.support.items():
            support.append([name, at, len(content)])
            parts.append(content)
            at += len(content)
        wire.send(
            ours,
            {"limits": dataclasses.asdict(self.limits), "support": support, "cpu": min(os.sched_getaffinity(0))},
            parts,
        )
        self.greeted = False
        for identity, source in list(self.history):
            self.alive()
            try:
                self._exchange("run", self.limits.cell_seconds, {"source": source, "seed": self.seed_of(identity)})
            except wire.WireError:
                self.history.remove((identity, source))
                raise Stopped(
                    "died", "The notebook's code ended its process where it had not done so before."
                ) from None

    def ready(self) -> None:
        """There is a process. Raises Stopped."""
        if self.talk is None:
            self.start()

    def stop(self) -> None:
        """Kill the process and all that it started."""
        if self.talk is not None:
            os.close(self.life)
            self.talk.close()
            self.talk = None

    def seed_of(self, identity: str) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.seed} {identity}".encode()).digest()[:8], "big") >> 1

    def run(self, identity: str, source: str) -> tuple[str, list[dict[str, Any]]]:
        """Run a cell: "ok", "error", "timeout" or "died", and its outputs."""
        if time.monotonic() > self.deadline:
            return "timeout", [_stopped_output("The notebook ran longer than it may: this cell was not run.")]
        try:
            self.ready()
            reply, _ = self._exchange(
                "run", self.limits.cell_seconds, {"source": source, "seed": self.seed_of(identity)}
            )
            if reply["status"] not in ("ok", "error", "timeout") or type(reply["outputs"]) is not list:
                raise wire.WireError("no outcome")
            outputs, size = shown(reply["outputs"], min(self.output_left, _output_bytes(self.limits)))
            self.output_left -= size
            if reply["status"] != "timeout":
                self.history.append((identity, source))
            return reply["status"], outputs
        except Stopped as stopped:
            return stopped.status, [_stopped_output(str(stopped))]
        except wire.WireError as error:
            self.stop()
            status, sentence = _fate(error, f"{self.limits.cell_seconds:g} seconds")
            return status, [_stopped_output(f"This cell {sentence}. It was left out when the cells below it ran.")]
        except (KeyError, TypeError):
            self.stop()
            return "died", [
                _stopped_output(
                    "This cell broke the process that it ran in. It was left out when the cells below it ran."
                )
            ]

    def ask(
        self, op: str, seconds: float, document: Mapping[str, Any], parts: Sequence[bytes | memoryview] = ()
    ) -> tuple[Any, memoryview]:
        """A request during a test. Raises Stopped."""
        try:
            self.ready()
            return self._exchange(op, seconds, document, parts)
        except wire.WireError as error:
            self.stop()
            status, sentence = _fate(error, f"{self.limits.test_seconds:g} seconds")
            raise Stopped(status, f"The code under test {sentence}.") from None

    def _exchange(
        self, op: str, seconds: float, document: Mapping[str, Any], parts: Sequence[bytes | memoryview] = ()
    ) -> tuple[Any, memoryview]:
        assert self.talk is not None
        if not self.greeted:
            greeting, _ = wire.receive(self.talk, self.limits, time.monotonic() + _START)
            if greeting != {"ready": True}:
                raise Broken(str(greeting.get("fatal", greeting))[:500])
            self.greeted = True
        elif wire.pending(self.talk):
            raise wire.WireError("a reply that nobody asked for")
        number = wire.fresh_number()
        seconds = max(0.05, min(seconds, self.deadline - time.monotonic()))
        deadline = time.monotonic() + seconds + self.limits.grace
        cpu = self.limits.cell_cpu_seconds if op == "run" else self.limits.test_cpu_seconds
        wire.send(self.talk, {"n": number, "op": op, "seconds": seconds, "cpu": cpu, **document}, parts, deadline)
        reply, blob = wire.receive(self.talk, self.limits, deadline)
        if type(reply) is not dict:
            raise wire.WireError("no reply")
        if reply.get("n") != number:
            raise wire.WireError("a reply to another request")
        return reply, blob


class Broken(Exception):
    """The sandbox itself does not work: no submission's fault."""


def _fate(error: wire.WireError, seconds: str) -> tuple[str, str]:
    if isinstance(error, wire.Late):
        return "timeout", f"ran longer than {seconds} and could not be interrupted"
    if isinstance(error, wire.TooLarge):
        return "died", f"gave back too much ({error})"
    if isinstance(error, wire.Gone):
        return (
            "died",
            "ended the process that it ran in: it took too much memory, crashed, or called something like `os._exit`",
        )
    return "died", "answered with something that is no value"


def _output_bytes(limits: Limits) -> int:
    """What a cell may show, and the marks around it."""
    return limits.output_bytes + limits.image_bytes + 64 * KB


def shown(outputs: Sequence[Any], room: int) -> tuple[list[dict[str, Any]], int]:
    """A cell's outputs as `learner.Recorder` makes them, and their size. Another shape, and what does not fit, is dropped: it costs no points."""
    kept, size = [], 0
    for output in outputs[:_OUTPUTS]:
        made = _shown(output) if type(output) is dict else None
        if made is not None:
            weight = 64 + len(repr(made))
            if size + weight <= room:
                kept.append(made)
                size += weight
    return kept, size


def _shown(output: Mapping[str, Any]) -> dict[str, Any] | None:
    kind, name, text = output.get("output_type"), output.get("name"), output.get("text")
    if kind == "stream" and name in ("stdout", "stderr") and type(text) is str:
        return {"output_type": kind, "name": name, "text": text}
    if kind == "error":
        lines, ename, evalue = output.get("traceback"), output.get("ename"), output.get("evalue")
        if (
            type(lines) is list
            and type(ename) is str
            and type(evalue) is str
            and all(type(line) is str for line in lines)
        ):
            return {"output_type": kind, "ename": ename, "evalue": evalue, "traceback": lines}
    if kind in ("execute_result", "display_data") and type(output.get("data")) is dict:
        data = {mime: text for mime, text in output["data"].items() if type(text) is str}
        metadata = output.get("metadata")
        details: Mapping[str, Any] = metadata if type(metadata) is dict else {}
        sizes = {
            mime: {k: v for k, v in details[mime].items() if k in ("width", "height") and type(v) in (int, float)}
            for mime in data
            if type(details.get(mime)) is dict
        }
        return {"output_type": kind, "data": data, "metadata": sizes} if data else None
    return None


def _stopped_output(sentence: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": "Stopped", "evalue": sentence, "traceback": [sentence]}


class Function(Opaque):
    """A learner's function or class, seen from a test: it can be called, and nothing else."""

    __slots__ = ("_court", "_label")

    def __init__(self, court: Court, name: str, reference: object, label: str) -> None:
        super().__init__(name, reference)
        self._court = court
        self._label = label

    def __call__(self, *args: object, **kwargs: object) -> Any:
        return self._court.call(opaque_reference(self), self._label, args, kwargs)


class Handle(Function):
    """A learner's object, for a test that asked to look into it."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise NotPlain(f"a test may not ask {self._label} for {name}")
        return self._court.look(self, "attribute", name=name)

    def __len__(self) -> int:
        length = self._court.look(self, "length")
        if type(length) is not int or length < 0:
            raise NotPlain(f"the length of {self._label} is no number")
        return length

    def __getitem__(self, index: object) -> Any:
        return self._court.look(self, "item", index=index)

    def __iter__(self) -> Any:
        return iter(self._court.look(self, "items"))


class Court:
    """One submission before the judge: the namespace of its tests, and the way to its learner."""

    def __init__(self, course: Course, learner: Learner, limits: Limits) -> None:
        self.course = course
        self.learner = learner
        self.limits = limits
        self.namespace = Namespace(self)
        self.by_tests: set[str] = set()  # names that tests have bound
        self.test_deadline = 0.0
        self.begun: tuple[str, int] = ("", 0)
        self.holds_objects = False  # whether the learner's side keeps an object for this side
        # What stays the same until another of the learner's cells runs.
        self.functions: dict[str, Function] = {}
        self.untouched: dict[tuple[str, object], object] = {}
        self.unfinished: dict[str, str] = {}  # a name that a cell was to bind: what became of that cell
        self.current = ""
        self.hung: dict[str, int] = {}
        self.texts = SourceReader()
        observations.elsewhere = self.observe

    # The namespace of tests

    def look_up(self, name: str) -> Any:
        """What a test finds under a name that it did not bind itself."""
        if not self.current:  # a locked cell: only a test asks
            raise NameError(f"name {name!r} is not defined")
        if name in self.functions:
            return self.functions[name]
        reply, blob = self._ask("get", {"name": name})
        if reply.get("missing"):
            error = NameError(f"name {name!r} is not defined")
            error.__dict__["fate"] = _FATES.get(self.unfinished.get(name, ""), "")
            raise error
        if type(reply.get("module")) is str:
            raise Unsealed(
                f"the test uses the module {name}, which only the learner's cells import: import it in a locked cell, or in the test"
            )
        value = self._value(reply, blob, name, ["name", name])
        if isinstance(value, Function):
            self.functions[name] = value
        return value

    def call(self, reference: object, label: str, args: Sequence[object], kwargs: Mapping[str, object]) -> Any:
        if self.hung.get(label, 0) >= _TWICE:
            raise Stopped(
                "timeout", f"{label} has hung or ended its process {_TWICE} times before, and was not called again."
            )
        writer = wire.Writer(self.limits, self._refer)
        document = {
            "function": reference,
            "args": [writer.write(arg) for arg in args],
            "kwargs": {key: writer.write(value) for key, value in kwargs.items()},
        }
        try:
            reply, blob = self._ask("call", document, writer.parts)
        except Stopped:
            self.hung[label] = self.hung.get(label, 0) + 1
            raise
        try:
            return self._value(reply, blob, label)
        except Exception as error:
            if FOREIGN in error.__dict__:
                named = [f"{key}={show(value)}" for key, value in kwargs.items()]
                error.__dict__["called"] = ", ".join([*map(show, args), *named])
            raise

    def look(self, handle: Handle, how: str, **details: object) -> Any:
        writer = wire.Writer(self.limits, self._refer)
        forms = {key: writer.write(value) for key, value in details.items()}
        reply, blob = self._ask("look", {"target": opaque_reference(handle), "how": how, **forms}, writer.parts)
        label = handle._label if how != "attribute" else f"{handle._label}.{details['name']}"
        return self._value(reply, blob, label)

    def observe(self, function: Callable[..., object], args: tuple[object, ...], kwargs: Mapping[str, object]) -> Any:
        """Run an observation on the learner's side, or here where no object of the learner's is in it."""
        name = function.__name__
        own = getattr(observations, name, None)
        shipped = own is not None and getattr(own, "__wrapped__", None) is function
        if shipped and name == "handle":
            return self._handle(args[0])
        if not _holds_learners((args, kwargs)):
            return function(*args, **kwargs)
        named = self._named(args[0]) if isinstance(args[0], Function) else ""
        if shipped and name == "uses" and named:
            return self.texts.uses(named, cast(list[str], args[1]))
        if shipped and name == "untouched" and (named, args[1]) in self.untouched:
            return self.untouched[named, args[1]]
        writer = wire.Writer(self.limits, self._refer)
        document = {
            "name": name,
            "source": "" if shipped else self._source_of(name),
            "args": [writer.write(arg) for arg in args],
            "kwargs": {key: writer.write(value) for key, value in kwargs.items()},
        }
        label = next((arg._label for arg in args if isinstance(arg, Function | Handle)), name)
        reply, blob = self._ask("observe", document, writer.parts)
        value = self._value(reply, blob, label)
        if shipped and name == "untouched" and named:
            self.untouched[named, args[1]] = value
        return value

    def _named(self, answer: Function) -> str:
        reference = cast(Sequence[Any], opaque_reference(answer))
        return str(reference[1]) if reference[0] == "name" else ""

    def _handle(self, value: object) -> object:
        if type(value) is Opaque or isinstance(value, Function):
            return Handle(self, opaque_name(value), opaque_reference(value), opaque_name(value))
        return value

    def _source_of(self, name: str) -> str:
        """An observation's text, without its decorators."""
        text = self.course.observations.get((self.current, name))
        if text is None:
            raise Unsealed(f"the observation {name} does not stand at the top of its test cell")
        return text

    def _refer(self, value: object) -> Any:
        if isinstance(value, Opaque):
            return opaque_reference(value)
        raise Unsealed(
            f"the test passes a value of type {type(value).__name__} to the learner's code, which cannot travel: pass plain values and tensors, "
            'use an @check.observe function, or grade with judge = "in-process"'
        )

    def _ask(
        self, op: str, document: Mapping[str, Any], parts: Sequence[bytes | memoryview] = ()
    ) -> tuple[Any, memoryview]:
        first = self._begin()
        left = self.test_deadline - time.monotonic()
        if left <= 0:
            raise Stopped("timeout", f"The check ran longer than {self.limits.test_seconds:g} seconds.")
        return self.learner.ask(op, left, {**first, **document}, parts)

    def _begin(self) -> Mapping[str, Any]:
        """What goes in front of a test's first request: its seed, and that it starts without objects. A fresh process needs it again."""
        self.learner.ready()
        if self.begun == (self.current, self.learner.starts):
            return {}
        if self.holds_objects:
            with suppress(Stopped):  # an object that ends its process when it is cleared away: not this test's fault
                self.learner.ask("clear", self.limits.test_seconds, {})
            self.learner.ready()
            self.holds_objects = False
        self.begun = (self.current, self.learner.starts)
        return {"begin": self.learner.seed_of(self.current)}

    def _value(self, reply: Mapping[str, Any], blob: memoryview, label: str, reference: object = None) -> Any:
        """The value in a reply, or the exception in it, raised."""
        if reply.get("timeout"):
            self.hung[label] = self.hung.get(label, 0) + 1
            raise Stopped(
                "timeout", f"{label} ran longer than {self.limits.test_seconds:g} seconds: does its loop end?"
            )
        if type(reply.get("too_large")) is str:
            raise Stopped("failed", f"{label} gave back {reply['too_large'][:200]}.")

        whole = reply.get("value")  # a name finds this; what lies inside it has numbers of its own

        def find(form: Sequence[Any]) -> object:
            tag, number, name, kind = form
            if tag != "object" or type(number) is not int or type(name) is not str:
                raise wire.WireError("no reference")
            named = reference is not None and form is whole
            found = reference if named else ["object", number]
            self.holds_objects |= not named
            if kind in ("function", "class"):
                return Function(self, name, found, label)
            return Opaque(name[:200], found)

        error = None
        try:
            reader = wire.Reader(blob, self.limits, find)
            if "raised" in reply:
                error = _foreign(reply["raised"], reader, label)
            else:
                value = reader.read(reply["value"])
        except (wire.WireError, KeyError, TypeError, ValueError):
            self.learner.stop()
            raise Stopped("died", f"{label} answered with something that is no value.") from None
        if error is not None:
            raise error
        # What a class makes may be looked into: the test asked for it by calling the class.
        if isinstance(value, Opaque) and reference is None and label in self.course.classes:
            return Handle(self, opaque_name(value), opaque_reference(value), label)
        return value

    # Cells and tests

    def run_here(self, cell: Cell) -> str:
        """A locked cell on this side. Returns what went wrong, or an empty string."""
        prepared = self.course.prepared.get(cell.id)
        if prepared is None or prepared.code is None or prepared.uses & self.course.answers:
            return ""
        torch.default_generator.manual_seed(self.learner.seed_of(cell.id))
        self.current = ""
        try:
            dict.pop(self.namespace, "__value__", None)
            exec(prepared.code, self.namespace)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return ""

    def learner_bound(self, source: str, status: str) -> None:
        """A learner's cell ran: an answer's name that a test had bound is the learner's again. A test's own helper never is."""
        names = self.texts.add(source)
        self.unfinished |= dict.fromkeys(names or _DEFINED.findall(source), status)
        for name in names & self.by_tests & self.course.answers:
            dict.pop(self.namespace, name, None)
            self.by_tests.discard(name)

    def sealed_test(self, cell: Cell) -> tuple[str, str, float]:
        """(status, message, share of the points)"""
        prepared = self.course.prepared[cell.id]
        if prepared.code is None:
            return "error", f"This test cannot be run: {prepared.error}. Tell your instructor.", 0.0
        self.current = cell.id
        self.namespace.cache.clear()
        check.current_what = ""
        torch.default_generator.manual_seed(self.learner.seed_of(cell.id))
        bound_before = set(self.namespace)
        self.test_deadline = time.monotonic() + self.limits.test_seconds
        signal.setitimer(signal.ITIMER_REAL, self.limits.test_seconds + self.limits.grace, 0.5)
        try:
            dict.pop(self.namespace, "__value__", None)
            exec(prepared.code, self.namespace)
            value = dict.pop(self.namespace, "__value__", None)
            signal.setitimer(signal.ITIMER_REAL, 0)
            return share_of(value, cell.points)
        except check.NotAttempted as error:
            return "not_attempted", str(error), 0.0
        except (check.CheckFailed, NotPlain) as error:
            return "failed", _headed(str(error)), 0.0
        except Stopped as stopped:
            if isinstance(stopped, Stuck):  # perhaps in the middle of a reply
                self.learner.stop()
            return stopped.status, _headed(str(stopped)), 0.0
        except AssertionError as error:
            if FOREIGN in error.__dict__:  # the answer's own, or torch's in it: no assertion of the test
                return "error", _headed(described(error)), 0.0
            return "failed", str(error) or _assertion(error), 0.0
        except BaseException as error:
            return "error", _headed(described(error)), 0.0
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.by_tests |= set(self.namespace) - bound_before

    def test_in_place(self, cell: Cell) -> tuple[str, str, float]:
        """A test that runs in the learner's process: what it says of itself is believed."""
        self.current = cell.id
        try:
            reply, _ = self.learner.ask(
                "test",
                self.limits.test_seconds,
                {"source": self.course.source[cell.id], "seed": self.learner.seed_of(cell.id)},
            )
        except Stopped as stopped:
            return stopped.status, str(stopped), 0.0
        status = reply.get("status")
        if status == "timeout":
            return "timeout", f"The test ran longer than {self.limits.test_seconds:g} seconds.", 0.0
        if status == "error":
            raised = reply.get("raised")
            details: Mapping[str, Any] = raised if type(raised) is dict else {}
            name, message = str(details.get("name", "Error"))[:120], str(details.get("message", ""))[:2000]
            if name == "NotAttempted":
                return "not_attempted", message, 0.0
            if name in ("CheckFailed", "AssertionError"):
                return "failed", message or "An assertion of the test does not hold.", 0.0
            return "error", f"{name}: {message}" if message else name, 0.0
        if status == "ok":
            self.learner.history.append((cell.id, self.course.source[cell.id]))
            text = reply.get("value")
            return share_of_text(text if type(text) is str else "", cell.points)
        return "died", "The process that ran the test answered with nonsense.", 0.0


def _holds_learners(value: object) -> bool:
    """Whether a learner's object is in it, however deep."""
    if isinstance(value, Opaque):
        return True
    if type(value) is dict:
        return any(map(_holds_learners, value.values()))
    return type(value) in (tuple, list) and any(map(_holds_learners, cast(Sequence[object], value)))


class Namespace(dict[str, Any]):
    """The globals of tests. A name that is neither bound nor built in is asked of the learner's side, once a test."""

    def __init__(self, court: Court) -> None:
        super().__init__(__name__="__main__", __builtins__=builtins)
        self.court = court
        self.cache: dict[str, Any] = {}

    def __missing__(self, name: str) -> Any:
        if name in _BUILTINS:
            return _BUILTINS[name]
        if name not in self.cache:
            self.cache[name] = self.court.look_up(name)
        return self.cache[name]


def share_of(value: object, points: float) -> tuple[str, str, float]:
    """What a test's last value is worth: a number is the points given, anything else is all of them, as nbgrader has it."""
    number: float | None = None
    if type(value) in (int, float):
        number = float(cast(float, value))
    elif isinstance(value, torch.Tensor) and value.numel() == 1:
        number = float(value)
    elif type(value).__module__ == "numpy" and hasattr(value, "item"):
        try:
            number = float(cast(Any, value))
        except (TypeError, ValueError):
            number = None
    if number is None:
        return "passed", "", 1.0
    return _share(number, points)


def share_of_text(text: str, points: float) -> tuple[str, str, float]:
    """The same, of the text that a notebook shows."""
    inner = text
    for wrapper in ("tensor(", "np.float64(", "np.float32(", "np.int64("):
        if text.startswith(wrapper) and text.endswith(")"):
            inner = text.removeprefix(wrapper).removesuffix(")").partition(",")[0]
    try:
        number = float(inner)
    except ValueError:
        return "passed", "", 1.0
    return _share(number, points)


def _share(number: float, points: float) -> tuple[str, str, float]:
    if not 0 <= number <= points:
        return "error", f"The test gave {number:g} of {points:g} points, which is no score. Tell your instructor.", 0.0
    if number == points:
        return "passed", "", 1.0
    return "failed", f"{number:g} of {points:g} points.", number / points if points else 0.0


_RAISABLE: dict[str, type[Exception]] = {
    f"builtins.{name}": kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type) and issubclass(kind, Exception)
} | {
    "torch._C._LinAlgError": cast(type[Exception], vars(torch.linalg)["LinAlgError"]),
    "torch.OutOfMemoryError": torch.OutOfMemoryError,
}


def _foreign(raised: Any, reader: wire.Reader, label: str) -> Exception:
    """An exception like the learner's: the first of its bases that is on the list, with its arguments and its own type's name."""
    bases, name, message, frames = raised["bases"], raised["name"], raised["message"], raised["frames"]
    if type(bases) is not list or type(name) is not str or type(message) is not str or type(frames) is not list:
        raise wire.WireError("no exception")
    args = [reader.read(form) for form in raised["args"]]
    kind = next((_RAISABLE[base] for base in bases if type(base) is str and base in _RAISABLE), Exception)
    try:
        error = kind(*args)
    except Exception:
        error = Exception(message)
    error.__dict__[FOREIGN] = name[:120]
    places = [
        (str(function)[:80], int(line), str(text)[:160]) for function, line, text, _ in frames[:8] if type(line) is int
    ]
    error.__dict__["places"] = places
    error.__dict__["label"] = label
    return error


def described(error: BaseException) -> str:
    """An exception in a test, for the learner: theirs with the line where it arose, the test's own by its text."""
    notes = error.__dict__
    if FOREIGN in notes:
        message = message_of(error)
        lines = [f"{notes['label']} raised {notes[FOREIGN]}" + (f": {message}" if message else "")]
        if notes.get("called"):
            lines.insert(0, f"Called with {notes['called']}.")
        for function, line, text in notes["places"][-3:]:
            lines.append(f"  line {line} of its cell, in {function}: {text.strip()}")
        return "\n".join(lines)
    if isinstance(error, NameError):
        return f"NameError: {error}{notes.get('fate') or '. Is the cell of the answer complete, does it define this very name, and does it run without an error?'}"
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _written(message: str) -> str:
    """A message that any file or database can hold."""
    return message[:20_000].encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _headed(message: str) -> str:
    """With the check's own sentence on top, unless it stands there."""
    what = check.current_what
    if not what or message.startswith(("✗", "○")):
        return message
    return f"✗ {what}\n{message}"


def _assertion(error: AssertionError) -> str:
    """The line of the assert that failed, where a learner can see it."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    if at is None:
        return "An assertion of the test does not hold."
    name = at.tb_frame.f_code.co_filename
    lines = linecache.getlines(name)
    above = [line for line in lines[: at.tb_lineno] if "HIDDEN TESTS" in line]
    if above and "BEGIN HIDDEN TESTS" in above[-1]:
        return "A hidden assertion of the test does not hold."
    line = lines[at.tb_lineno - 1].strip() if at.tb_lineno <= len(lines) else ""
    return f"This does not hold: {line}" if line.startswith("assert") else "An assertion of the test does not hold."


class Stuck(Stopped):
    """The alarm of a test on this side."""


def _alarm(number: int, frame: object) -> None:
    raise Stuck("timeout", "The check ran longer than it may.")


def be_born(courses: Mapping[str, Course], room: socket.socket, request: Mapping[str, Any], talk: int) -> None:
    """A judge's whole life: one submission."""
    coordinator = socket.socket(fileno=talk)
    job, _ = wire.receive(coordinator, Limits())
    limits, course = Limits(**job["limits"]), courses[request["assignment"]]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    confine.limit_memory(limits.total_memory_bytes)  # a test may multiply what an answer gave back
    signal.signal(signal.SIGALRM, _alarm)
    os.sched_setaffinity(0, {job["cpu"]})
    os.environ["AUTOGRADER_SEED"] = str(job["seed"])
    if course.folder:
        os.chdir(course.folder)
        sys.path.append(course.folder)
    cells = [
        Cell(i, role, code, course.source[i] if text is None else text, points)
        for i, role, code, text, points in job["cells"]
    ]
    deadline = time.monotonic() + job["seconds"]

    def say(**document: Any) -> None:
        wire.send(coordinator, document)

    learner = Learner(room, course, limits, job["seed"], deadline, lambda: say(kind="alive"))
    court = Court(course, learner, limits)
    done = set(job["done"])

    try:
        learner.start()
        for cell in cells:
            if not cell.code:
                continue
            if cell.role == "test":
                if cell.id in done:
                    continue
                say(kind="at", id=cell.id)
                if time.monotonic() > deadline:
                    status, message, share = (
                        "timeout",
                        "The notebook ran longer than it may: this check was not run.",
                        0.0,
                    )
                elif course.judge == "sealed":
                    status, message, share = court.sealed_test(cell)
                else:
                    status, message, share = court.test_in_place(cell)
                say(kind="check", id=cell.id, status=status, message=_written(message), points=share * cell.points)
                continue
            if cell.role in ("locked", "given") and course.judge == "sealed":
                wrong = court.run_here(cell)
                if wrong:
                    say(kind="note", id=cell.id, text=f"this cell failed on the judge's side: {wrong[:500]}")
            court.functions.clear()
            court.untouched.clear()
            status, outputs = learner.run(cell.id, cell.source)
            if cell.role != "locked":
                court.learner_bound(cell.source, status)
                for remark in court.texts.remarks:
                    say(kind="note", id=cell.id, text=remark)
            say(kind="cell", id=cell.id, status=status, outputs=outputs)
        say(kind="end")
    except Broken as error:
        say(kind="broken", text=str(error))
    except wire.Gone:
        return
    finally:
        learner.stop()


def main(arguments: str) -> None:
    """The judge room: warm, then a judge for every request."""
    options = json.loads(arguments)
    control, room = socket.socket(fileno=options["control"]), socket.socket(fileno=options["room"])
    torch.set_num_threads(1)
    wire.know_numpy()
    import torchscope.meter  # noqa: F401  # which observations that run here would import

    # torch loads its printing and comparing code at first use.
    check.attempted(1, "")
    with suppress(check.CheckFailed):
        check.close(torch.ones(2), torch.zeros(2), on="a")
    confine.undumpable()
    courses: dict[str, Course] = {}

    def before_fork(request: Mapping[str, Any]) -> None:
        if request["assignment"] not in courses:
            if len(courses) >= 20:
                courses.pop(next(iter(courses)))
            courses[request["assignment"]] = prepare(request["spool"])

    control.send(json.dumps({"ready": sys.version.split()[0], "torch": torch.__version__}).encode())
    serve(control, lambda request, talk: be_born(courses, room, request, talk), before_fork=before_fork)
