# %% [markdown]
# # 06 · Devices: exercises
#
# One hundred points: five predictions, seven exercises, one boss. About 90 minutes, and half an hour more for the boss.
#
# - Work from top to bottom. Each exercise has an answer cell, marked `# your code here`, and below it the cells that check it.
# - Run a check with Shift+Enter. ✓ means that the part you can see holds, ✗ says what does not, ○ that the answer is still empty.
#   Grading runs the same checks with more inputs.
# - No GPU is needed. The checks run your code on torch's device `meta` and watch the border with `meter.audit()`, which counts transfers and waits and
#   refuses what a GPU would refuse. You can do the same in cells of your own.
# - Stuck? Three hints are folded under each exercise: a nudge, the idea, nearly the code.
# - Finished? Restart the kernel, run all cells, save, and submit the notebook.
#
# Everything here is in the chapter, [06 · Devices](../../course/06_devices.ipynb).

# %% locked="imports"
import torch
from torch import Tensor, nn
from torchscope import meter

from autograder import check

# %% [markdown]
# ## Predictions
#
# Read the snippet and decide, without running it, what torch says. Put your answer in place of `...`. The check under it
# looks at the form of your answer only; whether it is right, grading tells.

# %% [markdown]
# ### Prediction 1 · The second GPU · 2 points · 1 minute
#
# On a machine with two GPUs, the second one has been made the current one:
#
# ```python
# x = torch.ones(3, device="cuda")   # lands on cuda:1
# x.device == torch.device("cuda")
# ```
#
# `True` or `False`? It tests **place**.

# %% solution="predict_same" objective="place"
predict_same = ...  # True or False
### BEGIN SOLUTION
predict_same = False
### END SOLUTION

# %% test="predict_same-value" points=2
check.attempted(predict_same, "predict_same says whether the two devices are equal")
check.prediction(predict_same, "bool")
### BEGIN HIDDEN TESTS
says = torch.device("cuda:1") == torch.device("cuda")
check.equal(
    predict_same,
    says,
    traps={"a tensor's device were only a type: it has a number, and torch.device('cuda') has none, so they differ": True},
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_same"
# **Why it works.** The tensor is on `cuda:1`; a tensor's device always has its number. `torch.device("cuda")` has none: its index is None.
# So the comparison is False for every tensor on a GPU. **Another way.** Ask `x.device.type == "cuda"`, which is True.

# %% [markdown]
# ### Prediction 2 · Bytes across · 2 points · 1 minute
#
# ```python
# x = torch.ones(2, 3)      # float32, on the CPU
# x.to("meta")
# y = x.to("meta").to("meta")
# z = y.to(torch.float64)
# ```
#
# How many bytes crossed from one device to another? It tests **move**.

# %% solution="predict_bytes" objective="move"
predict_bytes = ...  # a number
### BEGIN SOLUTION
predict_bytes = 48
### END SOLUTION

# %% test="predict_bytes-value" points=2
check.attempted(predict_bytes, "predict_bytes is the number of bytes that crossed")
check.prediction(predict_bytes, "number")
### BEGIN HIDDEN TESTS
x = torch.ones(2, 3)
once = x.numel() * x.element_size()
check.close(
    predict_bytes,
    2 * once,
    traps={
        "only one copy was made: the copy of the second line was made too, and thrown away": once,
        "every `to` copies across: the third finds its tensor there already, and the fourth works on the device": 5 * once,
        "the third `to` copied across: its tensor is there already, so it returns that very object": 3 * once,
        "float64 crossed: the fourth line converts on the device, where y is": 4 * once,
        "these are numbers, not bytes: a float32 takes 4 bytes": 2 * x.numel(),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_bytes"
# **Why it works.** Two transfers of 6 numbers of 4 bytes: the copy that nobody named, and `y`. The second `to` of line 3 returns the same object, and the
# conversion happens where `y` is. **Another way.** Run it under `meter.audit()` and look at `seen.bytes`.

# %% [markdown]
# ### Prediction 3 · What follows · 2 points · 1 minute
#
# ```python
# model = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1, bias=False))
# model.register_buffer("mean", torch.zeros(3))
# model.spread = torch.ones(3)
# model.to("meta")
# ```
#
# How many tensors were copied? It tests **move**.

# %% solution="predict_module" objective="move"
predict_module = ...  # a number
### BEGIN SOLUTION
predict_module = 4
### END SOLUTION

# %% test="predict_module-value" points=2
check.attempted(predict_module, "predict_module is the number of tensors that followed the module")
check.prediction(predict_module, "number")
### BEGIN HIDDEN TESTS
model = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1, bias=False))
model.register_buffer("mean", torch.zeros(3))
parameters, buffers = len(list(model.parameters())), len(list(model.buffers()))
check.close(
    predict_module,
    parameters + buffers,
    traps={
        "the plain tensor followed too: only parameters and buffers are registered": parameters + buffers + 1,
        "buffers stayed behind: they move with the parameters": parameters,
        "you counted modules: what is copied are tensors, one by one": 1,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_module"
# **Why it works.** Two weights, one bias, one buffer. ReLU has no tensors, and `spread` is a plain attribute, of which the module does not know.
# **Another way.** Count the entries of `model.state_dict()`.

# %% [markdown]
# ### Prediction 4 · Who is refused · 2 points · 1 minute
#
# `x = torch.ones(3)` was made on a GPU; the other tensors are on the CPU. Torch refuses exactly one of these lines:
#
# - A: `x * torch.tensor(2.0)`
# - B: `x[torch.tensor([0, 2])]`
# - C: `x + torch.ones(1)`
# - D: `x.copy_(torch.ones(3))`
#
# Which? It tests **meet**.

# %% solution="predict_meet" objective="meet"
predict_meet = ...  # one letter, in quotes
### BEGIN SOLUTION
predict_meet = "C"
### END SOLUTION

# %% test="predict_meet-value" points=2
check.attempted(predict_meet, "predict_meet is the letter of the line that is refused")
check.prediction(predict_meet, "letters A to D")
### BEGIN HIDDEN TESTS
roles = {
    "A": ("operand", torch.tensor(2.0)),
    "B": ("index", torch.tensor([0, 2])),
    "C": ("operand", torch.ones(1)),
    "D": ("source of copy_", torch.ones(3)),
}
refused = "".join(letter for letter, (role, tensor) in roles.items() if role == "operand" and tensor.dim() > 0)
check.equal(
    predict_meet,
    refused,
    traps={
        "every tensor of the CPU is refused: a number, of shape (), is handed over with the launch": "A",
        "indices had to move: a CPU index may pick from a tensor that is elsewhere": "B",
        "copy_ were refused: it is a transfer by trade": "D",
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_meet"
# **Why it works.** Only tensors of shape `()` pass as numbers; `torch.ones(1)` has a dimension, and must be where x is.
# **Another way.** Try the four lines with `device="meta"` under `meter.audit()`.

# %% [markdown]
# ### Prediction 5 · How often does it wait? · 2 points · 1 minute
#
# The tensors are on a GPU.
#
# ```python
# total, hits = torch.zeros((), device=device), 0
# for x in batches:            # 6 of them
#     loss = (x * x).mean()
#     total += loss
#     if loss > 3:
#         hits += 1
# print(hits, total.item())
# ```
#
# How often does the host wait for the GPU? It tests **waits**.

# %% solution="predict_waits" objective="waits"
predict_waits = ...  # a number
### BEGIN SOLUTION
predict_waits = 7
### END SOLUTION

# %% test="predict_waits-value" points=2
check.attempted(predict_waits, "predict_waits is how often the host waits")
check.prediction(predict_waits, "number")
### BEGIN HIDDEN TESTS
turns = len(torch.ones(6, 2))
check.close(
    predict_waits,
    turns + 1,
    traps={
        "only item() waits: `if loss > 3` needs to know, too": 1,
        "item() does not wait: the number has to come to the host": turns,
        "adding waits as well: total += loss is only launched": 2 * turns + 1,
        "printing hits waits as well: hits is a number of Python": turns + 2,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_waits"
# **Why it works.** Each `if` reads one bool from the GPU, six in all, and the `item()` at the end one number. Everything else is launched, and `hits` is on the host.
# **Another way.** `hits += (loss > 3)` with `hits` a tensor on the device: then two reads at the end are all.

# %% [markdown]
# ## Warm-ups

# %% [markdown]
# ### Exercise 1 · Choose a device ★ · 5 points · 7 minutes
#
# You are told what a machine has: `counts` maps device types to how many there are, such as `{"cuda": 2}`. The CPU is always there, and never listed. Return a
# `torch.device`, always with its number, except `torch.device("cpu")`.
#
# - Without `wanted`: the first `cuda` device; if there is none, the first `mps`; then the first `xpu`; then the CPU. A type may be missing or have the count 0.
# - With `wanted`, a text such as `"cuda:1"` or `"xpu"`: that device, if the machine has it. Without a number, the first of its type is meant. If the machine
#   does not have it, choose as without `wanted`.
#
# It tests **place**, sections 1 and 6 of [the chapter](../../course/06_devices.ipynb).

# %% solution="pick_device" objective="place"
def pick_device(counts: dict[str, int], wanted: str | None = None) -> torch.device:
    """{type: how many} -> the device to use.

    >>> pick_device({"cuda": 2, "xpu": 1})
    device(type='cuda', index=0)
    """
    ### BEGIN SOLUTION
    if wanted is not None:
        device = torch.device(wanted)
        index = device.index or 0
        if device.type == "cpu":
            return torch.device("cpu")
        if index < counts.get(device.type, 0):
            return torch.device(device.type, index)
    for kind in ("cuda", "mps", "xpu"):
        if counts.get(kind, 0) > 0:
            return torch.device(kind, 0)
    return torch.device("cpu")
    ### END SOLUTION

# %% test="pick_device-fallbacks" points=3
check.attempted(pick_device, "pick_device falls back from cuda to mps, xpu and cpu")
check.equal(
    pick_device({"cuda": 2, "xpu": 1}),
    torch.device("cuda:0"),
    on='counts {"cuda": 2, "xpu": 1}',
    traps={
        "this has no number: cuda means the current GPU, whichever that is": torch.device("cuda"),
        "this is the name of a device: torch.device makes one of it": "cuda:0",
        "the count is the number of the device: the first one is number 0": torch.device("cuda:2"),
    },
)
check.equal(pick_device({}), torch.device("cpu"), on="counts {}", traps={"this is its name: torch.device makes a device of it": "cpu"})
### BEGIN HIDDEN TESTS
machines = [
    ({"mps": 1}, "mps:0"),
    ({"xpu": 3}, "xpu:0"),
    ({"xpu": 1, "mps": 1}, "mps:0"),
    ({"xpu": 1, "cuda": 1}, "cuda:0"),
    ({"cuda": 0, "mps": 1}, "mps:0"),
    ({"cuda": 0, "mps": 0, "xpu": 2}, "xpu:0"),
    ({"cuda": 0}, "cpu"),
]
for counts, name in machines:
    check.equal(
        pick_device(counts),
        torch.device(name),
        on=f"counts {counts}",
        traps={
            "a type with the count 0 is there: look at the count, not only at the key": torch.device("cuda:0"),
            "this takes the first type listed: the order is cuda, mps, xpu": torch.device(f"{[*counts, 'cpu'][0]}:0"),
            "this has no number": torch.device(name.split(":")[0]),
        },
    )
### END HIDDEN TESTS

# %% test="pick_device-wanted" points=2
check.attempted(pick_device, "pick_device gives the wanted device if it is there")
check.equal(pick_device({"cuda": 2}, "cuda:1"), torch.device("cuda:1"), on='counts {"cuda": 2}, wanted "cuda:1"')
check.equal(
    pick_device({"cuda": 2}, "cuda:2"),
    torch.device("cuda:0"),
    on='counts {"cuda": 2}, wanted "cuda:2"',
    traps={"cuda:2 were there: two devices have the numbers 0 and 1": torch.device("cuda:2")},
)
### BEGIN HIDDEN TESTS
wishes = [
    ({"cuda": 1, "xpu": 2}, "xpu", "xpu:0"),
    ({"cuda": 1, "xpu": 2}, "xpu:1", "xpu:1"),
    ({"cuda": 1, "xpu": 2}, "xpu:2", "cuda:0"),
    ({"mps": 1}, "cuda", "mps:0"),
    ({"cuda": 0}, "cuda:0", "cpu"),
    ({"cuda": 4}, "cpu", "cpu"),
    ({"cuda": 4}, "cuda", "cuda:0"),
    ({"cuda": 12}, "cuda:11", "cuda:11"),
    ({}, "xpu:0", "cpu"),
]
for counts, wanted, name in wishes:
    check.equal(
        pick_device(counts, wanted),
        torch.device(name),
        on=f'counts {counts}, wanted "{wanted}"',
        traps={
            "this gives what is wanted, whether it is there or not": lambda: torch.device(wanted),
            "this does not look at wanted": lambda: pick_device(counts),
            "the CPU were missing: it is always there": torch.device("cuda:0"),
        },
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Two questions, one after the other: is there a wish that can be granted? If not, which is the first type, in the given order, of which there is at least one?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Let torch take the text apart: `torch.device("xpu:1")` has a `type` and an `index`, and the index is None where the text has no number. `counts.get(kind, 0)` is 0 for a
# type that is not listed.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# if wanted is not None:
#     device = torch.device(wanted)
#     ...  # the CPU is always there
#     if (device.index or 0) < counts.get(device.type, 0):
#         return torch.device(device.type, ...)
# for kind in (..., ..., ...):
#     if counts.get(kind, 0) > 0:
#         return torch.device(kind, 0)
# return ...
# ```
#
# </details>

# %% [markdown] solution_notes="pick_device"
# **Why it works.** A number below the count is there; `device.index or 0` turns "no number" into the first. The loop tries the types in the order of preference.
# **Another way.** Build the list of all devices of the machine, in order of preference with the CPU last, and return the wanted one if it is in the list, else the first.

# %% [markdown]
# ### Exercise 2 · Where is this model? ★ · 5 points · 6 minutes
#
# A module has no `.device`. Write the function that asks it. Look at all its parameters and buffers, those of its submodules included, and return
#
# - the device, if all of them are on the same one,
# - `None`, if there are none,
# - nothing at all, if they are on several: raise `ValueError`.
#
# Move nothing while you look. It tests **ask**, section 3 of [the chapter](../../course/06_devices.ipynb).

# %% solution="device_of" objective="ask"
def device_of(module: nn.Module) -> torch.device | None:
    """The one device of a module's parameters and buffers.

    >>> device_of(nn.Linear(3, 2, device="meta"))
    device(type='meta')
    """
    ### BEGIN SOLUTION
    homes = {tensor.device for tensor in [*module.parameters(), *module.buffers()]}
    if len(homes) > 1:
        raise ValueError(f"the module is spread over {len(homes)} devices")
    return homes.pop() if homes else None
    ### END SOLUTION

# %% test="device_of-one" points=3
check.attempted(device_of, "device_of finds the device of a module that is in one place")


@check.observe
def asked(function, homes, buffer_home):
    import torch
    from torch import nn

    class Noted(nn.Module):
        def __init__(self, home):
            super().__init__()
            self.register_buffer("note", torch.zeros(2, device=home), persistent=False)

    layers = [nn.Linear(2, 2, device=home) for home in homes]
    model = nn.Sequential(nn.ReLU(), nn.Sequential(*layers), *([Noted(buffer_home)] if buffer_home else []))
    return function(model)


check.equal(
    asked(device_of, ["meta"], None),
    torch.device("meta"),
    on="a model with one layer on meta",
    traps={"this is the name of a device: return the device itself": "meta", "the model were on the CPU: ask its tensors": torch.device("cpu")},
)
check.equal(asked(device_of, [], None), None, on="a model without parameters and buffers", traps={"it were on the CPU: it has no tensors, so it is nowhere": torch.device("cpu")})
### BEGIN HIDDEN TESTS
check.equal(asked(device_of, ["cpu"], None), torch.device("cpu"), on="a model with one layer on the CPU")
check.equal(asked(device_of, ["meta"] * 3, "meta"), torch.device("meta"), on="a model with three layers and a buffer on meta")
for home in ("meta", "cpu"):
    check.equal(
        asked(device_of, [], home),
        torch.device(home),
        on=f"a model without parameters, with one buffer on {home}",
        traps={"buffers did not count: they move with the module, so they have a device": None},
    )
### END HIDDEN TESTS

# %% test="device_of-several" points=2
check.attempted(device_of, "device_of raises ValueError for a module in several places, and moves nothing")


@check.observe
def spread(function, homes, buffer_home):
    import torch
    from torch import nn

    from torchscope import meter

    model = nn.Sequential(*[nn.Linear(2, 2, device=home) for home in homes])
    if buffer_home:
        model[0].register_buffer("note", torch.zeros(2, device=buffer_home))
    with meter.audit() as seen:
        try:
            value = function(model)
            answer = f"returned {value!r}"
        except ValueError:
            value, answer = None, "raised ValueError"
    found = [str(tensor.device) for tensor in [*model.parameters(), *model.buffers()]]
    return {"answer": answer, "value": value, "homes": sorted(set(found)), "transfers": len(seen.transfers)}


report = spread(device_of, ["cpu", "meta"], None)
check.equal(
    report["answer"],
    "raised ValueError",
    on="what the call does, a model with one layer on the CPU and one on meta",
    traps={
        "this asks the first parameter only: look at all of them": "returned device(type='cpu')",
        "this asks the last parameter only: look at all of them": "returned device(type='meta')",
        "the error was returned: `raise` is the word": "returned <class 'ValueError'>",
    },
)
check.equal(report["homes"], ["cpu", "meta"], on="the devices of that model afterwards")
### BEGIN HIDDEN TESTS
for homes, buffer_home in ((["meta", "cpu"], None), (["meta"], "cpu"), (["meta", "meta", "cpu"], None), (["cpu", "cpu"], "meta")):
    report = spread(device_of, homes, buffer_home)
    check.equal(
        report["answer"],
        "raised ValueError",
        on=f"what the call does, layers on {', '.join(homes)}, a buffer on {buffer_home or 'no device'}",
        traps={
            "this asks the first parameter only: look at all of them": f"returned {torch.device(homes[0])!r}",
            "this asks the last parameter only: look at all of them": f"returned {torch.device(homes[-1])!r}",
        },
    )
    check.equal(report["homes"], ["cpu", "meta"], on="the devices of that model afterwards")
    check.equal(report["transfers"], 0, on="the number of transfers while looking")
report = spread(device_of, ["meta", "meta"], "meta")
check.equal(report["value"], torch.device("meta"), on="a model with everything on meta")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Each tensor knows its device. How many *different* devices are there?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `module.parameters()` and `module.buffers()` go through the submodules for you. A set keeps each device once; its length is 0, 1 or more.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# homes = {tensor.device for tensor in [*module.parameters(), *module....()]}
# if len(homes) > 1:
#     raise ValueError(...)
# return homes.pop() if ... else None
# ```
#
# </details>

# %% [markdown] solution_notes="device_of"
# **Why it works.** A device can stand in a set, and the set has one entry exactly if all tensors agree. `state_dict()` would miss buffers that are not saved.
# **Another way.** Go through the tensors, remember the first device, and raise at the first tensor that has another one.

# %% [markdown]
# ## Core

# %% [markdown]
# ### Exercise 3 · Move a batch ★★ · 10 points · 12 minutes
#
# A batch is seldom one tensor. It may be a dictionary of lists of tuples of tensors, with names and numbers in between. Return the same structure with every tensor on `device`.
#
# - Lists, tuples and dictionaries are rebuilt, at any depth; a named tuple stays a named tuple of its own type.
# - Everything else (numbers, texts, None) is taken over as it is.
# - What you are given stays as it was, containers included.
# - A tensor that is already there is not copied.
#
# It tests **move**, section 2 of [the chapter](../../course/06_devices.ipynb).

# %% solution="move" objective="move"
def move(batch, device):
    """A nested batch -> the same structure, with its tensors on device.

    >>> move({"x": torch.ones(2), "name": "a"}, "meta")
    {'x': tensor(..., device='meta', size=(2,)), 'name': 'a'}
    """
    ### BEGIN SOLUTION
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: move(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*[move(value, device) for value in batch])
    if isinstance(batch, (list, tuple)):
        return type(batch)(move(value, device) for value in batch)
    return batch
    ### END SOLUTION

# %% test="move-nested" points=4
check.attempted(move, "move rebuilds lists, tuples and dictionaries with their tensors on the device")
batch = {"x": torch.ones(2, 3), "parts": [torch.zeros(4), (torch.ones(1), "a")], "length": 3}
expected = {"x": torch.ones(2, 3, device="meta"), "parts": [torch.zeros(4, device="meta"), (torch.ones(1, device="meta"), "a")], "length": 3}
check.close(move(batch, "meta"), expected, on="a dictionary of a tensor, a list and a number; to meta", traps={"the batch came back as it was: `to` returns the copy": batch})
### BEGIN HIDDEN TESTS
generator = check.generator()
x = torch.randn(3, 2, generator=generator, dtype=torch.float64)
batches = {
    "a tensor": x,
    "a list": [x],
    "a tuple with an empty tensor and None": (x, x[:0], None),
    "dictionaries of dictionaries": {"a": {"b": {"c": [x, [x, [x]]]}}},
    "a list of a dictionary and an empty list": [{"x": x, "y": (x, "text", 1.5, True)}, []],
    "an empty dictionary": {},
    "an empty tuple": (),
    "a text": "text",
    "None": None,
    "a number": 7,
}
for name, batch in batches.items():
    check.close(move(batch, "cpu"), batch, on=f"{name}, to the CPU, where it is")
far = torch.ones(3, 2, dtype=torch.float64, device="meta")
deep = ([{"a": (x.clone(), [x.clone()])}], {1: x.clone(), "two": None}, [x.long(), x > 0])
expected = ([{"a": (far, [far])}], {1: far, "two": None}, [far.long(), far > 0])
check.close(move(deep, torch.device("meta")), expected, on="a tuple of lists, dictionaries and tuples; to meta")
check.close(move(x, "meta"), far, on="a tensor alone, to meta")
### END HIDDEN TESTS

# %% test="move-named_tuple" points=2
check.attempted(move, "move keeps a named tuple what it is")


@check.observe
def named(function, x, label):
    from collections import namedtuple

    Pair = namedtuple("Pair", ["points", "label"])
    Nested = namedtuple("Nested", ["pair", "more"])
    result = function(Nested(Pair(x, label), [Pair(x, label)]), "meta")
    if type(result) is not Nested:
        return {"outer": type(result).__name__}
    parts = [result.pair, result.more, *(result.more if type(result.more) is list else [])]
    inner = [type(part).__name__ for part in parts]
    if [type(part) for part in parts] != [Pair, list, Pair]:
        return {"outer": "Nested", "inner": inner}
    values = [result.pair.points, result.pair.label, result.more[0].points, result.more[0].label]
    return {"outer": "Nested", "inner": inner, "values": values}


report = named(move, torch.ones(2, 3), "cat")
check.equal(
    report["outer"],
    "Nested",
    on="the type of what came back for a Nested, a named tuple",
    traps={
        "nothing came back: `return` is missing": "NoneType",
        "it became a plain tuple: a named tuple has its own type": "tuple",
        "it became a list: rebuild each container as what it was": "list",
    },
)
check.equal(report.get("inner"), ["Pair", "list", "Pair"], on="the types inside it: a named tuple Pair, and a list with another")
check.close(report.get("values"), [torch.ones(2, 3, device="meta"), "cat"] * 2, on="what the two Pairs hold then")
### BEGIN HIDDEN TESTS
check.close(
    named(move, torch.ones(0, dtype=torch.int64), 5)["values"],
    [torch.ones(0, dtype=torch.int64, device="meta"), 5] * 2,
    on="what the two Pairs hold, an empty int64 tensor and 5",
)
### END HIDDEN TESTS

# %% test="move-arguments" points=2
check.attempted(move, "move leaves the batch it is given as it was")
batch = {"x": torch.ones(2), "more": [torch.zeros(3), (torch.ones(1), "a")]}
check.unchanged(move, batch, "meta", on="a dictionary with a list, to meta")
check.close(
    move(batch, "meta"),
    {"x": torch.ones(2, device="meta"), "more": [torch.zeros(3, device="meta"), (torch.ones(1, device="meta"), "a")]},
    on="the same dictionary",
)
### BEGIN HIDDEN TESTS
check.unchanged(move, [torch.ones(2), [torch.ones(3)]], torch.device("meta"), on="a list with a list, to meta")
check.unchanged(move, {"a": {"b": torch.ones(2)}}, "meta", on="a dictionary in a dictionary, to meta")


@check.observe
def fresh(function, batch):
    result = function(batch, "cpu")
    return [result is batch, result["list"] is batch["list"], result["dict"] is batch["dict"]]


x = torch.ones(2)
check.equal(fresh(move, {"list": [x], "dict": {"x": x}}), [False, False, False], on="which containers are the very ones given")
### END HIDDEN TESTS

# %% test="move-no_needless_copy" points=2
check.attempted(move, "move copies only what is elsewhere")


@check.observe
def crossings(function, here, there):
    import torch

    from torchscope import meter

    near = [torch.ones(size) for size in here]
    far = [torch.ones(size, device="meta") for size in there]
    with meter.audit() as seen:
        result = function({"near": near, "far": tuple(far)}, "meta")
    if type(result) is not dict:
        return {"type": type(result).__name__}
    homes = [str(tensor.device) for tensor in [*result["near"], *result["far"]]]
    same = all(after is before for after, before in zip(result["far"], far))
    return {"type": "dict", "homes": homes, "bytes": seen.bytes, "transfers": len(seen.transfers), "same": same}


report = crossings(move, [2, 3], [4])
check.equal(report["type"], "dict", on="what came back for a dictionary", traps={"nothing came back: `return` is missing": "NoneType"})
check.equal(report["homes"], ["meta"] * 3, on="where the three tensors are, two from the CPU and one from meta")
check.equal(report["transfers"], 2, on="transfers of two tensors on the CPU and one on meta, to meta")
check.equal(report["same"], True, on="whether the tensor that was there already is the very one given", traps={"it was copied: `to` alone returns the same object": False})
### BEGIN HIDDEN TESTS
for here, there in (([5], []), ([], [3, 3]), ([1, 0, 2], [7, 7]), ([], [])):
    report = crossings(move, here, there)
    check.equal(report["homes"], ["meta"] * len(here + there), on=f"where the tensors are, {len(here)} from the CPU and {len(there)} from meta")
    check.equal(report["transfers"], len(here), on=f"transfers of {len(here)} tensors on the CPU and {len(there)} on meta")
    check.equal(report["bytes"], 4 * sum(here), on="the bytes that crossed")
    check.equal(report["same"], True, on="whether tensors that were there already are the very ones given")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# What do you do with a tensor alone? With a list of things that you can already move?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# The function calls itself for each item, and builds a container of the same type from what comes back. A named tuple is a tuple that has `_fields`; its type
# wants the items one by one, not in a list.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# if isinstance(batch, Tensor):
#     return ...
# if isinstance(batch, dict):
#     return {key: move(..., device) for key, value in ...}
# if isinstance(batch, tuple) and hasattr(batch, "_fields"):
#     return type(batch)(*[...])
# if isinstance(batch, (list, tuple)):
#     return type(batch)(... for value in batch)
# return batch
# ```
#
# </details>

# %% [markdown] solution_notes="move"
# **Why it works.** Each case builds a new container, so the old one stays, and `to` itself decides whether a copy is needed. The named tuple stands before the tuple, because it is one.
# **Another way.** `batch._make(move(value, device) for value in batch)` for the named tuple, and a `match` statement for the cases.

# %% [markdown]
# ### Exercise 4 · Find the bug: it worked on my laptop ★★ · 10 points · 12 minutes
#
# `RecentMean` averages the steps of a series, and trusts the last step most: a step that is `age` steps old has the weight `0.5 ** age`, and the weights are scaled so that they add up to 1. From the mean it subtracts
# `shift`, which was measured on the training data and belongs to the model: it is saved with it, and not trained. Then it multiplies by the trained `gain`.
#
# On the CPU all numbers are right. After `layer.to(device)` the first call fails. Mend it:
#
# - it runs wherever its parameters are, without a transfer in `forward`;
# - `shift` is saved and moved with the layer, and is no parameter;
# - the numbers on the CPU stay what they are.
#
# The two layouts are `x` (batch, steps, features) and the result (batch, features). All numbers are float32.
#
# It tests **meet**, sections 3 to 5 of [the chapter](../../course/06_devices.ipynb).

# %% solution="RecentMean" objective="meet"
class RecentMean(nn.Module):
    """shift: (features,); x: (batch, steps, features) -> (batch, features).

    >>> RecentMean(torch.zeros(1))(torch.tensor([[[3.0], [6.0]]]))
    tensor([[5.]], grad_fn=<MulBackward0>)
    """

    def __init__(self, shift: Tensor):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.shift = shift

    def forward(self, x: Tensor) -> Tensor:
        age = torch.arange(x.shape[1] - 1, -1, -1)
        weights = 0.5**age
        weights = weights / weights.sum()
        mean = (weights.unsqueeze(1) * x).sum(1)
        return self.gain * (mean - self.shift)


### BEGIN SOLUTION
class RecentMean(nn.Module):
    def __init__(self, shift: Tensor):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.register_buffer("shift", shift)

    def forward(self, x: Tensor) -> Tensor:
        age = torch.arange(x.shape[1] - 1, -1, -1, device=x.device)
        weights = 0.5**age
        weights = weights / weights.sum()
        mean = (weights.unsqueeze(1) * x).sum(1)
        return self.gain * (mean - self.shift)
### END SOLUTION

# %% test="RecentMean-values" points=2
check.attempted(RecentMean, "RecentMean computes the same numbers on the CPU as before", given="4ff12ae0")
x = torch.tensor([[[3.0, 1.0], [6.0, 4.0]], [[0.0, 9.0], [9.0, 0.0]]])
layer = RecentMean(torch.tensor([1.0, 0.0]))
check.close(
    layer(x),
    torch.tensor([[4.0, 3.0], [5.0, 3.0]]),
    on="shift (2,), x (2, 2, 2)",
    traps={
        "this trusts the first step most: the last one has age 0": torch.tensor([[3.0, 2.0], [2.0, 6.0]]),
        "this is the plain mean: a step that is older counts less": torch.tensor([[3.5, 2.5], [3.5, 4.5]]),
        "this leaves out the shift: it is subtracted from the mean": torch.tensor([[5.0, 3.0], [6.0, 3.0]]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for batch, steps, features in [(4, 5, 3), (1, 1, 1), (2, 9, 1), (3, 2, 6), (0, 3, 2), (5, 3, 5)]:
    x = torch.randn(batch, steps, features, generator=generator)
    shift = torch.randn(features, generator=generator)
    weights = torch.tensor([0.5 ** (steps - 1 - step) for step in range(steps)])
    expected = torch.einsum("s,bsf->bf", weights / weights.sum(), x) - shift
    layer = RecentMean(shift)
    check.close(layer(x), expected, on=f"shift ({features},), x ({batch}, {steps}, {features})", rtol=1e-4, atol=1e-5)
### END HIDDEN TESTS

# %% test="RecentMean-anywhere" points=3
check.attempted(RecentMean, "RecentMean runs where its parameters are", given="4ff12ae0")


@check.observe
def elsewhere(cls, shift, shapes, how):
    import torch

    from torchscope import meter

    if how == "made there":
        with torch.device("meta"):
            layer = cls(shift.to("meta"))
    else:
        layer = cls(shift).to("meta")
    results = []
    for shape in shapes:
        with meter.audit():
            results.append(layer(torch.ones(shape, device="meta")))
    return results


check.close(
    elsewhere(RecentMean, torch.zeros(3), [(2, 4, 3)], "moved"),
    [torch.zeros(2, 3, device="meta")],
    on="a layer moved to meta, x (2, 4, 3) on meta",
)
### BEGIN HIDDEN TESTS
for how in ("moved", "made there"):
    check.close(
        elsewhere(RecentMean, torch.zeros(3), [(2, 4, 3), (5, 1, 3), (1, 7, 3), (0, 2, 3)], how),
        [torch.zeros(batch, 3, device="meta") for batch in (2, 5, 1, 0)],
        on=f"a layer {how} to meta, x with 4, 1, 7 and 2 steps",
    )
### END HIDDEN TESTS

# %% test="RecentMean-no_transfers" points=3
check.attempted(RecentMean, "RecentMean copies nothing across and waits for nothing", given="4ff12ae0")


@check.observe
def watched(cls, shift, shapes):
    import torch

    from torchscope import meter

    layer = cls(shift).to("meta")
    inputs = [torch.ones(shape, device="meta") for shape in shapes]
    with meter.audit() as seen:
        results = [layer(x) for x in inputs]
    return {"results": results, "transfers": len(seen.transfers), "waits": len(seen.waits)}


report = watched(RecentMean, torch.zeros(3), [(2, 4, 3), (2, 4, 3)])
check.close(report["results"], [torch.zeros(2, 3, device="meta")] * 2, on="a layer moved to meta, two calls with x (2, 4, 3)")
check.equal(
    report["transfers"],
    0,
    on="the transfers of two calls with x (2, 4, 3)",
    traps={
        "one tensor is sent across in each call: make it on the device, or register it": 2,
        "two tensors are sent across in each call: make them on the device, or register them": 4,
    },
)
check.equal(report["waits"], 0, on="how often the two calls wait for the device")
### BEGIN HIDDEN TESTS
report = watched(RecentMean, torch.zeros(2), [(3, 5, 2), (1, 1, 2), (4, 3, 2)])
check.close(report["results"], [torch.zeros(batch, 2, device="meta") for batch in (3, 1, 4)], on="three calls with 5, 1 and 3 steps")
check.equal(report["transfers"], 0, on="the transfers of three calls with 5, 1 and 3 steps")
check.equal(report["waits"], 0, on="how often the three calls wait for the device")
### END HIDDEN TESTS

# %% test="RecentMean-registered" points=2
check.attempted(RecentMean, "RecentMean saves gain and shift, and trains gain only", given="4ff12ae0")


@check.observe
def registered(cls, shift):
    layer = cls(shift)
    return {
        "state": {name: value.detach().clone() for name, value in layer.state_dict().items()},
        "parameters": sorted(name for name, _ in layer.named_parameters()),
    }


shift = torch.tensor([2.0, -1.0])
report = registered(RecentMean, shift)
check.equal(
    report["parameters"],
    ["gain"],
    on="the names of the parameters",
    traps={"shift were trained: it was measured, so it is a buffer": ["gain", "shift"]},
)
check.close(report["state"], {"gain": torch.ones(2), "shift": shift}, on="state_dict of RecentMean(tensor([2., -1.]))")
### BEGIN HIDDEN TESTS
shift = torch.randn(5, generator=check.generator())
report = registered(RecentMean, shift)
check.equal(report["parameters"], ["gain"], on="the names of the parameters, 5 features")
check.close(report["state"], {"gain": torch.ones(5), "shift": shift}, on="state_dict, 5 features")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Which tensors of this layer does `to` not know of? There are two, and one of them does not exist yet when `to` is called.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# A tensor that belongs to the model and is not trained is a buffer. A tensor that is made in `forward` should be made where `x` is; sending it there afterwards costs a transfer in every call.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# self.register_buffer("shift", ...)
# age = torch.arange(x.shape[1] - 1, -1, -1, device=...)
# ```
#
# </details>

# %% [markdown] solution_notes="RecentMean"
# **Why it works.** `to` moves what is registered, and `arange(…, device=x.device)` is made on the spot. Neither costs anything in `forward`. The bug is silent on a CPU, where
# everything is in one place: run your layers on `meta` under `meter.audit()` once. **Another way.** Without `arange`: `x.new_full((steps,), 0.5)`, then `cumprod` and `flip`; the shift stays a buffer.

# %% [markdown]
# ### Exercise 5 · Wherever the model is ★★ · 10 points · 10 minutes
#
# `predict_all` feeds batches through a model and returns all results in one tensor, on the CPU. The batches are on the CPU; the model is wherever somebody put it.
#
# - Send each batch to the model, not the model to the batches. The model stays where it is.
# - Each batch crosses once, alone or with others. The results come back together: one transfer for all of them.
# - A model without parameters and buffers takes its batches where they are.
#
# There is at least one batch. You may use your `device_of`. It tests **anywhere**, section 6 of [the chapter](../../course/06_devices.ipynb).

# %% solution="predict_all" objective="anywhere"
def predict_all(model: nn.Module, batches: list[Tensor]) -> Tensor:
    """[(n1, features), (n2, features), ...] on the CPU -> (n1 + n2 + ..., outputs) on the CPU.

    >>> predict_all(nn.ReLU(), [torch.tensor([[-1.0]]), torch.tensor([[2.0]])])
    tensor([[0.],
            [2.]])
    """
    ### BEGIN SOLUTION
    tensors = [*model.parameters(), *model.buffers()]
    device = tensors[0].device if tensors else torch.device("cpu")
    results = [model(batch.to(device)) for batch in batches]
    return torch.cat(results).to("cpu")
    ### END SOLUTION

# %% test="predict_all-values" points=3
check.attempted(predict_all, "predict_all gives the model's results for all batches, in their order")


@check.observe
def predicted(function, weight, bias, batches):
    import torch
    from torch import nn

    model = nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype)
    model.weight, model.bias = nn.Parameter(weight), nn.Parameter(bias)
    return function(model, batches)


weight, bias = torch.tensor([[1.0, 2.0]]), torch.tensor([10.0])
batches = [torch.tensor([[1.0, 1.0], [0.0, 3.0]]), torch.tensor([[5.0, 0.0]])]
check.close(
    predicted(predict_all, weight, bias, batches),
    torch.tensor([[13.0], [16.0], [15.0]]),
    on="Linear(2, 1), batches (2, 2) and (1, 2)",
    traps={
        "this is the last batch only: collect the results": torch.tensor([[15.0]]),
        "this is the first batch only: return after the loop": torch.tensor([[13.0], [16.0]]),
        "the batches came in another order": torch.tensor([[15.0], [13.0], [16.0]]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for sizes, features, outputs in [([3, 3], 3, 2), ([1], 2, 4), ([4, 1, 0, 2], 5, 3), ([0], 2, 1)]:
    weight = torch.randn(outputs, features, generator=generator, dtype=torch.float64)
    bias = torch.randn(outputs, generator=generator, dtype=torch.float64)
    batches = [torch.randn(n, features, generator=generator, dtype=torch.float64) for n in sizes]
    expected = torch.cat(batches) @ weight.T + bias
    check.close(predicted(predict_all, weight, bias, batches), expected, on=f"Linear({features}, {outputs}), batches of {sizes} rows, float64")


@check.observe
def without_parameters(function, batches):
    from torch import nn

    return function(nn.ReLU(), batches)


batches = [torch.tensor([[-1.0, 2.0]]), torch.tensor([[3.0, -4.0]])]
check.close(without_parameters(predict_all, batches), torch.tensor([[0.0, 2.0], [3.0, 0.0]]), on="nn.ReLU(), two batches (1, 2)")
### END HIDDEN TESTS

# %% test="predict_all-anywhere" points=3
check.attempted(predict_all, "predict_all works when the model is elsewhere, and leaves it there")


@check.observe
def far_away(function, kind, sizes):
    import torch
    from torch import nn

    from torchscope import meter

    class Scaled(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("scale", torch.ones(2, device="meta"))

        def forward(self, x):
            return x * self.scale

    model = Scaled() if kind == "buffer" else nn.Sequential(nn.ReLU(), nn.Linear(2, 2, device="meta"))
    batches = [torch.ones(n, 2) for n in sizes]
    with meter.audit():
        result = function(model, batches)
    homes = {str(tensor.device) for tensor in [*model.parameters(), *model.buffers()]}
    return {"result": result, "homes": sorted(homes), "batches": sorted({str(batch.device) for batch in batches})}


report = far_away(predict_all, "linear", [3, 2])
check.equal(report["homes"], ["meta"], on="where the model is afterwards", traps={"the model was brought to the batches: bring the batches to the model": ["cpu"]})
check.close(report["result"], torch.ones(5, 2), on="a model on meta, batches (3, 2) and (2, 2); values read from meta are all 1")
### BEGIN HIDDEN TESTS
for kind, sizes in (("linear", [1]), ("linear", [0, 4, 1]), ("buffer", [2, 2])):
    report = far_away(predict_all, kind, sizes)
    check.equal(report["homes"], ["meta"], on="where the model is afterwards", traps={"the model was brought to the batches: bring the batches to the model": ["cpu"]})
    check.equal(report["batches"], ["cpu"], on="where the batches are afterwards")
    check.close(report["result"], torch.ones(sum(sizes), 2), on=f"a model with a {kind} on meta, batches of {sizes} rows; values read from meta are all 1")
### END HIDDEN TESTS

# %% test="predict_all-transfers" points=4
check.attempted(predict_all, "predict_all sends each batch once, and brings all results back at once")


@check.observe
def shipped(function, sizes):
    import torch
    from torch import nn

    from torchscope import meter

    model = nn.Linear(2, 3, device="meta")
    batches = [torch.ones(n, 2) for n in sizes]
    with meter.audit() as seen:
        result = function(model, batches)
    there = [transfer.bytes for transfer in seen.transfers if transfer.target == "meta"]
    back = [transfer.bytes for transfer in seen.transfers if transfer.target == "cpu"]
    return {"result": result, "there": len(there), "sent": sum(there), "back": back, "waits": len(seen.waits)}


report = shipped(predict_all, [3, 2])
check.equal(
    report["sent"],
    40,
    on="the bytes sent to the model, batches (3, 2) and (2, 2)",
    traps={"nothing was sent: bring the batches to the model": 0, "each batch crossed twice": 80},
)
check.equal(report["there"] <= 2, True, on="at most one transfer for each batch")
check.close(report["result"], torch.ones(5, 3), on="Linear(2, 3) on meta, batches (3, 2) and (2, 2); values read from meta are all 1")
check.equal(report["back"], [60], on="the bytes of each transfer back", traps={"each result came back alone: put them together first": [36, 24]})
### BEGIN HIDDEN TESTS
for sizes in ([1], [4, 4, 4, 4], [2, 0, 5]):
    report = shipped(predict_all, sizes)
    check.close(report["result"], torch.ones(sum(sizes), 3), on=f"Linear(2, 3) on meta, batches of {sizes} rows; values read from meta are all 1")
    check.equal(report["sent"], 8 * sum(sizes), on=f"the bytes sent to the model, batches of {sizes} rows")
    check.equal(report["there"] <= len(sizes), True, on=f"at most one transfer for each batch, batches of {sizes} rows")
    check.equal(report["back"], [12 * sum(sizes)], on="the bytes of each transfer back", traps={"each result came back alone: put them together first": [12 * n for n in sizes]})
    check.equal(report["waits"], 1, on="how often the host waits")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Three steps: find out where the model is, send and compute batch by batch, bring back. Which of them belong inside the loop?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Collect the results in a list, where they were computed. `torch.cat` joins them along the first axis on that device; only then go back.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# device = ...  # of the model, or the CPU where it has no tensors
# results = [model(batch....) for batch in batches]
# return torch.cat(...).to(...)
# ```
#
# </details>

# %% [markdown] solution_notes="predict_all"
# **Why it works.** The batches go to the model, so the model never moves; `cat` runs on the device, so one transfer brings everything back.
# **Another way.** Join the *batches* first: `model(torch.cat(batches).to(device)).cpu()` is one transfer there and one back, if all of them fit into the device's memory.

# %% [markdown]
# ## Stretch

# %% [markdown]
# ### Exercise 6 · Three trips are enough ★★★ · 15 points · 18 minutes
#
# `slow_nearest` finds, for each point, the nearest of some prototypes: the one whose squared distance is smallest. It is right, and it crosses the wire again and again. Run the cell, then
#
# 1. write `slow_cost(n, k, d)`: how many transfers `slow_nearest` makes for n points and k prototypes with d coordinates, and how many bytes they carry. Both are float32 on the CPU, and `device` is
#    another device. An index is an int64, of 8 bytes.
# 2. write `nearest`: the same result, with two transfers there and one back, whatever n is, and one wait. It gives the right shape for 0 points, too.
#
# It tests **transfers**, section 7 of [the chapter](../../course/06_devices.ipynb).

# %% locked="slow_nearest"
def slow_nearest(points, prototypes, device):
    indices = []
    for point in points:
        point = point.to(device)
        distances = ((prototypes.to(device) - point) ** 2).sum(1)
        indices.append(distances.argmin().cpu())
    return torch.stack(indices)

# %% solution="nearest" objective="transfers"
def slow_cost(n: int, k: int, d: int) -> tuple[int, int]:
    """n points, k prototypes, d coordinates -> (transfers, bytes) of slow_nearest.

    >>> slow_cost(1, 1, 1)
    (3, 16)
    """
    ### BEGIN SOLUTION
    one_point = 4 * d + 4 * k * d + 8
    return 3 * n, n * one_point
    ### END SOLUTION


def nearest(points: Tensor, prototypes: Tensor, device: torch.device) -> Tensor:
    """(n, d), (k, d) on the CPU -> (n,) on the CPU, int64.

    >>> nearest(torch.tensor([[9.0], [1.0]]), torch.tensor([[0.0], [10.0]]), torch.device("cpu"))
    tensor([1, 0])
    """
    ### BEGIN SOLUTION
    points, prototypes = points.to(device), prototypes.to(device)
    differences = points.unsqueeze(1) - prototypes
    distances = (differences**2).sum(2)
    return distances.argmin(1).cpu()
    ### END SOLUTION

# %% test="nearest-cost" points=4
check.attempted(slow_cost, "slow_cost counts the transfers and the bytes of slow_nearest")
check.equal(
    slow_cost(10, 4, 3),
    (30, 10 * (4 * 3 + 4 * 4 * 3 + 8)),
    on="n = 10, k = 4, d = 3",
    traps={
        "the prototypes crossed once: the loop sends them for each point": (21, 10 * (4 * 3 + 8) + 4 * 4 * 3),
        "the indices did not cross: each comes back, 8 bytes": (20, 10 * (4 * 3 + 4 * 4 * 3)),
        "an index has 4 bytes: it is an int64": (30, 10 * (4 * 3 + 4 * 4 * 3 + 4)),
        "these are numbers, not bytes": (30, 10 * (3 + 4 * 3 + 1)),
        "all distances came back: only the index does": (30, 10 * (4 * 3 + 4 * 4 * 3 + 4 * 4)),
    },
)
### BEGIN HIDDEN TESTS
for n, k, d in [(1, 1, 1), (0, 5, 2), (7, 1, 9), (100, 10, 64), (3, 8, 2)]:
    check.equal(
        slow_cost(n, k, d),
        (3 * n, n * (4 * d + 4 * k * d + 8)),
        on=f"n = {n}, k = {k}, d = {d}",
        traps={
            "the prototypes crossed once: the loop sends them for each point": (2 * n + 1, n * (4 * d + 8) + 4 * k * d),
            "the indices did not cross: each comes back, 8 bytes": (2 * n, n * (4 * d + 4 * k * d)),
        },
    )
### END HIDDEN TESTS

# %% test="nearest-values" points=4
check.attempted(nearest, "nearest finds the prototype with the smallest distance")
points = torch.tensor([[0.0, 1.0], [5.0, 5.0], [9.0, 1.0]])
prototypes = torch.tensor([[0.0, 0.0], [8.0, 0.0], [4.0, 6.0], [9.0, 9.0]])
expected = slow_nearest(points, prototypes, torch.device("cpu"))
distances = ((points.unsqueeze(1) - prototypes) ** 2).sum(2)
check.close(
    nearest(points, prototypes, torch.device("cpu")),
    expected,
    on="points (3, 2), prototypes (4, 2), on the CPU",
    traps={
        "this is the farthest one: the nearest has the smallest distance": distances.argmax(1),
        "this finds the nearest point of each prototype: there is one answer for each point": distances.argmin(0),
        "these are the distances: the index of the smallest is asked for": distances,
        "this is the smallest distance: its index is asked for": distances.min(1).values,
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, k, d in [(4, 4, 4), (6, 3, 2), (1, 5, 3), (5, 1, 2), (3, 2, 1), (8, 8, 1)]:
    points = torch.randn(n, d, generator=generator)
    prototypes = torch.randn(k, d, generator=generator)
    distances = ((points.unsqueeze(1) - prototypes) ** 2).sum(2)
    check.close(
        nearest(points, prototypes, torch.device("cpu")),
        slow_nearest(points, prototypes, torch.device("cpu")),
        on=f"points ({n}, {d}), prototypes ({k}, {d}), on the CPU",
        traps={
            "this finds the nearest point of each prototype: there is one answer for each point": distances.argmin(0),
            "this adds up the differences: square them first": (points.unsqueeze(1) - prototypes).sum(2).argmin(1),
        },
    )
check.close(nearest(torch.ones(0, 3), torch.ones(2, 3), torch.device("cpu")), torch.ones(0, dtype=torch.int64), on="points (0, 3), prototypes (2, 3)")
### END HIDDEN TESTS

# %% test="nearest-transfers" points=4
check.attempted(nearest, "nearest makes two transfers there and one back, whatever n is")


@check.observe
def sent(function, n, k, d):
    import torch

    from torchscope import meter

    points, prototypes = torch.ones(n, d), torch.ones(k, d)
    with meter.audit() as seen:
        result = function(points, prototypes, torch.device("meta"))
    there = sorted(transfer.bytes for transfer in seen.transfers if transfer.target == "meta")
    back = [transfer.bytes for transfer in seen.transfers if transfer.target == "cpu"]
    return {"result": result, "there": there, "back": back}


report = sent(nearest, 5, 3, 3)
check.equal(
    report["there"],
    [36, 60],
    on="the bytes of each transfer there, points (5, 3), prototypes (3, 3), device meta",
    traps={
        "the points crossed one by one: send them together": [12] * 5 + [36],
        "the prototypes crossed for every point: send them once, before the loop": [12] * 5 + [36] * 5,
        "nothing crossed: the work is to be done on the device": [],
    },
)
check.equal(
    report["back"],
    [40],
    on="the bytes of each transfer back",
    traps={
        "the indices came back one by one: bring them back together": [8] * 5,
        "all distances came back: find the smallest on the device": [60],
        "one index came back for all points: say along which axis `argmin` looks": [8],
        "the indices were left on the device: the caller wants them on the CPU": [],
    },
)
check.close(report["result"], torch.ones(5, dtype=torch.int64), on="points (5, 3), prototypes (3, 3), device meta; values read from meta are all 1")
### BEGIN HIDDEN TESTS
for n, k, d in [(1, 4, 2), (9, 3, 5), (20, 2, 2)]:
    report = sent(nearest, n, k, d)
    check.equal(report["there"], sorted([4 * n * d, 4 * k * d]), on=f"the bytes of each transfer there, points ({n}, {d}), prototypes ({k}, {d})")
    check.equal(report["back"], [8 * n], on=f"the bytes of each transfer back, points ({n}, {d}), prototypes ({k}, {d})")
    check.close(report["result"], torch.ones(n, dtype=torch.int64), on=f"points ({n}, {d}), prototypes ({k}, {d}), device meta; values read from meta are all 1")
### END HIDDEN TESTS

# %% test="nearest-one_wait" points=3
check.attempted(nearest, "nearest waits for the device once, and its operators do not grow with n")


@check.observe
def waited(function, n):
    import torch

    from torchscope import meter

    points, prototypes = torch.ones(n, 2), torch.ones(3, 2)
    with meter.audit() as seen:
        result = function(points, prototypes, torch.device("meta"))
    return {"result": result, "waits": len(seen.waits)}


report = waited(nearest, 6)
check.equal(report["waits"], 1, on="how often the host waits, 6 points", traps={"it waits for each point": 6, "it never waits: work on the device, and bring the indices back": 0})
check.close(report["result"], torch.ones(6, dtype=torch.int64), on="points (6, 2), prototypes (3, 2), device meta; values read from meta are all 1")
check.same_operators(
    nearest,
    (torch.ones(2, 2), torch.ones(3, 2), torch.device("cpu")),
    (torch.ones(9, 2), torch.ones(3, 2), torch.device("cpu")),
)
### BEGIN HIDDEN TESTS
for n in (1, 17):
    report = waited(nearest, n)
    check.close(report["result"], torch.ones(n, dtype=torch.int64), on=f"points ({n}, 2), prototypes (3, 2), device meta; values read from meta are all 1")
    check.equal(report["waits"], 1, on=f"how often the host waits, {n} points", traps={"it waits for each point": n})
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# In each turn of the loop, which lines name a device? What do they carry?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Send both tensors before you compute anything. Then let every point meet every prototype by broadcasting: (n, 1, d) with (k, d). Sum over the coordinates, and look for the smallest along the prototypes.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# points, prototypes = points.to(...), prototypes.to(...)
# distances = ((points.unsqueeze(...) - prototypes) ** 2).sum(...)
# return distances.argmin(...).cpu()
# ```
#
# </details>

# %% [markdown] solution_notes="nearest"
# **Why it works.** Everything is on the device before the work starts, and one tensor of n indices comes back. Each point cost 4d bytes for itself, 4kd for the prototypes and 8 for its index; now the
# prototypes cross once. **Another way.** |p − q|² = |p|² − 2 p·q + |q|², and |p|² is the same for all prototypes: `((prototypes**2).sum(1) - 2 * points @ prototypes.T).argmin(1)` needs no (n, k, d) table.

# %% [markdown]
# ### Exercise 7 · Wait once ★★★ · 15 points · 18 minutes
#
# `slow_run` improves weights step by step. `loss_and_gradient` gives, for one batch, how wrong the weights are and which way is uphill (chapter 08 says how one gets it); the step goes
# downhill, and a gradient longer than `limit` is shortened to the length `limit`. Run the two cells: it is right. But it reads numbers in every turn, and on a GPU each read is a wait.
#
# Write `quiet_run`, which returns the same two things: the new weights, on the device of `w`, and the list of losses as Python floats. However many batches there are,
#
# - the host waits once,
# - at most one tensor crosses, with the losses,
# - `w` is not changed.
#
# There is at least one batch, and everything is on one device. It tests **waits**, section 8 of [the chapter](../../course/06_devices.ipynb).

# %% locked="slow_run"
def loss_and_gradient(w, X, y):
    error = X @ w - y
    return (error * error).mean(), 2 * (X.T @ error) / len(y)


def slow_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss.item())
        length = (gradient * gradient).sum().sqrt()
        if length > limit:
            gradient = gradient * (limit / length.item())
        w = w - rate * gradient
    return w, losses

# %% solution="quiet_run" objective="waits"
def quiet_run(w: Tensor, batches: list[tuple[Tensor, Tensor]], rate: float, limit: float) -> tuple[Tensor, list[float]]:
    """w (n,), [(X (b, n), y (b,)), ...] -> (new w (n,), losses).

    >>> quiet_run(torch.zeros(1), [(torch.ones(1, 1), torch.ones(1))], 0.5, 10.0)
    (tensor([1.]), [1.0])
    """
    ### BEGIN SOLUTION
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        length = (gradient * gradient).sum().sqrt()
        gradient = gradient * torch.clamp(limit / length, max=1.0)
        w = w - rate * gradient
    return w, torch.stack(losses).tolist()
    ### END SOLUTION

# %% test="quiet_run-values" points=4
check.attempted(quiet_run, "quiet_run takes the same steps, with gradients shorter than the limit")
w = torch.tensor([1.0, 0.0])
batches = [
    (torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([3.0, 1.0])),
    (torch.tensor([[2.0, 0.0], [1.0, 1.0]]), torch.tensor([2.0, 1.0])),
]
expected = slow_run(w, batches, 0.1, 1000.0)


def always_shortened(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss.item())
        w = w - rate * gradient * (limit / gradient.square().sum().sqrt())
    return w, losses


check.close(
    quiet_run(w, batches, 0.1, 1000.0),
    expected,
    on="w (2,), two batches, rate 0.1, limit 1000",
    traps={
        "the losses are tensors still: read all of them together, when the loop is over": (expected[0], [torch.tensor(loss) for loss in expected[1]]),
        "the losses are one tensor: `tolist` makes a list of it": (expected[0], torch.tensor(expected[1])),
        "the losses are missing: both are returned, the weights and the losses": expected[0],
        "this is only the first step": slow_run(w, batches[:1], 0.1, 1000.0),
        "this goes uphill: the step is w - rate * gradient": slow_run(w, batches, -0.1, 1000.0),
        "every gradient got the length of the limit: only longer ones are shortened": always_shortened(w, batches, 0.1, 1000.0),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for how_many, rows, n in [(5, 4, 3), (1, 1, 1), (3, 6, 6), (8, 2, 4)]:
    w = torch.randn(n, generator=generator, dtype=torch.float64)
    batches = [
        (torch.randn(rows, n, generator=generator, dtype=torch.float64), torch.randn(rows, generator=generator, dtype=torch.float64))
        for _ in range(how_many)
    ]
    expected = slow_run(w, batches, 0.05, 1e6)
    check.close(
        quiet_run(w, batches, 0.05, 1e6),
        expected,
        on=f"w ({n},), {how_many} batches of {rows} rows, float64, limit 1000000",
        traps={"every gradient got the length of the limit: only longer ones are shortened": always_shortened(w, batches, 0.05, 1e6)},
    )
### END HIDDEN TESTS

# %% test="quiet_run-limit" points=4
check.attempted(quiet_run, "quiet_run shortens the gradients that are longer than the limit, and no others")
w = torch.tensor([1.0, 0.0])
batches = [
    (torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([30.0, 1.0])),
    (torch.tensor([[0.1, 0.0], [0.0, 0.1]]), torch.tensor([0.0, 0.0])),
]
expected = slow_run(w, batches, 0.5, 1.0)
check.close(
    quiet_run(w, batches, 0.5, 1.0),
    expected,
    on="w (2,), two batches, the first gradient longer than the limit 1",
    traps={"no gradient was shortened: the first is longer than the limit": slow_run(w, batches, 0.5, 1e30)},
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for limit in (0.01, 0.5, 2.0, 5.0):
    w = torch.randn(3, generator=generator, dtype=torch.float64)
    batches = [
        (
            torch.randn(4, 3, generator=generator, dtype=torch.float64),
            torch.randn(4, generator=generator, dtype=torch.float64) * (0.1 if step % 2 else 10),
        )
        for step in range(6)
    ]
    expected = slow_run(w, batches, 0.1, limit)
    check.close(
        quiet_run(w, batches, 0.1, limit),
        expected,
        on=f"w (3,), six batches, float64, limit {limit}",
        traps={"no gradient was shortened": slow_run(w, batches, 0.1, 1e30)},
    )
still = [(torch.ones(2, 2), torch.ones(2))] * 2
w = torch.tensor([0.5, 0.5])
check.close(
    quiet_run(w, still, 0.1, 1.0),
    slow_run(w, still, 0.1, 1.0),
    on="w (2,), gradients of length 0",
    traps={"a gradient of length 0 became NaN: 0 * (limit / 0) is no number": (torch.full((2,), torch.nan), [0.0, torch.nan])},
)
### END HIDDEN TESTS

# %% test="quiet_run-waits" points=4
check.attempted(quiet_run, "quiet_run waits once, however many batches there are")


@check.observe
def waits(function, count):
    import torch

    from torchscope import meter

    w = torch.ones(3, device="meta")
    batches = [(torch.ones(2, 3, device="meta"), torch.ones(2, device="meta")) for _ in range(count)]
    with meter.audit() as seen:
        result = function(w, batches, 0.1, 1.0)
    return {"result": result, "waits": len(seen.waits), "transfers": len(seen.transfers)}


report = waits(quiet_run, 5)
check.close(report["result"], (torch.ones(3, device="meta"), [1.0] * 5), on="w (3,) on meta, 5 batches; values read from meta are all 1")
check.equal(
    report["waits"],
    1,
    on="how often the host waits, 5 batches",
    traps={
        "it reads a number for each batch: keep the losses on the device, and read them together": 5,
        "it reads two numbers for each batch": 10,
        "it asks for each batch whether the gradient is long, and reads the losses at the end: shorten without an if": 6,
        "it reads three numbers for each batch": 15,
    },
)
### BEGIN HIDDEN TESTS
for count in (1, 12):
    report = waits(quiet_run, count)
    check.close(report["result"], (torch.ones(3, device="meta"), [1.0] * count), on=f"w (3,) on meta, {count} batches; values read from meta are all 1")
    check.equal(report["waits"], 1, on=f"how often the host waits, {count} batches")
### END HIDDEN TESTS

# %% test="quiet_run-stays" points=3
check.attempted(quiet_run, "quiet_run works where w is, sends nothing there, and leaves w as it was")


@check.observe
def crossed(function, count):
    import torch

    from torchscope import meter

    w = torch.ones(3, device="meta")
    batches = [(torch.ones(2, 3, device="meta"), torch.ones(2, device="meta")) for _ in range(count)]
    with meter.audit() as seen:
        result = function(w, batches, 0.1, 1.0)
    there = [transfer for transfer in seen.transfers if transfer.target == "meta"]
    return {"result": result, "there": len(there), "back": len(seen.transfers) - len(there)}


report = crossed(quiet_run, 4)
check.close(report["result"], (torch.ones(3, device="meta"), [1.0] * 4), on="w (3,) on meta, 4 batches; values read from meta are all 1")
check.equal(report["there"], 0, on="the transfers to the device, 4 batches", traps={"a tensor is made on the CPU in each turn and sent across": 4})
check.equal(report["back"] <= 1, True, on="at most one transfer back, 4 batches")
w = torch.tensor([1.0, 0.0])
batches = [(torch.tensor([[1.0, 2.0], [0.0, 1.0]]), torch.tensor([3.0, 1.0]))]
check.unchanged(quiet_run, w, batches, 0.1, 1.0, on="w (2,), one batch, on the CPU")
### BEGIN HIDDEN TESTS
report = crossed(quiet_run, 9)
check.close(report["result"], (torch.ones(3, device="meta"), [1.0] * 9), on="w (3,) on meta, 9 batches; values read from meta are all 1")
check.equal(report["there"], 0, on="the transfers to the device, 9 batches", traps={"a tensor is made on the CPU in each turn and sent across": 9})
check.equal(report["back"] <= 1, True, on="at most one transfer back, 9 batches")
check.unchanged(quiet_run, w, [*batches, *batches], 0.1, 1000.0, on="w (2,), two batches, on the CPU")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Three places in `slow_run` need a number on the host. Which? One of them has no `item()`.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Keep the losses as tensors in the list; `torch.stack` makes one tensor of them at the end. For the `if`: what factor shortens a long gradient, and what factor leaves a short one alone? The smaller of two numbers,
# computed on the device.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# losses.append(loss)                                   # no item()
# factor = torch.clamp(limit / length, max=...)         # 1 where the gradient is short
# ...
# return w, torch.stack(losses).tolist()
# ```
#
# </details>

# %% [markdown] solution_notes="quiet_run"
# **Why it works.** `limit / length` is below 1 exactly if the gradient is too long, and `clamp` cuts it at 1 otherwise; for a length of 0 it is infinity, cut to 1 as well. The losses stay on the device until
# one `tolist` brings them all. **Another way.** `torch.where(length > limit, gradient * (limit / length), gradient)` chooses on the device: it computes both and asks nobody.

# %% [markdown]
# ## Boss

# %% [markdown]
# ### Exercise 8 · Will it fit? ★★★★ · 20 points · 30 minutes
#
# Before you rent a machine you want to know whether the model fits. `memory_plan(model, optimizer)` counts bytes and returns a dictionary with five entries:
#
# | key | what it counts |
# |---|---|
# | `"parameters"` | all parameters, each in its own dtype |
# | `"buffers"` | all buffers |
# | `"gradients"` | one more copy of each parameter that is trained (`requires_grad`) |
# | `"state"` | what the optimiser keeps: for `"sgd"` nothing, for `"momentum"` one copy of each trained parameter, for `"adam"` two |
# | `"total"` | the sum of the four |
#
# A parameter that stands in two places of the model is one parameter. An optimiser of another name raises `ValueError`. (Adam also counts its steps, a few bytes for each parameter: leave them out.)
#
# Then write `largest_batch(model, optimizer, room, sample_bytes)`: how many samples still fit beside the plan into a memory of `room` bytes, if each takes `sample_bytes`; 0 if the plan alone does not fit.
#
# Some of the models would fill a data centre. They are on `meta`: allocate nothing of their size. It tests **memory**, section 10 of [the chapter](../../course/06_devices.ipynb).

# %% solution="memory_plan" objective="memory"
def memory_plan(model: nn.Module, optimizer: str) -> dict[str, int]:
    """A model and "sgd", "momentum" or "adam" -> bytes to train it.

    >>> memory_plan(nn.Linear(3, 2), "adam")
    {'parameters': 32, 'buffers': 0, 'gradients': 32, 'state': 64, 'total': 128}
    """
    ### BEGIN SOLUTION
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(f"no such optimizer: {optimizer}")

    def size_in_bytes(tensors):
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors)

    trained = size_in_bytes(p for p in model.parameters() if p.requires_grad)
    plan = {
        "parameters": size_in_bytes(model.parameters()),
        "buffers": size_in_bytes(model.buffers()),
        "gradients": trained,
        "state": copies[optimizer] * trained,
    }
    plan["total"] = sum(plan.values())
    return plan
    ### END SOLUTION


def largest_batch(model: nn.Module, optimizer: str, room: int, sample_bytes: int) -> int:
    """How many samples fit beside the plan.

    >>> largest_batch(nn.Linear(3, 2), "adam", 1000, 100)
    8
    """
    ### BEGIN SOLUTION
    left = room - memory_plan(model, optimizer)["total"]
    return max(0, left // sample_bytes)
    ### END SOLUTION

# %% test="memory_plan-weights" points=4
check.attempted(memory_plan, "memory_plan counts the bytes of parameters and buffers")


@check.observe
def planned(function, layers, dtype_names, optimizer):
    import torch
    from torch import nn

    made = []
    for (rows, columns), name in zip(layers, dtype_names):
        made.append(nn.Linear(columns, rows, dtype=getattr(torch, name), device="meta"))
        made.append(nn.BatchNorm1d(rows, device="meta"))
    return function(nn.Sequential(*made), optimizer)


plan = planned(memory_plan, [(4, 3)], ["float32"], "sgd")
check.equal(
    plan,
    {"parameters": 4 * (12 + 4 + 8), "buffers": 4 * 8 + 8, "gradients": 96, "state": 0, "total": 96 + 40 + 96},
    on="Linear(3, 4) and BatchNorm1d(4), float32, sgd",
    traps={
        "these are numbers, not bytes: element_size says how many bytes one takes": 24,
        "every number has 4 bytes: BatchNorm's counter is an int64, of 8": 36,
        "the total leaves out the buffers": 192,
    },
)
### BEGIN HIDDEN TESTS
widths = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}
for layers, names in [([(5, 5)], ["float64"]), ([(3, 7), (2, 3)], ["float16", "float32"]), ([(1, 1)], ["bfloat16"]), ([(6, 2), (6, 6), (1, 6)], ["float64", "bfloat16", "float32"]), ([], [])]:
    parameters = sum(widths[name] * (rows * columns + rows) + 4 * 2 * rows for (rows, columns), name in zip(layers, names))
    buffers = sum(4 * 2 * rows + 8 for rows, _ in layers)
    plan = planned(memory_plan, layers, names, "sgd")
    check.equal(
        plan,
        {"parameters": parameters, "buffers": buffers, "gradients": parameters, "state": 0, "total": 2 * parameters + buffers},
        on=f"linear layers of {layers} in {', '.join(names) or 'no dtype'}, each with a batch norm; sgd",
    )
### END HIDDEN TESTS

# %% test="memory_plan-trained" points=4
check.attempted(memory_plan, "memory_plan counts gradients of trained parameters only")


@check.observe
def frozen(function, sizes, trained, optimizer):
    from torch import nn

    model = nn.Sequential(*[nn.Linear(a, b, device="meta") for a, b in sizes])
    for layer, wanted in zip(model, trained):
        layer.requires_grad_(wanted)
    return function(model, optimizer)


plan = frozen(memory_plan, [(9, 5), (5, 2)], [False, True], "sgd")
check.equal(
    plan,
    {"parameters": 248, "buffers": 0, "gradients": 48, "state": 0, "total": 296},
    on="Linear(9, 5), frozen, and Linear(5, 2); sgd",
    traps={
        "frozen parameters got gradients: look at requires_grad": {"parameters": 248, "buffers": 0, "gradients": 248, "state": 0, "total": 496},
        "frozen parameters take no memory: they are there, they only have no gradient": {"parameters": 48, "buffers": 0, "gradients": 48, "state": 0, "total": 96},
        "no parameter had a gradient: `parameters()` can be gone through once only, so ask for it again": 0,
    },
)
### BEGIN HIDDEN TESTS
for sizes, trained in [([(3, 3)], [False]), ([(2, 4), (4, 1)], [True, False]), ([(1, 8), (8, 3), (3, 2)], [False, True, False])]:
    every = [4 * (a * b + b) for a, b in sizes]
    gradients = sum(size for size, wanted in zip(every, trained) if wanted)
    for optimizer, copies in (("sgd", 0), ("adam", 2)):
        check.equal(
            frozen(memory_plan, sizes, trained, optimizer),
            {"parameters": sum(every), "buffers": 0, "gradients": gradients, "state": copies * gradients, "total": sum(every) + (1 + copies) * gradients},
            on=f"linear layers of {sizes}, trained: {trained}; {optimizer}",
            traps={
                "frozen parameters got state: an optimiser keeps nothing for them": lambda: {
                    "parameters": sum(every),
                    "buffers": 0,
                    "gradients": gradients,
                    "state": copies * sum(every),
                    "total": sum(every) + gradients + copies * sum(every),
                }
            },
        )
### END HIDDEN TESTS

# %% test="memory_plan-optimizers" points=4
check.attempted(memory_plan, "memory_plan knows what the three optimisers keep, and no others")


@check.observe
def kept(function, n, m, optimizer):
    from torch import nn

    try:
        return function(nn.Linear(n, m, device="meta"), optimizer)
    except ValueError:
        return "ValueError"


check.equal(kept(memory_plan, 4, 5, "momentum"), {"parameters": 100, "buffers": 0, "gradients": 100, "state": 100, "total": 300}, on="Linear(4, 5), momentum")
check.equal(
    kept(memory_plan, 4, 5, "adam"),
    {"parameters": 100, "buffers": 0, "gradients": 100, "state": 200, "total": 400},
    on="Linear(4, 5), adam",
    traps={"adam kept one copy: it keeps two": {"parameters": 100, "buffers": 0, "gradients": 100, "state": 100, "total": 300}},
)
check.equal(kept(memory_plan, 4, 5, "newton"), "ValueError", on='Linear(4, 5), "newton"')
### BEGIN HIDDEN TESTS
for n, m in ((1, 1), (7, 3), (3, 7)):
    size = 4 * (n * m + m)
    for optimizer, copies in (("sgd", 0), ("momentum", 1), ("adam", 2)):
        check.equal(
            kept(memory_plan, n, m, optimizer),
            {"parameters": size, "buffers": 0, "gradients": size, "state": copies * size, "total": (2 + copies) * size},
            on=f"Linear({n}, {m}), {optimizer}",
        )
for name in ("Adam ", "", "SGD2"):
    check.equal(kept(memory_plan, 2, 2, name), "ValueError", on=f"Linear(2, 2), {name!r}")
### END HIDDEN TESTS

# %% test="memory_plan-shared" points=4
check.attempted(memory_plan, "memory_plan counts a shared parameter once")


@check.observe
def tied(function, n, times, optimizer):
    from torch import nn

    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(n, n, device="meta")
            self.others = nn.ModuleList(nn.Linear(n, n, bias=False, device="meta") for _ in range(times))
            for other in self.others:
                other.weight = self.first.weight
            self.again = self.first

    return function(Tied(), optimizer)


check.equal(
    tied(memory_plan, 3, 1, "sgd"),
    {"parameters": 48, "buffers": 0, "gradients": 48, "state": 0, "total": 96},
    on="a layer Linear(3, 3) that stands in two places, and another one with the same weight; sgd",
    traps={
        "the shared weight counts in every place: it is one tensor, and `state_dict` names it three times": 132,
        "the weight of the other layer counts again: it is the same tensor": 84,
    },
)
### BEGIN HIDDEN TESTS
for n, times in ((1, 0), (5, 3), (4, 1)):
    size = 4 * (n * n + n)
    for optimizer, copies in (("momentum", 1), ("adam", 2)):
        check.equal(
            tied(memory_plan, n, times, optimizer),
            {"parameters": size, "buffers": 0, "gradients": size, "state": copies * size, "total": (2 + copies) * size},
            on=f"a layer Linear({n}, {n}) in two places and {times} more with its weight; {optimizer}",
        )
### END HIDDEN TESTS

# %% test="memory_plan-batch" points=4
check.attempted(largest_batch, "largest_batch says how many samples fit, for giants too")


@check.observe
def fits(function, width, layers, optimizer, room, sample_bytes):
    from torch import nn

    from torchscope import meter

    model = nn.Sequential(*[nn.Linear(width, width, bias=False, device="meta") for _ in range(layers)])
    with meter.audit() as seen:
        count = function(model, optimizer, room, sample_bytes)
    return {"count": count, "transfers": len(seen.transfers), "waits": len(seen.waits)}


report = fits(largest_batch, 10, 2, "adam", 4000, 100)
check.equal(
    report["count"],
    8,
    on="two Linear(10, 10) without bias, adam: a plan of 3200 bytes; room 4000, 100 bytes a sample",
    traps={"the plan takes no room: subtract its total": 40, "this is no whole number: half a sample does not fit": 8.0},
)
check.equal(
    fits(largest_batch, 10, 2, "adam", 3000, 100)["count"],
    0,
    on="the same plan of 3200 bytes; room 3000",
    traps={"a negative number of samples fits: where the plan does not fit, it is 0": -2},
)
### BEGIN HIDDEN TESTS
for width, layers, optimizer, copies in [(10, 1, "sgd", 2), (100_000, 40, "adam", 4), (200_000, 10, "momentum", 3)]:
    plan = 4 * width * width * layers * copies
    for room, sample_bytes in ((plan, 7), (plan + 6, 7), (plan + 7, 7), (plan + 10**9, 12_345), (plan - 1, 1), (0, 5)):
        report = fits(largest_batch, width, layers, optimizer, room, sample_bytes)
        check.equal(
            report["count"],
            max(0, (room - plan) // sample_bytes),
            on=f"{layers} Linear({width}, {width}) without bias, {optimizer}: a plan of {plan} bytes; room {room}, {sample_bytes} bytes a sample",
        )
        check.equal((report["transfers"], report["waits"]), (0, 0), on="transfers and waits while planning")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Write one small helper first: the bytes of any collection of tensors. Then each entry of the plan is one line.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `numel()` times `element_size()` is right for every dtype. `model.parameters()` gives a shared parameter once; `state_dict()` would give it in every place. Gradients and state follow the trained parameters
# only, so compute their bytes once and multiply.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# copies = {"sgd": 0, "momentum": ..., "adam": ...}
# if optimizer not in copies:
#     raise ...
# trained = size_in_bytes(p for p in model.parameters() if p.requires_grad)
# plan = {"parameters": ..., "buffers": ..., "gradients": ..., "state": copies[optimizer] * ...}
# plan["total"] = sum(plan.values())
#
# left = room - memory_plan(model, optimizer)["total"]
# return max(0, left // sample_bytes)
# ```
#
# </details>

# %% [markdown] solution_notes="memory_plan"
# **Why it works.** Shapes and dtypes are all it takes, and `meta` has them for a model of any size. Parameters are counted once because torch remembers which it has given.
# **Another way.** Collect the parameters in a dictionary by `id`, walk `model.modules()` and their own `_parameters`; or run a real optimiser's step on `meta` and measure its state, as the chapter does.
