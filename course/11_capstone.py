# %% [markdown]
# # 11 · The capstone
#
# Can I build all of it?
#
# One small problem, solved five times. The first way needs no step at all, the second needs NumPy and a pencil, and each later one hands another part of the work to PyTorch.
# In the fifth, PyTorch hands it back: to the pieces that you built. All five must arrive at one line, and four of them by the same path, to ten digits. That is how
# you know that you understand every part.

# %% [markdown]
# ## What you will be able to do
#
# - **data**: make data whose truth you know, and draw them reproducibly (`make_data`)
# - **closed**: find the best line without a single step, in two ways (`line_by_means`, `fit_plane`)
# - **hand**: derive the slopes, and descend with NumPy alone (`numpy_slopes`, `numpy_fit`)
# - **autograd**: descend with tensors and autograd, on the same path (`autograd_fit`)
# - **loop**: train any module on any device, from a loader (`train_module`)
# - **checkpoint**: stop in time, and keep the best model rather than the last (`best_checkpoint`)
# - **accuracy**: say how the error falls with the number of samples (`slope_error`)
# - **bound**: compute the largest rate that does not diverge (`rate_bound`)
# - **pieces**: bring your own module, autograd, optimiser and loader (`pieces`)
# - **joined**: make them work together (`fit_own`)
#
# ## 1 · Data with a known truth
#
# A taxi asks 3 coins at the door and 2 for each kilometre: `y = 2x + 3`. Traffic and tips add noise. Real data never tell you the truth, so first try a method on
# data that you *make*: if it does not find the 2 and the 3 here, it will find nothing elsewhere.

# %%
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset
from torchscope import draw, reveal

generator = torch.Generator().manual_seed(11)
distance = 10 * torch.rand(40, generator=generator, dtype=torch.float64)
fare = 2 * distance + 3 + torch.randn(40, generator=generator, dtype=torch.float64)

# %% [markdown]
# Thirty rides are for learning. Ten are **held out** for the last **test**: no method may look at them, and no choice may rest on them. The numbers are `float64`, because we want to compare ten digits.

# %%
x, y = distance[:30], fare[:30]
x_new, y_new = distance[30:], fare[30:]
draw.fits(x, y, {"2x + 3": (2, 3)}, "Thirty rides and the truth", "kilometres", "coins")

# %% [markdown]
# ## 2 · First way: no steps at all
#
# At the bottom of the MSE both slopes are zero (chapter 07). The slope in `b` is the mean of 2·e, where e = Wx + b − y. It is zero when the errors sum to zero, so b = ȳ − W·x̄: the best line goes
# through the point of the means. Put that b into the other slope, the mean of 2·e·x, and what is left to solve gives W:

# %%
W_best = ((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum()
b_best = y.mean() - W_best * x.mean()
W_best, b_best

# %% [markdown]
# That is a **closed form**: a formula that ends. The truth is 2 and 3. Did we do something wrong? Compare the two lines on the thirty rides:

# %% predict="truth_wins"
truth_wins = ...  # on these rides, is the MSE of 2x + 3 smaller than that of the best line: True or False

# %% reveal="truth_wins" answer="False"
def mse(W, b, x, y):
    return (W * x + b - y).square().mean()

reveal(truth_wins, lambda: (mse(2, 3, x, y) < mse(W_best, b_best, x, y)).item())

# %%
[round(mse(W, b, *seen).item(), 3) for seen in ((x, y), (x_new, y_new)) for W, b in ((2, 3), (W_best, b_best))]

# %% [markdown]
# The best line is best *on the rides it has seen*. It has fitted a little of their noise: 0.498 against 0.517 for the truth. On the ten rides that it has not seen, the truth does better, 1.009 against 1.146. Even two numbers
# overfit a little.
#
# The second closed form takes any number of inputs. Write the bias as one more column of ones (chapter 04), and the line is `X @ θ` with θ = (W, b). With n for the number of rides, the N of earlier chapters, both slopes at once are 2/n · Xᵀ(Xθ − y), and they are zero where
# XᵀX θ = Xᵀy, the **normal equations**. `torch.linalg.solve` solves them. `torch.linalg.lstsq` finds the same θ without the product XᵀX:

# %%
X = torch.stack([x, torch.ones_like(x)], dim=1)
by_solve = torch.linalg.solve(X.T @ X, X.T @ y)
by_lstsq = torch.linalg.lstsq(X, y.unsqueeze(1)).solution.squeeze(1)
torch.testing.assert_close(by_solve, torch.stack([W_best, b_best]))
torch.testing.assert_close(by_lstsq, by_solve)
torch.linalg.cond(X) ** 2, torch.linalg.cond(X.T @ X)

# %% [markdown]
# Prefer `lstsq`. The **condition number** says by how much a problem can magnify rounding errors, and the product squares it.
#
# > **Common trap.** "Then why train at all?" A closed form exists because the model is linear in θ and the loss is a square. One ReLU in between, and it is gone. And XᵀX has a row for each
# > number in θ, so a million weights would need a table of 10¹² numbers. Steps always work, if you choose them well.
#
# **Change one thing.** Add 100 to every `fare`, in the first cell, and run down to here. Which of `W_best` and `b_best` will change, and do the two condition numbers? Restore it afterwards.
#
# ## 3 · Second way: NumPy and a pencil
#
# Now go downhill. NumPy knows no slopes, so we derive them: e² changes by 2e for each unit of e, and e by x for each unit of W, by 1 for each unit of b. The two functions below are all that a framework would do:

# %%
def slopes(W, b, x, y):
    error = W * x + b - y
    return (2 * error * x).mean(), (2 * error).mean()

def descend(x, y, lr, steps):
    W, b, path = 0.0, 0.0, [(0.0, 0.0)]
    for _ in range(steps):
        W_slope, b_slope = slopes(W, b, x, y)
        W, b = W - lr * W_slope, b - lr * b_slope
        path.append((W, b))
    return np.array(path)

# %% [markdown]
# Never trust a slope that you derived: hold it against a finite difference (chapter 07).

# %%
xs, ys, h = x.numpy(), y.numpy(), 1e-6
rise_W, rise_b = mse(1 + h, 1, x, y) - mse(1 - h, 1, x, y), mse(1, 1 + h, x, y) - mse(1, 1 - h, x, y)
np.allclose([rise_W / (2 * h), rise_b / (2 * h)], slopes(1, 1, xs, ys))

# %%
walks = {f"rate {lr}": descend(xs, ys, lr, steps=40).tolist() for lr in (0.005, 0.023)}
draw.paths(lambda W, b: mse(W, b, x, y), (-1, 5), (-1, 4), walks, "40 steps in a narrow valley", "W", "b")

# %% [markdown]
# The small rate creeps, the large one jumps from one wall of the valley to the other, and neither has got far along its floor, towards the bottom at the +. Why not take a still larger rate? Because of the walls:

# %%
def losses_with(lr):
    return [mse(W, b, x, y).item() for W, b in descend(xs, ys, lr, steps=100)]

draw.lines(range(101), {f"rate {lr}": losses_with(lr) for lr in (0.02, 0.024, 0.0242)}, "MSE with three rates", "step")

# %% [markdown]
# Between 0.024 and 0.0242 lies the **bound** of chapter 09. The MSE is a bowl. Along each of its own axes the slope is the curvature λ (the `a` of chapter 09) times the distance from the bottom, so a step multiplies that distance by 1 − lr·λ. It shrinks as
# long as that factor lies between −1 and 1: `lr < 2 / λ`, for the *largest* λ. The curvatures are the eigenvalues of the matrix of second derivatives, 2/n · XᵀX:

# %%
curvatures = torch.linalg.eigvalsh(2 * X.T @ X / len(x))
curvatures, 2 / curvatures[-1]

# %% [markdown]
# The steep axis forbids a rate above 0.0241, and with that rate the flat axis keeps 1 − 0.0241 · 0.47 = 98.9 % of its distance at every step. A long, narrow valley. The remedy is in the data: **standardise** the
# input, so that its mean is 0 and its spread, here the standard deviation with `correction=0`, is 1 (chapter 10). What is the bound now?

# %% predict="bound"
bound = ...  # 2 / (the largest curvature), for an input of mean 0 and spread 1: a number

# %% reveal="bound" answer="1.0"
mean, spread = x.mean(), x.std(correction=0)
z, z_new = (x - mean) / spread, (x_new - mean) / spread
Z = torch.stack([z, torch.ones_like(z)], dim=1)
reveal(bound, lambda: round(2 / torch.linalg.eigvalsh(2 * Z.T @ Z / 30)[-1].item(), 6))

# %% [markdown]
# ZᵀZ/n has the mean of z² = 1 and of 1² = 1 on its diagonal, and the mean of z = 0 beside it. The bowl is round: both curvatures are 2. With a rate of 0.5 the factor is 0, and *one* step from anywhere lands at
# the bottom:

# %%
zs = z.numpy()
descend(zs, ys, lr=0.5, steps=1)[-1], [(W_best * spread).item(), y.mean().item()]

# %% [markdown]
# Mean and spread are measured on the rides for learning, and the same two numbers are used for every new ride. The line is the same line, in other units: W is `W_z / spread`, and b is `b_z − W · mean`.
#
# > **Common trap.** Two updates in a row: `W -= lr * slope_W(W, b)`, then `b -= lr * slope_b(W, b)`. The second slope already sees the new W. It is another method with another path. Compute *all* slopes first, then
# > change *all* numbers, as one optimiser step does.
#
# **Change one thing.** For the steps to be seen, use 0.1: `descend(zs, ys, 0.1, 40)`. Which factor do the distances shrink by? Compare the last two rows.
#
# ## 4 · Third way: tensors and autograd
#
# Now torch derives the slopes. Everything else stays ours: the two numbers, the update, the zeros. `torch.stack` copies, so each entry of the path stays what it was.

# %%
W, b = (torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2))
autograd_path = [torch.stack([W, b]).detach()]
for _ in range(40):
    loss = (W * z + b - y).square().mean()
    W.grad = b.grad = None
    loss.backward()
    with torch.no_grad():
        W -= 0.1 * W.grad
        b -= 0.1 * b.grad
    autograd_path.append(torch.stack([W, b]).detach())

# %%
numpy_path = torch.from_numpy(descend(zs, ys, 0.1, 40))
torch.testing.assert_close(torch.stack(autograd_path), numpy_path, rtol=0, atol=1e-10)
numpy_path[-1]

# %% [markdown]
# The same path, to 10⁻¹⁰ at each of its 41 points. Autograd is not an approximation of the slope, it is the slope. What would have become of the path if each entry were `W.detach()` alone?

# %% predict="kept"
kept_value = ...  # what `kept` holds after the update: a number

# %% reveal="kept" answer="8.0"
V = torch.tensor(10.0)
kept = V.detach()
V -= 2.0
reveal(kept_value, lambda: kept.item())

# %% [markdown]
# `detach` leaves the history behind, not the memory (chapter 08). A path of such entries holds one place 41 times, and they all show the last step. Add `.clone()`, or take the number with `.item()`.
#
# **Change one thing.** Take out the line `W.grad = b.grad = None`. Will the check of the path pass, and at which of the 41 points do the two paths part?
#
# ## 5 · Fourth way: the tools of the trade
#
# A module keeps the numbers, a loader cuts the batches, an optimiser makes the step, and the loop fits on one screen. This is how you will write it from now on. The data stay on the CPU, the loop
# brings each batch to where the model is, and nothing in it names a device:

# %%
device = torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")

def run_epochs(model, loader, optimizer, epochs, watch):
    device = next(model.parameters()).device
    for _ in range(epochs):
        model.train()
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            watch.append(torch.cat([p.detach().flatten().cpu() for p in model.parameters()]))

# %% [markdown]
# Mind the shapes: a module wants `(N, 1)`, and so do the targets beside it. A loader with one batch of all thirty rides takes the very steps from above:

# %%
def new_line(dtype, device):
    line = nn.Linear(1, 1, dtype=dtype, device=device)
    line.load_state_dict({"weight": torch.zeros(1, 1), "bias": torch.zeros(1)})
    return line

rides = TensorDataset(z.unsqueeze(1), y.unsqueeze(1))
line = new_line(torch.float64, "cpu")
module_path = [torch.zeros(2, dtype=torch.float64)]
run_epochs(line, DataLoader(rides, batch_size=30), torch.optim.SGD(line.parameters(), lr=0.1), 40, module_path)
torch.testing.assert_close(torch.stack(module_path), numpy_path, rtol=0, atol=1e-10)

# %% [markdown]
# Now as at work: `float32`, batches of 8, shuffled with a generator of their own, on the device that there is. How many updates do 40 epochs make?

# %% predict="updates"
updates = ...  # a number

# %% reveal="updates" answer="160"
small = TensorDataset(*(column.float() for column in rides.tensors))
shuffled = DataLoader(small, batch_size=8, shuffle=True, generator=torch.Generator().manual_seed(11))
model, batch_path = new_line(torch.float32, device), []
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
run_epochs(model, shuffled, optimizer, 40, batch_path)
reveal(updates, lambda: len(batch_path))

# %% [markdown]
# Thirty rides are three batches of 8 and one of 6. Each batch sees other rides, so its slope is a little off, and the steps wander about the bottom:

# %%
batches = [row[0].item() for row in batch_path[:40]]
curves = {"batches of 8": batches, "all 30": numpy_path[1:, 0].tolist()}
draw.lines(range(1, 41), curves, "W in units of the spread", "update")

# %% [markdown]
# > **Common trap.** The mean of the batch losses is not the loss of the epoch (chapters 09 and 10). The batch of 6 would count as much as a batch of 8. Multiply each mean by the size of its batch, add up, and divide by 30 in the end.
#
# **Change one thing.** Give `DataLoader` a `drop_last=True`. How many updates are left, and how many rides does an epoch not see?
#
# ## 6 · Evaluation: how good is it, and why not better?
#
# `eval()` tells the model that it is judged, `inference_mode` leaves the graph out, and the mode that was there is restored (chapters 08 and 09).

# %%
def evaluate(model, x, y):
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        loss = nn.functional.mse_loss(model(x.to(device)), y.to(device)).item()
    model.train(was_training)
    return loss

round(evaluate(line, *rides.tensors), 2), round(evaluate(line, z_new.unsqueeze(1), y_new.unsqueeze(1)), 2)

# %% [markdown]
# The two numbers of the closed form, 0.498 and 1.146. Why is there an error left at all? The noise has a mean square of 1, and no line predicts noise: 1 is the floor, on average. What *can* be made smaller is the error of W and b. For a line, the spread of W over many
# data sets is about σ / (spread of x · √n), with σ the spread of the noise. Four times as many rides: which part of the error is left?

# %% predict="fourfold"
fourfold = ...  # error with 4n rides / error with n rides: a number

# %% reveal="fourfold" answer="0.5"
def error_of_W(n):
    generator = torch.Generator().manual_seed(n)
    x, noise = 10 * torch.rand(2000, n, generator=generator), torch.randn(2000, n, generator=generator)
    dx = x - x.mean(1, keepdim=True)
    W = (dx * (2 * x + 3 + noise)).sum(1) / dx.square().sum(1)
    return (W - 2).square().mean().sqrt().item()

reveal(fourfold, lambda: round(error_of_W(160) / error_of_W(40), 1))

# %%
sizes = [10, 40, 160, 640]
curves = {"measured": [error_of_W(n) for n in sizes], "√12 / (10 √n)": [12**0.5 / 10 / n**0.5 for n in sizes]}
draw.lines(sizes, curves, "Error of W", "rides", log=True)

# %% [markdown]
# The error falls like **1/√n**: one more digit costs a hundred times the data. (Numbers drawn evenly from 0 to 10 have a spread of 10/√12.) Each point is the root of a *mean of squares* over 2 000 data sets; the plain mean of the errors is near 0
# for every n, for they come with both signs.
#
# **Change one thing.** Make the noise `2 * torch.randn(...)`. Where will the points lie?
#
# ## 7 · Stop in time, keep the best, and use it
#
# A line cannot overfit much. This network of 4 353 numbers can, if it learns from ten rides only. So another twenty serve for **validation**: they are not learned from, but they decide when to stop, namely when their loss has not improved
# for some **patience**. That is **early stopping** (chapter 09). The ten held-out rides stay out of it, for whoever decides is no longer an impartial judge. Both columns are scaled by numbers that nobody measured.

# %%
inputs, targets = (distance / 5 - 1).unsqueeze(1), (fare / 10).unsqueeze(1)
learn, validation, test = (TensorDataset(inputs[a:b], targets[a:b]) for a, b in ((0, 10), (10, 30), (30, 40)))
_ = torch.manual_seed(0)
net = nn.Sequential(nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1)).double()
adam = torch.optim.Adam(net.parameters(), lr=0.01)
sum(p.numel() for p in net.parameters())

# %%
curves, best = {"10 rides it learns": [], "20 rides of validation": []}, {"loss": float("inf"), "epoch": 0}
for epoch in range(300):
    run_epochs(net, DataLoader(learn, batch_size=10), adam, 1, [])
    for curve, part in zip(curves.values(), (learn, validation), strict=True):
        curve.append(100 * evaluate(net, *part.tensors))
    if curve[-1] < best["loss"]:
        state = {name: tensor.clone() for name, tensor in net.state_dict().items()}
        best = {"loss": curve[-1], "epoch": epoch, "state": state}
    if epoch - best["epoch"] == 50:
        break
last = evaluate(net, *test.tensors)

# %%
_ = net.load_state_dict(best["state"])
print(epoch, best["epoch"], round(100 * last, 2), round(100 * evaluate(net, *test.tensors), 2))
draw.lines(range(25, epoch + 1), {name: curve[25:] for name, curve in curves.items()}, "One network", "epoch", "MSE")

# %% [markdown]
# The loss of the rides it learns goes on falling, the other one turns. The model of epoch 90 has a loss of 1.42 on the ten impartial rides, that of epoch 40 has 0.56. The truth itself has 1.009 there (section 2), so a part of the 0.56 is luck: ten rides are few judges.
#
# > **Common trap.** "I keep `net.state_dict()`, so I have the best model." A `state_dict` is no copy (chapter 05): its tensors are the model's own, and "the best" quietly becomes the last. Clone each tensor, or save to a file.

# %%
kept_state = net.state_dict()
run_epochs(net, DataLoader(learn, batch_size=10), adam, 1, [])
torch.equal(kept_state["0.weight"], net[0].weight), torch.equal(best["state"]["0.weight"], net[0].weight)

# %% [markdown]
# A **checkpoint** is a file with all that you need to go on: the state of the model, that of the optimiser, the epoch, and whatever turned raw numbers into inputs. `torch.save` (chapter 10) writes to a path or to
# a file object, such as `BytesIO`, a file in memory. `weights_only=True` admits tensors and plain values, and no code:

# %%
from io import BytesIO

file = BytesIO()
scale = {"mean": mean.item(), "spread": spread.item()}
torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 40, "scale": scale}, file)
_ = file.seek(0)
checkpoint = torch.load(file, map_location="cpu", weights_only=True)
list(checkpoint), list(checkpoint["model"])

# %% [markdown]
# Why the state of the optimiser, too? Momentum and Adam remember earlier slopes. So train three epochs, begin again with a new optimiser, and train three more: with the state of the first one, and without.

# %%
def end_of(parts, keep_state):
    line, whole, state = new_line(torch.float64, "cpu"), DataLoader(rides, batch_size=30), None
    for epochs in parts:
        sgd = torch.optim.SGD(line.parameters(), lr=0.1, momentum=0.9)
        if state and keep_state:
            sgd.load_state_dict(state)
        run_epochs(line, whole, sgd, epochs, [])
        state = sgd.state_dict()
    return round(line.weight.item(), 4)

end_of([6], True), end_of([3, 3], True), end_of([3, 3], False)

# %% [markdown]
# With its state the run goes on as if nothing had happened. Without it, it is another run, with another end.
#
# **Inference** is use without training. A new process makes an empty model, loads the state, sets `eval`, and prepares each input *as in training*:

# %%
served, scale = nn.Linear(1, 1), checkpoint["scale"]
served.load_state_dict(checkpoint["model"])
served.eval()
with torch.inference_mode():
    print(round(served((torch.tensor([[4.0]]) - scale["mean"]) / scale["spread"]).item()))

# %% [markdown]
# Four kilometres: 2 · 4 + 3 = 11.
#
# **Change one thing.** Hand `torch.tensor([[4.0]])` to the model as it is. What will four kilometres cost, and will anything complain?
#
# ## 8 · Fifth way: your own pieces
#
# You have built a module, an autograd, an optimiser and a loader. What holds such parts together? Not much, and that is the beauty of it: an optimiser only reads `.grad`, and does not ask *who* wrote it.

# %%
boxes = {"loader": (0, 0, "loader\ncuts batches"), "module": (1, 0, "module\nkeeps W, b"), "loss": (2, 0, "loss\none number"),
         "optimiser": (1, 1, "optimiser\nmakes a step"), "autograd": (2, 1, "autograd\nfills .grad")}
arrows = [("loader", "module", "batch"), ("module", "loss", "output"), ("loss", "autograd", ""),
          ("autograd", "optimiser", "slopes"), ("optimiser", "module", "update")]
draw.diagram(boxes, arrows, "Five parts and what they hand on")

# %% [markdown]
# Take the arrow called *slopes*. Here is a number that remembers how it was made, in a dozen lines: much less than the `Value` of chapter 08, for it can only add and multiply, and it walks every way back by itself. But it is an
# autograd, and it can take the place of torch's:

# %%
class Number:
    def __init__(self, data, made_from=()):
        self.data, self.made_from, self.slope = data, made_from, 0.0

    def __add__(self, other):
        return Number(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Number(self.data * other.data, [(self, other.data), (other, self.data)])

    def backward(self, slope=1.0):
        self.slope += slope
        for part, factor in self.made_from:
            part.backward(slope * factor)

# %% [markdown]
# The **bridge** makes a `Number` of each parameter, computes the squared errors with them, and writes what `backward` finds into `.grad`. torch's optimiser does the rest, and never knows. One backward a ride keeps the ways short:

# %%
line = new_line(torch.float64, "cpu")
sgd, own_path = torch.optim.SGD(line.parameters(), lr=0.1), [torch.zeros(2, dtype=torch.float64)]
for _ in range(40):
    W, b = Number(line.weight.item()), Number(line.bias.item())
    for input, target in zip(z.tolist(), y.tolist(), strict=True):
        error = W * Number(input) + b + Number(-target)
        (error * error).backward(1 / len(z))
    line.weight.grad = torch.full_like(line.weight, W.slope)
    line.bias.grad = torch.full_like(line.bias, b.slope)
    sgd.step()
    own_path.append(torch.cat([line.weight.detach().flatten(), line.bias.detach()]))

# %%
torch.testing.assert_close(torch.stack(own_path), numpy_path, rtol=0, atol=1e-10)
ends = {"NumPy": numpy_path[-1], "autograd": autograd_path[-1], "module": module_path[-1], "own": own_path[-1]}
for name, (W_z, b_z) in ends.items():
    print(f"{name:12} W {W_z / spread:.4f}  b {b_z - W_z / spread * mean:.4f}")
print(f"{'closed form':12} W {W_best:.4f}  b {b_best:.4f}")

# %% [markdown]
# Four ways, one path. And the first way, the last line? That is where they were all going:

# %%
bottom = torch.stack([W_best * spread, y.mean()])
far = [(path - bottom).norm(dim=1).log10().tolist() for path in (numpy_path[1:], torch.stack(batch_path[:40]))]
draw.lines(range(1, 41), {"all 30": far[0], "batches of 8": far[1]}, "log₁₀ of what is missing to the closed form", "update")

# %% [markdown]
# A straight line on a logarithmic scale: each step with all 30 rides multiplies the distance by 1 − 0.1 · 2 = 0.8. Batches are as fast at first, for a quarter of the work, and then their noise keeps them from arriving.
#
# In the last exercise you exchange the other parts as well: your `TinyModule`, your `Value`, your `SGD`, your `TinyLoader`. Nothing of `torch.nn` and
# `torch.optim` is left then but the parameter.
#
# **Change one thing.** In `backward`, write `=` for `+=`. Which of the 30 rides would W learn from? Does the check of the path notice?
#
# ## Recap
#
# - One loss, five ways: a formula where there is one, slopes by hand, by autograd, with the tools, with your own. Compare them to ten digits before you trust them.
# - The rate is bounded by 2 / λ, the speed by how round the bowl is, the accuracy by 1/√n, and the loss by the noise.
# - Keep copies of the best, save the optimiser and the scaling along with the model, and prepare every input as in training.
#
# ## Next
#
# Do [the exercises](../exercises/11_capstone/11_capstone.ipynb): in the last one all of it runs on what you built. Chapter 12 then looks over the fence, at how other frameworks do the same.
