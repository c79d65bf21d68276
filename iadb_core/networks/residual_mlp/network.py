"""A network of points with residual blocks."""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear

from iadb_core.networks.alpha import parts, split
from iadb_core.networks.classes import told_inputs
from iadb_core.networks.mlp.network import ACTIVATIONS
from iadb_core.networks.network import Network
from iadb_core.networks.settings import UNCONDITIONAL, Conditions


class ResidualMLPNetwork(Network):
    """Linear maps of x, of α and of what else is seen, summed; blocks h + W₂·σ(W₁·h); a linear output.

    With 2 coordinates, width 128, 3 blocks and a widening of 4 it has 396,034 parameters, as that of the toy
    experiments of Cheng and Schwing 2025. conditions: classes, each with an embedding, or numbers,
    and the distance of a jump.
    """

    convolutional = False
    memory_format = torch.contiguous_format

    def __init__(
        self,
        coordinates: int,
        width: int,
        blocks: int,
        widening: int,
        activation: str,
        conditions: Conditions = UNCONDITIONAL,
    ) -> None:
        super().__init__()
        self.classes, self.activation = conditions.classes, ACTIVATIONS[activation]
        self.of_x, self.of_alpha = nn.Linear(coordinates, width), nn.Linear(1, width)
        self.of_condition = nn.Linear(conditions.inputs, width, bias=False) if conditions.inputs else None
        self.of_jump = nn.Linear(1, width, bias=False) if conditions.jumps else None
        self.widen = nn.ModuleList(nn.Linear(width, widening * width) for _ in range(blocks))
        self.narrow = nn.ModuleList(nn.Linear(widening * width, width) for _ in range(blocks))
        self.out = nn.Linear(width, coordinates)

    def ends(self) -> list[nn.Module]:
        told = [each for each in (self.of_condition, self.of_jump) if each is not None]
        return [self.of_x, self.of_alpha, *told, self.out]

    def forward(self, x: Tensor, alpha: Tensor, condition: Tensor | None = None) -> Tensor:
        begin, jump = split(alpha)
        h = self.of_x(x) + self.of_alpha.bias  # (batch, width)
        for part in parts(begin, x.dtype):
            h = h + linear(part[:, None], self.of_alpha.weight)
        if self.of_condition is not None and condition is not None:
            h = h + self.of_condition(told_inputs(condition, self.classes, x.dtype))
        if self.of_jump is not None and jump is not None:
            h = h + self.of_jump(jump[:, None].to(x.dtype))
        for widen, narrow in zip(self.widen, self.narrow, strict=True):
            h = h + narrow(self.activation(widen(h)))
        return self.out(h)  # (batch, coordinates)
