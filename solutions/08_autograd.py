# %% [markdown]
# # 08 · Autograd: exercises
#
# One hundred points: five predictions, seven exercises, one boss. About an hour and a half, and 35 minutes more for the boss.
#
# - Work from top to bottom. Each exercise has an answer cell, and below it the cells that check it.
# - Run a check with Shift+Enter. ✓ means that the part you can see holds, ✗ says what does not, ○ that the answer is still empty.
#   Grading runs the same checks on more inputs: other shapes, other numbers, other graphs.
# - Each check is worth its own points, all or nothing, so half an exercise earns half its points.
# - Stuck? Three hints are folded under each exercise: a nudge, the idea, nearly the code.
# - Finished? Restart the kernel, run all cells, save, and submit the notebook.
#
# Everything here is in the chapter, [08 · Autograd](../../course/08_autograd.ipynb).

# %% locked="imports"
import torch
from torch import Tensor, nn

from autograder import check

# %% [markdown]
# What computes gradients ready made, and is not allowed where an exercise says "by hand", and a helper of the checks:

# %% locked="ready_made"
READY_GRADIENTS = (
    "backward", "grad", "autograd", "requires_grad", "requires_grad_", "enable_grad", "gradcheck", "func",
    "jacobian", "vjp", "jvp", "hessian", "jacrev", "jacfwd", "vmap", "value_and_grad", "grad_and_value",
)
READY_NUMBERS = (
    "gradcheck", "gradgradcheck", "autograd", "backward", "jacobian", "jacrev", "jacfwd", "grad", "func",
)


def count_leaves(*tensors):
    return sum(t.is_leaf for t in tensors)

# %% [markdown]
# ## Predictions
#
# Read the snippet and decide, without running it, what torch says. Put your answer in place of `...`. The check under it
# looks at the form of your answer only; whether it is right, grading tells.

# %% [markdown]
# ### Prediction 1 · Count the leaves · 2 points · 1 minute
#
# ```python
# a = torch.ones(3, requires_grad=True)
# b = 2 * torch.ones(3, requires_grad=True)
# c = (2 * torch.ones(3)).requires_grad_()
# d = a.detach()
# e = d + c
#
# sum(t.is_leaf for t in (a, b, c, d, e))
# ```
#
# A number. It tests **roles**.

# %% solution="predict_leaf" objective="roles"
predict_leaf = ...  # a number
### BEGIN SOLUTION
predict_leaf = 3
### END SOLUTION

# %% test="predict_leaf-value" points=2
check.attempted(predict_leaf, "predict_leaf is how many of the five tensors are leaves")
check.prediction(predict_leaf, "number")
### BEGIN HIDDEN TESTS
a = torch.ones(3, requires_grad=True)
b = 2 * torch.ones(3, requires_grad=True)
c = (2 * torch.ones(3)).requires_grad_()
d = a.detach()
e = d + c
check.close(
    predict_leaf,
    count_leaves(a, b, c, d, e),
    on="five tensors, a to e",
    traps={
        "this misses one: c was multiplied before it asked, so nothing was recorded, and d asks for nothing; both are leaves": 2,
        "this counts a only: a leaf is what no recorded step made, and c and d are such tensors": 1,
        "this counts one too many: b is 2 times a leaf, and e has c behind it; both were made by a recorded step": 4,
        "this counts all of them: b and e were made by a recorded step": 5,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_leaf"
# **Why it works.** `a` was made to ask. `c` was an ordinary tensor when it began to ask, and `d` asks for nothing: no recorded step made them. `b` and `e` are results. **Another way.** A leaf is a tensor whose
# `grad_fn` is None: count those.

# %% [markdown]
# ### Prediction 2 · A chain · 2 points · 1 minute
#
# ```python
# x = torch.full((4,), 0.5, requires_grad=True)
# ((2 * x + 1) ** 3).mean().backward()
# x.grad[0].item()
# ```
#
# A number. It tests **chain**.

# %% solution="predict_mean" objective="chain"
predict_mean = ...  # a number
### BEGIN SOLUTION
predict_mean = 6.0
### END SOLUTION

# %% test="predict_mean-value" points=2
check.attempted(predict_mean, "predict_mean is the first entry of x.grad")
check.prediction(predict_mean, "number")
### BEGIN HIDDEN TESTS
x = torch.full((4,), 0.5, requires_grad=True)
((2 * x + 1) ** 3).mean().backward()
check.close(
    predict_mean,
    x.grad[0].item(),
    on="the mean of (2x + 1)³ over four halves",
    rtol=1e-3,
    traps={
        "this forgets the inner step: 2x + 1 moves by 2 for each unit of x": 3.0,
        "this is the slope of a sum: a mean hands on 1/4 to each": 24.0,
        "this is the slope of a sum, and forgets the inner step": 12.0,
        "this is the value of the mean: the slope was asked for": 8.0,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_mean"
# **Why it works.** From the end: 1/4 for the mean, 3 · 2² = 12 for the cube at 2x + 1 = 2, and 2 for the inner step: 1/4 · 12 · 2 = 6. **Another way.** Nudge one x by 0.001: its cube
# goes from 8 to 2.002³ = 8.024, and the mean by a quarter of that, 0.006.

# %% [markdown]
# ### Prediction 3 · A vector of results · 2 points · 2 minutes
#
# ```python
# x = torch.tensor([1.0, 2.0], requires_grad=True)
# y = torch.stack([x[0] * x[1], x[0] ** 2])
# y.backward(torch.tensor([3.0, 1.0]))
# x.grad[0].item()
# ```
#
# A number. It tests **vectors**, section 4 of [the chapter](../../course/08_autograd.ipynb).

# %% solution="predict_vector" objective="vectors"
predict_vector = ...  # a number
### BEGIN SOLUTION
predict_vector = 8.0
### END SOLUTION

# %% test="predict_vector-value" points=2
check.attempted(predict_vector, "predict_vector is the first entry of x.grad")
check.prediction(predict_vector, "number")
### BEGIN HIDDEN TESTS
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = torch.stack([x[0] * x[1], x[0] ** 2])
y.backward(torch.tensor([3.0, 1.0]))
check.close(
    predict_vector,
    x.grad[0].item(),
    on="v = (3, 1), two results of two numbers",
    rtol=1e-3,
    traps={
        "this adds up the column of J: weigh its entries with v": 4.0,
        "this is J @ v, along a row: backward computes v @ J, down a column": 7.0,
        "this is the slope of the first result only: the second, x₀², depends on x₀ too": 6.0,
        "this is the slope of the second result only": 2.0,
        "this is the second entry of x.grad": 3.0,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_vector"
# **Why it works.** Both results depend on x₀: the first with slope x₁ = 2, the second with slope 2x₀ = 2. Weighted with v: 3 · 2 + 1 · 2 = 8. **Another way.** It is the slope of the number
# 3x₀x₁ + x₀² in x₀: 3x₁ + 2x₀.

# %% [markdown]
# ### Prediction 4 · Two walks · 2 points · 2 minutes
#
# ```python
# w = torch.tensor(2.0, requires_grad=True)
# (w ** 2).backward()
# with torch.no_grad():
#     w -= 0.25 * w.grad
# (w ** 2 + 5 * w).backward()
# w.grad.item()
# ```
#
# A number. It tests **adding**.

# %% solution="predict_twice" objective="adding"
predict_twice = ...  # a number
### BEGIN SOLUTION
predict_twice = 11.0
### END SOLUTION

# %% test="predict_twice-value" points=2
check.attempted(predict_twice, "predict_twice is w.grad after the second walk")
check.prediction(predict_twice, "number")
### BEGIN HIDDEN TESTS
w = torch.tensor(2.0, requires_grad=True)
(w**2).backward()
with torch.no_grad():
    w -= 0.25 * w.grad
(w**2 + 5 * w).backward()
check.close(
    predict_twice,
    w.grad.item(),
    on="two walks with an update in between",
    rtol=1e-3,
    traps={
        "this is the slope of the second walk alone: backward adds to what .grad holds": 7.0,
        "this is the slope of the first walk alone: the second one adds its own": 4.0,
        "this takes the second slope at the old w: the update has moved w to 1": 13.0,
        "this takes the second slope at the old w, and does not add the first": 9.0,
        "this lets the update clear .grad, or change it: it only reads it": 0.0,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_twice"
# **Why it works.** The first walk leaves 2w = 4 and the update moves w to 1. The second slope is 2 · 1 + 5 = 7, and `backward` adds it to the 4. **Another way.** Read the code for what clears
# `.grad`: nothing does, so both slopes are in it.

# %% [markdown]
# ### Prediction 5 · Who still asks? · 2 points · 2 minutes
#
# ```python
# layer = nn.Linear(3, 2)
# x = torch.ones(4, 3)
# with torch.no_grad():
#     a = layer(x)
# layer.eval()
# b = layer(x)
# c = layer(x).detach()
# d = layer(x.detach())
# e = c + layer.bias
#
# sum(t.requires_grad for t in (a, b, c, d, e))
# ```
#
# A number. It tests **updates**.

# %% solution="predict_mode" objective="updates"
predict_mode = ...  # a number
### BEGIN SOLUTION
predict_mode = 3
### END SOLUTION

# %% test="predict_mode-value" points=2
check.attempted(predict_mode, "predict_mode is how many of the five tensors ask for a gradient")
check.prediction(predict_mode, "number")
### BEGIN HIDDEN TESTS
layer = nn.Linear(3, 2)
x = torch.ones(4, 3)
with torch.no_grad():
    a = layer(x)
layer.eval()
b = layer(x)
c = layer(x).detach()
d = layer(x.detach())
e = c + layer.bias
check.close(
    predict_mode,
    sum(t.requires_grad for t in (a, b, c, d, e)),
    on="five results of one layer, a to e",
    traps={
        "this misses one: eval() does not turn gradients off, the weights ask whatever x does, and the bias in e still asks": 2,
        "this misses two: eval() does not turn gradients off, the weights ask whatever x does, and the bias in e still asks": 1,
        "this lets eval() turn gradients off for all that follows: it does not": 0,
        "this counts one too many: no_grad and detach both leave the graph out": 4,
        "this counts all of them: no_grad and detach both leave the graph out": 5,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_mode"
# **Why it works.** `a` was made under `no_grad`, and `c` is detached. `b` asks, for `eval()` has nothing to do with it; `d` asks, for x never did and the weights do; `e` asks, for
# the bias does. **Another way.** For each, look for an operand that asks, outside `no_grad`.

# %% [markdown]
# ## Warm-ups

# %% [markdown]
# ### Exercise 1 · Who are you? ★ · 5 points · 5 minutes
#
# Tell what part a tensor plays in a graph. Return a string:
#
# - `"constant"` if it does not ask for a gradient,
# - `"parameter"` if it asks and is a leaf, whether or not it is an `nn.Parameter`,
# - the name of its `grad_fn`, such as `"MulBackward0"`, if it was computed from something that asks.
#
# It tests **roles**, section 2 of [the chapter](../../course/08_autograd.ipynb).

# %% solution="tensor_role" objective="roles"
def tensor_role(t: Tensor) -> str:
    """A tensor -> "constant", "parameter" or the name of its grad_fn.

    >>> tensor_role(torch.ones(2))
    'constant'
    """
    ### BEGIN SOLUTION
    if t.grad_fn is not None:
        return t.grad_fn.name()
    return "parameter" if t.requires_grad else "constant"
    ### END SOLUTION

# %% test="tensor_role-kinds" points=3
check.attempted(tensor_role, "tensor_role tells constants, parameters and results apart")


@check.observe
def kinds(function, names):
    import torch
    from torch import nn

    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    constant = torch.ones(3)
    tensors = {
        "constant": constant,
        "constant * 2": constant * 2,
        "whole": torch.tensor([1, 2]),
        "x": x,
        "nn.Linear(2, 1).weight": nn.Linear(2, 1).weight,
        "x * constant": x * constant,
        "x.exp().sum()": x.exp().sum(),
        "2 + x": 2 + x,
        "x.tanh()": x.tanh(),
    }
    roles = {name: function(tensors[name]) for name in names}
    if any(type(role).__name__ == "builtin_function_or_method" for role in roles.values()):
        raise TypeError("gave a method, not the string that it returns: call it, with brackets, name()")
    return roles


expected = {"constant": "constant", "x": "parameter", "x * constant": "MulBackward0"}
check.equal(
    kinds(tensor_role, list(expected)),
    expected,
    on="x asks for a gradient, constant does not",
    traps={
        "this asks only whether t is a leaf: a constant is one, too": {**expected, "constant": "parameter"},
        "this asks only whether t asks for a gradient: a result does, too": {**expected, "x * constant": "parameter"},
        "this says that it is a result, not which one: give the name of its grad_fn": {**expected, "x * constant": "result"},
        "this is the name of the class that all tensors have": "Tensor",
    },
)
### BEGIN HIDDEN TESTS
more = {
    "constant * 2": "constant",
    "whole": "constant",
    "nn.Linear(2, 1).weight": "parameter",
    "x.exp().sum()": "SumBackward0",
    "2 + x": "AddBackward0",
    "x.tanh()": "TanhBackward0",
}
check.equal(
    kinds(tensor_role, list(more)),
    more,
    on="more constants, a weight, and results of x",
    traps={"this calls results by one name: give the name of each grad_fn": "MulBackward0"},
)
### END HIDDEN TESTS

# %% test="tensor_role-detours" points=2
check.attempted(tensor_role, "tensor_role is right after a detour: detach, no_grad, a parameter that is frozen")


@check.observe
def detours(function, names):
    import torch
    from torch import nn

    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with torch.no_grad():
        quiet = x * 2
    late = (2 * torch.ones(3)).requires_grad_()
    changed = x * 2
    changed += 1
    tensors = {
        "x.detach()": x.detach(),
        "x * 2 under no_grad": quiet,
        "asks after it was multiplied": late,
        "a frozen nn.Parameter": nn.Parameter(torch.ones(3), requires_grad=False),
        "a view of x": x[:2],
        "x * 2, then += 1": changed,
        "detached, then asked": (x * 2).detach().requires_grad_(),
    }
    roles = {name: function(tensors[name]) for name in names}
    if any(type(role).__name__ == "builtin_function_or_method" for role in roles.values()):
        raise TypeError("gave a method, not the string that it returns: call it, with brackets, name()")
    return roles


expected = {"x.detach()": "constant", "asks after it was multiplied": "parameter", "a frozen nn.Parameter": "constant"}
check.equal(
    detours(tensor_role, list(expected)),
    expected,
    on="a detached tensor, one that asks late, a frozen nn.Parameter",
    traps={
        "this takes every nn.Parameter for a parameter: a frozen one does not ask": {
            **expected,
            "a frozen nn.Parameter": "parameter",
        },
        "this takes nothing but an nn.Parameter for a parameter: any leaf that asks is one": {
            **expected,
            "asks after it was multiplied": "constant",
            "a frozen nn.Parameter": "parameter",
        },
        "this asks only whether t is a leaf: a constant is one, too": {name: "parameter" for name in expected},
    },
)
### BEGIN HIDDEN TESTS
more = {
    "x * 2 under no_grad": "constant",
    "a view of x": "SliceBackward0",
    "x * 2, then += 1": "AddBackward0",
    "detached, then asked": "parameter",
}
check.equal(detours(tensor_role, list(more)), more, on="under no_grad, a view, a result that was changed in place")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Three attributes tell everything: `requires_grad`, `is_leaf` and `grad_fn`. Two of them are enough.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# A result has a `grad_fn`, and only a result has one. Of the others, `requires_grad` tells parameters from constants.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# if t.grad_fn is not None:
#     return t.grad_fn. ...
# return "parameter" if t. ... else "constant"
# ```
#
# </details>

# %% [markdown] solution_notes="tensor_role"
# **Why it works.** `grad_fn` is the note of the step that made a tensor; leaves have none. **Another way.** `if not t.requires_grad`, then `if t.is_leaf`, then `type(t.grad_fn).__name__`.

# %% [markdown]
# ### Exercise 2 · A product and its gradients ★ · 5 points · 6 minutes
#
# x, w and z have one shape, and c = Σ(x∘w + z). From c a loss is computed; its slope in c, a number, comes from above. Return the gradients of the loss in x, w and z, in this order, as a tuple of three tensors. By hand: without `backward`, without
# `torch.autograd`.
#
# It tests **product**, section 8 of [the chapter](../../course/08_autograd.ipynb).

# %% solution="product_gradients" objective="product"
def product_gradients(x: Tensor, w: Tensor, z: Tensor, above: float) -> tuple[Tensor, Tensor, Tensor]:
    """Three tensors of one shape, a slope -> three tensors of that shape, in their dtype.

    >>> product_gradients(torch.tensor([2.0]), torch.tensor([5.0]), torch.tensor([9.0]), 3.0)[2]
    tensor([3.])
    """
    ### BEGIN SOLUTION
    return above * w, above * x, above * torch.ones_like(z)
    ### END SOLUTION

# %% test="product_gradients-values" points=3
check.attempted(product_gradients, "product_gradients gives the gradients in x, w and z")
check.source_without(product_gradients, *READY_GRADIENTS)
x, w, z = torch.tensor([1.0, 2.0, 4.0]), torch.tensor([5.0, 7.0, 3.0]), torch.tensor([0.0, -4.0, 2.0])
x_grad, w_grad, z_grad = 2 * w, 2 * x, torch.full((3,), 2.0)
expected = (x_grad, w_grad, z_grad)
check.close(
    product_gradients(x, w, z, 2.0),
    expected,
    on="x, w and z (3,), a slope of 2 from above",
    traps={
        "the first two are swapped: nudge x, and c moves by the entry of w beside it": (w_grad, x_grad, z_grad),
        "this forgets what comes from above: multiply it with each local slope": (x_grad / 2, w_grad / 2, z_grad / 2),
        "the first two are swapped, and what comes from above is forgotten": (w_grad / 2, x_grad / 2, z_grad / 2),
        "this forgets what comes from above, in z": (x_grad, w_grad, z_grad / 2),
        "this takes z for its own gradient: c moves by 1 for each unit of z": (x_grad, w_grad, 2 * z),
        "this says that z does not matter: c moves by 1 for each unit of z": (x_grad, w_grad, torch.zeros(3)),
        "this adds up each gradient: a gradient has the shape of its tensor": torch.tensor(30.0),
        "this is the gradient of the mean: a sum hands on 1 to each term": (x_grad / 3, w_grad / 3, z_grad / 3),
        "this adds z to the gradients: the slope of x∘w + z in x is w alone": (2 * (w + z), 2 * (x + z), z_grad),
        "this multiplies by c's other part: the slope of x · w in x is w": (2 * x * w, 2 * x * w, z_grad),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape, above in [((4,), -3.0), ((1,), 2.0), ((), 5.0), ((2, 3), 3.0), ((3, 1, 2), -1.0), ((0,), 2.0), ((3,), 0.0)]:
    x, w, z = torch.randn((3, *shape), generator=generator, dtype=torch.float64)
    expected = (above * w, above * x, torch.full(shape, above, dtype=torch.float64))
    check.close(
        product_gradients(x, w, z, above),
        expected,
        on=f"x, w and z {shape}, float64, a slope of {above} from above",
        traps={
            "the first two are swapped: nudge x, and c moves by the entry of w beside it": (above * x, above * w, expected[2]),
            "this is one number: the gradient of z has the shape of z": torch.tensor(above, dtype=torch.float64),
        },
    )
### END HIDDEN TESTS

# %% test="product_gradients-dtypes" points=2
check.attempted(product_gradients, "product_gradients keeps the shape and the dtype, and its arguments")
check.source_without(product_gradients, *READY_GRADIENTS)
x, w, z = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, -1.0]]), torch.tensor([[0.5, 0.0]])
expected = (3 * w, 3 * x, torch.full((1, 2), 3.0))
check.close(
    product_gradients(x, w, z, 3.0),
    expected,
    on="x, w and z (1, 2), a slope of 3 from above",
    traps={
        "the first two are swapped: nudge x, and c moves by the entry of w beside it": (expected[1], expected[0], expected[2]),
        "this is one number, not a tensor of them: a gradient has the shape of its tensor": torch.tensor(3.0),
        "this has one number for each row: a gradient has the shape of its tensor": torch.full((1,), 3.0),
    },
)
check.unchanged(product_gradients, x, w, z, 3.0, on="x, w and z (1, 2)")
### BEGIN HIDDEN TESTS
generator = check.generator()
for dtype in (torch.float32, torch.float64):
    for shape in [(2, 3), (5,), ()]:
        x, w, z = torch.randn((3, *shape), generator=generator, dtype=dtype)
        expected = (-2 * w, -2 * x, torch.full(shape, -2.0, dtype=dtype))
        check.close(product_gradients(x, w, z, -2.0), expected, on=f"x, w and z {shape}, {dtype}, a slope of −2 from above")
        check.unchanged(product_gradients, x, w, z, -2.0, on=f"x, w and z {shape}, {dtype}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Add 1 to one entry of x. By how much does c change, and by how much the loss? Then one entry of w, then one of z.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# The slope of a product in one factor is the *other* factor. The slope of a sum in a term is 1, for each entry. Both are multiplied by what comes from above.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# return above * ..., above * ..., above * torch.ones_like(...)
# ```
#
# </details>

# %% [markdown] solution_notes="product_gradients"
# **Why it works.** Entry i of x stands in one term only, xᵢ · wᵢ + zᵢ, whose slope in xᵢ is wᵢ; the chain rule multiplies it by the slope from above. **Another way.** The slope in every term of the sum is `above`; make a tensor of it, `v = torch.full_like(x, above)`, and hand that through the steps:
# `(v * w, v * x, v)`. So does autograd.

# %% [markdown]
# ## Core

# %% [markdown]
# ### Exercise 3 · Three chains ★★ · 10 points · 12 minutes
#
# For a tensor x of any shape, return the gradients in x of three numbers, as a tuple of three tensors, each of the shape of x:
#
# 1. Σ (3x + 1)²,
# 2. the mean of e^(−x²) over all entries,
# 3. the L2 norm √(Σ x²). No x that is zero everywhere will come.
#
# By hand: find the local slopes on paper and multiply them. No `backward`, no `torch.autograd`.
#
# It tests **chain**, section 3 of [the chapter](../../course/08_autograd.ipynb).

# %% solution="three_chains" objective="chain"
def three_chains(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """x of any shape -> three gradients of that shape, in the dtype of x.

    >>> three_chains(torch.tensor([3.0, 4.0]))[2]
    tensor([0.6000, 0.8000])
    """
    ### BEGIN SOLUTION
    squares = 2 * (3 * x + 1) * 3
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm
    ### END SOLUTION

# %% test="three_chains-squares" points=3
check.attempted(three_chains, "three_chains gives, first, the gradient of Σ (3x + 1)²")
check.source_without(three_chains, *READY_GRADIENTS)


@check.observe
def first_of_three(function, x):
    result = function(x)
    if type(result) in (tuple, list) and len(result) != 3:
        raise ValueError(f"three gradients are asked for: this is a {type(result).__name__} of {len(result)}")
    if result is not None and type(result) is not tuple:
        raise TypeError(f"a tuple of three gradients is asked for: this is a {type(result).__name__}")
    return result and result[0]


x = torch.tensor([1.0, 2.0, -1.0, 0.0])
expected = torch.tensor([24.0, 42.0, -12.0, 6.0])
check.close(
    first_of_three(three_chains, x),
    expected,
    on="x (4,), the first gradient",
    traps={
        "this forgets the inner step: 3x + 1 moves by 3 for each unit of x": expected / 3,
        "this forgets the outer step: the slope of u² is 2u": expected / 2,
        "this is the slope of (3x)²: the 1 stays inside the square": 18 * x,
        "this is the square itself: its slope was asked for": (3 * x + 1).square(),
        "this adds up: a gradient has the shape of x": expected.sum(),
        "this is the gradient of a mean: a sum hands on 1 to each": expected / 4,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(5,), (1,), (2, 3), (), (0,)]:
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    expected = 18 * x + 6
    check.close(first_of_three(three_chains, x), expected, on=f"x {shape}, float64, the first gradient")
### END HIDDEN TESTS

# %% test="three_chains-bells" points=3
check.attempted(three_chains, "three_chains gives, second, the gradient of the mean of e^(−x²)")
check.source_without(three_chains, *READY_GRADIENTS)


@check.observe
def second_of_three(function, x):
    result = function(x)
    if type(result) in (tuple, list) and len(result) != 3:
        raise ValueError(f"three gradients are asked for: this is a {type(result).__name__} of {len(result)}")
    if result is not None and type(result) is not tuple:
        raise TypeError(f"a tuple of three gradients is asked for: this is a {type(result).__name__}")
    return result and result[1]


x = torch.tensor([[0.5, 1.0, -1.0], [0.25, 2.0, 0.0]])
bell = torch.exp(-x * x)
expected = -2 * x * bell / 6
check.close(
    second_of_three(three_chains, x),
    expected,
    on="x (2, 3), the second gradient",
    traps={
        "this is the gradient of a sum: a mean hands on 1/n to each": 6 * expected,
        "this divides by the rows: the mean is over all entries": 3 * expected,
        "this divides by the columns: the mean is over all entries": 2 * expected,
        "this forgets the inner step: −x² moves by −2x": bell / 6,
        "this has lost the sign of −x²": -expected,
        "this forgets the factor 2 of x²": expected / 2,
        "this lowers the power of e, as if it were x to some power: the slope of eᵘ is eᵘ": 2 * x * x * torch.exp(-x * x - 1) / 6,
        "this is one number: each entry has its own slope": expected.sum(),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(5,), (1,), (3, 2), (2, 1, 4), ()]:
    x = torch.randn(shape, generator=generator, dtype=torch.float64)
    expected = -2 * x * torch.exp(-x * x) / x.numel()
    check.close(
        second_of_three(three_chains, x),
        expected,
        on=f"x {shape}, float64, the second gradient",
        traps={"this is the gradient of a sum: a mean hands on 1/n to each": x.numel() * expected},
    )
### END HIDDEN TESTS

# %% test="three_chains-norm" points=4
check.attempted(three_chains, "three_chains gives, third, the gradient of √(Σ x²), and leaves x as it is")
check.source_without(three_chains, *READY_GRADIENTS)


@check.observe
def third_of_three(function, x):
    result = function(x)
    if type(result) in (tuple, list) and len(result) != 3:
        raise ValueError(f"three gradients are asked for: this is a {type(result).__name__} of {len(result)}")
    if result is not None and type(result) is not tuple:
        raise TypeError(f"a tuple of three gradients is asked for: this is a {type(result).__name__}")
    return result and result[2]


x = torch.tensor([2.0, -3.0, 6.0])
expected = torch.tensor([2 / 7, -3 / 7, 6 / 7])
check.close(
    third_of_three(three_chains, x),
    expected,
    on="x (3,), the third gradient",
    traps={
        "this forgets the root: the slope of √s is 1 / (2√s)": 2 * x,
        "this forgets the inner step: Σ x² moves by 2x": torch.tensor([1 / 14, 1 / 14, 1 / 14]),
        "this forgets the inner step: Σ x² moves by 2x, in each entry": torch.tensor(1 / 14),
        "this forgets the factor 2 of x²": expected / 2,
        "this forgets the 2 of 1 / (2√s)": 2 * expected,
        "this divides by Σ x²: take its root": x / 49,
        "this takes a root of each entry: √(x²) is |x|, and the sum comes before the root": torch.tensor([1.0, -1.0, 1.0]),
    },
)
check.unchanged(three_chains, x, on="x (3,)")
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(5,), (1,), (3, 2), (2, 1, 4), ()]:
    for dtype in (torch.float32, torch.float64):
        x = torch.randn(shape, generator=generator, dtype=dtype) + 0.1
        expected = (x.double() / x.double().square().sum().sqrt()).to(dtype)
        check.close(
            third_of_three(three_chains, x),
            expected,
            on=f"x {shape}, {dtype}, the third gradient",
            traps={"this sums along one axis: the norm is of all entries": lambda: x / x.square().sum(-1, keepdim=True).sqrt()},
        )
        check.unchanged(three_chains, x, on=f"x {shape}, {dtype}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Write each number as steps: inside first, then the square, the power of e or the root, then the sum or the mean. Each step has a slope.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# The slope of u² is 2u, of eᵘ it is eᵘ, of √s it is 1 / (2√s). Multiply with the slope of what is inside: 3 for 3x + 1, −2x for −x², and 2x for Σ x². A mean adds 1/n.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# squares = 2 * (...) * 3
# bells = torch.exp(...) * (...) / x.numel()
# norm = 1 / (2 * ... .sqrt()) * (...)
# return squares, bells, norm
# ```
#
# </details>

# %% [markdown] solution_notes="three_chains"
# **Why it works.** Each line is a product of local slopes, written from the outside in. In the norm the two factors 2 cancel. **Another way.** The norm n satisfies n² = Σ x²; taking slopes on both sides gives 2n · ∂n/∂x = 2x. And for a direction
# it must be so: the norm grows fastest along x itself, by 1 for each unit.

# %% [markdown]
# ### Exercise 4 · A batch in pieces ★★ · 10 points · 14 minutes
#
# A batch is too large for the memory. Take it in pieces of at most `size` samples, in order, so that afterwards each parameter's `.grad` is what *one* `backward()` of the mean loss of the whole batch
# would have left. `loss_of(x, t)` returns the mean loss of the samples that it gets, as a tensor of shape (), and uses the parameters. The last piece may be smaller.
#
# - What stood in `.grad` before does not count.
# - Only one piece's graph is in memory at a time, and no call sees more than `size` samples.
# - Return the mean loss of the whole batch, as a plain number.
#
# It tests **adding**, section 5 of [the chapter](../../course/08_autograd.ipynb).

# %% solution="micro_batch_gradients" objective="adding"
def micro_batch_gradients(parameters: list[Tensor], loss_of, x: Tensor, t: Tensor, size: int) -> float:
    """Leaves, a function, x (N, ...), t (N, ...) with N >= 1, a size >= 1 -> the mean loss; .grad is filled.

    >>> w = torch.tensor(1.0, requires_grad=True)
    >>> micro_batch_gradients([w], lambda x, t: (w * x - t).square().mean(), torch.ones(3), torch.zeros(3), 2)
    1.0
    """
    ### BEGIN SOLUTION
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        loss.backward()
        total += loss.item()
    return total
    ### END SOLUTION

# %% test="micro_batch_gradients-equal" points=3
check.attempted(micro_batch_gradients, "micro_batch_gradients leaves the gradients of the whole batch, from equal pieces")


@check.observe
def in_equal_pieces(function, W, b, x, t, size):
    W, b = W.clone().requires_grad_(), b.clone().requires_grad_()
    loss = function([W, b], lambda x, t: (x @ W + b - t).square().mean(), x, t, size)
    if W.grad is None or b.grad is None:
        raise RuntimeError("a .grad is None after the call: something must call backward(), and not clear at the end")
    return {"W.grad": W.grad, "b.grad": b.grad, "loss": loss}


def mixed(W, b, x, t, size, weights):
    """The gradients of a weighted sum of the pieces' mean losses."""
    W, b = W.clone().requires_grad_(), b.clone().requires_grad_()
    pairs = zip(x.split(size), t.split(size))
    loss = sum(weight * (a @ W + b - c).square().mean() for weight, (a, c) in zip(weights, pairs))
    loss.backward()
    return {"W.grad": W.grad, "b.grad": b.grad, "loss": loss.item()}


W, b = torch.tensor([2.0, -1.0]), torch.tensor(0.5)
x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 1.0], [1.0, 3.0]])
t = torch.tensor([1.0, 0.0, 2.0, 2.0])
expected = mixed(W, b, x, t, 2, [0.5, 0.5])
check.close(
    in_equal_pieces(micro_batch_gradients, W, b, x, t, 2),
    expected,
    on="4 samples, size 2",
    traps={
        "this adds up the mean losses of the pieces: weigh each by its share of the samples": mixed(W, b, x, t, 2, [1, 1]),
        "this keeps the last piece only: clear .grad before the loop, not in it": mixed(W, b, x, t, 2, [0, 1])["W.grad"],
        "this keeps the first piece only: is `return` inside the loop?": mixed(W, b, x, t, 2, [0.5, 0])["W.grad"],
        "this keeps the first piece only, without its weight: is `return` inside the loop?": mixed(W, b, x, t, 2, [1, 0])["W.grad"],
        "the gradients are right, but the loss adds up the pieces without their shares": 2 * expected["loss"],
        "the gradients are right, but the loss is that of the last piece": mixed(W, b, x, t, 2, [0, 1])["loss"],
        "the gradients are right, but the loss is that of the last piece, times its share": mixed(W, b, x, t, 2, [0, 0.5])["loss"],
        "this multiplies by the number of samples: the mean of the whole batch is asked for": mixed(W, b, x, t, 2, [2, 2]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for samples, inputs, size in [(6, 3, 2), (6, 3, 3), (4, 1, 1), (5, 2, 5)]:
    W, b = torch.randn(inputs, generator=generator, dtype=torch.float64), torch.tensor(0.25, dtype=torch.float64)
    x = torch.randn(samples, inputs, generator=generator, dtype=torch.float64)
    t = torch.randn(samples, generator=generator, dtype=torch.float64)
    expected = mixed(W, b, x, t, samples, [1])
    check.close(
        in_equal_pieces(micro_batch_gradients, W, b, x, t, size),
        expected,
        on=f"{samples} samples, size {size}, float64",
        traps={"this adds up the mean losses of the pieces: weigh each by its share of the samples": mixed(W, b, x, t, size, [1] * samples)},
    )
### END HIDDEN TESTS

# %% test="micro_batch_gradients-unequal" points=4
check.attempted(micro_batch_gradients, "micro_batch_gradients weighs a last piece that is smaller")


@check.observe
def in_unequal_pieces(function, W, b, x, t, size):
    W, b = W.clone().requires_grad_(), b.clone().requires_grad_()
    loss = function([W, b], lambda x, t: (x @ W + b - t).square().mean(), x, t, size)
    if W.grad is None or b.grad is None:
        raise RuntimeError("a .grad is None after the call: something must call backward(), and not clear at the end")
    return {"W.grad": W.grad, "b.grad": b.grad, "loss": loss}


def blended(W, b, x, t, size, weights):
    """The gradients of a weighted sum of the pieces' mean losses."""
    W, b = W.clone().requires_grad_(), b.clone().requires_grad_()
    pairs = zip(x.split(size), t.split(size))
    loss = sum(weight * (a @ W + b - c).square().mean() for weight, (a, c) in zip(weights, pairs))
    loss.backward()
    return {"W.grad": W.grad, "b.grad": b.grad, "loss": loss.item()}


def wrong_weights(W, b, x, t, size):
    samples, pieces = len(x), -(-len(x) // size)
    full = samples // size
    return {
        "this divides by the number of pieces: a smaller piece has a smaller share": blended(W, b, x, t, size, [1 / pieces] * pieces),
        "this leaves out the last piece: it has samples, too": blended(W, b, x, t, size, [size / samples] * full),
        "this leaves out the last piece, and divides by the rest": blended(W, b, x, t, size, [1 / full] * full),
        "this weighs the last piece as if it were full: its share is its own length": blended(
            W, b, x, t, size, [size / samples] * pieces
        ),
        "this adds up the mean losses of the pieces: weigh each by its share of the samples": blended(
            W, b, x, t, size, [1] * pieces
        ),
        "this divides by the number of full pieces": blended(W, b, x, t, size, [1 / full] * pieces),
    }


W, b = torch.tensor([2.0, -1.0]), torch.tensor(0.5)
x = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 1.0], [1.0, 3.0], [4.0, 4.0]])
t = torch.tensor([1.0, 0.0, 2.0, 2.0, 1.0])
check.close(
    in_unequal_pieces(micro_batch_gradients, W, b, x, t, 2),
    blended(W, b, x, t, 5, [1]),
    on="5 samples, size 2: pieces of 2, 2 and 1",
    traps=wrong_weights(W, b, x, t, 2),
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for samples, inputs, size in [(7, 3, 3), (7, 2, 6), (5, 1, 3), (3, 2, 10), (1, 2, 4)]:
    W, b = torch.randn(inputs, generator=generator, dtype=torch.float64), torch.tensor(-0.5, dtype=torch.float64)
    x = torch.randn(samples, inputs, generator=generator, dtype=torch.float64)
    t = torch.randn(samples, generator=generator, dtype=torch.float64)
    check.close(
        in_unequal_pieces(micro_batch_gradients, W, b, x, t, size),
        blended(W, b, x, t, samples, [1]),
        on=f"{samples} samples, size {size}, float64",
        traps=wrong_weights(W, b, x, t, size) if samples > size else {},
    )
### END HIDDEN TESTS

# %% test="micro_batch_gradients-pieces" points=3
check.attempted(micro_batch_gradients, "micro_batch_gradients sees at most size samples and one graph at a time, and no old gradients")


@check.observe
def watched(function, W, x, t, size, old):
    W = W.clone().requires_grad_()
    W.grad = old.clone()
    before, seen, waiting, alive = W.detach().clone(), [], [], []

    def loss_of(piece, target):
        open_graphs = 0
        for node in waiting:
            try:
                node._saved_self
                open_graphs += 1
            except RuntimeError:
                pass
        alive.append(open_graphs)
        squares = (piece * W - target).square()
        waiting.append(squares.grad_fn)
        seen.append(piece.tolist())
        return squares.mean()

    loss = function([W], loss_of, x, t, size)
    if W.grad is None or W.grad.equal(old):
        raise RuntimeError("nothing new is in .grad after the call: something must call backward(), and not clear at the end")
    return {
        "longest piece": max(map(len, seen), default=0),
        "samples seen": sorted(number for piece in seen for number in piece),
        "earlier graphs still in memory": max(alive, default=0),
        "the parameter moved": bool((W.detach() != before).any()),
        "W.grad": W.grad,
        "loss": loss,
    }


def facts(W, x, t, size):
    W = W.clone().requires_grad_()
    loss = (x * W - t).square().mean()
    loss.backward()
    return {
        "longest piece": min(size, len(x)),
        "samples seen": sorted(x.tolist()),
        "earlier graphs still in memory": 0,
        "the parameter moved": False,
        "W.grad": W.grad,
        "loss": loss.item(),
    }


W, x, t = torch.tensor(3.0), torch.tensor([1.0, 2.0, 4.0, 8.0, 16.0, 32.0]), torch.tensor([1.0, 1.0, 2.0, 2.0, 3.0, 3.0])
expected = facts(W, x, t, 2)
old = torch.tensor(100.0)
check.close(
    watched(micro_batch_gradients, W, x, t, 2, old),
    expected,
    on="6 samples, size 2, and an old gradient of 100 in W.grad",
    traps={
        "this takes the whole batch at once: it does not fit into the memory": 6,
        "this makes `size` pieces: pieces of `size` samples are asked for": 3,
        "this adds up losses and walks back once: every piece's graph is in memory until then": 2,
        "the old gradient is still in it: set .grad to None before the first piece": expected["W.grad"] + old,
        "this keeps the last piece only: clear .grad before the loop, not in it": lambda: facts(W, x[4:], t[4:], 2)["W.grad"] / 3,
        "this updates the parameter: only its .grad is asked for": True,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for samples, size in [(7, 3), (4, 1), (2, 9), (9, 4)]:
    W, old = torch.tensor(-1.5, dtype=torch.float64), torch.tensor(-7.0, dtype=torch.float64)
    x = torch.randn(samples, generator=generator, dtype=torch.float64)
    t = torch.randn(samples, generator=generator, dtype=torch.float64)
    check.close(
        watched(micro_batch_gradients, W, x, t, size, old),
        facts(W, x, t, size),
        on=f"{samples} samples, size {size}, and an old gradient in W.grad, float64",
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# `backward()` adds by itself. So clear once, then one `backward()` for each piece. What must each piece's mean be multiplied by, so that they add up to the mean of all?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `range(0, N, size)` gives the starts, and a slice may end beyond the last sample: it is then shorter. A piece of k samples has the share k / N of the mean. Take the number out of each loss with
# `item()`: a tensor would keep its graph.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# for parameter in parameters:
#     parameter.grad = ...
# total = 0.0
# for start in range(0, len(x), size):
#     piece, target = x[start : ...], t[...]
#     loss = loss_of(piece, target) * (... / len(x))
#     loss. ...
#     total += ...
# return total
# ```
#
# </details>

# %% [markdown] solution_notes="micro_batch_gradients"
# **Why it works.** The mean of all is Σ (k/N) · (mean of a piece of k), and gradients of a sum add up, which is what `backward()` does in `.grad`. Each walk frees its graph before the next piece is computed. **Another way.** Let each piece's loss be
# a sum, `loss_of(piece, target) * len(piece)`, and divide every `.grad` by N once, at the end.

# %% [markdown]
# ### Exercise 5 · Find the bugs: five broken updates ★★ · 10 points · 14 minutes
#
# Each of the five functions should take one step downhill on `loss_of`, a function from `w` to a tensor of shape ():
#
# - compute the slope of `loss_of(w)` in `w`, and move `w` by −`rate` · slope, *in place*: it is the caller's tensor that must move;
# - leave everything ready for the next step: `w` is still a leaf that asks for a gradient, and no step counts an old slope again.
#
# They return nothing. `w` is a leaf that asks, and `w.grad` is None before the first step. Each function has one bug of its own, and the caller takes several steps with each. Two of the bugs raise an error, at once or later; three say nothing.
# Mend all five, keeping their names and arguments. Each is a check of 2 points.
#
# It tests **updates**, section 7 of [the chapter](../../course/08_autograd.ipynb).

# %% solution="step_a" objective="updates"
def step_a(w: Tensor, loss_of, rate: float) -> None:
    """A leaf, a function, a rate -> None; w is moved.

    >>> w = torch.tensor([3.0], requires_grad=True)
    >>> step_a(w, lambda w: w.square().sum(), 0.25)
    >>> w.tolist()
    [1.5]
    """
    w.grad = None
    loss_of(w).backward()
    w = w - rate * w.grad


def step_b(w: Tensor, loss_of, rate: float) -> None:
    """A leaf, a function, a rate -> None; w is moved."""
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w: Tensor, loss_of, rate: float) -> None:
    """A leaf, a function, a rate -> None; w is moved."""
    w.grad = None
    loss_of(w).backward()
    w -= rate * w.grad


def step_d(w: Tensor, loss_of, rate: float) -> None:
    """A leaf, a function, a rate -> None; w is moved."""
    loss_of(w).backward()
    w.grad.zero_()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w: Tensor, loss_of, rate: float) -> None:
    """A leaf, a function, a rate -> None; w is moved."""
    w.grad = None
    loss_of(w).backward()
    w.requires_grad_(False)
    w -= rate * w.grad


### BEGIN SOLUTION
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad
    w.grad.zero_()


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    w.requires_grad_(False)
    w -= rate * w.grad
    w.requires_grad_()
### END SOLUTION

# %% test="step_a-a" points=2
check.attempted(step_a, "step_a takes step after step downhill, in place, and leaves w ready for the next", given="7a1c236a")


@check.observe
def walk_a(function, start, target, rate, steps):
    w = start.clone().requires_grad_()
    for _ in range(steps):
        result = function(w, lambda w: (w - target).square().sum() / 8, rate)
        if result is not None:
            raise TypeError(f"returned a {type(result).__name__}, expected nothing: the caller looks at its own w")
        if not w.is_leaf or not w.requires_grad:
            raise RuntimeError("w does not ask for a gradient after the step, or is no leaf: the next step would fail")
    return w.detach().clone()


def downhill(start, target, rate, steps, kept):
    """Where w should be in the end; `kept` is how much of the old slopes is counted again."""
    w, slope = start.clone(), torch.zeros_like(start)
    for _ in range(steps):
        slope = kept * slope + (w - target) / 4
        w = w - rate * slope
    return w


start, target = torch.tensor([8.0, -2.0]), torch.tensor([0.0, 6.0])
expected = downhill(start, target, 2.0, 3, 0)
check.close(
    walk_a(step_a, start, target, 2.0, 3),
    expected,
    on="w (2,), after three steps with a rate of 2",
    traps={
        "the caller's w has not moved: write into it, in place": start,
        "old slopes are counted again: clear .grad before the next walk": downhill(start, target, 2.0, 3, 1),
        "w moves uphill: subtract the slope": downhill(start, target, -2.0, 3, 0),
        "w moves by the slope alone: multiply with the rate": downhill(start, target, 1.0, 3, 0),
        "w has taken one step, and stayed there": downhill(start, target, 2.0, 1, 0),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape, rate, steps in [((3,), 1.0, 4), ((), 3.0, 3), ((2, 3), 2.0, 2), ((1,), 0.0, 2)]:
    start, target = torch.randn((2, *shape), generator=generator, dtype=torch.float64)
    check.close(
        walk_a(step_a, start, target, rate, steps),
        downhill(start, target, rate, steps, 0),
        on=f"w {shape}, after {steps} steps with a rate of {rate}, float64",
        traps={
            "the caller's w has not moved: write into it, in place": start,
            "old slopes are counted again: clear .grad before the next walk": downhill(start, target, rate, steps, 1),
        },
    )
### END HIDDEN TESTS

# %% test="step_a-b" points=2
check.attempted(step_b, "step_b takes step after step downhill, in place, and leaves w ready for the next", given="32104f16")


@check.observe
def walk_b(function, start, target, rate, steps):
    w = start.clone().requires_grad_()
    for _ in range(steps):
        result = function(w, lambda w: (w - target).square().sum() / 8, rate)
        if result is not None:
            raise TypeError(f"returned a {type(result).__name__}, expected nothing: the caller looks at its own w")
        if not w.is_leaf or not w.requires_grad:
            raise RuntimeError("w does not ask for a gradient after the step, or is no leaf: the next step would fail")
    return w.detach().clone()


def downhill(start, target, rate, steps, kept):
    """Where w should be in the end; `kept` is how much of the old slopes is counted again."""
    w, slope = start.clone(), torch.zeros_like(start)
    for _ in range(steps):
        slope = kept * slope + (w - target) / 4
        w = w - rate * slope
    return w


start, target = torch.tensor([8.0, -2.0]), torch.tensor([0.0, 6.0])
expected = downhill(start, target, 2.0, 3, 0)
check.close(
    walk_b(step_b, start, target, 2.0, 3),
    expected,
    on="w (2,), after three steps with a rate of 2",
    traps={
        "the caller's w has not moved: write into it, in place": start,
        "old slopes are counted again: clear .grad before the next walk": downhill(start, target, 2.0, 3, 1),
        "w moves uphill: subtract the slope": downhill(start, target, -2.0, 3, 0),
        "w moves by the slope alone: multiply with the rate": downhill(start, target, 1.0, 3, 0),
        "w has taken one step, and stayed there": downhill(start, target, 2.0, 1, 0),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape, rate, steps in [((3,), 1.0, 4), ((), 3.0, 3), ((2, 3), 2.0, 2), ((1,), 0.0, 2)]:
    start, target = torch.randn((2, *shape), generator=generator, dtype=torch.float64)
    check.close(
        walk_b(step_b, start, target, rate, steps),
        downhill(start, target, rate, steps, 0),
        on=f"w {shape}, after {steps} steps with a rate of {rate}, float64",
        traps={
            "the caller's w has not moved: write into it, in place": start,
            "old slopes are counted again: clear .grad before the next walk": downhill(start, target, rate, steps, 1),
        },
    )
### END HIDDEN TESTS

# %% test="step_a-c" points=2
check.attempted(step_c, "step_c takes step after step downhill, in place, and leaves w ready for the next", given="d24cf94d")


@check.observe
def walk_c(function, start, target, rate, steps):
    w = start.clone().requires_grad_()
    for _ in range(steps):
        result = function(w, lambda w: (w - target).square().sum() / 8, rate)
        if result is not None:
            raise TypeError(f"returned a {type(result).__name__}, expected nothing: the caller looks at its own w")
        if not w.is_leaf or not w.requires_grad:
            raise RuntimeError("w does not ask for a gradient after the step, or is no leaf: the next step would fail")
    return w.detach().clone()


def downhill(start, target, rate, steps, kept):
    """Where w should be in the end; `kept` is how much of the old slopes is counted again."""
    w, slope = start.clone(), torch.zeros_like(start)
    for _ in range(steps):
        slope = kept * slope + (w - target) / 4
        w = w - rate * slope
    return w


start, target = torch.tensor([8.0, -2.0]), torch.tensor([0.0, 6.0])
expected = downhill(start, target, 2.0, 3, 0)
check.close(
    walk_c(step_c, start, target, 2.0, 3),
    expected,
    on="w (2,), after three steps with a rate of 2",
    traps={
        "the caller's w has not moved: write into it, in place": start,
        "old slopes are counted again: clear .grad before the next walk": downhill(start, target, 2.0, 3, 1),
        "w moves uphill: subtract the slope": downhill(start, target, -2.0, 3, 0),
        "w moves by the slope alone: multiply with the rate": downhill(start, target, 1.0, 3, 0),
        "w has taken one step, and stayed there": downhill(start, target, 2.0, 1, 0),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape, rate, steps in [((3,), 1.0, 4), ((), 3.0, 3), ((2, 3), 2.0, 2), ((1,), 0.0, 2)]:
    start, target = torch.randn((2, *shape), generator=generator, dtype=torch.float64)
    check.close(
        walk_c(step_c, start, target, rate, steps),
        downhill(start, target, rate, steps, 0),
        on=f"w {shape}, after {steps} steps with a rate of {rate}, float64",
        traps={
            "the caller's w has not moved: write into it, in place": start,
            "old slopes are counted again: clear .grad before the next walk": downhill(start, target, rate, steps, 1),
        },
    )
### END HIDDEN TESTS

# %% test="step_a-d" points=2
check.attempted(step_d, "step_d takes step after step downhill, in place, and leaves w ready for the next", given="deb0bd05")


@check.observe
def walk_d(function, start, target, rate, steps):
    w = start.clone().requires_grad_()
    for _ in range(steps):
        result = function(w, lambda w: (w - target).square().sum() / 8, rate)
        if result is not None:
            raise TypeError(f"returned a {type(result).__name__}, expected nothing: the caller looks at its own w")
        if not w.is_leaf or not w.requires_grad:
            raise RuntimeError("w does not ask for a gradient after the step, or is no leaf: the next step would fail")
    return w.detach().clone()


def downhill(start, target, rate, steps, kept):
    """Where w should be in the end; `kept` is how much of the old slopes is counted again."""
    w, slope = start.clone(), torch.zeros_like(start)
    for _ in range(steps):
        slope = kept * slope + (w - target) / 4
        w = w - rate * slope
    return w


start, target = torch.tensor([8.0, -2.0]), torch.tensor([0.0, 6.0])
expected = downhill(start, target, 2.0, 3, 0)
check.close(
    walk_d(step_d, start, target, 2.0, 3),
    expected,
    on="w (2,), after three steps with a rate of 2",
    traps={
        "the caller's w has not moved: write into it, in place": start,
        "old slopes are counted again: clear .grad before the next walk": downhill(start, target, 2.0, 3, 1),
        "w moves uphill: subtract the slope": downhill(start, target, -2.0, 3, 0),
        "w moves by the slope alone: multiply with the rate": downhill(start, target, 1.0, 3, 0),
        "w has taken one step, and stayed there": downhill(start, target, 2.0, 1, 0),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape, rate, steps in [((3,), 1.0, 4), ((), 3.0, 3), ((2, 3), 2.0, 2), ((1,), 0.0, 2)]:
    start, target = torch.randn((2, *shape), generator=generator, dtype=torch.float64)
    check.close(
        walk_d(step_d, start, target, rate, steps),
        downhill(start, target, rate, steps, 0),
        on=f"w {shape}, after {steps} steps with a rate of {rate}, float64",
        traps={
            "the caller's w has not moved: write into it, in place": start,
            "old slopes are counted again: clear .grad before the next walk": downhill(start, target, rate, steps, 1),
        },
    )
### END HIDDEN TESTS

# %% test="step_a-e" points=2
check.attempted(step_e, "step_e takes step after step downhill, in place, and leaves w ready for the next", given="a77ae896")


@check.observe
def walk_e(function, start, target, rate, steps):
    w = start.clone().requires_grad_()
    for _ in range(steps):
        result = function(w, lambda w: (w - target).square().sum() / 8, rate)
        if result is not None:
            raise TypeError(f"returned a {type(result).__name__}, expected nothing: the caller looks at its own w")
        if not w.is_leaf or not w.requires_grad:
            raise RuntimeError("w does not ask for a gradient after the step, or is no leaf: the next step would fail")
    return w.detach().clone()


def downhill(start, target, rate, steps, kept):
    """Where w should be in the end; `kept` is how much of the old slopes is counted again."""
    w, slope = start.clone(), torch.zeros_like(start)
    for _ in range(steps):
        slope = kept * slope + (w - target) / 4
        w = w - rate * slope
    return w


start, target = torch.tensor([8.0, -2.0]), torch.tensor([0.0, 6.0])
expected = downhill(start, target, 2.0, 3, 0)
check.close(
    walk_e(step_e, start, target, 2.0, 3),
    expected,
    on="w (2,), after three steps with a rate of 2",
    traps={
        "the caller's w has not moved: write into it, in place": start,
        "old slopes are counted again: clear .grad before the next walk": downhill(start, target, 2.0, 3, 1),
        "w moves uphill: subtract the slope": downhill(start, target, -2.0, 3, 0),
        "w moves by the slope alone: multiply with the rate": downhill(start, target, 1.0, 3, 0),
        "w has taken one step, and stayed there": downhill(start, target, 2.0, 1, 0),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape, rate, steps in [((3,), 1.0, 4), ((), 3.0, 3), ((2, 3), 2.0, 2), ((1,), 0.0, 2)]:
    start, target = torch.randn((2, *shape), generator=generator, dtype=torch.float64)
    check.close(
        walk_e(step_e, start, target, rate, steps),
        downhill(start, target, rate, steps, 0),
        on=f"w {shape}, after {steps} steps with a rate of {rate}, float64",
        traps={
            "the caller's w has not moved: write into it, in place": start,
            "old slopes are counted again: clear .grad before the next walk": downhill(start, target, rate, steps, 1),
        },
    )
### END HIDDEN TESTS
# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Run each function three times on `w = torch.tensor([8.0], requires_grad=True)` with `lambda w: w.square().sum()` and a rate of 0.25, printing `w` and `w.grad` after each. It should go 8, 4, 2, 1.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Four things must happen in this order: clear the old slope, `backward()`, write into `w` in place without recording, and nothing that changes who `w` is. `w = …` inside a function gives the *name* to another tensor; `w -= …` writes
# into the tensor that is there.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# w.grad = ...
# loss_of(w). ...
# with ...:
#     w -= ...
# ```
#
# </details>

# %% [markdown] solution_notes="step_a"
# **Why it works.** `step_a` gave the name `w` to a result, and the caller's tensor stayed where it was. `step_b` never cleared, so each step took all old slopes again. `step_c` wrote into a leaf while torch was recording, which it refuses.
# `step_d` cleared between the walk and the update, and moved by 0. `step_e` stopped asking, which allows the write, and never asked again. **Another way.** `slope = torch.autograd.grad(loss_of(w), w)[0]` touches no `.grad`, so nothing has to be cleared; then
# write under `no_grad`, or through `w.detach()`, which shares the memory.

# %% [markdown]
# ## Stretch

# %% [markdown]
# ### Exercise 6 · Backward of a linear layer ★★★ · 15 points · 15 minutes
#
# A layer computes y = x @ W + b, with x (..., n), W (n, m), b (m,) and y (..., m). From above comes v, the gradient of some loss in y, in the shape of y. Return the gradients of that loss in x, W and b, as a tuple.
#
# By hand: no `backward`, no `torch.autograd`. x may have any number of leading axes, none included. Sum over the samples; do not average: the loss has done that, or not.
#
# It tests **layer**, section 8 of [the chapter](../../course/08_autograd.ipynb).

# %% solution="linear_backward" objective="layer"
def linear_backward(x: Tensor, W: Tensor, v: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """x (..., n), W (n, m), v (..., m) -> gradients (..., n), (n, m), (m,), in their dtype.

    >>> [tuple(gradient.shape) for gradient in linear_backward(torch.ones(5, 3), torch.ones(3, 2), torch.ones(5, 2))]
    [(5, 3), (3, 2), (2,)]
    """
    ### BEGIN SOLUTION
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.T @ upstream, upstream.sum(0)
    ### END SOLUTION

# %% test="linear_backward-x" points=3
check.attempted(linear_backward, "linear_backward gives the gradient in x")
check.source_without(linear_backward, *READY_GRADIENTS)


@check.observe
def gradient_in_x(function, x, W, v):
    result = function(x, W, v)
    if type(result) in (tuple, list) and len(result) != 3:
        raise ValueError(f"three gradients are asked for, in x, W and b: this is a {type(result).__name__} of {len(result)}")
    if result is not None and type(result) is not tuple:
        raise TypeError(f"a tuple of three gradients is asked for, in x, W and b: this is a {type(result).__name__}")
    return result and result[0]


x = torch.tensor([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]])
W = torch.tensor([[1.0, 0.0, 2.0], [4.0, -1.0, 1.0]])
v = torch.tensor([[1.0, 2.0, 0.0], [0.0, 2.0, 1.0], [1.0, 0.0, 3.0]])
expected = v @ W.T
check.close(
    gradient_in_x(linear_backward, x, W, v),
    expected,
    on="x (3, 2), W (2, 3), v (3, 3)",
    traps={
        "this forgets v: what comes from above is handed on": W.sum(1).expand(3, 2),
        "this is the same for every sample: each row of x has its own row of v": expected.sum(0).expand(3, 2),
        "this adds up over the batch: x has a row for each sample, so its gradient has, too": expected.sum(0),
        "this averages over the batch: leave that to the loss": expected / 3,
        "this is the output of the layer": x @ W,
        "this is the gradient in W: x comes first, then W, then b": x.T @ v,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for samples, inputs, outputs in [(4, 3, 2), (1, 2, 5), (3, 3, 3), (2, 1, 1), (0, 2, 3)]:
    x = torch.randn(samples, inputs, generator=generator, dtype=torch.float64)
    W = torch.randn(inputs, outputs, generator=generator, dtype=torch.float64)
    v = torch.randn(samples, outputs, generator=generator, dtype=torch.float64)
    expected = v @ W.T
    check.close(
        gradient_in_x(linear_backward, x, W, v),
        expected,
        on=f"x ({samples}, {inputs}), W ({inputs}, {outputs}), float64",
        traps={"this lacks a transpose, which shows only where W is square: v @ W.T": lambda: v @ W},
    )
    check.unchanged(linear_backward, x, W, v, on=f"x ({samples}, {inputs}), W ({inputs}, {outputs})")
### END HIDDEN TESTS

# %% test="linear_backward-W" points=4
check.attempted(linear_backward, "linear_backward gives the gradient in W, added up over the batch")
check.source_without(linear_backward, *READY_GRADIENTS)


@check.observe
def gradient_in_W(function, x, W, v):
    result = function(x, W, v)
    if type(result) in (tuple, list) and len(result) != 3:
        raise ValueError(f"three gradients are asked for, in x, W and b: this is a {type(result).__name__} of {len(result)}")
    if result is not None and type(result) is not tuple:
        raise TypeError(f"a tuple of three gradients is asked for, in x, W and b: this is a {type(result).__name__}")
    return result and result[1]


x = torch.tensor([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]])
W = torch.tensor([[1.0, 0.0, 2.0], [4.0, -1.0, 1.0]])
v = torch.tensor([[1.0, 2.0, 0.0], [0.0, 2.0, 1.0], [1.0, 0.0, 3.0]])
expected = x.T @ v
check.close(
    gradient_in_W(linear_backward, x, W, v),
    expected,
    on="x (3, 2), W (2, 3), v (3, 3)",
    traps={
        "this averages over the batch: leave that to the loss": expected / 3,
        "this is transposed, the way nn.Linear keeps its weight: W is (n, m)": expected.T,
        "this takes the first sample only: each sample uses W, and their slopes add up": torch.outer(x[0], v[0]),
        "this keeps a matrix for each sample: each sample uses W, and their slopes add up": x.unsqueeze(2) * v.unsqueeze(1),
        "this multiplies sums: multiply each sample's x with its own v, then add up": torch.outer(x.sum(0), v.sum(0)),
        "this forgets v: what comes from above is handed on": x.sum(0).unsqueeze(1).expand(2, 3),
        "this is the gradient in x: x comes first, then W, then b": v @ W.T,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for samples, inputs, outputs in [(4, 3, 2), (1, 2, 5), (3, 3, 3), (2, 1, 1), (0, 2, 3)]:
    x = torch.randn(samples, inputs, generator=generator, dtype=torch.float64)
    W = torch.randn(inputs, outputs, generator=generator, dtype=torch.float64)
    v = torch.randn(samples, outputs, generator=generator, dtype=torch.float64)
    expected = x.T @ v
    check.close(
        gradient_in_W(linear_backward, x, W, v),
        expected,
        on=f"x ({samples}, {inputs}), W ({inputs}, {outputs}), float64",
        traps={
            "this is transposed, which shows only where W is not square: W is (n, m)": v.T @ x,
            "this lacks a transpose, which shows only where all sizes are equal: x.T @ v": lambda: x @ v,
            "this averages over the batch: leave that to the loss": expected / max(1, samples),
        },
    )
### END HIDDEN TESTS

# %% test="linear_backward-b" points=3
check.attempted(linear_backward, "linear_backward gives the gradient in b, added up over the batch")
check.source_without(linear_backward, *READY_GRADIENTS)


@check.observe
def gradient_in_b(function, x, W, v):
    result = function(x, W, v)
    if type(result) in (tuple, list) and len(result) != 3:
        raise ValueError(f"three gradients are asked for, in x, W and b: this is a {type(result).__name__} of {len(result)}")
    if result is not None and type(result) is not tuple:
        raise TypeError(f"a tuple of three gradients is asked for, in x, W and b: this is a {type(result).__name__}")
    return result and result[2]


x = torch.tensor([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]])
W = torch.tensor([[1.0, 0.0, 2.0], [4.0, -1.0, 1.0]])
v = torch.tensor([[1.0, 2.0, 0.0], [0.0, 2.0, 1.0], [1.0, 0.0, 3.0]])
expected = v.sum(0)
check.close(
    gradient_in_b(linear_backward, x, W, v),
    expected,
    on="x (3, 2), W (2, 3), v (3, 3)",
    traps={
        "this averages over the batch: leave that to the loss": expected / 3,
        "this is v itself: one b served every sample, so their slopes add up": v,
        "this adds up over the outputs: b has an entry for each output": v.sum(1),
        "this forgets v: what comes from above is handed on": torch.ones(3),
        "this counts the samples, and forgets v: what comes from above is handed on": torch.full((3,), 3.0),
        "this adds up everything: b has an entry for each output": v.sum(),
        "this keeps the batch as an axis of 1: b is (m,)": v.sum(0, keepdim=True),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for samples, inputs, outputs in [(4, 3, 2), (1, 2, 5), (3, 3, 3), (2, 1, 1), (0, 2, 3)]:
    x = torch.randn(samples, inputs, generator=generator)
    W = torch.randn(inputs, outputs, generator=generator)
    v = torch.randn(samples, outputs, generator=generator)
    expected = v.sum(0)
    check.close(
        gradient_in_b(linear_backward, x, W, v),
        expected,
        on=f"x ({samples}, {inputs}), W ({inputs}, {outputs}), float32",
        traps={"this adds up over the outputs: b has an entry for each output": v.sum(1)},
    )
### END HIDDEN TESTS

# %% test="linear_backward-leading" points=5
check.attempted(linear_backward, "linear_backward takes any number of leading axes, none included")
check.source_without(linear_backward, *READY_GRADIENTS)


@check.observe
def doubled(function, x, W, v):
    result = function(x, W, v)
    if type(result) in (tuple, list) and len(result) != 3:
        raise ValueError(f"three gradients are asked for, in x, W and b: this is a {type(result).__name__} of {len(result)}")
    if result is not None and type(result) is not tuple:
        raise TypeError(f"a tuple of three gradients is asked for, in x, W and b: this is a {type(result).__name__}")
    return result and tuple(None if gradient is None else 2 * gradient for gradient in result)


W = torch.tensor([[1.0, 0.0, 2.0], [4.0, -1.0, 1.0]])
x, v = torch.tensor([3.0, -2.0]), torch.tensor([1.0, 2.0, 0.5])
expected = (2 * v @ W.T, 2 * torch.outer(x, v), 2 * v)
check.close(
    doubled(linear_backward, x, W, v),
    expected,
    on="x (2,), W (2, 3), v (3,): one sample, no batch, and each gradient times 2",
    traps={"this adds up the one sample's v: without a batch there is nothing to sum over": 2 * v.sum()},
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for leading, inputs, outputs in [((2, 4), 3, 2), ((), 3, 4), ((2, 1, 3), 2, 2), ((5,), 1, 3), ((1, 1), 2, 1), ((2, 0), 3, 2)]:
    x = torch.randn((*leading, inputs), generator=generator, dtype=torch.float64)
    W = torch.randn(inputs, outputs, generator=generator, dtype=torch.float64)
    v = torch.randn((*leading, outputs), generator=generator, dtype=torch.float64)
    leaves = [x.clone().requires_grad_(), W.clone().requires_grad_(), torch.zeros(outputs, dtype=torch.float64, requires_grad=True)]
    expected = torch.autograd.grad(leaves[0] @ leaves[1] + leaves[2], leaves, v)
    check.close(
        doubled(linear_backward, x, W, v),
        tuple(2 * gradient for gradient in expected),
        on=f"x {tuple(x.shape)}, W ({inputs}, {outputs}), v {tuple(v.shape)}, float64, and each gradient times 2",
        traps={
            "this sums over the first axis only: b and W serve every leading axis": lambda: 2 * v.sum(0),
            "this keeps the first axis: b and W serve every leading axis": lambda: 2 * x.transpose(-1, -2) @ v,
        },
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# A gradient has the shape of its tensor. Write down the shapes of x, W and v, and look for products of two of them that have the shapes asked for.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Entry (i, j) of W carries x[s, i] to y[s, j], in every sample s: its slope is Σ over s of x[s, i] · v[s, j], a product with x transposed. Entry i of a sample's x reaches every output through row i of W. b is copied to every sample, so v adds up. For leading axes, first make rows of them.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# rows, upstream = x.reshape(-1, ...), v.reshape(-1, ...)
# return v @ ..., rows. ... @ upstream, upstream.sum(...)
# ```
#
# </details>

# %% [markdown] solution_notes="linear_backward"
# **Why it works.** Each weight and each bias is used once by every sample, so what forward copies, backward adds up: the product of `rows.T` with `upstream` sums over the samples, as it sums over its inner size. x is used by all m outputs, so its gradient sums over these.
# **Another way.** `torch.einsum("...i,...j->ij", x, v)` says it in one line, for any leading axes, and `v.sum(tuple(range(v.dim() - 1)))` would do for b, were it not that an empty tuple means every axis.

# %% [markdown]
# ### Exercise 7 · Your own gradcheck ★★★ · 15 points · 15 minutes
#
# Somebody has written `gradient(x)`, and claims that it is the gradient of `function(x)`, which has the shape (). Measure, and judge. Return a tuple:
#
# 1. whether they agree, as True or False: the claim has the shape of x, and *every* entry differs from the measured slope by at most `tolerance · (1 + |measured|)`. A NaN agrees with nothing.
# 2. the measured gradient, a float64 tensor in the shape of x: (f(x + h) − f(x − h)) / 2h, one entry at a time.
#
# Measure in float64, whatever the dtype of x, and hand both functions the float64 x. x itself is not changed; it may ask for a gradient.
# Measure by hand: no `gradcheck`, no `backward`, no `torch.autograd`.
#
# It tests **checking**, section 9 of [the chapter](../../course/08_autograd.ipynb).

# %% solution="check_gradient" objective="checking"
def check_gradient(function, gradient, x: Tensor, h: float = 1e-5, tolerance: float = 1e-6) -> tuple[bool, Tensor]:
    """Two functions, a point of any shape -> (do they agree, the measured gradient in float64).

    >>> check_gradient(lambda x: x.square().sum(), lambda x: 2 * x, torch.tensor([3.0, 1.0]))[0]
    True
    """
    ### BEGIN SOLUTION
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=torch.float64)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured
    ### END SOLUTION

# %% test="check_gradient-measures" points=4
check.attempted(check_gradient, "check_gradient measures each slope to both sides")
check.source_without(check_gradient, *READY_NUMBERS)


@check.observe
def measured_slopes(function, which, x, h):
    functions = {"cubes": lambda x: (x * x * x).sum(), "product": lambda x: x.prod(), "squared sum": lambda x: x.sum() * x.sum()}
    result = function(functions[which], lambda x: x, x, h)
    if type(result) in (tuple, list) and len(result) != 2:
        raise ValueError(f"two things are asked for, (do they agree, the measured gradient): this is a {type(result).__name__} of {len(result)}")
    if result is not None and type(result) is not tuple:
        raise TypeError(f"a tuple is asked for, (do they agree, the measured gradient): this is a {type(result).__name__}")
    return result and result[1]


x = torch.tensor([1.0, 2.0, -1.0], dtype=torch.float64)
h = 3.0
expected, one_sided = 3 * x * x + h * h, ((x + h) ** 3 - x**3) / h
check.close(
    measured_slopes(check_gradient, "cubes", x, h),
    expected,
    on="Σ x³ at x (3,), h = 3",
    traps={
        "this looks to the right only: (f(x + h) − f(x − h)) / 2h looks to both sides": one_sided,
        "this looks to the left only: (f(x + h) − f(x − h)) / 2h looks to both sides": (x**3 - (x - h) ** 3) / h,
        "this divides by h: from x − h to x + h it is 2h": 2 * expected,
        "this does not divide by 2h": 2 * h * expected,
        "this divides by 2 and multiplies by h: put brackets around 2 * h": h * h * expected,
        "this nudges all entries at once: a partial derivative moves one, and holds the others still": expected.sum().expand(3),
        "this is the exact gradient, or that of a smaller step: measure with the h that is given": 3 * x * x,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for size, h in [(4, 2.0), (1, 3.0), (3, 1.0)]:
    x = torch.randn(size, generator=generator, dtype=torch.float64) + 2
    expected = {"cubes": 3 * x * x + h * h, "product": x.prod() / x, "squared sum": (2 * x.sum()).expand(size)}
    for which in expected:
        check.close(measured_slopes(check_gradient, which, x, h), expected[which], on=f"{which} of x ({size},), h = {h}, float64")
### END HIDDEN TESTS

# %% test="check_gradient-shapes" points=4
check.attempted(check_gradient, "check_gradient takes x of any shape, also one that asks for a gradient, and leaves it as it is")
check.source_without(check_gradient, *READY_NUMBERS)


@check.observe
def slopes_of_any_shape(function, x):
    before = x.detach().clone()

    def weighted(x):
        if x.shape != before.shape:
            raise ValueError(f"function was called with the shape {tuple(x.shape)}: hand it x in its own shape, {tuple(before.shape)}")
        return (x * x * (1 + before.double())).sum()

    result = function(weighted, lambda x: 2 * x * (1 + before.double()), x, 2.0)
    if type(result) in (tuple, list) and len(result) != 2:
        raise ValueError(f"two things are asked for, (do they agree, the measured gradient): this is a {type(result).__name__} of {len(result)}")
    if result is not None and type(result) is not tuple:
        raise TypeError(f"a tuple is asked for, (do they agree, the measured gradient): this is a {type(result).__name__}")
    if not before.equal(x.detach()):
        raise ValueError("x is another one after the call: nudge a copy")
    return result and {"measured": result[1], "agrees": result[0]}


x = torch.tensor([[1.0, 2.0, 0.5], [-1.0, 0.0, 3.0]], dtype=torch.float64)
slopes = 2 * x * (1 + x)
expected = {"measured": slopes, "agrees": True}
traps = {
    "this has no shape left: reshape the slopes to that of x": slopes.reshape(-1),
    "this has one slope for each row: each entry has its own": slopes.sum(1),
    "this nudges a whole row at once: a partial derivative moves one entry, and holds the others still": slopes.sum(1, keepdim=True).expand(2, 3),
    "the slopes are right, and the claim as well, but the verdict is False": False,
    "the verdict is a tensor: True or False is asked for": torch.tensor(True),
}
check.close(slopes_of_any_shape(check_gradient, x), expected, on="x (2, 3)", traps=traps)
row = {"measured": slopes[0].clone(), "agrees": True}
check.close(slopes_of_any_shape(check_gradient, x[0].clone().requires_grad_()), row, on="x (3,), asking for a gradient", traps=traps)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(), (1,), (2, 1, 3), (4, 1), (0,), (2, 0)]:
    for asks in (False, True):
        x = torch.randn(shape, generator=generator, dtype=torch.float64)
        expected = {"measured": 2 * x * (1 + x), "agrees": True}
        check.close(
            slopes_of_any_shape(check_gradient, x.clone().requires_grad_(asks)),
            expected,
            on=f"x {shape}, {'asking for a gradient' if asks else 'not asking'}",
        )
turned = torch.randn(3, 2, generator=generator, dtype=torch.float64).T
expected = {"measured": 2 * turned * (1 + turned), "agrees": True}
check.close(slopes_of_any_shape(check_gradient, turned), expected, on="x (2, 3), the transpose of a (3, 2)")
### END HIDDEN TESTS

# %% test="check_gradient-verdict" points=4
check.attempted(check_gradient, "check_gradient finds one wrong entry, a NaN and a wrong shape, and forgives rounding")
check.source_without(check_gradient, *READY_NUMBERS)


@check.observe
def verdict(function, x, spoil, axes):
    def claim(x):
        return (3 * x * x + spoil).reshape(axes)

    result = function(lambda x: (x * x * x).sum(), claim, x)
    if type(result) in (tuple, list) and len(result) != 2:
        raise ValueError(f"two things are asked for, (do they agree, the measured gradient): this is a {type(result).__name__} of {len(result)}")
    if result is not None and type(result) is not tuple:
        raise TypeError(f"a tuple is asked for, (do they agree, the measured gradient): this is a {type(result).__name__}")
    return result and result[0]


x = torch.tensor([1.0, 2.0, -1.0], dtype=torch.float64)
none, one = torch.zeros(3, dtype=torch.float64), torch.tensor([0.0, 0.0, 0.01], dtype=torch.float64)
check.equal(
    verdict(check_gradient, x, none, (3,)),
    True,
    on="the right gradient of Σ x³, x (3,)",
    traps={
        "this wants equality, or measures wrong slopes (see the first check): a measured slope is never exact, so allow for the tolerance": False
    },
)
check.equal(
    verdict(check_gradient, x, one, (3,)),
    False,
    on="a claim that is 0.01 too large in one entry",
    traps={"this overlooks one wrong entry: every entry must agree, not most of them, or their sum": True},
)
check.equal(
    verdict(check_gradient, x, -one, (3,)),
    False,
    on="a claim that is 0.01 too small in one entry",
    traps={"this overlooks a claim that is too small: take the absolute value of the difference": True},
)
### BEGIN HIDDEN TESTS
check.equal(
    verdict(check_gradient, x, torch.tensor([0.0, float("nan"), 0.0]), (3,)),
    False,
    on="a claim with a NaN",
    traps={"this lets NaN pass: NaN > limit is False, so ask for <= instead": True},
)
balanced = torch.tensor([0.01, -0.01, 0.0], dtype=torch.float64)
check.equal(
    verdict(check_gradient, x, balanced, (3,)),
    False,
    on="a claim with two wrong entries that cancel",
    traps={"this lets errors cancel: every entry must agree, not their sum": True},
)
same = torch.tensor([2.0, 2.0, 2.0], dtype=torch.float64)
check.equal(
    verdict(check_gradient, same, none, (3, 1)),
    False,
    on="a claim of the shape (3, 1) for x (3,)",
    traps={"this lets shapes broadcast: a gradient has the shape of x": True},
)
check.equal(verdict(check_gradient, same[:1], none[:1], ()), False, on="a claim of the shape () for x (1,)", traps={"this lets shapes broadcast: a gradient has the shape of x": True})
large = torch.tensor([1000.0, 1.0], dtype=torch.float64)
check.equal(
    verdict(check_gradient, large[:1], torch.tensor([0.5]), (1,)),
    True,
    on="a claim that is off by 0.5 where the slope is 3 000 000",
    traps={"this allows the tolerance alone: a large slope may be off by tolerance · (1 + |measured|)": False},
)
check.equal(
    verdict(check_gradient, large, torch.tensor([0.0, 0.5]), (2,)),
    False,
    on="a claim that is off by 0.5 where the slope is 3, beside a large one",
    traps={"this measures the error of every entry against the largest slope: each has its own limit": True},
)
zero = torch.zeros(2, dtype=torch.float64)
check.equal(
    verdict(check_gradient, zero, torch.tensor([5e-7, 0.0]), (2,)),
    True,
    on="a claim that is off by 5e-7 where the slope is 0",
    traps={"this allows tolerance · |measured|: where the slope is 0 that is nothing": False},
)
check.equal(verdict(check_gradient, x[:0], none[:0], (0,)), True, on="x (0,): there is nothing to disagree about")
### END HIDDEN TESTS

# %% test="check_gradient-precision" points=3
check.attempted(check_gradient, "check_gradient measures in float64, whatever the dtype of x")
check.source_without(check_gradient, *READY_NUMBERS)


@check.observe
def measured_from(function, x):
    def cubes(x):
        return (x * x * x).sum()

    result = function(cubes, lambda x: 3 * x * x, x)
    if type(result) in (tuple, list) and len(result) != 2:
        raise ValueError(f"two things are asked for, (do they agree, the measured gradient): this is a {type(result).__name__} of {len(result)}")
    if result is not None and type(result) is not tuple:
        raise TypeError(f"a tuple is asked for, (do they agree, the measured gradient): this is a {type(result).__name__}")
    return result and {"measured": result[1], "agrees": result[0]}


def drowned(x):
    """Measured in the dtype of x."""
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros_like(x)
        step.view(-1)[i] = 1e-5
        high, low = x + step, x - step
        slopes.append(((high * high * high).sum() - (low * low * low).sum()).item() / 2e-5)
    return torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)


x = torch.tensor([1.0, 2.0, -3.0])
expected = {"measured": 3 * x.double() * x.double(), "agrees": True}
check.close(
    measured_from(check_gradient, x),
    expected,
    on="Σ x³ at x (3,), float32",
    rtol=1e-6,
    atol=1e-8,
    traps={
        "this measures in float32, where a small step drowns in rounding: x.double() first": drowned(x),
        "the measured slopes are right, and the claim as well, but the verdict is False": False,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for dtype in (torch.float32, torch.float16, torch.float64):
    for shape in [(4,), (2, 3)]:
        x = torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
        expected = {"measured": 3 * x.double() * x.double(), "agrees": True}
        check.close(
            measured_from(check_gradient, x),
            expected,
            on=f"Σ x³ at x {shape}, {dtype}",
            rtol=1e-6,
            atol=1e-8,
            traps={"this measures in the dtype of x, where a small step drowns in rounding: x.double() first": drowned(x)},
        )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Make a float64 x that asks for nothing first. Then one loop over the entries: a step that is h in one place and 0 elsewhere, and two calls of `function`.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Build the step flat, with `torch.zeros(x.numel())` and one entry, and reshape it to x: then x + step and x − step are new tensors and nothing needs to be taken back. Before you compare, compare the shapes, for (3, 1) against (3,) would broadcast. And ask for `<=`: with a NaN it is False.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# x = x.detach(). ...
# for i in range(x.numel()):
#     step = torch.zeros(x.numel(), dtype=torch.float64)
#     step[i] = ...
#     step = step.reshape(...)
#     slopes.append((function(...) - function(...)).item() / ...)
# measured = torch.tensor(slopes, dtype=torch.float64).reshape(...)
# claimed = gradient(x)
# if claimed.shape != ...:
#     return False, measured
# agrees = (claimed - measured).abs() <= ...
# return agrees.all().item(), measured
# ```
#
# </details>

# %% [markdown] solution_notes="check_gradient"
# **Why it works.** Each slope needs two runs with one entry moved, so n entries take 2n runs: that is why nobody trains like this, and why it is good enough for a test. The limit grows with the slope, as rounding does, and never falls below the tolerance. **Another way.** Loop over the rows of
# `h * torch.eye(n)`, each reshaped to x: the steps are ready made, at the price of n² numbers.

# %% [markdown]
# ## Boss

# %% [markdown]
# ### Exercise 8 · The engine ★★★★ · 20 points · 35 minutes
#
# Build `Value`: one number with autograd, in plain Python, without torch.
#
# 1. **Numbers.** `Value(3)` has `.data`, a float, and `.grad`, a float that starts at 0.0. The operators `+ - * /`, unary `-`, and `**` with a plain number as the power make new values. In the first four, either side may be a plain number.
#    `2 - x` asks for `x.__rsub__(2)`, and so on.
# 2. **Functions.** `x.exp()`, `x.log()`, `x.tanh()`, `x.relu()`. `math` is imported already.
# 3. **The walk.** `backward()` adds the slope of this value in each leaf to that leaf's `.grad`. A leaf that is used twice gets both parts, and a second walk adds to the first, as in torch. Results on the way start each walk from 0, or they would hand on old slopes a second time.
# 4. **Any shape.** A result hands on only what is complete: a topological order. It is visited once, however many ways lead to it. And no recursion: chains of thousands of steps must work.
#
# | step | local slope |
# |---|---|
# | u + v, u − v | 1 and 1, 1 and −1 |
# | u · v | v and u |
# | u / v | 1/v and −u/v² |
# | uⁿ | n · uⁿ⁻¹ |
# | eᵘ | the result itself |
# | log u | 1/u |
# | tanh u | 1 − result² |
# | relu u | 1 for u > 0, else 0 |
#
# Write `__init__`, `__add__`, `__mul__` and `backward` first, and try them; subtraction and division can be made of what is there. Helper methods of your own are welcome. Your values are held against torch on 100 random graphs.
#
# It tests **engine**, all of [the chapter](../../course/08_autograd.ipynb).

# %% [markdown]
# What your class is held against: graphs written as lists of steps. `v0` is the value of the first step; `torch_says` computes them all and walks back from the last.

# %% locked="graphs"
import math

BINARY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}


def torch_says(steps, walks=1):
    """[("leaf", 1.5), ("*", "v0", 2.0), ...] -> {"data": [...], "grads of the leaves": [...]}."""
    values = []
    for name, *operands in steps:
        found = [values[int(one[1:])] if type(one) is str else one for one in operands]
        if name == "leaf":
            values.append(torch.tensor(found[0], dtype=torch.float64, requires_grad=True))
        elif name in BINARY:
            values.append(BINARY[name](*found))
        else:
            values.append(getattr(found[0], name)())
    for _ in range(walks):
        values[-1].backward(retain_graph=True)
    leaves = [value.grad for value in values if value.is_leaf]
    grads = [0.0 if grad is None else grad.item() for grad in leaves]
    return {"data": [value.item() for value in values], "grads of the leaves": grads}


def written(steps):
    """The steps as a person would write them."""
    lines = []
    for number, (name, *operands) in enumerate(steps):
        texts = [str(one) for one in operands]
        sign = f" {name} " if name in BINARY else ""
        right = sign.join(texts)
        lines.append(f"v{number} = {right}" if sign or name == "leaf" else f"v{number} = {name}({right})")
    return ", ".join(lines)


def random_graph(generator, size):
    """`size` steps, two or three of them leaves; their numbers stay between −5 and 5, away from poles."""

    def pick(n):
        return int(torch.randint(n, (), generator=generator))

    data = [(pick(401) - 200) / 100 for _ in range(2 + pick(2))]
    steps = [("leaf", number) for number in data]
    while len(steps) < size:
        # The newest value is used more often than the others.
        left, right = len(data) - 1 if pick(2) else pick(len(data)), pick(len(data))
        u, v, c = data[left], data[right], (-1.5, 0.5, 2.0, 3)[pick(4)]
        a, b = f"v{left}", f"v{right}"
        whole, power = pick(2) + 2, (-1, 0.5)[pick(2)]
        choices = [
            (("+", a, b), u + v), (("-", a, b), u - v), (("*", a, b), u * v),
            (("+", c, a), c + u), (("-", c, a), c - u), (("*", c, a), c * u),
            (("-", a, c), u - c), (("/", a, c), u / c), (("neg", a), -u),
            (("**", a, whole), u**whole), (("tanh", a), math.tanh(u)), (("relu", a), max(u, 0.0)),
            (("exp", a), math.exp(u)),
        ]
        if abs(v) > 0.3:
            choices += [(("/", a, b), u / v), (("/", c, b), c / v)]
        if u > 0.3:
            choices += [(("log", a), math.log(u)), (("**", a, power), u**power)]
        step, number = choices[pick(len(choices))]
        if abs(number) < 5:
            steps.append(step)
            data.append(number)
    return steps

# %% solution="Value" objective="engine"
class Value:
    """
    >>> x = Value(3.0)
    >>> y = 2 * x + x**2
    >>> y.backward()
    >>> y.data, x.grad
    (15.0, 8.0)
    """

    def __init__(self, data: float):
        """A number -> a leaf."""
        ### BEGIN SOLUTION
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value
        ### END SOLUTION

    def __add__(self, other):
        """self + (Value or number) -> Value."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))
        ### END SOLUTION

    def __mul__(self, other):
        """self * (Value or number) -> Value."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))
        ### END SOLUTION

    def __pow__(self, power: float):
        """self ** number -> Value."""
        ### BEGIN SOLUTION
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))
        ### END SOLUTION

    def __neg__(self):
        """-self -> Value."""
        ### BEGIN SOLUTION
        return self * -1
        ### END SOLUTION

    def __sub__(self, other):
        """self - (Value or number) -> Value."""
        ### BEGIN SOLUTION
        return self + -other
        ### END SOLUTION

    def __truediv__(self, other):
        """self / (Value or number) -> Value."""
        ### BEGIN SOLUTION
        return self * other**-1
        ### END SOLUTION

    def __radd__(self, other):
        """number + self -> Value."""
        ### BEGIN SOLUTION
        return self + other
        ### END SOLUTION

    def __rsub__(self, other):
        """number - self -> Value."""
        ### BEGIN SOLUTION
        return -self + other
        ### END SOLUTION

    def __rmul__(self, other):
        """number * self -> Value."""
        ### BEGIN SOLUTION
        return self * other
        ### END SOLUTION

    def __rtruediv__(self, other):
        """number / self -> Value."""
        ### BEGIN SOLUTION
        return self**-1 * other
        ### END SOLUTION

    def exp(self):
        """-> Value."""
        ### BEGIN SOLUTION
        data = math.exp(self.data)
        return self.made(data, (self, data))
        ### END SOLUTION

    def log(self):
        """-> Value."""
        ### BEGIN SOLUTION
        return self.made(math.log(self.data), (self, 1 / self.data))
        ### END SOLUTION

    def tanh(self):
        """-> Value."""
        ### BEGIN SOLUTION
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))
        ### END SOLUTION

    def relu(self):
        """-> Value."""
        ### BEGIN SOLUTION
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))
        ### END SOLUTION

    def backward(self) -> None:
        """Adds slopes to the .grad of the leaves."""
        ### BEGIN SOLUTION
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)
        ### END SOLUTION

# %% test="Value-arithmetic" points=4
check.attempted(Value, "Value computes with + - * / and **, and gives the slopes of a single step")


@check.observe
def results_of(cls, graphs):
    binary = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "**": lambda a, b: a**b,
    }
    results = []
    for steps, walks in graphs:
        values, leaves = [], []
        for name, *operands in steps:
            found = [values[int(one[1:])] if type(one) is str else one for one in operands]
            if name == "leaf":
                value = cls(found[0])
                leaves.append(value)
            elif name in binary:
                value = binary[name](*found)
            else:
                value = -found[0] if name == "neg" else getattr(found[0], name)()
            if value is None:
                raise TypeError(f"{name} gave None, expected a Value: did you forget `return`?")
            if not isinstance(value, cls):
                raise TypeError(f"{name} gave a {type(value).__name__}, expected a Value: wrap the number, so that it can be walked through")
            values.append(value)
        for _ in range(walks):
            values[-1].backward()
        results.append({"data": [value.data for value in values], "grads of the leaves": [leaf.grad for leaf in leaves]})
    return results


@check.observe
def fresh(cls, number):
    value = cls(number)
    return value.data, value.grad


check.equal(
    fresh(Value, 3),
    (3.0, 0.0),
    on="Value(3), just made",
    traps={
        "data and grad are floats: float(data), and 0.0": (3, 0),
        "data is a float: float(data)": (3, 0.0),
        "grad is a float that starts at 0.0": (3.0, 0),
        "grad is None before the first walk, as in torch: here it starts at 0.0": (3.0, None),
    },
)


def single(steps, *wrong):
    """Traps: sentences about the slopes that a single step is often given."""
    right = torch_says(steps)
    return {sentence: [{**right, "grads of the leaves": slopes}] for sentence, slopes in wrong}


x, y = ("leaf", 3.0), ("leaf", -2.0)
swapped = ("the two slopes of a product are swapped: each is the other factor", [3.0, -2.0])
minus = ("the slope of u − v in v is −1", [1.0, 1.0])
nothing = ("nothing reached the leaves: backward must hand slopes on", [0.0, 0.0])
power = ("this forgets to lower the power: the slope of uⁿ is n · uⁿ⁻¹", [81.0])
for steps, wrong in [
    ([x, y, ("+", "v0", "v1")], [nothing]),
    ([x, y, ("*", "v0", "v1")], [swapped, nothing]),
    ([x, ("neg", "v0")], [("the slope of −u is −1", [1.0])]),
    ([x, y, ("-", "v0", "v1")], [minus]),
    ([x, ("**", "v0", 3)], [power, ("this forgets the factor n: the slope of uⁿ is n · uⁿ⁻¹", [9.0])]),
    ([x, y, ("/", "v0", "v1")], [
        ("the slope of u / v in v has a minus: it is −u/v²", [-0.5, 0.75]),
        ("this hands 1/u to the divisor, as if the quotient were a product: it is −u/v²", [-0.5, 1 / 3]),
    ]),
    ([x, ("+", 2, "v0")], []),
    ([x, ("-", 2, "v0")], [("the slope of 2 − u in u is −1", [1.0])]),
    ([x, ("*", 2, "v0")], []),
    ([x, ("/", 2, "v0")], [("the slope of 2 / u in u is −2/u²", [2 / 9])]),
]:
    check.close(results_of(Value, [(steps, 1)]), [torch_says(steps)], on=written(steps), traps=single(steps, *wrong))
### BEGIN HIDDEN TESTS
graphs = [[("leaf", 0.0), ("**", "v0", 2)], [("leaf", 4.0), ("**", "v0", 0.5)], [("leaf", 0.0), ("*", "v0", 5)]]
for a, b in [(1.5, 2.5), (-0.5, 4.0), (2.0, -3.0)]:
    x, y = ("leaf", a), ("leaf", b)
    for name in ("+", "-", "*", "/"):
        graphs += [[x, y, (name, "v0", "v1")], [x, (name, b, "v0")], [x, (name, "v0", b)], [x, (name, int(b), "v0")]]
    graphs += [[x, ("**", "v0", exponent)] for exponent in (2, 1, -1, -2.0)]
for steps, result in zip(graphs, results_of(Value, [(steps, 1) for steps in graphs])):
    check.close(result, torch_says(steps), on=written(steps))
### END HIDDEN TESTS

# %% test="Value-functions" points=4
check.attempted(Value, "Value knows exp, log, tanh and relu, and multiplies slopes along a chain")


@check.observe
def results_of(cls, graphs):
    binary = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "**": lambda a, b: a**b,
    }
    results = []
    for steps, walks in graphs:
        values, leaves = [], []
        for name, *operands in steps:
            found = [values[int(one[1:])] if type(one) is str else one for one in operands]
            if name == "leaf":
                value = cls(found[0])
                leaves.append(value)
            elif name in binary:
                value = binary[name](*found)
            else:
                value = -found[0] if name == "neg" else getattr(found[0], name)()
            if value is None:
                raise TypeError(f"{name} gave None, expected a Value: did you forget `return`?")
            if not isinstance(value, cls):
                raise TypeError(f"{name} gave a {type(value).__name__}, expected a Value: wrap the number, so that it can be walked through")
            values.append(value)
        for _ in range(walks):
            values[-1].backward()
        results.append({"data": [value.data for value in values], "grads of the leaves": [leaf.grad for leaf in leaves]})
    return results

x = ("leaf", 0.5)
for steps, wrong in [
    ([x, ("exp", "v0")], [("the slope of eᵘ is the result itself, not u · eᵘ⁻¹", [0.5 * math.exp(-0.5)]), ("the slope of eᵘ is the result itself", [0.5])]),
    ([x, ("log", "v0")], [("the slope of log u is 1/u", [math.log(0.5)])]),
    ([x, ("tanh", "v0")], [("the slope of tanh is 1 − result², with the result, not the input", [0.75]), ("the square is missing: the slope of tanh is 1 − result²", [1 - math.tanh(0.5)])]),
    ([x, ("relu", "v0")], []),
    ([("leaf", -0.5), ("relu", "v0")], [("relu hands on nothing where u is negative", [1.0])]),
    ([x, ("*", "v0", 3), ("exp", "v1")], [("this lacks the inner slope: each step multiplies what comes from above", [math.exp(1.5)]), ("this lacks what comes from above: multiply it with the local slope", [3.0])]),
    ([x, ("tanh", "v0"), ("**", "v1", 2), ("-", 1, "v2")], []),
]:
    expected = torch_says(steps)
    traps = {sentence: [{**expected, "grads of the leaves": slopes}] for sentence, slopes in wrong}
    check.close(results_of(Value, [(steps, 1)]), [expected], on=written(steps), traps=traps)
### BEGIN HIDDEN TESTS
graphs = [[("leaf", number), ("log", "v0"), ("/", "v1", 2), ("tanh", "v2")] for number in (0.25, 1.0, 3.0)]
for number in (-1.5, -0.25, 0.0, 0.75, 2.0):
    for name in ("exp", "tanh", "relu"):
        graphs += [[("leaf", number), (name, "v0")], [("leaf", number), ("*", "v0", -2), (name, "v1"), ("+", "v2", 1)]]
for steps, result in zip(graphs, results_of(Value, [(steps, 1) for steps in graphs])):
    expected = torch_says(steps)
    kink = {**expected, "grads of the leaves": [1.0]}
    check.close(result, expected, on=written(steps), traps={"relu hands on nothing where u is 0: torch picks the slope 0 at the kink": kink})
### END HIDDEN TESTS

# %% test="Value-shared" points=4
check.attempted(Value, "Value adds up what comes on several ways, and from several walks")


@check.observe
def results_of(cls, graphs):
    binary = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "**": lambda a, b: a**b,
    }
    results = []
    for steps, walks in graphs:
        values, leaves = [], []
        for name, *operands in steps:
            found = [values[int(one[1:])] if type(one) is str else one for one in operands]
            if name == "leaf":
                value = cls(found[0])
                leaves.append(value)
            elif name in binary:
                value = binary[name](*found)
            else:
                value = -found[0] if name == "neg" else getattr(found[0], name)()
            if value is None:
                raise TypeError(f"{name} gave None, expected a Value: did you forget `return`?")
            if not isinstance(value, cls):
                raise TypeError(f"{name} gave a {type(value).__name__}, expected a Value: wrap the number, so that it can be walked through")
            values.append(value)
        for _ in range(walks):
            values[-1].backward()
        results.append({"data": [value.data for value in values], "grads of the leaves": [leaf.grad for leaf in leaves]})
    return results

x = ("leaf", 3.0)
tax = [("leaf", 4.0), ("*", "v0", 0.5), ("*", "v1", "v0")]
for steps, walks, wrong in [
    ([x, ("+", "v0", "v0")], 1, [("the second part replaces the first: slopes add up, with +=", [1.0])]),
    ([x, ("*", "v0", "v0")], 1, [("the second part replaces the first: slopes add up, with +=", [3.0])]),
    ([*tax, ("+", "v2", "v1")], 1, [
        ("a result was visited twice, and handed on again what it had handed on before", [7.0]),
        ("a result was visited twice, and handed its first part on again", [5.0]),
        ("a result handed on before all its parts had arrived: it must wait for each of them", [2.5]),
        ("the last part replaces the others: slopes add up, with +=", [2.0]),
    ]),
    ([*tax, ("+", "v1", "v2")], 1, [
        ("a result handed on before all its parts had arrived: it must wait for each of them", [2.5]),
        ("a result was visited twice, and handed its first part on again", [5.0]),
        ("a result was visited twice, and handed on again what it had handed on before", [7.0]),
    ]),
    ([x, ("*", "v0", "v0"), ("*", "v1", "v1")], 2, [
        ("the second walk hands on what the first one left in the results: start them from 0", [324.0]),
        ("the second walk hands on what the first one left in the results: start them from 0, the last one, too", [540.0]),
        ("the second walk cleared the leaves: they add up from walk to walk", [108.0]),
        ("the second walk did nothing: what is done once must be done in each walk", [108.0]),
        ("the second part replaces the first: slopes add up, with +=", [27.0]),
    ]),
]:
    expected = torch_says(steps, walks)
    traps = {sentence: [{**expected, "grads of the leaves": slopes}] for sentence, slopes in wrong}
    on = written(steps) + (", two walks" if walks == 2 else "")
    check.close(results_of(Value, [(steps, walks)]), [expected], on=on, traps=traps)
### BEGIN HIDDEN TESTS
graphs = []
for number in (-1.5, 0.5, 2.0):
    x, y = ("leaf", number), ("leaf", 1.5)
    for steps in (
        [x, ("/", "v0", "v0"), ("+", "v1", "v0")],
        [x, ("-", "v0", "v0")],
        [x, ("exp", "v0"), ("*", "v0", "v1"), ("*", "v2", "v1"), ("+", "v3", "v1")],
        [x, y, ("*", "v0", "v1"), ("+", "v2", "v0"), ("tanh", "v3"), ("*", "v4", "v2"), ("+", "v5", "v3"), ("+", "v6", "v1")],
        [x, y, ("+", "v0", 1)],
        [x, ("+", "v0", "v0"), ("+", "v1", "v1"), ("+", "v2", "v1"), ("*", "v3", "v2")],
    ):
        graphs += [(steps, walks) for walks in (1, 2, 3)]
for (steps, walks), result in zip(graphs, results_of(Value, graphs)):
    check.close(result, torch_says(steps, walks), on=f"{written(steps)}; walks: {walks}")


@check.observe
def two_results(cls):
    x = cls(2.0)
    inner = x * x
    first, second = inner * 3, inner + x
    first.backward()
    second.backward()
    return x.grad, first.data, second.data


check.close(
    two_results(Value),
    (17.0, 12.0, 6.0),
    on="inner = x · x at x = 2, then the walks of inner · 3 and of inner + x",
    traps={"the second walk hands on what the first one left in the results: start them from 0": (29.0, 12.0, 6.0)},
)


@check.observe
def leaf_alone(cls):
    x = cls(2.0)
    x.backward()
    x.backward()
    return x.data, x.grad


check.close(leaf_alone(Value), (2.0, 2.0), on="a leaf's own backward(), twice: its slope in itself is 1")
### END HIDDEN TESTS

# %% test="Value-graphs" points=4
check.attempted(Value, "Value agrees with torch on random graphs")


@check.observe
def results_of(cls, graphs):
    binary = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "**": lambda a, b: a**b,
    }
    results = []
    for steps, walks in graphs:
        values, leaves = [], []
        for name, *operands in steps:
            found = [values[int(one[1:])] if type(one) is str else one for one in operands]
            if name == "leaf":
                value = cls(found[0])
                leaves.append(value)
            elif name in binary:
                value = binary[name](*found)
            else:
                value = -found[0] if name == "neg" else getattr(found[0], name)()
            if value is None:
                raise TypeError(f"{name} gave None, expected a Value: did you forget `return`?")
            if not isinstance(value, cls):
                raise TypeError(f"{name} gave a {type(value).__name__}, expected a Value: wrap the number, so that it can be walked through")
            values.append(value)
        for _ in range(walks):
            values[-1].backward()
        results.append({"data": [value.data for value in values], "grads of the leaves": [leaf.grad for leaf in leaves]})
    return results

generator = check.generator()
graphs = [(random_graph(generator, size), 1) for size in (4, 5, 6, 7, 8, 9, 10, 11, 12, 13)]
for (steps, walks), result in zip(graphs, results_of(Value, graphs)):
    check.close(result, torch_says(steps), on=written(steps))
### BEGIN HIDDEN TESTS
graphs = [(random_graph(generator, 6 + number % 14), 1 + number % 2) for number in range(100)]
for (steps, walks), result in zip(graphs, results_of(Value, graphs)):
    check.close(result, torch_says(steps, walks), on=f"{written(steps)}; walks: {walks}")
### END HIDDEN TESTS

# %% test="Value-chain" points=4
check.attempted(Value, "Value survives a chain of 2000 steps, and visits what many ways lead to once")


@check.observe
def long_chain(cls, start, steps):
    try:
        x = cls(start)
        value = x
        for _ in range(steps):
            value = value * 0.999 + x * 0.002
        value.backward()
        return value.data, x.grad
    except RecursionError:
        raise RecursionError("backward goes too deep: keep a list of what is to be visited, instead of calling itself") from None


@check.observe
def ladder(cls, start, steps):
    writes = []

    class Counted(cls):
        def __setattr__(self, name, value):
            if name == "grad":
                writes.append(value)
            super().__setattr__(name, value)

    x = Counted(start)
    value = x + 0
    for _ in range(steps):
        value = value + value
    before = len(writes)
    value.backward()
    return {"data": value.data, "slope": x.grad, "written into x.grad more than 100 times": len(writes) - before > 100}


def end_of(start, steps):
    left = 0.999**steps
    slope = left + 2 * (1 - left)
    return start * slope, slope


check.close(long_chain(Value, 1.5, 2000), end_of(1.5, 2000), on="v = v · 0.999 + x · 0.002, 2000 times over", rtol=1e-9)
check.close(
    ladder(Value, 1.0, 10),
    {"data": 1024.0, "slope": 1024.0, "written into x.grad more than 100 times": False},
    on="v = v + v, ten times over: 1024 ways lead to x",
    traps={"this walks every way anew: visit each result once, when it is complete": True},
)
### BEGIN HIDDEN TESTS
for start, steps in [(-2.0, 1), (0.5, 300)]:
    check.close(
        long_chain(Value, start, steps),
        end_of(start, steps),
        on=f"v = v · 0.999 + x · 0.002, {steps} times over, from x = {start}",
        rtol=1e-9,
    )
for steps in (3, 12):
    check.close(
        ladder(Value, 0.5, steps),
        {"data": 0.5 * 2**steps, "slope": 2.0**steps, "written into x.grad more than 100 times": False},
        on=f"v = v + v, {steps} times over",
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Let each result remember its operands, each with the local slope in it: a tuple of pairs. Then `backward` needs to know nothing about the operations. A plain number becomes a `Value` first.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Two passes. First find all values behind this one, each once, and count for each how many times it is an operand. Set the results' `.grad` to 0, and add 1 to your own. Then keep a list of complete values, at first this one alone: take one out, add slope times its `.grad` to each operand, and count that operand down; at 0 it is complete.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# def __mul__(self, other):
#     other = other if isinstance(other, Value) else Value(other)
#     result = Value(self.data * other.data)
#     result.sources = ((self, ...), (other, ...))
#     return result
#
# found, missing = [self], {self: 0}
# for value in found:                     # the list grows while the loop runs
#     for source, slope in value.sources:
#         if source not in missing:
#             missing[source] = 0
#             found.append(...)
#         missing[source] += ...
# ...
# complete = [self]
# while complete:
#     value = complete.pop()
#     for source, slope in ...:
#         source.grad += ...
#         missing[source] -= 1
#         if ...:
#             complete.append(source)
# ```
#
# </details>

# %% [markdown] solution_notes="Value"
# **Why it works.** The pairs hold all that the chain rule needs: what comes from above, times the local slope, is added to each operand. A value enters `complete` when its last part has arrived, so every value is visited once, after all that use it, and lists stand where recursion would. Only leaves keep what earlier walks left.
# **Another way.** Let each result hold a function that hands its `.grad` on, and order the values first: put a value on a list after all its operands (with a stack, each value once going in and once coming out), and run the functions from the end of that list. torch counts, as here.
