"""Draw the loss of every seed of an experiment beside its floor."""

from iadb_core.drawing.loss_plot import loss_plot_of
from iadb_core.drawing.plots import save_plots
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} loss"):
    inputs, params = snakemake.input, snakemake.params
    histories, maps, how = inputs.histories, inputs.maps, (params.alpha, params.comparable)
    figure = loss_plot_of(snakemake.wildcards.experiment, params.seeds, histories, maps, *how)
    save_plots(snakemake.output, figure)
