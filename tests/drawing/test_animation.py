from zipfile import ZipFile

import imageio.v3 as iio
import pytest
from PIL import Image

from iadb_core.drawing.animation import write_animation
from iadb_core.drawing.archive import ArchivedFrames, save_frames
from iadb_core.drawing.films import write_mp4, write_webp
from iadb_core.drawing.gif import write_gif
from iadb_core.drawing.settings import Animation
from iadb_core.system.errors import InputError

WRITERS = {
    "gif": lambda path, files: write_gif(path, files, 50, 50, 16),
    "mp4": lambda path, files: write_mp4(path, files, 50, 50),
    "webp": lambda path, files: write_webp(path, files, 50, 50),
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


@pytest.mark.parametrize(("name", "frames"), [("a.gif", 13), ("a.webp", 13), ("a.MP4", 12 + 2)])
def test_pictures_become_what_the_suffix_says(frame_files, tmp_path, name, frames):
    settings = Animation(frame_ms=50, hold_ms=100, colours=16)
    write_animation(tmp_path / name, [Image.open(path) for path in frame_files], settings)
    if name == "a.MP4":
        assert len(iio.imread(tmp_path / name, plugin="pyav")) == frames
        return
    with Image.open(tmp_path / name) as film:
        assert film.n_frames == frames


@pytest.mark.parametrize("name", ["a.avi", "a"])
def test_another_suffix_is_refused(frame_files, tmp_path, name):
    with pytest.raises(InputError, match=r"an animation is \.gif, \.webp or \.mp4"):
        write_animation(tmp_path / name, [Image.open(frame_files[0])], Animation())
