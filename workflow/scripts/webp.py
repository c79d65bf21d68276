"""Join frames into an animated WebP."""

from iadb_core.drawing.archive import ArchivedFrames
from iadb_core.drawing.films import write_webp
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} webp"):
    write_webp(snakemake.output.webp, ArchivedFrames(snakemake.input.frames), **snakemake.params.animation)
