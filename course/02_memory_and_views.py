# %% [markdown]
# # 02 · Memory and views
#
# Where do the numbers live?
#
# A tensor looks like a table, or a stack of tables. Memory has neither rows nor columns: it is one long strip of numbered cells, each for one number. A tensor is such
# a strip and a short *recipe* for reading it. (The cells that you run are the notebook's; in this chapter, most cells are memory's.) Much of torch's speed comes from writing a new recipe and leaving the strip alone. So do some of the
# quietest bugs.
#
# As before: put your guess in the place of `...`, run the cell, then run `reveal` below it.

# %% [markdown]
# ## What you will be able to do
#
# - **strides**: work out strides from a shape, and the cell of an entry from strides (`predict_stride`, `contiguous_strides`, `offset_of`)
# - **sharing**: tell the operations that share memory from those that copy (`predict_write`, `shares_or_copies`)
# - **contiguity**: know when `view` refuses, and when `reshape` copies behind your back (`predict_view`, `fill_columns`)
# - **axes**: reorder, split, add and drop axes without moving a number (`predict_squeeze`, `channels_first`)
# - **broadcasting**: find the shape to which two shapes stretch (`predict_broadcast`, `broadcast_shape`)
# - **windows**: read a strip with strides of your own (`sliding_windows`)
# - **grids**: build matrices from two ranges, without a loop (`all_products`)
#
# ## 1 · A strip and a recipe
#
# Here is a tiny grey picture. A number of dtype `uint8` takes one byte, so we can read its memory byte by byte. `untyped_storage()` is the
# strip itself, the **storage**; it is called *untyped* because it holds bytes and knows of no dtype and no shape. Write into a cell of
# the strip, and `picture` shows it. Which *entry*, as an element at its place is called, will be 99?

# %%
import torch
from torchscope import draw, reveal

picture = torch.tensor([[10, 20, 30], [40, 50, 60]], dtype=torch.uint8)
storage = picture.untyped_storage()
print(storage.tolist())
storage[4] = 99
print(picture)
storage[4] = 50

# %% [markdown]
# The recipe has three parts: the shape, the stride and the storage offset. The **stride** says how many cells to walk for one step along each axis: here, 3 for one
# row down and 1 for one column to the right. The **storage offset** says in which cell to start. So entry `[i, j]` lies in the cell
#
# `storage_offset + i · stride[0] + j · stride[1]`

# %%
print(picture.shape, picture.stride(), picture.storage_offset())
for i in range(2):
    for j in range(3):
        cell = picture.storage_offset() + i * picture.stride(0) + j * picture.stride(1)
        assert storage[cell] == picture[i, j]
draw.memory(picture, "picture")

# %% [markdown]
# A new tensor is stored **row-major**: the last axis is the one whose entries are neighbours. With three axes, then?

# %% predict="three_axes"
three_axes = ...  # torch.ones(2, 3, 4).stride(): a tuple

# %% reveal="three_axes" answer="(12, 4, 1)"
reveal(three_axes, lambda: torch.ones(2, 3, 4).stride())

# %% [markdown]
# From the right: neighbours are 1 apart; a row holds 4 numbers; a table holds 3 · 4. Each stride is the product of the sizes to its right. It
# counts numbers, not bytes: a `float32` takes four bytes, and still the last stride is 1.
#
# **Change one thing.** In `reveal`, swap the 2 and the 4. Which of the three strides change?
#
# ## 2 · A new recipe for the same strip
#
# `t()` transposes a matrix: entry `[i, j]` becomes entry `[j, i]`. It need not move a number. What does the recipe have to say instead?

# %% predict="transposed"
transposed = ...  # picture.t().stride(): a tuple

# %% reveal="transposed" answer="(1, 3)"
reveal(transposed, lambda: picture.t().stride())

# %%
draw.memory(picture.t(), "picture.t()")

# %% [markdown]
# The strides changed places, and the strip is the old one. A tensor that reads another tensor's storage is a **view**. Slices and rows are views,
# too. Below, the first column is skipped by starting one cell later; row 1 starts in cell 3. A *step* in a slice goes into the stride: every second column is 2 apart.

# %%
print(picture[:, ::2].stride(), picture[1].storage_offset())
draw.memory(picture[:, 1:], "picture[:, 1:]")

# %% [markdown]
# **Change one thing.** Draw `picture[1:, ::2]`. First say which two cells will have arrows.
#
# > **Common trap.** "The product of a tensor's sizes is the length of its storage." That holds for a tensor that was just made. A row of `picture` has three
# > entries of one byte. How long is the strip it reads?

# %% predict="row_storage"
row_storage = ...  # picture[1].untyped_storage().nbytes(): a number

# %% reveal="row_storage" answer="6"
reveal(row_storage, lambda: picture[1].untyped_storage().nbytes())

# %% [markdown]
# The row keeps the *whole* strip alive. One row of a table of ten gigabytes, kept in a list, keeps ten gigabytes. `clone()` copies the entries, and no others,
# to a strip of their own.
#
# > **Common trap.** Older texts write `x.storage()`. It returns a typed storage, a class that torch is going to remove, and it warns, once in a session.
# > Write `untyped_storage()`. The next cell catches the warning, and shows its kind only.

# %%
import warnings

print(picture[1].numel(), picture[1].clone().untyped_storage().nbytes())
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    picture.storage()
[warning.category.__name__ for warning in caught]

# %% [markdown]
# ## 3 · Writing through a view
#
# Who writes into a view writes into the strip, and so into every other tensor that reads it.

# %%
board = torch.tensor([[1, 2, 3], [4, 5, 6]])
row, copy = board[1], board[1].clone()
row[0], copy[1] = 40, 50

# %% predict="board_sum"
board_sum = ...  # board.sum(): a number

# %% reveal="board_sum" answer="57"
reveal(board_sum, lambda: board.sum())

# %% [markdown]
# A row is a view: the 40 stands in `board`. The clone has its own strip: the 50 does not.
#
# Two tensors share memory when their storages start at the same address, the `data_ptr()`. Addresses are different in every run, so we never print one. But two can be compared:

# %%
def shares(a, b):
    return a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()

print([shares(board, x) for x in (board[0], board[:, 1:], board[:, None])])
print([shares(board, x) for x in (board[[1]], board[board > 3], board + 0)])

# %% [markdown]
# Numbers, slices and `None`, which inserts an axis of size 1, give views. Lists, index tensors and masks **copy**, for the entries they pick may lie anywhere, and no stride can say
# "anywhere". Arithmetic always makes a new strip.
#
# > **Common trap.** `board[[1]][0, 0] = -1` writes into a copy, and the copy is thrown away. Nothing warns you. An assignment *straight* to
# > `board[[1]]` or `board[board == 3]` does write into `board`: it makes no copy first.

# %%
board[[1]][0, 0] = -1
board[board == 3] = 0
board

# %% [markdown]
# **Change one thing.** Take the inner brackets of `[[1]]` away, so that the first line reads `board[1][0] = -1`, with one index less. What will `board` be now?
#
# ## 4 · Axes in another order
#
# `t()` takes at most two axes. `transpose(a, b)` swaps two axes of any tensor, and `permute` gives all axes a new order. A colour photo often comes as (height,
# width, colour), and many networks want the colour first: `permute(2, 0, 1)` means first the old axis 2, then the old axes 0 and 1. In this photo each number tells its
# origin: 21 is the green value, 2, of pixel 1.
#
# > **Common trap.** `reshape(3, 2, 2)` has the same shape. But a reshape keeps the numbers in their old order and only cuts new rows: right
# > shape, wrong pixels.

# %%
from IPython.display import display

photo = torch.tensor([[[11, 21, 31], [12, 22, 32]], [[13, 23, 33], [14, 24, 34]]])
print(photo.stride(), photo.transpose(0, 1).stride(), photo.permute(2, 0, 1).stride())
display(draw.slabs(photo.permute(2, 0, 1), "photo.permute(2, 0, 1)"))
draw.slabs(photo.reshape(3, 2, 2), "photo.reshape(3, 2, 2)")

# %% [markdown]
# Slab 0 of the first stack holds the four reds. Slab 0 of the second holds all three colours of pixel 1, and a red of pixel 2.
#
# **Change one thing.** Which `permute` brings `photo.permute(2, 0, 1)` back to (height, width, colour)? Let `torch.equal` compare it with `photo`.
#
# ## 5 · When `view` refuses
#
# `x.view(shape)` is a promise: a new shape, the same strip, *no copy*. Sometimes nobody can keep it.

# %% predict="flat_view"
flat_view = ...  # the shape of picture.t().view(6): a tuple, or None if torch refuses

# %% reveal="flat_view" answer="None"
reveal(flat_view, lambda: picture.t().view(6).shape)

# %% [markdown]
# Follow the arrows of `picture.t()` in section 2, from left to right: cells 0, 3, 1, 4, 2, 5. The steps are +3, −2, +3, −2, +3. One axis has one stride, and no single stride does this.
#
# A tensor that reads its strip in order, without gaps, is **contiguous**. `contiguous()` copies one that is not, into the order in which it is read. And `reshape`
# is a `view` where a view can be had, and a copy where it cannot:

# %%
turned = picture.t()
print(picture.is_contiguous(), turned.is_contiguous(), picture.contiguous() is picture)
print(shares(picture, picture.reshape(6)), shares(picture, turned.reshape(6)))
turned.contiguous().view(6), turned.reshape(6)

# %% [markdown]
# So whether `reshape` shares memory depends on strides, which you do not see. Two writes, then:

# %%
table = torch.zeros(2, 3)
table.reshape(6)[0] = 1
table.t().reshape(6)[1] = 2

# %% predict="lost_write"
lost_write = ...  # table.sum(): a number

# %% reveal="lost_write" answer="1.0"
reveal(lost_write, lambda: table.sum())

# %% [markdown]
# The second write went into a copy. To write in another order, write into a view of the right *shape*; `copy_` fills a tensor in place:

# %%
table.t().copy_(torch.arange(6).reshape(3, 2))
table

# %% [markdown]
# **Change one thing.** Replace `table.t()` by `table.t().contiguous()`, and `arange(6)` by `arange(10, 16)`. What does `table` show?
#
# What can a view do? It can always *split* an axis. It can *merge* two neighbouring axes only if stepping off the end of the right one lands on the next entry of the left
# one: left stride = right size · right stride. One size may be `-1`: torch works it out. `flatten(start_dim=1)` merges all axes but the first.
#
# An older relative is `resize_`, which changes the tensor itself and does not ask whether the numbers fit: below, two of six drop out of sight. When it grows a
# tensor, the new entries are whatever lies in memory: here, by luck, the old two. Write `reshape`, a slice, or make a new tensor.

# %%
cube = torch.arange(24).reshape(2, 3, 4)
print(cube.view(-1, 4).shape, cube.flatten(start_dim=1).shape, cube.flatten().shape)
turned = cube.transpose(1, 2)
print(turned.shape, turned.stride(), turned.view(2, 2, 2, 3).shape)
try:
    turned.view(2, 12)
except RuntimeError:
    print("merging the last two axes is refused")
numbers = torch.arange(6)
print(numbers.resize_(2, 2), numbers.untyped_storage().nbytes() // numbers.element_size())
numbers.resize_(6)

# %% [markdown]
# `turned` is not contiguous, and yet `(2, 2, 2, 3)` works: it only splits the 4. To merge 4 and 3, the stride of the 4 would have to be 3 · 4, and it is 1. The 6 counts
# the cells: bytes, divided by the bytes of one number. All six are still there.
#
# ## 6 · Axes of size one
#
# `unsqueeze(d)` inserts an axis of size 1, as `None` in an index does. It is a view: an axis with one entry is never stepped along.
#
# > **Common trap.** "`unsqueeze(1)` adds the first dimension." The number is the *index* of the new axis, and indices count from 0.

# %%
line = torch.arange(3)
print(shares(line, line.unsqueeze(1)), line[:, None].shape)
line.unsqueeze(0).shape, line.unsqueeze(1).shape, line.unsqueeze(-1).shape

# %% [markdown]
# `squeeze()` removes axes of size 1: all that it finds. A model takes several texts at once, a *batch* of them, and gives one score for each, in the shape `(batch, 1)`. The last batch of the day holds
# a single text.
#
# > **Common trap.** `squeeze()` swallows the batch of one. Whatever comes next finds no batch, and only on that day. Name the axis: `squeeze(1)`.

# %%
for batch in (32, 1):
    scores = torch.ones(batch, 1)
    print(tuple(scores.squeeze().shape), tuple(scores.squeeze(1).shape))

# %% [markdown]
# **Change one thing.** Ask for `squeeze(0)`. Which of the two batches does it change?
#
# ## 7 · One cell, many entries
#
# `expand` repeats a tensor along a new axis, or along an axis of size 1, without copying a number. Which stride repeats?

# %%
fees = torch.tensor([10, 20, 30])
repeated = fees.expand(4, 3)

# %% predict="expanded"
expanded = ...  # repeated.stride(): a tuple

# %% reveal="expanded" answer="(0, 1)"
reveal(expanded, lambda: repeated.stride())

# %% [markdown]
# **Stride 0**: a step down walks nowhere, and reads the same row again. Twelve entries, three cells. So a write to one entry shows in four, and torch refuses to write to all of
# them at once.

# %%
repeated[0, 0] = 11
try:
    repeated.add_(1)
except RuntimeError:
    print("in place on an expanded tensor: refused")
draw.memory(repeated, "fees.expand(4, 3)")

# %% [markdown]
# **Change one thing.** Make it `fees.expand(4, 3).clone()`, and run the cells of this section again. What is refused now, and how long is the strip?
#
# ## 8 · Broadcasting
#
# `table + fees` has the shapes `(2, 3)` and `(3,)`, and it runs: torch expands both to one shape first. The rule looks at shapes only:
#
# 1. Write the shapes below each other, *aligned at the right*. A missing size counts as 1.
# 2. In each column the sizes must be equal, or one of them must be 1. That 1 is stretched, with stride 0.
#
# `broadcast_shapes` applies the rule to shapes, and `broadcast_tensors` expands tensors by it.

# %%
a, b = torch.broadcast_tensors(torch.ones(4, 1, 3), torch.ones(2, 1))
print(a.stride(), b.stride(), torch.broadcast_shapes((4, 1, 3), (2, 1)))
print(table + fees)
draw.broadcast((4, 1, 3), (2, 1))

# %% [markdown]
# Two fees, one for each *row* of `table`, are refused: their 2 would stand below the 3. `unsqueeze(1)` makes a column of them, `(2, 1)`, and the column stretches.

# %%
row_fees = torch.tensor([100, 200])
try:
    table + row_fees
except RuntimeError:
    print("(2, 3) with (2,): refused")
print(table + row_fees.unsqueeze(1))
draw.broadcast((2, 3), (2,))

# %% [markdown]
# > **Common trap.** Broadcasting also helps where you did not ask. Three forecasts, `(3,)`, minus three results that
# > came as a column, `(3, 1)`: which shape has `torch.ones(3) - torch.ones(3, 1)`?

# %% predict="errors"
errors_shape = ...  # a tuple, or None if torch refuses

# %% reveal="errors" answer="(3, 3)"
reveal(errors_shape, lambda: (torch.ones(3) - torch.ones(3, 1)).shape)

# %% [markdown]
# Nine differences in place of three, and no error. Before you subtract, compare the shapes.
#
# **Change one thing.** In place, the left side cannot grow. In a new cell, try `fees += table`, then `table += fees`. Which one is refused?
#
# ## 9 · Grids from two ranges
#
# A column of row numbers and a row of column numbers meet in a grid. Every entry is made of its own `i` and `j`, and no loop was needed. A condition on them is a grid,
# too: `where` picks from `grid` where it holds and takes 0 elsewhere, and `sum(1)` adds up each row. A third tool is a computed index. A slice may not run backwards in torch, an
# index may, and `%` makes it start over.

# %%
i, j = torch.arange(1, 4).unsqueeze(1), torch.arange(1, 5)
grid = 10 * i + j
print(grid, torch.where(j > i, grid, 0), (j > i).sum(1), sep="\n")
try:
    fees[::-1]
except ValueError:
    print("a slice with a negative step: refused")
fees[2 - torch.arange(3)], fees[torch.arange(6) % 3]

# %% [markdown]
# **Change one thing.** Turn the first `j > i` into `j == i`. What will `where` keep?
#
# ## 10 · A recipe of your own
#
# `as_strided(shape, stride)` takes any recipe. Here are six readings, as windows of three. A step to the next window walks one cell, and so does a step inside it:

# %%
readings = torch.tensor([5, 6, 8, 7, 9, 4])
windows = readings.as_strided((4, 3), (1, 1))
draw.memory(windows, "Windows of three")

# %% [markdown]
# Twelve entries, six cells, no copy. `mean(1)` gives the average of each window. One cell lies in up to three windows: read through such a view; before you write, `clone()`. In the same way,
# the diagonal of a 3 × 3 table is one stride of 4.
#
# > **Common trap.** Strides written as numbers fit one tensor only. torch checks that the recipe stays inside the storage, and nothing else. Windows over every second reading need
# > *its* stride, 2. The last two results below are the wrong and the right ones.

# %%
print(windows.to(torch.float32).mean(1), torch.arange(9).reshape(3, 3).as_strided((3,), (4,)))
try:
    readings.as_strided((5, 3), (1, 1))
except RuntimeError:
    print("a fifth window would end outside the storage: refused")
every_second = readings[::2]
step = every_second.stride(0)
every_second.as_strided((2, 2), (1, 1)), every_second.as_strided((2, 2), (step, step))

# %% [markdown]
# **Change one thing.** Windows of four that start at every second reading: which shape, and which strides? Draw them.
#
# ## 11 · NumPy on the same strip
#
# NumPy's arrays are strips with recipes, too, so torch can borrow one. Chapter 01 compared three ways to take an array over; now a dtype is to change as well. Which of these four share the array's memory? Write into the array, and look who notices:

# %%
import numpy as np

array = np.zeros(3)
made = {
    "torch.from_numpy(array)": torch.from_numpy(array),
    "torch.as_tensor(array)": torch.as_tensor(array),
    "torch.as_tensor(array, dtype=torch.float32)":
        torch.as_tensor(array, dtype=torch.float32),
    "torch.tensor(array)": torch.tensor(array),
}
array[0] = 7
marks = [["yes" if tensor[0] == 7 else "no"] for tensor in made.values()]
draw.table(list(made), ["shares memory"], marks, "From NumPy to torch")

# %% [markdown]
# `torch.tensor` always copies. `as_tensor` copies only if it must: NumPy's floats are `float64`, and another dtype needs another strip. The same holds for
# `to`: where there is nothing to convert, it returns the tensor itself. The other way, `numpy()` shares as well, strides included, though NumPy counts them in bytes. `tolist()` copies.

# %%
as_list, array = table.tolist(), table.t().numpy()
array[0, 0] = 70
print(as_list[0][0], array.strides, table.t().stride())
table[0, 0], table.to(torch.float32) is table, shares(table, table.to(torch.float64))

# %% [markdown]
# **Change one thing.** Put `.clone()` between `table.t()` and `.numpy()`, and a 71 in place of the 70. What does the last line show?
#
# ## Recap
#
# - A tensor is a storage read by shape, stride and offset: transposing, slicing, `unsqueeze` and `expand` change the recipe and share the strip.
# - `view` never copies and may refuse. `reshape`, `contiguous`, `as_tensor` and `to` copy only if they must. Lists, masks, arithmetic, `clone` and `torch.tensor` always do.
# - Broadcasting aligns shapes at the right and stretches a 1, with stride 0. It does not ask whether you meant it.
#
# ## Next
#
# Do [the exercises](../exercises/02_memory_and_views/02_memory_and_views.ipynb). In chapter 03 two matrices meet, and broadcasting has its first large task.
