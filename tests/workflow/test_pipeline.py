"""Real Snakemake on small real data: from a configuration to the animations and the table."""

import csv
import json
import re
import shutil

import numpy as np
import torch
from PIL import Image
from small import IMAGES, POINTS

from iadb_core.data.scaling import unscale
from iadb_core.drawing.archive import ArchivedFrames
from iadb_core.drawing.png import read_frame
from iadb_core.networks import checkpoint


def ran(run):
    """The names of the rules that ran, in a set."""
    assert run.returncode == 0, run.stderr
    return set(re.findall(r"^ *\d+ of \d+  .*  \((\w+), [\d.:]+ (?:s|min)\)$", run.stderr, re.MULTILINE)) - {"all"}


def test_the_default_target_makes_every_file(finished):
    results = finished.path("results")
    made = {path.relative_to(results).as_posix() for path in results.rglob("*") if path.is_file()}
    run = ["model.pt", "model.last.pt", "training.csv", "training.json", "trajectory.npy", "sampling.json"]
    run += ["generated/1-of-1.npy", "generated/1-of-1.json"]
    expected = {"points.gif", "images.gif", "metrics.csv", "metrics.md", "points/solvers.csv", "points/solvers.png"}
    parts = ("train", "validation", "held_out")
    expected |= {f"images/target/{part}{what}.npy" for part in parts for what in ("", "_labels")}
    expected |= {f"classifiers/digits-8-0-0/classifier.{suffix}" for suffix in ("pt", "json")}
    for name in ("points", "images"):
        expected |= {f"{name}/seed0/{file}" for file in [*run, "frames.zip", "metrics.json", "config.yaml"]}
    expected |= {f"points/{side}/{split}.npy" for side in ("source", "target") for split in parts}
    assert made == expected


def test_every_setting_of_training_is_taken(workspace):
    training = IMAGES["training"] | {"optimizer": "muon", "decay": "cosine", "warmup": 5, "ema": 0.9}
    training |= {"alpha": "logit_normal"}
    network = {"name": "residual", "width": 8, "multipliers": [1, 2], "blocks": 1, "patch": 2}
    workspace.configure({"modern": IMAGES | {"training": training, "network": network}})
    run = workspace.snakemake("results/modern/seed0/trajectory.npy")
    assert run.returncode == 0, run.stderr
    summary = json.loads(workspace.path("results/modern/seed0/training.json").read_text())
    assert summary["weights"] == "moving average, decay 0.9"
    assert summary["network"] == "residual"
    network, content = checkpoint.load(workspace.path("results/modern/seed0/model.pt"))
    assert content["settings"]["training"] == training | {"learning_rate": 0.001, "record_every": 50}
    assert content["network"]["settings"] == {"width": 8, "multipliers": [1, 2], "blocks": 1, "patch": 2}
    assert np.load(workspace.path("results/modern/seed0/trajectory.npy")).shape == (5, 20, 1, 8, 8)


def test_a_second_run_has_nothing_to_do(finished):
    run = finished.snakemake()
    assert run.returncode == 0
    assert "Nothing to be done" in run.stderr + run.stdout


def test_the_animations(finished):
    for name in ("points", "images"):
        with Image.open(finished.path(f"results/{name}.gif")) as gif:
            assert gif.n_frames == 5
            assert gif.info["loop"] == 0
            gif.seek(4)
            assert gif.info["duration"] == 2500


def test_the_trajectory_and_its_last_frame(finished):
    points = np.load(finished.path("results/points/seed0/trajectory.npy"))
    assert (points.shape, points.dtype) == ((5, 20, 2), np.float32)
    images = np.load(finished.path("results/images/seed0/trajectory.npy"))
    assert images.shape == (5, 20, 1, 8, 8)
    frame = np.asarray(read_frame(ArchivedFrames(finished.path("results/images/seed0/frames.zip"))[4]))
    shown = frame[8:16, :8] / 255  # image 1 stands in row 1, column 0, and 5 × 8 = 40 pixels fit into 64 once
    assert np.abs(shown - unscale(images[4, 1, 0], [(0.5, 0.5)])).max() < 0.003


def test_frames_are_unpacked_for_who_asks_for_them(again):
    assert ran(again.snakemake("results/points/seed0/frames")) == {"frames"}
    archived = ArchivedFrames(again.path("results/points/seed0/frames.zip"))
    files = sorted(again.path("results/points/seed0/frames").glob("*.png"))
    assert [path.name for path in files] == [f"{index:04d}.png" for index in range(5)]
    assert [path.read_bytes() for path in files] == [frame.read() for frame in archived]


def test_starts_are_training_points_of_the_source_and_end_near_the_target(finished):
    stored = np.load(finished.path("results/points/source/train.npy"))
    assert stored[:, 1].max() < 0.5
    start, *_, end = np.load(finished.path("results/points/seed0/trajectory.npy"))
    assert {tuple(point) for point in start} <= {tuple(point) for point in stored}
    assert end[:, 1].mean() > start[:, 1].mean() + 0.2


def test_the_table_has_a_row_for_each_run(finished):
    with open(finished.path("results/metrics.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    points, images = (
        {row["metric"]: row for row in rows if row["experiment"] == name and row["split"] != "validation"}
        for name in ("points", "images")
    )
    assert (len(points), len(images)) == (5, 11)
    chosen_by = [(row["experiment"], row["metric"]) for row in rows if row["split"] == "validation"]
    assert {("points", "W2 (with root)"), ("points", "energy distance")} < set(chosen_by)
    assert len(chosen_by) == 2 + 3
    distances = points["W2 (with root)"], images["sliced W2 of pixels (with root)"]
    assert distances[0]["parameters"] == str(3 * 8 + 8 + 8 * 2 + 2)
    assert [row["training_steps"] for row in distances] == ["60", str(1439 // 64)]
    for row in rows:
        assert (row["n"], row["device"], row["seed"]) == ("100", "cpu", "0")
        assert row["precision"] in ("float32", "bfloat16")
        for column in ("final_loss", "training_seconds", "samples_per_second", "peak_memory_mb"):
            assert float(row[column]) >= 0
        for column in ("weights_hash", "training_data", "code", "settings_digest"):
            assert len(row[column]) == 16
    for row in distances:
        assert float(row["value"]) > float(row["floor"]) > 0
    assert images["precision"]["extractor_hash"] == images["confidence"]["extractor_hash"] != ""
    assert 0.3 < float(images["precision"]["extractor_accuracy"]) <= 1
    markdown = finished.path("results/metrics.md").read_text()
    assert all(name in markdown for name in ("points", "images", "floor", "parameters"))
    assert len(markdown.splitlines()) == (2 + 16) + 1 + (2 + 2)


def test_the_checkpoint_says_what_it_is(finished):
    content = torch.load(finished.path("results/points/seed0/model.pt"), weights_only=True)
    assert content["network"] == {"name": "mlp", "shape": [2], "settings": {"hidden_layers": 1, "width": 8}}
    assert content["settings"]["training"]["steps"] == 60
    assert content["settings"]["source"] == {"picture": {}}
    assert (content["seed"], content["steps"]) == (0, 60)


def test_the_history_covers_the_training(finished):
    with open(finished.path("results/images/seed0/training.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["step", "loss", "seconds"]
    assert int(rows[-1]["step"]) == 22
    summary = json.loads(finished.path("results/images/seed0/training.json").read_text())
    assert float(rows[-1]["seconds"]) == summary["training_seconds"]


def test_logs_say_what_happened(finished):
    text = finished.path("logs/train/points/seed0.log").read_text()
    assert "60 steps on cpu in float32" in text


def test_training_again_gives_the_same_bytes_and_only_changes_run(again):
    targets = [
        f"results/{name}/seed0/{file}" for name in ("points", "images") for file in ("model.pt", "trajectory.npy")
    ]
    before = [again.path(target).read_bytes() for target in targets]
    assert ran(again.snakemake(*targets, "--forcerun", "train")) == {"train", "trajectory"}
    assert [again.path(target).read_bytes() for target in targets] == before
    slower = POINTS | {"training": POINTS["training"] | {"learning_rate": 0.01}}
    again.configure({"points": slower, "images": IMAGES})
    assert ran(again.snakemake(*targets)) == {"train", "trajectory"}
    after = [again.path(target).read_bytes() for target in targets]
    assert [new == old for new, old in zip(after, before, strict=True)] == [False, False, True, True]


def test_a_folder_of_colour_images_and_a_gaussian_make_films(workspace):
    rng = np.random.default_rng(0)
    workspace.path("own images").mkdir()
    for index in range(30):
        pixels = rng.integers(0, 256, (12, 10, 3), np.uint8)
        Image.fromarray(pixels).save(workspace.path("own images") / f"{index}.jpg")
    folder = {"folder": {"path": "own images", "size": 8, "channels": 3}}
    short = {"training": {"steps": 3, "batch_size": 16}, "animation": {"stride": 3, "size": 32, "mp4": True}}
    experiments = {
        "to_noise": POINTS | {"target": {"gaussian": {"mean": 0.5, "std": 0.1}}},
        "colour": IMAGES | {"target": folder},
    }
    workspace.configure({name: experiment | short for name, experiment in experiments.items()})
    files = (".gif", ".mp4", "/seed0/metrics.json")
    run = workspace.snakemake(*(f"results/{name}{file}" for name in experiments for file in files))
    assert {"draw_samples", "read_samples", "mp4"} <= ran(run)
    for name in experiments:
        with Image.open(workspace.path(f"results/{name}.gif")) as gif:
            assert gif.n_frames == 3
        assert workspace.path(f"results/{name}.mp4").stat().st_size > 500
        measured = json.loads(workspace.path(f"results/{name}/seed0/metrics.json").read_text())
        assert measured["figures"][0]["value"] > 0


def test_two_seeds_are_two_runs_and_the_first_is_kept_when_one_is_added(again):
    first = again.path("results/points/seed0/model.pt").stat().st_mtime_ns
    again.configure({"points": POINTS | {"seeds": [0, 5]}})
    ran(again.snakemake("results/points/metrics.csv"))
    assert again.path("results/points/seed0/model.pt").stat().st_mtime_ns == first
    with open(again.path("results/points/metrics.csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["seed"] for row in rows] == ["0"] * 7 + ["5"] * 7
    assert rows[0]["final_loss"] != rows[7]["final_loss"]


def test_moving_the_data_reruns_nothing(finished):
    run = finished.snakemake("-n", "--config", "data_dir=/elsewhere with $(spaces)")
    assert "Nothing to be done" in run.stdout + run.stderr


def test_generated_samples_start_at_held_out_samples_that_differ(finished):
    summary = json.loads(finished.path("results/points/seed0/sampling.json").read_text())
    assert (summary["samples"], summary["nfe"], summary["solver"]) == (100, 4, "euler")
    generated = np.load(finished.path("results/points/seed0/generated/1-of-1.npy"))
    assert len(np.unique(generated, axis=0)) == 100


def test_samples_in_shards_are_the_same_samples_with_the_same_figures(finished, again):
    small = {"sampling": {"shard_size": 40}}  # batches of 16: two whole ones
    again.configure({"points": POINTS | small, "images": IMAGES | small})
    assert ran(again.snakemake("results/metrics.csv")) == {"generate", "sampling", "metrics", "table"}
    for name in ("points", "images"):
        run = f"results/{name}/seed0"
        parts = [np.load(again.path(f"{run}/generated/{i}-of-4.npy")) for i in range(1, 5)]
        assert [len(part) for part in parts] == [32, 32, 32, 4]
        whole = np.load(finished.path(f"{run}/generated/1-of-1.npy"))
        assert np.concatenate(parts).tobytes() == whole.tobytes()
        mine, theirs = (json.loads(each.path(f"{run}/metrics.json").read_text()) for each in (again, finished))
        assert mine["figures"] == theirs["figures"]
        assert json.loads(again.path(f"{run}/sampling.json").read_text())["samples"] == 100


def test_linting(finished):
    run = finished.snakemake("--lint")
    assert run.returncode == 0, run.stderr


def test_more_steps_go_on_from_the_finished_training(workspace):
    workspace.configure({"points": POINTS | {"training": POINTS["training"] | {"steps": 150}}})
    model = "results/points/seed0/model.pt"
    assert workspace.snakemake(model).returncode == 0
    workspace.configure({"points": POINTS | {"training": POINTS["training"] | {"steps": 200}}})
    assert workspace.snakemake(model).returncode == 0
    assert "goes on after step" in workspace.path("logs/train/points/seed0.log").read_text()
    longer = workspace.path(model).read_bytes()
    shutil.rmtree(workspace.path("results"))
    assert workspace.snakemake(model).returncode == 0
    assert "goes on after step" not in workspace.path("logs/train/points/seed0.log").read_text()
    assert workspace.path(model).read_bytes() == longer
