# %% [markdown]
# # 10 · Data loading: exercises
#
# One hundred points: five predictions, seven exercises, one boss. About an hour and a half, and 25 minutes more for the boss.
#
# - Work from top to bottom. Each exercise has an answer cell, and below it the cells that check it.
# - Run a check with Shift+Enter. ✓ means that the part you can see holds, ✗ says what does not, ○ that the answer is still empty.
#   Grading runs the same checks on more inputs: other sizes, other seeds, no samples at all.
# - Each check is worth its own points, all or nothing, so half an exercise earns half its points.
# - Stuck? Three hints are folded under each exercise: a nudge, the idea, nearly the code.
# - Finished? Restart the kernel, run all cells, save, and submit the notebook.
#
# Everything here is in the chapter, [10 · Data loading](../../course/10_data_loading.ipynb).

# %% locked="imports"
import io
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset, TensorDataset

from autograder import check

# %% [markdown]
# Three dice for exercise 2, and what stands ready made in torch and is not allowed in some of the exercises:

# %% locked="ready_made"
def three_dice(number: int) -> Tensor:
    return torch.randint(1, 7, (3,), generator=torch.Generator().manual_seed(number))


READY_LOADERS = (
    "DataLoader", "BatchSampler", "RandomSampler", "SequentialSampler", "SubsetRandomSampler", "default_collate",
    "random_split",
)
READY_PADDING = (
    "pad_sequence", "pad_packed_sequence", "pack_sequence", "nested_tensor", "to_padded_tensor", "unpad_sequence",
)
READY_SAMPLERS = (
    "WeightedRandomSampler", "DataLoader",
)

# %% [markdown]
# ## Predictions
#
# Read the snippet and decide, without running it, what torch says. Put your answer in place of `...`. The check under it
# looks at the form of your answer only; whether it is right, grading tells.

# %% [markdown]
# ### Prediction 1 · How many updates? · 2 points · 1 minute
#
# ```python
# data = TensorDataset(torch.zeros(250, 3))
# loader = DataLoader(data, batch_size=32, drop_last=True)
# updates = 0
# for epoch in range(3):
#     for batch in loader:
#         updates += 1
# ```
#
# `updates` at the end: a number. It tests **counts**.

# %% solution="predict_updates" objective="counts"
predict_updates = ...  # a number
### BEGIN SOLUTION
predict_updates = 21
### END SOLUTION

# %% test="predict_updates-value" points=2
check.attempted(predict_updates, "predict_updates is the number of updates in three epochs")
check.prediction(predict_updates, "number")
### BEGIN HIDDEN TESTS
loader = DataLoader(TensorDataset(torch.zeros(250, 3)), batch_size=32, drop_last=True, generator=check.generator())
check.close(
    predict_updates,
    sum(1 for _ in range(3) for _ in loader),
    on="250 samples, batches of 32, three epochs, drop_last=True",
    traps={
        "this keeps the short batch of each epoch: drop_last leaves it out": 24,
        "this is one epoch: there are three": 7,
        "this is one epoch, with its short batch: there are three, and drop_last leaves it out": 8,
        "this cuts the 750 samples of all epochs in one piece: each epoch starts anew, and leaves out its own rest": 23,
        "this counts samples: an update is made for a batch": 750,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_updates"
# **Why it works.** 250 // 32 = 7 full batches, the rest of 26 samples is left out, three times: 21. **Another way.** `3 * len(loader)`.

# %% [markdown]
# ### Prediction 2 · The last one · 2 points · 1 minute
#
# ```python
# data = TensorDataset(torch.zeros(23, 4), torch.zeros(23))
# for x, y in DataLoader(data, batch_size=5):
#     pass
# x.shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **counts**.

# %% solution="predict_last" objective="counts"
predict_last = ...  # a tuple, or None
### BEGIN SOLUTION
predict_last = (3, 4)
### END SOLUTION

# %% test="predict_last-value" points=2
check.attempted(predict_last, "predict_last is the shape of the last x of the loop, or None if torch refuses")
check.prediction(predict_last, "shape")
### BEGIN HIDDEN TESTS
pairs = TensorDataset(torch.zeros(23, 4), torch.zeros(23))
shapes = [tuple(x.shape) for x, y in DataLoader(pairs, batch_size=5, generator=check.generator())]
check.equal(
    predict_last,
    shapes[-1],
    on="23 samples of 4 numbers, batches of 5",
    traps={
        "this is a full batch: after four of them 3 samples are left": (5, 4),
        "this is a batch of targets: x has four numbers for each sample": (3,),
        "this is what is missing in the last batch: it has what is left": (2, 4),
        "this says that torch refuses: a short last batch is no error": None,
        "this is a single sample: the last batch has three": (4,),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_last"
# **Why it works.** Four batches take 20 samples, three are left, each of four numbers. **Another way.** 23 % 5 = 3: where the remainder is not 0, it is the size of the last batch.

# %% [markdown]
# ### Prediction 3 · Who draws? · 2 points · 1 minute
#
# ```python
# a = DataLoader(range(6), batch_size=2)
# b = DataLoader(range(6), batch_size=2, shuffle=True, generator=torch.Generator())
# ```
#
# One pass is made over one of the loaders, and then `torch.rand(1)` is called. Whose pass changes the number that comes?
#
# - A: that of `a` only
# - B: that of `b` only
# - C: that of either
# - D: that of neither
#
# One letter. It tests **order**.

# %% solution="predict_draws" objective="order"
predict_draws = ...  # one letter, in quotes
### BEGIN SOLUTION
predict_draws = "A"
### END SOLUTION

# %% test="predict_draws-value" points=2
check.attempted(predict_draws, "predict_draws says which loader draws from the global generator")
check.prediction(predict_draws, "letters A to D")
### BEGIN HIDDEN TESTS
start = torch.get_rng_state()
moved = []
for settings in ({}, {"shuffle": True, "generator": check.generator()}):
    before = torch.get_rng_state()
    batches = list(DataLoader(range(6), batch_size=2, **settings))
    moved.append(not torch.equal(before, torch.get_rng_state()))
torch.set_rng_state(start)
check.equal(
    predict_draws,
    {(True, False): "A", (False, True): "B", (True, True): "C", (False, False): "D"}[tuple(moved)],
    on="a without shuffling, b with shuffling and a generator of its own",
    traps={
        "this takes the one that shuffles: it draws from its own generator, and leaves the global one alone": "B",
        "this forgets that b has a generator of its own": "C",
        "this forgets the seed for workers: every pass draws one, and without a generator from the global one": "D",
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_draws"
# **Why it works.** Every pass draws a seed for its workers, even if there are none. `a` has no generator, so it draws from the global one; `b` draws seed and order from its own. **Another
# way.** Compare `torch.get_rng_state()` before and after a pass.

# %% [markdown]
# ### Prediction 4 · Padded · 2 points · 1 minute
#
# ```python
# tours = [torch.ones(2, 4), torch.ones(5, 4)]      # stops, four numbers for each
# pad_sequence(tours, batch_first=True).shape
# ```
#
# A tuple, or `None` if torch refuses. It tests **padding**.

# %% solution="predict_padded" objective="padding"
predict_padded = ...  # a tuple, or None
### BEGIN SOLUTION
predict_padded = (2, 5, 4)
### END SOLUTION

# %% test="predict_padded-value" points=2
check.attempted(predict_padded, "predict_padded is the shape of the padded batch, or None if torch refuses")
check.prediction(predict_padded, "shape")
### BEGIN HIDDEN TESTS
check.equal(
    predict_padded,
    tuple(pad_sequence([torch.ones(2, 4), torch.ones(5, 4)], batch_first=True).shape),
    on="two tours of 2 and 5 stops, four numbers for each stop",
    traps={
        "this has the stops first: batch_first=True puts the batch there": (5, 2, 4),
        "this cuts to the shortest tour: padding fills up to the longest": (2, 2, 4),
        "this lays one tour behind the other: each has a row of its own": (7, 4),
        "this says that torch refuses: unequal lengths are what padding is for": None,
        "this forgets the four numbers of each stop": (2, 5),
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_padded"
# **Why it works.** Two tours, the longest has five stops, and each stop keeps its four numbers. **Another way.** Make `torch.zeros(2, 5, 4)`, and write each tour into its row.

# %% [markdown]
# ### Prediction 5 · What the file holds · 2 points · 2 minutes
#
# ```python
# table = torch.zeros(50, 20)      # float32
# file = io.BytesIO()
# torch.save(table[0], file)
# _ = file.seek(0)
# torch.load(file).untyped_storage().nbytes()
# ```
#
# A number. It tests **files**, section 8 of [the chapter](../../course/10_data_loading.ipynb).

# %% solution="predict_saved" objective="files"
predict_saved = ...  # a number
### BEGIN SOLUTION
predict_saved = 4000
### END SOLUTION

# %% test="predict_saved-value" points=2
check.attempted(predict_saved, "predict_saved is the size of the loaded storage in bytes")
check.prediction(predict_saved, "number")
### BEGIN HIDDEN TESTS
numbers = torch.zeros(50, 20)
file = io.BytesIO()
torch.save(numbers[0], file)
file.seek(0)
# A tensor can be spread over no more than its storage: this fails where only the row was loaded.
whole = torch.load(file).as_strided((numbers.numel(),), (1,), 0)
check.close(
    predict_saved,
    whole.nbytes,
    on="one row of a table of 50 rows and 20 columns, float32",
    traps={
        "this is the row alone: a row is a view, and the whole storage is saved": 80,
        "this counts elements: a float32 has four bytes": 1000,
        "this counts the elements of the row: a row is a view, the whole storage is saved, and a float32 has four bytes": 20,
        "this takes eight bytes for a number: a float32 has four": 8000,
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="predict_saved"
# **Why it works.** `table[0]` is a view: it has no storage of its own, and what is saved is the storage, 50 · 20 · 4 bytes. **Another way.** Save `table[0].clone()`, and it is 80.

# %% [markdown]
# ## Warm-ups

# %% [markdown]
# ### Exercise 1 · How large is each batch? ★ · 5 points · 6 minutes
#
# Say how many samples each batch of an epoch has, in order. All have `batch_size`, but the last one may have fewer; with `drop_last` a short one is left out. No batch is empty. No samples, no batches.
#
# It tests **counts**, section 1 of [the chapter](../../course/10_data_loading.ipynb).

# %% solution="batch_sizes" objective="counts"
def batch_sizes(n: int, batch_size: int, drop_last: bool = False) -> list[int]:
    """n >= 0 samples, batch_size >= 1 -> the sizes of the batches.

    >>> batch_sizes(7, 3)
    [3, 3, 1]
    """
    ### BEGIN SOLUTION
    sizes = [batch_size] * (n // batch_size)
    rest = n % batch_size
    if rest and not drop_last:
        sizes.append(rest)
    return sizes
    ### END SOLUTION

# %% test="batch_sizes-values" points=3
check.attempted(batch_sizes, "batch_sizes gives the size of every batch, and the last one has what is left")
for n, size, expected, traps in [
    (
        10,
        4,
        [4, 4, 2],
        {
            "this loses the last samples: a short batch is a batch": [4, 4],
            "this fills the last batch up: it has what is left": [4, 4, 4],
            "this makes the batches as equal as it can: all but the last are full": [4, 3, 3],
            "this gives where each batch starts: give its size": [0, 4, 8],
            "this puts the short batch first: it comes last": [2, 4, 4],
            "this is the number of batches: give the size of each": 3,
        },
    ),
    (12, 4, [4, 4, 4], {"this has an empty batch at the end": [4, 4, 4, 0], "this loses the last batch": [4, 4]}),
]:
    check.equal(batch_sizes(n, size), expected, on=f"{n} samples, batches of {size}", traps=traps)
### BEGIN HIDDEN TESTS
for number, size in [(0, 4), (1, 1), (1, 5), (5, 1), (3, 7), (7, 7), (8, 7), (100, 32), (999, 100)]:
    expected = [len(part) for part in torch.arange(number).split(size)] if number else []
    check.equal(
        batch_sizes(number, size),
        expected,
        on=f"{number} samples, batches of {size}",
        traps={
            "this has an empty batch at the end": [*expected, 0],
            "this loses the last samples: a short batch is a batch": [size] * (number // size),
        },
    )
    check.equal(batch_sizes(number, size, False), expected, on=f"{number} samples, batches of {size}, drop_last=False")
### END HIDDEN TESTS

# %% test="batch_sizes-drop_last" points=2
check.attempted(batch_sizes, "batch_sizes leaves out a short last batch when it is asked to, and only a short one")
check.equal(
    batch_sizes(10, 4, True),
    [4, 4],
    on="10 samples, batches of 4, drop_last=True",
    traps={"this keeps the short batch: drop_last leaves it out": [4, 4, 2]},
)
check.equal(
    batch_sizes(12, 4, True),
    [4, 4, 4],
    on="12 samples, batches of 4, drop_last=True",
    traps={"this leaves out a full batch: drop_last is about a short one": [4, 4]},
)
### BEGIN HIDDEN TESTS
for n, size in [(0, 4), (1, 1), (1, 5), (5, 1), (3, 7), (7, 7), (8, 7), (100, 32)]:
    full = [size] * (n // size)
    check.equal(
        batch_sizes(n, size, True),
        full,
        on=f"{n} samples, batches of {size}, drop_last=True",
        traps={
            "this leaves out a full batch: drop_last is about a short one": full[:-1],
            "this keeps the short batch: drop_last leaves it out": [*full, n % size],
        },
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# How many full batches are there, and how many samples are left behind them?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `n // batch_size` full ones, and a rest of `n % batch_size`. The rest is a batch only if it is not 0, and only if nobody asked to drop it.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# sizes = [batch_size] * (...)
# if n % batch_size and ...:
#     sizes.append(...)
# return sizes
# ```
#
# </details>

# %% [markdown] solution_notes="batch_sizes"
# **Why it works.** `//` and `%` are the two halves of one division. **Another way.** A loop over the starts: `[min(batch_size, n - start) for start in range(0, n, batch_size)]`, whose length is ⌈n / B⌉ by itself.

# %% [markdown]
# ### Exercise 2 · Dice that remember ★ · 5 points · 8 minutes
#
# Write a dataset of dice throws that is random and yet always the same. Sample `i` is a pair: `three_dice(seed + i)`, which is given above, and the sum of the three, a tensor without dimensions.
#
# - `len(dataset)` is `length`.
# - Nothing is thrown before it is asked for: not in `__init__`.
# - An index that is not from 0 to `length - 1` raises `IndexError`, so that a `for` loop ends.
#
# A base class is not needed: what has a length and an index is a dataset.
#
# It tests **datasets**, section 2 of [the chapter](../../course/10_data_loading.ipynb).

# %% solution="DiceThrows" objective="datasets"
class DiceThrows:
    """
    >>> len(DiceThrows(10, seed=4)), DiceThrows(10, seed=4)[0]
    (10, (tensor([4, 6, 5]), tensor(15)))
    """

    def __init__(self, length: int, seed: int):
        """-> a dataset of length samples."""
        ### BEGIN SOLUTION
        self.length = length
        self.seed = seed
        ### END SOLUTION

    def __len__(self) -> int:
        """-> the number of samples."""
        ### BEGIN SOLUTION
        return self.length
        ### END SOLUTION

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        """i -> throws (3,), total (), both int64."""
        ### BEGIN SOLUTION
        if not 0 <= i < self.length:
            raise IndexError(f"sample {i} of {self.length}")
        throws = three_dice(self.seed + i)
        return throws, throws.sum()
        ### END SOLUTION

# %% test="DiceThrows-samples" points=2
check.attempted(DiceThrows, "DiceThrows gives the throws of an index and their sum, in any order the same")
throws, first = three_dice(40 + 3), three_dice(40)
pair, other = (throws, throws.sum()), (first, first.sum())


@check.observe
def sample(cls, length, seed, asked):
    dataset = cls(length, seed)
    return [dataset[i] for i in asked]


report = sample(DiceThrows, 10, 40, [3, 0, 3])
changes = {} if str(report[0]) == str(report[2]) else {"sample 3 is another one when it is asked for again: only seed + i decides": report}
check.equal(
    report,
    [pair, other, pair],
    on="samples 3, 0 and 3 of DiceThrows(10, seed=40)",
    traps={
        **changes,
        "this throws with seed i: the seed of sample i is seed + i": [(three_dice(i), three_dice(i).sum()) for i in (3, 0, 3)],
        "this throws with the same seed for every index: it is seed + i": [other] * 3,
        "this gives the throws alone: a sample is a pair": [throws, first, throws],
        "the sum has a dimension: it is a tensor of shape ()": [(x, x.sum().reshape(1)) for x in (throws, first, throws)],
        "the sum is a plain number: it is a tensor of shape ()": [(x, x.sum().item()) for x in (throws, first, throws)],
        "this is a float: a sum of whole numbers stays int64": [(x, x.sum().float()) for x in (throws, first, throws)],
        "this is a list: a sample is a tuple": [[x, x.sum()] for x in (throws, first, throws)],
    },
)
### BEGIN HIDDEN TESTS
for length, seed in [(1, 0), (6, 9), (50, 123)]:
    asked = [length - 1, 0, length // 2, length - 1, 0]
    expected = [(three_dice(seed + i), three_dice(seed + i).sum()) for i in asked]
    check.equal(
        sample(DiceThrows, length, seed, asked),
        expected,
        on=f"samples {asked} of DiceThrows({length}, seed={seed}), in this order",
        traps={"this depends on what was asked before: only seed + i decides": sample(DiceThrows, length, seed, asked)}
        if length > 1
        else {},
    )
### END HIDDEN TESTS

# %% test="DiceThrows-ends" points=2
check.attempted(DiceThrows, "DiceThrows has a length, and raises IndexError behind its end")


@check.observe
def refused(cls, length, asked):
    dataset = cls(length, 5)
    said = []
    for i in asked:
        try:
            dataset[i]
            said.append("nothing")
        except Exception as error:
            said.append(type(error).__name__)
    return dataset.__len__(), said


check.equal(
    refused(DiceThrows, 4, [0, 3, 4]),
    (4, ["nothing", "nothing", "IndexError"]),
    on="len of DiceThrows(4, seed=5), and the errors of samples 0, 3 and 4",
    traps={
        "no error is raised for sample 4: it goes from 0 to 3": (4, ["nothing", "nothing", "nothing"]),
        "this raises ValueError: a for loop ends at an IndexError": (4, ["nothing", "nothing", "ValueError"]),
        "sample 3 is refused: it is the last of four": (4, ["nothing", "IndexError", "IndexError"]),
    },
)
### BEGIN HIDDEN TESTS
for length, asked in [(1, [0, 1, 2]), (0, [0]), (3, [-1, 2, 3, 100, -3]), (200, [199, 200])]:
    expected = (length, ["nothing" if 0 <= i < length else "IndexError" for i in asked])
    check.equal(
        refused(DiceThrows, length, asked),
        expected,
        on=f"len of DiceThrows({length}, seed=5), and the errors of samples {asked}",
        traps={
            "a negative index is let through: samples are 0 to length - 1": (
                length,
                ["nothing" if i < length else "IndexError" for i in asked],
            ),
        },
    )


@check.observe
def walked(cls, length, seed):
    from itertools import islice

    samples = list(islice(cls(length, seed), length + 3))
    return [sample[1] if type(sample) is tuple and len(sample) == 2 else sample for sample in samples]


for length, seed in [(5, 2), (0, 1)]:
    expected = [three_dice(seed + i).sum() for i in range(length)]
    check.equal(walked(DiceThrows, length, seed), expected, on=f"the sums of a for loop over DiceThrows({length}, seed={seed})")
### END HIDDEN TESTS

# %% test="DiceThrows-lazy" points=1
check.attempted(DiceThrows, "DiceThrows throws nothing before it is asked, and leaves the global generator alone")


@check.observe
def made(cls, length, seed):
    import torch

    from torchscope import meter

    before = torch.get_rng_state()
    with meter.operators() as log:
        dataset = cls(length, seed)
        dataset.__len__()
    ready = len(log)
    first, last = dataset[0], dataset[length - 1]
    return ready, torch.equal(before, torch.get_rng_state()), [first, last]


report = made(DiceThrows, 30, 7)
check.equal(report[2], [(three_dice(7 + i), three_dice(7 + i).sum()) for i in (0, 29)], on="samples 0 and 29 of DiceThrows(30, seed=7)")
check.equal(
    report[0] == 0,
    True,
    on="whether no operator of torch is called while DiceThrows(30, seed=7) is made",
    traps={"the dice are thrown while the dataset is made: throw in __getitem__": False},
)
check.equal(
    report[1],
    True,
    on="whether the global generator is as it was before",
    traps={"the global generator is used or seeded: throw with a generator of your own, as three_dice does": False},
)
### BEGIN HIDDEN TESTS
report = made(DiceThrows, 1, 0)
check.equal(report[2], [(three_dice(0), three_dice(0).sum())] * 2, on="sample 0 of DiceThrows(1, seed=0), twice")
check.equal(report[0] == 0, True, on="whether no operator of torch is called while DiceThrows(1, seed=0) is made")
check.equal(report[1], True, on="whether the global generator is as it was before")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# `__init__` only remembers two numbers. What does `__getitem__` need to throw the dice of index i, and of no other?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Refuse first, then throw with `seed + i`, then add up. `throws.sum()` of whole numbers is a tensor without dimensions, in int64.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# if not 0 <= i < ...:
#     raise IndexError(i)
# throws = three_dice(...)
# return throws, ...
# ```
#
# </details>

# %% [markdown] solution_notes="DiceThrows"
# **Why it works.** A sample depends on `seed + i` and on nothing else: not on who asks, in which order, in which process. **Another way.** Without the given function: a generator that is made in `__getitem__`, `torch.Generator().manual_seed(self.seed + i)`,
# and `torch.randint` with it. One generator kept in `self` would make a sample depend on what was asked before.

# %% [markdown]
# ## Core

# %% [markdown]
# ### Exercise 3 · Shuffled batches ★★ · 10 points · 12 minutes
#
# Cut two tensors with equal numbers of rows into the batches of one epoch, in random order.
#
# - Every row comes exactly once, and `x` and `y` stay together. The last batch may be short.
# - The order is decided by `seed` alone: a generator of your own, seeded with it. The global generator is neither used nor changed.
# - No rows: an empty list.
#
# No `DataLoader`.
#
# It tests **order**, sections 1 and 4 of [the chapter](../../course/10_data_loading.ipynb).

# %% solution="shuffled_batches" objective="order"
def shuffled_batches(x: Tensor, y: Tensor, batch_size: int, seed: int) -> list[tuple[Tensor, Tensor]]:
    """x (n, ...), y (n, ...) -> [(x of a batch, y of a batch), ...].

    >>> shuffled_batches(torch.tensor([7.0]), torch.tensor([1]), batch_size=4, seed=0)
    [(tensor([7.]), tensor([1]))]
    """
    ### BEGIN SOLUTION
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=generator)
    picks = [order[start : start + batch_size] for start in range(0, len(x), batch_size)]
    return [(x[pick], y[pick]) for pick in picks]
    ### END SOLUTION

# %% test="shuffled_batches-once" points=3
check.attempted(shuffled_batches, "shuffled_batches gives every row once, in batches of the right sizes")
check.source_without(shuffled_batches, *READY_LOADERS)


@check.observe
def sizes_of(function, x, y, size, seed):
    batches = function(x, y, size, seed)
    if type(batches) is not list:
        return batches
    if not all(type(batch) in (tuple, list) and len(batch) == 2 for batch in batches):
        raise TypeError("a list of pairs is asked for: (x of a batch, y of a batch)")
    return [len(first) for first, _ in batches]


@check.observe
def rows_of(function, x, y, size, seed):
    return sorted(value for first, _ in function(x, y, size, seed) for value in first.reshape(-1).tolist())


twice = "some rows come twice and others never: a permutation has each once"
x, y = torch.arange(10.0), torch.arange(10.0)
check.equal(
    sizes_of(shuffled_batches, x, y, 4, 1),
    [4, 4, 2],
    on="the sizes of the batches of 10 rows by 4, x (10,), y (10,)",
    traps={
        "this loses the last rows: a short batch is a batch": [4, 4],
        "this has an empty batch at the end": [4, 4, 2, 0],
        "this takes batch_size for the number of batches": [3, 3, 2, 2],
    },
)
rows = rows_of(shuffled_batches, x, y, 4, 1)
check.equal(rows, x.tolist(), on="all rows of x that come, sorted, x (10,)", traps={twice: rows})
### BEGIN HIDDEN TESTS
for n, size, sizes in [(12, 4, [4, 4, 4]), (5, 1, [1] * 5), (3, 7, [3]), (1, 1, [1]), (0, 3, []), (31, 8, [8, 8, 8, 7])]:
    x, y = torch.arange(n), torch.arange(n)
    check.equal(
        sizes_of(shuffled_batches, x, y, size, 3),
        sizes,
        on=f"the sizes of the batches of {n} rows by {size}",
        traps={"this has an empty batch at the end": [*sizes, 0], "this loses the last rows: a short batch is a batch": [size] * (n // size)},
    )
    rows = rows_of(shuffled_batches, x, y, size, 3)
    check.equal(rows, list(range(n)), on=f"all rows of x that come, sorted, {n} rows by {size}", traps={twice: rows})
check.unchanged(shuffled_batches, torch.arange(6.0).reshape(6, 1), torch.arange(6), 4, 1, on="x (6, 1), y (6,)")
### END HIDDEN TESTS

# %% test="shuffled_batches-together" points=2
check.attempted(shuffled_batches, "shuffled_batches keeps each row of x with its y, and their shapes and dtypes")
check.source_without(shuffled_batches, *READY_LOADERS)


@check.observe
def pairs_of(function, x, y, size, seed):
    batches = function(x, y, size, seed)
    if batches is None:
        raise TypeError("None was returned: did you forget `return`?")
    batches = list(batches)
    if not all(type(batch) in (tuple, list) and len(batch) == 2 for batch in batches):
        raise TypeError("a list of pairs is asked for: (x of a batch, y of a batch)")
    pairs = [(row, label) for first, second in batches for row, label in zip(first, second, strict=True)]
    return sorted(pairs, key=lambda pair: pair[0].reshape(-1)[0].item())


apart = "x and y are shuffled apart: one permutation picks from both"
x = torch.arange(9.0).unsqueeze(1) * torch.tensor([1.0, -1.0])
y = 100 + torch.arange(9)
report = pairs_of(shuffled_batches, x, y, 4, 2)
whole = str([first for first, _ in report]) == str(list(x))
check.equal(report, list(zip(x, y, strict=True)), on="the pairs that come, sorted by x, x (9, 2), y (9,)", traps={apart: report} if whole else {})
### BEGIN HIDDEN TESTS
for n, size, shape in [(7, 2, ()), (8, 3, (1,)), (6, 4, (2, 3)), (1, 2, (3,))]:
    x = torch.arange(n, dtype=torch.float64).reshape(n, *(1 for _ in shape)).expand(n, *shape).contiguous()
    y = (torch.arange(n) * 7).reshape(n, 1)
    report = pairs_of(shuffled_batches, x, y, size, 5)
    expected = list(zip(x, y, strict=True))
    whole = str([first for first, _ in report]) == str(list(x))
    check.equal(
        report,
        expected,
        on=f"the pairs that come, sorted by x, x {(n, *shape)} float64, y ({n}, 1), batches of {size}",
        traps={apart: report} if whole else {},
    )
### END HIDDEN TESTS

# %% test="shuffled_batches-order" points=3
check.attempted(shuffled_batches, "shuffled_batches shuffles all rows, and the seed decides the order")
check.source_without(shuffled_batches, *READY_LOADERS)


@check.observe
def orders(function, n, size, seeds):
    import torch

    x, runs = torch.arange(n), []
    for seed in seeds:
        batches = function(x, x, size, seed)
        if batches is None:
            raise TypeError("None was returned: did you forget `return`?")
        batches = list(batches)
        if not all(type(batch) in (tuple, list) and len(batch) == 2 for batch in batches):
            raise TypeError("a list of pairs is asked for: (x of a batch, y of a batch)")
        runs.append([first.reshape(-1).tolist() for first, _ in batches])
    return runs


first, again, other = orders(shuffled_batches, 40, 8, [11, 11, 12])
check.equal(first == again, True, on="whether two calls with the same seed give the same order, 40 rows", traps={"the seed does not decide: seed a generator with it": False})
check.equal(
    first != other,
    True,
    on="whether seeds 11 and 12 give different orders, 40 rows",
    traps={"this is the same order for every seed": False},
)
### BEGIN HIDDEN TESTS
# In 100 batches of 8 out of 40 rows, drawn at random, no two have the same rows: there are 77 million choices.
runs = orders(shuffled_batches, 40, 8, list(range(20)))
groups = {tuple(sorted(batch)) for run in runs for batch in run}
check.equal(
    len(groups) > 80,
    True,
    on="whether other rows meet in a batch for every seed, 20 seeds, 40 rows by 8",
    traps={"the same rows meet in a batch again and again: draw a permutation of all rows first, then cut": False},
)
# Of 20 · 8 rows in first batches, 32 are expected from each fifth of the data, with a standard deviation of 4.6;
# in 100 runs the largest distance was 16, and the band has 25.
fifths = [sum(row // 8 == part for run in runs for row in run[0]) for part in range(5)]
check.equal(
    max(abs(count - 32) for count in fifths) <= 25,
    True,
    on="whether the first batch has rows of every part of the data about equally often, 20 seeds",
    traps={"the first batch prefers one part of the data: draw a permutation of all rows": False},
)
check.equal(len({str(run) for run in runs}), 20, on="how many different orders 20 seeds give, 40 rows")
### END HIDDEN TESTS

# %% test="shuffled_batches-global" points=2
check.attempted(shuffled_batches, "shuffled_batches neither uses nor changes the global generator")
check.source_without(shuffled_batches, *READY_LOADERS)


@check.observe
def around(function, n, size, seed, states):
    import torch

    x = torch.arange(n)
    runs = []
    moved = False
    for state in states:
        torch.set_rng_state(state)
        batches = function(x, x, size, seed)
        if batches is None:
            raise TypeError("None was returned: did you forget `return`?")
        batches = list(batches)
        if not all(type(batch) in (tuple, list) and len(batch) == 2 for batch in batches):
            raise TypeError("a list of pairs is asked for: (x of a batch, y of a batch)")
        runs.append([first.tolist() for first, _ in batches])
        moved = moved or not torch.equal(state, torch.get_rng_state())
    return moved, runs[0] == runs[1], sorted(row for batch in runs[0] for row in batch)


generator = check.generator()
states = [generator.get_state(), torch.rand(1, generator=generator), generator.get_state()][::2]
moved, same, rows = around(shuffled_batches, 20, 6, 4, states)
check.equal(rows, list(range(20)), on="the rows that come, sorted, 20 rows")
check.equal(moved, False, on="whether the global generator moves", traps={"this seeds or draws from the global generator: make one of your own": True})
check.equal(same, True, on="whether the order stays when the global generator has moved")
### BEGIN HIDDEN TESTS
for n, size, seed in [(15, 4, 0), (3, 1, 99)]:
    moved, same, rows = around(shuffled_batches, n, size, seed, states)
    check.equal(rows, list(range(n)), on=f"the rows that come, sorted, {n} rows")
    check.equal(moved, False, on=f"whether the global generator moves, {n} rows, seed {seed}")
    check.equal(same, True, on=f"whether the order stays when the global generator has moved, {n} rows, seed {seed}")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Nothing need be moved: shuffle the indices once, then cut the indices. Which one tensor of indices serves both x and y?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `torch.randperm(n, generator=…)` with a generator that `seed` has seeded. Then slices of it, from 0 in steps of `batch_size`; each picks rows of x and of y.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# order = torch.randperm(len(x), generator=...)
# batches = []
# for start in range(0, len(x), ...):
#     pick = order[start : ...]
#     batches.append((x[pick], ...))
# return batches
# ```
#
# </details>

# %% [markdown] solution_notes="shuffled_batches"
# **Why it works.** One permutation picks from both tensors, and `range` with a step makes no empty slice and loses no row. **Another way.** Shuffle both tensors first, `x[order]` and `y[order]`, and cut them with `split`; for no rows `split` gives one
# empty part, so that case needs a line of its own.

# %% [markdown]
# ### Exercise 4 · One ruler ★★ · 10 points · 12 minutes
#
# Split a table in two and standardise both parts. The rows `order[:training_size]` are for training, the other ones of `order` are held out. Each column is shifted by a mean and divided by a standard deviation, and both are measured on the
# *training* rows: `std` as torch computes it, with its default. A column that is constant in the training rows cannot be divided by its 0: use 1 in place of it.
#
# Return the two parts, and the mean and the standard deviation that were used.
#
# It tests **splits**, section 5 of [the chapter](../../course/10_data_loading.ipynb).

# %% solution="split_and_standardise" objective="splits"
def split_and_standardise(x: Tensor, order: Tensor, training_size: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """x (n, k), order (n,) int64, 2 <= training_size <= n -> training, held_out, mean (k,), std (k,), in the dtype of x.

    >>> x = torch.tensor([[4.0], [0.0], [2.0]])
    >>> split_and_standardise(x, torch.tensor([1, 2, 0]), 2)[2:]
    (tensor([1.]), tensor([1.4142]))
    """
    ### BEGIN SOLUTION
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    std = torch.where(std == 0, 1.0, std)
    return (training - mean) / std, (held_out - mean) / std, mean, std
    ### END SOLUTION

# %% test="split_and_standardise-training" points=3
check.attempted(split_and_standardise, "split_and_standardise brings the training rows to mean 0 and standard deviation 1")


@check.observe
def training_part(function, x, order, size):
    result = function(x, order, size)
    if type(result) is not tuple:
        return result
    if len(result) != 4:
        raise TypeError(f"the result has {len(result)} parts, and four are asked for: training, held_out, mean, std")
    return result[0], result[2], result[3]


x = torch.tensor([[1.0, 40.0], [9.0, 10.0], [3.0, 70.0], [5.0, 10.0], [2.0, 20.0]])
order = torch.tensor([4, 2, 0, 1, 3])
rows = x[[4, 2, 0]]
mean, std = rows.mean(0), rows.std(0)
everything, plain = (x - x.mean(0)) / x.std(0), x[:3]
check.close(
    training_part(split_and_standardise, x, order, 3),
    ((rows - mean) / std, mean, std),
    on="x (5, 2), order (5,), training_size 3",
    traps={
        "the mean and the standard deviation are of all rows: measure the training rows only": (everything[[4, 2, 0]], x.mean(0), x.std(0)),
        "this takes the first rows of x: order says which": ((plain - plain.mean(0)) / plain.std(0), plain.mean(0), plain.std(0)),
        "this measures the held-out rows": ((rows - x[[1, 3]].mean(0)) / x[[1, 3]].std(0), x[[1, 3]].mean(0), x[[1, 3]].std(0)),
        "this goes along the rows: a mean of a column is mean(0)": lambda: ((rows - rows.mean(1, keepdim=True)) / rows.std(1, keepdim=True), rows.mean(1, keepdim=True), rows.std(1, keepdim=True)),
        "this is one mean for all columns: each column has its own": lambda: ((rows - rows.mean()) / rows.std(), rows.mean(), rows.std()),
        "this divides by n, not by n - 1, under the root: std does the second": ((rows - mean) / rows.std(0, correction=0), mean, rows.std(0, correction=0)),
        "this divides by the variance: its root is the standard deviation": ((rows - mean) / rows.var(0), mean, rows.var(0)),
        "the training rows are as they were: shift and divide them": (rows, mean, std),
        "the training rows are shifted only: divide them too": (rows - mean, mean, std),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, columns, size in [(8, 3, 5), (6, 1, 2), (4, 4, 4), (12, 2, 11), (5, 5, 3)]:
    x = torch.randn(n, columns, generator=generator, dtype=torch.float64) * 10 + 3
    order = torch.randperm(n, generator=generator)
    rows = x[order[:size]]
    mean, std = rows.mean(0), rows.std(0)
    check.close(
        training_part(split_and_standardise, x, order, size),
        ((rows - mean) / std, mean, std),
        on=f"x ({n}, {columns}) float64, training_size {size}",
        traps={"the mean and the standard deviation are of all rows: measure the training rows only": ((rows - x.mean(0)) / x.std(0), x.mean(0), x.std(0))},
    )
check.unchanged(split_and_standardise, torch.tensor([[1.0], [5.0], [2.0]]), torch.tensor([2, 0, 1]), 2, on="x (3, 1), order (3,)")
### END HIDDEN TESTS

# %% test="split_and_standardise-held_out" points=4
check.attempted(split_and_standardise, "split_and_standardise measures the held-out rows with the training rows' ruler")


@check.observe
def held_out_part(function, x, order, size):
    result = function(x, order, size)
    return result[1] if type(result) is tuple and len(result) > 1 else result


x = torch.tensor([[1.0, 40.0], [9.0, 10.0], [3.0, 70.0], [5.0, 10.0], [2.0, 20.0]])
order = torch.tensor([4, 2, 3, 0, 1])
rows, rest = x[[4, 2, 3]], x[[0, 1]]
check.close(
    held_out_part(split_and_standardise, x, order, 3),
    (rest - rows.mean(0)) / rows.std(0),
    on="the held-out rows, x (5, 2), training_size 3",
    traps={
        "the held-out rows have a ruler of their own: use the training rows' mean and std": (rest - rest.mean(0)) / rest.std(0),
        "the held-out rows have a ruler of their own, and another std: use the training rows' mean and std": (rest - rest.mean(0)) / rest.std(0, correction=0),
        "this leaks: the mean and the standard deviation are of all rows": (rest - x.mean(0)) / x.std(0),
        "the held-out rows are as they were: standardise them too": rest,
        "the held-out rows are shifted by the training mean and divided by their own std": (rest - rows.mean(0)) / rest.std(0),
        "these are the training rows": (rows - rows.mean(0)) / rows.std(0),
        "these are the last rows of x: order says which": (x[3:] - x[:3].mean(0)) / x[:3].std(0),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, columns, size in [(8, 3, 5), (6, 1, 2), (4, 4, 4), (12, 2, 11), (9, 3, 3)]:
    x = torch.randn(n, columns, generator=generator, dtype=torch.float64) * 4 - 1
    order = torch.randperm(n, generator=generator)
    rows, rest = x[order[:size]], x[order[size:]]
    check.close(
        held_out_part(split_and_standardise, x, order, size),
        (rest - rows.mean(0)) / rows.std(0),
        on=f"the held-out rows, x ({n}, {columns}) float64, training_size {size}",
        traps={
            "the held-out rows have a ruler of their own: use the training rows' mean and std": lambda: (rest - rest.mean(0)) / rest.std(0),
            "this leaks: the mean and the standard deviation are of all rows": (rest - x.mean(0)) / x.std(0),
        },
    )
# One wild held-out row: only a leak lets it reach the training rows.
x = torch.randn(7, 2, generator=generator, dtype=torch.float64)
x[6] = 1e6
order, rows = torch.arange(7), x[:5]
check.close(
    held_out_part(split_and_standardise, x, order, 5),
    (x[5:] - rows.mean(0)) / rows.std(0),
    on="the held-out rows, one of them a million, x (7, 2) float64",
)
### END HIDDEN TESTS

# %% test="split_and_standardise-constant" points=3
check.attempted(split_and_standardise, "split_and_standardise only shifts a column that is constant in the training rows")


x = torch.tensor([[6.0, 1.0], [6.0, 3.0], [8.0, 2.0], [5.0, 4.0]])
order = torch.tensor([1, 0, 2, 3])
mean, std = torch.tensor([6.0, 2.0]), torch.tensor([1.0, 2.0**0.5])
zero = std * torch.tensor([0.0, 1.0])
first, last = x[[1, 0]] - mean, x[2:] - mean
check.close(
    split_and_standardise(x, order, 2),
    (first / std, last / std, mean, std),
    on="x (4, 2), the first column 6, 6 in the training rows, 8, 5 in the held-out rows",
    traps={
        "this divides by 0: put a 1 in its place": (first / zero, last / zero, mean, zero),
        "the columns are divided by 1, but the 0 is returned: return what was used": (first / std, last / std, mean, zero),
        "this sets the column to 0: the held-out rows may differ in it": (first / std, last / std * torch.tensor([0.0, 1.0]), mean, std),
        "this adds a small number to every standard deviation: 2 divided by it is huge. Put a 1 in place of a 0": (first / (zero + 1e-8), last / (zero + 1e-8), mean, zero + 1e-8),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for dtype in (torch.float32, torch.float64):
    x = torch.randn(6, 3, generator=generator, dtype=dtype)
    x[:4, 1], x[4:, 1], x[:, 2] = 2.5, 7.0, -1.0
    order = torch.tensor([3, 1, 0, 2, 5, 4])
    mean = x[:4].double().mean(0).to(dtype)
    std = torch.stack([x[:4, 0].double().std().to(dtype), torch.ones((), dtype=dtype), torch.ones((), dtype=dtype)])
    check.close(
        split_and_standardise(x.clone(), order, 4),
        ((x[order[:4]] - mean) / std, (x[order[4:]] - mean) / std, mean, std),
        on=f"x (6, 3), one column constant in the training rows, one everywhere, {dtype}",
        rtol=1e-5,
        atol=1e-5,
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Split before you measure anything: afterwards there is only one tensor in sight that a mean may be taken of.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `x[order[:training_size]]` are the training rows. Their `mean(0)` and `std(0)` serve both parts. `torch.where(std == 0, …, std)` mends the constant columns.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# training, held_out = x[order[:training_size]], x[order[...]]
# mean, std = ...
# std = torch.where(std == 0, 1.0, ...)
# return (training - mean) / std, ..., mean, std
# ```
#
# </details>

# %% [markdown] solution_notes="split_and_standardise"
# **Why it works.** The held-out rows never meet `mean` or `std`, and so cannot reach the training. **Another way.** Standardise the whole table with the training rows' numbers and split afterwards: `(x[order] - mean) / std`, cut by `split`. The order of the two steps does
# not matter; on which rows the numbers are measured does.

# %% [markdown]
# ### Exercise 5 · Find the bug: the loss that depends on the batch size ★★ · 10 points · 10 minutes
#
# `mean_loss` measures a model on all its data, batch after batch, because all of it does not fit into memory. The result should be the mean of the squared errors, over all samples and all columns of `y`. But it is another one for another
# `batch_size`, though neither model nor data have changed. No error is raised.
#
# Mend it. It still may not show the model more than `batch_size` rows at a time.
#
# It tests **means**, section 3 of [the chapter](../../course/10_data_loading.ipynb).

# %% solution="mean_loss" objective="means"
def mean_loss(model: nn.Module, x: Tensor, y: Tensor, batch_size: int) -> float:
    """x (n, k), y (n, m), n >= 1 -> the mean squared error of model(x)."""
    total = 0.0
    batches = 0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            predicted = model(x[start : start + batch_size])
            loss = F.mse_loss(predicted, y[start : start + batch_size])
            total += loss.item()
            batches += 1
    return total / batches


### BEGIN SOLUTION
def mean_loss(model: nn.Module, x: Tensor, y: Tensor, batch_size: int) -> float:
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            predicted = model(x[start : start + batch_size])
            loss = F.mse_loss(predicted, y[start : start + batch_size])
            total += loss.item() * len(predicted)
    return total / len(x)
### END SOLUTION

# %% test="mean_loss-even" points=2
check.attempted(mean_loss, "mean_loss is the mean squared error where all batches are full", given="104db153")


@check.observe
def measured(function, weight, x, y, size):
    from torch import nn

    class Product(nn.Module):
        def forward(self, x):
            return x @ weight

    return function(Product(), x, y, size)


weight = torch.tensor([[1.0], [-1.0]])
x = torch.tensor([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0], [1.0, 1.0], [3.0, 0.0], [0.0, 1.0]])
y = torch.tensor([[0.0], [0.0], [1.0], [2.0], [0.0], [0.0]])
expected = F.mse_loss(x @ weight, y).item()
check.close(
    measured(mean_loss, weight, x, y, 2),
    expected,
    on="x (6, 2), y (6, 1), batches of 2",
    traps={
        "this is the sum of the squares: divide by the number of samples": 6 * expected,
        "this divides twice: mse_loss of a batch is a mean already, so multiply it by the rows of its batch": expected / 2,
        "this divides the sum of the squares by the number of batches: divide by the number of samples": 2 * expected,
        "this divides the sum of the squares by the batch size, or adds up the batches' means: divide the sum by the number of samples": 3 * expected,
        "this is the loss of the last batch": F.mse_loss(x[4:] @ weight, y[4:]).item(),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, features, targets, size in [(6, 3, 1, 2), (8, 2, 3, 4), (5, 1, 1, 5), (3, 4, 2, 1)]:
    weight = torch.randn(features, targets, generator=generator, dtype=torch.float64)
    x = torch.randn(n, features, generator=generator, dtype=torch.float64)
    y = torch.randn(n, targets, generator=generator, dtype=torch.float64)
    expected = F.mse_loss(x @ weight, y).item()
    check.close(
        measured(mean_loss, weight, x, y, size),
        expected,
        on=f"x ({n}, {features}), y ({n}, {targets}), batches of {size}, float64",
        traps={
            "this adds up the squares of all columns of y: mse_loss averages over them too": expected * targets,
            "this divides by the elements of y once more": expected / targets,
        },
    )
### END HIDDEN TESTS

# %% test="mean_loss-uneven" points=4
check.attempted(mean_loss, "mean_loss does not depend on the batch size", given="104db153")


@check.observe
def measured_twice(function, weight, x, y, sizes):
    from torch import nn

    class Product(nn.Module):
        def forward(self, x):
            return x @ weight

    return [function(Product(), x, y, size) for size in sizes]


weight = torch.tensor([[2.0]])
x = torch.tensor([[0.0], [1.0], [2.0], [3.0], [4.0]])
y = torch.tensor([[2.0], [2.0], [4.0], [6.0], [18.0]])
report = measured_twice(mean_loss, weight, x, y, [4])
check.close(
    report,
    [20.8],
    on="x (5, 1), y (5, 1), batches of 4: the first sample is wrong by 2, the last one by 10",
    traps={
        "this is the mean of the batches' means: the last sample counts as much as the other four": [50.5],
        "this leaves out the short batch: all samples count": [1.0],
        "this leaves out the short batch, and divides by all samples: all of them count": [0.8],
        "this multiplies each mean by batch_size: the last batch is shorter": [80.8],
        "this adds up the squares: divide by the number of samples": [104.0],
        "this divides the sum of the squares by the number of batches: divide by the number of samples": [52.0],
        "this adds up means, and divides by the samples: multiply each by the rows of its batch": [20.2],
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, features, targets in [(7, 2, 1), (10, 3, 2), (5, 1, 3)]:
    weight = torch.randn(features, targets, generator=generator, dtype=torch.float64)
    x = torch.randn(n, features, generator=generator, dtype=torch.float64)
    y = torch.randn(n, targets, generator=generator, dtype=torch.float64)
    sizes = [1, 2, 3, 4, n - 1, n, n + 5]
    expected = F.mse_loss(x @ weight, y).item()
    means = [torch.stack([F.mse_loss(x[part] @ weight, y[part]) for part in torch.arange(n).split(size)]).mean().item() for size in sizes]
    check.close(
        measured_twice(mean_loss, weight, x, y, sizes),
        [expected] * len(sizes),
        on=f"x ({n}, {features}), y ({n}, {targets}), batches of {sizes}, float64",
        traps={"this is the mean of the batches' means: a short batch counts too much": means},
    )
### END HIDDEN TESTS

# %% test="mean_loss-batches" points=2
check.attempted(mean_loss, "mean_loss shows the model every row once, and at most batch_size rows at a time", given="104db153")


@check.observe
def shown(function, x, y, size):
    import torch
    from torch import nn

    class Listener(nn.Module):
        def __init__(self):
            super().__init__()
            self.rows = []

        def forward(self, x):
            self.rows.append(x.clone())
            return x

    model = Listener()
    loss = function(model, x, y, size)
    return loss, [len(rows) for rows in model.rows], torch.cat(model.rows or [x[:0]]).square().sum(1)


x = torch.arange(7.0).unsqueeze(1)
loss, sizes, rows = shown(mean_loss, x, x + 1, 3)
check.close(loss, 1.0, on="a model that returns x, y = x + 1, x (7, 1), batches of 3")
check.equal(
    sizes,
    [3, 3, 1],
    on="the rows of each call of the model, x (7, 1), batches of 3",
    traps={
        "this shows all rows at once: they do not fit into memory": [7],
        "this leaves out the last batch": [3, 3],
        "this shows each row alone: batch_size rows go together": [1] * 7,
        "this asks the model twice": [3, 3, 3, 3, 1, 1],
    },
)
check.equal(rows, x.square().sum(1), on="the sums of the squares of the rows that the model saw, x (7, 1)")
### BEGIN HIDDEN TESTS
for n, size, expected in [(6, 3, [3, 3]), (5, 4, [4, 1]), (4, 1, [1] * 4), (2, 9, [2]), (1, 1, [1])]:
    x = torch.arange(float(n)).unsqueeze(1).repeat(1, 2) + 0.25
    loss, sizes, rows = shown(mean_loss, x, x - 2, size)
    check.close(loss, 4.0, on=f"a model that returns x, y = x - 2, x ({n}, 2), batches of {size}")
    check.equal(sizes, expected, on=f"the rows of each call of the model, x ({n}, 2), batches of {size}", traps={"this shows all rows at once: they do not fit into memory": [n]})
    check.equal(rows, x.square().sum(1), on=f"the sums of the squares of the rows that the model saw, x ({n}, 2)")
### END HIDDEN TESTS

# %% test="mean_loss-quiet" points=2
check.attempted(mean_loss, "mean_loss gives a plain number, and leaves model and gradients alone", given="104db153")


@check.observe
def quiet(function, x, y, size):
    import torch
    from torch import nn

    model = nn.Linear(2, 1)
    with torch.no_grad():
        model.weight.fill_(1.0)
        model.bias.zero_()
    graphs = []
    model.register_forward_hook(lambda module, args, result: graphs.append(result.requires_grad))
    loss = function(model, x, y, size)
    return loss, any(graphs), model.weight.grad is not None, model.weight.detach().clone()


x = torch.tensor([[1.0, 1.0], [2.0, 0.0], [0.0, 0.0]])
y = torch.tensor([[0.0], [0.0], [4.0]])
loss, graph, slopes, weight = quiet(mean_loss, x, y, 2)
check.close(loss, 8.0, on="nn.Linear with weights of 1, x (3, 2), y (3, 1), batches of 2", traps={"this is the mean of the batches' means: the short batch counts too much": 10.0})
check.equal(graph, False, on="whether the model's results ask for a graph", traps={"a graph is recorded for nothing: keep torch.no_grad": True})
check.equal(slopes, False, on="whether the weights have gradients afterwards")
check.equal(weight, torch.ones(1, 2), on="the weights afterwards")
### BEGIN HIDDEN TESTS
loss, graph, slopes, weight = quiet(mean_loss, torch.ones(5, 2), torch.zeros(5, 1), 2)
check.close(loss, 4.0, on="nn.Linear with weights of 1, x (5, 2), y (5, 1), batches of 2")
check.equal(graph, False, on="whether the model's results ask for a graph")
check.equal(slopes, False, on="whether the weights have gradients afterwards")
check.equal(weight, torch.ones(1, 2), on="the weights afterwards")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Five samples in batches of 4: how much does the fifth sample count, and how much should it?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# A batch's loss is a mean, and a mean times the number of its rows is a sum. Sums may be added up over batches; at the end, one division by all rows.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
#         total += loss.item() * ...
# return total / ...
# ```
#
# </details>

# %% [markdown] solution_notes="mean_loss"
# **Why it works.** Each sample counts 1/n, whatever batch it is in. Multiply by the rows that the batch *has*, not by `batch_size`: the last one may be short. The bug is silent as long as n is a multiple of the batch size. **Another way.** `reduction="sum"`, and a
# division by `y.numel()` at the end: then no batch takes a mean at all.

# %% [markdown]
# ## Stretch

# %% [markdown]
# ### Exercise 6 · Pad and mask ★★★ · 15 points · 18 minutes
#
# Write a function for `collate_fn`, and a mean that knows of its mask.
#
# - `pad_batch(samples)` gets a list of pairs: a sequence, of shape (length,) or (length, features), and a whole number, its label. It gives three tensors: the sequences in one tensor, filled up with zeros at the end to the longest length; a mask
#   (batch, longest), True where a step is real; the labels in int64. The sequences of a batch have one dtype, and it stays. A length may be 0.
# - `real_mean(padded, mask)` is the mean of each sequence over its *real* steps, and 0 for a sequence without any. What stands in the padding has no influence, NaN included. Nothing is changed in place.
#
# No `pad_sequence`. A loop over the samples is fine.
#
# It tests **padding**, section 6 of [the chapter](../../course/10_data_loading.ipynb).

# %% solution="pad_batch" objective="padding"
def pad_batch(samples: list[tuple[Tensor, int]]) -> tuple[Tensor, Tensor, Tensor]:
    """[((length,) or (length, features), label), ...] -> (batch, longest, ...), (batch, longest) bool, (batch,) int64.

    >>> pad_batch([(torch.tensor([1, 2]), 0), (torch.tensor([3]), 5)])[0]
    tensor([[1, 2],
            [3, 0]])
    """
    ### BEGIN SOLUTION
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])
    ### END SOLUTION


def real_mean(padded: Tensor, mask: Tensor) -> Tensor:
    """(batch, longest) or (batch, longest, features), (batch, longest) bool -> (batch,) or (batch, features).

    >>> real_mean(torch.tensor([[4.0, 2.0], [3.0, 0.0]]), torch.tensor([[True, True], [True, False]]))
    tensor([3., 3.])
    """
    ### BEGIN SOLUTION
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)
    ### END SOLUTION

# %% test="pad_batch-values" points=4
check.attempted(pad_batch, "pad_batch fills sequences up with zeros at the end, masks what is real, and stacks the labels")
check.source_without(pad_batch, *READY_PADDING)
samples = [(torch.tensor([12.0, 7.0]), 1), (torch.tensor([30.0]), 0), (torch.tensor([5.0, 9.0, 4.0, 6.0]), 4)]
padded = torch.tensor([[12.0, 7.0, 0.0, 0.0], [30.0, 0.0, 0.0, 0.0], [5.0, 9.0, 4.0, 6.0]])
mask = torch.tensor([[True, True, False, False], [True, False, False, False], [True] * 4])
labels = torch.tensor([1, 0, 4])
left = torch.tensor([[0.0, 0.0, 12.0, 7.0], [0.0, 0.0, 0.0, 30.0], [5.0, 9.0, 4.0, 6.0]])
check.equal(
    pad_batch(samples),
    (padded, mask, labels),
    on="three sequences of 2, 1 and 4 steps",
    traps={
        "this pads in front: the zeros come at the end": (left, mask.flip(1), labels),
        "this pads in front: the zeros come at the end, and the mask says so already": (left, mask, labels),
        "the mask is True where it is padding: True means real": (padded, ~mask, labels),
        "the mask is made of numbers: it is a tensor of bools": (padded, mask.float(), labels),
        "the mask is made of whole numbers: it is a tensor of bools": (padded, mask.long(), labels),
        "these are the lengths: the mask has an entry for each step": (padded, torch.tensor([2, 1, 4]), labels),
        "the labels are floats: they are whole numbers": (padded, mask, labels.float()),
        "the labels are a list: make a tensor of them": (padded, mask, [1, 0, 4]),
        "this cuts to the shortest sequence: fill up to the longest": (padded[:, :1], mask[:, :1], labels),
        "this has the steps first: the batch comes first": (padded.T, mask.T, labels),
        "there is no mask: three tensors are asked for": (padded, labels),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for lengths in [[3], [1, 1], [5, 2, 5], [1, 6, 2, 3], [4, 4, 4]]:
    sequences = [torch.randn(length, generator=generator, dtype=torch.float64) for length in lengths]
    samples = [(sequence, 10 * k - 5) for k, sequence in enumerate(sequences)]
    padded = pad_sequence(sequences, batch_first=True)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    labels = torch.tensor([10 * k - 5 for k in range(len(lengths))])
    check.equal(pad_batch(samples), (padded, mask, labels), on=f"sequences of {lengths} steps, float64")
check.unchanged(pad_batch, [(torch.tensor([1.0, 2.0]), 3), (torch.tensor([4.0]), 5)], on="sequences of 2 and 1 steps")
### END HIDDEN TESTS

# %% test="pad_batch-features" points=4
check.attempted(pad_batch, "pad_batch takes steps with several features, and keeps dtypes and zeros that are real")
check.source_without(pad_batch, *READY_PADDING)
samples = [(torch.tensor([[1, 2], [3, 4], [5, 6]]), 0), (torch.tensor([[7, 8]]), 2)]
padded = torch.tensor([[[1, 2], [3, 4], [5, 6]], [[7, 8], [0, 0], [0, 0]]])
mask = torch.tensor([[True, True, True], [True, False, False]])
check.equal(
    pad_batch(samples),
    (padded, mask, torch.tensor([0, 2])),
    on="two sequences of 3 and 1 steps with 2 features, int64",
    traps={
        "this makes floats of whole numbers: the dtype stays": (padded.float(), mask, torch.tensor([0, 2])),
        "the mask has an entry for each feature: one for each step is asked for": (padded, mask.unsqueeze(2).expand(2, 3, 2), torch.tensor([0, 2])),
    },
)
### BEGIN HIDDEN TESTS
zeros = [(torch.tensor([0.0, 0.0, 3.0]), 1), (torch.tensor([0.0]), 1)]
check.equal(
    pad_batch(zeros),
    (torch.tensor([[0.0, 0.0, 3.0], [0.0, 0.0, 0.0]]), torch.tensor([[True, True, True], [True, False, False]]), torch.tensor([1, 1])),
    on="sequences [0, 0, 3] and [0]",
    traps={
        "the mask takes zeros for padding: a step may be 0 and real": (
            torch.tensor([[0.0, 0.0, 3.0], [0.0, 0.0, 0.0]]),
            torch.tensor([[False, False, True], [False, False, False]]),
            torch.tensor([1, 1]),
        )
    },
)
generator = check.generator()
for features, lengths, dtype in [(3, [2, 5], torch.float64), (1, [4, 1, 1], torch.float32), (5, [5, 5], torch.float16)]:
    sequences = [torch.randn(length, features, generator=generator).to(dtype) for length in lengths]
    padded = pad_sequence(sequences, batch_first=True)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths).unsqueeze(1)
    check.equal(
        pad_batch([(sequence, 1) for sequence in sequences]),
        (padded, mask, torch.ones(len(lengths), dtype=torch.int64)),
        on=f"sequences of {lengths} steps with {features} features, {dtype}",
    )
### END HIDDEN TESTS

# %% test="pad_batch-empty" points=3
check.attempted(pad_batch, "pad_batch takes sequences without steps")
check.source_without(pad_batch, *READY_PADDING)
samples = [(torch.zeros(0), 3), (torch.tensor([8.0, 9.0]), 1)]
check.equal(
    pad_batch(samples),
    (torch.tensor([[0.0, 0.0], [8.0, 9.0]]), torch.tensor([[False, False], [True, True]]), torch.tensor([3, 1])),
    on="sequences of 0 and 2 steps",
    traps={
        "this leaves out the empty sequence: it is a row, and its label counts": (torch.tensor([[8.0, 9.0]]), torch.tensor([[True, True]]), torch.tensor([1])),
    },
)
### BEGIN HIDDEN TESTS
check.equal(
    pad_batch([(torch.zeros(0), 7), (torch.zeros(0), 8)]),
    (torch.zeros(2, 0), torch.zeros(2, 0, dtype=torch.bool), torch.tensor([7, 8])),
    on="two sequences of 0 steps",
)
check.equal(
    pad_batch([(torch.zeros(0, 4), 7), (torch.ones(1, 4), 8)]),
    (torch.tensor([[[0.0] * 4], [[1.0] * 4]]), torch.tensor([[False], [True]]), torch.tensor([7, 8])),
    on="sequences of 0 and 1 steps with 4 features",
)
### END HIDDEN TESTS

# %% test="pad_batch-mean" points=4
check.attempted(real_mean, "real_mean is the mean over the real steps, whatever stands in the padding")
padded = torch.tensor([[4.0, 8.0, 0.0], [5.0, float("nan"), float("nan")], [1.0, 2.0, 6.0]])
mask = torch.tensor([[True, True, False], [True, False, False], [True, True, True]])
check.close(
    real_mean(padded, mask),
    torch.tensor([6.0, 5.0, 3.0]),
    on="padded (3, 3), 2, 1 and 3 real steps, NaN in the padding",
    traps={
        "this multiplies NaN by 0, which is NaN: choose, do not multiply": torch.tensor([6.0, float("nan"), 3.0]),
        "this divides by the longest length: the number, too, is of real steps": torch.tensor([4.0, float("nan"), 3.0]),
        "this divides by the longest length: the number, too, is of the real steps": torch.tensor([4.0, 5 / 3, 3.0]),
        "this adds up the real steps: take their mean": torch.tensor([12.0, 5.0, 9.0]),
        "this is one mean for all sequences: each has its own": torch.tensor(26 / 6),
        "this goes along the batch: the steps lie along the second axis": torch.tensor([10 / 3, 5.0, 6.0]),
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for batch, longest, features in [(3, 4, None), (1, 1, None), (4, 3, 2), (2, 5, 1), (3, 3, 3), (2, 2, 4), (0, 3, None), (2, 0, 3)]:
    shape = (batch, longest) if features is None else (batch, longest, features)
    padded = torch.randn(shape, generator=generator, dtype=torch.float64)
    mask = torch.rand(batch, longest, generator=generator) < 0.6
    means = []
    for row, real in zip(padded, mask, strict=True):
        chosen = row[real]
        means.append(chosen.mean(0) if len(chosen) else torch.zeros(shape[2:], dtype=torch.float64))
    expected = torch.stack(means) if means else torch.zeros((0, *shape[2:]), dtype=torch.float64)
    padded[~mask] = float("inf")
    check.close(
        real_mean(padded, mask),
        expected,
        on=f"padded {shape}, mask {(batch, longest)}, infinity in the padding, float64",
        traps={"this divides by 0: a sequence without real steps has the mean 0": torch.where(mask.sum(1).reshape(-1, *(1 for _ in shape[2:])) > 0, expected, float("nan"))},
    )
check.close(
    real_mean(torch.tensor([[1.0, 3.0], [9.0, 9.0]]), torch.tensor([[True, True], [False, False]])),
    torch.tensor([2.0, 0.0]),
    on="padded (2, 2), the second sequence has no real step",
    traps={"this divides by 0: a sequence without real steps has the mean 0": torch.tensor([2.0, float("nan")])},
)
check.unchanged(real_mean, torch.tensor([[1.0, 7.0]]), torch.tensor([[True, False]]), on="padded (1, 2)")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# First the lengths. Everything else follows from them: the width of the batch, the mask, and where each sequence ends in its row.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Make the zeros first, (batch, longest) and then the features of the first sequence, `*first.shape[1:]`, in its dtype; write each sequence into the front of its row. The mask is a broadcast of positions against lengths. For the mean, `torch.where` chooses, a sum over axis 1
# follows, and the division is by `mask.sum(1)`, but never by 0.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=...)
# for row, (sequence, label) in zip(padded, samples):
#     row[: ...] = sequence
# mask = torch.arange(longest) < ...
#
# total = torch.where(mask, padded, 0.0).sum(...)     # real_mean, for two axes
# return total / mask.sum(1).clamp(min=...)
# ```
#
# </details>

# %% [markdown] solution_notes="pad_batch"
# **Why it works.** A row of `padded` is a view, so writing into it writes into the batch. The mask is made from lengths, never from values: a real step may be 0. In the mean, `where` removes what a product would keep (NaN · 0 is NaN), and `clamp(min=1)` turns 0/0
# into 0/1. **Another way.** Pad each sequence alone with `torch.cat([sequence, zeros])` and stack; and for the mean, a loop with `row[real].mean(0)`, or `torch.nanmean` after NaN was put into the padding.

# %% [markdown]
# ### Exercise 7 · Every class as often ★★★ · 15 points · 18 minutes
#
# Draw indices of a data set, so that rare classes come as often as common ones, and say by which weights the imbalance can be undone.
#
# - `labels` are whole numbers, any: classes may be 0 and 7, or −1 and 1000. C different ones are there.
# - The result's first part has `count` indices, drawn with replacement: each class with the chance 1/C, and within a class each sample with the same chance.
# - Its second part has a weight for each index that was drawn: the share of its class in the data, divided by 1/C. A mean of `weights * values[indices]` is then about the mean of all `values`.
# - The draw is decided by `seed` alone, and the global generator stays as it is.
#
# No `WeightedRandomSampler`.
#
# It tests **sampling**, section 3 of [the chapter](../../course/10_data_loading.ipynb).

# %% solution="balanced_indices" objective="sampling"
def balanced_indices(labels: Tensor, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """labels (n,) int64, n >= 1, count >= 1 -> indices (count,) int64, weights (count,) float64.

    >>> indices, weights = balanced_indices(torch.tensor([4, 4, 4, 9]), 1000, seed=0)
    >>> indices.shape, weights.unique()
    (torch.Size([1000]), tensor([0.5000, 1.5000], dtype=torch.float64))
    """
    ### BEGIN SOLUTION
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size * len(counts) / len(labels)
    return indices, weights[indices]
    ### END SOLUTION

# %% test="balanced_indices-form" points=3
check.attempted(balanced_indices, "balanced_indices gives as many indices as asked for, each with a weight")
check.source_without(balanced_indices, *READY_SAMPLERS)


@check.observe
def form(function, labels, count, seed):
    result = function(labels, count, seed)
    if type(result) is not tuple:
        return result
    kinds = [(tuple(part.shape), str(part.dtype)) if hasattr(part, "dtype") else type(part).__name__ for part in result]
    return kinds, all(0 <= int(i) < len(labels) for i in result[0])


labels = torch.tensor([0, 0, 0, 1, 0, 2])
good = [((8,), "torch.int64"), ((8,), "torch.float64")]
check.equal(
    form(balanced_indices, labels, 8, 1),
    (good, True),
    on="the shapes and dtypes of the two results, and whether all indices are from 0 to 5, labels (6,), count 8",
    traps={
        "the weights are float32: float64 is asked for": ([good[0], ((8,), "torch.float32")], True),
        "there is a weight for each sample of the data: one for each index that was drawn is asked for": ([good[0], ((6,), "torch.float64")], True),
        "there is a weight for each class: one for each index that was drawn is asked for": ([good[0], ((3,), "torch.float64")], True),
        "the weights are missing": ([good[0]], True),
        "the indices are a list: make a tensor of them": (["list", good[1]], True),
        "the weights are a list: make a tensor of them": ([good[0], "list"], True),
        "the indices and the weights are lists: make a tensor of each": (["list", "list"], True),
    },
)
### BEGIN HIDDEN TESTS
for values, count in [([5], 1), ([5, 5], 7), ([-1, 1000, -1], 4), ([6, 3], 2), ([3, 1, 2, 1], 50)]:
    labels = torch.tensor(values)
    check.equal(
        form(balanced_indices, labels, count, 2),
        ([((count,), "torch.int64"), ((count,), "torch.float64")], True),
        on=f"the shapes and dtypes of the two results, and whether all indices are in range, labels {values}, count {count}",
    )
check.unchanged(balanced_indices, torch.tensor([2, 2, 0]), 5, 3, on="labels (3,)")
### END HIDDEN TESTS

# %% test="balanced_indices-balance" points=4
check.attempted(balanced_indices, "balanced_indices draws every class about equally often")
check.source_without(balanced_indices, *READY_SAMPLERS)


@check.observe
def shares(function, labels, count, seed):
    import torch

    result = function(labels, count, seed)
    if result is None:
        return None
    if type(result) is not tuple or not result or not hasattr(result[0], "dtype"):
        raise TypeError("two tensors are asked for, in a tuple: indices, weights")
    drawn = labels[result[0]]
    return [round((drawn == label).double().mean().item(), 4) for label in torch.unique(labels).tolist()]


# A share of 4000 draws with chance p has the standard deviation sqrt(p (1 - p) / 4000): 0.0079 for p = 1/2, 0.0069 for 1/4.
# In 100 seeds, on five sets of labels, three right answers were at most 3.7 of them away; the band has 5, which one share in a million exceeds.
labels = torch.tensor([0] * 90 + [1] * 10)
check.close(
    shares(balanced_indices, labels, 4000, 5),
    [0.5, 0.5],
    on="the shares of the classes in 4000 draws, 90 samples of class 0 and 10 of class 1",
    rtol=0.0,
    atol=0.04,
    traps={
        "each sample has the same chance: each class shall have it": [0.9, 0.1],
        "this draws the rare class more often than the other: the chances are 1 over the number of a class": [0.1, 0.9],
        "this draws the common class even more often than it is there: the chances are 1 over the number of a class": [8100 / 8200, 100 / 8200],
        "this draws one class only": [0.0, 1.0],
        "this draws one class only: the common one": [1.0, 0.0],
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for counts, names in [([60, 30, 9, 1], [0, 1, 2, 3]), ([5, 95], [7, 0]), ([1, 1, 40], [-1, 1000, 3]), ([25, 25], [2, 1])]:
    labels = torch.tensor([name for name, number in zip(names, counts, strict=True) for _ in range(number)])
    labels = labels[torch.randperm(len(labels), generator=generator)]
    share = 1 / len(counts)
    wanted = [share] * len(counts)
    natural = [(labels == name).double().mean().item() for name in sorted(names)]
    check.close(
        shares(balanced_indices, labels, 4000, 9),
        wanted,
        on=f"the shares of the classes {sorted(names)} in 4000 draws, {[round(1000 * part) / 1000 for part in natural]} of the data",
        rtol=0.0,
        atol=5 * (share * (1 - share) / 4000) ** 0.5,
        traps={"each sample has the same chance: each class shall have it": natural},
    )
### END HIDDEN TESTS

# %% test="balanced_indices-within" points=3
check.attempted(balanced_indices, "balanced_indices draws every sample of a class about equally often")
check.source_without(balanced_indices, *READY_SAMPLERS)


@check.observe
def times(function, labels, count, seed):
    import torch

    result = function(labels, count, seed)
    if result is None:
        return None
    if type(result) is not tuple or not result or not hasattr(result[0], "dtype"):
        raise TypeError("two tensors are asked for, in a tuple: indices, weights")
    return torch.bincount(result[0], minlength=len(labels)).tolist()


# With 2 classes and 4000 draws, each of k samples of a class is expected 2000 / k times, with a standard deviation below the root of that.
# In 100 seeds no sample of three right answers was more than 3.9 of them away; the band has 5.5. The single sample's deviation is 32,
# and it was at most 109 away; the band has 160.
labels = torch.tensor([0, 1] + [0] * 18)
seen = times(balanced_indices, labels, 4000, 6)
check.equal(
    sum(seen) if isinstance(seen, list) else seen,
    4000,
    on="the number of draws, 19 samples of class 0 and 1 of class 1, count 4000",
)
single = seen[1]
often = max(abs(number - 2000 / 19) for k, number in enumerate(seen) if k != 1)
check.equal(
    often <= 5.5 * (2000 / 19) ** 0.5,
    True,
    on="whether each of the 19 samples of class 0 comes about 105 times in 4000 draws",
    traps={"some samples of a class come too often, others too rarely: within a class all have the same chance": False},
)
check.equal(abs(single - 2000) <= 160, True, on="whether the one sample of class 1 comes about 2000 times in 4000 draws", traps={"the single sample comes too rarely or too often: with replacement, it is half of all draws": False})
### BEGIN HIDDEN TESTS
labels = torch.tensor([4] * 8 + [2] * 20)
for seed in (1, 2):
    seen = times(balanced_indices, labels, 4000, seed)
    for first, last, each in [(0, 8, 250), (8, 28, 100)]:
        off = max(abs(number - each) for number in seen[first:last])
        check.equal(
            off <= 5.5 * each**0.5,
            True,
            on=f"whether samples {first} to {last - 1}, all of one class, come about {each} times each in 4000 draws",
            traps={"some samples of a class come too often, others too rarely: within a class all have the same chance": False},
        )
### END HIDDEN TESTS

# %% test="balanced_indices-weights" points=3
check.attempted(balanced_indices, "balanced_indices weighs each draw with its class's share of the data over its share of the draws")
check.source_without(balanced_indices, *READY_SAMPLERS)


@check.observe
def weighed(function, labels, count, seed):
    result = function(labels, count, seed)
    if result is None:
        return None
    if type(result) is not tuple or len(result) != 2 or not all(hasattr(part, "dtype") for part in result):
        raise TypeError("two tensors are asked for, in a tuple: indices, weights")
    indices, weights = result
    if len(indices) != len(weights):
        raise TypeError(f"there are {len(indices)} indices and {len(weights)} weights: one weight for each index that was drawn is asked for")
    return {str(label): sorted({round(w, 9) for w in weights[labels[indices] == label].tolist()}) for label in sorted(set(labels.tolist()))}


labels = torch.tensor([4, 4, 4, 9])
check.close(
    weighed(balanced_indices, labels, 500, 3),
    {"4": [1.5], "9": [0.5]},
    on="the weights of the draws of each class, labels [4, 4, 4, 9], count 500",
    traps={
        "these are the shares of the data: divide them by 1/C": {"4": [0.75], "9": [0.25]},
        "this is the inverse: the common class has the larger weight": {"4": [round(2 / 3, 9)], "9": [2.0]},
        "these are the chances of the drawing: a weight undoes them": {"4": [round(1 / 3, 9)], "9": [1.0]},
        "this is the number of samples in the class: take its share of the data, times the number of different classes (set(labels) has an entry for each sample)": {"4": [3.0], "9": [1.0]},
        "this takes 10 for C: only the classes that are there count, not all labels up to the largest": {"4": [7.5], "9": [2.5]},
        "the weights belong to the samples in their old order: pick them by the indices": {"4": [0.5, 1.5], "9": [0.5, 1.5]},
        "all weights are 1: the draws are balanced, the data are not": {"4": [1.0], "9": [1.0]},
    },
)
### BEGIN HIDDEN TESTS
for values in ([0, 0, 1, 2, 2, 2, 2], [-3, 50, -3], [1, 1, 1], [0, 1, 2]):
    labels = torch.tensor(values)
    classes = sorted(set(values))
    expected = {str(name): [round(values.count(name) / len(values) * len(classes), 9)] for name in classes}
    check.close(weighed(balanced_indices, labels, 300, 8), expected, on=f"the weights of the draws of each class, labels {values}, count 300")
### END HIDDEN TESTS

# %% test="balanced_indices-seed" points=2
check.attempted(balanced_indices, "balanced_indices draws by its seed alone, and leaves the global generator alone")
check.source_without(balanced_indices, *READY_SAMPLERS)


@check.observe
def drawn(function, labels, count, seeds, states):
    import torch

    runs, moved = [], False
    for k, seed in enumerate(seeds):
        torch.set_rng_state(states[k % len(states)])
        result = function(labels, count, seed)
        if result is None:
            return None
        if type(result) is not tuple or len(result) != 2 or not hasattr(result[0], "dtype"):
            raise TypeError("two tensors are asked for, in a tuple: indices, weights")
        indices, weights = result
        runs.append((indices.tolist(), len(weights)))
        moved = moved or not torch.equal(states[k % len(states)], torch.get_rng_state())
    return runs, moved


labels = torch.tensor([0] * 9 + [1] * 3)
generator = check.generator()
states = [generator.get_state(), torch.rand(1, generator=generator), generator.get_state()][::2]
report = drawn(balanced_indices, labels, 40, [21, 21, 22], states)
check.equal(
    [len(run[0]) for run in report[0]] if isinstance(report, tuple) else report,
    [40, 40, 40],
    on="the number of draws, for three seeds, labels (12,), count 40",
)
(first, again, other), moved = report
check.equal(first == again, True, on="whether one seed gives the same draws twice, labels (12,), count 40", traps={"the seed does not decide: seed a generator of your own with it": False})
check.equal(first != other, True, on="whether seeds 21 and 22 give different draws", traps={"the draws are the same for every seed": False})
check.equal(moved, False, on="whether the global generator moves", traps={"this seeds or draws from the global generator: make one of your own": True})
### BEGIN HIDDEN TESTS
runs, moved = drawn(balanced_indices, labels, 60, list(range(10)), states)
check.equal(len({str(run) for run in runs}), 10, on="how many different draws 10 seeds give, count 60")
check.equal(moved, False, on="whether the global generator moves")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# For each sample, how many of its class are there? If you have that tensor, of shape (n,), the chances and the weights are one line each.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `torch.unique(labels, return_inverse=True, return_counts=True)` gives the classes, the position of each sample's class among them, and how many there are of each. `counts[which]` is the tensor of hint 1. `torch.multinomial` draws with chances in proportion to what it gets: 1 over that number.
# The share of a class in the data is its number over n.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
# size = counts[which].double()
# indices = torch.multinomial(1 / ..., count, replacement=..., generator=...)
# weights = size / len(labels) * ...
# return indices, weights[...]
# ```
#
# </details>

# %% [markdown] solution_notes="balanced_indices"
# **Why it works.** A class of k samples with the weight 1/k each weighs 1 in all, whatever k is, so each class has the chance 1/C. The weights are the ratio of two chances, that of the data and that of the drawing, and a mean with them estimates what a mean over the data is:
# importance weighting. **Another way.** Draw in two steps: a class with `torch.randint(C, …)`, then one of its samples, `members[torch.randint(len(members), …)]`.

# %% [markdown]
# ## Boss

# %% [markdown]
# ### Exercise 8 · The loader itself ★★★★ · 20 points · 25 minutes
#
# Build `TinyLoader`, which can stand where `DataLoader` stood in this chapter, without `torch.utils.data`. Chapter 11 trains with it.
#
# 1. **Batches.** A dataset has a length, and gives a tuple of tensors for an index. The loader gives a tuple of tensors for each batch: the samples' tensors, stacked. The last batch may be short.
# 2. **Length.** `len(loader)` is the number of batches. With `drop_last` a short last batch is left out, there and in the loop.
# 3. **Order.** Without `shuffle`, the order of the dataset. With it, each `for` loop over the loader is a new epoch in a new random order, in which every sample comes once.
# 4. **Generators.** The order is drawn from `generator`, if there is one, and otherwise from a generator of the loader's own. The global one is neither used nor changed, ever; and without shuffling, `generator` is left alone as well.
# 5. **Manners.** The dataset is asked with plain ints, one after the other, and for a batch only when that batch is due. Two loops over one loader can run at the same time.
#
# It tests **loader**, all of [the chapter](../../course/10_data_loading.ipynb).

# %% solution="TinyLoader" objective="loader"
class TinyLoader:
    """
    >>> loader = TinyLoader(TensorDataset(torch.arange(5)), batch_size=2)
    >>> len(loader), list(loader)[-1]
    (3, (tensor([4]),))
    """

    def __init__(self, dataset, batch_size: int = 1, shuffle: bool = False, drop_last: bool = False, generator=None):
        """dataset[i] -> a tuple of tensors; generator: a torch.Generator, or None."""
        ### BEGIN SOLUTION
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.generator = torch.Generator() if generator is None else generator
        ### END SOLUTION

    def __len__(self) -> int:
        """-> the number of batches."""
        ### BEGIN SOLUTION
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)
        ### END SOLUTION

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        """-> an iterator over the batches of one epoch."""
        ### BEGIN SOLUTION
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))
        ### END SOLUTION

# %% test="TinyLoader-batches" points=4
check.attempted(TinyLoader, "TinyLoader gives the samples in order, as tuples of stacked tensors")
check.source_without(TinyLoader, *READY_LOADERS)


@check.observe
def one_pass(cls, columns, settings):
    from itertools import islice

    class Rows:
        def __len__(self):
            return len(columns[0])

        def __getitem__(self, i):
            if not 0 <= i < len(columns[0]):
                raise IndexError(i)
            return tuple(column[i] for column in columns)

    loader = cls(Rows(), **settings)
    iterator = loader.__iter__()
    if iterator is None:
        return None
    if not hasattr(iterator, "__next__"):
        raise TypeError(f"__iter__ returned a {type(iterator).__name__}, which is no iterator: yield each batch")
    return list(islice(loader, 30))


x, y = torch.arange(10.0).reshape(5, 2), torch.arange(5)
expected = [(x[:2], y[:2]), (x[2:4], y[2:4]), (x[4:], y[4:])]
check.equal(
    one_pass(TinyLoader, (x, y), {"batch_size": 2}),
    expected,
    on="5 samples of x (2,) and y (), batches of 2",
    traps={
        "the last sample is lost: a short batch is a batch": expected[:2],
        "there is an empty batch at the end": lambda: [*expected, (x[5:], y[5:])],
        "a batch is a list: it is a tuple": [list(batch) for batch in expected],
        "a batch has lists of tensors: stack them": [tuple(list(column) for column in batch) for batch in expected],
        "a batch is a list of samples: stack the samples' tensors, one for each place of the tuple": [[(x[i], y[i]) for i in part] for part in ([0, 1], [2, 3], [4])],
        "a batch has x only: all tensors of a sample belong to it": [(first,) for first, _ in expected],
        "these are single samples: batch_size of them are stacked": [(x[i], y[i]) for i in range(5)],
        "the rows are joined in one long row: stack makes a new axis": [(first.reshape(-1), second) for first, second in expected],
    },
)
### BEGIN HIDDEN TESTS
generator = check.generator()
for n, size, shapes in [(6, 3, [(2,)]), (7, 4, [(3, 2), ()]), (1, 1, [(1,)]), (3, 8, [(2,), (), (1, 1)]), (4, 1, [()])]:
    columns = tuple(torch.randn(n, *shape, generator=generator, dtype=torch.float64) for shape in shapes)
    expected = [tuple(column[start : start + size] for column in columns) for start in range(0, n, size)]
    check.equal(
        one_pass(TinyLoader, columns, {"batch_size": size}),
        expected,
        on=f"{n} samples of {shapes}, batches of {size}, float64",
        traps={"the last samples are lost: a short batch is a batch": expected[:-1], "there is an empty batch at the end": [*expected, ()]},
    )
check.equal(one_pass(TinyLoader, (torch.arange(2),), {}), [(torch.tensor([0]),), (torch.tensor([1]),)], on="2 samples, batch_size as it is")
check.equal(one_pass(TinyLoader, (torch.zeros(0, 3),), {"batch_size": 4}), [], on="no samples, batches of 4")
### END HIDDEN TESTS

# %% test="TinyLoader-length" points=4
check.attempted(TinyLoader, "TinyLoader knows its number of batches, and leaves out a short one when asked to")
check.source_without(TinyLoader, *READY_LOADERS)


@check.observe
def lengths(cls, n, size, drop_last):
    import torch
    from itertools import islice

    loader = cls([(torch.tensor(i),) for i in range(n)], batch_size=size, drop_last=drop_last)
    sizes = []
    for batch in islice(loader, 60):
        if type(batch) not in (tuple, list):
            raise TypeError(f"a batch is a {type(batch).__name__}: a tuple of tensors is asked for")
        sizes.append(len(batch[0]) if batch else 0)
    return loader.__len__(), sizes


for n, size, drop_last, expected, traps in [
    (10, 4, False, (3, [4, 4, 2]), {"this is the number of samples: len of a loader counts batches": (10, [4, 4, 2]), "len rounds down: a short batch is a batch": (2, [4, 4, 2])}),
    (10, 4, True, (2, [4, 4]), {"the short batch is still there: drop_last leaves it out": (3, [4, 4, 2]), "the loop leaves it out, and len still counts it": (3, [4, 4]), "len leaves it out, and the loop still gives it": (2, [4, 4, 2])}),
    (8, 4, True, (2, [4, 4]), {"a full batch is left out: drop_last is about a short one": (1, [4])}),
]:
    check.equal(lengths(TinyLoader, n, size, drop_last), expected, on=f"len, and the sizes of the batches, {n} samples by {size}, drop_last={drop_last}", traps=traps)
### BEGIN HIDDEN TESTS
for n, size in [(0, 3), (1, 1), (2, 5), (5, 5), (6, 5), (31, 10), (12, 1)]:
    full, rest = n // size, n % size
    check.equal(lengths(TinyLoader, n, size, True), (full, [size] * full), on=f"len, and the sizes of the batches, {n} samples by {size}, drop_last=True")
    sizes = [size] * full + ([rest] if rest else [])
    check.equal(
        lengths(TinyLoader, n, size, False),
        (len(sizes), sizes),
        on=f"len, and the sizes of the batches, {n} samples by {size}",
        traps={"there is one batch too many, an empty one": (full + 1, [*sizes, 0]), "len has one batch too many": (full + 1, sizes)},
    )
### END HIDDEN TESTS

# %% test="TinyLoader-shuffles" points=4
check.attempted(TinyLoader, "TinyLoader gives each sample once in every epoch, each epoch in a new order")
check.source_without(TinyLoader, *READY_LOADERS)


@check.observe
def epochs(cls, n, size, count, with_generator, state):
    import torch

    generator = torch.default_generator.clone_state() if with_generator else None
    if with_generator:
        generator.set_state(state)
    dataset = [(torch.tensor(i), torch.tensor([-i])) for i in range(n)]
    loader = cls(dataset, batch_size=size, shuffle=True, generator=generator)
    together, orders = True, []
    for _ in range(count):
        batches = []
        for batch in loader:
            batch = (torch.zeros(0), torch.zeros(0)) if type(batch) is tuple and not batch else batch
            if type(batch) not in (tuple, list) or len(batch) != 2 or not all(hasattr(part, "tolist") for part in batch):
                raise TypeError("a batch is a tuple of tensors, one for each place of a sample: two here")
            batches.append((batch[0].tolist(), batch[1].reshape(-1).tolist()))
        together = together and all(a == [-b for b in second] for a, second in batches)
        orders.append([first for first, _ in batches])
    return together, orders


state = check.generator().get_state()
for own in (True, False):
    whose = "with a generator" if own else "without a generator"
    together, runs = epochs(TinyLoader, 12, 5, 3, own, state)
    sizes = [[len(batch) for batch in run] for run in runs]
    seen = [sorted(i for batch in run for i in batch) for run in runs]
    check.equal(
        sizes,
        [[5, 5, 2]] * 3,
        on=f"the sizes of the batches of three epochs, 12 samples by 5, {whose}",
        traps={"the loader is used up after one epoch: each for loop starts anew, in __iter__": [[5, 5, 2], [], []]},
    )
    check.equal(seen, [list(range(12))] * 3, on=f"the samples of three epochs, sorted, {whose}", traps={"some samples come twice and others never: a permutation has each once": seen})
    check.equal(together, True, on=f"whether the tensors of a sample stay together, {whose}", traps={"the tensors are shuffled apart: one order for all": False})
    check.equal(
        len({str(run) for run in runs}),
        3,
        on=f"how many different orders three epochs have, {whose}",
        traps={
            "every epoch has the same order: draw anew in __iter__, from a generator that goes on": 1,
            "two of three epochs have the same order: shuffle the samples, not only the batches": 2,
        },
    )
### BEGIN HIDDEN TESTS
ordered = [[list(range(start, min(start + 5, 12))) for start in range(0, 12, 5)]]
for own in (True, False):
    together, runs = epochs(TinyLoader, 12, 5, 1, own, state)
    check.equal(runs != ordered, True, on="whether the first epoch has an order of its own, 12 samples by 5", traps={"nothing is shuffled": False})
together, runs = epochs(TinyLoader, 40, 8, 15, True, state)
# In 75 batches of 8 out of 40 samples, drawn at random, no two have the same samples.
groups = {tuple(sorted(batch)) for run in runs for batch in run}
check.equal(
    len(groups) > 60,
    True,
    on="whether other samples meet in a batch in every epoch, 15 epochs, 40 samples by 8",
    traps={"the same samples meet in a batch again and again: shuffle the samples first, then cut": False},
)
# 24 samples of each fifth are expected in 15 first batches of 8, with a standard deviation of 4.0; in 100 runs the largest
# distance was 12, and the band has 22.
fifths = [sum(i // 8 == part for run in runs for i in run[0]) for part in range(5)]
check.equal(
    max(abs(number - 24) for number in fifths) <= 22,
    True,
    on="whether the first batch has samples of every part of the data about equally often, 15 epochs",
    traps={"the first batch prefers one part of the data: draw a permutation of all samples": False},
)
check.equal(len({str(run) for run in runs}), 15, on="how many different orders 15 epochs have, 40 samples")
for n in (0, 1):
    check.equal(epochs(TinyLoader, n, 3, 2, True, state), (True, [[[0]][:n]] * 2), on=f"two epochs of {n} samples")
### END HIDDEN TESTS

# %% test="TinyLoader-generators" points=4
check.attempted(TinyLoader, "TinyLoader draws from its generator only, and only if it shuffles")
check.source_without(TinyLoader, *READY_LOADERS)


@check.observe
def draws(cls, n, size, shuffle, with_generator, state):
    import torch

    generator = torch.default_generator.clone_state() if with_generator else None
    if with_generator:
        generator.set_state(state)
    before = torch.get_rng_state()
    runs, own_moved = [], False
    for _ in range(2):
        if with_generator:
            generator.set_state(state)
        loader = cls([(torch.tensor(i),) for i in range(n)], batch_size=size, shuffle=shuffle, generator=generator)
        run = [list(loader) for _ in range(2)]
        if not all(type(batch) in (tuple, list) and len(batch) == 1 and hasattr(batch[0], "tolist") for batches in run for batch in batches):
            raise TypeError("a batch is a tuple of tensors, one for each place of a sample: one here")
        runs.append([[batch[0].tolist() for batch in batches] for batches in run])
        own_moved = with_generator and not torch.equal(generator.get_state(), state)
    moved = not torch.equal(before, torch.get_rng_state())
    return {"the global one": moved, "its own": own_moved, "same again": runs[0] == runs[1], "samples": sorted(i for batch in runs[0][0] for i in batch)}


state = check.generator().get_state()
for shuffle, own in [(True, True), (True, False), (False, True), (False, False)]:
    report = draws(TinyLoader, 16, 6, shuffle, own, state)
    settings = f"shuffle={shuffle}, {'with a generator' if own else 'generator=None'}"
    check.equal(report["samples"], list(range(16)), on=f"the samples of an epoch, sorted, {settings}")
    check.equal(
        report["the global one"],
        False,
        on=f"whether the global generator moves, {settings}",
        traps={"the global generator is used: draw from the loader's own": True},
    )
    if own:
        check.equal(
            report["its own"],
            shuffle,
            on=f"whether the generator that was given moves, {settings}",
            traps={
                "the generator that was given is not used: the order is drawn from it": False,
                "a number is drawn though nothing is shuffled": True,
            },
        )
        check.equal(
            report["same again"],
            True,
            on=f"whether a generator in the same state gives the same two epochs again, {settings}",
            traps={"the generator does not decide the order": False},
        )
### BEGIN HIDDEN TESTS
generator = check.generator()
torch.randperm(7, generator=generator)
for n, size in [(9, 2), (5, 5), (30, 4)]:
    state = generator.get_state()
    for shuffle, own in [(True, True), (True, False), (False, True), (False, False)]:
        report = draws(TinyLoader, n, size, shuffle, own, state)
        settings = f"{n} samples by {size}, shuffle={shuffle}, {'with a generator' if own else 'generator=None'}"
        check.equal(report["samples"], list(range(n)), on=f"the samples of an epoch, sorted, {settings}")
        check.equal(report["the global one"], False, on=f"whether the global generator moves, {settings}")
        if own:
            check.equal(report["its own"], shuffle, on=f"whether the generator that was given moves, {settings}")
            check.equal(report["same again"], True, on=f"whether a generator in the same state gives the same two epochs again, {settings}")
    torch.rand(3, generator=generator)
### END HIDDEN TESTS

# %% test="TinyLoader-loop" points=4
check.attempted(TinyLoader, "TinyLoader has manners, and trains a model in place of DataLoader")
check.source_without(TinyLoader, *READY_LOADERS)


@check.observe
def asked(cls, n, size, shuffle):
    import torch

    class Recorder:
        def __init__(self):
            self.indices = []

        def __len__(self):
            return n

        def __getitem__(self, i):
            self.indices.append(i)
            return (torch.tensor(int(i)),) if not isinstance(i, slice) else (torch.arange(n)[i],)

    recorder = Recorder()
    counts = []
    for _ in cls(recorder, batch_size=size, shuffle=shuffle):
        counts.append(len(recorder.indices))
    return counts, sorted({type(i).__name__ for i in recorder.indices})


ints = {
    "the indices are tensors: ask with plain ints, tolist() makes them": ["Tensor"],
    "the dataset is asked with slices: it knows one index at a time": ["slice"],
}
early = "all samples are asked for before the first batch is given: ask when the batch is due"
for shuffle in (False, True):
    counts, kinds = asked(TinyLoader, 10, 4, shuffle)
    check.equal(kinds, ["int"], on=f"the types of the indices, shuffle={shuffle}", traps=ints)
    check.equal(counts, [4, 8, 10], on=f"how many samples were asked for when each batch is there, 10 samples by 4, shuffle={shuffle}", traps={early: [10, 10, 10]})


@check.observe
def trained(cls, x, y, settings, epochs):
    import torch
    from torch import nn
    from torch.nn import functional as F
    from torch.utils.data import TensorDataset

    model = nn.Linear(x.shape[1], 1, dtype=x.dtype)
    with torch.no_grad():
        model.weight.zero_()
        model.bias.zero_()
    loader = cls(TensorDataset(x, y), **settings)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in loader:
            if type(batch) not in (tuple, list) or len(batch) != 2 or not all(hasattr(part, "dtype") for part in batch):
                raise TypeError("a batch is a tuple of tensors, one for each place of a sample: two here")
            inputs, targets = batch
            model.zero_grad()
            loss = F.mse_loss(model(inputs).squeeze(1), targets)
            loss.backward()
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter -= 0.1 * parameter.grad
            total += loss.item() * len(inputs)
        losses.append(total / len(x))
    return losses, model.weight.detach(), model.bias.detach()


def by_torch(x, y, settings, epochs):
    weight, bias, losses = torch.zeros(x.shape[1], dtype=x.dtype), torch.zeros((), dtype=x.dtype), []
    for _ in range(epochs):
        total = 0.0
        for inputs, targets in DataLoader(TensorDataset(x, y), generator=check.generator(), **settings):
            errors = inputs @ weight + bias - targets
            weight = weight - 0.1 * 2 * (errors.unsqueeze(1) * inputs).mean(0)
            bias = bias - 0.1 * 2 * errors.mean()
            total += errors.square().sum().item()
        losses.append(total / len(x))
    return losses, weight.unsqueeze(0), bias.unsqueeze(0)


generator = check.generator()
x = torch.randn(11, 2, generator=generator, dtype=torch.float64)
y = x @ torch.tensor([2.0, -1.0], dtype=torch.float64) + 3
check.close(
    trained(TinyLoader, x, y, {"batch_size": 4}, 3),
    by_torch(x, y, {"batch_size": 4}, 3),
    on="the losses of three epochs, the weights and the bias, x (11, 2), batches of 4",
)
### BEGIN HIDDEN TESTS
@check.observe
def at_once(cls, n, size):
    import torch

    loader = cls([(torch.tensor(i),) for i in range(n)], batch_size=size)
    one, two = iter(loader), iter(loader)
    turns = [next(which, None) for which in (one, one, two, one, two)]
    return [None if batch is None else batch[0] for batch in turns]


whole = torch.arange(12)
first, second, third = whole[:4], whole[4:8], whole[8:]
check.equal(
    at_once(TinyLoader, 12, 4),
    [first, second, first, third, second],
    on="two loops over one loader, which take turns, 12 samples by 4",
    traps={"the two loops share one position: keep it in the iterator, not in the loader": [first, second, third, None, None]},
)
for n, columns, settings in [(9, 1, {"batch_size": 2, "drop_last": True}), (6, 3, {"batch_size": 6}), (5, 2, {})]:
    x = torch.randn(n, columns, generator=generator, dtype=torch.float64)
    y = torch.randn(n, generator=generator, dtype=torch.float64)
    check.close(
        trained(TinyLoader, x, y, settings, 2),
        by_torch(x, y, settings, 2),
        on=f"the losses of two epochs, the weights and the bias, x ({n}, {columns}), {settings}",
    )
for n, size in [(7, 3), (4, 1)]:
    counts, kinds = asked(TinyLoader, n, size, True)
    check.equal(kinds, ["int"], on="the types of the indices", traps=ints)
    check.equal(counts, [min(n, start + size) for start in range(0, n, size)], on=f"how many samples were asked for when each batch is there, {n} samples by {size}", traps={early: [n] * len(counts)})
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# What must be remembered from `__init__`, and what belongs to one epoch? A `yield` in `__iter__` gives each loop a position of its own.
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# In `__iter__`: an order, `range(n)` or a permutation as a list of ints; then, for each of the `len(self)` batches, a slice of the order, the samples of those indices, and `zip(*samples)`, which turns a list of samples into one tuple for each place. Stack each. A generator
# that is made in `__init__` goes on from epoch to epoch.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# ```python
# order = torch.randperm(n, generator=...).tolist() if self.shuffle else range(n)
# for k in range(len(self)):
#     samples = [self.dataset[i] for i in order[... : ...]]
#     yield tuple(torch.stack(column) for column in ...)
# ```
#
# </details>

# %% [markdown] solution_notes="TinyLoader"
# **Why it works.** `len(self)` decides alone how many batches there are, so `drop_last` needs one line. A function with `yield` starts anew for each `for`, keeps its own position, and asks for samples only when the next batch is wanted. The own generator lives in the loader and is
# never reset, so each epoch has a new order. **Another way.** Without `yield`: a small class of its own with `__next__`, which holds the order and the position, and raises `StopIteration`; `__iter__` makes a new one.
