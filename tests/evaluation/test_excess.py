import numpy as np
import pytest
import torch
from gaussians import Gaussians, Known

from iadb_core.evaluation.excess import field_error, losses, mean_loss
from iadb_core.method.batches import Batch
from iadb_core.method.exact import PlaneField
from iadb_core.method.laws import Pixels
from iadb_core.method.linear import LinearField
from iadb_core.method.quadrature import plane_density

CASE = Gaussians(m0=0.0, s0=1.0, m1=2.0, s1=0.5)
EXACT = Known(CASE.field)


def batches(count, seed=0, size=10_000):
    generator = torch.Generator().manual_seed(seed)
    for _ in range(count):
        x0, x1 = torch.randn(2, size, 3, generator=generator).unbind()
        alpha = torch.rand(size, generator=generator)
        yield Batch(CASE.m0 + CASE.s0 * x0, CASE.m1 + CASE.s1 * x1, alpha)


def wrong(x, alpha):
    return CASE.field(x, alpha) + 0.1


def test_the_floor_is_the_closed_form_and_the_excess_is_the_fields_error():
    found = losses(wrong, EXACT, batches(20))
    assert found.excess == pytest.approx(0.01, rel=1e-4)
    assert found.floor == pytest.approx(CASE.loss_floor(), abs=4 * found.floor_error)
    assert found.loss == pytest.approx(CASE.loss_floor() + 0.01, abs=4 * found.loss_error)
    assert found.loss - found.floor == pytest.approx(found.excess, abs=4 * found.loss_error)


def test_a_control_variate_changes_no_mean_and_leaves_less_to_chance():
    mean, variance = torch.full((3,), 1.0, dtype=torch.float64), torch.eye(3, dtype=torch.float64)
    linear = LinearField(CASE.m0 * mean, CASE.s0**2 * variance, CASE.m1 * mean, CASE.s1**2 * variance)
    plain, controlled = losses(wrong, EXACT, batches(5)), losses(wrong, Known(CASE.field, linear), batches(5))
    assert controlled.floor == pytest.approx(CASE.loss_floor(), rel=1e-5)
    assert controlled.excess == plain.excess
    assert controlled.loss == pytest.approx(CASE.loss_floor() + 0.01, abs=4 * controlled.loss_error)
    assert controlled.loss_error < plain.loss_error / 5
    assert controlled.floor_error < plain.floor_error / 100


def test_the_exact_field_has_no_excess():
    found = losses(CASE.field, EXACT, batches(1))
    assert found.excess == 0
    assert found.loss == found.floor


def test_the_errors_are_standard_errors():
    draws = [losses(wrong, EXACT, batches(1, seed, 500)) for seed in range(100)]
    for name in ("loss", "floor"):
        spread = torch.tensor([getattr(draw, name) for draw in draws]).std().item()
        assert getattr(draws[0], f"{name}_error") == pytest.approx(spread, rel=0.3)


def test_the_mean_loss_is_that_of_all_batches():
    assert mean_loss(wrong, batches(4))[0] == pytest.approx(losses(wrong, EXACT, batches(4)).loss, rel=1e-12)


def test_the_field_error_is_a_root_mean_square_at_one_alpha():
    x = torch.randn(50, 3, generator=torch.Generator().manual_seed(0))
    error = field_error(wrong, EXACT, x, 0.25)
    assert error.alpha == 0.25
    assert (error.field, error.posterior_mean) == pytest.approx((0.1, 0.075), rel=1e-5)
    assert error.known == 1
    assert error.exact == pytest.approx(CASE.field(x, torch.full((50,), 0.25)).square().mean().sqrt().item(), rel=1e-6)


def test_the_field_error_is_taken_where_there_is_a_field():
    half = np.zeros((4, 4))
    half[:, :2] = 1
    exact = PlaneField(*[plane_density(Pixels(half))] * 2)
    x = torch.tensor([[0.5, 0.2], [0.5, 0.4], [0.5, 0.9], [1.5, 0.2]])
    error = field_error(lambda x, alpha: exact(x, alpha) + (x[:, 1:] > 0.6), exact, x, 0.0)
    assert error.known == 0.5
    assert error.field == 0
    assert field_error(exact, exact, x[2:], 0.0).known == 0
