"""The one drawing primitive: a canvas that measures what is placed on it, and the widths of texts.

Text widths are estimated from above, because there are no fonts here to ask.
"""

import html
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from torchscope.draw.colours import CARD, GREEN, INK, MUTED, VERMILLION, dark
from torchscope.draw.figure import Figure
from torchscope.draw.sentences import say

MARGIN: Final = 16
# Text sizes. The smallest one sets how wide a picture may be: text stays at least a fortieth of the width.
TITLE, VALUE, LABEL = 17, 16, 15
ROOM: Final = 40 * LABEL - 2 * MARGIN
MONO_ADVANCE: Final = 0.61

Point: TypeAlias = tuple[float, float]


def text_width(text: str, size: float, mono: bool = False, bold: bool = False) -> float:
    if mono:
        return len(text) * MONO_ADVANCE * size
    # In whole hundredths: Python 3.12 adds floats another way than 3.11, and a figure must not depend on it.
    advance = sum(36 if c in "iljtf.,:;'|!()[] " else 95 if c in "mwMW@%→" else 70 if c.isupper() else 60 for c in text)
    return advance / 100 * size * (1.08 if bold else 1.0)


def widest(texts: Iterable[str], size: float, mono: bool = False, bold: bool = False) -> float:
    return max((text_width(text, size, mono, bold) for text in texts), default=0.0)


def wrap(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Lines that fit; the text's own line breaks are kept, single long words are not broken."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and text_width(longer, size, bold=bold) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def _number(value: float) -> str:
    """A coordinate: one decimal, no trailing zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


@dataclass
class Canvas:
    """Collects shapes by layer and style, and texts above them; `finish` measures, adds the card, and writes."""

    where: str
    shapes: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    texts: dict[str, list[tuple[float, float, str]]] = field(default_factory=dict)
    left: float = math.inf
    top: float = math.inf
    right: float = -math.inf
    bottom: float = -math.inf
    smallest: float = TITLE

    def reach(self, x: float, y: float) -> None:
        """Make the picture contain a point."""
        self.left, self.right = min(self.left, x), max(self.right, x)
        self.top, self.bottom = min(self.top, y), max(self.bottom, y)

    def path(
        self,
        points: Sequence[Point],
        *,
        fill: str = "none",
        stroke: str = "none",
        width: float = 1,
        dash: str = "",
        closed: bool = False,
        layer: int = 1,
    ) -> None:
        """A polygon, or a line through points. Shapes of one style share one path element."""
        style = f'fill="{fill}"'
        if stroke != "none":
            style += f' stroke="{stroke}" stroke-width="{_number(width)}" stroke-linejoin="round"'
        if dash:
            style += f' stroke-dasharray="{dash}"'
        steps = "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
        self.shapes.setdefault(layer, {}).setdefault(style, []).append(f"M{steps}{'z' if closed else ''}")
        half = width / 2 if stroke != "none" else 0
        for x, y in points:
            self.reach(x - half, y - half)
            self.reach(x + half, y + half)

    def rect(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        *,
        fill: str = "none",
        stroke: str = "none",
        width: float = 1,
        dash: str = "",
        layer: int = 1,
    ) -> None:
        corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
        self.path(corners, fill=fill, stroke=stroke, width=width, dash=dash, closed=True, layer=layer)

    def line(self, *points: Point, stroke: str = INK, width: float = 1.5, dash: str = "", layer: int = 2) -> None:
        self.path(points, stroke=stroke, width=width, dash=dash, layer=layer)

    def arrow(self, *points: Point, stroke: str = INK, width: float = 1.5, head: float = 9, layer: int = 3) -> None:
        """A line through points that ends in a filled head at the last one."""
        (x0, y0), (x1, y1) = points[-2:]
        length = math.hypot(x1 - x0, y1 - y0)
        if length < 1e-6:
            return
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        neck = (x1 - ux * head * 0.8, y1 - uy * head * 0.8)
        if length > head * 0.8 or len(points) > 2:
            self.line(*points[:-1], neck, stroke=stroke, width=width, layer=layer)
        bx, by, side = x1 - ux * head, y1 - uy * head, head * 0.42
        tip = [(x1, y1), (bx - uy * side, by + ux * side), (bx + uy * side, by - ux * side)]
        self.path(tip, fill=stroke, closed=True, layer=layer)

    def cross(self, x: float, y: float, r: float) -> None:
        self.line((x - r, y - r), (x + r, y + r), stroke=VERMILLION, width=3.5, layer=5)
        self.line((x - r, y + r), (x + r, y - r), stroke=VERMILLION, width=3.5, layer=5)

    def tick(self, x: float, y: float, r: float) -> None:
        points = ((x - r, y), (x - r * 0.25, y + r * 0.75), (x + r, y - r * 0.8))
        self.line(*points, stroke=dark(GREEN), width=3.5, layer=5)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = VALUE,
        fill: str = INK,
        anchor: str = "middle",
        mono: bool = False,
        bold: bool = False,
    ) -> None:
        """One line of text, centred at height y. `anchor`: start, middle or end."""
        clean = "".join(c if c >= " " else " " for c in text)
        style = f'font-size="{size}" fill="{fill}" text-anchor="{anchor}"'
        style += ' font-family="monospace"' if mono else ""
        style += ' font-weight="bold"' if bold else ""
        self.texts.setdefault(style, []).append((x, y + 0.35 * size, clean))
        width = text_width(clean, size, mono, bold)
        start = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        self.reach(start, y - 0.6 * size)
        self.reach(start + width, y + 0.6 * size)
        self.smallest = min(self.smallest, size)

    def note(self, x: float, y: float, text: str, *, anchor: str = "middle", mono: bool = False) -> None:
        """Small grey text: indices, captions, labels of arrows."""
        self.text(x, y, text, size=LABEL, fill=MUTED, anchor=anchor, mono=mono)

    def stack(
        self,
        x: float,
        y: float,
        texts: Sequence[str],
        pitch: float,
        *,
        size: float = VALUE,
        fill: str = INK,
        anchor: str = "middle",
    ) -> None:
        """Lines of text, `pitch` apart and together centred at height y."""
        for k, text in enumerate(texts):
            self.text(x, y + (k - (len(texts) - 1) / 2) * pitch, text, size=size, fill=fill, anchor=anchor)

    def finish(self, alt: str, words: str = "", title: str = "", caption: str = "") -> Figure:
        """Put title and caption above what was drawn, a card below it, and write."""
        room = max(self.right - self.left, 20 * LABEL)
        heading = [(line, TITLE, INK, True) for line in wrap(title, room, TITLE, True)] if title else []
        heading += [(line, LABEL, MUTED, False) for line in wrap(caption, room, LABEL)] if caption else []
        x, y = self.left, self.top - 12 - math.fsum(size * 1.35 for _, size, _, _ in heading)
        for line, size, fill, bold in heading:
            self.text(x, y + size * 0.65, line, size=size, fill=fill, anchor="start", bold=bold)
            y += size * 1.35
        width = math.ceil(self.right - self.left) + 2 * MARGIN
        height = math.ceil(self.bottom - self.top) + 2 * MARGIN
        if width > 40 * self.smallest:
            raise ValueError(say("too_wide", where=self.where, width=width, limit=int(40 * self.smallest)))
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
            f'<rect width="{width}" height="{height}" rx="8" fill="{CARD}"/>',
            f'<g transform="translate({_number(MARGIN - self.left)} {_number(MARGIN - self.top)})" font-family="Helvetica, Arial, sans-serif">',
        ]
        for _, styles in sorted(self.shapes.items()):
            parts += [f'<path {style} d="{"".join(steps)}"/>' for style, steps in styles.items()]
        for style, items in self.texts.items():
            marks = "".join(
                f'<text x="{_number(x)}" y="{_number(y)}">{html.escape(t, quote=False)}</text>' for x, y, t in items
            )
            parts.append(f"<g {style}>{marks}</g>")
        return Figure("".join([*parts, "</g></svg>"]), alt, width, words)
