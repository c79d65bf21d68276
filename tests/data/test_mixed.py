from itertools import islice

import pytest
import torch

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.mixed import Mixed
from iadb_core.data.pairs import pairs_of

CPU = torch.device("cpu")


def pairs(mean):
    return pairs_of((Gaussian(mean=mean, std=0.001),) * 2, (None, None), (2,), 20, "", 0, CPU)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_a_share_of_the_rows_is_of_the_others(share):
    block = next(Mixed(pairs(1.0), pairs(2.0), share).blocks())
    others = block.x0[..., 0] > 1.5
    assert (others.sum(dim=1) == 20 * share).all()
    assert torch.equal(block.x1[..., 0] > 1.5, others)
    assert torch.equal(block.alpha[~others], next(pairs(1.0).blocks()).alpha[~others])


@pytest.mark.parametrize("rows", [slice(0, 7), slice(7, 20), slice(19, 20)])
def test_they_are_the_same_whatever_rows_are_taken_and_wherever_it_begins(rows):
    mixed = Mixed(pairs(1.0), pairs(2.0), 0.3)
    whole, part = list(islice(mixed.blocks(), 3)), next(mixed.blocks(2, rows))
    for mine, theirs in zip(part.parts(), whole[2].parts(), strict=True):
        assert torch.equal(mine, theirs[:, rows])
