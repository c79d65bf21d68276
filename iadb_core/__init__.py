"""Iterative α-(de)Blending, for those who never start Snakemake: import iadb_core as iadb.

The names are found when they are asked for, so that nothing imports torch that does not need it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from iadb_core.data.kinds.dataset import Dataset as Dataset
    from iadb_core.data.kinds.distribution import Distribution as Distribution
    from iadb_core.data.kinds.folder import Folder as Folder
    from iadb_core.data.kinds.gaussian import Gaussian as Gaussian
    from iadb_core.data.kinds.picture import Picture as Picture
    from iadb_core.data.kinds.points import Points as Points
    from iadb_core.face.export import save_samples as save_samples
    from iadb_core.face.loading import load as load
    from iadb_core.face.trained import TrainedModel as TrainedModel
    from iadb_core.face.training import exact_field as exact_field
    from iadb_core.face.training import train as train
    from iadb_core.networks.mlp import MLP as MLP
    from iadb_core.networks.residual import Residual as Residual
    from iadb_core.networks.residual_mlp import ResidualMLP as ResidualMLP
    from iadb_core.networks.unet import UNet as UNet
    from iadb_core.system.errors import InputError as InputError

_WHERE = {
    "load": "face.loading",
    "train": "face.training",
    "exact_field": "face.training",
    "save_samples": "face.export",
    "TrainedModel": "face.trained",
    "Gaussian": "data.kinds.gaussian",
    "Picture": "data.kinds.picture",
    "Points": "data.kinds.points",
    "Distribution": "data.kinds.distribution",
    "Dataset": "data.kinds.dataset",
    "Folder": "data.kinds.folder",
    "MLP": "networks.mlp",
    "UNet": "networks.unet",
    "Residual": "networks.residual",
    "ResidualMLP": "networks.residual_mlp",
    "InputError": "system.errors",
}
__all__ = [*_WHERE]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted(_WHERE)
