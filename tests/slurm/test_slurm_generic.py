"""The paragraph of docs/cluster.md on the plugin cluster-generic, as it stands there."""

import os
import subprocess
import sys
from pathlib import Path

from cluster import jobs
from conftest import ROOT
from interrupting import heed_ctrl_c
from small import POINTS


def test_the_command_in_the_documentation(workspace):
    text = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    command = next(block for block in text.split("```")[1::2] if "cluster-generic" in block).removeprefix("sh\n")
    workspace.configure({"mnist": POINTS})
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    run = subprocess.run(
        ["bash", "-c", command],
        cwd=workspace.root,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ | {"PATH": path},
        preexec_fn=heed_ctrl_c,
    )
    assert run.returncode == 0, run.stderr
    assert workspace.path("results/mnist.gif").exists()
    assert [job["JobState"] for job in jobs(workspace)] == ["COMPLETED"] * 2
