"""What guidance does: one trained network, its samples pushed towards their classes by several weights."""

from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor

from iadb_core.data.parts import HELD_OUT
from iadb_core.evaluation.comparison import Comparison
from iadb_core.evaluation.measured import FIGURE, Measured
from iadb_core.evaluation.settings import Evaluation
from iadb_core.sampling.conditions import sampler_of
from iadb_core.sampling.model import Model
from iadb_core.sampling.settings import Guidance, Sampling
from iadb_core.system.progress import Progress

WAY = ("weight", "from", "to", "optimised_scale", "nfe")
PROTOCOL = ("solver", "steps", "weights_hash", "precision", "device", "versions", "code")
COLUMNS = ("experiment", "seed", *WAY, *FIGURE, *PROTOCOL)


def guidance_table(
    model: Model,
    begin: Tensor,
    condition: Tensor,
    settings: Evaluation,
    sampling: Sampling,
    comparisons: Sequence[Comparison[Any]],
) -> Iterator[dict[str, Any]]:
    """A row for each weight of `settings.guidance`, each comparison and each measure, without `PROTOCOL`.

    begin: (count, *shape), and condition: (count,), its classes, the same for every weight. comparisons: with
    validation samples, by which a weight is chosen, and with held-out ones, which have all measures, and how often the
    class is seen that was asked for. Raises InputError if no measure can be taken.
    """
    measured = [Measured.of(one, one.measures() if one.split == HELD_OUT else one.quality()) for one in comparisons]
    asked, begun_with = condition.numpy(), sampling.guidance or Guidance(weight=1.0)
    with Progress(len(settings.guidance), "weights") as progress:
        for weight in settings.guidance:
            guidance = begun_with.model_copy(update={"weight": weight})
            before = model.evaluations
            ends = sampler_of(model, sampling.model_copy(update={"guidance": guidance}), condition).ends(begin)
            way = (weight, *guidance.interval, guidance.optimised_scale, (model.evaluations - before) / len(begin))
            progress.update(1, f"weight {weight:g}")
            for one in measured:
                found = list(one.figures(ends))
                if one.comparison.split == HELD_OUT:
                    for figure in one.comparison.obedience(ends.numpy(), asked):
                        found.append(one.described(figure.metric, figure.value, figure.floor, figure.floor_std))
                yield from (dict(zip(WAY, way, strict=True)) | figure for figure in found)
