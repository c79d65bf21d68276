import pytest
import torch

from iadb_core.graphs import ORDINARY_CALLS, Replayed

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")


def counting():
    """A function with a state on the device, and that state."""
    state = torch.zeros((), device="cuda")

    def function(x, y):
        state.add_(1)
        return x * y + state

    return Replayed(function), state


def test_every_call_runs_the_function_once_captured_or_not():
    replayed, state = counting()
    for call in range(1, ORDINARY_CALLS + 10):
        x = torch.full((4,), float(call), device="cuda")
        assert replayed(x, 2 * x).tolist() == [2 * call**2 + call] * 4
        assert state.item() == call
    assert replayed.graph is not None


def test_inputs_of_another_shape_are_served_too():
    replayed, _ = counting()
    for call in range(1, 20):
        x = torch.ones(3 + call % 2, device="cuda")
        assert replayed(x, x).tolist() == [1.0 + call] * len(x)


def test_calls_inside_and_outside_of_inference_mode_are_the_same():
    replayed, _ = counting()
    for call in range(1, 20):
        with torch.inference_mode(call % 2 == 0):
            x = torch.ones(3, device="cuda")
            assert replayed(x, x).tolist() == [1.0 + call] * 3
