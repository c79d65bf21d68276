"""A network that the program does not have, which is one module and its line in the registry."""

from typing import Literal

import pytest
import torch
from torch import nn

from iadb_core.method.batches import Block
from iadb_core.method.blending import blend, deblending_loss
from iadb_core.method.objectives.deblending import Deblending
from iadb_core.networks import checkpoint
from iadb_core.networks.building import build, laid_out, parameter_count, planned, weights_hash
from iadb_core.networks.network import Network
from iadb_core.networks.parameters import flatten
from iadb_core.networks.registry import NETWORKS, misfit, network_of
from iadb_core.networks.settings import POINTS, NetworkSettings
from iadb_core.system.errors import InputError
from iadb_core.system.settings import REQUIRED, setting
from iadb_core.training.gradients import ByAutograd, gradient_of


class SineNetwork(Network):
    """Sines of linear features of the point and of α, to a linear output, with buffers of two kinds."""

    convolutional = False
    memory_format = torch.contiguous_format

    def __init__(self, coordinates, waves):
        super().__init__()
        self.features = nn.Linear(coordinates + 1, waves)
        self.out = nn.Linear(waves, coordinates)
        self.register_buffer("frequencies", torch.arange(1.0, waves + 1))
        self.register_buffer("order", torch.arange(waves).flip(0))

    def ends(self):
        return [self.features, self.out]

    def zero_layers(self):
        return [self.out]

    def forward(self, x, alpha):
        h = self.features(torch.cat([x, alpha.to(x.dtype)[:, None]], dim=1))
        return self.out((self.frequencies * h).sin()[:, self.order])


class Sine(NetworkSettings):
    """Its sizes."""

    takes = POINTS
    name: Literal["sine"] = setting(REQUIRED, "Sines, for points.")
    waves: int = setting(16, "Their number.", ge=1, le=4096)

    def misfit(self, shape):
        return "so many coordinates" if shape[0] > 8 else None

    def network(self, shape):
        return SineNetwork(shape[0], self.waves)


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    """The network is there, by its name, and by nothing else."""
    monkeypatch.setitem(NETWORKS, "sine", Sine)
    torch.manual_seed(0)


@pytest.fixture
def sizes():
    return network_of({"name": "sine", "waves": 5})


def made(sizes, seed=0):
    return build(sizes, (3,), torch.Generator().manual_seed(seed))


def awake(network):
    """The network with no parameter at zero, as after some training."""
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn(parameter.shape), alpha=0.5)
    return network


def test_it_is_built_from_its_sizes(sizes):
    network = made(sizes)
    assert isinstance(network, SineNetwork)
    assert parameter_count(network) == (4 * 5 + 5) + (5 * 3 + 3)
    assert network.frequencies.tolist() == [1, 2, 3, 4, 5]
    assert network.order.tolist() == [4, 3, 2, 1, 0]
    plan = planned(sizes, (3,))
    assert all(tensor.is_meta for tensor in (*plan.parameters(), *plan.buffers()))
    assert 0 < network.features.weight.abs().max() <= 0.5
    assert (network(torch.randn(4, 3), torch.rand(4)) == 0).all()  # its last layer begins as zero
    assert weights_hash(network) == weights_hash(made(sizes)) != weights_hash(made(sizes, seed=1))
    assert laid_out(network) is network


def test_its_buffers_are_not_memory_as_it_was_found(sizes, monkeypatch):
    empty = nn.Module.to_empty

    def spoiled(self, **options):
        module = empty(self, **options)
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.data.fill_(-64)
        return module

    monkeypatch.setattr(nn.Module, "to_empty", spoiled)
    network = made(sizes)
    assert network.frequencies.tolist() == [1, 2, 3, 4, 5]
    assert network.order.tolist() == [4, 3, 2, 1, 0]
    assert all(parameter.abs().max() <= 1 for parameter in network.parameters())


def test_it_is_refused_where_it_does_not_fit_and_offered_where_it_does(sizes):
    with pytest.raises(InputError, match="network: sine does not take images; use name: unet or residual"):
        build(sizes, (1, 8, 8), torch.Generator())
    with pytest.raises(InputError, match="network: so many coordinates"):
        build(sizes, (9,), torch.Generator())
    assert (
        misfit(network_of({"name": "unet", "width": 4}), (2,))
        == "unet does not take points; use name: mlp or residual_mlp or sine"
    )


def test_it_is_saved_and_loaded_with_its_buffers(sizes, tmp_path):
    network = awake(made(sizes))
    network.frequencies.mul_(0.7)  # as if a training had changed them
    network.order.copy_(network.order.roll(1))
    checkpoint.save(tmp_path / "model.pt", network, sizes, (3,), {}, seed=0, steps=1)
    loaded, content = checkpoint.load(tmp_path / "model.pt")
    x, alpha = torch.randn(4, 3), torch.rand(4)
    assert isinstance(loaded, SineNetwork)
    assert torch.equal(loaded(x, alpha), network(x, alpha))
    assert torch.equal(loaded.frequencies, network.frequencies)
    assert torch.equal(loaded.order, network.order)
    assert content["network"] == {"name": "sine", "shape": [3], "settings": {"waves": 5}}


TENSORS = ["features.weight", "out.bias", "frequencies", "order"]
SPOILT = {
    "missing": lambda tensor: None,
    "another dtype": lambda tensor: tensor.to(torch.float64 if tensor.is_floating_point() else torch.float32),
    "another shape": lambda tensor: tensor[:1],
    "sparse": lambda tensor: tensor.to_sparse(),
}


@pytest.mark.parametrize("name", TENSORS)
@pytest.mark.parametrize("fault", SPOILT)
def test_a_file_of_which_a_parameter_or_a_buffer_is_spoilt_is_refused(sizes, tmp_path, name, fault):
    checkpoint.save(tmp_path / "model.pt", made(sizes), sizes, (3,), {}, seed=0, steps=1)
    content = torch.load(tmp_path / "model.pt", weights_only=True)
    assert sorted(content["weights"]) == sorted([*TENSORS, "features.bias", "out.weight"])
    content["weights"][name] = SPOILT[fault](content["weights"][name])
    if content["weights"][name] is None:
        del content["weights"][name]
    torch.save(content, tmp_path / "model.pt")
    with pytest.raises(InputError, match=r"model\.pt(: its weights do not fit its network| is not a readable)"):
        checkpoint.load(tmp_path / "model.pt")


def test_a_file_cannot_hold_a_buffer_that_is_not_stored(sizes, tmp_path, monkeypatch):
    class Forgetful(SineNetwork):
        def __init__(self, coordinates, waves):
            super().__init__(coordinates, waves)
            self.register_buffer("phase", torch.zeros(waves), persistent=False)

    monkeypatch.setattr(Sine, "network", lambda self, shape: Forgetful(shape[0], self.waves))
    checkpoint.save(tmp_path / "model.pt", made(sizes), sizes, (3,), {}, seed=0, steps=1)
    with pytest.raises(InputError, match=r"phase of the network is in no checkpoint"):
        checkpoint.load(tmp_path / "model.pt")


def test_its_file_is_refused_where_it_is_not_there(sizes, tmp_path, monkeypatch):
    checkpoint.save(tmp_path / "model.pt", made(sizes), sizes, (3,), {}, seed=0, steps=1)
    monkeypatch.delitem(NETWORKS, "sine")
    with pytest.raises(InputError, match="'sine' is not among the networks"):
        checkpoint.load(tmp_path / "model.pt")


def test_it_has_no_gradient_of_its_own_but_autograds(sizes):
    network = awake(made(sizes))
    objective = Deblending()
    x0, x1, alpha = torch.randn(1, 7, 3), torch.randn(1, 7, 3), torch.rand(1, 7)
    (example,) = zip(*objective.examples(Block(x0, x1, alpha)), strict=True)
    loss = deblending_loss(network(blend(x0[0], x1[0], alpha[0]), alpha[0]), x0[0], x1[0])
    expected = torch.autograd.grad(loss, list(network.parameters()))
    assert network.written_out(objective, 7, torch.float32) is None
    gradient = gradient_of(network, flatten(network), objective, 7, torch.float32)
    assert isinstance(gradient, ByAutograd)
    assert gradient(*example).item() == pytest.approx(loss.item(), rel=1e-6)
    for mine, theirs in zip(gradient.views, expected, strict=True):
        assert torch.allclose(mine, theirs, atol=1e-5)


def test_what_a_network_does_not_say_of_itself_is_that_nothing_is_special():
    class Plain(Network):
        pass

    assert Plain().zero_layers() == []
    assert Plain().written_out(Deblending(), 8, torch.float32) is None
    with pytest.raises(NotImplementedError):
        Plain().ends()
