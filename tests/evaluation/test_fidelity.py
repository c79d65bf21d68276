import importlib

import numpy as np
import pytest
import scipy.linalg
import torch
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.neighbors import NearestNeighbors

from iadb_core.data.torchvision_import import import_torchvision
from iadb_core.evaluation.fidelity import class_entropy, confidence, frechet_distance, kernel_distance, nearest, overlap
from iadb_core.system.errors import InputError


def features():
    """Two sets of features, of different distributions."""
    random = np.random.default_rng(0)
    return random.normal(size=(300, 6)), random.normal(0.3, 1.5, size=(250, 6)) @ random.normal(size=(6, 6))


A, B = features()


@pytest.fixture
def random():
    """The same numbers in each test."""
    return np.random.default_rng(1)


def moments(x):
    return x.mean(axis=0), np.cov(x, rowvar=False)


def test_frechet_distance_is_scipys_matrix_root():
    (mean_a, cov_a), (mean_b, cov_b) = moments(A), moments(B)
    expected = ((mean_a - mean_b) ** 2).sum() + np.trace(cov_a + cov_b - 2 * scipy.linalg.sqrtm(cov_a @ cov_b).real)
    assert frechet_distance(A, B) == pytest.approx(expected, rel=1e-9)


@pytest.fixture(scope="module")
def torchmetrics_image():
    """torchmetrics' image metrics, which import torchvision."""
    import_torchvision()
    return importlib.import_module("torchmetrics.image")


def test_frechet_distance_is_torchmetrics(torchmetrics_image):
    parts = [torch.from_numpy(part) for x in (A, B) for part in moments(x)]
    assert frechet_distance(A, B) == pytest.approx(torchmetrics_image.fid._compute_fid(*parts).item(), rel=1e-6)


def test_frechet_distance_of_a_shift_and_of_a_scale_is_known():
    assert frechet_distance(A, A + 0.5) == pytest.approx(6 * 0.25, rel=1e-9)
    centred = A - A.mean(axis=0)
    assert frechet_distance(centred, 3 * centred) == pytest.approx(4 * np.trace(np.cov(A, rowvar=False)), rel=1e-9)


def test_frechet_distance_of_fewer_samples_than_features_is_a_number(random):
    few = random.normal(size=(4, 64))
    assert frechet_distance(few, few) == pytest.approx(0, abs=1e-6)
    assert frechet_distance(few, np.zeros((5, 64))) > 0


def test_kernel_distance_is_torchmetrics_and_scikit_learns(torchmetrics_image):
    same = A[:250]
    kernels = [polynomial_kernel(x, y, degree=3, gamma=1 / 6, coef0=1) for x, y in ((same, same), (same, B), (B, B))]
    expected = torchmetrics_image.kid.poly_mmd(torch.from_numpy(same), torch.from_numpy(B)).item()
    assert kernel_distance(same, B) == pytest.approx(expected, rel=1e-9)
    off = [(k.sum() - np.trace(k)) / (250 * 249) for k in (kernels[0], kernels[2])]
    assert kernel_distance(same, B) == pytest.approx(sum(off) - 2 * kernels[1].mean(), rel=1e-9)


def test_kernel_distance_is_unbiased_and_grows_with_a_shift(random):
    draws = [kernel_distance(*random.normal(size=(2, 60, 4))) for _ in range(200)]
    assert abs(np.mean(draws)) < 4 * np.std(draws) / np.sqrt(200)
    assert np.min(draws) < 0
    shifted = [kernel_distance(A, A[::-1] + shift) for shift in (0, 0.3, 1)]
    assert sorted(shifted) == shifted


def radii(x, k):
    return NearestNeighbors(n_neighbors=k + 1).fit(x).kneighbors(x)[0][:, k]


def test_overlap_is_what_its_definition_counts():
    k, distances = 5, np.linalg.norm(A[:, None] - B, axis=-1)  # A is generated, B is real
    in_real, in_generated = distances <= radii(B, k), distances <= radii(A, k)[:, None]
    found = overlap(A, B, k)
    assert found.precision == in_real.any(axis=1).mean()
    assert found.recall == in_generated.any(axis=0).mean()
    assert found.density == pytest.approx(in_real.sum() / (k * len(A)), rel=1e-12)
    assert found.coverage == in_real.any(axis=0).mean()


def test_overlap_of_equal_distributions_and_of_distant_ones(random):
    same = overlap(random.normal(size=(500, 3)), random.normal(size=(500, 3)), 5)
    assert min(same.precision, same.recall, same.coverage) > 0.9
    assert same.density == pytest.approx(1, abs=0.15)
    assert overlap(A, A + 1000, 5) == (0, 0, 0, 0)
    collapsed = overlap(np.repeat(A[:1], 100, axis=0) + 1e-9 * random.normal(size=(100, 6)), A, 5)
    assert collapsed.precision == 1
    assert max(collapsed.recall, collapsed.coverage) < 0.1


def test_the_nearest_is_scikit_learns_and_its_distance_loses_no_digits(random):
    x, pool = random.random((40, 1, 4, 4)), random.random((3000, 1, 4, 4))
    distance, index = NearestNeighbors(n_neighbors=1).fit(pool.reshape(3000, -1)).kneighbors(x.reshape(40, -1))
    found, found_distance = nearest(x, pool)
    assert np.array_equal(found, index[:, 0])
    assert found_distance == pytest.approx(distance[:, 0], rel=1e-12)
    assert nearest(pool[:9] + 1e6, pool + 1e6)[1].max() < 1e-8


def test_entropy_and_confidence_of_known_predictions():
    even, certain = np.eye(10), np.eye(10)[[3] * 7]
    assert class_entropy(even) == pytest.approx(np.log(10))
    assert class_entropy(certain) == 0
    assert confidence(certain) == 1
    assert confidence(np.full((5, 10), 0.1)) == pytest.approx(0.1)


@pytest.mark.parametrize("measure", [frechet_distance, kernel_distance, lambda a, b: overlap(a, b, 1), nearest])
@pytest.mark.parametrize("bad", [np.zeros((0, 6)), np.zeros((5, 3)), np.full((5, 6), np.inf)])
def test_what_has_no_distance_is_refused(measure, bad):
    with pytest.raises(InputError, match="no distance"):
        measure(A, bad)


def test_too_few_samples_are_refused():
    for measure, message in (
        (frechet_distance, "at least two"),
        (kernel_distance, "at least two"),
        (lambda a, b: overlap(a, b, 5), "more than 5"),
    ):
        with pytest.raises(InputError, match=message):
            measure(A, B[:1])
