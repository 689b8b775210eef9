"""Where each topic of the course stands, and which exercise asks for it.

Theory of operation
-------------------
`course/coverage.toml` names, for every topic that a chapter must cover and for every error of the study notes, a phrase of the chapter that proves it. The section is the
heading above that phrase. An exercise says in its own text which sections it tests ("section 5 of [the chapter]", "sections 3 to 5", a title in quotes, "all of [the chapter]"); a prediction that says nothing stands where the exercises of its objective stand. So the way from topic to section to exercise is kept nowhere twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.source import Assignment, Chapter

HOME = "course/COVERAGE.md"
TOPICS = "course/coverage.toml"
ERRORS = 17  # of the study notes the course corrects

Coverage = Mapping[str, Mapping[str, object]]
_HEADING = re.compile(r"^## (?:(?P<number>\d+) · )?(?P<title>.+)$", re.MULTILINE)
_SECTIONS = re.compile(r'sections?\s+(?P<which>\d[\d, ]*(?:(?:and|to) \d+)?|"[^"]+")')
_ALL = re.compile(r"\ball of \[")


@dataclass(frozen=True)
class Section:
    """A section of a chapter: its number ("" where it has none), its title, and its text."""

    number: str
    title: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.number} · {self.title}" if self.number else self.title


def sections(chapter: Chapter) -> list[Section]:
    """The chapter in pieces. What stands above the first heading is "The question"."""
    text = "\n".join(cell.source for cell in chapter.cells)
    headings = list(_HEADING.finditer(text))
    starts = [heading.start() for heading in headings] + [len(text)]
    ends = starts[1:]
    return [Section("", "The question", text[: starts[0]])] + [
        Section(heading["number"] or "", heading["title"], text[heading.start() : end])
        for heading, end in zip(headings, ends, strict=True)
    ]


def named_sections(prose: str, known: Sequence[Section]) -> set[str]:
    """The names of the sections that an exercise's text names."""
    if _ALL.search(prose):
        return {section.name for section in known}
    names: set[str] = set()
    for match in _SECTIONS.finditer(prose):
        which = match["which"]
        if which.startswith('"'):
            names |= {section.name for section in known if section.title == which.strip('"')}
            continue
        numbers = [int(number) for number in re.findall(r"\d+", which)]
        if " to " in which:
            numbers += range(numbers[-2], numbers[-1])
        names |= {section.name for section in known if section.number in set(map(str, numbers))}
    return names


def exercises(chapter: Chapter, assignment: Assignment) -> dict[str, list[str]]:
    """Section -> the exercises that test it, in the order of the assignment."""
    known = sections(chapter)
    own: dict[str, set[str]] = {}
    for exercise in assignment.exercises:
        at = assignment.cells.index(exercise.cell)
        prose = next(cell.source for cell in reversed(assignment.cells[:at]) if cell.source.startswith("### "))
        own[exercise.name] = named_sections(prose, known)
    for exercise in assignment.exercises:
        if exercise.prediction and not own[exercise.name]:
            own[exercise.name] = set().union(
                *(own[e.name] for e in assignment.exercises if e.objective == exercise.objective and not e.prediction)
            )
    return {
        section.name: [exercise.name for exercise in assignment.exercises if section.name in own[exercise.name]]
        for section in known
    }


def broken(chapters: Sequence[Chapter], assignments: Sequence[Assignment], coverage: Coverage) -> Iterator[str]:
    """Topics and errors whose proof does not stand in the chapter, and exercises that name no section of it."""
    by_stem = {chapter.stem: chapter for chapter in chapters}
    for stem, chapter in by_stem.items():
        topics = coverage.get(stem, {})
        if not topics:
            yield f"{TOPICS} lists no topics of {stem}"
        for topic, phrase in topics.items():
            if _section_of(chapter, phrase) is None:
                yield f"{stem} should cover {topic!r}, but {str(phrase)!r} does not stand in it"
    for stem in coverage:
        if stem != "errors" and stem not in by_stem:
            yield f"{TOPICS} names {stem}, which is no chapter"
    for number, proof in coverage.get("errors", {}).items():
        if not number.isdecimal() or not 1 <= int(number) <= ERRORS:
            yield f"{TOPICS}: error {number} is none of 1 to {ERRORS}"
        elif not (isinstance(proof, list) and len(proof) == 2 and proof[0] in by_stem):
            yield f"{TOPICS}: error {number} is a chapter and a phrase of it, not {proof}"
        elif _section_of(by_stem[proof[0]], proof[1]) is None:
            yield f"{TOPICS}: error {number} is not corrected where it says: {proof}"
    for assignment in assignments:
        if assignment.stem in by_stem:
            tested = {name for names in exercises(by_stem[assignment.stem], assignment).values() for name in names}
            for exercise in assignment.exercises:
                if exercise.name not in tested:
                    yield (
                        f"{assignment.stem}: {exercise.name} does not say which section of the chapter it tests: "
                        'write "section 3 of [the chapter](…)", or its title in quotes in place of the number'
                    )


def table(chapters: Sequence[Chapter], assignments: Sequence[Assignment], coverage: Coverage) -> str:
    """The Markdown of course/COVERAGE.md."""
    of_stem = {assignment.stem: assignment for assignment in assignments}
    tested = {c.stem: exercises(c, of_stem[c.stem]) if c.stem in of_stem else {} for c in chapters}
    lines = [
        "# What the course covers, and where it is asked for",
        "",
        "Written by `autograder stats` from `coverage.toml`; `make check` fails when a topic does not stand where it should. An exercise tests the sections that its text names.",
        "",
        "## Errors of the study notes, corrected",
        "",
        "| error | chapter | section | exercises |",
        "|---|---|---|---|",
    ]
    by_stem = {chapter.stem: chapter for chapter in chapters}
    for number in range(1, ERRORS + 1):
        proof = coverage.get("errors", {}).get(str(number))
        if isinstance(proof, list) and proof and proof[0] in by_stem:
            section = _section_of(by_stem[proof[0]], proof[-1]) or ""
            lines.append(_row(str(number), proof[0], section, tested[proof[0]].get(section, [])))
        else:
            lines.append(f"| {number} | not yet | | |")
    for chapter in chapters:
        lines += ["", f"## {chapter.stem}", "", "| topic | section | exercises |", "|---|---|---|"]
        for topic, phrase in coverage.get(chapter.stem, {}).items():
            section = _section_of(chapter, phrase) or ""
            lines.append(_row(topic, section, tested[chapter.stem].get(section, [])))
    return "\n".join(lines) + "\n"


def _section_of(chapter: Chapter, phrase: object) -> str | None:
    """The name of the first section in which the phrase stands."""
    return next((section.name for section in sections(chapter) if str(phrase) in section.text), None)


def _row(*cells: str | Sequence[str]) -> str:
    texts = [
        cell if isinstance(cell, str) else ", ".join(f"`{name}`" for name in cell) or "shown, not graded"
        for cell in cells
    ]
    return "| " + " | ".join(text.replace("|", r"\|") for text in texts) + " |"
