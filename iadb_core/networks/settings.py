"""What a network is known by before it is built: its sizes with their bounds, and which samples it takes."""

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from iadb_core.data.conditions import Condition
from iadb_core.system.settings import Section

if TYPE_CHECKING:
    from iadb_core.networks.network import Network

Shape = tuple[int, ...]
POINTS, IMAGES = "points", "images"


class Conditions(NamedTuple):
    """What a network sees beside the blend and α.

    classes: of which one is told, or that none is; 0 for none. channels: of an image of the same size; 0 for none.
    jumps: 1 if it sees a second α as well, to which a flow map jumps; else 0. numbers: how many it is told.
    """

    classes: int = 0
    channels: int = 0
    jumps: int = 0
    numbers: int = 0

    @property
    def inputs(self) -> int:
        """How many inputs of a network of points a condition takes: a class is one of several, or none, or numbers."""
        return (self.classes and self.classes + 1) + self.numbers

    @property
    def of_a_field(self) -> "Conditions":
        """The same without jumps."""
        return self._replace(jumps=0)


UNCONDITIONAL = Conditions()


def conditions_seen(condition: Condition | None, classes: int, shape: Shape, jumps: bool = False) -> Conditions:
    """What a network of samples of a shape sees of a condition. classes: how many its target has. jumps: whether it
    learns a flow map.
    """
    degradation = condition.restores if condition else None
    told = classes if condition and condition.label else 0
    numbers = len(condition.coordinates.which) if condition and condition.coordinates else 0
    return Conditions(told, degradation.channels(shape) if degradation else 0, int(jumps), numbers)


class NetworkSettings(Section):
    """The sizes of a network, one class a network; a field `name` has its name. Snakemake knows it without torch.

    takes: POINTS or IMAGES. conditional: whether it can see a condition. threads: that serve it, unless others are
    asked for.
    """

    takes: ClassVar[str]
    conditional: ClassVar[bool] = False
    threads: ClassVar[int] = 4
    name: str

    def misfit(self, shape: Shape) -> str | None:
        """Why it does not take samples of a shape of its kind, with the remedy; None if it does."""
        return None

    def network(self, shape: Shape, conditions: Conditions = UNCONDITIONAL) -> "Network":
        """The network for samples of a shape that it takes, on torch's current device.

        conditions: what it sees beside; is not told to a network that is not `conditional`.
        """
        raise NotImplementedError


def kind_of(shape: Shape) -> str:
    """POINTS, (coordinates,), or IMAGES, (channels, height, width)."""
    return POINTS if len(shape) == 1 else IMAGES
