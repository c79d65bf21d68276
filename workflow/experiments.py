"""The experiments of the configuration, checked and complete: defaults merged, every optional value filled in."""

import copy
import hashlib
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from workflow.schema import fill, load_schema, mistakes
from workflow.sweep import SweepError, variants

Sweeps = dict[str, dict[str, dict[str, Any]]]
SIDES = ("source", "target")
TAKEN_WHOLE = ("source", "target", "network")
CHANNELS = {"CIFAR10": 3}
NETWORK_DEFAULTS: dict[str, dict[str, Any]] = {
    "mlp": {"hidden_layers": 4},
    "residual": {"patch": 2, "multipliers": [1, 2, 2], "blocks": 1},
}


class ConfigError(Exception):
    """What is wrong in the configuration, a line for each mistake."""


def complete(config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration with `defaults` merged under each experiment and every optional value filled in.

    The variants of sweeps are experiments in it. Raises ConfigError as `completed` does.
    """
    return completed(config)[0]


def completed(config: Mapping[str, Any]) -> tuple[dict[str, Any], Sweeps]:
    """The complete configuration, and the swept values of each variant, by experiment, variant and key.

    Raises ConfigError with a line for each mistake: which key, what was found, what is allowed.
    """
    schema = load_schema()
    config = {key: value for key, value in config.items() if (key, value) != ("defaults", None)}
    defaults, experiments = config.get("defaults"), config.get("experiments")
    result = dict(config)
    if isinstance(defaults, Mapping) and isinstance(experiments, Mapping):
        result["experiments"] = {
            name: deep_merge(defaults, own) if isinstance(own, Mapping) else own for name, own in experiments.items()
        }
    if isinstance(experiments, Mapping):
        for name in experiments:
            if not isinstance(name, str):
                raise ConfigError(f"experiments.{name}: {name!r} is not text to YAML; put the name in quotes")
    found = [f"{_place(path, config)}: {message}" for path, message in mistakes(result, schema)]
    if found:
        raise ConfigError("\n".join(dict.fromkeys(found)))
    result = copy.deepcopy(result)
    sweeps = expand(result["experiments"])
    found = [f"{_place(path, config)}: {message}" for path, message in mistakes(result, schema)] if sweeps else []
    if found:
        raise ConfigError("\n".join(dict.fromkeys(found)))
    for experiment in result["experiments"].values():
        if experiment["network"]["name"] == "mlp":
            experiment.setdefault("threads", 1)  # so small a network is slower on two
    fill(result, schema, schema)
    for name, experiment in result["experiments"].items():
        _check_experiment(f"experiments.{name}", experiment)
    swept = {variant for values in sweeps.values() for variant in values}
    for name in result.setdefault("default_experiments", [name for name in result["experiments"] if name not in swept]):
        if name not in result["experiments"]:
            names = ", ".join(result["experiments"])
            raise ConfigError(f"default_experiments: {name!r} is not among the experiments: {names}")
    return result, sweeps


def expand(experiments: dict[str, Any]) -> Sweeps:
    """Add the variants of each experiment's sweep; the swept values, by the name of the experiment and the variant."""
    sweeps: Sweeps = {}
    for name, experiment in list(experiments.items()):
        if "sweep" not in experiment:
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


def deep_merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` on top of `base`, section by section; neither is changed.

    The sections that stand for one of several kinds (source, target, network) are taken whole from `over`.
    """
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        mergeable = isinstance(value, Mapping) and isinstance(below, Mapping) and key not in TAKEN_WHOLE
        merged[key] = deep_merge(below, value) if mergeable and below else value
    return merged


def sample_shape(experiment: Mapping[str, Any]) -> tuple[int, ...]:
    """The shape of one sample as the network sees it: (2,) or (channels, size, size)."""
    shapes = [_density_shape(experiment[side]) for side in ("source", "target")]
    return shapes[0] or shapes[1] or (2,)


def _density_shape(density: Mapping[str, Any]) -> tuple[int, ...] | None:
    kind, settings = next(iter(density.items()))
    if kind == "gaussian":
        return None
    if kind == "picture":
        return (2,)
    channels = settings["channels"] if kind == "folder" else CHANNELS.get(settings["name"], 1)
    return (channels, settings["size"], settings["size"])


def _check_experiment(where: str, experiment: dict[str, Any]) -> None:
    training, network = experiment["training"], experiment["network"]
    if ("steps" in training) == ("epochs" in training):
        raise ConfigError(f"{where}.training: give either steps or epochs")
    _check_devices(f"{where}.training", training, experiment["device"])
    shapes = {side: _density_shape(experiment[side]) for side in ("source", "target")}
    known = [shape for shape in shapes.values() if shape]
    if len(set(known)) > 1:
        raise ConfigError(
            f"{where}: source and target differ in shape, {shapes['source']} and {shapes['target']}; "
            "give both the same size and channels"
        )
    if "epochs" in training and not known:
        raise ConfigError(f"{where}.training: Gaussians have no epochs; give steps")
    _check_network(f"{where}.network", network, sample_shape(experiment))
    for side in ("source", "target"):
        _check_density(f"{where}.{side}", experiment[side], training, experiment["samples"]["points"])


def _check_devices(where: str, training: dict[str, Any], device: str) -> None:
    devices, nodes, batch_size = (training[key] for key in ("devices", "nodes", "batch_size"))
    if devices % nodes:
        raise ConfigError(f"{where}.devices: {devices} cannot be spread equally over {nodes} nodes")
    if devices > batch_size:
        raise ConfigError(f"{where}.devices: {devices} cannot share out a batch of {batch_size}")
    if devices > 1 and (":" in device or device == "mps"):
        raise ConfigError(f"{where}.devices: {devices} devices need `device: auto`, cuda or cpu, not {device}")


def _check_network(where: str, network: dict[str, Any], shape: tuple[int, ...]) -> None:
    name, points = network["name"], len(shape) == 1
    if points != (name == "mlp"):
        raise ConfigError(
            f"{where}: {name} does not take {'points' if points else 'images'}; "
            f"use name: {'mlp' if points else 'unet or residual'}"
        )
    for only, settings in NETWORK_DEFAULTS.items():
        for key, default in settings.items():
            if name == only:
                network.setdefault(key, default)
            elif key in network:
                raise ConfigError(f"{where}.{key}: only {only} has it; remove it")
    if name == "residual":
        smallest = network["patch"] * 2 ** (len(network["multipliers"]) - 1)
        if shape[-1] % smallest:
            raise ConfigError(
                f"{where}: images of {shape[-1]} pixels cannot be halved so often; their size must be a multiple "
                f"of patch · 2^(levels - 1) = {smallest}: give a smaller patch or fewer multipliers"
            )


def _check_density(where: str, density: dict[str, Any], training: dict[str, Any], points: int) -> None:
    dataset = density.get("dataset", {})
    if dataset.get("margin") and dataset["name"] != "digits":
        raise ConfigError(f"{where}.dataset.margin: only digits has it; remove it")
    if dataset and dataset["size"] - 2 * dataset["margin"] < 8:
        raise ConfigError(f"{where}.dataset.margin: {dataset['margin']} leaves less than 8 pixels of {dataset['size']}")
    if "picture" in density and training["order"] == "shuffled" and training["batch_size"] > points:
        raise ConfigError(f"{where}: a shuffled batch of {training['batch_size']} is larger than the {points} points")


def sorted_tree(value: Any) -> Any:
    """The value with the keys of every section in order, so that Snakemake compares what is said, not how."""
    if isinstance(value, Mapping):
        return {key: sorted_tree(value[key]) for key in sorted(value)}
    if isinstance(value, list | tuple):
        return [sorted_tree(item) for item in value]
    return value


def sample_sets(experiments: Mapping[str, Any], homes: Mapping[tuple[str, str], str], kind: str) -> Iterator[str]:
    """The `home/side` of every source and target of a kind; homes: as `sample_homes` gives them."""
    for (name, side), home in homes.items():
        if kind in experiments[name][side]:
            yield f"{home}/{side}"


def sample_homes(experiments: Mapping[str, Any], sweeps: Sweeps) -> dict[tuple[str, str], str]:
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


def _samples_of(experiment: Mapping[str, Any], side: str) -> str:
    """What the sample files of one side are made of, as text."""
    made_of = [experiment[side], experiment["samples"]]
    if "gaussian" in experiment[side]:
        made_of += [sample_shape(experiment), experiment["evaluation"]["count"]]
    return json.dumps(sorted_tree(made_of))


def classifier_of(experiment: Mapping[str, Any]) -> str | None:
    """The name of the classifier that measures an experiment's images: that of its target's data set; else None.

    Experiments of one data set in one size share it. The held-out digits are chosen by a seed, and so are those that
    the classifier must not see.
    """
    dataset = experiment["target"].get("dataset")
    if not dataset:
        return None
    name = f"{dataset['name']}-{dataset['size']}"
    return f"{name}-{dataset['margin']}-{experiment['samples']['seed']}" if dataset["name"] == "digits" else name
