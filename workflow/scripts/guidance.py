"""Measure samples of one checkpoint, pushed towards their classes by several weights of guidance."""

from iadb_core.data.parts import HELD_OUT, VALIDATION
from iadb_core.data.registry import source_and_target
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.guidance_table import COLUMNS, guidance_table
from iadb_core.evaluation.measured import in_columns, protocol
from iadb_core.evaluation.quality import comparison_of
from iadb_core.evaluation.settings import Evaluation
from iadb_core.sampling.conditions import measured_condition
from iadb_core.sampling.model import load_model
from iadb_core.sampling.settings import Sampling
from iadb_core.sampling.starts import measured_starts
from iadb_core.sampling.told import compared
from iadb_core.system.arrays import load_array
from iadb_core.system.files import read_json, write_csv
from iadb_core.system.progress import job
from iadb_core.system.provenance import files_digest
from iadb_core.system.runtime import configure

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} guidance"):
    configure(snakemake.threads)
    settings, inputs, seed = snakemake.params.settings, snakemake.input, snakemake.params.seed
    evaluation, sampling = Evaluation.of(settings["evaluation"]), Sampling.of(settings["sampling"])
    model = load_model(inputs.model, settings["device"], settings["precision"], weaker=inputs.weaker or None)
    source, target = source_and_target(settings, inputs.source_files, inputs.target_files)
    begin = measured_starts(source, model.shape, inputs.starts, evaluation.count, seed)
    asked = load_array(inputs.asked) if inputs.asked else None
    condition = None if asked is None else measured_condition(model, target, asked, len(begin), seed)
    labels = {HELD_OUT: inputs.held_out_labels or None}
    comparisons = []
    for split in (VALIDATION, HELD_OUT):
        part = compared(split, model.told_of_samples)
        real = RealSamples(target, inputs[split], inputs.train or None, split, labels.get(split), part)
        comparisons.append(comparison_of(real, len(begin), evaluation, seed, inputs.classifier or None))
    shared = protocol(model, files_digest([*inputs.code, __file__]), snakemake.wildcards.experiment, seed)
    shared |= {"solver": sampling.solver, "steps": sampling.steps}
    shared |= {"weights_hash": read_json(inputs.training)["weights_hash"]}
    rows = guidance_table(model, begin, condition, evaluation, sampling, comparisons)
    write_csv(snakemake.output.csv, COLUMNS, in_columns(COLUMNS, ({**row, **shared} for row in rows)))
