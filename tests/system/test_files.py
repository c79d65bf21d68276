import errno
import io
import json
import os
import pickle
import resource
import subprocess
import sys

import numpy as np
import pytest

from iadb_core.system.errors import InputError
from iadb_core.system.files import array_on_disk, atomic, load_array, read_json, save_array, write_csv, write_json


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


FULL = """
import resource, signal, sys
import numpy as np
from iadb_core.system.errors import InputError
from iadb_core.system.files import array_on_disk, save_array
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
try:
    if sys.argv[1] == "save":
        save_array("big.npy", np.zeros(10_000))
    else:
        with array_on_disk("big.npy", (10_000,), "float64") as array:
            array[:] = 1
except InputError as error:
    print(error)
"""


@pytest.mark.parametrize("how", ["save", "map"])
def test_a_file_system_that_takes_no_more_is_a_clear_error(tmp_path, how):
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    command = [sys.executable, "-c", FULL, how]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "cannot write big.npy" in run.stdout
    assert leftovers(tmp_path) == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 10_000


def test_a_place_that_is_no_folder_is_a_clear_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot write"):
        save_array(tmp_path / "file" / "a.npy", np.zeros(3))


def test_arrays_are_written_and_mapped(tmp_path):
    array = np.arange(12.0, dtype=np.float32).reshape(3, 4)
    save_array(tmp_path / "a.npy", array)
    with array_on_disk(tmp_path / "b.npy", (3, 4), "float32") as mapped:
        mapped[:] = array
    for name in ("a.npy", "b.npy"):
        loaded = load_array(tmp_path / name)
        assert isinstance(loaded, np.memmap)
        assert np.array_equal(loaded, array)
        assert not loaded.flags.writeable


class Bomb:
    def __reduce__(self):
        return (os.system, ("touch exploded",))


def broken_arrays():
    whole = io.BytesIO()
    np.save(whole, np.zeros((100, 2), np.float32))
    whole = whole.getvalue()
    pickled = io.BytesIO()
    np.save(pickled, np.array([Bomb()], dtype=object), allow_pickle=True)
    huge = whole.replace(b"(100, 2)", b"(99**99,")[:200]
    text = io.BytesIO()
    np.save(text, np.array(["a"]))
    return {
        "truncated": whole[:-8],
        "header only": whole[:128],
        "cut header": whole[:20],
        "empty": b"",
        "garbage": b"\x93NUMPY\x07\x00junk",
        "pickled": pickled.getvalue(),
        "plain pickle": pickle.dumps(Bomb()),
        "huge": huge,
        "enormous": whole.replace(b"(100, 2), }", b"(10**15, 2)"),
        "text": text.getvalue(),
    }


@pytest.mark.parametrize("kind", broken_arrays())
def test_broken_arrays_are_refused_by_name(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.npy").write_bytes(broken_arrays()[kind])
    with pytest.raises(InputError, match=r"bad\.npy.*delete it"):
        load_array("bad.npy")
    assert leftovers(tmp_path) == ["bad.npy"]


def test_a_missing_array_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.npy"):
        load_array(tmp_path / "nowhere.npy")


def test_json_and_csv(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": [0.5]})
    assert list(json.loads((tmp_path / "a.json").read_text())) == ["a", "b"]
    assert read_json(tmp_path / "a.json") == {"a": [0.5], "b": 1}
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(InputError, match=r"bad\.json"):
        read_json(tmp_path / "bad.json")
    write_csv(tmp_path / "a.csv", ("x", "y"), [(1, "a,b"), (2, "c")])
    assert (tmp_path / "a.csv").read_text() == 'x,y\n1,"a,b"\n2,c\n'
