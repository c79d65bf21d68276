"""Real Snakemake on the evaluation: every seed, all figures, their pictures, and a figure made again from its row."""

import csv
import json

import numpy as np
import pytest
from conftest import make_workspace
from PIL import Image
from small import IMAGES, POINTS

from iadb_core.evaluation.metrics import EXACT_MAP


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def reported(path):
    """The rows of held-out samples, and of what is of no part."""
    return [row for row in table(path) if row["split"] != "validation"]


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """A workspace in which `snakemake evaluate` has run, with two seeds of points and one of images."""
    workspace = make_workspace(tmp_path_factory.mktemp("evaluated") / "project")
    euler_128 = {"evaluation": {"nfe": [1, 4, 128]}}
    workspace.configure({"points": POINTS | euler_128 | {"seeds": [0, 3]}, "images": IMAGES})
    run = workspace.snakemake("evaluate")
    assert run.returncode == 0, run.stderr
    return workspace


def test_every_picture_and_table_is_made(evaluated):
    results = evaluated.path("results")
    pictures = {
        f"{name}/{picture}" for name in ("points", "images") for picture in ("loss", "solvers", "contact_sheet")
    }
    for name in pictures | {"points/map", "points/field", "images/neighbours"}:
        with Image.open(results / f"{name}.png") as picture:
            assert np.asarray(picture.convert("L")).std() > 5, name
    for name in ("evaluation", "summary"):
        assert (results / f"{name}.csv").exists()
        assert (results / f"{name}.md").exists()


def test_a_second_run_has_nothing_to_do(evaluated):
    assert evaluated.plan("evaluate") == set()


def test_the_long_table_has_each_seed_and_what_is_known_of_its_map(evaluated):
    rows = table(evaluated.path("results/evaluation.csv"))
    points = {seed: {row["metric"]: row for row in rows if row["seed"] == seed} for seed in ("0", "3")}
    for metric in ("W2 (with root)", "excess loss", "distance to the exact map (RMS)", "straightness (squared)"):
        values = {float(points[seed][metric]["value"]) for seed in points}
        assert len(values) == 2, metric
    for of_seed in points.values():
        loss = of_seed["deblending loss"]
        assert float(loss["value"]) > float(loss["floor"]) > 0
        assert float(of_seed["excess loss"]["floor"]) == 0
    images = {(row["metric"], row["split"]) for row in rows if row["experiment"] == "images"}
    assert {("deblending loss", "train"), ("deblending loss", "held_out"), ("excess loss", "train")} <= images
    assert "posterior mean error along trajectories (RMS)" in {metric for metric, _ in images}


def test_the_long_table_has_likelihoods_with_what_is_known_of_them(evaluated):
    rows = table(evaluated.path("results/evaluation.csv"))
    points = {row["metric"]: row for row in rows if (row["experiment"], row["seed"]) == ("points", "3")}
    nll, divergence = (
        points["negative log-likelihood (nats)"],
        points["Kullback–Leibler divergence of the model (nats)"],
    )
    assert (nll["floor_is"], divergence["floor"], divergence["n"]) == ("entropy", "0.0", "60")
    assert float(divergence["error"]) > 0
    for of_what in ("a kernel density estimate", "the exact field's flow"):
        assert f"Kullback–Leibler divergence of {of_what} (nats)" in points
    images = {row["metric"]: row for row in rows if row["experiment"] == "images"}
    assert float(images["bits a dimension"]["value"]) > 0
    assert "bits a dimension under a normal distribution" in images
    assert not any("nats" in metric for metric in images)


def test_the_summary_has_means_and_intervals_of_the_long_table(evaluated):
    rows = reported(evaluated.path("results/evaluation.csv"))
    summary = {(row["experiment"], row["metric"]): row for row in reported(evaluated.path("results/summary.csv"))}
    values = [float(row["value"]) for row in rows if row["metric"] == "energy distance"]
    found = summary["points", "energy distance"]
    assert (found["seeds"], len(values)) == ("2", 2)
    assert float(found["mean"]) == pytest.approx(np.mean(values))
    assert float(found["high"]) - float(found["mean"]) == pytest.approx(
        12.706 * np.std(values, ddof=1) / 2**0.5, rel=1e-3
    )
    assert (summary["images", "precision"]["seeds"], summary["images", "precision"]["low"]) == ("1", "")
    text = evaluated.path("results/summary.md").read_text()
    assert "within the seeds' spread of 128 Euler steps" in text


def test_the_field_error_is_told_by_alpha(evaluated):
    rows = table(evaluated.path("results/points/seed3/field_error.csv"))
    assert [float(row["alpha"]) for row in rows] == [0, 0.5, 0.75]
    assert all(float(row["field"]) > 0 and float(row["known"]) > 0.5 for row in rows)


def test_the_table_of_solvers_counts_evaluations(evaluated):
    every = [row for row in table(evaluated.path("results/points/solvers.csv")) if row["metric"] != EXACT_MAP.title]
    rows = [row for row in every if row["split"] == "held_out"]
    assert len(every) == 2 * len(rows)
    w2 = [row for row in rows if row["metric"] == "W2 (with root)"]
    assert len(rows) == 2 * len(w2)
    counted = {(row["solver"], float(row["nfe"])) for row in w2}
    assert {("euler", 1), ("euler", 4), ("euler", 128), ("heun", 4), ("midpoint", 128), ("rk4", 4)} <= counted
    assert not {("heun", 1), ("rk4", 1)} & counted
    assert sum(solver == "dopri5" for solver, _ in counted) == 1
    assert len({row["floor"] for row in w2}) == 1
    exact = [row for row in table(evaluated.path("results/points/solvers.csv")) if row["metric"] == EXACT_MAP.title]
    assert [row["split"] for row in exact] == ["held_out"] * len(w2)
    assert {float(row["floor"]) for row in exact} == {0}
    every = reported(evaluated.path("results/evaluation.csv"))
    measured = {row["metric"]: row for row in every if row["seed"] == "0"}
    same = next(row for row in w2 if (row["solver"], float(row["nfe"])) == ("euler", 4))
    assert float(same["value"]) == pytest.approx(float(measured["W2 (with root)"]["value"]), rel=1e-9)
    assert same["weights_hash"] == measured["W2 (with root)"]["weights_hash"]


@pytest.mark.parametrize(("experiment", "metric"), [("points", "energy distance"), ("images", "precision")])
def test_a_row_made_again_from_itself_alone_is_the_same(evaluated, tmp_path, experiment, metric):
    rows = table(evaluated.path("results/evaluation.csv"))
    row = [row for row in rows if (row["experiment"], row["metric"]) == (experiment, metric)][-1]
    again = make_workspace(tmp_path / "again")
    again.path("config.yaml").write_text(row["settings"], encoding="utf-8")
    run = again.snakemake("results/evaluation.csv")
    assert run.returncode == 0, run.stderr
    repeated = {row["metric"]: row for row in table(again.path("results/evaluation.csv"))}[metric]
    timed = {"samples_per_second", "training_seconds", "peak_memory_mb"}
    assert {key: repeated[key] for key in row if key not in timed} == {key: row[key] for key in row if key not in timed}


def test_a_setting_of_the_evaluation_measures_again_and_trains_nothing(evaluated):
    """Which rules run again, dry, after a change of each setting."""
    settings = {"points": POINTS | {"seeds": [0, 3]}, "images": IMAGES}
    tables, classified = {"table", "summary"}, {"classifier", "metrics", "solvers", "solver_plot"}
    expected = {
        ("neighbours", 2): {"metrics", *tables},
        ("cells", 4): {"metrics", *tables},
        ("loss_blends", 32): {"maps", "map_picture", "loss_plot", *tables},
        ("tolerances", (0.2,)): {"solvers", "solver_plot", *tables},
    }
    evaluation = {"evaluation": {"nfe": [1, 4, 128]}}
    try:
        for (key, value), rules in expected.items():
            changed = {"evaluation": evaluation["evaluation"] | {key: list(value) if key == "tolerances" else value}}
            evaluated.configure(settings | {"points": settings["points"] | changed})
            assert dry(evaluated) == rules, key
        evaluated.configure({**settings, "points": settings["points"] | evaluation}, classifier={"steps": 21})
        assert dry(evaluated) == classified | tables
    finally:
        evaluated.configure({**settings, "points": settings["points"] | evaluation})


def dry(workspace):
    run = workspace.snakemake("evaluate", "-n", "--quiet", "host")
    assert run.returncode == 0, run.stderr
    return {line.split()[0].removesuffix(":") for line in jobs(run.stdout)} - {"evaluate", "total", "jobid"}


def jobs(text):
    """The lines of the table of jobs in a dry run."""
    return [line for line in text.splitlines() if len(line.split()) == 2 and line.split()[1].isdigit()]


def test_experiments_of_one_data_set_share_its_classifier(workspace):
    other = IMAGES | {"target": {"dataset": {"name": "digits", "size": 8, "scaling": [[0.3, 0.2]]}}}
    larger = IMAGES | {"target": {"dataset": {"name": "digits", "size": 16, "margin": 4}}}
    workspace.configure({"images": IMAGES, "other": other, "larger": larger})
    run = workspace.snakemake("-n")
    counted = {line.split()[0]: line.split()[1] for line in jobs(run.stdout)}
    assert counted["classifier"] == "2"
    assert counted["metrics"] == "3"


def test_inception_without_its_weights_is_a_clear_error(again, refused):
    again.configure({"images": IMAGES | {"evaluation": {"inception": True}}})
    run = again.snakemake("results/images/seed0/metrics.json")
    refused(run, "evaluation.inception: the Inception network cannot be had")


def test_the_settings_of_a_row_are_the_experiments(evaluated):
    row = table(evaluated.path("results/evaluation.csv"))[0]
    settings = json.loads(row["settings"])
    assert set(settings["experiments"]) == {row["experiment"]}
    assert settings["experiments"][row["experiment"]]["seeds"] == [int(row["seed"])]
