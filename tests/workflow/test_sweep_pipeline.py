"""A sweep through real Snakemake: its variants share their samples and meet in one table."""

import csv

import pytest
from conftest import Workspace, make_workspace
from small import POINTS

SWEEP = {"grid": {"training.learning_rate": [0.0001, 0.02]}}


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    workspace = make_workspace(tmp_path_factory.mktemp("swept") / "project")
    workspace.configure({"points": POINTS | {"sweep": SWEEP}})
    run = workspace.snakemake("results/points/sweep.html")
    assert run.returncode == 0, run.stderr
    return workspace


def table(workspace: Workspace) -> list[dict[str, str]]:
    with open(workspace.path("results/points/sweep.csv"), newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_has_a_row_for_each_variant_the_best_first(swept):
    rows = table(swept)
    assert [row["training.learning_rate"] for row in rows] == ["0.02", "0.0001"]
    chosen_by = [float(row["W2 (with root), validation"]) for row in rows]
    assert chosen_by == sorted(chosen_by)
    assert chosen_by != [float(row["W2 (with root)"]) for row in rows]
    assert "points" in swept.path("results/points/sweep.html").read_text()


def test_samples_are_made_once(swept):
    made = sorted(str(path.relative_to(swept.path("results"))) for path in swept.path("results").rglob("train.npy"))
    assert made == ["points/source/train.npy", "points/target/train.npy"]
    assert not swept.path("results/points/seed0").exists()


def test_another_value_trains_one_more_run(swept):
    swept.configure({"points": POINTS | {"sweep": {"grid": {"training.learning_rate": [0.0001, 0.02, 0.01]}}}})
    told = swept.snakemake("-n", "results/points/sweep.html").stdout
    counted = {line.split()[0]: line.split()[1] for line in told.splitlines() if len(line.split()) == 2}
    assert {rule: counted.get(rule) for rule in ("draw_samples", "train", "sweep")} == {
        "draw_samples": None,
        "train": "1",
        "sweep": "1",
    }


DEEP = POINTS | {
    "network": {"name": "mlp", "width": 256, "hidden_layers": 20},
    "training": {"steps": 300, "batch_size": 8, "record_every": 10},
}


def test_a_variant_that_diverges_is_in_the_table_with_its_message_and_the_run_fails(workspace):
    workspace.configure({"points": DEEP | {"sweep": {"grid": {"training.learning_rate": [0.001, 10.0]}}}})
    run = workspace.snakemake("results/points/sweep.html", "--keep-going")
    assert run.returncode != 0
    good, bad = table(workspace)
    assert (good["training.learning_rate"], good["failed"], good["seeds"]) == ("0.001", "", "1")
    assert (bad["training.learning_rate"], bad["seeds"], bad["W2 (with root)"]) == ("10.0", "0", "")
    assert bad["failed"].startswith("seed 0: the loss became")
    assert "the loss became" in workspace.path("results/points/sweep.html").read_text()

    workspace.configure({"points": DEEP | {"sweep": {"grid": {"training.learning_rate": [0.001, 0.002]}}}})
    run = workspace.snakemake("results/points/sweep.html")
    assert run.returncode == 0, run.stderr
    assert sorted(row["training.learning_rate"] for row in table(workspace)) == ["0.001", "0.002"]
    assert "failed" not in table(workspace)[0]
