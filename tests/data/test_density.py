import numpy as np
import pytest
import torch

from iadb_core.data.density import Density, Drawn, Read


class Nameless(Density):
    """Only what every density is."""

    kind = "nameless"


def test_what_a_density_does_not_say_of_itself_is_that_of_plain_points():
    density = Nameless()
    values = np.random.default_rng(0).random((4, 2))
    assert not density.fresh
    assert density.files() == []
    assert density.located(["a"]) is density
    assert density.made_of() == {}
    assert density.described() == {"nameless": {}}
    assert density.labelled_as(0) is None
    assert density.class_names() is None
    assert density.law() is None
    assert density.behind() is None
    assert density.pixel_scaling() == ()
    assert density.true_values(values) is values
    assert torch.equal(density.network_values(torch.from_numpy(values)), torch.from_numpy(values).float())
    with pytest.raises(NotImplementedError):
        density.shape()


def test_a_density_never_changes_and_takes_no_other_settings():
    with pytest.raises(ValueError, match="frozen"):
        Nameless().path = "a"
    with pytest.raises(ValueError, match="Extra inputs"):
        Nameless(path="a")


def test_what_each_kind_has_to_say_is_not_made_up():
    generator = np.random.default_rng(0)
    for missing in (
        lambda: Drawn().draw((2,), 1, generator),
        lambda: Drawn().draw_blocks((1, 1, 2), torch.Generator()),
        lambda: Read().read("data", 0),
    ):
        with pytest.raises(NotImplementedError):
            missing()
