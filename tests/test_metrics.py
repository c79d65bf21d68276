import numpy as np
import pytest
import scipy.stats

from iadb_core.files import InputError
from iadb_core.metrics import against_real, energy_distance, sliced_wasserstein

RANDOM = np.random.default_rng(0)


def test_energy_distance_in_one_dimension_is_scipys():
    a, b = RANDOM.normal(0, 1, (300, 1)), RANDOM.normal(0.5, 2, (211, 1))
    assert energy_distance(a, b) == pytest.approx(scipy.stats.energy_distance(a[:, 0], b[:, 0]), rel=1e-9)


def test_energy_distance_in_blocks_is_that_of_all_pairs():
    a, b = RANDOM.normal(size=(2500, 2)), RANDOM.normal(1, 1, size=(2100, 2))

    def mean(x, y):
        return np.mean([np.hypot(*(y - point).T).mean() for point in x])

    expected = np.sqrt(2 * mean(a, b) - mean(a, a) - mean(b, b))
    assert energy_distance(a, b) == pytest.approx(expected, rel=1e-9)


def test_sliced_wasserstein_of_a_shift_is_known():
    a, shift = RANDOM.normal(size=(500, 10)), np.zeros(10)
    shift[3] = 2.0
    assert sliced_wasserstein(a, a + shift, 20_000, 0) == pytest.approx(2 / np.sqrt(10), rel=0.03)


def test_sliced_wasserstein_in_one_dimension_is_the_distance_of_quantiles():
    a, b = RANDOM.normal(0, 1, (1000, 1)), RANDOM.normal(1, 2, (1000, 1))
    expected = np.sqrt(np.mean((np.sort(a[:, 0]) - np.sort(b[:, 0])) ** 2))
    assert sliced_wasserstein(a, b, 7, 0) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("distance", [energy_distance, lambda a, b: sliced_wasserstein(a, b, 64, 0)])
class TestAnyDistance:
    def test_is_zero_for_equal_sets_and_grows_with_a_shift(self, distance):
        a = RANDOM.random((400, 2))
        shifted = [distance(a, a + shift) for shift in (0, 0.1, 0.2, 0.4)]
        assert shifted[0] == pytest.approx(0, abs=1e-6)
        assert sorted(shifted) == shifted

    def test_takes_images_and_does_not_change_them(self, distance):
        a, b = RANDOM.random((2, 30, 1, 8, 8), dtype=np.float32)
        kept = a.copy()
        assert distance(a, b) > 0
        assert np.array_equal(a, kept)

    @pytest.mark.parametrize("bad", [np.zeros((0, 2)), np.zeros((5, 3)), np.full((5, 2), np.nan)])
    def test_refuses_what_has_no_distance(self, distance, bad):
        with pytest.raises(InputError, match="no distance"):
            distance(np.zeros((5, 2)), bad)


def test_sliced_wasserstein_needs_sets_of_one_size():
    with pytest.raises(InputError, match="5 and 6"):
        sliced_wasserstein(np.zeros((5, 2)), np.zeros((6, 2)), 4, 0)


def measure(generated, held_out, train):
    return against_real(generated, held_out, train, energy_distance, lambda x: x, 20, np.random.default_rng(0))


def test_a_perfect_model_scores_the_floor_and_a_bad_one_more():
    held_out, train, perfect = (RANDOM.normal(size=(n, 2)) for n in (500, 2000, 500))
    good, bad = measure(perfect, held_out, train), measure(perfect + 0.5, held_out, train)
    assert good["n"] == 500
    assert good["distance"] == pytest.approx(good["floor"], rel=0.5)
    assert bad["distance"] > 3 * bad["floor"]


def test_real_sets_are_disjoint_and_as_large_as_the_generated_one():
    sizes = []

    def distance(a, b):
        sizes.append((len(a), len(b)))
        assert not set(a[:, 0]) & set(b[:, 0])
        return 0.0

    numbers = np.arange(100.0)[:, None]
    against_real(-1 - numbers, numbers, 1000 + numbers, distance, lambda x: x, 5, np.random.default_rng(0))
    against_real(-1 - numbers, numbers, None, distance, lambda x: x, 5, np.random.default_rng(0))
    assert sizes == [(100, 100)] * 6 + [(50, 50)] * 6
