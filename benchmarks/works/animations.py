"""Whole animations from nothing, a contest each."""

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks import whole
from benchmarks.contests import WHOLE, Contest, Work
from benchmarks.operations import forward_flops, plane_flops, training_flops
from benchmarks.works.base import Works
from iadb_core.system.runtime import precision_name

MNIST_STEPS, PLANE_STEPS = 14_992, 65_536  # of the whole tutorials


class Animations(Works):
    """Whole animations from nothing."""

    def densities_gif(self) -> Contest:
        """results/densities.gif from nothing, with fewer steps on a slow CPU; `completed` then adds the others."""
        return self.densities_gif_of(PLANE_STEPS if self.reduced or self.on_cuda else PLANE_STEPS // 8)

    def densities_gif_in_full(self) -> Contest:
        """The same with all steps on any processor: minutes a run."""
        return self.densities_gif_of(PLANE_STEPS)

    def densities_gif_of(self, steps: int) -> Contest:
        """The same with so many steps."""
        return self.whole("densities", steps, needs=steps * plane_flops(), bound_by=self.plane_bound)

    def mnist_gif(self) -> Contest:
        """results/mnist.gif from nothing, with fewer steps on a CPU; `completed` then adds the others."""
        return self.mnist_gif_of(MNIST_STEPS if self.on_cuda else 12)

    def mnist_gif_of_an_epoch(self) -> Contest:
        """The same with the steps of one epoch: minutes a run."""
        return self.mnist_gif_of(MNIST_STEPS // 16, repeats=2)

    def mnist_gif_of(self, steps: int, **options: Any) -> Contest:
        """The same with so many steps."""
        needs = 64 * (steps * training_flops() + 128 * forward_flops())
        return self.whole("mnist", steps, needs=needs, bound_by=precision_name(self.precision), **options)

    def whole(self, experiment: str, steps: int, **options: Any) -> Contest:
        """A whole animation; a unit is one of them. options: its limit, that of training and sampling alone."""

        def prepared(run: Callable[..., None]) -> Callable[[], Work]:
            def prepare() -> Work:
                stored = self.folder / f"{run.__name__}.npy"
                if experiment == "mnist":
                    np.save(stored, self.images)

                def work() -> float:
                    run(experiment, steps, self.data_dir, stored, self.device)
                    return 1

                return work

            return prepare

        name = f"{experiment}.gif" if steps in (PLANE_STEPS, MNIST_STEPS) else f"{experiment}.gif, {steps} steps"
        if not whole.have_snakemake():
            options["note"] = lambda: "the stages in one process: there is no Snakemake here"
        ways = {"ours": prepared(whole.run_ours), "plain recipe": prepared(whole.run_recipe)}
        return self.contest(name, WHOLE, ways, **{"repeats": 1, "warm_up": None, "seconds": 0.0} | options)
