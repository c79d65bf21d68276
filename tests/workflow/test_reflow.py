"""Reflow, flow maps and optimal transport side by side, through real Snakemake."""

import json
import re

import numpy as np
import pandas
import pytest
from conftest import make_workspace
from small import IMAGES, POINTS
from test_pipeline import ran

from workflow.experiments import ConfigError, complete

STEPS = {"steps": 400, "batch_size": 64, "learning_rate": 0.005}
MEASURED = {"nfe": [1, 8], "exact_count": 40, "loss_blends": 256}
OWN = {"training": STEPS, "evaluation": {**POINTS.get("evaluation", {}), **MEASURED}}
JUMPING = {
    "network": {"name": "mlp", "width": 16, "hidden_layers": 2, "activation": "silu"},
    "training": STEPS | {"steps": 1200, "objective": {"progressive": {}}},
    "sampling": {"solver": "map", "steps": 1},
}
EVERY = {
    "base": POINTS | OWN | {"reflow": 2, "seeds": [0, 1]},
    "near": POINTS | OWN | {"training": STEPS | {"coupling": {"optimal_transport": {"batch": 128}}}},
    "jumps": POINTS | OWN | JUMPING,
    "taught": POINTS | OWN | JUMPING | {"training": STEPS | {"objective": {"lagrangian": {"from": "base"}}}},
}
COMPARED = ["base", "base-reflow1", "base-reflow2", "near", "jumps", "taught"]


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A workspace in which all of it has been made."""
    workspace = make_workspace(tmp_path_factory.mktemp("reflow") / "project")
    workspace.configure(EVERY, compare={"all": COMPARED})
    asked = "comparisons", "results/jumps.gif", "results/jumps/solvers.png"
    ran(workspace.snakemake(*asked, timeout=900))  # 89 jobs, on a machine that may be busy
    return workspace


def test_where_nothing_is_compared_it_is_told_how(workspace, refused):
    workspace.configure({"points": POINTS})
    run = workspace.snakemake("comparisons", "--dry-run")
    refused(run, "The configuration compares nothing")
    assert "--configfile config/straighter.yaml -- comparisons" in run.stdout + run.stderr


@pytest.mark.slow
def test_experiments_stand_side_by_side(compared):
    table = pandas.read_csv(compared.path("results/compare/all.csv"))
    page = compared.path("results/compare/all.html").read_text("utf-8")
    told = re.findall(r'<th scope="row">([^<]*)</th>', page)
    assert any(key.startswith("training.objective") for key in told)
    assert not any(key.startswith(("source", "target", "samples")) for key in told)  # which are the same for all
    assert compared.path("results/compare/all.pdf").read_bytes().startswith(b"%PDF")
    assert list(dict.fromkeys(table.experiment)) == COMPARED
    solvers = table.dropna(subset="solver").groupby("experiment").solver.unique()
    assert {name: list(own) for name, own in solvers.items()} == {
        name: ["map" if name in ("jumps", "taught") else "euler"] for name in COMPARED
    }
    value = table.set_index(["experiment", "figure", "nfe"])["mean"]
    w2 = value.xs("W2 (with root)", level="figure")
    assert w2["base", 1] > 1.5 * w2["base", 8]
    for straight in ("base-reflow1", "near", "jumps", "taught"):
        assert w2[straight, 1] < 0.8 * w2["base", 1]  # one evaluation
    straightness = table[table.figure == "straightness (squared)"].set_index("experiment")
    assert straightness["mean"]["base-reflow1"] < 0.1 * straightness["mean"]["base"]
    assert straightness["mean"]["near"] < 0.2 * straightness["mean"]["base"]
    assert "jumps" not in straightness.index  # which has no paths
    assert set(table.seeds[table.experiment == "base"]) == {2}
    seconds = table[table.figure.str.startswith("training seconds")].set_index("experiment")["mean"]
    assert seconds["base-reflow2"] > seconds["base-reflow1"] > seconds["base"]
    assert seconds["taught"] > seconds["base"]  # with its teacher's
    took = 0.0
    for seed in (0, 1):
        for file in ("base/seed{}/training", "base-reflow1/seed{}/training", "base-reflow1/seed{}/pairs/pairs"):
            told = json.loads(compared.path(f"results/{file.format(seed)}.json").read_text())
            took += told.get("training_seconds", 0) + told.get("making_seconds", 0)
    assert seconds["base-reflow1"] == pytest.approx(took / 2, rel=1e-6)
    assert told["pairs"] == told["of"] == len(np.load(compared.path("results/base-reflow1/seed1/pairs/x0.npy")))
    text = compared.path("results/compare/all.md").read_text()
    assert "NFE 1" in text
    assert "distance to the exact map (RMS), 2 seeds, n = 40:" in text


@pytest.mark.slow
def test_pairs_are_starts_of_the_training_part_and_where_the_model_carries_them(compared):
    x0, x1 = (np.load(compared.path(f"results/base-reflow1/seed1/pairs/{side}.npy")) for side in ("x0", "x1"))
    train = np.load(compared.path("results/base-reflow1/source/train.npy"))
    assert {tuple(row) for row in x0} == {tuple(row) for row in train}
    from iadb_core import load

    model = load(compared.path("results/base/seed1/model.pt"))
    ends = model.sample(starts=x0[:50][:, ::-1] * [1, -1] + [0, 1], solver="midpoint", steps=32)  # as (x, y)
    assert np.allclose(ends[:, ::-1] * [-1, 1] + [1, 0], x1[:50], atol=1e-4)
    summary = json.loads(compared.path("results/base-reflow1/seed1/training.json").read_text())
    assert summary["begun_from"].startswith("base, seed 1,")


@pytest.mark.slow
def test_a_flow_map_is_measured_by_its_jumps_and_by_its_field(compared):
    table = pandas.read_csv(compared.path("results/jumps/solvers.csv"))
    assert {"map", "euler"} <= set(table.solver)
    exact = table[table.metric == "distance to the exact map (RMS)"].set_index(["solver", "nfe"]).value
    assert exact["map", 1] < exact["euler", 1]
    figures = json.loads(compared.path("results/jumps/seed0/map.json").read_text())["figures"]
    named = {figure["metric"] for figure in figures}
    assert "distance to the exact map (RMS)" in named
    assert "round-trip error (RMS)" not in named  # jumps go only forward


@pytest.mark.slow
def test_a_change_of_what_is_kept_makes_no_pairs_again(compared):
    changed = {
        **EVERY,
        "mine": POINTS
        | OWN
        | {"training": STEPS | {"coupling": {"pairs": {"from": "base", "keep": 0.5, "real": 0.25}}}},
    }
    compared.configure(changed)
    ran(compared.snakemake("results/mine/seed0/model.pt"))
    count = len(np.load(compared.path("results/mine/seed0/pairs/x0.npy")))
    assert count == round(len(np.load(compared.path("results/base-reflow1/seed0/pairs/x0.npy"))) / 2)
    changed["mine"]["training"]["coupling"]["pairs"]["real"] = 0.5
    compared.configure(changed)
    run = compared.snakemake("results/mine/seed0/model.pt", "--dry-run")
    assert "Making pairs" not in run.stdout
    assert "Training mine" in run.stdout


def test_a_chain_is_as_long_as_was_asked_for():
    found = complete({"experiments": {"base": POINTS | {"reflow": 3}}})
    assert list(found.experiments) == ["base", "base-reflow1", "base-reflow2", "base-reflow3"]
    assert found.default_experiments == ["base"]
    last = found.experiments["base-reflow3"]
    assert last.reflow is None
    assert last.training.begin_from == last.training.coupling.model_pairs.model_of == "base-reflow2"
    assert last.training.steps == found.experiments["base"].training.steps


@pytest.mark.parametrize(
    ("experiments", "said"),
    [
        ({"a": POINTS | {"reflow": 1}, "a-reflow1": POINTS}, r"experiments\.a\.reflow: gives a-reflow1, which is"),
        ({"a": POINTS | {"reflow": 0}}, r"experiments\.a\.reflow: 0"),
        ({"a": POINTS | {"sampling": {"solver": "map"}}}, r"sampling\.solver: map jumps as a flow map does"),
        (
            {"a": POINTS | {"training": {"steps": 5, "coupling": {"pairs": {"from": "b"}}}}},
            r"coupling\.pairs\.from: 'b' is not among the experiments: a",
        ),
        (
            {"a": POINTS | {"training": {"steps": 5, "coupling": {"pairs": {"from": "b"}}}}, "b": IMAGES},
            r"coupling\.pairs\.from: b has another source: give both the same",
        ),
        (
            {"a": POINTS | {"training": {"steps": 5, "objective": {"lagrangian": {"from": "a"}}}}},
            r"objective\.lagrangian\.from: a is the experiment itself",
        ),
        (
            {
                "a": POINTS
                | {"training": {"steps": 5, "batch_size": 64, "coupling": {"optimal_transport": {"batch": 100}}}}
            },
            r"optimal_transport\.batch: 100 is no multiple of batch_size, 64; give 64 or 128",
        ),
        ({"a": POINTS | {"training": {"steps": 5, "objective": {"lagrangian": {"share": 1.0}}}}}, "share: 1.0"),
        (
            {"a": POINTS | {"training": {"steps": 5, "coupling": {"pairs": {"from": "a"}}}}},
            r"coupling\.pairs\.from: a is the experiment itself",
        ),
        (
            {
                "a": POINTS | {"training": {"steps": 5, "coupling": {"pairs": {"from": "b"}}}},
                "b": POINTS | {"training": {"steps": 5, "from": "a"}},
            },
            r"coupling\.pairs\.from: b learns from a itself: trainings go round in a circle",
        ),
        (
            {
                "a": POINTS | {"training": {"steps": 5, "coupling": {"pairs": {"from": "b", "solver": "map"}}}},
                "b": POINTS,
            },
            r"coupling\.pairs\.from: b does not jump: follow it by another pairs\.solver than map",
        ),
        (
            {"a": POINTS | {"training": {"steps": 5, "coupling": "optimal_transport"}}},
            r"training\.coupling: 'optimal_transport' has settings of its own: "
            r"write `coupling: \{optimal_transport: \{\}\}`",
        ),
        (
            {"mine": POINTS, "b": POINTS | {"training": {"steps": 5, "from": "mnie"}}},
            r"from: 'mnie' is not among the experiments; did you mean mine\?",
        ),
        ({"a": POINTS | {"training": {"steps": 5, "objective": {}}}}, "give exactly one of deblending, lagrangian"),
    ],
)
def test_what_cannot_be_is_told_by_its_key(experiments, said):
    with pytest.raises(ConfigError, match=said):
        complete({"experiments": experiments})


def test_only_experiments_can_be_compared():
    with pytest.raises(ConfigError, match=r"compare\.all: 'b' is not among the experiments: a"):
        complete({"experiments": {"a": POINTS}, "compare": {"all": ["a", "b"]}})
