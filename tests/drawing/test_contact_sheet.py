import numpy as np
import pytest
from PIL import Image

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.drawing.contact_sheet import contact_sheet
from iadb_core.drawing.frames import painter

NOISE, DIGITS = Gaussian(), Dataset(name="digits", size=8)


def straight(steps, shape):
    start, end = np.random.default_rng(0).random((2, *shape))
    return np.stack([start + (end - start) * step / steps for step in range(steps + 1)]).astype(np.float32)


def test_nine_states_are_shown_at_equally_spaced_alpha(laid):
    trajectory = straight(64, (50, 2))
    sheet = contact_sheet("x, seed 0", trajectory, "linear", Gaussian(mean=0.5), Gaussian(mean=0.5))
    ((pictures, titles, _, caption),) = laid
    assert titles == [f"α = {eighth / 8:.3f}" for eighth in range(9)]
    draw = painter(trajectory[[0, -1]], Gaussian(mean=0.5), Gaussian(mean=0.5), pictures[0].width)
    for picture, state in zip(pictures, trajectory[::8], strict=True):
        assert np.array_equal(np.asarray(picture), np.asarray(draw(state)))
    assert caption.startswith("x, seed 0. Every point keeps the colour of where it starts.")
    assert isinstance(sheet, Image.Image)
    assert (sheet.width > 4 * pictures[0].width, sheet.height > 2 * pictures[0].height) == (True, True)


def test_by_another_schedule_the_nearest_alpha_there_are_are_shown(laid):
    contact_sheet("x", straight(8, (50, 2)), "cosine", NOISE, NOISE)
    there = [np.sin(np.pi / 2 * step / 8) ** 2 for step in range(9)]
    expected = [min(there, key=lambda alpha: abs(alpha - wanted)) for wanted in np.linspace(0, 1, 9)]
    assert laid[0][1] == [f"α = {alpha:.3f}" for alpha in expected]


@pytest.mark.parametrize(("source", "says"), [(NOISE, "starts as noise"), (DIGITS, "starts as a sample of the source")])
def test_of_images_it_says_what_they_start_as(laid, source, says):
    contact_sheet("x", straight(4, (4, 1, 8, 8)), "linear", source, DIGITS)
    ((pictures, _, _, caption),) = laid
    assert f"x. Every image {says}" in caption
    assert {picture.mode for picture in pictures} == {"L"}
