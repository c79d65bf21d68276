import pytest
import torch

from iadb_core.optimizer import Adam, averaging_weight, learning_rate


def test_adam_is_torchs():
    generator = torch.Generator().manual_seed(0)
    ours = torch.randn(100, generator=generator)
    theirs = torch.nn.Parameter(ours.clone())
    gradient = torch.zeros(100)
    adam, reference = Adam(ours, gradient), torch.optim.Adam([theirs], lr=1e-2)
    for step in range(50):
        gradient.copy_(torch.randn(100, generator=generator) * 10 ** (step % 5 - 2))
        theirs.grad = gradient.clone()
        rate = 1e-2 / (step + 1)
        reference.param_groups[0]["lr"] = rate
        adam.step(torch.tensor(rate))
        reference.step()
    assert torch.allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_the_learning_rate_rises_and_falls_along_half_a_cosine():
    rates = [learning_rate(step, 110, 2.0, "cosine", 10) for step in range(110)]
    assert rates[:10] == pytest.approx([0.2 * (step + 1) for step in range(10)])
    assert rates[10] == 2.0
    assert rates[60] == pytest.approx(1.0)
    assert 0 < rates[-1] < 0.001
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_a_constant_learning_rate_is_constant():
    assert {learning_rate(step, 100, 0.5, "constant", 0) for step in range(100)} == {0.5}


def test_a_warmup_longer_than_the_training_is_harmless():
    assert [learning_rate(step, 2, 1.0, "cosine", 4) for step in range(2)] == [0.25, 0.5]


def test_the_average_forgets_the_beginning():
    assert averaging_weight(0, 0.999) == pytest.approx(0.9)
    assert averaging_weight(10**6, 0.999) == pytest.approx(0.001)
    weights = [averaging_weight(step, 0.999) for step in range(2000)]
    assert weights == sorted(weights, reverse=True)
    share_of_the_start = 1.0
    for weight in weights[:100]:
        share_of_the_start *= 1 - weight
    assert share_of_the_start < 1e-12
