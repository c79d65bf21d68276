"""Trainings and sampling, a contest each."""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch

from benchmarks import ours, peers, recipe, whole
from benchmarks.contests import Contest, Work
from benchmarks.operations import forward_flops, plane_flops, training_flops
from benchmarks.works.base import TRANSPORT, WITHOUT, Ways, Works
from iadb_core.data.grayscale import read_density
from iadb_core.data.rejection import sample_density
from iadb_core.method.couplings.optimal_transport import OptimalTransport
from iadb_core.system.runtime import precision_name

AT_LENGTH = "MNIST training, a minute a run"
WARM_UP, PLAIN_WARM_UP = 60, 12  # steps, with bfloat16 instructions and without: the recipe's first 50 or 6 are slow


class Trainings(Works):
    """Trainings and sampling."""

    def mnist_training(self) -> Contest:
        """Optimiser steps on batches of 64 images."""
        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda: ours.mnist_training(self.images, self.precision, self.device),
            "plain recipe": lambda: recipe.MnistTraining(self.images, self.device),
            "recipe, tuned": lambda: recipe.MnistTraining(self.images, self.device, self.reduced, tuned=True),
        }
        if self.reduced:
            ways["recipe, autocast"] = lambda: recipe.MnistTraining(self.images, self.device, autocast=True)
        if find_spec("torchcfm"):
            ways["torchcfm's loop"] = lambda: peers.TorchcfmTraining(self.images, self.device)
        else:
            print("torchcfm is not installed: pip install --requirement benchmarks/requirements.txt", file=sys.stderr)
        return self.training("MNIST training", ways, bound_by=precision_name(self.precision))

    def mnist_training_in_float32(self) -> Contest:
        """The same as where there are no bfloat16 instructions; on a GPU without TF32, which ours never has."""

        def plain() -> recipe.MnistTraining:
            torch.backends.cudnn.allow_tf32 = False
            return recipe.MnistTraining(self.images, self.device)

        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda: ours.mnist_training(self.images, torch.float32, self.device),
            "plain recipe": plain,
        }
        return self.training("MNIST training, float32", ways)

    def mnist_training_at_length(self) -> Contest:
        """The same for a minute at a time: in runs of seconds the ways gain unequally from what is ready beforehand."""
        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda: ours.mnist_training(self.images, self.precision, self.device),
            "plain recipe": lambda: recipe.MnistTraining(self.images, self.device),
        }
        options = {"bound_by": precision_name(self.precision), "seconds": 60.0}
        return self.training(AT_LENGTH, ways, **options)

    def transport_of_images(self) -> Contest:
        """MNIST training with batches that are paired by exact optimal transport, which is made ahead."""
        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda: ours.mnist_training(
                self.images, self.precision, self.device, coupling=OptimalTransport(batch=256)
            ),
            WITHOUT: lambda: ours.mnist_training(self.images, self.precision, self.device),
        }
        return self.training(TRANSPORT, ways, baseline=WITHOUT, bound_by=precision_name(self.precision))

    def transport_of_points(self) -> Contest:
        """The same of points, where a pairing takes longer than a step: it cannot be hidden."""
        densities = [read_density(path) for path in whole.PICTURES]
        points = [sample_density(density, 65536, np.random.default_rng(0)) for density in densities]

        def prepared(coupling: OptimalTransport | None) -> Callable[[], Work]:
            def prepare() -> Work:
                torch.set_num_threads(1)
                training = ours.plane_training(points[0], points[1], self.device, coupling=coupling)
                return lambda: training.run(640)

            return prepare

        ways: Ways = {"ours": prepared(OptimalTransport()), WITHOUT: prepared(None)}
        return self.contest("2D training, optimal transport", "iterations", ways, baseline=WITHOUT)

    def training(self, name: str, ways: Mapping[str, Callable[[], Any]], **options: Any) -> Contest:
        """A contest of trainings, which have a method that runs so many steps."""
        steps = (200 if self.quick else 1000) if self.on_cuda else (8 if self.quick else 12)
        options = {"settling": 0.5} | options
        if not self.quick:
            warm_up = 64.0 * (WARM_UP if self.reduced else PLAIN_WARM_UP)
            options = {"seconds": 3.0, "warm_up": warm_up} | options

        def prepared(make: Callable[[], Any]) -> Callable[[], Work]:
            def prepare() -> Work:
                training = make()
                return lambda: 64 * (training.run(steps) or steps)

            return prepare

        works = {way: prepared(make) for way, make in ways.items()}
        return self.contest(name, "images", works, needs=training_flops(), **options)

    def mnist_sampling(self) -> Contest:
        """Network evaluations of single images, by Euler steps from 64 starts."""
        starts, steps = torch.randn(64, 1, 32, 32), 8 if self.quick else 16

        def fast() -> Work:
            model = ours.untrained(self.folder, self.device, "auto")
            sampler = ours.sampler(model, steps)
            return lambda: ours.evaluations(model, sampler, starts)

        def plain(autocast: bool) -> Work:
            network = recipe.convolutional(self.device, channels_last=autocast)

            def work() -> float:
                with torch.autocast(self.device.type, torch.bfloat16, enabled=autocast):
                    for x in recipe.sample(network, starts.to(self.device), steps):
                        x.cpu()
                return steps * len(starts)

            return work

        ways: Ways = {"ours": fast, "plain recipe": partial(plain, False)}
        if self.reduced:
            ways["recipe, autocast"] = partial(plain, True)
        precision = precision_name(self.precision)
        options = {"needs": forward_flops(), "bound_by": precision}
        return self.contest("MNIST sampling", "evaluations", ways, **options)

    def plane_training(self) -> Contest:
        """Optimiser steps on batches of 256 points, on one thread on a CPU: so small a network is slower on two."""
        points = np.random.default_rng(0).random((2, 65536, 2), dtype=np.float32)
        steps = 2560 if self.on_cuda and not self.quick else 640

        def fast() -> Work:
            torch.set_num_threads(1)
            training = ours.plane_training(points[0], points[1], self.device)
            return lambda: training.run(steps)

        def plain(fused: bool) -> Work:
            torch.set_num_threads(1)
            x0, x1 = torch.from_numpy(points)

            def work() -> float:
                recipe.train_plane(x0, x1, steps, self.device, fused=fused)
                return steps

            return work

        ways: Ways = {"ours": fast, "plain recipe": partial(plain, False), "recipe, fused": partial(plain, True)}
        options = {"needs": plane_flops(), "bound_by": self.plane_bound}
        return self.contest("2D training", "iterations", ways, **options)
