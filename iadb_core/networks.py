"""The networks of the two tutorials, and the registry that the configuration's names refer to.

A network is D(x_α, α): called with x, (batch, *shape), and alpha, (batch,), it returns (batch, *shape).
"""

import hashlib
from collections.abc import Mapping
from itertools import pairwise
from math import sqrt
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from iadb_core.files import InputError


class Field(Protocol):
    """Anything with the networks' signature: a trained network or an exact field."""

    def __call__(self, x: Tensor, alpha: Tensor) -> Tensor:
        """x: (batch, *shape); alpha: (batch,). Returns (batch, *shape)."""
        ...


class MLP(nn.Module):
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

    def forward(self, x: Tensor, alpha: Tensor) -> Tensor:
        h = torch.cat([x, alpha[:, None]], dim=1)  # (batch, coordinates + 1)
        for layer in self.hidden:
            h = relu(layer(h))  # (batch, width)
        return self.out(h)  # (batch, coordinates)


class UNet(nn.Module):
    """The MNIST tutorial's convolutional network: down to an eighth of the size and up again, with skips.

    shape: (channels, height, width), both divisible by 8. With one channel and width 64 it has 481,345 parameters.
    Raises InputError for samples of another shape.
    """

    convolutional = True
    memory_format = torch.channels_last

    def __init__(self, shape: tuple[int, ...], width: int) -> None:
        super().__init__()
        if len(shape) != 3 or shape[1] % 8 or shape[2] % 8:
            raise InputError(
                "network: unet takes images whose height and width are multiples of 8, "
                f"not samples of shape {shape}; " + ("use `name: mlp`" if len(shape) == 1 else "set `size` accordingly")
            )

        def conv(channels: int = width, stride: int = 1) -> nn.Conv2d:
            return nn.Conv2d(channels, width, 3, stride, padding=1)

        def up() -> nn.ConvTranspose2d:
            return nn.ConvTranspose2d(width, width, 3, stride=2, padding=1, output_padding=1)

        self.a1, self.a2 = conv(shape[0] + 1), conv(stride=2)
        self.b1, self.b2 = conv(), conv(stride=2)
        self.c1, self.c2, self.c3, self.c4 = conv(), conv(), conv(), conv(stride=2)
        self.u_up, self.u = up(), conv()
        self.v_up, self.v = up(), conv()
        self.w_up, self.w = up(), conv()
        self.out = nn.Conv2d(width, shape[0], 1)

    def forward(self, x: Tensor, alpha: Tensor) -> Tensor:
        plane = alpha[:, None, None, None].expand(-1, 1, *x.shape[2:])
        a1 = relu(self.a1(torch.cat([x, plane], dim=1)))  # (batch, width, H, W)
        a2 = relu(self.a2(a1))  #                           (batch, width, H/2, W/2)
        b2 = relu(self.b2(relu(self.b1(a2))))  #            (batch, width, H/4, W/4)
        c1 = relu(self.c1(b2))
        c3 = relu(self.c3(relu(self.c2(c1)))) + c1
        c4 = relu(self.c4(c3))  #                           (batch, width, H/8, W/8)
        u = relu(self.u_up(c4)) + c3  #                     (batch, width, H/4, W/4)
        u = relu(self.u(u)) + b2
        v = relu(self.v_up(u)) + a2  #                      (batch, width, H/2, W/2)
        v = relu(self.v(v))
        w = relu(self.w_up(v)) + a1  #                      (batch, width, H, W)
        return self.out(relu(self.w(w)))


NETWORKS: dict[str, type[MLP] | type[UNet]] = {"mlp": MLP, "unet": UNet}


def build(name: str, shape: tuple[int, ...], settings: Mapping[str, Any], generator: torch.Generator) -> MLP | UNet:
    """The network `name` for samples of `shape`, with torch's default initialisation drawn from `generator`.

    settings: the network's own keyword arguments. generator: on the CPU.
    Raises InputError if the name is unknown or the network does not fit the samples.
    """
    if name not in NETWORKS:
        raise InputError(f"network: {name!r} is unknown; allowed: {', '.join(sorted(NETWORKS))}")
    with torch.device("meta"):
        network = NETWORKS[name](shape, **settings)
    network = network.to_empty(device="cpu")
    initialise(network, generator)
    return network


def initialise(network: nn.Module, generator: torch.Generator) -> None:
    """Draw weights and biases from U(−1/√fan_in, 1/√fan_in), torch's default for linear and convolutional layers."""
    for layer in network.modules():
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            bound = 1 / sqrt(layer.weight[0].numel())
            with torch.no_grad():
                layer.weight.uniform_(-bound, bound, generator=generator)
                if layer.bias is not None:
                    layer.bias.uniform_(-bound, bound, generator=generator)


def laid_out(network: nn.Module) -> nn.Module:
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
