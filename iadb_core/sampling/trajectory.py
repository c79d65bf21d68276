"""Trajectories as files."""

import os

from torch import Tensor

from iadb_core.sampling.sampler import Sampler
from iadb_core.system.arrays import array_on_disk
from iadb_core.system.progress import Progress


def save_trajectory(path: str | os.PathLike[str], sampler: Sampler, begin: Tensor) -> None:
    """Write all states of starts, (count, *shape), as .npy, (T + 1, count, *shape), float32; in memory is one batch.

    Raises InputError if the states stop being finite, or the file cannot be written.
    """
    shape = (len(sampler.alphas), *begin.shape)
    with array_on_disk(path, shape, "float32") as trajectory, Progress(shape[0] * shape[1], "states") as progress:
        for which, index, x in sampler.states(begin):
            trajectory[index, which] = x
            progress.update(len(x))
