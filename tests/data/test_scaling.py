import numpy as np
import pytest
import torch

from iadb_core.data.scaling import scale, unscale

MNIST = [(0.1307, 0.3081), (0.5, 0.5)]


def test_the_mnist_scaling_has_the_tutorials_range():
    low, high = scale(np.array([0.0, 1.0]), MNIST)
    assert (round(low, 3), round(high, 3)) == (-1.848, 4.643)


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
def test_unscale_inverts_scale_and_clips(kind):
    pixels = kind(np.linspace(0, 1, 11))
    assert np.allclose(unscale(scale(pixels, MNIST), MNIST), pixels)
    assert unscale(kind(np.array([-9.0, 9.0])), MNIST).tolist() == [0, 1]
