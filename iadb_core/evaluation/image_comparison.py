"""What sets of images are compared by: pixels, and what networks see in them."""

from dataclasses import dataclass

import numpy as np

from iadb_core.data.parts import HELD_OUT
from iadb_core.data.shards import Converted, Samples
from iadb_core.evaluation.classifier import ImageClassifier, embed
from iadb_core.evaluation.comparison import Comparison, RealSamples
from iadb_core.evaluation.distances import sliced_wasserstein
from iadb_core.evaluation.fidelity import (
    class_entropy,
    confidence,
    frechet_distance,
    kernel_distance,
    nearest,
    overlap,
)
from iadb_core.evaluation.floors import Figure, Measure, RealSets, spread
from iadb_core.evaluation.inception import Inception
from iadb_core.evaluation.metrics import (
    CLASS_ACCURACY,
    CLASS_ENTROPY,
    CLASSIFIER,
    CONFIDENCE,
    COVERAGE,
    DENSITY,
    FRECHET,
    INCEPTION,
    KID,
    NEARER_SHARE,
    NEAREST_TRAINING,
    PRECISION,
    RECALL,
    SLICED_W2_PIXELS,
    Metric,
)
from iadb_core.evaluation.settings import Evaluation
from iadb_core.networks.building import weights_hash

NEAR_QUANTILE = 0.05


@dataclass(frozen=True)
class SeenImages:
    """Images, and what networks see in them.

    pixels: true values in [0, 1], (n, channels, height, width). features: (n, d), by the network's name.
    probabilities: (n, classes), of the classifier, if there is one.
    """

    pixels: Samples
    features: dict[str, np.ndarray]
    probabilities: np.ndarray | None = None


class ImageComparison(Comparison[SeenImages]):
    """Images against images. classifier, inception: what sees them; the rest as `Comparison`."""

    def __init__(
        self,
        samples: RealSamples,
        count: int,
        settings: Evaluation,
        seed: int,
        classifier: ImageClassifier | None = None,
        inception: Inception | None = None,
    ) -> None:
        super().__init__(samples, count, settings, seed)
        self.classifier, self.inception = classifier, inception

    def hashes(self) -> dict[str | None, str]:
        named = {CLASSIFIER: self.classifier, INCEPTION: self.inception and self.inception.network}
        return {name: weights_hash(network) for name, network in named.items() if network}

    def seen(self, values: Samples) -> SeenImages:
        features, probabilities = {}, None
        if self.classifier:
            features[CLASSIFIER], probabilities = embed(self.classifier, values)
        if self.inception:
            features[INCEPTION] = self.inception.features(values)
        return SeenImages(values, features, probabilities)

    def quality(self) -> list[Measure[SeenImages]]:
        return [self._sliced, _on_features(CLASSIFIER)]

    def measures(self) -> list[Measure[SeenImages]]:
        return [*self.quality(), self._overlaps, _classes, _on_features(INCEPTION)]

    def _sliced(self, a: SeenImages, b: SeenImages) -> dict[Metric, float]:
        return {SLICED_W2_PIXELS: sliced_wasserstein(a.pixels, b.pixels, self.settings.projections, self.seed)}

    def _overlaps(self, a: SeenImages, b: SeenImages) -> dict[Metric, float]:
        if CLASSIFIER not in a.features:
            return {}
        found = overlap(a.features[CLASSIFIER], b.features[CLASSIFIER], self.settings.neighbours)
        return dict(zip((PRECISION, RECALL, DENSITY, COVERAGE), found, strict=True))

    def obedience(self, values: Samples, asked: np.ndarray) -> list[Figure]:
        if self.classifier is None:
            return []
        seen = self.generated(values).probabilities
        assert seen is not None
        right = (seen.argmax(axis=1) == asked[: len(seen)]).mean()
        floor = None
        if self.labels is not None:
            real = self.reference.probabilities
            assert real is not None
            floor = float((real.argmax(axis=1) == self.labels[self.sets.reference]).mean())
        how = "real samples", self.split
        return [Figure(CLASS_ACCURACY, float(right), len(seen), self.split, floor, None, *how)]

    def of_classes(self, values: Samples, asked: np.ndarray) -> list[tuple[str, Figure]]:
        if self.classifier is None or self.labels is None:
            return []
        generated = self.generated(values).features[CLASSIFIER]
        real, found = self.real(self.unseen[:]).features[CLASSIFIER], []
        for number, name in enumerate(self.target.class_names() or ()):
            own = generated[np.flatnonzero(asked[: len(generated)] == number)]
            halves = self.halves_of_class(number, len(own))
            if halves:
                n = len(halves[0][0])
                scored = self._of_class(own[:n], real[halves[0][0]])
                draws = [self._of_class(real[other], real[one]) for one, other in halves]
                for metric, value in scored.items():
                    floor = spread([draw[metric] for draw in draws])
                    figure = Figure(metric, value, n, self.split, *floor, "real samples", self.split)
                    found.append((name, figure))
        return found

    def _of_class(self, a: np.ndarray, b: np.ndarray) -> dict[Metric, float]:
        """What the features of images of one class score against those of real ones."""
        precision, recall, *_ = overlap(a, b, self.settings.neighbours)
        return {FRECHET[CLASSIFIER]: frechet_distance(a, b), PRECISION: precision, RECALL: recall}

    def memorisation(self, values: Samples) -> list[Figure]:
        if self.train is None or self.split != HELD_OUT:
            return []
        train = Converted(self.train, self.true)
        return memorisation(self.true_generated(values), self.true(self.unseen), train, self.sets)


def _on_features(extractor: str) -> Measure[SeenImages]:
    def distances(a: SeenImages, b: SeenImages) -> dict[Metric, float]:
        if extractor not in a.features:
            return {}
        x, y = a.features[extractor], b.features[extractor]
        return {FRECHET[extractor]: frechet_distance(x, y), KID[extractor]: kernel_distance(x, y)}

    return distances


def _classes(a: SeenImages, _: SeenImages) -> dict[Metric, float]:
    if a.probabilities is None:
        return {}
    return {CLASS_ENTROPY: class_entropy(a.probabilities), CONFIDENCE: confidence(a.probabilities)}


def memorisation(generated: Samples, held_out: np.ndarray, train: Samples, sets: RealSets) -> list[Figure]:
    """How near generated images come to their nearest training image, and the same of held-out images.

    All (…, channels, height, width) in [0, 1]; the distance is Euclidean. A model that repeats what it was trained on
    has a smaller mean distance; one that does so now and then, a larger share below the 5th percentile of held-out
    images' distances.
    """
    used = np.unique(np.concatenate([chosen for chosen, _ in sets.pairs]))
    distance = np.zeros(len(held_out))
    distance[used] = nearest(held_out[used], train)[1]
    own, near = nearest(generated, train)[1], float(np.quantile(distance[used], NEAR_QUANTILE))
    kept = [distance[chosen] for chosen, _ in sets.pairs]
    measured = {
        NEAREST_TRAINING: (own.mean(), [one.mean() for one in kept]),
        NEARER_SHARE: ((own < near).mean(), [(one < near).mean() for one in kept]),
    }
    return [
        Figure(metric, float(value), len(generated), "train", *spread(real), "real samples", "held_out")
        for metric, (value, real) in measured.items()
    ]
