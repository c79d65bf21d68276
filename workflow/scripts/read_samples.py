"""Store the training and the held-out samples of a density that is read."""

from iadb_core.data.density import Read
from iadb_core.data.registry import density_of
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.sample_set} samples"):
    density = density_of(snakemake.params.density)
    assert isinstance(density, Read)
    files = snakemake.output.train, snakemake.output.held_out
    density.store(*files, snakemake.resources.data_dir, snakemake.params.seed, snakemake.threads)
