"""Draw the held-out samples of a Gaussian."""

from iadb_core.data.densities import sample_gaussian
from iadb_core.system.files import save_array
from iadb_core.system.progress import job
from iadb_core.system.seeds import numpy_generator

with job(snakemake.log[0], f"{snakemake.wildcards.sample_set} points"):
    settings, gaussian = snakemake.params.settings, snakemake.params.gaussian
    generator = numpy_generator(settings["seed"], snakemake.params.drawn_for)
    shape = tuple(snakemake.params.shape)
    points = sample_gaussian(shape, gaussian["mean"], gaussian["std"], settings["count"], generator)
    save_array(snakemake.output.held_out, points)
