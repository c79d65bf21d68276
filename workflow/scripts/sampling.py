"""Join what is known of how the shards of a run were made."""

from iadb_core.sampling.shards import joined_summary
from iadb_core.system.files import read_json, write_json
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} sampling"):
    write_json(snakemake.output.summary, joined_summary(map(read_json, snakemake.input.shards)))
