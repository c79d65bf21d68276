"""What config.yaml may hold: an experiment is made of the sections of the core's rooms, each with its own bounds."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, Union

from pydantic import AfterValidator, Field, PlainSerializer, create_model, model_validator
from pydantic_core import PydanticCustomError

from iadb_core.data.conditions import Condition
from iadb_core.data.degradation import Degradation
from iadb_core.data.density import Density, Read, Shape
from iadb_core.data.kinds.folder import Folder
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.registry import KINDS
from iadb_core.data.settings import SampleFiles
from iadb_core.drawing.settings import Animation
from iadb_core.evaluation.settings import ClassifierTraining, Evaluation
from iadb_core.method.names import MAP
from iadb_core.networks.registry import NETWORKS, misfit
from iadb_core.networks.settings import Conditions, NetworkSettings, conditions_seen
from iadb_core.sampling.settings import DEGRADED_SHOWN, Sampling
from iadb_core.system.settings import DISTINCT, REQUIRED, Section, setting
from iadb_core.tables.settings import Published
from iadb_core.training.settings import Training

SIDES, BY_NAME = ("source", "target"), "by_name"
TAKEN_WHOLE = (*SIDES, "network")  # each stands for one of several kinds
NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}(~[A-Za-z0-9_=.+~-]{1,150})?$"  # after ~, a sweep's values
NAMES = "letters, digits, _ and -, beginning with a letter or digit, at most 64"
SEED = Field(ge=0, le=4_294_967_295)


def _only(chosen: Any) -> Density:
    """The density that a section of kinds holds."""
    given: list[Density] = [own for kind in KINDS if (own := getattr(chosen, kind)) is not None]
    if len(given) != 1:
        raise PydanticCustomError("one_of", "{said}", {"said": f"give exactly one of {', '.join(KINDS)}"})
    return given[0]


if TYPE_CHECKING:
    AnyDensity = Density
    AnyNetwork = NetworkSettings
else:
    _kinds = {kind: (own, Field(None, description=own.__doc__)) for kind, own in KINDS.items()}
    AnyDensity = Annotated[
        create_model("Density", __base__=Section, __doc__="A source or target, by its kind.", **_kinds),
        AfterValidator(_only),
        PlainSerializer(lambda density: {density.kind: density.written()}),
    ]
    AnyNetwork = Annotated[Union[tuple(NETWORKS.values())], Field(discriminator="name")]  # noqa: UP007


class Sweep(Section):
    """Lists of values by key, such as training.learning_rate; each combination is an experiment of its own."""

    grid: dict[str, Annotated[list[Any], DISTINCT, Field(min_length=1)]] = setting(
        {}, "Lists that are combined each with each."
    )
    zip: dict[str, Annotated[list[Any], Field(min_length=1)]] = setting({}, "Lists of one length, taken side by side.")

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if not self.grid and not self.zip:
            said = "has no list of values in grid or zip; give one, or remove it"
            raise PydanticCustomError("one_of", "{said}", {"said": said})
        return self


class Experiment(Section):
    """One experiment."""

    source: AnyDensity = setting(REQUIRED, "The density p0, where samples start.")
    target: AnyDensity = setting(REQUIRED, "The density p1, which samples reach.")
    network: AnyNetwork = setting(REQUIRED, "The network D and its size.")
    condition: Condition | None = setting(None, "What the network is told of a sample beside its blend.")
    training: Training = setting(REQUIRED, "Optimiser steps on the deblending loss.")
    sampling: Sampling = setting(Sampling(), str(Sampling.__doc__))
    evaluation: Evaluation = setting(Evaluation(), str(Evaluation.__doc__))
    animation: Animation = setting(Animation(), str(Animation.__doc__))
    samples: SampleFiles = setting(SampleFiles(), str(SampleFiles.__doc__))
    seeds: Annotated[list[Annotated[int, SEED]], DISTINCT] = setting(
        [0], "One run each; the default target makes the first, `evaluate` all.", min_length=1
    )
    threads: int = Field(
        default_factory=lambda given: given["network"].threads,
        description="CPU threads of training and sampling; at most as many as --cores are used. One, if not given, for "
        "an mlp, and 4 for other networks.",
        ge=1,
        le=256,
    )
    sweep: Sweep | None = setting(None, str(Sweep.__doc__))
    reflow: int | None = setting(
        None,
        "How often the flow is straightened: so many further experiments, `-reflow1` and so on behind the name, each "
        "trained from the one before on the pairs that its model makes.",
        ge=1,
        le=9,
    )
    runs_per_gpu: int = setting(
        1,
        "How many jobs that run this network may share one GPU, or the cores of one computer, at a time.",
        ge=1,
        le=100,
    )
    device: str = setting(
        "auto",
        "auto (CUDA, else MPS, else CPU), cpu, mps, cuda or cuda:N.",
        pattern="^(auto|cpu|mps|cuda(:[0-9]{1,2})?)$",
    )
    precision: Literal["auto", "float32", "bfloat16"] = setting(
        "auto", "Of the network's products; auto is bfloat16 for convolutions where the hardware has it."
    )

    def density(self, side: str) -> Density:
        """The source or the target."""
        density: Density = getattr(self, side)
        return density

    @property
    def shape(self) -> Shape:
        """Of one sample as the network sees it: (coordinates,) or (channels, size, size)."""
        return self.source.shape() or self.target.shape() or (2,)

    @property
    def conditions(self) -> Conditions:
        """What the network sees beside the blend."""
        jumps = self.training.objective.flow_map is not None
        return conditions_seen(self.condition, len(self.classes), self.shape, jumps)

    @property
    def labelled(self) -> bool:
        """Whether the network is told classes."""
        return self.condition is not None and self.condition.label is not None

    @property
    def drops_labels(self) -> bool:
        """Whether the network also learns to do without a class."""
        return bool(self.condition and self.condition.label and self.condition.label.drop)

    @property
    def restores(self) -> Degradation | None:
        """The degradation whose images the network restores, if it does."""
        return self.condition.restores if self.condition else None

    @property
    def told_of_samples(self) -> bool:
        """Whether the network is told something that is made of samples of the target."""
        return self.condition is not None and self.condition.of_samples

    @property
    def classes(self) -> list[str]:
        """The classes that the network is told, by name."""
        return (self.target.class_names() or []) if self.labelled else []

    @property
    def loss_has_floor(self) -> bool:
        """Whether its training's loss is that whose floor is the loss of the exact field, of independent pairs."""
        uniform = self.training.alpha == "uniform"
        plain = self.training.coupling.independent is not None and not self.training.noise
        return uniform and plain and self.condition is None and self.training.objective.flow_map is None

    @property
    def has_likelihood(self) -> bool:
        """Whether the likelihood of a sample is known: its source is, and the network can do without a condition."""
        return self.source.known and (self.condition is None or self.drops_labels)

    @property
    def has_pairs_by_chance(self) -> bool:
        """Whether pairs that blend into a given point can be drawn exactly."""
        of_data = isinstance(self.source, Gaussian) and isinstance(self.target, Read)
        return of_data or (self.shape == (2,) and self.source.known and self.target.known)

    @property
    def paired(self) -> bool:
        """Whether each sample of the source has a partner in the target."""
        return self.training.coupling.pairs == BY_NAME or self.evaluation.partners is not None

    @property
    def groups(self) -> int | None:
        """How many groups the samples of the animation are of, each in turn: classes, or degraded images."""
        if self.restores:
            return min(DEGRADED_SHOWN, self.sampling.count or DEGRADED_SHOWN)
        return len(self.sampling.classes or self.classes) or None

    @property
    def of_points(self) -> bool:
        """Whether its samples are points, not images."""
        return len(self.shape) == 1

    def mistakes(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """What does not fit together: the keys of the place, and what to say of it."""
        source, target = (self.density(side).shape() for side in SIDES)
        if source and target and source != target:
            yield (
                (),
                f"source and target differ in shape, {source} and {target}; give both the same size and channels",
            )
        if self.training.epochs and not (source or target):
            yield ("training",), "Gaussians have no epochs; give steps"
        if self.training.devices > 1 and (":" in self.device or self.device == "mps"):
            devices = self.training.devices
            yield (
                ("training", "devices"),
                f"{devices} devices need `device: auto`, cuda or cpu, not {self.device}",
            )
        if self.animation.axes:
            names = self.target.coordinates() or self.source.coordinates() or []
            if absent := [name for name in self.animation.axes if name not in names]:
                there = f"; there are {', '.join(names)}" if names else ", since neither source nor target is a table"
                yield ("animation", "axes"), f"no coordinate {', '.join(absent)}{there}"
        if self.sampling.solver == MAP and not self.training.objective.flow_map:
            yield (
                ("sampling", "solver"),
                "map jumps as a flow map does: `training.objective` must be one, progressive say",
            )
        if self.paired and (others := [side for side in SIDES if not isinstance(self.density(side), Folder)]):
            by_name = self.training.coupling.pairs == BY_NAME
            place = ("training", "coupling", "pairs") if by_name else ("evaluation", "partners")
            yield place, f"pairs are files of the same name of two folders; the {others[0]} is no folder"
        if self.restores and not self.target.of_images():
            yield ("condition", "degradation"), f"the target, a {self.target.kind}, is of no images"
        if self.paired and self.restores:
            yield ("condition", "degradation"), "an experiment with pairs of images restores none; give one of both"
        yield from self._mistakes_of_classes()
        yield from self._mistakes_of_coordinates()
        if self.condition and self.restores and not self.of_points and (why := self.restores.misfit(self.shape)):
            yield ("condition", "degradation", self.restores.kind), why
        if why := misfit(self.network, self.shape, self.conditions):
            yield ("network",), why
        batch, points = self.training.batch_size, self.samples.points
        if self.of_points and self.training.order == "shuffled" and batch > points:
            for side in SIDES:
                if not self.density(side).fresh:
                    yield (side,), f"a shuffled batch of {batch} is larger than the {points} points"

    def _mistakes_of_coordinates(self) -> Iterator[tuple[tuple[str, ...], str]]:
        if self.condition and (told := self.condition.coordinates):
            place = ("condition", "coordinates")
            if self.target.of_images() or not self.target.shape():
                yield place, f"the target, a {self.target.kind}, is of no points"
            elif self.target.rows_and_columns:
                yield place, f"points of a {self.target.kind} are rows and columns; give a distribution or a table"
            else:
                try:
                    told.columns(self.target)
                except ValueError as error:
                    yield (*place, "which"), str(error)

    def _mistakes_of_classes(self) -> Iterator[tuple[tuple[str, ...], str]]:
        if self.labelled and not self.classes:
            yield ("condition", "label"), f"the target, a {self.target.kind}, has no classes"
        for key in ("classes", "guidance"):
            if getattr(self.sampling, key) is not None and not self.labelled:
                yield ("sampling", key), "only an experiment with `condition: {label: {}}` has it"
        if self.sampling.guidance and self.sampling.autoguidance:
            yield ("sampling",), "give either guidance or autoguidance"
        guided = self.sampling.guidance is not None and self.sampling.guidance.weight != 1
        if self.labelled and guided and not self.drops_labels:
            yield ("condition", "label", "drop"), "0 leaves nothing to guide away from: give a share, 0.1 say"
        known = self.classes or self.sampling.classes or []  # without classes the mistake is another one
        if absent := [name for name in self.sampling.classes or () if name not in known]:
            yield ("sampling", "classes"), f"no class {', '.join(absent)}; there are {', '.join(known)}"


class Configuration(Section):
    """The configuration of the pipeline, after `defaults` has been merged under each experiment."""

    data_dir: str = setting(
        "data",
        "Folder of torchvision's data sets; what is missing is downloaded into it. Moving it reruns nothing.",
        min_length=1,
    )
    default_experiments: Annotated[list[str], DISTINCT] = setting(
        [],
        "Names of the experiments that `snakemake` without a target makes and results/metrics.csv lists.",
    )
    defaults: dict[str, Any] = setting({}, "Settings merged, key by key, under each experiment.")
    classifier: ClassifierTraining = setting(ClassifierTraining(), str(ClassifierTraining.__doc__))
    compare: dict[Annotated[str, Field(pattern=NAME)], Annotated[list[str], DISTINCT, Field(min_length=1)]] = setting(
        {},
        "Experiments, or sweeps, that stand side by side in results/compare/<name>.html: quality by network "
        "evaluations, straightness, training time.",
    )
    published: dict[Annotated[str, Field(pattern=NAME)], Published] = setting(
        {}, "Figures of papers, by a short name, that `snakemake published` sets beside ours."
    )
    experiments: dict[Annotated[str, Field(pattern=NAME)], Experiment] = setting(
        REQUIRED,
        "The experiments by name. A name is a plain file name of letters, digits, _ and -.",
        min_length=1,
    )
