"""The distributions from which α is drawn while training, each as a function of draws u from U[0, 1)."""

from collections.abc import Callable
from math import pi

import torch
from torch import Tensor


def uniform(draws: Tensor) -> Tensor:
    """α from U[0, 1)."""
    return draws


def logit_normal(draws: Tensor) -> Tensor:
    """α = sigmoid(z) with z from N(0, 1): seldom near 0 and 1. Source: Esser et al. 2024, section 3.1."""
    return torch.special.ndtri(draws).sigmoid()


def arcsine(draws: Tensor) -> Tensor:
    """α = sin²(πu/2) with u from U[0, 1): often near 0 and 1."""
    return (draws * (pi / 2)).sin().square()


ALPHAS: dict[str, Callable[[Tensor], Tensor]] = {"uniform": uniform, "logit_normal": logit_normal, "arcsine": arcsine}
