"""The kinds of source and target, by the names that the configuration uses; a new one has its line here."""

from collections.abc import Mapping, Sequence
from typing import Any

from iadb_core.data.density import Density
from iadb_core.data.kinds.dataset import Dataset
from iadb_core.data.kinds.distribution import Distribution
from iadb_core.data.kinds.folder import Folder
from iadb_core.data.kinds.gaussian import Gaussian
from iadb_core.data.kinds.given import GivenImages, GivenPoints
from iadb_core.data.kinds.picture import Picture
from iadb_core.data.kinds.points import Points

KINDS: dict[str, type[Density]] = {
    kind.kind: kind for kind in (Picture, Gaussian, Dataset, Folder, Distribution, Points)
}
IN_MEMORY: dict[str, type[Density]] = {kind.kind: kind for kind in (GivenPoints, GivenImages)}  # of no configuration


def density_of(settings: Mapping[str, Mapping[str, Any]]) -> Density:
    """A density from its canonical settings, by its kind: {kind: settings}."""
    ((kind, own),) = settings.items()
    return {**KINDS, **IN_MEMORY}[kind].of(own)


def source_and_target(
    settings: Mapping[str, Any], source_files: Sequence[str], target_files: Sequence[str]
) -> tuple[Density, Density]:
    """Both densities from settings that have them, with the files that `behind` and `law` read."""
    return density_of(settings["source"]).located(source_files), density_of(settings["target"]).located(target_files)
