"""Optimisers of flat parameters, their learning rate from step to step, and the moving average of the weights."""

from collections.abc import Callable, Sequence
from math import cos, pi
from typing import Protocol

import torch
from torch import Tensor

BETAS, EPSILON = (0.9, 0.999), 1e-8
MOMENTUM, ITERATIONS = 0.95, 5
QUINTIC = (3.4445, -4.7750, 2.0315)  # coefficients that carry singular values to about 1 in 5 iterations
RMS_OF_ADAM = 0.2


class Optimizer(Protocol):
    """Changes flat values by their gradient, one step at a time. `tensors`: what it remembers from step to step."""

    tensors: list[Tensor]

    def step(self, learning_rate: Tensor) -> None:
        """One step. learning_rate: a scalar tensor, which a graph reads anew at each replay."""
        ...


def constant_rate(progress: float) -> float:
    """The peak learning rate all the time."""
    return 1.0


def cosine_rate(progress: float) -> float:
    """From the peak learning rate down to zero, along half a cosine."""
    return (1 + cos(pi * progress)) / 2


DECAYS: dict[str, Callable[[float], float]] = {"constant": constant_rate, "cosine": cosine_rate}


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

    With a decay of the weights it is AdamW. Source: Kingma and Ba 2015, algorithm 1; Loshchilov and Hutter 2019.
    """

    def __init__(self, values: Tensor, gradient: Tensor, weight_decay: float = 0.0) -> None:
        self.values, self.gradient, self.weight_decay = values, gradient, weight_decay
        self.fused = torch._fused_adamw_ if weight_decay else torch._fused_adam_
        self.mean, self.square = torch.zeros_like(values), torch.zeros_like(values)
        self.steps = torch.zeros((), device=values.device)
        self.tensors = [self.mean, self.square, self.steps]

    def step(self, learning_rate: Tensor) -> None:
        """One step, as `Optimizer` says."""
        self.steps += 1
        # What torch.optim.Adam(fused=True) calls, without its 50 µs of bookkeeping.
        self.fused(
            [self.values],
            [self.gradient],
            [self.mean],
            [self.square],
            [],
            [self.steps],
            lr=learning_rate,
            beta1=BETAS[0],
            beta2=BETAS[1],
            weight_decay=self.weight_decay,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
        )


def orthogonal(matrices: Tensor, precision: torch.dtype) -> Tensor:
    """Matrices with the same singular vectors and with singular values near 1, by Newton-Schulz iterations.

    matrices: (count, rows, columns). precision: of the last product. Source: Jordan et al. 2024, "Muon". An
    iteration multiplies X by a polynomial of G = X·Xᵀ from the left; the polynomials are gathered in G's small size, in
    float32: rounded to bfloat16, G would have negative eigenvalues, which the iterations blow up.
    """
    tall = matrices.shape[-2] > matrices.shape[-1]
    x = matrices.mT if tall else matrices
    x = x / x.flatten(1).norm(dim=1).clamp_min(1e-12)[:, None, None]
    a, b, c = QUINTIC
    gram = x @ x.mT
    one = torch.eye(gram.shape[-1], device=gram.device)
    gathered = factor = torch.baddbmm(a * one + b * gram, gram, gram, alpha=c)
    for _ in range(ITERATIONS - 1):
        gram = factor @ gram @ factor
        factor = torch.baddbmm(a * one + b * gram, gram, gram, alpha=c)
        gathered = factor @ gathered
    x = (gathered.to(precision) @ x.to(precision)).float()
    return x.mT if tall else x


class Muon:
    """Momentum whose update of each matrix of weights is made orthogonal; Adam for all other values.

    A step is learning rate · 0.2 · √max(rows, columns) times an orthogonal matrix, about as large as Adam's, so that
    both take the same learning rates. values, gradient: flat. matrices: which parts of them are matrices, as
    (begin, rows, columns). precision: of the last product of the iterations.
    Source: Jordan et al. 2024; the scale, Liu et al. 2025, "Muon is scalable", section 2.2.
    """

    def __init__(
        self, values: Tensor, gradient: Tensor, matrices: Sequence[tuple[int, int, int]], precision: torch.dtype
    ) -> None:
        self.others, self.precision = Adam(values, gradient), precision
        self.groups: list[tuple[list[Tensor], list[Tensor], Tensor]] = []
        for rows, columns in dict.fromkeys((rows, columns) for _, rows, columns in matrices):
            same = [begin for begin, *shape in matrices if shape == [rows, columns]]
            parts = [slice(begin, begin + rows * columns) for begin in same]
            own, their = ([flat[part].view(rows, columns) for part in parts] for flat in (values, gradient))
            self.groups.append((own, their, values.new_zeros(len(parts), rows, columns)))
        self.tensors = [*(momentum for *_, momentum in self.groups), *self.others.tensors]

    def step(self, learning_rate: Tensor) -> None:
        """One step, as `Optimizer` says; uses up the gradient."""
        for weights, gradients, momentum in self.groups:
            gradient = torch.stack(gradients)
            momentum.lerp_(gradient, 1 - MOMENTUM)
            update = orthogonal(gradient.lerp(momentum, MOMENTUM), self.precision)
            update *= learning_rate * RMS_OF_ADAM * max(update.shape[1:]) ** 0.5
            torch._foreach_sub_(weights, list(update))
            torch._foreach_zero_(gradients)  # Adam leaves alone what has no gradient
        self.others.step(learning_rate)
