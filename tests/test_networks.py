from math import sqrt

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d, conv_transpose2d, linear, relu

from iadb_core.files import InputError
from iadb_core.networks import NETWORKS, build, parameter_count


def make(name, shape, **settings):
    return build(name, shape, settings, torch.Generator().manual_seed(3))


def test_parameter_counts_are_the_tutorials():
    assert parameter_count(make("mlp", (2,), width=64, hidden_layers=4)) == 12_866
    assert parameter_count(make("unet", (1, 32, 32), width=64)) == 481_345


def test_mlp_computes_relu_layers_of_point_and_alpha():
    network = make("mlp", (2,), width=16, hidden_layers=4)
    weights = list(network.state_dict().values())
    x, alpha = torch.randn(7, 2), torch.rand(7)
    h = torch.cat([x, alpha[:, None]], 1)
    for weight, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        h = relu(linear(h, weight, bias))
    assert torch.allclose(network(x, alpha), linear(h, *weights[-2:]), atol=1e-6)


def test_unet_computes_the_tutorials_blocks():
    network = make("unet", (1, 16, 16), width=8)
    w = network.state_dict()

    def conv(name, x, stride=1):
        return relu(conv2d(x, w[f"{name}.weight"], w[f"{name}.bias"], stride, padding=1))

    def up(name, x):
        return relu(conv_transpose2d(x, w[f"{name}.weight"], w[f"{name}.bias"], 2, padding=1, output_padding=1))

    x, alpha = torch.randn(3, 1, 16, 16), torch.rand(3)
    b0 = torch.cat([x, alpha.view(3, 1, 1, 1).repeat(1, 1, 16, 16)], 1)
    a1 = conv("a1", b0)
    a2 = conv("a2", a1, 2)
    b2 = conv("b2", conv("b1", a2), 2)
    c1 = conv("c1", b2)
    c3 = conv("c3", conv("c2", c1)) + c1
    c4 = conv("c4", c3, 2)
    u = conv("u", up("u_up", c4) + c3) + b2
    v = conv("v", up("v_up", u) + a2)
    out = conv("w", up("w_up", v) + a1)
    expected = conv2d(out, w["out.weight"], w["out.bias"])
    assert c4.shape == (3, 8, 2, 2)
    assert torch.allclose(network(x, alpha), expected, atol=1e-6)


@pytest.mark.parametrize("size", [8, 24, 40])
def test_unet_takes_any_multiple_of_8_and_colours(size):
    network = make("unet", (3, size, size), width=4)
    assert network(torch.randn(2, 3, size, size), torch.rand(2)).shape == (2, 3, size, size)


@pytest.mark.parametrize(
    ("name", "shape", "settings"),
    [
        ("mlp", (1, 32, 32), {"width": 4, "hidden_layers": 1}),
        ("unet", (2,), {"width": 4}),
        ("unet", (1, 28, 28), {"width": 4}),
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
            reference = type(layer)(layer.in_channels, layer.out_channels, layer.kernel_size)
            for mine, theirs in ((layer.weight, reference.weight), (layer.bias, reference.bias)):
                assert mine.abs().max() <= 1 / sqrt(fan_in)
                if mine.numel() > 1000:
                    assert mine.std().item() == pytest.approx(theirs.std().item(), rel=0.05)


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_come_from_the_generator_alone(name):
    shape, settings = ((2,), {"width": 8, "hidden_layers": 2}) if name == "mlp" else ((1, 8, 8), {"width": 4})
    before = torch.get_rng_state()
    first, second = make(name, shape, **settings), make(name, shape, **settings)
    other = build(name, shape, settings, torch.Generator().manual_seed(4))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True))
