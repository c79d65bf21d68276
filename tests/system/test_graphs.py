"""Replayed calls, on a GPU where there is one, and on the CPU with a graph that runs its function when replayed."""

import gc
from contextlib import contextmanager, nullcontext
from types import SimpleNamespace

import pytest
import torch

from iadb_core.system import graphs
from iadb_core.system.graphs import ORDINARY_CALLS, Replayed, uncollected


class Graph:
    """What torch.cuda.CUDAGraph is to its users: what is launched in a capture runs when it is replayed."""

    def reset(self):
        self.function = self.inputs = None

    def replay(self):
        self.output.copy_(self.function(*self.inputs))


class Stream:
    def wait_stream(self, other):
        assert isinstance(other, Stream)


@pytest.fixture(
    params=[
        "cpu",
        pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA GPU")),
    ]
)
def replayable(request, monkeypatch):
    """A device, and what makes a function Replayed there."""
    if request.param == "cuda":
        return torch.device("cuda"), Replayed
    captured = []

    @contextmanager
    def graph(graph, stream, capture_error_mode):
        captured.append(graph)
        yield
        captured.remove(graph)

    def made(function):
        def launched(*inputs):
            if not captured:
                return function(*inputs)
            captured[0].function, captured[0].inputs = function, inputs
            captured[0].output = torch.empty_like(inputs[0])
            return captured[0].output

        return Replayed(launched)

    names = {
        "CUDAGraph": Graph,
        "Stream": Stream,
        "current_stream": Stream,
        "graph": graph,
        "synchronize": lambda: None,
    }
    fake = SimpleNamespace(**names, stream=lambda stream: nullcontext(), device=lambda device: nullcontext())
    monkeypatch.setattr(graphs.torch, "cuda", fake)
    return torch.device("cpu"), made


def counting(replayable):
    """A function with a state on the device, that state, and the device."""
    device, made = replayable
    state = torch.zeros((), device=device)

    def function(x, y):
        state.add_(1)
        return x * y + state

    return made(function), state, device


def test_every_call_runs_the_function_once_captured_or_not(replayable):
    replayed, state, device = counting(replayable)
    for call in range(1, ORDINARY_CALLS + 10):
        x = torch.full((4,), float(call), device=device)
        assert replayed(x, 2 * x).tolist() == [2 * call**2 + call] * 4
        assert state.item() == call
        assert len(replayed.captured) == (call > ORDINARY_CALLS)


def test_inputs_of_other_shapes_are_served_too_two_of_them_captured(replayable):
    replayed, _, device = counting(replayable)
    for call in range(1, 40):
        x = torch.ones(3 + call % 3, device=device)
        assert replayed(x, x).tolist() == [1.0 + call] * len(x)
    assert [shapes[0] for shapes in replayed.captured] == [(4,), (5,)]


def test_what_is_seldom_called_for_is_not_captured(replayable):
    replayed, _, device = counting(replayable)
    for length in [8] * 20 + [3] * ORDINARY_CALLS:
        x = torch.ones(length, device=device)
        replayed(x, x)
    assert list(replayed.captured) == [((8,), (8,))]


def test_calls_inside_and_outside_of_inference_mode_are_the_same(replayable):
    replayed, _, device = counting(replayable)
    for call in range(1, 20):
        with torch.inference_mode(call % 2 == 0):
            x = torch.ones(3, device=device)
            assert replayed(x, x).tolist() == [1.0 + call] * 3


def test_what_is_released_is_captured_anew(replayable):
    replayed, state, device = counting(replayable)
    for call in range(1, 20):
        x = torch.ones(3, device=device)
        assert replayed(x, x).tolist() == [1.0 + call] * 3
        if call == 10:
            replayed.release()
            assert not replayed.captured
    assert len(replayed.captured) == 1
    assert state.item() == 19


@pytest.mark.parametrize("before", [True, False])
def test_no_garbage_is_collected_in_a_capture_and_afterwards_as_before(before):
    (gc.enable if before else gc.disable)()
    try:
        with uncollected():
            assert not gc.isenabled()
        assert gc.isenabled() == before
    finally:
        gc.enable()


def test_a_replay_reads_its_inputs_and_not_those_of_the_capture(replayable):
    replayed, _, device = counting(replayable)
    for call in range(1, 20):
        given = torch.full((2,), float(call), device=device)
        assert replayed(given, torch.ones(2, device=device)).tolist() == [2.0 * call] * 2
        given.fill_(-1)
