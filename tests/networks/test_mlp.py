import pytest
import torch
from small import network
from torch.nn.functional import linear, relu

from iadb_core.method.objectives.deblending import Deblending
from iadb_core.networks.building import parameter_count
from iadb_core.networks.mlp.gradient import DeblendingGradient
from iadb_core.networks.parameters import flatten


def test_it_has_as_many_parameters_as_the_tutorials():
    assert parameter_count(network("mlp", width=64, hidden_layers=4)) == 12_866


def test_mlp_computes_relu_layers_of_point_and_alpha():
    mlp = network("mlp", width=16, hidden_layers=4, seed=3)
    weights = list(mlp.state_dict().values())
    generator = torch.Generator().manual_seed(0)
    x, alpha = torch.randn(7, 2, generator=generator), torch.rand(7, generator=generator)
    h = torch.cat([x, alpha[:, None]], 1)
    for weight, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        h = relu(linear(h, weight, bias))
    assert torch.allclose(mlp(x, alpha), linear(h, *weights[-2:]), atol=1e-6)


class Other:
    """An objective that is not the paper's."""


@pytest.mark.parametrize(
    ("objective", "precision", "written_out"),
    [
        (Deblending(), torch.float32, True),
        (Deblending(), torch.bfloat16, False),
        (Other(), torch.float32, False),
    ],
)
def test_its_gradient_is_written_out_for_what_it_is_the_gradient_of(objective, precision, written_out):
    mlp = network("mlp")
    flatten(mlp)
    assert isinstance(mlp.written_out(objective, 4, precision), DeblendingGradient) == written_out
