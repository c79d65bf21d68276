"""Measure every solver at every number of network evaluations, from one checkpoint."""

import numpy as np

from iadb_core.evaluation.classifier import load_classifier
from iadb_core.evaluation.floors import score, usable
from iadb_core.evaluation.measures import Comparison, extractor_of, image_quality, point_quality
from iadb_core.networks.registry import weights_hash
from iadb_core.sampling.sampler import Sampler, measured_starts
from iadb_core.sampling.solver_table import Run, sweep, ways
from iadb_core.system.errors import InputError
from iadb_core.system.files import read_json, write_csv
from iadb_core.system.progress import Progress, job
from iadb_core.system.provenance import files_digest, versions
from iadb_core.system.runtime import configure, precision_name

COLUMNS = [
    *(
        "experiment",
        "seed",
        *Run._fields,
        "samples_per_second",
        "metric",
        "value",
        "floor",
        "floor_std",
        "n",
        "split",
        "floor_split",
    ),
    *(
        "extractor",
        "extractor_hash",
        "weights_hash",
        "batch_size",
        "threads",
        "precision",
        "device",
        "versions",
        "code",
    ),
]

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} solvers"):
    threads = configure(int(snakemake.resources.torch_threads))
    settings, inputs, seed = snakemake.params.settings, snakemake.input, snakemake.params.seed
    evaluation, sampling = settings["evaluation"], settings["sampling"]
    every = list(ways(evaluation, sampling))
    if not every:
        raise InputError("evaluation.nfe has no whole number of steps of any of evaluation.solvers")
    sampler = Sampler(inputs.model, settings | {"sampling": every[0]})
    source, train = inputs.source or None, inputs.train or None
    begin = measured_starts(settings["source"], sampler.shape, source, inputs.held_out, evaluation["count"], seed)
    classifier = load_classifier(inputs.classifier) if inputs.classifier else None
    hashed = weights_hash(classifier) if classifier else None
    comparison = Comparison(settings["target"], inputs.held_out, train, len(begin), evaluation, seed, classifier)
    measures = image_quality(evaluation, seed) if comparison.images else point_quality()
    measures = usable(measures, comparison.reference, comparison.reference)
    if not measures:
        raise InputError("no measure of quality can be taken of these samples; evaluation.count may be too small")
    floors = comparison.floors(measures)
    protocol = [
        read_json(inputs.training)["weights_hash"],
        sampler.batch_size,
        threads,
        precision_name(sampler.precision),
        str(sampler.device),
        versions(),
        files_digest([*inputs.code, __file__]),
    ]

    def quality(values: np.ndarray) -> dict[str, float]:
        return score(measures, comparison.generated(values), comparison.reference)

    rows: list[list[object]] = []
    with Progress(len(every), "ways to sample") as progress:
        for run, values in sweep(sampler, begin, evaluation, sampling, quality):
            progress.update(1, f"{run.solver}, {run.nfe:.0f} evaluations")
            for name, value in values.items():
                extractor = extractor_of(name)
                seen_by = [extractor, hashed if extractor else None]
                figure = [name, value, *floors[name], comparison.draws.n, "held_out", comparison.draws.pool]
                rate = len(begin) / run.seconds
                rows.append([snakemake.wildcards.experiment, seed, *run, rate, *figure, *seen_by, *protocol])
    write_csv(snakemake.output.csv, COLUMNS, rows)
