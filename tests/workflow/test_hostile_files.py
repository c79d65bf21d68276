"""Thousands of broken and hostile files, in a process of its own that is watched."""

import subprocess
import sys
from pathlib import Path


def test_hostile_files_are_read_or_refused_and_do_nothing_else(tmp_path):
    script = Path(__file__).resolve().parents[1] / "soak" / "files.py"
    command = [sys.executable, str(script), "--count", "10000"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    assert "10,000 files" in run.stdout
    assert not list(tmp_path.iterdir())
    read = {line.split(maxsplit=1)[1] for line in run.stdout.splitlines()[:-1]}
    kinds = {kind.partition(":")[0] for kind in read}
    assert read == {f"{kind}: {what}" for kind in kinds for what in ("read", "refused")}
