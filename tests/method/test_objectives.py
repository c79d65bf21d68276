import pytest
import torch
from gaussians import CASE, draw

from iadb_core.method.batches import Block
from iadb_core.method.objectives.deblending import Deblending


def block_of(batches, batch, seed=0):
    """A block of pairs of the two Gaussians, float64."""
    generator = torch.Generator().manual_seed(seed)
    x0, x1 = (x.view(batches, batch, 2) for x in draw(CASE, batches * batch, generator))
    return Block(x0, x1, torch.rand(batches, batch, generator=generator, dtype=torch.float64))


def test_the_examples_are_the_blends_of_each_batch_beside_what_they_are_made_of():
    block = block_of(3, 5)
    x, alpha, x0, x1 = Deblending().examples(block)
    share = block.alpha[..., None]
    assert torch.allclose(x, (1 - share) * block.x0 + share * block.x1, atol=1e-12)
    for given, kept in ((alpha, block.alpha), (x0, block.x0), (x1, block.x1)):
        assert torch.equal(given, kept)


def test_the_examples_of_images_have_their_shape():
    generator = torch.Generator().manual_seed(0)
    x0, x1 = torch.randn(2, 3, 4, 1, 8, 8, generator=generator)
    x, alpha, *_ = Deblending().examples(Block(x0, x1, torch.rand(3, 4, generator=generator)))
    assert x.shape == (3, 4, 1, 8, 8)
    expected = torch.lerp(x0[2, 1], x1[2, 1], alpha[2, 1].item())
    assert torch.allclose(x[2, 1], expected, atol=1e-6)


def test_the_loss_of_the_exact_field_is_its_floor_and_that_of_others_is_larger():
    objective = Deblending()
    *_, example = zip(*objective.examples(block_of(1, 200_000)), strict=True)
    floor = objective.loss(CASE.field, *example).item() / 400_000
    assert floor == pytest.approx(CASE.loss_floor(), rel=0.01)
    for wrong in (lambda x, a: CASE.field(x, a) + 0.1, lambda x, a: CASE.field(x, a) * 1.1):
        assert objective.loss(wrong, *example).item() / 400_000 > floor + 0.005


def test_the_loss_is_summed_over_the_batch_by_hand():
    x0, x1 = torch.zeros(1, 2, 2), torch.tensor([[[0.0, 0.0], [3.0, 1.0]]])
    (example,) = zip(*Deblending().examples(Block(x0, x1, torch.tensor([[0.0, 1.0]]))), strict=True)
    loss = Deblending().loss(lambda x, alpha: x + alpha[:, None], *example)  # (0, 0) and (4, 2)
    assert loss.item() == 0 + 0 + (4 - 3) ** 2 + (2 - 1) ** 2
