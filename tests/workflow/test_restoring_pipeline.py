"""Restoring degraded images, through real Snakemake."""

import csv
import json

import numpy as np
import pytest
import yaml
from conftest import make_workspace
from PIL import Image
from small import IMAGES
from test_pipeline import ran

from iadb_core.system.arrays import load_arrays

pytestmark = pytest.mark.slow
DIGITS = IMAGES | {"training": {"steps": 150, "batch_size": 32, "learning_rate": 0.003}}
DIGITS["network"] = {"name": "unet", "width": 16}
EVALUATION = {"restoration": {"images": 40, "answers": 3, "plug_and_play": {"from": "plain", "steps": 10, "draws": 2}}}
RESTORING = DIGITS | {"condition": {"degradation": {"half": {"side": "random"}}}, "evaluation": EVALUATION}


@pytest.fixture(scope="module")
def restored(tmp_path_factory):
    """A workspace with digits whose half is found again."""
    workspace = make_workspace(tmp_path_factory.mktemp("restored") / "project")
    workspace.configure({"digits": RESTORING, "plain": DIGITS}, classifier={"steps": 60})
    targets = "results/digits.gif", "results/digits/restored.png", "results/digits/evaluation.csv"
    ran(workspace.snakemake(*targets))
    return workspace


def table(workspace):
    with open(workspace.path("results/digits/restored.csv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {(row["method"], row["metric"]): row for row in rows}


def test_every_way_is_measured(restored):
    rows = table(restored)
    ways = {method for method, _ in rows}
    one, mean = "(de)blending, one answer", "(de)blending, mean of the answers"
    assert ways == {"as it was seen", "regression", one, mean, "plug and play, plain"}
    number = {key: float(row["value"]) for key, row in rows.items()}
    nfe = {method: float(rows[method, "PSNR (dB)"]["nfe"]) for method in ways}
    assert nfe == {"as it was seen": 0, "regression": 1, one: 4, mean: 12, "plug and play, plain": 20}
    psnr = {method: number[method, "PSNR (dB)"] for method in ways}
    assert min(psnr[way] for way in ways - {"as it was seen"}) > psnr["as it was seen"] + 1
    assert psnr[mean] > psnr[one]  # the mean of answers is nearer, as for every spread
    assert psnr["regression"] > psnr[one]
    assert number["as it was seen", "disagreement with what was seen (RMS)"] == 0
    assert number[one, "spread of the answers to one image (RMS)"] > 0.01
    assert {row["n"] for row in rows.values()} == {"40"}
    assert float(rows[one, "Fréchet distance (classifier)"]["floor"]) > 0


def test_the_pictures_show_what_was_lost_and_what_it_was(restored):
    shown = load_arrays(restored.path("results/digits/restored.npz"))
    assert [*shown][:1] + [*shown][-1:] == ["as it was seen", "the truth"]
    assert {images.shape for images in shown.values()} == {(8, 1, 8, 8)}
    lost = (shown["as it was seen"] == 0.5).reshape(8, -1)
    assert (lost.mean(axis=1) >= 0.5).all()
    seen, true = (shown[name].reshape(8, -1)[~lost] for name in ("as it was seen", "the truth"))
    assert np.array_equal(seen, true)
    with Image.open(restored.path("results/digits/restored.png")) as picture:
        assert picture.width >= len(shown) * 96
        assert picture.height >= 8 * 96
    trajectory = np.load(restored.path("results/digits/seed0/trajectory.npy"))
    assert trajectory.shape == (5, 20, 1, 8, 8)
    with Image.open(restored.path("results/digits.gif")) as gif:
        gif.seek(gif.n_frames - 1)
        grid = np.asarray(gif.convert("L"))[: 8 * 8 * (gif.width // 40)]
    assert grid.shape[1] % 5 == 0  # degraded, three columns of answers, the truth


def test_each_way_says_what_has_made_it(restored):
    rows = table(restored)
    made = {method: (row["solver"], row["weights_hash"]) for (method, _), row in rows.items()}
    trained = {
        name: json.loads(restored.path(f"results/{name}/training.json").read_text())["weights_hash"]
        for name in ("digits/seed0", "digits/seed0/regression", "plain/seed0")
    }
    assert made == {
        "as it was seen": ("", ""),
        "regression": ("", trained["digits/seed0/regression"]),
        "(de)blending, one answer": ("euler", trained["digits/seed0"]),
        "(de)blending, mean of the answers": ("euler", trained["digits/seed0"]),
        "plug and play, plain": ("PnP-Flow", trained["plain/seed0"]),
    }
    alone = yaml.safe_load(restored.path("results/digits/seed0/config.yaml").read_text())
    assert set(alone["experiments"]) == {"digits", "plain"}
    assert not list(restored.path("results/digits/seed0").glob("**/*.resume"))


def test_a_weaker_model_guides_the_answers(restored):
    weak = RESTORING | {"training": DIGITS["training"] | {"steps": 20}}
    guided = RESTORING | {"sampling": {"autoguidance": {"from": "weak", "weight": 1.5}}}
    restored.configure({"digits": RESTORING, "guided": guided, "weak": weak, "plain": DIGITS}, classifier={"steps": 60})
    ran(restored.snakemake("results/guided/guidance.png"))
    with open(restored.path("results/guided/guidance.csv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["class"] for row in rows} == {""}
    assert {row["nfe"] for row in rows if row["weight"] == "2.0"} == {"8.0"}


def test_a_regression_is_no_model_to_sample(restored):
    regression = restored.path("results/digits/seed0/regression/model.pt")
    model = restored.path("results/digits/seed0/model.pt")
    kept = model.read_bytes()
    try:
        model.write_bytes(regression.read_bytes())
        run = restored.snakemake("results/digits/seed0/trajectory.npy", "--force")
        assert run.returncode == 1
        assert "is a model of the objective 'regression', not of 'deblending'" in run.stderr
    finally:
        model.write_bytes(kept)


def test_samples_are_the_same_in_any_number_of_shards(restored):
    def generated():
        folder = restored.path("results/digits/seed0/generated")
        files = sorted(folder.glob("*.npy"), key=lambda path: int(path.stem.split("-")[0]))
        return [np.load(path) for path in files]

    restored.configure({"digits": RESTORING, "plain": DIGITS}, classifier={"steps": 60})
    ran(restored.snakemake("results/digits/seed0/sampling.json"))
    (whole,) = generated()
    restored.path("results/digits/seed0/generated/1-of-1.npy").unlink()
    sharded = RESTORING | {"sampling": {"shard_size": 32}}
    restored.configure({"digits": sharded, "plain": DIGITS}, classifier={"steps": 60})
    ran(restored.snakemake("results/digits/seed0/sampling.json"))
    parts = generated()
    assert len(parts) == 4
    assert np.array_equal(np.concatenate(parts), whole)
