from itertools import pairwise

import pytest
import torch

from iadb_core.method.batches import Batch, Block


@pytest.fixture
def block():
    """Three batches of four samples, each number of which is another."""
    numbers = torch.arange(3 * 4 * 5.0).view(3, 4, 5)
    return Block(numbers[..., :2], numbers[..., 2:4], numbers[..., 4])


def test_a_block_is_its_batches_one_after_the_other(block):
    batches = list(block.batches())
    assert len(batches) == len(block) == 3
    for number, batch in enumerate(batches):
        assert isinstance(batch, Batch)
        assert torch.equal(batch.x0, block.x0[number])
        assert torch.equal(batch.x1, block.x1[number])
        assert torch.equal(batch.alpha, block.alpha[number])
    for one, following in pairwise(batches):
        assert (one.alpha < following.alpha).all()


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_the_first_batches_of_a_block_are_a_block(block, count):
    first = block.first(count)
    assert len(first) == len(list(first.batches())) == count
    for mine, whole in zip(first.batches(), block.batches(), strict=False):
        for part in ("x0", "x1", "alpha"):
            assert torch.equal(getattr(mine, part), getattr(whole, part))
