# %% [markdown]
# # 06 · Devices
#
# Where does it run?
#
# A tensor lives in the memory of one **device**, and its arithmetic happens there. Your processor is one device, a GPU is another, and between them runs a wire
# that is slow compared with both. This chapter is about the wire: what crosses it, what may not, what it costs, and when your program stands still because of it.
#
# You need no GPU. On a machine without one, torch's device `meta` plays its part: tensors there have a shape, a dtype and a device, but no numbers. With
# a GPU the same cells use it.

# %% [markdown]
# ## What you will be able to do
#
# - **place**: name a device, and choose one that exists (`pick_device`, `predict_same`)
# - **ask**: find out where a model is, although it has no `.device` (`device_of`)
# - **move**: tell what is copied and what is moved in place, in nested batches too (`move`, `predict_bytes`, `predict_module`)
# - **meet**: say which operands may meet, and mend a layer that works on the CPU only (`RecentMean`, `predict_meet`)
# - **anywhere**: write code that runs wherever its model is (`predict_all`)
# - **transfers**: count what crosses the wire, and send less (`nearest`)
# - **waits**: see where the host waits for the device, and wait once (`quiet_run`, `predict_waits`)
# - **memory**: plan the memory of a model that your machine could not hold (`memory_plan`)
#
# ## 1 · Two memories
#
# The CPU and its memory are the **host**. The GPU has a memory of its own, and can compute on nothing else.

# %%
import torch
from torch import nn
from torchscope import draw, meter, reveal

there = torch.device("cuda" if torch.cuda.is_available() else "meta")
draw.diagram(
    {
        "memory": (0, 0, "Host memory\nyour data"), "cpu": (0, 1, "CPU\nruns Python"),
        "gpu_memory": (1, 0, "GPU memory\nweights, batches"), "gpu": (1, 1, "GPU\nruns operators"),
    },
    [("memory", "gpu_memory", ".to(there)"), ("gpu_memory", "memory", ".cpu()"),
     ("cpu", "memory", ""), ("cpu", "gpu", "launches"), ("gpu", "gpu_memory", "")],
    title="Two memories and a wire",
)

# %% [markdown]
# `there` is the far side of the wire, from now on: your GPU, or `meta` in its place. A new tensor is made on the host unless you say `device=`; then it is made there
# directly, and nothing crosses the wire. Every tensor tells you where it is:

# %%
weights = torch.zeros(2, 3, device=there)
torch.ones(3).device.type, weights.device.type == there.type, weights.shape

# %% [markdown]
# A device has a type, such as `cuda`, and may have a number. `cuda:0` is the first GPU, `cuda:1` the second. And `cuda` without a number?

# %% predict="cuda"
same_device = ...  # is torch.device("cuda") equal to torch.device("cuda:0")? True or False

# %% reveal="cuda" answer="False"
reveal(same_device, lambda: torch.device("cuda") == torch.device("cuda:0"))

# %% [markdown]
# > **Common trap.** "`cuda` and `cuda:0` are the same." `cuda` means *the current* GPU, whichever that is when the tensor is made. A program can make another one current
# > (`torch.cuda.set_device(1)`), and `cuda` follows. A tensor always knows its number. So `x.device == torch.device("cuda")` is False for *every* tensor: compare types.
#
# To see it on any machine, `meter.pretend()` makes tensors on devices that are not there. It is for demonstrations only: they hold no numbers.

# %%
with meter.pretend():
    x = torch.ones(2, device="cuda")
print(torch.device("cuda").index, x.device.index)
x.device == torch.device("cuda"), x.device == torch.device("cuda", 0), x.device.type == "cuda"

# %% [markdown]
# **Change one thing.** Make `x` on `"cuda:1"`, then on `"cuda:7"`. Which of the five answers change?
#
# ## 2 · A tensor is copied
#
# `x.to(there)` is said to *move* a tensor. What happened to the first one?

# %%
x = torch.tensor([1.0, 2.0, 3.0])
x.to(there)
x += 10

# %% predict="stayed"
where_is_x = ...  # x.device.type, in quotes

# %% reveal="stayed" answer="'cpu'"
reveal(where_is_x, lambda: x.device.type)

# %% [markdown]
# > **Common trap.** "A tensor is *moved*." Nothing moved. `to` makes a **copy** on the other device and returns it; `x` stays where it was. Our copy was thrown away, for nobody gave it a
# > name. Write `x = x.to(there)`. The old tensor is freed once no name holds it.
#
# There is one exception. If the tensor is already what you ask for, `to` returns *the same object*, without a copy:

# %%
y = x.to(there)
y is x, y.to(y.device) is y, x.to("cpu") is x, x.to("cpu", copy=True) is x

# %% [markdown]
# > **Common trap.** "After `to`, I have my own copy." Only if it had to copy. Where `x.to(device)` is `x`, a write through the one is seen in the other. On a laptop
# > without a GPU, your program then does something else than on the server. Say `copy=True`, or `clone()`.
#
# The family in one place. `x.cuda(0)` is `x.to("cuda:0")`, `x.cpu()` is `x.to("cpu")`. Both name a device in the code, and the first of them raises where there is no GPU, so code that calls it has to ask. `to`
# takes a dtype too, or another tensor, whose device *and* dtype it then takes over.

# %%
half = torch.zeros(1, dtype=torch.float16, device=there)
copies = [x.to(half), x.cpu(), x.cuda(0) if torch.cuda.is_available() else x.to(there)]
[copy.dtype for copy in copies], [copy.device.type == there.type for copy in copies]

# %% [markdown]
# `meter.audit()` watches the wire. It lists every **transfer**, with its bytes:

# %%
with meter.audit() as seen:
    y = torch.ones(100, 3).to(there)
    y = y.to(there)
    y = y.to(torch.float64)
len(seen.transfers), seen.bytes

# %% [markdown]
# One transfer: 300 numbers of 4 bytes. The second `to` had nothing to do, and the third worked on the device.
#
# **Change one thing.** Convert to `float64` in the *first* line, before `.to(there)`. How many bytes cross now?
#
# ## 3 · A module is moved in place
#
# For modules, `to` does what its name says. It goes through the parameters and buffers, replaces each by its copy, and returns the module itself. The second layer below is new:
# `nn.BatchNorm1d` scales each feature by what it has seen so far. It has a weight and a bias, and three buffers: running means, running variances, and a counter of batches.

# %%
model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
model.offset = torch.ones(4)  # a plain tensor
with meter.audit() as seen:
    moved = model.to(there)

# %% predict="moved"
tensors_moved = ...  # how many transfers that took: a number

# %% reveal="moved" answer="7"
reveal(tensors_moved, lambda: len(seen.transfers))

# %% [markdown]
# Four parameters and three buffers, each copied alone. The plain tensor stayed behind, as it stays out of `state_dict`. A tensor that `forward` makes is made on the host, unless you say otherwise. Your *data*
# stays as well: a batch has to be moved for each step, by you.

# %%
print(moved is model, list(model.state_dict()))
batch, made_in_forward = torch.ones(2, 3), torch.arange(4)
parts = {
    "nn.Parameter": model[0].weight, "buffer": model[1].running_mean, "plain tensor": model.offset,
    "made in forward": made_in_forward, "the batch": batch,
}
moved = [["yes" if part.device.type == there.type else "no"] for part in parts.values()]
draw.table(list(parts), ["moved by model.to"], moved, title="What follows a module")

# %% [markdown]
# Where is a model, then? It has no `.device`, and cannot have one: half of its layers may be here and half there, and a module without parameters is nowhere. What has a device is
# each tensor. So ask the first parameter, if you know that there is one, or collect all:

# %%
first = next(model.parameters()).device
homes = {tensor.device for tensor in model.state_dict().values()}
hasattr(model, "device"), first.type == there.type, len(homes), len(nn.ReLU().state_dict())

# %% [markdown]
# **Change one thing.** Bring the first layer back, `model[0].to("cpu")`, and run the last cell again. On `meta` that raises: there are no numbers to bring back. Write
# `model[0] = nn.Linear(3, 4)` instead. How many homes now?
#
# ## 4 · Who may meet
#
# An *operator*, one operation of torch, runs on one device, so its operands must be there:

# %%
far, near = torch.ones(3, device=there), torch.ones(3)
number, index = torch.tensor(2.0), torch.tensor([0, 2])
try:
    far + near
except RuntimeError:
    print("torch refuses: two devices")

# %% [markdown]
# > **Common trap.** "No operation at all works across devices." Three things do, and the next cell tries them with six others.
#
# `meta` alone would let some mistakes pass, which a GPU refuses; `meter.audit()` holds it to the GPU's rules.

# %%
attempts = {
    "far * number": lambda: far * number, "far[index]": lambda: far[index],
    "far.copy_(near)": lambda: far.copy_(near), "near * far.sum()": lambda: near * far.sum(),
    "near[far.long()]": lambda: near[far.long()], "torch.stack": lambda: torch.stack([far, near]),
    "far @ near": lambda: far @ near, "near.add_(far)": lambda: near.add_(far),
    "nn.Linear(3, 2)(far)": lambda: nn.Linear(3, 2)(far),
}
outcome = {}
for name, attempt in attempts.items():
    try:
        with meter.audit():
            attempt()
        outcome[name] = "yes"
    except RuntimeError:
        outcome[name] = "no"

# %%
draw.table(list(outcome), ["allowed"], [[mark] for mark in outcome.values()],
           title="far is there, the rest on the CPU")

# %% [markdown]
# - A **0-d CPU tensor** is a number; it is handed over with the launch. (The reverse fails: `far.sum()` is a number in the *other* memory.)
# - A **CPU index** may pick from a tensor that is elsewhere.
# - **`copy_`** is a transfer by trade.
#
# Two GPUs are two devices. Each has its own memory, and they refuse each other as they refuse the CPU:

# %%
with meter.pretend():
    left, right = torch.ones(2, 3, device="cuda:0"), torch.ones(2, 3, device="cuda:1")
    try:
        left + right
    except RuntimeError:
        print("torch refuses: two GPUs are two devices")
    print((left.to("cuda:1") + right).device.index)

# %% [markdown]
# **Change one thing.** Make `number` a tensor of shape `(1,)` instead of `()`. One row of the table changes. Which, and why?
#
# ## 5 · Make it where it is needed
#
# Tensors made on the way are the usual culprits: a mask, positions, zeros to add to. Make them where their neighbours are:

# %%
made = [torch.zeros_like(far), far.new_zeros(2, 2), torch.arange(3, device=far.device)]
with torch.device(there):
    made.append(torch.rand(2))
{tensor.device.type == there.type for tensor in made}

# %% [markdown]
# `zeros_like` takes over shape, dtype and device, `new_zeros` dtype and device. Under `with torch.device(...)`, everything new lands there, the parameters of new modules included. All four are
# made there, and nothing crosses. `torch.tensor([1.0, 2.0], device=there)` is not: Python's numbers are on the host, so it costs a transfer.

# %%
with meter.audit() as seen:
    torch.zeros(2, device=there), far.new_zeros(2), torch.zeros_like(far)
    torch.tensor([1.0, 2.0], device=there), torch.zeros(2).to(there)
[transfer.bytes for transfer in seen.transfers]

# %% [markdown]
# Older code says it differently. Read it, and write the right-hand side:
#
# | old | what it does | write |
# |---|---|---|
# | `x.new(2, 3)` | like `x`, but *uninitialised* | `x.new_zeros(2, 3)`, `x.new_empty(2, 3)` |
# | `x.new([1, 2])` | these numbers, like `x` | `x.new_tensor([1, 2])` |
# | `torch.cuda.FloatTensor(2, 3)` | uninitialised float32 on the current GPU | `torch.empty(2, 3, device="cuda")` |
# | `x.cuda()`, `model.cuda()` | to the current GPU | `x.to(device)`, `model.to(device)` |

# %%
old = far.new(2, 3)  # whatever was in memory: not ones, not zeros
old.shape, old.dtype, old.device == far.device, torch.cuda.FloatTensor.dtype

# %% [markdown]
# **Change one thing.** Write `far.to(torch.int32).new(2, 3)`. Which of the four answers changes?
#
# ## 6 · Code that runs anywhere
#
# > **Common trap.** "PyTorch supports only CUDA GPUs." The type of a device says which machine it is:
#
# | type | machine |
# |---|---|
# | `cuda` | NVIDIA GPUs; AMD's too, whose build keeps the name |
# | `mps` | Apple's GPUs |
# | `xpu` | Intel's GPUs |
# | `cpu` | every machine |
#
# Other makers' machines come with packages of their own. `torch.accelerator` asks for whatever is there, or gives None. Choose once, at the top, and let everything below follow `device`:

# %%
device = torch.accelerator.current_accelerator(check_available=True) or torch.device("cpu")
model = nn.Linear(3, 2).to(device)
batch = torch.ones(4, 3).to(device)
scores = torch.cat([model(batch), model(2 * batch)])
lowest = scores.argmin(1).cpu()
scores.shape, scores.device == batch.device, lowest.shape, lowest.device.type

# %% [markdown]
# Results stay where they are made, too: `cat` joined them there, `argmin` chose there, and only the choice came back.
#
# Inside functions and modules do not choose at all: take the device from what you are given, `x.device`. And random numbers? Each device has a generator of its own, so one seed gives other numbers there. Draw on a seeded CPU generator, *then* move: this course does so everywhere.
#
# **Change one thing.** Make `device` in the first line `torch.device("meta")`. All lines but one still run. Which one, and why?
#
# ## 7 · What a transfer costs
#
# Each transfer costs twice: a fixed price for starting it, and a time for each byte. Many small ones pay the fixed price many times. Here are 64 rows, sent one by one, and at once.

# %%
rows, scale = torch.ones(64, 256), torch.ones(256)

def one_by_one():
    return torch.stack([row.to(there) * scale.to(there) for row in rows])

def at_once():
    return rows.to(there) * scale.to(there)

def watched(function):
    with meter.audit() as seen:
        function()
    return seen

# %% predict="transfers"
one_by_one_transfers = ...  # how many transfers one_by_one makes: a number

# %% reveal="transfers" answer="128"
reveal(one_by_one_transfers, lambda: len(watched(one_by_one).transfers))

# %%
ways = {"one by one": watched(one_by_one), "at once": watched(at_once)}
print({name: seen.bytes for name, seen in ways.items()})
draw.bars(list(ways), [len(seen.transfers) for seen in ways.values()], "64 rows across the wire", "transfers")

# %% [markdown]
# `scale` never changes, and crossed 64 times. What stays the same moves once, before the loop; what is small travels together.
#
# **Change one thing.** Move `scale` before the loop in `one_by_one`, and leave the rows in it. How many transfers are left, and how many bytes?
#
# ## 8 · The host does not wait
#
# When Python runs `a @ b` on a GPU, it only puts the order on a list, and goes on at once. The GPU works through the list on its own. CUDA is **asynchronous**. Here is a model of it, in which a launch
# takes 1 unit of the host's time, and a job as many units of the GPU's as you say:

# %%
def schedule(calls):
    lanes = {"host": [], "wire": [], "GPU": []}
    now = free = 0
    for lane, name, work in calls:
        if work:
            lanes["host"].append((now, now + 1, name))
            now += 1
            start = max(now, free)  # told to, and done with the jobs before
            free = start + work
            lanes[lane].append((start, free, name))
        if lane != "GPU":           # copies and reads: the host waits
            lanes["host"].append((now, free, "wait"))
            now = free
    return lanes

# %% [markdown]
# Three jobs, `a`, `b` and `c`, of 6 units each. You start a stopwatch, launch all three, and stop it:

# %% predict="stopwatch"
stopwatch = ...  # what the stopwatch reads: a number of units

# %% reveal="stopwatch" answer="3"
jobs = [("GPU", "a", 6), ("GPU", "b", 6), ("GPU", "c", 6)]
reveal(stopwatch, lambda: schedule(jobs)["host"][-1][1])

# %%
draw.lanes(schedule(jobs), "Launched, not computed", unit="units", marks={"stopwatch stops": len(jobs)})

# %% [markdown]
# It timed the *orders*. The work took until 19.
#
# So when does the host wait? When it needs a number. `loss.item()` has to have the loss, and everything before it in the list: a **synchronisation**. `float(x)`, `bool(x)`, `if x > 0`,
# `print(x)` and `x.cpu()` are the same in disguise, and so is `x[x > 0]`, whose *shape* depends on the numbers. A plain copy *to* the GPU holds the host up as well. Below: a batch is sent, a job is done,
# its number read.

# %%
step = [("wire", "copy", 3), ("GPU", "a", 4), ("host", "item", 0)]
draw.lanes(schedule(step), "A transfer, a launch, a synchronisation", unit="units")

# %% [markdown]
# In the next step it starts all over. The GPU idles while the host prepares, and the host while the GPU computes. Read every number only at the end, and both are busy:

# %%
read_each = [call for job in jobs for call in (job, ("host", "item", 0))]
read_once = [*jobs, ("host", "item", 0)]
ends = [schedule(calls)["host"][-1][1] for calls in (read_each, read_once)]
draw.bars(["read after each job", "read once"], ends, "Until the host has all numbers", "units")

# %% [markdown]
# With jobs of 6 units the gain is small. **Change one thing.** Real jobs are often as short as their launch: give all jobs 1 unit. What is the ratio of the two now?
#
# The audit counts waits, too, the disguised ones included (`meta` has nothing to choose by, so it raises where a GPU waits):

# %%
losses = torch.ones(5, device=there)

def disguised():
    float(losses.sum()), bool(losses.sum() > 3), losses.cpu(), repr(losses)
    try:
        losses[losses > 0]
    except RuntimeError:
        return  # on meta

watched(disguised).waits

# %% [markdown]
# Compute on the device and read one number, or bring all of them back at once with `tolist`. An `if` can stay there as well: `torch.where` and `torch.clamp` choose for each entry and tell
# nobody. `shorten` divides a vector by its length where that is more than 1:

# %%

def chatty():
    return sum(loss.item() for loss in losses) / 5

def quiet():
    return losses.mean().item()

def together():
    return losses.tolist()

def shorten(v):
    return v / torch.clamp((v * v).sum().sqrt(), min=1)

print(shorten(torch.tensor([3.0, 4.0])), shorten(torch.tensor([0.3, 0.4])))
[watched(way).waits for way in (chatty, quiet, together, lambda: shorten(far))]

# %% [markdown]
# ## 9 · How to time it
#
# A fair timing on a GPU has four parts. **Warm up**: the first call loads code and reserves memory. **Synchronise** before you start the clock and before you stop it: `torch.cuda.synchronize()`, or for any machine's accelerator `torch.accelerator.synchronize()`. **Repeat**, and take the
# **median**: one disturbed run does not spoil it.

# %%
from statistics import median
from time import perf_counter

def synchronise(device):
    if device.type != "cpu":
        torch.accelerator.synchronize(device)

def milliseconds(function, device, repeats=15):
    times = []
    for _ in range(repeats + 2):
        synchronise(device)
        start = perf_counter()
        function()
        synchronise(device)
        times.append(1000 * (perf_counter() - start))
    return median(times[2:])  # the first two runs warm up

# %% tags=["nbval-ignore-output"]
torch.set_num_threads(1)
sizes, curves = [64, 128, 256, 512, 1024], {}
for home in {torch.device("cpu"), device}:
    squares = [torch.ones(n, n, device=home) for n in sizes]
    curves[f"{home.type}: A @ A"] = [milliseconds(lambda A=A: A @ A, home) for A in squares]
copies = [torch.ones(n, n) for n in sizes]
curves["copy"] = [milliseconds(lambda A=A: A.to(device, copy=True), device) for A in copies]
draw.lines(sizes, curves, "Computing, and copying there", "n", "milliseconds", log=True)

# %% [markdown]
# **This course has no GPU measurement of its own:** no GPU could be had when it was written. The stored picture was made on one CPU core, where "copy" is a copy within host memory. Run the cell on a GPU, and its curves are yours.
# What to look for: small products gain nothing, for launching takes longer than computing; and a product grows like n³, a copy like n². So large work repays its journey, and small work does not.
#
# **Change one thing.** On a GPU, take `synchronise` out of `milliseconds`. Which curves become flat?
#
# ## 10 · A plan before the purchase
#
# `meta` is more than a stand-in. A model on `meta` takes no memory and has every shape, so you can weigh one that no machine of yours would hold.

# %%
with torch.device("meta"):
    giant = nn.Sequential(nn.Linear(40_000, 40_000), nn.ReLU(), nn.Linear(40_000, 40_000))

def size_in_bytes(tensors):
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)

parameters = size_in_bytes(giant.parameters())
parameters / 1e9

# %% [markdown]
# Training needs more. Each parameter that is trained has a **gradient** of its size. Then the optimiser's **state**: plain SGD keeps nothing between steps, SGD with momentum one number for each parameter, Adam two (chapters 08 and 09 say what for). Ask torch itself:

# %%
def state_bytes(optimizer):
    for parameter in giant.parameters():
        if parameter.requires_grad:
            parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    kept = [value for state in optimizer.state.values() for value in state.values() if value is not None]
    return size_in_bytes(value for value in kept if value.dim() > 0)  # without Adam's step counters

plain = torch.optim.SGD(giant.parameters(), lr=0.1)
momentum = torch.optim.SGD(giant.parameters(), lr=0.1, momentum=0.9)
adam = torch.optim.Adam(giant.parameters())
states = [state_bytes(optimizer) for optimizer in (plain, momentum, adam)]
print([state // parameters for state in states])
totals = [(2 * parameters + state) / 1e9 for state in states]
draw.bars(["SGD", "with momentum", "Adam"], [round(total, 1) for total in totals], "To train the giant", "GB")

# %% [markdown]
# All that on `meta`, in the memory of a laptop. Still missing is what the layers keep of each *batch*, which grows with the batch.
#
# **Change one thing.** Freeze the first layer, `giant[0].requires_grad_(False)`: it needs no gradient and no state. Work out the new total for Adam, by hand.
#
# ## Recap
#
# - A tensor is copied by `to`, unless it is there already; a module is moved in place; what a module does not register stays behind.
# - Operands share a device, except CPU numbers, CPU indices and `copy_`. Make tensors where they are needed, and take the device from what you are given.
# - Transfers and reads are what costs: send little and rarely, read once, and synchronise before you stop a clock.
#
# ## Next
#
# Do [the exercises](../exercises/06_devices/06_devices.ipynb). In chapter 07 a model, wherever it runs, is told how wrong it is.
