"""A network of points with residual blocks: what is known of it without torch."""

from typing import TYPE_CHECKING, Literal

from iadb_core.networks.mlp import Activation
from iadb_core.networks.settings import POINTS, UNCONDITIONAL, Conditions, NetworkSettings, Shape
from iadb_core.system.settings import setting

if TYPE_CHECKING:
    from iadb_core.networks.network import Network


class ResidualMLP(NetworkSettings):
    """x, α and a condition, each embedded, summed, and changed by residual blocks."""

    takes = POINTS
    conditional = True
    threads = 1
    name: Literal["residual_mlp"] = setting("residual_mlp", "A network with residual blocks, for points.")
    width: int = setting(128, "Units of the embedding that the blocks change.", ge=1, le=4096)
    blocks: int = setting(3, "Number of blocks.", ge=1, le=64)
    widening: int = setting(4, "Hidden units of a block, in widths.", ge=1, le=64)
    activation: Activation = setting("gelu", "Of the blocks.")

    def network(self, shape: Shape, conditions: Conditions = UNCONDITIONAL) -> "Network":
        from iadb_core.networks.residual_mlp.network import ResidualMLPNetwork

        return ResidualMLPNetwork(shape[0], self.width, self.blocks, self.widening, self.activation, conditions)
