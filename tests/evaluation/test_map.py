import numpy as np
import pytest
import torch
from gaussians import Gaussians
from PIL import Image
from small import model

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.data.resizing import network_images
from iadb_core.evaluation.map import measure_map
from iadb_core.evaluation.metrics import (
    EXACT_MAP,
    EXCESS_LOSS,
    FIELD_ERROR,
    LOSS,
    MEAN,
    POSTERIOR_MEAN_ERROR,
    ROUND_TRIP,
    VARIANCE,
)
from iadb_core.evaluation.settings import Evaluation
from iadb_core.method.exact import DataField
from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import linear
from iadb_core.sampling.sampler import Way
from iadb_core.system.arrays import save_array

CASE = Gaussians(m0=0.4, s0=0.06, m1=0.55, s1=0.1)
SETTINGS = Evaluation(exact_count=20, loss_blends=64, field_alphas=3)
WAY = Way(solver_of("rk4"), linear(16), 8)


@pytest.fixture
def stored(tmp_path):
    """Writes samples to a file."""

    def write(name, samples):
        save_array(tmp_path / f"{name}.npy", samples)
        return str(tmp_path / f"{name}.npy")

    return write


def values(figures):
    return {(figure.metric, figure.split): figure for figure in figures}


def test_the_map_of_the_exact_field_between_gaussians_is_exact(stored):
    held_out = np.random.default_rng(0).normal(CASE.m1, CASE.s1, (30, 2)).astype(np.float32)
    densities = {"source": Gaussian(mean=CASE.m0, std=CASE.s0), "target": Gaussian(mean=CASE.m1, std=CASE.s1)}
    files = {"source": None, "target": None}, {"source": None, "target": stored("held_out", held_out)}
    figures, measured = measure_map(model(CASE.field), WAY, densities, *files, [], SETTINGS, 0)
    found = values(figures)
    assert found[EXACT_MAP, "held_out"].value < 1e-3
    assert found[FIELD_ERROR, "held_out"].value < 1e-2
    assert found[ROUND_TRIP, "held_out"].value < 1e-4
    assert found[EXCESS_LOSS, "fresh points"].value < 1e-5
    assert (LOSS, "held_out") not in found
    own = measured.ends[1]
    assert found[MEAN, "held_out"][1] == pytest.approx(own.mean())
    assert found[VARIANCE, "held_out"][1] == pytest.approx(own.var(axis=0, ddof=1).mean())
    assert measured.ends.shape == (3, 20, 2)
    assert np.allclose(measured.ends[1], CASE.flow(torch.from_numpy(measured.ends[0])), atol=1e-3)
    assert len(measured.field_errors) == 3


def test_the_loss_of_points_is_of_points_drawn_for_it_alone(stored, tmp_path):
    """Neither those that were trained on nor the held-out ones, which here are all far from the picture."""
    far = np.full((50, 2), 7.0, np.float32)
    densities, seen = {"source": Gaussian(mean=0.5, std=0.1), "target": Picture(path=str(tmp_path / "white.png"))}, []
    Image.fromarray(np.full((4, 4), 255, np.uint8)).save(tmp_path / "white.png")

    def field(x, alpha):
        seen.append((x, alpha))
        return torch.zeros_like(x)

    train, held_out = stored("train", far), stored("held_out", far)
    files = {"source": None, "target": train}, {"source": None, "target": held_out}
    figures, _ = measure_map(model(field), WAY, densities, *files, [], SETTINGS, 0)
    assert values(figures)[LOSS, "fresh points"].n == 64
    blended = torch.cat([x for x, alpha in seen if alpha.unique().numel() > 1])
    assert len(blended) == 64
    assert blended.abs().max() < 2


def test_the_map_of_images_is_measured_on_training_images_and_on_held_out_ones(stored):
    random = np.random.default_rng(0)
    train, held_out = (random.integers(0, 256, (count, 1, 8, 8), np.uint8) for count in (30, 10))
    target = Dataset(name="digits", size=8)
    exact = DataField(network_images(torch.from_numpy(train), (8, 8), target.scaling), 0.0, 1.0)
    densities = {"source": Gaussian(), "target": target}
    files = (
        {"source": None, "target": stored("train", train)},
        {"source": None, "target": stored("held_out", held_out)},
    )
    figures, measured = measure_map(model(exact, (1, 8, 8)), WAY, densities, *files, [], SETTINGS, 0)
    found = values(figures)
    assert found[EXCESS_LOSS, "train"].value == 0
    assert found[LOSS, "train"].value == found[LOSS, "train"].floor < found[LOSS, "held_out"].value
    assert found[POSTERIOR_MEAN_ERROR, "held_out"].value == 0
    assert found[EXACT_MAP, "held_out"].value < 1e-4
    assert measured.ends.shape == (3, 20, 1, 8, 8)  # more than are held out


def test_between_two_sets_of_images_there_is_no_exact_field(stored):
    random = np.random.default_rng(0)
    files = [
        {
            side: stored(f"{side}{count}", random.integers(0, 256, (count, 1, 8, 8), np.uint8))
            for side in ("source", "target")
        }
        for count in (30, 12)
    ]
    densities = dict.fromkeys(("source", "target"), Dataset(name="digits", size=8))
    figures, measured = measure_map(
        model(lambda x, a: -x, (1, 8, 8)), WAY, densities, *files, [files[1]["source"]], SETTINGS, 0
    )
    found = values(figures)
    assert (LOSS, "held_out") in found
    assert (LOSS, "train") not in found
    assert all(figure.floor is None for figure in figures)
    starts = target_values(densities["source"], files[1]["source"])
    assert sorted(measured.ends[0].reshape(12, -1).tolist()) == sorted(starts.reshape(12, -1).tolist())


def target_values(density, path):
    return density.network_values(torch.from_numpy(np.load(path)))
