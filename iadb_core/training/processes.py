"""Several processes, a device each, that train one network together: each on its rows of every batch."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from iadb_core.system.errors import InputError

LONGEST_WAIT = timedelta(days=30)  # another job may train the same model before this one


class LostError(InputError):
    """Another of the processes has ended."""


@dataclass(frozen=True)
class Processes:
    """One process among those that train together.

    rank, size: its number, and how many there are. local_rank, here: the same of those on this machine. patient: the
    group of them that waits for days.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    here: int = 1
    patient: Any = None

    def rows(self, batch_size: int) -> slice:
        """Which samples of a batch are this process's: as nearly as possible the same number for each."""
        return slice(self.rank * batch_size // self.size, (self.rank + 1) * batch_size // self.size)

    def sum_(self, tensor: Tensor) -> None:
        """Replace a tensor by its sum over all processes, the same bytes in each; without waiting, on a GPU.

        Raises LostError if another has ended.
        """
        if self.size > 1:
            with self._told():
                dist.all_reduce(tensor)

    def wait(self) -> None:
        """Until all processes have come here, however long. Raises LostError if one has ended."""
        if self.size > 1:
            with self._told():
                dist.all_reduce(torch.zeros(1), group=self.patient)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            why = str(error).splitlines()[0]
            raise LostError(f"another of the {self.size} processes that train has ended ({why})") from error

    def device(self, name: str) -> str:
        """The device of this process, for the configuration's name of one. Raises InputError for a numbered device."""
        if self.size == 1:
            return name
        if ":" in name:
            raise InputError(f"device: {name} is one device, and training.devices asks for {self.size}: write cuda")
        cuda = name == "cuda" or (name == "auto" and torch.cuda.is_available())
        return f"cuda:{self.local_rank}" if cuda else "cpu"


ALONE = Processes()


@contextmanager
def among_others() -> Iterator[Processes]:
    """Join the processes that torchrun has started with this one, as its environment variables say.

    They are left in good order only if all has gone well: a process that fails must not wait for the others.
    """
    gpus = torch.cuda.is_available() and dist.is_nccl_available()
    dist.init_process_group("cpu:gloo,cuda:nccl" if gpus else "gloo")
    patient = dist.new_group(backend="gloo", timeout=LONGEST_WAIT)
    local_rank, here = (int(os.environ[name]) for name in ("LOCAL_RANK", "LOCAL_WORLD_SIZE"))
    yield Processes(dist.get_rank(), dist.get_world_size(), local_rank, here, patient)
    dist.destroy_process_group()


def end_with_parent(patience: float) -> None:
    """End this process when the one that has started it is killed, after so many seconds, in which it may end itself.

    It is asked to end as a batch system asks, and if that does not help within a minute, it ends.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        time.sleep(patience)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
