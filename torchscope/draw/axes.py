"""Axes of charts: their ends, and ticks at round numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from torchscope.draw.spelling import short


@dataclass(frozen=True)
class Axis:
    """A linear or logarithmic axis: its ends, and ticks with their texts."""

    low: float
    high: float
    log: bool
    ticks: tuple[tuple[float, str], ...]

    @classmethod
    def over(cls, values: Sequence[float], log: bool, most: int, snap: bool) -> "Axis":
        """An axis with about `most` ticks; `snap` moves its ends out to ticks."""
        low, high = min(values), max(values)
        if low == high:
            low, high = (low / 2, high * 2) if log else (low - 0.5, high + 0.5)
        marks = _log_marks(low, high, most) if log else _linear_marks(low, high, most)
        texts = _tick_texts(marks, log)
        if snap:
            return cls(marks[0], marks[-1], log, tuple(zip(marks, texts, strict=True)))
        slack = 1e-9
        inside = cls(low, high, log, ())
        ticks = [(m, t) for m, t in zip(marks, texts, strict=True) if -slack <= inside.share(m) <= 1 + slack]
        return cls(low, high, log, tuple(ticks))

    def share(self, value: float) -> float:
        """0 at the low end, 1 at the high one."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def _linear_marks(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2, 2.5 or 5 times a power of ten, from at most `low` to at least `high`."""
    rough = (high - low) / most
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * m for m in (1, 2, 2.5, 5, 10) if size * m >= rough * 0.999)
    return [k * step for k in range(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1)]


def _log_marks(low: float, high: float, most: int) -> list[float]:
    """Powers of ten, or 1, 2 and 5 times them where there are few, from at most `low` to at least `high`."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    if math.log10(high / low) < 2:
        fine = [m * 10.0**k for k in range(first, last + 1) for m in (1, 2, 5)]
        start = max(k for k, mark in enumerate(fine) if mark <= low * 1.000001)
        return fine[start : 1 + min(k for k, mark in enumerate(fine) if mark >= high * 0.999999)]
    step = math.ceil((last - first) / most)
    return [10.0**k for k in range(first, last + step, step)]


def _tick_texts(marks: Sequence[float], log: bool) -> list[str]:
    if log and (marks[0] < 1e-3 or marks[-1] > 1e4) and all(_is_power(mark) for mark in marks):
        return [_power(mark) for mark in marks]
    return [short(round(mark, 12)) for mark in marks]


def _is_power(value: float) -> bool:
    exponent = math.log10(value)
    return abs(exponent - round(exponent)) < 1e-9


def _power(value: float) -> str:
    """10 and its exponent, raised."""
    return "10" + str(round(math.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
