"""The network of the MNIST tutorial."""

import torch
from torch import Tensor, nn

from iadb_core.networks.convolutions import Convolution, Pointwise, UpConvolution, rectified
from iadb_core.networks.network import Network
from iadb_core.system.errors import InputError


class UNet(Network):
    """The MNIST tutorial's convolutional network: down to an eighth of the size and up again, with skips.

    shape: (channels, height, width), both divisible by 8. With one channel and width 64 it has 481,345 parameters.
    Raises InputError for samples of another shape.
    """

    convolutional = True
    memory_format = torch.channels_last

    def __init__(self, shape: tuple[int, ...], width: int) -> None:
        super().__init__()
        if len(shape) != 3 or shape[1] % 8 or shape[2] % 8:
            raise InputError(
                "network: unet takes images whose height and width are multiples of 8, "
                f"not samples of shape {shape}; " + ("use `name: mlp`" if len(shape) == 1 else "set `size` accordingly")
            )

        def conv(channels: int = width) -> nn.Conv2d:
            return Convolution(channels, width)

        def down() -> nn.Conv2d:
            return nn.Conv2d(width, width, 3, stride=2, padding=1)

        self.a1, self.a2 = conv(shape[0] + 1), down()
        self.b1, self.b2 = conv(), down()
        self.c1, self.c2, self.c3, self.c4 = conv(), conv(), conv(), down()
        self.u_up, self.u = UpConvolution(width, width), conv()
        self.v_up, self.v = UpConvolution(width, width), conv()
        self.w_up, self.w = UpConvolution(width, width), conv()
        self.out = Pointwise(width, shape[0])

    def ends(self) -> list[nn.Module]:
        return [self.a1, self.out]

    def forward(self, x: Tensor, alpha: Tensor) -> Tensor:
        plane = alpha.to(x.dtype)[:, None, None, None].expand(-1, 1, *x.shape[2:])
        a1 = rectified(self.a1, torch.cat([x, plane], dim=1))  # (batch, width, H, W)
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
