import errno
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from iadb_core.system.arrays import save_array
from iadb_core.system.errors import InputError
from iadb_core.system.files import atomic, read_json, replacing, write_csv, write_json, write_text


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    target = tmp_path / "a.bin"
    with atomic(target) as file:
        file.write(b"half")
        file.flush()
        assert not target.exists()
    assert target.read_bytes() == b"half"
    with pytest.raises(ZeroDivisionError), atomic(target) as file:
        file.write(b"%d" % (1 // 0))
    assert target.read_bytes() == b"half"
    assert leftovers(tmp_path) == ["a.bin"]


def written_by_another_program(path):
    with replacing(path) as temporary:
        subprocess.run(
            [sys.executable, "-c", "import sys; open(sys.argv[1], 'w').write('text')", temporary], check=True
        )


WRITERS = {
    "text": lambda path: write_text(path, "text" * 100_000),
    "JSON": lambda path: write_json(path, list(range(1000))),
    "CSV": lambda path: write_csv(path, ["a"], [[1], [2]]),
    "array": lambda path: save_array(path, np.ones(100_000)),
    "another program": written_by_another_program,
}


@pytest.mark.parametrize("what", WRITERS)
def test_a_file_is_whole_and_on_disk_before_it_has_its_name(tmp_path, monkeypatch, what):
    told, fsync, replace = [], os.fsync, os.replace

    def recorded_fsync(descriptor):
        fsync(descriptor)
        status = os.fstat(descriptor)
        told.append(("on disk", status.st_ino, status.st_size))

    def recorded_replace(source, target):
        told.append(("named", os.stat(source).st_ino, os.stat(source).st_size))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", recorded_fsync)
    monkeypatch.setattr(os, "replace", recorded_replace)
    WRITERS[what](tmp_path / "file")
    file = os.stat(tmp_path / "file")
    assert told == [("on disk", file.st_ino, file.st_size), ("named", file.st_ino, file.st_size)]
    assert file.st_size > 0


def test_what_a_killed_process_left_is_cleared_away(tmp_path):
    for name in (".a.bin.0123abcd.tmp", ".b.bin.00000000.tmp", ".mine.tmp"):
        (tmp_path / name).write_bytes(b"half")
    with atomic(tmp_path / "a.bin") as file:
        file.write(b"whole")
    assert leftovers(tmp_path) == [".mine.tmp", "a.bin"]


def test_what_another_writer_writes_at_the_moment_stays(tmp_path):
    with atomic(tmp_path / "a.bin") as first:
        first.write(b"first")
        with atomic(tmp_path / "a.bin") as second:
            second.write(b"second")
        assert (tmp_path / "a.bin").read_bytes() == b"second"
    assert (tmp_path / "a.bin").read_bytes() == b"first"
    assert leftovers(tmp_path) == ["a.bin"]


@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_what_cannot_be_written_is_named_and_leaves_nothing(tmp_path, reason):
    def fail() -> None:
        raise OSError(reason, os.strerror(reason))

    with pytest.raises(InputError, match=rf"a\.bin: {os.strerror(reason)}"), atomic(tmp_path / "a.bin"):
        fail()
    assert leftovers(tmp_path) == []


def test_a_place_that_is_no_folder_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        write_text(tmp_path / "file" / "a.txt", "text")


def test_json_and_csv(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": [0.5]})
    assert list(json.loads((tmp_path / "a.json").read_text())) == ["a", "b"]
    assert read_json(tmp_path / "a.json") == {"a": [0.5], "b": 1}
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(InputError, match=r"bad\.json"):
        read_json(tmp_path / "bad.json")
    write_csv(tmp_path / "a.csv", ("x", "y"), [(1, "a,b"), (2, "c")])
    assert (tmp_path / "a.csv").read_text() == 'x,y\n1,"a,b"\n2,c\n'
