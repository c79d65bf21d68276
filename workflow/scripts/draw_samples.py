"""Draw the training or the held-out samples of a density."""

from iadb_core.data.density import Drawn
from iadb_core.data.opening import check_there
from iadb_core.data.registry import density_of
from iadb_core.system.arrays import save_array
from iadb_core.system.progress import job
from iadb_core.system.seeds import numpy_generator

with job(snakemake.log[0], f"{snakemake.wildcards.sample_set} samples"):
    settings = snakemake.params.settings
    check_there(snakemake.params.missing)
    density = density_of(snakemake.params.density).located(snakemake.input.files)
    assert isinstance(density, Drawn)
    generator = numpy_generator(settings["seed"], snakemake.params.drawn_for)
    drawn = density.draw_labelled(tuple(snakemake.params.shape), settings["count"], generator)
    save_array(snakemake.output.samples, drawn.samples)
    if drawn.labels is not None:
        save_array(snakemake.output.labels, drawn.labels)
