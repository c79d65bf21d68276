"""Endless blocks of batches to train on: two streams that a coupling pairs, and α."""

from collections.abc import Iterator
from itertools import count as counting
from math import lcm, prod

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.density import Density, Shape
from iadb_core.data.draws import Draws
from iadb_core.data.stores import read_ahead
from iadb_core.data.streams import ALL, Stream, stream_of
from iadb_core.data.telling import Drawing, Telling, Told
from iadb_core.method.alphas import ALPHAS
from iadb_core.method.batches import Batch, Block
from iadb_core.method.coupling import Coupling
from iadb_core.method.couplings.independent import Independent
from iadb_core.system.errors import InputError

BATCHES_DRAWN_AHEAD = 64
VALUES_IN_A_BLOCK = 2**18  # few enough to stay in a cache


def batches_in_a_block(batch_size: int, shape: Shape, paired_at_once: int | None = None) -> int:
    """How many batches are drawn at once: many small ones, for which a draw of each would take longer than a step.

    paired_at_once: of how many samples a block is to have whole sets.
    """
    at_least = lcm(paired_at_once, batch_size) // batch_size if paired_at_once else 1
    drawn = min(BATCHES_DRAWN_AHEAD, max(1, VALUES_IN_A_BLOCK // (batch_size * prod(shape))))
    return -(-drawn // at_least) * at_least


def alpha_blocks(name: str, size: tuple[int, ...], draws: Draws, first: int, rows: slice = ALL) -> Iterator[Tensor]:
    """Draws of α from one of `ALPHAS`, of that size, (batches, batch) or with two of each, from block `first` on; some
    rows.
    """
    for number in counting(first):
        yield ALPHAS[name](torch.rand(size, generator=draws(number), device=draws.device)[:, rows])


class Pairs:
    """What a training or a measurement blends: whole blocks by their number, whatever is taken of them.

    x0, x1: the streams of source and target. alpha: one of `ALPHAS`, drawn by `draws`. batches: of a block, (batches,
    batch). coupling: takes its random numbers from `coupling_draws`. telling: the condition of each x₁, if one is told.
    times: how many α each pair has. noise: standard deviation of what is added to both samples of a pair, and so to
    their blend, drawn by `noise_draws`.
    """

    def __init__(
        self,
        x0: Stream,
        x1: Stream,
        alpha: str,
        draws: Draws,
        batches: tuple[int, int],
        coupling: Coupling,
        coupling_draws: Draws,
        telling: Telling | None = None,
        times: int = 1,
        noise: float = 0.0,
        noise_draws: Draws | None = None,
    ) -> None:
        self.x0, self.x1, self.alpha, self.draws, self.batches, self.coupling = x0, x1, alpha, draws, batches, coupling
        self.coupling_draws, self.telling, self.noise, self.noise_draws = coupling_draws, telling, noise, noise_draws
        self.alphas = batches if times == 1 else (*batches, times)

    def blocks(self, first: int = 0, rows: slice = ALL) -> Iterator[Block]:
        """Blocks from number `first` on. rows: which samples of each batch; they are the same whatever is taken.

        A coupling that needs whole batches has them, and pairs them ahead of the one who asks, on a thread of its own;
        what is not wanted is cut off afterwards.
        """
        paired = self._paired(first, rows)
        return paired if self.coupling.apart else read_ahead(paired)

    def _paired(self, first: int, rows: slice) -> Iterator[Block]:
        before, after = (rows, ALL) if self.coupling.apart else (ALL, rows)
        alphas = alpha_blocks(self.alpha, self.alphas, self.draws, first, rows)
        streams = self.x0.blocks(first, before), self._told(first, before), alphas
        for number, (x0, (x1, condition), alpha) in enumerate(zip(*streams, strict=False), start=first):
            x0, x1, condition = self.coupling(x0, x1, condition, self.coupling_draws(number))
            x0, x1 = self._noisy(number, x0[:, after], x1[:, after], rows)
            yield Block(x0, x1, alpha, None if condition is None else condition[:, after])

    def _noisy(self, number: int, x0: Tensor, x1: Tensor, rows: slice) -> tuple[Tensor, Tensor]:
        """Both samples with the same noise, which leaves their difference as it is."""
        if not self.noise or self.noise_draws is None:
            return x0, x1
        size = (*self.batches, *x0.shape[2:])
        drawn = torch.randn(size, generator=self.noise_draws(number), device=self.noise_draws.device)[:, rows]
        return x0 + self.noise * drawn, x1 + self.noise * drawn

    def _told(self, first: int, rows: slice) -> Iterator[tuple[Tensor, Tensor | None]]:
        """Blocks of x₁, each with its condition, if one is told."""
        blocks = self.x1.blocks(first, rows)
        if self.telling is None:
            return ((block, None) for block in blocks)
        return iter(self.telling.beside(blocks, first, rows))

    def each(self) -> Iterator[Batch]:
        """The batches, one at a time, from the first on."""
        return (batch for block in self.blocks() for batch in block.batches())


def pairs_of(
    densities: tuple[Density, Density],
    samples: tuple[np.ndarray | None, np.ndarray | None],
    shape: Shape,
    batch_size: int,
    order: str,
    seed: int,
    device: torch.device,
    alpha: str = "uniform",
    coupling: Coupling | None = None,
    sharing: int = 1,
    told: Told | None = None,
    times: int = 1,
    seen: bool = False,
    noise: float = 0.0,
) -> Pairs:
    """Pairs of two densities, on `device`; independent unless a coupling is given.

    told: of each sample of the target, if anything is. times, noise: as `Pairs` takes them. densities, samples, order,
    sharing, seen: of source and target, as `stream_of` takes them. Raises InputError as it does.
    """
    coupling = coupling or Independent()
    batches = batches_in_a_block(batch_size, shape, coupling.at_once), batch_size
    if coupling.aligned:
        check_aligned(*samples)
    ordered_as = ("x1", "x1") if coupling.aligned else ("x0", "x1")
    x0, x1 = (
        stream_of(density, shape, stored, batches, order, seed, name, device, sharing, seen)
        for name, density, stored in zip(ordered_as, densities, samples, strict=True)
    )
    telling = told.telling(Drawing(densities[1], batches, order, seed, device)) if told else None
    of_alpha, of_coupling, of_noise = (
        Draws(seed, f"training {what}", device) for what in ("alpha", "coupling", "noise")
    )
    return Pairs(x0, x1, alpha, of_alpha, batches, coupling, of_coupling, telling, times, noise, of_noise)


def check_aligned(x0: np.ndarray | None, x1: np.ndarray | None) -> None:
    """Raise InputError if stored samples of both sides cannot belong together row by row."""
    counts = [None if samples is None else len(samples) for samples in (x0, x1)]
    if None in counts or counts[0] != counts[1]:
        raise InputError(
            f"training.coupling: pairs need as many samples of source and target, not {counts[0]} and {counts[1]}; "
            "delete the experiment's source and target folders to have them made again"
        )
