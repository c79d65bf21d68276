"""CUDA graphs: work that is captured once and replayed by a single launch."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor

Shapes = tuple[torch.Size, ...]  # of the inputs
MOST = 2  # graphs of one function

ORDINARY_CALLS = 3  # before the capture: libraries choose their algorithms and allocate their workspaces in them


@contextmanager
def uncollected() -> Iterator[None]:
    """In the block, no garbage is collected: a graph among it that is destroyed would spoil a capture."""
    gc.collect()
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Captured(NamedTuple):
    """A graph, what it reads, and what it leaves."""

    graph: torch.cuda.CUDAGraph
    inputs: list[Tensor]
    output: Tensor


class Replayed:
    """A function of tensors on a CUDA device, called as it is at first, then captured and replayed.

    It must not read a tensor on the host, and what it changes must be tensors that live as long as it does. What is
    captured has the shapes that are first called for several times, two at most, say of samples that are guided and of
    those that are not; inputs of other shapes are served by an ordinary call. The output of a replay is overwritten by
    the next.
    """

    def __init__(self, function: Callable[..., Tensor]) -> None:
        self.function = function
        self.calls: Counter[Shapes] = Counter()
        self.stream: torch.cuda.Stream | None = None
        self.captured: dict[Shapes, Captured] = {}

    @torch.inference_mode(False)  # the graph's own tensors must serve calls inside and outside of it
    def __call__(self, *inputs: Tensor) -> Tensor:
        with torch.cuda.device(inputs[0].device):  # streams and graphs are of the current device
            return self._called(*inputs)

    def _called(self, *inputs: Tensor) -> Tensor:
        shapes = tuple(given.shape for given in inputs)
        if shapes not in self.captured:
            if len(self.captured) == MOST or self.calls[shapes] < ORDINARY_CALLS:
                self.calls[shapes] += 1
                return self._ordinary(*inputs)
            self.captured[shapes] = self._capture(*inputs)
        graph, own, output = self.captured[shapes]
        for static, given in zip(own, inputs, strict=True):
            static.copy_(given, non_blocking=True)
        graph.replay()
        return output

    def release(self) -> None:
        """Give back graphs and their memory; NCCL, for one, does not end while a graph has calls of it."""
        if self.captured:
            torch.cuda.synchronize()
        for graph, *_ in self.captured.values():
            graph.reset()
        self.captured.clear()
        self.calls.clear()

    def _ordinary(self, *inputs: Tensor) -> Tensor:
        """A call on the stream that will be captured, between what is before and after it on the current one."""
        self.stream = self.stream or torch.cuda.Stream()
        self.stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self.stream):
            output = self.function(*inputs)
        torch.cuda.current_stream().wait_stream(self.stream)
        return output

    def _capture(self, *inputs: Tensor) -> Captured:
        """Record the function's kernels, which does not run them, on copies of the inputs.

        Other threads may allocate memory meanwhile, as the one that reads samples ahead does.
        """
        own = [torch.empty_like(given) for given in inputs]
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with uncollected(), torch.cuda.graph(graph, stream=self.stream, capture_error_mode="thread_local"):
            output = self.function(*own)
        return Captured(graph, own, output)
