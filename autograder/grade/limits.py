"""Every limit of grading, in one place. The defaults suit this course: small tensors, seconds of work, one thread."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

KB, MB = 1024, 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one submission may cost. Sizes in bytes, times in seconds of the wall clock unless a name says CPU."""

    # The file, before anything of it runs.
    file_bytes: int = 20 * MB
    json_depth: int = 100
    cells: int = 2_000
    cell_bytes: int = 1 * MB  # of source, in one cell

    # Time. A cell or a call that is out of time is interrupted; one that will not be is killed `grace` later.
    cell_seconds: float = 20.0
    cell_cpu_seconds: int = 20
    test_seconds: float = 10.0  # one test cell, every call of the learner's code in it included
    test_cpu_seconds: int = 10
    submission_seconds: float = 180.0
    submission_cpu_seconds: int = 120  # of each process
    grace: float = 2.0
    restarts: int = 12  # of the learner's process, after a cell or call killed it or would not stop

    # Space.
    memory_bytes: int = 2048 * MB  # of one process
    total_memory_bytes: int = 3072 * MB  # of all of a submission's processes
    disk_bytes: int = 64 * MB
    disk_files: int = 1_000
    open_files: int = 256
    processes: int = 64  # threads count

    # What comes back.
    output_bytes: int = 256 * KB  # of text, a cell; what is longer is cut, and says so
    image_bytes: int = 2 * MB  # of pictures, a cell
    total_output_bytes: int = 8 * MB
    frame_bytes: int = 128 * MB  # one message between judge and learner
    frame_depth: int = 60
    frame_items: int = 1_000_000

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, int | float) or isinstance(value, bool) or not value > 0:
                raise ValueError(f"the limit {field.name} is {value!r}: it must be a number above 0")


DEFAULT = Limits()
