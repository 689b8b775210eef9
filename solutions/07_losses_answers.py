# %% [markdown]
# # 07 · Losses: the bank of answers

# %% right="computed" for="predict_sum"
predict_sum = (2 - 4) ** 2 + (5 - 5) ** 2 + (1 - 0) ** 2

# %% right="asked_torch" for="predict_sum"
predict_sum = F.mse_loss(torch.tensor([2.0, 5.0, 1.0]), torch.tensor([4.0, 5.0, 0.0]), reduction="sum").item()

# %% wrong="mean" for="predict_sum" says="the reduction is a sum"
predict_sum = 1.6667

# %% wrong="absolute" for="predict_sum" says="this adds up absolute errors"
predict_sum = 3

# %% wrong="squares_the_sum" for="predict_sum" says="square each error first"
predict_sum = 1.0

# %% wrong="root" for="predict_sum" says="MSELoss takes no root"
predict_sum = 2.236

# %% right="whole_number" for="predict_batches"
predict_batches = 5

# %% right="computed" for="predict_batches"
predict_batches = ((4 * 1**2 + 4 * 7**2) / 8) ** 0.5

# %% wrong="mean_of_roots" for="predict_batches" says="the root comes last"
predict_batches = 4.0

# %% wrong="no_root" for="predict_batches" says="this is the MSE"
predict_batches = 25

# %% wrong="norm" for="predict_batches" says="RMSE averages first"
predict_batches = 14.142

# %% right="tuple" for="predict_difference"
predict_difference = (5, 5)

# %% right="size" for="predict_difference"
predict_difference = torch.broadcast_shapes((5,), (5, 1))

# %% wrong="refuses" for="predict_difference" says="this says that torch refuses"
predict_difference = None

# %% wrong="column" for="predict_difference" says="its 1 stretches to the 5 of the predictions"
predict_difference = (5, 1)

# %% wrong="row" for="predict_difference" says="aligned at the right, they are a row"
predict_difference = (5,)

# %% wrong="a_number" for="predict_difference" says="A shape is a tuple of whole numbers"
predict_difference = 25

# %% right="letter" for="predict_kink"
predict_kink = "C"

# %% right="joined" for="predict_kink"
predict_kink = "ABCD"[2]

# %% wrong="jump" for="predict_kink" says="this takes a kink for a jump"
predict_kink = "A"

# %% wrong="like_mse" for="predict_kink" says="this is true of MSE"
predict_kink = "B"

# %% wrong="small_letter" for="predict_kink" says="Write one capital letter"
predict_kink = "c"

# %% right="fraction" for="predict_kl"
predict_kl = 5 / 8

# %% right="by_hand" for="predict_kl"
predict_kl = 1 / 2 * 2 + 1 / 4 * -1 + 1 / 8 * -1 + 1 / 8 * 0

# %% wrong="cross_entropy" for="predict_kl" says="this is the cross-entropy"
predict_kl = 2.375

# %% wrong="entropy" for="predict_kl" says="KL is what q adds to it"
predict_kl = 1.75

# %% wrong="other_direction" for="predict_kl" says="this is KL of q from p"
predict_kl = 0.5

# %% wrong="negative" for="predict_kl" says="this has the sign of the other direction"
predict_kl = -0.625

# %% wrong="no_weights" for="predict_kl" says="this forgets the weights"
predict_kl = 0.0

# %% right="numel" for="error_measures"
def error_measures(predicted, target):
    e = (predicted - target).reshape(-1)
    total = (e * e).sum()
    mse = total / e.numel()
    return torch.abs(e).sum(), torch.sqrt(total), mse, torch.sqrt(mse)

# %% right="powers" for="error_measures"
def error_measures(predicted: Tensor, target: Tensor):
    gap = target - predicted
    mse = torch.mean(gap**2)
    return gap.abs().sum(), (gap**2).sum() ** 0.5, mse, mse**0.5

# %% wrong="mean_absolute" for="error_measures" says="a norm adds up"
def error_measures(predicted, target):
    errors = predicted - target
    squares = errors.square()
    return errors.abs().mean(), squares.sum().sqrt(), squares.mean(), squares.mean().sqrt()

# %% wrong="signed" for="error_measures" says="take the absolute value of each"
def error_measures(predicted, target):
    errors = predicted - target
    squares = errors.square()
    return errors.sum(), squares.sum().sqrt(), squares.mean(), squares.mean().sqrt()

# %% wrong="no_root" for="error_measures" says="this forgets the root of L2"
def error_measures(predicted, target):
    errors = predicted - target
    squares = errors.square()
    return errors.abs().sum(), squares.sum(), squares.mean(), squares.mean().sqrt()

# %% wrong="root_before_mean" for="error_measures" says="RMSE is the root of the mean"
def error_measures(predicted, target):
    errors = predicted - target
    squares = errors.square()
    return errors.abs().sum(), squares.sum().sqrt(), squares.mean(), squares.sqrt().mean()

# %% wrong="norm_over_n" for="error_measures" says="this divides the L2 norm by n"
def error_measures(predicted, target):
    errors = predicted - target
    l2 = errors.square().sum().sqrt()
    return errors.abs().sum(), l2, errors.square().mean(), l2 / len(errors)

# %% wrong="squares_the_mean" for="error_measures" says="square each error first"
def error_measures(predicted, target):
    errors = predicted - target
    return errors.abs().sum(), errors.square().sum().sqrt(), errors.mean().square(), errors.mean().abs()

# %% wrong="divides_by_rows" for="error_measures" says="this averages by the number of rows" fails="values"
def error_measures(predicted, target):
    errors = predicted - target
    mse = errors.square().sum() / len(errors)
    return errors.abs().sum(), errors.square().sum().sqrt(), mse, mse.sqrt()

# %% wrong="plain_numbers" for="error_measures" says="Returned a plain number, expected a tensor"
def error_measures(predicted, target):
    errors = predicted - target
    squares = errors.square()
    return errors.abs().sum().item(), squares.sum().sqrt().item(), squares.mean().item(), squares.mean().sqrt().item()

# %% wrong="a_list" for="error_measures" says="expected tuple"
def error_measures(predicted, target):
    errors = predicted - target
    squares = errors.square()
    return [errors.abs().sum(), squares.sum().sqrt(), squares.mean(), squares.mean().sqrt()]

# %% wrong="calls_the_loss" for="error_measures" says="find a way without it"
def error_measures(predicted, target):
    errors = predicted - target
    mse = F.mse_loss(predicted, target)
    return errors.abs().sum(), errors.square().sum().sqrt(), mse, mse.sqrt()

# %% wrong="in_place" for="error_measures" says="The call changed its argument 1 in place" fails="symmetry"
def error_measures(predicted, target):
    predicted -= target
    squares = predicted.square()
    return predicted.abs().sum(), squares.sum().sqrt(), squares.mean(), squares.mean().sqrt()

# %% wrong="other_order" for="error_measures" says="the order is another"
def error_measures(predicted, target):
    errors = predicted - target
    mse = errors.square().mean()
    return mse, mse.sqrt(), errors.abs().sum(), errors.square().sum().sqrt()

# %% wrong="prints" for="error_measures" says="did you forget `return`"
def error_measures(predicted, target):
    errors = predicted - target
    mse = errors.square().mean()
    print(errors.abs().sum(), errors.square().sum().sqrt(), mse, mse.sqrt())

# %% wrong="python_sum" for="error_measures" says="Shape: got (2,), expected ()"
def error_measures(predicted, target):
    errors = predicted - target
    total = sum(errors**2)
    return sum(abs(errors)), total**0.5, total / errors.numel(), (total / errors.numel()) ** 0.5

# %% right="safe_argument" for="entropy"
def entropy(p):
    safe = torch.where(p > 0, p, 1.0)
    return -(p * torch.log(safe)).sum(dim=-1)

# %% right="nan_to_num" for="entropy"
def entropy(p: Tensor) -> Tensor:
    return (p * -p.log()).nan_to_num(nan=0.0).sum(-1)

# %% wrong="weights_outside" for="entropy" says="multiply each log by its own p"
def entropy(p):
    return -p * torch.log(p).sum(-1, keepdim=True)

# %% wrong="no_weights" for="entropy" says="without weights"
def entropy(p):
    return -torch.log(p).sum(-1)

# %% wrong="positive_zero_missing" for="entropy" says="an outcome of probability 0 adds 0" fails="zeros"
def entropy(p):
    return -(p * torch.log(p)).sum(-1)

# %% wrong="bits" for="entropy" says="this is in bits"
def entropy(p):
    return -torch.where(p > 0, p * torch.log2(p), 0.0).sum(-1)

# %% wrong="no_minus" for="entropy" says="this has lost the minus"
def entropy(p):
    return torch.where(p > 0, p * torch.log(p), 0.0).sum(-1)

# %% wrong="mean" for="entropy" says="entropy is their sum"
def entropy(p):
    return -torch.where(p > 0, p * torch.log(p), 0.0).mean(-1)

# %% wrong="sums_everything" for="entropy" says="each row is a distribution of its own"
def entropy(p):
    return -torch.where(p > 0, p * torch.log(p), 0.0).sum()

# %% wrong="not_summed" for="entropy" says="this is still to be summed over the outcomes"
def entropy(p):
    return -torch.where(p > 0, p * torch.log(p), 0.0)

# %% wrong="small_number_added" for="entropy" says="Value: got"
def entropy(p):
    return -(p * torch.log(p + 1e-4)).sum(-1)

# %% wrong="sets_zeros_to_one" for="entropy" says="The call changed its argument 1 in place" fails="zeros"
def entropy(p):
    p[p == 0] = 1
    return -(p * torch.log(p)).sum(-1)

# %% wrong="a_list" for="entropy" says="Returned a value of type list"
def entropy(p):
    return [-(row * torch.log(row)).sum() for row in p]

# %% wrong="one_number" for="entropy" says="Returned a plain number, expected a tensor"
def entropy(p):
    return -(p * torch.log(p)).sum().item()

# %% right="dictionary" for="safe_mse"
def safe_mse(predicted, target, reduction="mean"):
    if tuple(predicted.shape) != tuple(target.shape):
        raise ValueError("shapes differ")
    ways = {"none": lambda s: s, "mean": torch.mean, "sum": torch.sum}
    if reduction not in ways:
        raise ValueError("unknown reduction")
    return ways[reduction]((predicted - target) ** 2)

# %% right="words_first" for="safe_mse"
def safe_mse(predicted: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(reduction)
    if predicted.size() != target.size():
        raise ValueError("not one shape")
    loss = torch.square(target - predicted)
    if reduction == "mean":
        loss = loss.sum() / loss.numel()
    elif reduction == "sum":
        loss = loss.sum()
    return loss

# %% wrong="broadcasts" for="safe_mse" says="Expected ValueError" fails="refuses_shapes"
def safe_mse(predicted, target, reduction="mean"):
    squares = (predicted - target).square()
    if reduction == "none":
        return squares
    if reduction == "mean":
        return squares.mean()
    if reduction == "sum":
        return squares.sum()
    raise ValueError("unknown reduction")

# %% wrong="compares_lengths" for="safe_mse" says="Expected ValueError, but the call returned" fails="refuses_shapes,mean"
def safe_mse(predicted, target, reduction="mean"):
    if len(predicted) != len(target):
        raise ValueError("lengths differ")
    squares = (predicted - target).square()
    if reduction == "none":
        return squares
    if reduction == "mean":
        return squares.mean()
    if reduction == "sum":
        return squares.sum()
    raise ValueError("unknown reduction")

# %% wrong="compares_numel" for="safe_mse" says="Expected ValueError" fails="refuses_shapes"
def safe_mse(predicted, target, reduction="mean"):
    if predicted.numel() != target.numel():
        raise ValueError("numbers of elements differ")
    squares = (predicted - target).square()
    if reduction == "none":
        return squares
    if reduction == "mean":
        return squares.mean()
    if reduction == "sum":
        return squares.sum()
    raise ValueError("unknown reduction")

# %% wrong="mends_the_shape" for="safe_mse" says="Expected ValueError" fails="refuses_shapes"
def safe_mse(predicted, target, reduction="mean"):
    squares = (predicted.reshape(-1) - target.reshape(-1)).square().reshape(predicted.shape)
    if reduction == "none":
        return squares
    if reduction == "mean":
        return squares.mean()
    if reduction == "sum":
        return squares.sum()
    raise ValueError("unknown reduction")

# %% wrong="asserts" for="safe_mse" says="Expected ValueError, but the call raised AssertionError" fails="refuses_shapes,refuses_words"
def safe_mse(predicted, target, reduction="mean"):
    assert predicted.shape == target.shape
    assert reduction in ("none", "mean", "sum")
    squares = (predicted - target).square()
    return {"none": squares, "mean": squares.mean(), "sum": squares.sum()}[reduction]

# %% wrong="falls_through" for="safe_mse" says="Expected ValueError, but the call returned" fails="refuses_words"
def safe_mse(predicted, target, reduction="mean"):
    if predicted.shape != target.shape:
        raise ValueError("shapes differ")
    squares = (predicted - target).square()
    if reduction == "none":
        return squares
    if reduction == "sum":
        return squares.sum()
    return squares.mean()

# %% wrong="returns_none_for_none" for="safe_mse" says="did you forget `return`" fails="reductions"
def safe_mse(predicted, target, reduction="mean"):
    if predicted.shape != target.shape:
        raise ValueError("shapes differ")
    squares = (predicted - target).square()
    if reduction == "none":
        return None
    if reduction == "mean":
        return squares.mean()
    if reduction == "sum":
        return squares.sum()
    raise ValueError("unknown reduction")

# %% wrong="sum_by_default" for="safe_mse" says="without a word about the reduction" fails="mean"
def safe_mse(predicted, target, reduction="sum"):
    if predicted.shape != target.shape:
        raise ValueError("shapes differ")
    squares = (predicted - target).square()
    if reduction == "none":
        return squares
    if reduction == "mean":
        return squares.mean()
    if reduction == "sum":
        return squares.sum()
    raise ValueError("unknown reduction")

# %% wrong="divides_by_rows" for="safe_mse" says="the mean is over all elements" fails="mean"
def safe_mse(predicted, target, reduction="mean"):
    if predicted.shape != target.shape:
        raise ValueError("shapes differ")
    squares = (predicted - target).square()
    if reduction == "none":
        return squares
    if reduction == "mean":
        return squares.sum() / len(squares)
    if reduction == "sum":
        return squares.sum()
    raise ValueError("unknown reduction")

# %% wrong="absolute" for="safe_mse" says="this is the mean absolute error" fails="mean,reductions"
def safe_mse(predicted, target, reduction="mean"):
    if predicted.shape != target.shape:
        raise ValueError("shapes differ")
    terms = (predicted - target).abs()
    if reduction == "none":
        return terms
    if reduction == "mean":
        return terms.mean()
    if reduction == "sum":
        return terms.sum()
    raise ValueError("unknown reduction")

# %% wrong="calls_mse_loss" for="safe_mse" says="find a way without it" fails="mean,reductions"
def safe_mse(predicted, target, reduction="mean"):
    if predicted.shape != target.shape:
        raise ValueError("shapes differ")
    return F.mse_loss(predicted, target, reduction=reduction)

# %% wrong="prints_the_error" for="safe_mse" says="Expected ValueError, but the call returned None" fails="refuses_shapes,refuses_words"
def safe_mse(predicted, target, reduction="mean"):
    if predicted.shape != target.shape:
        print("the shapes differ")
        return
    squares = (predicted - target).square()
    if reduction == "none":
        return squares
    if reduction == "mean":
        return squares.mean()
    if reduction == "sum":
        return squares.sum()
    print("no such reduction")

# %% wrong="returns_the_error" for="safe_mse" says="Expected ValueError, but the call returned <ValueError>" fails="refuses_shapes,refuses_words"
def safe_mse(predicted, target, reduction="mean"):
    if predicted.shape != target.shape or reduction not in ("none", "mean", "sum"):
        return ValueError("the shapes differ, or there is no such reduction")
    squares = (predicted - target).square()
    return {"none": squares, "mean": squares.mean(), "sum": squares.sum()}[reduction]

# %% right="max" for="stable_log_softmax"
def stable_log_softmax(logits):
    if logits.numel() == 0:
        return logits.clone()
    z = logits - logits.max(dim=-1, keepdim=True).values
    total = z.exp().sum(dim=-1)
    return z - total.log().unsqueeze(-1)

# %% right="logarithm_moved_back" for="stable_log_softmax"
def stable_log_softmax(logits: Tensor) -> Tensor:
    largest = torch.amax(logits, dim=-1, keepdim=True)
    log_sum_exp = largest + torch.log(torch.sum(torch.exp(logits - largest), dim=-1, keepdim=True))
    return logits - log_sum_exp

# %% wrong="naive" for="stable_log_softmax" says="this computes exp(1000)" fails="large"
def stable_log_softmax(logits):
    return logits - torch.log(torch.exp(logits).sum(-1, keepdim=True))

# %% wrong="log_of_ratio" for="stable_log_softmax" says="this divides infinity by infinity" fails="large"
def stable_log_softmax(logits):
    return torch.log(torch.exp(logits) / torch.exp(logits).sum(-1, keepdim=True))

# %% wrong="log_of_shifted_ratio" for="stable_log_softmax" says="this takes the softmax first" fails="large"
def stable_log_softmax(logits):
    powers = torch.exp(logits - logits.amax(-1, keepdim=True))
    return torch.log(powers / powers.sum(-1, keepdim=True))

# %% wrong="one_maximum_for_all" for="stable_log_softmax" says="the largest of each row is needed" fails="values,large"
def stable_log_softmax(logits):
    shifted = logits - logits.max()
    return shifted - torch.log(torch.exp(shifted).sum(-1, keepdim=True))

# %% wrong="axis_not_kept" for="stable_log_softmax" says="keep the axis when you sum"
def stable_log_softmax(logits):
    shifted = logits - logits.amax(-1, keepdim=True)
    if logits.dim() == 2 and logits.shape[0] != logits.shape[1]:
        return shifted - torch.log(torch.exp(shifted).sum(-1)).sum()
    return logits - (logits.amax(-1) + torch.log(torch.exp(shifted).sum(-1)))

# %% wrong="first_axis" for="stable_log_softmax" says="the classes lie along the last" fails="values,square,large"
def stable_log_softmax(logits):
    shifted = logits - logits.amax(0, keepdim=True)
    return shifted - torch.log(torch.exp(shifted).sum(0, keepdim=True))

# %% wrong="probabilities" for="stable_log_softmax" says="its logarithm is asked for"
def stable_log_softmax(logits):
    powers = torch.exp(logits - logits.amax(-1, keepdim=True))
    return powers / powers.sum(-1, keepdim=True)

# %% wrong="no_logarithm" for="stable_log_softmax" says="this subtracts the sum without its logarithm"
def stable_log_softmax(logits):
    return logits - torch.exp(logits).sum(-1, keepdim=True)

# %% wrong="only_shifted" for="stable_log_softmax" says="the logarithm of the sum is still to come" fails="values,square,large"
def stable_log_softmax(logits):
    return logits - logits.amax(-1, keepdim=True)

# %% wrong="sum_over_everything" for="stable_log_softmax" says="each row is a distribution of its own"
def stable_log_softmax(logits):
    shifted = logits - logits.max()
    return shifted - torch.log(torch.exp(shifted).sum())

# %% wrong="calls_torch" for="stable_log_softmax" says="find a way without it"
def stable_log_softmax(logits):
    return torch.log_softmax(logits, dim=-1)

# %% wrong="in_place" for="stable_log_softmax" says="The call changed its argument 1 in place" fails="large"
def stable_log_softmax(logits):
    logits -= logits.amax(-1, keepdim=True)
    return logits - torch.log(torch.exp(logits).sum(-1, keepdim=True))

# %% wrong="no_axis_kept" for="stable_log_softmax" says="keep its axis too"
def stable_log_softmax(logits):
    shifted = logits - logits.amax(-1)
    return shifted - torch.log(torch.exp(shifted).sum(-1))

# %% wrong="values_and_indices" for="stable_log_softmax" says="torch.return_types.max"
def stable_log_softmax(logits):
    shifted = logits - logits.max(-1, keepdim=True)
    return shifted - torch.log(torch.exp(shifted).sum(-1, keepdim=True))

# %% right="flattened" for="tagger_loss"
def tagger_loss(logits, tags):
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), tags.reshape(-1))

# %% right="permuted" for="tagger_loss"
def tagger_loss(logits, tags):
    return nn.CrossEntropyLoss()(logits.permute(0, 2, 1), tags)

# %% right="kept" for="tagger_loss"
def tagger_loss(logits: Tensor, tags: Tensor) -> Tensor:
    kept = tags != -100
    log_q = torch.log_softmax(logits[kept], dim=-1)
    return -log_q[torch.arange(len(log_q)), tags[kept]].mean()

# %% wrong="only_the_axis" for="tagger_loss" says="this takes the softmax twice"
def tagger_loss(logits, tags):
    probabilities = torch.softmax(logits, dim=-1)
    return F.cross_entropy(probabilities.transpose(1, 2), tags)

# %% wrong="only_the_softmax" for="tagger_loss" says="this takes words for tags"
def tagger_loss(logits, tags):
    return F.cross_entropy(logits, tags)

# %% wrong="reshape" for="tagger_loss" says="reshape keeps the order of the numbers"
def tagger_loss(logits, tags):
    batch, words, size = logits.shape
    return F.cross_entropy(logits.reshape(batch, size, words), tags)

# %% wrong="log_of_softmax" for="tagger_loss" says="softmax that underflowed" fails="certain"
def tagger_loss(logits, tags):
    log_q = torch.log(torch.softmax(logits, dim=-1))
    return F.nll_loss(log_q.transpose(1, 2), tags)

# %% wrong="counts_padding" for="tagger_loss" says="padding is left out of the number too" fails="words"
def tagger_loss(logits, tags):
    return F.cross_entropy(logits.transpose(1, 2), tags, reduction="none").mean()

# %% wrong="mean_of_sentences" for="tagger_loss" says="short sentences then weigh more" fails="words"
def tagger_loss(logits, tags):
    losses = [F.cross_entropy(z, t) for z, t in zip(logits, tags)]
    return torch.stack(losses).mean()

# %% wrong="sum" for="tagger_loss" says="this adds up the words"
def tagger_loss(logits, tags):
    return F.cross_entropy(logits.transpose(1, 2), tags, reduction="sum")

# %% wrong="softmax_over_words" for="tagger_loss" says="each word has its own distribution"
def tagger_loss(logits, tags):
    return F.cross_entropy(torch.log_softmax(logits, dim=1).transpose(1, 2), tags)

# %% wrong="prints" for="tagger_loss" says="did you forget `return`"
def tagger_loss(logits, tags):
    print(F.cross_entropy(logits.transpose(1, 2), tags))

# %% wrong="a_number" for="tagger_loss" says="Returned a plain number, expected a tensor"
def tagger_loss(logits, tags):
    return F.cross_entropy(logits.transpose(1, 2), tags).item()

# %% right="gather" for="cross_entropy_loss"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = logits - torch.logsumexp(logits, dim=1, keepdim=True)
    if target.is_floating_point():
        if not torch.allclose(target.sum(1), torch.ones(len(target), dtype=target.dtype), atol=1e-3):
            raise ValueError("targets are no probabilities")
        return (-target * log_q).sum() / len(logits)
    kept = target != ignore_index
    picked = log_q.gather(1, torch.where(kept, target, 0).unsqueeze(1)).squeeze(1)
    return -torch.where(kept, picked, 0.0).sum() / kept.sum()

# %% right="one_hot" for="cross_entropy_loss"
def cross_entropy_loss(logits: Tensor, target: Tensor, ignore_index: int = -100) -> Tensor:
    if target.dim() == 1:
        keep = target != ignore_index
        logits, target = logits[keep], target[keep]
        target = (target.unsqueeze(1) == torch.arange(logits.shape[1])).to(logits.dtype)
    elif (abs(target.sum(1) - 1) > 1e-3).any():
        raise ValueError("rows must sum to 1")
    terms = -(target * F.log_softmax(logits, -1)).sum(-1)
    return terms.mean()

# %% wrong="log_of_softmax" for="cross_entropy_loss" says="softmax that underflowed" fails="large"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log(torch.softmax(logits, dim=1))
    if target.dtype == torch.int64:
        kept = target != ignore_index
        return -log_q[kept, target[kept]].mean()
    if ((target.sum(1) - 1).abs() > 0.001).any():
        raise ValueError("rows must sum to 1")
    return -(target * log_q).sum(1).mean()

# %% wrong="softmax_twice" for="cross_entropy_loss" says="this takes the softmax twice" fails="indices,probabilities,ignored,large"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(torch.softmax(logits, dim=1), dim=1)
    if target.dtype == torch.int64:
        kept = target != ignore_index
        return -log_q[kept, target[kept]].mean()
    if ((target.sum(1) - 1).abs() > 0.001).any():
        raise ValueError("rows must sum to 1")
    return -(target * log_q).sum(1).mean()

# %% wrong="counts_ignored_rows" for="cross_entropy_loss" says="ignored ones are left out of the number too" fails="ignored"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype == torch.int64:
        kept = target != ignore_index
        return -log_q[kept, target[kept]].sum() / len(target)
    if ((target.sum(1) - 1).abs() > 0.001).any():
        raise ValueError("rows must sum to 1")
    return -(target * log_q).sum(1).mean()

# %% wrong="ignores_nothing" for="cross_entropy_loss" says="out of bounds" fails="ignored"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype == torch.int64:
        return -log_q[torch.arange(len(target)), target].mean()
    if ((target.sum(1) - 1).abs() > 0.001).any():
        raise ValueError("rows must sum to 1")
    return -(target * log_q).sum(1).mean()

# %% wrong="ignored_are_class_zero" for="cross_entropy_loss" says="this counts an ignored row as class 0" fails="ignored"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype == torch.int64:
        target = torch.where(target == ignore_index, 0, target)
        return -log_q[torch.arange(len(target)), target].mean()
    if ((target.sum(1) - 1).abs() > 0.001).any():
        raise ValueError("rows must sum to 1")
    return -(target * log_q).sum(1).mean()

# %% wrong="only_minus_100" for="cross_entropy_loss" says="this leaves out" fails="ignored"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype == torch.int64:
        kept = target != -100
        return -log_q[kept, target[kept]].mean()
    if ((target.sum(1) - 1).abs() > 0.001).any():
        raise ValueError("rows must sum to 1")
    return -(target * log_q).sum(1).mean()

# %% wrong="columns_for_all" for="cross_entropy_loss" says="pair row i with target[i]" fails="indices,ignored,large"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype == torch.int64:
        kept = target != ignore_index
        return -log_q[kept][:, target[kept]].mean()
    if ((target.sum(1) - 1).abs() > 0.001).any():
        raise ValueError("rows must sum to 1")
    return -(target * log_q).sum(1).mean()

# %% wrong="most_probable_class" for="cross_entropy_loss" says="this takes the most probable class" fails="probabilities,refuses,large"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype != torch.int64:
        if ((target.sum(1) - 1).abs() > 0.001).any():
            raise ValueError("rows must sum to 1")
        target = target.argmax(1)
    kept = target != ignore_index
    return -log_q[kept, target[kept]].mean()

# %% wrong="mean_over_everything" for="cross_entropy_loss" says="this divides by all N" fails="probabilities,refuses,large"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype == torch.int64:
        kept = target != ignore_index
        return -log_q[kept, target[kept]].mean()
    if ((target.sum(1) - 1).abs() > 0.001).any():
        raise ValueError("rows must sum to 1")
    return -(target * log_q).mean()

# %% wrong="divides_the_target" for="cross_entropy_loss" says="Expected ValueError, but the call returned" fails="refuses"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype == torch.int64:
        kept = target != ignore_index
        return -log_q[kept, target[kept]].mean()
    return -(target / target.sum(1, keepdim=True) * log_q).sum(1).mean()

# %% wrong="checks_the_total" for="cross_entropy_loss" says="Expected ValueError, but the call returned" fails="refuses"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype == torch.int64:
        kept = target != ignore_index
        return -log_q[kept, target[kept]].mean()
    if abs(target.sum() - len(target)) > 0.001:
        raise ValueError("rows must sum to 1")
    return -(target * log_q).sum(1).mean()

# %% wrong="exact_sum" for="cross_entropy_loss" says="ValueError" fails="probabilities,refuses,large"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype == torch.int64:
        kept = target != ignore_index
        return -log_q[kept, target[kept]].mean()
    if (target.sum(1) != 1).any():
        raise ValueError("rows must sum to 1")
    return -(target * log_q).sum(1).mean()

# %% wrong="no_minus" for="cross_entropy_loss" says="this has lost the minus" fails="indices,probabilities,ignored,refuses,large"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, dim=1)
    if target.dtype == torch.int64:
        kept = target != ignore_index
        return log_q[kept, target[kept]].mean()
    if ((target.sum(1) - 1).abs() > 0.001).any():
        raise ValueError("rows must sum to 1")
    return (target * log_q).sum(1).mean()

# %% wrong="calls_torch" for="cross_entropy_loss" says="find a way without it"
def cross_entropy_loss(logits, target, ignore_index=-100):
    return F.cross_entropy(logits, target, ignore_index=ignore_index)

# %% wrong="every_row_at_once" for="cross_entropy_loss" says="ambiguous" fails="probabilities,refuses,large"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, 1)
    if target.dtype == torch.int64:
        kept = target != ignore_index
        return -log_q[kept, target[kept]].mean()
    if target.sum(1) != 1:
        raise ValueError("a row does not sum to 1")
    return -(target * log_q).sum(1).mean()

# %% wrong="divides_by_nothing" for="cross_entropy_loss" says="ZeroDivisionError" fails="ignored"
def cross_entropy_loss(logits, target, ignore_index=-100):
    log_q = torch.log_softmax(logits, 1)
    if target.dtype == torch.int64:
        terms = [-row[index] for row, index in zip(log_q, target) if index != ignore_index]
        return sum(terms) / len(terms)
    if ((target.sum(1) - 1).abs() > 0.001).any():
        raise ValueError("a row does not sum to 1")
    return -(target * log_q).sum(1).mean()

# %% right="difference_of_two" for="kl_divergence"
def kl_divergence(p, q):
    own = torch.where(p > 0, p * p.log(), 0.0)
    crossed = torch.where(p > 0, p * q.log(), 0.0)
    return (own - crossed).sum(dim=-1)


def mean_kl(p, q):
    return F.kl_div(q.log(), p, reduction="sum") / len(p)

# %% right="ratio" for="kl_divergence"
def kl_divergence(p: Tensor, q: Tensor) -> Tensor:
    ratio = torch.where(p > 0, p / q, 1.0)
    return (p * torch.log(ratio)).sum(-1)


def mean_kl(p: Tensor, q: Tensor) -> Tensor:
    return nn.KLDivLoss(reduction="batchmean")(torch.log(q), p)

# %% right="log_target" for="kl_divergence"
def kl_divergence(p, q):
    safe = torch.where(p > 0, p, 1.0)
    other = torch.where(p > 0, q, 1.0)
    return (p * (torch.log(safe) - torch.log(other))).sum(-1)


def mean_kl(p, q):
    return F.kl_div(torch.log(q), torch.log(p), reduction="batchmean", log_target=True)

# %% wrong="arguments_swapped" for="kl_divergence" says="the weights are p, and log p comes first"
def kl_divergence(p, q):
    return torch.where(q > 0, q * (torch.log(q) - torch.log(p)), 0.0).sum(-1)


def mean_kl(p, q):
    return F.kl_div(torch.log(p), q, reduction="batchmean")

# %% wrong="mean_over_elements" for="kl_divergence" says="batchmean divides by the rows" fails="batch"
def kl_divergence(p, q):
    return torch.where(p > 0, p * (torch.log(p) - torch.log(q)), 0.0).sum(-1)


def mean_kl(p, q):
    return F.kl_div(torch.log(q), p, reduction="sum") / p.numel()

# %% wrong="no_logarithm" for="kl_divergence" says="this gives kl_div a q without its logarithm" fails="batch"
def kl_divergence(p, q):
    return torch.where(p > 0, p * (torch.log(p) - torch.log(q)), 0.0).sum(-1)


def mean_kl(p, q):
    return F.kl_div(q, p, reduction="batchmean")

# %% wrong="two_logarithms" for="kl_divergence" says="only q is expected as a logarithm" fails="batch"
def kl_divergence(p, q):
    return torch.where(p > 0, p * (torch.log(p) - torch.log(q)), 0.0).sum(-1)


def mean_kl(p, q):
    return F.kl_div(torch.log(q), torch.log(p), reduction="none").nan_to_num(nan=0.0).sum() / len(p)

# %% wrong="zeros_forgotten" for="kl_divergence" says="an outcome with p = 0 adds 0" fails="zeros,impossible"
def kl_divergence(p, q):
    return (p * (torch.log(p) - torch.log(q))).sum(-1)


def mean_kl(p, q):
    return F.kl_div(torch.log(q), p, reduction="batchmean")

# %% wrong="zeros_of_q_left_out" for="kl_divergence" says="this leaves out the outcomes that q calls impossible" fails="impossible"
def kl_divergence(p, q):
    return torch.where((p > 0) & (q > 0), p * (torch.log(p) - torch.log(q)), 0.0).sum(-1)


def mean_kl(p, q):
    return F.kl_div(torch.log(q), p, reduction="batchmean")

# %% wrong="small_number_added" for="kl_divergence" says="Value" fails="values,zeros,impossible"
def kl_divergence(p, q):
    return (p * (torch.log(p + 1e-6) - torch.log(q + 1e-6))).sum(-1)


def mean_kl(p, q):
    return F.kl_div(torch.log(q), p, reduction="batchmean")

# %% wrong="cross_entropy" for="kl_divergence" says="KL takes the entropy of p off"
def kl_divergence(p, q):
    return -torch.where(p > 0, p * torch.log(q), 0.0).sum(-1)


def mean_kl(p, q):
    return -(p * torch.log(q)).sum(-1).mean()

# %% wrong="bits" for="kl_divergence" says="this is in bits" fails="values,zeros"
def kl_divergence(p, q):
    return torch.where(p > 0, p * (torch.log2(p) - torch.log2(q)), 0.0).sum(-1)


def mean_kl(p, q):
    return F.kl_div(torch.log(q), p, reduction="batchmean")

# %% wrong="sums_the_rows" for="kl_divergence" says="each row has a KL of its own" fails="values,zeros,impossible,batch"
def kl_divergence(p, q):
    return torch.where(p > 0, p * (torch.log(p) - torch.log(q)), 0.0).sum()


def mean_kl(p, q):
    return F.kl_div(torch.log(q), p, reduction="sum")

# %% wrong="absolute_terms" for="kl_divergence" says="this drops negative terms" fails="values"
def kl_divergence(p, q):
    return torch.where(p > 0, p * (torch.log(p) - torch.log(q)).abs(), 0.0).sum(-1)


def mean_kl(p, q):
    return F.kl_div(torch.log(q), p, reduction="batchmean")

# %% wrong="as_the_formula_reads" for="kl_divergence" says="as the formula is read" fails="batch"
def kl_divergence(p, q):
    return torch.where(p > 0, p * (torch.log(p) - torch.log(q)), 0.0).sum(-1)


def mean_kl(p, q):
    return F.kl_div(p, q, reduction="batchmean")

# %% wrong="no_infinity" for="kl_divergence" says="this turns the infinity into a large number" fails="impossible"
def kl_divergence(p, q):
    return torch.nan_to_num(p * (torch.log(p) - torch.log(q)), nan=0.0).sum(-1)


def mean_kl(p, q):
    return F.kl_div(torch.log(q), p, reduction="batchmean")

# %% right="where" for="masked_bce"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones_like(logits, dtype=torch.bool)
    if logits.shape != target.shape or logits.shape != mask.shape:
        raise ValueError("one shape, please")
    z = torch.where(mask, logits, 0.0)
    t = torch.where(mask, target, 0.0)
    log_1_plus = torch.log1p(torch.exp(-z.abs()))
    terms = pos_weight * t * ((-z).clamp(min=0) + log_1_plus) + (1 - t) * (z.clamp(min=0) + log_1_plus)
    return torch.where(mask, terms, 0.0).sum() / mask.sum().clamp(min=1)

# %% right="maximum" for="masked_bce"
def masked_bce(logits: Tensor, target: Tensor, pos_weight: float = 1.0, mask: Tensor | None = None) -> Tensor:
    if logits.shape != target.shape:
        raise ValueError("target")
    if mask is not None:
        if mask.shape != logits.shape:
            raise ValueError("mask")
        logits, target = logits[mask], target[mask]
    if logits.numel() == 0:
        return torch.zeros((), dtype=logits.dtype)

    def minus_log_sigmoid(z):
        return torch.maximum(-z, torch.zeros_like(z)) + torch.log1p(torch.exp(-torch.abs(z)))

    terms = pos_weight * target * minus_log_sigmoid(logits) + (1 - target) * minus_log_sigmoid(-logits)
    return terms.sum() / terms.numel()

# %% wrong="through_the_probability" for="masked_bce" says="or of the logarithm of a probability that is 0" fails="stable"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    z, t = logits[mask], target[mask]
    if z.numel() == 0:
        return logits.new_zeros(())
    q = 1 / (1 + torch.exp(-z))
    return -(pos_weight * t * torch.log(q) + (1 - t) * torch.log(1 - q)).mean()

# %% wrong="clamped_probability" for="masked_bce" says="Value: got" fails="stable"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    z, t = logits[mask], target[mask]
    if z.numel() == 0:
        return logits.new_zeros(())
    q = torch.sigmoid(z).clamp(1e-12, 1 - 1e-7)
    return -(pos_weight * t * torch.log(q) + (1 - t) * torch.log(1 - q)).mean()

# %% wrong="log_of_one_plus" for="masked_bce" says="log1p keeps it" fails="stable"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    z, t = logits[mask], target[mask]
    if z.numel() == 0:
        return logits.new_zeros(())
    tail = torch.log(1 + torch.exp(-z.abs()))
    yes, no = torch.clamp(-z, min=0) + tail, torch.clamp(z, min=0) + tail
    return (pos_weight * t * yes + (1 - t) * no).mean()

# %% wrong="mask_as_a_factor" for="masked_bce" says="choose, do not multiply" fails="mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    tail = torch.log1p(torch.exp(-logits.abs()))
    yes, no = torch.clamp(-logits, min=0) + tail, torch.clamp(logits, min=0) + tail
    terms = pos_weight * target * yes + (1 - target) * no
    return (terms * mask).sum() / mask.sum().clamp(min=1)

# %% wrong="divides_by_all" for="masked_bce" says="this divides by all elements" fails="mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    z, t = logits[mask], target[mask]
    tail = torch.log1p(torch.exp(-z.abs()))
    yes, no = torch.clamp(-z, min=0) + tail, torch.clamp(z, min=0) + tail
    return (pos_weight * t * yes + (1 - t) * no).sum() / max(mask.numel(), 1)

# %% wrong="empty_is_nan" for="masked_bce" says="with no terms at all the result is 0" fails="mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    z, t = logits[mask], target[mask]
    tail = torch.log1p(torch.exp(-z.abs()))
    yes, no = torch.clamp(-z, min=0) + tail, torch.clamp(z, min=0) + tail
    return (pos_weight * t * yes + (1 - t) * no).mean()

# %% wrong="weighs_everything" for="masked_bce" says="only the terms of yes have the weight" fails="weight,mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    z, t = logits[mask], target[mask]
    if z.numel() == 0:
        return logits.new_zeros(())
    return pos_weight * (torch.clamp(z, min=0) - z * t + torch.log1p(torch.exp(-z.abs()))).mean()

# %% wrong="weighs_no" for="masked_bce" says="pos_weight belongs to yes" fails="weight,mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    z, t = logits[mask], target[mask]
    if z.numel() == 0:
        return logits.new_zeros(())
    tail = torch.log1p(torch.exp(-z.abs()))
    yes, no = torch.clamp(-z, min=0) + tail, torch.clamp(z, min=0) + tail
    return (t * yes + pos_weight * (1 - t) * no).mean()

# %% wrong="weighted_mean" for="masked_bce" says="this divides by the sum of the weights" fails="weight,mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    z, t = logits[mask], target[mask]
    if z.numel() == 0:
        return logits.new_zeros(())
    tail = torch.log1p(torch.exp(-z.abs()))
    yes, no = torch.clamp(-z, min=0) + tail, torch.clamp(z, min=0) + tail
    weights = pos_weight * t + (1 - t)
    return (pos_weight * t * yes + (1 - t) * no).sum() / weights.sum()

# %% wrong="checks_nothing" for="masked_bce" says="Expected ValueError" fails="refuses"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    tail = torch.log1p(torch.exp(-logits.abs()))
    yes, no = torch.clamp(-logits, min=0) + tail, torch.clamp(logits, min=0) + tail
    terms = pos_weight * target * yes + (1 - target) * no
    if mask is not None:
        terms = terms[mask]
    return terms.mean() if terms.numel() else logits.new_zeros(())

# %% wrong="checks_the_target_only" for="masked_bce" says="Expected ValueError" fails="refuses"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if logits.shape != target.shape:
        raise ValueError("one shape")
    if mask is not None:
        logits, target = logits[mask], target[mask]
    if logits.numel() == 0:
        return logits.new_zeros(())
    tail = torch.log1p(torch.exp(-logits.abs()))
    yes, no = torch.clamp(-logits, min=0) + tail, torch.clamp(logits, min=0) + tail
    return (pos_weight * target * yes + (1 - target) * no).mean()

# %% wrong="sum" for="masked_bce" says="this adds up the terms" fails="values,weight,stable,mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    z, t = logits[mask], target[mask]
    tail = torch.log1p(torch.exp(-z.abs()))
    yes, no = torch.clamp(-z, min=0) + tail, torch.clamp(z, min=0) + tail
    return (pos_weight * t * yes + (1 - t) * no).sum()

# %% wrong="yes_only" for="masked_bce" says="a no costs" fails="values,weight,stable,mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    z, t = logits[mask], target[mask]
    if z.numel() == 0:
        return logits.new_zeros(())
    return (pos_weight * t * (torch.clamp(-z, min=0) + torch.log1p(torch.exp(-z.abs())))).mean()

# %% wrong="wrong_sign" for="masked_bce" says="this exchanges yes and no" fails="values,weight,stable,mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    z, t = logits[mask], target[mask]
    if z.numel() == 0:
        return logits.new_zeros(())
    tail = torch.log1p(torch.exp(-z.abs()))
    yes, no = torch.clamp(z, min=0) + tail, torch.clamp(-z, min=0) + tail
    return (pos_weight * t * yes + (1 - t) * no).mean()

# %% wrong="calls_torch" for="masked_bce" says="find a way without it" fails="values,weight,stable"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    if not logits.shape == target.shape == mask.shape:
        raise ValueError("one shape")
    if not mask.any():
        return logits.new_zeros(())
    return F.binary_cross_entropy_with_logits(logits[mask], target[mask], pos_weight=torch.tensor(pos_weight))

# %% wrong="asks_the_mask" for="masked_bce" says="ambiguous" fails="refuses,mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if mask:
        logits, target = logits[mask], target[mask]
    if logits.shape != target.shape:
        raise ValueError("one shape")
    rest = torch.log1p(torch.exp(-logits.abs()))
    yes, no = torch.clamp(-logits, min=0) + rest, torch.clamp(logits, min=0) + rest
    return (pos_weight * target * yes + (1 - target) * no).sum() / max(1, logits.numel())

# %% wrong="zero_of_python" for="masked_bce" says="Returned a plain number, expected a tensor" fails="mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if logits.shape != target.shape or (mask is not None and mask.shape != logits.shape):
        raise ValueError("one shape")
    z, t = (logits, target) if mask is None else (logits[mask], target[mask])
    if z.numel() == 0:
        return 0.0
    rest = torch.log1p(torch.exp(-z.abs()))
    yes, no = torch.clamp(-z, min=0) + rest, torch.clamp(z, min=0) + rest
    return (pos_weight * t * yes + (1 - t) * no).mean()

# %% wrong="writes_into_the_logits" for="masked_bce" says="The call changed its argument 1 in place" fails="values,mask"
def masked_bce(logits, target, pos_weight=1.0, mask=None):
    if logits.shape != target.shape or (mask is not None and mask.shape != logits.shape):
        raise ValueError("one shape")
    if mask is None:
        mask = torch.ones(logits.shape, dtype=torch.bool)
    logits[~mask], target[~mask] = 0.0, 0.0
    rest = torch.log1p(torch.exp(-logits.abs()))
    yes, no = torch.clamp(-logits, min=0) + rest, torch.clamp(logits, min=0) + rest
    terms = pos_weight * target * yes + (1 - target) * no
    return (terms * mask).sum() / mask.sum().clamp(min=1)
