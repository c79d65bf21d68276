"""Networks that begin with the weights of others."""

import pytest
import torch
from small import SHAPES
from stirring import stirred

from iadb_core.networks.beginning import begin_with
from iadb_core.networks.registry import NETWORKS
from iadb_core.networks.settings import UNCONDITIONAL, Conditions

TIMES = torch.tensor([[0.0, 1.0], [0.0, 0.5], [0.25, 0.25], [0.5, 0.75], [0.9, 1.0]])


def told(name, kind):
    """The conditions of a kind, and five of them."""
    if kind == "nothing":
        return UNCONDITIONAL, ()
    if kind == "classes":
        return Conditions(classes=3), (torch.tensor([0, 1, 2, 3, 0]),)
    shape = SHAPES[name]
    if len(shape) == 1:
        return Conditions(numbers=2), (torch.linspace(-1, 1, 10).view(5, 2),)
    return Conditions(channels=shape[0]), (torch.linspace(-1, 1, 5 * shape[0] * shape[1] ** 2).view(5, *shape),)


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16], ids=["float32", "bfloat16"])
@pytest.mark.parametrize("kind", ["nothing", "classes", "more"])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_jumps_of_one_that_begins_as_a_field_go_as_the_field_does(name, kind, precision):
    conditions, condition = told(name, kind)
    field, _, x = stirred(name, conditions)
    jumping, _, _ = stirred(name, conditions._replace(jumps=1))
    begin_with(jumping, field.state_dict())
    x, field, jumping = x.to(precision), field.to(precision), jumping.to(precision)
    with torch.no_grad():
        expected = field(x, TIMES[:, 0], *condition)
        assert torch.allclose(jumping(x, TIMES, *condition), expected, atol=1e-6 if x.dtype == torch.float32 else 0.05)
        assert expected.abs().max() > 0.1


@pytest.mark.parametrize("jumps", [0, 1])
@pytest.mark.parametrize("name", NETWORKS)
def test_one_of_the_same_kind_is_the_same_network(name, jumps):
    conditions = Conditions(jumps=jumps)
    first, _, x = stirred(name, conditions)
    other, _, _ = stirred(name, conditions)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.mul_(2)
        begin_with(other, first.state_dict())
        times = TIMES if jumps else TIMES[:, 0]
        assert torch.equal(other(x, times), first(x, times))
