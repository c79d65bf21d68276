import numpy as np

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.drawing.frames import painter
from iadb_core.drawing.map_picture import map_picture
from iadb_core.drawing.plane import plane_of

DENSITIES = Gaussian(mean=0.3, std=0.1), Gaussian(mean=0.7, std=0.1)
FIGURES = [
    {"metric": "transport cost (squared)", "value": 9.0},
    {"metric": "distance to the exact map (RMS)", "value": 0.0123},
]


def ends(count):
    return np.random.default_rng(0).random((count, 1500, 2)).astype(np.float32)


def test_the_same_starts_are_shown_where_they_are_carried_in_their_own_colours(laid):
    places = ends(3)
    sheet = map_picture("x, seed 0", places, FIGURES, *DENSITIES)
    ((pictures, titles, columns, caption),) = laid
    assert titles == ["starts", "where the network carries them", "where the exact field carries them"]
    draw = painter(places[[0, -1]], *DENSITIES, pictures[0].width)
    for picture, points in zip(pictures, places, strict=True):
        assert np.array_equal(np.asarray(picture), np.asarray(draw(points)))
    assert caption.startswith("x, seed 0: the same 1,500 starts")
    width = plane_of(places[0], places[-1], *DENSITIES).box.width
    assert f"a coordinate is {0.0123 / width:.3f} of the width from where it belongs" in caption
    assert columns == 3
    assert sheet.width > 3 * pictures[0].width


def test_without_an_exact_map_there_are_two_pictures(laid):
    map_picture("x", ends(2), FIGURES[:1], *DENSITIES)
    ((pictures, titles, columns, caption),) = laid
    assert (len(pictures), titles, columns) == (2, ["starts", "where the network carries them"], 2)
    assert caption == "x: the same 1,500 starts, in the same colours."
