"""Which measures the samples of a run are given: for points, and for images."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from iadb_core.data.preparation import network_values
from iadb_core.data.scaling import true_values
from iadb_core.data.shards import Converted, Samples
from iadb_core.evaluation.classifier import Classifier, embed
from iadb_core.evaluation.distances import (
    energy_distance,
    median_distance,
    mmd,
    sliced_wasserstein,
    total_variation,
    wasserstein2,
)
from iadb_core.evaluation.fidelity import (
    Overlap,
    class_entropy,
    confidence,
    frechet_distance,
    kernel_distance,
    nearest,
    overlap,
)
from iadb_core.evaluation.floors import Draws, Figure, Measure, floors, real_sets, score, spread, usable
from iadb_core.evaluation.inception import Inception
from iadb_core.system.files import load_array
from iadb_core.system.seeds import numpy_generator

CLASSIFIER, INCEPTION = "classifier", "Inception"
NEAR_QUANTILE = 0.05


@dataclass(frozen=True)
class Images:
    """Images, and what networks see in them.

    pixels: true values in [0, 1], (n, channels, height, width). features, probabilities: (n, d), (n, classes), of the
    classifier. inception: (n, 2048). None where there is no such network.
    """

    pixels: Samples
    features: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    inception: np.ndarray | None = None


def point_quality() -> list[Measure]:
    """The two distances between sets of points, (n, 2) each, that a table of solvers shows."""
    return [
        lambda a, b: {"W2 (with root)": wasserstein2(a, b)},
        lambda a, b: {"energy distance": energy_distance(a, b)},
    ]


def point_measures(
    held_out: np.ndarray, picture: np.ndarray | None, settings: Mapping[str, Any], seed: int
) -> list[Measure]:
    """All distances between sets of points, (n, 2) each.

    held_out: points whose median distance is the bandwidth of the MMD. picture: of the target, if it is one.
    settings: `projections` and `cells`. seed: of the projections.
    """

    def sliced(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
        return {"sliced W2 (with root)": sliced_wasserstein(a, b, settings["projections"], seed)}

    bandwidth = cache(lambda: median_distance(held_out))

    def discrepancy(a: np.ndarray, b: np.ndarray) -> dict[str, float]:
        return {"MMD (RBF, median bandwidth)": mmd(a, b, bandwidth())}

    def on_grid(a: np.ndarray, _: np.ndarray) -> dict[str, float]:
        return {} if picture is None else {"total variation": total_variation(a, picture, settings["cells"])}

    return [*point_quality(), sliced, discrepancy, on_grid]


def image_quality(settings: Mapping[str, Any], seed: int) -> list[Measure]:
    """The distances between sets of images that a table of solvers shows; settings: `projections`."""

    def sliced(a: Images, b: Images) -> dict[str, float]:
        return {
            "sliced W2 of pixels (with root)": sliced_wasserstein(a.pixels, b.pixels, settings["projections"], seed)
        }

    return [sliced, _on_features("features", CLASSIFIER)]


def _on_features(attribute: str, extractor: str) -> Measure:
    def distances(a: Images, b: Images) -> dict[str, float]:
        x, y = getattr(a, attribute), getattr(b, attribute)
        if x is None:
            return {}
        return {
            f"Fréchet distance ({extractor})": frechet_distance(x, y),
            f"kernel distance, KID ({extractor})": kernel_distance(x, y),
        }

    return distances


def image_measures(settings: Mapping[str, Any], seed: int) -> list[Measure]:
    """All measures between sets of images; settings: `projections` and `neighbours`."""

    def overlaps(a: Images, b: Images) -> dict[str, float]:
        if a.features is None or b.features is None:
            return {}
        return overlap(a.features, b.features, settings["neighbours"])._asdict()

    def classes(a: Images, _: Images) -> dict[str, float]:
        if a.probabilities is None:
            return {}
        return {"class entropy": class_entropy(a.probabilities), "confidence": confidence(a.probabilities)}

    return [*image_quality(settings, seed), overlaps, classes, _on_features("inception", INCEPTION)]


class Comparison:
    """Held-out samples that generated ones are compared with, and the draws of real samples that give the floors.

    target: settings of the density by its kind. held_out, train: files of stored samples; no `train` for a Gaussian.
    count: generated samples. settings: `floor_draws`. seed: of the draws. classifier, inception: what sees images.
    Raises InputError for a broken file or too few samples.
    """

    def __init__(
        self,
        target: Mapping[str, Any],
        held_out: str,
        train: str | None,
        count: int,
        settings: Mapping[str, Any],
        seed: int,
        classifier: Classifier | None = None,
        inception: Inception | None = None,
    ) -> None:
        self.target, self.classifier, self.inception = target, classifier, inception
        self.images = "dataset" in target or "folder" in target
        self.held_out, self.train = load_array(held_out), load_array(train) if train else None
        trained = None if self.train is None else len(self.train)
        draws = settings["floor_draws"]
        self.draws = real_sets(count, len(self.held_out), trained, draws, numpy_generator(seed, "evaluation"))
        self.pool = self.held_out if self.train is None or self.draws.pool == "held_out" else self.train
        self.reference = self.real(self.held_out[self.draws.reference])

    def true(self, stored: np.ndarray) -> np.ndarray:
        """Stored real samples as true values."""
        return true_values(network_values(stored, self.target).numpy(), self.target)

    def seen(self, values: Samples) -> Any:
        """True values as measures take them: points as they are, images with what the networks see in them."""
        if not self.images:
            return values[:]
        features, probabilities = embed(self.classifier, values) if self.classifier else (None, None)
        return Images(values, features, probabilities, self.inception.features(values) if self.inception else None)

    def real(self, stored: np.ndarray) -> Any:
        """Stored real samples as measures take them."""
        return self.seen(self.true(stored))

    def true_generated(self, values: Samples) -> Samples:
        """The first `draws.n` generated samples, network values, as true values."""
        return Converted(values, lambda part: true_values(np.asarray(part), self.target), self.draws.n)

    def generated(self, values: Samples) -> Any:
        """The first `draws.n` generated samples, network values, as measures take them."""
        return self.seen(self.true_generated(values))

    def floors(self, measures: list[Measure]) -> dict[str, tuple[float, float | None]]:
        """What real samples score under the measures."""
        pairs = ((self.real(self.held_out[one]), self.real(self.pool[other])) for one, other in self.draws.pairs)
        return floors(measures, pairs)

    def figures(self, measures: list[Measure], values: Samples) -> list[Figure]:
        """The measures of generated samples, network values, each beside its floor."""
        generated = self.generated(values)
        kept = usable(measures, generated, self.reference)
        scored, below = score(kept, generated, self.reference), self.floors(kept)
        return [
            Figure(
                name, value, self.draws.n, "held_out", *below[name], "real samples", self.draws.pool, extractor_of(name)
            )
            for name, value in scored.items()
        ]

    def memorisation(self, values: Samples) -> list[Figure]:
        """How near generated images, network values, come to training images; nothing without training images."""
        if not self.images or self.train is None:
            return []
        return memorisation(
            self.true_generated(values), self.true(self.held_out), Converted(self.train, self.true), self.draws
        )


def extractor_of(metric: str) -> str | None:
    """The network whose features or probabilities a measure takes, by the measure's name."""
    if metric in (*Overlap._fields, "class entropy", "confidence"):
        return CLASSIFIER
    return next((name for name in (CLASSIFIER, INCEPTION) if f"({name})" in metric), None)


def memorisation(generated: Samples, held_out: np.ndarray, train: Samples, draws: Draws) -> list[Figure]:
    """How near generated images come to their nearest training image, and the same of held-out images.

    All (…, channels, height, width) in [0, 1]; the distance is Euclidean. A model that repeats what it was trained on
    has a smaller mean distance; one that does so now and then, a larger share below the 5th percentile of held-out
    images' distances.
    """
    used = np.unique(np.concatenate([chosen for chosen, _ in draws.pairs]))
    distance = np.zeros(len(held_out))
    distance[used] = nearest(held_out[used], train)[1]
    own, near = nearest(generated, train)[1], float(np.quantile(distance[used], NEAR_QUANTILE))
    kept = [distance[chosen] for chosen, _ in draws.pairs]
    measured = {
        "distance to the nearest training image": (own.mean(), [one.mean() for one in kept]),
        "share nearer to training images than 95% of held-out ones": (
            (own < near).mean(),
            [(one < near).mean() for one in kept],
        ),
    }
    return [
        Figure(name, float(value), len(generated), "train", *spread(real), "real samples", "held_out")
        for name, (value, real) in measured.items()
    ]
