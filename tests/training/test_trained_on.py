"""What a training minimises, from its recipe and its files."""

import pytest
import torch
from stirring import SIZES, stirred

from iadb_core.data.conditions import Condition
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.networks import checkpoint
from iadb_core.networks.registry import NETWORKS
from iadb_core.networks.settings import Conditions
from iadb_core.training.recipe import Recipe
from iadb_core.training.settings import Training
from iadb_core.training.trained_on import objective_for

CPU = torch.device("cpu")
CLASSES = ("a", "b", "c")


def recipe(teaching):
    """One that distils a model which is told one of three classes."""
    own = {"steps": 10, "batch_size": 4, "learning_rate": 0.1, "objective": {"progressive": teaching}}
    network = NETWORKS["mlp"](**SIZES["mlp"])
    told = Condition.of({"label": {"drop": 0.1}})
    return Recipe(Gaussian(), Gaussian(), network, Training.of(own), "cpu", "float32", told, CLASSES)


@pytest.fixture
def teacher(tmp_path):
    """A model that is told classes, its file, and samples."""
    conditions = Conditions(classes=3)
    network, settings, x = stirred("mlp", conditions)
    path = tmp_path / "model.pt"
    told = settings, tuple(x.shape[1:]), {"classes": list(CLASSES)}, 0, 1
    checkpoint.save(path, network, *told, conditions=conditions)
    return network, str(path), x


@pytest.mark.parametrize("weight", [1.0, 2.5])
def test_a_teacher_is_guided_and_what_is_told_no_class_is_not(teacher, weight):
    network, path, x = teacher
    told = recipe({"from": "other", "guidance": weight})
    objective = objective_for(told, checkpoint.DEBLENDING, path, CPU, torch.float32)
    alpha, asked, none = torch.linspace(0, 1, 5), torch.tensor([0, 1, 2, 3, 3]), torch.full((5,), 3)
    with torch.no_grad():
        conditional, unconditional = network(x, alpha, asked), network(x, alpha, none)
        found = objective.velocity(lambda *_: None, x, alpha, asked)
    assert torch.allclose(found, unconditional + weight * (conditional - unconditional), atol=1e-6)
    assert torch.allclose(found[3:], conditional[3:], atol=1e-6)
    assert (conditional - unconditional)[:3].abs().amax(dim=1).min() > 0.001


def test_a_teacher_computes_in_the_precision_of_the_training(teacher):
    _, path, x = teacher
    alpha, asked = torch.linspace(0, 1, 5), torch.tensor([0, 1, 2, 3, 0])
    fine, coarse = (
        objective_for(recipe({"from": "other"}), checkpoint.DEBLENDING, path, CPU, precision).velocity(
            lambda *_: None, x, alpha, asked
        )
        for precision in (torch.float32, torch.bfloat16)
    )
    assert fine.dtype == coarse.dtype == torch.float32
    assert 0 < (fine - coarse).abs().max() < 0.05 * fine.abs().max()
