"""α among the inputs of a network, in whatever precision it computes."""

import torch
from torch import Tensor


def split(alpha: Tensor) -> tuple[Tensor, Tensor | None]:
    """α, and how far from it a flow map is to jump, each (batch,); alpha: (batch,), or from and to, (batch, 2)."""
    if alpha.ndim == 1:
        return alpha, None
    begin, end = alpha.unbind(1)
    return begin, end - begin


def parts(alpha: Tensor, dtype: torch.dtype) -> list[Tensor]:
    """α, (batch,), float32, as a sum of numbers of a dtype: itself, or two numbers in bfloat16.

    One bfloat16 number has a spacing of 1/256 just below 1, so that neighbouring steps of a fine schedule would be the
    same to the network; two of them have one of 2⁻¹⁷.
    """
    first = alpha.to(dtype)
    return [first, (alpha - first).to(dtype)] if dtype == torch.bfloat16 else [first]


def weights_of(weight: Tensor, summands: list[Tensor]) -> Tensor:
    """The weights of a layer whose last input is α, (outputs, inputs, …), for each of its summands to have the same."""
    return torch.cat([weight, *[weight[:, -1:]] * (len(summands) - 1)], dim=1) if len(summands) > 1 else weight
