"""The workflow as a module of another one, which runs in a folder of its own."""

import subprocess
import sys

import pytest
import yaml
from conftest import ROOT, half_picture
from small import POINTS, TINY

SNAKEFILE = """
configfile: "own.yaml"

module iadb:
    snakefile: "{root}/Snakefile"
    config: config

use rule * from iadb as iadb_*

rule mine:
    input: "results/small.gif", "results/small/explore.html"
    default_target: True
"""


@pytest.mark.slow
def test_another_workflow_has_it_as_a_module(tmp_path):
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(root=ROOT))
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"defaults": TINY, "experiments": {"small": POINTS}}))
    for side in ("left", "right"):
        half_picture(tmp_path / f"{side}.png", side)
    command = [sys.executable, "-m", "snakemake", "--cores", "2"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "results" / "small.gif").read_bytes().startswith(b"GIF89a")
    assert (tmp_path / "results" / "small" / "explore.html").exists()
    again = subprocess.run([*command, "-n"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert "Nothing to be done" in again.stdout + again.stderr
