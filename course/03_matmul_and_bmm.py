# %% [markdown]
# # 03 · Matrix products
#
# How do two matrices meet?
#
# Most of what a neural network computes is one operation, over and over: the matrix product. This chapter takes it apart, down to a single
# multiplication, and builds it up again, to whole stacks of matrices. Then it counts what a product costs.

# %% [markdown]
# ## What you will be able to do
#
# - **dot**: say what one entry of a product is, and compute it (`predict_entry`, `dot_product`)
# - **inner**: tell from two shapes whether they can meet, and what comes out (`can_multiply`, `predict_shape`)
# - **loops**: write a product with two loops, with one, and with none (`matmul_loops`)
# - **batches**: multiply stacks of matrices, and know which calls broadcast (`batched_product`, `predict_batch`)
# - **einsum**: turn nested loops into one line of letters (`contract`, `predict_einsum`)
# - **transposes**: see which axis is summed when the shapes alone do not tell (`attention_scores`, `predict_vector`)
# - **cost**: count multiplications and memory traffic before anything runs (`cheapest_order`, `blocked_matmul`)
#
# ## 1 · One number from two vectors
#
# You buy 2 loaves, 1 cheese and 3 apples. In this shop a loaf costs 3, a cheese 5, an apple 1.

# %%
import torch
from torchscope import draw, reveal

quantities = torch.tensor([2.0, 1.0, 3.0])
unit_prices = torch.tensor([3.0, 5.0, 1.0])

# %% predict="bill"
bill = ...  # what you pay: a number

# %% reveal="bill" answer="14.0"
reveal(bill, lambda: torch.dot(quantities, unit_prices).item())

# %% [markdown]
# You multiplied item by item, then added. That is the **dot product**, also called the **inner product**: two vectors of equal length go in,
# *one number* comes out. `torch.dot` does both steps; here they are one at a time:

# %%
quantities * unit_prices, (quantities * unit_prices).sum()

# %% [markdown]
# The second value is a 0-d tensor: a number, with the shape `()`.
#
# **Change one thing.** You bring the 3 apples *back*: in the line `quantities = …`, make the 3.0 a −3.0. Say what both values become, then run down to here.
# Afterwards restore the 3.0.
#
# ## 2 · A table of such numbers
#
# Now a friend shops too, and there are four shops. `orders` has a row for each person, `prices` a column for each shop. Both list the same three goods,
# in the same order. `orders @ prices` is everybody's bill in every shop.

# %%
orders = torch.tensor([[2.0, 1.0, 3.0], [0.0, 4.0, 1.0]])
prices = torch.tensor([[3.0, 2.0, 4.0, 3.0], [5.0, 6.0, 4.0, 5.0], [1.0, 2.0, 1.0, 3.0]])

# %% predict="entry"
entry = ...  # entry [1, 2] of the product, your friend's bill in the third shop: a number

# %% reveal="entry" answer="17.0"
reveal(entry, lambda: (orders @ prices)[1, 2].item())

# %% [markdown]
# Row 1 of the left matrix meets column 2 of the right one. Their dot product is entry `[1, 2]`. That is the whole definition:
#
# `C[i, j] = A[i, 0] · B[0, j] + A[i, 1] · B[1, j] + …`
#
# The loop holds torch to it, entry by entry: `assert_close` raises where two tensors differ by more than rounding.

# %%
bills = orders @ prices
for i in range(2):
    for j in range(4):
        torch.testing.assert_close(bills[i, j], torch.dot(orders[i], prices[:, j]))
draw.product(orders, prices, row=1, column=2)

# %% [markdown]
# **Change one thing.** Ask the picture for `row=0, column=3`. Before you run it, say which numbers will light up and what they give.
#
# > **Common trap.** "A matrix product is the inner product." An inner product is *one* number from two vectors. A matrix product is a table of
# > them: eight inner products in the picture above.
#
# ## 3 · Which shapes can meet
#
# A row and a column can meet only if they are equally long. So the left matrix must have as many columns as the right one has rows:
#
# `(n, k) @ (k, m) → (n, m)`
#
# The two **inner** sizes must be equal, and they disappear: they are what is summed over. The two **outer** sizes stay. And an inner size of 1,
# which `*` would stretch by broadcasting? Look at the picture, then guess.

# %%
draw.inner((2, 3), (3, 4))

# %% predict="inner_one"
inner_one = ...  # the shape of (2, 3) @ (1, 4): a tuple, or None if torch refuses

# %% reveal="inner_one" answer="None"
reveal(inner_one, lambda: (torch.ones(2, 3) @ torch.ones(1, 4)).shape)

# %% [markdown]
# Inner sizes must be *equal*; nothing stretches. Two inner zeros are equal, too: each entry is then a sum of no terms, which is 0.
#
# If the sizes stand the wrong way round, transpose: `.T` swaps rows and columns. A price list with a *row* for each shop, `(4, 3)`, cannot meet
# `orders`, but its transpose can. `reshape` gives `(3, 4)` as well, and different bills: it keeps the numbers in their old order and only cuts new rows.

# %%
by_shop = prices.T
print((orders @ by_shop.T)[0], (orders @ by_shop.reshape(3, 4))[0])
torch.zeros(2, 0) @ torch.zeros(0, 4)

# %% [markdown]
# **Change one thing.** In the last line, change one `0` to a `1`. What will torch say?
#
# ## 4 · `*` is not `@`
#
# On two square matrices both run, and both results have the same shape. Before you run this: which of the three results will hold
# a 0? The `try` asks one more question: may the number types differ?

# %%
numbers = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
swap = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
print("float64 * float32 is", (numbers.to(torch.float64) * swap).dtype)
try:
    numbers.to(torch.float64) @ swap
except RuntimeError:
    print("float64 @ float32 is refused")
numbers * swap, numbers @ swap, swap @ numbers

# %% [markdown]
# - `*` pairs the entries that stand at the same place. It never sums.
# - `@` pairs rows with columns, and sums. From the right, `swap` exchanged the columns of `numbers`.
# - Order matters for `@`: from the left, `swap` exchanged the rows.
# - `*` promotes when the number types differ. `@` refuses: cast one operand yourself.
#
# **Change one thing.** Make `swap` the matrix `torch.eye(2)`, with ones on the diagonal only. Which of the three results will still equal `numbers`?
#
# ## 5 · Three ways to see one product
#
# **Rows with columns** was the first. For the second, take column `k` of the left matrix and row `k` of the right one, and multiply every number of the
# column with every number of the row. That is their **outer product**, `torch.outer`: a full matrix. There is one for each `k`, and they add up to the product.

# %%
terms = torch.stack([torch.outer(orders[:, k], prices[k]) for k in range(3)])
torch.testing.assert_close(terms.sum(0), orders @ prices)
draw.outer_sum(orders, prices)

# %% [markdown]
# Term `k` is what everybody pays everywhere for good `k` alone.
#
# The third way looks at one row. A row times a matrix is a **mix of the matrix's rows**: `x @ W` is `x[0] · W[0] + x[1] · W[1]`. So `W` moves points,
# and its rows say where the two unit steps land. Where do you get to with 3 steps `W[0]` and 1 step `W[1]`?

# %%
W = torch.tensor([[1.0, 1.0], [-1.0, 1.0]])
draw.plane(W, "The unit square, pushed through W")

# %%
point = torch.tensor([3.0, 1.0]) @ W
point, (point @ torch.linalg.inv(W)).round()

# %% [markdown]
# `[3, 1]` and `[2, 4]` name one point in two **bases**: counted in rows of `W`, and counted in ordinary steps. A product with `W` is a
# **change of basis**; a product with its inverse changes back.
#
# **Change one thing.** Make the second row of `W` equal to its first. What becomes of the square? Can anyone still walk back? Run both cells.
#
# ## 6 · From three loops to one call
#
# The definition has three indices, so the plainest program has three loops. (`new_zeros` makes zeros with the `dtype` and the device of `A`; devices are the subject of chapter 06.)

# %%
def three_loops(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            for k in range(A.shape[1]):
                C[i, j] += A[i, k] * B[k, j]
    return C

torch.testing.assert_close(three_loops(orders, prices), orders @ prices)

# %% [markdown]
# A loop disappears when one line does all its turns. The loop over `k` is a dot product: two loops are left. The loops over `i` and `j` together are
# an outer product: one is left. Broadcasting removes all three: give each operand a size of 1 where only the other one has an axis.

# %%
torch.testing.assert_close((orders.unsqueeze(2) * prices.unsqueeze(0)).sum(1), orders @ prices)
draw.broadcast((2, 3, 1), (1, 3, 4))

# %% [markdown]
# Entry `[i, k, j]` is the term `A[i, k] * B[k, j]`, and the sum over axis 1 runs over `k`. No loop is left, but all n·k·m terms stand in memory
# first: for matrices of 1000 × 1000, a thousand million.
#
# Now measure, on one processor core, for Python's loops have no more. The fastest of eight runs counts: whatever else the computer does can only
# add time. (`item()` is there for GPUs: it waits for the result; chapter 06 says why.)

# %% tags=["nbval-ignore-output"]
from timeit import repeat

def microseconds(function, A, B):
    times = repeat(lambda: function(A, B).sum().item(), number=1, repeat=8)
    return 1e6 * min(times)

torch.set_num_threads(1)
sizes = [2, 4, 8, 16]
loops = [microseconds(three_loops, torch.ones(n, n), torch.ones(n, n)) for n in sizes]
calls = [microseconds(torch.matmul, torch.ones(n, n), torch.ones(n, n)) for n in sizes]
ratio = round(loops[-1] / calls[-1], -3)
print(f"n = {sizes[-1]}: the loops take about {ratio:.0f} times as long as the call")
curves = {"three loops": loops, "one call": calls}
draw.lines(sizes, curves, "Time of one product", "n", "microseconds", log=True)

# %% [markdown]
# The loops do n³ tiny operations on tensors, and for each one Python has to pick out numbers, wrap them and call torch. The one call does the same
# multiplications in compiled code. Your times are your own; the gap is everybody's.
#
# **Change one thing.** Add 32 to `sizes`. The loops now do 8 times as many turns as for 16. How much longer will they take? And the call?
#
# ## 7 · When one of them is a vector
#
# `@` calls `torch.matmul`, which takes more than matrices. A 1-D operand becomes a matrix for a moment:
#
# - on the **left**, a size of 1 is *prepended*: `(3,)` becomes `(1, 3)`, one row;
# - on the **right**, a size of 1 is *appended*: `(3,)` becomes `(3, 1)`, one column;
# - after the product, the size that was added is *removed*.

# %% predict="row_vector"
row_vector = ...  # the shape of (3,) @ (3, 4): a tuple, or None if torch refuses

# %% reveal="row_vector" answer="(4,)"
reveal(row_vector, lambda: torch.matmul(torch.ones(3), torch.ones(3, 4)).shape)

# %% [markdown]
# `(1, 3) @ (3, 4)` is `(1, 4)`, and the 1 goes. Four pairs for `matmul`, then four strict relatives that each take one kind of pair:
# `torch.dot` two vectors of one length, `torch.mv` a matrix and a vector, `torch.mm` two matrices, `torch.bmm` two stacks of matrices. Use them
# where another shape would be a mistake.
#
# A 1-D tensor is neither a row nor a column. If you mean one, say so with `unsqueeze`, as the last line does.

# %%
for left, right in [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4))]:
    shape = torch.matmul(torch.ones(left), torch.ones(right)).shape
    print("matmul", left, right, "→", tuple(shape))
strict = [(torch.dot, (3,), (1,)), (torch.mv, (2, 3), (3, 1)),
          (torch.mm, (2, 3), (3,)), (torch.bmm, (2, 3), (3, 4))]
for function, left, right in strict:
    try:
        function(torch.ones(left), torch.ones(right))
    except RuntimeError:
        print(function.__name__, "refuses", left, right)
(quantities.unsqueeze(1) @ unit_prices.unsqueeze(0)).shape

# %% [markdown]
# **Change one thing.** The last line is a column times a row. Swap the 1 and the 0, so that a row meets a column. Which shape comes out?
#
# ## 8 · Stacks of matrices
#
# The two shop on five days, and prices rise: `days` is a **batch** of five matrices, `(5, 2, 3)`, with three axes: `days.ndim` is 3. The last two axes
# are the matrix; all axes before them only count matrices. `torch.bmm` multiplies day 0 with day 0, day 1 with day 1, and so on, in one call.
#
# Then let the prices stay the same all week: five matrices on the left, a batch of one on the right. What does `bmm` say to that?

# %%
days = torch.stack([orders + day for day in range(5)])
daily_prices = torch.stack([prices + day for day in range(5)])
for day, table in enumerate(torch.bmm(days, daily_prices)):
    torch.testing.assert_close(table, days[day] @ daily_prices[day])
draw.batch_product(days, daily_prices)

# %% predict="one_for_all"
one_for_all = ...  # the shape of torch.bmm on (5, 2, 3) and (1, 3, 4): a tuple, or None if torch refuses

# %% reveal="one_for_all" answer="None"
reveal(one_for_all, lambda: torch.bmm(days, prices.unsqueeze(0)).shape)

# %% [markdown]
# `bmm` wants two 3-D tensors with the same batch size: it does not broadcast, not even a batch of 1. You can `expand` the one matrix to a batch, with
# stride 0 and no copy. Or use `@`: it applies the inner rule to the last two axes and broadcasts all axes before them, so that `(5, 1)` and
# `(6,)` give `(5, 6)`:

# %%
week = prices.unsqueeze(0).expand(5, 3, 4)
print(week.stride(), torch.equal(torch.bmm(days, week), days @ prices))
(torch.ones(5, 1, 2, 3) @ torch.ones(6, 3, 4)).shape

# %% [markdown]
# > **Common trap.** "`matmul` is for 1-D and 2-D tensors." It takes any number of axes, and so it also takes what you did not mean. Below are three
# > matrices, and three vectors, one for each. `@` reads the stack of vectors, `(3, 3)`, as *one matrix* for all of them.

# %%
matrices, vectors = torch.ones(3, 2, 3), torch.arange(9.0).reshape(3, 3)
print((matrices @ vectors).shape)
(matrices @ vectors.unsqueeze(-1)).squeeze(-1).shape

# %% [markdown]
# **Change one thing.** Take four matrices, `(4, 2, 3)`, and four vectors, `torch.arange(12.0).reshape(4, 3)`. Which line raises now, and why was it
# silent before?
#
# ## 9 · Which axis is summed?
#
# Two tensors hold one vector in each row, and every row of the one is to meet every row of the other. This is the heart of **attention**: in each of 2
# texts, 5 *queries* and 7 *keys* are vectors of length 8, and every pair gets a score, its dot product. As they stand, they cannot meet: each key has to become a column.
# `mT` transposes every matrix of a batch; `transpose(-2, -1)` does the same. Not `.T`: of more than two axes it turns *all* round, and torch is about to refuse that.

# %%
generator = torch.Generator().manual_seed(3)
queries = torch.randn(2, 5, 8, generator=generator)
keys = torch.randn(2, 7, 8, generator=generator)
draw.inner(queries.shape, keys.shape)

# %% predict="scores"
score_shape = ...  # the shape of queries @ keys.mT: a tuple, or None if torch refuses

# %% reveal="scores" answer="(2, 5, 7)"
reveal(score_shape, lambda: (queries @ keys.mT).shape)

# %% [markdown]
# With 7 keys, whoever forgets `mT` is told. With *8* keys of length 8 there is nothing to refuse: the shape is right and the scores are
# wrong. Equal sizes hide mistakes. Test with sizes that all differ.
#
# Attention then divides by the square root of the length, and `softmax` turns each query's scores into weights that sum to 1, along the last
# axis: the one that counts keys.

# %%
square_keys = torch.randn(2, 8, 8, generator=generator)
wrong, scores = queries @ square_keys, queries @ square_keys.transpose(-2, -1)
print(wrong.shape == scores.shape, torch.allclose(wrong, scores))
weights = torch.softmax(scores / 8**0.5, dim=-1)
torch.testing.assert_close(weights.sum(-1), torch.ones(2, 5))

# %% [markdown]
# **Change one thing.** Let `softmax` work along `dim=1`. The last line will object. Which line would hold in its place?
#
# ## 10 · A letter for each axis
#
# `torch.einsum` says outright what is summed. Each axis gets a letter, and every letter is a loop:
#
# - a letter that stands in several operands: these axes run together. Their sizes are equal, or 1: unlike `@`, einsum stretches a 1, and says nothing;
# - a letter to the right of `->`: an axis of the result;
# - a letter that is missing there: summed over.
#
# `"ik,kj->ij"` is `three_loops`: compare the letters with the brackets of its innermost line. Now drop one letter more:

# %% predict="letters"
letters = ...  # the shape of torch.einsum("ik,kj->j", orders, prices): a tuple, or None if torch refuses

# %% reveal="letters" answer="(4,)"
reveal(letters, lambda: torch.einsum("ik,kj->j", orders, prices).shape)

# %% [markdown]
# `i` is summed too: what each shop would earn from both people. Most of this chapter fits in seven strings, and one of them has three operands:

# %%
same = torch.testing.assert_close
same(torch.einsum("ik,kj->ij", orders, prices), orders @ prices)
assert torch.einsum("ik,kj->ij", torch.ones(2, 3), torch.ones(1, 4)).shape == (2, 4)  # @ refuses this
same(torch.einsum("k,k->", quantities, unit_prices), torch.dot(quantities, unit_prices))
same(torch.einsum("i,j->ij", quantities, unit_prices), torch.outer(quantities, unit_prices))
same(torch.einsum("ij->ji", prices), prices.T)
same(torch.einsum("k,kj,j->", quantities, prices, torch.ones(4)), quantities @ prices @ torch.ones(4))
same(torch.einsum("bik,bkj->bij", days, daily_prices), torch.bmm(days, daily_prices))
same(torch.einsum("bqd,bkd->bqk", queries, keys), queries @ keys.mT)

# %% [markdown]
# The last string has no transpose to forget: `d`, the length of the vectors, is summed because it is missing on the right.
#
# **Change one thing.** In `"ik,kj->j"`, keep another letter, so that the result is what each *person* would pay in all shops together.
#
# ## 11 · What a product costs
#
# `(n, k) @ (k, m)` has n·m entries, each with k multiplications and about as many additions: **2·n·k·m floating-point operations**, FLOPs. torch can
# count them. Then use the formula yourself: `(A @ B) @ x` and `A @ (B @ x)` are equal, up to rounding, but their costs are not.

# %%
from torch.utils.flop_counter import FlopCounterMode

def flops(function):
    with FlopCounterMode(display=False) as counter:
        function()
    return counter.get_total_flops()

A, B, x = torch.ones(40, 2), torch.ones(2, 40), torch.ones(40, 1)
flops(lambda: A @ B), 2 * 40 * 2 * 40

# %% predict="times_cheaper"
times_cheaper = ...  # how many times as many FLOPs (A @ B) @ x needs: a number

# %% reveal="times_cheaper" answer="30.0"
reveal(times_cheaper, lambda: flops(lambda: (A @ B) @ x) / flops(lambda: A @ (B @ x)))

# %%
torch.testing.assert_close((A @ B) @ x, A @ (B @ x))
costs = [flops(lambda: (A @ B) @ x), flops(lambda: A @ (B @ x))]
draw.bars(["(A @ B) @ x", "A @ (B @ x)"], costs, "One result, two orders", "FLOPs")

# %% [markdown]
# The first order builds a 40 × 40 matrix, only to throw it away. In a longer chain, ask which product is done *last*: it cuts the chain into two shorter
# ones, and each of them asks the same question.
#
# FLOPs are half of the bill. Numbers also travel between memory and processor: at the least, both operands once in and the result once out,
# 4 bytes for each `float32`. The FLOPs for each byte moved are the **arithmetic intensity**.

# %%
def intensity(n, k, m, bytes_each=4):
    return 2 * n * k * m / (bytes_each * (n * k + k * m + n * m))

lengths = [1, 10, 100, 1000]
square, vector = [intensity(n, n, n) for n in lengths], [intensity(n, n, 1) for n in lengths]
print(round(square[2], 1), round(vector[2], 2))
curves = {"matrix @ matrix": square, "matrix @ vector": vector}
draw.lines(lengths, curves, "FLOPs for each byte", "n", log=True)

# %% [markdown]
# Between square matrices each number is used n times, and the intensity is n/6. Times a vector, each number of the matrix is used once, and it stays
# below one half, however large the matrix. Such a product mostly waits for memory. With more columns the same trip through memory serves more of them:

# %% tags=["nbval-ignore-output"]
big = torch.ones(1000, 1000)
one_column = microseconds(torch.matmul, big, torch.ones(1000, 1))
for m in [16, 64]:
    ratio = microseconds(torch.matmul, big, torch.ones(1000, m)) / one_column
    print(f"{m} columns: {m} times the FLOPs in {ratio:.1f} times the time")

# %% [markdown]
# This is one reason why networks work on batches. (Ask for 10 columns, too: a width that suits the compiled code badly may take longer than a larger one.)
#
# And if the fast memory near the processor cannot hold both operands? Cut them into **blocks** of b × b that fit. Blocks multiply like numbers: a row of
# blocks meets a column of blocks. Entry by entry, each of the n³ multiplications loads 2 numbers. Two blocks are 2·b² loads and serve b³
# multiplications, so the loads fall by a factor of b:

# %%
left, right = torch.arange(16.0).reshape(4, 4), torch.ones(4, 4)
corner = left[:2, :2] @ right[:2, :2] + left[:2, 2:] @ right[2:, :2]
print(torch.equal(corner, (left @ right)[:2, :2]))

def loads(n, block):
    pairs_of_blocks = (n // block) ** 3
    return pairs_of_blocks * 2 * block**2

[loads(16, block) for block in [1, 2, 4, 8, 16]]

# %% [markdown]
# **Change one thing.** Ask for a matrix of 32 instead of 16. By what factor does each number of the list grow?
#
# ## Recap
#
# - Each entry of a product is one dot product: the inner sizes must be equal and are summed away, the outer sizes stay.
# - `@` takes vectors, matrices and stacks, and broadcasts all but the last two axes. `dot`, `mv`, `mm` and `bmm` refuse what they are not for. `einsum` names every axis.
# - A product costs 2·n·k·m FLOPs. The order of a chain, and how often each number is loaded, can cost more than the arithmetic that was needed.
#
# ## Next
#
# Do [the exercises](../exercises/03_matmul_and_bmm/03_matmul_and_bmm.ipynb). In chapter 04 a matrix product gains a bias, and becomes the layer that networks are made of.
