# %% [markdown]
# # 10 · Data loading: the bank of answers

# %% right="computed" for="predict_updates"
predict_updates = 3 * (250 // 32)

# %% right="asked_torch" for="predict_updates"
predict_updates = 3 * len(DataLoader(range(250), batch_size=32, drop_last=True))

# %% wrong="keeps_the_rest" for="predict_updates" says="drop_last leaves it out"
predict_updates = 24

# %% wrong="one_epoch" for="predict_updates" says="this is one epoch: there are three"
predict_updates = 7

# %% wrong="one_epoch_with_the_rest" for="predict_updates" says="this is one epoch, with its short batch"
predict_updates = 8

# %% wrong="one_long_pass" for="predict_updates" says="each epoch starts anew"
predict_updates = 750 // 32

# %% wrong="samples" for="predict_updates" says="an update is made for a batch"
predict_updates = 750

# %% wrong="as_text" for="predict_updates" says="Leave out the quotes"
predict_updates = "21"

# %% right="tuple" for="predict_last"
predict_last = (3, 4)

# %% right="size" for="predict_last"
predict_last = torch.zeros(23 % 5, 4).shape

# %% wrong="full" for="predict_last" says="after four of them 3 samples are left"
predict_last = (5, 4)

# %% wrong="targets" for="predict_last" says="x has four numbers for each sample"
predict_last = (3,)

# %% wrong="missing" for="predict_last" says="it has what is left"
predict_last = (2, 4)

# %% wrong="refuses" for="predict_last" says="a short last batch is no error"
predict_last = None

# %% wrong="one_sample" for="predict_last" says="this is a single sample"
predict_last = (4,)

# %% wrong="a_number" for="predict_last" says="A shape is a tuple of whole numbers"
predict_last = 3

# %% right="letter" for="predict_draws"
predict_draws = "A"

# %% right="looked_up" for="predict_draws"
predict_draws = {"a": "A", "b": "B"}["a"]

# %% wrong="who_shuffles" for="predict_draws" says="this takes the one that shuffles"
predict_draws = "B"

# %% wrong="either" for="predict_draws" says="b has a generator of its own"
predict_draws = "C"

# %% wrong="neither" for="predict_draws" says="this forgets the seed for workers"
predict_draws = "D"

# %% wrong="small_letter" for="predict_draws" says="Write one capital letter"
predict_draws = "a"

# %% right="tuple" for="predict_padded"
predict_padded = (2, 5, 4)

# %% right="built" for="predict_padded"
predict_padded = torch.zeros(2, 5, 4).size()

# %% wrong="steps_first" for="predict_padded" says="batch_first=True puts the batch there"
predict_padded = (5, 2, 4)

# %% wrong="shortest" for="predict_padded" says="padding fills up to the longest"
predict_padded = (2, 2, 4)

# %% wrong="joined" for="predict_padded" says="this lays one tour behind the other"
predict_padded = (7, 4)

# %% wrong="refuses" for="predict_padded" says="unequal lengths are what padding is for"
predict_padded = None

# %% wrong="no_features" for="predict_padded" says="this forgets the four numbers of each stop"
predict_padded = (2, 5)

# %% wrong="as_text" for="predict_padded" says="Write a tuple, without quotes"
predict_padded = "(2, 5, 4)"

# %% right="computed" for="predict_saved"
predict_saved = 50 * 20 * 4

# %% right="measured" for="predict_saved"
predict_saved = torch.zeros(50, 20)[0].untyped_storage().nbytes()

# %% wrong="row" for="predict_saved" says="this is the row alone"
predict_saved = 80

# %% wrong="elements" for="predict_saved" says="this counts elements: a float32 has four bytes"
predict_saved = 1000

# %% wrong="row_elements" for="predict_saved" says="this counts the elements of the row"
predict_saved = 20

# %% wrong="float64" for="predict_saved" says="this takes eight bytes for a number"
predict_saved = 8000

# %% wrong="a_tensor" for="predict_saved" says="Write a number, such as 6 or 0.5"
predict_saved = torch.tensor(4000)

# %% right="loop" for="batch_sizes"
def batch_sizes(n, batch_size, drop_last=False):
    sizes = []
    for start in range(0, n, batch_size):
        size = min(batch_size, n - start)
        if size == batch_size or not drop_last:
            sizes.append(size)
    return sizes

# %% right="subtract" for="batch_sizes"
def batch_sizes(n: int, batch_size: int, drop_last: bool = False):
    sizes = []
    while n > 0:
        sizes.append(min(n, batch_size))
        n -= batch_size
    return [size for size in sizes if size == batch_size] if drop_last else sizes

# %% right="asked_torch" for="batch_sizes"
def batch_sizes(n, batch_size, drop_last=False):
    loader = DataLoader(range(n), batch_size=batch_size, drop_last=drop_last)
    return [len(batch) for batch in loader]

# %% wrong="loses_the_rest" for="batch_sizes" says="a short batch is a batch" fails="values"
def batch_sizes(n, batch_size, drop_last=False):
    return [batch_size] * (n // batch_size)

# %% wrong="empty_batch" for="batch_sizes" says="this has an empty batch at the end" fails="values"
def batch_sizes(n, batch_size, drop_last=False):
    sizes = [min(batch_size, n - i * batch_size) for i in range(n // batch_size + 1)]
    return [size for size in sizes if size == batch_size] if drop_last else sizes

# %% wrong="filled_up" for="batch_sizes" says="this fills the last batch up" fails="values"
def batch_sizes(n, batch_size, drop_last=False):
    count = n // batch_size if drop_last else (n + batch_size - 1) // batch_size
    return [batch_size] * count

# %% wrong="always_drops_last" for="batch_sizes" says="this leaves out a full batch" fails="drop_last"
def batch_sizes(n, batch_size, drop_last=False):
    sizes = [len(part) for part in torch.arange(n).split(batch_size)] if n else []
    return sizes[:-1] if drop_last else sizes

# %% wrong="drop_last_ignored" for="batch_sizes" says="this keeps the short batch" fails="drop_last"
def batch_sizes(n, batch_size, drop_last=False):
    return [min(batch_size, n - start) for start in range(0, n, batch_size)]

# %% wrong="only_the_number" for="batch_sizes" says="this is the number of batches"
def batch_sizes(n, batch_size, drop_last=False):
    return n // batch_size if drop_last else (n - 1) // batch_size + 1

# %% wrong="equal_parts" for="batch_sizes" says="this makes the batches as equal as it can"
def batch_sizes(n, batch_size, drop_last=False):
    count = n // batch_size if drop_last else -(-n // batch_size)
    return [n // count + (k < n % count) for k in range(count)] if count else []

# %% wrong="short_one_first" for="batch_sizes" says="this puts the short batch first" fails="values"
def batch_sizes(n, batch_size, drop_last=False):
    rest = [n % batch_size] if n % batch_size and not drop_last else []
    return rest + [batch_size] * (n // batch_size)

# %% wrong="starts" for="batch_sizes" says="this gives where each batch starts"
def batch_sizes(n, batch_size, drop_last=False):
    return list(range(0, n, batch_size))

# %% wrong="a_tuple" for="batch_sizes" says="of type tuple; expected"
def batch_sizes(n, batch_size, drop_last=False):
    full, rest = divmod(n, batch_size)
    return (batch_size,) * full + ((rest,) if rest and not drop_last else ())

# %% wrong="split_of_nothing" for="batch_sizes" says="this has an empty batch at the end" fails="values"
def batch_sizes(n, batch_size, drop_last=False):
    sizes = [len(part) for part in torch.arange(n).split(batch_size)]
    return [size for size in sizes if size == batch_size] if drop_last else sizes

# %% wrong="prints" for="batch_sizes" says="did you forget `return`"
def batch_sizes(n, batch_size, drop_last=False):
    print([min(batch_size, n - start) for start in range(0, n, batch_size)])

# %% right="own_generator" for="DiceThrows"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.numbers = range(seed, seed + length)

    def __len__(self):
        return len(self.numbers)

    def __getitem__(self, i):
        if i < 0:
            raise IndexError("negative")
        generator = torch.Generator().manual_seed(self.numbers[i])
        throws = torch.randint(1, 7, (3,), generator=generator)
        return throws, throws.sum()

# %% right="remembers" for="DiceThrows"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        super().__init__()
        self.length, self.seed, self.known = length, seed, {}

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if i >= self.length or i < 0:
            raise IndexError
        if i not in self.known:
            self.known[i] = three_dice(self.seed + i)
        return self.known[i], torch.sum(self.known[i])

# %% right="no_base_class" for="DiceThrows"
class DiceThrows:
    def __init__(self, length, seed):
        self.length = length
        self.seed = seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if i not in range(self.length):
            raise IndexError(f"no sample {i}")
        throws = three_dice(i + self.seed)
        return (throws, throws.sum(0))

# %% wrong="seed_left_out" for="DiceThrows" says="the seed of sample i is seed + i" fails="samples,ends,lazy"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.length:
            raise IndexError(i)
        throws = three_dice(i)
        return throws, throws.sum()

# %% wrong="index_left_out" for="DiceThrows" says="this throws with the same seed for every index" fails="samples,ends,lazy"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.length:
            raise IndexError(i)
        throws = three_dice(self.seed)
        return throws, throws.sum()

# %% wrong="no_index_error" for="DiceThrows" says="no error is raised for sample 4" fails="ends"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        throws = three_dice(self.seed + i)
        return throws, throws.sum()

# %% wrong="value_error" for="DiceThrows" says="a for loop ends at an IndexError" fails="ends"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.length:
            raise ValueError(i)
        throws = three_dice(self.seed + i)
        return throws, throws.sum()

# %% wrong="last_one_refused" for="DiceThrows" says="it is the last of four"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.length - 1:
            raise IndexError(i)
        throws = three_dice(self.seed + i)
        return throws, throws.sum()

# %% wrong="negative_let_through" for="DiceThrows" says="a negative index is let through" fails="ends"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if i >= self.length:
            raise IndexError(i)
        throws = three_dice(self.seed + i)
        return throws, throws.sum()

# %% wrong="thrown_at_once" for="DiceThrows" says="the dice are thrown while the dataset is made" fails="lazy"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.throws = [three_dice(seed + i) for i in range(length)]

    def __len__(self):
        return len(self.throws)

    def __getitem__(self, i):
        if i < 0:
            raise IndexError(i)
        return self.throws[i], self.throws[i].sum()

# %% wrong="one_generator" for="DiceThrows" says="expected"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length = length
        self.generator = torch.Generator().manual_seed(seed)

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.length:
            raise IndexError(i)
        throws = torch.randint(1, 7, (3,), generator=self.generator)
        return throws, throws.sum()

# %% wrong="global_generator" for="DiceThrows" says="whether the global generator is as it was" fails="lazy"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.length:
            raise IndexError(i)
        torch.manual_seed(self.seed + i)
        throws = torch.randint(1, 7, (3,))
        return throws, throws.sum()

# %% wrong="throws_only" for="DiceThrows" says="a sample is a pair"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.length:
            raise IndexError(i)
        return three_dice(self.seed + i)

# %% wrong="sum_keeps_a_dimension" for="DiceThrows" says="the sum has a dimension"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.length:
            raise IndexError(i)
        throws = three_dice(self.seed + i)
        return throws, throws.sum(0, keepdim=True)

# %% wrong="plain_sum" for="DiceThrows" says="the sum is a plain number"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.length:
            raise IndexError(i)
        throws = three_dice(self.seed + i)
        return throws, sum(throws.tolist())

# %% wrong="float_sum" for="DiceThrows" says="a sum of whole numbers stays int64"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.length:
            raise IndexError(i)
        throws = three_dice(self.seed + i)
        return throws, throws.float().sum()

# %% wrong="no_return" for="DiceThrows" says="None"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length

    def __getitem__(self, i):
        if not 0 <= i < self.length:
            raise IndexError(i)
        throws = three_dice(self.seed + i)
        print(throws, throws.sum())

# %% wrong="length_is_samples_minus_one" for="DiceThrows" says="got" fails="ends"
class DiceThrows(Dataset):
    def __init__(self, length, seed):
        self.length, self.seed = length, seed

    def __len__(self):
        return self.length - 1

    def __getitem__(self, i):
        if not 0 <= i < self.length:
            raise IndexError(i)
        throws = three_dice(self.seed + i)
        return throws, throws.sum()

# %% right="split" for="shuffled_batches"
def shuffled_batches(x, y, batch_size, seed):
    if len(x) == 0:
        return []
    generator = torch.Generator()
    generator.manual_seed(seed)
    order = torch.randperm(len(x), generator=generator)
    return list(zip(x[order].split(batch_size), y[order].split(batch_size)))

# %% right="sorted_noise" for="shuffled_batches"
def shuffled_batches(x, y, batch_size, seed):
    noise = torch.rand(len(x), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    order = noise.argsort().tolist()
    batches = []
    for i in range((len(x) - 1) // batch_size + 1):
        pick = order[i * batch_size : (i + 1) * batch_size]
        batches.append((x[pick], y[pick]))
    return batches

# %% right="rows_stacked" for="shuffled_batches"
def shuffled_batches(x, y, batch_size, seed):
    left = torch.randperm(len(x), generator=torch.Generator().manual_seed(seed)).tolist()
    batches = []
    while left:
        now, left = left[:batch_size], left[batch_size:]
        batches.append((torch.stack([x[i] for i in now]), torch.stack([y[i] for i in now])))
    return batches

# %% wrong="tail_lost" for="shuffled_batches" says="a short batch is a batch" fails="once,together,global"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=generator)
    picks = [order[i * batch_size : (i + 1) * batch_size] for i in range(len(x) // batch_size)]
    return [(x[pick], y[pick]) for pick in picks]

# %% wrong="empty_batch" for="shuffled_batches" says="this has an empty batch at the end" fails="once"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=generator)
    picks = [order[i * batch_size : (i + 1) * batch_size] for i in range(len(x) // batch_size + 1)]
    return [(x[pick], y[pick]) for pick in picks]

# %% wrong="not_shuffled" for="shuffled_batches" says="this is the same order for every seed" fails="order"
def shuffled_batches(x, y, batch_size, seed):
    return [(x[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(x), batch_size)]

# %% wrong="shuffled_apart" for="shuffled_batches" says="x and y are shuffled apart" fails="together"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    x = x[torch.randperm(len(x), generator=generator)]
    y = y[torch.randperm(len(y), generator=generator)]
    return [(x[i : i + batch_size], y[i : i + batch_size]) for i in range(0, len(x), batch_size)]

# %% wrong="only_x_shuffled" for="shuffled_batches" says="x and y are shuffled apart" fails="together"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=generator)
    return [(x[order[i : i + batch_size]], y[i : i + batch_size]) for i in range(0, len(x), batch_size)]

# %% wrong="batches_shuffled" for="shuffled_batches" says="the same rows meet in a batch again and again" fails="order"
def shuffled_batches(x, y, batch_size, seed):
    starts = list(range(0, len(x), batch_size))
    order = torch.randperm(len(starts), generator=torch.Generator().manual_seed(seed)).tolist()
    starts = [starts[k] for k in order]
    starts = [s for s in starts if s + batch_size <= len(x)] + [s for s in starts if s + batch_size > len(x)]
    return [(x[s : s + batch_size], y[s : s + batch_size]) for s in starts]

# %% wrong="shuffled_within" for="shuffled_batches" says="the same rows meet in a batch again and again" fails="order"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    batches = []
    for start in range(0, len(x), batch_size):
        part = torch.arange(start, min(start + batch_size, len(x)))
        part = part[torch.randperm(len(part), generator=generator)]
        batches.append((x[part], y[part]))
    return batches

# %% wrong="with_replacement" for="shuffled_batches" says="a permutation has each once" fails="once,together,global"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    batches = []
    for start in range(0, len(x), batch_size):
        pick = torch.randint(len(x), (min(batch_size, len(x) - start),), generator=generator)
        batches.append((x[pick], y[pick]))
    return batches

# %% wrong="rotated" for="shuffled_batches" says="the same rows meet in a batch again and again" fails="order"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    start = torch.randint(max(len(x), 1), (), generator=generator).item()
    order = torch.arange(len(x)).roll(-start)
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(x), batch_size)]

# %% wrong="hardly_shuffled" for="shuffled_batches" says="the first batch prefers one part of the data" fails="order"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    noise = torch.rand(len(x), generator=generator, dtype=torch.float64)
    order = (torch.arange(len(x)) + 10 * noise).argsort()
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(x), batch_size)]

# %% wrong="global_seeded" for="shuffled_batches" says="this seeds or draws from the global generator" fails="global"
def shuffled_batches(x, y, batch_size, seed):
    torch.manual_seed(seed)
    order = torch.randperm(len(x))
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(x), batch_size)]

# %% wrong="seed_ignored" for="shuffled_batches" says="the seed does not decide" fails="order,global"
def shuffled_batches(x, y, batch_size, seed):
    order = torch.randperm(len(x))
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(x), batch_size)]

# %% wrong="unseeded_generator" for="shuffled_batches" says="this is the same order for every seed" fails="order"
def shuffled_batches(x, y, batch_size, seed):
    order = torch.randperm(len(x), generator=torch.Generator())
    return [(x[order[i : i + batch_size]], y[order[i : i + batch_size]]) for i in range(0, len(x), batch_size)]

# %% wrong="loader" for="shuffled_batches" says="uses DataLoader"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(TensorDataset(x, y), batch_size=batch_size, shuffle=True, generator=generator)
    return [tuple(batch) for batch in loader]

# %% wrong="yields" for="shuffled_batches" says="expected list" fails="once"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x), batch_size):
        yield x[order[start : start + batch_size]], y[order[start : start + batch_size]]

# %% wrong="returns_in_the_loop" for="shuffled_batches" says="expected" fails="once,together,order,global"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=generator)
    batches = []
    for start in range(0, len(x), batch_size):
        pick = order[start : start + batch_size]
        batches.append((x[pick], y[pick]))
        return batches

# %% wrong="split_of_nothing" for="shuffled_batches" says="this has an empty batch at the end" fails="once"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=generator)
    return list(zip(x[order].split(batch_size), y[order].split(batch_size)))

# %% wrong="two_lists" for="shuffled_batches" says="a list of pairs is asked for"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    parts = torch.randperm(len(x), generator=generator).split(batch_size)
    return [x[part] for part in parts], [y[part] for part in parts]

# %% wrong="prints" for="shuffled_batches" says="did you forget `return`"
def shuffled_batches(x, y, batch_size, seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(x), generator=generator)
    for start in range(0, len(x), batch_size):
        print(x[order[start : start + batch_size]], y[order[start : start + batch_size]])

# %% right="whole_then_cut" for="split_and_standardise"
def split_and_standardise(x, order, training_size):
    shuffled = x[order]
    mean = shuffled[:training_size].mean(dim=0)
    std = shuffled[:training_size].std(dim=0)
    std[std == 0] = 1
    ready = (shuffled - mean) / std
    return ready[:training_size], ready[training_size:], mean, std

# %% right="by_hand" for="split_and_standardise"
def split_and_standardise(x, order, training_size):
    first, second = order[:training_size], order[training_size:]
    training = x.index_select(0, first)
    mean = training.sum(0) / training_size
    std = ((training - mean).square().sum(0) / (training_size - 1)).sqrt()
    constant = (training == training[0]).all(0)
    mean = torch.where(constant, training[0], mean)
    std = torch.where(constant, torch.ones_like(std), std)
    return tuple((x[part] - mean) / std for part in (first, second)) + (mean, std)

# %% wrong="leaks" for="split_and_standardise" says="measure the training rows only"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = x.mean(0), x.std(0)
    std = torch.where(std == 0, 1.0, std)
    return (training - mean) / std, (held_out - mean) / std, mean, std

# %% wrong="own_ruler" for="split_and_standardise" says="the held-out rows have a ruler of their own" fails="held_out,constant"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    std = torch.where(std == 0, 1.0, std)
    other_std = held_out.std(0, correction=0)
    other = (held_out - held_out.mean(0)) / torch.where(other_std == 0, 1.0, other_std)
    return (training - mean) / std, other, mean, std

# %% wrong="own_ruler_plain" for="split_and_standardise" says="the held-out rows have a ruler of their own" fails="held_out,constant"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    std = torch.where(std == 0, 1.0, std)
    other = (held_out - held_out.mean(0)) / held_out.std(0)
    return (training - mean) / std, other, mean, std

# %% wrong="order_ignored" for="split_and_standardise" says="order says which"
def split_and_standardise(x, order, training_size):
    training, held_out = x[:training_size], x[training_size:]
    mean, std = training.mean(0), training.std(0)
    std = torch.where(std == 0, 1.0, std)
    return (training - mean) / std, (held_out - mean) / std, mean, std

# %% wrong="held_out_untouched" for="split_and_standardise" says="the held-out rows are as they were" fails="held_out,constant"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    std = torch.where(std == 0, 1.0, std)
    return (training - mean) / std, held_out, mean, std

# %% wrong="divides_by_zero" for="split_and_standardise" says="this divides by 0" fails="constant"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    return (training - mean) / std, (held_out - mean) / std, mean, std

# %% wrong="small_number_added" for="split_and_standardise" says="2 divided by it is huge" fails="constant"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    std = std + 1e-8
    return (training - mean) / std, (held_out - mean) / std, mean, std

# %% wrong="zero_returned" for="split_and_standardise" says="return what was used" fails="constant"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    used = torch.where(std == 0, 1.0, std)
    return (training - mean) / used, (held_out - mean) / used, mean, std

# %% wrong="column_zeroed" for="split_and_standardise" says="the held-out rows may differ in it" fails="constant"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    parts = []
    for part in (training, held_out):
        parts.append(torch.where(std == 0, 0.0, (part - mean) / std))
    return parts[0], parts[1], mean, torch.where(std == 0, 1.0, std)

# %% wrong="one_number" for="split_and_standardise" says="each column has its own"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(), training.std()
    return (training - mean) / std, (held_out - mean) / std, mean, std

# %% wrong="population_std" for="split_and_standardise" says="std does the second"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0, correction=0)
    std = torch.where(std == 0, 1.0, std)
    return (training - mean) / std, (held_out - mean) / std, mean, std

# %% wrong="variance" for="split_and_standardise" says="its root is the standard deviation"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.var(0)
    std = torch.where(std == 0, 1.0, std)
    return (training - mean) / std, (held_out - mean) / std, mean, std

# %% wrong="shifted_only" for="split_and_standardise" says="divide them too"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    std = torch.where(std == 0, 1.0, std)
    return training - mean, held_out - mean, mean, std

# %% wrong="rows_for_columns" for="split_and_standardise" says="this goes along the rows"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(1, keepdim=True), training.std(1, keepdim=True)
    return (training - mean) / std, (held_out - held_out.mean(1, keepdim=True)) / held_out.std(1, keepdim=True), mean, std

# %% wrong="parts_exchanged" for="split_and_standardise" says="expected"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    std = torch.where(std == 0, 1.0, std)
    return (held_out - mean) / std, (training - mean) / std, mean, std

# %% wrong="in_place" for="split_and_standardise" says="changed its argument" fails="training"
def split_and_standardise(x, order, training_size):
    rows = order[:training_size]
    mean, std = x[rows].mean(0), x[rows].std(0)
    std = torch.where(std == 0, 1.0, std)
    x -= mean
    x /= std
    return x[rows], x[order[training_size:]], mean, std

# %% wrong="two_parts" for="split_and_standardise" says="the result has 2 parts" fails="training,constant"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    std = torch.where(std == 0, 1.0, std)
    return (training - mean) / std, (held_out - mean) / std

# %% wrong="a_list" for="split_and_standardise" says="expected tuple"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    std = torch.where(std == 0, 1.0, std)
    return [(training - mean) / std, (held_out - mean) / std, mean, std]

# %% wrong="prints" for="split_and_standardise" says="did you forget `return`"
def split_and_standardise(x, order, training_size):
    training, held_out = x[order[:training_size]], x[order[training_size:]]
    mean, std = training.mean(0), training.std(0)
    std = torch.where(std == 0, 1.0, std)
    print((training - mean) / std, (held_out - mean) / std)

# %% right="sums" for="mean_loss"
@torch.no_grad()
def mean_loss(model, x, y, batch_size):
    total = 0.0
    for rows, targets in zip(x.split(batch_size), y.split(batch_size)):
        total += F.mse_loss(model(rows), targets, reduction="sum").item()
    return total / y.numel()

# %% right="weighted" for="mean_loss"
def mean_loss(model, x, y, batch_size):
    losses, rows = [], []
    with torch.no_grad():
        for i in range((len(x) - 1) // batch_size + 1):
            part = slice(i * batch_size, (i + 1) * batch_size)
            losses.append((model(x[part]) - y[part]).square().mean().double())
            rows.append(len(x[part]))
    weights = torch.tensor(rows, dtype=torch.float64) / len(x)
    return (torch.stack(losses) * weights).sum().item()

# %% right="loader" for="mean_loss"
def mean_loss(model, x, y, batch_size):
    total, seen = 0.0, 0
    with torch.no_grad():
        for inputs, targets in DataLoader(TensorDataset(x, y), batch_size=batch_size):
            total += len(inputs) * F.mse_loss(model(inputs), targets).item()
            seen += len(inputs)
    return total / seen

# %% wrong="renamed_only" for="mean_loss" says="this is the mean of the batches' means" fails="uneven,quiet"
def mean_loss(model, x, y, batch_size):
    total, batches = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            output = model(x[start : start + batch_size])
            loss = F.mse_loss(output, y[start : start + batch_size])
            total += loss.item()
            batches += 1
    return total / batches

# %% wrong="nominal_size" for="mean_loss" says="this multiplies each mean by batch_size" fails="uneven,quiet,batches"
def mean_loss(model, x, y, batch_size):
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            predicted = model(x[start : start + batch_size])
            loss = F.mse_loss(predicted, y[start : start + batch_size])
            total += loss.item() * batch_size
    return total / len(x)

# %% wrong="nominal_total" for="mean_loss" says="the last sample counts as much as the other four" fails="uneven,quiet"
def mean_loss(model, x, y, batch_size):
    total, batches = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            predicted = model(x[start : start + batch_size])
            loss = F.mse_loss(predicted, y[start : start + batch_size])
            total += loss.item() * batch_size
            batches += batch_size
    return total / batches

# %% wrong="short_one_left_out" for="mean_loss" says="this leaves out the short batch" fails="uneven,quiet,batches"
def mean_loss(model, x, y, batch_size):
    total, batches = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            predicted = model(x[start : start + batch_size])
            loss = F.mse_loss(predicted, y[start : start + batch_size])
            if len(predicted) == batch_size:
                total += loss.item() * batch_size
                batches += batch_size
    return total / max(batches, 1)

# %% wrong="tail_not_shown" for="mean_loss" says="all samples count" fails="uneven,quiet,batches"
def mean_loss(model, x, y, batch_size):
    total, batches = 0.0, 0
    with torch.no_grad():
        for i in range(len(x) // batch_size):
            part = slice(i * batch_size, (i + 1) * batch_size)
            total += F.mse_loss(model(x[part]), y[part]).item() * batch_size
            batches += batch_size
    return total / max(batches, 1)

# %% wrong="all_at_once" for="mean_loss" says="this shows all rows at once" fails="batches"
def mean_loss(model, x, y, batch_size):
    with torch.no_grad():
        return F.mse_loss(model(x), y).item()

# %% wrong="means_over_samples" for="mean_loss" says="multiply each by the rows of its batch"
def mean_loss(model, x, y, batch_size):
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            predicted = model(x[start : start + batch_size])
            loss = F.mse_loss(predicted, y[start : start + batch_size])
            total += loss.item()
    return total / len(x)

# %% wrong="sum_only" for="mean_loss" says="divide by the number of samples"
def mean_loss(model, x, y, batch_size):
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            predicted = model(x[start : start + batch_size])
            loss = F.mse_loss(predicted, y[start : start + batch_size])
            total += loss.item() * len(predicted)
    return total

# %% wrong="sum_over_samples" for="mean_loss" says="mse_loss averages over them too" fails="even,uneven,batches"
def mean_loss(model, x, y, batch_size):
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            predicted = model(x[start : start + batch_size])
            loss = F.mse_loss(predicted, y[start : start + batch_size], reduction="sum")
            total += loss.item()
    return total / len(x)

# %% wrong="over_batches" for="mean_loss" says="this divides the sum of the squares by the number of batches"
def mean_loss(model, x, y, batch_size):
    loader = DataLoader(TensorDataset(x, y), batch_size)
    total = 0.0
    with torch.no_grad():
        for some, targets in loader:
            total += F.mse_loss(model(some), targets).item() * len(some)
    return total / len(loader)

# %% wrong="one_by_one" for="mean_loss" says="this shows each row alone" fails="batches"
def mean_loss(model, x, y, batch_size):
    total = 0.0
    with torch.no_grad():
        for row, target in zip(x, y):
            total += F.mse_loss(model(row.unsqueeze(0)), target.unsqueeze(0)).item()
    return total / len(x)

# %% wrong="graph_kept" for="mean_loss" says="a graph is recorded for nothing" fails="quiet"
def mean_loss(model, x, y, batch_size):
    total = 0.0
    for start in range(0, len(x), batch_size):
        predicted = model(x[start : start + batch_size])
        total += F.mse_loss(predicted, y[start : start + batch_size]).item() * len(predicted)
    return total / len(x)

# %% wrong="a_tensor" for="mean_loss" says="expected a plain number"
def mean_loss(model, x, y, batch_size):
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            predicted = model(x[start : start + batch_size])
            loss = F.mse_loss(predicted, y[start : start + batch_size])
            total += loss * len(predicted)
    return total / len(x)

# %% wrong="trains" for="mean_loss" says="graph" fails="quiet"
def mean_loss(model, x, y, batch_size):
    total = 0.0
    for start in range(0, len(x), batch_size):
        predicted = model(x[start : start + batch_size])
        loss = F.mse_loss(predicted, y[start : start + batch_size])
        if loss.requires_grad:
            loss.backward()
        total += loss.item() * len(predicted)
    return total / len(x)

# %% wrong="last_batch" for="mean_loss" says="this is the loss of the last batch" fails="even,uneven,quiet"
def mean_loss(model, x, y, batch_size):
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            predicted = model(x[start : start + batch_size])
            loss = F.mse_loss(predicted, y[start : start + batch_size])
            total = loss.item()
    return total

# %% wrong="no_return" for="mean_loss" says="did you forget `return`"
def mean_loss(model, x, y, batch_size):
    total = 0.0
    with torch.no_grad():
        for start in range(0, len(x), batch_size):
            predicted = model(x[start : start + batch_size])
            loss = F.mse_loss(predicted, y[start : start + batch_size])
            total += loss.item() * len(predicted)
    print(total / len(x))

# %% right="cat" for="pad_batch"
def pad_batch(samples):
    longest = max(len(sequence) for sequence, _ in samples)
    rows, masks = [], []
    for sequence, _ in samples:
        missing = longest - len(sequence)
        filling = torch.zeros(missing, *sequence.shape[1:], dtype=sequence.dtype)
        rows.append(torch.cat([sequence, filling]))
        masks.append([True] * len(sequence) + [False] * missing)
    mask = torch.tensor(masks, dtype=torch.bool).reshape(len(samples), longest)
    return torch.stack(rows), mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    means = []
    for row, real in zip(padded, mask):
        steps = row[real]
        means.append(steps.mean(0) if len(steps) else row.new_zeros(row.shape[1:]))
    return torch.stack(means) if means else padded.new_zeros((0, *padded.shape[2:]))

# %% right="new_zeros" for="pad_batch"
def pad_batch(samples):
    sequences, labels = zip(*samples)
    lengths = [len(sequence) for sequence in sequences]
    size = (len(lengths), max(lengths))
    padded = sequences[0].new_zeros(size + sequences[0].shape[1:])
    mask = torch.zeros(size, dtype=torch.bool)
    for k, length in enumerate(lengths):
        padded[k, :length] = sequences[k]
        mask[k, :length] = True
    return padded, mask, torch.tensor(labels, dtype=torch.int64)


def real_mean(padded, mask):
    kept = mask.reshape(mask.shape + (1,) * (padded.dim() - 2))
    clean = padded.masked_fill(~kept, 0.0)
    count = mask.sum(1).reshape(-1, *[1] * (padded.dim() - 2))
    return torch.where(count > 0, clean.sum(1) / count, 0.0)

# %% wrong="padded_in_front" for="pad_batch" says="this pads in front: the zeros come at the end" fails="values,features"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[longest - len(sequence) :] = sequence
    mask = torch.arange(longest) >= longest - lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="padded_in_front_mask_not" for="pad_batch" says="the mask says so already" fails="values,features"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[longest - len(sequence) :] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="mask_of_padding" for="pad_batch" says="True means real" fails="values,features,empty"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) >= lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="mask_of_floats" for="pad_batch" says="it is a tensor of bools" fails="values,features,empty"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = (torch.arange(longest) < lengths.unsqueeze(1)).float()
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="mask_from_values" for="pad_batch" says="a step may be 0 and real" fails="features"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = padded != 0
    if padded.dim() == 3:
        mask = mask.any(2)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="lengths_for_the_mask" for="pad_batch" says="the mask has an entry for each step" fails="values,features,empty"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    return padded, lengths, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="one_axis_only" for="pad_batch" says="expand" fails="features,empty"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="always_float" for="pad_batch" says="the dtype stays" fails="values,features"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:])
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="labels_of_floats" for="pad_batch" says="they are whole numbers" fails="values,features,empty"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([float(label) for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="labels_as_list" for="pad_batch" says="make a tensor of them" fails="values,features,empty"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, [label for _, label in samples]


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="cut_to_the_shortest" for="pad_batch" says="fill up to the longest" fails="values,features,empty"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = min(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[:] = sequence[:longest]
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="library" for="pad_batch" says="uses pad_sequence" fails="values,features,empty"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    padded = pad_sequence(sequences, batch_first=True)
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    mask = torch.arange(padded.shape[1]) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="empty_ones_left_out" for="pad_batch" says="it is a row, and its label counts" fails="empty"
def pad_batch(samples):
    samples = [sample for sample in samples if len(sample[0])]
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="no_mask" for="pad_batch" says="three tensors are asked for" fails="values,features,empty"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    return padded, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="multiplied" for="pad_batch" says="choose, do not multiply" fails="mean"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = (padded * mask).sum(1)
    return total / mask.sum(1).clamp(min=1)

# %% wrong="plain_mean" for="pad_batch" says="got" fails="mean"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    return padded.mean(1)

# %% wrong="over_the_longest" for="pad_batch" says="the number, too, is of the real steps" fails="mean"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / max(padded.shape[1], 1)

# %% wrong="zero_over_zero" for="pad_batch" says="a sequence without real steps has the mean 0" fails="mean"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total / mask.sum(1)

# %% wrong="summed" for="pad_batch" says="take their mean" fails="mean"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    if padded.dim() == 3:
        mask = mask.unsqueeze(2)
    total = torch.where(mask, padded, 0.0).sum(1)
    return total

# %% wrong="one_mean_for_all" for="pad_batch" says="each has its own" fails="mean"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    return padded[mask].mean()

# %% wrong="padding_overwritten" for="pad_batch" says="changed its argument" fails="mean"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    padded[~mask] = 0.0
    count = mask.sum(1).clamp(min=1)
    return padded.sum(1) / (count.unsqueeze(1) if padded.dim() == 3 else count)

# %% wrong="two_axes_only" for="pad_batch" says="must match" fails="mean"
def pad_batch(samples):
    sequences = [sequence for sequence, _ in samples]
    lengths = torch.tensor([len(sequence) for sequence in sequences])
    longest = max(len(sequence) for sequence in sequences)
    first = sequences[0]
    padded = torch.zeros(len(samples), longest, *first.shape[1:], dtype=first.dtype)
    for row, sequence in zip(padded, sequences):
        row[: len(sequence)] = sequence
    mask = torch.arange(longest) < lengths.unsqueeze(1)
    return padded, mask, torch.tensor([label for _, label in samples])


def real_mean(padded, mask):
    return torch.where(mask, padded, 0.0).sum(1) / mask.sum(1).clamp(min=1)

# %% right="two_steps" for="balanced_indices"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    classes = sorted(set(labels.tolist()))
    members = [(labels == name).nonzero().squeeze(1) for name in classes]
    chosen = torch.randint(len(classes), (count,), generator=generator).tolist()
    places = torch.rand(count, generator=generator, dtype=torch.float64).tolist()
    picks = [members[c][int(place * len(members[c]))].item() for c, place in zip(chosen, places)]
    weights = [len(members[c]) / len(labels) * len(classes) for c in chosen]
    return torch.tensor(picks, dtype=torch.int64), torch.tensor(weights, dtype=torch.float64)

# %% right="compared" for="balanced_indices"
def balanced_indices(labels, count, seed):
    size = (labels.unsqueeze(1) == labels).sum(1).double()
    chances = 1 / size
    generator = torch.Generator()
    generator.manual_seed(seed)
    steps = torch.rand(count, generator=generator, dtype=torch.float64) * chances.sum()
    indices = torch.searchsorted(chances.cumsum(0), steps, right=True).clamp(max=len(labels) - 1)
    number = round(chances.sum().item())
    return indices, size[indices] / len(labels) * number

# %% wrong="as_the_data" for="balanced_indices" says="each sample has the same chance: each class shall have it" fails="balance,within"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.randint(len(labels), (count,), generator=generator)
    weights = size * len(counts) / len(labels)
    return indices, weights[indices]

# %% wrong="upside_down" for="balanced_indices" says="even more often than it is there" fails="balance,within"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(size, count, replacement=True, generator=generator)
    weights = size * len(counts) / len(labels)
    return indices, weights[indices]

# %% wrong="corrected_twice" for="balanced_indices" says="this draws the rare class more often than the other" fails="balance,within"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size**2, count, replacement=True, generator=generator)
    weights = size * len(counts) / len(labels)
    return indices, weights[indices]

# %% wrong="one_for_each_class" for="balanced_indices" says="within a class all have the same chance" fails="within"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    classes, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    first = torch.tensor([(labels == name).nonzero()[0, 0].item() for name in classes])
    indices = first[torch.randint(len(classes), (count,), generator=generator)]
    weights = counts[which].double() * len(counts) / len(labels)
    return indices, weights[indices]

# %% wrong="labels_as_positions" for="balanced_indices" says="bincount only supports" fails="form,balance,weights"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    which, counts = labels, torch.bincount(labels)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size * len(counts) / len(labels)
    return indices, weights[indices]

# %% wrong="without_replacement" for="balanced_indices" says="cannot sample"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=False, generator=generator)
    weights = size * len(counts) / len(labels)
    return indices, weights[indices]

# %% wrong="inverse_weights" for="balanced_indices" says="this is the inverse" fails="weights"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = len(labels) / (size * len(counts))
    return indices, weights[indices]

# %% wrong="shares_as_weights" for="balanced_indices" says="divide them by 1/C" fails="weights"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size / len(labels)
    return indices, weights[indices]

# %% wrong="numbers_as_weights" for="balanced_indices" says="take its share of the data" fails="weights"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size
    return indices, weights[indices]

# %% wrong="chances_as_weights" for="balanced_indices" says="a weight undoes them" fails="weights"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = 1 / size
    return indices, weights[indices]

# %% wrong="ones_as_weights" for="balanced_indices" says="the draws are balanced, the data are not" fails="weights"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = torch.ones_like(size)
    return indices, weights[indices]

# %% wrong="weights_of_all" for="balanced_indices" says="one for each index that was drawn is asked for" fails="form,weights"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size * len(counts) / len(labels)
    return indices, weights

# %% wrong="weights_in_old_order" for="balanced_indices" says="pick them by the indices" fails="weights"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size * len(counts) / len(labels)
    return indices, weights.repeat(count)[:count]

# %% wrong="weights_float32" for="balanced_indices" says="float64 is asked for" fails="form"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size * len(counts) / len(labels)
    return indices, weights[indices].float()

# %% wrong="global_seeded" for="balanced_indices" says="this seeds or draws from the global generator" fails="seed"
def balanced_indices(labels, count, seed):
    torch.manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True)
    weights = size * len(counts) / len(labels)
    return indices, weights[indices]

# %% wrong="seed_ignored" for="balanced_indices" says="the seed does not decide" fails="seed"
def balanced_indices(labels, count, seed):
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True)
    weights = size * len(counts) / len(labels)
    return indices, weights[indices]

# %% wrong="seed_not_used" for="balanced_indices" says="the draws are the same for every seed" fails="seed"
def balanced_indices(labels, count, seed):
    generator = torch.Generator()
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size * len(counts) / len(labels)
    return indices, weights[indices]

# %% wrong="library" for="balanced_indices" says="uses WeightedRandomSampler"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    sampler = torch.utils.data.WeightedRandomSampler((1 / size).tolist(), count, generator=generator)
    indices = torch.tensor(list(sampler))
    return indices, (size * len(counts) / len(labels))[indices]

# %% wrong="lists" for="balanced_indices" says="the indices and the weights are lists" fails="form,balance,within,weights,seed"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size * len(counts) / len(labels)
    return indices.tolist(), weights[indices].tolist()

# %% wrong="every_sample_a_class" for="balanced_indices" says="has an entry for each sample" fails="weights"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size / len(labels) * len(set(labels))
    return indices, weights[indices]

# %% wrong="classes_up_to_the_largest" for="balanced_indices" says="only the classes that are there count" fails="weights"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size / len(labels) * (labels.max() + 1)
    return indices, weights[indices]

# %% wrong="indices_only" for="balanced_indices" says="Returned a value of type Tensor, expected"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    return indices

# %% wrong="prints" for="balanced_indices" says="did you forget `return`"
def balanced_indices(labels, count, seed):
    generator = torch.Generator().manual_seed(seed)
    _, which, counts = torch.unique(labels, return_inverse=True, return_counts=True)
    size = counts[which].double()
    indices = torch.multinomial(1 / size, count, replacement=True, generator=generator)
    weights = size * len(counts) / len(labels)
    print(indices, weights[indices])

# %% right="position_of_its_own" for="TinyLoader"
class Epoch:
    def __init__(self, loader, order):
        self.loader, self.order, self.position = loader, order, 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.position == len(self.loader):
            raise StopIteration
        size = self.loader.batch_size
        part = self.order[self.position * size : (self.position + 1) * size]
        self.position += 1
        columns = zip(*(self.loader.dataset[i] for i in part))
        return tuple(torch.stack(list(column)) for column in columns)


class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size, self.shuffle, self.drop_last = dataset, batch_size, shuffle, drop_last
        if generator is None:
            generator = torch.Generator()
            generator.seed()
        self.generator = generator

    def __len__(self):
        n = len(self.dataset)
        if self.drop_last:
            n -= n % self.batch_size
        return (n - 1) // self.batch_size + 1

    def __iter__(self):
        n = len(self.dataset)
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else list(range(n))
        return Epoch(self, order)

# %% right="collects" for="TinyLoader"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset = dataset
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.generator = generator or torch.Generator().manual_seed(0)

    def __len__(self):
        full, rest = divmod(len(self.dataset), self.batch_size)
        return full + (1 if rest and not self.drop_last else 0)

    def order(self):
        if not self.shuffle:
            return range(len(self.dataset))
        noise = torch.rand(len(self.dataset), generator=self.generator, dtype=torch.float64)
        return noise.argsort().tolist()

    def __iter__(self):
        samples = []
        for i in self.order():
            samples.append(self.dataset[i])
            if len(samples) == self.batch_size:
                yield self.stacked(samples)
                samples = []
        if samples and not self.drop_last:
            yield self.stacked(samples)

    def stacked(self, samples):
        places = range(len(samples[0]))
        return tuple(torch.stack([sample[place] for sample in samples]) for place in places)

# %% wrong="tail_lost" for="TinyLoader" says="a short batch is a batch"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="empty_batch_in_len" for="TinyLoader" says="there is one batch too many, an empty one"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else n // self.batch_size + 1

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="len_of_samples" for="TinyLoader" says="len of a loader counts batches" fails="length"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(n // size if self.drop_last else -(-n // size)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="drop_last_ignored" for="TinyLoader" says="the short batch is still there" fails="length,loop"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="drop_last_in_len_only" for="TinyLoader" says="and the loop still gives it" fails="length,loop"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(-(-n // size)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="drop_last_in_loop_only" for="TinyLoader" says="and len still counts it" fails="length"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(n // size if self.drop_last else -(-n // size)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="full_batch_dropped" for="TinyLoader" says="a full batch is left out" fails="length"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return -(-n // self.batch_size) - self.drop_last

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="lists" for="TinyLoader" says="it is a tuple" fails="batches"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield [torch.stack(column) for column in zip(*samples)]

# %% wrong="not_stacked" for="TinyLoader" says="stack them" fails="batches,shuffles,generators,loop"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(list(column) for column in zip(*samples))

# %% wrong="samples_of_a_batch" for="TinyLoader" says="stack the samples' tensors, one for each place of the tuple"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield samples

# %% wrong="x_without_tuple" for="TinyLoader" says="one for each place of a sample"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield torch.stack([sample[0] for sample in samples])

# %% wrong="cat" for="TinyLoader" says="zero-dimensional tensor"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.cat(column) for column in zip(*samples))

# %% wrong="x_only" for="TinyLoader" says="all tensors of a sample belong to it" fails="batches,shuffles,loop"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield (torch.stack([sample[0] for sample in samples]),)

# %% wrong="never_shuffles" for="TinyLoader" says="every epoch has the same order" fails="shuffles,generators"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="same_order_each_epoch" for="TinyLoader" says="draw anew in __iter__" fails="shuffles"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        generator = torch.Generator() if generator is None else generator
        n = len(dataset)
        self.order = torch.randperm(n, generator=generator).tolist() if shuffle else range(n)

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        size, order = self.batch_size, self.order
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="new_generator_each_epoch" for="TinyLoader" says="every epoch has the same order" fails="shuffles"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator or torch.Generator()).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="global_generator" for="TinyLoader" says="the global generator is used" fails="generators"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="generator_ignored" for="TinyLoader" says="the generator that was given is not used" fails="generators"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator()

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="always_draws" for="TinyLoader" says="a number is drawn though nothing is shuffled" fails="generators"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist()
        if not self.shuffle:
            order = range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="global_seeded" for="TinyLoader" says="the global generator is used" fails="generators"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = generator
        torch.manual_seed(0)

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="batches_shuffled" for="TinyLoader" says="shuffle the samples, not only the batches" fails="shuffles,generators"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = range(n)
        for k in self.numbers():
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

    def numbers(self):
        count = len(self)
        if not self.shuffle:
            return range(count)
        order = torch.randperm(count, generator=self.generator).tolist()
        short = count - 1
        return [k for k in order if k != short] + [short] * (count > 0)

# %% wrong="hardly_shuffled" for="TinyLoader" says="the first batch prefers one part of the data" fails="shuffles"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = self.order(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

    def order(self, n):
        if not self.shuffle:
            return range(n)
        noise = torch.rand(n, generator=self.generator, dtype=torch.float64)
        return (torch.arange(n) + 10 * noise).argsort().tolist()

# %% wrong="with_replacement" for="TinyLoader" says="a permutation has each once" fails="shuffles,generators"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randint(max(n, 1), (n,), generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="tensor_indices" for="TinyLoader" says="ask with plain ints" fails="loop"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator) if self.shuffle else torch.arange(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="everything_at_once" for="TinyLoader" says="ask when the batch is due" fails="loop"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        everything = [self.dataset[i] for i in order]
        for k in range(len(self)):
            samples = everything[k * size : (k + 1) * size]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="one_position" for="TinyLoader" says="keep it in the iterator, not in the loader" fails="loop"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n = len(self.dataset)
        self.order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        self.position = 0
        return self

    def __next__(self):
        if self.position == len(self):
            raise StopIteration
        size = self.batch_size
        part = self.order[self.position * size : (self.position + 1) * size]
        self.position += 1
        return tuple(torch.stack(column) for column in zip(*[self.dataset[i] for i in part]))

# %% wrong="only_once" for="TinyLoader" says="the loader is used up after one epoch" fails="shuffles,loop"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator
        self.batches = self.epoch()

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        return self.batches

    def epoch(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))

# %% wrong="library" for="TinyLoader" says="uses DataLoader"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.loader = DataLoader(dataset, batch_size, shuffle, drop_last=drop_last, generator=generator)

    def __len__(self):
        return len(self.loader)

    def __iter__(self):
        return (tuple(batch) for batch in self.loader)

# %% wrong="returns_a_list" for="TinyLoader" says="which is no iterator: yield each batch"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __len__(self):
        n = len(self.dataset)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        batches = []
        for k in range(len(self)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            batches.append(tuple(torch.stack(column) for column in zip(*samples)))
        return batches

# %% wrong="no_length" for="TinyLoader" says="has no attribute" fails="length"
class TinyLoader:
    def __init__(self, dataset, batch_size=1, shuffle=False, drop_last=False, generator=None):
        self.dataset, self.batch_size = dataset, batch_size
        self.shuffle, self.drop_last = shuffle, drop_last
        self.generator = torch.Generator() if generator is None else generator

    def __iter__(self):
        n, size = len(self.dataset), self.batch_size
        order = torch.randperm(n, generator=self.generator).tolist() if self.shuffle else range(n)
        for k in range(n // size if self.drop_last else -(-n // size)):
            samples = [self.dataset[i] for i in order[k * size : (k + 1) * size]]
            yield tuple(torch.stack(column) for column in zip(*samples))
