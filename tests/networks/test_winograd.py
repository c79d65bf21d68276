import pytest
import torch
from torch.nn.grad import conv2d_weight

from iadb_core.networks import winograd
from iadb_core.networks.winograd import weight_gradient


def exact_gradient(x, gradient):
    shape = gradient.shape[1], x.shape[1], 3, 3
    return conv2d_weight(x.double(), shape, gradient.double(), padding=1)


def drawn(*shape, seed=5):
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator).to(memory_format=torch.channels_last) for _ in range(2)]


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("tiles", [1, 4, 14, 10_000])
def test_the_gradient_is_the_exact_one_to_float32s_rounding(monkeypatch, tiles, memory_format):
    monkeypatch.setattr(winograd, "TILES", tiles)
    generator = torch.Generator().manual_seed(5)
    given = [torch.randn(5, channels, 12, 8, generator=generator) for channels in (3, 7)]
    exact = exact_gradient(*given)
    found = weight_gradient(*(each.to(memory_format=memory_format) for each in given))
    assert (found - exact).abs().max() < 2e-6 * exact.abs().max()


def test_it_is_about_as_near_to_the_exact_gradient_as_torchs_own():
    x, gradient = drawn(16, 64, 32, 32)
    exact, torchs = exact_gradient(x, gradient), conv2d_weight(x, (64, 64, 3, 3), gradient, padding=1)
    errors = [(found - exact).square().mean().sqrt() for found in (weight_gradient(x, gradient), torchs)]
    assert errors[0] < 3 * errors[1]  # without AVX-512 it is 0.6 times that


def without_a_row_for_some_weights(x, gradient):
    gradient[:, :, :-1] = 0  # so that the kernel's last row of weights meets the padding alone


def without_neighbours(x, gradient):
    x[:, :16, :, :7], gradient[:, :40, :, 5:] = 0, 0


def seldom(x, gradient):
    generator = torch.Generator().manual_seed(8)
    for each in (x, gradient):
        each *= torch.rand(each.shape, generator=generator) < 0.02


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("thinned", [without_a_row_for_some_weights, without_neighbours, seldom])
def test_what_is_exactly_zero_is_zero_but_for_one_in_a_thousand(thinned, seed):
    x, gradient = drawn(64, 64, 8, 8, seed=seed)
    thinned(x.relu_(), gradient)
    exact, found = exact_gradient(x, gradient), weight_gradient(x, gradient)
    zeros = exact == 0
    assert zeros.sum() > 1000
    assert (found[zeros] == 0).double().mean() > 0.999
    assert (found[~zeros] != 0).double().mean() > 0.999
    assert exact[(found == 0) & ~zeros].abs().sum() < 1e-6 * exact.abs().sum()


def test_the_same_bytes_every_time():
    x, gradient = drawn(9, 64, 16, 16)
    assert len({weight_gradient(x, gradient).numpy().tobytes() for _ in range(5)}) == 1
