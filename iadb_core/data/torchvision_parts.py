"""The parts of torchvision's data sets, by its own classes."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from iadb_core.data.image_sets import IMAGE_SETS
from iadb_core.system.errors import InputError

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.ENOMEM}
T = TypeVar("T")


def torchvision_class(name: str) -> Any:
    """The class of torchvision that has a data set."""
    from iadb_core.data.torchvision_import import import_torchvision

    return getattr(import_torchvision().datasets, IMAGE_SETS[name].of or name)


def each_part(name: str, root: Path, read: Callable[[Any], T], **options: Any) -> list[T]:
    """What `read` takes of each part of a set under the root. Raises InputError if its files are corrupted."""
    dataset, found = torchvision_class(name), []
    try:
        for part in IMAGE_SETS[name].parts:
            found.append(read(dataset(root, **part, **options)))
    except InputError:
        raise
    except Exception as error:  # torchvision's readers raise nearly every exception on a broken file
        if isinstance(error, MemoryError) or getattr(error, "errno", None) in NO_ROOM:
            raise InputError(f"the files of {name} cannot be unpacked in {root}: {error}") from error
        raise InputError(f"{root}: the files of {name} are corrupted ({error}); delete them") from error
    return found
