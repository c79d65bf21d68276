"""A training that begins from another experiment's model, through real Snakemake."""

import csv
import json
import re

import yaml
from small import POINTS

TUNED = POINTS | {
    "source": {"picture": {"path": "right.png"}},
    "target": {"picture": {"path": "left.png"}},
    "training": POINTS["training"] | {"from": "points"},
}


def test_one_begins_where_another_ended_and_its_row_makes_both_again(workspace):
    workspace.configure({"points": POINTS, "tuned": TUNED}, default_experiments=["tuned"])
    run = workspace.snakemake("results/metrics.csv")
    assert run.returncode == 0, run.stderr
    first, second = (json.loads(workspace.path(f"results/{name}/seed0/training.json").read_text()) for name in NAMES)
    assert second["begun_from"] == f"points, seed 0, 60 steps, weights {first['weights_hash']}"
    with open(workspace.path("results/metrics.csv"), newline="") as file:
        row = next(csv.DictReader(file))
    assert row["begun_from"] == second["begun_from"]
    recorded = yaml.safe_load(workspace.path("results/tuned/seed0/config.yaml").read_text())
    assert set(yaml.safe_load(row["settings"])["experiments"]) == set(recorded["experiments"]) == {"points", "tuned"}

    workspace.configure(
        {"points": POINTS | {"training": POINTS["training"] | {"learning_rate": 0.01}}, "tuned": TUNED},
        default_experiments=["tuned"],
    )
    told = workspace.snakemake("-n", "results/metrics.csv")
    assert told.returncode == 0, told.stderr
    assert re.search(r"^train +2$", told.stdout, re.MULTILINE)


NAMES = ("points", "tuned")


def test_jumps_are_learnt_from_where_a_field_ended(workspace):
    jumping = TUNED | {
        "source": POINTS["source"],
        "target": POINTS["target"],
        "training": TUNED["training"] | {"objective": {"shortcut": {"halvings": 3}}},
        "sampling": {"solver": "map", "steps": 2},
    }
    workspace.configure({"points": POINTS, "jumping": jumping}, default_experiments=["jumping"])
    run = workspace.snakemake("results/jumping.gif", "results/jumping/seed0/solvers.csv")
    assert run.returncode == 0, run.stderr
    first, second = (
        json.loads(workspace.path(f"results/{name}/seed0/training.json").read_text()) for name in ("points", "jumping")
    )
    assert second["begun_from"] == f"points, seed 0, 60 steps, weights {first['weights_hash']}"
    with open(workspace.path("results/jumping/seed0/solvers.csv"), newline="") as file:
        assert "map" in {row["solver"] for row in csv.DictReader(file)}

    field = TUNED | {"source": POINTS["source"], "target": POINTS["target"]}
    jumping |= {"training": POINTS["training"] | {"objective": {"shortcut": {}}}}
    workspace.configure({"points": jumping, "tuned": field}, default_experiments=["tuned"])
    told = workspace.snakemake("-n", "results/tuned.gif")
    assert told.returncode
    assert "tuned.training.from: points has another objective, with jumps" in told.stdout + told.stderr
