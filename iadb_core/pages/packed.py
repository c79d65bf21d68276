"""Arrays, networks and densities as the data of a page has them."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import numpy as np

from iadb_core.data.density import Box, Density
from iadb_core.method.laws import Law, Mixture, Normal, Pixels
from iadb_core.method.pixels import cell_masses
from iadb_core.networks.mlp.network import MLPNetwork
from iadb_core.networks.network import Network
from iadb_core.networks.residual_mlp.network import ResidualMLPNetwork
from iadb_core.system.errors import InputError

CELLS = 128  # along each side of a picture at most
LEVELS, SHARES = 255, 65535


def text_of(array: np.ndarray) -> str:
    """The bytes of an array, in its own type, little-endian."""
    return b64encode(np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False).tobytes()).decode()


def packed_points(points: np.ndarray) -> dict[str, Any]:
    """Points, (count, 2), at 16 bits a coordinate."""
    low = points.min(axis=0).astype(float)
    width = max(float((points.max(axis=0) - low).max()), 1e-9)
    shares = np.round((points - low) / width * SHARES).astype(np.uint16)
    return {"low": low.tolist(), "width": width, "values": text_of(shares)}


def packed_picture(values: np.ndarray, bits: int = 8) -> dict[str, Any]:
    """A density on the cells of a square, (height, width), of at most `CELLS` a side, at 8 or 16 bits a cell: with 8,
    what is faint is none.
    """
    rows, columns = (min(size, CELLS) for size in values.shape)
    masses = cell_masses(values, rows, columns) if values.shape != (rows, columns) else values
    shares = masses / masses.max()
    levels = np.round(shares * SHARES).astype(np.uint16) if bits == 16 else np.round(shares * LEVELS).astype(np.uint8)
    return {"rows": rows, "columns": columns, "bits": bits, "values": text_of(levels)}


def packed_law(law: Law | None) -> dict[str, Any] | None:
    """A density of the plane that is exactly known; None of another."""
    match law:
        case Pixels(values):
            return {"kind": "picture", **packed_picture(values, 16)}
        case Normal(mean, std):
            return packed_normal([mean, mean], std)
        case Mixture(weights, means, covariances) if len(means[0]) == 2:
            components = [
                {"weight": weight, "mean": list(mean), "covariance": [xx, xy, yy]}
                for weight, mean, ((xx, xy), (_, yy)) in zip(weights, means, covariances, strict=True)
            ]
            return {"kind": "mixture", "components": components}
    return None


def packed_normal(mean: list[float], std: float) -> dict[str, Any]:
    """An isotropic normal distribution of the plane."""
    component = {"weight": 1.0, "mean": mean, "covariance": [std**2, 0.0, std**2]}
    return {"kind": "mixture", "components": [component]}


def packed_behind(density: Density, box: Box) -> dict[str, Any] | None:
    """How a density looks on a part of the plane; None for nothing."""
    shown = density.behind(box)
    return None if shown is None or not shown.max() > 0 else packed_picture(shown)


def packed_network(network: Network, activation: str) -> dict[str, Any]:
    """A network of points of the plane. activation: its name. Raises InputError for one that no page knows."""
    told = {name: tensor.detach().numpy() for name, tensor in network.state_dict().items()}
    if not all(np.isfinite(array).all() for array in told.values()):
        raise InputError("its weights are not finite: train it again")
    if isinstance(network, MLPNetwork):
        names = [*(f"hidden.{number}" for number in range(len(network.hidden))), "out"]
        kind: dict[str, Any] = {
            "kind": "mlp",
            "layers": [_layer(told, name) for name in names],
            "jumps": bool(network.jumps),
        }
    elif isinstance(network, ResidualMLPNetwork):
        shared = [f"{name}.weight" for name in ("of_condition", "of_jump", "of_alpha")]
        of_shared = np.concatenate([told[name] for name in shared if name in told], axis=1)
        points = {"of_x.weight": told["of_x.weight"], "of_x.bias": told["of_x.bias"] + told["of_alpha.bias"]}
        kind = {
            "kind": "residual_mlp",
            "points": _layer(points, "of_x"),
            "told": _layer({"of_shared.weight": of_shared}, "of_shared"),
            "widen": [_layer(told, f"widen.{number}") for number in range(len(network.widen))],
            "narrow": [_layer(told, f"narrow.{number}") for number in range(len(network.narrow))],
            "out": _layer(told, "out"),
            "jumps": network.of_jump is not None,
        }
    else:
        raise InputError(f"no page runs a {type(network).__name__}; explore.html runs mlp and residual_mlp")
    return {"activation": activation, "classes": network.classes, **kind}


def _layer(arrays: Mapping[str, np.ndarray], name: str) -> dict[str, Any]:
    """A layer by its name: its weights, (outputs, inputs), and its bias if it has one."""
    weight, bias = arrays[f"{name}.weight"], arrays.get(f"{name}.bias")
    told = None if bias is None else text_of(bias.astype(np.float32))
    return {"inputs": weight.shape[1], "weight": text_of(weight.astype(np.float32)), "bias": told}
