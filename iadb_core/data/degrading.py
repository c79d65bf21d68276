"""Images, degraded; and degraded images as a network sees them."""

from collections.abc import Iterator
from itertools import count as counting
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor

from iadb_core.data.degradation import Degradation
from iadb_core.data.density import Density, Scaling
from iadb_core.data.draws import Draws

ALL = slice(None)


class Degraded(NamedTuple):
    """Degraded images, network values.

    y: (count, …) in the size that is measured. masks: which pixels are seen, (count, 1, height, width), if not all are.
    """

    y: Tensor
    masks: Tensor | None


class Degrading:
    """A degradation of images of one shape. scaling: from pixel values to network values.

    unit: how much of network values is 1 in pixel values.
    """

    def __init__(self, degradation: Degradation, shape: tuple[int, ...], scaling: Scaling) -> None:
        self.degradation, self.shape = degradation, shape
        self.unit = 1 / prod(std for _, std in scaling)  # of pixel values, in network values
        self.noise = degradation.noise * self.unit

    @classmethod
    def of(cls, degradation: Degradation, target: Density) -> "Degrading":
        """The degradation of a density's images."""
        return cls(degradation, target.shape() or (), target.pixel_scaling())

    def __call__(self, x: Tensor, generator: torch.Generator) -> Degraded:
        """Degrade images, (count, *shape), network values, on the device of the generator."""
        masks = self.degradation.masks(len(x), self.shape, generator)
        y = self.degradation.applied(x, masks)
        if self.noise:
            noise = self.noise * torch.randn(y.shape, generator=generator, device=y.device)
            y = y + (noise if masks is None else noise * masks)
        return Degraded(y, masks)

    def again(self, x: Tensor, masks: Tensor | None) -> Tensor:
        """A·x: other images, degraded in the same way, without noise."""
        return self.degradation.applied(x, masks)

    def shown(self, degraded: Degraded) -> Tensor:
        """Degraded images in the size and channels of whole ones, (count, *shape)."""
        return self.degradation.enlarged(degraded.y, self.shape)

    def seen(self, degraded: Degraded) -> Tensor:
        """What a network sees of them, (count, channels, height, width), channels as the degradation says."""
        enlarged = self.shown(degraded)[:, : self.degradation.channels(self.shape)]
        return enlarged if degraded.masks is None else torch.cat([enlarged, degraded.masks], dim=1)


class DegradedImages:
    """What a training is told of images: each of them, degraded anew whenever it is drawn.

    batch_size: of whole batches. draws: of what is lost.
    """

    def __init__(self, degrading: Degrading, batch_size: int, draws: Draws) -> None:
        self.degrading, self.batch_size, self.draws = degrading, batch_size, draws

    def beside(self, x1: Iterator[Tensor], first: int = 0, rows: slice = ALL) -> Iterator[tuple[Tensor, Tensor]]:
        """As `Telling` says. What is lost of an image is the same whichever rows are taken."""
        for number, block in zip(counting(first), x1, strict=False):
            whole = block
            if rows != ALL:
                whole = block.new_zeros(len(block), self.batch_size, *block.shape[2:])
                whole[:, rows] = block
            degraded = self.degrading(whole.flatten(0, 1), self.draws(number))
            yield block, self.degrading.seen(degraded).unflatten(0, whole.shape[:2])[:, rows]
