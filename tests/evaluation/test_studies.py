import numpy as np
import pytest
import torch
from gaussians import Gaussians
from small import model

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.evaluation.metrics import (
    EXACT_MAP,
    EXCESS_LOSS,
    FIELD_ERROR,
    LOSS,
    PATH_ENERGY_ERROR,
    POSTERIOR_MEAN_ERROR,
    ROUND_TRIP,
    TRANSPORT_COST,
)
from iadb_core.evaluation.studies import Blended, loss_figures, study, whole_batches
from iadb_core.method.exact import DataField, PlaneField, Reversed, exact_field
from iadb_core.method.integration import solver_of
from iadb_core.method.laws import Normal
from iadb_core.method.quadrature import plane_density
from iadb_core.method.schedules import linear
from iadb_core.sampling.sampler import Way

CASE = Gaussians(m0=0.4, s0=0.06, m1=0.55, s1=0.1)
SOURCE, TARGET = Gaussian(mean=CASE.m0, std=CASE.s0), Gaussian(mean=CASE.m1, std=CASE.s1)
IMAGES = (1, 8, 8)
NONE = (None, None)


def way(steps=32):
    return Way(solver_of("rk4"), linear(steps), batch_size=16)


def draws(count, mean, std):
    return mean + std * torch.randn(count, 2, generator=torch.Generator().manual_seed(0))


def images(count, seed, shape=IMAGES):
    return torch.randn(count, *shape, generator=torch.Generator().manual_seed(seed))


def plane_field(*laws):
    return PlaneField(*map(plane_density, laws))


def values(figures):
    return {(figure.metric, figure.split): figure for figure in figures}


def by_metric(figures):
    return {figure.metric: figure for figure in figures}


def titles(found):
    return [figure.metric.title for figure in found.figures]


def test_the_exact_field_studied_as_a_network_is_perfect():
    exact = exact_field(SOURCE.law(), TARGET.law(), (2,))
    begin, real = draws(100, CASE.m0, CASE.s0), draws(100, CASE.m1, CASE.s1)
    found = study(model(CASE.field), way(), exact, begin, real, 5)
    named = by_metric(found.figures)
    assert named[EXACT_MAP].value < 1e-3
    assert named[FIELD_ERROR].value < 1e-2
    assert named[ROUND_TRIP].value < 1e-5
    cost = 2 * ((CASE.m1 - CASE.m0) ** 2 + (CASE.s1 - CASE.s0) ** 2)
    transport = named[TRANSPORT_COST]
    assert transport.value == pytest.approx(cost, rel=0.1)
    assert transport.floor == pytest.approx(transport.value, rel=0.01)
    assert [error.alpha for error in found.field_errors] == pytest.approx([0, 0.25, 0.5, 0.72, 0.97], abs=0.01)
    assert found.ends.shape == (3, 100, 2)
    assert np.array_equal(found.ends[0], begin)
    assert np.abs(found.ends[1] - CASE.flow(begin).numpy()).max() < 1e-3
    assert np.abs(found.ends[2] - CASE.flow(begin).numpy()).max() < 1e-3


def test_without_an_exact_field_there_is_what_can_be_had():
    found = study(model(lambda x, a: -x, IMAGES), way(), None, images(50, 0), images(50, 1), 5)
    metrics = by_metric(found.figures)
    assert ROUND_TRIP in metrics
    assert PATH_ENERGY_ERROR in metrics
    assert not any("exact" in title or "field" in title for title in titles(found))
    assert all(figure.floor is None for figure in found.figures)
    assert (len(found.field_errors), found.ends.shape) == (0, (2, 50, *IMAGES))


def test_the_losses_of_points_are_held_out_and_nearly_the_closed_form():
    def off(x, alpha):
        return CASE.field(x, alpha) + 0.01

    exact = plane_field(Normal(CASE.m0, CASE.s0), Normal(CASE.m1, CASE.s1))
    found = values(loss_figures(model(off), exact, Blended((SOURCE, TARGET), NONE, NONE, drawn=True), 4000, 0))
    loss, excess = found[LOSS, "fresh points"], found[EXCESS_LOSS, "fresh points"]
    assert excess.value == pytest.approx(1e-4, rel=0.05)
    assert loss.floor == pytest.approx(CASE.loss_floor(), rel=0.05)
    assert loss.value > loss.floor
    assert loss.value - loss.floor == pytest.approx(excess.value, abs=4 * loss.error)
    assert (loss.n, excess.n, excess.floor) == (4096, 4096, 0)
    assert loss.floor_is == "exact field"
    assert {split for _, split in found} == {"fresh points"}


def test_the_losses_of_images_are_of_training_images_and_of_held_out_ones():
    generator = np.random.default_rng(0)
    train, held_out = (generator.integers(0, 256, (count, *IMAGES), np.uint8) for count in (30, 10))
    exact = DataField(torch.from_numpy(train).float() / 255 * 2 - 1, 0.0, 1.0)
    blended = Blended((Gaussian(), Dataset(name="digits", size=8)), (None, train), (None, held_out), drawn=False)
    found = values(loss_figures(model(exact, IMAGES), exact, blended, 256, 0))
    assert found[EXCESS_LOSS, "train"].value == 0
    assert found[LOSS, "train"].value == found[LOSS, "train"].floor
    assert found[LOSS, "held_out"].value > 2 * found[LOSS, "train"].value
    assert found[LOSS, "held_out"].floor is None


def test_data_carried_to_noise_have_losses_and_no_exact_map():
    exact = Reversed(DataField(images(20, 0), 0.0, 1.0))
    found = study(model(exact, IMAGES), way(), exact, images(9, 1), images(9, 2), 3)
    assert found.ends.shape == (2, 9, *IMAGES)
    assert not any("exact" in title for title in titles(found))


def test_images_carried_to_themselves_have_no_path_energy_error(caplog):
    begin = images(9, 0)
    found = study(model(lambda x, a: 0 * x, IMAGES), way(), None, begin, begin.flip(0), 3)
    assert PATH_ENERGY_ERROR not in by_metric(found.figures)


def test_the_field_error_of_images_is_that_of_the_posterior_mean():
    shape = (1, 4, 4)
    exact = DataField(images(20, 0, shape), 0.0, 1.0)
    off = model(lambda x, a: exact(x, a) + 1 / (1 - a[:, None, None, None]).clamp_min(1e-3), shape)
    found = study(off, way(steps=8), exact, images(30, 1, shape), images(30, 2, shape), 8)
    named = by_metric(found.figures)
    assert named[POSTERIOR_MEAN_ERROR].value == pytest.approx(1, rel=0.01)
    assert FIELD_ERROR not in named
    assert found.field_errors[-1].field == pytest.approx(8, rel=0.01)


def test_blends_are_measured_in_whole_batches_of_points_used_once():
    assert [whole_batches(count) for count in (5, 1024, 1025, 65536)] == [5, 1024, 2048, 65536]
    points = np.random.default_rng(0).random((2048, 2), np.float32)
    seen = []

    def field(x, alpha):
        seen.append(torch.cat([x, alpha[:, None]], dim=1))
        return torch.zeros_like(x)

    exact, picture = plane_field(Normal(0.5, 0.1), Normal(0.5, 0.1)), Picture(path="nowhere.png")
    own = model(field)
    loss_figures(own, exact, Blended((picture, picture), (points, points), NONE, drawn=True), 1500, 0)
    assert len(torch.cat(seen)) == own.evaluations == 2048
    means = torch.cat(seen)[:, :2].mean(dim=0)  # of (1 − α)x₀ + αx₁, over all points once on each side
    assert means.tolist() == pytest.approx(points.mean(axis=0).tolist(), abs=0.01)
