"""A Slurm that is drained, or whose controller goes down, in the middle of a workflow."""

import os
import re
import signal
import socket
import subprocess
import time

from cluster import HELD, begun, daemon, ends_right, jobs, prepared, released, slurm, uninterrupted  # noqa: F401
from interrupting import wait_for

NODE = socket.gethostname().split(".")[0]


def resume() -> None:
    """Bring the node back; Slurm refuses to where it has come back by itself."""
    slurm("scontrol", "update", f"NodeName={NODE}", "State=RESUME", check=False)
    wait_for(lambda: not re.search("drain|down", slurm("sinfo", "--noheader", "--format=%T")), 60)


def test_a_node_that_is_drained_and_resumed(begun, uninterrupted):
    """The job on it ends; the next one waits until it is back."""
    workspace, snakemake = begun
    slurm("scontrol", "update", f"NodeName={NODE}", "State=DRAIN", "Reason=test")
    released(workspace)
    try:
        wait_for(lambda: len(jobs(workspace)) == 2, 120)
        time.sleep(3)
        first, second = jobs(workspace)
        assert (first["JobState"], second["JobState"]) == ("COMPLETED", "PENDING")
        assert snakemake.poll() is None
    finally:
        resume()
    ends_right(workspace, snakemake, uninterrupted)


def test_a_node_that_fails(begun, uninterrupted):
    """Slurm starts its job again on another one, or on the same when that is back."""
    workspace, snakemake = begun
    slurm("scontrol", "update", f"NodeName={NODE}", "State=DOWN", "Reason=test")
    try:
        wait_for(lambda: jobs(workspace)[0]["JobState"] in HELD, 60)
    finally:
        resume()
    released(workspace)
    ends_right(workspace, snakemake, uninterrupted)


def test_a_controller_that_is_started_again(begun, uninterrupted):
    workspace, snakemake = begun
    os.kill(daemon("slurmctld"), signal.SIGTERM)
    wait_for(lambda: subprocess.run(["scontrol", "ping"], capture_output=True, check=False).returncode != 0, 60)
    time.sleep(10)  # in which Snakemake asks in vain
    subprocess.run(["slurmctld"], check=True)
    released(workspace)
    ends_right(workspace, snakemake, uninterrupted)
