import numpy as np
import pytest
import torch
from small import SHAPES, network

from iadb_core.data.kinds.given import GivenPoints
from iadb_core.method.guidance import ClassifierFree
from iadb_core.sampling.conditions import (
    as_the_data,
    class_numbers,
    guided_field,
    in_turn,
    measured_condition,
    sampler_of,
)
from iadb_core.sampling.generation import generate
from iadb_core.sampling.model import Model
from iadb_core.sampling.settings import Autoguidance, Guidance, Sampling
from iadb_core.sampling.told import TAKEN, compared
from iadb_core.system.errors import InputError

NAMES = ["cat", "dog", "cow"]


@pytest.fixture
def model():
    built = network("mlp", classes=3)
    return Model(built.eval(), SHAPES["mlp"], torch.device("cpu"), torch.float32, NAMES)


@pytest.fixture
def plain():
    return Model(network("mlp").eval(), SHAPES["mlp"], torch.device("cpu"), torch.float32)


def begin(count=20):
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(0))


def test_classes_are_asked_for_by_name(model, plain):
    assert class_numbers(model, None) == [0, 1, 2]
    assert class_numbers(model, ["cow", "cat"]) == [2, 0]
    with pytest.raises(InputError, match="hen unknown; there are cat, dog, cow"):
        class_numbers(model, ["hen"])
    with pytest.raises(InputError, match="trained without `condition`"):
        class_numbers(plain, None)


def test_classes_come_in_turn_or_as_the_data_have_them():
    assert in_turn([2, 0], 5).tolist() == [2, 0, 2, 0, 2]
    labels = np.repeat([0, 1, 2], [10, 30, 60])
    many, few = as_the_data(labels, 20_000, 3), as_the_data(labels, 50, 3)
    assert torch.equal(few, many[:50])
    assert (many.bincount() / len(many)).tolist() == pytest.approx([0.1, 0.3, 0.6], abs=0.02)
    assert not torch.equal(few, as_the_data(labels, 50, 4))


def test_samples_go_to_the_class_that_is_asked_for_and_are_counted(model):
    sampling = Sampling(steps=4, batch_size=7)
    condition = in_turn([0, 1, 2], 20)
    mixed = sampler_of(model, sampling, condition).ends(begin())
    for number in range(3):
        alone = sampler_of(model, sampling, torch.full((20,), number)).ends(begin())
        rows = condition == number
        assert torch.allclose(mixed[rows], alone[rows], atol=1e-6)
    _, summary = generate(model, sampling, begin(), condition)
    assert summary["evaluations"] == 4 * 20
    _, guided = generate(model, sampling.model_copy(update={"guidance": Guidance(weight=2.0)}), begin(), condition)
    assert guided["evaluations"] == 2 * 4 * 20


def test_weight_one_changes_no_digit_and_no_class_is_the_class_of_none(model):
    sampling, condition = Sampling(steps=4, batch_size=7), in_turn([0, 1, 2], 20)
    plain = sampler_of(model, sampling, condition).ends(begin())
    one = sampling.model_copy(update={"guidance": Guidance(weight=1.0)})
    assert torch.equal(sampler_of(model, one, condition).ends(begin()), plain)
    none = sampler_of(model, sampling, torch.full((20,), 3)).ends(begin())
    assert torch.equal(sampler_of(model, sampling, None).ends(begin()), none)


def test_the_way_back_with_the_same_class_leads_to_the_start(model):
    sampling, condition = Sampling(solver="rk4", steps=32, batch_size=7), in_turn([0, 1, 2], 20)
    made = sampler_of(model, sampling, condition)
    assert (made.ends(made.ends(begin()), backward=True) - begin()).abs().max() < 1e-3


def test_guidance_is_of_models_with_classes(model, plain):
    guided = Sampling(guidance=Guidance(weight=2.0))
    assert isinstance(guided_field(model, guided), ClassifierFree)
    assert guided_field(model, Sampling()) == model.field
    assert guided_field(plain, guided) == plain.field
    for wrong in ([0.5], [0.6, 0.5], [-0.1, 1.0]):
        with pytest.raises(ValueError, match="interval"):
            Guidance(weight=1.0, interval=wrong)


def test_a_weaker_model_guides_and_its_evaluations_count(model, plain):
    sampling, condition = Sampling(steps=4, batch_size=7), in_turn([0, 1, 2], 20)
    alone = sampler_of(model, sampling, condition).ends(begin())
    model.weaker = plain  # which is told no class
    guided = sampling.model_copy(update={"autoguidance": Autoguidance(**{"from": "weak", "weight": 1.0})})
    before = model.evaluations
    assert torch.equal(sampler_of(model, guided, condition).ends(begin()), alone)
    assert model.evaluations - before == 4 * 20
    pushed = guided.model_copy(update={"autoguidance": guided.autoguidance.model_copy(update={"weight": 2.0})})
    before = model.evaluations
    assert (sampler_of(model, pushed, condition).ends(begin()) - alone).abs().max() > 1e-3
    assert model.evaluations - before == 2 * 4 * 20
    x, alpha = begin(), torch.full((20,), 0.3)
    strong, weak = model.field(x, alpha, condition), plain.field(x, alpha)
    assert torch.allclose(guided_field(model, pushed)(x, alpha, condition), weak + 2 * (strong - weak), atol=1e-6)


def test_coordinates_that_are_asked_for_are_of_samples_that_nothing_is_compared_with():
    target = GivenPoints(dimension=2)
    stored = np.arange(400, dtype=np.float32).reshape(200, 2)
    told = Model(network("mlp", numbers=1).eval(), (2,), torch.device("cpu"), torch.float32, columns=(1,))
    many, few = (measured_condition(told, target, stored, count, 0) for count in (150, 20))
    assert many.shape == (150, 1)
    assert torch.equal(many[:20], few)
    assert torch.equal(measured_condition(told, target, stored, 150, 0, slice(20, 60)), many[20:60])
    assert set(many[:, 0].tolist()) == set(stored[TAKEN][:, 1].tolist())
    assert not set(many[:, 0].tolist()) & set(stored[compared("validation", told.told_of_samples)][:, 1].tolist())
    ends = sampler_of(told, Sampling(steps=2), many[:20]).ends(begin())
    assert ends.shape == (20, 2)
    with pytest.raises(InputError, match="told coordinates of each point"):
        sampler_of(told, Sampling(steps=2), None).ends(begin())
