"""A small image classifier, whose features and class probabilities the fidelity measures take."""

import io
import os
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, cross_entropy, layer_norm, relu

from iadb_core.data.density import Density, Read
from iadb_core.data.draws import Draws, index_blocks
from iadb_core.data.parts import label_files, sample_files
from iadb_core.data.shards import Converted, Samples
from iadb_core.evaluation.settings import ClassifierTraining
from iadb_core.networks.building import initialise, weights_hash
from iadb_core.system.archives import load_archive
from iadb_core.system.arrays import load_array
from iadb_core.system.errors import InputError
from iadb_core.system.files import atomic
from iadb_core.system.progress import Progress, log
from iadb_core.system.runtime import generator

FORMAT = "iadb-classifier-1"
MOST = 4096  # channels or classes
FEATURES = 64
SEEN_ERRORS = 3  # standard errors above guessing
IMAGES_AT_ONCE = 512


class ImageClassifier(nn.Module):
    """A network that sees features in images, and in these, by `out`, a logit for each class."""

    channels: int
    classes: int
    out: nn.Module

    def features(self, images: Tensor) -> Tensor:
        """images: (batch, channels, height, width), pixel values in [0, 1]. Returns (batch, features)."""
        raise NotImplementedError

    def forward(self, images: Tensor) -> Tensor:
        """Logits, (batch, classes)."""
        logits: Tensor = self.out(self.features(images))
        return logits


class Classifier(ImageClassifier):
    """Three convolutions, then 64 features, then a logit for each class; for images of any size from 8×8.

    The features of an image have mean 0 and variance 1, so that distances between them mean much the same whatever the
    data set.
    """

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.channels, self.classes = channels, classes
        self.conv1 = nn.Conv2d(channels, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, stride=2, padding=1)
        self.conv3 = nn.Conv2d(64, 64, 3, stride=2, padding=1)
        self.inner = nn.Linear(64 * 2 * 2, FEATURES)
        self.out = nn.Linear(FEATURES, classes)

    def features(self, images: Tensor) -> Tensor:
        """images: (batch, channels, height, width), pixel values in [0, 1]. Returns (batch, 64)."""
        h = relu(self.conv1(2 * images - 1))  #       (batch, 32, H, W)
        h = relu(self.conv3(relu(self.conv2(h))))  #  (batch, 64, H/4, W/4)
        return layer_norm(relu(self.inner(adaptive_avg_pool2d(h, 2).flatten(1))), (FEATURES,), eps=1e-8)


Trained = TypeVar("Trained", bound=ImageClassifier)


def train_classifier(images: np.ndarray, labels: np.ndarray, *, seed: int, **training: Any) -> Classifier:
    """The project's own classifier of images and labels. seed: also of its weights. training: as `fit` takes it."""
    network = Classifier(images.shape[1], int(labels.max()) + 1)
    initialise(network, generator(seed, "classifier weights"))
    return fit(network, images, labels, seed=seed, **training)


def fit(
    network: Trained,
    images: np.ndarray,
    labels: np.ndarray,
    steps: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
    on_step: Callable[[int], object] = lambda count: None,
    pixels: Callable[[np.ndarray], np.ndarray] = np.asarray,
) -> Trained:
    """Train a classifier in place with Adam on cross-entropy, float32, on the CPU; returns it.

    images: (count, channels, height, width). labels: (count,), integers from 0. seed: of the order. on_step: is told
    how many steps were done since it was last told. pixels: makes pixel values in [0, 1], float32, of a batch of the
    images.
    """
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate, fused=True)
    classes = torch.from_numpy(np.array(labels, np.int64))
    batch_size = min(batch_size, len(images))
    batches = index_blocks(
        len(images), (1, batch_size), "shuffled", Draws(seed, "classifier order", torch.device("cpu"))
    )
    for batch in islice(batches, steps):
        optimizer.zero_grad()
        values = torch.from_numpy(pixels(images[batch[0].numpy()]))
        cross_entropy(network(values), classes[batch[0]]).backward()
        optimizer.step()
        on_step(1)
    return network.eval()


def embed(network: ImageClassifier, images: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Features, (count, 64), and class probabilities, (count, classes), of images with pixel values in [0, 1]."""
    features, probabilities = [], []
    with torch.inference_mode():
        for first in range(0, len(images), IMAGES_AT_ONCE):
            block = torch.from_numpy(np.ascontiguousarray(images[first : first + IMAGES_AT_ONCE], dtype=np.float32))
            features.append(network.features(block))
            probabilities.append(network.out(features[-1]).softmax(dim=1))
    return torch.cat(features).numpy(), torch.cat(probabilities).numpy()


def hits(network: ImageClassifier, images: Samples, labels: np.ndarray) -> np.ndarray:
    """Of each image whether its most probable class is its label, (count,)."""
    _, probabilities = embed(network, images)
    return np.asarray(probabilities.argmax(axis=1) == labels)


def trained_classifier(
    density: Density, data_dir: str | Path, seed: int, settings: ClassifierTraining, threads: int = 1
) -> tuple[Classifier, dict[str, Any]]:
    """The classifier of a labelled density's training samples, and a summary with its accuracy on all others.

    data_dir, seed, threads: as `Read.store` takes them. The samples are read into temporary files, not into memory.
    """
    assert isinstance(density, Read)

    def pixels(stored: np.ndarray) -> np.ndarray:
        return density.true_values(density.network_values(torch.from_numpy(np.array(stored))).numpy())

    with TemporaryDirectory() as folder:
        density.store(folder, data_dir, seed, threads)
        images, labels = ([load_array(path) for path in files(folder)] for files in (sample_files, label_files))
        with Progress(settings.steps, "steps") as progress:
            told = settings.written()
            network = train_classifier(images[0], labels[0], **told, on_step=progress.update, pixels=pixels)
        unseen = [(Converted(part, pixels), own) for part, own in zip(images[1:], labels[1:], strict=True)]
        right = [hits(network, *part) for part in unseen]
    every, truth = np.concatenate(right), np.concatenate(labels[1:])
    names, counts = density.class_names() or [], np.bincount(labels[0], minlength=network.classes)
    summary = {
        "accuracy": float(every.mean()),
        "held_out_images": len(every),
        "most_frequent_class": float((truth == counts.argmax()).mean()),  # what one that only guesses scores
        "classes": len(names),
        "accuracy_of_class": {
            name: float(every[truth == number].mean()) if (truth == number).any() else None
            for number, name in enumerate(names)
        },
        "training_images_of_class": dict(zip(names, counts.tolist(), strict=False)),
        "weights_hash": weights_hash(network),
    }
    guessed, error = summary["most_frequent_class"], 0.5 / len(every) ** 0.5
    if summary["accuracy"] < guessed + SEEN_ERRORS * error:
        log.warning("the classifier does not tell the classes apart: what is measured by it says little")
    log.info(
        "%.4f of %s held-out images are classified right; by guessing, %.4f",
        summary["accuracy"],
        f"{len(every):,}",
        summary["most_frequent_class"],
    )
    return network, summary


def save_classifier(path: str | os.PathLike[str], network: Classifier) -> None:
    """Write a classifier, atomically. Raises InputError if the file cannot be written."""
    content = {
        "format": FORMAT,
        "channels": network.channels,
        "classes": network.classes,
        "weights": network.state_dict(),
    }
    buffer = io.BytesIO()
    torch.save(content, buffer)
    with atomic(path) as file:
        file.write(buffer.getvalue())


def load_classifier(path: str | os.PathLike[str]) -> Classifier:
    """Read a classifier, without running code from the file.

    Raises InputError if the file is missing, corrupted, or no classifier of this program.
    """
    remedy = "delete it to have it trained again"
    try:
        with open(path, "rb") as file:
            content = load_archive(file)
        if content["format"] != FORMAT:
            raise ValueError(f"not of the format {FORMAT}")
        if not all(isinstance(content[key], int) and 0 < content[key] <= MOST for key in ("channels", "classes")):
            raise ValueError("its sizes cannot be")
        network = Classifier(content["channels"], content["classes"])
        network.load_state_dict(content["weights"])
    except Exception as error:  # torch raises nearly every exception on a broken file
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path} is not a readable classifier ({reason}); {remedy}") from error
    return network.eval()
