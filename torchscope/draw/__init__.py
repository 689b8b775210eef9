"""Pictures of tensors, drawn from the tensors themselves.

Every function returns a `Figure`. In a notebook it shows as one image with alternative text: an SVG inside a data URI,
the one form that reaches both the eye and the screen reader in JupyterLab, Colab, nbconvert and nbgrader's feedback.
`figure` alone decides on that form, so a host that drops SVG needs one other function there, not other figures.

How a figure is made: a function refuses what it cannot draw, in a sentence (`arguments`), spells the values
(`spelling`), places shapes and texts on a `Canvas` in any coordinates, and calls `finish`. The canvas measures what was
placed, so nothing is clipped and no function computes margins; it joins shapes of one colour into one path, rounds
every number, and refuses a picture so wide that its smallest text could not be read. Equal input gives equal bytes.

A colour never carries a meaning alone (`colours`). Left operands are blue, right ones orange, results green. What is
said stands in `sentences`.
"""

from torchscope.draw.bits import bits
from torchscope.draw.charts import bars, lines
from torchscope.draw.diagrams import diagram
from torchscope.draw.figure import Figure
from torchscope.draw.fits import fits
from torchscope.draw.graphs import graph
from torchscope.draw.grids import matrix, memory, slabs
from torchscope.draw.lanes import lanes
from torchscope.draw.layers import layer, outlines
from torchscope.draw.losses import slopes, squares, surprises
from torchscope.draw.mosaics import mosaic
from torchscope.draw.number_lines import number_lines
from torchscope.draw.paths import paths
from torchscope.draw.picks import picked
from torchscope.draw.planes import plane
from torchscope.draw.products import batch_product, outer_sum, product
from torchscope.draw.promotions import promotion
from torchscope.draw.shapes import broadcast, inner
from torchscope.draw.tables import table
from torchscope.draw.trees import modules

__all__ = [
    "Figure",
    "bars",
    "batch_product",
    "bits",
    "broadcast",
    "diagram",
    "fits",
    "graph",
    "inner",
    "lanes",
    "layer",
    "lines",
    "matrix",
    "memory",
    "modules",
    "mosaic",
    "number_lines",
    "outer_sum",
    "outlines",
    "paths",
    "picked",
    "plane",
    "product",
    "promotion",
    "slabs",
    "slopes",
    "squares",
    "surprises",
    "table",
]
