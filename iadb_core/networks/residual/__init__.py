"""A residual U-Net whose layers α modulates: what is known of it without torch."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from iadb_core.networks.settings import IMAGES, UNCONDITIONAL, Conditions, NetworkSettings, Shape
from iadb_core.system.settings import setting

if TYPE_CHECKING:
    from iadb_core.networks.network import Network


class Residual(NetworkSettings):
    """Squares of pixels become channels; then levels of residual blocks, each at half the resolution."""

    takes = IMAGES
    conditional = True
    name: Literal["residual"] = setting("residual", "A residual network, for images.")
    width: int = setting(64, "Channels of the first level.", ge=1, le=4096)
    patch: int = setting(2, "Squares of so many pixels a side become channels.", ge=1, le=16)
    multipliers: list[Annotated[int, Field(ge=1, le=64)]] = setting(
        [1, 2, 2],
        "Channels of each level, in widths; each level has half the resolution of the one before.",
        min_length=1,
        max_length=8,
    )
    blocks: int = setting(1, "Blocks of each level, on the way down and on the way up.", ge=1, le=64)

    def misfit(self, shape: Shape) -> str | None:
        smallest = self.patch * 2 ** (len(self.multipliers) - 1)
        if shape[1] % smallest or shape[2] % smallest:
            return (
                f"images of {shape[-1]} pixels cannot be halved so often; their size must be a multiple of "
                f"patch · 2^(levels - 1) = {smallest}: give a smaller patch or fewer multipliers"
            )
        return None

    def network(self, shape: Shape, conditions: Conditions = UNCONDITIONAL) -> "Network":
        from iadb_core.networks.residual.network import ResidualNetwork

        return ResidualNetwork(shape[0], self.width, self.multipliers, self.blocks, self.patch, conditions)
