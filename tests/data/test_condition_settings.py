import pytest
import torch

from iadb_core.data.conditions import Condition, Coordinates
from iadb_core.data.kinds.distribution import Distribution
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.given import GivenPoints
from iadb_core.data.pairs import pairs_of
from iadb_core.data.telling import ToldCoordinates

MOONS = Distribution(name="moons", noise=0.05)


class Table(GivenPoints):
    """Points whose coordinates have names."""

    def coordinates(self):
        return ["age", "height", "weight"]


def test_coordinates_are_told_by_number_or_by_name():
    assert Coordinates(which=[1]).columns(MOONS) == (1,)
    assert Coordinates(which=["weight", 0]).columns(Table(dimension=3)) == (2, 0)
    for which, target, said in (
        ([2], MOONS, "no coordinate 2; there are 0, 1"),
        (["x"], MOONS, "no coordinate x; there are 0, 1"),
        (["age", "size"], Table(dimension=3), "no coordinate size; there are age, height, weight"),
        ([0], Gaussian(), "no coordinate 0"),
    ):
        with pytest.raises(ValueError, match=said):
            Coordinates(which=which).columns(target)


def test_what_is_made_of_samples_needs_samples():
    assert Condition.model_validate({"coordinates": {"which": [0]}}).of_samples
    assert not Condition.model_validate({"label": {}}).of_samples


@pytest.mark.parametrize("coupling", [{}, {"batch": 64}])
def test_coordinates_go_with_their_points_whatever_they_are_paired_with(coupling):
    from iadb_core.method.coupling import coupling_of

    how = (Gaussian(), MOONS), (None, None), (2,), 32, "with_replacement", 0, torch.device("cpu")
    drawn = pairs_of(*how, coupling=coupling_of("optimal_transport", coupling), told=ToldCoordinates((1, 0)))
    block = next(drawn.blocks())
    assert torch.equal(block.condition, block.x1[..., [1, 0]])
