"""Which x₀ is blended with which x₁."""

import numpy as np
import pytest
import torch

from iadb_core.data.kinds.given import GivenPoints
from iadb_core.data.pairs import pairs_of
from iadb_core.method.coupling import coupling_of
from iadb_core.system.errors import InputError

CPU = torch.device("cpu")
POINTS = np.arange(200, dtype=np.float32).reshape(100, 2)
SIDES = GivenPoints(dimension=2), GivenPoints(dimension=2)


def blocks(name, order="shuffled", x0=POINTS, x1=-POINTS, first=0, rows=slice(None)):
    """Blocks of pairs; of each sample its partner is minus it."""
    pairs = pairs_of(SIDES, (x0, x1), (2,), 16, order, 0, CPU, coupling=coupling_of(name, {}))
    return pairs.blocks(first, rows)


@pytest.mark.parametrize("name", ["independent", "pairs"])
def test_a_coupling_leaves_every_sample_as_it_was_drawn(name):
    x0, x1 = torch.rand(3, 4, 2), torch.rand(3, 4, 2)
    found = coupling_of(name, {})(x0, x1)
    assert torch.equal(found[0], x0)
    assert torch.equal(found[1], x1)
    assert found[2] is None


@pytest.mark.parametrize("order", ["shuffled", "with_replacement"])
def test_pairs_belong_together_and_independent_samples_do_not(order):
    together, apart = next(blocks("pairs", order)), next(blocks("independent", order))
    assert torch.equal(together.x0, -together.x1)
    assert float((apart.x0 == -apart.x1).float().mean()) < 0.1
    assert torch.equal(together.x1, apart.x1)  # the target's order is the same
    some = next(blocks("pairs", order, rows=slice(4, 8)))
    assert torch.equal(some.x0, together.x0[:, 4:8])


def test_what_cannot_be_paired_is_told():
    with pytest.raises(InputError, match="as many samples of source and target, not 90 and 100"):
        blocks("pairs", x0=POINTS[:90])
    with pytest.raises(InputError, match="not None and 100"):
        blocks("pairs", x0=None)
