# %% [markdown]
# # 02 · Memory and views: the bank of answers

# %% right="tuple" for="predict_stride"
predict_stride = (2, 6)

# %% right="asked_torch" for="predict_stride"
predict_stride = torch.zeros(4, 6)[:, ::2].t().stride()

# %% wrong="before_t" for="predict_stride" says="this is the stride before t()"
predict_stride = (6, 2)

# %% wrong="step_forgotten" for="predict_stride" says="every second column is 2 cells"
predict_stride = (1, 6)

# %% wrong="as_if_new" for="predict_stride" says="this is the stride of a new tensor of that shape"
predict_stride = (4, 1)

# %% wrong="shape" for="predict_stride" says="this is the shape"
predict_stride = (3, 4)

# %% right="whole" for="predict_write"
predict_write = 13

# %% right="float" for="predict_write"
predict_write = 1.0 + 4.0 + 8.0

# %% wrong="everything_writes" for="predict_write" says="this says that all five writes reach x"
predict_write = 31

# %% wrong="list_is_a_view" for="predict_write" says="a list of indices copies"
predict_write = 15

# %% wrong="reshape_always_shares" for="predict_write" says="no single stride reads a transposed matrix"
predict_write = 29

# %% wrong="reshape_always_copies" for="predict_write" says="so reshape is a view"
predict_write = 5

# %% wrong="transpose_copies" for="predict_write" says="this counts x.t() as a copy"
predict_write = 9

# %% right="tuple" for="predict_view"
predict_view = (6, 2, 2, 5)

# %% right="size" for="predict_view"
predict_view = torch.Size([6, 2, 2, 5])

# %% wrong="refuses" for="predict_view" says="splitting an axis needs no copy"
predict_view = None

# %% wrong="keeps_the_four" for="predict_view" says="-1 stands for what is left"
predict_view = (6, 4, 2, 5)

# %% wrong="minus_one_stays" for="predict_view" says="A shape is a tuple of whole numbers"
predict_view = (6, -1, 2, 5)

# %% right="tuple" for="predict_squeeze"
predict_squeeze = (5, 1)

# %% right="asked_torch" for="predict_squeeze"
predict_squeeze = torch.ones(1, 5, 1, 1).squeeze().unsqueeze(1).shape

# %% wrong="axis_one_is_first" for="predict_squeeze" says="this puts the new axis first"
predict_squeeze = (1, 5)

# %% wrong="takes_one_away" for="predict_squeeze" says="squeeze() takes away all of them"
predict_squeeze = (5, 1, 1, 1)

# %% wrong="keeps_the_batch" for="predict_squeeze" says="this keeps the batch of one"
predict_squeeze = (1, 1, 5)

# %% wrong="a_list" for="predict_squeeze" says="A shape is a tuple of whole numbers"
predict_squeeze = [5, 1]

# %% right="tuple" for="predict_broadcast"
predict_broadcast = (6, 5, 4)

# %% right="asked_torch" for="predict_broadcast"
predict_broadcast = torch.broadcast_shapes((6, 1, 4), (5, 1))

# %% wrong="left_aligned" for="predict_broadcast" says="align them at the right"
predict_broadcast = None

# %% wrong="shape_of_a" for="predict_broadcast" says="its 1 stretches as well"
predict_broadcast = (6, 1, 4)

# %% wrong="drops_an_axis" for="predict_broadcast" says="this drops the 6"
predict_broadcast = (5, 4)

# %% right="product" for="contiguous_strides"
def contiguous_strides(shape):
    result = ()
    for axis in range(len(shape)):
        step = 1
        for size in shape[axis + 1 :]:
            step *= size if size else 1
        result += (step,)
    return result

# %% right="recursive" for="contiguous_strides"
def contiguous_strides(shape):
    if not shape:
        return ()
    if len(shape) == 1:
        return (1,)
    rest = contiguous_strides(shape[1:])
    return (rest[0] * max(shape[1], 1), *rest)

# %% right="accumulate" for="contiguous_strides"
import itertools
import operator

def contiguous_strides(shape):
    sizes = [max(size, 1) for size in shape[1:]]
    products = list(itertools.accumulate(reversed(sizes), operator.mul, initial=1))
    return tuple(reversed(products)) if shape else ()

# %% wrong="column_major" for="contiguous_strides" says="this is column-major"
def contiguous_strides(shape):
    strides, step = [], 1
    for size in shape:
        strides.append(step)
        step *= max(size, 1)
    return tuple(strides)

# %% wrong="own_size_included" for="contiguous_strides" says="multiply only the sizes to its right"
def contiguous_strides(shape):
    strides, step = [], 1
    for size in reversed(shape):
        step *= max(size, 1)
        strides.insert(0, step)
    return tuple(strides)

# %% wrong="bytes" for="contiguous_strides" says="this is the stride in bytes"
def contiguous_strides(shape):
    strides, step = [], 4
    for size in reversed(shape):
        strides.insert(0, step)
        step *= max(size, 1)
    return tuple(strides)

# %% wrong="next_size_only" for="contiguous_strides" says="this is the next size alone"
def contiguous_strides(shape):
    return (*(max(size, 1) for size in shape[1:]), 1) if shape else ()

# %% wrong="right_to_left" for="contiguous_strides" says="this has the strides from right to left"
def contiguous_strides(shape):
    strides, step = [], 1
    for size in reversed(shape):
        strides.append(step)
        step *= max(size, 1)
    return tuple(strides)

# %% wrong="multiplies_by_zero" for="contiguous_strides" says="this multiplies by the 0" fails="edges"
def contiguous_strides(shape):
    strides, step = [], 1
    for size in reversed(shape):
        strides.insert(0, step)
        step *= size
    return tuple(strides)

# %% wrong="a_list" for="contiguous_strides" says="of type list"
def contiguous_strides(shape):
    strides, step = [], 1
    for size in reversed(shape):
        strides.insert(0, step)
        step *= max(size, 1)
    return strides

# %% wrong="asks_torch" for="contiguous_strides" says="find a way without it"
def contiguous_strides(shape):
    return torch.empty(shape).stride()

# %% wrong="prints" for="contiguous_strides" says="did you forget `return`"
def contiguous_strides(shape):
    print(shape)

# %% wrong="another_name" for="contiguous_strides" says="name 'contiguous_strides' is not defined"
def my_strides(shape):
    return ()

# %% right="indices_first" for="offset_of"
def offset_of(index, shape, stride, storage_offset):
    cells = []
    for axis in range(len(shape)):
        i = index[axis] + shape[axis] if index[axis] < 0 else index[axis]
        if i < 0 or i >= shape[axis]:
            raise IndexError("outside")
        cells.append(i * stride[axis])
    return storage_offset + sum(cells)

# %% right="range" for="offset_of"
def offset_of(index, shape, stride, storage_offset):
    return storage_offset + sum(range(size)[i] * step for i, size, step in zip(index, shape, stride))

# %% wrong="own_strides" for="offset_of" says="use the stride you are given" fails="values,negative"
def offset_of(index, shape, stride, storage_offset):
    cell, step = 0, 1
    for i, size in zip(reversed(index), reversed(shape)):
        if not -size <= i < size:
            raise IndexError("outside")
        cell += (i % size) * step
        step *= size
    return storage_offset + cell

# %% wrong="starts_at_zero" for="offset_of" says="this leaves the storage offset out" fails="values,negative"
def offset_of(index, shape, stride, storage_offset):
    cell = 0
    for i, size, step in zip(index, shape, stride):
        if not -size <= i < size:
            raise IndexError("outside")
        cell += (i % size) * step
    return cell

# %% wrong="walks_backwards" for="offset_of" says="this walks backwards from the start" fails="negative"
def offset_of(index, shape, stride, storage_offset):
    for i, size in zip(index, shape):
        if not -size <= i < size:
            raise IndexError("outside")
    return storage_offset + sum(i * step for i, step in zip(index, stride))

# %% wrong="wraps_around" for="offset_of" says="Expected IndexError" fails="refuses"
def offset_of(index, shape, stride, storage_offset):
    return storage_offset + sum((i % max(size, 1)) * step for i, size, step in zip(index, shape, stride))

# %% wrong="other_exception" for="offset_of" says="Expected IndexError, but the call raised ValueError" fails="refuses"
def offset_of(index, shape, stride, storage_offset):
    cell = storage_offset
    for i, size, step in zip(index, shape, stride):
        if not -size <= i < size:
            raise ValueError("outside")
        cell += (i % size) * step
    return cell

# %% wrong="one_too_far" for="offset_of" says="Expected IndexError, but the call returned" fails="refuses"
def offset_of(index, shape, stride, storage_offset):
    for i, size in zip(index, shape):
        if i > size or i < -size:
            raise IndexError("outside")
    return storage_offset + sum(i % size * step if size else 0 for i, size, step in zip(index, shape, stride))

# %% wrong="prints" for="offset_of" says="did you forget `return`"
def offset_of(index, shape, stride, storage_offset):
    print(storage_offset + sum(i * step for i, step in zip(index, stride)))

# %% wrong="axes_exchanged" for="offset_of" says="this exchanges the axes" fails="values,negative"
def offset_of(index, shape, stride, storage_offset):
    cell = storage_offset
    for i, size, step in zip(index, shape, reversed(stride)):
        if not -size <= i < size:
            raise IndexError("outside")
        cell += (i % size) * step
    return cell

# %% wrong="multiplies_sizes" for="offset_of" says="as many cells as the stride says"
def offset_of(index, shape, stride, storage_offset):
    cell = storage_offset
    for i, size, step in zip(index, shape, stride):
        if not -size <= i < size:
            raise IndexError("outside")
        cell += (i % size) * size
    return cell

# %% right="computed" for="shares_or_copies"
import numpy as np

_x = torch.arange(12.0).reshape(3, 4)
_a = np.zeros(3)

def _shares(result, source):
    return result.untyped_storage().data_ptr() == source.untyped_storage().data_ptr()

shares_or_copies = {
    "x[1:, ::2]": _shares(_x[1:, ::2], _x),
    "x[[0, 2]]": _shares(_x[[0, 2]], _x),
    "x[x > 5]": _shares(_x[_x > 5], _x),
    "x.reshape(2, 6)": _shares(_x.reshape(2, 6), _x),
    "x.t().reshape(6, 2)": _shares(_x.t().reshape(6, 2), _x),
    "x.t().reshape(2, 2, 3)": _shares(_x.t().reshape(2, 2, 3), _x),
    "x.expand(2, 3, 4)": _shares(_x.expand(2, 3, 4), _x),
    "x + 0": _shares(_x + 0, _x),
    "x.to(torch.float32)": _shares(_x.to(torch.float32), _x),
    "x[:, 1].numpy()": bool(np.shares_memory(_x[:, 1].numpy(), _x.numpy())),
    "torch.tensor(a)": bool(np.shares_memory(torch.tensor(_a).numpy(), _a)),
    "torch.as_tensor(a, dtype=torch.float32)": bool(np.shares_memory(torch.as_tensor(_a, dtype=torch.float32).numpy(), _a)),
}

# %% right="by_list" for="shares_or_copies"
_sharing = ["x[1:, ::2]", "x.reshape(2, 6)", "x.t().reshape(2, 2, 3)", "x.expand(2, 3, 4)", "x.to(torch.float32)", "x[:, 1].numpy()"]
_copying = ["x[[0, 2]]", "x[x > 5]", "x.t().reshape(6, 2)", "x + 0", "torch.tensor(a)", "torch.as_tensor(a, dtype=torch.float32)"]
shares_or_copies = {**dict.fromkeys(_sharing, True), **dict.fromkeys(_copying, False)}

# %% wrong="indexing_is_views" for="shares_or_copies" says="only numbers, slices and None do" fails="picking"
shares_or_copies = {
    "x[1:, ::2]": True,
    "x[[0, 2]]": True,
    "x[x > 5]": True,
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

# %% wrong="reshape_copies" for="shares_or_copies" says="this says that reshape always copies" fails="shapes"
shares_or_copies = {
    "x[1:, ::2]": True,
    "x[[0, 2]]": False,
    "x[x > 5]": False,
    "x.reshape(2, 6)": False,
    "x.t().reshape(6, 2)": False,
    "x.t().reshape(2, 2, 3)": False,
    "x.expand(2, 3, 4)": True,
    "x + 0": False,
    "x.to(torch.float32)": True,
    "x[:, 1].numpy()": True,
    "torch.tensor(a)": False,
    "torch.as_tensor(a, dtype=torch.float32)": False,
}

# %% wrong="reshape_shares" for="shares_or_copies" says="this says that reshape never copies" fails="shapes"
shares_or_copies = {
    "x[1:, ::2]": True,
    "x[[0, 2]]": False,
    "x[x > 5]": False,
    "x.reshape(2, 6)": True,
    "x.t().reshape(6, 2)": True,
    "x.t().reshape(2, 2, 3)": True,
    "x.expand(2, 3, 4)": True,
    "x + 0": False,
    "x.to(torch.float32)": True,
    "x[:, 1].numpy()": True,
    "torch.tensor(a)": False,
    "torch.as_tensor(a, dtype=torch.float32)": False,
}

# %% wrong="transposed_copies" for="shares_or_copies" says="splitting its axis of 4 into 2 and 2 needs no copy" fails="shapes"
shares_or_copies = {
    "x[1:, ::2]": True,
    "x[[0, 2]]": False,
    "x[x > 5]": False,
    "x.reshape(2, 6)": True,
    "x.t().reshape(6, 2)": False,
    "x.t().reshape(2, 2, 3)": False,
    "x.expand(2, 3, 4)": True,
    "x + 0": False,
    "x.to(torch.float32)": True,
    "x[:, 1].numpy()": True,
    "torch.tensor(a)": False,
    "torch.as_tensor(a, dtype=torch.float32)": False,
}

# %% wrong="expand_copies" for="shares_or_copies" says="it repeats with stride 0" fails="conversions"
shares_or_copies = {
    "x[1:, ::2]": True,
    "x[[0, 2]]": False,
    "x[x > 5]": False,
    "x.reshape(2, 6)": True,
    "x.t().reshape(6, 2)": False,
    "x.t().reshape(2, 2, 3)": True,
    "x.expand(2, 3, 4)": False,
    "x + 0": False,
    "x.to(torch.float32)": True,
    "x[:, 1].numpy()": True,
    "torch.tensor(a)": False,
    "torch.as_tensor(a, dtype=torch.float32)": False,
}

# %% wrong="to_and_numpy_copy" for="shares_or_copies" says="x is float32 already, so it comes back itself" fails="conversions,numpy"
shares_or_copies = {
    "x[1:, ::2]": True,
    "x[[0, 2]]": False,
    "x[x > 5]": False,
    "x.reshape(2, 6)": True,
    "x.t().reshape(6, 2)": False,
    "x.t().reshape(2, 2, 3)": True,
    "x.expand(2, 3, 4)": True,
    "x + 0": False,
    "x.to(torch.float32)": False,
    "x[:, 1].numpy()": False,
    "torch.tensor(a)": False,
    "torch.as_tensor(a, dtype=torch.float32)": False,
}

# %% wrong="tensor_shares" for="shares_or_copies" says="this says that everything between NumPy and torch is shared" fails="numpy"
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
    "torch.tensor(a)": True,
    "torch.as_tensor(a, dtype=torch.float32)": True,
}

# %% wrong="texts" for="shares_or_copies" says="Leave out the quotes"
shares_or_copies = {
    "x[1:, ::2]": "True",
    "x[[0, 2]]": "False",
    "x[x > 5]": "False",
    "x.reshape(2, 6)": "True",
    "x.t().reshape(6, 2)": "False",
    "x.t().reshape(2, 2, 3)": "True",
    "x.expand(2, 3, 4)": "True",
    "x + 0": "False",
    "x.to(torch.float32)": "True",
    "x[:, 1].numpy()": "True",
    "torch.tensor(a)": "False",
    "torch.as_tensor(a, dtype=torch.float32)": "False",
}

# %% wrong="half_filled" for="shares_or_copies" says="Keys: got" fails="conversions,numpy"
shares_or_copies = {
    "x[1:, ::2]": True,
    "x[[0, 2]]": False,
    "x[x > 5]": False,
    "x.reshape(2, 6)": True,
    "x.t().reshape(6, 2)": False,
    "x.t().reshape(2, 2, 3)": True,
    "x + 0": False,
}

# %% wrong="ones_and_zeros" for="shares_or_copies" says="Input: x[1:, ::2]"
shares_or_copies = {
    "x[1:, ::2]": 1,
    "x[[0, 2]]": 0,
    "x[x > 5]": 0,
    "x.reshape(2, 6)": 1,
    "x.t().reshape(6, 2)": 0,
    "x.t().reshape(2, 2, 3)": 1,
    "x.expand(2, 3, 4)": 1,
    "x + 0": 0,
    "x.to(torch.float32)": 1,
    "x[:, 1].numpy()": 1,
    "torch.tensor(a)": 0,
    "torch.as_tensor(a, dtype=torch.float32)": 0,
}

# %% wrong="a_list" for="shares_or_copies" says="of type list"
shares_or_copies = [True, False, False, True, False, True, True, False, True, True, False, False]

# %% right="from_the_right" for="broadcast_shape"
def broadcast_shape(a, b):
    result = []
    for k in range(1, max(len(a), len(b)) + 1):
        m = a[-k] if k <= len(a) else 1
        n = b[-k] if k <= len(b) else 1
        if m == 1:
            result.append(n)
        elif n == 1 or n == m:
            result.append(m)
        else:
            return None
    return tuple(reversed(result))

# %% right="zip_longest" for="broadcast_shape"
from itertools import zip_longest

def broadcast_shape(a, b):
    sizes = []
    for pair in zip_longest(a[::-1], b[::-1], fillvalue=1):
        wider = set(pair) - {1}
        if len(wider) > 1:
            return None
        sizes.append(wider.pop() if wider else 1)
    return tuple(sizes[::-1])

# %% wrong="left_aligned" for="broadcast_shape" says="align the shapes at the right" fails="lengths,refuses,zeros"
def broadcast_shape(a, b):
    depth = max(len(a), len(b))
    a = a + (1,) * (depth - len(a))
    b = b + (1,) * (depth - len(b))
    if any(m != n and 1 not in (m, n) for m, n in zip(a, b)):
        return None
    return tuple(n if m == 1 else m for m, n in zip(a, b))

# %% wrong="max_of_both" for="broadcast_shape" says="this takes the larger size" fails="zeros"
def broadcast_shape(a, b):
    depth = max(len(a), len(b))
    a = (1,) * (depth - len(a)) + a
    b = (1,) * (depth - len(b)) + b
    if any(m != n and 1 not in (m, n) for m, n in zip(a, b)):
        return None
    return tuple(max(m, n) for m, n in zip(a, b))

# %% wrong="never_refuses" for="broadcast_shape" says="or takes the larger size" fails="refuses,zeros"
def broadcast_shape(a, b):
    depth = max(len(a), len(b))
    a = (1,) * (depth - len(a)) + a
    b = (1,) * (depth - len(b)) + b
    return tuple(max(m, n) for m, n in zip(a, b))

# %% wrong="same_length_only" for="broadcast_shape" says="count a missing size as 1" fails="lengths,zeros"
def broadcast_shape(a, b):
    if len(a) != len(b):
        return None
    if any(m != n and 1 not in (m, n) for m, n in zip(a, b)):
        return None
    return tuple(n if m == 1 else m for m, n in zip(a, b))

# %% wrong="drops_the_front" for="broadcast_shape" says="this has the length of the shorter shape" fails="lengths,zeros"
def broadcast_shape(a, b):
    sizes = []
    for m, n in zip(reversed(a), reversed(b)):
        if m != n and 1 not in (m, n):
            return None
        sizes.insert(0, n if m == 1 else m)
    return tuple(sizes)

# %% wrong="only_b_stretches" for="broadcast_shape" says="a 1 stretches to the other size" fails="equal_lengths,lengths,zeros"
def broadcast_shape(a, b):
    depth = max(len(a), len(b))
    a = (1,) * (depth - len(a)) + a
    b = (1,) * (depth - len(b)) + b
    return a if all(n in (m, 1) for m, n in zip(a, b)) else None

# %% wrong="multiples_repeat" for="broadcast_shape" says="only a 1 stretches" fails="refuses,zeros"
def broadcast_shape(a, b):
    depth = max(len(a), len(b))
    a = (1,) * (depth - len(a)) + a
    b = (1,) * (depth - len(b)) + b
    for m, n in zip(a, b):
        if max(m, n) % max(min(m, n), 1):
            return None
    return tuple(max(m, n) for m, n in zip(a, b))

# %% wrong="raises" for="broadcast_shape" says="ValueError" fails="refuses,zeros"
def broadcast_shape(a, b):
    depth = max(len(a), len(b))
    a = (1,) * (depth - len(a)) + a
    b = (1,) * (depth - len(b)) + b
    if any(m != n and 1 not in (m, n) for m, n in zip(a, b)):
        raise ValueError("these shapes do not broadcast")
    return tuple(n if m == 1 else m for m, n in zip(a, b))

# %% wrong="prints" for="broadcast_shape" says="did you forget `return`"
def broadcast_shape(a, b):
    print(tuple(max(m, n) for m, n in zip(a, b)))

# %% wrong="asks_torch" for="broadcast_shape" says="find a way without it"
def broadcast_shape(a, b):
    try:
        return tuple(torch.broadcast_shapes(a, b))
    except RuntimeError:
        return None

# %% right="turned_values" for="fill_columns"
def fill_columns(table, values):
    n, m = table.shape
    table.copy_(values.reshape(m, n).t())
    return table

# %% right="column_by_column" for="fill_columns"
def fill_columns(table: Tensor, values: Tensor) -> Tensor:
    n, m = table.shape
    for j in range(m):
        table[:, j] = values[j * n : (j + 1) * n]
    return table

# %% right="slice_assignment" for="fill_columns"
def fill_columns(table, values):
    turned = table.transpose(0, 1)
    turned[:] = values.view(turned.shape)
    return table

# %% wrong="contiguous" for="fill_columns" says="the values went into a copy"
def fill_columns(table, values):
    flat = table.t().contiguous().view(-1)
    flat.copy_(values)
    return table

# %% wrong="flatten" for="fill_columns" says="the values went into a copy"
def fill_columns(table, values):
    flat = table.t().flatten()
    flat[:] = values
    return table

# %% wrong="row_after_row" for="fill_columns" says="this goes row after row"
def fill_columns(table, values):
    flat = table.reshape(-1)
    flat.copy_(values)
    return table

# %% wrong="reshaped_to_the_table" for="fill_columns" says="this goes row after row"
def fill_columns(table, values):
    table.copy_(values.reshape(table.shape))
    return table

# %% wrong="new_tensor" for="fill_columns" says="the values went into a copy" fails="in_place,views"
def fill_columns(table, values):
    return values.reshape(table.shape[1], table.shape[0]).t()

# %% wrong="returns_the_transposed" for="fill_columns" says="Shape: got (3, 2), expected (2, 3)" fails="values,in_place"
def fill_columns(table, values):
    columns = table.t()
    return columns.copy_(values.reshape(columns.shape))

# %% wrong="view_of_the_strip" for="fill_columns" says="view size is not compatible"
def fill_columns(table, values):
    flat = table.t().view(-1)
    flat.copy_(values)
    return table

# %% wrong="strides_of_a_new_table" for="fill_columns" says="Values:" fails="views"
def fill_columns(table, values):
    n, m = table.shape
    columns = table.as_strided((m, n), (1, m))
    columns.copy_(values.reshape(m, n))
    return table

# %% wrong="returns_a_clone" for="fill_columns" says="return the table itself" fails="in_place"
def fill_columns(table, values):
    columns = table.t()
    columns.copy_(values.reshape(columns.shape))
    return table.clone()

# %% wrong="no_return" for="fill_columns" says="did you forget `return`" fails="values,in_place"
def fill_columns(table, values):
    columns = table.t()
    columns.copy_(values.reshape(columns.shape))

# %% right="permute" for="channels_first"
def channels_first(images: Tensor) -> Tensor:
    lead = len(images.shape) - 3
    return images.permute(*range(lead), lead + 2, lead, lead + 1)


def tiles(image: Tensor, size: int) -> Tensor:
    c, h, w = image.shape
    rows = image.view(c, h // size, size, w)
    squares = rows.view(c, h // size, size, w // size, size)
    return squares.transpose(2, 3).permute(1, 2, 0, 3, 4)

# %% right="as_strided" for="channels_first"
def channels_first(images):
    return images.movedim(-1, -3)


def tiles(image, size):
    c, h, w = image.shape
    step_c, step_h, step_w = image.stride()
    shape = (h // size, w // size, c, size, size)
    return image.as_strided(shape, (size * step_h, size * step_w, step_c, step_h, step_w))

# %% right="unfold" for="channels_first"
def channels_first(images):
    return torch.transpose(images, -1, -3).transpose(-1, -2)


def tiles(image, size):
    return image.unfold(1, size, size).unfold(2, size, size).permute(1, 2, 0, 3, 4)

# %% wrong="reshape" for="channels_first" says="the shape is right and the pixels are wrong"
def channels_first(images):
    h, w, c = images.shape[-3:]
    return images.reshape(*images.shape[:-3], c, h, w)


def tiles(image, size):
    c, h, w = image.shape
    return image.reshape(h // size, w // size, c, size, size)

# %% wrong="ends_exchanged" for="channels_first" says="height and width exchanged" fails="image,batch,no_copy"
def channels_first(images):
    return images.transpose(-1, -3)


def tiles(image, size):
    c, h, w = image.shape
    return image.view(c, h // size, size, w // size, size).permute(1, 3, 0, 2, 4)

# %% wrong="other_way" for="channels_first" says="Shape: got (2, 3, 2), expected (3, 2, 2)" fails="image,batch,no_copy"
def channels_first(images):
    return images.transpose(-3, -2).transpose(-2, -1)


def tiles(image, size):
    c, h, w = image.shape
    return image.view(c, h // size, size, w // size, size).permute(1, 3, 0, 2, 4)

# %% wrong="one_image_only" for="channels_first" says="permute" fails="batch,no_copy"
def channels_first(images):
    return images.permute(2, 0, 1)


def tiles(image, size):
    c, h, w = image.shape
    return image.view(c, h // size, size, w // size, size).permute(1, 3, 0, 2, 4)

# %% wrong="colour_before_batch" for="channels_first" says="this moves the colour in front of the batch" fails="batch"
def channels_first(images):
    order = range(len(images.shape))
    return images.permute(order[-1], *order[:-1])


def tiles(image, size):
    c, h, w = image.shape
    return image.view(c, h // size, size, w // size, size).permute(1, 3, 0, 2, 4)

# %% wrong="contiguous" for="channels_first" says="The result is a copy" fails="no_copy,tiles_no_copy"
def channels_first(images):
    return images.transpose(-1, -2).transpose(-2, -3).contiguous()


def tiles(image, size):
    c, h, w = image.shape
    return image.view(c, h // size, size, w // size, size).permute(1, 3, 0, 2, 4).contiguous()

# %% wrong="view_after_permute" for="channels_first" says="the shape is right and the pixels are wrong" fails="tiles,tiles_no_copy"
def channels_first(images):
    return images.transpose(-1, -2).transpose(-2, -3)


def tiles(image, size):
    c, h, w = image.shape
    return image.permute(1, 2, 0).view(h // size, w // size, c, size, size)

# %% wrong="grid_turned" for="channels_first" says="this exchanges the rows and the columns of the grid" fails="tiles,tiles_no_copy"
def channels_first(images):
    return images.transpose(-1, -2).transpose(-2, -3)


def tiles(image, size):
    c, h, w = image.shape
    return image.view(c, h // size, size, w // size, size).permute(3, 1, 0, 2, 4)

# %% wrong="stacked" for="channels_first" says="none of them copies" fails="tiles_no_copy"
def channels_first(images):
    return images.transpose(-1, -2).transpose(-2, -3)


def tiles(image, size):
    c, h, w = image.shape
    result = image.new_zeros(h // size, w // size, c, size, size)
    for i in range(h // size):
        for j in range(w // size):
            result[i, j] = image[:, i * size : (i + 1) * size, j * size : (j + 1) * size]
    return result

# %% wrong="makes_it_contiguous_first" for="channels_first" says="none of them copies" fails="tiles_no_copy"
def channels_first(images):
    return images.transpose(-1, -2).transpose(-2, -3)


def tiles(image, size):
    c, h, w = image.shape
    return image.contiguous().view(c, h // size, size, w // size, size).permute(1, 3, 0, 2, 4)

# %% wrong="prints" for="channels_first" says="did you forget `return`"
def channels_first(images):
    print(images.transpose(-1, -2).transpose(-2, -3))


def tiles(image, size):
    c, h, w = image.shape
    print(image.view(c, h // size, size, w // size, size).permute(1, 3, 0, 2, 4))

# %% right="rounded_up" for="sliding_windows"
def sliding_windows(readings, size, step):
    if size < 1 or step < 1 or len(readings) < size:
        raise ValueError("no window fits")
    starts = range(0, len(readings) - size + 1, step)
    (walk,) = readings.stride()
    return torch.as_strided(readings, (len(starts), size), (walk * step, walk), readings.storage_offset())

# %% right="every_start_then_slice" for="sliding_windows"
def sliding_windows(readings: Tensor, size: int, step: int) -> Tensor:
    last = readings.numel() - size
    if min(size, step) < 1 or last < 0:
        raise ValueError(f"no windows of {size} readings")
    stride = readings.stride(0)
    return readings.as_strided((last + 1, size), (stride, stride))[::step]

# %% wrong="stride_one" for="sliding_windows" says="use the stride of the readings" fails="views"
def sliding_windows(readings, size, step):
    n = readings.shape[0]
    if size < 1 or step < 1 or size > n:
        raise ValueError("no window fits")
    return readings.as_strided(((n - size) // step + 1, size), (step, 1))

# %% wrong="offset_zero" for="sliding_windows" says="keep the storage offset of the readings" fails="views"
def sliding_windows(readings, size, step):
    n = readings.shape[0]
    if size < 1 or step < 1 or size > n:
        raise ValueError("no window fits")
    walk = readings.stride(0)
    return readings.as_strided(((n - size) // step + 1, size), (step * walk, walk), 0)

# %% wrong="index_grid" for="sliding_windows" says="The result is a copy" fails="no_copy,views"
def sliding_windows(readings, size, step):
    n = readings.shape[0]
    if size < 1 or step < 1 or size > n:
        raise ValueError("no window fits")
    starts = torch.arange((n - size) // step + 1).unsqueeze(1) * step
    return readings[starts + torch.arange(size)]

# %% wrong="loop" for="sliding_windows" says="find a way without it" fails="values,step,no_copy,views"
def sliding_windows(readings, size, step):
    n = readings.shape[0]
    if size < 1 or step < 1 or size > n:
        raise ValueError("no window fits")
    return torch.stack([readings[k : k + size] for k in range(0, n - size + 1, step)])

# %% wrong="unfold" for="sliding_windows" says="find a way without it" fails="values,step,no_copy,views"
def sliding_windows(readings, size, step):
    if size < 1 or step < 1 or size > readings.shape[0]:
        raise ValueError("no window fits")
    return readings.unfold(0, size, step)

# %% wrong="last_window_missing" for="sliding_windows" says="this leaves out the last window"
def sliding_windows(readings, size, step):
    n = readings.shape[0]
    if size < 1 or step < 1 or size > n:
        raise ValueError("no window fits")
    walk = readings.stride(0)
    return readings.as_strided(((n - size) // step, size), (step * walk, walk))

# %% wrong="strides_exchanged" for="sliding_windows" says="this steps inside the window" fails="step,no_copy,views,refuses"
def sliding_windows(readings, size, step):
    n = readings.shape[0]
    if size < 1 or step < 1 or size > n:
        raise ValueError("no window fits")
    walk = readings.stride(0)
    return readings.as_strided(((n - size) // step + 1, size), (walk, step * walk))

# %% wrong="a_float_count" for="sliding_windows" says="must be tuple of ints"
def sliding_windows(readings, size, step):
    count = (len(readings) - size) / step + 1
    walk = readings.stride(0)
    return readings.as_strided((count, size), (step * walk, walk))

# %% wrong="step_ignored" for="sliding_windows" says="this ignores the step between windows" fails="step,views"
def sliding_windows(readings, size, step):
    n = readings.shape[0]
    if size < 1 or step < 1 or size > n:
        raise ValueError("no window fits")
    walk = readings.stride(0)
    return readings.as_strided(((n - size) // step + 1, size), (walk, walk))

# %% wrong="never_refuses" for="sliding_windows" says="Expected ValueError" fails="refuses"
def sliding_windows(readings, size, step):
    n = readings.shape[0]
    walk = readings.stride(0)
    return readings.as_strided(((n - size) // step + 1, size), (step * walk, walk))

# %% wrong="none_for_nothing" for="sliding_windows" says="Expected ValueError, but the call returned None" fails="refuses"
def sliding_windows(readings, size, step):
    n = readings.shape[0]
    if size < 1 or step < 1 or size > n:
        return None
    walk = readings.stride(0)
    return readings.as_strided(((n - size) // step + 1, size), (step * walk, walk))

# %% wrong="copies_first" for="sliding_windows" says="as_strided does not" fails="views"
def sliding_windows(readings, size, step):
    n = readings.shape[0]
    if size < 1 or step < 1 or size > n:
        raise ValueError("no window fits")
    strip = readings.contiguous()
    return strip.as_strided(((n - size) // step + 1, size), (step, 1))

# %% right="masks" for="all_products"
def all_products(a, b):
    return a[:, None] * b[None, :]


def identity(n):
    return (torch.arange(n).unsqueeze(0) == torch.arange(n).unsqueeze(1)) * 1.0


def upper_triangle(x):
    return torch.where(torch.arange(x.shape[1]) < torch.arange(x.shape[0]).unsqueeze(1), 0, x)


def running_sums(x):
    return (x * (torch.arange(len(x)) <= torch.arange(len(x)).unsqueeze(1))).sum(1)


def rotate(x, shift):
    return x[torch.arange(-shift, len(x) - shift) % len(x)]

# %% right="other_axes" for="all_products"
def all_products(a: Tensor, b: Tensor) -> Tensor:
    return b * a.unsqueeze(-1)


def identity(n: int) -> Tensor:
    return torch.where(torch.arange(n) - torch.arange(n).unsqueeze(-1) == 0, 1.0, 0.0)


def upper_triangle(x: Tensor) -> Tensor:
    return torch.where(torch.arange(x.shape[1]) - torch.arange(x.shape[0]).unsqueeze(1) < 0, 0, x)


def running_sums(x: Tensor) -> Tensor:
    return torch.where(torch.arange(len(x)).unsqueeze(1) <= torch.arange(len(x)), x.unsqueeze(1), 0).sum(0)


def rotate(x: Tensor, shift: int) -> Tensor:
    return x[(torch.arange(len(x)) + len(x) - shift % len(x)) % len(x)]

# %% wrong="elementwise" for="all_products" says="RuntimeError" fails="products"
def all_products(a, b):
    return a * b


def identity(n):
    return torch.where(torch.arange(n).unsqueeze(1) == torch.arange(n), 1.0, 0.0)


def upper_triangle(x):
    return torch.where(torch.arange(x.shape[0]).unsqueeze(1) <= torch.arange(x.shape[1]), x, 0)


def running_sums(x):
    return torch.where(torch.arange(len(x)).unsqueeze(1) >= torch.arange(len(x)), x, 0).sum(1)


def rotate(x, shift):
    return x[(torch.arange(len(x)) - shift) % len(x)]

# %% wrong="turned_around" for="all_products" says="this is the table transposed" fails="products,running_sums,rotate"
def all_products(a, b):
    return a * b.unsqueeze(1)


def identity(n):
    return torch.where(torch.arange(n).unsqueeze(1) == torch.arange(n), 1.0, 0.0)


def upper_triangle(x):
    return torch.where(torch.arange(x.shape[0]).unsqueeze(1) <= torch.arange(x.shape[1]), x, 0)


def running_sums(x):
    return torch.where(torch.arange(len(x)).unsqueeze(1) <= torch.arange(len(x)), x, 0).sum(1)


def rotate(x, shift):
    return x[(torch.arange(len(x)) + shift) % len(x)]

# %% wrong="conditions" for="all_products" says="choose 1.0 and 0.0 by it" fails="identity"
def all_products(a, b):
    return a.unsqueeze(1) * b


def identity(n):
    return torch.arange(n).unsqueeze(1) == torch.arange(n)


def upper_triangle(x):
    return torch.where(torch.arange(x.shape[0]).unsqueeze(1) <= torch.arange(x.shape[1]), x, 0)


def running_sums(x):
    return torch.where(torch.arange(len(x)).unsqueeze(1) >= torch.arange(len(x)), x, 0).sum(1)


def rotate(x, shift):
    return x[(torch.arange(len(x)) - shift) % len(x)]

# %% wrong="no_column" for="all_products" says="one of the two has to be a column" fails="identity,running_sums"
def all_products(a, b):
    return a.unsqueeze(1) * b


def identity(n):
    return torch.where(torch.arange(n) == torch.arange(n), 1.0, 0.0)


def upper_triangle(x):
    return torch.where(torch.arange(x.shape[0]).unsqueeze(1) <= torch.arange(x.shape[1]), x, 0)


def running_sums(x):
    return torch.where(torch.arange(len(x)) >= torch.arange(len(x)), x, 0).sum(0)


def rotate(x, shift):
    return x[(torch.arange(len(x)) - shift) % len(x)]

# %% wrong="masks_multiply" for="all_products" says="nan times 0 is nan" fails="upper_triangle"
def all_products(a, b):
    return a.unsqueeze(1) * b


def identity(n):
    return torch.where(torch.arange(n).unsqueeze(1) == torch.arange(n), 1.0, 0.0)


def upper_triangle(x):
    return x * (torch.arange(x.shape[0]).unsqueeze(1) <= torch.arange(x.shape[1]))


def running_sums(x):
    return torch.where(torch.arange(len(x)).unsqueeze(1) >= torch.arange(len(x)), x, 0).sum(1)


def rotate(x, shift):
    return x[(torch.arange(len(x)) - shift) % len(x)]

# %% wrong="diagonal_lost" for="all_products" says="this clears the diagonal as well" fails="upper_triangle,running_sums"
def all_products(a, b):
    return a.unsqueeze(1) * b


def identity(n):
    return torch.where(torch.arange(n).unsqueeze(1) == torch.arange(n), 1.0, 0.0)


def upper_triangle(x):
    return torch.where(torch.arange(x.shape[0]).unsqueeze(1) < torch.arange(x.shape[1]), x, 0)


def running_sums(x):
    return torch.where(torch.arange(len(x)).unsqueeze(1) > torch.arange(len(x)), x, 0).sum(1)


def rotate(x, shift):
    return x[(torch.arange(len(x)) - shift) % len(x)]

# %% wrong="float_zeros" for="all_products" says="Dtype: got torch.float32" fails="identity,upper_triangle,running_sums"
def all_products(a, b):
    return a.unsqueeze(1) * b


def identity(n):
    return torch.where(torch.arange(n).unsqueeze(1) == torch.arange(n), 1, 0)


def upper_triangle(x):
    return torch.where(torch.arange(x.shape[0]).unsqueeze(1) <= torch.arange(x.shape[1]), x, 0.0)


def running_sums(x):
    return torch.where(torch.arange(len(x)).unsqueeze(1) >= torch.arange(len(x)), x, 0.0).sum(1)


def rotate(x, shift):
    return x[(torch.arange(len(x)) - shift) % len(x)]

# %% wrong="square_only" for="all_products" says="RuntimeError" fails="upper_triangle"
def all_products(a, b):
    return a.unsqueeze(1) * b


def identity(n):
    return torch.where(torch.arange(n).unsqueeze(1) == torch.arange(n), 1.0, 0.0)


def upper_triangle(x):
    return torch.where(torch.arange(len(x)).unsqueeze(1) <= torch.arange(len(x)), x, 0)


def running_sums(x):
    return torch.where(torch.arange(len(x)).unsqueeze(1) >= torch.arange(len(x)), x, 0).sum(1)


def rotate(x, shift):
    return x[(torch.arange(len(x)) - shift) % len(x)]

# %% wrong="no_wrapping" for="all_products" says="IndexError" fails="rotate"
def all_products(a, b):
    return a.unsqueeze(1) * b


def identity(n):
    return torch.where(torch.arange(n).unsqueeze(1) == torch.arange(n), 1.0, 0.0)


def upper_triangle(x):
    return torch.where(torch.arange(x.shape[0]).unsqueeze(1) <= torch.arange(x.shape[1]), x, 0)


def running_sums(x):
    return torch.where(torch.arange(len(x)).unsqueeze(1) >= torch.arange(len(x)), x, 0).sum(1)


def rotate(x, shift):
    return x[torch.arange(len(x)) - shift]

# %% wrong="sums_by_place" for="all_products" says="sum along the other axis" fails="running_sums"
def all_products(a, b):
    return a.unsqueeze(1) * b


def identity(n):
    return torch.where(torch.arange(n).unsqueeze(1) == torch.arange(n), 1.0, 0.0)


def upper_triangle(x):
    return torch.where(torch.arange(x.shape[0]).unsqueeze(1) <= torch.arange(x.shape[1]), x, 0)


def running_sums(x):
    return torch.where(torch.arange(len(x)).unsqueeze(1) >= torch.arange(len(x)), x, 0).sum(0)


def rotate(x, shift):
    return x[(torch.arange(len(x)) - shift) % len(x)]

# %% wrong="calls_torch" for="all_products" says="find a way without it"
def all_products(a, b):
    return torch.outer(a, b)


def identity(n):
    return torch.eye(n)


def upper_triangle(x):
    return torch.triu(x)


def running_sums(x):
    return x.cumsum(0)


def rotate(x, shift):
    return torch.roll(x, shift)

# %% wrong="loops" for="all_products" says="find a way without it" fails="products,running_sums"
def all_products(a, b):
    return torch.stack([number * b for number in a])


def identity(n):
    return torch.where(torch.arange(n).unsqueeze(1) == torch.arange(n), 1.0, 0.0)


def upper_triangle(x):
    return torch.where(torch.arange(x.shape[0]).unsqueeze(1) <= torch.arange(x.shape[1]), x, 0)


def running_sums(x):
    total = x.clone()
    for i in range(1, len(x)):
        total[i] += total[i - 1]
    return total


def rotate(x, shift):
    return x[(torch.arange(len(x)) - shift) % len(x)]
