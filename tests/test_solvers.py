import numpy as np
import pytest
import torch
from gaussians import CASE

from iadb_core.schedules import linear
from iadb_core.solvers import SOLVERS, euler, integrate


def final(field, x0, steps, step=euler):
    *_, (alpha, x) = integrate(field, x0, linear(steps), step)
    assert alpha == 1
    return x


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 10, 49, 128, 1000])
def test_schedule_goes_from_0_to_1_in_equal_increments(steps):
    alphas = linear(steps)
    assert (alphas[0], alphas[-1], len(alphas)) == (0, 1, steps + 1)
    assert np.diff(alphas) == pytest.approx(1 / steps)
    assert np.diff(alphas).sum() == pytest.approx(1, abs=1e-15)


def test_a_constant_field_moves_by_exactly_itself():
    x0 = torch.tensor([[1.0, 2.0]])
    assert final(lambda x, alpha: torch.full_like(x, 3.0), x0, 64).tolist() == [[4.0, 5.0]]


def test_euler_converges_to_the_exact_flow_with_order_one():
    x0 = CASE.m0 + CASE.s0 * torch.randn(1000, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    errors = [(final(CASE.field, x0, steps) - CASE.flow(x0)).abs().mean().item() for steps in (32, 64, 128, 256)]
    orders = -np.diff(np.log2(errors))
    assert orders == pytest.approx(1, abs=0.1)
    assert errors[-1] < 0.02


@pytest.mark.parametrize("name", SOLVERS)
def test_the_start_is_yielded_first_and_never_changed(name):
    x0 = torch.randn(5, 2)
    kept = x0.clone()
    states = list(integrate(lambda x, alpha: x + 1, x0, linear(4), SOLVERS[name]))
    assert torch.equal(x0, kept)
    assert torch.equal(states[0][1], kept)
    assert len({x.data_ptr() for _, x in states}) == 5


def test_no_gradients_are_kept_and_inference_mode_does_not_leak():
    layer = torch.nn.Linear(2, 2)
    states = integrate(lambda x, alpha: layer(x), torch.randn(3, 2), linear(2), euler)
    for _, x in states:
        assert not torch.is_inference_mode_enabled()
        assert not x.requires_grad
