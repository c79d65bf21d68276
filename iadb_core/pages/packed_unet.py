"""The U-net of images as the data of a page has it."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from iadb_core.networks.convolutions import UpConvolution
from iadb_core.networks.unet.network import UNetNetwork
from iadb_core.pages.packed import text_of
from iadb_core.system.errors import InputError


def packed_unet(network: UNetNetwork, side: int) -> dict[str, Any]:
    """A network of images of so many pixels a side. Raises InputError if its weights are not finite."""
    layers = {name: module for name, module in network.named_children() if hasattr(module, "weight")}
    if not all(parameter.isfinite().all() for parameter in network.parameters()):
        raise InputError("its weights are not finite: train it again")
    return {
        "layers": {name: _packed(layer) for name, layer in layers.items()},
        "side": side,
        "channels": network.out.out_channels,
        "classes": network.conditions.classes,
        "jumps": bool(network.conditions.jumps),
    }


def _packed(layer: nn.Module) -> dict[str, Any]:
    """A convolution by its weights, (outputs, pixels of a square · inputs), and bias."""
    rows = _as_convolution(layer).permute(0, 2, 3, 1).flatten(1)
    bias = layer.get_parameter("bias")
    return {"inputs": rows.shape[1], "weight": _text(rows), "bias": _text(bias)}


def _as_convolution(layer: nn.Module) -> Tensor:
    """(outputs, inputs, height, width) of the same function, also where pixels have zeros between them first."""
    weight = layer.get_parameter("weight")
    return weight.transpose(0, 1).flip(2, 3) if isinstance(layer, UpConvolution) else weight


def _text(values: Tensor) -> str:
    return text_of(np.asarray(values.detach().to(torch.float32).contiguous().numpy()))
