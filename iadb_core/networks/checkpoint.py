"""The .pt format: a trained network with all that is needed to build it again, loaded without running code."""

import io
import os
import platform
from collections.abc import Mapping
from textwrap import shorten
from typing import Any

import torch
from torch import Tensor

from iadb_core.networks.building import planned
from iadb_core.networks.network import Network
from iadb_core.networks.registry import NETWORKS
from iadb_core.networks.settings import UNCONDITIONAL, Conditions, NetworkSettings, Shape
from iadb_core.system.archives import load_archive
from iadb_core.system.errors import InputError
from iadb_core.system.files import atomic

FORMAT = "iadb-checkpoint-1"
DEBLENDING, REGRESSION = "deblending", "regression"  # what a network was trained to tell; the first, if no file says
OWN = "own"  # the name of a network that is none of this project's
LARGEST, MOST = 4096, 8  # of the shape of a sample: its sizes, and their number
MOST_CONDITIONS = 100_000  # classes, or channels


def save(
    path: str | os.PathLike[str],
    network: Network,
    sizes: NetworkSettings,
    shape: Shape,
    settings: Mapping[str, Any],
    seed: int,
    steps: int,
    kept: Mapping[str, Tensor] | None = None,
    conditions: Conditions = UNCONDITIONAL,
    objective: str = DEBLENDING,
) -> None:
    """Write a checkpoint, atomically; the same arguments give the same bytes.

    sizes, shape, conditions: of the network, as `build` takes them. settings: what the training was told, as JSON has
    it. kept: of the files of `source` and `target`, so that a model needs none. objective: what was minimised, by its
    name. Raises InputError if the file cannot be written.
    """
    content = {
        "format": FORMAT,
        "network": described(sizes, shape, conditions),
        "weights": {name: _plain(tensor) for name, tensor in network.state_dict().items()},
        "objective": objective,
        "settings": settings,
        "kept": {side: tensor.contiguous() for side, tensor in sorted((kept or {}).items())},
        "seed": seed,
        "steps": steps,
        "versions": {"python": platform.python_version(), "torch": str(torch.__version__)},
    }
    content = _with_one_of_each_text(content, {})
    archive = io.BytesIO()  # straight into a file, torch hides that the disk is full
    torch.save(content, archive)
    with atomic(path) as file:
        file.write(archive.getbuffer())


def described(sizes: NetworkSettings, shape: Shape, conditions: Conditions = UNCONDITIONAL) -> dict[str, Any]:
    """A network as a checkpoint describes it."""
    settings = dict(sorted(sizes.canonical().items()))
    told = {key: value for key, value in conditions._asdict().items() if value}
    return {"name": settings.pop("name"), "shape": list(shape), "settings": settings, **told}


def conditions_of(described: Mapping[str, Any]) -> Conditions:
    """What a network of a checkpoint sees beside the blend. Raises ValueError if that cannot be."""
    seen = [described.get(key, 0) for key in Conditions._fields]
    if not all(type(count) is int and 0 <= count <= MOST_CONDITIONS for count in seen):
        raise ValueError(f"conditions {seen}")
    return Conditions(*seen)


def _with_one_of_each_text(value: Any, texts: dict[str, str]) -> Any:
    """The same with equal texts as one object, which a pickle tells from two: equal settings give equal bytes."""
    if isinstance(value, Mapping):
        return {texts.setdefault(key, key): _with_one_of_each_text(own, texts) for key, own in value.items()}
    if isinstance(value, list | tuple):
        return [_with_one_of_each_text(own, texts) for own in value]
    return texts.setdefault(value, value) if isinstance(value, str) else value


def _plain(tensor: Tensor) -> Tensor:
    """A copy on the CPU in row-major layout, so that equal weights are equal bytes."""
    return tensor.detach().cpu().clone(memory_format=torch.contiguous_format)


def load(
    path: str | os.PathLike[str], own: Network | None = None, objective: str = DEBLENDING
) -> tuple[Network, dict[str, Any]]:
    """The trained network, on the CPU in evaluation mode, and the checkpoint's other entries.

    own: the network whose weights they are, if it is none of this project's; it gets them. objective: that it has to
    be of. Raises InputError if the file is missing, corrupted, no checkpoint of this program, of another objective, or
    holds code.
    """
    remedy = "delete it to have it trained again"
    try:
        with open(path, "rb") as file:
            content = load_archive(file)
    except Exception as error:  # torch raises nearly every exception on a broken file
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path} is not a readable checkpoint ({reason}); {remedy}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f"{path} is not a checkpoint of the format {FORMAT}; {remedy}")
    if (other := content.get("objective", DEBLENDING)) != objective:
        raise InputError(f"{path} is a model of the objective {other!r}, not of {objective!r}")
    if own is None and content.get("network", {}).get("name") == OWN:
        raise InputError(f"{path} holds the weights of a network of one's own: give that network as `network`")
    try:
        network = _with_weights(content["network"], content.pop("weights"), own)
    except Exception as error:  # of a file that is whole, but not as this program writes it
        reason = shorten(str(error), 200)
        raise InputError(f"{path}: its weights do not fit its network ({reason}); {remedy}") from error
    return network.eval(), content


def _with_weights(told: Mapping[str, Any], weights: Mapping[str, Tensor], given: Network | None) -> Network:
    """The network of a description, which takes no memory but that of the weights."""
    shape, name = told["shape"], told["name"]
    if not all(type(size) is int and 0 < size <= LARGEST for size in shape) or len(shape) > MOST:
        raise ValueError(f"samples of shape {shape}")
    if given is not None:
        given.load_state_dict(weights)
        return given
    if name not in NETWORKS:
        raise ValueError(f"{name!r} is not among the networks")
    sizes = NETWORKS[name].model_validate({"name": name, **told["settings"]})
    network = planned(sizes, tuple(shape), conditions_of(told))
    own = network.state_dict()
    for key, tensor in weights.items():
        if key in own and (tensor.dtype, tensor.layout) != (own[key].dtype, torch.strided):
            raise ValueError(f"{key} is {tensor.dtype}, not {own[key].dtype}")
    network.load_state_dict(weights, assign=True)
    if lost := [key for key, buffer in network.named_buffers() if buffer.is_meta]:
        raise ValueError(f"{', '.join(lost)} of the network is in no checkpoint")
    return network
