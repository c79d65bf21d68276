"""Batches of two kinds of pairs: a share of the rows are of the one, the others of the other."""

from collections.abc import Iterator

import torch
from torch import Tensor

from iadb_core.data.pairs import Pairs
from iadb_core.data.streams import ALL
from iadb_core.method.batches import Block, rows_of_share
from iadb_core.system.constants import constant


class Mixed:
    """Pairs of which a share of the rows of each batch, evenly, are others. share: of the others.

    Both have batches of one size and blocks of one length.
    """

    def __init__(self, pairs: Pairs, others: Pairs, share: float) -> None:
        self.pairs, self.others, self.share = pairs, others, share

    def blocks(self, first: int = 0, rows: slice = ALL) -> Iterator[Block]:
        """Blocks from number `first` on. rows: which samples of each batch; they are the same whatever is taken."""
        begin, end, _ = rows.indices(self.pairs.batches[1])
        chosen = rows_of_share(begin, end - begin, self.share)
        for block, other in zip(self.pairs.blocks(first, rows), self.others.blocks(first, rows), strict=False):
            parts = zip(block.parts(), other.parts(), strict=True)
            yield Block(*(_with_rows(part, theirs, chosen) for part, theirs in parts))


def _with_rows(part: Tensor, theirs: Tensor, rows: list[int]) -> Tensor:
    """A copy of (batches, batch, …) with some rows of another."""
    which = constant(tuple(rows), torch.int64, part.device)
    return part.index_copy(1, which, theirs.index_select(1, which).to(part.dtype))
