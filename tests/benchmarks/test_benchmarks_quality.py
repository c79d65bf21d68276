"""Quality against training time."""

import csv

import numpy as np
import pytest
import torch
from PIL import Image
from small import IMAGES, TINY, training

from benchmarks import judge, quality, recipe
from benchmarks.judge import ResNet18
from iadb_core.evaluation.classifier import embed, trained_classifier
from iadb_core.evaluation.fidelity import frechet_distance
from iadb_core.networks import checkpoint
from iadb_core.sampling.starts import measured_starts
from iadb_core.system.arrays import save_array
from iadb_core.system.files import read_json
from workflow.experiments import complete

STEPS = 128  # two blocks


@pytest.fixture(scope="module")
def digits():
    """A small configuration, whose one experiment's settings do not depend on the length of its training."""
    own = {"training": {"steps": STEPS, "batch_size": 64}, "evaluation": {"count": 1000}, "precision": "float32"}
    return complete({"defaults": TINY, "classifier": {"steps": 20}, "experiments": {"digits": IMAGES | own}})


@pytest.fixture
def trained(digits, tmp_path):
    """The experiment, the folder of its models of 64 and 128 steps, and its images, trained and held out."""
    experiment = digits.experiments["digits"]
    parts = experiment.target.read("data", 0)
    images = parts.train.samples, parts.held_out.samples
    quality.trained("digits", experiment, images[0], [0.5, 1], tmp_path)
    return experiment, tmp_path, images


def test_only_trainings_that_do_not_depend_on_their_length_are_measured_on_the_way():
    constant = training(epochs=16, batch_size=64, decay="constant", ema=0.0)
    shape = (1, 32, 32)  # of which a block has 4 batches
    assert list(quality.lengths(constant, shape, 60_000, [1 / 16, 1, 1])) == [[936, 14_992]]
    falling = training(epochs=16, batch_size=64, decay="cosine", ema=0.0)
    assert list(quality.lengths(falling, shape, 60_000, [1, 0.5, 4])) == [[7496], [14_992], [59_968]]
    averaged = training(epochs=16, batch_size=64, decay="constant", ema=0.9)
    assert list(quality.lengths(averaged, shape, 60_000, [1, 0.5])) == [[7496], [14_992]]


def weights(path):
    return torch.cat([parameter.flatten() for parameter in checkpoint.load(path)[0].parameters()])


def test_a_model_on_the_way_is_that_of_a_training_which_ends_there(trained, tmp_path):
    experiment, folder, images = trained
    (tmp_path / "alone").mkdir()
    quality.trained("digits", experiment, images[0], [0.5], tmp_path / "alone")
    on_the_way = weights(folder / "digits-64.pt")
    assert torch.equal(on_the_way, weights(tmp_path / "alone" / "digits-64.pt"))
    assert not torch.equal(on_the_way, weights(folder / "digits-128.pt"))
    seconds = [read_json(folder / f"digits-{step}.json")["seconds"] for step in (64, 128)]
    assert 0 < seconds[0] < seconds[1]


def test_what_is_there_by_the_same_settings_is_not_trained_again(trained, digits):
    experiment, folder, images = trained
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    quality.trained("digits", experiment, images[0], [0.5, 1], folder)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    told = folder / "digits-64.json"
    assert quality.known(told, quality.made_by(experiment))
    other = experiment.model_copy(update={"seeds": [1]})
    assert quality.known(told, quality.made_by(other)) is None
    judged = digits.classifier.model_copy(update={"steps": 30})
    assert quality.measured_by(experiment, digits.classifier) != quality.measured_by(experiment, judged)


def test_samples_are_judged_by_all_who_see_them(trained, digits):
    experiment, folder, (train, held_out) = trained
    for name, stored in (("train", train), ("held_out", held_out)):
        save_array(folder / f"{name}.npy", stored)
    own, _ = trained_classifier(experiment.target, "data", 0, digits.classifier)
    other = ResNet18(10).eval()
    samples = quality.sampled(experiment, folder / "digits-128.pt", folder)
    found = quality.Judging(experiment, folder, {"one": own, "other": other}).figures(samples)
    rows = {(row["judge"], row["metric"]): row for row in found}
    begin = measured_starts(experiment.source, (1, 8, 8), [], 1000, 0)[: len(held_out)]
    *_, end = recipe.sample(checkpoint.load(folder / "digits-128.pt")[0], begin, experiment.sampling.steps)
    pixels = (end.numpy() * 0.5 + 0.5).clip(0, 1)
    for name, seen_by in (("one", own), ("other", other)):
        row = rows[name, "frechet_classifier"]
        assert row["n"] == len(held_out)  # all of them, so that it does not matter which were drawn
        generated, sure = embed(seen_by, pixels)
        real, _ = embed(seen_by, held_out.astype(np.float32) / 255)
        assert row["value"] == pytest.approx(frechet_distance(generated, real), rel=1e-3)
        assert 0 < row["floor"] < row["value"]
        assert row["floor_std"] > 0
        assert rows[name, "confidence"]["value"] == pytest.approx(sure.max(axis=1).mean(), rel=1e-4)


def test_the_table_and_the_plot_are_written(digits, tmp_path, monkeypatch):
    monkeypatch.setattr(quality, "complete", lambda config: digits)
    monkeypatch.setattr(quality, "configure", lambda threads: threads)
    monkeypatch.setattr(judge, "STEPS", 2)
    arguments = ["quality", "--experiments", "digits", "--shares", "0.5", "1", "--out", str(tmp_path)]
    monkeypatch.setattr("sys.argv", arguments)
    quality.main()
    with open(tmp_path / "quality.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(dict.fromkeys(row["steps"] for row in rows)) == ["64", "128"]
    assert {row["judge"] for row in rows} == {"classifier", "ResNet-18"}
    with Image.open(tmp_path / "quality.png") as plot:
        assert plot.size == (1320, 480)


def test_a_model_that_is_told_classes_is_asked_for_those_of_the_data(tmp_path):
    told = {"condition": {"label": {"drop": 0.5}}, "sampling": {"guidance": {"weight": 2.0}}}
    small = {"training": {"steps": STEPS, "batch_size": 64}, "evaluation": {"count": 1000}, "precision": "float32"}
    config = {"defaults": TINY, "classifier": {"steps": 20}, "experiments": {"digits": IMAGES | small | told}}
    experiment = complete(config).experiments["digits"]
    parts = experiment.target.read("data", 0)
    quality.trained("digits", experiment, parts.train.samples, [1], tmp_path, parts.train.labels)
    network, content = checkpoint.load(tmp_path / "digits-128.pt")
    assert content["network"]["classes"] == 10
    x, alpha = torch.zeros(2, 1, 8, 8), torch.full((2,), 0.5)
    with torch.no_grad():
        one, other = network(x, alpha, torch.tensor([0, 7]))
    assert not torch.allclose(one, other)
    for name, part in (("train", parts.train), ("held_out", parts.held_out)):
        save_array(tmp_path / f"{name}.npy", part.samples)
        save_array(tmp_path / f"{name}_labels.npy", part.labels)
    guided, plain = (
        quality.sampled(way, tmp_path / "digits-128.pt", tmp_path)
        for way in (
            experiment,
            experiment.model_copy(update={"sampling": experiment.sampling.model_copy(update={"guidance": None})}),
        )
    )
    assert not np.allclose(guided, plain)


def test_what_is_guided_by_another_model_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["quality", "--experiments", "mnist-guided"])
    with pytest.raises(SystemExit):
        quality.main()
    assert "mnist-guided is guided by another model" in capsys.readouterr().err
