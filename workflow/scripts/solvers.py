"""Measure every solver at every number of network evaluations, from one checkpoint."""

from iadb_core.data.parts import HELD_OUT, VALIDATION
from iadb_core.data.registry import source_and_target
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.quality import comparison_of
from iadb_core.evaluation.settings import Evaluation
from iadb_core.evaluation.solver_table import COLUMNS, ordered, solver_table
from iadb_core.evaluation.studies import exact_ends
from iadb_core.sampling.conditions import measured_condition
from iadb_core.sampling.model import load_model
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.starts import measured_starts
from iadb_core.sampling.told import compared
from iadb_core.system.arrays import load_array
from iadb_core.system.files import read_json, write_csv
from iadb_core.system.progress import job
from iadb_core.system.provenance import files_digest, versions
from iadb_core.system.runtime import configure, precision_name

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} solvers"):
    threads = configure(int(snakemake.resources.torch_threads))
    settings, inputs, seed = snakemake.params.settings, snakemake.input, snakemake.params.seed
    evaluation, sampling = Evaluation.of(settings["evaluation"]), Sampling.of(settings["sampling"])
    model = load_model(inputs.model, settings["device"], settings["precision"], weaker=inputs.weaker or None)
    source, target = source_and_target(settings, inputs.source_files, inputs.target_files)
    begin = measured_starts(source, model.shape, inputs.starts, evaluation.count, seed)
    comparisons = []
    for split in snakemake.params.get("splits", (VALIDATION, HELD_OUT)):
        part = compared(split, model.told_of_samples)
        real = RealSamples(target, inputs[split], inputs.train or None, split, part=part)
        comparisons.append(comparison_of(real, len(begin), evaluation, seed, inputs.classifier or None))
    shared = {
        "experiment": snakemake.wildcards.experiment,
        "seed": seed,
        "weights_hash": read_json(inputs.training)["weights_hash"],
        "batch_size": sampling.batch_size,
        "threads": threads,
        "precision": precision_name(model.precision),
        "device": str(model.device),
        "versions": versions(),
        "code": files_digest([*inputs.code, __file__]),
    }
    condition = measured_condition(model, target, load_array(inputs.asked), len(begin), seed) if inputs.asked else None
    exact = exact_ends(source.law(), target.law(), begin[: evaluation.exact_count]) if condition is None else None
    looked_at = max(*(one.sets.n for one in comparisons), 0 if exact is None else len(exact))
    begin, condition = begin[:looked_at], None if condition is None else condition[:looked_at]
    rows = ordered(solver_table(model, begin, evaluation, sampling, comparisons, condition, exact), shared)
    write_csv(snakemake.output.csv, COLUMNS, rows)
