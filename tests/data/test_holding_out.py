import logging

import numpy as np

from iadb_core.data.holding_out import held_out_tenth


def test_a_tenth_is_held_out_disjoint_and_by_seed():
    numbered = np.arange(1797)
    train, held_out = held_out_tenth(numbered, 0)
    assert (len(train), len(held_out)) == (1618, 179)
    assert sorted([*train, *held_out]) == list(numbered)
    assert not np.array_equal(held_out, held_out_tenth(numbered, 1)[1])
    assert [len(part) for part in held_out_tenth(numbered[:2], 0)] == [1, 1]
    assert [len(part) for part in held_out_tenth(numbered[:1], 0)] == [1, 1]


def test_what_belongs_together_is_split_alike():
    numbered = np.arange(300)
    images, labels = held_out_tenth(numbered, 3), held_out_tenth(numbered % 10, 3)
    for these, those in zip(images, labels, strict=True):
        assert np.array_equal(these % 10, those)


def test_a_single_image_is_trained_on_and_measured_against_with_a_warning(caplog):
    with caplog.at_level(logging.WARNING, logger="iadb"):
        one, other = held_out_tenth(np.array([7]), 0)
    assert one.tolist() == other.tolist() == [7]
    assert "a single image" in caplog.text
