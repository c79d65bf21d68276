import numpy as np
import pytest

from iadb_core.data.shards import Converted, Shards
from iadb_core.evaluation.distances import sliced_wasserstein
from iadb_core.evaluation.fidelity import nearest
from iadb_core.system.errors import InputError


@pytest.fixture
def files(tmp_path):
    """Samples in files of 3, 0, 4 and 1, and all of them."""
    samples = np.random.default_rng(0).normal(size=(8, 2, 3)).astype(np.float32)
    paths = []
    for number, part in enumerate(np.split(samples, [3, 3, 7])):
        paths.append(tmp_path / f"{number}.npy")
        np.save(paths[-1], part)
    return paths, samples


def test_shards_are_read_as_one_array(files):
    paths, samples = files
    shards = Shards(paths)
    assert (shards.shape, len(shards)) == ((8, 2, 3), 8)
    for which in (slice(None), slice(2, 5), slice(3, 3), slice(6, 100), slice(-2, None), slice(0, 1)):
        np.testing.assert_array_equal(shards[which], samples[which])


def test_shards_of_different_samples_are_refused(files, tmp_path):
    np.save(tmp_path / "other.npy", np.zeros((2, 2, 4), np.float32))
    with pytest.raises(
        InputError, match=r"0\.npy holds samples of shape \(2, 3\), float32, but .*other\.npy of \(2, 4\)"
    ):
        Shards([*files[0], tmp_path / "other.npy"])


def test_measures_of_shards_are_those_of_the_array(files, monkeypatch):
    monkeypatch.setattr("iadb_core.evaluation.distances.NUMBERS_AT_ONCE", 18)  # three samples
    paths, samples = files
    other = np.random.default_rng(1).normal(size=(8, 2, 3))
    in_parts, at_once = (sliced_wasserstein(x, other, 16, 0) for x in (Shards(paths), samples))
    assert in_parts == pytest.approx(at_once, rel=1e-12)
    monkeypatch.setattr("iadb_core.evaluation.distances.NUMBERS_AT_ONCE", 600)
    assert sliced_wasserstein(Shards(paths), other, 16, 0) == at_once
    for mine, theirs in zip(nearest(Shards(paths), other), nearest(samples, other), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-12)


def test_samples_are_converted_when_they_are_asked_for(files):
    paths, samples = files
    asked = []

    def doubled(part):
        asked.append(len(part))
        return 2 * part.reshape(len(part), 6)

    converted = Converted(Shards(paths), doubled, 7)
    assert (len(converted), converted.shape) == (7, (7, 6))
    np.testing.assert_array_equal(converted[2:100], 2 * samples[2:7].reshape(5, 6))
    assert asked == [1, 5]
