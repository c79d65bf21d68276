"""A Slurm that is drained, or whose controller goes down, in the middle of a workflow."""

import os
import signal
import socket
import subprocess
import time

import pytest
from cluster import HELD, daemon, jobs, said, slurm, start, uninterrupted  # noqa: F401
from interrupting import TARGET, debris, digests, prepare, states, wait_for

NODE = socket.gethostname().split(".")[0]


@pytest.fixture
def begun(workspace):
    prepare(workspace, device="cpu")
    snakemake = start(workspace, TARGET)
    wait_for(lambda: states(workspace), 120)
    yield workspace, snakemake
    if snakemake.poll() is None:
        os.killpg(snakemake.pid, signal.SIGKILL)
        slurm("scancel", "--user=root")
    snakemake.wait()


def ends_right(workspace, snakemake, uninterrupted):
    assert snakemake.wait(300) == 0, said(workspace)
    assert digests(workspace) == uninterrupted
    assert not debris(workspace)


def test_a_node_that_is_drained_and_resumed(begun, uninterrupted):
    """The job on it ends; the next one waits until it is back."""
    workspace, snakemake = begun
    slurm("scontrol", "update", f"NodeName={NODE}", "State=DRAIN", "Reason=test")
    try:
        wait_for(lambda: len(jobs(workspace)) == 2, 120)
        time.sleep(3)
        first, second = jobs(workspace)
        assert (first["JobState"], second["JobState"]) == ("COMPLETED", "PENDING")
        assert snakemake.poll() is None
    finally:
        slurm("scontrol", "update", f"NodeName={NODE}", "State=RESUME")
    ends_right(workspace, snakemake, uninterrupted)


def test_a_node_that_fails(begun, uninterrupted):
    """Slurm starts its job again on another one, or on the same when that is back."""
    workspace, snakemake = begun
    slurm("scontrol", "update", f"NodeName={NODE}", "State=DOWN", "Reason=test")
    try:
        wait_for(lambda: jobs(workspace)[0]["JobState"] in HELD, 60)
    finally:
        slurm("scontrol", "update", f"NodeName={NODE}", "State=RESUME")
    ends_right(workspace, snakemake, uninterrupted)


def test_a_controller_that_is_started_again(begun, uninterrupted):
    workspace, snakemake = begun
    os.kill(daemon("slurmctld"), signal.SIGTERM)
    wait_for(lambda: subprocess.run(["scontrol", "ping"], capture_output=True, check=False).returncode != 0, 60)
    time.sleep(10)  # in which Snakemake asks in vain
    subprocess.run(["slurmctld"], check=True)
    ends_right(workspace, snakemake, uninterrupted)
