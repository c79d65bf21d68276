"""Unpack the frames of one run."""

from iadb_core.drawing.archive import unpack
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} frames"):
    unpack(snakemake.input.frames, snakemake.output.frames)
