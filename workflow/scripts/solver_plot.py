"""Draw a table of solvers: quality against evaluations and against time."""

import pandas

from iadb_core.drawing.plots import save_plots
from iadb_core.drawing.solver_plot import solver_plot
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} solver plot"):
    save_plots(snakemake.output, solver_plot(pandas.read_csv(snakemake.input.table)))
