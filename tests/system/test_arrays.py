import io
import os
import pickle
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from iadb_core.system.arrays import array_on_disk, let_go, load_array, save_array
from iadb_core.system.errors import InputError


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir())


FULL = """
import resource, signal, sys
import numpy as np
from iadb_core.system.errors import InputError
from iadb_core.system.arrays import array_on_disk, save_array
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


def test_what_is_let_go_stays_in_the_file(tmp_path):
    with array_on_disk(tmp_path / "a.npy", (1000, 1000), "uint8") as array:
        array[:] = 7
        resident = Path("/proc/self/statm")
        before = int(resident.read_text().split()[1]) if resident.exists() else 1000
        let_go(array)
        after = int(resident.read_text().split()[1]) if resident.exists() else 0
        assert before - after > 200  # pages of 4 kB
        assert (array == 7).all()
    assert (load_array(tmp_path / "a.npy") == 7).all()
    let_go(np.zeros(3))
