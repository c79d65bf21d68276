import numpy as np
import pytest
import torch

from iadb_core.networks import checkpoint
from iadb_core.networks import registry as networks
from iadb_core.sampling.sampler import Sampler, network_values, starts
from iadb_core.system.errors import InputError
from iadb_core.system.seeds import numpy_generator

GAUSSIAN = {"gaussian": {"mean": 0.0, "std": 1.0}}
CPU = {"device": "cpu", "precision": "float32"}


def sampler(tmp_path, name="mlp", shape=(2,), batch_size=16, steps=8, solver="euler"):
    settings = {"width": 8, "hidden_layers": 2} if name == "mlp" else {"width": 8}
    network = networks.build(name, shape, settings, torch.Generator().manual_seed(0))
    description = {"name": name, "shape": list(shape), "settings": settings}
    checkpoint.save(tmp_path / "model.pt", network, description=description, settings={}, seed=0, steps=1)
    sampling = {"solver": solver, "schedule": "linear", "steps": steps, "batch_size": batch_size}
    sampling |= {"rtol": 1e-6, "atol": 1e-6}
    return Sampler(tmp_path / "model.pt", CPU | {"sampling": sampling})


def trajectory(sampler, begin):
    states = np.full((len(sampler.alphas), *begin.shape), np.nan, np.float32)
    for which, index, x in sampler.states(begin):
        states[index, which] = x
    return states


def test_a_trajectory_has_every_state_of_every_sample_from_its_start(tmp_path):
    begin = starts(GAUSSIAN, (2,), None, 50, numpy_generator(0, "t"))
    states = trajectory(sampler(tmp_path), begin)
    assert states.shape == (9, 50, 2)
    assert np.isfinite(states).all()
    assert np.array_equal(states[0], begin)


@pytest.mark.parametrize(("solver", "nfe"), [("euler", 8), ("heun", 16), ("rk4", 32)])
def test_network_evaluations_are_counted(tmp_path, solver, nfe):
    made = sampler(tmp_path, solver=solver)
    trajectory(made, starts(GAUSSIAN, (2,), None, 50, numpy_generator(0, "t")))
    assert made.field.samples / 50 == nfe


@pytest.mark.parametrize("solver", ["rk4", "dopri5"])
def test_the_way_back_leads_to_the_start(tmp_path, solver):
    begin = starts(GAUSSIAN, (2,), None, 20, numpy_generator(0, "t"))
    made = sampler(tmp_path, steps=32, solver=solver, batch_size=20)
    *_, (_, _, end) = made.states(begin)
    *_, (_, index, back) = made.states(end, backward=True)
    assert index == 32
    assert (end - begin).abs().max() > 0.01
    assert (back - begin).abs().max() < 1e-3


@pytest.mark.parametrize(("name", "shape"), [("mlp", (2,)), ("unet", (1, 8, 8))])
def test_sample_k_is_the_same_whatever_the_batch_size_and_count(tmp_path, name, shape):
    many = starts(GAUSSIAN, shape, None, 33, numpy_generator(0, "t"))
    few = starts(GAUSSIAN, shape, None, 9, numpy_generator(0, "t"))
    reference = trajectory(sampler(tmp_path, name, shape, batch_size=33), many)
    for batch_size in (1, 7, 32):
        states = trajectory(sampler(tmp_path, name, shape, batch_size=batch_size), many)
        assert np.allclose(states, reference, atol=1e-5)
    assert np.allclose(trajectory(sampler(tmp_path, name, shape), few), reference[:, :9], atol=1e-5)


def test_the_first_drawn_starts_are_the_same_for_every_count():
    stored = np.random.default_rng(0).random((1000, 2), dtype=np.float32)
    picture = {"picture": {"path": ""}}
    few, many = (starts(picture, (2,), stored, count, numpy_generator(5, "t")) for count in (10, 999))
    assert torch.equal(few, many[:10])
    assert {tuple(point) for point in many.tolist()} <= {tuple(point) for point in stored.tolist()}


def test_distinct_starts_are_each_another_sample():
    stored = np.random.default_rng(0).random((100, 2), dtype=np.float32)
    drawn = starts({"picture": {}}, (2,), stored, 100, numpy_generator(5, "t"), distinct=True)
    assert len({tuple(point) for point in drawn.tolist()}) == 100
    with pytest.raises(InputError, match="101 distinct starts"):
        starts({"picture": {}}, (2,), stored, 101, numpy_generator(5, "t"), distinct=True)


def test_samples_that_are_not_finite_are_an_error(tmp_path):
    made = sampler(tmp_path)
    made.field.field = lambda x, alpha: torch.where(alpha[:, None] < 0.2, x, x / 0)
    with pytest.raises(InputError, match=r"samples are not finite at α = 0\.375"):
        list(made.states(torch.ones(3, 2)))


def test_stored_images_become_network_values():
    stored = np.full((3, 1, 8, 8), 255, np.uint8)
    folder = {"folder": {"path": "", "size": 16, "scaling": [[0.5, 0.5]]}}
    values = network_values(stored, folder)
    assert values.shape == (3, 1, 16, 16)
    assert torch.allclose(values, torch.ones(1))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize("solver", ["euler", "heun", "rk4", "dopri5"])
def test_a_captured_field_leads_where_the_network_does(tmp_path, solver):
    network = networks.build("unet", (1, 16, 16), {"width": 8}, torch.Generator().manual_seed(0))
    description = {"name": "unet", "shape": [1, 16, 16], "settings": {"width": 8}}
    checkpoint.save(tmp_path / "m.pt", network, description=description, settings={}, seed=0, steps=0)
    begin, ends = torch.randn(40, 1, 16, 16), []
    for device in ("cpu", "cuda"):
        sampling = {"solver": solver, "schedule": "linear", "steps": 12, "rtol": 1e-3, "atol": 1e-3, "batch_size": 16}
        settings = {"device": device, "precision": "float32", "sampling": sampling}
        ends.append(Sampler(tmp_path / "m.pt", settings).ends(begin))
    assert torch.allclose(*ends, atol=1e-3)
