"""A table as a page: sorted by its columns, filtered by words."""

from math import isfinite
from typing import Any, NamedTuple

import pandas

from iadb_core.pages.page import rendered

DIGITS = 5
FEW = 3  # rows, of which nothing is said to be the same in all


class Cell(NamedTuple):
    """What a cell shows, and its number if it is one."""

    text: str
    number: float | None


def table_page(title: str, table: pandas.DataFrame) -> str:
    """The page of a table. Columns without any value are left out; what is the same in every row stands below."""
    return rendered("table", "table", ("start",), title=title, **rows_of(table))


def rows_of(table: pandas.DataFrame) -> dict[str, Any]:
    """What `rows.html.j2` shows of a table: its columns, rows of cells, and what all rows share."""
    own = table.dropna(axis="columns", how="all")
    same = [name for name in own if len(own) > FEW and own[name].nunique(dropna=False) == 1]
    shown = own.drop(columns=same)
    rows = [[_cell(value) for value in row] for row in shown.itertuples(index=False, name=None)]
    shared = {str(name): _cell(own[name].iloc[0]).text for name in same}
    return {"columns": list(shown), "rows": rows, "shared": shared}


def _cell(value: Any) -> Cell:
    if pandas.isna(value):
        return Cell("", None)
    if isinstance(value, bool | str) or not hasattr(value, "__float__"):
        return Cell(str(value), None)
    number = float(value)
    if not isfinite(number):
        return Cell(str(number), None)
    text = f"{number:,.0f}" if number.is_integer() and abs(number) < 1e15 else f"{number:.{DIGITS}g}"
    return Cell(text, number)
