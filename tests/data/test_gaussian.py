import numpy as np
import pytest
import torch
from scipy import stats

from iadb_core.data.density import Box
from iadb_core.data.kinds.gaussian import BEHIND, DRAWN_AT_ONCE, Gaussian
from iadb_core.data.registry import density_of
from iadb_core.method.laws import Normal


def test_gaussian_samples():
    density = Gaussian(mean=3.0, std=0.5)
    points = density.draw((2,), 50_000, np.random.default_rng(0))
    assert points.mean(axis=0) == pytest.approx([3, 3], abs=0.01)
    assert points.std(axis=0) == pytest.approx([0.5, 0.5], abs=0.01)
    assert np.array_equal(density.draw((2,), 10, np.random.default_rng(0)), points[:10])
    assert (points.shape, points.dtype) == ((50_000, 2), np.float32)


@pytest.mark.parametrize("skipped", [0, 1, DRAWN_AT_ONCE - 1, DRAWN_AT_ONCE, 3 * DRAWN_AT_ONCE + 7])
def test_skipped_samples_are_drawn_all_the_same(skipped):
    whole = Gaussian().draw((1, 2, 2), skipped + 5, np.random.default_rng(0))
    assert np.array_equal(Gaussian().draw((1, 2, 2), 5, np.random.default_rng(0), skipped), whole[skipped:])


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.5, 2.0)])
def test_its_blocks_are_of_the_same_distribution(mean, std):
    density = Gaussian(mean=mean, std=std)
    block = density.draw_blocks((3, 4000, 2), torch.Generator().manual_seed(0))
    assert (block.shape, block.dtype) == ((3, 4000, 2), torch.float32)
    assert stats.kstest(block.flatten().numpy(), "norm", (mean, std)).pvalue > 0.01
    drawn = density.draw((2,), 12_000, np.random.default_rng(0))
    assert stats.kstest(drawn.ravel(), "norm", (mean, std)).pvalue > 0.01


def test_it_is_drawn_anew_has_the_shape_of_the_other_side_and_no_files():
    density = density_of({"gaussian": {"mean": 0.5, "std": 2.0}})
    assert density.fresh
    assert density.shape() is None
    assert density.files() == []
    assert density.labelled_as(0) is None
    assert density.described() == {"gaussian": {"mean": 0.5, "std": 2.0}}


def test_its_law_is_what_it_draws_from():
    assert Gaussian(mean=0.5, std=2.0).law() == Normal(0.5, 2.0)


def test_behind_points_it_is_its_density_with_a_maximum_of_1():
    mean, std = 0.4, 0.1
    behind = Gaussian(mean=mean, std=std).behind()
    height, width = behind.shape
    rows = stats.norm.pdf((np.arange(height) + 0.5) / height, mean, std)
    columns = stats.norm.pdf((np.arange(width) + 0.5) / width, mean, std)
    expected = np.outer(rows, columns)
    assert behind == pytest.approx(expected / expected.max())


def test_behind_points_it_is_finite_even_far_outside():
    assert np.isfinite(Gaussian(mean=50.0, std=0.01).behind()).all()


def test_behind_points_of_more_coordinates_it_is_its_projection():
    """Of a normal distribution along orthonormal axes: the mean is projected, the deviation stays."""
    axes = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]) / np.sqrt([2.0, 1.0])
    density = Gaussian(mean=1.0, std=0.3, dimensions=3)
    box = Box((0.0, 0.0), 2.0, upward=True)
    shown = density.draw((3,), 100_000, np.random.default_rng(0)) @ axes
    row, column = np.unravel_index(density.behind(box, axes).argmax(), (BEHIND, BEHIND))
    assert (column + 0.5) / BEHIND * 2 == pytest.approx(shown[:, 0].mean(), abs=0.01)
    assert 2 - (row + 0.5) / BEHIND * 2 == pytest.approx(shown[:, 1].mean(), abs=0.01)


def test_with_dimensions_it_has_a_shape_and_may_be_a_finite_set():
    density = density_of({"gaussian": {"mean": 0.0, "std": 1.0, "dimensions": 5, "finite": True}})
    assert (density.shape(), density.fresh, density.known) == ((5,), False, True)
    assert density_of({"gaussian": {"mean": 0.0, "std": 1.0, "dimensions": 5}}).fresh
    assert density.law() == Normal(0.0, 1.0)
    assert density.described() == {"gaussian": {"mean": 0.0, "std": 1.0, "dimensions": 5, "finite": True}}


@pytest.mark.parametrize(
    "settings",
    [{"std": 0.0}, {"std": -1.0}, {"mean": float("nan")}, {"mean": 1001.0}, {"finite": True}, {"dimensions": 1}],
)
def test_what_is_no_normal_distribution_is_refused(settings):
    with pytest.raises(ValueError, match="validation error"):
        Gaussian(**settings)
