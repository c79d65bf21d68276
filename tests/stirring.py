"""Small networks, none of whose weights is zero."""

import torch
from small import SHAPES

from iadb_core.networks.building import build
from iadb_core.networks.registry import NETWORKS

SIZES = {
    "mlp": {"activation": "silu"},
    "residual_mlp": {"width": 8},
    "unet": {"width": 8},
    "residual": {"width": 8, "multipliers": [1, 2]},
}


def stirred(name, conditions, **more):
    """A network none of whose weights is zero, and samples."""
    shape, generator = SHAPES[name], torch.Generator().manual_seed(0)
    settings = NETWORKS[name](**SIZES[name] | more)
    network = build(settings, shape, generator, conditions).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.1)
    return network, settings, torch.randn(5, *shape, generator=generator)
