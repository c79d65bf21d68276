"""The networks, by the names that the configuration uses; a new one has its line here."""

from collections.abc import Mapping
from typing import Any

from iadb_core.networks.mlp import MLP
from iadb_core.networks.residual import Residual
from iadb_core.networks.residual_mlp import ResidualMLP
from iadb_core.networks.settings import IMAGES, POINTS, UNCONDITIONAL, Conditions, NetworkSettings, Shape, kind_of
from iadb_core.networks.unet import UNet

NETWORKS: dict[str, type[NetworkSettings]] = {
    "mlp": MLP,
    "residual_mlp": ResidualMLP,
    "unet": UNet,
    "residual": Residual,
}


def network_of(settings: Mapping[str, Any]) -> NetworkSettings:
    """A network's settings from their canonical form, by its `name`."""
    return NETWORKS[settings["name"]].of(settings)


def misfit(settings: NetworkSettings, shape: Shape, conditions: Conditions = UNCONDITIONAL) -> str | None:
    """Why a network does not take samples of a shape, or conditions, with the remedy; None if it does."""
    kind = kind_of(shape)
    if settings.takes != kind:
        others = " or ".join(name for name, network in NETWORKS.items() if network.takes == kind)
        return f"{settings.name} does not take {kind}; use name: {others}"
    if conditions != UNCONDITIONAL and not settings.conditional:
        return f"{settings.name} takes no condition"
    if conditions.channels and kind != IMAGES:
        return f"{settings.name} sees no images beside points: only images can be restored"
    if conditions.numbers and kind != POINTS:
        return f"{settings.name} sees no coordinates beside images"
    return settings.misfit(shape)
