import logging

import numpy as np
import pytest

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.evaluation.comparison import Comparison, RealSamples
from iadb_core.evaluation.metrics import ENERGY, W2, Metric
from iadb_core.evaluation.quality import described_figures
from iadb_core.evaluation.settings import Evaluation
from iadb_core.system.arrays import save_array
from iadb_core.system.errors import InputError

REFUSED = Metric("refused", "refused")


class Shifts(Comparison):
    """Compares numbers by how far their means lie apart, which is better known than distances of samples."""

    def seen(self, values):
        return np.asarray(values[:], dtype=np.float64)

    def quality(self):
        return [lambda a, b: {W2: abs(a.mean() - b.mean())}]

    def measures(self):
        return [*self.quality(), self._refusing, lambda a, b: {ENERGY: float(len(a) == len(b))}]

    @staticmethod
    def _refusing(a, b):
        raise InputError("it cannot be taken")


@pytest.fixture
def compared(tmp_path):
    """Makes a comparison of so many numbers 0, 1, 2 …, held out, with numbers from 1000 on, trained on."""

    def made(held_out, train, count, draws=4, seed=0, split="held_out"):
        paths = [None, None]
        for place, (number, begin) in enumerate(((held_out, 0), (train, 1000))):
            if number:
                paths[place] = str(tmp_path / f"{place}.npy")
                save_array(paths[place], np.arange(begin, begin + number, dtype=np.float32)[:, None])
        return Shifts(RealSamples(Gaussian(), *paths, split), count, Evaluation(floor_draws=draws), seed)

    return made


def test_figures_are_of_samples_beside_what_real_ones_score(compared, caplog):
    comparison = compared(held_out=40, train=None, count=100)
    generated = np.arange(60, dtype=np.float32)[:, None]
    with caplog.at_level(logging.WARNING, "iadb"):
        figures = {figure.metric: figure for figure in comparison.figures(generated)}
    assert list(figures) == [W2, ENERGY]
    assert "it cannot be taken" in caplog.text
    found, reference = figures[W2], comparison.unseen[comparison.sets.reference]
    assert found.value == pytest.approx(abs(np.arange(20).mean() - reference.mean()))  # the first 20 of 60
    apart = [
        abs(comparison.unseen[one].mean() - comparison.unseen[other].mean()) for one, other in comparison.sets.pairs
    ]
    assert (found.floor, found.floor_std) == pytest.approx((np.mean(apart), np.std(apart, ddof=1)))
    assert (found.n, found.split, found.floor_is, found.floor_split) == (20, "held_out", "real samples", "held_out")
    assert (figures[ENERGY].value, figures[ENERGY].floor, figures[ENERGY].floor_std) == (1, 1, None)


def test_where_held_out_samples_are_too_few_the_floor_is_of_training_samples(compared):
    comparison = compared(held_out=30, train=50, count=30)
    (figure, _) = comparison.figures(np.zeros((30, 1)))
    assert (figure.n, figure.floor_split) == (30, "train")
    assert figure.floor > 900
    assert figure.value < 30


def test_the_sets_are_the_same_for_a_seed_alone(compared):
    first, again, other = (compared(held_out=40, train=90, count=10, seed=seed).sets for seed in (0, 0, 1))
    assert np.array_equal(first.reference, again.reference)
    assert not np.array_equal(first.reference, other.reference)


def test_settings_are_chosen_by_figures_of_quality_alone_and_these_say_so(compared):
    comparison = compared(held_out=40, train=None, count=5, split="validation")
    (figure,) = comparison.figures(np.zeros((5, 1)))
    assert (figure.metric, figure.split, figure.floor_split) == (W2, "validation", "validation")


def test_by_itself_it_knows_of_no_memorisation_and_no_network(compared):
    comparison = compared(held_out=40, train=90, count=10)
    assert comparison.memorisation(np.zeros((10, 1))) == []
    assert comparison.hashes() == {}


def test_too_few_samples_and_broken_files_are_refused(compared, tmp_path):
    with pytest.raises(InputError, match="1 held-out samples are too few"):
        compared(held_out=1, train=None, count=10)
    (tmp_path / "broken.npy").write_bytes(b"rubbish")
    with pytest.raises(InputError, match=r"broken\.npy is not a readable"):
        Shifts(RealSamples(Gaussian(), str(tmp_path / "broken.npy"), None), 10, Evaluation(), 0)


def test_figures_of_few_samples_are_warned_of(compared, caplog):
    compared(held_out=100, train=None, count=50)
    assert "say little" not in caplog.text
    compared(held_out=20, train=None, count=50)
    assert "10 samples in each set that is compared: figures of so few say little" in caplog.text


def test_samples_that_were_trained_on_are_counted(tmp_path):
    for name, numbers in (("unseen", range(100, 140)), ("train", range(120, 200))):
        save_array(tmp_path / f"{name}.npy", np.array(numbers, np.float32)[:, None])
    files = str(tmp_path / "unseen.npy"), str(tmp_path / "train.npy")
    comparison = Shifts(RealSamples(Gaussian(), *files), 10, Evaluation(floor_draws=2), 0)
    assert comparison.trained_on == 20
    (described, *_) = described_figures(comparison, np.zeros((10, 1), np.float32))
    assert described["trained_on"] == 20
    assert Shifts(RealSamples(Gaussian(), files[0], None), 10, Evaluation(floor_draws=2), 0).trained_on == 0
