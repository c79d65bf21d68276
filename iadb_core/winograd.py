"""The gradient of a 3×3 convolution's weights with a quarter of its products, by Winograd's F(3×3, 4×4).

Source: Lavin and Gray 2016, arXiv:1509.09308, section 4, for the gradient; the matrices are Toom and Cook's.
"""

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import pad

POINTS = (0, 2 / 3, -2 / 3, 3 / 2, -3 / 2)  # and infinity: with them the error is half of that with 0, ±1 and ±2
TILES = 512  # worked on at a time: what is made of them stays in the cache
ROUNDING = 4e-6  # of the largest product: what float32 cannot tell from zero


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
    """The gradient of the weights of a 3×3 convolution with stride 1 and padding 1, (outputs, inputs, 3, 3).

    x: (batch, inputs, height, width), gradient: of the output, (batch, outputs, height, width), on the CPU; height and
    width are multiples of 4. Channels last is fastest. What rounding cannot tell from zero is zero, as by a direct sum:
    Adam, which divides by the size of gradients, would make steps of its noise.
    """
    inputs, outputs = x.shape[1], gradient.shape[1]
    rows, columns = x.shape[2] // 4, x.shape[3] // 4
    products = x.new_zeros(36, outputs, inputs)
    images = max(1, TILES // (rows * columns))
    for given, behind in zip(x.split(images), gradient.split(images), strict=True):
        padded = pad(given.permute(0, 2, 3, 1), (0, 0, 1, 1, 1, 1))
        image, row, column, _ = padded.stride()
        sizes = (len(padded), rows, columns, 6, 6, inputs)
        tiles = padded.as_strided(sizes, (image, 4 * row, 4 * column, row, column, 1)).reshape(-1, 36, inputs)
        squares = behind.permute(0, 2, 3, 1).reshape(-1, rows, 4, columns, 4, outputs).transpose(2, 3)
        left, right = OF_GRADIENTS @ squares.reshape(-1, 16, outputs), OF_INPUTS @ tiles
        products.baddbmm_(left.permute(1, 2, 0), right.transpose(0, 1))
    found = (TO_WEIGHTS @ products.flatten(1)).view(9, outputs, inputs)
    found.masked_fill_(found.abs() < ROUNDING * products.abs().amax(0), 0.0)
    return found.view(3, 3, outputs, inputs).permute(2, 3, 0, 1)
