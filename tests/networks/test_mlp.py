import torch
from torch.nn.functional import linear, relu

from iadb_core.networks.registry import build, parameter_count


def test_it_has_as_many_parameters_as_the_tutorials():
    assert parameter_count(make((2,), width=64, hidden_layers=4)) == 12_866


def make(shape, **settings):
    return build("mlp", shape, settings, torch.Generator().manual_seed(3))


def test_mlp_computes_relu_layers_of_point_and_alpha():
    network = make((2,), width=16, hidden_layers=4)
    weights = list(network.state_dict().values())
    x, alpha = torch.randn(7, 2), torch.rand(7)
    h = torch.cat([x, alpha[:, None]], 1)
    for weight, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        h = relu(linear(h, weight, bias))
    assert torch.allclose(network(x, alpha), linear(h, *weights[-2:]), atol=1e-6)
