"""What a CUDA graph captures of a training: on the device meta, where nothing can be read and nothing else mixed in."""

import pytest
import torch
from small import SHAPES, SIZES, training

from iadb_core.method.batches import Block
from iadb_core.method.objective import objective_of
from iadb_core.networks.building import planned
from iadb_core.networks.settings import Conditions
from iadb_core.training.objectives import Objectives
from iadb_core.training.stepper import Stepper

META = torch.device("meta")


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("objective", list(Objectives.model_fields))
@pytest.mark.parametrize("name", list(SIZES))
def test_steps_read_nothing_on_the_host_and_use_no_tensor_of_the_cpu(name, objective, precision, monkeypatch):
    monkeypatch.setattr(torch, "_fused_adam_", lambda *given, **named: None)  # has none for the device meta
    learnt = objective_of(objective, {} if objective == "deblending" else {"share": 0.5, "whole": 0.25})
    network = planned(SIZES[name], SHAPES[name], Conditions(classes=3, jumps=learnt.jumps))
    stepper = Stepper(network, learnt, precision, training(batch_size=8, optimizer="muon", ema=0.9))
    x = torch.empty(2, 2, 8, *SHAPES[name], device=META)
    alpha = torch.empty(2, 8, 2, device=META) if learnt.jumps else torch.empty(2, 8, device=META)
    block = Block(*x, alpha, torch.empty(2, 8, dtype=torch.int64, device=META))
    losses = stepper._steps(torch.empty(2, 2, device=META), *block.parts())
    assert losses.device == META
    assert losses.shape == (2,)


def test_the_device_meta_tells_of_both():
    there = torch.empty(3, device=META)
    with pytest.raises(RuntimeError, match="meta"):
        there.sum().item()
    with pytest.raises(RuntimeError, match="device"):
        there + torch.zeros(3)
