"""Which weights of a training its model has: those of the last step, or of the least loss on validation samples."""

from collections.abc import Sequence

import torch
from torch import Tensor

from iadb_core.method.batches import Block
from iadb_core.method.objective import Objective
from iadb_core.networks.network import Network


class LeastLoss:
    """Keeps the weights of the least loss on blends that are the same every time.

    network: flattened, float32; `weights` are its flat parameters, and `average` what its model would have in their
    place, if it has a moving average. blocks: the blends. every: steps, at least, between two looks. `tensors` is all
    that looks change.
    """

    def __init__(
        self,
        network: Network,
        weights: Tensor,
        average: Tensor | None,
        objective: Objective,
        blocks: Sequence[Block],
        every: int,
    ) -> None:
        self.network, self.weights, self.objective, self.every = network, weights, objective, every
        self.offered = weights if average is None else average
        self.examples = [objective.examples(block) for block in blocks]
        self.coordinates = sum(block.x0.numel() for block in blocks)
        self.best = weights.clone()
        self.found = torch.tensor([torch.finfo(torch.float64).max, 0.0], dtype=torch.float64)
        self.tensors = [self.best, self.found]

    @property
    def loss(self) -> float:
        """The least so far, per coordinate."""
        return float(self.found[0])

    @property
    def step(self) -> int:
        """After which it was found."""
        return int(self.found[1])

    @torch.no_grad()
    def look(self, before: int, done: int, last: bool) -> None:
        """Keep the weights if they are the best so far, where it is time to look: `done` steps are, `before` were."""
        if not last and done // self.every == before // self.every:
            return
        trained = self.weights.clone()
        self.weights.copy_(self.offered)
        loss = sum(
            float(self.objective.loss(self.network, *batch))
            for examples in self.examples
            for batch in zip(*(part.unbind() for part in examples), strict=True)
        )
        if loss / self.coordinates < self.loss:
            self.best.copy_(self.weights)
            self.found.copy_(torch.tensor([loss / self.coordinates, done]))
        self.weights.copy_(trained)
