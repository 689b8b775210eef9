# %% [markdown]
# # 08 · Autograd: the bank of answers

# %% right="three" for="predict_leaf"
predict_leaf = 3

# %% right="no_grad_fn" for="predict_leaf"
x = torch.ones(3, requires_grad=True)
predict_leaf = sum(t.grad_fn is None for t in (x, 2 * x, (2 * torch.ones(3)).requires_grad_(), x.detach(), x + 1))

# %% wrong="detached_is_none" for="predict_leaf" says="this misses one"
predict_leaf = 2

# %% wrong="a_only" for="predict_leaf" says="this counts a only"
predict_leaf = 1

# %% wrong="b_too" for="predict_leaf" says="this counts one too many"
predict_leaf = 4

# %% wrong="all" for="predict_leaf" says="this counts all of them"
predict_leaf = 5

# %% wrong="as_a_list" for="predict_leaf" says="Write a number"
predict_leaf = [True, False, True, True, False]

# %% right="six" for="predict_mean"
predict_mean = 6

# %% right="product" for="predict_mean"
predict_mean = 1 / 4 * 3 * 2**2 * 2

# %% wrong="no_inner" for="predict_mean" says="this forgets the inner step"
predict_mean = 3.0

# %% wrong="sum" for="predict_mean" says="this is the slope of a sum: a mean"
predict_mean = 24.0

# %% wrong="sum_no_inner" for="predict_mean" says="and forgets the inner step"
predict_mean = 12

# %% wrong="value" for="predict_mean" says="this is the value of the mean"
predict_mean = 8.0

# %% wrong="a_bool" for="predict_mean" says="You wrote True"
predict_mean = True

# %% right="eight" for="predict_vector"
predict_vector = 8.0

# %% right="by_hand" for="predict_vector"
predict_vector = 3 * 2 + 1 * 2 * 1

# %% wrong="unweighted" for="predict_vector" says="weigh its entries with v"
predict_vector = 4.0

# %% wrong="rows" for="predict_vector" says="this is J @ v, along a row"
predict_vector = 7.0

# %% wrong="first_only" for="predict_vector" says="this is the slope of the first result only"
predict_vector = 6.0

# %% wrong="second_entry" for="predict_vector" says="this is the second entry of x.grad"
predict_vector = 3.0

# %% wrong="refuses" for="predict_vector" says="Write a number"
predict_vector = None

# %% right="eleven" for="predict_twice"
predict_twice = 11.0

# %% right="sum" for="predict_twice"
predict_twice = 2 * 2 + (2 * 1 + 5)

# %% wrong="cleared" for="predict_twice" says="backward adds to what .grad holds"
predict_twice = 7.0

# %% wrong="first" for="predict_twice" says="the second one adds its own"
predict_twice = 4.0

# %% wrong="old_w" for="predict_twice" says="the update has moved w to 1"
predict_twice = 13.0

# %% wrong="old_w_cleared" for="predict_twice" says="and does not add the first"
predict_twice = 9.0

# %% wrong="update_clears" for="predict_twice" says="it only reads it"
predict_twice = 0.0

# %% right="three" for="predict_mode"
predict_mode = 3

# %% right="counted" for="predict_mode"
predict_mode = sum([False, True, False, True, True])

# %% wrong="eval_is_no_grad" for="predict_mode" says="this misses one: eval() does not turn gradients off"
predict_mode = 2

# %% wrong="bias_only" for="predict_mode" says="this misses two"
predict_mode = 1

# %% wrong="none" for="predict_mode" says="for all that follows"
predict_mode = 0

# %% wrong="one_too_many" for="predict_mode" says="this counts one too many"
predict_mode = 4

# %% wrong="all" for="predict_mode" says="this counts all of them"
predict_mode = 5

# %% wrong="as_text" for="predict_mode" says="Leave out the quotes"
predict_mode = "3"

# %% right="by_leaf" for="tensor_role"
def tensor_role(t):
    if not t.requires_grad:
        return "constant"
    if t.is_leaf:
        return "parameter"
    return type(t.grad_fn).__name__

# %% right="one_expression" for="tensor_role"
def tensor_role(t: Tensor) -> str:
    made_by = t.grad_fn
    return made_by.name() if made_by else ("constant", "parameter")[t.requires_grad]

# %% wrong="leaf_only" for="tensor_role" says="a constant is one, too"
def tensor_role(t):
    return "parameter" if t.is_leaf else t.grad_fn.name()

# %% wrong="asks_only" for="tensor_role" says="a result does, too" fails="kinds,detours"
def tensor_role(t):
    return "parameter" if t.requires_grad else "constant"

# %% wrong="says_result" for="tensor_role" says="give the name of its grad_fn" fails="kinds,detours"
def tensor_role(t):
    if t.grad_fn is None:
        return "parameter" if t.requires_grad else "constant"
    return "result"

# %% wrong="grad_fn_itself" for="tensor_role" says="expected 'MulBackward0'" fails="kinds,detours"
def tensor_role(t):
    if t.grad_fn is None:
        return "parameter" if t.requires_grad else "constant"
    return str(t.grad_fn)

# %% wrong="name_not_called" for="tensor_role" says="call it, with brackets" fails="kinds,detours"
def tensor_role(t):
    if t.grad_fn is None:
        return "parameter" if t.requires_grad else "constant"
    return t.grad_fn.name

# %% wrong="parameters_by_type" for="tensor_role" says="any leaf that asks is one" fails="kinds,detours"
def tensor_role(t):
    if t.grad_fn is not None:
        return t.grad_fn.name()
    return "parameter" if isinstance(t, nn.Parameter) else "constant"

# %% wrong="frozen_too" for="tensor_role" says="a frozen one does not ask" fails="detours"
def tensor_role(t):
    if t.grad_fn is not None:
        return t.grad_fn.name()
    return "parameter" if t.requires_grad or isinstance(t, nn.Parameter) else "constant"

# %% wrong="always_multiplied" for="tensor_role" says="give the name of each grad_fn" fails="kinds,detours"
def tensor_role(t):
    if not t.requires_grad:
        return "constant"
    return "parameter" if t.is_leaf else "MulBackward0"

# %% wrong="by_gradient" for="tensor_role" says="expected 'parameter'"
def tensor_role(t):
    if t.grad_fn is not None:
        return t.grad_fn.name()
    return "constant" if t.grad is None else "parameter"

# %% wrong="prints" for="tensor_role" says="did you forget `return`"
def tensor_role(t):
    print("constant" if not t.requires_grad else "parameter" if t.is_leaf else t.grad_fn.name())

# %% right="handed_through" for="product_gradients"
def product_gradients(x, w, z, above):
    v = torch.ones_like(x) * above
    return v * w, v * x, v

# %% right="full_like" for="product_gradients"
def product_gradients(x: Tensor, w: Tensor, z: Tensor, above: float):
    return w.mul(above), x.mul(above), z * 0 + above

# %% wrong="swapped" for="product_gradients" says="the first two are swapped"
def product_gradients(x, w, z, above):
    return above * x, above * w, above * torch.ones_like(z)

# %% wrong="forgets_above" for="product_gradients" says="this forgets what comes from above"
def product_gradients(x, w, z, above):
    return w.clone(), x.clone(), torch.ones_like(z)

# %% wrong="swapped_and_forgotten" for="product_gradients" says="and what comes from above is forgotten"
def product_gradients(x, w, z, above):
    return x.clone(), w.clone(), torch.ones_like(z)

# %% wrong="z_without_above" for="product_gradients" says="this forgets what comes from above, in z"
def product_gradients(x, w, z, above):
    return above * w, above * x, torch.ones_like(z)

# %% wrong="z_of_z" for="product_gradients" says="this takes z for its own gradient"
def product_gradients(x, w, z, above):
    return above * w, above * x, above * z

# %% wrong="z_is_constant" for="product_gradients" says="this says that z does not matter"
def product_gradients(x, w, z, above):
    return above * w, above * x, torch.zeros_like(z)

# %% wrong="summed" for="product_gradients" says="a gradient has the shape of its tensor"
def product_gradients(x, w, z, above):
    return above * w.sum(), above * x.sum(), above * torch.ones_like(z)

# %% wrong="mean" for="product_gradients" says="a sum hands on 1 to each term"
def product_gradients(x, w, z, above):
    return above * w / x.numel(), above * x / x.numel(), above * torch.ones_like(z) / z.numel()

# %% wrong="adds_z" for="product_gradients" says="is w alone"
def product_gradients(x, w, z, above):
    return above * (w + z), above * (x + z), above * torch.ones_like(z)

# %% wrong="product" for="product_gradients" says="this multiplies by c's other part"
def product_gradients(x, w, z, above):
    return above * x * w, above * x * w, above * torch.ones_like(z)

# %% wrong="a_plain_number" for="product_gradients" says="Returned a plain number, expected a tensor"
def product_gradients(x, w, z, above):
    return above * w, above * x, above

# %% wrong="one_without_shape" for="product_gradients" says="not a tensor of them"
def product_gradients(x, w, z, above):
    return above * w, above * x, torch.tensor(above)

# %% wrong="float32_ones" for="product_gradients" says="Dtype: got torch.float32, expected torch.float64"
def product_gradients(x, w, z, above):
    return above * w, above * x, above * torch.ones(z.shape)

# %% wrong="in_place" for="product_gradients" says="changed its argument" fails="dtypes"
def product_gradients(x, w, z, above):
    return w.mul_(above), x.mul_(above), above * torch.ones_like(z)

# %% wrong="by_autograd" for="product_gradients" says="find a way without it"
def product_gradients(x, w, z, above):
    x, w, z = [t.clone().requires_grad_() for t in (x, w, z)]
    (x * w + z).sum().backward(torch.tensor(above, dtype=x.dtype))
    return x.grad, w.grad, z.grad

# %% wrong="a_list" for="product_gradients" says="Returned a value of type list"
def product_gradients(x, w, z, above):
    return [above * w, above * x, above * torch.ones_like(z)]

# %% wrong="prints" for="product_gradients" says="did you forget `return`"
def product_gradients(x, w, z, above):
    print(above * w, above * x, above * torch.ones_like(z))

# %% right="expanded" for="three_chains"
def three_chains(x):
    n = x.numel()
    return 18 * x + 6, -2 / max(n, 1) * x / (x * x).exp(), x / (x * x).sum() ** 0.5

# %% right="local_slopes" for="three_chains"
def three_chains(x: Tensor):
    u = 3 * x + 1
    bell = torch.exp(-(x**2))
    total = (x**2).sum()
    return 2 * u * 3, (torch.ones_like(x) / x.numel()) * bell * (-2 * x), 1 / (2 * torch.sqrt(total)) * 2 * x

# %% wrong="no_inner" for="three_chains" says="this forgets the inner step: 3x + 1" fails="squares"
def three_chains(x):
    squares = 2 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="no_outer" for="three_chains" says="this forgets the outer step" fails="squares"
def three_chains(x):
    squares = 3 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="lost_the_one" for="three_chains" says="the 1 stays inside the square" fails="squares"
def three_chains(x):
    squares = 18 * x
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="value_of_the_square" for="three_chains" says="its slope was asked for" fails="squares"
def three_chains(x):
    squares = (3 * x + 1).square()
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="sum_of_slopes" for="three_chains" says="this adds up: a gradient has the shape of x" fails="squares"
def three_chains(x):
    squares = (18 * x + 6).sum()
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="mean_like_a_sum" for="three_chains" says="a mean hands on 1/n to each" fails="bells"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square())
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="mean_of_rows" for="three_chains" says="this divides by the rows" fails="bells"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square()) / (len(x) if x.dim() else 1)
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="bell_without_inner" for="three_chains" says="moves by" fails="bells"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = torch.exp(-x.square()) / x.numel()
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="bell_lost_sign" for="three_chains" says="this has lost the sign" fails="bells"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = 2 * x * torch.exp(-x.square()) / x.numel()
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="bell_no_two" for="three_chains" says="this forgets the factor 2" fails="bells"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -x * torch.exp(-x.square()) / x.numel()
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="bell_as_a_power" for="three_chains" says="this lowers the power of e" fails="bells"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -2 * x * -x * torch.exp(-x.square() - 1) / x.numel()
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="bell_mean_of_slopes" for="three_chains" says="this is one number" fails="bells"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = (-2 * x * torch.exp(-x.square())).mean()
    norm = x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="norm_no_root" for="three_chains" says="this forgets the root" fails="norm"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = 2 * x
    return squares, bells, norm

# %% wrong="norm_no_inner" for="three_chains" says="this forgets the inner step" fails="norm"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = torch.ones_like(x) / (2 * x.square().sum().sqrt())
    return squares, bells, norm

# %% wrong="norm_half" for="three_chains" says="this forgets the factor 2" fails="norm"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = x / (2 * x.square().sum().sqrt())
    return squares, bells, norm

# %% wrong="norm_double" for="three_chains" says="this forgets the 2 of" fails="norm"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = 2 * x / x.square().sum().sqrt()
    return squares, bells, norm

# %% wrong="norm_squared" for="three_chains" says="take its root" fails="norm"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = x / x.square().sum()
    return squares, bells, norm

# %% wrong="norm_of_each" for="three_chains" says="the sum comes before the root" fails="norm"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = x / x.square().sqrt()
    return squares, bells, norm

# %% wrong="norm_of_rows" for="three_chains" says="the norm is of all entries" fails="norm"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    norm = x / (x.square().sum(-1, keepdim=True) if x.dim() else x.square()).sqrt()
    return squares, bells, norm

# %% wrong="a_list" for="three_chains" says="a tuple of three gradients is asked for"
def three_chains(x):
    return [6 * (3 * x + 1), -2 * x * torch.exp(-x.square()) / x.numel(), x / x.square().sum().sqrt()]

# %% wrong="only_two" for="three_chains" says="three gradients are asked for"
def three_chains(x):
    return 6 * (3 * x + 1), -2 * x * torch.exp(-x.square()) / x.numel()

# %% wrong="prints" for="three_chains" says="did you forget `return`"
def three_chains(x):
    print(6 * (3 * x + 1), -2 * x * torch.exp(-x.square()) / x.numel(), x / x.square().sum().sqrt())

# %% wrong="asks_autograd" for="three_chains" says="find a way without it"
def three_chains(x):
    x = x.clone().requires_grad_()
    numbers = (3 * x + 1).square().sum(), torch.exp(-x.square()).mean(), x.square().sum().sqrt()
    return tuple(torch.autograd.grad(number, x)[0] for number in numbers)

# %% wrong="in_place" for="three_chains" says="changed its argument" fails="norm"
def three_chains(x):
    squares = 6 * (3 * x + 1)
    bells = -2 * x * torch.exp(-x.square()) / x.numel()
    return squares, bells, x.div_(x.square().sum().sqrt())

# %% right="sums_then_divides" for="micro_batch_gradients"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for piece, target in zip(x.split(size), t.split(size)):
        loss = loss_of(piece, target) * len(piece)
        loss.backward()
        total += loss.item()
    for parameter in parameters:
        parameter.grad /= len(x)
    return total / len(x)

# %% right="own_sums" for="micro_batch_gradients"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    sums = [torch.zeros_like(parameter) for parameter in parameters]
    total, start = 0.0, 0
    while start < len(x):
        stop = min(start + size, len(x))
        loss = loss_of(x[start:stop], t[start:stop])
        gradients = torch.autograd.grad(loss, parameters)
        for i, gradient in enumerate(gradients):
            sums[i] += gradient * (stop - start) / len(x)
        total += loss.item() * (stop - start) / len(x)
        start = stop
    for parameter, gradient in zip(parameters, sums):
        parameter.grad = gradient
    return total

# %% right="handed_in" for="micro_batch_gradients"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    n, total = len(x), 0.0
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad.zero_()
    for k in range((n + size - 1) // size):
        rows = slice(k * size, min((k + 1) * size, n))
        loss = loss_of(x[rows], t[rows])
        share = (rows.stop - rows.start) / n
        loss.backward(torch.full_like(loss, share))
        total += share * loss.item()
    return total

# %% wrong="adds_means" for="micro_batch_gradients" says="weigh each by its share of the samples"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target)
        loss.backward()
        total += loss.item()
    return total

# %% wrong="divides_by_k" for="micro_batch_gradients" says="this divides by the number of pieces" fails="unequal,pieces"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) / ((len(x) + size - 1) // size)
        loss.backward()
        total += loss.item()
    return total

# %% wrong="drops_the_tail" for="micro_batch_gradients" says="this leaves out the last piece" fails="unequal,pieces"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x) // size * size, size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        loss.backward()
        total += loss.item()
    return total

# %% wrong="full_weight" for="micro_batch_gradients" says="its share is its own length" fails="unequal,pieces"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (size / len(x))
        loss.backward()
        total += loss.item()
    return total

# %% wrong="never_cleared" for="micro_batch_gradients" says="the old gradient is still in it" fails="pieces"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        loss.backward()
        total += loss.item()
    return total

# %% wrong="cleared_each_time" for="micro_batch_gradients" says="clear .grad before the loop, not in it"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    total = 0.0
    for start in range(0, len(x), size):
        for parameter in parameters:
            parameter.grad = None
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        loss.backward()
        total += loss.item()
    return total

# %% wrong="whole_batch" for="micro_batch_gradients" says="this takes the whole batch at once" fails="pieces"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    loss = loss_of(x, t)
    loss.backward()
    return loss.item()

# %% wrong="chunks" for="micro_batch_gradients" says="pieces of `size` samples are asked for" fails="pieces"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for piece, target in zip(x.chunk(size), t.chunk(size)):
        loss = loss_of(piece, target) * len(piece) / len(x)
        loss.backward()
        total += loss.item()
    return total

# %% wrong="one_walk" for="micro_batch_gradients" says="every piece's graph is in memory until then" fails="pieces"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        total = total + loss
    total.backward()
    return total.item()

# %% wrong="keeps_graphs" for="micro_batch_gradients" says="every piece's graph is in memory until then" fails="pieces"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        loss.backward(retain_graph=True)
        total += loss
    return total.item()

# %% wrong="returns_a_tensor" for="micro_batch_gradients" says="Returned a tensor, expected a plain number"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        loss.backward()
        total += loss.detach()
    return total

# %% wrong="no_walk" for="micro_batch_gradients" says="something must call backward()"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        total += loss.item()
    return total

# %% wrong="cleared_at_the_end" for="micro_batch_gradients" says="and not clear at the end"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        loss.backward()
        total += loss.item()
    for parameter in parameters:
        parameter.grad = None
    return total

# %% wrong="last_loss" for="micro_batch_gradients" says="the loss is that of the last piece"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        loss.backward()
        total = loss.item()
    return total

# %% wrong="loss_without_shares" for="micro_batch_gradients" says="the loss adds up the pieces without their shares" fails="equal,unequal,pieces"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target)
        (loss * len(piece) / len(x)).backward()
        total += loss.item()
    return total

# %% wrong="return_in_the_loop" for="micro_batch_gradients" says="inside the loop"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        loss.backward()
        total += loss.item()
        return total

# %% wrong="returns_nothing" for="micro_batch_gradients" says="did you forget `return`"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        loss.backward()
        total += loss.item()

# %% wrong="steps_too" for="micro_batch_gradients" says="this updates the parameter" fails="pieces"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * (len(piece) / len(x))
        loss.backward()
        total += loss.item()
    with torch.no_grad():
        for parameter in parameters:
            parameter -= 0.01 * parameter.grad
    return total

# %% wrong="times_length" for="micro_batch_gradients" says="this multiplies by the number of samples"
def micro_batch_gradients(parameters, loss_of, x, t, size):
    for parameter in parameters:
        parameter.grad = None
    total = 0.0
    for start in range(0, len(x), size):
        piece, target = x[start : start + size], t[start : start + size]
        loss = loss_of(piece, target) * len(piece)
        loss.backward()
        total += loss.item()
    return total

# %% right="one_for_all" for="step_a"
def step_a(w, loss_of, rate):
    slope = torch.autograd.grad(loss_of(w), w)[0]
    w.detach().sub_(rate * slope)


def step_b(w, loss_of, rate):
    step_a(w, loss_of, rate)


def step_c(w, loss_of, rate):
    step_a(w, loss_of, rate)


def step_d(w, loss_of, rate):
    step_a(w, loss_of, rate)


def step_e(w, loss_of, rate):
    step_a(w, loss_of, rate)

# %% right="each_its_way" for="step_a"
def step_a(w: Tensor, loss_of, rate: float) -> None:
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w.copy_(w - rate * w.grad)


def step_b(w: Tensor, loss_of, rate: float) -> None:
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad
    w.grad = None


def step_c(w: Tensor, loss_of, rate: float) -> None:
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w.sub_(w.grad, alpha=rate)


def step_d(w: Tensor, loss_of, rate: float) -> None:
    if w.grad is not None:
        w.grad.zero_()
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w: Tensor, loss_of, rate: float) -> None:
    w.grad = None
    loss_of(w).backward()
    w.requires_grad = False
    w -= rate * w.grad
    w.requires_grad = True

# %% wrong="a_under_no_grad" for="step_a" says="the caller's w has not moved" fails="a"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w = w - rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="a_new_leaf" for="step_a" says="the caller's w has not moved" fails="a"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    w = (w - rate * w.grad).detach().requires_grad_()


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="a_returns_it" for="step_a" says="expected nothing: the caller looks at its own w" fails="a"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    return (w - rate * w.grad).detach().requires_grad_()


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="a_in_place_recorded" for="step_a" says="a leaf Variable that requires grad" fails="a"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    w -= rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="b_as_given" for="step_a" says="old slopes are counted again" fails="b"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="b_clears_too_early" for="step_a" says="unsupported operand" fails="b"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    loss_of(w).backward()
    w.grad = None
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="b_keeps_the_graph" for="step_a" says="old slopes are counted again" fails="b"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    loss_of(w).backward(retain_graph=True)
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="c_detached" for="step_a" says="the caller's w has not moved" fails="c"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    w = w.detach() - rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="c_all_under_no_grad" for="step_a" says="does not require grad" fails="c"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    with torch.no_grad():
        loss_of(w).backward()
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="d_as_given" for="step_a" says="the caller's w has not moved" fails="d"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    loss_of(w).backward()
    w.grad.zero_()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="d_never_clears" for="step_a" says="old slopes are counted again" fails="d"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="d_uphill" for="step_a" says="w moves uphill" fails="d"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    loss_of(w).backward()
    with torch.no_grad():
        w += rate * w.grad
    w.grad.zero_()


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="d_forgets_the_rate" for="step_a" says="multiply with the rate" fails="d"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    loss_of(w).backward()
    with torch.no_grad():
        w -= w.grad
    w.grad.zero_()


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad

# %% wrong="e_as_given" for="step_a" says="w does not ask for a gradient after the step" fails="e"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    w.requires_grad_(False)
    w -= rate * w.grad

# %% wrong="e_detaches_in_place" for="step_a" says="w does not ask for a gradient after the step" fails="e"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    w.detach_().sub_(rate * w.grad)

# %% wrong="e_asks_again_too_early" for="step_a" says="a leaf Variable that requires grad" fails="e"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    w.requires_grad_(False)
    w.requires_grad_()
    w -= rate * w.grad

# %% wrong="all_return" for="step_a" says="expected nothing: the caller looks at its own w"
def step_a(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad
    return w


def step_b(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad
    return w


def step_c(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad
    return w


def step_d(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad
    return w


def step_e(w, loss_of, rate):
    w.grad = None
    loss_of(w).backward()
    with torch.no_grad():
        w -= rate * w.grad
    return w

# %% right="einsum" for="linear_backward"
def linear_backward(x, W, v):
    in_b = v if v.dim() == 1 else v.sum(tuple(range(v.dim() - 1)))
    return torch.einsum("...j,ij->...i", v, W), torch.einsum("...i,...j->ij", x, v), in_b

# %% right="flattened_first" for="linear_backward"
def linear_backward(x: Tensor, W: Tensor, v: Tensor):
    n, m = W.shape
    rows, upstream = x.reshape(-1, n), v.reshape(-1, m)
    return torch.matmul(upstream, W.t()).reshape(x.shape), torch.mm(rows.t(), upstream), torch.ones(len(upstream), dtype=v.dtype) @ upstream

# %% wrong="forgets_v" for="linear_backward" says="this forgets v: what comes from above is handed on" fails="x,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return W.sum(1).expand(x.shape).clone(), rows.T @ upstream, upstream.sum(0)

# %% wrong="x_summed" for="linear_backward" says="this adds up over the batch: x has a row for each sample" fails="x,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return (upstream @ W.T).sum(0), rows.T @ upstream, upstream.sum(0)

# %% wrong="x_averaged" for="linear_backward" says="this averages over the batch" fails="x,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T / max(1, len(upstream)), rows.T @ upstream, upstream.sum(0)

# %% wrong="output" for="linear_backward" says="this is the output of the layer" fails="x,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return x @ W, rows.T @ upstream, upstream.sum(0)

# %% wrong="x_without_transpose" for="linear_backward" says="shapes cannot be multiplied"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W, rows.T @ upstream, upstream.sum(0)

# %% wrong="x_transpose_where_it_must" for="linear_backward" says="this lacks a transpose, which shows only where W is square" fails="x,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ (W if W.shape[0] == W.shape[1] else W.T), rows.T @ upstream, upstream.sum(0)

# %% wrong="wrong_order" for="linear_backward" says="this is the gradient in W: x comes first" fails="x,W,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return rows.T @ upstream, v @ W.T, upstream.sum(0)

# %% wrong="W_averaged" for="linear_backward" says="this averages over the batch" fails="W,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.T @ upstream / max(1, len(rows)), upstream.sum(0)

# %% wrong="W_as_in_nn" for="linear_backward" says="this is transposed, the way nn.Linear keeps its weight" fails="W,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, upstream.T @ rows, upstream.sum(0)

# %% wrong="W_of_one_sample" for="linear_backward" says="this takes the first sample only" fails="W,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, torch.outer(rows[0], upstream[0]) if len(rows) else torch.zeros_like(W), upstream.sum(0)

# %% wrong="W_not_summed" for="linear_backward" says="this keeps a matrix for each sample" fails="W,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.unsqueeze(2) * upstream.unsqueeze(1), upstream.sum(0)

# %% wrong="W_of_sums" for="linear_backward" says="this multiplies sums" fails="W,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, torch.outer(rows.sum(0), upstream.sum(0)), upstream.sum(0)

# %% wrong="W_without_v" for="linear_backward" says="this forgets v" fails="W,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.sum(0).unsqueeze(1).expand(W.shape).clone(), upstream.sum(0)

# %% wrong="b_averaged" for="linear_backward" says="this averages over the batch" fails="b,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.T @ upstream, upstream.mean(0)

# %% wrong="b_not_summed" for="linear_backward" says="one b served every sample" fails="b,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.T @ upstream, upstream

# %% wrong="b_over_outputs" for="linear_backward" says="this adds up over the outputs" fails="b,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.T @ upstream, upstream.sum(1)

# %% wrong="b_of_ones" for="linear_backward" says="this forgets v" fails="b,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.T @ upstream, torch.ones_like(upstream[0] if len(upstream) else W[0])

# %% wrong="b_counts" for="linear_backward" says="this counts the samples, and forgets v" fails="b,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.T @ upstream, torch.full_like(W[0], len(upstream))

# %% wrong="b_one_number" for="linear_backward" says="this adds up everything" fails="b,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.T @ upstream, upstream.sum()

# %% wrong="b_kept_axis" for="linear_backward" says="this keeps the batch as an axis of 1" fails="b,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.T @ upstream, upstream.sum(0, keepdim=True)

# %% wrong="two_axes_only" for="linear_backward" says="size" fails="leading"
def linear_backward(x, W, v):
    return v @ W.T, x.T @ v, v.sum(0)

# %% wrong="last_two_axes" for="linear_backward" says="this keeps the first axis" fails="leading"
def linear_backward(x, W, v):
    if x.dim() == 1:
        return v @ W.T, torch.outer(x, v), v
    return v @ W.T, x.transpose(-1, -2) @ v, v.sum(0)

# %% wrong="a_list" for="linear_backward" says="a tuple of three gradients is asked for" fails="x,W,b,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return [v @ W.T, rows.T @ upstream, upstream.sum(0)]

# %% wrong="two_of_three" for="linear_backward" says="this is a tuple of 2" fails="x,W,b,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return rows.T @ upstream, upstream.sum(0)

# %% wrong="b_is_none" for="linear_backward" says="Got None, expected a tensor" fails="b,leading"
def linear_backward(x, W, v):
    rows, upstream = x.reshape(-1, W.shape[0]), v.reshape(-1, W.shape[1])
    return v @ W.T, rows.T @ upstream, None

# %% wrong="prints" for="linear_backward" says="did you forget `return`"
def linear_backward(x, W, v):
    print(v @ W.T, x.T @ v if x.dim() == 2 else None, v.sum())

# %% wrong="asks_autograd" for="linear_backward" says="find a way without it"
def linear_backward(x, W, v):
    leaves = [x.clone().requires_grad_(), W.clone().requires_grad_(), torch.zeros(W.shape[1], dtype=W.dtype, requires_grad=True)]
    return tuple(torch.autograd.grad(leaves[0] @ leaves[1] + leaves[2], leaves, v))

# %% right="rows_of_eye" for="check_gradient"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().to(torch.float64)
    n = x.numel()
    steps = h * torch.eye(n, dtype=torch.float64)
    measured = torch.zeros(n, dtype=torch.float64)
    for i in range(n):
        step = steps[i].reshape(x.shape)
        measured[i] = (function(x + step) - function(x - step)) / (2 * h)
    measured = measured.reshape(x.shape)
    claimed = gradient(x)
    same = claimed.shape == x.shape and bool(((claimed - measured).abs() <= tolerance * (1 + measured.abs())).all())
    return same, measured

# %% right="nudges_a_copy" for="check_gradient"
def check_gradient(function, gradient, x: Tensor, h: float = 1e-5, tolerance: float = 1e-6):
    point = x.detach().double().clone()
    measured = torch.zeros(x.shape, dtype=torch.float64)
    flat, slopes = point.reshape(-1).clone(), []
    for i in range(len(flat)):
        kept = flat[i].item()
        flat[i] = kept + h
        up = float(function(flat.reshape(x.shape)))
        flat[i] = kept - h
        down = float(function(flat.reshape(x.shape)))
        flat[i] = kept
        slopes.append((up - down) / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(point)
    if tuple(claimed.shape) != tuple(x.shape):
        return False, measured
    for one, other in zip(claimed.reshape(-1).tolist(), slopes):
        if not abs(one - other) <= tolerance * (1 + abs(other)):
            return False, measured
    return True, measured

# %% wrong="one_sided" for="check_gradient" says="this looks to the right only" fails="measures,shapes,verdict,precision"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x)).item() / h)
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="left_sided" for="check_gradient" says="this looks to the left only" fails="measures,shapes,verdict,precision"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x) - function(x - step)).item() / h)
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="divides_by_h" for="check_gradient" says="from x" fails="measures,shapes,verdict,precision"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / h)
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="does_not_divide" for="check_gradient" says="this does not divide by 2h" fails="measures,shapes,verdict,precision"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item())
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="precedence" for="check_gradient" says="put brackets around 2 * h" fails="measures,shapes,verdict,precision"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / 2 * h)
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="all_at_once" for="check_gradient" says="this nudges all entries at once" fails="measures,shapes,verdict,precision"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step = torch.full(x.shape, h, dtype=x.dtype)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="believes_the_claim" for="check_gradient" says="Values: 3 of 3 differ" fails="measures,verdict"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = gradient(x)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="own_step" for="check_gradient" says="or that of a smaller step" fails="measures"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x, h = x.detach().double(), 1e-5
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="nudge_stays" for="check_gradient" says="x is another one after the call" fails="measures,shapes"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    flat, slopes = x.view(-1), []
    claimed = gradient(x)
    for i in range(x.numel()):
        flat[i] += h
        up = function(x).item()
        flat[i] -= 2 * h
        slopes.append((up - function(x).item()) / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return claimed.shape == x.shape and agrees.all().item(), measured

# %% wrong="flat_result" for="check_gradient" says="this has no shape left" fails="shapes,precision"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    claimed = claimed.reshape(-1)
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="hands_in_flat" for="check_gradient" says="hand it x in its own shape" fails="shapes,verdict"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    shape, x = x.shape, x.detach().double().reshape(-1)
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(shape)
    claimed = gradient(x)
    claimed = claimed.reshape(shape)
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="by_rows" for="check_gradient" says="this nudges a whole row at once" fails="shapes,precision"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    measured = torch.zeros_like(x)
    for i in range(len(x)):
        step = torch.zeros_like(x)
        step[i] = h
        measured[i] = (function(x + step) - function(x - step)) / (2 * h)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="three_things" for="check_gradient" says="this is a tuple of 3"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    measured = torch.zeros_like(x)
    for i in range(x.numel()):
        step = torch.zeros_like(x)
        step.view(-1)[i] = h
        measured.view(-1)[i] = (function(x + step) - function(x - step)) / (2 * h)
    claimed = gradient(x)
    agrees = claimed.shape == x.shape and bool(((claimed - measured).abs() <= tolerance * (1 + measured.abs())).all())
    return agrees, measured, claimed

# %% wrong="verdict_is_a_tensor" for="check_gradient" says="True or False is asked for" fails="shapes,verdict,precision"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all(), measured

# %% wrong="equality" for="check_gradient" says="this wants equality" fails="shapes,verdict,precision"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = claimed == measured
    return agrees.all().item(), measured

# %% wrong="mean_error" for="check_gradient" says="this overlooks one wrong entry" fails="verdict"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs().sum() <= tolerance * (1 + measured.abs()).sum() * 1e6
    return agrees.all().item(), measured

# %% wrong="any" for="check_gradient" says="this overlooks one wrong entry" fails="verdict"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.any().item() if x.numel() else True, measured

# %% wrong="signed" for="check_gradient" says="this overlooks a claim that is too small" fails="verdict"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = claimed - measured <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="nan_passes" for="check_gradient" says="this lets NaN pass" fails="verdict"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = ~((claimed - measured).abs() > tolerance * (1 + measured.abs()))
    return agrees.all().item(), measured

# %% wrong="broadcasts" for="check_gradient" says="this lets shapes broadcast" fails="verdict"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="absolute_only" for="check_gradient" says="this allows the tolerance alone" fails="verdict"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance
    return agrees.all().item(), measured

# %% wrong="relative_only" for="check_gradient" says="where the slope is 0 that is nothing" fails="verdict"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * measured.abs()
    return agrees.all().item(), measured

# %% wrong="largest_slope" for="check_gradient" says="each has its own limit" fails="verdict"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + (measured.abs().max() if x.numel() else 0))
    return agrees.all().item(), measured

# %% wrong="in_its_dtype" for="check_gradient" says="where a small step drowns in rounding" fails="precision"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False, measured
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item(), measured

# %% wrong="only_measures" for="check_gradient" says="a tuple is asked for"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    return torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)

# %% wrong="only_judges" for="check_gradient" says="a tuple is asked for"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    if claimed.shape != x.shape:
        return False
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    return agrees.all().item()

# %% wrong="prints" for="check_gradient" says="did you forget `return`"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double()
    slopes = []
    for i in range(x.numel()):
        step = torch.zeros(x.numel(), dtype=x.dtype)
        step[i] = h
        step = step.reshape(x.shape)
        slopes.append((function(x + step) - function(x - step)).item() / (2 * h))
    measured = torch.tensor(slopes, dtype=torch.float64).reshape(x.shape)
    claimed = gradient(x)
    agrees = (claimed - measured).abs() <= tolerance * (1 + measured.abs())
    print(agrees.all().item(), measured)

# %% wrong="uses_gradcheck" for="check_gradient" says="find a way without it"
def check_gradient(function, gradient, x, h=1e-5, tolerance=1e-6):
    x = x.detach().double().requires_grad_()
    return torch.autograd.gradcheck(function, (x,)), torch.autograd.grad(function(x), x)[0]

# %% right="handing_on" for="Value"
def valued(other):
    return other if isinstance(other, Value) else Value(other)


class Value:
    def __init__(self, data, operands=()):
        self.data = float(data)
        self.grad = 0.0
        self.operands = operands
        self.hand_on = None

    def __add__(self, other):
        other = valued(other)
        result = Value(self.data + other.data, (self, other))

        def hand_on():
            self.grad += result.grad
            other.grad += result.grad

        result.hand_on = hand_on
        return result

    def __sub__(self, other):
        other = valued(other)
        result = Value(self.data - other.data, (self, other))

        def hand_on():
            self.grad += result.grad
            other.grad -= result.grad

        result.hand_on = hand_on
        return result

    def __mul__(self, other):
        other = valued(other)
        result = Value(self.data * other.data, (self, other))

        def hand_on():
            self.grad += other.data * result.grad
            other.grad += self.data * result.grad

        result.hand_on = hand_on
        return result

    def __truediv__(self, other):
        other = valued(other)
        result = Value(self.data / other.data, (self, other))

        def hand_on():
            self.grad += result.grad / other.data
            other.grad -= result.grad * self.data / other.data**2

        result.hand_on = hand_on
        return result

    def one(self, data, slope):
        result = Value(data, (self,))

        def hand_on():
            self.grad += slope * result.grad

        result.hand_on = hand_on
        return result

    def __pow__(self, power):
        return self.one(self.data**power, power * self.data ** (power - 1))

    def __neg__(self):
        return self.one(-self.data, -1.0)

    def __radd__(self, other):
        return valued(other) + self

    def __rsub__(self, other):
        return valued(other) - self

    def __rmul__(self, other):
        return valued(other) * self

    def __rtruediv__(self, other):
        return valued(other) / self

    def exp(self):
        return self.one(math.exp(self.data), math.exp(self.data))

    def log(self):
        return self.one(math.log(self.data), 1 / self.data)

    def tanh(self):
        return self.one(math.tanh(self.data), 1 / math.cosh(self.data) ** 2)

    def relu(self):
        return self.one(self.data, 1.0) if self.data > 0 else self.one(0.0, 0.0)

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            value, done = stack.pop()
            if done:
                order.append(value)
            elif id(value) not in seen:
                seen.add(id(value))
                stack.append((value, True))
                stack += [(operand, False) for operand in value.operands]
        for value in order:
            if value.hand_on:
                value.grad = 0.0
        self.grad += 1.0
        for value in reversed(order):
            if value.hand_on:
                value.hand_on()

# %% right="numbered" for="Value"
class Value:
    made_so_far = 0

    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.pairs = []
        Value.made_so_far += 1
        self.number = Value.made_so_far

    @staticmethod
    def of(data, pairs):
        result = Value(data)
        result.pairs = [(operand, slope) for operand, slope in pairs if isinstance(operand, Value)]
        return result

    def __add__(self, other):
        number = other.data if isinstance(other, Value) else other
        return Value.of(self.data + number, [(self, 1), (other, 1)])

    __radd__ = __add__

    def __neg__(self):
        return Value.of(-self.data, [(self, -1)])

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        number = other.data if isinstance(other, Value) else other
        return Value.of(self.data * number, [(self, number), (other, self.data)])

    __rmul__ = __mul__

    def __pow__(self, power):
        return Value.of(self.data**power, [(self, power * self.data ** (power - 1))])

    def __truediv__(self, other):
        return self * (other**-1 if isinstance(other, Value) else 1 / other)

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        return Value.of(math.e**self.data, [(self, math.e**self.data)])

    def log(self):
        return Value.of(math.log(self.data), [(self, self.data**-1)])

    def tanh(self):
        up, down = math.exp(self.data), math.exp(-self.data)
        result = (up - down) / (up + down)
        return Value.of(result, [(self, 1 - result * result)])

    def relu(self):
        return Value.of(self.data * (self.data > 0), [(self, float(self.data > 0))])

    def backward(self):
        import heapq

        slopes, waiting, known = {self.number: 1.0}, [-self.number], {self.number: self}
        while waiting:
            value = known[-heapq.heappop(waiting)]
            slope = slopes[value.number]
            value.grad = slope if value.pairs else value.grad + slope
            for operand, local in value.pairs:
                if operand.number not in known:
                    known[operand.number] = operand
                    slopes[operand.number] = 0.0
                    heapq.heappush(waiting, -operand.number)
                slopes[operand.number] += slope * local

# %% wrong="swapped_product" for="Value" says="the two slopes of a product are swapped" fails="arithmetic,functions,shared,graphs,chain"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, self.data), (other, other.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="whole_number_data" for="Value" says="data is a float" fails="arithmetic"
class Value:
    def __init__(self, data):
        self.data = data
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="grad_of_none" for="Value" says="here it starts at 0.0" fails="arithmetic,functions,shared,graphs,chain"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = None
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="no_numbers" for="Value" says="has no attribute 'data'" fails="arithmetic,functions,shared,graphs,chain"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="minus_is_plus" for="Value" says="the slope of u" fails="arithmetic,shared,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data - other.data, (self, 1.0), (other, 1.0))

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="rsub_turned" for="Value" says="v1 = 2 - v0" fails="arithmetic,functions,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return self - other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="power_not_lowered" for="Value" says="this forgets to lower the power" fails="arithmetic,functions,shared,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data**power))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="power_without_factor" for="Value" says="this forgets the factor n" fails="arithmetic,functions,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data / other.data, (self, 1 / other.data), (other, -self.data / other.data**2))

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return Value(other) / self

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="quotient_sign" for="Value" says="the slope of u / v in v has a minus" fails="arithmetic,shared,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data / other.data, (self, 1 / other.data), (other, self.data / other.data**2))

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="no_return" for="Value" says="did you forget `return`" fails="arithmetic,functions,shared,graphs,chain"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="plain_results" for="Value" says="wrap the number" fails="arithmetic,functions,shared,graphs,chain"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        return self.data * (other.data if isinstance(other, Value) else other)

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="backward_does_nothing" for="Value" says="nothing reached the leaves" fails="arithmetic,functions,shared,graphs,chain"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        self.grad = 1.0

# %% wrong="exp_as_a_power" for="Value" says="the slope of e" fails="functions,shared,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        return self.made(math.exp(self.data), (self, self.data * math.exp(self.data - 1)))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="log_of_itself" for="Value" says="the slope of log u is 1/u" fails="functions,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        data = math.log(self.data)
        return self.made(data, (self, data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="tanh_of_input" for="Value" says="with the result, not the input" fails="functions,shared,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        return self.made(math.tanh(self.data), (self, 1 - self.data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="relu_passes" for="Value" says="relu hands on nothing where u is negative" fails="functions,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="relu_at_zero" for="Value" says="relu hands on nothing where u is 0" fails="functions"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data >= 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="local_slopes_only" for="Value" says="multiply it with the local slope" fails="arithmetic,functions,shared,graphs,chain"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="replaces" for="Value" says="slopes add up, with +=" fails="shared,graphs,chain"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad = slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="results_keep_old_slopes" for="Value" says="hands on what the first one left in the results" fails="shared,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        self.grad = 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="clears_leaves" for="Value" says="the second walk cleared the leaves" fails="shared,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, missing = [self], {self: 0}
        for value in found:
            for source, _ in value.sources:
                if source not in missing:
                    missing[source] = 0
                    found.append(source)
                missing[source] += 1
        for value in found:
            value.grad = 0.0
        self.grad += 1.0
        complete = [self]
        while complete:
            value = complete.pop()
            for source, slope in value.sources:
                source.grad += slope * value.grad
                missing[source] -= 1
                if missing[source] == 0:
                    complete.append(source)

# %% wrong="breadth_first" for="Value" says="it must wait for each of them" fails="shared,graphs"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        found, seen = [self], {self}
        for value in found:
            for source, _ in value.sources:
                if source not in seen:
                    seen.add(source)
                    found.append(source)
        for value in found:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        for value in found:
            for source, slope in value.sources:
                source.grad += slope * value.grad

# %% wrong="visited_twice" for="Value" says="a result was visited twice" fails="shared,graphs,chain"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        waiting, seen = [self], {self}
        for value in waiting:
            for source, _ in value.sources:
                if source not in seen:
                    seen.add(source)
                    waiting.append(source)
        for value in seen:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        queue = [self]
        steps = 0
        while queue and steps < 5000:
            steps += 1
            value = queue.pop(0)
            for source, slope in value.sources:
                source.grad += slope * value.grad
                queue.append(source)

# %% wrong="recursion" for="Value" says="backward goes too deep" fails="chain"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        order, seen = [], set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for source, _ in value.sources:
                    visit(source)
                order.append(value)

        visit(self)
        for value in order:
            if value.sources:
                value.grad = 0.0
        self.grad += 1.0
        for value in reversed(order):
            for source, slope in value.sources:
                source.grad += slope * value.grad

# %% wrong="every_way" for="Value" says="this walks every way anew" fails="chain"
class Value:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.sources = ()

    def made(self, data, *sources):
        value = Value(data)
        value.sources = sources
        return value

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return self.made(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.made(self.data**power, (self, power * self.data ** (power - 1)))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rsub__(self, other):
        return -self + other

    def __rmul__(self, other):
        return self * other

    def __rtruediv__(self, other):
        return self**-1 * other

    def exp(self):
        data = math.exp(self.data)
        return self.made(data, (self, data))

    def log(self):
        return self.made(math.log(self.data), (self, 1 / self.data))

    def tanh(self):
        data = math.tanh(self.data)
        return self.made(data, (self, 1 - data**2))

    def relu(self):
        return self.made(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def backward(self):
        waiting = [(self, 1.0)]
        while waiting:
            value, slope = waiting.pop()
            if not value.sources:
                value.grad += slope
            for source, local in value.sources:
                waiting.append((source, slope * local))

# %% wrong="in_torch" for="Value" says="Returned a value of type" fails="arithmetic,functions,shared,graphs,chain"
class Value:
    def __init__(self, data):
        self.t = torch.tensor(float(data), requires_grad=True)

    @property
    def data(self):
        return self.t.detach()

    @property
    def grad(self):
        return self.t.grad

    def backward(self):
        self.t.backward(retain_graph=True)
