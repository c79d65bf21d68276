"""The field of each class beside the exact one: as a network is told classes, each class has a field of its own."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from iadb_core.evaluation.excess import field_error
from iadb_core.evaluation.floors import Figure
from iadb_core.evaluation.metrics import CLASS_EXACT_MAP, CLASS_FIELD_ERROR
from iadb_core.evaluation.paths import root_mean_square
from iadb_core.method.exact import exact_field
from iadb_core.method.laws import Law
from iadb_core.sampling.model import Model
from iadb_core.sampling.sampler import Sampler, Way

CPU = torch.device("cpu")
AT_ONCE = 1024


def class_figures(
    model: Model, way: Way, source: Law | None, classes: Sequence[Law | None], begin: Tensor, field_alphas: int
) -> list[Figure]:
    """The error of the field of a class, and of its map, root mean squares over all classes.

    source, classes: what is exactly known of the source, and of each class of the target; without it, where the exact
    field does not lead there, or does not stay bounded, there are no figures. begin: starts, (count, *shape), that the
    classes share out. field_alphas: as `study` takes it. Nothing is guided.
    """
    chosen = np.unique(np.linspace(0, len(way.alphas) - 2, field_alphas).round().astype(int)).tolist()
    errors, apart, followed = [], [], 0
    for number, law in enumerate(classes):
        exact = exact_field(source, law, model.shape)
        starts = begin[number :: len(classes)]
        if exact is None or not exact.leads or not exact.bounded or not len(starts):
            continue
        told = torch.full((len(starts),), number)
        states = Sampler(model.field, way, model.device, told).trajectories(starts)
        ends = Sampler(exact, way._replace(batch_size=AT_ONCE), CPU).ends(starts)

        def field(x: Tensor, alpha: Tensor, told: Tensor = told) -> Tensor:
            return model.on_cpu(x, alpha, told)

        errors += [field_error(field, exact, states[index], way.alphas[index]).field for index in chosen]
        apart.append(root_mean_square(states[-1], ends))
        followed += len(starts)
    if not followed:
        return []
    pooled = {CLASS_FIELD_ERROR: errors, CLASS_EXACT_MAP: apart}
    return [
        Figure(metric, float(np.sqrt(np.mean(np.square(own)))), followed, "held_out", 0.0, floor_is="exact field")
        for metric, own in pooled.items()
    ]
