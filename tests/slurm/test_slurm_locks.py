"""Trainings whose Snakemake or whose job was killed: never two that write one file, nor one that waits for the dead."""

import os
import signal

from cluster import begun, ends_right, of_rule, prepared, slowed, slurm, start, the_training, uninterrupted  # noqa: F401
from interrupting import MODEL, TARGET, gone_on_after, logged, states, wait_for


def test_after_snakemake_was_killed_two_trainings_never_write_one_file(prepared, uninterrupted):
    """The first job runs on; the second, of the next call, waits for it and takes over what it has made."""
    slowed(prepared, 0.06)
    killed = start(prepared, TARGET)
    wait_for(lambda: states(prepared), 180)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    first = the_training(prepared)
    assert prepared.snakemake("--unlock").returncode == 0
    again = start(prepared, TARGET)
    wait_for(lambda: "waiting for its end" in logged(prepared), 120)
    assert the_training(prepared)["JobId"] != first["JobId"]
    ends_right(prepared, again, uninterrupted)
    assert [job["JobState"] for job in of_rule(prepared, "train")] == ["COMPLETED"] * 2
    assert gone_on_after(prepared)


def test_a_lock_that_a_killed_job_left_is_recognised(begun, uninterrupted):
    workspace, snakemake = begun
    lock = workspace.path(str(MODEL)).with_suffix(".lock")
    assert lock.exists()
    slurm("scancel", "--signal=KILL", "--full", the_training(workspace)["JobId"])
    ends_right(workspace, snakemake, uninterrupted)
    assert "waiting for its end" not in logged(workspace)
    assert gone_on_after(workspace)
