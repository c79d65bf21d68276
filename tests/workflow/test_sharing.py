"""How many trainings share one computer at a time."""

from datetime import datetime

import pytest
from interrupting import prepare


def spans(workspace):
    """When each training began and ended, by its log."""
    for log in sorted(workspace.path("logs/train/points").glob("seed*.log")):
        times = [datetime.fromisoformat(line[:19]) for line in log.read_text().splitlines() if line[:2] == "20"]
        yield times[0], times[-1]


@pytest.mark.parametrize(("runs", "together"), [(1, False), (2, True)])
def test_as_many_trainings_run_at_a_time_as_may_share(workspace, runs, together):
    prepare(workspace, seeds=[0, 1], runs_per_gpu=runs, threads=1)
    models = [f"results/points/seed{seed}/model.pt" for seed in (0, 1)]
    run = workspace.snakemake(*models)
    assert run.returncode == 0, run.stderr
    (first, second) = sorted(spans(workspace))
    assert (second[0] < first[1]) == together
