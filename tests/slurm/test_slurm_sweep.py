"""A sweep as jobs of a real Slurm."""

from cluster import of_rule, run
from small import POINTS


def test_a_sweep_over_two_keys(workspace):
    grid = {"training.learning_rate": [0.01, 0.02], "network.width": [8]}
    workspace.configure({"points": POINTS | {"sweep": {"grid": grid}}})
    run(workspace, "results/points/sweep.html")
    assert len(of_rule(workspace, "train")) == 2
    assert workspace.path("results/points~width=8~learning_rate=0.02/seed0/metrics.json").exists()
