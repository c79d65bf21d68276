import re
import subprocess
import sys

import pytest
from small import SHAPES, SIZES

from iadb_core.networks.registry import NETWORKS, misfit, network_of
from iadb_core.networks.settings import IMAGES, POINTS, kind_of

IMPORTED = """
import sys
from iadb_core.networks.registry import misfit, network_of
sizes = network_of({"name": "unet", "width": 64})
assert misfit(sizes, (1, 32, 32)) is None and misfit(sizes, (2,))
print([name for name in ("numpy", "torch") if name in sys.modules])
"""


def test_what_is_known_of_a_network_before_it_is_built_needs_no_library():
    run = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=False)
    assert run.stdout == "[]\n", run.stderr


def test_every_network_has_its_own_name_and_a_small_one_in_the_tests():
    assert set(NETWORKS) == set(SIZES) == set(SHAPES)
    assert all(isinstance(SIZES[name], settings) and SIZES[name].name == name for name, settings in NETWORKS.items())


@pytest.mark.parametrize("name", NETWORKS)
def test_sizes_are_had_again_from_their_canonical_form(name):
    assert network_of(SIZES[name].canonical()) == SIZES[name]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_checked_with_its_own_name_alone(name):
    settings = SIZES[name].written()
    for other in NETWORKS.values():
        if other is not NETWORKS[name]:
            with pytest.raises(ValueError, match="name"):
                other.model_validate(settings)


def test_samples_are_points_or_images():
    assert kind_of((2,)) == kind_of((7,)) == POINTS
    assert kind_of((1, 8, 8)) == IMAGES


@pytest.mark.parametrize(
    ("name", "shape", "remedy"),
    [
        ("mlp", (1, 32, 32), "mlp does not take images; use name: unet or residual"),
        ("unet", (2,), "unet does not take points; use name: mlp"),
        ("residual", (2,), "residual does not take points; use name: mlp"),
        ("unet", (1, 28, 28), "images of 28×28 pixels cannot be halved three times: set `size` to a multiple of 8"),
        ("residual", (1, 10, 10), r"must be a multiple of patch · 2\^\(levels - 1\) = 4"),
    ],
)
def test_a_network_that_does_not_take_samples_says_what_to_do(name, shape, remedy):
    assert re.search(remedy, misfit(SIZES[name], shape))


@pytest.mark.parametrize(
    ("name", "shape"), [("mlp", (2,)), ("mlp", (3,)), ("unet", (3, 40, 24)), ("residual", (1, 12, 20))]
)
def test_a_network_that_takes_samples_has_nothing_to_say(name, shape):
    assert misfit(SIZES[name], shape) is None
