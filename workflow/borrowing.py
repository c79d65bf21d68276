"""Which other experiments' models an experiment needs beside its own."""

from collections.abc import Collection, Iterator, Mapping

from iadb_core.method.names import MAP
from workflow.configuration import Experiment
from workflow.lineage import lineage, unknown

Place = tuple[str, ...]
FROM = ("training", "from")
TEACHER = ("training", "objective", "from")
PAIRS = ("training", "coupling", "pairs", "from")
AUTOGUIDANCE = ("sampling", "autoguidance", "from")
EXPLORED = ("animation", "explore", "beside")
LEARNT = (FROM, TEACHER, PAIRS)
PLUG_AND_PLAY = ("evaluation", "restoration", "plug_and_play", "from")


def lenders(experiment: Experiment) -> Iterator[tuple[Place, str]]:
    """The experiments whose models it needs, by the key that names each."""
    plugged = experiment.evaluation.restoration.plug_and_play
    if experiment.training.begin_from:
        yield FROM, experiment.training.begin_from
    flow_map = experiment.training.objective.flow_map
    if flow_map and flow_map.teacher:
        yield TEACHER, flow_map.teacher
    if experiment.training.coupling.model_pairs:
        yield PAIRS, experiment.training.coupling.model_pairs.model_of
    if experiment.sampling.autoguidance:
        yield AUTOGUIDANCE, experiment.sampling.autoguidance.model_of
    if plugged and experiment.restores:
        yield PLUG_AND_PLAY, plugged.model_of


def needed(
    experiments: Mapping[str, Experiment], name: str, seed: int, places: Collection[Place] | None = None
) -> list[tuple[str, int]]:
    """A run (experiment, seed), and all those whose models it needs, directly or through others.

    places: of the keys that name them, if not all count.

    A training begins from the run of its own seed, or has it for a teacher or its pairs, where there is one; everything
    else is of the first seed. What is not among the experiments is left out.
    """
    found: list[tuple[str, int]] = []
    waiting = [(name, seed)]
    while waiting:
        run = waiting.pop(0)
        if run not in found:
            found.append(run)
            waiting += lineage(experiments, *run)[1:2]
            for place, other in lenders(experiments[run[0]]):
                if other not in experiments or (places is not None and place not in places):
                    continue
                seeds = experiments[other].seeds
                same = place in (TEACHER, PAIRS) and run[1] in seeds
                waiting += [] if place == FROM else [(other, run[1] if same else seeds[0])]
    return found


def borrowings(experiments: Mapping[str, Experiment]) -> Iterator[tuple[Place, str]]:
    """What is wrong with models that are borrowed for a comparison: the keys of the place, and what to say of it."""
    for name, experiment in experiments.items():
        for place, other in lenders(experiment):
            if place == FROM:
                continue
            written = (*place[:-1], experiment.training.objective.name, "from") if place == TEACHER else place
            if other not in experiments:
                yield (name, *written), unknown(other, experiments)
            elif why := UNFIT[place](experiment, experiments[other]):
                yield (name, *written), f"{other} {why}"
            elif place in LEARNT and name in dict(needed(experiments, other, experiments[other].seeds[0], LEARNT)):
                yield (name, *written), f"{other} learns from {name} itself: trainings go round in a circle"
    yield from _beside(experiments)


def _beside(experiments: Mapping[str, Experiment]) -> Iterator[tuple[Place, str]]:
    """What is wrong with models that are shown beside others on a page."""
    for name, experiment in experiments.items():
        for other in experiment.animation.explore.beside:
            if other not in experiments:
                yield (name, *EXPLORED), unknown(other, experiments)
            elif why := _unfit_beside(experiment, experiments[other]):
                yield (name, *EXPLORED), f"{other} {why}"


def _unfit_beside(experiment: Experiment, other: Experiment) -> str | None:
    """Why the model of another experiment cannot be shown beside that of this one; None if it can."""
    if other is experiment:
        return "is the experiment itself"
    if _told(other) != _told(experiment):
        return "is told something else"
    return _other_samples(experiment, other, "source", "target")


def _other_samples(experiment: Experiment, other: Experiment, *sides: str) -> str | None:
    """Why the model of another experiment is of other samples on one of the sides; None if it is of the same."""
    for side in sides:
        if other.density(side).described(places=True) != experiment.density(side).described(places=True):
            return f"has another {side}: give both the same"
    return _other_split(experiment, other)


def _other_split(experiment: Experiment, other: Experiment) -> str | None:
    """Why the model of another experiment may have been trained on what this one holds out."""
    if other.samples.seed != experiment.samples.seed:
        return "has another samples.seed: it was trained on samples that are held out here"
    return None


def _unfit_to_restore(experiment: Experiment, other: Experiment) -> str | None:
    """Why the model of another experiment cannot restore the images of this one; None if it can."""
    if other.restores:
        return "restores images itself: an unconditional model is needed"
    if other.labelled and not other.drops_labels:
        return "is always told a class: an unconditional model is needed, or one with label.drop above 0"
    if not other.source.fresh:
        return "has a source that is not drawn anew: noise is needed, `source: {gaussian: {}}`"
    return _other_samples(experiment, other, "target")


def _unfit_to_guide(experiment: Experiment, other: Experiment) -> str | None:
    """Why the model of another experiment cannot guide the samples of this one; None if it can."""
    if other is experiment:
        return "is the experiment itself: a weaker model is needed"
    if other.condition is not None and _told(other) != _told(experiment):
        return "is told something else"
    if other.training.coupling != experiment.training.coupling:
        return "has another training.coupling: it has another field, not a weaker one"
    return _other_samples(experiment, other, "source", "target")


def _told(experiment: Experiment) -> tuple[object, ...]:
    """What an experiment's network is told, whatever share of it is dropped."""
    told = experiment.condition
    return experiment.labelled, experiment.restores, told and told.coordinates


def _unfit_to_teach(experiment: Experiment, other: Experiment) -> str | None:
    """Why the model of another experiment cannot be the teacher of this one; None if it can."""
    if other is experiment:
        return "is the experiment itself: without `from` it is its own teacher"
    if other.condition != experiment.condition:
        return "has another condition: give both the same"
    flow_map = experiment.training.objective.flow_map
    if flow_map and flow_map.guidance != 1 and not other.drops_labels:
        return "was not trained without class too, and cannot be guided: give both condition.label.drop above 0"
    return _other_samples(experiment, other, "source", "target")


def _unfit_to_pair(experiment: Experiment, other: Experiment) -> str | None:
    """Why the model of another experiment cannot make the pairs of this one; None if it can."""
    if other is experiment:
        return "is the experiment itself: another model makes its pairs"
    made = experiment.training.coupling.model_pairs
    if made and made.solver == MAP and not other.conditions.jumps:
        return "does not jump: follow it by another pairs.solver than map"
    if experiment.told_of_samples or other.told_of_samples:
        return "is told more than a class, and so its ends need more than starts: no pairs can be made"
    if experiment.labelled and other.condition != experiment.condition:
        return "has another condition: give both the same"
    if other.labelled and not (experiment.labelled or other.drops_labels):
        return "is always told a class, and this experiment has none: give both the same condition"
    return _other_samples(experiment, other, "source", "target")


UNFIT = {
    TEACHER: _unfit_to_teach,
    PAIRS: _unfit_to_pair,
    PLUG_AND_PLAY: _unfit_to_restore,
    AUTOGUIDANCE: _unfit_to_guide,
}
