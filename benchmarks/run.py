"""The benchmarks: this project, the plain recipe and its peers in turn, in one run.

    python -m benchmarks.run [--quick] [--only WORD …] [--device cuda] [--data-dir DIR] [--out results/benchmarks]

Writes benchmarks.csv, benchmarks.json and benchmarks.md to the folder, and the table to the screen.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import ours, peers, recipe, whole
from benchmarks.contests import WHOLE, Contest, Row, Work, hold, markdown, rate
from benchmarks.machine import bandwidth, described, matrix_products
from iadb_core.animation import write_gif
from iadb_core.densities import read_density, sample_density
from iadb_core.files import write_json, write_text
from iadb_core.frames import Frames
from iadb_core.runtime import available_cores, choose_precision, configure, precision_name

MNIST_STEPS, PLANE_STEPS = 14_992, 65_536  # of the whole tutorials


class Benchmarks:
    """The contests on one device, a method each. Whatever is large is made when a way is prepared."""

    def __init__(self, device: torch.device, data_dir: Path, folder: Path, quick: bool) -> None:
        self.device, self.data_dir, self.folder, self.quick = device, data_dir, folder, quick
        self.precision = choose_precision("auto", device, convolutional=True)
        self.on_cuda = device.type == "cuda"
        self.bars = GPU_BARS if self.on_cuda else CPU_BARS

    @cached_property
    def images(self) -> np.ndarray:
        """MNIST's training images."""
        return mnist_images(self.data_dir)[0]

    def mnist_training(self) -> Contest:
        """Optimiser steps on batches of 64 images."""
        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda: ours.mnist_training(self.images, self.precision, self.device),
            "plain recipe": lambda: recipe.MnistTraining(self.images, self.device),
            "ours in float32": lambda: ours.mnist_training(self.images, torch.float32, self.device),
        }
        if find_spec("torchcfm"):
            ways["torchcfm's loop"] = lambda: peers.TorchcfmTraining(self.images, self.device)
        else:
            print("torchcfm is not installed: pip install --requirement benchmarks/requirements.txt", file=sys.stderr)
        return self.training("MNIST training", ways, precision=precision_name(self.precision))

    def mnist_training_in_float32(self) -> Contest:
        """The same where there are no bfloat16 instructions."""
        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda: ours.mnist_training(self.images, torch.float32, self.device),
            "plain recipe": lambda: recipe.MnistTraining(self.images, self.device),
        }
        return self.training("MNIST training, float32", ways)

    def training(self, name: str, ways: Mapping[str, Callable[[], Any]], **options: Any) -> Contest:
        """A contest of trainings, which have a method that runs so many steps."""
        steps = (200 if self.on_cuda else 12) if self.quick else (1000 if self.on_cuda else 24)

        def prepared(make: Callable[[], Any]) -> Callable[[], Work]:
            def prepare() -> Work:
                training = make()
                return lambda: 64 * (training.run(steps) or steps)

            return prepare

        operations = 3 * forward_flops() - first_layer_flops()
        works = {way: prepared(make) for way, make in ways.items()}
        return self.contest(name, "images", works, operations=operations, **options)

    def mnist_sampling(self) -> Contest:
        """Network evaluations of single images, by Euler steps from 64 starts."""
        starts = torch.randn(64, 1, 32, 32)

        def fast() -> Work:
            sampler = ours.sampler(self.folder, self.device, "auto")
            return lambda: ours.evaluations(sampler, starts)

        def plain() -> Work:
            network = recipe.Convolutional().to(self.device).eval()

            def work() -> float:
                for x in recipe.sample(network, starts.to(self.device), 16):
                    x.cpu()
                return 16 * len(starts)

            return work

        ways = {"ours": fast, "plain recipe": plain}
        precision = precision_name(self.precision)
        return self.contest("MNIST sampling", "evaluations", ways, operations=forward_flops(), precision=precision)

    def plane_training(self) -> Contest:
        """Optimiser steps on batches of 256 points, on one thread on a CPU: so small a network is slower on two."""
        points = np.random.default_rng(0).random((2, 65536, 2), dtype=np.float32)
        steps = 640 if self.quick else 2560

        def fast() -> Work:
            torch.set_num_threads(1)
            training = ours.plane_training(points[0], points[1], self.device)
            return lambda: training.run(steps)

        def plain() -> Work:
            torch.set_num_threads(1)
            x0, x1 = torch.from_numpy(points)

            def work() -> float:
                recipe.train_plane(x0, x1, steps, self.device)
                return steps

            return work

        ways = {"ours": fast, "plain recipe": plain}
        threads = "float32" if self.on_cuda else "float32 on one thread"
        return self.contest("2D training", "iterations", ways, operations=plane_flops(), precision=threads)

    def rejection(self) -> Contest:
        """Points of the source of `densities`."""
        density = read_density(whole.PICTURES[0])
        count = 8192 if self.quick else 65536

        def fast() -> float:
            return sum(len(sample_density(density, 65536, np.random.default_rng(seed))) for seed in range(10))

        def plain() -> float:
            return len(recipe.accepted_points(density, count))

        return self.contest("points by rejection", "points", {"ours": lambda: fast, "plain recipe": lambda: plain})

    def frames(self) -> Contest:
        """Frames of 2,048 points in files."""
        few = 1 if self.quick else 3

        def fast() -> Work:
            frames = some_frames()
            return lambda: len(ours.drawn(frames, self.folder))

        def plain() -> Work:
            frames = some_frames()

            def work() -> float:
                for number in range(few):
                    recipe.draw_points(torch.from_numpy(frames.trajectory[number]), self.folder / "plain.png")
                return few

            return work

        return self.contest("frames of 2,048 points", "frames", {"ours": fast, "plain recipe": plain}, repeats=3)

    def gif(self) -> Contest:
        """Such frames as a GIF, by encoders of whose pixels the note says how far they are from the frames'."""
        encoders: dict[str, Callable[[Sequence[Path], Path], None]] = {
            "ours": partial(write_frames, colours=128),
            "Pillow": peers.pillow_gif,
            "ffmpeg": peers.ffmpeg_gif,
        }
        if find_spec("imageio"):
            encoders["imageio"] = peers.imageio_gif

        def prepared(name: str) -> Callable[[], Work]:
            def prepare() -> Work:
                paths = self.frames_in(name)

                def work() -> float:
                    encoders[name](paths, self.folder / f"{name}.gif")
                    return len(paths)

                return work

            return prepare

        def note() -> str:
            paths = self.frames_in("meant")
            made = {name: self.folder / f"{name}.gif" for name in encoders}
            return "; ".join(
                f"{name} {path.stat().st_size / 1e6:.2f} MB, error {peers.gif_error(paths, path):.2f}"
                for name, path in made.items()
            )

        ways = {name: prepared(name) for name in encoders}
        return self.contest("GIF of 129 frames", "frames", ways, note=note, baseline="ffmpeg", repeats=3)

    def frames_in(self, name: str) -> list[Path]:
        """Frames in files of a folder of that name."""
        (self.folder / name).mkdir()
        return ours.drawn(some_frames(), self.folder / name)

    def densities_gif(self) -> Contest:
        """results/densities.gif from nothing."""
        return self.whole("densities", PLANE_STEPS)

    def mnist_gif(self) -> Contest:
        """results/mnist.gif from nothing, with fewer steps on a CPU; `completed` then adds the others."""
        return self.whole("mnist", MNIST_STEPS if self.on_cuda else 250)

    def whole(self, experiment: str, steps: int) -> Contest:
        """A whole animation; a unit is one of them."""

        def prepared(run: Callable[..., None]) -> Callable[[], Work]:
            def prepare() -> Work:
                images, real = mnist_images(self.data_dir)
                stored = self.folder / f"{run.__name__}.npy"
                np.save(stored, images)

                def work() -> float:
                    run(experiment, steps, self.data_dir if real else None, stored, self.device)
                    return 1

                return work

            return prepare

        name = f"{experiment}.gif" if steps in (PLANE_STEPS, MNIST_STEPS) else f"{experiment}.gif, {steps} steps"
        ways = {"ours": prepared(whole.run_ours), "plain recipe": prepared(whole.run_recipe)}
        return self.contest(name, WHOLE, ways, repeats=1)

    def contest(self, name: str, unit: str, ways: Mapping[str, Callable[[], Work]], **options: Any) -> Contest:
        """A contest with its bar on this kind of device."""
        return Contest(name, unit, ways, bar=self.bars.get(name), **options)


class Served:
    """A way of a contest in a process of its own, which waits between its runs.

    What a way sets for its whole process, such as threads and the allocator, then changes no other.
    """

    def __init__(self, contest: str, way: str, arguments: Sequence[str]) -> None:
        command = [sys.executable, "-m", "benchmarks.run", *arguments, "--serve", contest, way]
        self.process = subprocess.Popen(command, cwd=whole.ROOT, stdin=PIPE, stdout=PIPE, text=True)

    def __call__(self) -> float:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        told = self.process.stdout.readline()
        if not told:
            raise RuntimeError("a way of the benchmark has ended; its message is above")
        return float(told)

    def end(self) -> None:
        """Let the process end."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()


def serve(contest: Contest, way: str) -> None:
    """Run one way of a contest for each line of standard input; tell units a second on standard output."""
    out, sys.stdout = sys.stdout, sys.stderr
    if way.startswith("ours"):
        configure(available_cores())
    work = contest.ways[way]()
    for _ in sys.stdin:
        print(rate(work), file=out, flush=True)


CPU_BARS = {
    "MNIST training": 2.5,
    "MNIST training, float32": 1.2,
    "MNIST sampling": 4,
    "2D training": 1.7,
    "points by rejection": 200,
    "frames of 2,048 points": 15,
    "GIF of 129 frames": 1,
    "densities.gif": 4,
    "mnist.gif": 2.3,
}
GPU_BARS = {"MNIST training": 10, "2D training": 8, "mnist.gif": 10}
QUICK = ("mnist_training", "mnist_sampling", "plane_training", "rejection", "frames", "gif")
SLOW = ("densities_gif", "mnist_gif")


def mnist_images(data_dir: Path) -> tuple[np.ndarray, bool]:
    """MNIST's training images as stored, (count, 1, 28, 28), uint8, and True; else noise of their shape, and False."""
    from iadb_core.torchvision_import import import_torchvision

    import_torchvision()
    from torchvision.datasets import MNIST

    try:
        return MNIST(data_dir, train=True).data[:, None].numpy(), True
    except RuntimeError:
        print(f"MNIST is not in {data_dir}: noise of its shape is used, which takes the same time", file=sys.stderr)
        return np.random.default_rng(0).integers(0, 256, (60_000, 1, 28, 28), np.uint8), False


def forward_flops() -> float:
    """FLOPs of one evaluation of the MNIST tutorial's network for one image, counted by torch."""
    with FlopCounterMode(display=False) as counter:
        recipe.Convolutional()(torch.zeros(1, 1, 32, 32), torch.zeros(1))
    return counter.get_total_flops()


def first_layer_flops() -> float:
    """FLOPs of the gradient that training leaves out: that of the network's input."""
    return 2 * 32 * 32 * 9 * 2 * 64


def plane_flops() -> float:
    """FLOPs of one optimiser step of the 2D tutorial, counted by torch."""
    network = recipe.Plane()
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(256, 2), torch.zeros(256, 1)).sum().backward()
    return counter.get_total_flops()


def some_frames() -> Frames:
    """2,048 points of the source of `densities` that go straight to points of its target in 128 steps."""
    densities = [read_density(path) for path in whole.PICTURES]
    start, end = (sample_density(density, 2048, np.random.default_rng(0)) for density in densities)
    states = ours.trajectory(torch.from_numpy(start), torch.from_numpy(end - start), 128)
    source, target = ({"picture": {"path": str(path)}} for path in whole.PICTURES)
    return Frames(states, source, target, schedule="linear", size=512, stride=1)


def write_frames(frames: Sequence[Path], path: Path, colours: int) -> None:
    """A GIF as the workflow writes it."""
    write_gif(path, frames, frame_ms=50, hold_ms=50, colours=colours, threads=available_cores())


def completed(rows: list[Row]) -> Iterator[Row]:
    """The whole mnist.gif: the run with few steps, and the steps that it left out at the rate of MNIST training."""
    training = {row.way: row.median / 64 for row in rows if row.contest == "MNIST training"}
    short = {row.way: row for row in rows if row.contest.startswith("mnist.gif, ")}
    if not training or not short:
        return
    left_out = MNIST_STEPS - int(short["ours"].contest.split()[1])
    seconds = {way: 1 / row.median + left_out / training[way] for way, row in short.items()}
    for way, row in short.items():
        yield replace(
            row,
            contest="mnist.gif",
            slowest=1 / seconds[way],
            median=1 / seconds[way],
            fastest=1 / seconds[way],
            ratio_least=seconds[way] / seconds["ours"],
            ratio=seconds[way] / seconds["ours"],
            ratio_greatest=seconds[way] / seconds["ours"],
            bar=None if way == "ours" else CPU_BARS["mnist.gif"],
            note="computed: the run with fewer steps, and the other steps at the median rate of MNIST training",
        )


def report(rows: list[Row], machine: dict[str, Any], out: Path) -> None:
    """The three files."""
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "benchmarks.json", {"machine": machine, "rows": [asdict(row) for row in rows]})
    with open(out / "benchmarks.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(asdict(rows[0])))
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    notes = [f"{row.contest}: {row.note}" for row in rows if row.note and row.way == "ours"]
    head = "\n".join(f"- {key}: {value}" for key, value in machine.items())
    write_text(out / "benchmarks.md", "\n\n".join([head, markdown(rows), *notes]) + "\n")


def main() -> None:
    """Hold the contests that were asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs, and no whole animations")
    parser.add_argument("--only", nargs="+", default=[], help="contests whose names have one of these in them")
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"))
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--serve", nargs=2, metavar=("CONTEST", "WAY"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        benchmarks = Benchmarks(given.device, given.data_dir, given.folder, given.quick)
        serve(getattr(benchmarks, given.serve[0])(), given.serve[1])
        return
    held = QUICK if given.quick else (*QUICK, "mnist_training_in_float32", *SLOW)
    names = [name for name in held if not given.only or any(word in name for word in given.only)]
    configure(available_cores())
    products = matrix_products(given.device)
    machine = described(given.device) | {
        "matrix_products_gflops": {name: round(value / 1e9) for name, value in products.items()},
        "memory_bandwidth_gb_s": round(bandwidth(given.device) / 1e9, 1),
    }
    print(json.dumps(machine, indent=2), file=sys.stderr)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        benchmarks = Benchmarks(given.device, given.data_dir.resolve(), Path(folder), given.quick)
        arguments = ["--device", str(given.device), "--data-dir", str(benchmarks.data_dir), "--folder", folder]
        arguments += ["--quick"] if given.quick else []
        for name in names:
            contest = getattr(benchmarks, name)()
            ways = {way: Served(name, way, arguments) for way in contest.ways}
            rows += hold(contest, 3 if given.quick else 5, products, ways.__getitem__, warm_up=name not in SLOW)
            for way in ways.values():
                way.end()
            print(markdown(rows[-len(ways) :]), rows[-len(ways)].note, sep="\n", file=sys.stderr, flush=True)
    rows += completed(rows)
    report(rows, machine, given.out)
    print(markdown(rows))


if __name__ == "__main__":
    main()
