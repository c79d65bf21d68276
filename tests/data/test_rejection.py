from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from iadb_core.data.grayscale import read_density
from iadb_core.data.rejection import proposals, sample_density
from iadb_core.system.errors import InputError

BLOB = Path(__file__).resolve().parents[2] / "resources" / "densities" / "blob.png"
RAMP = np.linspace(0, 250, 48).reshape(6, 8).astype(np.uint8)


def chi_squared(points, density):
    """Of the pixels that points fall on, against the density; and the degrees of freedom."""
    height, width = density.shape
    row, column = (points * (height, width)).astype(int).T
    counts = np.zeros_like(density)
    np.add.at(counts, (row, column), 1)
    expected = density / density.sum() * len(points)
    bright = expected > 0
    assert counts[~bright].sum() == 0
    return ((counts - expected)[bright] ** 2 / expected[bright]).sum(), bright.sum() - 1


def test_points_fall_on_pixels_as_often_as_these_are_bright():
    density = RAMP / RAMP.max()
    points = sample_density(density, 65_536, np.random.default_rng(0))
    assert points.shape == (65_536, 2)
    assert points.dtype == np.float32
    statistic, freedom = chi_squared(points, density)
    assert abs(statistic - freedom) < 4 * np.sqrt(2 * freedom)


def test_points_are_uniform_inside_a_pixel_and_rows_come_first():
    density = np.zeros((4, 8))
    density[1, 6] = 1
    points = sample_density(density, 20_000, np.random.default_rng(1))
    inside = points * (4, 8) - (1, 6)
    assert (inside >= 0).all()
    assert (inside < 1).all()
    assert inside.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.01)
    assert inside.std(axis=0) == pytest.approx([12**-0.5] * 2, abs=0.01)


def test_one_bright_pixel_among_millions_is_sampled_too():
    density = np.zeros((3000, 3000))
    density[2999, 17] = 1
    density[5, 2999] = 0.5
    points = sample_density(density, 9000, np.random.default_rng(2))
    statistic, _ = chi_squared(points, density)
    assert statistic < 10.8  # 1 degree of freedom, p = 0.001


def test_most_proposals_are_kept_however_dark_the_density():
    density = np.zeros((1024, 1024))
    density[500:503, 500:503] = 1
    assert proposals(density.ravel())[1].mean() == 1
    assert chi_squared(sample_density(density, 65_536, np.random.default_rng(0)), density)[0] < 26.1  # 8 d.o.f., 0.001
    assert proposals(read_density(BLOB).ravel())[1].mean() > 0.6


def test_where_few_proposals_would_be_kept_pixels_are_drawn_by_their_probability():
    density = np.full((64, 64), 1e-5)
    density[10, 20] = 1
    assert proposals(density.ravel())[1].mean() < 1 / 256
    points = sample_density(density, 20_000, np.random.default_rng(0))
    inside = (np.floor(points * 64) == (10, 20)).all(axis=1).mean()
    assert inside == pytest.approx(1 / (1 + 4095e-5), abs=0.006)


@pytest.mark.parametrize("size", [3, 100, 256, 641])
def test_points_stay_in_their_pixels(size):
    density = np.zeros((size, size))
    density[[0, size // 2, size - 1], [size - 1, size // 3, 0]] = 1
    points = sample_density(density, 200_000, np.random.default_rng(0))
    cells = {tuple(cell) for cell in np.floor(points.astype(float) * size).astype(int)}
    assert cells == {(0, size - 1), (size // 2, size // 3), (size - 1, 0)}


@pytest.mark.parametrize("background", [None, 1e-5], ids=["a ramp", "a single bright pixel"])
def test_the_first_points_are_the_same_for_every_count(background):
    density = RAMP / RAMP.max()
    if background:
        density = np.full((64, 64), background)
        density[20, 30] = 1
    few, many = (sample_density(density, count, np.random.default_rng(3)) for count in (100, 200_000))
    assert np.array_equal(few, many[:100])


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("gray.png", Image.fromarray(RAMP)),
        ("sixteen.png", Image.fromarray(RAMP.astype(np.uint16) * 257)),
        ("sixteen.tif", Image.fromarray(RAMP.astype(np.uint16) * 257)),
        ("float.tif", Image.fromarray(RAMP.astype(np.float32) / 250)),
        ("rgb.png", Image.merge("RGB", [Image.fromarray(x) for x in (RAMP, 255 - RAMP, RAMP // 2)])),
        ("rgba.png", Image.merge("RGBA", [Image.fromarray(RAMP)] * 3 + [Image.new("L", (8, 6), 255)])),
        ("gray_alpha.png", Image.merge("LA", [Image.fromarray(RAMP), Image.new("L", (8, 6), 255)])),
        ("palette.png", Image.fromarray(RAMP).convert("P")),
        ("palette.gif", Image.fromarray(RAMP)),
        ("gray.bmp", Image.fromarray(RAMP)),
        ("gray.webp", Image.fromarray(RAMP)),
    ],
)
def test_every_kind_of_picture_is_the_same_density(tmp_path, name, picture):
    picture.save(tmp_path / name, **({"lossless": True} if name.endswith("webp") else {}))
    assert read_density(tmp_path / name) == pytest.approx(RAMP / RAMP.max(), abs=1e-6)


def test_black_and_white_and_transparent_pixels(tmp_path):
    Image.fromarray(np.array([[True, False]])).save(tmp_path / "bits.png")
    assert read_density(tmp_path / "bits.png").tolist() == [[1, 0]]
    alpha = Image.fromarray(np.array([[255, 0]], np.uint8))
    Image.new("L", (2, 1), 9).save(tmp_path / "keyed.png", transparency=9)
    with pytest.raises(InputError, match="all black"):
        read_density(tmp_path / "keyed.png")
    Image.merge("RGBA", [Image.new("L", (2, 1), 255)] * 3 + [alpha]).save(tmp_path / "clear.png")
    assert read_density(tmp_path / "clear.png").tolist() == [[1, 0]]


def test_any_aspect(tmp_path):
    Image.new("L", (300, 2), 255).save(tmp_path / "wide.png")
    points = sample_density(read_density(tmp_path / "wide.png"), 5000, np.random.default_rng(0))
    assert points.mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.02)


@pytest.mark.parametrize(
    ("value", "reason"), [(0, "all black"), (np.nan, "finite"), (np.inf, "finite"), (-1, "negative")]
)
def test_pictures_that_are_no_density_are_refused(tmp_path, value, reason):
    Image.fromarray(np.full((4, 4), value, np.float32)).save(tmp_path / "bad.tif")
    with pytest.raises(InputError, match=rf"bad\.tif.*{reason}"):
        read_density(tmp_path / "bad.tif")


def test_a_density_is_turned_as_it_is_shown(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    pixels = np.zeros((40, 60), np.uint8)
    pixels[:10] = 255
    Image.fromarray(pixels).save(tmp_path / "turned.jpg", exif=exif)
    density = read_density(tmp_path / "turned.jpg")
    assert density.shape == (60, 40)
    assert density[:, 31:].min() > 0.9  # at the right
    assert density[:, :28].max() < 0.1
