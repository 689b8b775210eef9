# %% [markdown]
# # 03 · Matrix products: exercises
#
# One hundred points: five predictions, seven exercises, one boss. About 85 minutes, and half an hour more for the boss.
#
# - Work from top to bottom. Each exercise has an answer cell, marked `# your code here`, and below it the cells that check it.
# - Run a check with Shift+Enter. ✓ means that the part you can see holds, ✗ says what does not, ○ that the answer is still empty.
#   Grading runs the same checks with more shapes: sizes of 0 and 1, other dtypes, sizes that are all different.
# - Each check is worth its own points, all or nothing, so half an exercise earns half its points.
# - Stuck? Three hints are folded under each exercise: a nudge, the idea, nearly the code.
# - Finished? Restart the kernel, run all cells, save, and submit the notebook.
#
# Everything here is in the chapter, [03 · Matrix products](../../course/03_matmul_and_bmm.ipynb).

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
# ### Prediction 1 · One entry of a product · 2 points · 1 minute
#
# ```python
# A = torch.tensor([[2, 0, 1],
#                   [3, 1, 4]])
# B = torch.tensor([[1, 5],
#                   [2, 0],
#                   [3, 2]])
# (A @ B)[1, 0]
# ```
#
# Which number stands there? It tests **dot**.

# %% solution="predict_entry" objective="dot"
predict_entry = ...  # a number
### BEGIN SOLUTION
predict_entry = 17
### END SOLUTION

# %% test="predict_entry-value" points=2
check.attempted(predict_entry, "predict_entry is the number that stands at [1, 0]")
check.prediction(predict_entry, "number")
### BEGIN HIDDEN TESTS
A = torch.tensor([[2, 0, 1], [3, 1, 4]])
B = torch.tensor([[1, 5], [2, 0], [3, 2]])
check.close(
    predict_entry,
    (A @ B)[1, 0].item(),
    on="A (2, 3), B (3, 2)",
    traps={
        "this is entry [0, 1]: the first index picks the row of A, the second the column of B": (A @ B)[0, 1].item(),
        "this is one product only: an entry of A @ B adds up a whole row times a whole column": (A[1, 0] * B[1, 0]).item(),
        "this is the first product only: an entry of A @ B adds up a whole row times a whole column": (
            A[1, 0] * B[0, 0]
        ).item(),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_entry"
# **Why it works.** Entry [1, 0] is row 1 of A with column 0 of B: 3·1 + 1·2 + 4·3 = 17. **Another way.** Add up the outer products
# of A's columns with B's rows and look at place [1, 0] of each of them: 3, 2 and 12.

# %% [markdown]
# ### Prediction 2 · Do they meet? · 2 points · 1 minute
#
# ```python
# X = torch.ones(5, 2)
# W = torch.ones(3, 2)
# (X @ W).shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **inner**.

# %% solution="predict_shape" objective="inner"
predict_shape = ...  # a tuple, or None
### BEGIN SOLUTION
predict_shape = None
### END SOLUTION

# %% test="predict_shape-value" points=2
check.attempted(predict_shape, "predict_shape is the shape of X @ W, or None if torch refuses")
check.prediction(predict_shape, "shape")
### BEGIN HIDDEN TESTS
X = torch.ones(5, 2)
W = torch.ones(3, 2)
try:
    says = tuple((X @ W).shape)
except RuntimeError:
    says = None
check.equal(
    predict_shape,
    says,
    on="X (5, 2), W (3, 2)",
    traps={
        "this is the shape of X @ W.T: @ transposes nothing for you": tuple((X @ W.T).shape),
        "this keeps the shape of X: what must agree are the columns of X and the rows of W": tuple(X.shape),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_shape"
# **Why it works.** The inner sizes are the columns of X, 2, and the rows of W, 3: they differ, so torch refuses. That the last sizes
# are equal does not help. **Another way.** Write the shapes side by side, (5, 2)(3, 2), and look at the two numbers in the middle.

# %% [markdown]
# ### Prediction 3 · A transpose and a vector · 2 points · 1 minute
#
# ```python
# A = torch.ones(4, 3)
# v = torch.ones(4)
# (A.T @ v).shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **transposes**.

# %% solution="predict_vector" objective="transposes"
predict_vector = ...  # a tuple, or None
### BEGIN SOLUTION
predict_vector = (3,)
### END SOLUTION

# %% test="predict_vector-value" points=2
check.attempted(predict_vector, "predict_vector is the shape of A.T @ v, or None if torch refuses")
check.prediction(predict_vector, "shape")
### BEGIN HIDDEN TESTS
A = torch.ones(4, 3)
v = torch.ones(4)
try:
    says = tuple((A.T @ v).shape)
except RuntimeError:
    says = None
check.equal(
    predict_vector,
    says,
    on="A (4, 3), v (4,)",
    traps={
        "this makes v a column first: a 1-D operand has no columns, and its size is gone from the result": tuple(
            (A.T @ v.unsqueeze(1)).shape
        ),
        "this is what torch says to A @ v: A.T is (3, 4), and its 4 columns meet the 4 numbers of v": None,
        "this is the shape of v: the 4 is the inner size, which is summed away": tuple(v.shape),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_vector"
# **Why it works.** `A.T` is (3, 4); with the vector of 4 it gives three dot products, and a 1-D operand leaves no dimension behind: (3,).
# **Another way.** `v @ A` is the same vector: a vector on the left takes dot products with the columns of A.

# %% [markdown]
# ### Prediction 4 · Batches that meet · 2 points · 1 minute
#
# ```python
# P = torch.ones(7, 1, 2, 3)
# Q = torch.ones(4, 3, 5)
# (P @ Q).shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **batches**.

# %% solution="predict_batch" objective="batches"
predict_batch = ...  # a tuple, or None
### BEGIN SOLUTION
predict_batch = (7, 4, 2, 5)
### END SOLUTION

# %% test="predict_batch-value" points=2
check.attempted(predict_batch, "predict_batch is the shape of P @ Q, or None if torch refuses")
check.prediction(predict_batch, "shape")
### BEGIN HIDDEN TESTS
P = torch.ones(7, 1, 2, 3)
Q = torch.ones(4, 3, 5)
try:
    says = tuple((P @ Q).shape)
except RuntimeError:
    says = None
check.equal(
    predict_batch,
    says,
    on="P (7, 1, 2, 3), Q (4, 3, 5)",
    traps={
        "this says that torch refuses: matmul, unlike bmm, broadcasts all dimensions before the last two": None,
        "this keeps the batch of P: its 1 stretches to the 4 of Q": tuple((P @ Q[0]).shape),
        "this drops the 7: dimensions that only one operand has are kept": tuple((P[0] @ Q).shape),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_batch"
# **Why it works.** The last two sizes multiply, (2, 3)(3, 5) → (2, 5). What stands before them broadcasts, aligned at the right:
# (7, 1) with (4,) → (7, 4). **Another way.** Expand both by hand, to (7, 4, 2, 3) and (7, 4, 3, 5): then it is 28 plain products.

# %% [markdown]
# ### Prediction 5 · The letter that is missing · 2 points · 1 minute
#
# ```python
# P = torch.ones(6, 2, 3)
# Q = torch.ones(6, 3, 4)
# torch.einsum("bij,bjk->ik", P, Q).shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **einsum**.

# %% solution="predict_einsum" objective="einsum"
predict_einsum = ...  # a tuple, or None
### BEGIN SOLUTION
predict_einsum = (2, 4)
### END SOLUTION

# %% test="predict_einsum-value" points=2
check.attempted(predict_einsum, "predict_einsum is the shape of the einsum, or None if torch refuses")
check.prediction(predict_einsum, "shape")
### BEGIN HIDDEN TESTS
P = torch.ones(6, 2, 3)
Q = torch.ones(6, 3, 4)
try:
    says = tuple(torch.einsum("bij,bjk->ik", P, Q).shape)
except RuntimeError:
    says = None
check.equal(
    predict_einsum,
    says,
    on="P (6, 2, 3), Q (6, 3, 4)",
    traps={
        "this keeps the batch: b stands on the left only, so it is summed like j": tuple(torch.bmm(P, Q).shape),
        "this says that torch refuses: einsum just sums over every letter that is missing on the right": None,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_einsum"
# **Why it works.** The result has the letters after the arrow, i and k. b and j are missing there, so both are summed: six products are
# added up into one. **Another way.** It is `torch.bmm(P, Q).sum(0)`.

# %% [markdown]
# ## Warm-ups

# %% [markdown]
# ### Exercise 1 · The dot product ★ · 5 points · 5 minutes
#
# Multiply two vectors of one length entry by entry, and add up the products. The result is a tensor without dimensions, in the dtype of the
# vectors; for two empty vectors it is zero. The vectors stay as they were.
#
# torch has this ready made, and the point is to do without: no `dot`, `matmul`, `@`, `inner`, `mv`, `mm`, `einsum`.
#
# It tests **dot**, sections 1 and 2 of [the chapter](../../course/03_matmul_and_bmm.ipynb).

# %% solution="dot_product" objective="dot"
def dot_product(a: Tensor, b: Tensor) -> Tensor:
    """(n,), (n,) -> (), in the dtype of a.

    >>> dot_product(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 10.0]))
    tensor(23.)
    """
    ### BEGIN SOLUTION
    products = a * b
    return products.sum()
    ### END SOLUTION

# %% test="dot_product-values" points=3
check.attempted(dot_product, "dot_product adds up the products of the entries")
check.source_without(dot_product, "@", "dot", "vdot", "inner", "tensordot", "matmul", "mm", "mv", "einsum")
a = torch.tensor([1.0, 2.0, 3.0])
b = torch.tensor([4.0, -5.0, 6.0])
expected = torch.dot(a, b)
check.close(
    dot_product(a, b),
    expected,
    on="a (3,), b (3,)",
    traps={
        "this is a * b: the products are still to be added up": a * b,
        "this is a.sum() * b.sum(): multiply entry by entry first, add up afterwards": a.sum() * b.sum(),
        "this multiplies every entry of a with every entry of b: entry i of a meets entry i of b only": torch.outer(a, b),
        "this is the mean of the products: a dot product is their sum": (a * b).mean(),
        "this leaves out the last product: a range ends before its stop": torch.dot(a[:-1], b[:-1]),
        "this leaves out the first product: indices start at 0": torch.dot(a[1:], b[1:]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n in (1, 2, 17, 200):
    a = torch.randn(n, generator=generator, dtype=torch.float64)
    b = torch.randn(n, generator=generator, dtype=torch.float64)
    expected = torch.dot(a, b)
    check.close(
        dot_product(a, b),
        expected,
        on=f"a ({n},), b ({n},), float64",
        traps={
            "this is a * b: the products are still to be added up": a * b,
            "this is a.sum() * b.sum(): multiply entry by entry first, add up afterwards": a.sum() * b.sum(),
            "this leaves out the last product: a range ends before its stop": torch.dot(a[:-1], b[:-1]),
            "this leaves out the first product: indices start at 0": torch.dot(a[1:], b[1:]),
        },
    )
### END HIDDEN TESTS

# %% test="dot_product-dtype_and_empty" points=2
check.attempted(dot_product, "dot_product keeps the dtype, and two empty vectors give zero")
check.source_without(dot_product, "@", "dot", "vdot", "inner", "tensordot", "matmul", "mm", "mv", "einsum")
a = torch.tensor([2, 3])
b = torch.tensor([5, 7])
expected = torch.dot(a, b)
check.close(dot_product(a, b), expected, on="a (2,), b (2,), int64", traps={"this is a * b: the products are still to be added up": a * b})
check.unchanged(dot_product, a, b, on="a (2,), b (2,), int64")
### BEGIN HIDDEN TESTS
generator = check.generator()
a = torch.randn(5, generator=generator, dtype=torch.float64)
b = torch.randn(5, generator=generator, dtype=torch.float64)
expected = torch.dot(a, b)
check.close(dot_product(a, b), expected, on="a (5,), b (5,), float64")
for dtype in (torch.float32, torch.float64, torch.int64):
    a = torch.zeros(0, dtype=dtype)
    b = torch.zeros(0, dtype=dtype)
    expected = torch.dot(a, b)
    check.close(dot_product(a, b), expected, on=f"a (0,), b (0,), {dtype}")
check.unchanged(dot_product, torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]), on="a (2,), b (2,)")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Two steps: one that keeps the shape, and one that takes the dimension away.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `*` multiplies entry by entry and sums nothing. Which method of a tensor adds up all its entries, even when there are none?
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# return (... * ...).sum()
# ```
#
# </details>

# %% [markdown] solution_notes="dot_product"
# **Why it works.** `*` pairs the entries, `sum` adds them and keeps the dtype of int64 and of the floats; the sum of nothing is 0.
# **Another way.** Start with `total = a.new_zeros(())` and add `a[i] * b[i]` in a loop: right, and one operator for each entry.

# %% [markdown]
# ### Exercise 2 · May these two multiply? ★ · 5 points · 6 minutes
#
# You get two shapes as tuples, each with one or two sizes. Return the shape of the product that `torch.matmul` would make of two such
# tensors, as a tuple, or `None` if it would refuse. Make no tensors: the answer follows from the numbers alone.
#
# | left | right | product |
# |---|---|---|
# | (n, k) | (k, m) | (n, m) |
# | (n, k) | (k,) | (n,) |
# | (k,) | (k, m) | (m,) |
# | (k,) | (k,) | () |
#
# The inner sizes must be equal. A 1 there does not stretch.
#
# It tests **inner**, sections 3 and 7 of [the chapter](../../course/03_matmul_and_bmm.ipynb).

# %% solution="can_multiply" objective="inner"
def can_multiply(left: tuple[int, ...], right: tuple[int, ...]) -> tuple[int, ...] | None:
    """Two shapes of one or two sizes -> the shape of the product, or None.

    >>> can_multiply((2, 3), (3, 4))
    (2, 4)
    """
    ### BEGIN SOLUTION
    if left[-1] != right[0]:
        return None
    return left[:-1] + right[1:]
    ### END SOLUTION

# %% test="can_multiply-matrices" points=2
check.attempted(can_multiply, "can_multiply knows the shape of a product of two matrices")
check.source_without(can_multiply, "@", "matmul", "mm", "mv", "dot", "einsum")
check.equal(
    can_multiply((2, 3), (3, 4)),
    (2, 4),
    on="(2, 3) and (3, 4)",
    traps={
        "this says only that they can be multiplied: return the shape of the product": True,
        "this is None: compare the columns of the left with the rows of the right": None,
        "this is the inner size twice: the inner size is summed away, the outer sizes stay": (3, 3),
    },
)
check.equal(
    can_multiply((2, 3), (2, 3)),
    None,
    on="(2, 3) and (2, 3)",
    traps={
        "this is the shape of *, which works entry by entry: @ needs equal inner sizes": (2, 3),
        "this says only that they cannot be multiplied: return None": False,
    },
)
### BEGIN HIDDEN TESTS
pairs = [
    ((5, 1), (1, 7)),
    ((1, 5), (5, 1)),
    ((4, 6), (4, 6)),
    ((9, 6), (6, 9)),
    ((3, 1), (4, 5)),
    ((4, 5), (1, 3)),
    ((0, 3), (3, 6)),
    ((5, 0), (0, 4)),
    ((6, 5), (4, 6)),
    ((8, 10), (11, 12)),
]
for left, right in pairs:
    try:
        shape = tuple(torch.matmul(torch.zeros(left), torch.zeros(right)).shape)
    except RuntimeError:
        shape = None
    check.equal(
        can_multiply(left, right),
        shape,
        on=f"{left} and {right}",
        traps={
            "this stretches an inner 1: inner sizes are never broadcast": (left[0], right[1]),
            "this multiplies in the other order: the inner sizes are the last of the left and the first of the right": (right[0], left[1]),
        },
    )
### END HIDDEN TESTS

# %% test="can_multiply-vectors" points=3
check.attempted(can_multiply, "can_multiply knows what a vector leaves behind")
check.source_without(can_multiply, "@", "matmul", "mm", "mv", "dot", "einsum")
check.equal(
    can_multiply((2, 3), (3,)),
    (2,),
    on="(2, 3) and (3,)",
    traps={
        "this makes the vector a column: a 1-D operand leaves no dimension behind": (2, 1),
        "this is None: compare the last size of the left with the first size of the right": None,
    },
)
check.equal(
    can_multiply((3,), (3,)),
    (),
    on="(3,) and (3,)",
    traps={
        "this is None: two vectors of one length do multiply, to a tensor without dimensions": None,
        "this is the shape of *: a dot product sums the entries, and () is the shape of a single number": (3,),
        "this makes a matrix of one entry: a 1-D operand leaves no dimension behind": (1, 1),
        "this has one dimension too many: a single number has the shape ()": (1,),
    },
)
### BEGIN HIDDEN TESTS
pairs = [
    ((3,), (3, 4)),
    ((6,), (5, 6)),
    ((5, 6), (5,)),
    ((3,), (5,)),
    ((3,), (1,)),
    ((1,), (1,)),
    ((1,), (3, 4)),
    ((8, 1), (3,)),
    ((0,), (0,)),
    ((4, 0), (0,)),
    ((0,), (0, 2)),
]
for left, right in pairs:
    try:
        shape = tuple(torch.matmul(torch.zeros(left), torch.zeros(right)).shape)
    except RuntimeError:
        shape = None
    column = left if len(left) == 2 else (1, *left)
    row = right if len(right) == 2 else (*right, 1)
    check.equal(
        can_multiply(left, right),
        shape,
        on=f"{left} and {right}",
        traps={
            "this makes the vector a matrix: a 1-D operand leaves no dimension behind": (column[0], row[1]),
            "this stretches an inner 1: inner sizes are never broadcast": left[:-1] + right[1:],
        },
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Which number of the left shape, and which of the right, must be equal? Say it so that it holds for one size and for two.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# The last size of the left meets the first size of the right. Both are summed away. What is left of each tuple?
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# if left[...] != right[...]:
#     return None
# return left[: ...] + right[... :]
# ```
#
# </details>

# %% [markdown] solution_notes="can_multiply"
# **Why it works.** `left[-1]` and `right[0]` are the inner sizes for vectors and matrices alike; slicing them off leaves the empty
# tuple of a vector, and adding tuples joins what remains. **Another way.** Four cases, one for each line of the table.

# %% [markdown]
# ## Core

# %% [markdown]
# ### Exercise 3 · One product, three ways ★★ · 10 points · 15 minutes
#
# Write the product of two matrices three times. Each way is a way to look at it.
#
# 1. `matmul_loops`, two loops, over the rows of A and the columns of B: entry (i, j) is the dot product of row i and column j.
# 2. `matmul_one_loop`, one loop, over the inner size k: the product is the sum of the outer products of column k of A with row k of B.
#    Each pass treats the whole (n, m) result at once.
# 3. `matmul_no_loop`, none: let (n, k, 1) meet (1, k, m), and sum over the dimension they share.
#
# None of them uses `@`, `matmul`, `mm`, `mv`, `bmm`, `einsum`, `tensordot`, `inner`, `linear` or a relative of theirs; `dot` and `outer` are allowed. The result keeps the dtype of A. When the
# inner size is 0, every entry is an empty sum: zero.
#
# It tests **loops**, sections 5 and 6 of [the chapter](../../course/03_matmul_and_bmm.ipynb).

# %% solution="matmul_loops" objective="loops"
def matmul_loops(A: Tensor, B: Tensor) -> Tensor:
    """(n, k), (k, m) -> (n, m), in the dtype of A.

    >>> matmul_loops(torch.ones(2, 3), torch.ones(3, 1))
    tensor([[3.],
            [3.]])
    """
    ### BEGIN SOLUTION
    n, m = A.shape[0], B.shape[1]
    C = A.new_zeros(n, m)
    for i in range(n):
        for j in range(m):
            C[i, j] = (A[i] * B[:, j]).sum()
    return C
    ### END SOLUTION


def matmul_one_loop(A: Tensor, B: Tensor) -> Tensor:
    """(n, k), (k, m) -> (n, m), in the dtype of A.

    >>> matmul_one_loop(torch.ones(1, 3), torch.ones(3, 2))
    tensor([[3., 3.]])
    """
    ### BEGIN SOLUTION
    C = A.new_zeros(A.shape[0], B.shape[1])
    for k in range(A.shape[1]):
        C = C + torch.outer(A[:, k], B[k])
    return C
    ### END SOLUTION


def matmul_no_loop(A: Tensor, B: Tensor) -> Tensor:
    """(n, k), (k, m) -> (n, m), in the dtype of A.

    >>> matmul_no_loop(torch.ones(1, 3), torch.ones(3, 2))
    tensor([[3., 3.]])
    """
    ### BEGIN SOLUTION
    return (A.unsqueeze(2) * B).sum(1)
    ### END SOLUTION

# %% test="matmul_loops-two_loops" points=3
check.attempted(matmul_loops, "matmul_loops fills each entry with a dot product")
check.source_without(matmul_loops, "@", "matmul", "mm", "mv", "bmm", "einsum", "tensordot", "inner", "linear", "addmm", "addmv", "baddbmm", "vecdot", "multi_dot", "chain_matmul")
A = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
B = torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 2.0]])
expected = A @ B
check.close(
    matmul_loops(A, B),
    expected,
    on="A (2, 3), B (3, 2)",
    traps={
        "this is the product transposed: row i of A goes with entry (i, j), not (j, i)": (A @ B).T,
        "this is B @ A: rows come from A, columns from B": B @ A,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, k, m in [(3, 3, 3), (2, 6, 3), (4, 1, 3), (1, 5, 1), (1, 1, 1), (2, 0, 3), (0, 3, 2), (3, 2, 0)]:
    A = torch.randn(n, k, generator=generator, dtype=torch.float64)
    B = torch.randn(k, m, generator=generator, dtype=torch.float64)
    expected = A @ B
    check.close(
        matmul_loops(A, B),
        expected,
        on=f"A ({n}, {k}), B ({k}, {m}), float64",
        traps={
            "this is A * B: * never sums over k": lambda: A * B,
            "this is the product transposed: row i of A goes with entry (i, j), not (j, i)": (A @ B).T,
            "this multiplies rows of A with rows of B: entry (i, j) needs column j of B": lambda: A @ B.T,
        },
    )
### END HIDDEN TESTS

# %% test="matmul_loops-one_loop" points=3
check.attempted(matmul_one_loop, "matmul_one_loop adds up outer products, in one loop over k")
check.source_without(matmul_one_loop, "@", "matmul", "mm", "mv", "bmm", "einsum", "tensordot", "inner", "linear", "addmm", "addmv", "baddbmm", "vecdot", "multi_dot", "chain_matmul")
A = torch.tensor([[1.0, 2.0], [0.0, 3.0], [5.0, 1.0]])
B = torch.tensor([[2.0, 4.0], [1.0, 6.0]])
expected = A @ B
check.close(
    matmul_one_loop(A, B),
    expected,
    on="A (3, 2), B (2, 2)",
    traps={
        "this is the last outer product only: add each one to what is there": torch.outer(A[:, 1], B[1]),
        "this is the first outer product only: `return` stands behind the loop, not in it": torch.outer(A[:, 0], B[0]),
        "this takes columns of B: column k of A meets row k of B": torch.outer(A[:, 0], B[:, 0]) + torch.outer(A[:, 1], B[:, 1]),
    },
)
check.same_operators(
    matmul_one_loop,
    (torch.ones(2, 3), torch.ones(3, 4)),
    (torch.ones(8, 3), torch.ones(3, 10)),
    on="(2, 3) and (3, 4), then (8, 3) and (3, 10): k is 3 in both, so a loop over k takes as many steps",
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, k, m in [(3, 3, 3), (2, 6, 3), (4, 1, 3), (1, 5, 1), (1, 1, 1), (2, 0, 3), (0, 3, 2), (3, 2, 0)]:
    A = torch.randn(n, k, generator=generator, dtype=torch.float64)
    B = torch.randn(k, m, generator=generator, dtype=torch.float64)
    expected = A @ B
    check.close(
        matmul_one_loop(A, B),
        expected,
        on=f"A ({n}, {k}), B ({k}, {m}), float64",
        traps={
            "this is the last outer product only: add each one to what is there": lambda: torch.outer(A[:, -1], B[-1]),
            "this is the product transposed: column k of A gives the rows": (A @ B).T,
        },
    )
### END HIDDEN TESTS

# %% test="matmul_loops-no_loop" points=2
check.attempted(matmul_no_loop, "matmul_no_loop multiplies by broadcasting, and sums over k")
check.source_without(matmul_no_loop, "@", "matmul", "mm", "mv", "bmm", "einsum", "tensordot", "inner", "linear", "addmm", "addmv", "baddbmm", "vecdot", "multi_dot", "chain_matmul", "for", "while", "comprehension")
A = torch.tensor([[1.0, 2.0], [0.0, 3.0], [5.0, 1.0]])
B = torch.tensor([[2.0, 4.0], [1.0, 6.0]])
expected = A @ B
check.close(
    matmul_no_loop(A, B),
    expected,
    on="A (3, 2), B (2, 2)",
    traps={
        "this is the (n, k, m) table of products: it is still to be summed over k": A.unsqueeze(2) * B,
        "this sums over n: k is dimension 1 of (n, k, m)": (A.unsqueeze(2) * B).sum(0),
        "this sums over m: k is dimension 1 of (n, k, m)": (A.unsqueeze(2) * B).sum(2),
        "this sums over everything: only k is summed away": (A.unsqueeze(2) * B).sum(),
        "this multiplies rows of A with rows of B: k must stand in the same place of both": A @ B.T,
    },
)
check.same_operators(
    matmul_no_loop,
    (torch.ones(2, 3), torch.ones(3, 4)),
    (torch.ones(8, 9), torch.ones(9, 10)),
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, k, m in [(3, 3, 3), (2, 6, 3), (4, 1, 3), (1, 5, 1), (1, 1, 1), (2, 0, 3), (0, 3, 2), (3, 2, 0)]:
    A = torch.randn(n, k, generator=generator, dtype=torch.float64)
    B = torch.randn(k, m, generator=generator, dtype=torch.float64)
    expected = A @ B
    check.close(
        matmul_no_loop(A, B),
        expected,
        on=f"A ({n}, {k}), B ({k}, {m}), float64",
        traps={
            "this is A * B: * never sums over k": lambda: A * B,
            "this multiplies rows of A with rows of B: k must stand in the same place of both": lambda: A @ B.T,
        },
    )
### END HIDDEN TESTS

# %% test="matmul_loops-dtype_and_arguments" points=2
check.attempted(matmul_loops, "all three keep the dtype of A, and leave A and B as they were")
A = torch.tensor([[1, 2, 3]])
B = torch.tensor([[4], [5], [6]])
expected = A @ B
check.close(matmul_loops(A, B), expected, on="matmul_loops: A (1, 3), B (3, 1), int64")
check.unchanged(matmul_loops, A, B, on="matmul_loops: A (1, 3), B (3, 1)")
check.close(matmul_one_loop(A, B), expected, on="matmul_one_loop: A (1, 3), B (3, 1), int64")
check.unchanged(matmul_one_loop, A, B, on="matmul_one_loop: A (1, 3), B (3, 1)")
check.close(matmul_no_loop(A, B), expected, on="matmul_no_loop: A (1, 3), B (3, 1), int64")
check.unchanged(matmul_no_loop, A, B, on="matmul_no_loop: A (1, 3), B (3, 1)")
### BEGIN HIDDEN TESTS
generator = check.generator()
for dtype in (torch.int64, torch.float32, torch.float64):
    A = torch.randint(-9, 10, (3, 3), generator=generator).to(dtype)
    B = torch.randint(-9, 10, (3, 4), generator=generator).to(dtype)
    expected = A @ B
    check.close(matmul_loops(A, B), expected, on=f"matmul_loops: A (3, 3), B (3, 4), {dtype}")
    check.unchanged(matmul_loops, A, B, on=f"matmul_loops: A (3, 3), B (3, 4), {dtype}")
    check.close(matmul_one_loop(A, B), expected, on=f"matmul_one_loop: A (3, 3), B (3, 4), {dtype}")
    check.unchanged(matmul_one_loop, A, B, on=f"matmul_one_loop: A (3, 3), B (3, 4), {dtype}")
    check.close(matmul_no_loop(A, B), expected, on=f"matmul_no_loop: A (3, 3), B (3, 4), {dtype}")
    check.unchanged(matmul_no_loop, A, B, on=f"matmul_no_loop: A (3, 3), B (3, 4), {dtype}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# For the loops, make the whole result first, full of zeros, with the dtype of A: `A.new_zeros(…)`. For no loop, imagine a box with n × k × m
# little products in it.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Two loops: row `A[i]` and column `B[:, j]` are vectors of the same length. One loop: column `A[:, k]` and row `B[k]` make an (n, m) matrix with
# `torch.outer`, and you add k of these. No loop: `A.unsqueeze(2)` is (n, k, 1), which broadcasts with B.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# C[i, j] = (... * ...).sum()               # inside two loops
# C += torch.outer(A[:, ...], B[...])       # inside one loop
# return (A.unsqueeze(...) * B).sum(...)    # no loop
# ```
#
# </details>

# %% [markdown] solution_notes="matmul_loops"
# **Why it works.** All three add up A[i, k] · B[k, j] over k; they differ in what happens at once: one number, one (n, m) sheet, the whole
# (n, k, m) box. The box is quick and needs k times the memory of the result. `new_zeros` takes over the dtype, so integers stay integers.
# **Another way.** `(A.unsqueeze(1) * B.T).sum(2)`: rows of A against rows of the transposed B, with k last; or `torch.dot` inside two loops.

# %% [markdown]
# ### Exercise 4 · A strict batched product ★★ · 10 points · 12 minutes
#
# Multiply two batches of matrices: matrix number b of A with matrix number b of B, for all b at once. No loop, and neither `bmm` nor
# `matmul`, `@`, `mm`, `einsum`: unsqueeze, `*` and `sum` are enough.
#
# `torch.bmm` is stricter than `@`, and yours is as strict. Raise `ValueError` when
#
# - an operand is not 3-D,
# - the two batch sizes differ: a batch of 1 does not stretch,
# - the inner sizes differ: an inner size of 1 does not stretch either.
#
# It tests **batches**, section 8 of [the chapter](../../course/03_matmul_and_bmm.ipynb).

# %% solution="batched_product" objective="batches"
def batched_product(A: Tensor, B: Tensor) -> Tensor:
    """(batch, n, k), (batch, k, m) -> (batch, n, m), in the dtype of A.

    >>> batched_product(torch.ones(1, 1, 3), torch.ones(1, 3, 2))
    tensor([[[3., 3.]]])
    """
    ### BEGIN SOLUTION
    if len(A.shape) != 3 or len(B.shape) != 3:
        raise ValueError(f"expected two 3-D tensors, got {len(A.shape)}-D and {len(B.shape)}-D")
    if A.shape[0] != B.shape[0] or A.shape[2] != B.shape[1]:
        raise ValueError(f"shapes {tuple(A.shape)} and {tuple(B.shape)} do not match")
    products = A.unsqueeze(3) * B.unsqueeze(1)
    return products.sum(2)
    ### END SOLUTION

# %% test="batched_product-values" points=4
check.attempted(batched_product, "batched_product multiplies matrix b of A with matrix b of B")
check.source_without(batched_product, "@", "bmm", "matmul", "mm", "mv", "einsum", "baddbmm", "tensordot")
A = torch.arange(12.0).reshape(2, 2, 3)
B = torch.arange(6.0).reshape(2, 3, 1)
expected = torch.bmm(A, B)
check.close(
    batched_product(A, B),
    expected,
    on="A (2, 2, 3), B (2, 3, 1)",
    traps={
        "this is the table of products: it is still to be summed over k": A.unsqueeze(3) * B.unsqueeze(1),
        "this uses the first matrix of B for the whole batch: matrix b of A meets matrix b of B": A @ B[0],
        "this sums over the batch: each matrix of the batch has a product of its own": torch.einsum("bik,bkj->ij", A, B),
        "this sums over n: k is dimension 2 of (batch, n, k, m)": (A.unsqueeze(3) * B.unsqueeze(1)).sum(1),
        "this sums over m: k is dimension 2 of (batch, n, k, m)": (A.unsqueeze(3) * B.unsqueeze(1)).sum(3),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for batch, n, k, m in [(3, 3, 3, 3), (5, 2, 4, 3), (1, 3, 2, 4), (4, 1, 6, 1), (2, 3, 1, 5), (0, 2, 3, 4), (3, 2, 0, 4), (2, 0, 3, 5)]:
    A = torch.randn(batch, n, k, generator=generator, dtype=torch.float64)
    B = torch.randn(batch, k, m, generator=generator, dtype=torch.float64)
    expected = torch.bmm(A, B)
    check.close(
        batched_product(A, B),
        expected,
        on=f"A ({batch}, {n}, {k}), B ({batch}, {k}, {m}), float64",
        traps={
            "this is A * B: * never sums over k": lambda: A * B,
            "this multiplies rows of A with rows of B: k must stand in the same place of both": lambda: torch.bmm(A, B.mT),
            "this sums over n: k is dimension 2 of (batch, n, k, m)": (A.unsqueeze(3) * B.unsqueeze(1)).sum(1),
        },
    )
A = torch.randint(-9, 10, (2, 3, 4), generator=generator)
B = torch.randint(-9, 10, (2, 4, 2), generator=generator)
expected = torch.bmm(A, B)
check.close(batched_product(A, B), expected, on="A (2, 3, 4), B (2, 4, 2), int64")
### END HIDDEN TESTS

# %% test="batched_product-refuses_2d" points=2
check.attempted(batched_product, "batched_product refuses what is not 3-D")
check.raises(ValueError, batched_product, torch.ones(2, 3), torch.ones(3, 2), on="A (2, 3), B (3, 2)")
check.raises(ValueError, batched_product, torch.ones(4, 2, 3), torch.ones(4, 3), on="A (4, 2, 3), B (4, 3)")
### BEGIN HIDDEN TESTS
check.raises(ValueError, batched_product, torch.ones(2, 3), torch.ones(4, 3, 2), on="A (2, 3), B (4, 3, 2)")
check.raises(ValueError, batched_product, torch.ones(3), torch.ones(3), on="A (3,), B (3,)")
check.raises(ValueError, batched_product, torch.ones(5, 4, 2, 3), torch.ones(5, 4, 3, 2), on="A (5, 4, 2, 3), B (5, 4, 3, 2)")
check.raises(ValueError, batched_product, torch.ones(3, 3, 3), torch.ones(3, 3), on="A (3, 3, 3), B (3, 3)")
### END HIDDEN TESTS

# %% test="batched_product-refuses_mismatch" points=2
check.attempted(batched_product, "batched_product refuses batches and inner sizes that differ")
check.raises(ValueError, batched_product, torch.ones(4, 2, 3), torch.ones(4, 5, 2), on="A (4, 2, 3), B (4, 5, 2)")
check.raises(ValueError, batched_product, torch.ones(1, 2, 3), torch.ones(4, 3, 2), on="A (1, 2, 3), B (4, 3, 2)")
### BEGIN HIDDEN TESTS
check.raises(ValueError, batched_product, torch.ones(4, 2, 3), torch.ones(1, 3, 2), on="A (4, 2, 3), B (1, 3, 2)")
check.raises(ValueError, batched_product, torch.ones(4, 2, 3), torch.ones(5, 3, 2), on="A (4, 2, 3), B (5, 3, 2)")
check.raises(ValueError, batched_product, torch.ones(4, 2, 1), torch.ones(4, 3, 2), on="A (4, 2, 1), B (4, 3, 2)")
check.raises(ValueError, batched_product, torch.ones(4, 2, 3), torch.ones(4, 1, 2), on="A (4, 2, 3), B (4, 1, 2)")
check.raises(ValueError, batched_product, torch.ones(4, 3, 2), torch.ones(4, 3, 2), on="A (4, 3, 2), B (4, 3, 2)")
### END HIDDEN TESTS

# %% test="batched_product-no_loop" points=2
check.attempted(batched_product, "batched_product treats the whole batch at once")
check.source_without(batched_product, "for", "while", "comprehension", "@", "bmm", "matmul", "mm", "mv", "einsum", "baddbmm", "tensordot")
A = torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]]])
B = torch.tensor([[[5.0], [6.0]], [[7.0], [8.0]]])
expected = torch.bmm(A, B)
check.close(batched_product(A, B), expected, on="A (2, 1, 2), B (2, 2, 1)")
check.same_operators(
    batched_product,
    (torch.ones(2, 2, 3), torch.ones(2, 3, 4)),
    (torch.ones(9, 8, 7), torch.ones(9, 7, 6)),
)

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Exercise 3 without a loop, and one more dimension at the front that both operands share. Check the shapes before you compute.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Bring A to (batch, n, k, 1) and B to (batch, 1, k, m). Their `*` is (batch, n, k, m); which dimension goes? Broadcasting would quietly stretch
# a 1, so compare the sizes yourself: `len(A.shape)`, `A.shape[0]`, `A.shape[2]`.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# if len(A.shape) != ... or len(B.shape) != ...:
#     raise ValueError("...")
# if A.shape[...] != B.shape[...] or A.shape[...] != B.shape[...]:
#     raise ValueError("...")
# return (A.unsqueeze(...) * B.unsqueeze(...)).sum(...)
# ```
#
# </details>

# %% [markdown] solution_notes="batched_product"
# **Why it works.** The shared dimensions, batch and k, stand in the same places of both operands; n and m each meet a 1 and stretch. Only k
# is summed. The three comparisons are needed because broadcasting forgives exactly what `bmm` does not. **Another way.** Put k last:
# `(A.unsqueeze(2) * B.mT.unsqueeze(1)).sum(3)`, rows of A against rows of the transposed B.

# %% [markdown]
# ### Exercise 5 · Six loops, one line ★★ · 10 points · 10 minutes
#
# `contract_slow` is right, and slow: six loops, one inside the other. It scores every i against every j, in every batch b and for every
# head h, through a table W of that head: the sum over k and l of X[b, h, i, k] · W[h, k, l] · Y[b, h, j, l].
#
# Write it as `contract`, without a loop and without calling `contract_slow`. One `einsum` does it.
#
# It tests **einsum**, section 10 of [the chapter](../../course/03_matmul_and_bmm.ipynb).

# %% locked="contract_slow"
def contract_slow(X: Tensor, W: Tensor, Y: Tensor) -> Tensor:
    batch, heads, rows, inner = X.shape
    columns, other = Y.shape[2], Y.shape[3]
    result = X.new_zeros(batch, heads, rows, columns)
    for b in range(batch):
        for h in range(heads):
            for i in range(rows):
                for j in range(columns):
                    for k in range(inner):
                        for l in range(other):
                            result[b, h, i, j] += X[b, h, i, k] * W[h, k, l] * Y[b, h, j, l]
    return result

# %% solution="contract" objective="einsum"
def contract(X: Tensor, W: Tensor, Y: Tensor) -> Tensor:
    """X (b, h, i, k), W (h, k, l), Y (b, h, j, l) -> (b, h, i, j), in the dtype of X.

    >>> contract(torch.ones(1, 1, 1, 2), torch.ones(1, 2, 3), torch.ones(1, 1, 1, 3))
    tensor([[[[6.]]]])
    """
    ### BEGIN SOLUTION
    return torch.einsum("bhik,hkl,bhjl->bhij", X, W, Y)
    ### END SOLUTION

# %% test="contract-square" points=3
check.attempted(contract, "contract equals the six loops when i = j and k = l")
check.source_without(contract, "contract_slow", "for", "while", "comprehension")
X = torch.arange(8.0).reshape(1, 2, 2, 2)
W = torch.tensor([[[1.0, 2.0], [0.0, 1.0]], [[3.0, 0.0], [1.0, 1.0]]])
Y = torch.tensor([[[[1.0, 0.0], [2.0, 1.0]], [[0.0, 1.0], [1.0, 5.0]]]])
expected = contract_slow(X, W, Y)
check.close(
    contract(X, W, Y),
    expected,
    on="X (1, 2, 2, 2), W (2, 2, 2), Y (1, 2, 2, 2)",
    traps={
        "this reads W with k and l exchanged: k comes from X, l from Y": X @ W.mT @ Y.mT,
        "this is the result with i and j exchanged: the letters after the arrow give the order": (X @ W @ Y.mT).mT,
        "this pairs column j of Y with l: the last letter of Y is l": X @ W @ Y,
        "this leaves W out: all three tensors are multiplied": X @ Y.mT,
        "this uses the table of head 0 for every head: W needs the letter h too": X @ W[0] @ Y.mT,
        "this adds the tables of all heads: a letter that is missing elsewhere is summed": X @ W.sum(0) @ Y.mT,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for batch, heads, rows, inner in [(2, 3, 4, 5), (3, 2, 2, 2), (2, 2, 3, 3)]:
    X = torch.randn(batch, heads, rows, inner, generator=generator, dtype=torch.float64)
    W = torch.randn(heads, inner, inner, generator=generator, dtype=torch.float64)
    Y = torch.randn(batch, heads, rows, inner, generator=generator, dtype=torch.float64)
    expected = X @ W @ Y.mT
    check.close(
        contract(X, W, Y),
        expected,
        on=f"X and Y ({batch}, {heads}, {rows}, {inner}), W ({heads}, {inner}, {inner}), float64",
        traps={
            "this reads W with k and l exchanged: k comes from X, l from Y": X @ W.mT @ Y.mT,
            "this is the result with i and j exchanged: the letters after the arrow give the order": (X @ W @ Y.mT).mT,
            "this uses the table of head 0 for every head: W needs the letter h too": X @ W[0] @ Y.mT,
            "this adds the tables of all heads: a letter that is missing elsewhere is summed": X @ W.sum(0) @ Y.mT,
        },
    )
### END HIDDEN TESTS

# %% test="contract-rectangular" points=4
check.attempted(contract, "contract equals the six loops when all six sizes differ")
check.source_without(contract, "contract_slow", "for", "while", "comprehension")
X = torch.arange(24.0).reshape(1, 2, 3, 4)
W = torch.arange(48.0).reshape(2, 4, 6)
Y = torch.arange(60.0).reshape(1, 2, 5, 6)
expected = torch.matmul(X @ W, Y.mT)  # as contract_slow, without its 720 steps
check.close(
    contract(X, W, Y),
    expected,
    on="X (1, 2, 3, 4), W (2, 4, 6), Y (1, 2, 5, 6)",
    traps={
        "this is the result with i and j exchanged: the letters after the arrow give the order": (X @ W @ Y.mT).mT,
        "this adds up the heads: h stands after the arrow, so it stays": (X @ W @ Y.mT).sum(1),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for b, h, i, j, k, l in [(2, 3, 4, 5, 6, 7), (3, 2, 1, 4, 5, 1), (1, 1, 3, 2, 1, 4), (2, 3, 0, 4, 2, 5), (2, 1, 4, 3, 0, 2), (0, 2, 3, 1, 4, 5)]:
    X = torch.randn(b, h, i, k, generator=generator, dtype=torch.float64)
    W = torch.randn(h, k, l, generator=generator, dtype=torch.float64)
    Y = torch.randn(b, h, j, l, generator=generator, dtype=torch.float64)
    expected = X @ W @ Y.mT
    check.close(
        contract(X, W, Y),
        expected,
        on=f"X ({b}, {h}, {i}, {k}), W ({h}, {k}, {l}), Y ({b}, {h}, {j}, {l}), float64",
        traps={
            "this is the result with i and j exchanged: the letters after the arrow give the order": (X @ W @ Y.mT).mT,
            "this uses the table of head 0 for every head: W needs the letter h too": X @ W[0] @ Y.mT,
            "this adds up the heads: h stands after the arrow, so it stays": (X @ W @ Y.mT).sum(1),
        },
    )
### END HIDDEN TESTS

# %% test="contract-no_loops" points=3
check.attempted(contract, "contract has no loop: the number of operators does not grow with the sizes")
check.source_without(contract, "contract_slow", "for", "while", "comprehension")
X = torch.tensor([[[[1.0, 2.0]]]])
W = torch.tensor([[[3.0, 0.0], [1.0, 1.0]]])
Y = torch.tensor([[[[2.0, 5.0]]]])
expected = contract_slow(X, W, Y)
check.close(contract(X, W, Y), expected, on="X (1, 1, 1, 2), W (1, 2, 2), Y (1, 1, 1, 2)")
check.same_operators(
    contract,
    (torch.ones(2, 2, 2, 2), torch.ones(2, 2, 2), torch.ones(2, 2, 2, 2)),
    (torch.ones(5, 5, 5, 5), torch.ones(5, 5, 5), torch.ones(5, 5, 5, 5)),
)
### BEGIN HIDDEN TESTS
generator = check.generator()
X = torch.randn(2, 3, 4, 5, generator=generator)
W = torch.randn(3, 5, 2, generator=generator)
Y = torch.randn(2, 3, 6, 2, generator=generator)
expected = X @ W @ Y.mT
check.close(contract(X, W, Y), expected, on="X (2, 3, 4, 5), W (3, 5, 2), Y (2, 3, 6, 2), float32")
check.unchanged(contract, X, W, Y, on="X (2, 3, 4, 5), W (3, 5, 2), Y (2, 3, 6, 2)")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Read the innermost line of `contract_slow`. Its square brackets already hold what einsum wants to know.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# One group of letters for each factor, commas between them, an arrow, and the letters of the result. Letters that are missing after
# the arrow are summed.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# return torch.einsum("bhik,...,...->bhij", X, W, Y)
# ```
#
# </details>

# %% [markdown] solution_notes="contract"
# **Why it works.** Each factor's index list becomes its letters; b, h, i, j stand after the arrow and stay, k and l do not and are summed.
# **Another way.** `X @ W @ Y.mT`: W, without a batch dimension, broadcasts over b, and the transpose turns "sum over l" into a product.

# %% [markdown]
# ## Stretch

# %% [markdown]
# ### Exercise 6 · Find the bug: attention scores ★★★ · 15 points · 14 minutes
#
# Each of n queries is compared with each of m keys, in every head: score (i, j) is the dot product of query i and key j, both of length d,
# divided by √d. A head is a comparison of its own: heads never mix. Queries and keys come as (batch, position, head, d); the scores go
# out as (batch, head, n, m).
#
# The function below was tested on one input, with n = m = d = 4 and every number 1. It raised nothing and every number was right. It is wrong twice:
# one slip is a transpose, the other reads the wrong size. Where n, m and d are equal, neither makes a sound.
#
# Mend it in place, keeping its name and its arguments.
#
# It tests **transposes**, section 9 of [the chapter](../../course/03_matmul_and_bmm.ipynb).

# %% solution="attention_scores" objective="transposes"
def attention_scores(queries: Tensor, keys: Tensor) -> Tensor:
    """(batch, n, heads, d), (batch, m, heads, d) -> (batch, heads, n, m), in the dtype of queries.

    >>> attention_scores(torch.ones(1, 1, 1, 4), torch.ones(1, 3, 1, 4))
    tensor([[[[2., 2., 2.]]]])
    """
    q = queries.transpose(1, 2)
    k = keys.transpose(1, 2)
    scale = q.shape[2] ** 0.5
    return q @ k / scale


### BEGIN SOLUTION
def attention_scores(queries: Tensor, keys: Tensor) -> Tensor:
    q = queries.transpose(1, 2)
    k = keys.transpose(1, 2)
    scale = q.shape[3] ** 0.5
    return q @ k.transpose(2, 3) / scale
### END SOLUTION

# %% test="attention_scores-square" points=4
check.attempted(attention_scores, "attention_scores compares each query with each key where n = m = d", given="9e2905f2")
queries = torch.tensor([[1.0, 2.0], [0.0, 1.0]]).reshape(1, 2, 1, 2)
keys = torch.tensor([[1.0, 0.0], [4.0, 1.0]]).reshape(1, 2, 1, 2)
q, k = queries.transpose(1, 2), keys.transpose(1, 2)
expected = torch.einsum("bihd,bjhd->bhij", queries, keys) / 2**0.5
check.close(
    attention_scores(queries, keys),
    expected,
    on="queries and keys (1, 2, 1, 2)",
    traps={
        "this is q @ k: it multiplies queries with columns that mix all keys, and only fits because m = d": q @ k / 2**0.5,
        "this is the scores transposed: rows belong to queries, columns to keys": k @ q.mT / 2**0.5,
        "this divides by d: divide by the square root of d": q @ k.mT / 2,
        "this is not divided by the square root of d": q @ k.mT,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for batch, heads, size in [(2, 3, 4), (1, 2, 5), (3, 1, 3), (4, 4, 4)]:
    queries = torch.randn(batch, size, heads, size, generator=generator, dtype=torch.float64)
    keys = torch.randn(batch, size, heads, size, generator=generator, dtype=torch.float64)
    q, k = queries.transpose(1, 2), keys.transpose(1, 2)
    expected = torch.einsum("bihd,bjhd->bhij", queries, keys) / size**0.5
    check.close(
        attention_scores(queries, keys),
        expected,
        on=f"queries and keys ({batch}, {size}, {heads}, {size}), float64",
        traps={
            "this is q @ k: it multiplies queries with columns that mix all keys, and only fits because m = d": (
                q @ k / size**0.5
            ),
            "this is the scores transposed: rows belong to queries, columns to keys": k @ q.mT / size**0.5,
            "this divides by d: divide by the square root of d": q @ k.mT / size,
            "this reshapes the keys: reshape keeps the order of the numbers, a transpose exchanges two dimensions": (
                q @ keys.reshape(batch, heads, size, size) / size**0.5
            ),
        },
    )
### END HIDDEN TESTS

# %% test="attention_scores-keys" points=4
check.attempted(attention_scores, "attention_scores takes another number of keys than queries", given="9e2905f2")
queries = torch.arange(4.0).reshape(1, 2, 1, 2)
keys = torch.arange(6.0).reshape(1, 3, 1, 2)
q, k = queries.transpose(1, 2), keys.transpose(1, 2)
expected = torch.einsum("bihd,bjhd->bhij", queries, keys) / 2**0.5
check.close(
    attention_scores(queries, keys),
    expected,
    on="queries (1, 2, 1, 2), keys (1, 3, 1, 2)",
    traps={
        "this is the scores transposed: rows belong to queries, columns to keys": k @ q.mT / 2**0.5,
        "this reshapes the keys: reshape keeps the order of the numbers, a transpose exchanges two dimensions": (
            q @ keys.reshape(1, 1, 2, 3) / 2**0.5
        ),
        "this is not divided by the square root of d": q @ k.mT,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for batch, heads, size, m in [(2, 3, 4, 7), (3, 2, 5, 1), (2, 4, 3, 4), (1, 1, 4, 2)]:
    queries = torch.randn(batch, size, heads, size, generator=generator, dtype=torch.float64)
    keys = torch.randn(batch, m, heads, size, generator=generator, dtype=torch.float64)
    q, k = queries.transpose(1, 2), keys.transpose(1, 2)
    expected = torch.einsum("bihd,bjhd->bhij", queries, keys) / size**0.5
    check.close(
        attention_scores(queries, keys),
        expected,
        on=f"queries ({batch}, {size}, {heads}, {size}), keys ({batch}, {m}, {heads}, {size}), float64",
        traps={
            "this is the scores transposed: rows belong to queries, columns to keys": k @ q.mT / size**0.5,
            "this reshapes the keys: reshape keeps the order of the numbers, a transpose exchanges two dimensions": (
                q @ keys.reshape(batch, heads, size, m) / size**0.5
            ),
        },
    )
### END HIDDEN TESTS

# %% test="attention_scores-scale" points=4
check.attempted(attention_scores, "attention_scores divides by the square root of d, not of another size", given="9e2905f2")
queries = torch.arange(12.0).reshape(1, 3, 1, 4)
keys = torch.arange(8.0).reshape(1, 2, 1, 4)
products = torch.einsum("bihd,bjhd->bhij", queries, keys)
expected = products / 4**0.5
check.close(
    attention_scores(queries, keys),
    expected,
    on="queries (1, 3, 1, 4), keys (1, 2, 1, 4)",
    traps={
        "this divides by the square root of n, the number of queries: the scale is the square root of d": products / 3**0.5,
        "this divides by the square root of m, the number of keys: the scale is the square root of d": products / 2**0.5,
        "this divides by d: divide by the square root of d": products / 4,
        "this divides by nothing, or by the square root of heads, which is 1 here: the scale is the square root of d": products,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for batch, heads, n, m, d in [(2, 3, 5, 7, 4), (1, 2, 3, 3, 8), (3, 5, 2, 6, 4), (2, 3, 6, 4, 1)]:
    queries = torch.randn(batch, n, heads, d, generator=generator, dtype=torch.float64)
    keys = torch.randn(batch, m, heads, d, generator=generator, dtype=torch.float64)
    products = torch.einsum("bihd,bjhd->bhij", queries, keys)
    expected = products / d**0.5
    check.close(
        attention_scores(queries, keys),
        expected,
        on=f"queries ({batch}, {n}, {heads}, {d}), keys ({batch}, {m}, {heads}, {d}), float64",
        traps={
            "this divides by the square root of n, the number of queries: the scale is the square root of d": products / n**0.5,
            "this divides by the square root of m, the number of keys: the scale is the square root of d": products / m**0.5,
            "this divides by the square root of the number of heads: the scale is the square root of d": (
                products / heads**0.5
            ),
            "this divides by d: divide by the square root of d": products / d,
        },
    )
### END HIDDEN TESTS

# %% test="attention_scores-edges" points=3
check.attempted(attention_scores, "attention_scores keeps the dtype and takes sizes of 0 and 1", given="9e2905f2")
queries = torch.tensor([3.0, 4.0]).reshape(1, 1, 1, 2)
keys = torch.tensor([[1.0, 2.0], [5.0, 0.0], [0.0, 7.0]]).reshape(1, 3, 1, 2)
expected = torch.einsum("bihd,bjhd->bhij", queries, keys) / 2**0.5
check.close(
    attention_scores(queries, keys),
    expected,
    on="queries (1, 1, 1, 2), keys (1, 3, 1, 2)",
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for batch, heads, n, m, d in [(2, 3, 4, 0, 5), (2, 3, 0, 4, 5), (0, 2, 3, 4, 5), (1, 1, 1, 1, 3)]:
    for dtype in (torch.float32, torch.float64):
        queries = torch.randn(batch, n, heads, d, generator=generator, dtype=dtype)
        keys = torch.randn(batch, m, heads, d, generator=generator, dtype=dtype)
        expected = torch.einsum("bihd,bjhd->bhij", queries, keys) / d**0.5
        check.close(
            attention_scores(queries, keys),
            expected,
            on=f"queries ({batch}, {n}, {heads}, {d}), keys ({batch}, {m}, {heads}, {d}), {dtype}",
        )
queries = torch.randn(2, 3, 2, 4, generator=generator)
keys = torch.randn(2, 5, 2, 4, generator=generator)
check.unchanged(attention_scores, queries, keys, on="queries (2, 3, 2, 4), keys (2, 5, 2, 4)")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Call it with n = 2, m = 3, d = 5 and read the message. Then write the shape of every line beside it.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# q is (batch, heads, n, d) and k is (batch, heads, m, d). A product sums over the last dimension of the left operand and the last but one of the right:
# what stands there in k? And which of q's sizes is d?
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# scale = q.shape[...] ** 0.5
# return q @ k.transpose(..., ...) / scale
# ```
#
# </details>

# %% [markdown] solution_notes="attention_scores"
# **Why it works.** `q @ k` pairs d with m, and nobody complains while they are equal; with the last two dimensions of k exchanged the product
# sums over d. `q.shape[2]` is n; d is `q.shape[3]`. Test with sizes that are all different: shapes then check themselves.
# **Another way.** `torch.einsum("bihd,bjhd->bhij", queries, keys)` divided by the root of `queries.shape[3]`: no transpose to get wrong.

# %% [markdown]
# ### Exercise 7 · The cheapest order ★★★ · 15 points · 20 minutes
#
# A product of several matrices may be computed in any order: (AB)C and A(BC) are the same matrix. They do not cost the same. Multiplying (n, k) by (k, m)
# takes n·k·m multiplications; count these, and not the additions.
#
# `cheapest_order` gets a list of shapes that stand in this order in the product, and returns two things: the smallest possible number of multiplications, and
# the order that needs it. An order is written with the positions of the matrices, a pair for each product:
#
# | product | order |
# |---|---|
# | A alone | `0` |
# | AB | `(0, 1)` |
# | (AB)C | `((0, 1), 2)` |
# | A(BC) | `(0, (1, 2))` |
# | (AB)(CD) | `((0, 1), (2, 3))` |
#
# One matrix costs 0. If two neighbours do not fit, raise `ValueError`. The lists have at most 8 matrices, so you may try all orders. Each list
# tested has only one cheapest order.
#
# It tests **cost**, section 11 of [the chapter](../../course/03_matmul_and_bmm.ipynb).

# %% solution="cheapest_order" objective="cost"
def cheapest_order(shapes: list[tuple[int, int]]) -> tuple[int, int | tuple]:
    """[(n0, n1), (n1, n2), ...] -> (multiplications, order).

    >>> cheapest_order([(20, 2), (2, 30), (30, 3)])
    (300, (0, (1, 2)))
    """
    ### BEGIN SOLUTION
    for i in range(1, len(shapes)):
        if shapes[i - 1][1] != shapes[i][0]:
            raise ValueError(f"{shapes[i - 1]} and {shapes[i]} do not fit")

    def best(first, last):
        if first == last:
            return 0, first
        found = []
        for cut in range(first, last):
            left_cost, left_order = best(first, cut)
            right_cost, right_order = best(cut + 1, last)
            own = shapes[first][0] * shapes[cut][1] * shapes[last][1]
            found.append((left_cost + right_cost + own, (left_order, right_order)))
        return min(found, key=lambda pair: pair[0])

    return best(0, len(shapes) - 1)
    ### END SOLUTION

# %% test="cheapest_order-three" points=4
check.attempted(cheapest_order, "cheapest_order decides between (AB)C and A(BC)")
check.equal(
    cheapest_order([(4, 50), (50, 3), (3, 40)]),
    (4 * 50 * 3 + 4 * 3 * 40, ((0, 1), 2)),
    on="(4, 50), (50, 3), (3, 40)",
    traps={
        "this is the dearest order: look for the smallest cost": (50 * 3 * 40 + 4 * 50 * 40, (0, (1, 2))),
        "this counts additions too: count multiplications only": (2 * (4 * 50 * 3 + 4 * 3 * 40), ((0, 1), 2)),
        "this counts the entries of the results: each entry takes k multiplications": (4 * 3 + 4 * 40, ((0, 1), 2)),
    },
)
check.equal(
    cheapest_order([(20, 2), (2, 30), (30, 3)]),
    (2 * 30 * 3 + 20 * 2 * 3, (0, (1, 2))),
    on="(20, 2), (2, 30), (30, 3)",
    traps={"this goes from left to right: compare it with the other orders": (20 * 2 * 30 + 20 * 30 * 3, ((0, 1), 2))},
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for _ in range(12):
    a, b, c, d = torch.randint(2, 60, (4,), generator=generator).tolist()
    left = (a * b * c + a * c * d, ((0, 1), 2))
    right = (b * c * d + a * b * d, (0, (1, 2)))
    if left[0] == right[0]:
        continue
    best, worst = min(left, right), max(left, right)
    check.equal(
        cheapest_order([(a, b), (b, c), (c, d)]),
        best,
        on=f"{(a, b)}, {(b, c)}, {(c, d)}",
        traps={
            "this goes from left to right: compare it with the other orders": left,
            "this is the dearest order: look for the smallest cost": worst,
            "this counts additions too: count multiplications only": (2 * best[0], best[1]),
        },
    )
### END HIDDEN TESTS

# %% test="cheapest_order-short" points=2
check.attempted(cheapest_order, "cheapest_order takes one matrix, or two")
check.equal(cheapest_order([(7, 3)]), (0, 0), on="(7, 3)", traps={"this is an order in brackets: one matrix is written 0": (0, (0,))})
check.equal(
    cheapest_order([(2, 3), (3, 5)]),
    (2 * 3 * 5, (0, 1)),
    on="(2, 3), (3, 5)",
    traps={"this counts additions too: count multiplications only": (2 * 2 * 3 * 5, (0, 1))},
)
### BEGIN HIDDEN TESTS
check.equal(cheapest_order([(1, 9)]), (0, 0), on="(1, 9)")
check.equal(cheapest_order([(6, 1), (1, 6)]), (6 * 1 * 6, (0, 1)), on="(6, 1), (1, 6)")
check.equal(cheapest_order([(1, 8), (8, 1)]), (1 * 8 * 1, (0, 1)), on="(1, 8), (8, 1)")
check.equal(cheapest_order([(4, 0), (0, 5)]), (4 * 0 * 5, (0, 1)), on="(4, 0), (0, 5)")
### END HIDDEN TESTS

# %% test="cheapest_order-long" points=6
check.attempted(cheapest_order, "cheapest_order finds the best of all orders of four and more matrices")
check.equal(
    cheapest_order([(10, 2), (2, 9), (9, 3), (3, 8)]),
    (2 * 9 * 3 + 2 * 3 * 8 + 10 * 2 * 8, (0, ((1, 2), 3))),
    on="(10, 2), (2, 9), (9, 3), (3, 8)",
    traps={
        "this goes from left to right: compare it with the other orders": (10 * 2 * 9 + 10 * 9 * 3 + 10 * 3 * 8, (((0, 1), 2), 3)),
        "this goes from right to left: compare it with the other orders": (9 * 3 * 8 + 2 * 9 * 8 + 10 * 2 * 8, (0, (1, (2, 3)))),
    },
)
### BEGIN HIDDEN TESTS
def all_orders(sizes, first=0):
    if len(sizes) == 2:
        return [(0, first)]
    found = []
    for cut in range(1, len(sizes) - 1):
        for left_cost, left in all_orders(sizes[: cut + 1], first):
            for right_cost, right in all_orders(sizes[cut:], first + cut):
                found.append((left_cost + right_cost + sizes[0] * sizes[cut] * sizes[-1], (left, right)))
    return found


def greedy_order(sizes):
    sizes, orders, cost = list(sizes), list(range(len(sizes) - 1)), 0
    while len(orders) > 1:
        prices = [sizes[i] * sizes[i + 1] * sizes[i + 2] for i in range(len(orders) - 1)]
        at = prices.index(min(prices))
        cost += prices[at]
        orders[at : at + 2] = [(orders[at], orders[at + 1])]
        del sizes[at + 1]
    return cost, orders[0]


generator = check.generator()
chains = [[4, 3, 2, 5, 4], [5, 20, 4, 30, 3, 25], [13, 5, 89, 3, 34]]
while len(chains) < 11:
    sizes = torch.randint(2, 50, (5 + len(chains) % 3,), generator=generator).tolist()
    cheapest = sorted(cost for cost, _ in all_orders(sizes))
    if cheapest[0] < cheapest[1]:
        chains.append(sizes)
for sizes in chains:
    shapes = [(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1)]
    ranked = sorted(all_orders(sizes), key=lambda pair: pair[0])
    from_left = (sum(sizes[0] * sizes[i] * sizes[i + 1] for i in range(1, len(sizes) - 1)), 0)
    for position in range(1, len(shapes)):
        from_left = (from_left[0], (from_left[1], position))
    check.equal(
        cheapest_order(shapes),
        ranked[0],
        on=", ".join(map(str, shapes)),
        traps={
            "this takes the cheapest pair of neighbours first: what is cheap now can be dear later": greedy_order(sizes),
            "this goes from left to right: compare it with the other orders": from_left,
            "this is the dearest order: look for the smallest cost": ranked[-1],
        },
    )
### END HIDDEN TESTS

# %% test="cheapest_order-refuses" points=3
check.attempted(cheapest_order, "cheapest_order refuses neighbours that do not fit")
check.raises(ValueError, cheapest_order, [(2, 3), (4, 5)], on="(2, 3), (4, 5)")
check.raises(ValueError, cheapest_order, [(2, 3), (3, 4), (5, 6)], on="(2, 3), (3, 4), (5, 6)")
### BEGIN HIDDEN TESTS
check.raises(ValueError, cheapest_order, [(3, 2), (3, 2)], on="(3, 2), (3, 2)")
check.raises(ValueError, cheapest_order, [(4, 1), (3, 2)], on="(4, 1), (3, 2)")
check.raises(ValueError, cheapest_order, [(2, 3), (1, 5), (5, 4)], on="(2, 3), (1, 5), (5, 4)")
check.raises(ValueError, cheapest_order, [(2, 3), (3, 4), (4, 5), (6, 7)], on="(2, 3), (3, 4), (4, 5), (6, 7)")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Some product is the last one to be computed. It cuts the chain in two. Where can the cut be, and what does that last product cost?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Write a function for a part of the chain, from `first` to `last`. One matrix costs 0. For more, try each cut: the best of the left part, the best of the
# right part, and rows of the first × columns at the cut × columns of the last. Keep the cheapest. It calls itself for the parts.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# def best(first, last):
#     if first == last:
#         return 0, ...
#     options = []
#     for cut in range(first, last):
#         (cost_1, order_1), (cost_2, order_2) = best(first, ...), best(..., last)
#         options.append((cost_1 + cost_2 + ... * ... * ..., (order_1, order_2)))
#     return min(options, key=...)
# ```
#
# </details>

# %% [markdown] solution_notes="cheapest_order"
# **Why it works.** Whatever the best order is, its last product cuts the chain in two, and each part must itself be done in its best order: so the best
# of all cuts is the best of all orders. Taking the cheapest pair first is not: it may leave a large result standing in the way.
# **Another way.** A table filled by length of the part, each entry once: n³ steps where the plain recursion takes about 3ⁿ. `functools.cache` on `best` does the same.

# %% [markdown]
# ## Boss

# %% [markdown]
# ### Exercise 8 · A product in blocks, and what it loads ★★★★ · 20 points · 30 minutes
#
# Arithmetic is quick and fetching numbers is slow, so fast products work on blocks that fit into a small, fast memory. Here you write one, and say
# beforehand how much it fetches.
#
# Cut A and B into blocks of `size` × `size`. Where a size does not divide, the blocks at the right and lower edges are smaller: take what is there, without
# padding. Block (I, J) of the product is the sum, over K, of block (I, K) of A times block (K, J) of B.
#
# 1. `blocked_matmul` computes the product like this, in the dtype of A. Multiply two blocks with `@`, and never anything larger than a block.
# 2. `blocked_loads` says how many elements that loads, from the three sizes and `size` alone: plain arithmetic with whole numbers, no tensors.
#
# **What counts as a load.** Each time two blocks are multiplied, every element of both counts once, afresh each time. Nothing else
# counts: not the result, not the additions.
#
# With A (4, 4), B (4, 4) and `size` 2 there are 8 products of two blocks with 4 elements each: 64 loads. With `size` 1 there are 128, with `size` 4
# only 32. That is what blocks are for.
#
# It tests **cost**, section 11 of [the chapter](../../course/03_matmul_and_bmm.ipynb).

# %% solution="blocked_matmul" objective="cost"
def blocked_matmul(A: Tensor, B: Tensor, size: int) -> Tensor:
    """(n, k), (k, m), size >= 1 -> (n, m), in the dtype of A.

    >>> blocked_matmul(torch.ones(1, 4), torch.ones(4, 2), 2)
    tensor([[4., 4.]])
    """
    ### BEGIN SOLUTION
    (n, k), m = A.shape, B.shape[1]
    C = A.new_zeros(n, m)
    for i in range(0, n, size):
        for j in range(0, m, size):
            for p in range(0, k, size):
                left = A[i : i + size, p : p + size]
                right = B[p : p + size, j : j + size]
                C[i : i + size, j : j + size] += left @ right
    return C
    ### END SOLUTION


def blocked_loads(n: int, k: int, m: int, size: int) -> int:
    """Sizes of (n, k) @ (k, m), size >= 1 -> elements loaded.

    >>> blocked_loads(4, 4, 4, 2)
    64
    """
    ### BEGIN SOLUTION
    rows_of_blocks = (n + size - 1) // size
    columns_of_blocks = (m + size - 1) // size
    return n * k * columns_of_blocks + k * m * rows_of_blocks
    ### END SOLUTION

# %% test="blocked_matmul-divisible" points=4
check.attempted(blocked_matmul, "blocked_matmul multiplies where the block size divides every size")
A = torch.arange(8.0).reshape(2, 4)
B = torch.arange(16.0).reshape(4, 4)
expected = A @ B
check.close(
    blocked_matmul(A, B, 2),
    expected,
    on="A (2, 4), B (4, 4), size 2",
    traps={
        "this keeps only the last pair of blocks: add each product of blocks to what is there": A[:, 2:] @ B[2:],
        "this keeps only the first pair of blocks: a block of the result is a sum over K": A[:, :2] @ B[:2],
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, k, m, size in [(4, 6, 2, 2), (6, 3, 9, 3), (4, 4, 4, 4), (3, 5, 2, 1), (8, 4, 12, 4)]:
    A = torch.randn(n, k, generator=generator, dtype=torch.float64)
    B = torch.randn(k, m, generator=generator, dtype=torch.float64)
    expected = A @ B
    check.close(
        blocked_matmul(A, B, size),
        expected,
        on=f"A ({n}, {k}), B ({k}, {m}), size {size}, float64",
        traps={
            "this keeps only the last pair of blocks: add each product of blocks to what is there": A[:, -size:] @ B[-size:],
            "this keeps only the first pair of blocks: a block of the result is a sum over K": A[:, :size] @ B[:size],
            "this is the product in float32: the result keeps the dtype of A": (A @ B).float(),
        },
    )
### END HIDDEN TESTS

# %% test="blocked_matmul-loads" points=4
check.attempted(blocked_loads, "blocked_loads counts the elements of all blocks, where the block size divides every size")
check.equal(
    blocked_loads(4, 2, 6, 2),
    6 * (4 + 4),
    on="n 4, k 2, m 6, size 2",
    traps={
        "this counts A once and B once: each block is loaded again for every product it takes part in": 4 * 2 + 2 * 6,
        "this counts the products of blocks: each of them loads the elements of two blocks": 6,
        "this counts one block for each product: each product of blocks loads two": 6 * 4,
        "this counts the block of the result too: only A and B are loaded": 6 * (4 + 4 + 4),
        "this multiplies the elements of the two blocks: they are loaded, not paired, so add them": 6 * 4 * 4,
        "this exchanges the operands: A is loaded once for each column of blocks of B": 4 * 2 * 2 + 2 * 6 * 3,
        "this adds a block where the sizes divide: round up, and no further": 4 * 2 * (3 + 1) + 2 * 6 * (2 + 1),
    },
)
### BEGIN HIDDEN TESTS
for n, k, m, size in [(4, 4, 4, 4), (4, 4, 4, 1), (8, 4, 12, 4), (6, 9, 3, 3), (10, 2, 20, 2), (64, 128, 32, 16)]:
    pairs = (n // size) * (k // size) * (m // size)
    check.equal(
        blocked_loads(n, k, m, size),
        pairs * 2 * size * size,
        on=f"n {n}, k {k}, m {m}, size {size}",
        traps={
            "this counts A once and B once: each block is loaded again for every product it takes part in": n * k + k * m,
            "this counts one block for each product: each product of blocks loads two": pairs * size * size,
            "this counts the block of the result too: only A and B are loaded": pairs * 3 * size * size,
            "this exchanges the operands: A is loaded once for each column of blocks of B": (
                n * k * (n // size) + k * m * (m // size)
            ),
        },
    )
### END HIDDEN TESTS

# %% test="blocked_matmul-ragged" points=4
check.attempted(blocked_matmul, "blocked_matmul takes every size: smaller blocks at the edges, 0 and 1, any dtype")
A = torch.arange(15.0).reshape(3, 5)
B = torch.arange(20.0).reshape(5, 4)
expected = A @ B
check.close(
    blocked_matmul(A, B, 2),
    expected,
    on="A (3, 5), B (5, 4), size 2",
    traps={
        "this drops the edge of the inner size: the last block of a row may be smaller, and still counts. Does this loop run to k?": A[:, :4] @ B[:4],
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, k, m, size in [(5, 7, 3, 2), (7, 7, 7, 3), (2, 3, 4, 10), (1, 5, 1, 3), (1, 1, 1, 1), (3, 0, 4, 2), (0, 3, 4, 2), (3, 4, 0, 2)]:
    A = torch.randn(n, k, generator=generator, dtype=torch.float64)
    B = torch.randn(k, m, generator=generator, dtype=torch.float64)
    whole = k // size * size
    expected = A @ B
    check.close(
        blocked_matmul(A, B, size),
        expected,
        on=f"A ({n}, {k}), B ({k}, {m}), size {size}, float64",
        traps={
            "this drops the edge of the inner size: the last block of a row may be smaller, and still counts. Does this loop run to k?": (
                A[:, :whole] @ B[:whole]
            ),
        },
    )
A = torch.randint(-9, 10, (5, 4), generator=generator)
B = torch.randint(-9, 10, (4, 3), generator=generator)
expected = A @ B
check.close(blocked_matmul(A, B, 3), expected, on="A (5, 4), B (4, 3), size 3, int64")
A = torch.randn(4, 5, generator=generator)
B = torch.randn(5, 3, generator=generator)
check.unchanged(blocked_matmul, A, B, 2, on="A (4, 5), B (5, 3), size 2")
### END HIDDEN TESTS

# %% test="blocked_matmul-ragged_loads" points=4
check.attempted(blocked_loads, "blocked_loads counts smaller blocks at the edges as what they are")
check.equal(
    blocked_loads(3, 2, 4, 2),
    2 * (4 + 4) + 2 * (2 + 4),
    on="n 3, k 2, m 4, size 2",
    traps={
        "this counts a full block at the edge: only the elements that are there are loaded": 4 * (4 + 4),
        "this leaves out the blocks at the edge: round the number of blocks up": 2 * (4 + 4),
        "this counts A once and B once: each block is loaded again for every product it takes part in": 3 * 2 + 2 * 4,
    },
)
### BEGIN HIDDEN TESTS
for n, k, m, size in [(5, 7, 3, 2), (7, 7, 7, 3), (2, 3, 4, 10), (1, 1, 1, 1), (10, 3, 4, 4), (3, 0, 4, 2), (0, 3, 4, 2), (3, 4, 0, 2)]:
    loads, full, floor = 0, 0, 0
    for i in range(0, n, size):
        for j in range(0, m, size):
            for p in range(0, k, size):
                height, inner, width = min(size, n - i), min(size, k - p), min(size, m - j)
                loads += height * inner + inner * width
                full += 2 * size * size
                floor += 2 * size * size if height == inner == width == size else 0
    check.equal(
        blocked_loads(n, k, m, size),
        loads,
        on=f"n {n}, k {k}, m {m}, size {size}",
        traps={
            "this counts a full block at the edge: only the elements that are there are loaded": full,
            "this leaves out the blocks at the edge: round the number of blocks up": floor,
            "this counts A once and B once: each block is loaded again for every product it takes part in": n * k + k * m,
            "this adds a block where the sizes divide: round up, and no further": (
                n * k * (m // size + 1) + k * m * (n // size + 1)
            ),
        },
    )
### END HIDDEN TESTS

# %% test="blocked_matmul-blocks" points=4
check.attempted(blocked_matmul, "blocked_matmul multiplies nothing larger than blocks, and loads what its blocks hold")
check.source_without(blocked_matmul, "einsum", "tensordot", "inner")


@check.observe
def watch_products(function, A, B, size):
    from torchscope import meter

    with meter.operators() as seen:
        function(A, B, size)
    products = ("mm", "bmm", "mv", "dot", "addmm", "baddbmm")
    operands = [
        shape
        for name, shapes in zip(seen.names, seen.shapes)
        if name in products
        for shape in shapes[-2:]
    ]
    elements = 0
    for shape in operands:
        count = 1
        for side in shape:
            count *= side
        elements += count
    return {"longest side": max((max(shape) for shape in operands), default=0), "elements loaded": elements}


A = torch.arange(16.0).reshape(4, 4)
B = torch.arange(8.0).reshape(4, 2)
expected = A @ B
check.close(blocked_matmul(A, B, 2), expected, on="A (4, 4), B (4, 2), size 2")
check.equal(
    watch_products(blocked_matmul, A, B, 2),
    {"longest side": 2, "elements loaded": 4 * (4 + 4)},
    on="A (4, 4), B (4, 2), size 2",
    traps={
        "this multiplies whole matrices: cut blocks out first": {
            "longest side": 4,
            "elements loaded": 4 * 4 + 4 * 2,
        },
        "this multiplies a strip of A with a strip of B: cut the inner size into blocks too": {
            "longest side": 4,
            "elements loaded": 2 * (2 * 4 + 4 * 2),
        },
        "no product of blocks was seen: multiply two blocks with @": {"longest side": 0, "elements loaded": 0},
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, k, m, size in [(5, 7, 3, 2), (6, 6, 6, 3), (7, 4, 9, 4), (4, 3, 2, 1)]:
    A = torch.randn(n, k, generator=generator, dtype=torch.float64)
    B = torch.randn(k, m, generator=generator, dtype=torch.float64)
    check.equal(
        watch_products(blocked_matmul, A, B, size),
        {"longest side": size, "elements loaded": n * k * -(-m // size) + k * m * -(-n // size)},
        on=f"A ({n}, {k}), B ({k}, {m}), size {size}, float64",
        traps={
            "this multiplies whole matrices: cut blocks out first": {
                "longest side": max(n, k, m),
                "elements loaded": n * k + k * m,
            },
            "this multiplies a strip of A with a strip of B: cut the inner size into blocks too": {
                "longest side": max(k, size),
                "elements loaded": n * k * -(-m // size) + k * m * -(-n // size),
            },
        },
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# It is the three loops of the chapter, with steps of `size` instead of 1: `range(0, n, size)`. What was a number is now a block. A slice may end beyond the
# edge: Python takes what is there. For the loads, ask how often one element of A is loaded.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Start from zeros in the dtype of A. For each i, j and p in steps of `size`, add block (i, p) of A times block (p, j) of B to block (i, j) of the result.
# A block of A meets the blocks of one row of B, so each element of A is loaded once for each column of blocks of B; and each element of B once
# for each row of blocks of A. How many such rows are there, when the sizes do not divide?
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# C[i : i + size, j : ...] += A[i : i + size, p : ...] @ B[p : ..., j : ...]
#
# blocks_down = -(-n // size)    # rounds up
# return n * k * ... + k * m * blocks_down
# ```
#
# </details>

# %% [markdown] solution_notes="blocked_matmul"
# **Why it works.** A product of blocks follows the rule of a product of numbers, so the three loops stay as they are. Each element of A is loaded once for each of the ⌈m/size⌉
# columns of blocks of B, each element of B once for each of the ⌈n/size⌉ rows of blocks of A; edges need no case of their own, since every element counts as itself.
# With blocks twice as wide there are half as many loads, until three blocks no longer fit into the fast memory.
# **Another way.** Build each block of the result in a small tensor of its own, and write it once it is complete: what hardware does. The loads
# can also be added up in three loops, with `min(size, n - i)` for the height of a block.
