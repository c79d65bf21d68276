"""Jobs that Slurm itself ends: over their time limit, or for the sake of others."""

from cluster import asked, ends_right, of_rule, prepared, slowed, slurm, start, the_training, uninterrupted  # noqa: F401
from interrupting import TARGET, gone_on_after, states, wait_for


def test_a_job_over_its_time_limit_goes_on_in_the_next(prepared, uninterrupted):
    """Slurm counts whole minutes, so half of the training is slowed down."""
    slowed(prepared, 0.2)
    snakemake = start(prepared, TARGET, "--set-resources", "train:runtime=1", "--retries", "9")
    ends_right(prepared, snakemake, uninterrupted, 580)
    trainings = of_rule(prepared, "train")
    assert [job["JobState"] for job in trainings] == ["TIMEOUT"] * (len(trainings) - 1) + ["COMPLETED"]
    assert len(trainings) > 1
    assert asked(trainings[0])["minutes"] == "1"
    assert gone_on_after(prepared)


def test_a_preempted_job_is_requeued_and_goes_on(prepared, uninterrupted):
    """By another that wants the token which the first one has."""
    snakemake = start(prepared, TARGET, "--set-resources", "train:slurm_partition=scavenge", "train:gres=token:1")
    wait_for(lambda: states(prepared), 180)
    training = the_training(prepared)["JobId"]
    slurm("srun", "--partition=cpu", "--gres=token:1", "--mem=100", "--time=1", "sleep", "2")
    ends_right(prepared, snakemake, uninterrupted)
    (job,) = of_rule(prepared, "train")
    assert (job["JobId"], job["Restarts"], job["JobState"]) == (training, "1", "COMPLETED")
    assert gone_on_after(prepared)
