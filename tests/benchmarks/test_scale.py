"""Cost against work."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

def test_the_scale_tables_measure_a_line():
    command = [sys.executable, "-m", "benchmarks.scale", "points", "--work", "10000"]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert told.startswith("| 10,000 | ")
