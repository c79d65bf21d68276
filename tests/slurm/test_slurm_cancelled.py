"""Jobs that are cancelled, by scancel or with Snakemake: what they made is not lost."""

import os
import signal
import time

from cluster import (  # noqa: F401
    RUNNING,
    begun,
    ends_right,
    of_rule,
    prepared,
    released,
    said,
    slurm,
    start,
    the_training,
    uninterrupted,
)
from interrupting import MODEL, TARGET, gone_on_after, logged, wait_for
from small import POINTS


def test_a_job_that_is_cancelled_goes_on_in_the_next(begun, uninterrupted):
    workspace, snakemake = begun
    slurm("scancel", the_training(workspace)["JobId"])
    wait_for(lambda: of_rule(workspace, "train")[0]["JobState"] not in RUNNING, 60)
    released(workspace)
    ends_right(workspace, snakemake, uninterrupted)
    assert [job["JobState"] for job in of_rule(workspace, "train")] == ["CANCELLED", "COMPLETED"]
    assert gone_on_after(workspace)


def test_ctrl_c_cancels_the_jobs_and_the_next_call_goes_on(begun, uninterrupted):
    workspace, snakemake = begun
    os.killpg(snakemake.pid, signal.SIGINT)
    assert snakemake.wait(120) != 0
    wait_for(lambda: the_training(workspace)["JobState"] not in RUNNING, 60)
    assert the_training(workspace)["JobState"] == "CANCELLED"
    assert not workspace.path(str(MODEL)).exists()
    released(workspace)
    ends_right(workspace, start(workspace, TARGET), uninterrupted)
    assert gone_on_after(workspace)


def test_tasks_that_are_cancelled_leave_a_state_and_the_next_ones_go_on(workspace):
    training = POINTS["training"] | {"steps": 20_000, "devices": 2, "nodes": 2}
    workspace.configure({"points": POINTS | {"training": training}})
    snakemake = start(workspace, str(MODEL), "--set-resources", "train:nodes=1")
    wait_for(lambda: "steps on" in logged(workspace), 120)
    time.sleep(3)
    slurm("scancel", of_rule(workspace, "train")[0]["JobId"])
    assert snakemake.wait(300) == 0, said(workspace)
    assert gone_on_after(workspace)
    assert [job["JobState"] for job in of_rule(workspace, "train")] == ["CANCELLED", "COMPLETED"]
