"""The benchmarks: this project, the plain recipe and its peers in turn, in one run.

    python -m benchmarks.run [--quick] [--only WORD …] [--device cuda] [--data-dir DIR] [--out results/benchmarks]

Writes benchmarks.csv, benchmarks.json and benchmarks.md to the folder, and the table to the screen.
"""

import argparse
import csv
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import ours, peers, recipe, whole
from benchmarks.contests import WHOLE, Contest, Row, hold, markdown
from benchmarks.machine import bandwidth, described, matrix_products
from iadb_core.animation import write_gif
from iadb_core.densities import read_density, sample_density
from iadb_core.files import write_json, write_text
from iadb_core.frames import Frames
from iadb_core.runtime import available_cores, choose_precision, configure, precision_name

MNIST_STEPS, PLANE_STEPS = 14_992, 65_536  # of the whole tutorials


class Benchmarks:
    """The contests on one device; every attribute that is a method with `contest` in front of it makes one."""

    def __init__(self, device: torch.device, data_dir: Path, folder: Path, quick: bool) -> None:
        self.device, self.data_dir, self.folder, self.quick = device, data_dir, folder, quick
        self.images, self.real = mnist_images(data_dir)
        self.precision = choose_precision("auto", device, convolutional=True)
        self.on_cuda = device.type == "cuda"
        self.bars = GPU_BARS if self.on_cuda else CPU_BARS

    def mnist_training(self) -> Contest:
        """Optimiser steps on batches of 64 images."""
        steps = (200 if self.on_cuda else 12) if self.quick else (1000 if self.on_cuda else 24)
        plain = recipe.MnistTraining(self.images, self.device)
        fast = ours.mnist_training(self.images, self.precision, self.device)
        single = ours.mnist_training(self.images, torch.float32, self.device)
        ways: dict[str, Any] = {"ours": fast, "plain recipe": plain, "ours in float32": single}
        try:
            ways["torchcfm's loop"] = peers.TorchcfmTraining(self.images, self.device)
        except ImportError:
            print("torchcfm is not installed: pip install --requirement benchmarks/requirements.txt", file=sys.stderr)
        return self.contest(
            "MNIST training",
            "images",
            {name: images_of(training, steps) for name, training in ways.items()},
            operations=3 * forward_flops() - first_layer_flops(),
            precision=precision_name(self.precision),
        )

    def mnist_training_in_float32(self) -> Contest:
        """The same where there are no bfloat16 instructions."""
        steps = 12 if self.quick else 24
        ways = {
            "ours": ours.mnist_training(self.images, torch.float32, self.device),
            "plain recipe": recipe.MnistTraining(self.images, self.device),
        }
        return self.contest(
            "MNIST training, float32",
            "images",
            {name: images_of(training, steps) for name, training in ways.items()},
            operations=3 * forward_flops() - first_layer_flops(),
        )

    def mnist_sampling(self) -> Contest:
        """Network evaluations of single images, by Euler steps from 64 starts."""
        starts = torch.randn(64, 1, 32, 32)
        fast = ours.sampler(self.folder, self.device, "auto")
        network = recipe.Convolutional().to(self.device).eval()

        def plainly() -> int:
            for x in recipe.sample(network, starts.to(self.device), 16):
                x.cpu()
            return 16 * len(starts)

        return self.contest(
            "MNIST sampling",
            "evaluations",
            {"ours": lambda: ours.evaluations(fast, starts), "plain recipe": plainly},
            operations=forward_flops(),
            precision=precision_name(fast.precision),
        )

    def plane_training(self) -> Contest:
        """Optimiser steps on batches of 256 points, on one thread on a CPU."""
        points = np.random.default_rng(0).random((2, 65536, 2), dtype=np.float32)
        fast = ours.plane_training(points[0], points[1], self.device)
        x0, x1 = torch.from_numpy(points)
        steps = 640 if self.quick else 2560

        def plainly() -> int:
            recipe.train_plane(x0, x1, steps, self.device)
            return steps

        ways = {"ours": on_one_thread(lambda: fast.run(steps)), "plain recipe": on_one_thread(plainly)}
        return self.contest("2D training", "iterations", ways, operations=plane_flops())

    def rejection(self) -> Contest:
        """Points of the source of `densities`."""
        density = read_density(whole.PICTURES[0])
        count = 8192 if self.quick else 65536

        def plainly() -> int:
            return len(recipe.accepted_points(density, count))

        def fast() -> int:
            return len(sample_density(density, 65536, np.random.default_rng(0)))

        return self.contest("points by rejection", "points", {"ours": fast, "plain recipe": plainly}, repeats=3)

    def frames(self) -> Contest:
        """Frames of 2,048 points in files."""
        frames = Frames(trajectory(), *pictures(), schedule="linear", size=512, stride=1)
        few = 1 if self.quick else 4

        def plainly() -> int:
            for number in range(few):
                recipe.draw_points(torch.from_numpy(frames.trajectory[number]), self.folder / "plain.png")
            return few

        ways = {"ours": lambda: len(ours.drawn(frames, self.folder)), "plain recipe": plainly}
        return self.contest("frames of 2,048 points", "frames", ways, repeats=3)

    def gif(self) -> Contest:
        """Those frames as a GIF; beside the speed, how far its pixels are from the frames'."""
        paths = ours.drawn(Frames(trajectory(), *pictures(), schedule="linear", size=512, stride=1), self.folder)
        encoders: dict[str, Callable[[Path], None]] = {
            "ours": lambda path: write_gif(path, paths, frame_ms=50, hold_ms=50, colours=128),
            "Pillow": lambda path: peers.pillow_gif(paths, path),
            "ffmpeg": lambda path: peers.ffmpeg_gif(paths, path),
            "imageio": lambda path: peers.imageio_gif(paths, path),
        }
        notes, ways = [], dict[str, Callable[[], float]]()
        for name, encode in encoders.items():
            path = self.folder / f"{name}.gif"
            try:
                encode(path)
            except ImportError:
                continue
            notes.append(f"{name} {path.stat().st_size / 1e6:.2f} MB, error {peers.gif_error(paths, path):.2f}")
            ways[name] = frames_of(encode, path, len(paths))
        return self.contest("GIF of 129 frames", "frames", ways, note="; ".join(notes), baseline="imageio", repeats=3)

    def densities_gif(self) -> Contest:
        """results/densities.gif from nothing."""
        return self.whole("densities", PLANE_STEPS)

    def mnist_gif(self) -> Contest:
        """results/mnist.gif from nothing, with fewer steps on a CPU; `completed` then adds the others."""
        return self.whole("mnist", MNIST_STEPS if self.on_cuda else 250)

    def whole(self, experiment: str, steps: int) -> Contest:
        """A whole animation; a unit is one of them."""
        images = self.folder / "images.npy"
        np.save(images, self.images)
        data_dir = self.data_dir if self.real else None

        def fast() -> int:
            whole.run_ours(experiment, steps, data_dir, images, self.device)
            return 1

        def plainly() -> int:
            whole.run_recipe(experiment, steps, images, self.device)
            return 1

        name = f"{experiment}.gif" if steps in (PLANE_STEPS, MNIST_STEPS) else f"{experiment}.gif, {steps} steps"
        return self.contest(name, WHOLE, {"ours": fast, "plain recipe": plainly}, repeats=1)

    def contest(self, name: str, unit: str, ways: Mapping[str, Callable[[], float]], **options: Any) -> Contest:
        """A contest with its bar on this kind of device."""
        return Contest(name, unit, ways, bar=self.bars.get(name), **options)


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


def images_of(training: Any, steps: int) -> Callable[[], float]:
    """A run of a training, which says how many images it took."""

    def work() -> float:
        return 64 * (training.run(steps) or steps)

    return work


def frames_of(encode: Callable[[Path], None], path: Path, count: int) -> Callable[[], float]:
    """A run of an encoder, which says how many frames it took."""

    def work() -> float:
        encode(path)
        return count

    return work


def on_one_thread(work: Callable[[], float]) -> Callable[[], float]:
    """The work on one CPU thread: so small a network is slower on two."""

    def alone() -> float:
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            return work()
        finally:
            torch.set_num_threads(threads)

    return alone


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


def trajectory() -> np.ndarray:
    """2,048 points that drift for 128 steps."""
    random = np.random.default_rng(0)
    start, end = random.random((2, 2048, 2), dtype=np.float32)
    return ours.trajectory(torch.from_numpy(start), torch.from_numpy(end - start), 128)


def pictures() -> tuple[dict[str, Any], dict[str, Any]]:
    """The densities of `densities`."""
    source, target = ({"picture": {"path": str(path)}} for path in whole.PICTURES)
    return source, target


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
    given = parser.parse_args()
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
        benchmarks = Benchmarks(given.device, given.data_dir, Path(folder), given.quick)
        for name in names:
            contest = getattr(benchmarks, name)()
            rows += hold(contest, 3 if given.quick else 5, products, warm_up=name not in SLOW)
            print(markdown(rows[-len(contest.ways) :]), contest.note, sep="\n", file=sys.stderr, flush=True)
    rows += completed(rows)
    report(rows, machine, given.out)
    print(markdown(rows))


if __name__ == "__main__":
    main()
