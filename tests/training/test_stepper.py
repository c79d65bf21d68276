import gc
import weakref

import pytest
import torch
from small import network, training

from iadb_core.method.batches import Block
from iadb_core.method.objectives.deblending import Deblending
from iadb_core.networks.building import weights_hash
from iadb_core.system.errors import InputError
from iadb_core.system.graphs import Replayed
from iadb_core.training.stepper import Stepper

RATES = torch.tensor([[0.01] * 5, [0.5] * 5])


def stepper(**settings):
    return Stepper(network(), Deblending(), torch.float32, training(**settings))


def block():
    generator = torch.Generator().manual_seed(0)
    return Block(*torch.randn(2, 5, 32, 2, generator=generator), torch.rand(5, 32, generator=generator))


@pytest.mark.parametrize("optimizer", ["adam", "muon"])
def test_a_block_is_a_step_on_each_of_its_batches(optimizer):
    at_once, one_by_one = (stepper(optimizer=optimizer, ema=0.9) for _ in range(2))
    drawn = block()
    losses = at_once(drawn, RATES)
    parts = (Block(drawn.x0[[i]], drawn.x1[[i]], drawn.alpha[[i]]) for i in range(5))
    assert losses.tolist() == [one_by_one(part, RATES[:, :1]).item() for part in parts]
    for mine, theirs in zip(at_once.tensors, one_by_one.tensors, strict=True):
        assert torch.equal(mine, theirs)


def test_once_released_it_is_gone_with_its_last_reference():
    """NCCL would wait for a graph that some later collection of garbage may find."""
    own = stepper()
    own.replayed = Replayed(own._steps)
    left = weakref.ref(own)
    own.release()
    gc.disable()
    try:
        del own
        assert left() is None
    finally:
        gc.enable()


def test_the_loss_of_a_step_is_that_before_it():
    drawn, untrained = block(), network()
    x = (1 - drawn.alpha[0, :, None]) * drawn.x0[0] + drawn.alpha[0, :, None] * drawn.x1[0]
    expected = (untrained(x, drawn.alpha[0]) - drawn.x1[0] + drawn.x0[0]).square().sum().item()
    assert stepper()(drawn, RATES)[0].item() == pytest.approx(expected, rel=1e-5)


def test_it_goes_on_from_copies_of_its_tensors():
    first, again, drawn = stepper(ema=0.9), stepper(ema=0.9), block()
    first(drawn, RATES)
    kept = [tensor.clone() for tensor in first.tensors]
    first(drawn, RATES)
    again.restore(kept)
    again(drawn, RATES)
    for mine, theirs in zip(again.tensors, first.tensors, strict=True):
        assert torch.equal(mine, theirs)
    with pytest.raises(InputError, match="another network or optimiser"):
        stepper().restore(kept)


def test_at_its_end_the_network_has_the_average_of_its_weights():
    drawn, own = block(), network()
    averaged = Stepper(own, Deblending(), torch.float32, training(ema=0.9))
    averaged(drawn, torch.tensor([[0.01], [0.0]]).expand(2, 5))  # the average stays where it began
    assert weights_hash(own) != weights_hash(network())
    averaged.finish()
    assert weights_hash(own) == weights_hash(network())
