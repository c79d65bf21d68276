"""The page's networks and solvers beside torch's."""

import numpy as np
import pytest
import torch
from javascript import javascript, needs_node

from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import linear
from iadb_core.networks.building import build
from iadb_core.networks.mlp import MLP
from iadb_core.networks.residual_mlp import ResidualMLP
from iadb_core.networks.settings import UNCONDITIONAL, Conditions
from iadb_core.pages.packed import packed_network
from iadb_core.system.errors import InputError

pytestmark = needs_node
POINTS = np.random.default_rng(0).normal(0.5, 0.4, (37, 2)).astype(np.float32)
ANSWER = """
const network = new Network(given.network);
const x = Float32Array.from(given.x);
return given.asked.map(([alpha, jump, told]) => network.velocity(x, alpha, jump, told ?? undefined));
"""
FOLLOWED = """
const network = new Network(given.network);
const field = (x, alpha, jump) => network.velocity(x, alpha, jump);
return given.ways.map(([solver, alphas]) => {
  network.evaluations = 0;
  const states = follow(field, Float32Array.from(given.x), alphas, solver, 1e-4);
  return { states, evaluations: network.evaluations / 37 };
});
"""


def network_of(sizes, conditions=UNCONDITIONAL):
    """Untrained, but with biases, and large enough that activations bend."""
    network = build(sizes, (2,), torch.Generator().manual_seed(3), conditions)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.1 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(4)))
    return network.eval()


def answers(network, activation, asked):
    packed = packed_network(network, activation)
    found = javascript(ANSWER, {"network": "Network"}, network=packed, x=POINTS.ravel().tolist(), asked=asked)
    return np.array(found).reshape(len(asked), -1, 2)


@pytest.mark.parametrize("activation", ["relu", "silu", "gelu", "selu"])
@pytest.mark.parametrize("sizes", [MLP(width=37, hidden_layers=3), ResidualMLP(width=18, blocks=2, widening=3)])
def test_a_network_answers_in_the_page_as_in_torch(sizes, activation):
    network = network_of(sizes.model_copy(update={"activation": activation}))
    found = answers(network, activation, [[0.0, 0, None], [0.37, 0, None], [1.0, 0, None]])
    for own, alpha in zip(found, (0.0, 0.37, 1.0), strict=True):
        expected = network(torch.from_numpy(POINTS), torch.full((37,), alpha)).detach().numpy()
        assert np.abs(own - expected).max() < 1e-5 * max(1, np.abs(expected).max())


@pytest.mark.parametrize("sizes", [MLP(width=16, hidden_layers=2), ResidualMLP(width=16, blocks=1)])
def test_it_is_told_classes_and_how_far_it_jumps_as_in_torch(sizes):
    activation = "gelu" if sizes.name == "residual_mlp" else "relu"
    network = network_of(sizes, Conditions(classes=3, jumps=1))
    asked = [[0.25, 0.5, 1], [0.0, 1.0, 3], [0.5, 0, 0]]
    found = answers(network, activation, asked)
    for own, (alpha, jump, told) in zip(found, asked, strict=True):
        times = torch.tensor([[alpha, alpha + jump]]).expand(37, 2)
        expected = network(torch.from_numpy(POINTS), times, torch.full((37,), told)).detach().numpy()
        assert np.abs(own - expected).max() < 1e-5 * max(1, np.abs(expected).max())


def test_every_solver_follows_a_network_as_in_python():
    network = network_of(MLP(width=32, hidden_layers=2, activation="silu"), Conditions(jumps=1))
    packed = packed_network(network, "silu")
    ways = [[name, linear(7)] for name in ("euler", "midpoint", "heun", "rk4", "map", "dopri5")]
    ways += [[name, linear(5)[::-1]] for name in ("euler", "midpoint", "heun", "rk4", "dopri5")]
    imports = {"network": "Network", "solvers": "follow"}
    found = javascript(FOLLOWED, imports, network=packed, x=POINTS.ravel().tolist(), ways=ways)
    for (name, alphas), own in zip(ways, found, strict=True):
        counted = 0

        def field(x, alpha):
            nonlocal counted
            counted += 1
            return network(x, alpha).detach()

        solver = solver_of(name).with_tolerances(1e-4, 1e-4)
        expected = torch.stack([x for _, x in solver(field, torch.from_numpy(POINTS), alphas)]).numpy()
        states = np.array(own["states"]).reshape(expected.shape)
        assert np.abs(states - expected).max() < 1e-4, name
        assert own["evaluations"] == counted, name


def test_a_network_with_weights_that_are_not_finite_is_refused():
    network = network_of(MLP(width=8, hidden_layers=1))
    with torch.no_grad():
        network.out.bias[0] = float("nan")
    with pytest.raises(InputError, match="not finite"):
        packed_network(network, "relu")


def test_labels_of_the_chart_do_not_lie_on_each_other():
    labels = [{"x": 60 + x, "y": y, "end": False, "text": "network, euler"} for x, y in ((0, 50), (5, 52), (9, 51))]
    labels += [{"x": 300, "y": 51, "end": False, "text": "far"}, {"x": 100, "y": 55, "end": True, "text": "floor"}]
    found = javascript("return apartFrom(given.labels);", {"chart": "apartFrom"}, labels=labels)
    heights = sorted(label["y"] for label in found if label["text"] != "far")
    assert min(np.diff(heights)) >= 12
    assert next(label["y"] for label in found if label["text"] == "far") == 51
