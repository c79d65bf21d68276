import pytest
import torch
from small import network

from iadb_core.method.blending import blend, deblending_loss
from iadb_core.networks.mlp.gradient import DeblendingGradient
from iadb_core.networks.parameters import flatten, padded


@pytest.mark.parametrize("batch", [1, 7, 32])
@pytest.mark.parametrize("hidden_layers", [1, 2, 3, 4])
@pytest.mark.parametrize("coordinates", [2, 5])
def test_it_is_autograds_for_every_batch(batch, hidden_layers, coordinates):
    mlp = network("mlp", (coordinates,), width=24, hidden_layers=hidden_layers)
    flatten(mlp)
    gradient = DeblendingGradient([*mlp.hidden, mlp.out], batch)
    generator = torch.Generator().manual_seed(1)
    for _ in range(2):  # nothing is kept from one batch to the next
        x0, x1 = torch.randn(2, batch, coordinates, generator=generator)
        alpha = torch.rand(batch, generator=generator)
        x = blend(x0, x1, alpha)
        loss = deblending_loss(mlp(x, alpha), x0, x1)
        expected = torch.autograd.grad(loss, list(mlp.parameters()))
        assert gradient(x, alpha, x0, x1).item() == pytest.approx(loss.item(), rel=1e-6)
        chunks = gradient.values.split([padded(parameter) for parameter in mlp.parameters()])
        for chunk, theirs in zip(chunks, expected, strict=True):
            assert torch.allclose(chunk[: theirs.numel()].view(theirs.shape), theirs, rtol=1e-4, atol=1e-4)
