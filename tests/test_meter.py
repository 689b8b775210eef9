"""The meters of `torchscope.meter`: each is shown something it must notice and something it must not."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from torchscope import meter


def test_operators_records_what_ran_in_order() -> None:
    a = torch.ones(2, 3)
    with meter.operators() as seen:
        _ = (a @ a.t()).add_(1)
    assert seen.names == ("t", "mm", "add_")
    assert list(seen) == ["t", "mm", "add_"]
    assert repr(seen) == "['t', 'mm', 'add_']"
    assert seen[1] == "mm"
    assert seen[:2] == ["t", "mm"]
    assert len(seen) == 3
    assert (seen.count("mm"), seen.count("bmm"), seen.count()) == (1, 0, 3)


def test_operators_records_nothing_outside_its_block() -> None:
    with meter.operators() as seen:
        pass
    _ = torch.ones(2) + 1
    assert len(seen) == 0


def test_operators_stops_recording_after_an_error() -> None:
    a = torch.ones(2)
    with meter.operators() as seen, pytest.raises(RuntimeError):
        _ = a @ torch.ones(3)
    before = len(seen)
    _ = a + 1
    assert len(seen) == before


def test_operators_sees_a_loop_grow_and_one_call_stay() -> None:
    def count(n: int, loop: bool) -> int:
        x = torch.ones(n)
        with meter.operators() as seen:
            _ = [x[i] + 1 for i in range(n)] if loop else x + 1
        return len(seen)

    assert count(6, loop=True) > count(3, loop=True)
    assert count(6, loop=False) == count(3, loop=False)


def test_operators_sees_the_backward_pass() -> None:
    x = torch.ones(3, requires_grad=True)
    y = (x * x).sum()
    with meter.operators() as seen:
        y.backward()
    assert "mul" in seen


def test_views_share_memory() -> None:
    x = torch.arange(6.0).reshape(2, 3)
    for view in (x.t(), x[0], x[:, 1], x.reshape(-1), x.expand(4, 2, 3), x.detach(), x):
        assert meter.shares_memory(x, view)
    assert meter.shares_memory(x[0], x[1])


def test_copies_do_not_share_memory() -> None:
    x = torch.arange(6.0).reshape(2, 3)
    for copy in (x.clone(), x + 0, x.t().contiguous(), torch.arange(6.0).reshape(2, 3), x.to(torch.float64)):
        assert not meter.shares_memory(x, copy)


def test_tensors_made_from_overlapping_arrays_share_memory() -> None:
    array = np.zeros(6, dtype=np.float32)
    whole, tail = torch.from_numpy(array), torch.from_numpy(array[2:])
    assert meter.shares_memory(whole, tail)
    assert not meter.shares_memory(torch.from_numpy(array[:2]), tail)


def test_empty_tensors_share_nothing() -> None:
    x = torch.ones(3)
    assert not meter.shares_memory(torch.empty(0), torch.empty(0))
    assert not meter.shares_memory(x, x[:0])


def test_meta_tensors_are_told_apart_by_their_storages() -> None:
    x = torch.empty(2, 3, device="meta")
    assert meter.shares_memory(x, x.t())
    assert not meter.shares_memory(x, torch.empty(2, 3, device="meta"))
    assert not meter.shares_memory(x, torch.empty(2, 3))


def test_shares_memory_refuses_what_has_no_storage() -> None:
    with pytest.raises(TypeError, match="b is a list, not a tensor"):
        meter.shares_memory(torch.ones(2), [1.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a has the layout"):
        meter.shares_memory(torch.eye(2).to_sparse(), torch.eye(2))


def test_an_in_place_operation_is_a_change() -> None:
    x, y = torch.ones(2), torch.ones(2)
    with meter.mutations(x, y) as changed:
        y.add_(1)
    assert changed == ["[1]"]


def test_computing_with_tensors_is_no_change() -> None:
    x = torch.tensor([1.0, float("nan")])
    values = (x, {"weight": [torch.ones(2, 3)], "rate": 0.1}, "sgd")
    with meter.mutations(*values) as changed:
        _ = x + 1, values[1]["weight"][0].t() * 2  # type: ignore[index]
    assert changed == []


def test_an_in_place_operation_that_keeps_the_values_is_a_change() -> None:
    x = torch.ones(2)
    with meter.mutations(x) as changed:
        x.mul_(1)
    assert changed == ["[0]"]


def test_writes_that_the_version_counter_misses_are_changes() -> None:
    array = np.zeros(3)
    x, y, z = torch.ones(2), torch.from_numpy(array), torch.ones(2)
    with meter.mutations(x, y, z) as changed:
        x.data[0] = 5
        array[1] = 7
    assert changed == ["[0]", "[1]"]


def test_arrays_of_numpy_are_remembered_too() -> None:
    same, changed, reshaped, empty = np.ones(3), np.ones((2, 2)), np.ones(4), np.ones(0)
    before = meter.snapshot({"same": same, "changed": changed, "reshaped": reshaped, "empty": empty})
    same *= 1.0
    changed[1, 0] = np.nan
    reshaped.resize((2, 2), refcheck=False)
    assert meter.changed(before) == ["['changed']", "['reshaped']"]
    assert meter.changed(meter.snapshot(changed)) == []


def test_changes_are_found_in_nested_values() -> None:
    values = {"layers": [torch.zeros(2), (torch.zeros(2), torch.tensor(1))], "bias": torch.zeros(1)}
    before = meter.snapshot(values)
    values["layers"][1][1].fill_(3)  # type: ignore[index]
    assert meter.changed(before) == ["['layers'][1][1]"]


def test_replaced_added_and_removed_entries_are_changes() -> None:
    values = {"a": torch.zeros(2), "b": torch.zeros(2), "steps": 1}
    before = meter.snapshot(values)
    values["a"] = torch.zeros(2)
    del values["b"]
    values["c"] = torch.zeros(2)
    assert meter.changed(before) == ["['a']", "['b']", "['c']"]
    values["steps"] = 2
    assert "['steps']" in meter.changed(before)


def test_changed_shape_and_flags_are_changes() -> None:
    x, y = torch.ones(2, 3), torch.ones(2)
    with meter.mutations(x, y) as changed:
        x.t_()
        y.requires_grad_()
    assert changed == ["[0]", "[1]"]


def test_mutations_reports_after_an_error_too() -> None:
    x = torch.ones(2)
    with pytest.raises(ZeroDivisionError), meter.mutations(x) as changed:  # noqa: PT012
        x.zero_()
        _ = 1 / 0
    assert changed == ["[0]"]


@pytest.mark.parametrize(
    "x",
    [
        torch.tensor(2.5),
        torch.tensor([True]),
        torch.tensor([1 + 2j]).conj(),
        torch.empty(0, 3),
        torch.ones(2, dtype=torch.bfloat16),
        torch.ones(1, 3).expand(2, 3),
        torch.eye(2).to_sparse(),
        torch.empty(2, device="meta"),
    ],
    ids=["0-d", "bool", "conj", "empty", "bfloat16", "expanded", "sparse", "meta"],
)
def test_a_snapshot_of_any_tensor_equals_itself(x: torch.Tensor) -> None:
    assert meter.changed(meter.snapshot(x)) == []


def test_tensors_of_inference_mode_are_compared_by_their_values() -> None:
    with torch.inference_mode():
        x, y = torch.ones(2), torch.ones(2)
        before = meter.snapshot([x, y])
        x.add_(1)
        assert meter.changed(before) == ["[0]"]


def test_operators_are_counted_without_importing_a_compiler() -> None:
    code = (
        "import sys, torch\nfrom torchscope import meter\n"
        "with meter.operators() as seen:\n    torch.ones(2) + 1\n"
        "assert len(seen) == 2, seen\nassert 'torch._dynamo' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_operators_tell_the_shapes_they_were_given() -> None:
    A, B = torch.ones(2, 3), torch.ones(3, 4)
    with meter.operators() as seen:
        A @ B
        A.add_(1)
    assert list(zip(seen.names, seen.shapes, strict=True)) == [("mm", ((2, 3), (3, 4))), ("add_", ((2, 3),))]
