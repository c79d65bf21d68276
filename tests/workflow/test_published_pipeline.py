"""Published figures beside ours, and what their protocols need, through real Snakemake."""

import json
from pathlib import Path

import numpy as np
import pandas
import pytest
from conftest import make_workspace
from test_pipeline import ran

from iadb_core import load
from workflow.experiments import ConfigError, complete

EIGHT = {"distribution": {"name": "eight_gaussians", "noise": 0.1, "scale": 2.0}}
MOONS = {"distribution": {"name": "moons", "noise": 0.1}}
LABELLED = {"distribution": {"name": "moons", "noise": 0.1, "finite": True, "labels": True}}
MEASURED = {"solvers": ["euler", "dopri5"], "nfe": [4], "tolerances": [0.01], "count": 100}


def experiment(target, **others):
    return {
        "source": EIGHT,
        "target": target,
        "network": {"name": "mlp", "width": 32, "hidden_layers": 2},
        "training": {"steps": 500, "batch_size": 64, "learning_rate": 0.005, **others.pop("training", {})},
        "evaluation": MEASURED,
        "seeds": [0, 1],
        **others,
    }


EVERY = {
    "plain": experiment(MOONS, training={"validation": {"every": 100, "blends": 256}}),
    "told": experiment(
        MOONS,
        condition={"coordinates": {"which": [0]}},
        training={"coupling": {"optimal_transport": {"batch": 128}}},
    ),
    "classes": experiment(
        LABELLED, condition={"label": {"drop": 0.0}}, training={"coupling": {"optimal_transport": {}}}
    ),
    "normal": experiment(
        {"gaussian": {"mean": -0.1, "dimensions": 5, "finite": True}},
        source={"gaussian": {"mean": 0.1, "dimensions": 5, "finite": True}},
        samples={"points": 2000},
        sampling={"solver": "midpoint", "steps": 16},
    ),
}
FIGURES = [
    {"experiment": "plain", "called": "plain", "metric": "w2", "solver": "euler", "nfe": 4, "mean": 0.3, "std": 0.3},
    {"experiment": "plain", "called": "far", "metric": "w2", "squared": True, "solver": "dopri5", "mean": 9.0},
    {"experiment": "told", "called": "told", "metric": "w2", "solver": "euler", "nfe": 4, "mean": 0.3, "std": 0.3},
    {"experiment": "normal", "called": "mean", "metric": "mean", "mean": -0.1, "std": 0.05},
    {"experiment": "normal", "called": "variance", "metric": "variance", "mean": 1.0, "std": 0.1},
    {"experiment": "classes", "called": "classes", "metric": "path_energy_error", "mean": 0.1, "std": 5.0},
]
PAPER = {"someone": {"title": "Someone 2024, table 1", "figures": FIGURES}}


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A workspace in which all of it has been made."""
    workspace = make_workspace(tmp_path_factory.mktemp("published") / "project")
    workspace.configure(EVERY, published=PAPER)
    pictures = [f"results/told/{name}.png" for name in ("solvers", "loss", "map", "contact_sheet")]
    ran(workspace.snakemake("published", "results/told.gif", "results/told/evaluation.csv", *pictures))
    return workspace


@pytest.mark.slow
def test_figures_of_a_paper_stand_beside_ours_with_a_verdict(published):
    table = pandas.read_csv(published.path("results/published.csv")).set_index("called")
    assert list(table.verdict[["plain", "far", "classes"]]) == ["agrees", "differs", "agrees"]
    assert list(table.verdict[["mean", "variance"]]) == ["agrees", "agrees"]  # in closed form
    assert set(table.ours_seeds) == {2}
    own = [pandas.read_csv(published.path(f"results/plain/seed{seed}/published.csv")) for seed in (0, 1)]
    euler = [run[(run.solver == "euler") & (run.metric == "W2 (with root)")].value.item() for run in own]
    assert table.ours["plain"] == pytest.approx(np.mean(euler))
    assert set(own[0].split) == {"held_out"}
    assert "Someone 2024, table 1" in published.path("results/published.md").read_text()


@pytest.mark.slow
def test_points_are_where_they_were_asked_to_be(published):
    model = load(published.path("results/told/seed0/model.pt"))
    asked = np.linspace(-1, 2, 7)[:, None]
    found = model.sample(700, coordinates=asked, solver="midpoint", steps=16)
    apart = np.abs(found[:, 0] - np.tile(asked[:, 0], 100)).mean()
    assert apart < 0.2  # the whole spans three
    figures = json.loads(published.path("results/told/seed0/map.json").read_text())["figures"]
    assert {figure["metric"] for figure in figures} >= {"deblending loss", "straightness (squared)"}
    assert not any("exact" in figure["metric"] for figure in figures)  # what is told changes the field


@pytest.mark.slow
def test_the_model_is_that_of_the_least_validation_loss(published):
    summary = json.loads(published.path("results/plain/seed0/training.json").read_text())
    assert summary["weights"].startswith("of the least validation loss, step ")
    assert 0 < int(summary["weights"].split()[-1]) <= 500
    assert summary["validation_loss"] == pytest.approx(summary["final_loss"], rel=0.5)


@pytest.mark.slow
def test_without_published_figures_it_is_said_where_there_are_some(published):
    published.configure(EVERY)
    found = published.snakemake("published", "-n")
    assert found.returncode
    assert "--configfile config/published.yaml" in found.stderr + found.stdout
    published.configure(EVERY, published=PAPER)


def config(**changed):
    own = experiment(MOONS) | changed
    return {"experiments": {"a": own, "b": experiment(MOONS)}}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"condition": {"coordinates": {"which": [2]}}}, "experiments.a.condition.coordinates.which: no coordinate 2"),
        (
            {
                "condition": {"coordinates": {"which": [0]}},
                "target": {"picture": {"path": "resources/densities/word.png"}},
            },
            "points of a picture are rows and columns",
        ),
        ({"condition": {"coordinates": {"which": [0]}}, "target": {"gaussian": {}}}, "a gaussian, is of no points"),
        (
            {"condition": {"coordinates": {"which": [0]}}, "sampling": {"autoguidance": {"from": "b", "weight": 2.0}}},
            None,
        ),
        (
            {
                "condition": {"coordinates": {"which": [0]}},
                "training": {"steps": 1, "coupling": {"pairs": {"from": "b"}}},
            },
            "is told more than a class",
        ),
        (
            {"training": {"steps": 1, "validation": {}, "objective": {"progressive": {}}}},
            "training.validation: a flow map learns from itself",
        ),
    ],
)
def test_what_does_not_fit_together_is_told(changed, said):
    if said is None:
        assert complete(config(**changed))
        return
    with pytest.raises(ConfigError, match=said):
        complete(config(**changed))


def test_a_published_figure_of_no_experiment_is_told():
    with pytest.raises(ConfigError, match=r"published.p.figures: 'x' is not among the experiments: a, b"):
        complete(config() | {"published": {"p": {"title": "p", "figures": [FIGURES[0] | {"experiment": "x"}]}}})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"nfe": 8}, "evaluation.nfe of plain has no 8"),
        ({"solver": "rk4"}, "evaluation.solvers of plain has no rk4"),
        ({"solver": "dopri5", "nfe": None}, "in several ways: give its tolerance"),
        ({"solver": "dopri5", "nfe": None, "tolerance": 0.5}, "evaluation.tolerances of plain has no 0.5"),
        ({"metric": "path_energy_error"}, "is of the paths"),
        ({"metric": "variance", "solver": None, "nfe": None}, "variance is of a Gaussian target, and plain has a dist"),
        ({"solver": None, "nfe": None}, "w2 needs the solver"),
        ({"tolerance": 0.1}, "euler has no tolerance: give its nfe"),
        ({"metric": "frechet_classifier"}, "frechet_classifier is not measured of points"),
        ({"solver": "map"}, "plain does not jump: its training.objective is no flow map"),
    ],
)
def test_a_published_figure_that_will_not_be_there_is_told_beforehand(changed, said):
    figure = {key: value for key, value in (FIGURES[0] | changed).items() if value is not None}
    several = experiment(MOONS, evaluation=MEASURED | {"tolerances": [0.1, 0.01]})
    with pytest.raises(ConfigError, match=said):
        complete({"experiments": {"plain": several}, "published": {"p": {"title": "p", "figures": [figure]}}})


def test_the_published_configuration_is_complete():
    import yaml

    from workflow.reading import merged

    own, other = (yaml.safe_load(Path(path).read_text("utf-8")) for path in ("config.yaml", "config/published.yaml"))
    found = complete(merged(own, other))
    figures = [figure for paper in found.published.values() for figure in paper.figures]
    assert len(figures) == 43
    assert found.experiments["c2ot-x-c2ot"].conditions.numbers == 1
