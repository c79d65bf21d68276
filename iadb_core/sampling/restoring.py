"""Restoring degraded images: with a model that was trained to, with a regression, and with one that never saw any."""

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.degrading import Degraded, Degrading
from iadb_core.data.density import Density, Drawn
from iadb_core.data.draws import Draws
from iadb_core.method.plug_and_play import PlugAndPlay
from iadb_core.sampling.conditions import sampler_of
from iadb_core.sampling.model import Model
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.starts import starts
from iadb_core.sampling.told import AT_ONCE
from iadb_core.system.errors import InputError
from iadb_core.system.progress import Progress
from iadb_core.system.seeds import numpy_generator


def answers_to(
    model: Model, sampling: Sampling, seen: Tensor, source: Density, stored: np.ndarray | None, answers: int, seed: int
) -> Tensor:
    """Several answers to each degraded image, (answers, count, *shape), network values.

    seen: what the model sees of them, (count, channels, height, width). source, stored: of the starts, as `starts`.
    """
    generator = numpy_generator(seed, "restoration starts")
    begin = starts(source, model.shape, stored, answers * len(seen), generator)
    sampler = sampler_of(model, sampling, seen.repeat(answers, 1, 1, 1))
    with Progress(len(sampler.alphas) * len(begin), "states") as progress:
        ends = sampler.ends(begin, on_state=progress.update)
    return ends.unflatten(0, (answers, len(seen)))


def regressed(model: Model, seen: Tensor, batch_size: int) -> Tensor:
    """What a regression makes of degraded images, (count, *shape). model: of the objective `regression`."""
    found = []
    with torch.inference_mode():
        for part in seen.split(batch_size):
            placed = part.to(model.device)
            zeros = placed.new_zeros(len(part), *model.shape)
            found.append(model.field(zeros, placed.new_zeros(len(part)), placed).cpu())
    return torch.cat(found)


def plugged(
    model: Model,
    source: Density,
    degrading: Degrading,
    degraded: Degraded,
    way: tuple[int, float, int],
    seed: int,
) -> Tensor:
    """What an unconditional model makes of degraded images, (count, *shape), by `PlugAndPlay`.

    source: that it begins from. way: steps, exponent and draws. Raises InputError for a source that is not drawn anew.
    """
    if not isinstance(source, Drawn) or not source.fresh:
        raise InputError(f"{source.kind}: plug and play draws noise anew, which this source is not")
    method, draws = PlugAndPlay(model.field, *way), Draws(seed, "plug and play", model.device)
    shown, found = degrading.shown(degraded), []
    with Progress(len(shown), "images") as progress:
        for number, rows in enumerate(torch.arange(len(shown)).split(AT_ONCE)):
            masks = None if degraded.masks is None else degraded.masks[rows].to(model.device)
            start, generator = shown[rows].to(model.device), draws(number)

            def operator(x: Tensor, masks: Tensor | None = masks) -> Tensor:
                return degrading.again(x, masks)

            def noise(
                size: tuple[int, ...] = tuple(start.shape),
                generator: torch.Generator = generator,
                source: Drawn = source,
            ) -> Tensor:
                return source.draw_blocks(size, generator)

            found.append(method(operator, degraded.y[rows].to(model.device), start, noise).cpu())
            progress.update(len(rows))
    return torch.cat(found)
