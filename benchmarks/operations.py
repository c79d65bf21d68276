"""How many FLOPs the works take, counted by torch."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import recipe


def forward_flops() -> float:
    """FLOPs of one evaluation of the MNIST tutorial's network for one image, counted by torch."""
    with FlopCounterMode(display=False) as counter:
        recipe.Convolutional()(torch.zeros(1, 1, 32, 32), torch.zeros(1))
    return counter.get_total_flops()


def training_flops() -> float:
    """FLOPs of its training for one image: the gradient of the network's input is left out."""
    return 3 * forward_flops() - 2 * 32 * 32 * 9 * 2 * 64


def plane_flops() -> float:
    """FLOPs of one optimiser step of the 2D tutorial, counted by torch."""
    network = recipe.Plane()
    with FlopCounterMode(display=False) as counter:
        network(torch.zeros(256, 2), torch.zeros(256, 1)).sum().backward()
    return counter.get_total_flops()
