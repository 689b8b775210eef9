# %% [markdown]
# # 08 · Autograd
#
# Who computes the derivative?
#
# In chapter 07 two runs of the loss measured one slope. A network with a million parameters would need two million runs, for one step of learning, and would get
# rounded answers. This chapter runs the loss once, walks back through what was computed, and has every slope, exact up to rounding.

# %% [markdown]
# ## What you will be able to do
#
# - **roles**: tell a leaf from a result, and who asks for a gradient (`tensor_role`, `predict_leaf`)
# - **product**: write the gradients of a product, without swapping them (`product_gradients`)
# - **chain**: multiply local slopes along a graph (`three_chains`, `predict_mean`)
# - **vectors**: hand `backward` a vector where the result is one (`predict_vector`)
# - **adding**: use gradients that add up, and clear them (`micro_batch_gradients`, `predict_twice`)
# - **updates**: change a parameter without breaking the graph (`step_a`, `predict_mode`)
# - **layer**: write the backward pass of a linear layer (`linear_backward`)
# - **checking**: hold a gradient against finite differences (`check_gradient`)
# - **engine**: build an autograd of your own (`Value`)
#
# ## 1 · All slopes at once
#
# The ice-cream cart again: four days of sun, boxes sold, and the model `W * hours + b`. At W = 2, b = 1 the mean squared error was 2.5, and its slope in W, measured, −3.
# This time W and b are tensors that **ask for a gradient**:

# %%
import torch
from torch import nn
from torchscope import draw, reveal

hours = torch.tensor([0.0, 1.0, 2.0, 3.0])
sold = torch.tensor([0.0, 3.0, 8.0, 7.0])
W = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(1.0, requires_grad=True)
predicted = W * hours + b
loss = (predicted - sold).square().mean()
loss

# %% [markdown]
# The number is the old one. New is the note behind it, `grad_fn`: this tensor was made by a mean. While torch computes, it writes down each step and where its inputs came from. These notes
# form the **graph**, and it can be drawn from `loss` alone:

# %%
draw.graph(loss, {"W": W, "b": b, "predicted": predicted}, "Behind the loss")

# %% [markdown]
# Each blue box is one operation, named after what it does on the way *back*. Green boxes are **leaves**: here the graph begins. `hours` and `sold` have no box, since
# nobody asked for their slopes. Follow the arrows with one call, `loss.backward()`. What is `b.grad` then?

# %% predict="slope_b"
slope_b = ...  # b.grad after loss.backward(): a number. The errors are 1, 0, -3, 0

# %% reveal="slope_b" answer="-1.0"
loss.backward()
reveal(slope_b, lambda: b.grad)

# %%
W.grad, b.grad

# %% [markdown]
# Both are what chapter 07 measured. The slope in one number, with all others held still, is a **partial derivative**. All of them for one tensor, in that tensor's shape,
# are its **gradient**. It stands in `.grad`, and says: raise W a little, and the loss falls three times as fast.
#
# **Change one thing.** Start at `W = 3.0`, `b = 0.0`, the best place of chapter 07's table, and run the section again. Are both slopes 0 there? What would you change next?
#
# ## 2 · Who asks
#
# There are three ways to ask: when the tensor is made, later, in place, with `requires_grad_()`, or by writing the attribute. `nn.Parameter` asks by itself. And a tensor of
# whole numbers?

# %%
made, marked, late = torch.ones(2, requires_grad=True), torch.ones(2).requires_grad_(), torch.ones(2)
late.requires_grad = True
[t.requires_grad for t in (made, marked, late, nn.Parameter(torch.ones(2)), torch.ones(2))]

# %% predict="whole"
whole = ...  # torch.tensor([1, 2]).requires_grad_().requires_grad, or None if torch refuses

# %% reveal="whole" answer="None"
reveal(whole, lambda: torch.tensor([1, 2]).requires_grad_().requires_grad)

# %% [markdown]
# Only floats can ask (and complex numbers): a slope needs numbers in between. A result asks as soon as *one* operand does. Then it has a `grad_fn`, and is no leaf. A leaf is a tensor that no recorded step
# made: your parameters, and also every tensor that asks for nothing.

# %%
tensors = {"W": W, "hours": hours, "W * hours": W * hours, "hours + 1": hours + 1}
for name, t in tensors.items():
    made_by = t.grad_fn.name() if t.grad_fn else None
    print(f"{name:10} asks: {t.requires_grad!s:6} leaf: {t.is_leaf!s:6} grad_fn: {made_by}")

# %% [markdown]
# **Change one thing.** Add `"detour": (2 * torch.ones(2)).requires_grad_()` to the dictionary. A leaf or not? And `2 * torch.ones(2, requires_grad=True)`?
#
# ## 3 · One chain, worked in full
#
# Four ones go through three steps: y = x + 2, z = 3y², and their mean. By hand: each step has a **local slope**, how fast its result moves with its input.
#
# | step | at our numbers | local slope |
# |---|---|---|
# | out = mean(z) | 27 | 1/4 for each of the four |
# | z = 3y² | 27 | 6y = 18 |
# | y = x + 2 | 3 | 1 |
#
# The **chain rule**: a nudge travels through all steps, and each multiplies it. The slope of the whole is the product, 1/4 · 18 · 1 = 4.5. `backward()` takes the factors
# from the end to the start. To see what it has on the way, `retain_grad` asks results to keep theirs:

# %%
x = torch.ones(4, requires_grad=True)
y = x + 2
z = 3 * y**2
out = z.mean()
y.retain_grad(), z.retain_grad()
out.backward()
draw.graph(out, {"x": x, "y": y, "z": z, "out": out}, "Mean of 3(x + 2)²")

# %% [markdown]
# Read it upwards: 0.25, times 18, times 1. Now yours: the mean of 2(x + 1)² over four ones.

# %% predict="mean_slope"
mean_slope = ...  # each entry of x.grad: a number

# %% reveal="mean_slope" answer="2.0"
x = torch.ones(4, requires_grad=True)
(2 * (x + 1) ** 2).mean().backward()
reveal(mean_slope, lambda: x.grad.unique().item())

# %% [markdown]
# And a loss: the sum of |2x² + 3 − t|, at x = (2, 3), with the targets t = (3, 4). What is the loss, and what are the slopes?

# %% predict="l1_slopes"
l1_slopes = ...  # (the loss, [the first slope, the second])

# %% reveal="l1_slopes" answer="(25.0, [8.0, 12.0])"
x = torch.tensor([2.0, 3.0], requires_grad=True)
distance = (2 * x**2 + 3 - torch.tensor([3.0, 4.0])).abs().sum()
distance.backward()
reveal(l1_slopes, lambda: (distance.item(), x.grad.tolist()))

# %%
kinks = torch.zeros(2, requires_grad=True)
(kinks[0].abs() + kinks[1].relu()).backward()
kinks.grad

# %% [markdown]
# The loss is |8| + |17|. Both are positive, so |e| has slope 1; then 4x is left: 8 and 12. A sum hands on 1 to each term, where a mean hands on 1/n. At a kink there is no
# derivative, and torch picks a number: 0, for |e| as for ReLU.
#
# **Change one thing.** Make the targets (30, 4). Which slope changes, and how?
#
# ## 4 · A vector needs a vector
#
# Where does the walk start? With the slope of the result in itself, which is 1: `backward()` is `backward(torch.tensor(1.0))`. That makes sense for one number. And if the result
# is a vector?

# %%
W.grad = None
(5 * W).backward(torch.tensor(1.0))
W.grad

# %% predict="vector"
vector = ...  # after (W * hours).backward(): W.grad as a number, or None if torch refuses

# %% reveal="vector" answer="None"
reveal(vector, lambda: (W * hours).backward())

# %% [markdown]
# A vector has no single slope. Two results of two numbers have four, and they form the **Jacobian** J: a row for each result, a column for each input. `torch.autograd.grad(result, inputs, v)`
# is `backward` that returns its gradients, and touches no `.grad`. With v = (1, 0) it gives the first row, with (0, 1) the second:

# %%
room = torch.tensor([4.0, 3.0], requires_grad=True)  # length, width
def area_and_rim(room):
    return torch.stack([room.prod(), 2 * room.sum()])

rows = [torch.autograd.grad(area_and_rim(room), room, v)[0] for v in torch.eye(2)]
J = torch.stack(rows)
J

# %% [markdown]
# The area grows by 3 for each metre of length, by 4 for each of width; the rim by 2 for either. Any other v mixes the rows: what `backward(v)` computes is the **vector–Jacobian product**
# v @ J. Suppose a square metre costs 10, a metre of rim 1. What do the next metres of length and width cost?

# %% predict="cost"
cost = ...  # room.grad after area_and_rim(room).backward(torch.tensor([10.0, 1.0])): a list

# %% reveal="cost" answer="[32.0, 42.0]"
v = torch.tensor([10.0, 1.0])
room.grad = None
area_and_rim(room).backward(v)
reveal(cost, lambda: room.grad)

# %%
torch.testing.assert_close(room.grad, v @ J)
draw.product(v.unsqueeze(0), J, 0, 0)

# %% [markdown]
# In the picture A is v and B is J. The result is the slope of the price, 10 · area + 1 · rim: handing in v is the same as `(v * result).sum().backward()`. torch never builds J. For a layer with a million outputs it could
# not; each operation only knows how to turn a v for its result into one for its inputs, and that is all `backward()` needs.
#
# Here lies the reason to walk backwards, which is called **backpropagation**. One walk gives one row of J: the slopes of *one* result in *all* inputs. A loss is one result, and a network has millions of
# inputs to it; one walk serves them all, where measuring took two runs for each. A walk forwards would give a column of J: all results, one input.
#
# **Change one thing.** Hand in `torch.ones(2)` as v. Of which one number are these the slopes?
#
# ## 5 · Where gradients stay
#
# `backward()` computes a gradient for every box, hands it on, and drops it. It stays in leaves that ask, and where `retain_grad` asked before. What does a result say?

# %%
import warnings

def warned(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return call(), [str(warning.message)[:66] for warning in caught]

x = torch.ones(4, requires_grad=True)
y = x + 2
(3 * y**2).mean().backward()
warned(lambda: y.grad)

# %% [markdown]
# > **Common trap.** "`backward()` fills `.grad` of every connected tensor." Of leaves only. `y.grad` is None, with a warning; the cell catches it and shows how it starts. If a parameter's `.grad` is None after
# > `backward()`, it is no leaf, does not ask, or was not used.
#
# > **Common trap.** "The optimiser adds gradients up." `backward()` does: it *adds* to what `.grad` holds. Nobody has updated anything below.

# %% predict="again"
again = ...  # w.grad after both calls: a number

# %% reveal="again" answer="12.0"
w = torch.tensor(3.0, requires_grad=True)
(w**2).backward()
(w**2).backward()
reveal(again, lambda: w.grad)

# %% [markdown]
# 6 and 6. Adding is what the mathematics needs: a tensor that is used twice moves the result in two ways, and its slope is their sum. Below, `tax` is used twice. It must collect both parts before
# it hands anything on, so `backward()` visits a box only after *every* box that hands it something: a **topological order**, backwards.

# %%
price = torch.tensor(4.0, requires_grad=True)
tax = price * 0.5
bill = tax * price + tax
tax.retain_grad()
bill.backward()
draw.graph(bill, {"price": price, "tax": tax, "bill": bill}, "Used twice")

# %% [markdown]
# `tax` gets 4 through the product and 1 through the sum: 5. `price` gets 5 · 0.5 that way, and 2 from the product itself: 4.5.
#
# Adding is useful, too. A batch that is too large goes through in pieces, one `backward()` each, and `.grad` holds the sum. As losses are mostly means, weigh each piece by its share of
# the samples: pieces of 3 and 1 days below.

# %%
W.grad = None
for days in (slice(0, 3), slice(3, 4)):
    errors = W * hours[days] + 1 - sold[days]
    (errors.square().mean() * len(errors) / 4).backward()
W.grad

# %% [markdown]
# −3, as for the whole batch. Each time round wrote a new graph: a graph is of one run, of the steps that really ran, so loops and `if` are allowed. When adding is not wanted, clear it: `W.grad = None` gives the memory back, `W.grad.zero_()` writes zeros. Chapter 09 gives that job to the optimiser.
#
# **Change one thing.** Leave out `* len(errors) / 4`, and divide W.grad by 2 at the end: the mean of two means. Is it still −3?
#
# ## 6 · What is saved
#
# The slope of y² needs y: so the forward pass **saves** it. The blue lines in the pictures tell what. `saved_tensors_hooks` calls a function for each tensor that is put away:

# %%
def saved(call):
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t.numel()) or t, lambda t: t):
        call()
    return sum(kept)

# %% predict="kept"
kept = ...  # how many numbers big + big saves for its backward: a number

# %% reveal="kept" answer="0"
big = torch.ones(1000, requires_grad=True)
reveal(kept, lambda: saved(lambda: big + big))

# %%
calls = {"big + big": lambda: big + big, "big.sum()": lambda: big.sum(), "big.exp()": lambda: big.exp(),
         "big.tanh()": lambda: big.tanh(), "big * big": lambda: big * big}
draw.bars(list(calls), [saved(call) for call in calls.values()], "Numbers saved for backward")

# %% [markdown]
# A sum has slope 1 whatever it adds. A product saves both factors, or one where only one asks: see the first picture. `exp` saves its result, which is its own slope; so does `tanh`, whose slope is 1 − result². This is why training takes more memory than using a
# model. After `backward()` all of it is **freed**, and a second walk that needs it fails. `retain_graph=True` keeps it for one more.

# %%
def refusal(call):
    try:
        return call()
    except RuntimeError as error:
        return str(error)[:77]

w = torch.tensor(3.0, requires_grad=True)
square, e = w**2, w.exp()
square.backward(retain_graph=True)
square.backward()
print(w.grad, refusal(lambda: square.backward()))
e += 1
refusal(lambda: e.backward())

# %% [markdown]
# 6 and 6, then the refusal. The last line is another one. What is saved must not change before it is used, and `exp` had saved `e` itself. torch counts writes, and refuses rather than
# return a wrong slope.
#
# **Change one thing.** Write `e = e + 1`, which makes a new tensor. What is `w.grad` now?
#
# ## 7 · Without a graph
#
# An update of a parameter is no part of the loss, and a model in use needs no slopes. Three ways turn recording off. `no_grad` records nothing in its block. `inference_mode` is stricter:
# what it makes may never be saved for a backward, as `t * W` saves t. `detach` gives one tensor's numbers without its history, in the same memory. And `eval()`?

# %% predict="evaluated"
evaluated = ...  # nn.Linear(3, 2).eval()(torch.ones(3)).requires_grad: True or False

# %% reveal="evaluated" answer="True"
reveal(evaluated, lambda: nn.Linear(3, 2).eval()(torch.ones(3)).requires_grad)

# %%
day, model = torch.ones(1, 3), nn.Sequential(nn.Linear(3, 2), nn.Dropout(0.5), nn.Tanh())
results = {"model.eval()": model.eval()(day), "detach": model(day).detach()}
with torch.no_grad():
    results["no_grad"] = model(day)
with torch.inference_mode():
    results["inference_mode"] = model(day)
marks = []
for t in results.values():
    saves = refusal(lambda t=t: (t * W).requires_grad)
    marks.append(["yes" if answer is True else "no" for answer in (t.requires_grad, saves)])
draw.table(list(results), ["has a graph", "may be saved"], marks, "Results of one model")

# %% [markdown]
# > **Common trap.** "`model.eval()` turns gradients off, like `no_grad()`." It tells layers such as dropout how to behave, and nothing else: the graph is written, and all that it needs is saved.
# > Below: the mode, whether a call saves something in it, and how many numbers are saved under `no_grad`. To use a model, do both.

# %%
with torch.no_grad():
    none_saved = saved(lambda: model(day))
model.training, saved(lambda: model(day)) > 0, none_saved

# %% [markdown]
# An update must be *in place*, so that W stays the same leaf, and *unrecorded*. In place without `no_grad` is refused; `W = W - …` makes a result, which is no leaf and gets no `.grad`.

# %%
w = torch.tensor(3.0, requires_grad=True)
(w**2).backward()
print(refusal(lambda: w.sub_(0.1 * w.grad)), (w - 0.1 * w.grad).is_leaf)
with torch.no_grad():
    w -= 0.1 * w.grad
w, w.is_leaf, w.detach().data_ptr() == w.data_ptr()

# %% [markdown]
# **Change one thing.** Under `no_grad`, write `w = w - 0.1 * w.grad`. A leaf? Does it still ask? And has the old tensor moved? Two bugs, and torch reports neither.
#
# ## 8 · Backward by hand
#
# c = Σ(x∘w + z): multiply entry by entry, add z, sum up. What are the three gradients? Raise one entry of x by 1: c moves by the entry of *w* beside it. So ∂c/∂x is w, ∂c/∂w is x, and ∂c/∂z is 1 everywhere.
# In NumPy nobody takes notes, so the backward pass is written beside the forward one:

# %%
import numpy as np

def forward(x, w, z):
    return (x * w + z).sum()

def backward(x, w, z):
    return {"x": w, "w": x, "z": np.ones_like(z)}

arrays = [np.array([1.0, 2.0]), np.array([5.0, 7.0]), np.array([0.0, -4.0])]
by_hand = backward(*arrays)
float(forward(*arrays)), by_hand

# %%
x, w, z = [torch.tensor(array, requires_grad=True) for array in arrays]
c = (x * w + z).sum()
c.backward()
for name, t in {"x": x, "w": w, "z": z}.items():
    torch.testing.assert_close(t.grad, torch.from_numpy(by_hand[name]))
draw.graph(c, {"x": x, "w": w, "z": z}, "c = Σ(x∘w + z)")

# %% [markdown]
# > **Common trap.** "∂c/∂x is x, and ∂c/∂w is w." Swapped: each factor's slope is the *other* factor. That is why the product saves both. Test with x ≠ w: where they are equal, the mistake cannot be seen.
# > And x∘w + z is not *the* linear operation: it sums over nothing. A linear layer, x @ W + b, does.
#
# Where c is a step on the way to a loss, all three are multiplied by the slope that comes from above. Two rules carry over to every layer. A gradient has the shape of its tensor. And **what forward copies, backward adds up**: below, broadcasting copies one bias to five rows, so its slope is
# the sum of five. A weight of a layer is used once for every sample of the batch: its slope, too, adds up over the batch.

# %%
bias, upstream = torch.zeros(3, requires_grad=True), torch.arange(15.0).reshape(5, 3)
(torch.ones(5, 3) + bias).backward(upstream)
bias.grad, upstream.sum(0)

# %% [markdown]
# And `backward()` itself needs no magic: each result remembers its operands and their local slopes, and somebody walks. No recursion is needed: keep a list of boxes still to visit, and let each
# visit add those behind it. `AccumulateGrad` is the box of a leaf, and does the adding.

# %%
waiting, met = [c.grad_fn], []
while waiting:
    node = waiting.pop()
    met.append(node.name())
    waiting += [behind for behind, _ in node.next_functions if behind is not None]
met

# %% [markdown]
# **Change one thing.** Walk the graph of `bill`. Which boxes are met twice? Visit each once. Is it still a topological order?
#
# ## 9 · Further, outside the hour
#
# Where torch lacks an operation, or knows a poor slope, you write both passes as a `torch.autograd.Function`. Here is x · |x|, with slope 2|x|. `ctx` keeps what is saved;
# `backward` gets the v of section 4.

# %%
class SignedSquare(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x.abs()

    @staticmethod
    def backward(ctx, v):
        (x,) = ctx.saved_tensors
        return v * 2 * x.abs()

x = torch.tensor([-3.0, 0.5], dtype=torch.float64, requires_grad=True)
torch.autograd.gradcheck(SignedSquare.apply, (x,)), SignedSquare.apply(x)

# %% [markdown]
# `gradcheck` holds a backward against the finite differences of chapter 07. It wants `float64`, and so does anyone who measures: over a large step the curve bends, and a small one drowns in rounding. Below is the error of the slope of x³ at 1, which is 3, measured with (f(x + h) − f(x − h)) / 2h:

# %%
def error_of_slope(h, dtype):
    high, low = torch.tensor(1 + h, dtype=dtype), torch.tensor(1 - h, dtype=dtype)
    measured = (high * high * high - low * low * low).double() / (2 * h)
    return (measured - 3).abs().item()

steps = [10.0**-k for k in range(1, 8)]
curves = {str(dtype)[6:]: [error_of_slope(h, dtype) for h in steps]
          for dtype in (torch.float32, torch.float64)}
draw.lines(steps, curves, "Error of a measured slope", "step h", log=True)

# %% [markdown]
# ## Recap
#
# - Operations on tensors that ask write a graph; `backward()` walks it from the result, multiplies local slopes, and *adds* into `.grad` of leaves.
# - It starts with 1, or with your v, and computes v @ J. What forward saved is freed afterwards.
# - `no_grad`, `inference_mode` and `detach` leave the graph out; `eval()` does not. Update in place, under `no_grad`.
#
# ## Next
#
# Do [the exercises](../exercises/08_autograd/08_autograd.ipynb). In chapter 09 the slopes go to work: a loop that learns.
