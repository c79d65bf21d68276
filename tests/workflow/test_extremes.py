"""The smallest experiments there are: a density of one pixel, a data set of one image, one step."""

import csv

import numpy as np
import pytest
from PIL import Image
from small import IMAGES, POINTS


@pytest.fixture
def extreme(workspace):
    pixels = np.zeros((9, 7), np.uint8)
    pixels[4, 2] = 1
    Image.fromarray(pixels).save(workspace.path("pixel.png"))
    workspace.path("one").mkdir()
    Image.fromarray(np.arange(100, dtype=np.uint8).reshape(10, 10)).save(workspace.path("one/image.png"))
    shortest = {"sampling": {"steps": 1, "count": 1, "batch_size": 1}, "seeds": [0]}
    pixel = {"picture": {"path": "pixel.png"}}
    one = {"folder": {"path": "one", "size": 8}}
    experiments = {
        "pixel": POINTS | shortest | {"source": pixel, "target": pixel, "training": {"steps": 1, "batch_size": 1}},
        "one": IMAGES | shortest | {"target": one, "training": {"epochs": 1, "batch_size": 1, "order": "shuffled"}},
    }
    workspace.configure(experiments)
    return workspace


def test_the_smallest_experiments_work(extreme):
    run = extreme.snakemake()
    assert run.returncode == 0, run.stderr
    for name in ("pixel", "one"):
        with Image.open(extreme.path(f"results/{name}.gif")) as gif:
            assert gif.n_frames == 2
    points = np.load(extreme.path("results/pixel/target/train.npy"))
    assert (np.floor(points * [9, 7]) == [4, 2]).all()
    with open(extreme.path("results/metrics.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["experiment"] for row in rows} == {"pixel", "one"}
    assert all(np.isfinite(float(row["value"])) for row in rows)
