import numpy as np
import pytest
import torch

from iadb_core.data.resizing import network_images
from iadb_core.data.torchvision_import import import_torchvision

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
