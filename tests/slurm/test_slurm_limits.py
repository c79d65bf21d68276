"""A job that is ended at its time limit."""

from cluster import asked, ends_right, of_rule, prepared, slowed, start, uninterrupted  # noqa: F401
from interrupting import TARGET, gone_on_after


def test_a_job_over_its_time_limit_goes_on_in_the_next(prepared, uninterrupted):
    """Slurm counts whole minutes and looks twice in each, so half of the training is slowed down."""
    slowed(prepared, 0.15)
    snakemake = start(prepared, TARGET, "--set-resources", "train:runtime=1", "--retries", "9")
    ends_right(prepared, snakemake, uninterrupted, 580)
    trainings = of_rule(prepared, "train")
    assert [job["JobState"] for job in trainings] == ["TIMEOUT"] * (len(trainings) - 1) + ["COMPLETED"]
    assert len(trainings) > 1
    assert asked(trainings[0])["minutes"] == "1"
    assert gone_on_after(prepared)
