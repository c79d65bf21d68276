"""Networks of points that are told numbers: coordinates, say."""

import pytest
import torch

from iadb_core.method.blending import blend, deblending_loss
from iadb_core.networks import checkpoint
from iadb_core.networks.building import build, parameter_count
from iadb_core.networks.mlp import MLP
from iadb_core.networks.parameters import flatten, padded
from iadb_core.networks.registry import misfit
from iadb_core.networks.residual_mlp import ResidualMLP
from iadb_core.networks.settings import Conditions
from iadb_core.networks.unet import UNet
from iadb_core.system.errors import InputError

TOLD = Conditions(numbers=2)
SIZES = {"mlp": MLP(width=16, hidden_layers=2), "residual_mlp": ResidualMLP(width=16, blocks=1)}


def generator():
    return torch.Generator().manual_seed(0)


def stirred(name, conditions=TOLD):
    return build(SIZES[name], (3,), generator(), conditions)


@pytest.mark.parametrize("name", SIZES)
def test_numbers_change_what_it_says_and_cost_a_weight_each(name):
    network, x, alpha = stirred(name), torch.randn(5, 3, generator=generator()), torch.rand(5)
    said = [network(x, alpha, numbers) for numbers in (torch.zeros(5, 2), torch.ones(5, 2))]
    assert (said[0] - said[1]).abs().min() > 1e-5
    assert parameter_count(network) - parameter_count(stirred(name, Conditions())) == 2 * 16


def test_the_network_of_the_toy_experiments_has_as_many_parameters_as_published():
    assert parameter_count(build(ResidualMLP(), (2,), generator())) == 396_034


@pytest.mark.parametrize("name", SIZES)
def test_a_checkpoint_says_how_many(name, tmp_path):
    network = stirred(name)
    checkpoint.save(tmp_path / "model.pt", network, SIZES[name], (3,), {}, 0, 1, conditions=TOLD)
    loaded, content = checkpoint.load(tmp_path / "model.pt")
    assert content["network"]["numbers"] == 2
    given = torch.randn(5, 3), torch.rand(5), torch.randn(5, 2)
    assert torch.equal(loaded(*given), network.eval()(*given))


def test_the_written_out_gradient_is_autograds():
    mlp = stirred("mlp")
    flatten(mlp)
    from iadb_core.method.objectives.deblending import Deblending

    gradient = mlp.written_out(Deblending(), 8, torch.float32)
    x0, x1, numbers, alpha = *torch.randn(2, 8, 3), torch.randn(8, 2), torch.rand(8)
    x = blend(x0, x1, alpha)
    loss = deblending_loss(mlp(x, alpha, numbers), x0, x1)
    expected = torch.autograd.grad(loss, list(mlp.parameters()))
    assert gradient(x, alpha, x0, x1, numbers).item() == pytest.approx(loss.item(), rel=1e-6)
    chunks = gradient.values.split([padded(parameter) for parameter in mlp.parameters()])
    for chunk, theirs in zip(chunks, expected, strict=True):
        assert torch.allclose(chunk[: theirs.numel()].view(theirs.shape), theirs, rtol=1e-4, atol=1e-4)


def test_a_network_of_images_is_refused_them():
    assert misfit(UNet(width=8), (1, 8, 8), TOLD) == "unet sees no coordinates beside images"
    with pytest.raises(InputError, match="sees no coordinates"):
        build(UNet(width=8), (1, 8, 8), generator(), TOLD)
