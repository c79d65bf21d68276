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

from benchmarks import completion, contests, operations, ours, quality, recipe, run, whole, works
from benchmarks.contests import Contest, Row, hold, markdown, rate
from benchmarks.ours import MNIST_SCALING
from iadb_core.data.densities import read_density
from iadb_core.data.preparation import network_images
from iadb_core.data.streams import Block
from iadb_core.networks import checkpoint
from iadb_core.networks.registry import build
from iadb_core.training.stepper import Stepper

CPU = torch.device("cpu")
ROOT = Path(__file__).resolve().parents[2]


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


def held(contest, products):
    return hold(contest, products, lambda way: partial(rate, contest.ways[way]()))


def test_ways_are_run_in_turn_after_one_that_does_not_count(clock):
    log = []
    ways = {name: lasting(clock, 1, log=log, name=name) for name in ("ours", "plain recipe")}
    held(Contest("c", "things", ways), {})
    in_turn = ["ours", "plain recipe"]
    assert log == [*in_turn, *in_turn, *reversed(in_turn), *in_turn]


def test_a_short_work_is_done_again_until_the_run_is_long_enough(clock):
    log = []
    work = lasting(clock, 0.3, units=6, log=log)()
    assert rate(work, seconds=1.0) == pytest.approx(20)
    assert len(log) == 4
    assert rate(work) == pytest.approx(20)
    assert len(log) == 5
    assert rate(work, units=13) == pytest.approx(20)
    assert len(log) == 8


def test_ratios_and_shares_of_the_limit_are_of_the_rates(clock):
    ways = {"ours": lasting(clock, 0.02, 4), "plain recipe": lasting(clock, 0.08, 4)}
    contest = Contest("c", "things", ways, bar=2.5, needs=10.0, bound_by="bfloat16")
    mine, plain = held(contest, {"float32": 1.0, "bfloat16": 4000.0})
    assert plain.ratio == pytest.approx(4)
    assert plain.ratio_least <= plain.ratio <= plain.ratio_greatest
    assert (mine.ratio, mine.bar, plain.bar) == (1, None, 2.5)
    assert mine.limit == 400
    assert mine.share == pytest.approx(0.5)
    assert plain.limit is None
    assert "| 2.5× |" in markdown([mine, plain])
    assert "| 400 | bfloat16 | 50% |" in markdown([mine, plain])


def test_trainings_are_warmed_up_by_their_units(clock):
    log = []
    ways = {name: lasting(clock, 1, units=4, log=log, name=name) for name in ("ours", "plain recipe")}
    held(Contest("c", "things", ways, warm_up=10), {})
    assert log[:6] == ["ours"] * 3 + ["plain recipe"] * 3
    assert len(log) == 6 + 3 * 2


def test_a_limit_may_be_a_way_that_does_only_what_all_must(clock):
    ways = {"ours": lasting(clock, 4), "plain recipe": lasting(clock, 8), "zlib alone": lasting(clock, 1)}
    mine, *_ = held(Contest("c", "things", ways, bound_by="zlib alone"), {})
    assert (mine.limit, mine.limited_by, mine.share) == (1, "zlib alone", 0.25)


def test_the_spread_of_a_single_run_is_not_told(clock):
    ways = {"ours": lasting(clock, 2), "plain recipe": lasting(clock, 6)}
    table = markdown(held(Contest("c", contests.WHOLE, ways, repeats=1), {}))
    assert "| seconds |  | 2 |  |" in table
    assert "| 3× |" in table


def row(contest, way, rate, limit=None):
    return Row(contest, way, "", 1, rate, rate, rate, 1, 1, 1, None, limit, "", None, "")


def test_the_whole_mnist_is_the_short_run_and_the_steps_left_out():
    rows = [row("MNIST training", "ours", 640.0, 1280.0), row("MNIST training", "plain recipe", 64.0)]
    rows += [row("mnist.gif, 992 steps", "ours", 1 / 200, 1 / 100)]
    rows += [row("mnist.gif, 992 steps", "plain recipe", 1 / 1000)]
    mine, plain = completion.completed(rows, {"mnist.gif": 2.3})
    assert 1 / mine.median == pytest.approx(200 + 14_000 / 10)
    assert 1 / plain.median == pytest.approx(1000 + 14_000)
    assert plain.ratio == pytest.approx(15_000 / 1600)
    assert 1 / mine.limit == pytest.approx(100 + 14_000 / 20)
    assert mine.share == pytest.approx(800 / 1600)
    assert (mine.bar, plain.bar) == (None, 2.3)
    assert plain.limit is None
    assert not list(completion.completed(rows[2:], {}))


def test_the_whole_densities_are_completed_only_where_steps_were_left_out():
    rows = [row("2D training", "ours", 1000.0), row("2D training", "plain recipe", 250.0)]
    short = [
        row("densities.gif, 5536 steps", "ours", 1 / 20),
        row("densities.gif, 5536 steps", "plain recipe", 1 / 300),
    ]
    mine, plain = completion.completed(rows + short, {})
    assert (1 / mine.median, 1 / plain.median) == pytest.approx((20 + 60, 300 + 240))
    assert plain.ratio == pytest.approx(540 / 80)
    in_full = [row("densities.gif", "ours", 1 / 80), row("densities.gif", "plain recipe", 1 / 540)]
    assert not list(completion.completed(rows + in_full, {}))


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


def test_points_proposed_by_arrays_have_the_density_too():
    density = np.array([[0.0, 1.0], [0.5, 0.0]])
    points = recipe.accepted_in_arrays(density, 3000)
    cells = [tuple(cell) for cell in (points * 2).astype(int)]
    assert len(points) == 3000
    assert set(cells) == {(0, 1), (1, 0)}
    assert cells.count((0, 1)) / 3000 == pytest.approx(2 / 3, abs=0.03)


def test_the_recipe_takes_our_steps():
    images = np.random.default_rng(0).integers(0, 256, (64, 1, 28, 28), np.uint8)
    training = recipe.MnistTraining(images, CPU)
    network = build("unet", (1, 32, 32), {"width": 64}, torch.Generator().manual_seed(0))
    training.network.load_state_dict(network.state_dict())
    batch = recipe.scaled(torch.stack([recipe.Digits(images)[index] for index in range(64)]))
    assert torch.allclose(batch, network_images(torch.from_numpy(images), 32, MNIST_SCALING), atol=1e-5)
    training.batches = iter([batch])
    torch.manual_seed(7)
    x0, alpha = torch.randn_like(batch), torch.rand(64)
    torch.manual_seed(7)
    training.run(1)
    settings = {"batch_size": 64, "optimizer": "adam", "ema": 0.0}
    Stepper(network, torch.float32, settings)(
        Block(x0[None], batch[None], alpha[None]), torch.tensor([[0.0005], [1.0]])
    )
    for mine, theirs in zip(network.parameters(), training.network.parameters(), strict=True):
        apart = (mine - theirs).abs() > 2e-5  # of steps of 5e-4, whose sign is rounding's where a gradient is next to 0
        assert apart.float().mean() < 0.01


def test_the_tuned_recipe_has_the_same_images():
    images = np.random.default_rng(0).integers(0, 256, (10, 1, 28, 28), np.uint8)
    expected = network_images(torch.from_numpy(images), 32, MNIST_SCALING)
    batches = recipe.in_memory(images, CPU, batch_size=3)
    epochs = [torch.cat([next(batches) for _ in range(3)]) for _ in range(2)]
    assert not torch.equal(*epochs)
    for epoch in epochs:
        apart = (epoch[:, None] - expected).abs().amax(dim=(2, 3, 4))
        assert len(set(apart.argmin(dim=1).tolist())) == 9
        assert apart.amin(dim=1).max() < 1e-5


def test_the_recipe_samples_as_ours(tmp_path):
    sampler = ours.sampler(tmp_path, CPU, "float32")
    plain = recipe.Convolutional()
    plain.load_state_dict(checkpoint.load(tmp_path / "model.pt")[0].state_dict())
    starts = torch.randn(3, 1, 32, 32)
    *_, theirs = recipe.sample(plain, starts, 16)
    assert torch.allclose(sampler.ends(starts), theirs, atol=1e-4)


def test_trainings_are_run_up_to_a_record():
    points = np.random.default_rng(0).random((2, 100, 2), dtype=np.float32)
    training = ours.plane_training(points[0], points[1], CPU)
    assert training.run(1) == training.block
    assert training.run(training.block + 1) == 2 * training.block


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
    with Image.open(whole.by_snakemake("densities", 64, tmp_path, tmp_path, torch.device("cpu"))) as gif:
        assert (gif.n_frames, gif.size) == (129, (512, 544))


def test_only_trainings_that_do_not_depend_on_their_length_are_measured_on_the_way():
    constant = {"epochs": 16, "batch_size": 64, "decay": "constant", "ema": 0.0}
    shape = (1, 32, 32)  # of which a block has 4 batches
    assert list(quality.lengths(constant, shape, 60_000, [1 / 16, 1, 1])) == [[936, 14_992]]
    falling = constant | {"decay": "cosine"}
    assert list(quality.lengths(falling, shape, 60_000, [1, 0.5, 4])) == [[7496], [14_992], [59_968]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["run", "--only", "x"], "no contest"), (["run", "--device", "cuda:77"], "device"), (["scale", "x"], "no table")],
)
def test_a_mistake_on_the_command_line_is_answered(arguments, message):
    command = [sys.executable, "-m", f"benchmarks.{arguments[0]}", *arguments[1:]]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert message in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("precision", "reduced", "bars"),
    [(torch.float32, False, (1.2, None, None)), (torch.bfloat16, True, (2.5, 4, 2.3))],
)
def test_what_is_asked_and_compared_depends_on_the_processor(monkeypatch, tmp_path, precision, reduced, bars):
    monkeypatch.setattr(works, "choose_precision", lambda *_, **__: precision)
    benchmarks = works.Benchmarks(CPU, tmp_path, tmp_path, quick=False)
    training, sampling = benchmarks.mnist_training(), benchmarks.mnist_sampling()
    assert (training.bar, sampling.bar, benchmarks.bars.get("mnist.gif")) == bars
    assert ("recipe, autocast" in training.ways) == ("recipe, autocast" in sampling.ways) == reduced
    assert (run.left_out("mnist_training_in_float32", benchmarks) == "") == reduced
    assert benchmarks.plane_training().bar == 1.7


def test_a_quick_contest_has_only_what_its_ratio_and_its_limit_need(tmp_path):
    benchmarks = works.Benchmarks(CPU, tmp_path, tmp_path, quick=True)
    assert list(benchmarks.mnist_training().ways) == list(benchmarks.plane_training().ways) == ["ours", "plain recipe"]
    assert list(benchmarks.frames().ways) == ["ours", "plain recipe", "zlib alone"]
    gif = benchmarks.gif()
    assert list(gif.ways) == ["ours", gif.baseline, gif.bound_by]
