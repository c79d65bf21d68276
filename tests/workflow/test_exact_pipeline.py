"""What only exact knowledge can show, through real Snakemake."""

import csv

import numpy as np
import pytest
from conftest import make_workspace
from PIL import Image
from small import IMAGES, POINTS
from test_pipeline import ran

MIXED = {
    "source": {"gaussian": {}},
    "target": {"distribution": {"name": "eight_gaussians", "noise": 0.2, "scale": 2.0}},
    "network": {"name": "mlp", "width": 16, "hidden_layers": 2},
    "training": {"steps": 300, "batch_size": 64, "learning_rate": 0.01},
    "sampling": {"count": 500},
    "evaluation": {"likelihood": {"steps": 8}},
    "animation": {"size": 96, "density": {"cells": 32, "frames": 5, "points": 20}},
}


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """A workspace in which densities flow and the theorem is shown."""
    workspace = make_workspace(tmp_path_factory.mktemp("exact") / "project")
    workspace.configure({"mixed": MIXED, "images": IMAGES, "points": POINTS})
    names = ["mixed_density.gif", "mixed/theorem.png", "mixed_theorem.gif", "images/theorem.png", "images_theorem.gif"]
    ran(workspace.snakemake(*(f"results/{name}" for name in names), "results/mixed/seed0/likelihood.json"))
    return workspace


@pytest.mark.slow
def test_a_density_flows_beside_the_exact_one_and_keeps_its_mass(shown):
    with np.load(shown.path("results/mixed/seed0/density.npz")) as found:
        assert found["model"].shape == found["exact"].shape == (5, 32, 32)
        assert found["alphas"].tolist() == [0, 0.25, 0.5, 0.75, 1]
        assert found["mass"] == pytest.approx(1, abs=0.15)
        assert found["points"].shape == (5, 20, 2)
        assert found["model"][0] == pytest.approx(found["exact"][0], abs=0.05 * float(found["exact"][0].max()))
    with Image.open(shown.path("results/mixed_density.gif")) as gif:
        assert gif.n_frames == 5


@pytest.mark.slow
def test_the_theorem_is_shown_for_mixtures_and_for_stored_images(shown):
    for name in ("mixed", "images"):
        with open(shown.path(f"results/{name}/theorem.csv"), newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["steps"] for row in rows] == ["2", "16", "32"]
        assert all(float(row["by_chance"]) > 0 for row in rows)
        with Image.open(shown.path(f"results/{name}_theorem.gif")) as gif:
            assert gif.n_frames > 2


@pytest.mark.slow
def test_where_no_pairs_can_be_drawn_it_is_said_why(shown):
    shown.configure({"moons": MIXED | {"target": {"distribution": {"name": "moons", "noise": 0.1}}}, "images": IMAGES})
    found = shown.snakemake("results/moons/theorem.png", "-n")
    assert found.returncode
    assert "A network tells but their mean difference" in found.stderr + found.stdout
    told = shown.snakemake("results/images_density.gif", "-n")
    assert told.returncode  # images have no plane
