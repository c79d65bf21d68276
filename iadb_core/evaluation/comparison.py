"""Generated samples beside held-out ones, and real samples beside real ones for the floors."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic

import numpy as np
import torch

from iadb_core.data.density import Density
from iadb_core.data.digests import digests
from iadb_core.data.parts import HELD_OUT, TRAIN
from iadb_core.data.shards import Converted, Samples
from iadb_core.evaluation.floors import Figure, Measure, Seen, Spread, floors, real_sets, score, usable
from iadb_core.evaluation.metrics import Metric
from iadb_core.evaluation.settings import Evaluation
from iadb_core.system.arrays import load_array
from iadb_core.system.progress import log
from iadb_core.system.seeds import numpy_generator

FEW = 30


@dataclass(frozen=True)
class RealSamples:
    """The real samples that generated ones are compared with.

    target: what they are of. stored: the file of those of the `split`, `held_out` or `validation`. train: of those
    that were trained on; none for a fresh density. labels: of the classes of the `stored` ones, if they have any. part:
    of the stored ones, which are compared with.
    """

    target: Density
    stored: str
    train: str | None
    split: str = HELD_OUT
    labels: str | None = None
    part: slice = field(default_factory=lambda: slice(None))


class Comparison(ABC, Generic[Seen]):
    """Real samples that generated ones are compared with, and the draws of real samples that give the floors.

    count: generated samples. settings: `floor_draws`, and what its measures take. seed: of the draws.
    Raises InputError for a broken file or too few samples.
    """

    def __init__(self, samples: RealSamples, count: int, settings: Evaluation, seed: int) -> None:
        self.target, self.settings, self.seed = samples.target, settings, seed
        self.split, self.labels = samples.split, load_array(samples.labels)[samples.part] if samples.labels else None
        self.unseen = load_array(samples.stored)[samples.part]
        self.train = load_array(samples.train) if samples.train else None
        trained = None if self.train is None else len(self.train)
        generator = numpy_generator(seed, "evaluation")
        self.sets = real_sets(count, len(self.unseen), trained, settings.floor_draws, generator)
        if self.sets.n < FEW:
            log.warning("%s samples in each set that is compared: figures of so few say little", self.sets.n)
        self.pool = self.train if self.train is not None and self.sets.with_train else self.unseen
        self.floor_split = TRAIN if self.sets.with_train else self.split

    @cached_property
    def trained_on(self) -> int:
        """How many of the unseen samples were trained on all the same, by their content."""
        if self.train is None:
            return 0
        trained = set(digests(self.train))
        return sum(digest in trained for digest in digests(self.unseen))

    @abstractmethod
    def seen(self, values: Samples) -> Seen:
        """True values as measures take them."""

    @abstractmethod
    def quality(self) -> list[Measure[Seen]]:
        """The measures that a table of solvers shows."""

    @abstractmethod
    def measures(self) -> list[Measure[Seen]]:
        """All measures."""

    def memorisation(self, values: Samples) -> list[Figure]:
        """How near generated samples, network values, come to training samples, where that is of interest."""
        return []

    def obedience(self, values: Samples, asked: np.ndarray) -> list[Figure]:
        """How often generated samples, network values, are seen as of the classes that were asked for, where that can
        be told. asked: (count,).
        """
        return []

    def of_classes(self, values: Samples, asked: np.ndarray) -> list[tuple[str, Figure]]:
        """Figures of the samples of each class by itself, by its name, where there are enough; as `obedience`."""
        return []

    def halves_of_class(self, number: int, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
        """Indices of real samples of a class, for each floor draw two disjoint sets; the first is compared with.

        count: generated samples of it; each set has so many, or half of all real ones. None of a class with fewer than
        `FEW`.
        """
        assert self.labels is not None
        every = np.flatnonzero(self.labels == number)
        n = min(count, len(every) // 2)
        if n < FEW:
            return []
        generator = numpy_generator(self.seed, f"evaluation of class {number}")
        orders = [generator.permutation(every) for _ in range(self.settings.floor_draws)]
        return [(order[:n], order[n : 2 * n]) for order in orders]

    def hashes(self) -> dict[str | None, str]:
        """A digest of each network whose features it takes, by name."""
        return {}

    def true(self, stored: np.ndarray) -> np.ndarray:
        """Stored real samples as true values."""
        return self.target.true_values(self.target.network_values(torch.from_numpy(np.array(stored))).numpy())

    def real(self, stored: np.ndarray) -> Seen:
        """Stored real samples as measures take them."""
        return self.seen(self.true(stored))

    @cached_property
    def reference(self) -> Seen:
        """The real samples that generated ones are compared with."""
        return self.real(self.unseen[self.sets.reference])

    def true_generated(self, values: Samples) -> Samples:
        """The first `sets.n` generated samples, network values, as true values."""
        return Converted(values, lambda part: self.target.true_values(np.asarray(part)), self.sets.n)

    def generated(self, values: Samples) -> Seen:
        """The first `sets.n` generated samples, network values, as measures take them."""
        return self.seen(self.true_generated(values))

    def floors(self, measures: list[Measure[Seen]]) -> dict[Metric, Spread]:
        """What real samples score under the measures."""
        pairs = ((self.real(self.unseen[one]), self.real(self.pool[other])) for one, other in self.sets.pairs)
        return floors(measures, pairs)

    def figures(self, values: Samples) -> list[Figure]:
        """All measures of generated samples, network values, each beside its floor; on others than held-out samples,
        by which settings are chosen, those of quality alone.
        """
        generated = self.generated(values)
        wanted = self.measures() if self.split == HELD_OUT else self.quality()
        kept = usable(wanted, generated, self.reference)
        scored, below = score(kept, generated, self.reference), self.floors(kept)
        return [
            Figure(metric, value, self.sets.n, self.split, *below[metric], "real samples", self.floor_split)
            for metric, value in scored.items()
        ]
