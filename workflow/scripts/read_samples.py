"""Store the samples of a density that is read, and their classes if it has any."""

from pathlib import Path

from iadb_core.data.density import Read
from iadb_core.data.registry import density_of
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.sample_set} samples"):
    density = density_of(snakemake.params.density)
    assert isinstance(density, Read)
    folder = Path(snakemake.output.train).parent
    density.store(folder, snakemake.resources.data_dir, snakemake.params.seed, snakemake.threads)
