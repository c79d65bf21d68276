"""Training on what is in memory: an array, a density, a network of one's own."""

from typing import Any

from numpy.typing import ArrayLike
from torch import Tensor, nn

from iadb_core.data.density import Density, Scaling
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.pairs import pairs_of
from iadb_core.face.given import Size, checked, density_and_samples
from iadb_core.face.own import OwnNetwork, OwnSettings
from iadb_core.face.trained import TrainedModel
from iadb_core.method.coupling import coupling_of
from iadb_core.method.exact import exact_field as known_field
from iadb_core.method.exact_field import ExactField
from iadb_core.method.objective import objective_of
from iadb_core.networks.building import build
from iadb_core.networks.mlp import MLP
from iadb_core.networks.network import Network
from iadb_core.networks.settings import Conditions, NetworkSettings
from iadb_core.networks.unet import UNet
from iadb_core.system.errors import InputError
from iadb_core.system.progress import Progress
from iadb_core.system.runtime import choose_device, choose_precision, configured, generator
from iadb_core.training.loop import train as steps_of
from iadb_core.training.records import Record, record_steps
from iadb_core.training.settings import Training

Given = ArrayLike | Tensor | Density
OF_THE_WORKFLOW = ("devices", "nodes", "from", "begin_from", "validation")


def train(
    target: Given,
    source: Given | None = None,
    *,
    network: NetworkSettings | nn.Module | None = None,
    steps: int = 10_000,
    seed: int = 0,
    size: Size | None = None,
    scaling: Scaling | None = None,
    device: str = "auto",
    precision: str = "auto",
    threads: int | None = None,
    **training: Any,
) -> TrainedModel:
    """Train a network to deblend samples of a source and a target; the same arguments give the same weights.

    target, source: points, (count, coordinates); images, as bytes or numbers from 0 to 1; or a density. The source is
    noise by default. network: an `MLP`, `UNet` or `Residual` with its sizes, by default an MLP for points and a UNet
    for images; or a module that is called with x, (batch, *shape), and α, (batch,), and is trained in place. size,
    scaling: of images that are given as an array; a side, or (height, width), as the network sees it, and steps (mean,
    std) from pixel values to its values. training: `batch_size`, `learning_rate`, `decay`, `warmup`, `ema`,
    `optimizer`, `weight_decay`, `alpha`, `noise`, `coupling`, `objective`, `order`, `record_every`, as in the
    configuration; with `coupling={"pairs": "by_name"}` row i of the source belongs to row i of the target. A module
    that is to learn a flow map is also called with two α, (batch, 2). threads: of the CPU; by default as many as serve
    the network.
    Raises InputError for a mistake in them.
    """
    if refused := [key for key in OF_THE_WORKFLOW if key in training]:
        raise InputError(f"{', '.join(refused)}: only the workflow has it")
    settings = checked(Training, {"steps": steps, **training})
    sides = {"source": Gaussian() if source is None else source, "target": target}
    (density0, stored0), (density1, stored1) = (
        density_and_samples(given, side, seed, size, scaling) for side, given in sides.items()
    )
    densities, stored, shape = (density0, density1), (stored0, stored1), _shape_of(density0, density1)
    objective = objective_of(settings.objective.name, settings.objective.settings)
    if settings.objective.flow_map and settings.objective.flow_map.teacher:
        raise InputError("objective: a teacher is another experiment's model; only the workflow has it")
    sizes, built = _network(network, shape, seed, objective.jumps)
    placed = choose_device(device)
    reduced = choose_precision(precision, placed, built.convolutional)
    built.to(placed)
    told = {
        "source": density0.described(),
        "target": density1.described(),
        "network": sizes.written(),
        "training": settings.canonical(),
        "device": device,
        "precision": precision,
    }
    history: list[Record] = []
    with configured(threads or sizes.threads), Progress(steps, "steps") as progress:
        drawn = settings.batch_size, settings.order, seed, placed, settings.alpha
        coupling = coupling_of(settings.coupling.name, settings.coupling.settings)
        times = 2 if objective.jumps else 1
        pairs = pairs_of(densities, stored, shape, *drawn, coupling=coupling, noise=settings.noise, times=times)
        record_at = record_steps(settings.record_every, None)
        for record in steps_of(built, pairs.blocks(), steps, settings, reduced, record_at, objective=objective):
            history.append(record)
            progress.update(record.step - progress.done, f"loss {record.loss:.4f}")
    trained = built.eval().to("cpu")
    return TrainedModel(trained, sizes, densities, shape, told, seed, steps, placed, reduced, history, threads)


def exact_field(
    target: Given,
    source: Given | None = None,
    *,
    size: Size | None = None,
    scaling: Scaling | None = None,
) -> ExactField | None:
    """The field that a network would learn at best, without training: called as `TrainedModel.field` is.

    target, source, size, scaling: as `train` takes them. None where it is not known, as between two folders of images.
    """
    sides = {"source": Gaussian() if source is None else source, "target": target}
    both = [density_and_samples(given, side, 0, size, scaling) for side, given in sides.items()]
    (density0, stored0), (density1, stored1) = both
    return known_field(density0.law(stored0), density1.law(stored1), _shape_of(density0, density1))


def _shape_of(source: Density, target: Density) -> tuple[int, ...]:
    one, other = source.shape(), target.shape()
    if one and other and one != other:
        raise InputError(f"source and target differ in shape: {one} and {other}")
    return one or other or (2,)


def _network(
    given: NetworkSettings | nn.Module | None, shape: tuple[int, ...], seed: int, jumps: bool
) -> tuple[NetworkSettings, Network]:
    if isinstance(given, nn.Module):
        return OwnSettings(), OwnNetwork(given)
    sizes = given or (MLP() if len(shape) == 1 else UNet(width=64))
    return sizes, build(sizes, shape, generator(seed, "weights"), Conditions(jumps=int(jumps)))
