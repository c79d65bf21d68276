import pytest
import torch

from iadb_core.method.exact import exact_field
from iadb_core.method.guidance import Autoguidance, ClassifierFree
from iadb_core.method.laws import Mixture, Normal

NONE = 2
CENTRES = [(-2.0, 0.0), (2.0, 1.0)]
WIDE = ((0.5, 0.1), (0.1, 0.3))


def law(*centres):
    return Mixture(tuple(1 / len(centres) for _ in centres), centres, (WIDE,) * len(centres))


FIELDS = [exact_field(Normal(0.0, 1.0), law(*own), (2,)) for own in ([CENTRES[0]], [CENTRES[1]], CENTRES)]


class Exact:
    """The exact conditional field of a mixture of two classes; it counts for how many samples it is asked."""

    def __init__(self):
        self.evaluations = 0

    def __call__(self, x, alpha, condition):
        self.evaluations += len(x)
        every = torch.stack([field(x, alpha) for field in FIELDS])
        return every[condition, torch.arange(len(x))]


@pytest.fixture
def given():
    torch.manual_seed(0)
    return (
        torch.randn(9, 2, dtype=torch.float64),
        torch.linspace(0.05, 0.9, 9, dtype=torch.float64),
        torch.arange(9) % 2,
    )


def test_weight_one_is_the_conditional_field_to_the_last_digit_and_costs_no_more(given):
    field = Exact()
    assert torch.equal(ClassifierFree(field, NONE, 1.0)(*given), Exact()(*given))
    assert field.evaluations == 9


@pytest.mark.parametrize("weight", [0.0, 0.5, 3.0])
def test_it_is_the_exact_guided_field_with_two_evaluations_a_sample(given, weight):
    field, (x, alpha, condition) = Exact(), given
    c, u = Exact()(x, alpha, condition), FIELDS[NONE](x, alpha)
    assert torch.allclose(ClassifierFree(field, NONE, weight)(*given), weight * c + (1 - weight) * u, rtol=1e-12)
    assert field.evaluations == 18


def test_weight_zero_is_the_unconditional_field(given):
    x, alpha, _ = given
    assert torch.allclose(ClassifierFree(Exact(), NONE, 0.0)(*given), FIELDS[NONE](x, alpha), rtol=1e-12)


def test_outside_of_the_interval_nothing_is_guided(given):
    x, alpha, condition = given
    plain, every = Exact()(*given), ClassifierFree(Exact(), NONE, 3.0)(*given)
    some = ClassifierFree(Exact(), NONE, 3.0, (0.3, 0.6))(*given)
    inside = (alpha >= 0.3) & (alpha <= 0.6)
    assert torch.equal(some[~inside], plain[~inside])
    assert torch.allclose(some[inside], every[inside])
    field = Exact()
    late = torch.full_like(alpha, 0.95)
    assert torch.equal(ClassifierFree(field, NONE, 3.0, (0.3, 0.6))(x, late, condition), Exact()(x, late, condition))
    assert field.evaluations == 9


def test_the_optimised_scale_leaves_the_least_difference(given):
    x, alpha, _ = given
    c, u = Exact()(*given), FIELDS[NONE](x, alpha)
    scale = (c * u).sum(dim=1, keepdim=True) / u.square().sum(dim=1, keepdim=True)
    found = ClassifierFree(Exact(), NONE, 2.0, optimised_scale=True)(*given)
    assert torch.allclose(found, scale * u + 2 * (c - scale * u))
    assert ((c - scale * u) * u).sum(dim=1).abs().max() < 1e-9  # what is left is orthogonal to u
    still = ClassifierFree(lambda x, a, c: torch.zeros_like(x), NONE, 2.0, optimised_scale=True)
    assert (still(*given) == 0).all()


def test_autoguidance_pushes_away_from_the_weaker_field(given):
    x, alpha, _ = given
    strong, weak = Exact(), Exact()

    def weaker(x, alpha, condition):
        return 0.5 * weak(x, alpha, condition) + 1

    plain = Exact()(*given)
    found = Autoguidance(strong, weaker, 3.0)(*given)
    assert torch.allclose(found, (0.5 * plain + 1) + 3 * (plain - (0.5 * plain + 1)), rtol=1e-12)
    assert strong.evaluations == weak.evaluations == len(x)
    assert torch.equal(Autoguidance(strong, weaker, 1.0)(*given), plain)
    assert weak.evaluations == len(x)  # weight 1 does without it
    some = Autoguidance(strong, weaker, 3.0, (0.3, 0.6))(*given)
    inside = (alpha >= 0.3) & (alpha <= 0.6)
    assert torch.equal(some[~inside], plain[~inside])
    assert torch.equal(some[inside], found[inside])
    alone = Autoguidance(lambda x, a: x, lambda x, a: 0 * x, 2.0)  # without any condition
    assert torch.equal(alone(x, alpha), 2 * x)


def test_jumps_of_a_flow_map_are_guided_by_where_they_begin():
    seen = []

    def field(x, alpha, condition):
        seen.append(alpha.shape)
        return x * (1 + condition[:, None]) + alpha[:, 1:]

    x, times = torch.ones(3, 2), torch.tensor([[0.1, 0.9], [0.5, 0.9], [0.8, 0.9]])
    told = torch.zeros(3, dtype=torch.int64)
    found = ClassifierFree(field, 1, 3.0, (0.4, 0.6))(x, times, told)
    assert seen == [(6, 2)]
    c, u = field(x, times, told), field(x, times, told + 1)
    assert torch.allclose(found, torch.stack([c[0], u[1] + 3 * (c[1] - u[1]), c[2]]))
