import pytest
import torch
from small import network
from torch.nn.functional import conv2d, layer_norm, linear

from iadb_core.networks.building import parameter_count
from iadb_core.networks.residual.network import ResidualBlock, alpha_features, normalised


def make(shape=(1, 16, 16)):
    return network("residual", shape, width=8, multipliers=[1, 2, 3], blocks=2, patch=2)


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def awake(network):
    """The network with no parameter at zero, as after some training."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)), alpha=0.1)
    return network


@pytest.mark.parametrize("shape", [(1, 16, 16), (3, 32, 32), (1, 8, 24)])
def test_it_takes_images_of_any_fitting_shape(shape):
    network = awake(make(shape))
    assert network(torch.randn(2, *shape), torch.rand(2)).shape == (2, *shape)


def test_at_first_it_is_zero_everywhere():
    assert (make()(torch.randn(2, 1, 16, 16), torch.rand(2)) == 0).all()


def test_a_block_is_at_first_the_identity():
    block = next(module for module in make().modules() if isinstance(module, ResidualBlock))
    h = torch.randn(2, 8, 4, 4)
    assert torch.equal(block(h, torch.randn(2, 32)), h)


def over_channels(h):
    """Each pixel's channels to mean 0 and variance 1, by hand."""
    middle = h - h.mean(dim=1, keepdim=True)
    return middle / (middle.square().mean(dim=1, keepdim=True) + 1e-5).sqrt()


def swish(h):
    return h * torch.sigmoid(h)


def by_hand(w, h, embedding):
    """A block by its parameters: α's embedding scales the second normalisation by 1 + scale, and shifts it."""
    first = over_channels(h) * w["norm.weight"][:, None, None] + w["norm.bias"][:, None, None]
    inner = conv2d(swish(first), w["conv1.weight"], w["conv1.bias"], padding=1)
    modulation = linear(embedding, w["modulation.weight"], w["modulation.bias"])[:, :, None, None]
    scale, shift = modulation[:, : h.shape[1]], modulation[:, h.shape[1] :]
    second = over_channels(inner) * (1 + scale) + shift
    return h + conv2d(swish(second), w["conv2.weight"], w["conv2.bias"], padding=1)


@pytest.mark.parametrize("strength", [0.0, 0.1, 1.0])
def test_a_block_is_modulated_by_one_plus_the_scale(strength):
    block = awake(next(module for module in make().modules() if isinstance(module, ResidualBlock)))
    with torch.no_grad():
        block.modulation.weight *= strength
        block.modulation.bias *= strength
    h, embedding = torch.randn(3, 8, 6, 4), torch.randn(3, 32)
    expected = by_hand(block.state_dict(), h, embedding)
    assert torch.allclose(block(h, embedding), expected, atol=1e-5)
    assert (expected - h).std() > 0.01


def test_without_modulation_alpha_does_not_matter_but_the_block_still_does_something():
    block = awake(next(module for module in make().modules() if isinstance(module, ResidualBlock)))
    for parameter in block.modulation.parameters():
        torch.nn.init.zeros_(parameter)
    h = torch.randn(2, 8, 4, 4)
    one, other = (block(h, torch.randn(2, 32)) for _ in range(2))
    assert torch.equal(one, other)
    varied = (one - h - block.conv2.bias[:, None, None]).std()
    assert varied > 0.01  # `scale` in place of `1 + scale` would leave nothing but the bias


def test_samples_do_not_mix():
    network, x, alpha = awake(make()), torch.randn(4, 1, 16, 16), torch.rand(4)
    together = network(x, alpha)
    alone = torch.cat([network(x[i : i + 1], alpha[i : i + 1]) for i in range(4)])
    assert torch.allclose(together, alone, atol=1e-4)


def test_alpha_changes_what_it_computes():
    network, x = awake(make()), torch.randn(1, 1, 16, 16)
    assert (network(x, torch.tensor([0.2])) - network(x, torch.tensor([0.8]))).abs().max() > 1e-3


def test_alphas_close_to_each_other_have_features_of_their_own():
    features = alpha_features(torch.linspace(0, 1, 1001))
    distances = torch.cdist(features, features) + 10 * torch.eye(1001)
    assert features.shape == (1001, 64)
    assert distances.min() > 0.1


def test_alphas_are_told_apart_in_bfloat16_too():
    network = make((1, 8, 8)).to(torch.bfloat16)
    seen = []
    network.embedding.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].float()))
    alpha = torch.linspace(0.5, 1, 501)
    network(torch.zeros(501, 1, 8, 8, dtype=torch.bfloat16), alpha)
    assert torch.allclose(seen[0], alpha_features(alpha), atol=0.005)


def test_normalisation_is_over_the_channels_of_a_pixel():
    h = torch.randn(2, 6, 3, 5) * 4 + 1
    out = normalised(h)
    assert out.mean(dim=1).abs().max() < 1e-6
    assert out.var(dim=1, unbiased=False).sub(1).abs().max() < 1e-3
    assert torch.allclose(out[0, :, 1, 2], layer_norm(h[0, :, 1, 2], (6,)), atol=1e-6)


def test_every_parameter_learns():
    network = awake(make())
    network(torch.randn(4, 1, 16, 16), torch.rand(4)).square().sum().backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in network.parameters())


def test_its_size_is_counted_by_hand():
    def block(c):
        return 2 * c + 2 * (9 * c * c + c) + (32 * 2 * c + 2 * c)

    levels = 4 * (block(8) + block(16) + block(24))
    embedding = 64 * 32 + 32 + 32 * 32 + 32
    joints = (9 * 8 * 16 + 16) + (9 * 16 * 24 + 24) + (16 * 8 + 8) + (24 * 16 + 16)
    ends = (4 * 8 * 9 + 8) + 2 * 8 + (8 * 4 * 9 + 4)
    assert parameter_count(make()) == levels + embedding + joints + ends
