import numpy as np
import pytest
from PIL import Image

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.folder import Folder
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.evaluation import quality
from iadb_core.evaluation.classifier import save_classifier, train_classifier
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.image_comparison import ImageComparison
from iadb_core.evaluation.metrics import CLASSIFIER, NEAREST_TRAINING, SLICED_W2_PIXELS
from iadb_core.evaluation.point_comparison import PointComparison
from iadb_core.evaluation.quality import comparison_of, described_figures
from iadb_core.evaluation.settings import Evaluation
from iadb_core.networks.building import weights_hash
from iadb_core.system.arrays import save_array

SETTINGS = Evaluation(floor_draws=2, projections=16, neighbours=2)


@pytest.fixture
def files(tmp_path):
    """Files of held-out and training samples, of points and of images."""
    random = np.random.default_rng(0)
    for name, count in (("held_out", 30), ("train", 40)):
        save_array(tmp_path / f"points_{name}.npy", random.random((count, 2), np.float32))
        save_array(tmp_path / f"images_{name}.npy", random.integers(0, 256, (count, 1, 8, 8), np.uint8))
    Image.fromarray(np.full((4, 4), 255, np.uint8)).save(tmp_path / "white.png")
    return lambda kind: [str(tmp_path / f"{kind}_{name}.npy") for name in ("held_out", "train")]


@pytest.fixture(scope="module")
def classifier():
    images = np.random.default_rng(1).random((30, 1, 8, 8), dtype=np.float32)
    return train_classifier(images, np.arange(30) % 3, steps=2, batch_size=10, learning_rate=0.01, seed=0)


def test_images_are_compared_as_images_and_all_else_as_points(files, tmp_path):
    for target, kind, expected in (
        (Gaussian(), "points", PointComparison),
        (Picture(path=str(tmp_path / "white.png")), "points", PointComparison),
        (Dataset(name="digits", size=8), "images", ImageComparison),
        (Folder(path="nowhere", size=8), "images", ImageComparison),
    ):
        found = comparison_of(RealSamples(target, *files(kind)), 10, SETTINGS, 0)
        assert type(found) is expected
        assert found.sets.n == 10


def test_figures_as_they_stand_in_files(files, classifier, tmp_path):
    save_classifier(tmp_path / "classifier.pt", classifier)
    target = Dataset(name="digits", size=8)
    comparison = comparison_of(
        RealSamples(target, *files("images")), 10, SETTINGS, 0, classifier=str(tmp_path / "classifier.pt")
    )
    generated = np.random.default_rng(2).uniform(-1, 1, (10, 1, 8, 8)).astype(np.float32)
    described = {figure["metric"]: figure for figure in described_figures(comparison, generated)}
    figures = [*comparison.figures(generated), *comparison.memorisation(generated)]
    assert list(described) == [figure.metric.title for figure in figures]
    assert NEAREST_TRAINING.title in described
    assert {figure["extractor"] for figure in described.values()} == {None, CLASSIFIER}
    for figure in figures:
        own = described[figure.metric.title]
        assert (own["value"], own["floor"], own["n"]) == (figure.value, figure.floor, figure.n)
        assert own["extractor"] == figure.metric.extractor
        assert own["extractor_hash"] == (weights_hash(classifier) if own["extractor"] == CLASSIFIER else None)
    assert described[SLICED_W2_PIXELS.title]["extractor_hash"] is None


@pytest.mark.parametrize("kind", ["points", "images"])
def test_what_the_samples_are_for_is_passed_on(files, kind):
    target = Gaussian() if kind == "points" else Dataset(name="digits", size=8)
    found = comparison_of(RealSamples(target, *files(kind), "validation"), 10, SETTINGS, 0)
    assert {figure["split"] for figure in described_figures(found, np.zeros((10, *found.unseen.shape[1:])))} == {
        "validation"
    }


def test_inception_is_asked_for_only_where_it_is_wanted_and_sees_images(files, monkeypatch):
    made = []
    monkeypatch.setattr(quality, "Inception", lambda: made.append(1))
    comparison_of(RealSamples(Dataset(name="digits", size=8), *files("images")), 10, SETTINGS, 0)
    comparison_of(RealSamples(Gaussian(), *files("points")), 10, SETTINGS, 0, inception=True)
    assert not made
    comparison_of(RealSamples(Dataset(name="digits", size=8), *files("images")), 10, SETTINGS, 0, inception=True)
    assert made
