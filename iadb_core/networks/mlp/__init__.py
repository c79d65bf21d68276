"""The network of the 2D tutorial: what is known of it without torch."""

from typing import TYPE_CHECKING, Literal

from iadb_core.networks.settings import POINTS, UNCONDITIONAL, Conditions, NetworkSettings, Shape
from iadb_core.system.settings import setting

if TYPE_CHECKING:
    from iadb_core.networks.network import Network


Activation = Literal["relu", "silu", "gelu", "selu"]


class MLP(NetworkSettings):
    """(x_α, α) through hidden layers to a linear output."""

    takes = POINTS
    conditional = True
    threads = 1  # so small a network is slower on two
    name: Literal["mlp"] = setting("mlp", "The 2D tutorial's network, for points.")
    width: int = setting(64, "Units of each hidden layer.", ge=1, le=4096)
    hidden_layers: int = setting(4, "Number of hidden layers.", ge=1, le=64)
    activation: Activation = setting(
        "relu", "Of the hidden layers; a flow map needs a smooth one: silu, gelu or selu.", neutral=True
    )

    def network(self, shape: Shape, conditions: Conditions = UNCONDITIONAL) -> "Network":
        from iadb_core.networks.mlp.network import MLPNetwork

        return MLPNetwork(shape[0], self.width, self.hidden_layers, conditions, self.activation)
