"""Convolutions as fast as a CPU can do them: the same functions as torch's layers, up to rounding."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn.functional import conv2d, conv_transpose2d, linear

from iadb_core.networks.winograd import weight_gradient
from iadb_core.system.runtime import fast_bfloat16

PRODUCTS_ARE_SLOW = torch.backends.cpu.get_cpu_capability() == "AVX2"
ENOUGH_CHANNELS, ENOUGH_TILES = 64, 256  # for fewer products to outweigh what saves them


class Convolution(nn.Conv2d):
    """A 3×3 convolution with stride 1. In float32 without AVX-512 the gradient of its weights takes fewer products."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__(channels, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        if torch.is_grad_enabled() and self.weight.requires_grad and self.spares_products(x):
            return _Convolution.apply(x, self.weight, self.bias)
        return super().forward(x)

    def spares_products(self, x: Tensor) -> bool:
        """Whether fewer products are worth it for x, (batch, channels, height, width)."""
        in_float32 = x.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")
        if not PRODUCTS_ARE_SLOW or x.device.type != "cpu" or not in_float32:
            return False
        batch, channels, height, width = x.shape
        in_tiles = height % 4 == width % 4 == 0 and batch * height * width // 16 >= ENOUGH_TILES
        return in_tiles and min(channels, self.out_channels) >= ENOUGH_CHANNELS


class _Convolution(torch.autograd.Function):
    """torch's convolution, but for the gradient of its weights."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        return conv2d(x, weight, bias, padding=1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor, Tensor]:
        x, weight = ctx.saved_tensors
        of_x = None
        if ctx.needs_input_grad[0]:
            how = ([1, 1], [1, 1], [1, 1], False, [0, 0], 1)  # stride, padding and dilation; nothing else
            of_x = torch.ops.aten.convolution_backward(gradient, x, weight, None, *how, [True, False, False])[0]
        return of_x, weight_gradient(x, gradient), gradient.sum((0, 2, 3))


class UpConvolution(nn.ConvTranspose2d):
    """A transposed convolution to twice the size that adds its bias by itself where it is trained.

    With the bias in it, oneDNN takes three times as long for the gradient of the weights.
    """

    def __init__(self, channels: int, width: int) -> None:
        super().__init__(channels, width, 3, stride=2, padding=1, output_padding=1)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        if not torch.is_grad_enabled():
            return super().forward(x)
        h = conv_transpose2d(x, self.weight, None, stride=2, padding=1, output_padding=1)
        assert self.bias is not None
        return h.add_(self.bias[:, None, None])


class Pointwise(nn.Conv2d):
    """A 1×1 convolution as a product of matrices: with channels last, its operands lie in memory as they have to."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__(channels, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return linear(x.permute(0, 2, 3, 1), self.weight.flatten(1), self.bias).permute(0, 3, 1, 2)


FUSED: dict[type[nn.Module], tuple[Callable[..., Tensor], Callable[..., Tensor]]] = {
    kind: (getattr(torch.ops.mkldnn, f"{name}_pointwise"), getattr(torch.ops.mkldnn, reorder))
    for kind, name, reorder in (
        (nn.Conv2d, "_convolution", "_reorder_convolution_weight"),
        (Convolution, "_convolution", "_reorder_convolution_weight"),
        (UpConvolution, "_convolution_transpose", "_reorder_convolution_transpose_weight"),
    )
    if torch.backends.mkldnn.is_available()
    and hasattr(torch.ops.mkldnn, f"{name}_pointwise")
    and hasattr(torch.ops.mkldnn, reorder)
}
FUSED_PRECISIONS = {torch.float32} | ({torch.bfloat16} if fast_bfloat16(torch.device("cpu")) else set())


def rectified(
    layer: nn.Conv2d | UpConvolution, x: Tensor, plus: Tensor | None = None, weight: Tensor | None = None
) -> Tensor:
    """relu(layer(x)) + plus; on a CPU where nothing is trained, by oneDNN's kernel that has the ReLU in it.

    torch has that kernel for its compiler; without it, or elsewhere, the two are done one after the other.
    Weights that need no gradient are kept in the order that the kernel wants, until others are loaded into the layer.
    weight: of a 3×3 convolution with stride 1, in place of the layer's own; it is not kept.
    """
    if torch.is_grad_enabled():
        h = (layer(x) if weight is None else conv2d(x, weight, layer.bias, padding=1)).relu_()
        return h if plus is None else h + plus
    fits = x.device.type == "cpu" and x.dtype in FUSED_PRECISIONS and type(layer) in FUSED
    if fits:
        h = _fused(layer, x, weight)
    else:
        h = (layer(x) if weight is None else conv2d(x, weight, layer.bias, padding=1)).relu_()
    return h if plus is None else h.add_(plus)


def _fused(layer: nn.Conv2d | UpConvolution, x: Tensor, other: Tensor | None) -> Tensor:
    """relu(layer(x)) by the one kernel; other: weight in place of the layer's own."""
    kernel, reorder = FUSED[type(layer)]
    padding = [layer.padding] if isinstance(layer, nn.Conv2d) else [layer.padding, layer.output_padding]
    how = [*padding, layer.stride, layer.dilation, layer.groups]
    weight: Tensor = layer.weight if other is None else other
    uncounted = weight.requires_grad or weight.is_inference()  # torch does not count the changes of the latter
    if other is None and not uncounted:
        key = weight.data_ptr(), weight._version, x.dtype, x.shape[1:]
        kept, reordered = layer.__dict__.get("reordered", (None, weight))
        if kept != key:
            reordered = reorder(weight, *how, list(x.shape))
            layer.__dict__["reordered"] = key, reordered
        weight = reordered
    return kernel(x, weight, layer.bias, *how, "relu", [], "")
