"""How fast a field spreads: its divergence, Σᵢ ∂Dᵢ/∂xᵢ, the trace of its Jacobian."""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor

from iadb_core.method.fields import Field

Spreading = Callable[
    [Tensor, Tensor], tuple[Tensor, Tensor]
]  # of x and α: the field, (batch, *shape), and its divergence


class Divergence(Protocol):
    """A way to find a field's divergence."""

    def of(self, field: Field) -> Spreading:
        """The field with its divergence, (batch,)."""
        ...


class ExactTrace:
    """By forward mode, a derivative along each coordinate: exact, and as many evaluations as there are coordinates."""

    def of(self, field: Field) -> Spreading:
        """As `Divergence` says."""

        def spreading(x: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
            found, divergence = x, x.new_zeros(len(x))
            with torch.no_grad():
                for place in range(x[0].numel()):
                    along = torch.zeros_like(x)
                    along.view(len(x), -1)[:, place] = 1
                    found, change = torch.func.jvp(lambda at: field(at, alpha), (x,), (along,))[:2]
                    divergence = divergence + change.reshape(len(x), -1)[:, place]
            return found, divergence

        return spreading


class Hutchinson:
    """By chance: the mean of εᵀ(∂D/∂x)ε over probes ε, whose mean is the trace. Source: Hutchinson 1989.

    probes: (probes, batch, *shape), of signs: they are the same at every α, so that what is followed is smooth.
    """

    def __init__(self, probes: Tensor) -> None:
        self.probes = probes

    def of(self, field: Field) -> Spreading:
        """As `Divergence` says. By reverse mode, which every network has."""

        def spreading(x: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
            total = x.new_zeros(len(x))
            with torch.enable_grad():
                at = x.detach().requires_grad_()
                found = field(at, alpha)
                for number, probe in enumerate(self.probes, start=1):
                    kept = number < len(self.probes)
                    (pulled,) = torch.autograd.grad(found, at, probe.to(found), retain_graph=kept)
                    total = total + (pulled * probe).flatten(1).sum(dim=1)
            return found.detach(), total / len(self.probes)

        return spreading


def signs(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Probes of −1 and 1, equally likely: of all with variance 1 those whose estimate varies least."""
    return torch.randint(2, shape, generator=generator, device=generator.device).float() * 2 - 1


class Differences:
    """By central differences along each coordinate, of a field that has no derivative of its own: the exact one between
    pictures is a sum over pixels, which jump. size: of half of them.
    """

    def __init__(self, size: float) -> None:
        self.size = size

    def of(self, field: Field) -> Spreading:
        """As `Divergence` says."""

        def spreading(x: Tensor, alpha: Tensor) -> tuple[Tensor, Tensor]:
            steps = [torch.zeros_like(x)]
            for place in range(x.shape[1]):
                along = torch.zeros_like(x)
                along[:, place] = self.size
                steps += [along, -along]
            places = torch.cat([x + step for step in steps])
            found, *apart = field(places, alpha.repeat(len(steps))).split(len(x))
            pairs = zip(apart[::2], apart[1::2], strict=True)
            changes = [(after - before)[:, place] for place, (after, before) in enumerate(pairs)]
            return found, torch.stack(changes).sum(dim=0) / (2 * self.size)

        return spreading
