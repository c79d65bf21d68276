"""The side of this project in the benchmarks: its modules, as the scripts of the workflow call them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.density import Density, Shape
from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.data.pairs import batches_in_a_block, pairs_of
from iadb_core.drawing.archive import save_frames
from iadb_core.drawing.frames import Frames
from iadb_core.method.coupling import Coupling
from iadb_core.networks import checkpoint
from iadb_core.networks.building import build
from iadb_core.networks.mlp import MLP
from iadb_core.networks.settings import NetworkSettings
from iadb_core.networks.unet import UNet
from iadb_core.sampling.model import Model, load_model
from iadb_core.sampling.sampler import Sampler, Way
from iadb_core.sampling.settings import Sampling
from iadb_core.system.runtime import available_cores, generator
from iadb_core.training import settings
from iadb_core.training.loop import Running, train
from iadb_core.training.records import record_steps

ROOT = Path(__file__).resolve().parent.parent
BLOB, SPIRAL = (Picture(path=str(ROOT / "resources" / "densities" / name)) for name in ("blob.png", "spiral.png"))
GAUSSIAN = Gaussian(mean=0.0, std=1.0)
MNIST = Dataset(name="MNIST", size=32, scaling=[(0.1307, 0.3081), (0.5, 0.5)])
IMAGE = (1, 32, 32)
CONVOLUTIONAL = UNet(name="unet", width=64)
PLANE = MLP(name="mlp", width=64, hidden_layers=4)
PLAIN: dict[str, Any] = {"optimizer": "adam", "decay": "constant", "warmup": 0, "ema": 0.0, "alpha": "uniform"}


class Training:
    """The training of the workflow, some steps at a time: losses are read every 50 steps, on a CPU at each block."""

    def __init__(
        self,
        network: NetworkSettings,
        shape: Shape,
        densities: tuple[Density, Density],
        samples: tuple[np.ndarray | None, np.ndarray | None],
        batch_size: int,
        order: str,
        precision: torch.dtype,
        device: torch.device,
        learning_rate: float = 0.0005,
        steps: int = 10**9,
        after_block: Callable[[Running], object] = lambda training: None,
        coupling: Coupling | None = None,
    ) -> None:
        self.network = build(network, shape, generator(0, "weights")).to(device)
        self.device, self.block, self.done = device, batches_in_a_block(batch_size, shape), 0
        told = PLAIN | {"steps": steps, "batch_size": batch_size, "order": order, "learning_rate": learning_rate}
        blocks = pairs_of(densities, samples, shape, batch_size, order, 0, device, coupling=coupling).blocks()
        record_at = record_steps(50 if device.type == "cuda" else self.block, None)
        how = settings.Training.model_validate(told), precision, record_at
        ahead = int(device.type == "cuda")
        self.records = train(self.network, blocks, steps, *how, after_block=after_block, ahead=ahead)

    def run(self, steps: int) -> int:
        """At least so many steps, up to a record; returns how many."""
        before = self.done
        while self.done < before + steps:
            self.done = next(self.records).step
        return self.done - before


def mnist_training(images: np.ndarray, precision: torch.dtype, device: torch.device, **options: Any) -> Training:
    """The training of the experiment `mnist`; images: (count, 1, 28, 28), uint8."""
    how = 64, "shuffled", precision, device
    return Training(CONVOLUTIONAL, IMAGE, (GAUSSIAN, MNIST), (None, images), *how, **options)


def plane_training(x0: np.ndarray, x1: np.ndarray, device: torch.device, **options: Any) -> Training:
    """The training of the experiment `densities`; x0, x1: (count, 2), float32."""
    how = 256, "with_replacement", torch.float32, device
    return Training(PLANE, (2,), (BLOB, SPIRAL), (x0, x1), *how, learning_rate=0.001, **options)


def untrained(folder: Path, device: torch.device, precision: str) -> Model:
    """A model of the MNIST tutorial's network with its initial weights, loaded from a checkpoint in the folder."""
    network = build(CONVOLUTIONAL, IMAGE, generator(0, "weights"))
    checkpoint.save(folder / "model.pt", network, CONVOLUTIONAL, IMAGE, settings={}, seed=0, steps=0)
    return load_model(folder / "model.pt", str(device), precision)


def sampler(model: Model, steps: int = 16, batch_size: int = 64) -> Sampler:
    """What carries samples by so many Euler steps."""
    sampling = Sampling(solver="euler", schedule="linear", steps=steps, batch_size=batch_size)
    return Sampler(model.field, Way.of(sampling), model.device)


def evaluations(model: Model, sampler: Sampler, starts: Tensor) -> int:
    """Carry starts to the target; returns how many network evaluations of single samples it took."""
    before = model.evaluations
    for _ in sampler.states(starts):
        pass
    return model.evaluations - before


def drawn(frames: Frames, folder: Path) -> Path:
    """The frames in a file, as the workflow draws them."""
    save_frames(folder / "frames.zip", frames, available_cores())
    return folder / "frames.zip"


def trajectory(x0: Tensor, velocity: Tensor, steps: int) -> np.ndarray:
    """Points on straight lines, (steps + 1, count, 2): something to draw."""
    alphas = torch.linspace(0, 1, steps + 1)[:, None, None]
    return (x0 + alphas * velocity).numpy()
