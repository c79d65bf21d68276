from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import torch
from gaussians import CASE
from small import network, training

from iadb_core.data import streams
from iadb_core.data.kinds.folder import Folder
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.pairs import pairs_of
from iadb_core.method.batches import Block
from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import linear
from iadb_core.system import graphs
from iadb_core.system.arrays import load_array, save_array
from iadb_core.system.errors import InputError
from iadb_core.training.loop import train, training_length
from iadb_core.training.records import final_loss, record_steps

CPU = torch.device("cpu")
DENSITIES = Gaussian(mean=CASE.m0, std=CASE.s0), Gaussian(mean=CASE.m1, std=CASE.s1)
SETTINGS = training(batch_size=256, learning_rate=2e-3)


class Denoising:
    """Another objective: tell x₁ from the blend, by its mean E[x₁ | x_α]."""

    jumps = False

    def examples(self, block, first=0):
        alpha = block.alpha[:, :, None]
        return (1 - alpha) * block.x0 + alpha * block.x1, block.alpha, block.x1

    def loss(self, field, *example):
        x, alpha, x1 = example
        return (field(x, alpha) - x1).square().sum()


def made(seed):
    return network(seed=seed, width=32, hidden_layers=2)


def pairs(seed, device=CPU):
    return pairs_of(DENSITIES, (None, None), (2,), 256, "with_replacement", seed, device)


def run(steps, seed=0, precision=torch.float32, every=500, device=CPU, objective=None, **settings):
    trained, told = made(seed).to(device), SETTINGS.model_copy(update=settings)
    blocks, record_at = pairs(seed, device).blocks(), record_steps(every, None)
    return trained, list(train(trained, blocks, steps, told, precision, record_at, objective=objective))


def plainly(steps, seed=0, ema=0.0, wanted=lambda x0, x1: x1 - x0):
    """The recipe written with a loop, autograd and torch's own Adam. wanted: what the network is to tell."""
    trained = made(seed)
    average = [parameter.detach().clone() for parameter in trained.parameters()]
    optimizer = torch.optim.Adam(trained.parameters(), lr=2e-3)
    losses = []
    for step, batch in enumerate(islice(pairs(seed).each(), steps)):
        x0, x1, alpha = batch.x0, batch.x1, batch.alpha
        x = (1 - alpha[:, None]) * x0 + alpha[:, None] * x1
        loss = ((trained(x, alpha) - wanted(x0, x1)) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item() / x0.numel())
        decay = min(ema, (1 + step) / (10 + step))
        for mean, parameter in zip(average, trained.parameters(), strict=True):
            mean.mul_(decay).add_(parameter.detach(), alpha=1 - decay)
    return trained, average, losses


def test_the_trained_network_is_the_exact_field_between_gaussians():
    trained, records = run(3000)
    assert records[-1].step == 3000
    assert final_loss(records) == pytest.approx(CASE.loss_floor(), rel=0.05)
    x0 = CASE.m0 + CASE.s0 * torch.randn(4000, 2, generator=torch.Generator().manual_seed(1))
    *_, (_, x1) = solver_of("euler")(trained.eval(), x0, linear(64))
    assert (x1 - CASE.flow(x0)).abs().mean() < 0.15


def test_training_is_the_plain_loop_made_faster():
    reference, _, losses = plainly(100)
    trained, records = run(100, every=1)
    assert [record.step for record in records] == list(range(1, 101))
    assert [record.loss for record in records] == pytest.approx(losses, rel=1e-3)
    for mine, theirs in zip(trained.parameters(), reference.parameters(), strict=True):
        assert torch.allclose(mine, theirs, atol=2e-4)


def test_with_ema_the_network_ends_with_the_average_of_its_weights():
    _, average, _ = plainly(40, ema=0.9)
    trained, _ = run(40, ema=0.9)
    for mine, theirs in zip(trained.parameters(), average, strict=True):
        assert torch.allclose(mine, theirs, atol=2e-4)


@pytest.mark.parametrize("every", [1, 50])
def test_another_objective_trains_by_autograd_through_the_same_loop(every):
    reference, _, losses = plainly(100, wanted=lambda x0, x1: x1)
    trained, records = run(100, every=every, objective=Denoising())
    means = np.reshape(losses, (-1, every)).mean(axis=1)
    assert [record.loss for record in records] == pytest.approx(means, rel=1e-3)
    for mine, theirs in zip(trained.parameters(), reference.parameters(), strict=True):
        assert torch.allclose(mine, theirs, atol=2e-4)


def test_another_objective_is_learnt_to_its_closed_form():
    """E[x₁ | x_α] = m₁ + αs₁²/σ²·(x_α − m), which leaves s₁² − (αs₁²)²/σ² of each coordinate."""
    trained, records = run(3000, objective=Denoising())
    alphas = (np.arange(10_000) + 0.5) / 10_000
    floor = np.mean(CASE.s1**2 - (alphas * CASE.s1**2) ** 2 / CASE.variance(alphas))
    assert final_loss(records) == pytest.approx(floor, rel=0.05)
    generator = torch.Generator().manual_seed(1)
    alpha, spread = torch.rand(2000, generator=generator), torch.randn(2000, 2, generator=generator)
    middle = ((1 - alpha) * CASE.m0 + alpha * CASE.m1)[:, None]
    moved = CASE.variance(alpha)[:, None] ** 0.5 * spread
    exact = CASE.m1 + (alpha * CASE.s1**2 / CASE.variance(alpha))[:, None] * moved
    assert (trained.eval()(middle + moved, alpha) - exact).abs().mean() < 0.1


def test_the_step_at_which_the_loss_stops_being_finite_is_named():
    blocks = iter(blocks_with_a_nan(after=70))
    with pytest.raises(InputError, match=r"nan at step 71:"):
        list(train(network(width=4), blocks, 200, SETTINGS, torch.float32, record_steps(50, None)))


def blocks_with_a_nan(after):
    generator = torch.Generator().manual_seed(0)
    x0, x1 = torch.randn(2, 4, 50, 256, 2, generator=generator)
    x1.view(200, 256, 2)[after] = torch.nan
    return map(Block, x0, x1, torch.rand(4, 50, 256, generator=generator))


def test_the_last_block_is_cut_to_the_number_of_steps():
    _, records = run(70, every=30)
    assert [record.step for record in records] == [30, 60, 70]


def test_muon_with_a_falling_learning_rate_learns_the_exact_field_too():
    _, records = run(1500, optimizer="muon", decay="cosine", warmup=20, learning_rate=5e-3)
    assert final_loss(records) == pytest.approx(CASE.loss_floor(), rel=0.05)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_a_captured_graph_trains_as_ordinary_calls_do(precision, monkeypatch):
    device = torch.device("cuda")
    replayed, records = run(1000, precision=precision, device=device)
    monkeypatch.setattr(graphs, "ORDINARY_CALLS", 10**9)
    ordinary, expected = run(1000, precision=precision, device=device)
    assert [record.loss for record in records] == pytest.approx([record.loss for record in expected], rel=1e-3)
    for mine, theirs in zip(replayed.parameters(), ordinary.parameters(), strict=True):
        assert torch.allclose(mine, theirs, atol=1e-3)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")
@pytest.mark.parametrize(("name", "optimizer", "ema"), [("unet", "adam", 0.0), ("residual", "muon", 0.9)])
@pytest.mark.parametrize("in_memory", [True, False])
def test_images_on_cuda_train_captured_as_by_ordinary_calls_and_as_on_the_cpu(
    name, optimizer, ema, in_memory, tmp_path, monkeypatch
):
    """On noise of the CPU for all three; 70 steps, of blocks of several batches, the last of which is cut."""
    save_array(tmp_path / "a.npy", np.random.default_rng(0).integers(0, 256, (300, 1, 16, 16), np.uint8))
    monkeypatch.setattr(streams, "fits", lambda samples, device, sharing: in_memory)
    folder = Folder(path="nowhere", size=16)
    arguments = (folder, folder), (load_array(tmp_path / "a.npy"),) * 2, (1, 16, 16), 16, "shuffled", 0
    settings = SETTINGS.model_copy(update={"batch_size": 16, "optimizer": optimizer, "ema": ema})

    def losses(device):
        trained = network(name, (1, 16, 16), width=8).to(device)
        blocks, alphas = (pairs_of(*arguments, where).blocks() for where in (device, CPU))
        same = (replace(block, alpha=of_cpu.alpha.to(device)) for block, of_cpu in zip(blocks, alphas, strict=True))
        records = train(trained, same, 70, settings, torch.float32, record_steps(5, None))
        return [record.loss for record in records]

    captured, on_cpu = losses(torch.device("cuda")), losses(CPU)
    monkeypatch.setattr(graphs, "ORDINARY_CALLS", 10**9)
    assert captured == pytest.approx(losses(torch.device("cuda")), rel=1e-3)
    assert captured == pytest.approx(on_cpu, rel=1e-2)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not():
    (first, _), (again, _), (other, _) = run(50), run(50), run(50, seed=1)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), again.parameters(), strict=True))
    assert not any(torch.equal(a, b) for a, b in zip(first.parameters(), other.parameters(), strict=True))


@pytest.mark.parametrize("every", [7, 64, 100, 500])
def test_records_are_the_same_if_blocks_are_begun_before_losses_are_waited_for(every):
    told = {"steps": 300, "settings": SETTINGS, "precision": torch.float32}
    (network0, plain), (network1, early) = (
        (own := made(0), list(train(own, pairs(0).blocks(), **told, record_at=record_steps(every, None), ahead=ahead)))
        for ahead in (0, 1)
    )
    assert [record[:2] for record in early] == [record[:2] for record in plain]
    assert all(torch.equal(a, b) for a, b in zip(network0.parameters(), network1.parameters(), strict=True))


def test_a_state_between_a_step_and_its_record_is_gone_on_from(monkeypatch):
    """Ahead by a block, a state may be of a step whose record is due but not yielded yet."""
    told = {"steps": 300, "settings": SETTINGS, "precision": torch.float32}
    expected = list(train(made(0), pairs(0).blocks(), **told, record_at=record_steps(50, None)))
    states = []
    again = train(
        made(0),
        pairs(0).blocks(),
        **told,
        record_at=record_steps(50, None),
        after_block=lambda running: states.append(running.state()),
        ahead=1,
    )
    assert [record[:2] for record in again] == [record[:2] for record in expected]
    for state in states[:-1]:
        blocks, record_at = pairs(0).blocks(state.blocks), record_steps(50, None)
        rest = list(train(made(0), blocks, **told, record_at=record_at, begin=state, ahead=1))
        assert [record[:2] for record in [*state.records, *rest]] == [record[:2] for record in expected]


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


def test_a_warm_up_that_would_not_end_is_refused():
    with pytest.raises(InputError, match=r"training\.warmup: 100 steps of 100"):
        run(100, warmup=100)


def test_training_length_of_the_mnist_tutorial():
    assert training_length(training(epochs=16, batch_size=64), 60_000) == (14_992, 937)
    assert training_length(training(steps=65_536, batch_size=256), 10) == (65_536, None)
    with pytest.raises(InputError, match="batch_size"):
        training_length(training(epochs=1, batch_size=64), 63)
