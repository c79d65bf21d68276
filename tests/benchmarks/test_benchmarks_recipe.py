"""The plain recipe is the same method as this project's."""

import numpy as np
import pytest
import torch
from PIL import Image
from small import network, training

from benchmarks import ours, recipe, whole
from iadb_core.data.grayscale import read_density
from iadb_core.method.batches import Block
from iadb_core.method.objectives.deblending import Deblending
from iadb_core.networks import checkpoint
from iadb_core.training.stepper import Stepper

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def same_draws():
    """The recipe draws from the global generators."""
    torch.manual_seed(0)
    np.random.seed(0)


def test_the_recipes_networks_are_the_same_functions():
    unet = network("unet", (1, 32, 32), width=64)
    plain = recipe.Convolutional()
    plain.load_state_dict(unet.state_dict())
    x, alpha = torch.randn(3, 1, 32, 32), torch.rand(3)
    assert torch.allclose(plain(x, alpha), unet(x, alpha), atol=1e-5)
    mlp = network("mlp", width=64, hidden_layers=4)
    plane = recipe.Plane()
    for mine, theirs in zip(plane.parameters(), mlp.parameters(), strict=True):
        mine.data.copy_(theirs)
    x = torch.randn(5, 2)
    assert torch.allclose(plane(x, alpha := torch.rand(5, 1)), mlp(x, alpha[:, 0]), atol=1e-6)


def test_the_recipes_points_have_the_density():
    density = np.zeros((4, 4))
    density[1, 2], density[3, 0] = 1.0, 0.5
    points = recipe.accepted_points(density, 3000).numpy()
    cells = [tuple(cell) for cell in (points * 4).astype(int)]
    assert set(cells) == {(1, 2), (3, 0)}
    assert cells.count((1, 2)) / 3000 == pytest.approx(2 / 3, abs=0.03)
    assert read_density(whole.PICTURES[0]).max() == 1


def test_points_proposed_by_arrays_have_the_density_too():
    density = np.array([[0.0, 1.0], [0.5, 0.0]])
    points = recipe.accepted_in_arrays(density, 3000)
    cells = [tuple(cell) for cell in (points * 2).astype(int)]
    assert len(points) == 3000
    assert set(cells) == {(0, 1), (1, 0)}
    assert cells.count((0, 1)) / 3000 == pytest.approx(2 / 3, abs=0.03)


def test_the_recipe_takes_our_steps():
    images = np.random.default_rng(0).integers(0, 256, (64, 1, 28, 28), np.uint8)
    plain, unet = recipe.MnistTraining(images, CPU), network("unet", (1, 32, 32), width=64)
    plain.network.load_state_dict(unet.state_dict())
    batch = recipe.scaled(torch.stack([recipe.Digits(images)[index] for index in range(64)]))
    assert torch.allclose(batch, ours.MNIST.network_values(torch.from_numpy(images)), atol=1e-5)
    plain.batches = iter([batch])
    torch.manual_seed(7)
    x0, alpha = torch.randn_like(batch), torch.rand(64)
    torch.manual_seed(7)
    plain.run(1)
    step = Stepper(unet, Deblending(), torch.float32, training(batch_size=64))
    step(Block(x0[None], batch[None], alpha[None]), torch.tensor([[0.0005], [1.0]]))
    for mine, theirs in zip(unet.parameters(), plain.network.parameters(), strict=True):
        apart = (mine - theirs).abs() > 2e-5  # of steps of 5e-4, whose sign is rounding's where a gradient is next to 0
        assert apart.float().mean() < 0.01


def test_the_tuned_recipe_has_the_same_images():
    images = np.random.default_rng(0).integers(0, 256, (10, 1, 28, 28), np.uint8)
    expected = ours.MNIST.network_values(torch.from_numpy(images))
    batches = recipe.in_memory(images, CPU, batch_size=3)
    epochs = [torch.cat([next(batches) for _ in range(3)]) for _ in range(2)]
    assert not torch.equal(*epochs)
    for epoch in epochs:
        apart = (epoch[:, None] - expected).abs().amax(dim=(2, 3, 4))
        assert len(set(apart.argmin(dim=1).tolist())) == 9
        assert apart.amin(dim=1).max() < 1e-5


def test_the_recipe_samples_as_ours(tmp_path):
    sampler = ours.sampler(ours.untrained(tmp_path, CPU, "float32"))
    plain = recipe.Convolutional()
    plain.load_state_dict(checkpoint.load(tmp_path / "model.pt")[0].state_dict())
    starts = torch.randn(3, 1, 32, 32)
    *_, theirs = recipe.sample(plain, starts, 16)
    assert torch.allclose(sampler.ends(starts), theirs, atol=1e-4)


def test_the_recipe_trains_samples_and_draws(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (130, 1, 28, 28), np.uint8)
    training = recipe.MnistTraining(images, CPU)
    before = [parameter.clone() for parameter in training.network.parameters()]
    training.run(3)  # over the end of an epoch of 2 batches
    assert not any(torch.equal(a, b) for a, b in zip(before, training.network.parameters(), strict=True))
    *_, end = recipe.sample(training.network, torch.randn(64, 1, 32, 32), steps=2)
    recipe.draw_digits(end, tmp_path / "digits.png")
    with Image.open(tmp_path / "digits.png") as digits:
        assert digits.size == (256, 256)
    plane = recipe.train_plane(torch.rand(100, 2), torch.rand(100, 2), 3, CPU)
    *_, end = recipe.sample(plane, torch.rand(5, 2), steps=4)
    recipe.draw_points(end, tmp_path / "points.png")
    with Image.open(tmp_path / "points.png") as points:
        assert points.size == (500, 500)
