"""Fixtures: pages of small models."""

import numpy as np
import pytest
import torch
from conftest import copied
from hostile import HOSTILE
from test_page_networks import network_of

from iadb_core.data.kinds.distribution import Distribution
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.networks import checkpoint
from iadb_core.networks.mlp import MLP
from iadb_core.networks.settings import Conditions
from iadb_core.pages.explore import Shown, explore_page


@pytest.fixture(scope="module")
def made(finished, tmp_path_factory):
    """The page of a small experiment of the workflow, and its model."""
    workspace = copied(finished, tmp_path_factory.mktemp("explore") / "project")
    ran = workspace.snakemake("results/points/explore.html")
    assert ran.returncode == 0, ran.stderr
    return workspace.path("results/points/explore.html"), workspace.path("results/points/seed0/model.pt")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A page of two models that are told classes, one of which jumps, with names that are no names."""
    folder, models = tmp_path_factory.mktemp("told"), []
    settings = {"classes": [HOSTILE, "other"], "condition": {"label": {"drop": 0.1}}}
    for name, jumps in ((HOSTILE, 0), ("jumping", 1)):
        conditions = Conditions(classes=2, jumps=jumps)
        sizes = MLP(width=16, hidden_layers=2)
        path = str(folder / f"{jumps}.pt")
        own = settings | ({"training": {"coupling": {"optimal_transport": {}}}} if jumps else {})
        checkpoint.save(path, network_of(sizes, conditions), sizes, (2,), own, 0, 5, None, conditions)
        models.append(Shown(name, path, "map" if jumps else "euler", 1 if jumps else 8))
    source, target = Gaussian(), Distribution(name="moons", noise=0.1)
    random = np.random.default_rng(0)
    starts, held_out = (torch.from_numpy(own.draw((2,), 600, random)) for own in (source, target))
    path = folder / "explore.html"
    path.write_text(explore_page(HOSTILE, 0, models, source, target, starts, held_out), "utf-8")
    return path
