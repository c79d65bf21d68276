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


def test_the_first_drawn_starts_are_the_same_for_every_count():
    stored = points(1000)
    few, many = (starts(PICTURE, (2,), stored, count, numpy_generator(5, "t")) for count in (10, 999))
    assert torch.equal(few, many[:10])
    assert {tuple(point) for point in many.tolist()} <= {tuple(point) for point in stored.tolist()}


def test_stored_images_become_network_values():
    stored = np.full((3, 1, 8, 8), 255, np.uint8)
    values = starts(FOLDER, (1, 16, 16), stored, 3, numpy_generator(0, "t"))
    assert values.shape == (3, 1, 16, 16)
    assert torch.allclose(values, torch.ones(1))


def test_what_is_read_cannot_be_started_from_without_samples():
    for begin in (starts, lambda *of: measured_starts(*of[:2], [], 3, 0)):
        with pytest.raises(InputError, match="folder: there are no stored samples to start from"):
            begin(FOLDER, (1, 16, 16), None, 3, numpy_generator(0, "t"))


@pytest.fixture
def files(tmp_path):
    """Files of so many points each, all of them different."""

    def stored(*counts):
        every = np.split(points(sum(counts)), np.cumsum(counts))[: len(counts)]
        for number, part in enumerate(every):
            np.save(tmp_path / f"{number}.npy", part)
        return [str(tmp_path / f"{number}.npy") for number in range(len(every))]

    return stored


@pytest.mark.parametrize("counts", [(), (5000,), (500, 700, 3000)])
def test_starts_are_the_same_whatever_the_sharding(files, counts):
    density = PICTURE if counts else Gaussian(mean=0.5, std=2.0)
    whole = measured_starts(density, (2,), files(*counts), 3000, 7)
    parts = [measured_starts(density, (2,), files(*counts), 3000, 7, (number, 5), 64) for number in range(1, 6)]
    assert [len(part) for part in parts] == [640, 640, 640, 640, 440]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    np.testing.assert_array_equal(measured_starts(density, (2,), files(*counts), 9, 7), whole[:9])


def test_starts_are_distinct_held_out_ones_first_and_as_many_as_are_asked_for(files):
    paths = files(7, 20, 100)
    held_out, validation, train = ({tuple(point) for point in np.load(path).tolist()} for path in paths)
    found = [tuple(point) for point in measured_starts(PICTURE, (2,), paths, 50, 0).tolist()]
    assert len(found) == len(set(found)) == 50
    assert set(found[:7]) == held_out
    assert set(found[7:27]) == validation
    assert set(found[27:]) < train
    assert len(measured_starts(PICTURE, (2,), paths, 1000, 0)) == 127
    assert len(measured_starts(Gaussian(), (2,), [], 1000, 0)) == 1000
