"""Distances between two sets of samples, in float64; pairs are taken in blocks of bounded memory.

Every distance takes sets a: (n, …) and b: (m, …), each sample flattened, and raises InputError for empty sets,
different shapes, or values that are not finite.
"""

from collections.abc import Iterator
from math import prod

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist, pdist

from iadb_core.data.shards import Samples
from iadb_core.method.pixels import cell_masses
from iadb_core.system.errors import InputError
from iadb_core.system.seeds import numpy_generator

PAIRS_AT_ONCE = 2**22
NUMBERS_AT_ONCE = 2**24
MOST_PAIRS_IN_MEMORY = 2**24  # of a cost matrix, which exact transport needs whole in many dimensions
FEW_DIMENSIONS = 8
FEW_PAIRS = 2**18  # which SciPy matches in less time than POT takes to be imported
POINTS_OF_THE_MEDIAN = 2000


def checked(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both sets as float64, (n, d) and (m, d). Raises InputError if there is no distance between them."""
    _check_shapes(a, b)
    return _finite(a, "first"), _finite(b, "second")


def _check_shapes(a: Samples, b: Samples) -> None:
    if 0 in (*a.shape, *b.shape) or a.shape[1:] != b.shape[1:]:
        raise InputError(f"no distance between sets of shapes {a.shape} and {b.shape}")


def _finite(x: np.ndarray, which: str) -> np.ndarray:
    x = np.asarray(x, dtype=np.float64).reshape(len(x), -1)
    if not np.isfinite(x).all():
        wrong = int((~np.isfinite(x).all(axis=1)).sum())
        raise InputError(f"no distance: {wrong} of {len(x)} samples of the {which} set have values that are not finite")
    return x


def rows_of(x: Samples, which: str = "first") -> Iterator[tuple[slice, np.ndarray]]:
    """Samples some at a time: which, and the samples as float64, (rows, d). Raises InputError if one is not finite.

    which: of the sets it is, for the message.
    """
    at_once = max(1, NUMBERS_AT_ONCE // prod(x.shape[1:]))
    for first in range(0, len(x), at_once):
        rows = slice(first, min(first + at_once, len(x)))
        yield rows, _finite(x[rows], which)


def distance_blocks(a: np.ndarray, b: np.ndarray, metric: str = "euclidean") -> Iterator[tuple[slice, np.ndarray]]:
    """The distances of all pairs, some rows at a time: which rows of a, and (rows, m)."""
    rows = max(1, PAIRS_AT_ONCE // len(b))
    for first in range(0, len(a), rows):
        which = slice(first, min(first + rows, len(a)))
        yield which, cdist(a[which], b, metric)


def _mean_distance(a: np.ndarray, b: np.ndarray) -> float:
    return float(sum(block.sum() for _, block in distance_blocks(a, b))) / (len(a) * len(b))


def energy_distance(a: np.ndarray, b: np.ndarray) -> float:
    """√(2·E‖A − B‖ − E‖A − A'‖ − E‖B − B'‖), with every pair of samples, equal ones included (the V-statistic).

    In the samples' unit to the power ½. Zero for equal sets. Source: Székely and Rizzo 2013; in one dimension it is
    SciPy's `energy_distance`.
    """
    a, b = checked(a, b)
    squared = 2 * _mean_distance(a, b) - _mean_distance(a, a) - _mean_distance(b, b)
    return float(np.sqrt(max(squared, 0.0)))


def sliced_wasserstein(a: Samples, b: Samples, projections: int, seed: int) -> float:
    """√ of the squared 2-Wasserstein distance between 1D projections, averaged over random directions.

    seed: of the directions. In the samples' unit. The samples are read some at a time, once for every few directions.
    Source: Bonneel et al. 2015. Raises InputError also if the sets differ in size.
    """
    _check_shapes(a, b)
    _check_paired(a, b, "sliced Wasserstein")
    generator, total = numpy_generator(seed, "sliced Wasserstein directions"), 0.0
    dimensions = prod(a.shape[1:])
    at_once = max(1, PAIRS_AT_ONCE // max(len(a), dimensions))
    for first in range(0, projections, at_once):
        directions = generator.standard_normal((min(at_once, projections - first), dimensions))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        difference = _projected(a, directions, "first") - _projected(b, directions, "second")
        total += float(np.square(difference).sum())
    return float(np.sqrt(total / (projections * len(a))))


def _projected(x: Samples, directions: np.ndarray, which: str) -> np.ndarray:
    """The projections of samples on directions, each in ascending order, (directions, n)."""
    projected = np.concatenate([directions @ rows.T for _, rows in rows_of(x, which)], axis=1)
    projected.sort(axis=1)
    return projected


def wasserstein2(a: np.ndarray, b: np.ndarray) -> float:
    """The 2-Wasserstein distance, √ of the least mean squared distance of a matching: exact optimal transport, by POT.

    In the samples' unit. In few dimensions costs are computed as they are needed and memory does not grow with n·m.
    Raises InputError also if the sets differ in size, or for over 2²⁴ pairs in more than 8 dimensions.
    """
    a, b = checked(a, b)
    _check_paired(a, b, "exact transport")
    if len(a) * len(b) <= FEW_PAIRS:
        costs = cdist(a, b, "sqeuclidean")
        return float(np.sqrt(costs[linear_sum_assignment(costs)].mean()))
    import ot

    if a.shape[1] <= FEW_DIMENSIONS:
        squared = ot.emd2_lazy(a, b, metric="sqeuclidean", numItermax=10**9, return_matrix=False)
        squared = squared[0] if isinstance(squared, tuple) else squared
    elif len(a) * len(b) > MOST_PAIRS_IN_MEMORY:
        raise InputError(f"exact transport of {len(a)} samples of {a.shape[1]} dimensions takes too much memory")
    else:
        squared = ot.emd2([], [], cdist(a, b, "sqeuclidean"), numItermax=10**9)
    return float(np.sqrt(max(float(squared), 0.0)))


def _check_paired(a: Samples, b: Samples, what: str) -> None:
    if len(a) != len(b):
        raise InputError(f"{what} needs as many samples in each set, not {len(a)} and {len(b)}")


def median_distance(x: np.ndarray) -> float:
    """The median distance between two different samples of x, (n, …), among its first 2,000.

    Raises InputError for fewer than two samples, or if half of them or more coincide.
    """
    some = np.asarray(x[:POINTS_OF_THE_MEDIAN], dtype=np.float64).reshape(min(len(x), POINTS_OF_THE_MEDIAN), -1)
    median = float(np.median(pdist(some))) if len(some) > 1 else 0.0
    if not median > 0:
        raise InputError("no median distance: the samples coincide, or there is only one")
    return median


def mmd(a: np.ndarray, b: np.ndarray, bandwidth: float) -> float:
    """The maximum mean discrepancy under the kernel exp(−‖x − y‖²/(2·bandwidth²)), every pair included (V-statistic).

    bandwidth: in the samples' unit, say the `median_distance` of real ones. Without a unit, between 0 and √2. Source:
    Gretton et al. 2012.
    """
    a, b = checked(a, b)

    def mean_kernel(x: np.ndarray, y: np.ndarray) -> float:
        blocks = distance_blocks(x, y, "sqeuclidean")
        total = sum(np.exp(block / (-2 * bandwidth**2)).sum() for _, block in blocks)
        return float(total) / (len(x) * len(y))

    squared = mean_kernel(a, a) + mean_kernel(b, b) - 2 * mean_kernel(a, b)
    return float(np.sqrt(max(squared, 0.0)))


def total_variation(points: np.ndarray, density: np.ndarray, cells: int) -> float:
    """The total variation distance between points of the plane and a picture, both counted on cells × cells.

    points: (n, 2), rows and columns; those outside of the unit square differ from every pixel. density: (height,
    width), up to a factor. In [0, 1].
    """
    points, _ = checked(points, points)
    inside = points[((points >= 0) & (points < 1)).all(axis=1)]
    row, column = (inside * cells).astype(np.intp).T
    counts = np.bincount(row * cells + column, minlength=cells**2).reshape(cells, cells)
    expected = cell_masses(density, cells, cells)
    return float(np.abs(counts / len(points) - expected).sum() + (1 - len(inside) / len(points))) / 2
