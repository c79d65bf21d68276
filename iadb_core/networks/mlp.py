"""The network of the 2D tutorial."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from iadb_core.networks.network import Network
from iadb_core.system.errors import InputError


class MLP(Network):
    """The 2D tutorial's network: (x_α, α) through hidden layers with ReLU to a linear output.

    shape: (coordinates,). With 2 coordinates, width 64 and 4 hidden layers it has 12,866 parameters.
    Raises InputError for samples that are not points.
    """

    convolutional = False
    memory_format = torch.contiguous_format

    def __init__(self, shape: tuple[int, ...], width: int, hidden_layers: int) -> None:
        super().__init__()
        if len(shape) != 1:
            raise InputError(f"network: mlp takes points, not samples of shape {shape}; for images use `name: unet`")
        widths = [shape[0] + 1, *[width] * hidden_layers]
        self.hidden = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.out = nn.Linear(width, shape[0])

    def ends(self) -> list[nn.Module]:
        return [self.hidden[0], self.out]

    def forward(self, x: Tensor, alpha: Tensor) -> Tensor:
        h = torch.cat([x, alpha.to(x.dtype)[:, None]], dim=1)  # (batch, coordinates + 1)
        for layer in self.hidden:
            h = layer(h).relu_()  # (batch, width)
        return self.out(h)  # (batch, coordinates)
