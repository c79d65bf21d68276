"""The side of this project in the benchmarks: its modules, as the scripts of the workflow call them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.pictures import save_png
from iadb_core.data.streams import batches_in_a_block, independent_blocks
from iadb_core.drawing.frames import Frames
from iadb_core.networks import checkpoint
from iadb_core.networks import registry as networks
from iadb_core.sampling.sampler import Sampler
from iadb_core.system.runtime import available_cores, generator
from iadb_core.training import loop as training
from iadb_core.training.records import record_steps

MNIST_SCALING = [[0.1307, 0.3081], [0.5, 0.5]]
MNIST = {"dataset": {"size": 32, "scaling": MNIST_SCALING}}
GAUSSIAN = {"gaussian": {"mean": 0.0, "std": 1.0}}
PLANE = {"width": 64, "hidden_layers": 4}
SETTINGS = {"optimizer": "adam", "decay": "constant", "warmup": 0, "ema": 0.0}


class Training:
    """The training of the workflow, some steps at a time: losses are read every 50 steps, on a CPU at each block."""

    def __init__(
        self,
        network: tuple[str, dict[str, Any]],
        shape: tuple[int, ...],
        densities: tuple[dict[str, Any], dict[str, Any]],
        samples: tuple[np.ndarray | None, np.ndarray | None],
        batch_size: int,
        order: str,
        precision: torch.dtype,
        device: torch.device,
        learning_rate: float = 0.0005,
        steps: int = 10**9,
        after_block: Callable[[training.Training], object] = lambda training: None,
    ) -> None:
        self.network = networks.build(network[0], shape, network[1], generator(0, "weights")).to(device)
        self.device, self.block, self.done = device, batches_in_a_block(batch_size, shape), 0
        settings = SETTINGS | {"batch_size": batch_size, "learning_rate": learning_rate}
        blocks = independent_blocks(densities, samples, shape, batch_size, order, 0, device)
        every = 50 if device.type == "cuda" else self.block
        record_at = record_steps(every, None)
        self.records = training.train(
            self.network, blocks, steps, settings, precision, record_at, after_block=after_block
        )

    def run(self, steps: int) -> int:
        """At least so many steps, up to a record; returns how many."""
        before = self.done
        while self.done < before + steps:
            self.done = next(self.records).step
        return self.done - before


def mnist_training(images: np.ndarray, precision: torch.dtype, device: torch.device, **options: Any) -> Training:
    """The training of the experiment `mnist`; images: (count, 1, 28, 28), uint8."""
    return Training(
        ("unet", {"width": 64}),
        (1, 32, 32),
        (GAUSSIAN, MNIST),
        (None, images),
        64,
        "shuffled",
        precision,
        device,
        **options,
    )


def plane_training(x0: np.ndarray, x1: np.ndarray, device: torch.device, **options: Any) -> Training:
    """The training of the experiment `densities`; x0, x1: (count, 2), float32."""
    picture: dict[str, Any] = {"picture": {}}
    return Training(
        ("mlp", PLANE),
        (2,),
        (picture, picture),
        (x0, x1),
        256,
        "with_replacement",
        torch.float32,
        device,
        learning_rate=0.001,
        **options,
    )


def sampler(folder: Path, device: torch.device, precision: str, steps: int = 16, batch_size: int = 64) -> Sampler:
    """A sampler of an untrained network of the MNIST tutorial, by so many Euler steps."""
    network = networks.build("unet", (1, 32, 32), {"width": 64}, generator(0, "weights"))
    description = {"name": "unet", "shape": [1, 32, 32], "settings": {"width": 64}}
    checkpoint.save(folder / "model.pt", network, description=description, settings={}, seed=0, steps=0)
    sampling = {"solver": "euler", "schedule": "linear", "steps": steps, "rtol": 1e-5, "atol": 1e-5}
    settings = {"device": str(device), "precision": precision, "sampling": sampling | {"batch_size": batch_size}}
    return Sampler(folder / "model.pt", settings)


def evaluations(sampler: Sampler, starts: Tensor) -> int:
    """Carry starts to the target; returns how many network evaluations of single samples it took."""
    before = sampler.field.samples
    for _ in sampler.states(starts):
        pass
    return sampler.field.samples - before


def drawn(frames: Frames, folder: Path) -> list[Path]:
    """The frames in files, as the workflow draws them."""
    paths = [folder / f"{number:04}.png" for number in range(len(frames))]
    with ThreadPoolExecutor(available_cores()) as pool:
        list(pool.map(lambda number: save_png(paths[number], frames[number]), range(len(paths))))
    return paths


def trajectory(x0: Tensor, velocity: Tensor, steps: int) -> np.ndarray:
    """Points on straight lines, (steps + 1, count, 2): something to draw."""
    alphas = torch.linspace(0, 1, steps + 1)[:, None, None]
    return (x0 + alphas * velocity).numpy()
