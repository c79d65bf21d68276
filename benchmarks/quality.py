"""Quality against training time, for the experiments `mnist`, `mnist-fast` and `mnist-best`.

    python -m benchmarks.quality [--data-dir DIR] [--experiments NAME …] [--shares 0.25 0.5 1] [--seed 1 --out DIR]

Each experiment is trained for some shares of its own length: in one go where its settings do not depend on the length,
else anew for each. Every model is sampled and measured as `snakemake results/metrics.csv` does it. Models that are
there already, in results/benchmarks/quality/, by the same settings and code, are not trained again. Two judges see
the samples: the workflow's classifier, and one of another architecture. Writes quality.csv and quality.png.
"""

import argparse
import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

from benchmarks.judge import second_judge
from iadb_core.data.images import Images
from iadb_core.data.pairs import batches_in_a_block, pairs_of
from iadb_core.data.parts import label_files, sample_files
from iadb_core.data.telling import ToldClasses
from iadb_core.evaluation.classifier import ImageClassifier, load_classifier, save_classifier, trained_classifier
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.floors import score
from iadb_core.evaluation.image_comparison import ImageComparison
from iadb_core.evaluation.metrics import CLASSIFIER, CONFIDENCE, FRECHET, PRECISION, RECALL
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
METRICS = (FRECHET[CLASSIFIER], PRECISION, RECALL, CONFIDENCE)  # on a judge's features, whichever it is
RESNET = "ResNet-18"


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


def sampled(experiment: Experiment, path: Path, folder: Path) -> np.ndarray:
    """Samples of a model, network values, as the workflow draws those that it measures."""
    seed = experiment.seeds[0]
    model = load_model(path, experiment.device, experiment.precision)
    begin = measured_starts(experiment.source, model.shape, [], experiment.evaluation.count, seed)
    asked = as_the_data(load_array(folder / "train_labels.npy"), len(begin), seed) if model.classes else None
    return sampler_of(model, experiment.sampling, asked).ends(begin).numpy()


def judges(folder: Path, density: Images, data_dir: str, settings: ClassifierTraining) -> dict[str, ImageClassifier]:
    """What sees the images, by name: the workflow's classifier and another one; trained if they are not there."""
    plain = density.model_copy(update={"scaling": []})  # of no experiment's scaling, as in the workflow
    own = folder / f"classifier-{settings_digest(settings.written())}.pt"
    if not own.exists():
        configure(1)  # as in the workflow: with other threads it is another classifier
        save_classifier(own, trained_classifier(plain, data_dir, 0, settings)[0])
    configure(available_cores())
    images, labels = load_array(folder / "train.npy"), load_array(folder / "train_labels.npy")

    def pixels(stored: np.ndarray) -> np.ndarray:
        return plain.network_values(torch.from_numpy(np.array(stored))).numpy()

    return {CLASSIFIER: load_classifier(own), RESNET: second_judge(folder, images, labels, pixels)}


class Judging:
    """The figures of an experiment's samples, by each judge, beside their floors, which are measured once."""

    def __init__(self, experiment: Experiment, folder: Path, seeing: Mapping[str, ImageClassifier]) -> None:
        settings, seed = experiment.evaluation, experiment.seeds[0]
        real = RealSamples(experiment.target, str(folder / "held_out.npy"), str(folder / "train.npy"))
        self.by = {name: ImageComparison(real, settings.count, settings, seed, judge) for name, judge in seeing.items()}
        self.floors = {name: one.floors(one.measures()) for name, one in self.by.items()}

    def figures(self, samples: np.ndarray) -> list[dict[str, Any]]:
        """By judge and metric. samples: network values."""
        told = []
        for judge, comparison in self.by.items():
            scored = score(comparison.measures(), comparison.generated(samples), comparison.reference)
            for metric in METRICS:
                floor, deviation = self.floors[judge][metric]
                shown = {"judge": judge, "metric": metric.key, "n": comparison.sets.n}
                told.append(shown | {"value": scored[metric], "floor": floor, "floor_std": deviation})
        return told


def main() -> None:
    """Train, sample, measure and write the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--experiments", nargs="+", default=list(SHARES))
    parser.add_argument("--shares", nargs="+", type=float, help="instead of SHARES, for every experiment")
    parser.add_argument("--seed", type=int, help="of trainings and samples, instead of each experiment's first")
    parser.add_argument("--data-dir", default="data")
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"))
    given = parser.parse_args()
    config = complete(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")))
    experiments = {name: config.experiments[name] for name in given.experiments}
    if given.seed is not None:
        experiments = {name: own.model_copy(update={"seeds": [given.seed]}) for name, own in experiments.items()}
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
    seeing = judges(folder, first.target, given.data_dir, config.classifier)
    rows = []
    for name, experiment in experiments.items():
        shares = given.shares or SHARES.get(name, [1])
        trained(name, experiment, images.train.samples, shares, folder, images.train.labels)
        judging = Judging(experiment, folder, seeing)
        for path in sorted(folder.glob(f"{name}-*.json"), key=lambda path: read_json(path)["steps"]):
            if not (told := known(path, made_by(experiment))):
                continue
            by = measured_by(experiment, config.classifier)
            if told.get("measured_by") != by:
                samples = sampled(experiment, path.with_suffix(".pt"), folder)
                told |= {"figures": judging.figures(samples), "measured_by": by}
                write_json(path, told)
            own = {key: told[key] for key in ("experiment", "steps", "seconds")}
            rows += [own | figure for figure in told["figures"]]
            print(own, {(one["judge"], one["metric"]): one["value"] for one in told["figures"]}, flush=True)
    with open(given.out / "quality.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    plot([row for row in rows if row["metric"] == FRECHET[CLASSIFIER].key], given.out / "quality.png")


def plot(rows: list[dict[str, Any]], path: Path) -> None:
    """The Fréchet distance against the seconds of training, and the floor, by each judge."""
    from matplotlib.figure import Figure

    seeing = list(dict.fromkeys(row["judge"] for row in rows))
    figure = Figure(figsize=(5.5 * len(seeing), 4), layout="constrained")
    for axes, judge in zip(figure.subplots(1, len(seeing), squeeze=False)[0], seeing, strict=True):
        _panel(axes, [row for row in rows if row["judge"] == judge])
        axes.set_title(f"seen by {judge}")
    figure.savefig(path, dpi=120)


def _panel(axes: Any, rows: list[dict[str, Any]]) -> None:
    from matplotlib.ticker import NullFormatter

    for name in dict.fromkeys(row["experiment"] for row in rows):
        own = [row for row in rows if row["experiment"] == name]
        axes.plot([row["seconds"] for row in own], [row["value"] for row in own], "o-", label=name)
    axes.axhline(rows[0]["floor"], color="gray", linestyle="--", label="real samples")
    axes.set(xscale="log", yscale="log", xlabel="seconds of training", ylabel="Fréchet distance")
    for axis in (axes.xaxis, axes.yaxis):
        low, high = axis.get_view_interval()
        marks = [first * 10.0**power for power in range(-2, 5) for first in (1, 2, 5)]
        shown = [mark for mark in marks if low <= mark <= high]
        axis.set_ticks(shown, [f"{mark:,g}" for mark in shown])
        axis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.3)
    axes.legend(title=f"{rows[0]['n']:,} samples each")


if __name__ == "__main__":
    main()
