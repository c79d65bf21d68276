import logging

import numpy as np
import pytest

from iadb_core.evaluation.distances import energy_distance
from iadb_core.evaluation.floors import floors, real_sets, score, spread, usable
from iadb_core.system.errors import InputError


@pytest.fixture
def random():
    """The same numbers in each test."""
    return np.random.default_rng(0)


def test_a_perfect_model_scores_the_floor_and_a_bad_one_more(random):
    held_out, train, perfect = (random.normal(size=(n, 2)) for n in (500, 2000, 500))
    draws = real_sets(500, 500, 2000, 20, np.random.default_rng(0))
    measures = [lambda a, b: {"energy": energy_distance(a, b)}]
    below = floors(measures, [(held_out[one], train[other]) for one, other in draws.pairs])
    mean, deviation = below["energy"]
    reference = held_out[draws.reference]
    assert draws.n == 500
    assert score(measures, perfect, reference)["energy"] == pytest.approx(mean, abs=5 * deviation)
    assert score(measures, perfect + 0.5, reference)["energy"] > mean + 10 * deviation


@pytest.mark.parametrize(
    ("unseen", "train", "n", "with_train"),
    [
        (1000, 5000, 100, False),
        (150, 5000, 100, True),
        (90, 5000, 90, True),
        (90, 20, 45, False),
        (90, 60, 60, True),
        (150, None, 75, False),
    ],
)
def test_real_sets_are_disjoint_and_as_large_as_the_generated_one(unseen, train, n, with_train):
    draws = real_sets(100, unseen, train, 5, np.random.default_rng(0))
    assert (draws.n, draws.with_train, len(draws.pairs)) == (n, with_train, 5)
    for one, other in draws.pairs:
        assert len(set(one)) == len(set(other)) == n
        assert one.max() < unseen
        assert other.max() < (train if with_train else unseen)
        if not with_train:
            assert not set(one) & set(other)
    assert len({one.tobytes() for one, _ in draws.pairs}) == 5


def test_too_few_real_samples_are_refused(random):
    with pytest.raises(InputError, match="1 held-out samples are too few"):
        real_sets(100, 1, None, 5, random)


def test_the_spread_is_the_deviation_of_the_draws():
    assert spread([1.0, 2.0, 4.0]) == pytest.approx((7 / 3, np.std([1, 2, 4], ddof=1)))
    assert spread([1.5]) == (1.5, None)
    assert spread([1.5, 1.5, 1.5]) == (1.5, None)


def test_a_measure_that_cannot_be_taken_is_left_out_and_said(caplog):
    def refusing(a, b):
        raise InputError("needs more samples")

    def counting(a, b):
        return {"sum": a + b}

    with caplog.at_level(logging.WARNING, "iadb"):
        kept = usable([refusing, counting], 1, 2)
    assert kept == [counting]
    assert "needs more samples" in caplog.text
    assert score(kept, 1, 2) == {"sum": 3}
    assert floors(kept, [(1, 2), (3, 4)]) == {"sum": (5.0, pytest.approx(np.sqrt(8)))}
