from functools import cache

import numpy as np
import pytest
import torch
from gaussians import Gaussians, Known

from iadb_core.data.rejection import sample_density
from iadb_core.evaluation.excess import losses
from iadb_core.method.batches import Batch
from iadb_core.method.blending import blend, deblending_loss
from iadb_core.method.exact import DataField, PlaneField, Reversed, exact_field
from iadb_core.method.integration import solver_of
from iadb_core.method.laws import Finite, Mixture, Normal, Pixels
from iadb_core.method.mixtures import MixtureField
from iadb_core.method.quadrature import plane_density
from iadb_core.method.schedules import linear

CASE = Gaussians(m0=0.4, s0=0.06, m1=0.55, s1=0.1)
NORMALS = Normal(CASE.m0, CASE.s0), Normal(CASE.m1, CASE.s1)


def bell(mean, std, size):
    """A Gaussian as the pixels of a picture, with a maximum of 1."""
    line = np.exp(-0.5 * (((np.arange(size) + 0.5) / size - mean) / std) ** 2)
    picture = np.outer(line, line)
    return picture / picture.max()


def between(*laws):
    return PlaneField(*map(plane_density, laws))


def between_pictures(*pictures):
    return between(*map(Pixels, pictures))


@cache
def field_of(kind):
    """The exact field of the same two Gaussians, given as what they are or as pictures."""
    pictures = [Pixels(bell(normal.mean, normal.std, 256)) for normal in NORMALS]
    given = {"pictures": pictures, "gaussians": NORMALS, "mixed": (NORMALS[0], pictures[1])}
    return between(*given[kind])


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


@pytest.mark.parametrize("kind", ["pictures", "gaussians", "mixed"])
def test_between_gaussians_it_is_the_closed_form(kind):
    generator = torch.Generator().manual_seed(0)
    x0, x1 = (m + s * torch.randn(60, 2, generator=generator) for m, s in ((CASE.m0, CASE.s0), (CASE.m1, CASE.s1)))
    alpha = torch.linspace(0, 1, 60)
    x = blend(x0, x1, alpha)
    assert (field_of(kind)(x, alpha) - CASE.field(x, alpha)).abs().max() < 2e-3


def test_its_flow_is_the_exact_map():
    x0 = CASE.m0 + CASE.s0 * torch.randn(30, 2, generator=torch.Generator().manual_seed(1))
    *_, (_, x1) = solver_of("rk4")(field_of("gaussians"), x0, linear(16))
    assert (x1 - CASE.flow(x0)).abs().max() < 2e-3


@pytest.mark.parametrize("alpha", [0.2, 0.5, 0.8])
def test_between_pictures_it_is_what_many_blended_pairs_say(alpha):
    rng = np.random.default_rng(0)
    left, right = np.zeros((16, 16)), np.zeros((16, 16))
    left[2:6, 3:12], right[8:14, 2:5], right[9, 11:14] = 1, 1, 0.5
    x0, x1 = (sample_density(picture, 4_000_000, rng) for picture in (left, right))
    blended = (1 - alpha) * x0 + alpha * x1
    field = between_pictures(np.kron(left, np.ones((8, 8))), np.kron(right, np.ones((8, 8))))
    for x in blended[:5]:
        near = np.abs(blended - x).max(axis=1) < 0.01
        difference = (x1 - x0)[near]
        exact = field(torch.from_numpy(x[None]), torch.tensor([alpha]))[0].numpy()
        error = difference.std(axis=0) / np.sqrt(near.sum())
        assert near.sum() > 300
        assert (np.abs(difference.mean(axis=0) - exact) < 4 * error + 0.01).all()


def test_no_function_has_a_smaller_loss():
    rng = np.random.default_rng(2)
    picture = np.zeros((8, 8))
    picture[1, 1:7], picture[6, 2] = 1, 3
    x0, x1 = (torch.from_numpy(sample_density(p, 3000, rng)) for p in (picture / 3, picture.T / 3))
    field = between_pictures(*(np.kron(p, np.ones((8, 8))) for p in (picture, picture.T)))
    alpha = torch.from_numpy(rng.random(3000, dtype=np.float32))
    exact = field(blend(x0, x1, alpha), alpha)
    least = deblending_loss(exact, x0, x1)
    for other in (exact * 0.9, exact + 0.05, exact.flip(0)):
        assert deblending_loss(other, x0, x1) > least


def test_where_nothing_blends_into_x_the_field_is_finite():
    field = field_of("pictures")
    far = torch.tensor([[7.0, -5.0], [0.5, 30.0]])
    assert torch.allclose(field(far, torch.tensor([0.3, 0.9])), torch.full((2, 2), CASE.m1 - CASE.m0), atol=0.01)


def test_ends_of_alpha_are_finite_and_exact():
    field = field_of("gaussians")
    x = torch.tensor([[0.45, 0.5]])
    assert torch.allclose(field(x, torch.zeros(1)), CASE.m1 - x, atol=1e-4)
    assert torch.allclose(field(x, torch.ones(1)), x - CASE.m0, atol=1e-4)


class TestDataField:
    """A data set of Gaussian draws, or of few points whose mixture has a closed form."""

    def test_of_a_single_image_it_points_straight_at_it(self):
        data = torch.randn(1, 1, 4, 4)
        x, alpha = torch.randn(5, 1, 4, 4), torch.tensor([0.0, 0.3, 0.6, 0.9, 0.99])
        expected = (data - x) / (1 - alpha).view(-1, 1, 1, 1)
        assert torch.allclose(DataField(data, 0.0, 1.0)(x, alpha), expected, atol=1e-4)

    def test_of_a_mixture_it_is_bayes_rule(self):
        data = torch.tensor([[2.0, 0.0], [-1.0, 1.0], [0.0, -2.0]], dtype=torch.float64)
        mean, std = 0.3, 0.7
        x = torch.randn(50, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
        alpha = torch.linspace(0, 0.98, 50, dtype=torch.float64)
        left = (1 - alpha)[:, None]
        normal = torch.distributions.Normal(left[..., None] * mean + alpha[:, None, None] * data, std * left[..., None])
        posterior = normal.log_prob(x[:, None]).sum(-1).softmax(dim=1)
        expected = (posterior @ data - x) / left
        assert torch.allclose(DataField(data, mean, std)(x, alpha), expected, atol=1e-8)

    def test_of_very_many_gaussian_draws_it_is_the_closed_form(self):
        case = Gaussians(m0=0.0, s0=1.0, m1=1.0, s1=0.5)
        data = case.m1 + case.s1 * torch.randn(200_000, 2, generator=torch.Generator().manual_seed(0))
        x, alpha = torch.tensor([[0.2, 0.1], [0.5, 0.9], [0.7, 0.6]]), torch.tensor([0.1, 0.5, 0.7])
        assert (DataField(data, 0.0, 1.0)(x, alpha) - case.field(x, alpha)).abs().max() < 0.03

    def test_at_the_end_of_alpha_it_is_finite(self):
        x = torch.randn(3, 2)
        assert torch.equal(DataField(torch.randn(9, 2), 0.5, 1.0)(x, torch.ones(3)), x - 0.5)


PICTURES = {
    "coarse": lambda: (np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])),
    "lines": lambda: (np.eye(1, 16, 3).repeat(16, axis=0), np.eye(1, 16, 11).repeat(16, axis=0)),
    "single pixels": lambda: (np.pad([[1.0]], ((2, 5), (3, 4))), np.pad([[1.0]], ((6, 1), (1, 6)))),
    "white": lambda: (np.ones((1, 1)), np.ones((1, 1))),
    "fine": lambda: (bell(0.4, 0.1, 260), bell(0.6, 0.05, 260)),
}


def remembering(field):
    """The field, which is computed once for the same blends."""
    found = {}

    def remembered(x, alpha):
        key = x.numpy().tobytes(), alpha.numpy().tobytes()
        if key not in found:
            found[key] = field(x, alpha)
        return found[key]

    return remembered


@pytest.mark.parametrize("name", PICTURES)
def test_between_any_pictures_it_is_the_best_by_monte_carlo(name):
    """Its loss on points of the pictures is the least of fields nearby, and the floor says it."""
    field = between_pictures(*PICTURES[name]())
    exact = remembering(field)
    generator, count = torch.Generator().manual_seed(0), 8192
    x0, x1 = (
        torch.from_numpy(sample_density(picture, count, np.random.default_rng(seed)))
        for seed, picture in enumerate(PICTURES[name]())
    )
    alpha = torch.rand(count, generator=generator)
    found = losses(exact, Known(exact, field.linear), iter([Batch(x0, x1, alpha)]))
    plain = losses(exact, Known(exact), iter([Batch(x0, x1, alpha)]))
    assert found.floor == pytest.approx(plain.loss, abs=4 * (plain.loss_error + found.floor_error))
    assert 0 < found.floor_error < plain.loss_error
    x = blend(x0, x1, alpha)
    best = deblending_loss(exact(x, alpha), x0, x1)
    for other in (exact(x, alpha) + 0.03, exact(x, alpha) * 1.05, exact(x + 0.05, alpha)):
        assert deblending_loss(other, x0, x1) > best


def test_where_no_pair_blends_there_is_no_field_and_the_means_go_on():
    exact = between_pictures(*PICTURES["coarse"]())
    x, alpha = torch.tensor([[0.5, 0.25], [0.5, 0.9]]), torch.zeros(2)
    known = exact.where_known(x, alpha)
    assert known.isfinite().all(dim=1).tolist() == [True, False]
    assert torch.equal(exact(x, alpha)[0], known[0])
    assert exact(x, alpha)[1].numpy() == pytest.approx([0, 0.5], abs=1e-6)


def test_a_reversed_field_leads_from_the_data_to_the_noise():
    data = torch.randn(20, 3, generator=torch.Generator().manual_seed(0))
    field = Reversed(DataField(data, 0.0, 1.0))
    x0, x1 = data, torch.randn(20, 3, generator=torch.Generator().manual_seed(1))
    near_data = blend(x0, x1, torch.full((20,), 1e-3))
    known = field(near_data, torch.full((20,), 1e-3))  # which data point it is, and with it the noise
    assert (known - (x1 - x0)).abs().max() < 1e-2


def test_which_densities_have_an_exact_field():
    gaussian, images, picture = Normal(0.0, 1.0), Finite(torch.zeros(5, 1, 8, 8)), Pixels(np.ones((4, 4)))
    mixture = Mixture((1.0,), ((0.5, 0.5),), (((0.1, 0.0), (0.0, 0.1)),))
    assert isinstance(exact_field(gaussian, images, (1, 8, 8)), DataField)
    assert isinstance(exact_field(images, gaussian, (1, 8, 8)), Reversed)
    assert exact_field(images, images, (1, 8, 8)) is None
    assert isinstance(exact_field(picture, gaussian, (2,)), PlaneField)
    assert isinstance(exact_field(gaussian, gaussian, (2,)), MixtureField)
    assert isinstance(exact_field(picture, mixture, (2,)), PlaneField)
    assert isinstance(exact_field(mixture, gaussian, (2,)), MixtureField)
    assert isinstance(exact_field(gaussian, gaussian, (3,)), MixtureField)


def test_without_a_law_on_both_sides_or_off_the_plane_there_is_no_exact_field():
    gaussian, picture = Normal(0.0, 1.0), Pixels(np.ones((4, 4)))
    assert exact_field(None, gaussian, (2,)) is None
    assert exact_field(picture, None, (2,)) is None
    assert exact_field(picture, gaussian, (3,)) is None
    assert exact_field(gaussian, gaussian, (1, 8, 8)) is None


def test_the_exact_field_of_two_laws_is_the_closed_form():
    x = torch.tensor([[0.45, 0.5], [0.38, 0.52]])
    alpha = torch.tensor([0.3, 0.7])
    for source, target in (NORMALS, (NORMALS[0], Pixels(bell(CASE.m1, CASE.s1, 256)))):
        assert (exact_field(source, target, (2,))(x, alpha) - CASE.field(x, alpha)).abs().max() < 2e-3
    data = Finite(CASE.m1 + CASE.s1 * torch.randn(200_000, 2, generator=torch.Generator().manual_seed(0)))
    assert (exact_field(NORMALS[0], data, (2,))(x, alpha) - CASE.field(x, alpha)).abs().max() < 0.03
