from itertools import islice

import numpy as np
import pytest
import torch

from iadb_core.data.draws import Draws
from iadb_core.data.labels import Labels
from iadb_core.data.pairs import pairs_of
from iadb_core.data.registry import density_of
from iadb_core.data.telling import ToldClasses
from iadb_core.system.errors import InputError

CPU = torch.device("cpu")
GAUSSIAN = density_of({"gaussian": {"mean": 0.0, "std": 1.0}})
POINTS = np.arange(1000, dtype=np.float32)[:, None].repeat(2, axis=1)
LABELS = np.arange(1000) % 7
TARGET = density_of({"points": {"names": ["x", "y"], "scaling": []}})


def pairs(drop=0.0, order="shuffled", labels=LABELS, batch=32):
    told = ToldClasses(labels, 7, drop)
    return pairs_of((GAUSSIAN, TARGET), (None, POINTS), (2,), batch, order, 5, CPU, told=told)


@pytest.mark.parametrize("order", ["shuffled", "with_replacement"])
def test_each_sample_comes_with_its_own_class(order):
    for block in islice(pairs(order=order).blocks(), 3):
        assert block.condition.shape == block.alpha.shape
        assert torch.equal(block.condition, block.x1[..., 0].long() % 7)


def test_some_classes_are_dropped_and_the_others_stay():
    plain, dropped = (next(pairs(drop).blocks()) for drop in (0.0, 0.25))
    assert torch.equal(plain.x1, dropped.x1)
    lost = dropped.condition == 7
    assert lost.float().mean().item() == pytest.approx(0.25, abs=0.03)
    assert torch.equal(plain.condition[~lost], dropped.condition[~lost])
    assert (next(pairs(1.0).blocks()).condition == 7).all()


def test_they_are_the_same_for_any_rows_and_from_any_block():
    whole = list(islice(pairs(0.3).blocks(), 4))
    for mine, expected in zip(pairs(0.3).blocks(2, slice(5, 12)), whole[2:], strict=False):
        assert torch.equal(mine.condition, expected.condition[:, 5:12])
    batches = [batch.condition for batch in islice(pairs(0.3).each(), 20)]
    assert torch.equal(torch.stack(batches), whole[0].condition[:20])
    assert torch.equal(whole[0].first(3).condition, whole[0].condition[:3])


def test_without_classes_there_is_no_condition():
    block = next(pairs_of((GAUSSIAN, TARGET), (None, POINTS), (2,), 32, "shuffled", 5, CPU).blocks())
    assert block.condition is None
    assert torch.equal(block.x1, next(pairs().blocks()).x1)
    assert len(block.parts()) == 3


def test_labels_that_are_no_classes_are_refused():
    draws = Draws(0, "x", CPU)
    with pytest.raises(InputError, match="labels from 0 to 7 are not of 7 classes"):
        Labels(np.arange(8), 7, 0.1, (2, 4), "shuffled", draws, draws)


def test_classes_without_a_sample_are_warned_of(caplog):
    pairs(labels=np.zeros(1000, int))
    assert "6 of 7 classes have no training sample" in caplog.text
