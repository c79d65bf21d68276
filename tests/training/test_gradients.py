import pytest
import torch

from iadb_core.method.blending import blend, deblending_loss
from iadb_core.networks.parameters import flatten, padded
from iadb_core.networks.registry import build, laid_out
from iadb_core.training.gradients import ByAutograd, WrittenOut

BATCH = 32
SIZES = {
    "mlp": ((2,), {"width": 24, "hidden_layers": 3}),
    "unet": ((1, 8, 8), {"width": 8}),
    "residual": ((1, 8, 8), {"width": 8, "multipliers": [1, 2], "blocks": 1, "patch": 2}),
}


def case(name):
    """A network whose parameters are all different from zero, a batch, and the loss and gradient by plain autograd."""
    shape, settings = SIZES[name]
    network = laid_out(build(name, shape, settings, torch.Generator().manual_seed(0)))
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.05)
    x0, x1 = torch.randn(2, BATCH, *shape, generator=generator)
    alpha = torch.rand(BATCH, generator=generator)
    x = blend(x0, x1, alpha)
    loss = deblending_loss(network(x, alpha), x0, x1)
    expected = torch.autograd.grad(loss, list(network.parameters()))
    return network, (x, alpha, x0, x1), loss.item(), [gradient.clone() for gradient in expected]


def views(gradient, network):
    """The parts of a flat gradient, in the order of the parameters."""
    chunks = gradient.values.split([padded(p) for p in network.parameters()])
    return [c.as_strided(p.shape, p.stride()) for c, p in zip(chunks, network.parameters(), strict=True)]


def check(gradient, network, batch, loss, expected):
    """That a gradient is the expected one, also the second time: nothing is kept from one batch to the next."""
    for _ in range(2):
        assert gradient(*batch).item() == pytest.approx(loss, rel=1e-6)
        for mine, theirs in zip(views(gradient, network), expected, strict=True):
            assert torch.allclose(mine, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("hidden_layers", [1, 2, 4])
def test_the_gradient_written_out_is_autograds(hidden_layers, monkeypatch):
    monkeypatch.setitem(SIZES, "mlp", ((2,), {"width": 24, "hidden_layers": hidden_layers}))
    network, batch, loss, expected = case("mlp")
    flatten(network)
    check(WrittenOut(network, BATCH), network, batch, loss, expected)


@pytest.mark.parametrize("name", SIZES)
def test_in_float32_the_gradient_is_autograds(name):
    network, batch, loss, expected = case(name)
    check(ByAutograd(network, flatten(network), torch.float32), network, batch, loss, expected)


@pytest.mark.parametrize("name", SIZES)
def test_in_bfloat16_it_is_close_and_follows_the_weights(name):
    network, batch, loss, expected = case(name)
    weights = flatten(network)
    gradient = ByAutograd(network, weights, torch.bfloat16)
    weights.mul_(2)
    gradient(*batch)
    weights.mul_(0.5)
    assert gradient(*batch).item() == pytest.approx(loss, rel=0.02)
    mine, theirs = (torch.cat([part.flatten() for part in parts]) for parts in (views(gradient, network), expected))
    assert torch.nn.functional.cosine_similarity(mine, theirs, dim=0) > 0.99
    assert gradient.values.dtype == torch.float32
