import io

import numpy as np
import pytest
from PIL import Image

from iadb_core.drawing.png import encoded, save_bytes, save_png
from iadb_core.system.errors import InputError


@pytest.mark.parametrize(("mode", "shape"), [("L", (5, 7)), ("RGB", (5, 7, 3))])
def test_a_picture_is_written_as_it_is(tmp_path, mode, shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    save_png(tmp_path / "a.png", Image.fromarray(pixels))
    with Image.open(tmp_path / "a.png") as read:
        assert (read.format, read.mode) == ("PNG", mode)
        assert np.array_equal(np.asarray(read), pixels)
    assert encoded(Image.fromarray(pixels)) == (tmp_path / "a.png").read_bytes()


def test_the_same_picture_is_the_same_bytes_and_paper_takes_few():
    paper = Image.new("RGB", (256, 256), (255, 255, 255))
    assert encoded(paper) == encoded(paper.copy())
    assert len(encoded(paper)) < 2000


def test_bytes_are_written_as_they_are(tmp_path):
    save_bytes(tmp_path / "folder" / "a.png", b"content")
    assert (tmp_path / "folder" / "a.png").read_bytes() == b"content"


@pytest.mark.parametrize("write", [lambda path: save_png(path, Image.new("L", (2, 2))), lambda p: save_bytes(p, b"a")])
def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path, write):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(InputError, match=r"cannot write .*a\.png"):
        write(tmp_path / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_picture_that_cannot_be_encoded_leaves_nothing(tmp_path):
    (tmp_path / "a.png").write_bytes(b"before")
    with pytest.raises(OSError, match="cannot write mode"):
        save_png(tmp_path / "a.png", Image.new("HSV", (2, 2)))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


def test_what_is_read_back_is_no_other_format():
    assert Image.open(io.BytesIO(encoded(Image.new("L", (2, 2))))).format == "PNG"
