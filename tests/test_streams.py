from itertools import islice

import numpy as np
import pytest
import torch

from iadb_core.files import InputError
from iadb_core.runtime import generator
from iadb_core.streams import independent_pairs, index_batches

CPU = torch.device("cpu")
PICTURES = ({"picture": {"path": ""}}, {"picture": {"path": ""}})


def take(count, batches):
    return list(islice(batches, count))


def test_shuffled_epochs_visit_every_sample_once_and_drop_the_rest():
    batches = take(6, index_batches(25, 8, "shuffled", generator(0, "t")))
    first, second = torch.cat(batches[:3]), torch.cat(batches[3:])
    assert len(first.unique()) == len(second.unique()) == 24
    assert not torch.equal(first, second)


def test_draws_with_replacement_are_uniform():
    draws = torch.cat(take(400, index_batches(10, 100, "with_replacement", generator(0, "t"))))
    counts = torch.bincount(draws, minlength=10)
    chi_squared = ((counts - 4000) ** 2 / 4000).sum()
    assert chi_squared < 27.9  # 9 degrees of freedom, p = 0.001


def test_pairs_are_independent_of_each_other_and_of_alpha():
    points = np.random.default_rng(0).random((1000, 2), dtype=np.float32)
    pairs = independent_pairs(PICTURES, (points, points), (2,), 500, "with_replacement", 0, CPU)
    x0, x1, alpha = (torch.cat(parts) for parts in zip(*take(40, pairs), strict=True))
    stacked = torch.cat([x0, x1, alpha[:, None]], dim=1).T
    correlations = torch.corrcoef(stacked) - torch.eye(5)
    within = correlations.clone()
    within[0, 1] = within[1, 0] = within[2, 3] = within[3, 2] = 0  # the points' own
    assert within.abs().max() < 0.03
    assert (alpha.min() >= 0, alpha.max() < 1) == (True, True)
    assert alpha.mean().item() == pytest.approx(0.5, abs=0.01)


def test_images_come_as_scaled_network_values():
    images = np.full((10, 3, 8, 8), 255, np.uint8)
    target = {"dataset": {"size": 16, "scaling": [[0.5, 0.25]]}}
    source = {"gaussian": {"mean": 5.0, "std": 0.0}}
    pairs = independent_pairs((source, target), (None, images), (3, 16, 16), 4, "shuffled", 0, CPU)
    x0, x1, alpha = next(pairs)
    assert x0.shape == x1.shape == (4, 3, 16, 16)
    assert alpha.shape == (4,)
    assert (x0 == 5).all()
    assert torch.allclose(x1, torch.tensor(2.0))


def test_a_batch_larger_than_shuffled_data_is_refused():
    points = np.zeros((10, 2), np.float32)
    with pytest.raises(InputError, match=r"batch_size: 11 .* 10 training samples"):
        independent_pairs(PICTURES, (points, points), (2,), 11, "shuffled", 0, CPU)


@pytest.mark.parametrize(
    "stored", [np.zeros((0, 2), np.float32), np.zeros((5, 3), np.float32), np.zeros((5, 2), np.float64)]
)
def test_samples_that_do_not_fit_are_refused(stored):
    with pytest.raises(InputError, match="stored samples"):
        independent_pairs(PICTURES, (stored, stored), (2,), 2, "with_replacement", 0, CPU)
