"""Which other experiments' models an experiment needs beside its own."""

from collections.abc import Iterator, Mapping

from workflow.configuration import Experiment

Place = tuple[str, ...]
FROM = ("training", "from")
PLUG_AND_PLAY = ("evaluation", "restoration", "plug_and_play", "from")


def lenders(experiment: Experiment) -> Iterator[tuple[Place, str]]:
    """The experiments whose models it needs, by the key that names each."""
    plugged = experiment.evaluation.restoration.plug_and_play
    if experiment.training.begin_from:
        yield FROM, experiment.training.begin_from
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
            elif why := _unfit(experiment, experiments[other]):
                yield (name, *place), f"{other} {why}"


def _unfit(experiment: Experiment, other: Experiment) -> str | None:
    """Why the model of another experiment cannot restore the images of this one; None if it can."""
    if other.shape != experiment.shape:
        return "is of samples of another shape"
    if other.target.pixel_scaling() != experiment.target.pixel_scaling():
        return "has another scaling of its images: give both the same"
    if other.restores:
        return "restores images itself: an unconditional model is needed"
    if not other.source.fresh:
        return "has a source that is not drawn anew: noise is needed, `source: {gaussian: {}}`"
    return None
