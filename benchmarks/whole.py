"""A whole animation from nothing, processes and all: through Snakemake, or without it stage by stage in one process.

python -m benchmarks.whole densities|mnist OUT.gif --steps STEPS --images IMAGES.npy --device cuda
"""

import argparse
import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import ours
from iadb_core.data.densities import read_density, sample_density
from iadb_core.drawing.animation import write_gif
from iadb_core.drawing.frames import Frames
from iadb_core.networks import checkpoint
from iadb_core.sampling.sampler import Sampler
from iadb_core.system.runtime import available_cores, choose_precision, configure
from iadb_core.system.seeds import numpy_generator

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("Snakefile", "workflow", "iadb_core", "profiles", "resources", "environment.yml")
PICTURES = [ROOT / "resources" / "densities" / name for name in ("blob.png", "spiral.png")]


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
    source: Mapping[str, Any]
    target: Mapping[str, Any]
    if experiment == "densities":
        source, target = ({"picture": {"path": str(path)}} for path in PICTURES)
        points = [sample_density(read_density(path), 65536, numpy_generator(0, path.name)) for path in PICTURES]
        training = ours.plane_training(points[0], points[1], device, steps=steps)
        starts, name, sizes, colours = torch.from_numpy(points[0][:2048]), "mlp", ours.PLANE, 128
    else:
        source, target = ours.GAUSSIAN, ours.MNIST
        precision = choose_precision("auto", device, convolutional=True)
        training = ours.mnist_training(np.load(str(images)), precision, device, steps=steps)
        starts, name, sizes, colours = torch.randn(64, 1, 32, 32), "unet", {"width": 64}, 32
    training.run(steps)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        description = {"name": name, "shape": list(starts.shape[1:]), "settings": sizes}
        checkpoint.save(folder / "m.pt", training.network, description=description, settings={}, seed=0, steps=steps)
        sampling = {"solver": "euler", "schedule": "linear", "steps": 128, "rtol": 1e-5, "atol": 1e-5}
        settings = {"device": str(device), "precision": "auto", "sampling": sampling | {"batch_size": 2048}}
        trajectory = Sampler(folder / "m.pt", settings).trajectories(starts).numpy()
        size = 512 if experiment == "densities" else 256
        frames = Frames(trajectory, source, target, schedule="linear", size=size, stride=1)
        write_gif(
            out, ours.drawn(frames, folder), frame_ms=50, hold_ms=2500, colours=colours, threads=available_cores()
        )


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
