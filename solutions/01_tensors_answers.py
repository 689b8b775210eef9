# %% [markdown]
# # 01 · Tensors: the bank of answers

# %% right="tuple" for="predict_slice"
predict_slice = (3, 2)

# %% right="asked_torch" for="predict_slice"
predict_slice = torch.arange(24).reshape(2, 3, 4)[1, :, 1:3].shape

# %% wrong="keeps_the_axis" for="predict_slice" says="a number removes its axis"
predict_slice = (1, 3, 2)

# %% wrong="counts_the_stop" for="predict_slice" says="1:3 ends before 3"
predict_slice = (3, 3)

# %% wrong="slices_the_second_axis" for="predict_slice" says="takes all of it"
predict_slice = (2, 4)

# %% wrong="refuses" for="predict_slice" says="there are three axes"
predict_slice = None

# %% wrong="text" for="predict_slice" says="Write a tuple, without quotes"
predict_slice = "(3, 2)"

# %% right="dtype" for="predict_dtype"
predict_dtype = torch.float32

# %% right="alias" for="predict_dtype"
predict_dtype = torch.float

# %% wrong="the_larger" for="predict_dtype" says="a 0-d tensor wins only with a higher category"
predict_dtype = torch.float64

# %% wrong="refuses" for="predict_dtype" says="* promotes where the types differ"
predict_dtype = None

# %% wrong="text" for="predict_dtype" says="Leave out the quotes"
predict_dtype = "torch.float32"

# %% right="number" for="predict_cast"
predict_cast = 1

# %% right="int_of_each" for="predict_cast"
predict_cast = sum(int(value) for value in [1.9, 1.8, -1.1])

# %% wrong="rounds" for="predict_cast" says="this rounds: a cast"
predict_cast = 3

# %% wrong="floors" for="predict_cast" says="a cast moves toward zero"
predict_cast = 0

# %% wrong="adds_first" for="predict_cast" says="the cast comes first here"
predict_cast = 2

# %% wrong="no_cast" for="predict_cast" says="whole numbers have a whole sum"
predict_cast = 2.6

# %% right="number" for="predict_in_place"
predict_in_place = 23

# %% right="computed" for="predict_in_place"
predict_in_place = (1.0 + 10) + (2.0 + 10)

# %% wrong="a_copy" for="predict_in_place" says="it is a second name"
predict_in_place = 3

# %% wrong="everything_is_in_place" for="predict_in_place" says="b + 100 is a new tensor"
predict_in_place = 223.0

# %% wrong="the_other_way_round" for="predict_in_place" says="the underscore writes, the plus does not"
predict_in_place = 203

# %% right="tuple" for="predict_mask"
predict_mask = (3,)

# %% right="size" for="predict_mask"
predict_mask = torch.Size([3])

# %% wrong="shape_of_the_mask" for="predict_mask" says="this is the shape of the mask"
predict_mask = (2, 3)

# %% wrong="refuses" for="predict_mask" says="because the rows differ in length"
predict_mask = None

# %% wrong="one_comparison" for="predict_mask" says="& wants both"
predict_mask = (4,)

# %% wrong="number" for="predict_mask" says="A shape is a tuple of whole numbers"
predict_mask = 3

# %% right="other_names" for="describe"
def describe(x):
    return (tuple(x.size()), x.ndim, x.numel(), x.dtype)


def size_in_bytes(x):
    return x.dtype.itemsize * x.numel()

# %% right="by_hand" for="describe"
def describe(x):
    elements = 1
    for size in x.shape:
        elements *= size
    return x.shape, len(x.shape), elements, x.dtype


def size_in_bytes(x):
    return x.nbytes

# %% wrong="len_for_elements" for="describe" says="len is the first size only" fails="facts"
def describe(x):
    return tuple(x.shape), x.dim(), len(x), x.dtype


def size_in_bytes(x):
    return x.numel() * x.element_size()

# %% wrong="first_size_for_axes" for="describe" says="ndim and dim() count the axes" fails="facts"
def describe(x):
    return tuple(x.shape), x.shape[0], x.numel(), x.dtype


def size_in_bytes(x):
    return x.numel() * x.element_size()

# %% wrong="sum_of_sizes" for="describe" says="the number of elements is their product" fails="facts"
def describe(x):
    return tuple(x.shape), x.dim(), sum(x.shape), x.dtype


def size_in_bytes(x):
    return x.numel() * x.element_size()

# %% wrong="dtype_as_text" for="describe" says="x.dtype is a torch.dtype" fails="facts"
def describe(x):
    return tuple(x.shape), x.dim(), x.numel(), str(x.dtype)


def size_in_bytes(x):
    return x.numel() * x.element_size()

# %% wrong="list_for_tuple" for="describe" says="of type list" fails="facts"
def describe(x):
    return [tuple(x.shape), x.dim(), x.numel(), x.dtype]


def size_in_bytes(x):
    return x.numel() * x.element_size()

# %% wrong="always_four_bytes" for="describe" says="x.element_size() knows how many" fails="bytes"
def describe(x):
    return tuple(x.shape), x.dim(), x.numel(), x.dtype


def size_in_bytes(x):
    return 4 * x.numel()

# %% wrong="one_element" for="describe" says="this is the size of one element" fails="bytes"
def describe(x):
    return tuple(x.shape), x.dim(), x.numel(), x.dtype


def size_in_bytes(x):
    return x.element_size()

# %% wrong="bits" for="describe" says="this counts bits" fails="bytes"
def describe(x):
    return tuple(x.shape), x.dim(), x.numel(), x.dtype


def size_in_bytes(x):
    return 8 * x.numel() * x.element_size()

# %% wrong="prints" for="describe" says="did you forget `return`"
def describe(x):
    print(tuple(x.shape), x.dim(), x.numel(), x.dtype)


def size_in_bytes(x):
    print(x.numel() * x.element_size())

# %% wrong="another_name" for="describe" says="name 'describe' is not defined" fails="facts"
def my_describe(x):
    return tuple(x.shape), x.dim(), x.numel(), x.dtype


def size_in_bytes(x):
    return x.numel() * x.element_size()

# %% right="clamps_first" for="to_pixels"
def to_pixels(brightness):
    x = torch.tensor(brightness).clamp(0, 1)
    return (x * 255 + 0.5).to(torch.uint8)

# %% right="float64" for="to_pixels"
def to_pixels(brightness: list) -> Tensor:
    x = torch.round(torch.tensor(brightness, dtype=torch.float64) * 255)
    x[x < 0] = 0
    x[x > 255] = 255
    return x.type(torch.uint8)

# %% wrong="truncates" for="to_pixels" says="so round first"
def to_pixels(brightness):
    return (torch.tensor(brightness) * 255).clamp(0, 255).to(torch.uint8)

# %% wrong="bytes_at_once" for="to_pixels" says="every brightness below 1 is lost"
def to_pixels(brightness):
    return torch.tensor(brightness).clamp(0, 1).to(torch.uint8) * 255

# %% wrong="rounds_first" for="to_pixels" says="only black and white are left"
def to_pixels(brightness):
    return (torch.tensor(brightness).round().clamp(0, 1) * 255).to(torch.uint8)

# %% wrong="no_clamp" for="to_pixels" says="Values" fails="range"
def to_pixels(brightness):
    return (torch.tensor(brightness) * 255).round().long().to(torch.uint8)

# %% wrong="clamps_bytes" for="to_pixels" says="this wraps around" fails="range"
def to_pixels(brightness):
    return (torch.tensor(brightness) * 255).round().long().to(torch.uint8).clamp(0, 255)

# %% wrong="stays_float" for="to_pixels" says="Dtype: got torch.float32, expected torch.uint8"
def to_pixels(brightness):
    return (torch.tensor(brightness) * 255).round().clamp(0, 255)

# %% wrong="times_256" for="to_pixels" says="white is 255"
def to_pixels(brightness):
    return (torch.tensor(brightness).clamp(0, 1) * 256).round().long().to(torch.uint8)

# %% wrong="a_list" for="to_pixels" says="of type list, expected a tensor"
def to_pixels(brightness):
    return (torch.tensor(brightness) * 255).round().clamp(0, 255).to(torch.uint8).tolist()

# %% wrong="list_as_it_is" for="to_pixels" says="has no attribute 'round'"
def to_pixels(brightness):
    return (brightness * 255).round().clamp(0, 255).to(torch.uint8)

# %% right="writes_into_a_clone" for="fill_failed"
def fill_failed(readings):
    failed = (readings == -999) | torch.isnan(readings)
    result = readings.clone()
    result[failed] = 0.0
    if not failed.all():
        result[failed] = readings[~failed].mean()
    return result

# %% right="sums" for="fill_failed"
def fill_failed(readings: Tensor) -> Tensor:
    bad = readings.isnan() | (readings == -999.0)
    clean = torch.where(bad, torch.zeros_like(readings), readings)
    count = (~bad).sum().clamp(1)
    return torch.where(bad, clean.sum() / count, clean).to(readings.dtype)

# %% wrong="mean_of_everything" for="fill_failed" says="the failures included"
def fill_failed(readings):
    failed = (readings == -999) | readings.isnan()
    return torch.where(failed, readings.mean(), readings)

# %% wrong="zeros" for="fill_failed" says="this puts 0 in place of a failure"
def fill_failed(readings):
    failed = (readings == -999) | readings.isnan()
    return torch.where(failed, 0.0, readings)

# %% wrong="drops_them" for="fill_failed" says="this drops the failures"
def fill_failed(readings):
    return readings[(readings != -999) & ~readings.isnan()]

# %% wrong="equals_nan" for="fill_failed" says="nan equals nothing" fails="nan,arguments"
def fill_failed(readings):
    failed = (readings == -999) | (readings == float("nan"))
    return torch.where(failed, readings[~failed].mean() if (~failed).any() else 0.0, readings)

# %% wrong="no_nan" for="fill_failed" says="Values" fails="nan,arguments"
def fill_failed(readings):
    failed = readings == -999
    worked = ~failed & ~readings.isnan()
    return torch.where(failed, readings[worked].mean() if worked.any() else 0.0, readings)

# %% wrong="nothing_worked" for="fill_failed" says="this is the mean of no reading at all" fails="nan"
def fill_failed(readings):
    worked = (readings != -999) & ~readings.isnan()
    return torch.where(worked, readings, readings[worked].mean())

# %% wrong="in_place" for="fill_failed" says="The call changed its argument 1 in place" fails="arguments"
def fill_failed(readings):
    worked = (readings != -999) & ~readings.isnan()
    readings[~worked] = readings[worked].mean() if worked.any() else 0.0
    return readings

# %% wrong="every_negative" for="fill_failed" says="every negative reading" fails="values"
def fill_failed(readings):
    worked = readings >= 0
    return torch.where(worked, readings, readings[worked].mean() if worked.any() else 0.0)

# %% wrong="row_means" for="fill_failed" says="average over the whole tensor" fails="values,nan,arguments"
def fill_failed(readings):
    worked = (readings != -999) & ~readings.isnan()
    if not worked.any():
        return torch.zeros_like(readings)
    if readings.dim() != 2:
        return torch.where(worked, readings, readings[worked].mean())
    result = readings.clone()
    rows = torch.where(worked, readings, 0.0).sum(1) / worked.sum(1)
    for i in range(len(readings)):
        result[i][~worked[i]] = rows[i]
    return result

# %% wrong="loop" for="fill_failed" says="find a way without it" fails="arguments"
def fill_failed(readings):
    flat = readings.reshape(-1).tolist()
    worked = [value for value in flat if value != -999 and value == value]
    mean = sum(worked) / len(worked) if worked else 0.0
    filled = [value if value != -999 and value == value else mean for value in flat]
    return torch.tensor(filled, dtype=readings.dtype).reshape(readings.shape)

# %% wrong="prints" for="fill_failed" says="did you forget `return`"
def fill_failed(readings):
    worked = (readings != -999) & ~readings.isnan()
    print(torch.where(worked, readings, readings[worked].mean()))

# %% wrong="no_parentheses" for="fill_failed" says="put each comparison in parentheses"
def fill_failed(readings):
    worked = readings != -999 & ~readings.isnan()
    return torch.where(worked, readings, readings[worked].mean() if worked.any() else 0.0)

# %% wrong="and_for_masks" for="fill_failed" says="Boolean value of Tensor with more than one value"
def fill_failed(readings):
    worked = readings != -999 and not readings.isnan()
    return torch.where(worked, readings, readings[worked].mean())

# %% right="named_calls" for="fahrenheit"
def fahrenheit(celsius):
    return torch.add(torch.mul(celsius, 1.8), 32)


def fahrenheit_(celsius):
    celsius *= 1.8
    celsius += 32
    return celsius

# %% right="fill_and_copy" for="fahrenheit"
def fahrenheit(celsius: Tensor) -> Tensor:
    result = celsius.clone() if celsius.is_floating_point() else celsius.float()
    result *= 1.8
    return result.add_(32)


def fahrenheit_(celsius: Tensor) -> Tensor:
    if not celsius.is_floating_point():
        raise RuntimeError("whole numbers cannot hold the result")
    celsius[...] = fahrenheit(celsius)
    return celsius

# %% wrong="rebinds" for="fahrenheit" says="gives it the old name" fails="in_place,whole_numbers"
def fahrenheit(celsius):
    return celsius * 1.8 + 32


def fahrenheit_(celsius):
    celsius = celsius * 1.8 + 32
    return celsius

# %% wrong="changes_the_caller" for="fahrenheit" says="The call changed its argument 1 in place" fails="new,whole_numbers"
def fahrenheit(celsius):
    celsius *= 1.8
    celsius += 32
    return celsius


def fahrenheit_(celsius):
    return celsius.mul_(1.8).add_(32)

# %% wrong="returns_nothing" for="fahrenheit" says="and then returns nothing" fails="in_place"
def fahrenheit(celsius):
    return celsius * 1.8 + 32


def fahrenheit_(celsius):
    celsius.mul_(1.8)
    celsius.add_(32)

# %% wrong="half_in_place" for="fahrenheit" says="both steps need an underscore" fails="in_place"
def fahrenheit(celsius):
    return celsius * 1.8 + 32


def fahrenheit_(celsius):
    return celsius.mul_(1.8) + 32

# %% wrong="casts_silently" for="fahrenheit" says="Expected RuntimeError, but the call returned" fails="whole_numbers"
def fahrenheit(celsius):
    return celsius * 1.8 + 32


def fahrenheit_(celsius):
    celsius[...] = celsius * 1.8 + 32
    return celsius

# %% wrong="adds_first" for="fahrenheit" says="multiply first, then add"
def fahrenheit(celsius):
    return (celsius + 32) * 1.8


def fahrenheit_(celsius):
    return celsius.add_(32).mul_(1.8)

# %% wrong="keeps_whole_numbers" for="fahrenheit" says="this casts back to whole numbers" fails="whole_numbers"
def fahrenheit(celsius):
    return (celsius * 1.8 + 32).to(celsius.dtype)


def fahrenheit_(celsius):
    return celsius.mul_(1.8).add_(32)

# %% wrong="slice_of_no_axis" for="fahrenheit" says="slice() cannot be applied to a 0-dim tensor" fails="in_place,whole_numbers"
def fahrenheit(celsius):
    return celsius * 1.8 + 32


def fahrenheit_(celsius):
    celsius[:] = celsius * 1.8 + 32
    return celsius

# %% wrong="returns_a_clone" for="fahrenheit" says="but returns another one" fails="in_place"
def fahrenheit(celsius):
    return celsius * 1.8 + 32


def fahrenheit_(celsius):
    return celsius.mul_(1.8).add_(32).clone()

# %% right="loop_with_room" for="percent"
def percent(votes):
    shares = torch.zeros(len(votes))
    for i in range(len(votes)):
        shares[i] = votes[i] / votes.sum()
    return (shares * 100).round().to(torch.int64)

# %% right="double" for="percent"
def percent(votes: Tensor) -> Tensor:
    counts = votes.double()
    return torch.round(100 * counts / counts.sum()).long()

# %% wrong="only_the_cast_mended" for="percent" says="zeros_like copies the dtype of the votes" fails="whole_numbers,edges,rounding"
def percent(votes):
    shares = torch.zeros_like(votes)
    for i in range(len(votes)):
        shares[i] = votes[i] / votes.sum()
    return (shares * 100).round().to(torch.int64)

# %% wrong="only_the_room_mended" for="percent" says="this truncates" fails="rounding"
def percent(votes):
    shares = votes / votes.sum()
    return (shares * 100 + 1e-3).to(torch.int64)

# %% wrong="floor_division" for="percent" says="// drops the fraction" fails="whole_numbers,rounding,edges"
def percent(votes):
    return (votes // votes.sum() * 100).to(torch.int64)

# %% wrong="bytes_wrap" for="percent" says="while the votes still are bytes" fails="edges"
def percent(votes):
    return (votes * 100 / votes.sum()).round().to(torch.int64)

# %% wrong="rounds_up" for="percent" says="the nearest whole number may lie below" fails="rounding"
def percent(votes):
    shares = votes.double() / votes.sum()
    return (shares * 100 - 1e-6).ceil().to(torch.int64)

# %% wrong="rounds_the_shares" for="percent" says="Values"
def percent(votes):
    return ((votes / votes.sum()).round() * 100).to(torch.int64)

# %% wrong="stays_float" for="percent" says="Dtype: got torch.float"
def percent(votes):
    return (votes / votes.sum() * 100).round()

# %% wrong="changes_the_votes" for="percent" says="The call changed its argument 1 in place" fails="edges"
def percent(votes):
    shares = votes if votes.is_floating_point() else votes.double()
    shares /= shares.sum()
    return (shares * 100).round().to(torch.int64)

# %% right="clone_and_write" for="choose"
def choose(mask, a, b):
    result = b.to(torch.promote_types(a.dtype, b.dtype)).clone()
    result[mask] = a.to(result.dtype)[mask]
    return result

# %% right="stacked" for="choose"
def choose(mask: Tensor, a: Tensor, b: Tensor) -> Tensor:
    dtype = torch.promote_types(a.dtype, b.dtype)
    both = torch.stack([b.to(dtype), a.to(dtype)])
    return torch.gather(both, 0, mask.long().unsqueeze(0))[0]

# %% right="filled_zeros" for="choose"
def choose(mask, a, b):
    result = torch.zeros_like(a, dtype=torch.result_type(a, b))
    result.masked_scatter_(mask, a[mask].to(result.dtype))
    result.masked_scatter_(~mask, b[~mask].to(result.dtype))
    return result

# %% wrong="arithmetic" for="choose" says="so what is not chosen leaks in" fails="nan,promotion"
def choose(mask, a, b):
    dtype = torch.promote_types(a.dtype, b.dtype)
    return (mask * a.double() + ~mask * b.double()).to(dtype)

# %% wrong="swapped" for="choose" says="a belongs there"
def choose(mask, a, b):
    result = a.to(torch.promote_types(a.dtype, b.dtype)).clone()
    result[mask] = b.to(result.dtype)[mask]
    return result

# %% wrong="writes_into_b" for="choose" says="in place: work on a copy" fails="arguments"
def choose(mask, a, b):
    result = b.to(torch.promote_types(a.dtype, b.dtype))
    result[mask] = a.to(result.dtype)[mask]
    return result

# %% wrong="dtype_of_a" for="choose" says="they were written into the dtype of a" fails="promotion,arguments"
def choose(mask, a, b):
    result = a.clone()
    result[~mask] = b[~mask].to(a.dtype)
    return result

# %% wrong="cast_at_the_end" for="choose" says="they were written into the dtype of a" fails="promotion,arguments"
def choose(mask, a, b):
    result = a.clone()
    result[~mask] = b[~mask].to(a.dtype)
    return result.to(torch.promote_types(a.dtype, b.dtype))

# %% wrong="through_floats" for="choose" says="this went through float64" fails="promotion"
def choose(mask, a, b):
    result = b.double()
    result = result.clone()
    result[mask] = a[mask].double()
    return result.to(torch.promote_types(a.dtype, b.dtype))

# %% wrong="cleans_up" for="choose" says="this replaces nan and infinity that were chosen" fails="nan"
def choose(mask, a, b):
    dtype = torch.promote_types(a.dtype, b.dtype)
    if not dtype.is_floating_point:
        result = b.to(dtype).clone()
        result[mask] = a.to(dtype)[mask]
        return result
    left, right = a.to(dtype).nan_to_num(0.0, 0.0, 0.0), b.to(dtype).nan_to_num(0.0, 0.0, 0.0)
    return (mask * left + ~mask * right).to(dtype)

# %% wrong="no_cast" for="choose" says="Index put requires" fails="promotion,nan,arguments"
def choose(mask, a, b):
    result = a.clone()
    result[~mask] = b[~mask]
    return result

# %% wrong="one_after_the_other" for="choose" says="each element keeps its place"
def choose(mask, a, b):
    return torch.cat([a[mask], b[~mask]])

# %% wrong="leaves_zeros" for="choose" says="b belongs there"
def choose(mask, a, b):
    result = torch.zeros(a.shape, dtype=torch.promote_types(a.dtype, b.dtype))
    result[mask] = a[mask].to(result.dtype)
    return result

# %% wrong="where" for="choose" says="uses where: find a way without it"
def choose(mask, a, b):
    return torch.where(mask, a, b)

# %% wrong="loop" for="choose" says="find a way without it" fails="values,promotion,nan,arguments"
def choose(mask, a, b):
    result = torch.empty(a.shape, dtype=torch.promote_types(a.dtype, b.dtype))
    flat = result.reshape(-1)
    for i in range(a.numel()):
        flat[i] = a.reshape(-1)[i] if mask.reshape(-1)[i] else b.reshape(-1)[i]
    return result

# %% right="max_and_min" for="standardise"
def standardise(table):
    x = table.to(torch.promote_types(table.dtype, torch.float32))
    result = (x - x.mean(dim=0)) / x.std(dim=0, correction=0)
    result[:, (table == table[0]).all(dim=0)] = 0
    return result

# %% right="by_hand" for="standardise"
def standardise(table: Tensor) -> Tensor:
    x = table.clone() if table.is_floating_point() else table.float()
    x -= x.sum(dim=0) / len(x)
    x[:, (table == table[:1]).all(dim=0)] = 0.0
    spread = (x**2).mean(dim=0).sqrt()
    spread[spread == 0] = 1.0
    return x / spread

# %% wrong="n_minus_1" for="standardise" says="correction=0 divides by n" fails="values,constant,sizes,arguments"
def standardise(table):
    x = table if table.is_floating_point() else table.float()
    spread = x.std(dim=0)
    return (x - x.mean(dim=0)) / torch.where(spread == 0, 1.0, spread)

# %% wrong="no_care" for="standardise" says="this is 0 / 0 in the first column" fails="constant,sizes"
def standardise(table):
    x = table if table.is_floating_point() else table.float()
    return (x - x.mean(dim=0)) / x.std(dim=0, correction=0)

# %% wrong="small_number" for="standardise" says="columns of small numbers then stay small" fails="constant"
def standardise(table):
    x = table if table.is_floating_point() else table.float()
    return (x - x.mean(dim=0)) / (x.std(dim=0, correction=0) + 1e-8)

# %% wrong="threshold" for="standardise" says="this takes a small deviation for 0" fails="constant"
def standardise(table):
    x = table if table.is_floating_point() else table.float()
    spread = x.std(dim=0, correction=0)
    result = (x - x.mean(dim=0)) / spread
    result[:, spread < 1e-5] = 0
    return result

# %% wrong="nan_to_num" for="standardise" says="replace the deviation before you divide" fails="constant"
def standardise(table):
    x = table if table.is_floating_point() else table.float()
    return ((x - x.mean(dim=0)) / x.std(dim=0, correction=0)).nan_to_num(0.0)

# %% wrong="deviation_by_hand" for="standardise" says="one rounding error by another" fails="constant"
def standardise(table):
    x = table if table.is_floating_point() else table.float()
    centred = x - x.mean(dim=0)
    spread = (centred**2).mean(dim=0).sqrt()
    return centred / torch.where(spread == 0, 1.0, spread)

# %% wrong="rows" for="standardise" says="this standardises the rows"
def standardise(table):
    x = table if table.is_floating_point() else table.float()
    spread = x.std(dim=1, correction=0, keepdim=True)
    return (x - x.mean(dim=1, keepdim=True)) / torch.where(spread == 0, 1.0, spread)

# %% wrong="whole_table" for="standardise" says="each column has its own" fails="values,constant,sizes"
def standardise(table):
    x = table if table.is_floating_point() else table.float()
    spread = x.std(correction=0)
    return (x - x.mean()) / (spread if spread > 0 else 1.0)

# %% wrong="variance" for="standardise" says="the standard deviation is its square root" fails="values,constant,sizes,arguments"
def standardise(table):
    x = table if table.is_floating_point() else table.float()
    spread = x.var(dim=0, correction=0)
    return (x - x.mean(dim=0)) / torch.where(spread == 0, 1.0, spread)

# %% wrong="floats_only" for="standardise" says="RuntimeError" fails="sizes,arguments"
def standardise(table):
    spread = table.std(dim=0, correction=0)
    return (table - table.mean(dim=0)) / torch.where(spread == 0, 1.0, spread)

# %% wrong="in_place" for="standardise" says="The call changed its argument 1 in place" fails="arguments"
def standardise(table):
    x = table if table.is_floating_point() else table.float()
    spread = x.std(dim=0, correction=0)
    x -= x.mean(dim=0)
    x /= torch.where(spread == 0, 1.0, spread)
    return x

# %% wrong="loop" for="standardise" says="find a way without it" fails="constant,arguments"
def standardise(table):
    result = table.clone() if table.is_floating_point() else table.float()
    for j in range(table.shape[1]):
        column = result[:, j].clone()
        spread = column.std(correction=0)
        result[:, j] = (column - column.mean()) / (spread if spread > 0 else 1.0)
    return result

# %% right="tries_one_after_the_other" for="read_table"
def read_table(text):
    lines = [line for line in text.splitlines() if line.strip() != ""]
    names = [name.strip() for name in lines[0].split(",")]
    columns = {name: [] for name in names}
    for line in lines[1:]:
        cells = line.split(",")
        if len(cells) != len(names):
            raise ValueError("a row has another number of cells: " + line)
        for name, cell in zip(names, cells):
            columns[name].append(cell.strip())
    return {name: column_of(name, cells) for name, cells in columns.items()}


def column_of(name, cells):
    present = torch.tensor([len(cell) > 0 for cell in cells]).bool()
    there = [cell for cell in cells if cell]
    words = {"true": True, "false": False}
    if there and all(cell.lower() in words for cell in there):
        return torch.tensor([words.get(cell.lower(), False) for cell in cells]), present
    try:
        if there:
            return torch.tensor([int(cell or "0") for cell in cells]), present
    except ValueError:
        pass
    try:
        return torch.tensor([float(cell or "nan") for cell in cells], dtype=torch.float32), present
    except ValueError:
        raise ValueError(f"cannot read column {name!r}")


def table_means(table):
    means = {}
    for name, (values, present) in table.items():
        picked = values[present].to(torch.float64)
        means[name] = picked.sum().item() / picked.numel() if picked.numel() else float("nan")
    return means

# %% right="converters" for="read_table"
def read_table(text: str) -> dict[str, tuple[Tensor, Tensor]]:
    rows = [[cell.strip() for cell in line.split(",")] for line in text.strip().splitlines() if line.strip()]
    header = rows.pop(0)
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"{row} has not {len(header)} cells")
    table = {}
    for j, name in enumerate(header):
        cells = [row[j] for row in rows]
        present = torch.zeros(len(cells), dtype=torch.bool)
        for i in range(len(cells)):
            present[i] = cells[i] != ""
        for convert, dtype, missing in (
            (lambda cell: {"true": True, "false": False}[cell.lower()], torch.bool, False),
            (int, torch.int64, 0),
            (float, torch.float32, float("nan")),
        ):
            if not present.any() and dtype != torch.float32:
                continue
            try:
                values = [convert(cell) if cell else missing for cell in cells]
            except (KeyError, ValueError):
                continue
            table[name] = (torch.tensor(values, dtype=dtype), present)
            break
        else:
            raise ValueError("nothing reads the column " + name)
    return table


def table_means(table: dict) -> dict[str, float]:
    return {name: float(pair[0][pair[1]].double().mean()) for name, pair in table.items()}

# %% wrong="all_floats" for="read_table" says="this makes floats of whole numbers" fails="whole_numbers,dtypes,missing,exact"
def read_table(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    words = {"true": 1.0, "false": 0.0, "": float("nan")}
    table = {}
    for j, name in enumerate(lines[0]):
        cells = [row[j].lower() for row in lines[1:]]
        values = [words[cell] if cell in words else float(cell) for cell in cells]
        table[name] = (torch.tensor(values), torch.tensor([cell != "" for cell in cells], dtype=torch.bool))
    return table


def table_means(table):
    return {name: values[present].double().mean().item() for name, (values, present) in table.items()}

# %% wrong="no_mask" for="read_table" says="each name has a tuple of two tensors" fails="whole_numbers,dtypes,missing,exact"
def read_table(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    return {name: torch.tensor([int(row[j]) for row in lines[1:]]) for j, name in enumerate(lines[0])}


def table_means(table):
    return {name: values[present].double().mean().item() for name, (values, present) in table.items()}

# %% wrong="through_floats" for="read_table" says="this went through float32" fails="exact"
def read_table(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    if any(len(row) != len(lines[0]) for row in lines):
        raise ValueError("rows differ in length")
    table = {}
    for j, name in enumerate(lines[0]):
        cells = [row[j].lower() for row in lines[1:]]
        given = [cell for cell in cells if cell]
        present = torch.tensor([cell != "" for cell in cells], dtype=torch.bool)
        if given and all(cell in ("true", "false") for cell in given):
            table[name] = (torch.tensor([cell == "true" for cell in cells]), present)
            continue
        try:
            values = torch.tensor([float(cell or "nan") for cell in cells], dtype=torch.float32)
        except ValueError:
            raise ValueError(name)
        if given and all(cell.lstrip("+-").isdigit() for cell in given):
            values = values.nan_to_num(0.0).to(torch.int64)
        table[name] = (values, present)
    return table


def table_means(table):
    return {name: values[present].double().mean().item() for name, (values, present) in table.items()}

# %% wrong="missing_makes_floats" for="read_table" says="the mask knows that, so they stay int64" fails="missing,exact"
def read_table(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    if any(len(row) != len(lines[0]) for row in lines):
        raise ValueError("rows differ in length")
    table = {}
    for j, name in enumerate(lines[0]):
        cells = [row[j].lower() for row in lines[1:]]
        given = [cell for cell in cells if cell]
        present = torch.tensor([cell != "" for cell in cells], dtype=torch.bool)
        if given and all(cell in ("true", "false") for cell in given):
            table[name] = (torch.tensor([cell == "true" for cell in cells]), present)
            continue
        try:
            table[name] = (torch.tensor([int(cell) for cell in cells], dtype=torch.int64 if cells else torch.float32), present)
        except ValueError:
            try:
                table[name] = (torch.tensor([float(cell or "nan") for cell in cells]), present)
            except ValueError:
                raise ValueError(name)
    return table


def table_means(table):
    return {name: values[present].double().mean().item() for name, (values, present) in table.items()}

# %% wrong="bool_of_text" for="read_table" says="every text with something in it is True" fails="dtypes,missing"
def read_table(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    if any(len(row) != len(lines[0]) for row in lines):
        raise ValueError("rows differ in length")
    table = {}
    for j, name in enumerate(lines[0]):
        cells = [row[j].lower() for row in lines[1:]]
        given = [cell for cell in cells if cell]
        present = torch.tensor([cell != "" for cell in cells], dtype=torch.bool)
        try:
            if given and all(cell in ("true", "false") for cell in given):
                values = torch.tensor([bool(cell) for cell in cells])
            elif given and all(cell.lstrip("+-").isdigit() for cell in given):
                values = torch.tensor([int(cell or "0") for cell in cells])
            else:
                values = torch.tensor([float(cell or "nan") for cell in cells])
        except ValueError:
            raise ValueError(name)
        table[name] = (values, present)
    return table


def table_means(table):
    return {name: values[present].double().mean().item() for name, (values, present) in table.items()}

# %% wrong="mask_turned_around" for="read_table" says="True stands for what is" fails="whole_numbers,dtypes,missing,exact"
def read_table(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    if any(len(row) != len(lines[0]) for row in lines):
        raise ValueError("rows differ in length")
    table = {}
    for j, name in enumerate(lines[0]):
        cells = [row[j].lower() for row in lines[1:]]
        given = [cell for cell in cells if cell]
        missing = torch.tensor([cell == "" for cell in cells], dtype=torch.bool)
        try:
            if given and all(cell in ("true", "false") for cell in given):
                values = torch.tensor([cell == "true" for cell in cells])
            elif given and all(cell.lstrip("+-").isdigit() for cell in given):
                values = torch.tensor([int(cell or "0") for cell in cells])
            else:
                values = torch.tensor([float(cell or "nan") for cell in cells])
        except ValueError:
            raise ValueError(name)
        table[name] = (values, missing)
    return table


def table_means(table):
    return {name: values[present].double().mean().item() for name, (values, present) in table.items()}

# %% wrong="zero_is_missing" for="read_table" says="this takes 0 for missing" fails="whole_numbers,missing"
def read_table(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    if any(len(row) != len(lines[0]) for row in lines):
        raise ValueError("rows differ in length")
    table = {}
    for j, name in enumerate(lines[0]):
        cells = [row[j].lower() for row in lines[1:]]
        given = [cell for cell in cells if cell]
        try:
            if given and all(cell in ("true", "false") for cell in given):
                values = torch.tensor([cell == "true" for cell in cells])
                present = torch.tensor([cell != "" for cell in cells])
            elif given and all(cell.lstrip("+-").isdigit() for cell in given):
                values = torch.tensor([int(cell or "0") for cell in cells])
                present = values != 0
            else:
                values = torch.tensor([float(cell or "nan") for cell in cells])
                present = ~values.isnan()
        except ValueError:
            raise ValueError(name)
        table[name] = (values, present)
    return table


def table_means(table):
    return {name: values[present].double().mean().item() for name, (values, present) in table.items()}

# %% wrong="never_refuses" for="read_table" says="Expected ValueError" fails="exact"
def read_table(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    table = {}
    for j, name in enumerate(lines[0]):
        cells = [row[j].lower() if j < len(row) else "" for row in lines[1:]]
        given = [cell for cell in cells if cell]
        present = torch.tensor([cell != "" for cell in cells], dtype=torch.bool)
        if given and all(cell in ("true", "false") for cell in given):
            values = torch.tensor([cell == "true" for cell in cells])
        elif given and all(cell.lstrip("+-").isdigit() for cell in given):
            values = torch.tensor([int(cell or "0") for cell in cells])
        else:
            try:
                values = torch.tensor([float(cell or "nan") for cell in cells])
            except ValueError:
                values = torch.full((len(cells),), float("nan"))
        table[name] = (values, present)
    return table


def table_means(table):
    return {name: values[present].double().mean().item() for name, (values, present) in table.items()}

# %% wrong="means_of_everything" for="read_table" says="average what is present only" fails="means"
def read_table(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    if any(len(row) != len(lines[0]) for row in lines):
        raise ValueError("rows differ in length")
    table = {}
    for j, name in enumerate(lines[0]):
        cells = [row[j].lower() for row in lines[1:]]
        given = [cell for cell in cells if cell]
        present = torch.tensor([cell != "" for cell in cells], dtype=torch.bool)
        try:
            if given and all(cell in ("true", "false") for cell in given):
                values = torch.tensor([cell == "true" for cell in cells])
            elif given and all(cell.lstrip("+-").isdigit() for cell in given):
                values = torch.tensor([int(cell or "0") for cell in cells])
            else:
                values = torch.tensor([float(cell or "nan") for cell in cells])
        except ValueError:
            raise ValueError(name)
        table[name] = (values, present)
    return table


def table_means(table):
    return {name: values.double().mean().item() for name, (values, present) in table.items()}

# %% wrong="names_as_a_row" for="read_table" says="ValueError" fails="whole_numbers,dtypes,missing,exact"
def read_table(text):
    rows = [[cell.strip() for cell in line.split(",")] for line in text.splitlines()]
    return {name: (torch.tensor([int(row[j]) for row in rows]), torch.ones(len(rows), dtype=torch.bool)) for j, name in enumerate(rows[0])}


def table_means(table):
    return {name: values[present].double().mean().item() for name, (values, present) in table.items()}

# %% wrong="first_cell_decides" for="read_table" says="this looks at the first cell only" fails="dtypes"
def read_table(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    if any(len(row) != len(lines[0]) for row in lines):
        raise ValueError("rows differ in length")
    words = {"true": True, "false": False}
    table = {}
    for j, name in enumerate(lines[0]):
        cells = [row[j].lower() for row in lines[1:]]
        first = next((cell for cell in cells if cell), "nan")
        present = torch.tensor([cell != "" for cell in cells], dtype=torch.bool)
        try:
            if first in words:
                values = torch.tensor([words[cell] if cell else False for cell in cells])
            elif first.lstrip("+-").isdigit():
                values = torch.tensor([int(cell) if cell.lstrip("+-").isdigit() else int(float(cell or "0")) for cell in cells])
            else:
                values = torch.tensor([float(cell or "nan") for cell in cells])
        except (KeyError, ValueError):
            raise ValueError(name)
        table[name] = (values, present)
    return table


def table_means(table):
    return {name: values[present].double().mean().item() for name, (values, present) in table.items()}

# %% wrong="rounds_the_means" for="read_table" says="this rounds the mean" fails="means"
def read_table(text):
    lines = [[cell.strip() for cell in line.split(",")] for line in text.splitlines() if line.strip()]
    if any(len(row) != len(lines[0]) for row in lines):
        raise ValueError("rows differ in length")
    table = {}
    for j, name in enumerate(lines[0]):
        cells = [row[j].lower() for row in lines[1:]]
        given = [cell for cell in cells if cell]
        present = torch.tensor([cell != "" for cell in cells], dtype=torch.bool)
        try:
            if given and all(cell in ("true", "false") for cell in given):
                values = torch.tensor([cell == "true" for cell in cells])
            elif given and all(cell.lstrip("+-").isdigit() for cell in given):
                values = torch.tensor([int(cell or "0") for cell in cells])
            else:
                values = torch.tensor([float(cell or "nan") for cell in cells])
        except ValueError:
            raise ValueError(name)
        table[name] = (values, present)
    return table


def table_means(table):
    return {name: round(values[present].double().mean().item(), 2) for name, (values, present) in table.items()}
