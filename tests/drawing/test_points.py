import numpy as np
import pytest

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.drawing.points import PointCanvas, density_background, start_colours

WHITE = np.full((90, 90, 3), 255, np.uint8)
MIDDLE = 45.5 / 90
RED, BLUE = [255, 0, 0], [0, 0, 255]


def drawn(points, colours):
    return np.asarray(PointCanvas(np.array(colours, np.uint8), WHITE).draw(np.array(points)))


def test_coordinate_0_goes_down_and_coordinate_1_to_the_right():
    pixels = drawn([[9.5 / 90, MIDDLE], [MIDDLE, 81.5 / 90]], [RED, BLUE])
    assert pixels[9, 45].tolist() == RED
    assert pixels[45, 81].tolist() == BLUE
    assert pixels[45, 9].tolist() == [255, 255, 255]


def test_a_later_point_covers_an_earlier_one():
    assert drawn([[MIDDLE, MIDDLE]] * 2, [RED, BLUE])[45, 45].tolist() == BLUE


def test_points_outside_the_square_are_not_shown_and_those_at_its_edge_are():
    assert (drawn([[-0.5, 0.5], [0.5, 1.5], [np.nan, 0.5]], [RED] * 3) == 255).all()
    assert drawn([[0.5 / 90] * 2], [RED])[0, 0].tolist() == RED
    assert drawn([[89.5 / 90] * 2], [RED])[89, 89].tolist() == RED


def test_discs_are_round_and_anti_aliased():
    pixels = drawn([[0.5, 0.5]], [[0, 0, 0]])[..., 0].astype(int)
    rows, columns = np.nonzero(pixels < 255)
    assert np.ptp(rows) == np.ptp(columns) <= 4
    assert len(np.unique(pixels)) > 2


def test_colours_tell_where_a_point_starts():
    starts = np.array([[0.5, 0.9], [0.5, 0.1], [0.9, 0.5], [0.1, 0.5]])
    colours = start_colours(starts)
    assert len(np.unique(colours, axis=0)) == 4
    assert np.array_equal(colours, start_colours(starts))
    cloud = np.random.default_rng(0).random((3000, 2))
    assert len(np.unique(start_colours(cloud), axis=0)) <= 72


def test_the_background_shows_both_densities_faintly():
    left, right = np.zeros((8, 8)), np.zeros((8, 8))
    left[:, :4], right[:, 4:] = 1, 1
    background = density_background(left, right, 64).astype(int)
    assert background.min() > 120
    warm, cool = background[32, 5], background[32, 58]
    assert warm[0] > warm[2]
    assert cool[2] > cool[0]
    assert density_background(0 * left, 0 * right, 16).min() == 255


def test_a_gaussian_behind_points_is_darkest_in_its_middle():
    background = density_background(Gaussian(mean=0.5, std=0.1).behind(), None, 100).astype(int)
    shade = 255 - background[..., 2]
    assert shade.max() == shade[50, 50]
    assert shade[50, 60] / shade[50, 50] == pytest.approx(np.exp(-0.5), abs=0.1)
    assert shade[5, 5] == 0
    assert density_background(Gaussian(mean=50.0, std=0.01).behind(), None, 10).min() == 255


def test_a_density_that_is_not_of_the_plane_leaves_the_paper_white():
    assert density_background(None, None, 16).min() == 255
    left = np.zeros((8, 8))
    left[:, :4] = 1
    alone, beside_nothing = density_background(left, None, 64), density_background(left, 0 * left, 64)
    assert np.array_equal(alone, beside_nothing)
