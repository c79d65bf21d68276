"""In which folders of results the sample files of experiments lie; variants of a sweep share them."""

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from iadb_core.data.density import Density
from workflow.configuration import SIDES, Experiment
from workflow.experiments import Sweeps, sorted_tree


def sample_homes(experiments: Mapping[str, Experiment], sweeps: Sweeps) -> dict[tuple[str, str], str]:
    """In which folder of results the sample files of each experiment lie, by experiment and side.

    Variants of a sweep whose samples are those of the experiment share its own; others have a folder that is named by
    what their samples are, so that it stays the same whatever else is swept.
    """
    homes = {(name, side): name for name in experiments for side in SIDES}
    for base, values in sweeps.items():
        for name, side in itertools.product(values, SIDES):
            own, theirs = (_samples_of(experiments[one], side) for one in (name, base))
            digest = hashlib.sha256(own.encode()).hexdigest()[:8]
            homes[name, side] = base if own == theirs else f"{base}~samples-{digest}"
    return homes


def sample_sets(
    experiments: Mapping[str, Experiment], homes: Mapping[tuple[str, str], str], kind: type[Density], labelled: bool
) -> Iterator[str]:
    """The `home/side` of every source and target of a kind, with labels or without; homes: as of `sample_homes`."""
    for (name, side), home in homes.items():
        density = experiments[name].density(side)
        if isinstance(density, kind) and (density.class_names() is not None) == labelled:
            yield f"{home}/{side}"


def _samples_of(experiment: Experiment, side: str) -> str:
    """What the sample files of one side are made of, as text."""
    density = experiment.density(side)
    made_of: list[Any] = [density.described(places=True), experiment.samples.written()]
    if density.shape() is None:
        made_of += [experiment.shape, experiment.evaluation.count]
    return json.dumps(sorted_tree(made_of))
