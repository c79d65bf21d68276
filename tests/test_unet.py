import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d, conv_transpose2d, relu

from iadb_core import unet
from iadb_core.networks import build, parameter_count
from iadb_core.unet import UpConvolution


def make(shape, **settings):
    return build("unet", shape, settings, torch.Generator().manual_seed(3))


def test_it_has_as_many_parameters_as_the_tutorials():
    assert parameter_count(make((1, 32, 32), width=64)) == 481_345


def test_unet_computes_the_tutorials_blocks():
    network = make((1, 16, 16), width=8)
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
    network = make((3, size, size), width=4)
    assert network(torch.randn(2, 3, size, size), torch.rand(2)).shape == (2, 3, size, size)


def test_an_up_convolution_is_torchs_forward_and_backward():
    ours, torchs = UpConvolution(3, 5), nn.ConvTranspose2d(3, 5, 3, stride=2, padding=1, output_padding=1)
    ours.load_state_dict(torchs.state_dict())
    x = torch.randn(2, 3, 6, 6)
    results = []
    for layer in (ours, torchs):
        given = x.clone().requires_grad_()
        output = layer(given)
        output.square().sum().backward()
        results.append((output, given.grad, layer.weight.grad, layer.bias.grad))
    for mine, theirs in zip(*results, strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_the_kernel_with_the_relu_in_it_gives_the_same_bits(precision, memory_format, monkeypatch):
    network = make((3, 16, 16), width=16).to(precision).to(memory_format=memory_format)
    x, alpha = torch.randn(4, 3, 16, 16).to(precision), torch.rand(4).to(precision)
    with torch.inference_mode():
        fused = network(x, alpha)
        monkeypatch.setattr(unet, "FUSED", {})
        assert torch.equal(network(x, alpha), fused)
    with torch.enable_grad():
        assert torch.allclose(network(x, alpha), fused, atol=1e-5 if precision == torch.float32 else 0.02)


def test_the_kernel_with_the_relu_in_it_is_there():
    assert set(unet.FUSED) == {nn.Conv2d, UpConvolution}  # else sampling still works, only slower
