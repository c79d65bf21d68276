import numpy as np
import pytest
import torch
from gaussians import CASE
from small import SHAPES, model, network

from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import linear
from iadb_core.sampling.sampler import Sampler, Way
from iadb_core.sampling.settings import Sampling
from iadb_core.system.errors import InputError

CPU = torch.device("cpu")


def sampler(field, solver="euler", steps=8, batch_size=16):
    """A sampler that follows a field, or the network of a name."""
    followed = model(network(field), SHAPES[field]).field if isinstance(field, str) else field
    way = Sampling(solver=solver, steps=steps, batch_size=batch_size, rtol=1e-6, atol=1e-6)
    return Sampler(followed, Way.of(way), CPU)


def noise(count, shape=(2,)):
    """The first ones are the same for every count."""
    return torch.from_numpy(np.random.default_rng(0).normal(size=(count, *shape))).float()


def trajectory(made, begin):
    states = np.full((len(made.alphas), *begin.shape), np.nan, np.float32)
    for which, index, x in made.states(begin):
        states[index, which] = x
    return states


def test_a_way_is_what_settings_say():
    way = Way.of(Sampling(solver="dopri5", schedule="cosine", steps=4, batch_size=7, rtol=0.1, atol=0.01))
    assert way.alphas == pytest.approx(np.sin(np.pi / 2 * np.arange(5) / 4) ** 2)
    assert way.solver == solver_of("dopri5").with_tolerances(0.1, 0.01)
    assert way.batch_size == 7
    assert Way.of(Sampling(steps=3)).alphas == linear(3)


def test_a_trajectory_has_every_state_of_every_sample_from_its_start():
    begin = noise(50)
    states = trajectory(sampler("mlp"), begin)
    assert states.shape == (9, 50, 2)
    assert np.isfinite(states).all()
    assert np.array_equal(states[0], begin)
    assert np.array_equal(sampler("mlp").trajectories(begin), states)


@pytest.mark.parametrize("solver", ["rk4", "dopri5"])
def test_the_way_back_leads_to_the_start(solver):
    begin = noise(20)
    made = sampler("mlp", steps=32, solver=solver, batch_size=20)
    *_, (_, _, end) = made.states(begin)
    *_, (_, index, back) = made.states(end, backward=True)
    assert index == 32
    assert (end - begin).abs().max() > 0.01
    assert (back - begin).abs().max() < 1e-3
    assert torch.equal(made.ends(begin), end)
    assert torch.equal(made.ends(end, backward=True), back)


@pytest.mark.parametrize("name", ["mlp", "unet"])
def test_sample_k_is_the_same_whatever_the_batch_size_and_count(name):
    many, few = noise(33, SHAPES[name]), noise(9, SHAPES[name])
    reference = trajectory(sampler(name, batch_size=33), many)
    for batch_size in (1, 7, 32):
        states = trajectory(sampler(name, batch_size=batch_size), many)
        assert np.allclose(states, reference, atol=1e-5)
    assert np.allclose(trajectory(sampler(name), few), reference[:, :9], atol=1e-5)


def test_ends_are_where_the_closed_form_leads():
    begin = CASE.m0 + CASE.s0 * noise(40)
    made = sampler(CASE.field, "rk4", steps=64)
    assert torch.allclose(made.ends(begin), CASE.flow(begin), atol=1e-3)
    assert torch.allclose(made.trajectories(begin)[32], CASE.flow(begin, 0.5), atol=1e-3)


def test_only_the_ends_are_copied_to_the_cpu_and_the_device_is_waited_for_once_a_batch(monkeypatch):
    copied, waits = [], []

    def watched(name, seen):
        called = getattr(torch.Tensor, name)
        monkeypatch.setattr(torch.Tensor, name, lambda x, *how, **more: seen(x) or called(x, *how, **more))

    begin, made = noise(50), sampler(CASE.field, batch_size=16)
    watched("cpu", lambda x: copied.append(len(x)))
    for name in ("__bool__", "__float__", "item", "tolist"):
        watched(name, lambda x: waits.append(tuple(x.shape)))
    assert made.ends(begin).shape == (50, 2)
    assert copied == [16, 16, 16, 2]
    assert waits == [(9,)] * 4


def test_how_far_the_ends_are_is_told():
    told = []
    sampler(CASE.field, batch_size=16).ends(noise(50), on_state=told.append)
    assert told == [16] * 27 + [2] * 9
    told.clear()
    sampler(CASE.field, batch_size=16).trajectories(noise(50), on_state=told.append)
    assert sum(told) == 9 * 50


def carried(made, how, begin, backward):
    return list(made.states(begin, backward)) if how == "states" else made.ends(begin, backward)


@pytest.mark.parametrize("how", ["states", "ends"])
@pytest.mark.parametrize(("backward", "alpha"), [(False, "0.375"), (True, "0.125")])
def test_samples_that_are_not_finite_are_an_error_that_names_the_first_alpha(how, backward, alpha):
    """Where a sample of the second batch first meets a field that is not finite, a step after α = 0.25."""
    begin = torch.ones(6, 2)
    begin[4] = 7

    def field(x, alphas):
        bad = (x > 3) & ((alphas[:, None] <= 0.25) if backward else (alphas[:, None] >= 0.2))
        return torch.where(bad, x / 0, 0 * x)

    with pytest.raises(InputError, match=rf"samples are not finite at α = {alpha}"):
        carried(sampler(field, batch_size=3), how, begin, backward)
    begin[4] = 1
    carried(sampler(field, batch_size=3), how, begin, backward)


def test_starts_that_are_not_finite_are_told_at_alpha_0():
    for how in ("states", "ends"):
        with pytest.raises(InputError, match=r"not finite at α = 0\.000"):
            carried(sampler(CASE.field), how, torch.full((3, 2), torch.inf), backward=False)
