"""The method of Dormand and Prince, which chooses its own steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import copysign, inf, isfinite

import torch
from torch import Tensor

from iadb_core.method.fields import Field
from iadb_core.method.integration import at
from iadb_core.system.errors import InputError

# Source: Dormand and Prince 1980, table 2; where a stage is, what of those before it goes into its place.
STAGES = (
    (1 / 5, (1 / 5,)),
    (3 / 10, (3 / 40, 9 / 40)),
    (4 / 5, (44 / 45, -56 / 15, 32 / 9)),
    (8 / 9, (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729)),
    (1.0, (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656)),
    (1.0, (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84)),  # the step itself, of order 5
)
ERROR = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)  # against that of order 4
# The middle of a step, of order 4. Source: Shampine 1986, "Some practical Runge-Kutta formulas".
MIDDLE = (
    *(6025192743 / 60171106304, 0.0, 51252292925 / 130801643196, -2691868925 / 90256659456),
    *(187940372067 / 3189068634112, -1776094331 / 39487288512, 11237099 / 470086768),
)
SAFETY, LEAST_FACTOR, GREATEST_FACTOR = 0.9, 0.2, 10.0
SHORTEST = 2.0**-40  # of a step: smaller ones would be lost in rounding
MOST_STEPS = 10_000


def _combined(weights: Sequence[float], slopes: Sequence[Tensor]) -> Tensor:
    """Σ wᵢ·kᵢ."""
    total = weights[0] * slopes[0]
    for weight, slope in zip(weights[1:], slopes[1:], strict=True):
        if weight:
            total = total.add(slope, alpha=weight)
    return total


@dataclass(frozen=True)
class _Step:
    """A step that was made, from start to end; between them it is a polynomial of degree four."""

    start: float
    end: float
    x: Tensor
    middle: Tensor
    x_end: Tensor
    slope: Tensor
    slope_end: Tensor

    def at(self, alpha: float) -> Tensor:
        """The state at an α between start and end, from both ends, their slopes and the middle."""
        if alpha == self.end:
            return self.x_end
        length = self.end - self.start
        s = (alpha - self.start) / length
        bump = self.middle - (self.x + self.x_end) / 2 - (self.slope - self.slope_end) * (length / 8)
        r = 1 - s
        cubic = (r * r * (1 + 2 * s)) * self.x + (s * s * (1 + 2 * r)) * self.x_end
        cubic = cubic + (length * s * r * r) * self.slope - (length * s * s * r) * self.slope_end
        return cubic + (16 * s * s * r * r) * bump


@dataclass(frozen=True)
class Dopri5:
    """Steps of order 5 that keep the error of each to atol + rtol·|x|, as the root of the mean square over the batch.

    Six evaluations a step, which all samples of the batch share; states between two steps are interpolated. Source:
    Dormand and Prince 1980; the choice of steps, Hairer, Nørsett and Wanner 1993, section II.4.
    """

    rtol: float = 0.00001
    atol: float = 0.00001
    evaluations: None = None
    jumps: bool = False

    def with_tolerances(self, rtol: float, atol: float) -> "Dopri5":
        """The same with other tolerances."""
        return Dopri5(rtol, atol)

    def __call__(
        self, field: Field, x: Tensor, alphas: Sequence[float], derivatives: bool = False
    ) -> Iterator[tuple[float, Tensor]]:
        """Yield (α, x_α) for every α of the schedule, as `Solver` says; one step is kept at a time.

        Raises InputError if the tolerances cannot be kept.
        """
        yield alphas[0], x
        alpha, end, slope, length, made, steps = alphas[0], alphas[-1], None, 0.0, None, 0
        for wanted in alphas[1:]:
            with torch.inference_mode(not derivatives):
                if slope is None:
                    slope = at(field, x, alpha)
                    length = self._first_length(field, x, alpha, end, slope)
                while made is None or abs(made.end - alphas[0]) < abs(wanted - alphas[0]):
                    steps += 1
                    if steps > MOST_STEPS:
                        raise self._cannot(alpha, x)
                    made, length = self._step(field, x, alpha, end, slope, length)
                    x, alpha, slope = made.x_end, made.end, made.slope_end
                state = made.at(wanted)
            yield wanted, state

    def _norm(self, error: Tensor, *states: Tensor) -> float:
        """The root of the mean square of an error, in units of what is tolerated at these states."""
        size = states[0].abs() if len(states) == 1 else torch.maximum(states[0].abs(), states[1].abs())
        return float((error / (self.atol + self.rtol * size)).square().mean().sqrt().detach())

    def _first_length(self, field: Field, x: Tensor, alpha: float, end: float, slope: Tensor) -> float:
        """How long the first step is tried: from the size of the slope and how fast it changes. One evaluation."""
        size, steepness = self._norm(x, x), self._norm(slope, x)
        tried = 1e-6 if min(size, steepness) < 1e-5 else 0.01 * size / steepness
        tried = min(tried, abs(end - alpha))
        forward = copysign(tried, end - alpha)
        change = self._norm(at(field, x + forward * slope, alpha + forward) - slope, x) / tried
        greatest = max(steepness, change)
        length = max(1e-6, tried * 1e-3) if greatest <= 1e-15 else (0.01 / greatest) ** 0.2
        return min(100 * tried, length)

    def _step(
        self, field: Field, x: Tensor, alpha: float, end: float, slope: Tensor, length: float
    ) -> tuple[_Step, float]:
        """A step as long as the tolerances allow, of at most `length`; and how long the next is tried."""
        while True:
            last = length >= abs(end - alpha)
            forward = end - alpha if last else copysign(length, end - alpha)
            slopes, x_end = [slope], x
            for place, weights in STAGES:
                x_end = x + forward * _combined(weights, slopes)
                slopes.append(at(field, x_end, end if last and place == 1 else alpha + place * forward))
            error = self._norm(forward * _combined(ERROR, slopes), x, x_end)
            factor = SAFETY * error**-0.2 if 0 < error < inf else GREATEST_FACTOR
            shortest = abs(forward) * LEAST_FACTOR < SHORTEST
            lost = not isfinite(error) and (shortest or not bool(x.isfinite().all() and slope.isfinite().all()))
            if error <= 1 or lost:  # that it is not finite is told by who asks for the states
                middle = x + forward * _combined(MIDDLE, slopes)
                reached = end if last else alpha + forward
                step = _Step(alpha, reached, x, middle, x_end, slope, slopes[-1])
                return step, abs(end - alpha) if lost else abs(forward) * min(GREATEST_FACTOR, max(1.0, factor))
            length = abs(forward) * (max(LEAST_FACTOR, factor) if isfinite(error) else LEAST_FACTOR)
            if length < SHORTEST:
                raise self._cannot(alpha, x)

    def _cannot(self, alpha: float, x: Tensor) -> InputError:
        dtype = str(x.dtype).removeprefix("torch.")
        return InputError(
            f"sampling.rtol and atol: an error of {self.rtol:g} and {self.atol:g} cannot be kept at α = {alpha:.3f} in "
            f"{dtype}; make them larger, or train longer"
        )


SOLVER = Dopri5()
