# %% [markdown] assignment="none" needs="tensorflow, jax"
# # 12 · Frameworks
#
# What do the others do?
#
# You know one framework. NumPy has arrays and no derivatives; TensorFlow and JAX have both, and disagree with PyTorch about who remembers what. Here one operation and its gradients
# are computed four times from the same numbers, and each answer is checked against the others. Only then comes a stopwatch, and much of what there is to say about it is what it does *not* show.
#
# This chapter is optional and not graded: its predictions are its exercises.

# %% [markdown]
# ## What you will be able to do
#
# - **operation**: tell an affine operation from a product entry by entry (`elementwise`)
# - **gradients**: write down its gradients, none of them swapped (`swapped`)
# - **leftovers**: notice a cell that prints what another cell left behind (`leftover`)
# - **recordings**: say what a traced function remembers, and what it forgets (`traced`)
# - **styles**: say where each framework puts a gradient (`functional`)
# - **sameness**: give every framework the same data, in the same dtype, on the same device (`dtypes`)
# - **fairness**: time a call so that the number means something (`break_even`)
#
# ## 0 · What is installed
#
# TensorFlow and JAX are not part of the course. Colab has them. Elsewhere, run `%pip install tensorflow-cpu jax` in a cell (on an ARM processor, as in a Mac, `tensorflow jax`), and restart the kernel. Without them the chapter
# runs all the same, and their cells say what is missing.
#
# Some things must be said before a framework is imported, because it looks only once: hide the GPU from everybody, and stay on one core (on Linux).

# %%
import os
from pathlib import Path
os.environ.update(CUDA_VISIBLE_DEVICES="", JAX_PLATFORMS="cpu", TF_CPP_MIN_LOG_LEVEL="3")  # 3: no log lines
for thread in Path("/proc/self/task").glob("*"):  # Linux: those that run already, too
    os.sched_setaffinity(int(thread.name), {min(os.sched_getaffinity(0))})

import numpy as np
import torch
from torchscope import draw, reveal

# %% tags=["nbval-ignore-output"]
import platform
from importlib import import_module, util
from time import perf_counter, strftime
cpu = "-cpu" if platform.machine() in ("x86_64", "AMD64") else ""  # Intel's and AMD's processors
NO_TF = f"TensorFlow is not installed: %pip install tensorflow{cpu}, and restart the kernel"
NO_JAX = "JAX is not installed: %pip install jax, and restart the kernel"

start = perf_counter()
tf = import_module("tensorflow") if util.find_spec("tensorflow") else None
jax = import_module("jax") if util.find_spec("jax") else None
jnp = jax and import_module("jax.numpy")
print(f"import: {perf_counter() - start:.1f} s", tf.__version__ if tf else NO_TF, jax.__version__ if jax else NO_JAX, sep="\n")

# %% [markdown]
# ## 1 · One operation
#
# A bakery counts loaves, rolls and cakes on four mornings: `X`, of shape (4, 3). A recipe says how much flour and sugar one piece takes: `W`, (3, 2), in units of 100 g. The
# tables are dusted every morning, whatever is baked: `b`, (2,). `T` is what was really gone in the evening.

# %%
X = np.array([[4.0, 9.0, 1.0], [3.0, 6.0, 2.0], [5.0, 8.0, 0.0], [6.0, 7.0, 3.0]])
W = np.array([[5.0, 0.0], [1.0, 1.0], [3.0, 2.0]])
b = np.array([4.0, 1.0])
T = np.array([[38.0, 12.0], [31.0, 12.0], [36.0, 9.0], [52.0, 14.0]])
draw.layer(torch.from_numpy(X), torch.from_numpy(W), torch.from_numpy(b))

# %% [markdown]
# Now one morning and one ingredient alone: `x` has the three counts, `w` the flour of each piece, `z` a pinch of flour for each kind. What is `x * w + z`?

# %%
x = torch.tensor([4.0, 9.0, 1.0], requires_grad=True)
w = torch.tensor([5.0, 1.0, 3.0], requires_grad=True)
z = torch.tensor([0.5, 0.5, 0.5], requires_grad=True)

# %% predict="elementwise"
elementwise = ...  # the shape of x * w + z: a tuple

# %% reveal="elementwise" answer="(3,)"
reveal(elementwise, lambda: (x * w + z).shape)

# %% [markdown]
# > **Common trap.** "`x * w + z` is the linear operation." It multiplies entry by entry and sums over *nothing*: flour for the loaves, for the rolls, for the cakes, and nobody has added them up. What a layer
# > computes is a **product**: for each output a sum of such terms, and then a constant. The sum is the point. With the constant it is *affine*.
#
# Many comparisons of frameworks take the cost (another word for the loss) c = Σ(x∘w + z), where ∘ multiplies entry by entry. Its gradients are one line, and still go wrong:

# %% predict="swapped"
slope_in_x = ...  # the gradient of c in x: a list of three numbers

# %% reveal="swapped" answer="[5.0, 1.0, 3.0]"
reveal(slope_in_x, lambda: torch.autograd.grad((x * w + z).sum(), x)[0])

# %%
print(x * w + z, x @ w)
slopes = torch.autograd.grad((x * w + z).sum(), (x, w, z))
assert all(torch.equal(*pair) for pair in zip(slopes, (w, x, torch.ones(3)), strict=True))

# %% [markdown]
# > **Common trap.** "∂c/∂x is x, and ∂c/∂w is w." Swapped, as in chapter 08. One loaf more takes five units of flour more, so the slope in a *count* is a *weight*: ∂c/∂x = w, ∂c/∂w = x, ∂c/∂z = 1.
#
# **Change one thing.** Make `z` one number, `torch.tensor(0.5, requires_grad=True)`, and print `slopes[2]` above the `assert`, which will fail. Why is its gradient not 1?
#
# ## 2 · Its gradients, by hand
#
# Now the real operation, Y = XW + b, with the mean squared error of chapter 07 as its cost. Let **G** hold the slope of the cost in every entry of Y: here 2(Y − T), divided by the number of entries. The rest follows:
#
# - **W**: XᵀG. Entry (i, j) of W meets column i of X on every morning, and adds to output j.
# - **X**: GWᵀ. A count has a share in both ingredients.
# - **b**: G summed over the rows, for b was added to each of them.
#
# Which one is transposed need not be learned by heart: where no two sizes are equal, only one order gives the shape of what you differentiate. NumPy must be told all of it:

# %%
def numpy_step(X, W, b, T):
    def step():
        errors = X @ W + b - T
        G = 2 * errors / errors.size
        return (errors**2).mean(), G @ W.T, X.T @ G, G.sum(0)
    return step

exact = numpy_step(X, W, b, T)()
print(exact[0], exact[2], exact[3], sep="\n")

# %% [markdown]
# `numpy_step` gets the data and returns a function that does the work: the cost, and the gradients of X, W and b. The other frameworks get a function of the same form, so that what we time in the end is what we have checked.
#
# XᵀG is a sum of outer products, one for each morning (chapter 03). On the second morning the model's flour was right, so that morning says nothing about flour; its sugar was one unit short.

# %%
draw.outer_sum(torch.from_numpy(X.T), torch.from_numpy(2 * (X @ W + b - T) / T.size))

# %% [markdown]
# Formulas are claims. Finite differences (chapter 07) check them without knowing them: push each number up and down, and look at the cost.

# %%
def nudged(k, place, h):
    data = [X.copy(), W.copy(), b.copy()]
    data[k][place] += h
    return numpy_step(*data, T)()[0]

for k, gradient in enumerate(exact[1:]):
    for place in np.ndindex(gradient.shape):
        slope = (nudged(k, place, 1e-6) - nudged(k, place, -1e-6)) / 2e-6
        assert abs(slope - gradient[place]) < 1e-8

# %% [markdown]
# **Change one thing.** Leave out `.sum(0)`, and return `G` for b. That cell does not object. Which one does, and about what?
#
# ## 3 · PyTorch: the tensor remembers
#
# A tensor that requires a gradient **records** what is done with it, while it is done. The result leads back to its makers; `backward()` walks that way, and leaves each gradient *in its tensor*, as `.grad`.
# `torch.autograd.grad` walks the same way, and *returns* the gradients.
#
# To compare two answers, we take the largest difference of any of their numbers. Not `==`: libraries may add in another order, and the last digit shows it.

# %%
def torch_step(X, W, b, T):
    X, W, b = (torch.from_numpy(array).requires_grad_() for array in (X, W, b))
    T = torch.from_numpy(T)
    def step():
        cost = (X @ W + b - T).square().mean()
        return cost.detach(), *torch.autograd.grad(cost, (X, W, b))
    return step

def furthest(one, other):
    pairs = [(np.asarray(p), np.asarray(q)) for p, q in zip(one, other, strict=True)]
    assert all(p.shape == q.shape for p, q in pairs)
    return float(np.max([abs(p - q).max() for p, q in pairs]))  # Python's max may lose a NaN

furthest(exact, torch_step(X, W, b, T)())

# %% [markdown]
# Now a cell such as many notebooks have. Further up, `gradient` was computed with NumPy. This cell works in PyTorch, on a day with twice the customers, and prints "its" gradient of b:

# %%
bias = torch.from_numpy(b).clone().requires_grad_()
(torch.from_numpy(2 * X @ W) + bias - torch.from_numpy(T)).square().mean().backward()
print(gradient)

# %% predict="leftover"
agree = ...  # is what was printed equal to bias.grad? True or False

# %% reveal="leftover" answer="False"
reveal(agree, lambda: np.array_equal(gradient, bias.grad))

# %% [markdown]
# > **Common trap.** `gradient` is still NumPy's: the loop of section 2 left it behind. The cell ran, its output looks like a gradient, and a comparison of the two "agrees", for it compares NumPy with itself. A notebook forgets no name. So: work in *functions*, whose names
# > end with them; print what the object holds (`bias.grad`); compare with `assert`; and *restart and run all* before you believe it.
#
# **Change one thing.** Put `del gradient` above the line that prints it. Then print what should have been printed.
#
# ## 4 · A graph is a recording
#
# Every framework but NumPy can also record first and run later. To **trace** a function is to call it once with stand-ins that have no numbers, and to write down what is done to them. `torch.fx` does it in the open:

# %%
from torch import fx
heard = []

def cost_of(X, W, b, T):
    heard.append("Python ran")
    return (X @ W + b - T).square().mean()

traced = fx.symbolic_trace(cost_of)
tensors = [torch.from_numpy(array).requires_grad_() for array in (X, W, b, T)]
costs = [traced(*tensors).item() for _ in range(3)]

# %% predict="traced"
times_heard = ...  # len(heard), after one trace and three calls: a number

# %% reveal="traced" answer="1"
reveal(times_heard, lambda: len(heard))

# %%
try:
    fx.symbolic_trace(lambda X: X.sum() if X.sum() > 0 else X)
except fx.proxy.TraceError:
    print("cannot be traced: the if needs a number. The costs, from the recording:", costs)
operators = [node for node in traced.graph.nodes if node.op.startswith("call")]
boxes = {node.name: (1 + min(k, 2), max(k - 2, 0), node.name) for k, node in enumerate(operators)}
boxes |= {"x": (0, 0, "X"), "w": (0, 1, "W"), "b": (1, 1, "b"), "t": (2, 1, "T")}
arrows = [(each.name, node.name, "") for node in operators for each in node.all_input_nodes]
draw.diagram(boxes, arrows, "What was recorded")

# %% [markdown]
# The recording has the operators, and nothing else of Python. `append` ran while tracing and never again; so would `print`, a clock, or a random number of Python's. And a stand-in has no number with which to decide an `if`.
#
# What is it good for? A recording can be optimised as a whole, stored, and run without the code that made it. The price is paid at the *first* call: keep that in mind for the stopwatch. PyTorch's own way to it is `torch.compile`. It
# wants a C++ compiler on your machine, so we leave it out.
#
# **Change one thing.** Trace a function with `for _ in range(3): X = X @ X` in it, and print its `.code`. What became of the loop?
#
# ## 5 · TensorFlow: the tape remembers
#
# > **Common trap.** "In TensorFlow you build an empty graph first, and feed it with numbers in a session." That was version 1. Since version 2, TensorFlow is **eager**: an operator gives its number at once, as in PyTorch.
#
# A tensor of TensorFlow remembers nothing. What remembers is a **tape**, while it is open: `tf.GradientTape`. It watches by itself every trainable `tf.Variable` that is used, a constant only if asked.

# %% tags=["nbval-ignore-output"]
if tf:
    with tf.Graph().as_default():  # version 1: a name, and no number until a session runs it
        empty = tf.constant(2.0) * 3.0
        assert tf.compat.v1.Session().run(empty) == 6.0
    slope, fixed = tf.Variable(3.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = slope * slope + fixed * fixed
    gradients = tape.gradient(y, [slope, fixed])  # nobody asked to watch the second
    assert (y.numpy(), gradients[0].numpy(), gradients[1]) == (18.0, 6.0, None)
    assert (slope.assign(4.0).numpy(), hasattr(fixed, "assign")) == (4.0, False)
(empty, y, gradients) if tf else NO_TF

# %% [markdown]
# `tf.function` traces: once for each *signature*. The shapes and dtypes of tensors are in it, their numbers are not; but a number of Python's is, so each new one means a new trace. Hand over tensors. An `if` on a tensor, which `fx` refused, is rewritten into an operator.

# %% tags=["nbval-ignore-output"]
if tf:
    signatures = []
    @tf.function
    def double(x):
        signatures.append(x)
        return 2 * x if tf.reduce_sum(x) > 0 else x
    doubled = [double(x) for x in (tf.ones(2), -tf.ones(2), tf.ones((3, 1)), 1.0, 2.0)]
    assert (len(signatures), *doubled[1].numpy()) == (4, -1.0, -1.0)
signatures if tf else NO_TF

# %% [markdown]
# Five calls, four traces. Now our operation. `tf.test.experimental.sync_devices` waits for a GPU; on a CPU, what a call returns is computed already:

# %% tags=["nbval-ignore-output"]
def tensorflow_step(X, W, b, T):
    X, W, b, T = (tf.constant(array) for array in (X, W, b, T))
    @tf.function
    def gradients(X, W, b, T):
        with tf.GradientTape() as tape:
            tape.watch([X, W, b])
            cost = tf.reduce_mean(tf.square(X @ W + b - T))
        return cost, *tape.gradient(cost, [X, W, b])
    def step():
        results = gradients(X, W, b, T)
        tf.test.experimental.sync_devices()
        return results
    return step
furthest(exact, tensorflow_step(X, W, b, T)()) if tf else NO_TF

# %% [markdown]
# **Change one thing.** Call `tape.gradient` twice in the first cell of this section. What does TensorFlow say? Which argument of `GradientTape` would allow it?
#
# ## 6 · JAX: nobody remembers
#
# In JAX a gradient is no property of an array, and there is no tape. `jax.grad` takes a *function*, and returns the function that computes its gradient. PyTorch has the same idea, as `torch.func.grad`:

# %%
from torch.func import grad

def pure_cost(X, W, b, T):
    return ((X @ W + b - T)**2).mean()

grad(pure_cost, argnums=2)(*tensors).tolist()

# %% predict="functional"
nothing_left = ...  # is tensors[2].grad still None? True or False

# %% reveal="functional" answer="True"
reveal(nothing_left, lambda: tensors[2].grad is None)

# %% [markdown]
# Nothing is left in the tensor, and nothing need be set to zero before the next step. JAX also traces, and a trace forgets side effects, such as `append` in `cost_of`. So a function must be **pure**: its result depends on its arguments alone, and it changes nothing. Arrays of JAX cannot be changed: `x.at[0].set(2)` returns a new one. Random numbers
# take a key, and the same key gives the same numbers. The state of an optimiser is an argument and a result.
#
# > **Common trap.** "I gave JAX float64." It makes float32 of that, and says nothing; it warns only where `dtype=` asks for more. Set `jax_enable_x64` before the first array: one that exists, such as `unasked` below, stays float32. A comparison in which JAX is the fastest *and* the least exact may have compared two dtypes.

# %% tags=["nbval-ignore-output"]
if jax:
    unasked, key = jnp.asarray(X), jax.random.key(12)
    jax.config.update("jax_enable_x64", True)
    assert (unasked.dtype, jnp.asarray(X).dtype) == (jnp.float32, jnp.float64)
    assert (unasked.at[0].set(0.0)[0, 0], unasked[0, 0]) == (0.0, 4.0)
    assert jax.random.normal(key) == jax.random.normal(key)
(unasked.dtype, jnp.asarray(X).dtype) if jax else NO_JAX

# %% [markdown]
# `pure_cost` takes JAX's arrays as well. `jax.jit` traces it; an `if` on a value it refuses, as `fx` does: `jnp.where` or `jax.lax.cond` take its place. `jax.value_and_grad` gives the cost along with the gradients, and `block_until_ready` waits: JAX hands out a result before it is computed, even on a CPU.

# %% tags=["nbval-ignore-output"]
def jax_step(X, W, b, T):
    arrays = [jnp.asarray(array) for array in (X, W, b, T)]
    gradients = jax.jit(jax.value_and_grad(pure_cost, argnums=(0, 1, 2)))
    def step():
        value, slopes = jax.block_until_ready(gradients(*arrays))
        return value, *slopes
    return step
furthest(exact, jax_step(X, W, b, T)()) if jax else NO_JAX

# %% [markdown]
# **Change one thing.** Put `print("traced")` into `pure_cost`, and run its cell. Then make one `step = jax_step(X, W, b, T)`, and call it three times. How often does it print?
#
# ## 7 · Side by side
#
# What the cells above, and chapter 01, have shown:

# %%
columns = ["derivatives", "what remembers", "a gradient is", "arrays may change"]
marks = [["no", "nothing", "your formula", "yes"], ["yes", "each tensor", "in .grad, or returned", "yes"],
         ["yes", "the open tape", "returned", "partly: tf.Variable"], ["yes", "nothing", "a function's result", "no"]]
draw.table(["NumPy", "PyTorch", "TensorFlow", "JAX"], columns, marks, "Who remembers what")

# %% [markdown]
# Do they agree? Small whole numbers would forgive much. So now random ones, and no two sizes equal. They are drawn *once*, by NumPy, and handed over: the same seed in two frameworks is not the same numbers. The picture
# has the largest difference of each from each, in the cost and all gradients. The cell fails unless all are below 10⁻¹², and every part of every answer has the dtype of the data.

# %% tags=["nbval-ignore-output"]
def random_data(n, k, m, dtype=np.float64):
    draw_from = np.random.default_rng(12)
    return [draw_from.standard_normal(shape).astype(dtype) for shape in ((n, k), (k, m), (m,), (n, m))]

frameworks = {"NumPy": numpy_step, "PyTorch": torch_step} | ({"TensorFlow": tensorflow_step} if tf else {})
frameworks |= {"JAX": jax_step} if jax else {}
found = [make(*random_data(20, 30, 10))() for make in frameworks.values()]
assert {np.asarray(part).dtype.name for parts in found for part in parts} == {"float64"}
differences = torch.tensor([[furthest(one, other) for other in found] for one in found], dtype=torch.float64)
assert not np.allclose(torch.randn(20, 30, generator=torch.Generator().manual_seed(12)), random_data(20, 30, 10)[0])
assert differences.max() < 1e-12
draw.matrix(differences, ", ".join(frameworks) + ": largest difference")

# %% [markdown]
# They need not all be zero: float64 has some 16 digits, and each library adds up in its own order.
#
# The dtype must be said, for defaults differ: `np.ones(1)` is float64, `torch.ones(1)` float32, and so is `tf.ones(1)`. What if the two meet in a product? NumPy makes float64 of both. And PyTorch?

# %% predict="dtypes"
product_dtype = ...  # the dtype of torch.from_numpy(X) @ torch.ones(3, 2), or None if torch refuses

# %% reveal="dtypes" answer="None"
reveal(product_dtype, lambda: (torch.from_numpy(X) @ torch.ones(3, 2)).dtype)

# %%
np.ones(1).dtype, torch.ones(1).dtype, (X @ np.ones((3, 2), np.float32)).dtype

# %% [markdown]
# **Change one thing.** Give `random_data` in the cell of the differences `np.float32`, and mend the two assertions. By how many digits do the differences grow?
#
# ## 8 · The stopwatch, unfairly
#
# Here is the comparison that you find in blogs: run each once, and stop the time. We do it eight times, and look at every call.

# %% tags=["nbval-ignore-output"]
def clock(data, rounds):
    steps = {name: make(*data) for name, make in frameworks.items()}
    times = {name: [] for name in steps}
    for name in [*steps] * rounds:    # in turns: a disturbance hits all of them
        for _ in range(8):            # in a row: caches stay warm
            start = perf_counter()
            steps[name]()             # every step waits for its result
            times[name].append(1000 * (perf_counter() - start))
    for step in steps.values():       # what was timed is checked: shapes, dtypes, values
        for part, other in zip(step(), steps["NumPy"](), strict=True):
            np.testing.assert_allclose(part, other, rtol=1e-4, atol=1e-6, strict=True)
    return times

small = random_data(8, 8, 8, np.float32)
first = clock(small, 1)
draw.lines(range(1, 9), first, "The first eight calls, n = 8", "call", "milliseconds", log=True)

# %% [markdown]
# Mind the axis: with all four curves, every line upwards is a factor of ten. One call, once, tells the left end of these curves. For TensorFlow and JAX that is the time to trace, and to optimise or compile what was traced. It has nothing to do with the arithmetic. Counted from the start of the program, it would hold the import as well (section 0 printed its seconds), and the start of a device.
#
# Is it wasted? Say that A needs 300 ms for its first call and 1 ms for each later one, and B always 3 ms.

# %% predict="break_even"
break_even = ...  # the smallest number of calls for which A is cheaper in total: a number

# %% reveal="break_even" answer="150"
reveal(break_even, lambda: next(calls for calls in range(1, 1001) if 300 + (calls - 1) < 3 * calls))

# %% [markdown]
# A training run makes millions of calls; a script that answers one question makes one. Both numbers are worth knowing, each under its own name: time to start, and time per call.
#
# The dtype alone is worth a factor, too. Here is NumPy against NumPy, on the same numbers, by the median of eight calls:

# %% tags=["nbval-ignore-output"]
wide, narrow = (random_data(512, 512, 512, dtype) for dtype in (np.float64, np.float32))
halves = [np.median(clock(data, 2)["NumPy"][8:]) for data in (wide, narrow)]
draw.bars(["float64", "float32"], halves, "NumPy against NumPy, n = 512", "ms")

# %% [markdown]
# Had NumPy kept its default and JAX its own, we would have "found" about that factor between the two. The third way to fool yourself is a clock that does not wait for the result. It reads the launch (chapter 06):

# %% tags=["nbval-ignore-output"]
if jax:
    product, A = jax.jit(jnp.matmul), jnp.ones((1024, 1024), "float32")
    jax.block_until_ready(product(A, A))
    start = perf_counter()
    result = product(A, A)
    print(f"launched {1000 * (perf_counter() - start):.2f} ms")
    jax.block_until_ready(result)
    print(f"finished {1000 * (perf_counter() - start):.2f} ms")
None if jax else NO_JAX

# %% [markdown]
# > **Common trap.** "It took 0.4 seconds, so it is slow." Ask of every such number: Was start-up in it? Was it the first call? How many calls were there? Were data, dtype and device the same? Did the clock wait for the result? A number that cannot answer is no measurement of speed.
#
# **Change one thing.** In a new cell below, draw `clock(narrow, 1)` as `first` was drawn. Whose curve is flat now, and why?
#
# ## 9 · The stopwatch, fairly
#
# 1. The same data, drawn once; the same dtype; the same device; as many cores.
# 2. The same work: what is timed is checked, in its dtype and at its size.
# 3. Conversion and start-up are left out, or get a number of their own.
# 4. **Warm up**: the first calls do not count.
# 5. **Synchronise** before the clock stops.
# 6. **Repeat**, in turns, and take the **median**: one disturbed run moves a mean, not a median.
#
# `clock` keeps 1, 2, 3 and 5, and repeats. What is left is which of its numbers we look at. The first round warms up:

# %% tags=["nbval-ignore-output"]
little = {name: 1000 * np.median(times[8:]) for name, times in clock(small, 13).items()}
draw.bars(list(little), list(little.values()), "Cost and gradients, n = 8: median of 96", "µs")

# %% tags=["nbval-ignore-output"]
much = {name: np.median(times[8:]) for name, times in clock(narrow, 3).items()}
draw.bars(list(much), list(much.values()), "Cost and gradients, n = 512: median of 16", "ms")

# %% [markdown]
# Such pictures are as good as the machine behind them. Say which it was, and what else it was doing: the stored ones come from a shared server, one more reason for the median. And, for once, by what factor would the first call have misled you?

# %% tags=["nbval-ignore-output"]
chip = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
chip = chip.partition("model name\t: ")[2].partition("\n")[0] or platform.machine()
chip = f"one core of {chip}" if hasattr(os, "sched_setaffinity") else chip
print(f"{strftime('%Y-%m-%d')} · {chip} · no GPU · Python {platform.python_version()}")
misled = {name: float(round(1000 * times[0] / little[name], 1)) for name, times in first.items()}
assert min(misled.get("TensorFlow", 9), misled.get("JAX", 9)) > 5
misled

# %% [markdown]
# ## 10 · What follows, and what does not
#
# Look at the two pictures together. With n = 8 there is next to nothing to compute, and you see what a *call* costs: Python, checks, recording, or the hand-over to a compiled recording. With n = 512 nearly all the work is in three products, for which everybody calls a tuned library on the
# same cores, and the bars are much closer to one another. Run that cell again: their order may change.
#
# > **Common trap.** "So this framework is the fastest." On this machine, on so many of its cores, for this operation, at this size. The other size tells another story. And **no conclusion about GPUs follows**: none was used. There, other code runs, launches count, and memory has to be moved.
#
# Nor was PyTorch compiled. The benchmark that counts is your own model. And speed seldom decides: more often it is in what the model that you need was written, and what you can debug at night. You can now read the gradients of all four. Most code in TensorFlow adds Keras, most in JAX Flax and Optax: layers and optimisers, as `nn` and `optim` are.
#
# **Change one thing.** Add a third picture, for n = 64. Before you run it: which of the two will it resemble?
#
# ## Recap
#
# - The operation is XW + b, a sum of products; its gradients are XᵀG, GWᵀ and G summed over rows, in every framework, to within 10⁻¹².
# - PyTorch remembers in tensors, TensorFlow on a tape, JAX nowhere: there a gradient is what a function returns. A trace is a recording, without Python in it.
# - Give everyone the same data, dtype and device; check before you time; warm up, synchronise, repeat, take the median, and say what it was measured on.
#
# ## Next
#
# This is the last chapter, and it ends where the course began to learn: with a product and a sum. Now build something of it.
