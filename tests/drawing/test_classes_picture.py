import numpy as np
import pytest

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.drawing.classes_picture import EACH, IMAGE_SIZE, NAMED_WIDTH, classes_of_images, classes_of_points
from iadb_core.drawing.points import class_colours


def pixels_of(picture):
    return np.asarray(picture.convert("RGB")).astype(int)


def test_a_row_has_the_samples_of_a_class_and_real_ones_of_it():
    shades = np.array([0.2, 0.6, 0.9])
    generated = shades[np.arange(30) % 3][:, None, None, None] * np.ones((30, 1, 8, 8))
    labels = np.repeat([0, 1, 2, 3], 5)
    real = np.array([0.2, 0.6, 0.9, 0.0])[labels][:, None, None, None] * np.ones((20, 1, 8, 8))
    picture = pixels_of(classes_of_images("a", ["x", "y", "z"], generated, real, labels, [0, 1, 2]))
    for row, shade in enumerate(shades):
        line = picture[31 + row * IMAGE_SIZE + IMAGE_SIZE // 2]
        left = line[NAMED_WIDTH + 12 : NAMED_WIDTH + 12 + EACH * IMAGE_SIZE]
        right = line[NAMED_WIDTH + 12 + EACH * IMAGE_SIZE + 8 :][: 5 * IMAGE_SIZE]
        assert np.abs(left - round(255 * shade)).max() <= 1
        assert np.abs(right - round(255 * shade)).max() <= 1  # of which there are five
    assert picture[:, :NAMED_WIDTH].min() < 100  # the names


def test_a_class_that_is_shown_alone_has_its_own_real_images():
    labels = np.array([0, 1] * 8)
    real = (labels / 2.0)[:, None, None, None] * np.ones((16, 1, 8, 8))
    picture = pixels_of(classes_of_images("a", ["y"], np.ones((8, 1, 8, 8)), real, labels, [1]))
    assert abs(picture[31 + 20, NAMED_WIDTH + 12 + EACH * IMAGE_SIZE + 8 + 20].mean() - 128) < 2


def test_points_of_each_class_have_a_picture_over_the_real_ones_of_it():
    places = np.array([[0.25, 0.25], [0.75, 0.75]])
    ends = places[np.arange(40) % 2]
    both = np.stack([np.full((40, 2), 0.5), ends])
    labels = np.arange(200) % 2
    densities = Gaussian(), Picture(path="none.png", labels="colours")
    sheet = pixels_of(classes_of_points("a", ["p", "q"], both, densities, places[labels], labels, [0, 1]))
    for number, colour in enumerate(class_colours(2, 2)):
        left, top = 12 + number * 264, 12 + 19
        seen = sheet[top : top + 256, left : left + 256]
        at = (places[number] * 256).astype(int)
        assert seen[at[0], at[1]] == pytest.approx(colour, abs=40)  # a dot is hardly larger than a pixel
        other = (places[1 - number] * 256).astype(int)
        assert seen[other[0], other[1]].tolist() == [255, 255, 255]
