"""The palette of Okabe and Ito, which colour-blind readers can tell apart, and its lighter and darker shades."""

from typing import Final

INK, MUTED, RULE, CARD = "#1f1f1f", "#595959", "#b8b8b8", "#ffffff"
BLUE, ORANGE, GREEN, SKY = "#0072b2", "#e69f00", "#009e73", "#56b4e9"
VERMILLION, PURPLE, GREY = "#d55e00", "#cc79a7", "#8a8a8a"
ROW_COLOURS: Final = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILLION)


def mix(colour: str, other: str, part: float) -> str:
    """`colour` with `part` of `other` in it."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def tint(colour: str, strength: float = 0.3) -> str:
    """Light enough to write on."""
    return mix(CARD, colour, strength)


def dark(colour: str) -> str:
    """Dark enough to write with: contrast over 4.5 on the card."""
    return mix(colour, "#000000", 0.42)
