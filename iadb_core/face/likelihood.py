"""How likely samples are under a trained model, as a person has them: the logarithm of a density of true values."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

from iadb_core.data.density import Density
from iadb_core.evaluation.likelihood import Following, model_likelihood
from iadb_core.evaluation.settings import Likelihood
from iadb_core.face.given import checked
from iadb_core.sampling.model import Model
from iadb_core.system.errors import InputError

KEYS = ("solver", "steps", "tolerance", "probes", "widening")


def log_likelihood(
    model: Model, densities: tuple[Density, Density], x: Tensor, way: Mapping[str, Any], seed: int, told: Tensor | None
) -> Tensor:
    """Log p of samples, (count, *shape), network values, as true values: (count,), float64.

    way: keys of `evaluation.likelihood`. told: what each is asked to be, if anything. Raises InputError for a mistake
    in them, for a source without density, and for a model that restores images.
    """
    if unknown := sorted(set(way) - set(KEYS)):
        raise InputError(f"{', '.join(unknown)}: unknown; allowed: {', '.join(KEYS)}")
    settings = checked(Likelihood, way)
    source, target = densities
    following = Following.of(settings, source.law() if source.known else None)
    found = model_likelihood(model, following, x, settings.probes, seed, told)
    return found - float(np.log(target.units(tuple(x.shape[1:]))).sum())
