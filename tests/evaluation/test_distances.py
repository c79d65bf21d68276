import numpy as np
import ot
import pytest
import scipy.stats
from sklearn.metrics.pairwise import rbf_kernel

from iadb_core.data.rejection import sample_density
from iadb_core.evaluation.distances import (
    energy_distance,
    median_distance,
    mmd,
    sliced_wasserstein,
    total_variation,
    wasserstein2,
)
from iadb_core.system.errors import InputError


@pytest.fixture
def random():
    """The same numbers in each test."""
    return np.random.default_rng(0)


def test_energy_distance_in_one_dimension_is_scipys(random):
    a, b = random.normal(0, 1, (300, 1)), random.normal(0.5, 2, (211, 1))
    assert energy_distance(a, b) == pytest.approx(scipy.stats.energy_distance(a[:, 0], b[:, 0]), rel=1e-9)


def test_energy_distance_in_blocks_is_that_of_all_pairs(random):
    a, b = random.normal(size=(2500, 2)), random.normal(1, 1, size=(2100, 2))

    def mean(x, y):
        return np.mean([np.hypot(*(y - point).T).mean() for point in x])

    expected = np.sqrt(2 * mean(a, b) - mean(a, a) - mean(b, b))
    assert energy_distance(a, b) == pytest.approx(expected, rel=1e-9)


def test_sliced_wasserstein_of_a_shift_is_known(random):
    a, shift = random.normal(size=(500, 10)), np.zeros(10)
    shift[3] = 2.0
    assert sliced_wasserstein(a, a + shift, 20_000, 0) == pytest.approx(2 / np.sqrt(10), rel=0.03)


def test_sliced_wasserstein_is_pots(random):
    a, b = random.normal(size=(200, 3)), random.normal(0.5, 2, size=(200, 3))
    expected = ot.sliced_wasserstein_distance(a, b, n_projections=20_000, seed=1)
    assert sliced_wasserstein(a, b, 20_000, 0) == pytest.approx(expected, rel=0.02)


def test_sliced_wasserstein_in_one_dimension_is_the_distance_of_quantiles(random):
    a, b = random.normal(0, 1, (1000, 1)), random.normal(1, 2, (1000, 1))
    expected = np.sqrt(np.mean((np.sort(a[:, 0]) - np.sort(b[:, 0])) ** 2))
    assert sliced_wasserstein(a, b, 7, 0) == pytest.approx(expected, rel=1e-12)
    assert wasserstein2(a, b) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("dimensions", [2, 20])  # costs as they are needed, and all costs in memory
def test_exact_transport_is_the_best_assignment(dimensions, random):
    a, b = random.normal(size=(300, dimensions)), random.normal(0.5, 2, size=(300, dimensions))
    costs = ((a[:, None] - b) ** 2).sum(axis=-1)
    rows, columns = scipy.optimize.linear_sum_assignment(costs)
    assert wasserstein2(a, b) == pytest.approx(np.sqrt(costs[rows, columns].mean()), rel=1e-9)


def test_exact_transport_between_gaussians_nears_the_closed_form(random):
    a, b = random.normal(0, 1, (2000, 2)), random.normal(2, 3, (2000, 2))
    assert wasserstein2(a, b) == pytest.approx(np.sqrt(2 * (2**2 + 2**2)), rel=0.03)


def test_exact_transport_refuses_what_would_not_fit_into_memory():
    many = np.zeros((5000, 10), np.float32)
    with pytest.raises(InputError, match="too much memory"):
        wasserstein2(many, many)


def test_mmd_is_scikit_learns_kernel_averaged(random):
    a, b = random.normal(size=(300, 2)), random.normal(0.5, 1, size=(200, 2))
    width = median_distance(b)
    gamma = 1 / (2 * width**2)
    kernels = [rbf_kernel(x, y, gamma).mean() for x, y in ((a, a), (b, b), (a, b))]
    assert mmd(a, b, width) == pytest.approx(np.sqrt(kernels[0] + kernels[1] - 2 * kernels[2]), rel=1e-9)


def test_mmd_between_gaussians_nears_the_closed_form(random):
    a, b = random.normal(0, 1, (5000, 1)), random.normal(1, 1, (5000, 1))
    # E k(x, y) for x − y ~ N(m, 2) and unit bandwidth is exp(−m²/6)/√3
    expected = np.sqrt(2 * (1 - np.exp(-1 / 6)) / np.sqrt(3))
    assert mmd(a, b, 1.0) == pytest.approx(expected, rel=0.05)


def test_the_median_distance_is_that_of_all_pairs(random):
    x = random.normal(size=(50, 3))
    pairs = [np.linalg.norm(x[i] - x[j]) for i in range(50) for j in range(i)]
    assert median_distance(x) == pytest.approx(np.median(pairs), rel=1e-12)


@pytest.mark.parametrize("degenerate", [np.zeros((1, 2)), np.ones((50, 2))])
def test_samples_that_coincide_have_no_median_distance(degenerate):
    with pytest.raises(InputError, match="no median distance"):
        median_distance(degenerate)


DISTANCES = {
    "energy": energy_distance,
    "sliced": lambda a, b: sliced_wasserstein(a, b, 64, 0),
    "W2": wasserstein2,
    "MMD": lambda a, b: mmd(a, b, 0.5),
}


@pytest.mark.parametrize("distance", DISTANCES.values(), ids=DISTANCES)
class TestAnyDistance:
    def test_is_zero_for_equal_sets_and_grows_with_a_shift(self, distance, random):
        a = random.random((400, 2))
        shifted = [distance(a, a + shift) for shift in (0, 0.1, 0.2, 0.4)]
        assert shifted[0] == pytest.approx(0, abs=1e-6)
        assert sorted(shifted) == shifted

    def test_takes_images_and_does_not_change_them(self, distance, random):
        a, b = random.random((2, 30, 1, 8, 8), dtype=np.float32)
        kept = a.copy()
        assert distance(a, b) > 0
        assert np.array_equal(a, kept)

    def test_loses_no_digits_far_from_the_origin(self, distance, random):
        a, b = random.random((200, 2)), random.random((200, 2))
        assert distance(a + 1e6, b + 1e6) == pytest.approx(distance(a, b), rel=1e-5, abs=1e-7)

    def test_of_one_sample_and_of_samples_that_coincide_is_a_number(self, distance):
        assert np.isfinite(distance(np.zeros((1, 2)), np.ones((1, 2))))
        assert np.isfinite(distance(np.zeros((9, 2)), np.ones((9, 2))))

    @pytest.mark.parametrize("bad", [np.zeros((0, 2)), np.zeros((5, 3)), np.full((5, 2), np.nan)])
    def test_refuses_what_has_no_distance(self, distance, bad):
        with pytest.raises(InputError, match="no distance"):
            distance(np.zeros((5, 2)), bad)


@pytest.mark.parametrize("distance", [DISTANCES["sliced"], wasserstein2])
def test_matchings_need_sets_of_one_size(distance):
    with pytest.raises(InputError, match="5 and 6"):
        distance(np.zeros((5, 2)), np.zeros((6, 2)))


def test_total_variation_counts_points_and_pixels_on_one_grid():
    picture = np.array([[1.0, 0.0], [1.0, 2.0]])
    corner, middle = np.full((4, 2), 0.1), np.full((4, 2), 0.75)
    assert total_variation(corner, picture, 2) == pytest.approx(0.75)
    assert total_variation(middle, picture, 2) == pytest.approx(0.5)
    assert total_variation(np.concatenate([corner, middle]), picture, 2) == pytest.approx(0.25)
    assert total_variation(corner + 1, picture, 2) == pytest.approx(1.0)
    assert total_variation(corner, picture, 1) == pytest.approx(0.0)


def test_total_variation_of_the_pictures_own_points_is_small_and_grows_with_a_shift(random):
    picture = np.outer(np.linspace(0, 1, 30), np.ones(20))
    points = sample_density(picture / picture.max(), 20_000, random)
    values = [total_variation(points + shift, picture, 8) for shift in (0, 0.1, 0.3)]
    assert values[0] < 0.03  # 0.022 is expected of so many points on 64 cells
    assert sorted(values) == values


def test_values_that_are_not_finite_are_counted_and_placed():
    bad = np.zeros((5, 2))
    bad[[1, 3]] = np.nan
    with pytest.raises(InputError, match="2 of 5 samples of the second set"):
        energy_distance(np.zeros((4, 2)), bad)
    with pytest.raises(InputError, match="2 of 5 samples of the first set"):
        energy_distance(bad, np.zeros((4, 2)))
