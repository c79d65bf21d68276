"""Experiments side by side: what each scores by network evaluations, how straight it is, how long it was trained."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas

from iadb_core.data.parts import HELD_OUT
from iadb_core.drawing.compare_plot import TRAINING_SECONDS
from iadb_core.evaluation.metrics import PATH_ENERGY, PATH_ENERGY_ERROR, STRAIGHTNESS
from iadb_core.system.words import counted

Run = tuple[str, pandas.DataFrame, Mapping[str, Any], float]
OF_PATHS = (STRAIGHTNESS, PATH_ENERGY, PATH_ENERGY_ERROR)
COLUMNS = ["experiment", "figure", "solver", "nfe", "mean", "std", "seeds", "floor", "floor_std", "n"]
KEY = ["experiment", "figure", "solver", "nfe"]


def side_by_side(runs: Iterable[Run], solvers: Mapping[str, str]) -> pandas.DataFrame:
    """A row for each experiment, figure and number of evaluations, by `COLUMNS`: mean and deviation over seeds.

    runs: of each its experiment, its table of solvers, what map.json holds, and the seconds of its training and of
    those whose models it learns from. solvers: by which each experiment is followed; what jumps has no paths. Quality
    is that of held-out samples.
    """
    rows: list[dict[str, Any]] = []
    for name, table, of_map, seconds in runs:
        solver = solvers[name]
        own = table[(table.solver == solver) & (table.split == HELD_OUT)]
        for row in own.to_dict("records"):
            kept = {key: row[key] for key in ("solver", "nfe", "value", "floor", "floor_std", "n")}
            rows.append({"experiment": name, "figure": row["metric"], **kept})
        figures = {figure["metric"]: figure for figure in of_map["figures"]}
        for metric in OF_PATHS:
            if solver != "map" and metric.title in figures:
                kept = {key: figures[metric.title][key] for key in ("value", "floor", "n")}
                rows.append({"experiment": name, "figure": metric.title, **kept})
        rows.append({"experiment": name, "figure": TRAINING_SECONDS, "value": seconds})
    every = pandas.DataFrame(rows).reindex(columns=[*KEY, "value", "floor", "floor_std", "n"])
    grouped = every.groupby(KEY, sort=False, dropna=False)
    found = grouped.agg(
        mean=("value", "mean"),
        std=("value", "std"),
        seeds=("value", "size"),
        floor=("floor", "mean"),
        floor_std=("floor_std", "mean"),
        n=("n", "first"),
    )
    return found.reset_index()[COLUMNS]


def readable(table: pandas.DataFrame) -> str:
    """The table in short, as Markdown: for each figure a line for each experiment, with its own floor."""
    parts = []
    for figure, own in table.groupby("figure", sort=False):
        names = list(dict.fromkeys(own.experiment))
        by_nfe: list[float] = sorted(set(own.nfe.dropna())) or [np.nan]
        shown = pandas.DataFrame({"experiment": names})
        for nfe in by_nfe:
            of_nfe = own[own.nfe.isna()] if np.isnan(nfe) else own[own.nfe == nfe]
            values = of_nfe.set_index("experiment")
            column = str(figure) if np.isnan(nfe) else f"NFE {nfe:g}"
            shown[column] = [_told(values.loc[name]) if name in values.index else "" for name in names]
        of_each = own.groupby("experiment", sort=False)
        floors, deviations, counts = of_each.floor.mean(), of_each.floor_std.mean(), of_each.n.first()
        if floors.notna().any():
            shown["floor"] = [_number(floors[name], deviations[name]) for name in names]
        if counts.nunique() > 1:
            shown["n"] = [f"{counts[name]:,.0f}" for name in names]
        told = "" if counts.nunique() != 1 else f", n = {counts.dropna().iloc[0]:,.0f}"
        parts.append(f"{figure}, {counted(own.seeds.max(), 'seed')}{told}:\n\n{shown.to_markdown(index=False)}")
    return "\n\n".join(parts) + "\n"


def _told(row: pandas.Series) -> str:
    return _number(row["mean"], row["std"])


def _number(value: float, deviation: float) -> str:
    if np.isnan(value):
        return ""
    return f"{value:.4g}" if np.isnan(deviation) else f"{value:.4g} ± {deviation:.2g}"
