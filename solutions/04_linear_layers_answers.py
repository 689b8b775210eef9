# %% [markdown]
# # 04 · Linear layers: the bank of answers

# %% right="tuple" for="predict_output"
predict_output = (4, 3, 2)

# %% right="asked_torch" for="predict_output"
predict_output = nn.Linear(6, 2)(torch.ones(4, 3, 6)).shape

# %% wrong="joins_the_batch" for="predict_output" says="this joins the first two axes"
predict_output = (12, 2)

# %% wrong="refuses" for="predict_output" says="takes any number of axes before the last one"
predict_output = None

# %% wrong="loses_an_axis" for="predict_output" says="this loses an axis"
predict_output = (4, 2)

# %% wrong="shape_of_x" for="predict_output" says="this is the shape of x"
predict_output = (4, 3, 6)

# %% right="tuple" for="predict_stored"
predict_stored = (3, 7)

# %% right="size" for="predict_stored"
predict_stored = torch.Size([3, 7])

# %% wrong="as_in_the_formula" for="predict_stored" says="keeps a row for each output"
predict_stored = (7, 3)

# %% wrong="bias_inside" for="predict_stored" says="this puts the bias into the weights"
predict_stored = (3, 8)

# %% wrong="a_number" for="predict_stored" says="A shape is a tuple of whole numbers"
predict_stored = 21

# %% right="int" for="predict_bias"
predict_bias = 10

# %% right="float" for="predict_bias"
predict_bias = 10.0

# %% wrong="per_sample" for="predict_bias" says="this gives sample 1 the bias number 1"
predict_bias = 20

# %% wrong="no_bias" for="predict_bias" says="this leaves out the bias"
predict_bias = 0

# %% wrong="both" for="predict_bias" says="this adds both biases"
predict_bias = 30

# %% wrong="x_of_ones" for="predict_bias" says="this takes x for ones"
predict_bias = 15

# %% right="letter" for="predict_affine"
predict_affine = "C"

# %% right="picked" for="predict_affine"
predict_affine = "ABCD"[2]

# %% wrong="scaling" for="predict_affine" says="and f(2 * x) holds one b"
predict_affine = "A"

# %% wrong="sums" for="predict_affine" says="f(x) + f(z) holds two of them"
predict_affine = "B"

# %% wrong="zero" for="predict_affine" says="this forgets the bias: f(0) is b"
predict_affine = "D"

# %% right="computed" for="predict_depth"
predict_depth = 10 * 2 + 2

# %% right="float" for="predict_depth"
predict_depth = 22.0

# %% wrong="both_layers" for="predict_depth" says="this counts both layers"
predict_depth = 10 * 50 + 50 + 50 * 2 + 2

# %% wrong="no_bias" for="predict_depth" says="this leaves out the bias"
predict_depth = 20

# %% wrong="bias_per_input" for="predict_depth" says="this counts a bias for each input"
predict_depth = 30

# %% right="comprehension" for="count_parameters"
def count_parameters(sizes, bias=True):
    return sum((n + bias) * m for n, m in pairwise(sizes))

# %% right="indices" for="count_parameters"
def count_parameters(sizes: list[int], bias: bool = True) -> int:
    weights, biases = 0, 0
    for k in range(1, len(sizes)):
        weights = weights + sizes[k - 1] * sizes[k]
        biases = biases + sizes[k]
    if not bias:
        return weights
    return weights + biases

# %% wrong="no_biases" for="count_parameters" says="this leaves out the biases"
def count_parameters(sizes, bias=True):
    return sum(n * m for n, m in pairwise(sizes))

# %% wrong="bias_per_input" for="count_parameters" says="this counts a bias for each input"
def count_parameters(sizes, bias=True):
    return sum(n * m + (n if bias else 0) for n, m in pairwise(sizes))

# %% wrong="one_bias" for="count_parameters" says="this counts one bias for the whole layer"
def count_parameters(sizes, bias=True):
    return sum(n * m + int(bias) for n, m in pairwise(sizes))

# %% wrong="ignores_bias" for="count_parameters" says="this counts biases although bias is False"
def count_parameters(sizes, bias=True):
    return sum(n * m + m for n, m in pairwise(sizes))

# %% wrong="bias_of_the_inputs" for="count_parameters" says="this counts a bias for the inputs too"
def count_parameters(sizes, bias=True):
    weights = sum(n * m for n, m in pairwise(sizes))
    return weights + sum(sizes) if bias else weights

# %% wrong="first_to_last" for="count_parameters" says="this goes from the first size straight to the last" fails="many_layers"
def count_parameters(sizes, bias=True):
    return sizes[0] * sizes[-1] + (sizes[-1] if bias else 0)

# %% wrong="first_layer" for="count_parameters" says="this counts the first layer only" fails="many_layers"
def count_parameters(sizes, bias=True):
    n, m = sizes[:2]
    return n * m + bias * m

# %% wrong="all_multiplied" for="count_parameters" says="this multiplies all the sizes" fails="many_layers"
def count_parameters(sizes, bias=True):
    product = 1
    for size in sizes:
        product *= size
    return product + (sizes[-1] if bias else 0)

# %% wrong="prints" for="count_parameters" says="did you forget `return`"
def count_parameters(sizes, bias=True):
    print(sum((n + bias) * m for n, m in pairwise(sizes)))

# %% wrong="tensor" for="count_parameters" says="Returned a value of type Tensor"
def count_parameters(sizes, bias=True):
    total = torch.tensor(0)
    for n, m in pairwise(sizes):
        total = total + n * m + (m if bias else 0)
    return total

# %% wrong="sizes_as_layers" for="count_parameters" says="IndexError"
def count_parameters(sizes, bias=True):
    total = 0
    for k in range(len(sizes)):
        total += sizes[k] * sizes[k + 1] + bias * sizes[k + 1]
    return total

# %% right="einsum" for="linear_layer"
def linear_layer(x, weight, bias):
    y = torch.einsum("...n,mn->...m", x, weight)
    if bias is not None:
        y = y + bias
    return y

# %% right="rows" for="linear_layer"
def linear_layer(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    W = weight.transpose(0, 1)
    if bias is None:
        return torch.matmul(x, W)
    return bias + torch.matmul(x, W)

# %% wrong="not_transposed" for="linear_layer" says="RuntimeError"
def linear_layer(x, weight, bias):
    return x @ weight if bias is None else x @ weight + bias

# %% wrong="transposed_unless_square" for="linear_layer" says="only a square layer hides it"
def linear_layer(x, weight, bias):
    W = weight if weight.shape[0] == x.shape[-1] else weight.T
    return x @ W if bias is None else x @ W + bias

# %% wrong="reshaped" for="linear_layer" says="Values:"
def linear_layer(x, weight, bias):
    y = x @ weight.reshape(weight.shape[1], weight.shape[0])
    return y if bias is None else y + bias

# %% wrong="no_bias" for="linear_layer" says="this leaves out the bias" fails="batch,any_axes"
def linear_layer(x, weight, bias):
    return x @ weight.T

# %% wrong="always_a_bias" for="linear_layer" says="TypeError" fails="without_bias"
def linear_layer(x, weight, bias):
    return x @ weight.T + bias

# %% wrong="calls_torch" for="linear_layer" says="find a way without it"
def linear_layer(x, weight, bias):
    return nn.functional.linear(x, weight, bias)

# %% wrong="truth_of_a_bias" for="linear_layer" says="RuntimeError" fails="batch,any_axes"
def linear_layer(x, weight, bias):
    return x @ weight.T + bias if bias else x @ weight.T

# %% wrong="columns" for="linear_layer" says="this is the result transposed" fails="batch,any_axes"
def linear_layer(x, weight, bias):
    if bias is None:
        return x @ weight.T
    return weight @ x.T + bias.unsqueeze(1)

# %% wrong="flattens" for="linear_layer" says="Shape: got" fails="any_axes,without_bias"
def linear_layer(x, weight, bias):
    y = x.reshape(-1, weight.shape[1] or 1)[:, : weight.shape[1]] @ weight.T if weight.shape[1] else x @ weight.T
    return y if bias is None else y + bias

# %% wrong="transposed_in_place" for="linear_layer" says="The call changed its argument 2 in place" fails="any_axes"
def linear_layer(x, weight, bias):
    y = x @ weight.t_()
    return y if bias is None else y + bias

# %% wrong="column_bias" for="linear_layer" says="this makes the bias a column" fails="batch,any_axes"
def linear_layer(x, weight, bias):
    y = x @ weight.T
    return y if bias is None else y + bias.unsqueeze(1)

# %% wrong="a_list" for="linear_layer" says="Returned a value of type list, expected a tensor"
def linear_layer(x, weight, bias):
    y = x @ weight.T
    return (y if bias is None else y + bias).tolist()

# %% right="padded" for="fold_bias"
def fold_bias(W, b):
    return torch.vstack([W, b])


def with_one(x):
    return torch.nn.functional.pad(x, (0, 1), value=1)

# %% right="filled" for="fold_bias"
def fold_bias(W: Tensor, b: Tensor) -> Tensor:
    n, m = W.shape
    folded = W.new_zeros(n + 1, m)
    folded[:n] = W
    folded[n] = b
    return folded


def with_one(x: Tensor) -> Tensor:
    one = torch.ones(x.shape[:-1] + (1,), dtype=x.dtype)
    return torch.cat((x, one), -1)

# %% wrong="first" for="fold_bias" says="it is to be the last row" fails="row,ones,dtype_and_arguments"
def fold_bias(W, b):
    return torch.cat([b.unsqueeze(0), W])


def with_one(x):
    return torch.cat([x.new_ones(*x.shape[:-1], 1), x], dim=-1)

# %% wrong="bias_as_column" for="fold_bias" says="RuntimeError" fails="row,product,dtype_and_arguments"
def fold_bias(W, b):
    return torch.cat([W, b.unsqueeze(1)], dim=1)


def with_one(x):
    return torch.cat([x, x.new_ones(*x.shape[:-1], 1)], dim=-1)

# %% wrong="sample_of_ones" for="fold_bias" says="this adds a sample of ones" fails="ones,product,dtype_and_arguments"
def fold_bias(W, b):
    return torch.cat([W, b.unsqueeze(0)])


def with_one(x):
    return torch.cat([x, x.new_ones(1, *x.shape[1:])])

# %% wrong="batches_only" for="fold_bias" says="IndexError" fails="ones,product"
def fold_bias(W, b):
    return torch.cat([W, b.unsqueeze(0)])


def with_one(x):
    return torch.cat([x, x.new_ones(x.shape[0], 1)], dim=1)

# %% wrong="float32_ones" for="fold_bias" says="Dtype: got torch.float32" fails="dtype_and_arguments"
def fold_bias(W, b):
    return torch.cat([W, b.unsqueeze(0)])


def with_one(x):
    return torch.cat([x, torch.ones(*x.shape[:-1], 1)], dim=-1)

# %% wrong="added" for="fold_bias" says="this adds the bias to the weights" fails="row,product,dtype_and_arguments"
def fold_bias(W, b):
    return W + b


def with_one(x):
    return torch.cat([x, x.new_ones(*x.shape[:-1], 1)], dim=-1)

# %% wrong="a_zero" for="fold_bias" says="this adds a 0" fails="ones,product,dtype_and_arguments"
def fold_bias(W, b):
    return torch.cat([W, b.unsqueeze(0)])


def with_one(x):
    return torch.cat([x, x.new_zeros(*x.shape[:-1], 1)], dim=-1)

# %% wrong="cat_of_a_vector" for="fold_bias" says="RuntimeError" fails="row,product,dtype_and_arguments"
def fold_bias(W, b):
    return torch.cat([W, b])


def with_one(x):
    return torch.cat([x, x.new_ones(*x.shape[:-1], 1)], dim=-1)

# %% wrong="returns_nothing" for="fold_bias" says="did you forget `return`" fails="row,product,dtype_and_arguments"
def fold_bias(W, b):
    folded = torch.cat([W, b.unsqueeze(0)])
    print(folded)


def with_one(x):
    return torch.cat([x, x.new_ones(*x.shape[:-1], 1)], dim=-1)

# %% wrong="plus_one" for="fold_bias" says="this adds 1 to every number" fails="ones,product,dtype_and_arguments"
def fold_bias(W, b):
    return torch.cat([W, b.unsqueeze(0)])


def with_one(x):
    return x + 1

# %% wrong="ones_are_printed" for="fold_bias" says="Got None, expected a tensor: did you forget `return`" fails="ones,product,dtype_and_arguments"
def fold_bias(W, b):
    return torch.cat([W, b.unsqueeze(0)])


def with_one(x):
    print(torch.cat([x, x.new_ones(*x.shape[:-1], 1)], dim=-1))

# %% wrong="lists" for="fold_bias" says="Returned a value of type list, expected a tensor"
def fold_bias(W, b):
    return [W, b]


def with_one(x):
    return [x, 1]

# %% right="from_behind" for="collapse"
def collapse(layers):
    *rest, (W, b) = layers
    for W_before, b_before in reversed(rest):
        b = b_before @ W + b
        W = W_before @ W
    return W, b

# %% right="recursive" for="collapse"
def collapse(layers: list[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    if len(layers) == 1:
        return layers[0]
    (W1, b1), (W2, b2) = layers[:2]
    joined = (torch.matmul(W1, W2), torch.matmul(b1, W2) + b2)
    return collapse([joined, *layers[2:]])

# %% right="probes" for="collapse"
def collapse(layers):
    first = layers[0][0]
    zero, steps = first.new_zeros(1, first.shape[0]), torch.eye(first.shape[0], dtype=first.dtype)
    for W, b in layers:
        zero, steps = zero @ W + b, steps @ W + b
    return steps - zero, zero[0]

# %% wrong="order_swapped" for="collapse" says="this multiplies in the other order"
def collapse(layers):
    W, b = layers[-1]
    for W_next, b_next in reversed(layers[:-1]):
        W, b = W @ W_next, b_next @ layers[-1][0] + b
    return W, b

# %% wrong="first_bias_lost" for="collapse" says="this loses the first bias"
def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, b_next
    return W, b

# %% wrong="biases_added" for="collapse" says="RuntimeError"
def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, b + b_next
    return W, b

# %% wrong="biases_added_where_they_fit" for="collapse" says="this adds the biases" fails="two,many"
def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        same = W.shape == W_next.shape and len(b) > 1
        W, b = W @ W_next, b + b_next if same else b @ W_next + b_next
    return W, b

# %% wrong="two_only" for="collapse" says="this stops after two layers" fails="many,dtype_and_arguments"
def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:2]:
        W, b = W @ W_next, b @ W_next + b_next
    return W, b

# %% wrong="exactly_two" for="collapse" says="ValueError" fails="many,dtype_and_arguments"
def collapse(layers):
    (W1, b1), (W2, b2) = layers
    return W1 @ W2, b1 @ W2 + b2

# %% wrong="a_list" for="collapse" says="Returned a value of type list"
def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, b @ W_next + b_next
    return [W, b]

# %% wrong="last_bias_lost" for="collapse" says="this loses the last bias"
def collapse(layers):
    W, b = layers[0]
    for W_next, _ in layers[1:]:
        W, b = W @ W_next, b @ W_next
    return W, b

# %% wrong="bias_from_the_left" for="collapse" says="RuntimeError"
def collapse(layers):
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, W_next @ b + b_next
    return W, b

# %% wrong="in_place" for="collapse" says="The call changed its argument 1[1][1] in place" fails="dtype_and_arguments"
def collapse(layers):
    layers = list(layers)
    W, b = layers[0]
    for W_next, b_next in layers[1:]:
        W, b = W @ W_next, b_next.add_(b @ W_next)
    return W, b

# %% wrong="pops" for="collapse" says="The call changed its argument 1" fails="dtype_and_arguments"
def collapse(layers):
    W, b = layers.pop(0)
    while layers:
        W_next, b_next = layers.pop(0)
        W, b = W @ W_next, b @ W_next + b_next
    return W, b

# %% right="row" for="layer_outputs"
def layer_outputs(x, W, b):
    if len(x.shape) == 1:
        return (x.unsqueeze(0) @ W + b.unsqueeze(0)).squeeze(0)
    return x @ W + b.unsqueeze(0)

# %% right="plain" for="layer_outputs"
def layer_outputs(x: Tensor, W: Tensor, b: Tensor) -> Tensor:
    y = torch.matmul(x, W)
    return y + b

# %% right="expanded" for="layer_outputs"
def layer_outputs(x, W, b):
    y = x @ W
    return y + b.expand(y.shape)

# %% wrong="bias_mended_only" for="layer_outputs" says="this keeps a batch axis" fails="one_sample"
def layer_outputs(x, W, b):
    if len(x.shape) == 1:
        x = x.unsqueeze(0)
    return x @ W + b

# %% wrong="axis_mended_only" for="layer_outputs" says="this gives each sample a bias"
def layer_outputs(x, W, b):
    if len(x.shape) == 1:
        return (x.unsqueeze(0) @ W + b.unsqueeze(1)).squeeze(0)
    return x @ W + b.unsqueeze(1)

# %% wrong="squeezes_all" for="layer_outputs" says="what comes in as (1, n) goes out as (1, m)" fails="batch,one_sample"
def layer_outputs(x, W, b):
    if len(x.shape) == 1:
        x = x.unsqueeze(0)
    return (x @ W + b).squeeze()

# %% wrong="squeezes_the_batch" for="layer_outputs" says="this is a batch of one without its batch axis" fails="batch"
def layer_outputs(x, W, b):
    if len(x.shape) == 1:
        x = x.unsqueeze(0)
    y = x @ W + b
    return y.squeeze(0)

# %% wrong="mean_bias" for="layer_outputs" says="this adds the mean of the biases"
def layer_outputs(x, W, b):
    return x @ W + b.mean()

# %% wrong="no_bias" for="layer_outputs" says="this leaves out the bias"
def layer_outputs(x, W, b):
    return x @ W

# %% wrong="sum_of_biases" for="layer_outputs" says="this adds the sum of the biases"
def layer_outputs(x, W, b):
    return x @ W + b.sum()

# %% right="reads_it_off" for="is_affine"
def is_affine(f, n):
    zero = torch.zeros(1, n, dtype=torch.float64)
    b = f(zero)
    W = f(torch.eye(n, dtype=torch.float64)) - b
    x = 3 * torch.randn(1000, n, dtype=torch.float64)
    y = f(x)
    return (y - (x @ W + b)).abs().max().item() <= 1e-6 * y.abs().max().item()

# %% right="differences" for="is_affine"
def is_affine(f, n):
    x, z, d = (8 * torch.rand(2000, n, dtype=torch.float64) - 4 for _ in range(3))
    one, other = f(x + d) - f(x), f(z + d) - f(z)
    scale = f(x).abs().max().item() + f(z).abs().max().item()
    return (one - other).abs().max().item() <= 1e-6 * scale

# %% right="thirds" for="is_affine"
def is_affine(f, n):
    x, z = torch.randn(2, 4000, n).mul(3).double()
    got, wanted = f(x / 3 + 2 * z / 3), f(x) / 3 + 2 * f(z) / 3
    return bool(torch.allclose(got, wanted, rtol=0.0, atol=1e-6 * wanted.abs().max().item()))

# %% wrong="linear" for="is_affine" says="this asks whether f is linear"
def is_affine(f, n):
    x = 3 * torch.randn(500, n, dtype=torch.float64)
    z = 3 * torch.randn(500, n, dtype=torch.float64)
    got, wanted = f(x + z), f(x) + f(z)
    return bool((got - wanted).abs().max() <= 1e-6 * (f(x).abs() + f(z).abs()).max())

# %% wrong="positive_only" for="is_affine" says="this never looks at negative numbers"
def is_affine(f, n):
    x, z = torch.rand(500, n, dtype=torch.float64), torch.rand(500, n, dtype=torch.float64)
    middle, average = f((x + z) / 2), (f(x) + f(z)) / 2
    return bool((middle - average).abs().max() <= 1e-6 * (f(x).abs() + f(z).abs()).max())

# %% wrong="opposite_pairs" for="is_affine" says="this looks at pairs x and -x only" fails="bends"
def is_affine(f, n):
    x = 3 * torch.randn(500, n, dtype=torch.float64)
    middle, average = f(0 * x), (f(x) + f(-x)) / 2
    return bool((middle - average).abs().max() <= 1e-6 * f(x).abs().max())

# %% wrong="always_true" for="is_affine" says="this says the same of every function"
def is_affine(f, n):
    return True

# %% wrong="exact" for="is_affine" says="rounding"
def is_affine(f, n):
    x = 3 * torch.randn(500, n, dtype=torch.float64)
    z = 3 * torch.randn(500, n, dtype=torch.float64)
    return bool((f((x + z) / 2) == (f(x) + f(z)) / 2).all())

# %% wrong="fixed_tolerance" for="is_affine" says="this tolerates too much" fails="rounding"
def is_affine(f, n):
    x = 3 * torch.randn(500, n, dtype=torch.float64)
    z = 3 * torch.randn(500, n, dtype=torch.float64)
    return torch.allclose(f((x + z) / 2), (f(x) + f(z)) / 2, atol=1e-4)

# %% wrong="one_pair" for="is_affine" says="expected False" fails="disguised,bends"
def is_affine(f, n):
    x = torch.full((1, n), -0.5, dtype=torch.float64)
    z = torch.full((1, n), 0.7, dtype=torch.float64)
    middle, average = f((x + z) / 2), (f(x) + f(z)) / 2
    return bool((middle - average).abs().max() <= 1e-6 * (f(x).abs() + f(z).abs()).max())

# %% wrong="narrow" for="is_affine" says="expected False" fails="disguised,bends"
def is_affine(f, n):
    x = 0.1 * torch.randn(500, n, dtype=torch.float64)
    z = 0.1 * torch.randn(500, n, dtype=torch.float64)
    middle, average = f((x + z) / 2), (f(x) + f(z)) / 2
    return bool((middle - average).abs().max() <= 1e-6 * (f(x).abs() + f(z).abs()).max())

# %% wrong="strictly_smaller" for="is_affine" says="result['always 0']" fails="disguised"
def is_affine(f, n):
    x = 3 * torch.randn(500, n, dtype=torch.float64)
    z = 3 * torch.randn(500, n, dtype=torch.float64)
    middle, average = f((x + z) / 2), (f(x) + f(z)) / 2
    return bool((middle - average).abs().max() < 1e-6 * (f(x).abs() + f(z).abs()).max())

# %% wrong="a_tensor" for="is_affine" says="Returned a value of type Tensor, expected bool"
def is_affine(f, n):
    x = 3 * torch.randn(500, n, dtype=torch.float64)
    z = 3 * torch.randn(500, n, dtype=torch.float64)
    middle, average = f((x + z) / 2), (f(x) + f(z)) / 2
    return (middle - average).abs().max() <= 1e-6 * (f(x).abs() + f(z).abs()).max()

# %% wrong="first_output_only" for="is_affine" says="result['a bend in one output']" fails="bends"
def is_affine(f, n):
    x = 3 * torch.randn(500, n, dtype=torch.float64)
    z = 3 * torch.randn(500, n, dtype=torch.float64)
    middle, average = f((x + z) / 2)[:, 0], ((f(x) + f(z)) / 2)[:, 0]
    return bool((middle - average).abs().max() <= 1e-6 * (f(x).abs() + f(z).abs()).max())

# %% wrong="prints" for="is_affine" says="did you forget `return`"
def is_affine(f, n):
    x = 3 * torch.randn(500, n, dtype=torch.float64)
    z = 3 * torch.randn(500, n, dtype=torch.float64)
    middle, average = f((x + z) / 2), (f(x) + f(z)) / 2
    print(bool((middle - average).abs().max() <= 1e-6 * (f(x).abs() + f(z).abs()).max()))

# %% wrong="one_side" for="is_affine" says="this misses a bend" fails="disguised,bends"
def is_affine(f, n):
    x = -0.5 - torch.rand(500, n, dtype=torch.float64)
    z = 0.5 * torch.rand(500, n, dtype=torch.float64)
    middle, average = f((x + z) / 2), (f(x) + f(z)) / 2
    return bool((middle - average).abs().max() <= 1e-6 * (f(x).abs() + f(z).abs()).max())

# %% right="norms" for="steady_scale"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = x @ W
        x = x.clamp(min=0) if relu else x
        found.append((x * x).mean().item() ** 0.5)
    return found


def steady_scale(n, kind, relu):
    return {"normal": 1.0, "uniform": 3**0.5}[kind] * (2**0.5 if relu else 1.0) / n**0.5

# %% right="four_cases" for="steady_scale"
def spreads(x: Tensor, weights: list[Tensor], relu: bool) -> list[float]:
    result = []
    y = x
    for W in weights:
        y = torch.matmul(y, W)
        if relu:
            y = torch.relu(y)
        result.append(float((y**2).mean().sqrt()))
    return result


def steady_scale(n: int, kind: str, relu: bool) -> float:
    if kind == "normal" and not relu:
        return (1 / n) ** 0.5
    if kind == "normal":
        return (2 / n) ** 0.5
    if not relu:
        return (3 / n) ** 0.5
    return (6 / n) ** 0.5

# %% wrong="one_over_n" for="steady_scale" says="this is 1/n" fails="normal,uniform,relu"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = torch.relu(x @ W) if relu else x @ W
        found.append(x.square().mean().sqrt().item())
    return found


def steady_scale(n, kind, relu):
    return (2 if relu else 1) * (3 if kind == "uniform" else 1) / n

# %% wrong="bound_of_nn_linear" for="steady_scale" says="this is the bound of nn.Linear" fails="uniform,relu"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = torch.relu(x @ W) if relu else x @ W
        found.append(x.square().mean().sqrt().item())
    return found


def steady_scale(n, kind, relu):
    return ((2 if relu else 1) / n) ** 0.5

# %% wrong="divides_by_root_3" for="steady_scale" says="this is smaller than nn.Linear's bound" fails="uniform,relu"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = torch.relu(x @ W) if relu else x @ W
        found.append(x.square().mean().sqrt().item())
    return found


def steady_scale(n, kind, relu):
    return ((2 if relu else 1) / n / (3 if kind == "uniform" else 1)) ** 0.5

# %% wrong="relu_forgotten" for="steady_scale" says="this leaves the ReLU out" fails="relu"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = torch.relu(x @ W) if relu else x @ W
        found.append(x.square().mean().sqrt().item())
    return found


def steady_scale(n, kind, relu):
    return ((3 if kind == "uniform" else 1) / n) ** 0.5

# %% wrong="relu_doubles" for="steady_scale" says="this doubles the scale" fails="relu"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = torch.relu(x @ W) if relu else x @ W
        found.append(x.square().mean().sqrt().item())
    return found


def steady_scale(n, kind, relu):
    return (2 if relu else 1) * ((3 if kind == "uniform" else 1) / n) ** 0.5

# %% wrong="relu_shrinks" for="steady_scale" says="after a ReLU they must be larger" fails="relu"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = torch.relu(x @ W) if relu else x @ W
        found.append(x.square().mean().sqrt().item())
    return found


def steady_scale(n, kind, relu):
    return ((3 if kind == "uniform" else 1) / n / (2 if relu else 1)) ** 0.5

# %% wrong="multiplies_by_root_n" for="steady_scale" says="divide by it" fails="normal,uniform,relu"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = torch.relu(x @ W) if relu else x @ W
        found.append(x.square().mean().sqrt().item())
    return found


def steady_scale(n, kind, relu):
    return n**0.5

# %% wrong="standard_deviation" for="steady_scale" says="this is the standard deviation" fails="spreads"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = torch.relu(x @ W) if relu else x @ W
        found.append(x.std().item())
    return found


def steady_scale(n, kind, relu):
    return ((2 if relu else 1) * (3 if kind == "uniform" else 1) / n) ** 0.5

# %% wrong="mean_square" for="steady_scale" says="this is the mean square: take its root" fails="spreads"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = torch.relu(x @ W) if relu else x @ W
        found.append(x.square().mean().item())
    return found


def steady_scale(n, kind, relu):
    return ((2 if relu else 1) * (3 if kind == "uniform" else 1) / n) ** 0.5

# %% wrong="measures_before" for="steady_scale" says="measure after each layer" fails="spreads"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        found.append(x.square().mean().sqrt().item())
        x = torch.relu(x @ W) if relu else x @ W
    return found


def steady_scale(n, kind, relu):
    return ((2 if relu else 1) * (3 if kind == "uniform" else 1) / n) ** 0.5

# %% wrong="before_the_relu" for="steady_scale" says="this measures before the ReLU" fails="spreads"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = x @ W
        found.append(x.square().mean().sqrt().item())
        x = torch.relu(x) if relu else x
    return found


def steady_scale(n, kind, relu):
    return ((2 if relu else 1) * (3 if kind == "uniform" else 1) / n) ** 0.5

# %% wrong="tensors" for="steady_scale" says="Returned a tensor, expected a plain number" fails="spreads"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = torch.relu(x @ W) if relu else x @ W
        found.append(x.square().mean().sqrt())
    return found


def steady_scale(n, kind, relu):
    return ((2 if relu else 1) * (3 if kind == "uniform" else 1) / n) ** 0.5

# %% wrong="pops" for="steady_scale" says="The call changed its argument 2" fails="spreads"
def spreads(x, weights, relu):
    found = []
    while weights:
        x = x @ weights.pop(0)
        x = torch.relu(x) if relu else x
        found.append(x.square().mean().sqrt().item())
    return found


def steady_scale(n, kind, relu):
    return ((2 if relu else 1) * (3 if kind == "uniform" else 1) / n) ** 0.5

# %% wrong="root_of_the_sum" for="steady_scale" says="this is the root of the sum of squares" fails="spreads"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = torch.relu(x @ W) if relu else x @ W
        found.append(x.norm().item())
    return found


def steady_scale(n, kind, relu):
    return ((2 if relu else 1) * (3 if kind == "uniform" else 1) / n) ** 0.5

# %% wrong="sends_on_what_was_before" for="steady_scale" says="sends on what was before it" fails="spreads"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = x @ W
        found.append((torch.relu(x) if relu else x).square().mean().sqrt().item())
    return found


def steady_scale(n, kind, relu):
    return ((2 if relu else 1) * (3 if kind == "uniform" else 1) / n) ** 0.5

# %% wrong="no_relu" for="steady_scale" says="this leaves out the ReLU" fails="spreads"
def spreads(x, weights, relu):
    found = []
    for W in weights:
        x = x @ W
        found.append(x.square().mean().sqrt().item())
    return found


def steady_scale(n, kind, relu):
    return ((2 if relu else 1) * (3 if kind == "uniform" else 1) / n) ** 0.5

# %% right="distance" for="xor_network"
def xor_network():
    W1 = torch.tensor([[1.0, -1.0], [-1.0, 1.0]])
    return W1, torch.zeros(2), torch.ones(2, 1), torch.zeros(1)


def needs_hidden(table):
    return bool(table[1] - table[0] != table[3] - table[2])


def table_network(table):
    a, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, -1.0], [0.0, 1.0, -1.0]])
    b1 = torch.tensor([0.0, 0.0, 1.0])
    mend = a + d - b - c
    W2 = torch.tensor([[d - b], [d - c], [mend]])
    b2 = torch.tensor([b + c - d])
    return W1, b1, W2, b2

# %% right="half_and_one" for="xor_network"
def xor_network() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    W1 = torch.ones(2, 2)
    b1 = torch.tensor([-0.5, -1.0])
    W2 = torch.tensor([[2.0], [-3.0]])
    return W1, b1, W2, torch.tensor([0.0])


def needs_hidden(table: list[float]) -> bool:
    neither, second, first, both = table
    one_layer = neither + (first - neither) + (second - neither)
    return one_layer != both


def table_network(table: list[float]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    t = torch.tensor(table, dtype=torch.float32)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    b1 = torch.tensor([0.0, 0.0, -1.0])
    W2 = torch.stack([t[2] - t[0], t[1] - t[0], t[3] - t[2] - t[1] + t[0]]).unsqueeze(1)
    return W1, b1, W2, t[:1]

# %% wrong="or" for="xor_network" says="this is OR" fails="xor,two_units"
def xor_network():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0], [-1.0]]), torch.zeros(1)


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    a, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[c - a], [b - a], [d - b - c + a]])
    return W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.tensor([a])

# %% wrong="no_bend" for="xor_network" says="this is the nearest that a single layer comes" fails="xor,two_units"
def xor_network():
    return torch.zeros(2, 2), torch.zeros(2), torch.zeros(2, 1), torch.tensor([0.5])


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    a, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[c - a], [b - a], [d - b - c + a]])
    return W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.tensor([a])

# %% wrong="four_units" for="xor_network" says="4 hidden units" fails="two_units,three_units"
def xor_network():
    return table_network([0, 1, 1, 0])


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    W1 = torch.tensor([[-1.0, -1.0, 1.0, 1.0], [-1.0, 1.0, -1.0, 1.0]])
    b1 = torch.tensor([1.0, 0.0, 0.0, -1.0])
    return W1, b1, torch.tensor(table, dtype=torch.float32).unsqueeze(1), torch.zeros(1)

# %% wrong="integers" for="xor_network" says="has the dtype torch.int64" fails="xor,two_units,every_table,three_units"
def xor_network():
    return torch.tensor([[1, 1], [1, 1]]), torch.tensor([0, -1]), torch.tensor([[1], [-2]]), torch.tensor([0])


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    a, b, c, d = table
    W1 = torch.tensor([[1, 0, 1], [0, 1, 1]])
    W2 = torch.tensor([[c - a], [b - a], [d - b - c + a]])
    return W1, torch.tensor([0, 0, -1]), W2, torch.tensor([a])

# %% wrong="separable" for="xor_network" says="this asks whether a line separates" fails="needs_hidden"
def xor_network():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0], [-2.0]]), torch.zeros(1)


def needs_hidden(table):
    return list(table) in ([0, 1, 1, 0], [1, 0, 0, 1])


def table_network(table):
    a, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[c - a], [b - a], [d - b - c + a]])
    return W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.tensor([a])

# %% wrong="no_bias_in_reach" for="xor_network" says="the answer to (0, 0) may be a bias" fails="needs_hidden"
def xor_network():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0], [-2.0]]), torch.zeros(1)


def needs_hidden(table):
    return table[0] != 0 or table[3] != table[1] + table[2]


def table_network(table):
    a, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[c - a], [b - a], [d - b - c + a]])
    return W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.tensor([a])

# %% wrong="inputs_exchanged" for="xor_network" says="this exchanges (0, 1) and (1, 0)" fails="every_table,three_units"
def xor_network():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0], [-2.0]]), torch.zeros(1)


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    a, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[b - a], [c - a], [d - b - c + a]])
    return W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.tensor([a])

# %% wrong="zero_stays_zero" for="xor_network" says="this never answers 1 to (0, 0)" fails="every_table,three_units"
def xor_network():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0], [-2.0]]), torch.zeros(1)


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    _, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[c], [b], [d - b - c]])
    return W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.zeros(1)

# %% wrong="truth_only" for="xor_network" says="this makes ones of all that is not 0" fails="three_units"
def xor_network():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0], [-2.0]]), torch.zeros(1)


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    a, b, c, d = (float(value != 0) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[c - a], [b - a], [d - b - c + a]])
    return W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.tensor([a])

# %% wrong="column_biases" for="xor_network" says="b1 (2, 1)" fails="xor,two_units"
def xor_network():
    return torch.ones(2, 2), torch.tensor([[0.0], [-1.0]]), torch.tensor([[1.0], [-2.0]]), torch.zeros(1)


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    a, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[c - a], [b - a], [d - b - c + a]])
    return W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.tensor([a])

# %% wrong="stored_weights" for="xor_network" says="W2 (1, 2)" fails="xor,two_units"
def xor_network():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0, -2.0]]), torch.zeros(1)


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    a, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[c - a], [b - a], [d - b - c + a]])
    return W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.tensor([a])

# %% wrong="prints" for="xor_network" says="did you forget `return`" fails="xor,two_units"
def xor_network():
    print(torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0], [-2.0]]), torch.zeros(1))


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    a, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[c - a], [b - a], [d - b - c + a]])
    return W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.tensor([a])

# %% wrong="table_is_printed" for="xor_network" says="None: did you forget `return`" fails="every_table,three_units"
def xor_network():
    return torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0], [-2.0]]), torch.zeros(1)


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    a, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[c - a], [b - a], [d - b - c + a]])
    print(W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.tensor([a]))

# %% wrong="a_list" for="xor_network" says="a list, and not a tuple of four tensors" fails="xor,two_units"
def xor_network():
    return [torch.ones(2, 2), torch.tensor([0.0, -1.0]), torch.tensor([[1.0], [-2.0]]), torch.zeros(1)]


def needs_hidden(table):
    return table[0] + table[3] != table[1] + table[2]


def table_network(table):
    a, b, c, d = (float(value) for value in table)
    W1 = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
    W2 = torch.tensor([[c - a], [b - a], [d - b - c + a]])
    return W1, torch.tensor([0.0, 0.0, -1.0]), W2, torch.tensor([a])
