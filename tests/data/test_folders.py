import os
from itertools import chain
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from PIL import Image, ImageOps

from iadb_core.data import image_readers
from iadb_core.data.digests import digests
from iadb_core.data.folders import FolderImages
from iadb_core.data.holding_out import split
from iadb_core.data.image_files import Told, Wanted, read_image
from iadb_core.data.image_readers import read_all, scratch
from iadb_core.data.parts import loaded
from iadb_core.system.errors import InputError
from iadb_core.system.progress import IN_FILE

ORIENTATION = 0x0112  # of EXIF


def read(path, size, channels, background=0, max_pixels=2**24):
    """The images that lie under a path, in the order of their names, once they have been stored."""
    images = FolderImages(str(path), Wanted(size, size, channels, background, max_pixels))
    with TemporaryDirectory() as folder:
        images.store(folder, 0, workers=1)
        with scratch((len(images.paths), channels, size, size), folder) as stored:
            assert all(isinstance(told, Told) for told in chain(*read_all(images.paths, images.wanted, stored, 1)))
            every = np.array(stored.array)
        parts = split(len(every), 0, digests(every))
        for rows, part in zip(parts, loaded(folder), strict=True):
            assert np.array_equal(every[rows], part.samples)
    return every


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
    for path, left_out in ((tmp_path, r" \(left out: 1 no image by its name\)"), (tmp_path / "missing", "")):
        with pytest.raises(InputError, match=rf"{path.name}: no images in this folder{left_out}; put"):
            read(path, 16, 1)


def test_a_broken_image_among_many_is_named(mixed_folder):
    broken = mixed_folder / "inner" / "broken.png"
    broken.write_bytes((mixed_folder / "a.png").read_bytes()[:200])
    with pytest.raises(InputError, match=r"1 of 8 images.*broken\.png"):
        read(mixed_folder, 16, 1)


def test_of_many_broken_images_three_are_named_on_the_screen_and_all_in_the_log(tmp_path, caplog):
    Image.new("L", (8, 8)).save(tmp_path / "whole.png")
    for number in range(5):
        (tmp_path / f"{number}.png").write_bytes(b"broken")
    with caplog.at_level("INFO", "iadb"), pytest.raises(InputError) as refused:
        read(tmp_path, 16, 1)
    said = str(refused.value)
    assert said.startswith("5 of 6 images are broken, repair or remove them: ")
    assert [f"{number}.png" in said for number in range(5)] == [True, True, True, False, False]
    assert said.endswith("; and 2 more, which the log names")
    in_file = [record.getMessage() for record in caplog.records if hasattr(record, IN_FILE)]
    assert [f"{number}.png" in in_file[number] for number in range(5)] == [True] * 5


def test_pixels_without_a_known_range_are_refused(tmp_path):
    Image.fromarray(np.ones((8, 8), np.float32)).save(tmp_path / "float.tif")
    with pytest.raises(InputError, match=r"float\.tif: pixels of mode F have no known range"):
        read(tmp_path, 8, 1)


def test_images_are_in_the_order_of_their_names(tmp_path):
    values = np.arange(20, dtype=np.uint8) * 10
    for value in values:
        Image.new("L", (8, 8), int(value)).save(tmp_path / f"{value:03}.png")
    assert read(tmp_path, 8, 1)[:, 0, 0, 0].tolist() == values.tolist()


def test_what_is_an_image_is_read_whatever_its_name(tmp_path, caplog):
    for number, name in enumerate(("a.jpg", "b.jfif", "c", "d.picture")):
        Image.new("L", (8, 8), 50 * number).save(tmp_path / name, "JPEG" if number < 2 else "PNG")
    (tmp_path / "checksums").write_text("no image")
    (tmp_path / "._a.jpg").write_bytes(b"\x00\x05\x16\x07")
    with caplog.at_level("INFO", "iadb"):
        assert len(read(tmp_path, 8, 1)) == 4
    assert "1 left out, no image by its content: " in caplog.text
    assert "1 left out, hidden: " in caplog.text
    assert "4 images read: 2 JPEG, 2 PNG, of 8×8 pixels; left out: 2 files" in caplog.text


def test_a_large_photograph_is_read_at_a_fraction_of_its_size(tmp_path):
    seen = np.zeros((1200, 1800, 3), np.uint8)
    seen[:, 900:] = (200, 100, 50)
    Image.fromarray(seen).save(tmp_path / "a.jpg", quality=95)
    found = read(tmp_path, 16, 3)[0].transpose(1, 2, 0)
    expected = np.asarray(Image.fromarray(seen[:, 300:1500]).resize((16, 16), Image.Resampling.BOX))
    assert np.abs(found.astype(int) - expected).max() < 25
    wanted = Wanted(16, 16, 3, 0, 1200 * 1800 - 1)
    with pytest.raises(InputError, match="1800×1200 pixels, more than the 2,159,999 allowed"):
        read_image(str(tmp_path / "a.jpg"), wanted)


def test_glyphs_on_nothing_have_a_background_and_are_warned_of_without(tmp_path, caplog):
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[2:6, 2:6, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "a.png")
    Image.fromarray(pixels[::-1, :, :].repeat(2, axis=0)).save(tmp_path / "b.png")
    black = read(tmp_path, 8, 1)
    assert "every image is of one value" in caplog.text
    assert not black.any()
    caplog.clear()
    white = read(tmp_path, 8, 1, background=255)
    assert "of one value" not in caplog.text
    assert (white[0, 0, 0] == 255).all()
    assert (white[0, 0, 3:5, 3:5] == 0).all()


def test_dark_16_bit_images_are_warned_of(tmp_path, caplog):
    for name, largest in (("a.png", 4000), ("b.png", 100)):
        Image.fromarray(np.linspace(0, largest, 64).reshape(8, 8).astype(np.uint16)).save(tmp_path / name)
    read(tmp_path, 8, 1)
    assert "the 16-bit images use values up to 4,000 of 65,535" in caplog.text


def test_copies_come_into_one_part_and_are_told(tmp_path, caplog):
    for number in range(60):
        Image.new("L", (8, 8), 4 * (number // 2)).save(tmp_path / f"{number:02}.png")
    FolderImages(str(tmp_path), Wanted(8, 8, 1, 0, 2**24)).store(tmp_path, 3, workers=1)
    assert "copies of other images: 30; all of one image come into one part" in caplog.text
    assert "trained on as well" not in caplog.text
    values = [set(np.unique(part.samples)) for part in loaded(tmp_path)]
    assert sum(map(len, values)) == len(set.union(*values)) == 30


def test_where_nearly_all_are_copies_held_out_ones_are_trained_on_with_a_warning(tmp_path, caplog):
    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    for number in range(20):
        Image.fromarray(pixels).save(tmp_path / f"{number:02}.png")
    read(tmp_path, 8, 1)
    assert "2 of 2 held-out samples are trained on as well" in caplog.text


def test_subfolders_are_classes_kept_through_the_split(tmp_path, caplog):
    for name, value in (("b cats", 50), ("a dogs", 100), ("c \u00e9lans", 150)):
        (tmp_path / "images" / name / "more").mkdir(parents=True)
        for number in range(20):
            where = "more" if number % 2 else "."
            Image.new("L", (8, 8), value + number).save(tmp_path / "images" / name / where / f"{number}.png")
    names = ["a dogs", "b cats", "c \u00e9lans"]
    images = FolderImages(str(tmp_path / "images"), Wanted(8, 8, 1, 0, 2**24), names)
    with caplog.at_level("INFO", "iadb"):
        images.store(tmp_path, 3, workers=1)
    assert "3 classes, by the names of subfolders: a dogs 20, b cats 20, c \u00e9lans 20" in caplog.text
    for part in loaded(tmp_path):
        expected = np.array([1, 0, 2])[part.samples[:, 0, 0, 0] // 50 - 1]
        assert np.array_equal(part.labels, expected)
    assert sum(len(part.labels) for part in loaded(tmp_path)) == 60


def test_a_class_that_has_come_while_it_was_read_is_refused(tmp_path):
    for name in ("a", "b"):
        (tmp_path / "images" / name).mkdir(parents=True)
        Image.new("L", (8, 8), 7).save(tmp_path / "images" / name / "a.png")
    images = FolderImages(str(tmp_path / "images"), Wanted(8, 8, 1, 0, 2**24), ["a"])
    with pytest.raises(InputError, match="has changed while it was read: b"):
        images.store(tmp_path, 0, workers=1)


def test_the_middle_is_cut_to_the_wanted_shape(tmp_path):
    seen = np.random.default_rng(0).integers(0, 256, (16, 48), np.uint8)
    Image.fromarray(seen).save(tmp_path / "a.png")
    found, told = read_image(str(tmp_path / "a.png"), Wanted(16, 32, 1, 0, 2**24))
    assert np.array_equal(found[0], seen[:, 8:40])
    assert (told.kind, told.sides) == ("PNG", (48, 16))


def test_a_name_that_is_no_text_is_read_and_shown_escaped(tmp_path):
    Image.new("L", (8, 8), 7).save(tmp_path / "a.png")
    os.rename(tmp_path / "a.png", os.fsencode(tmp_path) + b"/caf\xe9.png")
    assert read(tmp_path, 8, 1).max() == 7
    with open(os.fsencode(tmp_path) + b"/caf\xe9.png", "wb") as file:
        file.write(b"broken")
    with pytest.raises(InputError, match=r"caf\\xe9\.png is not a readable picture"):
        read(tmp_path, 8, 1)


def test_more_images_than_are_decoded_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(image_readers, "AT_ONCE", 7)
    for value in range(30):
        Image.new("L", (8, 8), value).save(tmp_path / f"{value:02}.png")
    assert read(tmp_path, 8, 1)[:, 0, 0, 0].tolist() == list(range(30))


def test_a_single_image_is_warned_of_once(tmp_path, caplog):
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(tmp_path / "a.png")
    FolderImages(str(tmp_path), Wanted(8, 8, 1, 0, 2**24)).store(tmp_path, 0, workers=1)
    assert caplog.text.count("a single sample is trained on and measured against") == 1
