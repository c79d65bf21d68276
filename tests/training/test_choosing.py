"""Weights of the least loss on validation samples."""

from itertools import islice

import numpy as np
import pytest
import torch

from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.given import GivenPoints
from iadb_core.data.pairs import pairs_of
from iadb_core.method.objectives.deblending import Deblending
from iadb_core.networks.building import build
from iadb_core.networks.mlp import MLP
from iadb_core.networks.parameters import flatten
from iadb_core.training.choosing import LeastLoss
from iadb_core.training.loop import train
from iadb_core.training.records import record_steps
from iadb_core.training.settings import Training

CPU = torch.device("cpu")
FEW = np.random.default_rng(0).normal(size=(32, 2)).astype(np.float32)


def network():
    return build(MLP(width=64, hidden_layers=3), (2,), torch.Generator().manual_seed(0))


def pairs(samples, seed=0, batch=32):
    both = Gaussian(), GivenPoints(dimension=2)
    return pairs_of(both, (None, samples), (2,), batch, "with_replacement", seed, CPU)


def validation():
    unseen = np.random.default_rng(1).normal(size=(2048, 2)).astype(np.float32)
    return [next(pairs(unseen, 1, 512).blocks()).first(8)]


def loss_of(trained, blocks):
    """By hand: the mean of (D − (x₁ − x₀))²."""
    found = []
    with torch.no_grad():
        for block in blocks:
            x0, x1, alpha = block.x0.flatten(0, 1), block.x1.flatten(0, 1), block.alpha.flatten()
            x = (1 - alpha[:, None]) * x0 + alpha[:, None] * x1
            found.append((trained(x, alpha) - (x1 - x0)).square().flatten())
    return float(torch.cat(found).double().mean())


def trained_on_few(every, steps=1500, **settings):
    """A training that learns 32 points by heart, which soon makes it worse on others."""
    own = Training(steps=steps, batch_size=32, learning_rate=0.005, **settings)
    if every:
        own = Training(steps=steps, batch_size=32, learning_rate=0.005, validation={"every": every}, **settings)
    built, seen = network(), []
    blocks = pairs(FEW).blocks()
    for _ in train(
        built,
        blocks,
        steps,
        own,
        torch.float32,
        record_steps(100, None),
        validation=validation(),
        after_block=lambda running: seen.append(running.least),
    ):
        pass
    return built, seen[-1]


def test_the_model_is_the_best_one_on_validation_samples():
    chosen, least = trained_on_few(50)
    last, none = trained_on_few(None)
    assert none is None
    blocks = validation()
    assert least.loss == pytest.approx(loss_of(chosen, blocks), rel=1e-5)
    assert least.loss < 0.97 * loss_of(last, blocks)
    assert 0 < least.step < 1500
    until, _ = trained_on_few(None, steps=least.step)  # as if it had been stopped there
    assert torch.allclose(flatten(until), flatten(chosen))


def test_of_a_training_with_a_moving_average_that_is_what_is_judged():
    chosen, least = trained_on_few(50, ema=0.9)
    until, _ = trained_on_few(None, steps=least.step, ema=0.9)
    assert torch.allclose(flatten(until), flatten(chosen))


def test_a_look_leaves_the_training_as_it_was():
    built = network()
    weights = flatten(built)
    average, before = weights + 1, weights.clone()
    least = LeastLoss(built, weights, average, Deblending(), validation(), 10)
    least.look(0, 9, last=False)
    assert least.step == 0
    least.look(9, 11, last=False)
    assert least.step == 11
    assert torch.equal(weights, before)
    assert torch.equal(least.best, average)
    first = least.loss
    average.mul_(100)
    least.look(11, 20, last=False)
    assert (least.step, least.loss) == (11, first)
    average.copy_(before)
    least.look(20, 22, last=True)
    assert least.step == 22


def test_it_goes_on_after_an_interruption_with_the_same_result():
    settings = Training(steps=600, batch_size=32, learning_rate=0.005, validation={"every": 40})
    results, kept = [], []
    for state in (None, "kept"):
        built, begin = network(), kept[2] if state else None
        blocks = pairs(FEW).blocks(begin.blocks if begin else 0)
        how = built, blocks, 600, settings, torch.float32, record_steps(50, None), begin
        for _ in train(*how, lambda running: kept.append(running.state()), validation=validation()):
            pass
        results.append(flatten(built).clone())
    assert 0 < kept[2].steps < 600
    assert torch.equal(*results)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"objective": {"progressive": {}}}, "no loss says"),
        ({"coupling": {"pairs": {"from": "x"}}}, "no validation samples"),
    ],
)
def test_what_has_no_validation_loss_is_refused(settings, said):
    with pytest.raises(ValueError, match=said):
        Training(steps=10, validation={}, **settings)


def test_blends_are_the_same_every_time():
    one, other = ([*islice(pairs(FEW, 5).blocks(), 2)] for _ in range(2))
    assert all(torch.equal(a.alpha, b.alpha) for a, b in zip(one, other, strict=True))
