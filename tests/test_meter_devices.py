"""`meter.audit` and `meter.pretend`: each is shown something it must notice and something it must not."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from torchscope import meter

DEVICES = ["meta", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.fixture(params=DEVICES)
def there(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_copy_to_a_device_is_a_transfer(there: str) -> None:
    x = torch.ones(2, 3)
    with meter.audit() as seen:
        y = x.to(there)
    (transfer,) = seen.transfers
    assert (transfer.source, transfer.target, transfer.shape, transfer.bytes) == ("cpu", str(y.device), (2, 3), 24)
    assert (seen.bytes, seen.waits, seen.mixed) == (24, (), ())


def test_to_where_it_is_already_is_none(there: str) -> None:
    x = torch.ones(2, device=there)
    with meter.audit() as seen:
        assert x.to(x.device) is x
        x.to(torch.float64)
        x.clone()
    assert seen.transfers == ()


def test_a_copy_back_is_a_transfer_and_a_wait(there: str) -> None:
    x = torch.ones(2, device=there)
    with meter.audit() as seen:
        y = x.cpu()
        z = torch.zeros(2)
        z.copy_(x)
    assert [t.target for t in seen.transfers] == ["cpu", "cpu"]
    assert seen.waits == ("copy to cpu", "copy to cpu")
    assert torch.equal(y, torch.ones(2))
    assert torch.equal(z, torch.ones(2))


def test_copy_crosses_the_border(there: str) -> None:
    x = torch.zeros(2, 2, device=there)
    with meter.audit() as seen:
        x.copy_(torch.ones(2, 2))
        x[0] = torch.ones(2)
    assert [t.bytes for t in seen.transfers] == [16, 8]
    assert seen.mixed == ()


def test_tensors_from_numbers_are_built_on_the_host_and_copied(there: str) -> None:
    x = torch.zeros(2, device=there)
    with meter.audit() as seen:
        torch.tensor([1.0, 2.0], device=there)
        x.new_tensor([1.0])
        with torch.device(there):
            torch.tensor(1.0)
        torch.tensor([1.0])
        torch.zeros(3, device=there)
        x.new_zeros(3)
        torch.zeros_like(x)
    assert [t.bytes for t in seen.transfers] == [8, 4, 4]


READS: dict[str, Callable[[Tensor], object]] = {
    "item": lambda x: x.sum().item(),
    "float": lambda x: float(x.sum()),
    "int": lambda x: int(x.sum()),
    "bool": lambda x: bool((x > 0).all()),
    "if": lambda x: 1 if x.sum() > 0 else 0,
    "max": lambda x: max(x[0], x[1]),
    "format": lambda x: f"{x.sum():.2f}",
}


@pytest.mark.parametrize("name", READS)
def test_reading_a_number_is_one_wait(there: str, name: str) -> None:
    x = torch.ones(2, device=there)
    with meter.audit() as seen:
        READS[name](x)
    assert seen.waits == ("item",)
    assert seen.transfers == () or there == "cuda"


def test_a_tensor_of_numbers_on_a_device_waits_for_each(there: str) -> None:
    x = torch.ones(3, dtype=torch.float64, device=there)
    with meter.audit() as seen:
        y = torch.tensor([x[0], x[1], x[2].reshape(1)])
        z = torch.tensor([[x[0], 2.0], [3.0, 4.0]])
        torch.tensor(data=[1.0])
    assert (y.device.type, y.dtype, z.dtype) == ("cpu", torch.float64, torch.float64)
    assert (y.tolist(), z.tolist()) == ([1.0, 1.0, 1.0], [[1.0, 2.0], [3.0, 4.0]])
    assert seen.waits == ("item",) * 4
    assert seen.transfers == ()


def test_printing_is_one_wait(there: str) -> None:
    x = torch.ones(2, device=there)
    with meter.audit() as seen:
        text = f"{x}" + repr(x) + str([x])
    assert seen.waits == ("print",) * 3
    assert seen.transfers == ()
    assert text.count(there) == 3


def test_reading_on_the_host_is_no_wait() -> None:
    x = torch.ones(2)
    with meter.audit() as seen:
        x.sum().item(), bool(x[0] > 0), f"{x.sum():.1f}", repr(x), x.tolist(), torch.equal(x, x)
        x[x > 0], x.nonzero()
    assert seen.waits == ()


def test_what_is_read_from_meta_is_a_stand_in() -> None:
    x = torch.zeros(2, device="meta")
    with meter.audit():
        values = [x.sum().item(), x.long().sum().item(), (x > 0).all().item(), x.to(torch.complex64).sum().item()]
        assert x.tolist() == [1.0, 1.0]
        assert f"{x.sum():.2f}" == "1.00"
    assert values == [1.0, 1, False, 1 + 0j]
    assert [type(value) for value in values] == [float, int, bool, complex]


def test_results_whose_size_depends_on_values_wait(there: str) -> None:
    x = torch.ones(2, device=there)
    reads: dict[str, Callable[[], object]] = {
        "mask": lambda: x[x > 0],
        "nonzero": lambda: x.nonzero(),
        "equal": lambda: torch.equal(x, x),
    }
    for wait, read in reads.items():
        refused = there == "meta" and wait != "equal"
        with (
            meter.audit() as seen,
            pytest.raises(RuntimeError, match="depends on values") if refused else nullcontext(),
        ):
            read()
        assert seen.waits[:1] == (wait,)


MIXING: dict[str, Callable[[Tensor, Tensor], object]] = {
    "add": lambda x, c: x + c,
    "add on the host": lambda x, c: c + x,
    "matmul": lambda x, c: x @ c,
    "matmul on the host": lambda x, c: c @ x,
    "linear": lambda x, c: F.linear(x, c),
    "bmm": lambda x, c: torch.bmm(x[None], c[None]),
    "bmm on the host": lambda x, c: torch.bmm(c[None], x[None]),
    "mse_loss": lambda x, c: F.mse_loss(x, c),
    "stack": lambda x, c: torch.stack([x, c]),
    "where": lambda x, c: torch.where(x > 0, c, x),
    "masked_fill": lambda x, c: x.masked_fill(c > 0, 0.0),
    "gather": lambda x, c: x.gather(0, c.long()),
    "embedding": lambda x, c: F.embedding(c.long(), x),
    "add_ into the host": lambda x, c: c.add_(x),
    "add_ into a number of the host": lambda x, c: c[0, 0].add_(x.sum()),
    "a vector of the host and a number there": lambda x, c: c + x.sum(),
    "an index there into the host": lambda x, c: c[x.long()],
    "values to put": lambda x, c: x.index_put_((torch.tensor([0]),), c[:1]),
    "layer": lambda x, c: nn.Linear(2, 2)(x),
}


@pytest.mark.parametrize("name", MIXING)
def test_mixed_devices_are_refused(there: str, name: str) -> None:
    x, c = torch.ones(2, 2, device=there), torch.ones(2, 2)
    with meter.audit() as seen, pytest.raises(RuntimeError, match="operands on"):
        MIXING[name](x, c)
    assert len(seen.mixed) == 1


ALLOWED: dict[str, Callable[[Tensor], object]] = {
    "a number of the host": lambda x: x + torch.tensor(2.0),
    "a number of the host first": lambda x: torch.tensor(2.0) * x,
    "in place with a number of the host": lambda x: x.add_(torch.tensor(1.0)),
    "two numbers": lambda x: x.sum() + torch.tensor(2.0),
    "where with a number of the host": lambda x: torch.where(x > 0, x, torch.tensor(0.0)),
    "a Python number": lambda x: 2 * x + 1,
    "an index of the host": lambda x: x[torch.tensor([0, 1])],
    "putting at an index of the host": lambda x: x.index_put_((torch.tensor([0]),), x[:1]),
    "assignment": lambda x: x.__setitem__(0, torch.ones(2)),
    "no dimensions at all": lambda x: x.sum() * x,
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_cuda_allows_is_allowed(there: str, name: str) -> None:
    x = torch.ones(2, 2, device=there)
    with meter.audit() as seen:
        result = ALLOWED[name](x)
    assert seen.mixed == ()
    assert result is None or (isinstance(result, Tensor) and result.device.type == there)


def test_a_layer_moves_with_one_transfer_for_each_tensor(there: str) -> None:
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    with meter.audit() as seen:
        model.to(there)
        model(torch.ones(4, 3, device=there))
    assert len(seen.transfers) == 2 + 2 + 3
    assert seen.mixed == seen.waits == ()


def test_backward_is_watched(there: str) -> None:
    x = torch.ones(3, device=there, requires_grad=True)
    with meter.audit() as seen:
        (x * x).sum().backward()  # type: ignore[no-untyped-call]
    assert (seen.transfers, seen.waits, seen.mixed) == ((), (), ())
    assert x.grad is not None
    assert x.grad.device.type == there


def test_nothing_is_recorded_outside_the_block(there: str) -> None:
    with meter.audit() as seen:
        pass
    torch.ones(2).to(there)
    assert repr(seen) == "Audit(transfers=0, waits=0, mixed=0)"


def test_pretend_has_devices_that_are_not_there() -> None:
    with meter.pretend():
        x, y = torch.ones(2, 3, device="cuda:0"), torch.ones(2, 3, device="cuda:1")
        assert (x.device.index, tuple(x.shape)) == (0, (2, 3))
        assert (x.to("cuda:1") + y).device == y.device
        with pytest.raises(RuntimeError):
            x + y
        with pytest.raises(RuntimeError):
            x @ torch.ones(3, 2)
    assert torch.ones(2).device.type == "cpu"
