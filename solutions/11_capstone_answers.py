# %% [markdown]
# # 11 · The capstone: the bank of answers

# %% right="uniform" for="make_data"
def make_data(n, noise, seed):
    generator = torch.Generator()
    generator.manual_seed(seed)
    x = torch.empty(n, 1, dtype=torch.float64).uniform_(-1, 1, generator=generator)
    e = torch.empty(n, 1, dtype=torch.float64).normal_(generator=generator)
    return x, 2 * x + 3 + e * noise

# %% right="one_draw_each" for="make_data"
def make_data(n: int, noise: float, seed: int):
    rng = torch.Generator().manual_seed(seed + 1)
    noises = torch.randn(n, generator=rng, dtype=torch.float64)
    x = (torch.rand(n, generator=rng, dtype=torch.float64) - 0.5) * 2
    y = x * 2 + 3 + noises * noise
    return x[:, None], y[:, None]

# %% right="numpys_generator" for="make_data"
def make_data(n, noise, seed):
    rng = np.random.default_rng(seed)
    x = torch.from_numpy(rng.uniform(-1, 1, (n, 1)))
    return x, 2 * x + 3 + noise * torch.from_numpy(rng.standard_normal((n, 1)))

# %% wrong="float32" for="make_data" says="these are float32" fails="truth"
def make_data(n, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, 1, generator=generator) - 1
    return x, 2 * x + 3 + noise * torch.randn(n, 1, generator=generator)

# %% wrong="rows" for="make_data" says="make columns of them" fails="truth"
def make_data(n, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, generator=generator, dtype=torch.float64) - 1
    return x, 2 * x + 3 + noise * torch.randn(n, generator=generator, dtype=torch.float64)

# %% wrong="from_zero_to_one" for="make_data" says="x goes from 0 to 1" fails="noise"
def make_data(n, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(n, 1, generator=generator, dtype=torch.float64)
    return x, 2 * x + 3 + noise * torch.randn(n, 1, generator=generator, dtype=torch.float64)

# %% wrong="normal_x" for="make_data" says="x is drawn from the normal distribution" fails="truth,noise"
def make_data(n, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 1, generator=generator, dtype=torch.float64)
    return x, 2 * x + 3 + noise * torch.randn(n, 1, generator=generator, dtype=torch.float64)

# %% wrong="positive_noise" for="make_data" says="the noise is never negative" fails="noise"
def make_data(n, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, 1, generator=generator, dtype=torch.float64) - 1
    return x, 2 * x + 3 + noise * torch.rand(n, 1, generator=generator, dtype=torch.float64)

# %% wrong="even_noise" for="make_data" says="the noise is drawn evenly" fails="noise"
def make_data(n, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, 1, generator=generator, dtype=torch.float64) - 1
    return x, 2 * x + 3 + noise * (2 * torch.rand(n, 1, generator=generator, dtype=torch.float64) - 1)

# %% wrong="variance" for="make_data" says="noise is the variance" fails="noise"
def make_data(n, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, 1, generator=generator, dtype=torch.float64) - 1
    return x, 2 * x + 3 + noise**0.5 * torch.randn(n, 1, generator=generator, dtype=torch.float64)

# %% wrong="one_noise_for_all" for="make_data" says="the mean of 2000 noises, divided by noise" fails="noise"
def make_data(n, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, 1, generator=generator, dtype=torch.float64) - 1
    return x, 2 * x + 3 + noise * torch.randn(1, generator=generator, dtype=torch.float64)

# %% wrong="global_seed" for="make_data" says="this seeds the global generator" fails="seed"
def make_data(n, noise, seed):
    torch.manual_seed(seed)
    x = 2 * torch.rand(n, 1, dtype=torch.float64) - 1
    return x, 2 * x + 3 + noise * torch.randn(n, 1, dtype=torch.float64)

# %% wrong="no_seed" for="make_data" says="nothing is seeded" fails="seed"
def make_data(n, noise, seed):
    x = 2 * torch.rand(n, 1, dtype=torch.float64) - 1
    return x, 2 * x + 3 + noise * torch.randn(n, 1, dtype=torch.float64)

# %% wrong="fixed_seed" for="make_data" says="the seed is not used" fails="seed"
def make_data(n, noise, seed):
    generator = torch.Generator().manual_seed(0)
    x = 2 * torch.rand(n, 1, generator=generator, dtype=torch.float64) - 1
    return x, 2 * x + 3 + noise * torch.randn(n, 1, generator=generator, dtype=torch.float64)

# %% wrong="same_draw_twice" for="make_data" says="the two should have nothing to do with each other" fails="noise"
def make_data(n, noise, seed):
    x = 2 * torch.rand(n, 1, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) - 1
    u = torch.rand(n, 1, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return x, 2 * x + 3 + noise * torch.special.ndtri(u.clamp(1e-9, 1 - 1e-9))

# %% wrong="exchanged_numbers" for="make_data" says="y is not 2x + 3 where noise is 0" fails="truth,noise"
def make_data(n, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, 1, generator=generator, dtype=torch.float64) - 1
    return x, 3 * x + 2 + noise * torch.randn(n, 1, generator=generator, dtype=torch.float64)

# %% wrong="forgot_return" for="make_data" says="did you forget `return`"
def make_data(n, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(n, 1, generator=generator, dtype=torch.float64) - 1
    y = 2 * x + 3 + noise * torch.randn(n, 1, generator=generator, dtype=torch.float64)
    print(x, y)

# %% right="with_sums" for="line_by_means"
def line_by_means(x, y):
    if x.numel() == 0 or x.min() == x.max():
        raise ValueError("all x are equal")
    mean_x, mean_y = x.mean(), y.mean()
    W = ((x - mean_x) * (y - mean_y)).sum() / ((x - mean_x) ** 2).sum()
    b = mean_y - W * mean_x
    return float(W), float(b)

# %% right="covariance" for="line_by_means"
def line_by_means(x, y):
    if len(set(x.tolist())) < 2:
        raise ValueError
    table = torch.cov(torch.stack([x, y]))
    W = table[0, 1] / table[0, 0]
    return W.item(), y.mean().item() - W.item() * x.mean().item()

# %% wrong="through_zero" for="line_by_means" says="this line goes through zero"
def line_by_means(x, y):
    W = (x * y).sum() / (x * x).sum()
    return W.item(), (y.mean() - W * x.mean()).item()

# %% wrong="through_zero_no_b" for="line_by_means" says="and b is left out"
def line_by_means(x, y):
    return ((x * y).sum() / (x * x).sum()).item(), 0.0

# %% wrong="exchanged" for="line_by_means" says="this exchanges x and y"
def line_by_means(x, y):
    dx, dy = x - x.mean(), y - y.mean()
    W = (dx * dy).sum() / dy.square().sum()
    return W.item(), (x.mean() - W * y.mean()).item()

# %% wrong="b_is_mean" for="line_by_means" says="b is the mean of y"
def line_by_means(x, y):
    dx, dy = x - x.mean(), y - y.mean()
    return ((dx * dy).sum() / dx.square().sum()).item(), y.mean().item()

# %% wrong="wrong_sign" for="line_by_means" says="b has the wrong sign"
def line_by_means(x, y):
    dx, dy = x - x.mean(), y - y.mean()
    W = (dx * dy).sum() / dx.square().sum()
    return W.item(), (y.mean() + W * x.mean()).item()

# %% wrong="correlation" for="line_by_means" says="this is the correlation"
def line_by_means(x, y):
    dx, dy = x - x.mean(), y - y.mean()
    W = (dx * dy).sum() / (dx.square().sum() * dy.square().sum()).sqrt()
    return W.item(), (y.mean() - W * x.mean()).item()

# %% wrong="b_first" for="line_by_means" says="b comes first here"
def line_by_means(x, y):
    if len(x) == 0 or (x == x[0]).all():
        raise ValueError
    dx = x - x.mean()
    W = (dx * y).sum() / dx.square().sum()
    return (y.mean() - W * x.mean()).item(), W.item()

# %% wrong="no_refusal" for="line_by_means" says="Expected ValueError" fails="refuses"
def line_by_means(x, y):
    dx = x - x.mean()
    W = (dx * y).sum() / dx.square().sum()
    return W.item(), (y.mean() - W * x.mean()).item()

# %% wrong="divisor_zero" for="line_by_means" says="Expected ValueError" fails="refuses"
def line_by_means(x, y):
    dx = x - x.mean()
    if dx.square().sum() == 0:
        raise ValueError
    W = (dx * y).sum() / dx.square().sum()
    return W.item(), (y.mean() - W * x.mean()).item()

# %% wrong="refuses_small" for="line_by_means" says="Expected ValueError" fails="refuses"
def line_by_means(x, y):
    if len(x) < 2:
        raise ValueError
    dx = x - x.mean()
    W = (dx * y).sum() / dx.square().sum()
    return W.item(), (y.mean() - W * x.mean()).item()

# %% wrong="in_place" for="line_by_means" says="changed its argument 1 in place" fails="refuses"
def line_by_means(x, y):
    if len(x) == 0 or (x == x[0]).all():
        raise ValueError
    mean = x.mean()
    x -= mean
    W = (x * y).sum() / x.square().sum()
    return W.item(), (y.mean() - W * mean).item()

# %% wrong="tensors" for="line_by_means" says="`.item()` gives it"
def line_by_means(x, y):
    if len(x) == 0 or (x == x[0]).all():
        raise ValueError
    dx = x - x.mean()
    W = (dx * y).sum() / dx.square().sum()
    return W, y.mean() - W * x.mean()

# %% wrong="solver" for="line_by_means" says="find a way without it" fails="values"
def line_by_means(x, y):
    if len(x) == 0 or (x == x[0]).all():
        raise ValueError
    X = torch.stack([x, torch.ones_like(x)], 1)
    W, b = torch.linalg.lstsq(X, y.unsqueeze(1)).solution.flatten().tolist()
    return W, b

# %% wrong="prints" for="line_by_means" says="did you forget `return`"
def line_by_means(x, y):
    dx = x - x.mean()
    print((dx * y).sum() / dx.square().sum())

# %% right="centred" for="fit_plane"
def fit_plane(X, y):
    centre = X.mean(0)
    dX = X - centre
    weight = torch.linalg.solve(dX.T @ dX, dX.T @ (y - y.mean()))
    return weight, y.mean() - centre @ weight

# %% right="ones_first" for="fit_plane"
def fit_plane(X, y):
    ones = torch.ones(X.shape[0], 1, dtype=X.dtype)
    theta = torch.linalg.lstsq(torch.hstack([ones, X]), y[:, None]).solution
    return theta[1:, 0], theta[0, 0]

# %% wrong="normal_equations" for="fit_plane" says="around 300000" fails="far"
def fit_plane(X, y):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.solve(columns.T @ columns, columns.T @ y)
    return theta[:-1], theta[-1]

# %% wrong="inverse" for="fit_plane" says="around 300000" fails="far"
def fit_plane(X, y):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.pinv(columns.T @ columns) @ columns.T @ y
    return theta[:-1], theta[-1]

# %% wrong="no_ones" for="fit_plane" says="there is no bias: append"
def fit_plane(X, y):
    weight = torch.linalg.lstsq(X, y.unsqueeze(1)).solution.squeeze(1)
    return weight, torch.zeros((), dtype=X.dtype)

# %% wrong="bias_afterwards" for="fit_plane" says="there is no bias while the weight is found"
def fit_plane(X, y):
    weight = torch.linalg.lstsq(X, y.unsqueeze(1)).solution.squeeze(1)
    return weight, (y - X @ weight).mean()

# %% wrong="ones_first_cut_last" for="fit_plane" says="the column of ones stands first"
def fit_plane(X, y):
    columns = torch.cat([torch.ones_like(X[:, :1]), X], dim=1)
    theta = torch.linalg.lstsq(columns, y.unsqueeze(1)).solution.squeeze(1)
    return theta[:-1], theta[-1]

# %% wrong="columns" for="fit_plane" says="Shape: got (2, 1), expected (2,)"
def fit_plane(X, y):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.lstsq(columns, y.unsqueeze(1)).solution
    return theta[:-1], theta[-1]

# %% wrong="bias_with_axis" for="fit_plane" says="it has the shape ()" fails="values"
def fit_plane(X, y):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.linalg.lstsq(columns, y.unsqueeze(1)).solution.squeeze(1)
    return theta[:-1], theta[-1:]

# %% wrong="one_at_a_time" for="fit_plane" says="each input is fitted by itself" fails="values,far"
def fit_plane(X, y):
    dX = X - X.mean(0)
    weight = (dX * (y - y.mean()).unsqueeze(1)).sum(0) / dX.square().sum(0)
    return weight, y.mean() - X.mean(0) @ weight

# %% wrong="descends" for="fit_plane" says="find a way without it"
def fit_plane(X, y):
    weight, bias = torch.zeros(X.shape[1], dtype=X.dtype), torch.zeros((), dtype=X.dtype)
    for _ in range(2000):
        error = X @ weight + bias - y
        weight, bias = weight - 0.05 * 2 / len(y) * X.T @ error, bias - 0.05 * 2 * error.mean()
    return weight, bias

# %% wrong="one_tensor" for="fit_plane" says="expected tuple" fails="values,far"
def fit_plane(X, y):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    return torch.linalg.lstsq(columns, y.unsqueeze(1)).solution.squeeze(1)

# %% wrong="forgot_return" for="fit_plane" says="did you forget `return`"
def fit_plane(X, y):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    print(torch.linalg.lstsq(columns, y.unsqueeze(1)).solution.squeeze(1))

# %% right="broadcast" for="numpy_slopes"
def numpy_slopes(W, b, X, y):
    error = (X * W).sum(axis=1) + b - y
    return (2 * error[:, None] * X).mean(axis=0), (2 * error).mean()

# %% right="residuals" for="numpy_slopes"
def numpy_slopes(W, b, X, y):
    missing = y - np.dot(X, W) - b
    n = X.shape[0]
    return -2.0 * np.dot(missing, X) / n, float(-2.0 * np.sum(missing) / n)

# %% wrong="no_two" for="numpy_slopes" says="the 2 is missing" fails="values"
def numpy_slopes(W, b, X, y):
    error = X @ W + b - y
    return X.T @ error / len(y), error.mean()

# %% wrong="sums" for="numpy_slopes" says="this adds up where the MSE has a mean" fails="values"
def numpy_slopes(W, b, X, y):
    error = X @ W + b - y
    return 2 * X.T @ error, 2 * error.sum()

# %% wrong="upside_down" for="numpy_slopes" says="the slopes point the other way" fails="values"
def numpy_slopes(W, b, X, y):
    error = y - X @ W - b
    return 2 / len(y) * X.T @ error, 2 * error.mean()

# %% wrong="no_b" for="numpy_slopes" says="b is left out of the prediction"
def numpy_slopes(W, b, X, y):
    error = X @ W - y
    return 2 / len(y) * X.T @ error, 2 * error.mean()

# %% wrong="mean_of_all" for="numpy_slopes" says="this divides by n * k" fails="values"
def numpy_slopes(W, b, X, y):
    error = X @ W + b - y
    return 2 / X.size * X.T @ error, 2 * error.mean()

# %% wrong="one_slope" for="numpy_slopes" says="expected a NumPy array"
def numpy_slopes(W, b, X, y):
    error = X @ W + b - y
    return (2 * error[:, None] * X).mean(), 2 * error.mean()

# %% wrong="b_first" for="numpy_slopes" says="expected a NumPy array"
def numpy_slopes(W, b, X, y):
    error = X @ W + b - y
    return 2 * error.mean(), 2 / len(y) * X.T @ error

# %% wrong="in_place" for="numpy_slopes" says="changed its argument" fails="leaves_alone"
def numpy_slopes(W, b, X, y):
    y -= X @ W + b
    return -2 / len(y) * X.T @ y, -2 * y.mean()

# %% wrong="torch_inside" for="numpy_slopes" says="find a way without it"
def numpy_slopes(W, b, X, y):
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    error = X @ torch.from_numpy(W) + b - y
    return (2 / len(y) * X.T @ error).numpy(), (2 * error.mean()).item()

# %% wrong="tensors" for="numpy_slopes" says="Returned a tensor, expected a NumPy array"
def numpy_slopes(W, b, X, y):
    error = X @ W + b - y
    return torch.Tensor((2 / len(y) * X.T @ error).tolist()).double(), 2 * error.mean()

# %% wrong="lists" for="numpy_slopes" says="expected a NumPy array"
def numpy_slopes(W, b, X, y):
    error = X @ W + b - y
    return list(2 / len(y) * X.T @ error), 2 * error.mean()

# %% wrong="absolute" for="numpy_slopes" says="Values: 2 of 2 differ"
def numpy_slopes(W, b, X, y):
    error = np.sign(X @ W + b - y)
    return X.T @ error / len(y), error.mean()

# %% wrong="prints" for="numpy_slopes" says="did you forget `return`"
def numpy_slopes(W, b, X, y):
    error = X @ W + b - y
    print(2 / len(y) * X.T @ error, 2 * error.mean())

# %% right="by_slopes" for="numpy_fit"
def numpy_fit(X, y, lr, steps):
    W, b = np.zeros(X.shape[1]), 0.0
    path = [np.append(W, b)]
    for _ in range(steps):
        W_slope, b_slope = numpy_slopes(W, b, X, y)
        W, b = W - lr * W_slope, b - lr * b_slope
        path.append(np.append(W, b))
    return np.array(path)

# %% right="ones" for="numpy_fit"
def numpy_fit(X, y, lr, steps):
    columns = np.column_stack([X, np.ones(len(X))])
    theta = np.zeros(columns.shape[1])
    path = [theta.copy()]
    for _ in range(steps):
        theta -= lr * 2 / len(y) * columns.T @ (columns @ theta - y)
        path.append(theta.copy())
    return np.stack(path)

# %% wrong="aliased" for="numpy_fit" says="rows must be copies" fails="first_step,path"
def numpy_fit(X, y, lr, steps):
    columns = np.column_stack([X, np.ones(len(X))])
    theta = np.zeros(columns.shape[1])
    path = [theta]
    for _ in range(steps):
        theta -= lr * 2 / len(y) * columns.T @ (columns @ theta - y)
        path.append(theta)
    return np.array(path)

# %% wrong="one_after_the_other" for="numpy_fit" says="b saw the new W" fails="first_step,path"
def numpy_fit(X, y, lr, steps):
    W, b = np.zeros(X.shape[1]), 0.0
    path = [np.append(W, b)]
    for _ in range(steps):
        W = W - lr * 2 / len(y) * X.T @ (X @ W + b - y)
        b = b - lr * 2 * (X @ W + b - y).mean()
        path.append(np.append(W, b))
    return np.array(path)

# %% wrong="no_start" for="numpy_fit" says="its first row is the start" fails="first_step,path"
def numpy_fit(X, y, lr, steps):
    W, b, path = np.zeros(X.shape[1]), 0.0, np.zeros((steps, X.shape[1] + 1))
    for step in range(steps):
        error = X @ W + b - y
        W, b = W - lr * 2 / len(y) * X.T @ error, b - lr * 2 * error.mean()
        path[step] = np.append(W, b)
    return path

# %% wrong="uphill" for="numpy_fit" says="this goes uphill"
def numpy_fit(X, y, lr, steps):
    W, b = np.zeros(X.shape[1]), 0.0
    path = [np.append(W, b)]
    for _ in range(steps):
        error = X @ W + b - y
        W, b = W + lr * 2 / len(y) * X.T @ error, b + lr * 2 * error.mean()
        path.append(np.append(W, b))
    return np.array(path)

# %% wrong="no_two" for="numpy_fit" says="the 2 of the slopes is missing" fails="first_step,path"
def numpy_fit(X, y, lr, steps):
    W, b = np.zeros(X.shape[1]), 0.0
    path = [np.append(W, b)]
    for _ in range(steps):
        error = X @ W + b - y
        W, b = W - lr / len(y) * X.T @ error, b - lr * error.mean()
        path.append(np.append(W, b))
    return np.array(path)

# %% wrong="sums" for="numpy_fit" says="this adds up where the MSE has a mean"
def numpy_fit(X, y, lr, steps):
    W, b = np.zeros(X.shape[1]), 0.0
    path = [np.append(W, b)]
    for _ in range(steps):
        error = X @ W + b - y
        W, b = W - lr * 2 * X.T @ error, b - lr * 2 * error.sum()
        path.append(np.append(W, b))
    return np.array(path)

# %% wrong="b_first" for="numpy_fit" says="b comes first here"
def numpy_fit(X, y, lr, steps):
    W, b = np.zeros(X.shape[1]), 0.0
    path = [np.append(b, W)]
    for _ in range(steps):
        error = X @ W + b - y
        W, b = W - lr * 2 / len(y) * X.T @ error, b - lr * 2 * error.mean()
        path.append(np.append(b, W))
    return np.array(path)

# %% wrong="last_only" for="numpy_fit" says="Shape: got"
def numpy_fit(X, y, lr, steps):
    W, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        error = X @ W + b - y
        W, b = W - lr * 2 / len(y) * X.T @ error, b - lr * 2 * error.mean()
    return np.append(W, b)

# %% wrong="whole_numbers" for="numpy_fit" says="whole numbers" fails="path"
def numpy_fit(X, y, lr, steps):
    path = np.zeros((steps + 1, X.shape[1] + 1), dtype=X.dtype)
    for step in range(steps):
        error = X @ path[step, :-1] + path[step, -1] - y
        path[step + 1, :-1] = path[step, :-1] - lr * 2 / len(y) * X.T @ error
        path[step + 1, -1] = path[step, -1] - lr * 2 * error.mean()
    return path

# %% wrong="one_too_many" for="numpy_fit" says="Shape: got (2, 3), expected (1, 3)" fails="first_step,path"
def numpy_fit(X, y, lr, steps):
    W, b = np.zeros(X.shape[1]), 0.0
    path = [np.append(W, b)]
    for _ in range(steps + 1):
        error = X @ W + b - y
        W, b = W - lr * 2 / len(y) * X.T @ error, b - lr * 2 * error.mean()
        path.append(np.append(W, b))
    return np.array(path)

# %% wrong="torch_inside" for="numpy_fit" says="find a way without it"
def numpy_fit(X, y, lr, steps):
    return autograd_fit(torch.from_numpy(X).double(), torch.from_numpy(y).double(), lr, steps).numpy()

# %% wrong="a_list" for="numpy_fit" says="expected a NumPy array" fails="first_step,path"
def numpy_fit(X, y, lr, steps):
    W, b = np.zeros(X.shape[1]), 0.0
    path = [np.append(W, b)]
    for _ in range(steps):
        error = X @ W + b - y
        W, b = W - lr * 2 / len(y) * X.T @ error, b - lr * 2 * error.mean()
        path.append(np.append(W, b))
    return path

# %% wrong="returns_early" for="numpy_fit" says="Shape: got (2, 3), expected (7, 3)" fails="first_step,path,bottom"
def numpy_fit(X, y, lr, steps):
    W, b = np.zeros(X.shape[1]), 0.0
    path = [np.append(W, b)]
    for _ in range(steps):
        error = X @ W + b - y
        W, b = W - lr * 2 / len(y) * X.T @ error, b - lr * 2 * error.mean()
        path.append(np.append(W, b))
        return np.array(path)

# %% wrong="ruins_y" for="numpy_fit" says="Values" fails="path,bottom"
def numpy_fit(X, y, lr, steps):
    path = np.zeros((steps + 1, X.shape[1] + 1))
    for step in range(steps):
        y -= X @ path[step, :-1] + path[step, -1]
        path[step + 1, :-1] = path[step, :-1] + lr * 2 / len(y) * X.T @ y
        path[step + 1, -1] = path[step, -1] + lr * 2 * y.mean()
    return path

# %% right="one_leaf" for="autograd_fit"
def autograd_fit(X, y, lr, steps):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.zeros(columns.shape[1], dtype=X.dtype, requires_grad=True)
    path = [theta.detach().clone()]
    for _ in range(steps):
        (slopes,) = torch.autograd.grad((columns @ theta - y).square().mean(), theta)
        theta = (theta - lr * slopes).detach().requires_grad_()
        path.append(theta.detach().clone())
    return torch.stack(path)

# %% right="filled_path" for="autograd_fit"
def autograd_fit(X, y, lr, steps):
    k = X.shape[1]
    path = torch.zeros(steps + 1, k + 1, dtype=X.dtype)
    W, b = torch.zeros(k, dtype=X.dtype).requires_grad_(), torch.zeros((), dtype=X.dtype).requires_grad_()
    for step in range(steps):
        W.grad = b.grad = None
        nn.functional.mse_loss(X @ W + b, y).backward()
        with torch.no_grad():
            W.sub_(lr * W.grad)
            b.sub_(lr * b.grad)
            path[step + 1, :k], path[step + 1, k] = W, b
    return path

# %% wrong="never_zeroed" for="autograd_fit" says="the gradients of all steps are added up"
def autograd_fit(X, y, lr, steps):
    W = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    path = [torch.cat([W, b]).detach()]
    for _ in range(steps):
        (X @ W + b - y).square().mean().backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
        path.append(torch.cat([W, b]).detach())
    return torch.stack(path)

# %% wrong="aliased" for="autograd_fit" says="detach leaves the memory shared"
def autograd_fit(X, y, lr, steps):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.zeros(columns.shape[1], dtype=X.dtype, requires_grad=True)
    path = [theta.detach()]
    for _ in range(steps):
        (columns @ theta - y).square().mean().backward()
        with torch.no_grad():
            theta -= lr * theta.grad
        theta.grad = None
        path.append(theta.detach())
    return torch.stack(path)

# %% wrong="no_start" for="autograd_fit" says="the first row is the start"
def autograd_fit(X, y, lr, steps):
    W = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    path = []
    for _ in range(steps):
        (X @ W + b - y).square().mean().backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
        W.grad = b.grad = None
        path.append(torch.cat([W, b]).detach())
    return torch.stack(path)

# %% wrong="with_history" for="autograd_fit" says="the path keeps the history of its steps" fails="clean"
def autograd_fit(X, y, lr, steps):
    W = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    path = [torch.cat([W, b])]
    for _ in range(steps):
        (X @ W + b - y).square().mean().backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
        W.grad = b.grad = None
        path.append(torch.cat([W, b]))
    return torch.stack(path)

# %% wrong="loses_the_leaf" for="autograd_fit" says="NoneType"
def autograd_fit(X, y, lr, steps):
    W = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    path = [torch.cat([W, b]).detach()]
    for _ in range(steps):
        (X @ W + b - y).square().mean().backward()
        with torch.no_grad():
            W, b = W - lr * W.grad, b - lr * b.grad
            W.grad.zero_()
            b.grad.zero_()
        path.append(torch.cat([W, b]).detach())
    return torch.stack(path)

# %% wrong="in_place_on_a_leaf" for="autograd_fit" says="a leaf Variable that requires grad"
def autograd_fit(X, y, lr, steps):
    W = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    path = [torch.cat([W, b]).detach()]
    for _ in range(steps):
        (X @ W + b - y).square().mean().backward()
        W -= lr * W.grad
        b -= lr * b.grad
        W.grad = b.grad = None
        path.append(torch.cat([W, b]).detach())
    return torch.stack(path)

# %% wrong="updates_a_copy" for="autograd_fit" says="nothing moves"
def autograd_fit(X, y, lr, steps):
    W = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    path = [torch.cat([W, b]).detach()]
    for _ in range(steps):
        (X @ W + b - y).square().mean().backward()
        with torch.no_grad():
            for parameter in (W, b):
                parameter = parameter - lr * parameter.grad
        W.grad = b.grad = None
        path.append(torch.cat([W, b]).detach())
    return torch.stack(path)

# %% wrong="by_hand" for="autograd_fit" says="the slopes are worked out by hand" fails="backward"
def autograd_fit(X, y, lr, steps):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    theta = torch.zeros(columns.shape[1], dtype=X.dtype)
    path = [theta]
    for _ in range(steps):
        theta = theta - lr * 2 / len(y) * columns.T @ (columns @ theta - y)
        path.append(theta)
    return torch.stack(path)

# %% wrong="two_backwards" for="autograd_fit" says="one backward finds both" fails="backward"
def autograd_fit(X, y, lr, steps):
    W = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    path = [torch.cat([W, b]).detach()]
    for _ in range(steps):
        W_slope = torch.autograd.grad((X @ W + b - y).square().mean(), W)[0]
        b_slope = torch.autograd.grad((X @ W + b - y).square().mean(), b)[0]
        with torch.no_grad():
            W -= lr * W_slope
            b -= lr * b_slope
        path.append(torch.cat([W, b]).detach())
    return torch.stack(path)

# %% wrong="optimiser" for="autograd_fit" says="find a way without it"
def autograd_fit(X, y, lr, steps):
    W = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    sgd, path = torch.optim.SGD([W, b], lr=lr), [torch.cat([W, b]).detach()]
    for _ in range(steps):
        sgd.zero_grad()
        (X @ W + b - y).square().mean().backward()
        sgd.step()
        path.append(torch.cat([W, b]).detach())
    return torch.stack(path)

# %% wrong="data_take_part" for="autograd_fit" says="the data take part" fails="clean"
def autograd_fit(X, y, lr, steps):
    X.requires_grad_()
    W = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    path = [torch.cat([W, b]).detach()]
    for _ in range(steps):
        (X @ W + b - y).square().mean().backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
        W.grad = b.grad = None
        path.append(torch.cat([W, b]).detach())
    return torch.stack(path)

# %% wrong="always_float64" for="autograd_fit" says="Dtype: got torch.float64" fails="path"
def autograd_fit(X, y, lr, steps):
    X, y = X.double(), y.double()
    W = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
    b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    path = [torch.cat([W, b]).detach()]
    for _ in range(steps):
        (X @ W + b - y).square().mean().backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
        W.grad = b.grad = None
        path.append(torch.cat([W, b]).detach())
    return torch.stack(path)

# %% wrong="columns" for="autograd_fit" says="autograd_fit"
def autograd_fit(X, y, lr, steps):
    W = torch.zeros(X.shape[1], 1, dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    path = [torch.cat([W[:, 0], b]).detach()]
    for _ in range(steps):
        (X @ W + b - y).square().mean().backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
        W.grad = b.grad = None
        path.append(torch.cat([W[:, 0], b]).detach())
    return torch.stack(path)

# %% wrong="a_list" for="autograd_fit" says="expected a tensor"
def autograd_fit(X, y, lr, steps):
    W = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    b = torch.zeros(1, dtype=X.dtype, requires_grad=True)
    path = [torch.cat([W, b]).detach()]
    for _ in range(steps):
        (X @ W + b - y).square().mean().backward()
        with torch.no_grad():
            W -= lr * W.grad
            b -= lr * b.grad
        W.grad = b.grad = None
        path.append(torch.cat([W, b]).detach())
    return path

# %% wrong="forgot_return" for="autograd_fit" says="did you forget `return`"
def autograd_fit(X, y, lr, steps):
    W = torch.zeros(X.shape[1], dtype=X.dtype, requires_grad=True)
    for _ in range(steps):
        (X @ W - y).square().mean().backward()

# %% right="tensor_total" for="train_module"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    where = next(iter(model.parameters())).device
    order = torch.Generator()
    order.manual_seed(seed)
    loader = DataLoader(list(zip(x, y)), batch_size, shuffle=True, generator=order)
    sgd, loss_of, history = torch.optim.SGD(model.parameters(), lr), nn.MSELoss(), []
    model.train()
    for epoch in range(epochs):
        sums = []
        for features, goals in loader:
            sgd.zero_grad()
            loss = loss_of(model(features.to(where)), goals.to(where))
            loss.backward()
            sgd.step()
            sums.append(loss.detach() * features.shape[0])
        history.append((torch.stack(sums).sum() / len(x)).item())
    return history

# %% right="slices" for="train_module"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    parameters = list(model.parameters())
    device, losses = parameters[0].device, []
    optimizer = torch.optim.SGD(parameters, lr=lr)
    for _ in range(epochs):
        model.train()
        squares = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            inputs, targets = x[rows].to(device), y[rows].to(device)
            loss = (model(inputs) - targets).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            squares += loss.item() * len(rows)
        losses.append(squares / len(x))
    return losses

# %% wrong="mean_of_means" for="train_module" says="each batch counts the same" fails="path"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(loader))
    return losses

# %% wrong="no_zero_grad" for="train_module" says="Values" fails="path"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    return losses

# %% wrong="drops_the_tail" for="train_module" says="the last batch is dropped" fails="path,shuffled,device"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, drop_last=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    return losses

# %% wrong="not_shuffled" for="train_module" says="nothing is shuffled" fails="shuffled"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    return losses

# %% wrong="loader_in_the_loop" for="train_module" says="every epoch has the same order" fails="shuffled"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    return losses

# %% wrong="seeds_globally" for="train_module" says="this draws from the global generator, or seeds it" fails="shuffled"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    torch.manual_seed(seed)
    device, losses = next(model.parameters()).device, []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    return losses

# %% wrong="no_seed" for="train_module" says="the seed does not decide" fails="shuffled"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    return losses

# %% wrong="no_device" for="train_module" says="device" fails="device"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    losses = []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    return losses

# %% wrong="moves_everything" for="train_module" says="all data cross at once" fails="device"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    x, y = x.to(device), y.to(device)
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for rows in torch.randperm(len(x), generator=generator).split(batch_size):
            loss = nn.functional.mse_loss(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        losses.append(total / len(x))
    return losses

# %% wrong="model_to_the_cpu" for="train_module" says="device" fails="device"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    model.to(x.device)
    losses = []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    return losses

# %% wrong="no_train_mode" for="train_module" says="the model is trained in eval mode" fails="mode"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    return losses

# %% wrong="eval_in_the_end" for="train_module" says="the model is set to eval mode in the end" fails="mode"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    model.eval()
    return losses

# %% wrong="last_loss" for="train_module" says="this is the loss of the last epoch" fails="path,device"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, total = next(model.parameters()).device, 0.0
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
    return total / len(x)

# %% wrong="keeps_tensors" for="train_module" says="`.item()` gives it" fails="path,device"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total = total + loss * len(inputs)
        losses.append(total / len(x))
    return losses

# %% wrong="adam" for="train_module" says="Values" fails="path"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    return losses

# %% wrong="returns_after_one_epoch" for="train_module" says="there is one epoch only" fails="path,shuffled,device,mode"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device, losses = next(model.parameters()).device, []
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        total = 0.0
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
        return losses
    return losses

# %% wrong="forgot_return" for="train_module" says="did you forget `return`" fails="path,device"
def train_module(model, x, y, lr, epochs, batch_size, seed):
    device = next(model.parameters()).device
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        model.train()
        for inputs, targets in loader:
            loss = nn.functional.mse_loss(model(inputs.to(device)), targets.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            print(loss.item())

# %% right="no_count" for="best_checkpoint"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_epoch, best_loss, best_state = -1, float("inf"), None
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_epoch, best_loss = epoch, loss
            best_state = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
        elif epoch - best_epoch == patience:
            break
    model.load_state_dict(best_state)
    return best_epoch, best_loss, best_state

# %% right="by_file" for="best_checkpoint"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    from io import BytesIO

    best_epoch, best_loss, waited, file = 0, float("inf"), 0, BytesIO()
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_epoch, best_loss, waited, file = epoch, loss, 0, BytesIO()
            torch.save(model.state_dict(), file)
        else:
            waited = waited + 1
            if waited >= patience:
                break
    file.seek(0)
    state = dict(torch.load(file, weights_only=True))
    model.load_state_dict(state)
    return best_epoch, best_loss, state

# %% wrong="not_cloned" for="best_checkpoint" says="the model's own tensors" fails="copy,restored"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_epoch, best_loss, best_state, waited = 0, float("inf"), model.state_dict(), 0
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_epoch, best_loss, best_state, waited = epoch, loss, dict(model.state_dict()), 0
        else:
            waited += 1
        if waited == patience:
            break
    model.load_state_dict(best_state)
    return best_epoch, best_loss, best_state

# %% wrong="cloned_in_the_end" for="best_checkpoint" says="this is the state of the last epoch" fails="copy,restored"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_epoch, best_loss, waited = 0, float("inf"), 0
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_epoch, best_loss, best_state, waited = epoch, loss, model.state_dict(), 0
        else:
            waited += 1
        if waited == patience:
            break
    best_state = {name: tensor.clone() for name, tensor in best_state.items()}
    model.load_state_dict(best_state)
    return best_epoch, best_loss, best_state

# %% wrong="count_never_set_back" for="best_checkpoint" says="the count is never set back: three bad" fails="in_a_row"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_epoch, best_loss, best_state, waited = 0, float("inf"), {}, 0
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_epoch, best_loss = epoch, loss
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        else:
            waited += 1
        if waited == patience:
            break
    model.load_state_dict(best_state)
    return best_epoch, best_loss, best_state

# %% wrong="one_epoch_late" for="best_checkpoint" says="it stops one epoch late" fails="in_a_row,patience"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_epoch, best_loss, best_state, waited = 0, float("inf"), {}, 0
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_epoch, best_loss, waited = epoch, loss, 0
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        else:
            waited += 1
        if waited > patience:
            break
    model.load_state_dict(best_state)
    return best_epoch, best_loss, best_state

# %% wrong="not_restored" for="best_checkpoint" says="the model is left as the last epoch made it" fails="restored"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_epoch, best_loss, best_state, waited = 0, float("inf"), {}, 0
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_epoch, best_loss, waited = epoch, loss, 0
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        else:
            waited += 1
        if waited == patience:
            break
    return best_epoch, best_loss, best_state

# %% wrong="restored_at_the_break" for="best_checkpoint" says="also where max_epochs ends it" fails="restored"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_epoch, best_loss, best_state, waited = 0, float("inf"), {}, 0
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_epoch, best_loss, waited = epoch, loss, 0
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        else:
            waited += 1
        if waited == patience:
            model.load_state_dict(best_state)
            break
    return best_epoch, best_loss, best_state

# %% wrong="equal_is_better" for="best_checkpoint" says="an equal loss is no improvement" fails="copy,patience"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_epoch, best_loss, best_state, waited = 0, float("inf"), {}, 0
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss <= best_loss:
            best_epoch, best_loss, waited = epoch, loss, 0
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        else:
            waited += 1
        if waited == patience:
            break
    model.load_state_dict(best_state)
    return best_epoch, best_loss, best_state

# %% wrong="better_than_before" for="best_checkpoint" says="it must beat the best" fails="in_a_row"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_epoch, best_loss, best_state, waited, before = 0, float("inf"), {}, 0, float("inf")
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_epoch, best_loss = epoch, loss
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        waited = 0 if loss < before else waited + 1
        before = loss
        if waited == patience:
            break
    model.load_state_dict(best_state)
    return best_epoch, best_loss, best_state

# %% wrong="counts_from_one" for="best_checkpoint" says="epochs count from 0"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_epoch, best_loss, best_state, waited = 0, float("inf"), {}, 0
    for epoch in range(1, max_epochs + 1):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_epoch, best_loss, waited = epoch, loss, 0
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        else:
            waited += 1
        if waited == patience:
            break
    model.load_state_dict(best_state)
    return best_epoch, best_loss, best_state

# %% wrong="never_stops" for="best_checkpoint" says="it never stops" fails="in_a_row,patience"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_epoch, best_loss, best_state = 0, float("inf"), {}
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_epoch, best_loss = epoch, loss
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(best_state)
    return best_epoch, best_loss, best_state

# %% wrong="returns_the_model" for="best_checkpoint" says="no tuple of three came back" fails="copy,in_a_row,patience,restored"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_loss, waited = float("inf"), 0
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_loss, waited = loss, 0
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        else:
            waited += 1
        if waited == patience:
            break
    model.load_state_dict(best_state)
    return model

# %% wrong="prints" for="best_checkpoint" says="did you forget `return`" fails="copy,in_a_row,patience,restored"
def best_checkpoint(model, train_epoch, validate, patience, max_epochs):
    best_loss, waited = float("inf"), 0
    for epoch in range(max_epochs):
        train_epoch(model)
        loss = validate(model)
        if loss < best_loss:
            best_loss, waited = loss, 0
            best_state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        else:
            waited += 1
        if waited == patience:
            break
    model.load_state_dict(best_state)
    print(best_loss, best_state)

# %% right="loop" for="slope_error"
def slope_error(n, noise, repeats, seed):
    total = 0.0
    for r in range(repeats):
        x, y = make_data(n, noise, 1_000_000 * seed + r)
        W, _ = line_by_means(x[:, 0], y[:, 0])
        total += (W - 2) ** 2
    return (total / repeats) ** 0.5

# %% right="numpy" for="slope_error"
def slope_error(n, noise, repeats, seed):
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(repeats):
        x = rng.uniform(-1, 1, n)
        y = 2 * x + 3 + noise * rng.standard_normal(n)
        found.append(np.cov(x, y, ddof=0)[0, 1] / x.var())
    return float(np.sqrt(np.mean((np.array(found) - 2) ** 2)))

# %% wrong="mean_of_errors" for="slope_error" says="slope_error" fails="values,halves"
def slope_error(n, noise, repeats, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(repeats, n, generator=generator, dtype=torch.float64) - 1
    y = 2 * x + 3 + noise * torch.randn(repeats, n, generator=generator, dtype=torch.float64)
    dx = x - x.mean(1, keepdim=True)
    W = (dx * y).sum(1) / dx.square().sum(1)
    return (W - 2).mean().item()

# %% wrong="no_root" for="slope_error" says="take the root"
def slope_error(n, noise, repeats, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(repeats, n, generator=generator, dtype=torch.float64) - 1
    y = 2 * x + 3 + noise * torch.randn(repeats, n, generator=generator, dtype=torch.float64)
    dx = x - x.mean(1, keepdim=True)
    W = (dx * y).sum(1) / dx.square().sum(1)
    return (W - 2).square().mean().item()

# %% wrong="w_itself" for="slope_error" says="subtract the 2"
def slope_error(n, noise, repeats, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(repeats, n, generator=generator, dtype=torch.float64) - 1
    y = 2 * x + 3 + noise * torch.randn(repeats, n, generator=generator, dtype=torch.float64)
    dx = x - x.mean(1, keepdim=True)
    W = (dx * y).sum(1) / dx.square().sum(1)
    return W.square().mean().sqrt().item()

# %% wrong="one_data_set" for="slope_error" says="slope_error" fails="values,halves"
def slope_error(n, noise, repeats, seed):
    x, y = make_data(n, noise, seed)
    W, _ = line_by_means(x[:, 0], y[:, 0])
    return abs(W - 2)

# %% wrong="same_seed_each_time" for="slope_error" says="slope_error" fails="values,halves"
def slope_error(n, noise, repeats, seed):
    total = 0.0
    for _ in range(min(repeats, 20)):
        x, y = make_data(n, noise, seed)
        W, _ = line_by_means(x[:, 0], y[:, 0])
        total += (W - 2) ** 2
    return (total / min(repeats, 20)) ** 0.5

# %% wrong="formula_without_spread" for="slope_error" says="the spread of x is left out" fails="values"
def slope_error(n, noise, repeats, seed):
    return noise / n**0.5

# %% wrong="standard_error" for="slope_error" says="slope_error"
def slope_error(n, noise, repeats, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(repeats, n, generator=generator, dtype=torch.float64) - 1
    y = 2 * x + 3 + noise * torch.randn(repeats, n, generator=generator, dtype=torch.float64)
    dx = x - x.mean(1, keepdim=True)
    W = (dx * y).sum(1) / dx.square().sum(1)
    return ((W - 2).square().sum().sqrt() / repeats / n).item()

# %% wrong="through_zero" for="slope_error" says="Value: got"
def slope_error(n, noise, repeats, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(repeats, n, generator=generator, dtype=torch.float64) - 1
    y = 2 * x + 3 + noise * torch.randn(repeats, n, generator=generator, dtype=torch.float64)
    W = (x * y).sum(1) / x.square().sum(1)
    return (W - 2).square().mean().item()

# %% wrong="unseeded" for="slope_error" says="the draws do not come from the seed alone" fails="halves"
def slope_error(n, noise, repeats, seed):
    x = 2 * torch.rand(repeats, n, dtype=torch.float64) - 1
    y = 2 * x + 3 + noise * torch.randn(repeats, n, dtype=torch.float64)
    dx = x - x.mean(1, keepdim=True)
    W = (dx * y).sum(1) / dx.square().sum(1)
    return (W - 2).square().mean().sqrt().item()

# %% wrong="seeds_globally" for="slope_error" says="the global generator is seeded" fails="halves"
def slope_error(n, noise, repeats, seed):
    torch.manual_seed(seed)
    x = 2 * torch.rand(repeats, n, dtype=torch.float64) - 1
    y = 2 * x + 3 + noise * torch.randn(repeats, n, dtype=torch.float64)
    dx = x - x.mean(1, keepdim=True)
    W = (dx * y).sum(1) / dx.square().sum(1)
    return (W - 2).square().mean().sqrt().item()

# %% wrong="a_tensor" for="slope_error" says="`.item()` gives it"
def slope_error(n, noise, repeats, seed):
    generator = torch.Generator().manual_seed(seed)
    x = 2 * torch.rand(repeats, n, generator=generator, dtype=torch.float64) - 1
    y = 2 * x + 3 + noise * torch.randn(repeats, n, generator=generator, dtype=torch.float64)
    dx = x - x.mean(1, keepdim=True)
    W = (dx * y).sum(1) / dx.square().sum(1)
    return (W - 2).square().mean().sqrt()

# %% wrong="float32" for="slope_error" says="float32 keeps seven" fails="values"
def slope_error(n, noise, repeats, seed):
    generator = torch.Generator().manual_seed(seed)
    x, e = 2 * torch.rand(repeats, n, generator=generator) - 1, torch.randn(repeats, n, generator=generator)
    dx = x - x.mean(1, keepdim=True)
    W = (dx * (2 * x + 3 + noise * e)).sum(1) / dx.square().sum(1)
    return (W - 2).square().mean().sqrt().item()

# %% wrong="prints" for="slope_error" says="did you forget `return`"
def slope_error(n, noise, repeats, seed):
    x, y = make_data(n, noise, seed)
    W, _ = line_by_means(x[:, 0], y[:, 0])
    print(abs(W - 2))

# %% right="singular_values" for="rate_bound"
def rate_bound(X):
    columns = torch.hstack([X, torch.ones(len(X), 1, dtype=X.dtype)])
    return len(X) / torch.linalg.svdvals(columns).max().item() ** 2

# %% right="norm" for="rate_bound"
def rate_bound(X):
    ones = torch.ones_like(X[:, 0]).unsqueeze(1)
    columns = torch.cat([ones, X], 1)
    second = 2 / len(X) * columns.T @ columns
    return 2 / torch.linalg.matrix_norm(second, 2).item()

# %% wrong="no_bias" for="rate_bound" says="b is left out"
def rate_bound(X):
    return (2 / torch.linalg.eigvalsh(2 * X.T @ X / len(X))[-1]).item()

# %% wrong="smallest" for="rate_bound" says="this is the smallest curvature"
def rate_bound(X):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    return (2 / torch.linalg.eigvalsh(2 * columns.T @ columns / len(X))[0]).item()

# %% wrong="no_two" for="rate_bound" says="the second slope of e"
def rate_bound(X):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    return (2 / torch.linalg.eigvalsh(columns.T @ columns / len(X))[-1]).item()

# %% wrong="one_over" for="rate_bound" says="this is 1 /"
def rate_bound(X):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    return (1 / torch.linalg.eigvalsh(2 * columns.T @ columns / len(X))[-1]).item()

# %% wrong="no_n" for="rate_bound" says="n is left out"
def rate_bound(X):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    return (2 / torch.linalg.eigvalsh(2 * columns.T @ columns)[-1]).item()

# %% wrong="curvature" for="rate_bound" says="this is the largest curvature"
def rate_bound(X):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    return torch.linalg.eigvalsh(2 * columns.T @ columns / len(X))[-1].item()

# %% wrong="singular_value" for="rate_bound" says="this is a singular value"
def rate_bound(X):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    return (2 / torch.linalg.svdvals(columns)[0]).item()

# %% wrong="trace" for="rate_bound" says="this adds up all curvatures"
def rate_bound(X):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    return (2 / torch.linalg.eigvalsh(2 * columns.T @ columns / len(X)).sum()).item()

# %% wrong="a_tensor" for="rate_bound" says="`.item()` gives it"
def rate_bound(X):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    return 2 / torch.linalg.eigvalsh(2 * columns.T @ columns / len(X))[-1]


# %% wrong="forgot_return" for="rate_bound" says="did you forget `return`"
def rate_bound(X):
    columns = torch.cat([X, torch.ones_like(X[:, :1])], dim=1)
    print((2 / torch.linalg.eigvalsh(2 * columns.T @ columns / len(X))[-1]).item())

# %% right="counted_edges" for="pieces"
class TinyModule:
    def __init__(self):
        object.__setattr__(self, "known", {})
        self.training = True

    def __setattr__(self, name, value):
        if isinstance(value, (nn.Parameter, TinyModule)):
            self.known[name] = value
        object.__setattr__(self, name, value)

    def __call__(self, *inputs):
        return self.forward(*inputs)

    def named_parameters(self):
        own = [(name, value) for name, value in self.known.items() if isinstance(value, nn.Parameter)]
        for name, part in self.known.items():
            if isinstance(part, TinyModule):
                own += [(name + "." + below, parameter) for below, parameter in part.named_parameters()]
        return own

    def train(self, mode=True):
        self.training = mode
        for part in self.known.values():
            if isinstance(part, TinyModule):
                part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.named_parameters()}

    def load_state_dict(self, state):
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.copy_(state[name])


class Value:
    def __init__(self, data):
        self.data, self.grad, self.sources, self.back = float(data), 0.0, [], None

    def joined(self, data, *pairs):
        value = Value(data)
        value.sources = [pair for pair in pairs]
        return value

    def lift(self, other):
        return other if isinstance(other, Value) else Value(other)

    def __add__(self, other):
        other = self.lift(other)
        return self.joined(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = self.lift(other)
        return self.joined(self.data * other.data, (self, other.data), (other, self.data))

    def __sub__(self, other):
        other = self.lift(other)
        return self.joined(self.data - other.data, (self, 1.0), (other, -1.0))

    def __rsub__(self, other):
        return Value(other) - self

    def __neg__(self):
        return self.joined(-self.data, (self, -1.0))

    def __pow__(self, k):
        return self.joined(self.data**k, (self, k * self.data ** (k - 1)))

    def __truediv__(self, other):
        return self * self.lift(other) ** -1

    def relu(self):
        return self.joined(self.data if self.data > 0 else 0.0, (self, 1.0 if self.data > 0 else 0.0))

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        waiting, found = {id(self): 0}, [self]
        for value in found:
            for source, _ in value.sources:
                if id(source) not in waiting:
                    waiting[id(source)] = 0
                    found.append(source)
                waiting[id(source)] += 1
        slopes, ready = {id(self): 1.0}, [self]
        while ready:
            value = ready.pop()
            value.grad += slopes[id(value)]
            for source, factor in value.sources:
                slopes[id(source)] = slopes.get(id(source), 0.0) + slopes[id(value)] * factor
                waiting[id(source)] -= 1
                if waiting[id(source)] == 0:
                    ready.append(source)


class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            if parameter.grad is None:
                continue
            group[1] = parameter.grad.clone() if speed is None else speed * self.momentum + parameter.grad
            parameter.sub_(group[1], alpha=self.lr)

    def zero_grad(self):
        for parameter, _ in self.groups:
            parameter.grad = None


class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last
        self.generator = generator if generator is not None else torch.Generator()

    def __len__(self):
        n = len(self.dataset)
        return n // self.size if self.drop_last else (n + self.size - 1) // self.size

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        n = len(self.dataset)
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else list(range(n))
        batches = []
        for k in range(len(self)):
            xs, ys = zip(*[self.dataset[i] for i in order[k * self.size : (k + 1) * self.size]])
            batches.append((torch.stack(xs), torch.stack(ys)))
        return iter(batches)


pieces = (TinyModule, Value, SGD, TinyLoader)

# %% right="numbered_values" for="pieces"
class Part:
    training = True

    def __call__(self, *inputs):
        return self.forward(*inputs)

    def named_parameters(self):
        return [(name, value) for name, value in self.__dict__.items() if isinstance(value, nn.Parameter)]

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        self.training = False
        return self

    def state_dict(self):
        return {name: value.detach() for name, value in self.named_parameters()}

    def load_state_dict(self, state):
        for name, value in self.named_parameters():
            value.data.copy_(state[name])


class Number:
    made = 0

    def __init__(self, data, *sources):
        Number.made += 1
        self.order, self.data, self.grad, self.sources = Number.made, data * 1.0, 0.0, sources

    def __add__(self, other):
        other = other if type(other) is Number else Number(other)
        return Number(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = other if type(other) is Number else Number(other)
        return Number(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, k):
        return Number(self.data**k, (self, k * self.data ** (k - 1)))

    def relu(self):
        return Number(max(0.0, self.data), (self, float(self.data > 0.0)))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def backward(self):
        found, stack = {self.order: self}, [self]
        while stack:
            for source, _ in stack.pop().sources:
                if source.order not in found:
                    found[source.order] = source
                    stack.append(source)
        slopes = dict.fromkeys(found, 0.0)
        slopes[self.order] = 1.0
        for order in sorted(found, reverse=True):
            found[order].grad += slopes[order]
            for source, factor in found[order].sources:
                slopes[source.order] += slopes[order] * factor


class Stepper:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            if parameter.grad is None:
                continue
            group[1] = parameter.grad.clone() if speed is None else speed * self.momentum + parameter.grad
            parameter.sub_(group[1], alpha=self.lr)

    def zero_grad(self):
        for parameter, _ in self.groups:
            parameter.grad = None


class Batches:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last
        self.generator = generator if generator is not None else torch.Generator()

    def __len__(self):
        n = len(self.dataset)
        return n // self.size if self.drop_last else (n + self.size - 1) // self.size

    def __iter__(self):
        n = len(self.dataset)
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else list(range(n))
        batches = []
        for k in range(len(self)):
            xs, ys = zip(*[self.dataset[i] for i in order[k * self.size : (k + 1) * self.size]])
            batches.append((torch.stack(xs), torch.stack(ys)))
        return iter(batches)


pieces = (Part, Number, Stepper, Batches)

# %% wrong="all_given" for="pieces" says="this is the given piece"
pieces = (GivenModule, GivenValue, GivenSGD, GivenLoader)

# %% wrong="one_own" for="pieces" says="this is the given piece" fails="module,value,loader"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            if parameter.grad is None:
                continue
            group[1] = parameter.grad.clone() if speed is None else speed * self.momentum + parameter.grad
            parameter.sub_(group[1], alpha=self.lr)

    def zero_grad(self):
        for parameter, _ in self.groups:
            parameter.grad = None


pieces = (GivenModule, GivenValue, SGD, GivenLoader)

# %% wrong="torchs_own" for="pieces" says="this is torch's nn.Module"
pieces = (nn.Module, GivenValue, torch.optim.SGD, DataLoader)

# %% wrong="a_list" for="pieces" says="pieces is no tuple of four classes"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            if parameter.grad is None:
                continue
            group[1] = parameter.grad.clone() if speed is None else speed * self.momentum + parameter.grad
            parameter.sub_(group[1], alpha=self.lr)

    def zero_grad(self):
        for parameter, _ in self.groups:
            parameter.grad = None


pieces = [GivenModule, GivenValue, SGD, GivenLoader]

# %% wrong="three" for="pieces" says="pieces is no tuple of four classes"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            if parameter.grad is None:
                continue
            group[1] = parameter.grad.clone() if speed is None else speed * self.momentum + parameter.grad
            parameter.sub_(group[1], alpha=self.lr)

    def zero_grad(self):
        for parameter, _ in self.groups:
            parameter.grad = None


pieces = (GivenModule, GivenValue, SGD)

# %% wrong="names_in_quotes" for="pieces" says="without quotes"
pieces = ("TinyModule", "Value", "SGD", "TinyLoader")

# %% wrong="called" for="pieces" says="without calling them"
pieces = (GivenModule(), GivenValue(1.0), GivenSGD([], 0.1), GivenLoader([]))

# %% wrong="none_for_a_missing_one" for="pieces" says="pieces is no tuple of four classes"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            if parameter.grad is None:
                continue
            group[1] = parameter.grad.clone() if speed is None else speed * self.momentum + parameter.grad
            parameter.sub_(group[1], alpha=self.lr)

    def zero_grad(self):
        for parameter, _ in self.groups:
            parameter.grad = None


pieces = (None, None, SGD, None)

# %% wrong="module_without_registration" for="pieces" says="assignment must register them"
class TinyModule:
    def __init__(self):
        object.__setattr__(self, "known", {})
        self.training = True

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)

    def __call__(self, *inputs):
        return self.forward(*inputs)

    def named_parameters(self):
        own = [(name, value) for name, value in self.known.items() if isinstance(value, nn.Parameter)]
        for name, part in self.known.items():
            if isinstance(part, TinyModule):
                own += [(name + "." + below, parameter) for below, parameter in part.named_parameters()]
        return own

    def train(self, mode=True):
        self.training = mode
        for part in self.known.values():
            if isinstance(part, TinyModule):
                part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.named_parameters()}

    def load_state_dict(self, state):
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.copy_(state[name])


pieces = (TinyModule, GivenValue, GivenSGD, GivenLoader)

# %% wrong="module_eval_forgets" for="pieces" says="eval does not return the module"
class TinyModule:
    def __init__(self):
        object.__setattr__(self, "known", {})
        self.training = True

    def __setattr__(self, name, value):
        if isinstance(value, (nn.Parameter, TinyModule)):
            self.known[name] = value
        object.__setattr__(self, name, value)

    def __call__(self, *inputs):
        return self.forward(*inputs)

    def named_parameters(self):
        own = [(name, value) for name, value in self.known.items() if isinstance(value, nn.Parameter)]
        for name, part in self.known.items():
            if isinstance(part, TinyModule):
                own += [(name + "." + below, parameter) for below, parameter in part.named_parameters()]
        return own

    def train(self, mode=True):
        self.training = mode
        for part in self.known.values():
            if isinstance(part, TinyModule):
                part.train(mode)
        return self

    def eval(self):
        self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.named_parameters()}

    def load_state_dict(self, state):
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.copy_(state[name])


pieces = (TinyModule, GivenValue, GivenSGD, GivenLoader)

# %% wrong="module_loads_new_parameters" for="pieces" says="loading makes new parameters"
class TinyModule:
    def __init__(self):
        object.__setattr__(self, "known", {})
        self.training = True

    def __setattr__(self, name, value):
        if isinstance(value, (nn.Parameter, TinyModule)):
            self.known[name] = value
        object.__setattr__(self, name, value)

    def __call__(self, *inputs):
        return self.forward(*inputs)

    def named_parameters(self):
        own = [(name, value) for name, value in self.known.items() if isinstance(value, nn.Parameter)]
        for name, part in self.known.items():
            if isinstance(part, TinyModule):
                own += [(name + "." + below, parameter) for below, parameter in part.named_parameters()]
        return own

    def train(self, mode=True):
        self.training = mode
        for part in self.known.values():
            if isinstance(part, TinyModule):
                part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.named_parameters()}

    def load_state_dict(self, state):
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                setattr(self, name, nn.Parameter(state[name]))


pieces = (TinyModule, GivenValue, GivenSGD, GivenLoader)

# %% wrong="module_loads_nothing" for="pieces" says="load_state_dict loads nothing"
class TinyModule:
    def __init__(self):
        object.__setattr__(self, "known", {})
        self.training = True

    def __setattr__(self, name, value):
        if isinstance(value, (nn.Parameter, TinyModule)):
            self.known[name] = value
        object.__setattr__(self, name, value)

    def __call__(self, *inputs):
        return self.forward(*inputs)

    def named_parameters(self):
        own = [(name, value) for name, value in self.known.items() if isinstance(value, nn.Parameter)]
        for name, part in self.known.items():
            if isinstance(part, TinyModule):
                own += [(name + "." + below, parameter) for below, parameter in part.named_parameters()]
        return own

    def train(self, mode=True):
        self.training = mode
        for part in self.known.values():
            if isinstance(part, TinyModule):
                part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.named_parameters()}

    def load_state_dict(self, state):
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.detach().clone().copy_(state[name])


pieces = (TinyModule, GivenValue, GivenSGD, GivenLoader)

# %% wrong="value_assigns" for="pieces" says="second piece"
class Value:
    def __init__(self, data):
        self.data, self.grad, self.sources, self.back = float(data), 0.0, [], None

    def joined(self, data, *pairs):
        value = Value(data)
        value.sources = [pair for pair in pairs]
        return value

    def lift(self, other):
        return other if isinstance(other, Value) else Value(other)

    def __add__(self, other):
        other = self.lift(other)
        return self.joined(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = self.lift(other)
        return self.joined(self.data * other.data, (self, other.data), (other, self.data))

    def __sub__(self, other):
        other = self.lift(other)
        return self.joined(self.data - other.data, (self, 1.0), (other, -1.0))

    def __rsub__(self, other):
        return Value(other) - self

    def __neg__(self):
        return self.joined(-self.data, (self, -1.0))

    def __pow__(self, k):
        return self.joined(self.data**k, (self, k * self.data ** (k - 1)))

    def __truediv__(self, other):
        return self * self.lift(other) ** -1

    def relu(self):
        return self.joined(self.data if self.data > 0 else 0.0, (self, 1.0 if self.data > 0 else 0.0))

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        waiting, found = {id(self): 0}, [self]
        for value in found:
            for source, _ in value.sources:
                if id(source) not in waiting:
                    waiting[id(source)] = 0
                    found.append(source)
                waiting[id(source)] += 1
        slopes, ready = {id(self): 1.0}, [self]
        while ready:
            value = ready.pop()
            value.grad += slopes[id(value)]
            for source, factor in value.sources:
                slopes[id(source)] = slopes[id(value)] * factor
                waiting[id(source)] -= 1
                if waiting[id(source)] == 0:
                    ready.append(source)


pieces = (GivenModule, Value, GivenSGD, GivenLoader)

# %% wrong="value_recursive" for="pieces" says="recursion"
class Value:
    def __init__(self, data):
        self.data, self.grad, self.sources, self.back = float(data), 0.0, [], None

    def joined(self, data, *pairs):
        value = Value(data)
        value.sources = [pair for pair in pairs]
        return value

    def lift(self, other):
        return other if isinstance(other, Value) else Value(other)

    def __add__(self, other):
        other = self.lift(other)
        return self.joined(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = self.lift(other)
        return self.joined(self.data * other.data, (self, other.data), (other, self.data))

    def __sub__(self, other):
        other = self.lift(other)
        return self.joined(self.data - other.data, (self, 1.0), (other, -1.0))

    def __rsub__(self, other):
        return Value(other) - self

    def __neg__(self):
        return self.joined(-self.data, (self, -1.0))

    def __pow__(self, k):
        return self.joined(self.data**k, (self, k * self.data ** (k - 1)))

    def __truediv__(self, other):
        return self * self.lift(other) ** -1

    def relu(self):
        return self.joined(self.data if self.data > 0 else 0.0, (self, 1.0 if self.data > 0 else 0.0))

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self, slope=1.0):
        order, seen = [], set()

        def visit(value):
            if id(value) not in seen:
                seen.add(id(value))
                for source, _ in value.sources:
                    visit(source)
                order.append(value)

        visit(self)
        slopes = {id(value): 0.0 for value in order}
        slopes[id(self)] = 1.0
        for value in reversed(order):
            value.grad += slopes[id(value)]
            for source, factor in value.sources:
                slopes[id(source)] += slopes[id(value)] * factor


pieces = (GivenModule, Value, GivenSGD, GivenLoader)

# %% wrong="value_too_early" for="pieces" says="second piece"
class Value:
    def __init__(self, data):
        self.data, self.grad, self.sources, self.back = float(data), 0.0, [], None

    def joined(self, data, *pairs):
        value = Value(data)
        value.sources = [pair for pair in pairs]
        return value

    def lift(self, other):
        return other if isinstance(other, Value) else Value(other)

    def __add__(self, other):
        other = self.lift(other)
        return self.joined(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = self.lift(other)
        return self.joined(self.data * other.data, (self, other.data), (other, self.data))

    def __sub__(self, other):
        other = self.lift(other)
        return self.joined(self.data - other.data, (self, 1.0), (other, -1.0))

    def __rsub__(self, other):
        return Value(other) - self

    def __neg__(self):
        return self.joined(-self.data, (self, -1.0))

    def __pow__(self, k):
        return self.joined(self.data**k, (self, k * self.data ** (k - 1)))

    def __truediv__(self, other):
        return self * self.lift(other) ** -1

    def relu(self):
        return self.joined(self.data if self.data > 0 else 0.0, (self, 1.0 if self.data > 0 else 0.0))

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        self.grad, waiting, seen = 1.0, [self], {id(self)}
        for value in waiting:
            for source, factor in value.sources:
                source.grad += value.grad * factor
                if id(source) not in seen:
                    seen.add(id(source))
                    waiting.append(source)


pieces = (GivenModule, Value, GivenSGD, GivenLoader)

# %% wrong="value_no_numbers_on_the_left" for="pieces" says="unsupported operand"
class Value:
    def __init__(self, data):
        self.data, self.grad, self.sources, self.back = float(data), 0.0, [], None

    def joined(self, data, *pairs):
        value = Value(data)
        value.sources = [pair for pair in pairs]
        return value

    def lift(self, other):
        return other if isinstance(other, Value) else Value(other)

    def __add__(self, other):
        other = self.lift(other)
        return self.joined(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = self.lift(other)
        return self.joined(self.data * other.data, (self, other.data), (other, self.data))

    def __sub__(self, other):
        other = self.lift(other)
        return self.joined(self.data - other.data, (self, 1.0), (other, -1.0))

    def __rsub__(self, other):
        return Value(other) - self

    def __neg__(self):
        return self.joined(-self.data, (self, -1.0))

    def __pow__(self, k):
        return self.joined(self.data**k, (self, k * self.data ** (k - 1)))

    def __truediv__(self, other):
        return self * self.lift(other) ** -1

    def relu(self):
        return self.joined(self.data if self.data > 0 else 0.0, (self, 1.0 if self.data > 0 else 0.0))


    def backward(self):
        waiting, found = {id(self): 0}, [self]
        for value in found:
            for source, _ in value.sources:
                if id(source) not in waiting:
                    waiting[id(source)] = 0
                    found.append(source)
                waiting[id(source)] += 1
        slopes, ready = {id(self): 1.0}, [self]
        while ready:
            value = ready.pop()
            value.grad += slopes[id(value)]
            for source, factor in value.sources:
                slopes[id(source)] = slopes.get(id(source), 0.0) + slopes[id(value)] * factor
                waiting[id(source)] -= 1
                if waiting[id(source)] == 0:
                    ready.append(source)


pieces = (GivenModule, Value, GivenSGD, GivenLoader)

# %% wrong="optimiser_without_momentum" for="pieces" says="the momentum is not used"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            if parameter.grad is None:
                continue
            group[1] = parameter.grad.clone() if speed is None else parameter.grad
            parameter.sub_(group[1], alpha=self.lr)

    def zero_grad(self):
        for parameter, _ in self.groups:
            parameter.grad = None


pieces = (GivenModule, GivenValue, SGD, GivenLoader)

# %% wrong="optimiser_scaled_momentum" for="pieces" says="third piece"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            if parameter.grad is None:
                continue
            group[1] = (1 - self.momentum) * parameter.grad if speed is None else speed * self.momentum + (1 - self.momentum) * parameter.grad
            parameter.sub_(group[1], alpha=self.lr)

    def zero_grad(self):
        for parameter, _ in self.groups:
            parameter.grad = None


pieces = (GivenModule, GivenValue, SGD, GivenLoader)

# %% wrong="optimiser_zeros" for="pieces" says="it sets .grad to None"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            if parameter.grad is None:
                continue
            group[1] = parameter.grad.clone() if speed is None else speed * self.momentum + parameter.grad
            parameter.sub_(group[1], alpha=self.lr)

    def zero_grad(self):
        for parameter, _ in self.groups:
            if parameter.grad is not None:
                parameter.grad.zero_()


pieces = (GivenModule, GivenValue, SGD, GivenLoader)

# %% wrong="optimiser_replaces" for="pieces" says="nothing moves"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            if parameter.grad is None:
                continue
            group[1] = parameter.grad.clone() if speed is None else speed * self.momentum + parameter.grad
            group[0] = parameter - self.lr * group[1]

    def zero_grad(self):
        for parameter, _ in self.groups:
            parameter.grad = None


pieces = (GivenModule, GivenValue, SGD, GivenLoader)

# %% wrong="optimiser_needs_gradients" for="pieces" says="NoneType"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            group[1] = parameter.grad.clone() if speed is None else speed * self.momentum + parameter.grad
            parameter.sub_(group[1], alpha=self.lr)

    def zero_grad(self):
        for parameter, _ in self.groups:
            parameter.grad = None


pieces = (GivenModule, GivenValue, SGD, GivenLoader)

# %% wrong="optimiser_aliases_the_gradient" for="pieces" says="step changes the gradients"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.groups = [[parameter, None] for parameter in parameters]
        self.lr, self.momentum = lr, momentum

    @torch.no_grad()
    def step(self):
        for group in self.groups:
            parameter, speed = group
            if parameter.grad is None:
                continue
            group[1] = parameter.grad if speed is None else parameter.grad.add_(speed, alpha=self.momentum)
            parameter.sub_(group[1], alpha=self.lr)

    def zero_grad(self):
        for parameter, _ in self.groups:
            parameter.grad = None


pieces = (GivenModule, GivenValue, SGD, GivenLoader)

# %% wrong="loader_drops_the_tail" for="pieces" says="the last, smaller batch is lost"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last
        self.generator = generator if generator is not None else torch.Generator()

    def __len__(self):
        n = len(self.dataset)
        return n // self.size

    def __iter__(self):
        n = len(self.dataset)
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else list(range(n))
        batches = []
        for k in range(len(self)):
            xs, ys = zip(*[self.dataset[i] for i in order[k * self.size : (k + 1) * self.size]])
            batches.append((torch.stack(xs), torch.stack(ys)))
        return iter(batches)


pieces = (GivenModule, GivenValue, GivenSGD, TinyLoader)

# %% wrong="loader_one_order" for="pieces" says="every epoch has the same order"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last
        self.order = torch.randperm(len(dataset), generator=generator).tolist()

    def __len__(self):
        n = len(self.dataset)
        return n // self.size if self.drop_last else (n + self.size - 1) // self.size

    def __iter__(self):
        n = len(self.dataset)
        order = self.order if self.shuffle else list(range(n))
        batches = []
        for k in range(len(self)):
            xs, ys = zip(*[self.dataset[i] for i in order[k * self.size : (k + 1) * self.size]])
            batches.append((torch.stack(xs), torch.stack(ys)))
        return iter(batches)


pieces = (GivenModule, GivenValue, GivenSGD, TinyLoader)

# %% wrong="loader_global" for="pieces" says="this draws from the global generator"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last
        self.generator = generator if generator is not None else torch.Generator()

    def __len__(self):
        n = len(self.dataset)
        return n // self.size if self.drop_last else (n + self.size - 1) // self.size

    def __iter__(self):
        n = len(self.dataset)
        order = torch.randperm(n).tolist() if self.shuffle else list(range(n))
        batches = []
        for k in range(len(self)):
            xs, ys = zip(*[self.dataset[i] for i in order[k * self.size : (k + 1) * self.size]])
            batches.append((torch.stack(xs), torch.stack(ys)))
        return iter(batches)


pieces = (GivenModule, GivenValue, GivenSGD, TinyLoader)

# %% wrong="loader_lists" for="pieces" says="a batch is a tuple of stacked tensors"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last
        self.generator = generator if generator is not None else torch.Generator()

    def __len__(self):
        n = len(self.dataset)
        return n // self.size if self.drop_last else (n + self.size - 1) // self.size

    def __iter__(self):
        n = len(self.dataset)
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else list(range(n))
        batches = []
        for k in range(len(self)):
            xs, ys = zip(*[self.dataset[i] for i in order[k * self.size : (k + 1) * self.size]])
            batches.append([torch.stack(xs), torch.stack(ys)])
        return iter(batches)


pieces = (GivenModule, GivenValue, GivenSGD, TinyLoader)

# %% wrong="loader_never_shuffles" for="pieces" says="nothing is shuffled"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last
        self.generator = generator if generator is not None else torch.Generator()

    def __len__(self):
        n = len(self.dataset)
        return n // self.size if self.drop_last else (n + self.size - 1) // self.size

    def __iter__(self):
        n = len(self.dataset)
        order = torch.randperm(n, generator=self.generator).tolist() if False else list(range(n))
        batches = []
        for k in range(len(self)):
            xs, ys = zip(*[self.dataset[i] for i in order[k * self.size : (k + 1) * self.size]])
            batches.append((torch.stack(xs), torch.stack(ys)))
        return iter(batches)


pieces = (GivenModule, GivenValue, GivenSGD, TinyLoader)

# %% wrong="loader_ignores_drop_last" for="pieces" says="drop_last drops nothing"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last
        self.generator = generator if generator is not None else torch.Generator()

    def __len__(self):
        n = len(self.dataset)
        return (n + self.size - 1) // self.size

    def __iter__(self):
        n = len(self.dataset)
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else list(range(n))
        batches = []
        for k in range(len(self)):
            xs, ys = zip(*[self.dataset[i] for i in order[k * self.size : (k + 1) * self.size]])
            batches.append((torch.stack(xs), torch.stack(ys)))
        return iter(batches)


pieces = (GivenModule, GivenValue, GivenSGD, TinyLoader)

# %% right="one_backward_a_row" for="fit_own"
def value_backward(value_class, model, x, y):
    (_, weight), (_, bias) = model.named_parameters()
    slots, slot = [value_class(float(number)) for number in weight], value_class(float(bias))
    total = 0.0
    for row, target in zip(x, y):
        error = slot + -float(target)
        for number, one in zip(row, slots):
            error = error + one * float(number)
        part = error * error * (1.0 / len(x))
        part.backward()
        total += part.data
    for parameter, slope in ((weight, torch.tensor([one.grad for one in slots], dtype=torch.float64)), (bias, torch.tensor(slot.grad, dtype=torch.float64))):
        slope = slope.to(parameter.dtype)
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
        parameter.grad += slope
    return total


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    class Model(pieces[0]):
        def __init__(self):
            super().__init__()
            k = dataset[0][0].numel()
            self.weight, self.bias = nn.Parameter(torch.zeros(k).double()), nn.Parameter(torch.tensor(0.0).double())

        def forward(self, x):
            return (x * self.weight).sum(-1) + self.bias

    rng = torch.Generator()
    rng.manual_seed(seed)
    line, batches = Model(), pieces[3](dataset, batch_size, True, False, rng)
    sgd = pieces[2](dict(line.named_parameters()).values(), lr=lr, momentum=momentum)
    history = []
    for epoch in range(epochs):
        sums = [(value_backward(pieces[1], line, x, y) * y.numel(), sgd.step(), sgd.zero_grad())[0] for x, y in batches]
        history.append(sum(sums) / len(dataset))
    line.eval()
    return line, history

# %% right="as_given" for="fit_own"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error * error
    loss = loss * len(y) ** -1.0
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    model.eval()
    return model, losses

# %% wrong="sum_for_mean" for="fit_own" says="the MSE divides by the size of the batch" fails="slopes,adds,path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="overwrites" for="fit_own" says="the second call writes over the first" fails="adds"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="only_into_none" for="fit_own" says="the second call changes nothing" fails="adds"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        if parameter.grad is None:
            parameter.grad = slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="never_writes" for="fit_own" says="no gradient arrives" fails="slopes,adds,path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.slope = slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="bias_of_one_axis" for="fit_own" says="assign a gradient of size" fails="slopes,adds,path,pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": [bias.grad]}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="new_values_for_each_row" for="fit_own" says="the same Values must stand in every row" fails="slopes,adds,path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        weight = [value_class(number) for number in parameters["weight"].tolist()]
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="torch_inside" for="fit_own" says="torch's autograd did the work" fails="slopes,pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    loss = (x @ parameters["weight"] + parameters["bias"] - y).square().mean()
    loss.backward()
    return loss.item()


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="by_hand" for="fit_own" says="the slopes are worked out by hand" fails="slopes,pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    error = (x @ parameters["weight"] + parameters["bias"] - y).detach()
    for name, slope in (("weight", 2 / len(y) * x.T @ error), ("bias", 2 * error.mean())):
        parameter = parameters[name]
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return error.square().mean().item()


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="steps_inside" for="fit_own" says="the optimiser makes the step" fails="slopes,adds,path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
        with torch.no_grad():
            parameter -= 0.1 * parameter.grad
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="no_b" for="fit_own" says="b is left out" fails="slopes,adds,path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias * 0.0 - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="wrong_dtype" for="fit_own" says="dtype" fails="slopes,adds,path,pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name])
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="returns_a_value" for="fit_own" says="expected a number" fails="slopes,path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="no_zero_grad" for="fit_own" says="old gradients" fails="path,pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="no_momentum" for="fit_own" says="the momentum does not reach the optimiser" fails="path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="not_shuffled" for="fit_own" says="each epoch has the same order" fails="path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="loader_in_the_loop" for="fit_own" says="each epoch has the same order" fails="path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="unweighted" for="fit_own" says="each batch counts the same" fails="path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y)
            optimizer.step()
        losses.append(total / len(loader))
    return model.eval(), losses

# %% wrong="all_batches_in_the_list" for="fit_own" says="Length: got" fails="path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        for x, y in loader:
            optimizer.zero_grad()
            losses.append(value_backward(value_class, model, x, y))
            optimizer.step()
    return model.eval(), losses

# %% wrong="torchs_optimiser" for="fit_own" says="torch's optimiser makes the steps" fails="pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, _, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = torch.optim.SGD([parameter for _, parameter in model.named_parameters()], lr, momentum=momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="torchs_module" for="fit_own" says="the model is not made of the first piece" fails="pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    _, value_class, optimizer_class, loader_class = pieces

    class Line(nn.Module):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="torchs_loader" for="fit_own" says="the batches are not cut by the fourth piece" fails="pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, _ = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = DataLoader(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="in_training_mode" for="fit_own" says="the model is left in training mode" fails="pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model, losses

# %% wrong="bias_first" for="fit_own" says="the bias comes first here" fails="path"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="model_only" for="fit_own" says="no pair of model and losses came back" fails="path,pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval()

# %% wrong="global_generator" for="fit_own" says="the order is drawn from the global generator" fails="pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    torch.manual_seed(seed)
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.default_generator)
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="pairs_to_the_optimiser" for="fit_own" says="'tuple' object has no attribute 'grad'" fails="path,pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class(model.named_parameters(), lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    return model.eval(), losses

# %% wrong="nothing_returned" for="fit_own" says="no pair of model and losses came back, but a NoneType" fails="path,pieces"
def value_backward(value_class, model, x, y):
    parameters = dict(model.named_parameters())
    weight = [value_class(number) for number in parameters["weight"].tolist()]
    bias = value_class(parameters["bias"].item())
    loss = value_class(0.0)
    for row, target in zip(x.tolist(), y.tolist()):
        error = bias - target
        for number, slot in zip(row, weight):
            error = error + slot * number
        loss = loss + error**2 * (1 / len(y))
    loss.backward()
    slopes = {"weight": [slot.grad for slot in weight], "bias": bias.grad}
    for name, parameter in parameters.items():
        slope = torch.tensor(slopes[name], dtype=parameter.dtype)
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
    return loss.data


def fit_own(pieces, dataset, epochs, batch_size, lr, momentum, seed):
    module_class, value_class, optimizer_class, loader_class = pieces

    class Line(module_class):
        def __init__(self, k):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(k, dtype=torch.float64))
            self.bias = nn.Parameter(torch.zeros((), dtype=torch.float64))

        def forward(self, x):
            return x @ self.weight + self.bias

    model = Line(len(dataset[0][0]))
    loader = loader_class(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    optimizer = optimizer_class([parameter for _, parameter in model.named_parameters()], lr, momentum)
    losses = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            total += value_backward(value_class, model, x, y) * len(y)
            optimizer.step()
        losses.append(total / len(dataset))
    print(losses)
