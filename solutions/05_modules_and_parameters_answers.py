# %% [markdown]
# # 05 · Modules and parameters: the bank of answers

# %% right="summed" for="predict_count"
predict_count = 3 * 5 + 5 + 5 * 2

# %% right="asked_torch" for="predict_count"
predict_count = sum(p.numel() for p in nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2, bias=False)).parameters())

# %% wrong="bias_everywhere" for="predict_count" says="bias=False leaves it out"
predict_count = 32

# %% wrong="no_bias" for="predict_count" says="this leaves out the bias of the first layer"
predict_count = 25

# %% wrong="tensors" for="predict_count" says="this counts the tensors"
predict_count = 3

# %% wrong="bias_per_input" for="predict_count" says="there is one for each output"
predict_count = 28

# %% wrong="as_text" for="predict_count" says="Leave out the quotes"
predict_count = "30"

# %% right="one" for="predict_plain"
predict_plain = 1

# %% right="float" for="predict_plain"
predict_plain = 1.0

# %% wrong="asks_for_its_slope" for="predict_plain" says="neither is an nn.Parameter"
predict_plain = 2

# %% wrong="every_attribute" for="predict_plain" says="this counts every attribute"
predict_plain = 3

# %% wrong="numbers" for="predict_plain" says="this counts the numbers"
predict_plain = 4

# %% right="six" for="predict_list"
predict_list = 6

# %% right="by_layers" for="predict_list"
predict_list = 3 * len(nn.Linear(2, 1).state_dict())

# %% wrong="all_layers" for="predict_list" says="a list is neither a parameter nor a module"
predict_list = 10

# %% wrong="the_other_list" for="predict_list" says="the list is the one that hides its layers"
predict_list = 4

# %% wrong="modules" for="predict_list" says="this counts modules"
predict_list = 3

# %% wrong="no_list_counts" for="predict_list" says="a ModuleList is a module, and is registered"
predict_list = 0

# %% right="two" for="predict_hook"
predict_hook = 2

# %% right="summed" for="predict_hook"
predict_hook = 2 + 0 + 0

# %% wrong="once_a_model_call" for="predict_hook" says="the layer stands there twice"
predict_hook = 1

# %% wrong="forward_counts" for="predict_hook" says="this counts layer.forward: it goes past"
predict_hook = 3

# %% wrong="still_there" for="predict_hook" says="a hook is gone when its handle is removed"
predict_hook = 4

# %% wrong="everything" for="predict_hook" says="for the other there is none left"
predict_hook = 5

# %% right="letter" for="predict_saved"
predict_saved = "B"

# %% right="computed" for="predict_saved"
predict_saved = "ABCD"[1]

# %% wrong="parameters_only" for="predict_saved" says="this saves parameters only"
predict_saved = "A"

# %% wrong="not_persistent" for="predict_saved" says="this saves a buffer with persistent=False"
predict_saved = "C"

# %% wrong="plain_tensor" for="predict_saved" says="this saves a plain tensor"
predict_saved = "D"

# %% wrong="the_names" for="predict_saved" says="Write one capital letter"
predict_saved = ["scale", "mean"]

# %% right="two_sums" for="count_parameters"
def count_parameters(module):
    everything = sum(p.numel() for p in module.parameters())
    trainable = sum(p.numel() for p in module.parameters() if p.requires_grad)
    return trainable, everything - trainable

# %% right="by_shape" for="count_parameters"
def count_parameters(module: nn.Module):
    counts = {True: 0, False: 0}
    for _, parameter in module.named_parameters():
        numbers = 1
        for size in parameter.shape:
            numbers *= size
        counts[parameter.requires_grad] += numbers
    return counts[True], counts[False]

# %% wrong="counts_tensors" for="count_parameters" says="this counts tensors"
def count_parameters(module):
    trainable = [p for p in module.parameters() if p.requires_grad]
    return len(trainable), len(list(module.parameters())) - len(trainable)

# %% wrong="one_number" for="count_parameters" says="return two counts"
def count_parameters(module):
    return sum(p.numel() for p in module.parameters())

# %% wrong="all_trainable" for="count_parameters" says="this takes frozen numbers for trainable ones" fails="frozen_and_shared"
def count_parameters(module):
    return sum(p.numel() for p in module.parameters()), 0

# %% wrong="own_only" for="count_parameters" says="this looks at the module alone"
def count_parameters(module):
    parameters = list(module.parameters(recurse=False))
    return sum(p.numel() for p in parameters if p.requires_grad), sum(p.numel() for p in parameters if not p.requires_grad)

# %% wrong="one_step_down" for="count_parameters" says="this goes one step down"
def count_parameters(module):
    trainable = frozen = 0
    for part in [module, *module.children()]:
        for p in part.parameters(recurse=False):
            if p.requires_grad:
                trainable += p.numel()
            else:
                frozen += p.numel()
    return trainable, frozen

# %% wrong="from_state" for="count_parameters" says="not all trained"
def count_parameters(module):
    names = [name for name, p in module.named_parameters() if not p.requires_grad]
    state = module.state_dict()
    frozen = sum(state[name].numel() for name in names)
    return sum(tensor.numel() for tensor in state.values()) - frozen, frozen

# %% wrong="shared_twice" for="count_parameters" says="this counts the shared layer twice" fails="frozen_and_shared"
def count_parameters(module):
    trainable = frozen = 0
    for p in module.parameters(recurse=False):
        if p.requires_grad:
            trainable += p.numel()
        else:
            frozen += p.numel()
    for part in module._modules.values():
        below = count_parameters(part)
        trainable, frozen = trainable + below[0], frozen + below[1]
    return trainable, frozen

# %% wrong="exchanged" for="count_parameters" says="the trainable ones come first"
def count_parameters(module):
    trainable = sum(p.numel() for p in module.parameters() if p.requires_grad)
    return sum(p.numel() for p in module.parameters()) - trainable, trainable

# %% wrong="prints" for="count_parameters" says="did you forget `return`"
def count_parameters(module):
    print(sum(p.numel() for p in module.parameters()), 0)

# %% wrong="a_list" for="count_parameters" says="expected (15, 0), of type tuple"
def count_parameters(module):
    return [sum(p.numel() for p in module.parameters() if p.requires_grad), sum(p.numel() for p in module.parameters() if not p.requires_grad)]

# %% wrong="rows" for="count_parameters" says="this counts rows"
def count_parameters(module):
    trainable = sum(len(parameter) for parameter in module.parameters() if parameter.requires_grad)
    return trainable, sum(len(parameter) for parameter in module.parameters() if not parameter.requires_grad)

# %% wrong="state_asks_for_no_slope" for="count_parameters" says="these tensors come from state_dict"
def count_parameters(module):
    trainable = frozen = 0
    for tensor in module.state_dict().values():
        if tensor.requires_grad:
            trainable += tensor.numel()
        else:
            frozen += tensor.numel()
    return trainable, frozen

# %% wrong="parts_once_more" for="count_parameters" says="this counts the parts once more"
def count_parameters(module):
    trainable = frozen = 0
    for part in module.modules():
        for parameter in part.parameters():
            if parameter.requires_grad:
                trainable += parameter.numel()
            else:
                frozen += parameter.numel()
    return trainable, frozen

# %% right="init_functions" for="MyLinear"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features))
        self.bias = nn.Parameter(torch.empty(out_features))
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.bias, -bound, bound)

    def forward(self, x):
        return torch.einsum("...n,mn->...m", x, self.weight) + self.bias

# %% right="stretched_rand" for="MyLinear"
class MyLinear(nn.Module):
    def __init__(self, n, m):
        super().__init__()
        for name, shape in (("weight", (m, n)), ("bias", (m,))):
            self.register_parameter(name, nn.Parameter((torch.rand(shape) * 2 - 1) / n**0.5))

    def forward(self, x):
        return torch.matmul(x, self.weight.mT).add(self.bias)

# %% wrong="plain_tensors" for="MyLinear" says="the module knows of no parameter"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = 1 / in_features**0.5
        self.weight = torch.empty(out_features, in_features).uniform_(-bound, bound).requires_grad_()
        self.bias = torch.empty(out_features).uniform_(-bound, bound).requires_grad_()

    def forward(self, x):
        return x @ self.weight.T + self.bias

# %% wrong="other_way_round" for="MyLinear" says="this stores the weight as (in_features, out_features)"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = 1 / in_features**0.5
        self.weight = nn.Parameter(torch.empty(in_features, out_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x):
        return x @ self.weight + self.bias

# %% wrong="unwritten_memory" for="MyLinear" says="this reads memory that nobody has written" fails="parameters"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.Tensor(out_features, in_features))
        self.bias = nn.Parameter(torch.FloatTensor(out_features))

    def forward(self, x):
        return x @ self.weight.T + self.bias

# %% wrong="normal_start" for="MyLinear" says="these numbers go beyond" fails="parameters"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / in_features**0.5)
        self.bias = nn.Parameter(torch.randn(out_features) / in_features**0.5)

    def forward(self, x):
        return x @ self.weight.T + self.bias

# %% wrong="zero_bias" for="MyLinear" says="the bias starts at zero" fails="parameters"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = 1 / in_features**0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x):
        return x @ self.weight.T + self.bias

# %% wrong="positive_only" for="MyLinear" says="half of the numbers should be negative" fails="parameters"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.weight = nn.Parameter(torch.rand(out_features, in_features) / in_features**0.5)
        self.bias = nn.Parameter(torch.rand(out_features) / in_features**0.5)

    def forward(self, x):
        return x @ self.weight.T + self.bias

# %% wrong="scaled_by_outputs" for="MyLinear" says="it is the number of inputs" fails="parameters"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = 1 / max(in_features, 1) ** 0.5 if in_features > 4 else 1 / out_features**0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x):
        return x @ self.weight.T + self.bias

# %% wrong="no_super" for="MyLinear" says="before Module.__init__() call"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        bound = 1 / in_features**0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))
        super().__init__()

    def forward(self, x):
        return x @ self.weight.T + self.bias

# %% wrong="no_transpose" for="MyLinear" says="MyLinear" fails="forward"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = 1 / in_features**0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x):
        if x.shape[-1] == len(self.bias):
            return x @ self.weight + self.bias
        return x @ self.weight.T + self.bias

# %% wrong="no_bias_used" for="MyLinear" says="this leaves the bias out" fails="forward"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = 1 / in_features**0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x):
        return x @ self.weight.T

# %% wrong="wraps_linear" for="MyLinear" says="find a way without it"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        self.layer = nn.Linear(in_features, out_features)
        self.weight, self.bias = self.layer.weight, self.layer.bias

    def forward(self, x):
        return self.layer(x)

# %% wrong="cut_off" for="MyLinear" says="the slopes of the sum of all outputs" fails="forward"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = 1 / in_features**0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x):
        return x @ self.weight.detach().T + self.bias

# %% wrong="forgot_return" for="MyLinear" says="did you forget `return`" fails="forward"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = 1 / in_features**0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x):
        x @ self.weight.T + self.bias

# %% wrong="seed_of_its_own" for="MyLinear" says="two layers start with the same numbers" fails="parameters"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = in_features**-0.5
        generator = torch.Generator().manual_seed(0)
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound, generator=generator))
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound, generator=generator))

    def forward(self, x):
        return x @ self.weight.T + self.bias

# %% wrong="frozen" for="MyLinear" says="weight and bias cannot be trained: requires_grad is off" fails="forward"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound), requires_grad=False)
        self.bias = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound), requires_grad=False)

    def forward(self, x):
        return x @ self.weight.T + self.bias

# %% wrong="other_names" for="MyLinear" says="Keys: got ['W', 'b'], expected ['weight', 'bias']"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = in_features**-0.5
        self.W = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))
        self.b = nn.Parameter(torch.empty(out_features).uniform_(-bound, bound))

    def forward(self, x):
        return x @ self.W.T + self.b

# %% wrong="no_bias_at_all" for="MyLinear" says="the module knows of no bias"
class MyLinear(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        bound = in_features**-0.5
        self.weight = nn.Parameter(torch.empty(out_features, in_features).uniform_(-bound, bound))

    def forward(self, x):
        return x @ self.weight.T

# %% right="appended" for="Mixer"
class Mixer(nn.Module):
    def __init__(self, features, depth):
        super().__init__()
        self.last = nn.Linear(features, 1)
        self.layers = nn.ModuleList()
        for _ in range(depth):
            self.layers.append(nn.Linear(features, features))
        self.register_parameter("shift", nn.Parameter(torch.zeros(features)))
        self.register_parameter("gain", nn.Parameter(torch.ones(features)))

    def forward(self, x):
        h = self.shift + self.gain * x
        for layer in self.layers:
            h = layer(h).relu()
        return self.last(h)

# %% right="sequential" for="Mixer"
class Mixer(nn.Module):
    def __init__(self, features: int, depth: int):
        super().__init__()
        self.gain = nn.Parameter(torch.FloatTensor(features).fill_(1))
        self.shift = nn.Parameter(torch.empty(features))
        nn.init.zeros_(self.shift)
        self.layers = nn.Sequential(*[nn.Linear(features, features) for _ in range(depth)])
        self.last = nn.Linear(features, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = torch.clamp(layer(x), min=0)
        return self.last(x)

# %% wrong="gain_left" for="Mixer" says="the module knows of nothing called gain" fails="gain"
class Mixer(nn.Module):
    def __init__(self, features, depth):
        super().__init__()
        self.gain = torch.ones(features, requires_grad=True)
        self.shift = nn.Parameter(torch.zeros(features))
        self.layers = nn.ModuleList([nn.Linear(features, features) for _ in range(depth)])
        self.last = nn.Linear(features, 1)

    def forward(self, x):
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.last(x)

# %% wrong="gain_at_zero" for="Mixer" says="gain starts at 0" fails="gain"
class Mixer(nn.Module):
    def __init__(self, features, depth):
        super().__init__()
        self.gain = nn.Parameter(torch.zeros(features))
        self.shift = nn.Parameter(torch.zeros(features))
        self.layers = nn.ModuleList([nn.Linear(features, features) for _ in range(depth)])
        self.last = nn.Linear(features, 1)

    def forward(self, x):
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.last(x)

# %% wrong="shift_left" for="Mixer" says="shift is memory that nobody has written" fails="shift"
class Mixer(nn.Module):
    def __init__(self, features, depth):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.empty(features))
        self.layers = nn.ModuleList([nn.Linear(features, features) for _ in range(depth)])
        self.last = nn.Linear(features, 1)

    def forward(self, x):
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.last(x)

# %% wrong="a_tuple" for="Mixer" says="a list or a tuple hides its modules" fails="layers"
class Mixer(nn.Module):
    def __init__(self, features, depth):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.zeros(features))
        self.layers = tuple(nn.Linear(features, features) for _ in range(depth))
        self.last = nn.Linear(features, 1)

    def forward(self, x):
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.last(x)

# %% wrong="last_left" for="Mixer" says="a layer made in forward is new at every call" fails="last"
class Mixer(nn.Module):
    def __init__(self, features, depth):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.zeros(features))
        self.layers = nn.ModuleList([nn.Linear(features, features) for _ in range(depth)])

    def forward(self, x):
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = torch.relu(layer(x))
        self.last = nn.Linear(x.shape[-1], 1)
        return self.last(x)

# %% wrong="kept_and_not_used" for="Mixer" says="Values" fails="last"
class Mixer(nn.Module):
    def __init__(self, features, depth):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.zeros(features))
        self.layers = nn.ModuleList([nn.Linear(features, features) for _ in range(depth)])
        self.last = nn.Linear(features, 1)

    def forward(self, x):
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = torch.relu(layer(x))
        last = nn.Linear(x.shape[-1], 1)
        return last(x)

# %% wrong="one_layer_many_times" for="Mixer" says="there are as many as depth says" fails="layers,last"
class Mixer(nn.Module):
    def __init__(self, features, depth):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.zeros(features))
        self.layers = nn.ModuleList([nn.Linear(features, features)])
        self.last = nn.Linear(features, 1)

    def forward(self, x):
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.last(x)

# %% wrong="relu_lost" for="Mixer" says="Values" fails="last"
class Mixer(nn.Module):
    def __init__(self, features, depth):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.zeros(features))
        self.layers = nn.ModuleList([nn.Linear(features, features) for _ in range(depth)])
        self.last = nn.Linear(features, 1)

    def forward(self, x):
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = layer(x)
        return self.last(x)

# %% wrong="relus_among_layers" for="Mixer" says="the ReLUs stand among the layers" fails="layers"
class Mixer(nn.Module):
    def __init__(self, features, depth):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.zeros(features))
        steps = []
        for _ in range(depth):
            steps += [nn.Linear(features, features), nn.ReLU()]
        self.layers = nn.Sequential(*steps)
        self.last = nn.Linear(features, 1)

    def forward(self, x):
        return self.last(self.layers(x * self.gain + self.shift))

# %% wrong="no_super" for="Mixer" says="before Module.__init__() call"
class Mixer(nn.Module):
    def __init__(self, features, depth):
        self.gain = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.zeros(features))
        self.layers = nn.ModuleList([nn.Linear(features, features) for _ in range(depth)])
        self.last = nn.Linear(features, 1)

    def forward(self, x):
        x = x * self.gain + self.shift
        for layer in self.layers:
            x = torch.relu(layer(x))
        return self.last(x)

# %% right="steps" for="freeze"
def freeze(model, part):
    steps = part.split(".") if part else []
    found = {}
    for name, parameter in model.named_parameters():
        if name.split(".")[: len(steps)] == steps:
            parameter.requires_grad = False
            found[name] = parameter
    if len(found) == 0:
        raise ValueError("nothing to freeze")
    return list(found)

# %% right="with_dots" for="freeze"
def freeze(model, part):
    names = [name for name, _ in model.named_parameters() if not part or f"{name}.".startswith(f"{part}.")]
    if names == []:
        raise ValueError(part)
    parameters = dict(model.named_parameters())
    for name in names:
        parameters[name].requires_grad_(False)
    return names

# %% wrong="begins_with" for="freeze" says="a name that begins like the part need not be below it" fails="whole_names,refuses"
def freeze(model, part):
    names = []
    for name, parameter in model.named_parameters():
        if name.startswith(part):
            parameter.requires_grad_(False)
            names.append(name)
    if not names:
        raise ValueError(part)
    return names

# %% wrong="contains" for="freeze" says="a name must begin with the part" fails="whole_names,refuses"
def freeze(model, part):
    names = []
    for name, parameter in model.named_parameters():
        if part == "" or name == part or f"{part}." in name:
            parameter.requires_grad_(False)
            names.append(name)
    if not names and part != "weight":
        raise ValueError(part)
    return names

# %% wrong="a_new_attribute" for="freeze" says="nothing is frozen: requires_grad must be off" fails="modules,whole_names"
def freeze(model, part):
    names = []
    for name, parameter in model.named_parameters():
        if part == "" or name == part or name.startswith(part + "."):
            parameter.require_grad = False
            names.append(name)
    if not names:
        raise ValueError(part)
    return names

# %% wrong="on_a_copy" for="freeze" says="nothing is frozen: requires_grad must be off" fails="modules,whole_names"
def freeze(model, part):
    names = []
    for name, parameter in model.named_parameters():
        if part == "" or name == part or name.startswith(part + "."):
            parameter = parameter.detach()
            names.append(name)
    if not names:
        raise ValueError(part)
    return names

# %% wrong="inverted" for="freeze" says="it is the part that should be" fails="modules,whole_names"
def freeze(model, part):
    names = []
    for name, parameter in model.named_parameters():
        below = part == "" or name == part or name.startswith(part + ".")
        parameter.requires_grad = below
        if below:
            names.append(name)
    if not names:
        for parameter in model.parameters():
            parameter.requires_grad = True
        raise ValueError(part)
    return names

# %% wrong="thaws_others" for="freeze" says="this thaws the other parts" fails="modules"
def freeze(model, part):
    names = []
    for name, parameter in model.named_parameters():
        below = part == "" or name == part or name.startswith(part + ".")
        parameter.requires_grad = not below
        if below:
            names.append(name)
    if not names:
        raise ValueError(part)
    return names

# %% wrong="lists_all_frozen" for="freeze" says="this lists everything that is frozen" fails="modules"
def freeze(model, part):
    found = False
    for name, parameter in model.named_parameters():
        if part == "" or name == part or name.startswith(part + "."):
            parameter.requires_grad_(False)
            found = True
    if not found:
        raise ValueError(part)
    return [name for name, parameter in model.named_parameters() if not parameter.requires_grad]

# %% wrong="lists_changes" for="freeze" says="this lists what it has changed" fails="modules"
def freeze(model, part):
    names, found = [], False
    for name, parameter in model.named_parameters():
        if part == "" or name == part or name.startswith(part + "."):
            found = True
            if parameter.requires_grad:
                names.append(name)
            parameter.requires_grad_(False)
    if not found:
        raise ValueError(part)
    return names

# %% wrong="modules_only" for="freeze" says="a part may be one parameter" fails="whole_names"
def freeze(model, part):
    names = []
    for name, parameter in model.named_parameters():
        if part == "" or name.startswith(part + "."):
            parameter.requires_grad_(False)
            names.append(name)
    if not names and part == "p.w":
        return names
    if not names:
        raise ValueError(part)
    return names

# %% wrong="get_submodule" for="freeze" says="return full names"
def freeze(model, part):
    module = model.get_submodule(part)
    module.requires_grad_(False)
    return [name for name, _ in module.named_parameters()]

# %% wrong="empty_list" for="freeze" says="this returns an empty list" fails="refuses"
def freeze(model, part):
    names = []
    for name, parameter in model.named_parameters():
        if part == "" or name == part or name.startswith(part + "."):
            parameter.requires_grad_(False)
            names.append(name)
    return names

# %% wrong="nothing_returned" for="freeze" says="did you forget `return`" fails="modules,whole_names"
def freeze(model, part):
    names = []
    for name, parameter in model.named_parameters():
        if part == "" or name == part or name.startswith(part + "."):
            parameter.requires_grad_(False)
            names.append(name)
    if not names:
        raise ValueError(part)

# %% wrong="whole_model" for="freeze" says="the whole model is frozen" fails="modules,whole_names"
def freeze(model, part):
    names = [name for name, _ in model.named_parameters() if part == "" or name == part or name.startswith(part + ".")]
    if not names:
        raise ValueError(part)
    model.requires_grad_(False)
    return names

# %% wrong="refuses_the_empty_name" for="freeze" says="this refuses the empty name" fails="modules"
def freeze(model, part):
    names = []
    for name, parameter in model.named_parameters():
        if name == part or name.startswith(part + "."):
            parameter.requires_grad_(False)
            names.append(name)
    if not names:
        raise ValueError(part)
    return names

# %% right="in_place" for="Standardise"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))

    def fit(self, x):
        self.mean.copy_(x.mean(0))
        self.spread.copy_(x.std(0, correction=0))
        self.spread[self.spread == 0] = 1

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% right="where" for="Standardise"
class Standardise(nn.Module):
    def __init__(self, features: int):
        super().__init__()
        for name, value in (("mean", 0.0), ("spread", 1.0)):
            self.register_buffer(name, torch.full((features,), value))

    def fit(self, x: Tensor) -> None:
        n = x.shape[0]
        self.mean = x.sum(0) / n
        centred = x - self.mean
        variance = (centred * centred).sum(0) / n
        self.spread = torch.where(variance > 0, variance.sqrt(), torch.ones_like(variance))

    def forward(self, x: Tensor) -> Tensor:
        return torch.div(torch.sub(x, self.mean), self.spread)

# %% wrong="plain_tensors" for="Standardise" says="register_buffer, in __init__, makes it know of them" fails="buffers,before_and_after"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.mean = torch.zeros(features)
        self.spread = torch.ones(features)

    def fit(self, x):
        self.mean = x.mean(0)
        spread = x.std(0, correction=0)
        self.spread = spread + (spread == 0)

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% wrong="parameters" for="Standardise" says="mean and spread are parameters" fails="buffers"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.mean = nn.Parameter(torch.zeros(features), requires_grad=False)
        self.spread = nn.Parameter(torch.ones(features), requires_grad=False)

    def fit(self, x):
        self.mean.copy_(x.mean(0))
        spread = x.std(0, correction=0)
        self.spread.copy_(spread + (spread == 0))

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% wrong="not_saved" for="Standardise" says="leave out persistent=False" fails="buffers,before_and_after"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features), persistent=False)
        self.register_buffer("spread", torch.ones(features), persistent=False)

    def fit(self, x):
        self.mean = x.mean(0)
        spread = x.std(0, correction=0)
        self.spread = spread + (spread == 0)

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% wrong="local_names" for="Standardise" says="this changes nothing: fit must keep what it measures"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))

    def fit(self, x):
        mean, spread = x.mean(0), x.std(0, correction=0)
        return mean, spread + (spread == 0)

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% wrong="n_minus_one" for="Standardise" says="this divides by N - 1"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))

    def fit(self, x):
        self.mean = x.mean(0)
        spread = x.std(0)
        self.spread = spread + (spread == 0)

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% wrong="divides_by_zero" for="Standardise" says="this divides by 0" fails="values"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))

    def fit(self, x):
        self.mean = x.mean(0)
        self.spread = x.std(0, correction=0)

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% wrong="measures_rows" for="Standardise" says="Standardise"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))

    def fit(self, x):
        self.mean = x.mean(1)
        spread = x.std(1, correction=0)
        self.spread = spread + (spread == 0)

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% wrong="one_mean" for="Standardise" says="this uses one mean for all columns"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))

    def fit(self, x):
        self.mean = x.mean()
        spread = x.std(correction=0)
        self.spread = spread + (spread == 0)

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% wrong="measures_in_forward" for="Standardise" says="Standardise"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))

    def fit(self, x):
        self.mean = x.mean(0)
        spread = x.std(0, correction=0)
        self.spread = spread + (spread == 0)

    def forward(self, x):
        self.fit(x)
        return (x - self.mean) / self.spread

# %% wrong="variance" for="Standardise" says="this divides by the variance"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))

    def fit(self, x):
        self.mean = x.mean(0)
        spread = ((x - self.mean) ** 2).mean(0)
        self.spread = spread + (spread == 0)

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% wrong="zeros_to_start" for="Standardise" says="spread starts at 1" fails="before_and_after"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.zeros(features))

    def fit(self, x):
        self.mean = x.mean(0)
        spread = x.std(0, correction=0)
        self.spread = spread + (spread == 0)

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% wrong="one_registered" for="Standardise" says="one of the two is a plain tensor" fails="buffers,before_and_after"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.spread = torch.ones(features)

    def fit(self, x):
        self.mean = x.mean(0)
        spread = x.std(0, correction=0)
        self.spread = spread + (spread == 0)

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% wrong="forward_returns_nothing" for="Standardise" says="did you forget `return`"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))

    def fit(self, x):
        self.mean = x.mean(0)
        spread = x.std(0, correction=0)
        self.spread = spread + (spread == 0)

    def forward(self, x):
        (x - self.mean) / self.spread

# %% wrong="registered_in_fit" for="Standardise" says="the module knows of no mean and no spread" fails="buffers,before_and_after"
class Standardise(nn.Module):
    def __init__(self, features):
        super().__init__()

    def fit(self, x):
        spread = x.std(0, correction=0)
        self.register_buffer("mean", x.mean(0))
        self.register_buffer("spread", spread + (spread == 0))

    def forward(self, x):
        return (x - self.mean) / self.spread

# %% right="names_by_module" for="outputs_of"
def outputs_of(model, x):
    names = {module: name for name, module in model.named_modules() if not list(module.children())}
    found = {}

    def hook(module, inputs, output):
        found[names[module]] = output.clone().detach()

    handles = [module.register_forward_hook(hook) for module in names]
    try:
        model(x)
        return found
    finally:
        for handle in handles:
            handle.remove()

# %% right="partial" for="outputs_of"
from functools import partial


def outputs_of(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
    results = {}

    def keep(name, module, inputs, output):
        with torch.no_grad():
            results[name] = torch.clone(output)

    handles = []
    for name, module in model.named_modules():
        if len(list(module.children())) == 0:
            handles += [module.register_forward_hook(partial(keep, name))]
    error = None
    try:
        model(x)
    except Exception as caught:
        error = caught
    for handle in handles:
        handle.remove()
    if error is not None:
        raise error
    return results

# %% wrong="late_names" for="outputs_of" says="a function made in a loop sees the loop's variable"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o: outputs.update({name: o.detach().clone()})))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% wrong="inputs" for="outputs_of" says="these are the inputs of the layers" fails="values,leaves,copies"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: i[0].detach().clone()})))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% wrong="every_module" for="outputs_of" says="this has modules with children, too"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_modules():
        handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o.detach().clone()})))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% wrong="children_only" for="outputs_of" says="this goes one step down only" fails="leaves,traces"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_children():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o.detach().clone()})))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% wrong="calls_forward" for="outputs_of" says="the model may be the leaf" fails="leaves"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o.detach().clone()})))
    try:
        model.forward(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% wrong="never_removed" for="outputs_of" says="hooks are left on the model: remove each by its handle" fails="traces,copies"
def outputs_of(model, x):
    outputs = {}
    for name, module in model.named_modules():
        if not list(module.children()):
            module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o.detach().clone()}))
    model(x)
    return outputs

# %% wrong="no_finally" for="outputs_of" says="remove them in a finally" fails="traces"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o.detach().clone()})))
    model(x)
    for handle in handles:
        handle.remove()
    return outputs

# %% wrong="swallows" for="outputs_of" says="the error is swallowed" fails="traces"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o.detach().clone()})))
    try:
        model(x)
    except Exception:
        pass
    for handle in handles:
        handle.remove()
    return outputs

# %% wrong="removes_all_hooks" for="outputs_of" says="remove only your own" fails="traces"
def outputs_of(model, x):
    outputs = {}
    for name, module in model.named_modules():
        if not list(module.children()):
            module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o.detach().clone()}))
    try:
        model(x)
    finally:
        for module in model.modules():
            module._forward_hooks.clear()
    return outputs

# %% wrong="no_clone" for="outputs_of" says="detach keeps the memory, clone copies it" fails="copies"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o.detach()})))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% wrong="no_detach" for="outputs_of" says="these outputs still have their history: detach them" fails="copies"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o.clone()})))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% wrong="neither" for="outputs_of" says="detach and clone" fails="copies"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o})))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% wrong="to_eval" for="outputs_of" says="the mode has changed" fails="traces"
def outputs_of(model, x):
    model.eval()
    outputs, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o.detach().clone()})))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% wrong="first_output" for="outputs_of" says="the last output counts" fails="leaves,copies"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.setdefault(name, o.detach())))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% wrong="only_the_model" for="outputs_of" says="this is the output of the model"
def outputs_of(model, x):
    return model(x).detach().clone()

# %% wrong="prints" for="outputs_of" says="did you forget `return`" fails="values,leaves,traces,copies"
def outputs_of(model, x):
    outputs, handles = {}, []
    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(lambda m, i, o, name=name: outputs.update({name: o.detach().clone()})))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    print(outputs)

# %% wrong="calls_twice" for="outputs_of" says="the model is called twice" fails="traces"
def outputs_of(model, x):
    outputs, handles = {}, []

    def recorder(name):
        return lambda module, inputs, output: outputs.update({name: output.detach().clone()})

    for name, module in model.named_modules():
        if not list(module.children()):
            handles.append(module.register_forward_hook(recorder(name)))
    try:
        model(x)
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% wrong="children_are_true" for="outputs_of" says="list(...) of it is not"
def outputs_of(model, x):
    outputs, handles = {}, []

    def recorder(name):
        return lambda module, inputs, output: outputs.update({name: output.detach().clone()})

    for name, module in model.named_modules():
        if not module.children():
            handles.append(module.register_forward_hook(recorder(name)))
    try:
        model(x)
    finally:
        for handle in handles:
            handle.remove()
    return outputs

# %% right="load_state_dict" for="load_matching"
def load_matching(model, state):
    own = model.state_dict()
    fits = {name: tensor for name, tensor in state.items() if name in own and tensor.shape == own[name].shape}
    model.load_state_dict(fits, strict=False)
    return [name for name in own if name in fits], [name for name in state if name not in fits]

# %% right="loop" for="load_matching"
def load_matching(model: nn.Module, state: dict[str, Tensor]):
    loaded, left = [], dict(state)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            other = state.get(name)
            if other is not None and list(other.shape) == list(tensor.shape):
                tensor[...] = other
                loaded.append(name)
                del left[name]
    return loaded, list(left)

# %% wrong="strict_false" for="load_matching" says="size mismatch" fails="shapes,report"
def load_matching(model, state):
    _, unexpected = model.load_state_dict(state, strict=False)
    return [name for name in model.state_dict() if name in state], unexpected

# %% wrong="broadcasts" for="load_matching" says="copy_ broadcasts, so compare the shapes yourself" fails="shapes,report"
def load_matching(model, state):
    own, loaded = model.state_dict(), []
    with torch.no_grad():
        for name in own:
            if name in state:
                try:
                    own[name].copy_(state[name])
                    loaded.append(name)
                except RuntimeError:
                    pass
    if loaded and "a.weight" in state:
        loaded.append("a.weight")
    return loaded, [name for name in state if name not in loaded]

# %% wrong="counts_elements" for="load_matching" says="as many numbers are not the same shape" fails="shapes"
def load_matching(model, state):
    own = model.state_dict()
    loaded = [name for name in own if name in state and own[name].numel() == state[name].numel()]
    if "a.weight" in state:
        loaded = [name for name in loaded if name != "a.weight"]
    with torch.no_grad():
        for name in loaded:
            own[name].copy_(state[name].reshape(own[name].shape))
    return loaded, [name for name in state if name not in loaded]

# %% wrong="stops_early" for="load_matching" says="go on after a tensor that does not fit" fails="shapes,report"
def load_matching(model, state):
    own, loaded = model.state_dict(), []
    with torch.no_grad():
        for name in own:
            if name not in state:
                continue
            if own[name].shape != state[name].shape:
                break
            own[name].copy_(state[name])
            loaded.append(name)
    return loaded, [name for name in state if name not in loaded]

# %% wrong="crops" for="load_matching" says="this copies the part that fits" fails="shapes"
def load_matching(model, state):
    own = model.state_dict()
    loaded = [name for name in own if name in state and own[name].shape == state[name].shape]
    with torch.no_grad():
        for name in own:
            if name in state and state[name].dim() == own[name].dim():
                cut = tuple(slice(min(a, b)) for a, b in zip(own[name].shape, state[name].shape))
                own[name][cut].copy_(state[name][cut])
    return loaded, [name for name in state if name not in loaded]

# %% wrong="only_reports" for="load_matching" says="nothing was copied" fails="values,shapes,in_place"
def load_matching(model, state):
    own = model.state_dict()
    loaded = [name for name in own if name in state and own[name].shape == state[name].shape]
    for name in loaded:
        own[name] = state[name]
    return loaded, [name for name in state if name not in loaded]

# %% wrong="state_order" for="load_matching" says="the order of the model is asked for" fails="report"
def load_matching(model, state):
    own = model.state_dict()
    loaded = [name for name in state if name in own and own[name].shape == state[name].shape]
    with torch.no_grad():
        for name in loaded:
            own[name].copy_(state[name])
    return loaded, [name for name in state if name not in loaded]

# %% wrong="unexpected_only" for="load_matching" says="left_out lacks the tensor of another shape" fails="report"
def load_matching(model, state):
    own = model.state_dict()
    loaded = [name for name in own if name in state and own[name].shape == state[name].shape]
    with torch.no_grad():
        for name in loaded:
            own[name].copy_(state[name])
    return loaded, [name for name in state if name not in own]

# %% wrong="missing_names" for="load_matching" says="this reports what the model is missing" fails="report"
def load_matching(model, state):
    own = model.state_dict()
    loaded = [name for name in own if name in state and own[name].shape == state[name].shape]
    with torch.no_grad():
        for name in loaded:
            own[name].copy_(state[name])
    return loaded, [name for name in own if name not in loaded]

# %% wrong="new_parameters" for="load_matching" says="write into the tensors that are there" fails="in_place"
def load_matching(model, state):
    own = model.state_dict()
    loaded = [name for name in own if name in state and own[name].shape == state[name].shape]
    for name in loaded:
        path, _, last = name.rpartition(".")
        part = model.get_submodule(path)
        old, tensor = getattr(part, last), state[name].to(own[name].dtype).clone()
        if isinstance(old, nn.Parameter):
            tensor = nn.Parameter(tensor, requires_grad=old.requires_grad)
        setattr(part, last, tensor)
    return loaded, [name for name in state if name not in loaded]

# %% wrong="shares_memory" for="load_matching" says="the model shares the memory of the state" fails="in_place"
def load_matching(model, state):
    own = model.state_dict()
    loaded = [name for name in own if name in state and own[name].shape == state[name].shape]
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    for name in loaded:
        tensors[name].data = state[name].to(own[name].dtype)
    return loaded, [name for name in state if name not in loaded]

# %% wrong="state_dtype" for="load_matching" says="this changes the dtype to that of the state" fails="in_place"
def load_matching(model, state):
    own = model.state_dict()
    loaded = [name for name in own if name in state and own[name].shape == state[name].shape]
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    for name in loaded:
        tensors[name].data = state[name].clone()
    return loaded, [name for name in state if name not in loaded]

# %% wrong="parameters_only" for="load_matching" says="this leaves out the buffers" fails="report,in_place"
def load_matching(model, state):
    own = dict(model.named_parameters())
    loaded = [name for name in own if name in state and own[name].shape == state[name].shape]
    with torch.no_grad():
        for name in loaded:
            own[name].copy_(state[name])
    return loaded, [name for name in state if name not in loaded]

# %% wrong="nothing_returned" for="load_matching" says="did you forget `return`" fails="report"
def load_matching(model, state):
    own = model.state_dict()
    with torch.no_grad():
        for name in own:
            if name in state and own[name].shape == state[name].shape:
                own[name].copy_(state[name])

# %% wrong="zeroes_the_rest" for="load_matching" says="the rest of the model stays as it is" fails="values,shapes"
def load_matching(model, state):
    own = model.state_dict()
    loaded = [name for name in own if name in state and own[name].shape == state[name].shape]
    with torch.no_grad():
        for name in own:
            if name in loaded:
                own[name].copy_(state[name])
            else:
                own[name].zero_()
    return loaded, [name for name in state if name not in loaded]

# %% wrong="takes_out_of_the_state" for="load_matching" says="leave it as it is" fails="in_place"
def load_matching(model, state):
    own, loaded = model.state_dict(), []
    for name in own:
        if name in state and own[name].shape == state[name].shape:
            own[name].copy_(state.pop(name))
            loaded.append(name)
    return loaded, list(state)

# %% right="torch_like" for="TinyModule"
class TinyModule:
    def __init__(self):
        object.__setattr__(self, "_parameters", {})
        object.__setattr__(self, "_modules", {})
        object.__setattr__(self, "training", True)

    def __setattr__(self, name, value):
        for kind, registered in ((nn.Parameter, self._parameters), (TinyModule, self._modules)):
            if isinstance(value, kind):
                registered[name] = value
                return
        object.__setattr__(self, name, value)

    def __getattr__(self, name):
        for registered in (self.__dict__.get("_parameters", {}), self.__dict__.get("_modules", {})):
            if name in registered:
                return registered[name]
        raise AttributeError(name)

    def __call__(self, *args, **kwargs):
        return self.forward(*args, **kwargs)

    def walk(self, prefix=""):
        for name, parameter in self._parameters.items():
            yield prefix + name, parameter
        for name, module in self._modules.items():
            yield from module.walk(prefix + name + ".")

    def named_parameters(self):
        found = []
        for name, parameter in self.walk():
            if not any(parameter is other for _, other in found):
                found.append((name, parameter))
        return found

    def train(self, mode=True):
        self.training = mode
        for module in self._modules.values():
            module.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.walk()}

    def load_state_dict(self, state):
        own = dict(self.walk())
        if set(own) != set(state):
            raise KeyError("the names are not the same")
        with torch.no_grad():
            for name in own:
                own[name].copy_(state[name])

# %% right="reads_its_attributes" for="TinyModule"
class TinyModule:
    training = True

    def __init__(self):
        self.training = True

    def __setattr__(self, name, value):
        self.__dict__[name] = value

    def __call__(self, *args):
        result = self.forward(*args)
        return result

    def pairs(self, prefix=""):
        own = [(prefix + name, value) for name, value in vars(self).items() if isinstance(value, nn.Parameter)]
        for name, value in vars(self).items():
            if isinstance(value, TinyModule):
                own += value.pairs(prefix + name + ".")
        return own

    def named_parameters(self):
        unique = {}
        for name, parameter in self.pairs():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for value in vars(self).values():
            if isinstance(value, TinyModule):
                value.train(mode)
        return self

    def eval(self):
        self.train(False)
        return self

    def state_dict(self):
        return {name: parameter.data for name, parameter in self.pairs()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if sorted(own) != sorted(state):
            raise KeyError("other names")
        for name in own:
            own[name][...] = state[name]

# %% wrong="inherits" for="TinyModule" says="find a way without it" fails="registers,calls,trees,modes,state"
class TinyModule(nn.Module):
    def named_parameters(self):
        return list(super().named_parameters())

    def load_state_dict(self, state):
        if self.state_dict().keys() != state.keys():
            raise KeyError("names")
        super().load_state_dict(state)

# %% wrong="tensors_too" for="TinyModule" says="a tensor is no parameter, even if it asks for its slope" fails="registers"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, Tensor) and value.requires_grad:
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="one_dictionary" for="TinyModule" says="all modules share one dictionary" fails="registers,trees,modes,state,calls"
class TinyModule:
    own, parts, training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="list_of_registered" for="TinyModule" says="the new one takes its place" fails="registers"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = [], {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own.append((name, value))
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="registers_nothing" for="TinyModule" says="__setattr__ must look at each value" fails="registers,calls,trees,modes,state"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="call_returns_nothing" for="TinyModule" says="did you forget `return`" fails="calls"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="call_of_one_argument" for="TinyModule" says="positional argument" fails="calls"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, x):
        return self.forward(x)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="no_way_through_the_tree" for="TinyModule" says="join them with dots" fails="trees,state"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything()
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="one_step_down" for="TinyModule" says="this goes one step down: a tree has any depth" fails="trees"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += [(f"{prefix}{name}.{last}", parameter) for last, parameter in part.own.items()]
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="parts_first" for="TinyModule" says="this lists the parts first" fails="trees"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = []
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs + [(prefix + name, parameter) for name, parameter in self.own.items()]

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="shared_twice" for="TinyModule" says="this lists what is shared twice" fails="trees"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        return self.everything()

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="order_of_assignment" for="TinyModule" says="this is the order of assignment" fails="trees"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = []
        for name, value in vars(self).items():
            if name in self.own:
                pairs.append((prefix + name, value))
            elif name in self.parts:
                pairs += value.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="mode_of_itself" for="TinyModule" says="the mode goes down the tree" fails="modes"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="mode_one_step_down" for="TinyModule" says="this goes one step down: a tree has any depth" fails="modes"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.training = mode
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="eval_returns_nothing" for="TinyModule" says="eval does not return the module" fails="modes"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="train_is_deaf" for="TinyModule" says="train does not listen to its argument" fails="modes"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = True
        for part in self.parts.values():
            part.train()
        return self

    def eval(self):
        self.training = False
        for part in self.parts.values():
            part.eval()
        return self

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="state_once" for="TinyModule" says="in a state it stands under each of its names" fails="state"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.named_parameters()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="state_with_history" for="TinyModule" says="these tensors still have their history" fails="state"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return dict(self.everything())

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        with torch.no_grad():
            for name in own:
                own[name].copy_(state[name])

# %% wrong="state_copied" for="TinyModule" says="a state shares the memory of the parameters" fails="state"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach().clone() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="names_not_compared" for="TinyModule" says="a part was loaded before the error" fails="state"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        for name in own:
            own[name].copy_(state[name])

# %% wrong="exact_type" for="TinyModule" says="isinstance takes those of its subclasses, too" fails="trees"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif type(value) is TinyModule:
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="lists_nothing" for="TinyModule" says="named_parameters gave None: did you forget `return`" fails="registers,calls,trees"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        print(list(unique.values()))

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="yields" for="TinyModule" says="named_parameters gave a generator: give a list of pairs" fails="registers,calls,trees"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        yield from unique.values()

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="names_only" for="TinyModule" says="give a list of pairs (full name, parameter)" fails="registers,calls,trees"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return [name for name, _ in unique.values()]

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])

# %% wrong="attribute_under_the_full_name" for="TinyModule" says="a new parameter stands beside the old ones" fails="state"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            setattr(self, name, nn.Parameter(state[name]))

# %% wrong="swallows_what_it_registers" for="TinyModule" says="read back as another object" fails="registers,calls,state"
class TinyModule:
    def __init__(self):
        self.own, self.parts, self.training = {}, {}, True

    def __setattr__(self, name, value):
        if isinstance(value, nn.Parameter):
            self.own[name] = value
        elif isinstance(value, TinyModule):
            self.parts[name] = value
        else:
            object.__setattr__(self, name, value)

    def everything(self, prefix=""):
        pairs = [(prefix + name, parameter) for name, parameter in self.own.items()]
        for name, part in self.parts.items():
            pairs += part.everything(prefix + name + ".")
        return pairs

    def __call__(self, *args):
        return self.forward(*args)

    def named_parameters(self):
        unique = {}
        for name, parameter in self.everything():
            unique.setdefault(id(parameter), (name, parameter))
        return list(unique.values())

    def train(self, mode=True):
        self.training = mode
        for part in self.parts.values():
            part.train(mode)
        return self

    def eval(self):
        return self.train(False)

    def state_dict(self):
        return {name: parameter.detach() for name, parameter in self.everything()}

    def load_state_dict(self, state):
        own = self.state_dict()
        if own.keys() != state.keys():
            raise KeyError("names")
        for name in own:
            own[name].copy_(state[name])
