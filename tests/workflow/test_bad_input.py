"""Mistakes a user can make, each met through real Snakemake: one clear message, no traceback, nothing lost."""

import http.server
import shutil
import subprocess
import time

import numpy as np
import pytest
from conftest import copied, edited, mounted, serving
from PIL import Image
from small import IMAGES, POINTS

from iadb_core.data.parts import PART_NAMES

PNG = "left.png"


def truncate(path):
    path.write_bytes(path.read_bytes()[:60])


PICTURES = {
    "truncated": (truncate, "left.png is not a readable picture"),
    "text": (lambda path: path.write_text("no picture"), "left.png is not a readable picture"),
    "black": (lambda path: Image.new("L", (8, 8)).save(path), "left.png is all black"),
    "bomb": (lambda path: Image.new("1", (9000, 9000)).save(path), "left.png has 9000×9000 pixels"),
    "missing": (lambda path: path.unlink(), "left.png"),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_that_cannot_be_a_density(workspace, refused, kind):
    spoil, message = PICTURES[kind]
    spoil(workspace.path(PNG))
    workspace.configure({"points": POINTS})
    refused(workspace.snakemake("results/points/source/train.npy"), message)
    assert not workspace.path("results/points/source/train.npy").exists()


def test_a_picture_with_nan(workspace, refused):
    Image.fromarray(np.full((4, 4), np.nan, np.float32)).save(workspace.path("nan.tif"))
    workspace.configure({"points": POINTS | {"source": {"picture": {"path": "nan.tif"}}}})
    refused(workspace.snakemake("results/points/source/train.npy"), "nan.tif has pixels that are not finite")


@pytest.mark.parametrize("content", ["none", "broken"])
def test_a_folder_without_images_or_with_a_broken_one(workspace, refused, content):
    folder = workspace.path("own")
    folder.mkdir()
    if content == "broken":
        for index in range(5):
            shutil.copy(workspace.path(PNG), folder / f"{index}.png")
        truncate(folder / "3.png")
    workspace.configure({"images": IMAGES | {"target": {"folder": {"path": "own", "size": 8}}}})
    message = "own: no images" if content == "none" else "own/3.png is not a readable picture"
    refused(workspace.snakemake("results/images/target/train.npy"), message)


def test_file_names_of_any_kind_are_read(workspace):
    folder = workspace.path("own images")
    folder.mkdir()
    names = ["a{b}", "it's", "$(touch x)", "日本 é", "*", "[1]", "-n"]
    for name in names:
        shutil.copy(workspace.path(PNG), folder / f"{name}.png")
    workspace.configure({"images": IMAGES | {"target": {"folder": {"path": "own images", "size": 8}}}})
    run = workspace.snakemake("results/images/target/train.npy")
    assert run.returncode == 0, run.stderr
    stored = [np.load(workspace.path(f"results/images/target/{split}.npy")) for split in PART_NAMES]
    assert sum(map(len, stored)) == len(names)
    assert not workspace.path("x").exists()


PATHS = {
    "above": '../a b/it\'s "$(touch x)" 日本.png',
    "of 300 characters": f"{'a' * 100}/{'b' * 100}/{'c' * 94}.png",
}


@pytest.mark.parametrize("kind", PATHS)
def test_a_picture_of_any_path_is_read(workspace, kind):
    path = workspace.path(PATHS[kind])
    path.parent.mkdir(parents=True)
    workspace.path(PNG).rename(path)
    workspace.configure({"points": POINTS | {"source": {"picture": {"path": PATHS[kind]}}}})
    run = workspace.snakemake("results/points.gif" if kind == "above" else "results/points/source/train.npy")
    assert run.returncode == 0, run.stderr
    assert not [found for found in workspace.root.parent.rglob("x") if found.name == "x"]


def test_a_name_that_no_file_can_have_is_refused(workspace, refused):
    workspace.configure({"points": POINTS | {"source": {"picture": {"path": f"{'x' * 300}.png"}}}})
    refused(workspace.snakemake("results/points.gif"), "x" * 300)


CONFIGURATIONS = {
    "mixed shapes": (POINTS | {"target": IMAGES["target"]}, "source and target differ in shape"),
    "wrong network": (POINTS | {"network": {"name": "unet"}}, "unet does not take points"),
    "unknown set": (IMAGES | {"target": {"dataset": {"name": "LSUN", "size": 32}}}, "'LSUN' is unknown; allowed"),
    "zero steps": (POINTS | {"training": {"steps": 0}}, "training.steps: 0 is out of range"),
    "negative rate": (POINTS | {"training": {"steps": 1, "learning_rate": -0.1}}, "learning_rate: -0.1 is out"),
    "text rate": (POINTS | {"training": {"steps": 1, "learning_rate": "fast"}}, "'fast' is a string, not a number"),
    "no training": ({key: value for key, value in POINTS.items() if key != "training"}, "training"),
}


@pytest.mark.parametrize("kind", CONFIGURATIONS)
def test_a_configuration_that_cannot_run(workspace, refused, kind):
    experiment, message = CONFIGURATIONS[kind]
    workspace.configure({"mine": experiment})
    refused(workspace.snakemake("-n"), message)


def test_a_batch_larger_than_the_data(workspace, refused):
    workspace.configure({"images": IMAGES | {"training": {"epochs": 1, "order": "shuffled", "batch_size": 2000}}})
    refused(workspace.snakemake("results/images/seed0/model.pt"), "batch_size: 2000 is larger than the data, 1439")


def test_a_loss_that_overflows_writes_no_model(workspace, refused):
    deep = {"name": "mlp", "width": 256, "hidden_layers": 20}
    training = {"steps": 300, "learning_rate": 10.0, "batch_size": 8, "record_every": 10}
    workspace.configure({"points": POINTS | {"network": deep, "training": training}})
    refused(workspace.snakemake("results/points/seed0/model.pt"), "lower training.learning_rate")
    assert not workspace.path("results/points/seed0/model.pt").exists()


STAGES = {  # what is damaged, the rule that reads it, a target of that rule, and what it says
    "samples": ("points/source/train.npy", "train", "points/seed0/model.pt", "train.npy is not a readable"),
    "model": ("points/seed0/model.pt", "trajectory", "points/seed0/trajectory.npy", "model.pt is not a readable"),
    "trajectory": ("points/seed0/trajectory.npy", "render", "points.gif", "trajectory.npy is not a readable"),
    "frames": ("points/seed0/frames.zip", "gif", "points.gif", "frames.zip is not a readable archive"),
    "metrics": ("points/seed0/metrics.json", "table", "metrics.csv", "cannot read results/points/seed0/metrics.json"),
}


@pytest.fixture(scope="module")
def points_run(finished, tmp_path_factory):
    """A copy of the finished workspace that tests may damage and repair."""
    return copied(finished, tmp_path_factory.mktemp("damaged") / "project")


@pytest.mark.parametrize("kind", STAGES)
def test_a_corrupted_file_is_found_by_the_next_stage(points_run, refused, kind):
    damaged, rule, target, message = STAGES[kind]
    path, target = points_run.path(f"results/{damaged}"), f"results/{target}"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    refused(points_run.snakemake(target, "--forcerun", rule), message)
    path.write_bytes(whole)
    assert points_run.snakemake(target).returncode == 0


def test_a_missing_config(workspace, refused):
    refused(workspace.snakemake("-n"), "config.yaml")


def with_proxy(address):
    """Environment variables for a proxy, as programs look for them."""
    names = [f"{scheme}_proxy" for scheme in ("http", "https")]
    return dict.fromkeys([*names, *map(str.upper, names)], address)


def test_no_data_and_no_network_stops_within_seconds_with_one_message(workspace, refused):
    target = {"dataset": {"name": "MNIST", "size": 32}}
    workspace.configure({"mnist": IMAGES | {"target": target}})
    options = {"environment": with_proxy("http://127.0.0.1:9"), "timeout": 60}
    run = workspace.snakemake("results/mnist/target/train.npy", "--config", "data_dir=no data", **options)
    refused(run, "MNIST is not in no data and could not be downloaded (https://")
    for part in ("train-images-idx3-ubyte.gz", "no data/MNIST/raw", "give the folder", "digits is bundled"):
        assert part in run.stderr


class HalfDeadProxy(http.server.BaseHTTPRequestHandler):
    """Never connects to a server by https; answers for each server of http, with something else."""

    def do_CONNECT(self):
        time.sleep(10)

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"something else")

    def log_message(self, *_):
        pass


def test_a_mirror_that_hangs_is_given_up_and_the_next_one_is_tried(workspace, refused):
    edited(workspace.path("iadb_core/system/downloads.py"), TIMEOUT_SECONDS=1.0)
    workspace.configure({"mnist": IMAGES | {"target": {"dataset": {"name": "MNIST", "size": 32}}}})
    with serving(HalfDeadProxy) as address:
        run = workspace.snakemake("results/mnist/target/train.npy", environment=with_proxy(address))
    refused(run, "timed out; http://")
    assert "urlopen" not in run.stderr
    assert "its 14 bytes have another checksum than the file that was asked for" in run.stderr
    assert not [path for path in workspace.path("data").rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", ["full", "read-only"])
def test_a_full_or_read_only_disk(workspace, refused, kind):
    results = workspace.path("results")
    results.mkdir()
    if not mounted("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(results)):
        pytest.skip("needs the right to mount a small file system")
    try:
        if kind == "read-only":
            assert mounted("-o", "remount,ro", str(results))
        workspace.configure({"points": POINTS | {"samples": {"points": 100_000}}})
        run = workspace.snakemake("results/points/source/train.npy")
        message = "No space left on device" if kind == "full" else "Read-only file system"
        refused(run, message)
        assert not [path for path in results.rglob("*") if path.is_file()]
    finally:
        subprocess.run(["umount", str(results)], check=True)
