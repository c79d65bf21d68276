"""Quality against training time, for the experiments `mnist`, `mnist-fast` and `mnist-best`.

    python -m benchmarks.quality [--data-dir DIR] [--experiments NAME …] [--shares 0.25 0.5 1]

Each experiment is trained for some shares of its own length: in one go where its settings do not depend on the length,
else anew for each. Every model is sampled and measured as `snakemake results/metrics.csv` does it. Models that are
there already, in results/benchmarks/quality/, by the same settings and code, are not trained again. Writes
quality.csv and quality.png beside them.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from iadb_core.data.images import Images
from iadb_core.data.pairs import batches_in_a_block, pairs_of
from iadb_core.data.parts import label_files, sample_files
from iadb_core.data.telling import ToldClasses
from iadb_core.evaluation.classifier import save_classifier, trained_classifier
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.floors import score
from iadb_core.evaluation.metrics import CLASSIFIER, FRECHET
from iadb_core.evaluation.quality import comparison_of
from iadb_core.evaluation.settings import ClassifierTraining
from iadb_core.networks import checkpoint
from iadb_core.networks.building import build
from iadb_core.networks.network import Network
from iadb_core.sampling.conditions import as_the_data, sampler_of
from iadb_core.sampling.model import load_model
from iadb_core.sampling.starts import measured_starts
from iadb_core.system.arrays import load_array, save_array
from iadb_core.system.files import read_json, write_json
from iadb_core.system.progress import log
from iadb_core.system.provenance import files_digest, settings_digest
from iadb_core.system.runtime import available_cores, choose_device, choose_precision, configure, generator
from iadb_core.training.loop import train, training_length
from iadb_core.training.records import Record
from iadb_core.training.settings import Training
from workflow.configuration import Experiment
from workflow.experiments import complete
from workflow.sources import sources

ROOT = Path(__file__).resolve().parent.parent
SHARES = {
    "mnist": [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1],
    "mnist-fast": [1 / 4, 1 / 2, 1, 2, 5],
    "mnist-best": [1 / 8, 1 / 4, 1 / 2, 1, 2],
}
SCRIPTS = ROOT / "workflow" / "scripts"
TRAIN, MEASURING = SCRIPTS / "train.py", ("classifier", "generate", "metrics")
METRIC = FRECHET[CLASSIFIER]


def lengths(training: Training, shape: tuple[int, ...], count: int, shares: list[float]) -> Iterator[list[int]]:
    """Trainings for shares of the full length: of each, the steps at which its model is measured, the last its end."""
    full, _ = training_length(training, count)
    whole = batches_in_a_block(training.batch_size, shape)  # weights are only seen between blocks
    steps = sorted({full if share == 1 else whole * max(1, round(full * share / whole)) for share in shares})
    if training.decay == "constant" and not training.ema:
        yield steps
    else:
        yield from ([length] for length in steps)


def code(experiment: Experiment, *scripts: Path) -> str:
    """A digest of the modules that scripts run, those that the experiment has chosen among them."""
    chosen = [type(part).__module__ for part in (experiment.source, experiment.target, experiment.network)]
    chosen.append(f"iadb_core.method.solvers.{experiment.sampling.solver}")
    return files_digest(ROOT / path for path in {path for script in scripts for path in sources(script, chosen)})


def made_by(experiment: Experiment) -> str:
    """A digest of the settings and the code that a model comes from."""
    return settings_digest([experiment.written(), code(experiment, TRAIN)])


def measured_by(experiment: Experiment, classifier: ClassifierTraining) -> str:
    """A digest of the settings and the code that a model's figures come from. classifier: its settings."""
    measuring = code(experiment, *(SCRIPTS / f"{script}.py" for script in MEASURING))
    return settings_digest([experiment.written(), classifier.written(), measuring])


def known(path: Path, maker: str) -> dict[str, Any] | None:
    """What is known of a model that was made so; None if there is no such model."""
    told = read_json(path) if path.exists() else {}
    return told if told.get("made_by") == maker else None


def trained(
    name: str,
    experiment: Experiment,
    images: np.ndarray,
    shares: list[float],
    out: Path,
    labels: np.ndarray | None = None,
) -> None:
    """Train an experiment with its first seed; the models, and the seconds that they took, go to `out`.

    labels: the classes of the images, if the network is told them.
    """
    settings, seed, device = experiment.training, experiment.seeds[0], choose_device(experiment.device)
    shape, told = experiment.shape, _told(experiment, labels)
    for measured in lengths(settings, shape, len(images), shares):
        if all(known(out / f"{name}-{step}.json", made_by(experiment)) for step in measured):
            continue
        network = build(experiment.network, shape, generator(seed, "weights"), experiment.conditions).to(device)
        precision = choose_precision(experiment.precision, device, network.convolutional)
        densities, drawn = (experiment.source, experiment.target), (settings.batch_size, settings.order, seed, device)
        blocks = pairs_of(densities, (None, images), shape, *drawn, settings.alpha, told=told).blocks()
        records = train(network, blocks, measured[-1], settings, precision, iter([*measured, measured[-1] + 1]))
        for record in records:
            log.warning("%s: step %s, loss %.4f, %.0f s", name, f"{record.step:,}", record.loss, record.seconds)
            if record.step < measured[-1]:
                save(out, name, experiment, network, record)
        save(out, name, experiment, network, record)


def _told(experiment: Experiment, labels: np.ndarray | None) -> ToldClasses | None:
    """What the network is told of each image: its class, where it is told one."""
    if labels is None or not (condition := experiment.condition) or not condition.label:
        return None
    return ToldClasses(labels, len(experiment.classes), condition.label.drop)


def save(out: Path, name: str, experiment: Experiment, network: Network, record: Record) -> None:
    """A model and what is known of its training."""
    path, step, seed = out / f"{name}-{record.step}.pt", record.step, experiment.seeds[0]
    sizes, shape, conditions = experiment.network, experiment.shape, experiment.conditions
    settings = {"classes": list(experiment.classes)} if conditions.classes else {}
    checkpoint.save(path, network, sizes, shape, settings, seed, step, conditions=conditions)
    told = {"experiment": name, "steps": step, "seconds": record.seconds, "made_by": made_by(experiment)}
    write_json(path.with_suffix(".json"), told)


def measured(experiment: Experiment, path: Path, folder: Path, classifier: Path) -> dict[str, Any]:
    """The Fréchet distance of a model's samples, and its floor, as the workflow measures them."""
    seed, evaluation = experiment.seeds[0], experiment.evaluation
    held_out, stored = str(folder / "held_out.npy"), str(folder / "train.npy")
    model = load_model(path, experiment.device, experiment.precision)
    begin = measured_starts(experiment.source, model.shape, [], evaluation.count, seed)
    asked = as_the_data(load_array(folder / "train_labels.npy"), len(begin), seed) if model.classes else None
    samples = sampler_of(model, experiment.sampling, asked).ends(begin).numpy()
    real = RealSamples(experiment.target, held_out, stored)
    comparison = comparison_of(real, len(samples), evaluation, seed, str(classifier))
    measures = comparison.quality()
    value = score(measures, comparison.generated(samples), comparison.reference)[METRIC]
    floor, deviation = comparison.floors(measures)[METRIC]
    return {"n": comparison.sets.n, "frechet": value, "floor": floor, "floor_std": deviation}


def main() -> None:
    """Train, sample, measure and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--experiments", nargs="+", default=list(SHARES))
    parser.add_argument("--shares", nargs="+", type=float, help="instead of SHARES, for every experiment")
    parser.add_argument("--data-dir", default="data")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"))
    given = parser.parse_args()
    config = complete(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")))
    experiments = {name: config.experiments[name] for name in given.experiments}
    for name, experiment in experiments.items():
        if experiment.sampling.autoguidance:
            parser.error(f"{name} is guided by another model, which this does not train")
    folder = given.out / "quality"
    folder.mkdir(parents=True, exist_ok=True)
    first = next(iter(experiments.values()))
    assert isinstance(first.target, Images)
    images = first.target.read(given.data_dir, 0)
    for path, labels, part in zip(sample_files(folder), label_files(folder), images, strict=True):
        save_array(path, part.samples)
        if part.labels is not None:
            save_array(labels, part.labels)
    judge = folder / f"classifier-{measured_by(first, config.classifier)}.pt"
    if not judge.exists():
        plain = first.target.model_copy(update={"scaling": []})  # of no experiment's scaling, as in the workflow
        configure(1)  # as in the workflow: with other threads it is another classifier
        save_classifier(judge, trained_classifier(plain, given.data_dir, 0, config.classifier)[0])
    configure(available_cores())
    rows = []
    for name, experiment in experiments.items():
        shares = given.shares or SHARES.get(name, [1])
        trained(name, experiment, images.train.samples, shares, folder, images.train.labels)
        for told in sorted(folder.glob(f"{name}-*.json"), key=lambda path: read_json(path)["steps"]):
            if not (row := known(told, made_by(experiment))):
                continue
            by = measured_by(experiment, config.classifier)
            if row.get("measured_by") != by:
                row |= measured(experiment, told.with_suffix(".pt"), folder, judge) | {"measured_by": by}
                write_json(told, row)
            rows.append(row)
            print(row, flush=True)
    with open(given.out / "quality.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    plot(rows, given.out / "quality.png")


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """The Fréchet distance against the seconds of training, and the floor."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for name in dict.fromkeys(row["experiment"] for row in rows):
        own = [row for row in rows if row["experiment"] == name]
        axes.plot([row["seconds"] for row in own], [row["frechet"] for row in own], "o-", label=name)
    axes.axhline(rows[0]["floor"], color="gray", linestyle="--", label="real samples")
    axes.set(xscale="log", yscale="log", xlabel="seconds of training", ylabel=METRIC.title)
    for axis, marks in ((axes.xaxis, (100, 200, 500, 1000, 2000, 5000)), (axes.yaxis, (0.2, 0.5, 1, 2, 5, 10, 20))):
        low, high = axis.get_view_interval()
        shown = [mark for mark in marks if low <= mark <= high]
        axis.set_ticks(shown, [f"{mark:,}" for mark in shown])
        axis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.3)
    axes.legend(title=f"{rows[0]['n']:,} samples each")
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
