"""Draw how fast both algorithms come to the map."""

import pandas

from iadb_core.drawing.plots import save_plots
from iadb_core.drawing.theorem_plot import theorem_plot
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} theorem plot"):
    table = pandas.read_csv(snakemake.input.csv)
    save_plots(snakemake.output, theorem_plot(snakemake.wildcards.experiment, table))
