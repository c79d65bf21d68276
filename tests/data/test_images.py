import numpy as np
import pytest
import torch

from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.folder import Folder
from iadb_core.method.laws import Finite

STEPS = [(0.1307, 0.3081), (0.5, 0.5)]
KINDS = {
    "dataset": lambda **settings: Dataset(name="digits", **settings),
    "folder": lambda **settings: Folder(path="images", **settings),
}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture
def stored():
    return np.random.default_rng(0).integers(0, 256, (5, 1, 16, 16), np.uint8)


def test_stored_images_become_scaled_network_values_of_the_size(kind, stored):
    density = kind(size=16, scaling=STEPS)
    values = density.network_values(torch.from_numpy(stored))
    expected = ((stored / 255 - 0.1307) / 0.3081 - 0.5) / 0.5
    assert values.dtype == torch.float32
    assert values.numpy() == pytest.approx(expected, abs=1e-5)
    assert kind(size=32, scaling=STEPS).network_values(torch.from_numpy(stored)).shape == (5, 1, 32, 32)


def test_height_and_width_may_differ(kind, stored):
    density = kind(size=16, width=24)
    assert density.shape() == (1, 16, 24)
    assert density.network_values(torch.from_numpy(stored)).shape == (5, 1, 16, 24)
    assert kind(size=16, width=16).shape() == kind(size=16).shape() == (1, 16, 16)


def test_network_values_are_shown_as_the_pixels_that_they_were(kind, stored):
    density = kind(size=16, scaling=STEPS)
    values = density.network_values(torch.from_numpy(stored)).numpy()
    assert density.true_values(values) == pytest.approx(stored / 255, abs=1e-6)
    assert density.true_values(np.array([-99.0, 99.0])).tolist() == [0, 1]
    assert density.pixel_scaling() == STEPS


def test_by_default_network_values_are_between_minus_one_and_one(kind):
    density = kind(size=8)
    values = density.network_values(torch.tensor([[0, 255]], dtype=torch.uint8).expand(1, 1, 8, 2).repeat(1, 1, 1, 4))
    assert values.unique().tolist() == [-1, 1]


def test_its_law_is_its_samples_as_the_network_sees_them(kind, stored):
    density = kind(size=24, scaling=STEPS)
    assert density.law() is None
    law = density.law(stored)
    assert isinstance(law, Finite)
    assert torch.equal(law.samples, density.network_values(torch.from_numpy(stored)))


def test_images_are_not_drawn_behind_points(kind):
    assert kind(size=8).behind() is None


@pytest.mark.parametrize(
    "settings",
    [{"size": 7}, {"size": 0}, {"size": 1025}, {"size": 8, "width": 4}, {"size": 8, "scaling": [(0.5, 0.0)]}],
)
def test_sizes_and_scalings_that_no_network_takes_are_refused(kind, settings):
    with pytest.raises(ValueError, match=r"size|width|scaling"):
        kind(**settings)
