import numpy as np
from PIL import Image

from iadb_core.drawing.sheets import enlarged, interleaved, side_by_side


def test_pictures_stand_in_rows_under_titles_over_the_caption():
    pictures = [Image.new("L", (60, 40), shade) for shade in (0, 100, 200)]
    sheet = np.asarray(side_by_side(pictures, ["one", "two", "three"], 2, "What to see. " * 20))
    assert sheet.shape[2] == 3
    for shade, (row, column) in ((0, (40, 20)), (100, (40, 85)), (200, (110, 20))):
        assert (sheet[row, column] == shade).all()
    below = sheet[150:]
    assert (below < 128).any()
    assert (sheet[:, :8] == 255).all()
    assert (sheet[:, -8:] == 255).all()


def test_images_are_enlarged_in_rows():
    images = np.arange(6, dtype=float).reshape(6, 1, 1, 1).repeat(2, axis=2).repeat(2, axis=3) / 10
    grid = np.asarray(enlarged(images, 4, 8))
    assert grid.shape == (16, 32)
    assert (grid[:8, 8:16] == round(255 * 0.1)).all()
    assert (grid[8:, 8:16] == round(255 * 0.5)).all()
    assert (grid[8:, 16:] == 0).all()
    assert np.asarray(enlarged(images.repeat(3, axis=1), 4, 8)).shape == (16, 32, 3)


def test_two_sets_are_taken_in_turn():
    left, right = np.zeros((3, 1, 2, 2)), np.ones((3, 1, 2, 2))
    assert interleaved(left, right)[:, 0, 0, 0].tolist() == [0, 1, 0, 1, 0, 1]
