"""A job that is ended at its time limit."""

from cluster import asked, ends_right, held, of_rule, prepared, released, start, uninterrupted  # noqa: F401
from interrupting import TARGET, gone_on_after, wait_for


def test_a_job_over_its_time_limit_goes_on_in_the_next(prepared, uninterrupted):
    held(prepared)
    snakemake = start(prepared, TARGET, "--set-resources", "train:runtime=1", "--retries", "9")
    wait_for(lambda: any(job["JobState"] == "TIMEOUT" for job in of_rule(prepared, "train")), 300)
    released(prepared)
    ends_right(prepared, snakemake, uninterrupted)
    trainings = of_rule(prepared, "train")
    assert [job["JobState"] for job in trainings] == ["TIMEOUT"] * (len(trainings) - 1) + ["COMPLETED"]
    assert len(trainings) > 1
    assert asked(trainings[0])["minutes"] == "1"
    assert gone_on_after(prepared)
