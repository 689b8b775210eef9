# %% [markdown]
# # 02 · Memory and views: exercises
#
# One hundred points: five predictions, seven exercises, one boss. About 85 minutes, and 25 more for the boss.
#
# - Work from top to bottom. Each exercise has an answer cell, marked `# your code here`, and below it the cells that check it.
# - Run a check with Shift+Enter. ✓ means that the part you can see holds, ✗ says what does not, ○ that the answer is still empty.
#   Grading runs the same checks on more shapes: sizes of 0 and 1, other dtypes, tensors that are views themselves.
# - Each check is worth its own points, all or nothing, so half an exercise earns half its points.
# - Stuck? Three hints are folded under each exercise: a nudge, the idea, nearly the code.
# - Finished? Restart the kernel, run all cells, save, and submit the notebook.
#
# Everything here is in the chapter, [02 · Memory and views](../../course/02_memory_and_views.ipynb).

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
# ### Prediction 1 · The strides of a view of a view · 2 points · 1 minute
#
# ```python
# x = torch.zeros(4, 6)
# x[:, ::2].t().stride()
# ```
#
# A tuple. It tests **strides**.

# %% solution="predict_stride" objective="strides"
predict_stride = ...  # a tuple
### BEGIN SOLUTION
predict_stride = (2, 6)
### END SOLUTION

# %% test="predict_stride-value" points=2
check.attempted(predict_stride, "predict_stride is the stride of x[:, ::2].t()")
check.prediction(predict_stride, "shape")
### BEGIN HIDDEN TESTS
x = torch.zeros(4, 6)
check.equal(
    predict_stride,
    x[:, ::2].t().stride(),
    on="x (4, 6)",
    traps={
        "this is the stride before t(): transposing exchanges the two numbers": x[:, ::2].stride(),
        "this is the stride of x.t(): every second column is 2 cells from the one before": x.t().stride(),
        "this is the stride of a new tensor of that shape: a view keeps walking through the strip of x": (
            x[:, ::2].t().contiguous().stride()
        ),
        "this is the shape: the stride counts cells of the storage": tuple(x[:, ::2].t().shape),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_stride"
# **Why it works.** `x` has stride (6, 1). The slice takes every second column, (6, 2), and `t()` exchanges the two: (2, 6).
# **Another way.** Number the cells: row 0 of the view is column 0 of `x`, in the cells 0, 6, 12, 18; row 1 starts in cell 2.

# %% [markdown]
# ### Prediction 2 · Five writes · 2 points · 2 minutes
#
# ```python
# x = torch.zeros(2, 3)
# x[0][1] = 1
# x[[1]][0, 2] = 2
# x.t()[2, 0] = 4
# x.reshape(6)[3] = 8
# x.t().reshape(6)[5] = 16
# x.sum()
# ```
#
# Which number? It tests **sharing**.

# %% solution="predict_write" objective="sharing"
predict_write = ...  # a number
### BEGIN SOLUTION
predict_write = 13
### END SOLUTION

# %% test="predict_write-value" points=2
check.attempted(predict_write, "predict_write is the sum of x after five writes")
check.prediction(predict_write, "number")
### BEGIN HIDDEN TESTS
x = torch.zeros(2, 3)
x[0][1] = 1
x[[1]][0, 2] = 2
x.t()[2, 0] = 4
x.reshape(6)[3] = 8
x.t().reshape(6)[5] = 16
check.close(
    predict_write,
    x.sum().item(),
    on="x (2, 3)",
    traps={
        "this says that all five writes reach x: two of them go into copies": 1 + 2 + 4 + 8 + 16,
        "this counts x[[1]] as a view: a list of indices copies": 1 + 2 + 4 + 8,
        "this counts x.t().reshape(6) as a view: no single stride reads a transposed matrix in order": 1 + 4 + 8 + 16,
        "this counts x.reshape(6) as a copy: x is contiguous, so reshape is a view": 1 + 4,
        "this counts x.t() as a copy: it is a new recipe for the same strip": 1 + 8,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_write"
# **Why it works.** `x[0]`, `x.t()` and `x.reshape(6)` are views, so 1, 4 and 8 arrive. `x[[1]]` picks with a list and `x.t().reshape(6)` cannot be a
# view: 2 and 16 go into copies. 1 + 4 + 8 = 13. **Another way.** Ask for each left side whether a start and strides can describe it.

# %% [markdown]
# ### Prediction 3 · A view of a transposed tensor · 2 points · 1 minute
#
# ```python
# x = torch.ones(4, 6, 5).transpose(0, 1)
# x.view(6, -1, 2, 5).shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **contiguity**.

# %% solution="predict_view" objective="contiguity"
predict_view = ...  # a tuple, or None
### BEGIN SOLUTION
predict_view = (6, 2, 2, 5)
### END SOLUTION

# %% test="predict_view-value" points=2
check.attempted(predict_view, "predict_view is the shape of the view, or None if torch refuses")
check.prediction(predict_view, "shape")
### BEGIN HIDDEN TESTS
x = torch.ones(4, 6, 5).transpose(0, 1)
try:
    says = tuple(x.view(6, -1, 2, 5).shape)
except RuntimeError:
    says = None
check.equal(
    predict_view,
    says,
    on="x (6, 4, 5), stride (5, 30, 1)",
    traps={
        "this says that torch refuses: x is not contiguous, but splitting an axis needs no copy; only merging can": None,
        "this keeps the 4 beside the 2: -1 stands for what is left, so that the number of entries stays": (6, 4, 2, 5),
        "this is the shape of x: view gives the shape it is asked for": tuple(x.shape),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_view"
# **Why it works.** Only the axis of 4 changes: it is split into 2 and 2. With stride 30, the parts get the strides 60 and 30: a recipe exists, so `view` gives it.
# **Another way.** Compare the shapes from both ends: 6 and 5 stand untouched, so nothing is merged.

# %% [markdown]
# ### Prediction 4 · Out and in again · 2 points · 1 minute
#
# ```python
# x = torch.ones(1, 5, 1, 1)
# x.squeeze().unsqueeze(1).shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **axes**, section 6 of [the chapter](../../course/02_memory_and_views.ipynb).

# %% solution="predict_squeeze" objective="axes"
predict_squeeze = ...  # a tuple, or None
### BEGIN SOLUTION
predict_squeeze = (5, 1)
### END SOLUTION

# %% test="predict_squeeze-value" points=2
check.attempted(predict_squeeze, "predict_squeeze is the shape after squeeze and unsqueeze")
check.prediction(predict_squeeze, "shape")
### BEGIN HIDDEN TESTS
x = torch.ones(1, 5, 1, 1)
check.equal(
    predict_squeeze,
    tuple(x.squeeze().unsqueeze(1).shape),
    on="x (1, 5, 1, 1)",
    traps={
        "this puts the new axis first: unsqueeze(1) gives it the index 1, and indices start at 0": (1, 5),
        "this takes one axis of size 1 away: squeeze() takes away all of them": (5, 1, 1, 1),
        "this is the shape after squeeze(): unsqueeze then adds an axis": (5,),
        "this keeps the batch of one: squeeze() swallows it, too": (1, 1, 5),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_squeeze"
# **Why it works.** `squeeze()` takes away every axis of size 1: (5,). `unsqueeze(1)` inserts an axis that then has the index 1: (5, 1).
# **Another way.** Write the sizes in a row, cross out the ones, and put a 1 where index 1 will be.

# %% [markdown]
# ### Prediction 5 · Two shapes meet · 2 points · 1 minute
#
# ```python
# a = torch.ones(6, 1, 4)
# b = torch.ones(5, 1)
# (a * b).shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **broadcasting**.

# %% solution="predict_broadcast" objective="broadcasting"
predict_broadcast = ...  # a tuple, or None
### BEGIN SOLUTION
predict_broadcast = (6, 5, 4)
### END SOLUTION

# %% test="predict_broadcast-value" points=2
check.attempted(predict_broadcast, "predict_broadcast is the shape of a * b, or None if torch refuses")
check.prediction(predict_broadcast, "shape")
### BEGIN HIDDEN TESTS
a = torch.ones(6, 1, 4)
b = torch.ones(5, 1)
try:
    says = tuple((a * b).shape)
except RuntimeError:
    says = None
check.equal(
    predict_broadcast,
    says,
    on="a (6, 1, 4), b (5, 1)",
    traps={
        "this says that torch refuses, as if shapes were aligned at the left: align them at the right": None,
        "this is the shape of a: its 1 stretches as well, to the 5 of b": tuple(a.shape),
        "this drops the 6: a size that only one of them has is kept": (5, 4),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_broadcast"
# **Why it works.** At the right, 4 stands over 1, then 1 over 5, then 6 over nothing: (6, 5, 4). Both tensors stretch.
# **Another way.** `torch.broadcast_shapes((6, 1, 4), (5, 1))`.

# %% [markdown]
# ## Warm-ups

# %% [markdown]
# ### Exercise 1 · The strides of a new tensor ★ · 5 points · 5 minutes
#
# Return the stride that torch gives to a new tensor of this shape: row-major, so that the entries of the last axis are neighbours. No torch in the answer: it
# follows from the numbers alone.
#
# A shape without sizes has the stride `()`. A size of 0 counts as 1, as it does in torch.
#
# It tests **strides**, section 1 of [the chapter](../../course/02_memory_and_views.ipynb).

# %% solution="contiguous_strides" objective="strides"
def contiguous_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape -> the stride of a new tensor of that shape.

    >>> contiguous_strides((5, 7))
    (7, 1)
    """
    ### BEGIN SOLUTION
    strides, step = [], 1
    for size in reversed(shape):
        strides.insert(0, step)
        step = step * max(size, 1)
    return tuple(strides)
    ### END SOLUTION

# %% test="contiguous_strides-values" points=3
check.attempted(contiguous_strides, "contiguous_strides multiplies the sizes to the right of each axis")
check.source_without(contiguous_strides, "torch", "Tensor")
check.equal(
    contiguous_strides((2, 3, 5)),
    torch.zeros(2, 3, 5).stride(),
    on="(2, 3, 5)",
    traps={
        "this is column-major, with the entries of the first axis as neighbours: torch stores the last axis that way": (1, 2, 6),
        "this includes the axis's own size: multiply only the sizes to its right": (30, 15, 5),
        "this is the stride in bytes: torch counts numbers": (60, 20, 4),
        "this is the next size alone: a step along an axis skips everything to its right": (3, 5, 1),
        "this has the strides from right to left: the stride of axis 0 comes first": (1, 5, 15),
    },
)
### BEGIN HIDDEN TESTS
for shape in [(4,), (3, 2), (2, 3), (6, 6), (4, 3, 2), (2, 5, 3, 4), (3, 2, 2, 3, 2)]:
    front = [1]
    for size in shape[:-1]:
        front.append(front[-1] * size)
    own = [torch.zeros(shape[k:]).numel() for k in range(len(shape))]
    check.equal(
        contiguous_strides(shape),
        torch.zeros(shape).stride(),
        on=f"{shape}",
        traps={
            "this is column-major, with the entries of the first axis as neighbours: torch stores the last axis that way": tuple(front),
            "this includes the axis's own size: multiply only the sizes to its right": tuple(own),
            "this is the next size alone: a step along an axis skips everything to its right": (*shape[1:], 1),
        },
    )
### END HIDDEN TESTS

# %% test="contiguous_strides-edges" points=2
check.attempted(contiguous_strides, "contiguous_strides takes sizes of 1 and 0, and the shape without sizes")
check.source_without(contiguous_strides, "torch", "Tensor")
check.equal(contiguous_strides((4, 1, 3)), torch.zeros(4, 1, 3).stride(), on="(4, 1, 3)")
check.equal(
    contiguous_strides((2, 0, 3)),
    torch.zeros(2, 0, 3).stride(),
    on="(2, 0, 3)",
    traps={"this multiplies by the 0: a size of 0 counts as 1": (0, 3, 1)},
)
check.equal(contiguous_strides(()), (), on="()", traps={"this is the stride of a vector: no axes, no strides": (1,)})
### BEGIN HIDDEN TESTS
for shape in [(1,), (0,), (1, 1), (1, 5), (5, 1), (0, 3), (3, 0), (0, 0, 2), (2, 3, 0, 4, 0)]:
    check.equal(contiguous_strides(shape), torch.zeros(shape).stride(), on=f"{shape}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Start at the right end. What is the last stride, always?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Go from right to left with a running product. Note it down for the axis first; multiply it by the size of that axis afterwards.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# strides, step = [], 1
# for size in reversed(shape):
#     strides.insert(0, ...)
#     step = step * max(..., 1)
# return tuple(strides)
# ```
#
# </details>

# %% [markdown] solution_notes="contiguous_strides"
# **Why it works.** One step along an axis skips one whole block of everything to its right, and `step` is the size of that block. **Another way.**
# `math.prod(max(n, 1) for n in shape[k + 1 :])` for each k: the definition word by word, with more multiplications.

# %% [markdown]
# ### Exercise 2 · Which cell? ★ · 5 points · 7 minutes
#
# Return the cell of the storage in which one entry of a tensor lies. You get the index of the entry and the tensor's recipe: shape, stride and storage offset.
#
# - Use the stride you are given. The tensor may be a view of any kind.
# - As everywhere in Python, a negative index counts from the end: -1 is the last one.
# - An index that lies outside of its axis raises `IndexError`.
#
# It tests **strides**, sections 1 and 2 of [the chapter](../../course/02_memory_and_views.ipynb).

# %% solution="offset_of" objective="strides"
def offset_of(
    index: tuple[int, ...], shape: tuple[int, ...], stride: tuple[int, ...], storage_offset: int
) -> int:
    """Index, shape and stride of one length, storage offset -> a cell's number.

    >>> offset_of((1, 2), (2, 3), (3, 1), 10)
    15
    """
    ### BEGIN SOLUTION
    cell = storage_offset
    for i, size, step in zip(index, shape, stride):
        if not -size <= i < size:
            raise IndexError(f"{i} is no index of an axis of {size}")
        cell += (i % size) * step
    return cell
    ### END SOLUTION

# %% test="offset_of-values" points=2
check.attempted(offset_of, "offset_of adds up index times stride, from the storage offset on")
check.equal(
    offset_of((2, 1), (3, 4), (4, 1), 0),
    9,
    on="index (2, 1), shape (3, 4), stride (4, 1), storage offset 0",
    traps={
        "this multiplies index and shape: a step walks as many cells as the stride says": 2 * 3 + 1 * 4,
        "this exchanges the axes: index 0 goes with stride 0": 2 * 1 + 1 * 4,
    },
)
check.equal(
    offset_of((1, 0), (4, 3), (1, 4), 5),
    6,
    on="index (1, 0), shape (4, 3), stride (1, 4), storage offset 5",
    traps={
        "this leaves the storage offset out: a view may start anywhere": 1,
        "this computes strides from the shape: use the stride you are given": 5 + 3,
    },
)
### BEGIN HIDDEN TESTS
strip = torch.arange(60)
for shape, stride, start in [
    ((3, 4), (4, 1), 0),
    ((4, 3), (1, 4), 0),
    ((2, 3), (8, 2), 7),
    ((3, 5), (0, 1), 4),
    ((4, 3), (1, 1), 2),
    ((2, 3, 4), (12, 4, 1), 30),
    ((4, 2, 3), (1, 12, 4), 1),
    ((5,), (9,), 3),
    ((), (), 17),
]:
    view = strip.as_strided(shape, stride, start)
    for index in torch.ones(shape).nonzero().tolist():
        where = tuple(index)
        check.equal(
            offset_of(where, shape, stride, start),
            view[where].item(),
            on=f"index {where}, shape {shape}, stride {stride}, storage offset {start}",
            traps={
                "this leaves the storage offset out: a view may start anywhere": view[where].item() - start,
                "this computes strides from the shape: use the stride you are given": (
                    start + sum(i * s for i, s in zip(where, torch.zeros(shape).stride(), strict=True))
                ),
            },
        )
### END HIDDEN TESTS

# %% test="offset_of-negative" points=1
check.attempted(offset_of, "offset_of counts negative indices from the end")
check.equal(
    offset_of((-1, 1), (3, 4), (4, 1), 0),
    9,
    on="index (-1, 1), shape (3, 4), stride (4, 1), storage offset 0",
    traps={"this walks backwards from the start: -1 is the last index of its axis": -4 + 1},
)
### BEGIN HIDDEN TESTS
strip = torch.arange(60)
for shape, stride, start in [((3, 4), (4, 1), 0), ((4, 3), (1, 4), 6), ((2, 3), (8, 2), 7), ((3, 5), (0, 1), 4), ((1, 6), (6, 1), 2)]:
    view = strip.as_strided(shape, stride, start)
    for where in [(-1, -1), (-shape[0], 0), (0, -shape[1]), (-1, 2), (0, -2)]:
        check.equal(
            offset_of(where, shape, stride, start),
            view[where].item(),
            on=f"index {where}, shape {shape}, stride {stride}, storage offset {start}",
        )
### END HIDDEN TESTS

# %% test="offset_of-refuses" points=2
check.attempted(offset_of, "offset_of refuses an index outside of its axis")
check.raises(IndexError, offset_of, (0, 4), (3, 4), (4, 1), 0, on="index (0, 4), shape (3, 4)")
check.raises(IndexError, offset_of, (-4, 0), (3, 4), (4, 1), 0, on="index (-4, 0), shape (3, 4)")
### BEGIN HIDDEN TESTS
for where, shape in [((3, 0), (3, 4)), ((0, -5), (3, 4)), ((1, 7), (3, 4)), ((0, 0), (2, 0)), ((-1, 0), (0, 3)), ((1, 0), (1, 3))]:
    check.raises(IndexError, offset_of, where, shape, torch.zeros(shape).stride(), 2, on=f"index {where}, shape {shape}")
check.equal(offset_of((1, 1), (2, 2), (2, 1), 0), 3, on="index (1, 1), shape (2, 2), stride (2, 1), storage offset 0")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# The formula stands in section 1. What must happen to a negative index before it can be used there?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Go through the axes with `zip(index, shape, stride)`. An index is good from `-size` up to, but not including, `size`; a negative one becomes `i + size`.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# cell = ...
# for i, size, step in zip(index, shape, stride):
#     if not ... <= i < ...:
#         raise IndexError("...")
#     cell += (i % size) * ...
# return cell
# ```
#
# </details>

# %% [markdown] solution_notes="offset_of"
# **Why it works.** Each index, once it counts from the start, walks `i * step` cells; `%` turns -1 into the last index and leaves the others alone, but it
# would also wrap 4 to 0, so the range is tested first. **Another way.** `storage_offset + sum(...)` over a list of indices that were mended before.

# %% [markdown]
# ## Core

# %% [markdown]
# ### Exercise 3 · Shares or copies? ★★ · 10 points · 10 minutes
#
# ```python
# x = torch.arange(12.0).reshape(3, 4)
# a = np.zeros(3)
# ```
#
# For each of the twelve expressions: does its result share memory with `x` (with `a`, where an `a` stands in it)? Write `True` if it shares, `False` if it copies, in
# place of each `...`. Decide before you try. You may try afterwards, at the end of the chapter's notebook, with its `shares`; of an array it knows nothing, so there write into one and look at the
# other. The four checks below look at the form only, and grading compares each group with what torch does.
#
# It tests **sharing**, sections 3, 5, 7 and 11 of [the chapter](../../course/02_memory_and_views.ipynb).

# %% solution="shares_or_copies" objective="sharing"
shares_or_copies = {
    "x[1:, ::2]": ...,
    "x[[0, 2]]": ...,
    "x[x > 5]": ...,
    "x.reshape(2, 6)": ...,
    "x.t().reshape(6, 2)": ...,
    "x.t().reshape(2, 2, 3)": ...,
    "x.expand(2, 3, 4)": ...,
    "x + 0": ...,
    "x.to(torch.float32)": ...,
    "x[:, 1].numpy()": ...,
    "torch.tensor(a)": ...,
    "torch.as_tensor(a, dtype=torch.float32)": ...,
}
### BEGIN SOLUTION
shares_or_copies = {
    "x[1:, ::2]": True,
    "x[[0, 2]]": False,
    "x[x > 5]": False,
    "x.reshape(2, 6)": True,
    "x.t().reshape(6, 2)": False,
    "x.t().reshape(2, 2, 3)": True,
    "x.expand(2, 3, 4)": True,
    "x + 0": False,
    "x.to(torch.float32)": True,
    "x[:, 1].numpy()": True,
    "torch.tensor(a)": False,
    "torch.as_tensor(a, dtype=torch.float32)": False,
}
### END SOLUTION

# %% test="shares_or_copies-picking" points=3
check.attempted(shares_or_copies, "shares_or_copies knows which ways to pick entries copy")
operations = ["x[1:, ::2]", "x[[0, 2]]", "x[x > 5]"]

@check.observe
def part_of(answers, names):
    if type(answers) is not dict:
        return {}, answers
    part = {name: answers[name] for name in names if name in answers}
    return part, dict.fromkeys(part)

answers, keys = part_of(shares_or_copies, operations)
check.equal(keys, dict.fromkeys(operations), on="the expressions of this group in the dictionary")
for operation in operations:
    check.prediction(answers[operation], "bool", on=operation)
### BEGIN HIDDEN TESTS
x = torch.arange(12.0).reshape(3, 4)
results = [x[1:, ::2], x[[0, 2]], x[x > 5]]
before = [result.clone() for result in results]
x += 100
truth = {name: not torch.equal(now, then) for name, now, then in zip(operations, results, before, strict=True)}
check.equal(
    answers,
    truth,
    on="x (3, 4)",
    traps={
        "this says that all indexing gives views: only numbers, slices and None do": dict.fromkeys(operations, True),
        "this says that all indexing copies: a slice is a new recipe for the same strip": dict.fromkeys(operations, False),
        "this says that a step in a slice copies: it becomes a stride": dict(zip(operations, [False, True, False], strict=True)),
        "this says that a list of indices gives a view: a list may name any rows, and no stride can": {**truth, "x[[0, 2]]": True},
        "this says that a mask gives a view: the entries it picks may lie anywhere": {**truth, "x[x > 5]": True},
    },
)
### END HIDDEN TESTS

# %% test="shares_or_copies-shapes" points=3
check.attempted(shares_or_copies, "shares_or_copies knows when reshape copies")
operations = ["x.reshape(2, 6)", "x.t().reshape(6, 2)", "x.t().reshape(2, 2, 3)"]

@check.observe
def part_of(answers, names):
    if type(answers) is not dict:
        return {}, answers
    part = {name: answers[name] for name in names if name in answers}
    return part, dict.fromkeys(part)

answers, keys = part_of(shares_or_copies, operations)
check.equal(keys, dict.fromkeys(operations), on="the expressions of this group in the dictionary")
for operation in operations:
    check.prediction(answers[operation], "bool", on=operation)
### BEGIN HIDDEN TESTS
x = torch.arange(12.0).reshape(3, 4)
results = [x.reshape(2, 6), x.t().reshape(6, 2), x.t().reshape(2, 2, 3)]
before = [result.clone() for result in results]
x += 100
truth = {name: not torch.equal(now, then) for name, now, then in zip(operations, results, before, strict=True)}
check.equal(
    answers,
    truth,
    on="x (3, 4)",
    traps={
        "this says that reshape never copies: it does where no strides can give the new shape": dict.fromkeys(operations, True),
        "this says that reshape always copies: it is a view wherever it can be": dict.fromkeys(operations, False),
        "this says that a transposed tensor is always copied: splitting its axis of 4 into 2 and 2 needs no copy": (
            dict(zip(operations, [True, False, False], strict=True))
        ),
    },
)
### END HIDDEN TESTS

# %% test="shares_or_copies-conversions" points=2
check.attempted(shares_or_copies, "shares_or_copies knows what expand, arithmetic and to do")
operations = ["x.expand(2, 3, 4)", "x + 0", "x.to(torch.float32)"]

@check.observe
def part_of(answers, names):
    if type(answers) is not dict:
        return {}, answers
    part = {name: answers[name] for name in names if name in answers}
    return part, dict.fromkeys(part)

answers, keys = part_of(shares_or_copies, operations)
check.equal(keys, dict.fromkeys(operations), on="the expressions of this group in the dictionary")
for operation in operations:
    check.prediction(answers[operation], "bool", on=operation)
### BEGIN HIDDEN TESTS
x = torch.arange(12.0).reshape(3, 4)
results = [x.expand(2, 3, 4), x + 0, x.to(torch.float32)]
before = [result.clone() for result in results]
x += 100
truth = {name: not torch.equal(now, then) for name, now, then in zip(operations, results, before, strict=True)}
check.equal(
    answers,
    truth,
    on="x (3, 4), float32",
    traps={
        "this says that expand copies: it repeats with stride 0": {**truth, "x.expand(2, 3, 4)": False},
        "this says that to always copies: x is float32 already, so it comes back itself": {**truth, "x.to(torch.float32)": False},
        "this says that x + 0 is x: arithmetic always makes a new strip": {**truth, "x + 0": True},
    },
)
### END HIDDEN TESTS

# %% test="shares_or_copies-numpy" points=2
check.attempted(shares_or_copies, "shares_or_copies knows what NumPy and torch share")
operations = ["x[:, 1].numpy()", "torch.tensor(a)", "torch.as_tensor(a, dtype=torch.float32)"]

@check.observe
def part_of(answers, names):
    if type(answers) is not dict:
        return {}, answers
    part = {name: answers[name] for name in names if name in answers}
    return part, dict.fromkeys(part)

answers, keys = part_of(shares_or_copies, operations)
check.equal(keys, dict.fromkeys(operations), on="the expressions of this group in the dictionary")
for operation in operations:
    check.prediction(answers[operation], "bool", on=operation)
### BEGIN HIDDEN TESTS
x = torch.arange(12.0).reshape(3, 4)
a = torch.zeros(3, dtype=torch.float64).numpy()
results = [x[:, 1].numpy(), torch.tensor(a), torch.as_tensor(a, dtype=torch.float32)]
before = [result.tolist() for result in results]
x += 100
a += 100
truth = {name: now.tolist() != then for name, now, then in zip(operations, results, before, strict=True)}
check.equal(
    answers,
    truth,
    on="x (3, 4) float32, a (3,) float64",
    traps={
        "this says that numpy() copies: it hands out the same strip, strides included": {**truth, "x[:, 1].numpy()": False},
        "this says that torch.tensor shares: it always copies; from_numpy and as_tensor share": {**truth, "torch.tensor(a)": True},
        "this says that as_tensor shares whatever it is asked for: another dtype needs another strip": {
            **truth,
            "torch.as_tensor(a, dtype=torch.float32)": True,
        },
        "this says that everything between NumPy and torch is shared": dict.fromkeys(operations, True),
        "this says that nothing between NumPy and torch is shared": dict.fromkeys(operations, False),
    },
)
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Ask of each result: can it be read from the old strip with one start and one stride for each axis?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Lists and masks pick entries that may lie anywhere. A `reshape` copies only where it has to *merge* axes that do not run on into each other. `to` and `as_tensor`
# copy only where dtype or device change.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# Six of the twelve share: one that picks, two that reshape, one that repeats, one that converts, and one that goes to NumPy.
#
# ```python
# y = x.expand(2, 3, 4)
# y.untyped_storage().data_ptr() == x.untyped_storage().data_ptr()
# ```
#
# </details>

# %% [markdown] solution_notes="shares_or_copies"
# **Why it works.** Slices, `expand` and `numpy()` only write a new recipe; lists, masks and arithmetic need a new strip. `x.t()` is (4, 3) with stride (1, 4): its axis of
# 4 splits into strides 2 and 1, but 4 and 3 do not merge, since 1 is not 3 · 4. `to` has nothing to do; `as_tensor` has to convert.
# **Another way.** Write 100 into `x` or `a` and look whether the result changed: that is how the checks know.

# %% [markdown]
# ### Exercise 4 · The broadcasting rule ★★ · 10 points · 12 minutes
#
# You get two shapes as tuples. Return the shape to which they broadcast, as a tuple, or `None` if torch would refuse. Plain Python: no torch in the answer.
#
# | a | b | result |
# |---|---|---|
# | `(4, 1, 3)` | `(2, 1)` | `(4, 2, 3)` |
# | `(2, 3)` | `(2,)` | `None` |
# | `(2, 3)` | `()` | `(2, 3)` |
#
# Sizes of 0 follow the same rule as all others: they equal 0, and they stretch a 1.
#
# It tests **broadcasting**, section 8 of [the chapter](../../course/02_memory_and_views.ipynb).

# %% solution="broadcast_shape" objective="broadcasting"
def broadcast_shape(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """Two shapes -> the shape to which they broadcast, or None.

    >>> broadcast_shape((4, 1, 3), (2, 1))
    (4, 2, 3)
    """
    ### BEGIN SOLUTION
    depth = max(len(a), len(b))
    padded_a = (1,) * (depth - len(a)) + a
    padded_b = (1,) * (depth - len(b)) + b
    result = []
    for m, n in zip(padded_a, padded_b):
        if m != n and m != 1 and n != 1:
            return None
        result.append(n if m == 1 else m)
    return tuple(result)
    ### END SOLUTION

# %% test="broadcast_shape-equal_lengths" points=3
check.attempted(broadcast_shape, "broadcast_shape stretches sizes of 1, on both sides")
check.source_without(broadcast_shape, "torch", "Tensor")
check.equal(
    broadcast_shape((3, 1), (1, 4)),
    (3, 4),
    on="(3, 1) and (1, 4)",
    traps={
        "this says that they do not broadcast: a 1 stretches to the other size": None,
        "this is the smaller size of each column: the 1 is the one that stretches": (1, 1),
        "this puts the two shapes behind each other: compare them column by column": (3, 1, 1, 4),
    },
)
check.equal(broadcast_shape((5, 2), (5, 2)), (5, 2), on="(5, 2) and (5, 2)")
### BEGIN HIDDEN TESTS
for a, b in [((2, 3), (2, 1)), ((1, 3), (2, 3)), ((1, 1), (6, 7)), ((7,), (1,)), ((1,), (1,)), ((4, 1, 5), (1, 3, 1)), ((2, 3, 4), (2, 3, 4))]:
    shape = tuple((torch.zeros(a) + torch.zeros(b)).shape)
    check.equal(
        broadcast_shape(a, b),
        shape,
        on=f"{a} and {b}",
        traps={
            "this is the shape of a: it may stretch, too": a,
            "this is the shape of b: it may stretch, too": b,
            "this says that they do not broadcast: a 1 stretches to the other size": None,
        },
    )
### END HIDDEN TESTS

# %% test="broadcast_shape-lengths" points=3
check.attempted(broadcast_shape, "broadcast_shape aligns shapes of different lengths at the right")
check.source_without(broadcast_shape, "torch", "Tensor")
check.equal(
    broadcast_shape((4, 2, 3), (3,)),
    (4, 2, 3),
    on="(4, 2, 3) and (3,)",
    traps={
        "this says that they do not broadcast: align the shapes at the right, and count a missing size as 1": None,
        "this has the length of the shorter shape: a missing size counts as 1": (3,),
        "this has the length of the shorter shape: missing sizes count as 1, so the result is as long as the longer one": (4,),
    },
)
check.equal(
    broadcast_shape((2,), (5, 1)),
    (5, 2),
    on="(2,) and (5, 1)",
    traps={
        "this aligns the shapes at the left: align them at the right": None,
        "this has the length of the shorter shape: a missing size counts as 1": (2,),
    },
)
### BEGIN HIDDEN TESTS
for a, b in [((), ()), ((), (3,)), ((2, 4), ()), ((3, 1), (4,)), ((1,), (2, 3)), ((2, 1), (3, 1, 4)), ((6, 1, 4), (5, 1)), ((5,), (3, 1, 2, 1)), ((3, 3), (3,)), ((8, 1, 6, 1), (7, 1, 5))]:
    shape = tuple((torch.zeros(a) + torch.zeros(b)).shape)
    short = min(len(a), len(b))
    check.equal(
        broadcast_shape(a, b),
        shape,
        on=f"{a} and {b}",
        traps={
            "this aligns the shapes at the left: align them at the right": None,
            "this has the length of the shorter shape: a missing size counts as 1": shape[len(shape) - short :],
        },
    )
### END HIDDEN TESTS

# %% test="broadcast_shape-refuses" points=2
check.attempted(broadcast_shape, "broadcast_shape is None where two sizes differ and neither is 1")
check.source_without(broadcast_shape, "torch", "Tensor")
check.equal(broadcast_shape((2, 3), (2, 1)), (2, 3), on="(2, 3) and (2, 1), which do broadcast")
check.equal(
    broadcast_shape((2, 3), (2,)),
    None,
    on="(2, 3) and (2,)",
    traps={
        "this aligns the shapes at the left, or takes the larger size: at the right the 2 stands below the 3, and neither is 1": (2, 3),
        "this is False: return None where torch refuses": False,
    },
)
check.equal(
    broadcast_shape((4, 3), (2, 3)),
    None,
    on="(4, 3) and (2, 3)",
    traps={
        "this takes the larger size, or repeats the 2 to make a 4: only a 1 stretches": (4, 3),
        "this takes the smaller size: only a 1 stretches": (2, 3),
    },
)
### BEGIN HIDDEN TESTS
for a, b in [((3,), (2,)), ((2, 3), (3, 2)), ((5, 1, 2), (3, 3)), ((2, 3, 4), (3, 1, 4)), ((6,), (3,)), ((4, 1), (2, 1, 3, 2))]:
    try:
        shape = tuple((torch.zeros(a) + torch.zeros(b)).shape)
    except RuntimeError:
        shape = None
    check.equal(broadcast_shape(a, b), shape, on=f"{a} and {b}")
### END HIDDEN TESTS

# %% test="broadcast_shape-zeros" points=2
check.attempted(broadcast_shape, "broadcast_shape treats a 0 like any other size")
check.source_without(broadcast_shape, "torch", "Tensor")
check.equal(
    broadcast_shape((0, 3), (1, 3)),
    (0, 3),
    on="(0, 3) and (1, 3)",
    traps={
        "this takes the larger size: the 1 stretches to the other size, and the other one is 0": (1, 3),
        "this says that they do not broadcast: a 1 stretches to 0, too": None,
    },
)
check.equal(
    broadcast_shape((0,), (3,)),
    None,
    on="(0,) and (3,)",
    traps={
        "this takes the larger size: 0 and 3 differ, and neither is 1": (3,),
        "this lets the 0 win: 0 and 3 differ, and neither is 1": (0,),
    },
)
### BEGIN HIDDEN TESTS
for a, b in [((1,), (0,)), ((0,), (0,)), ((0,), ()), ((2, 0), (0,)), ((2, 0), (1,)), ((2, 1), (0,)), ((0, 3), (2, 3)), ((4, 1, 0), (3, 1)), ((4, 0), (2,))]:
    try:
        shape = tuple((torch.zeros(a) + torch.zeros(b)).shape)
    except RuntimeError:
        shape = None
    check.equal(broadcast_shape(a, b), shape, on=f"{a} and {b}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Make both tuples equally long first. Which sizes do you add, and at which end?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Put ones *in front of* the shorter shape. Then each pair of sizes is a small question of its own: equal, one of them 1, or refused? Mind that the result of (0, 1) is 0, so
# `max` will not do.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# depth = max(len(a), len(b))
# a = (1,) * (...) + a
# b = (1,) * (...) + b
# for m, n in zip(a, b):
#     if m != n and ... and ...:
#         return None
# return tuple(... if m == 1 else ... for m, n in zip(a, b))
# ```
#
# </details>

# %% [markdown] solution_notes="broadcast_shape"
# **Why it works.** With ones in front the shapes are aligned at the right, and every column is decided alone: equal sizes stay, a 1 takes the other size, anything else
# is refused. **Another way.** Walk from the right end with `a[-k]`, and take 1 where a shape is over; `itertools.zip_longest` on the reversed shapes does that.

# %% [markdown]
# ### Exercise 5 · Find the bug: fill by columns ★★ · 10 points · 11 minutes
#
# `fill_columns` is to write `values` into `table`, *in place*: the first ones into column 0 from top to bottom, the next ones into column 1, and so on. It returns
# the table itself, so that whoever holds a view of it sees the new numbers.
#
# It was tested on tables with one row and on tables with one column, and every number was right. On all other tables it does nothing at all, silently. Find out why, and mend it.
# Keep its name and its arguments. A table may be a view itself: a slice, or a transposed matrix.
#
# It tests **contiguity**, section 5 of [the chapter](../../course/02_memory_and_views.ipynb).

# %% solution="fill_columns" objective="contiguity"
def fill_columns(table: Tensor, values: Tensor) -> Tensor:
    """table (n, m), values (n * m,) -> table, filled in place.

    >>> fill_columns(torch.zeros(2, 2), torch.tensor([1.0, 2.0, 3.0, 4.0]))
    tensor([[1., 3.],
            [2., 4.]])
    """
    flat = table.t().reshape(-1)
    flat.copy_(values)
    return table


### BEGIN SOLUTION
def fill_columns(table: Tensor, values: Tensor) -> Tensor:
    columns = table.t()
    columns.copy_(values.reshape(columns.shape))
    return table
### END SOLUTION

# %% test="fill_columns-values" points=4
check.attempted(fill_columns, "fill_columns returns the table, filled column after column", given="b2281b86")
table = torch.zeros(2, 3)
values = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
expected = torch.tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]])
check.close(
    fill_columns(table, values),
    expected,
    on="table (2, 3), values (6,)",
    traps={
        "this is the table as it was: the values went into a copy": torch.zeros(2, 3),
        "this goes row after row: column 0 gets the first values": values.reshape(2, 3),
        "this is the table transposed: it keeps its shape": values.reshape(3, 2),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m in [(2, 3), (3, 2), (3, 3), (4, 1), (1, 5), (1, 1), (5, 4), (0, 3), (3, 0)]:
    table = torch.zeros(n, m, dtype=torch.float64)
    values = torch.randn(n * m, generator=generator, dtype=torch.float64)
    expected = torch.zeros(n, m, dtype=torch.float64)
    for k in range(n * m):
        expected[k % n, k // n] = values[k]
    check.close(
        fill_columns(table, values),
        expected,
        on=f"table ({n}, {m}), values ({n * m},), float64",
        traps={
            "this is the table as it was: the values went into a copy": torch.zeros(n, m, dtype=torch.float64),
            "this goes row after row: column 0 gets the first values": values.reshape(n, m),
        },
    )
### END HIDDEN TESTS

# %% test="fill_columns-in_place" points=3
check.attempted(fill_columns, "fill_columns writes into the caller's table, and returns that table", given="b2281b86")

@check.observe
def called(function, table, values):
    result = function(table, values)
    return table, "nothing" if result is None else "the table itself" if result is table else "another object"

table = torch.full((2, 3), -1.0)
values = torch.arange(6.0)
expected = torch.tensor([[0.0, 2.0, 4.0], [1.0, 3.0, 5.0]])
after, returned = called(fill_columns, table, values)
check.close(
    after,
    expected,
    on="the caller's table (2, 3) after the call",
    traps={
        "this is the table as it was: the values went into a copy": torch.full((2, 3), -1.0),
        "this goes row after row: column 0 gets the first values": values.reshape(2, 3),
    },
)
check.equal(
    returned,
    "the table itself",
    on="table (2, 3), values (6,); what the call returns",
    traps={
        "this returns nothing: did you forget `return`": "nothing",
        "this returns another tensor, a copy or a view: return the table itself": "another object",
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m in [(3, 2), (4, 4), (2, 5), (1, 3), (3, 1)]:
    for dtype in (torch.float32, torch.int64):
        table = torch.full((n, m), 77, dtype=dtype)
        values = torch.randint(0, 50, (n * m,), generator=generator).to(dtype)
        expected = torch.zeros(n, m, dtype=dtype)
        for k in range(n * m):
            expected[k % n, k // n] = values[k]
        after, returned = called(fill_columns, table, values)
        check.close(
            after,
            expected,
            on=f"the caller's table ({n}, {m}) after the call, {dtype}",
            traps={"this is the table as it was: the values went into a copy": torch.full((n, m), 77, dtype=dtype)},
        )
        check.equal(
            returned,
            "the table itself",
            on=f"table ({n}, {m}), values ({n * m},), {dtype}; what the call returns",
            traps={
                "this returns nothing: did you forget `return`": "nothing",
                "this returns another tensor, a copy or a view: return the table itself": "another object",
            },
        )
### END HIDDEN TESTS

# %% test="fill_columns-views" points=3
check.attempted(fill_columns, "fill_columns fills a table that is a view of a larger one", given="b2281b86")

@check.observe
def filled(function, whole, way, values):
    table = {"a slice": whole[:, 1:], "transposed": whole.t(), "every second row": whole[::2]}[way]
    function(table, values)
    return whole

whole = torch.zeros(2, 3)
values = torch.tensor([1.0, 2.0, 3.0, 4.0])
expected = torch.tensor([[0.0, 1.0, 3.0], [0.0, 2.0, 4.0]])
check.close(
    filled(fill_columns, whole, "a slice", values),
    expected,
    on="whole (2, 3), table = whole[:, 1:], values (4,); the whole after the call",
    traps={
        "nothing was written: the values went into a copy": torch.zeros(2, 3),
        "this goes row after row: column 0 of the table gets the first values": torch.tensor([[0.0, 1.0, 2.0], [0.0, 3.0, 4.0]]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m in [(2, 3), (4, 3), (3, 5), (2, 2)]:
    for way in ("a slice", "transposed", "every second row"):
        whole = torch.zeros(n, m)
        expected = torch.zeros(n, m)
        view = {"a slice": expected[:, 1:], "transposed": expected.t(), "every second row": expected[::2]}[way]
        values = 1 + torch.rand(view.numel(), generator=generator)
        for k in range(view.numel()):
            view[k % view.shape[0], k // view.shape[0]] = values[k]
        check.close(
            filled(fill_columns, whole, way, values),
            expected,
            on=f"whole ({n}, {m}), the table is {way}; the whole after the call",
            traps={"nothing was written: the values went into a copy": torch.zeros(n, m)},
        )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Run the two lines by hand on `torch.zeros(2, 3)`. Does `flat` hold the values? Does `table`? Ask with `shares` from the chapter.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `reshape(-1)` has to copy what `t()` turned. Do not flatten the table: give the *values* the shape of a view of the table, and write into that view.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# columns = table.t()
# columns.copy_(values.reshape(...))
# return table
# ```
#
# </details>

# %% [markdown] solution_notes="fill_columns"
# **Why it works.** `table.t()` is a view whatever the table is, and its rows are the table's columns; `copy_` writes through it. The buggy line flattened that view, which
# is possible without a copy only if there is one row or one column. **Another way.** `table.copy_(values.reshape(m, n).t())` turns the values and leaves the table as it is.

# %% [markdown]
# ## Stretch

# %% [markdown]
# ### Exercise 6 · Photos without copies ★★★ · 15 points · 16 minutes
#
# Cameras give (height, width, colour); networks want (colour, height, width), and some of them want the photo cut into tiles. Both are new recipes for the same
# strip: neither function below may copy.
#
# 1. `channels_first` brings the last axis to the front of the last three: (h, w, c) → (c, h, w). Any axes before them stay where they are.
# 2. `tiles` cuts one image (c, h, w) into squares: entry [i, j] of the result is the tile in row i and column j of the grid of tiles, (c, size, size). `size` divides both h and w.
#    The image may be a view itself, such as a result of `channels_first`.
#
# Beware of the right shape with the wrong pixels.
#
# It tests **axes**, sections 4 and 5 of [the chapter](../../course/02_memory_and_views.ipynb).

# %% solution="channels_first" objective="axes"
def channels_first(images: Tensor) -> Tensor:
    """(..., h, w, c) -> (..., c, h, w), a view.

    >>> channels_first(torch.zeros(10, 4, 5, 3)).shape
    torch.Size([10, 3, 4, 5])
    """
    ### BEGIN SOLUTION
    return images.transpose(-1, -2).transpose(-2, -3)
    ### END SOLUTION


def tiles(image: Tensor, size: int) -> Tensor:
    """(c, h, w) -> (h / size, w / size, c, size, size), a view.

    >>> tiles(torch.zeros(3, 4, 6), 2).shape
    torch.Size([2, 3, 3, 2, 2])
    """
    ### BEGIN SOLUTION
    c, h, w = image.shape
    split = image.view(c, h // size, size, w // size, size)
    return split.permute(1, 3, 0, 2, 4)
    ### END SOLUTION

# %% test="channels_first-image" points=3
check.attempted(channels_first, "channels_first puts the colour of one image first")
image = torch.arange(12).reshape(2, 2, 3)
expected = torch.tensor([[[0, 3], [6, 9]], [[1, 4], [7, 10]], [[2, 5], [8, 11]]])
check.close(
    channels_first(image),
    expected,
    on="image (2, 2, 3)",
    traps={
        "this is view or reshape: the shape is right and the pixels are wrong, for the numbers keep their order": image.reshape(3, 2, 2),
        "this has height and width exchanged: (h, w, c) becomes (c, h, w), not (c, w, h)": image.permute(2, 1, 0),
        "this exchanges the first axis with the last: (h, w, c) becomes (c, h, w), not (c, w, h)": image.transpose(0, 2),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for h, w, c in [(2, 3, 4), (4, 4, 3), (3, 3, 3), (1, 5, 2), (5, 1, 1), (2, 2, 1), (0, 3, 2), (3, 2, 0)]:
    image = torch.randn(h, w, c, generator=generator, dtype=torch.float64)
    expected = image.permute(2, 0, 1)
    check.close(
        channels_first(image),
        expected,
        on=f"image ({h}, {w}, {c}), float64",
        traps={
            "this is view or reshape: the shape is right and the pixels are wrong, for the numbers keep their order": (
                image.reshape(c, h, w)
            ),
            "this has height and width exchanged: (h, w, c) becomes (c, h, w), not (c, w, h)": image.permute(2, 1, 0),
            "this moves the axes the other way: the last one goes first": image.permute(1, 2, 0),
        },
    )
### END HIDDEN TESTS

# %% test="channels_first-batch" points=3
check.attempted(channels_first, "channels_first leaves the axes before the last three alone")
images = torch.arange(24).reshape(2, 2, 2, 3)
expected = torch.stack([images[0].permute(2, 0, 1), images[1].permute(2, 0, 1)])
check.close(
    channels_first(images),
    expected,
    on="images (2, 2, 2, 3)",
    traps={
        "this is view or reshape: the shape is right and the pixels are wrong, for the numbers keep their order": (
            images.reshape(2, 3, 2, 2)
        ),
        "this moves the colour in front of the batch: the axes before the last three stay": images.permute(3, 0, 1, 2),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for lead in [(5,), (1,), (2, 3), (2, 1, 4), (0,)]:
    images = torch.randn(*lead, 2, 4, 3, generator=generator)
    expected = torch.stack([part.permute(2, 0, 1) for part in images.reshape(-1, 2, 4, 3)]) if 0 not in lead else torch.zeros(0, 3, 2, 4)
    expected = expected.reshape(*lead, 3, 2, 4)
    check.close(channels_first(images), expected, on=f"images {(*lead, 2, 4, 3)}")
### END HIDDEN TESTS

# %% test="channels_first-no_copy" points=3
check.attempted(channels_first, "channels_first copies nothing")
image = torch.arange(8).reshape(2, 2, 2)
expected = torch.tensor([[[0, 2], [4, 6]], [[1, 3], [5, 7]]])
check.close(channels_first(image), expected, on="image (2, 2, 2)")
check.shares_memory(channels_first, image, expected=True, on="image (2, 2, 2)")
### BEGIN HIDDEN TESTS
@check.observe
def strides_of(function, whole):
    image = whole[::2, 1:]
    result = function(image)
    return result, type(result) is type(image) and result.stride(), image.permute(2, 0, 1).stride()

generator = check.generator()
check.shares_memory(channels_first, torch.zeros(4, 2, 5, 3), expected=True, on="images (4, 2, 5, 3)")
whole = torch.randn(5, 4, 3, generator=generator)
result, strides, wanted = strides_of(channels_first, whole)
check.close(result, whole[::2, 1:].permute(2, 0, 1), on="the view whole[::2, 1:] of an image (5, 4, 3)")
check.equal(strides, wanted, on="the strides of the result, for the view whole[::2, 1:] of an image (5, 4, 3)")
### END HIDDEN TESTS

# %% test="channels_first-tiles" points=3
check.attempted(tiles, "tiles cuts an image into squares")
image = torch.arange(16).reshape(1, 4, 4)
corner = torch.tensor([[[2, 3], [6, 7]]])
expected = torch.stack([torch.stack([image[:, :2, :2], corner]), torch.stack([image[:, 2:, :2], image[:, 2:, 2:]])])
check.close(
    tiles(image, 2),
    expected,
    on="image (1, 4, 4), size 2",
    traps={
        "this is view or reshape: the shape is right and the pixels are wrong, for a tile's rows are not neighbours": (
            image.reshape(2, 2, 1, 2, 2)
        ),
        "this exchanges the rows and the columns of the grid of tiles": expected.transpose(0, 1),
        "this turns every tile: its rows come first, then its columns": expected.transpose(3, 4),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for c, rows, columns, size in [(3, 2, 3, 2), (2, 3, 1, 4), (1, 1, 1, 3), (3, 2, 2, 1), (4, 1, 5, 2), (0, 2, 3, 2)]:
    image = torch.randn(c, rows * size, columns * size, generator=generator, dtype=torch.float64)
    expected = torch.zeros(rows, columns, c, size, size, dtype=torch.float64)
    for i in range(rows):
        for j in range(columns):
            expected[i, j] = image[:, i * size : (i + 1) * size, j * size : (j + 1) * size]
    check.close(
        tiles(image, size),
        expected,
        on=f"image ({c}, {rows * size}, {columns * size}), size {size}, float64",
        traps={
            "this is view or reshape: the shape is right and the pixels are wrong, for a tile's rows are not neighbours": (
                image.reshape(rows, columns, c, size, size)
            ),
            "this exchanges the rows and the columns of the grid of tiles": expected.transpose(0, 1),
            "this turns every tile: its rows come first, then its columns": expected.transpose(3, 4),
        },
    )
### END HIDDEN TESTS

# %% test="channels_first-tiles_no_copy" points=3
check.attempted(tiles, "tiles copies nothing, not even from an image that is a view")

@check.observe
def tiles_of_a_view(function, photo, size):
    from torchscope import meter

    result = function(photo.permute(2, 0, 1), size)
    return result, type(result) is type(photo) and meter.shares_memory(result, photo)

photo = torch.arange(32).reshape(4, 4, 2)
upper = torch.stack([photo[:2, :2].permute(2, 0, 1), photo[:2, 2:].permute(2, 0, 1)])
lower = torch.stack([photo[2:, :2].permute(2, 0, 1), photo[2:, 2:].permute(2, 0, 1)])
result, shared = tiles_of_a_view(tiles, photo, 2)
check.close(result, torch.stack([upper, lower]), on="photo (4, 4, 2), colour first, size 2")
check.equal(
    shared,
    True,
    on="photo (4, 4, 2), colour first, size 2; whether the result shares memory with the photo",
    traps={"this copies: view splits, permute and transpose reorder, and none of them copies": False},
)
check.shares_memory(tiles, torch.zeros(3, 4, 6), 2, expected=True, on="image (3, 4, 6), size 2")
### BEGIN HIDDEN TESTS
generator = check.generator()
for rows, columns, c, size in [(2, 3, 3, 2), (3, 2, 1, 2), (1, 2, 4, 3)]:
    photo = torch.randn(rows * size, columns * size, c, generator=generator)
    expected = torch.zeros(rows, columns, c, size, size)
    for i in range(rows):
        for j in range(columns):
            expected[i, j] = photo[i * size : (i + 1) * size, j * size : (j + 1) * size].permute(2, 0, 1)
    result, shared = tiles_of_a_view(tiles, photo, size)
    check.close(result, expected, on=f"photo ({rows * size}, {columns * size}, {c}), colour first, size {size}")
    check.equal(
        shared,
        True,
        on=f"photo ({rows * size}, {columns * size}, {c}), colour first, size {size}; whether the result shares memory with the photo",
        traps={"this copies: view splits, permute and transpose reorder, and none of them copies": False},
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Reordering axes is the work of `transpose` and `permute`. `view` may only split here. Negative axes count from the end: they do not mind how many axes stand before them.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Colour first: swap the last two axes, then swap the two before. Tiles: split h into (h / size, size) and w into (w / size, size) with one `view`; that gives five axes, in the wrong
# order. Which order is asked for?
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# return images.transpose(-1, -2).transpose(..., ...)
#
# c, h, w = image.shape
# return image.view(c, h // size, size, ..., ...).permute(..., ..., 0, ..., ...)
# ```
#
# </details>

# %% [markdown] solution_notes="channels_first"
# **Why it works.** (h, w, c) → (h, c, w) → (c, h, w): two swaps carry the last axis to the front, and negative indices leave the rest alone. For tiles, splitting an axis is
# always a view, whatever the strides; `permute` then brings (c, i, y, j, x) into the order (i, j, c, y, x). **Another way.** `images.permute(*range(images.dim() - 3), -1, -3, -2)`;
# tiles by `as_strided`, with the image's own strides: `(size * sh, size * sw, sc, sh, sw)`.

# %% [markdown]
# ### Exercise 7 · Sliding windows, without a copy ★★★ · 15 points · 18 minutes
#
# From a vector of n readings, make a matrix whose rows are windows: row k holds `size` neighbouring readings, the first of them reading number `k * step`. Only whole windows count. The matrix
# is a *view*: it shares memory with the vector, however many windows there are.
#
# - The vector may be a view itself: every third reading of a longer one, the column of a table. Its windows take its entries, not their neighbours in the strip.
# - Raise `ValueError` if `size` or `step` is less than 1, or if not even one window fits.
# - No loop, and no `unfold`, which is this function ready made.
#
# It tests **windows**, section 10 of [the chapter](../../course/02_memory_and_views.ipynb).

# %% solution="sliding_windows" objective="windows"
def sliding_windows(readings: Tensor, size: int, step: int) -> Tensor:
    """(n,) -> (windows, size), a view.

    >>> sliding_windows(torch.tensor([5, 6, 7, 8]), 3, 1)
    tensor([[5, 6, 7],
            [6, 7, 8]])
    """
    ### BEGIN SOLUTION
    n = readings.shape[0]
    if size < 1 or step < 1 or size > n:
        raise ValueError(f"no windows of {size} with step {step} in {n} readings")
    count = (n - size) // step + 1
    walk = readings.stride(0)
    return readings.as_strided((count, size), (step * walk, walk))
    ### END SOLUTION

# %% test="sliding_windows-values" points=3
check.attempted(sliding_windows, "sliding_windows starts a window at every reading when the step is 1")
check.source_without(sliding_windows, "unfold", "for", "while", "comprehension")
readings = torch.tensor([5.0, 6.0, 8.0, 7.0, 9.0])
expected = torch.tensor([[5.0, 6.0, 8.0], [6.0, 8.0, 7.0], [8.0, 7.0, 9.0]])
check.close(
    sliding_windows(readings, 3, 1),
    expected,
    on="readings (5,), size 3, step 1",
    traps={
        "this leaves out the last window: n - size is the last start, so there are n - size + 1 windows": expected[:-1],
        "this has the windows in its columns: a row is a window": expected.t(),
        "this starts each window where the last one ended: with step 1 they overlap": torch.tensor([[5.0, 6.0, 8.0]]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, size in [(6, 2), (7, 3), (5, 5), (4, 1), (1, 1), (9, 4)]:
    for dtype in (torch.float64, torch.int64):
        readings = torch.randint(-99, 99, (n,), generator=generator).to(dtype)
        expected = torch.stack([readings[k : k + size] for k in range(n - size + 1)])
        check.close(
            sliding_windows(readings, size, 1),
            expected,
            on=f"readings ({n},), size {size}, step 1, {dtype}",
            traps={
                "this leaves out the last window: n - size is the last start, so there are n - size + 1 windows": expected[:-1],
                "this has the windows in its columns: a row is a window": expected.t(),
            },
        )
### END HIDDEN TESTS

# %% test="sliding_windows-step" points=3
check.attempted(sliding_windows, "sliding_windows starts a window at every step-th reading, and counts whole windows only")
check.source_without(sliding_windows, "unfold", "for", "while", "comprehension")
readings = torch.tensor([10, 11, 12, 13, 14, 15])
expected = torch.tensor([[10, 11, 12], [12, 13, 14]])
check.close(
    sliding_windows(readings, 3, 2),
    expected,
    on="readings (6,), size 3, step 2",
    traps={
        "this steps inside the window: the step is from window to window": torch.tensor([[10, 12, 14], [11, 13, 15]]),
        "this ignores the step between windows": torch.tensor([[10, 11, 12], [11, 12, 13]]),
        "this leaves out the last window: count the starts from 0 to n - size": expected[:1],
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, size, step in [(6, 2, 2), (7, 2, 2), (8, 3, 2), (9, 3, 3), (10, 3, 3), (11, 3, 3), (7, 1, 3), (5, 4, 9), (6, 2, 5), (12, 5, 4)]:
    readings = torch.randn(n, generator=generator, dtype=torch.float64)
    expected = torch.stack([readings[k : k + size] for k in range(0, n - size + 1, step)])
    check.close(
        sliding_windows(readings, size, step),
        expected,
        on=f"readings ({n},), size {size}, step {step}, float64",
        traps={
            "this leaves out the last window: count the starts from 0 to n - size": expected[:-1],
            "this ignores the step between windows": lambda: torch.stack([readings[k : k + size] for k in range(len(expected))]),
        },
    )
### END HIDDEN TESTS

# %% test="sliding_windows-no_copy" points=3
check.attempted(sliding_windows, "sliding_windows is a view, of any number of windows")
check.source_without(sliding_windows, "unfold", "for", "while", "comprehension")
readings = torch.tensor([3, 1, 4, 1, 5])
expected = torch.tensor([[3, 1], [1, 4], [4, 1], [1, 5]])
check.close(sliding_windows(readings, 2, 1), expected, on="readings (5,), size 2, step 1")
check.shares_memory(sliding_windows, readings, 2, 1, expected=True, on="readings (5,), size 2, step 1")
check.same_operators(sliding_windows, (torch.zeros(8), 3, 1), (torch.zeros(80), 20, 1))
### BEGIN HIDDEN TESTS
for n, size, step in [(6, 6, 1), (9, 2, 4), (20, 7, 3)]:
    check.shares_memory(sliding_windows, torch.zeros(n), size, step, expected=True, on=f"readings ({n},), size {size}, step {step}")
### END HIDDEN TESTS

# %% test="sliding_windows-views" points=3
check.attempted(sliding_windows, "sliding_windows takes readings that are a view themselves")
check.source_without(sliding_windows, "unfold", "for", "while", "comprehension")

@check.observe
def windows_of_a_view(function, whole, start, hop, size, step):
    from torchscope import meter

    result = function(whole[start::hop], size, step)
    return result, type(result) is type(whole) and meter.shares_memory(result, whole)

whole = torch.arange(20, 32)
result, shared = windows_of_a_view(sliding_windows, whole, 1, 3, 2, 1)
expected = torch.tensor([[21, 24], [24, 27], [27, 30]])
check.close(
    result,
    expected,
    on="readings = whole[1::3] of whole (12,), size 2, step 1",
    traps={
        "this walks through the neighbours in the strip: use the stride of the readings": torch.tensor([[21, 22], [22, 23], [23, 24]]),
        "this uses the stride of the readings only inside a window": torch.tensor([[21, 24], [22, 25], [23, 26]]),
        "this uses the stride of the readings only between windows": torch.tensor([[21, 22], [24, 25], [27, 28]]),
        "this starts at the beginning of the storage: keep the storage offset of the readings": expected - 1,
        "this starts at the beginning of the storage and walks through the neighbours": torch.tensor([[20, 21], [21, 22], [22, 23]]),
    },
)
check.equal(
    shared,
    True,
    on="readings = whole[1::3]; whether the result shares memory with the whole",
    traps={"this copies: as_strided does not, but clone, contiguous, stack and a list of indices do": False},
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, start, hop, size, step in [(12, 2, 1, 3, 2), (15, 0, 2, 3, 1), (20, 3, 4, 2, 2), (17, 1, 5, 1, 1), (24, 1, 2, 5, 3)]:
    whole = torch.randn(n, generator=generator, dtype=torch.float64)
    readings = whole[start::hop]
    expected = torch.stack([readings[k : k + size] for k in range(0, len(readings) - size + 1, step)])
    result, shared = windows_of_a_view(sliding_windows, whole, start, hop, size, step)
    check.close(
        result,
        expected,
        on=f"readings = whole[{start}::{hop}] of whole ({n},), size {size}, step {step}",
        traps={
            "this starts at the beginning of the storage: keep the storage offset of the readings": (
                lambda: torch.stack([whole[::hop][k : k + size] for k in range(0, len(readings) - size + 1, step)])
            ),
        },
    )
    check.equal(
        shared,
        True,
        on=f"readings = whole[{start}::{hop}]; whether the result shares memory with the whole",
        traps={"this copies: as_strided does not, but clone, contiguous, stack and a list of indices do": False},
    )
### END HIDDEN TESTS

# %% test="sliding_windows-refuses" points=3
check.attempted(sliding_windows, "sliding_windows refuses what gives no window")
check.raises(ValueError, sliding_windows, torch.zeros(4), 5, 1, on="readings (4,), size 5, step 1")
check.raises(ValueError, sliding_windows, torch.zeros(4), 2, 0, on="readings (4,), size 2, step 0")
check.raises(ValueError, sliding_windows, torch.zeros(4), 0, 1, on="readings (4,), size 0, step 1")
### BEGIN HIDDEN TESTS
check.raises(ValueError, sliding_windows, torch.zeros(0), 1, 1, on="readings (0,), size 1, step 1")
check.raises(ValueError, sliding_windows, torch.zeros(4), -1, 1, on="readings (4,), size -1, step 1")
check.raises(ValueError, sliding_windows, torch.zeros(4), 2, -1, on="readings (4,), size 2, step -1")
check.raises(ValueError, sliding_windows, torch.zeros(3), 4, 2, on="readings (3,), size 4, step 2")
readings = torch.tensor([2, 9, 4])
expected = torch.tensor([[2, 9, 4]])
check.close(sliding_windows(readings, 3, 7), expected, on="readings (3,), size 3, step 7")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Draw the strip for six readings, windows of three, step 2. How many cells from window to window? From reading to reading? And how many windows?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `as_strided` needs a shape and a stride. The last start that leaves room for a window is n - size; the starts are 0, step, 2 · step, …, up to there. One reading further is
# `readings.stride(0)` cells further, which is 1 only for a vector that is no view.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# n = readings.shape[0]
# if ...:
#     raise ValueError("...")
# count = (n - ...) // ... + 1
# walk = readings.stride(0)
# return readings.as_strided((count, size), (... * walk, ...))
# ```
#
# </details>

# %% [markdown] solution_notes="sliding_windows"
# **Why it works.** Two strides describe all windows: `walk` cells to the next reading, `step * walk` to the next window. Without a third argument `as_strided` keeps the
# storage offset of the readings. **Another way.** `readings.unfold(0, size, step)` is the same view, ready made. An index grid, `readings[i * step + j]`, gives the same
# numbers for any tensor, but as a copy.

# %% [markdown]
# ## Boss

# %% [markdown]
# ### Exercise 8 · Five functions, one line each ★★★★ · 20 points · 25 minutes
#
# torch has a function for each of these: `outer`, `eye`, `triu`, `cumsum` and `roll`. Write them again, each in one line, with nothing but
#
# - `torch.arange` and `torch.where`,
# - indexing, `unsqueeze`, and the shape or length of a tensor,
# - arithmetic, comparisons and their broadcasting, and `sum`.
#
# | function | gives | in torch |
# |---|---|---|
# | `all_products(a, b)` | entry [i, j] is `a[i] * b[j]` | `outer` |
# | `identity(n)` | an (n, n) matrix in float32, with ones on the diagonal and zeros elsewhere | `eye` |
# | `upper_triangle(x)` | a matrix of any shape, with zeros below the diagonal: where the row number is larger than the column number. What stood there may be `nan`; it is gone | `triu` |
# | `running_sums(x)` | entry i is x[0] + … + x[i] | `cumsum` |
# | `rotate(x, shift)` | the entries moved `shift` places to the right; what leaves at the end comes in at the start. A negative shift moves to the left, and a shift may be larger than the vector | `roll` |
#
# No loops. `all_products`, `upper_triangle` and `rotate` keep the dtype of what they get; so does `running_sums` of float numbers and of int64.
#
# It tests **grids**, section 9 of [the chapter](../../course/02_memory_and_views.ipynb).

# %% solution="all_products" objective="grids"
def all_products(a: Tensor, b: Tensor) -> Tensor:
    """(n,), (m,) -> (n, m).

    >>> all_products(torch.tensor([1, 2]), torch.tensor([3, 4, 5]))
    tensor([[ 3,  4,  5],
            [ 6,  8, 10]])
    """
    ### BEGIN SOLUTION
    return a.unsqueeze(1) * b
    ### END SOLUTION


def identity(n: int) -> Tensor:
    """n -> (n, n), float32.

    >>> identity(2)
    tensor([[1., 0.],
            [0., 1.]])
    """
    ### BEGIN SOLUTION
    return torch.where(torch.arange(n).unsqueeze(1) == torch.arange(n), 1.0, 0.0)
    ### END SOLUTION


def upper_triangle(x: Tensor) -> Tensor:
    """(n, m) -> (n, m), in the dtype of x.

    >>> upper_triangle(torch.tensor([[1, 2, 3], [4, 5, 6]]))
    tensor([[1, 2, 3],
            [0, 5, 6]])
    """
    ### BEGIN SOLUTION
    return torch.where(torch.arange(x.shape[0]).unsqueeze(1) <= torch.arange(x.shape[1]), x, 0)
    ### END SOLUTION


def running_sums(x: Tensor) -> Tensor:
    """(n,) -> (n,).

    >>> running_sums(torch.tensor([5, 1, 3]))
    tensor([5, 6, 9])
    """
    ### BEGIN SOLUTION
    return torch.where(torch.arange(len(x)).unsqueeze(1) >= torch.arange(len(x)), x, 0).sum(1)
    ### END SOLUTION


def rotate(x: Tensor, shift: int) -> Tensor:
    """(n,) -> (n,), in the dtype of x.

    >>> rotate(torch.tensor([1, 2, 3, 4]), 1)
    tensor([4, 1, 2, 3])
    """
    ### BEGIN SOLUTION
    return x[(torch.arange(len(x)) - shift) % len(x)]
    ### END SOLUTION

# %% test="all_products-products" points=4
check.attempted(all_products, "all_products multiplies every entry of a with every entry of b")
check.source_without(all_products, "outer", "ger", "einsum", "tensordot", "kron", "matmul", "mm", "bmm", "@", "for", "while", "comprehension")
a = torch.tensor([1.0, 2.0])
b = torch.tensor([3.0, 4.0, 5.0])
expected = torch.tensor([[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]])
check.close(
    all_products(a, b),
    expected,
    on="a (2,), b (3,)",
    traps={
        "this is the table transposed: a gives the rows, b the columns": expected.t(),
        "this is the sum in place of the product": a.unsqueeze(1) + b,
    },
)
check.same_operators(all_products, (torch.ones(2), torch.ones(3)), (torch.ones(20), torch.ones(30)))
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m in [(3, 3), (4, 2), (1, 5), (5, 1), (1, 1), (0, 3), (3, 0)]:
    for dtype in (torch.float64, torch.int64):
        a = torch.randint(-9, 10, (n,), generator=generator).to(dtype)
        b = torch.randint(-9, 10, (m,), generator=generator).to(dtype)
        expected = torch.outer(a, b)
        check.close(
            all_products(a, b),
            expected,
            on=f"a ({n},), b ({m},), {dtype}",
            traps={
                "this is a * b: entry i meets entry i only, where every entry should meet every other": lambda: a * b,
                "this is the table transposed: a gives the rows, b the columns": expected.t(),
            },
        )
### END HIDDEN TESTS

# %% test="all_products-identity" points=4
check.attempted(identity, "identity has ones on the diagonal only")
check.source_without(identity, "eye", "diag", "diagflat", "diag_embed", "diagonal", "fill_diagonal_", "zeros", "for", "while", "comprehension")
expected = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
check.close(
    identity(3),
    expected,
    on="n 3",
    traps={
        "this is the condition, True and False: choose 1.0 and 0.0 by it": expected.bool(),
        "this has ones on and below the diagonal": torch.ones(3, 3).tril(),
        "this has ones on and above the diagonal": torch.ones(3, 3).triu(),
        "this compares the range with itself entry by entry: one of the two has to be a column": torch.ones(3),
    },
)
check.same_operators(identity, (3,), (30,))
### BEGIN HIDDEN TESTS
for n in (0, 1, 2, 5, 8):
    check.close(identity(n), torch.eye(n), on=f"n {n}")
### END HIDDEN TESTS

# %% test="all_products-upper_triangle" points=4
check.attempted(upper_triangle, "upper_triangle puts zeros below the diagonal, whatever stood there")
check.source_without(upper_triangle, "triu", "triu_", "tril", "tril_", "triu_indices", "nan_to_num", "for", "while", "comprehension")
x = torch.tensor([[1.0, 2.0, 3.0], [float("nan"), 5.0, 6.0]])
expected = torch.tensor([[1.0, 2.0, 3.0], [0.0, 5.0, 6.0]])
check.close(
    upper_triangle(x),
    expected,
    on="x (2, 3), with a nan below the diagonal",
    traps={
        "this multiplies by a mask: nan times 0 is nan; choose with where": x * torch.ones(2, 3).triu(),
        "this clears the diagonal as well: row i keeps its entries from column i on": expected.triu(1),
        "this keeps what is below the diagonal": x.tril(),
    },
)
check.same_operators(upper_triangle, (torch.ones(2, 3),), (torch.ones(20, 30),))
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m in [(3, 3), (4, 2), (2, 5), (5, 1), (1, 1), (0, 3), (3, 0)]:
    for dtype in (torch.float64, torch.float32, torch.int64):
        x = torch.randint(1, 50, (n, m), generator=generator).to(dtype)
        expected = torch.triu(x)
        check.close(
            upper_triangle(x),
            expected,
            on=f"x ({n}, {m}), {dtype}",
            traps={
                "this clears the diagonal as well: row i keeps its entries from column i on": torch.triu(x, 1),
                "this keeps what is below the diagonal": torch.tril(x),
            },
        )
check.unchanged(upper_triangle, torch.ones(3, 4), on="x (3, 4)")
### END HIDDEN TESTS

# %% test="all_products-running_sums" points=4
check.attempted(running_sums, "running_sums adds up each entry and all before it")
check.source_without(running_sums, "cumsum", "cumsum_", "logcumsumexp", "tril", "triu", "matmul", "mm", "mv", "@", "einsum", "for", "while", "comprehension")
x = torch.tensor([5.0, 1.0, 3.0])
expected = torch.tensor([5.0, 6.0, 9.0])
check.close(
    running_sums(x),
    expected,
    on="x (3,)",
    traps={
        "this leaves out the entry itself: the sum runs up to and including entry i": torch.tensor([0.0, 5.0, 6.0]),
        "this adds up from the entry to the end: sum the entries up to it": torch.tensor([9.0, 4.0, 3.0]),
        "this is the sum of everything, every time": torch.full((3,), 9.0),
        "this multiplies each entry by how often it is counted: sum along the other axis": torch.tensor([15.0, 2.0, 3.0]),
    },
)
check.same_operators(running_sums, (torch.ones(3),), (torch.ones(40),))
### BEGIN HIDDEN TESTS
generator = check.generator()
for n in (0, 1, 2, 5, 17):
    for dtype in (torch.float64, torch.float32, torch.int64):
        x = torch.randint(1, 50, (n,), generator=generator).to(dtype)
        expected = torch.cumsum(x, 0)
        check.close(
            running_sums(x),
            expected,
            on=f"x ({n},), {dtype}",
            traps={
                "this leaves out the entry itself: the sum runs up to and including entry i": expected - x,
                "this adds up from the entry to the end: sum the entries up to it": x.sum() - expected + x,
            },
        )
check.unchanged(running_sums, torch.ones(4), on="x (4,)")
### END HIDDEN TESTS

# %% test="all_products-rotate" points=4
check.attempted(rotate, "rotate moves the entries to the right, around the end")
check.source_without(rotate, "roll", "cat", "concat", "concatenate", "hstack", "flip", "repeat", "for", "while", "comprehension")
x = torch.tensor([1, 2, 3, 4])
check.close(
    rotate(x, 1),
    torch.tensor([4, 1, 2, 3]),
    on="x (4,), shift 1",
    traps={"this moves to the left: entry 0 goes to place `shift`": torch.tensor([2, 3, 4, 1])},
)
check.close(
    rotate(x, -5),
    torch.tensor([2, 3, 4, 1]),
    on="x (4,), shift -5",
    traps={"this moves to the right: a negative shift moves to the left": torch.tensor([4, 1, 2, 3])},
)
check.same_operators(rotate, (torch.ones(4), 1), (torch.ones(40), 30))
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, shift in [(5, 2), (5, -1), (3, 7), (3, -8), (6, 3), (1, 4), (1, 0), (2, 1)]:
    for dtype in (torch.float64, torch.int64):
        x = (torch.arange(n) * 7 % 11 + torch.randint(20, 30, (1,), generator=generator)).to(dtype)
        expected = torch.roll(x, shift)
        check.close(
            rotate(x, shift),
            expected,
            on=f"x ({n},), shift {shift}, {dtype}",
            traps={"this moves the other way: a positive shift moves to the right": lambda: torch.roll(x, -shift)},
        )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# A column of row numbers, `torch.arange(n).unsqueeze(1)`, and a row of column numbers, `torch.arange(m)`, make a grid. Four of the five functions are a question that you ask
# at every place [i, j] of it. For the fifth, ask of every place: where does its entry come *from*?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `all_products`: a column times a row. `identity`: is i equal to j? `upper_triangle`: is i at most j? Then x, else 0. `running_sums`: in row i, keep the entries with j at most i, and
# sum each row. `rotate`: place k gets the entry of place k - shift, counted round with `%`.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# return a.unsqueeze(...) * b
# return torch.where(torch.arange(n).unsqueeze(1) ... torch.arange(n), 1.0, 0.0)
# return torch.where(torch.arange(x.shape[0]).unsqueeze(1) ... torch.arange(x.shape[1]), x, 0)
# return torch.where(torch.arange(len(x)).unsqueeze(1) ... torch.arange(len(x)), x, 0).sum(...)
# return x[(torch.arange(len(x)) ... shift) % len(x)]
# ```
#
# </details>

# %% [markdown] solution_notes="all_products"
# **Why it works.** A comparison of a column with a row is a grid of True and False, and `where` chooses by it; x broadcasts along the rows of the grid. `%` in torch has the sign of
# the divisor, so that negative places count from the end. **Another way.** `(torch.arange(n).unsqueeze(1) == torch.arange(n)) * 1.0` for the
# identity; for `upper_triangle` such a mask times x would keep a nan.
