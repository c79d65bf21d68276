"""The table of a sweep: what differs between its variants, and what became of it, over seeds."""

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import pandas
from jinja2 import Environment

from iadb_core.data.parts import VALIDATION
from iadb_core.drawing.plots import save_plots
from iadb_core.drawing.sweep_plot import sweep_plot
from iadb_core.evaluation.metrics import CLASSIFIER, FRECHET
from iadb_core.system.files import write_text
from iadb_core.system.provenance import settings_text

Destination = str | PathLike[str]
NONE = float("nan"), float("nan")
MEASURED = ["final_loss", "training_seconds"]
DECIDING = FRECHET[CLASSIFIER].title
CHOSEN = (
    "The best first, by a figure on validation samples; all other figures are of held-out samples, by which nothing "
    "was chosen. The last row is what real samples score, the floor of each figure."
)
REAL = "real samples"
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{{ title }}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; }
th, td { padding: 0.25rem 0.75rem; text-align: right; font-variant-numeric: tabular-nums; }
td { border-bottom: 1px solid #ddd; }
tfoot td { border-top: 2px solid #333; color: #555; }
th { position: sticky; top: 0; background: #fff; border-bottom: 2px solid #333; vertical-align: bottom; }
tr:hover td { background: #f2f6fb; }
</style>
<h1>{{ title }}</h1>
<p>{{ caption }}</p>
<table>
<thead><tr>{% for column in table.columns %}<th>{{ column }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in table.itertuples(index=False) -%}
<tr>
{%- for value in row %}
<td>{{ "%g" | format(value) if value is number and value is not boolean else value }}</td>
{%- endfor %}
</tr>
{% endfor -%}
</tbody>
<tfoot><tr>{% for value in floors %}<td>{{ value }}</td>{% endfor %}</tr></tfoot>
</table>
</html>
"""


class Compared(NamedTuple):
    """The variants of a sweep side by side.

    table: a row for each, the best first. keys: its columns of swept keys that differ. chosen_by: the one that decides.
    For a column of figures there are one more, `…, std`, over seeds, and `…, floor`, what real samples score.
    """

    table: pandas.DataFrame
    keys: list[str]
    chosen_by: str


def figures_of(metrics: Mapping[str, Any]) -> dict[str, dict[str, tuple[float, float]]]:
    """The figures of a run, each with its floor, by metric, from metrics.json: `figures`, and those of `validation`."""
    parts: dict[str, dict[str, tuple[float, float]]] = {"figures": {}, "validation": {}}
    for figure in metrics["figures"]:
        part = parts["validation" if figure["split"] == VALIDATION else "figures"]
        floor = figure["floor"]
        part[figure["metric"]] = figure["value"], float("nan") if floor is None else floor
    return parts


def compare(
    runs: Iterable[Mapping[str, Any]],
    values: Mapping[str, Mapping[str, Any]],
    failed: Mapping[str, str] | None = None,
) -> Compared:
    """The variants of a sweep side by side: the swept keys that differ, seeds, and mean and deviation of each figure.

    runs: of each run its `experiment`, `seed`, `final_loss`, `training_seconds`, and `figures` and `validation` as of
    `figures_of`. values: the swept values by variant and key. The best has the least Fréchet distance on a classifier's
    features if images have it, else the least of the first metric: on validation samples, while the figures are of
    held-out ones. The deviation over seeds is empty for one seed. failed: why a variant has no figures, or not of every
    seed; then there is a column of it.
    """
    runs = list(runs)
    deciding = DECIDING if all(DECIDING in run["validation"] for run in runs) else next(iter(runs[0]["validation"]))
    chosen_by = f"{deciding}, validation"
    measured = [{chosen_by: run["validation"].get(deciding, NONE), **run["figures"]} for run in runs]
    named = pandas.Series([run["experiment"] for run in runs])
    figures, floors = (
        pandas.DataFrame([{metric: pair[part] for metric, pair in own.items()} for own in measured]).groupby(named)
        for part in (0, 1)
    )
    rest = pandas.DataFrame([{key: run[key] for key in MEASURED} for run in runs]).groupby(named)
    found = pandas.DataFrame({"seeds": figures.size()})
    for groups, below in ((figures, floors), (rest, None)):
        for column in groups.obj.columns:
            found[column], found[f"{column}, std"] = groups[column].mean(), groups[column].std(ddof=1)
            if below is not None:
                found[f"{column}, floor"] = below[column].mean()
    if failed:
        found = found.reindex([*found.index, *(name for name in failed if name not in found.index)])
        found["seeds"] = found["seeds"].fillna(0).astype(int)
        found["failed"] = [failed.get(name, "") for name in found.index]
    differing = pandas.DataFrame([_differing(values)[name] for name in found.index], index=found.index)
    both = pandas.concat([differing, found], axis=1).loc[[name for name in values if name in found.index]]
    table = both.sort_values(chosen_by, kind="stable").reset_index(drop=not differing.empty)
    return Compared(table, list(differing.columns), chosen_by)


def _differing(values: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The values of each variant by key, as text where they are no plain values; without keys that are all the same."""
    told = {
        name: {key: settings_text(value) if isinstance(value, list | dict) else value for key, value in own.items()}
        for name, own in values.items()
    }
    keys = [key for key in next(iter(told.values())) if len({own[key] for own in told.values()}) > 1]
    return {name: {key: own[key] for key in keys} for name, own in told.items()}


def page(name: str, compared: Compared) -> str:
    """The table as an HTML page of its own; figures as mean ± deviation over seeds, and their floors below."""
    table = compared.table
    plain = [column for column in table.columns if not column.endswith((", std", ", floor"))]
    shown, floors = pandas.DataFrame(index=table.index), [""] * len(plain)
    for place, column in enumerate(plain):
        deviations, below = table.get(f"{column}, std"), table.get(f"{column}, floor")
        shown[column] = table[column] if deviations is None else _with_deviation(table[column], deviations)
        if below is not None and below.notna().any():
            floors[place] = f"{below.mean():.4g}"
    floors[0] = floors[0] or REAL
    seeds = int(table.seeds.max())
    caption = f"{CHOSEN} Mean ± standard deviation over {seeds} seeds." if seeds > 1 else f"{CHOSEN} One seed."
    template = Environment(autoescape=True).from_string(PAGE)
    return template.render(title=f"Sweep of {name}", caption=caption, table=shown, floors=floors)


def write_comparison(name: str, compared: Compared, paths: Iterable[Destination]) -> None:
    """Write the table of a sweep, as CSV and as an HTML page, and its picture, as the paths' suffixes have it.

    Raises InputError if one cannot be written.
    """
    by_suffix = {Path(path).suffix: path for path in paths}
    write_text(by_suffix[".csv"], compared.table.to_csv(index=False, lineterminator="\n"))
    write_text(by_suffix[".html"], page(name, compared))
    save_plots(by_suffix.values(), sweep_plot(name, *compared))


def _with_deviation(means: pandas.Series, deviations: pandas.Series) -> list[str]:
    return [
        "" if pandas.isna(mean) else f"{mean:.4g}" if pandas.isna(deviation) else f"{mean:.4g} ± {deviation:.2g}"
        for mean, deviation in zip(means, deviations, strict=True)
    ]
