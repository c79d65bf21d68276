"""What samples are asked to be: of classes by name, or points with given coordinates."""

from collections.abc import Iterable, Sequence

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from iadb_core.data.conditions import Condition
from iadb_core.face.given import as_array, points
from iadb_core.face.values import Values
from iadb_core.sampling.conditions import class_numbers, in_turn, repeated
from iadb_core.sampling.model import Model
from iadb_core.system.errors import InputError

Asked = str | int | Sequence[str | int] | None  # the class, or classes in turn, that samples are asked to be of


def condition_asked(
    model: Model,
    values: Values,
    told: Condition | None,
    classes: Asked,
    guidance: float,
    coordinates: ArrayLike | Tensor | None,
    count: int,
) -> Tensor | None:
    """What each of `count` samples is asked to be, if anything, as the network is told it: (count, …).

    values: of the model's densities. told: the condition that it was trained with. Raises InputError if it cannot be.
    """
    if coordinates is not None or model.columns:
        asked = coordinates_asked(coordinates, len(model.columns))
        return repeated(values.told(asked, model.columns), count)
    if classes is None:
        if guidance != 1:
            known = "is towards a class: give `classes`" if model.classes else "this model was trained without classes"
            raise InputError(f"guidance: {known}")
        if told and told.label and not told.label.drop:
            raise InputError(f"this model is always told a class: give `classes`, of {', '.join(model.classes)}")
        return None
    return in_turn(class_numbers(model, named(classes)), count)


def named(classes: Asked) -> list[str]:
    """Classes by name, of one or of several. Raises InputError if it is none."""
    several = isinstance(classes, Iterable) and not isinstance(classes, str)
    names = [str(name) for name in classes] if several else [str(classes)]  # type: ignore[union-attr]
    if not names:
        raise InputError("classes: name at least one")
    return names


def coordinates_asked(given: ArrayLike | Tensor | None, columns: int) -> Tensor:
    """Coordinates that samples are asked to have, (n, columns), float32. Raises InputError if they do not fit."""
    if not columns:
        raise InputError("coordinates: this model was trained without `condition: {coordinates: …}`")
    if given is None:
        raise InputError(f"this model is told {columns} coordinates of each point: give `coordinates`")
    found = points(as_array(given))
    if found.shape[1] != columns:
        raise InputError(f"coordinates: of shape {found.shape}, not (n, {columns})")
    return torch.from_numpy(found)
