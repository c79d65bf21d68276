"""Flow maps, beside the closed form between two Gaussians."""

import pytest
import torch
from gaussians import CASE, draw

from iadb_core.method.batches import Block, rows_of_share
from iadb_core.method.flow_map import between, jump
from iadb_core.method.integration import solver_of
from iadb_core.method.objective import objective_of
from iadb_core.method.objectives.deblending import Deblending
from iadb_core.system.errors import InputError

NAMES = ["lagrangian", "eulerian", "progressive", "shortcut", "mean_flow"]
OF_THE_FIELD = [name for name in NAMES if name != "mean_flow"]


def exact(x, alpha):
    """The field of the exact flow map."""
    if alpha.ndim == 1:
        return CASE.field(x, alpha)
    begin, end = alpha.unbind(1)
    far = (end - begin)[:, None]
    moved = (CASE.jump(x, begin, end) - x) / torch.where(far == 0, 1.0, far)
    return torch.where(far == 0, CASE.field(x, begin), moved)


def smooth(x, alpha):
    """A field of nothing in particular, that is smooth."""
    times = alpha if alpha.ndim == 2 else alpha[:, None].expand(-1, 2)
    return torch.sin(x * (1 + times[:, :1]) + 2 * times[:, 1:]) + times[:, :1] * x.flip(1)


def block_of(count=400, batches=3, condition=None):
    generator = torch.Generator().manual_seed(0)
    x0, x1 = (x.view(batches, count, 2) for x in draw(CASE, batches * count, generator))
    return Block(x0, x1, torch.rand(batches, count, 2, generator=generator, dtype=torch.float64), condition)


def one(objective, block, first=0):
    """The first batch's example."""
    return [part[0] for part in objective.examples(block, first)]


def test_rows_that_jump_are_spread_evenly_whichever_process_has_them():
    for share in (0.25, 0.5, 0.75, 0.1):
        every = rows_of_share(0, 60, share)
        assert len(every) == round(60 * share)
        parts = [[first + row for row in rows_of_share(first, 20, share)] for first in (0, 20, 40)]
        assert [row for part in parts for row in part] == every


@pytest.mark.parametrize(("share", "whole", "count"), [(0.5, 0.5, 15), (0.5, 0.0, 0), (0.25, 0.2, 3), (0.5, 1.0, 30)])
@pytest.mark.parametrize("name", NAMES)
def test_a_share_of_the_jumps_goes_all_the_way_whichever_process_has_them(name, share, whole, count):
    objective = objective_of(name, {"share": share, "whole": whole})
    y, times, y0 = objective.examples(block_of(60))[4:7]
    far = (times[..., 0] == 0) & (times[..., 2 if name in ("progressive", "shortcut") else 1] == 1)
    assert (far.sum(dim=1) == count).all()
    assert torch.equal(y[far], y0[far])
    block = block_of(60)
    parts = [Block(*(part[:, rows] for part in block.parts())) for rows in (slice(0, 25), slice(25, 60))]
    joined = [objective.examples(part, first)[5] for part, first in zip(parts, (0, 25), strict=True)]
    assert torch.equal(torch.cat(joined, dim=1), times)


@pytest.mark.parametrize("whole", [0.0, 0.25])
def test_jumps_of_a_shortcut_model_are_halves_of_halves_of_the_way(whole):
    objective = objective_of("shortcut", {"share": 0.5, "whole": whole, "halvings": 3})
    y, times, y0, y1 = objective.examples(block_of(1000))[4:8]
    begin, middle, end, share = times.unbind(2)
    lengths = end - begin
    assert torch.equal(middle, (begin + end) / 2)
    assert torch.equal(begin / lengths, (begin / lengths).round())
    assert begin.min() == 0
    assert end.max() == 1
    assert (share == 0.5).all()
    for length in (1, 0.5, 0.25, 0.125):
        expected = (1 - whole) / 4 + (whole if length == 1 else 0)
        assert abs((lengths == length).double().mean().item() - expected) < 0.02
        begun = begin[lengths == length].unique()
        assert len(begun) == 1 / length
    assert torch.allclose(y, torch.lerp(y0, y1, begin[..., None]))


def test_the_examples_are_the_blends_of_both_kinds_of_rows():
    block = block_of(8, condition=torch.arange(24).view(3, 8))
    x, alpha, x0, x1, y, times, y0, y1, told, other = objective_of("lagrangian", {"share": 0.25}).examples(block)
    assert torch.equal(alpha, block.alpha[:, [0, 1, 2, 4, 5, 6], 0])
    assert torch.equal(times, block.alpha[:, [3, 7]].sort(dim=2).values)
    assert torch.equal(other, block.condition[:, [3, 7]])
    assert torch.equal(torch.cat([told, other], 1).sort(1).values, block.condition)
    assert torch.allclose(x, torch.lerp(x0, x1, alpha[..., None]))
    assert torch.allclose(y, torch.lerp(y0, y1, times[..., :1]))


@pytest.mark.parametrize("name", OF_THE_FIELD)
def test_the_exact_map_has_no_loss_and_every_other_has(name):
    objective = objective_of(name, {"share": 0.5})
    _, _, _, _, y, times, y0, y1 = one(objective, block_of())
    assert objective.of_jumps(exact, y, times, y1 - y0).item() < 1e-18 * len(y) + 1e-20

    def other(x, alpha):
        return exact(x, alpha) + 0.01 * alpha.view(len(x), -1)[:, -1:] ** 2 * x

    wrong = objective.of_jumps(other, y, times, y1 - y0)
    assert wrong.item() / len(y) > 1e-6


def test_the_loss_of_mean_flow_is_least_at_the_exact_map():
    objective = objective_of("mean_flow", {"share": 0.9})
    _, _, _, _, y, times, y0, y1 = one(objective, block_of(100_000, 1))
    least = objective.of_jumps(exact, y, times, y1 - y0).item() / len(y)
    for push in (0.1, -0.1):

        def other(x, alpha, push=push):
            return exact(x, alpha) + push

        assert objective.of_jumps(other, y, times, y1 - y0).item() / len(y) > least + 0.01


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_learn_the_field_have_the_deblending_loss(name):
    objective = objective_of(name, {"share": 0.5})
    example = one(objective, block_of())
    x, alpha, x0, x1, y, times, y0, y1 = example
    expected = Deblending().loss(smooth, x, alpha, x0, x1) + objective.of_jumps(smooth, y, times, y1 - y0)
    assert torch.isclose(objective.loss(smooth, *example), expected)


def test_derivatives_are_those_of_finite_differences():
    h = 1e-5
    _, _, _, _, y, times, y0, y1 = one(objective_of("lagrangian", {}), block_of(50))
    begin, end = times.unbind(1)
    moves = (jump(smooth, y, begin, end + h) - jump(smooth, y, begin, end - h)) / (2 * h)
    there = smooth(jump(smooth, y, begin, end), end)
    found = objective_of("lagrangian", {}).of_jumps(smooth, y, times, y1 - y0)
    assert torch.isclose(found, (moves - there).square().sum(), rtol=1e-7)  # how a jump's end moves with t, and should
    for name, along in (("eulerian", smooth(y, begin)), ("mean_flow", y1 - y0)):
        later, before = (smooth(y + sign * h * along, between(begin + sign * h, end)) for sign in (1, -1))
        wanted = along + (end - begin)[:, None] * (later - before) / (2 * h)
        found = objective_of(name, {}).of_jumps(smooth, y, times, y1 - y0)
        assert torch.isclose(found, (smooth(y, times) - wanted).square().sum(), rtol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_a_teacher_takes_the_place_of_the_samples_and_of_the_own_field(name):
    """With the exact field as the teacher nothing is left at the exact map, not even the noise of the samples."""
    objective = objective_of(name, {"share": 0.5}, teacher=CASE.field)
    example = one(objective, block_of())
    assert objective.loss(exact, *example).item() < 1e-15
    assert objective.loss(smooth, *example).item() > 1


@pytest.mark.parametrize("name", NAMES)
def test_no_gradient_goes_through_what_is_imitated(name):
    weight = torch.ones(1, dtype=torch.float64, requires_grad=True)

    def field(x, alpha):
        return smooth(x, alpha) * (weight if alpha.ndim == 2 else weight.detach())

    objective = objective_of(name, {"share": 0.5})
    example = one(objective, block_of())
    (through,) = torch.autograd.grad(objective.loss(field, *example), weight)
    h, losses = 1e-6, []
    for shift in (h, -h):
        with torch.no_grad():
            weight += shift
        losses.append(objective.loss(field, *example).item())
        with torch.no_grad():
            weight -= shift
    whole = (losses[0] - losses[1]) / (2 * h)  # which moves what is imitated as well
    assert abs(through.item() - whole) > 1e-3 * abs(whole)


@pytest.mark.parametrize("jumps", [1, 2, 5])
def test_the_solver_jumps_exactly_however_far(jumps):
    x = torch.linspace(-3, 3, 20, dtype=torch.float64).view(10, 2)
    alphas = [number / jumps for number in range(jumps + 1)]
    *_, (reached, ends) = solver_of("map")(exact, x, alphas)
    assert reached == 1
    assert torch.allclose(ends, CASE.flow(x), atol=1e-12)


def test_the_solver_does_not_jump_back():
    with pytest.raises(InputError, match="goes only forward"):
        list(solver_of("map")(exact, torch.zeros(3, 2), [1.0, 0.0]))
