"""What every network is to the rest."""

from typing import ClassVar

import torch
from torch import nn


class Network(nn.Module):
    """A trainable field. memory_format: the layout of its weights and activations in which its products are fastest."""

    convolutional: ClassVar[bool]
    memory_format: ClassVar[torch.memory_format]

    def ends(self) -> list[nn.Module]:
        """The layers that see samples or α, and those that give samples; `Muon` leaves them to Adam."""
        raise NotImplementedError
