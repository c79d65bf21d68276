import numpy as np
import pytest
import torch
from sklearn.neighbors import KernelDensity

from iadb_core.evaluation.kernel_density import WIDTHS, kernel_density


def normal(count, dimension, seed):
    return torch.randn(count, dimension, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_it_is_that_of_another_library_with_the_best_width_for_others():
    points, others, x = normal(2000, 2, 0), normal(500, 2, 1), normal(300, 2, 2)
    rule = float(points.std(dim=0).mean()) * 2000 ** (-1 / 6)
    theirs = [KernelDensity(bandwidth=rule * width).fit(points) for width in WIDTHS]
    best = max(theirs, key=lambda estimate: estimate.score(others))
    found = kernel_density(points, others)(x)
    assert found.numpy() == pytest.approx(best.score_samples(x), abs=0.03)  # one width, not one a coordinate
    assert float(found.mean()) > float(np.mean(theirs[0].score_samples(x)))


def test_coordinates_have_widths_of_their_own():
    scales = torch.tensor([1.0, 100.0], dtype=torch.float64)
    points, others, x = (normal(1500, 2, seed) for seed in range(3))
    plain = kernel_density(points, others)(x)
    wide = kernel_density(points * scales, others * scales)(x * scales)
    assert torch.allclose(wide + np.log(100), plain, atol=1e-3)


def test_a_cloud_that_is_far_from_zero_is_as_any_other():
    points, others, x = (0.1 * normal(800, 2, seed) for seed in range(3))
    assert torch.allclose(
        kernel_density(points + 1000, others + 1000)(x + 1000), kernel_density(points, others)(x), atol=1e-4
    )
