"""Restoring with an unconditional field: no training knows of the degradation."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from iadb_core.method.fields import Field
from iadb_core.method.integration import at

Operator = Callable[[Tensor], Tensor]  # linear, of images (batch, *shape)
POWER_STEPS = 20


def largest_eigenvalue(operator: Operator, start: Tensor) -> Tensor:
    """Of AᵀA, for each image, (batch,), by power iteration from a `start`, (batch, *shape), at random.

    1 of an image of which nothing is seen, for which AᵀA is zero.
    """
    x, found = start, start.new_ones(len(start))
    for _ in range(POWER_STEPS):
        x = x / found.view(-1, *[1] * (x.ndim - 1))
        x = normal_product(operator, x, None)
        found = x.flatten(1).norm(dim=1)
        found = torch.where(found > 0, found, 1.0)
    return found


def normal_product(operator: Operator, x: Tensor, y: Tensor | None) -> Tensor:
    """Aᵀ(A·x − y), the gradient of ‖A·x − y‖²/2, (batch, *shape); y: zero, unless given."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        seen = operator(x)
        wrong = seen if y is None else seen - y
        (gradient,) = torch.autograd.grad(seen, x, wrong.detach())
    return gradient


class PlugAndPlay(NamedTuple):
    """PnP-Flow: from α = 0 to 1, a step that makes the image agree with what was seen, noise again, and denoising.

    x ← x − (1 − α)^exponent·Aᵀ(A·x − y)/λ, with λ the largest eigenvalue of AᵀA; then, for each draw of x₀, the blend
    (1 − α)x₀ + αx is denoised: D(z) = z + (1 − α)·field(z, α), which is E[x₁ | z]; their mean is the next x.
    Source: Martin, Gagneux, Hagemann, Steidl 2025, algorithm 3. steps: from α = 0 to 1. draws: of x₀ in each step; so
    many evaluations a step.
    """

    field: Field
    steps: int
    exponent: float
    draws: int

    def __call__(self, operator: Operator, y: Tensor, start: Tensor, noise: Callable[[], Tensor]) -> Tensor:
        """Images whose A·x is y, (batch, *shape). start: to begin with; noise: draws x₀ of its shape."""
        with torch.no_grad():
            scale = largest_eigenvalue(operator, noise()).view(-1, *[1] * (start.ndim - 1))
            x = start
            for number in range(self.steps):
                alpha = number / self.steps
                x = x - (1 - alpha) ** self.exponent / scale * normal_product(operator, x, y)
                x = torch.stack(
                    [self._denoised((1 - alpha) * noise() + alpha * x, alpha) for _ in range(self.draws)]
                ).mean(0)
            return x

    def _denoised(self, z: Tensor, alpha: float) -> Tensor:
        return z + (1 - alpha) * at(self.field, z, alpha)
