"""The network of the 2D tutorial."""

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from iadb_core.networks.alpha import parts, weights_of
from iadb_core.networks.classes import indicators
from iadb_core.networks.network import Gradient, Network

if TYPE_CHECKING:
    from iadb_core.method.objectives import Objective


class MLPNetwork(Network):
    """The 2D tutorial's network: (x_α, α) through hidden layers with ReLU to a linear output.

    With 2 coordinates, width 64 and 4 hidden layers it has 12,866 parameters. classes: of which one is told, each with
    an input of its own, which is an embedding that the first layer adds.
    """

    convolutional = False
    memory_format = torch.contiguous_format

    def __init__(self, coordinates: int, width: int, hidden_layers: int, classes: int = 0) -> None:
        super().__init__()
        self.classes = classes
        widths = [coordinates + (classes and classes + 1) + 1, *[width] * hidden_layers]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.out = nn.Linear(width, coordinates)

    def ends(self) -> list[nn.Module]:
        return [self.hidden[0], self.out]

    def written_out(self, objective: "Objective", batch_size: int, precision: torch.dtype) -> Gradient | None:
        from iadb_core.method.objectives import Deblending
        from iadb_core.networks.mlp.gradient import DeblendingGradient

        if isinstance(objective, Deblending) and precision == torch.float32:
            return DeblendingGradient([*self.hidden, self.out], batch_size, self.classes)
        return None

    def forward(self, x: Tensor, alpha: Tensor, condition: Tensor | None = None) -> Tensor:
        summands = parts(alpha, x.dtype)
        told = [] if condition is None else [indicators(condition, self.classes, x.dtype)]
        h = torch.cat([x, *told, *(part[:, None] for part in summands)], dim=1)  # (batch, inputs), α at their end
        weight, bias = self.hidden[0].get_parameter("weight"), self.hidden[0].get_parameter("bias")
        h = linear(h, weights_of(weight, summands), bias).relu_()
        for layer in list(self.hidden)[1:]:
            h = layer(h).relu_()  # (batch, width)
        return self.out(h)  # (batch, coordinates)
