"""Draw the training or the held-out points of a picture."""

from iadb_core.data.densities import read_density, sample_density
from iadb_core.system.files import save_array
from iadb_core.system.progress import job
from iadb_core.system.seeds import numpy_generator

with job(snakemake.log[0], f"{snakemake.wildcards.sample_set} points"):
    settings = snakemake.params.settings
    generator = numpy_generator(settings["seed"], snakemake.params.drawn_for)
    points = sample_density(read_density(snakemake.input.picture), settings["count"], generator)
    save_array(snakemake.output.points, points)
