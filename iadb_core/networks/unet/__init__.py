"""The network of the MNIST tutorial: what is known of it without torch."""

from typing import TYPE_CHECKING, Literal

from iadb_core.networks.settings import IMAGES, UNCONDITIONAL, Conditions, NetworkSettings, Shape
from iadb_core.system.settings import setting

if TYPE_CHECKING:
    from iadb_core.networks.network import Network


class UNet(NetworkSettings):
    """Down to an eighth of the size and up again, with skips."""

    takes = IMAGES
    conditional = True
    name: Literal["unet"] = setting("unet", "The MNIST tutorial's network, for images.")
    width: int = setting(64, "Channels of each convolution.", ge=1, le=4096)

    def misfit(self, shape: Shape) -> str | None:
        if shape[1] % 8 or shape[2] % 8:
            return f"images of {shape[1]}×{shape[2]} pixels cannot be halved three times: set `size` to a multiple of 8"
        return None

    def network(self, shape: Shape, conditions: Conditions = UNCONDITIONAL) -> "Network":
        from iadb_core.networks.unet.network import UNetNetwork

        return UNetNetwork(shape[0], self.width, conditions)
