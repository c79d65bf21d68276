"""Experiments side by side: quality by network evaluations, straightness and training time, over seeds."""

import pandas

from iadb_core.drawing.compare_plot import compare_plot
from iadb_core.drawing.plots import save_plot
from iadb_core.system.files import read_json, write_text
from iadb_core.system.progress import job
from iadb_core.tables.side_by_side import readable, side_by_side

with job(snakemake.log[0], f"{snakemake.wildcards.comparison} comparison"):
    inputs, params, output = snakemake.input, snakemake.params, snakemake.output
    tables, maps = map(pandas.read_csv, inputs.solvers), map(read_json, inputs.maps)
    seconds = [sum(read_json(path)["training_seconds"] for path in paths) for paths in params.trainings]
    runs = zip((name for name, _ in params.runs), tables, maps, seconds, strict=True)
    table = side_by_side(runs, params.solvers)
    write_text(output.csv, table.to_csv(index=False, lineterminator="\n"))
    write_text(output.markdown, readable(table))
    save_plot(output.picture, compare_plot(snakemake.wildcards.comparison, table))
