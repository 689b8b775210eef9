# %% [markdown]
# # 00 · Start here: exercises
#
# Ten points, ten minutes. The questions are small: you are here to meet the machinery. Run the cells from top to bottom with **Shift + Enter**.
#
# - Your answers go where it says `...` or `# your code here`. Add cells of your own to try things.
# - Below each answer stand its checks. Run them as often as you like.
# - A check on an answer that you have not touched says "not attempted" and goes on.
# - Before you hand in: restart and run all.
#
# Everything here is in the chapter, [00 · Start here](../../course/00_start_here.ipynb).

# %% locked="imports"
import torch
from autograder import check

# %% [markdown]
# ### Prediction 1 · The same cell twice · 2 points · 1 minute
#
# A prediction's check judges only the *form* of your guess: here, a whole number. Whether it is right you learn when you are graded. So work it out in your
# head, and do not run it.
#
# ```python
# # cell 1
# total = 10
#
# # cell 2
# total = total * 2
#
# # cell 3
# total = total + 1
# ```
#
# You run cells 1, 2 and 3, then go back and run cell 2 once more. What does `total` hold now? This tests **order**, section "The output that is no longer true" of
# [the chapter](../../course/00_start_here.ipynb).

# %% solution="total_now" objective="order"
total_now = ...
### BEGIN SOLUTION
total_now = 42
### END SOLUTION

# %% test="total_now-value" points=2
check.attempted(total_now, "total_now, your prediction for cells 1, 2, 3, 2")
check.prediction(total_now, "number")
### BEGIN HIDDEN TESTS
notebook = {1: lambda total: 10, 2: lambda total: total * 2, 3: lambda total: total + 1}
after = {}
for order in [(1, 2), (1, 2, 3), (1, 2, 2, 3), (1, 2, 3, 2)]:
    held = None
    for number in order:
        held = notebook[number](held)
    after[order] = held
check.close(
    total_now,
    after[1, 2, 3, 2],
    on="cells 1, 2, 3, 2",
    traps={
        "this is what one run from top to bottom gives: the second run of cell 2 counts as well": after[1, 2, 3],
        "this is the total of the cells in the order of the page: the kernel runs them in the order you choose": after[1, 2, 2, 3],
        "this is cell 2 starting from the 10 of cell 1: it starts from what total holds by then": after[1, 2],
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="total_now"
# **Why it works.** Cell 2 reads the name it sets, so each run starts from what the run before left: 10, 20, 21, 42. Restart and run all would give
# 21: the page tells one history, the kernel lived another. **Another way.** Write `doubled = total * 2` in cell 2 and
# `with_one = doubled + 1` in cell 3. A cell that does not overwrite what it reads may run any number of times.

# %% [markdown]
# ### Prediction 2 · Two CUDA versions · 2 points · 1 minute
#
# `nvidia-smi` prints `CUDA Version: 13.2` on a machine, and `torch.__version__` is `2.11.0+cu130`. What does `torch.version.cuda` say?
#
# - A: `13.2`
# - B: `13.0`
# - C: `2.11`
# - D: `None`
#
# Answer with one capital letter in quotes. This tests **versions**, section "Which machine did I get?" of [the chapter](../../course/00_start_here.ipynb).

# %% solution="built_with" objective="versions"
built_with = ...
### BEGIN SOLUTION
built_with = "B"
### END SOLUTION

# %% test="built_with-letter" points=2
check.attempted(built_with, "built_with, your prediction of torch.version.cuda")
check.prediction(built_with, "letters A to D")
### BEGIN HIDDEN TESTS
options = {"A": "13.2", "B": "13.0", "C": "2.11", "D": "None"}
letters = {text: letter for letter, text in options.items()}
release, digits = "2.11.0+cu130".split("+cu")
check.equal(
    built_with,
    letters[f"{digits[:-1]}.{digits[-1]}"],
    on="driver 13.2, torch 2.11.0+cu130",
    traps={
        "this is what the driver can run: nvidia-smi knows nothing of torch": letters["13.2"],
        "this is the version of torch, the part before the plus": letters[release.rpartition(".")[0]],
        "this is what a build without CUDA says: its suffix is +cpu": letters["None"],
    },
)
### END HIDDEN TESTS

# %% [markdown] solution_notes="built_with"
# **Why it works.** The suffix names the build: `cu130` is CUDA 13.0. `nvidia-smi` speaks for the driver, which can run anything up to 13.2.
# **Another way.** Rule out the rest: A is the driver's number, C is torch's own, and D would need the suffix `+cpu`.

# %% [markdown]
# ### Exercise 1 · Work out a score ★ · 3 points · 4 minutes
#
# Write the rule by which this course scores you. A check is a pair: its points, and a list that says which of its inputs came out right. It earns its points when
# **all** of them did, and nothing otherwise. The score is the sum. This tests **score**, section "How you are graded" of [the chapter](../../course/00_start_here.ipynb).
#
# Before you write anything, run the two cells below the answer: this is "not attempted". Then write `return 0`, run them again, and read what a failing
# check tells you. Then do it properly.

# %% solution="score" objective="score"
def score(checks: list[tuple[int, list[bool]]]) -> int:
    """[(points, [right, ...]), ...] -> points earned

    >>> score([(2, [True, True]), (5, [True, False])])
    2
    """
    ### BEGIN SOLUTION
    earned = 0
    for points, right in checks:
        if all(right):
            earned += points
    return earned
    ### END SOLUTION

# %% test="score-sum" points=1
check.attempted(score, "score adds up the points of checks that passed")
check.close(
    score([(4, [True]), (3, [True])]),
    7,
    on="two checks of 4 and 3 points, both passed",
    traps={
        "this counts the checks that passed: add up their points": 2,
        "this is a share of the points: return the points themselves": 1.0,
        "this stops before the last check: go on to the end of the list": 4,
        "this keeps the points of the last check only: add them to what is there": 3,
    },
)
### BEGIN HIDDEN TESTS
worth = torch.randint(1, 6, (6,), generator=check.generator()).tolist()
check.close(score([(value, [True, True]) for value in worth]), sum(worth), on="six checks, all passed")
check.close(score([]), 0, on="no checks at all")
### END HIDDEN TESTS

# %% test="score-all_or_nothing" points=2
check.attempted(score, "score gives nothing for a check that fails on one input")
check.close(
    score([(4, [True, True]), (3, [True, False]), (2, [False, True]), (5, [True])]),
    9,
    on="4 points all right, 3 and 2 points half right, 5 points all right",
    traps={
        "this lets one right input earn the points: all of them must be right": 14,
        "this judges by the first input only: all of them must be right": 12,
        "this judges by the last input only: all of them must be right": 11,
        "this gives part of the points for part of the inputs: a check is all or nothing": 11.5,
        "this counts the checks that passed: add up their points": 2,
        "this stops before the last check: go on to the end of the list": 4,
        "this keeps the points of the last check only: add them to what is there": 5,
        "this is a share of the points: return the points themselves": 9 / 14,
    },
)
### BEGIN HIDDEN TESTS
draws = torch.randint(0, 4, (5, 3), generator=check.generator()).tolist()
many = [(points, [value > 0 for value in row]) for points, row in enumerate(draws, 1)] + [(7, [True]), (8, [True])]
check.close(score(many), sum(points for points, right in many if all(right)), on="seven checks of up to three inputs")
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# Take one pair, `(5, [True, False])`. What must you ask about the list before you add the 5?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# Walk through the pairs with a running sum. Python's `all(...)` is `True` when every element of a list is.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# Start with `earned = 0`. Loop over the pairs, with the names `points` and `right` for the two halves. In the loop: if `all(right)`, add `points` to `earned`. Return `earned`
# behind the loop, not inside it.
#
# </details>

# %% [markdown] solution_notes="score"
# **Why it works.** `all(right)` is the "all or nothing" of a check; the loop is the sum. **Another way.**
# `sum(points for points, right in checks if all(right))` says both in one line. A subtler one: `all(right)` counts as 0 or 1, so
# `sum(points * all(right) for points, right in checks)` is the same.

# %% [markdown]
# ### Exercise 2 · Find the bug: the mean that remembers ★ · 3 points · 4 minutes
#
# `mean_loss` takes a list of numbers and should return their mean. To save work, it keeps what it has computed in the dictionary `memory`. In a fresh kernel its first call is right. Add a cell
# and try two calls, `mean_loss([2.0, 4.0])` and then `mean_loss([10.0, 20.0])`.
#
# Mend it: write a better `mean_loss` below the given one, or change the given one. It must return the mean of *this* list, whatever was called before. This tests **stale**, section
# "The output that is no longer true" of [the chapter](../../course/00_start_here.ipynb).

# %% locked="memory"
memory = {}

# %% solution="mean_loss" objective="stale"
def mean_loss(losses: list[float]) -> float:
    """list of numbers, not empty -> their mean

    >>> mean_loss([2.0, 4.0])
    3.0
    """
    if "mean" not in memory:
        memory["mean"] = sum(losses) / len(losses)
    return memory["mean"]

### BEGIN SOLUTION
def mean_loss(losses: list[float]) -> float:
    """list of numbers, not empty -> their mean

    >>> mean_loss([2.0, 4.0])
    3.0
    """
    return sum(losses) / len(losses)
### END SOLUTION

# %% test="mean_loss-second_call" points=2
check.attempted(mean_loss, "mean_loss is right on the second call too", given="87a104ec")
check.equal(mean_loss([2.0, 4.0]), 3.0, on="[2.0, 4.0]")
check.equal(
    mean_loss([6.0, 8.0, 13.0]),
    9.0,
    on="[6.0, 8.0, 13.0], after a call with [2.0, 4.0]",
    traps={"this is the mean of an earlier list: memory kept it": 3.0},
)
### BEGIN HIDDEN TESTS
check.equal(
    mean_loss([10.0, 30.0]),
    20.0,
    on="[10.0, 30.0], as long as the first list",
    traps={"this is the mean of an earlier list: memory kept it": 3.0},
)
check.equal(
    mean_loss([1.0, 1.5, 3.5]),
    2.0,
    on="[1.0, 1.5, 3.5], with the sum of the first list",
    traps={"this is the mean of an earlier list: memory kept it": 3.0},
)
### END HIDDEN TESTS

# %% test="mean_loss-any_order" points=1
check.attempted(mean_loss, "mean_loss gives the same in any order of calls", given="87a104ec")
check.equal(
    mean_loss([5.0, 8.0]),
    6.5,
    on="[5.0, 8.0]",
    traps={"this is the mean of an earlier list: memory kept it": 3.0},
)
### BEGIN HIDDEN TESTS
starts = torch.randint(1, 50, (4,), generator=check.generator()).tolist()
for start in starts + starts[::-1]:
    check.equal(
        mean_loss([start + 0.0, start + 5.0]),
        start + 2.5,
        on=f"[{start + 0.0}, {start + 5.0}], one of four lists, forwards and backwards",
        traps={"this is the mean of an earlier list: memory kept it": 3.0},
    )
### END HIDDEN TESTS

# %% [markdown]
# <details>
# <summary>Hint 1 · a nudge</summary>
#
# The second call gives 3.0, the mean of the first list. Which line decides not to compute a mean again?
#
# </details>
#
# <details>
# <summary>Hint 2 · the idea</summary>
#
# `memory` outlives the call, as a kernel outlives the run of a cell. Under the one key `"mean"` it can hold one mean, whatever list it came from. Either the
# key must tell the lists apart, or nothing should be kept.
#
# </details>
#
# <details>
# <summary>Hint 3 · nearly the code</summary>
#
# Nothing needs to be kept: the mean is `sum(losses)` divided by `len(losses)`. Return that, and leave `memory` alone.
#
# </details>

# %% [markdown] solution_notes="mean_loss"
# **Why it works.** A function of its arguments alone has no history to be wrong about. Nothing was gained by keeping the mean: looking at the whole list to recognise it costs as
# much as adding it up. **Another way.** Where a result *is* dear, let the key be the whole input: `memory[tuple(losses)]`. The length of the list, or
# its sum, would not do: other lists have the same.
