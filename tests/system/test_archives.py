import io
import os
import pickle
import zipfile

import pytest
import torch

from iadb_core.system.archives import load_archive

CONTENT = {"weights": torch.arange(1000.0), "steps": 3, "name": "x", "records": [[1, 0.5]]}


def archive(content):
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


def test_tensors_and_plain_values_are_read():
    found = load_archive(io.BytesIO(archive(CONTENT)))
    assert torch.equal(found.pop("weights"), CONTENT["weights"])
    assert found == {"steps": 3, "name": "x", "records": [[1, 0.5]]}


class Bomb:
    def __reduce__(self):
        return (os.system, ("touch exploded",))


def compressed():
    """The same entries, each made smaller: unpacked they may be of any size."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive(CONTENT))) as whole, zipfile.ZipFile(file, "w") as smaller:
        for entry in whole.infolist():
            smaller.writestr(entry.filename, whole.read(entry), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def damaged():
    """One byte of the tensor is another."""
    whole, values = archive(CONTENT), CONTENT["weights"].numpy().tobytes()
    place = whole.index(values) + 2000
    return whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]


BROKEN = {
    "empty": (b"", "not a zip file"),
    "garbage": (b"no archive", "not a zip file"),
    "cut": (archive(CONTENT)[:-200], "not a zip file"),
    "a pickle": (pickle.dumps({"steps": 3}), "not a zip file"),
    "code": (archive({"weights": Bomb()}), "Weights only load failed"),
    "compressed": (compressed(), "it is compressed"),
    "damaged": (damaged(), "data/0 in it is damaged"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_or_holds_code_is_refused_and_runs_nothing(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    content, message = BROKEN[kind]
    with pytest.raises(Exception, match=message):
        load_archive(io.BytesIO(content))
    assert not list(tmp_path.iterdir())
