# %% [markdown]
# # 06 · Devices: the bank of answers

# %% right="plain" for="predict_same"
predict_same = False

# %% right="asked_torch" for="predict_same"
predict_same = torch.device("cuda", 1) == torch.device("cuda")

# %% wrong="same_type" for="predict_same" says="a tensor's device were only a type"
predict_same = True

# %% wrong="as_text" for="predict_same" says="Leave out the quotes"
predict_same = "False"

# %% right="computed" for="predict_bytes"
predict_bytes = 2 * 6 * 4

# %% right="float" for="predict_bytes"
predict_bytes = 48.0

# %% wrong="only_the_named_copy" for="predict_bytes" says="only one copy was made"
predict_bytes = 24

# %% wrong="every_to_copies" for="predict_bytes" says="every `to` copies across"
predict_bytes = 24 + 24 + 24 + 48

# %% wrong="same_device_copies" for="predict_bytes" says="the third `to` copied across"
predict_bytes = 72

# %% wrong="float64_crosses" for="predict_bytes" says="float64 crossed"
predict_bytes = 96

# %% wrong="numbers" for="predict_bytes" says="these are numbers, not bytes"
predict_bytes = 12

# %% right="plain" for="predict_module"
predict_module = 4

# %% right="counted" for="predict_module"
predict_module = len(["0.weight", "0.bias", "2.weight", "mean"])

# %% wrong="plain_tensor_too" for="predict_module" says="the plain tensor followed too"
predict_module = 5

# %% wrong="no_buffers" for="predict_module" says="buffers stayed behind"
predict_module = 3

# %% wrong="one_module" for="predict_module" says="you counted modules"
predict_module = 1

# %% right="letter" for="predict_meet"
predict_meet = "C"

# %% right="letter_computed" for="predict_meet"
predict_meet = "ABCD"[2]

# %% wrong="no_cpu_tensor_at_all" for="predict_meet" says="a number, of shape (), is handed over"
predict_meet = "A"

# %% wrong="index_must_move" for="predict_meet" says="a CPU index may pick"
predict_meet = "B"

# %% wrong="copy" for="predict_meet" says="it is a transfer by trade"
predict_meet = "D"

# %% wrong="small_letter" for="predict_meet" says="Write one capital letter"
predict_meet = "c"

# %% right="plain" for="predict_waits"
predict_waits = 7

# %% right="sum" for="predict_waits"
predict_waits = 6 + 1

# %% wrong="item_only" for="predict_waits" says="only item() waits"
predict_waits = 1

# %% wrong="if_only" for="predict_waits" says="item() does not wait"
predict_waits = 6

# %% wrong="adding_too" for="predict_waits" says="adding waits as well"
predict_waits = 13

# %% wrong="hits_too" for="predict_waits" says="hits is a number of Python"
predict_waits = 8

# %% right="list_of_devices" for="pick_device"
def pick_device(counts, wanted=None):
    devices = [torch.device(kind, i) for kind in ["cuda", "mps", "xpu"] for i in range(counts.get(kind, 0))]
    devices.append(torch.device("cpu"))
    if wanted is not None:
        wish = torch.device(wanted)
        if wish.type != "cpu" and wish.index is None:
            wish = torch.device(wish.type, 0)
        if wish in devices:
            return wish
    return devices[0]

# %% right="text_taken_apart" for="pick_device"
def pick_device(counts: dict, wanted=None) -> torch.device:
    if wanted:
        if wanted.startswith("cpu"):
            return torch.device("cpu")
        kind, _, number = wanted.partition(":")
        number = int(number) if number else 0
        if kind in counts and number < counts[kind]:
            return torch.device(f"{kind}:{number}")
    if counts.get("cuda"):
        return torch.device("cuda:0")
    if counts.get("mps"):
        return torch.device("mps:0")
    if counts.get("xpu"):
        return torch.device("xpu:0")
    return torch.device("cpu")

# %% wrong="name" for="pick_device" says="torch.device makes one of it"
def pick_device(counts, wanted=None):
    if wanted is not None and wanted.split(":")[0] in counts:
        return wanted
    for kind in ("cuda", "mps", "xpu"):
        if counts.get(kind, 0) > 0:
            return f"{kind}:0"
    return "cpu"

# %% wrong="no_number" for="pick_device" says="cuda means the current GPU"
def pick_device(counts, wanted=None):
    if wanted is not None:
        device = torch.device(wanted)
        if (device.index or 0) < counts.get(device.type, 0):
            return device
    for kind in ("cuda", "mps", "xpu"):
        if counts.get(kind, 0) > 0:
            return torch.device(kind)
    return torch.device("cpu")

# %% wrong="key_without_count" for="pick_device" says="a type with the count 0 is there"
def pick_device(counts, wanted=None):
    if wanted is not None:
        device = torch.device(wanted)
        if device.type == "cpu" or device.type in counts:
            return torch.device(device.type, device.index or 0) if device.type != "cpu" else device
    for kind in ("cuda", "mps", "xpu"):
        if kind in counts:
            return torch.device(kind, 0)
    return torch.device("cpu")

# %% wrong="counts_as_number" for="pick_device" says="the count is the number of the device"
def pick_device(counts, wanted=None):
    for kind in ("cuda", "mps", "xpu"):
        if counts.get(kind, 0) > 0:
            return torch.device(kind, counts[kind])
    return torch.device("cpu")

# %% wrong="first_listed" for="pick_device" says="this takes the first type listed" fails="fallbacks"
def pick_device(counts, wanted=None):
    if wanted is not None:
        device = torch.device(wanted)
        if device.type == "cpu":
            return device
        if (device.index or 0) < counts.get(device.type, 0):
            return torch.device(device.type, device.index or 0)
    for kind in counts:
        if counts[kind] > 0:
            return torch.device(kind, 0)
    return torch.device("cpu")

# %% wrong="no_such_number" for="pick_device" says="two devices have the numbers 0 and 1" fails="wanted"
def pick_device(counts, wanted=None):
    if wanted is not None:
        device = torch.device(wanted)
        if device.type == "cpu":
            return device
        if (device.index or 0) <= counts.get(device.type, 0) and counts.get(device.type, 0):
            return torch.device(device.type, device.index or 0)
    for kind in ("cuda", "mps", "xpu"):
        if counts.get(kind, 0) > 0:
            return torch.device(kind, 0)
    return torch.device("cpu")

# %% wrong="always_granted" for="pick_device" says="two devices have the numbers 0 and 1" fails="wanted"
def pick_device(counts, wanted=None):
    if wanted is not None:
        return torch.device(wanted)
    for kind in ("cuda", "mps", "xpu"):
        if counts.get(kind, 0) > 0:
            return torch.device(kind, 0)
    return torch.device("cpu")

# %% wrong="prints" for="pick_device" says="did you forget `return`"
def pick_device(counts, wanted=None):
    for kind in ("cuda", "mps", "xpu"):
        if counts.get(kind, 0) > 0:
            print(torch.device(kind, 0))
            return
    print(torch.device("cpu"))

# %% wrong="compares_no_number" for="pick_device" says="'<' not supported" fails="wanted"
def pick_device(counts, wanted=None):
    if wanted is not None:
        device = torch.device(wanted)
        if device.type == "cpu":
            return device
        if device.index < counts.get(device.type, 0):
            return device
    for kind in ("cuda", "mps", "xpu"):
        if counts.get(kind, 0) > 0:
            return torch.device(kind, 0)
    return torch.device("cpu")

# %% wrong="last_digit" for="pick_device" says="expected device(type='cuda', index=11)" fails="wanted"
def pick_device(counts, wanted=None):
    if wanted is not None:
        kind = wanted.split(":")[0]
        index = int(wanted[-1]) if ":" in wanted else 0
        if index < counts.get(kind, 0):
            return torch.device(kind, index)
        if kind == "cpu":
            return torch.device("cpu")
    for kind in ("cuda", "mps", "xpu"):
        if counts.get(kind, 0) > 0:
            return torch.device(kind, 0)
    return torch.device("cpu")

# %% wrong="asks_this_machine" for="pick_device" says="expected device(type='cuda', index=0)"
def pick_device(counts, wanted=None):
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")

# %% wrong="forgets_the_cpu" for="pick_device" says="did you forget `return`"
def pick_device(counts, wanted=None):
    if wanted is not None:
        device = torch.device(wanted)
        if (device.index or 0) < counts.get(device.type, 0):
            return torch.device(device.type, device.index or 0)
    for kind in ("cuda", "mps", "xpu"):
        if counts.get(kind, 0) > 0:
            return torch.device(kind, 0)

# %% right="one_after_the_other" for="device_of"
def device_of(module):
    home = None
    for group in (module.parameters(), module.buffers()):
        for tensor in group:
            if home is None:
                home = tensor.device
            elif tensor.device != home:
                raise ValueError("the module is on several devices")
    return home

# %% right="chain" for="device_of"
def device_of(module: nn.Module):
    import itertools

    devices = [t.device for t in itertools.chain(module.parameters(), module.buffers())]
    if not devices:
        return None
    if any(device != devices[0] for device in devices):
        raise ValueError(devices)
    return devices[0]

# %% wrong="attribute" for="device_of" says="AttributeError"
def device_of(module):
    return module.device

# %% wrong="first_parameter" for="device_of" says="StopIteration" fails="one"
def device_of(module):
    device = next(module.parameters()).device
    for tensor in [*module.parameters(), *module.buffers()]:
        if tensor.device != device:
            raise ValueError("several devices")
    return device

# %% wrong="first_or_none" for="device_of" says="this asks the first parameter only"
def device_of(module):
    first = next(module.parameters(), None)
    return None if first is None else first.device

# %% wrong="no_buffers" for="device_of" says="buffers did not count"
def device_of(module):
    homes = {parameter.device for parameter in module.parameters()}
    if len(homes) > 1:
        raise ValueError("several devices")
    return homes.pop() if homes else None

# %% wrong="state_dict" for="device_of" says="buffers did not count" fails="one"
def device_of(module):
    homes = {tensor.device for tensor in module.state_dict().values()}
    if len(homes) > 1:
        raise ValueError("several devices")
    return homes.pop() if homes else None

# %% wrong="name" for="device_of" says="return the device itself" fails="one,several"
def device_of(module):
    homes = {str(tensor.device) for tensor in [*module.parameters(), *module.buffers()]}
    if len(homes) > 1:
        raise ValueError("several devices")
    return homes.pop() if homes else None

# %% wrong="brings_it_home" for="device_of" says="the devices of that model afterwards" fails="several"
def device_of(module):
    homes = {tensor.device for tensor in [*module.parameters(), *module.buffers()]}
    if len(homes) > 1:
        module.to("meta")
        raise ValueError("several devices")
    return homes.pop() if homes else None

# %% wrong="cpu_when_empty" for="device_of" says="it has no tensors, so it is nowhere" fails="one"
def device_of(module):
    homes = {tensor.device for tensor in [*module.parameters(), *module.buffers()]}
    if len(homes) > 1:
        raise ValueError("several devices")
    return homes.pop() if homes else torch.device("cpu")

# %% wrong="returns_the_error" for="device_of" says="`raise` is the word" fails="several"
def device_of(module):
    homes = {tensor.device for tensor in [*module.parameters(), *module.buffers()]}
    if len(homes) > 1:
        return ValueError
    return homes.pop() if homes else None

# %% wrong="says_so_only" for="device_of" says="got 'returned None', expected 'raised ValueError'" fails="several"
def device_of(module):
    homes = {tensor.device for tensor in [*module.parameters(), *module.buffers()]}
    if len(homes) == 1:
        return homes.pop()
    if homes:
        print("the module is on several devices")

# %% wrong="the_set" for="device_of" says="of type set"
def device_of(module):
    return {tensor.device for tensor in [*module.parameters(), *module.buffers()]}

# %% wrong="own_tensors_only" for="device_of" says="Got None"
def device_of(module):
    homes = {tensor.device for tensor in [*module.parameters(recurse=False), *module.buffers(recurse=False)]}
    if len(homes) > 1:
        raise ValueError("several devices")
    return homes.pop() if homes else None

# %% right="make" for="move"
def move(batch, device):
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, tuple) and hasattr(batch, "_make"):
        return batch._make(move(item, device) for item in batch)
    if isinstance(batch, list):
        return [move(item, device) for item in batch]
    if isinstance(batch, tuple):
        return tuple(move(item, device) for item in batch)
    if isinstance(batch, dict):
        return {key: move(value, device) for key, value in batch.items()}
    return batch

# %% right="loops" for="move"
def move(batch, device):
    if isinstance(batch, dict):
        result = {}
        for key in batch:
            result[key] = move(batch[key], device)
        return result
    if isinstance(batch, (list, tuple)):
        items = []
        for item in batch:
            items.append(move(item, device))
        if isinstance(batch, list):
            return items
        if hasattr(batch, "_fields"):
            return type(batch)(*items)
        return tuple(items)
    if torch.is_tensor(batch):
        return batch.to(device=device)
    return batch

# %% wrong="in_place" for="move" says="The call changed its argument" fails="arguments"
def move(batch, device):
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        for key in batch:
            batch[key] = move(batch[key], device)
        return batch
    if isinstance(batch, list):
        for i in range(len(batch)):
            batch[i] = move(batch[i], device)
        return batch
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*[move(value, device) for value in batch])
    if isinstance(batch, tuple):
        return tuple(move(value, device) for value in batch)
    return batch

# %% wrong="plain_tuples" for="move" says="it became a plain tuple" fails="named_tuple"
def move(batch, device):
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: move(value, device) for key, value in batch.items()}
    if isinstance(batch, list):
        return [move(value, device) for value in batch]
    if isinstance(batch, tuple):
        return tuple(move(value, device) for value in batch)
    return batch

# %% wrong="same_type_of_one" for="move" says="TypeError" fails="named_tuple"
def move(batch, device):
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: move(value, device) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        return type(batch)([move(value, device) for value in batch])
    return batch

# %% wrong="tuples_become_lists" for="move" says="expected tuple" fails="nested,named_tuple,arguments"
def move(batch, device):
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: move(value, device) for key, value in batch.items()}
    if isinstance(batch, (list, tuple)):
        return [move(value, device) for value in batch]
    return batch

# %% wrong="forgets_the_copy" for="move" says="the batch came back as it was"
def move(batch, device):
    if isinstance(batch, Tensor):
        batch.to(device)
    elif isinstance(batch, dict):
        for value in batch.values():
            move(value, device)
    elif isinstance(batch, (list, tuple)):
        for value in batch:
            move(value, device)
    return batch

# %% wrong="one_level" for="move" says="AttributeError"
def move(batch, device):
    if isinstance(batch, dict):
        return {key: value.to(device) for key, value in batch.items()}
    return [value.to(device) for value in batch]

# %% wrong="tensors_of_everything" for="move" says="Returned a tensor, expected a plain number" fails="nested,named_tuple"
def move(batch, device):
    if isinstance(batch, dict):
        return {key: move(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*[move(value, device) for value in batch])
    if isinstance(batch, (list, tuple)):
        return type(batch)(move(value, device) for value in batch)
    if isinstance(batch, str) or batch is None:
        return batch
    return torch.as_tensor(batch).to(device)

# %% wrong="always_copies" for="move" says="`to` alone returns the same object" fails="no_needless_copy"
def move(batch, device):
    if isinstance(batch, Tensor):
        return batch.clone().to(device)
    if isinstance(batch, dict):
        return {key: move(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*[move(value, device) for value in batch])
    if isinstance(batch, (list, tuple)):
        return type(batch)(move(value, device) for value in batch)
    return batch

# %% wrong="via_the_cpu" for="move" says="got 4, expected 2" fails="no_needless_copy"
def move(batch, device):
    if isinstance(batch, Tensor):
        return batch.cpu().to(device)
    if isinstance(batch, dict):
        return {key: move(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*[move(value, device) for value in batch])
    if isinstance(batch, (list, tuple)):
        return type(batch)(move(value, device) for value in batch)
    return batch

# %% wrong="returns_nothing" for="move" says="did you forget `return`"
def move(batch, device):
    if isinstance(batch, Tensor):
        batch = batch.to(device)
    elif isinstance(batch, dict):
        batch = {key: move(value, device) for key, value in batch.items()}

# %% wrong="drops_the_rest" for="move" says="Got None, expected 'a'" fails="nested,named_tuple,arguments"
def move(batch, device):
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {key: move(value, device) for key, value in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):
        return type(batch)(*[move(value, device) for value in batch])
    if isinstance(batch, (list, tuple)):
        return type(batch)(move(value, device) for value in batch)

# %% right="cumprod" for="RecentMean"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(shift.shape[0]))
        self.register_buffer("shift", shift.clone())

    def forward(self, x):
        steps = x.shape[1]
        weights = x.new_full((steps,), 0.5).cumprod(0).flip(0)
        weights = weights / weights.sum()
        return self.gain * (torch.einsum("s,bsf->bf", weights, x) - self.shift)

# %% right="where_the_gain_is" for="RecentMean"
class RecentMean(nn.Module):
    def __init__(self, shift: Tensor):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.register_buffer("shift", shift)

    def forward(self, x: Tensor) -> Tensor:
        with torch.device(self.gain.device):
            age = torch.arange(x.shape[1]).flip(0)
        weights = 0.5**age
        mean = (weights.view(1, -1, 1) * x).sum(1) / weights.sum()
        return self.gain * (mean - self.shift)

# %% wrong="sent_in_every_call" for="RecentMean" says="one tensor is sent across in each call" fails="no_transfers"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.register_buffer("shift", shift)

    def forward(self, x):
        age = torch.arange(x.shape[1] - 1, -1, -1).to(x.device)
        weights = 0.5**age
        weights = weights / weights.sum()
        mean = (weights.unsqueeze(1) * x).sum(1)
        return self.gain * (mean - self.shift)

# %% wrong="both_sent" for="RecentMean" says="two tensors are sent across in each call" fails="no_transfers,registered"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.shift = shift

    def forward(self, x):
        age = torch.arange(x.shape[1] - 1, -1, -1).to(x.device)
        weights = 0.5**age
        weights = weights / weights.sum()
        mean = (weights.unsqueeze(1) * x).sum(1)
        return self.gain * (mean - self.shift.to(x.device))

# %% wrong="shift_stays_behind" for="RecentMean" says="operands on cpu and meta" fails="anywhere,no_transfers,registered"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.shift = shift

    def forward(self, x):
        age = torch.arange(x.shape[1] - 1, -1, -1, device=x.device)
        weights = 0.5**age
        weights = weights / weights.sum()
        mean = (weights.unsqueeze(1) * x).sum(1)
        return self.gain * (mean - self.shift)

# %% wrong="age_stays_behind" for="RecentMean" says="operands on cpu and meta" fails="anywhere,no_transfers"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.register_buffer("shift", shift)

    def forward(self, x):
        age = torch.arange(x.shape[1] - 1, -1, -1)
        weights = 0.5**age
        weights = weights / weights.sum()
        mean = (weights.unsqueeze(1) * x).sum(1)
        return self.gain * (mean - self.shift)

# %% wrong="shift_is_trained" for="RecentMean" says="it was measured, so it is a buffer" fails="registered"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.shift = nn.Parameter(shift)

    def forward(self, x):
        age = torch.arange(x.shape[1] - 1, -1, -1, device=x.device)
        weights = 0.5**age
        weights = weights / weights.sum()
        mean = (weights.unsqueeze(1) * x).sum(1)
        return self.gain * (mean - self.shift)

# %% wrong="shift_not_saved" for="RecentMean" says="Keys: got" fails="registered"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.register_buffer("shift", shift, persistent=False)

    def forward(self, x):
        age = torch.arange(x.shape[1] - 1, -1, -1, device=x.device)
        weights = 0.5**age
        weights = weights / weights.sum()
        mean = (weights.unsqueeze(1) * x).sum(1)
        return self.gain * (mean - self.shift)

# %% wrong="everything_on_the_cpu" for="RecentMean" says="Device: got cpu" fails="anywhere,no_transfers"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.register_buffer("shift", shift)

    def forward(self, x):
        x = x.cpu()
        age = torch.arange(x.shape[1] - 1, -1, -1)
        weights = 0.5**age
        weights = weights / weights.sum()
        mean = (weights.unsqueeze(1) * x).sum(1)
        return self.gain.cpu() * (mean - self.shift.cpu())

# %% wrong="age_turned_round" for="RecentMean" says="this trusts the first step most" fails="values"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.register_buffer("shift", shift)

    def forward(self, x):
        age = torch.arange(x.shape[1], device=x.device)
        weights = 0.5**age
        weights = weights / weights.sum()
        mean = (weights.unsqueeze(1) * x).sum(1)
        return self.gain * (mean - self.shift)

# %% wrong="plain_mean" for="RecentMean" says="this is the plain mean" fails="values"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.register_buffer("shift", shift)

    def forward(self, x):
        return self.gain * (x.mean(1) - self.shift)

# %% wrong="list_of_powers" for="RecentMean" says="one tensor is sent across in each call" fails="no_transfers"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.register_buffer("shift", shift)

    def forward(self, x):
        steps = x.shape[1]
        weights = torch.tensor([0.5 ** (steps - 1 - i) for i in range(steps)], device=x.device)
        weights = weights / weights.sum()
        return self.gain * ((weights.unsqueeze(1) * x).sum(1) - self.shift)

# %% wrong="no_return" for="RecentMean" says="did you forget `return`" fails="values,anywhere,no_transfers"
class RecentMean(nn.Module):
    def __init__(self, shift):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(len(shift)))
        self.register_buffer("shift", shift)

    def forward(self, x):
        age = torch.arange(x.shape[1] - 1, -1, -1, device=x.device)
        weights = 0.5**age
        weights = weights / weights.sum()
        self.gain * ((weights.unsqueeze(1) * x).sum(1) - self.shift)

# %% right="one_by_one" for="predict_all"
def predict_all(model, batches):
    home = device_of(model) or torch.device("cpu")
    results = []
    for batch in batches:
        results.append(model(batch.to(home)))
    return torch.cat(results).cpu()

# %% right="batches_joined_first" for="predict_all"
def predict_all(model, batches):
    device = device_of(model)
    joined = torch.cat(batches)
    return model(joined if device is None else joined.to(device)).cpu()

# %% right="vstack" for="predict_all"
def predict_all(model: nn.Module, batches: list) -> Tensor:
    device = None
    for tensor in [*model.buffers(), *model.parameters()]:
        device = tensor.device
    if device is not None:
        batches = [batch.to(device) for batch in batches]
    return torch.vstack([model(batch) for batch in batches]).to("cpu")

# %% wrong="brings_the_model" for="predict_all" says="bring the batches to the model" fails="anywhere,transfers"
def predict_all(model, batches):
    model.to("cpu")
    return torch.cat([model(batch) for batch in batches])

# %% wrong="stays_on_the_cpu" for="predict_all" says="operands on cpu and meta" fails="anywhere,transfers"
def predict_all(model, batches):
    return torch.cat([model(batch) for batch in batches])

# %% wrong="sample_by_sample" for="predict_all" says="at most one transfer for each batch" fails="transfers"
def predict_all(model, batches):
    tensors = [*model.parameters(), *model.buffers()]
    device = tensors[0].device if tensors else torch.device("cpu")
    rows = [torch.cat([row.unsqueeze(0).to(device) for row in batch]) if len(batch) else batch.to(device) for batch in batches]
    return torch.cat([model(batch) for batch in rows]).cpu()

# %% wrong="each_result_back" for="predict_all" says="put them together first" fails="transfers"
def predict_all(model, batches):
    tensors = [*model.parameters(), *model.buffers()]
    device = tensors[0].device if tensors else torch.device("cpu")
    return torch.cat([model(batch.to(device)).cpu() for batch in batches])

# %% wrong="left_there" for="predict_all" says="Device: got meta" fails="anywhere,transfers"
def predict_all(model, batches):
    tensors = [*model.parameters(), *model.buffers()]
    device = tensors[0].device if tensors else torch.device("cpu")
    return torch.cat([model(batch.to(device)) for batch in batches])

# %% wrong="model_device" for="predict_all" says="AttributeError"
def predict_all(model, batches):
    return torch.cat([model(batch.to(model.device)) for batch in batches]).cpu()

# %% wrong="named_cuda" for="predict_all" says="and meta: bring them to one device" fails="anywhere,transfers"
def predict_all(model, batches):
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.cat([model(batch.to(device)) for batch in batches]).cpu()

# %% wrong="to_not_assigned" for="predict_all" says="operands on cpu and meta" fails="anywhere,transfers"
def predict_all(model, batches):
    tensors = [*model.parameters(), *model.buffers()]
    device = tensors[0].device if tensors else torch.device("cpu")
    results = []
    for batch in batches:
        batch.to(device)
        results.append(model(batch))
    return torch.cat(results).cpu()

# %% wrong="last_only" for="predict_all" says="this is the last batch only"
def predict_all(model, batches):
    tensors = [*model.parameters(), *model.buffers()]
    device = tensors[0].device if tensors else torch.device("cpu")
    for batch in batches:
        result = model(batch.to(device))
    return result.cpu()

# %% wrong="returns_in_the_loop" for="predict_all" says="return after the loop"
def predict_all(model, batches):
    tensors = [*model.parameters(), *model.buffers()]
    device = tensors[0].device if tensors else torch.device("cpu")
    for batch in batches:
        return model(batch.to(device)).cpu()

# %% wrong="parameters_only" for="predict_all" says="StopIteration" fails="values,anywhere"
def predict_all(model, batches):
    device = next(model.parameters()).device
    return torch.cat([model(batch.to(device)) for batch in batches]).cpu()

# %% wrong="a_list" for="predict_all" says="Returned a value of type list"
def predict_all(model, batches):
    tensors = [*model.parameters(), *model.buffers()]
    device = tensors[0].device if tensors else torch.device("cpu")
    return [model(batch.to(device)).cpu() for batch in batches]

# %% wrong="stacked" for="predict_all" says="RuntimeError"
def predict_all(model, batches):
    tensors = [*model.parameters(), *model.buffers()]
    device = tensors[0].device if tensors else torch.device("cpu")
    return torch.stack([model(batch.to(device)) for batch in batches]).cpu()

# %% right="expanded_square" for="nearest"
def slow_cost(n, k, d):
    return n + n + n, n * d * 4 + n * k * d * 4 + n * 8


def nearest(points, prototypes, device):
    points = points.to(device)
    prototypes = prototypes.to(device)
    scores = (prototypes**2).sum(1) - 2 * points @ prototypes.T
    return scores.argmin(dim=1).to("cpu")

# %% right="min_indices" for="nearest"
def slow_cost(n: int, k: int, d: int):
    transfers = 3 * n
    return transfers, transfers // 3 * (4 * (d + k * d) + 8)


def nearest(points: Tensor, prototypes: Tensor, device) -> Tensor:
    there = [tensor.to(device) for tensor in (points, prototypes)]
    table = (there[0][:, None, :] - there[1][None, :, :]).square().sum(-1)
    return table.min(-1).indices.cpu()

# %% wrong="as_it_was" for="nearest" says="the points crossed one by one" fails="cost,transfers,one_wait,values"
def slow_cost(n, k, d):
    return 2 * n, n * (4 * d + 4 * k * d)


def nearest(points, prototypes, device):
    prototypes = prototypes.to(device)
    return torch.stack([((prototypes - point.to(device)) ** 2).sum(1).argmin().cpu() for point in points])

# %% wrong="prototypes_once" for="nearest" says="the prototypes crossed once" fails="cost"
def slow_cost(n, k, d):
    return 2 * n + 1, n * (4 * d + 8) + 4 * k * d


def nearest(points, prototypes, device):
    points, prototypes = points.to(device), prototypes.to(device)
    return ((points.unsqueeze(1) - prototypes) ** 2).sum(2).argmin(1).cpu()

# %% wrong="small_index" for="nearest" says="it is an int64" fails="cost"
def slow_cost(n, k, d):
    return 3 * n, n * (4 * d + 4 * k * d + 4)


def nearest(points, prototypes, device):
    points, prototypes = points.to(device), prototypes.to(device)
    return ((points.unsqueeze(1) - prototypes) ** 2).sum(2).argmin(1).cpu()

# %% wrong="numbers" for="nearest" says="these are numbers, not bytes" fails="cost"
def slow_cost(n, k, d):
    return 3 * n, n * (d + k * d + 1)


def nearest(points, prototypes, device):
    points, prototypes = points.to(device), prototypes.to(device)
    return ((points.unsqueeze(1) - prototypes) ** 2).sum(2).argmin(1).cpu()

# %% wrong="on_the_cpu" for="nearest" says="nothing crossed" fails="transfers,one_wait"
def slow_cost(n, k, d):
    return 3 * n, n * (4 * d + 4 * k * d + 8)


def nearest(points, prototypes, device):
    return ((points.unsqueeze(1) - prototypes) ** 2).sum(2).argmin(1)

# %% wrong="loop_on_the_device" for="nearest" says="must not grow with the size" fails="values,one_wait"
def slow_cost(n, k, d):
    return 3 * n, n * (4 * d + 4 * k * d + 8)


def nearest(points, prototypes, device):
    points, prototypes = points.to(device), prototypes.to(device)
    indices = [((prototypes - point) ** 2).sum(1).argmin() for point in points]
    return torch.stack(indices).cpu()

# %% wrong="items" for="nearest" says="the bytes of each transfer back" fails="transfers,one_wait"
def slow_cost(n, k, d):
    return 3 * n, n * (4 * d + 4 * k * d + 8)


def nearest(points, prototypes, device):
    points, prototypes = points.to(device), prototypes.to(device)
    indices = [((prototypes - point) ** 2).sum(1).argmin().item() for point in points]
    return torch.tensor(indices, dtype=torch.int64)

# %% wrong="left_there" for="nearest" says="the indices were left on the device" fails="transfers,one_wait"
def slow_cost(n, k, d):
    return 3 * n, n * (4 * d + 4 * k * d + 8)


def nearest(points, prototypes, device):
    points, prototypes = points.to(device), prototypes.to(device)
    return ((points.unsqueeze(1) - prototypes) ** 2).sum(2).argmin(1)

# %% wrong="distances_back" for="nearest" says="find the smallest on the device" fails="transfers,one_wait"
def slow_cost(n, k, d):
    return 3 * n, n * (4 * d + 4 * k * d + 8)


def nearest(points, prototypes, device):
    points, prototypes = points.to(device), prototypes.to(device)
    return ((points.unsqueeze(1) - prototypes) ** 2).sum(2).cpu().argmin(1)

# %% wrong="farthest" for="nearest" says="this is the farthest one" fails="values"
def slow_cost(n, k, d):
    return 3 * n, n * (4 * d + 4 * k * d + 8)


def nearest(points, prototypes, device):
    points, prototypes = points.to(device), prototypes.to(device)
    return ((points.unsqueeze(1) - prototypes) ** 2).sum(2).argmax(1).cpu()

# %% wrong="one_for_all" for="nearest" says="say along which axis" fails="values,transfers,one_wait"
def slow_cost(n, k, d):
    return 3 * n, n * (4 * d + 4 * k * d + 8)


def nearest(points, prototypes, device):
    points, prototypes = points.to(device), prototypes.to(device)
    return ((points.unsqueeze(1) - prototypes) ** 2).sum(2).argmin().cpu()

# %% wrong="no_new_axis" for="nearest" says="must match" fails="values,transfers,one_wait"
def slow_cost(n, k, d):
    return 3 * n, n * (4 * d + 4 * k * d + 8)


def nearest(points, prototypes, device):
    points, prototypes = points.to(device), prototypes.to(device)
    return ((points - prototypes) ** 2).sum(-1).argmin(-1).cpu()

# %% wrong="other_axis" for="nearest" says="there is one answer for each point" fails="values,transfers,one_wait"
def slow_cost(n, k, d):
    return 3 * n, n * (4 * d + 4 * k * d + 8)


def nearest(points, prototypes, device):
    points, prototypes = points.to(device), prototypes.to(device)
    return ((points.unsqueeze(1) - prototypes) ** 2).sum(2).argmin(0).cpu()

# %% right="where" for="quiet_run"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        length = (gradient * gradient).sum().sqrt()
        gradient = torch.where(length > limit, gradient * (limit / length), gradient)
        w = w - rate * gradient
    return w, torch.stack(losses).tolist()

# %% right="divides_by_at_least_one" for="quiet_run"
def quiet_run(w: Tensor, batches, rate: float, limit: float):
    losses = torch.zeros(len(batches), dtype=w.dtype, device=w.device)
    for step, (X, y) in enumerate(batches):
        loss, gradient = loss_and_gradient(w, X, y)
        losses[step] = loss
        length = gradient.square().sum().sqrt()
        w = w - rate * gradient / (length / limit).clamp(min=1)
    return w, losses.cpu().tolist()

# %% wrong="keeps_item" for="quiet_run" says="it reads a number for each batch" fails="waits"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss.item())
        length = (gradient * gradient).sum().sqrt()
        gradient = gradient * torch.clamp(limit / length, max=1.0)
        w = w - rate * gradient
    return w, losses

# %% wrong="keeps_if" for="quiet_run" says="it asks for each batch whether the gradient is long" fails="waits"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        length = (gradient * gradient).sum().sqrt()
        if length > limit:
            gradient = gradient * (limit / length)
        w = w - rate * gradient
    return w, torch.stack(losses).tolist()

# %% wrong="as_it_was" for="quiet_run" says="it reads two numbers for each batch" fails="waits"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss.item())
        length = (gradient * gradient).sum().sqrt()
        if length > limit:
            gradient = gradient * (limit / length.item())
        w = w - rate * gradient
    return w, losses

# %% wrong="never_shortens" for="quiet_run" says="no gradient was shortened" fails="limit"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        w = w - rate * gradient
    return w, torch.stack(losses).tolist()

# %% wrong="always_the_limit" for="quiet_run" says="every gradient got the length of the limit" fails="values,limit"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        length = (gradient * gradient).sum().sqrt()
        w = w - rate * gradient * (limit / length)
    return w, torch.stack(losses).tolist()

# %% wrong="nan_at_zero" for="quiet_run" says="became NaN" fails="limit"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        length = (gradient * gradient).sum().sqrt()
        gradient = gradient / length * torch.clamp(length, max=limit)
        w = w - rate * gradient
    return w, torch.stack(losses).tolist()

# %% wrong="each_entry" for="quiet_run" says="Values:" fails="limit"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        w = w - rate * gradient.clamp(-limit, limit)
    return w, torch.stack(losses).tolist()

# %% wrong="tensors_for_floats" for="quiet_run" says="the losses are tensors still"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        length = (gradient * gradient).sum().sqrt()
        gradient = gradient * torch.clamp(limit / length, max=1.0)
        w = w - rate * gradient
    return w, losses

# %% wrong="one_tensor" for="quiet_run" says="`tolist` makes a list of it"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        length = (gradient * gradient).sum().sqrt()
        w = w - rate * gradient * torch.clamp(limit / length, max=1.0)
    return w, torch.stack(losses)

# %% wrong="tensor_of_the_list" for="quiet_run" says="it reads a number for each batch" fails="waits"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        length = (gradient * gradient).sum().sqrt()
        w = w - rate * gradient * torch.clamp(limit / length, max=1.0)
    return w, torch.tensor(losses).tolist()

# %% wrong="everything_to_the_cpu" for="quiet_run" says="Device: got cpu" fails="waits,stays"
def quiet_run(w, batches, rate, limit):
    return slow_run(w.cpu(), [(X.cpu(), y.cpu()) for X, y in batches], rate, limit)

# %% wrong="in_place" for="quiet_run" says="The call changed its argument 1 in place" fails="stays"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        length = (gradient * gradient).sum().sqrt()
        w -= rate * gradient * torch.clamp(limit / length, max=1.0)
    return w, torch.stack(losses).tolist()

# %% wrong="makes_a_tensor_each_turn" for="quiet_run" says="a tensor is made on the CPU in each turn" fails="stays"
def quiet_run(w, batches, rate, limit):
    losses = []
    for X, y in batches:
        loss, gradient = loss_and_gradient(w, X, y)
        losses.append(loss)
        length = (gradient * gradient).sum().sqrt()
        most = torch.tensor(limit, dtype=w.dtype).to(w.device)
        gradient = gradient * torch.minimum(most / length, torch.ones_like(length))
        w = w - rate * gradient
    return w, torch.stack(losses).tolist()

# %% wrong="weights_only" for="quiet_run" says="the losses are missing"
def quiet_run(w, batches, rate, limit):
    for X, y in batches:
        gradient = loss_and_gradient(w, X, y)[1]
        length = (gradient * gradient).sum().sqrt()
        w = w - rate * gradient * torch.clamp(limit / length, max=1.0)
    return w

# %% right="by_identity" for="memory_plan"
def memory_plan(model, optimizer):
    kept = {"sgd": 0, "momentum": 1, "adam": 2}
    try:
        copies = kept[optimizer]
    except KeyError:
        raise ValueError(optimizer) from None
    unique = {id(p): p for p in model.parameters()}
    parameters = trained = buffers = 0
    for p in unique.values():
        size = p.nelement() * p.dtype.itemsize
        parameters += size
        if p.requires_grad:
            trained += size
    for b in model.buffers():
        buffers += b.nelement() * b.dtype.itemsize
    state = trained * copies
    return {
        "parameters": parameters,
        "buffers": buffers,
        "gradients": trained,
        "state": state,
        "total": parameters + buffers + trained + state,
    }


def largest_batch(model, optimizer, room, sample_bytes):
    left = room - memory_plan(model, optimizer)["total"]
    if left < 0:
        return 0
    return left // sample_bytes

# %% right="nbytes" for="memory_plan"
def memory_plan(model: nn.Module, optimizer: str) -> dict:
    if optimizer == "sgd":
        copies = 0
    elif optimizer == "momentum":
        copies = 1
    elif optimizer == "adam":
        copies = 2
    else:
        raise ValueError("sgd, momentum or adam")
    parameters = sum(p.nbytes for _, p in model.named_parameters())
    buffers = sum(b.nbytes for _, b in model.named_buffers())
    gradients = sum(p.nbytes for p in model.parameters() if p.requires_grad)
    total = parameters + buffers + (1 + copies) * gradients
    return dict(parameters=parameters, buffers=buffers, gradients=gradients, state=copies * gradients, total=total)


def largest_batch(model: nn.Module, optimizer: str, room: int, sample_bytes: int) -> int:
    total = memory_plan(model, optimizer)["total"]
    return (room - total) // sample_bytes if room > total else 0

# %% wrong="numbers" for="memory_plan" says="these are numbers, not bytes"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}[optimizer]
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad)
    plan = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "buffers": sum(b.numel() for b in model.buffers()),
        "gradients": trained,
        "state": copies * trained,
    }
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0, (room - memory_plan(model, optimizer)["total"]) // sample_bytes)

# %% wrong="always_four" for="memory_plan" says="BatchNorm's counter is an int64" fails="weights"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(optimizer)
    trained = 4 * sum(p.numel() for p in model.parameters() if p.requires_grad)
    plan = {
        "parameters": 4 * sum(p.numel() for p in model.parameters()),
        "buffers": 4 * sum(b.numel() for b in model.buffers()),
        "gradients": trained,
        "state": copies[optimizer] * trained,
    }
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0, (room - memory_plan(model, optimizer)["total"]) // sample_bytes)

# %% wrong="frozen_too" for="memory_plan" says="look at requires_grad" fails="trained"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(optimizer)
    size = sum(p.numel() * p.element_size() for p in model.parameters())
    plan = {
        "parameters": size,
        "buffers": sum(b.numel() * b.element_size() for b in model.buffers()),
        "gradients": size,
        "state": copies[optimizer] * size,
    }
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0, (room - memory_plan(model, optimizer)["total"]) // sample_bytes)

# %% wrong="frozen_takes_nothing" for="memory_plan" says="frozen parameters take no memory" fails="trained"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(optimizer)
    size = sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)
    plan = {
        "parameters": size,
        "buffers": sum(b.numel() * b.element_size() for b in model.buffers()),
        "gradients": size,
        "state": copies[optimizer] * size,
    }
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0, (room - memory_plan(model, optimizer)["total"]) // sample_bytes)

# %% wrong="state_of_frozen" for="memory_plan" says="an optimiser keeps nothing for them" fails="trained"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(optimizer)
    size = sum(p.numel() * p.element_size() for p in model.parameters())
    plan = {
        "parameters": size,
        "buffers": sum(b.numel() * b.element_size() for b in model.buffers()),
        "gradients": sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad),
        "state": copies[optimizer] * size,
    }
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0, (room - memory_plan(model, optimizer)["total"]) // sample_bytes)

# %% wrong="every_place_counts" for="memory_plan" says="the shared weight counts in every place" fails="weights,shared"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(optimizer)
    size = sum(t.numel() * t.element_size() for t in model.state_dict().values())
    gradient = sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)
    frozen = any(not p.requires_grad for p in model.parameters())
    gradient = gradient if frozen else size
    plan = {"parameters": size, "buffers": 0, "gradients": gradient, "state": copies[optimizer] * gradient}
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0, (room - memory_plan(model, optimizer)["total"]) // sample_bytes)

# %% wrong="adam_keeps_one" for="memory_plan" says="adam kept one copy" fails="trained,optimizers,shared,batch"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 1}
    if optimizer not in copies:
        raise ValueError(optimizer)
    trained = sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)
    plan = {
        "parameters": sum(p.numel() * p.element_size() for p in model.parameters()),
        "buffers": sum(b.numel() * b.element_size() for b in model.buffers()),
        "gradients": trained,
        "state": copies[optimizer] * trained,
    }
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0, (room - memory_plan(model, optimizer)["total"]) // sample_bytes)

# %% wrong="any_name" for="memory_plan" says="newton" fails="optimizers"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}.get(optimizer, 0)
    trained = sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)
    plan = {
        "parameters": sum(p.numel() * p.element_size() for p in model.parameters()),
        "buffers": sum(b.numel() * b.element_size() for b in model.buffers()),
        "gradients": trained,
        "state": copies * trained,
    }
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0, (room - memory_plan(model, optimizer)["total"]) // sample_bytes)

# %% wrong="no_plan" for="memory_plan" says="the plan takes no room" fails="batch"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(optimizer)
    trained = sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)
    plan = {
        "parameters": sum(p.numel() * p.element_size() for p in model.parameters()),
        "buffers": sum(b.numel() * b.element_size() for b in model.buffers()),
        "gradients": trained,
        "state": copies[optimizer] * trained,
    }
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return room // sample_bytes

# %% wrong="negative_batch" for="memory_plan" says="where the plan does not fit, it is 0" fails="batch"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(optimizer)
    trained = sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)
    plan = {
        "parameters": sum(p.numel() * p.element_size() for p in model.parameters()),
        "buffers": sum(b.numel() * b.element_size() for b in model.buffers()),
        "gradients": trained,
        "state": copies[optimizer] * trained,
    }
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return (room - memory_plan(model, optimizer)["total"]) // sample_bytes

# %% wrong="true_division" for="memory_plan" says="half a sample does not fit" fails="batch"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(optimizer)
    trained = sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)
    plan = {
        "parameters": sum(p.numel() * p.element_size() for p in model.parameters()),
        "buffers": sum(b.numel() * b.element_size() for b in model.buffers()),
        "gradients": trained,
        "state": copies[optimizer] * trained,
    }
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0.0, (room - memory_plan(model, optimizer)["total"]) / sample_bytes)

# %% wrong="total_without_buffers" for="memory_plan" says="the total leaves out the buffers" fails="weights"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(optimizer)
    trained = sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)
    parameters = sum(p.numel() * p.element_size() for p in model.parameters())
    return {
        "parameters": parameters,
        "buffers": sum(b.numel() * b.element_size() for b in model.buffers()),
        "gradients": trained,
        "state": copies[optimizer] * trained,
        "total": parameters + trained + copies[optimizer] * trained,
    }


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0, (room - memory_plan(model, optimizer)["total"]) // sample_bytes)

# %% wrong="gone_through_once" for="memory_plan" says="so ask for it again" fails="weights,trained,optimizers,shared,batch"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(optimizer)
    parameters = model.parameters()
    plan = {
        "parameters": sum(p.numel() * p.element_size() for p in parameters),
        "buffers": sum(b.numel() * b.element_size() for b in model.buffers()),
        "gradients": sum(p.numel() * p.element_size() for p in parameters if p.requires_grad),
    }
    plan["state"] = copies[optimizer] * plan["gradients"]
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0, (room - memory_plan(model, optimizer)["total"]) // sample_bytes)

# %% wrong="state_dict_for_all" for="memory_plan" says="`state_dict` names it three times" fails="shared"
def memory_plan(model, optimizer):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    if optimizer not in copies:
        raise ValueError(optimizer)
    buffers = sum(b.numel() * b.element_size() for b in model.buffers())
    trained = sum(p.numel() * p.element_size() for p in model.parameters() if p.requires_grad)
    plan = {
        "parameters": sum(t.numel() * t.element_size() for t in model.state_dict().values()) - buffers,
        "buffers": buffers,
        "gradients": trained,
        "state": copies[optimizer] * trained,
    }
    plan["total"] = sum(plan.values())
    return plan


def largest_batch(model, optimizer, room, sample_bytes):
    return max(0, (room - memory_plan(model, optimizer)["total"]) // sample_bytes)
