"""What a training takes and what it minimises, from its recipe and its files."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.mixed import Mixed
from iadb_core.data.pairs import Pairs, pairs_of
from iadb_core.data.telling import Told, ToldClasses, ToldCoordinates, ToldDegraded
from iadb_core.method.batches import Block
from iadb_core.method.coupling import Coupling, coupling_of
from iadb_core.method.couplings.independent import Independent
from iadb_core.method.guidance import ClassifierFree
from iadb_core.method.objective import Objective, objective_of
from iadb_core.networks import checkpoint
from iadb_core.networks.building import laid_out
from iadb_core.networks.settings import Shape
from iadb_core.system.arrays import load_array
from iadb_core.system.seeds import seed_for
from iadb_core.training.recipe import Recipe

Stored = tuple[np.ndarray | None, np.ndarray | None]
Inputs = Mapping[str, str | None]


def pairs_for(
    recipe: Recipe,
    inputs: Inputs,
    stored: Stored,
    shape: Shape,
    seed: int,
    device: torch.device,
    sharing: int,
    times: int,
) -> Pairs | Mixed:
    """What is trained on, on `device`.

    inputs: files, as of a `TrainingJob`. stored: the samples of both sides, or pairs that a model made. sharing, times:
    as `pairs_of` takes them. Raises InputError as it does.
    """
    training, made = recipe.training, recipe.training.coupling.model_pairs

    def pairs(stored: Stored, coupling: Coupling, labels: str, seen: bool) -> Pairs:
        drawn = training.batch_size, training.order, seed, device, training.alpha
        both, told = (recipe.source, recipe.target), _told(recipe, inputs.get(labels))
        return pairs_of(both, stored, shape, *drawn, coupling, sharing, told, times, seen, training.noise)

    own = pairs(stored, coupling_of(training.coupling.name, training.coupling.settings), "labels", made is not None)
    if not made or not made.real:
        return own
    source, target = (load_array(path) if (path := inputs.get(f"real_{side}")) else None for side in SIDES)
    return Mixed(own, pairs((source, target), Independent(), "real_labels", False), made.real)


SIDES = ("source", "target")


def validation_blocks(recipe: Recipe, inputs: Inputs, shape: Shape, seed: int, device: torch.device) -> list[Block]:
    """The blends of validation samples on which the best weights are found, if they are to be; on `device`.

    inputs: as of a `TrainingJob`. They are paired, and told, as those that are trained on. Raises InputError as
    `pairs_of` does.
    """
    training = recipe.training
    if not training.validation:
        return []
    stored = tuple(load_array(path) if (path := inputs.get(f"validation_{side}")) else None for side in SIDES)
    count = min((len(samples) for samples in stored if samples is not None), default=training.batch_size)
    drawn = min(training.batch_size, count), "shuffled", seed_for(seed, "validation"), device, training.alpha
    coupling = coupling_of(training.coupling.name, training.coupling.settings)
    both, told = (recipe.source, recipe.target), _told(recipe, inputs.get("validation_labels"))
    pairs = pairs_of(both, (stored[0], stored[1]), shape, *drawn, coupling, told=told, noise=training.noise)
    found, wanted = [], -(-training.validation.blends // drawn[0])
    for block in pairs.blocks():
        found.append(block.first(wanted))
        wanted -= len(found[-1])
        if not wanted:
            break
    return found


def _told(recipe: Recipe, labels: str | None) -> Told | None:
    """What the network is told of each sample, if it is. labels: the file of the classes."""
    condition = recipe.condition
    if condition and condition.restores:
        return ToldDegraded(condition.restores)
    if condition and condition.coordinates:
        return ToldCoordinates(condition.coordinates.columns(recipe.target))
    if condition and condition.label and labels:
        return ToldClasses(load_array(labels), len(recipe.classes), condition.label.drop)
    return None


def objective_for(
    recipe: Recipe, kind: str, teacher: str | None, device: torch.device, precision: torch.dtype
) -> Objective:
    """What is minimised. kind: what the model is then of, as checkpoints name it. teacher: the file of a model, whose
    products are in `precision`.

    Raises InputError for a broken file.
    """
    if kind != checkpoint.DEBLENDING:
        return objective_of(kind, {})
    chosen = recipe.training.objective
    if not teacher or not chosen.flow_map:
        return objective_of(chosen.name, chosen.settings)
    field, weight = _field(teacher, device, precision), chosen.flow_map.guidance
    guided = field if weight == 1 else ClassifierFree(field, len(recipe.classes), weight)
    return objective_of(chosen.name, chosen.settings, guided)


def _field(path: str, device: torch.device, precision: torch.dtype) -> Callable[..., Tensor]:
    """The field of a trained model; samples in and out in float32."""
    network, _ = checkpoint.load(path)
    placed = laid_out(network.to(device, precision)).requires_grad_(False)
    return lambda x, alpha, *condition: placed(x.to(precision), alpha, *condition).float()
