"""The gradient of the deblending loss of an MLP, written out."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from iadb_core.networks.classes import told_inputs
from iadb_core.networks.parameters import flat_views


class DeblendingGradient:
    """The gradient of the MLP written out in matrix products, float32: without autograd's bookkeeping.

    With h₀ = (x_α, α), hₗ = relu(hₗ₋₁Wₗᵀ + bₗ) and D = h·Wᵀ + b, the loss Σ(D − u)² has ∂D = 2(D − u), ∂W = ∂Dᵀh,
    ∂b = Σ∂D and ∂h = ∂D·W, where hₗ > 0. layers: of a flattened network, float32, each linear but for the ReLU behind
    all but the last. classes: of which one is told, if not numbers. All that a batch needs is allocated beforehand,
    views too, each of which would cost as much as a small product.
    """

    def __init__(self, layers: Sequence[nn.Linear], batch_size: int, classes: int = 0) -> None:
        self.classes = classes
        parameters = [parameter for layer in layers for parameter in (layer.weight, layer.bias)]
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
    def __call__(self, *example: Tensor) -> Tensor:
        x, alpha, x0, x1, *condition = example
        told = [told_inputs(each, self.classes, x.dtype) for each in condition]
        torch.cat([x, *told, alpha[:, None]], dim=1, out=self.input)
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
