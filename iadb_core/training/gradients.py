"""The gradient of the deblending loss, by autograd for any network and written out for the MLP."""

import copy
from typing import Protocol

import torch
from torch import Tensor, nn

from iadb_core.method.blending import deblending_loss
from iadb_core.networks.mlp import MLP
from iadb_core.networks.parameters import flat_views, flatten


class Gradient(Protocol):
    """Computes the loss of a batch, and its gradient into `values`, flat like the network's parameters."""

    values: Tensor

    def __call__(self, x: Tensor, alpha: Tensor, x0: Tensor, x1: Tensor) -> Tensor:
        """x: x_α, (batch, *shape), as x0 and x1; alpha: (batch,). Returns the sum loss, a scalar."""
        ...


class ByAutograd:
    """The gradient by autograd, products in `precision`: a copy of the weights in it is made for every batch.

    network: flattened, float32; `weights` are its flat parameters.
    """

    def __init__(self, network: nn.Module, weights: Tensor, precision: torch.dtype) -> None:
        self.weights, self.precision = weights, precision
        self.network, self.copied = network, weights
        if precision != torch.float32:
            self.network = copy.deepcopy(network).to(precision)
            self.copied = flatten(self.network)
        self.parameters = list(self.network.parameters())
        self.values, self.views = flat_views(list(network.parameters()))

    def __call__(self, x: Tensor, alpha: Tensor, x0: Tensor, x1: Tensor) -> Tensor:
        if self.copied is not self.weights:
            self.copied.copy_(self.weights)
        prediction = self.network(x.to(self.precision), alpha)
        loss = deblending_loss(prediction.float(), x0, x1)
        gradients = torch.autograd.grad(loss, self.parameters)
        torch._foreach_copy_(self.views, gradients)
        return loss.detach()


class WrittenOut:
    """The gradient of the MLP written out in matrix products, float32: without autograd's bookkeeping.

    With h₀ = (x_α, α), hₗ = relu(hₗ₋₁Wₗᵀ + bₗ) and D = h·Wᵀ + b, the loss Σ(D − u)² has ∂D = 2(D − u), ∂W = ∂Dᵀh,
    ∂b = Σ∂D and ∂h = ∂D·W, where hₗ > 0. network: flattened, float32. All that a batch needs is allocated beforehand,
    views too, each of which would cost as much as a small product.
    """

    def __init__(self, network: MLP, batch_size: int) -> None:
        layers = [*network.hidden, network.out]
        parameters = list(network.parameters())
        self.values, views = flat_views(parameters)
        weights, biases = ([p.detach() for p in parameters[kind::2]] for kind in (0, 1))
        new = weights[0].new_empty
        self.input = new(batch_size, layers[0].in_features)
        outputs = [new(batch_size, layer.out_features) for layer in layers]
        below = [self.input, *outputs[:-1]]
        self.up = list(zip(biases, below, [weight.t() for weight in weights], outputs, strict=True))
        # Gradients of the layers' outputs take turns in two buffers, so that more of them stay in the cache.
        gradients = [new(batch_size, layers[0].out_features) for _ in range(2)] * len(layers)
        into = [*gradients[: len(layers) - 1], outputs[-1]]
        turned, under = [each.t() for each in into], [None, *into[:-1]]
        self.down = list(zip(into, turned, views[::2], views[1::2], below, weights, under, strict=True))[::-1]

    @torch.no_grad()
    def __call__(self, x: Tensor, alpha: Tensor, x0: Tensor, x1: Tensor) -> Tensor:
        torch.cat([x, alpha[:, None]], dim=1, out=self.input)
        for bias, below, weight, output in self.up[:-1]:
            torch.addmm(bias, below, weight, out=output).relu_()
        bias, below, weight, output = self.up[-1]
        wrong = torch.addmm(bias, below, weight, out=output).sub_(x1).add_(x0)
        loss = wrong.flatten().dot(wrong.flatten())
        torch.add(wrong, wrong, out=wrong)
        self._backward()
        return loss

    def _backward(self) -> None:
        for gradient, turned, of_weight, of_bias, below, weight, under in self.down:
            torch.mm(turned, below, out=of_weight)
            torch.sum(gradient, 0, out=of_bias)
            if under is not None:
                torch.mm(gradient, weight, out=under)
                torch.ops.aten.threshold_backward.grad_input(under, below, 0, grad_input=under)
