"""A course of one small chapter, for tests to break."""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.course import Course

ROOT = Path(__file__).parents[1]
STEM = "01_tiny"

CHAPTER = """\
# %% [markdown]
# # 01 · A tiny chapter
#
# What does doubling do?

# %% [markdown]
# ## What you will be able to do
#
# - **doubling**: double a tensor (`double`, `predict_double`)
# - **bugs**: find a bug in a sum (`total`)

# %%
import torch
from torchscope import reveal

x = torch.tensor([1.0, 2.0])
x + x

# %% predict="shape"
shape = ...  # a tuple

# %% reveal="shape" answer="(2,)"
reveal(shape, lambda: (2 * x).shape)

# %% [markdown]
# <details>
# <summary>More</summary>
#
# `torch.zeros`, `x.sum()`.
#
# </details>
"""

ASSIGNMENT = '''\
# %% [markdown]
# # 01 · A tiny chapter: exercises

# %% locked="imports"
import torch
from torch import Tensor

from autograder import check

# %% [markdown]
# ### Prediction 1 · Twice ones · 2 points · 1 minute

# %% solution="predict_double" objective="doubling"
predict_double = ...
### BEGIN SOLUTION
predict_double = (3,)
### END SOLUTION

# %% test="predict_double-value" points=2
check.attempted(predict_double, "the shape of twice three ones")
check.prediction(predict_double, "shape")
### BEGIN HIDDEN TESTS
check.equal(
    predict_double,
    tuple((2 * torch.ones(3)).shape),
    traps={"this is the sum's shape": (), "this counts twice": (6,)},
)
### END HIDDEN TESTS

# %% [markdown]
# ### Exercise 1 · Double ★ · 5 points · 6 minutes
#
# Return twice the input.

# %% solution="double" objective="doubling"
def double(x: Tensor) -> Tensor:
    """(n,) -> (n,)

    >>> double(torch.tensor([1.0]))
    tensor([2.])
    """
    ### BEGIN SOLUTION
    return x + x  # a line that must stay secret
    ### END SOLUTION

# %% test="double-values" points=3
check.attempted(double, "double returns twice its input")
x = torch.tensor([1.0, 3.0])
check.close(
    double(x),
    torch.tensor([2.0, 6.0]),
    on="x (2,)",
    traps={"this is x squared": x**2, "this is x unchanged": x},
)
### BEGIN HIDDEN TESTS
hidden = torch.randn(5, generator=check.generator(), dtype=torch.float64)
check.close(
    double(hidden),
    2 * hidden,
    on="x (5,)",
    traps={"this is x squared": hidden**2, "this is x unchanged": hidden},
)
### END HIDDEN TESTS

# %% test="double-unchanged" points=2
check.attempted(double, "double leaves its input alone")
check.unchanged(double, torch.tensor([1.0, 2.0]), on="x (2,)")
check.close(double(torch.tensor([4.0])), torch.tensor([8.0]), on="x (1,)")

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# A.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# B.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# C.
#
# </details>

# %% [markdown] solution_notes="double"
# **Why it works.** Because a note explains the solution.

# %% [markdown]
# ### Exercise 2 · Find the bug: a sum ★ · 3 points · 6 minutes

# %% solution="total" objective="bugs"
def total(x: Tensor) -> Tensor:
    """(n,) -> ()"""
    return x[1:].sum()
### BEGIN SOLUTION
def total(x: Tensor) -> Tensor:
    """(n,) -> ()"""
    return x.sum()
### END SOLUTION

# %% test="total-values" points=3
check.attempted(total, "total adds every number", given="GIVEN")
check.close(total(torch.tensor([1.0, 2.0])), torch.tensor(3.0), on="x (2,)", traps={"this drops the first": torch.tensor(2.0)})

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# A.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# B.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# C.
#
# </details>
'''

BANK = """\
# %% right="tuple" for="predict_double"
predict_double = (3,)

# %% right="size" for="predict_double"
predict_double = torch.Size([3])

# %% wrong="scalar" for="predict_double" says="the sum's shape"
predict_double = ()

# %% wrong="twice" for="predict_double" says="counts twice"
predict_double = (6,)

# %% right="times" for="double"
def double(x):
    return 2 * x

# %% right="stack" for="double"
def double(x):
    return torch.stack([x, x]).sum(0)

# %% wrong="square" for="double" says="x squared"
def double(x):
    return x * x

# %% wrong="nothing" for="double" says="x unchanged"
def double(x):
    return x

# %% wrong="in_place" for="double" says="changed"
def double(x):
    x += x
    return x

# %% wrong="first" for="double" says="Shape" fails="values"
def double(x):
    return 2 * x[:1]

# %% right="method" for="total"
def total(x):
    return x.sum()

# %% right="function" for="total"
def total(x):
    return torch.sum(x)

# %% wrong="mean" for="total" says="expected"
def total(x):
    return x.mean()

# %% wrong="first" for="total" says="drops the first"
def total(x):
    return x[1:].sum() + 0

# %% wrong="item" for="total" says="expected"
def total(x):
    return str(x.sum())

# %% wrong="shape" for="total" says="Shape"
def total(x):
    return x.sum(0, keepdim=True)
"""


def given() -> str:
    """The digest of the buggy function above."""
    from autograder import check

    return check.digest(
        'def total(x: Tensor) -> Tensor:\n    """(n,) -> ()"""\n    return x[1:].sum()\n# your code here'
    )


def write(root: Path, *, chapter: str = CHAPTER, assignment: str = ASSIGNMENT, bank: str = BANK) -> Course:
    """Write the tiny course under `root`."""
    for folder in ("course", "solutions", "exercises"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "course" / f"{STEM}.py").write_text(chapter, encoding="utf-8")
    (root / "solutions" / f"{STEM}.py").write_text(assignment.replace("GIVEN", given()), encoding="utf-8")
    (root / "solutions" / f"{STEM}_answers.py").write_text(bank, encoding="utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return Course(root, "owner/name", "main")
