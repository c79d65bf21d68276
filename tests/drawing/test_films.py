import imageio.v3 as iio
import numpy as np
import pytest
from conftest import files_limited
from PIL import Image

from iadb_core.drawing.films import write_mp4, write_webp
from iadb_core.system.errors import InputError


def test_the_mp4_plays_as_long(frame_files, tmp_path):
    write_mp4(tmp_path / "a.mp4", frame_files, 50, 1000)
    assert len(iio.imread(tmp_path / "a.mp4", plugin="pyav")) == 12 + 20
    assert iio.immeta(tmp_path / "a.mp4", plugin="pyav")["duration"] == pytest.approx(1.6, abs=0.06)
    assert sorted(path.suffix for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_on_a_full_disk_there_is_no_mp4(frame_files, tmp_path):
    with files_limited(1000), pytest.raises(InputError, match=r"cannot write .*a\.mp4"):
        write_mp4(tmp_path / "a.mp4", frame_files, 50, 1000)
    assert sorted(path for path in tmp_path.iterdir() if path not in frame_files) == []


def test_the_mp4_shows_the_frames(frame_files, tmp_path):
    write_mp4(tmp_path / "a.mp4", frame_files, 50, 100)
    shown = iio.imread(tmp_path / "a.mp4", plugin="pyav").astype(float)
    for pixels, path in zip(shown, [*frame_files, frame_files[-1]], strict=True):
        true = np.asarray(Image.open(path).convert("RGB"), dtype=float)
        assert np.abs(pixels[: true.shape[0], : true.shape[1]] - true).mean() < 8


def test_the_webp_has_every_frame_loops_and_rests_on_the_last(frame_files, tmp_path):
    write_webp(tmp_path / "a.webp", frame_files, 50, 1000)
    with Image.open(tmp_path / "a.webp") as film:
        assert (film.n_frames, film.info["loop"]) == (13, 0)
        durations = []
        for index in range(13):
            film.seek(index)
            film.load()
            durations.append(film.info["duration"])
            true = np.asarray(Image.open(frame_files[index]).convert("RGB"), dtype=float)
            assert np.abs(np.asarray(film.convert("RGB"), dtype=float) - true).mean() < 8
    assert durations == [50] * 12 + [1000]
