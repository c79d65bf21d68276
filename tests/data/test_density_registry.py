import subprocess
import sys

import pytest

from iadb_core.data.density import Density
from iadb_core.data.registry import KINDS, density_of

IMPORTED = """
import sys
from iadb_core.data.registry import KINDS, density_of
density = density_of({"dataset": {"name": "MNIST", "size": 32, "margin": 0, "scaling": [[0.5, 0.5]]}})
assert density.shape() == (1, 32, 32) and density.files() == [] and density.labelled_as(0) and density.made_of()
print([name for name in ("numpy", "torch", "PIL", "sklearn", "torchvision") if name in sys.modules])
"""
GIVEN = {
    "picture": {"path": "a.png"},
    "gaussian": {"mean": 0.5, "std": 2.0},
    "dataset": {"name": "digits", "size": 16, "margin": 2, "scaling": [[0.5, 0.5]]},
    "distribution": {"name": "moons", "noise": 0.1, "scale": 2.0, "shift": [1.0, 0.5], "components": []},
    "points": {"path": "a.csv", "standardise": True, "names": ["x"], "scaling": [[1.0, 2.0]], "classes": ["a", "b"]},
    "folder": {
        "path": "images",
        "size": 16,
        "width": 24,
        "channels": 3,
        "labels": "subfolders",
        "scaling": [[0.1, 0.2], [0.5, 0.5]],
        "classes": ["cats", "dogs"],
    },
}


def test_what_is_asked_of_a_density_before_it_is_drawn_needs_no_library():
    run = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=False)
    assert run.stdout == "[]\n", run.stderr


def test_every_kind_has_its_own_name():
    assert set(KINDS) == set(GIVEN)
    assert all(kind.kind == name for name, kind in KINDS.items())


@pytest.mark.parametrize("kind", GIVEN)
def test_a_density_is_had_again_from_its_description(kind):
    checked = KINDS[kind].model_validate(GIVEN[kind])
    described = checked.described(places=True)
    again = density_of(described)
    assert type(again) is KINDS[kind]
    assert described == again.described(places=True) == {kind: GIVEN[kind]}
    assert again.files() == checked.files()
    assert again.shape() == checked.shape()


def test_a_kind_of_its_own_is_one_class_and_its_name(monkeypatch):
    class Toy(Density):
        kind = "toy"
        size: int = 3

        def shape(self):
            return (self.size,)

    monkeypatch.setitem(KINDS, "toy", Toy)
    assert density_of({"toy": {"size": 5}}).shape() == (5,)
    assert density_of(Toy(size=4).described()).described() == {"toy": {"size": 4}}


def test_a_value_that_was_not_given_is_not_invented():
    with pytest.raises(AttributeError):
        _ = density_of({"gaussian": {"mean": 0.5}}).std
