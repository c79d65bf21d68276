"""How well generated images match real ones, by the features and class probabilities of a classifier, in float64.

Feature sets are (n, d) and (m, d). All raise InputError for empty sets, different dimensions, or values that are not
finite.
"""

from typing import NamedTuple

import numpy as np

from iadb_core.data.shards import Samples
from iadb_core.evaluation.distances import NUMBERS_AT_ONCE, PAIRS_AT_ONCE, checked, distance_blocks, rows_of
from iadb_core.system.errors import InputError


def frechet_distance(a: np.ndarray, b: np.ndarray) -> float:
    """‖μₐ − μ_b‖² + tr(Cₐ + C_b − 2·(Cₐ·C_b)^½), between the Gaussians of two feature sets; squared, as FID is.

    Source: Heusel et al. 2017, with covariances over n − 1. The trace of the root is the sum of the singular values
    of Cₐ^½·C_b^½, which needs no root of a product that is not symmetric. Raises InputError also for a single sample.
    """
    a, b = checked(a, b)
    if min(len(a), len(b)) < 2:
        raise InputError("the Fréchet distance needs at least two samples in each set")
    roots, traces = [], 0.0
    for x in (a, b):
        values, vectors = np.linalg.eigh(np.cov(x, rowvar=False).reshape(x.shape[1], -1))
        roots.append((vectors * np.sqrt(values.clip(min=0))) @ vectors.T)
        traces += values.clip(min=0).sum()
    shared = np.linalg.svd(roots[0] @ roots[1], compute_uv=False).sum()
    shift = np.square(a.mean(axis=0) - b.mean(axis=0)).sum()
    return max(0.0, float(shift + traces - 2 * shared))


def kernel_distance(a: np.ndarray, b: np.ndarray) -> float:
    """The unbiased squared MMD under the kernel (x·y/d + 1)³, of all samples (not of random subsets); may be negative.

    Source: Bińkowski et al. 2018 (KID). Raises InputError also for a single sample.
    """
    a, b = checked(a, b)
    if min(len(a), len(b)) < 2:
        raise InputError("the kernel distance needs at least two samples in each set")

    def total(x: np.ndarray, y: np.ndarray) -> float:
        rows = max(1, PAIRS_AT_ONCE // len(y))
        return float(sum(((x[i : i + rows] @ y.T / x.shape[1] + 1) ** 3).sum() for i in range(0, len(x), rows)))

    def off_diagonal(x: np.ndarray) -> float:
        diagonal = ((np.square(x).sum(axis=1) / x.shape[1] + 1) ** 3).sum()
        return (total(x, x) - float(diagonal)) / (len(x) * (len(x) - 1))

    return off_diagonal(a) + off_diagonal(b) - 2 * total(a, b) / (len(a) * len(b))


class Overlap(NamedTuple):
    """How two sets' neighbourhoods overlap: precision, recall (Kynkäänniemi 2019), density, coverage (Naeem 2020)."""

    precision: float
    recall: float
    density: float
    coverage: float


def overlap(generated: np.ndarray, real: np.ndarray, k: int) -> Overlap:
    """Precision, recall, density and coverage of generated features, with balls to the k-th nearest neighbour.

    Precision: generated samples inside some real ball. Recall: real samples inside some generated ball. Density: real
    balls that a generated sample is in, over k. Coverage: real balls with a generated sample. Sample sets must have
    more than k samples each; else InputError.
    """
    generated, real = checked(generated, real)
    if min(len(generated), len(real)) <= k:
        raise InputError(f"neighbourhoods of {k} need more than {k} samples in each set")
    real_radii, generated_radii = _neighbour_radii(real, k), _neighbour_radii(generated, k)
    inside, recalled, covered, balls = 0, np.zeros(len(real), bool), np.zeros(len(real), bool), 0
    for which, distances in distance_blocks(generated, real):
        in_real = distances <= real_radii
        inside += int(in_real.any(axis=1).sum())
        balls += int(in_real.sum())
        covered |= in_real.any(axis=0)
        recalled |= (distances <= generated_radii[which, None]).any(axis=0)
    n = len(generated)
    return Overlap(inside / n, float(recalled.mean()), balls / (k * n), float(covered.mean()))


def _neighbour_radii(x: np.ndarray, k: int) -> np.ndarray:
    """The distance of each sample to its k-th nearest other one, (n,)."""
    radii = np.empty(len(x))
    for which, distances in distance_blocks(x, x):
        radii[which] = np.partition(distances, k, axis=1)[:, k]  # the nearest is the sample itself
    return radii


def nearest(x: Samples, pool: Samples) -> tuple[np.ndarray, np.ndarray]:
    """For each sample of x, (n, …), the index of its nearest one in a pool, (m, …), and its Euclidean distance.

    Found by products, which are fast; measured by differences, which lose no digits. Both are taken in blocks.
    """
    checked(x[:1], pool[:1])
    found = [_nearest(rows, pool) for _, rows in rows_of(x)]
    indices, distances = zip(*found, strict=True)
    return np.concatenate(indices), np.concatenate(distances)


def _nearest(flat: np.ndarray, pool: Samples) -> tuple[np.ndarray, np.ndarray]:
    """The same for some samples, (rows, d)."""
    index, least, distance = np.zeros(len(flat), np.intp), np.full(len(flat), np.inf), np.empty(len(flat))
    size = max(1, NUMBERS_AT_ONCE // max(flat.shape))
    for first in range(0, len(pool), size):
        _, block = checked(flat[:1].reshape(1, *pool.shape[1:]), pool[first : first + size])
        products = np.square(block).sum(axis=1) - 2 * (flat @ block.T)  # squared, less ‖x‖², the same for all
        best = products.argmin(axis=1)
        found = products[np.arange(len(flat)), best]
        nearer = found < least
        index[nearer], least[nearer] = first + best[nearer], found[nearer]
        distance[nearer] = np.linalg.norm(flat[nearer] - block[best[nearer]], axis=1)
    return index, distance


def class_entropy(probabilities: np.ndarray) -> float:
    """The entropy, in nats, of how often each class is the most probable one. (n, classes) to [0, ln classes]."""
    shares = np.bincount(probabilities.argmax(axis=1)) / len(probabilities)
    return float(-sum(share * np.log(share) for share in shares if share))


def confidence(probabilities: np.ndarray) -> float:
    """The mean probability of the most probable class; (n, classes) to [1/classes, 1]."""
    return float(probabilities.max(axis=1).mean(dtype=np.float64))
