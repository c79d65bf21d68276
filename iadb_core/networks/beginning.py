"""A network that begins with another's weights."""

from collections.abc import Mapping

import torch
from torch import Tensor

from iadb_core.networks.network import Network


@torch.no_grad()
def begin_with(network: Network, weights: Mapping[str, Tensor]) -> None:
    """Give a network the weights of one with the same settings, and the same conditions.

    One that jumps may have those of a field, which is told no distance: what sees the distance begins as zero, so that
    every jump goes as the field does where it begins.
    """
    own = network.state_dict()
    for name, values in own.items():
        given = weights.get(name)
        if given is None:
            values.zero_()
        elif given.shape == values.shape:
            values.copy_(given)
        else:  # of a first layer, whose last input is α, and the one before it the distance
            values.zero_()
            values[:, :-2].copy_(given[:, :-1])
            values[:, -1:].copy_(given[:, -1:])
