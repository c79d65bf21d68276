"""What all works that are timed share: a device, folders, bars, and what every contest is made of."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.contests import Contest, Work
from iadb_core.data.torchvision_sets import at_hand, torchvision_set
from iadb_core.system.runtime import choose_precision

TRANSPORT, WITHOUT = "MNIST training, optimal transport", "ours, independent pairs"
PLAIN_BARS = {  # of any CPU
    "MNIST training": 1.2,
    "2D training": 1.7,
    "points by rejection": 200,
    "frames of 2,048 points": 15,
    "GIF of 129 frames": 1,
    "PNGs of 64×64 pixels": 1.5,
    "JPEGs of 500×375 pixels": 1.5,
    TRANSPORT: 0.9,
    "densities.gif": 4,
}
BFLOAT16_BARS = PLAIN_BARS | {  # of one that multiplies bfloat16
    "MNIST training": 2.5,
    "MNIST training, float32": 1.2,
    "MNIST sampling": 4,
    "mnist.gif": 2.3,
}
GPU_BARS = {"MNIST training": 10, "2D training": 8, "mnist.gif": 10}

Ways = dict[str, Callable[[], Work]]


class Works:
    """What contests on one device are made of. Whatever is large is made when a way is prepared."""

    def __init__(self, device: torch.device, data_dir: Path, folder: Path, quick: bool) -> None:
        self.device, self.data_dir, self.folder, self.quick = device, data_dir, folder, quick
        self.precision = choose_precision("auto", device, convolutional=True)
        self.reduced = self.precision != torch.float32
        self.on_cuda = device.type == "cuda"
        self.bars = GPU_BARS if self.on_cuda else BFLOAT16_BARS if self.reduced else PLAIN_BARS
        self.plane_bound = "float32" if self.on_cuda else "float32 on one thread"

    @cached_property
    def images(self) -> np.ndarray:
        """MNIST's training images as stored, (60000, 1, 28, 28), uint8; noise of that shape if they are not there."""
        images = mnist_images(self.data_dir)
        if images is None:
            print(
                f"no MNIST in {self.data_dir}: noise of its shape is used, which takes the same time", file=sys.stderr
            )
            return np.random.default_rng(0).integers(0, 256, (60_000, 1, 28, 28), np.uint8)
        return images

    def contest(self, name: str, unit: str, ways: Mapping[str, Callable[[], Work]], **options: Any) -> Contest:
        """A contest with its bar on this kind of device; if quick, of the ways that its ratio and its limit need."""
        options = {"bar": self.bars.get(name), "seconds": 0.5 if self.quick else 2.0} | options
        contest = Contest(name, unit, ways, **options)
        if not self.quick:
            return contest
        needed = ("ours", contest.baseline, contest.bound_by)
        return replace(contest, ways={way: work for way, work in ways.items() if way in needed})


def mnist_images(data_dir: Path) -> np.ndarray | None:
    """MNIST's training images, if they are in the folder."""
    return torchvision_set("MNIST", data_dir)[0].samples if at_hand("MNIST", data_dir) else None
