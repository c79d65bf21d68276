"""A job that gives way to another, and one that fails for good."""

import re

from cluster import (  # noqa: F401
    ends_right,
    held,
    of_rule,
    prepared,
    released,
    run,
    said,
    slurm,
    start,
    the_training,
    uninterrupted,
)
from interrupting import TARGET, debris, gone_on_after, states, wait_for
from small import IMAGES, POINTS


def test_a_preempted_job_is_requeued_and_goes_on(prepared, uninterrupted):
    """By another that wants the token which the first one has."""
    held(prepared)
    snakemake = start(prepared, TARGET, "--set-resources", "train:slurm_partition=scavenge", "train:gres=token:1")
    wait_for(lambda: states(prepared), 180)
    training = the_training(prepared)["JobId"]
    slurm("srun", "--partition=cpu", "--gres=token:1", "--mem=100", "--time=1", "sleep", "2")
    released(prepared)
    ends_right(prepared, snakemake, uninterrupted)
    (job,) = of_rule(prepared, "train")
    assert (job["JobId"], job["JobState"]) == (training, "COMPLETED")
    assert int(job["Restarts"]) > 0
    assert gone_on_after(prepared)


def test_a_job_that_fails_for_good_takes_nothing_with_it(workspace):
    training = IMAGES["training"] | {"learning_rate": 10.0}
    broken = IMAGES | {"training": training, "device": "auto", "precision": "float32"}
    workspace.configure({"points": POINTS, "broken": broken})
    workspace.path("iadb_core/method/blending.py").write_text(
        workspace.path("iadb_core/method/blending.py").read_text().replace("square().sum()", "square().sum() * 1e38")
    )
    run(workspace, "results/points.gif", "results/broken.gif", "--retries", "1", succeeds=False)
    told = said(workspace)
    assert re.search(r"the loss became (inf|nan) at step [\d,]+: lower training.learning_rate", told), told
    assert "logs/train/broken/seed0.log" in told
    assert len(list(workspace.path("logs/slurm").rglob("*.log"))) == 2  # Slurm's own, of the jobs that failed
    assert [job["JobState"] for job in of_rule(workspace, "train") if "broken" in job["Comment"]] == ["FAILED"] * 2
    assert workspace.path("results/points.gif").exists()
    assert not [name for name in debris(workspace) if not name.endswith(".resume")]  # states go when all has succeeded
