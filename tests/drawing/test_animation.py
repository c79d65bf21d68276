from zipfile import ZipFile

import numpy as np
import pytest
from conftest import files_limited
from PIL import Image

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.drawing.animation import write_gif, write_mp4
from iadb_core.drawing.archive import ArchivedFrames, save_frames
from iadb_core.drawing.frames import Frames
from iadb_core.drawing.png import save_png
from iadb_core.drawing.settings import Animation
from iadb_core.system.errors import InputError

GAUSSIAN, DIGITS = Gaussian(mean=0.5, std=0.1), Dataset(name="digits", size=8)


def straight(start, end, steps):
    return np.stack([start + (end - start) * t / steps for t in range(steps + 1)]).astype(np.float32)


@pytest.fixture(params=["points", "images"])
def frame_files(request, tmp_path):
    random = np.random.default_rng(0)
    if request.param == "points":
        trajectory, target = straight(*random.random((2, 50, 2)), 12), GAUSSIAN
    else:
        trajectory, target = straight(*random.normal(size=(2, 9, 1, 8, 8)), 12), DIGITS
    paths = []
    for index, picture in enumerate(Frames(trajectory, GAUSSIAN, target, "linear", Animation(size=64))):
        paths.append(tmp_path / f"{index:04d}.png")
        save_png(paths[-1], picture)
    return paths


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


WRITERS = {
    "gif": lambda path, files: write_gif(path, files, 50, 50, 16),
    "mp4": lambda path, files: write_mp4(path, files, 50, 50),
}


@pytest.mark.parametrize("writer", WRITERS.values(), ids=WRITERS)
def test_a_broken_frame_is_named_and_nothing_is_written(frame_files, tmp_path, writer):
    frame_files[3].write_bytes(frame_files[3].read_bytes()[:100])
    with pytest.raises(InputError, match=r"0003\.png is not a readable frame"):
        writer(tmp_path / "out", frame_files)
    assert sorted(path for path in tmp_path.iterdir() if path not in frame_files) == []


def test_from_an_archive_they_give_the_same_film(frame_files, tmp_path):
    frames = [Image.open(path) for path in frame_files]
    save_frames(tmp_path / "frames.zip", frames, threads=1)
    archived = ArchivedFrames(tmp_path / "frames.zip")
    for suffix, write in WRITERS.items():
        write(tmp_path / f"files.{suffix}", frame_files)
        write(tmp_path / f"archive.{suffix}", archived)
        assert (tmp_path / f"files.{suffix}").read_bytes() == (tmp_path / f"archive.{suffix}").read_bytes()


def test_a_frame_of_an_archive_that_is_no_picture_is_named(tmp_path):
    with ZipFile(tmp_path / "frames.zip", "w") as archive:
        archive.writestr("0000.png", b"no picture")
    with pytest.raises(InputError, match=r"frames\.zip: 0000\.png is not a readable frame"):
        write_gif(tmp_path / "a.gif", ArchivedFrames(tmp_path / "frames.zip"), 50, 50, 16)
    assert [path.name for path in tmp_path.iterdir()] == ["frames.zip"]
