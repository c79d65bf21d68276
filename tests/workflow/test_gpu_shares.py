"""How many trainings share one computer at a time."""

from datetime import datetime

import pytest
from interrupting import STEPS, prepare
from small import POINTS


def spans(workspace):
    """When each training began and ended, by its log."""
    for log in sorted(workspace.path("logs/train/points").glob("seed*.log")):
        times = [datetime.fromisoformat(line[:19]) for line in log.read_text().splitlines() if line[:2] == "20"]
        yield times[0], times[-1]


def together(workspace, *options):
    """Whether two trainings, of two seeds, ran at the same time."""
    models = [f"results/points/seed{seed}/model.pt" for seed in (0, 1)]
    run = workspace.snakemake(*options, *models)
    assert run.returncode == 0, run.stderr
    (first, second) = sorted(spans(workspace))
    return second[0] < first[1]


@pytest.mark.parametrize(("runs", "at_once"), [(1, False), (2, True)])
def test_as_many_trainings_run_at_a_time_as_may_share(workspace, runs, at_once):
    prepare(workspace, seeds=[0, 1], runs_per_gpu=runs, threads=1)
    assert together(workspace) == at_once


@pytest.mark.parametrize(("devices", "at_once"), [(1, True), (2, False)])
def test_a_computer_of_two_gpus_runs_two_trainings_unless_they_take_both(workspace, devices, at_once):
    prepare(workspace, seeds=[0, 1], threads=1, training={**POINTS["training"], "steps": STEPS, "devices": devices})
    assert together(workspace, "--resources", "gpu_share=2000000", "--") == at_once
