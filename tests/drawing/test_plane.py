import numpy as np
import pytest

from iadb_core.data.density import UNIT
from iadb_core.data.kinds.distribution import Distribution
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.data.kinds.points import Points
from iadb_core.drawing.plane import plane_of

MOONS, NOISE, PICTURE = Distribution(name="moons"), Gaussian(), Picture(path="none.png")
RANDOM = np.random.default_rng(0)


def test_points_of_a_picture_are_where_its_pixels_are():
    points = RANDOM.random((20, 2))
    for densities in ((PICTURE, NOISE), (NOISE, PICTURE)):
        plane = plane_of(points, points + 5, *densities)
        assert (plane.box, plane.note) == (UNIT, "")
        assert np.array_equal(plane.places(points), points)
        assert np.array_equal(plane.points(points), points)
        assert np.array_equal(plane.arrows(points), points)


def test_other_points_are_shown_at_their_own_scale_with_y_upward():
    begin, end = RANDOM.normal(size=(2, 500, 2)) * np.array([10.0, 3.0]) + 100
    plane = plane_of(begin, end, NOISE, MOONS)
    both = np.concatenate([begin, end])
    places = plane.places(both)
    inside = ((places > 0) & (places < 1)).all(axis=1)
    assert inside.mean() > 0.97
    assert np.ptp(places[:, 1]) > 0.7  # the wider side fills the picture
    assert places[both[:, 1].argmax(), 0] == places[:, 0].min()  # the highest point is in the first row
    assert places[both[:, 0].argmax(), 1] == places[:, 1].max()
    assert plane.points(places) == pytest.approx(both)
    moved = np.array([[1.0, 2.0]])
    assert plane.places(both[:1] + moved) - plane.places(both[:1]) == pytest.approx(plane.arrows(moved))


def test_of_many_coordinates_two_principal_components_are_shown_and_that_is_said():
    end = RANDOM.normal(size=(400, 5)) * np.array([0.1, 9.0, 0.1, 4.0, 0.1])
    plane = plane_of(RANDOM.normal(size=(400, 5)), end, NOISE, NOISE)
    assert plane.note == "first two principal components of 5 coordinates"
    assert np.abs(plane.axes[1, 0]) > 0.99
    assert np.abs(plane.axes[3, 1]) > 0.99
    assert plane.places(end).shape == (400, 2)


def test_a_line_is_spread_over_its_height_and_that_is_said():
    begin, end = RANDOM.normal(size=(2, 100, 1))
    plane = plane_of(begin, end, NOISE, NOISE)
    places = plane.places(end)
    assert plane.note.startswith("x0 ")
    assert plane.note.endswith(", to the right; heights mean nothing")
    assert np.array_equal(np.argsort(places[:, 1]), np.argsort(end[:, 0]))
    assert np.array_equal(places[:, 0], plane.places(begin)[:, 0])  # a point keeps its height
    assert np.ptp(places[:, 0]) > 0.4


def test_points_that_are_all_the_same_are_shown():
    plane = plane_of(np.ones((5, 2)), np.ones((5, 2)), NOISE, NOISE)
    assert plane.places(np.ones((5, 2))) == pytest.approx(np.full((5, 2), 0.5))


TABLE = Points(path="none.csv", names=["a", "b", "c", "d"], scaling=[(0, 1), (100.0, 10.0), (0, 1), (5.0, 0.5)])


def test_a_chosen_pair_of_coordinates_is_shown_and_told_in_the_units_of_the_table():
    begin, end = RANDOM.normal(size=(2, 300, 4))
    plane = plane_of(begin, end, NOISE, TABLE, ["d", "b"])
    assert np.array_equal(plane.axes, np.eye(4)[:, [3, 1]])
    places = plane.places(end)
    assert np.array_equal(np.argsort(places[:, 1]), np.argsort(end[:, 3]))
    assert np.array_equal(np.argsort(-places[:, 0]), np.argsort(end[:, 1]))
    right, up = plane.box.low
    told = [5 + 0.5 * right, 5 + 0.5 * (right + plane.box.width), 100 + 10 * up, 100 + 10 * (up + plane.box.width)]
    assert plane.note == "d {:.3g} to {:.3g}, b {:.3g} to {:.3g}".format(*told)
    assert plane_of(begin, end, TABLE, NOISE, ["d", "b"]).note == plane.note
    assert "principal" in plane_of(begin, end, NOISE, TABLE).note
