"""How far a network is from the exact field: its loss against the loss's floor, and its error along trajectories.

Losses are per coordinate, as training records them. For the exact field D* and any D, with u = x₁ − x₀,
E(D − u)² = E(D* − u)² + E(D − D*)², since u − D* averages to zero given the blend: the excess loss is the squared error
of the field.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from iadb_core.method.batches import Batch
from iadb_core.method.blending import blend
from iadb_core.method.exact_field import ExactField
from iadb_core.method.fields import Field


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


def losses(network: Field, exact: ExactField, batches: Iterator[Batch]) -> Losses:
    """Compare a network with the exact field on the same blends.

    batches: as training takes them. The best linear field, where it is known, is a control variate: what is averaged
    is then a difference from its loss, which is known. For the floor that difference is −(D* − linear)², by the same
    orthogonality as the excess.
    """
    linear = exact.linear
    known = linear.loss() if linear else 0.0
    columns = []
    for batch in batches:
        alpha, x = batch.alpha, blend(batch.x0, batch.x1, batch.alpha)
        with torch.inference_mode():
            predicted, best = network(x, alpha).double(), exact(x, alpha).double()
        difference = (batch.x1 - batch.x0).double()
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


def mean_loss(network: Callable[..., Tensor], batches: Iterator[Batch]) -> tuple[float, float]:
    """The loss of a network on batches, and its standard error. network: of x, α and the condition, if there is one."""
    values = []
    for batch in batches:
        x = blend(batch.x0, batch.x1, batch.alpha)
        told = () if batch.condition is None else (batch.condition,)
        with torch.inference_mode():
            wrong = network(x, batch.alpha, *told).double() - (batch.x1 - batch.x0).double()
        values.append(_squared(wrong))
    every = torch.cat(values)
    return float(every.mean()), float(every.std() / len(every) ** 0.5)


class FieldError(NamedTuple):
    """How wrong a network is at one α, where its own trajectories are: root mean squares over samples and coordinates.

    field: of D − D*. posterior_mean: of (1 − α)(D − D*), the error of E[x₁ | x], which stays bounded where D* does not.
    exact: of D* itself. known: the share of samples that some pair blends into, which the others are taken over.
    """

    alpha: float
    field: float
    posterior_mean: float
    exact: float
    known: float


def field_error(network: Field, exact: ExactField, x: Tensor, alpha: float) -> FieldError:
    """The error of a network where its own trajectories, x: (batch, …), are at α."""
    alphas = x.new_full((len(x),), alpha)
    with torch.inference_mode():
        best = exact.where_known(x, alphas)
        known = best.flatten(1).isfinite().all(dim=1)
        best, predicted = best[known].double(), network(x, alphas)[known].double()
    wrong = _root_mean_square(predicted - best)
    return FieldError(alpha, wrong, (1 - alpha) * wrong, _root_mean_square(best), float(known.double().mean()))


def _root_mean_square(x: Tensor) -> float:
    return float(x.square().mean().sqrt()) if len(x) else 0.0
