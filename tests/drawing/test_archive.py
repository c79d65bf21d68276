import os
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from iadb_core.drawing.archive import AT_ONCE, ArchivedFrames, save_frames, unpack
from iadb_core.system.errors import InputError


def pictures(count, size=8):
    """Pictures of noise, each another."""
    pixels = np.random.default_rng(0).integers(0, 256, (count, size, size), np.uint8)
    return [Image.fromarray(each) for each in pixels]


def pixels_of(files):
    found = []
    for file in files:
        with Image.open(file) as picture:
            found.append(np.asarray(picture))
    return np.stack(found)


@pytest.mark.parametrize("threads", [1, 4])
def test_the_frames_are_there_in_their_order(tmp_path, threads):
    frames = pictures(AT_ONCE + 3)
    save_frames(tmp_path / "frames.zip", frames, threads)
    archived = ArchivedFrames(tmp_path / "frames.zip")
    assert len(archived) == len(frames)
    assert np.array_equal(pixels_of(archived), np.stack([np.asarray(frame) for frame in frames]))
    assert np.array_equal(pixels_of([archived[2], archived[-1]]), np.stack([frames[2], frames[-1]]))
    with pytest.raises(IndexError):
        archived[len(frames)]


def test_the_longest_animation_keeps_its_order(tmp_path):
    shades = [Image.new("L", (1, 1), index % 251) for index in range(10_001)]  # 10,000 steps, a frame each
    save_frames(tmp_path / "frames.zip", shades, threads=2)
    archived = ArchivedFrames(tmp_path / "frames.zip")
    assert pixels_of(archived).ravel().tolist() == [index % 251 for index in range(10_001)]


def test_frames_are_written_before_many_more_are_drawn(tmp_path):
    written = []

    class Watched(list):
        def __getitem__(self, index):
            (unfinished,) = tmp_path.iterdir()
            written.append((index, unfinished.stat().st_size))
            return super().__getitem__(index)

    save_frames(tmp_path / "frames.zip", Watched(pictures(3 * AT_ONCE, size=64)), threads=2)
    assert sorted(index for index, _ in written) == list(range(3 * AT_ONCE))
    for index, size in written:
        before = index // AT_ONCE * AT_ONCE * 64 * 64  # noise takes a byte a pixel
        assert size >= before - 2**16  # of a buffer


def test_the_same_frames_give_the_same_bytes(tmp_path):
    for name, threads in (("a.zip", 1), ("b.zip", 3)):
        save_frames(tmp_path / name, pictures(5), threads)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_any_program_opens_it(tmp_path):
    save_frames(tmp_path / "frames.zip", pictures(3), threads=1)
    command = [sys.executable, "-m", "zipfile", "--extract", "frames.zip", "out"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["0000.png", "0001.png", "0002.png"]
    with zipfile.ZipFile(tmp_path / "frames.zip") as archive:
        assert all(entry.external_attr >> 16 & 0o400 for entry in archive.infolist())  # whoever unpacks may read it


def test_unpacked_they_are_files(tmp_path):
    save_frames(tmp_path / "frames.zip", frames := pictures(3), threads=1)
    unpack(tmp_path / "frames.zip", tmp_path / "frames")
    files = sorted((tmp_path / "frames").iterdir())
    assert [path.name for path in files] == ["0000.png", "0001.png", "0002.png"]
    assert np.array_equal(pixels_of(files), np.stack([np.asarray(frame) for frame in frames]))


def test_what_fails_half_way_leaves_nothing(tmp_path):
    class Failing(list):
        def __getitem__(self, index):
            if index == AT_ONCE + 1:
                raise ZeroDivisionError
            return super().__getitem__(index)

    with pytest.raises(ZeroDivisionError):
        save_frames(tmp_path / "frames.zip", Failing(pictures(2 * AT_ONCE)), threads=2)
    assert not list(tmp_path.iterdir())


def zipped(path, entries, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)


def broken(kind, path):
    """Write something at the path that is no archive of frames."""
    if kind == "missing":
        return
    save_frames(path, pictures(3, size=64), threads=1)
    whole = path.read_bytes()
    match kind:
        case "empty":
            path.write_bytes(b"")
        case "cut":
            path.write_bytes(whole[:-30])
        case "garbage":
            path.write_bytes(b"frames")
        case "no frames":
            zipped(path, [])
        case "other names":
            zipped(path, [("0000.png", b"a"), ("notes.txt", b"b")])
        case "a frame left out":
            zipped(path, [("0000.png", b"a"), ("0002.png", b"b")])
        case "a way out of the folder":
            zipped(path, [("../0000.png", b"a")])
        case "compressed":
            zipped(path, [("0000.png", bytes(10**6))], zipfile.ZIP_DEFLATED)


KINDS = ("missing", "empty", "cut", "garbage", "no frames", "other names", "a frame left out")
KINDS += ("a way out of the folder", "compressed")


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_archive_of_frames_is_refused_by_name(tmp_path, kind):
    broken(kind, tmp_path / "frames.zip")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match=r"frames\.zip is not a readable archive of frames .*delete it"):
        unpack(tmp_path / "frames.zip", tmp_path / "frames")
    assert sorted(tmp_path.iterdir()) == before


def test_a_damaged_frame_is_refused_by_the_name_of_its_archive(tmp_path):
    path = tmp_path / "frames.zip"
    save_frames(path, pictures(3, size=64), threads=1)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1  # of the frame in the middle
    path.write_bytes(content)
    archived = ArchivedFrames(path)
    assert len(archived[0].read()) > 1000
    with pytest.raises(InputError, match=r"frames\.zip is not a readable archive of frames .*0001\.png"):
        archived[1].read()


def test_a_place_that_cannot_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        save_frames(tmp_path / "file" / "frames.zip", pictures(1), threads=1)
    assert os.listdir(tmp_path) == ["file"]
