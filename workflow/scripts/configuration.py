"""Record the configuration that a run is made from, defaults and all."""

import yaml

from iadb_core.files import write_text
from iadb_core.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} configuration"):
    text = yaml.safe_dump(snakemake.params.config, sort_keys=True, allow_unicode=True)
    write_text(
        snakemake.output.config, "# Of this run alone: as config.yaml of the project it makes the run again.\n" + text
    )
