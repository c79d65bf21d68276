"""Join frames into GIF."""

from iadb_core.drawing.archive import ArchivedFrames
from iadb_core.drawing.gif import write_gif
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} gif"):
    frames = ArchivedFrames(snakemake.input.frames)
    write_gif(snakemake.output.gif, frames, **snakemake.params.animation, threads=snakemake.threads)
