import re
import subprocess
import sys
from pathlib import Path

import pytest

import iadb_core as iadb
from iadb_core.system.errors import InputError

ROOT = Path(__file__).resolve().parents[2]


def test_every_name_is_there_and_another_is_not():
    assert dir(iadb) == sorted(iadb.__all__)
    assert all(getattr(iadb, name).__name__ == name for name in iadb.__all__)
    assert iadb.InputError is InputError
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        _ = iadb.lod


def test_importing_it_imports_neither_torch_nor_numpy():
    told = "import iadb_core, sys; iadb_core.Gaussian; print({'torch', 'numpy', 'snakemake'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == "set()"


def test_every_line_of_the_page_runs(tmp_path, monkeypatch):
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "python.md").read_text(), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 6
    monkeypatch.chdir(tmp_path)
    model = iadb.train(iadb.Dataset(name="digits", size=16), network=iadb.UNet(width=4), steps=2, batch_size=8)
    (tmp_path / "results" / "digits" / "seed0").mkdir(parents=True)
    model.save("results/digits/seed0/model.pt")
    names = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
    assert names["images"].shape == (64, 1, 16, 16)
    made = {"digits.gif", "digits.npz", "digits", "moons.csv", "moons.pt", "mine.pt"}
    assert made <= {path.name for path in tmp_path.iterdir()}
    assert len(list((tmp_path / "digits").iterdir())) == 64
