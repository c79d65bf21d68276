"""Constants on a device."""

import torch

from iadb_core.system.constants import constant

CPU = torch.device("cpu")


def test_they_are_made_once_for_each_kind():
    one = constant((1, 2), torch.int64, CPU)
    assert one.tolist() == [1, 2]
    assert constant((1, 2), torch.int64, CPU) is one
    assert constant((1, 2), torch.float32, CPU).dtype == torch.float32
    assert constant((1, 2), torch.int64, torch.device("meta")).device.type == "meta"


def test_autograd_keeps_those_that_were_made_in_inference_mode():
    with torch.inference_mode():
        scale = constant((3.0, 4.0), torch.float32, CPU)
    x = torch.ones(2, requires_grad=True)
    (x * scale).sum().backward()
    assert x.grad.tolist() == [3.0, 4.0]
