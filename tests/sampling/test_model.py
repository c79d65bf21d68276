import pytest
import torch
from small import SHAPES, SIZES, model, network

from iadb_core.networks import checkpoint
from iadb_core.networks.building import weights_hash
from iadb_core.sampling.model import field_of, load_model
from iadb_core.sampling.sampler import Sampler, Way
from iadb_core.sampling.settings import Sampling
from iadb_core.system.errors import InputError

CPU = torch.device("cpu")


def saved(path, name="mlp", **sizes):
    told = type(SIZES[name]).model_validate({**SIZES[name].written(), **sizes})
    checkpoint.save(path, network(name, **sizes), told, SHAPES[name], settings={}, seed=0, steps=1)
    return path


def batch(name, count=5):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(count, *SHAPES[name], generator=generator), torch.rand(count, generator=generator)


@pytest.mark.parametrize("name", SIZES)
def test_a_model_is_the_network_of_its_checkpoint(tmp_path, name):
    loaded = load_model(saved(tmp_path / "model.pt", name), "cpu", "float32")
    assert (loaded.shape, loaded.device, loaded.precision) == (SHAPES[name], CPU, torch.float32)
    x, alpha = batch(name)
    with torch.no_grad():
        expected = network(name).eval()(x, alpha)
    assert torch.allclose(loaded.field(x, alpha), expected, atol=1e-6)
    assert torch.equal(loaded.on_cpu(x, alpha), loaded.field(x, alpha))


@pytest.mark.parametrize("name", SIZES)
def test_in_bfloat16_it_takes_and_gives_float32(tmp_path, name):
    single, half = (load_model(saved(tmp_path / "model.pt", name), "cpu", kind) for kind in ("float32", "bfloat16"))
    x, alpha = batch(name)
    found, expected = half.field(x, alpha), single.field(x, alpha)
    assert found.dtype == torch.float32
    assert torch.allclose(found, expected, atol=0.05 * float(expected.abs().max()))
    assert not torch.equal(found, expected) or name == "residual"  # whose last layer begins as zero


def test_the_field_needs_no_gradient_and_takes_the_network_itself():
    own = network()
    field = field_of(own, CPU, torch.float32)
    assert not field(*batch("mlp")).requires_grad
    assert weights_hash(own) == weights_hash(network())


def test_evaluations_of_single_samples_are_counted():
    counting = model(network())
    assert counting.evaluations == 0
    counting.field(*batch("mlp", 5))
    counting.on_cpu(*batch("mlp", 7))
    assert counting.evaluations == 12


@pytest.mark.parametrize(("solver", "nfe"), [("euler", 8), ("heun", 16), ("rk4", 32)])
def test_network_evaluations_are_counted(solver, nfe):
    made = model(network())
    way = Way.of(Sampling(solver=solver, steps=8, batch_size=16))
    Sampler(made.field, way, made.device).trajectories(batch("mlp", 50)[0])
    assert made.evaluations / 50 == nfe


def test_what_cannot_be_loaded_is_refused(tmp_path):
    with pytest.raises(InputError, match="not a readable checkpoint"):
        load_model(tmp_path / "none.pt", "cpu", "float32")
    with pytest.raises(InputError, match="device: cuda:99 is not on this machine"):
        load_model(saved(tmp_path / "model.pt"), "cuda:99", "float32")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize("solver", ["euler", "heun", "rk4", "dopri5"])
def test_a_captured_field_leads_where_the_network_does(tmp_path, solver):
    shape, sizes = (1, 16, 16), type(SIZES["unet"])(name="unet", width=8)
    checkpoint.save(tmp_path / "m.pt", network("unet", shape, width=8), sizes, shape, settings={}, seed=0, steps=0)
    begin, ends = torch.randn(40, *shape, generator=torch.Generator().manual_seed(1)), []
    for device in ("cpu", "cuda"):
        loaded = load_model(tmp_path / "m.pt", device, "float32")
        way = Way.of(Sampling(solver=solver, steps=12, rtol=1e-3, atol=1e-3, batch_size=16))
        ends.append(Sampler(loaded.field, way, loaded.device).ends(begin))
    assert torch.allclose(*ends, atol=1e-3)
