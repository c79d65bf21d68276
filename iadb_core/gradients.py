"""The gradient of the deblending loss, by autograd for any network and written out for the MLP."""

import copy
from typing import Protocol

import torch
from torch import Tensor, nn

from iadb_core.blending import deblending_loss
from iadb_core.mlp import MLP
from iadb_core.parameters import flat_views, flatten


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
    ∂b = Σ∂D and ∂h = ∂D·W, where hₗ > 0. network: flattened, float32.
    """

    def __init__(self, network: MLP, batch_size: int) -> None:
        layers = [*network.hidden, network.out]
        parameters = list(network.parameters())
        self.values, views = flat_views(parameters)
        weights, biases = parameters[::2], parameters[1::2]
        self.weights, self.biases = [w.detach() for w in weights], [b.detach() for b in biases]
        self.weight_gradients, self.bias_gradients = views[::2], views[1::2]
        new = weights[0].detach().new_empty
        self.input = new(batch_size, layers[0].in_features)
        self.outputs = [new(batch_size, layer.out_features) for layer in layers]
        self.back = [new(batch_size, layer.in_features) for layer in layers]

    @torch.no_grad()
    def __call__(self, x: Tensor, alpha: Tensor, x0: Tensor, x1: Tensor) -> Tensor:
        h = torch.cat([x, alpha[:, None]], dim=1, out=self.input)
        for weight, bias, output in zip(self.weights[:-1], self.biases, self.outputs, strict=False):
            h = torch.addmm(bias, h, weight.t(), out=output).relu_()
        wrong = torch.addmm(self.biases[-1], h, self.weights[-1].t(), out=self.outputs[-1]).sub_(x1).add_(x0)
        loss = wrong.flatten().dot(wrong.flatten())
        self._backward(wrong.mul_(2))
        return loss

    def _backward(self, gradient: Tensor) -> None:
        for layer in reversed(range(len(self.weights))):
            below = self.outputs[layer - 1] if layer else self.input
            torch.mm(gradient.t(), below, out=self.weight_gradients[layer])
            torch.sum(gradient, 0, out=self.bias_gradients[layer])
            if layer:
                gradient = torch.mm(gradient, self.weights[layer], out=self.back[layer])
                torch.ops.aten.threshold_backward.grad_input(gradient, below, 0, grad_input=gradient)
