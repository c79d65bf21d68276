from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from iadb_core.data.folders import folder
from iadb_core.data.kinds.folder import Folder
from iadb_core.system.errors import InputError

ORIENTATION = 0x0112  # of EXIF


def read(path, size, channels):
    """The images that lie under a path."""
    return folder(path, Folder(path=str(path), size=max(8, size)).files(), size, channels)


@pytest.fixture
def mixed_folder(tmp_path):
    """Images of many formats, sizes and modes, in subfolders, beside a file that is none."""
    inner = tmp_path / "inner"
    inner.mkdir()
    colour = Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8))
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
    pixels = read(mixed_folder, 16, channels)
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
    assert (read(tmp_path, 8, 1) == 200).all()


# Where the first row and the first column of what is stored are seen, by TIFF 6.0, section 8, tag 274.
SEEN = {
    1: lambda stored: stored,  # row: top, column: left
    2: lambda stored: stored[:, ::-1],  # top, right
    3: lambda stored: stored[::-1, ::-1],  # bottom, right
    4: lambda stored: stored[::-1],  # bottom, left
    5: lambda stored: stored.transpose(1, 0, 2),  # left, top
    6: lambda stored: stored.transpose(1, 0, 2)[:, ::-1],  # right, top
    7: lambda stored: stored.transpose(1, 0, 2)[::-1, ::-1],  # right, bottom
    8: lambda stored: stored.transpose(1, 0, 2)[::-1],  # left, bottom
}


@pytest.mark.parametrize("orientation", SEEN)
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.webp"])
def test_an_image_is_turned_as_its_exif_orientation_says(tmp_path, name, orientation):
    stored = np.zeros((16, 16, 3), np.uint8)
    stored[:8, :8], stored[:8, 8:], stored[8:, :8] = (250, 0, 0), (0, 250, 0), (0, 0, 250)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = {"quality": 95, "subsampling": 0} if name.endswith("jpg") else {}
    options |= {"lossless": True} if name.endswith("webp") else {}
    Image.fromarray(stored).save(tmp_path / name, exif=exif, **options)
    (found,) = read(tmp_path, 16, 3)
    assert np.abs(found.transpose(1, 2, 0).astype(int) - SEEN[orientation](stored)).max() < 12


def test_a_turned_image_is_cropped_as_it_is_seen(tmp_path):
    seen = np.random.default_rng(0).integers(0, 256, (8, 24), np.uint8)
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    Image.fromarray(np.ascontiguousarray(np.rot90(seen))).save(tmp_path / "a.png", exif=exif)
    with Image.open(tmp_path / "a.png") as stored:
        assert np.array_equal(np.asarray(ImageOps.exif_transpose(stored)), seen)
    assert np.array_equal(read(tmp_path, 8, 1)[0, 0], seen[:, 8:16])


def test_transparent_pixels_are_over_black(tmp_path):
    pixels = np.full((8, 8, 4), 200, np.uint8)
    pixels[:, 4:, 3] = 0
    Image.fromarray(pixels).save(tmp_path / "clear.png")
    found = read(tmp_path, 8, 3)[0]
    assert (found[..., 4:] == 0).all()
    assert (found[..., :4] == round(200 * 200 / 255)).all()


def test_an_empty_or_missing_folder_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("")
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError, match=rf"{path.name}: no images"):
            read(path, 16, 1)


def test_a_broken_image_among_many_is_named(mixed_folder):
    broken = mixed_folder / "inner" / "broken.png"
    broken.write_bytes((mixed_folder / "a.png").read_bytes()[:200])
    with pytest.raises(InputError, match=r"1 of 8 images.*broken\.png"):
        read(mixed_folder, 16, 1)


def test_of_many_broken_images_three_are_named(tmp_path):
    for number in range(5):
        (tmp_path / f"{number}.png").write_bytes(b"broken")
    with pytest.raises(InputError, match=r"5 of 5 images.*0\.png.*1\.png.*2\.png[^3]*; …"):
        read(tmp_path, 16, 1)


def test_pixels_without_a_known_range_are_refused(tmp_path):
    Image.fromarray(np.ones((8, 8), np.float32)).save(tmp_path / "float.tif")
    with pytest.raises(InputError, match=r"float\.tif: pixels of mode F have no known range"):
        read(tmp_path, 8, 1)


def test_images_are_in_the_order_in_which_they_are_named(tmp_path):
    for value in (10, 20, 30):
        Image.new("L", (8, 8), value).save(tmp_path / f"{value}.png")
    names = [str(Path(tmp_path, f"{value}.png")) for value in (20, 10, 30)]
    assert folder(tmp_path, names, 8, 1)[:, 0, 0, 0].tolist() == [20, 10, 30]
