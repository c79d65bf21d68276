from dataclasses import replace
from itertools import islice

import pytest
import torch

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.pairs import pairs_of
from iadb_core.system.errors import InputError
from iadb_core.training.processes import ALONE, Processes

BATCH = 33


class Sorted:
    """A coupling that needs whole batches: the lowest x₀ with the lowest x₁, by the first coordinate."""

    apart, aligned, at_once = False, False, None

    def __call__(self, x0, x1, condition, draws):
        return *(x.gather(1, x[:, :, :1].argsort(dim=1).expand_as(x)) for x in (x0, x1)), condition


def shares(size):
    return [replace(ALONE, rank=rank, size=size).rows(BATCH) for rank in range(size)]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_rows_are_all_of_a_batch(size):
    rows = shares(size)
    assert [i for part in rows for i in range(BATCH)[part]] == list(range(BATCH))
    assert max(len(range(BATCH)[part]) for part in rows) == -(-BATCH // size)


@pytest.mark.parametrize("coupling", [None, Sorted()])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pairs_are_the_same_for_every_number_of_processes(size, coupling):
    densities, drawn = (Gaussian(), Gaussian(mean=2.0)), (BATCH, "with_replacement", 0, torch.device("cpu"))
    pairs = pairs_of(densities, (None, None), (2,), *drawn, coupling=coupling)
    whole = list(islice(pairs.blocks(1), 2))
    parts = [list(islice(pairs.blocks(1, rows), 2)) for rows in shares(size)]
    for block, *own in zip(whole, *parts, strict=True):
        for name in ("x0", "x1", "alpha"):
            assert torch.equal(torch.cat([getattr(part, name) for part in own], dim=1), getattr(block, name))
        in_order = [(x[:, :, 0].diff(dim=1) >= 0).all() for x in (block.x0, block.x1)]
        assert all(in_order) == bool(coupling)


def test_more_processes_than_devices_with_a_number_are_refused():
    with pytest.raises(InputError, match="device: cuda:1 is one device"):
        Processes(1, 2).device("cuda:1")


def test_each_process_has_a_device_of_its_own_kind():
    assert ALONE.device("cuda:1") == "cuda:1"
    assert Processes(1, 2, local_rank=1, here=2).device("cpu") == "cpu"
    assert Processes(1, 2, local_rank=1, here=2).device("cuda") == "cuda:1"
