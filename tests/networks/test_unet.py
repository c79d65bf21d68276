import pytest
import torch
from small import network
from torch.nn.functional import conv2d, conv_transpose2d, relu

from iadb_core.networks.building import parameter_count


def make(shape, **sizes):
    return network("unet", shape, seed=3, **sizes)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def test_it_has_as_many_parameters_as_the_tutorials():
    assert parameter_count(make((1, 32, 32), width=64)) == 481_345


def test_unet_computes_the_tutorials_blocks():
    unet = make((1, 16, 16), width=8)
    w = unet.state_dict()

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
    assert torch.allclose(unet(x, alpha), expected, atol=1e-6)


@pytest.mark.parametrize("size", [8, 24, 40])
def test_unet_takes_any_multiple_of_8_and_colours(size):
    unet = make((3, size, size), width=4)
    assert unet(torch.randn(2, 3, size, size), torch.rand(2)).shape == (2, 3, size, size)
