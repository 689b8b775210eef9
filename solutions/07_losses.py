# %% [markdown]
# # 07 · Losses: exercises
#
# One hundred points: five predictions, seven exercises, one boss. About an hour and a half, and 25 minutes more for the boss.
#
# - Work from top to bottom. Each exercise has an answer cell, and below it the cells that check it.
# - Run a check with Shift+Enter. ✓ means that the part you can see holds, ✗ says what does not, ○ that the answer is still empty.
#   Grading runs the same checks on more inputs: other shapes, other dtypes, zeros, very large logits.
# - Each check is worth its own points, all or nothing, so half an exercise earns half its points.
# - Stuck? Three hints are folded under each exercise: a nudge, the idea, nearly the code.
# - Finished? Restart the kernel, run all cells, save, and submit the notebook.
#
# Everything here is in the chapter, [07 · Losses](../../course/07_losses.ipynb).

# %% locked="imports"
import torch
from torch import Tensor, nn
import torch.nn.functional as F

from autograder import check

# %% [markdown]
# What stands ready made in torch, and is not allowed in some of the exercises:

# %% locked="ready_made"
READY_NORMS = (
    "l1_loss", "mse_loss", "L1Loss", "MSELoss", "norm", "vector_norm", "dist", "cdist", "pairwise_distance",
)
READY_ENTROPIES = (
    "entr", "Categorical", "distributions",
)
READY_SQUARES = (
    "mse_loss", "MSELoss", "HuberLoss", "huber_loss", "smooth_l1_loss",
)
READY_SOFTMAXES = (
    "log_softmax", "softmax", "logsumexp", "logaddexp", "cross_entropy", "LogSoftmax", "Softmax",
    "CrossEntropyLoss", "logcumsumexp", "softmin", "Softmin",
)
READY_CROSS_ENTROPIES = (
    "cross_entropy", "nll_loss", "kl_div", "CrossEntropyLoss", "NLLLoss", "KLDivLoss",
)
READY_DIVERGENCES = (
    "kl_div", "KLDivLoss", "distributions",
)
READY_BINARIES = (
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "softplus", "logsigmoid", "logaddexp",
    "logsumexp", "log_softmax", "cross_entropy", "BCELoss", "BCEWithLogitsLoss", "Softplus", "LogSigmoid",
    "LogSoftmax", "CrossEntropyLoss", "soft_margin_loss", "SoftMarginLoss", "MultiLabelSoftMarginLoss",
    "multilabel_soft_margin_loss", "logcumsumexp",
)

# %% [markdown]
# ## Predictions
#
# Read the snippet and decide, without running it, what torch says. Put your answer in place of `...`. The check under it
# looks at the form of your answer only; whether it is right, grading tells.

# %% [markdown]
# ### Prediction 1 · A reduction · 2 points · 1 minute
#
# ```python
# predicted = torch.tensor([2.0, 5.0, 1.0])
# target = torch.tensor([4.0, 5.0, 0.0])
# nn.MSELoss(reduction="sum")(predicted, target).item()
# ```
#
# A number. It tests **distances**, section 2 of [the chapter](../../course/07_losses.ipynb).

# %% solution="predict_sum" objective="distances"
predict_sum = ...  # a number
### BEGIN SOLUTION
predict_sum = 5.0
### END SOLUTION

# %% test="predict_sum-value" points=2
check.attempted(predict_sum, "predict_sum is the number that the loss returns")
check.prediction(predict_sum, "number")
### BEGIN HIDDEN TESTS
predicted = torch.tensor([2.0, 5.0, 1.0])
target = torch.tensor([4.0, 5.0, 0.0])
errors = predicted - target
check.close(
    predict_sum,
    nn.MSELoss(reduction="sum")(predicted, target).item(),
    on='MSELoss(reduction="sum"), three errors',
    rtol=1e-3,
    traps={
        "this is the mean of the squares: the reduction is a sum": F.mse_loss(predicted, target).item(),
        "this adds up absolute errors: MSE squares each error": errors.abs().sum().item(),
        "this squares the sum of the errors: square each error first": errors.sum().square().item(),
        "this is the root of the sum: MSELoss takes no root": errors.square().sum().sqrt().item(),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_sum"
# **Why it works.** The errors are −2, 0 and 1, their squares 4, 0 and 1, and `reduction="sum"` adds them up: 5. **Another way.** The mean
# is 5/3, and there are three of them.

# %% [markdown]
# ### Prediction 2 · Two batches · 2 points · 1 minute
#
# ```python
# first = torch.full((4,), 1.0)      # the errors of one batch
# second = torch.full((4,), 7.0)     # and of another
# torch.cat([first, second]).square().mean().sqrt().item()
# ```
#
# The RMSE of all eight errors: a number. It tests **distances**.

# %% solution="predict_batches" objective="distances"
predict_batches = ...  # a number
### BEGIN SOLUTION
predict_batches = 5.0
### END SOLUTION

# %% test="predict_batches-value" points=2
check.attempted(predict_batches, "predict_batches is the RMSE of all eight errors")
check.prediction(predict_batches, "number")
### BEGIN HIDDEN TESTS
both = torch.tensor([1.0] * 4 + [7.0] * 4)
check.close(
    predict_batches,
    both.square().mean().sqrt().item(),
    on="four errors of 1, four of 7",
    rtol=1e-3,
    traps={
        "this is the mean of the two RMSEs: the root comes last, after all squares are averaged": 4,
        "this is the MSE: RMSE is its root": both.square().mean().item(),
        "this is the root of the sum, the L2 norm: RMSE averages first": both.square().sum().sqrt().item(),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_batches"
# **Why it works.** The mean of the squares is (1 + 49) / 2 = 25, its root 5. **Another way.** Average the two MSEs, which is right for batches of
# one size, and take the root of that; the two RMSEs, 1 and 7, have the mean 4.

# %% [markdown]
# ### Prediction 3 · A row and a column · 2 points · 1 minute
#
# ```python
# predicted = torch.zeros(5)
# target = torch.zeros(5, 1)
# (predicted - target).square().shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **shapes**.

# %% solution="predict_difference" objective="shapes"
predict_difference = ...  # a tuple, or None
### BEGIN SOLUTION
predict_difference = (5, 5)
### END SOLUTION

# %% test="predict_difference-value" points=2
check.attempted(predict_difference, "predict_difference is the shape of the squared differences, or None if torch refuses")
check.prediction(predict_difference, "shape")
### BEGIN HIDDEN TESTS
predicted = torch.zeros(5)
target = torch.zeros(5, 1)
try:
    says = tuple((predicted - target).square().shape)
except RuntimeError:
    says = None
check.equal(
    predict_difference,
    says,
    on="predicted (5,), target (5, 1)",
    traps={
        "this says that torch refuses: (5,) counts as (1, 5), and each 1 stretches": None,
        "this is the shape of the target: its 1 stretches to the 5 of the predictions": (5, 1),
        "this is the shape of the predictions: aligned at the right, they are a row": (5,),
        "this is a single number: nothing was summed or averaged": (),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_difference"
# **Why it works.** Aligned at the right, (5,) is (1, 5), and meets (5, 1): both ones stretch, to (5, 5). **Another way.** `target.squeeze(1)` first
# would have given (5,), which is what was meant.

# %% [markdown]
# ### Prediction 4 · At the bottom · 2 points · 1 minute
#
# ```python
# def loss(W):
#     x, t = torch.tensor([1.0, 2.0, 2.0]), torch.tensor([3.0, 6.0, 6.0])
#     return (W * x - t).square().mean().sqrt()      # RMSE
# ```
#
# At W = 3 every error is zero. What is this loss there?
#
# - A: not continuous
# - B: continuous, with derivative 0
# - C: continuous, without a derivative
# - D: negative
#
# One letter. It tests **slopes**, section 4 of [the chapter](../../course/07_losses.ipynb).

# %% solution="predict_kink" objective="slopes"
predict_kink = ...  # one letter, in quotes
### BEGIN SOLUTION
predict_kink = "C"
### END SOLUTION

# %% test="predict_kink-value" points=2
check.attempted(predict_kink, "predict_kink says what RMSE is where every error is zero")
check.prediction(predict_kink, "letters A to D")
### BEGIN HIDDEN TESTS
x = torch.tensor([1.0, 2.0, 2.0], dtype=torch.float64)
t = 3 * x
left, here, right = [(W * x - t).square().mean().sqrt().item() for W in (3 - 1e-6, 3.0, 3 + 1e-6)]
jumps = max(abs(left - here), abs(right - here)) > 1e-3
slopes = ((here - left) / 1e-6, (right - here) / 1e-6)
if here < 0:
    says = "D"
elif jumps:
    says = "A"
else:
    says = "B" if abs(slopes[0] - slopes[1]) < 1e-3 else "C"
check.equal(
    predict_kink,
    says,
    on="W = 3, where every error is zero",
    traps={
        "this takes a kink for a jump: RMSE goes to 0 from both sides, and is 0 there": "A",
        "this is true of MSE: the root turns the bottom of the parabola into a kink": "B",
        "this is no loss: a root is never negative": "D",
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_kink"
# **Why it works.** The loss is |W − 3| · √3: it goes to 0 from both sides, with slope −√3 on the left and √3 on the right. **Another way.** Measure it: two
# one-sided differences disagree, while the difference to both sides averages them to 0 and hides the kink.

# %% [markdown]
# ### Prediction 5 · Extra surprise · 2 points · 3 minutes
#
# ```python
# p = torch.tensor([1/2, 1/4, 1/8, 1/8])
# q = torch.tensor([1/8, 1/2, 1/4, 1/8])
# (p * (torch.log2(p) - torch.log2(q))).sum().item()
# ```
#
# A number. It tests **information**.

# %% solution="predict_kl" objective="information"
predict_kl = ...  # a number
### BEGIN SOLUTION
predict_kl = 0.625
### END SOLUTION

# %% test="predict_kl-value" points=2
check.attempted(predict_kl, "predict_kl is the number that the last line returns")
check.prediction(predict_kl, "number")
### BEGIN HIDDEN TESTS
p = torch.tensor([1 / 2, 1 / 4, 1 / 8, 1 / 8])
q = torch.tensor([1 / 8, 1 / 2, 1 / 4, 1 / 8])
check.close(
    predict_kl,
    (p * (torch.log2(p) - torch.log2(q))).sum().item(),
    on="four outcomes, in bits",
    rtol=1e-3,
    traps={
        "this is the cross-entropy H(p, q): KL takes the entropy of p off": -(p * torch.log2(q)).sum().item(),
        "this is the entropy H(p): KL is what q adds to it": -(p * torch.log2(p)).sum().item(),
        "this is KL of q from p: weigh the terms with p": (q * (torch.log2(q) - torch.log2(p))).sum().item(),
        "this has the sign of the other direction: log p minus log q": -(p * (torch.log2(p) - torch.log2(q))).sum().item(),
        "this forgets the weights: each term is multiplied by p": (torch.log2(p) - torch.log2(q)).sum().item(),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_kl"
# **Why it works.** log₂ p − log₂ q is 2, −1, −1 and 0; weighted with p: 1 − 0.25 − 0.125 + 0 = 0.625. **Another way.** H(p, q) = 2.375 bits and
# H(p) = 1.75 bits; the difference is KL.

# %% [markdown]
# ## Warm-ups

# %% [markdown]
# ### Exercise 1 · Four numbers for one list of errors ★ · 5 points · 6 minutes
#
# Compute the L1 norm Σ|e|, the L2 norm √Σe², the MSE and the RMSE of the errors `predicted - target`, by hand: without `l1_loss`, `mse_loss`, `norm`, `dist` and the classes
# of `nn`. Return them in this order, as a tuple of four tensors without dimensions. Inputs of any one shape: all their elements count.
#
# It tests **distances**, section 1 of [the chapter](../../course/07_losses.ipynb).

# %% solution="error_measures" objective="distances"
def error_measures(predicted: Tensor, target: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Two tensors of one shape -> (L1, L2, MSE, RMSE), each of shape (), in the dtype of predicted.

    >>> error_measures(torch.tensor([3.0, 0.0]), torch.tensor([0.0, 0.0]))[0]
    tensor(3.)
    """
    ### BEGIN SOLUTION
    errors = predicted - target
    squares = errors.square()
    return errors.abs().sum(), squares.sum().sqrt(), squares.mean(), squares.mean().sqrt()
    ### END SOLUTION

# %% test="error_measures-values" points=3
check.attempted(error_measures, "error_measures returns L1, L2, MSE and RMSE")
check.source_without(error_measures, *READY_NORMS)
predicted = torch.tensor([1.0, 6.0, 2.0, 9.0])
target = torch.tensor([3.0, 5.0, 2.0, 5.0])
l1, l2 = torch.tensor(7.0), torch.tensor(21.0**0.5)
mse, rmse = torch.tensor(5.25), torch.tensor(5.25**0.5)
check.close(
    error_measures(predicted, target),
    (l1, l2, mse, rmse),
    on="predicted (4,), target (4,)",
    traps={
        "this takes the mean for L1: a norm adds up": (l1 / 4, l2, mse, rmse),
        "this adds up signed errors: they cancel, so take the absolute value of each": (torch.tensor(3.0), l2, mse, rmse),
        "this forgets the root of L2": (l1, torch.tensor(21.0), mse, rmse),
        "this is L2 without the sum inside: add up the squares, then take one root": (l1, l1, mse, rmse),
        "this takes the root before the mean: RMSE is the root of the mean": (l1, l2, mse, l1 / 4),
        "this divides the L2 norm by n: RMSE is the root of the mean": (l1, l2, mse, l2 / 4),
        "this squares the mean error: square each error first": (l1, l2, torch.tensor(0.5625), torch.tensor(0.75)),
        "this is a sum of squares for MSE: the M says mean": (l1, l2, torch.tensor(21.0), rmse),
        "the order is another: L1, L2, MSE, RMSE": (mse, rmse, l1, l2),
    },
)
check.close(
    error_measures(torch.tensor([[1.0, 6.0], [2.0, 9.0]]), torch.tensor([[3.0, 5.0], [2.0, 5.0]])),
    (l1, l2, mse, rmse),
    on="the same numbers, predicted (2, 2), target (2, 2)",
    traps={"this averages by the number of rows, which are two: four elements count": (l1, l2, 2 * mse, (2 * mse).sqrt())},
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(7,), (1,), (3, 5), (2, 1, 4)]:
    predicted = torch.randn(shape, generator=generator, dtype=torch.float64)
    target = torch.randn(shape, generator=generator, dtype=torch.float64)
    errors = predicted - target
    l1, l2 = errors.abs().sum(), errors.square().sum().sqrt()
    mse, rmse = F.mse_loss(predicted, target), F.mse_loss(predicted, target).sqrt()
    check.close(
        error_measures(predicted, target),
        (l1, l2, mse, rmse),
        on=f"predicted and target {shape}, float64",
        traps={
            "this averages by the number of rows: all elements count": (
                l1,
                l2,
                errors.square().sum() / shape[0],
                (errors.square().sum() / shape[0]).sqrt(),
            ),
            "this takes the root before the mean: RMSE is the root of the mean": (l1, l2, mse, errors.abs().mean()),
            "this takes the mean for L1: a norm adds up": (errors.abs().mean(), l2, mse, rmse),
        },
    )
### END HIDDEN TESTS

# %% test="error_measures-symmetry" points=2
check.attempted(error_measures, "error_measures does not mind the sign of errors, and keeps dtype and arguments")
check.source_without(error_measures, *READY_NORMS)
low, high = torch.tensor([0.0, 0.0]), torch.tensor([3.0, 4.0])
expected = (torch.tensor(7.0), torch.tensor(5.0), torch.tensor(12.5), torch.tensor(12.5).sqrt())
check.close(error_measures(low, high), expected, on="every prediction too low, (2,)")
check.unchanged(error_measures, low, high, on="predicted (2,), target (2,)")
check.close(error_measures(high, low), expected, on="every prediction too high, (2,)")
### BEGIN HIDDEN TESTS
generator = check.generator()
for dtype in (torch.float32, torch.float64):
    predicted = torch.randn(6, generator=generator, dtype=dtype)
    target = torch.randn(6, generator=generator, dtype=dtype)
    errors = (predicted - target).double()
    l1, l2, mse = errors.abs().sum().to(dtype), errors.square().sum().sqrt().to(dtype), errors.square().mean().to(dtype)
    check.close(error_measures(predicted, target), (l1, l2, mse, mse.sqrt()), on=f"predicted and target (6,), {dtype}")
    check.unchanged(error_measures, predicted, target, on=f"predicted and target (6,), {dtype}")
zero = torch.zeros((), dtype=torch.float64)
same = torch.randn(3, 2, generator=generator, dtype=torch.float64)
check.close(error_measures(same, same.clone()), (zero, zero, zero, zero), on="predicted equals target, (3, 2)")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Compute the errors once. Everything else is made of two tensors: their absolute values, and their squares.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# L1 and L2 add up, MSE and RMSE average. L2 and RMSE end with a root: it is the last step, after the sum or the mean.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# squares = errors.square()
# return errors.abs(). ..., squares. ... .sqrt(), squares. ..., squares. ... .sqrt()
# ```
#
# </details>

# %% [markdown] solution_notes="error_measures"
# **Why it works.** `sum` and `mean` without an axis take all elements, whatever the shape. **Another way.** `torch.linalg.vector_norm` gives both norms, and RMSE is
# the L2 norm divided by √n: `l2 / errors.numel() ** 0.5`.

# %% [markdown]
# ### Exercise 2 · Entropy ★ · 5 points · 6 minutes
#
# Compute the entropy of each distribution along the last axis, in nats: −Σ pᵢ · log pᵢ with the natural logarithm. An outcome of probability 0 adds 0. No
# `entr`, no `torch.distributions`.
#
# It tests **information**, section 6 of [the chapter](../../course/07_losses.ipynb).

# %% solution="entropy" objective="information"
def entropy(p: Tensor) -> Tensor:
    """(..., n) probabilities -> (...,) entropies in nats, in the dtype of p.

    >>> entropy(torch.tensor([[0.5, 0.5], [0.25, 0.75]]))
    tensor([0.6931, 0.5623])
    """
    ### BEGIN SOLUTION
    terms = torch.where(p > 0, p * torch.log(p), 0.0)
    return -terms.sum(-1)
    ### END SOLUTION

# %% test="entropy-values" points=3
check.attempted(entropy, "entropy is −Σ p log p along the last axis, in nats")
check.source_without(entropy, *READY_ENTROPIES)
p = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]])
terms = torch.special.entr(p)
expected = terms.sum(-1)
check.close(
    entropy(p),
    expected,
    on="p (2, 3), no zeros",
    traps={
        "this is −p · Σ log p: multiply each log by its own p, then add up": -p * torch.log(p).sum(-1, keepdim=True),
        "this adds up −log p without weights: each outcome counts as often as it happens": -torch.log(p).sum(-1),
        "this is the mean of the surprises, each weighted alike: weigh them with p": -torch.log(p).mean(-1),
        "this has lost the minus: a logarithm of a probability is negative": -expected,
        "this is in bits: use the natural logarithm": expected / torch.log(torch.tensor(2.0)),
        "this takes the mean of the terms: entropy is their sum": terms.mean(-1),
        "this sums over everything: each row is a distribution of its own": terms.sum(),
        "this sums over the first axis: the distribution lies along the last": terms.sum(0),
        "this is still to be summed over the outcomes": terms,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(5,), (1,), (4, 4), (2, 3, 6), (3, 1), (0, 4)]:
    p = torch.rand(shape, generator=generator, dtype=torch.float64) + 0.01
    p = p / p.sum(-1, keepdim=True)
    expected = -(p * torch.log(p)).sum(-1)
    check.close(
        entropy(p),
        expected,
        on=f"p {shape}, float64",
        traps={
            "this is −p · Σ log p: multiply each log by its own p, then add up": -p * torch.log(p).sum(-1, keepdim=True),
            "this is in bits: use the natural logarithm": -(p * torch.log2(p)).sum(-1),
            "this sums over the first axis: the distribution lies along the last": lambda: -(p * torch.log(p)).sum(0),
        },
    )
### END HIDDEN TESTS

# %% test="entropy-zeros" points=2
check.attempted(entropy, "entropy takes probabilities of 0, and keeps dtype and arguments")
check.source_without(entropy, *READY_ENTROPIES)
p = torch.tensor([0.5, 0.0, 0.5])
expected = torch.log(torch.tensor(2.0))
check.close(
    entropy(p),
    expected,
    on="p = [0.5, 0, 0.5]",
    traps={
        "this multiplies 0 by −∞, which is NaN: an outcome of probability 0 adds 0": torch.tensor(float("nan")),
        "this is infinite: an outcome of probability 0 adds 0": torch.tensor(float("inf")),
    },
)
### BEGIN HIDDEN TESTS
for dtype in (torch.float32, torch.float64):
    p = torch.tensor([[0.0, 1.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25], [0.0, 0.0, 0.9, 0.1]], dtype=dtype)
    expected = torch.special.entr(p).sum(-1)
    check.close(
        entropy(p),
        expected,
        on=f"p (3, 4) with zeros, {dtype}",
        traps={"this multiplies 0 by −∞, which is NaN: an outcome of probability 0 adds 0": -(p * torch.log(p)).sum(-1)},
    )
    check.unchanged(entropy, p, on=f"p (3, 4) with zeros, {dtype}")
p = torch.tensor([1e-9, 1 - 1e-9], dtype=torch.float64)
expected = torch.special.entr(p).sum(-1)
check.close(entropy(p), expected, on="p = [1e-9, 1 - 1e-9], float64", rtol=1e-6, atol=1e-11)
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Three steps: a logarithm, a product entry by entry, a sum along one axis. Which of them goes wrong at p = 0?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# log 0 is −∞, and 0 · −∞ is NaN. Compute the product all the same, and let `torch.where` put a 0 where p is 0.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# terms = torch.where(p > 0, p * ..., 0.0)
# return -terms.sum(...)
# ```
#
# </details>

# %% [markdown] solution_notes="entropy"
# **Why it works.** p log p goes to 0 with p, so 0 is the value that keeps it continuous; `torch.where` puts it there. **Another way.** Take the logarithm of something that
# is never 0: `-(p * torch.log(torch.where(p > 0, p, 1.0))).sum(-1)`. That is better still where slopes are wanted (chapter 08): `torch.where`
# gives the side that was not chosen a gradient of 0, and on its way through `torch.log` at 0 that becomes 0 · ∞, a NaN.

# %% [markdown]
# ## Core

# %% [markdown]
# ### Exercise 3 · An MSE that refuses ★★ · 10 points · 12 minutes
#
# Write MSE by hand, with the three reductions of torch, and stricter than torch. Raise `ValueError` when
#
# - the two shapes are not the same, so that nothing can broadcast,
# - `reduction` is not `"none"`, `"mean"` or `"sum"`.
#
# No `mse_loss`, no `MSELoss`. The mean of no elements is NaN, as torch's is.
#
# It tests **shapes**, section 5 of [the chapter](../../course/07_losses.ipynb).

# %% solution="safe_mse" objective="shapes"
def safe_mse(predicted: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Two tensors of one shape -> that shape for "none", () for "mean" and "sum".

    >>> safe_mse(torch.tensor([1.0, 5.0]), torch.tensor([0.0, 2.0]), "sum")
    tensor(10.)
    """
    ### BEGIN SOLUTION
    if predicted.shape != target.shape:
        raise ValueError(f"predicted is {tuple(predicted.shape)} and target {tuple(target.shape)}")
    squares = (predicted - target).square()
    if reduction == "none":
        return squares
    if reduction == "mean":
        return squares.mean()
    if reduction == "sum":
        return squares.sum()
    raise ValueError(f"unknown reduction {reduction!r}")
    ### END SOLUTION

# %% test="safe_mse-mean" points=2
check.attempted(safe_mse, "safe_mse is the mean of the squared errors, unless told otherwise")
check.source_without(safe_mse, *READY_SQUARES)
predicted = torch.tensor([[1.0, 2.0, 0.0], [4.0, 0.0, 2.0]])
target = torch.tensor([[0.0, 2.0, 2.0], [1.0, 1.0, 2.0]])
expected = torch.tensor(2.5)
traps = {
    "this is the sum: without a word about the reduction, it is the mean": torch.tensor(15.0),
    "this keeps every square: without a word about the reduction, average them": torch.tensor([[1.0, 0.0, 4.0], [9.0, 1.0, 0.0]]),
    "this squares the mean error: square each error first": torch.tensor((1 / 6) ** 2),
    "this is the mean absolute error": torch.tensor(7 / 6),
    "this takes a root: MSE has none": torch.tensor(2.5**0.5),
    "this divides by the number of rows: the mean is over all elements": torch.tensor(7.5),
}
check.close(safe_mse(predicted, target), expected, on="predicted and target (2, 3)", traps=traps)
check.close(safe_mse(predicted, target, "mean"), expected, on='predicted and target (2, 3), "mean"', traps=traps)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(5,), (4, 1), (3, 4), (1, 1), (2, 3, 2), (), (0,)]:
    for dtype in (torch.float32, torch.float64):
        predicted = torch.randn(shape, generator=generator, dtype=dtype)
        target = torch.randn(shape, generator=generator, dtype=dtype)
        expected = (predicted - target).double().square().mean().to(dtype)
        check.close(safe_mse(predicted, target), expected, on=f"predicted and target {shape}, {dtype}")
predicted = torch.randn(4, 1, generator=generator)
target = torch.randn(4, 1, generator=generator)
check.unchanged(safe_mse, predicted, target, on="predicted and target (4, 1)")
### END HIDDEN TESTS

# %% test="safe_mse-reductions" points=3
check.attempted(safe_mse, "safe_mse keeps every term, or adds them up, when it is asked to")
check.source_without(safe_mse, *READY_SQUARES)
predicted = torch.tensor([1.0, 2.0, 0.0, 5.0])
target = torch.tensor([0.0, 2.0, 2.0, 2.0])
kept = torch.tensor([1.0, 0.0, 4.0, 9.0])
check.close(
    safe_mse(predicted, target, "none"),
    kept,
    on='predicted and target (4,), "none"',
    traps={
        "this is the mean: the reduction is none": torch.tensor(3.5),
        "this gives the errors: none leaves the squares": torch.tensor([1.0, 0.0, -2.0, 3.0]),
    },
)
check.close(
    safe_mse(predicted, target, "sum"),
    torch.tensor(14.0),
    on='predicted and target (4,), "sum"',
    traps={"this is the mean: the reduction is sum": torch.tensor(3.5), "this keeps every square: add them up": kept},
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(5,), (4, 1), (3, 4), (1,), (0, 2)]:
    predicted = torch.randn(shape, generator=generator, dtype=torch.float64)
    target = torch.randn(shape, generator=generator, dtype=torch.float64)
    squares = (predicted - target).square()
    check.close(safe_mse(predicted, target, "none"), squares, on=f'predicted and target {shape}, "none", float64')
    check.close(
        safe_mse(predicted, target, "sum"),
        squares.sum(),
        on=f'predicted and target {shape}, "sum", float64',
        traps={"this sums over one axis: all elements count": lambda: squares.sum(-1)},
    )
### END HIDDEN TESTS

# %% test="safe_mse-refuses_shapes" points=3
check.attempted(safe_mse, "safe_mse refuses shapes that differ, (N, 1) against (N,) first of all")
check.raises(ValueError, safe_mse, torch.zeros(4, 1), torch.zeros(4), on="predicted (4, 1), target (4,)")
check.raises(ValueError, safe_mse, torch.zeros(4), torch.zeros(4, 1), on="predicted (4,), target (4, 1)")
### BEGIN HIDDEN TESTS
for left, right in [((4,), ()), ((), (4,)), ((3, 4), (4,)), ((3, 4), (1, 4)), ((2, 6), (3, 4)), ((2, 3), (3, 2)), ((1,), (1, 1)), ((0,), (0, 1)), ((5,), (6,)), ((4, 1), (4, 4))]:
    for reduction in ("none", "mean", "sum"):
        check.raises(
            ValueError,
            safe_mse,
            torch.zeros(left),
            torch.zeros(right),
            reduction,
            on=f'predicted {left}, target {right}, "{reduction}"',
        )
### END HIDDEN TESTS

# %% test="safe_mse-refuses_words" points=2
check.attempted(safe_mse, "safe_mse refuses a reduction that it does not know")
check.raises(ValueError, safe_mse, torch.zeros(2), torch.ones(2), "average", on='predicted and target (2,), "average"')
### BEGIN HIDDEN TESTS
for word in ("", "Mean", "batchmean", "SUM", "None"):
    check.raises(ValueError, safe_mse, torch.zeros(3), torch.ones(3), word, on=f'predicted and target (3,), "{word}"')
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Look at the shapes before you subtract: afterwards it is too late to know whether something was stretched.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `predicted.shape != target.shape` compares the number of axes and every size. Comparing `len` or `numel` would let (4, 1) and (4,) pass. Then three cases, and an error for
# whatever is none of them.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# if predicted.shape != ...:
#     raise ValueError("...")
# squares = (predicted - target).square()
# if reduction == "none":
#     return ...
# ...
# raise ValueError(...)
# ```
#
# </details>

# %% [markdown] solution_notes="safe_mse"
# **Why it works.** Equal shapes leave nothing to broadcast. The last `raise` is reached only by words that no case returned for. **Another way.** A dictionary from word to function,
# `{"none": lambda s: s, "mean": torch.mean, "sum": torch.sum}`, and `if reduction not in …: raise`. `F.mse_loss` itself only warns, for code that relied on broadcasting exists.

# %% [markdown]
# ### Exercise 4 · A logarithm of softmax that holds ★★ · 10 points · 14 minutes
#
# Compute log softmax along the last axis: zᵢ − log Σ exp(zⱼ). Do it so that logits of 1000 or −1000 give the right numbers, not NaN or −∞.
#
# Not allowed: `log_softmax`, `softmax`, `logsumexp`, `logaddexp`, and the losses and classes of torch.
#
# It tests **stability**, section 8 of [the chapter](../../course/07_losses.ipynb).

# %% solution="stable_log_softmax" objective="stability"
def stable_log_softmax(logits: Tensor) -> Tensor:
    """(..., n) -> (..., n), in the dtype of logits.

    >>> stable_log_softmax(torch.tensor([1000.0, 0.0]))
    tensor([    0., -1000.])
    """
    ### BEGIN SOLUTION
    shifted = logits - logits.amax(-1, keepdim=True)
    return shifted - torch.log(torch.exp(shifted).sum(-1, keepdim=True))
    ### END SOLUTION

# %% test="stable_log_softmax-values" points=3
check.attempted(stable_log_softmax, "stable_log_softmax equals the formula where numbers are small")
check.source_without(stable_log_softmax, *READY_SOFTMAXES)
logits = torch.tensor([[1.0, 0.0, -1.0], [2.0, 2.5, 0.5]])
expected = torch.log_softmax(logits, -1)
check.close(
    stable_log_softmax(logits),
    expected,
    on="logits (2, 3)",
    traps={
        "this is the softmax: its logarithm is asked for": torch.softmax(logits, -1),
        "this works along the first axis: the classes lie along the last": torch.log_softmax(logits, 0),
        "this sums over all rows: each row is a distribution of its own": logits - torch.logsumexp(logits, (0, 1)),
        "this is the log-sum-exp alone: subtract it from the logits": torch.logsumexp(logits, -1),
        "this has the sign of a surprise: log softmax is negative": -expected,
        "this subtracts the sum without its logarithm": logits - torch.exp(logits).sum(-1, keepdim=True),
        "this subtracts the largest logit only: the logarithm of the sum is still to come": torch.tensor([[0.0, -1.0, -2.0], [-0.5, 0.0, -2.0]]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(5,), (1,), (3, 4), (4, 1), (2, 3, 5), (0, 3)]:
    logits = torch.randn(shape, generator=generator, dtype=torch.float64)
    expected = torch.log_softmax(logits, -1)
    check.close(
        stable_log_softmax(logits),
        expected,
        on=f"logits {shape}, float64",
        traps={"this works along the first axis: the classes lie along the last": lambda: torch.log_softmax(logits, 0)},
    )
### END HIDDEN TESTS

# %% test="stable_log_softmax-square" points=2
check.attempted(stable_log_softmax, "stable_log_softmax treats the rows of a square matrix one by one")
check.source_without(stable_log_softmax, *READY_SOFTMAXES)
logits = torch.tensor([[3.0, 1.0, 0.0], [0.0, 2.0, 1.0], [1.0, 1.0, 5.0]])
expected = torch.log_softmax(logits, -1)
check.close(
    stable_log_softmax(logits),
    expected,
    on="logits (3, 3)",
    traps={
        "this subtracts the sum of row j from column j: keep the axis when you sum, keepdim=True": logits - torch.logsumexp(logits, -1),
        "this subtracts the largest of row j from column j: keep its axis too, keepdim=True": (
            logits - logits.amax(-1) - torch.logsumexp(logits - logits.amax(-1), -1)
        ),
        "this works along the first axis: the classes lie along the last": torch.log_softmax(logits, 0),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for size in (2, 4, 5):
    logits = 3 * torch.randn(size, size, generator=generator, dtype=torch.float64)
    expected = torch.log_softmax(logits, -1)
    check.close(
        stable_log_softmax(logits),
        expected,
        on=f"logits ({size}, {size}), float64",
        traps={
            "this subtracts the sum of row j from column j: keep the axis when you sum, keepdim=True": logits - logits.logsumexp(1),
        },
    )
### END HIDDEN TESTS

# %% test="stable_log_softmax-large" points=5
check.attempted(stable_log_softmax, "stable_log_softmax is right for logits of 1000 and −1000")
check.source_without(stable_log_softmax, *READY_SOFTMAXES)
logits = torch.tensor([1000.0, 0.0, -5.0])
expected = torch.log_softmax(logits, -1)
check.close(
    stable_log_softmax(logits),
    expected,
    on="logits [1000, 0, −5]",
    traps={
        "this computes exp(1000), which is infinite: subtract the largest logit first": logits - torch.log(torch.exp(logits).sum()),
        "this takes the softmax first, and the logarithm of its underflow is −∞: take the logarithm on paper": torch.log(
            torch.softmax(logits, -1)
        ),
        "this divides infinity by infinity: subtract the largest logit first": torch.log(
            torch.exp(logits) / torch.exp(logits).sum()
        ),
    },
)
### BEGIN HIDDEN TESTS
for dtype in (torch.float32, torch.float64):
    logits = torch.tensor([[1000.0, 1001.0, 998.0], [-1000.0, -1000.0, -1002.0], [0.0, 1.0, 2.0], [1e6, 0.0, -1e6]], dtype=dtype)
    expected = torch.log_softmax(logits, -1)
    top = logits.max()
    check.close(
        stable_log_softmax(logits),
        expected,
        on=f"logits (4, 3), among them 1e6, {dtype}",
        rtol=1e-5,
        atol=1e-3,  # the step between two floats of about 1000
        traps={
            "this subtracts the largest logit of all rows: the largest of each row is needed": (
                logits - top - torch.log(torch.exp(logits - top).sum(-1, keepdim=True))
            ),
        },
    )
    check.unchanged(stable_log_softmax, logits, on=f"logits (4, 3), {dtype}")
far = torch.tensor([[2000.0, 2001.0], [-1.0, 1.0]])
expected = torch.log_softmax(far, -1)
check.close(
    stable_log_softmax(far),
    expected,
    on="logits [[2000, 2001], [−1, 1]]",
    rtol=1e-5,
    atol=1e-3,
    traps={
        "this subtracts the largest logit of all rows: the largest of each row is needed": (
            far - 2001 - torch.log(torch.exp(far - 2001).sum(-1, keepdim=True))
        ),
    },
)
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Adding one number to all logits of a row changes no probability. Which number makes every power at most 1?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Subtract the largest logit of each row, with its axis kept: `(n, 1)` broadcasts over the row, `(n,)` over the columns. Then log softmax is the shifted logit minus the logarithm of a sum.
# No softmax is ever written down.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# shifted = logits - logits.amax(..., keepdim=...)
# return shifted - torch.log(torch.exp(...).sum(..., keepdim=...))
# ```
#
# </details>

# %% [markdown] solution_notes="stable_log_softmax"
# **Why it works.** After the shift the largest power is e⁰ = 1, so the sum lies between 1 and n and its logarithm is harmless; powers that underflow to 0 were too small to matter.
# And the result is a difference of logits, never the logarithm of an underflow. **Another way.** `logits - torch.logsumexp(logits, -1, keepdim=True)`: torch's own does the same shift.

# %% [markdown]
# ### Exercise 5 · Find the bug: a tagger that hardly learns ★★ · 10 points · 14 minutes
#
# A tagger gives each word of a text one of C tags. Its logits come as (batch, word, tag), the right tags as (batch, word) indices; −100 marks padding, which must count nowhere. The loss
# is the mean cross-entropy over all words that are no padding.
#
# The function below was tried on sentences of 3 words with 3 tags, and ran. The loss never fell below about 0.55. It is wrong twice, and the two are independent of each other.
# Mend it in place, keeping its name and its arguments.
#
# It tests **logits**, sections 7 and 8 of [the chapter](../../course/07_losses.ipynb).

# %% solution="tagger_loss" objective="logits"
def tagger_loss(logits: Tensor, tags: Tensor) -> Tensor:
    """(batch, words, C) floats, (batch, words) int64 -> (), the mean over words that are not -100.

    >>> tagger_loss(torch.zeros(1, 2, 4), torch.tensor([[3, -100]]))
    tensor(1.3863)
    """
    probabilities = torch.softmax(logits, dim=-1)
    return F.cross_entropy(probabilities, tags)


### BEGIN SOLUTION
def tagger_loss(logits: Tensor, tags: Tensor) -> Tensor:
    return F.cross_entropy(logits.transpose(1, 2), tags)
### END SOLUTION

# %% test="tagger_loss-square" points=3
check.attempted(tagger_loss, "tagger_loss is the mean cross-entropy where words and tags are equally many", given="b520e859")
logits = torch.tensor([[[4.0, 0.0, 1.0], [0.0, 3.0, 0.0], [2.0, 2.0, 0.0]]])
tags = torch.tensor([[0, 1, 2]])
expected = torch.tensor(0.9731435)
traps = {
    "this takes the softmax twice: cross_entropy wants logits": torch.tensor(0.8634466),
    "this takes words for tags: the class axis of cross_entropy is axis 1": torch.tensor(0.6811295),
    "this takes the softmax twice, and words for tags": torch.tensor(0.8391995),
    "this takes a log softmax along the words: each word has its own distribution": torch.tensor(0.6117407),
    "this adds up the words: the mean is asked for": torch.tensor(2.9194305),
}
check.close(tagger_loss(logits, tags), expected, on="logits (1, 3, 3), tags (1, 3)", traps=traps)
### BEGIN HIDDEN TESTS
generator = check.generator()
for batch, size in [(2, 3), (4, 5), (1, 2), (3, 4)]:
    logits = 3 * torch.randn(batch, size, size, generator=generator, dtype=torch.float64)
    tags = torch.randint(0, size, (batch, size), generator=generator)
    expected = F.cross_entropy(logits.reshape(-1, size), tags.reshape(-1))
    probabilities = torch.softmax(logits, -1)
    check.close(
        tagger_loss(logits, tags),
        expected,
        on=f"logits ({batch}, {size}, {size}), tags ({batch}, {size}), float64",
        traps={
            "this takes the softmax twice: cross_entropy wants logits": F.cross_entropy(probabilities.transpose(1, 2), tags),
            "this takes words for tags: the class axis of cross_entropy is axis 1": F.cross_entropy(logits, tags),
            "this takes the softmax twice, and words for tags": F.cross_entropy(probabilities, tags),
        },
    )
### END HIDDEN TESTS

# %% test="tagger_loss-words" points=3
check.attempted(tagger_loss, "tagger_loss takes any number of words, and leaves padding out", given="b520e859")
logits = torch.tensor([[[4.0, 0.0], [0.0, 3.0], [2.0, 1.0]], [[1.0, 0.0], [5.0, 5.0], [0.0, 0.0]]])
tags = torch.tensor([[0, 1, 1], [0, -100, -100]])
expected = torch.tensor(0.4233152)
check.close(
    tagger_loss(logits, tags),
    expected,
    on="logits (2, 3, 2), tags (2, 3) with two of −100",
    traps={
        "this takes the softmax twice: cross_entropy wants logits": torch.tensor(0.5254866),
        "this adds up the words: the mean is asked for": torch.tensor(1.6932608),
        "this divides by all words: padding is left out of the number too": torch.tensor(0.2822101),
        "this averages sentence by sentence: short sentences then weigh more": torch.tensor(0.3866307),
        "this reshapes the axes: reshape keeps the order of the numbers, so use transpose": torch.tensor(1.1929003),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for batch, words, size in [(2, 5, 3), (3, 2, 6), (1, 1, 4), (4, 7, 1), (2, 1, 2)]:
    logits = 3 * torch.randn(batch, words, size, generator=generator, dtype=torch.float64)
    tags = torch.randint(0, size, (batch, words), generator=generator)
    tags[0, 1:] = -100
    kept = tags != -100
    expected = F.cross_entropy(logits[kept], tags[kept])
    terms = F.cross_entropy(logits.reshape(-1, size), tags.reshape(-1), reduction="none")
    check.close(
        tagger_loss(logits, tags),
        expected,
        on=f"logits ({batch}, {words}, {size}), tags ({batch}, {words}) with padding, float64",
        traps={
            "this takes the softmax twice: cross_entropy wants logits": F.cross_entropy(
                torch.softmax(logits, -1).transpose(1, 2), tags
            ),
            "this reshapes the axes: reshape keeps the order of the numbers, so use transpose": lambda: F.cross_entropy(
                logits.reshape(batch, size, words), tags
            ),
            "this divides by all words: padding is left out of the number too": terms.mean(),
        },
    )
### END HIDDEN TESTS

# %% test="tagger_loss-certain" points=4
check.attempted(tagger_loss, "tagger_loss is nearly 0 for a tagger that is certain and right", given="b520e859")
tags = torch.tensor([[2, 0, 1], [1, 1, 0]])
logits = 30.0 * F.one_hot(tags, 3)
check.close(
    tagger_loss(logits, tags),
    torch.tensor(0.0),
    on="logits (2, 3, 3), 30 at the right tag and 0 elsewhere",
    traps={
        "this takes the softmax twice: cross_entropy wants logits": torch.tensor(0.5514447),
        "this takes words for tags: the class axis of cross_entropy is axis 1": torch.tensor(20.2986266),
        "this takes the softmax twice, and words for tags": torch.tensor(1.3610643),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for dtype in (torch.float32, torch.float64):
    logits = 400 * torch.randn(3, 5, 4, generator=generator, dtype=dtype)
    tags = torch.randint(0, 4, (3, 5), generator=generator)
    expected = F.cross_entropy(logits.reshape(15, 4), tags.reshape(15))
    check.close(
        tagger_loss(logits, tags),
        expected,
        on=f"logits (3, 5, 4) of about 400, {dtype}",
        traps={
            "this takes the logarithm of a softmax that underflowed: give cross_entropy the logits": torch.tensor(
                float("inf"), dtype=dtype
            ),
        },
    )
    check.unchanged(tagger_loss, logits, tags, on=f"logits (3, 5, 4), {dtype}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# 0.5514 is log(e + 2) − 1: the chapter met it. For the other slip, try 5 words and 2 tags, and read what torch says.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `cross_entropy` takes a softmax itself, of logits. And it looks for the classes along axis 1, whatever stands there: here that axis counts words. Exchange two axes.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# return F.cross_entropy(logits.transpose(..., ...), tags)
# ```
#
# </details>

# %% [markdown] solution_notes="tagger_loss"
# **Why it works.** Without the softmax the logits can be as far apart as they need to be, and the loss can reach 0. With the axes exchanged, axis 1 counts tags. Both slips are silent when words and tags are equally many.
# `cross_entropy` leaves −100 out by itself. **Another way.** Join the first two axes: `F.cross_entropy(logits.reshape(-1, logits.shape[-1]), tags.reshape(-1))`.

# %% [markdown]
# ## Stretch

# %% [markdown]
# ### Exercise 6 · Cross-entropy, both kinds of target ★★★ · 15 points · 16 minutes
#
# Write the mean cross-entropy of logits (N, C) without `cross_entropy`, `nll_loss`, `kl_div` and the classes of `nn`; `log_softmax` is allowed. As in torch, the dtype of the target decides:
#
# - **int64, shape (N,)**: class indices. A row whose index is `ignore_index` is left out: of the sum, and of the number that divides it. If all are left out, the result is NaN.
# - **floating point, shape (N, C)**: probabilities, −Σ pᵢ log qᵢ for each row, then the mean over the N rows. Stricter than torch: raise `ValueError` if a row does not sum to 1, to within 0.001. `ignore_index` plays
#   no part.
#
# It tests **targets**, section 7 of [the chapter](../../course/07_losses.ipynb).

# %% solution="cross_entropy_loss" objective="targets"
def cross_entropy_loss(logits: Tensor, target: Tensor, ignore_index: int = -100) -> Tensor:
    """logits (N, C), target (N,) int64 or (N, C) float -> (), in the dtype of logits.

    >>> cross_entropy_loss(torch.zeros(2, 4), torch.tensor([3, -100]))
    tensor(1.3863)
    """
    ### BEGIN SOLUTION
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype == torch.int64:
        kept = target != ignore_index
        log_q, target = log_q[kept], target[kept]
        return -log_q[torch.arange(len(target)), target].mean()
    if ((target.sum(1) - 1).abs() > 0.001).any():
        raise ValueError("each row of target must sum to 1")
    return -(target * log_q).sum(1).mean()
    ### END SOLUTION

# %% test="cross_entropy_loss-indices" points=3
check.attempted(cross_entropy_loss, "cross_entropy_loss takes class indices")
check.source_without(cross_entropy_loss, *READY_CROSS_ENTROPIES)
logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]])
target = torch.tensor([0, 2])
expected = F.cross_entropy(logits, target)
log_q = torch.log_softmax(logits, 1)
check.close(
    cross_entropy_loss(logits, target),
    expected,
    on="logits (2, 3), target (2,) int64",
    traps={
        "this has lost the minus: a surprise is −log q": -expected,
        "this adds up the rows: their mean is asked for": 2 * expected,
        "this picks raw logits: take log_softmax first": -(logits[0, 0] + logits[1, 2]) / 2,
        "this averages probabilities: take the logarithm": -(log_q[0, 0].exp() + log_q[1, 2].exp()) / 2,
        "this takes every column that the target names, for every row: pair row i with target[i]": -log_q[:, target].mean(),
        "this works along the rows: the classes are axis 1": -torch.log_softmax(logits, 0)[torch.arange(2), target].mean(),
        "this takes the softmax twice: log_softmax wants logits": F.cross_entropy(torch.softmax(logits, 1), target),
        "this divides by all N · C numbers: there is one term for each row": expected / 3,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, c in [(5, 3), (3, 5), (4, 4), (1, 2), (6, 1)]:
    logits = 3 * torch.randn(n, c, generator=generator, dtype=torch.float64)
    target = torch.randint(0, c, (n,), generator=generator)
    expected = F.cross_entropy(logits, target)
    log_q = torch.log_softmax(logits, 1)
    check.close(
        cross_entropy_loss(logits, target),
        expected,
        on=f"logits ({n}, {c}), target ({n},) int64, float64",
        traps={
            "this takes every column that the target names, for every row: pair row i with target[i]": -log_q[:, target].mean(),
            "this works along the rows: the classes are axis 1": (
                -torch.log_softmax(logits, 0)[torch.arange(n), target].mean()
            ),
        },
    )
### END HIDDEN TESTS

# %% test="cross_entropy_loss-probabilities" points=3
check.attempted(cross_entropy_loss, "cross_entropy_loss takes probabilities")
check.source_without(cross_entropy_loss, *READY_CROSS_ENTROPIES)
logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]])
target = torch.tensor([[0.5, 0.25, 0.25], [0.0, 0.1, 0.9]])
expected = F.cross_entropy(logits, target)
log_q = torch.log_softmax(logits, 1)
check.close(
    cross_entropy_loss(logits, target),
    expected,
    on="logits (2, 3), target (2, 3) floats",
    traps={
        "this takes the most probable class as if it were certain: every class counts, as much as its probability": (
            F.cross_entropy(logits, target.argmax(1))
        ),
        "this divides by all N · C numbers: sum over the classes, then average over the rows": expected / 3,
        "this adds up the rows: their mean is asked for": 2 * expected,
        "this has lost the minus: a surprise is −log q": -expected,
        "this takes the logarithm of the target: it is log q that is weighted with p": (
            -(torch.softmax(logits, 1) * torch.log(target.clamp(min=1e-12))).sum(1).mean()
        ),
        "this is KL: cross-entropy keeps the entropy of p": F.kl_div(log_q, target, reduction="batchmean"),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, c in [(5, 3), (3, 5), (4, 4), (1, 2), (6, 1)]:
    for dtype in (torch.float32, torch.float64):
        logits = 3 * torch.randn(n, c, generator=generator, dtype=dtype)
        target = torch.softmax(torch.randn(n, c, generator=generator, dtype=dtype), 1)
        expected = F.cross_entropy(logits.double(), target.double()).to(dtype)
        check.close(
            cross_entropy_loss(logits, target),
            expected,
            on=f"logits ({n}, {c}), target ({n}, {c}), {dtype}",
            traps={"this divides by all N · C numbers: sum over the classes, then average over the rows": expected / c},
        )
### END HIDDEN TESTS

# %% test="cross_entropy_loss-ignored" points=4
check.attempted(cross_entropy_loss, "cross_entropy_loss leaves ignored rows out of the sum and out of the number")
check.source_without(cross_entropy_loss, *READY_CROSS_ENTROPIES)
logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0], [1.0, 1.0, 4.0]])
target = torch.tensor([0, -100, 0])
expected = F.cross_entropy(logits, target)
log_q = torch.log_softmax(logits, 1)
check.close(
    cross_entropy_loss(logits, target),
    expected,
    on="logits (3, 3), target [0, −100, 0]",
    traps={
        "this divides by all rows: ignored ones are left out of the number too": expected * 2 / 3,
        "this counts an ignored row as class 0": -(log_q[0, 0] + log_q[1, 0] + log_q[2, 0]) / 3,
        "this counts an ignored row as the last class": -(log_q[0, 0] + log_q[1, -1] + log_q[2, 0]) / 3,
    },
)
other = torch.tensor([2, 1, 2])
check.close(
    cross_entropy_loss(logits, other, 2),
    F.cross_entropy(logits, other, ignore_index=2),
    on="logits (3, 3), target [2, 1, 2], ignore_index 2",
    traps={"this leaves out −100 only: the argument ignore_index says which index": F.cross_entropy(logits, other)},
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, c, ignored in [(8, 3, -100), (8, 4, 0), (8, 3, 2), (6, 2, -1), (5, 5, 255)]:
    logits = 3 * torch.randn(n, c, generator=generator, dtype=torch.float64)
    target = torch.randint(0, c, (n,), generator=generator)
    target[1], target[4], target[0] = ignored, ignored, (ignored + 1) % c
    expected = F.cross_entropy(logits, target, ignore_index=ignored)
    share = (target != ignored).double().mean()
    check.close(
        cross_entropy_loss(logits, target, ignored),
        expected,
        on=f"logits ({n}, {c}), ignore_index {ignored}, float64",
        traps={"this divides by all rows: ignored ones are left out of the number too": expected * share},
    )
logits = torch.randn(3, 4, generator=generator)
target = torch.full((3,), -100)
check.close(cross_entropy_loss(logits, target), F.cross_entropy(logits, target), on="logits (3, 4), every row ignored")
check.unchanged(cross_entropy_loss, logits, torch.tensor([1, -100, 3]), on="logits (3, 4), target [1, −100, 3]")
### END HIDDEN TESTS

# %% test="cross_entropy_loss-refuses" points=2
check.attempted(cross_entropy_loss, "cross_entropy_loss refuses float targets that do not sum to 1")
check.raises(ValueError, cross_entropy_loss, torch.ones(2, 2), torch.tensor([[1.0, 1.0], [2.0, 2.0]]), on="target [[1, 1], [2, 2]]")
check.close(
    cross_entropy_loss(torch.ones(2, 2), torch.tensor([[0.5, 0.5], [0.5, 0.5]])),
    torch.log(torch.tensor(2.0)),
    on="target [[0.5, 0.5], [0.5, 0.5]]",
)
### BEGIN HIDDEN TESTS
for rows in ([[0.5, 0.5, 0.0], [0.5, 0.4, 0.0]], [[1.0, 1.0, 1.0]], [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]], [[0.5, 0.5, 0.5], [0.25, 0.25, 0.0]]):
    target = torch.tensor(rows)
    check.raises(ValueError, cross_entropy_loss, torch.zeros(target.shape), target, on=f"target {rows}")
target = torch.tensor([[0.2, 0.3, 0.4999], [0.1, 0.1, 0.8003]])
check.close(cross_entropy_loss(torch.zeros(2, 3), target), F.cross_entropy(torch.zeros(2, 3), target), on="rows that sum to 0.9999 and 1.0003")
### END HIDDEN TESTS

# %% test="cross_entropy_loss-large" points=3
check.attempted(cross_entropy_loss, "cross_entropy_loss holds for logits of 1000")
check.source_without(cross_entropy_loss, *READY_CROSS_ENTROPIES)
logits = torch.tensor([[1000.0, 0.0], [0.0, 1000.0]])
target = torch.tensor([0, 0])
check.close(
    cross_entropy_loss(logits, target),
    F.cross_entropy(logits, target),
    on="logits [[1000, 0], [0, 1000]], target [0, 0]",
    traps={
        "this takes the logarithm of a softmax that underflowed: use log_softmax": torch.tensor(float("inf")),
        "this computes exp(1000), which is infinite: use log_softmax": torch.tensor(float("nan")),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for dtype in (torch.float32, torch.float64):
    logits = 500 * torch.randn(5, 4, generator=generator, dtype=dtype)
    target = torch.randint(0, 4, (5,), generator=generator)
    soft = torch.softmax(torch.randn(5, 4, generator=generator, dtype=dtype), 1)
    check.close(cross_entropy_loss(logits, target), F.cross_entropy(logits, target), on=f"logits (5, 4) of about 500, indices, {dtype}")
    check.close(cross_entropy_loss(logits, soft), F.cross_entropy(logits, soft), on=f"logits (5, 4) of about 500, probabilities, {dtype}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Both kinds of target begin alike: with the log softmax of the logits, along the classes. Then look at `target.dtype`.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Indices: keep the rows with `target != ignore_index`, of both tensors, and pick entry `[i, target[i]]` of each: two index tensors in one bracket. The mean of what is left divides
# by the right number, and is NaN when nothing is. Probabilities: check the sums of the rows, multiply, sum over the classes, average over the rows.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# log_q = torch.log_softmax(logits, dim=...)
# if target.dtype == torch.int64:
#     kept = target != ...
#     log_q, target = log_q[kept], target[...]
#     return -log_q[torch.arange(...), ...].mean()
# if ((target.sum(...) - 1).abs() > 0.001).any():
#     raise ...
# return -(... * ...).sum(...).mean()
# ```
#
# </details>

# %% [markdown] solution_notes="cross_entropy_loss"
# **Why it works.** An index is a distribution with a single 1, so its sum has a single term. Choosing the rows first takes them out of sum and number at once. −100 would be no
# valid index, so it must go before the picking. **Another way.** `one_hot` turns the kept indices into probabilities, and one formula does for both; it builds a whole (N, C) tensor of zeros for it.

# %% [markdown]
# ### Exercise 7 · KL, and the call that computes it ★★★ · 15 points · 15 minutes
#
# Two functions.
#
# 1. `kl_divergence(p, q)`, by hand and without `kl_div`: Σ pᵢ · (log pᵢ − log qᵢ) along the last axis, in nats. An outcome with p = 0 adds 0, also if q = 0. One with p > 0 and q = 0 makes the result infinite.
# 2. `mean_kl(p, q)`: the mean of KL(p‖q) over the rows of p and q, both (N, n), without zeros. One call of `F.kl_div` does it: mind which argument comes first, what it must be, and what is averaged.
#
# It tests **information**, section 6 of [the chapter](../../course/07_losses.ipynb).

# %% solution="kl_divergence" objective="information"
def kl_divergence(p: Tensor, q: Tensor) -> Tensor:
    """(..., n), (..., n) probabilities -> (...,) in nats, in the dtype of p.

    >>> kl_divergence(torch.tensor([1.0, 0.0]), torch.tensor([0.5, 0.5]))
    tensor(0.6931)
    """
    ### BEGIN SOLUTION
    terms = torch.where(p > 0, p * (torch.log(p) - torch.log(q)), 0.0)
    return terms.sum(-1)
    ### END SOLUTION


def mean_kl(p: Tensor, q: Tensor) -> Tensor:
    """(N, n), (N, n) probabilities without zeros -> (), in the dtype of p.

    >>> mean_kl(torch.full((2, 4), 0.25), torch.full((2, 4), 0.25))
    tensor(0.)
    """
    ### BEGIN SOLUTION
    return F.kl_div(torch.log(q), p, reduction="batchmean")
    ### END SOLUTION

# %% test="kl_divergence-values" points=4
check.attempted(kl_divergence, "kl_divergence is Σ p (log p − log q) along the last axis")
check.source_without(kl_divergence, *READY_DIVERGENCES)
p = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]])
q = torch.tensor([[0.25, 0.5, 0.25], [0.3, 0.3, 0.4]])
expected = torch.tensor([0.1732868, 0.2007768])
terms = torch.tensor([[0.3465736, -0.1732868, 0.0], [-0.1098612, -0.0810930, 0.3917311]])
check.close(
    kl_divergence(p, q),
    expected,
    on="p (2, 3), q (2, 3)",
    traps={
        "this is KL(q‖p): the weights are p, and log p comes first": torch.tensor([0.1732868, 0.2273769]),
        "this is the cross-entropy: KL takes the entropy of p off": torch.tensor([1.2130076, 1.0025954]),
        "this weighs with q: the outcomes come as often as p says": torch.tensor([-0.1732868, -0.2273769]),
        "this has the wrong sign: KL is never negative": -expected,
        "this is in bits: use the natural logarithm": expected / torch.log(torch.tensor(2.0)),
        "this sums over everything: each row has a KL of its own": expected.sum(),
        "this averages over the outcomes: KL sums them": expected / 3,
        "this averages over the rows: each row has a KL of its own": expected.mean(),
        "this is still to be summed over the outcomes": terms,
        "this drops negative terms: single terms may be negative, and count": terms.abs().sum(-1),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(5,), (1,), (4, 4), (2, 3, 6), (3, 2), (0, 4)]:
    p = torch.softmax(torch.randn(shape, generator=generator, dtype=torch.float64), -1)
    q = torch.softmax(torch.randn(shape, generator=generator, dtype=torch.float64), -1)
    expected = (p * (torch.log(p) - torch.log(q))).sum(-1)
    check.close(
        kl_divergence(p, q),
        expected,
        on=f"p and q {shape}, float64",
        traps={
            "this is KL(q‖p): the weights are p, and log p comes first": (q * (torch.log(q) - torch.log(p))).sum(-1),
            "this is the cross-entropy: KL takes the entropy of p off": -(p * torch.log(q)).sum(-1),
        },
    )
p = torch.tensor([0.5, 0.5])
check.close(kl_divergence(p, p.clone()), torch.tensor(0.0), on="p equals q, float32")
check.unchanged(kl_divergence, torch.tensor([0.5, 0.5]), torch.tensor([0.25, 0.75]), on="p (2,), q (2,)")
### END HIDDEN TESTS

# %% test="kl_divergence-zeros" points=4
check.attempted(kl_divergence, "kl_divergence counts an outcome with p = 0 as 0, also where q = 0")
check.source_without(kl_divergence, *READY_DIVERGENCES)
p = torch.tensor([[0.5, 0.0, 0.5], [1.0, 0.0, 0.0]])
q = torch.tensor([[0.25, 0.5, 0.25], [0.5, 0.5, 0.0]])
expected = torch.log(torch.tensor([2.0, 2.0]))
check.close(
    kl_divergence(p, q),
    expected,
    on="zeros in p, one of them in q too",
    traps={
        "this makes NaN of 0 · ∞: an outcome with p = 0 adds 0": torch.tensor([float("nan"), float("nan")]),
        "this makes NaN of 0 · ∞ where q is 0 too: choose by p": torch.tensor([expected[0].item(), float("nan")]),
        "this is infinite: an outcome with p = 0 adds 0": torch.tensor([float("inf"), float("inf")]),
    },
)
### BEGIN HIDDEN TESTS
for dtype in (torch.float32, torch.float64):
    p = torch.tensor([[0.0, 1.0, 0.0], [0.25, 0.0, 0.75], [0.0, 0.0, 1.0]], dtype=dtype)
    q = torch.tensor([[0.1, 0.9, 0.0], [0.25, 0.5, 0.25], [0.0, 0.0, 1.0]], dtype=dtype)
    expected = torch.tensor([-torch.log(q[0, 1]), 0.75 * torch.log(torch.tensor(3.0, dtype=torch.float64)), 0.0], dtype=dtype)
    check.close(
        kl_divergence(p, q),
        expected,
        on=f"p and q (3, 3) with zeros, {dtype}",
        traps={"this makes NaN of 0 · ∞: an outcome with p = 0 adds 0": (p * (torch.log(p) - torch.log(q))).sum(-1)},
    )
p = torch.tensor([1e-9, 1 - 1e-9], dtype=torch.float64)
q = torch.tensor([0.5, 0.5], dtype=torch.float64)
expected = (p * (torch.log(p) - torch.log(q))).sum(-1)
check.close(kl_divergence(p, q), expected, on="p = [1e-9, 1 − 1e-9], float64", rtol=1e-6, atol=1e-11)
### END HIDDEN TESTS

# %% test="kl_divergence-impossible" points=3
check.attempted(kl_divergence, "kl_divergence is infinite where q calls impossible what happens")
check.source_without(kl_divergence, *READY_DIVERGENCES)
p = torch.tensor([0.5, 0.25, 0.25])
q = torch.tensor([0.5, 0.5, 0.0])
check.close(
    kl_divergence(p, q),
    torch.tensor(float("inf")),
    on="p (3,), q with a zero where p has none",
    traps={
        "this leaves out the outcomes that q calls impossible: only p = 0 adds 0": torch.tensor(-0.1732868),
        "this turns the infinity into a large number: it is the right result here": torch.tensor(torch.finfo(torch.float32).max),
    },
)
### BEGIN HIDDEN TESTS
p = torch.tensor([[0.0, 0.5, 0.5], [0.2, 0.3, 0.5], [1.0, 0.0, 0.0]], dtype=torch.float64)
q = torch.tensor([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5], [0.0, 0.5, 0.5]], dtype=torch.float64)
expected = torch.tensor([float("inf"), 0.0, float("inf")], dtype=torch.float64)
check.close(
    kl_divergence(p, q),
    expected,
    on="p and q (3, 3), two rows with an impossible outcome, float64",
    traps={"this makes the whole batch infinite: each row has a KL of its own": torch.full((3,), float("inf"), dtype=torch.float64)},
)
### END HIDDEN TESTS

# %% test="kl_divergence-batch" points=4
check.attempted(mean_kl, "mean_kl is the mean of KL(p‖q) over the rows")
p = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]])
q = torch.tensor([[0.25, 0.5, 0.25], [0.3, 0.3, 0.4]])
expected, reverse = torch.tensor(0.1870318), torch.tensor(0.2003318)
check.close(
    mean_kl(p, q),
    expected,
    on="p (2, 3), q (2, 3)",
    traps={
        "this averages over all 6 elements: batchmean divides by the rows": expected / 3,
        "this adds up the rows: their mean is asked for": 2 * expected,
        "this is KL(q‖p): kl_div takes the logarithm of q first, then p": reverse,
        "this is KL(q‖p), averaged over all 6 elements: exchange the arguments, and average by rows": reverse / 3,
        "this gives kl_div a q without its logarithm": torch.tensor(-1.2620197),
        "this gives kl_div p first, as the formula is read: it wants the logarithm of q, then p": torch.tensor(-1.4055605),
        "this gives kl_div p first, and averages over all 6 elements: it wants the logarithm of q, then p": torch.tensor(-0.4685202),
        "this gives kl_div the logarithm of p as well: only q is expected as a logarithm": torch.tensor(0.0),
        "this is one KL for each row: take their mean": torch.tensor([0.1732868, 0.2007768]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, outcomes in [(5, 3), (1, 4), (4, 4), (7, 2)]:
    p = torch.softmax(torch.randn(n, outcomes, generator=generator, dtype=torch.float64), -1)
    q = torch.softmax(torch.randn(n, outcomes, generator=generator, dtype=torch.float64), -1)
    expected = (p * (torch.log(p) - torch.log(q))).sum(-1).mean()
    check.close(
        mean_kl(p, q),
        expected,
        on=f"p and q ({n}, {outcomes}), float64",
        traps={
            "this averages over all elements: batchmean divides by the rows": expected / outcomes,
            "this is KL(q‖p): kl_div takes the logarithm of q first, then p": (q * (torch.log(q) - torch.log(p))).sum(-1).mean(),
        },
    )
    check.unchanged(mean_kl, p, q, on=f"p and q ({n}, {outcomes})")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Which terms go wrong by themselves, and which infinity is meant? Only p decides whether an outcome adds 0.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Compute p · (log p − log q) everywhere; where p is 0 put a 0 in its place with `torch.where`. Where q alone is 0, −log q is ∞, as it should be. `F.kl_div` wants the
# logarithm of q first and p second, and `"batchmean"` to divide by the number of rows.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# terms = torch.where(p > 0, p * (... - ...), 0.0)     # kl_divergence
# return F.kl_div(torch.log(...), ..., reduction=...)  # mean_kl
# ```
#
# </details>

# %% [markdown] solution_notes="kl_divergence"
# **Why it works.** `torch.where` decides by p alone, so 0 · anything is 0, and ∞ stays where p > 0 and q = 0. `F.kl_div` takes what a model gives, log q, first; its mean over elements has no meaning for
# distributions, `"batchmean"` has. **Another way.** Cross-entropy minus entropy, each with `torch.where`: the identity of the chapter, read backwards.

# %% [markdown]
# ## Boss

# %% [markdown]
# ### Exercise 8 · Yes or no, on real data ★★★★ · 20 points · 25 minutes
#
# Write the loss of yes-or-no logits, as it is needed on real data: stable, weighted, with missing entries.
#
# For a logit z and a target t from 0 to 1, let q = 1 / (1 + e⁻ᶻ). The term is −(w · t · log q + (1 − t) · log(1 − q)), with the weight w = `pos_weight`. The result is the mean of the terms where
# `mask` is True; without a mask, of all.
#
# - Right for logits of ±1000, and for loss terms as small as e⁻⁴⁰.
# - What stands where the mask is False, NaN and infinity included, has no influence.
# - With no terms at all the result is 0, not NaN.
# - If the shapes of logits, target and mask (where there is one) are not all the same, `ValueError`.
#
# Not allowed: `binary_cross_entropy`, `binary_cross_entropy_with_logits`, `softplus`, `logsigmoid`, `logaddexp`, `logsumexp`, `log_softmax`, `cross_entropy`, `soft_margin_loss` and their classes. `exp`, `log1p`, `abs` and `clamp` are enough.
#
# It tests **binary**, section 8 of [the chapter](../../course/07_losses.ipynb).

# %% solution="masked_bce" objective="binary"
def masked_bce(logits: Tensor, target: Tensor, pos_weight: float = 1.0, mask: Tensor | None = None) -> Tensor:
    """logits, target (and a bool mask) of one shape -> (), in the dtype of logits.

    >>> masked_bce(torch.zeros(3), torch.tensor([1.0, 0.0, 1.0]))
    tensor(0.6931)
    """
    ### BEGIN SOLUTION
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("logits, target and mask must have one shape")
    z, t = logits[mask], target[mask]
    if len(z) == 0:
        return logits.new_zeros(())
    tail = torch.log1p(torch.exp(-z.abs()))
    yes = torch.clamp(-z, min=0) + tail
    no = torch.clamp(z, min=0) + tail
    return (pos_weight * t * yes + (1 - t) * no).mean()
    ### END SOLUTION

# %% test="masked_bce-values" points=4
check.attempted(masked_bce, "masked_bce is the mean cross-entropy of yes-or-no logits")
check.source_without(masked_bce, *READY_BINARIES)
z = torch.tensor([2.0, -1.0, 0.5])
t = torch.tensor([1.0, 1.0, 0.0])
q = torch.sigmoid(z)
expected = F.binary_cross_entropy_with_logits(z, t)
check.close(
    masked_bce(z, t),
    expected,
    on="logits (3,), target (3,)",
    traps={
        "this adds up the terms: their mean is asked for": 3 * expected,
        "this keeps every term: take their mean": F.binary_cross_entropy_with_logits(z, t, reduction="none"),
        "this has lost the minus: a surprise is −log q": -expected,
        "this counts the yes answers only: a no costs −log(1 − q)": -(t * torch.log(q)).mean(),
        "this exchanges yes and no": F.binary_cross_entropy_with_logits(z, 1 - t),
        "this takes the logits for probabilities of a sigmoid: apply it once": F.binary_cross_entropy_with_logits(q, t),
        "this exchanges the sign of z: q is 1 / (1 + e⁻ᶻ)": F.binary_cross_entropy_with_logits(-z, t),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(5,), (1,), (), (4, 1), (3, 4), (2, 3, 2)]:
    for dtype in (torch.float32, torch.float64):
        z = 3 * torch.randn(shape, generator=generator, dtype=dtype)
        t = torch.rand(shape, generator=generator, dtype=dtype)
        expected = F.binary_cross_entropy_with_logits(z.double(), t.double()).to(dtype)
        check.close(
            masked_bce(z, t),
            expected,
            on=f"logits and target {shape}, targets between 0 and 1, {dtype}",
            traps={
                "this rounds the targets: they may lie between 0 and 1": lambda: F.binary_cross_entropy_with_logits(z, t.round()),
            },
        )
check.unchanged(masked_bce, torch.tensor([1.0, -2.0]), torch.tensor([0.0, 1.0]), on="logits (2,), target (2,)")
### END HIDDEN TESTS

# %% test="masked_bce-weight" points=4
check.attempted(masked_bce, "masked_bce multiplies the terms of yes by pos_weight")
check.source_without(masked_bce, *READY_BINARIES)
z = torch.tensor([2.0, -1.0, 0.5, 1.0])
t = torch.tensor([1.0, 0.0, 0.0, 1.0])
terms = F.binary_cross_entropy_with_logits(z, t, reduction="none")
weights = torch.tensor([3.0, 1.0, 1.0, 3.0])
expected = (weights * terms).mean()
traps = {
    "this weighs every term: only the terms of yes have the weight": 3 * terms.mean(),
    "this weighs the terms of no: pos_weight belongs to yes": (torch.tensor([1.0, 3.0, 3.0, 1.0]) * terms).mean(),
    "this divides by the sum of the weights: divide by the number of terms": (weights * terms).sum() / weights.sum(),
    "this leaves the weight out": terms.mean(),
    "this multiplies the logits by the weight: it multiplies the terms": F.binary_cross_entropy_with_logits(3 * z, t),
}
check.close(masked_bce(z, t, 3.0), expected, on="logits (4,), pos_weight 3", traps=traps)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape, weight in [((6,), 2.5), ((3, 4), 0.25), ((5, 1), 10.0), ((4,), 0.0)]:
    z = 3 * torch.randn(shape, generator=generator, dtype=torch.float64)
    t = torch.rand(shape, generator=generator, dtype=torch.float64)
    t[0] = 1.0
    expected = F.binary_cross_entropy_with_logits(z, t, pos_weight=torch.tensor(weight, dtype=torch.float64))
    check.close(
        masked_bce(z, t, weight),
        expected,
        on=f"logits and target {shape}, pos_weight {weight}, float64",
        traps={
            "this weighs the whole term where t > 0.5: the weight belongs to t · log q, whatever t is": (
                torch.where(t > 0.5, weight, 1.0) * F.binary_cross_entropy_with_logits(z, t, reduction="none")
            ).mean(),
        },
    )
### END HIDDEN TESTS

# %% test="masked_bce-refuses" points=4
check.attempted(masked_bce, "masked_bce refuses shapes that differ")
check.raises(ValueError, masked_bce, torch.zeros(4, 1), torch.zeros(4), on="logits (4, 1), target (4,)")
check.raises(ValueError, masked_bce, torch.zeros(3, 2), torch.zeros(3, 2), 1.0, torch.tensor([True, False, True]), on="logits and target (3, 2), mask (3,)")
### BEGIN HIDDEN TESTS
for left, right in [((4,), (4, 1)), ((2, 3), (3, 2)), ((4,), ()), ((1,), (1, 1)), ((3, 4), (1, 4)), ((0,), (1,))]:
    check.raises(ValueError, masked_bce, torch.zeros(left), torch.zeros(right), on=f"logits {left}, target {right}")
for shape, holes in [((4,), (1,)), ((2, 3), (2,)), ((2, 3), (2, 1)), ((4, 1), (4,)), ((3,), ())]:
    check.raises(
        ValueError,
        masked_bce,
        torch.zeros(shape),
        torch.zeros(shape),
        2.0,
        torch.ones(holes, dtype=torch.bool),
        on=f"logits and target {shape}, mask {holes}",
    )
### END HIDDEN TESTS

# %% test="masked_bce-stable" points=4
check.attempted(masked_bce, "masked_bce is right for logits of ±1000, and for terms as small as e⁻⁴⁰")
check.source_without(masked_bce, *READY_BINARIES)
z = torch.tensor([1000.0, -1000.0])
t = torch.tensor([0.0, 1.0])
expected = F.binary_cross_entropy_with_logits(z, t)
check.close(
    masked_bce(z, t),
    expected,
    on="logits [1000, −1000], target [0, 1]",
    traps={
        "this makes infinity of e¹⁰⁰⁰, or of the logarithm of a probability that is 0: let −|z| be the only power": torch.tensor(float("inf")),
        "this makes NaN of 0 · ∞: work with z, not with the probability": torch.tensor(float("nan")),
        "this limits the loss at 100, as binary_cross_entropy does on probabilities": torch.tensor(100.0),
    },
)
### BEGIN HIDDEN TESTS
for dtype in (torch.float32, torch.float64):
    for z, t in [([1000.0, -1000.0], [1.0, 0.0]), ([1000.0, -1000.0, 3.0], [0.5, 0.5, 0.5]), ([1e6, -200.0], [0.0, 1.0])]:
        z, t = torch.tensor(z, dtype=dtype), torch.tensor(t, dtype=dtype)
        expected = F.binary_cross_entropy_with_logits(z, t)
        check.close(masked_bce(z, t), expected, on=f"logits {z.tolist()}, target {t.tolist()}, {dtype}")
    z, t = torch.tensor([40.0, -40.0], dtype=dtype), torch.tensor([1.0, 0.0], dtype=dtype)
    expected = torch.exp(torch.tensor(-40.0, dtype=dtype))
    check.close(
        masked_bce(z, t),
        expected,
        on=f"logits [40, −40], target [1, 0], {dtype}",
        rtol=1e-5,
        atol=0.0,
        traps={"this loses the small term in 1 + e⁻⁴⁰: log1p keeps it": torch.zeros((), dtype=dtype)},
    )
### END HIDDEN TESTS

# %% test="masked_bce-mask" points=4
check.attempted(masked_bce, "masked_bce leaves out what the mask leaves out, NaN included")
z = torch.tensor([2.0, float("nan"), 0.5, 3.0])
t = torch.tensor([1.0, 0.0, 0.0, float("nan")])
mask = torch.tensor([True, False, True, False])
expected = F.binary_cross_entropy_with_logits(z[mask], t[mask])
check.close(
    masked_bce(z, t, 1.0, mask),
    expected,
    on="logits (4,), two left out, NaN among them",
    traps={
        "this multiplies NaN by 0, which is NaN: choose, do not multiply": torch.tensor(float("nan")),
        "this divides by all elements: the number, too, is of those that are left": expected / 2,
        "this adds up the terms: their mean is asked for": 2 * expected,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(8,), (3, 4), (5, 1)]:
    z = 3 * torch.randn(shape, generator=generator, dtype=torch.float64)
    t = torch.rand(shape, generator=generator, dtype=torch.float64)
    mask = torch.rand(shape, generator=generator) < 0.6
    mask[0], mask[1] = True, False
    z[~mask], t[1] = float("inf"), float("nan")
    double = torch.tensor(2.0, dtype=torch.float64)
    expected = F.binary_cross_entropy_with_logits(z[mask], t[mask], pos_weight=double)
    check.close(
        masked_bce(z, t, 2.0, mask),
        expected,
        on=f"logits, target and mask {shape}, pos_weight 2, float64",
        traps={
            "this divides by all elements: the number, too, is of those that are left": expected * mask.double().mean(),
            "this leaves the weight out": F.binary_cross_entropy_with_logits(z[mask], t[mask]),
        },
    )
    check.unchanged(masked_bce, z, t, 2.0, mask, on=f"logits, target and mask {shape}")
for dtype in (torch.float32, torch.float64):
    z, t = torch.tensor([1.0, 2.0], dtype=dtype), torch.tensor([0.0, 1.0], dtype=dtype)
    zero = torch.zeros((), dtype=dtype)
    check.close(
        masked_bce(z, t, 1.0, torch.tensor([False, False])),
        zero,
        on=f"everything is masked, {dtype}",
        traps={"this divides by 0: with no terms at all the result is 0": torch.tensor(float("nan"), dtype=dtype)},
    )
    check.close(masked_bce(z[:0], t[:0]), zero, on=f"no elements, {dtype}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Take it in this order: shapes, mask, terms, mean. Once the masked elements are gone, nothing of them can do harm. For the terms, never write down q.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# −log q is log(1 + e⁻ᶻ), and −log(1 − q) is log(1 + eᶻ). Both are a straight part, the positive part of −z or of z, plus the same small rest, log(1 + e to the power −|z|), which never overflows. Weigh the first with `pos_weight · t`, the
# second with `1 − t`.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# z, t = logits[mask], target[mask]
# rest = torch.log1p(torch.exp(-z.abs()))
# yes = torch.clamp(-z, min=0) + ...
# no = torch.clamp(..., min=0) + ...
# return (pos_weight * t * ... + (1 - t) * ...).mean()
# ```
#
# </details>

# %% [markdown] solution_notes="masked_bce"
# **Why it works.** max(z, 0) + log1p(e^−|z|) is log(1 + eᶻ) for every z: for z > 0, pull eᶻ out of the logarithm. The power never exceeds 1, and `log1p` keeps what 1 + e⁻⁴⁰ would lose. Indexing with the mask removes NaN where a product
# would spread it, and the mean then divides by the right number. **Another way.** `torch.where(mask, terms, 0.0).sum() / mask.sum().clamp(min=1)`: no case for the empty mask, and no change of shape.
