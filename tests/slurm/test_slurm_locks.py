"""Trainings whose Snakemake or whose job was killed: never two that write one file, nor one that waits for the dead."""

import os
import signal

from cluster import (  # noqa: F401
    begun,
    ends_right,
    of_rule,
    prepared,
    released,
    slurm,
    start,
    the_training,
    uninterrupted,
)
from interrupting import MODEL, STEPS, TARGET, gone_on_after, logged, wait_for


def test_after_snakemake_was_killed_two_trainings_never_write_one_file(begun, uninterrupted):
    """The first job runs on; the second, of the next call, waits for it and takes over what it has made."""
    workspace, killed = begun
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    first = the_training(workspace)
    assert workspace.snakemake("--unlock").returncode == 0
    again = start(workspace, TARGET)
    wait_for(lambda: "waiting for its end" in logged(workspace), 300)
    assert f"job {first['JobId']} of Slurm" in logged(workspace)
    assert the_training(workspace)["JobId"] != first["JobId"]
    released(workspace)
    ends_right(workspace, again, uninterrupted)
    assert [job["JobState"] for job in of_rule(workspace, "train")] == ["COMPLETED"] * 2
    assert gone_on_after(workspace) == STEPS


def test_a_lock_that_a_killed_job_left_is_recognised(begun, uninterrupted):
    workspace, snakemake = begun
    lock = workspace.path(str(MODEL)).with_suffix(".lock")
    assert lock.exists()
    slurm("scancel", "--signal=KILL", "--full", the_training(workspace)["JobId"])
    released(workspace)
    ends_right(workspace, snakemake, uninterrupted)
    assert "waiting for its end" not in logged(workspace)
    assert gone_on_after(workspace)
