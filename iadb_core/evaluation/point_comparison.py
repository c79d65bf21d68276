"""What sets of points are compared by."""

from functools import cache

import numpy as np

from iadb_core.data.shards import Samples
from iadb_core.evaluation.comparison import Comparison
from iadb_core.evaluation.distances import (
    energy_distance,
    median_distance,
    mmd,
    sliced_wasserstein,
    total_variation,
    wasserstein2,
)
from iadb_core.evaluation.floors import Figure, Measure, spread
from iadb_core.evaluation.metrics import CLASS_W2, ENERGY, MMD, SLICED_W2, TOTAL_VARIATION, W2, Metric
from iadb_core.method.laws import Pixels

Points = np.ndarray  # (n, d)


class PointComparison(Comparison[Points]):
    """Points against points, as they are."""

    def seen(self, values: Samples) -> Points:
        return values[:]

    def obedience(self, values: Samples, asked: np.ndarray) -> list[Figure]:
        if self.labels is None:
            return []
        generated, real = self.seen(self.true_generated(values)), self.true(self.unseen)
        asked, found = asked[: len(generated)], []
        for number in np.intersect1d(asked, self.labels):
            own, of_class = generated[asked == number], real[self.labels == number]
            n = min(len(own), len(of_class) // 2)
            if n:
                pair = wasserstein2(own[:n], of_class[:n]), wasserstein2(of_class[n : 2 * n], of_class[:n])
                found.append((*pair, n))
        if not found:
            return []
        value, floor, least = np.mean(found, axis=0)[0], np.mean(found, axis=0)[1], min(n for *_, n in found)
        how = None, "real samples", self.split
        return [Figure(CLASS_W2, float(value), least, self.split, float(floor), *how)]

    def of_classes(self, values: Samples, asked: np.ndarray) -> list[tuple[str, Figure]]:
        if self.labels is None:
            return []
        generated, real, found = self.seen(self.true_generated(values)), self.true(self.unseen), []
        for number, name in enumerate(self.target.class_names() or ()):
            own = generated[asked[: len(generated)] == number]
            halves = self.halves_of_class(number, len(own))
            if halves:
                n = len(halves[0][0])
                floor = spread([wasserstein2(real[other], real[one]) for one, other in halves])
                value = wasserstein2(own[:n], real[halves[0][0]])
                found.append((name, Figure(W2, value, n, self.split, *floor, "real samples", self.split)))
        return found

    def quality(self) -> list[Measure[Points]]:
        return [lambda a, b: {W2: wasserstein2(a, b)}, lambda a, b: {ENERGY: energy_distance(a, b)}]

    def measures(self) -> list[Measure[Points]]:
        settings, seed, law = self.settings, self.seed, self.target.law()
        bandwidth = cache(lambda: median_distance(self.true(self.unseen)))

        def sliced(a: Points, b: Points) -> dict[Metric, float]:
            return {SLICED_W2: sliced_wasserstein(a, b, settings.projections, seed)}

        def discrepancy(a: Points, b: Points) -> dict[Metric, float]:
            return {MMD: mmd(a, b, bandwidth())}

        def on_grid(a: Points, _: Points) -> dict[Metric, float]:
            return {TOTAL_VARIATION: total_variation(a, law.values, settings.cells)} if isinstance(law, Pixels) else {}

        return [*self.quality(), sliced, discrepancy, on_grid]
