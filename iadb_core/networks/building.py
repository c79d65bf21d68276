"""Building networks, and what is the same for all of them."""

import hashlib
from math import sqrt

import torch
from torch import nn

from iadb_core.networks.network import Network
from iadb_core.networks.registry import misfit
from iadb_core.networks.settings import UNCONDITIONAL, Conditions, NetworkSettings, Shape
from iadb_core.system.errors import InputError


def build(
    settings: NetworkSettings,
    shape: Shape,
    generator: torch.Generator,
    conditions: Conditions = UNCONDITIONAL,
) -> Network:
    """The network for samples of `shape`, with its initial weights drawn from `generator`, which is on the CPU.

    conditions: what it sees beside. Raises InputError as `planned` does.
    """
    _check(settings, shape, conditions)
    with torch.random.fork_rng(devices=()), torch.device("cpu"):  # torch's own initial weights are not kept
        network = _made(settings, shape, conditions)
    initialise(network, generator)
    return network


def planned(settings: NetworkSettings, shape: Shape, conditions: Conditions = UNCONDITIONAL) -> Network:
    """The network without memory for its weights, on the device meta.

    Raises InputError if it does not take samples of `shape`, or no conditions.
    """
    _check(settings, shape, conditions)
    with torch.device("meta"):
        return _made(settings, shape, conditions)


def _made(settings: NetworkSettings, shape: Shape, conditions: Conditions) -> Network:
    return settings.network(shape) if conditions == UNCONDITIONAL else settings.network(shape, conditions)


def _check(settings: NetworkSettings, shape: Shape, conditions: Conditions) -> None:
    if why := misfit(settings, shape, conditions):
        raise InputError(f"network: {why}")


@torch.no_grad()
def initialise(network: nn.Module, generator: torch.Generator) -> None:
    """Draw weights and biases from U(−1/√fan_in, 1/√fan_in), torch's default for linear and convolutional layers.

    The network's `zero_layers` begin as zero; normalisations begin as the identity.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            bound = 1 / sqrt(layer.weight[0].numel())
            layer.weight.uniform_(-bound, bound, generator=generator)
            if layer.bias is not None:
                layer.bias.uniform_(-bound, bound, generator=generator)
        elif isinstance(layer, nn.LayerNorm):
            layer.reset_parameters()
    for layer in network.zero_layers() if isinstance(network, Network) else ():
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
