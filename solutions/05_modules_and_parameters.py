# %% [markdown]
# # 05 · Modules and parameters: exercises
#
# One hundred points: five predictions, seven exercises, one boss. About 85 minutes, and 35 more for the boss.
#
# - Work from top to bottom. Each exercise has an answer cell, marked `# your code here`, and below it the cells that check it.
# - Run a check with Shift+Enter. ✓ means that the part you can see holds, ✗ says what does not, ○ that the answer is still empty.
#   Grading runs the same checks on more modules: deeper trees, shared layers, other dtypes.
# - Each check is worth its own points, all or nothing, so half an exercise earns half its points.
# - Stuck? Three hints are folded under each exercise: a nudge, the idea, nearly the code.
# - Finished? Restart the kernel, run all cells, save, and submit the notebook.
#
# Some checks have a function marked `@check.observe`. It builds a module, hands it to your code, and reports names, shapes and numbers. You need not read it,
# but you may: it shows exactly what is asked of your answer.
#
# Everything here is in the chapter, [05 · Modules and parameters](../../course/05_modules_and_parameters.ipynb).

# %% locked="imports"
import torch
from torch import Tensor, nn

from autograder import check

# %% [markdown]
# ## Predictions
#
# Read the snippet and decide, without running it, what torch says. Put your answer in place of `...`. The check under it
# looks at the form of your answer only; whether it is right, grading tells.

# %% [markdown]
# ### Prediction 1 · Numbers to train · 2 points · 1 minute
#
# ```python
# model = nn.Sequential(
#     nn.Linear(3, 5),
#     nn.ReLU(),
#     nn.Linear(5, 2, bias=False),
# )
# sum(parameter.numel() for parameter in model.parameters())
# ```
#
# Which number is it? It tests **count**.

# %% solution="predict_count" objective="count"
predict_count = ...  # a number
### BEGIN SOLUTION
predict_count = 30
### END SOLUTION

# %% test="predict_count-value" points=2
check.attempted(predict_count, "predict_count is how many numbers of the model can be trained")
check.prediction(predict_count, "number")
### BEGIN HIDDEN TESTS
model = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2, bias=False))
check.close(
    predict_count,
    sum(parameter.numel() for parameter in model.parameters()),
    on="Linear(3, 5), ReLU, Linear(5, 2, bias=False)",
    traps={
        "this gives the last layer a bias: bias=False leaves it out": 3 * 5 + 5 + 5 * 2 + 2,
        "this leaves out the bias of the first layer: a Linear has one unless it is told otherwise": 3 * 5 + 5 * 2,
        "this counts the tensors: numel gives the numbers in each of them": 3,
        "this counts the biases of the first layer by its inputs: there is one for each output": 3 * 5 + 3 + 5 * 2,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_count"
# **Why it works.** The first layer has 5 · 3 weights and 5 biases, ReLU has nothing, the last layer has 2 · 5 weights: 15 + 5 + 10. **Another way.**
# A layer with bias has (n + 1) · m numbers, as if each input row ended in a 1: 4 · 5 + 5 · 2.

# %% [markdown]
# ### Prediction 2 · Who is a parameter? · 2 points · 1 minute
#
# ```python
# class Blend(nn.Module):
#     def __init__(self):
#         super().__init__()
#         self.weight = nn.Parameter(torch.ones(4))
#         self.scale = torch.ones(4, requires_grad=True)
#         self.half = nn.Parameter(torch.ones(4)) / 2
#
# len(list(Blend().parameters()))
# ```
#
# Which number is it? It tests **parameter**.

# %% solution="predict_plain" objective="parameter"
predict_plain = ...  # a number
### BEGIN SOLUTION
predict_plain = 1
### END SOLUTION

# %% test="predict_plain-value" points=2
check.attempted(predict_plain, "predict_plain is how many parameters the module knows of")
check.prediction(predict_plain, "number")
### BEGIN HIDDEN TESTS
@check.observe
def parameters_of_blend():
    import torch
    from torch import nn

    class Blend(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(4))
            self.scale = torch.ones(4, requires_grad=True)
            self.half = nn.Parameter(torch.ones(4)) / 2

    return len(list(Blend().parameters()))


check.close(
    predict_plain,
    parameters_of_blend(),
    on="weight, scale and half",
    traps={
        "this counts scale or half: one only asks for its slope, the other is the result of an operation, and neither is an nn.Parameter": 2,
        "this counts every attribute: a module registers what is an nn.Parameter, and no other tensor": 3,
        "this counts the numbers: parameters() gives tensors": 4,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_plain"
# **Why it works.** Assignment registers what is an `nn.Parameter`. `scale` is a plain tensor, although it asks for its slope; and what an operation makes of a parameter is a plain
# tensor again. **Another way.** `nn.Parameter(torch.ones(4) / 2)` would have counted: compute first, wrap last.

# %% [markdown]
# ### Prediction 3 · Two kinds of list · 2 points · 1 minute
#
# ```python
# class Tower(nn.Module):
#     def __init__(self):
#         super().__init__()
#         self.blocks = [nn.Linear(2, 2), nn.Linear(2, 2)]
#         self.heads = nn.ModuleList([nn.Linear(2, 1), nn.Linear(2, 1), nn.Linear(2, 1)])
#
# len(Tower().state_dict())
# ```
#
# Which number is it? It tests **registration**.

# %% solution="predict_list" objective="registration"
predict_list = ...  # a number
### BEGIN SOLUTION
predict_list = 6
### END SOLUTION

# %% test="predict_list-value" points=2
check.attempted(predict_list, "predict_list is how many names the state of the tower has")
check.prediction(predict_list, "number")
### BEGIN HIDDEN TESTS
@check.observe
def names_of_tower():
    from torch import nn

    class Tower(nn.Module):
        def __init__(self):
            super().__init__()
            self.blocks = [nn.Linear(2, 2), nn.Linear(2, 2)]
            self.heads = nn.ModuleList([nn.Linear(2, 1), nn.Linear(2, 1), nn.Linear(2, 1)])

    return len(Tower().state_dict())


check.close(
    predict_list,
    names_of_tower(),
    on="two layers in a list, three in a ModuleList",
    traps={
        "this counts the layers of the list, too: a list is neither a parameter nor a module": 10,
        "this takes the list for the ModuleList: the list is the one that hides its layers": 4,
        "this counts modules: a Linear has a weight and a bias, and each has a name": 3,
        "this counts no list at all: a ModuleList is a module, and is registered": 0,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_list"
# **Why it works.** The list stays an ordinary attribute. The `ModuleList` is a module with three children, each with `weight` and `bias`: six names, from `heads.0.weight` to `heads.2.bias`.
# **Another way.** Ask for the names: `list(Tower().state_dict())`.

# %% [markdown]
# ### Prediction 4 · What the hook heard · 2 points · 2 minutes
#
# ```python
# heard = []
# layer = nn.Linear(2, 2)
# model = nn.Sequential(layer, nn.ReLU(), layer)
# handle = layer.register_forward_hook(lambda module, inputs, output: heard.append(output))
#
# model(torch.ones(1, 2))
# layer.forward(torch.ones(1, 2))
# handle.remove()
# model(torch.ones(1, 2))
#
# len(heard)
# ```
#
# Which number is it? It tests **calls**.

# %% solution="predict_hook" objective="calls"
predict_hook = ...  # a number
### BEGIN SOLUTION
predict_hook = 2
### END SOLUTION

# %% test="predict_hook-value" points=2
check.attempted(predict_hook, "predict_hook is how many outputs the hook has put into the list")
check.prediction(predict_hook, "number")
### BEGIN HIDDEN TESTS
heard = []
layer = nn.Linear(2, 2)
model = nn.Sequential(layer, nn.ReLU(), layer)
handle = layer.register_forward_hook(lambda module, inputs, output: heard.append(output))
model(torch.ones(1, 2))
layer.forward(torch.ones(1, 2))
handle.remove()
model(torch.ones(1, 2))
check.close(
    predict_hook,
    len(heard),
    on="a layer that stands twice in a model",
    traps={
        "this counts one call of the layer for each call of the model: the layer stands there twice": 1,
        "this counts layer.forward: it goes past __call__, where the hooks are run": 3,
        "this counts the last call: a hook is gone when its handle is removed": 4,
        "this counts layer.forward and the last call: the one goes past the hooks, and for the other there is none left": 5,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_hook"
# **Why it works.** The first call of the model calls the layer twice. `layer.forward` goes past `__call__`, and after `remove` nobody listens. **Another way.** Follow the calls of
# `layer.__call__` with a pencil: two, none, and two without a hook.

# %% [markdown]
# ### Prediction 5 · What is saved? · 2 points · 1 minute
#
# ```python
# class Meter(nn.Module):
#     def __init__(self):
#         super().__init__()
#         self.offset = torch.zeros(3)
#         self.scale = nn.Parameter(torch.ones(3))
#         self.register_buffer("mean", torch.zeros(3))
#         self.register_buffer("last", torch.zeros(3), persistent=False)
#
# list(Meter().state_dict())
# ```
#
# - **A**: `["scale"]`
# - **B**: `["scale", "mean"]`
# - **C**: `["scale", "mean", "last"]`
# - **D**: `["offset", "scale", "mean"]`
#
# Which letter is right? It tests **buffers**.

# %% solution="predict_saved" objective="buffers"
predict_saved = ...  # a letter, in quotes
### BEGIN SOLUTION
predict_saved = "B"
### END SOLUTION

# %% test="predict_saved-value" points=2
check.attempted(predict_saved, "predict_saved is the letter of the names that are saved")
check.prediction(predict_saved, "letters A to D")
### BEGIN HIDDEN TESTS
@check.observe
def names_of_meter():
    import torch
    from torch import nn

    class Meter(nn.Module):
        def __init__(self):
            super().__init__()
            self.offset = torch.zeros(3)
            self.scale = nn.Parameter(torch.ones(3))
            self.register_buffer("mean", torch.zeros(3))
            self.register_buffer("last", torch.zeros(3), persistent=False)

    return list(Meter().state_dict())


choices = {"A": ["scale"], "B": ["scale", "mean"], "C": ["scale", "mean", "last"], "D": ["offset", "scale", "mean"]}
check.equal(
    predict_saved,
    next(letter for letter, names in choices.items() if names == names_of_meter()),
    on="offset, scale, mean and last",
    traps={
        "this saves parameters only: a buffer is saved as well, unless it is told otherwise": "A",
        "this saves a buffer with persistent=False: it moves along with the module, and is not saved": "C",
        "this saves a plain tensor: the module does not know of it": "D",
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_saved"
# **Why it works.** `state_dict` holds parameters, then persistent buffers. `offset` was never registered, `last` asked not to be saved. **Another way.** Go through the four lines of `__init__` with
# the table of the chapter's section 7.

# %% [markdown]
# ## Warm-ups

# %% [markdown]
# ### Exercise 1 · How many numbers? ★ · 5 points · 5 minutes
#
# Count the numbers in the parameters of a module, at any depth, and return two counts: those that training may change, and those that are frozen (`requires_grad` is off).
# A layer that stands in two places has its numbers once. Buffers do not count.
#
# It tests **count**, sections 5 and 8 of [the chapter](../../course/05_modules_and_parameters.ipynb).

# %% solution="count_parameters" objective="count"
def count_parameters(module: nn.Module) -> tuple[int, int]:
    """A module -> (trainable numbers, frozen numbers).

    >>> count_parameters(nn.Linear(3, 2))
    (8, 0)
    """
    ### BEGIN SOLUTION
    trainable = frozen = 0
    for parameter in module.parameters():
        if parameter.requires_grad:
            trainable += parameter.numel()
        else:
            frozen += parameter.numel()
    return trainable, frozen
    ### END SOLUTION

# %% test="count_parameters-six_classes" points=3
check.attempted(count_parameters, "count_parameters counts the numbers of a module and of its parts")


@check.observe
def count_in(function, kind):
    from torch import nn

    modules = {
        "Linear": lambda: nn.Linear(4, 3),
        "Sequential": lambda: nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 5)),
        "no bias": lambda: nn.Linear(7, 2, bias=False),
        "ReLU": lambda: nn.ReLU(),
        "nested": lambda: nn.Sequential(nn.Sequential(nn.Linear(2, 6)), nn.ModuleList([nn.Linear(6, 1)])),
        "BatchNorm1d": lambda: nn.BatchNorm1d(6),
        "ParameterList": lambda: nn.ParameterList([nn.Linear(5, 2).weight, nn.Linear(3, 4).bias]),
    }
    return function(modules[kind]())


check.equal(
    count_in(count_parameters, "Linear"),
    (4 * 3 + 3, 0),
    on="nn.Linear(4, 3)",
    traps={
        "this counts tensors: numel gives the numbers in each of them": (2, 0),
        "this leaves out the bias": (12, 0),
        "this gives one number: return two counts": 15,
        "this counts rows: numel counts all numbers of a tensor": (6, 0),
        "these tensors come from state_dict, where none asks for its slope: parameters() gives the parameters": (0, 15),
    },
)
check.equal(
    count_in(count_parameters, "Sequential"),
    (4 * 3 + 3 + 3 * 5 + 5, 0),
    on="nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 5))",
    traps={
        "this looks at the module alone: parameters() goes through the whole tree unless it is told otherwise": (0, 0),
        "this counts the parts once more: parameters() has been through the whole tree already": (70, 0),
    },
)
### BEGIN HIDDEN TESTS
check.equal(count_in(count_parameters, "no bias"), (14, 0), on="nn.Linear(7, 2, bias=False)")
check.equal(count_in(count_parameters, "ReLU"), (0, 0), on="nn.ReLU()")
check.equal(
    count_in(count_parameters, "nested"),
    (2 * 6 + 6 + 6 + 1, 0),
    on="modules in modules in modules",
    traps={"this goes one step down: modules stand in modules in modules": (0, 0)},
)
check.equal(
    count_in(count_parameters, "BatchNorm1d"),
    (12, 0),
    on="nn.BatchNorm1d(6)",
    traps={"this counts buffers, too: what is in state_dict() is not all trained": (12 + 13, 0)},
)
check.equal(count_in(count_parameters, "ParameterList"), (14, 0), on="nn.ParameterList of a (2, 5) and a (4,)")
### END HIDDEN TESTS

# %% test="count_parameters-frozen_and_shared" points=2
check.attempted(count_parameters, "count_parameters tells frozen numbers apart, and counts a shared layer once")


@check.observe
def count_special(function, kind):
    from torch import nn

    shared = nn.Linear(3, 3)
    if kind == "frozen":
        module = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 5))
        module[0].weight.requires_grad_(False)
    elif kind == "shared":
        module = nn.Sequential(shared, nn.ReLU(), shared)
    elif kind == "tied":
        module = nn.Sequential(nn.Linear(4, 2, bias=False), nn.Linear(4, 2))
        module[1].weight = module[0].weight
    else:
        module = nn.Sequential(shared, nn.Sequential(nn.Linear(3, 1), shared)).requires_grad_(False)
    return function(module)


check.equal(
    count_special(count_parameters, "frozen"),
    (3 + 15 + 5, 12),
    on="two layers, the first weight (3, 4) frozen",
    traps={
        "this takes frozen numbers for trainable ones": (35, 0),
        "this exchanges the two counts: the trainable ones come first": (12, 23),
        "this gives one number: return two counts": 35,
        "these tensors come from state_dict, where none asks for its slope: parameters() gives the parameters": (0, 35),
    },
)
### BEGIN HIDDEN TESTS
check.equal(
    count_special(count_parameters, "shared"),
    (12, 0),
    on="a Linear(3, 3) that stands in a model twice",
    traps={"this counts the shared layer twice: its numbers exist once": (24, 0)},
)
check.equal(
    count_special(count_parameters, "tied"),
    (10, 0),
    on="two layers with one weight",
    traps={"this counts the shared weight twice: its numbers exist once": (18, 0)},
)
check.equal(
    count_special(count_parameters, "all frozen"),
    (0, 16),
    on="a frozen model with a shared layer",
    traps={"this counts the shared layer twice: its numbers exist once": (0, 28)},
)
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# One method of every module gives all its parameters, at any depth, each of them once.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Loop over `module.parameters()`. Each one says with `numel()` how many numbers it holds, and with `requires_grad` whether training may change them.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# for parameter in ...:
#     if parameter.requires_grad:
#         trainable += ...
#     else:
#         frozen += ...
# ```
#
# </details>

# %% [markdown] solution_notes="count_parameters"
# **Why it works.** `parameters()` walks the tree and gives each parameter once, wherever it stands. Buffers are not in it. **Another way.** Sum everything, sum the trainable ones, and subtract.

# %% [markdown]
# ### Exercise 2 · A linear layer of your own ★ · 5 points · 8 minutes
#
# Write what `nn.Linear` is, without `nn.Linear` and without `F.linear`: a module with
#
# - a parameter `weight`, `(out_features, in_features)`, and a parameter `bias`, `(out_features,)`;
# - both drawn from the uniform distribution between −1/√n and 1/√n, where n is `in_features`;
# - a `forward` that computes `x @ weight.T + bias`, for an x with any number of axes in front.
#
# It tests **parameter**, sections 1 and 4 of [the chapter](../../course/05_modules_and_parameters.ipynb).

# %% solution="MyLinear" objective="parameter"
class MyLinear(nn.Module):
    """
    >>> MyLinear(3, 2)(torch.ones(5, 3)).shape
    torch.Size([5, 2])
    """

    def __init__(self, in_features: int, out_features: int):
        """in_features >= 1, out_features >= 1."""
        ### BEGIN SOLUTION
        super().__init__()
        bound = 1 / in_features**0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(..., in_features) -> (..., out_features)."""
        ### BEGIN SOLUTION
        return x @ self.weight.T + self.bias
        ### END SOLUTION

# %% test="MyLinear-parameters" points=2
check.attempted(MyLinear, "MyLinear registers weight and bias, and both start uniformly between -1/√n and 1/√n")
check.source_without(MyLinear, "Linear", "linear")


@check.observe
def shapes_of(cls, n, m):
    return {name: tuple(parameter.shape) for name, parameter in cls(n, m).named_parameters()}


@check.observe
def start_of(cls, n, m):
    import torch

    torch.set_deterministic_debug_mode("error")
    try:
        one, other = cls(n, m), cls(n, m)
    finally:
        torch.set_deterministic_debug_mode("default")
    bound = 1 / n**0.5
    found = {}
    for name, parameter in one.named_parameters():
        values, again = parameter.detach(), dict(other.named_parameters())[name].detach()
        if values.isnan().any():
            found[name] = "memory that nobody has written"
        elif torch.equal(values, again):
            found[name] = "the same in two layers"
        elif values.abs().max() > bound:
            found[name] = "beyond 1/√n"
        elif values.min() >= 0:
            found[name] = "not one negative number"
        elif values.min() > -0.8 * bound or values.max() < 0.8 * bound:
            found[name] = "only a part of the range"
        else:
            found[name] = "fine"
    return found


check.equal(
    shapes_of(MyLinear, 3, 2),
    {"weight": (2, 3), "bias": (2,)},
    on="MyLinear(3, 2)",
    traps={
        "the module knows of no parameter: nn.Parameter, assigned to an attribute of self, registers one": {},
        "the module knows of no bias: nn.Parameter, assigned to self.bias, registers one": {"weight": (2, 3)},
        "this stores the weight as (in_features, out_features): it is the other way round": {"weight": (3, 2), "bias": (2,)},
        "this has a bias for each input: there is one for each output": {"weight": (2, 3), "bias": (3,)},
    },
)
check.equal(
    start_of(MyLinear, 25, 200),
    {"weight": "fine", "bias": "fine"},
    on="MyLinear(25, 200)",
    traps={
        "the bias starts at zero: it is drawn as the weight is": {"weight": "fine", "bias": "the same in two layers"},
        "this reads memory that nobody has written: torch.empty, Tensor and FloatTensor only reserve it": "memory that nobody has written",
        "two layers start with the same numbers: draw them, without a seed of your own": "the same in two layers",
        "these numbers go beyond 1/√n: the normal distribution has no ends, and rand goes up to 1": "beyond 1/√n",
        "this draws between 0 and 1/√n: half of the numbers should be negative": "not one negative number",
        "this takes n for the number of outputs: it is the number of inputs": "only a part of the range",
    },
)
### BEGIN HIDDEN TESTS
for n, m in [(1, 4), (5, 1), (4, 4)]:
    check.equal(shapes_of(MyLinear, n, m), {"weight": (m, n), "bias": (m,)}, on=f"MyLinear({n}, {m})")
check.equal(
    start_of(MyLinear, 4, 300),
    {"weight": "fine", "bias": "fine"},
    on="MyLinear(4, 300)",
    traps={"this takes n for the number of outputs: it is the number of inputs": "only a part of the range"},
)
### END HIDDEN TESTS

# %% test="MyLinear-forward" points=3
check.attempted(MyLinear, "MyLinear computes x @ weight.T + bias, and its parameters can be trained")
check.source_without(MyLinear, "Linear", "linear")


@check.observe
def shapes_of(cls, n, m):
    return {name: tuple(parameter.shape) for name, parameter in cls(n, m).named_parameters()}


@check.observe
def output_of(cls, weight, bias, x):
    import torch

    layer = cls(weight.shape[1], weight.shape[0]).to(weight.dtype)
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return layer(x)


@check.observe
def slopes_of(cls, n, m, x):
    layer, frozen = cls(n, m), []
    for name, parameter in layer.named_parameters():
        if not parameter.requires_grad:
            frozen.append(name)
    if frozen:
        raise TypeError(f"{' and '.join(frozen)} cannot be trained: requires_grad is off")
    layer(x).sum().backward()
    return layer.weight.grad, layer.bias.grad


check.equal(
    shapes_of(MyLinear, 3, 2),
    {"weight": (2, 3), "bias": (2,)},
    on="the parameters of MyLinear(3, 2)",
    traps={
        "the module knows of no parameter: nn.Parameter, assigned to an attribute of self, registers one": {},
        "the module knows of no bias: nn.Parameter, assigned to self.bias, registers one": {"weight": (2, 3)},
        "this stores the weight as (in_features, out_features): it is the other way round": {"weight": (3, 2), "bias": (2,)},
    },
)
weight = torch.tensor([[1.0, 2.0, 0.0], [3.0, -1.0, 1.0]])
bias = torch.tensor([10.0, 20.0])
x = torch.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, 1.0], [2.0, 2.0, 0.0], [1.0, 1.0, 1.0]])
check.close(
    output_of(MyLinear, weight, bias, x),
    x @ weight.T + bias,
    on="x (4, 3), weight (2, 3), bias (2,)",
    traps={
        "this leaves the bias out": x @ weight.T,
        "this subtracts the bias": x @ weight.T - bias,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, m, front in [(3, 2, ()), (4, 4, (5,)), (2, 3, (6, 5)), (1, 1, (2,)), (5, 1, (3,)), (1, 4, (2, 1, 3)), (3, 2, (0,))]:
    weight = torch.randn(m, n, generator=generator, dtype=torch.float64)
    bias = torch.randn(m, generator=generator, dtype=torch.float64)
    x = torch.randn(*front, n, generator=generator, dtype=torch.float64)
    check.close(
        output_of(MyLinear, weight, bias, x),
        x @ weight.T + bias,
        on=f"x {tuple(x.shape)}, weight ({m}, {n}), bias ({m},), float64",
        traps={
            "this is x @ weight: the weight is stored as (out_features, in_features)": lambda: x @ weight + bias,
            "this leaves the bias out": x @ weight.T,
        },
    )
x = torch.randn(6, 3, generator=generator)
check.close(
    slopes_of(MyLinear, 3, 2, x),
    (x.sum(0).expand(2, 3).clone(), torch.tensor([6.0, 6.0])),
    on="the slopes of the sum of all outputs, x (6, 3)",
)
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# The class `Affine` of the chapter is nearly it. Two things differ: how the weight lies, and where its numbers come from.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# First line: `super().__init__()`. Then a tensor of the right shape, filled by `uniform_` or `nn.init.uniform_`, wrapped in `nn.Parameter`, assigned to `self.weight`. The same for the bias.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# super().__init__()
# bound = 1 / ...
# self.weight = nn.Parameter(torch.empty(..., ...).uniform_(..., ...))
# self.bias = ...
#
# return x @ ... + ...
# ```
#
# </details>

# %% [markdown] solution_notes="MyLinear"
# **Why it works.** `super().__init__()` makes the dictionaries into which the assignments register. The tensor is filled before it is wrapped. `@` and broadcasting take care of the axes in front.
# **Another way.** `nn.Parameter((2 * torch.rand(out_features, in_features) - 1) * bound)`: numbers between 0 and 1, stretched and moved.

# %% [markdown]
# ## Core

# %% [markdown]
# ### Exercise 3 · Find the bug: four of them ★★ · 10 points · 12 minutes
#
# The class below runs, and returns the right shape. It cannot be trained. It should have
#
# - `gain` and `shift`, parameters of shape `(features,)`, that start at 1 and at 0: the input is multiplied by the one, then the other is added;
# - `layers`: `depth` linear layers from `features` to `features`, with `relu` behind each;
# - `last`: a linear layer from `features` to 1, which gives the output. Two calls on one input give one answer.
#
# There are four bugs, one for each of these names. None of them raises an error. Mend the class in place, and keep the names.
#
# It tests **registration**, sections 3, 4 and 6 of [the chapter](../../course/05_modules_and_parameters.ipynb).

# %% solution="Mixer" objective="registration"
class Mixer(nn.Module):
    """
    >>> Mixer(4, depth=2)(torch.ones(3, 4)).shape
    torch.Size([3, 1])
    """

    def __init__(self, features: int, depth: int):
        super().__init__()
        self.gain = torch.ones(features, requires_grad=True)
        self.shift = nn.Parameter(torch.FloatTensor(features))
        self.layers = [nn.Linear(features, features) for _ in range(depth)]

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = torch.relu(layer(x))
        last = nn.Linear(x.shape[-1], 1)
        return last(x)


### BEGIN SOLUTION
class Mixer(nn.Module):
    def __init__(self, features: int, depth: int):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.zeros(features))
        self.layers = nn.ModuleList([nn.Linear(features, features) for _ in range(depth)])
        self.last = nn.Linear(features, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.last(x)
### END SOLUTION

# %% test="Mixer-gain" points=2
check.attempted(Mixer, "the module knows of gain, which starts at 1", given="7c816d9c")


@check.observe
def registered(cls, features, depth, name):
    return [parameter.detach() for key, parameter in cls(features, depth).named_parameters() if key == name]


check.close(
    registered(Mixer, 3, 2, "gain"),
    [torch.ones(3)],
    on="the parameters of Mixer(3, depth=2) that are called gain",
    traps={
        "the module knows of nothing called gain: a plain tensor is not registered, even if it asks for its slope": [],
        "gain starts at 0: everything it multiplies is 0": [torch.zeros(3)],
    },
)
### BEGIN HIDDEN TESTS
for features, depth in [(1, 1), (5, 0)]:
    check.close(
        registered(Mixer, features, depth, "gain"),
        [torch.ones(features)],
        on=f"the parameters of Mixer({features}, depth={depth}) that are called gain",
        traps={"the module knows of nothing called gain: a plain tensor is not registered, even if it asks for its slope": []},
    )
### END HIDDEN TESTS

# %% test="Mixer-shift" points=2
check.attempted(Mixer, "shift starts at 0, not at what the memory held", given="7c816d9c")


@check.observe
def started(cls, features, depth, name):
    import torch

    torch.set_deterministic_debug_mode("error")
    try:
        mixer = cls(features, depth)
    finally:
        torch.set_deterministic_debug_mode("default")
    return [parameter.detach() for key, parameter in mixer.named_parameters() if key == name]


check.close(
    started(Mixer, 3, 2, "shift"),
    [torch.zeros(3)],
    on="Mixer(3, depth=2), in memory that is full of NaN before",
    traps={
        "shift is memory that nobody has written: FloatTensor only reserves it": [torch.full((3,), float("nan"))],
        "the module knows of nothing called shift: nn.Parameter registers it": [],
        "shift starts at 1": [torch.ones(3)],
    },
)
### BEGIN HIDDEN TESTS
for features, depth in [(1, 1), (5, 0)]:
    check.close(
        started(Mixer, features, depth, "shift"),
        [torch.zeros(features)],
        on=f"Mixer({features}, depth={depth}), in memory that is full of NaN before",
    )
### END HIDDEN TESTS

# %% test="Mixer-layers" points=3
check.attempted(Mixer, "the module knows of every layer in layers", given="7c816d9c")


@check.observe
def names_below(cls, features, depth, part):
    names = [name for name, _ in cls(features, depth).named_parameters()]
    return [name for name in names if name.partition(".")[0] == part]


check.equal(
    names_below(Mixer, 3, 2, "layers"),
    ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"],
    on="the parameters of Mixer(3, depth=2) below layers",
    traps={
        "the module knows of nothing called layers: a list or a tuple hides its modules": [],
        "this is one layer: there are as many as depth says": ["layers.weight", "layers.bias"],
        "this registers one layer: there are as many as depth says": ["layers.0.weight", "layers.0.bias"],
        "the ReLUs stand among the layers and are counted with them: call relu in forward": [
            "layers.0.weight",
            "layers.0.bias",
            "layers.2.weight",
            "layers.2.bias",
        ],
    },
)
### BEGIN HIDDEN TESTS
for features, depth in [(2, 1), (4, 3), (3, 0)]:
    check.equal(
        names_below(Mixer, features, depth, "layers"),
        [f"layers.{i}.{name}" for i in range(depth) for name in ("weight", "bias")],
        on=f"the parameters of Mixer({features}, depth={depth}) below layers",
        traps={"the module knows of nothing called layers: a list or a tuple hides its modules": []},
    )
### END HIDDEN TESTS

# %% test="Mixer-last" points=3
check.attempted(Mixer, "the module keeps its last layer, and computes with what it keeps", given="7c816d9c")


@check.observe
def kept(cls, features, depth):
    mixer = cls(features, depth)
    return [name for name, _ in mixer.named_parameters() if name.partition(".")[0] == "last"]


@check.observe
def called(cls, depth, x):
    mixer = cls(x.shape[-1], depth)
    numbers = {name: parameter.detach() for name, parameter in mixer.named_parameters()}
    layers = [layer for layer in mixer.layers if hasattr(layer, "weight")]
    if len(layers) != depth:
        raise ValueError(f"layers holds {len(layers)} linear layers, and depth is {depth}")
    for k, layer in enumerate(layers):
        numbers[f"layers.{k}.weight"], numbers[f"layers.{k}.bias"] = layer.weight.detach(), layer.bias.detach()
    numbers["gain"], numbers["shift"] = mixer.gain.detach(), mixer.shift.detach()
    return numbers, mixer(x), mixer(x)


check.equal(
    kept(Mixer, 3, 2),
    ["last.weight", "last.bias"],
    on="the parameters of Mixer(3, depth=2) below last",
    traps={"the module knows of nothing called last: a layer made in forward is new at every call, and nobody can train it": []},
)
x = torch.tensor([[1.0, 2.0, 3.0], [0.0, -1.0, 1.0]])
numbers, first, second = called(Mixer, 2, x)
hidden = x * numbers["gain"] + numbers["shift"]
for k in range(2):
    hidden = torch.relu(hidden @ numbers[f"layers.{k}.weight"].T + numbers[f"layers.{k}.bias"])
expected = hidden @ numbers["last.weight"].T + numbers["last.bias"]
check.close(first, expected, on="x (2, 3), depth 2")
check.close(second, expected, on="x (2, 3), depth 2, the second call")
### BEGIN HIDDEN TESTS
generator = check.generator()
for depth, shape in [(1, (4,)), (3, (2, 5, 3)), (0, (6, 2)), (2, (0, 3))]:
    x = torch.randn(*shape, generator=generator)
    numbers, first, second = called(Mixer, depth, x)
    hidden = x * numbers["gain"] + numbers["shift"]
    for k in range(depth):
        hidden = torch.relu(hidden @ numbers[f"layers.{k}.weight"].T + numbers[f"layers.{k}.bias"])
    expected = hidden @ numbers["last.weight"].T + numbers["last.bias"]
    check.close(first, expected, on=f"x {shape}, depth {depth}")
    check.close(second, expected, on=f"x {shape}, depth {depth}, the second call")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Ask the module what it knows: `draw.modules(Mixer(4, 2))`, with `from torchscope import draw`, or the names from `named_parameters()`. What is missing? And call it twice on one input.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# One tensor is not wrapped, one holds numbers that nobody wrote, one container is not a module, and one layer is made where it should be used.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# self.gain = nn.Parameter(...)
# self.shift = nn.Parameter(torch.zeros(...))
# self.layers = nn....([...])
# self.last = ...            # in __init__, not in forward
# ```
#
# </details>

# %% [markdown] solution_notes="Mixer"
# **Why it works.** Each of the four is now a parameter or a module, assigned once, in `__init__`, with numbers that somebody wrote. `forward` only uses them. **Another way.** The layers and their bends
# in one `nn.Sequential`; then the names below `layers` count the `nn.ReLU`s, too, and the checks here would ask for the plain ones.

# %% [markdown]
# ### Exercise 4 · Freeze a part, by name ★★ · 10 points · 12 minutes
#
# `part` is a name with dots: of a parameter (`"head.bias"`), of a module (`"encoder"`, `"encoder.0"`), or `""` for the whole model. Freeze that parameter, or every parameter of that module, and return
# the full names of what `part` stands for, in the order of the model.
#
# - Names match whole steps: `"encoder"` has nothing to do with `"encoder2.weight"`.
# - Other parameters stay as they are, frozen or not. What is frozen already stays so, and is in the list.
# - If there is nothing to freeze under that name, raise `ValueError`.
#
# It tests **names**, section 8 of [the chapter](../../course/05_modules_and_parameters.ipynb).

# %% solution="freeze" objective="names"
def freeze(model: nn.Module, part: str) -> list[str]:
    """A model, the name of a part -> the names of the part's parameters, now frozen.

    >>> freeze(nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1)), "2")
    ['2.weight', '2.bias']
    """
    ### BEGIN SOLUTION
    names = []
    for name, parameter in model.named_parameters():
        if part == "" or name == part or name.startswith(part + "."):
            parameter.requires_grad_(False)
            names.append(name)
    if not names:
        raise ValueError(f"there is nothing to freeze under {part!r}")
    return names
    ### END SOLUTION

# %% test="freeze-modules" points=4
check.attempted(freeze, "freeze freezes all parameters of a module, and says which")


@check.observe
def frozen_after(function, part, before):
    from torch import nn

    model = nn.ModuleDict(
        {
            "enc": nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Sequential(nn.Linear(3, 3))),
            "mid": nn.Linear(3, 3),
            "out": nn.Linear(3, 1),
        }
    )
    for name, parameter in model.named_parameters():
        parameter.requires_grad = name not in before
    try:
        returned = function(model, part)
    except ValueError:
        returned = "ValueError"
    return returned, [name for name, parameter in model.named_parameters() if not parameter.requires_grad]


names = ["enc.0.weight", "enc.0.bias", "enc.2.0.weight", "enc.2.0.bias", "mid.weight", "mid.bias", "out.weight", "out.bias"]
check.equal(
    frozen_after(freeze, "mid", []),
    (names[4:6], names[4:6]),
    on='a model with the parts enc, mid and out; part "mid"',
    traps={
        "the names are right, and nothing is frozen: requires_grad must be off": (names[4:6], []),
        "all others are frozen: it is the part that should be": (names[4:6], names[:4] + names[6:]),
        "the whole model is frozen: only the part should be": (names[4:6], names),
        "the parameters are frozen, but the list is empty": ([], names[4:6]),
        "these names begin at the part: return full names": (["weight", "bias"], names[4:6]),
    },
)
### BEGIN HIDDEN TESTS
check.equal(
    frozen_after(freeze, "enc", []),
    (names[:4], names[:4]),
    on='part "enc", with modules below it',
    traps={
        "this goes one step down only: a part has all that is below it": (names[:2], names[:2]),
        "this looks for parameters of the module itself: they stand deeper": ([], []),
    },
)
check.equal(frozen_after(freeze, "enc.2", []), (names[2:4], names[2:4]), on='part "enc.2"')
check.equal(
    frozen_after(freeze, "", []),
    (names, names),
    on='part ""',
    traps={"this refuses the empty name: it stands for the whole model": "ValueError"},
)
check.equal(
    frozen_after(freeze, "out", [names[0], names[6]]),
    (names[6:], [names[0], *names[6:]]),
    on='part "out", where out.weight and a parameter of another part are frozen already',
    traps={
        "this lists what it has changed: what is frozen already belongs to the part, too": (names[7:], [names[0], *names[6:]]),
        "this thaws the other parts: they stay as they are": (names[6:], names[6:]),
        "this lists everything that is frozen: only the part is asked for": ([names[0], *names[6:]], [names[0], *names[6:]]),
    },
)
### END HIDDEN TESTS

# %% test="freeze-whole_names" points=3
check.attempted(freeze, "freeze takes whole steps of a name, and single parameters")


@check.observe
def frozen_of_similar(function, part):
    from torch import nn

    small = nn.ParameterDict({"w": nn.Linear(1, 1).weight, "w2": nn.Linear(1, 1).weight})
    model = nn.ModuleDict({"a": nn.Linear(2, 2), "a1": nn.Linear(2, 2), "b": nn.ModuleDict({"a": nn.Linear(2, 2)}), "p": small})
    returned = function(model, part)
    return returned, [name for name, parameter in model.named_parameters() if not parameter.requires_grad]


check.equal(
    frozen_of_similar(freeze, "a"),
    (["a.weight", "a.bias"], ["a.weight", "a.bias"]),
    on='parts a, a1, b.a and p; part "a"',
    traps={
        "this freezes a1, too: a name that begins like the part need not be below it": (
            ["a.weight", "a.bias", "a1.weight", "a1.bias"],
            ["a.weight", "a.bias", "a1.weight", "a1.bias"],
        ),
        "this freezes b.a, too: a name must begin with the part": (
            ["a.weight", "a.bias", "b.a.weight", "b.a.bias"],
            ["a.weight", "a.bias", "b.a.weight", "b.a.bias"],
        ),
        "this freezes whatever has the letter a in front or behind: a name must begin with the part, as a whole step": (
            ["a.weight", "a.bias", "a1.weight", "a1.bias", "b.a.weight", "b.a.bias"],
            ["a.weight", "a.bias", "a1.weight", "a1.bias", "b.a.weight", "b.a.bias"],
        ),
        "the names are right, and nothing is frozen: requires_grad must be off": (["a.weight", "a.bias"], []),
    },
)
### BEGIN HIDDEN TESTS
check.equal(
    frozen_of_similar(freeze, "b"),
    (["b.a.weight", "b.a.bias"], ["b.a.weight", "b.a.bias"]),
    on='part "b", which has a part of its own',
)
check.equal(
    frozen_of_similar(freeze, "p.w"),
    (["p.w"], ["p.w"]),
    on='part "p.w", a single parameter, beside a parameter p.w2',
    traps={
        "this finds modules only: a part may be one parameter": ([], []),
        "this freezes p.w2, too: a name that begins like the part need not be below it": (["p.w", "p.w2"], ["p.w", "p.w2"]),
    },
)
check.equal(frozen_of_similar(freeze, "a1"), (["a1.weight", "a1.bias"], ["a1.weight", "a1.bias"]), on='part "a1"')
### END HIDDEN TESTS

# %% test="freeze-refuses" points=3
check.attempted(freeze, "freeze raises ValueError where there is nothing to freeze, and freezes nothing")


@check.observe
def refused(function, part):
    from torch import nn

    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))
    try:
        said = f"returned a {type(function(model, part)).__name__}"
    except Exception as error:
        said = f"raised {'ValueError' if isinstance(error, ValueError) else type(error).__name__}"
    return said, [name for name, parameter in model.named_parameters() if not parameter.requires_grad]


returned = {
    "this returns an empty list: raise ValueError where there is nothing to freeze": ("returned a list", []),
    "this returns None: raise ValueError where there is nothing to freeze": ("returned a NoneType", []),
    "this asks torch for the part, and passes on its error: raise ValueError": ("raised AttributeError", []),
}
check.equal(refused(freeze, "3"), ("raised ValueError", []), on='a Sequential of three; part "3"', traps=returned)
### BEGIN HIDDEN TESTS
check.equal(refused(freeze, "1"), ("raised ValueError", []), on='part "1", an nn.ReLU without parameters', traps=returned)
check.equal(refused(freeze, "weight"), ("raised ValueError", []), on='part "weight", the end of two names', traps=returned)
check.equal(refused(freeze, "0.weigh"), ("raised ValueError", []), on='part "0.weigh", not a whole name', traps=returned)
check.equal(refused(freeze, "0."), ("raised ValueError", []), on='part "0.", with a dot too many', traps=returned)
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# `named_parameters()` gives full names. Which of them belong to `"encoder"`, and what stands behind these seven letters in each?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# A name belongs to the part if it *is* the part, or begins with the part and a dot; and to `""` belongs everything. Collect the names while you freeze. An empty collection is an error.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# for name, parameter in model.named_parameters():
#     if part == "" or name == ... or name.startswith(... + "."):
#         parameter.requires_grad_(...)
#         ...
# if not ...:
#     raise ValueError(...)
# ```
#
# </details>

# %% [markdown] solution_notes="freeze"
# **Why it works.** The dot behind the part makes it a whole step; a single parameter is its own name. A part without parameters is no different from one that does not exist. **Another way.** Compare lists:
# `name.split(".")[: len(steps)] == steps`, with `steps = part.split(".") if part else []`.

# %% [markdown]
# ### Exercise 5 · A layer that remembers a mean ★★ · 10 points · 12 minutes
#
# Data come in columns of different scales. `Standardise` measures them once, with `fit`, and brings each column to mean 0 and spread 1 ever after. What it has measured must be saved with the model and move with it,
# and must not be trained.
#
# - Two buffers, `mean` and `spread`, of shape `(features,)`: zeros and ones before `fit`, so that `forward` changes nothing.
# - `fit(x)` measures the columns of `x`, `(N, features)`: the mean, and the root of the mean squared distance from it (divide by N). A column whose numbers are all equal gets the spread 1.
# - `forward(x)` gives `(x - mean) / spread`, for an x with any number of axes in front.
#
# It tests **buffers**, section 7 of [the chapter](../../course/05_modules_and_parameters.ipynb).

# %% solution="Standardise" objective="buffers"
class Standardise(nn.Module):
    """
    >>> layer = Standardise(1)
    >>> layer.fit(torch.tensor([[1.0], [3.0]]))
    >>> layer(torch.tensor([[5.0]]))
    tensor([[3.]])
    """

    def __init__(self, features: int):
        """features >= 1."""
        ### BEGIN SOLUTION
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))
        ### END SOLUTION

    def fit(self, x: Tensor) -> None:
        """(N, features), N >= 1."""
        ### BEGIN SOLUTION
        self.mean = x.mean(0)
        spread = ((x - self.mean) ** 2).mean(0) ** 0.5
        self.spread = spread + (spread == 0)
        ### END SOLUTION

    def forward(self, x: Tensor) -> Tensor:
        """(..., features) -> (..., features)."""
        ### BEGIN SOLUTION
        return (x - self.mean) / self.spread
        ### END SOLUTION

# %% test="Standardise-values" points=4
check.attempted(Standardise, "Standardise brings each column to mean 0 and spread 1")
x = torch.tensor([[1.0, 10.0], [3.0, 50.0], [5.0, 30.0], [3.0, 30.0]])
mean, spread = x.mean(0), x.std(0, correction=0)
layer = Standardise(2)
layer.fit(x)
check.close(
    layer(x),
    (x - mean) / spread,
    on="x (4, 2), for fit and forward",
    traps={
        "this divides by N - 1: the spread here is a mean over N": (x - mean) / x.std(0),
        "this divides by the variance: take its root": (x - mean) / spread**2,
        "this subtracts the mean and does not divide": x - mean,
        "this measures each row: the columns are what is measured": lambda: ((x.T - x.mean(1)) / x.std(1, correction=0)).T,
        "this uses one mean for all columns": (x - x.mean()) / x.std(correction=0),
        "this changes nothing: fit must keep what it measures": x,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for rows, features, front in [(7, 3, (5,)), (4, 4, (4,)), (3, 1, (2,)), (6, 2, (3, 5)), (5, 3, ()), (8, 2, (0,))]:
    x = torch.randn(rows, features, generator=generator) * 3 + 5
    new = torch.randn(*front, features, generator=generator)
    expected = (new - x.mean(0)) / x.std(0, correction=0)
    layer = Standardise(features)
    layer.fit(x)
    check.close(
        layer(new),
        expected,
        on=f"fit on x ({rows}, {features}), then forward on {tuple(new.shape)}",
        traps={
            "this measures in forward: fit measures, forward only uses": lambda: (new - new.mean(0)) / new.std(0, correction=0),
            "this divides by N - 1: the spread here is a mean over N": (new - x.mean(0)) / x.std(0),
        },
    )
flat = torch.tensor([[2.0, 1.0, 0.0], [2.0, 3.0, 0.0]])
new = torch.tensor([[5.0, 2.0, -1.0]])
expected = torch.tensor([[3.0, 0.0, -1.0]])
layer = Standardise(3)
layer.fit(flat)
check.close(
    layer(new),
    expected,
    on="two columns of equal numbers",
    traps={
        "this divides by 0: a column whose numbers are all equal has the spread 1": (new - flat.mean(0)) / flat.std(0, correction=0),
    },
)
layer = Standardise(2)
layer.fit(torch.tensor([[4.0, -1.0]]))
check.close(layer(torch.tensor([[5.0, 3.0]])), torch.tensor([[1.0, 4.0]]), on="fit on one row (1, 2)")
layer.fit(torch.tensor([[0.0, 0.0], [4.0, 2.0]]))
check.close(layer(torch.tensor([[4.0, 4.0]])), torch.tensor([[1.0, 3.0]]), on="fit a second time")
### END HIDDEN TESTS

# %% test="Standardise-buffers" points=4
check.attempted(Standardise, "what Standardise has measured is saved and loaded, and is not trained")


@check.observe
def contents(cls, features):
    layer = cls(features)
    parameters = [name for name, _ in layer.named_parameters()]
    return parameters, [name for name, _ in layer.named_buffers()], list(layer.state_dict())


@check.observe
def loaded(cls, features, x, new):
    first, second = cls(features), cls(features)
    first.fit(x)
    second.load_state_dict({name: tensor.clone() for name, tensor in first.state_dict().items()})
    return second(new)


check.equal(
    contents(Standardise, 2),
    ([], ["mean", "spread"], ["mean", "spread"]),
    on="the parameters, the buffers, and the state of Standardise(2)",
    traps={
        "the module knows of no mean and no spread: register_buffer, in __init__, makes it know of them": ([], [], []),
        "mean and spread are parameters: training would change them": (["mean", "spread"], [], ["mean", "spread"]),
        "these buffers are not saved: leave out persistent=False": ([], ["mean", "spread"], []),
        "one of the two is a plain tensor: register both": ([], ["mean"], ["mean"]),
    },
)
x = torch.tensor([[1.0, 10.0], [3.0, 30.0]])
new = torch.tensor([[0.0, 70.0], [4.0, 15.0]])
check.close(
    loaded(Standardise, 2, x, new),
    (new - x.mean(0)) / x.std(0, correction=0),
    on="a second layer that has loaded the state of the first",
    traps={"the loaded layer changes nothing: fit must write what it measures into the buffers": new},
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for features in (1, 4):
    check.equal(
        contents(Standardise, features),
        ([], ["mean", "spread"], ["mean", "spread"]),
        on=f"the parameters, the buffers, and the state of Standardise({features})",
    )
    x = torch.randn(6, features, generator=generator)
    new = torch.randn(3, features, generator=generator)
    check.close(
        loaded(Standardise, features, x, new),
        (new - x.mean(0)) / x.std(0, correction=0),
        on=f"a second layer that has loaded the state of the first, {features} columns",
    )
### END HIDDEN TESTS

# %% test="Standardise-before_and_after" points=2
check.attempted(Standardise, "Standardise changes nothing before fit, and moves to another dtype with what it has measured")
x = torch.tensor([[2.0, 7.0], [4.0, 1.0]])
fours = torch.full((2, 2), 4.0)
check.close(
    Standardise(2)(fours),
    fours,
    on="x (2, 2), every number 4, before fit",
    traps={"this divides by the zeros it starts from: spread starts at 1": fours / 0},
)


@check.observe
def moved(cls, features, x, new):
    import torch

    layer = cls(features)
    layer.fit(x)
    layer.to(torch.float64)
    return layer(new.double())


check.close(
    moved(Standardise, 2, x, x),
    (x.double() - torch.tensor([3.0, 4.0])) / torch.tensor([1.0, 3.0]),
    on="fit on float32 (2, 2), then the layer and its input to float64",
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for rows, features in [(4, 3), (5, 1)]:
    x = torch.randint(0, 9, (rows, features), generator=generator).float()
    x[0] += 10
    new = torch.randint(0, 9, (2, features), generator=generator).float()
    mean, spread = x.mean(0).double(), x.std(0, correction=0).double()
    check.close(
        moved(Standardise, features, x, new),
        (new.double() - mean) / spread,
        on=f"fit on float32 ({rows}, {features}), then the layer and its input to float64",
        rtol=1e-6,
        atol=1e-6,
    )


@check.observe
def dtypes_after(cls, features):
    import torch

    layer = torch.nn.Sequential(cls(features)).to(torch.float64)
    return [str(tensor.dtype) for tensor in layer.state_dict().values()]


check.equal(dtypes_after(Standardise, 2), ["torch.float64", "torch.float64"], on="the dtypes of mean and spread in a model that moved to float64")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# The class `Centre` of the chapter keeps one such tensor. Yours keeps two, and measures in a method of its own.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `register_buffer("mean", ...)` and `register_buffer("spread", ...)` in `__init__`. In `fit`, assign to `self.mean` and `self.spread`: they stay buffers. `spread == 0` is True, and counts as 1 in a sum, just where
# the spread is 0.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# self.mean = x.mean(...)
# spread = ((x - ...) ** 2).mean(...) ** 0.5
# self.spread = spread + ...
# ```
#
# </details>

# %% [markdown] solution_notes="Standardise"
# **Why it works.** A buffer stays a buffer when its name is assigned again, so `fit` needs no registering of its own. Both exist from the start, so that a fresh layer has the names that a saved state
# brings. **Another way.** Write in place, `self.mean.copy_(x.mean(0))`, and `x.std(0, correction=0)` for the spread: that keeps the dtype of the layer, whatever the dtype of x.

# %% [markdown]
# ## Stretch

# %% [markdown]
# ### Exercise 6 · Hooks on, hooks off ★★★ · 15 points · 16 minutes
#
# Call `model(x)` once, and return what comes out of each of its **leaves**: a leaf is a module that has no children. The result is a dictionary from the full name of a leaf to its output.
#
# - A model that is a leaf itself has the name `""`. A leaf that does not run is not in the dictionary; of a leaf that runs twice the last output counts.
# - Each output is a copy, without history (`requires_grad` is off): what happens later must not change it.
# - Afterwards the model is as it was: no hook is left, even if the call raises an error (which goes on to the caller), and no mode has changed.
#
# It tests **calls**, section 2 of [the chapter](../../course/05_modules_and_parameters.ipynb).

# %% solution="outputs_of" objective="calls"
def outputs_of(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
    """A model, its input -> the output of each leaf by its full name.

    >>> outputs_of(nn.Sequential(nn.ReLU(), nn.Identity()), torch.tensor([[-1.0, 2.0]]))
    {'0': tensor([[0., 2.]]), '1': tensor([[0., 2.]])}
    """
    ### BEGIN SOLUTION
    outputs = {}

    def recorder(name):
        def hook(module, inputs, output):
            outputs[name] = output.detach().clone()

        return hook

    handles = []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(recorder(name)))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs
    ### END SOLUTION

# %% test="outputs_of-values" points=4
check.attempted(outputs_of, "outputs_of gives the output of each layer of a chain, by name")


@check.observe
def outputs_of_chain(function, weights, biases, x):
    import torch
    from torch import nn

    model = nn.Sequential()
    for weight, bias in zip(weights, biases):
        layer = nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        model.append(layer)
        model.append(nn.Tanh())
    return function(model, x)


weights = [torch.tensor([[1.0, -1.0], [2.0, 0.0], [0.0, 1.0]])]
biases = [torch.tensor([0.5, 0.0, -1.0])]
x = torch.tensor([[1.0, 2.0], [0.0, -1.0]])
first = x @ weights[0].T + biases[0]
check.close(
    outputs_of_chain(outputs_of, weights, biases, x),
    {"0": first, "1": torch.tanh(first)},
    on="nn.Sequential(nn.Linear(2, 3), nn.Tanh()), x (2, 2)",
    traps={
        "every name has the output of the last layer: a function made in a loop sees the loop's variable as it is in the end": {
            "1": torch.tanh(first)
        },
        "these are the inputs of the layers: the output is the third argument of a hook": {"0": x, "1": first},
        "this is the output of the model: the outputs of its leaves are asked for, by name": torch.tanh(first),
        "this is a list: return a dictionary from names to outputs": [first, torch.tanh(first)],
        "no hook was ever run: children() is true even when there are none, and list(...) of it is not": {},
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for rows, sizes in [(3, (4, 2, 5)), (1, (1, 1)), (4, (2, 3, 3, 2)), (0, (2, 3))]:
    weights, biases, expected = [], [], {}
    x = torch.randn(rows, sizes[0], generator=generator)
    hidden = x
    for k in range(len(sizes) - 1):
        weights.append(torch.randn(sizes[k + 1], sizes[k], generator=generator))
        biases.append(torch.randn(sizes[k + 1], generator=generator))
        expected[str(2 * k)] = hidden @ weights[k].T + biases[k]
        expected[str(2 * k + 1)] = hidden = torch.tanh(expected[str(2 * k)])
    check.close(
        outputs_of_chain(outputs_of, weights, biases, x),
        expected,
        on=f"a chain of {len(sizes) - 1} linear layers, each with Tanh behind it, x ({rows}, {sizes[0]})",
    )
### END HIDDEN TESTS

# %% test="outputs_of-leaves" points=3
check.attempted(outputs_of, "outputs_of gives the leaves that ran, at any depth, and no other module")


@check.observe
def names_in(function, kind, x):
    from torch import nn

    class Branches(nn.Module):
        def __init__(self):
            super().__init__()
            self.left = nn.Sequential(nn.Tanh(), nn.Sequential(nn.ReLU()))
            self.right = nn.Tanh()
            self.unused = nn.ReLU()

        def forward(self, x):
            return self.left(x) + self.right(self.right(x))

    model = {"tree": Branches, "leaf": nn.Tanh, "deep": lambda: nn.Sequential(nn.Sequential(nn.Sequential(nn.Tanh())))}[kind]()
    return function(model, x)


x = torch.tensor([[0.5, -2.0]])
check.close(
    names_in(outputs_of, "tree", x),
    {"left.0": x.tanh(), "left.1.0": x.tanh().relu(), "right": x.tanh().tanh()},
    on="a tree with the leaves left.0, left.1.0, right (runs twice) and unused (does not run)",
    traps={
        "this has modules with children, too: only leaves are asked for": {
            "": x.tanh().relu() + x.tanh().tanh(),
            "left": x.tanh().relu(),
            "left.0": x.tanh(),
            "left.1": x.tanh().relu(),
            "left.1.0": x.tanh().relu(),
            "right": x.tanh().tanh(),
        },
        "this goes one step down only: leaves may stand deeper": {"right": x.tanh().tanh()},
        "of a leaf that runs twice the last output counts": {
            "left.0": x.tanh(),
            "left.1.0": x.tanh().relu(),
            "right": x.tanh(),
        },
    },
)
### BEGIN HIDDEN TESTS
check.close(
    names_in(outputs_of, "leaf", x),
    {"": x.tanh()},
    on="nn.Tanh(), a model that is a leaf itself",
    traps={"this calls forward, which runs no hooks, or looks below the model only: the model may be the leaf": {}},
)
check.close(names_in(outputs_of, "deep", x), {"0.0.0": x.tanh()}, on="a leaf three steps down")
### END HIDDEN TESTS

# %% test="outputs_of-traces" points=4
check.attempted(outputs_of, "outputs_of leaves no hook and changes no mode, even if the call raises an error")


@check.observe
def traces(function, x, breaks):
    from torch import nn

    calls = []

    class Breaks(nn.Module):
        def forward(self, x):
            calls.append(x)
            if breaks:
                raise ArithmeticError("this model always breaks")
            return x

    model = nn.Sequential(nn.Tanh(), nn.Sequential(nn.Dropout(0.5), nn.Tanh()), Breaks())
    model[1].eval()
    model[1].register_forward_hook(lambda module, inputs, output: None)
    try:
        result = function(model, x)
        result = sorted(str(name) for name in result) if isinstance(result, dict) else f"a {type(result).__name__}"
    except ArithmeticError:
        result = "the error went on to the caller"
    hooks = sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules())
    modes = [module.training for module in model.modules()]
    return {"result": result, "calls": len(calls), "hooks": hooks, "training": modes}


x = torch.tensor([[1.0, 2.0]])
modes = [True, True, False, False, False, True]
right = {"result": ["0", "1.0", "1.1", "2"], "calls": 1, "hooks": 1, "training": modes}
check.equal(
    traces(outputs_of, x, False),
    right,
    on="a model that has one hook of its own",
    traps={
        "hooks are left on the model: remove each by its handle": {**right, "hooks": 5},
        "the hook that was there before is gone: remove only your own": {**right, "hooks": 0},
        "the mode has changed: call the model as it is": {**right, "training": [False] * 6},
        "the model is called twice: one call gives all outputs": {**right, "calls": 2},
        "outputs_of gave None, and no dictionary: a `return` is missing": "a NoneType",
    },
)
### BEGIN HIDDEN TESTS
right = {"result": "the error went on to the caller", "calls": 1, "hooks": 1, "training": modes}
check.equal(
    traces(outputs_of, x, True),
    right,
    on="a model whose last module raises an error",
    traps={
        "hooks are left on the model when it raises an error: remove them in a finally": {**right, "hooks": 5},
        "the error is swallowed: let it go on to the caller": {**right, "result": ["0", "1.0", "1.1"]},
    },
)
### END HIDDEN TESTS

# %% test="outputs_of-copies" points=4
check.attempted(outputs_of, "outputs_of gives copies, which later layers do not change, without history")


@check.observe
def outputs_in_place(function, weight, x):
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(weight.shape[1], weight.shape[0], bias=False), nn.ReLU(inplace=True), nn.Tanh())
    with torch.no_grad():
        model[0].weight.copy_(weight)
    outputs = function(model, x)
    with torch.no_grad():
        model(torch.zeros_like(x))
    if not isinstance(outputs, dict):
        return outputs
    return {name: (output.requires_grad, output) for name, output in outputs.items()}


weight = torch.tensor([[1.0, 0.0], [-1.0, 1.0], [0.0, -2.0]])
x = torch.tensor([[1.0, 2.0], [3.0, -1.0]])
before = x @ weight.T
after = before.relu()
expected = {"0": (False, before), "1": (False, after), "2": (False, after.tanh())}
changed = {"0": (False, after), "1": (False, after), "2": (False, after.tanh())}
check.close(
    outputs_in_place(outputs_of, weight, x),
    expected,
    on="nn.Linear(2, 3), nn.ReLU(inplace=True), nn.Tanh(), x (2, 2)",
    traps={
        "a layer that works in place has changed an output that you kept: detach keeps the memory, clone copies it": changed,
        "these outputs still have their history: detach them": {name: (True, value) for name, (_, value) in expected.items()},
        "these outputs still have their history, and a layer that works in place has changed one: detach and clone": {
            name: (True, value) for name, (_, value) in changed.items()
        },
        "these outputs are of a later call: a hook was left": {name: (False, torch.zeros_like(value)) for name, (_, value) in expected.items()},
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for rows, n, m in [(4, 3, 2), (1, 2, 6)]:
    weight = torch.randn(m, n, generator=generator)
    x = torch.randn(rows, n, generator=generator)
    before = x @ weight.T
    after = before.relu()
    check.close(
        outputs_in_place(outputs_of, weight, x),
        {"0": (False, before), "1": (False, after), "2": (False, after.tanh())},
        on=f"nn.Linear({n}, {m}), nn.ReLU(inplace=True), nn.Tanh(), x ({rows}, {n})",
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# `named_modules()` gives every module with its full name, the model itself first. Each leaf needs a hook that knows its name.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# A function made inside a loop sees the loop's variable as it is in the *end*. So make the hook in a function of its own that takes the name. Keep all handles in a list, call the model in a `try`, and remove
# the handles in its `finally`.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# def recorder(name):
#     def hook(module, inputs, output):
#         outputs[...] = output. ... . ...
#     return ...
#
# for name, module in model.named_modules():
#     if not list(module. ...):
#         handles.append(...)
# try:
#     ...
# finally:
#     ...
# ```
#
# </details>

# %% [markdown] solution_notes="outputs_of"
# **Why it works.** Each call of `recorder` has a `name` of its own, which its hook keeps. `finally` runs whether the model raises or not. `detach` drops the history, `clone` the shared memory. **Another way.** One hook for
# all leaves, and a dictionary from modules to names: `names[module]`; or `functools.partial` to hand each hook its name.

# %% [markdown]
# ### Exercise 7 · Load what fits ★★★ · 15 points · 16 minutes
#
# You have a new model and the saved state of an older one. Some names are the same, some are not, and some tensors have changed their shape. Copy what fits: a tensor whose name is in the model *and* whose shape
# is the same. Leave the rest of the model as it is, and report both sides:
#
# - `loaded`: the names that were copied, in the order of the model's `state_dict`;
# - `left_out`: the names of `state` that were not, in the order of `state`.
#
# Write into the tensors that are there: parameters stay the same objects, keep their dtype, and share no memory with `state`. Buffers are loaded like parameters. `state` stays as it is.
#
# It tests **names**, section 8 of [the chapter](../../course/05_modules_and_parameters.ipynb).

# %% solution="load_matching" objective="names"
def load_matching(model: nn.Module, state: dict[str, Tensor]) -> tuple[list[str], list[str]]:
    """A model, names and tensors -> (loaded names, names of state that were left out).

    >>> load_matching(nn.Linear(3, 2), {"weight": torch.ones(2, 3), "bias": torch.ones(3), "old": torch.ones(1)})
    (['weight'], ['bias', 'old'])
    """
    ### BEGIN SOLUTION
    own = model.state_dict()
    loaded = [name for name in own if name in state and own[name].shape == state[name].shape]
    with torch.no_grad():
        for name in loaded:
            own[name].copy_(state[name])
    left_out = [name for name in state if name not in loaded]
    return loaded, left_out
    ### END SOLUTION

# %% test="load_matching-values" points=4
check.attempted(load_matching, "load_matching copies the tensors whose names are the same, and leaves the others")


@check.observe
def output_after(function, weights, state, x):
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(x.shape[1], 3), nn.ReLU(), nn.Linear(3, 2))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weights[name])
    function(model, state)
    return model(x).detach()


def output_with(numbers, x):
    hidden = torch.relu(x @ numbers["0.weight"].T + numbers["0.bias"])
    return hidden @ numbers["2.weight"].T + numbers["2.bias"]


weights = {
    "0.weight": torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
    "0.bias": torch.tensor([0.0, 1.0, 0.0]),
    "2.weight": torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 3.0]]),
    "2.bias": torch.tensor([5.0, 0.0]),
}
state = {"0.bias": torch.tensor([2.0, 0.0, 7.0]), "2.weight": torch.tensor([[3.0, 0.0, 1.0], [1.0, 1.0, 0.0]]), "old": torch.ones(2)}
x = torch.tensor([[1.0, 2.0], [4.0, 1.0]])
expected = output_with({**weights, **state}, x)
check.close(
    output_after(load_matching, weights, dict(state), x),
    expected,
    on="the model's output after loading 0.bias and 2.weight",
    traps={
        "this is the output before loading: nothing was copied": output_with(weights, x),
        "this has zeros where the state has nothing: the rest of the model stays as it is": (
            output_with({name: state.get(name, torch.zeros_like(tensor)) for name, tensor in weights.items()}, x)
        ),
        "only the weight was loaded": output_with({**weights, "2.weight": state["2.weight"]}, x),
        "only the bias was loaded": output_with({**weights, "0.bias": state["0.bias"]}, x),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for given in (["0.weight", "0.bias", "2.weight", "2.bias"], ["2.bias"], ["2.weight", "0.weight"], []):
    n = 4 if len(given) == 2 else 2
    sizes = {"0.weight": (3, n), "0.bias": (3,), "2.weight": (2, 3), "2.bias": (2,)}
    weights = {name: torch.randn(size, generator=generator) for name, size in sizes.items()}
    state = {name: torch.randn(sizes[name], generator=generator) for name in given}
    x = torch.randn(5, n, generator=generator)
    expected = output_with({**weights, **state}, x)
    check.close(
        output_after(load_matching, weights, {**state, "1.old": torch.ones(3)}, x),
        expected,
        on=f"the model's output after loading {', '.join(given) or 'nothing'}",
        traps={"this is the output before loading: nothing was copied": lambda: output_with(weights, x)},
    )
### END HIDDEN TESTS

# %% test="load_matching-shapes" points=4
check.attempted(load_matching, "load_matching leaves out a tensor of another shape, and goes on with the rest")


@check.observe
def output_of_layer(function, weight, bias, state, x):
    import torch
    from torch import nn

    layer = nn.Linear(weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    function(layer, state)
    return layer(x).detach()


weight = torch.tensor([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]])
bias = torch.tensor([3.0, 4.0])
wide = torch.tensor([[1.0, 0.0, 1.0, 5.0], [2.0, 1.0, 0.0, 5.0]])
short = torch.tensor([9.0, -9.0])
x = torch.tensor([[1.0, 1.0, 2.0], [0.0, 3.0, 1.0]])
check.close(
    output_of_layer(load_matching, weight, bias, {"weight": wide, "bias": short}, x),
    x @ weight.T + short,
    on="nn.Linear(3, 2), a state with the weight (2, 4) and the bias (2,)",
    traps={
        "the bias was not loaded: go on after a tensor that does not fit": x @ weight.T + bias,
        "this copies the part that fits: a tensor of another shape is left out": x @ wide[:, :3].T + short,
    },
)
### BEGIN HIDDEN TESTS
column, row, one = torch.tensor([[5.0], [6.0]]), torch.tensor([[1.0, 0.0, 2.0]]), torch.tensor([8.0])
stretched = "this stretches a size of 1: copy_ broadcasts, so compare the shapes yourself"
check.close(
    output_of_layer(load_matching, weight, bias, {"weight": column, "bias": short}, x),
    x @ weight.T + short,
    on="a state with the weight (2, 1)",
    traps={stretched: x @ column.expand(2, 3).T + short},
)
check.close(
    output_of_layer(load_matching, weight, bias, {"weight": row, "bias": one}, x),
    x @ weight.T + bias,
    on="a state with the weight (1, 3) and the bias (1,)",
    traps={stretched: x @ row.expand(2, 3).T + one},
)
turned = torch.tensor([[1.0, 0.0], [2.0, 2.0], [0.0, 1.0]])
check.close(
    output_of_layer(load_matching, weight, bias, {"weight": turned, "bias": bias * 2}, x),
    x @ weight.T + bias * 2,
    on="a state with the weight (3, 2)",
    traps={
        "this reshapes the weight: as many numbers are not the same shape": x @ turned.reshape(2, 3).T + bias * 2,
        "this transposes the weight: it has another shape": x @ turned + bias * 2,
    },
)
empty = torch.zeros(0)
check.close(
    output_of_layer(load_matching, weight, bias, {"bias": empty, "weight": weight * 3}, x),
    x @ (weight * 3).T + bias,
    on="a state with an empty bias",
)
### END HIDDEN TESTS

# %% test="load_matching-report" points=3
check.attempted(load_matching, "load_matching reports what it loaded, and what it left out")


@check.observe
def report(function, sizes):
    import torch
    from torch import nn

    model = nn.ModuleDict({"a": nn.Linear(2, 3), "b": nn.BatchNorm1d(3, affine=False), "c": nn.Linear(3, 1)})
    return function(model, {name: torch.zeros(size) for name, size in sizes})


check.equal(
    report(load_matching, [("c.bias", (1,)), ("old", (2,)), ("a.bias", (3,)), ("a.weight", (2, 3))]),
    (["a.bias", "c.bias"], ["old", "a.weight"]),
    on="a state with c.bias, old, a.bias, and an a.weight of another shape",
    traps={
        "loaded stands in the order of the state: the order of the model is asked for": (["c.bias", "a.bias"], ["old", "a.weight"]),
        "left_out lacks the tensor of another shape": (["a.bias", "c.bias"], ["old"]),
        "left_out lacks the name that the model does not have": (["a.bias", "c.bias"], ["a.weight"]),
        "this reports what the model is missing: left_out holds names of the state": (
            ["a.bias", "c.bias"],
            ["a.weight", "b.running_mean", "b.running_var", "b.num_batches_tracked", "c.weight"],
        ),
        "these are lists in a list: return a tuple": [["a.bias", "c.bias"], ["old", "a.weight"]],
        "left_out is sorted: the order of the state is asked for": (["a.bias", "c.bias"], ["a.weight", "old"]),
    },
)
### BEGIN HIDDEN TESTS
check.equal(
    report(load_matching, [("c.weight", (1, 3)), ("b.running_var", (3,)), ("b.running_mean", (3,)), ("b", (3,))]),
    (["b.running_mean", "b.running_var", "c.weight"], ["b"]),
    on="a state with two buffers, c.weight, and the name of a module",
    traps={"this leaves out the buffers: they are in state_dict, like parameters": (["c.weight"], ["b.running_var", "b.running_mean", "b"])},
)
check.equal(report(load_matching, []), ([], []), on="an empty state")
check.equal(report(load_matching, [("x", ()), ("a", (2,))]), ([], ["x", "a"]), on="a state with nothing that fits")
### END HIDDEN TESTS

# %% test="load_matching-in_place" points=4
check.attempted(load_matching, "load_matching writes into the tensors that are there, buffers included")


@check.observe
def after_loading(function, weight, bias, mean):
    import torch
    from torch import nn

    from torchscope import meter

    layer, norm = nn.Linear(3, 2), nn.BatchNorm1d(2, affine=False)
    model = nn.ModuleDict({"layer": layer, "norm": norm})
    layer.bias.requires_grad_(False)
    before = dict(model.named_parameters())
    state = {"layer.weight": weight.double(), "layer.bias": bias, "norm.running_mean": mean}
    kept = {name: tensor.clone() for name, tensor in state.items()}
    function(model, state)
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return {
        "numbers": [round(float(tensors[name].detach().double().sum()), 3) for name in kept],
        "replaced": [name for name, parameter in model.named_parameters() if parameter is not before.get(name)],
        "dtypes": [str(tensors[name].dtype) for name in kept],
        "frozen": [name for name, parameter in model.named_parameters() if not parameter.requires_grad],
        "shared": [name for name in state if meter.shares_memory(tensors[name], state[name])],
        "state changed": [name for name in kept if name not in state or not torch.equal(state[name], kept[name])],
    }


weight = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.5]])
bias, mean = torch.tensor([0.5, 0.25]), torch.tensor([3.0, 4.0])
expected = {
    "numbers": [21.5, 0.75, 7.0],
    "replaced": [],
    "dtypes": ["torch.float32", "torch.float32", "torch.float32"],
    "frozen": ["layer.bias"],
    "shared": [],
    "state changed": [],
}
check.equal(
    after_loading(load_matching, weight, bias, mean),
    expected,
    on="a float64 weight, a bias that is frozen in the model, and a buffer",
    traps={
        "new parameters stand in the place of the old ones: write into the tensors that are there": ["layer.weight", "layer.bias"],
        "this changes the dtype to that of the state: copy_ keeps the dtype of the tensor that is there": {
            **expected,
            "dtypes": ["torch.float64", "torch.float32", "torch.float32"],
        },
        "the model shares the memory of the state: copy the numbers": ["layer.bias", "norm.running_mean"],
        "this unfreezes a parameter: requires_grad stays as it is": {**expected, "frozen": []},
        "the buffer was not loaded: buffers are in state_dict, like parameters": {**expected, "numbers": [21.5, 0.75, 0.0]},
        "this takes tensors out of the state: leave it as it is": ["layer.weight", "layer.bias", "norm.running_mean"],
    },
)
### BEGIN HIDDEN TESTS
weight = torch.tensor([[0.0, 2.0, 3.0], [4.0, -5.0, 6.5]])
bias, mean = torch.tensor([-0.5, 4.5]), torch.tensor([-3.0, 4.75])
check.equal(
    after_loading(load_matching, weight, bias, mean),
    {**expected, "numbers": [10.5, 4.0, 1.75]},
    on="another float64 weight, a bias that is frozen in the model, and a buffer",
)
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# `model.state_dict()` gives names and tensors of the model, buffers included, and these tensors *are* the model's memory. `load_state_dict(state, strict=False)` alone raises at a wrong shape.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# First the names: those of the model that are in the state with the same `shape`. Then write, under `torch.no_grad()`, with `copy_`, or give the chosen part of the state to `load_state_dict` with `strict=False`.
# Then what is left of the state.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# own = ...
# loaded = [name for name in own if name in ... and own[name].shape == ...]
# with torch.no_grad():
#     for name in loaded:
#         own[name]. ...(...)
# return loaded, [name for name in ... if ...]
# ```
#
# </details>

# %% [markdown] solution_notes="load_matching"
# **Why it works.** The tensors of a `state_dict` share the model's memory, so `copy_` into them changes the model, keeps every parameter the same object, and converts the dtype. Equal shapes are asked for before,
# because `copy_` would broadcast. **Another way.** `model.load_state_dict({name: state[name] for name in loaded}, strict=False)`.

# %% [markdown]
# ## Boss

# %% [markdown]
# ### Exercise 8 · The machine itself ★★★★ · 20 points · 35 minutes
#
# Build `TinyModule`, which does what this chapter used `nn.Module` for, without `nn.Module`. The parameters are torch's: `nn.Parameter`. Whoever uses *your* class writes `super().__init__()`, assigns attributes, and defines `forward`.
#
# 1. **Registration.** Assignment registers an `nn.Parameter` or a `TinyModule`, of any subclass, under the name of the attribute. Everything else becomes an ordinary attribute. All of them can be read. Assigning a new parameter to an old name
#    replaces the old one.
# 2. **Calls.** `module(a, b)` returns what `forward(a, b)` returns, for any number of arguments.
# 3. **Trees.** `named_parameters()` gives a list of pairs, full name and parameter, in torch's order: a module's own parameters first, then its children, each in the order of assignment. A parameter, or module,
#    that stands in two places is listed once, where it comes first.
# 4. **Modes.** `training` is True at first. `train(mode)` sets it in the whole tree, `eval()` is `train(False)`; both return the module itself.
# 5. **State.** `state_dict()` gives a dictionary of all names, a shared parameter under *each* of its names, as in torch. Its tensors have no history and share the parameters' memory.
#    `load_state_dict(state)` copies the numbers back into the parameters; if the names are not the same on both sides, it raises `KeyError` and changes nothing.
#
# `__setattr__` is called for *every* assignment, those in your own `__init__` included: as long as it is empty, it swallows them all, so write it first. `object.__setattr__(self, name, value)` sets an attribute in the ordinary way.
# Helper methods of your own are welcome. Your tree is held against torch's on random trees.
#
# It tests **machine**, all of [the chapter](../../course/05_modules_and_parameters.ipynb).

# %% solution="TinyModule" objective="machine"
class TinyModule:
    """
    >>> module = TinyModule()
    >>> module.inner = TinyModule()
    >>> module.inner.weight = nn.Parameter(torch.ones(2))
    >>> [name for name, _ in module.named_parameters()]
    ['inner.weight']
    """

    def __init__(self):
        """-> a module in training that holds nothing."""
        ### BEGIN SOLUTION
        self.own = {}
        self.parts = {}
        self.training = True
        ### END SOLUTION

    def __setattr__(self, name: str, value: object) -> None:
        """A name, a value -> None."""
        ### BEGIN SOLUTION
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self):
        pairs = list(self.own.items())
        for name, part in self.parts.items():
            pairs += [(f"{name}.{below}", parameter) for below, parameter in part.everything()]
        return pairs
        ### END SOLUTION

    def __call__(self, *args):
        """The arguments of forward -> its result."""
        ### BEGIN SOLUTION
        return self.forward(*args)
        ### END SOLUTION

    def named_parameters(self) -> list[tuple[str, nn.Parameter]]:
        """-> [(full name, parameter), ...]."""
        ### BEGIN SOLUTION
        pairs, seen = [], set()
        for name, parameter in self.everything():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                pairs.append((name, parameter))
        return pairs
        ### END SOLUTION

    def train(self, mode: bool = True) -> "TinyModule":
        """True or False -> this module."""
        ### BEGIN SOLUTION
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self
        ### END SOLUTION

    def eval(self) -> "TinyModule":
        """-> this module."""
        ### BEGIN SOLUTION
        return self.train(False)
        ### END SOLUTION

    def state_dict(self) -> dict[str, Tensor]:
        """-> {full name: tensor}."""
        ### BEGIN SOLUTION
        return {name: parameter.detach() for name, parameter in self.everything()}
        ### END SOLUTION

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """{full name: tensor} -> None."""
        ### BEGIN SOLUTION
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError(f"names that differ: {sorted(own.keys() ^ state.keys())}")
        for name, tensor in own.items():
            tensor.copy_(state[name])
        ### END SOLUTION

# %% test="TinyModule-registers" points=4
check.attempted(TinyModule, "TinyModule registers parameters, in order, and nothing else")
check.source_without(TinyModule, "Module")


@check.observe
def names_of_one(cls, kinds):
    import torch
    from torch import nn

    module = cls()
    makers = {
        "parameter": lambda: nn.Parameter(torch.ones(2)),
        "tensor": lambda: torch.ones(2, requires_grad=True),
        "buffer": lambda: torch.ones(2),
        "number": lambda: 3,
        "list": lambda: [nn.Parameter(torch.ones(2))],
        "text": lambda: "three",
    }
    made = []
    for name, kind in kinds:
        made.append((name, makers[kind]()))
        setattr(module, *made[-1])
    last = dict(made)
    listed = module.named_parameters()
    if listed is None:
        raise TypeError("named_parameters gave None: did you forget `return`?")
    if type(listed) is not list or any(type(pair) not in (tuple, list) or len(pair) != 2 for pair in listed):
        raise TypeError(f"named_parameters gave a {type(listed).__name__}: give a list of pairs (full name, parameter)")
    unread = [name for name in last if getattr(module, name, None) is not last[name]]
    stale = [name for name, parameter in listed if parameter is not last[name]]
    return [name for name, _ in listed], {"read back as another object": unread, "listed, but replaced": stale}


fine = {"read back as another object": [], "listed, but replaced": []}
check.equal(
    names_of_one(TinyModule, [("w", "parameter"), ("n", "number"), ("b", "parameter"), ("t", "tensor")]),
    (["w", "b"], fine),
    on="w and b are parameters, n a number, t a tensor that asks for its slope",
    traps={
        "t is listed: a tensor is no parameter, even if it asks for its slope": ["w", "b", "t"],
        "nothing is registered: __setattr__ must look at each value": [],
        "this is sorted: the order of assignment counts": (["b", "w"], fine),
    },
)


@check.observe
def names_of_another(cls):
    import torch
    from torch import nn

    one, another = cls(), cls()
    one.a = nn.Parameter(torch.ones(1))
    return [name for name, _ in another.named_parameters() if name == "a"]


check.equal(
    names_of_another(TinyModule),
    [],
    on="a module that has nothing, made beside a module that has a parameter a",
    traps={"all modules share one dictionary: make it in __init__, for each module its own": ["a"]},
)
### BEGIN HIDDEN TESTS
check.equal(names_of_one(TinyModule, []), ([], fine), on="an empty module")
check.equal(
    names_of_one(TinyModule, [("z", "parameter"), ("l", "list"), ("s", "text"), ("a", "parameter"), ("k", "buffer")]),
    (["z", "a"], fine),
    on="z and a are parameters, l a list of one, s a text, k a tensor",
    traps={"this looks into the list: torch does not": ["z", "l.0", "a"]},
)
check.equal(
    names_of_one(TinyModule, [("w", "parameter"), ("b", "parameter"), ("w", "parameter")]),
    (["w", "b"], fine),
    on="w, b, and a new parameter for w",
    traps={"the old parameter is still there: the new one takes its place": ["w", "b", "w"]},
)
### END HIDDEN TESTS

# %% test="TinyModule-calls" points=4
check.attempted(TinyModule, "TinyModule calls forward with all arguments, and parameters get their slopes")
check.source_without(TinyModule, "Module")


@check.observe
def line(cls, slope, x, y, backward):
    from torch import nn

    class Line(cls):
        def __init__(self, slope):
            super().__init__()
            self.slope = nn.Parameter(slope)

        def forward(self, x, y):
            return x * self.slope - y

    module = Line(slope)
    result = module(x, y)
    if not backward:
        return result
    result.sum().backward()
    listed = module.named_parameters()
    if listed is None:
        raise TypeError("named_parameters gave None: did you forget `return`?")
    if type(listed) is not list or any(type(pair) not in (tuple, list) or len(pair) != 2 for pair in listed):
        raise TypeError(f"named_parameters gave a {type(listed).__name__}: give a list of pairs (full name, parameter)")
    return [parameter.grad for _, parameter in listed]


slope = torch.tensor([2.0, 3.0])
x, y = torch.tensor([[1.0, 4.0], [2.0, 2.0]]), torch.tensor([[1.0, 0.0], [0.0, 5.0]])
check.close(line(TinyModule, slope, x, y, False), x * slope - y, on="a class whose forward(x, y) is x * slope - y")
check.close(line(TinyModule, slope, x, y, True), [x.sum(0)], on="the slope of the sum of its results, for each parameter that it lists")
### BEGIN HIDDEN TESTS
@check.observe
def arguments(cls, count):
    class Echo(cls):
        def forward(self, *args):
            return len(args), sum(args)

    return Echo()(*range(1, count + 1))


for count in (0, 1, 4):
    check.equal(arguments(TinyModule, count), (count, count * (count + 1) // 2), on=f"a forward that takes {count} arguments")


@check.observe
def chained(cls, weight, x):
    from torch import nn

    class Layer(cls):
        def __init__(self, weight):
            super().__init__()
            self.weight = nn.Parameter(weight)

        def forward(self, x):
            return x @ self.weight

    class Chain(cls):
        def __init__(self):
            super().__init__()
            self.first = Layer(weight)
            self.second = Layer(weight.T.clone())

        def forward(self, x):
            return self.second(self.first(x).relu())

    return Chain()(x)


generator = check.generator()
weight = torch.randn(3, 4, generator=generator)
x = torch.randn(5, 3, generator=generator)
check.close(chained(TinyModule, weight, x), (x @ weight).relu() @ weight.T, on="two layers in a chain, x (5, 3)")
### END HIDDEN TESTS

# %% test="TinyModule-trees" points=4
check.attempted(TinyModule, "TinyModule lists the parameters of a tree with torch's names, in torch's order, each once")
check.source_without(TinyModule, "Module")


@check.observe
def names_of_tree(cls, steps):
    import torch
    from torch import nn

    nodes, parameters = {"": cls()}, {}
    for path, name, kind, source in steps:
        full = f"{path}.{name}" if path else name
        if kind == "parameter":
            parameters[full] = parameters[source] if source else nn.Parameter(torch.full((1,), float(len(parameters))))
            setattr(nodes[path], name, parameters[full])
        else:
            nodes[full] = nodes[source] if source else cls()
            setattr(nodes[path], name, nodes[full])
    listed = nodes[""].named_parameters()
    if listed is None:
        raise TypeError("named_parameters gave None: did you forget `return`?")
    if type(listed) is not list or any(type(pair) not in (tuple, list) or len(pair) != 2 for pair in listed):
        raise TypeError(f"named_parameters gave a {type(listed).__name__}: give a list of pairs (full name, parameter)")
    return [name for name, _ in listed]


def tree_of_torch(steps):
    nodes, parameters = {"": nn.Module()}, {}
    for path, name, kind, source in steps:
        full = f"{path}.{name}" if path else name
        if kind == "parameter":
            parameters[full] = parameters[source] if source else nn.Parameter(torch.ones(1))
            setattr(nodes[path], name, parameters[full])
        else:
            nodes[full] = nodes[source] if source else nn.Module()
            setattr(nodes[path], name, nodes[full])
    return nodes


steps = [
    ("", "a", "module", ""),
    ("a", "w", "parameter", ""),
    ("", "w", "parameter", ""),
    ("a", "b", "module", ""),
    ("a.b", "w", "parameter", ""),
    ("a", "v", "parameter", ""),
]
check.equal(
    names_of_tree(TinyModule, steps),
    [name for name, _ in tree_of_torch(steps)[""].named_parameters()],
    on="a module with a, a.b, and a parameter w in each; a has a second one, v, assigned after a.b",
    traps={
        "these names lack the way through the tree: join them with dots": ["w", "w", "v", "w"],
        "this goes one step down: a tree has any depth": ["w", "a.w", "a.v"],
        "this is the module alone: its parts belong to it": ["w"],
        "this lists the parts first: a module's own parameters come first": ["a.b.w", "a.w", "a.v", "w"],
        "this is the order of assignment: a module's own parameters come before those of its parts": ["a.w", "a.b.w", "a.v", "w"],
    },
)


@check.observe
def names_with_a_subclass(cls):
    import torch
    from torch import nn

    class Part(cls):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(1))

    module = cls()
    module.part = Part()
    return [name for name, _ in module.named_parameters()]


check.equal(
    names_with_a_subclass(TinyModule),
    ["part.w"],
    on="a part whose class inherits from TinyModule",
    traps={"this takes instances of TinyModule itself only: isinstance takes those of its subclasses, too": []},
)
### BEGIN HIDDEN TESTS
shared_module = [("", "a", "module", ""), ("a", "w", "parameter", ""), ("", "b", "module", "a"), ("", "v", "parameter", "")]
shared_parameter = [("", "a", "module", ""), ("", "w", "parameter", ""), ("a", "u", "parameter", "w"), ("a", "v", "parameter", "")]
for what, steps in [("a module in two places", shared_module), ("a parameter in two places", shared_parameter)]:
    nodes = tree_of_torch(steps)
    check.equal(
        names_of_tree(TinyModule, steps),
        [name for name, _ in nodes[""].named_parameters()],
        on=what,
        traps={
            "this lists what is shared twice: it is one parameter": [
                name for name, _ in nodes[""].named_parameters(remove_duplicate=False)
            ]
        },
    )
generator = check.generator()
for tree in range(10):
    steps, paths, found = [], [""], []
    for k in range(int(torch.randint(4, 14, (), generator=generator))):
        path = paths[int(torch.randint(len(paths), (), generator=generator))]
        name, full = f"n{k}", f"{path}.n{k}" if path else f"n{k}"
        kind = ("parameter", "parameter", "module")[int(torch.randint(3, (), generator=generator))]
        twice = found and kind == "parameter" and int(torch.randint(5, (), generator=generator)) == 0
        steps.append((path, name, kind, found[int(torch.randint(len(found), (), generator=generator))] if twice else ""))
        (found if kind == "parameter" else paths).append(full)
    check.equal(
        names_of_tree(TinyModule, steps),
        [name for name, _ in tree_of_torch(steps)[""].named_parameters()],
        on=f"a random tree of {len(paths)} modules",
    )
### END HIDDEN TESTS

# %% test="TinyModule-modes" points=4
check.attempted(TinyModule, "TinyModule sets its mode in the whole tree, and returns itself")
check.source_without(TinyModule, "Module")


@check.observe
def modes_of(cls, paths, calls):
    nodes = {"": cls()}
    for path in paths:
        before, _, name = path.rpartition(".")
        nodes[path] = cls()
        setattr(nodes[before], name, nodes[path])
    returned = []
    for path, call, *mode in calls:
        result = getattr(nodes[path], call)(*mode)
        returned.append([key for key, node in nodes.items() if node is result])
    return {key: node.training for key, node in nodes.items()}, returned


def modes_of_torch(paths, calls):
    nodes = {"": nn.Module()}
    for path in paths:
        before, _, name = path.rpartition(".")
        nodes[path] = nn.Module()
        setattr(nodes[before], name, nodes[path])
    for path, call, *mode in calls:
        getattr(nodes[path], call)(*mode)
    return {key: node.training for key, node in nodes.items()}, [[path] for path, *_ in calls]


paths = ["a", "a.b", "c"]
check.equal(
    modes_of(TinyModule, paths, []),
    modes_of_torch(paths, []),
    on="a tree with a, a.b and c, just made",
    traps={"a new module is in training": ({"": False, "a": False, "a.b": False, "c": False}, [])},
)
check.equal(
    modes_of(TinyModule, paths, [("", "eval")]),
    modes_of_torch(paths, [("", "eval")]),
    on="the same tree after eval()",
    traps={
        "only the module itself has changed: the mode goes down the tree": ({"": False, "a": True, "a.b": True, "c": True}, [[""]]),
        "this goes one step down: a tree has any depth": ({"": False, "a": False, "a.b": True, "c": False}, [[""]]),
        "the mode is right, but eval does not return the module": ({"": False, "a": False, "a.b": False, "c": False}, [[]]),
    },
)
### BEGIN HIDDEN TESTS
paths = ["a", "a.b", "a.b.c", "d", "d.e"]
for calls in (
    [("", "eval"), ("a", "train")],
    [("a.b", "eval")],
    [("d", "train", False), ("", "train", True)],
    [("", "train", False), ("a.b", "train", True), ("a", "eval")],
):
    check.equal(
        modes_of(TinyModule, paths, calls),
        modes_of_torch(paths, calls),
        on=f"a tree with {', '.join(paths)}, after {calls}",
        traps={
            "the mode is right, but train or eval does not return the module": (modes_of_torch(paths, calls)[0], [[] for _ in calls]),
            "train does not listen to its argument": lambda: modes_of_torch(paths, [(path, call) for path, call, *_ in calls]),
        },
    )
### END HIDDEN TESTS

# %% test="TinyModule-state" points=4
check.attempted(TinyModule, "TinyModule gives its state by name, and loads one, or refuses it")
check.source_without(TinyModule, "Module")


@check.observe
def saved(cls, a, b):
    from torch import nn

    from torchscope import meter

    module, part = cls(), cls()
    module.w, module.first, part.v = nn.Parameter(a.clone()), part, nn.Parameter(b.clone())
    module.second = part
    state = module.state_dict()
    if not isinstance(state, dict):
        return state
    parameters = {"w": module.w, "first.v": part.v, "second.v": part.v}
    return {
        "sums": {name: float(tensor.detach().sum()) for name, tensor in state.items()},
        "with history": [name for name, tensor in state.items() if tensor.requires_grad],
        "copied": [name for name in parameters if name in state and not meter.shares_memory(state[name], parameters[name])],
    }


@check.observe
def loaded_again(cls, a, b, state):
    from torch import nn

    module, part = cls(), cls()
    module.w, module.first, part.v = nn.Parameter(a.clone()), part, nn.Parameter(b.clone())
    before = [module.w, part.v]
    try:
        module.load_state_dict(state)
        said = "loaded"
    except KeyError:
        said = "KeyError"
    replaced = [name for name, one, other in zip(["w", "first.v"], before, [module.w, part.v]) if one is not other]
    return said, float(module.w.detach().sum()), float(part.v.detach().sum()), replaced


a, b = torch.tensor([1.0, 2.0]), torch.tensor([[3.0], [4.5]])
right = {"sums": {"w": 3.0, "first.v": 7.5, "second.v": 7.5}, "with history": [], "copied": []}
check.equal(
    saved(TinyModule, a, b),
    right,
    on="a parameter w, and a part with a parameter v that stands there as first and as second",
    traps={
        "a shared parameter has one name here: in a state it stands under each of its names": {**right, "sums": {"w": 3.0, "first.v": 7.5}},
        "these tensors still have their history: detach them": {**right, "with history": ["w", "first.v", "second.v"]},
        "these tensors are copies: a state shares the memory of the parameters": {**right, "copied": ["w", "first.v", "second.v"]},
    },
)
check.equal(
    loaded_again(TinyModule, a, b, {"w": torch.tensor([5.0, 6.0]), "first.v": torch.tensor([[1.0], [1.0]])}),
    ("loaded", 11.0, 2.0, []),
    on="a state with w and first.v",
    traps={
        "nothing was loaded": ("loaded", 3.0, 7.5, []),
        "new parameters stand in the place of the old ones: copy the numbers into them": ("loaded", 11.0, 2.0, ["w", "first.v"]),
        "a new parameter stands beside the old ones, under the full name: copy the numbers into those that are there": (
            "loaded",
            11.0,
            7.5,
            ["w"],
        ),
    },
)
### BEGIN HIDDEN TESTS
new_w, new_v = torch.tensor([7.0, 6.0]), torch.tensor([[2.0], [1.0]])
check.equal(
    loaded_again(TinyModule, a, b, {"first.v": new_v, "w": new_w}),
    ("loaded", 13.0, 3.0, []),
    on="a state in another order",
    traps={"the state was loaded by position: names decide": ("loaded", 3.0, 13.0, [])},
)
for what, state in [
    ("a name too few", {"w": new_w}),
    ("a name too many", {"w": new_w, "first.v": new_v, "x": new_w}),
    ("another name", {"w": new_w, "v": new_v}),
    ("no names at all", {}),
]:
    check.equal(
        loaded_again(TinyModule, a, b, state),
        ("KeyError", 3.0, 7.5, []),
        on=f"a state with {what}",
        traps={
            "a part was loaded before the error: compare all names first": ("KeyError", 13.0, 7.5, []),
            "the names are not compared: raise KeyError unless they are the same on both sides": ("loaded", 13.0, 3.0, []),
            "names that are missing are passed over: raise KeyError": ("loaded", 13.0, 7.5, []),
            "an empty state is passed over: raise KeyError": ("loaded", 3.0, 7.5, []),
        },
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Two dictionaries for each module, one for its own parameters, one for its parts, made in `__init__`. Everything else is a walk over them that calls itself for the parts.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# In `__setattr__`, look at the value with `isinstance`, put it into a dictionary or not, and set it in the ordinary way in either case. For the names, write one helper
# that gives all pairs, shared ones twice: own pairs first, then those of each part with the part's name and a dot in front. `named_parameters` drops what it has seen (`id` tells objects apart), `state_dict` does not.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# if isinstance(value, nn.Parameter):
#     self. ...[name] = value
# elif isinstance(value, ...):
#     ...
# object.__setattr__(self, name, value)
#
# def everything(self):
#     pairs = list(...)
#     for name, part in ...:
#         pairs += [(f"{name}. ...", parameter) for ..., parameter in part.everything()]
#     return pairs
#
# self.training = mode
# for part in ...:
#     part.train(...)
# return ...
# ```
#
# </details>

# %% [markdown] solution_notes="TinyModule"
# **Why it works.** Registration is a side effect of assignment, so the walk needs no list that anyone must keep. One helper gives all pairs; the two methods differ in what they do with repeats. `detach` gives
# a tensor without history in the same memory, so `copy_` into it changes the parameter, and needs no `no_grad`. **Another way.** torch keeps registered values in its dictionaries only, and finds them again in
# `__getattr__`, which Python calls when the ordinary way finds nothing; then a name can never stand for two things.
