"""The whole tiny pipeline as jobs of a real Slurm: which jobs, what they ask for, and the bytes that they make."""

import os
from collections import Counter

import pytest
from cluster import asked, jobs, of_rule, run, said
from conftest import make_workspace
from interrupting import debris, digests
from small import IMAGES, POINTS

TARGETS = ["results/points.gif", "results/images.gif", "evaluate"]
EXPERIMENTS = {"points": POINTS | {"seeds": [0, 1]}, "images": IMAGES | {"seeds": [0, 1], "device": "auto"}}


@pytest.fixture(scope="module")
def on_the_cluster(tmp_path_factory):
    workspace = make_workspace(tmp_path_factory.mktemp("cluster") / "project")
    workspace.configure(EXPERIMENTS)
    run(workspace, *TARGETS)
    return workspace


def test_the_results_are_those_of_a_local_run(on_the_cluster, tmp_path):
    local = make_workspace(tmp_path / "local")
    local.configure(EXPERIMENTS)
    assert local.snakemake(*TARGETS).returncode == 0
    mine, theirs = digests(on_the_cluster), digests(local)
    assert len([name for name in mine if name.endswith("model.pt")]) == 4
    assert mine == theirs
    assert not debris(on_the_cluster)


def test_an_experiment_costs_few_jobs(on_the_cluster):
    assert all(job["JobState"] == "COMPLETED" for job in jobs(on_the_cluster)), said(on_the_cluster)
    counted = Counter(job["Comment"].split("_")[1] for job in jobs(on_the_cluster))
    of_runs = {"train": 4, "measurement": 4, "maps": 4, "likelihood": 4}
    assert counted == of_runs | {"animation": 2, "solvers": 2, "classifier": 1, "neighbours": 1}


def test_they_ask_for_what_their_rules_say(on_the_cluster):
    points, images = (
        [job for job in of_rule(on_the_cluster, "train") if name in job["Comment"]] for name in EXPERIMENTS
    )
    cpu = {"partition": "cpu", "minutes": "240", "cpus": "1", "memory": "4000M", "gpus": "0"}
    assert [asked(job) for job in points] == [cpu] * 2
    assert [asked(job) for job in images] == [cpu | {"partition": "gpu", "gpus": "1"}] * 2
    four = {"cpus": str(min(4, len(os.sched_getaffinity(0))))}  # `cores: all` of profiles/default: this computer's
    assert asked(of_rule(on_the_cluster, "classifier")[0]) == cpu | four | {"minutes": "60", "memory": "2000M"}
    assert {asked(job)["memory"] for job in of_rule(on_the_cluster, "maps")} == {"8000M"}
    for group in ("animation", "measurement"):
        assert {asked(job)["minutes"] for job in of_rule(on_the_cluster, group)} == {"120"}
        assert {asked(job)["gpus"] for job in of_rule(on_the_cluster, group)} == {"0", "1"}


def test_a_second_call_finds_nothing_to_do(on_the_cluster):
    before = len(jobs(on_the_cluster))
    run(on_the_cluster, *TARGETS)
    assert "Nothing to be done" in said(on_the_cluster)
    assert len(jobs(on_the_cluster)) == before


def test_logs_lie_where_they_always_do(on_the_cluster):
    assert "steps on" in on_the_cluster.path("logs/train/images/seed1.log").read_text()
    kept = [name for _, _, names in os.walk(on_the_cluster.path("logs/slurm")) for name in names]
    assert not kept  # Slurm's own, of jobs that succeeded
