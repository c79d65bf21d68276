"""What a job tells the person who runs it: a log, a progress bar, one clear line when it fails."""

import gc
import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from textwrap import shorten
from types import FrameType

from tqdm import tqdm

from iadb_core.system.errors import InputError

SECONDS_BETWEEN_LINES = 10.0
LESS_MEMORY = "less is needed with a smaller training.batch_size, sampling.batch_size or network"

IN_FILE = "in_file"  # marks a record that is not for a screen

log = logging.getLogger("iadb")


def log_in_file(text: str) -> None:
    """Write into the log of the job what is too much for a screen."""
    log.info("%s", text, extra={IN_FILE: True})


@contextmanager
def job(log_path: str | os.PathLike[str], title: str) -> Iterator[None]:
    """Run the body of one job: log to a file and to stderr, and exit 1 on a failure.

    An InputError becomes one line that starts with `title`; anything else is a fault of the program, and its
    traceback goes to both places.
    """
    gc.freeze()  # what is imported stays: to look through it once more at the end takes a third of a second
    Path(log_path).write_text("", encoding="utf-8")
    with open(log_path, "a", encoding="utf-8") as file:  # what another process still writes there does no harm
        log.setLevel(logging.INFO)
        in_file = logging.StreamHandler(file)
        in_file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        on_screen = logging.StreamHandler(sys.stderr)
        on_screen.addFilter(lambda record: not hasattr(record, IN_FILE))
        on_screen.setFormatter(logging.Formatter(f"{title}: %(message)s"))
        log.handlers[:] = [in_file, on_screen]
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _terminated)
        try:
            yield
        except InputError as error:
            log.error("%s", error)
            sys.exit(1)
        except (MemoryError, OSError) as error:
            log.error("%s", error or type(error).__name__)
            in_file.stream.write(traceback.format_exc())
            sys.exit(1)
        except KeyboardInterrupt:
            log.error("interrupted")
            sys.exit(130)
        except Exception as error:
            if _is_lack_of_memory(error):
                log.error("%s: %s", shorten(str(error), 200), LESS_MEMORY)
                in_file.stream.write(traceback.format_exc())
            else:
                log.exception("unexpected error; please report it with this log")
            sys.exit(1)


def _is_lack_of_memory(error: Exception) -> bool:
    """Whether torch, which this module does without, found no memory: on a GPU, or on the CPU."""
    told = ("can't allocate memory", "CUBLAS_STATUS_ALLOC_FAILED", "unable to find an engine to execute")
    return type(error).__name__ == "OutOfMemoryError" or any(text in str(error) for text in told)


def _terminated(number: int, frame: FrameType | None) -> None:
    """End as by an exception, so that temporary files are removed."""
    log.error("terminated")
    sys.exit(128 + number)


class Progress:
    """A bar on a terminal; elsewhere a line in the log every ten seconds.

    total: the number of units of work. done: how many were done before. A context manager; `update` tells how many
    units more were done.
    """

    def __init__(self, total: int, unit: str, done: int = 0) -> None:
        self.total, self.unit, self.done, self.before = total, unit, done, done
        # A terminal that does not know its size is taken to be 80×24; left to itself, tqdm would show nothing there.
        size = get_terminal_size()
        self.bar = tqdm(
            total=total,
            initial=done,
            unit=f" {unit}",
            unit_scale=True,
            leave=False,
            ncols=size.columns,
            nrows=size.lines,
            disable=not sys.stderr.isatty(),
        )
        self.began = self.last_line = time.monotonic()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def update(self, count: int, note: str = "") -> None:
        """Count `count` units as done; `note` (say, the loss) is shown beside them."""
        self.done += count
        if note:
            self.bar.set_postfix_str(note, refresh=False)
        self.bar.update(count)
        now = time.monotonic()
        if self.bar.disable and now - self.last_line >= SECONDS_BETWEEN_LINES and self.done > self.before:
            self.last_line = now
            rate = (self.done - self.before) / (now - self.began)
            left = (self.total - self.done) / rate
            text = f"{self.done:,} of {self.total:,} {self.unit}, {rate:,.0f}/s, {left:.0f} s left"
            log.info("%s%s", text, f", {note}" if note else "")
