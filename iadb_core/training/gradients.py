"""The gradient of an objective, by autograd for any network; a network may have one of its own."""

import copy

import torch
from torch import Tensor

from iadb_core.method.objective import Objective
from iadb_core.networks.network import Gradient, Network
from iadb_core.networks.parameters import flat_views, flatten


class ByAutograd:
    """The gradient by autograd, products in `precision`: a copy of the weights in it is made for every batch.

    network: flattened, float32; `weights` are its flat parameters.
    """

    def __init__(self, network: Network, weights: Tensor, objective: Objective, precision: torch.dtype) -> None:
        self.weights, self.objective, self.precision = weights, objective, precision
        self.network, self.copied = network, weights
        if precision != torch.float32:
            self.network = copy.deepcopy(network).to(precision)
            self.copied = flatten(self.network)
        self.parameters = list(self.network.parameters())
        self.values, self.views = flat_views(list(network.parameters()))

    def field(self, x: Tensor, alpha: Tensor, *condition: Tensor) -> Tensor:
        """The network with samples in and out in float32."""
        prediction: Tensor = self.network(x.to(self.precision), alpha, *condition)
        return prediction.float()

    def __call__(self, *example: Tensor) -> Tensor:
        if self.copied is not self.weights:
            self.copied.copy_(self.weights)
        loss = self.objective.loss(self.field, *example)
        gradients = torch.autograd.grad(loss, self.parameters, materialize_grads=True)
        with torch.no_grad():  # as which the views were made
            torch._foreach_copy_(self.views, gradients)
        return loss.detach()


def gradient_of(
    network: Network, weights: Tensor, objective: Objective, batch_size: int, precision: torch.dtype
) -> Gradient:
    """The fastest there is; arguments as of `ByAutograd`."""
    own = network.written_out(objective, batch_size, precision)
    return own or ByAutograd(network, weights, objective, precision)
