"""A second judge of images, of another make than the project's own classifier: torchvision's ResNet-18.

Figures on the features of one small classifier might be of that classifier alone. This one has another architecture,
23 times as many weights, eight times as many features, and is not normalised by the image.
"""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from iadb_core.data.torchvision_import import import_torchvision
from iadb_core.evaluation.classifier import ImageClassifier, fit
from iadb_core.system.archives import load_archive
from iadb_core.system.files import atomic
from iadb_core.system.provenance import settings_digest

STEPS, BATCH_SIZE, LEARNING_RATE = 1500, 128, 0.001


class ResNet18(ImageClassifier):
    """torchvision's ResNet-18 as it is, which sees gray images as RGB; its features are the 512 before the last layer.

    Source: He et al. 2016.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        import_torchvision()
        from torchvision.models import resnet18

        self.channels, self.classes = 1, classes
        self.trunk = resnet18(num_classes=classes)
        self.out, self.trunk.fc = self.trunk.fc, nn.Identity()

    def features(self, images: Tensor) -> Tensor:
        """images: (batch, 1, height, width), pixel values in [0, 1]. Returns (batch, 512)."""
        found: Tensor = self.trunk((2 * images - 1).expand(-1, 3, -1, -1))
        return found


def second_judge(
    folder: Path, images: np.ndarray, labels: np.ndarray, pixels: Callable[[np.ndarray], np.ndarray]
) -> ResNet18:
    """The judge kept in the folder; trained, if there is none of these settings. The rest: as `fit` takes it."""
    path = folder / f"resnet18-{settings_digest([STEPS, BATCH_SIZE, LEARNING_RATE])}.pt"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = ResNet18(int(labels.max()) + 1)
    if path.exists():
        with open(path, "rb") as file:
            network.load_state_dict(load_archive(file))
        return network.eval()
    fit(network, images, labels, STEPS, BATCH_SIZE, LEARNING_RATE, seed=0, pixels=pixels)
    buffer = io.BytesIO()
    torch.save(network.state_dict(), buffer)
    with atomic(path) as file:
        file.write(buffer.getvalue())
    return network
