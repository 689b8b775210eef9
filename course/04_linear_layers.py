# %% [markdown]
# # 04 · Linear layers
#
# What does a layer compute?
#
# A matrix product, and one addition: that is all. This chapter looks at those two steps until nothing about them is hidden. What shapes they need,
# what they can do and cannot, which numbers they start with, and what has to stand between two of them.

# %% [markdown]
# ## What you will be able to do
#
# - **shapes**: say every shape in `x @ W + b`, and count its numbers (`count_parameters`, `predict_output`)
# - **storage**: compute a layer from weights as `nn.Linear` keeps them, for any leading sizes (`linear_layer`, `predict_stored`)
# - **bias**: say where a bias goes, and notice when it goes elsewhere (`fold_bias`, `layer_outputs`, `predict_bias`)
# - **affine**: tell affine from linear, and find out which a function is (`is_affine`, `predict_affine`)
# - **collapse**: replace stacked layers by one (`collapse`, `predict_depth`)
# - **bends**: set the weights of a small network with a ReLU by hand (`xor_network`)
# - **scale**: choose first weights whose outputs neither explode nor vanish (`steady_scale`)
#
# ## 1 · A rule that you do not know
#
# A taxi company keeps its fares secret. There is a rule, `f*`: a distance goes in, a price comes out. You can take trips and note what they cost. You
# cannot look inside. (Here you can, or nothing could be drawn.)

# %%
import torch
from torch import nn
from torchscope import draw, reveal

def f_star(km):
    return 4 + 6 * km.sqrt()

def f_theta(km, w, b):
    return km * w + b

# %% [markdown]
# What you can build is `f_θ`: a rule with knobs. Ours is a straight line, and its knobs are θ = {w, b}: the price of a kilometre, and a fee to begin
# with. The numbers in θ are called **parameters**. Set w to 2 and b to 6:

# %% predict="estimate"
estimate = ...  # what f_theta asks for 4 km: a number

# %% reveal="estimate" answer="14.0"
reveal(estimate, lambda: f_theta(torch.tensor(4.0), w=2.0, b=6.0))

# %%
km = torch.arange(0, 9.25, 0.25)

def gap(estimates):
    return (estimates - f_star(km)).abs().max().item()

curves = {"f*": f_star(km), "θ = {2, 6}": f_theta(km, 2, 6), "θ = {1, 4}": f_theta(km, 1, 4)}
print(f_star(km[16]).item(), gap(f_theta(km, 2, 6)), gap(f_theta(km, 1, 4)))
draw.lines(km.tolist(), {name: y.tolist() for name, y in curves.items()}, "Fares", "km", "price")

# %% [markdown]
# For 4 km, `km[16]`, the secret rule takes 16, so {2, 6} is 2 short. The other two numbers are **gaps**: by how much each θ is off at its worst.
#
# **Learning** is choosing θ so that f_θ comes close to f*: on the trips you took, and on those you have yet to take. How to choose is the business of chapters
# 07 to 09. This one asks what f_θ can be at all.
#
# **Change one thing.** Find a w and a b with a gap below 2.3. Can you get below 2.2? (Section 8 returns to this.)
#
# ## 2 · Four numbers in, three numbers out
#
# Four numbers describe a trip: kilometres, minutes, bags, and a 1 at night. Three companies price it. `trips` has a row for each trip, `rates` a column for each company:
# what it asks for a kilometre, a minute, a bag, a night. So far this is chapter 03. New is `base`, what each company takes before the taxi moves.

# %%
trips = torch.tensor([[3.0, 5, 1, 0], [8, 12, 0, 1], [1, 4, 2, 0], [5, 5, 0, 0], [0, 0, 0, 0]])
rates = torch.tensor([[2.0, 1, 3], [0, 1, 0], [1, 0, 0], [4, 2, 0]])
base = torch.tensor([4.0, 6, 2])

def taxi(x):
    return x @ rates + base

# %% predict="fare"
fare = ...  # taxi(trips)[1, 1], the base included: a number

# %% reveal="fare" answer="28.0"
reveal(fare, lambda: taxi(trips)[1, 1])

# %%
print(rates.numel() + base.numel(), "parameters")
draw.layer(trips, rates, base, row=1, column=1)

# %% [markdown]
# That is a **layer**: y = xW + b.
#
# | | here | shape | |
# |---|---|---|---|
# | x | `trips` | (N, n) | N samples, n inputs each |
# | W | `rates` | (n, m) | the **weights**: a column for each output |
# | b | `base` | (m,) | the **bias**: one number for each output |
# | y | the fares | (N, m) | m outputs for each sample |
#
# Chapter 03's (n, k) @ (k, m) has become (N, n) @ (n, m): from now on N counts samples. Every output looks at every input, so people also say *dense* or *fully connected*. θ is now {W, b}, with n·m + m parameters. N is not among them: one layer serves one
# trip, or a million.
#
# Which shapes come out for one trip on its own, a vector `(4,)` without a batch axis, and for `(2, 5, 4)`, a table of trips for each of two days? Decide, then run.

# %%
taxi(trips[1]).shape, taxi(torch.ones(2, 5, 4)).shape

# %% [markdown]
# Only the last axis changes, from n to m. All axes before it just count samples.
#
# > **Common trap.** "A layer is `x * w + b`." That multiplies entry by entry and sums over nothing: four numbers go in and four come out, and none of them knows of the
# > other three. The sum is what makes a layer out of it.

# %%
terms = trips[1] * rates[:, 0]
terms, terms.sum() + base[0]

# %% [markdown]
# **Change one thing.** The third company closes: drop the last column of `rates`. Which other tensor must change before the figure can be drawn again, and which need not? Afterwards put it back.
#
# ## 3 · The bias goes to every row
#
# `trips @ rates` is `(5, 3)` and `base` is `(3,)`. Broadcasting aligns shapes at the *right*: the 3 of the bias meets the 3 outputs, and the same row is
# added for every trip: the dashed rows of the last figure are stored nowhere.

# %%
draw.broadcast((trips @ rates).shape, base.shape)

# %% predict="column_bias"
column_bias = ...  # the shape of trips @ rates + base.unsqueeze(1), or None if refused

# %% reveal="column_bias" answer="None"
reveal(column_bias, lambda: (trips @ rates + base.unsqueeze(1)).shape)

# %% [markdown]
# A bias of shape `(3, 1)` would belong to rows: three numbers for five samples. torch refuses, which is lucky.
#
# > **Common trap.** "It ran, so the bias is right." Take *three* trips. Now `(3, 3)` and `(3, 1)` do broadcast, and each trip gets its own fee instead of each company. The
# > shape is right and the fares are wrong. For a single trip, `(3,)` and `(3, 1)` even give a `(3, 3)`.

# %%
print((trips[:3] @ rates + base)[0], (trips[:3] @ rates + base.unsqueeze(1))[0])
(trips[0] @ rates + base.unsqueeze(1)).shape

# %% [markdown]
# Test with sizes that all differ, as in chapter 03.
#
# There is another way to look at a bias: **it is the weight of an input that is always 1**. Give each trip a fifth number, 1, and `rates` a fifth row, the base. Then the
# product alone does both steps. (`torch.cat` joins tensors along an axis that they have; `new_ones` keeps dtype and device, like `new_zeros`.)

# %%
trips_and_one = torch.cat([trips, trips.new_ones(5, 1)], dim=1)
rates_and_base = torch.cat([rates, base.unsqueeze(0)])
torch.testing.assert_close(trips_and_one @ rates_and_base, trips @ rates + base)

# %% [markdown]
# **Change one thing.** Put the ones *first* in `trips_and_one`. What else must move, so that the last line holds?
#
# ## 4 · Affine, not linear
#
# Twice the trip, twice the fare?

# %% predict="doubles"
doubles = ...  # is taxi(2 * trips[1]) equal to 2 * taxi(trips[1])? True or False

# %% reveal="doubles" answer="False"
reveal(doubles, lambda: torch.equal(taxi(2 * trips[1]), 2 * taxi(trips[1])))

# %% [markdown]
# The base is paid once, not twice. A function is **linear** when f(c·x) = c·f(x) for every number c, and f(x + z) = f(x) + f(z). Then f(0) must be 0. `x @ W` is linear.
# With a bias it is **affine**: linear, plus a constant. Some things an affine map still keeps. The average trip costs the average fare, and in a difference of two fares
# the bias cancels:

# %%
first, second = trips[0], trips[1]
torch.testing.assert_close((3 * first + second) @ rates, 3 * (first @ rates) + second @ rates)
torch.testing.assert_close(taxi((first + second) / 2), (taxi(first) + taxi(second)) / 2)
torch.testing.assert_close(taxi(first) - taxi(second), (first - second) @ rates)
taxi(torch.zeros(4))

# %% [markdown]
# With two inputs and two outputs you can watch it. Each corner of the unit square is a row of `corners`; one call moves all four.

# %%
corners = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
A, a = torch.tensor([[2.0, 1.0], [-0.5, 1.5]]), torch.tensor([1.0, -2.0])
stages = {"x": corners, "x @ A": corners @ A, "x @ A + a": corners @ A + a}
draw.outlines(stages, "The unit square, pushed through a layer")

# %% [markdown]
# The weights turn and stretch it, and 0 stays where it is. The bias moves everything by one step, 0 included. Straight lines stay straight and parallels stay parallel; no choice
# of `A` and `a` can bend an edge.
#
# > **Common trap.** "`nn.Linear` is linear: it says so." It is affine, unless you make it with `bias=False`. The name stuck.
#
# **Change one thing.** Make the second row of `A` twice its first, `[4.0, 2.0]`. What is left of the square, and can the bias bring it back?
#
# ## 5 · Numbers to begin with
#
# Nobody gives you the rates. θ starts with something, and learning improves it. `requires_grad_()` marks a tensor in place: *this is a parameter, note what is done with it*.
# Results of marked tensors are marked too. A marked tensor that is nobody's result is one that you can adjust; torch calls it a **leaf**. Below, θ is made by hand. Of the three
# answers that the last line asks for, one is False: which?

# %%
generator = torch.Generator().manual_seed(4)
W = torch.randn(4, 3, generator=generator) / 4**0.5
b = torch.zeros(3)
W.requires_grad_()
b.requires_grad_()
late = torch.randn(4, 3, generator=generator).requires_grad_() / 4**0.5
(trips @ W + b).requires_grad, W.is_leaf, late.is_leaf

# %% [markdown]
# `late` was marked first and divided afterwards, so it is a *result*, not the thing that you adjust. Divide first and mark last. What the notes are good for is chapter 08.
#
# Why random? Equal weights make equal outputs: below, the three are one number, three times. Inside a network, where the next layer treats them alike as well, learning would correct all
# three in the same way, and they would stay copies for ever. Random numbers break the tie; the bias may then start at 0. (`torch.empty(4, 3)` and the old `torch.FloatTensor(4, 3)` are *not* random: they show
# whatever lay in that memory. Chapter 01.)

# %%
trips[:2] @ torch.full((4, 3), 0.5)

# %% [markdown]
# The `4**0.5` is √n. Section 9 shows what it is for.
#
# **Change one thing.** Leave out the two lines with the marks. Which of the three answers below them changes?
#
# ## 6 · The layer that torch gives you
#
# `nn.Linear(n, m)` makes the weights and the bias, marks them, and computes. What is the shape of its weights?

# %% predict="stored"
stored = ...  # the shape of nn.Linear(4, 3).weight: a tuple

# %% reveal="stored" answer="(3, 4)"
reveal(stored, lambda: nn.Linear(4, 3).weight.shape)

# %% [markdown]
# `(m, n)`: our W, transposed. A *row* holds all the weights of one output, and the formula reads y = xWᵀ + b.
# Why like this? In mathematics a sample is often a *column*, and the layer is W·x: one row for each output. And in memory, the n numbers of which an output takes
# its dot product lie side by side. The transpose costs nothing: it is a view, with the strides exchanged. `nn.functional.linear` is the same computation with weights that
# you bring. `bias=False` leaves `None` where the bias would be, and leading axes are welcome, as before.

# %%
import torch.nn.functional as F

linear, plain = nn.Linear(4, 3), nn.Linear(4, 3, bias=False)
torch.testing.assert_close(linear(trips), trips @ linear.weight.T + linear.bias)
torch.testing.assert_close(F.linear(trips, rates.T, base), taxi(trips))
print(linear.weight.stride(), linear.weight.T.stride(), plain.bias)
linear(torch.ones(2, 5, 4)).shape

# %% [markdown]
# > **Common trap.** `x @ layer.weight`. From 4 to 3 torch refuses. From 4 to 4 it does not: right shape, wrong numbers.

# %%
square = nn.Linear(4, 4)
wrong = trips @ square.weight + square.bias
wrong.shape == square(trips).shape, torch.allclose(wrong, square(trips))

# %% [markdown]
# What starts in those weights? People write that `nn.Linear(256, 4)` "is the same as `torch.randn(256, 4) / 16` with a zero bias". It is stored the other way round, as you know. The numbers differ too, and a wide layer
# shows it best. (Layers draw from the global generator, so that is the one to seed; `detach` gives the numbers without the mark; `torch.histc` counts how many
# of them fall into each of 41 boxes.)

# %%
torch.manual_seed(4)
wide = nn.Linear(256, 1000)
by_hand = torch.randn(256, 1000, dtype=torch.float64) / 16

# %% predict="outside"
outside = ...  # does wide have a weight above 1/16, or below -1/16? True or False

# %% reveal="outside" answer="False"
reveal(outside, lambda: (wide.weight.abs() > 1 / 16).any().item())

# %%
def spread(x):
    return x.square().mean().sqrt().item()

assert 0 < wide.bias.abs().max() <= wide.in_features**-0.5
weights = {"nn.Linear": wide.weight.detach().double(), "randn / 16": by_hand}
print([round(16 * spread(w), 2) for w in weights.values()])
counts = {name: torch.histc(w, 41, -0.205, 0.205).tolist() for name, w in weights.items()}
middles = [k / 100 for k in range(-20, 21)]
draw.lines(middles, counts, "First weights, counted", "weight", "how many")

# %% [markdown]
# `nn.Linear` draws *uniformly* between −1/√n and 1/√n, the bias too. `randn` is *normal*: many of its weights lie further out. Printed above the figure is how large they
# typically are, the root of their mean square, in units of 1/16. We call that their **spread**.
#
# 0.58 is 1/√3: the mean square of numbers spread evenly from −a to a is a²/3. Remember the √3.
#
# **Change one thing.** Make it `nn.Linear(100, 1000)`. How far does the box of the figure reach now?
#
# ## 7 · Two layers are one
#
# More layers, more power? Send the square of section 4 through a second layer:

# %%
B, c = torch.tensor([[0.5, -1.0], [1.0, 0.5]]), torch.tensor([0.0, 1.5])
h = corners @ A + a
torch.testing.assert_close(corners @ (A @ B) + (a @ B + c), h @ B + c)
draw.outlines({"x": corners, "h = x @ A + a": h, "h @ B + c": h @ B + c}, "Two layers")

# %% [markdown]
# Still a parallelogram. Multiply it out: (xA + a)B + c = x(AB) + (aB + c). The two are *one* layer, with the weights `A @ B` and the bias `a @ B + c`: the cell has checked it. So are twenty.
#
# Stacking can even take away. From 2 numbers to 1 and back to 2: all that comes through is one number. The **rank** of a matrix says how many directions are left.

# %%
narrow, widen = torch.tensor([[1.0], [0.5]]), torch.tensor([[1.0, -1.0]])

# %% predict="rank"
rank = ...  # the rank of narrow @ widen: a number

# %% reveal="rank" answer="1"
reveal(rank, lambda: torch.linalg.matrix_rank(narrow @ widen))

# %%
squeezed = {"x": corners, "x @ narrow @ widen": corners @ narrow @ widen}
draw.outlines(squeezed, "Through one number: rank 1")

# %% [markdown]
# No later layer can make an area of that line again: points that have met stay together.
#
# **Change one thing.** Choose another `narrow`, so that the dot and the square land on one point.
#
# ## 8 · A bend between them
#
# Between two layers goes a **nonlinearity**, also called activation function. The simplest is `torch.relu`: negative numbers become 0, the others stay. Here an outline of 32 points around 0
# goes through a layer, and then through ReLU:

# %%
steps = torch.arange(8).unsqueeze(1) / 8
around = 2 * corners[[0, 1, 2, 3, 0]] - 1
outline = torch.cat([around[k] + steps * (around[k + 1] - around[k]) for k in range(4)])
turned = outline @ B.T
draw.outlines({"x": outline, "h = x @ Bᵀ": turned, "relu(h)": torch.relu(turned)}, "A fold")

# %% [markdown]
# Everything beyond an axis is pressed onto it. That is no longer affine, and now a second layer has something to add.
#
# Back to the secret fares. Three hidden numbers look at the distance. Each sleeps until its own distance, 0, 1 or 4 km, and then grows with every kilometre; its bias is minus
# that distance. The second layer says by how much each of them changes the slope: by 6, by −4, by −0.8. Its own bias is 4, the fee at 0 km.

# %%
first_bias, slope_changes = torch.tensor([0.0, -1.0, -4.0]), torch.tensor([6.0, -4.0, -0.8])

def network(km):
    hidden = torch.relu(km.unsqueeze(-1) @ torch.ones(1, 3) + first_bias)
    return hidden @ slope_changes + 4

# %% predict="by_network"
by_network = ...  # the fare of the network for 4 km: a number

# %% reveal="by_network" answer="16.0"
reveal(by_network, lambda: network(torch.tensor(4.0)))

# %%
best_line = min((f_theta(km, w / 8, b / 4) for w in range(33) for b in range(41)), key=gap)
curves = {"f*": f_star(km), "the best line": best_line, "two layers and a ReLU": network(km)}
print(gap(best_line), round(gap(network(km)), 3))
draw.lines(km.tolist(), {name: y.tolist() for name, y in curves.items()}, "Bends", "km", "price")

# %% [markdown]
# Of 1 353 lines the best stays 2.25 away somewhere; two layers with a ReLU stay within 1.5. Each hidden number is a bend. With more of them the gap shrinks as far as you like. Below, the network meets f* exactly at every
# bend, and is a straight line from one bend to the next. Bends stand closest where f* turns most:

# %%
def gap_with(bends):
    fine, at = torch.arange(325) / 36, 9 * (torch.arange(bends + 1) / bends) ** 2
    slopes = f_star(at).diff() / at.diff()
    changes = torch.cat([slopes[:1], slopes.diff()])
    estimates = torch.relu(fine.unsqueeze(1) - at[:-1]) @ changes + 4
    return (estimates - f_star(fine)).abs().max().item()

[round(gap_with(bends), 2) for bends in (1, 3, 9)]

# %% [markdown]
# Three times the bends, a third of the gap: that is how f_θ approximates f*. We set every number by hand, because we could look at f*. Learning finds them from trips alone.
#
# **Change one thing.** Leave out `torch.relu` in `network`. Which kind of curve must the figure show?
#
# ## 9 · Twenty layers
#
# An output is a sum of n products. With inputs and weights that are random, independent and around 0, some products are positive and some negative, and much of the sum cancels: it grows like √n, not
# like n. Exactly: on average, the mean square of y is n times that of x times that of the weights. Take x and W both with a spread of 1:

# %%
generator = torch.Generator().manual_seed(4)

def noise(*shape):
    return torch.randn(shape, generator=generator, dtype=torch.float64)

# %% predict="one_layer"
one_layer = ...  # the spread of (100, 400) @ (400, 200), to the nearest whole number: a number

# %% reveal="one_layer" answer="20"
reveal(one_layer, lambda: round(spread(noise(100, 400) @ noise(400, 200))))

# %% [markdown]
# √400 times as large, after one layer. After 20 layers, 20²⁰. Dividing the weights by √n keeps the spread where it is, up to chance. ReLU costs half of the mean square, for half of the numbers become 0: then the
# weights need a factor √2 more. And `nn.Linear`, whose weights are too small by √3? Below, n is 100, so that 1/√n is 0.1.

# %%
def powers_of_ten(scale, relu):
    x, powers = noise(200, 100), []
    for _ in range(20):
        x = x @ (noise(100, 100) * scale)
        x = torch.relu(x) if relu else x
        powers.append(torch.tensor(spread(x)).log10().item())
    return powers

curves = {
    "2/√n": powers_of_ten(0.2, relu=False),
    "1/√n": powers_of_ten(0.1, relu=False),
    "√2/√n and ReLU": powers_of_ten(0.02**0.5, relu=True),
    "1/√n and ReLU": powers_of_ten(0.1, relu=True),
    "as large as nn.Linear's": powers_of_ten(0.1 / 3**0.5, relu=False),
}
draw.lines(range(1, 21), curves, "Spread after each of 20 layers", "layer", "power of ten")

# %% [markdown]
# Twice too large is a million times after twenty layers, for 2²⁰ is about 10⁶. Too small dies just as fast: numbers around 10⁻⁵ carry little into the last layer, and little comes back when the network learns.
# A scale a little off is harmless in one layer. It is depth that makes it a power.
#
# **Change one thing.** Multiply the last scale by √3. Where will its curve go?
#
# ## Recap
#
# - A layer is y = xW + b: (N, n) becomes (N, m), the bias goes to every row, and the map is affine. `nn.Linear` keeps W as (m, n), and starts uniformly within ±1/√n.
# - Layers without a nonlinearity between them are one layer. With a ReLU, each hidden number is a bend, and f_θ can come close to any f* without jumps.
# - A layer multiplies the spread by √n times the spread of its weights. Over many layers this explodes or vanishes, unless the first weights have the right scale.
#
# ## Next
#
# Do [the exercises](../exercises/04_linear_layers/04_linear_layers.ipynb). In chapter 05 a layer becomes an object that knows its own parameters: a module.
