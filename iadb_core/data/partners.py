"""Images of two folders that belong together by their names."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from iadb_core.data.opening import shown
from iadb_core.system.errors import InputError
from iadb_core.system.provenance import content_digest

Images = tuple[str, Sequence[str]]  # a folder, and the paths of its images


def partnered(own: Images, others: Images) -> tuple[list[str], list[str], list[str]]:
    """The images of a folder that have partners, by their names without suffix; these, in the same order; and the rest.

    Raises InputError if no image has a partner, and if two images of a folder have one name.
    """
    mine, theirs = _by_name(*own), _by_name(*others)
    both = [name for name in sorted(mine) if name in theirs]
    if not both:
        raise InputError(f"{shown(own[0])}: no image has the name of one in {shown(others[0])}, to be its partner")
    return [mine[name] for name in both], [theirs[name] for name in both], [mine[name] for name in mine.keys() - both]


def _by_name(folder: str, paths: Iterable[str]) -> dict[str, str]:
    """The images by their places in the folder, without suffix."""
    found: dict[str, str] = {}
    for path in paths:
        name = Path(path).relative_to(folder).with_suffix("").as_posix()
        if name in found:
            raise InputError(f"{shown(path)} and {shown(found[name])} have one name: which is the partner?")
        found[name] = path
    return found


def pairs_together(one: Sequence[str], other: Sequence[str]) -> list[bytes]:
    """For each pair of files a text that pairs share which come into one part of the samples.

    They are those of which a file has the content of one of another pair, and so on: the same for (one, other) and
    (other, one).
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    contents = [content_digest(path) for path in (*one, *other)]
    content = np.unique(contents, return_inverse=True)[1]
    rows, columns = content[: len(one)], content[len(one) :]
    nodes = int(content.max()) + 1
    joined = coo_array((np.ones(len(one)), (rows, columns)), shape=(nodes, nodes))
    _, component = connected_components(joined, directed=False)
    return [str(component[row]).encode() for row in rows]
