import csv

import numpy as np
import pytest
from PIL import Image

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.face import export
from iadb_core.face.export import save_samples, write_samples
from iadb_core.face.values import Values
from iadb_core.system.errors import InputError

IMAGES = np.random.default_rng(0).random((5, 3, 4, 6), np.float32)
POINTS = np.random.default_rng(0).normal(size=(7, 2)).astype(np.float32)


@pytest.mark.parametrize("samples", [IMAGES, POINTS])
def test_an_archive_says_what_its_axes_are(samples, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "AT_ONCE", 3)
    save_samples(tmp_path / "a.npz", samples)
    with np.load(tmp_path / "a.npz") as found:
        assert np.array_equal(found["samples"], samples)
        assert found["samples"].dtype == np.float32
        assert len(found["axes"]) == samples.ndim
        assert str(found["units"]).startswith("pixel values" if samples.ndim == 4 else "coordinates")


def test_points_are_a_table(tmp_path):
    save_samples(tmp_path / "a.csv", POINTS)
    with open(tmp_path / "a.csv", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["x", "y"]
    assert np.array_equal(np.array(rows, dtype=np.float32), POINTS)
    save_samples(tmp_path / "n.csv", POINTS, ["width", "height"])
    assert (tmp_path / "n.csv").read_text().splitlines()[0] == "width,height"
    save_samples(tmp_path / "b.csv", np.ones((2, 3)))
    assert (tmp_path / "b.csv").read_text().splitlines()[0] == "x0,x1,x2"


def test_images_are_pictures_of_gray_or_colour(tmp_path):
    save_samples(tmp_path / "colour", IMAGES)
    assert [path.name for path in sorted((tmp_path / "colour").iterdir())] == [f"0000{i}.png" for i in range(5)]
    with Image.open(tmp_path / "colour" / "00003.png") as picture:
        found = np.asarray(picture)
    assert np.abs(found / 255 - IMAGES[3].transpose(1, 2, 0)).max() <= 0.5 / 255 + 1e-6
    save_samples(tmp_path / "gray", IMAGES[:, :1])
    with Image.open(tmp_path / "gray" / "00000.png") as picture:
        assert picture.mode == "L"


@pytest.mark.parametrize(
    ("name", "samples"), [("a.csv", IMAGES), ("a.jpg", IMAGES), ("a", POINTS), ("a.npz", np.zeros((2, 3, 4)))]
)
def test_what_cannot_be_is_refused_and_nothing_is_written(name, samples, tmp_path):
    with pytest.raises(InputError, match=r"are written to|samples are points"):
        save_samples(tmp_path / name, samples)
    assert not list(tmp_path.iterdir())


def test_generated_samples_are_written_as_they_are_seen(tmp_path):
    digits = Dataset(name="digits", size=8, scaling=[(0.5, 0.5)])
    network_values = np.random.default_rng(0).uniform(-1, 1, (4, 1, 8, 8)).astype(np.float32)
    write_samples(tmp_path / "a.npz", Values(Gaussian(), digits, (1, 8, 8)).generated(network_values))
    with np.load(tmp_path / "a.npz") as found:
        assert found["samples"] == pytest.approx(network_values / 2 + 0.5, abs=1e-6)
    places = np.array([[0.1, 0.7]], np.float32)  # a tenth from the top, seven tenths from the left
    write_samples(tmp_path / "b.csv", Values(Gaussian(), Picture(path="none"), (2,)).generated(places))
    x, y = map(float, (tmp_path / "b.csv").read_text().splitlines()[1].split(","))
    assert (x, y) == pytest.approx((0.7, 0.9))
