"""What every function here returns, and the form in which a notebook shows it."""

import base64
import html
from dataclasses import dataclass


@dataclass(frozen=True, repr=False)
class Figure:
    """One picture: `svg`, its alternative text `alt`, its `width` in pixels, and `words` for a folded description."""

    svg: str
    alt: str
    width: int
    words: str = ""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        image = f'<img alt="{html.escape(self.alt)}" width="{self.width}" src="{_payload(self.svg)}">'
        if self.words:
            lines = "<br>".join(html.escape(line, quote=False) for line in self.words.splitlines())
            image += f"<details><summary>Figure in words</summary>{lines}</details>"
        return {"text/html": image, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"


def _payload(svg: str) -> str:
    """The image as a data URI."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
