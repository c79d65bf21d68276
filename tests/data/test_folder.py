import re

import numpy as np
import pytest
from PIL import Image

from iadb_core.data.kinds.folder import Folder
from iadb_core.data.parts import loaded
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
    images.store(tmp_path, "data", 3, threads=2)
    for stored, read in zip(loaded(tmp_path), images.read("data", 3), strict=True):
        assert np.array_equal(stored.samples, read.samples)
        assert stored.labels is read.labels is None


def test_it_reads_its_images_and_holds_a_tenth_of_them_out(images, tmp_path):
    parts = images.read(tmp_path / "data", 0)
    assert [len(part.samples) for part in parts] == [16, 2, 2]
    values = np.concatenate([part.samples for part in parts])[:, 0, 0, 0]
    assert sorted(values) == [10 * value for value in range(20)]
    assert not np.array_equal(images.read(tmp_path / "data", 1).held_out.samples, parts.held_out.samples)


@pytest.fixture
def classes(tmp_path):
    """A folder of two classes, each of twelve images."""
    for name in ("cats", "dogs"):
        (tmp_path / name).mkdir()
        for value in range(12):
            Image.new("L", (8, 8), 10 * value + (name == "dogs")).save(tmp_path / name / f"{value}.png")
    return looked_into(path=str(tmp_path), size=8)


def looked_into(**settings):
    density = Folder(**settings)
    return density.with_found(density.found())


def test_its_subfolders_are_its_classes(classes):
    assert classes.class_names() == ["cats", "dogs"]
    for part in classes.read("data", 0):
        assert np.array_equal(part.samples[:, 0, 0, 0] % 10, part.labels)


def test_with_images_beside_the_subfolders_or_one_of_them_there_are_no_classes(classes, tmp_path):
    assert looked_into(path=str(tmp_path), size=8, labels="none").class_names() is None
    assert looked_into(path=str(tmp_path / "cats"), size=8).class_names() is None
    (tmp_path / "cats").rename(tmp_path / "dogs" / "cats")
    assert looked_into(path=str(tmp_path), size=8).class_names() is None
    assert looked_into(path=str(tmp_path / "missing"), size=8).class_names() is None


def test_what_its_classifier_is_called_says_what_it_is_of(classes, tmp_path):
    name = classes.labelled_as(0)
    assert re.fullmatch(r"folder-[A-Za-z0-9_]+-[0-9a-f]{8}", name)
    others = [
        classes.labelled_as(1),
        classes.model_copy(update={"size": 16}).labelled_as(0),
        classes.model_copy(update={"channels": 3}).labelled_as(0),
        looked_into(path=str(tmp_path), size=8, labels="none").labelled_as(0),
    ]
    assert len({name, *others}) == 5
    assert classes.model_copy(update={"scaling": [(0.1, 0.2)]}).labelled_as(0) == name


def test_its_classes_change_no_training(classes):
    plain = classes.model_copy(update={"labels": "none", "classes": []})
    assert plain.canonical() == classes.canonical()
    assert plain.made_of() != classes.made_of()


@pytest.mark.parametrize("channels", [1, 3])
def test_its_samples_have_its_size_and_channels(images, tmp_path, channels):
    density = images.model_copy(update={"channels": channels, "size": 16})
    assert density.shape() == density.read(tmp_path, 0).train.samples.shape[1:] == (channels, 16, 16)
    assert not density.fresh
    assert density.labelled_as(0) is None


def test_its_scaling_does_not_change_what_is_stored_but_its_place_does(images, tmp_path):
    other = images.model_copy(update={"scaling": [(0.1, 0.2)]})
    assert (
        images.made_of()
        == other.made_of()
        == {
            "path": str(tmp_path),
            "size": 8,
            "channels": 1,
            "labels": "subfolders",
            "classes": [],
        }
    )
    assert images.canonical() != other.canonical()
    assert "path" not in images.canonical()
    assert images.model_copy(update={"size": 16}).made_of() != images.made_of()


def test_a_folder_that_is_not_told_its_place_does_not_invent_one():
    with pytest.raises(AttributeError):
        density_of({"folder": {"size": 8, "channels": 1, "scaling": [[0.5, 0.5]]}}).folders()
