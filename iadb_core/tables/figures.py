"""Tables of figures: the long one, in which each row can be repeated from itself, and short ones to read."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas
from scipy.stats import t as student

from iadb_core.data.parts import HELD_OUT, VALIDATION
from iadb_core.system.provenance import settings_digest, settings_text

RUN = ["experiment", "seed"]
FIGURE = [
    "metric",
    "key",
    "value",
    "error",
    "floor",
    "floor_std",
    "floor_is",
    "n",
    "split",
    "floor_split",
    "trained_on",
]
EXTRACTOR = ["extractor", "extractor_hash", "extractor_accuracy"]
SAMPLING = ["solver", "schedule", "steps", "nfe", "samples_per_second", "sampling_precision"]
SAMPLING += ["sampling_device", "sampling_hardware"]
WEIGHTS = ["weights", "weights_hash", "network", "parameters", "training_steps", "final_loss", "training_seconds"]
WEIGHTS += ["begun_from"]
TRAINING = ["precision", "device", "hardware", "threads", "peak_memory_mb", "training_data", "held_out_data"]
COLUMNS = [*RUN, *FIGURE, *EXTRACTOR, *SAMPLING, *WEIGHTS, *TRAINING, "versions", "code", "settings_digest", "settings"]
SHORT_RUN = [
    *RUN,
    "parameters",
    "training_steps",
    "final_loss",
    "training_seconds",
    "samples_per_second",
    "solver",
    "nfe",
]
SHORT_RUN += ["device", "precision", "peak_memory_mb"]
LEVEL = 0.95


def figure_rows(
    run: Mapping[str, Any],
    stages: Iterable[Mapping[str, Any]],
    accuracies: Mapping[str, float],
    settings: Mapping[str, Any],
    classifier: Mapping[str, Any],
    earlier: Mapping[str, Any] | None = None,
) -> Iterator[dict[str, Any]]:
    """A row for each figure of a run, by column.

    run: what all its rows share: experiment, seed, and the summaries of training and sampling. stages: the measuring
    stages, each with `figures` and the digest of its `code`. accuracies: of classifiers, by their weights' hash.
    settings: all of the experiment's that the figures depend on. classifier: how classifiers are trained. earlier: the
    settings of those whose models it needs, by name.

    The column `settings` is a whole configuration, of this run alone: as config.yaml it makes the row again. Its digest
    leaves out the seed and the threads, so that runs that differ in nothing else share it.
    """
    alone = {**settings, "seeds": [run["seed"]], "threads": run["threads"]}
    whole = {"classifier": classifier, "experiments": {run["experiment"]: alone, **(earlier or {})}}
    digest = settings_digest([classifier, settings, earlier] if earlier else [classifier, settings])
    protocol = {"settings": settings_text(whole), "settings_digest": digest}
    for stage in stages:
        code = settings_digest([run["training_code"], run["sampling_code"], stage["code"]])
        for figure in stage["figures"]:
            accuracy = {"extractor_accuracy": accuracies.get(figure.get("extractor_hash"))}
            held_out = {"held_out_data": settings_digest([run["starts_data"], stage["held_out_data"]])}
            versions = {"versions": _versions(run, stage), "code": code, **held_out}
            yield {**run, **figure, **accuracy, **versions, **protocol}


def _versions(run: Mapping[str, Any], stage: Mapping[str, Any]) -> str:
    """The versions that trained, sampled and measured: one line if they are the same."""
    each = {"trained": run["training_versions"], "sampled": run["sampling_versions"], "measured": stage["versions"]}
    same = len(set(each.values())) == 1
    return stage["versions"] if same else "; ".join(f"{done} with {versions}" for done, versions in each.items())


def long_table(rows: Iterable[Mapping[str, Any]]) -> pandas.DataFrame:
    """The rows under their columns; what a row does not have is empty."""
    return pandas.DataFrame(list(rows)).reindex(columns=COLUMNS)


def readable(table: pandas.DataFrame) -> str:
    """The table in short, as Markdown: a line for each figure that is reported, and a line for each run."""
    reported = table[table.split != VALIDATION]
    figures = reported[[*RUN, "metric", "split", "n", "value"]].assign(
        floor=_with_spread(reported.floor, reported.floor_std)
    )
    shared = reported.trained_on.fillna(0) > 0
    if shared.any():
        figures["trained on as well"] = reported.trained_on.where(shared)
    runs = table[SHORT_RUN].drop_duplicates()
    return "\n\n".join(_markdown(part) for part in (figures, runs)) + "\n"


def summary(table: pandas.DataFrame) -> pandas.DataFrame:
    """Mean and 95% interval over seeds of every figure: Student's t, which assumes normal seeds; none for one seed.

    table: as `long_table` makes it. The floor is the mean of the seeds' floors.
    """
    groups = table.groupby(["experiment", "metric", "split"], sort=False, dropna=False)
    rows = []
    for (experiment, metric, split), group in groups:
        values = group.value.to_numpy(np.float64)
        count = len(values)
        deviation = float(values.std(ddof=1)) if count > 1 else np.nan
        half = float(student.ppf((1 + LEVEL) / 2, count - 1)) * deviation / np.sqrt(count) if count > 1 else np.nan
        mean = float(values.mean())
        interval = {"mean": mean, "low": mean - half, "high": mean + half, "std": deviation}
        floor = {"floor": group.floor.mean(), "floor_std": group.floor_std.mean(), "n": group.n.iloc[0]}
        rows.append({"experiment": experiment, "metric": metric, "split": split, "seeds": count, **interval, **floor})
    return pandas.DataFrame(rows)


def fewest_evaluations(
    solvers: pandas.DataFrame, summarised: pandas.DataFrame, against: str = "euler", steps: int = 128
) -> pandas.DataFrame:
    """For each solver and metric the fewest evaluations within the seeds' spread of so many steps of Euler.

    solvers: the table of solvers of one experiment. summarised: as `summary` makes it; its `std` over seeds is the
    spread. A value is within it if it is at most the value of so many Euler steps, of the same checkpoint, plus one
    standard deviation; empty if none is. That is decided on validation samples; the values are of held-out ones.
    """
    rows = []
    for metric, of_metric in solvers.groupby("metric", sort=False):
        chosen_by, reported = (of_metric[of_metric.split == split] for split in (VALIDATION, HELD_OUT))
        deviation, spread = (_deviation(summarised, metric, split) for split in (VALIDATION, HELD_OUT))
        best, shown = (_of_way(part, against, steps, "steps") for part in (chosen_by, reported))
        if best is None or shown is None or np.isnan(deviation):
            continue
        for solver, of_solver in chosen_by.groupby("solver", sort=False):
            enough = of_solver[of_solver.value <= best + deviation]
            first = enough.nfe.min() if len(enough) else np.nan
            found = _of_way(reported, str(solver), first)
            rows.append(
                {
                    "experiment": of_solver.experiment.iloc[0],
                    "metric": metric,
                    "euler_128": shown,
                    "spread": spread,
                    "solver": solver,
                    "nfe": first,
                    "value": np.nan if found is None else found,
                }
            )
    return pandas.DataFrame(rows)


def _deviation(summarised: pandas.DataFrame, metric: Any, split: str) -> float:
    """The standard deviation over seeds of a metric on a split; NaN if there is none."""
    found = summarised[(summarised.metric == metric) & (summarised.split == split)]
    return float("nan") if found.empty else float(found["std"].iloc[0])


def _of_way(part: pandas.DataFrame, solver: str, number: float, of: str = "nfe") -> float | None:
    """The value of a solver at a number of evaluations, or of steps."""
    found = part[(part.solver == solver) & (part[of] == number)]
    return None if found.empty else float(found.value.iloc[0])


def _with_spread(value: pandas.Series, deviation: pandas.Series) -> list[str]:
    def one(mean: float, std: float) -> str:
        if np.isnan(mean):
            return ""
        return f"{mean:.4g}" if np.isnan(std) else f"{mean:.4g} ± {std if std > 1e-9 * abs(mean) else 0:.2g}"

    return [one(*pair) for pair in zip(value.astype(float), deviation.astype(float), strict=True)]


def _markdown(table: pandas.DataFrame) -> str:
    return table.to_markdown(index=False, floatfmt=".4g", missingval="")


def summary_text(summarised: pandas.DataFrame, fewest: pandas.DataFrame) -> str:
    """The summary, and the fewest evaluations if several seeds told a spread, as Markdown."""
    summarised = summarised[summarised.split != VALIDATION]
    shown = summarised[["experiment", "metric", "split", "n", "seeds"]].assign(
        mean=[f"{mean:.4g}" for mean in summarised["mean"]],
        interval=[
            "" if np.isnan(low) else f"{low:.4g} to {high:.4g}" for low, high in summarised[["low", "high"]].to_numpy()
        ],
        floor=_with_spread(summarised.floor, summarised.floor_std),
    )
    shown = shown.rename(columns={"interval": "95% interval"})
    parts = [_markdown(shown)]
    if len(fewest):
        shown = fewest.assign(**{"128 Euler steps": _with_spread(fewest.euler_128, fewest.spread)})
        shown = shown[["experiment", "metric", "128 Euler steps", "solver", "nfe", "value"]]
        what = "The fewest evaluations (nfe) within the seeds' spread of 128 Euler steps, decided on validation samples"
        parts.append(f"{what}:\n\n{_markdown(shown)}")
    return "\n\n".join(parts) + "\n"
