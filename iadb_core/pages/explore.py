"""results/<experiment>/explore.html: models of points of the plane, which run in the page."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.density import Density
from iadb_core.drawing.plane import plane_of
from iadb_core.evaluation.studies import exact_ends
from iadb_core.method.integration import solver_of
from iadb_core.method.schedules import linear
from iadb_core.networks import checkpoint
from iadb_core.networks.network import Network
from iadb_core.pages.packed import packed_behind, packed_law, packed_network, packed_normal, packed_points
from iadb_core.pages.page import rendered
from iadb_core.sampling.model import Model, load_model
from iadb_core.sampling.sampler import Sampler, Way
from iadb_core.system.errors import InputError

SOLVERS = ("euler", "midpoint", "heun", "rk4", "dopri5")
SHOWN = 2048  # points; as many again tell the floor
TRIED, COARSE, FINE = 256, 8, 64  # starts, and evaluations, to find one whose path is instructive
FEWER = 128  # starts that the exact field carries, which takes longer
WITHOUT_A_LAW = 0.15  # of the box: how wide a normal distribution is, in the place of a source that is not known


class Shown(NamedTuple):
    """A model of a page. name: what it is called there. path: its file. solver, evaluations: with which it begins."""

    name: str
    path: str
    solver: str
    evaluations: int


def explore_page(
    title: str,
    seed: int,
    models: Sequence[Shown],
    source: Density,
    target: Density,
    starts: Tensor,
    held_out: Tensor,
) -> str:
    """The page as HTML: one file, that asks nothing of any host.

    models: of the same densities; the first is shown at first. seed: of its training. starts, held_out: unseen samples
    of source and target, (count, 2) each, half of which are shown and measured by, and half of which give the floor.
    Raises InputError for models that no page runs.
    """
    both = [_halves(samples, side) for samples, side in ((starts, "source"), (held_out, "target"))]
    box = plane_of(both[0][:SHOWN], both[1][:SHOWN], source, target).box
    loaded = [checkpoint.load(shown.path) for shown in models]
    packed = [_packed(shown, *own) for shown, own in zip(models, loaded, strict=True)]
    first, tried = load_model(models[0].path, "cpu", "float32"), torch.from_numpy(both[0][:TRIED])
    classes, always = _classes(loaded[0][1])
    laws = [packed_law(density.law()) for density in (source, target)]
    middle = [low + box.width / 2 for low in box.low]
    data = {
        "models": packed,
        "source": laws[0],
        "target": laws[1],
        "known": None not in laws,
        "fallback": packed_normal(middle, WITHOUT_A_LAW * box.width),
        "box": {"low": list(box.low), "width": box.width, "upward": box.upward},
        "behind": {"source": packed_behind(source, box), "target": packed_behind(target, box)},
        "points": {"source": packed_points(both[0]), "target": packed_points(both[1])},
        "classes": classes,
        "always": always,
        "start": instructive_start(first, tried),
        "torn": torn_start(first, tried[:FEWER], source, target),
    }
    solvers = [*SOLVERS, *(["map"] if any(own["network"]["jumps"] for own in packed) else [])]
    choices = {"models": [own.name for own in models], "classes": classes, "always": always, "solvers": solvers}
    told = {"title": title, "about": packed[0]["about"] + f", seed {seed}", "protocol": _protocol(len(both[1]) // 2)}
    contents = {shown.name: content for shown, (_, content) in zip(models, loaded, strict=True)}
    told["otherwise"] = [name for name, content in contents.items() if _otherwise_paired(content)]
    return rendered("explore", "app", ("start", "serve", "hereOf"), data, **told, known=data["known"], **choices)


def _packed(shown: Shown, network: Network, content: Mapping[str, Any]) -> dict[str, Any]:
    """A model as the page's data has it. network, content: of its file."""
    told = content["network"]
    if tuple(told["shape"]) != (2,) or told.get("numbers"):
        raise InputError(f"{shown.path}: explore.html runs models of points of the plane, told no more than a class")
    if shown.solver not in (*SOLVERS, "map"):
        raise InputError(f"explore.html knows no solver {shown.solver}")
    parameters = sum(tensor.numel() for tensor in network.state_dict().values())
    return {
        "name": shown.name,
        "about": f"{told['name']}, {parameters:,} parameters, {content['steps']:,} steps",
        "solver": shown.solver,
        "nfe": _nearest_power(shown.evaluations),
        "network": packed_network(network, told["settings"].get("activation", "relu")),
    }


def _otherwise_paired(content: Mapping[str, Any]) -> bool:
    """Whether a model has learnt from other pairs than those by chance, whose field the page knows; of its file."""
    coupling = content["settings"].get("training", {}).get("coupling", {"independent": {}})
    return "independent" not in coupling


def _classes(content: Mapping[str, Any]) -> tuple[list[str], bool]:
    """The names of the classes that a model can be told, and whether it always has to be; content: of its file."""
    if not content["network"].get("classes"):
        return [], False
    settings = content["settings"]
    return [str(name) for name in settings["classes"]], not settings["condition"]["label"]["drop"]


def _protocol(count: int) -> str:
    """What the figures of the page are."""
    return (
        f"W₂ is sliced, over 32 directions, between {count:,} samples and as many held-out points; the floor, between "
        f"these and {count:,} other ones. Starts are held out as well. The exact field is a sum over at most 128 × 128 "
        "cells, or in closed form."
    )


def _halves(samples: Tensor, side: str) -> np.ndarray:
    """As many samples as are shown and give a floor, an even number, (count, 2)."""
    count = min(2 * SHOWN, len(samples)) // 2 * 2
    if count < 4:
        raise InputError(f"explore.html needs held-out samples: there are {len(samples)} of the {side}")
    return samples[:count].numpy().astype(np.float32)


def _nearest_power(evaluations: int) -> int:
    """The power of two nearest to a number of evaluations, of those that the page offers."""
    return int(2 ** np.clip(np.round(np.log2(max(1, evaluations))), 0, 7))


def instructive_start(model: Model, starts: Tensor) -> list[float]:
    """A start whose path few steps of Euler's method leave, but not one of the farthest: of the shown ones.

    starts: (count, 2).
    """
    told = torch.zeros(len(starts), dtype=torch.int64) if model.classes else None
    ends = [
        Sampler(model.field, Way(solver_of(name), linear(steps), len(starts)), model.device, told).ends(starts)
        for name, steps in (("euler", COARSE), ("midpoint", FINE // 2))
    ]
    order = (ends[0] - ends[1]).square().sum(dim=1).argsort()
    chosen: list[float] = starts[order[int(0.97 * (len(order) - 1))]].tolist()
    return chosen


def torn_start(model: Model, starts: Tensor, source: Density, target: Density) -> list[float] | None:
    """A start whose end by the network is far from its exact one, but not the farthest; None where that is not known.

    starts: (count, 2).
    """
    exact = None if model.classes else exact_ends(source.law(), target.law(), starts)
    if exact is None:
        return None
    ends = Sampler(model.field, Way(solver_of("midpoint"), linear(FINE // 2), len(starts)), model.device).ends(starts)
    order = (ends - exact).square().sum(dim=1).argsort()
    chosen: list[float] = starts[order[int(0.98 * (len(order) - 1))]].tolist()
    return chosen
