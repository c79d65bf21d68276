import numpy as np
import pytest

from iadb_core.method.schedules import SCHEDULES, cosine, linear


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 10, 49, 128, 1000])
@pytest.mark.parametrize("schedule", SCHEDULES.values())
def test_a_schedule_ascends_from_exactly_0_to_exactly_1(schedule, steps):
    alphas = schedule(steps)
    assert (alphas[0], alphas[-1], len(alphas)) == (0, 1, steps + 1)
    assert (np.diff(alphas) > 0).all()
    assert np.diff(alphas).sum() == pytest.approx(1, abs=1e-15)


def test_linear_steps_are_equal():
    assert np.diff(linear(10)) == pytest.approx(0.1)


def test_cosine_steps_are_symmetric_and_shorter_at_the_ends():
    steps = np.diff(cosine(16))
    assert steps == pytest.approx(steps[::-1])
    assert cosine(2)[1] == pytest.approx(0.5)
    assert steps[0] < steps[4] < steps[8]
