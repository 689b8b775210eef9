# %% [markdown]
# # 09 · The training loop: the bank of answers

# %% right="computed" for="predict_step"
predict_step = 4 - 0.1 * 2 * (4 - 1)

# %% right="by_curvature" for="predict_step"
predict_step = 1 + 0.8 * 3

# %% wrong="uphill" for="predict_step" says="this steps uphill"
predict_step = 4.6

# %% wrong="slope" for="predict_step" says="this is the slope"
predict_step = 6

# %% wrong="step" for="predict_step" says="this is the length of the step"
predict_step = 0.6

# %% wrong="no_rate" for="predict_step" says="this subtracts the whole slope"
predict_step = -2.0

# %% wrong="no_two" for="predict_step" says="this takes x"
predict_step = 3.7

# %% wrong="unchanged" for="predict_step" says="this says that nothing changed"
predict_step = 4

# %% wrong="quoted" for="predict_step" says="Leave out the quotes"
predict_step = "3.4"

# %% right="computed" for="predict_twice"
predict_twice = 1 - 0.1 * 4 - 0.1 * 8

# %% right="asked_torch" for="predict_twice"
w = torch.tensor(1.0, requires_grad=True)
for _ in range(2):
    (4 * w).backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
predict_twice = w.item()

# %% wrong="cleared" for="predict_twice" says="no line does"
predict_twice = 0.2

# %% wrong="one_step" for="predict_twice" says="this is w after one step"
predict_twice = 0.6

# %% wrong="no_rate" for="predict_twice" says="without lr"
predict_twice = -11

# %% wrong="uphill" for="predict_twice" says="this steps uphill"
predict_twice = 2.2

# %% wrong="both_eight" for="predict_twice" says="this uses 8 in both steps"
predict_twice = -0.6

# %% wrong="none" for="predict_twice" says="Write a number"
predict_twice = None

# %% right="letter" for="predict_cleared"
predict_cleared = "B"

# %% right="joined" for="predict_cleared"
predict_cleared = "ABCD"[1]

# %% wrong="zeros" for="predict_cleared" says="this is what its name suggests"
predict_cleared = "A"

# %% wrong="kept" for="predict_cleared" says="this is .grad before the clearing"
predict_cleared = "C"

# %% wrong="error" for="predict_cleared" says="clearing is always allowed"
predict_cleared = "D"

# %% wrong="none" for="predict_cleared" says="Write one capital letter"
predict_cleared = None

# %% right="whole" for="predict_momentum"
predict_momentum = -5

# %% right="computed" for="predict_momentum"
predict_momentum = -(2 + (0.5 * 2 + 2))

# %% wrong="no_momentum" for="predict_momentum" says="this is SGD without momentum"
predict_momentum = -4.0

# %% wrong="uphill" for="predict_momentum" says="this steps uphill"
predict_momentum = 5.0

# %% wrong="last_step" for="predict_momentum" says="this is the second step alone"
predict_momentum = -3.0

# %% wrong="no_fading" for="predict_momentum" says="does not let the velocity fade"
predict_momentum = -6.0

# %% wrong="mean" for="predict_momentum" says="this averages, as Adam does"
predict_momentum = -2.5

# %% wrong="one_step" for="predict_momentum" says="this is w after one step"
predict_momentum = -2

# %% right="letter" for="predict_rate"
predict_rate = "B"

# %% right="computed" for="predict_rate"
predict_rate = "B" if -1 < 1 - 0.15 * 10 < 0 else "A"

# %% wrong="half_curvature" for="predict_rate" says="this takes 5 for the curvature"
predict_rate = "A"

# %% wrong="at_the_bound" for="predict_rate" says="this is so at the bound"
predict_rate = "C"

# %% wrong="away" for="predict_rate" says="this is so above the bound"
predict_rate = "D"

# %% wrong="small_letter" for="predict_rate" says="Write one capital letter"
predict_rate = "b"

# %% right="clear_first" for="loop_order"
loop_order = "DBECA"

# %% right="clear_second" for="loop_order"
loop_order = "BDECA"

# %% right="clear_last" for="loop_order"
loop_order = "BECAD"

# %% right="joined" for="loop_order"
loop_order = "".join(["B", "E", "D", "C", "A"])

# %% wrong="clears_what_it_made" for="loop_order" says="the slopes are cleared" fails="trains"
loop_order = "BECDA"

# %% wrong="steps_before_backward" for="loop_order" says="backward comes before step" fails="trains"
loop_order = "BEADC"

# %% wrong="clear_then_step" for="loop_order" says="the slopes are cleared" fails="trains"
loop_order = "BEDAC"

# %% wrong="steps_first" for="loop_order" says="the slopes are cleared" fails="trains"
loop_order = "ABECD"

# %% wrong="loss_before_prediction" for="loop_order" says="line E uses"
loop_order = "EBDCA"

# %% wrong="backward_before_loss" for="loop_order" says="line C uses"
loop_order = "BDCEA"

# %% wrong="one_missing" for="loop_order" says="has not each of the capital letters"
loop_order = "BECA"

# %% wrong="small_letters" for="loop_order" says="has not each of the capital letters"
loop_order = "bedca"

# %% wrong="with_commas" for="loop_order" says="has not each of the capital letters" fails="runs"
loop_order = "B, E, D, C, A"

# %% wrong="a_list" for="loop_order" says="this is no string" fails="runs"
loop_order = ["B", "E", "D", "C", "A"]

# %% wrong="none" for="loop_order" says="this is no string"
loop_order = None

# %% wrong="as_given" for="loop_order" says="line C uses"
loop_order = "ABDCE"

# %% right="sub_" for="step_in_place"
@torch.no_grad()
def step_in_place(parameters, lr):
    for p in parameters:
        if p.grad is not None:
            p.sub_(p.grad, alpha=lr)

# %% right="copy_" for="step_in_place"
def step_in_place(parameters: list[Tensor], lr: float) -> None:
    having = [p for p in parameters if p.grad is not None]
    moved = [(p - lr * p.grad).detach() for p in having]
    with torch.no_grad():
        for p, new in zip(having, moved):
            p.copy_(new)

# %% right="detached" for="step_in_place"
def step_in_place(parameters, lr):
    for p in parameters:
        if p.grad is None:
            continue
        inside = p.detach()
        inside -= lr * p.grad

# %% wrong="no_no_grad" for="step_in_place" says="a leaf Variable that requires grad"
def step_in_place(parameters, lr):
    for p in parameters:
        if p.grad is not None:
            p -= lr * p.grad

# %% wrong="new_name" for="step_in_place" says="the parameters did not change" fails="values,in_place"
def step_in_place(parameters, lr):
    for p in parameters:
        if p.grad is not None:
            p = p - lr * p.grad

# %% wrong="new_in_the_list" for="step_in_place" says="the parameters did not change"
def step_in_place(parameters, lr):
    with torch.no_grad():
        for k, p in enumerate(parameters):
            if p.grad is not None:
                parameters[k] = (p - lr * p.grad).requires_grad_()

# %% wrong="uphill" for="step_in_place" says="this steps uphill"
def step_in_place(parameters, lr):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p += lr * p.grad

# %% wrong="no_rate" for="step_in_place" says="this subtracts the whole slope"
def step_in_place(parameters, lr):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p -= p.grad

# %% wrong="replaced_by_the_step" for="step_in_place" says="this puts the step in place of the parameter"
def step_in_place(parameters, lr):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p.copy_(-lr * p.grad)

# %% wrong="first_only" for="step_in_place" says="this steps in the first parameter only" fails="values"
def step_in_place(parameters, lr):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p -= lr * p.grad
            return

# %% wrong="sign" for="step_in_place" says="this uses the sign of the slope only"
def step_in_place(parameters, lr):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p -= lr * p.grad.sign()

# %% wrong="no_question" for="step_in_place" says="NoneType" fails="values"
def step_in_place(parameters, lr):
    with torch.no_grad():
        for p in parameters:
            p -= lr * p.grad

# %% wrong="stops_at_none" for="step_in_place" says="this stops at the first parameter without a slope" fails="values"
def step_in_place(parameters, lr):
    with torch.no_grad():
        for p in parameters:
            if p.grad is None:
                break
            p -= lr * p.grad

# %% wrong="clears" for="step_in_place" says="this clears the slope" fails="in_place"
def step_in_place(parameters, lr):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p -= lr * p.grad
                p.grad = None

# %% wrong="clears_to_zero" for="step_in_place" says="this clears the slope" fails="in_place"
def step_in_place(parameters, lr):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p -= lr * p.grad
                p.grad.zero_()

# %% wrong="slope_scaled_in_place" for="step_in_place" says="the slope afterwards" fails="in_place"
def step_in_place(parameters, lr):
    with torch.no_grad():
        for p in parameters:
            if p.grad is not None:
                p.grad *= lr
                p -= p.grad

# %% wrong="frozen" for="step_in_place" says="still a leaf that requires grad" fails="in_place"
def step_in_place(parameters, lr):
    for p in parameters:
        if p.grad is not None:
            p.requires_grad_(False)
            p -= lr * p.grad

# %% wrong="new_memory" for="step_in_place" says="is it the same tensor, in the same memory" fails="in_place"
def step_in_place(parameters, lr):
    for p in parameters:
        if p.grad is not None:
            p.data = p.data - lr * p.grad

# %% wrong="torch_s_own" for="step_in_place" says="find a way without it" fails="values,in_place"
def step_in_place(parameters, lr):
    if parameters:
        torch.optim.SGD(parameters, lr=lr).step()

# %% right="zeros" for="SGD"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = [p for p in parameters]
        self.lr = lr
        self.momentum = momentum
        self.velocities = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self):
        for p, v in zip(self.parameters, self.velocities):
            if p.grad is not None:
                v.mul_(self.momentum).add_(p.grad)
                p.add_(v, alpha=-self.lr)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% right="dictionary" for="SGD"
class SGD:
    def __init__(self, parameters, lr: float, momentum: float = 0.0) -> None:
        self.state = {p: 0.0 for p in parameters}
        self.lr, self.momentum = lr, momentum

    def step(self):
        for p in self.state:
            if p.grad is None:
                continue
            self.state[p] = self.state[p] * self.momentum + p.grad
            p.data -= self.lr * self.state[p]

    def zero_grad(self):
        for p in self.state:
            p.grad = None

# %% wrong="keeps_the_generator" for="SGD" says="gone through only once" fails="step,momentum,no_slope,in_a_loop"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = parameters
        self.lr, self.momentum = lr, momentum
        self.velocities = {}

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                v = self.velocities.get(k, 0.0)
                self.velocities[k] = self.momentum * v + p.grad
                p -= self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="uses_it_up" for="SGD" says="gone through only once"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.velocities = [0.0 for _ in parameters]
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is not None:
                    self.velocities[k] = self.momentum * self.velocities[k] + p.grad
                    p -= self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="no_momentum" for="SGD" says="this leaves the momentum out" fails="momentum,no_slope,in_a_loop"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is not None:
                    p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="no_fading" for="SGD" says="without fading" fails="step,momentum,no_slope,in_a_loop"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is not None:
                    self.velocities[k] = self.velocities[k] + p.grad
                    p -= self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="a_mean" for="SGD" says="as Adam does" fails="momentum,no_slope,in_a_loop"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is not None:
                    self.velocities[k] = self.momentum * self.velocities[k] + (1 - self.momentum) * p.grad
                    p -= self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="fades_the_slope" for="SGD" says="this lets the slope fade too" fails="step,momentum,no_slope,in_a_loop"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is not None:
                    self.velocities[k] = self.momentum * (self.velocities[k] + p.grad)
                    p -= self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="one_slope_back" for="SGD" says="the velocity is kept" fails="momentum,no_slope,in_a_loop"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is not None:
                    p -= self.lr * (self.momentum * self.velocities[k] + p.grad)
                    self.velocities[k] = p.grad.clone()

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="one_velocity_for_all" for="SGD" says="Value" fails="momentum,no_slope,in_a_loop"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.velocity = 0.0

    def step(self):
        with torch.no_grad():
            for p in self.parameters:
                if p.grad is not None:
                    old = self.velocity if isinstance(self.velocity, float) or self.velocity.shape == p.shape else 0.0
                    self.velocity = self.momentum * old + p.grad
                    p -= self.lr * self.velocity

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="uphill" for="SGD" says="this steps uphill"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.velocities[k] = self.momentum * self.velocities[k] + p.grad
                p += self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="goes_on_without_slope" for="SGD" says="this goes on with the old velocity" fails="no_slope"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                slope = torch.zeros_like(p) if p.grad is None else p.grad
                self.velocities[k] = self.momentum * self.velocities[k] + slope
                p -= self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="stops_without_slope" for="SGD" says="this skips all parameters after" fails="no_slope"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    break
                self.velocities[k] = self.momentum * self.velocities[k] + p.grad
                p -= self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="no_question" for="SGD" says="NoneType" fails="no_slope"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                self.velocities[k] = self.momentum * self.velocities[k] + p.grad
                p -= self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="new_tensors" for="SGD" says="the parameters never changed" fails="step,momentum,no_slope,in_a_loop"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is not None:
                    self.velocities[k] = self.momentum * self.velocities[k] + p.grad
                    self.parameters[k] = p - self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="no_no_grad" for="SGD" says="a leaf Variable that requires grad"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        if True:
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.velocities[k] = self.momentum * self.velocities[k] + p.grad
                p -= self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="zeros_for_none" for="SGD" says="is every .grad None after zero_grad()" fails="in_a_loop"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.velocities[k] = self.momentum * self.velocities[k] + p.grad
                p -= self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad.zero_() if p.grad is not None else None

# %% wrong="forgets_zero_grad" for="SGD" says="zero_grad" fails="in_a_loop"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters, self.lr, self.momentum = list(parameters), lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is not None:
                    self.velocities[k] = self.momentum * self.velocities[k] + p.grad
                    p -= self.lr * self.velocities[k]

# %% wrong="velocity_aliases_the_slope" for="SGD" says="Value" fails="step,momentum,no_slope,in_a_loop"
class SGD:
    def __init__(self, parameters, lr, momentum=0.0):
        self.parameters = list(parameters)
        self.lr, self.momentum = lr, momentum
        self.velocities = [0.0] * len(self.parameters)

    def step(self):
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                v = self.velocities[k]
                if isinstance(v, float):
                    self.velocities[k] = p.grad
                else:
                    v += p.grad
                p -= self.lr * self.velocities[k]

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="inherits" for="SGD" says="find a way without it" fails="step,momentum,no_slope,in_a_loop"
class SGD(torch.optim.SGD):
    def step(self):
        super().step()

# %% right="detached_sum" for="train_one_epoch"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train(True)
    total = torch.zeros((), dtype=torch.float64)
    for x, y in batches:
        optimizer.zero_grad()
        loss = loss_function(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.detach() * x.shape[0]
    return total.item() / sum(len(x) for x, _ in batches)

# %% right="lists" for="train_one_epoch"
def train_one_epoch(model: nn.Module, batches: list, loss_function, optimizer) -> float:
    model.train()
    losses, sizes = [], []
    for x, y in batches:
        error = loss_function(model(x), y)
        model.zero_grad()
        error.backward()
        optimizer.step()
        losses.append(error.item())
        sizes.append(len(x))
    return sum(loss * size for loss, size in zip(losses, sizes)) / sum(sizes)

# %% wrong="no_clearing" for="train_one_epoch" says="are still there" fails="updates,mean,leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        error.backward()
        optimizer.step()
        total += error.item() * len(x)
        count += len(x)
    return total / count

# %% wrong="clears_after_backward" for="train_one_epoch" says="a slope cleared before step() is lost" fails="updates,mean,leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        error.backward()
        optimizer.zero_grad()
        optimizer.step()
        total += error.item() * len(x)
        count += len(x)
    return total / count

# %% wrong="clears_once" for="train_one_epoch" says="are still there" fails="updates,mean,leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    optimizer.zero_grad()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        error.backward()
        optimizer.step()
        total += error.item() * len(x)
        count += len(x)
    return total / count

# %% wrong="clears_at_the_end" for="train_one_epoch" says="left over from before the call" fails="updates"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        error.backward()
        optimizer.step()
        optimizer.zero_grad()
        total += error.item() * len(x)
        count += len(x)
    return total / count

# %% wrong="no_step" for="train_one_epoch" says="backward() alone trains nothing" fails="updates,mean,leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        total += error.item() * len(x)
        count += len(x)
    return total / count

# %% wrong="one_step_for_all" for="train_one_epoch" says="this updates once, after all batches" fails="updates,mean,leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    optimizer.zero_grad()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        error.backward()
        total += error.item() * len(x)
        count += len(x)
    optimizer.step()
    return total / count

# %% wrong="mean_of_means" for="train_one_epoch" says="a batch of 3 counts three times" fails="mean"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += error.item()
        count += 1
    return total / count

# %% wrong="sum_of_losses" for="train_one_epoch" says="this is the sum of the losses" fails="mean,leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += error.item()
        count += len(x)
    return total

# %% wrong="last_loss" for="train_one_epoch" says="this is the loss of the last batch" fails="mean,leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += error.item() * len(x)
        count += len(x)
    return error.item()

# %% wrong="returns_in_the_loop" for="train_one_epoch" says="inside the loop"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += error.item() * len(x)
        count += len(x)
        return total / count

# %% wrong="measured_after" for="train_one_epoch" says="this measures each batch after its update" fails="mean,leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += loss_function(model(x), y).item() * len(x)
        count += len(x)
    return total / count

# %% wrong="keeps_the_graphs" for="train_one_epoch" says="a sum of tensors keeps the graph of every batch" fails="leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += error * len(x)
        count += len(x)
    return (total / count).item()

# %% wrong="a_tensor" for="train_one_epoch" says="expected a plain number" fails="mean,leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += error * len(x)
        count += len(x)
    return total / count

# %% wrong="keeps_the_mode" for="train_one_epoch" says="the model stayed in eval mode" fails="leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += error.item() * len(x)
        count += len(x)
    return total / count

# %% wrong="eval_mode" for="train_one_epoch" says="is the model in train mode" fails="leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.eval()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += error.item() * len(x)
        count += len(x)
    return total / count

# %% wrong="forgets_return" for="train_one_epoch" says="did you forget `return`" fails="mean,leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += error.item() * len(x)
        count += len(x)
    print(total / count)

# %% wrong="number_of_batches" for="train_one_epoch" says="what was weighed with samples" fails="mean,leaves_no_graph"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        error = loss_function(model(x), y)
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        total += error.item() * len(x)
        count += len(x)
    return total / len(batches)

# %% wrong="no_graph_at_all" for="train_one_epoch" says="does not require grad"
def train_one_epoch(model, batches, loss_function, optimizer):
    model.train()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
    return total / count

# %% right="finally" for="evaluate"
@torch.no_grad()
def evaluate(model, batches, loss_function):
    mode = model.training
    try:
        model.eval()
        sums = [loss_function(model(x), y).item() * len(y) for x, y in batches]
    finally:
        model.train(mode)
    return sum(sums) / sum(len(y) for _, y in batches)

# %% right="inference_mode" for="evaluate"
def evaluate(model: nn.Module, batches: list, loss_function) -> float:
    before = model.training
    model.train(False)
    total, samples = 0.0, 0
    for x, y in batches:
        with torch.inference_mode():
            loss = loss_function(model(x), y)
        total = total + float(loss) * x.shape[0]
        samples = samples + x.shape[0]
    if before:
        model.train()
    return total / samples

# %% wrong="no_eval" for="evaluate" says="where dropout is at work" fails="mode"
def evaluate(model, batches, loss_function):
    was_training = model.training
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total / count

# %% wrong="left_in_eval" for="evaluate" says="restore it" fails="mode"
def evaluate(model, batches, loss_function):
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    return total / count

# %% wrong="always_train" for="evaluate" says="restore the mode it had" fails="mode"
def evaluate(model, batches, loss_function):
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    model.train()
    return total / count

# %% wrong="returns_before" for="evaluate" says="restore it" fails="mode"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    return total / count
    model.train(was_training)

# %% wrong="notes_too_late" for="evaluate" says="restore it" fails="mode"
def evaluate(model, batches, loss_function):
    model.eval()
    was_training = model.training
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total / count

# %% wrong="train_in_the_loop" for="evaluate" says="in eval mode for the first batch only" fails="mode"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    for x, y in batches:
        with torch.no_grad():
            total += loss_function(model(x), y).item() * len(x)
        count += len(x)
        model.train(was_training)
    return total / count

# %% wrong="eval_for_no_grad" for="evaluate" says="eval() does not turn gradients off" fails="no_graph"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    if True:
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total / count

# %% wrong="graph_detached" for="evaluate" says="eval() does not turn gradients off" fails="no_graph"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    if True:
        for x, y in batches:
            total += loss_function(model(x).detach(), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total / count

# %% wrong="freezes" for="evaluate" says="still require grad" fails="no_graph"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    total, count = 0.0, 0
    for x, y in batches:
        total += loss_function(model(x), y).item() * len(x)
        count += len(x)
    model.train(was_training)
    return total / count

# %% wrong="grad_mode_left_off" for="evaluate" says="is grad mode on again" fails="no_graph"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    torch.set_grad_enabled(False)
    total, count = 0.0, 0
    for x, y in batches:
        total += loss_function(model(x), y).item() * len(x)
        count += len(x)
    model.train(was_training)
    return total / count

# %% wrong="own_flag_only" for="evaluate" says="reaches every part" fails="mode"
def evaluate(model, batches, loss_function):
    flag = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    model.training = flag
    return total / count

# %% wrong="clears_slopes" for="evaluate" says="this clears the slopes" fails="no_graph"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    model.zero_grad()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total / count

# %% wrong="mean_of_means" for="evaluate" says="a batch of 3 counts three times" fails="mean"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item()
            count += 1
    model.train(was_training)
    return total / count

# %% wrong="sum" for="evaluate" says="this is the sum over samples" fails="mean,mode,no_graph"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total

# %% wrong="last_batch" for="evaluate" says="this is the loss of the last batch" fails="mean"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total = loss_function(model(x), y).item()
            count += len(x)
    model.train(was_training)
    return total

# %% wrong="returns_in_the_loop" for="evaluate" says="inside the loop" fails="mean,mode,no_graph"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        for x, y in batches:
            loss = loss_function(model(x), y).item()
            model.train(was_training)
            return loss

# %% wrong="a_tensor" for="evaluate" says="expected a plain number"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y) * len(x)
            count += len(x)
    model.train(was_training)
    return total / count

# %% wrong="own_loss" for="evaluate" says="Value" fails="mean"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += nn.functional.mse_loss(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total / count

# %% wrong="prints" for="evaluate" says="did you forget `return`"
def evaluate(model, batches, loss_function):
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in batches:
            total += loss_function(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    print(total / count)

# %% right="in_place" for="Adam"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.lr, self.betas, self.eps = lr, betas, eps
        self.state = [[p, torch.zeros_like(p), torch.zeros_like(p), 0] for p in parameters]

    @torch.no_grad()
    def step(self):
        beta1, beta2 = self.betas
        for entry in self.state:
            p, m, v, _ = entry
            if p.grad is None:
                continue
            entry[3] += 1
            m.mul_(beta1).add_(p.grad, alpha=1 - beta1)
            v.mul_(beta2).addcmul_(p.grad, p.grad, value=1 - beta2)
            root = (v / (1 - beta2 ** entry[3])).sqrt_().add_(self.eps)
            p.addcdiv_(m, root, value=-self.lr / (1 - beta1 ** entry[3]))

    def zero_grad(self):
        for entry in self.state:
            entry[0].grad = None

# %% right="powers_kept" for="Adam"
class Adam:
    def __init__(self, parameters, lr: float = 0.001, betas=(0.9, 0.999), eps: float = 1e-8):
        self.parameters = tuple(parameters)
        self.lr, (self.beta1, self.beta2), self.eps = lr, betas, eps
        self.state = {}

    def step(self):
        for p in self.parameters:
            if p.grad is None:
                continue
            m, v, power1, power2 = self.state.get(p, (0.0, 0.0, 1.0, 1.0))
            power1, power2 = power1 * self.beta1, power2 * self.beta2
            m = self.beta1 * m + (1 - self.beta1) * p.grad
            v = self.beta2 * v + (1 - self.beta2) * p.grad**2
            self.state[p] = m, v, power1, power2
            p.data -= self.lr * (m / (1 - power1)) / (torch.sqrt(v / (1 - power2)) + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="no_correction" for="Adam" says="this leaves out the bias correction"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k]
                v = self.v[k]
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="corrects_m_only" for="Adam" says="this corrects m, and not v"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k]
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="corrects_v_only" for="Adam" says="this corrects v, and not m"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k]
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="no_root" for="Adam" says="without its root" fails="first_step,steps,no_slope,in_a_loop"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="eps_under_the_root" for="Adam" says="eps is added after the root"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v + self.eps).sqrt()

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="uphill" for="Adam" says="this steps uphill"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p += self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="plain_sgd" for="Adam" says="this is plain SGD" fails="first_step,steps,no_slope,in_a_loop"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                p -= self.lr * p.grad

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="same_correction" for="Adam" says="as if it were the first" fails="steps,no_slope,in_a_loop"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1)
                v = self.v[k] / (1 - beta2)
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="counts_from_zero" for="Adam" says="count t from 1"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v.sqrt() + self.eps)
                self.steps[k] += 1

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="one_counter" for="Adam" says="this counts the steps of all parameters together" fails="no_slope"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.t = 0
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        self.t += 1
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.t)
                v = self.v[k] / (1 - beta2 ** self.t)
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="counts_each_parameter" for="Adam" says="Value" fails="steps,no_slope"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.t = 0
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.t += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.t)
                v = self.v[k] / (1 - beta2 ** self.t)
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="stores_the_corrected" for="Adam" says="Value" fails="steps,no_slope,in_a_loop"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="ignores_betas" for="Adam" says="this ignores betas" fails="steps,no_slope"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = 0.9, 0.999
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="betas_exchanged" for="Adam" says="this exchanges the betas" fails="steps,no_slope,in_a_loop"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta2, beta1 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="stops_without_slope" for="Adam" says="this stops at the first parameter" fails="no_slope"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    break
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="no_question" for="Adam" says="NoneType" fails="no_slope"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="keeps_the_generator" for="Adam" says="Value" fails="steps,no_slope,in_a_loop"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = parameters
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * 9
        self.m = [0.0] * 9
        self.v = [0.0] * 9

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="zeros_for_none" for="Adam" says="is .grad None after zero_grad()" fails="in_a_loop"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = torch.zeros_like(p)

# %% wrong="new_tensors" for="Adam" says="the parameter did not change"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = [0.0] * len(self.parameters)
        self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                self.parameters[k] = p - self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="one_list_for_both" for="Adam" says="each needs its own"
class Adam:
    def __init__(self, parameters, lr=0.001, betas=(0.9, 0.999), eps=1e-8):
        self.parameters = list(parameters)
        self.lr, self.betas, self.eps = lr, betas, eps
        self.steps = [0] * len(self.parameters)
        self.m = self.v = [0.0] * len(self.parameters)

    def step(self):
        beta1, beta2 = self.betas
        with torch.no_grad():
            for k, p in enumerate(self.parameters):
                if p.grad is None:
                    continue
                self.steps[k] += 1
                self.m[k] = beta1 * self.m[k] + (1 - beta1) * p.grad
                self.v[k] = beta2 * self.v[k] + (1 - beta2) * p.grad.square()
                m = self.m[k] / (1 - beta1 ** self.steps[k])
                v = self.v[k] / (1 - beta2 ** self.steps[k])
                p -= self.lr * m / (v.sqrt() + self.eps)

    def zero_grad(self):
        for p in self.parameters:
            p.grad = None

# %% wrong="inherits" for="Adam" says="find a way without it" fails="first_step,steps,no_slope,in_a_loop"
class Adam(torch.optim.Adam):
    def step(self):
        super().step()

# %% right="linalg_norm" for="largest_rate"
def largest_rate(A):
    steepest = torch.linalg.matrix_norm(A, ord=2).item()
    if steepest == 0:
        return float("inf")
    return 2 / steepest

# %% right="power_iteration" for="largest_rate"
def largest_rate(A: Tensor) -> float:
    power = A.double()
    if not power.any():
        return float("inf")
    scale = power.abs().max()
    power = power / scale
    for _ in range(60):
        power = power @ power
        power = power / power.abs().max()
    column = power[:, power.abs().sum(0).argmax()]
    largest = (column @ A.double() @ column) / (column @ column)
    return float(2 / largest)

# %% wrong="one_over_a" for="largest_rate" says="the bound is twice as far" fails="one,diagonal,any,flat"
def largest_rate(A):
    a = torch.linalg.eigvalsh(A).max().item()
    return 1 / a if a > 0 else float("inf")

# %% wrong="upside_down" for="largest_rate" says="the steeper the valley, the smaller the rate" fails="one,diagonal,any,flat"
def largest_rate(A):
    a = torch.linalg.eigvalsh(A).max().item()
    return a / 2 if a > 0 else float("inf")

# %% wrong="flattest" for="largest_rate" says="this is set by the flattest direction" fails="diagonal,any,flat"
def largest_rate(A):
    a = torch.linalg.eigvalsh(A).min().item()
    return 2 / a if a > 0 else float("inf")

# %% wrong="first_eigenvalue" for="largest_rate" says="this is set by the flattest direction" fails="diagonal,any,flat"
def largest_rate(A):
    a = torch.linalg.eigvalsh(A)[0].item()
    return 2 / a if a > 0 else float("inf")

# %% wrong="mean_curvature" for="largest_rate" says="this is set by the mean curvature" fails="diagonal,any,flat"
def largest_rate(A):
    a = torch.linalg.eigvalsh(A).mean().item()
    return 2 / a if a > 0 else float("inf")

# %% wrong="trace" for="largest_rate" says="each direction descends by itself" fails="diagonal,any,flat"
def largest_rate(A):
    a = A.diagonal().sum().item()
    return 2 / a if a > 0 else float("inf")

# %% wrong="diagonal" for="largest_rate" says="this looks at the diagonal only" fails="any"
def largest_rate(A):
    a = A.diagonal().max().item()
    return 2 / a if a > 0 else float("inf")

# %% wrong="largest_entry" for="largest_rate" says="this looks at the diagonal only" fails="any"
def largest_rate(A):
    a = A.max().item()
    return 2 / a if a > 0 else float("inf")

# %% wrong="length" for="largest_rate" says="this is set by the length of A" fails="diagonal,any,flat"
def largest_rate(A):
    a = A.square().sum().sqrt().item()
    return 2 / a if a > 0 else float("inf")

# %% wrong="determinant" for="largest_rate" says="the product of the" fails="diagonal,any,flat"
def largest_rate(A):
    a = torch.linalg.eigvalsh(A).prod().item()
    return 2 / a if a > 0 else float("inf")

# %% wrong="row_sums" for="largest_rate" says="this takes the largest sum of a row" fails="any"
def largest_rate(A):
    a = A.abs().sum(1).max().item()
    return 2 / a if a > 0 else float("inf")

# %% wrong="first_number" for="largest_rate" says="this is set by the first direction" fails="diagonal,any,flat"
def largest_rate(A):
    a = A[0, 0].item()
    return 2 / a if a > 0 else float("inf")

# %% wrong="squared" for="largest_rate" says="A is that matrix already" fails="one,diagonal,any,flat"
def largest_rate(A):
    largest = torch.linalg.eigvalsh(2 / len(A) * A.T @ A).max().item()
    return 2 / largest if largest > 0 else float("inf")

# %% wrong="flat_divides" for="largest_rate" says="ZeroDivisionError" fails="flat"
def largest_rate(A):
    return 2 / torch.linalg.eigvalsh(A).max().item()

# %% wrong="flat_at_once" for="largest_rate" says="one direction is flat, and the other is not" fails="diagonal,flat"
def largest_rate(A):
    curvatures = torch.linalg.eigvalsh(A)
    if (curvatures == 0).any():
        return float("inf")
    return 2 / curvatures.max().item()

# %% wrong="a_tensor" for="largest_rate" says="expected a plain number"
def largest_rate(A):
    return 2 / torch.linalg.eigvalsh(A).max()

# %% wrong="all_bounds" for="largest_rate" says="expected"
def largest_rate(A):
    return (2 / torch.linalg.eigvalsh(A)).tolist()

# %% wrong="zero_when_flat" for="largest_rate" says="Value" fails="flat"
def largest_rate(A):
    a = torch.linalg.eigvalsh(A).max().item()
    return 2 / a if a > 0 else 0.0

# %% wrong="in_place" for="largest_rate" says="changed its argument" fails="any"
def largest_rate(A):
    A /= 2
    a = torch.linalg.eigvalsh(A).max().item()
    return 1 / a if a > 0 else float("inf")

# %% right="deepcopy" for="fit"
import copy


def fit(model, train, validation, lr, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best_state = copy.deepcopy(model.state_dict())
    for _ in range(epochs):
        model.train()
        losses = []
        for x, y in train:
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item() * len(x))
        history["train"].append(sum(losses) / sum(len(x) for x, _ in train))
        model.eval()
        with torch.no_grad():
            losses = [nn.functional.mse_loss(model(x), y).item() * len(x) for x, y in validation]
        loss = sum(losses) / sum(len(x) for x, _ in validation)
        if loss < min(history["validation"], default=float("inf")):
            best_state = copy.deepcopy(model.state_dict())
        history["validation"].append(loss)
    model.load_state_dict(best_state)
    return history

# %% right="helpers" for="fit"
def one_pass(model, batches, optimizer=None):
    model.train(optimizer is not None)
    total, count = 0.0, 0
    with torch.set_grad_enabled(optimizer is not None):
        for x, y in batches:
            loss = (model(x) - y).square().mean()
            if optimizer is not None:
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
            total += loss.item() * len(x)
            count += len(x)
    return total / count


def fit(model: nn.Module, train: list, validation: list, lr: float, epochs: int):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    optimizer.zero_grad()
    history, states = {"train": [], "validation": []}, []
    for _ in range(epochs):
        history["train"].append(one_pass(model, train, optimizer))
        history["validation"].append(one_pass(model, validation))
        states.append([parameter.detach().clone() for parameter in model.parameters()])
    best = min(range(epochs), key=history["validation"].__getitem__)
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), states[best]):
            parameter.copy_(value)
    return history

# %% wrong="no_clearing" for="fit" says="clear them before each backward" fails="slopes"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="clears_once_an_epoch" for="fit" says="clear them before each backward" fails="slopes"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        optimizer.zero_grad()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="clears_before_the_step" for="fit" says="cleared between backward and step" fails="slopes,means,best"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            error.backward()
            optimizer.zero_grad()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="never_back_to_train" for="fit" says="never comes back" fails="modes"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    model.train()
    for _ in range(epochs):
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="no_eval" for="fit" says="where dropout is at work" fails="modes"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="eval_for_good" for="fit" says="training runs in eval mode" fails="modes"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.eval()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="no_no_grad" for="fit" says="eval() does not turn gradients off" fails="graphs"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        if True:
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="no_grad_everywhere" for="fit" says="does not require grad"
@torch.no_grad()
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="keeps_tensors" for="fit" says="some losses in the history are tensors" fails="graphs"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="keeps_all_tensors" for="fit" says="each with the graph of its epoch" fails="graphs"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y) * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="mean_of_means" for="fit" says="both are means of batch means" fails="means"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item()
            count += 1
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item()
                count += 1
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="mean_of_means_in_training" for="fit" says="the training loss is a mean of batch means" fails="means"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item()
            count += 1
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="mean_of_means_in_validation" for="fit" says="the validation loss is a mean of batch means" fails="means"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item()
                count += 1
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="sums" for="fit" says="these are sums over samples" fails="means"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="state_not_copied" for="fit" says="so copy each tensor" fails="best"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = model.state_dict()
    model.load_state_dict(best_state)
    return history

# %% wrong="dictionary_copied" for="fit" says="so copy each tensor" fails="best"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = dict(model.state_dict())
    model.load_state_dict(best_state)
    return history

# %% wrong="never_loaded" for="fit" says="the weight of the last epoch" fails="best"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best = float("inf")
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
    return history

# %% wrong="keeps_the_first" for="fit" says="remember the new best" fails="best"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best_state = None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if best_state is None:
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="keeps_the_worst" for="fit" says="the weight of the last epoch" fails="best"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = 0.0, model.state_dict()
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] > best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="best_by_training_loss" for="fit" says="so copy each tensor" fails="best"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["train"][-1] < best:
            best = history["train"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="forgets_return" for="fit" says="did you forget `return`" fails="modes,graphs,means"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)

# %% wrong="measured_after_the_update" for="fit" says="Value" fails="modes,graphs,means"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            with torch.no_grad():
                error = loss_function(model(x), y)
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history

# %% wrong="a_pair" for="fit" says="something else, of type tuple" fails="modes,graphs,means"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history["train"], history["validation"]

# %% wrong="loads_in_the_loop" for="fit" says="load the best state once" fails="best"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "validation": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["validation"].append(total / count)
        if history["validation"][-1] < best:
            best = history["validation"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
        model.load_state_dict(best_state)
    return history

# %% wrong="other_keys" for="fit" says="other keys: train, val" fails="modes,graphs,means"
def fit(model, train, validation, lr, epochs):
    loss_function = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = {"train": [], "val": []}
    best, best_state = float("inf"), None
    for _ in range(epochs):
        model.train()
        total, count = 0.0, 0
        for x, y in train:
            error = loss_function(model(x), y)
            optimizer.zero_grad()
            error.backward()
            optimizer.step()
            total += error.item() * len(x)
            count += len(x)
        history["train"].append(total / count)
        model.eval()
        total, count = 0.0, 0
        with torch.no_grad():
            for x, y in validation:
                total += loss_function(model(x), y).item() * len(x)
                count += len(x)
        history["val"].append(total / count)
        if history["val"][-1] < best:
            best = history["val"][-1]
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    model.load_state_dict(best_state)
    return history
