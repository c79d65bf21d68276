"""The benchmarks' arithmetic, that the baseline is the same method, and that the scripts run."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import contests, operations, quality, recipe, run, whole
from benchmarks.contests import Contest, Row, hold, markdown, rate
from iadb_core.densities import read_density
from iadb_core.networks import build

ROOT = Path(__file__).resolve().parent.parent


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self):
        self.now = 0.0

    def perf_counter(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(contests, "time", clock := Clock())
    return clock


def lasting(clock, seconds, units=1.0, log=None, name=""):
    def work():
        if log is not None:
            log.append(name)
        clock.sleep(seconds)
        return units

    return lambda: work


def held(contest, machine):
    return hold(contest, 3, machine, lambda way: partial(rate, contest.ways[way]()))


def test_ways_are_run_in_turn_after_one_that_does_not_count(clock):
    log = []
    ways = {name: lasting(clock, 1, log=log, name=name) for name in ("ours", "plain recipe")}
    held(Contest("c", "things", ways), {})
    assert log == ["ours", "plain recipe"] * 4


def test_ratios_and_shares_of_the_limit_are_of_the_rates(clock):
    ways = {"ours": lasting(clock, 0.02, 4), "plain recipe": lasting(clock, 0.08, 4)}
    contest = Contest("c", "things", ways, bar=2.5, needs=10.0, bound_by="memory")
    mine, plain = held(contest, {"float32": 1.0, "memory": 4000.0})
    assert plain.ratio == pytest.approx(4)
    assert plain.ratio_least <= plain.ratio <= plain.ratio_greatest
    assert (mine.ratio, mine.bar, plain.bar) == (1, None, 2.5)
    assert mine.limit == 400
    assert mine.share == pytest.approx(0.5)
    assert plain.limit is None
    assert "| 2.5× |" in markdown([mine, plain])
    assert "| 400 | memory | 50% |" in markdown([mine, plain])


def test_the_whole_mnist_is_the_short_run_and_the_steps_left_out():
    def row(contest, way, rate, limit=None):
        return Row(contest, way, "", 1, rate, rate, rate, 1, 1, 1, None, limit, "", None, "")

    rows = [row("MNIST training", "ours", 640.0, 1280.0), row("MNIST training", "plain recipe", 64.0)]
    rows += [row("mnist.gif, 992 steps", "ours", 1 / 200, 1 / 100)]
    rows += [row("mnist.gif, 992 steps", "plain recipe", 1 / 1000)]
    mine, plain = run.completed(rows)
    assert 1 / mine.median == pytest.approx(200 + 14_000 / 10)
    assert 1 / plain.median == pytest.approx(1000 + 14_000)
    assert plain.ratio == pytest.approx(15_000 / 1600)
    assert 1 / mine.limit == pytest.approx(100 + 14_000 / 20)
    assert mine.share == pytest.approx(800 / 1600)
    assert plain.limit is None
    assert not list(run.completed(rows[2:]))


def test_the_recipes_networks_are_the_same_functions():
    ours = build("unet", (1, 32, 32), {"width": 64}, torch.Generator().manual_seed(0))
    plain = recipe.Convolutional()
    plain.load_state_dict(ours.state_dict())
    x, alpha = torch.randn(3, 1, 32, 32), torch.rand(3)
    assert torch.allclose(plain(x, alpha), ours(x, alpha), atol=1e-5)
    mlp = build("mlp", (2,), {"width": 64, "hidden_layers": 4}, torch.Generator().manual_seed(0))
    plane = recipe.Plane()
    for mine, theirs in zip(plane.parameters(), mlp.parameters(), strict=True):
        mine.data.copy_(theirs)
    x = torch.randn(5, 2)
    assert torch.allclose(plane(x, alpha := torch.rand(5, 1)), mlp(x, alpha[:, 0]), atol=1e-6)


def test_the_recipes_points_have_the_density():
    density = np.zeros((4, 4))
    density[1, 2], density[3, 0] = 1.0, 0.5
    np.random.seed(0)
    points = recipe.accepted_points(density, 3000).numpy()
    cells = [tuple(cell) for cell in (points * 4).astype(int)]
    assert set(cells) == {(1, 2), (3, 0)}
    assert cells.count((1, 2)) / 3000 == pytest.approx(2 / 3, abs=0.03)
    assert read_density(whole.PICTURES[0]).max() == 1


def test_operations_are_counted_as_by_hand():
    full, half, quarter, eighth = (size**2 for size in (32, 16, 8, 4))
    downs = {"a2": half, "b1": half, "b2": quarter, "c1": quarter, "c2": quarter, "c3": quarter, "c4": eighth}
    ups = {"u_up": eighth, "u": quarter, "v_up": quarter, "v": half, "w_up": half, "w": full}  # kernels per input pixel
    wide = sum(downs.values()) + sum(ups.values())
    assert operations.forward_flops() == 2 * 9 * 64 * 64 * wide + 2 * full * (9 * 2 * 64 + 64)
    assert operations.training_flops() == 3 * operations.forward_flops() - 2 * full * 9 * 2 * 64
    layers = 2 * 256 * (3 * 64 + 3 * 64 * 64 + 64 * 2)
    assert operations.plane_flops() == 3 * layers - 2 * 256 * 3 * 64


def test_the_benchmarks_run_and_write_their_tables(tmp_path):
    command = [sys.executable, "-m", "benchmarks.run", "--quick", "--only", "rejection", "plane", "--out", tmp_path]
    subprocess.run(list(map(str, command)), cwd=ROOT, check=True, capture_output=True)
    written = json.loads((tmp_path / "benchmarks.json").read_text())
    assert {row["contest"] for row in written["rows"]} == {"points by rejection", "2D training"}
    assert written["machine"]["matrix_products_gflops"]["float32"] > 0
    assert (tmp_path / "benchmarks.csv").read_text().count("\n") == len(written["rows"]) + 1
    assert "| 2D training | ours |" in (tmp_path / "benchmarks.md").read_text()


def test_the_scale_tables_measure_a_line():
    command = [sys.executable, "-m", "benchmarks.scale", "points", "--work", "10000"]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert told.startswith("| 10,000 | ")


def test_the_recipe_trains_samples_and_draws(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (130, 1, 28, 28), np.uint8)
    training = recipe.MnistTraining(images, torch.device("cpu"))
    before = [parameter.clone() for parameter in training.network.parameters()]
    training.run(3)  # over the end of an epoch of 2 batches
    assert not any(torch.equal(a, b) for a, b in zip(before, training.network.parameters(), strict=True))
    *_, end = recipe.sample(training.network, torch.randn(64, 1, 32, 32), steps=2)
    recipe.draw_digits(end, tmp_path / "digits.png")
    with Image.open(tmp_path / "digits.png") as digits:
        assert digits.size == (256, 256)
    plane = recipe.train_plane(torch.rand(100, 2), torch.rand(100, 2), 3, torch.device("cpu"))
    *_, end = recipe.sample(plane, torch.rand(5, 2), steps=4)
    recipe.draw_points(end, tmp_path / "points.png")
    with Image.open(tmp_path / "points.png") as points:
        assert points.size == (500, 500)


def test_the_stages_make_a_gif_without_snakemake(tmp_path):
    whole.by_stages("densities", 64, None, tmp_path / "out.gif", torch.device("cpu"))
    with Image.open(tmp_path / "out.gif") as gif:
        assert (gif.n_frames, gif.size) == (129, (512, 544))


def test_the_workflow_makes_the_same_gif_from_nothing(tmp_path):
    with Image.open(whole.by_snakemake("densities", 64, None, tmp_path)) as gif:
        assert (gif.n_frames, gif.size) == (129, (512, 544))


def test_only_trainings_that_do_not_depend_on_their_length_are_measured_on_the_way():
    constant = {"epochs": 16, "batch_size": 64, "decay": "constant", "ema": 0.0}
    shape = (1, 32, 32)  # of which a block has 4 batches
    assert list(quality.lengths(constant, shape, 60_000, [1 / 16, 1])) == [(1, [936, 14_992])]
    falling = constant | {"decay": "cosine"}
    assert list(quality.lengths(falling, shape, 60_000, [1, 0.5])) == [(0.5, [7496]), (1, [14_992])]


@pytest.mark.parametrize(
    ("arguments", "message"), [(["--only", "x"], "no contest"), (["--device", "cuda:77"], "device")]
)
def test_a_mistake_on_the_command_line_is_answered(arguments, message):
    command = [sys.executable, "-m", "benchmarks.run", *arguments]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert message in told.stderr
    assert "Traceback" not in told.stderr
