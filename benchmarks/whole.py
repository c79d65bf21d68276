"""A whole animation from nothing, processes and all: through Snakemake, or without it stage by stage in one process.

python -m benchmarks.whole densities|mnist OUT.gif --steps STEPS --images IMAGES.npy --device cuda
"""

import argparse
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import ours
from iadb_core.data.density import Density
from iadb_core.drawing.archive import ArchivedFrames
from iadb_core.drawing.frames import Frames
from iadb_core.drawing.gif import write_gif
from iadb_core.drawing.settings import Animation
from iadb_core.networks import checkpoint
from iadb_core.networks.settings import NetworkSettings
from iadb_core.sampling.model import load_model
from iadb_core.system.runtime import available_cores, choose_precision, configure
from iadb_core.system.seeds import numpy_generator

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("Snakefile", "workflow", "iadb_core", "profiles", "resources", "environment.yml")
PICTURES = [Path(density.path) for density in (ours.BLOB, ours.SPIRAL)]


def have_snakemake() -> bool:
    """Whether Snakemake can be run here."""
    return importlib.util.find_spec("snakemake") is not None


def by_snakemake(experiment: str, steps: int, data_dir: Path, folder: Path, device: torch.device) -> Path:
    """results/<experiment>.gif of the project's own configuration, but for the steps, in a new folder."""
    import yaml

    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / name)
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    training = config["experiments"][experiment]["training"]
    training.pop("epochs", None)
    training["steps"] = steps
    config["data_dir"], config["defaults"]["device"] = str(data_dir.resolve()), str(device)
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--cores", "all", f"results/{experiment}.gif", "--quiet", "all"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return folder / "results" / f"{experiment}.gif"


def by_stages(experiment: str, steps: int, images: str | None, out: Path, device: torch.device) -> None:
    """The same stages one after the other in this process."""
    configure(available_cores())
    source: Density
    target: Density
    network: NetworkSettings
    if experiment == "densities":
        source, target, network = ours.BLOB, ours.SPIRAL, ours.PLANE
        x0, x1 = (
            density.draw((2,), 65536, numpy_generator(0, Path(density.path).name))
            for density in (ours.BLOB, ours.SPIRAL)
        )
        training = ours.plane_training(x0, x1, device, steps=steps)
        starts, size, colours = torch.from_numpy(x0[:2048]), 512, 128
    else:
        source, target, network = ours.GAUSSIAN, ours.MNIST, ours.CONVOLUTIONAL
        precision = choose_precision("auto", device, convolutional=True)
        training = ours.mnist_training(np.load(str(images)), precision, device, steps=steps)
        starts, size, colours = torch.randn(64, *ours.IMAGE), 256, 32
    training.run(steps)
    with tempfile.TemporaryDirectory() as temporary:
        path, shape = Path(temporary) / "m.pt", tuple(starts.shape[1:])
        checkpoint.save(path, training.network, network, shape, settings={}, seed=0, steps=steps)
        sampler = ours.sampler(load_model(path, str(device), "auto"), steps=128, batch_size=2048)
        trajectory = sampler.trajectories(starts).numpy()
        frames = Frames(trajectory, source, target, "linear", Animation(size=size, stride=1))
        archived = ArchivedFrames(ours.drawn(frames, path.parent))
        write_gif(out, archived, frame_ms=50, hold_ms=2500, colours=colours, threads=available_cores())


def run_ours(experiment: str, steps: int, data_dir: Path, images: Path, device: torch.device) -> None:
    """The whole animation by this project, in processes of its own."""
    with tempfile.TemporaryDirectory() as folder:
        if have_snakemake():
            by_snakemake(experiment, steps, data_dir, Path(folder), device)
            return
        arguments = [experiment, f"{folder}/out.gif", "--images", images, "--steps", steps, "--device", device]
        command = [sys.executable, "-m", "benchmarks.whole", *map(str, arguments)]
        subprocess.run(command, cwd=ROOT, check=True)


def run_recipe(experiment: str, steps: int, data_dir: Path, images: Path, device: torch.device) -> None:
    """The whole animation by the plain recipe, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = PICTURES if experiment == "densities" else [images]
        arguments = [experiment, *inputs, f"{folder}/out.gif", "--steps", steps, "--device", device]
        subprocess.run([sys.executable, "-m", "benchmarks.recipe", *map(str, arguments)], cwd=ROOT, check=True)


def main() -> None:
    """The stages, from the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("experiment", choices=["densities", "mnist"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--images")
    parser.add_argument("--device", type=torch.device, default=torch.device("cpu"))
    given: dict[str, Any] = vars(parser.parse_args())
    by_stages(**given)


if __name__ == "__main__":
    main()
