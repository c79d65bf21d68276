"""How to make a small run: the one place that says so, for tests of a module and of the whole workflow."""

from typing import Any

import torch

from iadb_core.method.fields import Field
from iadb_core.networks.building import build
from iadb_core.networks.mlp import MLP
from iadb_core.networks.network import Network
from iadb_core.networks.residual import Residual
from iadb_core.networks.residual_mlp import ResidualMLP
from iadb_core.networks.settings import Conditions, NetworkSettings
from iadb_core.networks.unet import UNet
from iadb_core.sampling.model import Model
from iadb_core.training.settings import Training

# Experiments of the workflow.

TINY = {
    "device": "cpu",  # whatever the machine has: on a GPU bytes and seconds are others
    "samples": {"points": 2000, "held_out_points": 500},
    "sampling": {"steps": 4, "count": 20, "batch_size": 16},
    "evaluation": {
        "count": 100,
        "floor_draws": 2,
        "projections": 16,
        "exact_count": 20,
        "loss_blends": 64,
        "field_alphas": 3,
        "nfe": [1, 4],
        "tolerances": [0.1],
        "theorem": {"starts": 6, "repeats": 2, "steps": [2, 16, 32], "shown": 20, "shown_steps": [2, 8], "frames": 9},
        "likelihood": {"points": 60, "images": 8, "probes": 1, "exact": 20, "steps": 4},
    },
    "animation": {"size": 64},
    "threads": 1,
}
POINTS = {
    "source": {"picture": {"path": "left.png"}},
    "target": {"picture": {"path": "right.png"}},
    "network": {"name": "mlp", "width": 8, "hidden_layers": 1},
    "training": {"steps": 60, "batch_size": 32, "learning_rate": 0.02},
}
IMAGES = {
    "source": {"gaussian": {}},
    "target": {"dataset": {"name": "digits", "size": 8}},
    "network": {"name": "unet", "width": 4},
    "training": {"epochs": 1, "order": "shuffled", "batch_size": 64},
}

# Parts of the core.

SIZES: dict[str, NetworkSettings] = {
    "mlp": MLP(name="mlp", width=8, hidden_layers=1),
    "residual_mlp": ResidualMLP(width=8, blocks=1, widening=2),
    "unet": UNet(name="unet", width=4),
    "residual": Residual(name="residual", width=8, multipliers=[1, 2]),
}
SHAPES = {"mlp": (2,), "residual_mlp": (2,), "unet": (1, 8, 8), "residual": (1, 8, 8)}


def network(
    name: str = "mlp",
    shape: tuple[int, ...] | None = None,
    seed: int = 0,
    classes: int = 0,
    channels: int = 0,
    numbers: int = 0,
    **sizes: Any,
) -> Network:
    """A network of a name, with its initial weights. sizes: other than those of `SIZES`."""
    settings = type(SIZES[name]).model_validate({**SIZES[name].written(), **sizes})
    conditions = Conditions(classes, channels, numbers=numbers)
    return build(settings, shape or SHAPES[name], torch.Generator().manual_seed(seed), conditions)


def training(**changed: Any) -> Training:
    """Settings of a training of 60 steps of 32 pairs, or others."""
    length = {} if "epochs" in changed else {"steps": 60}
    return Training.model_validate({**length, "batch_size": 32, "learning_rate": 0.02, **changed})


class Given(Network):
    """A network that is a field which is given."""

    convolutional = False
    memory_format = torch.contiguous_format

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.given = field

    def forward(self, x: torch.Tensor, alpha: torch.Tensor) -> torch.Tensor:
        return self.given(x, alpha)


def model(field: Field, shape: tuple[int, ...] = SHAPES["mlp"]) -> Model:
    """A model on the CPU, in float32, of a network or of any field."""
    own = field if isinstance(field, Network) else Given(field)
    return Model(own, shape, torch.device("cpu"), torch.float32)
