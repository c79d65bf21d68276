"""Image to image with pairs, and guidance by a weaker model, through real Snakemake."""

import csv
import json
import re

import numpy as np
import pytest
import yaml
from conftest import make_workspace
from PIL import Image
from small import IMAGES, POINTS
from test_pipeline import ran

pytestmark = pytest.mark.slow
SIDES = {"source": {"folder": {"path": "dark", "size": 8}}, "target": {"folder": {"path": "bright", "size": 8}}}
TRAINING = {"steps": 250, "batch_size": 32, "learning_rate": 0.005}
PAIRED = IMAGES | SIDES | {"training": TRAINING | {"coupling": {"pairs": "by_name"}}}
PAIRED["network"] = {"name": "unet", "width": 16}
BY_CHANCE = PAIRED | {"training": TRAINING, "evaluation": {"partners": "by_name"}}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Two folders, each image of one a brighter and paler one of that of the same name of the other."""
    workspace = make_workspace(tmp_path_factory.mktemp("partners") / "project")
    random = np.random.default_rng(0)
    for name in ("dark", "bright"):
        workspace.path(name).mkdir()
    for number in range(300):
        small = random.integers(0, 2, (2, 2)) * 255
        pixels = small.repeat(4, axis=0).repeat(4, axis=1).astype(np.uint8)
        pixels[random.integers(8), random.integers(8)] = 128
        Image.fromarray(pixels).save(workspace.path(f"dark/{number}.png"))
        Image.fromarray(pixels // 2 + 128).save(workspace.path(f"bright/{number}.png"))
    return workspace


def psnr(workspace, name):
    with open(workspace.path(f"results/{name}/partners.csv"), encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == "PSNR (dB)"]
    return {row["method"]: float(row["value"]) for row in rows}


def test_pairs_lead_each_image_to_its_partner_and_chance_does_not(workspace):
    workspace.configure({"paired": PAIRED, "chance": BY_CHANCE})
    ran(workspace.snakemake("results/paired/partners.png", "results/chance/partners.png", "results/paired.gif"))
    paired, chance = psnr(workspace, "paired"), psnr(workspace, "chance")
    assert paired["carried"] > paired["another image of the target"] + 8
    assert paired["carried"] > chance["carried"] + 5
    assert paired["carried"] > paired["the source as it is"] + 8
    maps = {name: workspace.path(f"results/{name}/seed0/map.json") for name in ("paired", "chance")}
    ran(workspace.snakemake(*(str(path.relative_to(workspace.root)) for path in maps.values())))
    loss = {name: json.loads(path.read_text())["figures"][0] for name, path in maps.items()}
    assert {(own["metric"], own["split"]) for own in loss.values()} == {("deblending loss", "held_out")}
    assert loss["paired"]["value"] < loss["chance"]["value"] / 2  # each of the pairs that it was trained on
    for part in ("train", "held_out"):
        dark, bright = (np.load(workspace.path(f"results/paired/{side}/{part}.npy")) for side in ("source", "target"))
        assert np.array_equal(dark // 2 + 128, bright)
    again = workspace.snakemake("results/paired/partners.png", "--dry-run")
    assert "Nothing to be done" in again.stdout + again.stderr
    workspace.path("bright/7.png").rename(workspace.path("bright/other.png"))
    ran(workspace.snakemake("results/paired/source/train.npy"))
    counts = [
        len(np.load(workspace.path(f"results/paired/source/{p}.npy"))) for p in ("train", "validation", "held_out")
    ]
    assert sum(counts) == 299
    workspace.path("bright/other.png").rename(workspace.path("bright/7.png"))


@pytest.mark.parametrize(
    ("experiment", "said"),
    [
        (POINTS | {"training": {"steps": 5, "coupling": {"pairs": "by_name"}}}, "the source is no folder"),
        (PAIRED | {"training": {"steps": 5, "coupling": {"pairs": "by_chance"}}}, "pairs: 'by_chance' is"),
        (PAIRED | {"training": {"steps": 5, "coupling": {}}}, "give exactly one of independent, pairs"),
        (
            PAIRED | {"condition": {"degradation": {"noise": {"noise": 0.1}}}},
            "an experiment with pairs of images restores",
        ),
    ],
)
def test_what_cannot_be_paired_is_told_by_its_key(workspace, experiment, said):
    workspace.configure({"wrong": experiment})
    run = workspace.snakemake("results/wrong.gif", "--dry-run")
    assert run.returncode == 1
    assert said in run.stdout + run.stderr


def test_a_weaker_model_guides_the_samples_of_another(workspace):
    guided = {"sampling": {"steps": 8, "autoguidance": {"from": "weak", "weight": 2.0}}}
    strong = POINTS | {"training": {"steps": 300, "batch_size": 64, "learning_rate": 0.01}}
    workspace.configure({"weak": POINTS, "strong": strong | guided, "alone": strong | {"sampling": {"steps": 8}}})
    targets = "results/strong/metrics.csv", "results/alone/metrics.csv", "results/strong/guidance.png"
    ran(workspace.snakemake(*targets))
    tables = {}
    for name in ("strong", "alone"):
        with open(workspace.path(f"results/{name}/metrics.csv"), encoding="utf-8") as file:
            tables[name] = next(csv.DictReader(file))
    assert [float(tables[name]["nfe"]) for name in ("strong", "alone")] == [16, 8]
    assert tables["strong"]["value"] != tables["alone"]["value"]
    with open(workspace.path("results/strong/guidance.csv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["guidance"] for row in rows} == {"autoguidance"}
    assert {(row["weight"], row["nfe"]) for row in rows} >= {("1.0", "8.0"), ("2.0", "16.0")}
    ran(workspace.snakemake("results/strong/solvers.csv", "results/strong/seed0/map.json"))
    with open(workspace.path("results/strong/solvers.csv"), encoding="utf-8") as file:
        ways = {(row["solver"], float(row["steps"]), float(row["nfe"])) for row in csv.DictReader(file)}
    assert all(nfe == 2 * steps for solver, steps, nfe in ways if solver == "euler")
    alone = yaml.safe_load(workspace.path("results/strong/seed0/config.yaml").read_text())
    assert set(alone["experiments"]) == {"strong", "weak"}
    assert set(yaml.safe_load(tables["strong"]["settings"])["experiments"]) == {"strong", "weak"}
    heavier = {"sampling": {"steps": 8, "autoguidance": {"from": "weak", "weight": 3.0}}}
    workspace.configure({"weak": POINTS, "strong": strong | heavier})
    rerun = workspace.snakemake("results/strong/solvers.csv", "results/strong/seed0/map.json", "--dry-run").stdout
    assert re.search(r"^solvers +1$", rerun, re.MULTILINE)
    assert not re.search(r"^maps ", rerun, re.MULTILINE)  # in which nothing is guided


@pytest.mark.parametrize(
    ("sampling", "said"),
    [
        ({"autoguidance": {"from": "nope", "weight": 2.0}}, "'nope' is not among the experiments"),
        ({"autoguidance": {"from": "mine", "weight": 2.0}}, "mine is the experiment itself"),
        ({"autoguidance": {"from": "images", "weight": 2.0}}, "images has another source: give both the same"),
        ({"autoguidance": {"from": "elsewhere", "weight": 2.0}}, "elsewhere has another source: give both the same"),
        ({"autoguidance": {"from": "reseeded", "weight": 2.0}}, "reseeded has another samples.seed: it was trained on"),
        ({"autoguidance": {"from": "nearby", "weight": 2.0}}, "nearby has another training.coupling"),
        ({"autoguidance": {"from": "mine"}}, "weight is missing"),
    ],
)
def test_a_model_that_cannot_guide_is_told(workspace, sampling, said):
    others = {
        "images": IMAGES,
        "elsewhere": POINTS | {"source": {"gaussian": {}}},
        "reseeded": POINTS | {"samples": {"seed": 5}},
        "nearby": POINTS | {"training": POINTS["training"] | {"coupling": {"optimal_transport": {}}}},
    }
    workspace.configure({"mine": POINTS | {"sampling": sampling}, **others})
    run = workspace.snakemake("results/mine.gif", "--dry-run")
    assert run.returncode == 1
    assert said in run.stdout + run.stderr
