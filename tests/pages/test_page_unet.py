"""The page's U-net beside torch's."""

import numpy as np
import pytest
import torch
from javascript import javascript, needs_node

from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import linear
from iadb_core.networks.building import build
from iadb_core.networks.settings import UNCONDITIONAL, Conditions
from iadb_core.networks.unet import UNet
from iadb_core.pages.packed_unet import packed_unet
from iadb_core.system.errors import InputError

pytestmark = needs_node
ANSWER = """
const network = new Unet(given.network);
const x = Float32Array.from(given.x);
return given.asked.map(([alpha, jump, told]) => network.velocity(x, alpha, jump, told ?? undefined));
"""
FOLLOWED = """
const network = new Unet(given.network);
const field = (x, alpha, jump) => network.velocity(x, alpha, jump);
const states = follow(field, Float32Array.from(given.x), given.alphas, given.solver);
return { states, evaluations: network.evaluations };
"""


def network_of(shape, width, conditions=UNCONDITIONAL):
    """Untrained, but with biases, and with values of ordinary size."""
    network = build(UNet(width=width), shape, torch.Generator().manual_seed(3), conditions)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(4)))
    return network.eval()


def image(shape):
    return torch.from_numpy(np.random.default_rng(0).normal(size=shape).astype(np.float32))


def by_pixel(x):
    """An image, or several, as the page has it."""
    return x.movedim(-3, -1).contiguous()


@pytest.mark.parametrize(("shape", "width"), [((1, 16, 16), 64), ((1, 32, 32), 8), ((3, 8, 8), 7)])
def test_it_answers_in_the_page_as_in_torch(shape, width):
    network, x = network_of(shape, width), image(shape)
    asked = [[0.0, 0, None], [0.37, 0, None], [1.0, 0, None]]
    packed = packed_unet(network, shape[1])
    found = javascript(ANSWER, {"unet": "Unet"}, network=packed, x=by_pixel(x).flatten().tolist(), asked=asked)
    for own, (alpha, _, _) in zip(found, asked, strict=True):
        with torch.no_grad():
            expected = by_pixel(network(x[None], torch.tensor([alpha]))[0]).flatten().numpy()
        assert np.abs(np.array(own) - expected).max() < 1e-5 * max(1, np.abs(expected).max())


def test_it_is_told_classes_and_how_far_it_jumps_as_in_torch():
    shape = (1, 8, 8)
    network, x = network_of(shape, 12, Conditions(classes=3, jumps=1)), image(shape)
    asked = [[0.25, 0.5, 1], [0.0, 1.0, 3], [0.5, 0.0, 0]]
    packed = packed_unet(network, 8)
    found = javascript(ANSWER, {"unet": "Unet"}, network=packed, x=by_pixel(x).flatten().tolist(), asked=asked)
    for own, (alpha, jump, told) in zip(found, asked, strict=True):
        with torch.no_grad():
            times = torch.tensor([[alpha, alpha + jump]])
            expected = by_pixel(network(x[None], times, torch.tensor([told]))[0]).flatten().numpy()
        assert np.abs(np.array(own) - expected).max() < 1e-5 * max(1, np.abs(expected).max())


@pytest.mark.parametrize("solver", ["euler", "midpoint"])
def test_solvers_follow_it_as_in_python(solver):
    shape = (1, 8, 8)
    network, x, alphas = network_of(shape, 16), image(shape), [0.25 + 0.75 * step for step in linear(4)]
    found = javascript(
        FOLLOWED,
        {"unet": "Unet", "solvers": "follow"},
        network=packed_unet(network, 8),
        x=x.flatten().tolist(),
        alphas=alphas,
        solver=solver,
    )
    expected = [state for _, state in solver_of(solver)(network, x[None], alphas)]
    assert found["evaluations"] == (4 if solver == "euler" else 8)
    for own, state in zip(found["states"], expected, strict=True):
        assert np.abs(np.array(own) - state.flatten().numpy()).max() < 1e-4 * max(1, state.abs().max())


def test_weights_that_are_not_finite_are_refused():
    network = network_of((1, 8, 8), 8)
    with torch.no_grad():
        network.out.bias[0] = float("nan")
    with pytest.raises(InputError, match="not finite"):
        packed_unet(network, 8)
