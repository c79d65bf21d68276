"""The gradient of a 3×3 convolution's weights with a quarter of its products, by Winograd's F(3×3, 4×4).

Source: Lavin and Gray 2016, arXiv:1509.09308, section 4, for the gradient; the matrices are Toom and Cook's.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

POINTS = (0, 2 / 3, -2 / 3, 3 / 2, -3 / 2)  # and infinity: with them the error is half of that with 0, ±1 and ±2
TILES = 512  # worked on at a time: what is made of them stays in the cache
ROUNDING = 2.0**-20  # of the sizes of what is summed: eight times float32's


def _values(coefficients: int) -> np.ndarray:
    """What takes a polynomial, by its coefficients, to its values at the points and infinity: (6, coefficients)."""
    finite = [[float(point**power) for power in range(coefficients)] for point in POINTS]
    return np.array([*finite, [0.0] * (coefficients - 1) + [1.0]])


def _for_images(matrix: np.ndarray) -> Tensor:
    """The same along rows and columns of a flattened square, float32."""
    return torch.from_numpy(np.kron(matrix, matrix)).float()


OF_INPUTS = _for_images(np.linalg.inv(_values(6)).T)  # (36, 36)
OF_GRADIENTS = _for_images(_values(4))  # (36, 16)
TO_WEIGHTS = _for_images(_values(3).T)  # (9, 36)


def weight_gradient(x: Tensor, gradient: Tensor) -> Tensor:
    """The gradient of the weights of a 3×3 convolution with stride 1 and padding 1, (outputs, inputs, 3, 3), float32.

    x: (batch, inputs, height, width), gradient: of the output, (batch, outputs, height, width), float32 on the CPU;
    height and width are multiples of 4. Channels last is fastest. What its rounding cannot tell from zero is zero, as
    what is exactly zero would be by a direct sum: Adam, which divides by the size of gradients, would make steps of
    noise.
    """
    rows, columns = x.shape[2] // 4, x.shape[3] // 4
    products = x.new_zeros(36, gradient.shape[1], x.shape[1])
    images = max(1, TILES // (rows * columns))
    band = max(1, TILES // (images * columns))
    for given, behind in zip(x.split(images), gradient.split(images), strict=True):
        squares = _tiles(behind.permute(0, 2, 3, 1), 4)
        tiles = _tiles(pad(given.permute(0, 2, 3, 1), (0, 0, 1, 1, 1, 1)), 6)
        for left, right in zip(squares.split(band, 1), tiles.split(band, 1), strict=True):
            u = OF_GRADIENTS @ left.flatten(3, 4).flatten(0, 2)  # (tiles, 36, outputs)
            v = OF_INPUTS @ right.flatten(3, 4).flatten(0, 2)  # (tiles, 36, inputs)
            products.baddbmm_(u.permute(1, 2, 0), v.transpose(0, 1))
    terms = products.flatten(1)
    found = TO_WEIGHTS @ terms
    found.masked_fill_(found.abs() < ROUNDING * (TO_WEIGHTS.abs() @ terms.abs()), 0.0)
    return found.view(3, 3, *products.shape[1:]).permute(2, 3, 0, 1)


def _tiles(images: Tensor, size: int) -> Tensor:
    """Squares of so many pixels a side at every fourth pixel, a view: (batch, rows, columns, size, size, channels).

    images: (batch, height, width, channels).
    """
    return images.unfold(1, size, 4).unfold(2, size, 4).permute(0, 1, 2, 4, 5, 3)
