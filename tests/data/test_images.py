import numpy as np
import pytest
from PIL import Image

from iadb_core.data.images import digits, folder, held_out_tenth
from iadb_core.system.errors import InputError

RANDOM = np.random.default_rng(0)


def test_digits_are_scikit_learns_enlarged_inside_a_margin():
    from sklearn.datasets import load_digits

    pixels = digits(16, 4)
    assert pixels.shape == (1797, 1, 16, 16)
    assert np.abs(pixels[:, 0, 4:12, 4:12] / 255 - load_digits().images / 16).max() < 0.003
    large = digits(16, 2)
    assert large[:, :, :2].max() == large[:, :, -2:].max() == large[..., :2].max() == large[..., -2:].max() == 0
    assert large.max() == 255


def test_digits_refuse_a_margin_that_leaves_nothing():
    with pytest.raises(InputError, match="margin of 5"):
        digits(16, 5)


def test_a_tenth_is_held_out_disjoint_and_by_seed():
    numbered = np.arange(1797)
    train, held_out = held_out_tenth(numbered, 0)
    assert (len(train), len(held_out)) == (1618, 179)
    assert sorted([*train, *held_out]) == list(numbered)
    assert not np.array_equal(held_out, held_out_tenth(numbered, 1)[1])
    assert [len(part) for part in held_out_tenth(numbered[:2], 0)] == [1, 1]
    assert [len(part) for part in held_out_tenth(numbered[:1], 0)] == [1, 1]


@pytest.fixture
def mixed_folder(tmp_path):
    """Images of many formats, sizes and modes, in subfolders, beside a file that is none."""
    inner = tmp_path / "inner"
    inner.mkdir()
    colour = Image.fromarray(RANDOM.integers(0, 256, (20, 30, 3), np.uint8))
    colour.save(tmp_path / "a.png")
    colour.save(tmp_path / "b.jpg", quality=95, subsampling=0)
    colour.convert("L").save(inner / "c.GIF")
    colour.convert("RGBA").save(inner / "d.webp", lossless=True)
    colour.convert("P").save(tmp_path / "e.png")
    Image.fromarray(np.full((9, 9), 65535, np.uint16)).save(tmp_path / "f.png")
    colour.convert("CMYK").save(tmp_path / "g.tif")
    (tmp_path / "notes.txt").write_text("not an image")
    return tmp_path


@pytest.mark.parametrize("channels", [1, 3])
def test_a_folder_of_mixed_images(mixed_folder, channels):
    pixels = folder(mixed_folder, 16, channels)
    assert pixels.shape == (7, channels, 16, 16)
    assert pixels.dtype == np.uint8
    colour = pixels[0].astype(int)  # a.png; the others hold the same picture
    likeness = {"b.jpg": (1, 8), "e.png": (2, 40), "g.tif": (4, 8), "c.GIF": (5, 2), "d.webp": (6, 2)}
    for name, (index, tolerance) in likeness.items():
        if channels == 1 or name != "c.GIF":  # which is gray
            assert np.abs(pixels[index] - colour).mean() < tolerance, name
    assert (pixels[3] == 255).all()  # f.png: white, 16 bits


def test_images_are_cropped_to_their_middle_square(tmp_path):
    pixels = np.zeros((8, 24), np.uint8)
    pixels[:, 8:16] = 200
    Image.fromarray(pixels).save(tmp_path / "wide.png")
    assert (folder(tmp_path, 8, 1) == 200).all()


def test_an_empty_or_missing_folder_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError, match=rf"{path.name}: no images"):
            folder(path, 16, 1)


def test_a_broken_image_among_many_is_named(mixed_folder):
    broken = mixed_folder / "inner" / "broken.png"
    broken.write_bytes((mixed_folder / "a.png").read_bytes()[:200])
    with pytest.raises(InputError, match=r"1 of 8 images.*broken\.png"):
        folder(mixed_folder, 16, 1)
