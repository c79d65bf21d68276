"""A residual U-Net whose layers α modulates: more quality for the seconds than the tutorial's network."""

from collections.abc import Sequence
from itertools import pairwise
from math import log, pi

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, layer_norm, pixel_shuffle, pixel_unshuffle, silu

from iadb_core.networks.alpha import split
from iadb_core.networks.classes import indicators
from iadb_core.networks.convolutions import Convolution, Pointwise
from iadb_core.networks.network import Network
from iadb_core.networks.settings import UNCONDITIONAL, Conditions

FREQUENCIES = 32
LONGEST_PERIOD = 10_000
JUMP_FREQUENCIES = 8


def alpha_features(alpha: Tensor) -> Tensor:
    """Sines and cosines of 1000·α, (batch, 64), float32. alpha: float32, since bfloat16 has but 128 numbers in [½, 1).

    Source: Vaswani et al. 2017, section 3.5, with α as the position.
    """
    exponents = torch.arange(FREQUENCIES, device=alpha.device) / FREQUENCIES
    angles = 1000 * alpha[:, None] * torch.exp(-log(LONGEST_PERIOD) * exponents)
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def jump_features(jump: Tensor) -> Tensor:
    """The distance of a jump, (batch,), and its sines and cosines of 1 to 8 half periods, (batch, 17), float32.

    So few, since a flow map is to change smoothly with the distance: its derivative is learnt.
    """
    angles = pi * jump[:, None] * torch.arange(1, JUMP_FREQUENCIES + 1, device=jump.device)
    return torch.cat([jump[:, None], angles.sin(), angles.cos()], dim=1)


def normalised(h: Tensor, weight: Tensor | None = None, bias: Tensor | None = None) -> Tensor:
    """Each pixel's channels to mean 0 and variance 1, then scaled and shifted; h: (batch, channels, height, width).

    Over channels alone, which lie side by side in memory, it takes a fraction of the time of a group normalisation.
    """
    last = h.permute(0, 2, 3, 1)
    return layer_norm(last, last.shape[-1:], weight, bias).permute(0, 3, 1, 2)


class ResidualBlock(nn.Module):
    """h + conv(silu(modulated(norm(conv(silu(norm(h))))))); the embedding of α gives a scale and a shift a channel."""

    def __init__(self, channels: int, embedding: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels)
        self.conv1 = Convolution(channels, channels)
        self.modulation = nn.Linear(embedding, 2 * channels)
        self.conv2 = Convolution(channels, channels)

    def forward(self, h: Tensor, embedding: Tensor) -> Tensor:
        inner = self.conv1(silu(normalised(h, self.norm.weight, self.norm.bias)))
        scale, shift = self.modulation(embedding)[:, :, None, None].chunk(2, dim=1)
        return h + self.conv2(silu(torch.addcmul(shift, normalised(inner), 1 + scale)))


class Blocks(nn.Module):
    """Residual blocks one after the other."""

    def __init__(self, count: int, channels: int, embedding: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(ResidualBlock(channels, embedding) for _ in range(count))

    def forward(self, h: Tensor, embedding: Tensor) -> Tensor:
        for block in self.blocks:
            h = block(h, embedding)
        return h


class ResidualNetwork(Network):
    """Squares of patch × patch pixels become channels; then levels of residual blocks, each at half the resolution.

    channels: of the images, whose height and width are divisible by patch · 2^(levels − 1). width: channels of the
    first level; multipliers: of the width, one a level. blocks: of each level, on the way down and on the way up.
    conditions: what it sees beside: a class, or the distance of a jump, with embeddings that are added to that of α; or
    an image.
    """

    convolutional = True
    memory_format = torch.channels_last

    def __init__(
        self,
        channels: int,
        width: int,
        multipliers: Sequence[int],
        blocks: int,
        patch: int,
        conditions: Conditions = UNCONDITIONAL,
    ) -> None:
        super().__init__()
        self.patch, self.classes = patch, conditions.classes
        widths, embedding = [width * multiplier for multiplier in multipliers], 4 * width
        self.embedding = nn.Sequential(
            nn.Linear(2 * FREQUENCIES, embedding), nn.SiLU(), nn.Linear(embedding, embedding), nn.SiLU()
        )
        self.embedding_of_class = nn.Linear(self.classes + 1, embedding, bias=False) if self.classes else None
        jumps = 2 * JUMP_FREQUENCIES + 1
        self.embedding_of_jump = nn.Linear(jumps, embedding, bias=False) if conditions.jumps else None
        self.stem = nn.Conv2d((channels + conditions.channels) * patch**2, width, 3, padding=1)
        self.down = nn.ModuleList(Blocks(blocks, inner, embedding) for inner in widths)
        self.up = nn.ModuleList(Blocks(blocks, inner, embedding) for inner in widths)
        self.shrink = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in pairwise(widths))
        self.grow = nn.ModuleList(Pointwise(b, a) for a, b in pairwise(widths))
        self.norm = nn.LayerNorm(width)
        self.out = nn.Conv2d(width, channels * patch**2, 3, padding=1)

    def ends(self) -> list[nn.Module]:
        modulations = [module.modulation for module in self.modules() if isinstance(module, ResidualBlock)]
        told = [each for each in (self.embedding_of_class, self.embedding_of_jump) if each is not None]
        return [self.stem, self.out, self.embedding, *told, *modulations]

    def zero_layers(self) -> list[nn.Module]:
        return [self.out, *(module.conv2 for module in self.modules() if isinstance(module, ResidualBlock))]

    def forward(self, x: Tensor, alpha: Tensor, condition: Tensor | None = None) -> Tensor:
        begin, jump = split(alpha)
        embedding = self.embedding(alpha_features(begin).to(x.dtype))
        if self.embedding_of_jump is not None:
            far = torch.zeros_like(begin) if jump is None else jump
            embedding = embedding + self.embedding_of_jump(jump_features(far).to(x.dtype))
        if condition is not None and self.embedding_of_class is not None:
            embedding = embedding + self.embedding_of_class(indicators(condition, self.classes, x.dtype))
        elif condition is not None:
            x = torch.cat([x, condition.to(x.dtype)], dim=1)
        h = self.stem(pixel_unshuffle(x, self.patch))  # (batch, width, H/patch, W/patch)
        skips = []
        for depth, blocks in enumerate(self.down):
            h = blocks(self.shrink[depth - 1](h) if depth else h, embedding)
            skips.append(h)
        for depth, blocks in reversed(list(enumerate(self.up))):
            if depth < len(self.grow):
                h = interpolate(self.grow[depth](h), scale_factor=2.0) + skips[depth]
            h = blocks(h, embedding)
        return pixel_shuffle(self.out(silu(normalised(h, self.norm.weight, self.norm.bias))), self.patch)
