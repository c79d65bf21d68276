import numpy as np
import pytest
from PIL import Image

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.distances import median_distance, mmd, wasserstein2
from iadb_core.evaluation.metrics import CLASS_W2, ENERGY, MMD, SLICED_W2, TOTAL_VARIATION, W2
from iadb_core.evaluation.point_comparison import PointComparison
from iadb_core.evaluation.settings import Evaluation
from iadb_core.system.arrays import save_array

SETTINGS = Evaluation(floor_draws=4, projections=32, cells=8)


@pytest.fixture
def random():
    """The same numbers in each test."""
    return np.random.default_rng(0)


@pytest.fixture
def stored(tmp_path):
    """Writes samples to a file."""

    def write(name, samples):
        save_array(tmp_path / f"{name}.npy", samples)
        return str(tmp_path / f"{name}.npy")

    return write


@pytest.fixture
def white(tmp_path):
    """The uniform density of the unit square."""
    Image.fromarray(np.full((4, 4), 255, np.uint8)).save(tmp_path / "white.png")
    return Picture(path=str(tmp_path / "white.png"))


@pytest.fixture
def of_gaussian(stored):
    """Held-out samples of a Gaussian, which is drawn anew and has no training samples."""
    return lambda held_out: RealSamples(Gaussian(), stored("held_out", held_out), None)


def figures_of(comparison, values):
    return {figure.metric: figure for figure in comparison.figures(values)}


def test_points_of_the_density_score_the_floor_and_others_more(stored, white, random):
    held_out, train, good = (random.random((n, 2), np.float32) for n in (400, 900, 200))
    comparison = PointComparison(
        RealSamples(white, stored("held_out", held_out), stored("train", train)), 200, SETTINGS, 0
    )
    scored, bad = figures_of(comparison, good), figures_of(comparison, good / 2)
    known = [W2, ENERGY, SLICED_W2, MMD, TOTAL_VARIATION]
    assert [metric for metric in scored if metric in known] == known
    for metric, figure in scored.items():
        assert figure.value == pytest.approx(figure.floor, abs=6 * figure.floor_std), metric
        assert bad[metric].value > 2 * figure.value, metric
        assert (figure.n, figure.split, figure.floor_split, metric.extractor) == (200, "held_out", "held_out", None)
        assert metric.better == "lower"


def test_without_a_picture_there_is_no_total_variation_and_without_training_samples_no_memorisation(
    of_gaussian, random
):
    comparison = PointComparison(of_gaussian(random.normal(size=(90, 2))), 90, SETTINGS, 0)
    scored = figures_of(comparison, np.ones((90, 2)))
    assert TOTAL_VARIATION not in scored
    assert comparison.sets.n == 45
    assert comparison.memorisation(np.ones((90, 2))) == []


def test_the_figures_are_distances_to_held_out_points(of_gaussian, random):
    held_out, generated = random.normal(size=(2, 60, 2)).astype(np.float32)
    comparison = PointComparison(of_gaussian(held_out), 60, SETTINGS, 0)
    scored, reference = figures_of(comparison, generated), held_out[comparison.sets.reference]
    assert scored[W2].value == pytest.approx(wasserstein2(generated[:30], reference), rel=1e-12)
    width = median_distance(held_out)
    assert scored[MMD].value == pytest.approx(mmd(generated[:30], reference, width), rel=1e-12)


def test_a_table_of_solvers_shows_some_of_the_figures(of_gaussian, random):
    comparison = PointComparison(of_gaussian(random.normal(size=(20, 2))), 20, SETTINGS, 0)
    shown = [
        metric for measure in comparison.quality() for metric in measure(comparison.reference, comparison.reference)
    ]
    assert shown == [W2, ENERGY]
    assert set(shown) < set(figures_of(comparison, random.normal(size=(20, 2))))


def test_points_of_a_class_are_compared_with_real_ones_of_it(stored, random):
    centres, labels = np.array([[0.0, 0.0], [5.0, 0.0]]), np.arange(400) % 2
    held_out = (centres[labels] + random.normal(0, 0.1, (400, 2))).astype(np.float32)
    files = stored("held_out", held_out), None, "held_out", stored("labels", labels)
    comparison = PointComparison(RealSamples(Gaussian(), *files), 200, SETTINGS, 0)
    asked = np.arange(200) % 2
    good = centres[asked] + random.normal(0, 0.1, (200, 2))
    (right,), (wrong,) = comparison.obedience(good, asked), comparison.obedience(good, 1 - asked)
    assert right.metric == CLASS_W2
    assert right.value == pytest.approx(right.floor, rel=0.5)
    assert wrong.value == pytest.approx(5, rel=0.05)
    assert right.n == 100
    plain = PointComparison(RealSamples(Gaussian(), files[0], None), 200, SETTINGS, 0)
    assert plain.obedience(good, asked) == []


def test_each_class_has_figures_of_its_own(stored, random, tmp_path):
    Image.fromarray(np.eye(3, dtype=np.uint8)[None].repeat(3, axis=0) * 200).save(tmp_path / "colours.png")
    target = Picture(path=str(tmp_path / "colours.png"), labels="colours")
    centres, labels = np.array([[0.0, 0.0], [5.0, 0.0], [9.0, 0.0]]), np.arange(390) % 3
    labels[::5] = 0  # more of the first class than of the others
    held_out = (centres[labels] + random.normal(0, 0.1, (390, 2))).astype(np.float32)
    files = stored("held_out", held_out), None, "held_out", stored("labels", labels)
    comparison = PointComparison(RealSamples(target, *files), 195, SETTINGS, 0)
    asked = np.where(np.arange(195) < 10, 2, np.arange(195) % 2)
    found = dict(comparison.of_classes(centres[asked] + random.normal(0, 0.1, (195, 2)), asked))
    assert set(found) == {"red", "green"}  # of the third there are too few
    for figure in found.values():
        assert figure.metric == W2
        assert figure.n == min(np.sum(asked == 0), np.sum(labels == 1) // 2, figure.n) or figure.n >= 30
        assert figure.value == pytest.approx(figure.floor, rel=0.6)
        assert figure.floor_std > 0
    wrong = dict(comparison.of_classes(centres[1 - asked.clip(0, 1)] * 1.0, asked))
    assert wrong["red"].value == pytest.approx(5, rel=0.05)
