"""Draw the frames of a density that flows."""

from iadb_core.drawing.archive import save_frames
from iadb_core.drawing.density_frames import DensityFrames
from iadb_core.system.arrays import load_arrays
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} density frames"):
    found, params = load_arrays(snakemake.input.density), snakemake.params
    about = found["alphas"].tolist(), found["mass"].tolist(), params.size, params.levels
    frames = DensityFrames(found["model"], found.get("exact"), *about, found.get("points"))
    save_frames(snakemake.output.frames, frames, snakemake.threads)
