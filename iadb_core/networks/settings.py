"""What a network is known by before it is built: its sizes with their bounds, and which samples it takes."""

from typing import TYPE_CHECKING, ClassVar

from iadb_core.system.settings import Section

if TYPE_CHECKING:
    from iadb_core.networks.network import Network

Shape = tuple[int, ...]
POINTS, IMAGES = "points", "images"


class NetworkSettings(Section):
    """The sizes of a network, one class a network; a field `name` has its name. Snakemake knows it without torch.

    takes: POINTS or IMAGES. threads: that serve it, unless others are asked for.
    """

    takes: ClassVar[str]
    threads: ClassVar[int] = 4
    name: str

    def misfit(self, shape: Shape) -> str | None:
        """Why it does not take samples of a shape of its kind, with the remedy; None if it does."""
        return None

    def network(self, shape: Shape) -> "Network":
        """The network for samples of a shape that it takes, on torch's current device."""
        raise NotImplementedError


def kind_of(shape: Shape) -> str:
    """POINTS, (coordinates,), or IMAGES, (channels, height, width)."""
    return POINTS if len(shape) == 1 else IMAGES
