"""Draw the field as arrows at a few α: the network's, and the exact one."""

from iadb_core.data.registry import source_and_target
from iadb_core.drawing.field_plot import field_plot_of
from iadb_core.drawing.plots import save_plots
from iadb_core.sampling.model import load_model
from iadb_core.sampling.sampler import Way
from iadb_core.sampling.settings import Sampling
from iadb_core.system.arrays import load_array
from iadb_core.system.progress import job
from iadb_core.system.runtime import configure

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} field picture"):
    configure(snakemake.threads)
    settings, inputs = snakemake.params.settings, snakemake.input
    # On the CPU, whatever the experiment runs on: few evaluations, and a login node has no GPU.
    model = load_model(inputs.model, "cpu", settings["precision"])
    densities = source_and_target(settings, inputs.source_files, inputs.target_files)
    name = f"{snakemake.wildcards.experiment}, seed {snakemake.params.seed}"
    alphas = Way.of(Sampling.of(settings["sampling"])).alphas
    figure = field_plot_of(name, model, alphas, load_array(inputs.trajectory), *densities)
    save_plots(snakemake.output, figure)
