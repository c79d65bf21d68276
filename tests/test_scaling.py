import numpy as np
import pytest
import torch

from iadb_core.scaling import network_images, scale, unscale
from iadb_core.torchvision_import import import_torchvision

MNIST = [(0.1307, 0.3081), (0.5, 0.5)]


@pytest.mark.parametrize(("stored", "size"), [(28, 32), (32, 32), (8, 16), (28, 16), (64, 24)])
def test_network_images_are_torchvisions_transforms(stored, size):
    import_torchvision()
    from torchvision import transforms

    images = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (5, 1, stored, stored), np.uint8))
    recipe = transforms.Compose(
        [
            transforms.ToTensor(),
            transforms.Normalize((0.1307,), (0.3081,)),
            transforms.Lambda(lambda v: v * 2 - 1),
            transforms.Resize(size, interpolation=transforms.InterpolationMode.BILINEAR),
        ]
    )
    expected = torch.stack([recipe(image[0].numpy()) for image in images])
    assert torch.allclose(network_images(images, size, MNIST), expected, atol=2e-5)


def test_the_mnist_scaling_has_the_tutorials_range():
    low, high = scale(np.array([0.0, 1.0]), MNIST)
    assert (round(low, 3), round(high, 3)) == (-1.848, 4.643)


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
def test_unscale_inverts_scale_and_clips(kind):
    pixels = kind(np.linspace(0, 1, 11))
    assert np.allclose(unscale(scale(pixels, MNIST), MNIST), pixels)
    assert unscale(kind(np.array([-9.0, 9.0])), MNIST).tolist() == [0, 1]
