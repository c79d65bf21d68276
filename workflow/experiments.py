"""The experiments of the configuration, checked and complete: defaults merged, every optional value filled in."""

import copy
import re
from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple

from pydantic import ValidationError

from iadb_core.data.density import Density
from iadb_core.data.kinds.folder import Folder
from iadb_core.sampling.settings import DEGRADED_SHOWN, IMAGES_SHOWN, OF_EACH_CLASS, OF_EACH_DEGRADED, POINTS_SHOWN
from iadb_core.system.errors import InputError
from iadb_core.system.settings import Section
from workflow.borrowing import borrowings, lenders
from workflow.configuration import SIDES, Configuration, Experiment
from workflow.contents import found_in
from workflow.lineage import beginnings, unknown
from workflow.reading import merged
from workflow.reflow import chain as reflow_chain
from workflow.sweep import SweepError, variants

Sweeps = dict[str, dict[str, dict[str, Any]]]


class ConfigError(Exception):
    """What is wrong in the configuration, a line for each mistake."""


class Completed(NamedTuple):
    """A configuration that is complete.

    sweeps: the swept values of each variant, by experiment, variant and key. unusable: experiments that are left out,
    since a file that says what they are cannot be read, and why.
    """

    configuration: Configuration
    sweeps: Sweeps
    unusable: dict[str, str]


class Experiments(dict[str, Experiment]):
    """The experiments by name; to ask for one that is unusable raises ConfigError, with the reason."""

    def __init__(self, completed: Completed) -> None:
        super().__init__(completed.configuration.experiments)
        self.unusable = completed.unusable

    def __missing__(self, name: str) -> Experiment:
        raise ConfigError(self.unusable[name])

    @property
    def names(self) -> list[str]:
        """Of all, unusable ones too."""
        return [*self, *self.unusable]


def complete(config: Mapping[str, Any]) -> Configuration:
    """The configuration with `defaults` merged under each experiment and every optional value filled in.

    The variants of sweeps are experiments in it. Raises ConfigError as `completed` does, and if one cannot be used.
    """
    found = completed(config)
    if found.unusable:
        raise ConfigError("\n".join(dict.fromkeys(found.unusable.values())))
    return found.configuration


def completed(config: Mapping[str, Any]) -> Completed:
    """The complete configuration, its sweeps, and what of it cannot be used.

    Raises ConfigError with a line for each mistake: which key, what was found, what is allowed; and if nothing can be
    used.
    """
    config = {key: value for key, value in config.items() if (key, value) != ("defaults", None)}
    tree = dict(config)
    defaults, experiments = config.get("defaults"), config.get("experiments")
    if isinstance(defaults, Mapping) and isinstance(experiments, Mapping):
        tree["experiments"] = {
            name: merged(defaults, own) if isinstance(own, Mapping) else own for name, own in experiments.items()
        }
    checked, sweeps, straightened = _checked(tree, config), {}, set()
    if any(experiment.sweep or experiment.reflow for experiment in checked.experiments.values()):
        tree = copy.deepcopy(tree)
        straightened = straighten(tree["experiments"])
        sweeps = expand(tree["experiments"])
        checked = _checked(tree, config)
    every = list(checked.experiments)
    checked, unusable = _looked_into(checked, config)
    mistakes = [
        (("experiments", name, *place), message)
        for name, experiment in checked.experiments.items()
        for place, message in experiment.mistakes()
    ]
    across = chain(beginnings(checked.experiments), borrowings(checked.experiments))
    mistakes += [(("experiments", *place), message) for place, message in across]
    if said := dict.fromkeys(f"{_place(place, config)}: {message}" for place, message in mistakes):
        raise ConfigError("\n".join(said))
    swept = straightened | {variant for values in sweeps.values() for variant in values}
    if "default_experiments" not in tree:
        checked = checked.model_copy(update={"default_experiments": [name for name in every if name not in swept]})
    checked = checked.model_copy(update={"compare": _spread_out(checked.compare, sweeps)})
    asked = {"default_experiments": checked.default_experiments}
    asked |= {f"compare.{name}": compared for name, compared in checked.compare.items()}
    for name, paper in checked.published.items():
        asked[f"published.{name}.figures"] = [figure.experiment for figure in paper.figures]
    for key, names in asked.items():
        if absent := next((name for name in names if name not in every), None):
            raise ConfigError(f"{key}: {unknown(absent, every)}")
    for name, paper in checked.published.items():
        for figure in paper.figures:
            own = checked.experiments.get(figure.experiment)
            if own and (why := figure.misfit(own.evaluation, own.target, own.shape, own.conditions.jumps > 0)):
                raise ConfigError(f"published.{name}.figures: {figure.called!r}: {why}")
    usable = {
        name: {variant: own for variant, own in values.items() if variant not in unusable}
        for name, values in sweeps.items()
        if name not in unusable
    }
    return Completed(checked, usable, unusable)


def _spread_out(compare: Mapping[str, list[str]], sweeps: Sweeps) -> dict[str, list[str]]:
    """Comparisons with the variants of each sweep in its place. Raises ConfigError for one of a single experiment."""
    found = {}
    for name, compared in compare.items():
        found[name] = list(dict.fromkeys(own for one in compared for own in sweeps.get(one, [one])))
        if len(found[name]) < 2:
            raise ConfigError(f"compare.{name}: {found[name][0]} alone stands beside nothing: give two, or a sweep")
    return found


def _checked(tree: Mapping[str, Any], config: Mapping[str, Any]) -> Configuration:
    """The configuration as typed sections. config: as the user wrote it. Raises ConfigError."""
    try:
        return Configuration.model_validate(tree)
    except ValidationError as error:
        from workflow.mistakes import mistakes, with_numbers

        if (read := with_numbers(tree, error)) is not None:
            return _checked(read, config)
        found = sorted(mistakes(tree, error), key=lambda mistake: [str(part) for part in mistake[0]])
        said = [f"{_place(path, config)}: {message}" for path, message in found]
        raise ConfigError("\n".join(dict.fromkeys(said))) from None


def _looked_into(checked: Configuration, config: Mapping[str, Any]) -> tuple[Configuration, dict[str, str]]:
    """The configuration with what is found in the files of its densities; and why an experiment cannot be used.

    Raises ConfigError if none can.
    """
    experiments, unusable = {}, {}
    for name, experiment in checked.experiments.items():
        found = with_partners(experiment)
        for side, density in found.items():
            try:
                found[side] = found_in(density)
            except InputError as error:
                unusable[name] = f"{_place(('experiments', name, side), config)}: {error}"
        if name not in unusable:
            experiments[name] = _with_count(experiment.model_copy(update=found))
    while more := {
        name: f"{_place(('experiments', name, *place), config)}: {unusable[other]}"
        for name, experiment in experiments.items()
        for place, other in lenders(experiment)
        if other in unusable
    }:
        unusable |= more
        experiments = {name: own for name, own in experiments.items() if name not in more}
    if not experiments:
        raise ConfigError("\n".join(dict.fromkeys(unusable.values())))
    return checked.model_copy(update={"experiments": experiments}), unusable


def with_partners(experiment: Experiment) -> dict[str, Density]:
    """The source and the target, each knowing the other's folder where their files belong together."""
    both = {side: experiment.density(side) for side in SIDES}
    source, target = both.values()
    if experiment.paired and isinstance(source, Folder) and isinstance(target, Folder):
        partner = dict(zip(SIDES, (target.path, source.path), strict=True))
        both = {side: own.model_copy(update={"partner": partner[side]}) for side, own in both.items()}
    return both


def _with_count(experiment: Experiment) -> Experiment:
    """The experiment with a number of samples to show: of images no more than can be told apart."""
    if experiment.sampling.count is not None:
        return experiment
    shown = POINTS_SHOWN if experiment.of_points else IMAGES_SHOWN
    if experiment.restores:
        shown = OF_EACH_DEGRADED * DEGRADED_SHOWN
    elif experiment.classes and not experiment.of_points:
        shown = OF_EACH_CLASS * len(experiment.sampling.classes or experiment.classes)
    return experiment.model_copy(update={"sampling": experiment.sampling.model_copy(update={"count": shown})})


def straighten(experiments: dict[str, Any]) -> set[str]:
    """Add the chain of each experiment's reflow; the names of what was added."""
    added = set()
    for name, experiment in list(experiments.items()):
        if experiment.get("reflow"):
            for further, own in reflow_chain(name, experiment):
                if further in experiments:
                    raise ConfigError(f"experiments.{name}.reflow: gives {further}, which is an experiment already")
                experiments[further] = own
                added.add(further)
    return added


def expand(experiments: dict[str, Any]) -> Sweeps:
    """Add the variants of each experiment's sweep; the swept values, by the name of the experiment and the variant."""
    sweeps: Sweeps = {}
    for name, experiment in list(experiments.items()):
        if not experiment.get("sweep"):
            continue
        try:
            found = list(variants(name, experiment))
        except SweepError as error:
            raise ConfigError(f"experiments.{name}.{error.place}: {error}") from error
        if taken := next((variant for variant, *_ in found if variant in experiments), None):
            raise ConfigError(f"experiments.{name}.sweep: gives {taken}, which is an experiment already")
        experiments[name] = {key: value for key, value in experiment.items() if key != "sweep"}
        experiments.update({variant: own for variant, own, _ in found})
        sweeps[name] = {variant: values for variant, _, values in found}
    return sweeps


def _place(path: tuple[Any, ...], config: Mapping[str, Any]) -> str:
    """The key that a mistake is at, as the user wrote it: under `defaults` if it came from there."""
    if path[:1] == ("experiments",) and not _written(config, path) and _written(config, ("defaults", *path[2:])):
        path = ("defaults", *path[2:])
    return ".".join(_shown(part) for part in path) or "config"


def _shown(key: Any) -> str:
    """A key as it is, or in quotes if it would not be seen to be one."""
    return str(key) if isinstance(key, int) or re.fullmatch(r"[\w$-]+", str(key)) else repr(key)


def _written(config: Any, path: tuple[Any, ...]) -> bool:
    for part in path:
        if isinstance(config, list):
            return True
        if not isinstance(config, Mapping) or part not in config:
            return False
        config = config[part]
    return True


def canonical(value: Any, places: bool = False) -> Any:
    """What of an experiment's section results depend on, with sorted keys. places: with the paths of files."""
    if isinstance(value, Density):
        value = value.described(places)
    elif isinstance(value, Section):
        value = value.canonical(places)
    return sorted_tree(value)


def sorted_tree(value: Any) -> Any:
    """The value with the keys of every section in order, so that Snakemake compares what is said, not how."""
    if isinstance(value, Mapping):
        return {key: sorted_tree(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [sorted_tree(item) for item in value]
    return value


def classifier_of(experiment: Experiment) -> str | None:
    """The name of the classifier that measures an experiment's images: that of its target's data; else None.

    Experiments of one data set in one size share it. The held-out digits are chosen by a seed, and so are those that
    the classifier must not see.
    """
    return experiment.target.labelled_as(experiment.samples.seed)
