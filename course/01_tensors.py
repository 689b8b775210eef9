# %% [markdown]
# # 01 · Tensors
#
# What is a tensor?
#
# It is a grid of numbers that all have one type. Images, texts, prices, and everything a network learns are such grids, so every later chapter speaks in them.
# Here you make them, read them, change them and take them apart.
#
# Some cells end in `...` and ask for a guess. Write it in place of the dots, run the cell, then run `reveal` below it. For every other cell, say what it will print
# before you run it: that costs seconds, and it is how the names in this chapter stick.

# %% [markdown]
# ## What you will be able to do
#
# - **describe**: read off a tensor's shape, axes, elements, type and bytes (`describe`)
# - **make**: choose the call that makes the tensor you want, and cast it without losing what matters (`to_pixels`, `predict_cast`)
# - **promotion**: say which type comes out where types meet, and where fractions get lost (`percent`, `choose`, `predict_dtype`)
# - **in_place**: tell a new tensor from a changed one (`fahrenheit`, `predict_in_place`)
# - **reduce**: average and scale along the axis you mean (`standardise`)
# - **index**: pick a row, a column or a block, and know the shape before you look (`predict_slice`)
# - **masks**: find and repair elements by a condition, without a loop (`fill_failed`, `predict_mask`)
# - **table**: turn rows of text into typed tensors that know what is missing (`read_table`)
#
# ## 1 · A grid of numbers
#
# Three weather stations measured the temperature on four days.

# %%
import torch
from torchscope import draw, reveal

temps = torch.tensor([[21.5, 19.0, 23.5, 25.0],
                      [-3.5, -1.0, 0.5, -2.0],
                      [12.0, 14.5, 11.0, 16.0]])
draw.matrix(temps, "temps: a row for each station, a column for each day")

# %% [markdown]
# The **shape** lists the size of each **axis**, outermost brackets first: 3 rows, and 4 numbers in each. There are several ways to ask for it, and for what follows from it:

# %%
print(temps.shape, temps.size(), temps.size(1), temps.shape[1])
print(temps.ndim, temps.dim(), temps.numel(), len(temps))
print(torch.Size([3, 2]) == temps.shape)
type(torch).__name__, callable(torch.tensor), type(temps) is torch.Tensor

# %% [markdown]
# `shape` and `size()` are the same thing; `size(1)` is one of its numbers. `ndim` and `dim()` count the axes, `numel()` the elements. `len` gives the first size only.
#
# > **Common trap.** "`torch.Size([3, 2])` tells me the shape, because torch prints it." It asks nobody: typed in, it makes a tuple of the two numbers you gave it, as the third line shows. Nor is
# > `torch.tensor` a module: `torch` is the module, `torch.tensor` a function in it, `torch.Tensor` the class of what the function returns.
#
# A tensor may have no axis at all. One number is a **0-d tensor**, with the empty shape `()`. `item()` turns it into a plain Python number, as `float()` and `int()` do.

# %%
coldest = temps.min()
print(coldest, coldest.shape, coldest.item(), float(coldest), int(coldest))
torch.tensor([[7]]).item(), temps[0].tolist()

# %% [markdown]
# `item()` asks for exactly *one element*, whatever the number of axes. For more elements there is `tolist()`, which gives nested lists.
#
# **Change one thing.** In a new cell, make `torch.tensor([[[21.5, 19.0]], [[12.0, 14.5]]])`. Say its shape, its `len` and its `numel()` before you ask for them.
#
# ## 2 · Ways to make one
#
# From values, as above; or from a shape and a rule. The `_like` family copies shape and type from a tensor that you have:

# %%
print(torch.zeros(2, 3), torch.ones(2), torch.full((2, 2), 7.5), sep="\n")
torch.zeros_like(temps).shape, torch.ones_like(coldest), torch.full_like(coldest, 9)

# %% [markdown]
# For evenly spaced numbers there are two rules. `arange(start, stop, step)` walks in steps and ends *before* `stop`, like Python's `range`.
# `linspace(start, end, count)` fixes the number of points and includes *both* ends.

# %% predict="arange"
how_many = ...  # the number of elements of torch.arange(0, 1, 0.25)

# %% reveal="arange" answer="4"
reveal(how_many, lambda: torch.arange(0, 1, 0.25).numel())

# %%
steps, points = torch.arange(0, 1, 0.25), torch.linspace(0, 1, 5)
lines = {"arange(0, 1, 0.25)": steps, "linspace(0, 1, 5)": points}
draw.number_lines(lines, "Fixed steps, or a fixed count")

# %% [markdown]
# `arange(6)` alone counts from 0, and `reshape` cuts it into rows. `stack` joins tensors along a *new* axis, `cat` end to end along one they have.
#
# Data often come as a NumPy array. Below, three calls take one over, and then somebody changes the array. Which tensors notice?

# %%
import numpy as np

row = torch.arange(6)
print(row.reshape(2, 3), torch.stack([row, row]).shape, torch.cat([row, row]).shape)
array = np.array([1.5, 2.5])
a, b, c = torch.tensor(array), torch.from_numpy(array), torch.as_tensor(array)
print(a.dtype, b.dtype, c.dtype, np.shares_memory(b.numpy(), array))
array[0] = 99.0

# %% predict="numpy"
numbers = ...  # the list [a[0].item(), b[0].item(), c[0].item()]

# %% reveal="numpy" answer="[1.5, 99.0, 99.0]"
reveal(numbers, lambda: [a[0].item(), b[0].item(), c[0].item()])

# %% [markdown]
# `torch.tensor` always copies. `from_numpy` takes the array's memory as it is; `as_tensor` does so where it can. `numpy()` leads back, and
# shares memory too. Mind the type of the numbers, their `dtype`, of which section 4 tells more: NumPy's floats have 64 bits, and all three calls keep them.
#
# **Change one thing.** Which third argument of `linspace` gives 0, 0.1, 0.2 … 1? Draw it and count.
#
# ## 3 · Random, and merely unwritten
#
# A computer's random numbers come from a recipe with a starting point, the **seed**. The same seed gives the same numbers. So which of these two comparisons holds?

# %%
torch.manual_seed(0)
first = torch.rand(2, 3)
torch.manual_seed(0)
torch.equal(first, torch.rand(2, 3)), torch.equal(first, torch.rand(2, 3))

# %% [markdown]
# The first. The second draw went on from where the first had stopped. `manual_seed` sets the one generator that everybody shares; your own `Generator` is safer, for nobody else draws from it.
#
# `rand` draws evenly from 0 up to 1, 1 left out. `randint` draws whole numbers, here the throws of a die. `randn` draws from the bell curve with mean 0 and standard deviation 1 (section 8); `histc` counts how often each bin was hit, and leaves out the few numbers beyond 3:

# %%
generator = torch.Generator().manual_seed(1)
uniform = torch.rand(10_000, generator=generator)
normal = torch.randn(10_000, generator=generator)
dice = torch.randint(1, 7, (10_000,), generator=generator)
print(uniform.min() >= 0, uniform.max() < 1, dice.min(), dice.max())
counts = torch.histc(normal, bins=6, min=-3, max=3).tolist()
draw.bars([f"{low} to {low + 1}" for low in range(-3, 3)], counts, "10 000 numbers from randn")

# %% [markdown]
# **Change one thing.** Count `uniform` instead of `normal`. Which bars remain?
#
# `torch.empty` does something else. It reserves memory and writes *nothing*. You see what happened to be there: zeros, old results, nonsense. To make
# that visible, torch has a mode for finding bugs, which fills memory that nobody has written: the first line asks whether it does. Such floats read `nan`, "not a number":

# %%
torch.use_deterministic_algorithms(True)
print(torch.utils.deterministic.fill_uninitialized_memory)
print(torch.empty(2, 3), torch.Tensor(2, 3), torch.FloatTensor(4, 3), sep="\n")
torch.use_deterministic_algorithms(False)

# %% [markdown]
# > **Common trap.** "`torch.Tensor(2, 3)` and `FloatTensor(n, m)` give random numbers; I use them for weights." Given sizes, these old classes are `empty` in disguise: nobody drew
# > these numbers. Say `randn` if you mean random, `zeros` if you mean zero, and `empty` only if you write every element next.
#
# ## 4 · One type for all
#
# A list may mix what it likes. The elements of a tensor share one type, the **dtype**, and `torch.tensor` *infers* it: the smallest kind that holds all values. Python's own floats have 64 bits; torch takes 32,
# its **default dtype**, which halves the memory. You can choose otherwise for one tensor, or change the default for all that follow:

# %%
print([torch.tensor(value).dtype for value in (True, 3, 3.0, 2 + 1j, [1, 2.5, True])])
torch.set_default_dtype(torch.float64)
print(torch.get_default_dtype(), torch.tensor(3.0).dtype)
torch.set_default_dtype(torch.float32)
torch.tensor(3.0), torch.tensor(3.0, dtype=torch.float64)

# %% [markdown]
# The class `torch.Tensor`, with a capital T, infers nothing. A list becomes the default dtype, whatever stands in it. And a lone number?

# %% predict="capital"
capital = ...  # the shape of torch.Tensor(3): a tuple

# %% reveal="capital" answer="(3,)"
reveal(capital, lambda: torch.Tensor(3).shape)

# %%
print(torch.Tensor([1, 2]), torch.tensor([1, 2]), torch.tensor(3).shape)
torch.equal(torch.LongTensor([1, 2]), torch.tensor([1, 2], dtype=torch.int64))

# %% [markdown]
# It is a *size*: three unwritten numbers. The other old classes, such as `LongTensor`, do the same with a type of their own. What replaces them? With values,
# `torch.tensor(values, dtype=…)`; with sizes, `torch.zeros(sizes, dtype=…)` or `empty`.
#
# Here are the dtypes you will meet, as torch itself knows them: another name for some, the bytes of one element, and the old class. The picture shows what the bytes are spent on.

# %%
dtypes = [torch.float64, torch.float32, torch.bfloat16, torch.float16, torch.int64, torch.int32,
          torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64, torch.complex128]
print("dtype       alias    bytes  old class")
for dtype in dtypes:
    x = torch.empty(0, dtype=dtype)
    name, old = str(dtype)[6:], x.type()[6:]
    alias = " ".join(a for a, value in vars(torch).items() if value is dtype and a != name)
    print(f"{name:11} {alias:9}{x.element_size():5}  {old if hasattr(torch, old) else '-'}")
draw.bits(dtypes[:5] + dtypes[7:10], "The bits of one number")

# %% [markdown]
# The **exponent** says how large a number may be, the **fraction** how many digits it keeps. `bfloat16` is `float32` cut in half: all of its range, and few of its digits. Complex types are pairs of floats.
#
# `iinfo` and `finfo` know the limits; `eps` is the step from 1 to the next float. A tensor costs `numel()` times `element_size()` bytes. The picture shows what the cheap type
# does to nine whole numbers:

# %%
print(torch.iinfo(torch.int8).min, torch.iinfo(torch.int8).max, torch.finfo(torch.float16).max)
print(torch.finfo(torch.float32).eps == 2**-23, torch.finfo(torch.bfloat16).max > 3e38)
print(temps.element_size(), temps.numel() * temps.element_size(), temps.is_floating_point())
print(torch.tensor(2.0**24) + 1 == 2**24, torch.tensor(2.0**53, dtype=torch.float64) + 1 == 2**53)
x = torch.arange(256.0, 265.0)
lines = {"float32": x, "bfloat16": x.to(torch.bfloat16)}
draw.number_lines(lines, "Where each number is kept", arrows=True)

# %% [markdown]
# With 7 bits of fraction, the numbers above 256 lie 2 apart, and the odd ones must go to a neighbour. Every float type rounds like this, only later: `float32` skips whole numbers from 2²⁴ on, `float64` from 2⁵³ on,
# so there adding 1 changes nothing.
#
# **Change one thing.** Draw 512 to 520 instead. How far apart will the `bfloat16` numbers lie?
#
# ## 5 · Casting
#
# To **cast** is to change the dtype. There are four spellings: `to` with a dtype, a method named after the type, the old `type`, and `to` with a tensor to imitate.

# %%
x = torch.tensor([-2.7, -1.5, -0.5, 0.5, 1.5, 2.7])
whole = x.to(torch.int64)
all(torch.equal(whole, way) for way in [x.long(), x.type(torch.int64), x.to(torch.arange(1))])

# %% predict="cast"
first_whole = ...  # whole[0].item(), which was -2.7

# %% reveal="cast" answer="-2"
reveal(first_whole, lambda: whole[0].item())

# %%
print(x.round(), x.floor(), x.round().long(), sep="\n")
lines = {"x": x, "x.to(torch.int64)": whole}
draw.number_lines(lines, "A cast cuts toward zero", arrows=True)

# %% [markdown]
# A cast to whole numbers **truncates**: it drops the digits after the point, so both sides move toward 0. If you mean the nearest number, `round` first (halves go to the even
# neighbour); `floor` always goes down. The other methods are `float()`, `double()`, `half()`, `int()`, `short()` and `bool()`; only 0 becomes `False`.
#
# Whole numbers have ends. The eight bits of `uint8` stop at 255 and start again at 0: 300 − 256 is 44. Sums **wrap** in the same way, silently. A *float* outside the range, or `nan`, becomes whatever
# your machine makes of it. So `clamp` into the range first. And one last question: is a cast always a new tensor?

# %%
print(torch.tensor([300, -5]).to(torch.uint8), torch.tensor([200], dtype=torch.uint8) + 100)
print(torch.tensor([300, -5]).clamp(0, 255).to(torch.uint8))
print(x.double().dtype, x.half().dtype, x.int().dtype, torch.tensor([0.0, 0.2]).bool())
x.to(torch.float32) is x, x.to(torch.float64) is x

# %% [markdown]
# No: where there is nothing to change, `to` gives you the same tensor back.
#
# **Change one thing.** Ask for `x.abs().sqrt().long()`. Predict all six numbers.
#
# ## 6 · When two types meet
#
# Bool, whole, float, complex: that is the order of the four **categories**. Where two tensors meet, the higher category wins, and within a category the larger type. This is **promotion**. Find the
# place in the table where a third type comes out, and say why:

# %%
types = [torch.bool, torch.uint8, torch.int8, torch.int64, torch.float16, torch.float32]
print(torch.promote_types(torch.uint8, torch.int8))
draw.promotion(types, "What comes out")

# %% predict="scalar"
sum_dtype = ...  # the dtype of torch.arange(3) + 0.5

# %% reveal="scalar" answer="torch.float32"
reveal(sum_dtype, lambda: (torch.arange(3) + 0.5).dtype)

# %%
wide = torch.ones(4, dtype=torch.float64)
print([torch.result_type(temps, other) for other in (2.5, wide.sum(), wide)])
print((torch.arange(3) + wide.sum()).dtype)
seven = torch.tensor([7, -7])
seven / 2, seven // 2, seven % 2, seven**2

# %% [markdown]
# The outlined cells are the place: `uint8` cannot hold −1 and `int8` cannot hold 200, so both become `int16`.
#
# A Python number, or a 0-d tensor beside one with axes, wins only with a *higher category*. So it turns whole numbers into floats, a `float64` even into `float64`, as the second line shows. It does not turn `float32` into `float64`: only a tensor
# with axes, such as `wide`, can do that. `/` gives floats even for whole numbers; `//` rounds down, `%` is the remainder, `**` a power.
#
# Promotion makes *results* wider. It never widens a tensor that already stands there:

# %%
votes = torch.tensor([3, 1])
shares = torch.zeros_like(votes)
shares[0] = votes[0] / votes.sum()
shares

# %% [markdown]
# > **Common trap.** "`zeros_like` makes room for my results." It copies the dtype as well. 0.75, written into whole numbers, is cast to 0 without a word.
#
# **Change one thing.** Give `zeros_like` the argument `dtype=torch.float32`.
#
# ## 7 · A new tensor, or a changed one
#
# `a + 1`, `a.add(1)` and `torch.add(a, 1)` are one thing: element by element, into a *new* tensor. A method whose name ends in an underscore, such as `add_`, `mul_`, `fill_` or `zero_`, writes into
# the tensor itself, and returns it:

# %%
a = torch.tensor([1.0, 4.0, 9.0])
b = a
print(torch.equal(a + 1, a.add(1)), torch.equal(a + 1, torch.add(a, 1)))
_ = b.add_(10)

# %% predict="alias"
first_of_a = ...  # a[0].item()

# %% reveal="alias" answer="11.0"
reveal(first_of_a, lambda: a[0].item())

# %% [markdown]
# `b = a` copies nothing: one tensor, two names. `add_` changed it **in place**, and both names see that. `clone()` makes a tensor of its own. Watch the two lines that begin with `b`:

# %%
kept = a.clone()
b += 1  # in place, like add_
b = b + 100  # a new tensor, and b is now its name
print(a, kept, b, sep="\n")
torch.empty(2).fill_(0.5), kept.zero_(), torch.exp(kept), (-a).abs(), (a - 11).sqrt()

# %% [markdown]
# In place, the result must fit the dtype that is there, so torch refuses to add 0.5 to whole numbers. And floats are rounded, so compare them with `allclose`: `equal` and `==` want every bit. Does
# 0.1 + 0.2 make 0.3?

# %%
try:
    torch.arange(3).add_(0.5)
except RuntimeError:
    print("an int64 tensor cannot keep the result of + 0.5")
tenths = torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64)
total = tenths[0] + tenths[1]
total == tenths[2], torch.equal(total, tenths[2]), torch.allclose(total, tenths[2])

# %% [markdown]
# **Change one thing.** Write `b = a.clone()` in the first cell of this section, and predict everything below it.
#
# ## 8 · Fewer numbers
#
# Sums, means and extremes look at all elements, unless you give them an axis. With `dim`, you name the axis that *disappears*:

# %% predict="mean"
mean_shape = ...  # the shape of temps.mean(dim=0): a tuple

# %% reveal="mean" answer="(4,)"
reveal(mean_shape, lambda: temps.mean(dim=0).shape)

# %%
print(temps.sum(), temps.mean(), temps.max(), temps.argmax(), temps.std(), temps.var())
print(temps.mean(dim=0), temps.max(dim=1), sep="\n")
centred = temps - temps.mean(dim=0)
print(torch.allclose(centred.mean(dim=0), torch.zeros(4), atol=1e-6))
print(temps.std(dim=0), temps.std(dim=0, correction=0), (centred**2).mean(dim=0).sqrt(), sep="\n")
try:
    dice.mean()
except RuntimeError:
    print(dice.dtype, "has no mean; cast to float, it is", round(dice.float().mean().item(), 1))

# %% [markdown]
# `argmax` is the *position* of the largest element, counted row by row. Axis 0 runs over the stations, so `dim=0` leaves one mean for each day. `max` along an axis gives two tensors, the `values` and where they stood.
#
# `centred` is new: a row of four meets *every* row of the table (chapter 02 has the rule), and each column then has the mean 0. `var` is the mean
# squared distance from the mean, and `std`, the **standard deviation**, its square root. For n numbers both divide by n − 1, and with `correction=0` by n. Whole numbers have no mean until you cast them.
#
# **Change one thing.** Subtract `temps.mean(dim=1)` instead. Why does torch object, and why would it be silent for four stations?
#
# ## 9 · Picking out
#
# Count from 0, or from the end with `-1`. A number *removes* its axis. A slice `start:stop:step` *keeps* it, even with one element left; `:` alone is all of it. A list picks several.

# %%
print(temps[1].shape, temps[1:2].shape, temps[:, 1:2].shape, temps[[0, 2]].shape)
print(temps[1][2] == temps[1, 2])
parts = {"temps[1]": temps[1], "temps[:, 1]": temps[:, 1],
         "temps[-1, 2]": temps[-1, 2], "temps[:2, ::3]": temps[:2, ::3]}
draw.picked(temps, parts)

# %% [markdown]
# > **Common trap.** "`temps[1]` is a number." For a 2-D tensor it is a whole *row*. A number takes two indices, `temps[1, 2]`, one for each axis.
#
# **Change one thing.** Draw `temps[1:, -2:]` in the last panel. Which four numbers, which shape?
#
# ## 10 · Masks
#
# A comparison gives a tensor of bools, a **mask**. In sums, `True` counts as 1. Masks combine with `&`, `|` and `~`; put each comparison in parentheses. Python's `and` refuses them.

# %%
warm = temps > 15
mild = (temps > 0) & (temps < 15)
print(warm, warm.sum(), warm.any(), warm.all())
try:
    (temps > 0) and (temps < 15)
except RuntimeError:
    print("and wants one True or False: here are twelve")
draw.picked(temps, {"temps[warm]": warm, "temps[mild]": mild})

# %% [markdown]
# A mask has the shape of what was compared. What it picks no longer forms rows, so it comes in one line: `temps[warm]` has the shape `(5,)`. Write through a mask to repair elements. A number is cast to the dtype that is there; a tensor with axes must have it
# already, and torch refuses any other. Or let `where(mask, a, b)` choose, element by element, between two values. Neither needs a loop:

# %%
repaired = temps.clone()
repaired[repaired < 0] = 0.0
print(torch.equal(repaired, torch.where(temps < 0, 0.0, temps)))
try:
    repaired[warm] = torch.arange(5)
except RuntimeError:
    print("five int64 numbers for five float32 places: cast them first")
temps[warm], torch.where(warm, 1, -1)

# %% [markdown]
# A float tensor marks what is missing with `nan`. It spoils every sum it meets.

# %% predict="nan"
is_itself = ...  # float("nan") == float("nan"): True or False

# %% reveal="nan" answer="False"
reveal(is_itself, lambda: (torch.tensor(float("nan")) == torch.tensor(float("nan"))).item())

# %%
readings = torch.tensor([20.0, float("nan"), 22.0])
present = ~readings.isnan()
print(readings.mean(), readings * present, torch.where(present, readings, 0.0))
readings[present].mean()

# %% [markdown]
# `nan` equals nothing, not even itself: find it with `isnan`. Multiplying by 0 does not remove it; choosing does. Whole numbers and bools have no `nan`, so there you keep a mask beside the values. The boss of the
# exercises does that.
#
# **Change one thing.** Replace `&` with `|` in `mild`. Which elements stay unpicked?
#
# ## Recap
#
# - A tensor is a shape and one dtype. A dtype is a budget of bits: range and digits. A cast cuts toward zero, and whole numbers wrap.
# - Operations make new tensors and promote; a trailing underscore, `+=` and writing to elements change the old one, in its dtype.
# - A number removes an axis, a slice keeps it, a mask makes one line; `dim` names the axis that disappears.
#
# ## Next
#
# Do [the exercises](../exercises/01_tensors/01_tensors.ipynb). Chapter 02 looks underneath: where the numbers live, and why `temps[1]` is no copy.
