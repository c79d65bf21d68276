"""The images beside each row of a restoring model's animation: degraded on the left, whole on the right."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from iadb_core.data.conditions import Condition
from iadb_core.data.degrading import Degrading
from iadb_core.data.density import Density
from iadb_core.sampling.told import shown_degraded


def degraded_beside(
    condition: Mapping[str, Any], target: Density, stored: np.ndarray, count: int, seed: int
) -> np.ndarray:
    """The images, (2, count, *shape), network values. condition: canonical settings, of a degradation."""
    degradation = Condition.of(condition).restores
    assert degradation is not None
    lost, whole = shown_degraded(degradation, target, stored, count, seed)
    return np.stack([Degrading.of(degradation, target).shown(lost).numpy(), whole.numpy()])
