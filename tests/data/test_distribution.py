import numpy as np
import pytest
import torch
from pydantic import ValidationError
from sklearn.datasets import make_moons, make_s_curve, make_swiss_roll

from iadb_core.data.density import Box
from iadb_core.data.distributions import EIGHT_CENTRES, SAMPLERS
from iadb_core.data.kinds.distribution import Component, Distribution
from iadb_core.data.registry import density_of
from iadb_core.evaluation.distances import sliced_wasserstein

MIXTURE = Distribution(
    name="gaussian_mixture",
    components=[
        Component(mean=[0.0, 1.0], covariance=[[0.5, 0.3], [0.3, 0.4]], weight=3.0),
        Component(mean=[2.0, -1.0], std=0.2),
    ],
)
EIGHT = Distribution(name="eight_gaussians", noise=0.1, scale=5.0, shift=[1.0, 2.0])


def points(density, count=20_000, seed=0):
    return density.draw((2,), count, np.random.default_rng(seed))


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_first_points_are_the_same_for_every_count_and_torch_draws_the_same_distribution(name):
    density = Distribution(name=name, noise=0.05)
    few, many = points(density, 10), points(density, 5000)
    assert np.array_equal(few, many[:10])
    assert np.array_equal(density.draw((2,), 7, np.random.default_rng(0), skipped=2000), many[2000:2007])
    blocks = density.draw_blocks((5, 1000, 2), torch.Generator().manual_seed(0))
    assert (blocks.shape, blocks.dtype) == ((5, 1000, 2), torch.float32)
    apart = sliced_wasserstein(blocks.view(-1, 2).numpy(), many, 64, 0)
    assert apart < 3 * sliced_wasserstein(points(density, 5000, 1), points(density, 5000, 2), 64, 0) + 0.01
    assert np.isfinite(many).all()
    assert 0.2 < np.abs(many).max() < 3


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("moons", lambda: make_moons(4000, noise=0.1, random_state=0)[0]),
        ("s_curve", lambda: make_s_curve(4000, noise=0.1, random_state=0)[0][:, [0, 2]]),
        ("swiss_roll", lambda: make_swiss_roll(4000, noise=1.0, random_state=0)[0][:, [0, 2]] / 10),
    ],
)
def test_those_that_scikit_learn_has_are_its_own(name, theirs):
    density = Distribution(name=name, noise=0.1)
    floor = sliced_wasserstein(points(density, 4000, 1), points(density, 4000, 2), 64, 0)
    assert sliced_wasserstein(points(density, 4000), theirs(), 64, 0) < 3 * floor


def test_what_is_known_of_the_shapes():
    radius = np.hypot(*points(Distribution(name="rings")).T)
    assert np.unique(radius.round(3)) == pytest.approx([0.25, 0.5, 0.75, 1.0])
    board = points(Distribution(name="checkerboard"))
    squares = np.floor((board + 1) * 2).astype(int)
    assert set(squares.sum(axis=1) % 2) == {0}
    assert np.abs(board).max() <= 1
    assert len(np.unique(squares, axis=0)) == 8
    x, y = points(Distribution(name="two_spirals")).T
    along = np.hypot(x, y)
    assert np.cos(np.arctan2(-y, x) - along * 3 * np.pi) == pytest.approx(
        np.sign(x * np.cos(along * 3 * np.pi)), abs=1e-3
    )
    blades = points(Distribution(name="pinwheel"))
    turned = blades @ np.array(
        [[np.cos(0.4 * np.pi), np.sin(0.4 * np.pi)], [-np.sin(0.4 * np.pi), np.cos(0.4 * np.pi)]]
    )
    assert sliced_wasserstein(blades[:4000], turned[4000:8000], 64, 0) < 0.05


def test_a_mixture_has_its_moments_and_shares():
    found = points(MIXTURE, 100_000)
    near = np.hypot(*(found - np.array([2.0, -1.0])).T) < 1
    assert near.mean() == pytest.approx(0.25, abs=0.02)
    assert np.cov(found[~near].T) == pytest.approx(np.array([[0.5, 0.3], [0.3, 0.4]]), abs=0.04)
    law = MIXTURE.law()
    assert law.weights == pytest.approx((0.75, 0.25))
    assert np.array(law.covariances[1]) == pytest.approx(0.04 * np.eye(2))
    again = density_of(MIXTURE.described())
    assert np.array_equal(points(again, 50), found[:50])


def test_scale_and_shift_are_of_points_and_of_what_is_known():
    law, found = EIGHT.law(), points(EIGHT, 8000)
    assert law.means[0] == pytest.approx((6.0, 2.0))
    assert np.array(law.covariances)[:, 0, 0] == pytest.approx(np.full(8, 0.25))
    assert np.array(law.means) == pytest.approx(5 * np.array(EIGHT_CENTRES) + [1, 2])
    apart = np.linalg.norm(found[:, None] - np.array(law.means), axis=2).min(axis=1)
    assert np.sqrt((apart**2).mean() / 2) == pytest.approx(0.5, rel=0.05)
    assert Distribution(name="moons").law() is None


def test_behind_points_it_is_dense_where_its_points_are():
    picture = EIGHT.behind(Box((-5.0, -4.0), 12.0, True))
    assert picture.shape == (64, 64)
    assert picture.max() == 1
    row, column = int((1 - (2 + 4) / 12) * 64), int((6 + 5) / 12 * 64)  # of the centre at (6, 2)
    assert picture[row - 2 : row + 3, column - 2 : column + 3].max() > 0.5
    assert picture[row, int((1 + 5) / 12 * 64)] == 0  # in the middle of the circle


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "gaussian_mixture"}, "components: give some"),
        ({"name": "moons", "components": [{"mean": [0.0, 0.0]}]}, "components: only gaussian_mixture has them"),
        ({"name": "eight_gaussians"}, "noise: eight_gaussians without noise are eight points"),
        (
            {"name": "gaussian_mixture", "noise": 1.0, "components": [{"mean": [0.0, 0.0]}]},
            "give the components a larger",
        ),
        (
            {"name": "gaussian_mixture", "components": [{"mean": [0.0, 0.0], "covariance": [[1.0, 2.0], [2.0, 1.0]]}]},
            "not symmetric and positive definite",
        ),
    ],
)
def test_what_cannot_be_is_refused(settings, message):
    with pytest.raises(ValidationError, match=message):
        Distribution.model_validate(settings)


def test_torchdyns_moons_have_the_same_noise_in_both_coordinates():
    """The variant of published tables: uniform in [0, 0.2), the same number for x and y, the whole times 3 minus 1."""
    density = Distribution(name="moons", noise=0.2, noise_kind="diagonal_uniform", scale=3.0, shift=[-1.0, -1.0])
    found = (points(density, 20_000) + 1) / 3
    plain = points(Distribution(name="moons"), 20_000)
    added = found - plain
    assert added[:, 0] == pytest.approx(added[:, 1], abs=1e-5)
    assert added.min() + 1e-5 >= 0
    assert added.max() < 0.2 + 1e-5
    assert added.mean() == pytest.approx(0.1, abs=0.002)
    with pytest.raises(ValidationError, match="noise_kind: only moons"):
        Distribution(name="rings", noise_kind="diagonal_uniform")
    assert "noise_kind" not in Distribution(name="moons").canonical()


def test_a_finite_set_of_its_points_is_stored_and_an_endless_one_is_not():
    assert Distribution(name="moons").fresh
    density = Distribution(name="moons", finite=True)
    assert not density.fresh
    assert np.array_equal(points(density, 50), points(Distribution(name="moons"), 50))
    assert not density_of(density.described()).fresh
    assert density_of({"distribution": Distribution(name="moons").canonical()}).fresh


LABELLED = {
    "eight_gaussians": (8, lambda p: np.round(np.arctan2(p[:, 1], p[:, 0]) / (np.pi / 4)) % 8),
    "moons": (2, lambda p: (np.abs(np.hypot(p[:, 0] - 1, p[:, 1] - 0.5) - 1) < 1e-3) * 1),
    "rings": (4, lambda p: np.round(np.hypot(*p.T) * 4) - 1),
    "two_spirals": (2, lambda p: (np.cos(np.arctan2(-p[:, 1], p[:, 0]) - np.hypot(*p.T) * 3 * np.pi) < 0) * 1),
}


@pytest.mark.parametrize("name", LABELLED)
def test_a_point_has_its_part_for_a_class(name):
    count, part_of = LABELLED[name]
    noise = 1e-5 if name == "eight_gaussians" else 0.0
    density = Distribution(name=name, noise=noise, finite=True, labels=True)
    assert density.class_names() == [str(number) for number in range(count)]
    drawn = density.draw_labelled((2,), 4000, np.random.default_rng(0))
    assert np.array_equal(drawn.samples, points(density, 4000))
    found = part_of(drawn.samples)
    assert (found == drawn.labels).mean() > 0.99
    assert np.bincount(drawn.labels) / 4000 == pytest.approx(1 / count, abs=0.04)


def test_of_a_mixture_the_components_are_classes_each_with_its_law():
    mixture = Distribution(**(MIXTURE.model_dump() | {"finite": True, "labels": True, "scale": 2.0}))
    drawn = mixture.draw_labelled((2,), 8000, np.random.default_rng(0))
    assert np.bincount(drawn.labels) / 8000 == pytest.approx([0.75, 0.25], abs=0.02)
    laws = mixture.laws_of_classes(drawn.samples, drawn.labels, 2)
    for number, law in enumerate(laws):
        own = drawn.samples[drawn.labels == number]
        assert law.weights == (1.0,)
        assert own.mean(axis=0) == pytest.approx(law.means[0], abs=0.1)
        assert np.cov(own.T) == pytest.approx(np.array(law.covariances[0]), abs=0.15)
    assert Distribution(name="moons", finite=True, labels=True).laws_of_classes(None, None, 2) == [None, None]


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"name": "moons"}, "finite: true"), ({"name": "swiss_roll", "finite": True}, "swiss_roll has no parts")],
)
def test_what_has_no_classes_says_so(settings, said):
    with pytest.raises(ValidationError, match=said):
        Distribution(labels=True, **settings)
    assert Distribution(name="moons").class_names() is None


def test_equally_spaced_moons_have_as_many_points_each_and_come_in_order():
    density = Distribution(name="moons", spacing="equal", noise=0.2, noise_kind="diagonal_uniform")
    blocks = density.draw_blocks((8, 256, 2), torch.Generator().manual_seed(0))
    clean = Distribution(name="moons", spacing="equal").draw_blocks((8, 256, 2), torch.Generator().manual_seed(0))
    lower = (
        np.isclose(np.hypot(clean[..., 0] - 1, clean[..., 1] - 0.5), 1, atol=1e-4) & (clean[..., 1] < 0.5001).numpy()
    )
    assert torch.as_tensor(lower).float().mean(dim=1).tolist() == pytest.approx([0, 0, 1, 1] * 2, abs=0.01)
    assert clean[0, 0].tolist() == pytest.approx([1, 0], abs=1e-6)
    added = blocks - clean
    assert torch.allclose(added[..., 0], added[..., 1], atol=1e-6)
    assert 0 <= float(added.min()) < 0.01
    assert 0.19 < float(added.max()) < 0.2
    labelled = Distribution(name="moons", spacing="equal", finite=True, labels=True)
    drawn = labelled.draw_labelled((2,), 10_000, np.random.default_rng(0))
    assert np.bincount(drawn.labels) / 10_000 == pytest.approx([0.5, 0.5], abs=0.004)
    few = labelled.draw((2,), 700, np.random.default_rng(0))
    assert np.array_equal(few, drawn.samples[:700])
    with pytest.raises(ValidationError, match="spacing: only moons"):
        Distribution(name="rings", spacing="equal")
