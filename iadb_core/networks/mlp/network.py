"""The network of the 2D tutorial."""

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, linear, selu, silu

from iadb_core.networks.alpha import parts, split, weights_of
from iadb_core.networks.classes import told_inputs
from iadb_core.networks.network import Gradient, Network
from iadb_core.networks.settings import UNCONDITIONAL, Conditions

if TYPE_CHECKING:
    from iadb_core.method.objective import Objective


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": torch.relu_, "silu": silu, "gelu": gelu, "selu": selu}


class MLPNetwork(Network):
    """The 2D tutorial's network: (x_α, α) through hidden layers with ReLU, or another activation, to a linear output.

    With 2 coordinates, width 64 and 4 hidden layers it has 12,866 parameters. conditions: each class has an input of
    its own, which is an embedding that the first layer adds; and so have numbers, and the distance of a jump.
    """

    convolutional = False
    memory_format = torch.contiguous_format

    def __init__(
        self,
        coordinates: int,
        width: int,
        hidden_layers: int,
        conditions: Conditions = UNCONDITIONAL,
        activation: str = "relu",
    ) -> None:
        super().__init__()
        self.classes, self.jumps = conditions.classes, conditions.jumps
        self.activation, self.rectified = ACTIVATIONS[activation], activation == "relu"
        widths = [coordinates + conditions.inputs + self.jumps + 1, *[width] * hidden_layers]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.out = nn.Linear(width, coordinates)

    def ends(self) -> list[nn.Module]:
        return [self.hidden[0], self.out]

    def written_out(self, objective: "Objective", batch_size: int, precision: torch.dtype) -> Gradient | None:
        from iadb_core.method.objectives.deblending import Deblending
        from iadb_core.networks.mlp.gradient import DeblendingGradient

        if isinstance(objective, Deblending) and precision == torch.float32 and self.rectified and not self.jumps:
            return DeblendingGradient([*self.hidden, self.out], batch_size, self.classes)
        return None

    def forward(self, x: Tensor, alpha: Tensor, condition: Tensor | None = None) -> Tensor:
        begin, jump = split(alpha)
        summands = parts(begin, x.dtype)
        told = [] if condition is None else [told_inputs(condition, self.classes, x.dtype)]
        if self.jumps:
            told.append(torch.zeros_like(x[:, :1]) if jump is None else jump[:, None].to(x.dtype))
        h = torch.cat([x, *told, *(part[:, None] for part in summands)], dim=1)  # (batch, inputs), α at their end
        weight, bias = self.hidden[0].get_parameter("weight"), self.hidden[0].get_parameter("bias")
        h = self.activation(linear(h, weights_of(weight, summands), bias))
        for layer in list(self.hidden)[1:]:
            h = self.activation(layer(h))  # (batch, width)
        return self.out(h)  # (batch, coordinates)
