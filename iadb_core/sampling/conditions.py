"""What samples are asked to be, classes or degraded images restored, and the field that leads there."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from iadb_core.data.density import Density
from iadb_core.method.fields import ConditionalField, Field
from iadb_core.method.guidance import Autoguidance, ClassifierFree
from iadb_core.sampling.model import Model
from iadb_core.sampling.sampler import Sampler, Way
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.told import measured_coordinates, measured_degraded
from iadb_core.system.errors import InputError
from iadb_core.system.seeds import numpy_generator

ALL = slice(None)


def class_numbers(model: Model, names: Sequence[str] | None) -> list[int]:
    """The numbers of classes by their names; of all if none are named.

    Raises InputError for a model without condition, and for names that are no classes of it.
    """
    if not model.classes:
        raise InputError("classes: this model was trained without `condition`, so it cannot be asked for a class")
    if unknown := [name for name in names or () if name not in model.classes]:
        raise InputError(f"classes: {', '.join(unknown)} unknown; there are {', '.join(model.classes)}")
    return [model.classes.index(name) for name in names or model.classes]


def in_turn(numbers: Sequence[int], count: int) -> Tensor:
    """`count` classes, (count,), int64: each in turn, so that all are there equally often."""
    return torch.tensor(numbers).repeat(-(-count // len(numbers)))[:count]


def as_the_data(labels: np.ndarray, count: int, seed: int) -> Tensor:
    """`count` classes, (count,), int64, as often as the data have them. The first ones are the same for every count."""
    chosen = numpy_generator(seed, "generated classes").integers(len(labels), size=count)
    return torch.from_numpy(np.array(labels, np.int64)[chosen])


def repeated(conditions: Tensor, count: int) -> Tensor:
    """`count` of some conditions, each in turn."""
    return conditions[torch.arange(count) % len(conditions)]


def measured_condition(
    model: Model, target: Density | None, asked: np.ndarray, count: int, seed: int, rows: slice = ALL
) -> Tensor:
    """What `count` measured samples are asked to be, some rows of it: the first ones are the same for every count.

    asked: the classes of training samples, of which they have as many; or stored images of the target, that are
    degraded for a model that restores them, or whose coordinates are told.
    """
    if model.columns and target is not None:
        return measured_coordinates(model.columns, target, asked, count, seed, rows)
    if model.degradation is None or target is None:
        return as_the_data(asked, count, seed)[rows]
    return measured_degraded(model.degradation, target, asked, count, seed, rows)


def guided_field(model: Model, sampling: Sampling) -> Field | ConditionalField:
    """The field of a model, guided if that is asked for."""
    if (own := sampling.guidance) and model.classes:
        low, high = own.interval
        return ClassifierFree(model.field, len(model.classes), own.weight, (low, high), own.optimised_scale)
    if (other := sampling.autoguidance) and model.weaker:
        low, high = other.interval
        return Autoguidance(model.field, model.weaker.field, other.weight, (low, high))
    return model.field


def sampler_of(model: Model, sampling: Sampling, condition: Tensor | None) -> Sampler:
    """What carries starts as settings say, each to its class if there is a condition."""
    return Sampler(guided_field(model, sampling), Way.of(sampling), model.device, condition)
