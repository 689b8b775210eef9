# %% [markdown]
# # 05 · Modules and parameters
#
# What makes a layer trainable?
#
# Training changes some numbers of a model and leaves all others alone. So something has to know which numbers those are, what they are called, and where they lie in
# a model of many parts. In PyTorch that something is the **module**. This chapter builds modules by hand, looks at what they know, and at the ways to hide
# a number from them without any error.

# %% [markdown]
# ## What you will be able to do
#
# - **count**: say how many numbers of a module can be trained (`count_parameters`, `predict_count`)
# - **parameter**: write a layer of your own, with parameters that start well (`MyLinear`, `predict_plain`)
# - **registration**: find what a module does not know of, and mend it (`Mixer`, `predict_list`)
# - **calls**: say what happens between the call of a module and its `forward` (`outputs_of`, `predict_hook`)
# - **buffers**: keep numbers that are stored but not trained (`Standardise`, `predict_saved`)
# - **names**: find parameters by name, freeze them, load some of them (`freeze`, `load_matching`)
# - **machine**: build the machine itself (`TinyModule`)
#
# ## 1 · A layer that keeps its weights
#
# In chapter 04 a layer was a formula, `x @ W + b`, and you carried `W` and `b` around yourself. A class carries them for you:

# %%
import torch
from torch import nn
from torchscope import draw, reveal

class Affine(nn.Module):
    def __init__(self, n, m):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n, m) / n**0.5)
        self.bias = nn.Parameter(torch.zeros(m))

    def forward(self, x):
        return x @ self.weight + self.bias

layer = Affine(3, 2)
x = torch.tensor([[1.0, 2.0, 3.0]])
layer(x).shape

# %% [markdown]
# Three words for three sizes of one thing:
#
# - a **layer** is one step of a computation, with the numbers it needs;
# - a **model** is the whole computation, from the inputs to the prediction;
# - a **module** is what PyTorch makes of either: an object of a class that inherits from `nn.Module`.
#
# `__init__` runs once and *makes* what the module keeps. `forward` runs at every call and *uses* it. This is what the object knows, read from the object itself:

# %%
draw.modules(layer, "What one layer knows")

# %% [markdown]
# A filled square is a parameter: a number, or many, that training may change. Their names are those of the attributes:

# %%
for name, parameter in layer.named_parameters():
    print(name, tuple(parameter.shape), parameter.requires_grad)

# %% [markdown]
# Nobody wrote `requires_grad_()` here. `nn.Parameter` is a tensor that has the mark of chapter 04 from the start: torch takes notes, so that it can say later how the result changes
# with each of its numbers. That is the slope which training needs (chapter 08); we say that a parameter *asks for its slope*.
#
# **Change one thing.** Make it `Affine(3, 20)`. Say first what the three lines of the picture will count, then run down to here. Restore the 2 afterwards.
#
# ## 2 · Why you call the module, and not `forward`
#
# `layer(x)` and `layer.forward(x)` give the same numbers. Python turns the first into `layer.__call__(x)`, and that method, which
# `nn.Module` brings along, does more than `forward`: it also runs the **hooks**. A hook is a function of yours that hears every call: it is handed the module, the inputs (as a tuple) and the output.

# %%
shapes = []

def listen(module, inputs, output):
    shapes.append(tuple(output.shape))

handle = layer.register_forward_hook(listen)

# %% predict="heard"
heard = ...  # how many shapes the list holds after the three calls in the next cell: a number

# %% reveal="heard" answer="2"
def three_calls():
    layer(x)
    layer.forward(x)
    layer(torch.ones(7, 3))
    return len(shapes)

reveal(heard, three_calls)

# %%
draw.diagram(
    {"call": (0, 0, "layer(x)\n__call__"), "before": (1, 0, "pre-hooks\nsee x"),
     "forward": (2, 0, "forward\nmakes y"), "after": (3, 0, "hooks\nsee x, y")},
    [("call", "before", ""), ("before", "forward", ""), ("forward", "after", "")],
    title="What one call runs",
)

# %% [markdown]
# `layer.forward(x)` enters at the third box, and the hook heard nothing. Programs that draw, profile or debug a model use hooks, so *call the module*.
# `register_forward_pre_hook` adds a hook to the second box. Both give back a handle, and a hook stays until its handle is removed:

# %%
handle.remove()
before = len(shapes)
same = torch.equal(layer(x), layer.forward(x))
len(shapes) == before, same

# %% [markdown]
# A hook gets the output itself, not a copy. Whoever keeps it sees what a later step writes into it, as `nn.ReLU(inplace=True)` does below. (`nn.Sequential` runs its modules one
# after the other, section 5; `nn.Identity` gives back what it gets.) `detach` leaves the notes for the slopes behind, and `clone` makes the copy. Which of the two lists will hold a −1?

# %%
seen, copied = [], []
pair = nn.Sequential(nn.Identity(), nn.ReLU(inplace=True))
pair[0].register_forward_hook(lambda module, inputs, y: seen.append(y))
pair[0].register_forward_hook(lambda module, inputs, y: copied.append(y.detach().clone()))
pair(torch.tensor([-1.0, 2.0]))
seen, copied

# %% [markdown]
# **Change one thing.** Let `listen` end with `return output * 0`, run from there down to `reveal`, and look at `layer(x)` in a cell of your own: what comes out of a hook takes the place of the output.
#
# > **Common trap.** "`__call__` makes an instance, `__init__` calls it, so `forward` belongs in `__init__`." It is the other way round. `Affine(3, 2)` makes an
# > instance, and Python runs `__init__` on it. `layer(x)` runs `__call__`, and `__call__` runs `forward`. Nor is an `__init__` needed: a
# > module that keeps nothing can do without. Where among its neighbours will the word `forward` be printed?

# %%
class Loud(nn.Module):
    def forward(self, x):
        print("forward")
        return 2 * x

print("before the instance")
double = Loud()
print("before the call")
double(x)

# %% [markdown]
# ## 3 · A plain tensor is no parameter
#
# This layer multiplies each column by a number that it should learn. The tensor even asks for its slope, so is it a parameter?

# %%
class Gain(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.gain = torch.ones(n, requires_grad=True)
        self.bias = nn.Parameter(torch.zeros(n))

    def forward(self, x):
        return x * self.gain + self.bias

# %% predict="plain"
plain = ...  # how many parameters list(Gain(3).parameters()) holds: a number

# %% reveal="plain" answer="1"
reveal(plain, lambda: len(list(Gain(3).parameters())))

# %% [markdown]
# Everything runs and nothing warns. But whoever asks the module for its parameters is not told of `gain`: an optimiser, which does the training in
# chapter 09, will never change it, a change of dtype or device passes it by, and `state_dict`, what is saved of a module, leaves it out:

# %%
gain = Gain(3).double()
gain.bias.dtype, gain.gain.dtype, list(gain.state_dict())

# %%
draw.modules(gain, "A layer that hides a number")

# %% [markdown]
# The mending is one word: `nn.Parameter(torch.ones(n))`. How does the module find out? By assignment: `self.bias = ...` calls a method of `nn.Module`,
# `__setattr__`, which looks at the value. A parameter, or another module, goes into a dictionary of its own: it is **registered**. Anything else becomes an ordinary attribute.
#
# So what makes a layer trainable? Its numbers ask for their slope, *and* the module knows of them. `nn.Parameter`, assigned to an attribute, does both.
#
# **Change one thing.** Register `gain`, and run the section again. Which outputs will change?
#
# > **Common trap.** "First my attributes, then `super().__init__()`." Those dictionaries are made by `super().__init__()`. A whole number needs none, so
# > setting one too early works, and teaches the wrong habit. With a parameter it breaks. Make `super().__init__()` the first line, always.

# %%
class TooEarly(nn.Module):
    def __init__(self):
        self.size = 3
        print("a number: fine")
        self.weight = nn.Parameter(torch.zeros(self.size))
        super().__init__()

try:
    TooEarly()
except AttributeError:
    print("a parameter: refused, super().__init__() has not run")

# %% [markdown]
# ## 4 · Parameters must start as something
#
# You will meet layers whose weights are made with `torch.Tensor(2, 3)`, with `torch.FloatTensor(2, 3)` or with `torch.empty(2, 3)`. All three only *reserve* memory, and hold whatever
# was there before: zeros today, 10³⁰ or NaN tomorrow. The mode of chapter 01, which fills such memory with NaN, shows what nobody has written:

# %%
torch.use_deterministic_algorithms(True)
unwritten = [torch.Tensor(2, 3), torch.FloatTensor(2, 3), torch.empty(2, 3)]
torch.use_deterministic_algorithms(False)
unwritten[1], [tensor.isnan().all().item() for tensor in unwritten]

# %% [markdown]
# > **Common trap.** "`FloatTensor(n, m)` makes random parameters." It makes *uninitialised* ones. Random numbers are drawn from a distribution that you
# > know: `torch.randn(n, m) / n**0.5`, or a function of `nn.init` on memory that nobody has written yet. Its underscore says that it writes in place.

# %%
generator = torch.Generator().manual_seed(5)
weight = nn.Parameter(torch.empty(2, 3))
nn.init.uniform_(weight, -1, 1, generator=generator)
bias = nn.init.zeros_(nn.Parameter(torch.empty(2)))
bias, weight.abs().max() < 1, isinstance(weight / 2, nn.Parameter)

# %% [markdown]
# Mind the brackets: what comes out of an operation on a parameter, `weight / 2`, is a plain tensor again. Compute first, wrap last.
#
# `nn.Linear` takes both steps for you. It has two parameters, `weight` as `(outputs, inputs)` and `bias`, both drawn, as chapter 04 measured, from the uniform distribution between −1/√n and 1/√n, where n is the
# number of inputs. They come from the global generator, which `manual_seed` sets:

# %%
_ = torch.manual_seed(5)
linear = nn.Linear(16, 4)
for name, parameter in linear.named_parameters():
    print(name, tuple(parameter.shape), (parameter.abs() <= 1 / 16**0.5).all().item())

# %% [markdown]
# **Change one thing.** Compare with `1 / 64**0.5` instead. What will the first `True` become?
#
# ## 5 · Modules in modules
#
# An attribute can be a module, too. Then the inner one is registered, and with it all that it knows: modules make a tree. `relu` is the bend between two layers from chapter 04.

# %%
class TwoLayers(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(3, 4)
        self.last = nn.Linear(4, 2, bias=False)

    def forward(self, x):
        return self.last(torch.relu(self.hidden(x)))

# %%
model = TwoLayers()
draw.modules(model, "A tree of modules")

# %% [markdown]
# The first layer has 3 · 4 weights and 4 biases, the second has 4 · 2 weights: 16 + 8. A parameter's full name is the way to it through the tree, with dots:

# %%
print([name for name, _ in model.named_parameters()])
print([name for name, _ in model.named_children()])
print(model)
[(name, type(module).__name__) for name, module in model.named_modules()]

# %% [markdown]
# `named_children` gives the modules one step below, `named_modules` all of them; the whole model comes first, with the empty name. `parameters()`, `children()` and `modules()` leave out the names.
# A printed model shows its modules, and none of its parameters.
#
# When the parts simply follow each other, `nn.Sequential` writes the `forward` for you, and numbers its children. How many numbers can be trained in these three?

# %%
chain = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))
[name for name, _ in chain.named_parameters()]

# %% predict="total"
total = ...  # how many numbers can be trained in the chain: a number

# %% reveal="total" answer="19"
reveal(total, lambda: sum(parameter.numel() for parameter in chain.parameters()))

# %% [markdown]
# The first layer has 4 · 3 weights and 3 biases, the second 3 · 1 and 1, and `nn.ReLU` nothing: 15 + 4 + 0. `numel` says how many numbers a tensor holds.
#
# One module may stand in two places. Its parameters are still one set, and are counted once:

# %%
square = nn.Linear(4, 4)
twice = nn.Sequential(square, nn.ReLU(), square)
draw.modules(twice, "One layer, used twice")

# %% [markdown]
# **Change one thing.** Make the last `square` a `nn.Linear(4, 4)` of its own. What will the picture count in its first line?
#
# ## 6 · Lists hide modules
#
# Ten layers want a list and a loop. But a list is neither a parameter nor a module:

# %%
class Tower(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.layers = layers
        self.last = nn.Linear(4, 1)

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.last(x)

tower = Tower([nn.Linear(4, 4), nn.Linear(4, 4)])
tower(torch.ones(5, 4)).shape

# %% predict="tower"
in_tower = ...  # how many parameters tower.parameters() gives: a number

# %% reveal="tower" answer="2"
reveal(in_tower, lambda: len(list(tower.parameters())))

# %% [markdown]
# The loop runs, the shape is right, and the two layers would keep the numbers that they started with for ever. `nn.ModuleList` is a list that is a module. It runs nothing by itself: your loop still does.

# %%
draw.modules(tower, "Two layers that run, and are not known")

# %%
known = Tower(nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)]))
draw.modules(known, "The same tower, registered")

# %% [markdown]
# `nn.ModuleDict` is the dictionary of that kind; `nn.ParameterList` and `nn.ParameterDict` hold parameters.
#
# **Change one thing.** Hand `Tower` a tuple instead of a list, then a `nn.Sequential`. Which of them is registered?
#
# ## 7 · Buffers: kept, not trained
#
# Some numbers belong to a module, but no slope should move them: a mean that was measured, a count, a mask. Such a tensor is a **buffer**. The module saves it and takes it
# along to another dtype or device, as it does with a parameter, but `parameters()` does not mention it.

# %%
class Centre(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.register_buffer("mean", torch.zeros(n))
        self.register_buffer("last", torch.zeros(n), persistent=False)
        self.scale = nn.Parameter(torch.ones(n))

    def forward(self, x):
        if self.training:
            self.mean = x.mean(0)
        self.last = x.mean(0)
        return (x - self.mean) * self.scale

# %%
centre = Centre(2)
centre(torch.tensor([[1.0, 10.0], [3.0, 30.0]]))
draw.modules(centre, "A parameter and two buffers")

# %% [markdown]
# Once registered, a buffer is set like any attribute. With `persistent=False` it moves along, but is not saved.
#
# `training` is a flag that every module has. `model.train()` and `model.eval()` set it, in the whole tree. That is *all* they do; it is up to each module what it makes of the flag.
# `Centre` measures in training only. In `eval` it subtracts the mean that it keeps, even from a single row.
#
# The second cell below sums up what becomes of an attribute. Its prints hold the table to its word: the names in `parameters` and in `state_dict`, which section 8 is about, and who follows to `float64`.
# (What a plain tensor does, section 3 has shown.)

# %%
centre.eval()
centre(torch.tensor([[3.0, 10.0]])).detach(), centre.mean

# %%
print([name for name, _ in centre.named_parameters()], list(centre.state_dict()))
centre.to(torch.float64)
print(centre.scale.dtype, centre.mean.dtype, centre.last.dtype)
print(list(tower.state_dict()), tower.to(torch.float64).layers[0].weight.dtype)
draw.table(
    ["nn.Parameter", "buffer", "buffer, persistent=False", "plain tensor", "list of modules"],
    ["in parameters()", "in state_dict()", "moved by .to()"],
    [["yes"] * 3, ["no", "yes", "yes"], ["no", "no", "yes"], ["no"] * 3, ["no"] * 3],
    title="What a module does with an attribute",
)

# %% [markdown]
# **Change one thing.** Take out the line `centre.eval()`, and run again from `centre = Centre(2)`. What will the second call give, and why would that hurt on data that comes one row at a time?
#
# ## 8 · All numbers by name: `state_dict`
#
# `state_dict()` is a dictionary from full names to tensors, parameters and buffers alike. `load_state_dict` copies such a dictionary back in, name by name. So we keep the state,
# spoil the biases, and want to go back. (`no_grad` allows us to write into a parameter: chapter 08.)

# %%
kept = model.state_dict()
with torch.no_grad():
    model.hidden.bias.fill_(7)

# %% predict="kept"
spoilt = ...  # are the numbers in kept["hidden.bias"] sevens now: True or False

# %% reveal="kept" answer="True"
reveal(spoilt, lambda: (kept["hidden.bias"] == 7).all().item())

# %% [markdown]
# Nothing was kept: the tensors in a `state_dict` share the model's memory. It is `clone` that copies, and now the way back works. Loading copies by itself: for each name it calls `copy_`, which writes
# into the tensor that is there. The parameter stays the same object.

# %%
bias = model.hidden.bias
with torch.no_grad():
    bias.zero_()
kept = {name: tensor.clone() for name, tensor in model.state_dict().items()}
with torch.no_grad():
    bias.fill_(7)
model.load_state_dict(kept)
model.hidden.bias is bias, bias

# %% [markdown]
# Loading is strict: the names must be the same on both sides, and so must each shape. `strict=False` forgives names that are missing or unexpected, and reports them. Does it forgive a
# shape, too?

# %%
some = {"last.weight": torch.ones(2, 4), "extra": x}
missing, unexpected = model.load_state_dict(some, strict=False)
print("missing:", missing, "unexpected:", unexpected)
narrow = {"last.weight": torch.ones(1, 4)}
for state, strict, what in [(some, True, "other names"), (narrow, False, "another shape")]:
    try:
        model.load_state_dict(state, strict=strict)
    except RuntimeError:
        print(f"strict={strict} refuses {what}")

# %% [markdown]
# Names also serve to **freeze** a part: a parameter whose `requires_grad` is off keeps its value in training. It stays a parameter.

# %%
for name, parameter in model.named_parameters():
    if name.startswith("hidden."):
        parameter.requires_grad_(False)
draw.modules(model, "The hidden layer is frozen")

# %% [markdown]
# **Change one thing.** Put one line in the place of the loop: `model.hidden.requires_grad_(False)`. Does the picture change? And in the loop, what is the dot in `"hidden."` for?
#
# ## 9 · Classes of `nn`, functions of `nn.functional`
#
# Most operations come twice. `nn.ReLU` is a class: make a module of it, then call that. `F.relu` is a function: call it. A function keeps nothing. If it needs parameters, you hand them
# over at each call; `nn.Linear` keeps its own, and its `forward` is one call of `F.linear`.
#
# The third print takes the class for the function. Before you run it: what does `nn.ReLU(numbers)` make? `nn.Dropout`, in the last lines, zeroes random entries, in training only.

# %%
import torch.nn.functional as F

linear, numbers = nn.Linear(3, 2), torch.ones(1000)
print(torch.equal(nn.ReLU()(-numbers), F.relu(-numbers)))
print(torch.equal(linear(x), F.linear(x, linear.weight, linear.bias)))
print(type(nn.ReLU(numbers)).__name__)
dropout = nn.Dropout(0.5).eval()
torch.equal(dropout(numbers), numbers), torch.equal(F.dropout(numbers, 0.5), numbers)

# %% [markdown]
# `nn.ReLU(numbers)` made a module, with `numbers` as its first option; nothing complains until you calculate with it. And the function `F.dropout` heard nothing of `eval`. So which to take?
#
# - Where there are parameters, buffers, or a difference between training and use, take the class.
# - For a formula and nothing more, both will do. A class can stand in an `nn.Sequential`, and can have hooks.
#
# **Change one thing.** Give the function what the module knows: `F.dropout(numbers, 0.5, training=dropout.training)`. What will the second value be?
#
# ## Recap
#
# - A module registers the parameters and modules that are assigned to it after `super().__init__()`, and what `register_buffer` gives it. Plain tensors and lists it does not see, and nothing warns you.
# - Call the module: `__call__` runs the hooks, and `forward` between them. `train()` and `eval()` set one flag.
# - `named_parameters` is what training may change; `state_dict` is what is saved, buffers included, and it shares the model's memory.
#
# ## Next
#
# Do [the exercises](../exercises/05_modules_and_parameters/05_modules_and_parameters.ipynb): at their end stands a module machine of your own. In chapter 06 a model and its data move to
# another device, and a tensor that the model does not know of stays behind.
