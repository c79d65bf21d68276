import pytest
import torch
from torch.nn.grad import conv2d_weight

from iadb_core import winograd
from iadb_core.winograd import weight_gradient


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("tiles", [1, 14, 10_000])
def test_the_gradient_is_the_exact_one_to_float32s_rounding(monkeypatch, tiles, memory_format):
    monkeypatch.setattr(winograd, "TILES", tiles)
    generator = torch.Generator().manual_seed(5)
    given = [torch.randn(5, channels, 8, 12, generator=generator) for channels in (3, 7)]
    exact = conv2d_weight(given[0].double(), (7, 3, 3, 3), given[1].double(), padding=1)
    found = weight_gradient(*(each.to(memory_format=memory_format) for each in given))
    assert (found - exact).abs().max() < 2e-6 * exact.abs().max()


def test_it_is_as_near_to_the_exact_gradient_as_torchs_own():
    generator = torch.Generator().manual_seed(5)
    x, gradient = (torch.randn(16, 64, 32, 32, generator=generator).to(memory_format=torch.channels_last) for _ in "xg")
    shape = 64, 64, 3, 3
    exact = conv2d_weight(x.double(), shape, gradient.double(), padding=1)
    errors = [
        (found - exact).square().mean().sqrt()
        for found in (weight_gradient(x, gradient), conv2d_weight(x, shape, gradient, padding=1))
    ]
    assert errors[0] < 2 * errors[1]  # a third to a half of it without AVX-512


def test_what_is_exactly_zero_is_zero():
    generator = torch.Generator().manual_seed(5)
    x, gradient = (torch.randn(8, 64, 16, 16, generator=generator) for _ in "xg")
    x[:, :32, 1:] = 0  # only in the first row, which the kernel's last row of weights never meets
    gradient[:, :16, :, 5:] = 0
    x[:, 32:40, :, :7] = 0  # no two pixels of these that are neighbours have both
    exact = conv2d_weight(x.double(), (64, 64, 3, 3), gradient.double(), padding=1)
    found = weight_gradient(x, gradient)
    assert (exact == 0).sum() == 64 * 32 * 3 + 16 * 8 * 9
    assert torch.equal(found == 0, exact == 0)


def test_the_same_bytes_every_time():
    x, gradient = (torch.randn(9, 64, 16, 16).to(memory_format=torch.channels_last) for _ in "xg")
    assert len({weight_gradient(x, gradient).numpy().tobytes() for _ in range(5)}) == 1
