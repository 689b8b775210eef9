"""Throw damaged and invented notebooks at the intake, and measure it.

    python benchmarks/fuzz_intake.py                  100 000 inputs
    python benchmarks/fuzz_intake.py 5000             fewer
    python benchmarks/fuzz_intake.py --only 1234      one of them, to see what happened

Every input follows from the seed and its number. A run fails when anything but Refused escapes, when what is read cannot be written as
UTF-8, when an input takes more than SLOWEST seconds of CPU, or when the process needs more than MEMORY MB.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograder.grade.intake import read
from autograder.grade.limits import MB
from autograder.grade.submission import Refused

ROOT = Path(__file__).resolve().parents[1]
SEED = 20260
SLOWEST = 2.0  # seconds of CPU time
MEMORY = 300  # MB
TOKENS = (
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b":",
        b'"',
        b"\\",
        b"\\u0000",
        b"\\ud800",
        b"null",
        b"true",
        b"NaN",
        b"-Infinity",
        b"1e999",
    ),
    *(
        b"9" * 5_000,
        b'"cells"',
        b'"source"',
        b'"nbformat"',
        b'"metadata"',
        b'"cell_type"',
        b"\x00",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\r\n",
    ),
    *(b"[" * 200, b'{"a":' * 200, b"\\\\\\", b"\n<<<<<<< HEAD\n", "😀".encode(), "\u2028".encode()),
)
FLOODS = (
    b"[",
    b'{"a":',
    b"[],",
    b"{},",
    b'"",',
    b'"ab",',
    b"1,",
    b'\\"',
    b"\\\\",
    b'"',
    b"9",
    b" ",
    b"\x00",
    b"[[]],",
    b'{"a":0},',
)


def flip(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def truncate(content: bytes, chance: random.Random) -> bytes:
    start = 0 if chance.random() < 0.8 else chance.randrange(len(content))
    return content[start : chance.randint(start, len(content))]


def splice(content: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        start, end = sorted(chance.randrange(len(content)) for _ in range(2))
        end = min(end, start + 2_000)
        at = chance.randrange(len(content))
        content = content[:at] + content[start:end] + content[at + chance.randint(0, 200) :] or b"{"
    return content


def retoken(content: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(content) + 1)
        content = content[:at] + chance.choice(TOKENS) + content[at + chance.choice((0, 0, 1, 8)) :]
    return content


def reshape(content: bytes, chance: random.Random) -> bytes:
    """Values of a notebook replaced by others: still JSON, no longer a notebook."""
    data = json.loads(content)
    for _ in range(chance.randint(1, 8)):
        node: Any = data
        while isinstance(node, dict | list) and node:
            key = chance.choice(list(node)) if isinstance(node, dict) else chance.randrange(len(node))
            if not isinstance(node[key], dict | list) or not node[key] or chance.random() < 0.3:
                node[key] = value(chance, 3)
                break
            node = node[key]
    return json.dumps(data, ensure_ascii=chance.random() < 0.5).encode("utf-8", "replace")


def invent(content: bytes, chance: random.Random) -> bytes:
    """A notebook from nothing: right keys, any values."""
    keys = ("cell_type", "source", "id", "metadata", "attachments", "outputs", "input", "level")

    def cell() -> Any:
        if chance.random() < 0.1:
            return value(chance, 2)
        chosen = {key: value(chance, 3) for key in keys if chance.random() < 0.5}
        if chance.random() < 0.8:
            chosen |= {"cell_type": chance.choice(("code", "markdown", "raw", "heading", "x")), "source": text(chance)}
        return chosen

    cells: Any = [cell() for _ in range(chance.randint(0, 8))]
    data = {
        "nbformat": chance.choice((3, 4, 4, 4, 4, 5, value(chance, 1))),
        "cells": cells,
        "metadata": value(chance, 2),
    }
    if chance.random() < 0.2:
        data["worksheets"] = [{"cells": data.pop("cells")}]
    return json.dumps(data).encode()


def recode(content: bytes, chance: random.Random) -> bytes:
    return content.decode().encode(chance.choice(("utf-16", "utf-16-le", "utf-8-sig", "utf-32", "utf-7")))


def flood(content: bytes, chance: random.Random) -> bytes:
    """As large as is let in, of one small piece; now and then larger."""
    piece = chance.choice(FLOODS)
    size = chance.choice((1, 5, 19, 19, 50)) * MB
    start = chance.choice(
        (b"", b'{"nbformat": 4, "cells": [', b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": "', b'"')
    )
    return start + piece * (size // len(piece))


def text(chance: random.Random) -> str:
    pieces = ("def f():\n", "x", "\0", "\ud800", "\udc00", "😀", "\r\n", "\r", "[", '"', "\\", "é", " ")
    return "".join(chance.choices(pieces, k=chance.randint(0, 12)))


def value(chance: random.Random, depth: int) -> Any:
    kinds: tuple[Callable[[], Any], ...] = (
        lambda: None,
        lambda: chance.random() < 0.5,
        lambda: chance.choice((0, -1, 4, 10**30, 1.5, float("nan"))),
        lambda: text(chance),
        lambda: [value(chance, depth - 1) for _ in range(chance.randint(0, 3))],
        lambda: {
            chance.choice(("id", "nbgrader", "grade_id", "image/png", "a")): value(chance, depth - 1) for _ in range(2)
        },
    )
    return chance.choice(kinds if depth > 0 else kinds[:4])()


MUTATIONS = (flip, truncate, splice, retoken, reshape, invent, recode)


def made(number: int, seeds: list[bytes]) -> tuple[str, bytes]:
    """The input of this number, and how it was made."""
    chance = random.Random(f"{SEED} {number}")
    how = flood if number % 1_000 == 999 else chance.choice(MUTATIONS)
    return how.__name__, how(chance.choice(seeds), chance)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="?", type=int, default=100_000)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="this input only, without catching what it raises")
    arguments = parser.parse_args()
    seeds = [path.read_bytes() for path in sorted(ROOT.glob("exercises/*/*.ipynb"))]
    seeds += [json.dumps({"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x = 1\n", "é"]}]}).encode()] * 2
    if arguments.only is not None:
        how, content = made(arguments.only, seeds)
        print(f"{how}, {len(content)} bytes, begins {content[:80]!r}")
        print(*read(content), sep="\n")
        return 0

    read_or_refused: Counter[str] = Counter()
    sentences: Counter[str] = Counter()
    slowest, spent, started = (0.0, -1), 0.0, time.perf_counter()
    for number in range(arguments.inputs):
        how, content = made(number, seeds)
        before = time.process_time()
        try:
            for cell in read(content):
                cell.source.encode()
            read_or_refused["read"] += 1
        except Refused as error:
            read_or_refused["refused"] += 1
            sentences[str(error).partition(":")[0].partition("(")[0][:60]] += 1
        except BaseException as error:
            print(f"\ninput {number} ({how}): {type(error).__name__}: {error}", file=sys.stderr)
            return 1
        taken = time.process_time() - before
        spent += taken
        slowest = max(slowest, (taken, number))
        if sys.stderr.isatty() and number % 200 == 0:
            left = (time.perf_counter() - started) / (number + 1) * (arguments.inputs - number)
            print(f"\r{number} of {arguments.inputs}, {left:.0f} s left ", end="", file=sys.stderr)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    print(
        f"{arguments.inputs} inputs: {read_or_refused['read']} read, {read_or_refused['refused']} refused, nothing else escaped"
    )
    print(
        f"{arguments.inputs / spent:.0f} inputs/s in the intake; slowest {slowest[0]:.2f} s (input {slowest[1]}); peak RSS {peak:.0f} MB"
    )
    for sentence, count in sentences.most_common(12):
        print(f"{count:8}  {sentence}")
    failed = slowest[0] > SLOWEST or peak > MEMORY
    if failed:
        print(f"too slow or too large: the limits are {SLOWEST:g} s an input and {MEMORY} MB", file=sys.stderr)
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
