"""Measure the samples of one run: their distances to held-out and to validation ones, beside what real ones score."""

from iadb_core.data.parts import HELD_OUT, VALIDATION
from iadb_core.data.registry import density_of
from iadb_core.data.shards import Shards
from iadb_core.evaluation.comparison import RealSamples
from iadb_core.evaluation.quality import comparison_of, described_figures
from iadb_core.evaluation.settings import Evaluation
from iadb_core.sampling.conditions import as_the_data
from iadb_core.sampling.told import compared
from iadb_core.system.arrays import load_array
from iadb_core.system.files import write_json
from iadb_core.system.progress import job
from iadb_core.system.provenance import files_digest, versions
from iadb_core.system.runtime import configure

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} metrics"):
    configure(snakemake.threads)
    settings, inputs, seed = snakemake.params.settings, snakemake.input, snakemake.params.seed
    target = density_of(settings["target"]).located(inputs.target_files)
    evaluation = Evaluation.of(settings["evaluation"])
    generated = Shards(inputs.generated)
    seen_by = inputs.classifier or None, evaluation.inception
    figures, asked = [], None
    if inputs.asked:
        asked = as_the_data(load_array(inputs.asked), len(generated), seed).numpy()
    labels = {HELD_OUT: inputs.held_out_labels or None}
    for split in (HELD_OUT, VALIDATION):
        part = compared(split, snakemake.params.told_of_samples)
        real = RealSamples(target, inputs[split], inputs.train or None, split, labels.get(split), part)
        comparison = comparison_of(real, len(generated), evaluation, seed, *seen_by)
        figures += described_figures(comparison, generated, asked if split == HELD_OUT else None)
    code = files_digest([*inputs.code, __file__])
    stage = {"held_out_data": files_digest([inputs.held_out, inputs.validation]), "code": code, "versions": versions()}
    write_json(snakemake.output.metrics, {"figures": figures} | stage)
