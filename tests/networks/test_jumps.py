"""Networks that see a second α, to which a flow map jumps."""

import pytest
import torch
from small import SHAPES
from stirring import stirred

from iadb_core.networks.building import build, parameter_count
from iadb_core.networks.checkpoint import load, save
from iadb_core.networks.mlp import MLP
from iadb_core.networks.registry import NETWORKS
from iadb_core.networks.settings import UNCONDITIONAL, Conditions


@pytest.mark.parametrize("name", NETWORKS)
def test_a_jump_of_no_length_is_the_field(name):
    network, _, x = stirred(name, Conditions(jumps=1))
    alpha = torch.linspace(0, 1, 5)
    with torch.no_grad():
        field, jumped = network(x, alpha), network(x, torch.stack([alpha, alpha], 1))
        further = network(x, torch.stack([alpha, (alpha + 0.3).clamp_max(1)], 1))
    assert torch.equal(field, jumped)
    assert not torch.allclose(further[:4], field[:4], atol=1e-4)
    assert torch.equal(further[4], field[4])


@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_seen_beside_a_class_and_kept_in_the_file(name, tmp_path):
    conditions = Conditions(classes=3, jumps=1)
    network, settings, x = stirred(name, conditions)
    save(tmp_path / "model.pt", network, settings, SHAPES[name], {}, 0, 1, conditions=conditions)
    again, told = load(tmp_path / "model.pt")
    assert (told["network"]["classes"], told["network"]["jumps"]) == (3, 1)
    times, classes = torch.rand(5, 2).sort(1).values, torch.tensor([0, 1, 2, 3, 0])
    with torch.no_grad():
        assert torch.equal(again(x, times, classes), network(x, times, classes))
        assert not torch.equal(again(x, times, classes), again(x, times, classes.flip(0)))


def test_the_residual_network_of_points_has_as_many_parameters_as_the_published_one():
    network = build(NETWORKS["residual_mlp"](), (2,), torch.Generator().manual_seed(0))
    assert parameter_count(network) == 396_034


def test_a_second_alpha_costs_the_tutorials_network_an_input():
    generator = torch.Generator().manual_seed(0)
    plain, jumping = (build(MLP(), (2,), generator, conditions) for conditions in (UNCONDITIONAL, Conditions(jumps=1)))
    assert (parameter_count(plain), parameter_count(jumping)) == (12_866, 12_930)


@pytest.mark.parametrize("activation", ["relu", "silu", "gelu", "selu"])
def test_hidden_layers_have_the_activation_that_was_asked_for(activation):
    network, _, x = stirred("mlp", UNCONDITIONAL, activation=activation, hidden_layers=1)
    alpha = torch.rand(5)
    with torch.no_grad():
        inner = network.hidden[0](torch.cat([x, alpha[:, None]], 1))
        expected = network.out(getattr(torch.nn.functional, activation)(inner))
        assert torch.allclose(network(x, alpha), expected, atol=1e-6)
