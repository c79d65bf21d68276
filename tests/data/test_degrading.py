import numpy as np
import pytest
import torch

from iadb_core.data.degradations.masks import Box, RandomPixels
from iadb_core.data.degradations.resolution import Downsampling
from iadb_core.data.degradations.values import Gray, Noise
from iadb_core.data.degrading import Degrading
from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.pairs import pairs_of
from iadb_core.data.telling import ToldDegraded

CPU = torch.device("cpu")
SHAPE = (1, 8, 8)
DIGITS = Dataset(name="digits", size=8, margin=0, scaling=[[0.5, 0.25], [0.1, 2.0]])
STORED = np.random.default_rng(0).integers(0, 256, (100, 1, 8, 8), np.uint8)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_noise_is_told_in_pixel_values():
    degrading = Degrading.of(Noise(noise=0.2), DIGITS)
    assert degrading.unit == pytest.approx(2.0)  # 1 / (0.25 · 2)
    zeros = torch.zeros(2000, *SHAPE)
    assert float(degrading(zeros, generator()).y.std()) == pytest.approx(0.4, rel=0.02)


def test_noise_is_on_what_is_seen_alone():
    degraded = Degrading.of(Box(size=4, noise=0.3), DIGITS)(torch.zeros(10, *SHAPE), generator())
    assert torch.equal(degraded.y != 0, degraded.masks == 1)


def test_pixels_and_network_values_are_degraded_alike():
    pixels = torch.rand(4, *SHAPE, generator=generator())
    network = (((pixels - 0.5) / 0.25) - 0.1) / 2
    small = Degrading.of(Downsampling(factor=2), DIGITS)(network, generator()).y
    wanted = torch.nn.functional.avg_pool2d(pixels, 2)
    assert torch.allclose(small, (((wanted - 0.5) / 0.25) - 0.1) / 2, atol=1e-6)


@pytest.mark.parametrize(
    ("degradation", "shape", "channels"),
    [(Box(size=2), (3, 8, 8), 4), (Downsampling(factor=4), (3, 8, 8), 3), (Gray(), (3, 8, 8), 1)],
)
def test_a_network_sees_images_of_the_whole_size_and_which_pixels_are_lost(degradation, shape, channels):
    degrading = Degrading(degradation, shape, [(0.5, 0.5)])
    degraded = degrading(torch.rand(4, *shape), generator())
    assert degrading.seen(degraded).shape == (4, channels, 8, 8)
    assert degrading.shown(degraded).shape == (4, *shape)
    if degraded.masks is not None:
        assert torch.equal(degrading.seen(degraded)[:, -1:], degraded.masks)
    again = degrading.again(torch.rand(4, *shape), degraded.masks)
    assert again.shape == degraded.y.shape


def pairs(degradation, seed=3):
    how = (Gaussian(), DIGITS), (None, STORED), SHAPE, 32, "shuffled", seed, CPU
    return pairs_of(*how, told=ToldDegraded(degradation))


def test_a_training_sees_each_image_degraded_beside_it():
    block = next(pairs(RandomPixels(share=0.5)).blocks())
    seen, masks = block.condition[:, :, :1], block.condition[:, :, 1:]
    assert torch.equal(seen, block.x1 * masks)
    assert 0.4 < float(masks.mean()) < 0.6
    assert len(masks.flatten(0, 1).flatten(1).unique(dim=0)) > 60  # each its own


def test_what_is_lost_is_the_same_wherever_a_training_begins_and_whatever_rows_it_takes():
    degradation = RandomPixels(share=0.5, noise=0.1)
    blocks = pairs(degradation).blocks()
    first, second = next(blocks), next(blocks)
    assert not torch.equal(first.condition[..., -1, :, :], second.condition[..., -1, :, :])
    again = next(pairs(degradation).blocks(1))
    assert torch.equal(again.condition, second.condition)
    some = next(pairs(degradation).blocks(1, slice(8, 24)))
    assert torch.equal(some.x1, second.x1[:, 8:24])
    assert torch.equal(some.condition, second.condition[:, 8:24])
    other = next(pairs(degradation, seed=4).blocks())
    assert not torch.equal(other.condition, first.condition)
