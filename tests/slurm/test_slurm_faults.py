"""Jobs that are cancelled or fail: what they made is not lost, and the workflow ends right."""

import os
import re
import signal

from cluster import (  # noqa: F401
    RUNNING,
    begun,
    ends_right,
    of_rule,
    prepared,
    run,
    said,
    slurm,
    start,
    the_training,
    uninterrupted,
)
from conftest import IMAGES, POINTS
from interrupting import MODEL, TARGET, debris, gone_on_after, wait_for


def test_a_job_that_is_cancelled_goes_on_in_the_next(begun, uninterrupted):
    workspace, snakemake = begun
    slurm("scancel", the_training(workspace)["JobId"])
    ends_right(workspace, snakemake, uninterrupted)
    assert [job["JobState"] for job in of_rule(workspace, "train")] == ["CANCELLED", "COMPLETED"]
    assert gone_on_after(workspace)


def test_a_job_that_fails_for_good_takes_nothing_with_it(workspace):
    broken = IMAGES | {"training": IMAGES["training"] | {"learning_rate": 10.0}, "precision": "float32"}
    workspace.configure({"points": POINTS | {"device": "cpu"}, "broken": broken})
    workspace.path("iadb_core/blending.py").write_text(
        workspace.path("iadb_core/blending.py").read_text().replace("square().sum()", "square().sum() * 1e38")
    )
    run(workspace, "results/points.gif", "results/broken.gif", "--retries", "1", succeeds=False)
    told = said(workspace)
    assert re.search(r"the loss became (inf|nan) at step [\d,]+: lower training.learning_rate", told), told
    assert "logs/train/broken/seed0.log" in told
    assert [job["JobState"] for job in of_rule(workspace, "train") if "broken" in job["Comment"]] == ["FAILED"] * 2
    assert workspace.path("results/points.gif").exists()
    assert not [name for name in debris(workspace) if not name.endswith(".resume")]  # states go when all has succeeded


def test_ctrl_c_cancels_the_jobs_and_the_next_call_goes_on(begun, uninterrupted):
    workspace, snakemake = begun
    os.killpg(snakemake.pid, signal.SIGINT)
    assert snakemake.wait(120) != 0
    wait_for(lambda: the_training(workspace)["JobState"] not in RUNNING, 60)
    assert the_training(workspace)["JobState"] == "CANCELLED"
    assert not workspace.path(str(MODEL)).exists()
    ends_right(workspace, start(workspace, TARGET), uninterrupted)
    assert gone_on_after(workspace)
