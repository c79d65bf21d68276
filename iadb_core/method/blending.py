"""The two equations of Iterative α-(de)Blending (Heitz, Belcour, Chambon, SIGGRAPH 2023)."""

from torch import Tensor


def per_sample(alpha: Tensor, x: Tensor) -> Tensor:
    """View alpha, (batch,), so that it broadcasts over the samples x, (batch, …)."""
    return alpha.reshape(-1, *[1] * (x.ndim - 1))


def blend(x0: Tensor, x1: Tensor, alpha: Tensor) -> Tensor:
    """Blend samples of two densities: (1 − α)·x₀ + α·x₁.

    x0, x1: (batch, …), any floating dtype. alpha: (batch,), in [0, 1].
    Returns (batch, …); exactly x₀ at α = 0 and x₁ at α = 1. Source: Heitz et al. 2023, section 3.
    """
    alpha = per_sample(alpha, x0)
    return (1 - alpha) * x0 + alpha * x1


def deblending_loss(prediction: Tensor, x0: Tensor, x1: Tensor) -> Tensor:
    """Sum of (D(x_α, α) − (x₁ − x₀))² over batch and coordinates, a scalar.

    prediction, x0, x1: (batch, …). The sum stays positive at the optimum, D = E[x₁ − x₀ | x_α].
    Source: Heitz et al. 2023, algorithm 3, as the authors' code sums it.
    """
    return (prediction - (x1 - x0)).square().sum()
