# %% [markdown]
# # 01 · Tensors: exercises
#
# One hundred points: five predictions, seven exercises, one boss. About 85 minutes, and half an hour more for the boss.
#
# - Work from top to bottom. Each exercise has an answer cell, marked `# your code here`, and below it the cells that check it.
# - Run a check with Shift+Enter. ✓ means that the part you can see holds, ✗ says what does not, ○ that the answer is still empty.
#   Grading runs the same checks with more shapes, sizes of 0 and 1, and other dtypes.
# - Each check is worth its own points, all or nothing, so half an exercise earns half its points.
# - Stuck? Three hints are folded under each exercise: a nudge, the idea, nearly the code.
# - Finished? Restart the kernel, run all cells, save, and submit the notebook.
#
# Everything here is in the chapter, [01 · Tensors](../../course/01_tensors.ipynb).

# %% locked="imports"
import torch
from torch import Tensor

from autograder import check

# %% [markdown]
# ## Predictions
#
# Read the snippet and decide, without running it, what torch says. Put your answer in place of `...`. The check under it
# looks at the form of your answer only; whether it is right, grading tells.

# %% [markdown]
# ### Prediction 1 · A number and two slices · 2 points · 1 minute
#
# ```python
# x = torch.arange(24).reshape(2, 3, 4)
# x[1, :, 1:3].shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **index**, section 9 of [the chapter](../../course/01_tensors.ipynb).

# %% solution="predict_slice" objective="index"
predict_slice = ...  # a tuple, or None
### BEGIN SOLUTION
predict_slice = (3, 2)
### END SOLUTION

# %% test="predict_slice-value" points=2
check.attempted(predict_slice, "predict_slice is the shape of x[1, :, 1:3]")
check.prediction(predict_slice, "shape")
### BEGIN HIDDEN TESTS
x = torch.arange(24).reshape(2, 3, 4)
check.equal(
    predict_slice,
    tuple(x[1, :, 1:3].shape),
    on="x (2, 3, 4)",
    traps={
        "this keeps the axis that the 1 indexes: a number removes its axis, a slice keeps it": tuple(x[1:2, :, 1:3].shape),
        "this counts the stop of the slice: 1:3 ends before 3": tuple(x[1, :, 1:4].shape),
        "this says that torch refuses: there are three axes, and one index for each": None,
        "this applies the slice to the second axis: : stands there, and takes all of it": tuple(x[1, 1:3, :].shape),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_slice"
# **Why it works.** The 1 removes axis 0, `:` keeps all 3 of axis 1, and `1:3` keeps elements 1 and 2 of axis 2: (3, 2). **Another way.** Write
# the axes one below the other, cross out those with a number, and write each slice's length beside the rest.

# %% [markdown]
# ### Prediction 2 · A rate of 64 bits · 2 points · 1 minute
#
# ```python
# prices = torch.ones(3, dtype=torch.float32)
# rate = torch.tensor(1.19, dtype=torch.float64)
# (prices * rate).dtype
# ```
#
# A dtype, or `None` if torch refuses. It tests **promotion**.

# %% solution="predict_dtype" objective="promotion"
predict_dtype = ...  # a dtype, or None
### BEGIN SOLUTION
predict_dtype = torch.float32
### END SOLUTION

# %% test="predict_dtype-value" points=2
check.attempted(predict_dtype, "predict_dtype is the dtype of prices * rate")
check.prediction(predict_dtype, "dtype")
### BEGIN HIDDEN TESTS
prices = torch.ones(3, dtype=torch.float32)
rate = torch.tensor(1.19, dtype=torch.float64)
check.equal(
    predict_dtype,
    (prices * rate).dtype,
    on="prices (3,) float32, rate () float64",
    traps={
        "this is what two tensors with axes would give: a 0-d tensor wins only with a higher category, and both are floats": (
            torch.promote_types(prices.dtype, rate.dtype)
        ),
        "this says that torch refuses: * promotes where the types differ": None,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_dtype"
# **Why it works.** `rate` has no axes, so it wins only with a higher category, and `prices` is of the same one: float32 it stays. **Another way.** Ask
# `torch.result_type(prices, rate)`. With `rate` of the shape (1,) it would be float64.

# %% [markdown]
# ### Prediction 3 · Cast, then add · 2 points · 1 minute
#
# ```python
# x = torch.tensor([1.9, 1.8, -1.1])
# x.to(torch.int64).sum().item()
# ```
#
# Which number comes out? It tests **make**.

# %% solution="predict_cast" objective="make"
predict_cast = ...  # a number
### BEGIN SOLUTION
predict_cast = 1
### END SOLUTION

# %% test="predict_cast-value" points=2
check.attempted(predict_cast, "predict_cast is the sum of the whole numbers")
check.prediction(predict_cast, "number")
### BEGIN HIDDEN TESTS
x = torch.tensor([1.9, 1.8, -1.1])
check.close(
    predict_cast,
    x.to(torch.int64).sum().item(),
    on="x (3,)",
    traps={
        "this rounds: a cast to whole numbers drops the digits after the point": int(x.round().sum()),
        "this rounds down: a cast moves toward zero, so -1.1 becomes -1": int(x.floor().sum()),
        "this adds first and casts afterwards: the cast comes first here": int(x.sum()),
        "this adds without a cast: whole numbers have a whole sum": 2.6,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_cast"
# **Why it works.** 1.9 → 1, 1.8 → 1, −1.1 → −1: the cast truncates toward zero, and 1 + 1 − 1 = 1. **Another way.** Cover the digits after
# the point with a finger, and add what you still see.

# %% [markdown]
# ### Prediction 4 · Two names · 2 points · 1 minute
#
# ```python
# a = torch.tensor([1.0, 2.0])
# b = a
# b.add_(10)
# b = b + 100
# a.sum().item()
# ```
#
# Which number comes out? It tests **in_place**.

# %% solution="predict_in_place" objective="in_place"
predict_in_place = ...  # a number
### BEGIN SOLUTION
predict_in_place = 23
### END SOLUTION

# %% test="predict_in_place-value" points=2
check.attempted(predict_in_place, "predict_in_place is the sum of a at the end")
check.prediction(predict_in_place, "number")
### BEGIN HIDDEN TESTS
a = torch.tensor([1.0, 2.0])
untouched = a.sum().item()
b = a
b.add_(10)
b = b + 100
check.close(
    predict_in_place,
    a.sum().item(),
    on="a (2,)",
    traps={
        "this takes b = a for a copy: it is a second name, and add_ writes into the one tensor": untouched,
        "this is the sum of b: b + 100 is a new tensor, and a keeps what it had": b.sum().item(),
        "this leaves out add_ and keeps + 100: the underscore writes, the plus does not": untouched + 200,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_in_place"
# **Why it works.** `b = a` makes a second name, so `add_` turns the one tensor into [11, 12]. `b + 100` is new, and from then on b is its name: a is left at
# 11 + 12 = 23. **Another way.** Draw the tensors as boxes and the names as arrows: only `=` moves an arrow, only the underscore changes a box.

# %% [markdown]
# ### Prediction 5 · What a mask leaves · 2 points · 1 minute
#
# ```python
# x = torch.tensor([[1, 5, 2],
#                   [7, 0, 9]])
# x[(x > 1) & (x < 9)].shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **masks**.

# %% solution="predict_mask" objective="masks"
predict_mask = ...  # a tuple, or None
### BEGIN SOLUTION
predict_mask = (3,)
### END SOLUTION

# %% test="predict_mask-value" points=2
check.attempted(predict_mask, "predict_mask is the shape of what the mask picks")
check.prediction(predict_mask, "shape")
### BEGIN HIDDEN TESTS
x = torch.tensor([[1, 5, 2], [7, 0, 9]])
mask = (x > 1) & (x < 9)
check.equal(
    predict_mask,
    tuple(x[mask].shape),
    on="x (2, 3)",
    traps={
        "this is the shape of the mask: what it picks comes in one line": tuple(mask.shape),
        "this says that torch refuses because the rows differ in length: what a mask picks comes in one line": None,
        "this counts one comparison only: & wants both": lambda: tuple(x[x > 1].shape),
        "this counts an end: > and < leave the ends out": lambda: tuple(x[x >= 1].shape),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_mask"
# **Why it works.** 5, 2 and 7 lie between 1 and 9, ends left out, and come in one line: (3,). **Another way.** The length is the mask's sum:
# `mask.sum()` counts the `True`s.

# %% [markdown]
# ## Warm-ups

# %% [markdown]
# ### Exercise 1 · Describe a tensor ★ · 5 points · 5 minutes
#
# Two functions that read, and compute nothing new.
#
# 1. `describe` gives four things in a tuple: the shape (as a tuple), the number of axes, the number of elements, and the dtype.
# 2. `size_in_bytes` gives the bytes that the elements take, as a whole number.
#
# It tests **describe**, sections 1 and 4 of [the chapter](../../course/01_tensors.ipynb).

# %% solution="describe" objective="describe"
def describe(x: Tensor) -> tuple[tuple[int, ...], int, int, torch.dtype]:
    """Any tensor -> (shape, axes, elements, dtype).

    >>> describe(torch.zeros(2, 3))
    ((2, 3), 2, 6, torch.float32)
    """
    ### BEGIN SOLUTION
    return tuple(x.shape), x.dim(), x.numel(), x.dtype
    ### END SOLUTION


def size_in_bytes(x: Tensor) -> int:
    """Any tensor -> bytes of all elements.

    >>> size_in_bytes(torch.zeros(2, 3))
    24
    """
    ### BEGIN SOLUTION
    return x.numel() * x.element_size()
    ### END SOLUTION

# %% test="describe-facts" points=3
check.attempted(describe, "describe gives shape, axes, elements and dtype")
x = torch.zeros(4, 2, 3)
check.equal(
    describe(x),
    ((4, 2, 3), 3, 24, torch.float32),
    on="zeros of shape (4, 2, 3)",
    traps={
        "this counts elements with len: len is the first size only": ((4, 2, 3), 3, 4, torch.float32),
        "this gives the first size for the number of axes: ndim and dim() count the axes": ((4, 2, 3), 4, 24, torch.float32),
        "this gives the type of the elements as text: x.dtype is a torch.dtype": ((4, 2, 3), 3, 24, "torch.float32"),
        "this adds the sizes: the number of elements is their product": ((4, 2, 3), 3, 9, torch.float32),
    },
)
### BEGIN HIDDEN TESTS
shapes = [(), (1,), (5,), (0,), (0, 3), (3, 0), (1, 1, 1, 1), (2, 5)]
dtypes = [torch.bool, torch.int64, torch.float64, torch.uint8, torch.bfloat16, torch.complex64, torch.float16, torch.int32]
for shape, dtype in zip(shapes, dtypes):
    elements = 1
    for size in shape:
        elements *= size
    check.equal(
        describe(torch.zeros(shape, dtype=dtype)),
        (shape, len(shape), elements, dtype),
        on=f"zeros of shape {shape}, {dtype}",
        traps={
            "this counts elements with len: len is the first size only": lambda: (shape, len(shape), shape[0], dtype),
        },
    )
### END HIDDEN TESTS

# %% test="describe-bytes" points=2
check.attempted(size_in_bytes, "size_in_bytes multiplies elements by the bytes of one")
check.equal(
    size_in_bytes(torch.zeros(2, 3, dtype=torch.float64)),
    48,
    on="zeros of shape (2, 3), float64",
    traps={
        "this takes 4 bytes for every element: x.element_size() knows how many it is": 24,
        "this counts bits: a byte has 8": 384,
        "this is the size of one element: multiply it by their number": 8,
        "this is the number of elements: multiply it by the bytes of one": 6,
        "this multiplies by the first size only: numel() counts all elements": 16,
    },
)
### BEGIN HIDDEN TESTS
for shape, dtype, each in [
    ((5,), torch.int8, 1), ((3, 4), torch.bfloat16, 2), ((), torch.int64, 8), ((0, 7), torch.float32, 4),
    ((2, 1, 3), torch.complex64, 8), ((6, 2), torch.bool, 1), ((4, 4), torch.float32, 4),
]:
    elements = 1
    for size in shape:
        elements *= size
    check.equal(
        size_in_bytes(torch.zeros(shape, dtype=dtype)),
        elements * each,
        on=f"zeros of shape {shape}, {dtype}",
        traps={
            "this takes 4 bytes for every element: x.element_size() knows how many it is": elements * 4,
            "this is the number of elements: multiply it by the bytes of one": elements,
            "this takes a bool for one bit: each takes a whole byte": elements * each // 8,
        },
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Everything is an attribute or a method of x; section 1 lists them. Nothing has to be counted by hand.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `len(x)` is the first size, and a 0-d tensor has none at all. Another method counts all elements. How many bytes *one* element takes depends on the dtype,
# and the tensor knows that too.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# return tuple(x....), x.dim(), x....(), x....
# return x.numel() * x....()
# ```
#
# </details>

# %% [markdown] solution_notes="describe"
# **Why it works.** All five are facts that the tensor carries, so they cost nothing and hold for 0-d and empty tensors too. **Another way.** `x.size()` for the shape, `len(x.shape)`
# for the axes, `x.dtype.itemsize` for the bytes of one element.

# %% [markdown]
# ### Exercise 2 · From brightness to pixels ★ · 5 points · 6 minutes
#
# An image file stores each pixel in one byte: 0 is black, 255 is white. You get brightness as a list of numbers, or a list of lists, where 0.0 is black and
# 1.0 is white. Return a `uint8` tensor of the same shape, each value the *nearest* whole number.
#
# Some brightness lies outside the range, for a camera overshoots. What is below 0 counts as 0, what is above 1 as 1.
#
# It tests **make**, section 5 of [the chapter](../../course/01_tensors.ipynb).

# %% solution="to_pixels" objective="make"
def to_pixels(brightness: list) -> Tensor:
    """A list of numbers, or nested lists -> a uint8 tensor of that shape.

    >>> to_pixels([0.0, 0.2, 1.0])
    tensor([  0,  51, 255], dtype=torch.uint8)
    """
    ### BEGIN SOLUTION
    scaled = torch.tensor(brightness) * 255
    return scaled.round().clamp(0, 255).to(torch.uint8)
    ### END SOLUTION

# %% test="to_pixels-values" points=3
check.attempted(to_pixels, "to_pixels gives the nearest whole number from 0 to 255")
check.close(
    to_pixels([[0.0, 0.45], [0.8, 1.0]]),
    torch.tensor([[0, 115], [204, 255]], dtype=torch.uint8),
    on="brightness [[0.0, 0.45], [0.8, 1.0]]",
    traps={
        "this truncates: a cast drops the digits after the point, so round first": torch.tensor([[0, 114], [204, 255]], dtype=torch.uint8),
        "this makes whole numbers before multiplying: every brightness below 1 is lost": torch.tensor([[0, 0], [0, 255]], dtype=torch.uint8),
        "this rounds before multiplying: only black and white are left": torch.tensor([[0, 0], [255, 255]], dtype=torch.uint8),
        "this multiplies by 256: white is 255": torch.tensor([[0, 115], [205, 0]], dtype=torch.uint8),
        "this is not multiplied by 255": torch.tensor([[0, 0], [1, 1]], dtype=torch.uint8),
    },
)
### BEGIN HIDDEN TESTS
for brightness, pixels in [
    ([0.03, 0.33, 0.62, 0.99], [8, 84, 158, 252]),
    ([[0.91], [0.27]], [[232], [69]]),
    ([[[0.45, 0.01], [0.06, 0.94]]], [[[115, 3], [15, 240]]]),
    ([1, 0], [255, 0]),
    ([0.99], [252]),
    ([], []),
    ([[], []], [[], []]),
]:
    check.close(
        to_pixels(brightness),
        torch.tensor(pixels, dtype=torch.uint8),
        on=f"brightness {brightness}",
        traps={
            "this truncates: a cast drops the digits after the point, so round first": (
                lambda: (torch.tensor(brightness) * 255).to(torch.uint8)
            ),
        },
    )
### END HIDDEN TESTS

# %% test="to_pixels-range" points=2
check.attempted(to_pixels, "to_pixels stops at black and at white")
check.close(
    to_pixels([-0.2, 0.45, 1.3]),
    torch.tensor([0, 115, 255], dtype=torch.uint8),
    on="brightness [-0.2, 0.45, 1.3]",
    traps={
        "this wraps around: clamp into the range before the cast": torch.tensor([205, 115, 76], dtype=torch.uint8),
        "this clamps after the cast: by then the value has wrapped": torch.tensor([205, 114, 75], dtype=torch.uint8),
    },
)
### BEGIN HIDDEN TESTS
for brightness, pixels in [([-3.3, 7.7], [0, 255]), ([[1.01, -0.01, 0.8]], [[255, 0, 204]]), ([2, -1], [255, 0])]:
    check.close(to_pixels(brightness), torch.tensor(pixels, dtype=torch.uint8), on=f"brightness {brightness}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Four steps: a tensor, a larger scale, whole numbers, one byte each. Which order loses nothing?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Stay with floats until the very end. A cast truncates, and a value outside 0 to 255 has no byte: take care of both *before* the cast.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# scaled = torch.tensor(...) * ...
# return scaled.round().clamp(..., ...).to(...)
# ```
#
# </details>

# %% [markdown] solution_notes="to_pixels"
# **Why it works.** The fractions live until `round` has used them, and `clamp` leaves only values that have a byte, so the cast has nothing left to cut. **Another way.** Clamp the
# brightness into 0 to 1 first, then `(scaled + 0.5).to(torch.uint8)`: adding a half makes the cut a rounding, for numbers that are not negative.

# %% [markdown]
# ## Core

# %% [markdown]
# ### Exercise 3 · The sensor that fails ★★ · 10 points · 12 minutes
#
# A sensor reports `-999` when it fails; now and then a program in between turns that into `nan`. Return a new tensor in which every failed reading is replaced by the mean
# of the readings that worked: all of them, whatever row they stand in. If none worked, every element becomes 0.
#
# No loop. The result keeps the shape and the dtype, which is a float type. The caller's tensor stays as it is.
#
# It tests **masks**, section 10 of [the chapter](../../course/01_tensors.ipynb).

# %% solution="fill_failed" objective="masks"
def fill_failed(readings: Tensor) -> Tensor:
    """Floats of any shape -> the same shape, in the dtype of readings.

    >>> fill_failed(torch.tensor([20.0, -999.0, 22.0]))
    tensor([20., 21., 22.])
    """
    ### BEGIN SOLUTION
    worked = (readings != -999) & ~readings.isnan()
    fill = readings[worked].mean() if worked.any() else 0.0
    return torch.where(worked, readings, fill)
    ### END SOLUTION

# %% test="fill_failed-values" points=4
check.attempted(fill_failed, "fill_failed replaces -999 by the mean of what worked")
readings = torch.tensor([[20.0, -999.0, 22.0], [-999.0, 12.0, 18.0]])
failed = torch.tensor([[False, True, False], [True, False, False]])
expected = torch.tensor([[20.0, 18.0, 22.0], [18.0, 12.0, 18.0]])
check.close(
    fill_failed(readings),
    expected,
    on="readings (2, 3), two of them -999",
    traps={
        "this is the mean of everything, the failures included: average what worked only": torch.where(failed, torch.full((2, 3), -321.0), expected),
        "this puts 0 in place of a failure: the mean of what worked belongs there": torch.where(failed, torch.zeros(2, 3), expected),
        "this leaves nan where the sensor failed": torch.where(failed, torch.full((2, 3), float("nan")), expected),
        "this drops the failures: the shape stays, and the mean takes their place": torch.tensor([20.0, 22.0, 12.0, 18.0]),
        "this takes the mean of each row: average over the whole tensor": torch.tensor([[20.0, 21.0, 22.0], [15.0, 12.0, 18.0]]),
        "this divides the sum of what worked by the number of all readings": torch.where(failed, torch.full((2, 3), 12.0), expected),
        "this replaces what worked: turn the mask around": torch.where(failed, torch.full((2, 3), -999.0), torch.full((2, 3), 18.0)),
        "this is the mean itself: put it where readings failed, and keep the others": torch.tensor(18.0),
        "this replaces nothing: does the mask find anything? & binds before != and ==, so put each comparison in parentheses": (
            torch.tensor([[20.0, -999.0, 22.0], [-999.0, 12.0, 18.0]])
        ),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(7,), (3, 5), (2, 3, 4), (1, 6)]:
    readings = 20 + 5 * torch.randn(shape, generator=generator, dtype=torch.float64)
    failed = torch.rand(shape, generator=generator) < 0.3
    failed.reshape(-1)[0] = True
    failed.reshape(-1)[-1] = False
    mean = readings[~failed].mean()
    expected = readings.clone()
    expected[failed] = mean
    readings[failed] = -999.0
    check.close(
        fill_failed(readings),
        expected,
        on=f"readings {shape}, float64",
        traps={
            "this is the mean of everything, the failures included: average what worked only": (
                lambda: torch.where(failed, readings.mean(), readings)
            ),
            "this takes every negative reading for a failure": lambda: torch.where(readings < 0, mean, readings),
        },
    )
readings = torch.tensor([-20.0, -999.0, -4.0, 0.0, -998.0, 999.0])
expected = torch.tensor([-20.0, -4.6, -4.0, 0.0, -998.0, 999.0])
check.close(
    fill_failed(readings),
    expected,
    on="readings [-20, -999, -4, 0, -998, 999]",
    traps={
        "this takes every negative reading for a failure: only -999 is one": torch.tensor([499.5, 499.5, 499.5, 0.0, 499.5, 999.0]),
    },
)
### END HIDDEN TESTS

# %% test="fill_failed-nan" points=3
check.attempted(fill_failed, "fill_failed takes nan for a failure too, and gives 0 where nothing worked")
readings = torch.tensor([5.0, float("nan"), 8.0, -999.0])
check.close(
    fill_failed(readings),
    torch.tensor([5.0, 6.5, 8.0, 6.5]),
    on="readings [5, nan, 8, -999]",
    traps={
        "this compares with nan: nan equals nothing, so isnan has to find it": torch.tensor([5.0, float("nan"), 8.0, float("nan")]),
        "this leaves the nan where it was": torch.tensor([5.0, float("nan"), 8.0, 6.5]),
    },
)
check.close(
    fill_failed(torch.tensor([-999.0, float("nan")])),
    torch.zeros(2),
    on="readings [-999, nan]",
    traps={"this is the mean of no reading at all, which is nan: ask first whether any worked": torch.full((2,), float("nan"))},
)
### BEGIN HIDDEN TESTS
nan = float("nan")
readings = torch.tensor([[nan, 1.5, -999.0], [4.0, nan, nan]], dtype=torch.float64)
check.close(
    fill_failed(readings),
    torch.tensor([[2.75, 1.5, 2.75], [4.0, 2.75, 2.75]], dtype=torch.float64),
    on="readings (2, 3) with three nan and one -999, float64",
)
for shape in [(3, 2), (1,), ()]:
    for bad in (nan, -999.0):
        check.close(fill_failed(torch.full(shape, bad)), torch.zeros(shape), on=f"{bad} everywhere, shape {shape}")
### END HIDDEN TESTS

# %% test="fill_failed-arguments" points=3
check.attempted(fill_failed, "fill_failed uses no loop, and leaves shape, dtype and the caller's tensor alone")
check.source_without(fill_failed, "for", "while", "comprehension")
readings = torch.tensor([30.0, -999.0, 10.0], dtype=torch.float64)
expected = torch.tensor([30.0, 20.0, 10.0], dtype=torch.float64)
check.close(fill_failed(readings), expected, on="readings [30, -999, 10], float64")
check.unchanged(fill_failed, torch.tensor([30.0, -999.0, 10.0]), on="readings [30, -999, 10]")
### BEGIN HIDDEN TESTS
check.same_operators(fill_failed, (torch.tensor([3.0, -999.0]),), (torch.tensor([3.0, -999.0, 4.0, -999.0, 5.0, 6.0]),))
for dtype in (torch.float16, torch.float32, torch.float64):
    readings = torch.tensor([[2.0, -999.0], [float("nan"), 4.0]], dtype=dtype)
    check.close(fill_failed(readings), torch.tensor([[2.0, 3.0], [3.0, 4.0]], dtype=dtype), on=f"readings (2, 2), {dtype}")
for shape in [(0,), (0, 3), (1, 1), ()]:
    check.close(fill_failed(torch.full(shape, 7.0)), torch.full(shape, 7.0), on=f"7 everywhere, shape {shape}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Name the two groups first: `worked = …` is a mask. Everything else follows from it.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# A reading worked if it is not `-999` *and* is not `nan`: two masks, each in parentheses, joined with `&`. `readings[worked]` holds what to average. `any()` of the mask says whether there is anything to
# average. `torch.where` puts the pieces together, in a new tensor.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# worked = (readings != ...) & ~readings....()
# fill = readings[...].mean() if worked.any() else ...
# return torch.where(..., readings, ...)
# ```
#
# </details>

# %% [markdown] solution_notes="fill_failed"
# **Why it works.** `-999` is a number like any other and spoils a mean silently; `nan` spoils it loudly, but `==` cannot find it. One mask names both, and `where` builds a new
# tensor from it. **Another way.** `result = readings.clone()`, then `result[~worked] = fill`: the clone is what keeps the caller's tensor.

# %% [markdown]
# ### Exercise 4 · New, or in place ★★ · 10 points · 12 minutes
#
# A temperature of c degrees Celsius is 1.8 · c + 32 degrees Fahrenheit. Write this twice, the way torch itself names such pairs:
#
# 1. `fahrenheit` gives a new tensor, and leaves the caller's alone. Whole numbers come out as float32.
# 2. `fahrenheit_` writes the result into the tensor it is given, and returns that same tensor. Other names and rows of it see the change. A tensor of whole
#    numbers cannot hold the result, so then it raises `RuntimeError`; torch's own error will do.
#
# It tests **in_place**, section 7 of [the chapter](../../course/01_tensors.ipynb).

# %% solution="fahrenheit" objective="in_place"
def fahrenheit(celsius: Tensor) -> Tensor:
    """Any shape -> a new tensor, in the dtype of celsius; float32 for whole numbers.

    >>> fahrenheit(torch.tensor([0.0, 100.0]))
    tensor([ 32., 212.])
    """
    ### BEGIN SOLUTION
    return celsius * 1.8 + 32
    ### END SOLUTION


def fahrenheit_(celsius: Tensor) -> Tensor:
    """Any shape, floats -> the same tensor, changed; RuntimeError for whole numbers.

    >>> fahrenheit_(torch.tensor([0.0, 100.0]))
    tensor([ 32., 212.])
    """
    ### BEGIN SOLUTION
    return celsius.mul_(1.8).add_(32)
    ### END SOLUTION

# %% test="fahrenheit-new" points=3
check.attempted(fahrenheit, "fahrenheit gives a new tensor, and leaves the caller's alone")
celsius = torch.tensor([[0.0, 100.0], [-40.0, 37.0]])
expected = torch.tensor([[32.0, 212.0], [-40.0, 98.6]])
check.close(
    fahrenheit(celsius),
    expected,
    on="celsius [[0, 100], [-40, 37]]",
    traps={
        "this adds 32 first: multiply first, then add": (torch.tensor([[0.0, 100.0], [-40.0, 37.0]]) + 32) * 1.8,
        "this divides by 1.8: to Fahrenheit is multiplying": torch.tensor([[0.0, 100.0], [-40.0, 37.0]]) / 1.8 + 32,
        "this cuts the fractions": torch.tensor([[32.0, 212.0], [-40.0, 98.0]]),
    },
)
check.unchanged(fahrenheit, torch.tensor([0.0, 100.0]), on="celsius [0, 100]")
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(5,), (2, 3), (2, 1, 4), (1,), (0,), (0, 3), ()]:
    for dtype in (torch.float32, torch.float64):
        celsius = 30 * torch.randn(shape, generator=generator, dtype=dtype)
        expected = (celsius.double() * 1.8 + 32).to(dtype)
        check.close(fahrenheit(celsius), expected, on=f"celsius {shape}, {dtype}", rtol=1e-5, atol=1e-4)
        check.unchanged(fahrenheit, 30 * torch.randn(shape, generator=generator, dtype=dtype), on=f"celsius {shape}, {dtype}")
### END HIDDEN TESTS

# %% test="fahrenheit-in_place" points=4
check.attempted(fahrenheit_, "fahrenheit_ changes the tensor it is given, and returns it")


@check.observe
def watch(function, celsius):
    other_name = celsius
    returned = function(celsius)
    what = "nothing" if returned is None else "the same tensor" if returned is celsius else "another object"
    return {"the caller's tensor": other_name.tolist(), "returns": what}


check.close(
    watch(fahrenheit_, torch.tensor([0.0, 100.0, -40.0])),
    {"the caller's tensor": [32.0, 212.0, -40.0], "returns": "the same tensor"},
    on="celsius [0, 100, -40]",
    traps={
        "this makes a new tensor and gives it the old name: the caller's tensor never changes": {
            "the caller's tensor": [0.0, 100.0, -40.0],
            "returns": "another object",
        },
        "this returns nothing, and changes nothing: write into the tensor, and return it": {
            "the caller's tensor": [0.0, 100.0, -40.0],
            "returns": "nothing",
        },
        "this changes the tensor, and then returns nothing: did you forget `return`": {
            "the caller's tensor": [32.0, 212.0, -40.0],
            "returns": "nothing",
        },
        "this changes the tensor, but returns another one: return the tensor itself": {
            "the caller's tensor": [32.0, 212.0, -40.0],
            "returns": "another object",
        },
        "this returns the tensor, but does not change it: write into it with an underscore": {
            "the caller's tensor": [0.0, 100.0, -40.0],
            "returns": "the same tensor",
        },
        "this changes only half of it in place: both steps need an underscore": {
            "the caller's tensor": [0.0, 180.0, -72.0],
            "returns": "another object",
        },
    },
)
### BEGIN HIDDEN TESTS


@check.observe
def watch_row(function, celsius):
    row = celsius[1]
    returned = function(row)
    return {"the table around the row": celsius.tolist(), "returns the row itself": returned is row}


check.close(
    watch_row(fahrenheit_, torch.tensor([[1.0, 2.0], [5.0, -5.0], [7.0, 8.0]], dtype=torch.float64)),
    {"the table around the row": [[1.0, 2.0], [41.0, 23.0], [7.0, 8.0]], "returns the row itself": True},
    on="row 1 of a table (3, 2), float64",
)
for celsius, values in [(torch.tensor(10.0), 50.0), (torch.tensor([]), []), (torch.tensor([[15.0]]), [[59.0]])]:
    check.close(
        watch(fahrenheit_, celsius),
        {"the caller's tensor": values, "returns": "the same tensor"},
        on=f"celsius of shape {tuple(celsius.shape)}",
    )
### END HIDDEN TESTS

# %% test="fahrenheit-whole_numbers" points=3
check.attempted(fahrenheit_, "whole numbers: fahrenheit gives float32, fahrenheit_ refuses")
check.close(
    fahrenheit(torch.tensor([0, 37])),
    torch.tensor([32.0, 98.6]),
    on="fahrenheit: celsius [0, 37], int64",
    traps={
        "this casts back to whole numbers: the fractions belong to the result": torch.tensor([32, 98]),
        "this rounds: the fractions belong to the result": torch.tensor([32, 99]),
    },
)
check.raises(RuntimeError, fahrenheit_, torch.tensor([0, 37]), on="fahrenheit_: celsius [0, 37], int64")
### BEGIN HIDDEN TESTS
for dtype in (torch.int8, torch.int16, torch.int32):
    celsius = torch.tensor([[-7], [21]], dtype=dtype)
    check.close(fahrenheit(celsius), torch.tensor([[19.4], [69.8]]), on=f"fahrenheit: celsius (2, 1), {dtype}")
    check.raises(RuntimeError, fahrenheit_, celsius, on=f"fahrenheit_: celsius (2, 1), {dtype}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# `celsius = celsius * 1.8 + 32` gives a new tensor an old name. The caller knows nothing of your names.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Operators make new tensors; methods with an underscore write. Every one of them returns the tensor it wrote into, so they can be chained. Writing into elements with `celsius[:] = …` would
# write too, but cast without a word.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# return celsius * ... + ...
# return celsius.mul_(...).add_(...)
# ```
#
# </details>

# %% [markdown] solution_notes="fahrenheit"
# **Why it works.** `*` and `+` build new tensors, in the promoted dtype. `mul_` and `add_` write into the tensor they belong to, so every name and every row of it sees the change, and they refuse
# a result that the dtype cannot hold. **Another way.** `celsius *= 1.8` and `celsius += 32` are in place too, and then `return celsius`. `celsius[:] = fahrenheit(celsius)` is not the same: it casts silently.

# %% [markdown]
# ### Exercise 5 · Find the bug: percent of the votes ★★ · 10 points · 12 minutes
#
# The function turns counts of votes into whole percents, each rounded to the nearest. It was tested once, on `torch.tensor([1.0, 1.0, 2.0])`, and gave 25, 25, 50. It is wrong twice, and silent both times:
# fractions get lost at two places.
#
# Mend it in its cell, keeping its name and its argument. Counts may come in any dtype but bool and complex, the small ones included; there is at least one vote, or no candidate at all.
#
# It tests **promotion**, sections 5 and 6 of [the chapter](../../course/01_tensors.ipynb).

# %% solution="percent" objective="promotion"
def percent(votes: Tensor) -> Tensor:
    """(n,) counts -> (n,) percents, int64.

    >>> percent(torch.tensor([1.0, 1.0, 2.0]))
    tensor([25, 25, 50])
    """
    shares = torch.zeros_like(votes)
    for i in range(len(votes)):
        shares[i] = votes[i] / votes.sum()
    return (shares * 100).to(torch.int64)


### BEGIN SOLUTION
def percent(votes: Tensor) -> Tensor:
    shares = votes / votes.sum()
    return (shares * 100).round().to(torch.int64)
### END SOLUTION

# %% test="percent-whole_numbers" points=4
check.attempted(percent, "percent keeps the fractions of whole-number votes", given="4df1f52c")
check.close(
    percent(torch.tensor([3, 1])),
    torch.tensor([75, 25]),
    on="votes [3, 1], int64",
    traps={
        "this still cuts each share to a whole number: zeros_like copies the dtype of the votes, and // drops the fraction": torch.tensor([0, 0]),
        "this is the share, not the percent": torch.tensor([1, 0]),
        "this divides by the number of candidates: divide by all votes": torch.tensor([150, 50]),
    },
)
### BEGIN HIDDEN TESTS
for dtype in (torch.int64, torch.int32, torch.int16):
    for counts, percents in [([1, 1], [50, 50]), ([1, 4, 5], [10, 40, 50]), ([7], [100]), ([0, 9, 0], [0, 100, 0]), ([13, 0, 37], [26, 0, 74])]:
        check.close(
            percent(torch.tensor(counts, dtype=dtype)),
            torch.tensor(percents),
            on=f"votes {counts}, {dtype}",
            traps={
                "this still cuts each share to a whole number: zeros_like copies the dtype of the votes, and // drops the fraction": (
                    torch.zeros(len(counts), dtype=torch.int64)
                ),
            },
        )
### END HIDDEN TESTS

# %% test="percent-rounding" points=3
check.attempted(percent, "percent rounds to the nearest whole number", given="4df1f52c")
check.close(
    percent(torch.tensor([1.0, 2.0])),
    torch.tensor([33, 67]),
    on="votes [1, 2], float32",
    traps={
        "this truncates: a cast drops the digits after the point": torch.tensor([33, 66]),
        "this rounds up: the nearest whole number may lie below": torch.tensor([34, 67]),
        "this rounds the shares: only 0 and 100 are left": torch.tensor([0, 100]),
    },
)
### BEGIN HIDDEN TESTS
for counts in [[2, 1, 4], [5, 6, 7, 8], [29, 70], [123456789, 987654321], [1, 7, 998]]:
    for dtype in (torch.float32, torch.float64, torch.int64):
        votes = torch.tensor(counts, dtype=torch.float64)
        expected = (votes / votes.sum() * 100).round().long()
        check.close(
            percent(votes.to(dtype)),
            expected,
            on=f"votes {counts}, {dtype}",
            traps={
                "this truncates: a cast drops the digits after the point": (votes / votes.sum() * 100).long(),
                "this rounds up: the nearest whole number may lie below": (votes / votes.sum() * 100).ceil().long(),
            },
        )
### END HIDDEN TESTS

# %% test="percent-edges" points=3
check.attempted(percent, "percent takes small dtypes and no candidates, and leaves the votes alone", given="4df1f52c")
votes = torch.tensor([200, 50], dtype=torch.uint8)
check.close(
    percent(votes),
    torch.tensor([80, 20]),
    on="votes [200, 50], uint8",
    traps={
        "this multiplies by 100 while the votes still are bytes: 200 times 100 wraps around": torch.tensor([0, 1]),
    },
)
### BEGIN HIDDEN TESTS
check.close(percent(torch.tensor([], dtype=torch.int64)), torch.tensor([], dtype=torch.int64), on="no candidates, int64")
check.close(percent(torch.tensor([])), torch.tensor([], dtype=torch.int64), on="no candidates, float32")
check.close(percent(torch.tensor([120, 30, 50], dtype=torch.int8)), torch.tensor([60, 15, 25]), on="votes [120, 30, 50], int8")
check.close(percent(torch.tensor([5], dtype=torch.uint8)), torch.tensor([100]), on="votes [5], uint8")
check.close(percent(torch.tensor([4, 1])), torch.tensor([80, 20]), on="votes [4, 1], int64")
check.unchanged(percent, torch.tensor([4, 1]), on="votes [4, 1], int64")
check.unchanged(percent, torch.tensor([4.0, 1.0]), on="votes [4, 1], float32")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Call it with `torch.tensor([3, 1])`, and print `shares` before the last line. Then call it with `torch.tensor([1.0, 2.0])`.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# What dtype does `zeros_like` give, and what becomes of 0.75 in it? You can do without that tensor: a division of two tensors makes its own, wide enough. Then look at the last cast: where do the
# digits after the point go?
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# shares = votes / ...
# return (shares * 100)....().to(...)
# ```
#
# </details>

# %% [markdown] solution_notes="percent"
# **Why it works.** `votes / votes.sum()` makes a float tensor whatever the votes are, so nothing is written into whole numbers; and `round` has its say before the cast cuts. Dividing
# before multiplying by 100 matters too: bytes wrap at 256. **Another way.** Keep the loop, and make the room with `torch.zeros(len(votes))`: slower, and right.

# %% [markdown]
# ## Stretch

# %% [markdown]
# ### Exercise 6 · Choose, without `where` ★★★ · 15 points · 15 minutes
#
# Write what `torch.where(mask, a, b)` does for three tensors of one shape: the element of a where the mask is `True`, the element of b where it is `False`, in a new tensor. Do it with
# masks, and without `where` and without a loop.
#
# - The result has the dtype to which the dtypes of a and b promote, whichever of the two the elements come from.
# - What is not chosen leaves no trace, even if it is `nan` or infinite.
# - None of the three arguments changes.
#
# It tests **promotion**, sections 6, 7 and 10 of [the chapter](../../course/01_tensors.ipynb).

# %% solution="choose" objective="promotion"
def choose(mask: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Bools, a and b of one shape -> the same shape, in the promoted dtype of a and b.

    >>> choose(torch.tensor([True, False]), torch.tensor([1, 2]), torch.tensor([0.5, 0.25]))
    tensor([1.0000, 0.2500])
    """
    ### BEGIN SOLUTION
    dtype = torch.promote_types(a.dtype, b.dtype)
    result = torch.empty(a.shape, dtype=dtype)
    result[mask] = a[mask].to(dtype)
    result[~mask] = b[~mask].to(dtype)
    return result
    ### END SOLUTION

# %% test="choose-values" points=4
check.attempted(choose, "choose takes a where the mask is True, and b elsewhere")
check.source_without(choose, "where", "for", "while", "comprehension")
mask = torch.tensor([[True, False, False], [False, True, True]])
a = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
b = torch.tensor([[-1.0, -2.0, -3.0], [-4.0, -5.0, -6.0]])
expected = torch.tensor([[1.0, -2.0, -3.0], [-4.0, 5.0, 6.0]])
check.close(
    choose(mask, a, b),
    expected,
    on="mask, a and b (2, 3)",
    traps={
        "this takes b where the mask is True: a belongs there": torch.tensor([[-1.0, 2.0, 3.0], [4.0, -5.0, -6.0]]),
        "this is only what the mask picks: the shape stays, and b fills the rest": torch.tensor([1.0, 5.0, 6.0]),
        "this puts one group after the other: each element keeps its place": torch.tensor([1.0, 5.0, 6.0, -2.0, -3.0, -4.0]),
        "this leaves 0 where the mask is False: b belongs there": torch.tensor([[1.0, 0.0, 0.0], [0.0, 5.0, 6.0]]),
        "this adds a and b: only one of them is wanted at each place": torch.zeros(2, 3),
        "this looks at one element for all: the mask decides for each element": torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for shape in [(6,), (3, 5), (2, 1, 4), (7, 2)]:
    mask = torch.rand(shape, generator=generator) < 0.5
    mask.reshape(-1)[0] = True
    mask.reshape(-1)[-1] = False
    a = torch.randn(shape, generator=generator, dtype=torch.float64)
    b = torch.randn(shape, generator=generator, dtype=torch.float64)
    expected = torch.where(mask, a, b)
    check.close(
        choose(mask, a, b),
        expected,
        on=f"mask, a and b {shape}, float64",
        traps={"this takes b where the mask is True: a belongs there": torch.where(mask, b, a)},
    )
### END HIDDEN TESTS

# %% test="choose-promotion" points=4
check.attempted(choose, "choose gives the promoted dtype, and loses nothing on the way")
check.source_without(choose, "where", "for", "while", "comprehension")
mask = torch.tensor([True, False, False, True])
expected = torch.tensor([10.0, 0.5, 1.75, 40.0])
check.close(
    choose(mask, torch.tensor([10, 20, 30, 40]), torch.tensor([0.25, 0.5, 1.75, 2.25])),
    expected,
    on="a (4,) int64, b (4,) float32",
    traps={
        "this cuts the fractions of b: they were written into the dtype of a": torch.tensor([10, 0, 1, 40]),
    },
)
### BEGIN HIDDEN TESTS
pairs = [
    (torch.float32, torch.int64), (torch.float32, torch.float64), (torch.float64, torch.float32), (torch.uint8, torch.int8),
    (torch.int32, torch.int64), (torch.bool, torch.int16), (torch.int8, torch.float16), (torch.int64, torch.int64), (torch.int64, torch.int32),
]
for first, second in pairs:
    mask = torch.tensor([False, True, False, True])
    a = torch.tensor([0, 1, 1, 1]).to(first)
    b = torch.tensor([-3.5, 8.5, 5.25, -2.75] if second.is_floating_point else [-3, 8, 5, -2], dtype=torch.float64).to(second)
    expected = torch.where(mask, a.to(torch.promote_types(first, second)), b.to(torch.promote_types(first, second)))
    check.close(
        choose(mask, a, b),
        expected,
        on=f"a (4,) {first}, b (4,) {second}",
        traps={
            "this is in the dtype of a: what comes from b was cast to it": lambda: torch.where(mask, a, b.to(first)),
            "this is in the dtype of b: what comes from a was cast to it": lambda: torch.where(mask, a.to(second), b),
        },
    )
large = torch.tensor([5, 2**53 + 3, 2**53 + 1])
check.close(
    choose(torch.tensor([False, False, True]), large, torch.tensor([11, 12, 13], dtype=torch.int32)),
    torch.tensor([11, 12, 2**53 + 1]),
    on="a (3,) int64 with numbers above 2**53, b (3,) int32",
    traps={"this went through float64, which skips whole numbers above 2**53": torch.tensor([11, 12, 2**53])},
)
### END HIDDEN TESTS

# %% test="choose-nan" points=4
check.attempted(choose, "choose leaves no trace of what is not chosen, nan and infinity included")
check.source_without(choose, "where", "for", "while", "comprehension")
nan, inf = float("nan"), float("inf")
a = torch.tensor([1.0, nan, 3.0, inf])
b = torch.tensor([nan, 20.0, -inf, 40.0])
check.close(
    choose(torch.tensor([True, False, True, False]), a, b),
    torch.tensor([1.0, 20.0, 3.0, 40.0]),
    on="a [1, nan, 3, inf], b [nan, 20, -inf, 40]",
    traps={
        "this multiplies by the mask and adds: 0 times nan is nan, so what is not chosen leaks in": torch.tensor([nan, nan, nan, nan]),
    },
)
### BEGIN HIDDEN TESTS
a = torch.tensor([[nan, nan], [inf, 2.0]], dtype=torch.float64)
b = torch.tensor([[5.0, nan], [nan, -inf]], dtype=torch.float64)
check.close(
    choose(torch.tensor([[False, True], [True, True]]), a, b),
    torch.tensor([[5.0, nan], [inf, 2.0]], dtype=torch.float64),
    on="a [[nan, nan], [inf, 2]], b [[5, nan], [nan, -inf]], float64",
    traps={
        "this replaces nan and infinity that were chosen: they belong to the result": torch.tensor([[5.0, 0.0], [0.0, 2.0]], dtype=torch.float64),
    },
)
check.close(
    choose(torch.tensor([False, True, False]), torch.tensor([nan, 7.0, nan]), torch.tensor([4, 5, 6])),
    torch.tensor([4.0, 7.0, 6.0]),
    on="a [nan, 7, nan], b [4, 5, 6] int64",
)
### END HIDDEN TESTS

# %% test="choose-arguments" points=3
check.attempted(choose, "choose leaves its arguments alone, whatever the dtypes, and takes every size")
check.source_without(choose, "where", "for", "while", "comprehension")
mask = torch.tensor([False, True])
check.close(choose(mask, torch.tensor([1.5, 2.5]), torch.tensor([3.5, 4.5])), torch.tensor([3.5, 2.5]), on="a and b (2,), float32")
check.unchanged(choose, mask, torch.tensor([1.5, 2.5]), torch.tensor([3.5, 4.5]), on="a and b (2,), float32")
### BEGIN HIDDEN TESTS
for first, second in [(torch.float32, torch.float64), (torch.float64, torch.float32), (torch.int64, torch.int64)]:
    a, b = torch.tensor([6, 7, 8]).to(first), torch.tensor([16, 17, 18]).to(second)
    check.unchanged(choose, torch.tensor([False, True, False]), a, b, on=f"a (3,) {first}, b (3,) {second}")
for shape in [(0,), (0, 3), (1,), (1, 1), ()]:
    for flag in (True, False):
        check.close(
            choose(torch.full(shape, flag), torch.full(shape, 3), torch.full(shape, 0.5)),
            torch.full(shape, 3.0 if flag else 0.5),
            on=f"mask {flag} everywhere, shape {shape}",
        )
few = (torch.tensor([False, True]), torch.tensor([1.0, 2.0]), torch.tensor([8.0, 9.0]))
many = (torch.tensor([True, False] * 4), torch.arange(8.0), torch.arange(8.0) + 20)
check.same_operators(choose, few, many)
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# `mask * a + ~mask * b` looks clever. Try it with `nan` in a. Then think of a new tensor that you fill in two steps.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `torch.promote_types` gives the dtype. Make a tensor of that dtype that is certainly *new*: `b.to(dtype)` alone is b itself when b has that dtype already. Fill the places of `mask` from a, those of
# `~mask` from b. A mask on the left of `=` writes, and refuses a tensor of another dtype: cast what you write.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# result = torch.empty(a.shape, dtype=...)
# result[mask] = a[...].to(...)
# result[~mask] = b[...].to(...)
# ```
#
# </details>

# %% [markdown] solution_notes="choose"
# **Why it works.** `empty` is right here, because every element is written: those of the mask from a, the others from b. Nothing is multiplied, so nothing that is not chosen can leak. The room
# has the promoted dtype from the start, so nothing is cut. **Another way.** `result = b.to(dtype).clone()`, then `result[mask] = a[mask].to(dtype)`. Without the `clone`, b itself changes when its dtype
# is right already.

# %% [markdown]
# ### Exercise 7 · Standardise the columns ★★★ · 15 points · 18 minutes
#
# Networks learn best from columns of one scale. Shift and scale each column of a table so that its mean is 0 and its standard deviation 1. The deviation here
# divides by n, not by n − 1.
#
# - A column whose numbers are all equal has the deviation 0. It becomes 0 everywhere.
# - Any other column is scaled exactly, however small its numbers are.
# - Whole numbers come out as float32, floats in their own dtype. There is at least one row and one column. No loop; the caller's table stays as it is.
#
# It tests **reduce**, section 8 of [the chapter](../../course/01_tensors.ipynb).

# %% solution="standardise" objective="reduce"
def standardise(table: Tensor) -> Tensor:
    """(n, m) -> (n, m), in the dtype of table; float32 for whole numbers.

    >>> standardise(torch.tensor([[1.0, 5.0], [3.0, 5.0]]))
    tensor([[-1.,  0.],
            [ 1.,  0.]])
    """
    ### BEGIN SOLUTION
    x = table if table.is_floating_point() else table.float()
    spread = x.std(dim=0, correction=0)
    safe = torch.where(spread == 0, 1.0, spread)
    return (x - x.mean(dim=0)) / safe
    ### END SOLUTION

# %% test="standardise-values" points=4
check.attempted(standardise, "standardise gives every column the mean 0 and the deviation 1")
table = torch.tensor([[1.0, 10.0], [2.0, 30.0], [3.0, 20.0]])
root = 1.5**0.5
expected = torch.tensor([[-root, -root], [0.0, root], [root, 0.0]])
check.close(
    standardise(table),
    expected,
    on="table [[1, 10], [2, 30], [3, 20]]",
    traps={
        "this divides by n - 1: correction=0 divides by n": torch.tensor([[-1.0, -1.0], [0.0, 1.0], [1.0, 0.0]]),
        "this divides by the variance: the standard deviation is its square root": torch.tensor([[-1.5, -0.15], [0.0, 0.15], [1.5, 0.0]]),
        "this only subtracts the means: divide by the deviations too": torch.tensor([[-1.0, -10.0], [0.0, 10.0], [1.0, 0.0]]),
        "this standardises the rows: dim=0 is the axis that has to disappear": torch.tensor([[-1.0, 1.0], [-1.0, 1.0], [-1.0, 1.0]]),
        "this takes one mean and one deviation for the whole table: each column has its own": lambda: (
            (torch.tensor([[1.0, 10.0], [2.0, 30.0], [3.0, 20.0]]) - 11) / torch.tensor([1.0, 10, 2, 30, 3, 20]).std(correction=0)
        ),
        "this divides without subtracting the means first": lambda: torch.tensor([[1.0, 10.0], [2.0, 30.0], [3.0, 20.0]]) / torch.tensor([1 / root, 10 / root]),
        "this scales each column to run from 0 to 1": torch.tensor([[0.0, 0.0], [0.5, 1.0], [1.0, 0.5]]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m in [(5, 3), (4, 4), (30, 2), (2, 7), (6, 1)]:
    table = 3 + 7 * torch.randn(n, m, generator=generator, dtype=torch.float64)
    mean = table.sum(0) / n
    deviation = (((table - mean) ** 2).sum(0) / n).sqrt()
    expected = (table - mean) / deviation
    check.close(
        standardise(table),
        expected,
        on=f"table ({n}, {m}), float64",
        traps={
            "this divides by n - 1: correction=0 divides by n": lambda: (table - mean) / table.std(dim=0),
            "this standardises the rows: dim=0 is the axis that has to disappear": (
                lambda: (table - table.mean(1).unsqueeze(1)) / table.std(1, correction=0).unsqueeze(1)
            ),
            "this takes the means of the rows: silent on a square table, and wrong": lambda: (table - table.mean(1)) / table.std(1, correction=0),
        },
    )
### END HIDDEN TESTS

# %% test="standardise-constant" points=4
check.attempted(standardise, "standardise makes a constant column 0, and no other")
table = torch.tensor([[5.0, 0.1, 2.0], [5.0, 0.1, 4.0], [5.0, 0.1, 6.0]], dtype=torch.float64)
check.close(
    standardise(table),
    torch.tensor([[0.0, 0.0, -(1.5**0.5)], [0.0, 0.0, 0.0], [0.0, 0.0, 1.5**0.5]], dtype=torch.float64),
    on="a column of 5, one of 0.1, and [2, 4, 6], float64",
    traps={
        "this is 0 / 0 in the first column: put another number in place of a deviation of 0, before you divide": (
            lambda: (table - table.mean(0)) / table.std(0, correction=0)
        ),
        "this divides one rounding error by another: the mean of three times 0.1 is not quite 0.1, so ask std whether the deviation is 0": (
            lambda: (table - table.mean(0)) / torch.where(((table - table.mean(0)) ** 2).mean(0) == 0, 1.0, ((table - table.mean(0)) ** 2).mean(0).sqrt())
        ),
        "this divides a rounding error by 0, and then replaces nan: replace the deviation before you divide": (
            lambda: ((table - table.mean(0)) / table.std(0, correction=0)).nan_to_num(0.0)
        ),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for scale in (1.0, 1e-6, 1e-9, 1e6):
    table = scale * torch.randn(8, 3, generator=generator, dtype=torch.float64)
    table[:, 1] = 4.0
    mean = table.sum(0) / 8
    deviation = (((table - mean) ** 2).sum(0) / 8).sqrt()
    deviation[1] = 1.0
    expected = (table - mean) / deviation
    check.close(
        standardise(table),
        expected,
        on=f"table (8, 3), a column of 4, the others of size {scale:g}, float64",
        traps={
            "this adds a small number to every deviation: columns of small numbers then stay small": (
                lambda: (table - mean) / (table.std(0, correction=0) + 1e-8)
            ),
            "this takes a small deviation for 0: only equal numbers make a constant column": (
                lambda: torch.where(table.std(0, correction=0) < 1e-5, torch.zeros(8, 3, dtype=torch.float64), expected)
            ),
        },
    )
check.close(standardise(torch.full((4, 2), -3.0)), torch.zeros(4, 2), on="-3 everywhere, shape (4, 2)")
### END HIDDEN TESTS

# %% test="standardise-sizes" points=4
check.attempted(standardise, "standardise takes whole numbers, one row and one column")
check.close(
    standardise(torch.tensor([[1, 7], [3, 7]])),
    torch.tensor([[-1.0, 0.0], [1.0, 0.0]]),
    on="table [[1, 7], [3, 7]], int64",
    traps={"this is cast back to whole numbers: the result is float32": torch.tensor([[-1, 0], [1, 0]])},
)
check.close(
    standardise(torch.tensor([[4.0, 9.0]])),
    torch.zeros(1, 2),
    on="table [[4, 9]]: one row",
    traps={"this divides by n - 1, which is 0 for one row": torch.full((1, 2), float("nan"))},
)
### BEGIN HIDDEN TESTS
for dtype in (torch.uint8, torch.int32, torch.int64):
    table = torch.tensor([[200], [100], [0]], dtype=dtype) if dtype == torch.uint8 else torch.tensor([[-2], [-4], [-6]], dtype=dtype)
    check.close(standardise(table), torch.tensor([[1.5**0.5], [0.0], [-(1.5**0.5)]]), on=f"table (3, 1), {dtype}")
for dtype in (torch.float32, torch.float64):
    table = torch.tensor([[2.0, 0.0], [6.0, -8.0]], dtype=dtype)
    check.close(standardise(table), torch.tensor([[-1.0, 1.0], [1.0, -1.0]], dtype=dtype), on=f"table (2, 2), {dtype}")
    check.close(standardise(torch.full((1, 1), 6.0, dtype=dtype)), torch.zeros(1, 1, dtype=dtype), on=f"table (1, 1), {dtype}")
### END HIDDEN TESTS

# %% test="standardise-arguments" points=3
check.attempted(standardise, "standardise uses no loop, and leaves the caller's table alone")
check.source_without(standardise, "for", "while", "comprehension")
table = torch.tensor([[0.0], [4.0]])
check.close(standardise(table), torch.tensor([[-1.0], [1.0]]), on="table [[0], [4]]")
check.unchanged(standardise, torch.tensor([[0.0, 2.0], [4.0, 2.0]]), on="table [[0, 2], [4, 2]]")
### BEGIN HIDDEN TESTS
for dtype in (torch.float64, torch.int64):
    check.unchanged(standardise, torch.tensor([[1, 2, 2], [4, 2, 9]]).to(dtype), on=f"table (2, 3), {dtype}")
check.close(standardise(torch.tensor([[3], [5]])), torch.tensor([[-1.0], [1.0]]), on="table [[3], [5]], int64")
check.same_operators(standardise, (torch.tensor([[1.0, 2.0], [3.0, 2.0]]),), (torch.tensor([[1.0, 2.0, 3.0, 4.0], [3.0, 2.0, 3.0, 4.0], [0.0, 0.0, 1.0, 2.0]]),))
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Two rows of numbers do it: a mean for each column, a deviation for each column. Which `dim` leaves one number for each column?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# A row of m numbers meets every row of the table, in `-` and in `/`. `std(dim=0, correction=0)` is exactly 0 for a constant column: put another number in its place *before* you divide. The
# numbers above it are 0 anyway, up to rounding.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# x = table if ... else table.float()
# spread = x.std(dim=..., correction=...)
# safe = torch.where(spread == ..., ..., spread)
# return (x - ...) / safe
# ```
#
# </details>

# %% [markdown] solution_notes="standardise"
# **Why it works.** `dim=0` makes the rows disappear, so there is one mean and one deviation for each column, and a row of them meets every row of the table. Where the deviation is 0, any other
# divisor will do, because the differences are 0 too; a small number added to *every* deviation would shrink columns that are small themselves. **Another way.** `constant = table.max(dim=0).values == table.min(dim=0).values`
# finds the constant columns without any rounding, and `result[:, constant] = 0` writes them.

# %% [markdown]
# ## Boss

# %% [markdown]
# ### Exercise 8 · A table reader ★★★★ · 20 points · 30 minutes
#
# Data come as text. You turn it into tensors: one for each column, with the dtype that fits, and with a mask that says what was there.
#
# ```text
# city,   people, rain, coast
# 1,      1200,   3.5,  true
# 2,      ,       0,    false
# ```
#
# `read_table` gets such a text. The first line has the names, every further line a row with as many cells, parted by commas. There are at least two columns. Spaces around a cell do not count, and neither do empty lines. A cell with
# nothing in it is **missing**. The result is a dictionary: for each name, a tuple of two tensors, `(values, present)`. `present` is a mask, `False` where the cell is missing. The cells that are there decide the dtype:
#
# | all cells that are there | dtype of values | value where a cell is missing |
# |---|---|---|
# | `true` or `false`, in capitals or not | bool | `False` |
# | whole numbers, as `int()` reads them | int64 | 0 |
# | numbers, as `float()` reads them | float32 | `nan` |
# | there is none | float32 | `nan` |
#
# Anything else raises `ValueError`: a cell that is none of these, with the name of its column in the message, or a row with another number of cells.
#
# `table_means` gets such a dictionary, and gives the mean of each column as a plain Python float: over the values that are present, `nan` where there are none. A bool column's mean is the share of `True`.
#
# It tests **table**; section 10 of [the chapter](../../course/01_tensors.ipynb) helps, and so do 4 and 5.

# %% solution="read_table" objective="table"
def read_table(text: str) -> dict[str, tuple[Tensor, Tensor]]:
    """Names and rows -> {name: (values (n,), present (n,) bool)}.

    >>> read_table("a, b\\n1, 2.5\\n, 3.5")["a"]
    (tensor([1, 0]), tensor([ True, False]))
    """
    ### BEGIN SOLUTION
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    names, rows = lines[0], lines[1:]
    if any(len(row) != len(names) for row in rows):
        raise ValueError(f"every row needs {len(names)} cells")
    return {name: read_column(name, [row[j] for row in rows]) for j, name in enumerate(names)}


def read_column(name: str, cells: list[str]) -> tuple[Tensor, Tensor]:
    present = torch.tensor([cell != "" for cell in cells], dtype=torch.bool)
    given = [cell.lower() for cell in cells if cell]
    if given and all(cell in ("true", "false") for cell in given):
        return torch.tensor([cell.lower() == "true" for cell in cells]), present
    for read, dtype, missing in ((int, torch.int64, 0), (float, torch.float32, float("nan"))):
        try:
            values = [read(cell) if cell else missing for cell in cells]
        except ValueError:
            continue
        if given or dtype == torch.float32:
            return torch.tensor(values, dtype=dtype), present
    raise ValueError(f"column {name} has a cell that is no number, true or false")
    ### END SOLUTION


def table_means(table: dict[str, tuple[Tensor, Tensor]]) -> dict[str, float]:
    """{name: (values, present)} -> {name: mean of the present values}.

    >>> table_means({"a": (torch.tensor([4, 0, 8]), torch.tensor([True, False, True]))})
    {'a': 6.0}
    """
    ### BEGIN SOLUTION
    return {name: values[present].double().mean().item() for name, (values, present) in table.items()}
    ### END SOLUTION

# %% test="read_table-whole_numbers" points=4
check.attempted(read_table, "read_table reads columns of whole numbers")
everywhere = torch.tensor([True, True, True])
check.close(
    read_table("id, height\n1, 170\n2, 165\n3, -4"),
    {"id": (torch.tensor([1, 2, 3]), everywhere), "height": (torch.tensor([170, 165, -4]), everywhere)},
    on="two columns of three whole numbers",
    traps={
        "this makes floats of whole numbers: give them the dtype int64": torch.tensor([1.0, 2.0, 3.0]),
        "this takes the names for a row: the first line holds the names": torch.tensor([True, True, True, True]),
        "this gives a row for each line: collect the cells of a column": torch.tensor([1, 170]),
        "this leaves out the mask: each name has a tuple of two tensors": torch.tensor([1, 2, 3]),
        "this leaves the spaces in the names: they do not count": {
            "id": (torch.tensor([1, 2, 3]), everywhere),
            " height": (torch.tensor([170, 165, -4]), everywhere),
        },
        "the mask says what is missing: True stands for what is there": torch.tensor([False, False, False]),
        "the mask holds numbers: make it of bools": torch.tensor([1, 1, 1]),
    },
)
### BEGIN HIDDEN TESTS
check.close(
    read_table("\n  first ,second,  third\n\n  7,8 ,  +9  \n\n-1 ,0,00012\n"),
    {
        "first": (torch.tensor([7, -1]), torch.tensor([True, True])),
        "second": (torch.tensor([8, 0]), torch.tensor([True, True])),
        "third": (torch.tensor([9, 12]), torch.tensor([True, True])),
    },
    on="three columns, two rows, spaces and empty lines",
)
check.close(
    read_table("x,y\n5,6"),
    {"x": (torch.tensor([5]), torch.tensor([True])), "y": (torch.tensor([6]), torch.tensor([True]))},
    on="two columns, one row",
)
### END HIDDEN TESTS

# %% test="read_table-dtypes" points=4
check.attempted(read_table, "read_table tells bools, whole numbers and floats apart")
both = torch.tensor([True, True])
check.close(
    read_table("coast, rain, people\ntrue, 3.5, 12\nFalse, 7, 90"),
    {
        "coast": (torch.tensor([True, False]), both),
        "rain": (torch.tensor([3.5, 7.0]), both),
        "people": (torch.tensor([12, 90]), both),
    },
    on="coast true, False; rain 3.5, 7; people 12, 90",
    traps={
        "this makes a number of true and false: give them the dtype bool": torch.tensor([1, 0]),
        "this asks bool() about a text: every text with something in it is True": torch.tensor([True, True]),
        "this cuts the fractions: one number with a point makes the column float32": torch.tensor([3, 7]),
        "this is float64: floats come out as float32": torch.tensor([3.5, 7.0], dtype=torch.float64),
        "this makes floats of whole numbers: people are int64": torch.tensor([12.0, 90.0]),
    },
)
### BEGIN HIDDEN TESTS
check.close(
    read_table("a,b,c,d,e\n1,1.0,TRUE,1e3,-0.25\n2,2,false,5,4\n3,3,True,-2E-1,.5"),
    {
        "a": (torch.tensor([1, 2, 3]), torch.ones(3, dtype=torch.bool)),
        "b": (torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, dtype=torch.bool)),
        "c": (torch.tensor([True, False, True]), torch.ones(3, dtype=torch.bool)),
        "d": (torch.tensor([1000.0, 5.0, -0.2]), torch.ones(3, dtype=torch.bool)),
        "e": (torch.tensor([-0.25, 4.0, 0.5]), torch.ones(3, dtype=torch.bool)),
    },
    on="columns of 1, 2, 3; 1.0, 2, 3; TRUE, false, True; 1e3, 5, -2E-1; -0.25, 4, .5",
    traps={
        "this makes whole numbers of 1.0, 2 and 3: int() does not read 1.0, so they are floats": torch.tensor([1, 2, 3]),
        "this looks for a point: 1e3 is a float without one": torch.tensor([1000, 5, 0]),
    },
)
check.close(
    read_table("late,early\n1,1.5\n2,2\n2.5,3"),
    {
        "late": (torch.tensor([1.0, 2.0, 2.5]), torch.ones(3, dtype=torch.bool)),
        "early": (torch.tensor([1.5, 2.0, 3.0]), torch.ones(3, dtype=torch.bool)),
    },
    on="columns of 1, 2, 2.5 and 1.5, 2, 3",
    traps={"this looks at the first cell only: one number with a point makes the column float": torch.tensor([1, 2, 2])},
)
### END HIDDEN TESTS

# %% test="read_table-missing" points=4
check.attempted(read_table, "read_table masks what is missing, and keeps the dtype of the rest")
check.close(
    read_table("people, rain, coast\n12, , true\n, 0.5, \n90, 7.5, false"),
    {
        "people": (torch.tensor([12, 0, 90]), torch.tensor([True, False, True])),
        "rain": (torch.tensor([float("nan"), 0.5, 7.5]), torch.tensor([False, True, True])),
        "coast": (torch.tensor([True, False, False]), torch.tensor([True, False, True])),
    },
    on="people 12, missing, 90; rain missing, 0.5, 7.5; coast true, missing, false",
    traps={
        "this makes floats of whole numbers because one is missing: the mask knows that, so they stay int64": torch.tensor([12.0, float("nan"), 90.0]),
        "this drops the missing cells: every column has as many values as there are rows": torch.tensor([12, 90]),
        "this puts 0 into a float column: nan stands for a missing float": torch.tensor([0.0, 0.5, 7.5]),
        "the mask is the wrong way round: True stands for what is there": torch.tensor([False, True, False]),
        "the mask says that all is present: a missing cell is False": torch.tensor([True, True, True]),
    },
)
### BEGIN HIDDEN TESTS
nan = float("nan")
check.close(
    read_table("none,zero,flag\n,0,\n ,,TRUE\n,5,\n,-1,"),
    {
        "none": (torch.tensor([nan, nan, nan, nan]), torch.zeros(4, dtype=torch.bool)),
        "zero": (torch.tensor([0, 0, 5, -1]), torch.tensor([True, False, True, True])),
        "flag": (torch.tensor([False, True, False, False]), torch.tensor([False, True, False, False])),
    },
    on="a column without a value; 0, missing, 5, -1; and one TRUE in four rows",
    traps={
        "this takes 0 for missing: a cell is missing when nothing stands in it": torch.tensor([False, False, True, True]),
        "this gives a column without a value another dtype than float32": torch.zeros(4, dtype=torch.int64),
        "this takes a column without a value for bools: it is float32": torch.zeros(4, dtype=torch.bool),
    },
)
check.close(
    read_table("left,right\n"),
    {"left": (torch.zeros(0), torch.zeros(0, dtype=torch.bool)), "right": (torch.zeros(0), torch.zeros(0, dtype=torch.bool))},
    on="names only, no rows",
)
### END HIDDEN TESTS

# %% test="read_table-exact" points=4
check.attempted(read_table, "read_table keeps large whole numbers exact, and refuses what it cannot read")
check.close(
    read_table("account, cents\n16777217, 5\n20000003, 7"),
    {"account": (torch.tensor([16777217, 20000003]), torch.tensor([True, True])), "cents": (torch.tensor([5, 7]), torch.tensor([True, True]))},
    on="account 16777217, 20000003",
    traps={"this went through float32, which skips whole numbers above 2**24": torch.tensor([16777216, 20000004])},
)
check.raises(ValueError, read_table, "people, mood\n12, good\n90, bad", on="a column called mood with words in it", mentions="mood")
### BEGIN HIDDEN TESTS
check.close(
    read_table("account,cents\n9007199254740993,1\n,\n-9007199254740995,2"),
    {
        "account": (torch.tensor([9007199254740993, 0, -9007199254740995]), torch.tensor([True, False, True])),
        "cents": (torch.tensor([1, 0, 2]), torch.tensor([True, False, True])),
    },
    on="account 9007199254740993, missing, -9007199254740995",
    traps={"this went through float64, which skips whole numbers above 2**53": torch.tensor([2**53, 0, -(2**53) - 4])},
)
check.raises(ValueError, read_table, "id,height\n1,170\n2,tall", on="170 and tall in the column height", mentions="height")
check.raises(ValueError, read_table, "id,height\ntrue,170\n2,165", on="true and 2 in the column id", mentions="id")
check.raises(ValueError, read_table, "id,height\n1,170\n2", on="a row with one cell of two")
check.raises(ValueError, read_table, "id,height\n1,170,5\n2,165,6", on="rows with three cells of two")
### END HIDDEN TESTS

# %% test="read_table-means" points=4
check.attempted(table_means, "table_means averages what is present")
table = {
    "people": (torch.tensor([12, 0, 90, 0, 30]), torch.tensor([True, False, True, False, True])),
    "rain": (torch.tensor([float("nan"), 0.5, 7.5, 1.0, 1.0]), torch.tensor([False, True, True, True, True])),
    "coast": (torch.tensor([True, False, True, False, True]), torch.tensor([True, True, False, True, True])),
}
check.close(
    table_means(table),
    {"people": 44.0, "rain": 2.5, "coast": 0.5},
    on="columns of five rows with missing values",
    traps={
        "this counts the rows where a whole number is missing: average what is present only": 26.4,
        "a missing value got into the mean: pick what is present first": float("nan"),
        "this counts what is missing in a bool column: pick what is present first": 0.6,
    },
)
### BEGIN HIDDEN TESTS
nothing = torch.zeros(5, dtype=torch.bool)
check.close(
    table_means({"none": (torch.full((5,), float("nan")), nothing), "small": (torch.full((5,), 200, dtype=torch.uint8), ~nothing)}),
    {"none": float("nan"), "small": 200.0},
    on="a column without a value, and 200 five times in uint8",
)
check.close(table_means({"x": (torch.zeros(0), torch.zeros(0, dtype=torch.bool))}), {"x": float("nan")}, on="a column without rows")
check.close(
    table_means({"x": (torch.tensor([3, 4]), torch.tensor([True, True])), "y": (torch.tensor([7.25]), torch.tensor([True]))}),
    {"x": 3.5, "y": 7.25},
    on="x 3, 4; y 7.25",
)
check.close(
    table_means({"thirds": (torch.tensor([7, 7, 6]), torch.ones(3, dtype=torch.bool)), "flags": (torch.tensor([True, True, False]), torch.ones(3, dtype=torch.bool))}),
    {"thirds": 20 / 3, "flags": 2 / 3},
    on="7, 7, 6 and True, True, False",
    traps={"this rounds the mean": round(20 / 3, 2)},
)
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Get from lines to columns first, as lists of texts. Then write a function for *one* column: it gets the list, and gives the two tensors.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# For one column: `present` comes from asking each cell whether it is empty. Then try the types from the strictest to the loosest: are all given cells true or false? does `int()` read them all? does `float()`? `int("2.5")` raises
# `ValueError`, and that is your answer to "are they whole?". Python's own ints are exact, so never let a whole number pass through a float.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# given = [cell for cell in cells if ...]
# try:
#     values = [int(cell) if cell else ... for cell in cells]
#     return torch.tensor(values, dtype=...), present
# except ValueError:
#     ...   # then the same with float
#
# means = values[...].double().mean().item()
# ```
#
# </details>

# %% [markdown] solution_notes="read_table"
# **Why it works.** The strictest type that reads every given cell wins, so whole numbers never pass through floats and stay exact. The mask carries what is missing for all three types alike: int64 and bool have no `nan` to do
# it, and a 0 in its place would be a lie without the mask. Means of what the mask picks need no special case: the mean of no number is `nan`.
# **Another way.** A row of converters, `{"true": True, "false": False}.__getitem__`, `int`, `float`, each tried on the whole column: the first that raises nothing decides. Real readers do the same, and look at a few thousand rows only;
# now you know why they sometimes guess wrong.
