"""A trained model, as one who never starts Snakemake has it: true values in and out."""

import copy
import os
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from iadb_core.data.conditions import Condition
from iadb_core.data.degradation import Degradation
from iadb_core.data.density import Density, kept_of
from iadb_core.drawing.animation import write_animation
from iadb_core.drawing.frames import Frames
from iadb_core.drawing.settings import Animation
from iadb_core.face.asked import Asked, condition_asked, named
from iadb_core.face.given import checked
from iadb_core.face.likelihood import log_likelihood
from iadb_core.face.restoring import DegradedPixels, degrade, seen_of
from iadb_core.face.values import Values
from iadb_core.networks import checkpoint
from iadb_core.networks.network import Network
from iadb_core.networks.settings import NetworkSettings, conditions_seen
from iadb_core.sampling.conditions import sampler_of
from iadb_core.sampling.model import Model, told_columns
from iadb_core.sampling.sampler import Sampler
from iadb_core.sampling.settings import Guidance, Sampling
from iadb_core.sampling.starts import starts
from iadb_core.system.errors import InputError
from iadb_core.system.runtime import configured
from iadb_core.system.seeds import numpy_generator
from iadb_core.training.records import Record
from iadb_core.training.settings import Training

if TYPE_CHECKING:
    from typing import Literal, TypedDict, Unpack

    class WayOptions(TypedDict, total=False):
        """How samples are carried: the keys of `sampling` in the configuration, with the same defaults."""

        solver: Literal["euler", "midpoint", "heun", "rk4", "dopri5"]
        schedule: Literal["linear", "cosine"]
        steps: int
        rtol: float
        atol: float
        batch_size: int

    class LikelihoodOptions(TypedDict, total=False):
        """How likelihoods are found: keys of `evaluation.likelihood` in the configuration, with the same defaults."""

        solver: Literal["euler", "midpoint", "heun", "rk4", "dopri5"]
        steps: int
        tolerance: float
        probes: int
        widening: float


WAY = ("solver", "steps", "schedule", "batch_size", "rtol", "atol")


class TrainedModel:
    """A network that carries samples of a source to samples of a target, and back.

    Images are pixel values in [0, 1], (count, channels, height, width), float32. Points are (count, coordinates), those
    of a picture (x, y) in the unit square, x to the right and y upward.
    source, target: the densities. shape: of a sample as the network sees it. seed, steps: of the training. history: the
    losses of a training that has just ended. threads: of the CPU, by default as many as serve the network.
    """

    def __init__(
        self,
        network: Network,
        sizes: NetworkSettings,
        densities: tuple[Density, Density],
        shape: tuple[int, ...],
        settings: Mapping[str, Any],
        seed: int,
        steps: int,
        device: torch.device,
        precision: torch.dtype,
        history: list[Record] | None = None,
        threads: int | None = None,
    ) -> None:
        self.network, self.sizes, self.shape = network, sizes, shape
        self.source, self.target = densities
        self.values = Values(*densities, shape)
        self.settings, self.seed, self.steps = settings, seed, steps
        self.device, self.precision = device, precision
        self.history = history or []
        self.threads = threads or sizes.threads

    def __repr__(self) -> str:
        told = f"{self.source.kind} → {self.target.kind}, {self.sizes.name}, samples of {self.shape}"
        return f"<{type(self).__name__}: {told}, {self.steps:,} steps, on {self.device}>"

    @cached_property
    def _placed(self) -> Model:
        return self._model(self.precision)

    @cached_property
    def _differentiable(self) -> Model:
        return self._model(torch.float32, differentiable=True)

    def _model(self, precision: torch.dtype, differentiable: bool = False) -> Model:
        return Model(
            copy.deepcopy(self.network),
            self.shape,
            self.device,
            precision,
            self.classes,
            self.degradation,
            jumps=self.jumps,
            columns=self.columns,
            differentiable=differentiable,
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes that it can be asked for; none of a model that was trained without them."""
        return tuple(self.settings.get("classes", ()))

    @property
    def jumps(self) -> bool:
        """Whether it is a flow map, which `solver="map"` follows by jumps."""
        training = self.settings.get("training", {})
        return Training.of(training).objective.flow_map is not None

    @property
    def degradation(self) -> Degradation | None:
        """How the images were degraded that it was trained to restore, if it was."""
        return self._told.restores if self._told else None

    @property
    def columns(self) -> tuple[int, ...]:
        """The numbers of the coordinates that it is told of each point, if it is."""
        return told_columns(self._told, self.target)

    @property
    def _told(self) -> Condition | None:
        condition = self.settings.get("condition")
        return Condition.of(condition) if condition else None

    @property
    def evaluations(self) -> int:
        """How many samples the network has been evaluated for, so far: NFE times samples."""
        return self._placed.evaluations

    def field(self, x: Tensor, alpha: Tensor) -> Tensor:
        """The network D(x, α) itself, in its own values: images scaled, points of a picture as (row, column).

        x: (batch, *shape), alpha: (batch,), float32, on the CPU. Returns (batch, *shape).
        """
        return self._placed.on_cpu(x, alpha)

    def sample(
        self,
        count: int = 64,
        *,
        seed: int = 0,
        starts: ArrayLike | Tensor | None = None,
        classes: Asked = None,
        guidance: float = 1.0,
        coordinates: ArrayLike | Tensor | None = None,
        clip: bool = True,
        **way: "Unpack[WayOptions]",
    ) -> np.ndarray:
        """Samples of the target, (count, …): the same for a seed, whatever their number.

        starts: samples of the source to begin with, instead of ones that are drawn. classes: of a model with `classes`
        a name, or several that samples have in turn; without it they are of no class in particular. guidance: the
        weight of classifier-free guidance, 1 for none. coordinates: of a model with `columns`, which samples have in
        turn, (n, columns). clip: pixel values to [0, 1]. way: `solver`, `steps`,
        `schedule`, `batch_size`; `rtol` and `atol` of dopri5. Raises InputError for a mistake in them, and where the
        source cannot be drawn: then give starts.
        """
        begin = self._begin(count, seed, starts)
        condition = self._condition(classes, guidance, coordinates, len(begin))
        return self.values.shown(self._ends(begin, way, condition, guidance), self.target, clip)

    def trajectory(
        self,
        count: int = 64,
        *,
        seed: int = 0,
        starts: ArrayLike | Tensor | None = None,
        classes: Asked = None,
        guidance: float = 1.0,
        coordinates: ArrayLike | Tensor | None = None,
        clip: bool = True,
        **way: "Unpack[WayOptions]",
    ) -> np.ndarray:
        """Where samples are at each step, (steps + 1, count, …), from the source to the target; as `sample`.

        All are in memory at once.
        """
        begin = self._begin(count, seed, starts)
        states = self._states(begin, way, self._condition(classes, guidance, coordinates, len(begin)), guidance)
        return self.values.on_the_way(states.reshape(-1, *self.shape), clip).reshape(states.shape)

    def reverse(self, samples: ArrayLike | Tensor, **way: "Unpack[WayOptions]") -> np.ndarray:
        """Where samples of the target come from: samples of the source, (count, …). way: as `sample` takes it.

        The noise comes back that `sample` began with, as far as the steps are small enough, if it was told not to clip:
        what is cut off is lost.
        """
        ends = self.values.network(samples, self.target)
        return self.values.shown(self._ends(ends, way, None, 1.0, backward=True), self.source, clip=False)

    def log_likelihood(
        self,
        samples: ArrayLike | Tensor,
        *,
        seed: int = 0,
        classes: Asked = None,
        coordinates: ArrayLike | Tensor | None = None,
        **way: "Unpack[LikelihoodOptions]",
    ) -> np.ndarray:
        """Log p(x) of samples of the target under this model, (count,), in nats.

        The density is one of true values: points as `sample` gives them, pixel values in [0, 1]. Of points the field's
        divergence is exact; of images it is estimated by `probes`, that `seed` draws. classes, coordinates: as `sample`
        takes them, of each in turn. way: `solver`, `steps`, `tolerance` of dopri5, `probes`, `widening`, as
        `evaluation.likelihood` has them. Raises InputError for a mistake, and where the source's density is not known.
        """
        x = self.values.network(samples, self.target)
        told = self._condition(classes, 1.0, coordinates, len(x))
        with configured(self.threads):
            return log_likelihood(self._differentiable, (self.source, self.target), x, way, seed, told).numpy()

    def degrade(self, images: ArrayLike | Tensor, *, seed: int = 0) -> DegradedPixels:
        """Images, degraded as those were that it was trained to restore: `pixels` and, if pixels are lost, `masks`.

        images: as `reverse` takes them. Raises InputError for a model that restores nothing.
        """
        return degrade(self._restored(), self.target, self.values.network(images, self.target), seed)

    def restore(
        self,
        pixels: ArrayLike | Tensor,
        masks: ArrayLike | Tensor | None = None,
        *,
        answers: int = 1,
        seed: int = 0,
        clip: bool = True,
        **way: "Unpack[WayOptions]",
    ) -> np.ndarray:
        """Several answers to each degraded image: (answers, count, channels, height, width), pixel values.

        pixels, masks: as `degrade` gives them; masks are 1 where a pixel is seen. The rest: as `sample` takes it.
        Raises InputError for a model that restores nothing, and for images that do not fit.
        """
        seen = seen_of(self._restored(), self.target, pixels, masks)
        begin = self._begin(answers * len(seen), seed, None)
        ends = self._ends(begin, way, seen.repeat(answers, 1, 1, 1), 1.0)
        return self.values.shown(ends, self.target, clip).reshape(answers, len(seen), *self.shape)

    def _restored(self) -> Degradation:
        if self.degradation is None:
            raise InputError("this model was trained without `condition: {degradation: …}`, so it restores nothing")
        return self.degradation

    def animate(
        self,
        path: str | os.PathLike[str],
        count: int | None = None,
        *,
        seed: int = 0,
        starts: ArrayLike | Tensor | None = None,
        classes: Asked = None,
        guidance: float = 1.0,
        coordinates: ArrayLike | Tensor | None = None,
        size: int = 512,
        stride: int = 1,
        **way: "Unpack[WayOptions]",
    ) -> None:
        """Write a `.gif`, `.webp` or `.mp4` of samples on their way, as the workflow draws it.

        count: by default 2,048 points, or 64 images. classes: as `sample` takes them; images then have a row each, and
        points a colour. size: of a frame, in pixels. stride: a frame every so many steps.
        """
        if len(self.shape) == 1 and self.shape != (2,):
            raise InputError(
                f"an animation shows images, or points of the plane; these have {self.shape[0]} coordinates"
            )
        settings = checked(Animation, {"size": size, "stride": stride})
        count = count or (64 if len(self.shape) > 1 else 2048)
        begin, schedule = self._begin(count, seed, starts), _checked_way(way).schedule
        states = self._states(begin, way, self._condition(classes, guidance, coordinates, len(begin)), guidance)
        rows = None if classes is None else len(named(classes))
        write_animation(path, Frames(states, self.source, self.target, schedule, settings, rows), settings)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model to a file, which `load` reads. Raises InputError if it cannot be written."""
        told = self.settings, self.seed, self.steps, kept_of(self.source, self.target)
        conditions = conditions_seen(self._told, len(self.classes), self.shape, self.jumps)
        checkpoint.save(path, self.network, self.sizes, self.shape, *told, conditions=conditions)

    def _ends(
        self, begin: Tensor, way: Mapping[str, Any], condition: Tensor | None, guidance: float, backward: bool = False
    ) -> np.ndarray:
        with configured(self.threads):
            return self._sampler(way, condition, guidance).ends(begin, backward).numpy()

    def _states(self, begin: Tensor, way: Mapping[str, Any], condition: Tensor | None, guidance: float) -> np.ndarray:
        with configured(self.threads):
            return self._sampler(way, condition, guidance).trajectories(begin).numpy()

    def _sampler(self, way: Mapping[str, Any], condition: Tensor | None, guidance: float) -> Sampler:
        settings = _checked_way(way)
        if condition is not None and self.classes:
            settings = settings.model_copy(update={"guidance": checked(Guidance, {"weight": float(guidance)})})
        return sampler_of(self._placed, settings, condition)

    def _condition(
        self, classes: Asked, guidance: float, coordinates: ArrayLike | Tensor | None, count: int
    ) -> Tensor | None:
        return condition_asked(self._placed, self.values, self._told, classes, guidance, coordinates, count)

    def _begin(self, count: int, seed: int, given: ArrayLike | Tensor | None) -> Tensor:
        if given is not None:
            return self.values.network(given, self.source)
        checked(Sampling, {"count": count})
        try:
            return starts(self.source, self.shape, None, count, numpy_generator(seed, "trajectory starts"))
        except (InputError, AttributeError):
            said = (
                f"the source, a {self.source.kind}, cannot be drawn from this model alone: give `starts`, samples of it"
            )
            raise InputError(said) from None


def _checked_way(way: Mapping[str, Any]) -> Sampling:
    """How to sample. Raises InputError for a mistake, naming what is allowed."""
    if unknown := sorted(set(way) - set(WAY)):
        raise InputError(f"{', '.join(unknown)}: unknown; allowed: {', '.join(WAY)}")
    return checked(Sampling, way)
