import pytest
import torch
from small import network
from torch.nn.functional import conv2d, linear

from iadb_core.networks.alpha import parts, weights_of


def test_in_float32_alpha_is_itself():
    alpha = torch.rand(50, generator=torch.Generator().manual_seed(0))
    (only,) = parts(alpha, torch.float32)
    assert torch.equal(only, alpha)


def test_in_bfloat16_it_is_the_sum_of_two_numbers_to_two_to_the_minus_seventeen():
    alpha = torch.cat([torch.linspace(0, 1, 10_001), torch.rand(1000, generator=torch.Generator().manual_seed(0))])
    summands = parts(alpha, torch.bfloat16)
    assert [part.dtype for part in summands] == [torch.bfloat16] * 2
    assert (sum(part.double() for part in summands) - alpha.double()).abs().max() <= 2**-17


def test_neighbours_of_a_fine_schedule_are_told_apart_where_one_number_would_not_do():
    alpha = torch.linspace(0, 1, 10_001)
    assert len(torch.stack(parts(alpha, torch.bfloat16)).unique(dim=1).T) == 10_001
    assert len(alpha.to(torch.bfloat16).unique()) < 2000


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_each_summand_has_the_weights_of_alpha(dtype):
    generator = torch.Generator().manual_seed(0)
    x, alpha = torch.randn(6, 3, generator=generator).to(dtype), torch.rand(6, generator=generator)
    weight = torch.randn(5, 4, generator=generator).to(dtype)
    summands = parts(alpha, dtype)
    found = linear(torch.cat([x, *(part[:, None] for part in summands)], dim=1), weights_of(weight, summands))
    expected = torch.cat([x.double(), alpha.double()[:, None]], dim=1) @ weight.double().T
    assert torch.allclose(found.double(), expected, atol=1e-5 if dtype == torch.float32 else 0.04)


def test_so_have_the_weights_of_a_convolution():
    generator = torch.Generator().manual_seed(0)
    planes = torch.randn(2, 4, 6, 6, generator=generator)
    weight = torch.randn(5, 3, 3, 3, generator=generator)
    found = conv2d(planes, weights_of(weight, [planes[:, 2], planes[:, 3]]))
    summed = torch.cat([planes[:, :2], planes[:, 2:].sum(dim=1, keepdim=True)], dim=1)
    assert torch.allclose(found, conv2d(summed, weight), atol=1e-4)


def magnifying(name):
    """A network, in bfloat16, that computes relu(256·α − 255) in its first coordinate, or channel, and nothing else."""
    built = network(name).requires_grad_(False)
    for parameter in built.parameters():
        parameter.zero_()
    if name == "mlp":
        built.hidden[0].weight[:, -1], built.hidden[0].bias[:] = 256, -255
        built.out.weight[0, 0] = 1
    else:
        built.a1.weight[:, -1, 1, 1], built.a1.bias[:] = 256, -255
        built.w.weight[:, :, 1, 1] = torch.eye(len(built.w.weight))
        built.out.weight[0, 0] = 1
    return built.to(torch.bfloat16)


@pytest.mark.parametrize("trained", [True, False])
@pytest.mark.parametrize(("name", "shape"), [("mlp", (2,)), ("unet", (1, 8, 8))])
def test_a_network_in_bfloat16_sees_alpha_as_it_is(name, shape, trained):
    alpha = 1 - torch.tensor([0, 1, 2, 8, 15]) / 4096  # that are all 1 in bfloat16, but for the last
    x = torch.zeros(5, *shape, dtype=torch.bfloat16)
    with torch.inference_mode(not trained):
        found = magnifying(name)(x, alpha)[:, 0].reshape(5, -1).float()
    assert torch.allclose(found, (256 * alpha - 255)[:, None].expand_as(found), atol=0.005)
