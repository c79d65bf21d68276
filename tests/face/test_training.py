import numpy as np
import pytest
import torch
from torch import nn

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.evaluation.distances import wasserstein2
from iadb_core.face.loading import load
from iadb_core.face.training import exact_field, train
from iadb_core.networks.building import weights_hash
from iadb_core.networks.mlp import MLP
from iadb_core.networks.unet import UNet
from iadb_core.system.errors import InputError

POINTS = np.random.default_rng(0).normal((3, -1, 2), (0.5, 0.1, 1), (500, 3))


class Mine(nn.Module):
    def __init__(self, size=2):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(size + 1, 16), nn.SiLU(), nn.Linear(16, size))

    def forward(self, x, alpha):
        return self.layers(torch.cat([x, alpha[:, None]], dim=1))


class ReadingTheHost(Mine):
    def forward(self, x, alpha):
        return super().forward(x, alpha) if alpha.max().item() > 0 else x


@pytest.mark.parametrize(
    "device",
    ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU"))],
)
def test_a_network_of_ones_own_may_read_what_it_computes(device):
    model = train(POINTS, steps=600, batch_size=32, network=ReadingTheHost(3), device=device)
    assert np.isfinite(model.sample(10, steps=8)).all()


def test_points_of_any_dimension_are_learnt():
    model = train(POINTS, steps=1500, batch_size=128, learning_rate=0.005, network=MLP(width=32, hidden_layers=2))
    samples = model.sample(300, solver="heun", steps=16)
    assert samples.shape == (300, 3)
    held_out = np.random.default_rng(1).normal((3, -1, 2), (0.5, 0.1, 1), (300, 3))
    assert wasserstein2(samples, held_out) < 0.7 < wasserstein2(model.sample(300, steps=1), held_out) + 3
    assert model.history[-1].step == 1500
    assert model.history[-1].loss < model.history[0].loss


def test_the_same_arguments_give_the_same_weights_and_threads_stay_as_they_were():
    before = torch.get_num_threads()
    first, again, other = (train(POINTS, steps=20, seed=seed) for seed in (0, 0, 1))
    assert weights_hash(first.network) == weights_hash(again.network) != weights_hash(other.network)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    "given",
    [
        np.random.default_rng(0).integers(0, 256, (40, 7, 7), np.uint8),
        np.random.default_rng(0).random((40, 7, 7, 1)),
        torch.rand(40, 1, 7, 7),
    ],
)
def test_images_of_any_layout_are_taken_and_enlarged_to_what_the_network_takes(given, tmp_path):
    model = train(given, network=UNet(width=4), steps=3, batch_size=8)
    assert model.sample(2, steps=2).shape == (2, 1, 8, 8)
    model.save(tmp_path / "model.pt")
    assert np.array_equal(load(tmp_path / "model.pt").sample(2, steps=2), model.sample(2, steps=2))


def test_colours_a_size_and_a_scaling():
    given = np.random.default_rng(0).random((20, 8, 8, 3))
    model = train(given, network=UNet(width=4), steps=2, batch_size=8, size=16, scaling=[(0.5, 0.25)])
    assert (model.shape, model.target.scaling) == ((3, 16, 16), [(0.5, 0.25)])


def test_a_density_may_stand_on_either_side():
    model = train(Gaussian(), Dataset(name="digits", size=8), network=UNet(width=4), steps=2, batch_size=8)
    assert model.shape == (1, 8, 8)
    assert model.sample(starts=np.zeros((2, 8, 8), np.uint8), steps=1).shape == (2, 1, 8, 8)


def test_a_module_of_ones_own_is_trained_in_place_and_comes_back(tmp_path):
    mine = Mine()
    before = weights_hash(mine)
    model = train(POINTS[:, :2], network=mine, steps=50)
    assert weights_hash(mine) != before
    model.save(tmp_path / "mine.pt")
    found = load(tmp_path / "mine.pt", network=Mine())
    assert np.array_equal(found.sample(5, steps=3), model.sample(5, steps=3))
    with pytest.raises(InputError, match=r"mine\.pt holds the weights of a network of one's own: give that network"):
        load(tmp_path / "mine.pt")
    with pytest.raises(InputError, match="its weights do not fit its network"):
        load(tmp_path / "mine.pt", network=Mine(3))


@pytest.mark.parametrize(("size", "seen"), [(None, (16, 24)), ((8, 16), (8, 16))])
def test_images_may_be_wider_than_high(size, seen):
    images = np.random.default_rng(0).integers(0, 256, (20, 12, 20), np.uint8)
    model = train(images, network=UNet(width=4), steps=2, size=size, batch_size=4)
    assert model.sample(3, steps=2).shape == (3, 1, *seen)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"target": POINTS, "source": POINTS[:, :2]}, r"differ in shape: \(2,\) and \(3,\)"),
        ({"target": [[1.0, float("nan")]]}, "points are finite numbers"),
        ({"target": np.zeros((4, 8, 6), np.uint8), "size": 16}, "8×6 pixels are not square: give size=.height, width."),
        ({"target": np.zeros((4, 2, 8, 8, 8))}, "images are"),
        ({"target": POINTS, "learning_rat": 1}, "learning_rat: unknown; allowed: .*learning_rate"),
        ({"target": POINTS, "batch_size": 0}, "batch_size: .*found 0"),
        ({"target": POINTS, "devices": 2}, "devices: only the workflow has it"),
        ({"target": POINTS, "from": "other"}, "from: only the workflow has it"),
        ({"target": POINTS, "network": nn.Identity()}, "has parameters, all of them float32"),
        ({"target": POINTS, "network": Mine(3).double()}, "all of them float32"),
        ({"target": POINTS, "network": Mine(3), "optimizer": "muon"}, "muon needs to know the ends"),
        ({"target": POINTS, "network": UNet(width=4)}, "network: "),
        ({"target": POINTS, "epochs": 3}, "give either steps or epochs"),
    ],
)
def test_mistakes_are_told(arguments, message):
    with pytest.raises(InputError, match=message):
        train(**arguments, **({} if "steps" in arguments else {"steps": 2}))


def test_a_network_that_gives_another_shape_is_told():
    class Flat(Mine):
        def forward(self, x, alpha):
            return super().forward(x, alpha).sum(dim=1)

    with pytest.raises(InputError, match=r"it gives \(256,\) for samples of \(256, 2\)"):
        train(POINTS[:, :2], network=Flat(), steps=2)


def test_the_exact_field_to_an_array_leads_to_its_samples():
    exact = exact_field(POINTS)
    near = torch.from_numpy(POINTS[:5]).float() * 0.999
    ends = near + exact(near, torch.full((5,), 0.999)) * 0.001
    assert (ends - near / 0.999).abs().max() < 1e-4
    assert exact_field(Dataset(name="digits", size=8), Dataset(name="digits", size=8)) is None


def test_a_flow_map_jumps_and_is_kept(tmp_path):
    how = {"steps": 400, "batch_size": 128, "learning_rate": 0.005, "objective": {"progressive": {}}}
    model = train(POINTS, network=MLP(width=32, hidden_layers=2, activation="silu"), **how)
    before = model.evaluations
    ends = model.sample(200, solver="map", steps=1)
    assert model.evaluations == before + 200
    assert np.abs(ends.mean(axis=0) - POINTS.mean(axis=0)).max() < 0.5
    model.save(tmp_path / "model.pt")
    assert np.array_equal(load(tmp_path / "model.pt").sample(200, solver="map", steps=1), ends)
    with pytest.raises(InputError, match="goes only forward"):
        model.reverse(ends, solver="map", steps=1)
    with pytest.raises(InputError, match="map needs a flow map"):
        train(POINTS, steps=5).sample(2, solver="map", steps=1)
    with pytest.raises(InputError, match="a teacher is another experiment's model"):
        train(POINTS, steps=5, objective={"lagrangian": {"from": "other"}})


def test_pairs_that_are_told_are_learnt():
    left = np.random.default_rng(0).normal(size=(500, 2)).astype(np.float32)
    turned = left @ np.array([[0.5, 0.87], [-0.87, 0.5]], np.float32) + 3  # by chance, all would only be moved by 3
    how = {"steps": 600, "batch_size": 128, "learning_rate": 0.01}
    told, by_chance = (train(turned, left, **how, **own) for own in ({"coupling": {"pairs": "by_name"}}, {}))
    wrong = [np.abs(model.sample(starts=left[:50]) - turned[:50]).mean() for model in (told, by_chance)]
    assert wrong[0] < 0.2 < wrong[1]
