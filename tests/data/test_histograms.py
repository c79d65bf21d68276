import numpy as np
import pytest

from iadb_core.data.density import Box
from iadb_core.data.histograms import FEWEST, MOST, histogram

BOX = Box((-1.0, 10.0), 4.0, True)


def test_points_are_counted_where_they_are_with_y_upward():
    points = np.array([[2.9, 10.1]] * 50 + [[-0.9, 13.9]] * 25)
    seen = histogram(points, BOX)
    assert seen.shape == (FEWEST, FEWEST)
    assert seen[-1, -1] == 1  # to the right, and low
    assert seen[0, 0] == 0.5  # to the left, and high
    assert seen[FEWEST // 2, FEWEST // 2] == 0


@pytest.mark.parametrize(("count", "squares"), [(10, FEWEST), (2500, 25), (100_000, MOST)])
def test_the_squares_are_coarse_enough_for_the_points(count, squares):
    seen = histogram(np.random.default_rng(0).random((count, 2)) * 4 + np.array(BOX.low), BOX)
    assert seen.shape == (squares, squares)
    assert seen.max() == 1
    assert histogram(np.zeros((3, 2)), BOX).max() == 0  # none of them is there
