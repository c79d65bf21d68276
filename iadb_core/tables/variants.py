"""The table of a sweep: what differs between its variants, and what became of it, over seeds."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas
from jinja2 import Environment

from iadb_core.evaluation.metrics import CLASSIFIER, FRECHET
from iadb_core.system.provenance import settings_text

MEASURED = ["final_loss", "training_seconds"]
DECIDING = FRECHET[CLASSIFIER].title
CHOSEN = (
    "The best first, by a figure on one half of the held-out samples (validation); all other figures are of the other "
    "half, by which nothing was chosen."
)
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{{ title }}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; }
table { border-collapse: collapse; }
th, td { padding: 0.25rem 0.75rem; text-align: right; font-variant-numeric: tabular-nums; }
td { border-bottom: 1px solid #ddd; }
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
</table>
</html>
"""


def figures_of(metrics: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The values of a run's figures by metric, from metrics.json: `figures`, and those of the half `validation`."""
    parts: dict[str, dict[str, float]] = {"figures": {}, "validation": {}}
    for figure in metrics["figures"]:
        part = parts["validation" if figure["split"] == "validation" else "figures"]
        part[figure["metric"]] = figure["value"]
    return parts


def compare(
    runs: Iterable[Mapping[str, Any]],
    values: Mapping[str, Mapping[str, Any]],
    failed: Mapping[str, str] | None = None,
) -> pandas.DataFrame:
    """A row for each variant, the best first: the swept keys that differ, seeds, and mean and deviation of each figure.

    runs: of each run its `experiment`, `seed`, `final_loss`, `training_seconds`, and `figures` and `validation` by
    metric. values: the swept values by variant and key. The best has the least Fréchet distance on a classifier's
    features if images have it, else the least of the first metric: on the validation part of the held-out samples,
    while the figures are of the other part. The deviation over seeds is empty for one seed. failed: why a variant has
    no figures, or not of every seed; then there is a column of it.
    """
    runs = list(runs)
    deciding = DECIDING if all(DECIDING in run["validation"] for run in runs) else next(iter(runs[0]["validation"]))
    chosen_by = f"{deciding}, validation"
    rows = [
        {
            "experiment": run["experiment"],
            chosen_by: run["validation"].get(deciding),
            **run["figures"],
            **{key: run[key] for key in MEASURED},
        }
        for run in runs
    ]
    table = pandas.DataFrame(rows)
    metrics = [column for column in table.columns if column not in ("experiment", *MEASURED)]
    groups = table.groupby("experiment", sort=False)
    found = pandas.DataFrame({"seeds": groups.size()})
    for column in [*metrics, *MEASURED]:
        found[column], found[f"{column}, std"] = groups[column].mean(), groups[column].std(ddof=1)
    if failed:
        found = found.reindex([*found.index, *(name for name in failed if name not in found.index)])
        found["seeds"] = found["seeds"].fillna(0).astype(int)
        found["failed"] = [failed.get(name, "") for name in found.index]
    differing = pandas.DataFrame([_differing(values)[name] for name in found.index], index=found.index)
    sorted_ = pandas.concat([differing, found], axis=1).sort_values(chosen_by, kind="stable")
    return sorted_.reset_index(drop=not differing.empty)


def _differing(values: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The values of each variant by key, as text where they are no plain values; without keys that are all the same."""
    told = {
        name: {key: settings_text(value) if isinstance(value, list | dict) else value for key, value in own.items()}
        for name, own in values.items()
    }
    keys = [key for key in next(iter(told.values())) if len({own[key] for own in told.values()}) > 1]
    return {name: {key: own[key] for key in keys} for name, own in told.items()}


def page(name: str, table: pandas.DataFrame) -> str:
    """The table as an HTML page of its own; figures as mean ± deviation over seeds."""
    plain = [column for column in table.columns if not column.endswith(", std")]
    shown = pandas.DataFrame(index=table.index)
    for column in plain:
        deviations = table.get(f"{column}, std")
        shown[column] = table[column] if deviations is None else _with_deviation(table[column], deviations)
    seeds = int(table.seeds.max())
    caption = f"{CHOSEN} Mean ± standard deviation over {seeds} seeds." if seeds > 1 else f"{CHOSEN} One seed."
    template = Environment(autoescape=True).from_string(PAGE)
    return template.render(title=f"Sweep of {name}", caption=caption, table=shown)


def _with_deviation(means: pandas.Series, deviations: pandas.Series) -> list[str]:
    return [
        "" if pandas.isna(mean) else f"{mean:.4g}" if pandas.isna(deviation) else f"{mean:.4g} ± {deviation:.2g}"
        for mean, deviation in zip(means, deviations, strict=True)
    ]
