"""Which of a computer's GPUs a job takes, where it is told none: the one that the fewest other jobs have."""

import os
import socket
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from iadb_core.system.locks import held, remove_unless_held

FOLDER = Path(".snakemake") / "gpus" / socket.gethostname()  # of one workflow's jobs on this machine
_KEPT = ExitStack()  # until this process ends, however it ends


@cache
def least_taken(count: int, folder: Path = FOLDER) -> int:
    """The number of the GPU, which other jobs see as taken until this process ends; the same at each call.

    count: GPUs. folder: where jobs leave who has which. Raises OSError if it cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with held(folder / "choosing"):
        taken = [_holders(folder, number) for number in range(count)]
        chosen = taken.index(min(taken))
        _KEPT.enter_context(held(folder / f"{chosen}.{os.getpid()}"))
    return chosen


def _holders(folder: Path, number: int) -> int:
    """How many living processes have a GPU; the files of dead ones are removed."""
    for path in folder.glob(f"{number}.*"):
        remove_unless_held(path)
    return sum(1 for _ in folder.glob(f"{number}.*"))
