"""What can be exactly known of a density, told as data: it is enough to write the exact field down."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # who only draws a density needs neither
    import numpy as np
    from torch import Tensor


@dataclass(frozen=True)
class Pixels:
    """A density of the plane that is constant on each pixel of the unit square. values: (height, width), ≥ 0."""

    values: "np.ndarray"


@dataclass(frozen=True)
class Normal:
    """Independent normal coordinates, each N(mean, std²)."""

    mean: float
    std: float


@dataclass(frozen=True)
class Mixture:
    """Normal distributions of d coordinates. weights: sum to one. means: each (d,). covariances: each (d, d)."""

    weights: tuple[float, ...]
    means: tuple[tuple[float, ...], ...]
    covariances: tuple[tuple[tuple[float, ...], ...], ...]


@dataclass(frozen=True)
class Finite:
    """The uniform distribution over samples, (count, *shape), as the network sees them."""

    samples: "Tensor"


Law = Pixels | Normal | Mixture | Finite
