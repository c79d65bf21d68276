"""The density that a flow has made of its source, on a grid at each α: by following each cell's middle back."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from iadb_core.method.densities import LogDensity
from iadb_core.method.divergence import ExactTrace
from iadb_core.method.fields import Field
from iadb_core.method.integration import Solver
from iadb_core.method.likelihood import log_likelihood

AT_ONCE = 16_384  # cells that are followed together


def flowing_density(
    field: Field,
    solver: Solver,
    alphas: Sequence[float],
    shown: Sequence[int],
    source: LogDensity,
    centres: Tensor,
    on_state: Callable[[int], object] = lambda count: None,
) -> np.ndarray:
    """The density of the flow at cells' middles, (count, 2), by change of variables: (frames, count), float64.

    alphas: from α = 0 to 1, whose steps are taken back from each that is shown, so that no frame builds on another's
    error. shown: numbers of α that are shown. on_state: is told how many cells are done. Of the plane: the divergence
    is exact.
    """
    found = []
    for index in shown:
        cells = []
        for some in centres.split(AT_ONCE):
            way = field, ExactTrace(), solver, alphas[: index + 1]
            cells.append(log_likelihood(*way, some, source) if index else source(some))
            on_state(len(some))
        found.append(torch.cat(cells).exp().numpy())
    return np.stack(found)
