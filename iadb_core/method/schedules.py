"""The values of α that a solver visits, from x₀ (α = 0) to x₁ (α = 1)."""

from math import pi, sin


def linear(steps: int) -> list[float]:
    """The steps + 1 values of α from exactly 0 to exactly 1, equally far apart."""
    return [t / steps for t in range(steps + 1)]


def cosine(steps: int) -> list[float]:
    """The steps + 1 values of α = sin²(πt/2T), closer together at both ends."""
    return [sin(pi / 2 * t / steps) ** 2 for t in range(steps)] + [1.0]


SCHEDULES = {"linear": linear, "cosine": cosine}
