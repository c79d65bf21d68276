"""Mean and variance of where a map ends, beside those of a normal target: a check in closed form, of any dimension."""

import numpy as np

from iadb_core.data.parts import HELD_OUT
from iadb_core.evaluation.floors import Figure
from iadb_core.evaluation.metrics import MEAN, VARIANCE
from iadb_core.method.laws import Law, Normal

CLOSED_FORM = "closed form"


def moment_figures(target: Law | None, ends: np.ndarray) -> list[Figure]:
    """Mean and variance of ends, (count, …), beside the target's; none where that is not normal.

    Means are over all coordinates, and variances over the samples, unbiased, are averaged over the coordinates: as Shi
    et al. 2023 (DSBM) measure flows between normal distributions.
    """
    if not isinstance(target, Normal) or len(ends) < 2:
        return []
    flat = ends.reshape(len(ends), -1).astype(np.float64)
    found = {
        MEAN: (float(flat.mean()), target.mean),
        VARIANCE: (float(flat.var(axis=0, ddof=1).mean()), target.std**2),
    }
    return [
        Figure(metric, value, len(ends), HELD_OUT, exactly, floor_is=CLOSED_FORM)
        for metric, (value, exactly) in found.items()
    ]
