from math import sqrt

import pytest
import torch
from small import SHAPES, SIZES, network
from torch import nn

from iadb_core.networks import building
from iadb_core.networks.building import build, initialise, laid_out, parameter_count, planned, weights_hash
from iadb_core.networks.registry import NETWORKS
from iadb_core.system.errors import InputError


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


def spoiled(module):
    """A module of which nothing is left, neither of its parameters nor of its buffers."""
    for tensor in (*module.parameters(), *module.buffers()):
        tensor.data.fill_(torch.nan if tensor.is_floating_point() else -(2**6))
    return module


def without_weights(module):
    """A module of whose parameters nothing is left: what torch drew."""
    for parameter in module.parameters():
        parameter.data.fill_(torch.nan)
    return module


@pytest.mark.parametrize(
    ("name", "shape", "sizes"),
    [
        ("mlp", (1, 32, 32), {}),
        ("unet", (2,), {}),
        ("unet", (1, 28, 28), {}),
        ("residual", (2,), {}),
        ("residual", (1, 12, 12), {"multipliers": [1, 2, 2]}),
    ],
)
def test_a_network_that_does_not_fit_is_refused(name, shape, sizes):
    with pytest.raises(InputError, match="network"):
        network(name, shape, **sizes)


def test_initialisation_is_torchs_default():
    ours = network("unet", width=64, seed=3)
    for layer in ours.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            fan_in = layer.weight[0].numel()
            kind = nn.Conv2d if isinstance(layer, nn.Conv2d) else nn.ConvTranspose2d
            reference = kind(layer.in_channels, layer.out_channels, layer.kernel_size)
            for mine, theirs in ((layer.weight, reference.weight), (layer.bias, reference.bias)):
                assert mine.abs().max() <= 1 / sqrt(fan_in)
                if mine.numel() > 1000:
                    assert mine.std().item() == pytest.approx(theirs.std().item(), rel=0.05)


def test_layers_without_a_bias_and_normalisations_are_initialised_too():
    layers = spoiled(nn.Sequential(nn.Linear(4, 4, bias=False), nn.LayerNorm(4)))
    initialise(layers, torch.Generator().manual_seed(0))
    assert 0 < layers[0].weight.abs().max() <= 0.5
    assert (layers[1].weight == 1).all()
    assert (layers[1].bias == 0).all()


@pytest.mark.parametrize("name", NETWORKS)
def test_weights_come_from_the_generator_alone(name):
    before = torch.get_rng_state()
    first, second, other = (network(name, seed=seed) for seed in (3, 3, 4))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    drawn = [(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True) if a.unique().numel() > 1]
    assert drawn
    assert not any(torch.equal(a, b) for a, b in drawn)


@pytest.mark.parametrize("name", NETWORKS)
def test_no_parameter_is_left_uninitialised(name, monkeypatch):
    """Nothing of what torch drew is left either: the weights are the generator's."""
    plain = network(name)
    monkeypatch.setattr(building, "initialise", lambda built, generator: initialise(without_weights(built), generator))
    built = network(name)
    assert all(tensor.isfinite().all() for tensor in (*built.parameters(), *built.buffers()))
    x, alpha = torch.randn(3, *SHAPES[name]), torch.rand(3)
    assert torch.equal(built(x, alpha), plain(x, alpha))


@pytest.mark.parametrize("name", NETWORKS)
def test_no_memory_is_taken_as_it_was_found(name, monkeypatch):
    """Neither for parameters nor for buffers: what is allocated without values is spoiled here."""
    plain, empty, to_empty = network(name), torch.empty, nn.Module.to_empty
    monkeypatch.setattr(nn.Module, "to_empty", lambda self, **options: spoiled(to_empty(self, **options)))
    monkeypatch.setattr(torch, "empty", lambda *size, **options: empty(*size, **options).fill_(-64))
    built = network(name)
    monkeypatch.undo()
    tensors = plain.state_dict()
    assert all(torch.equal(value, tensors[key]) for key, value in built.state_dict().items())
    x, alpha = torch.randn(3, *SHAPES[name]), torch.rand(3)
    assert torch.equal(built(x, alpha), plain(x, alpha))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_planned_network_has_its_sizes_and_takes_no_memory(name):
    plan, built = planned(SIZES[name], SHAPES[name]), network(name)
    assert all(tensor.is_meta for tensor in (*plan.parameters(), *plan.buffers()))
    assert {key: value.shape for key, value in plan.state_dict().items()} == {
        key: value.shape for key, value in built.state_dict().items()
    }
    assert parameter_count(plan) == parameter_count(built)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_layers_that_begin_as_zero_are_zero_and_are_not_the_others(name):
    built = network(name)
    zero = {id(parameter) for layer in built.zero_layers() for parameter in layer.parameters()}
    for key, parameter in built.named_parameters():
        if id(parameter) in zero:
            assert (parameter == 0).all()
        elif parameter.ndim > 1:
            assert (parameter != 0).any(), key


@pytest.mark.parametrize("name", NETWORKS)
def test_the_ends_of_a_network_are_layers_of_it(name):
    built = network(name)
    layers = {id(module) for module in built.modules()}
    assert built.ends()
    assert all(id(layer) in layers for layer in built.ends())


@pytest.mark.parametrize("name", NETWORKS)
def test_laid_out_a_network_computes_the_same_in_its_own_memory_format(name):
    built = network(name)
    x, alpha = torch.randn(3, *SHAPES[name]), torch.rand(3)
    before = built(x, alpha)
    assert laid_out(built) is built
    assert torch.allclose(built(x.to(memory_format=built.memory_format), alpha), before, atol=1e-5)
    weights = [parameter for parameter in built.parameters() if parameter.ndim == 4]
    assert all(weight.is_contiguous(memory_format=built.memory_format) for weight in weights)
    assert bool(weights) == built.convolutional


def test_a_digest_is_of_the_weights_whatever_their_layout():
    digests = [weights_hash(network("unet")), weights_hash(laid_out(network("unet"))), weights_hash(network("unet"))]
    assert len(set(digests)) == 1
    assert len(digests[0]) == 16
    assert weights_hash(network("unet", seed=1)) != digests[0]
    other = network("unet")
    with torch.no_grad():
        other.out.bias[0] += 1e-6
    assert weights_hash(other) != digests[0]


def test_the_number_of_parameters_is_that_of_their_values():
    assert parameter_count(nn.Linear(3, 5)) == 3 * 5 + 5
    assert parameter_count(build(SIZES["mlp"], (2,), torch.Generator())) == (3 * 8 + 8) + (8 * 2 + 2)
