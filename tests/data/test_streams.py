from itertools import islice
from statistics import NormalDist

import numpy as np
import pytest
import torch

from iadb_core.data import streams
from iadb_core.data.streams import (
    ALPHAS,
    Draws,
    batches_in_a_block,
    independent_blocks,
    independent_pairs,
    index_blocks,
)
from iadb_core.system.errors import InputError
from iadb_core.system.files import load_array, save_array
from iadb_core.system.runtime import generator

CPU = torch.device("cpu")
PICTURES = ({"picture": {"path": ""}}, {"picture": {"path": ""}})


def take(count, batches):
    return list(islice(batches, count))


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


def test_small_batches_come_many_at_once_and_large_ones_alone():
    assert batches_in_a_block(256, (2,)) == 64
    assert batches_in_a_block(64, (1, 32, 32)) == 4
    assert batches_in_a_block(1024, (3, 64, 64)) == 1


def test_blocks_are_the_batches_side_by_side():
    points = np.random.default_rng(0).random((1000, 2), dtype=np.float32)
    arguments = PICTURES, (points, points), (2,), 256, "shuffled", 0, CPU
    block = next(independent_blocks(*arguments))
    for batch, (x0, x1, alpha) in enumerate(take(64, independent_pairs(*arguments))):
        for part, single in zip(block, (x0, x1, alpha), strict=True):
            assert torch.equal(part[batch], single)


@pytest.mark.parametrize(
    ("name", "quantile"),
    [
        ("uniform", lambda u: u),
        ("logit_normal", lambda u: 1 / (1 + np.exp(-NormalDist().inv_cdf(u)))),
        ("arcsine", lambda u: (1 - np.cos(np.pi * u)) / 2),
    ],
)
def test_alpha_has_the_distribution_of_its_name(name, quantile):
    draws = ALPHAS[name](torch.rand(200_000, generator=generator(0, "t")))
    assert draws.min() >= 0
    assert draws.max() <= 1
    for u in (0.1, 0.25, 0.5, 0.9):
        assert draws.quantile(u).item() == pytest.approx(quantile(u), abs=0.006)
    assert ALPHAS[name](torch.zeros(1)).isfinite().all()


def test_data_too_large_for_memory_give_the_same_batches(tmp_path, monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (500, 1, 8, 8), np.uint8)
    save_array(tmp_path / "images.npy", images)
    stored = load_array(tmp_path / "images.npy")
    target = {"dataset": {"size": 8, "scaling": [[0.5, 0.5]]}}

    def batches():
        arguments = ({"gaussian": {"mean": 0.0, "std": 1.0}}, target), (None, stored), (1, 8, 8), 32, "shuffled", 0, CPU
        return take(40, independent_pairs(*arguments))

    expected = batches()
    monkeypatch.setattr(streams, "fits", lambda samples, device, sharing=1: False)
    for ours, theirs in zip(batches(), expected, strict=True):
        assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("order", ["shuffled", "with_replacement"])
@pytest.mark.parametrize("in_memory", [True, False])
def test_a_stream_begins_at_any_of_its_blocks(order, in_memory, tmp_path, monkeypatch):
    images = np.random.default_rng(0).integers(0, 256, (500, 1, 8, 8), np.uint8)  # 15 batches an epoch, 64 a block
    save_array(tmp_path / "images.npy", images)
    monkeypatch.setattr(streams, "fits", lambda samples, device, sharing=1: in_memory)
    densities = {"gaussian": {"mean": 0.0, "std": 1.0}}, {"dataset": {"size": 8, "scaling": [[0.5, 0.5]]}}
    arguments = densities, (None, load_array(tmp_path / "images.npy")), (1, 8, 8), 32, order, 0, CPU, "logit_normal"
    from_the_start = take(5, independent_blocks(*arguments))
    for first in range(5):
        for ours, theirs in zip(independent_blocks(*arguments, first=first), from_the_start[first:], strict=False):
            assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))
