"""Distances between two sets of samples, in float64; pairs are taken in blocks of bounded memory."""

from collections.abc import Callable

import numpy as np
from scipy.spatial.distance import cdist

from iadb_core.files import InputError
from iadb_core.seeds import numpy_generator

PAIRS_AT_ONCE = 2**22


def _mean_distance(a: np.ndarray, b: np.ndarray) -> float:
    """The mean Euclidean distance between all pairs; a: (n, d), b: (m, d)."""
    rows = max(1, PAIRS_AT_ONCE // len(b))
    total = sum(cdist(a[i : i + rows], b).sum() for i in range(0, len(a), rows))
    return float(total) / (len(a) * len(b))


def _checked(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not a.size or not b.size or a.shape[1:] != b.shape[1:]:
        raise InputError(f"no distance between sets of shapes {a.shape} and {b.shape}")
    a, b = (np.asarray(x, dtype=np.float64).reshape(len(x), -1) for x in (a, b))
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise InputError("no distance between sets with values that are not finite")
    return a, b


def energy_distance(a: np.ndarray, b: np.ndarray) -> float:
    """√(2·E‖A − B‖ − E‖A − A'‖ − E‖B − B'‖), with every pair of samples, equal ones included (the V-statistic).

    a: (n, d), b: (m, d). In the samples' unit to the power ½. Zero for equal sets. Source: Székely and Rizzo 2013;
    in one dimension it is SciPy's `energy_distance`.
    Raises InputError for empty sets, different dimensions, or values that are not finite.
    """
    a, b = _checked(a, b)
    squared = 2 * _mean_distance(a, b) - _mean_distance(a, a) - _mean_distance(b, b)
    return float(np.sqrt(max(squared, 0.0)))


def sliced_wasserstein(a: np.ndarray, b: np.ndarray, projections: int, seed: int) -> float:
    """√ of the squared 2-Wasserstein distance between 1D projections, averaged over random directions.

    a, b: (n, …), as many samples each; each sample is flattened. seed: of the directions. In the samples' unit.
    Source: Bonneel et al. 2015. Raises InputError as `energy_distance` does, or if the sets differ in size.
    """
    a, b = _checked(a, b)
    if len(a) != len(b):
        raise InputError(f"sliced Wasserstein needs as many samples in each set, not {len(a)} and {len(b)}")
    directions = numpy_generator(seed, "sliced Wasserstein directions").standard_normal((a.shape[1], projections))
    directions /= np.linalg.norm(directions, axis=0)
    difference = np.sort(a @ directions, axis=0) - np.sort(b @ directions, axis=0)
    return float(np.sqrt(np.mean(difference**2)))


Distance = Callable[[np.ndarray, np.ndarray], float]


def against_real(
    generated: np.ndarray,
    held_out: np.ndarray,
    train: np.ndarray | None,
    distance: Distance,
    real_values: Callable[[np.ndarray], np.ndarray],
    draws: int,
    generator: np.random.Generator,
) -> dict[str, float | int]:
    """The distance of generated samples to held-out ones, and its floor: the same between two real sets.

    generated: (n, …), values. held_out, train: stored real samples; without training samples (a Gaussian) the
    second real set is held out too. real_values: from stored samples to values. Returns `n`, the size of each set,
    `distance`, and `floor`, the mean over `draws` pairs of disjoint sets, which a perfect model would score.
    Raises InputError if there are too few real samples.
    """
    pool = held_out if train is None else train
    n = min(len(generated), len(held_out) if train is not None else len(held_out) // 2, len(pool))
    if n < 1:
        raise InputError(f"{len(held_out)} held-out samples are too few to measure against")

    def real_pair() -> tuple[np.ndarray, np.ndarray]:
        if train is None:
            both = generator.permutation(len(held_out))
            return real_values(held_out[both[:n]]), real_values(held_out[both[n : 2 * n]])
        first, second = (generator.choice(len(real), n, replace=False) for real in (held_out, train))
        return real_values(held_out[first]), real_values(train[second])

    reference, _ = real_pair()
    floors = [distance(*real_pair()) for _ in range(draws)]
    return {"n": n, "distance": distance(generated[:n], reference), "floor": float(np.mean(floors))}
