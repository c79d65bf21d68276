"""Jobs of a real Slurm that end before they should: what they made is not lost, and the workflow ends right."""

import contextlib
import os
import re
import signal

import pytest
from cluster import RUNNING, asked, jobs, of_rule, run, said, slurm, start, uninterrupted  # noqa: F401
from conftest import IMAGES, POINTS
from interrupting import MODEL, STEPS, TARGET, debris, digests, gone_on_after, logged, prepare, states, wait_for

TRAINED = "results/points/seed0/model.pt"


@pytest.fixture
def prepared(workspace):
    prepare(workspace, device="cpu")
    yield workspace
    slurm("scancel", *[job["JobId"] for job in jobs(workspace)], check=False)


@pytest.fixture
def begun(prepared):
    """A workspace whose training runs as a job and has saved a state, and the Snakemake that waits for it."""
    snakemake = start(prepared, TARGET)
    wait_for(lambda: states(prepared), 120)
    yield prepared, snakemake
    with contextlib.suppress(ProcessLookupError):
        os.killpg(snakemake.pid, signal.SIGKILL)
    snakemake.wait()


def the_training(workspace):
    """The last job that trains."""
    return of_rule(workspace, "train")[-1]


def slowed(workspace, seconds):
    """Let the first half of a training last longer, by so much for each block of batches."""
    module = workspace.path("iadb_core/resume.py")
    begin = "        ended = training.done == training.steps\n"
    slow = f"        time.sleep({seconds} if training.done < {STEPS // 2} else 0)\n"
    assert begin in module.read_text()
    module.write_text(module.read_text().replace(begin, slow + begin))


def ends_right(workspace, snakemake, uninterrupted, seconds=300):
    assert snakemake.wait(seconds) == 0, said(workspace)
    assert digests(workspace) == uninterrupted
    assert not debris(workspace)


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


def test_a_job_that_is_cancelled_goes_on_in_the_next(begun, uninterrupted):
    workspace, snakemake = begun
    slurm("scancel", the_training(workspace)["JobId"])
    ends_right(workspace, snakemake, uninterrupted)
    assert [job["JobState"] for job in of_rule(workspace, "train")] == ["CANCELLED", "COMPLETED"]
    assert gone_on_after(workspace)


def test_a_preempted_job_is_requeued_and_goes_on(prepared, uninterrupted):
    snakemake = start(prepared, TARGET, "--set-resources", "train:gpu=4", "train:mem_mb=500")
    wait_for(lambda: states(prepared), 120)
    training = the_training(prepared)["JobId"]
    slurm("srun", "--partition=urgent", "--gpus=4", "--mem=100", "--time=1", "sleep", "2")
    ends_right(prepared, snakemake, uninterrupted)
    (job,) = of_rule(prepared, "train")
    assert (job["JobId"], job["Restarts"], job["JobState"]) == (training, "1", "COMPLETED")
    assert gone_on_after(prepared)


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


def test_after_snakemake_was_killed_two_trainings_never_write_one_file(prepared, uninterrupted):
    """The first job runs on; the second, of the next call, waits for it and takes over what it has made."""
    slowed(prepared, 0.06)
    killed = start(prepared, TARGET)
    wait_for(lambda: states(prepared), 120)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    first = the_training(prepared)
    assert prepared.snakemake("--unlock").returncode == 0
    again = start(prepared, TARGET)
    wait_for(lambda: "waiting for its end" in logged(prepared), 60)
    assert the_training(prepared)["JobId"] != first["JobId"]
    ends_right(prepared, again, uninterrupted)
    assert [job["JobState"] for job in of_rule(prepared, "train")] == ["COMPLETED"] * 2
    assert gone_on_after(prepared)


def test_a_lock_that_a_killed_job_left_is_recognised(begun, uninterrupted):
    workspace, snakemake = begun
    lock = workspace.path(TRAINED).with_suffix(".lock")
    assert lock.exists()
    slurm("scancel", "--signal=KILL", "--full", the_training(workspace)["JobId"])
    ends_right(workspace, snakemake, uninterrupted)
    assert "waiting for its end" not in logged(workspace)
    assert gone_on_after(workspace)
