"""Join frames into MP4."""

from iadb_core.drawing.archive import ArchivedFrames
from iadb_core.drawing.films import write_mp4
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} mp4"):
    write_mp4(snakemake.output.mp4, ArchivedFrames(snakemake.input.frames), **snakemake.params.animation)
