import numpy as np
import pytest
from PIL import Image

from iadb_core.data.grayscale import read_density
from iadb_core.data.opening import opened, over, without_palette
from iadb_core.drawing.png import save_png
from iadb_core.system.errors import InputError

RAMP = np.linspace(0, 250, 48).reshape(6, 8).astype(np.uint8)


def decoded(path):
    with opened(path) as picture:
        return np.asarray(picture)


@pytest.mark.parametrize("read", [decoded, read_density])
def test_an_absurd_size_is_refused_before_it_is_decoded(tmp_path, monkeypatch, read):
    Image.new("1", (10_000, 7_000)).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    with pytest.raises(InputError, match=r"bomb\.png has 10000×7000 pixels"):
        read(tmp_path / "bomb.png")


def test_the_largest_size_that_is_allowed_is_read(tmp_path):
    Image.new("1", (40, 40)).save(tmp_path / "large.png")
    with opened(tmp_path / "large.png", most=1600) as picture:
        assert picture.size == (40, 40)
    with (
        pytest.raises(InputError, match="40×40 pixels, more than the 1,599 allowed"),
        opened(tmp_path / "large.png", 1599),
    ):
        pass


@pytest.mark.parametrize("read", [decoded, read_density])
def test_bad_pictures_are_refused_by_name(tmp_path, read):
    whole = tmp_path / "whole.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)).save(whole)
    cases = {
        "missing.png": None,
        "truncated.png": whole.read_bytes()[:1000],
        "text.png": b"not a picture",
        "empty.png": b"",
        "script.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    }
    for name, content in cases.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=name):
            read(tmp_path / name)


def test_what_the_block_refuses_is_refused_as_it_says(tmp_path):
    Image.fromarray(RAMP).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=r"^too dark$"), opened(tmp_path / "a.png"):
        raise InputError("too dark")
    with (
        pytest.raises(InputError, match=r"a\.png is not a readable picture \(no such row\)"),
        opened(tmp_path / "a.png"),
    ):
        raise IndexError("no such row")


def test_an_animation_is_its_first_image(tmp_path):
    frames = [Image.fromarray(np.full((4, 4), value, np.uint8)) for value in (50, 200)]
    frames[0].save(tmp_path / "two.gif", save_all=True, append_images=frames[1:])
    assert read_density(tmp_path / "two.gif") == pytest.approx(np.ones((4, 4)))
    with opened(tmp_path / "two.gif") as picture:
        assert np.asarray(picture.convert("L")) == pytest.approx(np.full((4, 4), 50))


@pytest.mark.parametrize(
    ("mode", "kept"),
    [
        ("1", "L"),
        ("L", "L"),
        ("LA", "LA"),
        ("P", "RGB"),
        ("PA", "RGBA"),
        ("RGB", "RGB"),
        ("RGBA", "RGBA"),
        ("CMYK", "RGB"),
        ("YCbCr", "RGB"),
        ("HSV", "RGB"),
        ("I;16", "I;16"),
        ("F", "F"),
    ],
)
def test_channels_become_values(mode, kept):
    assert without_palette(Image.new(mode, (2, 2))).mode == kept


@pytest.mark.parametrize(("mode", "kept"), [("1", "LA"), ("L", "LA"), ("P", "RGBA"), ("RGB", "RGBA")])
def test_a_colour_that_is_transparent_becomes_a_channel(mode, kept):
    picture = Image.new(mode, (2, 2))
    picture.info["transparency"] = (0, 0, 0) if mode == "RGB" else 0
    found = without_palette(picture)
    assert found.mode == kept
    assert np.asarray(found)[..., -1].tolist() == [[0, 0], [0, 0]]


def test_transparency_is_over_as_pillow_composes_it():
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (6, 8, 4), np.uint8)
    picture = Image.fromarray(pixels)
    expected = Image.alpha_composite(Image.new("RGBA", picture.size, (0, 0, 0, 255)), picture).convert("RGB")
    assert np.abs(over(pixels, "RGBA") - np.asarray(expected, float)).max() <= 1
    assert over(pixels[..., [0, 3]], "LA")[..., 0] == pytest.approx(over(pixels, "RGBA")[..., 0])
    assert np.array_equal(over(pixels[..., :3], "RGB"), pixels[..., :3])
    assert np.array_equal(over(pixels[..., 0], "L"), pixels[..., :1])
    gray = Image.alpha_composite(Image.new("RGBA", picture.size, (90, 90, 90, 255)), picture).convert("RGB")
    assert np.abs(over(pixels, "RGBA", 90) - np.asarray(gray, float)).max() <= 1


def test_a_saved_png_reads_back(tmp_path):
    save_png(tmp_path / "a.png", Image.fromarray(RAMP))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "a.png")), RAMP)
    assert np.array_equal(decoded(tmp_path / "a.png"), RAMP)
