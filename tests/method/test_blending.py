import torch
from gaussians import CASE, draw

from iadb_core.method.blending import blend, deblending_loss


def test_blend_is_exact_at_its_ends():
    x0, x1 = torch.randn(2, 5, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    assert torch.equal(blend(x0, x1, torch.zeros(5)), x0)
    assert torch.equal(blend(x0, x1, torch.ones(5)), x1)


def test_blend_weighs_each_sample_by_its_own_alpha():
    x0, x1 = torch.tensor([[0.0, 0.0], [10.0, 20.0]]), torch.tensor([[4.0, 8.0], [0.0, 0.0]])
    expected = torch.tensor([[1.0, 2.0], [2.5, 5.0]])
    assert torch.equal(blend(x0, x1, torch.tensor([0.25, 0.75])), expected)


def test_loss_is_the_sum_of_squares():
    prediction = torch.tensor([[1.0, 2.0], [0.0, 0.0]])
    x0, x1 = torch.zeros(2, 2), torch.tensor([[0.0, 0.0], [3.0, 1.0]])
    assert deblending_loss(prediction, x0, x1).item() == 1 + 4 + 9 + 1


def test_loss_is_least_for_the_exact_field_and_there_equals_its_floor():
    generator = torch.Generator().manual_seed(1)
    count = 200_000
    x0, x1 = draw(CASE, count, generator)
    alpha = torch.rand(count, generator=generator, dtype=torch.float64)
    exact = CASE.field(blend(x0, x1, alpha), alpha)
    floor = deblending_loss(exact, x0, x1).item() / (2 * count)
    assert abs(floor / CASE.loss_floor() - 1) < 0.01
    for other in (exact + 0.1, exact * 1.1, exact - 0.1):
        assert deblending_loss(other, x0, x1).item() / (2 * count) > floor + 0.005
