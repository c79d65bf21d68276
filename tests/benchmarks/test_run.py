"""The command that holds the contests."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_benchmarks_run_and_write_their_tables(tmp_path):
    command = [sys.executable, "-m", "benchmarks.run", "--quick", "--only", "rejection", "plane", "--out", tmp_path]
    subprocess.run(list(map(str, command)), cwd=ROOT, check=True, capture_output=True)
    written = json.loads((tmp_path / "benchmarks.json").read_text())
    assert {row["contest"] for row in written["rows"]} == {"points by rejection", "2D training"}
    assert written["machine"]["matrix_products_gflops"]["float32"] > 0
    assert (tmp_path / "benchmarks.csv").read_text().count("\n") == len(written["rows"]) + 1
    assert "| 2D training | ours |" in (tmp_path / "benchmarks.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["run", "--only", "x"], "no contest"), (["run", "--device", "cuda:77"], "device"), (["scale", "x"], "no table")],
)
def test_a_mistake_on_the_command_line_is_answered(arguments, message):
    command = [sys.executable, "-m", f"benchmarks.{arguments[0]}", *arguments[1:]]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert message in told.stderr
    assert "Traceback" not in told.stderr
