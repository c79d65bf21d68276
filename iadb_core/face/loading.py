"""A model file, as one who never starts Snakemake loads it."""

import os

from torch import nn

from iadb_core.data.registry import density_of
from iadb_core.face.own import OwnNetwork, OwnSettings
from iadb_core.face.trained import TrainedModel
from iadb_core.networks import checkpoint
from iadb_core.networks.registry import NETWORKS
from iadb_core.system.errors import InputError
from iadb_core.system.runtime import choose_device, choose_precision


def load(
    path: str | os.PathLike[str],
    *,
    device: str = "auto",
    precision: str | None = None,
    network: nn.Module | None = None,
    threads: int | None = None,
) -> TrainedModel:
    """The model of a file, as the workflow or `TrainedModel.save` writes it.

    device: `auto` (CUDA, else MPS, else CPU), `cpu`, `cuda`, `cuda:1`, `mps`. precision: `float32`, `bfloat16` or
    `auto`; by default as it was trained. network: the module whose weights the file holds, if it is one's own. threads:
    of the CPU; by default as many as serve the network.
    Raises InputError for a broken file or a device that is not there; no code of the file is run.
    """
    if not os.path.exists(path):
        raise InputError(f"{path} does not exist")
    own = OwnNetwork(network) if network is not None else None
    found, described = checkpoint.load(path, own)
    try:
        settings, kept = described["settings"], described.get("kept", {})
        both = [density_of(settings[side]) for side in ("source", "target")]
        both = [
            density.restored(kept[side]) if side in kept else density
            for side, density in zip(("source", "target"), both, strict=True)
        ]
        name, shape = described["network"]["name"], tuple(described["network"]["shape"])
        sizes = NETWORKS[name].of({"name": name, **described["network"]["settings"]}) if own is None else OwnSettings()
        seed, steps = described["seed"], described["steps"]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path} does not say what its model is of ({error}); train it again") from error
    chosen = choose_device(device)
    reduced = choose_precision(precision or settings["precision"], chosen, found.convolutional)
    return TrainedModel(found, sizes, (both[0], both[1]), shape, settings, seed, steps, chosen, reduced, None, threads)
