import numpy as np
import pytest

from iadb_core.method.pixels import cell_masses


def test_cells_share_the_mass_of_pixels_that_they_cut():
    assert cell_masses(np.array([[0.0, 3.0, 0.0]]), 2, 2) == pytest.approx(np.full((2, 2), 0.25))
    assert cell_masses(np.random.default_rng(0).random((7, 5)), 3, 4).sum() == pytest.approx(1)


def test_cells_that_cut_no_pixel_have_the_sums_of_their_pixels():
    density = np.random.default_rng(1).random((12, 10))
    expected = density.reshape(4, 3, 5, 2).sum(axis=(1, 3)) / density.sum()
    assert cell_masses(density, 4, 5) == pytest.approx(expected)
