"""Grading: hostile bytes in, points and messages out.

    with Rooms() as rooms:
        report = rooms.grade(read_assignment("03", source), submission)

Theory of operation
-------------------
    bytes ─► intake ─► repair ─► learner (sandbox) ⇄ judge ─► report

`intake` reads the file as what it is, something that anybody may have written, and gives cells or one sentence why not. `repair` rebuilds the submission on the instructor's notebook.
The `room` is a warm process in a `sandbox`, which forks a `learner` for every submission; `confine` locks the door behind it. The `judge` runs the tests, on the trusted side, and asks the
learner's process for values over the `wire`. `report` holds what came of it, `clean` and `graded` write it down so that it is safe to open.

The rule of the judge: *locked cells run on both sides (on the learner's only, where they use an answer's name); answer cells run on the learner's side; test cells run on the
judge's.* So a learner's process never sees an expected value, another submission, or the score.

Nothing in this package knows nbgrader, folders, or a database.
"""

from autograder.grade.assignment import Assignment, AssignmentError, read_assignment
from autograder.grade.limits import Limits
from autograder.grade.report import Report
from autograder.grade.rooms import RoomError, Rooms
from autograder.grade.sandbox import SandboxError

__all__ = ["Assignment", "AssignmentError", "Limits", "Report", "RoomError", "Rooms", "SandboxError", "read_assignment"]
