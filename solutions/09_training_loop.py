# %% [markdown]
# # 09 · The training loop: exercises
#
# One hundred points: five predictions, seven exercises, one boss. About an hour and a half, and 25 minutes more for the boss.
#
# - Work from top to bottom. Each exercise has an answer cell, and below it the cells that check it.
# - Run a check with Shift+Enter. ✓ means that the part you can see holds, ✗ says what does not, ○ that the answer is still empty.
#   Grading runs the same checks on more inputs: other shapes, more steps, batches of unequal size, parameters without a slope.
# - Each check is worth its own points, all or nothing, so half an exercise earns half its points.
# - Stuck? Three hints are folded under each exercise: a nudge, the idea, nearly the code.
# - Finished? Restart the kernel, run all cells, save, and submit the notebook.
#
# Everything here is in the chapter, [09 · The training loop](../../course/09_training_loop.ipynb).

# %% locked="imports"
import torch
from torch import Tensor, nn

from autograder import check

# %% [markdown]
# ## Predictions
#
# Read the snippet and decide, without running it, what torch says. Put your answer in place of `...`. The check under it
# looks at the form of your answer only; whether it is right, grading tells.

# %% [markdown]
# ### Prediction 1 · One step · 2 points · 1 minute
#
# ```python
# x = torch.tensor(4.0, requires_grad=True)
# (x - 1).square().backward()
# with torch.no_grad():
#     x -= 0.1 * x.grad
# x.item()
# ```
#
# A number. It tests **update**.

# %% solution="predict_step" objective="update"
predict_step = ...  # a number
### BEGIN SOLUTION
predict_step = 3.4
### END SOLUTION

# %% test="predict_step-value" points=2
check.attempted(predict_step, "predict_step is x after one step")
check.prediction(predict_step, "number")
### BEGIN HIDDEN TESTS
x = torch.tensor(4.0, requires_grad=True)
(x - 1).square().backward()
slope = x.grad.item()
check.close(
    predict_step,
    4 - 0.1 * slope,
    on="(x - 1)² at x = 4, lr 0.1",
    rtol=1e-3,
    traps={
        "this steps uphill: the slope is subtracted": 4 + 0.1 * slope,
        "this is the slope: the step is lr times that, downhill from 4": slope,
        "this is the length of the step: subtract it from 4": 0.1 * slope,
        "this subtracts the whole slope: the step is lr times that": 4 - slope,
        "this takes x − 1 for the slope of (x − 1)²: it is 2 · (x − 1)": 4 - 0.1 * slope / 2,
        "this says that nothing changed: the last line but one is the update": 4,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_step"
# **Why it works.** The slope of (x − 1)² is 2(x − 1), so 6 at 4, and 4 − 0.1 · 6 = 3.4. **Another way.** The curvature is 2, so each step multiplies the distance to 1 by
# 1 − 0.1 · 2 = 0.8: from 3 to 2.4.

# %% [markdown]
# ### Prediction 2 · Two steps · 2 points · 2 minutes
#
# ```python
# w = torch.tensor(1.0, requires_grad=True)
# for _ in range(2):
#     (4 * w).backward()
#     with torch.no_grad():
#         w -= 0.1 * w.grad
# w.item()
# ```
#
# A number. It tests **zeroing**, section 3 of [the chapter](../../course/09_training_loop.ipynb).

# %% solution="predict_twice" objective="zeroing"
predict_twice = ...  # a number
### BEGIN SOLUTION
predict_twice = -0.2
### END SOLUTION

# %% test="predict_twice-value" points=2
check.attempted(predict_twice, "predict_twice is w after two steps")
check.prediction(predict_twice, "number")
### BEGIN HIDDEN TESTS
w = torch.tensor(1.0, requires_grad=True)
for _ in range(2):
    (4 * w).backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
check.close(
    predict_twice,
    w.item(),
    on="the slope of 4w, twice, lr 0.1",
    rtol=1e-3,
    atol=1e-6,
    traps={
        "this clears the slope before the second step: no line does, so it is 4 and then 8": 0.2,
        "this is w after one step": 0.6,
        "this subtracts the two slopes without lr": -11,
        "this steps uphill: the slopes are subtracted": 2.2,
        "this uses 8 in both steps: in the first one the slope is 4": -0.6,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_twice"
# **Why it works.** `backward()` adds to `.grad`: it is 4 at the first step and 8 at the second, so w is 1 − 0.4 − 0.8. **Another way.** Count how often each slope is used:
# the first one twice, the second once, 1 − 0.1 · (2 · 4 + 4).

# %% [markdown]
# ### Prediction 3 · Cleared · 2 points · 1 minute
#
# ```python
# w = torch.ones(1, requires_grad=True)
# optimizer = torch.optim.SGD([w], lr=0.1)
# (3 * w).sum().backward()
# optimizer.zero_grad()
# w.grad
# ```
#
# What is the last line?
#
# - A: `tensor([0.])`
# - B: `None`
# - C: `tensor([3.])`
# - D: an error
#
# One letter. It tests **zeroing**, section 3 of [the chapter](../../course/09_training_loop.ipynb).

# %% solution="predict_cleared" objective="zeroing"
predict_cleared = ...  # one letter, in quotes
### BEGIN SOLUTION
predict_cleared = "B"
### END SOLUTION

# %% test="predict_cleared-value" points=2
check.attempted(predict_cleared, "predict_cleared says what zero_grad leaves in .grad")
check.prediction(predict_cleared, "letters A to D")
### BEGIN HIDDEN TESTS
w = torch.ones(1, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
(3 * w).sum().backward()
optimizer.zero_grad()
says = "B" if w.grad is None else "A" if w.grad.item() == 0 else "C"
check.equal(
    predict_cleared,
    says,
    on="after optimizer.zero_grad()",
    traps={
        "this is what its name suggests, and set_to_none=False gives: a slope of zero is still a slope": "A",
        "this is .grad before the clearing": "C",
        "this expects an error: clearing is always allowed": "D",
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_cleared"
# **Why it works.** `zero_grad()` sets `.grad` to None, which frees its memory and says that there is no slope. **Another way.** `w.grad = None`, by hand.

# %% [markdown]
# ### Prediction 4 · With momentum · 2 points · 2 minutes
#
# ```python
# w = torch.zeros(1, requires_grad=True)
# optimizer = torch.optim.SGD([w], lr=1.0, momentum=0.5)
# for _ in range(2):
#     optimizer.zero_grad()
#     (2 * w).sum().backward()
#     optimizer.step()
# w.item()
# ```
#
# A number. It tests **optimisers**.

# %% solution="predict_momentum" objective="optimisers"
predict_momentum = ...  # a number
### BEGIN SOLUTION
predict_momentum = -5.0
### END SOLUTION

# %% test="predict_momentum-value" points=2
check.attempted(predict_momentum, "predict_momentum is w after two steps with momentum")
check.prediction(predict_momentum, "number")
### BEGIN HIDDEN TESTS
w = torch.zeros(1, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=1.0, momentum=0.5)
for _ in range(2):
    optimizer.zero_grad()
    (2 * w).sum().backward()
    optimizer.step()
check.close(
    predict_momentum,
    w.item(),
    on="a slope of 2, twice, lr 1, momentum 0.5",
    rtol=1e-3,
    traps={
        "this is SGD without momentum: the second velocity is 0.5 · 2 + 2": -4,
        "this steps uphill: the velocity is subtracted": 5,
        "this is the second step alone: the first one was −2": -3,
        "this does not let the velocity fade: it is multiplied by 0.5 before the slope is added": -6,
        "this averages, as Adam does: momentum adds the whole slope": -2.5,
        "this is w after one step": -2,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_momentum"
# **Why it works.** The velocity is 2, then 0.5 · 2 + 2 = 3, and w is 0 − 2 − 3. **Another way.** Add up what becomes of each slope: the first moves w by 2 and then by 1, the
# second by 2. With a slope that stays, the velocity grows towards slope / (1 − momentum), 4 here.

# %% [markdown]
# ### Prediction 5 · Which way · 2 points · 2 minutes
#
# Gradient descent on the loss 5x², from x = 1, with lr = 0.15. How does x go on?
#
# - A: to 0, always positive
# - B: to 0, changing its sign at every step
# - C: to and fro between 1 and −1
# - D: away from 0
#
# One letter. It tests **rate**.

# %% solution="predict_rate" objective="rate"
predict_rate = ...  # one letter, in quotes
### BEGIN SOLUTION
predict_rate = "B"
### END SOLUTION

# %% test="predict_rate-value" points=2
check.attempted(predict_rate, "predict_rate says where descent on 5x² goes with lr 0.15")
check.prediction(predict_rate, "letters A to D")
### BEGIN HIDDEN TESTS
x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
(5 * x.square()).backward()
factor = (x - 0.15 * x.grad).item()
says = "D" if abs(factor) > 1.001 else "C" if factor < -0.999 else "B" if factor < 0 else "A"
check.equal(
    predict_rate,
    says,
    on="5x², lr 0.15",
    traps={
        "this takes 5 for the curvature: the slope of 5x² is 10x, so x is multiplied by 1 − 0.15 · 10": "A",
        "this is so at the bound, 2/a = 0.2: 0.15 lies below it": "C",
        "this is so above the bound, 2/a = 0.2: 0.15 lies below it": "D",
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_rate"
# **Why it works.** 5x² is ½ax² with a = 10, and 1 − lr · a = −0.5: each step halves x and turns its sign. **Another way.** Compare lr with 1/a = 0.1 and 2/a = 0.2: between them it
# jumps across and comes nearer.

# %% [markdown]
# ## Warm-ups

# %% [markdown]
# ### Exercise 1 · Five lines in order ★ · 5 points · 6 minutes
#
# Five lines fell out of a loop. Put them back, each once, by writing their letters as one string. Several orders are right: any that trains, also from the second batch on, is accepted.
#
# ```python
# for x, y in batches:
#     ...
#
# # A:  optimizer.step()
# # B:  predicted = model(x)
# # C:  error.backward()
# # D:  optimizer.zero_grad()
# # E:  error = loss_function(predicted, y)
# ```
#
# It tests **steps**, section 4 of [the chapter](../../course/09_training_loop.ipynb).

# %% solution="loop_order" objective="steps"
loop_order = ...  # five letters, such as "ABCDE"
### BEGIN SOLUTION
loop_order = "BEDCA"
### END SOLUTION

# %% test="loop_order-runs" points=2
check.attempted(loop_order, "loop_order has each letter once, and every line has what it needs")


@check.observe
def needs(order):
    if type(order) is not str:
        return f"this is no string, but a value of type {type(order).__name__}: write the five letters in quotes"
    if sorted(order) != list("ABCDE"):
        return f"{order!r} has not each of the capital letters A to E once"
    if order.index("E") < order.index("B"):
        return "line E uses `predicted`, which line B has not made yet"
    if order.index("C") < order.index("E"):
        return "line C uses `error`, which line E has not made yet"
    return "every line has what it needs"


check.equal(needs(loop_order), "every line has what it needs", on="the order of the five lines")

# %% test="loop_order-trains" points=3
check.attempted(loop_order, "loop_order trains a model")


@check.observe
def trained(order, weight, batches):
    import torch
    from torch import nn

    model = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
    model.weight = nn.Parameter(weight.clone())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    predicted, error = None, None
    for x, y in batches:
        for letter in order if type(order) in (str, list, tuple) else "":
            if letter == "A":
                optimizer.step()
            elif letter == "B":
                predicted = model(x)
            elif letter == "C" and error is not None:
                error.backward()
            elif letter == "D":
                optimizer.zero_grad()
            elif letter == "E" and predicted is not None:
                error = nn.functional.mse_loss(predicted, y)
    return model.weight.detach().clone()


weight = torch.tensor([[1.0, -1.0]])
batches = [(torch.tensor([[1.0, 0.0]]), torch.tensor([[3.0]])), (torch.tensor([[0.0, 2.0]]), torch.tensor([[0.0]]))]
expected = torch.tensor([[1.4, -0.2]])
traps = {
    "no step has any effect: a letter is missing or small, a line comes before what it needs, or the slopes are cleared between a backward and the step after it": weight,
    "each step uses the slopes of the batch before: backward comes before step": torch.tensor([[1.4, -1.0]]),
}
check.close(trained(loop_order, weight, batches), expected, on="a linear model, two batches of one sample", traps=traps)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, many in [(2, 3), (4, 5)]:
    weight = torch.randn(1, n, generator=generator, dtype=torch.float64)
    batches = []
    for _ in range(many):
        x = torch.randn(6, n, generator=generator, dtype=torch.float64)
        batches.append((x, torch.randn(6, 1, generator=generator, dtype=torch.float64)))
    expected = weight
    for x, y in batches:
        expected = expected - 0.1 * 2 / 6 * (x @ expected.T - y).T @ x
    check.close(trained(loop_order, weight, batches), expected, on=f"a linear model of {n} inputs, {many} batches, float64")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Two lines make a name that another line uses. That fixes three of the five. Which two are left, and what does each do to `.grad`?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `backward()` fills `.grad`, `step()` uses it, `zero_grad()` empties it. Nothing may stand between filling and using that empties.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# Predict, loss, (clear), backward, step: B, E, then D and the two that are left.
#
# </details>

# %% [markdown] solution_notes="loop_order"
# **Why it works.** B makes what E needs, E what C needs, C what A needs. D may stand anywhere but between C and A. **Another way.** "DBECA" and "BDECA" clear
# earlier, "BECAD" clears at the end of each turn: the first turn finds no slopes anyway.

# %% [markdown]
# ### Exercise 2 · One step by hand ★ · 5 points · 8 minutes
#
# Take one step of gradient descent: subtract `lr` times its slope from each parameter. In place, so that whoever holds the parameter sees the change, and outside the graph. A
# parameter whose `.grad` is None is left alone. The slopes themselves stay as they are. Nothing is returned. No `torch.optim`.
#
# It tests **update**, section 2 of [the chapter](../../course/09_training_loop.ipynb).

# %% solution="step_in_place" objective="update"
def step_in_place(parameters: list[Tensor], lr: float) -> None:
    """A list of leaves, each with .grad of its shape or None.

    >>> w = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> (w * w).sum().backward()
    >>> step_in_place([w], 0.25)
    >>> w
    tensor([0.5000, 1.0000], requires_grad=True)
    """
    ### BEGIN SOLUTION
    with torch.no_grad():
        for parameter in parameters:
            if parameter.grad is not None:
                parameter -= lr * parameter.grad
    ### END SOLUTION

# %% test="step_in_place-values" points=3
check.attempted(step_in_place, "step_in_place subtracts lr times the slope, where there is one")
check.source_without(step_in_place, "optim")


@check.observe
def stepped(function, values, slopes, lr):
    import torch

    parameters = [value.clone().requires_grad_() for value in values]
    for parameter, slope in zip(parameters, slopes):
        parameter.grad = slope if slope is None else slope.clone()
    function(list(parameters), lr)
    moved = [parameter.detach().clone() for parameter, slope in zip(parameters, slopes) if slope is not None]
    alone = [torch.equal(parameter, value) for parameter, value, slope in zip(parameters, values, slopes) if slope is None]
    return {"moved": moved, "left alone": alone}


values = [torch.tensor([1.0, -2.0, 3.0]), torch.tensor([[4.0, 0.0]])]
slopes = [torch.tensor([2.0, 2.0, -4.0]), torch.tensor([[1.0, -1.0]])]
expected = [torch.tensor([0.5, -2.5, 4.0]), torch.tensor([[3.75, 0.25]])]
traps = {
    "this steps uphill: subtract": [torch.tensor([1.5, -1.5, 2.0]), torch.tensor([[4.25, -0.25]])],
    "the parameters did not change: a name or a place in the list was given a new tensor, in place of changing the one there": values,
    "this subtracts the whole slope: multiply it by lr": [torch.tensor([-1.0, -4.0, 7.0]), torch.tensor([[3.0, 1.0]])],
    "this puts the step in place of the parameter": [torch.tensor([-0.5, -0.5, 1.0]), torch.tensor([[-0.25, 0.25]])],
    "this steps in the first parameter only": [torch.tensor([0.5, -2.5, 4.0]), torch.tensor([[4.0, 0.0]])],
    "this uses the sign of the slope only": [torch.tensor([0.75, -2.25, 3.25]), torch.tensor([[3.75, 0.25]])],
}
report = stepped(step_in_place, values, slopes, 0.25)
check.close(report["moved"], expected, on="parameters (3,) and (1, 2), lr 0.25", traps=traps)
report = stepped(step_in_place, values, [None, slopes[1]], 0.25)
check.equal(report["left alone"], [True], on="the same parameters, the first one without a slope: was it left alone?")
check.close(
    report["moved"],
    expected[1:],
    on="the second one of them, after one without a slope",
    traps={"this stops at the first parameter without a slope: go on with the next": values[1:]},
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shapes, empty, lr in [([(2, 3), (3,)], [], 0.1), ([(4,), (2, 2), ()], [1], 0.5), ([(1,), (0,)], [], 1.0), ([(3, 1), (2,)], [0, 1], 0.1), ([], [], 0.1)]:
    for dtype in (torch.float32, torch.float64):
        values = [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]
        slopes = [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]
        slopes = [None if k in empty else slope for k, slope in enumerate(slopes)]
        expected = [value - lr * slope for value, slope in zip(values, slopes) if slope is not None]
        report = stepped(step_in_place, values, slopes, lr)
        where = f"parameters {shapes}, without a slope: {empty}, lr {lr}, {dtype}"
        check.close(report["moved"], expected, on=where)
        check.equal(report["left alone"], [True] * len(empty), on=f"{where}: was each of these left alone?")
### END HIDDEN TESTS

# %% test="step_in_place-in_place" points=2
check.attempted(step_in_place, "step_in_place changes the parameters where they are, and nothing else")
check.source_without(step_in_place, "optim")


@check.observe
def afterwards(function, value, slope):
    parameter = value.clone().requires_grad_()
    parameter.grad = slope.clone()
    where = parameter.data_ptr()
    given = [parameter]
    function(given, 0.5)
    return {
        "value": parameter.detach().clone(),
        "slope": None if parameter.grad is None else parameter.grad.clone(),
        "the same tensor": given[0] is parameter and parameter.data_ptr() == where,
        "a leaf that requires grad": parameter.is_leaf and parameter.requires_grad,
    }


value, slope = torch.tensor([2.0, 6.0]), torch.tensor([4.0, -2.0])
report = afterwards(step_in_place, value, slope)
check.close(report["value"], torch.tensor([0.0, 7.0]), on="the parameter (2,), lr 0.5", traps={"the parameter did not change": value})
check.equal(report["slope"] is None, False, on="is the slope gone afterwards?", traps={"this clears the slope: it should stay": True})
check.close(report["slope"], slope, on="the slope afterwards", traps={"this clears the slope: it should stay": torch.zeros(2)})
check.equal(report["the same tensor"], True, on="is it the same tensor, in the same memory?")
check.equal(report["a leaf that requires grad"], True, on="is the parameter still a leaf that requires grad?")
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(3,), (2, 4), ()]:
    value = torch.randn(shape, generator=generator, dtype=torch.float64)
    slope = torch.randn(shape, generator=generator, dtype=torch.float64)
    expected = {"value": value - 0.5 * slope, "slope": slope}
    report = afterwards(step_in_place, value, slope)
    check.close({key: report[key] for key in expected}, expected, on=f"the parameter {shape}, lr 0.5, float64")
    check.equal(report["the same tensor"], True, on=f"the parameter {shape}: is it the same tensor?")
    check.equal(report["a leaf that requires grad"], True, on=f"the parameter {shape}: still a leaf that requires grad?")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# `p = p - lr * p.grad` makes a new tensor and gives it the name p. Who else learns of it?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `p -= …` changes the tensor itself. Torch refuses that for a leaf that requires grad, unless it happens under `torch.no_grad()`. And ask for None first.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# with torch.no_grad():
#     for parameter in parameters:
#         if parameter.grad is not ...:
#             parameter -= ...
# ```
#
# </details>

# %% [markdown] solution_notes="step_in_place"
# **Why it works.** Under `no_grad` the in-place operator is ordinary arithmetic on the parameter's memory: the tensor stays the same leaf, and no graph is built. **Another way.** `parameter.sub_(parameter.grad, alpha=lr)`, also under
# `no_grad`, which is what torch's own SGD does.

# %% [markdown]
# ## Core

# %% [markdown]
# ### Exercise 3 · SGD with momentum ★★ · 10 points · 12 minutes
#
# Write the optimiser that `torch.optim.SGD` is, without `torch.optim`.
#
# - `SGD(parameters, lr, momentum=0.0)` takes what `model.parameters()` gives, which can be gone through only *once*.
# - `step()`: the velocity of each parameter becomes momentum · velocity + slope, starting with the first slope, and the parameter moves by −lr · velocity, in place and outside the graph.
# - A parameter whose `.grad` is None is left alone in that step, and so is its velocity.
# - `zero_grad()` sets every `.grad` to None.
#
# You meet this class again in chapter 11, where it trains a model made of your own pieces.
#
# It tests **optimisers**, sections 4 and 6 of [the chapter](../../course/09_training_loop.ipynb).

# %% solution="SGD" objective="optimisers"
class SGD:
    """SGD(parameters, lr, momentum=0.0), with step() and zero_grad().

    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = SGD([w], lr=0.5)
    >>> w.grad = torch.tensor([1.0, -1.0])
    >>> optimizer.step()
    >>> w
    tensor([0.5000, 1.5000], requires_grad=True)
    """
    ### BEGIN SOLUTION
    def __init__(self, parameters, lr: float, momentum: float = 0.0) -> None:
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [None] * len(self.parameters)

    def step(self) -> None:
        with torch.no_grad():
            for k, parameter in enumerate(self.parameters):
                if parameter.grad is None:
                    continue
                velocity = self.velocities[k]
                velocity = parameter.grad.clone() if velocity is None else self.momentum * velocity + parameter.grad
                self.velocities[k] = velocity
                parameter -= self.lr * velocity

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None
    ### END SOLUTION

# %% test="SGD-step" points=3
check.attempted(SGD, "SGD subtracts lr times the slope, step after step")
check.source_without(SGD, "optim")


@check.observe
def driven(cls, values, slopes, lr, momentum):
    parameters = [value.clone().requires_grad_() for value in values]
    optimizer = cls((parameter for parameter in parameters), lr, momentum) if momentum else cls(iter(parameters), lr)
    seen = []
    for at_once in slopes:
        for parameter, slope in zip(parameters, at_once):
            parameter.grad = slope if slope is None else slope.clone()
        optimizer.step()
        seen.append([parameter.detach().clone() for parameter in parameters])
    return seen


values = [torch.tensor([1.0, 2.0]), torch.tensor([[5.0]])]
slopes = [[torch.tensor([1.0, -1.0]), torch.tensor([[2.0]])], [torch.tensor([0.0, 4.0]), torch.tensor([[-2.0]])]]
after_one = [torch.tensor([0.5, 2.5]), torch.tensor([[4.0]])]
after_two = [torch.tensor([0.5, 0.5]), torch.tensor([[5.0]])]
check.close(
    driven(SGD, values, slopes, 0.5, 0.0),
    [after_one, after_two],
    on="parameters (2,) and (1, 1), two steps, lr 0.5",
    traps={
        "this steps uphill: subtract": [[torch.tensor([1.5, 1.5]), torch.tensor([[6.0]])], [torch.tensor([1.5, 3.5]), torch.tensor([[5.0]])]],
        "the parameters never changed: change them in place, all of them; what model.parameters() gives can be gone through only once, so keep a list": [values, values],
        "only the first step had an effect: what model.parameters() gives can be gone through only once, so keep a list": [after_one, after_one],
        "this adds up all slopes without being asked to: the momentum is 0": [after_one, [torch.tensor([0.0, 1.0]), torch.tensor([[4.0]])]],
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shapes, lr, dtype in [([(2, 3), (3,)], 0.1, torch.float32), ([(4,), (), (1, 2)], 0.7, torch.float64), ([(3,)], 0.0, torch.float64), ([(0,), (2,)], 1.5, torch.float64)]:
    values = [torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes]
    slopes = [[torch.randn(shape, generator=generator, dtype=dtype) for shape in shapes] for _ in range(3)]
    expected, now = [], values
    for at_once in slopes:
        now = [value - lr * slope for value, slope in zip(now, at_once)]
        expected.append(now)
    check.close(driven(SGD, values, slopes, lr, 0.0), expected, on=f"parameters {shapes}, three steps, lr {lr}, {dtype}")
### END HIDDEN TESTS

# %% test="SGD-momentum" points=3
check.attempted(SGD, "SGD with momentum follows a velocity")
check.source_without(SGD, "optim")


@check.observe
def driven(cls, values, slopes, lr, momentum):
    parameters = [value.clone().requires_grad_() for value in values]
    optimizer = cls((parameter for parameter in parameters), lr, momentum)
    seen = []
    for at_once in slopes:
        for parameter, slope in zip(parameters, at_once):
            parameter.grad = slope if slope is None else slope.clone()
        optimizer.step()
        seen.append([parameter.detach().clone() for parameter in parameters])
    return seen


def reached(*moves):
    return [[torch.tensor([10.0 - move])] for move in moves]


slopes = [[torch.tensor([2.0])], [torch.tensor([2.0])], [torch.tensor([0.0])]]
check.close(
    driven(SGD, [torch.tensor([10.0])], slopes, 1.0, 0.5),
    reached(2, 5, 6.5),
    on="slopes 2, 2 and 0, lr 1, momentum 0.5",
    traps={
        "this leaves the momentum out": reached(2, 4, 4),
        "this adds up the slopes without fading: multiply the velocity by the momentum first": reached(2, 6, 10),
        "this lets the slope fade too, or takes a mean, as Adam does: the whole slope is added": reached(1, 2.5, 3.25),
        "this weighs the slope with 1 − momentum after the first step: the whole slope is added": reached(2, 4, 5),
        "this adds half of the slope before only: the velocity is kept, with all that went into it": reached(2, 5, 6),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shapes, lr, momentum in [([(2, 3), (3,)], 0.1, 0.9), ([(2,), (2,)], 0.5, 0.3), ([(1,), (0,), ()], 0.01, 0.99)]:
    values = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]
    slopes = [[torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes] for _ in range(5)]
    theirs = [value.clone().requires_grad_() for value in values]
    optimizer = torch.optim.SGD(theirs, lr=lr, momentum=momentum)
    expected = []
    for at_once in slopes:
        for parameter, slope in zip(theirs, at_once):
            parameter.grad = slope.clone()
        optimizer.step()
        expected.append([parameter.detach().clone() for parameter in theirs])
    check.close(
        driven(SGD, values, slopes, lr, momentum), expected, on=f"parameters {shapes}, five steps, lr {lr}, momentum {momentum}, float64"
    )
### END HIDDEN TESTS

# %% test="SGD-no_slope" points=2
check.attempted(SGD, "SGD leaves a parameter without a slope alone")
check.source_without(SGD, "optim")


@check.observe
def driven(cls, values, slopes, lr, momentum):
    parameters = [value.clone().requires_grad_() for value in values]
    optimizer = cls((parameter for parameter in parameters), lr, momentum)
    seen = []
    for at_once in slopes:
        for parameter, slope in zip(parameters, at_once):
            parameter.grad = slope if slope is None else slope.clone()
        optimizer.step()
        seen.append([parameter.detach().clone() for parameter in parameters])
    return seen


values = [torch.tensor([10.0]), torch.tensor([1.0])]
slopes = [[torch.tensor([2.0]), None], [None, torch.tensor([1.0])], [torch.tensor([2.0]), torch.tensor([1.0])]]
check.close(
    driven(SGD, values, slopes, 1.0, 0.5),
    [
        [torch.tensor([8.0]), torch.tensor([1.0])],
        [torch.tensor([8.0]), torch.tensor([0.0])],
        [torch.tensor([5.0]), torch.tensor([-1.5])],
    ],
    on="two parameters, each once without a slope, momentum 0.5",
    traps={
        "this goes on with the old velocity where the slope is None: skip the parameter": [
            [torch.tensor([8.0]), torch.tensor([1.0])],
            [torch.tensor([7.0]), torch.tensor([0.0])],
            [torch.tensor([4.5]), torch.tensor([-1.5])],
        ],
        "this skips all parameters after the first one without a slope: go on with the next": [
            [torch.tensor([8.0]), torch.tensor([1.0])],
            [torch.tensor([8.0]), torch.tensor([1.0])],
            [torch.tensor([5.0]), torch.tensor([0.0])],
        ],
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for lr, momentum in [(0.1, 0.0), (0.5, 0.9)]:
    values = [torch.randn(3, generator=generator, dtype=torch.float64) for _ in range(3)]
    slopes = []
    for step in range(5):
        each = [torch.randn(3, generator=generator, dtype=torch.float64) for _ in range(3)]
        slopes.append([None if (step + k) % 3 == 0 else slope for k, slope in enumerate(each)])
    theirs = [value.clone().requires_grad_() for value in values]
    optimizer = torch.optim.SGD(theirs, lr=lr, momentum=momentum)
    expected = []
    for at_once in slopes:
        for parameter, slope in zip(theirs, at_once):
            parameter.grad = slope if slope is None else slope.clone()
        optimizer.step()
        expected.append([parameter.detach().clone() for parameter in theirs])
    check.close(driven(SGD, values, slopes, lr, momentum), expected, on=f"three parameters, some without a slope, lr {lr}, momentum {momentum}")
### END HIDDEN TESTS

# %% test="SGD-in_a_loop" points=2
check.attempted(SGD, "SGD clears slopes to None, and trains a model like torch's")
check.source_without(SGD, "optim")


@check.observe
def looped(cls, weight, bias, x, y, lr, momentum, steps):
    import torch
    from torch import nn

    model = nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype)
    with torch.no_grad():
        model.weight.copy_(weight)
        model.bias.copy_(bias)
    optimizer = cls(model.parameters(), lr=lr, momentum=momentum)
    cleared = []
    for _ in range(steps):
        error = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        cleared.append(all(parameter.grad is None for parameter in model.parameters()))
        error.backward()
        optimizer.step()
    whole = all(parameter.is_leaf and parameter.requires_grad for parameter in model.parameters())
    return {"weight": model.weight.detach().clone(), "bias": model.bias.detach().clone(), "None": cleared, "leaves": whole}


weight, bias = torch.tensor([[1.0]]), torch.tensor([0.0])
x, y = torch.tensor([[1.0], [-1.0]]), torch.tensor([[3.0], [-3.0]])
report = looped(SGD, weight, bias, x, y, 0.25, 0.0, 2)
check.equal(report["None"], [True, True], on="is every .grad None after zero_grad(), in each of two steps?")
check.equal(report["leaves"], True, on="are the parameters still leaves that require grad?")
check.close(report["weight"], torch.tensor([[2.5]]), on="the weight (1, 1) after two steps", traps={"the weight did not change": weight})
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m, momentum in [(3, 2, 0.0), (2, 4, 0.9)]:
    weight = torch.randn(m, n, generator=generator, dtype=torch.float64)
    bias = torch.randn(m, generator=generator, dtype=torch.float64)
    x = torch.randn(5, n, generator=generator, dtype=torch.float64)
    y = torch.randn(5, m, generator=generator, dtype=torch.float64)
    w, b = weight.clone().requires_grad_(), bias.clone().requires_grad_()
    optimizer = torch.optim.SGD([w, b], lr=0.1, momentum=momentum)
    for _ in range(6):
        optimizer.zero_grad()
        (x @ w.T + b - y).square().mean().backward()
        optimizer.step()
    expected = {"weight": w.detach(), "bias": b.detach()}
    report = looped(SGD, weight, bias, x, y, 0.1, momentum, 6)
    check.close({key: report[key] for key in expected}, expected, on=f"a model of {n} inputs and {m} outputs, six steps, momentum {momentum}")
    check.equal(report["None"], [True] * 6, on="is every .grad None after zero_grad(), in each of six steps?")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# `__init__` must keep four things: a list of the parameters, lr, momentum, and a place for one velocity per parameter. `step` is exercise 2 with one line more.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# With velocities that start at 0, the first velocity is the first slope by itself: momentum · 0 + slope. Go through parameters and velocities together. Skip a parameter without a slope *before* you touch its velocity.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# def step(self):
#     with torch.no_grad():
#         for k, parameter in enumerate(self.parameters):
#             if parameter.grad is None:
#                 continue
#             self.velocities[k] = self.momentum * self.velocities[k] + ...
#             parameter -= ...
# ```
#
# </details>

# %% [markdown] solution_notes="SGD"
# **Why it works.** The list survives the generator, each parameter has its own velocity, and the update is exercise 2's. **Another way.** A dictionary from parameter to velocity, as torch keeps its `state`: parameters are hashed by identity, so
# they may be keys. With momentum 0 the velocity is the slope; torch then keeps none at all, and saves the memory.

# %% [markdown]
# ### Exercise 4 · Train for one epoch ★★ · 10 points · 14 minutes
#
# Go once through the batches and train: one update for each batch. Return the mean loss *over samples*, as a plain number: each batch's loss, measured before its update, counts as often as the batch has samples (`len(x)`).
#
# - The model trains in train mode, whatever mode it came in.
# - Slopes that were left over from before must not count.
# - Do not keep the graphs of the batches that are done.
#
# It tests **epoch**, sections 4 and 9 of [the chapter](../../course/09_training_loop.ipynb).

# %% solution="train_one_epoch" objective="epoch"
def train_one_epoch(model: nn.Module, batches: list, loss_function, optimizer) -> float:
    """batches: a list of pairs (x, y); loss_function(predicted, y) -> (), the mean over a batch; -> the mean loss of the epoch.

    >>> model = nn.Linear(1, 1)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> batches = [(torch.zeros(2, 1), torch.zeros(2, 1)), (torch.zeros(1, 1), torch.zeros(1, 1))]
    >>> type(train_one_epoch(model, batches, nn.MSELoss(), optimizer))
    <class 'float'>
    """
    ### BEGIN SOLUTION
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += error.item() * len(x)
        count += len(x)
    return total / count
    ### END SOLUTION

# %% test="train_one_epoch-updates" points=4
check.attempted(train_one_epoch, "train_one_epoch updates the model once for each batch")


@check.observe
def epoch(function, weight, slope, batches, lr):
    import torch
    from torch import nn

    model = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
    model.weight = nn.Parameter(weight.clone())
    model.weight.grad = slope if slope is None else slope.clone()
    function(model, batches, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=lr))
    return model.weight.detach().clone()


weight = torch.tensor([[1.0]])
batches = [(torch.tensor([[1.0], [1.0]]), torch.tensor([[4.0], [4.0]])), (torch.tensor([[2.0], [2.0]]), torch.tensor([[0.0], [0.0]]))]
check.close(
    epoch(train_one_epoch, weight, None, batches, 0.25),
    torch.tensor([[-2.5]]),
    on="a weight (1, 1), two batches of two, lr 0.25",
    traps={
        "the weight did not change: backward() alone trains nothing, and a slope cleared before step() is lost": weight,
        "the slopes of the first batch are still there in the second: clear them in each turn": torch.tensor([[-1.0]]),
        "this updates once, after all batches: update after each": torch.tensor([[0.5]]),
        "this trains on the first batch only: is `return` inside the loop?": torch.tensor([[2.5]]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m, sizes in [(2, 1, (3, 3)), (3, 2, (4, 4, 1)), (1, 3, (1, 2, 5, 1))]:
    weight = torch.randn(m, n, generator=generator, dtype=torch.float64)
    left = torch.randn(m, n, generator=generator, dtype=torch.float64)
    batches = []
    for size in sizes:
        x = torch.randn(size, n, generator=generator, dtype=torch.float64)
        batches.append((x, torch.randn(size, m, generator=generator, dtype=torch.float64)))
    for slope in (None, left):
        once, kept, together, total = weight, weight, 0, slope if slope is not None else 0
        started = weight - 0.1 * total
        for k, (x, y) in enumerate(batches):
            started = started - 0.1 * 2 / y.numel() * (x @ (started if k else weight).T - y).T @ x
            once = once - 0.1 * 2 / y.numel() * (x @ once.T - y).T @ x
            total = total + 2 / y.numel() * (x @ kept.T - y).T @ x
            kept = kept - 0.1 * total
            together = together + 2 / y.numel() * (x @ weight.T - y).T @ x
        check.close(
            epoch(train_one_epoch, weight, slope, batches, 0.1),
            once,
            on=f"a weight ({m}, {n}), batches of {sizes}, {'no slope' if slope is None else 'a slope'} left over, float64",
            traps={
                "slopes of batches before, or from before the call, are still there: clear them in each turn": kept,
                "the first step also used the slope that was left over from before the call: clear before the first backward, too": started,
                "this updates once, after all batches: update after each": weight - 0.1 * together,
            },
        )
### END HIDDEN TESTS

# %% test="train_one_epoch-mean" points=3
check.attempted(train_one_epoch, "train_one_epoch returns the mean loss over samples, each measured before its update")


@check.observe
def epoch(function, weight, batches, lr):
    import torch
    from torch import nn

    model = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
    model.weight = nn.Parameter(weight.clone())
    return function(model, batches, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=lr))


weight = torch.tensor([[0.0]])
batches = [(torch.zeros(3, 1), torch.full((3, 1), 2.0)), (torch.zeros(1, 1), torch.full((1, 1), 4.0))]
check.close(
    epoch(train_one_epoch, weight, batches, 0.1),
    7.0,
    on="batches of 3 and 1 samples with losses 4 and 16",
    traps={
        "this is the mean of the two means: a batch of 3 counts three times": 10.0,
        "this is the sum of the losses: divide by the number of samples": 20.0,
        "this is the loss of the last batch": 16.0,
        "this is the loss of the first batch: is `return` inside the loop?": 4.0,
        "this is the sum over samples: divide by their number": 28.0,
        "this divides by the number of batches what was weighed with samples": 14.0,
        "this divides the plain sum of batch losses by the number of samples: weigh each with its samples": 5.0,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m, sizes in [(2, 1, (3, 3)), (3, 2, (4, 4, 1)), (1, 3, (1, 2, 5, 1)), (2, 2, (6,))]:
    weight = torch.randn(m, n, generator=generator, dtype=torch.float64)
    batches = []
    for size in sizes:
        x = torch.randn(size, n, generator=generator, dtype=torch.float64)
        batches.append((x, torch.randn(size, m, generator=generator, dtype=torch.float64)))
    before, after, now = [], [], weight
    for x, y in batches:
        before.append((x @ now.T - y).square().mean().item())
        now = now - 0.1 * 2 / y.numel() * (x @ now.T - y).T @ x
        after.append((x @ now.T - y).square().mean().item())
    many = sum(sizes)
    check.close(
        epoch(train_one_epoch, weight, batches, 0.1),
        sum(error * size for error, size in zip(before, sizes)) / many,
        on=f"a weight ({m}, {n}), batches of {sizes}, float64",
        traps={
            "this is the mean of the means: a batch counts as often as it has samples": sum(before) / len(sizes),
            "this measures each batch after its update: the loss before it is asked for": sum(error * size for error, size in zip(after, sizes)) / many,
        },
    )
### END HIDDEN TESTS

# %% test="train_one_epoch-leaves_no_graph" points=3
check.attempted(train_one_epoch, "train_one_epoch trains in train mode, and lets the graphs of finished batches go")


@check.observe
def watched(function, weight, many, mode):
    import torch
    from torch import nn

    alive, most, modes = [0], [0], []

    class Token:
        def __init__(self):
            alive[0] += 1
            most[0] = max(most[0], alive[0])

        def __del__(self):
            alive[0] -= 1

    class Marked(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.token = Token()
            return x.clone()

        @staticmethod
        def backward(ctx, slope):
            return slope

    class Watched(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(weight.clone())

        def forward(self, x):
            modes.append(self.training)
            return Marked.apply(x @ self.weight)

    model = Watched().train(mode)
    batches = [(torch.ones(2, len(weight)), torch.zeros(2)) for _ in range(many)]
    result = function(model, batches, nn.MSELoss(), torch.optim.SGD(model.parameters(), lr=0.01))
    return {"graphs": "at most two" if most[0] <= 2 else f"{most[0]}", "train mode": modes, "result": result}


weight = torch.tensor([1.0, 2.0])
report = watched(train_one_epoch, weight, 6, True)
check.close(report["result"], sum(9 * 0.96 ** (2 * k) for k in range(6)) / 6, on="a weight (2,), six batches of two", rtol=1e-4)
check.equal(report["train mode"], [True] * 6, on="is the model in train mode, at each of six batches?")
check.equal(report["graphs"], "at most two", on="how many graphs were alive at once?", traps={"a sum of tensors keeps the graph of every batch: add plain numbers": "6"})
report = watched(train_one_epoch, weight, 3, False)
check.equal(report["train mode"], [True] * 3, on="the same for a model that comes in eval mode", traps={"the model stayed in eval mode": [False] * 3})
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, many in [(1, 4), (3, 9)]:
    weight = torch.rand(n, generator=generator)
    report = watched(train_one_epoch, weight, many, False)
    total, now = 0.0, weight.double()
    for _ in range(many):
        total += now.sum().square().item()
        now = now - 0.01 * 2 * now.sum()
    check.close(report["result"], total / many, on=f"a weight ({n},), {many} batches of two", rtol=1e-4)
    check.equal(report["train mode"], [True] * many, on=f"is the model in train mode, at each of {many} batches?")
    check.equal(report["graphs"], "at most two", on="how many graphs were alive at once?", traps={"a sum of tensors keeps the graph of every batch: add plain numbers": f"{many}"})
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Exercise 1's five lines are the inside of the loop. Around them: two counters, and the mode.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# The loss is a mean over the batch; times `len(x)` it is a sum over its samples. Add up those sums and the samples, and divide at the end. `error.item()` is a number without a graph.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# model.train()
# total, count = 0.0, 0
# for x, y in batches:
#     error = ...
#     ...  # clear, backward, step
#     total += error.item() * ...
#     count += ...
# return ...
# ```
#
# </details>

# %% [markdown] solution_notes="train_one_epoch"
# **Why it works.** Each turn of the loop is the six steps, and `item()` takes the number out of the graph, which can then go. **Another way.** `total += error.detach() * len(x)`, and one `item()` at the end: on a GPU this waits once in an epoch and not
# once in a batch (chapter 06).

# %% [markdown]
# ### Exercise 5 · Evaluate and restore ★★ · 10 points · 12 minutes
#
# Return the mean loss over the samples of all batches, as a plain number, and train nothing.
#
# - The model is in eval mode while it predicts, and afterwards in the mode in which it came.
# - No graph is built, and the slopes in the parameters, if there are any, stay as they are.
# - Batches may have different sizes.
#
# It tests **evaluation**, section 9 of [the chapter](../../course/09_training_loop.ipynb).

# %% solution="evaluate" objective="evaluation"
def evaluate(model: nn.Module, batches: list, loss_function) -> float:
    """batches: a list of pairs (x, y); loss_function(predicted, y) -> (), the mean over a batch; -> the mean loss over samples.

    >>> batches = [(torch.zeros(3, 1), torch.ones(3, 1)), (torch.zeros(1, 1), torch.full((1, 1), 5.0))]
    >>> evaluate(nn.Identity(), batches, nn.MSELoss())
    7.0
    """
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total / count
    ### END SOLUTION

# %% test="evaluate-mean" points=3
check.attempted(evaluate, "evaluate is the mean loss over samples")


@check.observe
def measured(function, weight, batches, loss):
    import torch
    from torch import nn

    model = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
    model.weight = nn.Parameter(weight.clone())
    with torch.enable_grad():
        return function(model, batches, nn.MSELoss() if loss == "MSELoss" else nn.L1Loss())


weight = torch.tensor([[1.0]])
batches = [(torch.ones(3, 1), torch.full((3, 1), 3.0)), (torch.ones(1, 1), torch.full((1, 1), -5.0))]
check.close(
    measured(evaluate, weight, batches, "MSELoss"),
    12.0,
    on="batches of 3 and 1 samples with losses 4 and 36",
    traps={
        "this is the mean of the two means: a batch of 3 counts three times": 20.0,
        "this is the sum of the losses of the batches": 40.0,
        "this is the loss of the last batch": 36.0,
        "this is the loss of the first batch: is `return` inside the loop?": 4.0,
        "this is the sum over samples: divide by their number": 48.0,
        "this divides by the number of batches what was weighed with samples": 24.0,
        "this divides the plain sum of batch losses by the number of samples: weigh each with its samples": 10.0,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m, sizes, loss in [(2, 1, (4, 4), "MSELoss"), (3, 2, (5, 2, 1), "MSELoss"), (1, 1, (1, 6), "L1Loss"), (2, 3, (3,), "L1Loss")]:
    weight = torch.randn(m, n, generator=generator, dtype=torch.float64)
    batches = []
    for size in sizes:
        x = torch.randn(size, n, generator=generator, dtype=torch.float64)
        batches.append((x, torch.randn(size, m, generator=generator, dtype=torch.float64)))
    errors = [(x @ weight.T - y).square().mean() if loss == "MSELoss" else (x @ weight.T - y).abs().mean() for x, y in batches]
    check.close(
        measured(evaluate, weight, batches, loss),
        (sum(error * size for error, size in zip(errors, sizes)) / sum(sizes)).item(),
        on=f"a weight ({m}, {n}), batches of {sizes}, {loss}, float64",
        traps={"this is the mean of the means: a batch counts as often as it has samples": (sum(errors) / len(sizes)).item()},
    )
### END HIDDEN TESTS

# %% test="evaluate-mode" points=4
check.attempted(evaluate, "evaluate predicts in eval mode, and restores the mode it found")


@check.observe
def modes(function, training, many):
    import torch
    from torch import nn

    seen = []
    model = nn.Sequential(nn.Identity(), nn.Dropout(0.5)).train(training)
    model[1].register_forward_hook(lambda module, given, output: seen.append(module.training))
    batches = [(torch.ones(4, 2), torch.zeros(4, 2)) for _ in range(many)]
    with torch.enable_grad():
        result = function(model, batches, nn.MSELoss())
    return {"loss": result, "during": seen, "after": [model.training, model[1].training]}


report = modes(evaluate, True, 2)
check.equal(report["during"], [False, False], on="a model in train mode, two batches: is it training while it predicts?", traps={"the model predicts in train mode, where dropout is at work: call eval()": [True, True], "the model is in eval mode for the first batch only": [False, True]})
check.equal(report["after"], [True, True], on="is it training afterwards, and its parts?", traps={"the model came in train mode and went in eval mode: restore it": [False, False], "the model's own flag came back, and those of its parts did not: train(flag) reaches every part": [True, False]})
check.close(report["loss"], 1.0, on="predictions of 1 for targets of 0, in eval mode")
report = modes(evaluate, False, 1)
check.equal(report["after"], [False, False], on="a model that came in eval mode: is it training afterwards?", traps={"the model came in eval mode and went in train mode: restore the mode it had": [True, True]})
### BEGIN HIDDEN TESTS
for training in (True, False):
    for many in (1, 3):
        report = modes(evaluate, training, many)
        check.equal(report["during"], [False] * many, on=f"{many} batches: is the model training while it predicts?", traps={"the model is in eval mode for the first batch only": [False] + [True] * (many - 1)})
        check.equal(report["after"], [training] * 2, on=f"a model that came with training = {training}: is it training afterwards, and its parts?")
        check.close(report["loss"], 1.0, on="predictions of 1 for targets of 0, in eval mode")
### END HIDDEN TESTS

# %% test="evaluate-no_graph" points=3
check.attempted(evaluate, "evaluate builds no graph, and changes neither parameters nor slopes")


@check.observe
def traces(function, weight, slope, sizes):
    import torch
    from torch import nn

    graphs = []
    model = nn.Linear(len(weight), 1, bias=False)
    model.weight = nn.Parameter(weight.unsqueeze(0).clone())
    model.weight.grad = slope if slope is None else slope.unsqueeze(0).clone()
    model.register_forward_hook(lambda module, given, output: graphs.append(output.requires_grad))
    batches = [(torch.ones(size, len(weight)), torch.zeros(size, 1)) for size in sizes]
    with torch.enable_grad():
        result = function(model, batches, nn.MSELoss())
        grad_mode = torch.is_grad_enabled()
    left = model.weight.grad
    return {
        "loss": result,
        "graphs": graphs,
        "weight": model.weight.detach()[0].clone(),
        "slope": None if left is None else left[0].clone(),
        "requires grad": model.weight.requires_grad,
        "grad mode": grad_mode,
    }


weight = torch.tensor([1.0, 2.0])
report = traces(evaluate, weight, torch.tensor([5.0, 6.0]), (3, 1))
check.close(report["loss"], 9.0, on="a weight (2,), batches of 3 and 1")
check.equal(report["graphs"], [False, False], on="has the prediction a graph, in each of two batches?", traps={"eval() does not turn gradients off: no_grad does": [True, True]})
check.close(report["weight"], weight, on="the weight afterwards")
check.equal(report["slope"] is None, False, on="is the slope gone afterwards?", traps={"this clears the slopes, which were somebody else's": True})
check.close(report["slope"], torch.tensor([5.0, 6.0]), on="the slope afterwards", traps={"this clears the slopes, which were somebody else's": torch.zeros(2)})
check.equal([report["requires grad"], report["grad mode"]], [True, True], on="does the weight still require grad, and is grad mode on again?")
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, sizes, slope in [(1, (2,), None), (3, (4, 2, 1), None), (2, (1, 5), torch.ones(2))]:
    weight = torch.rand(n, generator=generator)
    report = traces(evaluate, weight, slope, sizes)
    check.close(report["loss"], weight.double().sum().square().item(), on=f"a weight ({n},), batches of {sizes}", rtol=1e-4)
    check.equal(report["graphs"], [False] * len(sizes), on="has the prediction a graph, in each batch?", traps={"eval() does not turn gradients off: no_grad does": [True] * len(sizes)})
    check.close(report["weight"], weight, on="the weight afterwards")
    check.close([report["slope"]] if slope is not None else [], [slope] if slope is not None else [], on="the slope afterwards")
    check.equal([report["slope"] is None, report["requires grad"], report["grad mode"]], [slope is None, True, True], on="is there still no slope where there was none, does the weight require grad, and is grad mode on?")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# The sum is exercise 4's. What is new stands before the loop, around it and after it.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `model.training` is True or False: note it first. `model.train(flag)` takes such a flag, so one line restores either mode. `eval()` and `no_grad()` are two different things, and both are needed.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# was_training = model.training
# model.eval()
# total, count = 0.0, 0
# with torch.no_grad():
#     for x, y in batches:
#         total += ...
#         count += ...
# model.train(...)
# return ...
# ```
#
# </details>

# %% [markdown] solution_notes="evaluate"
# **Why it works.** Dropout asks its `training` flag, autograd asks the grad mode: two switches, each put back. **Another way.** `try: … finally: model.train(was_training)` restores the mode even when a batch raises; and
# `@torch.no_grad()` above the function does the same as the `with`. `torch.inference_mode()` is stricter and a little faster.

# %% [markdown]
# ## Stretch

# %% [markdown]
# ### Exercise 6 · Adam ★★★ · 15 points · 16 minutes
#
# Write Adam, without `torch.optim`. For each parameter with slope g, and its own counter t of steps that it took part in, from 1:
#
# - m ← β₁ m + (1 − β₁) g, and v ← β₂ v + (1 − β₂) g², both from 0,
# - m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ),
# - the parameter moves by −lr · m̂ / (√v̂ + eps), in place and outside the graph.
#
# A parameter whose `.grad` is None is left alone: its m, v and t too. `zero_grad()` sets every `.grad` to None. `parameters` may be what `model.parameters()` gives.
#
# It tests **optimisers**, section 6 of [the chapter](../../course/09_training_loop.ipynb).

# %% solution="Adam" objective="optimisers"
class Adam:
    """Adam(parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8), with step() and zero_grad().

    >>> w = torch.zeros(2, requires_grad=True)
    >>> optimizer = Adam([w], lr=0.5)
    >>> w.grad = torch.tensor([100.0, -0.01])
    >>> optimizer.step()
    >>> w
    tensor([-0.5000,  0.5000], requires_grad=True)
    """
    ### BEGIN SOLUTION
    def __init__(self, parameters, lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-8) -> None:
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]

    def step(self) -> None:
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, parameter in enumerate(self.parameters):
                slope = parameter.grad
                if slope is None:
                    continue
                self.steps[k] += 1
                self.means[k] = beta1 * self.means[k] + (1 - beta1) * slope
                self.squares[k] = beta2 * self.squares[k] + (1 - beta2) * slope.square()
                mean = self.means[k] / (1 - beta1 ** self.steps[k])
                square = self.squares[k] / (1 - beta2 ** self.steps[k])
                parameter -= self.lr * mean / (square.sqrt() + self.eps)

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None
    ### END SOLUTION

# %% test="Adam-first_step" points=4
check.attempted(Adam, "Adam's first step has nearly the length lr, whatever the slope")
check.source_without(Adam, "optim")


@check.observe
def first(cls, value, slope, lr):
    parameter = value.clone().requires_grad_()
    optimizer = cls([parameter], lr=lr)
    parameter.grad = slope.clone()
    optimizer.step()
    return parameter.detach().clone()


value, slope = torch.tensor([1.0, 1.0, 1.0], dtype=torch.float64), torch.tensor([100.0, -0.5, 0.0001], dtype=torch.float64)
m, v = 0.1 * slope, 0.001 * slope.square()
one_list = 0.999 * m + v
check.close(
    first(Adam, value, slope, 0.5),
    value - 0.5 * slope / (slope.abs() + 1e-8),
    on="slopes 100, −0.5 and 0.0001, lr 0.5, float64",
    traps={
        "this leaves out the bias correction: m and v start at 0, so divide them by 1 − βᵗ": value - 0.5 * m / (v.sqrt() + 1e-8),
        "this corrects m, and not v: divide v by 1 − β₂ᵗ": value - 0.5 * slope / (v.sqrt() + 1e-8),
        "this corrects v, and not m: divide m by 1 − β₁ᵗ": value - 0.5 * m / (slope.abs() + 1e-8),
        "this divides by v̂ without its root": value - 0.5 * slope / (slope.square() + 1e-8),
        "this steps uphill: subtract": value + 0.5 * slope / (slope.abs() + 1e-8),
        "this is plain SGD: divide by the root of the mean square": value - 0.5 * slope,
        "the parameter did not change": value,
        "this keeps m and v in one and the same list: each needs its own": value - 0.5 * one_list / 0.1 / ((one_list / 0.001).sqrt() + 1e-8),
        "this divides by 1 − β⁰, which is 0: count t from 1": torch.full((3,), float("nan"), dtype=torch.float64),
        "this divides by √(v̂ + eps): eps is added after the root": value - 0.5 * slope / (slope.square() + 1e-8).sqrt(),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape, lr in [((4,), 0.1), ((2, 3), 1.0), ((), 0.001), ((0,), 0.1)]:
    for dtype in (torch.float32, torch.float64):
        value = torch.randn(shape, generator=generator, dtype=dtype)
        slope = 10 * torch.randn(shape, generator=generator, dtype=dtype)
        expected = (value.double() - lr * slope.double() / (slope.double().abs() + 1e-8)).to(dtype)
        check.close(first(Adam, value, slope, lr), expected, on=f"a parameter {shape}, lr {lr}, {dtype}")
flat = torch.zeros(3, dtype=torch.float64)
check.close(first(Adam, flat, flat, 0.5), flat, on="slopes of 0", traps={"this divides 0 by 0: eps is added to the root": torch.full((3,), float("nan"), dtype=torch.float64)})
### END HIDDEN TESTS

# %% test="Adam-steps" points=5
check.attempted(Adam, "Adam agrees with torch's over many steps")
check.source_without(Adam, "optim")


@check.observe
def driven(cls, values, slopes, settings):
    parameters = [value.clone().requires_grad_() for value in values]
    optimizer = cls((parameter for parameter in parameters), **settings)
    seen = []
    for at_once in slopes:
        for parameter, slope in zip(parameters, at_once):
            parameter.grad = slope if slope is None else slope.clone()
        optimizer.step()
        seen.append([parameter.detach().clone() for parameter in parameters])
    return seen


def reference(numbers, slopes, correct, half=False):
    lr, beta1, beta2, eps = numbers
    m, v, place, seen = 0.0, 0.0, 0.0, []
    for t, slope in enumerate(slopes, 1):
        m, v = beta1 * m + (1 - beta1) * slope, beta2 * v + (1 - beta2) * slope**2
        power = t if correct == "t" else 1
        place -= lr * m / (1 - beta1**power) / ((v / (1 - beta2**power)) ** 0.5 + eps)
        seen.append([torch.tensor([place], dtype=torch.float64)])
    return seen


numbers, settings = (0.1, 0.5, 0.75, 1e-8), {"lr": 0.1, "betas": (0.5, 0.75), "eps": 1e-8}
given = [4.0, -2.0, 1.0]
check.close(
    driven(Adam, [torch.zeros(1, dtype=torch.float64)], [[torch.tensor([slope], dtype=torch.float64)] for slope in given], settings),
    reference(numbers, given, "t"),
    on="slopes 4, −2 and 1, lr 0.1, betas (0.5, 0.75), float64",
    traps={
        "this corrects every step as if it were the first: count the steps": reference(numbers, given, "1"),
        "this ignores betas: the defaults are at work": reference((0.1, 0.9, 0.999, 1e-8), given, "t"),
        "this exchanges the betas: the first one is m's": reference((0.1, 0.75, 0.5, 1e-8), given, "t"),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shapes, settings in [
    ([(2, 3), (3,)], {"lr": 0.1}),
    ([(4,)], {}),
    ([(2,), (), (0,)], {"lr": 0.5, "betas": (0.8, 0.9)}),
    ([(3, 1)], {"lr": 0.01, "betas": (0.0, 0.5), "eps": 0.1}),
]:
    values = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]
    slopes = [[torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes] for _ in range(6)]
    theirs = [value.clone().requires_grad_() for value in values]
    optimizer = torch.optim.Adam(theirs, **settings)
    expected = []
    for at_once in slopes:
        for parameter, slope in zip(theirs, at_once):
            parameter.grad = slope.clone()
        optimizer.step()
        expected.append([parameter.detach().clone() for parameter in theirs])
    check.close(driven(Adam, values, slopes, settings), expected, on=f"parameters {shapes}, six steps, {settings}, float64")
### END HIDDEN TESTS

# %% test="Adam-no_slope" points=3
check.attempted(Adam, "Adam counts the steps of each parameter on its own")
check.source_without(Adam, "optim")


@check.observe
def driven(cls, values, slopes, settings):
    parameters = [value.clone().requires_grad_() for value in values]
    optimizer = cls((parameter for parameter in parameters), **settings)
    seen = []
    for at_once in slopes:
        for parameter, slope in zip(parameters, at_once):
            parameter.grad = slope if slope is None else slope.clone()
        optimizer.step()
        seen.append([parameter.detach().clone() for parameter in parameters])
    return seen


one = torch.tensor([1.0], dtype=torch.float64)
check.close(
    driven(Adam, [7 * one, 5 * one], [[None, 3 * one], [2 * one, 3 * one]], {"lr": 1.0}),
    [[7 * one, 4 * one], [6 * one, 3 * one]],
    on="two parameters, the first one without a slope at first, lr 1",
    traps={
        "this counts the steps of all parameters together: the first one is at its first step when the second is at its second": [
            [7 * one, 4 * one],
            [7 * one - 0.1 / (1 - 0.81) / (0.001 / (1 - 0.999**2)) ** 0.5, 3 * one],
        ],
        "this stops at the first parameter without a slope: go on with the next": [[7 * one, 5 * one], [6 * one, 4 * one]],
    },
    rtol=1e-6,
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for settings in ({"lr": 0.1}, {"lr": 0.5, "betas": (0.5, 0.9)}):
    values = [torch.randn(2, generator=generator, dtype=torch.float64) for _ in range(3)]
    slopes = []
    for step in range(5):
        each = [torch.randn(2, generator=generator, dtype=torch.float64) for _ in range(3)]
        slopes.append([None if (step + k) % 3 == 0 else slope for k, slope in enumerate(each)])
    theirs = [value.clone().requires_grad_() for value in values]
    optimizer = torch.optim.Adam(theirs, **settings)
    expected = []
    for at_once in slopes:
        for parameter, slope in zip(theirs, at_once):
            parameter.grad = slope if slope is None else slope.clone()
        optimizer.step()
        expected.append([parameter.detach().clone() for parameter in theirs])
    check.close(driven(Adam, values, slopes, settings), expected, on=f"three parameters, some without a slope, five steps, {settings}")
### END HIDDEN TESTS

# %% test="Adam-in_a_loop" points=3
check.attempted(Adam, "Adam clears slopes to None, and trains a model like torch's")
check.source_without(Adam, "optim")


@check.observe
def looped(cls, weight, x, y, lr, steps):
    import torch
    from torch import nn

    model = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
    with torch.no_grad():
        model.weight.copy_(weight)
    optimizer = cls(model.parameters(), lr=lr)
    cleared = []
    for _ in range(steps):
        error = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        cleared.append(model.weight.grad is None)
        error.backward()
        optimizer.step()
    return {"weight": model.weight.detach().clone(), "None": cleared, "leaf": model.weight.is_leaf and model.weight.requires_grad}


weight = torch.tensor([[1.0, 1.0]])
x, y = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[9.0], [-9.0]])
report = looped(Adam, weight, x, y, 0.5, 1)
check.close(report["weight"], torch.tensor([[1.5, 0.5]]), on="the weight (1, 2) after one step, lr 0.5", traps={"the weight did not change": weight})
check.equal(report["None"], [True], on="is .grad None after zero_grad()?")
check.equal(report["leaf"], True, on="is the weight still a leaf that requires grad?")
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m in [(3, 2), (1, 4)]:
    weight = torch.randn(m, n, generator=generator, dtype=torch.float64)
    x = torch.randn(5, n, generator=generator, dtype=torch.float64)
    y = torch.randn(5, m, generator=generator, dtype=torch.float64)
    w = weight.clone().requires_grad_()
    optimizer = torch.optim.Adam([w], lr=0.1)
    for _ in range(6):
        optimizer.zero_grad()
        (x @ w.T - y).square().mean().backward()
        optimizer.step()
    report = looped(Adam, weight, x, y, 0.1, 6)
    check.close(report["weight"], w.detach(), on=f"a model of {n} inputs and {m} outputs, six steps, float64")
    check.equal(report["None"], [True] * 6, on="is .grad None after zero_grad(), in each of six steps?")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Start from your SGD. What it keeps for each parameter grows from one thing to three: m, v and t.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Two lines make the new means, two make the corrected ones *beside* them: m̂ and v̂ are used once and never stored. Count a parameter's t where you know that it has a slope. eps is added to the root, not under it.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# self.steps[k] += 1
# self.means[k] = beta1 * self.means[k] + ...
# self.squares[k] = beta2 * self.squares[k] + ...
# mean = self.means[k] / (1 - beta1 ** self.steps[k])
# square = ...
# parameter -= self.lr * mean / (... + self.eps)
# ```
#
# </details>

# %% [markdown] solution_notes="Adam"
# **Why it works.** After t steps m is a mean whose weights sum to 1 − β₁ᵗ, so dividing by that makes them sum to 1. At the first step m̂ is the slope and √v̂ its size: the step is lr, up or down. **Another way.** Work in place, `mean.mul_(beta1).add_(slope, alpha=1 - beta1)`,
# as torch does: no new tensors in each step. Or keep the state in a dictionary by parameter.

# %% [markdown]
# ### Exercise 7 · The largest rate ★★★ · 15 points · 14 minutes
#
# For the loss ½ax² of one number, gradient descent converges for every rate below 2/a. Now θ has n numbers and the loss is ½ θᵀAθ, with A symmetric, (n, n), and no negative eigenvalue. Return the bound as a
# plain number: below it descent does not run away from any start, above it it does.
#
# Where the loss is flat in every direction (A is zero), no rate is too large: return `float("inf")`. The slope of ½ θᵀAθ is Aθ.
#
# It tests **rate**, section 5 of [the chapter](../../course/09_training_loop.ipynb).

# %% solution="largest_rate" objective="rate"
def largest_rate(A: Tensor) -> float:
    """(n, n) symmetric, n at least 1 -> a plain number.

    >>> largest_rate(torch.tensor([[4.0]]))
    0.5
    """
    ### BEGIN SOLUTION
    largest = torch.linalg.eigvalsh(A).max().item()
    return 2 / largest if largest > 0 else float("inf")
    ### END SOLUTION

# %% test="largest_rate-one" points=3
check.attempted(largest_rate, "largest_rate is 2/a for one number")
check.close(
    largest_rate(torch.tensor([[16.0]])),
    0.125,
    on="A = [[16]]",
    traps={
        "this is 1/a, which is there in one step: the bound is twice as far": 0.0625,
        "this is a/2: the steeper the valley, the smaller the rate": 8.0,
        "this is 2a: the steeper the valley, the smaller the rate": 32.0,
        "this is the root of 2/a": 0.125**0.5,
        "this makes a matrix of second derivatives from A: A is that matrix already": 1 / 256,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for dtype in (torch.float32, torch.float64):
    for a in (0.01, 1.0, 300.0):
        check.close(largest_rate(torch.tensor([[a]], dtype=dtype)), 2 / a, on=f"A = [[{a}]], {dtype}", rtol=1e-4)
### END HIDDEN TESTS

# %% test="largest_rate-diagonal" points=4
check.attempted(largest_rate, "largest_rate obeys the steepest of several directions")
check.close(
    largest_rate(torch.diag(torch.tensor([4.0, 10.0, 1.0, 2.0]))),
    0.2,
    on="A diagonal, curvatures 4, 10, 1 and 2",
    traps={
        "this is set by the flattest direction: the steepest one runs away first": 2.0,
        "this is set by the mean curvature: the steepest direction runs away first": 8 / 17,
        "this is set by the sum of the curvatures: each direction descends by itself": 2 / 17,
        "this is set by the first direction: the steepest one runs away first": 0.5,
        "this is set by the last direction: the steepest one runs away first": 1.0,
        "this is set by the length of A: the largest curvature alone counts": 2 / 11,
        "this is set by the product of the curvatures": 0.025,
        "this is 1/a for the largest a: the bound is twice as far": 0.1,
        "this makes a matrix of second derivatives from A: A is that matrix already": 0.04,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n in (2, 4, 7):
    curvatures = 5 * torch.rand(n, generator=generator, dtype=torch.float64)
    check.close(largest_rate(torch.diag(curvatures)), 2 / curvatures.max().item(), on=f"A diagonal, ({n}, {n}), float64")
check.close(largest_rate(torch.diag(torch.tensor([0.0, 5.0]))), 0.4, on="A diagonal, curvatures 0 and 5")
### END HIDDEN TESTS

# %% test="largest_rate-any" points=5
check.attempted(largest_rate, "largest_rate finds steep directions between the axes")
A = torch.tensor([[10.0, -6.0], [-6.0, 10.0]])
check.close(
    largest_rate(A),
    0.125,
    on="A = [[10, −6], [−6, 10]], steepest along (1, −1)",
    traps={
        "this looks at the diagonal only, or at single entries: between the axes it is steeper": 0.2,
        "this is set by the flattest direction: the steepest one runs away first": 0.5,
        "this is set by the sum of all entries: the largest eigenvalue is asked for": 0.25,
        "this is set by the length of A: the largest eigenvalue is asked for": 2 / 272**0.5,
        "this is set by the trace, the sum of the eigenvalues: each direction descends by itself": 0.1,
        "this is set by the determinant, the product of the eigenvalues": 2 / 64,
        "this is 1/a for the largest a: the bound is twice as far": 0.0625,
    },
)
check.unchanged(largest_rate, A, on="A (2, 2)")
### BEGIN HIDDEN TESTS
generator = check.generator()
for n in (2, 3, 6):
    X = torch.randn(n + 2, n, generator=generator, dtype=torch.float64)
    A = 2 / (n + 2) * X.T @ X
    eigenvalues = torch.linalg.eigvalsh(A)
    check.close(
        largest_rate(A),
        2 / eigenvalues[-1].item(),
        on=f"A ({n}, {n}) of random data, float64",
        traps={
            "this looks at the diagonal only, or at single entries: between the axes it is steeper": 2 / A.diagonal().max().item(),
            "this takes the largest sum of a row, which is safe, and smaller than the bound": 2 / A.abs().sum(1).max().item(),
            "this is set by the length of A: the largest eigenvalue is asked for": 2 / A.square().sum().sqrt().item(),
            "this is set by the flattest direction: the steepest one runs away first": 2 / eigenvalues[0].item(),
        },
    )
A = torch.full((4, 4), 3.0)
check.close(largest_rate(A), 1 / 6, on="A (4, 4) full of 3", rtol=1e-4)
### END HIDDEN TESTS

# %% test="largest_rate-flat" points=3
check.attempted(largest_rate, "largest_rate is infinite where everything is flat")
check.close(largest_rate(torch.zeros(2, 2)), float("inf"), on="A = zeros (2, 2)")
check.close(largest_rate(torch.tensor([[0.0, 0.0], [0.0, 2.0]])), 1.0, on="A flat in one direction of two", traps={"one direction is flat, and the other is not: the steepest one sets the bound": float("inf")})
### BEGIN HIDDEN TESTS
for n in (1, 3):
    for dtype in (torch.float32, torch.float64):
        check.close(largest_rate(torch.zeros(n, n, dtype=dtype)), float("inf"), on=f"A = zeros ({n}, {n}), {dtype}")
check.close(largest_rate(1e-6 * torch.eye(2, dtype=torch.float64)), 2e6, on="A = 1e-6 times the unit matrix, float64")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# If A is diagonal, the n numbers descend independently of each other. Which of them runs away first?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# A step is θ − lr · Aθ. Along an eigenvector of A it multiplies by 1 − lr · λ. So the curvatures are the eigenvalues, in whatever direction they lie. `torch.linalg.eigvalsh` gives them all.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# largest = torch.linalg.eigvalsh(A). ... .item()
# return 2 / largest if ... else float("inf")
# ```
#
# </details>

# %% [markdown] solution_notes="largest_rate"
# **Why it works.** Every start is a sum of eigenvectors, and each part is multiplied by its own 1 − lr · λ. All stay within ±1 as long as lr ≤ 2/λ for the largest λ. **Another way.** Without eigenvalues: multiply any vector by A a few hundred times,
# dividing by its length each time. What is left points along the steepest direction, and its growth is λ: the power iteration, which works for networks too, as it needs only products A·v.

# %% [markdown]
# ## Boss

# %% [markdown]
# ### Exercise 8 · Find the bugs: six in one loop ★★★★ · 20 points · 25 minutes
#
# The function below should train a model and hand it back at its best. It runs, the loss goes down, and it is wrong six times. Mend it in place, keeping its name and its arguments. Find the bug behind each of these wishes; the third hides two:
#
# - **Slopes.** Each update uses the slopes of its own batch.
# - **Modes.** The model trains in train mode and is validated in eval mode, in every epoch.
# - **Graphs.** Validation builds no graph, and the history holds plain numbers.
# - **Means.** Both losses are means over samples: a batch counts as often as it has samples. The training loss of a batch is measured before its update.
# - **Best.** Afterwards the model has the parameters that it had after the epoch with the smallest validation loss.
#
# It tests **loop**, sections 3, 4, 8 and 9 of [the chapter](../../course/09_training_loop.ipynb).

# %% solution="fit" objective="loop"
def fit(model: nn.Module, train: list, validation: list, lr: float, epochs: int) -> dict[str, list[float]]:
    """train, validation: lists of pairs (x, y) -> {"train": [...], "validation": [...]}, one mean loss an epoch.

    >>> batches = [(torch.ones(2, 1), torch.zeros(2, 1))]
    >>> history = fit(nn.Linear(1, 1), batches, batches, lr=0.1, epochs=3)
    >>> len(history["train"]), len(history["validation"])
    (3, 3)
    """
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    model.train()
    for _ in range(epochs):
        total = 0.0
        for x, y in train:
            error = loss_function(model(x), y)
            error.backward()
            optimizer.step()
            total += error
        history["train"].append(total / len(train))
        model.eval()
        total = 0.0
        for x, y in validation:
            total += loss_function(model(x), y)
        history["validation"].append(total / len(validation))
        if history["validation"][-1] < best:
            best, best_state = history["validation"][-1], model.state_dict()
    model.load_state_dict(best_state)
    return history


### BEGIN SOLUTION
def fit(model: nn.Module, train: list, validation: list, lr: float, epochs: int) -> dict[str, list[float]]:
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history
### END SOLUTION

# %% test="fit-slopes" points=4
check.attempted(fit, "fit uses the slopes of one batch in each update", given="e8663d42")


@check.observe
def fitted(function, weight, train, lr):
    from torch import nn

    model = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
    model.weight = nn.Parameter(weight.clone())
    function(model, train, train[:1], lr, 1)
    return model.weight.detach().clone()


weight = torch.tensor([[0.0]])
batches = [(torch.tensor([[1.0]]), torch.tensor([[4.0]])), (torch.tensor([[1.0]]), torch.tensor([[8.0]])), (torch.tensor([[2.0]]), torch.tensor([[4.0]]))]
check.close(
    fitted(fit, weight, batches, 0.25),
    torch.tensor([[-1.0]]),
    on="a weight (1, 1), three batches of one, lr 0.25, one epoch",
    traps={
        "the slopes of earlier batches are still there: clear them before each backward": torch.tensor([[2.0]]),
        "the weight did not change: are the slopes cleared between backward and step?": weight,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m, many in [(2, 1, 2), (3, 2, 4)]:
    weight = torch.randn(m, n, generator=generator, dtype=torch.float64)
    batches = []
    for _ in range(many):
        x = torch.randn(4, n, generator=generator, dtype=torch.float64)
        batches.append((x, torch.randn(4, m, generator=generator, dtype=torch.float64)))
    once, kept, total = weight, weight, 0
    for x, y in batches:
        once = once - 0.1 * 2 / y.numel() * (x @ once.T - y).T @ x
        total = total + 2 / y.numel() * (x @ kept.T - y).T @ x
        kept = kept - 0.1 * total
    check.close(
        fitted(fit, weight, batches, 0.1),
        once,
        on=f"a weight ({m}, {n}), {many} batches of four, one epoch, float64",
        traps={"the slopes of earlier batches are still there: clear them before each backward": kept},
    )
### END HIDDEN TESTS

# %% test="fit-modes" points=4
check.attempted(fit, "fit trains in train mode and validates in eval mode, in every epoch", given="e8663d42")


@check.observe
def modes(function, training, epochs, many, held):
    import torch
    from torch import nn

    seen = []
    model = nn.Sequential(nn.Linear(1, 1), nn.Dropout(0.5)).train(training)
    model[1].register_forward_hook(lambda module, given, output: seen.append("train" if module.training else "eval"))
    pair = (torch.ones(2, 1), torch.zeros(2, 1))
    history = function(model, [pair] * many, [pair] * held, 0.1, epochs)
    if type(history) is not dict or sorted(history) != ["train", "validation"]:
        what = "None: did you forget `return`?" if history is None else f"something else, of type {type(history).__name__}"
        if type(history) is dict:
            what = f"a dictionary with other keys: {', '.join(map(str, history))}"
        return {"returned": what}
    return {"returned": "a dictionary with train and validation", "seen": seen, "epochs": sorted([name, len(losses)] for name, losses in history.items())}


report = modes(fit, True, 2, 2, 1)
check.equal(report["returned"], "a dictionary with train and validation", on="what fit returns")
check.equal(
    report["seen"],
    ["train", "train", "eval"] * 2,
    on="two epochs of two batches and one for validation: the mode of each prediction",
    traps={
        "the model goes to eval mode in the first epoch and never comes back: each epoch starts with train()": ["train", "train", "eval", "eval", "eval", "eval"],
        "validation runs in train mode, where dropout is at work": ["train"] * 6,
        "training runs in eval mode": ["eval"] * 6,
    },
)
check.equal(report["epochs"], [["train", 2], ["validation", 2]], on="how many losses does the history hold, after two epochs?")
### BEGIN HIDDEN TESTS
for training, epochs, many, held in [(False, 1, 2, 2), (True, 3, 1, 2), (False, 3, 3, 1)]:
    report = modes(fit, training, epochs, many, held)
    check.equal(
        report["seen"],
        (["train"] * many + ["eval"] * held) * epochs,
        on=f"{epochs} epochs of {many} batches and {held} for validation, a model that came with training = {training}: the mode of each prediction",
        traps={
            "the model goes to eval mode in the first epoch and never comes back: each epoch starts with train()": ["train"] * many
            + ["eval"] * (held + (many + held) * (epochs - 1)),
        },
    )
    check.equal(report["epochs"], [["train", epochs], ["validation", epochs]], on=f"how many losses does the history hold, after {epochs} epochs?")
### END HIDDEN TESTS

# %% test="fit-graphs" points=4
check.attempted(fit, "fit validates without a graph, and keeps plain numbers", given="e8663d42")


@check.observe
def graphs(function, epochs, many, held):
    import torch
    from torch import nn

    seen = []
    model = nn.Linear(2, 1)
    model.register_forward_hook(lambda module, given, output: seen.append(output.requires_grad))
    pair = (torch.ones(2, 2), torch.zeros(2, 1))
    history = function(model, [pair] * many, [pair] * held, 0.1, epochs)
    if type(history) is not dict or sorted(history) != ["train", "validation"]:
        what = "None: did you forget `return`?" if history is None else f"something else, of type {type(history).__name__}"
        if type(history) is dict:
            what = f"a dictionary with other keys: {', '.join(map(str, history))}"
        return {"returned": what}
    kinds = sorted({type(loss).__name__ for losses in history.values() for loss in losses})
    return {"returned": "a dictionary with train and validation", "graphs": seen, "kinds": kinds, "after": [torch.is_grad_enabled(), model.weight.requires_grad]}


report = graphs(fit, 1, 2, 2)
check.equal(report["returned"], "a dictionary with train and validation", on="what fit returns")
check.equal(
    report["graphs"],
    [True, True, False, False],
    on="one epoch of two batches and two for validation: has the prediction a graph?",
    traps={
        "validation builds graphs that nobody uses: eval() does not turn gradients off, no_grad does": [True] * 4,
        "training needs its graphs: no_grad is for validation only": [False] * 4,
    },
)
check.equal(
    report["kinds"],
    ["float"],
    on="the types in the history",
    traps={
        "the history holds tensors, each with the graph of its epoch: .item() takes the number out": ["Tensor"],
        "some losses in the history are tensors: .item() takes the number out": ["Tensor", "float"],
    },
)
check.equal(report["after"], [True, True], on="afterwards: is grad mode on, and does the weight require grad?")
### BEGIN HIDDEN TESTS
for epochs, many, held in [(1, 1, 1), (3, 2, 1)]:
    report = graphs(fit, epochs, many, held)
    check.equal(report["graphs"], ([True] * many + [False] * held) * epochs, on=f"{epochs} epochs of {many} batches and {held} for validation: has the prediction a graph?")
    check.equal(report["kinds"], ["float"], on="the types in the history")
    check.equal(report["after"], [True, True], on="afterwards: is grad mode on, and does the weight require grad?")
### END HIDDEN TESTS

# %% test="fit-means" points=4
check.attempted(fit, "fit reports means over samples", given="e8663d42")


@check.observe
def losses(function, weight, train, validation, lr, epochs):
    from torch import nn

    model = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
    model.weight = nn.Parameter(weight.clone())
    history = function(model, train, validation, lr, epochs)
    if type(history) is not dict or sorted(history) != ["train", "validation"]:
        what = "None: did you forget `return`?" if history is None else f"something else, of type {type(history).__name__}"
        if type(history) is dict:
            what = f"a dictionary with other keys: {', '.join(map(str, history))}"
        return {"returned": what}
    means = {name: [float(loss) for loss in history[name]] for name in ("train", "validation")}
    return {"returned": "a dictionary with train and validation", "means": means}


train = [(torch.zeros(3, 1), torch.full((3, 1), 2.0)), (torch.zeros(1, 1), torch.full((1, 1), 4.0))]
validation = [(torch.zeros(1, 1), torch.full((1, 1), 1.0)), (torch.zeros(4, 1), torch.full((4, 1), 6.0))]
report = losses(fit, torch.tensor([[1.0]]), train, validation, 0.1, 1)
check.equal(report["returned"], "a dictionary with train and validation", on="what fit returns")
check.close(
    report["means"],
    {"train": [7.0], "validation": [29.0]},
    on="batches of 3 and 1 with losses 4 and 16, for validation of 1 and 4 with losses 1 and 36",
    traps={
        "both are means of batch means: a batch counts as often as it has samples": {"train": [10.0], "validation": [18.5]},
        "the training loss is a mean of batch means": {"train": [10.0], "validation": [29.0]},
        "the validation loss is a mean of batch means": {"train": [7.0], "validation": [18.5]},
        "these are sums over samples: divide by their number": {"train": [28.0], "validation": [145.0]},
        "these divide by the number of batches what was weighed with samples": {"train": [14.0], "validation": [72.5]},
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, sizes, held in [(2, (3, 1), (2, 5)), (1, (4, 4, 2), (1, 3, 1)), (3, (2,), (6,))]:
    weight = torch.randn(1, n, generator=generator, dtype=torch.float64)
    train, validation = [], []
    for many, batches in ((sizes, train), (held, validation)):
        for size in many:
            x = torch.randn(size, n, generator=generator, dtype=torch.float64)
            batches.append((x, torch.randn(size, 1, generator=generator, dtype=torch.float64)))
    if len(sizes) > 1:
        train = [(torch.zeros_like(x), y) for x, y in train]  # no slopes: the mean alone is judged here
    x, y = train[0]
    before = [(x @ weight.T - y).square().mean().item() for x, y in train]
    moved = weight - 0.1 * 2 / len(y) * (x @ weight.T - y).T @ x
    after = [(x @ moved.T - y).square().mean().item() for x, y in validation]
    report = losses(fit, weight, train, validation, 0.1, 1)
    check.close(
        report["means"],
        {
            "train": [sum(loss * size for loss, size in zip(before, sizes)) / sum(sizes)],
            "validation": [sum(loss * size for loss, size in zip(after, held)) / sum(held)],
        },
        on=f"batches of {sizes}, for validation of {held}, float64",
        traps={
            "these are means of batch means: a batch counts as often as it has samples": {
                "train": [sum(before) / len(sizes)],
                "validation": [sum(after) / len(held)],
            },
        },
    )
### END HIDDEN TESTS

# %% test="fit-best" points=4
check.attempted(fit, "fit hands the model back at its best epoch", given="e8663d42")


@check.observe
def ended(function, weight, train, validation, lr, epochs):
    from torch import nn

    model = nn.Linear(weight.shape[1], weight.shape[0], bias=False, dtype=weight.dtype)
    model.weight = nn.Parameter(weight.clone())
    seen, started = [], {}

    def note(module, given, output):
        if given[0] is validation[0]:
            seen.append(module.weight.detach().clone())
        else:
            started.setdefault(len(seen), module.weight.detach().clone())

    model.register_forward_hook(note)
    function(model, [train], [validation], lr, epochs)
    goes_on = all(start.equal(seen[epoch - 1]) for epoch, start in started.items() if epoch)
    return {"validated": seen, "goes on": goes_on, "weight": model.weight.detach().clone()}


weight = torch.tensor([[0.0]])
train, validation = (torch.tensor([[1.0]]), torch.tensor([[8.0]])), (torch.tensor([[1.0]]), torch.tensor([[4.0]]))
report = ended(fit, weight, train, validation, 0.25, 3)
check.equal(len(report["validated"]), 3, on="how many times was the model validated, in 3 epochs with one batch for it?")
check.close(
    report["weight"],
    torch.tensor([[4.0]]),
    on="a weight (1, 1): right for the validation data after epoch 1 of 3, and too large later",
    traps={
        "this is the weight of the last epoch: state_dict() gives the parameters themselves, so copy each tensor, keep the copies of the smallest loss so far, and load them at the end": report["validated"][-1],
        "this is the weight before training": weight,
    },
)
check.equal(report["goes on"], True, on="does each epoch go on from the weight that was validated last?", traps={"training goes back to the best epoch each time: load the best state once, after the last epoch": False})
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, lr, goal in [(1, 0.05, 0.3), (2, 0.05, 0.5), (3, 0.02, 0.4)]:
    weight = torch.zeros(1, n, dtype=torch.float64)
    far = 1 + torch.rand(1, n, generator=generator, dtype=torch.float64)
    x = torch.randn(n + 4, n, generator=generator, dtype=torch.float64)
    train, validation = (x, x @ far.T), (x, x @ (goal * far).T)
    report = ended(fit, weight, train, (x.clone(), validation[1]), lr, 12)
    check.equal(len(report["validated"]), 12, on="how many times was the model validated, in 12 epochs?")
    errors = [(x @ each.T - validation[1]).square().mean().item() for each in report["validated"]]
    check.close(
        report["weight"],
        report["validated"][errors.index(min(errors))],
        on=f"a weight (1, {n}), 12 epochs, best after epoch {errors.index(min(errors)) + 1}",
        traps={
            "this is the weight of the last epoch: state_dict() gives the parameters themselves, so copy each tensor, keep the copies of the smallest loss so far, and load them at the end": report["validated"][-1],
            "this is the weight of the first epoch: compare with the best so far, and remember the new best": report["validated"][0],
            "this is the weight of the worst epoch: keep the smallest loss": report["validated"][errors.index(max(errors))],
        },
    )
    check.equal(report["goes on"], True, on="does each epoch go on from the weight that was validated last?")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Go through the six steps and ask where each is. Then go through the second epoch by hand: in which mode does it start, and what is in `.grad`?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# You have written most of it: exercise 4 is the first inner loop and exercise 5 the second. What is left is the last wish. `state_dict()` holds the parameters' own tensors, which go on being trained; section 8 shows what to keep in its place.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# for _ in range(epochs):
#     model.train()
#     total, count = 0.0, 0
#     ...                                  # clear before each backward; weigh each loss.item()
#     model.eval()
#     with torch.no_grad():
#         ...                              # weigh here too
#     if history["validation"][-1] < best:
#         best_state = {name: value. ... for name, value in model.state_dict().items()}
# ```
#
# </details>

# %% [markdown] solution_notes="fit"
# **Why it works.** Every line of the six steps is in its place, each mode is set where it is needed, numbers leave the graph at once, sums are over samples, and the best state is a copy. None of the six bugs raises an error, and the loss goes down in spite of them all: a loop that
# runs proves nothing. **Another way.** Call `train_one_epoch` and `evaluate` from exercises 4 and 5, which leaves this function with the history and the best state only. `copy.deepcopy(model.state_dict())` copies too.
