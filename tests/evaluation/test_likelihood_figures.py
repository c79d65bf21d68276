"""What the likelihood of held-out samples says, of models whose density is known."""

import numpy as np
import pytest
import torch
from small import model

from iadb_core.data.kinds.picture import Picture
from iadb_core.evaluation.image_likelihood import bits, dequantised, image_figures, under_normal
from iadb_core.evaluation.point_likelihood import PointSets, point_figures
from iadb_core.evaluation.settings import Likelihood
from iadb_core.method.densities import log_density, widened
from iadb_core.method.exact import exact_field
from iadb_core.method.laws import Mixture, Normal
from iadb_core.system.errors import InputError

SOURCE = Normal(0.0, 1.0)
TARGET = Mixture((0.5, 0.5), ((-2.0, 0.0), (2.0, 0.5)), (((0.3, 0.0), (0.0, 0.4)), ((0.3, 0.1), (0.1, 0.4))))
SETTINGS = Likelihood(steps=64, exact=200)


def drawn(law, count, seed):
    generator = torch.Generator().manual_seed(seed)
    which = torch.randint(2, (count,), generator=generator)
    factors = torch.linalg.cholesky(torch.tensor(law.covariances))
    z = torch.randn(count, 2, 1, generator=generator)
    return torch.tensor(law.means)[which] + (factors[which] @ z)[:, :, 0]


NOISE = torch.randn(1000, 2, generator=torch.Generator().manual_seed(3))
SETS = PointSets(drawn(TARGET, 1000, 0), drawn(TARGET, 4000, 1), drawn(TARGET, 1000, 2), NOISE)


def by_key(figures):
    return {figure.metric.key: figure for figure in figures}


def test_the_exact_field_has_no_divergence_either_way():
    found = by_key(point_figures(model(exact_field(SOURCE, TARGET, (2,))), SOURCE, TARGET, SETS, SETTINGS, 0))
    assert found["kl"].value == pytest.approx(0, abs=1e-3)
    assert found["kl_reverse"].value == pytest.approx(0, abs=1e-3)
    assert found["kl_exact"].value == pytest.approx(0, abs=1e-3)
    assert found["nll"].value == pytest.approx(found["nll"].floor, abs=1e-3)
    assert found["outside"].value == 0
    assert 0 < found["kl_kernels"].value < 0.1
    assert found["likelihood_error"].value < 0.01
    assert (found["kl"].n, found["kl_exact"].n) == (1000, 200)
    assert (found["kl"].floor, found["kl"].floor_is) == (0.0, "the density itself")


def test_another_model_has_the_divergence_that_is_known():
    other = Mixture((1.0,), ((0.0, 0.0),), (((4.5, 0.0), (0.0, 0.5)),))  # a model that has learnt one heap
    found = by_key(point_figures(model(exact_field(SOURCE, other, (2,))), SOURCE, TARGET, SETS, SETTINGS, 0))
    many = drawn(TARGET, 400_000, 9)
    expected = float((log_density(TARGET)(many) - log_density(other)(many)).mean())
    assert found["kl"].value == pytest.approx(expected, abs=4 * found["kl"].error)
    assert 0 < found["kl"].error < 0.05
    assert found["nll"].value - found["nll"].floor == pytest.approx(found["kl"].value, abs=1e-6)


def test_of_an_unknown_target_there_is_the_likelihood_alone():
    found = by_key(point_figures(model(exact_field(SOURCE, TARGET, (2,))), SOURCE, None, SETS, SETTINGS, 0))
    assert set(found) == {"nll", "likelihood_error"}
    assert found["nll"].floor is None
    with pytest.raises(InputError, match="the source has no density"):
        point_figures(model(exact_field(SOURCE, TARGET, (2,))), None, None, SETS, SETTINGS, 0)


@pytest.mark.slow
def test_between_pictures_the_exact_flow_leaves_next_to_nothing():
    left, right = (Picture(path=f"resources/densities/{name}.png") for name in ("blob", "rings"))
    both = [(right, 0), (right, 1), (right, 2), (left, 3)]
    drawn = [torch.from_numpy(side.draw((2,), 2000, np.random.default_rng(seed))).float() for side, seed in both]
    sets = PointSets(drawn[0][:500], drawn[1], drawn[2], drawn[3][:200])
    still = model(lambda x, alpha: torch.zeros_like(x))
    found = by_key(point_figures(still, left.law(), right.law(), sets, Likelihood(exact=150), 0))
    assert abs(found["kl_exact"].value) < 4 * found["kl_exact"].error + 0.02
    own, other = (log_density(side.law()) for side in (right, left))
    assert found["kl"].value == pytest.approx(
        float((own(drawn[0][:500]) - widened(other, left.law(), 0.001)(drawn[0][:500])).mean())
    )
    assert found["outside"].value > 0.1  # a model that moves nothing


def test_bits_of_images_are_those_of_their_bytes():
    scaling = [(0.5, 0.5)]
    x = torch.zeros(3, 1, 4, 4) - 1.0  # black
    moved = dequantised(x, scaling, 0, "x")
    assert -1 <= float(moved.min()) <= float(moved.max()) < -1 + 2 / 256
    uniform = torch.full((3,), -16 * torch.log(torch.tensor(2.0)).item())  # 1/2 over the width of network values
    assert bits(uniform, x, scaling).tolist() == pytest.approx([8.0] * 3)
    bytes_ = torch.arange(256.0).view(1, 1, 16, 16) / 255 * 2 - 1
    again = dequantised(bytes_, scaling, 1, "x")
    assert torch.equal(((again / 2 + 0.5) * 256).floor(), torch.arange(256.0).view(1, 1, 16, 16))


def test_a_flow_between_normal_distributions_has_the_bits_of_the_normal_one():
    generator = torch.Generator().manual_seed(0)
    unseen, train = (0.2 + 0.3 * torch.randn(count, 1, 4, 4, generator=generator) for count in (300, 3000))
    field = exact_field(Normal(0.0, 1.0), Normal(0.2, 0.3), (16,))

    def of_images(x, alpha):
        return field(x.flatten(1), alpha).view_as(x)

    flow, settings = model(of_images, (1, 4, 4)), Likelihood(images=300, probes=4, solver="rk4")
    found = by_key(image_figures(flow, SOURCE, [(0.5, 0.5)], unseen, train, settings, 0))
    assert found["bits"].value == pytest.approx(found["bits_normal"].value, abs=0.02)
    assert found["bits"].error < 0.02
    assert found["bits_error"].value < 1e-3


def test_the_normal_baseline_is_that_of_dequantised_images_without_drawing_them():
    generator = torch.Generator().manual_seed(0)
    scaling = [(0.5, 0.25)]
    bytes_ = torch.randint(0, 40, (500, 1, 3, 3), generator=generator) * torch.tensor([1.0] * 8 + [0.0]).view(
        1, 1, 3, 3
    )
    train = (bytes_ / 255 - 0.5) / 0.25
    many = torch.cat([dequantised(train, scaling, draw, "many") for draw in range(40)]).double().flatten(1)
    x = dequantised(train[:50], scaling, 99, "x")
    by_drawing = torch.distributions.MultivariateNormal(many.mean(0), torch.cov(many.T)).log_prob(x.double().flatten(1))
    assert under_normal(train, x, scaling).numpy() == pytest.approx(by_drawing.numpy(), abs=0.15)
    few = train[:4]  # fewer than dimensions, and one of them always black
    assert torch.isfinite(under_normal(few, x, scaling)).all()


def test_of_many_dimensions_the_baseline_has_variances_alone(monkeypatch):
    from iadb_core.evaluation import image_likelihood

    train = torch.randn(2000, 1, 2, 2, generator=torch.Generator().manual_seed(0)) * torch.tensor(
        [0.1, 0.2, 0.3, 0.4]
    ).view(1, 1, 2, 2)
    whole = under_normal(train, train[:20], [(0.5, 0.5)])
    monkeypatch.setattr(image_likelihood, "MOST_DIMENSIONS", 3)
    assert under_normal(train, train[:20], [(0.5, 0.5)]).numpy() == pytest.approx(whole.numpy(), abs=0.3)
