"""Shortcut models: the progressive loss with two jumps of the same length. Source: Frans et al. 2024."""

from dataclasses import dataclass

import torch
from torch import Tensor

from iadb_core.method.objectives.progressive import GOLDEN, Progressive


@dataclass(frozen=True)
class Shortcut(Progressive):
    """As `Progressive`, with u in the middle of s and t.

    halvings: jumps are 1, ½, ¼, … 2^−halvings long, as many of each, and begin at a multiple of their length, as in the
    paper, which has 7. None: they begin and end anywhere.
    """

    halvings: int | None = None

    def times(self, alpha: Tensor, first: int) -> Tensor:
        """As `Progressive` says."""
        times = super().times(alpha, first)
        if self.halvings is None:
            return times
        begin, _, end, share = times.unbind(2)
        rows = torch.arange(first, first + alpha.shape[1], device=alpha.device)
        counts = 2.0 ** ((rows + 1) * GOLDEN % 1 * (self.halvings + 1)).floor().to(alpha)  # of jumps from 0 to 1
        counts = torch.where((begin == 0) & (end == 1), 1.0, counts)
        begin = (alpha[..., 0] * counts).floor().clamp(max=counts - 1) / counts
        return torch.stack([begin, begin + 0.5 / counts, begin + 1 / counts, share], dim=2)

    def shares(self, rows: Tensor) -> Tensor:
        """As `Progressive` says."""
        return torch.full(rows.shape, 0.5, device=rows.device)


objective = Shortcut
