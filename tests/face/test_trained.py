import numpy as np
import pytest
import torch
from gaussians import Gaussians
from PIL import Image
from small import Given, network

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.picture import Picture
from iadb_core.face.loading import load
from iadb_core.face.own import OwnSettings
from iadb_core.face.trained import TrainedModel
from iadb_core.networks import checkpoint
from iadb_core.networks.mlp import MLP
from iadb_core.networks.unet import UNet
from iadb_core.sampling.starts import starts
from iadb_core.system.errors import InputError
from iadb_core.system.seeds import numpy_generator

CASE = Gaussians(m0=0.0, s0=1.0, m1=2.0, s1=0.5)
DIGITS = Dataset(name="digits", size=8, scaling=[(0.25, 0.5)])
SIZES = {1: MLP(width=8, hidden_layers=1), 3: UNet(width=4)}


def model(source, target, shape=(2,), field=None, **more):
    """A model of a small network, or of a field that is given."""
    net = Given(field) if field else network("mlp" if len(shape) == 1 else "unet", shape)
    settings = {"source": source.described(), "target": target.described(), "precision": "float32"}
    sizes = OwnSettings() if field else SIZES[len(shape)]
    told = settings, 0, 60, torch.device("cpu"), torch.float32
    return TrainedModel(net.eval(), sizes, (source, target), shape, *told, **more)


def frames_of(path):
    with Image.open(path) as film:
        return film.n_frames


@pytest.fixture
def pictures(tmp_path):
    """A picture whose left half is white, and one whose lower quarter is."""
    left, low = np.zeros((2, 8, 8), np.uint8)
    left[:, :4], low[6:] = 200, 255
    for name, pixels in (("left", left), ("low", low)):
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
    return [Picture(path=str(tmp_path / f"{name}.png")) for name in ("left", "low")]


def test_samples_end_where_the_field_carries_the_starts():
    exact = model(Gaussian(), Gaussian(mean=2.0, std=0.5), field=CASE.field)
    begin = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)
    ends = exact.sample(starts=begin, solver="rk4", steps=16)
    assert ends == pytest.approx(CASE.flow(torch.from_numpy(begin)).numpy(), abs=1e-4)
    assert exact.reverse(ends, solver="rk4", steps=16) == pytest.approx(begin, abs=1e-3)
    assert exact.evaluations == 2 * 50 * 16 * 4
    states = exact.trajectory(starts=begin, solver="rk4", steps=16)
    assert states.shape == (17, 50, 2)
    assert np.array_equal(states[0], begin)
    assert np.array_equal(states[-1], ends)


def test_the_first_samples_are_the_same_for_every_count_and_differ_by_the_seed():
    own = model(Gaussian(), DIGITS, (1, 8, 8))
    few, many, other = own.sample(3, steps=2), own.sample(9, steps=2, batch_size=4), own.sample(3, seed=1, steps=2)
    assert few == pytest.approx(many[:3], abs=1e-6)
    assert np.abs(few - other).max() > 0.1


def test_images_are_pixel_values_and_their_noise_is_not():
    own = model(Gaussian(), DIGITS, (1, 8, 8), field=lambda x, alpha: 0 * x)
    noise = np.random.default_rng(0).normal(size=(4, 1, 8, 8)).astype(np.float32)
    images = own.sample(starts=noise, steps=1)
    assert images == pytest.approx((noise * 0.5 + 0.25).clip(0, 1), abs=1e-6)
    pixels = np.random.default_rng(1).random((4, 1, 8, 8), np.float32)
    assert own.reverse(pixels, steps=1) == pytest.approx((pixels - 0.25) / 0.5, abs=1e-6)
    in_bytes = (pixels * 255).round().astype(np.uint8)
    assert own.reverse(in_bytes[:, 0], steps=1) == pytest.approx((in_bytes / 255 - 0.25) / 0.5, abs=1e-6)


def test_without_clipping_the_noise_comes_back():
    own = model(Gaussian(), DIGITS, (1, 8, 8))
    noise = np.random.default_rng(0).normal(size=(4, 1, 8, 8)).astype(np.float32)
    way = {"solver": "rk4", "steps": 32}
    images = own.sample(starts=noise, clip=False, **way)
    assert images.min() < 0
    assert own.reverse(images, **way) == pytest.approx(noise, abs=1e-3)
    assert np.abs(own.reverse(images.clip(0, 1), **way) - noise).max() > 0.1
    states = own.trajectory(starts=noise, clip=False, **way)
    assert (states[0] - 0.25) / 0.5 == pytest.approx(noise, abs=1e-6)
    assert np.array_equal(states[-1], images)


def test_the_threads_are_those_that_serve_the_network_and_then_as_before(monkeypatch):
    seen, before = [], torch.get_num_threads()
    own = model(Gaussian(), Gaussian(), field=lambda x, alpha: seen.append(torch.get_num_threads()) or 0 * x)
    monkeypatch.setattr("iadb_core.system.runtime.available_cores", lambda: 3)
    own.threads = 2
    own.sample(2, steps=1)
    assert (seen, torch.get_num_threads()) == ([2], before)


def test_points_of_a_picture_are_x_to_the_right_and_y_upward(pictures):
    still = model(*pictures, field=lambda x, alpha: 0 * x)
    points = still.sample(500, steps=1)
    assert points[:, 0].max() < 0.5 < points[:, 1].max()  # the left half
    lower = still.reverse(np.array([[0.9, 0.1]]), steps=1)
    assert lower == pytest.approx(np.array([[0.9, 0.1]]), abs=1e-6)
    moved = model(*pictures, field=lambda x, alpha: torch.tensor([[0.25, 0.0]]).expand_as(x))  # a quarter down
    assert moved.sample(starts=[[0.5, 0.5]], steps=1) == pytest.approx(np.array([[0.5, 0.25]]))


def test_a_file_holds_all_that_sampling_takes(pictures, tmp_path):
    for source, target, shape in ((*pictures, (2,)), (Gaussian(), DIGITS, (1, 8, 8))):
        own = model(source, target, shape)
        own.save(tmp_path / "model.pt")
        expected = own.sample(5, steps=3)
        for density in pictures:
            Image.new("L", (2, 2), 255).save(density.path)  # another one, or none, makes no difference
        found = load(tmp_path / "model.pt", device="cpu")
        assert np.array_equal(found.sample(5, steps=3), expected)
        found.save(tmp_path / "again.pt")
        assert (tmp_path / "again.pt").read_bytes() == (tmp_path / "model.pt").read_bytes()
        assert (found.seed, found.steps, found.shape) == (0, 60, shape)


def test_samples_of_noise_are_those_that_the_workflow_animates():
    own = model(Gaussian(), DIGITS, (1, 8, 8), field=lambda x, alpha: 0 * x)
    begin = starts(Gaussian(), (1, 8, 8), None, 4, numpy_generator(7, "trajectory starts"))
    assert np.array_equal(own.sample(4, seed=7, steps=1), DIGITS.true_values(begin.numpy()))


def test_a_source_that_cannot_be_drawn_takes_starts(tmp_path):
    own = model(DIGITS, DIGITS, (1, 8, 8))
    with pytest.raises(InputError, match="the source, a dataset, cannot be drawn from this model alone: give `starts`"):
        own.sample(3)
    assert own.sample(starts=np.zeros((3, 8, 8), np.uint8), steps=2).shape == (3, 1, 8, 8)


def test_a_model_of_an_earlier_version_has_no_picture_and_says_so(pictures, tmp_path):
    own = model(*pictures)
    checkpoint.save(tmp_path / "old.pt", own.network, own.sizes, (2,), own.settings, 0, 60)
    with pytest.raises(InputError, match="cannot be drawn from this model alone"):
        load(tmp_path / "old.pt").sample(3)


def test_what_is_kept_of_a_picture_is_looked_at(pictures, tmp_path):
    own = model(*pictures)
    for kept in (torch.zeros(4, 4), torch.ones(3), torch.full((2, 2), float("nan")), -torch.ones(2, 2)):
        told = own.settings, 0, 60, {"source": kept}
        checkpoint.save(tmp_path / "bad.pt", own.network, own.sizes, (2,), *told)
        with pytest.raises(InputError, match=r"bad\.pt does not say what its model is of"):
            load(tmp_path / "bad.pt")


@pytest.mark.parametrize(
    ("way", "message"),
    [
        ({"solvr": "euler"}, "solvr: unknown; allowed: solver, steps, schedule"),
        ({"solver": "leapfrog"}, "solver: .*'euler'.*found 'leapfrog'"),
        ({"steps": 0}, "steps: .*greater than or equal to 1, found 0"),
    ],
)
def test_a_mistake_in_the_way_is_told(way, message):
    with pytest.raises(InputError, match=message):
        model(Gaussian(), Gaussian()).sample(3, **way)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.zeros((3, 4, 8, 8)), "images are"),
        (np.full((3, 8, 8), 7.0), "pixel values are bytes"),
        (np.zeros((3, 8, 8), np.int64), "pixel values are bytes"),
        (np.zeros((3, 3, 8, 8), np.uint8), r"samples of \(3, 8, 8\) were given to a model of samples of \(1, 8, 8\)"),
    ],
)
def test_samples_that_are_none_are_told(given, message):
    with pytest.raises(InputError, match=message):
        model(Gaussian(), DIGITS, (1, 8, 8)).reverse(given)


def test_an_animation_has_a_frame_for_each_state(tmp_path):
    own = model(Gaussian(mean=0.5, std=0.1), Gaussian(mean=0.5, std=0.1))
    own.animate(tmp_path / "a.gif", 20, steps=4, size=32)
    assert frames_of(tmp_path / "a.gif") == 5
    own.animate(tmp_path / "b.webp", 20, steps=4, size=32, stride=2)
    assert frames_of(tmp_path / "b.webp") == 3
    with pytest.raises(InputError, match="these have 3 coordinates"):
        model(Gaussian(), Gaussian(), (3,)).animate(tmp_path / "c.gif")


def test_it_says_what_it_is():
    assert repr(model(Gaussian(), DIGITS, (1, 8, 8))) == (
        "<TrainedModel: gaussian → dataset, unet, samples of (1, 8, 8), 60 steps, on cpu>"
    )
