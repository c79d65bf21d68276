"""The values of α that a solver visits."""


def linear(steps: int) -> list[float]:
    """The steps + 1 values of α from exactly 0 to exactly 1, equally far apart."""
    return [t / steps for t in range(steps + 1)]
