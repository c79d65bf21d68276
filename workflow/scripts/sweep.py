"""The table of a sweep, as CSV and as an HTML page, and its picture."""

from iadb_core.system.files import read_json
from iadb_core.system.progress import job
from iadb_core.tables.variants import compare, figures_of, write_comparison

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} sweep"):
    rows = []
    files = zip(snakemake.input.training, snakemake.input.metrics, strict=True)
    for (experiment, seed), (training, metrics) in zip(snakemake.params.runs, files, strict=True):
        rows.append({"experiment": experiment, "seed": seed, **figures_of(read_json(metrics)), **read_json(training)})
    compared, output = compare(rows, snakemake.params.values), snakemake.output
    write_comparison(snakemake.wildcards.experiment, compared, output)
