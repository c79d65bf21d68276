"""Files written whole or not at all, and read without trusting them."""

import csv
import io
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from iadb_core.system.errors import InputError
from iadb_core.system.locks import held, remove_unless_held

TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")  # the names that `replacing` gives


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary file beside `path`, to be written to; it takes that name when the block succeeds, else it goes.

    It is on disk before it has its name.
    Raises InputError, naming `path`, if it cannot be written (full disk, read-only folder, a folder in its place).
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear(path.parent)
        with held(temporary):
            yield temporary
            with open(temporary, "rb") as file:
                os.fsync(file.fileno())
            os.replace(temporary, path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


@cache  # once in a process: a folder may hold ten thousand frames
def _clear(folder: Path) -> None:
    """Remove the temporary files that killed processes left in a folder; what others write at the moment stays."""
    for name in os.listdir(folder):
        if TEMPORARY.fullmatch(name):
            remove_unless_held(folder / name)


@contextmanager
def atomic(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open `path` for writing bytes; it appears under its name only when complete and on disk.

    Raises InputError as `replacing` does.
    """
    with replacing(path) as temporary, open(temporary, "wb") as file:
        yield file


def also_called(path: str | os.PathLike[str], other: str | os.PathLike[str]) -> None:
    """Give a file another name, which it keeps when the first is removed; a copy, where the disk knows no links.

    Raises InputError as `replacing` does.
    """
    with replacing(other) as temporary:
        try:
            os.link(path, temporary)
        except OSError:
            shutil.copyfile(path, temporary)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write text as UTF-8, atomically. Raises InputError as `atomic` does."""
    with atomic(path) as file:
        file.write(text.encode())


def write_json(path: str | os.PathLike[str], value: Any) -> None:
    """Write value as JSON with sorted keys, atomically. Raises InputError as `atomic` does."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")


def write_csv(path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows under a header as CSV, atomically. Raises InputError as `atomic` does."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, text.getvalue())


def read_json(path: str | os.PathLike[str]) -> Any:
    """Read a JSON file. Raises InputError if it is missing or not JSON."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"cannot read {path}: {error}; delete it to have it made again") from error
