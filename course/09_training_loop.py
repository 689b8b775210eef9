# %% [markdown]
# # 09 · The training loop
#
# How does it learn?
#
# You have a model, a loss, and autograd, which computes the slope of the loss in every parameter. None of them changes a parameter. This chapter adds the step that does, and the loop
# around it: six lines that train a line through four points, and, unchanged, a network with a billion parameters.

# %% [markdown]
# ## What you will be able to do
#
# - **update**: take a step downhill by hand, in place and outside the graph (`step_in_place`, `predict_step`)
# - **zeroing**: say what a slope that was not cleared does to the next step (`predict_twice`, `predict_cleared`)
# - **steps**: put the steps of the loop in their order (`loop_order`)
# - **rate**: tell a learning rate that converges from one that cannot, and name the bound (`largest_rate`, `predict_rate`)
# - **optimisers**: write SGD with momentum, and Adam, so that they agree with torch (`SGD`, `Adam`, `predict_momentum`)
# - **epoch**: train once through the batches, and report a mean that is one (`train_one_epoch`)
# - **evaluation**: measure without training, and leave the model as it was (`evaluate`)
# - **loop**: find what is wrong in a loop that runs (`fit`)
#
# ## 1 · The θ with the smallest loss
#
# A candle was measured for four hours. Its height should fall along a line: `W` centimetres an hour, from `b`. Both together are θ. The best θ is the one with
# the smallest loss, and nobody knows it. So guess.

# %%
import torch
from torch import nn
from torchscope import draw, reveal

hours = torch.tensor([0.0, 1.0, 2.0, 3.0], dtype=torch.float64)
height = torch.tensor([12.0, 9.0, 8.0, 5.0], dtype=torch.float64)

def loss(theta):
    return (theta[0] * hours + theta[1] - height).square().mean()

loss(torch.tensor([0.0, 0.0])), loss(torch.tensor([-2.2, 11.8]))

# %%
generator = torch.Generator().manual_seed(9)
best = torch.tensor([0.0, 0.0], dtype=torch.float64)
guesses = [best.tolist()]
for _ in range(100):
    guess = 20 * torch.rand(2, dtype=torch.float64, generator=generator) - torch.tensor([10, 0])
    if loss(guess) < loss(best):
        best = guess
        guesses.append(best.tolist())
print(len(guesses) - 1, round(loss(best).item(), 2))
for n in (1, 2, 4, 6):
    print(n, (torch.rand(100_000, n, generator=generator) < 0.1).all(1).sum().item())

# %% [markdown]
# This is **random search**: guess θ, keep the best. A hundred guesses found a useful line. But that was for two numbers. Call a guess good when each of its n numbers falls
# into the right tenth of its range. The table says how many of 100 000 guesses are good, for one, two, four and six numbers.
#
# One more number, and ten times as many guesses. A small network has thousands of numbers, so luck is out. A slope is better than luck: it says, for *every* number at once,
# which way is down. **Gradient descent** takes a small step that way, again and again:
#
# `θ ← θ − lr · slope`
#
# `lr` is the **learning rate**. Minus, because the slope points uphill.

# %%
theta = torch.zeros(2, dtype=torch.float64, requires_grad=True)
loss(theta).backward()
theta.grad

# %% predict="first_step"
first_W = ...  # W after one step from 0 with lr = 0.05: a number

# %% reveal="first_step" answer="1.0"
reveal(first_W, lambda: (0 - 0.05 * theta.grad[0]).item())

# %% [markdown]
# Up, although the best W is negative: from (0, 0) the line lies far below all points, and raising it at the late hours helps most. The slope knows only the place where it was taken.
#
# ## 2 · A step by hand
#
# > **Common trap.** "The gradients are computed, so training is finished." `backward()` changes no parameter. It fills `.grad`, and that is all. What learns is the update, and one update is one small step.

# %% predict="after_backward"
after_backward = ...  # theta after the backward above: a list of two numbers

# %% reveal="after_backward" answer="[0.0, 0.0]"
reveal(after_backward, lambda: theta)

# %% [markdown]
# As in chapter 08, the update must change `theta` **in place**, so that it stays the same leaf, and it must not become a part of the graph. Without a word about that, torch refuses:

# %% tags=["raises-exception"]
theta -= 0.05 * theta.grad

# %% [markdown]
# `no_grad` says: this is no part of the computation whose slopes are asked for. Then the in-place change is allowed.

# %%
with torch.no_grad():
    theta -= 0.05 * theta.grad
theta

# %% [markdown]
# > **Common trap.** `theta = theta - 0.05 * theta.grad` raises nothing. But it makes a *new* tensor, under the old name: a result, not a leaf. `backward()` fills
# > the `.grad` of leaves only, so the next step finds None.

# %%
moved = theta - 0.05 * theta.grad
moved.is_leaf, theta.is_leaf, moved is theta

# %% [markdown]
# Now the loop. `theta.grad = None` throws the old slope away; the next section says why that line is there.

# %%
theta = torch.zeros(2, dtype=torch.float64, requires_grad=True)
steps = [theta.tolist()]
for _ in range(100):
    theta.grad = None
    loss(theta).backward()
    with torch.no_grad():
        theta -= 0.05 * theta.grad
    steps.append(theta.tolist())
theta.detach().round(decimals=2), round(loss(theta).item(), 2)

# %%
def surface(W, b):
    return loss(torch.tensor([W, b], dtype=torch.float64))

walks = {"best of 100 guesses": guesses, "gradient descent": steps}
draw.paths(surface, (-10, 10), (-1, 20), walks, "Two ways to a small loss", "W", "b")

# %% [markdown]
# The grey lines join places of equal loss. Gradient descent crosses them at first, falls into a narrow valley, and then walks along it, more and more slowly, for the slope along the valley is small.
#
# **Change one thing.** Start both from (4, 18). Does gradient descent end elsewhere? (For this loss there is one valley.)
#
# ## 3 · Why the slope is cleared
#
# `backward()` **adds** to `.grad`; chapter 08 showed why. The adding happens there, not at the update. If nobody clears, the second step uses the sum of two slopes, the third that of three:

# %%
def train(clear):
    theta, losses = torch.zeros(2, dtype=torch.float64, requires_grad=True), []
    for _ in range(60):
        theta.grad = None if clear else theta.grad
        now = loss(theta)
        now.backward()
        losses.append(now.item())
        with torch.no_grad():
            theta -= 0.05 * theta.grad
    return losses

curves = {"cleared": train(True), "not cleared": train(False)}
draw.lines(range(60), curves, "With and without clearing", "step", "loss")

# %% [markdown]
# The curve that is not cleared swings: old slopes, taken elsewhere, push on long after they are wrong. It raises nothing, and its loss even goes down now and then.
#
# Modules and optimisers clear all their parameters at once, with `zero_grad()`. Are the slopes zeros afterwards?

# %% predict="cleared"
zeros = ...  # is line.weight.grad a tensor after line.zero_grad()? True or False

# %% reveal="cleared" answer="False"
line = nn.Linear(1, 1, dtype=torch.float64)
line(hours.unsqueeze(1)).sum().backward()
line.zero_grad()
reveal(zeros, lambda: isinstance(line.weight.grad, torch.Tensor))

# %% [markdown]
# `.grad` is **None**. That costs no memory, and an optimiser leaves a parameter without a slope alone, where a slope of zero would still be a slope: section 6 shows
# one that moves a parameter whose slope is 0. Old code expects zeros; `set_to_none=False` gives them.

# %%
line(hours.unsqueeze(1)).sum().backward()
line.zero_grad(set_to_none=False)
line.weight.grad

# %% [markdown]
# **Change one thing.** In `train`, clear every second step only. Which of the two curves does it resemble?
#
# ## 4 · Six steps
#
# An **optimiser** is an object that knows the parameters and a rule for their update. `torch.optim.SGD` is the rule above. SGD is short for stochastic gradient descent: stochastic, because the slope usually comes
# from a random part of the data, a **batch**. One pass over all batches is an **epoch**. Here the batch is all there is, so a step is an epoch.

# %%
model, loss_function = nn.Linear(1, 1, dtype=torch.float64), nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
_ = nn.init.zeros_(model.weight), nn.init.zeros_(model.bias)

for _ in range(100):
    x, y = hours.unsqueeze(1), height.unsqueeze(1)     # 1 take a batch
    predicted = model(x)                               # 2 predict
    loss_now = loss_function(predicted, y)             # 3 measure the loss
    optimizer.zero_grad()                              # 4 clear the old slopes
    loss_now.backward()                                # 5 compute the new ones
    optimizer.step()                                   # 6 update

# %%
torch.testing.assert_close(torch.cat([model.weight[0], model.bias]), theta)
boxes = {"1": (0, 0, "1 take a batch"), "2": (1, 0, "2 predict\nmodel(x)"), "3": (2, 0, "3 loss"),
         "6": (0, 1, "6 update\nstep()"), "5": (1, 1, "5 slopes\nbackward()"), "4": (2, 1, "4 clear\nzero_grad()")}
arrows = [(here, there, "") for here, there in zip("123456", "234561", strict=True)]
draw.diagram(boxes, arrows, "The six steps")

# %% [markdown]
# After a hundred steps the model's numbers equal those of the loop by hand. Step 4 may stand anywhere, except between 5 and 6: there it throws away what was just computed.

# %%
loss_function(model(x), y).backward()
optimizer.zero_grad()
optimizer.step()
torch.allclose(model.weight, theta[:1]), model.weight.grad

# %% [markdown]
# **Change one thing.** Move `optimizer.zero_grad()` to the end of the loop, and to its start. Does `assert_close` still hold?
#
# ## 5 · The learning rate
#
# Take the simplest valley, ½ax². Its slope is ax, so a step is x − lr·a·x = (1 − lr·a)·x: each step multiplies x by the same number. `a` is the **curvature**, and says how fast the slope changes.

# %% predict="bounce"
bounce = ...  # x after one step from 3, with a = 4 and lr = 0.5: a number

# %% reveal="bounce" answer="-3.0"
reveal(bounce, lambda: 3.0 - 0.5 * 4 * 3.0)

# %%
curves = {f"{lr}": [3.0 * (1 - lr * 4) ** k for k in range(20)] for lr in (0.02, 0.25, 0.45, 0.5, 0.52)}
draw.lines(range(20), curves, "Five learning rates on 2x²", "step", "x")

# %% [markdown]
# - Below 1/a = 0.25, x goes straight to 0, and the smaller the rate, the slower.
# - At 1/a it is there in one step.
# - Between 1/a and **2/a**, it jumps across the valley, and lands nearer each time.
# - At 2/a it jumps to and fro for ever; above, each jump is longer than the last.
#
# With many parameters the valley has many directions, each with its own curvature, and the *largest* one sets the bound. The curvatures are the eigenvalues of the matrix of
# second derivatives: in certain directions, its eigenvectors, a matrix only stretches, and its eigenvalues say how much. For MSE of a line this matrix is 2/N · XᵀX, with a column of ones for `b`:

# %%
X = torch.stack([hours, torch.ones(4, dtype=torch.float64)], dim=1)
curvatures = torch.linalg.eigvalsh(2 / 4 * X.T @ X)
curvatures, 2 / curvatures.max()

# %%
def walk(rule, **settings):
    theta = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer, path = rule([theta], **settings), [theta.tolist()]
    for _ in range(60):
        optimizer.zero_grad()
        loss(theta).backward()
        optimizer.step()
        path.append(theta.tolist())
    return path

walks = {f"lr = {lr}": walk(torch.optim.SGD, lr=lr) for lr in (0.005, 0.2, 0.245)}
draw.paths(surface, (-12, 12), (-10, 24), walks, "Too small, good, too large", "W", "b")

# %% [markdown]
# The bound is 0.238. At 0.2 the walk zigzags across the valley and arrives. At 0.245 each jump is longer than the last. And the curvatures explain the slow end: 0.6 against 8.4. A rate that is safe across the valley is small along it.
#
# Nobody computes eigenvalues of a large network. You try rates by factors of ten, look at the loss, and take one that is a little below where it begins to jump.
#
# **Change one thing.** Measure time in minutes: `hours * 60` in the cell of `X`. What becomes of the bound, and of the ratio of the two curvatures? It is why inputs are standardised (chapter 10).
#
# ## 6 · Momentum and Adam
#
# **Momentum** keeps a velocity, a fading sum of slopes: across the valley they cancel, along it they add up.

# %%
def momentum_by_hand(lr=0.05, momentum=0.8, steps=60):
    theta, velocity = torch.zeros(2, dtype=torch.float64, requires_grad=True), 0.0
    for _ in range(steps):
        (slope,) = torch.autograd.grad(loss(theta), [theta])
        velocity = momentum * velocity + slope
        with torch.no_grad():
            theta -= lr * velocity
    return theta.tolist()

heavy = walk(torch.optim.SGD, lr=0.05, momentum=0.8)
torch.testing.assert_close(momentum_by_hand(), heavy[-1])

# %% [markdown]
# **Adam** keeps two fading *means* for each number: of the slope, `m`, and of its square, `v`. The step is m / √v, so its length hardly depends on how steep it is, only on how steadily the slope
# has one sign: each parameter gets a rate of its own. Both means start at 0, and are too small at first; dividing by 1 − βᵗ corrects that.

# %%
def adam_by_hand(lr=0.5, beta1=0.9, beta2=0.999, eps=1e-8, steps=60):
    theta, m, v = torch.zeros(2, dtype=torch.float64, requires_grad=True), 0.0, 0.0
    for t in range(1, steps + 1):
        (slope,) = torch.autograd.grad(loss(theta), [theta])
        m = beta1 * m + (1 - beta1) * slope
        v = beta2 * v + (1 - beta2) * slope.square()
        with torch.no_grad():
            theta -= lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + eps)
    return theta.tolist()

adam = walk(torch.optim.Adam, lr=0.5)
torch.testing.assert_close(adam_by_hand(), adam[-1])

# %%
walks = {"SGD": walk(torch.optim.SGD, lr=0.05), "momentum": heavy, "Adam": adam}
draw.paths(surface, (-5, 5), (-2, 20), walks, "Three optimisers, sixty steps", "W", "b")

# %% [markdown]
# Both by-hand versions equal torch's. Momentum arrives first here, although it overshoots. What was promised in section 3: with momentum, a slope of zero still moves a parameter, and None does not.

# %%
for empty in (torch.zeros(1), None):
    weight = nn.Parameter(torch.ones(1))
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    for slope in (torch.ones(1), empty):
        weight.grad = slope
        optimizer.step()
    print(weight.item())

# %% [markdown]
# **Change one thing.** Give Adam `lr=0.05`, the rate of the others. How far does it come in sixty steps, and why is that no surprise?
#
# ## 7 · Ones to zeros
#
# The smallest complete example: a layer of 4 inputs and 3 outputs is to answer `zeros(3)` when it is shown `ones(4)`. It starts with random weights, so its first answers are wrong.

# %%
torch.manual_seed(9)
layer = nn.Linear(4, 3)
optimizer, losses = torch.optim.SGD(layer.parameters(), lr=0.1), []
for _ in range(40):
    loss_now = nn.functional.mse_loss(layer(torch.ones(4)), torch.zeros(3))
    optimizer.zero_grad()
    loss_now.backward()
    optimizer.step()
    losses.append(loss_now.item())
print(losses[-1] < 1e-8, (layer(torch.ones(4)).abs() < 1e-3).all(), layer.weight.abs().max() > 0.1)
draw.lines(range(40), {"loss": losses}, "Ones to zeros", "step")

# %% [markdown]
# The loss is near 0, and the weights are not: their sum cancels the bias, for this one input. Nobody asked for more. A model learns what the loss sees.
#
# Each output has five numbers behind it, four weights and a bias, and each of them sees a 1. So its curvature is 2/3 · 5 = 10/3, and at lr = 0.3 = 1/a one step is enough:

# %% predict="one_step"
one_step = ...  # the loss after ONE step with lr = 0.3, rounded to 6 places: a number

# %% reveal="one_step" answer="0.0"
fresh = nn.Linear(4, 3)
nn.functional.mse_loss(fresh(torch.ones(4)), torch.zeros(3)).backward()
torch.optim.SGD(fresh.parameters(), lr=0.3).step()
reveal(one_step, lambda: round(fresh(torch.ones(4)).square().mean().item(), 6))

# %% [markdown]
# **Change one thing.** Show it `torch.zeros(4)` after training. What does it answer, and which numbers decide that?
#
# ## 8 · Learning by heart
#
# Sixteen noisy temperatures of one day are to be fitted with 24 waves, so with 24 parameters. Forty more measurements are kept aside. The model never trains on them: they are the **validation** data.

# %%
generator = torch.Generator().manual_seed(5)

def measured(count):
    time = torch.rand(count, 1, generator=generator, dtype=torch.float64)
    noise = torch.randn(count, 1, generator=generator, dtype=torch.float64)
    return time, torch.sin(6.2832 * time) + 0.4 * noise

def waves(time):
    return torch.cos(3.1416 * time * torch.arange(24))

(time, warmth), (new_time, new_warmth) = measured(16), measured(40)

# %% [markdown]
# A longer run deserves a **progress bar**. `\r` moves the cursor back to the start of the line, and the next print overwrites it.

# %% tags=["nbval-ignore-output"]
curve = nn.Linear(24, 1, bias=False, dtype=torch.float64)
optimizer = torch.optim.SGD(curve.parameters(), lr=0.05)
_ = nn.init.zeros_(curve.weight)
history, weights = {"train": [], "validation": []}, []
for step in range(801):
    loss_now = loss_function(curve(waves(time)), warmth)
    optimizer.zero_grad()
    loss_now.backward()
    optimizer.step()
    if step % 10 == 0:
        with torch.no_grad():
            history["train"].append(loss_function(curve(waves(time)), warmth).item())
            history["validation"].append(loss_function(curve(waves(new_time)), new_warmth).item())
        weights.append(curve.weight.detach().clone())
        print(f"\r{'█' * (step // 40):20} {step}", end="")

# %%
best = min(range(len(weights)), key=history["validation"].__getitem__)
print(10 * best, [round(values[best], 2) for values in history.values()])
draw.lines(range(0, 801, 10), history, "The same model on two sets of data", "step", "loss")

# %% [markdown]
# These are **loss curves**. The training loss falls all the time; the validation loss falls, turns, and rises. From the turn on the model learns the noise of its sixteen
# measurements by heart: **overfitting**. Only the second curve shows it.

# %%
at = torch.linspace(0, 1, 101, dtype=torch.float64).unsqueeze(1)
shapes = {name: (waves(at) @ weights[k].T).squeeze(1).tolist() for name, k in (("best", best), ("last", -1))}
shapes["truth"] = torch.sin(6.2832 * at).squeeze(1).tolist()
draw.lines(at.squeeze(1).tolist(), shapes, "What was learned", "time of day")

# %% [markdown]
# So keep the parameters of the best validation loss, and stop when it has not improved for a while: **early stopping**.
#
# > **Common trap.** `best_state = model.state_dict()` keeps nothing (chapter 05). Its tensors *are* the parameters, and train on. Copy each.

# %%
kept, copied = curve.state_dict(), {name: value.clone() for name, value in curve.state_dict().items()}
_ = nn.init.ones_(curve.weight)
torch.equal(kept["weight"], curve.weight), torch.equal(copied["weight"], curve.weight)

# %% [markdown]
# **Change one thing.** Measure 200 times instead of 16. Does the validation curve still turn?
#
# ## 9 · Evaluation
#
# To measure is not to train. Three things belong to it: `eval()`, for modules such as dropout that behave otherwise in training; `no_grad()`, for no slope is wanted; and afterwards back to the mode the model had.
# Neither does the other's work: below, the model is in `eval()`, and its results have a history all the same. And the data come in batches of unequal size: two batches of 3 and 1 hours here.

# %%
batches = list(zip(hours.unsqueeze(1).split(3), height.unsqueeze(1).split(3), strict=True))
constant = nn.Sequential(nn.Linear(1, 1, dtype=torch.float64), nn.Dropout(0.5))
_ = nn.init.zeros_(constant[0].weight), nn.init.constant_(constant[0].bias, 9.0)
[loss_function(constant.eval()(x), y).item() for x, y in batches], constant(batches[0][0]).requires_grad

# %% predict="mean"
mean = ...  # the loss over all four hours, from the two above: a number

# %% reveal="mean" answer="6.5"
reveal(mean, lambda: loss_function(constant(hours.unsqueeze(1)), height.unsqueeze(1)).item())

# %% [markdown]
# (3 · 3.33 + 1 · 16) / 4 = 6.5: a batch counts as often as it has **samples**. The mean of the two means would be 9.67.

# %%
def evaluate(model, batches):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total / count

evaluate(constant.train(), batches), evaluate(constant, batches), constant.training

# %% [markdown]
# > **Common trap.** `total += loss`, without `.item()`. In training this keeps the graph of *every* batch alive, for the sum is a tensor with a history. Memory grows with each step, and nothing says why.

# %%
total = sum(loss_function(constant(x), y) for x, y in batches)
total.requires_grad, total.detach().requires_grad

# %% [markdown]
# **Change one thing.** Leave out `model.eval()`, and run the two calls again. Why do they differ?
#
# ## Recap
#
# - Batch, predict, loss, clear, backward, step. Only the last one learns, in place and outside the graph; only clearing keeps old slopes out.
# - Below 2/a descent converges, above it does not, for the largest curvature a. Momentum sums slopes, Adam divides by their size.
# - The training loss says that the model fits what it has seen. Whether it has learned, the validation loss says, measured under `eval` and `no_grad`, sample by sample.
#
# ## Next
#
# Do [the exercises](../exercises/09_training_loop/09_training_loop.ipynb). In chapter 10 the batches come from a loader, shuffled anew in each epoch.
