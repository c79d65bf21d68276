"""Generating the samples that are measured, and what is to be known of how they were made."""

import time
from typing import Any

from torch import Tensor

from iadb_core.sampling.conditions import sampler_of
from iadb_core.sampling.model import Model
from iadb_core.sampling.settings import Sampling
from iadb_core.system.hardware import hardware
from iadb_core.system.progress import Progress
from iadb_core.system.provenance import versions
from iadb_core.system.runtime import precision_name


def generate(
    model: Model, sampling: Sampling, begin: Tensor, condition: Tensor | None = None
) -> tuple[Tensor, dict[str, Any]]:
    """Where a model carries starts, (count, *shape), and a summary of how: counts, seconds, solver, hardware.

    condition: of each, (count, …), for a model that takes one.
    """
    sampler, before, began = sampler_of(model, sampling, condition), model.evaluations, time.monotonic()
    with Progress(len(sampler.alphas) * len(begin), "states") as progress:
        generated = sampler.ends(begin, on_state=progress.update)
    summary = {
        "samples": len(begin),
        "evaluations": model.evaluations - before,
        "seconds": time.monotonic() - began,
        "solver": sampling.solver,
        "schedule": sampling.schedule,
        "steps": sampling.steps,
        "sampling_precision": precision_name(model.precision),
        "sampling_device": str(model.device),
        "sampling_hardware": hardware(model.device),
        "sampling_versions": versions(),
    }
    return generated, summary
