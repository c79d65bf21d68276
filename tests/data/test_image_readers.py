import os
import signal
from itertools import chain

import numpy as np
import pytest
from PIL import Image

from iadb_core.data import image_readers
from iadb_core.data.image_files import Told, Wanted
from iadb_core.data.image_readers import read_all, scratch
from iadb_core.system.errors import InputError

WANTED = Wanted(8, 8, 1, 0, 2**24)


@pytest.fixture
def paths(tmp_path, monkeypatch):
    """Files of images, one of them broken and one with a name that is no text; and several processes that read them."""
    monkeypatch.setattr(image_readers, "AT_ONCE", 7)
    monkeypatch.setattr(image_readers, "WORTH_PROCESSES", 1)
    names = [os.fsencode(tmp_path / f"{value:02}.png") for value in range(40)] + [os.fsencode(tmp_path) + b"/\xe9.png"]
    for value, name in enumerate(names):
        with open(name, "wb") as file:
            Image.new("L", (8, 8), value).save(file, "PNG")
    (tmp_path / "05.png").write_bytes(b"broken")
    return [os.fsdecode(name) for name in names]


def read(paths, folder, workers):
    with scratch((len(paths), *WANTED.shape), folder) as stored:
        told = list(chain(*read_all(paths, WANTED, stored, workers)))
        return told, np.array(stored.array)


def test_several_processes_read_what_one_does(paths, tmp_path):
    (told, stored), (alone, expected) = (read(paths, tmp_path, workers) for workers in (3, 1))
    assert told == alone
    assert np.array_equal(stored, expected)
    assert [isinstance(one, Told) for one in told] == [number != 5 for number in range(41)]
    assert "05.png is not a readable picture" in told[5]
    assert stored[:, 0, 0, 0].tolist() == [*range(5), 0, *range(6, 41)]
    assert list(tmp_path.glob("tmp*")) == []


def test_a_process_that_is_killed_is_told(paths, tmp_path, monkeypatch):
    read_by = image_readers._Reader.read

    def killing(reader, first, some):
        if first == 14:
            os.kill(reader.process.pid, signal.SIGKILL)
            reader.process.wait()
        return read_by(reader, first, some)

    monkeypatch.setattr(image_readers._Reader, "read", killing)
    with pytest.raises(InputError, match="a process that read images was killed: is the memory full"):
        read(paths, tmp_path, 2)


def test_processes_end_with_the_reading(paths, tmp_path, monkeypatch):
    started = []
    begin = image_readers._Reader.__init__

    def noting(reader, process):
        started.append(process)
        begin(reader, process)

    monkeypatch.setattr(image_readers._Reader, "__init__", noting)
    with scratch((len(paths), *WANTED.shape), tmp_path) as stored:
        found = read_all(paths, WANTED, stored, 2)
        next(found)
        found.close()
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


def test_a_full_disk_is_told(tmp_path):
    with pytest.raises(InputError, match="GB of images cannot be written"), scratch((2**62,), tmp_path):
        pass
