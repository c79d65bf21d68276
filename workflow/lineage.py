"""Which run's model a training begins from, and from whose model that began."""

import difflib
from collections.abc import Collection, Iterator, Mapping

from iadb_core.system.settings import Section
from workflow.configuration import Experiment
from workflow.differences import differences


def unknown(name: str, names: Collection[str]) -> str:
    """What to say of an experiment that is not there. names: of those that are."""
    near = difflib.get_close_matches(name, names, n=1)
    said = f"; did you mean {near[0]}?" if near else f": {', '.join(names)}"
    return f"{name!r} is not among the experiments{said}"


def lineage(experiments: Mapping[str, Experiment], name: str, seed: int) -> list[tuple[str, int]]:
    """A run (experiment, seed), then the one from whose model its training begins, if any, and so on."""
    found = [(name, seed)]
    while (name := experiments[name].training.begin_from or "") in experiments and name not in dict(found):
        seeds = experiments[name].seeds
        seed = seed if seed in seeds else seeds[0]
        found.append((name, seed))
    return found


def beginnings(experiments: Mapping[str, Experiment]) -> Iterator[tuple[tuple[str, ...], str]]:
    """What is wrong with what trainings begin from: the keys of the place, and what to say of it."""
    for name, experiment in experiments.items():
        place, other = (name, "training", "from"), experiment.training.begin_from
        if other is None:
            continue
        if other not in experiments:
            yield place, unknown(other, experiments)
        elif experiments[lineage(experiments, name, 0)[-1][0]].training.begin_from == name:
            yield place, "trainings begin from each other, in a circle"
        elif differs := list(_differs(experiment, experiments[other])):
            yield place, f"{other} has another {' and another '.join(differs)}"
        elif (
            experiments[other].target.described(places=True) == experiment.target.described(places=True)
            and experiments[other].samples.seed != experiment.samples.seed
        ):
            yield place, f"{other} has another samples.seed: it was trained on samples that are held out here"


def _differs(experiment: Experiment, other: Experiment) -> Iterator[str]:
    """In what the network of another experiment is another one. That of a field may become one that jumps."""
    if other.network != experiment.network:
        yield f"network, {_apart(experiment.network, other.network)}"
    if other.shape != experiment.shape:
        yield "shape of samples"
    if other.conditions.of_a_field != experiment.conditions.of_a_field:
        yield "condition"
    if other.conditions.jumps > experiment.conditions.jumps:
        yield "objective, with jumps: give both one that jumps"


def _apart(own: Section, other: Section) -> str:
    """In which settings another section differs."""
    differing = differences({"own": own.written(), "other": other.written()})
    return ", ".join(f"{key}: {found['other']}, not {found['own']}" for key, found in differing.items())
