from itertools import islice

import pytest

from iadb_core.training.records import Record, final_loss, record_steps


def test_record_steps_are_multiples_and_ends_of_epochs():
    assert list(islice(record_steps(4, None), 3)) == [4, 8, 12]
    assert list(islice(record_steps(4, 6), 6)) == [4, 6, 8, 12, 16, 18]


def test_final_loss_is_the_mean_over_the_last_sixteenth():
    records = [Record(step, float(step), 0.0) for step in range(100, 1601, 100)]
    assert final_loss(records) == 1600
    assert final_loss([Record(7, 2.5, 0.0)]) == 2.5
    fine = [Record(step, float(step), 0.0) for step in range(10, 1601, 10)]
    assert final_loss(fine) == pytest.approx(sum(range(1510, 1601, 10)) / 10)
