"""The learner's side: one process, behind its locked door, that runs what it is sent and answers.

Theory of operation
-------------------
This is the only module that runs in the same process as a learner's code, so nothing here is trusted by anybody: a learner who changes it harms
only the answers that this process gives. It holds no test, no expected value, no name.

Requests come on one socket and are answered in turn. `run` runs a cell in IPython and returns its outputs; `get`, `call` and `look` (attribute, length, item, items) look at what
the cells have made; `observe` runs a function of a test here, which returns plain data; `test` runs a test cell in place, for assignments that are judged in-process. The first request of
a test says `begin`, with its seed.

*Time.* Each request says how long it may take. An alarm then raises `OutOfTime` in the learner's code, so that a loop without an end costs one cell and not the process. Code
that catches it, or that hangs where Python does not look, is killed from outside.

*Objects* that are not plain are kept in a table, and the judge gets a number for them. A new test starts with an empty table; where the judge was given an object, it asks to `clear` it first.
"""

from __future__ import annotations

import base64
import io
import math
import os
import random
import resource
import signal
import socket
import sys
import traceback
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from autograder.check.values import kind_of, type_name
from autograder.grade import wire
from autograder.grade.limits import Limits

_FRAMES = 6  # of a traceback
_TEXT = 2_000  # characters of an exception's message
_ITEMS = 10_000  # that an iteration gives
_CUT = "\n… the rest of this output was cut: it was too long.\n"


class OutOfTime(KeyboardInterrupt):
    """The cell or call ran longer than it may."""


class Recorder:
    """What a cell shows, in order, within limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.outputs: list[dict[str, Any]] = []
        self.listening = False
        self.text_left = self.image_left = 0
        self.cut = False

    def start(self) -> None:
        self.outputs, self.listening, self.cut = [], True, False
        self.text_left, self.image_left = self.limits.output_bytes, self.limits.image_bytes

    def stop(self) -> list[dict[str, Any]]:
        """The outputs, as a notebook has them."""
        self.listening = False
        for output in self.outputs:
            if "parts" in output:
                output["text"] = "".join(output.pop("parts"))
        if self.cut:
            self.outputs.append({"output_type": "stream", "name": "stdout", "text": _CUT})
        return self.outputs

    def stream(self, name: str, text: str) -> None:
        if not self.listening or not text:
            return
        if len(text) > self.text_left:
            text, self.cut = text[: self.text_left], True
        self.text_left -= len(text)
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["parts"].append(text)
        elif text:
            self.outputs.append({"output_type": "stream", "name": name, "parts": [text]})

    def show(self, kind: str, data: Mapping[str, Any], metadata: Mapping[str, Any] | None) -> None:
        if not self.listening:
            return
        kept: dict[str, str] = {}
        for mime, value in data.items():
            text = base64.b64encode(value).decode() if type(value) is bytes else value
            if type(mime) is not str or type(text) is not str:
                continue
            if mime.startswith("image/"):
                if len(text) > self.image_left:
                    self.cut = True
                    continue
                self.image_left -= len(text)
            else:
                if len(text) > self.text_left:
                    if mime != "text/plain":
                        self.cut = True
                        continue
                    text, self.cut = text[: self.text_left], True
                self.text_left -= len(text)
            kept[mime] = text
        if kept:
            sizes = {}
            for mime, details in (metadata or {}).items():
                if type(mime) is str and type(details) is dict:
                    sizes[mime] = {
                        k: v for k, v in details.items() if k in ("width", "height") and type(v) in (int, float)
                    }
            self.outputs.append({"output_type": kind, "data": kept, "metadata": sizes})

    def error(self, name: str, message: str, lines: Sequence[str]) -> None:
        if not self.listening:
            return
        text = "\n".join(map(str, lines))
        if len(text) > self.text_left:
            text, self.cut = text[-self.text_left :] if self.text_left else "", True
        self.text_left -= len(text)
        self.outputs.append(
            {"output_type": "error", "ename": name, "evalue": message[:_TEXT], "traceback": text.split("\n")}
        )


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of a learner's process."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, recorder: Recorder) -> None:
        self.name = name
        self.recorder = recorder

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return 1 if self.name == "stdout" else 2

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self.recorder.stream(self.name, str(text))
        return len(text)


def make_shell(recorder: Recorder) -> Any:
    """IPython's shell, quiet: no history, no prompts, everything it shows goes to the recorder."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Hook(DisplayHook):  # type: ignore[misc]
        def write_output_prompt(self) -> None:
            pass

        def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
            recorder.show("execute_result", format_dict, md_dict)

        def finish_displayhook(self) -> None:
            pass

    class Publisher(DisplayPublisher):  # type: ignore[misc]
        def publish(self, data: Any, metadata: Any = None, *args: Any, update: bool = False, **kwargs: Any) -> None:
            recorder.show("display_data", data, metadata)

        def clear_output(self, wait: bool = False) -> None:
            recorder.outputs.clear()

    class Shell(InteractiveShell):  # type: ignore[misc]
        displayhook_class = Hook
        display_pub_class = Publisher

        def ask_exit(self) -> None:
            pass

        def _showtraceback(self, etype: type, evalue: BaseException, stb: Sequence[str]) -> None:
            if etype is OutOfTime:
                stb = [_message(evalue)]
            recorder.error(etype.__name__, _message(evalue), stb)

        def system(self, cmd: str) -> None:  # there is no terminal to run it in
            self.system_raw(cmd)

        def enable_gui(self, gui: Any = None) -> None:
            pass

    HistoryManager.enabled = False
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.autoindent = False
    Shell.clear_instance()
    return Shell.instance(config=config)


class Learner:
    """The loop that answers the judge."""

    def __init__(self, talk: socket.socket, shell: Any, recorder: Recorder, limits: Limits) -> None:
        self.talk = talk
        self.shell = shell
        self.recorder = recorder
        self.limits = limits
        self.objects: dict[int, object] = {}
        self.armed = False
        self.expired = False
        self.seconds = 0.0

    def serve(self) -> None:
        """Until the judge closes the connection."""
        signal.signal(signal.SIGALRM, self._alarm)
        signal.signal(signal.SIGXCPU, self._alarm)
        os.register_at_fork(after_in_child=self.talk.close)  # a copy of this process has nothing to say to the judge
        # What the process writes past Python's own streams lands in a small file on its own disk.
        self.out = os.open("output", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        os.unlink("output")
        os.dup2(self.out, 1)
        os.dup2(self.out, 2)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        sys.stdout = sys.__stdout__ = Stream("stdout", self.recorder)  # type: ignore[assignment,misc]
        sys.stderr = sys.__stderr__ = Stream("stderr", self.recorder)  # type: ignore[assignment,misc]
        answers: dict[str, Callable[..., dict[str, Any]]] = {
            "run": self.run,
            "clear": self.clear,
            "get": self.get,
            "call": self.call,
            "look": self.look,
            "observe": self.observe,
            "test": self.test,
        }
        while True:
            try:
                document, blob = wire.receive(self.talk, self.limits)
            except wire.Gone:
                return
            reader = wire.Reader(blob, self.limits, self._find)
            writer = wire.Writer(self.limits, self._refer)
            try:
                if "begin" in document:
                    self.objects.clear()
                    _seed(document["begin"])
                    torch.set_grad_enabled(True)  # an earlier answer may have left it off
                reply = answers[document["op"]](document, reader, writer)
            except wire.TooLarge as error:
                writer = wire.Writer(self.limits, self._refer)
                reply = {"too_large": str(error)}
            finally:
                self._disarm()
            try:
                wire.send(self.talk, {"n": document["n"], **reply}, writer.parts)
            except wire.Gone:
                return

    # Time

    def _arm(self, document: Mapping[str, Any]) -> None:
        seconds = self.seconds = float(document["seconds"])
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = math.ceil(used.ru_utime + used.ru_stime) + int(document["cpu"])
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard) if hard > 0 else soft, hard))
        self.expired, self.armed = False, True
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.25)

    def _disarm(self) -> None:
        self.armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _alarm(self, number: int, frame: object) -> None:
        if self.armed:
            self.expired = True
            raise OutOfTime(f"stopped: this ran longer than {self.seconds:g} seconds")

    # Cells

    def run(self, document: Mapping[str, Any], reader: wire.Reader, writer: wire.Writer) -> dict[str, Any]:
        result, outputs = self._execute(document)
        status = "timeout" if self.expired else "ok" if result is not None and result.success else "error"
        return {"status": status, "outputs": outputs}

    def _execute(self, document: Mapping[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
        """Run a cell: IPython's result, or None where not even IPython survived it, and the outputs."""
        _seed(document["seed"])
        self.recorder.start()
        result = None
        try:
            try:
                self._arm(document)
                result = self.shell.run_cell(document["source"], store_history=True)
            finally:
                self._disarm()
        except BaseException:
            pass
        if os.fstat(self.out).st_size:  # programs that the cell started wrote
            written = os.pread(self.out, self.limits.output_bytes, 0)
            os.ftruncate(self.out, 0)
            self.recorder.stream("stdout", written.decode("utf-8", "replace"))
        return result, self.recorder.stop()

    def test(self, document: Mapping[str, Any], reader: wire.Reader, writer: wire.Writer) -> dict[str, Any]:
        """A test cell in place. A last expression's value is reported as text, as a notebook would show it."""
        result, outputs = self._execute(document)
        if self.expired:
            return {"status": "timeout"}
        if result is None:
            return {"status": "broken"}
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            return {"status": "error", "raised": _exception(error, writer)}
        values = [o["data"].get("text/plain", "") for o in outputs if o["output_type"] == "execute_result"]
        return {"status": "ok", "value": values[0] if values else None}

    # What the cells have made

    def clear(self, document: Mapping[str, Any], reader: wire.Reader, writer: wire.Writer) -> dict[str, Any]:
        self.objects.clear()
        return {}

    def get(self, document: Mapping[str, Any], reader: wire.Reader, writer: wire.Writer) -> dict[str, Any]:
        name = document["name"]
        if name not in self.shell.user_ns:
            return {"missing": True}
        value = self.shell.user_ns[name]
        if isinstance(value, types.ModuleType):
            return {"module": value.__name__}
        return {"value": writer.write(value)}

    def call(self, document: Mapping[str, Any], reader: wire.Reader, writer: wire.Writer) -> dict[str, Any]:
        def work() -> object:
            function = self._find(document["function"])
            args = [reader.read(form) for form in document["args"]]
            kwargs = {name: reader.read(form) for name, form in document["kwargs"].items()}
            return function(*args, **kwargs)  # type: ignore[operator]

        return self._guarded(document, writer, work)

    def look(self, document: Mapping[str, Any], reader: wire.Reader, writer: wire.Writer) -> dict[str, Any]:
        def work() -> object:
            target: Any = self._find(document["target"])
            how = document["how"]
            if how == "attribute":
                return getattr(target, document["name"])
            if how == "length":
                return len(target)
            if how == "item":
                return target[reader.read(document["index"])]
            if how == "items":
                items = []
                for item in target:
                    items.append(item)
                    if len(items) > _ITEMS:
                        raise wire.TooLarge(f"an iteration of more than {_ITEMS:,} items")
                return items
            raise ValueError(how)

        return self._guarded(document, writer, work)

    def observe(self, document: Mapping[str, Any], reader: wire.Reader, writer: wire.Writer) -> dict[str, Any]:
        def work() -> object:
            if document["source"]:
                namespace: dict[str, Any] = {"__name__": "observation", "__builtins__": __builtins__}
                exec(compile(document["source"], "<observation>", "exec"), namespace)
                function = namespace[document["name"]]
            else:
                from autograder.check import observations

                function = getattr(observations, document["name"])
            args = [reader.read(form) for form in document["args"]]
            kwargs = {name: reader.read(form) for name, form in document["kwargs"].items()}
            return function(*args, **kwargs)

        return self._guarded(document, writer, work)

    def _guarded(self, document: Mapping[str, Any], writer: wire.Writer, work: Callable[[], object]) -> dict[str, Any]:
        try:
            try:
                self._arm(document)
                value = writer.write(work())
            finally:
                self._disarm()
        except wire.TooLarge:
            raise
        except BaseException as error:
            if self.expired:
                return {"timeout": True}
            return {"raised": _exception(error, writer)}
        return {"value": value}

    # References

    def _refer(self, value: object) -> list[Any]:
        number = len(self.objects) + 1
        self.objects[number] = value
        kind = "class" if isinstance(value, type) else "function" if callable(value) else "object"
        return ["object", number, type_name(value)[:200], kind]

    def _find(self, form: Sequence[Any]) -> Any:
        if form[0] == "name":
            return self.shell.user_ns[form[1]]
        if form[0] == "object":
            return self.objects[form[1]]
        if form[0] == "attribute":
            return getattr(self._find(form[1]), form[2])
        raise wire.WireError("no reference")


def _exception(error: BaseException, writer: wire.Writer) -> dict[str, Any]:
    """What the judge needs to raise its like: the names of its bases, its arguments, and where it came from."""
    bases = [f"{base.__module__}.{base.__qualname__}" for base in type(error).__mro__]
    args = error.args if type(error.args) is tuple else ()
    plain = [
        writer.write(arg) if kind_of(arg) in _SMALL and len(repr(arg)) < _TEXT else _message(error) for arg in args[:4]
    ]
    frames = []
    for frame in traceback.extract_tb(error.__traceback__)[-40:]:
        if not frame.filename.startswith(("<frozen", "<observation")) and "autograder" not in frame.filename:
            frames.append([frame.name[:80], frame.lineno or 0, (frame.line or "")[:160], _place(frame.filename)])
    return {
        "bases": [base[:120] for base in bases[:12]],
        "name": type_name(error)[:120],
        "args": plain,
        "message": _message(error),
        "frames": [frame for frame in frames if frame[3] == "cell"][-_FRAMES:],
    }


_SMALL = (str, int, float, bool, type(None), tuple)


def _place(filename: str) -> str:
    return "cell" if "ipython-input" in filename or "ipykernel" in filename else "library"


def _message(error: BaseException) -> str:
    try:
        return str(error)[:_TEXT]
    except BaseException:
        return ""


def _seed(seed: int) -> None:
    torch.default_generator.manual_seed(seed)
    random.seed(seed)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(seed % (1 << 32))


def warm_up(shell: Any, recorder: Recorder) -> None:
    """What IPython, torch, NumPy and the checks load late is loaded in the room: a good and a failing cell, and one of each observation."""
    import numpy.random

    from autograder.check import observations

    recorder.start()
    shell.run_line_magic("matplotlib", "inline")
    for source in _WARMING:
        shell.run_cell(source, store_history=True)
    double = shell.user_ns["double"]
    observations.untouched(double, "00000000")
    observations.changed(double, (torch.ones(2),))
    observations.shares(double, (torch.ones(2),))
    observations.operator_counts(double, (torch.ones(2),), (torch.ones(4),))
    numpy.random.seed(0)
    layer = torch.nn.Linear(2, 2)
    torch.einsum("ij,jk->ik", layer(torch.ones(1, 2)), torch.ones(2, 2)).sum().item()
    shell.reset(new_session=True)
    recorder.stop()
    recorder.outputs = []


_WARMING = (
    "import math\nx = [1]\nx",
    "def double(x):\n    return 2 * x\n\ndouble([])[0]",
    "import matplotlib.pyplot as plt",
    "1 +",
)
