"""Cost against work."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(("table", "work"), [("points", 10_000), ("solver_steps", 1), ("saved_states", 2)])
def test_the_scale_tables_measure_a_line(table, work):
    command = [sys.executable, "-m", "benchmarks.scale", table, "--work", str(work)]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert told.startswith(f"| {work:,} | ")
