"""The page's exact fields, its draws by chance and its distance, beside Python's."""

import numpy as np
import pytest
import torch
from gaussians import Gaussians
from javascript import javascript, needs_node
from scipy import stats

from iadb_core.data.kinds.picture import Picture
from iadb_core.evaluation.distances import sliced_wasserstein
from iadb_core.method.exact import exact_field
from iadb_core.method.laws import Mixture, Normal
from iadb_core.pages.packed import packed_law, packed_points

pytestmark = needs_node
BLOB, SPIRAL = (Picture(path=f"resources/densities/{name}.png") for name in ("blob", "spiral"))
FIELD = """
const field = exactField(lawOf(given.source), lawOf(given.target), given.fine ? FINE : COARSE);
return given.blends.map(([alpha, x]) => field(Float32Array.from(x), alpha));
"""
IMPORTS = {"exact": "exactField", "laws": "COARSE, FINE, lawOf"}
ALPHAS = (0.0, 0.1, 0.4, 0.5, 0.6, 0.9)
MIXTURES = (
    Mixture((0.3, 0.7), ((0.0, 0.0), (1.0, 2.0)), (((1.0, 0.3), (0.3, 0.5)), ((0.2, 0.0), (0.0, 0.4)))),
    Mixture((0.5, 0.5), ((3.0, 0.0), (-2.0, 1.0)), (((0.4, -0.2), (-0.2, 0.6)), ((0.3, 0.0), (0.0, 0.3)))),
)


def blends(x0, x1):
    return [[alpha, ((1 - alpha) * x0 + alpha * x1).astype(np.float32)] for alpha in ALPHAS]


def fields(source, target, chosen, fine=True):
    """The page's field and Python's, at each α of the blends."""
    packed = {"source": packed_law(source), "target": packed_law(target)}
    told = [[alpha, x.ravel().tolist()] for alpha, x in chosen]
    found = javascript(FIELD, IMPORTS, blends=told, fine=fine, **packed)
    exact = exact_field(source, target, (2,))
    for (alpha, x), own in zip(chosen, found, strict=True):
        yield np.array(own).reshape(-1, 2), exact(torch.from_numpy(x), torch.full((len(x),), alpha)).numpy()


def test_between_mixtures_the_field_is_that_of_the_closed_form():
    random = np.random.default_rng(0)
    for own, expected in fields(*MIXTURES, blends(random.normal(0, 2, (50, 2)), random.normal(0, 2, (50, 2)))):
        assert np.abs(own - expected).max() < 1e-4


@pytest.mark.parametrize(("fine", "allowed"), [(True, 0.015), (False, 0.04)])
def test_between_pictures_it_is_that_of_pythons_sums(fine, allowed):
    random = np.random.default_rng(0)
    x0, x1 = (own.draw((2,), 300, random) for own in (BLOB, SPIRAL))
    for own, expected in fields(BLOB.law(), SPIRAL.law(), blends(x0, x1), fine):
        error = np.sqrt(np.square(own - expected).mean()) / np.sqrt(np.square(expected).mean())
        assert error < allowed


def test_from_a_normal_distribution_to_a_picture_as_well():
    random = np.random.default_rng(0)
    x0, x1 = random.normal(0.5, 0.15, (300, 2)), SPIRAL.draw((2,), 300, random)
    for own, expected in fields(Normal(0.5, 0.15), SPIRAL.law(), blends(x0, x1)):
        assert np.sqrt(np.square(own - expected).mean()) < 0.02 * np.sqrt(np.square(expected).mean())


def test_a_drawn_picture_lies_where_the_page_shows_it():
    """Of (x, y), y upward: the first row of the picture is on top."""
    body = """
    const values = Uint8Array.from({ length: 16 }, (_, i) => Number(i === 1)); // first row, second column
    const box = { low: [-2, 10], width: 4, upward: true };
    const picture = new Picture(values, 4, 4, box);
    const drawn = picture.draw(50, uniformOf(1));
    return { inside: picture.at(-0.5, 13.5), outside: picture.at(-0.5, 12.5), drawn, nodes: picture.nodes(COARSE) };
    """
    found = javascript(body, {"laws": "COARSE, Picture", "random": "uniformOf"})
    assert found["inside"] == pytest.approx(1.0)  # an area of one
    assert found["outside"] == 0
    drawn = np.array(found["drawn"]).reshape(-1, 2)
    assert ((drawn >= [-1, 13]) & (drawn <= [0, 14])).all()
    assert np.average(found["nodes"]["x"]) == pytest.approx(-0.5)
    assert np.average(found["nodes"]["y"]) == pytest.approx(13.5)


def test_by_chance_the_ends_are_distributed_as_the_target():
    case = Gaussians(m0=-1.0, s0=0.5, m1=2.0, s1=1.5)
    body = """
    const [source, target] = [lawOf(given.source), lawOf(given.target)];
    const uniform = uniformOf(5);
    const each = Array.from({ length: 4000 }, (_, row) => uniformOf(1000 + row));
    const states = byChance(source, target, source.draw(4000, uniform), schedule(6), each);
    return [states[3], states[6]];
    """
    imports = {"laws": "lawOf", "chance": "byChance", "random": "uniformOf", "solvers": "schedule"}
    source, target = (packed_law(Normal(mean, std)) for mean, std in ((case.m0, case.s0), (case.m1, case.s1)))
    half, end = javascript(body, imports, source=source, target=target)
    for points, alpha in ((half, 0.5), (end, 1.0)):
        expected = (1 - alpha) * case.m0 + alpha * case.m1, case.variance(alpha) ** 0.5
        assert stats.kstest(points, "norm", expected).pvalue > 0.001


def test_by_chance_between_pictures_as_well():
    body = """
    const [source, target] = [lawOf(given.source), lawOf(given.target)];
    const uniform = uniformOf(2);
    const each = Array.from({ length: 1500 }, (_, row) => uniformOf(1000 + row));
    const states = byChance(source, target, source.draw(1500, uniform), schedule(8), each);
    return states[8];
    """
    imports = {"laws": "lawOf", "chance": "byChance", "random": "uniformOf", "solvers": "schedule"}
    found = javascript(body, imports, source=packed_law(BLOB.law()), target=packed_law(SPIRAL.law()))
    ends = np.array(found, np.float32).reshape(-1, 2)
    real, other = (SPIRAL.draw((2,), 1500, np.random.default_rng(seed)) for seed in (1, 2))
    floor = sliced_wasserstein(other, real, 64, 0)
    assert sliced_wasserstein(ends, real, 64, 0) < 1.7 * floor + 0.003


def test_the_sliced_distance_is_that_of_python_but_for_the_directions():
    random = np.random.default_rng(0)
    one, other = random.normal(0, 1, (500, 2)), random.normal(0.7, 1.3, (700, 2))
    body = "return slicedW2(Float32Array.from(given.one), Float32Array.from(given.other));"
    found = javascript(body, {"distances": "slicedW2"}, one=one.ravel().tolist(), other=other.ravel().tolist())
    assert found == pytest.approx(sliced_wasserstein(one, other[:500], 2000, 0), rel=0.02)


def test_points_are_kept_to_a_sixteen_bit_share_of_their_box():
    points = np.random.default_rng(0).normal(3, 2, (400, 2)).astype(np.float32)
    body = "const { first, other } = pointsOf(given.packed); return [...first, ...other];"
    found = javascript(body, {"points": "pointsOf"}, packed=packed_points(points))
    width = float(np.ptp(points, axis=0).max())
    assert np.abs(np.array(found).reshape(-1, 2) - points).max() <= 0.51 * width / 65535 + 1e-6


@pytest.mark.parametrize("name", ["pictures", "mixtures"])
def test_pairs_that_blend_into_a_point_do_and_their_mean_is_the_field(name):
    source, target = {"pictures": (BLOB.law(), SPIRAL.law()), "mixtures": MIXTURES}[name]
    body = """
const movers = new Movers({ models: [], source: given.source, target: given.target });
const request = { by: "exact", start: [0, 0] };
return given.alphas.map((alpha) => {
  const { x0, x1 } = movers.through(request, given.point, alpha, 4000);
  const field = movers.fieldOf(request)(Float32Array.from(given.point), alpha, 0);
  return [x0, x1, field].map((values) => Array.from(values));
});
"""
    alphas, point = [0.2, 0.5, 0.8], [0.45, 0.55]
    told = {"source": packed_law(source), "target": packed_law(target)}
    for alpha, found in zip(
        alphas, javascript(body, {"jobs": "Movers"}, alphas=alphas, point=point, **told), strict=True
    ):
        x0, x1 = (np.array(values).reshape(-1, 2) for values in found[:2])
        assert np.abs((1 - alpha) * x0 + alpha * x1 - point).max() < 1e-5
        spread = (x1 - x0).std(axis=0) / np.sqrt(len(x0))
        assert (np.abs((x1 - x0).mean(axis=0) - found[2]) < 5 * spread + 0.02).all()
        assert spread.min() > 0
