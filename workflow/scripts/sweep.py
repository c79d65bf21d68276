"""The table of a sweep, as CSV and as an HTML page."""

from iadb_core.system.files import read_json, write_text
from iadb_core.system.progress import job
from iadb_core.tables.variants import compare, figures_of, page

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} sweep"):
    rows = []
    files = zip(snakemake.input.training, snakemake.input.metrics, strict=True)
    for (experiment, seed), (training, metrics) in zip(snakemake.params.runs, files, strict=True):
        rows.append({"experiment": experiment, "seed": seed, **figures_of(read_json(metrics)), **read_json(training)})
    table = compare(rows, snakemake.params.values)
    write_text(snakemake.output.csv, table.to_csv(index=False, lineterminator="\n"))
    write_text(snakemake.output.html, page(snakemake.wildcards.experiment, table))
