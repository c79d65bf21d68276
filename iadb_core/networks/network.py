"""What every network is to the rest: a trainable field."""

from typing import TYPE_CHECKING, ClassVar, Protocol

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from iadb_core.method.objective import Objective


class Gradient(Protocol):
    """Computes the loss of a batch, and its gradient into `values`, flat like the network's parameters."""

    values: Tensor

    def __call__(self, *example: Tensor) -> Tensor:
        """example: one batch of what the objective gives. Returns the sum loss, a scalar."""
        ...


class Network(nn.Module):
    """A trainable field D(x, α): x, (batch, *shape), and α, (batch,), float32 whatever the precision of x is.

    One that jumps takes two α as well, (batch, 2), from and to which a flow map goes; with one it is the field.

    One that is conditional takes a condition as well: a class, (batch,), int64, the number of whose classes stands for
    none; or an image of the same size, (batch, channels, height, width).

    convolutional: whether it is made of convolutions, for which some hardware has bfloat16. memory_format: the layout
    of its weights and activations in which its products are fastest. capturable: whether its calls may be captured as a
    CUDA graph: they read no tensor on the host, and do the same each time.
    """

    convolutional: ClassVar[bool]
    memory_format: ClassVar[torch.memory_format]
    capturable: ClassVar[bool] = True

    def ends(self) -> list[nn.Module]:
        """The layers that see samples or α, and those that give samples; `Muon` leaves them to Adam."""
        raise NotImplementedError

    def zero_layers(self) -> list[nn.Module]:
        """The layers whose weights begin as zero."""
        return []

    def written_out(self, objective: "Objective", batch_size: int, precision: torch.dtype) -> Gradient | None:
        """A gradient that is faster than autograd's, if the network has one for this objective and precision.

        The network is flattened, float32.
        """
        return None
