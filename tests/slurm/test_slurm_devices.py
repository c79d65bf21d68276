"""One training in several tasks of a Slurm job, started by srun and torchrun."""

import json

import numpy as np
from cluster import asked, of_rule, run
from conftest import make_workspace
from small import POINTS

MODEL = "results/points/seed0/model.pt"
TRAINING = POINTS["training"] | {"steps": 300, "record_every": 10}


def losses(workspace):
    return np.genfromtxt(workspace.path("results/points/seed0/training.csv"), delimiter=",", names=True)["loss"]


def test_two_tasks_train_as_one_process_does(workspace, tmp_path):
    """On one node, since the test has no other: `nodes` of the experiment are then the tasks."""
    alone = make_workspace(tmp_path / "alone")
    alone.configure({"points": POINTS | {"training": TRAINING}})
    assert alone.snakemake(MODEL).returncode == 0
    workspace.configure({"points": POINTS | {"training": TRAINING | {"devices": 2, "nodes": 2}}})
    run(workspace, MODEL, "--set-resources", "train:nodes=1")
    np.testing.assert_allclose(losses(workspace), losses(alone), rtol=1e-5)
    (job,) = of_rule(workspace, "train")
    assert (job["NumTasks"], job["CPUs/Task"]) == ("2", "1")
    summary = json.loads(workspace.path("results/points/seed0/training.json").read_text())
    assert summary["processes"] == 2


def test_several_gpus_are_asked_for_in_one_job(workspace):
    """There are none, so that the processes compute on the CPU."""
    workspace.configure({"points": POINTS | {"training": TRAINING | {"devices": 2}, "device": "auto"}})
    run(workspace, MODEL)
    (job,) = of_rule(workspace, "train")
    assert asked(job)["gpus"] == "2"
