"""Classes as conditions, through real Snakemake."""

import csv
import json

import numpy as np
import pytest
from conftest import make_workspace
from PIL import Image
from small import IMAGES, POINTS
from test_pipeline import ran

from iadb_core.data.parts import loaded
from iadb_core.sampling.conditions import as_the_data
from workflow.reading import merged

DIGITS = IMAGES | {"condition": {"label": {}}, "sampling": {"guidance": {"weight": 2.0}}}
DIGITS["training"] = {"steps": 40, "batch_size": 32}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A workspace with conditional digits, and points of three colours."""
    workspace = make_workspace(tmp_path_factory.mktemp("asked") / "project")
    pixels = np.zeros((6, 6, 3), np.uint8)
    pixels[:2, :, 0], pixels[2:4, :, 1], pixels[4:, :, 2] = 200, 200, 200
    Image.fromarray(pixels).save(workspace.path("colours.png"))
    training = {"steps": 600, "batch_size": 128, "learning_rate": 0.01}
    colours = POINTS | {"target": {"picture": {"path": "colours.png", "labels": "colours"}}, "training": training}
    colours |= {"condition": {"label": {"drop": 0.2}}, "network": {"name": "mlp", "width": 32, "hidden_layers": 2}}
    shown = {"sampling": {"steps": 16, "count": 60}, "animation": {"size": 128}}
    workspace.configure({"digits": DIGITS, "colours": merged(colours, shown)}, classifier={"steps": 60})
    ran(workspace.snakemake())
    return workspace


def test_the_animation_of_digits_has_a_row_for_each_class(asked):
    trajectory = np.load(asked.path("results/digits/seed0/trajectory.npy"))
    assert trajectory.shape == (5, 20, 1, 8, 8)
    with Image.open(asked.path("results/digits.gif")) as gif:
        width, height = gif.size
    assert height > 3 * width  # ten rows of two
    ran(
        asked.snakemake(
            "results/digits/classes.png",
            "results/colours/classes.png",
            "results/digits/guidance.png",
            "results/colours/guidance.png",
        )
    )
    assert "W2 to the class" in asked.path("results/colours/guidance.csv").read_text()
    with open(asked.path("results/digits/guidance.csv"), newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == "seen as the class that was asked for"]
    assert [(float(row["weight"]), float(row["nfe"])) for row in rows] == [(1, 4), (1.5, 8), (2, 8), (3, 8), (5, 8)]


def test_points_go_to_the_class_that_was_asked_for(asked):
    ends = np.load(asked.path("results/colours/seed0/trajectory.npy"))[-1]
    seen = np.clip(ends[:, 0] * 3, 0, 2.99).astype(int)
    assert (seen == np.arange(60) % 3).mean() > 0.8
    labels = loaded(asked.path("results/colours/target")).train.labels
    generated = np.load(asked.path("results/colours/seed0/generated/1-of-1.npy"))
    wanted = as_the_data(labels, len(generated), 0).numpy()
    assert (np.clip(generated[:, 0] * 3, 0, 2.99).astype(int) == wanted).mean() > 0.8


def test_evaluations_of_guided_samples_are_two_a_step(asked):
    counted = json.loads(asked.path("results/digits/seed0/sampling.json").read_text())
    assert counted["nfe"] == 2 * 4
    assert json.loads(asked.path("results/colours/seed0/sampling.json").read_text())["nfe"] == 16


def test_how_often_the_class_is_seen_is_in_the_table(asked):
    with open(asked.path("results/metrics.csv"), newline="") as file:
        rows = {row["metric"]: row for row in csv.DictReader(file) if row["experiment"] == "digits"}
    row = rows["seen as the class that was asked for"]
    assert 0 <= float(row["value"]) <= 1
    assert float(row["floor"]) > 0.5
    assert json.loads(row["settings"])["experiments"]["digits"]["condition"] == {"label": {"drop": 0.1}}


def test_samples_are_the_same_in_shards(asked):
    whole = np.load(asked.path("results/digits/seed0/generated/1-of-1.npy"))
    config = asked.path("config.yaml").read_text()
    small = merged(DIGITS, {"sampling": {"shard_size": 32}})
    asked.configure({"digits": small}, classifier={"steps": 60})
    try:
        assert "generate" in ran(asked.snakemake("results/digits/seed0/metrics.json"))
        parts = sorted(asked.path("results/digits/seed0/generated").glob("*-of-4.npy"))
        np.testing.assert_array_equal(np.concatenate([np.load(path) for path in parts]), whole)
    finally:
        asked.path("config.yaml").write_text(config)


def test_a_change_of_the_share_that_is_dropped_trains_again_and_one_of_guidance_does_not(asked):
    changed = {"digits": merged(DIGITS, {"sampling": {"guidance": {"weight": 3.0}}})}
    config = asked.path("config.yaml").read_text()
    try:
        asked.configure(changed, classifier={"steps": 60})
        told = asked.snakemake("-n", "results/digits.gif", "results/digits/metrics.csv").stdout
        assert "generate" in told
        assert "Training digits" not in told
        asked.configure({"digits": DIGITS | {"condition": {"label": {"drop": 0.5}}}}, classifier={"steps": 60})
        assert "Training digits" in asked.snakemake("-n", "results/digits.gif").stdout
    finally:
        asked.path("config.yaml").write_text(config)
