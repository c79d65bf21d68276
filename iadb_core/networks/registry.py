"""The networks by the names that the configuration uses: building them, and what is the same for all."""

import hashlib
from collections.abc import Mapping
from math import sqrt
from typing import Any

import torch
from torch import nn

from iadb_core.networks.mlp import MLP
from iadb_core.networks.network import Network
from iadb_core.networks.residual import ResidualUNet
from iadb_core.networks.unet import UNet
from iadb_core.system.errors import InputError

NETWORKS: dict[str, type[MLP] | type[UNet] | type[ResidualUNet]] = {"mlp": MLP, "unet": UNet, "residual": ResidualUNet}


def build(name: str, shape: tuple[int, ...], settings: Mapping[str, Any], generator: torch.Generator) -> Network:
    """The network `name` for samples of `shape`, with its initial weights drawn from `generator`.

    settings: the network's own keyword arguments. generator: on the CPU. Raises InputError as `planned` does.
    """
    network = planned(name, shape, settings).to_empty(device="cpu")
    initialise(network, generator)
    return network


def planned(name: str, shape: tuple[int, ...], settings: Mapping[str, Any]) -> Network:
    """The network without memory for its weights, on the device meta; arguments as of `build`.

    Raises InputError if the name is unknown or the network does not fit the samples.
    """
    if name not in NETWORKS:
        raise InputError(f"network: {name!r} is unknown; allowed: {', '.join(sorted(NETWORKS))}")
    with torch.device("meta"):
        return NETWORKS[name](shape, **settings)


@torch.no_grad()
def initialise(network: nn.Module, generator: torch.Generator) -> None:
    """Draw weights and biases from U(−1/√fan_in, 1/√fan_in), torch's default for linear and convolutional layers.

    Layers that the network lists as `zero_layers` begin as zero; normalisations begin as the identity.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            bound = 1 / sqrt(layer.weight[0].numel())
            layer.weight.uniform_(-bound, bound, generator=generator)
            if layer.bias is not None:
                layer.bias.uniform_(-bound, bound, generator=generator)
        elif isinstance(layer, nn.LayerNorm):
            layer.reset_parameters()
    for layer in getattr(network, "zero_layers", ()):
        for parameter in layer.parameters():
            parameter.zero_()


def laid_out(network: Network) -> Network:
    """The network itself, its weights laid out in memory as its products are fastest: channels last for images."""
    return network.to(memory_format=network.memory_format)  # type: ignore[call-overload]


def parameter_count(network: nn.Module) -> int:
    """The number of trained parameters."""
    return sum(parameter.numel() for parameter in network.parameters())


def weights_hash(network: nn.Module) -> str:
    """A digest of a network's weights, by name and in row-major order: 16 hexadecimal digits of SHA-256."""
    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        digest.update(tensor.detach().cpu().flatten().clone().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:16]
