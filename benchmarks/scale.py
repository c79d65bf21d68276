"""Cost against work, a decade or more of each: python -m benchmarks.scale [TABLE …] [--device cuda]

Each line is measured in a process of its own, so that its peak memory is its own. Prints Markdown tables and writes
them to results/benchmarks/scale.md; the column to look at is the cost of a unit, which should not grow.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import ours, whole
from benchmarks.machine import synchronise
from iadb_core.data.grayscale import read_density
from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.rejection import sample_density
from iadb_core.networks.building import parameter_count
from iadb_core.networks.unet import UNet
from iadb_core.system.arrays import load_array
from iadb_core.system.files import write_text
from iadb_core.system.runtime import available_cores, choose_precision, configure, peak_memory_mb
from iadb_core.training.loop import Running
from iadb_core.training.resume import ResumeFile

CPU = torch.device("cpu")
Measured = tuple[float, float] | tuple[float, float, float]  # units of work, seconds; peak memory in MB if another's
LAUNCHER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""  # a process that is small itself: what starts another counts in the other's peak memory


def points(count: int, device: torch.device) -> Measured:
    """Points of a picture by rejection."""
    density = read_density(whole.PICTURES[0])
    began = time.perf_counter()
    sample_density(density, count, np.random.default_rng(0))
    return count, time.perf_counter() - began


def timed(training: ours.Training, steps: int) -> float:
    """Seconds of so many steps or a few more, after others; by the step that was asked for."""
    training.run(4 * training.block)  # on a GPU the graph is captured in these
    began = time.perf_counter()
    done = training.run(steps)
    synchronise(training.device)
    return (time.perf_counter() - began) * steps / done


def images(count: int, size: int) -> np.ndarray:
    """Noise in the shape of stored images."""
    return np.random.default_rng(0).integers(0, 256, (count, 1, size, size), np.uint8)


def training_of(
    stored: np.ndarray,
    size: int,
    batch_size: int,
    device: torch.device,
    network: UNet = ours.CONVOLUTIONAL,
    **options: Any,
) -> ours.Training:
    """A training, of the MNIST tutorial's network if no other is given, on images of any size."""
    target = Dataset(name="MNIST", size=size, scaling=[(0.5, 0.5)])
    how = batch_size, "with_replacement", choose_precision("auto", device, convolutional=True), device
    return ours.Training(network, (1, size, size), (ours.GAUSSIAN, target), (None, stored), *how, **options)


def batch_size(batch: int, device: torch.device) -> Measured:
    """Images of 32×32 pixels trained on, 4,096 or more."""
    steps = max(4, 4096 // batch)
    return steps * batch, timed(training_of(images(1000, 32), 32, batch, device), steps)


def image_size(size: int, device: torch.device) -> Measured:
    """Thousands of pixels trained on, in images of this size in batches of 16."""
    steps = 8 * (128 // size) ** 2
    return steps * 16 * size * size / 1000, timed(training_of(images(200, size), size, 16, device), steps)


def stored_images(count: int, device: torch.device) -> Measured:
    """Images trained on, out of so many stored ones: the peak is that of 1,000, and the images, 1,024 bytes each."""
    return trained_on_file(count, device)


def solver_steps(steps: int, device: torch.device) -> Measured:
    """Evaluations of images, from 64 starts in T steps."""
    with tempfile.TemporaryDirectory() as folder:
        model = ours.untrained(Path(folder), device, "auto")
        sampler, starts = ours.sampler(model, steps), torch.randn(64, *ours.IMAGE)
        ours.evaluations(model, ours.sampler(model, 16), starts)  # on a GPU kernels are loaded and captured in it
        began = time.perf_counter()
        return ours.evaluations(model, sampler, starts), time.perf_counter() - began


def gigabytes_on_disk(size: int, device: torch.device) -> Measured:
    """Images trained on, out of a file of so many gigabytes: what is larger than a quarter of memory stays there."""
    return trained_on_file(size * 10**9 // 1024, device)


def trained_on_file(count: int, device: torch.device) -> Measured:
    """Images trained on, out of a file of so many, none of it written: it takes no space on the disk."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npy"
        np.lib.format.open_memmap(path, "w+", np.uint8, (count, 1, 32, 32))
        return 2048, timed(training_of(load_array(path), 32, 64, device), 32)


def saved_states(width: int, device: torch.device) -> Measured:
    """Parameters of the MNIST tutorial's network of any width, whose training's state is written to the disk once."""
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        file = ResumeFile(Path(folder) / "model.resume", "")

        def save(training: Running) -> None:
            training.wait()
            began = time.perf_counter()
            file.save(training.state())
            seconds.append(time.perf_counter() - began)

        network = UNet(name="unet", width=width)
        training = training_of(images(100, 32), 32, 4, device, network, after_block=save)
        training.run(5 * training.block)
    return parameter_count(training.network), float(np.median(seconds))


def experiments(count: int, device: torch.device) -> Measured:
    """Experiments in one workflow: the time and memory of `snakemake -n` for their table."""
    import yaml

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in whole.COPIED:
            (folder / name).symlink_to(whole.ROOT / name)
        config = yaml.safe_load((whole.ROOT / "config.yaml").read_text(encoding="utf-8"))
        one = config["experiments"]["densities"]
        config["experiments"] = {f"run{i}": one | {"seeds": [i]} for i in range(count)}
        config["default_experiments"] = list(config["experiments"])
        (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
        command = [sys.executable, "-m", "snakemake", "-n", "--cores", "2", "results/metrics.csv", "--quiet", "all"]
        launched = [sys.executable, "-c", LAUNCHER, *command]
        began = time.perf_counter()
        run = subprocess.run(launched, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
        return count, time.perf_counter() - began, int(run.stdout) * 1024 / 1e6


TABLES: dict[str, tuple[Callable[[int, torch.device], Measured], tuple[int, ...], str]] = {
    "points": (points, (10**4, 10**5, 10**6, 10**7), "points"),
    "batch_size": (batch_size, (16, 64, 256, 1024), "images"),
    "image_size": (image_size, (32, 64, 128), "kilopixels"),
    "stored_images": (stored_images, (10**3, 10**4, 10**5, 10**6), "images"),
    "solver_steps": (solver_steps, (16, 64, 256, 1024), "evaluations"),
    "gigabytes_on_disk": (gigabytes_on_disk, (1, 20), "images"),
    "saved_states": (saved_states, (16, 64, 256), "parameters"),
    "experiments": (experiments, (1, 10, 100, 300), "experiments"),
}


def line(table: str, work: int, device: torch.device) -> str:
    """One line of a table, measured in this process."""
    configure(available_cores())
    measure, _, _ = TABLES[table]
    units, seconds, *others = measure(work, device)
    (memory,) = others or (peak_memory_mb(CPU),)
    return f"| {work:,} | {seconds:.3g} | {seconds / units * 1e6:,.3g} | {memory:,.0f} |"


def main() -> None:
    """One line if one is asked for, else all tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tables", nargs="*", default=list(TABLES), metavar="TABLE", help=", ".join(TABLES))
    parser.add_argument("--work", type=int, help="only the line of this much work of the one table")
    parser.add_argument("--device", type=torch.device, default=CPU)
    given = parser.parse_args()
    if unknown := set(given.tables) - set(TABLES):
        parser.error(f"no table {', '.join(sorted(unknown))}; there are {', '.join(TABLES)}")
    if given.work:
        print(line(given.tables[0], given.work, given.device))
        return
    text = ""
    for table in given.tables:
        measure, works, unit = TABLES[table]
        text += (
            f"\n{measure.__doc__}\n\n| {table.replace('_', ' ')} | s | µs of one of the {unit} | peak memory, MB |\n"
        )
        text += "| --- " * 4 + "|\n"
        for work in works:
            command = [sys.executable, "-m", "benchmarks.scale", table, "--work", work, "--device", given.device]
            text += subprocess.run(list(map(str, command)), check=True, stdout=subprocess.PIPE, text=True).stdout
    write_text("results/benchmarks/scale.md", text)
    print(text)


if __name__ == "__main__":
    main()
