"""The samples of a run, measured."""

from typing import Any

import numpy as np

from iadb_core.data.parts import HELD_OUT
from iadb_core.data.shards import Samples
from iadb_core.evaluation.classifier import load_classifier
from iadb_core.evaluation.comparison import Comparison, RealSamples
from iadb_core.evaluation.image_comparison import ImageComparison
from iadb_core.evaluation.inception import Inception
from iadb_core.evaluation.point_comparison import PointComparison
from iadb_core.evaluation.settings import Evaluation
from iadb_core.system.progress import log


def comparison_of(
    samples: RealSamples,
    count: int,
    settings: Evaluation,
    seed: int,
    classifier: str | None = None,
    inception: bool = False,
) -> Comparison[Any]:
    """What a target's samples are compared by: images with what networks see in them, others as they are.

    classifier: its file. inception: whether Inception sees images too. The rest: as `Comparison` takes it.
    """
    if not samples.target.of_images():
        return PointComparison(samples, count, settings, seed)
    networks = load_classifier(classifier) if classifier else None, Inception() if inception else None
    return ImageComparison(samples, count, settings, seed, *networks)


def described_figures(
    comparison: Comparison[Any], generated: Samples, asked: np.ndarray | None = None
) -> list[dict[str, Any]]:
    """All figures of generated samples, network values, as they stand in files. asked: their classes, if any were."""
    figures = comparison.figures(generated) + comparison.memorisation(generated)
    figures += comparison.obedience(generated, asked) if asked is not None else []
    of_part = "" if comparison.split == HELD_OUT else f", {comparison.split}"
    for figure in figures:
        log.info("%s%s: %.4g, floor %.4g", figure.metric.title, of_part, figure.value, figure.floor)
    hashes = comparison.hashes()
    known = {"trained_on": comparison.trained_on}
    return [figure.described() | {"extractor_hash": hashes.get(figure.metric.extractor)} | known for figure in figures]
