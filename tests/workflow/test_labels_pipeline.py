"""Classes of one's own images and colours, through real Snakemake."""

import csv
import json

import numpy as np
import pytest
from conftest import make_workspace
from PIL import Image
from small import IMAGES, POINTS
from test_pipeline import ran

from iadb_core.data.parts import loaded
from iadb_core.evaluation.metrics import CLASS_FIELD_ERROR, POSTERIOR_MEAN_ERROR

SIZE = {"size": 8, "width": 16}


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """A workspace with a folder of two classes, wider than high, and a picture of three colours."""
    workspace, random = make_workspace(tmp_path_factory.mktemp("labels") / "project"), np.random.default_rng(0)
    for name, low in (("dark", 0), ("light", 100)):
        workspace.path(f"images/{name}").mkdir(parents=True)
        for number in range(60):
            pixels = random.integers(low, low + 120, (12, 20), np.uint8)
            Image.fromarray(pixels).save(workspace.path(f"images/{name}/{number}.png"))
    pixels = np.zeros((6, 6, 3), np.uint8)
    pixels[:2, :, 0], pixels[2:4, :, 1], pixels[4:, :, 2] = 200, 100, 50
    Image.fromarray(pixels).save(workspace.path("colours.png"))
    training = {"steps": 20, "batch_size": 16}
    folder = IMAGES | {"target": {"folder": {"path": "images", **SIZE}}, "training": training}
    colours = POINTS | {"target": {"picture": {"path": "colours.png", "labels": "colours"}}, "training": training}
    workspace.configure({"folder": folder, "colours": colours}, classifier={"steps": 60})
    assert "classifier" in ran(workspace.snakemake())
    return workspace


def test_a_folder_of_classes_is_measured_by_a_classifier_of_its_own(labelled):
    with open(labelled.path("results/metrics.csv"), newline="") as file:
        rows = {row["metric"]: row for row in csv.DictReader(file) if row["experiment"] == "folder"}
    (summary,) = labelled.path("results/classifiers").glob("folder-images-*/classifier.json")
    told = json.loads(summary.read_text())
    assert (told["accuracy"], told["accuracy_of_class"]) == (1.0, {"dark": 1.0, "light": 1.0})
    for metric in ("Fréchet distance (classifier)", "precision", "coverage"):
        assert float(rows[metric]["extractor_accuracy"]) == 1.0
        assert rows[metric]["extractor_hash"] == told["weights_hash"]
    with Image.open(labelled.path("results/folder.gif")) as gif:
        assert gif.n_frames == 5
    assert np.load(labelled.path("results/folder/seed0/generated/1-of-1.npy")).shape == (100, 1, 8, 16)


def test_classes_lie_beside_the_samples_of_each_part(labelled):
    for part in loaded(labelled.path("results/folder/target")):
        assert np.array_equal(part.labels, part.samples.mean(axis=(1, 2, 3)) > 100)
    for part in loaded(labelled.path("results/colours/target")):
        assert np.array_equal(part.labels, np.minimum(part.samples[:, 0] * 3, 2).astype(int))
    assert not labelled.path("results/colours/source/train_labels.npy").exists()


def test_an_image_that_changes_its_class_is_noticed(labelled):
    image = labelled.path("images/dark/0.png")
    image.rename(labelled.path("images/light/0b.png"))
    try:
        told = labelled.snakemake("-n", "results/metrics.csv").stdout
        assert "read_labelled_samples" in told
        assert "classifier" in told
    finally:
        labelled.path("images/light/0b.png").rename(image)
    assert "Nothing to be done" in labelled.snakemake("-n", "results/metrics.csv").stdout


def test_what_is_told_classes_of_files_has_a_map(labelled):
    random = np.random.default_rng(0)
    rows = [f"{x},{y},{'left' if x < 0 else 'right'}" for x, y in random.standard_normal((120, 2)).round(3)]
    labelled.path("table.csv").write_text("\n".join(["x,y,side", *rows]) + "\n")
    told = {"condition": {"label": {"drop": 0.2}}, "training": {"steps": 20, "batch_size": 16}}
    folder = IMAGES | {"target": {"folder": {"path": "images", **SIZE}}} | told
    table = POINTS | {"target": {"points": {"path": "table.csv", "label": "side"}}, "source": {"gaussian": {}}} | told
    labelled.configure({"images": folder, "table": table}, classifier={"steps": 60})
    ran(labelled.snakemake(*(f"results/{name}/seed0/map.json" for name in ("images", "table"))))
    for name in ("images", "table"):
        figures = json.loads(labelled.path(f"results/{name}/seed0/map.json").read_text())["figures"]
        values = {figure["metric"]: figure["value"] for figure in figures}
        assert 0 < values[POSTERIOR_MEAN_ERROR.title] < np.inf, name
        assert CLASS_FIELD_ERROR.title not in values  # of single samples the exact field grows beyond all bounds
