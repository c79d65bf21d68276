from itertools import islice

import pytest
import torch

from iadb_core.data.draws import Draws, index_blocks, steps_per_epoch
from iadb_core.system.errors import InputError

CPU = torch.device("cpu")


def take(count, blocks):
    return list(islice(blocks, count))


def test_shuffled_epochs_visit_every_sample_once_and_drop_the_rest():
    batches = torch.cat(take(3, index_blocks(25, (2, 8), "shuffled", Draws(0, "t", CPU))))  # blocks across epochs
    first, second = batches[:3], batches[3:]
    assert len(first.unique()) == len(second.unique()) == 24
    assert not torch.equal(first, second)


def test_draws_with_replacement_are_uniform():
    draws = torch.cat(take(40, index_blocks(10, (10, 100), "with_replacement", Draws(0, "t", CPU))))
    counts = torch.bincount(draws.flatten(), minlength=10)
    chi_squared = ((counts - 4000) ** 2 / 4000).sum()
    assert chi_squared < 27.9  # 9 degrees of freedom, p = 0.001


@pytest.mark.parametrize("order", ["shuffled", "with_replacement"])
def test_blocks_of_indices_begin_at_any_number(order):
    whole = take(9, index_blocks(25, (2, 8), order, Draws(0, "t", CPU)))
    for first in range(9):
        later = take(9 - first, index_blocks(25, (2, 8), order, Draws(0, "t", CPU), first))
        assert all(torch.equal(a, b) for a, b in zip(later, whole[first:], strict=True))


def test_draws_are_told_apart_by_seed_purpose_and_number():
    def numbers(seed, purpose, number):
        return torch.rand(4, generator=Draws(seed, purpose, CPU)(number)).tolist()

    assert numbers(0, "t", 1) == numbers(0, "t", 1)
    found = [numbers(*which) for which in ((0, "t", 1), (1, "t", 1), (0, "s", 1), (0, "t", 2))]
    assert len({tuple(each) for each in found}) == 4


def test_what_was_drawn_before_does_not_matter():
    draws = Draws(0, "t", CPU)
    torch.rand(100, generator=draws(7))
    assert torch.equal(torch.rand(3, generator=draws(2)), torch.rand(3, generator=Draws(0, "t", CPU)(2)))


def test_an_epoch_is_the_whole_batches_of_the_data():
    assert [steps_per_epoch(count, 8) for count in (8, 15, 16, 25)] == [1, 1, 2, 3]
    with pytest.raises(InputError, match=r"batch_size: 9 is larger than the data, 8 training samples"):
        steps_per_epoch(8, 9)
