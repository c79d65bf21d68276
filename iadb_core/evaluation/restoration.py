"""Restored images beside the true ones: how near, how alike, how varied, and whether they agree with what was seen."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.degrading import Degraded, Degrading
from iadb_core.data.density import Density
from iadb_core.evaluation.comparison import Comparison
from iadb_core.evaluation.floors import Figure
from iadb_core.evaluation.measured import Measured
from iadb_core.evaluation.metrics import DISAGREEMENT, PSNR, SPREAD, SSIM, Metric
from iadb_core.system.progress import log

SSIM_WINDOW = 11  # pixels
LEAST_ERROR = 1e-10  # of an image that is found again exactly: 100 dB
WAY = ("method", "nfe", "answers")
COLUMNS = ("metric", "value", "error", "floor", "floor_std", "n", "split", "floor_split", "extractor", "extractor_hash")
MADE = ("solver", "steps", "weights_hash")
PROTOCOL = ("precision", "device", "versions", "code")
TABLE = ("experiment", "seed", *WAY, *COLUMNS, *MADE, *PROTOCOL)


class Restored(NamedTuple):
    """What one way makes of images.

    answers: (answers, count, *shape), network values. nfe: of one answer. made: by what, as `MADE`; nothing of what no
    network has made.
    """

    method: str
    answers: Tensor
    nfe: float
    made: Mapping[str, Any] = MappingProxyType({})


class Truth(NamedTuple):
    """What images should be, (count, *shape), network values; and, if they are restored, what was seen of them."""

    target: Density
    whole: Tensor
    seen: tuple[Degrading, Degraded] | None = None

    def pixels(self, values: Tensor) -> np.ndarray:
        """Network values as pixel values in [0, 1]."""
        return np.asarray(self.target.true_values(values.numpy()), np.float32)


def psnr(images: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Peak signal-to-noise ratio of each image, in dB, (count,); pixel values in [0, 1]: −10·log₁₀(mean square)."""
    square = np.square(images.astype(np.float64) - truth).reshape(len(images), -1).mean(axis=1)
    return np.asarray(-10 * np.log10(np.maximum(square, LEAST_ERROR)))


def ssim(images: np.ndarray, truth: np.ndarray) -> np.ndarray | None:
    """Structural similarity of each image, (count,), by torchmetrics; None for images smaller than its window.

    Source: Wang et al. 2004; a Gaussian window of 11 pixels.
    """
    if min(images.shape[2:]) < SSIM_WINDOW:
        return None
    from iadb_core.data.torchvision_import import import_torchvision

    import_torchvision()
    from torchmetrics.functional.image import structural_similarity_index_measure

    pair = (torch.from_numpy(np.ascontiguousarray(part, np.float32)) for part in (images, truth))
    found = structural_similarity_index_measure(*pair, data_range=1.0, reduction="none")
    assert isinstance(found, Tensor)
    return found.numpy()


def spread(answers: np.ndarray) -> np.ndarray:
    """How much the answers to one degraded image differ, (count,): the root mean square deviation of a pixel.

    answers: (answers, count, …), at least two.
    """
    variance = answers.var(axis=0, ddof=1, dtype=np.float64)
    return np.asarray(np.sqrt(variance.reshape(len(variance), -1).mean(axis=1)))


def disagreement(restored: Tensor, degrading: Degrading, degraded: Degraded) -> np.ndarray:
    """How far restored images, degraded again, are from what was seen: root mean square, in pixel values, (count,)."""
    y, masks = degraded
    squares = ((degrading.again(restored, masks) - y) / degrading.unit).square().flatten(1)
    if masks is None:
        return squares.mean(dim=1).sqrt().numpy()
    seen = masks.flatten(1).sum(dim=1) * restored.shape[1]
    return (squares.sum(dim=1) / seen.clamp_min(1)).sqrt().numpy()


def restored_figures(way: Restored, truth: Truth, quality: Measured) -> Iterator[dict[str, Any]]:
    """A row for each figure of a way, by `WAY`, `COLUMNS` and `MADE`.

    quality: measures of sets of images, of which each image has one answer; of others than those that were degraded, so
    that the floor is what real images score.
    """
    of_way = dict(zip(WAY, (way.method, way.nfe, len(way.answers)), strict=True))
    of_way |= {key: way.made.get(key) for key in MADE}
    for figure in _of_each(way, truth):
        row = figure.described() | {"extractor_hash": None}
        yield of_way | {key: row[key] for key in COLUMNS}
    for found in quality.figures(way.answers[0]):
        yield of_way | {"error": None} | found


def _of_each(way: Restored, truth: Truth) -> Iterator[Figure]:
    """What is measured of each image by itself: the mean over images and answers, with its standard error."""
    true, answers = truth.pixels(truth.whole), [truth.pixels(one) for one in way.answers]
    found: dict[Metric, np.ndarray | None] = {PSNR: np.mean([psnr(one, true) for one in answers], axis=0)}
    similar = [own for own in (ssim(one, true) for one in answers) if own is not None]
    found[SSIM] = np.mean(similar, axis=0) if similar else None
    found[SPREAD] = spread(np.stack(answers)) if len(answers) > 1 else None
    if truth.seen:
        found[DISAGREEMENT] = np.mean([disagreement(one, *truth.seen) for one in way.answers], axis=0)
    for metric, values in found.items():
        if values is not None:
            error = float(values.std(ddof=1) / len(values) ** 0.5)
            log.info("%s, %s: %.4g", way.method, metric.title, values.mean())
            yield Figure(metric, float(values.mean()), len(values), "held_out", error=error)


def quality_of(comparison: Comparison[Any]) -> Measured:
    """The measures of sets of restored images. Raises InputError if none can be taken."""
    return Measured.of(comparison, comparison.quality())
