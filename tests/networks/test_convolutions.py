import pytest
import torch
from small import network
from torch import nn

from iadb_core.networks import convolutions
from iadb_core.networks.convolutions import Convolution, Pointwise, UpConvolution, rectified
from iadb_core.networks.winograd import weight_gradient


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize(
    "pair",
    [
        lambda: (UpConvolution(3, 5), nn.ConvTranspose2d(3, 5, 3, stride=2, padding=1, output_padding=1)),
        lambda: (Pointwise(3, 5), nn.Conv2d(3, 5, 1)),
        lambda: (Convolution(3, 5), nn.Conv2d(3, 5, 3, padding=1)),
    ],
    ids=["up", "pointwise", "3x3"],
)
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_a_layer_is_torchs_forward_and_backward(pair, memory_format):
    ours, torchs = pair()
    ours.load_state_dict(torchs.state_dict())
    x = torch.randn(2, 3, 6, 6).to(memory_format=memory_format)
    results = []
    for layer in (ours, torchs):
        layer.zero_grad()
        given = x.clone().requires_grad_()
        output = layer(given)
        output.square().sum().backward()
        results.append((output, given.grad, layer.weight.grad, layer.bias.grad))
    for mine, theirs in zip(*results, strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-4, atol=1e-4)


@pytest.fixture
def sparing(monkeypatch):
    """The gradients of weights that were taken with fewer products, which are so taken on every processor."""
    taken = []

    def counted(x, gradient):
        taken.append(weight_gradient(x, gradient))
        return taken[-1]

    monkeypatch.setattr(convolutions, "PRODUCTS_ARE_SLOW", True)
    monkeypatch.setattr(convolutions, "ENOUGH_TILES", 18)
    monkeypatch.setattr(convolutions, "weight_gradient", counted)
    return taken


@pytest.mark.parametrize("of_x", [True, False])
def test_fewer_products_give_the_same_gradients(sparing, of_x):
    ours, torchs = Convolution(64, 72), nn.Conv2d(64, 72, 3, padding=1)
    ours.load_state_dict(torchs.state_dict())
    x = torch.randn(3, 64, 8, 12).to(memory_format=torch.channels_last)
    behind = torch.randn(3, 72, 8, 12)
    results = []
    for layer in (ours, torchs):
        given = x.clone().requires_grad_(of_x)
        output = layer(given)
        (output * behind).sum().backward()
        results.append((output, layer.weight.grad, layer.bias.grad, *([given.grad] if of_x else [])))
    assert len(sparing) == 1
    for mine, theirs in zip(*results, strict=True):
        assert torch.allclose(mine, theirs, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (lambda: Convolution(32, 64), (3, 32, 8, 12)),
        (lambda: Convolution(64, 32), (3, 64, 8, 12)),
        (lambda: Convolution(64, 64), (3, 64, 8, 14)),
        (lambda: Convolution(64, 64), (3, 64, 10, 12)),
        (lambda: Convolution(64, 64), (2, 64, 8, 12)),
        (lambda: Convolution(64, 64).double(), (3, 64, 8, 12)),
        (lambda: Convolution(64, 64).requires_grad_(False), (3, 64, 8, 12)),
    ],
    ids=["inputs", "outputs", "width", "height", "tiles", "float64", "frozen"],
)
def test_fewer_products_are_only_for_what_gains_from_them(sparing, layer, shape):
    built = layer()
    built(torch.randn(shape, dtype=built.weight.dtype, requires_grad=True)).sum().backward()
    assert not sparing


def test_fewer_products_are_only_for_float32_where_products_are_slow(sparing, monkeypatch):
    layer, x = Convolution(64, 64), torch.randn(3, 64, 8, 12)
    with torch.autocast("cpu", torch.bfloat16):
        output = layer(x)
    assert output.dtype == torch.bfloat16
    output.sum().backward()
    with torch.no_grad():
        assert layer(x).grad_fn is None
    monkeypatch.setattr(convolutions, "PRODUCTS_ARE_SLOW", False)
    layer(x).sum().backward()
    assert not sparing
    monkeypatch.setattr(convolutions, "PRODUCTS_ARE_SLOW", True)
    layer(x).sum().backward()
    assert len(sparing) == 1


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_the_kernel_with_the_relu_in_it_gives_the_same(precision, memory_format, frozen, monkeypatch):
    unet = network("unet", (3, 16, 16), width=16, seed=3)
    unet = unet.to(precision).to(memory_format=memory_format).requires_grad_(not frozen)
    x, alpha = torch.randn(4, 3, 16, 16).to(precision), torch.rand(4).to(precision)
    tolerance = 1e-5 if precision == torch.float32 else 0.02
    with torch.inference_mode():
        fused = [unet(x[:count], alpha[:count]) for count in (4, 1, 3)]
        monkeypatch.setattr(convolutions, "FUSED", {})
        for count, mine in zip((4, 1, 3), fused, strict=True):
            assert torch.allclose(unet(x[:count], alpha[:count]), mine, atol=tolerance)
    with torch.enable_grad():
        assert torch.allclose(unet(x, alpha), fused[0], atol=tolerance)


def test_weights_that_still_change_are_read_at_every_call():
    layer, x = nn.Conv2d(3, 5, 3, padding=1), torch.randn(2, 3, 6, 6)
    with torch.inference_mode():
        before = rectified(layer, x)
        layer.weight.data *= 2
        layer.bias.data *= 2
        assert torch.allclose(rectified(layer, x), 2 * before, atol=1e-6)


def test_frozen_weights_that_are_loaded_anew_are_read_anew():
    layer, other, x = nn.Conv2d(3, 5, 3, padding=1), nn.Conv2d(3, 5, 3, padding=1), torch.randn(2, 3, 6, 6)
    layer.requires_grad_(False)
    with torch.inference_mode():
        before = rectified(layer, x)
    layer.load_state_dict(other.state_dict())
    with torch.inference_mode():
        assert not torch.allclose(rectified(layer, x), before, atol=0.01)
        assert torch.allclose(rectified(layer, x), rectified(other, x), atol=1e-6)


def test_weights_made_in_inference_mode_are_read_at_every_call():
    with torch.inference_mode():
        layer, x = nn.Conv2d(3, 5, 3, padding=1).requires_grad_(False), torch.randn(2, 3, 6, 6)
        before = rectified(layer, x)
        layer.weight *= 2
        layer.bias *= 2
        assert torch.allclose(rectified(layer, x), 2 * before, atol=1e-6)


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("kind", [nn.Conv2d, Convolution])
def test_other_weights_take_the_place_of_the_layers_own_and_are_not_kept(kind, frozen):
    layer = Convolution(3, 5) if kind is Convolution else nn.Conv2d(3, 5, 3, padding=1)
    layer.requires_grad_(not frozen)
    x, wider, plus = torch.randn(2, 3, 6, 6), torch.randn(2, 4, 6, 6), torch.randn(2, 5, 6, 6)
    other = torch.randn(5, 4, 3, 3)
    expected = nn.functional.conv2d(wider, other, layer.bias, padding=1).relu() + plus
    own = layer(x).relu()
    assert torch.allclose(rectified(layer, wider, plus, weight=other), expected, atol=1e-5)
    with torch.inference_mode():
        for _ in range(2):
            assert torch.allclose(rectified(layer, wider, plus.clone(), weight=other), expected, atol=1e-5)
            assert torch.allclose(rectified(layer, x), own, atol=1e-5)


def test_what_is_added_is_added_after_the_relu():
    layer, x, plus = nn.Conv2d(3, 5, 3, padding=1), torch.randn(2, 3, 6, 6), torch.randn(2, 5, 6, 6)
    expected = layer(x).relu() + plus
    given = plus.clone()
    assert torch.allclose(rectified(layer, x, plus=given), expected)
    with torch.inference_mode():
        assert torch.allclose(rectified(layer, x, plus=given), expected, atol=1e-6)
    assert torch.equal(given, plus)


@pytest.mark.skipif(not torch.backends.mkldnn.is_available(), reason="torch has no oneDNN here")
def test_the_kernel_with_the_relu_in_it_is_there():
    assert set(convolutions.FUSED) == {nn.Conv2d, Convolution, UpConvolution}
