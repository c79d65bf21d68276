"""Adam on flat parameters, its learning rate from step to step, and the moving average of the weights."""

from collections.abc import Callable
from math import cos, pi

import torch
from torch import Tensor

BETAS, EPSILON = (0.9, 0.999), 1e-8


def constant(progress: float) -> float:
    """The peak learning rate all the time."""
    return 1.0


def cosine(progress: float) -> float:
    """From the peak learning rate down to zero, along half a cosine."""
    return (1 + cos(pi * progress)) / 2


DECAYS: dict[str, Callable[[float], float]] = {"constant": constant, "cosine": cosine}


def learning_rate(step: int, steps: int, peak: float, decay: str, warmup: int) -> float:
    """The learning rate of a step, the first being 0, of `steps`: up in equal steps for `warmup`, then the decay."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * DECAYS[decay]((step - warmup) / max(1, steps - warmup))


def averaging_weight(step: int, decay: float) -> float:
    """How much of the weights of a step, the first being 0, goes into their moving average.

    1 − decay, but at least 9/(10 + step): the average then never holds on to the weights of the very beginning.
    """
    return 1 - min(decay, (1 + step) / (10 + step))


class Adam:
    """Adam with the default betas, as torch.optim.Adam computes it, on one flat tensor of values and its gradient.

    Source: Kingma and Ba 2015, algorithm 1.
    """

    def __init__(self, values: Tensor, gradient: Tensor) -> None:
        self.values, self.gradient = values, gradient
        self.mean, self.square = torch.zeros_like(values), torch.zeros_like(values)
        self.steps = torch.zeros((), device=values.device)

    def step(self, learning_rate: Tensor) -> None:
        """One step. learning_rate: a scalar tensor, which a graph reads anew at each replay."""
        self.steps += 1
        # What torch.optim.Adam(fused=True) calls, without its 50 µs of bookkeeping.
        torch._fused_adam_(
            [self.values],
            [self.gradient],
            [self.mean],
            [self.square],
            [],
            [self.steps],
            lr=learning_rate,
            beta1=BETAS[0],
            beta2=BETAS[1],
            weight_decay=0.0,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
        )
