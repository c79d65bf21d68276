"""The examples of docs/data.md, each from files that a user would have to its animation and its table."""

import csv
import re

import numpy as np
import pytest
import yaml
from conftest import ROOT, make_workspace
from PIL import Image
from sklearn.datasets import load_iris
from small import TINY
from test_pipeline import ran

from workflow.experiments import complete
from workflow.reading import merged

TEXT = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
EXAMPLES = {name: own for block in BLOCKS for name, own in yaml.safe_load(block).items()}
DOWNLOADED = {"letters"}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A workspace with the files that the examples name, in which all but what is downloaded has been made, shortly."""
    workspace, random = make_workspace(tmp_path_factory.mktemp("own") / "project"), np.random.default_rng(0)
    iris = load_iris()
    rows = [[*map(str, row), iris.target_names[kind]] for row, kind in zip(iris.data, iris.target, strict=True)]
    head = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    with open(workspace.path("iris.csv"), "w", newline="") as file:
        csv.writer(file).writerows([head, *rows])
    workspace.path("my/faces").mkdir(parents=True)
    for number in range(40):
        Image.fromarray(random.integers(0, 256, (30, 50, 3), np.uint8)).save(workspace.path(f"my/faces/{number}.jpg"))
    Image.fromarray(random.integers(0, 256, (6, 6, 3), np.uint8)).save(workspace.path("my/colours.png"))
    short = {"training": {"steps": 20, "batch_size": 16}, "network": {"width": 8}}
    experiments = {name: merged(own, TINY) for name, own in EXAMPLES.items() if name not in DOWNLOADED}
    for own in experiments.values():
        own["training"] |= short["training"]
        own["network"] |= short["network"]
    workspace.configure(experiments)
    ran(workspace.snakemake())
    return workspace


def test_each_example_is_a_whole_experiment():
    assert set(EXAMPLES) == {"iris", "faces", "colours", "moons", "mixture", "letters", "tuned"}
    complete({"experiments": {"letters": EXAMPLES["letters"]}})
    assert len(BLOCKS[0].splitlines()) == 6  # of a table to an animation and a table of distances


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - DOWNLOADED))
def test_it_has_its_animation_and_its_table(made, name):
    with Image.open(made.path(f"results/{name}.gif")) as gif:
        assert gif.n_frames == 5
    with open(made.path("results/metrics.csv"), newline="") as file:
        metrics = {row["metric"] for row in csv.DictReader(file) if row["experiment"] == name}
    assert {"W2 (with root)", "energy distance"} <= metrics or {"sliced W2 of pixels (with root)"} <= metrics


def test_figures_of_a_table_are_in_its_own_units(made):
    ends = made.path("results/iris/seed0/samples.csv")
    ran(made.snakemake("results/iris/seed0/samples.csv"))
    table = np.genfromtxt(ends, delimiter=",", names=True)
    assert table.dtype.names == ("sepal_length", "sepal_width", "petal_length", "petal_width")
    assert 4 < table["sepal_length"].mean() < 8
    labels = np.load(made.path("results/iris/target/held_out_labels.npy"))
    assert len(labels) == len(np.load(made.path("results/iris/target/held_out.npy"))) == 15
