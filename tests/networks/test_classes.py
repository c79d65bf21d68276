import pytest
import torch
from small import SHAPES, SIZES, network, training

from iadb_core.method.batches import Block
from iadb_core.method.objectives.deblending import Deblending
from iadb_core.networks import checkpoint
from iadb_core.networks.building import planned
from iadb_core.networks.classes import indicators
from iadb_core.networks.parameters import flatten
from iadb_core.networks.registry import NETWORKS, misfit
from iadb_core.networks.settings import UNCONDITIONAL, Conditions, NetworkSettings
from iadb_core.system.errors import InputError
from iadb_core.training.gradients import ByAutograd, gradient_of
from iadb_core.training.stepper import Stepper

CLASSES = 3


def example(name, batch=6):
    torch.manual_seed(0)
    return torch.randn(batch, *SHAPES[name]), torch.rand(batch), torch.arange(batch) % (CLASSES + 1)


def stirred(name, classes=CLASSES):
    """A network none of whose layers is zero."""
    built = network(name, classes=classes)
    with torch.no_grad():
        for parameter in built.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return built


def test_a_class_has_one_indicator_and_none_has_the_last():
    found = indicators(torch.tensor([0, 2, 3]), CLASSES, torch.float32)
    assert found.tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]


@pytest.mark.parametrize("name", NETWORKS)
def test_each_class_and_none_move_samples_otherwise(name):
    built = stirred(name)
    x, alpha, _ = example(name)
    moved = [built(x, alpha, torch.full((6,), number)) for number in range(CLASSES + 1)]
    for one in range(CLASSES + 1):
        for other in range(one):
            assert (moved[one] - moved[other]).abs().max() > 1e-4
    mixed = built(x, alpha, torch.arange(6) % (CLASSES + 1))
    for row in range(6):
        assert torch.allclose(mixed[row], moved[row % (CLASSES + 1)][row], atol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_in_bfloat16_a_class_is_told_all_the_same(name):
    built = stirred(name)
    x, alpha, condition = example(name)
    expected = built(x, alpha, condition)
    reduced = built.to(torch.bfloat16)(x.to(torch.bfloat16), alpha, condition)
    assert (reduced.float() - expected).abs().max() < 0.1 * expected.abs().max()


@pytest.mark.parametrize("name", NETWORKS)
def test_without_a_condition_a_network_is_what_it_was(name):
    plain, told = network(name), network(name, classes=CLASSES)
    sizes = [sum(parameter.numel() for parameter in built.parameters()) for built in (plain, told)]
    assert sizes[0] < sizes[1]
    assert SIZES[name].network(SHAPES[name]).state_dict().keys() == plain.state_dict().keys()
    assert {id(layer) for layer in told.ends()} <= {id(layer) for layer in told.modules()}


@pytest.mark.parametrize("hidden_layers", [1, 3])
def test_the_written_out_gradient_is_autograds(hidden_layers):
    built = network("mlp", classes=CLASSES, hidden_layers=hidden_layers)
    weights = flatten(built)
    x, alpha, condition = example("mlp")
    block = Block(x[None], -x[None], alpha[None], condition[None])
    (batch,) = zip(*(part.unbind() for part in Deblending().examples(block)), strict=True)
    fast = gradient_of(built, weights, Deblending(), len(x), torch.float32)
    slow = ByAutograd(built, weights, Deblending(), torch.float32)
    assert not isinstance(fast, ByAutograd)
    assert fast(*batch).item() == pytest.approx(slow(*batch).item(), rel=1e-6)
    assert torch.allclose(fast.values, slow.values, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_it_learns_what_only_the_class_tells(name):
    built = network(name, classes=2)
    settings = training(steps=400, batch_size=32, learning_rate=0.01)
    stepper, generator = Stepper(built, Deblending(), torch.float32, settings), torch.Generator().manual_seed(0)
    for _ in range(100):
        condition = torch.randint(2, (4, 32), generator=generator)
        x0 = torch.zeros(4, 32, *SHAPES[name])
        x1 = x0 + (2.0 * condition - 1).view(4, 32, *[1] * len(SHAPES[name]))
        stepper(Block(x0, x1, torch.zeros(4, 32), condition), torch.full((2, 4), 0.01))
    stepper.finish()
    found = built(torch.zeros(2, *SHAPES[name]), torch.zeros(2), torch.arange(2)).flatten(1).mean(dim=1)
    assert found.tolist() == pytest.approx([-1, 1], abs=0.2)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_checkpoint_keeps_the_classes(name, tmp_path):
    built, conditions = stirred(name), Conditions(CLASSES)
    checkpoint.save(tmp_path / "model.pt", built, SIZES[name], SHAPES[name], {}, 0, 1, conditions=conditions)
    loaded, content = checkpoint.load(tmp_path / "model.pt")
    assert content["network"]["classes"] == CLASSES
    given = example(name)
    assert torch.equal(loaded(*given), built.eval()(*given))
    assert "classes" not in checkpoint.described(SIZES[name], SHAPES[name])
    with pytest.raises(ValueError, match=r"conditions \[-1, 0, 0, 0\]"):
        checkpoint.conditions_of({"classes": -1})


def test_a_network_that_takes_no_condition_is_refused_one():
    class Plain(NetworkSettings):
        takes = "points"
        name: str = "plain"

    assert misfit(Plain(), (2,), Conditions(3)) == "plain takes no condition"
    assert misfit(Plain(), (2,), UNCONDITIONAL) is None
    with pytest.raises(InputError, match="plain takes no condition"):
        planned(Plain(), (2,), Conditions(3))
