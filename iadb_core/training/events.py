"""Event files of a training, which TensorBoard shows while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from iadb_core.system.errors import InputError
from iadb_core.training.records import Record

FOLDER = "events"  # beside the history


class Events(Protocol):
    """What is told of each record."""

    def __call__(self, record: Record) -> None: ...


@contextmanager
def events_beside(history: str, wanted: bool, done: int) -> Iterator[Events]:
    """Write event files into a folder beside the history, if they are wanted.

    done: steps that are recorded already; what an earlier, interrupted training told of later ones no longer counts.
    Raises InputError where the package `tensorboard` is missing.
    """
    if not wanted:
        yield lambda record: None
        return
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise InputError("training.tensorboard needs a package more: pip install tensorboard") from error
    with SummaryWriter(str(Path(history).parent / FOLDER), purge_step=done + 1) as writer:

        def told(record: Record) -> None:
            for name, value in (("loss", record.loss), ("seconds", record.seconds)):
                writer.add_scalar(f"training/{name}", value, record.step)

        yield told
