"""Draw training and held-out points from a picture."""

from iadb_core.densities import read_density, sample_density
from iadb_core.files import save_array
from iadb_core.progress import job
from iadb_core.seeds import numpy_generator

with job(snakemake.log[0], f"{snakemake.wildcards.sample_set} points"):
    settings = snakemake.params.settings
    density = read_density(snakemake.input.picture)
    for output, count in (("train", settings["points"]), ("held_out", settings["held_out_points"])):
        generator = numpy_generator(settings["seed"], f"{snakemake.wildcards.sample_set} {output}")
        save_array(snakemake.output[output], sample_density(density, count, generator))
