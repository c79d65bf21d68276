import numpy as np
import pytest
from conftest import files_limited
from iadb_core.data.pictures import save_png
from PIL import Image

from iadb_core.drawing.animation import write_gif, write_mp4
from iadb_core.drawing.frames import Frames
from iadb_core.system.errors import InputError

RANDOM = np.random.default_rng(0)
GAUSSIAN = {"gaussian": {"mean": 0.5, "std": 0.1}}
DIGITS = {"dataset": {"name": "digits", "size": 8, "scaling": [[0.5, 0.5]]}}


def points_trajectory(steps):
    start, end = RANDOM.random((2, 50, 2))
    return np.stack([start + (end - start) * t / steps for t in range(steps + 1)]).astype(np.float32)


def images_trajectory(steps):
    start, end = RANDOM.normal(size=(2, 9, 1, 8, 8))
    return np.stack([start + (end - start) * t / steps for t in range(steps + 1)]).astype(np.float32)


@pytest.fixture(params=["points", "images"])
def frame_files(request, tmp_path):
    if request.param == "points":
        drawn = Frames(points_trajectory(12), GAUSSIAN, GAUSSIAN, "linear", 64, 1)
    else:
        drawn = Frames(images_trajectory(12), GAUSSIAN, DIGITS, "linear", 64, 1)
    paths = []
    for index, picture in enumerate(drawn):
        paths.append(tmp_path / f"{index:04d}.png")
        save_png(paths[-1], picture)
    return paths


def test_there_is_a_frame_for_each_stride_and_for_the_last_state():
    for steps, stride, expected in ((128, 1, 129), (128, 8, 17), (10, 4, 4), (5, 100, 2), (1, 1, 2)):
        assert len(list(Frames(points_trajectory(steps), GAUSSIAN, GAUSSIAN, "linear", 32, stride))) == expected


def test_the_first_frame_is_the_start_and_the_last_the_end():
    trajectory = images_trajectory(6)
    first, *_, last = Frames(trajectory, GAUSSIAN, DIGITS, "linear", 24, 2)
    for picture, state in ((first, trajectory[0]), (last, trajectory[-1])):
        shown = np.asarray(picture)[:8, :8] / 255
        assert np.abs(shown - (state[0, 0] * 0.5 + 0.5).clip(0, 1)).max() < 0.003


def test_alpha_is_shown_as_a_bar_that_grows():
    dark = [
        (np.asarray(picture)[-16:] < 100).sum()
        for picture in Frames(images_trajectory(4), GAUSSIAN, DIGITS, "linear", 240, 1)
    ]
    assert sorted(dark) == dark
    assert dark[-1] > dark[0] + 100


def test_points_can_all_have_one_colour():
    colours = [
        {tuple(pixel) for pixel in np.asarray(frame).reshape(-1, 3) if np.ptp(pixel.astype(int)) > 120}
        for colour in ("#ff0000", "by_start")
        for frame in [Frames(points_trajectory(1), GAUSSIAN, GAUSSIAN, "linear", 256, 1, colour)[0]]
    ]
    assert (255, 0, 0) in colours[0]
    reddish = [{red > max(green, blue) for red, green, blue in shown} for shown in colours]
    assert reddish == [{True}, {True, False}]


def test_the_gif_has_every_frame_loops_and_rests_on_the_last(frame_files, tmp_path):
    write_gif(tmp_path / "a.gif", frame_files, 50, 2500, 64)
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames == 13
        assert gif.info["loop"] == 0
        durations = []
        for index in range(gif.n_frames):
            gif.seek(index)
            durations.append(gif.info["duration"])
            shown = np.asarray(gif.convert("RGB")).astype(int)
            true = np.asarray(Image.open(frame_files[index]).convert("RGB")).astype(int)
            assert np.abs(shown - true).mean() < 4
    assert durations == [50] * 12 + [2500]


def test_white_paper_stays_white(tmp_path):
    pixels = np.full((64, 64, 3), 255, np.uint8)
    pixels[:, 40:] = np.linspace(255, 100, 24).astype(np.uint8)[:, None] - np.array([0, 0, 9], np.uint8)
    for index in range(3):
        pixels[index, :8] = 10 * index
        save_png(tmp_path / f"{index}.png", Image.fromarray(pixels))
    write_gif(tmp_path / "a.gif", [tmp_path / f"{index}.png" for index in range(3)], 50, 50, 16)
    with Image.open(tmp_path / "a.gif") as gif:
        gif.seek(2)
        assert (np.asarray(gif.convert("RGB"))[10:, :40] == 255).all()


def test_the_same_frames_give_the_same_gif(frame_files, tmp_path):
    for name in ("a.gif", "b.gif"):
        write_gif(tmp_path / name, frame_files, 50, 1000, 16)
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_the_mp4_plays_as_long(frame_files, tmp_path):
    from imageio_ffmpeg import count_frames_and_secs

    write_mp4(tmp_path / "a.mp4", frame_files, 50, 1000)
    count, seconds = count_frames_and_secs(str(tmp_path / "a.mp4"))
    assert count == 12 + 20
    assert seconds == pytest.approx(1.6, abs=0.06)
    assert sorted(path.suffix for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_an_mp4_that_ffmpeg_could_not_finish_is_no_mp4(frame_files, tmp_path):
    with files_limited(1000), pytest.raises(InputError, match=r"cannot write .*a\.mp4"):
        write_mp4(tmp_path / "a.mp4", frame_files, 50, 1000)
    assert sorted(path for path in tmp_path.iterdir() if path not in frame_files) == []


@pytest.mark.parametrize(
    "writer",
    [lambda path, files: write_gif(path, files, 50, 50, 16), lambda path, files: write_mp4(path, files, 50, 50)],
)
def test_a_broken_frame_is_named_and_nothing_is_written(frame_files, tmp_path, writer):
    frame_files[3].write_bytes(frame_files[3].read_bytes()[:100])
    with pytest.raises(InputError, match=r"0003\.png is not a readable frame"):
        writer(tmp_path / "out", frame_files)
    assert sorted(path for path in tmp_path.iterdir() if path not in frame_files) == []
