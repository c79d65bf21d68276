"""The experiments of the configuration, checked and complete: defaults merged, every optional value filled in."""

import copy
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from iadb_core.data.density import Density
from iadb_core.sampling.settings import IMAGES_SHOWN, POINTS_SHOWN
from iadb_core.system.errors import InputError
from iadb_core.system.settings import Section
from workflow.configuration import SIDES, Configuration, Experiment
from workflow.contents import found_in
from workflow.reading import merged
from workflow.sweep import SweepError, variants

Sweeps = dict[str, dict[str, dict[str, Any]]]


class ConfigError(Exception):
    """What is wrong in the configuration, a line for each mistake."""


def complete(config: Mapping[str, Any]) -> Configuration:
    """The configuration with `defaults` merged under each experiment and every optional value filled in.

    The variants of sweeps are experiments in it. Raises ConfigError as `completed` does.
    """
    return completed(config)[0]


def completed(config: Mapping[str, Any]) -> tuple[Configuration, Sweeps]:
    """The complete configuration, and the swept values of each variant, by experiment, variant and key.

    Raises ConfigError with a line for each mistake: which key, what was found, what is allowed.
    """
    config = {key: value for key, value in config.items() if (key, value) != ("defaults", None)}
    tree = dict(config)
    defaults, experiments = config.get("defaults"), config.get("experiments")
    if isinstance(defaults, Mapping) and isinstance(experiments, Mapping):
        tree["experiments"] = {
            name: merged(defaults, own) if isinstance(own, Mapping) else own for name, own in experiments.items()
        }
    checked, sweeps = _checked(tree, config), {}
    if any(experiment.sweep for experiment in checked.experiments.values()):
        tree = copy.deepcopy(tree)
        sweeps = expand(tree["experiments"])
        checked = _checked(tree, config)
    checked = _looked_into(checked, config)
    said = [
        f"{_place(('experiments', name, *place), config)}: {message}"
        for name, experiment in checked.experiments.items()
        for place, message in experiment.mistakes()
    ]
    if said:
        raise ConfigError("\n".join(dict.fromkeys(said)))
    swept = {variant for values in sweeps.values() for variant in values}
    if "default_experiments" not in tree:
        every = [name for name in checked.experiments if name not in swept]
        checked = checked.model_copy(update={"default_experiments": every})
    for name in checked.default_experiments:
        if name not in checked.experiments:
            names = ", ".join(checked.experiments)
            raise ConfigError(f"default_experiments: {name!r} is not among the experiments: {names}")
    return checked, sweeps


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


def _looked_into(checked: Configuration, config: Mapping[str, Any]) -> Configuration:
    """The configuration with what is found in the files of its densities. Raises ConfigError if one cannot be read."""
    experiments, said = {}, []
    for name, experiment in checked.experiments.items():
        found = {}
        for side in SIDES:
            try:
                found[side] = found_in(experiment.density(side))
            except InputError as error:
                said.append(f"{_place(('experiments', name, side), config)}: {error}")
        if len(found) < len(SIDES):
            continue
        experiments[name] = _with_count(experiment.model_copy(update=found))
    if said:
        raise ConfigError("\n".join(dict.fromkeys(said)))
    return checked.model_copy(update={"experiments": experiments})


def _with_count(experiment: Experiment) -> Experiment:
    """The experiment with a number of samples to show: of images no more than can be told apart."""
    if experiment.sampling.count is not None:
        return experiment
    shown = POINTS_SHOWN if experiment.of_points else IMAGES_SHOWN
    return experiment.model_copy(update={"sampling": experiment.sampling.model_copy(update={"count": shown})})


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


def classifier_of(experiment: Experiment) -> str | None:
    """The name of the classifier that measures an experiment's images: that of its target's data; else None.

    Experiments of one data set in one size share it. The held-out digits are chosen by a seed, and so are those that
    the classifier must not see.
    """
    return experiment.target.labelled_as(experiment.samples.seed)
