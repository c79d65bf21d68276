import numpy as np
import pytest
from PIL import Image

from iadb_core.data.grayscale import read_density
from iadb_core.data.kinds.picture import Picture
from iadb_core.data.registry import density_of
from iadb_core.data.rejection import sample_density
from iadb_core.method.laws import Pixels
from iadb_core.system.errors import InputError


def random(seed):
    return np.random.default_rng(seed)


@pytest.fixture
def picture(tmp_path):
    """A picture of two levels of gray, and its density."""
    pixels = np.zeros((6, 4), np.uint8)
    pixels[1, 2], pixels[4:, 0] = 200, 100
    Image.fromarray(pixels).save(tmp_path / "a.png")
    return Picture(path=str(tmp_path / "a.png")), pixels / 200


def test_it_draws_the_points_of_its_picture(picture):
    density, pixels = picture
    points = density.draw((2,), 30_000, np.random.default_rng(0))
    assert np.array_equal(points, sample_density(pixels, 30_000, np.random.default_rng(0)))
    rows, columns = (points * pixels.shape).astype(int).T
    shares = np.zeros_like(pixels)
    np.add.at(shares, (rows, columns), 1 / len(points))
    assert shares == pytest.approx(pixels / pixels.sum(), abs=0.01)


def test_the_first_points_are_the_same_for_every_count_and_skipped_ones_are_drawn_all_the_same(picture):
    density, _ = picture
    whole = density.draw((2,), 1000, np.random.default_rng(0))
    assert np.array_equal(density.draw((2,), 10, np.random.default_rng(0)), whole[:10])
    assert np.array_equal(density.draw((2,), 700, np.random.default_rng(0), skipped=300), whole[300:])


def test_it_is_of_points_that_are_stored(picture):
    density, _ = picture
    assert density.shape() == (2,)
    assert not density.fresh
    assert density.files() == [density.path]
    assert density.labelled_as(0) is density.class_names() is density.draw_labelled((2,), 5, random(0)).labels is None


def test_its_law_and_what_is_behind_points_are_its_pixels(picture):
    density, pixels = picture
    assert density.behind() == pytest.approx(pixels)
    law = density.law()
    assert isinstance(law, Pixels)
    assert law.values == pytest.approx(read_density(density.path))


def test_its_canonical_form_does_not_say_where_it_lies_but_it_can_be_told(picture, tmp_path):
    density, _ = picture
    assert density.described() == {"picture": {}}
    assert density.described(places=True) == {"picture": {"path": density.path}}
    there = density_of({"picture": {}}).located([str(tmp_path / "elsewhere.png")])
    assert there.files() == [str(tmp_path / "elsewhere.png")]
    with pytest.raises(AttributeError):
        density_of({"picture": {}}).files()


@pytest.fixture
def coloured(tmp_path):
    """A picture of three colours, one of which is everywhere; as (3, height, width)."""
    pixels = np.zeros((3, 4, 6), np.uint8)
    pixels[0, :2], pixels[1, :, 3:], pixels[2] = 200, 100, 50
    Image.fromarray(pixels.transpose(1, 2, 0)).save(tmp_path / "colours.png")
    return Picture(path=str(tmp_path / "colours.png"), labels="colours"), pixels / 1.0


def test_each_colour_is_a_density_and_the_class_of_its_points(coloured):
    density, pixels = coloured
    assert density.class_names() == ["red", "green", "blue"]
    points, labels = density.draw_labelled((2,), 60_000, random(0))
    assert np.array_equal(points, density.draw((2,), 60_000, random(0)))
    rows, columns = (points * pixels.shape[1:]).astype(int).T
    shares = np.zeros_like(pixels)
    np.add.at(shares, (labels, rows, columns), 1 / len(points))
    assert shares == pytest.approx(pixels / pixels.sum(), abs=0.005)
    assert np.array_equal(density.draw_labelled((2,), 100, random(0)).labels, labels[:100])


def test_all_points_are_of_the_sum_of_the_colours(coloured):
    density, pixels = coloured
    together = pixels.sum(axis=0) / pixels.sum(axis=0).max()
    assert density.behind() == pytest.approx(together)
    assert density.law().values == pytest.approx(together)
    kept = density.restored(density.kept())
    assert np.array_equal(kept.values(), pixels)
    with pytest.raises(ValueError, match="no picture"):
        density.restored(density.kept()[0])


@pytest.mark.parametrize(("channel", "said"), [(None, "is gray"), (1, "has no green")])
def test_a_picture_without_the_colours_is_refused(tmp_path, channel, said):
    pixels = np.full((4, 4, 3), 9, np.uint8)
    if channel is not None:
        pixels[..., channel] = 0
    Image.fromarray(pixels).save(tmp_path / "a.png")
    with pytest.raises(InputError, match=said):
        Picture(path=str(tmp_path / "a.png"), labels="colours").values()


def test_each_class_is_exactly_known(coloured):
    density, pixels = coloured
    laws = density.laws_of_classes(np.zeros((4, 2)), np.zeros(4, int), 3)
    for law, channel in zip(laws, pixels, strict=True):
        assert law.values == pytest.approx(channel / channel.max())
