"""The network of the MNIST tutorial."""

import torch
from torch import Tensor, nn

from iadb_core.networks.alpha import parts, split, weights_of
from iadb_core.networks.beside import beside, channels_beside
from iadb_core.networks.convolutions import Convolution, Pointwise, UpConvolution, rectified
from iadb_core.networks.network import Network
from iadb_core.networks.settings import UNCONDITIONAL, Conditions


class UNetNetwork(Network):
    """The MNIST tutorial's convolutional network: down to an eighth of the size and up again, with skips.

    channels: of the images, whose height and width are divisible by 8. With one and width 64 it has 481,345 parameters.
    conditions: what it sees beside: a plane for each class, or an image, and a plane for the distance of a jump.
    """

    convolutional = True
    memory_format = torch.channels_last

    def __init__(self, channels: int, width: int, conditions: Conditions = UNCONDITIONAL) -> None:
        super().__init__()

        def conv(inputs: int = width) -> nn.Conv2d:
            return Convolution(inputs, width)

        def down() -> nn.Conv2d:
            return nn.Conv2d(width, width, 3, stride=2, padding=1)

        self.conditions = conditions
        self.a1, self.a2 = conv(channels + channels_beside(conditions) + 1), down()
        self.b1, self.b2 = conv(), down()
        self.c1, self.c2, self.c3, self.c4 = conv(), conv(), conv(), down()
        self.u_up, self.u = UpConvolution(width, width), conv()
        self.v_up, self.v = UpConvolution(width, width), conv()
        self.w_up, self.w = UpConvolution(width, width), conv()
        self.out = Pointwise(width, channels)

    def ends(self) -> list[nn.Module]:
        return [self.a1, self.out]

    def forward(self, x: Tensor, alpha: Tensor, condition: Tensor | None = None) -> Tensor:
        begin, jump = split(alpha)
        summands = parts(begin, x.dtype)
        planes = [part[:, None, None, None].expand(-1, -1, *x.shape[2:]) for part in summands]
        weight = weights_of(self.a1.weight, summands) if len(summands) > 1 else None
        seen = torch.cat([x, *beside(x, self.conditions, condition, jump), *planes], dim=1)  # α at their end
        a1 = rectified(self.a1, seen, weight=weight)  # (batch, width, H, W)
        a2 = rectified(self.a2, a1)  #                           (batch, width, H/2, W/2)
        b2 = rectified(self.b2, rectified(self.b1, a2))  #       (batch, width, H/4, W/4)
        c1 = rectified(self.c1, b2)
        c3 = rectified(self.c3, rectified(self.c2, c1), plus=c1)
        c4 = rectified(self.c4, c3)  #                           (batch, width, H/8, W/8)
        u = rectified(self.u_up, c4, plus=c3)  #                 (batch, width, H/4, W/4)
        u = rectified(self.u, u, plus=b2)
        v = rectified(self.v_up, u, plus=a2)  #                  (batch, width, H/2, W/2)
        v = rectified(self.v, v)
        w = rectified(self.w_up, v, plus=a1)  #                  (batch, width, H, W)
        return self.out(rectified(self.w, w))
