"""Random numbers of a training by the number of what is drawn, so that it can begin anywhere; and orders of samples."""

from collections.abc import Iterator
from itertools import count as counting
from itertools import islice

import torch
from torch import Tensor

from iadb_core.system.errors import InputError
from iadb_core.system.seeds import numbered, seed_for


class Draws:
    """Random numbers for one purpose of a run, by generators that are seeded by the number of what is drawn.

    Each call has a generator of its own: a thread that reads ahead does not disturb another reader.
    """

    def __init__(self, seed: int, purpose: str, device: torch.device) -> None:
        self.seed, self.device = seed_for(seed, purpose), device

    def __call__(self, number: int) -> torch.Generator:
        """The generator of the block, or of the epoch, of that number."""
        return torch.Generator(self.device).manual_seed(numbered(self.seed, number))


def index_blocks(count: int, batches: tuple[int, int], order: str, draws: Draws, first: int = 0) -> Iterator[Tensor]:
    """Blocks of indices below `count`, each of shape `batches`, (batches, batch), int64, on the device of the draws.

    order: `with_replacement`, independent draws; or `shuffled`, a new permutation each epoch, whose last incomplete
    batch is dropped. first: the number of the block to begin with. Raises InputError if an epoch would have no batch
    at all.
    """
    if order == "with_replacement":
        for number in counting(first):
            yield torch.randint(count, batches, generator=draws(number), device=draws.device)
    rows = _shuffled(count, batches[1], draws, first * batches[0])
    while True:
        yield torch.stack(list(islice(rows, batches[0])))


def _shuffled(count: int, batch_size: int, draws: Draws, first: int) -> Iterator[Tensor]:
    """Batches of indices, epoch after epoch, from the batch of number `first` on."""
    whole = steps_per_epoch(count, batch_size)
    begun, skipped = divmod(first, whole)
    for epoch in counting(begun):
        permutation = torch.randperm(count, generator=draws(epoch), device=draws.device)
        yield from permutation[: whole * batch_size].view(whole, batch_size)[skipped:]
        skipped = 0


def steps_per_epoch(count: int, batch_size: int) -> int:
    """The number of whole batches in `count` samples. Raises InputError if there is none."""
    if batch_size > count:
        raise InputError(
            f"training.batch_size: {batch_size} is larger than the data, {count} training samples; "
            "make it smaller, or give `steps` with `order: with_replacement`"
        )
    return count // batch_size
