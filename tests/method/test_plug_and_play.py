"""Plug and play, where everything is known: linear operators as matrices, and images that are normally distributed."""

import pytest
import torch

from iadb_core.data.degradations.masks import Half
from iadb_core.data.degradations.resolution import Blur, Downsampling
from iadb_core.method.linear import LinearField
from iadb_core.method.plug_and_play import PlugAndPlay, largest_eigenvalue, normal_product

SHAPE = (1, 8, 8)


def matrix(operator):
    """A linear operator of images of `SHAPE` as a matrix."""
    units = torch.eye(64).view(64, *SHAPE)
    return operator(units).flatten(1).T


@pytest.mark.parametrize("degradation", [Half(side="left"), Downsampling(factor=2), Blur(std=0.8)], ids=repr)
def test_products_and_eigenvalues_are_those_of_the_matrix(degradation):
    masks = degradation.masks(1, SHAPE, torch.Generator())

    def operator(x):
        return degradation.applied(x, masks)

    own, generator = matrix(operator), torch.Generator().manual_seed(0)
    x, start = (torch.randn(3, *SHAPE, generator=generator) for _ in range(2))
    y = torch.randn(3, len(own), generator=generator)
    found = normal_product(operator, x, y.view(operator(x).shape))
    assert torch.allclose(found.flatten(1), (x.flatten(1) @ own.T - y) @ own, atol=1e-5)
    largest = float(torch.linalg.matrix_norm(own, 2) ** 2)
    estimated = largest_eigenvalue(operator, start)
    assert (estimated <= largest * 1.0001).all()  # power iteration comes from below
    assert (estimated > 0.9 * largest).all()


def test_an_image_of_which_nothing_is_seen_is_denoised_alone():
    masks, generator = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1), torch.Generator().manual_seed(0)
    assert largest_eigenvalue(lambda x: x * masks, torch.ones(2, *SHAPE)).tolist() == [1, 1]
    method = PlugAndPlay(lambda x, alpha: -x, steps=5, exponent=0.5, draws=1)
    start = torch.zeros(2, *SHAPE)
    found = method(lambda x: x * masks, start, start, lambda: torch.randn(2, *SHAPE, generator=generator))
    assert found.isfinite().all()


@pytest.mark.parametrize(
    ("correlation", "lowest", "highest"), [(0.9, 0.6, 0.95), (0.0, -0.2, 0.2), (-0.9, -0.95, -0.6)]
)
def test_a_lost_pixel_is_found_as_far_as_the_seen_one_tells_of_it(correlation, lowest, highest):
    """Two normal pixels, of which one is seen: the mean of the other one is then the correlation times it."""
    cov = torch.tensor([[1.0, correlation], [correlation, 1.0]], dtype=torch.float64)
    zero, one = torch.zeros(2, dtype=torch.float64), torch.eye(2, dtype=torch.float64)
    linear, generator = LinearField(zero, one, zero, cov), torch.Generator().manual_seed(0)
    evaluated = []

    def field(x, alpha):
        evaluated.append(len(x))
        return linear(x.flatten(1), alpha).view_as(x)

    masks = torch.tensor([1.0, 0.0]).view(1, 1, 1, 2)
    y = torch.tensor([[2.0, 0.0], [-1.0, 0.0]]).view(2, 1, 1, 2)
    method = PlugAndPlay(field, steps=50, exponent=0.5, draws=64)
    found = method(lambda x: x * masks, y, y, lambda: torch.randn(2, 1, 1, 2, generator=generator))
    seen, lost = found[:, 0, 0].unbind(1)
    assert seen.tolist() == pytest.approx([2.0, -1.0], abs=0.25)
    assert all(lowest < ratio < highest for ratio in (lost / seen).tolist())
    assert sum(evaluated) == 2 * 50 * 64


def test_the_same_noise_gives_the_same_image():
    def run():
        generator = torch.Generator().manual_seed(1)
        method = PlugAndPlay(lambda x, alpha: -x, steps=5, exponent=1.0, draws=2)
        y = torch.ones(2, *SHAPE)
        return method(lambda x: x, y, y, lambda: torch.randn(2, *SHAPE, generator=generator))

    assert torch.equal(run(), run())
