import numpy as np
import pytest
from PIL import Image

from iadb_core.data.kinds.folder import Folder
from iadb_core.data.registry import density_of


@pytest.fixture
def images(tmp_path):
    """A folder of twenty gray images, each of one value, two of them in a subfolder, with a file that is none."""
    (tmp_path / "inner").mkdir()
    for value in range(20):
        name = f"inner/{value:02}.png" if value > 17 else f"{value:02}.png"
        Image.new("L", (8, 8), 10 * value).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("not an image")
    return Folder(path=str(tmp_path), size=8)


def test_its_folder_is_compared_by_content_and_not_listed_as_inputs(images, tmp_path, monkeypatch):
    assert images.files() == []
    assert images.folders() == [str(tmp_path)]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert images.model_copy(update={"path": "~/inner"}).folders() == [str(tmp_path / "inner")]


def test_it_is_stored_as_it_is_read(images, tmp_path):
    images.store(str(tmp_path / "train.npy"), str(tmp_path / "held_out.npy"), "data", 3, threads=2)
    for name, expected in zip(("train", "held_out"), images.read("data", 3), strict=True):
        assert np.array_equal(np.load(tmp_path / f"{name}.npy"), expected)


def test_it_reads_its_images_and_holds_a_tenth_of_them_out(images, tmp_path):
    train, held_out = images.read(tmp_path / "data", 0)
    assert (train.shape, held_out.shape) == ((18, 1, 8, 8), (2, 1, 8, 8))
    values = np.concatenate([train, held_out])[:, 0, 0, 0]
    assert sorted(values) == [10 * value for value in range(20)]
    others = images.read(tmp_path / "data", 1)[1]
    assert not np.array_equal(others, held_out)


@pytest.mark.parametrize("channels", [1, 3])
def test_its_samples_have_its_size_and_channels(images, tmp_path, channels):
    density = images.model_copy(update={"channels": channels, "size": 16})
    assert density.shape() == density.read(tmp_path, 0)[0].shape[1:] == (channels, 16, 16)
    assert not density.fresh
    assert density.labelled_as(0) is None


def test_its_scaling_does_not_change_what_is_stored_but_its_place_does(images, tmp_path):
    other = images.model_copy(update={"scaling": [(0.1, 0.2)]})
    assert images.made_of() == other.made_of() == {"path": str(tmp_path), "size": 8, "channels": 1}
    assert images.canonical() != other.canonical()
    assert "path" not in images.canonical()
    assert images.model_copy(update={"size": 16}).made_of() != images.made_of()


def test_a_folder_that_is_not_told_its_place_does_not_invent_one():
    with pytest.raises(AttributeError):
        density_of({"folder": {"size": 8, "channels": 1, "scaling": [[0.5, 0.5]]}}).folders()
