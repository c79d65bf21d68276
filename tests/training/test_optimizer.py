import pytest
import torch

from iadb_core.training.optimizer import Adam, Muon, averaging_weight, learning_rate, orthogonal


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_adam_is_torchs(decay):
    generator = torch.Generator().manual_seed(0)
    ours = torch.randn(100, generator=generator)
    theirs = torch.nn.Parameter(ours.clone())
    gradient = torch.zeros(100)
    adam, reference = Adam(ours, gradient, decay), torch.optim.AdamW([theirs], lr=1e-2, weight_decay=decay)
    for step in range(50):
        gradient.copy_(torch.randn(100, generator=generator) * 10 ** (step % 5 - 2))
        theirs.grad = gradient.clone()
        rate = 1e-2 / (step + 1)
        reference.param_groups[0]["lr"] = rate
        adam.step(torch.tensor(rate))
        reference.step()
    assert torch.allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("shape", [(3, 24, 24), (2, 16, 100), (2, 100, 16)])
def test_orthogonal_keeps_singular_vectors_and_evens_out_singular_values(shape):
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    found = orthogonal(matrices, torch.float32)
    u, singular, vh = torch.linalg.svd(matrices, full_matrices=False)
    values = u.mT @ found @ vh.mT
    diagonal = values.diagonal(dim1=1, dim2=2)
    assert (values - torch.diag_embed(diagonal)).abs().max() < 1e-3
    not_tiny = singular / singular.norm(dim=1, keepdim=True) > 0.02
    assert diagonal[not_tiny].min() > 0.6  # the coefficients trade exactness for speed: 0.7 to 1.2 is as good as 1
    assert diagonal.max() < 1.3


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_orthogonal_stays_bounded_where_directions_are_missing(precision):
    generator = torch.Generator().manual_seed(0)
    for rank, rows, columns in ((1, 128, 1152), (20, 128, 1152), (100, 128, 300), (0, 8, 8)):
        left, right = (torch.randn(4, size, rank, generator=generator) for size in (rows, columns))
        weights = 10.0 ** -torch.linspace(0, 6, max(rank, 1))[:rank]
        found = orthogonal((left * weights) @ right.mT, precision)
        assert torch.linalg.matrix_norm(found, 2).max() < 1.3


def test_muon_moves_matrices_as_far_as_adam_does_and_leaves_the_rest_to_adam():
    generator = torch.Generator().manual_seed(0)
    gradient = torch.randn(16 + 32 * 48, generator=generator)
    ours, adams = torch.zeros(2, len(gradient))
    muon, adam = Muon(ours, gradient.clone(), [(16, 32, 48)], torch.float32), Adam(adams, gradient)
    muon.step(torch.tensor(0.01))
    adam.step(torch.tensor(0.01))
    assert torch.equal(ours[:16], adams[:16])
    matrix = ours[16:].view(32, 48)
    assert matrix.square().mean().sqrt() == pytest.approx(0.01 * 0.2 * 48**0.5 / 48**0.5, rel=0.2)
    assert (matrix * gradient[16:].view(32, 48)).sum() < 0


def test_muon_gathers_momentum():
    gradient, values = torch.zeros(16), torch.zeros(16)
    muon = Muon(values, gradient, [(0, 4, 4)], torch.float32)
    gradient.copy_(torch.eye(4).flatten())
    muon.step(torch.tensor(1.0))
    first = values.clone()
    muon.step(torch.tensor(1.0))  # Muon has used up the gradient: this step is momentum alone
    assert torch.nn.functional.cosine_similarity(values - first, first, dim=0) > 0.99


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
