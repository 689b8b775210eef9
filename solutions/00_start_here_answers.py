# %% right="steps" for="total_now"
total_now = (10 * 2 + 1) * 2

# %% right="cell_by_cell" for="total_now"
total_now = 10
total_now = total_now * 2
total_now = total_now + 1
total_now = total_now * 2

# %% right="a_float" for="total_now"
total_now = 42.0

# %% wrong="as_if_restarted" for="total_now" says="one run from top to bottom"
total_now = 21

# %% wrong="order_of_the_page" for="total_now" says="the order of the page"
total_now = 41

# %% wrong="from_cell_1" for="total_now" says="what total holds by then"
total_now = 20

# %% right="letter" for="built_with"
built_with = "B"

# %% right="chosen" for="built_with"
built_with = {"13.2": "A", "13.0": "B", "2.11": "C"}["13.0"]

# %% wrong="driver" for="built_with" says="what the driver can run"
built_with = "A"

# %% wrong="torch_version" for="built_with" says="the version of torch"
built_with = "C"

# %% wrong="none" for="built_with" says="a build without CUDA"
built_with = "D"

# %% right="one_line" for="score"
def score(checks):
    return sum(points for points, right in checks if all(right))

# %% right="product" for="score"
def score(checks):
    return sum(points * min(right, default=True) for points, right in checks)

# %% right="no_false" for="score"
def score(checks):
    total = 0
    for check_points, inputs in checks:
        if False in inputs:
            continue
        total = total + check_points
    return total

# %% wrong="any" for="score" says="all of them must be right" fails="all_or_nothing"
def score(checks):
    return sum(points for points, right in checks if any(right))

# %% wrong="partial_credit" for="score" says="all or nothing" fails="all_or_nothing"
def score(checks):
    return sum(points * sum(right) / len(right) for points, right in checks)

# %% wrong="count" for="score" says="add up their points"
def score(checks):
    return sum(all(right) for points, right in checks)

# %% wrong="share" for="score" says="return the points themselves"
def score(checks):
    earned = sum(points for points, right in checks if all(right))
    return earned / sum(points for points, right in checks)

# %% wrong="first_input" for="score" says="by the first input only" fails="all_or_nothing"
def score(checks):
    return sum(points for points, right in checks if right[0])

# %% wrong="stop_at_failure" for="score" says="go on to the end of the list" fails="all_or_nothing"
def score(checks):
    earned = 0
    for points, right in checks:
        if not all(right):
            break
        earned += points
    return earned

# %% wrong="return_in_loop" for="score" says="go on to the end of the list"
def score(checks):
    earned = 0
    for points, right in checks:
        if all(right):
            earned += points
        return earned

# %% wrong="no_return" for="score" says="return"
def score(checks):
    earned = 0
    for points, right in checks:
        if all(right):
            earned += points
    print(earned)

# %% right="whole_list_as_key" for="mean_loss"
def mean_loss(losses):
    key = tuple(losses)
    if key not in memory:
        memory[key] = sum(losses) / len(losses)
    return memory[key]

# %% right="overwrite" for="mean_loss"
def mean_loss(losses):
    total = 0.0
    for loss in losses:
        total += loss
    memory["mean"] = total / len(losses)
    return memory["mean"]

# %% wrong="length_as_key" for="mean_loss" says="an earlier list"
def mean_loss(losses):
    if len(losses) not in memory:
        memory[len(losses)] = sum(losses) / len(losses)
    return memory[len(losses)]

# %% wrong="sum_as_key" for="mean_loss" says="an earlier list" fails="second_call"
def mean_loss(losses):
    if sum(losses) not in memory:
        memory[sum(losses)] = sum(losses) / len(losses)
    return memory[sum(losses)]

# %% wrong="default_argument" for="mean_loss" says="an earlier list"
def mean_loss(losses, remembered={}):
    if "mean" not in remembered:
        remembered["mean"] = sum(losses) / len(losses)
    return remembered["mean"]

# %% wrong="second_name" for="mean_loss" says="an earlier list"
def mean_loss(losses):
    own = memory
    if "mean" not in own:
        own["mean"] = sum(losses) / len(losses)
    return own["mean"]

# %% wrong="setdefault" for="mean_loss" says="an earlier list"
def mean_loss(losses):
    return memory.setdefault("mean", sum(losses) / len(losses))

# %% wrong="no_return" for="mean_loss" says="return"
def mean_loss(losses):
    memory["mean"] = sum(losses) / len(losses)
