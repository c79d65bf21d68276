import numpy as np
import pytest

from iadb_core.drawing.grids import draw_images, image_grid


def test_image_i_plus_8j_stands_in_row_i_column_j():
    images = np.arange(64.0).reshape(64, 1, 1, 1) * np.ones((1, 1, 32, 32))
    grid = image_grid(images)
    assert grid.shape == (256, 256, 1)
    for row in range(8):
        for column in range(8):
            assert (grid[32 * row : 32 * row + 32, 32 * column : 32 * column + 32] == row + 8 * column).all()


def test_images_are_not_transposed():
    image = np.zeros((1, 3, 8, 8))
    image[0, 2, 1, 6] = 1
    assert np.argwhere(image_grid(image)).tolist() == [[1, 6, 2]]


@pytest.mark.parametrize(("count", "shape"), [(1, (1, 1)), (2, (2, 1)), (5, (3, 2)), (9, (3, 3)), (10, (4, 3))])
def test_other_counts_fill_a_near_square(count, shape):
    grid = image_grid(np.ones((count, 1, 4, 4)))
    assert (grid.shape[0] // 4, grid.shape[1] // 4) == shape
    assert grid.sum() == count * 16


def test_pixels_are_true_values_enlarged_by_a_whole_factor():
    images = np.array([0.0, 0.25, 0.5, 1.0]).reshape(4, 1, 1, 1) * np.ones((1, 1, 16, 16))
    picture = draw_images(images, 100)
    assert (picture.mode, picture.size) == ("L", (96, 96))
    assert sorted(np.unique(np.asarray(picture))) == [0, 64, 128, 255]
    assert draw_images(images, 31).size == (31, 31)  # reduced, so that many images make no larger picture
    many = draw_images(np.random.default_rng(0).random((2000, 1, 8, 8)), 100)
    assert max(many.size) == 100
    assert np.asarray(many).mean() == pytest.approx(127 * 2000 / 2025, rel=0.05)
    assert draw_images(np.ones((4, 3, 8, 8)), 16).mode == "RGB"
