import pytest
import torch
from small import SHAPES, network
from torch import nn

from iadb_core.method.batches import Block
from iadb_core.method.objectives.deblending import Deblending
from iadb_core.networks.building import laid_out
from iadb_core.networks.mlp.gradient import DeblendingGradient
from iadb_core.networks.network import Network
from iadb_core.networks.parameters import flatten, padded
from iadb_core.training.gradients import ByAutograd, gradient_of

BATCH = 32
SIZES = {"mlp": {"width": 24, "hidden_layers": 3}, "unet": {"width": 8}, "residual": {}}


class Denoising:
    """Another objective: tell x₁ from the blend."""

    jumps = False

    def examples(self, block, first=0):
        alpha = block.alpha[(...,) + (None,) * (block.x0.ndim - 2)]
        return (1 - alpha) * block.x0 + alpha * block.x1, block.alpha, block.x1

    def loss(self, field, *example):
        x, alpha, x1 = example
        return (field(x, alpha) - x1).square().sum()


class Idle(Network):
    """A network of points with a layer that it does not use, between two that it uses."""

    convolutional = False
    memory_format = torch.contiguous_format

    def __init__(self):
        super().__init__()
        self.inner, self.idle, self.out = nn.Linear(3, 8), nn.Linear(5, 7), nn.Linear(8, 2)

    def forward(self, x, alpha):
        return self.out(self.inner(torch.cat([x, alpha.to(x.dtype)[:, None]], dim=1)).relu())


def case(name, **sizes):
    """A network whose parameters are all different from zero, a batch, and the loss and gradient by plain autograd."""
    shape = SHAPES[name]
    made = laid_out(network(name, **SIZES[name] | sizes))
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.05)
    x0, x1 = torch.randn(2, BATCH, *shape, generator=generator)
    alpha = torch.rand(BATCH, generator=generator)
    share = alpha.reshape(-1, *[1] * len(shape))
    x = (1 - share) * x0 + share * x1
    loss = (made(x, alpha) - (x1 - x0)).square().sum()
    expected = torch.autograd.grad(loss, list(made.parameters()))
    return made, (x, alpha, x0, x1), loss.item(), [gradient.clone() for gradient in expected]


def views(gradient, made):
    """The parts of a flat gradient, in the order of the parameters."""
    chunks = gradient.values.split([padded(p) for p in made.parameters()])
    return [c.as_strided(p.shape, p.stride()) for c, p in zip(chunks, made.parameters(), strict=True)]


def check(gradient, made, batch, loss, expected):
    """That a gradient is the expected one, also the second time: nothing is kept from one batch to the next."""
    for _ in range(2):
        assert gradient(*batch).item() == pytest.approx(loss, rel=1e-6)
        for mine, theirs in zip(views(gradient, made), expected, strict=True):
            assert torch.allclose(mine, theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("hidden_layers", [1, 2, 4])
def test_the_gradient_written_out_is_autograds(hidden_layers):
    made, batch, loss, expected = case("mlp", hidden_layers=hidden_layers)
    gradient = gradient_of(made, flatten(made), Deblending(), BATCH, torch.float32)
    assert isinstance(gradient, DeblendingGradient)
    check(gradient, made, batch, loss, expected)


@pytest.mark.parametrize("name", SIZES)
def test_in_float32_the_gradient_is_autograds(name):
    made, batch, loss, expected = case(name)
    check(ByAutograd(made, flatten(made), Deblending(), torch.float32), made, batch, loss, expected)


@pytest.mark.parametrize("name", SIZES)
def test_in_bfloat16_it_is_close_and_follows_the_weights(name):
    made, batch, loss, expected = case(name)
    weights = flatten(made)
    gradient = gradient_of(made, weights, Deblending(), BATCH, torch.bfloat16)
    assert isinstance(gradient, ByAutograd)
    weights.mul_(2)
    gradient(*batch)
    weights.mul_(0.5)
    assert gradient(*batch).item() == pytest.approx(loss, rel=0.02)
    mine, theirs = (torch.cat([part.flatten() for part in parts]) for parts in (views(gradient, made), expected))
    assert torch.nn.functional.cosine_similarity(mine, theirs, dim=0) > 0.99
    assert gradient.values.dtype == torch.float32


@pytest.mark.parametrize("name", SIZES)
def test_what_a_loss_is_computed_from_is_done_for_all_batches_at_once(name):
    _, (x, alpha, x0, x1), _, _ = case(name)
    batches = Block(*(part.unflatten(0, (4, -1)) for part in (x0, x1, alpha)))
    for mine, theirs in zip(Deblending().examples(batches), (x, alpha, x0, x1), strict=True):
        assert torch.allclose(mine.flatten(0, 1), theirs, atol=1e-6)


@pytest.mark.parametrize("name", SIZES)
def test_the_gradient_of_another_objective_is_autograds(name):
    made, (x, alpha, _, x1), _, _ = case(name)
    loss = (made(x, alpha) - x1).square().sum()
    expected = [gradient.clone() for gradient in torch.autograd.grad(loss, list(made.parameters()))]
    gradient = gradient_of(made, flatten(made), Denoising(), BATCH, torch.float32)
    check(gradient, made, (x, alpha, x1), loss.item(), expected)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_parameters_that_a_loss_does_not_use_have_a_gradient_of_zero(precision):
    _, batch, _, _ = case("mlp")
    made = Idle()
    gradient = gradient_of(made, flatten(made), Deblending(), BATCH, precision)
    gradient.values.fill_(torch.nan)
    gradient(*batch)
    used = {name: view for (name, _), view in zip(made.named_parameters(), views(gradient, made), strict=True)}
    idle = [used.pop(name) for name in ("idle.weight", "idle.bias")]
    assert all((view == 0).all() for view in idle)
    assert all(view.isfinite().all() and (view != 0).any() for view in used.values())
