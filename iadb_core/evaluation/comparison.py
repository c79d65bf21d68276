"""Generated samples beside held-out ones, and real samples beside real ones for the floors."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Literal

import numpy as np
import torch

from iadb_core.data.density import Density
from iadb_core.data.shards import Converted, Samples
from iadb_core.evaluation.floors import Figure, Measure, Seen, Spread, floors, real_sets, score, usable
from iadb_core.evaluation.metrics import Metric
from iadb_core.evaluation.settings import Evaluation
from iadb_core.system.arrays import load_array
from iadb_core.system.progress import log
from iadb_core.system.seeds import numpy_generator

Part = Literal["validation", "test"]
VALIDATION: Part = "validation"
PARTS: dict[bool, list[Part | None]] = {False: [None], True: ["test", VALIDATION]}  # by `halves` of the settings


def rows_of_part(part: Part, count: int) -> np.ndarray:
    """Which of `count` held-out samples are in a part, ascending: the same for every run, so that they compare."""
    if count < 2:
        log.warning("a single held-out sample is both halves: what is chosen by it is also measured by it")
        return np.arange(count)
    order = numpy_generator(0, "validation part").permutation(count)
    halves = {"validation": order[: count // 2], "test": order[count // 2 :]}
    return np.sort(halves[part])


@dataclass(frozen=True)
class RealSamples:
    """The real samples that generated ones are compared with.

    target: what they are of. held_out, train: files of its stored samples; no `train` for a fresh density. part: of the
    held-out samples, if not all: `validation`, the half by which settings are chosen, or `test`, the other one, on
    which they are reported.
    """

    target: Density
    held_out: str
    train: str | None
    part: Part | None = None


class Comparison(ABC, Generic[Seen]):
    """Held-out samples that generated ones are compared with, and the draws of real samples that give the floors.

    count: generated samples. settings: `floor_draws`, and what its measures take. seed: of the draws.
    Raises InputError for a broken file or too few samples.
    """

    def __init__(self, samples: RealSamples, count: int, settings: Evaluation, seed: int) -> None:
        self.target, self.settings, self.seed = samples.target, settings, seed
        self.split = samples.part or "held_out"
        self.held_out, self.train = load_array(samples.held_out), load_array(samples.train) if samples.train else None
        if samples.part:
            self.held_out = self.held_out[rows_of_part(samples.part, len(self.held_out))]
        trained = None if self.train is None else len(self.train)
        generator = numpy_generator(seed, "evaluation")
        self.sets = real_sets(count, len(self.held_out), trained, settings.floor_draws, generator)
        self.pool = self.held_out if self.train is None or self.sets.pool == "held_out" else self.train

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
        """The held-out samples that generated ones are compared with."""
        return self.real(self.held_out[self.sets.reference])

    def true_generated(self, values: Samples) -> Samples:
        """The first `sets.n` generated samples, network values, as true values."""
        return Converted(values, lambda part: self.target.true_values(np.asarray(part)), self.sets.n)

    def generated(self, values: Samples) -> Seen:
        """The first `sets.n` generated samples, network values, as measures take them."""
        return self.seen(self.true_generated(values))

    def floors(self, measures: list[Measure[Seen]]) -> dict[Metric, Spread]:
        """What real samples score under the measures."""
        pairs = ((self.real(self.held_out[one]), self.real(self.pool[other])) for one, other in self.sets.pairs)
        return floors(measures, pairs)

    def figures(self, values: Samples) -> list[Figure]:
        """All measures of generated samples, network values, each beside its floor."""
        generated = self.generated(values)
        kept = usable(self.measures(), generated, self.reference)
        scored, below = score(kept, generated, self.reference), self.floors(kept)
        return [
            Figure(metric, value, self.sets.n, self.split, *below[metric], "real samples", self.sets.pool)
            for metric, value in scored.items()
        ]
