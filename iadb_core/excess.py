"""How far a network is from the exact field: its loss against the loss's floor, and its error along trajectories.

Losses are per coordinate, as training records them. For the exact field D* and any D, with u = x₁ − x₀,
E(D − u)² = E(D* − u)² + E(D − D*)², since u − D* averages to zero given the blend: the excess loss is the squared error
of the field.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from iadb_core.blending import blend
from iadb_core.networks import Field
from iadb_core.oracle import LinearField


class Losses(NamedTuple):
    """The loss of a network, the loss of the exact field (its floor), and the excess loss, each with standard error.

    excess is the mean of (D − D*)², which needs far fewer blends than the difference of two losses.
    """

    loss: float
    loss_error: float
    floor: float
    floor_error: float
    excess: float
    excess_error: float


def losses(
    network: Field,
    exact: Field,
    batches: Iterator[tuple[Tensor, Tensor, Tensor]],
    linear: LinearField | None = None,
) -> Losses:
    """Compare a network with the exact field on the same blends.

    batches: (x0, x1, alpha), as training takes them. linear: the best linear field, as a control variate: what is
    averaged is then a difference from its loss, which is known. For the floor that difference is −(D* − linear)², by
    the same orthogonality as the excess.
    """
    known = linear.loss() if linear else 0.0
    columns = []
    for x0, x1, alpha in batches:
        x = blend(x0, x1, alpha)
        with torch.inference_mode():
            predicted, best = network(x, alpha).double(), exact(x, alpha).double()
        difference = (x1 - x0).double()
        loss, floor, excess = (_squared(part) for part in (predicted - difference, best - difference, predicted - best))
        if linear:
            simple = linear(x, alpha).double()
            loss, floor = loss - _squared(simple - difference), -_squared(best - simple)
        columns.append(torch.stack([loss + known, floor + known, excess]))
    values = torch.cat(columns, dim=1)  # (3, blends)
    errors = values.std(dim=1) / values.shape[1] ** 0.5
    pairs = zip(values.mean(dim=1).tolist(), errors.tolist(), strict=True)
    return Losses(*(number for pair in pairs for number in pair))


def _squared(x: Tensor) -> Tensor:
    """The mean square over the coordinates of each sample, (batch,)."""
    return x.flatten(1).square().mean(dim=1)


def mean_loss(network: Field, batches: Iterator[tuple[Tensor, Tensor, Tensor]]) -> tuple[float, float]:
    """The loss of a network on batches of (x0, x1, alpha), and its standard error."""
    values = []
    for x0, x1, alpha in batches:
        with torch.inference_mode():
            wrong = network(blend(x0, x1, alpha), alpha).double() - (x1 - x0).double()
        values.append(_squared(wrong))
    every = torch.cat(values)
    return float(every.mean()), float(every.std() / len(every) ** 0.5)


class FieldError(NamedTuple):
    """At one α, along trajectories: the root mean square of D − D* and of D*, over samples and coordinates."""

    alpha: float
    error: float
    exact: float


def field_error(network: Field, exact: Field, x: Tensor, alpha: float) -> FieldError:
    """The error of a network where its own trajectories, x: (batch, …), are at α."""
    alphas = x.new_full((len(x),), alpha)
    with torch.inference_mode():
        predicted, best = network(x, alphas).double(), exact(x, alphas).double()
    return FieldError(alpha, float((predicted - best).square().mean().sqrt()), float(best.square().mean().sqrt()))
