import logging

import numpy as np
import pytest

from iadb_core.data.digests import digests
from iadb_core.data.holding_out import halved, parts_of, parts_of_rows, parts_with_test, split
from iadb_core.data.parts import Labelled


def contents(*numbers):
    return [bytes([number]) for number in numbers]


def test_a_tenth_is_held_out_and_a_tenth_is_for_validation_disjoint_and_by_seed():
    parts = split(1797, 0)
    assert [len(part) for part in parts] == [1439, 179, 179]
    assert sorted(np.concatenate(parts)) == list(range(1797))
    assert all((np.diff(part) > 0).all() for part in parts)
    for one, other in zip(parts, split(1797, 1), strict=True):
        assert not np.array_equal(one, other)
    assert [len(part) for part in split(3, 0)] == [1, 1, 1]
    assert [len(part) for part in split(25, 0)] == [21, 2, 2]


def test_equal_samples_come_into_one_part():
    same = contents(*(number // 4 for number in range(400)))
    parts = split(400, 5, same)
    assert sorted(np.concatenate(parts)) == list(range(400))
    assert [len(part) for part in parts] == [320, 40, 40]
    seen = [{same[row] for row in part} for part in parts]
    assert sum(map(len, seen)) == len(set.union(*seen)) == 100


def test_without_equal_samples_their_contents_change_nothing():
    for one, other in zip(split(200, 3), split(200, 3, contents(*range(200))), strict=True):
        assert np.array_equal(one, other)


def test_what_is_nearly_all_equal_is_split_by_number():
    parts = split(50, 0, contents(*[1] * 49, 2))
    assert [len(part) for part in parts] == [40, 5, 5]


def test_fewer_samples_than_parts_are_in_several_with_a_warning(caplog):
    with caplog.at_level(logging.WARNING, logger="iadb"):
        assert [part.tolist() for part in split(2, 0)] == [[0], [1], [1]]
        assert [part.tolist() for part in split(1, 0)] == [[0], [0], [0]]
        assert [part.tolist() for part in halved(1, 0)] == [[0], [0]]
    assert "a single sample is trained on and measured against" in caplog.text


def test_the_test_samples_of_a_data_set_are_halved_and_all_others_trained_on():
    train, test = (Labelled(np.arange(count)[:, None], np.arange(count) % 3) for count in (60, 41))
    parts = parts_with_test(train, test, 2)
    assert parts.train is train
    assert [len(part.samples) for part in parts] == [60, 20, 21]
    assert sorted([*parts.validation.samples[:, 0], *parts.held_out.samples[:, 0]]) == list(range(41))
    assert not np.array_equal(parts.held_out.samples, parts_with_test(train, test, 3).held_out.samples)
    for part in parts:
        assert np.array_equal(part.samples[:, 0] % 3, part.labels)
    one, other = halved(8, 0, contents(1, 1, 1, 1, 2, 2, 2, 2))
    assert sorted([one.tolist(), other.tolist()]) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_classes_go_with_their_samples():
    samples = np.arange(300)[:, None]
    for part in parts_of(samples, np.arange(300) % 10, 3):
        assert np.array_equal(part.samples[:, 0] % 10, part.labels)
    assert [part.labels for part in parts_of(samples, None, 3)] == [None] * 3


@pytest.mark.parametrize(("values", "apart"), [(20, False), (285, True), (297, True)])
def test_rows_of_few_values_are_split_by_number_and_copies_are_not(values, apart, caplog):
    rows = np.arange(300)[:, None] % values
    parts = parts_of_rows(rows.astype(np.float32), None, 0)
    trained, held_out = (set(part.samples[:, 0].tolist()) for part in (parts.train, parts.held_out))
    assert (not trained & held_out) == apart
    assert ("280 of 300 rows are equal to others" in caplog.text) != apart


def test_equal_samples_have_equal_digests_and_others_have_others():
    images = np.random.default_rng(0).integers(0, 2, (3, 1, 8, 8), np.uint8)
    found = digests(np.concatenate([images, images[:1]]))
    assert found[3] == found[0]
    assert len(set(found)) == 3


def test_one_copy_in_a_small_table_is_kept_together():
    rows = np.array([[1.0], [2.0], [3.0], [4.0], [5.0], [5.0]])
    for seed in range(20):
        values = [set(part.samples[:, 0].tolist()) for part in parts_of_rows(rows, None, seed)]
        assert sum(map(len, values)) == 5
