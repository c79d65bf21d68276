"""Log-likelihoods against closed forms."""

from math import log, pi

import numpy as np
import pytest
import torch
from small import network
from torch.distributions import MixtureSameFamily, MultivariateNormal, Normal

from iadb_core.method.densities import entropy, log_density, widened
from iadb_core.method.divergence import ExactTrace, Hutchinson, signs
from iadb_core.method.exact import exact_field
from iadb_core.method.integration import solver_of
from iadb_core.method.laws import Finite, Mixture, Pixels
from iadb_core.method.laws import Normal as NormalLaw
from iadb_core.method.likelihood import carried, log_likelihood
from iadb_core.method.schedules import SCHEDULES

SOURCE = NormalLaw(0.5, 1.5)
ONE = Mixture((1.0,), ((1.0, -2.0),), (((0.5, 0.3), (0.3, 0.4)),))
TWO = Mixture((0.3, 0.7), ((-2.0, 0.0), (2.0, 1.0)), (((0.3, 0.0), (0.0, 0.2)), ((0.5, 0.3), (0.3, 0.4))))


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=generator(seed), dtype=torch.float64)


def theirs(law):
    """The same distribution by another library."""
    weights, means, covariances = (
        torch.tensor(part, dtype=torch.float64) for part in (law.weights, law.means, law.covariances)
    )
    return MixtureSameFamily(torch.distributions.Categorical(weights), MultivariateNormal(means, covariances))


@pytest.mark.parametrize(("solver", "steps"), [("rk4", 128), ("dopri5", 1)])
def test_between_normal_distributions_it_is_the_closed_form(solver, steps):
    field, x = exact_field(SOURCE, ONE, (2,)), normal(200, 2) + torch.tensor([1.0, -2.0])
    chosen = solver_of(solver).with_tolerances(1e-10, 1e-10)
    found = log_likelihood(field, ExactTrace(), chosen, SCHEDULES["linear"](steps), x, log_density(SOURCE))
    assert (found - theirs(ONE).log_prob(x)).abs().max() < 1e-6


def test_under_the_exact_flow_to_a_mixture_it_is_the_mixtures_own():
    field, x = exact_field(SOURCE, TWO, (2,)), theirs(TWO).sample((100,))
    found = log_likelihood(field, ExactTrace(), solver_of("rk4"), SCHEDULES["linear"](200), x, log_density(SOURCE))
    assert (found - theirs(TWO).log_prob(x)).abs().max() < 1e-5


def test_forward_and_back_spread_by_as_much():
    field, x0 = exact_field(SOURCE, TWO, (2,)), 0.5 + 1.5 * normal(50, 2)
    how = field, ExactTrace(), solver_of("rk4"), SCHEDULES["linear"](64)
    there = carried(*how, x0)
    back = carried(*how, there.x, backward=True)
    assert torch.allclose(back.x, x0, atol=1e-5)
    assert torch.allclose(back.spread, there.spread, atol=1e-5)
    own = log_density(SOURCE)(x0) - there.spread
    assert torch.allclose(own, theirs(TWO).log_prob(there.x), atol=1e-4)


@pytest.mark.parametrize("name", ["mlp", "residual_mlp"])
def test_the_trace_is_that_of_the_whole_jacobian(name):
    built, x, alpha = network(name, (3,)).eval().requires_grad_(False), normal(7, 3).float(), torch.rand(7)
    found, divergence = ExactTrace().of(built)(x, alpha)
    assert torch.equal(found, built(x, alpha))
    for row in range(7):
        whole = torch.autograd.functional.jacobian(lambda at: built(at[None], alpha[row][None])[0], x[row])  # noqa: B023
        assert divergence[row] == pytest.approx(float(whole.trace()), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("name", ["unet", "residual"])
def test_by_chance_it_is_the_trace_on_average(name):
    built, shape = network(name).eval().requires_grad_(False), (1, 8, 8)
    for parameter in built.parameters():  # some begin with a last layer of zeros
        parameter += 0.1 * torch.randn(parameter.shape, generator=generator())
    x, alpha = normal(1, *shape).float(), torch.tensor([0.3])
    whole = torch.autograd.functional.jacobian(lambda at: built(at, alpha).flatten(), x).reshape(64, 64)
    with torch.no_grad():  # a jump in the middle of what is followed asks for a derivative all the same
        _, each = zip(
            *(Hutchinson(signs((1, 1, *shape), generator(number))).of(built)(x, alpha) for number in range(400)),
            strict=True,
        )
    found = torch.cat(each)
    assert float(found.mean()) == pytest.approx(float(whole.trace()), abs=4 * float(found.std()) / 20)
    apart = (whole + whole.T) - torch.diag((whole + whole.T).diagonal())
    assert float(found.var()) == pytest.approx(float(apart.square().sum()) / 2, rel=0.3)  # what theory says of signs
    _, several = Hutchinson(signs((8, 1, *shape), generator(1))).of(built)(x, alpha)
    assert abs(float(several) - float(whole.trace())) < 4 * float(found.std()) / 8**0.5


def test_densities_are_those_of_another_library():
    x = normal(50, 2)
    assert torch.allclose(log_density(TWO)(x), theirs(TWO).log_prob(x))
    assert torch.allclose(log_density(SOURCE)(x), Normal(0.5, 1.5).log_prob(x).sum(1))
    images = normal(5, 1, 4, 4)
    assert torch.allclose(log_density(SOURCE)(images), Normal(0.5, 1.5).log_prob(images).flatten(1).sum(1))
    assert log_density(Finite(x)) is None
    assert log_density(None) is None


def test_a_pictures_density_is_constant_on_each_pixel_and_nothing_elsewhere():
    values = np.array([[0.0, 1.0], [3.0, 4.0], [0.0, 0.0]])
    bright, black = [[0.1, 0.7], [0.5, 0.1], [0.66, 0.99]], [[0.1, 0.1], [1.0, 0.5], [-0.1, 0.5]]
    found = log_density(Pixels(values))(torch.tensor(bright + black))
    assert found[:3].exp().tolist() == pytest.approx([0.75, 2.25, 3.0])
    assert found[3:].tolist() == [-float("inf")] * 3


def test_entropy_of_a_picture_is_the_mean_of_its_own_points():
    values = np.random.default_rng(0).random((16, 24)) ** 3
    law = Pixels(values)
    from iadb_core.data.rejection import sample_density

    points = torch.from_numpy(sample_density(values / values.max(), 200_000, np.random.default_rng(1)))
    own = -log_density(law)(points)
    assert entropy(law) == pytest.approx(float(own.mean()), abs=4 * float(own.std()) / 200_000**0.5)
    assert entropy(Pixels(np.ones((3, 5)))) == pytest.approx(0)
    assert entropy(TWO) is None


def test_a_picture_that_is_widened_is_nowhere_nothing_and_still_a_density():
    values = np.zeros((8, 8))
    values[2:4, 3:6] = 1.0
    law = Pixels(values)
    density = widened(log_density(law), law, 0.01)
    lines = [torch.linspace(-2, 3, 1001, dtype=torch.float64)[:-1] + 0.0025] * 2
    whole = density(torch.cartesian_prod(*lines)).exp()
    assert float(whole.sum() * 0.005**2) == pytest.approx(1, abs=1e-3)
    assert float(density(torch.tensor([[0.3, 0.5]]))) == pytest.approx(log(0.99 * 64 / 6), abs=0.01)
    assert float(density(torch.tensor([[0.9, 0.9]]))) > -30
    assert widened(log_density(SOURCE), SOURCE, 0.01)(torch.zeros(1, 2)) == log_density(SOURCE)(torch.zeros(1, 2))
    assert float(log_density(SOURCE)(torch.full((1, 2), 0.5))) == pytest.approx(-log(2 * pi * 1.5**2))


def test_a_picture_that_is_a_line_is_widened_as_well():
    values = np.zeros((16, 16))
    values[8] = 1.0
    law = Pixels(values)
    found = widened(log_density(law), law, 0.01)(torch.tensor([[0.53, 0.5], [0.6, 0.5], [0.9, 0.5]]))
    assert found.isfinite().all()
    assert found.tolist() == sorted(found.tolist(), reverse=True)
