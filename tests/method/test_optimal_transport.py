"""Samples that are paired near each other, within sets."""

from itertools import islice

import numpy as np
import pytest
import torch

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.pairs import pairs_of
from iadb_core.data.telling import ToldClasses
from iadb_core.method.assignment import least_cost, squared_distances
from iadb_core.method.coupling import coupling_of
from iadb_core.method.couplings.optimal_transport import OptimalTransport, weight_of, with_conditions, within_classes

CPU = torch.device("cpu")
EVERY = [
    {},
    {"batch": 64},
    {"method": "sinkhorn"},
    {"method": "sinkhorn", "batch": 128, "regularisation": 0.2},
]


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=generator(seed))


def sorted_rows(x):
    return x.flatten(0, 1)[np.lexsort(x.flatten(0, 1).T.numpy())]


def cost(x0, x1):
    return float((x1 - x0).square().sum(-1).mean())


def test_between_normal_distributions_of_a_line_it_is_their_order():
    x0, x1 = normal(4, 50, 1), 3 + 2 * normal(4, 50, 1, seed=1)
    paired0, paired1, told = OptimalTransport()(x0, x1)
    assert told is None
    assert torch.equal(paired0, x0)
    by_order = x0.argsort(1)
    assert torch.equal(paired1.gather(1, by_order), x1.sort(1).values)


def test_between_normal_distributions_it_costs_what_the_closed_form_says():
    deviations = torch.tensor([2.0, 0.5])
    x0, x1 = normal(4, 1000, 2), 1 + normal(4, 1000, 2, seed=1) * deviations
    found = OptimalTransport()(x0, x1)
    expected = 2 + float((deviations - 1).square().sum())  # squared W₂ of N(0, 1) and N(1, diag σ²)
    assert cost(*found[:2]) == pytest.approx(expected, rel=0.06)  # of so many samples a few percent more
    assert cost(found[1], 1 + found[0] * deviations) < 0.1  # where the closed form's map carries each
    assert cost(x0, x1) == pytest.approx(2 + float((deviations.square() + 1).sum()), rel=0.05)


def test_sets_are_paired_and_then_cut_into_batches():
    x0, x1 = normal(8, 32, 2), normal(8, 32, 2, seed=1)
    paired = OptimalTransport(batch=128)(x0, x1)
    for first in (0, 4):
        one = slice(first, first + 4)
        assert torch.equal(sorted_rows(paired[1][one]), sorted_rows(x1[one]))
    assert cost(*paired[:2]) < cost(*OptimalTransport()(x0, x1)[:2]) < cost(x0, x1)


@pytest.mark.parametrize("settings", EVERY)
def test_each_side_stays_distributed_as_it_was(settings):
    x1 = np.random.default_rng(0).gamma(2, size=(5000, 1)).astype(np.float32)
    source, target = Gaussian(mean=1.0, std=2.0), _points()
    drawn = pairs_of(
        (source, target), (None, x1), (1,), 64, "shuffled", 0, CPU, coupling=coupling_of("optimal_transport", settings)
    )
    batches = list(islice(drawn.each(), 390))  # 24,960 pairs: five epochs
    first, second = (torch.cat([getattr(batch, side) for batch in batches])[:, 0] for side in ("x0", "x1"))
    assert float(first.mean()) == pytest.approx(1, abs=0.06)
    assert float(first.std()) == pytest.approx(2, abs=0.04)
    assert float(torch.corrcoef(torch.stack([first, second]))[0, 1]) > 0.8
    levels = torch.tensor([0.05, 0.25, 0.5, 0.75, 0.95])
    assert torch.allclose(second.quantile(levels), torch.from_numpy(x1[:, 0]).quantile(levels), atol=0.06)


def _points():
    from iadb_core.data.kinds.given import GivenPoints

    return GivenPoints(dimension=1)


@pytest.mark.parametrize("settings", EVERY)
def test_batches_are_the_same_whatever_rows_are_taken_and_wherever_it_begins(settings):
    def pairs():
        coupling = coupling_of("optimal_transport", settings)
        return pairs_of((Gaussian(),) * 2, (None, None), (2,), 64, "", 0, CPU, coupling=coupling)

    whole, part = list(islice(pairs().blocks(), 3)), next(pairs().blocks(2, slice(5, 20)))
    assert torch.equal(part.x0, whole[2].x0[:, 5:20])
    assert torch.equal(part.x1, whole[2].x1[:, 5:20])
    assert torch.equal(part.alpha, whole[2].alpha[:, 5:20])


def test_only_equal_classes_are_paired_and_each_has_the_whole_source():
    x0, classes = normal(2, 200, 2), (torch.arange(400) % 2).view(2, 200)
    x1 = normal(2, 200, 2, seed=1) + 10.0 * classes[:, :, None]  # without the condition, each class takes a half
    for settings, spread in (({}, 1.0), ({"conditions": "ignored"}, 0.75)):
        of_x0, of_x1, told = OptimalTransport(**settings)(x0, x1, classes)
        assert torch.equal(told, (of_x1.sum(-1) > 10).long())
        left, right = (of_x0[told == each] for each in (0, 1))
        apart = float((right.mean(0) - left.mean(0)).norm())
        assert apart < 0.3 if spread == 1 else apart > 1
        assert float(left.std()) == pytest.approx(spread, abs=0.15)


def test_within_classes_the_cost_is_the_least_that_a_heavy_cost_of_unequal_ones_gives():
    x0, x1, classes = normal(2, 90, 2), normal(2, 90, 2, seed=1), (torch.arange(180) % 4).view(2, 90)
    cost = squared_distances(x0, x1)
    found = within_classes(cost, classes)
    assert torch.equal(classes.gather(1, found), classes)
    assert torch.equal(found, least_cost(with_conditions(cost, classes, 0.05)))


def test_conditions_of_numbers_weigh_as_much_as_the_share_says():
    x0, x1, condition = normal(100, 2), normal(100, 2, seed=1), normal(100, 1, seed=2)
    squared, apart = torch.cdist(x0, x1).square(), torch.cdist(condition, condition).square()
    weights = []
    for share in (0.02, 0.05, 0.2):
        weight = weight_of(squared, apart, share)
        weights.append(weight)
        total = squared + weight * apart
        assert float((total <= squared.diagonal()[None]).float().mean()) == pytest.approx(share, abs=2e-3)
        (found,) = with_conditions(squared[None], condition[None], share)
        assert torch.allclose(found, total, rtol=1e-3)
    assert weights == sorted(weights, reverse=True)
    assert weight_of(squared, apart, 1.0) == 0
    assert weight_of(squared, torch.zeros_like(apart), 0.05) == 0  # of equal conditions none matters


def test_a_weight_is_found_where_most_conditions_are_equal():
    x0, x1, condition = normal(50, 2), normal(50, 2, seed=1), (torch.arange(50) % 2).float()[:, None]
    squared, apart = torch.cdist(x0, x1).square(), torch.cdist(condition, condition).square()
    total = squared + (weight_of(squared, apart, 0.01) + 1e-3) * apart
    unequal = apart > 0
    assert not (total <= squared.diagonal()[None])[unequal].any()  # the greatest that says anything


def test_classes_go_with_their_samples_in_a_training():
    labels = np.arange(1000) % 3
    points = np.stack([labels * 10.0, np.random.default_rng(0).normal(size=1000)], 1).astype(np.float32)
    from iadb_core.data.kinds.given import GivenPoints

    drawn = pairs_of(
        (Gaussian(), GivenPoints(dimension=2)),
        (None, points),
        (2,),
        50,
        "shuffled",
        0,
        CPU,
        coupling=coupling_of("optimal_transport", {}),
        told=ToldClasses(labels, 3, 0.25),
    )
    block = next(drawn.blocks())
    told = block.condition < 3
    assert torch.equal(block.x1[..., 0][told], 10.0 * block.condition[told])
    assert 0.15 < 1 - float(told.float().mean()) < 0.35


def test_by_a_plan_with_entropy_only_equal_classes_are_paired_and_still_near_each_other():
    x0, x1, classes = normal(1, 128, 2), normal(1, 128, 2, seed=1), (torch.arange(128) % 4).view(1, 128)
    exact = OptimalTransport()(x0, x1, classes)
    by_plan = OptimalTransport(method="sinkhorn")(x0, x1, classes, generator())
    assert torch.equal(by_plan[2], classes)  # x₀ has the class of its number
    assert cost(*exact[:2]) < cost(*by_plan[:2]) < 1.4 * cost(*exact[:2]) < 0.8 * cost(x0, x1)
