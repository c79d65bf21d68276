"""Named distributions of the plane, each a function of uniform and of normal numbers, for NumPy and for torch alike.

Each takes xp, the module of the arrays; u: (count, 3), uniform in [0, 1); z: (count, 2), normal; and the size of the
noise. Returns (count, 2), x to the right and y upward, of a size of about one.
"""

from collections.abc import Callable
from math import pi, sqrt
from typing import Any

Sampler = Callable[[Any, Any, Any, float], Any]
RINGS, SPOKES, TURNS = 4, 5, 1.5


def eight_gaussians(xp: Any, u: Any, z: Any, noise: float) -> Any:
    """Eight equally likely normal distributions, their centres on a circle of radius 1, the first at (1, 0)."""
    angle = xp.floor(u[:, 0] * 8) * (pi / 4)
    return xp.stack([xp.cos(angle), xp.sin(angle)], -1) + noise * z


def moons(xp: Any, u: Any, z: Any, noise: float) -> Any:
    """Two half circles: (cos t, sin t) and (1 − cos t, ½ − sin t), t in [0, π]. Source: scikit-learn's make_moons."""
    angle, lower = u[:, 0] * pi, u[:, 1] < 0.5
    x, y = xp.cos(angle), xp.sin(angle)
    return xp.stack([xp.where(lower, 1 - x, x), xp.where(lower, 0.5 - y, y)], -1) + noise * z


def s_curve(xp: Any, u: Any, z: Any, noise: float) -> Any:
    """The letter S: (sin t, ±(cos t − 1)), t in 3π[−½, ½]. Source: scikit-learn's make_s_curve, without depth."""
    t = 3 * pi * (u[:, 0] - 0.5)
    return xp.stack([xp.sin(t), xp.sign(t) * (xp.cos(t) - 1)], -1) + noise * z


def swiss_roll(xp: Any, u: Any, z: Any, noise: float) -> Any:
    """A spiral, (t cos t, t sin t)/10, t in 1.5π[1, 3]. Source: scikit-learn's make_swiss_roll, without depth."""
    t = 1.5 * pi * (1 + 2 * u[:, 0])
    return xp.stack([t * xp.cos(t), t * xp.sin(t)], -1) / 10 + noise * z


def rings(xp: Any, u: Any, z: Any, noise: float) -> Any:
    """Four circles of radius ¼, ½, ¾ and 1, equally likely. Source: Grathwohl et al. 2019 (FFJORD)."""
    radius, angle = (xp.floor(u[:, 0] * RINGS) + 1) / RINGS, u[:, 1] * (2 * pi)
    return xp.stack([radius * xp.cos(angle), radius * xp.sin(angle)], -1) + noise * z


def checkerboard(xp: Any, u: Any, z: Any, noise: float) -> Any:
    """The dark squares of a board of 4 × 4 squares on [−1, 1]², uniformly. Source: Grathwohl et al. 2019 (FFJORD)."""
    x = 4 * u[:, 0]
    y = u[:, 1] + 2 * xp.floor(2 * u[:, 2]) + xp.floor(x) % 2
    return (xp.stack([x, y], -1) - 2) / 2 + noise * z


def pinwheel(xp: Any, u: Any, z: Any, noise: float) -> Any:
    """Five bent blades. Source: Johnson et al. 2016, by the numbers of Grathwohl et al. 2019 (FFJORD)."""
    along, across = 1 + 0.3 * z[:, 0], 0.1 * z[:, 1]
    angle = xp.floor(u[:, 0] * SPOKES) * (2 * pi / SPOKES) + 0.25 * xp.exp(along)
    cosine, sine = xp.cos(angle), xp.sin(angle)
    rotated = xp.stack([along * cosine - across * sine, along * sine + across * cosine], -1)
    return rotated / 2 + noise * _other(xp, u)


def two_spirals(xp: Any, u: Any, z: Any, noise: float) -> Any:
    """Two spirals of one and a half turns, one the other turned by half. Source: Grathwohl et al. 2019 (FFJORD)."""
    t = xp.sqrt(u[:, 0]) * (2 * pi * TURNS)
    side = xp.where(u[:, 1] < 0.5, -1.0, 1.0)
    x, y = side * xp.cos(t) * t, -side * xp.sin(t) * t
    return xp.stack([x, y], -1) / (2 * pi * TURNS) + noise * z


def _other(xp: Any, u: Any) -> Any:
    """Normal numbers where the normal ones have been used, from uniform ones. Source: Box and Muller 1958."""
    radius = xp.sqrt(-2 * xp.log(1 - u[:, 1]))
    angle = 2 * pi * u[:, 2]
    return xp.stack([radius * xp.cos(angle), radius * xp.sin(angle)], -1)


SAMPLERS: dict[str, Sampler] = {
    sampler.__name__: sampler
    for sampler in (eight_gaussians, moons, s_curve, swiss_roll, rings, checkerboard, pinwheel, two_spirals)
}


def _side(xp: Any, u: Any) -> Any:
    """The first part of two where u < ½, else the second."""
    return xp.where(u[:, 1] < 0.5, 1, 0)


CLASSES: dict[str, tuple[int, Callable[[Any, Any], Any]]] = {
    "eight_gaussians": (8, lambda xp, u: xp.floor(u[:, 0] * 8)),
    "moons": (2, _side),
    "rings": (RINGS, lambda xp, u: xp.floor(u[:, 0] * RINGS)),
    "pinwheel": (SPOKES, lambda xp, u: xp.floor(u[:, 0] * SPOKES)),
    "two_spirals": (2, _side),
}  # how many parts a distribution has, and that of each point
CIRCLE = [(1.0, 0.0), (sqrt(0.5), sqrt(0.5)), (0.0, 1.0), (-sqrt(0.5), sqrt(0.5))]
EIGHT_CENTRES = [*CIRCLE, *((-x, -y) for x, y in CIRCLE)]
