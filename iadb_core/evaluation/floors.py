"""A figure beside its floor: what real samples score under the same measure."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np

from iadb_core.evaluation.metrics import Metric
from iadb_core.system.errors import InputError
from iadb_core.system.progress import log

Seen = TypeVar("Seen")  # samples as the measures take them: points, or images and what networks see in them
Measure = Callable[[Seen, Seen], dict[Metric, float]]
Spread = tuple[float, float | None]


class Figure(NamedTuple):
    """A measured value, what it is held against, and how it was got.

    n: samples in each set. split: the real samples it is measured on. floor, floor_std: what real samples score, mean
    and standard deviation over draws, or the exact field. floor_is: which of these. floor_split: the split of the other
    real samples, that the floor compares these with. error: the standard error of a mean over blends.
    """

    metric: Metric
    value: float
    n: int
    split: str
    floor: float | None = None
    floor_std: float | None = None
    floor_is: str | None = None
    floor_split: str | None = None
    error: float | None = None

    def described(self) -> dict[str, Any]:
        """The figure as it stands in files: the metric by its title and by its key, and the network whose features it
        takes.
        """
        told = {"metric": self.metric.title, "key": self.metric.key, "extractor": self.metric.extractor}
        return self._asdict() | told


class RealSets(NamedTuple):
    """Indices of real sets of one size.

    reference: (n,), of unseen samples. pairs: of each draw two disjoint sets, of unseen samples and of others of them,
    or, `with_train`, of samples that were trained on: where the unseen ones are not enough for both.
    """

    reference: np.ndarray
    pairs: list[tuple[np.ndarray, np.ndarray]]
    with_train: bool

    @property
    def n(self) -> int:
        """How many samples each set has."""
        return len(self.reference)


def real_sets(generated: int, unseen: int, train: int | None, draws: int, generator: np.random.Generator) -> RealSets:
    """Draw the sets that `generated` samples are compared with, as many of each as there are at most.

    unseen, train: how many real samples there are; of a Gaussian there are no training samples. Raises InputError if
    there are too few.
    """
    n = min(generated, max(unseen // 2, min(unseen, train or 0)))
    if n < 1:
        raise InputError(f"{unseen} held-out samples are too few to measure against")
    with_train = unseen < 2 * n

    def pair() -> tuple[np.ndarray, np.ndarray]:
        order = generator.permutation(unseen)
        if with_train:
            return order[:n], generator.choice(train or 0, n, replace=False)
        return order[:n], order[n : 2 * n]

    reference, _ = pair()
    return RealSets(reference, [pair() for _ in range(draws)], with_train)


def spread(values: Sequence[float]) -> Spread:
    """The mean, and the standard deviation (over count − 1) if there are several different values.

    Draws of all that there is are always the same: they tell no spread.
    """
    mean = float(np.mean(values))
    if np.allclose(values, values[0], rtol=1e-12, atol=0):
        return mean, None
    return mean, float(np.std(values, ddof=1))


def usable(measures: Iterable[Measure[Seen]], candidate: Seen, reference: Seen) -> list[Measure[Seen]]:
    """Those of the measures that these sets have; the others, which raise InputError, are left out with a warning."""
    kept = []
    for measure in measures:
        try:
            measure(candidate, reference)
            kept.append(measure)
        except InputError as error:
            log.warning("left out: %s", error)
    return kept


def score(measures: Iterable[Measure[Seen]], candidate: Seen, reference: Seen) -> dict[Metric, float]:
    """All values that the measures give a candidate against the reference, by metric."""
    return {metric: value for measure in measures for metric, value in measure(candidate, reference).items()}


def floors(measures: Sequence[Measure[Seen]], real_pairs: Iterable[tuple[Seen, Seen]]) -> dict[Metric, Spread]:
    """What real samples score: mean and standard deviation over pairs (candidate, reference), by metric."""
    draws = [score(measures, candidate, reference) for candidate, reference in real_pairs]
    return {metric: spread([draw[metric] for draw in draws]) for metric in draws[0]}
