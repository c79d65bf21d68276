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
from iadb_core.evaluation.floors import Measure
from iadb_core.evaluation.metrics import ENERGY, MMD, SLICED_W2, TOTAL_VARIATION, W2, Metric
from iadb_core.method.laws import Pixels

Points = np.ndarray  # (n, d)


class PointComparison(Comparison[Points]):
    """Points against points, as they are."""

    def seen(self, values: Samples) -> Points:
        return values[:]

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
