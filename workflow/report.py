"""What a report says with figures in it: read from results when the report is made, not when the workflow is read."""

import base64
import csv
import json
import statistics
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from workflow.configuration import Configuration, Experiment
from workflow.sources import ROOT

RESULTS, STATISTICS = Path("results"), Path("logs/benchmarks")
THUMBNAIL = 600_000  # bytes of a GIF, above which a picture stands for it
LONGEST_LINE = 5000  # docutils refuses lines of more than 10,000
TABLES = {
    "metrics": "Figures of the first run of each experiment, each beside its floor.",
    "evaluation": "Every figure of every run, with its floor and all that it takes to have it again.",
    "summary": "Mean and interval over seeds of every figure.",
    "solvers": "Quality of every solver at every number of network evaluations.",
    "sweep": "Variants: what differs, and their figures.",
    "published": "Figures of papers, beside ours and real samples'.",
}


class Told:
    """What captions ask for, of a completed configuration and its experiments by name."""

    def __init__(self, configuration: Configuration, experiments: Mapping[str, Experiment]) -> None:
        self.configuration, self.experiments = configuration, experiments

    def about_table(self, page: str) -> str:
        """What a table has, by its path without `results/` and `.csv`."""
        return TABLES.get(page.split("/")[-1], "Experiments side by side.")

    def quality(self, experiment: str) -> str:
        """The first figure of quality that was measured of an experiment's first run."""
        return _sentence(self._figures(experiment, "metrics.json"))

    def map(self, experiment: str) -> str:
        """How far the network's map is from the exact one, if that is known."""
        return _sentence(own for own in self._figures(experiment, "map.json") if "exact map" in own["metric"])

    def training(self, experiment: str) -> str:
        """How long the first run was trained."""
        summary = _json(self._run(experiment) / "training.json")
        if not summary or "training_seconds" not in summary:
            return ""
        steps, seconds = summary["training_steps"], summary["training_seconds"]
        return f"The first run was trained for {steps:,} steps in {seconds:,.0f} s."

    def evaluations(self, experiment: str) -> str:
        """The best of the fewest evaluations, and of the most."""
        rows = [row for row in _csv(RESULTS / experiment / "solvers.csv") if row["split"] == "held_out"]
        if not rows:
            return ""
        first = rows[0]["metric"]
        own = [(float(row["nfe"]), float(row["value"]), row["solver"]) for row in rows if row["metric"] == first]
        few, best = min(own), min(own, key=lambda one: one[1])
        return (
            f"{first}: {few[1]:.4g} with {few[0]:.0f} evaluation{'s' if few[0] > 1 else ''} ({few[2]}), at best "
            f"{best[1]:.4g} with {best[0]:.0f} ({best[2]})."
        )

    def landing(self) -> str:
        """The experiments with a picture each, how to repeat them, the graph of the rules and what jobs took: HTML."""
        parts = [
            "<h2>Experiments</h2>",
            _table(["", "experiment", "seeds", "figure", "floor"], self._experiments()),
            "<h2>How to have it again</h2>",
            f"<pre>snakemake --cores 4 {escape(' '.join(self._targets()))}</pre>",
            "<p>What every run was told in full stands in <code>results/&lt;experiment&gt;/seed&lt;seed&gt;/config.yaml"
            "</code>; here of each experiment:</p>",
            *(_details(name, self.experiments[name]) for name in self.configuration.default_experiments),
            *self._protocol(),
            "<h2>How files come from files</h2>",
            _picture(ROOT / "docs" / "rules.svg", "The graph of the rules", 900),
        ]
        if statistics_of_jobs := list(_statistics()):
            heads = ["rule", "jobs", "seconds (median)", "seconds (longest)", "memory (most, MB)"]
            parts += ["<h2>What jobs took</h2>", _table(heads, statistics_of_jobs)]
        return "\n".join(parts)

    def _experiments(self) -> Iterator[list[str]]:
        for name in self.configuration.default_experiments:
            figure = next(iter(self._figures(name, "metrics.json")), None)
            value, floor = "", ""
            if figure:
                value = escape(f"{figure['metric']}: {figure['value']:.4g}")
                floor = "" if figure.get("floor") is None else f"{figure['floor']:.4g}"
            seeds = ", ".join(map(str, self.experiments[name].seeds))
            yield [_thumbnail(name), f"<b>{escape(name)}</b>", seeds, value, floor]

    def _protocol(self) -> list[str]:
        """By what each experiment's first figure is measured, and with which versions: HTML."""
        rows: list[list[str]] = []
        versions: dict[str, None] = {}
        for name in self.configuration.default_experiments:
            told = _json(self._run(name) / "metrics.json")
            for own in told["figures"][:1] if told else []:
                against = f"{own['n']:,} samples, {own['split']}"
                floor = f"{own['floor_is']}, {own['floor_split']}" if own.get("floor") is not None else ""
                classifier = f"{own['extractor']} {own['extractor_hash']}" if own.get("extractor") else ""
                cells = [name, own["metric"], self._followed(name), against, floor, classifier, told["code"]]
                rows.append([escape(str(cell)) for cell in cells])
                versions[told["versions"]] = None
        if not rows:
            return []
        heads = ["experiment", "figure", "samples by", "measured on", "floor of", "classifier", "code"]
        return [
            "<h2>Protocol</h2>",
            _table(heads, rows),
            *(f"<p>{escape(own)}</p>" for own in versions),
            "<p>Every figure with all that it takes to have it again: <code>results/evaluation.csv</code>.</p>",
        ]

    def _followed(self, experiment: str) -> str:
        sampling = self.experiments[experiment].sampling
        return f"{sampling.solver}, {sampling.steps} steps"

    def _targets(self) -> list[str]:
        return [f"results/{name}.gif" for name in self.configuration.default_experiments]

    def _run(self, experiment: str) -> Path:
        return RESULTS / experiment / f"seed{self.experiments[experiment].seeds[0]}"

    def _figures(self, experiment: str, name: str) -> list[dict[str, Any]]:
        found = _json(self._run(experiment) / name)
        return found["figures"] if found else []


def _sentence(figures: Iterable[Mapping[str, Any]]) -> str:
    for own in figures:
        floor = "" if own.get("floor") is None else f", real samples or the exact field {own['floor']:.4g}"
        return f"{own['metric']}: {own['value']:.4g}{floor}."
    return ""


def _json(path: Path) -> Any:
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def _csv(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _statistics() -> Iterator[list[str]]:
    """Of each rule: how many jobs, and what they took, as Snakemake's `benchmark` has recorded it.

    Trainings have records of their own: a rule whose results may come from a cache can have no `benchmark`.
    """
    trainings = [_json(path) for path in sorted(RESULTS.glob("*/seed*/training.json"))]
    told = [own for own in trainings if own and "training_seconds" in own]
    if told:
        memory = [own["peak_memory_mb"] for own in told if own.get("peak_memory_mb")]
        yield _row("train", [own["training_seconds"] for own in told], memory)
    for folder in sorted(STATISTICS.iterdir()) if STATISTICS.exists() else []:
        rows = [row for path in sorted(folder.rglob("*.tsv")) for row in _records(path)]
        memory = [float(row["max_rss"]) for row in rows if row["max_rss"] not in ("-", "NA")]
        if rows:
            yield _row(folder.name, [float(row["s"]) for row in rows], memory)


def _records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _row(rule: str, seconds: list[float], memory: list[float]) -> list[str]:
    most = f"{max(memory):,.0f}" if memory else ""
    return [escape(rule), str(len(seconds)), f"{statistics.median(seconds):,.1f}", f"{max(seconds):,.1f}", most]


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are HTML."""
    style = 'style="text-align:left;vertical-align:middle;padding:4px 12px 4px 0"'
    head = "".join(f"<th {style}>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(f"<td {style}>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _details(name: str, experiment: Experiment) -> str:
    import yaml

    told = escape(yaml.safe_dump(experiment.written(), sort_keys=False, allow_unicode=True))
    return f"<details><summary>{escape(name)}</summary><pre>{told}</pre></details>"


def _thumbnail(experiment: str) -> str:
    """The animation of an experiment, if it is small; else its contact sheet."""
    gif = RESULTS / f"{experiment}.gif"
    if gif.exists() and gif.stat().st_size <= THUMBNAIL:
        return _picture(gif, experiment, 150)
    return _picture(RESULTS / experiment / "contact_sheet.png", experiment, 300)


def _picture(path: Path, about: str, width: int) -> str:
    if not path.exists():
        return ""
    kind = {".svg": "svg+xml"}.get(path.suffix, path.suffix[1:])
    text = base64.b64encode(path.read_bytes()).decode()
    told = "\n".join(textwrap.wrap(text, LONGEST_LINE))  # browsers take no notice of white space in it
    return f'<img src="data:image/{kind};base64,{told}" alt="{escape(about)}" style="max-width:100%" width="{width}">'
