"""The field that is linear in x with the least loss."""

import torch
from torch import Tensor

ALPHAS_OF_THE_LOSS = 10_000


class LinearField:
    """The field that is linear in x with the least loss; it needs the two densities' means and covariances alone.

    Between Gaussians it is the exact one. Its loss has a closed form, so that another field's loss is known from the
    difference of the two, which varies much less from blend to blend.
    """

    def __init__(self, mean0: Tensor, cov0: Tensor, mean1: Tensor, cov1: Tensor) -> None:
        """Take the means, (d,), and covariances, (d, d), of both densities, float64."""
        self.mean0, self.cov0, self.mean1, self.cov1 = mean0, cov0, mean1, cov1

    def _slope(self, alpha: Tensor) -> Tensor:
        """Cov(x₁ − x₀, x_α)·Cov(x_α)⁻¹, (batch, d, d), for alpha, (batch,)."""
        alpha = alpha[:, None, None]
        shared = alpha * self.cov1 - (1 - alpha) * self.cov0
        return torch.linalg.solve((1 - alpha) ** 2 * self.cov0 + alpha**2 * self.cov1, shared, left=False)

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, d); alpha: (batch,). Returns (batch, d), in the dtype of x."""
        wide = alpha.double()
        centred = x.double() - (1 - wide)[:, None] * self.mean0 - wide[:, None] * self.mean1
        moved = (self._slope(wide) @ centred[:, :, None])[:, :, 0]
        return (self.mean1 - self.mean0 + moved).to(x.dtype)

    def loss(self) -> float:
        """Its loss per coordinate, α uniform in [0, 1]: the mean of tr(C₀ + C₁ − slope·Cov(x_α, x₁ − x₀))/d."""
        alpha = (torch.arange(ALPHAS_OF_THE_LOSS, dtype=torch.float64) + 0.5) / ALPHAS_OF_THE_LOSS
        shared = alpha[:, None, None] * self.cov1 - (1 - alpha)[:, None, None] * self.cov0
        explained = (self._slope(alpha) @ shared.mT).diagonal(dim1=1, dim2=2).sum(dim=1).mean()
        return float((self.cov0 + self.cov1).trace() - explained) / len(self.mean0)
