"""A network of one's own: any module that is called with x and α."""

import torch
from torch import Tensor, nn

from iadb_core.networks.checkpoint import OWN
from iadb_core.networks.network import Network
from iadb_core.networks.settings import NetworkSettings
from iadb_core.system.errors import InputError


class OwnSettings(NetworkSettings):
    """What a model file says of a network that is none of this project's: that it is."""

    name: str = OWN


class OwnNetwork(Network):
    """A module with the networks' signature: it is called with x, (batch, *shape), and α, (batch,), float32.

    Its initial weights are its own, and it is trained in place. Raises InputError if they are not all float32.
    """

    convolutional = False
    memory_format = torch.contiguous_format
    capturable = False  # nothing is known of what it does

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        if {parameter.dtype for parameter in module.parameters()} != {torch.float32}:
            raise InputError("network: a module of one's own has parameters, all of them float32")
        self.module = module

    def forward(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,). Returns (batch, *shape)."""
        moved: Tensor = self.module(x, alpha)
        if moved.shape != x.shape:
            raise InputError(f"network: it gives {tuple(moved.shape)} for samples of {tuple(x.shape)}, not the same")
        return moved

    def ends(self) -> list[nn.Module]:
        """Unknown of any module. Raises InputError."""
        raise InputError("optimizer: muon needs to know the ends of a network; a module of one's own trains with adam")
