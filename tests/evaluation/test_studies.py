import numpy as np
import pytest
import torch
from gaussians import Gaussians

from iadb_core.evaluation.studies import loss_figures, study, whole_batches
from iadb_core.method.exact import DataField, PlaneField, Reversed, exact_field, gaussian_density
from iadb_core.method.schedules import SCHEDULES
from iadb_core.method.solvers import Counted, make_solver

CASE = Gaussians(m0=0.4, s0=0.06, m1=0.55, s1=0.1)
SOURCE, TARGET = ({"gaussian": {"mean": m, "std": s}} for m, s in ((CASE.m0, CASE.s0), (CASE.m1, CASE.s1)))


class FakeSampler:
    """A sampler whose field is given."""

    def __init__(self, field, shape, steps=32):
        self.field, self.shape, self.images = Counted(field), shape, len(shape) > 1
        self.alphas, self.device = SCHEDULES["linear"](steps), torch.device("cpu")
        self.solver = make_solver("rk4", 0.1, 0.1)

    def states(self, starts):
        for index, (_, x) in enumerate(self.solver(self.field, starts, self.alphas)):
            yield slice(None), index, x

    def ends(self, starts, backward, on_state):
        *_, (_, x) = self.solver(self.field, starts, self.alphas[::-1] if backward else self.alphas)
        return x


def draws(count, mean, std):
    return (mean + std * torch.randn(count, 2, generator=torch.Generator().manual_seed(0))).float()


def values(figures):
    return {(figure.metric, figure.split): figure for figure in figures}


def test_the_exact_field_studied_as_a_network_is_perfect():
    exact = exact_field(SOURCE, TARGET, {}, {})
    begin, real = draws(100, CASE.m0, CASE.s0), draws(100, CASE.m1, CASE.s1)
    found = study(FakeSampler(CASE.field, (2,)), exact, begin, real, 5)
    by_name = {figure.metric: figure for figure in found.figures}
    assert by_name["distance to the exact map (RMS)"].value < 1e-3
    assert by_name["field error along trajectories (RMS)"].value < 1e-2
    assert by_name["round-trip error (RMS)"].value < 1e-5
    cost = 2 * ((CASE.m1 - CASE.m0) ** 2 + (CASE.s1 - CASE.s0) ** 2)
    transport = by_name["transport cost (squared)"]
    assert transport.value == pytest.approx(cost, rel=0.1)
    assert transport.floor == pytest.approx(transport.value, rel=0.01)
    assert [error.alpha for error in found.field_errors] == pytest.approx([0, 0.25, 0.5, 0.72, 0.97], abs=0.01)
    assert found.ends.shape == (3, 100, 2)
    assert np.array_equal(found.ends[0], begin)
    assert np.abs(found.ends[1] - CASE.flow(begin).numpy()).max() < 1e-3


def test_without_an_exact_field_there_is_what_can_be_had():
    begin = torch.randn(50, 1, 8, 8)
    found = study(FakeSampler(lambda x, a: -x, (1, 8, 8)), None, begin, torch.randn(50, 1, 8, 8), 5)
    names = [figure.metric for figure in found.figures]
    assert "round-trip error (RMS)" in names
    assert "normalised path energy error" in names
    assert not any("exact" in name or "field" in name for name in names)
    assert all(figure.floor is None for figure in found.figures)
    assert (len(found.field_errors), found.ends.shape) == (0, (2, 50, 1, 8, 8))


def test_the_losses_of_points_are_held_out_and_nearly_the_closed_form():
    def off(x, alpha):
        return CASE.field(x, alpha) + 0.01

    exact = PlaneField(gaussian_density(CASE.m0, CASE.s0), gaussian_density(CASE.m1, CASE.s1))
    sampler = FakeSampler(off, (2,))
    found = values(loss_figures(sampler, exact, (SOURCE, TARGET), (None, None), (None, None), 4000, 0))
    loss, excess = found["deblending loss", "fresh points"], found["excess loss", "fresh points"]
    assert excess.value == pytest.approx(1e-4, rel=0.05)
    assert loss.floor == pytest.approx(CASE.loss_floor(), rel=0.05)
    assert loss.value > loss.floor
    assert loss.value - loss.floor == pytest.approx(excess.value, abs=4 * loss.error)
    assert (loss.n, excess.n, excess.floor) == (4096, 4096, 0)
    assert (loss.floor_is, len(found)) == ("exact field", 2)


def test_the_losses_of_images_are_of_training_images_and_of_held_out_ones():
    generator = np.random.default_rng(0)
    train, held_out = (generator.integers(0, 256, (count, 1, 8, 8), np.uint8) for count in (30, 10))
    target = {"dataset": {"name": "digits", "size": 8, "scaling": [[0.5, 0.5]]}}
    data = torch.from_numpy(train).float() / 255 * 2 - 1
    exact = DataField(data, 0.0, 1.0)
    sampler = FakeSampler(exact, (1, 8, 8))
    noise = {"gaussian": {"mean": 0.0, "std": 1.0}}
    found = values(loss_figures(sampler, exact, (noise, target), (None, train), (None, held_out), 256, 0))
    assert found["excess loss", "train"].value == 0
    assert found["deblending loss", "train"].value == found["deblending loss", "train"].floor
    assert found["deblending loss", "held_out"].value > 2 * found["deblending loss", "train"].value
    assert found["deblending loss", "held_out"].floor is None


def test_data_carried_to_noise_have_losses_and_no_exact_map():
    data = torch.randn(20, 1, 8, 8)
    exact = Reversed(DataField(data, 0.0, 1.0))
    found = study(FakeSampler(exact, (1, 8, 8)), exact, torch.randn(9, 1, 8, 8), torch.randn(9, 1, 8, 8), 3)
    assert found.ends.shape == (2, 9, 1, 8, 8)
    assert not any("exact" in figure.metric for figure in found.figures)


def test_images_carried_to_themselves_have_no_path_energy_error(caplog):
    begin = torch.randn(9, 1, 8, 8)
    found = study(FakeSampler(lambda x, a: 0 * x, (1, 8, 8)), None, begin, begin.flip(0), 3)
    assert "normalised path energy error" not in [figure.metric for figure in found.figures]


def test_the_field_error_of_images_is_that_of_the_posterior_mean():
    exact = DataField(torch.randn(20, 1, 4, 4), 0.0, 1.0)
    sampler = FakeSampler(lambda x, a: exact(x, a) + 1 / (1 - a[:, None, None, None]), (1, 4, 4), steps=8)
    found = study(sampler, exact, torch.randn(30, 1, 4, 4), torch.randn(30, 1, 4, 4), 8)
    by_name = {figure.metric: figure.value for figure in found.figures}
    assert by_name["posterior mean error along trajectories (RMS)"] == pytest.approx(1, rel=0.01)
    assert found.field_errors[-1].field == pytest.approx(8, rel=0.01)


def test_blends_are_measured_in_whole_batches_of_points_used_once():
    assert [whole_batches(count) for count in (5, 1024, 1025, 65536)] == [5, 1024, 2048, 65536]
    points = np.random.default_rng(0).random((2048, 2), np.float32)
    seen = []

    def field(x, alpha):
        seen.append(x)
        return torch.zeros_like(x)

    exact = PlaneField(gaussian_density(0.5, 0.1), gaussian_density(0.5, 0.1))
    picture = {"picture": {}}
    loss_figures(FakeSampler(field, (2,)), exact, (picture, picture), (points, points), (None, None), 1500, 0)
    assert len(torch.cat(seen)) == 2048
