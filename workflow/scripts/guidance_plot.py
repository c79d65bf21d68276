"""Draw a table of guidance: quality, diversity and classes against the weight."""

import pandas

from iadb_core.drawing.guidance_plot import guidance_plot
from iadb_core.drawing.plots import save_plots
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} guidance plot"):
    save_plots(snakemake.output, guidance_plot(pandas.read_csv(snakemake.input.table)))
