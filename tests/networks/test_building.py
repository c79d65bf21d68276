from math import sqrt

import pytest
import torch
from torch import nn

from iadb_core.networks.registry import NETWORKS, build
from iadb_core.system.errors import InputError

RESIDUAL = {"width": 4, "multipliers": [1, 2, 2], "blocks": 1, "patch": 2}
SIZES = {
    "mlp": ((2,), {"width": 8, "hidden_layers": 2}),
    "unet": ((1, 8, 8), {"width": 4}),
    "residual": ((1, 8, 8), RESIDUAL),
}


def make(name, shape, **settings):
    return build(name, shape, settings, torch.Generator().manual_seed(3))


@pytest.mark.parametrize(
    ("name", "shape", "settings"),
    [
        ("mlp", (1, 32, 32), {"width": 4, "hidden_layers": 1}),
        ("unet", (2,), {"width": 4}),
        ("unet", (1, 28, 28), {"width": 4}),
        ("residual", (2,), RESIDUAL),
        ("residual", (1, 12, 12), RESIDUAL),
        ("transformer", (2,), {}),
    ],
)
def test_a_network_that_does_not_fit_is_refused(name, shape, settings):
    with pytest.raises(InputError, match="network"):
        make(name, shape, **settings)


def test_initialisation_is_torchs_default():
    ours = make("unet", (1, 8, 8), width=64)
    torch.manual_seed(0)
    for layer in ours.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            fan_in = layer.weight[0].numel()
            kind = nn.Conv2d if isinstance(layer, nn.Conv2d) else nn.ConvTranspose2d
            reference = kind(layer.in_channels, layer.out_channels, layer.kernel_size)
            for mine, theirs in ((layer.weight, reference.weight), (layer.bias, reference.bias)):
                assert mine.abs().max() <= 1 / sqrt(fan_in)
                if mine.numel() > 1000:
                    assert mine.std().item() == pytest.approx(theirs.std().item(), rel=0.05)


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_come_from_the_generator_alone(name):
    shape, settings = SIZES[name]
    before = torch.get_rng_state()
    first, second = make(name, shape, **settings), make(name, shape, **settings)
    other = build(name, shape, settings, torch.Generator().manual_seed(4))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    drawn = [(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True) if a.unique().numel() > 1]
    assert drawn
    assert not any(torch.equal(a, b) for a, b in drawn)


@pytest.mark.parametrize("name", NETWORKS)
def test_no_parameter_is_left_uninitialised(name, monkeypatch):
    shape, settings = SIZES[name]
    empty = nn.Module.to_empty
    monkeypatch.setattr(nn.Module, "to_empty", lambda self, **options: spoiled(empty(self, **options)))
    assert all(parameter.isfinite().all() for parameter in make(name, shape, **settings).parameters())


def spoiled(network):
    for parameter in network.parameters():
        nn.init.constant_(parameter, torch.nan)
    return network
