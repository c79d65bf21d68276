"""Carrying samples from the source to the target, or back, in batches."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from iadb_core.method.fields import ConditionalField, Field
from iadb_core.method.integration import Solver, solver_of
from iadb_core.method.schedules import SCHEDULES
from iadb_core.sampling.settings import Sampling
from iadb_core.system.errors import InputError


class Way(NamedTuple):
    """A way to sample. alphas: from α = 0 to 1. batch_size: samples that are carried at once."""

    solver: Solver
    alphas: list[float]
    batch_size: int

    @classmethod
    def of(cls, settings: Sampling) -> "Way":
        """The way that settings describe."""
        solver = solver_of(settings.solver).with_tolerances(settings.rtol, settings.atol)
        return cls(solver, SCHEDULES[settings.schedule](settings.steps), settings.batch_size)


class Sampler:
    """A field that is followed in a way: any field, a trained model's or an exact one.

    device: where it computes. condition: of each start, (count, …), if the field is told one.
    """

    def __init__(
        self,
        field: Field | ConditionalField,
        way: Way,
        device: torch.device,
        condition: Tensor | None = None,
    ) -> None:
        self.field, self.way, self.device, self.condition = field, way, device, condition

    @property
    def alphas(self) -> list[float]:
        """Of the states, from α = 0 to 1."""
        return self.way.alphas

    def _carried(self, starts: Tensor, backward: bool) -> Iterator[tuple[slice, int, float, Tensor]]:
        """As `states`, with each α, and on the device, without waiting for it."""
        alphas, size = self.alphas[::-1] if backward else self.alphas, self.way.batch_size
        for first in range(0, len(starts), size):
            which = slice(first, min(first + size, len(starts)))
            states = self.way.solver(self._field_of(which), starts[which].to(self.device), alphas)
            for index, (alpha, x) in enumerate(states):
                yield which, index, alpha, x

    def _field_of(self, which: slice) -> Field:
        """The field of some of the starts, which is told their condition."""
        if self.condition is None:
            return self.field  # type: ignore[return-value]
        told = self.condition[which].to(self.device)
        return lambda x, alpha: self.field(x, alpha, told)  # type: ignore[call-arg]

    def states(self, starts: Tensor, backward: bool = False) -> Iterator[tuple[slice, int, Tensor]]:
        """Carry starts, (count, *shape), batch by batch: yields (which samples, index of the state, their states).

        The states, (batch, *shape), float32, are on the CPU; one for each α of the schedule, from α = 0 to 1, or
        from 1 to 0 if `backward`. Raises InputError if they stop being finite.
        """
        for which, index, alpha, x in self._carried(starts, backward):
            if not x.isfinite().all():
                raise _not_finite(alpha)
            yield which, index, x.cpu()

    def ends(
        self, starts: Tensor, backward: bool = False, on_state: Callable[[int], object] = lambda count: None
    ) -> Tensor:
        """Where starts, (count, *shape), are carried to: (count, *shape), float32, on the CPU.

        The device is waited for once a batch. on_state: is told how many samples have reached one more state. Raises
        InputError as `states` does.
        """
        carried = torch.empty_like(starts)
        finite: list[tuple[float, Tensor]] = []
        for which, index, alpha, x in self._carried(starts, backward):
            finite.append((alpha, x.isfinite().all()))
            if index == len(self.alphas) - 1:
                flags = torch.stack([flag for _, flag in finite]).tolist()
                for (reached, _), flag in zip(finite, flags, strict=True):
                    if not flag:
                        raise _not_finite(reached)
                finite.clear()
                carried[which] = x.cpu()
            on_state(len(x))
        return carried

    def trajectories(self, starts: Tensor, on_state: Callable[[int], object] = lambda count: None) -> Tensor:
        """All states of starts, (count, *shape): (states, count, *shape), float32, on the CPU. on_state: as `ends`."""
        states = starts.new_empty((len(self.alphas), *starts.shape))
        for which, index, x in self.states(starts):
            states[index, which] = x
            on_state(len(x))
        return states


def _not_finite(alpha: float) -> InputError:
    remedy = "lower training.learning_rate, train longer, or set `precision: float32`"
    return InputError(f"samples are not finite at α = {alpha:.3f}: the training diverged, or was short; {remedy}")
