"""One table of the runs, as CSV and as Markdown."""

import pandas

from iadb_core.files import read_json, write_text
from iadb_core.progress import job

COLUMNS = [
    *("experiment", "seed", "network", "parameters", "training_steps", "final_loss", "training_seconds"),
    *("solver", "schedule", "nfe", "samples_per_second", "metric", "n", "distance", "floor"),
    *("device", "precision", "peak_memory_mb"),
]

with job(snakemake.log[0], "table"):
    table = pandas.DataFrame([read_json(path) for path in snakemake.input.metrics])[COLUMNS]
    write_text(snakemake.output.csv, table.to_csv(index=False, float_format="%.6g", lineterminator="\n"))
    write_text(snakemake.output.markdown, table.to_markdown(index=False, floatfmt=".4g") + "\n")
