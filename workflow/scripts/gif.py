"""Join frames into GIF."""

from iadb_core.drawing.animation import write_gif
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} gif"):
    write_gif(snakemake.output.gif, snakemake.input.frames, **snakemake.params.animation, threads=snakemake.threads)
