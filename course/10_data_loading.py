# %% [markdown]
# # 10 · Data loading
#
# What is in a batch?
#
# In chapter 09 the batches stood ready. A million photographs do not: they do not fit into memory, and need not, for a few hundred of them say well enough which way is down. This chapter cuts
# **batches**, first by hand and then with torch's `DataLoader`, and watches what goes wrong quietly.

# %% [markdown]
# ## What you will be able to do
#
# - **counts**: say how many batches an epoch has, and how large they are (`batch_sizes`, `predict_updates`, `predict_last`)
# - **datasets**: write a dataset that makes a sample when it is asked for it (`DiceThrows`)
# - **order**: shuffle with a generator of your own, and leave everybody else's alone (`shuffled_batches`, `predict_draws`)
# - **splits**: split and standardise without leakage (`split_and_standardise`)
# - **means**: average a loss over batches of unequal sizes (`mean_loss`)
# - **padding**: make one tensor of samples with unequal lengths, and a mask (`pad_batch`, `predict_padded`)
# - **sampling**: draw every class equally often (`balanced_indices`)
# - **files**: save and load tensors, and know what a file holds (`predict_saved`)
# - **loader**: build the loader itself (`TinyLoader`)
#
# ## 1 · One pass, many updates
#
# A courier has a list of 1000 parcels: the weight in grams, the way in kilometres, and the fee that was paid. A model is to learn the fee.

# %%
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset, TensorDataset
from torchscope import draw, reveal

generator = torch.Generator().manual_seed(10)
grams = 20000 * torch.rand(1000, generator=generator) ** 2
km = 900 * torch.rand(1000, generator=generator)
noise = 0.5 * torch.randn(1000, generator=generator)
parcels = torch.stack([grams, km], dim=1)
fees = 3 + 0.0004 * grams + 0.005 * km + noise
parcels[:3], fees[:3]

# %% [markdown]
# - A **batch** is some of the samples, here some rows, which go through the model together.
# - An **iteration** handles one batch: prediction, loss, backward, one update.
# - An **epoch** is one pass over the data: every sample is used once.
#
# Each batch has 100 parcels. How many updates are there in one epoch?

# %% predict="updates"
updates = ...  # a number

# %% reveal="updates" answer="10"
reveal(updates, lambda: len(range(0, len(fees), 100)))

# %% [markdown]
# And this is the loop that makes them, with slices; `n` is the number of samples, the N of earlier chapters. Where `updates += 1` stands, a training step would stand.

# %%
n, size, updates = len(fees), 100, 0
for i in range((n - 1) // size + 1):
    x = parcels[i * size : (i + 1) * size]
    y = fees[i * size : (i + 1) * size]
    updates += 1
updates, x.shape, y.shape

# %% [markdown]
# > **Common trap.** "In an epoch, N samples are collected into a matrix." Nothing is collected. What is in a matrix at one time is a *batch*; an epoch is a
# > *count*: it is over when every sample has been used once, after ten iterations here. And one epoch is not the training: a model sees the same parcels for many epochs.
#
# Why `(n - 1) // size + 1`? Here are three ways to count batches of 3, and ten samples cut by `split`, which counts by the third:

# %%
for n in (8, 9, 10, 11, 12):
    print(n, "samples:", n // 3, n // 3 + 1, (n - 1) // 3 + 1)
print(fees[:9][9:12].shape, fees[:9][9:12].mean())
draw.mosaic([torch.arange(10).split(3)], "Ten samples in batches of three", by="place")

# %% [markdown]
# `n // 3` loses the last samples of 8, 10 and 11. `n // 3 + 1` makes an empty batch after 9 and after 12: a slice behind the end is no error, but the mean of nothing is NaN, which an
# update then writes into every parameter. The third formula rounds up, and the last batch has what is left.
#
# **Change one thing.** Split `torch.arange(9)` instead, then `torch.arange(2)`. Say first how many batches there will be.
#
# If a list is sorted, by weight, by date or by customer, a batch from one end of it says little about the rest. So the samples are **shuffled** before each epoch. No row need be moved: shuffle the *indices*.
# `torch.randperm(n)` draws a permutation: all whole numbers below n, in random order.

# %%
order = torch.randperm(1000, generator=torch.Generator().manual_seed(1))
other = torch.randperm(1000, generator=torch.Generator().manual_seed(2))
for some in (grams.sort().values[:100], grams[order[:100]], grams):
    print(round(some.mean().item()), end=" ")

def together(a, b):
    return torch.corrcoef(torch.stack([a, b]))[0, 1].item()

print(f"\n{together(grams, fees):.2f} {together(grams[order], fees[order]):.2f}")
print(f"{abs(together(grams[order], fees[other])):.2f}")

# %% [markdown]
# The first 100 of the sorted weights have a mean far from that of all, the first 100 of the shuffled ones a similar one. Weights and fees rise together, with a correlation of 0.87, and one order for both leaves it so: a parcel keeps its fee. Shuffled by *two*
# permutations, next to nothing is left. That raises no error; the model learns that a fee has nothing to do with a weight.
#
# ## 2 · A dataset
#
# torch splits the work. A **dataset** knows how many samples there are, `len(dataset)`, and gives the one with a certain index, `dataset[i]`. A **loader** decides which indices make a batch, asks for them, and stacks what it gets. For tensors
# the dataset is ready made: `TensorDataset` takes several of equal length. Let `data` be `TensorDataset(parcels, fees)`. What is one of its samples?

# %% predict="sample"
sample = ...  # the shapes of the tensors in data[2]: a list of tuples

# %% reveal="sample" answer="[(2,), ()]"
data = TensorDataset(parcels, fees)
reveal(sample, lambda: [tuple(tensor.shape) for tensor in data[2]])

# %% [markdown]
# A tuple: one parcel's row, and its fee, a 0-d tensor. For anything else, write a class: `__len__` and `__getitem__`. The sample is made when it is asked for, from a file, or here from a formula, so the data need not be in memory:

# %%
class Swings(Dataset):
    def __init__(self, count, seed):
        self.count, self.seed = count, seed

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        if not 0 <= i < self.count:
            raise IndexError(i)
        generator = torch.Generator().manual_seed(self.seed + i)
        return torch.sin(i + torch.rand(3, generator=generator)), torch.tensor(i)

swings = Swings(5, seed=7)
print([label.item() for _, label in swings])
len(swings), swings[4], swings[0], swings[4]

# %% [markdown]
# Two things are easily forgotten. A sample that is partly random, as augmented pictures are, needs a seed that depends on its index, if it is to be the same whoever asks, in whatever
# order. And `IndexError` is how a `for` loop finds the end: without it, the list in the first line would never end.
#
# **Change one thing.** In `__getitem__`, draw with `torch.rand(3)` alone. Is `swings[4]` still the same at both places?
#
# ## 3 · A loader
#
# > **Common trap.** The class is called `DataLoader`. There is no `DatasetLoader`, though the notes of many learners say so: a loader of data *from* a dataset.

# %%
loader = DataLoader(data, batch_size=300, shuffle=False)
print(hasattr(torch.utils.data, "DatasetLoader"), len(loader), len(loader.dataset))
[(len(x), len(y)) for x, y in loader]

# %% predict="without_last"
without_last = ...  # len(DataLoader(data, batch_size=300, drop_last=True)): a number

# %% reveal="without_last" answer="3"
reveal(without_last, lambda: len(DataLoader(data, batch_size=300, drop_last=True)))

# %% [markdown]
# `len(loader)` is the number of *batches*, `len(loader.dataset)` that of samples. `drop_last` leaves out the short batch at the end, for a layer that cannot do with a batch of one sample, say. Each
# `for` over the loader is a new epoch, and each batch goes the way of the diagram.
#
# Anything with a length and an index is a dataset, even `range(14)`, whose samples are their own indices: just right to watch a loader.

# %%
boxes = {"o": (0, 0, "order of\nthe indices"), "i": (1, 0, "indices of\none batch"),
         "s": (1, 1, "list of\nsamples"), "b": (0, 1, "batch")}
arrows = [("o", "i", "cut"), ("i", "s", "dataset[i]"), ("s", "b", "collate")]
draw.diagram(boxes, arrows, "What a loader does")

# %%
def epochs(count, **settings):
    own = torch.Generator().manual_seed(2)
    watched = DataLoader(range(14), batch_size=4, generator=own, **settings)
    return [list(watched) for _ in range(count)]

draw.mosaic(epochs(3), "shuffle=False")

# %%
draw.mosaic(epochs(4, shuffle=True), "shuffle=True")

# %%
draw.mosaic(epochs(4, shuffle=True, drop_last=True), "shuffle=True, drop_last=True", samples=14)

# %% [markdown]
# In every row of the first two pictures each sample has one letter: it is used once. Batch D is the short one. Without it, two samples of fourteen are left out, other ones in each epoch, for the order is new.
# Without shuffling they would always be the *same* two. So `drop_last` is for training with shuffling, never for measuring.
#
# Now chapter 09's loop, with a loader. The columns are brought to mean 0 and standard deviation 1 (section 5). The loss of an epoch is the mean over *samples*, so each batch counts as much as it has rows.

# %%
def train(loader, epochs=6):
    torch.manual_seed(0)
    model, losses = nn.Linear(2, 1), []
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(epochs):
        total = 0.0
        for x, y in loader:
            optimizer.zero_grad()
            loss = F.mse_loss(model(x).squeeze(1), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        losses.append(total / len(fees))
    return losses

# %%
scaled = (parcels - parcels.mean(0)) / parcels.std(0)
own, losses = torch.Generator().manual_seed(0), {}
for size in (1000, 100):
    loader = DataLoader(TensorDataset(scaled, fees), size, shuffle=True, generator=own)
    losses[f"batches of {size}"] = train(loader)
draw.lines(range(1, 7), losses, "Loss of each epoch", "epoch")

# %% [markdown]
# Both looked at every parcel six times. But with one batch of 1000 that makes 6 updates, with ten batches of 100 it makes 60.
#
# **Change one thing.** Add 300 to the sizes. How many updates has an epoch then, and where will the curve run?
#
# > **Common trap.** The mean of the batches' means (chapter 09). It counts every batch alike, and so a parcel of a short last batch more than others. Multiply by `len(x)`, add up, and divide by the number of samples *once*.

# %%
worth = torch.tensor([1.0, 1.0, 1.0, 1.0, 11.0])
means = torch.stack([part.mean() for part in worth.split(4)])
means, means.mean(), worth.mean()

# %% [markdown]
# An order need not be a permutation. Where one parcel in fifty is damaged, a batch of 20 often shows none, so the rare ones are drawn more often: `torch.multinomial` draws indices, each with a chance in proportion to its weight, here 1 over the number of its kind,
# and the loader takes them as its `sampler`.

# %%
damaged = (torch.arange(1000) % 50 == 7).long()
_, which, counts = torch.unique(damaged, return_inverse=True, return_counts=True)
weights = 1.0 / counts[which]
generator = torch.Generator().manual_seed(5)
picks = torch.multinomial(weights, 1000, replacement=True, generator=generator)
balanced = DataLoader(TensorDataset(damaged), 200, sampler=picks.tolist(), generator=generator)
damaged.double().mean(), [batch.sum().item() for (batch,) in balanced]

# %% [markdown]
# 980 whole parcels with a weight of 1/980 each weigh as much as 20 damaged ones with 1/20: about half of each batch. A mean over such batches is a mean of *these* draws, no longer of all parcels: for that, each draw has
# to count with the share of its kind in the data, divided by its share in the draws.
#
# ## 4 · Who draws?
#
# A shuffling loader needs random numbers. From whom? This cell resets the global generator, makes one pass over a loader **without shuffling**, and draws a number. Is it the number that comes when no loader ran?

# %%
def number_after(work):
    torch.manual_seed(0)
    work()
    return torch.rand(1).item()

plain = DataLoader(range(14), batch_size=4, shuffle=False)

# %% predict="same_number"
same_number = ...  # number_after(lambda: list(plain)) == number_after(lambda: None): True or False

# %% reveal="same_number" answer="False"
reveal(same_number, lambda: number_after(lambda: list(plain)) == number_after(lambda: None))

# %% [markdown]
# Each pass draws one number, even if it shuffles nothing, and draws it from the *global* generator. So an extra look at the held-out data changes
# the dropout, the noise and the order of everything after it: the same seed, and another run. Give each loader a generator of its own:

# %%
own = torch.Generator()
mine = DataLoader(range(14), batch_size=4, shuffle=True, generator=own)
print(number_after(lambda: list(mine)) == number_after(lambda: None))
runs = []
for _ in range(2):
    own.manual_seed(2)
    passes = [list(mine) for _ in range(3)]
    runs.append([batches[0].tolist() for batches in passes])
runs[0], runs[0] == runs[1]

# %% [markdown]
# The generator goes on from epoch to epoch, so each has a new order; started again from its seed, it gives all of them again, here those of the picture above.
#
# **Change one thing.** Give `plain` a generator, `torch.Generator()`. What does the prediction's cell say now?
#
# What is the number for? It is the seed of **workers**. `DataLoader(data, batch_size=100, num_workers=2)` starts two more processes, which prepare batches while the model trains. Let a batch take 3 units to load and 2 to train on:

# %%
alone = [(5 * k + a, 5 * k + b, what) for k in range(4) for a, b, what in ((0, 3, "load"), (3, 5, "train"))]
helped = [(0, 3, "wait"), *((3 + 2 * k, 5 + 2 * k, "train") for k in range(4))]
loads = [(3 * k, 3 * k + 3, "load") for k in range(2)]
rows = {"alone": alone, "with two": helped, "worker 1": loads, "worker 2": loads}
draw.lanes(rows, "Four batches, without workers and with two")

# %% [markdown]
# In a notebook keep `num_workers=0`, as this chapter does, until loading is what you wait for. A worker has to import the dataset's class, and on Windows and macOS it finds none that was written in a cell: put the class in a `.py` file. What a worker
# changes stays in its process, and to start workers takes longer than a small epoch.
#
# ## 5 · Split first
#
# A model is measured on samples that it has never met: the **held-out** part, for validation. What else was *measured* on the data, a mean, a largest value, a choice of columns, must not have met them either. If it has, that
# is **leakage**, and the held-out loss can look better than it is.

# %%
order = torch.randperm(1000, generator=torch.Generator().manual_seed(6))
training, held_out = parcels[order[:800]], parcels[order[800:]]
mean, std = training.mean(0), training.std(0)
ready, ready_held_out = (training - mean) / std, (held_out - mean) / std
own = torch.Generator().manual_seed(6)
[len(part) for part in torch.utils.data.random_split(data, [800, 200], generator=own)]

# %% predict="exactly"
exactly = ...  # do the columns of ready, and of ready_held_out, have mean 0? A pair of True or False

# %% reveal="exactly" answer="(True, False)"
reveal(exactly, lambda: tuple(bool((part.mean(0).abs() < 0.001).all()) for part in (ready, ready_held_out)))

# %% [markdown]
# Grams and kilometres now have mean 0 and standard deviation 1 on the training part, so one learning rate suits both columns. The held-out part has *nearly* that. It is no flaw: it was measured with the same ruler. And if the ruler were
# made from all 1000 rows, and one held-out row had its weight in milligrams by mistake?

# %%
spoiled = parcels.clone()
spoiled[order[999], 0] *= 1000
leaky = (spoiled[order[:800]] - spoiled.mean(0)) / spoiled.std(0)
print(ready_held_out.mean(0), ready_held_out.std(0))
ready[:, 0].std(), leaky[:, 0].std()

# %% [markdown]
# No training row was touched, and yet the training column shrank: the held-out part reaches into the training. The opposite mistake is to give the held-out part a ruler of its own. Here it consists of the twelve heaviest parcels:

# %%
by_weight = grams.sort().values
heavy, others = by_weight[-12:], by_weight[:-12]
ruler = others.mean(), others.std()
lines = {
    "training": (others[::90] - ruler[0]) / ruler[1],
    "held out": (heavy - ruler[0]) / ruler[1],
    "own ruler": (heavy - heavy.mean()) / heavy.std(),
}
draw.number_lines(lines, "Weights, standardised")

# %% [markdown]
# By its own ruler the held-out part looks like any other, and that it is heavy is lost. (Of the training part, every ninetieth parcel is drawn.) `random_split`, in the first cell, splits a dataset; on which part
# you measure is up to you.
#
# **Change one thing.** Let `held_out` be a single row, `order[999:]`. What is its standard deviation, and what would its own ruler make of it?
#
# ## 6 · Unequal samples
#
# The loader makes one batch of a list of samples: it **collates** them. The default makes tensors of numbers, stacks tensors of one shape, and looks into tuples and dictionaries. Python's floats become `float64`, and a tuple comes back as a list. The
# courier's `tours` hold the minutes of each stop. Can they be one batch?

# %%
print(torch.utils.data.default_collate([(1, 2.5), (3, 4.5)]))
print(torch.utils.data.default_collate([{"km": torch.tensor(7.0)}, {"km": torch.tensor(9.0)}]))
tours = [torch.tensor([12.0, 7.0]), torch.tensor([30.0]), torch.tensor([5.0, 9.0, 4.0, 6.0])]

# %% predict="stacked"
stacked = ...  # the shape of next(iter(DataLoader(tours, batch_size=3))): a tuple, or None if torch refuses

# %% reveal="stacked" answer="None"
reveal(stacked, lambda: next(iter(DataLoader(tours, batch_size=3))).shape)

# %% [markdown]
# Tensors of unequal lengths do not stack. Pass your own function as `collate_fn`: it gets the *list* of samples. Here it **pads** with zeros to the longest tour,
# and keeps a mask of what is real:

# %%
def pad(tours):
    lengths = torch.tensor([len(tour) for tour in tours])
    padded = torch.zeros(len(tours), lengths.max().item())
    for row, tour in zip(padded, tours, strict=True):
        row[: len(tour)] = tour
    mask = torch.arange(padded.shape[1]) < lengths.unsqueeze(1)
    return padded, mask

padded, mask = next(iter(DataLoader(tours, batch_size=3, collate_fn=pad)))
print(torch.nn.utils.rnn.pad_sequence(tours, batch_first=True).equal(padded))
print(padded.mean(1), padded.sum(1) / mask.sum(1))
draw.picked(padded, {"mask": mask}, "One batch of three tours")

# %% [markdown]
# The mask is a broadcast: positions `(L,)` against lengths `(B, 1)`. From here on a zero that was padded looks like a stop that took no time, so every mean and every loss needs the mask: the second line shows the means without it and with it.
# torch pads too, with `pad_sequence`, but makes no mask.
#
# **Change one thing.** Give the loader `batch_size=2`. How wide is each batch now?
#
# ## 7 · What a small batch costs
#
# The slope of a mean is the mean of the samples' slopes. A batch takes the mean over a few of them, drawn at random: a *noisy* estimate of the slope over all parcels. For one parcel, the slope of the squared error in the first weight is 2 · e · x (chapter 07). Below they are
# for a model that says 0 to everything, and autograd agrees. `spread` is the standard deviation of 2000 batches' slopes: the **gradient noise**.

# %%
each = 2 * (0 - fees) * scaled[:, 0]
theta = torch.zeros(2, requires_grad=True)
F.mse_loss(scaled[:100] @ theta, fees[:100]).backward()
print(theta.grad[0], each[:100].mean())
generator = torch.Generator().manual_seed(8)

def spread(size):
    picks = torch.randint(1000, (2000, size), generator=generator)
    return each[picks].mean(1).std().item()

# %% predict="ratio"
ratio = ...  # spread(16) / spread(64), rounded to a whole number

# %% reveal="ratio" answer="2"
reveal(ratio, lambda: round(spread(16) / spread(64)))

# %%
sizes = [1, 4, 16, 64, 256]
expected = [each.std().item() / size**0.5 for size in sizes]
curves = {"measured": [spread(size) for size in sizes], "like 1/√B": expected}
draw.lines(sizes, curves, "Spread of the slope", "batch size B", log=True)

# %% [markdown]
# Both axes are logarithmic, so a straight line is a power. The spread falls like 1/√B: four times the work for half of the noise. So small batches make many cheap, noisy steps, large ones few and exact steps, and the learning rate has to fit: a noisy step must be a short one. Very small batches
# also leave a machine idle (chapter 03: one large product beats many small ones). In practice: as large as memory and the number of updates allow.
#
# **Change one thing.** Add 1000 to the sizes. Why is the spread not 0, though there are only 1000 parcels? (`randint` draws with replacement. A shuffled epoch does not.)
#
# ## 8 · Into a file, and back
#
# `torch.save` writes tensors, and lists and dictionaries of them; `torch.load` reads them. Both take a path, or an open file. A `state_dict` is such a dictionary.

# %%
import io
import tempfile
from pathlib import Path

model = nn.Linear(2, 1)
checkpoint = {"model": model.state_dict(), "mean": mean, "std": std, "epoch": 6}
with tempfile.TemporaryDirectory() as folder:
    torch.save(checkpoint, Path(folder) / "fees.pt")
    loaded = torch.load(Path(folder) / "fees.pt", map_location="cpu")
print(model.load_state_dict(loaded["model"]), loaded["epoch"])
loaded.keys(), torch.equal(loaded["mean"], mean)

# %% [markdown]
# Save the ruler with the model: without `mean` and `std` nobody can feed it. `map_location` says where the tensors go, so that a file from a GPU can be read without one. An open file can also lie in memory, as `io.BytesIO`. After writing it stands at its
# *end*: go back with `seek(0)` before you read. Now save a few numbers out of many.

# %%
many, file = torch.zeros(1000), io.BytesIO()
torch.save(many[:10], file)
print(file.tell() == len(file.getvalue()))

# %% predict="loaded_bytes"
loaded_bytes = ...  # the size of the storage that is loaded, in bytes

# %% reveal="loaded_bytes" answer="4000"
_ = file.seek(0)
reveal(loaded_bytes, lambda: torch.load(file).untyped_storage().nbytes())

# %% [markdown]
# `many[:10]` is a view, and what is saved is its *storage*: 4000 bytes for 10 numbers. Save a `clone()` to save the part alone.
#
# > **Common trap.** "A file of tensors is harmless." It is written with Python's `pickle`, and a pickle may name any function to be called while it is read. Below, it is `print`; it could be anything.

# %%
import pickle

class Surprise:
    def __reduce__(self):
        return print, ("this ran while the file was read",)

file = io.BytesIO()
torch.save({"weight": torch.ones(2), "extra": Surprise()}, file)
for weights_only in (True, False):
    file.seek(0)
    try:
        print(torch.load(file, weights_only=weights_only))
    except pickle.UnpicklingError:
        print("refused")

# %% [markdown]
# `weights_only=True`, the default, lets through tensors, numbers, strings and containers of them, and nothing else. Use `weights_only=False` for files that you wrote yourself, and save a `state_dict` rather than a whole model, so that you never need it.
#
# **Change one thing.** In the cell above the prediction, save `many[:10].clone()`, and run both cells again. How many bytes now?
#
# ## Recap
#
# - An epoch uses every sample once, in ⌈n / B⌉ batches; the last one may be short, and a mean over the epoch counts samples, not batches.
# - A dataset has a length and an index; a loader orders, collates, and draws from the global generator unless you give it one.
# - Measure means and scales on the training part only. Save them with the weights.
#
# ## Next
#
# Do [the exercises](../exercises/10_data_loading/10_data_loading.ipynb). Chapter 11 joins your loader with your module, your optimiser and your autograd, and fits a line with them.
