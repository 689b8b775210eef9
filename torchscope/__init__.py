"""Drawings and meters of tensors, for lessons and for tests."""

from torchscope import draw, meter
from torchscope.predict import reveal

__all__ = ["draw", "meter", "reveal"]
