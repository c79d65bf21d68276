"""Draw the frames of one run."""

from iadb_core.data.registry import source_and_target
from iadb_core.drawing.archive import save_frames
from iadb_core.drawing.frames import Frames
from iadb_core.drawing.settings import Animation
from iadb_core.system.arrays import load_array
from iadb_core.system.progress import job

with job(snakemake.log[0], f"{snakemake.wildcards.experiment} seed {snakemake.wildcards.seed} frames"):
    settings, trajectory = snakemake.params.settings, load_array(snakemake.input.trajectory)
    densities = source_and_target(settings, snakemake.input.source_files, snakemake.input.target_files)
    animation, classes = Animation.of(settings["animation"]), settings.get("classes")
    frames = Frames(trajectory, *densities, settings["schedule"], animation, classes)
    save_frames(snakemake.output.frames, frames, snakemake.threads)
