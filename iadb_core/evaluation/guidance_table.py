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

WAY = ("guidance", "weight", "from", "to", "optimised_scale", "nfe")
PROTOCOL = ("solver", "steps", "weights_hash", "precision", "device", "versions", "code")
COLUMNS = ("experiment", "seed", *WAY, "class", *FIGURE, *PROTOCOL)


def guidance_table(
    model: Model,
    begin: Tensor,
    condition: Tensor | None,
    settings: Evaluation,
    sampling: Sampling,
    comparisons: Sequence[Comparison[Any]],
) -> Iterator[dict[str, Any]]:
    """A row for each weight of `settings.guidance`, each comparison and each measure, without `PROTOCOL`.

    begin: (count, *shape), and condition: what each is told, if anything, the same for every weight. comparisons:
    with validation samples, by which a weight is chosen, and with held-out ones, which have all measures, also of each
    class, and how often the class is seen that was asked for. Raises InputError if no measure can be taken.
    """
    measured = [Measured.of(one, one.measures() if one.split == HELD_OUT else one.quality()) for one in comparisons]
    key = "autoguidance" if sampling.autoguidance else "guidance"
    begun_with = sampling.autoguidance or sampling.guidance or Guidance(weight=1.0)
    with Progress(len(settings.guidance), "weights") as progress:
        for weight in settings.guidance:
            guidance = begun_with.model_copy(update={"weight": weight})
            before = model.evaluations
            ends = sampler_of(model, sampling.model_copy(update={key: guidance}), condition).ends(begin)
            nfe = (model.evaluations - before) / len(begin)
            way = (key, weight, *guidance.interval, getattr(guidance, "optimised_scale", False), nfe)
            progress.update(1, f"weight {weight:g}")
            for one in measured:
                for figure in _figures(one, ends, condition if model.classes else None):
                    yield dict(zip(WAY, way, strict=True)) | figure


def _figures(measured: Measured, ends: Tensor, classes: Tensor | None) -> Iterator[dict[str, Any]]:
    """What samples score, over all and a class; `class` is empty where it is over all."""
    comparison = measured.comparison
    yield from ({"class": "", **figure} for figure in measured.figures(ends))
    if classes is None or comparison.split != HELD_OUT:
        return
    asked, values = classes.numpy(), ends.numpy()
    of_all = [("", figure) for figure in comparison.obedience(values, asked)]
    for name, figure in of_all + comparison.of_classes(values, asked):
        found = measured.described(figure.metric, figure.value, figure.floor, figure.floor_std)
        yield {"class": name, **found, "n": figure.n, "split": figure.split, "floor_split": figure.floor_split}
