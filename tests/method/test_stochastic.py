"""(De)blending by chance: pairs against brute force, and where it leads."""

import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from iadb_core.evaluation.distances import sliced_wasserstein
from iadb_core.method.exact import exact_field
from iadb_core.method.integration import solver_of
from iadb_core.method.laws import Finite, Mixture, Normal, Pixels
from iadb_core.method.schedules import SCHEDULES
from iadb_core.method.stochastic import OfData, OfMixtures, OfPlane, posterior, stochastic

SOURCE = Normal(0.0, 1.0)
TWO = Mixture((0.3, 0.7), ((-2.0, 0.0), (2.0, 1.0)), (((0.3, 0.0), (0.0, 0.2)), ((0.5, 0.3), (0.3, 0.4))))
HEAPS = np.zeros((16, 16))
HEAPS[2:6, 3:7], HEAPS[10:14, 8:13] = 1.0, 3.0
BLOCK = np.zeros((16, 16))
BLOCK[5:11, 5:11] = 1.0


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def of_two(count, seed=0):
    draws = generator(seed)
    which = (torch.rand(count, generator=draws) < 0.7).long()
    factor = torch.linalg.cholesky(torch.tensor(TWO.covariances))
    return torch.tensor(TWO.means)[which] + (factor[which] @ torch.randn(count, 2, 1, generator=draws))[..., 0]


def of_pixels(values, count, seed):
    rng = np.random.default_rng(seed)
    which = rng.choice(values.size, count, p=values.flatten() / values.sum())
    corner = np.stack(np.unravel_index(which, values.shape), 1)
    return torch.from_numpy(((corner + rng.random((count, 2))) / len(values)).astype(np.float32))


LAWS = {
    "mixtures": (SOURCE, TWO, lambda n: torch.randn(n, 2, generator=generator(1)), of_two, OfMixtures),
    "pictures": (
        Pixels(BLOCK),
        Pixels(HEAPS),
        lambda n: of_pixels(BLOCK, n, 1),
        lambda n: of_pixels(HEAPS, n, 2),
        OfPlane,
    ),
}


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("alpha", [0.3, 0.8])
def test_pairs_are_drawn_as_brute_force_finds_them(name, alpha):
    source, target, x0, x1, kind = LAWS[name]
    drawn = posterior(source, target, (2,))
    assert isinstance(drawn, kind)
    a, b = x0(3_000_000), x1(3_000_000)
    blends = (1 - alpha) * a + alpha * b
    centre = blends[:2000].mean(0)
    near = ((blends - centre).abs() < 0.01 * blends.std()).all(1)  # all pairs that blend into nearly this point
    brute = b[near]
    assert len(brute) > 60
    points = centre.expand(4000, 2).clone()
    y0, y1 = drawn.draw(points, alpha, generator())
    assert torch.allclose((1 - alpha) * y0 + alpha * y1, points, atol=1e-5)
    direction = torch.tensor([0.8, 0.6])
    edges = np.quantile(y1 @ direction, [0.2, 0.4, 0.6, 0.8])
    counts = np.bincount(np.searchsorted(edges, (brute @ direction).numpy()), minlength=5)
    assert chisquare(counts).pvalue > 0.001


def test_pairs_with_data_are_as_likely_as_bayes_rule_says():
    data = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    drawn = posterior(Normal(0.5, 2.0), Finite(data), (2,))
    assert isinstance(drawn, OfData)
    x, alpha = torch.tensor([[0.6, 0.7]]), 0.4
    y0, y1 = drawn.draw(x.expand(20_000, 2), alpha, generator())
    assert torch.allclose((1 - alpha) * y0 + alpha * y1, x.expand(20_000, 2), atol=1e-5)
    apart = (x - alpha * data - (1 - alpha) * 0.5).square().sum(1) / (2 * ((1 - alpha) * 2.0) ** 2)
    likely = (-apart.double()).softmax(0).numpy()
    counts = [(y1 == own).all(1).sum().item() for own in data]
    assert chisquare(counts, 20_000 * likely).pvalue > 0.001


def test_at_the_beginning_any_sample_of_the_target_goes():
    for name in LAWS:
        source, target, x0, x1, _ = LAWS[name]
        x = x0(4000)
        y0, y1 = posterior(source, target, (2,)).draw(x, 0.0, generator())
        assert torch.allclose(y0, x, atol=1e-5)
        assert sliced_wasserstein(y1.numpy(), x1(4000).numpy(), 32, 0) < 0.05 * float(y1.std()) + 0.02


@pytest.mark.parametrize("name", LAWS)
def test_both_ways_lead_to_the_target(name):
    source, target, x0, x1, _ = LAWS[name]
    x, alphas = x0(1500), SCHEDULES["linear"](64)
    *_, (_, by_chance) = stochastic(posterior(source, target, (2,)), x, alphas, generator())
    field = exact_field(source, target, (2,))
    *_, (_, followed) = solver_of("euler")(field, x, alphas)
    real, floor = x1(1500).numpy(), sliced_wasserstein(x1(3000)[1500:].numpy(), x1(1500).numpy(), 64, 0)
    for ends in (by_chance, followed):
        assert sliced_wasserstein(ends.numpy(), real, 64, 0) < 3 * floor + 0.02


def test_with_more_steps_the_ends_by_chance_come_to_those_of_the_map():
    pairs, field = posterior(SOURCE, TWO, (2,)), exact_field(SOURCE, TWO, (2,))
    x = torch.randn(300, 2, generator=generator(5), dtype=torch.float64)
    *_, (_, best) = solver_of("rk4")(field, x, SCHEDULES["linear"](64))
    apart = []
    for steps in (32, 128, 512):
        *_, (_, ends) = stochastic(pairs, x, SCHEDULES["linear"](steps), generator(steps))
        apart.append(float((ends - best).norm(dim=1).mean()))
    slopes = np.diff(np.log(apart)) / np.log(4)
    assert slopes == pytest.approx([-0.5, -0.5], abs=0.12)  # as 1/√T


def test_what_cannot_be_drawn_is_none():
    assert posterior(None, TWO, (2,)) is None
    assert posterior(Finite(torch.zeros(3, 2)), SOURCE, (2,)) is None
    assert posterior(Pixels(BLOCK), Finite(torch.zeros(3, 2)), (2,)) is None
