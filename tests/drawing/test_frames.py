import numpy as np
import pytest
from PIL import Image

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.drawing.frames import Frames, font, painter, scaling_of, with_alpha
from iadb_core.drawing.plane import plane_of
from iadb_core.drawing.settings import Animation
from iadb_core.system.errors import InputError

GAUSSIAN, DIGITS = Gaussian(mean=0.5, std=0.1), Dataset(name="digits", size=8)


def straight(start, end, steps):
    return np.stack([start + (end - start) * t / steps for t in range(steps + 1)]).astype(np.float32)


def points(steps, **settings):
    """The frames of 50 points."""
    trajectory = straight(*np.random.default_rng(0).random((2, 50, 2)), steps)
    return Frames(trajectory, GAUSSIAN, GAUSSIAN, "linear", Animation(**settings))


def images_trajectory(steps):
    return straight(*np.random.default_rng(1).normal(size=(2, 9, 1, 8, 8)), steps)


def images(steps, **settings):
    """The frames of 9 images."""
    return Frames(images_trajectory(steps), GAUSSIAN, DIGITS, "linear", Animation(**settings))


def test_there_is_a_frame_for_each_stride_and_for_the_last_state():
    for steps, stride, expected in ((128, 1, 129), (128, 8, 17), (10, 4, 4), (5, 100, 2), (1, 1, 2)):
        frames = points(steps, size=32, stride=stride)
        assert len(list(frames)) == len(frames) == expected


def test_the_first_frame_is_the_start_and_the_last_the_end():
    trajectory = images_trajectory(6)
    first, *_, last = images(6, size=32, stride=2)
    for picture, state in ((first, trajectory[0]), (last, trajectory[-1])):
        shown = np.asarray(picture)[:8, :8] / 255
        assert np.abs(shown - (state[0, 0] * 0.5 + 0.5).clip(0, 1)).max() < 0.003


def test_alpha_is_shown_as_a_bar_that_grows():
    dark = [(np.asarray(picture)[-16:] < 100).sum() for picture in images(4, size=240)]
    assert sorted(dark) == dark
    assert dark[-1] > dark[0] + 100


def test_the_alpha_of_each_frame_is_that_of_its_state_in_the_schedule(monkeypatch):
    told = []
    monkeypatch.setattr("iadb_core.drawing.frames.with_alpha", lambda picture, alpha: told.append(alpha) or picture)
    trajectory = images_trajectory(5)
    list(Frames(trajectory, GAUSSIAN, DIGITS, "cosine", Animation(size=32, stride=2)))
    assert told == pytest.approx([np.sin(np.pi / 2 * step / 5) ** 2 for step in (0, 2, 4, 5)])


def test_a_strip_too_narrow_for_a_bar_has_the_number_alone():
    frame = with_alpha(Image.new("L", (32, 32)), 0.5)
    assert frame.size == (32, 48)
    assert not (np.asarray(frame)[32:] == 215).all(axis=1).any()


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_gray_stays_gray_and_rgb_stays_rgb(mode):
    assert with_alpha(Image.new(mode, (64, 64)), 0.5).mode == mode


def test_points_can_all_have_one_colour():
    colours = [
        {tuple(pixel) for pixel in np.asarray(frame).reshape(-1, 3) if np.ptp(pixel.astype(int)) > 120}
        for colour in ("#ff0000", "by_start")
        for frame in [points(1, size=256, point_colour=colour)[0]]
    ]
    assert (255, 0, 0) in colours[0]
    reddish = [{red > max(green, blue) for red, green, blue in shown} for shown in colours]
    assert reddish == [{True}, {True, False}]


def test_a_picture_that_cannot_be_read_is_a_clear_error(tmp_path):
    missing = Picture(path=str(tmp_path / "nowhere.png"))
    with pytest.raises(InputError, match=r"nowhere\.png does not exist"):
        Frames(np.zeros((2, 5, 2), np.float32), GAUSSIAN, missing, "linear", Animation(size=32))


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (GAUSSIAN, Dataset(name="digits", size=8, scaling=[(0.1, 0.2)]), [(0.1, 0.2)]),
        (Dataset(name="digits", size=8, scaling=[(0.1, 0.2)]), GAUSSIAN, [(0.1, 0.2)]),
        (Dataset(name="digits", size=8, scaling=[(0.3, 0.4)]), Dataset(name="digits", size=8), [(0.5, 0.5)]),
        (GAUSSIAN, GAUSSIAN, [(0.5, 0.5)]),
    ],
)
def test_values_are_shown_by_the_scaling_of_the_target_or_else_of_the_source(source, target, expected):
    assert [tuple(step) for step in scaling_of(source, target)] == expected
    values = np.array([-1.0, 0.0, 0.25, 5.0]).reshape(4, 1, 1, 1).repeat(8, 2).repeat(8, 3)
    shown = np.asarray(painter(np.stack([values, values]), source, target, 16)(values))
    mean, std = expected[0]
    pixels = (values[:, 0, 0, 0] * std + mean).clip(0, 1) * 255
    assert np.abs(np.array([shown[0, 0], shown[8, 0], shown[0, 8], shown[8, 8]]) - pixels).max() <= 0.5


def test_points_keep_the_colour_of_where_they_start():
    starts = np.array([[0.25, 0.25], [0.75, 0.75]])
    draw = painter(np.stack([starts, starts]), GAUSSIAN, GAUSSIAN, 64)
    low, high = map(tuple, (plane_of(starts, starts, GAUSSIAN, GAUSSIAN).places(starts) * 64).astype(int))
    assert low[0] > high[0] and low[1] < high[1]  # noqa: PT018 - (¼, ¼) is below and to the left
    before, after = np.asarray(draw(starts)), np.asarray(draw(starts[::-1]))
    assert before[low].tolist() == after[high].tolist() != before[high].tolist()


def test_the_same_letters_serve_every_picture():
    assert font(20) is font(20)
    assert font(20).getlength("α = 0.500") > font(10).getlength("α = 0.500")
