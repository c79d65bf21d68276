import numpy as np
import pytest
import torch

from iadb_core.data.kinds.folder import Folder
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.sampling.starts import measured_starts, starts
from iadb_core.system.errors import InputError
from iadb_core.system.seeds import numpy_generator

PICTURE, FOLDER = Picture(path="nowhere.png"), Folder(path="nowhere", size=16)


def points(count):
    return np.random.default_rng(0).random((count, 2), dtype=np.float32)


@pytest.mark.parametrize("shape", [(2,), (1, 8, 8)])
def test_the_first_fresh_starts_are_the_same_for_every_count(shape):
    many, few = (starts(Gaussian(), shape, None, count, numpy_generator(0, "t")) for count in (33, 9))
    assert (many.shape, many.dtype) == ((33, *shape), torch.float32)
    assert torch.equal(few, many[:9])
    part = starts(Gaussian(), shape, None, 33, numpy_generator(0, "t"), part=slice(9, 20))
    assert torch.equal(part, many[9:20])


def test_the_first_drawn_starts_are_the_same_for_every_count():
    stored = points(1000)
    few, many = (starts(PICTURE, (2,), stored, count, numpy_generator(5, "t")) for count in (10, 999))
    assert torch.equal(few, many[:10])
    assert {tuple(point) for point in many.tolist()} <= {tuple(point) for point in stored.tolist()}


def test_distinct_starts_are_each_another_sample():
    stored = points(100)
    drawn = starts(PICTURE, (2,), stored, 100, numpy_generator(5, "t"), distinct=True)
    assert len({tuple(point) for point in drawn.tolist()}) == 100
    with pytest.raises(InputError, match="101 distinct starts"):
        starts(PICTURE, (2,), stored, 101, numpy_generator(5, "t"), distinct=True)


def test_stored_images_become_network_values():
    stored = np.full((3, 1, 8, 8), 255, np.uint8)
    values = starts(FOLDER, (1, 16, 16), stored, 3, numpy_generator(0, "t"))
    assert values.shape == (3, 1, 16, 16)
    assert torch.allclose(values, torch.ones(1))


def test_what_is_read_cannot_be_started_from_without_samples():
    with pytest.raises(InputError, match="folder: there are no stored samples to start from"):
        starts(FOLDER, (1, 16, 16), None, 3, numpy_generator(0, "t"))


@pytest.mark.parametrize("source", [None, "stored"])
def test_starts_are_the_same_whatever_the_sharding(tmp_path, source):
    np.save(tmp_path / "target.npy", np.zeros((4000, 2), np.float32))
    np.save(tmp_path / "source.npy", points(5000))
    density = PICTURE if source else Gaussian(mean=0.5, std=2.0)
    held_out = str(tmp_path / "source.npy") if source else None, str(tmp_path / "target.npy")
    whole = measured_starts(density, (2,), *held_out, 3000, 7)
    parts = [measured_starts(density, (2,), *held_out, 3000, 7, (number, 5), 64) for number in range(1, 6)]
    assert [len(part) for part in parts] == [640, 640, 640, 640, 440]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_there_are_no_more_measured_starts_than_held_out_samples(tmp_path):
    for name, count in (("few", 7), ("many", 20)):
        np.save(tmp_path / f"{name}.npy", points(count))
    few, many = (str(tmp_path / f"{name}.npy") for name in ("few", "many"))
    assert len(measured_starts(Gaussian(), (2,), None, few, 100, 0)) == 7
    assert len(measured_starts(PICTURE, (2,), few, many, 100, 0)) == 7
    found = measured_starts(PICTURE, (2,), many, many, 100, 0)
    assert sorted(found.tolist()) == sorted(points(20).tolist())
