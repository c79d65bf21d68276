"""A U-net that runs in the page of its samples."""

from typing import Any

import numpy as np

from iadb_core.data.density import Density
from iadb_core.method.laws import Normal
from iadb_core.networks import checkpoint
from iadb_core.networks.unet.network import UNetNetwork
from iadb_core.pages.packed_unet import packed_unet
from iadb_core.sampling.settings import Sampling

MOST_PARAMETERS = 1_000_000  # each of which takes six bytes of the page


def packed_live(path: str, source: Density, target: Density, sampling: Sampling) -> dict[str, Any] | None:
    """The network of a file, and all that a page has to know to make a sample with it.

    None where it cannot: the network is no U-net, or too large, or told an image; or the source is no noise; or samples
    are guided by another model, or in another way than towards a class.
    """
    network, content = checkpoint.load(path)
    law, told = source.law(), content["network"]
    if not isinstance(network, UNetNetwork) or not isinstance(law, Normal) or network.conditions.channels:
        return None
    if sum(parameter.numel() for parameter in network.parameters()) > MOST_PARAMETERS:
        return None
    guidance = sampling.guidance
    if sampling.autoguidance or (guidance and guidance.optimised_scale):
        return None
    channels, side = told["shape"][0], told["shape"][1]
    zero, one = (float(target.true_values(np.full((1, channels, side, side), value)).flat[0]) for value in (0.0, 1.0))
    settings = content["settings"]
    return {
        "network": packed_unet(network, side),
        "noise": {"mean": law.mean, "std": law.std},
        "scaling": {"zero": zero, "unit": one - zero},
        "classes": [str(name) for name in settings["classes"]] if told.get("classes") else [],
        "always": bool(told.get("classes")) and not settings["condition"]["label"]["drop"],
        "guidance": {
            "weight": guidance.weight if guidance else 1.0,
            "interval": list(guidance.interval) if guidance else [0.0, 1.0],
        },
    }
