"""Which samples are trained on, which settings are chosen by, and which are held out; equal samples stay together."""

from collections.abc import Sequence

import numpy as np

from iadb_core.data.digests import digests
from iadb_core.data.parts import Labelled, Parts, parted
from iadb_core.system.progress import log
from iadb_core.system.seeds import numpy_generator

SHARE = 10  # a tenth is held out, and another tenth is for validation
FEWEST = 3  # samples that make three parts
FEW_COPIES = 4  # rows of a table that may be equal by mistake


def split(count: int, seed: int, contents: Sequence[bytes] | None = None) -> Parts[np.ndarray]:
    """Which of `count` samples are in which part, ascending: a tenth each for validation and held out, at least one.

    seed: of the choice. contents: of each sample, if samples may be equal: those that are come into one part. Of fewer
    than three samples some are in several parts, with a warning.
    """
    if count < FEWEST:
        _warn_of_few(count)
        last = np.array([count - 1])
        return Parts(np.zeros(1, int), last, last)
    order, rank = _in_order(count, numpy_generator(seed, "held-out images"), contents)
    held_out = _end(rank, max(1, count // SHARE))
    validation = _end(rank, held_out + max(1, count // SHARE))
    if validation >= count and contents is not None:  # nearly all are equal
        return split(count, seed)
    return Parts(*(np.sort(part) for part in (order[validation:], order[held_out:validation], order[:held_out])))


def halved(count: int, seed: int, contents: Sequence[bytes] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Which of a data set's test samples are for validation, and which are held out, ascending; as `split`."""
    if count < 2:
        _warn_of_few(count)
        return np.arange(count), np.arange(count)
    order, rank = _in_order(count, numpy_generator(seed, "validation images"), contents)
    middle = _end(rank, count // 2)
    if middle >= count:
        return halved(count, seed)
    return np.sort(order[:middle]), np.sort(order[middle:])


def _in_order(
    count: int, generator: np.random.Generator, contents: Sequence[bytes] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Indices in random order, equal contents side by side; and for each place in it a number that these share."""
    order = generator.permutation(count)
    place = np.empty(count, int)
    place[order] = np.arange(count)
    if contents is None:
        return order, np.arange(count)
    group = np.unique(np.array(contents), return_inverse=True)[1]
    first = np.full(group.max() + 1, count)
    np.minimum.at(first, group, place)
    order = np.lexsort((place, first[group]))
    return order, first[group][order]


def _end(rank: np.ndarray, wanted: int) -> int:
    """Where a part of at least so many ends, so that none of the next is equal to its last one."""
    return int(np.searchsorted(rank, rank[min(wanted, len(rank)) - 1], side="right"))


def _warn_of_few(count: int) -> None:
    few = "a single sample is" if count == 1 else f"{count} samples are"
    log.warning("%s trained on and measured against: the distance says nothing", few)


def warn_of_shared(parts: Parts[Labelled]) -> None:
    """Warn where samples that are measured against, or chosen by, are trained on as well."""
    trained = set(digests(parts.train.samples))
    for name, part in (("held-out", parts.held_out), ("validation", parts.validation)):
        shared = sum(digest in trained for digest in digests(part.samples))
        if shared:
            tell_shared(shared, len(part.samples), name)


def tell_shared(shared: int, count: int, name: str) -> None:
    """Warn that so many samples of a part are trained on."""
    log.warning(
        "%s of %s %s samples are trained on as well: distances to them say less", f"{shared:,}", f"{count:,}", name
    )


def parts_of(samples: np.ndarray, labels: np.ndarray | None, seed: int) -> Parts[Labelled]:
    """The parts of samples, (count, …), that come without any: see `split`."""
    return parted(split(len(samples), seed, digests(samples)), samples, labels)


def parts_with_test(train: Labelled, test: Labelled, seed: int) -> Parts[Labelled]:
    """The parts of a data set with test samples: all others are trained on, and `halved` are the test samples."""
    rows = halved(len(test.samples), seed, digests(test.samples))
    validation, held_out = (
        Labelled(test.samples[half], None if test.labels is None else test.labels[half]) for half in rows
    )
    return Parts(train, validation, held_out)


def parts_of_rows(points: np.ndarray, labels: np.ndarray | None, seed: int) -> Parts[Labelled]:
    """The parts of points, (count, coordinates); of a table in which many rows are equal, row by row, with a warning.

    Few equal rows are copies, and come into one part. Many are a discrete distribution, each of whose draws counts.
    """
    contents = digests(points)
    repeated = len(points) - len(set(contents))
    if repeated > max(len(points) // SHARE, FEW_COPIES):
        log.warning("%s of %s rows are equal to others: the parts share values", f"{repeated:,}", f"{len(points):,}")
        return parted(split(len(points), seed), points, labels)
    return parted(split(len(points), seed, contents), points, labels)
