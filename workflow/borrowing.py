"""Which other experiments' models an experiment needs beside its own."""

from collections.abc import Iterator, Mapping

from iadb_core.networks.settings import UNCONDITIONAL
from workflow.configuration import Experiment

Place = tuple[str, ...]
FROM = ("training", "from")
AUTOGUIDANCE = ("sampling", "autoguidance", "from")
PLUG_AND_PLAY = ("evaluation", "restoration", "plug_and_play", "from")


def lenders(experiment: Experiment) -> Iterator[tuple[Place, str]]:
    """The experiments whose models it needs, by the key that names each."""
    plugged = experiment.evaluation.restoration.plug_and_play
    if experiment.training.begin_from:
        yield FROM, experiment.training.begin_from
    if experiment.sampling.autoguidance:
        yield AUTOGUIDANCE, experiment.sampling.autoguidance.model_of
    if plugged and experiment.restores:
        yield PLUG_AND_PLAY, plugged.model_of


def borrowings(experiments: Mapping[str, Experiment]) -> Iterator[tuple[Place, str]]:
    """What is wrong with models that are borrowed for a comparison: the keys of the place, and what to say of it."""
    for name, experiment in experiments.items():
        for place, other in lenders(experiment):
            if place == FROM:
                continue
            if other not in experiments:
                yield (name, *place), f"{other!r} is not among the experiments: {', '.join(experiments)}"
            elif why := UNFIT[place](experiment, experiments[other]):
                yield (name, *place), f"{other} {why}"


def _other_samples(experiment: Experiment, other: Experiment) -> str | None:
    """Why the model of another experiment has other samples; None if it has the same."""
    if other.shape != experiment.shape:
        return "is of samples of another shape"
    if other.target.pixel_scaling() != experiment.target.pixel_scaling():
        return "has another scaling of its images: give both the same"
    return None


def _unfit_to_restore(experiment: Experiment, other: Experiment) -> str | None:
    """Why the model of another experiment cannot restore the images of this one; None if it can."""
    if other.restores:
        return "restores images itself: an unconditional model is needed"
    if not other.source.fresh:
        return "has a source that is not drawn anew: noise is needed, `source: {gaussian: {}}`"
    return _other_samples(experiment, other)


def _unfit_to_guide(experiment: Experiment, other: Experiment) -> str | None:
    """Why the model of another experiment cannot guide the samples of this one; None if it can."""
    if other is experiment:
        return "is the experiment itself: a weaker model is needed"
    if other.conditions not in (experiment.conditions, UNCONDITIONAL):
        return "is told something else"
    return _other_samples(experiment, other)


UNFIT = {PLUG_AND_PLAY: _unfit_to_restore, AUTOGUIDANCE: _unfit_to_guide}
