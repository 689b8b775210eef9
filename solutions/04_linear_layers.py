# %% [markdown]
# # 04 · Linear layers: exercises
#
# One hundred points: five predictions, seven exercises, one boss. About 85 minutes, and half an hour more for the boss.
#
# - Work from top to bottom. Each exercise has an answer cell, marked `# your code here`, and below it the cells that check it.
# - Run a check with Shift+Enter. ✓ means that the part you can see holds, ✗ says what does not, ○ that the answer is still empty.
#   Grading runs the same checks on more inputs: sizes of 0 and 1, other dtypes, sizes that are all different.
# - Each check is worth its own points, all or nothing, so half an exercise earns half its points.
# - Stuck? Three hints are folded under each exercise: a nudge, the idea, nearly the code.
# - Finished? Restart the kernel, run all cells, save, and submit the notebook.
#
# Everything here is in the chapter, [04 · Linear layers](../../course/04_linear_layers.ipynb). In formulas, W is (n, m) and a layer is `x @ W + b`; where an
# exercise says `weight`, it means what `nn.Linear` keeps: (m, n).

# %% locked="imports"
from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn

from autograder import check

# %% [markdown]
# ## Predictions
#
# Read the snippet and decide, without running it, what torch says. Put your answer in place of `...`. The check under it
# looks at the form of your answer only; whether it is right, grading tells.

# %% [markdown]
# ### Prediction 1 · What comes out · 2 points · 1 minute
#
# ```python
# layer = nn.Linear(6, 2)
# layer(torch.ones(4, 3, 6)).shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **shapes**.

# %% solution="predict_output" objective="shapes"
predict_output = ...  # a tuple, or None
### BEGIN SOLUTION
predict_output = (4, 3, 2)
### END SOLUTION

# %% test="predict_output-value" points=2
check.attempted(predict_output, "predict_output is the shape that comes out, or None if torch refuses")
check.prediction(predict_output, "shape")
### BEGIN HIDDEN TESTS
layer = nn.Linear(6, 2)
try:
    says = tuple(layer(torch.ones(4, 3, 6)).shape)
except RuntimeError:
    says = None
check.equal(
    predict_output,
    says,
    on="nn.Linear(6, 2), x (4, 3, 6)",
    traps={
        "this says that torch refuses: a layer takes any number of axes before the last one": None,
        "this joins the first two axes: a layer changes the last axis only": (12, 2),
        "this loses an axis: a layer changes the last one and keeps all others": (4, 2),
        "this is the shape of x: the last axis goes from n inputs to m outputs": (4, 3, 6),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_output"
# **Why it works.** A layer multiplies the last axis, 6 inputs, into 2 outputs. The axes before it, (4, 3), count samples and stay. **Another way.** See it as
# 12 samples, (12, 6) → (12, 2), laid out in 4 rows of 3.

# %% [markdown]
# ### Prediction 2 · What a layer keeps · 2 points · 1 minute
#
# ```python
# nn.Linear(7, 3).weight.shape
# ```
#
# A tuple. It tests **storage**.

# %% solution="predict_stored" objective="storage"
predict_stored = ...  # a tuple
### BEGIN SOLUTION
predict_stored = (3, 7)
### END SOLUTION

# %% test="predict_stored-value" points=2
check.attempted(predict_stored, "predict_stored is the shape of the weights that nn.Linear(7, 3) keeps")
check.prediction(predict_stored, "shape")
### BEGIN HIDDEN TESTS
says = tuple(nn.Linear(7, 3).weight.shape)
check.equal(
    predict_stored,
    says,
    on="nn.Linear(7, 3)",
    traps={
        "this is W as the formula x @ W has it: nn.Linear keeps a row for each output": (7, 3),
        "this puts the bias into the weights: it is a parameter of its own": (3, 8),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_stored"
# **Why it works.** The arguments are read "from 7 to 3", and the weights are kept as (outputs, inputs). **Another way.** One row is what one output needs: 7
# weights. There are 3 outputs.

# %% [markdown]
# ### Prediction 3 · Where the bias goes · 2 points · 1 minute
#
# ```python
# x = torch.zeros(2, 5)
# W = torch.ones(5, 2)
# b = torch.tensor([10.0, 20.0])
# (x @ W + b)[1, 0]
# ```
#
# Which number stands there? It tests **bias**.

# %% solution="predict_bias" objective="bias"
predict_bias = ...  # a number
### BEGIN SOLUTION
predict_bias = 10
### END SOLUTION

# %% test="predict_bias-value" points=2
check.attempted(predict_bias, "predict_bias is the number that stands at [1, 0]")
check.prediction(predict_bias, "number")
### BEGIN HIDDEN TESTS
x = torch.zeros(2, 5)
W = torch.ones(5, 2)
b = torch.tensor([10.0, 20.0])
check.close(
    predict_bias,
    (x @ W + b)[1, 0].item(),
    on="x (2, 5), W (5, 2), b (2,)",
    traps={
        "this gives sample 1 the bias number 1: a bias belongs to an output, and output 0 is asked for": b[1].item(),
        "this leaves out the bias": (x @ W)[1, 0].item(),
        "this adds both biases: each output has one": b.sum().item(),
        "this takes x for ones: it is zeros, so x @ W is 0": (torch.ones(2, 5) @ W + b)[1, 0].item(),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_bias"
# **Why it works.** x @ W is zero everywhere. b is aligned at the right, so b[0] goes to column 0 of every row. **Another way.** Think of b as the row that
# every sample gets: both rows of the result are [10, 20].

# %% [markdown]
# ### Prediction 4 · What a layer keeps equal · 2 points · 1 minute
#
# ```python
# def f(x):
#     return x @ W + b        # no number in W or b is 0
# ```
#
# Which of these holds for all x and z?
#
# - A: `f(2 * x)` equals `2 * f(x)`
# - B: `f(x + z)` equals `f(x) + f(z)`
# - C: `f((x + z) / 2)` equals `(f(x) + f(z)) / 2`
# - D: `f(0 * x)` equals `0 * x @ W`
#
# It tests **affine**.

# %% solution="predict_affine" objective="affine"
predict_affine = ...  # "A", "B", "C" or "D"
### BEGIN SOLUTION
predict_affine = "C"
### END SOLUTION

# %% test="predict_affine-value" points=2
check.attempted(predict_affine, "predict_affine is the letter of what holds for a layer with a bias")
check.prediction(predict_affine, "letters A to D")
### BEGIN HIDDEN TESTS
generator = check.generator()
W = torch.randn(3, 2, generator=generator, dtype=torch.float64)
b = torch.randn(2, generator=generator, dtype=torch.float64)
x = torch.randn(4, 3, generator=generator, dtype=torch.float64)
z = torch.randn(4, 3, generator=generator, dtype=torch.float64)


def f(x):
    return x @ W + b


holds = {
    "A": torch.allclose(f(2 * x), 2 * f(x)),
    "B": torch.allclose(f(x + z), f(x) + f(z)),
    "C": torch.allclose(f((x + z) / 2), (f(x) + f(z)) / 2),
    "D": torch.allclose(f(0 * x), 0 * x @ W),
}
check.equal(
    predict_affine,
    "".join(letter for letter in holds if holds[letter]),
    on="W (3, 2), b (2,), both without zeros",
    traps={
        "this would count the bias twice: 2 * f(x) holds 2 * b, and f(2 * x) holds one b": "A",
        "this would count the bias twice: f(x) + f(z) holds two of them, and f(x + z) one": "B",
        "this forgets the bias: f(0) is b, not 0": "D",
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_affine"
# **Why it works.** Half a bias and half a bias make one. In A and B the right side has two biases and the left side one; in D the left side has one and the right side none.
# **Another way.** Try the smallest layer there is, f(x) = x + 1, with x = 0 and z = 2.

# %% [markdown]
# ### Prediction 5 · How deep is it? · 2 points · 2 minutes
#
# ```python
# first, second = nn.Linear(10, 50), nn.Linear(50, 2)
# second(first(x))
# ```
#
# One layer with a bias computes the same. How many parameters does that layer have, its bias included? It tests **collapse**.

# %% solution="predict_depth" objective="collapse"
predict_depth = ...  # a number
### BEGIN SOLUTION
predict_depth = 22
### END SOLUTION

# %% test="predict_depth-value" points=2
check.attempted(predict_depth, "predict_depth is the number of parameters of the one layer that does the same")
check.prediction(predict_depth, "number")
### BEGIN HIDDEN TESTS
one, both = nn.Linear(10, 2), (nn.Linear(10, 50), nn.Linear(50, 2))
check.close(
    predict_depth,
    one.weight.numel() + one.bias.numel(),
    on="from 10 to 50 to 2",
    traps={
        "this counts both layers: the one layer goes from 10 to 2 and knows nothing of the 50": sum(
            layer.weight.numel() + layer.bias.numel() for layer in both
        ),
        "this leaves out the bias": one.weight.numel(),
        "this counts a bias for each input: there is one for each output": one.weight.numel() + 10,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_depth"
# **Why it works.** The product of (10, 50) and (50, 2) is (10, 2): 20 weights and 2 biases. The two layers hold 652 numbers and can do no more than these 22.
# **Another way.** Ask what goes in and what comes out: an affine map from 10 numbers to 2 has 22 knobs, however it is written.

# %% [markdown]
# ## Warm-ups

# %% [markdown]
# ### Exercise 1 · Count the parameters ★ · 5 points · 5 minutes
#
# `sizes` lists how many numbers there are between the layers: `[4, 10, 3]` means one layer from 4 to 10 and one from 10 to 3. Return how many parameters all the layers have together, as a
# plain whole number. With `bias=False` the layers have no biases. Make no tensors.
#
# A single size means no layer at all.
#
# It tests **shapes**, section 2 of [the chapter](../../course/04_linear_layers.ipynb).

# %% solution="count_parameters" objective="shapes"
def count_parameters(sizes: list[int], bias: bool = True) -> int:
    """Sizes between the layers -> number of parameters.

    >>> count_parameters([4, 3])
    15
    """
    ### BEGIN SOLUTION
    total = 0
    for n, m in pairwise(sizes):
        total += n * m
        if bias:
            total += m
    return total
    ### END SOLUTION

# %% test="count_parameters-one_layer" points=2
check.attempted(count_parameters, "count_parameters counts the weights and the biases of one layer")
check.equal(
    count_parameters([5, 2]),
    5 * 2 + 2,
    on="sizes [5, 2]",
    traps={
        "this leaves out the biases: each output has one": 5 * 2,
        "this counts a bias for each input: there is one for each output": 5 * 2 + 5,
        "this counts one bias for the whole layer: there is one for each output": 5 * 2 + 1,
        "this adds the sizes: every input has a weight for every output, so multiply": 5 + 2,
        "this counts a bias for the inputs too: only outputs have one": 5 * 2 + 5 + 2,
    },
)
check.equal(
    count_parameters([5, 2], False),
    5 * 2,
    on="sizes [5, 2], bias False",
    traps={"this counts biases although bias is False": 5 * 2 + 2},
)
### BEGIN HIDDEN TESTS
for n, m in [(1, 1), (1, 7), (7, 1), (3, 3), (784, 10), (0, 4), (4, 0)]:
    check.equal(
        count_parameters([n, m]),
        n * m + m,
        on=f"sizes [{n}, {m}]",
        traps={
            "this leaves out the biases: each output has one": n * m,
            "this counts a bias for each input: there is one for each output": n * m + n,
        },
    )
    check.equal(
        count_parameters([n, m], False),
        n * m,
        on=f"sizes [{n}, {m}], bias False",
        traps={"this counts biases although bias is False": n * m + m},
    )
### END HIDDEN TESTS

# %% test="count_parameters-many_layers" points=3
check.attempted(count_parameters, "count_parameters adds up all the layers")
check.equal(
    count_parameters([4, 10, 3]),
    4 * 10 + 10 + 10 * 3 + 3,
    on="sizes [4, 10, 3]",
    traps={
        "this leaves out the biases: each output has one": 4 * 10 + 10 * 3,
        "this multiplies all the sizes: each layer has its own weights, and they add up": 4 * 10 * 3 + 3,
        "this counts the first layer only": 4 * 10 + 10,
        "this counts the biases of the last layer only: the ones between have biases too": 4 * 10 + 10 * 3 + 3,
        "this goes from the first size straight to the last": 4 * 3 + 3,
        "this counts a bias for the inputs too: only outputs have one": 4 * 10 + 10 * 3 + 4 + 10 + 3,
    },
)
check.equal(count_parameters([8]), 0, on="sizes [8]", traps={"this counts biases where there is no layer": 8})
### BEGIN HIDDEN TESTS
for sizes in ([2, 3, 4, 5], [6, 6, 6], [1, 1, 1, 1], [784, 128, 64, 10], [3, 0, 2], [5]):
    weights = sum(n * m for n, m in pairwise(sizes))
    biases = sum(sizes[1:])
    check.equal(
        count_parameters(sizes),
        weights + biases,
        on=f"sizes {sizes}",
        traps={
            "this leaves out the biases: each output has one": weights,
            "this counts a bias for the inputs too: only outputs have one": weights + biases + sizes[0],
        },
    )
    check.equal(
        count_parameters(sizes, False),
        weights,
        on=f"sizes {sizes}, bias False",
        traps={"this counts biases although bias is False": weights + biases},
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# How many layers are there between three sizes? Draw W and b of each.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Neighbours in the list make a layer: n, then m. It has n·m weights, and one bias for each output. Add up. `pairwise([4, 10, 3])` gives the neighbours, (4, 10) and (10, 3).
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# total = 0
# for n, m in pairwise(...):
#     total += ...
#     if bias:
#         total += ...
# return total
# ```
#
# </details>

# %% [markdown] solution_notes="count_parameters"
# **Why it works.** `pairwise(sizes)` gives the pairs of neighbours, and none for a single size. The batch size is nowhere: parameters do not depend on it.
# **Another way.** `sum((n + bias) * m for n, m in pairwise(sizes))`: a bias is one weight more for each output, and `True` counts as 1.

# %% [markdown]
# ### Exercise 2 · The layer, from stored weights ★ · 5 points · 6 minutes
#
# Compute what `nn.Linear` computes, from the weights as it keeps them: `weight` is (m, n). `x` may have any number of axes before the last one, none included. `bias` may be
# `None`.
#
# Do it without `nn.Linear`, `nn.functional.linear` and `addmm`. One line is enough, and an `if`.
#
# It tests **storage**, section 6 of [the chapter](../../course/04_linear_layers.ipynb).

# %% solution="linear_layer" objective="storage"
def linear_layer(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """(..., n), (m, n), (m,) or None -> (..., m), in the dtype of x.

    >>> linear_layer(torch.tensor([1.0, 2.0]), torch.tensor([[3.0, 4.0]]), torch.tensor([5.0]))
    tensor([16.])
    """
    ### BEGIN SOLUTION
    y = x @ weight.T
    return y if bias is None else y + bias
    ### END SOLUTION

# %% test="linear_layer-batch" points=2
check.attempted(linear_layer, "linear_layer computes a layer for a batch")
check.source_without(linear_layer, "linear", "Linear", "addmm", "bilinear")
x = torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 4.0], [3.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
weight = torch.tensor([[1.0, 0.0, 2.0], [5.0, 1.0, 0.0]])
bias = torch.tensor([10.0, 20.0])
expected = torch.tensor([[11.0, 27.0], [18.0, 21.0], [15.0, 35.0], [13.0, 26.0]])
check.close(
    linear_layer(x, weight, bias),
    expected,
    on="x (4, 3), weight (2, 3), bias (2,)",
    traps={
        "this leaves out the bias": expected - bias,
        "this is the result transposed: samples are rows": expected.T,
        "this subtracts the bias": expected - 2 * bias,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for count, n, m in [(3, 3, 3), (5, 2, 2), (4, 4, 4), (1, 5, 3), (6, 1, 1), (0, 3, 2), (3, 0, 2), (4, 3, 0), (2, 7, 5)]:
    x = torch.randn(count, n, generator=generator, dtype=torch.float64)
    weight = torch.randn(m, n, generator=generator, dtype=torch.float64)
    bias = torch.randn(m, generator=generator, dtype=torch.float64)
    expected = torch.einsum("bn,mn->bm", x, weight) + bias
    check.close(
        linear_layer(x, weight, bias),
        expected,
        on=f"x ({count}, {n}), weight ({m}, {n}), bias ({m},), float64",
        traps={
            "this is x @ weight: the weights are kept transposed, and only a square layer hides it": lambda: x @ weight + bias,
            "this adds the bias to each sample instead of each output": lambda: expected - bias + bias.unsqueeze(1),
        },
    )
### END HIDDEN TESTS

# %% test="linear_layer-any_axes" points=2
check.attempted(linear_layer, "linear_layer takes one sample, and any number of axes before the last")
check.source_without(linear_layer, "linear", "Linear", "addmm", "bilinear")
x = torch.tensor([1.0, 2.0, 3.0])
weight = torch.tensor([[1.0, 0.0, 1.0], [0.0, 2.0, 0.0]])
bias = torch.tensor([0.5, 0.25])
expected = torch.tensor([4.5, 4.25])
check.close(
    linear_layer(x, weight, bias),
    expected,
    on="x (3,), weight (2, 3), bias (2,)",
    traps={
        "this has an axis too many: one sample in, one sample out": expected.unsqueeze(0),
        "this makes the bias a column: as (m,) it meets the m outputs": expected - bias + bias.unsqueeze(1),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for leading in [(), (2, 5), (3, 1, 2), (2, 0), (3, 3)]:
    for n, m in [(3, 2), (3, 3), (1, 4)]:
        x = torch.randn(*leading, n, generator=generator, dtype=torch.float64)
        weight = torch.randn(m, n, generator=generator, dtype=torch.float64)
        bias = torch.randn(m, generator=generator, dtype=torch.float64)
        expected = torch.einsum("...n,mn->...m", x, weight) + bias
        check.close(
            linear_layer(x, weight, bias),
            expected,
            on=f"x {(*leading, n)}, weight ({m}, {n}), bias ({m},), float64",
            traps={
                "this is x @ weight: the weights are kept transposed, and only a square layer hides it": lambda: x @ weight + bias,
            },
        )
x = torch.randn(4, 3, generator=generator)
weight = torch.randn(2, 3, generator=generator)
bias = torch.randn(2, generator=generator)
check.unchanged(linear_layer, x, weight, bias, on="x (4, 3), weight (2, 3), bias (2,)")
### END HIDDEN TESTS

# %% test="linear_layer-without_bias" points=1
check.attempted(linear_layer, "linear_layer does without a bias when there is none")
check.source_without(linear_layer, "linear", "Linear", "addmm", "bilinear")
x = torch.tensor([[1.0, 2.0]])
weight = torch.tensor([[3.0, 4.0], [5.0, 6.0], [0.0, 1.0]])
expected = torch.tensor([[11.0, 17.0, 2.0]])
check.close(linear_layer(x, weight, None), expected, on="x (1, 2), weight (3, 2), bias None")
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape, m in [((4, 3), 2), ((3,), 5), ((2, 3, 4), 4)]:
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    weight = torch.randn(m, shape[-1], generator=generator, dtype=torch.float64)
    expected = torch.einsum("...n,mn->...m", x, weight)
    check.close(linear_layer(x, weight, None), expected, on=f"x {shape}, weight ({m}, {shape[-1]}), bias None, float64")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Write the shapes side by side: (…, n) and (m, n). Which two sizes have to meet?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# A row of `weight` belongs to an output; for a product it must become a column. `@` takes care of any axes in front, and broadcasting of the bias.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# y = x @ weight...
# return y if bias is ... else ...
# ```
#
# </details>

# %% [markdown] solution_notes="linear_layer"
# **Why it works.** `weight.T` is the W of the formula, as a view: nothing is copied. `@` treats all axes before the last as a batch, and a vector as one sample.
# **Another way.** `torch.einsum("...n,mn->...m", x, weight)`: the letters say that the *last* axis of both is summed.

# %% [markdown]
# ## Core

# %% [markdown]
# ### Exercise 3 · The bias, as one more row ★★ · 10 points · 10 minutes
#
# A bias is the weight of an input that is always 1. Write the two halves of that sentence.
#
# 1. `fold_bias` puts the bias under W, as its **last** row.
# 2. `with_one` gives each sample of x a **last** input more, a 1. x may have any number of axes before the last, none included.
#
# Then `with_one(x) @ fold_bias(W, b)` is the whole layer. Both keep the dtype they are given.
#
# It tests **bias**, section 3 of [the chapter](../../course/04_linear_layers.ipynb).

# %% solution="fold_bias" objective="bias"
def fold_bias(W: Tensor, b: Tensor) -> Tensor:
    """(n, m), (m,) -> (n + 1, m), in the dtype of W.

    >>> fold_bias(torch.tensor([[1.0, 2.0]]), torch.tensor([8.0, 9.0]))
    tensor([[1., 2.],
            [8., 9.]])
    """
    ### BEGIN SOLUTION
    return torch.cat([W, b.unsqueeze(0)])
    ### END SOLUTION


def with_one(x: Tensor) -> Tensor:
    """(..., n) -> (..., n + 1), in the dtype of x.

    >>> with_one(torch.tensor([5.0, 6.0]))
    tensor([5., 6., 1.])
    """
    ### BEGIN SOLUTION
    ones = x.new_ones(*x.shape[:-1], 1)
    return torch.cat([x, ones], dim=-1)
    ### END SOLUTION

# %% test="fold_bias-row" points=3
check.attempted(fold_bias, "fold_bias puts the bias under the weights")
W = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
b = torch.tensor([8.0, 9.0])
expected = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [8.0, 9.0]])
check.close(
    fold_bias(W, b),
    expected,
    on="W (3, 2), b (2,)",
    traps={
        "this puts the bias on top: it is to be the last row": expected.roll(1, 0),
        "this adds the bias to the weights: it is a row of its own": W + b,
        "this is the transposed matrix: the bias is a row, as long as W is wide": expected.T,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m in [(2, 2), (3, 3), (1, 4), (4, 1), (0, 3), (3, 0), (5, 2)]:
    W = torch.randn(n, m, generator=generator, dtype=torch.float64)
    b = torch.randn(m, generator=generator, dtype=torch.float64)
    expected = torch.vstack([W, b])
    check.close(
        fold_bias(W, b),
        expected,
        on=f"W ({n}, {m}), b ({m},), float64",
        traps={
            "this puts the bias on top: it is to be the last row": torch.vstack([b, W]),
            "this makes the bias a column: for x @ W it is a row": lambda: torch.cat([W, b.unsqueeze(1)], dim=1),
            "this is W + b: the bias is a row of its own": W + b,
        },
    )
### END HIDDEN TESTS

# %% test="fold_bias-ones" points=3
check.attempted(with_one, "with_one gives every sample a last input of 1")
x = torch.tensor([[5.0, 6.0], [7.0, 8.0], [9.0, 0.0]])
expected = torch.tensor([[5.0, 6.0, 1.0], [7.0, 8.0, 1.0], [9.0, 0.0, 1.0]])
check.close(
    with_one(x),
    expected,
    on="x (3, 2)",
    traps={
        "this puts the 1 first: it is to be the last input": expected.roll(1, 1),
        "this adds a sample of ones: the 1 is one more input of each sample": torch.vstack([x, torch.ones(2)]),
        "this adds a 0: the bias is multiplied by it, and is gone": torch.cat([x, torch.zeros(3, 1)], 1),
        "this adds 1 to every number: the 1 is one more input": x + 1,
    },
)
x = torch.tensor([5.0, 6.0])
check.close(with_one(x), torch.tensor([5.0, 6.0, 1.0]), on="x (2,)")
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(4,), (1,), (0,), (3, 3), (1, 1), (0, 4), (4, 0), (2, 5, 3), (2, 2, 2), (3, 1, 0, 2)]:
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    expected = torch.nn.functional.pad(x, (0, 1), value=1.0)
    check.close(
        with_one(x),
        expected,
        on=f"x {shape}, float64",
        traps={
            "this puts the 1 first: it is to be the last input": torch.nn.functional.pad(x, (1, 0), value=1.0),
            "this adds along the first axis: inputs stand along the last one": lambda: torch.cat([x, x.new_ones(1, *shape[1:])]),
        },
    )
### END HIDDEN TESTS

# %% test="fold_bias-product" points=2
check.attempted(fold_bias, "with_one(x) @ fold_bias(W, b) is the whole layer")
x = torch.tensor([[1.0, 2.0], [0.0, 3.0], [4.0, 4.0]])
W = torch.tensor([[1.0, 0.0, 2.0, 5.0], [3.0, 1.0, 0.0, 1.0]])
b = torch.tensor([10.0, 20.0, 30.0, 40.0])
expected = x @ W + b


def product(left, right):
    for part in (left, right):
        if not isinstance(part, torch.Tensor):
            return part
    return left @ right


check.close(
    product(with_one(x), fold_bias(W, b)),
    expected,
    on="x (3, 2), W (2, 4), b (4,)",
    traps={"this loses the bias: the 1 of x must meet the row of b": x @ W},
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for leading, n, m in [((), 3, 2), ((4,), 3, 3), ((2, 3), 4, 1), ((0,), 2, 3), ((5,), 0, 2)]:
    x = torch.randn(*leading, n, generator=generator, dtype=torch.float64)
    W = torch.randn(n, m, generator=generator, dtype=torch.float64)
    b = torch.randn(m, generator=generator, dtype=torch.float64)
    expected = x @ W + b
    check.close(product(with_one(x), fold_bias(W, b)), expected, on=f"x {(*leading, n)}, W ({n}, {m}), b ({m},), float64")
### END HIDDEN TESTS

# %% test="fold_bias-dtype_and_arguments" points=2
check.attempted(fold_bias, "both keep the dtype, and leave their arguments as they were")
x = torch.tensor([[1, 2], [3, 4]])
check.close(with_one(x), torch.tensor([[1, 2, 1], [3, 4, 1]]), on="with_one: x (2, 2), int64")
check.unchanged(with_one, x, on="with_one: x (2, 2)")
W = torch.tensor([[1, 2, 3]])
b = torch.tensor([4, 5, 6])
check.close(fold_bias(W, b), torch.tensor([[1, 2, 3], [4, 5, 6]]), on="fold_bias: W (1, 3), b (3,), int64")
check.unchanged(fold_bias, W, b, on="fold_bias: W (1, 3), b (3,)")
### BEGIN HIDDEN TESTS
generator = check.generator()
for dtype in (torch.int64, torch.float16, torch.float32, torch.float64):
    x = torch.randint(-9, 10, (4, 3), generator=generator).to(dtype)
    b = torch.randint(-9, 10, (3,), generator=generator).to(dtype)
    expected = torch.vstack([x, b])
    check.close(fold_bias(x, b), expected, on=f"fold_bias: W (4, 3), b (3,), {dtype}")
    expected = torch.hstack([x, torch.ones(4, 1, dtype=dtype)])
    check.close(with_one(x), expected, on=f"with_one: x (4, 3), {dtype}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Both join two tensors along an axis. Along which, and what must the second tensor's shape be?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `torch.cat` wants the same number of axes on both sides: b must become a matrix of one row. For x, the ones have x's shape with a 1 in place of the last size, and are
# joined along axis −1. `x.new_ones` has the right dtype by itself.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# return torch.cat([W, b.unsqueeze(...)])
#
# ones = x.new_ones(*x.shape[:...], ...)
# return torch.cat([x, ones], dim=...)
# ```
#
# </details>

# %% [markdown] solution_notes="fold_bias"
# **Why it works.** The last input times the last row adds 1·b to every sample. Axis −1 is the inputs' axis for a vector, a batch and a stack of batches alike. **Another way.**
# `torch.nn.functional.pad(x, (0, 1), value=1)` adds one number behind the last axis; `torch.vstack([W, b])` takes a vector for a row.

# %% [markdown]
# ### Exercise 4 · Many layers are one ★★ · 10 points · 12 minutes
#
# `layers` is a list of pairs (W, b), first layer first, with nothing between them: no nonlinearity. Return the one pair (W, b) that does the same in one step. There is at least one
# layer, and neighbours fit.
#
# It tests **collapse**, section 7 of [the chapter](../../course/04_linear_layers.ipynb).

# %% solution="collapse" objective="collapse"
def collapse(layers: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """[((n0, n1), (n1,)), ((n1, n2), (n2,)), ...] -> ((n0, nk), (nk,)), in the dtype of the first.

    >>> collapse([(torch.tensor([[2.0]]), torch.tensor([1.0])), (torch.tensor([[3.0]]), torch.tensor([5.0]))])
    (tensor([[6.]]), tensor([8.]))
    """
    ### BEGIN SOLUTION
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, b @ W_next + b_next
    return W, b
    ### END SOLUTION

# %% test="collapse-two" points=4
check.attempted(collapse, "collapse makes one layer of two")
W1, b1 = torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]]), torch.tensor([1.0, 0.0, 2.0])
W2, b2 = torch.tensor([[1.0, 1.0], [2.0, 0.0], [0.0, 5.0]]), torch.tensor([10.0, 20.0])
expected = (torch.tensor([[5.0, 1.0], [2.0, 15.0]]), torch.tensor([11.0, 31.0]))
check.close(
    collapse([(W1, b1), (W2, b2)]),
    expected,
    on="W1 (2, 3), b1 (3,), W2 (3, 2), b2 (2,)",
    traps={
        "this multiplies in the other order: x meets the first layer first, so its W stands left": W2 @ W1,
        "this loses the first bias: it goes through the second layer too": b2,
        "this loses the last bias": b1 @ W2,
        "this lists what is there: multiply the layers into one": [(W1, b1), (W2, b2)],
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, k, m in [(3, 3, 3), (2, 2, 2), (4, 1, 5), (1, 3, 1), (5, 2, 4), (0, 2, 3), (2, 3, 0)]:
    W1 = torch.randn(n, k, generator=generator, dtype=torch.float64)
    b1 = torch.randn(k, generator=generator, dtype=torch.float64)
    W2 = torch.randn(k, m, generator=generator, dtype=torch.float64)
    b2 = torch.randn(m, generator=generator, dtype=torch.float64)
    expected = (W1 @ W2, b1 @ W2 + b2)
    check.close(
        collapse([(W1, b1), (W2, b2)]),
        expected,
        on=f"W1 ({n}, {k}), b1 ({k},), W2 ({k}, {m}), b2 ({m},), float64",
        traps={
            "this multiplies in the other order: x meets the first layer first, so its W stands left": lambda: W2 @ W1,
            "this loses the first bias: it goes through the second layer too": b2,
            "this adds the biases: the first one goes through the second layer before it is added": lambda: b1 + b2,
            "this multiplies the bias from the wrong side: a bias is a row, like x": lambda: W2 @ b1 + b2,
            "this sends the second bias through the first layer: the first bias goes through the second": lambda: b2 @ W1 + b1,
        },
    )
### END HIDDEN TESTS

# %% test="collapse-many" points=4
check.attempted(collapse, "collapse takes one layer, and more than two")
W1, b1 = torch.tensor([[1.0, 2.0]]), torch.tensor([3.0, 4.0])
W2, b2 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 2.0, 1.0]]), torch.tensor([1.0, 1.0, 1.0])
W3, b3 = torch.tensor([[2.0], [1.0], [0.0]]), torch.tensor([7.0])
expected = (torch.tensor([[6.0]]), torch.tensor([24.0]))
check.close(
    collapse([(W1, b1), (W2, b2), (W3, b3)]),
    expected,
    on="three layers, from 1 to 2 to 3 to 1",
    traps={
        "this stops after two layers: go through the whole list": W1 @ W2,
        "this keeps the last bias only: all earlier ones go through the layers behind them": b3,
        "this sends the first bias to the end and forgets the second": b1 @ W2 @ W3 + b3,
        "this forgets the first bias": b2 @ W3 + b3,
    },
)
x = torch.tensor([[5.0], [6.0]])
expected = x @ W1 + b1
W, b = collapse([(W1, b1)])
check.close(x @ W + b, expected, on="x @ W + b for x (2, 1) and one layer, W (1, 2), b (2,)")
### BEGIN HIDDEN TESTS
generator = check.generator()
for sizes in ([4, 4, 4, 4], [2, 5, 3, 1, 4], [3, 1, 3, 1, 3, 1], [1, 1, 1, 1]):
    layers = [
        (
            torch.randn(n, m, generator=generator, dtype=torch.float64),
            torch.randn(m, generator=generator, dtype=torch.float64),
        )
        for n, m in pairwise(sizes)
    ]
    steps = torch.eye(sizes[0], dtype=torch.float64)
    zero = torch.zeros(sizes[0], dtype=torch.float64)
    for W_next, b_next in layers:
        steps, zero = steps @ W_next + b_next, zero @ W_next + b_next
    expected = (steps - zero, zero)
    check.close(collapse(layers), expected, on=f"sizes {sizes}, float64")
for n, m in [(3, 2), (2, 2), (1, 4)]:
    x = torch.randn(3, n, generator=generator, dtype=torch.float64)
    W1 = torch.randn(n, m, generator=generator, dtype=torch.float64)
    b1 = torch.randn(m, generator=generator, dtype=torch.float64)
    expected = x @ W1 + b1
    W, b = collapse([(W1, b1)])
    check.close(x @ W + b, expected, on=f"x @ W + b for x (3, {n}) and one layer, W ({n}, {m}), b ({m},), float64")
### END HIDDEN TESTS

# %% test="collapse-dtype_and_arguments" points=2
check.attempted(collapse, "collapse keeps the dtype, and leaves the layers as they were")
layers = [(torch.tensor([[1, 2]]), torch.tensor([3, 4])), (torch.tensor([[5], [6]]), torch.tensor([7]))]
expected = (torch.tensor([[17]]), torch.tensor([46]))
check.unchanged(collapse, layers, on="two layers, from 1 to 2 to 1")
check.close(collapse(layers), expected, on="two layers, from 1 to 2 to 1, int64")
### BEGIN HIDDEN TESTS
generator = check.generator()
for dtype in (torch.float32, torch.float64, torch.int64):
    layers = [
        (
            torch.randint(-5, 6, (n, m), generator=generator).to(dtype),
            torch.randint(-5, 6, (m,), generator=generator).to(dtype),
        )
        for n, m in [(3, 2), (2, 4), (4, 2)]
    ]
    (W1, b1), (W2, b2), (W3, b3) = layers
    expected = (W1 @ W2 @ W3, (b1 @ W2 + b2) @ W3 + b3)
    check.unchanged(collapse, layers, on=f"from 3 to 2 to 4 to 2, {dtype}")
    check.close(collapse(layers), expected, on=f"from 3 to 2 to 4 to 2, {dtype}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# On paper: put y = x·W1 + b1 into y·W2 + b2, and multiply out. What stands beside x, and what stands alone?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# (x·W1 + b1)·W2 + b2 = x·(W1·W2) + (b1·W2 + b2). Keep one pair, begin with the first layer, and take in the next layer until none is left.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# W, b = layers[0]
# for W_next, b_next in layers[1:]:
#     W, b = W @ ..., b @ ... + ...
# return W, b
# ```
#
# </details>

# %% [markdown] solution_notes="collapse"
# **Why it works.** Everything that has been summed up so far, weights and bias, goes through the next layer; the next bias is added at the end. **Another way.** Ask the
# layers: send the zero vector through all of them and out comes the bias; send the rows of `torch.eye(n)` through and subtract that bias, and out come the rows of W.

# %% [markdown]
# ### Exercise 5 · Find the bug: a bias for each sample ★★ · 10 points · 10 minutes
#
# This function computes a layer for a batch, (N, n), or for a single sample, (n,). It was tested with 3 samples, 3 outputs, and a bias of three ones. Every number was right. It is wrong twice.
#
# Mend it in place, keeping its name and its arguments.
#
# It tests **bias**, sections 2 and 3 of [the chapter](../../course/04_linear_layers.ipynb).

# %% solution="layer_outputs" objective="bias"
def layer_outputs(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    """(N, n) or (n,), (n, m), (m,) -> (N, m) or (m,), in the dtype of x.

    >>> layer_outputs(torch.ones(1, 2), torch.ones(2, 1), torch.ones(1))
    tensor([[3.]])
    """
    if len(x.shape) == 1:
        x = x.unsqueeze(0)
    return x @ W + b.unsqueeze(1)


### BEGIN SOLUTION
def layer_outputs(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    return x @ W + b
### END SOLUTION

# %% test="layer_outputs-square" points=4
check.attempted(layer_outputs, "layer_outputs gives each output its own bias, where N = m", given="500dc40c")
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
W = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
b = torch.tensor([10.0, 20.0])
expected = torch.tensor([[11.0, 22.0], [13.0, 24.0]])
check.close(
    layer_outputs(x, W, b),
    expected,
    on="x (2, 2), W (2, 2), b (2,)",
    traps={
        "this gives each sample a bias: (m, 1) belongs to rows, and fits only because N = m": x @ W + b.unsqueeze(1),
        "this leaves out the bias": x @ W,
        "this adds the sum of the biases: each output has its own": x @ W + b.sum(),
        "this adds the mean of the biases: each output has its own": x @ W + b.mean(),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for count, n in [(3, 4), (5, 2), (2, 2), (4, 1)]:
    x = torch.randn(count, n, generator=generator, dtype=torch.float64)
    W = torch.randn(n, count, generator=generator, dtype=torch.float64)
    b = torch.randn(count, generator=generator, dtype=torch.float64)
    expected = x @ W + b
    check.close(
        layer_outputs(x, W, b),
        expected,
        on=f"x ({count}, {n}), W ({n}, {count}), b ({count},), float64",
        traps={
            "this gives each sample a bias: (m, 1) belongs to rows, and fits only because N = m": x @ W + b.unsqueeze(1),
            "this leaves out the bias": x @ W,
        },
    )
### END HIDDEN TESTS

# %% test="layer_outputs-batch" points=3
check.attempted(layer_outputs, "layer_outputs takes any number of samples, one included", given="500dc40c")
x = torch.tensor([[1.0, 2.0]])
W = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
b = torch.tensor([10.0, 20.0, 30.0])
expected = torch.tensor([[11.0, 22.0, 33.0]])
check.close(
    layer_outputs(x, W, b),
    expected,
    on="x (1, 2), W (2, 3), b (3,)",
    traps={
        "this stretches one sample to three: (1, 3) and (3, 1) broadcast to (3, 3)": x @ W + b.unsqueeze(1),
        "this is a batch of one without its batch axis: what comes in as (1, n) goes out as (1, m)": expected.squeeze(0),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for count, n, m in [(1, 3, 4), (4, 3, 2), (2, 3, 1), (1, 1, 1), (0, 3, 2), (3, 0, 2), (7, 2, 5)]:
    for dtype in (torch.float64, torch.float32):
        x = torch.randn(count, n, generator=generator, dtype=dtype)
        W = torch.randn(n, m, generator=generator, dtype=dtype)
        b = torch.randn(m, generator=generator, dtype=dtype)
        expected = x @ W + b
        check.close(
            layer_outputs(x, W, b),
            expected,
            on=f"x ({count}, {n}), W ({n}, {m}), b ({m},), {dtype}",
            traps={
                "this is a batch of one without its batch axis: what comes in as (1, n) goes out as (1, m)": expected.squeeze(0),
            },
        )
### END HIDDEN TESTS

# %% test="layer_outputs-one_sample" points=3
check.attempted(layer_outputs, "layer_outputs gives one sample back as one sample", given="500dc40c")
x = torch.tensor([1.0, 2.0])
W = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
b = torch.tensor([10.0, 20.0, 30.0])
expected = torch.tensor([11.0, 22.0, 33.0])
check.close(
    layer_outputs(x, W, b),
    expected,
    on="x (2,), W (2, 3), b (3,)",
    traps={
        "this keeps a batch axis that was not asked for: (n,) comes in, (m,) goes out": expected.unsqueeze(0),
        "this stretches one sample to three: (1, 3) and (3, 1) broadcast to (3, 3)": x @ W + b.unsqueeze(1),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m in [(3, 4), (4, 1), (1, 3), (1, 1), (5, 5)]:
    x = torch.randn(n, generator=generator, dtype=torch.float64)
    W = torch.randn(n, m, generator=generator, dtype=torch.float64)
    b = torch.randn(m, generator=generator, dtype=torch.float64)
    expected = x @ W + b
    check.close(
        layer_outputs(x, W, b),
        expected,
        on=f"x ({n},), W ({n}, {m}), b ({m},), float64",
        traps={
            "this keeps a batch axis that was not asked for: (n,) comes in, (m,) goes out": expected.unsqueeze(0),
            "this drops every size of 1: with one output, the shape is (1,)": expected.squeeze(),
        },
    )
x = torch.randn(3, generator=generator)
W = torch.randn(3, 2, generator=generator)
b = torch.randn(2, generator=generator)
check.unchanged(layer_outputs, x, W, b, on="x (3,), W (3, 2), b (2,)")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Call it with 2 samples, 3 outputs and the biases 10, 20, 30. Then with a single vector. Write down the shapes you expect first.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Align (N, m) and the bias at the right. Which shape of the bias meets the m outputs: (m,) or (m, 1)? And what does `@` do with a vector, if you let it?
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# return x @ W + ...    # and nothing before it
# ```
#
# </details>

# %% [markdown] solution_notes="layer_outputs"
# **Why it works.** (m,) is aligned with the last axis, so b[j] reaches output j of every sample. `@` treats (n,) as one row and takes the axis away again; the added axis was never
# needed, and never taken away. Ones as biases hide the first slip, for then every entry gets the same number. **Another way.** `b.unsqueeze(0)` is a row, (1, m), and also right for a batch; for a single sample
# it would leave an axis, which `squeeze(0)` must remove.

# %% [markdown]
# ## Stretch

# %% [markdown]
# ### Exercise 6 · Is it affine? ★★★ · 15 points · 18 minutes
#
# You get a function `f` and the number `n` of its inputs. You may call it, as often as you like, on batches of your own: `f` takes (N, n), for any N, and gives (N, m). Each row is
# treated on its own. Say whether `f` is affine: whether some W and b exist with f(x) = x @ W + b.
#
# No finite number of calls can prove that. So be content with many random points, and count on this:
#
# - A function that is not affine bends clearly somewhere where its inputs are between −3 and 3, sometimes in a small part of it only.
# - Rounding is no bend. Differences below a millionth of the largest value are rounding. `f` works in the dtype of what it gets: float64 rounds least.
#
# Return a plain `True` or `False`; `.item()` makes one of a tensor.
#
# It tests **affine**, section 4 of [the chapter](../../course/04_linear_layers.ipynb).

# %% solution="is_affine" objective="affine"
def is_affine(f: Callable[[Tensor], Tensor], n: int) -> bool:
    """f: (N, n) -> (N, m); n inputs -> is f affine?

    >>> is_affine(lambda x: 2 * x + 1, 3)
    True
    """
    ### BEGIN SOLUTION
    x = 3 * torch.randn(300, n, dtype=torch.float64)
    z = 3 * torch.randn(300, n, dtype=torch.float64)
    middle, average = f((x + z) / 2), (f(x) + f(z)) / 2
    largest = (f(x).abs() + f(z).abs()).max()
    return ((middle - average).abs().max() <= 1e-6 * largest).item()
    ### END SOLUTION

# %% test="is_affine-first" points=4
check.attempted(is_affine, "is_affine knows a layer from a square and a ReLU")


@check.observe
def verdicts(is_affine):
    import torch

    W = torch.tensor([[1.0, 2.0, 0.0], [3.0, -1.0, 1.0]])
    b = torch.tensor([4.0, 5.0, -6.0])
    return {
        "x @ W": is_affine(lambda x: x @ W.to(x.dtype), 2),
        "x @ W + b": is_affine(lambda x: x @ W.to(x.dtype) + b.to(x.dtype), 2),
        "x * x": is_affine(lambda x: x * x, 2),
        "relu(x)": is_affine(lambda x: torch.relu(x), 2),
    }


check.equal(
    verdicts(is_affine),
    {"x @ W": True, "x @ W + b": True, "x * x": False, "relu(x)": False},
    on="four functions, n 2",
    traps={
        "this asks whether f is linear: an affine function may add a constant": {
            "x @ W": True,
            "x @ W + b": False,
            "x * x": False,
            "relu(x)": False,
        },
        "this never looks at negative numbers: on positive ones relu(x) is x": {
            "x @ W": True,
            "x @ W + b": True,
            "x * x": False,
            "relu(x)": True,
        },
        "this asks whether f(2x) is 2·f(x): no function with a bias passes that, and relu does": {
            "x @ W": True,
            "x @ W + b": False,
            "x * x": False,
            "relu(x)": True,
        },
        "this says the same of every function": {"x @ W": True, "x @ W + b": True, "x * x": True, "relu(x)": True},
        "this finds no function affine: results that differ by rounding only count as equal": {
            "x @ W": False,
            "x @ W + b": False,
            "x * x": False,
            "relu(x)": False,
        },
        "this takes rounding for a bend: float64 rounds least, and a tolerance goes by the largest value": False,
        "this misses a bend: draw many points, far apart": True,
    },
)

# %% test="is_affine-disguised" points=4
check.attempted(is_affine, "is_affine is not fooled by how a function is written, nor by the number of inputs")


@check.observe
def written(is_affine, W, b, V, c):
    import torch

    n = W.shape[0]
    return {
        "two layers": is_affine(lambda x: (x @ W.to(x.dtype) + b.to(x.dtype)) @ V.to(x.dtype) + c.to(x.dtype), n),
        "two layers and a ReLU": is_affine(lambda x: torch.relu(x @ W.to(x.dtype) + b.to(x.dtype)) @ V.to(x.dtype), n),
        "the inputs in reverse": is_affine(lambda x: x.flip(-1), n),
        "the mean of the inputs": is_affine(lambda x: x.mean(-1, keepdim=True), n),
        "always 7": is_affine(lambda x: torch.full_like(x, 7.0), n),
        "the length": is_affine(lambda x: x.square().sum(-1, keepdim=True).sqrt(), n),
        "the first times the last": is_affine(lambda x: x[..., :1] * x[..., -1:], n),
        "cut off at 1": is_affine(lambda x: x.clamp(max=1.0), n),
        "always 0": is_affine(lambda x: 0 * x, n),
    }


W = torch.tensor([[1.0, -2.0, 0.5], [0.25, 1.0, -1.0]])
b = torch.tensor([0.5, 1.0, -0.25])
V = torch.tensor([[1.0], [2.0], [-1.0]])
c = torch.tensor([3.0])
expected = {
    "two layers": True,
    "two layers and a ReLU": False,
    "the inputs in reverse": True,
    "the mean of the inputs": True,
    "always 7": True,
    "the length": False,
    "the first times the last": False,
    "cut off at 1": False,
    "always 0": True,
}
says = {
    "this finds a bend where there is none: a bias is none, nor is rounding, nor a function that is always 0": False,
    "this misses a bend: draw many points, far apart, between -3 and 3 and beyond": True,
}
check.equal(written(is_affine, W, b, V, c), expected, on="nine functions, n 2", traps=says)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n in (1, 3, 6):
    W = torch.randn(n, 3, generator=generator, dtype=torch.float64)
    b = 0.5 * torch.randn(3, generator=generator, dtype=torch.float64)
    V = torch.randn(3, 2, generator=generator, dtype=torch.float64)
    c = torch.randn(2, generator=generator, dtype=torch.float64)
    check.equal(written(is_affine, W, b, V, c), expected, on=f"nine functions, n {n}", traps=says)
### END HIDDEN TESTS

# %% test="is_affine-bends" points=4
check.attempted(is_affine, "is_affine finds a bend wherever it is")


@check.observe
def bent(is_affine, n, at):
    import torch

    return {
        "x cubed": is_affine(lambda x: x**3, n),
        "sin(x)": is_affine(lambda x: torch.sin(x), n),
        "x * |x|": is_affine(lambda x: x * x.abs(), n),
        "a bend on the right": is_affine(lambda x: torch.relu(x - at), n),
        "a bend on the left": is_affine(lambda x: torch.relu(-x - at), n),
        "a bend in the last input": is_affine(lambda x: x[..., :1] + torch.relu(x[..., -1:]), n),
        "a bend in one output": is_affine(lambda x: torch.cat([x, x + 1, x[..., -1:].abs()], dim=-1), n),
        "no bend": is_affine(lambda x: torch.cat([x, x + 1, -x], dim=-1), n),
    }


expected = {
    "x cubed": False,
    "sin(x)": False,
    "x * |x|": False,
    "a bend on the right": False,
    "a bend on the left": False,
    "a bend in the last input": False,
    "a bend in one output": False,
    "no bend": True,
}
check.equal(
    bent(is_affine, 2, 1.0),
    expected,
    on="eight functions, n 2",
    traps={
        "this looks at pairs x and -x only: functions such as x cubed are symmetric, and their bends cancel": {
            **expected,
            "x cubed": True,
            "sin(x)": True,
            "x * |x|": True,
        },
        "this misses a bend: look at every output, at many points, between -3 and 3 and beyond": True,
        "this finds a bend where there is none": False,
    },
)
### BEGIN HIDDEN TESTS
for n, at in [(1, 1.5), (4, 1.5), (3, 2.0)]:
    check.equal(
        bent(is_affine, n, at),
        expected,
        on=f"eight functions, n {n}, bends at {at}",
        traps={"this misses a bend: look at every output, at many points, between -3 and 3 and beyond": True},
    )
### END HIDDEN TESTS

# %% test="is_affine-rounding" points=3
check.attempted(is_affine, "is_affine takes rounding for rounding, and a small bend for a bend")


@check.observe
def sized(is_affine, size):
    import torch

    W = size * torch.tensor([[0.1, 0.7], [-0.3, 0.9], [1.1, 0.2]], dtype=torch.float64)
    b = size * torch.tensor([0.3, 0.6], dtype=torch.float64)
    return {
        "x @ W + b": is_affine(lambda x: x @ W.to(x.dtype) + b.to(x.dtype), 3),
        "relu(x @ W + b)": is_affine(lambda x: torch.relu(x @ W.to(x.dtype) + b.to(x.dtype)), 3),
    }


expected = {"x @ W + b": True, "relu(x @ W + b)": False}
check.equal(sized(is_affine, 1.0), expected, on="weights around 1", traps={"this takes rounding for a bend: compare within a tolerance": {**expected, "x @ W + b": False}})
check.equal(
    sized(is_affine, 1e-6),
    expected,
    on="weights around a millionth",
    traps={"this tolerates too much: measure differences against the largest value": {**expected, "relu(x @ W + b)": True}},
)
### BEGIN HIDDEN TESTS
for size in (1e-9, 1e-3, 1e3, 1e6, 1e9):
    check.equal(
        sized(is_affine, size),
        expected,
        on=f"weights around {size:g}",
        traps={
            "this takes rounding for a bend: compare within a tolerance": {**expected, "x @ W + b": False},
            "this tolerates too much: measure differences against the largest value": {**expected, "relu(x @ W + b)": True},
        },
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Section 4 shows two things that a layer with a bias keeps, and that a bend breaks. You can try either on random points.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Draw many random points x and as many z, independent of each other and wide enough: `3 * torch.randn(300, n, dtype=torch.float64)`. Compare what `f` makes of the middle of each pair with the middle of
# what it makes of both. The largest difference tells, held against the largest value.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# middle = f(...)
# average = (f(...) + f(...)) / 2
# largest = f(x).abs().max() + f(z).abs().max()
# return ((middle - average).abs().max() <= 1e-6 * ...).item()
# ```
#
# </details>

# %% [markdown] solution_notes="is_affine"
# **Why it works.** Half a bias and half a bias make one, so a layer keeps averages; a function that keeps the average of every pair is affine. Independent pairs matter: x with −x would let odd functions pass,
# for their bends cancel. `<=` and not `<`: the function that is always 0 has a largest value of 0. **Another way.** Read off b = f(0) and row i of W as
# f(eᵢ) − b, with the rows eᵢ of `torch.eye(n)`, and see whether x @ W + b agrees with f at random points.

# %% [markdown]
# ### Exercise 7 · A scale that survives depth ★★★ · 15 points · 18 minutes
#
# Twenty layers either keep the spread of their numbers or lose it. First measure it, then choose the weights so that it stays. **Spread** means the root of the mean square.
#
# 1. `spreads` sends x through the layers in `weights`, which have no biases, with a ReLU behind each of them if `relu` is true. It returns the list of the spreads after each layer, as
#    plain numbers.
# 2. `steady_scale` says how large the first weights must be in a layer with n inputs, so that on average the mean square that comes out is the one that went in:
#
# | `kind` | the weights are | it returns |
# |---|---|---|
# | `"normal"` | `scale * torch.randn(n, m)` | `scale` |
# | `"uniform"` | evenly spread between −bound and bound | `bound` |
#
# With `relu=True` a ReLU follows every layer. Inputs and weights are independent, and the weights have the mean 0. A ReLU keeps half of the mean square.
#
# It tests **scale**, sections 6 and 9 of [the chapter](../../course/04_linear_layers.ipynb).

# %% solution="steady_scale" objective="scale"
def spreads(x: Tensor, weights: list[Tensor], relu: bool) -> list[float]:
    """(N, n0), [(n0, n1), (n1, n2), ...] -> the spread after each layer.

    >>> spreads(torch.ones(2, 4), [torch.ones(4, 1)], False)
    [4.0]
    """
    ### BEGIN SOLUTION
    found = []
    for W in weights:
        x = x @ W
        if relu:
            x = torch.relu(x)
        found.append(x.square().mean().sqrt().item())
    return found
    ### END SOLUTION


def steady_scale(n: int, kind: str, relu: bool) -> float:
    """Inputs of a layer, "normal" or "uniform", a ReLU or none -> scale or bound.

    >>> steady_scale(100, "normal", False)
    0.1
    """
    ### BEGIN SOLUTION
    mean_square = (2 if relu else 1) / n
    if kind == "uniform":
        mean_square *= 3
    return mean_square**0.5
    ### END SOLUTION

# %% test="steady_scale-spreads" points=4
check.attempted(spreads, "spreads measures the numbers after each layer")
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
weights = [torch.tensor([[1.0, -1.0, 0.0], [0.0, 1.0, -2.0]]), torch.tensor([[2.0], [0.0], [1.0]])]
first, second = x @ weights[0], x @ weights[0] @ weights[1]
folded = torch.relu(torch.relu(first) @ weights[1])
expected = [first.square().mean().sqrt().item(), second.square().mean().sqrt().item()]
check.close(
    spreads(x, list(weights), False),
    expected,
    on="x (2, 2), from 2 to 3 to 1, no ReLU",
    traps={
        "this is the standard deviation: it subtracts the mean first": [first.std().item(), second.std().item()],
        "this is the mean square: take its root": [first.square().mean().item(), second.square().mean().item()],
        "this is the spread of x and of the first layer: measure after each layer": [
            x.square().mean().sqrt().item(),
            first.square().mean().sqrt().item(),
        ],
        "this applies a ReLU although relu is False": [
            torch.relu(first).square().mean().sqrt().item(),
            folded.square().mean().sqrt().item(),
        ],
        "this is the root of the sum of squares: a spread is the root of their mean": [first.norm().item(), second.norm().item()],
    },
)
expected = [torch.relu(first).square().mean().sqrt().item(), folded.square().mean().sqrt().item()]
check.close(
    spreads(x, list(weights), True),
    expected,
    on="x (2, 2), from 2 to 3 to 1, with a ReLU behind each layer",
    traps={
        "this leaves out the ReLU": [first.square().mean().sqrt().item(), second.square().mean().sqrt().item()],
        "this measures after the ReLU, but sends on what was before it": [
            torch.relu(first).square().mean().sqrt().item(),
            torch.relu(second).square().mean().sqrt().item(),
        ],
        "this measures before the ReLU: measure what goes on to the next layer": [
            first.square().mean().sqrt().item(),
            (torch.relu(first) @ weights[1]).square().mean().sqrt().item(),
        ],
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for sizes in ([3, 3, 3], [4, 1, 5, 2], [2, 6], [1, 1, 1, 1], [5]):
    for relu in (False, True):
        x = torch.randn(7, sizes[0], generator=generator, dtype=torch.float64)
        weights = [torch.randn(n, m, generator=generator, dtype=torch.float64) for n, m in pairwise(sizes)]
        expected, plain, late, y, z, w = [], [], [], x, x, x
        for W in weights:
            y, z, w = y @ W, z @ W, w @ W
            plain.append(z.square().mean().sqrt().item())
            late.append(y.square().mean().sqrt().item())
            y = torch.relu(y) if relu else y
            expected.append(y.square().mean().sqrt().item())
        check.close(
            spreads(x, weights, relu),
            expected,
            on=f"x (7, {sizes[0]}), sizes {sizes}, relu {relu}, float64",
            traps={
                "this leaves out the ReLU": plain,
                "this measures before the ReLU: measure what goes on to the next layer": late,
            },
        )
x = torch.randn(3, 4, generator=generator)
weights = [torch.randn(4, 2, generator=generator), torch.randn(2, 3, generator=generator)]
check.unchanged(spreads, x, weights, True, on="x (3, 4), from 4 to 2 to 3")
### END HIDDEN TESTS

# %% test="steady_scale-normal" points=4
check.attempted(steady_scale, "steady_scale keeps the spread with normal weights and no ReLU")
check.close(
    steady_scale(16, "normal", False),
    0.25,
    on="n 16, normal, no ReLU",
    traps={
        "this is 1/n: the mean square grows n times, the spread only √n times": 1 / 16,
        "this is √n: divide by it": 4.0,
        "this is the bound that nn.Linear uses, times √3: for randn the scale is the spread itself": 3**0.5 / 4,
        "this has the √2 that a ReLU needs: there is none": 2**0.5 / 4,
        "this does not change with n: every output is a sum of n products": 1.0,
    },
)
### BEGIN HIDDEN TESTS
for n in (1, 2, 3, 9, 100, 784, 4096):
    check.close(
        steady_scale(n, "normal", False),
        (1 / n) ** 0.5,
        on=f"n {n}, normal, no ReLU",
        traps={
            "this is 1/n: the mean square grows n times, the spread only √n times": 1 / n,
            "this is √n: divide by it": n**0.5,
            "this has the √2 that a ReLU needs: there is none": (2 / n) ** 0.5,
        },
    )
### END HIDDEN TESTS

# %% test="steady_scale-uniform" points=4
check.attempted(steady_scale, "steady_scale keeps the spread with uniform weights and no ReLU")
check.close(
    steady_scale(12, "uniform", False),
    0.5,
    on="n 12, uniform, no ReLU",
    traps={
        "this is the bound of nn.Linear: such weights have a third of the mean square they need": (1 / 12) ** 0.5,
        "this is smaller than nn.Linear's bound: it must be √3 times larger": (1 / 36) ** 0.5,
        "this takes the mean square for the spread: its root is needed": 3 / 12,
        "this takes the bound for the whole width: the numbers run from -bound to bound": 1.0,
    },
)
### BEGIN HIDDEN TESTS
for n in (1, 2, 3, 27, 100, 784, 4096):
    check.close(
        steady_scale(n, "uniform", False),
        (3 / n) ** 0.5,
        on=f"n {n}, uniform, no ReLU",
        traps={
            "this is the bound of nn.Linear: such weights have a third of the mean square they need": (1 / n) ** 0.5,
            "this is smaller than nn.Linear's bound: it must be √3 times larger": (1 / (3 * n)) ** 0.5,
            "this takes the mean square for the spread: its root is needed": 3 / n,
        },
    )
### END HIDDEN TESTS

# %% test="steady_scale-relu" points=3
check.attempted(steady_scale, "steady_scale makes up for what a ReLU takes away")
check.close(
    steady_scale(8, "normal", True),
    0.5,
    on="n 8, normal, ReLU",
    traps={
        "this leaves the ReLU out: half of the mean square is gone after it": (1 / 8) ** 0.5,
        "this doubles the scale: half of the mean square is √½ of the spread": 2 * (1 / 8) ** 0.5,
        "this makes the weights smaller: after a ReLU they must be larger": (1 / 16) ** 0.5,
    },
)
check.close(
    steady_scale(24, "uniform", True),
    0.5,
    on="n 24, uniform, ReLU",
    traps={
        "this leaves the ReLU out: half of the mean square is gone after it": (3 / 24) ** 0.5,
        "this takes uniform weights for normal ones: they need a √3 more": (2 / 24) ** 0.5,
    },
)
### BEGIN HIDDEN TESTS
for n in (1, 2, 6, 50, 100, 784):
    for kind, share in (("normal", 1), ("uniform", 3)):
        check.close(
            steady_scale(n, kind, True),
            (2 * share / n) ** 0.5,
            on=f"n {n}, {kind}, ReLU",
            traps={
                "this leaves the ReLU out: half of the mean square is gone after it": (share / n) ** 0.5,
                "this doubles the scale: half of the mean square is √½ of the spread": 2 * (share / n) ** 0.5,
                "this takes uniform weights for normal ones: they need a √3 more": (2 / n) ** 0.5,
            },
        )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Section 9: what is the mean square of an output, from n, the mean square of the inputs and that of the weights? Set it equal to what went in.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# n · (mean square of the weights) must be 1, or 2 where a ReLU halves it afterwards. For `scale * torch.randn` the mean square of the weights is scale². For numbers evenly between −a and a it is a²/3. Solve
# for scale, and for a.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# for W in weights:
#     x = x @ ...
#     if relu:
#         x = ...
#     found.append(x.square()....item())
#
# mean_square = (2 if relu else 1) / ...
# if kind == "uniform":
#     mean_square *= ...
# return mean_square ** ...
# ```
#
# </details>

# %% [markdown] solution_notes="steady_scale"
# **Why it works.** An output is a sum of n products that do not depend on each other and have the mean 0: cross terms cancel, mean squares add. So n·(mean square of W) must be 1, or 2 before a ReLU. It is scale² for normal weights and bound²/3
# for uniform ones. **Another way.** Measure: draw weights with a scale of 1, look at the first number of `spreads`, and divide by it. That finds the same number up to chance, for any nonlinearity, without a formula.

# %% [markdown]
# ## Boss

# %% [markdown]
# ### Exercise 8 · XOR, and every other table ★★★★ · 20 points · 30 minutes
#
# Two inputs, each 0 or 1. XOR is 1 when they differ and 0 when they are equal. No single layer computes it: on the way from (0, 0) to (1, 1) an affine map cannot go up and come down again. Two layers with a ReLU between them can, and you set
# their weights by hand.
#
# A network is a tuple `(W1, b1, W2, b2)` of float32 tensors with the shapes (2, h), (h,), (h, 1), (1,); h is the number of hidden numbers between the layers, which are also called *hidden units*. `run` computes it. A table is a list of four numbers: what to answer to
# (0, 0), (0, 1), (1, 0) and (1, 1), in this order.
#
# 1. `xor_network` returns a network that answers 0, 1, 1, 0. The first check takes any h, the second wants h ≤ 2.
# 2. `needs_hidden` says whether a table is out of reach of a single layer `x @ W + b`.
# 3. `table_network` returns a network for any table. One check asks for tables of zeros and ones with any h, the last one for any numbers with h ≤ 3.
#
# It tests **bends**, section 8 of [the chapter](../../course/04_linear_layers.ipynb).

# %% locked="run"
INPUTS = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def run(network: tuple[Tensor, Tensor, Tensor, Tensor], x: Tensor) -> Tensor:
    """A network, (N, 2) -> (N, 1)."""
    W1, b1, W2, b2 = network
    return torch.relu(x @ W1 + b1) @ W2 + b2

# %% solution="xor_network" objective="bends"
def xor_network() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """() -> (2, h), (h,), (h, 1), (1,), float32.

    >>> run(xor_network(), INPUTS).squeeze(1)
    tensor([0., 1., 1., 0.])
    """
    ### BEGIN SOLUTION
    W1 = torch.tensor([[1.0, 1.0], [1.0, 1.0]])
    b1 = torch.tensor([0.0, -1.0])
    W2 = torch.tensor([[1.0], [-2.0]])
    b2 = torch.tensor([0.0])
    return W1, b1, W2, b2
    ### END SOLUTION


def needs_hidden(table: list[float]) -> bool:
    """Answers to (0, 0), (0, 1), (1, 0), (1, 1) -> is one layer too little?

    >>> needs_hidden([0, 1, 1, 0])
    True
    """
    ### BEGIN SOLUTION
    neither, second, first, both = table
    return first + second != neither + both
    ### END SOLUTION


def table_network(table: list[float]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Answers to (0, 0), (0, 1), (1, 0), (1, 1) -> (2, h), (h,), (h, 1), (1,), float32.

    >>> run(table_network([0, 0, 0, 1]), INPUTS).squeeze(1)
    tensor([0., 0., 0., 1.])
    """
    ### BEGIN SOLUTION
    neither, second, first, both = table
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    b1 = torch.tensor([0.0, 0.0, -1.0])
    extra = both - first - second + neither
    W2 = torch.tensor([[first - neither], [second - neither], [extra]], dtype=torch.float32)
    b2 = torch.tensor([neither], dtype=torch.float32)
    return W1, b1, W2, b2
    ### END SOLUTION

# %% test="xor_network-xor" points=4
check.attempted(xor_network, "xor_network answers 0, 1, 1, 0")


@check.observe
def form_of(make):
    import torch

    network = make()
    if network is None:
        return "None: did you forget `return`?"
    if type(network) is not tuple or len(network) != 4:
        return f"a {type(network).__name__}, and not a tuple of four tensors"
    for name, part in zip(("W1", "b1", "W2", "b2"), network):
        if type(part) not in (torch.Tensor, torch.nn.Parameter):
            return f"{name} is a {type(part).__name__}, and not a tensor"
        if part.dtype != torch.float32:
            return f"{name} has the dtype {part.dtype}: write its numbers with a point, as 1.0"
    shapes = [tuple(part.shape) for part in network]
    h = shapes[1][0] if len(shapes[1]) == 1 else 0
    if shapes != [(2, h), (h,), (h, 1), (1,)]:
        return ", ".join(f"{name} {shape}" for name, shape in zip(("W1", "b1", "W2", "b2"), shapes))
    return "a tuple of four float32 tensors, (2, h), (h,), (h, 1), (1,)"


check.equal(form_of(xor_network), "a tuple of four float32 tensors, (2, h), (h,), (h, 1), (1,)")
check.close(
    run(xor_network(), INPUTS),
    torch.tensor([[0.0], [1.0], [1.0], [0.0]]),
    on="(0, 0), (0, 1), (1, 0), (1, 1)",
    traps={
        "this is OR: at (1, 1) another hidden unit must take away 2": torch.tensor([[0.0], [1.0], [1.0], [1.0]]),
        "this is AND": torch.tensor([[0.0], [0.0], [0.0], [1.0]]),
        "this is 1 where the inputs are equal: XOR is 1 where they differ": torch.tensor([[1.0], [0.0], [0.0], [1.0]]),
        "this is the sum of the inputs: (1, 1) must come out as 0": torch.tensor([[0.0], [1.0], [1.0], [2.0]]),
        "this is the nearest that a single layer comes: the ReLU between must bend": torch.full((4, 1), 0.5),
    },
)

# %% test="xor_network-two_units" points=4
check.attempted(xor_network, "xor_network needs two hidden units and no more")


@check.observe
def size_of(make):
    import torch

    network = make()
    if network is None:
        return "None: did you forget `return`?"
    if type(network) is not tuple or [getattr(part, "dtype", None) for part in network] != [torch.float32] * 4:
        return "not a tuple of four float32 tensors"
    shapes, h = [tuple(part.shape) for part in network], network[1].numel()
    if shapes != [(2, h), (h,), (h, 1), (1,)]:
        return f"the shapes {shapes}, and not (2, h), (h,), (h, 1), (1,)"
    return "at most 2 hidden units" if h <= 2 else f"{h} hidden units"


check.equal(size_of(xor_network), "at most 2 hidden units")
check.close(
    run(xor_network(), INPUTS),
    torch.tensor([[0.0], [1.0], [1.0], [0.0]]),
    on="(0, 0), (0, 1), (1, 0), (1, 1)",
    traps={
        "this is OR: at (1, 1) another hidden unit must take away 2": torch.tensor([[0.0], [1.0], [1.0], [1.0]]),
        "this is 1 where the inputs are equal: XOR is 1 where they differ": torch.tensor([[1.0], [0.0], [0.0], [1.0]]),
    },
)

# %% test="xor_network-needs_hidden" points=4
check.attempted(needs_hidden, "needs_hidden knows what a single layer can do")
check.equal(needs_hidden([0, 1, 1, 0]), True, on="table [0, 1, 1, 0]", traps={"this says that one layer computes XOR": False})
check.equal(
    needs_hidden([1, 3, 5, 7]),
    False,
    on="table [1, 3, 5, 7]",
    traps={"this says that a layer cannot do 1 + 4x + 2z: the answer to (0, 0) may be a bias": True},
)
check.equal(
    needs_hidden([0, 0, 0, 1]),
    True,
    on="table [0, 0, 0, 1]",
    traps={"this asks whether a line separates ones from zeros: here a layer must give the answers themselves": False},
)
### BEGIN HIDDEN TESTS
for bits in range(16):
    table = [bits >> k & 1 for k in range(4)]
    check.equal(
        needs_hidden(table),
        table[0] + table[3] != table[1] + table[2],
        on=f"table {table}",
        traps={
            "this asks whether a line separates ones from zeros: here a layer must give the answers themselves": (
                table in ([0, 1, 1, 0], [1, 0, 0, 1])
            ),
            "this says yes to everything but constants": len(set(table)) > 1,
        },
    )
for table in ([2, 2, 2, 2], [0, -1, 1, 0], [5, 3, 2, 0], [5, 3, 2, 1], [-1, 0, 0, -1], [0, 0, 3, 3], [1, 2, 4, 8], [1.5, 2.5, 3.5, 4.5]):
    check.equal(needs_hidden(table), table[0] + table[3] != table[1] + table[2], on=f"table {table}")
### END HIDDEN TESTS

# %% test="xor_network-every_table" points=4
check.attempted(table_network, "table_network answers every table of zeros and ones")


@check.observe
def form_of(make, table):
    import torch

    network = make(list(table))
    if network is None:
        return "None: did you forget `return`?"
    if type(network) is not tuple or len(network) != 4:
        return f"a {type(network).__name__}, and not a tuple of four tensors"
    for name, part in zip(("W1", "b1", "W2", "b2"), network):
        if type(part) not in (torch.Tensor, torch.nn.Parameter):
            return f"{name} is a {type(part).__name__}, and not a tensor"
        if part.dtype != torch.float32:
            return f"{name} has the dtype {part.dtype}: write dtype=torch.float32 where you make it"
    shapes = [tuple(part.shape) for part in network]
    h = shapes[1][0] if len(shapes[1]) == 1 else 0
    if shapes != [(2, h), (h,), (h, 1), (1,)]:
        return ", ".join(f"{name} {shape}" for name, shape in zip(("W1", "b1", "W2", "b2"), shapes))
    return "a tuple of four float32 tensors, (2, h), (h,), (h, 1), (1,)"


good = "a tuple of four float32 tensors, (2, h), (h,), (h, 1), (1,)"
for table in ([0, 0, 0, 1], [1, 1, 0, 1]):
    check.equal(form_of(table_network, table), good, on=f"table {table}")
    expected = torch.tensor(table, dtype=torch.float32).unsqueeze(1)
    check.close(
        run(table_network(table), INPUTS),
        expected,
        on=f"table {table}",
        traps={
            "this exchanges (0, 1) and (1, 0): the table counts up with the second input": expected[[0, 2, 1, 3]],
            "this is the table turned round: it begins with (0, 0)": expected.flip(0),
            "this is XOR, whatever the table": torch.tensor([[0.0], [1.0], [1.0], [0.0]]),
            "this never answers 1 to (0, 0): a bias does": expected * torch.tensor([[0.0], [1.0], [1.0], [1.0]]),
        },
    )
### BEGIN HIDDEN TESTS
for bits in range(16):
    table = [bits >> k & 1 for k in range(4)]
    check.equal(form_of(table_network, table), good, on=f"table {table}")
    expected = torch.tensor(table, dtype=torch.float32).unsqueeze(1)
    check.close(
        run(table_network(table), INPUTS),
        expected,
        on=f"table {table}",
        traps={
            "this exchanges (0, 1) and (1, 0): the table counts up with the second input": expected[[0, 2, 1, 3]],
            "this is the table turned round: it begins with (0, 0)": expected.flip(0),
        },
    )
### END HIDDEN TESTS

# %% test="xor_network-three_units" points=4
check.attempted(table_network, "table_network answers any four numbers with three hidden units")


@check.observe
def size_of(make, table):
    import torch

    network = make(list(table))
    if network is None:
        return "None: did you forget `return`?"
    if type(network) is not tuple or [getattr(part, "dtype", None) for part in network] != [torch.float32] * 4:
        return "not a tuple of four float32 tensors"
    shapes, h = [tuple(part.shape) for part in network], network[1].numel()
    if shapes != [(2, h), (h,), (h, 1), (1,)]:
        return f"the shapes {shapes}, and not (2, h), (h,), (h, 1), (1,)"
    return "at most 3 hidden units" if h <= 3 else f"{h} hidden units"


table = [1.5, -2.0, 3.0, 10.0]
expected = torch.tensor(table).unsqueeze(1)
check.equal(size_of(table_network, table), "at most 3 hidden units", on=f"table {table}")
check.close(
    run(table_network(table), INPUTS),
    expected,
    on=f"table {table}",
    traps={
        "this makes ones of all that is not 0: answer with the numbers of the table": (expected != 0).float(),
        "this exchanges (0, 1) and (1, 0): the table counts up with the second input": expected[[0, 2, 1, 3]],
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
tables = [[0.0, 0.0, 0.0, 0.0], [-1.0, -1.0, -1.0, -1.0], [0.0, 1.0, 1.0, 0.0], [4.0, 0.0, 0.0, 0.0], [1, 2, 3, 4]]
tables += [[round(value, 3) for value in torch.randn(4, generator=generator).mul(5).tolist()] for _ in range(6)]
for table in tables:
    expected = torch.tensor(table, dtype=torch.float32).unsqueeze(1)
    check.equal(size_of(table_network, table), "at most 3 hidden units", on=f"table {table}")
    check.close(run(table_network(table), INPUTS), expected, on=f"table {table}", rtol=1e-5, atol=1e-5)
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Forget tensors for a moment. relu(x + z) is 0, 1, 1, 2 for the four inputs. Which other ReLU is 0 everywhere but at (1, 1)? For `needs_hidden`: by how much does a layer change when the second input goes from 0 to 1, and does
# that depend on the first?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# relu(x + z − 1) is 0, 0, 0, 1. XOR is relu(x + z) − 2·relu(x + z − 1). In a table, going from (0, 0) to (0, 1) must change as much as going from (1, 0) to (1, 1), or a single layer cannot do it. For any table: begin with
# the answer to (0, 0) as a bias, add what x alone changes, add what z alone changes, and mend (1, 1) with the unit that only it wakes.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# W1 = torch.tensor([[1.0, 1.0], [1.0, 1.0]])
# b1 = torch.tensor([0.0, ...])
# W2 = torch.tensor([[1.0], [...]])
#
# neither, second, first, both = table
# return first + second != ...
#
# W2 = torch.tensor([[first - neither], [...], [both - ... + ...]], dtype=torch.float32)
# b2 = torch.tensor([...], dtype=torch.float32)
# ```
#
# The last two lines go with the hidden units relu(x), relu(z) and relu(x + z − 1).
#
# </details>

# %% [markdown] solution_notes="xor_network"
# **Why it works.** The first hidden unit counts the ones, the second wakes only when there are two of them, and −2 brings 2 back to 0. One layer changes by the same amount along parallel edges of the square, so its answers satisfy
# first + second = neither + both; the unit relu(x + z − 1) supplies exactly the difference that a table has too much. **Another way.** XOR is also relu(x − z) + relu(z − x), the distance between the inputs.
# For tables, four units that each wake at one corner, such as relu(x − z) for (1, 0), with the table as W2: easier to see, one unit more.
