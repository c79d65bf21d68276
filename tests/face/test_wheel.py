import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

import iadb_core as iadb

ROOT = Path(__file__).resolve().parents[2]
SAMPLED = """
import sys
sys.path.insert(0, sys.argv[1])
import iadb_core
assert iadb_core.__file__.startswith(sys.argv[1]), iadb_core.__file__
print(iadb_core.load(sys.argv[2]).sample(3, steps=2).shape)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel that is built from the project, without asking the network for what builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    copied = folder / "project"
    copied.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copied)
    for name in ("iadb_core", "snakemake_logger_plugin_iadb", "workflow"):
        shutil.copytree(ROOT / name, copied / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", folder, copied], check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_it_holds_the_core_typed_and_the_console_and_no_more(wheel):
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"iadb_core", "snakemake_logger_plugin_iadb"}
    assert "iadb_core/py.typed" in names
    assert "iadb_core/networks/residual/network.py" in names


def test_installed_elsewhere_it_samples_a_model(wheel, tmp_path):
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", tmp_path / "there", wheel]
    subprocess.run(command, check=True, capture_output=True)
    iadb.train([[0.0, 1.0], [1.0, 0.0]], steps=2, batch_size=2).save(tmp_path / "model.pt")
    arguments = [sys.executable, "-c", SAMPLED, str(tmp_path / "there"), str(tmp_path / "model.pt")]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    found = subprocess.run(arguments, capture_output=True, text=True, check=True, cwd=tmp_path, env=environment)
    assert found.stdout.strip() == "(3, 2)"
