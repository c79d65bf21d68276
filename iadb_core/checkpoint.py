"""The .pt format: a trained network with all that is needed to build it again, loaded without running code."""

import os
import platform
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from iadb_core import networks
from iadb_core.fields import Network
from iadb_core.files import InputError, atomic

FORMAT = "iadb-checkpoint-1"


def save(
    path: str | os.PathLike[str],
    network: Network,
    *,
    description: Mapping[str, Any],
    settings: Mapping[str, Any],
    seed: int,
    steps: int,
) -> None:
    """Write a checkpoint, atomically; the same arguments give the same bytes.

    description: `name`, `shape` and `settings` of the network, as `networks.build` takes them. settings: what the
    training was told. Raises InputError if the file cannot be written.
    """
    content = {
        "format": FORMAT,
        "network": dict(description),
        "weights": {name: _plain(tensor) for name, tensor in network.state_dict().items()},
        "settings": dict(settings),
        "seed": seed,
        "steps": steps,
        "versions": {"python": platform.python_version(), "torch": str(torch.__version__)},
    }
    with atomic(path) as file:
        torch.save(content, file)


def _plain(tensor: Tensor) -> Tensor:
    """A copy on the CPU in row-major layout, so that equal weights are equal bytes."""
    return tensor.detach().cpu().clone(memory_format=torch.contiguous_format)


def load(path: str | os.PathLike[str]) -> tuple[Network, dict[str, Any]]:
    """The trained network, on the CPU in evaluation mode, and the checkpoint's other entries.

    Raises InputError if the file is missing, corrupted, no checkpoint of this program, or holds code.
    """
    remedy = "delete it to have it trained again"
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises nearly every exception on a broken file
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path} is not a readable checkpoint ({reason}); {remedy}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InputError(f"{path} is not a checkpoint of the format {FORMAT}; {remedy}")
    try:
        described = content["network"]
        network = networks.build(
            described["name"], tuple(described["shape"]), described["settings"], torch.Generator().manual_seed(0)
        )
        network.load_state_dict(content.pop("weights"))
    except (KeyError, TypeError, RuntimeError, AttributeError) as error:
        raise InputError(f"{path}: its weights do not fit its network ({error}); {remedy}") from error
    return network.eval(), content
