"""The command line: `autograder build | release | stats | rehearse | lab | publish | collect | grade | regrade | grade-one | repair`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from autograder.course import CourseError, open_course
from autograder.grade import RoomError, SandboxError
from autograder.source import JUDGES, SourceError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit status 0 when it did what it says, 1 otherwise; 2 when a notebook is refused, or of a wrong command line."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (CourseError, SourceError, RoomError, SandboxError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autograder", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="the project's root (default: this folder)")
    commands = parser.add_subparsers(dest="command", required=True)

    command = commands.add_parser("build", help="build notebooks from their text")
    command.add_argument("stems", nargs="*", metavar="STEM", help="chapters or assignments (default: all)")
    command.add_argument(
        "--check", action="store_true", help="write nothing; fail when a notebook is not what its text says"
    )
    command.set_defaults(run=_build)

    command = commands.add_parser("release", help="test assignments against their banks of answers, then release them")
    command.add_argument("stems", nargs="*", metavar="STEM", help="assignments (default: all)")
    command.set_defaults(run=_release)

    command = commands.add_parser("stats", help="print what the course measures of itself, and write course/STATS.md")
    command.add_argument(
        "--check", action="store_true", help="write nothing; fail when a limit is broken or the file is old"
    )
    command.set_defaults(run=_stats)

    command = commands.add_parser("rehearse", help="release, and grade a made-up class with nbgrader")
    command.add_argument(
        "--students",
        type=int,
        default=24,
        metavar="N",
        help="for each assignment, or as many as its bank needs (default: 24)",
    )
    command.set_defaults(run=_rehearse)

    command = commands.add_parser("collect", help="take in what learners handed in through Moodle, Canvas or folders")
    command.add_argument("stem", metavar="STEM", help="the assignment")
    command.add_argument("sources", nargs="+", type=Path, metavar="FOLDER|ZIP", help="what the platform downloaded")
    command.add_argument(
        "--roster", type=Path, required=True, metavar="CSV", help="the learners: a column id, and names or numbers"
    )
    command.set_defaults(run=_collect)

    command = commands.add_parser("grade", help="grade a class into nbgrader's gradebook")
    command.add_argument("stems", nargs="+", metavar="STEM", help="the assignments")
    _add_class(command)
    command.add_argument("--force", action="store_true", help="grade again what has not changed")
    _add_running(command)
    command.set_defaults(run=_grade)

    command = commands.add_parser(
        "regrade", help="show what changed tests or points change in the gradebook, and write it"
    )
    command.add_argument("stem", metavar="STEM", help="the assignment")
    _add_class(command)
    command.add_argument("--yes", action="store_true", help="write it (default: only show it)")
    _add_running(command)
    command.set_defaults(run=_regrade)

    command = commands.add_parser(
        "grade-one",
        help="grade one notebook of any nbgrader course, without a gradebook",
        description="Grade one notebook of any nbgrader course, without a gradebook. The notebook's code gets a copy of the files that lie "
        "beside the source, databases and what holds solutions or hidden tests left out; of those named in support.txt alone, where there is one.",
        epilog="Exit status 0: graded. 2: the notebook is refused, with a sentence (or the command line is wrong). 1: no verdict, for the reason "
        "on stderr: a file that cannot be read, a source that cannot be used, no sandbox.",
    )
    command.add_argument("submission", type=Path, metavar="SUBMISSION.ipynb")
    command.add_argument(
        "--source", type=Path, required=True, metavar="SOLUTION.ipynb", help="the instructor's notebook"
    )
    command.add_argument(
        "--judge",
        choices=JUDGES,
        default="",
        help="where tests run. sealed: where learners' code cannot see them; in-process: beside it, as in nbgrader, for tests that "
        "replace or delete the learner's own names (default: as the source says, or sealed)",
    )
    _add_running(command)
    command.set_defaults(run=_grade_one)

    command = commands.add_parser("repair", help="write a damaged notebook as it would be graded")
    command.add_argument("submission", type=Path, metavar="SUBMISSION.ipynb")
    command.add_argument(
        "--source", type=Path, required=True, metavar="SOLUTION.ipynb", help="the instructor's notebook"
    )
    command.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.ipynb")
    command.set_defaults(run=_repair)

    command = commands.add_parser("lab", help="start JupyterLab with the assignment list and the formgrader")
    command.add_argument("--no-browser", action="store_true")
    command.add_argument("--port", type=int, default=8888)
    command.set_defaults(run=_lab)

    command = commands.add_parser("publish", help="write the tree a learner's public repository gets")
    command.add_argument("dest", type=Path, metavar="FOLDER")
    command.add_argument("--repo", metavar="OWNER/NAME", help="where it will be published (default: [tool.course])")
    command.add_argument("--branch", help="(default: [tool.course])")
    command.set_defaults(run=_publish)
    return parser


def _build(options: argparse.Namespace) -> int:
    from autograder import build

    course = open_course(options.root)
    _known(options.stems, course.stems)
    if options.check:
        problems = build.check(course)
        for problem in problems:
            print(problem, file=sys.stderr)
        return 1 if problems else 0
    build.build(course, options.stems)
    return 0


def _release(options: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    from autograder.release import release_all

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[doing]}"),
    )
    course = open_course(options.root)
    _known(options.stems, [path.stem for path in course.assignment_paths])
    stems = options.stems or [path.stem for path in course.assignment_paths]
    failed = False
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks = {stem: progress.add_task(stem, total=1.0, doing="") for stem in stems}

        def say(stem: str, doing: str, share: float) -> None:
            progress.update(tasks[stem], completed=share, doing=doing)

        for verdict in release_all(course, stems, say):
            progress.remove_task(tasks[verdict.stem])
            failed |= bool(verdict.problems)
            if verdict.problems:
                count = len(verdict.problems)
                print(f"{verdict.stem} is not released; {count} clauses of the gate do not hold:", file=sys.stderr)
                for problem in verdict.problems:
                    print(f"  {problem}", file=sys.stderr)
            else:
                print(
                    f"{verdict.stem} is released: {verdict.checks} checks, {verdict.right} right and {verdict.wrong} wrong answers, {verdict.runs} runs"
                )
    return 1 if failed else 0


def _stats(options: argparse.Namespace) -> int:
    from autograder import stats

    return stats.main(open_course(options.root), check=options.check)


def _rehearse(options: argparse.Namespace) -> int:
    from autograder.rehearsal import rehearse

    return rehearse(open_course(options.root).root, students=options.students)


def _add_class(command: argparse.ArgumentParser) -> None:
    command.add_argument("--student", action="append", default=[], metavar="ID", help="only this one (may be repeated)")
    command.add_argument("--jobs", type=_count, default=0, metavar="N", help="at once (default: one a processor)")


def _add_running(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    command.add_argument("--gpu", action="store_true", help="let learners' code use the CUDA devices")
    command.add_argument(
        "--no-sandbox", action="store_true", help="run learners' code as yourself: only for code that you trust"
    )


class _Running(TypedDict):
    as_json: bool
    sandboxed: bool
    gpu: bool


def _running(options: argparse.Namespace) -> _Running:
    return {"as_json": options.json, "sandboxed": not options.no_sandbox, "gpu": options.gpu}


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number, 1 or more")
    return int(text)


def _collect(options: argparse.Namespace) -> int:
    from autograder.collect import collect

    return collect(open_course(options.root), options.stem, options.sources, options.roster)


def _grade(options: argparse.Namespace) -> int:
    from autograder.batch import grade_class
    from autograder.desk import Desk

    return grade_class(
        Desk.of_course(open_course(options.root).root),
        *options.stems,
        students=options.student,
        jobs=options.jobs,
        force=options.force,
        **_running(options),
    )


def _regrade(options: argparse.Namespace) -> int:
    from autograder.desk import Desk
    from autograder.regrade import regrade

    return regrade(
        Desk.of_course(open_course(options.root).root),
        options.stem,
        yes=options.yes,
        students=options.student,
        jobs=options.jobs,
        **_running(options),
    )


def _grade_one(options: argparse.Namespace) -> int:
    from autograder.single import grade_one

    return grade_one(
        options.source,
        options.submission,
        judge=options.judge,
        **_running(options),
    )


def _repair(options: argparse.Namespace) -> int:
    from autograder.single import repair

    return repair(options.source, options.submission, options.output)


def _lab(options: argparse.Namespace) -> int:
    from autograder.lab import lab

    return lab(open_course(options.root).root, browser=not options.no_browser, port=options.port)


def _publish(options: argparse.Namespace) -> int:
    from autograder.publish import publish

    course = open_course(options.root)
    written = publish(course, options.dest, options.repo or course.repository, options.branch or course.branch)
    print(f"{len(written)} files written to {options.dest}")
    return 0


def _known(stems: Sequence[str], known: Sequence[str]) -> None:
    for stem in stems:
        if stem not in known:
            raise CourseError(f"nothing is called {stem!r}; there are: {', '.join(known)}")


if __name__ == "__main__":
    sys.exit(main())
