from itertools import islice

import pytest
import torch
from gaussians import CASE

from iadb_core import networks
from iadb_core.files import InputError
from iadb_core.runtime import generator
from iadb_core.schedules import linear
from iadb_core.solvers import integrate
from iadb_core.streams import independent_pairs
from iadb_core.training import Record, final_loss, record_steps, train, training_length

CPU = torch.device("cpu")
DENSITIES = ({"gaussian": {"mean": CASE.m0, "std": CASE.s0}}, {"gaussian": {"mean": CASE.m1, "std": CASE.s1}})


def run(steps, seed=0, learning_rate=2e-3, precision=torch.float32, every=500, device=CPU):
    network = networks.build("mlp", (2,), {"width": 32, "hidden_layers": 2}, generator(seed, "weights")).to(device)
    pairs = independent_pairs(DENSITIES, (None, None), (2,), 256, "with_replacement", seed, device)
    return network, list(train(network, pairs, steps, learning_rate, precision, record_steps(every, None)))


def test_the_trained_network_is_the_exact_field_between_gaussians():
    network, records = run(3000)
    assert records[-1].step == 3000
    assert final_loss(records) == pytest.approx(CASE.loss_floor(), rel=0.05)
    x0 = CASE.m0 + CASE.s0 * torch.randn(4000, 2, generator=torch.Generator().manual_seed(1))
    *_, (_, x1) = integrate(network.eval(), x0, linear(64))
    assert (x1 - CASE.flow(x0)).abs().mean() < 0.15


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    (first, _), (again, _), (other, _) = run(50), run(50), run(50, seed=1)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True))


def test_losses_do_not_depend_on_how_often_they_are_recorded():
    _, often = run(120, every=7)
    _, seldom = run(120, every=60)
    steps = [record.step - before for record, before in zip(often, [0, *(r.step for r in often)], strict=False)]
    mean = sum(record.loss * count for record, count in zip(often, steps, strict=True)) / 120
    assert mean == pytest.approx((seldom[0].loss + seldom[1].loss) / 2, rel=1e-5)


def test_bfloat16_trains_as_float32_does():
    (_, single), (_, half) = run(1000), run(1000, precision=torch.bfloat16)
    assert single[-1].loss != half[-1].loss
    assert half[-1].loss == pytest.approx(single[-1].loss, rel=0.03)


def test_a_loss_that_is_not_finite_stops_the_training():
    with pytest.raises(InputError, match=r"learning_rate.*precision"):
        run(200, learning_rate=1e20, every=10)


def test_record_steps_are_multiples_and_ends_of_epochs():
    assert list(islice(record_steps(4, None), 3)) == [4, 8, 12]
    assert list(islice(record_steps(4, 6), 6)) == [4, 6, 8, 12, 16, 18]


def test_training_length_of_the_mnist_tutorial():
    assert training_length({"epochs": 16, "batch_size": 64}, 60_000) == (14_992, 937)
    assert training_length({"steps": 65_536, "batch_size": 256}, 10) == (65_536, None)
    with pytest.raises(InputError, match="batch_size"):
        training_length({"epochs": 1, "batch_size": 64}, 63)


def test_final_loss_is_the_mean_over_the_last_sixteenth():
    records = [Record(step, float(step), 0.0) for step in range(100, 1601, 100)]
    assert final_loss(records) == 1600
    assert final_loss([Record(7, 2.5, 0.0)]) == 2.5
    fine = [Record(step, float(step), 0.0) for step in range(10, 1601, 10)]
    assert final_loss(fine) == pytest.approx(sum(range(1510, 1601, 10)) / 10)
