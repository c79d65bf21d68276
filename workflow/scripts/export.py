"""The measured samples of one run as files that other programs read."""

from iadb_core.data.registry import density_of
from iadb_core.data.shards import Shards
from iadb_core.face.export import write_samples
from iadb_core.face.values import Values
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} export"):
    settings, generated = snakemake.params.settings, Shards(snakemake.input.generated)
    target = density_of(settings["target"])
    values = Values(density_of(settings["source"]), target, generated.shape[1:])
    write_samples(snakemake.output.samples, values.generated(generated), target.coordinates())
