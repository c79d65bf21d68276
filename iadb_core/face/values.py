"""Between network values and what a person sees: pixel values in [0, 1], points with x to the right and y upward."""

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from iadb_core.data.density import Density, Shape
from iadb_core.data.scaling import unscale
from iadb_core.data.shards import Converted, Samples
from iadb_core.face.given import as_array, images, points
from iadb_core.system.errors import InputError

BEYOND = 4.0  # by so much pixel values may lie outside of [0, 1] that were not clipped


class Values:
    """The values of the samples of a source and a target. Points of a picture are (row, column) to the network."""

    def __init__(self, source: Density, target: Density, shape: Shape) -> None:
        self.source, self.target, self.shape = source, target, shape
        self.of_picture = source.rows_and_columns or target.rows_and_columns

    def shown(self, values: np.ndarray, density: Density, clip: bool = True) -> np.ndarray:
        """Network values, (count, *shape), of samples of a density as a person sees them. clip: pixels to [0, 1]."""
        scaling = density.pixel_scaling()
        true = unscale(values, scaling, clip=False) if scaling and not clip else density.true_values(values)
        return np.stack([true[..., 1], 1 - true[..., 0]], axis=-1) if self.of_picture else true

    def on_the_way(self, values: np.ndarray, clip: bool = True) -> np.ndarray:
        """The same of samples between both, by the scaling of the target, or of the source where that has none."""
        return self.shown(values, self.target if self.target.pixel_scaling() else self.source, clip)

    def generated(self, values: Samples) -> Samples:
        """The same of samples of the target that are converted as they are asked for."""
        return Converted(values, lambda part: self.shown(np.asarray(part), self.target))

    def told(self, coordinates: Tensor, columns: tuple[int, ...]) -> Tensor:
        """Coordinates of points of the target, (n, columns), as the network sees them."""
        whole = torch.zeros(len(coordinates), *self.shape)
        whole[:, list(columns)] = coordinates
        return self.target.network_values(whole)[:, list(columns)]

    def network(self, samples: ArrayLike | Tensor, density: Density) -> Tensor:
        """Samples of a density as a person has them, as the network sees them. Raises InputError if they are none."""
        array = as_array(samples)
        if density.of_images():
            values = density.network_values(torch.from_numpy(images(array, beyond=BEYOND)))
        else:
            given = points(array) if len(self.shape) == 1 else np.asarray(array, dtype=np.float32)
            if len(self.shape) == 1 and given.shape[1:] == self.shape:
                given = density.network_values(torch.from_numpy(given)).numpy()
            values = torch.from_numpy(given)
            if self.of_picture:
                values = torch.stack([1 - values[:, 1], values[:, 0]], dim=1)
        if values.shape[1:] != self.shape:
            raise InputError(f"samples of {tuple(values.shape[1:])} were given to a model of samples of {self.shape}")
        return values.contiguous()
