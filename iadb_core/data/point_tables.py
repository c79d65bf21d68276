"""Tables of numbers as points: .npy, .csv, .tsv and .parquet files."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from iadb_core.data.opening import shown
from iadb_core.system.arrays import load_array
from iadb_core.system.errors import InputError

if TYPE_CHECKING:
    import pandas

NAMED = 8  # columns or rows that a message names
MOST_COORDINATES = 4096
MOST_CLASSES = 10_000
MOST_COMMENTS = 1000  # lines before the table
SEPARATORS = ("\t", ";", "|", ",")  # the first that is there separates: a comma may be a decimal one
QUOTED = re.compile(r'"[^"]*"')


class Table(NamedTuple):
    """Points of a file. values: (count, coordinates), float64. names: of the coordinates. labels: (count,), int64, or
    None. class_names: in the order of their numbers. left_out: columns that are no numbers.
    """

    values: np.ndarray
    names: list[str]
    labels: np.ndarray | None
    class_names: list[str]
    left_out: list[str]


def read_table(path: str, columns: Sequence[str] | None = None, label: str | None = None) -> Table:
    """The points of a table: the columns that are named, or all that are numbers, but for the label.

    label: the column of the classes. Raises InputError if the file cannot be read, has no such column, or has rows
    without a number.
    """
    frame = _frame(path)
    wanted, left_out = _columns(frame, path, columns, label)
    try:
        values = frame[wanted].to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{shown(path)}: a column is no numbers ({error}); name others in `columns`") from None
    finite = np.isfinite(values)
    if len(bad := np.flatnonzero(~finite.all(axis=1))):
        lacking = [name for name, every in zip(wanted, finite.all(axis=0), strict=True) if not every]
        raise InputError(
            f"{shown(path)}: {len(bad)} of {len(values)} rows have no number in {_listed(lacking)}: rows {_rows(bad)}; "
            "fill or remove them, or name other `columns`"
        )
    if len(values) < 2:
        raise InputError(f"{shown(path)}: {len(values)} rows are too few; at least 2 are needed")
    if label is None:
        return Table(values, wanted, None, [], left_out)
    if missing := int(frame[label].isna().sum()):
        raise InputError(f"{shown(path)}: {missing} of {len(values)} rows have no {label}; fill or remove them")
    classes = frame[label] if frame[label].dtype.kind in "iufb" else frame[label].astype(str)
    names, labels = np.unique(np.asarray(classes), return_inverse=True)
    if len(names) > MOST_CLASSES:
        raise InputError(
            f"{shown(path)}: {label} has {len(names):,} values, too many for classes; name another `label`"
        )
    return Table(values, wanted, labels.astype(np.int64), [str(name) for name in names], left_out)


def _columns(
    frame: "pandas.DataFrame", path: str, columns: Sequence[str] | None, label: str | None
) -> tuple[list[str], list[str]]:
    """The names of the coordinates, and of the columns that are none.

    Raises InputError for names that are not there, if there are none, and for a column that is nearly all numbers.
    """
    known = list(map(str, frame.columns))
    if absent := [name for name in [*(columns or ()), *([label] if label else [])] if name not in known]:
        raise InputError(f"{shown(path)} has no column {', '.join(map(repr, absent))}; it has {_listed(known)}")
    numbers = [str(name) for name in frame.select_dtypes("number").columns if str(name) != label]
    left_out = [name for name in known if name not in (columns or numbers) and name != label]
    if columns is not None:
        return list(columns), left_out
    for name in left_out:
        _check_no_number(frame[name], name, path)
    if not numbers or len(numbers) > MOST_COORDINATES:
        raise InputError(
            f"{shown(path)}: {len(numbers)} columns of numbers; from 1 to {MOST_COORDINATES:,} make points"
        )
    return numbers, left_out


def _check_no_number(column: "pandas.Series", name: str, path: str) -> None:
    """Raise InputError if a column is numbers but for some cells: it was meant to be a coordinate."""
    import pandas

    odd = np.flatnonzero(pandas.to_numeric(column, errors="coerce").isna() & column.notna())
    if 0 < len(odd) <= len(column) // 2:
        raise InputError(
            f"{shown(path)}: {name} is numbers but for {column.iloc[odd[0]]!r} in row {odd[0] + 1}"
            f"{' and others' if len(odd) > 1 else ''}: correct it, or name the `columns` that are coordinates"
        )


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
    """A text file of columns, with a header or without; what separates them is found in its first line.

    Lines before it that begin with # are passed over. Between semicolons a number may have a decimal comma. Raises
    InputError for a file without a line.
    """
    import pandas

    with open(path, encoding="utf-8-sig") as file:
        lines = [line for _, line in zip(range(MOST_COMMENTS), file, strict=False)]
    above = next((number for number, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    if above is None:
        raise InputError(f"{shown(path)} has no rows")
    first = lines[above].strip()
    bare = QUOTED.sub("", first)
    separator = "\t" if suffix == ".tsv" else next((one for one in SEPARATORS if one in bare), ",")
    options: dict[str, Any] = {"sep": separator, "skiprows": above, "encoding": "utf-8-sig", "skipinitialspace": True}
    options["decimal"] = "," if separator == ";" else "."
    cells = [cell.strip() for cell in first.split(separator)]
    if any(cells) and all(_is_number(cell.replace(options["decimal"], ".")) for cell in cells if cell):  # no header
        frame = pandas.read_csv(path, header=None, **options)
        frame.columns = [f"x{number}" for number in range(frame.shape[1])]
        return frame
    return pandas.read_csv(path, **options)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _rows(numbers: np.ndarray) -> str:
    return ", ".join(str(row + 1) for row in numbers[:NAMED]) + (", …" if len(numbers) > NAMED else "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
