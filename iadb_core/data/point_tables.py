"""Tables of numbers as points: .npy, .csv, .tsv and .parquet files."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from iadb_core.data.opening import shown
from iadb_core.system.arrays import load_array
from iadb_core.system.errors import InputError
from iadb_core.system.progress import log

if TYPE_CHECKING:
    import pandas

NAMED = 8  # columns or rows that a message names
MOST_COORDINATES = 4096
MOST_CLASSES = 10_000


class Table(NamedTuple):
    """Points of a file. values: (count, coordinates), float64. names: of the coordinates. labels: (count,), int64, or
    None. class_names: in the order of their numbers.
    """

    values: np.ndarray
    names: list[str]
    labels: np.ndarray | None
    class_names: list[str]


def read_table(path: str, columns: Sequence[str] | None = None, label: str | None = None) -> Table:
    """The points of a table: the columns that are named, or all that are numbers, but for the label.

    label: the column of the classes. Raises InputError if the file cannot be read, has no such column, or has rows
    without a number.
    """
    frame = _frame(path)
    wanted = _columns(frame, path, columns, label)
    try:
        values = frame[wanted].to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{shown(path)}: a column is no numbers ({error}); name others in `columns`") from None
    bad = np.flatnonzero(~np.isfinite(values).all(axis=1))
    if len(bad):
        rows = ", ".join(str(row + 1) for row in bad[:NAMED]) + (", …" if len(bad) > NAMED else "")
        raise InputError(
            f"{shown(path)}: {len(bad)} of {len(values)} rows have no number in {_listed(wanted)}: rows {rows}; "
            "fill or remove them, or name other `columns`"
        )
    if len(values) < 2:
        raise InputError(f"{shown(path)}: {len(values)} rows are too few; at least 2 are needed")
    if label is None:
        return Table(values, wanted, None, [])
    if missing := int(frame[label].isna().sum()):
        raise InputError(f"{shown(path)}: {missing} of {len(values)} rows have no {label}; fill or remove them")
    classes = frame[label] if frame[label].dtype.kind in "iufb" else frame[label].astype(str)
    names, labels = np.unique(np.asarray(classes), return_inverse=True)
    if len(names) > MOST_CLASSES:
        raise InputError(
            f"{shown(path)}: {label} has {len(names):,} values, too many for classes; name another `label`"
        )
    return Table(values, wanted, labels.astype(np.int64), [str(name) for name in names])


def _columns(frame: "pandas.DataFrame", path: str, columns: Sequence[str] | None, label: str | None) -> list[str]:
    """The names of the coordinates. Raises InputError for names that are not there, and if there are none."""
    known = list(map(str, frame.columns))
    if absent := [name for name in [*(columns or ()), *([label] if label else [])] if name not in known]:
        raise InputError(f"{shown(path)} has no column {', '.join(map(repr, absent))}; it has {_listed(known)}")
    if columns is not None:
        return list(columns)
    numbers = [str(name) for name in frame.select_dtypes("number").columns if str(name) != label]
    if left := [name for name in known if name not in numbers and name != label]:
        log.info("columns that are no numbers are left out: %s", _listed(left))
    if not numbers or len(numbers) > MOST_COORDINATES:
        raise InputError(
            f"{shown(path)}: {len(numbers)} columns of numbers; from 1 to {MOST_COORDINATES:,} make points"
        )
    return numbers


def _frame(path: str) -> "pandas.DataFrame":
    import pandas

    suffix = Path(path).suffix.lower()
    try:
        if suffix == ".npy":
            array = load_array(path)
            flat = array[:, None] if array.ndim == 1 else array
            if flat.ndim != 2:
                raise InputError(
                    f"{shown(path)} holds an array of shape {array.shape}; points are (count, coordinates)"
                )
            return pandas.DataFrame(np.asarray(flat), columns=[f"x{number}" for number in range(flat.shape[1])])
        frame = pandas.read_parquet(path) if suffix == ".parquet" else _text(path, suffix)
    except InputError:
        raise
    except FileNotFoundError as error:
        raise InputError(f"{shown(path)} does not exist") from error
    except ImportError as error:
        raise InputError(f"{shown(path)}: reading .parquet needs pyarrow: pip install pyarrow") from error
    except Exception as error:  # pandas' parsers raise many kinds of exceptions
        raise InputError(f"{shown(path)} is not a readable table ({' '.join(str(error).split())})") from error
    frame.columns = [str(name).strip() for name in frame.columns]
    return frame


def _text(path: str, suffix: str) -> "pandas.DataFrame":
    """A text file of columns, with a header or without; what separates them is found."""
    import pandas

    options: dict[str, Any] = {"sep": "\t"} if suffix == ".tsv" else {"sep": None, "engine": "python"}
    with open(path, encoding="utf-8-sig") as file:
        first = file.readline()
    cells = [cell for cell in first.replace(";", ",").replace("\t", ",").strip().split(",") if cell]
    if cells and all(map(_is_number, cells)):  # no header
        frame = pandas.read_csv(path, header=None, encoding="utf-8-sig", **options)
        frame.columns = [f"x{number}" for number in range(frame.shape[1])]
        return frame
    return pandas.read_csv(path, encoding="utf-8-sig", skipinitialspace=True, **options)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
