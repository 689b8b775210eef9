# %% [markdown]
# # 03 · Matrix products: the bank of answers

# %% right="computed" for="predict_entry"
predict_entry = 3 * 1 + 1 * 2 + 4 * 3

# %% right="float" for="predict_entry"
predict_entry = 17.0

# %% wrong="row_and_column_swapped" for="predict_entry" says="this is entry [0, 1]"
predict_entry = 12

# %% wrong="one_product" for="predict_entry" says="this is the first product only"
predict_entry = 3

# %% wrong="elementwise" for="predict_entry" says="this is one product only"
predict_entry = 6

# %% right="none" for="predict_shape"
predict_shape = None

# %% right="asked_torch" for="predict_shape"
try:
    predict_shape = tuple((torch.ones(5, 2) @ torch.ones(3, 2)).shape)
except RuntimeError:
    predict_shape = None

# %% wrong="transposes_for_you" for="predict_shape" says="@ transposes nothing for you"
predict_shape = (5, 3)

# %% wrong="shape_of_x" for="predict_shape" says="this keeps the shape of X"
predict_shape = (5, 2)

# %% right="tuple" for="predict_vector"
predict_vector = (3,)

# %% right="size" for="predict_vector"
predict_vector = torch.Size([3])

# %% wrong="column" for="predict_vector" says="this makes v a column first"
predict_vector = (3, 1)

# %% wrong="refuses" for="predict_vector" says="this is what torch says to A @ v"
predict_vector = None

# %% wrong="as_long_as_v" for="predict_vector" says="this is the shape of v"
predict_vector = (4,)

# %% wrong="a_number" for="predict_vector" says="A shape is a tuple of whole numbers"
predict_vector = 3

# %% right="tuple" for="predict_batch"
predict_batch = (7, 4, 2, 5)

# %% right="size" for="predict_batch"
predict_batch = torch.Size((7, 4, 2, 5))

# %% wrong="refuses" for="predict_batch" says="matmul, unlike bmm, broadcasts"
predict_batch = None

# %% wrong="batch_of_the_left" for="predict_batch" says="its 1 stretches to the 4 of Q"
predict_batch = (7, 1, 2, 5)

# %% wrong="drops_a_dimension" for="predict_batch" says="dimensions that only one operand has are kept"
predict_batch = (4, 2, 5)

# %% right="tuple" for="predict_einsum"
predict_einsum = (2, 4)

# %% right="from_einsum" for="predict_einsum"
predict_einsum = torch.einsum("bij,bjk->ik", torch.ones(6, 2, 3), torch.ones(6, 3, 4)).shape

# %% wrong="keeps_the_batch" for="predict_einsum" says="so it is summed like j"
predict_einsum = (6, 2, 4)

# %% wrong="refuses" for="predict_einsum" says="einsum just sums over every letter that is missing"
predict_einsum = None

# %% right="one_line" for="dot_product"
def dot_product(a, b):
    return torch.sum(a * b)

# %% right="loop" for="dot_product"
def dot_product(a, b):
    total = a.new_zeros(())
    for i in range(len(a)):
        total = total + a[i] * b[i]
    return total

# %% right="multiply" for="dot_product"
def dot_product(a: Tensor, b: Tensor) -> Tensor:
    terms = torch.mul(a, b)
    return terms.sum(0)

# %% wrong="elementwise" for="dot_product" says="the products are still to be added up"
def dot_product(a, b):
    return a * b

# %% wrong="sums_first" for="dot_product" says="multiply entry by entry first"
def dot_product(a, b):
    return a.sum() * b.sum()

# %% wrong="mean" for="dot_product" says="a dot product is their sum"
def dot_product(a, b):
    return (a * b).float().mean()

# %% wrong="forbidden_call" for="dot_product" says="find a way without it"
def dot_product(a, b):
    return torch.dot(a, b)

# %% wrong="forbidden_operator" for="dot_product" says="find a way without it"
def dot_product(a, b):
    return a @ b

# %% wrong="plain_number" for="dot_product" says="Returned a plain number, expected a tensor"
def dot_product(a, b):
    return (a * b).sum().item()

# %% wrong="starts_at_int_zero" for="dot_product" says="Returned a plain number, expected a tensor" fails="dtype_and_empty"
def dot_product(a, b):
    total = 0
    for x, y in zip(a, b):
        total = total + x * y
    return total

# %% wrong="float32_only" for="dot_product" says="Dtype: got torch.float32"
def dot_product(a, b):
    total = torch.zeros(())
    for i in range(len(a)):
        total = total + a[i].float() * b[i].float()
    return total

# %% wrong="no_first" for="dot_product" says="indices start at 0"
def dot_product(a, b):
    return (a[1:] * b[1:]).sum()

# %% wrong="prints" for="dot_product" says="did you forget `return`"
def dot_product(a, b):
    print((a * b).sum())

# %% wrong="in_place" for="dot_product" says="The call changed its argument 1 in place" fails="dtype_and_empty"
def dot_product(a, b):
    a *= b
    return a.sum()

# %% right="cases" for="can_multiply"
def can_multiply(left, right):
    if len(left) == 2 and len(right) == 2:
        return (left[0], right[1]) if left[1] == right[0] else None
    if len(left) == 2:
        return (left[0],) if left[1] == right[0] else None
    if len(right) == 2:
        return (right[1],) if left[0] == right[0] else None
    return () if left == right else None

# %% right="unpacking" for="can_multiply"
def can_multiply(left, right):
    *outer_left, inner_left = left
    inner_right, *outer_right = right
    return (*outer_left, *outer_right) if inner_left == inner_right else None

# %% wrong="yes_or_no" for="can_multiply" says="this says only that they can be multiplied"
def can_multiply(left, right):
    return left[-1] == right[0]

# %% wrong="vectors_are_columns" for="can_multiply" says="a 1-D operand leaves no dimension behind" fails="vectors"
def can_multiply(left, right):
    if len(left) == 1:
        left = (1, left[0])
    if len(right) == 1:
        right = (right[0], 1)
    return (left[0], right[1]) if left[1] == right[0] else None

# %% wrong="stretches_ones" for="can_multiply" says="this stretches an inner 1"
def can_multiply(left, right):
    if left[-1] != right[0] and 1 not in (left[-1], right[0]):
        return None
    return left[:-1] + right[1:]

# %% wrong="equal_shapes" for="can_multiply" says="this is None: compare the columns of the left"
def can_multiply(left, right):
    return left if left == right else None

# %% wrong="last_sizes" for="can_multiply" says="compare the columns of the left with the rows of the right"
def can_multiply(left, right):
    if left[-1] != right[-1]:
        return None
    return left[:-1] + right[:-1]

# %% wrong="matrices_only" for="can_multiply" says="IndexError" fails="vectors"
def can_multiply(left, right):
    if left[1] != right[0]:
        return None
    return (left[0], right[1])

# %% wrong="inner_twice" for="can_multiply" says="this is the inner size twice"
def can_multiply(left, right):
    return (left[-1], right[0]) if left[-1] == right[0] else None

# %% wrong="number_for_shape" for="can_multiply" says="of type int" fails="vectors"
def can_multiply(left, right):
    if left[-1] != right[0]:
        return None
    shape = left[:-1] + right[1:]
    return shape[0] if len(shape) == 1 else shape

# %% wrong="multiplies_and_looks" for="can_multiply" says="find a way without it"
def can_multiply(left, right):
    try:
        return tuple(torch.matmul(torch.zeros(left), torch.zeros(right)).shape)
    except RuntimeError:
        return None

# %% right="dots" for="matmul_loops"
def matmul_loops(A, B):
    result = A.new_zeros(A.shape[0], B.shape[1])
    for i, row in enumerate(A):
        for j, column in enumerate(B.T):
            result[i, j] = torch.dot(row, column)
    return result


def matmul_one_loop(A, B):
    result = A.new_zeros(A.shape[0], B.shape[1])
    for k in range(B.shape[0]):
        result += A[:, k].unsqueeze(1) * B[k].unsqueeze(0)
    return result


def matmul_no_loop(A, B):
    return (A.unsqueeze(1) * B.T.unsqueeze(0)).sum(-1)

# %% right="columns_and_rows" for="matmul_loops"
def matmul_loops(A: Tensor, B: Tensor) -> Tensor:
    C = torch.zeros(A.shape[0], B.shape[1], dtype=A.dtype)
    for j in range(B.shape[1]):
        for i in range(A.shape[0]):
            for k in range(A.shape[1]):
                C[i, j] += A[i, k] * B[k, j]
    return C


def matmul_one_loop(A: Tensor, B: Tensor) -> Tensor:
    C = torch.zeros(A.shape[0], B.shape[1], dtype=A.dtype)
    for column, row in zip(A.T, B):
        C = C + torch.outer(column, row)
    return C


def matmul_no_loop(A: Tensor, B: Tensor) -> Tensor:
    n, k = A.shape
    m = B.shape[1]
    return (A.reshape(n, k, 1) * B.reshape(1, k, m)).sum(dim=1)

# %% wrong="elementwise" for="matmul_loops" says="RuntimeError"
def matmul_loops(A, B):
    return A * B


def matmul_one_loop(A, B):
    return A * B


def matmul_no_loop(A, B):
    return A * B

# %% wrong="transposed" for="matmul_loops" says="this is the product transposed" fails="two_loops,dtype_and_arguments"
def matmul_loops(A, B):
    C = A.new_zeros(B.shape[1], A.shape[0])
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            C[j, i] = (A[i] * B[:, j]).sum()
    return C


def matmul_one_loop(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for k in range(A.shape[1]):
        C = C + torch.outer(A[:, k], B[k])
    return C


def matmul_no_loop(A, B):
    return (A.unsqueeze(2) * B).sum(1)

# %% wrong="float32_only" for="matmul_loops" says="Dtype: got torch.float32"
def matmul_loops(A, B):
    C = torch.zeros(A.shape[0], B.shape[1])
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            C[i, j] = (A[i] * B[:, j]).sum()
    return C


def matmul_one_loop(A, B):
    C = torch.zeros(A.shape[0], B.shape[1])
    for k in range(A.shape[1]):
        C += torch.outer(A[:, k], B[k])
    return C


def matmul_no_loop(A, B):
    return (A.float().unsqueeze(2) * B.float()).sum(1)

# %% wrong="last_outer_product" for="matmul_loops" says="this is the last outer product only" fails="one_loop,dtype_and_arguments"
def matmul_loops(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            C[i, j] = (A[i] * B[:, j]).sum()
    return C


def matmul_one_loop(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for k in range(A.shape[1]):
        C = torch.outer(A[:, k], B[k])
    return C


def matmul_no_loop(A, B):
    return (A.unsqueeze(2) * B).sum(1)

# %% wrong="one_loop_over_rows" for="matmul_loops" says="the number must not grow" fails="one_loop"
def matmul_loops(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            C[i, j] = (A[i] * B[:, j]).sum()
    return C


def matmul_one_loop(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(A.shape[0]):
        C[i] = (A[i].unsqueeze(1) * B).sum(0)
    return C


def matmul_no_loop(A, B):
    return (A.unsqueeze(2) * B).sum(1)

# %% wrong="sums_over_n" for="matmul_loops" says="this sums over n" fails="no_loop,dtype_and_arguments"
def matmul_loops(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            C[i, j] = (A[i] * B[:, j]).sum()
    return C


def matmul_one_loop(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for k in range(A.shape[1]):
        C = C + torch.outer(A[:, k], B[k])
    return C


def matmul_no_loop(A, B):
    return (A.unsqueeze(2) * B.unsqueeze(0)).sum(0)

# %% wrong="not_summed" for="matmul_loops" says="it is still to be summed over k" fails="no_loop,dtype_and_arguments"
def matmul_loops(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            C[i, j] = (A[i] * B[:, j]).sum()
    return C


def matmul_one_loop(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for k in range(A.shape[1]):
        C = C + torch.outer(A[:, k], B[k])
    return C


def matmul_no_loop(A, B):
    return A.unsqueeze(2) * B.unsqueeze(0)

# %% wrong="calls_torch" for="matmul_loops" says="find a way without it" fails="two_loops,one_loop,no_loop"
def matmul_loops(A, B):
    return A @ B


def matmul_one_loop(A, B):
    return torch.einsum("ik,kj->ij", A, B)


def matmul_no_loop(A, B):
    return torch.mm(A, B)

# %% wrong="starts_with_the_first" for="matmul_loops" says="IndexError" fails="one_loop"
def matmul_loops(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            C[i, j] = (A[i] * B[:, j]).sum()
    return C


def matmul_one_loop(A, B):
    C = torch.outer(A[:, 0], B[0])
    for k in range(1, A.shape[1]):
        C = C + torch.outer(A[:, k], B[k])
    return C


def matmul_no_loop(A, B):
    return (A.unsqueeze(2) * B).sum(1)

# %% wrong="rows_with_rows" for="matmul_loops" says="rows of A with rows of B"
def matmul_loops(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    B = B.reshape(B.shape[1], B.shape[0]) if B.shape[0] != B.shape[1] else B
    for i in range(A.shape[0]):
        for j in range(B.shape[0]):
            C[i, j] = (A[i] * B[j]).sum()
    return C


def matmul_one_loop(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for k in range(A.shape[1]):
        C = C + torch.outer(A[:, k], B[:, k])
    return C


def matmul_no_loop(A, B):
    B = B.reshape(B.shape[1], B.shape[0]) if B.shape[0] != B.shape[1] else B
    return (A.unsqueeze(1) * B).sum(2)

# %% wrong="row_is_a_view" for="matmul_loops" says="The call changed its argument 1 in place" fails="two_loops,dtype_and_arguments"
def matmul_loops(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(A.shape[0]):
        for j in range(B.shape[1]):
            row = A[i]
            row *= B[:, j]
            C[i, j] = row.sum()
    return C


def matmul_one_loop(A, B):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for k in range(A.shape[1]):
        C = C + torch.outer(A[:, k], B[k])
    return C


def matmul_no_loop(A, B):
    return (A.unsqueeze(2) * B).sum(1)

# %% right="k_last" for="batched_product"
def batched_product(A, B):
    if len(A.shape) != 3 or len(B.shape) != 3:
        raise ValueError("two 3-D tensors, please")
    if A.shape[0] != B.shape[0]:
        raise ValueError("the batch sizes differ")
    if A.shape[2] != B.shape[1]:
        raise ValueError("the inner sizes differ")
    return (A.unsqueeze(2) * B.mT.unsqueeze(1)).sum(3)

# %% right="unpacking" for="batched_product"
def batched_product(A, B):
    if not A.ndim == B.ndim == 3:
        raise ValueError("not 3-D")
    batch, n, k = A.shape
    other_batch, other_k, m = B.shape
    if (batch, k) != (other_batch, other_k):
        raise ValueError("shapes differ")
    return (A.reshape(batch, n, k, 1) * B.reshape(batch, 1, k, m)).sum(dim=-2)

# %% wrong="checks_nothing" for="batched_product" says="Expected ValueError" fails="refuses_2d,refuses_mismatch"
def batched_product(A, B):
    return (A.unsqueeze(-1) * B.unsqueeze(-3)).sum(-2)

# %% wrong="checks_one_operand" for="batched_product" says="Expected ValueError" fails="refuses_2d"
def batched_product(A, B):
    if len(A.shape) != 3:
        raise ValueError("A must be 3-D")
    if A.shape[0] != B.shape[0] or A.shape[2] != B.shape[1]:
        raise ValueError("shapes differ")
    return (A.unsqueeze(3) * B.unsqueeze(1)).sum(2)

# %% wrong="broadcasts_the_batch" for="batched_product" says="Expected ValueError, but the call returned" fails="refuses_mismatch"
def batched_product(A, B):
    if len(A.shape) != 3 or len(B.shape) != 3:
        raise ValueError("two 3-D tensors, please")
    if A.shape[2] != B.shape[1]:
        raise ValueError("the inner sizes differ")
    return (A.unsqueeze(3) * B.unsqueeze(1)).sum(2)

# %% wrong="forgets_inner_one" for="batched_product" says="Expected ValueError, but the call" fails="refuses_mismatch"
def batched_product(A, B):
    if len(A.shape) != 3 or len(B.shape) != 3:
        raise ValueError("two 3-D tensors, please")
    if A.shape[0] != B.shape[0]:
        raise ValueError("the batch sizes differ")
    return (A.unsqueeze(3) * B.unsqueeze(1)).sum(2)

# %% wrong="assertion" for="batched_product" says="Expected ValueError, but the call raised AssertionError" fails="refuses_2d,refuses_mismatch"
def batched_product(A, B):
    assert len(A.shape) == 3
    assert len(B.shape) == 3
    assert A.shape[0] == B.shape[0]
    assert A.shape[2] == B.shape[1]
    return (A.unsqueeze(3) * B.unsqueeze(1)).sum(2)

# %% wrong="loop_over_the_batch" for="batched_product" says="find a way without it" fails="no_loop"
def batched_product(A, B):
    if len(A.shape) != 3 or len(B.shape) != 3 or A.shape[0] != B.shape[0] or A.shape[2] != B.shape[1]:
        raise ValueError("shapes differ")
    C = A.new_zeros(A.shape[0], A.shape[1], B.shape[2])
    for b in range(A.shape[0]):
        C[b] = (A[b].unsqueeze(2) * B[b]).sum(1)
    return C

# %% wrong="calls_bmm" for="batched_product" says="find a way without it" fails="values,refuses_2d,refuses_mismatch,no_loop"
def batched_product(A, B):
    return torch.bmm(A, B)

# %% wrong="first_matrix_for_all" for="batched_product" says="this uses the first matrix of B for the whole batch" fails="values,no_loop"
def batched_product(A, B):
    if len(A.shape) != 3 or len(B.shape) != 3 or A.shape[0] != B.shape[0] or A.shape[2] != B.shape[1]:
        raise ValueError("shapes differ")
    return (A.unsqueeze(3) * B[0]).sum(2)

# %% wrong="not_summed" for="batched_product" says="it is still to be summed over k" fails="values,no_loop"
def batched_product(A, B):
    if len(A.shape) != 3 or len(B.shape) != 3 or A.shape[0] != B.shape[0] or A.shape[2] != B.shape[1]:
        raise ValueError("shapes differ")
    return A.unsqueeze(3) * B.unsqueeze(1)

# %% wrong="elementwise" for="batched_product" says="RuntimeError" fails="values,no_loop"
def batched_product(A, B):
    if len(A.shape) != 3 or len(B.shape) != 3 or A.shape[0] != B.shape[0] or A.shape[2] != B.shape[1]:
        raise ValueError("shapes differ")
    return A * B

# %% right="matmul" for="contract"
def contract(X, W, Y):
    return X @ W @ Y.mT

# %% right="other_letters" for="contract"
def contract(X, W, Y):
    return torch.einsum("nhqd, hde, nhpe -> nhqp", X, W, Y)

# %% right="two_einsums" for="contract"
def contract(X, W, Y):
    through = torch.einsum("bhik,hkl->bhil", X, W)
    return torch.einsum("bhil,bhjl->bhij", through, Y)

# %% wrong="table_transposed" for="contract" says="this reads W with k and l exchanged"
def contract(X, W, Y):
    return torch.einsum("bhik,hlk,bhjl->bhij", X, W, Y)

# %% wrong="result_transposed" for="contract" says="this is the result with i and j exchanged"
def contract(X, W, Y):
    return torch.einsum("bhik,hkl,bhjl->bhji", X, W, Y)

# %% wrong="y_transposed" for="contract" says="this pairs column j of Y with l"
def contract(X, W, Y):
    return torch.einsum("bhik,hkl,bhlj->bhij", X, W, Y)

# %% wrong="no_table" for="contract" says="this leaves W out"
def contract(X, W, Y):
    return torch.einsum("bhik,bhjk->bhij", X, Y)

# %% wrong="first_head_for_all" for="contract" says="this uses the table of head 0 for every head" fails="square,rectangular,no_loops"
def contract(X, W, Y):
    return torch.einsum("bhik,kl,bhjl->bhij", X, W[0], Y)

# %% wrong="heads_added" for="contract" says="this adds the tables of all heads" fails="square,rectangular,no_loops"
def contract(X, W, Y):
    return torch.einsum("bhik,gkl,bhjl->bhij", X, W, Y)

# %% wrong="calls_the_loops" for="contract" says="find a way without it"
def contract(X, W, Y):
    return contract_slow(X, W, Y)

# %% wrong="loop_over_heads" for="contract" says="find a way without it"
def contract(X, W, Y):
    heads = [X[:, h] @ W[h] @ Y[:, h].mT for h in range(X.shape[1])]
    return torch.stack(heads, 1)

# %% right="negative_dimensions" for="attention_scores"
def attention_scores(queries: Tensor, keys: Tensor) -> Tensor:
    q = queries.transpose(1, 2)
    k = keys.transpose(1, 2)
    scale = q.shape[-1] ** 0.5
    return q @ k.mT / scale

# %% right="einsum" for="attention_scores"
def attention_scores(queries, keys):
    return torch.einsum("bihd,bjhd->bhij", queries, keys) / queries.shape[3] ** 0.5

# %% right="permute" for="attention_scores"
def attention_scores(queries, keys):
    d = keys.shape[-1]
    return torch.matmul(queries.permute(0, 2, 1, 3), keys.permute(0, 2, 3, 1)) / d**0.5

# %% wrong="only_the_scale" for="attention_scores" says="this is q @ k"
def attention_scores(queries, keys):
    q = queries.transpose(1, 2)
    k = keys.transpose(1, 2)
    scale = q.shape[3] ** 0.5
    return q @ k / scale

# %% wrong="only_the_transpose" for="attention_scores" says="divides by the square root of n" fails="scale,edges"
def attention_scores(queries, keys):
    q = queries.transpose(1, 2)
    k = keys.transpose(1, 2)
    scale = q.shape[2] ** 0.5
    return q @ k.transpose(2, 3) / scale

# %% wrong="reshape" for="attention_scores" says="reshape keeps the order of the numbers"
def attention_scores(queries, keys):
    batch, m, heads, d = keys.shape
    q = queries.transpose(1, 2)
    k = keys.reshape(batch, heads, d, m)
    return q @ k / d**0.5

# %% wrong="keys_first" for="attention_scores" says="this is the scores transposed"
def attention_scores(queries, keys):
    q = queries.transpose(1, 2)
    k = keys.transpose(1, 2)
    return k @ q.mT / q.shape[-1] ** 0.5

# %% wrong="number_of_keys" for="attention_scores" says="divides by the square root of m" fails="keys,scale,edges"
def attention_scores(queries, keys):
    q = queries.transpose(1, 2)
    k = keys.transpose(1, 2)
    return q @ k.mT / k.shape[2] ** 0.5

# %% wrong="no_root" for="attention_scores" says="divide by the square root of d"
def attention_scores(queries, keys):
    q = queries.transpose(1, 2)
    k = keys.transpose(1, 2)
    return q @ k.mT / q.shape[3]

# %% wrong="scales_in_place" for="attention_scores" says="The call changed its argument 1 in place" fails="edges"
def attention_scores(queries, keys):
    q = queries.transpose(1, 2)
    q /= q.shape[3] ** 0.5
    return q @ keys.transpose(1, 2).mT

# %% wrong="float32_only" for="attention_scores" says="dtype"
def attention_scores(queries, keys):
    q = queries.transpose(1, 2).float()
    k = keys.transpose(1, 2).float()
    return q @ k.mT / q.shape[3] ** 0.5

# %% right="table" for="cheapest_order"
def cheapest_order(shapes):
    count = len(shapes)
    for i in range(count - 1):
        if shapes[i][1] != shapes[i + 1][0]:
            raise ValueError(f"matrix {i} does not fit matrix {i + 1}")
    best = {(i, i): (0, i) for i in range(count)}
    for length in range(2, count + 1):
        for first in range(count - length + 1):
            last = first + length - 1
            for cut in range(first, last):
                left, right = best[first, cut], best[cut + 1, last]
                cost = left[0] + right[0] + shapes[first][0] * shapes[cut][1] * shapes[last][1]
                if (first, last) not in best or cost < best[first, last][0]:
                    best[first, last] = (cost, (left[1], right[1]))
    return best[0, count - 1]

# %% right="all_orders" for="cheapest_order"
def cheapest_order(shapes):
    if any(shapes[i - 1][1] != shapes[i][0] for i in range(1, len(shapes))):
        raise ValueError("neighbours do not fit")

    def merge(parts):
        if len(parts) == 1:
            return [(0, parts[0][1])]
        results = []
        for i in range(len(parts) - 1):
            (a, first), (b, second) = parts[i], parts[i + 1]
            joined = parts[:i] + [((a[0], b[1]), (first, second))] + parts[i + 2 :]
            results += [(a[0] * a[1] * b[1] + cost, order) for cost, order in merge(joined)]
        return [min(results, key=lambda result: result[0])]

    return merge([(shape, i) for i, shape in enumerate(shapes)])[0]

# %% wrong="left_to_right" for="cheapest_order" says="this goes from left to right" fails="three,long"
def cheapest_order(shapes):
    cost, order = 0, 0
    for i in range(1, len(shapes)):
        if shapes[i - 1][1] != shapes[i][0]:
            raise ValueError("neighbours do not fit")
        cost += shapes[0][0] * shapes[i][0] * shapes[i][1]
        order = (order, i)
    return cost, order

# %% wrong="greedy" for="cheapest_order" says="this takes the cheapest pair of neighbours first" fails="three,long"
def cheapest_order(shapes):
    if any(shapes[i - 1][1] != shapes[i][0] for i in range(1, len(shapes))):
        raise ValueError("neighbours do not fit")
    parts = [(shape, i) for i, shape in enumerate(shapes)]
    cost = 0
    while len(parts) > 1:
        prices = [parts[i][0][0] * parts[i][0][1] * parts[i + 1][0][1] for i in range(len(parts) - 1)]
        i = prices.index(min(prices))
        cost += prices[i]
        (a, first), (b, second) = parts[i], parts[i + 1]
        parts[i : i + 2] = [((a[0], b[1]), (first, second))]
    return cost, parts[0][1]

# %% wrong="counts_flops" for="cheapest_order" says="this counts additions too" fails="three,short,long"
def cheapest_order(shapes):
    for i in range(1, len(shapes)):
        if shapes[i - 1][1] != shapes[i][0]:
            raise ValueError("neighbours do not fit")

    def best(first, last):
        if first == last:
            return 0, first
        options = []
        for cut in range(first, last):
            (c1, o1), (c2, o2) = best(first, cut), best(cut + 1, last)
            options.append((c1 + c2 + 2 * shapes[first][0] * shapes[cut][1] * shapes[last][1], (o1, o2)))
        return min(options, key=lambda option: option[0])

    return best(0, len(shapes) - 1)

# %% wrong="counts_entries" for="cheapest_order" says="this counts the entries of the results" fails="three,short,long"
def cheapest_order(shapes):
    for i in range(1, len(shapes)):
        if shapes[i - 1][1] != shapes[i][0]:
            raise ValueError("neighbours do not fit")

    def best(first, last):
        if first == last:
            return 0, first
        options = []
        for cut in range(first, last):
            (c1, o1), (c2, o2) = best(first, cut), best(cut + 1, last)
            options.append((c1 + c2 + shapes[first][0] * shapes[last][1], (o1, o2)))
        return min(options, key=lambda option: option[0])

    return best(0, len(shapes) - 1)

# %% wrong="dearest" for="cheapest_order" says="this is the dearest order" fails="three,long"
def cheapest_order(shapes):
    for i in range(1, len(shapes)):
        if shapes[i - 1][1] != shapes[i][0]:
            raise ValueError("neighbours do not fit")

    def best(first, last):
        if first == last:
            return 0, first
        options = []
        for cut in range(first, last):
            (c1, o1), (c2, o2) = best(first, cut), best(cut + 1, last)
            options.append((c1 + c2 + shapes[first][0] * shapes[cut][1] * shapes[last][1], (o1, o2)))
        return max(options, key=lambda option: option[0])

    return best(0, len(shapes) - 1)

# %% wrong="never_refuses" for="cheapest_order" says="Expected ValueError" fails="refuses"
def cheapest_order(shapes):
    def best(first, last):
        if first == last:
            return 0, first
        options = []
        for cut in range(first, last):
            (c1, o1), (c2, o2) = best(first, cut), best(cut + 1, last)
            options.append((c1 + c2 + shapes[first][0] * shapes[cut][1] * shapes[last][1], (o1, o2)))
        return min(options, key=lambda option: option[0])

    return best(0, len(shapes) - 1)

# %% wrong="one_in_brackets" for="cheapest_order" says="one matrix is written 0" fails="short"
def cheapest_order(shapes):
    for i in range(1, len(shapes)):
        if shapes[i - 1][1] != shapes[i][0]:
            raise ValueError("neighbours do not fit")

    def best(first, last):
        if first == last:
            return 0, first
        options = []
        for cut in range(first, last):
            (c1, o1), (c2, o2) = best(first, cut), best(cut + 1, last)
            options.append((c1 + c2 + shapes[first][0] * shapes[cut][1] * shapes[last][1], (o1, o2)))
        return min(options, key=lambda option: option[0])

    return best(0, len(shapes) - 1) if len(shapes) > 1 else (0, (0,))

# %% wrong="cost_only" for="cheapest_order" says="of type int" fails="three,short,long"
def cheapest_order(shapes):
    for i in range(1, len(shapes)):
        if shapes[i - 1][1] != shapes[i][0]:
            raise ValueError("neighbours do not fit")
    sizes = [shapes[0][0]] + [shape[1] for shape in shapes]

    def best(first, last):
        if last - first == 1:
            return 0
        return min(
            best(first, cut) + best(cut, last) + sizes[first] * sizes[cut] * sizes[last] for cut in range(first + 1, last)
        )

    return best(0, len(shapes))

# %% right="accumulator" for="blocked_matmul"
def blocked_matmul(A, B, size):
    n, k = A.shape
    m = B.shape[1]
    C = torch.zeros(n, m, dtype=A.dtype)
    for top in range(0, n, size):
        bottom = min(top + size, n)
        for left in range(0, m, size):
            right = min(left + size, m)
            block = A.new_zeros(bottom - top, right - left)
            for start in range(0, k, size):
                stop = min(start + size, k)
                block = block + torch.mm(A[top:bottom, start:stop], B[start:stop, left:right])
            C[top:bottom, left:right] = block
    return C


def blocked_loads(n, k, m, size):
    loads = 0
    for i in range(0, n, size):
        for j in range(0, m, size):
            for p in range(0, k, size):
                inner = min(size, k - p)
                loads += min(size, n - i) * inner + inner * min(size, m - j)
    return loads

# %% right="split" for="blocked_matmul"
def blocked_matmul(A, B, size):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for p in range(0, A.shape[1], size):
        for i in range(0, A.shape[0], size):
            for j in range(0, B.shape[1], size):
                a = A[i : i + size, p : p + size]
                b = B[p : p + size, j : j + size]
                C[i : i + size, j : j + size] += torch.matmul(a, b)
    return C


def blocked_loads(n, k, m, size):
    return n * k * -(-m // size) + k * m * -(-n // size)

# %% wrong="overwrites" for="blocked_matmul" says="this keeps only the last pair of blocks" fails="divisible,ragged,blocks"
def blocked_matmul(A, B, size):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(0, A.shape[0], size):
        for j in range(0, B.shape[1], size):
            for p in range(0, A.shape[1], size):
                C[i : i + size, j : j + size] = A[i : i + size, p : p + size] @ B[p : p + size, j : j + size]
    return C


def blocked_loads(n, k, m, size):
    return n * k * -(-m // size) + k * m * -(-n // size)

# %% wrong="drops_the_edges" for="blocked_matmul" says="this drops the edge of the inner size" fails="ragged,ragged_loads,blocks"
def blocked_matmul(A, B, size):
    n, k, m = A.shape[0], A.shape[1], B.shape[1]
    C = A.new_zeros(n, m)
    for i in range(0, n, size):
        for j in range(0, m, size):
            for p in range(k // size):
                inner = slice(p * size, (p + 1) * size)
                C[i : i + size, j : j + size] += A[i : i + size, inner] @ B[inner, j : j + size]
    return C


def blocked_loads(n, k, m, size):
    return (n // size) * (k // size) * (m // size) * 2 * size**2

# %% wrong="full_blocks_at_the_edge" for="blocked_matmul" says="this counts a full block at the edge" fails="ragged_loads"
def blocked_matmul(A, B, size):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(0, A.shape[0], size):
        for j in range(0, B.shape[1], size):
            for p in range(0, A.shape[1], size):
                C[i : i + size, j : j + size] += A[i : i + size, p : p + size] @ B[p : p + size, j : j + size]
    return C


def blocked_loads(n, k, m, size):
    blocks = -(-n // size) * -(-k // size) * -(-m // size)
    return blocks * 2 * size * size

# %% wrong="counts_the_result" for="blocked_matmul" says="this counts the block of the result too" fails="loads,ragged_loads"
def blocked_matmul(A, B, size):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(0, A.shape[0], size):
        for j in range(0, B.shape[1], size):
            for p in range(0, A.shape[1], size):
                C[i : i + size, j : j + size] += A[i : i + size, p : p + size] @ B[p : p + size, j : j + size]
    return C


def blocked_loads(n, k, m, size):
    return (n // size) * (k // size) * (m // size) * 3 * size**2

# %% wrong="loads_everything_once" for="blocked_matmul" says="this counts A once and B once" fails="loads,ragged_loads"
def blocked_matmul(A, B, size):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(0, A.shape[0], size):
        for j in range(0, B.shape[1], size):
            for p in range(0, A.shape[1], size):
                C[i : i + size, j : j + size] += A[i : i + size, p : p + size] @ B[p : p + size, j : j + size]
    return C


def blocked_loads(n, k, m, size):
    return n * k + k * m

# %% wrong="rounds_up_too_far" for="blocked_matmul" says="this adds a block where the sizes divide" fails="loads,ragged_loads"
def blocked_matmul(A, B, size):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(0, A.shape[0], size):
        for j in range(0, B.shape[1], size):
            for p in range(0, A.shape[1], size):
                C[i : i + size, j : j + size] += A[i : i + size, p : p + size] @ B[p : p + size, j : j + size]
    return C


def blocked_loads(n, k, m, size):
    return n * k * (m // size + 1) + k * m * (n // size + 1)

# %% wrong="operands_exchanged" for="blocked_matmul" says="this exchanges the operands" fails="loads,ragged_loads"
def blocked_matmul(A, B, size):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(0, A.shape[0], size):
        for j in range(0, B.shape[1], size):
            for p in range(0, A.shape[1], size):
                C[i : i + size, j : j + size] += A[i : i + size, p : p + size] @ B[p : p + size, j : j + size]
    return C


def blocked_loads(n, k, m, size):
    return n * k * -(-n // size) + k * m * -(-m // size)

# %% wrong="whole_product" for="blocked_matmul" says="this multiplies whole matrices" fails="blocks"
def blocked_matmul(A, B, size):
    return A @ B


def blocked_loads(n, k, m, size):
    return n * k * -(-m // size) + k * m * -(-n // size)

# %% wrong="strips" for="blocked_matmul" says="this multiplies a strip of A with a strip of B" fails="blocks"
def blocked_matmul(A, B, size):
    C = A.new_zeros(A.shape[0], B.shape[1])
    for i in range(0, A.shape[0], size):
        for j in range(0, B.shape[1], size):
            C[i : i + size, j : j + size] = A[i : i + size] @ B[:, j : j + size]
    return C


def blocked_loads(n, k, m, size):
    return n * k * -(-m // size) + k * m * -(-n // size)

# %% wrong="float32_only" for="blocked_matmul" says="Dtype: got torch.float32" fails="divisible,ragged"
def blocked_matmul(A, B, size):
    C = torch.zeros(A.shape[0], B.shape[1])
    for i in range(0, A.shape[0], size):
        for j in range(0, B.shape[1], size):
            for p in range(0, A.shape[1], size):
                C[i : i + size, j : j + size] += A[i : i + size, p : p + size] @ B[p : p + size, j : j + size]
    return C


def blocked_loads(n, k, m, size):
    return n * k * -(-m // size) + k * m * -(-n // size)
