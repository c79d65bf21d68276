"""All settings that a trained network depends on."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from iadb_core.data.conditions import Condition
from iadb_core.data.density import Density
from iadb_core.data.registry import density_of
from iadb_core.networks.registry import network_of
from iadb_core.networks.settings import Conditions, NetworkSettings, Shape, conditions_seen
from iadb_core.training.settings import Training


class Recipe(NamedTuple):
    """All settings that a trained network depends on."""

    source: Density
    target: Density
    network: NetworkSettings
    training: Training
    device: str
    precision: str
    condition: Condition | None = None
    classes: tuple[str, ...] = ()

    def conditions(self, shape: Shape) -> Conditions:
        """What the network of samples of a shape sees beside the blend."""
        return conditions_seen(self.condition, len(self.classes), shape, self.training.objective.flow_map is not None)

    @classmethod
    def of(cls, canonical: Mapping[str, Any]) -> "Recipe":
        """The recipe of canonical settings, by the names of the sections."""
        return cls(
            density_of(canonical["source"]),
            density_of(canonical["target"]),
            network_of(canonical["network"]),
            Training.of(canonical["training"]),
            canonical["device"],
            canonical["precision"],
            Condition.of(canonical["condition"]) if "condition" in canonical else None,
            tuple(canonical.get("classes", ())),
        )
