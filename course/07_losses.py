# %% [markdown]
# # 07 · Losses
#
# How wrong is it?
#
# A network that learns needs one number that says how wrong it is: the **loss**. Learning is making that number small, so whatever the loss does not see,
# the network will not learn. This chapter measures wrong numbers first, then wrong probabilities, and meets several mistakes that raise no error at all.

# %% [markdown]
# ## What you will be able to do
#
# - **distances**: turn errors into one number as L1, L2, MSE and RMSE, with the reduction you mean (`error_measures`, `predict_sum`, `predict_batches`)
# - **slopes**: measure the slope of a loss, and say where it has none (`predict_kink`)
# - **shapes**: refuse predictions and targets that would broadcast (`safe_mse`, `predict_difference`)
# - **information**: compute information, entropy, cross-entropy and KL, zeros included (`entropy`, `kl_divergence`, `predict_kl`)
# - **stability**: take the logarithm of a softmax without overflow (`stable_log_softmax`)
# - **logits**: feed `cross_entropy` what it expects, along the axis it expects (`tagger_loss`)
# - **targets**: compute the loss of a classifier from class indices and from probabilities (`cross_entropy_loss`)
# - **binary**: compute the loss of one yes-or-no logit, stable and masked (`masked_bce`)
#
# ## 1 · Many errors, one number
#
# An ice-cream cart writes down the hours of sun and the boxes sold, for four days. A model predicts `W * hours + b`, a layer with one input. Each **error** is predicted minus sold.

# %%
import torch
from torch import nn
import torch.nn.functional as F
from torchscope import draw, reveal

hours = torch.tensor([0.0, 1.0, 2.0, 3.0])
sold = torch.tensor([0.0, 3.0, 8.0, 7.0])
predicted = 2.0 * hours + 1.0
errors = predicted - sold
predicted, errors

# %% predict="mean_error"
mean_error = ...  # errors.mean(): a number

# %% reveal="mean_error" answer="-0.5"
reveal(mean_error, lambda: errors.mean().item())

# %% [markdown]
# Errors of opposite sign cancel: raise `b` by 0.5, and the mean error is 0 for a model that is wrong every day. So each error first loses
# its sign: take its absolute value, or its square. Then they are added up, or averaged:

# %%
l1 = errors.abs().sum()
l2 = errors.square().sum().sqrt()
mse = errors.square().mean()
rmse = errors.square().mean().sqrt()
print(l1, l2, mse, rmse)
draw.squares(hours, predicted, sold, "Squared errors of four days", "hours of sun")

# %% [markdown]
# - **L1** is Σ|e|: 1 + 0 + 3 + 0.
# - **L2** is √Σe², the length of the vector of errors.
# - **MSE**, the mean squared error, is 10 / 4.
# - **RMSE**, its root, is in boxes again, as the errors are. MSE is in squared boxes.
#
# L1 and L2 grow with the number of days; MSE and RMSE are averages, and compare models on different amounts of data. In the picture the diamonds
# are the boxes sold, the line is the model, and a squared error is an area. One day makes nine tenths of the sum: an error three times as large counts nine times.
#
# **Change one thing.** Make the 8 sold an 11, so that the large error doubles. By what factor does L1 grow, and by what MSE? Restore the 8 afterwards.
#
# ## 2 · By hand, as a function, as a class
#
# torch has each of these twice: a function in `torch.nn.functional`, and a class in `nn` that keeps its settings and is called like a function. Both
# take the predictions first. What does `F.l1_loss` give here?

# %% predict="l1_loss"
l1_loss = ...  # F.l1_loss(predicted, sold): a number

# %% reveal="l1_loss" answer="1.0"
reveal(l1_loss, lambda: F.l1_loss(predicted, sold).item())

# %% [markdown]
# > **Common trap.** "`F.l1_loss` is L1." Every loss of torch takes the *mean* unless you say otherwise, so this is the mean absolute error, 4 / 4. The
# > argument `reduction` decides: `"none"` keeps every term, `"mean"` averages, `"sum"` adds up.

# %%
for reduction in ("none", "mean", "sum"):
    print(reduction, F.mse_loss(predicted, sold, reduction=reduction))
nn.MSELoss(reduction="sum")(predicted, sold), nn.L1Loss(reduction="sum")(predicted, sold)

# %% [markdown]
# Four squares, their mean 2.5, their sum 10. Old code writes `size_average=False` for a sum. It still runs, with a warning. So that it is the same
# everywhere, this cell catches the warning and prints its type:

# %%
import warnings

def warned(call):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = call()
    return result, [warning.category.__name__ for warning in caught]

warned(lambda: F.mse_loss(predicted, sold, size_average=False))

# %% [markdown]
# torch has no RMSE: take the root yourself, and take it *last*. Here are two batches of two days each. The mean of their roots is not the root of their mean:

# %%
batches = [errors[:2], errors[2:]]
roots = torch.stack([batch.square().mean().sqrt() for batch in batches])
roots.mean(), rmse

# %% [markdown]
# **Change one thing.** Leave out `.sqrt()`, and show `mse` in place of `rmse`. Do the two agree now? Would they for batches of 1 and 3 days?
#
# ## 3 · A loss is a function of θ
#
# The data stand still; W and b are what learning may change. Together they are called **θ** (theta): θ = {W, b}. So a loss is a function of θ. Below it is,
# for whole numbers: a row for each b, a column for each W.

# %%
def loss(W, b):
    return (W * hours.double() + b - sold.double()).square().mean().item()

table = torch.tensor([[loss(W, b) for W in range(6)] for b in range(4)])
b_best, W_best = divmod(table.argmin().item(), 6)
draw.matrix(table, "MSE for b (row) and W (column)", highlight=(b_best, W_best))

# %% [markdown]
# The best place of this table is W = 3, b = 0. Between whole numbers there are better ones, and a network has millions of numbers in θ: nobody fills such a table.
# The **slope**, also called derivative, says which way is down. Take a small step `h` to either side and divide the rise by the run: a **finite difference**.

# %%
def slope(function, at, h=0.001):
    return round((function(at + h) - function(at - h)) / (2 * h), 3)

# %% predict="slope_W"
slope_W = ...  # the slope of MSE in W, at W = 2 with b = 1: a number (its sign is half of the answer)

# %% reveal="slope_W" answer="-3.0"
reveal(slope_W, lambda: slope(lambda W: loss(W, 1.0), 2.0))

# %% [markdown]
# It falls, so a larger W is better. Each squared error e² changes by 2e for each unit of e, and e changes by x for each unit of W. The mean of 2·e·x is
# (0 + 0 − 12 + 0) / 4 = −3. For b it is the mean of 2·e:

# %%
print(slope(lambda b: loss(2.0, b), 1.0), (2 * errors).mean())
draw.slopes(lambda W: loss(W, 1.0), 0, 5, [1, 2, 4], "MSE with b = 1", "W")

# %% [markdown]
# Where the slope is 0, no small step helps: the bottom.
#
# **Change one thing.** Ask for a fourth slope, where you think the bottom is. How close to 0 can you get?
#
# ## 4 · Where a loss is smooth
#
# Now one error alone, and its slope. What pulls harder at a large error, |e| or e²?

# %% predict="pull"
pull = ...  # the slopes of |e| and of e² at e = 3: a pair of numbers

# %% reveal="pull" answer="(1.0, 6.0)"
reveal(pull, lambda: (slope(abs, 3.0), slope(lambda e: e * e, 3.0)))

# %%
e = [k / 10 for k in range(-25, 26)]
curves = {"e²": [value**2 for value in e], "|e|": [abs(value) for value in e]}
draw.lines(e, curves, "One error, two losses", "error e")

# %% [markdown]
# Every absolute error pulls equally hard. A squared error pulls with 2e: hard from far away, gently near 0. So one wild measurement can drag
# MSE a long way, while L1 sees only its side. Predict all four days by one number, and the best one is the **mean** for MSE; for L1 it is the median, which
# does not care how large the largest day was. With an even number of days, any number between the middle two does equally well:

# %%
numbers = torch.linspace(0, 10, 101)
squared = (numbers.unsqueeze(1) - sold).square().mean(1)
absolute = (numbers.unsqueeze(1) - sold).abs().mean(1)
numbers[squared.argmin()], sold.mean(), numbers[absolute <= absolute.min() + 1e-6][[0, -1]]

# %% [markdown]
# |e| has a **kink** at 0: slope −1 on the left, 1 on the right, and no derivative between them. It has no jump: it is continuous. What about RMSE? Let the data
# be *exactly* 2 · hours + 1, so that at W = 2 every error is zero. The first line measures there; the second looks for the best W of the cart's data, by MSE and by RMSE:

# %%
def exact_rmse(W):
    return (W * hours.double() + 1 - predicted.double()).square().mean().sqrt().item()

print(slope(exact_rmse, 2.0), exact_rmse(2.0), round(exact_rmse(2.0001), 6))
candidates = [k / 100 for k in range(501)]
print(min(candidates, key=lambda W: loss(W, 1.0)), min(candidates, key=lambda W: loss(W, 1.0) ** 0.5))
draw.slopes(exact_rmse, 0, 4, [2, 3], "RMSE on data that W = 2 fits exactly", "W")

# %% [markdown]
# > **Common trap.** "RMSE is discontinuous." It is continuous everywhere, as the root of a continuous function. Where *every* error is zero it has a kink,
# > and so no derivative; everywhere else it is smooth. A finite difference to both sides does not see the kink: it averages −1.871 and 1.871 to 0.
#
# MSE is smooth everywhere. L1 has a kink wherever *any* error is zero, L2 where all are. And since a root never changes which of two numbers is the
# larger one, RMSE and MSE have the same best θ.
#
# **Change one thing.** In `exact_rmse`, change the `1` to `1.5`. No W makes every error zero now. Draw the picture again: what became of the kink?
#
# ## 5 · A column meets a row
#
# A layer gives one column, `(N, 1)`. Targets often come as `(N,)`. Both hold four numbers. Let `column` be
# `predicted.unsqueeze(1)`, of shape `(4, 1)`; `sold` is `(4,)`.

# %% predict="difference"
difference = ...  # the shape of column - sold: a tuple, or None if torch refuses

# %% reveal="difference" answer="(4, 4)"
column = predicted.unsqueeze(1)
reveal(difference, lambda: (column - sold).shape)

# %%
print(warned(lambda: F.mse_loss(column, sold)))
draw.broadcast((4, 1), (4,))

# %% [markdown]
# Sixteen differences, each prediction against each target, and their mean is a number like any other.
#
# > **Common trap.** `(N, 1)` against `(N,)`. `F.mse_loss` warns, in a box that is easily scrolled past; `(column - sold).square().mean()` says nothing. The loss is 15.5
# > in place of 2.5, and it cannot be mended by training: it now asks *every* prediction to be near *every* target.

# %%
perfect, constant = sold.unsqueeze(1), torch.full((4, 1), 4.5)
(perfect - sold).square().mean(), (constant - sold).square().mean()

# %% [markdown]
# Perfect predictions score 20.5; the mean, 4.5, said four times, scores 10.25. A network trained on this is drawn to 4.5, whatever the sun does. Bring both to one shape first: `squeeze(1)` for the
# column, or `unsqueeze(1)` for the targets. And check, for nobody else will.
#
# **Change one thing.** Mend the call inside `warned` so that it gives 2.5, and an empty list.
#
# ## 6 · Surprise
#
# Now the answer is no number but one of several outcomes, and the model gives each a **probability**: not negative, and together 1. In this town
# the true chances of sun, cloud and rain are `p`. A forecast says `q`.
#
# How much does an outcome tell you? Rare news tells more. Two independent outcomes multiply their probabilities and should add up what they tell, and a logarithm does
# that: the **information** of an outcome, also its surprise, is −log p. With log₂ it is counted in **bits**: halve p, and it is one bit more.

# %%
p = torch.tensor([0.50, 0.25, 0.25])  # sun, cloud, rain
q = torch.tensor([0.25, 0.25, 0.50])
print(-torch.log2(p), -torch.log2(q))
chances = [k / 100 for k in range(2, 101)]
bits = (0 - torch.log2(torch.tensor(chances))).tolist()
draw.lines(chances, {"−log₂ p": bits}, "Information of one outcome", "its probability p", "bits")

# %% [markdown]
# The mean information, each outcome weighted with how often it happens, is the **entropy**: H(p) = −Σ pᵢ · log pᵢ. It is what a day's weather tells on average to somebody who knows p.
# Somebody who believes q is surprised by −log q, but the weather still follows p. Their mean surprise is the **cross-entropy**: H(p, q) = −Σ pᵢ · log qᵢ.

# %% predict="cross"
cross = ...  # H(p, q) in bits: a number

# %% reveal="cross" answer="1.75"
reveal(cross, lambda: -(p * torch.log2(q)).sum().item())

# %%
entropy = -(p * torch.log2(p)).sum()
kl = (p * (torch.log2(p) - torch.log2(q))).sum()
print(entropy, kl, entropy + kl)
print((p * torch.log2(p / p)).sum(), -p * torch.log2(p).sum())
draw.surprises(p, q, ["sun", "cloud", "rain"], "Blocks: surprise at p. Line: surprise at q.")

# %% [markdown]
# The extra surprise, on average, is the **KL divergence**: KL(p‖q) = Σ pᵢ · (log pᵢ − log qᵢ). Hence the identity
#
# `H(p, q) = H(p) + KL(p‖q)`
#
# In the picture the line lies above the block for sun, and below it for rain: single terms of KL may be negative. The sum never is, and it is 0 only for q = p. As H(p) does not depend on q, the q that makes cross-entropy
# smallest is the q that makes KL smallest: that is why classifiers are trained on cross-entropy.
#
# > **Common trap.** "Cross-entropy is the difference between two distributions." That is KL. KL of p with itself is 0, and
# > cross-entropy of p with itself is H(p). And entropy is −Σ pᵢ log pᵢ; written −pᵢ Σ log pᵢ, the sum has lost its weights, and three numbers are
# > left. Both stand in the second line that was printed.
#
# KL is no distance: it has a direction. Let a forecast `r` call rain impossible. An outcome that never happens adds nothing, by the rule 0 · log 0 = 0, but
# plain floats make NaN of it; `torch.where` mends that. What happens, and was called impossible, surprises infinitely. The first line below shows all three; the second asks whether any of a thousand random pairs has a KL below 0.
#
# torch uses the natural logarithm, and counts in **nats**: one bit is ln 2 = 0.6931 nats. `F.kl_div` has two habits of its own: it takes the *logarithm of q first*, then p; and
# its mean, the default, divides by every element, which is not KL. `"batchmean"` divides by the rows. The second cell compares: by hand, by rows, and the default, which is a third of it and warns.

# %%
def kl_bits(p, q):
    return torch.where(p > 0, p * (torch.log2(p) - torch.log2(q)), 0.0).sum()

r = torch.tensor([0.5, 0.5, 0.0])
print(0.0 * torch.log2(torch.tensor(0.0)), kl_bits(r, p), kl_bits(p, r))
a, b = torch.randn(2, 1000, 3, generator=torch.Generator().manual_seed(7)).softmax(-1)
print(((a * (torch.log2(a) - torch.log2(b))).sum(-1) < 0).any())

# %%
rows_p, rows_q = torch.stack([p, r]), torch.stack([q, p])
by_hand = (kl_bits(p, q) + kl_bits(r, p)) / 2 * torch.log(torch.tensor(2.0))
print(torch.log(torch.tensor(2.0)), by_hand, F.kl_div(torch.log(rows_q), rows_p, reduction="batchmean"))
warned(lambda: F.kl_div(torch.log(rows_q), rows_p))

# %% [markdown]
# **Change one thing.** Make `q` equal to `p` in the cell that sets them, and run the cells below it. Which numbers become 0?
#
# ## 7 · From logits to a loss
#
# A classifier's last layer gives one number for each class, of any size and sign: the **logits**. `softmax` makes probabilities of them, e (no error now, but 2.718…) to the power of each, divided by
# the sum of all. The true answer is one class, so p is 1 there and 0 elsewhere, H(p) is 0, and the cross-entropy is one term: −log q of the right class.

# %%
logits = torch.tensor([[2.0, 1.0, 0.0], [0.0, 3.0, 1.0]])
labels = torch.tensor([0, 2])
q_of_label = torch.softmax(logits, dim=1)[torch.arange(2), labels]
by_hand = -torch.log(q_of_label).mean()
print(by_hand, F.cross_entropy(logits, labels), nn.CrossEntropyLoss()(logits, labels))

boxes = {"z": (0, 0, "logits\n(N, C)"), "q": (1, 0, "probabilities q\n(N, C)"),
         "s": (1, 1, "surprise\n(N,)"), "l": (0, 1, "loss\n()")}
arrows = [("z", "q", "softmax"), ("q", "s", "−log q[label]"),
          ("s", "l", "mean"), ("z", "l", "cross_entropy")]
draw.diagram(boxes, arrows, "What cross_entropy does")

# %% [markdown]
# Labels are **class indices**: `int64`, one for each row. Or the target is a row of **probabilities** in the dtype of the logits, as where experts disagree: the full sum
# −Σ pᵢ log qᵢ. A row with a single 1 says the same as an index:

# %%
one_hot = F.one_hot(labels, 3).to(logits.dtype)
log_q = torch.log_softmax(logits, dim=1)
F.cross_entropy(logits, one_hot), -(one_hot * log_q).sum(1).mean()

# %% [markdown]
# So the *dtype* decides how a target is read. Below, somebody passes numbers that are no probabilities: the targets are [[1, 1], [2, 2]], and their rows
# sum to 2 and to 4. The logits are the same four numbers: equal in each row, so each log q is −ln 2 = −0.6931.

# %% predict="unchecked"
unchecked = ...  # the cross_entropy: a number, or None if torch refuses

# %% reveal="unchecked" answer="2.0794"
scores = torch.tensor([[1.0, 1.0], [2.0, 2.0]])
targets = torch.tensor([[1.0, 1.0], [2.0, 2.0]])
reveal(unchecked, lambda: round(F.cross_entropy(scores, targets).item(), 4))

# %% [markdown]
# > **Common trap.** Float targets that do not sum to 1. torch does not check: it adds up 2 ln 2 for the first row, 4 ln 2 for the second, and returns the mean, 3 ln 2 = 2.0794. No
# > cross-entropy of two distributions is meant by that. Look at the sums yourself, and divide each row by its own; then it is ln 2 here.

# %%
probabilities = targets / targets.sum(1, keepdim=True)
print(((targets.sum(1) - 1).abs() > 0.001).any())
F.cross_entropy(scores, probabilities), torch.log(torch.tensor([8.0, 2.0]))

# %% [markdown]
# Two more conventions. The **class axis is axis 1**, also when more follow: for sentences of L words the logits are `(N, C, L)` and the labels `(N, L)`.
# And a label of −100 is left out, of the sum *and* of the number that divides it: `ignore_index`, for padding.

# %%
words = torch.tensor([[0, 2, 1, -100], [1, 1, -100, -100]])
word_logits = torch.randn(2, 4, 3, generator=torch.Generator().manual_seed(7))
print(F.cross_entropy(word_logits.transpose(1, 2), words))
kept = words != -100
F.cross_entropy(word_logits[kept], words[kept])

# %% [markdown]
# **Change one thing.** Leave out the `.transpose(1, 2)`. Will torch object? And if the sentences had 3 words and there were 3 classes?
#
# ## 8 · Why it takes logits
#
# Why does `cross_entropy` not take the probabilities? Two reasons. The first is that e to a large power does not fit into a float. Let
# `z` be [1000, 0]: what is `torch.exp(z) / torch.exp(z).sum()`?

# %% predict="large"
large = ...  # a list of two numbers; NaN is written float("nan")

# %% reveal="large" answer="[nan, 0.0]"
z = torch.tensor([1000.0, 0.0])
reveal(large, lambda: torch.exp(z) / torch.exp(z).sum())

# %% [markdown]
# e¹⁰⁰⁰ is infinite, and ∞ / ∞ is NaN. Subtracting one number from all logits of a row changes no probability, so subtract the largest: then the largest power
# is e⁰ = 1. `torch.softmax` does. But the 0 stays: e⁻¹⁰⁰⁰ is too small for a float, and its logarithm is −∞, though the true one is −1000. Take the logarithm
# on paper first: log softmax(z)ᵢ = zᵢ − log Σ eᶻ, the **log-sum-exp**.

# %%
shifted = z - z.amax()
stable = shifted - torch.log(torch.exp(shifted).sum())
torch.log(torch.softmax(z, dim=0)), stable, torch.log_softmax(z, dim=0), z - torch.logsumexp(z, dim=0)

# %% [markdown]
# That is why `cross_entropy` wants logits: it must do both steps at once. The second reason is the mistake that follows when somebody does the first step for it.
#
# > **Common trap.** Softmax twice. Probabilities have the shape and dtype of logits, so `cross_entropy(softmax(logits), labels)` runs. But numbers
# > between 0 and 1 are timid logits: a classifier of three classes that is certain and right still pays log(e + 2) − 1 = 0.5514, and hardly any slope is left to learn from.

# %%
margins = [k / 4 for k in range(-20, 41)]
rows = torch.tensor([[margin, 0.0, 0.0] for margin in margins])
zeros = torch.zeros(len(margins), dtype=torch.int64)
once = F.cross_entropy(rows, zeros, reduction="none").tolist()
twice = F.cross_entropy(torch.softmax(rows, dim=1), zeros, reduction="none").tolist()
print(round(once[-1], 4), round(twice[-1], 4), torch.log(torch.exp(torch.tensor(1.0)) + 2) - 1)
curves = {"softmax twice": twice, "logits": once}
draw.lines(margins, curves, "Loss of one answer", "lead of the right class")

# %% [markdown]
# **Change one thing.** Let the lead go on to 20, with `range(-20, 81)`. What does each curve do?
#
# A yes-or-no question needs one logit z only: the other class has the logit 0. The probability of yes is the **sigmoid**, q = 1 / (1 + e⁻ᶻ), and for a target t from 0 to 1 the loss is
# −t · log q − (1 − t) · log(1 − q). The stable form of the same is `clamp(z, min=0) − z·t + log1p(exp(−|z|))`. `log1p(x)` is log(1 + x), but right for tiny x too.

# %%
z, t = torch.tensor([2.0, -1.0, 1000.0]), torch.tensor([1.0, 1.0, 0.0])
by_hand = torch.clamp(z, min=0) - z * t + torch.log1p(torch.exp(-z.abs()))
two_classes = F.cross_entropy(torch.stack([torch.zeros(3), z], dim=1), t.long(), reduction="none")
yes = torch.sigmoid(z)
through_q = -t * torch.log(yes) - (1 - t) * torch.log(1 - yes)
print(by_hand, two_classes, through_q, sep="\n")
tiny = torch.tensor(1e-10)
torch.log(1 + tiny), torch.log1p(tiny)

# %% [markdown]
# The first two lines agree. The third is the way through the probability: infinite, where the loss is 1000. And 1 + x loses a tiny x.
#
# **Change one thing.** Make the targets 0.5 each, and look at the first line. Which logit would have the smallest loss, and what is that loss?
#
# Real data ask for two things more. Where yes answers are rare, `pos_weight` multiplies their loss. Where entries are missing, a **mask** leaves them out: choose with `torch.where` or an index, not with a
# product, for 0 · NaN is NaN.

# %%
rare = F.binary_cross_entropy_with_logits(z, t, pos_weight=torch.tensor(3.0), reduction="none")
mask, broken = torch.tensor([True, True, False]), torch.tensor([0.5, 1.5, float("nan")])
rare / by_hand, (broken * mask).sum(), torch.where(mask, broken, 0.0).sum() / mask.sum()

# %% [markdown]
# ## Recap
#
# - A loss is one number, and a function of θ. MSE is smooth, L1 has kinks; RMSE is continuous, has its best θ where MSE has, and no derivative where all errors are zero.
# - Cross-entropy is entropy plus KL. torch takes it from logits, with class indices or with probabilities that you have checked.
# - What a loss gets wrong it gets wrong silently: shapes that broadcast, softmax twice, targets that sum to 2, the wrong axis, a mean over too much.
#
# ## Next
#
# Do [the exercises](../exercises/07_losses/07_losses.ipynb). In chapter 08 torch computes the slopes that you measured here, all of them at once, and exact up to rounding.
